//! Revisions: the list of changes that the database is.

use async_graphql::{Object, OneofObject};

use super::connection::{Connection, Edge, MOST_FACTS, Paging, Total, close_cursor};
use super::fault::Fault;
use super::id::NodeId;
use super::node::NodeFields;
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
}

/// 要回看的知识状态。
/// The knowledge state to read at.
#[derive(OneofObject)]
pub enum AsOf {
    /// 修订编号。
    /// Number of a revision.
    Revision(i32),
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
    let mut found = view.store().revisions(Some(before), wanted as u64 + 1).await.map_err(Fault::internal)?;
    let more = found.len() > wanted;
    found.truncate(wanted);
    let edges = found
        .into_iter()
        .map(|revision| Edge::new(close_cursor(&revision.number.to_string()), Revision::new(revision)))
        .collect();
    let total = usize::try_from(newest).unwrap_or_default();
    Ok(Connection::page(edges, paging.after.is_some(), more, Total::Known(total)))
}
