//! The two engines. Nothing outside this file names them: everything else builds statements with
//! sea-query and reads rows by position, whatever engine answers.

mod cluster;
mod file;
mod news;
pub mod postgis;
mod reader;
mod session;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{BoxStream, StreamExt};
use sea_query::{Expr, ExprTrait, PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder};
use sea_query_sqlx::{SqlxBinder, SqlxValues};
use sqlx::migrate::Migrator;
use sqlx::postgres::PgRow;
use sqlx::sqlite::{SqlitePool, SqliteRow};
use sqlx::{AssertSqlSafe, Column as _, Row as _, Sqlite, Transaction, TypeInfo as _, ValueRef as _};

use super::{StoreError, packed};
use cluster::Cluster;
pub use news::News;
pub(super) use reader::Cell;
use reader::Readers;
pub(super) use session::{Kind, Session, TableShape, Written};

/// How long a writer waits for another one before it gives up.
const WRITER_PATIENCE: Duration = Duration::from_secs(60);
/// What a writer of SQLite keeps of the file in memory, and what a reader does, in −KiB: pages beyond it go to disk and
/// back. There are several readers, and the system keeps the file for all of them.
const WRITER_CACHE: &str = "-8192";
const READER_CACHE: &str = "-2048";
/// The advisory lock that PostgreSQL writers and migrations take: "planatla" in ASCII.
const LOCK: i64 = i64::from_be_bytes(*b"planatla");

pub(super) static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("./migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("./migrations/postgres");

/// An open database.
#[derive(Clone)]
pub(super) enum Db {
    Sqlite(SqlitePool, Option<Readers>),
    Postgres(Cluster),
}

/// What a statement is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    Sqlite,
    Postgres,
}

/// A row of an answer, read by position.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Read(Box<[Cell]>),
    Packed(packed::Row),
    Postgres(PgRow),
}

/// A value of a row that is in our hands.
#[derive(Clone, Copy)]
pub(super) enum Value<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

impl Dialect {
    /// The statement as text and parameters.
    pub(super) fn render(self, statement: &impl SqlxBinder) -> (String, SqlxValues) {
        match self {
            Self::Sqlite => statement.build_sqlx(SqliteQueryBuilder),
            Self::Postgres => statement.build_sqlx(PostgresQueryBuilder),
        }
    }

    /// Lets a statement answer with these columns. SQLite's client takes its time over each column of a row, so where
    /// rows are many they can be asked for as one `list`, which [`Row::list`] reads; no column may hold bytes then.
    pub(super) fn columns(self, select: &mut SelectStatement, columns: Vec<Expr>, list: bool) {
        match self {
            Self::Sqlite if list => select.expr(sea_query::Func::cust("json_array").args(columns)),
            Self::Sqlite | Self::Postgres => select.exprs(columns),
        };
    }

    /// `(SELECT … AS id)` of a list given as one parameter, so that its length changes no statement text.
    pub(super) fn ids(self, ids: &[i64]) -> SelectStatement {
        let mut select = SelectStatement::new();
        match self {
            Self::Sqlite => select.expr_as(Expr::col("value"), "id").from_function(
                sea_query::Func::cust("json_each").arg(serde_json::Value::from(ids).to_string()),
                "list",
            ),
            Self::Postgres => select
                .expr_as(Expr::col("list"), "id")
                .from_function(sea_query::Func::cust("unnest").arg(array(ids)), "list"),
        };
        select
    }

    /// `column` is one of a list given as one parameter.
    pub(super) fn among(self, column: Expr, ids: &[i64]) -> Expr {
        match self {
            Self::Sqlite => column.in_subquery(self.ids(ids)),
            // Unlike a subquery, it can be looked up in the middle of an index.
            Self::Postgres => column.eq(sea_query::Func::cust("ANY").arg(array(ids))),
        }
    }

    /// `(SELECT … AS first, … AS last)` of ranges given as one parameter.
    pub(super) fn ranges(self, ranges: &[(i64, i64)]) -> SelectStatement {
        let rows = serde_json::Value::from_iter(ranges.iter().map(|(first, last)| vec![*first, *last]));
        self.list(&[("first", "bigint"), ("last", "bigint")], &rows)
    }

    /// `(SELECT … AS NAME, …)` of a list of rows given as one parameter, each column with its type.
    pub(super) fn list(self, columns: &[(&'static str, &'static str)], rows: &serde_json::Value) -> SelectStatement {
        let mut select = SelectStatement::new();
        for (at, (name, of)) in columns.iter().enumerate() {
            select.expr_as(
                match self {
                    Self::Sqlite => Expr::cust(format!("value ->> {at}")),
                    Self::Postgres => Expr::cust(format!("CAST(value ->> {at} AS {of})")),
                },
                *name,
            );
        }
        let rows = rows.to_string();
        match self {
            Self::Sqlite => select.from_function(sea_query::Func::cust("json_each").arg(rows), "list"),
            Self::Postgres => select.from_function(
                sea_query::Func::cust("json_array_elements").arg(Expr::val(rows).cast_as("json")),
                "list",
            ),
        };
        select
    }
}

/// Numbers as one parameter of PostgreSQL.
fn array(ids: &[i64]) -> Expr {
    let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
    Expr::val(format!("{{{}}}", ids.join(","))).cast_as("bigint[]")
}

/// Steps of SQLite between two looks at the leash.
const STEPS: i32 = 5_000;

/// Holds a running statement; once it is dropped the statement is interrupted.
#[derive(Default)]
struct Leash(Arc<()>);

impl Leash {
    /// Says as often as it is asked whether the leash is still held.
    fn held(&self) -> impl FnMut() -> bool + Send + 'static {
        let leash = Arc::downgrade(&self.0);
        move || leash.strong_count() > 0
    }
}

impl Db {
    /// Opens `sqlite:PATH` or `postgres://…`, creating and migrating what is missing. With `patience` PostgreSQL gives
    /// up any statement that takes longer; `replica` is another server of the same database, for reads.
    pub(super) async fn open(url: &str, replica: Option<&str>, patience: Option<Duration>) -> Result<Self, StoreError> {
        let is_server = |url: &str| url.starts_with("postgres://") || url.starts_with("postgresql://");
        let db = match url.strip_prefix("sqlite:") {
            Some(path) if replica.is_none() => {
                let (pool, readers) = file::open(Path::new(path.strip_prefix("//").unwrap_or(path))).await?;
                Self::Sqlite(pool, readers)
            }
            Some(_) => return Err(StoreError::ReplicaOfFile),
            None if is_server(url) && replica.is_none_or(is_server) => {
                Self::Postgres(Cluster::open(url, replica, patience).await?)
            }
            None => return Err(StoreError::Url),
        };
        db.migrate().await?;
        Ok(db)
    }

    /// What this database speaks.
    pub(super) const fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(..) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
        }
    }

    /// Connections that are open, and those of them that wait for work.
    pub(super) fn connections(&self) -> (u32, usize) {
        match self {
            Self::Sqlite(pool, _) => (pool.size(), pool.num_idle()),
            Self::Postgres(cluster) => cluster.connections(),
        }
    }

    /// Closes every connection.
    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite(pool, readers) => {
                // Whoever writes closes last, and leaves the file in order.
                readers.iter().for_each(Readers::close);
                pool.close().await;
            }
            Self::Postgres(cluster) => cluster.close().await,
        }
    }

    /// Brings the schema up to this program's; takes the writer's lock only when there is something to do,
    /// so that a server can start while an import runs.
    async fn migrate(&self) -> Result<(), StoreError> {
        let known = match self {
            Self::Sqlite(..) => &SQLITE_MIGRATIONS,
            Self::Postgres(_) => &POSTGRES_MIGRATIONS,
        };
        let applied = self.applied().await?;
        let newest = known.iter().map(|migration| migration.version).max();
        if applied.iter().max() > newest.as_ref() {
            return Err(StoreError::NewerSchema);
        }
        if applied.len() == known.iter().count() {
            return Ok(());
        }
        let mut session = self.write().await?;
        match &mut session {
            Session::Sqlite(tx) => known.run_direct(None, &mut **tx, false).await,
            Session::Postgres(tx) => known.run_direct(None, &mut **tx, false).await,
        }?;
        session.commit().await
    }

    /// Versions of the migrations that have run here.
    async fn applied(&self) -> Result<Vec<i64>, StoreError> {
        let exists = match self {
            // Below none: there are tables, and none is ours.
            Self::Sqlite(..) => {
                "SELECT CASE WHEN count(*) = 0 THEN 0 ELSE coalesce(max(name = '_sqlx_migrations'), 0) * 2 - 1 END \
                 FROM sqlite_master WHERE type = 'table'"
            }
            Self::Postgres(_) => {
                "SELECT count(*) FROM pg_tables WHERE tablename = '_sqlx_migrations' AND schemaname = current_schema()"
            }
        };
        match self.plain(exists).await?.first().map_or(Ok(0), |row| row.int(0))? {
            0 => return Ok(Vec::new()),
            below if below < 0 => return Err(StoreError::ForeignDatabase),
            _ => {}
        }
        let rows = self.plain("SELECT version FROM _sqlx_migrations ORDER BY version").await?;
        rows.iter().map(|row| row.int(0)).collect()
    }

    async fn plain(&self, sql: &'static str) -> Result<Vec<Row>, StoreError> {
        Ok(match self {
            Self::Sqlite(pool, _) => sqlx::query(sql).fetch_all(pool).await?.into_iter().map(Row::Sqlite).collect(),
            Self::Postgres(cluster) => {
                sqlx::query(sql).fetch_all(&cluster.primary).await?.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// Rewrites tables so that no file holds what their rows said before they were redacted. Backups still do.
    pub(super) async fn forget(&self, tables: impl Iterator<Item = &'static str>) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(pool, readers) => {
                readers.iter().for_each(Readers::close);
                sqlx::raw_sql("VACUUM").execute(pool).await?;
                sqlx::raw_sql("PRAGMA wal_checkpoint(TRUNCATE)").execute(pool).await?;
            }
            Self::Postgres(cluster) => {
                for table in tables {
                    let sql = AssertSqlSafe(format!("VACUUM (FULL) {table}"));
                    sqlx::raw_sql(sql).execute(&cluster.primary).await?;
                }
            }
        }
        Ok(())
    }

    /// The rows of a statement about revisions that are known to be there, from a replica if one holds them. It is
    /// given up as soon as nobody waits for them any more: by SQLite within some thousands of its steps, by PostgreSQL
    /// within half a second.
    ///
    /// What a client of a database keeps while it waits is ten thousand bytes. It stands by itself: in the futures of
    /// whatever may ask, it would be moved with each of them for every field of an answer.
    pub(super) async fn rows(&self, statement: &(impl SqlxBinder + Sync)) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(..) => self.rows_now(statement).await,
            Self::Postgres(cluster) => {
                let rows = Box::pin(cluster.rows(|| Dialect::Postgres.render(statement))).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// The rows of a statement about what is newest, or belongs to no revision. It is given up as [`Db::rows`] is.
    pub(super) async fn rows_now(&self, statement: &(impl SqlxBinder + Sync)) -> Result<Vec<Row>, StoreError> {
        match self {
            Self::Sqlite(pool, readers) => {
                let (sql, values) = Dialect::Sqlite.render(statement);
                if let Some(readers) = readers
                    && let Some(rows) = readers.rows(&sql, &values.0).await
                {
                    return Ok(rows.into_iter().map(Row::Read).collect());
                }
                let asked = async {
                    let mut connection = pool.acquire().await?;
                    let leash = Leash::default();
                    connection.lock_handle().await?.set_progress_handler(STEPS, leash.held());
                    sqlx::query_with(AssertSqlSafe(sql), values).fetch_all(&mut *connection).await
                };
                Ok(Box::pin(asked).await?.into_iter().map(Row::Sqlite).collect())
            }
            Self::Postgres(cluster) => {
                let rows = Box::pin(cluster.rows_now(|| Dialect::Postgres.render(statement))).await?;
                Ok(rows.into_iter().map(Row::Postgres).collect())
            }
        }
    }

    /// Remembers that a revision is there, so that no replica is asked before it holds it.
    pub(super) fn told(&self, number: i32) {
        if let Self::Postgres(cluster) = self {
            cluster.told(number);
        }
    }

    /// The rows of a statement, one after another, from the primary.
    pub(super) fn stream(&self, statement: &impl SqlxBinder) -> BoxStream<'_, Result<Row, StoreError>> {
        let (sql, values) = self.dialect().render(statement);
        match self {
            Self::Sqlite(pool, _) => sqlx::query_with(AssertSqlSafe(sql), values)
                .fetch(pool)
                .map(|row| row.map(Row::Sqlite).map_err(StoreError::from))
                .boxed(),
            Self::Postgres(cluster) => sqlx::query_with(AssertSqlSafe(sql), values)
                .fetch(&cluster.primary)
                .map(|row| row.map(Row::Postgres).map_err(StoreError::from))
                .boxed(),
        }
    }

    /// Begins the one writing transaction there can be at a time.
    pub(super) async fn write(&self) -> Result<Session, StoreError> {
        Ok(match self {
            Self::Sqlite(pool, _) => {
                let mut tx = pool.begin_with("BEGIN IMMEDIATE").await?;
                cache(&mut tx, WRITER_CACHE).await?;
                Session::Sqlite(tx)
            }
            Self::Postgres(cluster) => {
                let mut tx = cluster.begin().await?;
                let patience = format!("SET LOCAL lock_timeout = {}", WRITER_PATIENCE.as_millis());
                sqlx::query(AssertSqlSafe(patience)).execute(&mut *tx).await?;
                sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
                Session::Postgres(tx)
            }
        })
    }

    /// Begins a transaction that sees one state of the database and writes nothing.
    pub(super) async fn read(&self) -> Result<Session, StoreError> {
        Ok(match self {
            Self::Sqlite(pool, _) => Session::Sqlite(pool.begin().await?),
            Self::Postgres(cluster) => {
                let mut tx = cluster.begin().await?;
                sqlx::query("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY").execute(&mut *tx).await?;
                Session::Postgres(tx)
            }
        })
    }
}

/// Says how much of an SQLite file a connection may keep in memory.
async fn cache(tx: &mut Transaction<'static, Sqlite>, size: &str) -> Result<(), StoreError> {
    let sql = AssertSqlSafe(format!("PRAGMA cache_size = {size}"));
    sqlx::raw_sql(sql).execute(&mut **tx).await?;
    Ok(())
}

impl Row {
    /// The row that one column holds as a list, where the engine was asked for one: see [`Dialect::columns`].
    pub(super) fn list(&self) -> Result<Option<Self>, StoreError> {
        let text: &str = match self {
            Self::Postgres(_) => return Ok(None),
            _ => self.some_str(0)?.ok_or(StoreError::Damaged)?,
        };
        let cells: Vec<Cell> = serde_json::from_str(text).map_err(|_| StoreError::Damaged)?;
        Ok(Some(Self::Read(cells.into())))
    }

    /// Its values, whatever they are.
    pub(super) fn cells(self) -> Result<Vec<Cell>, StoreError> {
        match self {
            Self::Read(cells) => Ok(cells.into_vec()),
            // What is packed is not packed again.
            Self::Packed(_) => Err(StoreError::Damaged),
            Self::Sqlite(row) => {
                let read = |at: usize| match row.try_get_raw(at)?.type_info().name() {
                    "NULL" => Ok(Cell::Null),
                    "INTEGER" => Ok(Cell::Int(row.try_get(at)?)),
                    "BLOB" => Ok(Cell::Bytes(row.try_get(at)?)),
                    _ => Ok(Cell::Text(row.try_get(at)?)),
                };
                (0..row.len()).map(read).collect()
            }
            Self::Postgres(row) => {
                let read = |at: usize| match row.try_column(at)?.type_info().name() {
                    "INT8" => Ok(row.try_get::<Option<i64>, _>(at)?.map_or(Cell::Null, Cell::Int)),
                    "BYTEA" => Ok(row.try_get::<Option<Vec<u8>>, _>(at)?.map_or(Cell::Null, Cell::Bytes)),
                    _ => Ok(row.try_get::<Option<String>, _>(at)?.map_or(Cell::Null, Cell::Text)),
                };
                (0..row.len()).map(read).collect()
            }
        }
    }

    /// What a column says, where the row is in our hands.
    fn held(&self, at: usize) -> Result<Value<'_>, StoreError> {
        match self {
            Self::Read(cells) => Ok(match cells.get(at).ok_or(StoreError::Damaged)? {
                Cell::Null => Value::Null,
                Cell::Int(number) => Value::Int(*number),
                Cell::Text(text) => Value::Text(text),
                Cell::Bytes(bytes) => Value::Bytes(bytes),
            }),
            Self::Packed(row) => row.value(at).ok_or(StoreError::Damaged),
            Self::Sqlite(_) | Self::Postgres(_) => Err(StoreError::Damaged),
        }
    }

    /// A whole number.
    pub(super) fn int(&self, at: usize) -> Result<i64, StoreError> {
        self.some_int(at)?.ok_or(StoreError::Damaged)
    }

    /// A whole number or nothing.
    pub(super) fn some_int(&self, at: usize) -> Result<Option<i64>, StoreError> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(at)?),
            Self::Postgres(row) => Ok(row.try_get(at)?),
            Self::Read(_) | Self::Packed(_) => match self.held(at)? {
                Value::Null => Ok(None),
                Value::Int(number) => Ok(Some(number)),
                Value::Text(_) | Value::Bytes(_) => Err(StoreError::Damaged),
            },
        }
    }

    /// A revision number.
    pub(super) fn revision(&self, at: usize) -> Result<i32, StoreError> {
        i32::try_from(self.int(at)?).map_err(|_| StoreError::Damaged)
    }

    /// A text or nothing, where it stands.
    pub(super) fn some_str(&self, at: usize) -> Result<Option<&str>, StoreError> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(at)?),
            Self::Postgres(row) => Ok(row.try_get(at)?),
            Self::Read(_) | Self::Packed(_) => match self.held(at)? {
                Value::Null => Ok(None),
                Value::Text(text) => Ok(Some(text)),
                Value::Int(_) | Value::Bytes(_) => Err(StoreError::Damaged),
            },
        }
    }

    /// A text.
    pub(super) fn text(&self, at: usize) -> Result<String, StoreError> {
        self.some_text(at)?.ok_or(StoreError::Damaged)
    }

    /// A text or nothing.
    pub(super) fn some_text(&self, at: usize) -> Result<Option<String>, StoreError> {
        Ok(self.some_str(at)?.map(str::to_owned))
    }

    /// Bytes or nothing.
    pub(super) fn some_bytes(&self, at: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self {
            Self::Sqlite(row) => Ok(row.try_get(at)?),
            Self::Postgres(row) => Ok(row.try_get(at)?),
            Self::Read(_) | Self::Packed(_) => match self.held(at)? {
                Value::Null => Ok(None),
                Value::Bytes(bytes) => Ok(Some(bytes.to_vec())),
                Value::Text(text) => Ok(Some(text.as_bytes().to_vec())),
                Value::Int(_) => Err(StoreError::Damaged),
            },
        }
    }
}
