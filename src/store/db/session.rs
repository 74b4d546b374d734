//! A transaction of either engine.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use sea_query::{Value, Values};
use sea_query_sqlx::{SqlxBinder, SqlxValues};
use sqlx::{AssertSqlSafe, Postgres, Sqlite, Transaction};

use super::super::StoreError;
use super::{Dialect, READER_CACHE, Row, cache, cluster};

/// A transaction, for everything that must see or write one state of the database.
pub(in crate::store) enum Session {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A statement that writes, as text and parameters.
pub(in crate::store) struct Written {
    sql: Arc<str>,
    values: SqlxValues,
    /// Whether the same text comes again.
    again: bool,
}

impl Written {
    pub(in crate::store) fn of(sql: Arc<str>, values: impl Iterator<Item = Value>, again: bool) -> Self {
        Self { sql, values: SqlxValues(Values(values.collect())), again }
    }
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Kind {
    Integer,
    Text,
    Bytes,
}

/// A table as the catalogue describes it.
#[derive(Debug, Clone)]
pub(in crate::store) struct TableShape {
    pub(in crate::store) name: String,
    /// Columns in their order.
    pub(in crate::store) columns: Vec<(String, Kind)>,
    /// Columns of the primary key.
    pub(in crate::store) key: Vec<String>,
    /// Tables that its rows point to.
    pub(in crate::store) points_to: Vec<String>,
}

impl Session {
    pub(in crate::store) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// The rows of a statement.
    pub(in crate::store) async fn rows(&mut self, statement: &impl SqlxBinder) -> Result<Vec<Row>, StoreError> {
        self.stream(statement).try_collect().await
    }

    /// The rows of a statement, one after another.
    pub(in crate::store) fn stream(&mut self, statement: &impl SqlxBinder) -> BoxStream<'_, Result<Row, StoreError>> {
        let (sql, values) = self.dialect().render(statement);
        match self {
            Self::Sqlite(tx) => sqlx::query_with(AssertSqlSafe(sql), values)
                .fetch(&mut **tx)
                .map(|row| row.map(Row::Sqlite).map_err(StoreError::from))
                .boxed(),
            Self::Postgres(tx) => sqlx::query_with(AssertSqlSafe(sql), values)
                .fetch(&mut **tx)
                .map(|row| row.map(Row::Postgres).map_err(StoreError::from))
                .boxed(),
        }
    }

    /// Runs a statement that answers nothing. Its text is not kept: writes come in many lengths.
    pub(in crate::store) async fn run(&mut self, statement: &impl SqlxBinder) -> Result<(), StoreError> {
        let (sql, values) = self.dialect().render(statement);
        self.write(Written { sql: sql.into(), values, again: false }).await
    }

    /// Runs a statement that was made ready before.
    pub(in crate::store) async fn write(&mut self, Written { sql, values, again }: Written) -> Result<(), StoreError> {
        let query = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(tx) => {
                sqlx::query_with(query, values).persistent(again).execute(&mut **tx).await?;
            }
            Self::Postgres(tx) => {
                sqlx::query_with(query, values).persistent(again).execute(&mut **tx).await?;
            }
        }
        Ok(())
    }

    /// Takes away the indexes of some tables, but for those that keep rows unique; what makes them again.
    pub(in crate::store) async fn take_indexes(&mut self, tables: &BTreeSet<&str>) -> Result<Vec<String>, StoreError> {
        let all = match self {
            Self::Sqlite(_) => "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL",
            Self::Postgres(_) => {
                "SELECT c.relname::text, i.relname::text, pg_get_indexdef(x.indexrelid) FROM pg_index x \
                 JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid \
                 WHERE NOT x.indisunique AND c.relnamespace = current_schema()::regnamespace"
            }
        };
        let rows: Vec<Row> = match self {
            Self::Sqlite(tx) => sqlx::query(all).fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite).collect(),
            Self::Postgres(tx) => sqlx::query(all).fetch_all(&mut **tx).await?.into_iter().map(Row::Postgres).collect(),
        };
        let mut taken = Vec::new();
        for row in rows {
            if tables.contains(row.text(0)?.as_str()) {
                self.raw(format!("DROP INDEX {}", row.text(1)?)).await?;
                taken.push(row.text(2)?);
            }
        }
        Ok(taken)
    }

    /// Makes indexes that were taken away.
    pub(in crate::store) async fn make_indexes(&mut self, indexes: Vec<String>) -> Result<(), StoreError> {
        for sql in indexes {
            self.raw(sql).await?;
        }
        Ok(())
    }

    async fn raw(&mut self, sql: String) -> Result<(), StoreError> {
        let sql = AssertSqlSafe(sql);
        match self {
            Self::Sqlite(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop)?,
            Self::Postgres(tx) => sqlx::raw_sql(sql).execute(&mut **tx).await.map(drop)?,
        }
        Ok(())
    }

    /// Tells whoever waits for news of a revision, once it is committed.
    pub(in crate::store) async fn announce(&mut self, number: i32) -> Result<(), StoreError> {
        if let Self::Postgres(tx) = self {
            cluster::announce(tx, number).await?;
        }
        Ok(())
    }

    /// Where a file is not what SQLite wrote, in its words, some of them at most; a server looks after its own files.
    pub(in crate::store) async fn faults(&mut self) -> Result<Vec<String>, StoreError> {
        let Self::Sqlite(tx) = self else { return Ok(Vec::new()) };
        let rows = sqlx::query("PRAGMA integrity_check(10)").fetch_all(&mut **tx).await?;
        let told = rows.into_iter().map(|row| Row::Sqlite(row).text(0)).collect::<Result<Vec<_>, _>>()?;
        Ok(told.into_iter().filter(|line| line != "ok").collect())
    }

    /// Counts what some tables hold, so that statements over them are planned by what is there now.
    pub(in crate::store) async fn analyze(
        &mut self,
        tables: impl IntoIterator<Item = &'static str>,
    ) -> Result<(), StoreError> {
        for table in tables {
            self.raw(format!("ANALYZE {table}")).await?;
        }
        Ok(())
    }

    /// Every table of ours in an SQLite file; none on PostgreSQL, whose tables and columns are the same.
    pub(in crate::store) async fn tables(&mut self) -> Result<Vec<TableShape>, StoreError> {
        let Self::Sqlite(tx) = self else { return Ok(Vec::new()) };
        let columns = sqlx::query(
            "SELECT t.name, c.name, c.type, c.pk FROM sqlite_master t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND t.name <> '_sqlx_migrations' \
             ORDER BY t.name, c.cid",
        );
        let mut tables: Vec<TableShape> = Vec::new();
        for row in columns.fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite) {
            let (table, column) = (row.text(0)?, row.text(1)?);
            let kind = match row.text(2)?.as_str() {
                "INTEGER" => Kind::Integer,
                "TEXT" => Kind::Text,
                "BLOB" => Kind::Bytes,
                _ => return Err(StoreError::Damaged),
            };
            if tables.last().is_none_or(|last| last.name != table) {
                tables.push(TableShape { name: table, columns: Vec::new(), key: Vec::new(), points_to: Vec::new() });
            }
            let Some(shape) = tables.last_mut() else { continue };
            if row.int(3)? > 0 {
                shape.key.push(column.clone());
            }
            shape.columns.push((column, kind));
        }
        let references = sqlx::query(
            "SELECT t.name, k.\"table\" FROM sqlite_master t, pragma_foreign_key_list(t.name) k WHERE t.type = 'table'",
        );
        for row in references.fetch_all(&mut **tx).await?.into_iter().map(Row::Sqlite) {
            let (from, to) = (row.text(0)?, row.text(1)?);
            if let Some(table) = tables.iter_mut().find(|table| table.name == from) {
                table.points_to.push(to);
            }
        }
        Ok(tables)
    }

    /// Makes everything written durable.
    pub(in crate::store) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(mut tx) => {
                cache(&mut tx, READER_CACHE).await?;
                tx.commit().await?;
            }
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
