//! Facts as points on a map: single ones in a box, and heaps of them, one for each cell of a grid. Few columns, and never
//! more rows than were asked for, however many facts there are.

mod held;

use sea_query::{CaseStatement, Expr, ExprTrait, Func, Order, Query, SelectStatement};

use super::area::Located;
use super::db::{Dialect, Row};
use super::search::{Columns, among, inside, scan};
use super::{Store, StoreError, held_at};
use crate::domain::Point;
use crate::geometry::Bbox;
use crate::geometry::tile::Grid;

pub use held::{Held, MOST_HELD, Reading, Spots, heaped};

/// A fact where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spot {
    /// Permanent id.
    pub id: i64,
    /// Code.
    pub code: String,
    /// Name as written.
    pub name: String,
    /// Ours, unofficial.
    pub name_en: Option<String>,
    /// Where.
    pub at: Point,
    /// Source.
    pub document: i64,
    /// Stage of a project, as its word.
    pub stage: Option<String>,
}

/// The facts in a cell of a grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heap {
    /// How many, at least one.
    pub count: i64,
    /// How many of them are of the sample documents.
    pub sample: i64,
    /// The smallest id among them.
    pub first: i64,
    /// Their mean position.
    pub middle: Point,
    /// The box around them.
    pub frame: Bbox,
}

/// What one document says stands where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    /// The document.
    pub document: i64,
    /// How many.
    pub count: i64,
    /// The box around them.
    pub frame: Bbox,
}

/// The facts in a box, `limit` of them at most, in no order.
///
/// # Errors
/// When the database fails.
pub async fn within(
    store: &Store,
    at: i32,
    located: Located,
    frame: &Bbox,
    limit: u64,
) -> Result<Vec<Spot>, StoreError> {
    let select = within_statement(store.db.dialect(), at, located, frame, limit);
    store.db.rows(&select).await?.iter().map(|row| read(row, located)).collect()
}

/// The facts of some ids that stand somewhere.
///
/// # Errors
/// When the database fails.
pub async fn of(store: &Store, at: i32, located: Located, ids: &[i64]) -> Result<Vec<Spot>, StoreError> {
    let select = of_statement(store.db.dialect(), at, located, ids);
    store.db.rows(&select).await?.iter().map(|row| read(row, located)).collect()
}

/// The facts in a box, heaped by the cells of a grid, from the north-west cell on, row by row.
///
/// # Errors
/// When the database fails.
pub async fn heaps(
    store: &Store,
    at: i32,
    located: Located,
    frame: &Bbox,
    grid: &Grid,
    sample: &[i64],
) -> Result<Vec<Heap>, StoreError> {
    let select = heaps_statement(store.db.dialect(), at, located, frame, grid, sample);
    let rows = store.db.rows(&select).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::new(row);
            let (count, sample, first) = (columns.int()?, columns.int()?, columns.int()?);
            let (x, y) = (columns.int()?, columns.int()?);
            let middle = coordinates(x.checked_div(count), y.checked_div(count))?;
            Ok(Heap { count, sample, first, middle, frame: corners(&mut columns)? })
        })
        .collect()
}

/// What each document says stands where, in the order of their ids.
///
/// # Errors
/// When the database fails.
pub async fn spread(store: &Store, at: i32, located: Located) -> Result<Vec<Spread>, StoreError> {
    let rows = store.db.rows(&spread_statement(at, located)).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::new(row);
            Ok(Spread { document: columns.int()?, count: columns.int()?, frame: corners(&mut columns)? })
        })
        .collect()
}

fn coordinates(x: Option<i64>, y: Option<i64>) -> Result<Point, StoreError> {
    super::search::point(x, y)?.ok_or(StoreError::Damaged)
}

fn corners(columns: &mut Columns<'_>) -> Result<Bbox, StoreError> {
    let mut next = || columns.int().map(Some);
    Ok(Bbox { min: coordinates(next()?, next()?)?, max: coordinates(next()?, next()?)? })
}

/// What is read of a single fact.
fn columns(mut select: SelectStatement, located: Located) -> SelectStatement {
    select.columns(["entity", "name", "name_en", "x", "y", "document", "code"].map(|column| ("p", column)));
    if located == Located::Project {
        select.column(("p", "stage"));
    }
    select.take()
}

fn read(row: &Row, located: Located) -> Result<Spot, StoreError> {
    let mut columns = Columns::new(row);
    Ok(Spot {
        id: columns.int()?,
        name: columns.text()?,
        name_en: columns.some_text()?,
        at: coordinates(columns.some_int()?, columns.some_int()?)?,
        document: columns.int()?,
        code: columns.text()?,
        stage: if located == Located::Project { columns.some_text()? } else { None },
    })
}

pub(super) fn within_statement(
    dialect: Dialect,
    at: i32,
    located: Located,
    frame: &Bbox,
    limit: u64,
) -> SelectStatement {
    let select = scan(dialect, located.sql(), at, inside("p", frame), Some(frame));
    columns(select, located).limit(limit).take()
}

pub(super) fn of_statement(dialect: Dialect, at: i32, located: Located, ids: &[i64]) -> SelectStatement {
    let select = Query::select().from_as(located.sql(), "p").cond_where(held_at("p", at)).take();
    let standing = Expr::col(("p", "x")).is_not_null();
    columns(select, located).and_where(among(dialect, ("p", "entity"), ids)).and_where(standing).take()
}

/// All of a kind that stand somewhere, in the order of ids, from the one after `after` on.
pub(super) fn all_statement(at: i32, located: Located, after: i64, limit: u64) -> SelectStatement {
    let select = Query::select().from_as(located.sql(), "p").cond_where(held_at("p", at)).take();
    columns(select, located)
        .and_where(Expr::col(("p", "entity")).gt(after))
        .and_where(Expr::col(("p", "x")).is_not_null())
        .order_by(("p", "entity"), Order::Asc)
        .limit(limit)
        .take()
}

pub(super) fn heaps_statement(
    dialect: Dialect,
    at: i32,
    located: Located,
    frame: &Bbox,
    grid: &Grid,
    sample: &[i64],
) -> SelectStatement {
    let column = Expr::col(("p", "x")).add(1_800_000_000_i64).mul(grid.columns).div(3_600_000_000_i64);
    let north_of = |start: &i32| Expr::col(("p", "y")).gt(i64::from(*start));
    let row = (0_i64..)
        .zip(&grid.rows)
        .fold(CaseStatement::new(), |row, (number, start)| row.case(north_of(start), number))
        .finally(grid.rows.len() as i64);
    // Without made-up documents the index over the cells has all that is asked for.
    let made_up = match sample {
        [] => Expr::cust("0"),
        _ => CaseStatement::new()
            .case(among(dialect, ("p", "document"), sample), Expr::cust("1"))
            .finally(Expr::cust("0"))
            .into(),
    };
    let cells = scan(dialect, located.sql(), at, inside("p", frame), Some(frame))
        .expr_as(column, "column")
        .expr_as(row, "row")
        .expr_as(made_up, "sample")
        .columns([("p", "entity"), ("p", "x"), ("p", "y")])
        .take();
    let sum = |of: &'static str| Expr::expr(Func::sum(Expr::col(of))).cast_as("bigint");
    let mut select = Query::select();
    select.from_subquery(cells, "cells").expr(Func::count(Expr::col("entity"))).expr(sum("sample"));
    select.expr(Func::min(Expr::col("entity"))).exprs([sum("x"), sum("y")]);
    let key = ["row", "column"];
    around(&mut select).group_by_columns(key);
    key.into_iter().fold(&mut select, |select, part| select.order_by(part, Order::Asc)).take()
}

/// West, south, east, north.
fn around(select: &mut SelectStatement) -> &mut SelectStatement {
    select
        .expr(Func::min(Expr::col("x")))
        .expr(Func::min(Expr::col("y")))
        .expr(Func::max(Expr::col("x")))
        .expr(Func::max(Expr::col("y")))
}

pub(super) fn spread_statement(at: i32, located: Located) -> SelectStatement {
    let mut select = Query::select();
    select
        .column(("p", "document"))
        .expr(Func::count(Expr::col(("p", "entity"))))
        .from_as(located.sql(), "p")
        .cond_where(held_at("p", at))
        .and_where(Expr::col(("p", "x")).is_not_null())
        .group_by_col(("p", "document"))
        .order_by(("p", "document"), Order::Asc);
    around(&mut select).take()
}
