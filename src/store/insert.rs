//! Writing rows, many with one statement.

use std::sync::Arc;

use sea_query::{Expr, InsertStatement, IntoIden, IntoTableRef, Query, Value};

use super::db::{Dialect, Session, Written};
use super::error::StoreError;

/// Rows written by one statement.
pub(super) const BATCH: usize = 500;

/// What writes rows of one table.
pub(super) struct Inserts<'a> {
    table: &'static str,
    columns: &'a [&'static str],
    dialect: Dialect,
    /// The text of a full batch is long, and always the same.
    full: Option<Arc<str>>,
}

impl<'a> Inserts<'a> {
    pub(super) const fn new(table: &'static str, columns: &'a [&'static str], dialect: Dialect) -> Self {
        Self { table, columns, dialect, full: None }
    }

    /// What writes these rows, [`BATCH`] of them at most.
    pub(super) fn of(&mut self, rows: Vec<Vec<Value>>) -> Written {
        let text = || -> Arc<str> {
            let statement = inserting(self.table, self.columns.iter().copied(), rows.iter().cloned());
            self.dialect.render(&statement).0.into()
        };
        let full = rows.len() == BATCH;
        let sql = if full { Arc::clone(self.full.get_or_insert_with(text)) } else { text() };
        Written::of(sql, rows.into_iter().flatten(), full)
    }
}

/// Writes what is made ready, with how many rows it is, until there is no more. While the database takes in some rows
/// the next are made ready; whatever goes wrong, the statement under way is ended first.
pub(super) async fn pour<E: From<StoreError>>(
    session: &mut Session,
    mut next: impl FnMut() -> Result<Option<(Written, usize)>, E>,
    mut wrote: impl FnMut(usize),
) -> Result<(), E> {
    let mut ready = next()?;
    while let Some((statement, of)) = ready {
        let (written, following) = tokio::join!(session.write(statement), async { next() });
        written?;
        wrote(of);
        ready = following?;
    }
    Ok(())
}

/// Writes a few rows.
pub(super) async fn insert<R: IntoIterator<Item = Value>>(
    session: &mut Session,
    table: &'static str,
    columns: &[&'static str],
    rows: Vec<R>,
) -> Result<(), StoreError> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        session.run(&inserting(table, columns.iter().copied(), rows.by_ref().take(BATCH))).await?;
    }
    Ok(())
}

pub(super) fn inserting<R: IntoIterator<Item = Value>, C: IntoIden>(
    table: impl IntoTableRef,
    columns: impl IntoIterator<Item = C>,
    rows: impl Iterator<Item = R>,
) -> InsertStatement {
    let mut statement = Query::insert().into_table(table).columns(columns).take();
    for row in rows {
        statement.values_panic(row.into_iter().map(Expr::val));
    }
    statement
}
