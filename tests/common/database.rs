//! Fresh databases: a new SQLite file, or a new database on a throw-away PostgreSQL cluster.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

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
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let server = CLUSTER
        .get_or_init(|| {
            let found = std::env::var("PLANATLAS_TEST_POSTGRES").ok().or_else(start);
            if found.is_none() {
                eprintln!("SKIPPED on PostgreSQL: no server here (install postgresql, or set PLANATLAS_TEST_POSTGRES)");
            }
            found
        })
        .as_deref()?;
    let name = format!("planatlas_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let created = std::thread::spawn({
        let (server, name) = (server.to_owned(), name.clone());
        move || create(&server, &format!("CREATE DATABASE {name}"))
    });
    created.join().expect("the thread that creates a database").expect("a new PostgreSQL database");
    let url = server.rsplit_once('/').map(|(start, _)| format!("{start}/{name}")).expect("a URL with a database");
    Some(Database { url, engine: "postgres", _directory: None })
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

/// Where PostgreSQL's programs are.
fn programs() -> Option<PathBuf> {
    let of_system = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = of_system.map(|entry| entry.path().join("bin")).collect();
    found.sort();
    found.reverse();
    let path = std::env::var_os("PATH").unwrap_or_default();
    found.into_iter().chain(std::env::split_paths(&path)).find(|dir| dir.join("initdb").is_file())
}

/// A command as a user that PostgreSQL lets run a server: not root.
fn unprivileged(program: &Path) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.starts_with(b"0\n"));
    if root {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(program);
        command
    } else {
        Command::new(program)
    }
}

/// Starts a cluster that stops when this process ends. `None` when there is no PostgreSQL.
fn start() -> Option<String> {
    let bin = programs()?;
    let home = std::env::temp_dir().join(format!("planatlas-postgres-{}", std::process::id()));
    std::fs::create_dir_all(&home).ok()?;
    if unprivileged(Path::new("id")).stdout(Stdio::null()).stderr(Stdio::null()).status().ok()?.success() {
        let _ = Command::new("chown").arg("postgres").arg(&home).stderr(Stdio::null()).status();
    }
    let data = home.join("data");
    let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let made = quiet(
        unprivileged(&bin.join("initdb"))
            .args(["--auth=trust", "--username=planatlas", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data),
    );
    if !made.ok()?.success() {
        return None;
    }
    let port = TcpListener::bind("127.0.0.1:0").ok()?.local_addr().ok()?.port();
    let options = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off -c max_connections=200"
    );
    let log = home.join("log");
    let started = quiet(
        unprivileged(&bin.join("pg_ctl"))
            .arg("start")
            .arg("-w")
            .arg("-D")
            .arg(&data)
            .arg("-l")
            .arg(&log)
            .arg("-o")
            .arg(options),
    );
    if !started.ok()?.success() {
        return None;
    }
    stop_with_us(&bin.join("pg_ctl"), &data, &home);
    Some(format!("postgres://planatlas@127.0.0.1:{port}/postgres"))
}

/// A watcher outlives this process by a moment: when our end of its standard input closes, it stops the
/// server and removes its files, however we ended.
fn stop_with_us(pg_ctl: &Path, data: &Path, home: &Path) {
    let script = r#"cat > /dev/null; "$1" stop -m immediate -D "$2" > /dev/null 2>&1; rm -rf "$3""#;
    let watcher = unprivileged(Path::new("sh"))
        .args(["-c", script, "sh"])
        .args([pg_ctl, data, home])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    // Held until the process ends.
    std::mem::forget(watcher);
}
