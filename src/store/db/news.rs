//! Waiting for new revisions.

use std::time::Duration;

use sqlx::postgres::PgListener;

use super::Db;
use crate::store::Store;

/// How often the database is asked where it cannot tell.
const POLL: Duration = Duration::from_millis(250);
/// How often it is asked where it tells: what tells may be cut without a word.
const QUIET: Duration = Duration::from_millis(900);

/// Tells when the database may hold a new revision.
pub struct News {
    db: Db,
    listener: Option<PgListener>,
}

impl Store {
    /// Whoever waits for new revisions.
    pub fn news(&self) -> News {
        News { db: self.db.clone(), listener: None }
    }
}

impl News {
    /// Returns when it is time to look for a new revision: as soon as PostgreSQL says so, else after a while.
    pub async fn next(&mut self) {
        let Db::Postgres(cluster) = &self.db else { return tokio::time::sleep(POLL).await };
        cluster.catch_up().await;
        let Some(listener) = &mut self.listener else {
            // What came before it listened was not told.
            match cluster.listen().await {
                Ok(listener) => self.listener = Some(listener),
                Err(_) => tokio::time::sleep(POLL).await,
            }
            return;
        };
        let patience = if cluster.is_behind() { POLL } else { QUIET };
        match tokio::time::timeout(patience, listener.try_recv()).await {
            Ok(Ok(Some(_))) | Err(_) => {}
            Ok(Ok(None) | Err(_)) => self.listener = None,
        }
    }
}
