//! `planatlas verify`: does the database still say what was imported?

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Args;

use super::{Database, failed};
use crate::store::{Store, Verdict};

/// Recompute every revision's digest and say what was changed since; exit code 1 when anything was
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    database: Database,

    /// Digest that the newest revision was published with: tells a rewritten chain from the real one
    #[arg(long, value_name = "DIGEST")]
    head: Option<String>,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let verdict = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| {
        runtime.block_on(async {
            let store = Store::open(&arguments.database.url()?).await?;
            let verdict = store.verify(arguments.head.as_deref()).await;
            store.close().await;
            Ok::<Verdict, Box<dyn std::error::Error>>(verdict?)
        })
    });
    match verdict {
        Ok(verdict) => {
            let _ = std::io::stdout().lock().write_all(text(&verdict).as_bytes());
            if verdict.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => failed(&*error),
    }
}

fn text(verdict: &Verdict) -> String {
    let mut text = String::new();
    for finding in &verdict.findings {
        let _ = writeln!(text, "{finding}");
    }
    let (revisions, findings) = (verdict.revisions, verdict.findings.len());
    let _ = if findings == 0 {
        writeln!(text, "{revisions} 个版本,全部相符。{revisions} revision(s), all as committed.")
    } else {
        writeln!(text, "发现 {findings} 处异常。{findings} thing(s) are not as committed.")
    };
    if let Some(head) = &verdict.head {
        let _ = writeln!(text, "{head}");
    }
    text
}
