//! Reads of an SQLite file on the thread that asks.
//!
//! sqlx has a thread for each connection, wakes it several times for each statement and copies every value twice; most
//! statements of a question take a few hundredths of a millisecond, which is less than that. Here they run where they
//! are asked. One that turns out to be long is given up after [`SHORT`] and begun again on a thread where nobody is kept
//! waiting, and there it ends as soon as nobody wants its rows. Whatever goes wrong is left to sqlx, which asks again and
//! tells.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OpenFlags, ToSql};
use sea_query::{Value, Values};
use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer};
use tokio::sync::Semaphore;

use super::{READER_CACHE, STEPS};

/// Steps of SQLite that a statement may take on the thread that asks, in looks at the watch: about two milliseconds.
const SHORT: i64 = 8;
/// Statements that are carried out on other threads at a time.
const APART: usize = 8;
/// Statements that a connection keeps prepared.
const PREPARED: usize = 64;

/// A value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::store) enum Cell {
    Null,
    Int(i64),
    Text(String),
    Bytes(Vec<u8>),
}

/// As SQLite writes it in a list.
impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Told;
        impl Visitor<'_> for Told {
            type Value = Cell;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a whole number, a text or nothing")
            }

            fn visit_unit<E>(self) -> Result<Cell, E> {
                Ok(Cell::Null)
            }

            fn visit_i64<E>(self, number: i64) -> Result<Cell, E> {
                Ok(Cell::Int(number))
            }

            fn visit_u64<E: de::Error>(self, number: u64) -> Result<Cell, E> {
                i64::try_from(number).map(Cell::Int).map_err(E::custom)
            }

            fn visit_str<E>(self, text: &str) -> Result<Cell, E> {
                Ok(Cell::Text(text.to_owned()))
            }
        }
        deserializer.deserialize_any(Told)
    }
}

/// Rows, each with its values from left to right.
type Rows = Vec<Box<[Cell]>>;

/// Connections to a file that only read; clones share them.
#[derive(Clone)]
pub(in crate::store) struct Readers(Arc<Inner>);

struct Inner {
    path: PathBuf,
    idle: Mutex<Vec<Reader>>,
    apart: Semaphore,
}

struct Reader {
    connection: Connection,
    watch: Arc<Watch>,
}

/// Says to a running statement when it is to end.
#[derive(Default)]
struct Watch {
    left: AtomicI64,
    unwanted: AtomicBool,
}

/// Ends a statement when nobody waits for it any more.
struct Leash(Arc<Watch>);

impl Drop for Leash {
    fn drop(&mut self) {
        self.0.unwanted.store(true, Ordering::Relaxed);
    }
}

enum Outcome {
    Done(Rows),
    Long,
    Failed,
}

impl Readers {
    /// Readers of a file that is open already.
    pub(super) fn new(path: &Path) -> Self {
        Self(Arc::new(Inner { path: path.to_owned(), idle: Mutex::default(), apart: Semaphore::new(APART) }))
    }

    /// The rows of a statement; none where it has to be asked in another way.
    pub(super) async fn rows(&self, sql: &str, values: &Values) -> Option<Rows> {
        let reader = self.take()?;
        // Told where sqlx tells its statements, and once, though a long one is begun again.
        tracing::event!(target: "sqlx::query", tracing::Level::DEBUG, db.statement = sql);
        match reader.run(sql, values, SHORT) {
            Outcome::Done(rows) => {
                self.give_back(reader);
                return Some(rows);
            }
            Outcome::Failed => return None,
            Outcome::Long => {}
        }
        let leash = Leash(Arc::clone(&reader.watch));
        let _turn = self.0.apart.acquire().await.ok()?;
        let (sql, values) = (sql.to_owned(), values.clone());
        let task = tokio::task::spawn_blocking(move || {
            let outcome = reader.run(&sql, &values, i64::MAX);
            (reader, outcome)
        });
        let (reader, outcome) = task.await.ok()?;
        drop(leash);
        let Outcome::Done(rows) = outcome else { return None };
        self.give_back(reader);
        Some(rows)
    }

    /// Closes all of them that rest.
    pub(super) fn close(&self) {
        self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn take(&self) -> Option<Reader> {
        let idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.or_else(|| Reader::open(&self.0.path).ok())
    }

    fn give_back(&self, reader: Reader) {
        let mut idle = self.0.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < APART {
            idle.push(reader);
        }
    }
}

impl Reader {
    fn open(path: &Path) -> rusqlite::Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        // Who is busy is asked again by sqlx, which may wait.
        connection.busy_timeout(std::time::Duration::ZERO)?;
        connection.pragma_update(None, "cache_size", READER_CACHE)?;
        // Otherwise a statement is planned anew each time its parameters differ, which costs more than most take.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.set_prepared_statement_cache_capacity(PREPARED);
        let watch = Arc::<Watch>::default();
        let seen = Arc::clone(&watch);
        let ended = move || seen.left.fetch_sub(1, Ordering::Relaxed) <= 0 || seen.unwanted.load(Ordering::Relaxed);
        connection.progress_handler(STEPS, Some(ended))?;
        Ok(Self { connection, watch })
    }

    fn run(&self, sql: &str, values: &Values, patience: i64) -> Outcome {
        self.watch.left.store(patience, Ordering::Relaxed);
        self.watch.unwanted.store(false, Ordering::Relaxed);
        match self.read(sql, values) {
            Ok(Some(rows)) => Outcome::Done(rows),
            Err(rusqlite::Error::SqliteFailure(why, _)) if why.code == rusqlite::ErrorCode::OperationInterrupted => {
                Outcome::Long
            }
            Ok(None) | Err(_) => Outcome::Failed,
        }
    }

    /// None where a value is of a kind that is not spoken of here.
    fn read(&self, sql: &str, values: &Values) -> rusqlite::Result<Option<Rows>> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let width = statement.column_count();
        if !values.0.iter().all(|value| Parameter(value).known().is_some()) {
            return Ok(None);
        }
        let mut found = statement.query(rusqlite::params_from_iter(values.0.iter().map(Parameter)))?;
        let mut rows = Rows::new();
        while let Some(row) = found.next()? {
            let mut cells = Vec::with_capacity(width);
            for at in 0..width {
                cells.push(match row.get_ref(at)? {
                    ValueRef::Null => Cell::Null,
                    ValueRef::Integer(number) => Cell::Int(number),
                    ValueRef::Text(text) => match std::str::from_utf8(text) {
                        Ok(text) => Cell::Text(text.to_owned()),
                        Err(_) => return Ok(None),
                    },
                    ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_owned()),
                    ValueRef::Real(_) => return Ok(None),
                });
            }
            rows.push(cells.into_boxed_slice());
        }
        Ok(Some(rows))
    }
}

/// A parameter of a statement.
struct Parameter<'a>(&'a Value);

impl<'a> Parameter<'a> {
    fn known(&self) -> Option<ValueRef<'a>> {
        let number = |number: Option<i64>| number.map_or(ValueRef::Null, ValueRef::Integer);
        Some(match self.0 {
            Value::Bool(value) => number(value.map(i64::from)),
            Value::Int(value) => number(value.map(i64::from)),
            Value::BigInt(value) => number(*value),
            Value::Unsigned(value) => number(value.map(i64::from)),
            Value::BigUnsigned(value) => number(value.map(i64::try_from).transpose().ok()?),
            Value::String(value) => value.as_ref().map_or(ValueRef::Null, |text| ValueRef::Text(text.as_bytes())),
            Value::Bytes(value) => value.as_ref().map_or(ValueRef::Null, |bytes| ValueRef::Blob(bytes)),
            _ => return None,
        })
    }
}

impl ToSql for Parameter<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(self.known().unwrap_or(ValueRef::Null)))
    }
}
