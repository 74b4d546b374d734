//! `planatlas import`: data packages into the database, as one revision or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use super::check::Printing;
use super::{Database, clock_was_set_back, failed, postgis, serve};
use crate::domain::Package;
use crate::package;
use crate::store::{Change, Outcome, Step, Store, Watch};

/// Import data packages as one revision; writes nothing when there is any problem
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Directories of the packages, each with a datapackage.json
    #[arg(required = true, value_name = "DIR")]
    packages: Vec<PathBuf>,

    #[command(flatten)]
    database: Database,

    /// Who makes the revision [default: the user who runs this]
    #[arg(long, env = "PLANATLAS_AUTHOR")]
    author: Option<String>,

    /// Why it is made [default: names and versions of the packages]
    #[arg(long, short)]
    message: Option<String>,

    /// Take this moment for now
    #[arg(long, hide = true)]
    at: Option<DateTime<Utc>>,

    #[command(flatten)]
    printing: Printing,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    match runtime.block_on(import(arguments)) {
        Ok((text, code)) => {
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            code
        }
        Err(error) => failed(&*error),
    }
}

type Failure = Box<dyn std::error::Error>;

async fn import(arguments: &Arguments) -> Result<(String, ExitCode), Failure> {
    let store = Store::open(&arguments.database.url()?).await?;
    let known = store.known().await?;
    let bar = spinner(reading_name(package::Step::Read));
    let shown = Shown::new(&bar, "{spinner} {msg} {wide_bar} {percent} % {eta}");
    let watch = |step, done, of| shown.tell(reading_name(step), done, of);
    let reading = package::read_watched(&arguments.packages, &known, &watch);
    bar.finish_and_clear();
    let packages = match reading {
        Ok(packages) => packages,
        Err(problems) => return Ok((arguments.printing.problems(&problems), ExitCode::FAILURE)),
    };
    let author = arguments.author.clone().unwrap_or_else(user);
    let message = arguments.message.clone().unwrap_or_else(|| summary(&packages));
    let at = arguments.at.unwrap_or_else(|| serve::clock(None)());
    let change = Change { packages: &packages, author: &author, message: &message, at };
    let bar = spinner(step_name(Step::Compare));
    let store = store.watched(follow(&bar));
    let outcome = store.commit(change).await;
    if outcome.is_ok() {
        postgis::follow(&store, at).await;
    }
    store.close().await;
    bar.finish_and_clear();
    let outcome = outcome?;
    if let Outcome::Committed { revision, .. } = &outcome {
        clock_was_set_back(revision.committed_at, at);
    }
    let text = if arguments.printing.json { as_json(&outcome) } else { as_text(&outcome) };
    Ok((text, ExitCode::SUCCESS))
}

/// Says what is going on until it is done; silent when standard error is no terminal.
pub(super) fn spinner(message: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(message);
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// A bar that says what is going on and how far it has come, or that something goes on where nothing is counted.
struct Shown {
    bar: ProgressBar,
    counted: ProgressStyle,
    at: Mutex<Option<&'static str>>,
}

impl Shown {
    /// Nothing is known yet; `template` shows what is counted.
    fn new(bar: &ProgressBar, template: &str) -> Self {
        let counted = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: bar.clone(), counted, at: Mutex::new(None) }
    }

    fn tell(&self, step: &'static str, done: u64, of: u64) {
        let Self { bar, counted, at } = self;
        let mut at = at.lock().unwrap_or_else(PoisonError::into_inner);
        if at.replace(step) != Some(step) {
            bar.set_message(step);
            bar.set_style(if of > 0 { counted.clone() } else { ProgressStyle::default_spinner() });
            bar.reset_eta();
        }
        bar.set_length(of);
        bar.set_position(done);
    }
}

const fn reading_name(step: package::Step) -> &'static str {
    match step {
        package::Step::Read => "读取 Reading",
        package::Step::Check => "检查 Checking",
    }
}

/// Shows how far a commit has come.
fn follow(bar: &ProgressBar) -> Watch {
    let shown = Shown::new(bar, "{spinner} {msg} {wide_bar} {human_pos} / {human_len} {eta}");
    Arc::new(move |step, done, of| shown.tell(step_name(step), done as u64, of as u64))
}

const fn step_name(step: Step) -> &'static str {
    match step {
        Step::Compare => "比较 Comparing",
        Step::Write => "写入 Writing",
        Step::Check => "建索引并核对 Indexing and checking",
        Step::Seal => "回读并计算摘要 Reading back and sealing",
    }
}

/// Who runs this.
pub(super) fn user() -> String {
    ["USER", "USERNAME", "LOGNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|user| !user.is_empty()))
        .unwrap_or_else(|| "planatlas".to_owned())
}

fn summary(packages: &[Package]) -> String {
    let names: Vec<String> = packages.iter().map(|package| format!("{} {}", package.name, package.version)).collect();
    format!("import {}", names.join(", "))
}

fn as_json(outcome: &Outcome) -> String {
    let value = match outcome {
        Outcome::Unchanged(revision) => {
            json!({ "ok": true, "changed": false, "revision": revision.number, "digest": revision.digest })
        }
        Outcome::Committed { revision, begun, ended } => json!({
            "ok": true, "changed": true, "revision": revision.number, "digest": revision.digest,
            "begun": begun, "ended": ended,
        }),
    };
    format!("{value:#}\n")
}

fn as_text(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Unchanged(revision) => format!(
            "没有变化,仍为第 {0} 版。Nothing changed; still revision {0}.\n{1}\n",
            revision.number, revision.digest
        ),
        Outcome::Committed { revision, begun, ended } => {
            let mut text = format!("第 {0} 版 revision {0}\n{1}\n", revision.number, revision.digest);
            let _ = writeln!(text, "  {:>8} {:>8}", "begun", "ended");
            let of = |counts: &BTreeMap<&'static str, usize>, table| counts.get(table).copied().unwrap_or(0);
            for table in begun.keys().chain(ended.keys()).collect::<BTreeSet<_>>() {
                let _ = writeln!(text, "  {:>8} {:>8} {table}", of(begun, table), of(ended, table));
            }
            text
        }
    }
}
