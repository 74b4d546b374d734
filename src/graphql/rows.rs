//! The directive that marks the rows of a query, and a look at whether a document fits the schema.

use async_graphql::parser::types::{Directive as Written, DocumentOperations, ExecutableDocument, Selection};
use async_graphql::{CustomDirective, Directive, Name, Positioned, Request, Response, ServerError, Value};

use super::{PlanSchema, fault};

struct Mark;

impl CustomDirective for Mark {}

/// 标明查询中哪个连接或列表成为表格的行（CSV、XLSX、GeoJSON、HTML）；只有一个连接时不必写。对 JSON 回答没有影响。
/// Marks the connection or list that gives the rows of a table (CSV, XLSX, GeoJSON, HTML); not needed where there is
/// one connection. It changes nothing in a JSON answer.
#[Directive(location = "Field")]
pub fn rows() -> impl CustomDirective {
    Mark
}

/// What is wrong with a document, if anything: the question is put with every field skipped.
pub async fn faults(schema: &PlanSchema, document: &ExecutableDocument) -> Vec<ServerError> {
    let mut document = document.clone();
    let operations: Vec<_> = match &mut document.operations {
        DocumentOperations::Single(one) => vec![one],
        DocumentOperations::Multiple(many) => many.values_mut().collect(),
    };
    for operation in operations {
        for selection in &mut operation.node.selection_set.node.items {
            let at = selection.pos;
            let condition = (Positioned::new(Name::new("if"), at), Positioned::new(Value::from(true).into(), at));
            let skip = Written { name: Positioned::new(Name::new("skip"), at), arguments: vec![condition] };
            let directives = match &mut selection.node {
                Selection::Field(field) => &mut field.node.directives,
                Selection::FragmentSpread(spread) => &mut spread.node.directives,
                Selection::InlineFragment(inline) => &mut inline.node.directives,
            };
            directives.retain(|directive| directive.node.name.node != "skip");
            directives.push(Positioned::new(skip, at));
        }
    }
    let name = match &document.operations {
        DocumentOperations::Single(_) => None,
        DocumentOperations::Multiple(many) => many.keys().next().cloned(),
    };
    let mut request = Request::new("");
    request.operation_name = name.map(|name| name.to_string());
    request.set_parsed_query(document);
    let Response { mut errors, .. } = schema.execute(request, false).await;
    errors.iter_mut().for_each(fault::complete);
    errors
}

/// Whether a question was refused for its size alone.
pub fn too_dear(error: &ServerError) -> bool {
    error.extensions.as_ref().and_then(|values| values.get("code")) == Some(&Value::from("TOO_COMPLEX"))
}
