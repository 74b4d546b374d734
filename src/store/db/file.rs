//! An SQLite file: opened, made where there is none, or read where nobody can write.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};

use super::reader::Readers;
use super::{READER_CACHE, WRITER_PATIENCE};
use crate::store::StoreError;

/// How long one that was refused waits before it asks again.
const AGAIN: Duration = Duration::from_millis(20);

/// Rows that SQLite may be ahead of whoever reads them.
const ROWS: usize = 512;

/// Bytes of a page.
const PAGE: u64 = 4096;

/// Opens a file, making what is missing. The readers are for questions; a file that nobody can write has none.
pub(super) async fn open(path: &Path) -> Result<(SqlitePool, Option<Readers>), StoreError> {
    if path.as_os_str().is_empty() {
        return Err(StoreError::Url);
    }
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        std::fs::create_dir_all(parent)?;
    }
    // SQLite takes what is shorter than a page for a new file, and would write over it. (Nothing here opens the file: to
    // close it would end the locks that SQLite holds on it for this process.)
    if std::fs::metadata(path).is_ok_and(|file| (1..PAGE).contains(&file.len())) {
        return Err(StoreError::NotADatabase("it is shorter than a page".into()));
    }
    let options = SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(WRITER_PATIENCE)
        .foreign_keys(true)
        .pragma("cache_size", READER_CACHE)
        // A row at a time would have two threads wait for each other.
        .row_buffer_size(ROWS);
    let reading = options.clone().read_only(true).immutable(!has_log(path));
    let writing = options
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // Keeps the statistics that plans of statements rest on.
        .optimize_on_close(true, 400);
    // A file does not go away between two statements, and to ask each time wakes two threads.
    let pool = SqlitePoolOptions::new().max_connections(8).acquire_timeout(WRITER_PATIENCE).test_before_acquire(false);
    // Whoever takes the connection next must not be held on the leash of whoever had it before.
    let pool = pool.after_release(|connection, _| {
        Box::pin(async move {
            connection.lock_handle().await?.remove_progress_handler();
            Ok(true)
        })
    });
    // Of several that turn a new file to WAL at once SQLite refuses all but one, without patience.
    let mut tries = WRITER_PATIENCE.as_millis() / AGAIN.as_millis();
    loop {
        match pool.clone().connect_with(writing.clone()).await.map_err(StoreError::from) {
            Err(StoreError::Busy(_)) if tries > 0 => tries -= 1,
            // Nobody can change the file there, nor make the files beside it that SQLite shares its locks by.
            Err(StoreError::Unwritable(_)) if on_read_only_disk(path) => {
                return Ok((pool.connect_with(reading).await?, None));
            }
            opened => return Ok((opened?, Some(Readers::new(path)))),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Whether it lies on a disk that nobody can write to.
fn on_read_only_disk(path: &Path) -> bool {
    let opened = std::fs::OpenOptions::new().append(true).open(path);
    opened.is_err_and(|error| error.kind() == std::io::ErrorKind::ReadOnlyFilesystem)
}

/// Whether SQLite has still to read its log to know what the file holds.
fn has_log(path: &Path) -> bool {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    std::fs::metadata(log).is_ok_and(|log| log.len() > 0)
}
