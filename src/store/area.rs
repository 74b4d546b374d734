//! Facts that lie in an area which is no box.
//!
//! Cells of the grid that lie wholly in the area are asked for as ranges. In the cells that its border runs through each
//! point is looked at once, exactly; those found are named by their ids. So every search, count and sum over the area
//! stays one statement, however large the area is.

use std::collections::HashSet;
use std::sync::Arc;

use sea_query::{Condition, Expr, ExprTrait, Query, SelectStatement};

use super::columns::{CELL, CELLS_PER_ROW};
use super::db::Dialect;
use super::search::{among, inside, scan_ranges};
use super::{Store, StoreError};
use crate::domain::Point;
use crate::geometry::{Area, Bbox, Cells};

/// Points that are looked at one by one, at most.
pub const MOST_POINTS: usize = 20_000;

/// A kind of fact that stands somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Located {
    /// Projects.
    Project,
    /// Enterprises.
    Enterprise,
    /// Entries of registers.
    RegisterEntry,
}

impl Located {
    pub(super) const fn sql(self) -> &'static str {
        match self {
            Self::Project => "project",
            Self::Enterprise => "enterprise",
            Self::RegisterEntry => "register_entry",
        }
    }
}

/// The facts of a kind in an area, as conditions take it.
#[derive(Clone)]
pub struct Within {
    area: Arc<Area>,
    inner: Arc<[(i64, i64)]>,
    ids: Arc<[i64]>,
}

/// The area alone says what is meant; which facts lie in it depends on the revision.
impl PartialEq for Within {
    fn eq(&self, other: &Self) -> bool {
        self.area == other.area
    }
}

impl Eq for Within {}

impl std::fmt::Debug for Within {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Within").field(&self.area).finish()
    }
}

impl Within {
    /// The facts in the cells that lie wholly in an area, and single ones near its border.
    pub(super) fn new(area: Arc<Area>, cells: &Cells, ids: Vec<i64>) -> Self {
        Self { area, inner: ranges(&cells.inner).into(), ids: ids.into() }
    }

    /// A box around the area.
    pub(super) fn frame(&self) -> Bbox {
        self.area.frame()
    }

    /// The condition over the table `p`.
    pub(super) fn condition(&self, dialect: Dialect) -> Condition {
        let cells = Query::select()
            .expr(Expr::cust("1"))
            .from_subquery(dialect.ranges(&self.inner), "inner")
            .and_where(Expr::col(("p", "cell")).between(Expr::col(("inner", "first")), Expr::col(("inner", "last"))))
            .take();
        Condition::any().add(Expr::exists(cells)).add(among(dialect, ("p", "entity"), &self.ids))
    }
}

/// The facts in an area, ready to be asked of many in memory: what [`Within::condition`] says of a row.
pub(super) struct Inside {
    /// In order, apart from each other.
    cells: Vec<(i64, i64)>,
    ids: HashSet<i64>,
}

impl Inside {
    pub(super) fn new(within: &Within) -> Self {
        let mut cells = within.inner.to_vec();
        cells.sort_unstable();
        Self { cells, ids: within.ids.iter().copied().collect() }
    }

    /// Whether the fact of an id that stands in a cell lies in the area.
    pub(super) fn holds(&self, id: i64, cell: Option<i64>) -> bool {
        let run = |cell: i64| self.cells[..self.cells.partition_point(|(first, _)| *first <= cell)].last();
        let inside = |cell: i64| run(cell).is_some_and(|(_, last)| cell <= *last);
        cell.is_some_and(inside) || self.ids.contains(&id)
    }
}

fn ranges(runs: &[(i64, i64, i64)]) -> Vec<(i64, i64)> {
    runs.iter().map(|(row, first, last)| (row * CELLS_PER_ROW + first, row * CELLS_PER_ROW + last)).collect()
}

/// The facts of a kind that lie in an area; none when more than [`MOST_POINTS`] stand near its border.
///
/// # Errors
/// When the database fails.
pub async fn within(store: &Store, at: i32, located: Located, area: &Arc<Area>) -> Result<Option<Within>, StoreError> {
    let cells = area.cells(CELL);
    let edge = ranges(&cells.edge);
    let select = points(store.db.dialect(), at, located, &edge, &area.frame());
    let rows = store.db.rows(&select).await?;
    if rows.len() > MOST_POINTS {
        return Ok(None);
    }
    let mut ids = Vec::new();
    for row in rows {
        let narrow = |value: i64| i32::try_from(value).map_err(|_| StoreError::Damaged);
        if area.holds(Point { x: narrow(row.int(1)?)?, y: narrow(row.int(2)?)? }) {
            ids.push(row.int(0)?);
        }
    }
    Ok(Some(Within::new(Arc::clone(area), &cells, ids)))
}

/// Where the facts in some ranges of cells and a box stand.
pub(super) fn points(
    dialect: Dialect,
    at: i32,
    located: Located,
    ranges: &[(i64, i64)],
    frame: &Bbox,
) -> SelectStatement {
    scan_ranges(dialect, located.sql(), at, inside("p", frame), ranges)
        .columns([("p", "entity"), ("p", "x"), ("p", "y")])
        .limit(MOST_POINTS as u64 + 1)
        .take()
}
