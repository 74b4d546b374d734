//! What a document asks for, as a tree of response names with their types: the ground on which rows and columns are
//! found.

use async_graphql::parser::types::{Field, Selection, SelectionSet};

use super::flat::Flat;
use super::types::types;

/// Begins the response names of what was asked for besides.
pub const EXTRA: &str = "_planatlas_";
/// The directive that marks the rows.
pub const ROWS: &str = "rows";

/// A field that is asked for, once for each response name.
pub struct Node {
    /// Its response name.
    pub key: String,
    /// What it is, as first written; its own selections are in `children`.
    pub field: Field,
    /// The type it belongs to.
    pub parent: String,
    /// Its type without list and non-null marks.
    pub ty: String,
    /// Whether it is a list.
    pub list: bool,
    /// Whether it has fields of its own.
    pub composite: bool,
    /// Whether it is marked `@rows`.
    pub marked: bool,
    /// What is asked of it.
    pub children: Vec<Node>,
}

/// The tree of an operation. Names that the schema does not know are left out: the question is refused for them.
pub fn tree(flat: &Flat) -> Vec<Node> {
    let mut found = Vec::new();
    grow(&flat.operation.selection_set.node, "Query", &mut found);
    found
}

fn grow(set: &SelectionSet, ty: &str, into: &mut Vec<Node>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                let field = &field.node;
                let key = field.response_key().node.to_string();
                let known = types().field(ty, &field.name.node);
                let (of, list) = match known {
                    Some(known) => (known.ty.clone(), known.list),
                    None if field.name.node == "__typename" => ("String".to_owned(), false),
                    None => continue,
                };
                let at = into.iter().position(|node| node.key == key).unwrap_or_else(|| {
                    let composite = types().is_composite(&of);
                    let mut bare = field.clone();
                    bare.selection_set.node.items.clear();
                    let parent = ty.to_owned();
                    into.push(Node {
                        key,
                        field: bare,
                        parent,
                        ty: of,
                        list,
                        composite,
                        marked: false,
                        children: Vec::new(),
                    });
                    into.len() - 1
                });
                let node = &mut into[at];
                node.marked |= field.directives.iter().any(|directive| directive.node.name.node == ROWS);
                let of = node.ty.clone();
                grow(&field.selection_set.node, &of, &mut node.children);
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref().map_or(ty, |condition| condition.node.on.node.as_str());
                grow(&inline.node.selection_set.node, on, into);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
}

impl Node {
    /// Whether it is a page of a list.
    pub fn is_connection(&self) -> bool {
        !self.list && is_connection(&self.ty)
    }

    /// Whether it was asked for besides.
    pub fn is_extra(&self) -> bool {
        self.key.starts_with(EXTRA)
    }

    /// Whether it can be asked for page by page.
    pub fn can_be_paged(&self) -> bool {
        types()
            .field(&self.parent, &self.field.name.node)
            .is_some_and(|field| field.takes("first") && field.takes("after"))
    }

    /// Whether it only holds a list together: `nodes`, `edges`, `node` have no name of their own for people.
    pub fn is_plumbing(&self) -> bool {
        match self.field.name.node.as_str() {
            "nodes" | "edges" | "rows" => is_connection(&self.parent),
            "node" => self.parent.ends_with("Edge"),
            _ => false,
        }
    }

    /// The items of a connection: the lists of rows that it is asked for.
    pub fn items(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(|child| child.is_plumbing() && child.list && child.carries_data())
    }

    /// Edges that give only their cursors carry nothing.
    fn carries_data(&self) -> bool {
        self.children.iter().any(|child| child.field.name.node != "cursor" && !child.is_extra())
    }
}

fn is_connection(ty: &str) -> bool {
    types().field(ty, "pageInfo").is_some()
}
