//! Fresh databases: a new SQLite file, or a new database on a throw-away PostgreSQL cluster.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use super::postgres::Cluster;

/// A database of one test; it goes when the test does.
pub struct Database {
    pub url: String,
    pub engine: &'static str,
    pub _directory: Option<TempDir>,
}

/// One fresh database on each engine that can be had here.
pub fn fresh() -> Vec<Database> {
    std::iter::once(sqlite()).chain(postgres()).collect()
}

/// A fresh SQLite file.
pub fn sqlite() -> Database {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let url = format!("sqlite:{}", directory.path().join("atlas.db").display());
    Database { url, engine: "sqlite", _directory: Some(directory) }
}

/// A fresh database on the cluster of `PLANATLAS_TEST_POSTGRES`, else on one of our own.
pub fn postgres() -> Option<Database> {
    static CLUSTER: OnceLock<Option<String>> = OnceLock::new();
    let server = CLUSTER
        .get_or_init(|| {
            let started = || Cluster::start(&[]).map(Cluster::until_we_end);
            let found = std::env::var("PLANATLAS_TEST_POSTGRES").ok().or_else(started);
            if found.is_none() {
                eprintln!("SKIPPED on PostgreSQL: no server here (install postgresql, or set PLANATLAS_TEST_POSTGRES)");
            }
            found
        })
        .as_deref()?;
    Some(postgres_at(server))
}

/// A fresh database on a server.
pub fn postgres_at(server: &str) -> Database {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("planatlas_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let created = std::thread::spawn({
        let (server, name) = (server.to_owned(), name.clone());
        move || create(&server, &format!("CREATE DATABASE {name}"))
    });
    created.join().expect("the thread that creates a database").expect("a new PostgreSQL database");
    let url = server.rsplit_once('/').map(|(start, _)| format!("{start}/{name}")).expect("a URL with a database");
    Database { url, engine: "postgres", _directory: None }
}

/// Runs one statement behind Planatlas's back.
pub async fn run(database: &Database, sql: &'static str) {
    use sqlx::Connection as _;
    if database.engine == "sqlite" {
        let mut connection = sqlx::SqliteConnection::connect(&database.url).await.expect("a connection");
        sqlx::query(sql).execute(&mut connection).await.expect(sql);
    } else {
        let mut connection = sqlx::PgConnection::connect(&database.url).await.expect("a connection");
        sqlx::query(sql).execute(&mut connection).await.expect(sql);
    }
}

fn create(url: &str, sql: &str) -> Result<(), sqlx::Error> {
    use sqlx::Connection as _;
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
        let mut connection = sqlx::PgConnection::connect(url).await?;
        sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut connection).await?;
        connection.close().await
    })
}
