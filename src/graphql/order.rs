//! Fields of an answer in the order of the question, as GraphQL asks.
//!
//! async-graphql resolves the fields of an object at the same time, so that they share statements, and writes each
//! when it is there; which comes first is chance. An answer must not depend on chance.

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value};

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// What an object of an answer is asked for: response names in the order in which they are first met, each with what is
/// asked below it. A fragment for another type only adds names that the object does not have.
#[derive(Debug, Default)]
pub struct Order(IndexMap<Name, Self>);

impl Order {
    /// The order of an operation's answer, and whether it may ask for an object in several places, of which the answers
    /// are to be merged.
    pub fn of(document: &ExecutableDocument, operation: &OperationDefinition) -> (Self, bool) {
        let mut order = Self::default();
        let merged = order.collect(&operation.selection_set.node, &document.fragments);
        (order, merged)
    }

    fn collect(&mut self, set: &SelectionSet, fragments: &Fragments) -> bool {
        let mut merged = false;
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let set = &field.node.selection_set.node;
                    let name = &field.node.response_key().node;
                    merged |= !set.items.is_empty() && self.0.contains_key(name);
                    merged |= self.0.entry(name.clone()).or_default().collect(set, fragments);
                }
                Selection::InlineFragment(inline) => {
                    merged |= self.collect(&inline.node.selection_set.node, fragments);
                }
                Selection::FragmentSpread(spread) => {
                    let fragment = fragments.get(&spread.node.fragment_name.node);
                    merged |= fragment.is_some_and(|one| self.collect(&one.node.selection_set.node, fragments));
                }
            }
        }
        merged
    }

    /// Puts the fields of an answer in the order of the question.
    pub fn arrange(&self, value: &mut Value) {
        match value {
            Value::List(items) => items.iter_mut().for_each(|item| self.arrange(item)),
            Value::Object(fields) if !self.0.is_empty() => {
                if !self.is_kept(fields) {
                    fields.sort_by_cached_key(|name, _| self.0.get_index_of(name));
                }
                for (name, value) in fields {
                    if matches!(value, Value::List(_) | Value::Object(_))
                        && let Some(below) = self.0.get(name)
                    {
                        below.arrange(value);
                    }
                }
            }
            _ => {}
        }
    }

    /// Whether the fields are in order: mostly they are, and then nothing has to be looked up.
    fn is_kept(&self, fields: &IndexMap<Name, Value>) -> bool {
        let mut names = self.0.keys();
        fields.keys().all(|name| names.any(|asked| asked == name))
    }
}

/// The operation of a document that runs.
pub fn operation<'a>(document: &'a ExecutableDocument, named: Option<&str>) -> Option<&'a OperationDefinition> {
    let asked = match (&document.operations, named) {
        (DocumentOperations::Single(one), None) => Some(one),
        (DocumentOperations::Single(_), Some(_)) => None,
        // The only operation of a document runs whether or not the request names it.
        (DocumentOperations::Multiple(many), None) if many.len() == 1 => many.values().next(),
        (DocumentOperations::Multiple(many), named) => named.and_then(|name| many.get(name)),
    };
    asked.map(|asked| &asked.node)
}

#[cfg(test)]
mod tests {
    use async_graphql::{Response, value};

    use super::*;

    #[test]
    fn fields_follow_the_question_through_lists_aliases_and_fragments() {
        let question =
            "query Q { a { x ...F y: z { q p } } b } fragment F on T { w { two } w { one } } query R { b a }";
        let document = async_graphql::parser::parse_query(question).unwrap();
        let mut answer = Response::new(
            value!({ "b": 1, "a": [{ "y": { "p": 1, "q": 2 }, "w": { "one": 1, "two": 2 }, "x": null }] }),
        );
        let arrange = |answer: &mut Response, document: &ExecutableDocument, named| {
            Order::of(document, operation(document, named).unwrap()).0.arrange(&mut answer.data);
        };
        arrange(&mut answer, &document, Some("Q"));
        let text = answer.data.to_string();
        assert_eq!(text, "{a: [{x: null, w: {two: 2, one: 1}, y: {q: 2, p: 1}}], b: 1}");
        let only = async_graphql::parser::parse_query("query Only { b a }").unwrap();
        arrange(&mut answer, &only, None);
        assert!(answer.data.to_string().starts_with("{b:"), "{}", answer.data);
        arrange(&mut answer, &document, Some("R"));
        assert!(answer.data.to_string().starts_with("{b: 1"));
    }
}
