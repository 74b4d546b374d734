//! `planatlas postgis`: the layers as tables that QGIS opens straight from PostgreSQL.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::{Database, failed, import, serve};
use crate::http::{Clock, gis};
use crate::store::Store;

/// Keep the layers as tables of the schema gis, for QGIS; PostgreSQL with PostGIS
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make the tables and keep them at the newest revision; again: write them anew
    Enable(Arguments),
    /// Drop them
    Disable(Arguments),
}

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    database: Database,

    /// Take this moment for now
    #[arg(long, hide = true)]
    at: Option<DateTime<Utc>>,
}

type Failure = Box<dyn std::error::Error>;

/// Runs the command.
pub(super) fn run(command: &Command) -> ExitCode {
    let done = tokio::runtime::Runtime::new().map_err(Failure::from).and_then(|runtime| {
        runtime.block_on(async {
            let (Command::Enable(arguments) | Command::Disable(arguments)) = command;
            let store = Store::open(&arguments.database.url()?).await?;
            let done = match command {
                Command::Enable(arguments) => enable(&store, &clock(arguments.at)).await,
                Command::Disable(_) => disable(&store).await,
            };
            store.close().await;
            done
        })
    });
    match done {
        Ok(text) => {
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => failed(&*error),
    }
}

/// Tells one moment over and over, or the time.
fn clock(at: Option<DateTime<Utc>>) -> Clock {
    at.map_or_else(|| serve::clock(None), |at| std::sync::Arc::new(move || at))
}

async fn enable(store: &Store, clock: &Clock) -> Result<String, Failure> {
    let bar = import::spinner("写入图层 Writing the layers");
    let kept = gis::enable(store, clock).await;
    bar.finish_and_clear();
    let gis::Kept { state, rows } = kept?;
    let mut text = match state {
        Some(state) => format!(
            "gis 模式的图层为第 {0} 版，{1} 所见；此后每次修订随之更新。The layers of the schema gis show revision {0} as of {1}; they \
             will follow every revision.\n",
            state.revision, state.day
        ),
        None => "gis 模式已建立；数据库尚无任何版本，导入后图层随之更新。The schema gis is there; the layers will follow the first \
             import.\n"
            .to_owned(),
    };
    for (layer, rows) in rows {
        let _ = writeln!(text, "  {rows:>9} gis.{layer}");
    }
    Ok(text)
}

async fn disable(store: &Store) -> Result<String, Failure> {
    Ok(if gis::disable(store).await? {
        "gis 模式已删除。The schema gis was dropped.\n".to_owned()
    } else {
        "没有 gis 模式，无事可做。There is no schema gis; nothing to do.\n".to_owned()
    })
}

/// Brings the layers to the newest revision, where they are kept. The revision stands whatever becomes of them, so a
/// failure is only told.
pub(super) async fn follow(store: &Store, at: DateTime<Utc>) {
    if let Err(error) = gis::keep(store, &clock(Some(at))).await {
        behind(&error);
    }
}

/// The same after texts were redacted: no file of the layers holds them any longer.
pub(super) async fn follow_and_forget(store: &Store, at: DateTime<Utc>) {
    follow(store, at).await;
    if let Err(error) = gis::forget(store).await {
        behind(&error);
    }
}

fn behind(error: &dyn std::error::Error) {
    eprintln!(
        "修订已写入，但 gis 模式的图层未能更新，仍为先前的版本；排除后请运行 planatlas postgis enable。The revision is in, but the layers of \
         the schema gis could not follow and show an earlier one; mend this, then run planatlas postgis enable:\n  {error}"
    );
    if let Some(cause) = error.source() {
        eprintln!("  ← {cause}");
    }
}
