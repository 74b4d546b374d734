//! A PostgreSQL server and, where one is named, a replica that reads go to.
//!
//! Whatever is read of a revision may be read from a replica that holds it; what is newest is asked of the primary
//! alone. So a replica that lags, or is another database, or is gone, is passed over, and nobody reads half a revision.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
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
    replica: Option<PgPool>,
    known: Arc<Known>,
}

/// Which revision is the newest, and which the replica was seen to hold.
struct Known {
    newest: AtomicI32,
    there: AtomicI32,
}

/// Below every revision: nothing was seen.
const NONE: i32 = -1;

impl Known {
    const fn new() -> Self {
        Self { newest: AtomicI32::new(0), there: AtomicI32::new(NONE) }
    }

    /// A revision is there. Whoever is told of it later reads it from where it is.
    fn told(&self, number: i32) {
        self.newest.fetch_max(number, Ordering::AcqRel);
    }

    /// The replica was seen to hold a revision.
    fn seen(&self, number: i32) {
        self.there.store(number, Ordering::Release);
    }

    /// The replica is away.
    fn lost(&self) {
        self.there.store(NONE, Ordering::Release);
    }

    /// Whether the replica holds whatever anyone was told of.
    fn is_current(&self) -> bool {
        self.there.load(Ordering::Acquire) >= self.newest.load(Ordering::Acquire)
    }
}

impl Cluster {
    /// Connects to the primary; a replica is looked at later, so that a start needs the primary alone. With `patience`
    /// a server gives up any statement that takes longer.
    pub(super) async fn open(url: &str, replica: Option<&str>, patience: Option<Duration>) -> Result<Self, StoreError> {
        let options = |url: &str| url.parse::<PgConnectOptions>().map_err(|_| StoreError::Url);
        let primary = options(url)?;
        let replica = replica.map(options).transpose()?;
        // A pool would go on trying until its patience ends, and then not say why.
        PgConnection::connect_with(&primary).await?.close().await?;
        let limit = patience.map(|patience| ("statement_timeout", patience.as_millis().to_string()));
        let connect =
            |options: PgConnectOptions, patience| pool(patience).connect_lazy_with(options.options(limit.clone()));
        let replica = replica.map(|replica| connect(replica, SHORT_PATIENCE));
        Ok(Self { primary: connect(primary, PATIENCE), replica, known: Arc::new(Known::new()) })
    }

    /// The rows of a statement about revisions that are known to be there: from the replica if it holds them.
    pub(super) async fn rows(
        &self,
        render: impl Fn() -> (String, SqlxValues) + Sync,
    ) -> Result<Vec<PgRow>, sqlx::Error> {
        if let Some(replica) = self.replica.as_ref().filter(|_| self.known.is_current()) {
            match ask(replica, render()).await {
                Err(why) if is_away(&why) => self.known.lost(),
                answer => return answer,
            }
        }
        self.rows_now(render).await
    }

    /// The rows of a statement, from the primary.
    pub(super) async fn rows_now(
        &self,
        render: impl Fn() -> (String, SqlxValues) + Sync,
    ) -> Result<Vec<PgRow>, sqlx::Error> {
        again(|| ask(&self.primary, render())).await
    }

    /// Begins a transaction on the primary.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        again(|| self.primary.begin()).await
    }

    /// Remembers that a revision is there. Until the replica has been seen to hold it, reads go to the primary.
    pub(super) fn told(&self, number: i32) {
        self.known.told(number);
    }

    /// Looks whether a replica that was behind, or away, holds the newest revision now.
    pub(super) async fn catch_up(&self) {
        let Some(replica) = self.replica.as_ref().filter(|_| !self.known.is_current()) else { return };
        let number = self.known.newest.load(Ordering::Acquire);
        let (here, there) = futures_util::join!(digest(&self.primary, number), digest(replica, number));
        if matches!((here, there), (Ok(Some(here)), Ok(Some(there))) if here == there) {
            self.known.seen(number);
        }
    }

    /// Whether there is a replica that does not serve reads.
    pub(super) fn is_behind(&self) -> bool {
        self.replica.is_some() && !self.known.is_current()
    }

    /// Listens for new revisions.
    pub(super) async fn listen(&self) -> Result<PgListener, sqlx::Error> {
        let mut listener = PgListener::connect_with(&self.primary).await?;
        listener.listen(CHANNEL).await?;
        Ok(listener)
    }

    fn pools(&self) -> impl Iterator<Item = &PgPool> {
        std::iter::once(&self.primary).chain(&self.replica)
    }

    /// Connections that are open, and those of them that wait for work.
    pub(super) fn connections(&self) -> (u32, usize) {
        (self.pools().map(PgPool::size).sum(), self.pools().map(PgPool::num_idle).sum())
    }

    pub(super) async fn close(&self) {
        for pool in self.pools() {
            pool.close().await;
        }
    }
}

/// Does something on the primary. A connection that was cut is replaced, once for each there can be.
async fn again<T, F>(act: impl Fn() -> F) -> Result<T, sqlx::Error>
where
    F: Future<Output = Result<T, sqlx::Error>>,
{
    for _ in 0..CONNECTIONS {
        match act().await {
            Err(why) if is_away(&why) && !matches!(why, sqlx::Error::PoolTimedOut) => {}
            done => return done,
        }
    }
    act().await
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
    if !answer.as_ref().is_err_and(is_away) {
        // Back to the pool.
        drop(answering.0.take());
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

#[cfg(test)]
mod tests {
    use super::Known;

    #[test]
    fn a_replica_is_current_only_while_it_holds_what_anyone_was_told_of() {
        let known = Known::new();
        assert!(!known.is_current(), "nothing was seen there yet");
        known.told(4);
        known.seen(4);
        assert!(known.is_current());
        // A revision comes while the replica is being looked at: what is seen then is too old.
        known.told(5);
        known.seen(4);
        assert!(!known.is_current());
        known.seen(5);
        assert!(known.is_current());
        known.told(3);
        assert!(known.is_current(), "an older one changes nothing");
        known.lost();
        assert!(!known.is_current());
    }
}
