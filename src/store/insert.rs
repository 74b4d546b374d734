//! Writing rows, many with one statement.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use futures_util::poll;
use sea_query::{Expr, InsertStatement, IntoIden, IntoTableRef, Query, Value};

use super::db::{Dialect, Session, Written};
use super::error::StoreError;

/// Rows written by one statement.
pub(super) const BATCH: usize = 500;
/// Statements that are made ready ahead of the database.
const AHEAD: usize = 4;

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
/// the next are made ready, so that neither waits for the other longer than it must.
pub(super) async fn pour<E: From<StoreError>>(
    session: &mut Session,
    mut next: impl FnMut() -> Result<Option<(Written, usize)>, E>,
    mut wrote: impl FnMut(usize),
) -> Result<(), E> {
    let mut ready: VecDeque<_> = next()?.into_iter().collect();
    while let Some((statement, of)) = ready.pop_front() {
        let mut writing = pin!(session.write(statement));
        let written = loop {
            match poll!(&mut writing) {
                Poll::Ready(written) => break written,
                Poll::Pending if ready.len() == AHEAD => break writing.await,
                Poll::Pending => match next() {
                    Ok(Some(more)) => ready.push_back(more),
                    Ok(None) => break writing.await,
                    // What was begun is ended: the connection is used again.
                    Err(error) => {
                        writing.await?;
                        return Err(error);
                    }
                },
            }
        };
        written?;
        wrote(of);
        if ready.is_empty() {
            ready.extend(next()?);
        }
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
