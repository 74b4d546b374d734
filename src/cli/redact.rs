//! `planatlas redact`: replaces personal text by its hash in every version of a row.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{ArgGroup, Args};
use serde_json::json;

use super::import::user;
use super::{Database, clock_was_set_back, failed, postgis, serve};
use crate::store::{Redacted, Redaction, Revision, Store, Target};

/// Replace personal text by its hash in all versions of a row, as one revision; digests still hold
#[derive(Debug, Args)]
#[command(group(ArgGroup::new("target").required(true).args(["text", "table"])))]
pub(super) struct Arguments {
    /// Table of the row, as in data packages
    #[arg(long, requires_all = ["key", "column"])]
    table: Option<String>,

    /// Key of the row, as `verify` and `check` write it
    #[arg(long, requires = "table")]
    key: Option<String>,

    /// Column whose text goes
    #[arg(long, requires = "table")]
    column: Option<String>,

    /// Redact every text that contains this one; - reads it from standard input
    #[arg(long)]
    text: Option<String>,

    /// Why; it is kept, so it must not repeat the text
    #[arg(long)]
    reason: String,

    #[command(flatten)]
    database: Database,

    /// Who redacts [default: the user who runs this]
    #[arg(long, env = "PLANATLAS_AUTHOR")]
    author: Option<String>,

    /// Take this moment for now
    #[arg(long, hide = true)]
    at: Option<DateTime<Utc>>,

    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

type Failure = Box<dyn std::error::Error>;

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(redact(arguments)) {
        Ok(text) => {
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => failed(&*error),
    }
}

async fn redact(arguments: &Arguments) -> Result<String, Failure> {
    let text = match arguments.text.as_deref() {
        Some("-") => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text)?;
            Some(text.trim().to_owned())
        }
        other => other.map(str::to_owned),
    };
    let target = match (&text, &arguments.table, &arguments.key, &arguments.column) {
        (Some(text), ..) => Target::Text(text),
        (None, Some(table), Some(key), Some(column)) => Target::Cell { table, key, column },
        _ => return Err("--table, --key, --column".into()),
    };
    if text.as_ref().is_some_and(|text| arguments.reason.contains(text)) {
        return Err("原因中不可重复要隐去的文字。The reason must not repeat the text that goes.".into());
    }
    let author = arguments.author.clone().unwrap_or_else(user);
    let at = arguments.at.unwrap_or_else(|| serve::clock(None)());
    let store = Store::open(&arguments.database.url()?).await?;
    let done = store.redact(Redaction { target, author: &author, reason: &arguments.reason, at }).await;
    if done.is_ok() {
        postgis::follow_and_forget(&store, at).await;
    }
    store.close().await;
    let (revision, redacted) = done?;
    clock_was_set_back(revision.committed_at, at);
    Ok(if arguments.json { as_json(&revision, &redacted) } else { as_text(&revision, &redacted) })
}

fn as_text(revision: &Revision, redacted: &[Redacted]) -> String {
    let (number, count) = (revision.number, redacted.len());
    let mut text =
        format!("第 {number} 版:隐去 {count} 处文字。Revision {number}: {count} text(s) replaced by their hashes.\n");
    for Redacted { table, key, version, column, .. } in redacted {
        let _ = writeln!(text, "  {table} {key}: {column}(第 {version} 版 revision {version})");
    }
    text.push_str(
        "备份中仍有原文;数据包若还写着它,再次导入会带回来。Backups still hold the text; a package that still says it brings \
         it back when it is imported again.\n",
    );
    let _ = writeln!(text, "{}", revision.digest);
    text
}

fn as_json(revision: &Revision, redacted: &[Redacted]) -> String {
    let each = |redacted: &Redacted| {
        json!({
            "table": redacted.table, "key": redacted.key, "version": redacted.version, "column": redacted.column,
            "sha256": redacted.sha256,
        })
    };
    let value = json!({
        "revision": revision.number, "digest": revision.digest,
        "redacted": redacted.iter().map(each).collect::<Vec<_>>(),
    });
    format!("{value:#}\n")
}
