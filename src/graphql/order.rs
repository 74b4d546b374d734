//! Fields of an answer in the order of the question, as GraphQL asks.
//!
//! async-graphql resolves the fields of an object at the same time, so that they share statements, and writes each
//! when it is there; which comes first is chance. An answer must not depend on chance.

use std::collections::HashMap;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Response, Value};

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Puts the fields of an answer in the order of the question.
pub fn arrange(answer: &mut Response, document: &ExecutableDocument, named: Option<&str>) {
    if let Some(asked) = operation(document, named) {
        sort(&mut answer.data, &[&asked.selection_set.node], &document.fragments);
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

fn sort(value: &mut Value, sets: &[&SelectionSet], fragments: &Fragments) {
    match value {
        Value::List(items) => items.iter_mut().for_each(|item| sort(item, sets, fragments)),
        Value::Object(fields) => {
            let mut asked: IndexMap<&Name, Vec<&SelectionSet>> = IndexMap::new();
            sets.iter().for_each(|set| collect(set, fragments, &mut asked));
            fields.sort_by_cached_key(|name, _| asked.get_index_of(name));
            for (name, value) in fields {
                if let Some(sets) = asked.get(name) {
                    sort(value, sets, fragments);
                }
            }
        }
        _ => {}
    }
}

/// Response names in the order in which they are first met, each with all selections below it. A fragment for
/// another type only adds names that the object does not have.
fn collect<'a>(set: &'a SelectionSet, fragments: &'a Fragments, asked: &mut IndexMap<&'a Name, Vec<&'a SelectionSet>>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => {
                asked.entry(&field.node.response_key().node).or_default().push(&field.node.selection_set.node);
            }
            Selection::InlineFragment(inline) => collect(&inline.node.selection_set.node, fragments, asked),
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                    collect(&fragment.node.selection_set.node, fragments, asked);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    #[test]
    fn fields_follow_the_question_through_lists_aliases_and_fragments() {
        let question =
            "query Q { a { x ...F y: z { q p } } b } fragment F on T { w { two } w { one } } query R { b a }";
        let document = async_graphql::parser::parse_query(question).unwrap();
        let mut answer = Response::new(
            value!({ "b": 1, "a": [{ "y": { "p": 1, "q": 2 }, "w": { "one": 1, "two": 2 }, "x": null }] }),
        );
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
