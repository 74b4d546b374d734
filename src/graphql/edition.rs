//! Editions: revisions that were given a name for good.

use std::sync::Arc;

use async_graphql::{Context, ID, Object};

use super::changes::{self, ChangeFilter, FigureChange, State, TableChange};
use super::connection::{Connection, Edge};
use super::fault::Fault;
use super::id::NodeId;
use super::loaders::RevisionOf;
use super::node::NodeFields;
use super::revision::Revision;
use super::scalars::{Date, DateTime, Sha256};
use super::view::View;
use super::words::Cadence;
use crate::store;

/// An edition.
#[derive(Clone)]
pub struct Edition(Arc<store::Edition>);

impl Edition {
    /// The edition of the database's own record.
    pub fn new(row: &Arc<store::Edition>) -> Self {
        Self(Arc::clone(row))
    }
}

/// The edition of a code, as a view knows it.
///
/// # Errors
/// [`Fault`] when there is none.
pub fn of_code<'a>(view: &'a View, code: &str) -> Result<&'a Arc<store::Edition>, Fault> {
    let known = || view.editions().map(|edition| edition.code.as_str());
    view.editions().find(|edition| edition.code == code).ok_or_else(|| Fault::unknown_code("Edition", code, known()))
}

/// 版次：定稿并命名的修订，此后永不改变；凡公布的都应注明版次。
/// A revision given a name for good. Everything published cites one; nothing in it ever changes.
#[Object]
impl Edition {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::of(NodeId::encode("Edition", &self.0.code, None))
    }

    /// 代码，从不再用。
    /// Its code, never used again.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// 其内容：所指的修订。
    /// What it holds: the revision that it names.
    async fn revision(&self, ctx: &Context<'_>) -> Result<Revision, Fault> {
        let found = ctx.data_unchecked::<View>().facts().load_one(RevisionOf(self.0.revision)).await?;
        found.map(Revision::new).ok_or_else(|| Fault::internal("an edition of no revision"))
    }

    /// 周期。
    /// On which round it was closed.
    async fn cadence(&self) -> Cadence {
        self.0.cadence.into()
    }

    /// 截止日：应完成与否、灯的颜色都以此日为准。
    /// Cut-off: the day it is seen on. What is due and the colour of lights go by it.
    async fn cutoff(&self) -> Date {
        Date(self.0.cutoff)
    }

    /// 定稿时刻。
    /// When it was closed.
    async fn closed_at(&self) -> DateTime {
        DateTime(self.0.closed_at)
    }

    /// 定稿人。
    /// Who closed it.
    async fn closed_by(&self) -> &str {
        &self.0.closed_by
    }

    /// 所指修订的摘要，涵盖其及以前的一切；可用 planatlas verify --edition 核验。
    /// Digest of the revision it names, over everything up to it; `planatlas verify --edition` recomputes it.
    async fn digest(&self) -> Sha256 {
        Sha256(self.0.digest.clone())
    }

    /// 是否含示例（虚构）数据。
    /// Whether it holds made-up data.
    async fn sample(&self) -> bool {
        self.0.sample
    }

    /// 签名所用的 Ed25519 公钥，十六进制；未签名时为空。
    /// Ed25519 public key that it is signed with, in hexadecimal; null when it is not signed.
    async fn public_key(&self) -> Option<&str> {
        self.0.signature.as_ref().map(|signature| signature.public_key.as_str())
    }

    /// 签名，十六进制；所签文本见 docs/operation.md。
    /// Signature, in hexadecimal; what it covers stands in docs/operation.md.
    async fn signature(&self) -> Option<&str> {
        self.0.signature.as_ref().map(|signature| signature.signature.as_str())
    }

    /// 与较早的版次或修订相比，哪些数据变了；按指标、时期、对象排列。
    /// Figures that are not what they were at an earlier edition or revision, by indicator, period and subject.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "与何者相比：版次代码，或版次、修订的 id；缺省为前一版次。Compared with what: the code of an edition, or the id of an edition or a revision; the edition before, when left out."
        )]
        since: Option<ID>,
        #[graphql(desc = "条件。Condition.")] filter: Option<ChangeFilter>,
        #[graphql(default_with = "Some(50)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<FigureChange>>, Fault> {
        let from = self.since(ctx, since)?;
        changes::figures(ctx, from, State::Edition(Arc::clone(&self.0)), filter, first, after).await
    }

    /// 与较早的版次或修订相比，各表有多少行变了；没有变化的表不列。
    /// How many rows of each table are not what they were at an earlier edition or revision; tables without a change
    /// are left out.
    async fn table_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "与何者相比：版次代码，或版次、修订的 id；缺省为前一版次。Compared with what: the code of an edition, or the id of an edition or a revision; the edition before, when left out."
        )]
        since: Option<ID>,
    ) -> Result<Vec<TableChange>, Fault> {
        changes::tables(ctx, self.since(ctx, since)?, State::Edition(Arc::clone(&self.0))).await
    }
}

impl Edition {
    /// What it is compared with: what was asked for, else the edition before.
    fn since(&self, ctx: &Context<'_>, since: Option<ID>) -> Result<State, Fault> {
        let head = ctx.data_unchecked::<View>();
        match since {
            Some(given) => State::since(head, &given),
            None => {
                let before = head.editions().filter(|edition| edition.revision < self.0.revision).last();
                Ok(before.map_or(State::Nothing, |edition| State::Edition(Arc::clone(edition))))
            }
        }
    }
}
