//! Reading what the atlas is built from: dimension rows, packages, and when each table last changed.

use std::collections::{BTreeMap, HashMap};

use futures_util::TryStreamExt;
use sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement};

use super::columns::{LAYOUTS, Unread};
use super::db::Row;
use super::version::{self, has_ended, table_of_kind};
use super::{Store, StoreError, held_at, redaction};
use crate::domain::{Kind, Record};
use crate::package;

/// A row of a table that is no fact, as one revision holds it.
#[derive(Debug, Clone)]
pub struct Dimension {
    /// Permanent id of the identity.
    pub id: i64,
    /// The package that holds the row.
    pub package: String,
    /// What it says.
    pub record: Record,
    /// The revision that brought this version of it.
    pub since: i32,
}

/// A package that a revision holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldPackage {
    /// Its name.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Version.
    pub version: String,
    /// The revision that brought this title and version.
    pub since: i32,
}

/// Keys of all live rows that other rows can point to or collide with, and the packages that hold them.
/// Observations and stages of projects are left to the commit: there are too many to hold in memory.
#[derive(Debug, Clone, Default)]
pub struct Known {
    owners: HashMap<&'static str, HashMap<String, String>>,
    units: HashMap<String, String>,
}

impl package::Known for Known {
    fn owner(&self, table: &str, key: &str) -> Option<String> {
        self.owners.get(table)?.get(key).cloned()
    }

    fn unit_of(&self, indicator: &str) -> Option<String> {
        self.units.get(indicator).cloned()
    }
}

impl Store {
    /// Every dimension row held at a revision, in the order of ids.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read back.
    pub async fn dimensions(&self, at: i32) -> Result<Vec<Dimension>, StoreError> {
        let select = dimensions(at);
        let mut rows = self.db.stream(&select);
        let mut found = Vec::new();
        while let Some(row) = rows.try_next().await? {
            found.push(dimension(&row)?);
        }
        Ok(found)
    }

    /// The packages held at a revision, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn packages(&self, at: i32) -> Result<Vec<HeldPackage>, StoreError> {
        let rows = self.db.rows(&packages(at)).await?;
        rows.iter()
            .map(|row| {
                let (name, title, version, since) = (row.text(0)?, row.text(1)?, row.text(2)?, row.revision(3)?);
                Ok(HeldPackage { name, title, version, since })
            })
            .collect()
    }

    /// What the newest revision holds and who owns it, for reading a package against it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known(&self) -> Result<Known, StoreError> {
        let at = self.newest_number().await?;
        let mut known = Known::default();
        let sources = LAYOUTS.iter().filter(|layout| !layout.numbered).map(|layout| layout.sql);
        for sql in ["dimension"].into_iter().chain(sources) {
            let select = owners(sql, at);
            let mut rows = self.db.stream(&select);
            while let Some(row) = rows.try_next().await? {
                let Some(table) = table_of_kind(&row.text(0)?) else { continue };
                known.owners.entry(table.name).or_default().insert(row.text(1)?, row.text(2)?);
            }
        }
        for row in self.db.rows(&of_kind(at, Kind::Indicator)).await? {
            let indicator = dimension(&row)?.record;
            known.units.extend(indicator.text("unit").map(|unit| (indicator.key(), unit.to_owned())));
        }
        Ok(known)
    }

    /// The last revision, up to `at`, that began or ended a row of each table.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn touched(&self, at: i32) -> Result<BTreeMap<&'static str, i32>, StoreError> {
        let mut touched = BTreeMap::new();
        let mut note = |table: &'static str, revision: i64| {
            let last = touched.entry(table).or_insert(0);
            *last = std::cmp::max(*last, i32::try_from(revision).unwrap_or(i32::MAX));
        };
        // A redaction changes rows of a table though it neither begins nor ends one.
        for row in self.db.rows(&redaction::last(at)).await? {
            if let Some(table) = crate::domain::table(&row.text(0)?) {
                note(table.name, row.int(1)?);
            }
        }
        for column in ["rev_from", "rev_to"] {
            for row in self.db.rows(&touched_dimensions(column, at)).await? {
                if let Some(table) = table_of_kind(&row.text(1)?) {
                    note(table.name, row.int(0)?);
                }
            }
            for layout in &LAYOUTS {
                for row in self.db.rows(&last_touch(layout.sql, column, at)).await? {
                    if let Some(revision) = row.some_int(0)? {
                        note(layout.table, revision);
                    }
                }
            }
        }
        Ok(touched)
    }
}

pub(super) fn dimensions(at: i32) -> SelectStatement {
    Query::select()
        .columns([("e", "id"), ("e", "kind")])
        .columns([("f", "package"), ("f", "rev_from"), ("f", "body"), ("f", "shape")])
        .from_as("dimension", "f")
        .join_as(JoinType::InnerJoin, "entity", "e", Expr::col(("e", "id")).equals(("f", "entity")))
        .cond_where(held_at("f", at))
        .order_by(("f", "entity"), Order::Asc)
        .take()
}

/// [`dimensions`] of one kind.
pub(super) fn of_kind(at: i32, kind: Kind) -> SelectStatement {
    dimensions(at).and_where(Expr::col(("e", "kind")).eq(kind.word())).take()
}

pub(super) fn dimension(row: &Row) -> Result<Dimension, StoreError> {
    let table = table_of_kind(&row.text(1)?).ok_or(StoreError::Damaged)?;
    let record = version::dimension(table, &row.text(4)?, row.some_bytes(5)?.as_deref())
        .map_err(|error| if let Unread::Store(error) = error { error } else { StoreError::Damaged })?;
    Ok(Dimension { id: row.int(0)?, package: row.text(2)?, record, since: row.revision(3)? })
}

pub(super) fn packages(at: i32) -> SelectStatement {
    Query::select()
        .columns([("f", "name"), ("f", "title"), ("f", "version"), ("f", "rev_from")])
        .from_as("package", "f")
        .cond_where(held_at("f", at))
        .order_by(("f", "name"), Order::Asc)
        .take()
}

pub(super) fn owners(sql: &'static str, at: i32) -> SelectStatement {
    Query::select()
        .columns([("e", "kind"), ("e", "code"), ("f", "package")])
        .from_as(sql, "f")
        .join_as(JoinType::InnerJoin, "entity", "e", Expr::col(("e", "id")).equals(("f", "entity")))
        .cond_where(held_at("f", at))
        .take()
}

pub(super) fn touched_dimensions(column: &'static str, at: i32) -> SelectStatement {
    last_touch("dimension", column, at)
        .column(("e", "kind"))
        .join_as(JoinType::InnerJoin, "entity", "e", Expr::col(("e", "id")).equals(("f", "entity")))
        .group_by_col(("e", "kind"))
        .take()
}

/// The last revision up to `at` that a column names.
pub(super) fn last_touch(sql: &'static str, column: &'static str, at: i32) -> SelectStatement {
    Query::select()
        .expr(Expr::col(("f", column)).max())
        .from_as(sql, "f")
        .and_where(Expr::col(("f", column)).lte(i64::from(at)))
        .and_where_option((column == "rev_to").then(|| has_ended("f")))
        .take()
}
