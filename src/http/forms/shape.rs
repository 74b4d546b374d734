//! Which part of a query gives the rows, which the columns, which the geometry.
//!
//! The one connection gives rows (marked `@rows` where there are several), scalar leaves give columns, the one
//! geometry leaf gives the geometry. Where that is not one answer, the error says which selections could be meant.

use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::{Number, Value};
use async_graphql_value::Value as Written;

use super::columns::{Column, Columns, Place};
use super::flat::{self, Flat, extra, item, leaf};
use super::tree::{EXTRA, Node, tree};
use super::types::types;
use crate::graphql::Fault;

/// From how many items on `first` asks for everything: the largest page that every list gives.
pub const EVERYTHING: usize = 500;

/// How a query becomes a table.
pub struct Shape {
    /// The query, with what the columns need besides.
    pub flat: Flat,
    /// Response names from the root to the rows.
    pub path: Vec<String>,
    /// The list that is asked for page by page, if it can be.
    pub paged: Option<Paged>,
    /// Lists inside the paged one, which must come whole.
    pub inner: Vec<Paged>,
    /// The columns.
    pub columns: Vec<Column>,
    /// What can be drawn.
    pub geometry: Vec<Geometry>,
    /// Where the citations of a row stand.
    pub sources: Vec<Place>,
    /// Whether a row is an item of the paged list itself, so that its total is theirs.
    pub flat_rows: bool,
}

/// A connection on the way to the rows.
#[derive(Clone)]
pub struct Paged {
    /// Response names from the root to it.
    pub path: Vec<String>,
    /// Items at most; all of them when none.
    pub limit: Option<usize>,
    /// Whether it tells how many there are.
    pub counts: bool,
}

/// Something with coordinates in a row.
pub struct Geometry {
    /// Where it stands.
    pub place: Place,
    /// Response names of longitude and latitude; none for GeoJSON.
    pub point: Option<(String, String)>,
    /// How people know it.
    pub name: String,
    /// Whether a row has several of it.
    pub many: bool,
}

impl Shape {
    /// Finds the table in a query. `sample`: made-up rows can be among its rows.
    ///
    /// # Errors
    /// [`Fault`] when no selection or more than one could give the rows, or two columns have one name.
    pub fn of(mut flat: Flat, sample: bool) -> Result<Self, Fault> {
        let set = &mut flat.operation.selection_set.node;
        splice(set, "Query");
        flat::each_set(set, "Query", &mut enrich);
        let path = rows(&tree(&flat))?;
        trace_rows(&mut flat, &path);

        let nodes = tree(&flat);
        let steps = steps(&nodes, &path);
        let mut paged = None;
        let mut inner = Vec::new();
        let mut under_list = false;
        for (at, step) in steps.iter().enumerate() {
            if step.is_connection() && step.can_be_paged() {
                let found = Paged {
                    path: path[..=at].to_vec(),
                    limit: limit(&flat, &step.field),
                    counts: types().field(&step.ty, "totalCount").is_some(),
                };
                if paged.is_none() && !under_list {
                    paged = Some(found);
                } else {
                    inner.push(found);
                }
            }
            under_list |= step.list;
        }
        let flat_rows = steps.iter().filter(|step| step.list).count() == 1;
        let marked = steps.iter().any(|step| step.marked);
        let Columns { columns, geometry, sources, .. } = Columns::of(&flat, &nodes, &path, marked, sample)?;
        Ok(Self { flat, path, paged, inner, columns, geometry, sources, flat_rows })
    }
}

/// The nodes along a path.
fn steps<'a>(nodes: &'a [Node], path: &[String]) -> Vec<&'a Node> {
    let mut found = Vec::with_capacity(path.len());
    let mut level = nodes;
    for key in path {
        let Some(node) = level.iter().find(|node| node.key == *key) else { break };
        found.push(node);
        level = &node.children;
    }
    found
}

/// How many items a connection is asked for; none when for all: nothing said, or as many as the largest page holds.
fn limit(flat: &Flat, field: &Field) -> Option<usize> {
    let Some(Value::Number(first)) = flat.argument(field, "first") else { return None };
    let first = first.as_u64().and_then(|first| usize::try_from(first).ok()).unwrap_or_default();
    (first < EVERYTHING).then_some(first)
}

/// Writes fragments on the same type into the set they stand in, so that one set says all that is asked of a thing.
fn splice(set: &mut SelectionSet, ty: &str) {
    let mut items = Vec::with_capacity(set.items.len());
    for mut selection in std::mem::take(&mut set.items) {
        match &mut selection.node {
            Selection::Field(field) => {
                if let Some(known) = types().field(ty, &field.node.name.node) {
                    splice(&mut field.node.selection_set.node, &known.ty);
                }
                items.push(selection);
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref().map(|condition| condition.node.on.node.to_string());
                let on = on.unwrap_or_else(|| ty.to_owned());
                splice(&mut inline.node.selection_set.node, &on);
                if on == ty {
                    items.append(&mut inline.node.selection_set.node.items);
                } else {
                    items.push(selection);
                }
            }
            Selection::FragmentSpread(_) => {}
        }
    }
    set.items = items;
}

/// A figure is asked for with all that it means nothing without: unit, period, accumulation, status, source, and
/// whether it is made up.
fn enrich(set: &mut SelectionSet, ty: &str) {
    let asked = |name: &str| fields(set).any(|field| field.name.node == name);
    let with = |name: &str, under: &[&str]| {
        let says = |child: &Field| under.iter().any(|name| child.name.node == *name);
        fields(set).any(|field| field.name.node == name && fields(&field.selection_set.node).any(says))
    };
    let has = |name: &str, of: &str| types().field(ty, name).is_some_and(|field| field.ty == of);
    let mut extras = Vec::new();
    let mut add = |name: &str, under| extras.push(extra(&format!("{EXTRA}{name}"), name, under));
    if ty == "Quantity" {
        let as_reported = fields(set).any(|field| field.name.node == "value" && field.get_argument("unit").is_none());
        if as_reported && !with("unit", &["code", "symbol"]) {
            add("unit", vec![leaf("symbol")]);
        }
    } else if fields(set).any(|field| types().field(ty, &field.name.node).is_some_and(|field| field.ty == "Quantity")) {
        if has("period", "Period") && !with("period", &["code", "label"]) {
            add("period", vec![leaf("code")]);
        }
        if has("accumulation", "Accumulation") && !asked("accumulation") {
            add("accumulation", Vec::new());
        }
        if types().field(ty, "status").is_some() && !asked("status") {
            add("status", Vec::new());
        }
        trace(set, ty, &mut extras);
    }
    set.items.extend(extras.into_iter().map(item));
}

/// Asks whether a thing is made up and where it is said.
fn trace(set: &SelectionSet, ty: &str, extras: &mut Vec<Field>) {
    let has = |name: &str, of: &str| types().field(ty, name).is_some_and(|field| field.ty == of);
    let there = |key: &str| fields(set).any(|field| field.response_key().node == key);
    let alias = |name: &str| format!("{EXTRA}{name}");
    if has("citations", "Citation") && !there(&alias("citations")) {
        let document = extra("document", "document", vec![leaf("code"), leaf("title"), leaf("sample")]);
        extras.push(extra(&alias("citations"), "citations", vec![leaf("locator"), document]));
    }
    let says = fields(set).any(|field| field.name.node == "sample");
    if has("sample", "Boolean") && !says {
        extras.push(extra(&alias("sample"), "sample", Vec::new()));
    }
}

/// The same for the rows themselves; of edges that have no source of their own, for what they lead to.
fn trace_rows(flat: &mut Flat, path: &[String]) {
    let nodes = tree(flat);
    let Some(rows) = steps(&nodes, path).last().map(|node| node.ty.clone()) else { return };
    let own = types().field(&rows, "citations").is_some();
    let node = types().field(&rows, "node").filter(|_| !own);
    let (ty, path) = match node {
        Some(node) => {
            let keys = steps(&nodes, path).last().map(|rows| {
                let node = rows.children.iter().find(|child| child.field.name.node == "node");
                node.map(|node| node.key.clone())
            });
            let Some(key) = keys.flatten() else { return };
            (node.ty.clone(), path.iter().cloned().chain([key]).collect())
        }
        None => (rows, path.to_vec()),
    };
    let mut done = false;
    flat.at(&path, &mut |field| {
        if !std::mem::replace(&mut done, true) {
            let mut extras = Vec::new();
            trace(&field.selection_set.node, &ty, &mut extras);
            field.selection_set.node.items.extend(extras.into_iter().map(item));
        }
    });
}

fn fields(set: &SelectionSet) -> impl Iterator<Item = &Field> {
    set.items.iter().filter_map(|selection| match &selection.node {
        Selection::Field(field) => Some(&field.node),
        _ => None,
    })
}

/// The path to the list that gives the rows.
fn rows(nodes: &[Node]) -> Result<Vec<String>, Fault> {
    let mut marked = Vec::new();
    let mut connections = Vec::new();
    let mut lists = Vec::new();
    visit(nodes, &mut Vec::new(), &mut |path, node, inside_list| {
        if node.marked {
            marked.push((path.to_vec(), node));
        }
        if node.is_connection() && node.items().next().is_some() {
            connections.push((path.to_vec(), node));
        }
        if node.list && node.composite && !inside_list && !node.is_extra() {
            lists.push((path.to_vec(), node));
        }
    });
    let candidates = if !marked.is_empty() {
        marked
    } else if connections.is_empty() {
        lists
    } else {
        connections
    };
    let names = |found: &[(Vec<String>, &Node)]| found.iter().map(|(path, _)| path.join(".")).collect::<Vec<_>>();
    let (mut path, node) = match candidates.as_slice() {
        [] => return Err(Fault::no_rows()),
        [(path, node)] => (path.clone(), *node),
        several => return Err(Fault::ambiguous_rows(&names(several))),
    };
    if node.is_connection() {
        let items: Vec<&Node> = node.items().collect();
        match items.as_slice() {
            [] => return Err(Fault::no_rows()),
            [items] => path.push(items.key.clone()),
            several => {
                let names: Vec<String> =
                    several.iter().map(|items| format!("{}.{}", path.join("."), items.key)).collect();
                return Err(Fault::ambiguous_rows(&names));
            }
        }
    } else if !node.list || !node.composite {
        return Err(Fault::rows_on_no_list(&path.join(".")));
    }
    Ok(path)
}

/// Visits every node with its path and whether a list is around it.
fn visit<'a>(nodes: &'a [Node], path: &mut Vec<String>, act: &mut impl FnMut(&[String], &'a Node, bool)) {
    fn go<'a>(
        nodes: &'a [Node],
        path: &mut Vec<String>,
        inside: bool,
        act: &mut impl FnMut(&[String], &'a Node, bool),
    ) {
        for node in nodes {
            path.push(node.key.clone());
            act(path, node, inside);
            go(&node.children, path, inside || node.list, act);
            path.pop();
        }
    }
    go(nodes, path, false, act);
}

/// A whole number as an argument.
pub fn whole(number: usize) -> Written {
    Written::Number(Number::from(number as u64))
}
