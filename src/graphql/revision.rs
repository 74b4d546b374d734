//! Revisions: the list of changes that the database is.

use async_graphql::{Context, ID, Object, OneofObject};

use super::changes::{self, ChangeFilter, FigureChange, State, TableChange};
use super::connection::{Connection, Edge, MOST_FACTS, Paging, Total, close_cursor};
use super::edition::Edition;
use super::fault::Fault;
use super::id::NodeId;
use super::node::NodeFields;
use super::ready::Ready;
use super::scalars::{DateTime, Sha256};
use super::view::View;
use crate::store;

/// A revision.
#[derive(Clone)]
pub struct Revision(store::Revision);

impl Revision {
    /// The revision of the database's own record.
    pub const fn new(revision: store::Revision) -> Self {
        Self(revision)
    }
}

impl Ready for Revision {}

/// 修订：对数据库的一次完整提交，编号 1、2、3……，从不修改、从不删除；每次读取都恰在一个修订上。摘要与前一修订相连。
/// One committed change of the database. Revisions are numbered 1, 2, 3 …, never edited and never removed; every read
/// happens at exactly one of them. The digest chains to the previous one.
#[Object]
impl Revision {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::of(NodeId::encode("Revision", &self.0.number.to_string(), None))
    }

    /// 编号。
    /// Number.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// 提交时刻。
    /// When it was committed.
    async fn committed_at(&self) -> DateTime {
        DateTime(self.0.committed_at)
    }

    /// 提交者。
    /// Who committed it.
    async fn author(&self) -> &str {
        &self.0.author
    }

    /// 说明。
    /// Why.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// 摘要。
    /// Digest over everything it changed and the digest before it.
    async fn digest(&self) -> Sha256 {
        Sha256(self.0.digest.clone())
    }

    /// 前一修订的摘要；第一个修订为空。
    /// Digest of the revision before; null for the first.
    async fn previous_digest(&self) -> Option<Sha256> {
        self.0.previous_digest.clone().map(Sha256)
    }

    /// 以此修订为内容的版次；此后才定稿的也算。
    /// The edition that names this revision, whenever it was closed.
    async fn edition(&self, ctx: &Context<'_>) -> Option<Edition> {
        let head = ctx.data_unchecked::<View>();
        head.editions().find(|edition| edition.revision == self.0.number).map(Edition::new)
    }

    /// 此修订改动的数据；按指标、时期、对象排列。
    /// Figures that this revision changed, by indicator, period and subject.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "与何者相比：版次代码，或版次、修订的 id；缺省为前一修订。Compared with what: the code of an edition, or the id of an edition or a revision; the revision before, when left out."
        )]
        since: Option<ID>,
        #[graphql(desc = "条件。Condition.")] filter: Option<ChangeFilter>,
        #[graphql(default_with = "Some(50)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<FigureChange>>, Fault> {
        changes::figures(ctx, self.since(ctx, since)?, State::Revision(self.0.number), filter, first, after).await
    }

    /// 此修订改动的行数，逐表；没有变化的表不列。
    /// How many rows of each table this revision changed; tables without a change are left out.
    async fn table_changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "与何者相比：版次代码，或版次、修订的 id；缺省为前一修订。Compared with what: the code of an edition, or the id of an edition or a revision; the revision before, when left out."
        )]
        since: Option<ID>,
    ) -> Result<Vec<TableChange>, Fault> {
        changes::tables(ctx, self.since(ctx, since)?, State::Revision(self.0.number)).await
    }
}

impl Revision {
    /// What it is compared with: what was asked for, else the revision before.
    fn since(&self, ctx: &Context<'_>, since: Option<ID>) -> Result<State, Fault> {
        match since {
            Some(given) => State::since(ctx.data_unchecked::<View>(), &given),
            None if self.0.number > 1 => Ok(State::Revision(self.0.number - 1)),
            None => Ok(State::Nothing),
        }
    }
}

/// 要回看的知识状态。
/// The knowledge state to read at.
#[derive(OneofObject)]
pub enum AsOf {
    /// 版次代码。
    /// Code of an edition.
    Edition(String),
    /// 修订编号。
    /// Number of a revision.
    Revision(i32),
    /// 当时已知的：该时刻之前的最后一个修订。
    /// What was known at a moment: the last revision made by then.
    Known(DateTime),
}

/// Revisions up to the one of the view, newest first.
///
/// # Errors
/// [`Fault`] for a foreign cursor.
pub async fn page(view: &View, paging: Paging) -> Result<Connection<Edge<Revision>>, Fault> {
    let newest = view.revision().number;
    let before = match &paging.after {
        None => newest.saturating_add(1),
        Some(after) => {
            after.parse().ok().filter(|number| (1..=newest).contains(number)).ok_or_else(Fault::bad_cursor)?
        }
    };
    let wanted = paging.first.min(MOST_FACTS);
    let mut found = view.store().revisions(Some(before), wanted as u64 + 1).await.map_err(Fault::from)?;
    let more = found.len() > wanted;
    found.truncate(wanted);
    let edges = found
        .into_iter()
        .map(|revision| Edge::new(close_cursor(&revision.number.to_string()), Revision::new(revision)))
        .collect();
    let total = usize::try_from(newest).unwrap_or_default();
    Ok(Connection::page(edges, paging.after.is_some(), more, Total::Known(total)))
}
