//! A document made plain: fragments written out, what `@skip` and `@include` leave out gone, and the changes that
//! paging and the columns of figures need made in it.

use std::collections::{BTreeSet, HashMap};

use async_graphql::parser::types::{
    Directive, DocumentOperations, ExecutableDocument, Field, FragmentDefinition, InlineFragment, OperationDefinition,
    OperationType, Selection, SelectionSet,
};
use async_graphql::{Name, Pos, Positioned, Value, Variables};
use async_graphql_value::Value as Written;

use super::types::types;
use crate::graphql::Fault;

/// Selections of a document, fragments written out, at most.
const MOST: usize = 20_000;
/// Levels of fragments inside fragments at most.
const DEEPEST: usize = 64;

/// An operation without fragments.
#[derive(Clone)]
pub struct Flat {
    /// The operation; its variables are those of the document.
    pub operation: OperationDefinition,
    name: Option<Name>,
    variables: Variables,
}

impl Flat {
    /// Makes an operation plain.
    ///
    /// # Errors
    /// [`Fault`] when there is no such operation, it is no query, or it is written out too large.
    pub fn of(document: &ExecutableDocument, operation: Option<&str>, variables: &Variables) -> Result<Self, Fault> {
        let (name, found) = pick(document, operation)?;
        if found.ty != OperationType::Query {
            return Err(Fault::malformed("只有查询可以另存为文件", "only a query has other forms"));
        }
        let mut flat = Self { operation: found.clone(), name, variables: variables.clone() };
        let mut budget = MOST;
        let set = flat.written_out(&found.selection_set.node, &document.fragments, DEEPEST, &mut budget);
        flat.operation.selection_set.node = set.ok_or_else(Fault::sprawling)?;
        Ok(flat)
    }

    fn written_out(
        &self,
        set: &SelectionSet,
        fragments: &HashMap<Name, Positioned<FragmentDefinition>>,
        depth: usize,
        budget: &mut usize,
    ) -> Option<SelectionSet> {
        let depth = depth.checked_sub(1)?;
        let mut items = Vec::with_capacity(set.items.len());
        for selection in &set.items {
            *budget = budget.checked_sub(1)?;
            if self.left_out(selection.node.directives()) {
                continue;
            }
            let plain = match &selection.node {
                Selection::Field(field) => {
                    let mut plain = field.node.clone();
                    plain.selection_set.node =
                        self.written_out(&field.node.selection_set.node, fragments, depth, budget)?;
                    plain.directives.retain(|directive| !is_condition(&directive.node));
                    Selection::Field(Positioned::new(plain, selection.pos))
                }
                Selection::InlineFragment(inline) => {
                    let mut plain = inline.node.clone();
                    plain.selection_set.node =
                        self.written_out(&inline.node.selection_set.node, fragments, depth, budget)?;
                    plain.directives.clear();
                    Selection::InlineFragment(Positioned::new(plain, selection.pos))
                }
                Selection::FragmentSpread(spread) => {
                    // A name that no fragment has was refused before.
                    let Some(fragment) = fragments.get(&spread.node.fragment_name.node) else { continue };
                    let set = self.written_out(&fragment.node.selection_set.node, fragments, depth, budget)?;
                    Selection::InlineFragment(Positioned::new(
                        InlineFragment {
                            type_condition: Some(fragment.node.type_condition.clone()),
                            directives: Vec::new(),
                            selection_set: Positioned::new(set, fragment.pos),
                        },
                        selection.pos,
                    ))
                }
            };
            items.push(Positioned::new(plain, selection.pos));
        }
        Some(SelectionSet { items })
    }

    fn left_out(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let wanted = |name: &str| directive.node.name.node == name;
            let given = directive.node.get_argument("if").map(|value| self.value(&value.node));
            let holds = matches!(given, Some(Value::Boolean(true)));
            (wanted("skip") && holds) || (wanted("include") && !holds)
        })
    }

    /// A value of the document with the variables put in; null for one that was not given.
    pub fn value(&self, value: &Written) -> Value {
        value.clone().into_const_with(|name| Ok::<_, ()>(self.variable(&name))).unwrap_or_default()
    }

    fn variable(&self, name: &Name) -> Value {
        if let Some(given) = self.variables.get(name) {
            return given.clone();
        }
        let defined = self.operation.variable_definitions.iter().find(|defined| defined.node.name.node == *name);
        defined.and_then(|defined| defined.node.default_value().cloned()).unwrap_or_default()
    }

    /// The value of an argument; none when it is not given, or null.
    pub fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let value = self.value(&field.get_argument(name)?.node);
        (value != Value::Null).then_some(value)
    }

    /// The document to be run: the operation alone, without variables that nothing uses any more.
    pub fn document(&self) -> ExecutableDocument {
        let mut operation = self.operation.clone();
        let mut used = BTreeSet::new();
        names_in(&operation.selection_set.node, &mut used);
        for directive in &operation.directives {
            directive.node.arguments.iter().for_each(|(_, value)| names_of(&value.node, &mut used));
        }
        operation.variable_definitions.retain(|defined| used.contains(defined.node.name.node.as_str()));
        let operation = Positioned::new(operation, Pos::default());
        let operations = match &self.name {
            Some(name) => DocumentOperations::Multiple(HashMap::from([(name.clone(), operation)])),
            None => DocumentOperations::Single(operation),
        };
        ExecutableDocument { operations, fragments: HashMap::new() }
    }

    /// The name of the operation.
    pub fn name(&self) -> Option<&str> {
        self.name.as_ref().map(Name::as_str)
    }

    /// Does something to every field at the end of a path of response names.
    pub fn at(&mut self, path: &[String], act: &mut impl FnMut(&mut Field)) {
        at(&mut self.operation.selection_set.node, path, act);
    }
}

/// The operation that is meant, with its name.
///
/// # Errors
/// [`Fault`] when none or several could be.
pub fn pick<'a>(
    document: &'a ExecutableDocument,
    operation: Option<&str>,
) -> Result<(Option<Name>, &'a OperationDefinition), Fault> {
    match &document.operations {
        DocumentOperations::Single(one) => Ok((None, &one.node)),
        DocumentOperations::Multiple(many) => {
            let found = match operation {
                Some(name) => many.iter().find(|(known, _)| known.as_str() == name),
                None if many.len() == 1 => many.iter().next(),
                None => None,
            };
            let found = found.map(|(name, operation)| (Some(name.clone()), &operation.node));
            found.ok_or_else(|| Fault::malformed("文档含多个操作，须指明其一", "name one operation of the document"))
        }
    }
}

fn is_condition(directive: &Directive) -> bool {
    matches!(directive.name.node.as_str(), "skip" | "include")
}

fn at(set: &mut SelectionSet, path: &[String], act: &mut impl FnMut(&mut Field)) {
    let Some((first, rest)) = path.split_first() else { return };
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) if field.node.response_key().node.as_str() == first => {
                if rest.is_empty() {
                    act(&mut field.node);
                } else {
                    at(&mut field.node.selection_set.node, rest, act);
                }
            }
            Selection::InlineFragment(inline) => at(&mut inline.node.selection_set.node, path, act),
            _ => {}
        }
    }
}

fn names_in(set: &SelectionSet, used: &mut BTreeSet<String>) {
    for selection in &set.items {
        for directive in selection.node.directives() {
            directive.node.arguments.iter().for_each(|(_, value)| names_of(&value.node, used));
        }
        match &selection.node {
            Selection::Field(field) => {
                field.node.arguments.iter().for_each(|(_, value)| names_of(&value.node, used));
                names_in(&field.node.selection_set.node, used);
            }
            Selection::InlineFragment(inline) => names_in(&inline.node.selection_set.node, used),
            Selection::FragmentSpread(_) => {}
        }
    }
}

fn names_of(value: &Written, used: &mut BTreeSet<String>) {
    match value {
        Written::Variable(name) => {
            used.insert(name.to_string());
        }
        Written::List(items) => items.iter().for_each(|item| names_of(item, used)),
        Written::Object(fields) => fields.values().for_each(|value| names_of(value, used)),
        _ => {}
    }
}

/// A field to be asked for besides, under a name that no query uses by itself.
pub fn extra(alias: &str, field: &str, under: Vec<Field>) -> Field {
    let at = |name: &str| Positioned::new(Name::new(name), Pos::default());
    Field {
        alias: (alias != field).then(|| at(alias)),
        name: at(field),
        arguments: Vec::new(),
        directives: Vec::new(),
        selection_set: Positioned::new(set_of(under), Pos::default()),
    }
}

/// A plain field to be asked for.
pub fn leaf(field: &str) -> Field {
    extra(field, field, Vec::new())
}

fn set_of(fields: Vec<Field>) -> SelectionSet {
    SelectionSet { items: fields.into_iter().map(item).collect() }
}

/// A field as a selection.
pub fn item(field: Field) -> Positioned<Selection> {
    Positioned::new(Selection::Field(Positioned::new(field, Pos::default())), Pos::default())
}

/// Gives a field an argument, in the place of the one it had.
pub fn set_argument(field: &mut Field, name: &str, value: Written) {
    field.arguments.retain(|(known, _)| known.node != name);
    field.arguments.push((Positioned::new(Name::new(name), Pos::default()), Positioned::new(value, Pos::default())));
}

/// Does something to every set of selections, with the type it is about; inner ones first.
pub fn each_set(set: &mut SelectionSet, ty: &str, act: &mut impl FnMut(&mut SelectionSet, &str)) {
    for selection in &mut set.items {
        match &mut selection.node {
            Selection::Field(field) => {
                if let Some(known) = types().field(ty, &field.node.name.node) {
                    each_set(&mut field.node.selection_set.node, &known.ty, act);
                }
            }
            Selection::InlineFragment(inline) => {
                let on = inline.node.type_condition.as_ref().map_or(ty, |condition| condition.node.on.node.as_str());
                let on = on.to_owned();
                each_set(&mut inline.node.selection_set.node, &on, act);
            }
            Selection::FragmentSpread(_) => {}
        }
    }
    act(set, ty);
}
