//! `planatlas backup` and `planatlas restore`: a whole database as one file, and back into an empty place.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{Database, failed, import, postgis, serve};
use crate::store::{BackupError, Copied, Store};

/// Copy the whole database into one file while it is being used; restore it on either engine
#[derive(Debug, Args)]
pub(super) struct BackupArguments {
    /// The file to write; it must not exist yet
    file: PathBuf,

    #[command(flatten)]
    database: Database,
}

/// Fill an empty database from a backup, verified before and after
#[derive(Debug, Args)]
pub(super) struct RestoreArguments {
    /// A file that `planatlas backup` wrote
    file: PathBuf,

    #[command(flatten)]
    database: Database,
}

/// Runs `planatlas backup`.
pub(super) fn backup(arguments: &BackupArguments) -> ExitCode {
    let BackupArguments { file, database } = arguments;
    let done = with(database, "备份 Copying", async |store| store.backup(file).await);
    done.map_or_else(
        |error| failed(&*error),
        |copied| said(&copied, &format!("已备份到 {0}。Backed up to {0}.", file.display())),
    )
}

/// Runs `planatlas restore`.
pub(super) fn restore(arguments: &RestoreArguments) -> ExitCode {
    let RestoreArguments { file, database } = arguments;
    let done = with(database, "核对并恢复 Verifying and restoring", async |store| {
        let copied = store.restore(file).await;
        if copied.is_ok() {
            postgis::follow(store, serve::clock(None)()).await;
        }
        copied
    });
    done.map_or_else(|error| failed(&*error), |copied| said(&copied, "已恢复并核对无误。Restored, and verified."))
}

fn with(
    database: &Database,
    doing: &'static str,
    work: impl AsyncFnOnce(&Store) -> Result<Copied, BackupError>,
) -> Result<Copied, Box<dyn std::error::Error>> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let store = Store::open(&database.url()?).await?;
        let bar = import::spinner(doing);
        let done = work(&store).await;
        store.close().await;
        bar.finish_and_clear();
        Ok(done?)
    })
}

fn said(copied: &Copied, done: &str) -> ExitCode {
    let mut text = format!("{done}\n第 {0} 版 revision {0}\n{1}\n", copied.head.number, copied.head.digest);
    for (table, rows) in &copied.rows {
        let _ = writeln!(text, "  {rows:>9} {table}");
    }
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    ExitCode::SUCCESS
}
