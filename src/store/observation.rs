//! Figures: cells of sources, by subject, indicator and period.

pub(super) mod held;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use futures_util::TryStreamExt;
use sea_query::{Condition, Expr, ExprTrait, Func, IntoTableRef, JoinType, Order, Query, SelectStatement};

use super::db::{Dialect, Row};
use super::dimension;
use super::search::{Columns, among, quantity};
use super::{Store, StoreError, held_at};
use crate::domain::{Accumulation, Cell, Comparator, Kind, ObservationStatus, PeriodCode, Quantity};

pub use held::{list_held, newest_held, packing};

/// One cell of one source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// Permanent number of this version of the cell.
    pub id: i64,
    /// What it is about.
    pub subject: i64,
    /// What is measured.
    pub indicator: i64,
    /// The source; cells of several sources stand side by side.
    pub document: i64,
    /// When.
    pub period: PeriodCode,
    /// How the value relates to the period.
    pub accumulation: Accumulation,
    /// The value; none where the status says why.
    pub quantity: Option<Quantity>,
    /// 突破, 近, 余 …; exactly, when none.
    pub comparator: Option<Comparator>,
    /// Standing of the value.
    pub status: ObservationStatus,
    /// When the world could first read it.
    pub released_on: Option<NaiveDate>,
    /// Where in the document.
    pub locator: Option<String>,
    /// Short and verbatim.
    pub quote: Option<String>,
    /// Remark.
    pub note: Option<String>,
    /// The revision that brought it.
    pub since: i32,
    /// The revision that ended it, the largest integer while none has. Read at an older revision it may lie ahead of
    /// that; compare it with what that revision holds only.
    pub until: i32,
}

/// Which cells.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cells<'a> {
    /// Of these subjects.
    pub subjects: &'a [i64],
    /// Of these indicators; of any, when none.
    pub indicators: Option<&'a [i64]>,
    /// From the period that ends when this one ends, or later.
    pub from: Option<PeriodCode>,
    /// To the period that ends when this one ends, or earlier.
    pub to: Option<PeriodCode>,
    /// With this accumulation only.
    pub accumulation: Option<Accumulation>,
}

/// What a revision holds of one indicator in one period, for one kind of subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Indicator.
    pub indicator: i64,
    /// Kind of the subjects.
    pub kind: Kind,
    /// Period.
    pub period: PeriodCode,
    /// Accumulation.
    pub accumulation: Accumulation,
    /// How many subjects have a value.
    pub subjects: i64,
    /// Whether any of the values comes from a sample document.
    pub sample: bool,
}

/// Cells in the order of subject, indicator, period, accumulation and document.
///
/// # Errors
/// When the database fails.
pub async fn list(store: &Store, at: i32, cells: &Cells<'_>) -> Result<Vec<Observation>, StoreError> {
    if cells.subjects.is_empty() || cells.indicators.is_some_and(<[i64]>::is_empty) {
        return Ok(Vec::new());
    }
    store.db.rows(&list_statement(store.db.dialect(), at, cells)).await?.iter().map(read).collect()
}

/// For each subject, every cell of the newest period (up to `not_after`) in which it has a value of the
/// indicator: several where sources disagree or accumulations differ.
///
/// # Errors
/// When the database fails.
pub async fn newest(
    store: &Store,
    at: i32,
    subjects: &[i64],
    indicator: i64,
    not_after: Option<PeriodCode>,
) -> Result<Vec<Observation>, StoreError> {
    if subjects.is_empty() {
        return Ok(Vec::new());
    }
    let select = newest_statement(store.db.dialect(), at, subjects, indicator, not_after);
    store.db.rows(&select).await?.iter().map(read).collect()
}

/// A version of a cell by its number, whatever the revision.
///
/// # Errors
/// When the database fails.
pub async fn by_id(store: &Store, id: i64) -> Result<Option<Observation>, StoreError> {
    store.db.rows(&by_id_statement(id)).await?.first().map(read).transpose()
}

/// All versions that revisions up to `at` brought of the cells that some versions belong to: by the number of the
/// version asked about, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn versions(store: &Store, at: i32, ids: &[i64]) -> Result<Vec<(i64, Observation)>, StoreError> {
    let rows = store.db.rows(&versions_statement(store.db.dialect(), at, ids)).await?;
    rows.iter().map(|row| Ok((row.int(0)?, read_at(row, 1)?))).collect()
}

/// Which periods of which indicators a revision has values for.
///
/// # Errors
/// When the database fails.
pub async fn periods(store: &Store, at: i32) -> Result<Vec<Summary>, StoreError> {
    let mut sample: BTreeSet<i64> = BTreeSet::new();
    let documents = dimension::of_kind(at, Kind::Document);
    {
        let mut rows = store.db.stream(&documents);
        while let Some(row) = rows.try_next().await? {
            let document = dimension::dimension(&row)?;
            if *document.record.cell("sample") == Cell::Boolean(true) {
                sample.insert(document.id);
            }
        }
    }
    let sample: Vec<i64> = sample.into_iter().collect();
    let rows = store.db.rows(&periods_statement(store.db.dialect(), at, &sample)).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::new(row);
            Ok(Summary {
                indicator: columns.int()?,
                kind: columns.parsed(Kind::from_word)?,
                period: period(columns.int()?)?,
                accumulation: columns.parsed(Accumulation::from_word)?,
                subjects: columns.int()?,
                sample: columns.int()? > 0,
            })
        })
        .collect()
}

pub(super) const COLUMNS: [&str; 18] = [
    "id",
    "subject",
    "indicator",
    "document",
    "period",
    "accumulation",
    "value",
    "unit",
    "decimals",
    "as_reported",
    "comparator",
    "status",
    "released_on",
    "locator",
    "quote",
    "note",
    "rev_from",
    "rev_to",
];

fn columns(select: &mut SelectStatement) -> &mut SelectStatement {
    select.columns(COLUMNS.map(|column| ("p", column)))
}

pub(super) fn list_statement(dialect: Dialect, at: i32, cells: &Cells<'_>) -> SelectStatement {
    let mut select = Query::select();
    columns(&mut select)
        .from_as("observation", "p")
        .and_where(among(dialect, ("p", "subject"), cells.subjects))
        .and_where_option(cells.indicators.map(|ids| among(dialect, ("p", "indicator"), ids)))
        .and_where_option(cells.from.map(|from| Expr::col(("p", "period")).gte(last_day(from))))
        .and_where_option(cells.to.map(|to| Expr::col(("p", "period")).lt(last_day(to) + 100)))
        .and_where_option(cells.accumulation.map(|how| Expr::col(("p", "accumulation")).eq(how.word())))
        .cond_where(held_at("p", at));
    for column in ["subject", "indicator", "period", "accumulation", "document"] {
        select.order_by(("p", column), Order::Asc);
    }
    select
}

/// The least sort key of the periods that end with this one.
pub(super) fn last_day(period: PeriodCode) -> i64 {
    i64::from(period.sort_key() / 100 * 100)
}

pub(super) fn newest_statement(
    dialect: Dialect,
    at: i32,
    subjects: &[i64],
    indicator: i64,
    not_after: Option<PeriodCode>,
) -> SelectStatement {
    let wanted = |alias: &'static str| {
        Condition::all()
            .add(Expr::col((alias, "subject")).equals(("s", "id")))
            .add(Expr::col((alias, "indicator")).eq(indicator))
            .add(held_at(alias, at))
    };
    let newest = Query::select()
        .column(("n", "period"))
        .from_as("observation", "n")
        .cond_where(wanted("n"))
        .and_where(Expr::col(("n", "value")).is_not_null())
        .and_where_option(not_after.map(|period| Expr::col(("n", "period")).lt(last_day(period) + 100)))
        .order_by(("n", "period"), Order::Desc)
        .limit(1)
        .take();
    let mut select = Query::select();
    columns(&mut select)
        .from_subquery(dialect.ids(subjects), "s")
        .cross_join("observation".into_table_ref().alias("p"))
        .cond_where(wanted("p"))
        .and_where(Expr::col(("p", "period")).eq(Expr::SubQuery(None, Box::new(newest.into()))));
    for column in ["subject", "accumulation", "document"] {
        select.order_by(("p", column), Order::Asc);
    }
    select
}

pub(super) fn by_id_statement(id: i64) -> SelectStatement {
    let mut select = Query::select();
    columns(&mut select).from_as("observation", "p").and_where(Expr::col(("p", "id")).eq(id));
    select
}

pub(super) fn versions_statement(dialect: Dialect, at: i32, ids: &[i64]) -> SelectStatement {
    let same = ["subject", "indicator", "period", "accumulation", "document"]
        .iter()
        .fold(Condition::all(), |all, column| all.add(Expr::col(("p", *column)).equals(("known", *column))));
    let mut select = Query::select();
    select.column(("known", "id"));
    columns(&mut select)
        .from_as("observation", "known")
        .join_as(JoinType::InnerJoin, "observation", "p", same)
        .and_where(among(dialect, ("known", "id"), ids))
        .and_where(Expr::col(("p", "rev_from")).lte(i64::from(at)))
        .order_by(("known", "id"), Order::Asc)
        .order_by(("p", "rev_from"), Order::Asc);
    select
}

pub(super) fn periods_statement(dialect: Dialect, at: i32, sample: &[i64]) -> SelectStatement {
    let from_sample = Expr::case(among(dialect, ("p", "document"), sample), Expr::val(1i64)).finally(0i64);
    let keys = [("p", "indicator"), ("s", "kind"), ("p", "period"), ("p", "accumulation")];
    let mut select = Query::select();
    select
        .columns(keys)
        .expr(Expr::col(("p", "subject")).count_distinct())
        .expr(Func::max(from_sample))
        .from_as("observation", "p")
        .join_as(JoinType::InnerJoin, "entity", "s", Expr::col(("s", "id")).equals(("p", "subject")))
        .cond_where(held_at("p", at))
        .and_where(Expr::col(("p", "value")).is_not_null())
        .group_by_columns(keys);
    for key in keys {
        select.order_by(key, Order::Asc);
    }
    select
}

pub(super) fn period(key: i64) -> Result<PeriodCode, StoreError> {
    i32::try_from(key).ok().and_then(PeriodCode::from_sort_key).ok_or(StoreError::Damaged)
}

pub(super) fn read(row: &Row) -> Result<Observation, StoreError> {
    read_at(row, 0)
}

/// The observation whose columns begin at `at`.
pub(super) fn read_at(row: &Row, at: usize) -> Result<Observation, StoreError> {
    let mut columns = Columns::at(row, at);
    Ok(Observation {
        id: columns.int()?,
        subject: columns.int()?,
        indicator: columns.int()?,
        document: columns.int()?,
        period: period(columns.int()?)?,
        accumulation: columns.parsed(Accumulation::from_word)?,
        quantity: quantity(columns.some_int()?, columns.some_str()?, columns.some_int()?, columns.some_text()?)?,
        comparator: columns.some_parsed(Comparator::from_word)?,
        status: columns.parsed(ObservationStatus::from_word)?,
        released_on: columns.some_parsed(|text| text.parse().ok())?,
        locator: columns.some_text()?,
        quote: columns.some_text()?,
        note: columns.some_text()?,
        since: columns.revision()?,
        until: columns.revision()?,
    })
}
