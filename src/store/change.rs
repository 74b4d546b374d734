//! What became different between two revisions: figures one by one, the other tables by count.
//!
//! A row of the later revision that the earlier did not hold, and a row of the earlier that the later no longer holds,
//! are one change when they are versions of the same thing. What was replaced and put back in between is none.

use sea_query::{Condition, Expr, ExprTrait, Func, IntoColumnRef, JoinType, Order, Query, SelectStatement, UnionType};
use serde::{Deserialize, Serialize};

use super::columns::LAYOUTS;
use super::db::{Dialect, Row};
use super::observation::{self, Observation};
use super::search::{Columns, among};
use super::version::{Family, has_ended, packaged, table_of_kind};
use super::{Store, StoreError};

/// Two revisions, the earlier first; 0 stands for the empty database before the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Between {
    /// The earlier.
    pub from: i32,
    /// The later.
    pub to: i32,
}

/// How a figure changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is new.
    Added,
    /// It says something else.
    Revised,
    /// It is no longer there.
    Ended,
}

/// Which changes of figures; all, by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Of these kinds only.
    pub kinds: Option<Vec<Kind>>,
    /// Of these indicators only.
    pub indicators: Option<Vec<i64>>,
}

/// A figure that is not what it was: at least one of the two is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What the earlier revision holds.
    pub before: Option<Observation>,
    /// What the later one holds.
    pub after: Option<Observation>,
}

impl Change {
    /// Its place in the list.
    pub fn cursor(&self) -> Option<Cursor> {
        let row = self.after.as_ref().or(self.before.as_ref())?;
        Some(Cursor {
            indicator: row.indicator,
            period: row.period.sort_key().into(),
            accumulation: row.accumulation.word().to_owned(),
            subject: row.subject,
            document: row.document,
        })
    }
}

/// A place in the list of changes: by indicator, period, accumulation, subject and source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    indicator: i64,
    period: i64,
    accumulation: String,
    subject: i64,
    document: i64,
}

/// How many rows of a table changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Name of the table in packages.
    pub table: &'static str,
    /// Rows that are new.
    pub added: i64,
    /// Rows that say something else.
    pub revised: i64,
    /// Rows that are no longer there.
    pub ended: i64,
}

/// Figures that changed, in the order of their cursors.
///
/// # Errors
/// When the database fails.
pub async fn figures(
    store: &Store,
    between: Between,
    wanted: &Wanted,
    after: Option<&Cursor>,
    limit: u64,
) -> Result<Vec<Change>, StoreError> {
    let select = figures_statement(store.db.dialect(), between, wanted, after, limit);
    let rows = store.db.rows(&select).await?;
    rows.iter()
        .map(|row| {
            let side = |at: usize| row.some_int(at)?.map(|_| observation::read_at(row, at)).transpose();
            Ok(Change { after: side(0)?, before: side(observation::COLUMNS.len())? })
        })
        .collect()
}

/// How many figures changed.
///
/// # Errors
/// When the database fails.
pub async fn count(store: &Store, between: Between, wanted: &Wanted) -> Result<i64, StoreError> {
    store.db.rows(&count_statement(store.db.dialect(), between, wanted)).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// Tables with changes, by name.
///
/// # Errors
/// When the database fails.
pub async fn tables(store: &Store, between: Between) -> Result<Vec<Count>, StoreError> {
    let mut counts: Vec<Count> = Vec::new();
    for sql in sources() {
        let mut add = |row: &Row, fill: &dyn Fn(&mut Count, &mut Columns<'_>) -> Result<(), StoreError>| {
            let mut columns = Columns::new(row);
            let word = columns.text()?;
            let table = match sql {
                "dimension" => table_of_kind(&word).map(|table| table.name),
                _ => packaged().map(Family::name).find(|name| *name == word),
            };
            let table = table.ok_or(StoreError::Damaged)?;
            let at = counts.iter().position(|count| count.table == table).unwrap_or_else(|| {
                counts.push(Count { table, added: 0, revised: 0, ended: 0 });
                counts.len() - 1
            });
            fill(&mut counts[at], &mut columns)
        };
        for row in store.db.rows(&newer_statement(sql, between)).await? {
            add(&row, &|count, columns| {
                let (rows, pairs, revised) = (columns.int()?, columns.int()?, columns.some_int()?.unwrap_or(0));
                count.added += rows - pairs;
                count.revised += revised;
                count.ended -= pairs;
                Ok(())
            })?;
        }
        for row in store.db.rows(&older_statement(sql, between)).await? {
            add(&row, &|count, columns| {
                count.ended += columns.int()?;
                Ok(())
            })?;
        }
    }
    counts.retain(|count| (count.added, count.revised, count.ended) != (0, 0, 0));
    counts.sort_by_key(|count| count.table);
    Ok(counts)
}

/// SQL tables whose rows packages bring.
pub(super) fn sources() -> impl Iterator<Item = &'static str> {
    ["package", "dimension"].into_iter().chain(LAYOUTS.iter().map(|layout| layout.sql))
}

/// The row is held at the later revision but not at the earlier.
fn newer(alias: &'static str, between: Between) -> Condition {
    let (from, to) = (i64::from(between.from), i64::from(between.to));
    Condition::all()
        .add(Expr::col((alias, "rev_from")).gt(from))
        .add(Expr::col((alias, "rev_from")).lte(to))
        .add(Expr::col((alias, "rev_to")).gt(to))
}

/// The row is held at the earlier revision but not at the later.
fn older(alias: &'static str, between: Between) -> Condition {
    let (from, to) = (i64::from(between.from), i64::from(between.to));
    Condition::all()
        .add(Expr::col((alias, "rev_from")).lte(from))
        .add(Expr::col((alias, "rev_to")).gt(from))
        .add(Expr::col((alias, "rev_to")).lte(to))
        .add(has_ended(alias))
}

const KEY: [&str; 5] = ["indicator", "period", "accumulation", "subject", "document"];
/// What a figure says. A source cited in other words is no revised figure.
const SAYS: [&str; 5] = ["value", "unit", "decimals", "comparator", "status"];

/// Any of the columns differs between two aliases, absence counting as a value of its own.
fn differs(a: &str, b: &str, columns: impl Iterator<Item = &'static str>) -> Condition {
    columns.fold(Condition::any(), |any, column| {
        any.add(Expr::cust(format!(r#""{a}"."{column}" IS DISTINCT FROM "{b}"."{column}""#)))
    })
}

/// Cells with the version that each side holds, where that is not the same.
fn cells(dialect: Dialect, between: Between, wanted: &Wanted, after: Option<&Cursor>) -> SelectStatement {
    let side = |held: Condition, newer: bool| {
        let absent = || Expr::cust("CAST(NULL AS bigint)");
        let id = || Expr::col(("f", "id"));
        let (new, old) = if newer { (id(), absent()) } else { (absent(), id()) };
        let mut select = Query::select();
        select
            .columns(KEY.map(|column| ("f", column)))
            .expr_as(new, "newer")
            .expr_as(old, "older")
            .from_as("observation", "f")
            .cond_where(held)
            .and_where_option(wanted.indicators.as_ref().map(|ids| among(dialect, ("f", "indicator"), ids)));
        if let Some(last) = after {
            let key = Expr::tuple(KEY.map(|column| Expr::col(("f", column))));
            let place = [
                Expr::val(last.indicator),
                Expr::val(last.period),
                Expr::val(last.accumulation.as_str()),
                Expr::val(last.subject),
                Expr::val(last.document),
            ];
            select.and_where(key.gt(Expr::tuple(place)));
        }
        select
    };
    let mut both = side(newer("f", between), true);
    both.union(UnionType::All, side(older("f", between), false));
    Query::select()
        .columns(KEY)
        .expr_as(Func::max(Expr::col("newer")), "newer")
        .expr_as(Func::max(Expr::col("older")), "older")
        .from_subquery(both, "b")
        .group_by_columns(KEY)
        .take()
}

/// The changed cells as `c`, with both versions as `n` and `o`.
fn changed(dialect: Dialect, between: Between, wanted: &Wanted, after: Option<&Cursor>) -> SelectStatement {
    let gone = |column: &'static str| Expr::col(("c", column)).is_null();
    let kind = |kind: &Kind| match kind {
        Kind::Added => Condition::all().add(gone("older")),
        Kind::Ended => Condition::all().add(gone("newer")),
        Kind::Revised => Condition::all()
            .add(Expr::col(("c", "older")).is_not_null())
            .add(Expr::col(("c", "newer")).is_not_null())
            .add(differs("n", "o", SAYS.into_iter())),
    };
    let all = [Kind::Added, Kind::Revised, Kind::Ended];
    let kinds = wanted.kinds.as_deref().unwrap_or(&all);
    let met = match kinds {
        [] => Condition::all().add(Expr::cust("FALSE")),
        _ => kinds.iter().fold(Condition::any(), |any, one| any.add(kind(one))),
    };
    let version = |alias: &'static str, column: &'static str| Expr::col((alias, "id")).equals(("c", column));
    Query::select()
        .from_subquery(cells(dialect, between, wanted, after), "c")
        .join_as(JoinType::LeftJoin, "observation", "n", version("n", "newer"))
        .join_as(JoinType::LeftJoin, "observation", "o", version("o", "older"))
        .cond_where(met)
        .take()
}

pub(super) fn figures_statement(
    dialect: Dialect,
    between: Between,
    wanted: &Wanted,
    after: Option<&Cursor>,
    limit: u64,
) -> SelectStatement {
    let mut select = changed(dialect, between, wanted, after);
    for alias in ["n", "o"] {
        select.columns(observation::COLUMNS.map(|column| (alias, column).into_column_ref()));
    }
    for column in KEY {
        select.order_by(("c", column), Order::Asc);
    }
    select.limit(limit).take()
}

pub(super) fn count_statement(dialect: Dialect, between: Between, wanted: &Wanted) -> SelectStatement {
    changed(dialect, between, wanted, None).expr(Expr::cust("COUNT(*)")).take()
}

/// The columns that tell identities of a source apart, and those that say something.
fn content(sql: &'static str) -> (Vec<&'static str>, Vec<&'static str>) {
    match (sql, LAYOUTS.iter().find(|layout| layout.sql == sql)) {
        (_, Some(layout)) => (layout.identity.to_vec(), layout.names()),
        ("package", _) => (vec!["name"], vec!["title", "version"]),
        _ => (vec!["entity"], vec!["body", "shape"]),
    }
}

/// Adds the name of the table of the rows `f`: for dimensions, which share a source, by the kind of their entity.
fn named(mut select: SelectStatement, sql: &'static str) -> SelectStatement {
    if sql == "dimension" {
        select
            .join_as(JoinType::InnerJoin, "entity", "e", Expr::col(("e", "id")).equals(("f", "entity")))
            .group_by_col(("e", "kind"));
    }
    select
}

fn table(sql: &'static str) -> Expr {
    let layout = LAYOUTS.iter().find(|layout| layout.sql == sql);
    match sql {
        "dimension" => Expr::col(("e", "kind")),
        _ => Expr::cust(format!("CAST('{}' AS text)", layout.map_or("packages", |layout| layout.table))),
    }
}

/// New rows of a source by table: how many, how many of them replace an older row, how many say something else.
pub(super) fn newer_statement(sql: &'static str, between: Between) -> SelectStatement {
    let (identity, says) = content(sql);
    let same = identity
        .iter()
        .fold(older("o", between), |all, column| all.add(Expr::col(("o", *column)).equals(("f", *column))));
    let revised =
        Condition::all().add(Expr::col(("o", "rev_from")).is_not_null()).add(differs("f", "o", says.into_iter()));
    let select = Query::select()
        .expr(table(sql))
        .expr(Expr::cust("COUNT(*)"))
        .expr(Expr::col(("o", "rev_from")).count())
        .expr(Expr::expr(Func::sum(Expr::case(revised, Expr::val(1i64)).finally(0i64))).cast_as("bigint"))
        .from_as(sql, "f")
        .join_as(JoinType::LeftJoin, sql, "o", same)
        .cond_where(newer("f", between))
        .take();
    named(select, sql)
}

/// Rows of a source that are no longer there or replaced, by table.
pub(super) fn older_statement(sql: &'static str, between: Between) -> SelectStatement {
    let select = Query::select()
        .expr(table(sql))
        .expr(Expr::cust("COUNT(*)"))
        .from_as(sql, "f")
        .cond_where(older("f", between))
        .take();
    named(select, sql)
}
