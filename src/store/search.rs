//! The parts that searches over facts are made of: lists of ids, texts, points in a box.

use sea_query::{Alias, Asterisk, Condition, Expr, ExprTrait, Func, IntoTableRef, LikeExpr, Query, SelectStatement};

use super::StoreError;
use super::area::Within;
use super::columns::{CELL, CELLS_PER_ROW};
use super::db::{Dialect, Row};
use super::held_at;
use crate::domain::{Point, Quantity, unit};
use crate::geometry::Bbox;

/// The number of the row `p` in SQLite: every index ends with it, and it leads to the row in one step.
pub(super) fn rowid() -> Expr {
    Expr::cust(r#""p"."rowid""#)
}

/// `column` is one of `ids`.
pub(super) fn among(dialect: Dialect, column: (&'static str, &'static str), ids: &[i64]) -> Expr {
    match ids {
        [id] => Expr::col(column).eq(*id),
        _ => dialect.among(Expr::col(column), ids),
    }
}

/// `column` contains a text; ASCII letters match in either case, alike on both engines.
pub(super) fn contains(column: (&'static str, &'static str), text: &str) -> Expr {
    let mut pattern = String::from("%");
    for letter in text.to_ascii_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    Expr::expr(Func::lower(Expr::col(column))).like(LikeExpr::new(pattern).escape('\\'))
}

/// A condition that holds exactly when another does not hold, unknown included.
pub(super) fn not(condition: Condition) -> Expr {
    Expr::expr(Func::coalesce([condition.into(), Expr::cust("FALSE")])).not()
}

/// The point lies in the box, its edges included.
pub(super) fn inside(alias: &'static str, bbox: &Bbox) -> Condition {
    Condition::all()
        .add(Expr::col((alias, "x")).between(i64::from(bbox.min.x), i64::from(bbox.max.x)))
        .add(Expr::col((alias, "y")).between(i64::from(bbox.min.y), i64::from(bbox.max.y)))
}

/// A condition, and that the point lies in all of some areas.
pub(super) fn within(dialect: Dialect, condition: Condition, areas: &[Within]) -> Condition {
    areas.iter().fold(condition, |all, area| all.add(area.condition(dialect)))
}

/// A box that every point lies in which lies in a box and in some areas.
pub(super) fn frame(bbox: Option<Bbox>, areas: &[Within]) -> Option<Bbox> {
    bbox.or_else(|| areas.first().map(Within::frame))
}

/// The grid cells of a box: one range for each row of the grid.
pub(super) fn cells(bbox: &Bbox) -> Vec<(i64, i64)> {
    let row = |y: i32| (i64::from(y) + 900_000_000).div_euclid(CELL);
    let column = |x: i32| (i64::from(x) + 1_800_000_000).div_euclid(CELL);
    // A box from a request may lie outside the world; the world has 720 rows. The cell after the last of a row is the
    // first of the next, and would be found twice.
    let last = Ord::min(column(bbox.max.x), CELLS_PER_ROW - 1);
    (row(bbox.min.y).clamp(0, 720)..=row(bbox.max.y).clamp(0, 720))
        .map(|row| (row * CELLS_PER_ROW + column(bbox.min.x), row * CELLS_PER_ROW + last))
        .collect()
}

/// The rows of a table, as `p`, that a revision holds and that meet a condition over `p`; through the grid
/// when all of them must lie in a box.
pub(super) fn scan(
    dialect: Dialect,
    table: &'static str,
    at: i32,
    condition: Condition,
    bbox: Option<&Bbox>,
) -> SelectStatement {
    match bbox {
        Some(bbox) => scan_ranges(dialect, table, at, condition, &cells(bbox)),
        None => Query::select().from_as(table, "p").cond_where(held_at("p", at)).cond_where(condition).take(),
    }
}

/// The same for those in some ranges of cells of the grid.
pub(super) fn scan_ranges(
    dialect: Dialect,
    table: &'static str,
    at: i32,
    condition: Condition,
    ranges: &[(i64, i64)],
) -> SelectStatement {
    let met = Condition::all().add(held_at("p", at)).add(condition);
    let in_range = Expr::col(("p", "cell")).between(Expr::col(("r", "first")), Expr::col(("r", "last")));
    let mut select = Query::select();
    select.from_subquery(dialect.ranges(ranges), "r");
    match dialect {
        // CROSS JOIN keeps the order of the loops.
        Dialect::Sqlite => {
            select.cross_join(table.into_table_ref().alias("p")).and_where(in_range).cond_where(met);
        }
        // OFFSET 0 keeps the planner from scanning the whole table for all ranges at once.
        Dialect::Postgres => {
            let one = Query::select()
                .column((Alias::new("p"), Asterisk))
                .from_as(table, "p")
                .and_where(in_range)
                .cond_where(met)
                .offset(0)
                .take();
            select.join_lateral(sea_query::JoinType::InnerJoin, one, "p", Expr::cust("TRUE"));
        }
    }
    select
}

/// A stored amount.
pub(super) fn quantity(
    base: Option<i64>,
    code: Option<&str>,
    decimals: Option<i64>,
    as_reported: Option<String>,
) -> Result<Option<Quantity>, StoreError> {
    let Some(base) = base else { return Ok(None) };
    let unit = code.and_then(unit).ok_or(StoreError::Damaged)?;
    let decimals = decimals.and_then(|digits| u32::try_from(digits).ok()).filter(|digits| *digits <= 28);
    Ok(Some(Quantity::from_base(base, unit, decimals.ok_or(StoreError::Damaged)?, as_reported)))
}

/// A stored point.
pub(super) fn point(x: Option<i64>, y: Option<i64>) -> Result<Option<Point>, StoreError> {
    let narrow = |value: i64| i32::try_from(value).map_err(|_| StoreError::Damaged);
    x.zip(y).map(|(x, y)| Ok(Point { x: narrow(x)?, y: narrow(y)? })).transpose()
}

/// Reads the columns of a row from left to right.
pub(super) struct Columns<'a> {
    row: &'a Row,
    at: usize,
}

impl<'a> Columns<'a> {
    pub(super) const fn new(row: &'a Row) -> Self {
        Self::at(row, 0)
    }

    /// From the column `at` on.
    pub(super) const fn at(row: &'a Row, at: usize) -> Self {
        Self { row, at }
    }

    const fn next(&mut self) -> usize {
        self.at += 1;
        self.at - 1
    }

    pub(super) fn int(&mut self) -> Result<i64, StoreError> {
        self.row.int(self.next())
    }

    pub(super) fn some_int(&mut self) -> Result<Option<i64>, StoreError> {
        self.row.some_int(self.next())
    }

    pub(super) fn some_str(&mut self) -> Result<Option<&'a str>, StoreError> {
        self.row.some_str(self.next())
    }

    pub(super) fn text(&mut self) -> Result<String, StoreError> {
        self.row.text(self.next())
    }

    pub(super) fn some_text(&mut self) -> Result<Option<String>, StoreError> {
        self.row.some_text(self.next())
    }

    pub(super) fn revision(&mut self) -> Result<i32, StoreError> {
        self.row.revision(self.next())
    }

    /// A text that must parse.
    pub(super) fn parsed<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<T, StoreError> {
        self.some_str()?.and_then(parse).ok_or(StoreError::Damaged)
    }

    /// A text that must parse, or nothing.
    pub(super) fn some_parsed<T>(&mut self, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, StoreError> {
        self.some_str()?.map(|text| parse(text).ok_or(StoreError::Damaged)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cells_of_a_box_hold_its_corners() {
        let bbox =
            Bbox { min: Point { x: 1_149_000_000, y: 338_000_000 }, max: Point { x: 1_166_000_000, y: 349_000_000 } };
        let ranges = cells(&bbox);
        assert_eq!(ranges.len(), 5);
        for corner in [bbox.min, bbox.max, Point { x: 1_156_000_000, y: 344_000_000 }] {
            let cell = super::super::columns::grid_cell(corner);
            assert!(ranges.iter().any(|(first, last)| (first..=last).contains(&&cell)), "{corner:?}");
        }
        let world = Bbox { min: Point { x: i32::MIN, y: i32::MIN }, max: Point { x: i32::MAX, y: i32::MAX } };
        assert_eq!(cells(&world).len(), 721);
    }
}
