//! `planatlas lint`: what a plan leaves open or says in two ways.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::check::Printing;
use super::{Database, failed, serve};
use crate::assess::lint::{Finding, FindingKind, Severity, lint};
use crate::atlas::{Atlas, Source};
use crate::package::{self, Language, NothingKnown};
use crate::store::{Dimension, Store};

/// Find what plans leave open or say in two ways; exit code 1 from --fail-on on
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Directories of packages to read, without any database; else the newest revision of the database
    #[arg(value_name = "DIR")]
    packages: Vec<PathBuf>,

    #[command(flatten)]
    database: Database,

    /// Only this plan
    #[arg(long, value_name = "CODE")]
    plan: Option<String>,

    /// Only this kind of finding, e.g. UNITS_DIFFER; --list names them
    #[arg(long, value_name = "KIND")]
    kind: Vec<String>,

    /// Least severity that makes the exit code 1 [default: none does]
    #[arg(long, value_enum)]
    fail_on: Option<Least>,

    /// List the kinds of findings and exit
    #[arg(long)]
    list: bool,

    #[command(flatten)]
    printing: Printing,
}

/// A severity on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Least {
    Error,
    Warning,
    Note,
}

impl Least {
    const fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Note => Severity::Note,
        }
    }
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    if arguments.list {
        let _ = std::io::stdout().lock().write_all(kinds().as_bytes());
        return ExitCode::SUCCESS;
    }
    if let Some(unknown) = arguments.kind.iter().find(|kind| !FindingKind::ALL.iter().any(|k| k.word() == **kind)) {
        eprintln!("没有这个类别,见 --list。There is no kind {unknown}; see --list.");
        return ExitCode::from(2);
    }
    let source = if arguments.packages.is_empty() {
        from_database(arguments)
    } else {
        let read = package::read(&arguments.packages, &NothingKnown);
        match read {
            Ok(packages) => Ok(of_packages(packages)),
            Err(problems) => {
                let _ = std::io::stdout().lock().write_all(arguments.printing.problems(&problems).as_bytes());
                return ExitCode::FAILURE;
            }
        }
    };
    let atlas = source.and_then(|source| Ok(Atlas::build(source, serve::clock(None)().date_naive(), None)?));
    let atlas = match atlas {
        Ok(atlas) => atlas,
        Err(error) => return failed(&*error),
    };
    let mut plans: Vec<&str> = atlas.plans.all().iter().map(|plan| plan.code.as_str()).collect();
    if let Some(only) = &arguments.plan {
        plans.retain(|plan| plan == only);
        if plans.is_empty() {
            eprintln!("没有这个规划。There is no plan {only}.");
            return ExitCode::from(2);
        }
    }
    let wanted =
        |finding: &Finding| arguments.kind.is_empty() || arguments.kind.iter().any(|k| k == finding.kind.word());
    let found: Vec<(&str, Vec<Finding>)> =
        plans.into_iter().map(|plan| (plan, lint(&atlas, plan).into_iter().filter(|f| wanted(f)).collect())).collect();
    let text = if arguments.printing.json {
        format!("{:#}\n", as_json(&found))
    } else {
        as_text(&found, arguments.printing.language())
    };
    // Whoever closes the pipe early has read enough.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    let worst = found.iter().flat_map(|(_, findings)| findings).map(|finding| finding.kind.severity()).min();
    match (arguments.fail_on, worst) {
        (Some(least), Some(worst)) if worst <= least.severity() => ExitCode::FAILURE,
        _ => ExitCode::SUCCESS,
    }
}

type Failure = Box<dyn std::error::Error>;

fn from_database(arguments: &Arguments) -> Result<Source, Failure> {
    tokio::runtime::Runtime::new()?.block_on(async {
        let store = Store::open(&arguments.database.url()?).await?;
        let newest = store.newest().await?.ok_or("数据库是空的。The database is empty.")?;
        let rows = store.dimensions(newest.number).await?;
        let touched = store.touched(newest.number).await?;
        store.close().await;
        Ok(Source { revision: newest.number, rows, touched, ..Source::default() })
    })
}

/// Rows of packages as a database would give them, numbered in their order.
fn of_packages(packages: Vec<crate::domain::Package>) -> Source {
    let mut rows = Vec::new();
    for package in packages {
        for record in package.records() {
            let id = i64::try_from(rows.len()).unwrap_or(i64::MAX) + 1;
            rows.push(Dimension { id, package: package.name.clone(), record, since: 1 });
        }
    }
    Source { revision: 1, rows, ..Source::default() }
}

fn kinds() -> String {
    let mut text = String::new();
    for entry in FindingKind::ALL.iter().filter_map(|kind| kind.entry()) {
        let _ = writeln!(text, "{:7} {:24} {} {}", entry.severity.word(), entry.code, entry.zh, entry.en);
    }
    text
}

fn as_json(found: &[(&str, Vec<Finding>)]) -> Value {
    found
        .iter()
        .flat_map(|(plan, findings)| {
            findings.iter().map(move |finding| {
                json!({
                    "plan": plan,
                    "kind": finding.kind.word(),
                    "severity": finding.kind.severity().word(),
                    "tasks": finding.tasks,
                    "sections": finding.sections,
                    "subject": finding.subject,
                    "zh": finding.message.zh,
                    "en": finding.message.en,
                    "quotes": finding.quotes.iter().map(|quote| json!({
                        "document": quote.document, "locator": quote.locator, "quote": quote.quote,
                    })).collect::<Vec<_>>(),
                    "resolved": { "zh": finding.resolved.zh, "en": finding.resolved.en },
                })
            })
        })
        .collect()
}

fn as_text(found: &[(&str, Vec<Finding>)], language: Language) -> String {
    let mut text = String::new();
    let pick = |zh: &str, en: &str| match language {
        Language::Zh => zh.to_owned(),
        Language::En => en.to_owned(),
        Language::Both => format!("{zh} {en}"),
    };
    for (plan, findings) in found {
        let _ = writeln!(text, "{plan}");
        for finding in findings {
            let (message, resolved) = (&finding.message, &finding.resolved);
            let (severity, kind) = (finding.kind.severity().word(), finding.kind.word());
            let _ = writeln!(text, "{severity:7} {kind} {}", pick(&message.zh, &message.en));
            for quote in &finding.quotes {
                let _ = writeln!(text, "        [{}] {}", quote.locator, quote.quote.as_deref().unwrap_or("—"));
            }
            let _ = writeln!(text, "        → {}", pick(&resolved.zh, &resolved.en));
        }
        let count = |severity| findings.iter().filter(|finding| finding.kind.severity() == severity).count();
        let (errors, warnings, notes) = (count(Severity::Error), count(Severity::Warning), count(Severity::Note));
        let _ = writeln!(
            text,
            "{}",
            pick(
                &format!("共{}处:须裁定{errors},应澄清{warnings},提示{notes}。", findings.len()),
                &format!("{} finding(s): {errors} error(s), {warnings} warning(s), {notes} note(s).", findings.len()),
            )
        );
    }
    text
}
