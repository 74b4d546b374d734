//! A PostgreSQL server and, where one is named, a replica that reads go to.
//!
//! Whatever is read of a revision may be read from a replica that holds it; what is newest is asked of the primary
//! alone. So a replica that lags, or is another database, or is gone, is passed over, and nobody reads half a revision.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::time::Duration;

use sea_query_sqlx::SqlxValues;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgListener, PgPool, PgPoolOptions, PgRow};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, Postgres, Row as _, Transaction};

use super::super::StoreError;

/// Connections to a server at most.
const CONNECTIONS: u32 = 16;
/// How long one waits for a connection to the primary.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long one waits for a connection to a replica before the primary is asked instead.
const SHORT_PATIENCE: Duration = Duration::from_secs(1);
/// Where new revisions are told.
const CHANNEL: &str = "planatlas";

/// The servers of one database; clones share them.
#[derive(Clone)]
pub(in crate::store) struct Cluster {
    pub(super) primary: PgPool,
    replica: Option<Arc<Replica>>,
    /// The newest revision that anyone was told of.
    newest: Arc<AtomicI32>,
}

struct Replica {
    pool: PgPool,
    /// Whether it holds the newest revision.
    current: AtomicBool,
}

impl Cluster {
    /// Connects to the primary; a replica is looked at later, so that a start needs the primary alone. With `patience`
    /// a server gives up any statement that takes longer.
    pub(super) async fn open(url: &str, replica: Option<&str>, patience: Option<Duration>) -> Result<Self, StoreError> {
        let options = |url: &str| url.parse::<PgConnectOptions>().map_err(|_| StoreError::Url);
        let primary = options(url)?;
        // A pool would go on trying until its patience ends, and then not say why.
        PgConnection::connect_with(&primary).await?.close().await?;
        let limit = patience.map(|patience| ("statement_timeout", patience.as_millis().to_string()));
        let replica = replica.map(options).transpose()?.map(|replica| {
            let pool = pool(SHORT_PATIENCE).connect_lazy_with(replica.options(limit.clone()));
            Arc::new(Replica { pool, current: AtomicBool::new(false) })
        });
        let primary = pool(PATIENCE).connect_lazy_with(primary.options(limit));
        Ok(Self { primary, replica, newest: Arc::default() })
    }

    /// The rows of a statement about revisions that are known to be there: from the replica if it holds them.
    pub(super) async fn rows(&self, render: impl Fn() -> (String, SqlxValues)) -> Result<Vec<PgRow>, sqlx::Error> {
        if let Some(replica) = self.replica.as_deref().filter(|replica| replica.current.load(Ordering::Acquire)) {
            match ask(&replica.pool, render()).await {
                Err(why) if is_away(&why) => replica.current.store(false, Ordering::Release),
                answer => return answer,
            }
        }
        self.rows_now(render).await
    }

    /// The rows of a statement, from the primary. A connection that was cut is replaced, once for each there can be.
    pub(super) async fn rows_now(&self, render: impl Fn() -> (String, SqlxValues)) -> Result<Vec<PgRow>, sqlx::Error> {
        for _ in 0..CONNECTIONS {
            match ask(&self.primary, render()).await {
                Err(sqlx::Error::PoolTimedOut) => return Err(sqlx::Error::PoolTimedOut),
                Err(why) if is_away(&why) => {}
                answer => return answer,
            }
        }
        ask(&self.primary, render()).await
    }

    /// Begins a transaction on the primary.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        for _ in 0..CONNECTIONS {
            match self.primary.begin().await {
                Err(why) if is_away(&why) && !matches!(why, sqlx::Error::PoolTimedOut) => {}
                begun => return begun,
            }
        }
        self.primary.begin().await
    }

    /// Remembers that a revision is there. Until the replica has been seen to hold it, reads go to the primary.
    pub(super) fn told(&self, number: i32) {
        if self.newest.fetch_max(number, Ordering::AcqRel) < number
            && let Some(replica) = &self.replica
        {
            replica.current.store(false, Ordering::Release);
        }
    }

    /// Looks whether a replica that was behind, or away, holds the newest revision now.
    pub(super) async fn catch_up(&self) {
        let Some(replica) = self.replica.as_deref().filter(|replica| !replica.current.load(Ordering::Acquire)) else {
            return;
        };
        let number = self.newest.load(Ordering::Acquire);
        let (here, there) = futures_util::join!(digest(&self.primary, number), digest(&replica.pool, number));
        let current = matches!((here, there), (Ok(Some(here)), Ok(Some(there))) if here == there);
        // A newer revision may have come while the two answered.
        if current && self.newest.load(Ordering::Acquire) == number {
            replica.current.store(true, Ordering::Release);
        }
    }

    /// Whether there is a replica that does not serve reads.
    pub(super) fn is_behind(&self) -> bool {
        self.replica.as_ref().is_some_and(|replica| !replica.current.load(Ordering::Acquire))
    }

    /// Listens for new revisions.
    pub(super) async fn listen(&self) -> Result<PgListener, sqlx::Error> {
        let mut listener = PgListener::connect_with(&self.primary).await?;
        listener.listen(CHANNEL).await?;
        Ok(listener)
    }

    /// Connections that are open, and those of them that wait for work.
    pub(super) fn connections(&self) -> (u32, usize) {
        let of = |pool: &PgPool| (pool.size(), pool.num_idle());
        let (open, idle) = of(&self.primary);
        let (more, more_idle) = self.replica.as_ref().map_or((0, 0), |replica| of(&replica.pool));
        (open + more, idle + more_idle)
    }

    pub(super) async fn close(&self) {
        self.primary.close().await;
        if let Some(replica) = &self.replica {
            replica.pool.close().await;
        }
    }
}

/// Tells whoever listens, once the transaction is committed.
pub(super) async fn announce(connection: &mut PgConnection, number: i32) -> Result<(), sqlx::Error> {
    let telling = sqlx::query("SELECT pg_notify($1, $2)").bind(CHANNEL).bind(number.to_string());
    telling.execute(connection).await.map(drop)
}

fn pool(patience: Duration) -> PgPoolOptions {
    PgPoolOptions::new()
        .max_connections(CONNECTIONS)
        .acquire_timeout(patience)
        // Asking a connection whether it lives costs as much as a short statement; one that does not is replaced.
        .test_before_acquire(false)
        .after_connect(|connection, _| {
            Box::pin(async move {
                // A statement whose client has gone ends; servers on some systems cannot see that, and refuse.
                connection.execute("SET client_connection_check_interval = 500").await.ok();
                Ok(())
            })
        })
}

/// A connection that answers. When it is dropped before it has, it is cut, so that the server stops too.
struct Answering(Option<PoolConnection<Postgres>>);

impl Drop for Answering {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

async fn ask(pool: &PgPool, (sql, values): (String, SqlxValues)) -> Result<Vec<PgRow>, sqlx::Error> {
    let mut answering = Answering(Some(pool.acquire().await?));
    let Some(connection) = answering.0.as_mut() else { return Err(sqlx::Error::PoolClosed) };
    let answer = sqlx::query_with(AssertSqlSafe(sql), values).fetch_all(&mut **connection).await;
    let connection = answering.0.take();
    if answer.as_ref().is_err_and(is_away) {
        drop(connection.map(PoolConnection::detach));
    }
    answer
}

/// Digest of a revision.
async fn digest(pool: &PgPool, number: i32) -> Result<Option<String>, sqlx::Error> {
    let asked = sqlx::query("SELECT digest FROM revision WHERE number = $1").bind(i64::from(number));
    asked.fetch_optional(pool).await?.map(|row| row.try_get(0)).transpose()
}

/// Whether a server is gone, going, or (a replica) took back what was being read: another may answer.
fn is_away(why: &sqlx::Error) -> bool {
    match why {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::Protocol(_) => true,
        sqlx::Error::Database(why) => why.code().is_some_and(|code| {
            code.starts_with("08") || matches!(&*code, "57P01" | "57P02" | "57P03" | "53300" | "40001")
        }),
        _ => false,
    }
}
