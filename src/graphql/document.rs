//! Documents and citations: where everything is said.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::fault::Fault;
use super::node::NodeFields;
use super::scalars::{Date, Sha256, Url};
use super::view::View;
use super::words::Lang;
use crate::domain;

/// 规划文本的效力状态。
/// Standing of a plan's text.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::PlanStatus")]
pub enum PlanStatus {
    /// 征求意见稿。
    /// Draft out for comment.
    DraftForComment,
    /// 已通过。
    /// Adopted.
    Adopted,
    /// 施行中。
    /// In force.
    InForce,
    /// 已结束。
    /// Closed.
    Closed,
    /// 已被取代。
    /// Superseded by another.
    Superseded,
}

/// 来源可信度。
/// How far a document is to be believed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Confidence")]
pub enum Confidence {
    /// 高：政府网站或党报原址。
    /// A government site or party paper at its own address.
    High,
    /// 中：上述文本的转载。
    /// Such a text, reposted.
    Medium,
    /// 低：汇总网站。
    /// An aggregator.
    Low,
}

/// A source.
#[derive(Clone)]
pub struct Document(Arc<domain::Document>);

impl Document {
    /// The document of a row.
    pub fn new(row: &Arc<domain::Document>) -> Self {
        Self(Arc::clone(row))
    }
}

/// 来源文件：每个数据、关联和边界都指向一份。
/// A source document; every figure, link and boundary points to one.
#[Object]
impl Document {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        // The text is the same in every revision, so the id is too.
        NodeFields::everywhere("Document", self.0.id)
    }

    /// 稳定代码。
    /// Stable code.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// 是否为示例（虚构）数据的来源。
    /// Whether what it says is made up for demonstration.
    async fn sample(&self) -> bool {
        self.0.sample
    }

    /// 标题。
    /// Title as published.
    async fn title(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.0.title)
    }

    /// 发布单位。
    /// Who issued it.
    async fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// 发布时间：年、年月或年月日，以所知为限。
    /// Year, month or day of issue (YYYY, YYYY-MM or YYYY-MM-DD), as far as known.
    async fn issued_on(&self) -> Option<&str> {
        self.0.issued_on.as_deref()
    }

    /// 网址。
    /// Web address.
    async fn url(&self) -> Option<Url> {
        self.0.url.clone().map(Url)
    }

    /// 所存文本的校验和。
    /// Digest of the text held.
    async fn sha256(&self) -> Option<Sha256> {
        self.0.sha256.clone().map(Sha256)
    }

    /// 许可。
    /// Licence or terms.
    async fn licence(&self) -> Option<&str> {
        self.0.licence.as_deref()
    }

    /// 取得日期。
    /// Day on which it was read.
    async fn retrieved_at(&self) -> Date {
        Date(self.0.retrieved_on)
    }

    /// 规划文本的效力状态；其他文件为空。
    /// Standing, for the text of a plan.
    async fn status(&self) -> Option<PlanStatus> {
        self.0.status.map(Into::into)
    }

    /// 可信度。
    /// How far it is to be believed.
    async fn confidence(&self) -> Confidence {
        self.0.confidence.into()
    }

    /// 备注。
    /// Remark.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }
}

/// A place in a document.
#[derive(Clone)]
pub struct Citation {
    document: Document,
    citation: domain::Citation,
}

impl Citation {
    /// The citations whose documents the view holds: all of them, import sees to that.
    pub fn all(view: &View, citations: &[domain::Citation]) -> Vec<Self> {
        citations.iter().filter_map(|citation| Self::of(view, citation)).collect()
    }

    /// One citation that must be there.
    ///
    /// # Errors
    /// [`Fault`] when its document is not held; import lets no such row in.
    pub fn need(view: &View, citation: &domain::Citation) -> Result<Self, Fault> {
        Self::of(view, citation).ok_or_else(|| Fault::internal(format!("no document {}", citation.document)))
    }

    /// One citation.
    pub fn of(view: &View, citation: &domain::Citation) -> Option<Self> {
        let row = view.atlas().documents.code(&citation.document)?;
        Some(Self { document: Document::new(row), citation: citation.clone() })
    }

    /// The citation of a fact's own row.
    pub fn of_row(view: &View, document: i64, locator: Option<&str>, quote: Option<&str>) -> Option<Self> {
        let row = view.atlas().documents.id(domain::EntityId(document))?;
        let citation = domain::Citation {
            document: row.code.clone(),
            locator: locator.unwrap_or_default().to_owned(),
            quote: quote.map(str::to_owned),
        };
        Some(Self { document: Document::new(row), citation })
    }
}

/// 出处：位置和短引文，十秒钟内可以核对。
/// Where exactly something is said: a locator and a quote that a person can check in ten seconds.
#[Object]
impl Citation {
    /// 文件。
    /// The document.
    async fn document(&self) -> &Document {
        &self.document
    }

    /// 位置：章节、任务序号、表格单元。
    /// Where in it: section, task number, table cell.
    async fn locator(&self) -> &str {
        &self.citation.locator
    }

    /// 短引文，逐字照录。
    /// Short verbatim quote.
    async fn quote(&self) -> Option<&str> {
        self.citation.quote.as_deref()
    }
}

/// Fields of the interface `Sourced`.
pub struct SourcedFields(Vec<Citation>);

impl SourcedFields {
    /// The fields of something with these citations.
    pub fn new(view: &View, citations: &[domain::Citation]) -> Self {
        Self(Citation::all(view, citations))
    }

    /// The fields of something made of several facts: each place that they are said in, once.
    pub fn of_rows<'a>(view: &View, rows: impl Iterator<Item = (i64, Option<&'a str>, Option<&'a str>)>) -> Self {
        let mut seen = Vec::new();
        let mut found = Vec::new();
        for (document, locator, quote) in rows {
            if !seen.contains(&(document, locator)) {
                seen.push((document, locator));
                found.extend(Citation::of_row(view, document, locator, quote));
            }
        }
        Self(found)
    }

    /// The fields of a fact with the citation of its own row.
    pub fn of_row(view: &View, document: i64, locator: Option<&str>, quote: Option<&str>) -> Self {
        Self(Citation::of_row(view, document, locator, quote).into_iter().collect())
    }
}

/// 可追溯的事物。
/// Whatever can be traced.
#[Object]
impl SourcedFields {
    /// 出处，首条为本行自身的出处。
    /// Where it is said; the first is the row's own.
    async fn citations(&self) -> &[Citation] {
        &self.0
    }
}
