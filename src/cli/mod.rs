//! The command line. Each command is a file of its own; this one names them and what they share.

mod backup;
mod check;
mod document;
mod edition;
mod figures;
mod generate;
mod import;
mod lint;
#[cfg(feature = "otel")]
mod otel;
mod postgis;
mod redact;
mod schema;
mod serve;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Args, Parser, Subcommand};
use etcetera::BaseStrategy;

/// An industrial plan, its figures and its map, as one GraphQL data platform.
#[derive(Debug, Parser)]
#[command(name = "planatlas", version, about, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Backup(backup::BackupArguments),
    Check(check::Arguments),
    Document(document::Arguments),
    #[command(subcommand)]
    Edition(edition::Command),
    Figures(Box<figures::Arguments>),
    Generate(generate::Arguments),
    Import(import::Arguments),
    Lint(lint::Arguments),
    #[command(subcommand)]
    Postgis(postgis::Command),
    Redact(redact::Arguments),
    Restore(backup::RestoreArguments),
    Serve(serve::Arguments),
    Verify(verify::Arguments),
    /// Print the GraphQL schema
    Schema,
}

/// Which database a command works on.
#[derive(Debug, Args)]
pub struct Database {
    /// Database, e.g. sqlite:atlas.db or postgres://user@host/name [default: planatlas.db in the data directory]
    #[arg(long, value_name = "URL", env = "PLANATLAS_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

impl Database {
    /// The database that was named, or the SQLite file under the platform's data directory, whose directory is made.
    ///
    /// # Errors
    /// A sentence for the user when there is no such place.
    pub fn url(&self) -> Result<String, String> {
        if let Some(url) = &self.database {
            return Ok(url.clone());
        }
        let nowhere = |reason: String| format!("no place for the database ({reason}): give --database URL");
        let base = etcetera::choose_base_strategy().map_err(|error| nowhere(error.to_string()))?;
        let directory: PathBuf = base.data_dir().join("planatlas");
        std::fs::create_dir_all(&directory)
            .map_err(|error| nowhere(format!("{}: {}", directory.display(), error.kind())))?;
        Ok(format!("sqlite:{}", directory.join("planatlas.db").display()))
    }
}

/// Reads the command line and does what it asks.
pub fn run() -> ExitCode {
    match Cli::parse().command {
        Command::Backup(arguments) => backup::backup(&arguments),
        Command::Check(arguments) => check::run(&arguments),
        Command::Document(arguments) => document::run(&arguments),
        Command::Edition(command) => edition::run(&command),
        Command::Figures(arguments) => figures::run(&arguments),
        Command::Generate(arguments) => generate::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Postgis(command) => postgis::run(&command),
        Command::Redact(arguments) => redact::run(&arguments),
        Command::Restore(arguments) => backup::restore(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Schema => schema::run(),
    }
}

/// Says that a revision bears another moment than now, because the one before it is from later: the clock was set back.
fn clock_was_set_back(dated: DateTime<Utc>, now: DateTime<Utc>) {
    if dated > now {
        let [dated, now] = [dated, now].map(|at| at.format("%F %H:%M:%SZ"));
        eprintln!(
            "本机时钟为 {now},早于上一版的时刻;本版的时刻记为 {dated}。请校准时钟。The clock of this machine says {now}, which is \
             before the revision that was there; this one is dated {dated}. Set the clock right."
        );
    }
}

/// Says why a command failed, with what lies beneath for whoever has to mend it.
fn failed(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("{error}");
    if let Some(cause) = error.source() {
        eprintln!("  ← {cause}");
    }
    ExitCode::FAILURE
}
