//! The price of a document, without running it.

use async_graphql::{SimpleObject, Variables};

use super::bill::{self, Bill, MOST};
use super::checked::{Checked, Question};
use super::fault::Fault;
use super::view::View;

/// 查询中的一段：一个列表、一页或一处几何，不含其下的列表。
/// A part of a document: one list, page or geometry, without the lists below it.
#[derive(SimpleObject)]
pub struct CostPart {
    /// 所在路径。
    /// Where it stands.
    path: String,
    /// 其代价。
    /// What it costs.
    cost: i32,
}

/// 一次查询的估计代价：答案可容纳的值（按字段权重）加上几何的顶点（每四个计一）；不执行查询。
/// Estimated cost of a document: the values its answer may hold, each with the weight of its field, and the vertices
/// of its geometries, four of which cost as much as one value. Nothing is run.
#[derive(SimpleObject)]
pub struct Cost {
    /// 合计：nodes 与 vertices 的四分之一之和。
    /// The whole: nodes and a quarter of the vertices.
    estimated: i32,
    /// 值，按权重计。
    /// Values, by weight.
    nodes: i32,
    /// 几何顶点。
    /// Vertices of geometries.
    vertices: i32,
    /// 一次提问的上限。
    /// What one question may cost.
    limit: i32,
    /// 上限与合计之差；负数为超出。
    /// What is left of the limit; negative when the question would be refused.
    remaining: i32,
    /// 代价最高的至多三段。
    /// Its three dearest parts at most.
    dearest: Vec<CostPart>,
}

impl From<&Bill> for Cost {
    fn from(bill: &Bill) -> Self {
        // What is more than an Int can say is far above the limit all the same.
        let int = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
        let part = |part: &bill::Part| CostPart { path: part.path.clone(), cost: int(part.cost) };
        Self {
            estimated: int(bill.estimated()),
            nodes: int(bill.nodes),
            vertices: int(bill.vertices),
            limit: int(MOST),
            remaining: int(MOST) - int(bill.estimated()),
            dearest: bill.dearest.iter().map(part).collect(),
        }
    }
}

/// Prices a document with its variables, which are JSON text.
///
/// # Errors
/// [`Fault`] when either cannot be read; the first error of the document itself otherwise.
pub fn of(view: &View, document: String, variables: Option<&str>) -> async_graphql::Result<Cost> {
    let variables = match variables {
        None => Variables::default(),
        Some(text) => match serde_json::from_str(text) {
            Ok(object @ serde_json::Value::Object(_)) => Variables::from_json(object),
            _ => return Err(Fault::argument("variables", "不是 JSON 对象", "not a JSON object").into()),
        },
    };
    let question = Question { query: document, operation_name: None, variables };
    match Checked::price(question, view) {
        Ok(checked) => Ok(checked.bill().into()),
        Err(refused) => {
            let first = refused.answer.errors.into_iter().next();
            let mut error = async_graphql::Error::new(first.as_ref().map_or("", |error| &error.message));
            error.extensions = first.and_then(|error| error.extensions);
            Err(error)
        }
    }
}
