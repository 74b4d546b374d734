//! What became different between two states, and why.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, InputObject, Object};
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::connection::{Connection, Edge, MOST_FACTS, Paging, Total, close_cursor, cut};
use super::edition;
use super::fault::Fault;
use super::id::NodeId;
use super::loaders::{RevisionOf, VersionsOf};
use super::observation::{Observation, indicator_of};
use super::ready::Ready;
use super::revision::Revision;
use super::view::View;
use crate::store::change::{self as store, Between, Change, Cursor, Wanted};

/// A state that changes are told from or up to.
#[derive(Clone)]
pub enum State {
    /// The empty database before the first revision.
    Nothing,
    /// A revision, seen on the day it was made.
    Revision(i32),
    /// An edition.
    Edition(Arc<crate::store::Edition>),
}

impl State {
    /// The state of an argument `since`: the code of an edition, or the id of an edition or a revision.
    ///
    /// # Errors
    /// [`Fault`] when it names neither.
    pub fn since(head: &View, given: &ID) -> Result<Self, Fault> {
        if let Ok(edition) = edition::of_code(head, given) {
            return Ok(Self::Edition(Arc::clone(edition)));
        }
        let Ok(id) = NodeId::decode(given) else {
            return edition::of_code(head, given).map(|edition| Self::Edition(Arc::clone(edition)));
        };
        match id.kind.as_str() {
            "Edition" => edition::of_code(head, &id.local).map(|edition| Self::Edition(Arc::clone(edition))),
            "Revision" => {
                let number = id.local.parse().ok().filter(|number| (1..=head.revision().number).contains(number));
                number.map(Self::Revision).ok_or_else(|| Fault::bad_id(given))
            }
            _ => Err(Fault::bad_id(given)),
        }
    }

    fn number(&self) -> i32 {
        match self {
            Self::Nothing => 0,
            Self::Revision(number) => *number,
            Self::Edition(edition) => edition.revision,
        }
    }

    async fn open(&self, head: &View) -> Result<View, Fault> {
        match self {
            Self::Nothing => Err(Fault::internal("a figure of no revision")),
            Self::Revision(number) => head.of_revision(*number).await,
            Self::Edition(edition) => head.of_edition(edition).await,
        }
    }
}

/// 变化的方式。
/// How a figure changed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "store::Kind")]
pub enum ChangeKind {
    /// 新增。
    /// It is new.
    Added,
    /// 更正。
    /// It says something else.
    Revised,
    /// 撤去。
    /// It is no longer there.
    Ended,
}

/// 要哪些变化；各条件同时成立。
/// Which changes; all conditions together.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ChangeFilter {
    /// 变化的方式，其中之一。
    /// How it changed: one of these.
    pub kinds: Option<Vec<ChangeKind>>,
    /// 指标代码，其中之一。
    /// Codes of indicators: one of these.
    pub indicators: Option<Vec<String>>,
}

/// Two states and the request that compares them. Each is opened when first needed, then shared.
struct Sides {
    head: View,
    from: State,
    to: State,
    older: OnceCell<View>,
    newer: OnceCell<View>,
}

impl Sides {
    fn new(head: &View, from: State, to: State) -> Result<Self, Fault> {
        if from.number() > to.number() {
            return Err(Fault::argument(
                "since",
                "须不晚于所比较的一方",
                "must not be later than what it is compared with",
            ));
        }
        Ok(Self { head: head.clone(), from, to, older: OnceCell::new(), newer: OnceCell::new() })
    }

    fn between(&self) -> Between {
        Between { from: self.from.number(), to: self.to.number() }
    }

    async fn older(&self) -> Result<&View, Fault> {
        self.older.get_or_try_init(|| self.from.open(&self.head)).await
    }

    async fn newer(&self) -> Result<&View, Fault> {
        self.newer.get_or_try_init(|| self.to.open(&self.head)).await
    }
}

/// A figure that is not what it was.
#[derive(Clone)]
pub struct FigureChange {
    sides: Arc<Sides>,
    change: Arc<Change>,
}

impl Ready for FigureChange {}

impl FigureChange {
    /// The revisions that touched it on the way, oldest first.
    async fn touched(&self) -> Result<Vec<crate::store::Revision>, Fault> {
        let facts = self.sides.newer().await?.facts();
        let Some(row) = self.change.after.as_ref().or(self.change.before.as_ref()) else { return Ok(Vec::new()) };
        let versions = facts.load_one(VersionsOf(row.id)).await?.unwrap_or_default();
        let span = self.sides.from.number() + 1..=self.sides.to.number();
        let mut numbers: Vec<i32> = versions.iter().flat_map(|version| [version.since, version.until]).collect();
        numbers.retain(|number| span.contains(number));
        numbers.sort_unstable();
        numbers.dedup();
        let found = facts.load_many(numbers.iter().copied().map(RevisionOf)).await?;
        Ok(numbers.iter().filter_map(|number| found.get(&RevisionOf(*number)).cloned()).collect())
    }
}

/// 一个数据的变化：新增、更正或撤去。
/// A figure that is not what it was: new, revised or gone.
#[Object]
impl FigureChange {
    /// 变化的方式。
    /// How it changed.
    async fn kind(&self) -> ChangeKind {
        match (&self.change.before, &self.change.after) {
            (None, _) => ChangeKind::Added,
            (_, None) => ChangeKind::Ended,
            _ => ChangeKind::Revised,
        }
    }

    /// 变化前，在较早的状态中读取；新增时为空。
    /// What it was, read in the earlier state; null when it is new.
    async fn before(&self) -> Result<Option<Observation>, Fault> {
        let Some(row) = &self.change.before else { return Ok(None) };
        Ok(Some(Observation::new(self.sides.older().await?, Arc::new(row.clone()))))
    }

    /// 变化后，在较晚的状态中读取；撤去时为空。
    /// What it is, read in the later state; null when it is gone.
    async fn after(&self) -> Result<Option<Observation>, Fault> {
        let Some(row) = &self.change.after else { return Ok(None) };
        Ok(Some(Observation::new(self.sides.newer().await?, Arc::new(row.clone()))))
    }

    /// 原因：其间改动它的各修订的说明，旧者在前，以「；」相连。
    /// Why: the messages of the revisions that touched it on the way, oldest first, joined by «；».
    async fn reason(&self) -> Result<Option<String>, Fault> {
        let touched = self.touched().await?;
        let messages: Vec<&str> = touched.iter().map(|revision| revision.message.trim()).collect();
        let said: Vec<&str> = messages.into_iter().filter(|message| !message.is_empty()).collect();
        Ok((!said.is_empty()).then(|| said.join("；")))
    }

    /// 其间改动它的各修订，旧者在前。
    /// The revisions that touched it on the way, oldest first.
    async fn revisions(&self) -> Result<Vec<Revision>, Fault> {
        Ok(self.touched().await?.into_iter().map(Revision::new).collect())
    }
}

/// What changed in a table.
pub struct TableChange(store::Count);

/// 一张表中有多少行变了。
/// How many rows of a table changed.
#[Object]
impl TableChange {
    /// 表名，同数据包。
    /// Name of the table, as in data packages.
    async fn table(&self) -> &str {
        self.0.table
    }

    /// 新增行数。
    /// Rows that are new.
    async fn added(&self) -> i64 {
        self.0.added
    }

    /// 更正行数。
    /// Rows that say something else.
    async fn revised(&self) -> i64 {
        self.0.revised
    }

    /// 撤去行数。
    /// Rows that are no longer there.
    async fn ended(&self) -> i64 {
        self.0.ended
    }
}

/// Figures that changed from one state to another, a page of them.
///
/// # Errors
/// [`Fault`] for an unknown indicator, a foreign cursor, or states in the wrong order.
pub async fn figures(
    ctx: &Context<'_>,
    from: State,
    to: State,
    filter: Option<ChangeFilter>,
    first: Option<i32>,
    after: Option<String>,
) -> Result<Connection<Edge<FigureChange>>, Fault> {
    let head = ctx.data_unchecked::<View>();
    let paging = Paging::new(first, after, MOST_FACTS)?;
    let sides = Arc::new(Sides::new(head, from, to)?);
    let between = sides.between();
    let filter = filter.unwrap_or_default();
    let indicators = match &filter.indicators {
        Some(codes) => {
            let view = sides.newer().await?;
            let id = |code: &String| indicator_of(view, code).map(|row| row.id.0);
            Some(codes.iter().map(id).collect::<Result<Vec<_>, _>>()?)
        }
        None => None,
    };
    let kinds = filter.kinds.map(|kinds| kinds.into_iter().map(Into::into).collect());
    let wanted = Wanted { kinds, indicators };
    // Marks the cursors of one list, so that one of another list is refused instead of answered wrongly.
    let list = hex::encode(&Sha256::digest(format!("{between:?}{wanted:?}"))[..4]);
    let after = paging.after.as_ref().map(|text| open_cursor(text, &list)).transpose()?;
    let limit = paging.first as u64 + 1;
    let mut rows = store::figures(head.store(), between, &wanted, after.as_ref(), limit).await.map_err(Fault::from)?;
    let more = cut(&mut rows, paging.first);
    let edges = rows
        .into_iter()
        .map(|change| {
            let place = change.cursor().and_then(|cursor| serde_json::to_string(&cursor).ok()).unwrap_or_default();
            let node = FigureChange { sides: Arc::clone(&sides), change: Arc::new(change) };
            Edge::new(close_cursor(&format!("{list}{place}")), node)
        })
        .collect();
    let database = head.store().clone();
    let count = move || {
        let (database, wanted) = (database.clone(), wanted.clone());
        let counted = async move { store::count(&database, between, &wanted).await.map_err(Fault::from) };
        Box::pin(counted) as futures_util::future::BoxFuture<'static, _>
    };
    Ok(Connection::page(edges, after.is_some(), more, Total::Count(Arc::new(count))))
}

fn open_cursor(text: &str, list: &str) -> Result<Cursor, Fault> {
    let place = text.strip_prefix(list).ok_or_else(Fault::bad_cursor)?;
    serde_json::from_str(place).map_err(|_| Fault::bad_cursor())
}

/// How many rows of each table changed from one state to another.
///
/// # Errors
/// [`Fault`] for states in the wrong order.
pub async fn tables(ctx: &Context<'_>, from: State, to: State) -> Result<Vec<TableChange>, Fault> {
    let head = ctx.data_unchecked::<View>();
    let sides = Sides::new(head, from, to)?;
    let between = sides.between();
    let counts = store::tables(head.store(), between).await.map_err(Fault::from)?;
    Ok(counts.into_iter().map(TableChange).collect())
}
