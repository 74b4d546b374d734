//! The catalogue: the same fields at the head (`Query`) and inside a snapshot (`asOf`).

use async_graphql::{ID, Object};

use super::dimensions::DimensionFields;
use super::document::Document;
use super::facts::FactFields;
use super::fault::Fault;
use super::id::NodeId;
use super::interface::interface;
use super::node::{self, Node};
use super::query::{Query, Snapshot};
use super::search::{self, SearchResult};
use super::view::View;

/// Ids in one question at most.
const MOST_IDS: usize = 500;

interface! {
    /// 目录：在最新修订上和在任一快照内都相同的一组字段，同一片段可用于两者。
    /// The catalogue: the same fields at the head and inside any snapshot, so that one fragment serves both.
    Catalog extends [] from [CatalogFields, DimensionFields, FactFields] for [Query, Snapshot]
}

/// Fields of the interface `Catalog`.
pub struct CatalogFields(pub View);

/// 目录。
/// The catalogue.
#[Object]
impl CatalogFields {
    /// 按 id 取一个事物；不存在时为空。
    /// The thing of an id; null when there is none.
    async fn node(
        &self,
        #[graphql(desc = "回答中给出的 id。An id from an answer.")] id: ID,
    ) -> Result<Option<Node>, Fault> {
        node::find(&self.0, &NodeId::decode(&id)?).await
    }

    /// 按 id 取多个事物，次序与 id 相同；不存在的为空。
    /// The things of several ids, in their order; null for each that does not exist.
    async fn nodes(
        &self,
        #[graphql(desc = "回答中给出的 id，至多 500 个。Ids from answers, 500 at most.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Node>>, Fault> {
        if ids.len() > MOST_IDS {
            return Err(Fault::argument("ids", format!("至多 {MOST_IDS} 个"), format!("{MOST_IDS} at most")));
        }
        let mut found = Vec::with_capacity(ids.len());
        for id in &ids {
            found.push(node::find(&self.0, &NodeId::decode(id)?).await?);
        }
        Ok(found)
    }

    /// 按名称查找一切：中英文名称、别名、代码、任务序号，以及拼音与拼音首字母；多音字取任一读音。最匹配者在前。
    /// Finds anything by what it is called: names in both languages, other spellings, codes, task numbers, and pinyin in
    /// full or by initials, in any reading. The best match comes first.
    async fn search(
        &self,
        #[graphql(
            desc = "所键入的文字，至多 200 字；空格分开的各词须都找到。What is typed, 200 characters at most; words \
apart by spaces must all be found."
        )]
        text: String,
        #[graphql(default_with = "Some(10)", desc = "条数，至多 100。Results wanted, 100 at most.")] first: Option<i32>,
    ) -> Result<Vec<SearchResult>, Fault> {
        search::search(&self.0, &text, first).await
    }

    /// 全部来源文件。
    /// All source documents.
    async fn documents(&self) -> Vec<Document> {
        self.0.atlas().documents.all().iter().map(Document::new).collect()
    }
}
