//! Copies of a whole database: out into one SQLite file, whatever the engine, and back into an empty place on
//! either. The copy holds every table as one moment saw it, so its digests are those of the original and `verify`
//! proves it. Tables and columns are taken from the file's own catalogue: a table that a later migration adds is
//! copied without a word here.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use futures_util::TryStreamExt;
use sea_query::{Alias, Expr, Query, SelectStatement, Value};

use super::Store;
use super::db::{Kind, Row, Session, TableShape};
use super::error::{BackupError, StoreError};
use super::insert::inserting;
use super::revision::{self, Revision};

/// What was copied.
#[derive(Debug, Clone)]
pub struct Copied {
    /// The newest revision in the copy.
    pub head: Revision,
    /// Rows by table.
    pub rows: BTreeMap<String, u64>,
}

/// Rows written by one statement.
const BATCH: usize = 500;

impl Store {
    /// Copies the database into a new file while others read and write it. The file appears whole or not at all.
    ///
    /// # Errors
    /// [`BackupError`] when the file exists already or cannot be written, or the database is empty or fails.
    pub async fn backup(&self, file: &Path) -> Result<Copied, BackupError> {
        if file.exists() {
            return Err(BackupError::Exists);
        }
        let partial = beside(file);
        remove(&partial)?;
        let copied = self.copy_to(&partial).await;
        if copied.is_ok() {
            std::fs::rename(&partial, file).map_err(StoreError::from)?;
        } else {
            // What could not be finished is of no use; that it could not be removed matters less than why.
            let _ = remove(&partial);
        }
        copied
    }

    async fn copy_to(&self, file: &Path) -> Result<Copied, BackupError> {
        let mut from = self.db.read().await?;
        let head = revision::head(&mut from).await?.ok_or(BackupError::Empty)?;
        let copy = Self::open(&address(file)?).await?;
        let mut to = copy.db.write().await?;
        let tables = to.tables().await?;
        let rows = pour(&mut from, &mut to, &tables).await?;
        to.commit().await?;
        copy.close().await;
        std::fs::File::open(file).and_then(|file| file.sync_all()).map_err(StoreError::from)?;
        Ok(Copied { head, rows })
    }

    /// Fills this database, which must be empty, from a file that [`Store::backup`] made. The file is verified first
    /// and left as it is; what was written is verified after. All or nothing.
    ///
    /// # Errors
    /// [`BackupError`] when the file is no backup or was altered, this database is not empty, or either fails.
    pub async fn restore(&self, file: &Path) -> Result<Copied, BackupError> {
        if !file.is_file() {
            return Err(BackupError::NoFile);
        }
        // Opening a database brings its schema up to date; a backup stays as it was made.
        let room = tempfile::tempdir().map_err(StoreError::from)?;
        let own = room.path().join("backup.db");
        std::fs::copy(file, &own).map_err(StoreError::from)?;
        let source = Self::open(&address(&own)?).await?;
        let restored = self.restore_from(&source).await;
        source.close().await;
        restored
    }

    async fn restore_from(&self, source: &Self) -> Result<Copied, BackupError> {
        let verdict = source.verify(None).await?;
        if !verdict.findings.is_empty() {
            return Err(BackupError::Altered(verdict.findings));
        }
        let mut from = source.db.read().await?;
        let head = revision::head(&mut from).await?.ok_or(BackupError::Empty)?;
        let tables = from.tables().await?;
        let mut to = self.db.write().await?;
        for table in &tables {
            if !to.rows(&first_row(table)).await?.is_empty() {
                return Err(BackupError::Occupied);
            }
        }
        let rows = pour(&mut from, &mut to, &tables).await?;
        to.commit().await?;
        let verdict = self.verify(Some(&head.digest)).await?;
        if !verdict.findings.is_empty() {
            return Err(BackupError::Altered(verdict.findings));
        }
        Ok(Copied { head, rows })
    }
}

/// Copies the rows of every table, those first that others point to.
async fn pour(
    from: &mut Session,
    to: &mut Session,
    tables: &[TableShape],
) -> Result<BTreeMap<String, u64>, StoreError> {
    let mut counts = BTreeMap::new();
    for table in in_order(tables) {
        let mut count = 0;
        {
            let select = all_rows(table);
            let mut rows = from.stream(&select).try_chunks(BATCH);
            while let Some(some) = rows.try_next().await.map_err(|error| error.1)? {
                let values = some.iter().map(|row| read(table, row)).collect::<Result<Vec<_>, _>>()?;
                count += values.len() as u64;
                let columns = table.columns.iter().map(|(name, _)| Alias::new(name));
                to.run(&inserting(Alias::new(&table.name), columns, values.into_iter())).await?;
            }
        }
        if count > 0 {
            counts.insert(table.name.clone(), count);
        }
    }
    Ok(counts)
}

/// Tables in an order in which no row points to one that is not there yet.
fn in_order(tables: &[TableShape]) -> Vec<&TableShape> {
    let mut left: Vec<&TableShape> = tables.iter().collect();
    let mut order: Vec<&TableShape> = Vec::new();
    while !left.is_empty() {
        let waits = |table: &&TableShape| {
            table.points_to.iter().any(|name| *name != table.name && left.iter().any(|other| other.name == *name))
        };
        let (wait, ready): (Vec<_>, Vec<_>) = left.iter().copied().partition(waits);
        // A circle of tables has no such order; the engine then says which row is refused.
        let (wait, ready) = if ready.is_empty() { (Vec::new(), wait) } else { (wait, ready) };
        order.extend(ready);
        left = wait;
    }
    order
}

pub(super) fn all_rows(table: &TableShape) -> SelectStatement {
    let mut select = Query::select();
    select.columns(table.columns.iter().map(|(name, _)| Alias::new(name))).from(Alias::new(&table.name));
    for (name, _) in table.columns.iter().filter(|(name, _)| table.key.contains(name)) {
        select.order_by(Alias::new(name), sea_query::Order::Asc);
    }
    select
}

pub(super) fn first_row(table: &TableShape) -> SelectStatement {
    Query::select().expr(Expr::val(1i64)).from(Alias::new(&table.name)).limit(1).take()
}

fn read(table: &TableShape, row: &Row) -> Result<Vec<Value>, StoreError> {
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(at, (_, kind))| {
            Ok(match kind {
                Kind::Integer => row.some_int(at)?.into(),
                Kind::Text => row.some_text(at)?.into(),
                Kind::Bytes => row.some_bytes(at)?.into(),
            })
        })
        .collect()
}

/// The name that a copy bears until it is whole.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".partial");
    file.with_file_name(name)
}

/// Removes what an earlier try left, with SQLite's own files beside it.
fn remove(file: &Path) -> Result<(), StoreError> {
    for end in ["", "-wal", "-shm", "-journal"] {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(end);
        match std::fs::remove_file(file.with_file_name(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error.into());
            }
            _ => {}
        }
    }
    Ok(())
}

fn address(file: &Path) -> Result<String, StoreError> {
    file.to_str().map(|file| format!("sqlite:{file}")).ok_or(StoreError::Url)
}
