//! The last check of a commit: whatever a live row points to is live.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use futures_util::TryStreamExt;
use sea_query::{Expr, ExprTrait, Query, SelectStatement};

use super::columns::{Column, Layout};
use super::commit::{NAMED, coded};
use super::db::{Dialect, Session};
use super::dimension::{dimension, dimensions};
use super::error::{CommitError, Dangling, StoreError};
use super::version::{Family, OPEN, families, table_of_kind};
use crate::domain::{Cell, Kind, Record, Reference, table};

/// What a dimension row points to: (kind, code).
pub(super) fn targets(record: &Record) -> Vec<(Kind, String)> {
    let mut found = Vec::new();
    for (field, cell) in record.table.fields.iter().zip(&record.cells) {
        let kind = match field.reference {
            Some(Reference::Table(name)) => table(name).and_then(|table| table.kind()),
            Some(Reference::OfKind(sibling)) => record.text(sibling).and_then(Kind::from_word),
            _ => None,
        };
        let Some(kind) = kind else { continue };
        let texts: Vec<String> = match cell {
            Cell::Null => continue,
            Cell::List(items) => items.iter().map(|item| item.to_string()).collect(),
            other => vec![other.csv()],
        };
        let scoped = matches!(field.reference, Some(Reference::Table(name)) if is_scoped(name));
        for text in texts {
            let code = match record.text("plan").filter(|_| scoped && !text.contains('/')) {
                Some(plan) => format!("{plan}/{text}"),
                None => text,
            };
            found.push((kind, code));
        }
    }
    found
}

/// Whether a table's codes begin with their plan.
fn is_scoped(name: &str) -> bool {
    table(name).is_some_and(|table| table.key.len() > 1 && table.position("plan") == table.key.first().copied())
}

/// The error for a new fact that points to nothing.
pub(super) fn missing(record: &Record, package: &str, kind: &str, code: &str) -> CommitError {
    CommitError::Dangling(vec![dangling(record.table.name, &record.key(), package, kind, code)])
}

fn dangling(table: &'static str, key: &str, package: &str, kind: &str, code: &str) -> Dangling {
    Dangling {
        table,
        key: key.to_owned(),
        package: package.to_owned(),
        target_table: table_of_kind(kind).map_or(kind, |table| table.name).to_owned(),
        target: code.to_owned(),
    }
}

/// Every live row of every package against what is live in revision `number`.
pub(super) async fn check(session: &mut Session, number: i32) -> Result<(), CommitError> {
    // An identity is made for a row, so before a second revision each has one.
    let dead = if number > 1 { dead(session).await? } else { HashMap::new() };
    let mut broken = from_dimensions(session, number, &dead).await?;
    if !dead.is_empty() {
        for family in families() {
            if let Family::Fact(_, layout) = family
                && (broken.len() as u64) < NAMED
            {
                broken.extend(from_facts(session, *family, layout, &dead).await?);
            }
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(CommitError::Dangling(broken)) }
}

/// Identities of a kind that had rows once and have none now.
async fn dead(session: &mut Session) -> Result<HashMap<i64, (String, String)>, StoreError> {
    let select = dead_entities();
    session.rows(&select).await?.iter().map(|row| Ok((row.int(0)?, (row.text(1)?, row.text(2)?)))).collect()
}

pub(super) fn dead_entities() -> SelectStatement {
    let mut select = Query::select()
        .columns([("e", "id"), ("e", "kind"), ("e", "code")])
        .from_as("entity", "e")
        .and_where(Expr::col(("e", "kind")).is_in(Kind::ALL.iter().map(|kind| kind.word())))
        .take();
    for sql in ["dimension", "project", "enterprise"] {
        let live = Query::select()
            .expr(Expr::cust("1"))
            .from_as(sql, "f")
            .and_where(Expr::col(("f", "entity")).equals(("e", "id")))
            .and_where(Expr::col(("f", "rev_to")).eq(OPEN))
            .take();
        select.and_where(Expr::not_exists(live));
    }
    select
}

/// Dimension rows that point to nothing live.
async fn from_dimensions(
    session: &mut Session,
    number: i32,
    dead: &HashMap<i64, (String, String)>,
) -> Result<Vec<Dangling>, StoreError> {
    let mut users: BTreeMap<(Kind, String), (&'static str, String, String)> = BTreeMap::new();
    {
        let select = dimensions(number);
        let mut rows = session.stream(&select);
        while let Some(row) = rows.try_next().await? {
            let found = dimension(&row)?;
            for target in targets(&found.record) {
                users
                    .entry(target)
                    .or_insert_with(|| (found.record.table.name, found.record.key(), found.package.clone()));
            }
        }
    }
    let mut known: BTreeSet<(Kind, String)> = BTreeSet::new();
    let mut codes: BTreeMap<Kind, Vec<&str>> = BTreeMap::new();
    for (kind, code) in users.keys() {
        codes.entry(*kind).or_default().push(code);
    }
    for (kind, codes) in codes {
        for some in codes.chunks(500) {
            for row in session.rows(&coded(kind.word(), some.iter().copied())).await? {
                if !dead.contains_key(&row.int(0)?) {
                    known.insert((kind, row.text(1)?));
                }
            }
        }
    }
    Ok(users
        .iter()
        .filter(|(target, _)| !known.contains(*target))
        .take(NAMED as usize)
        .map(|((kind, code), (table, key, package))| dangling(table, key, package, kind.word(), code))
        .collect())
}

/// Live facts that point to something dead.
async fn from_facts(
    session: &mut Session,
    family: Family,
    layout: &'static Layout,
    dead: &HashMap<i64, (String, String)>,
) -> Result<Vec<Dangling>, StoreError> {
    let ids: Vec<i64> = dead.keys().copied().collect();
    let mut broken = Vec::new();
    for column in layout.entity_columns() {
        for row in session.rows(&pointing(session.dialect(), family, column, &ids)).await? {
            if let Some((kind, code)) = dead.get(&row.int(2)?) {
                broken.push(dangling(layout.table, &row.text(0)?, &row.text(1)?, kind, code));
            }
        }
    }
    let lists = layout.columns.iter().filter_map(|column| match column {
        Column::Many(name, kind) => Some((*name, kind.word())),
        _ => None,
    });
    for (column, kind) in lists {
        for (id, (_, code)) in dead.iter().filter(|(_, (of, _))| of == kind) {
            for row in session.rows(&listing(family, column, *id)).await? {
                broken.push(dangling(layout.table, &row.text(0)?, &row.text(1)?, kind, code));
            }
        }
    }
    broken.truncate(NAMED as usize);
    Ok(broken)
}

/// Live rows whose column holds one of some ids.
pub(super) fn pointing(dialect: Dialect, family: Family, column: &'static str, ids: &[i64]) -> SelectStatement {
    let mut select = family.keys();
    select
        .columns([("f", "package"), ("f", column)])
        .and_where(Expr::col(("f", "rev_to")).eq(OPEN))
        .and_where(dialect.among(Expr::col(("f", column)), ids))
        .limit(NAMED);
    select
}

/// Live rows whose column lists an id.
pub(super) fn listing(family: Family, column: &'static str, id: i64) -> SelectStatement {
    let mut select = family.keys();
    select
        .column(("f", "package"))
        .and_where(Expr::col(("f", "rev_to")).eq(OPEN))
        .and_where(Expr::col(("f", column)).like(format!("%|{id}|%")))
        .limit(NAMED);
    select
}
