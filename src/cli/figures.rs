//! `planatlas figures`: a filled table into the database, as one revision or not at all; or the table to be filled.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Args, ValueEnum as _};
use serde_json::{Value, json};

use super::check::Printing;
use super::import::user;
use super::{Database, clock_was_set_back, failed, postgis, serve};
use crate::domain::{Comparator, Confidence, Kind, ObservationStatus, Package};
use crate::package::intake::{self, Accepted, Catalogue, Changed, Given, Guard, Held, Known, Merged, Shown};
use crate::store::observation::{self, Cells};
use crate::store::{Change, CommitError, Dimension, Outcome, Store};

/// Past this many figures only their number is printed; --json gives all.
const MOST_PRINTED: usize = 200;
/// How often a file is worked out anew because another import came first.
const MOST_TRIES: usize = 5;

/// Take in a filled table of figures (CSV or XLSX) as one revision, or make the table to be filled
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The filled table
    #[arg(required_unless_present = "template", conflicts_with = "template", value_name = "FILE")]
    file: Option<PathBuf>,

    /// Write an empty table to this file instead, with drop-downs for places and periods
    #[arg(long, value_name = "OUT.xlsx")]
    template: Option<PathBuf>,

    /// Indicators of the template, by code [default: all that are measured for regions or zones]
    #[arg(long, value_name = "CODE", value_delimiter = ',', requires = "template")]
    indicators: Vec<String>,

    /// Say what would come of it and write nothing
    #[arg(long, conflicts_with = "template")]
    dry_run: bool,

    /// Code of the document that the figures come from; the same code again corrects them
    #[arg(long, value_name = "CODE")]
    document: Option<String>,

    /// Title of the document
    #[arg(long)]
    title: Option<String>,

    /// Who issued it
    #[arg(long)]
    issuer: Option<String>,

    /// When it was issued: 2025, 2025-10 or 2025-10-20
    #[arg(long)]
    date: Option<String>,

    /// How far the document is to be believed: high, medium or low [default: medium]
    #[arg(long, value_parser = confidence)]
    confidence: Option<Confidence>,

    /// The document is made up for demonstration
    #[arg(long)]
    sample: bool,

    /// Standing of the values: NORMAL, PROVISIONAL, ESTIMATED, FORECAST [default: NORMAL]
    #[arg(long, value_parser = status)]
    status: Option<ObservationStatus>,

    /// Period of all figures, where the table has no such column
    #[arg(long)]
    period: Option<String>,

    /// Place of all figures, where the table has no such column
    #[arg(long)]
    place: Option<String>,

    /// The sheet to read [default: the first visible one]
    #[arg(long)]
    sheet: Option<String>,

    /// Set a guard aside, with the reason, which the revision keeps: slip, falling, part or accumulation
    #[arg(long, value_name = "GUARD=REASON", value_parser = accepted)]
    accept: Vec<Accepted>,

    #[command(flatten)]
    database: Database,

    /// Who makes the revision [default: the user who runs this]
    #[arg(long, env = "PLANATLAS_AUTHOR")]
    author: Option<String>,

    /// Why it is made [default: name of the file and of its document]
    #[arg(long, short)]
    message: Option<String>,

    /// Take this moment for now
    #[arg(long, hide = true)]
    at: Option<DateTime<Utc>>,

    #[command(flatten)]
    printing: Printing,
}

fn confidence(word: &str) -> Result<Confidence, String> {
    Confidence::from_word(word).ok_or_else(|| "high, medium or low".to_owned())
}

fn status(word: &str) -> Result<ObservationStatus, String> {
    let has_value = |status: &ObservationStatus| {
        !matches!(status, ObservationStatus::Missing | ObservationStatus::NotYetDue | ObservationStatus::Suppressed)
    };
    ObservationStatus::from_word(word)
        .filter(has_value)
        .ok_or_else(|| "NORMAL, PROVISIONAL, ESTIMATED, FORECAST or REVISED_DEFINITION".to_owned())
}

fn accepted(text: &str) -> Result<Accepted, String> {
    let (guard, reason) = text.split_once('=').unwrap_or((text, ""));
    let guard = Guard::from_str(guard.trim(), true)?;
    match reason.trim() {
        "" => Err(format!("a reason is needed: --accept {}=REASON", guard.word())),
        reason => Ok(Accepted { guard, reason: reason.to_owned() }),
    }
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let done = match (&arguments.template, &arguments.file) {
        (Some(out), _) => runtime.block_on(template(arguments, out)),
        (None, Some(file)) => runtime.block_on(figures(arguments, file)),
        (None, None) => return ExitCode::FAILURE,
    };
    match done {
        Ok((text, code)) => {
            // Whoever closes the pipe early has read enough.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            code
        }
        Err(error) => failed(&*error),
    }
}

type Failure = Box<dyn std::error::Error>;

async fn template(arguments: &Arguments, out: &Path) -> Result<(String, ExitCode), Failure> {
    let store = Store::open(&arguments.database.url()?).await?;
    let dimensions = stocked(&store).await?.1;
    store.close().await;
    let catalogue = Catalogue::new(dimensions.iter().map(|row| &row.record));
    let position = |code: &String| {
        let found = catalogue.indicators.iter().position(|indicator| indicator.code == *code);
        found.ok_or_else(|| format!("指标目录中没有 {code}。The catalogue has no indicator {code}."))
    };
    let mut indicators = arguments.indicators.iter().map(position).collect::<Result<Vec<_>, _>>()?;
    if indicators.is_empty() {
        let wide = |kinds: &[Kind]| kinds.iter().any(|kind| matches!(kind, Kind::Region | Kind::Zone));
        indicators = (0..catalogue.indicators.len()).filter(|at| wide(&catalogue.indicators[*at].applies_to)).collect();
    }
    let bytes = intake::template(&catalogue, &indicators, now(arguments).date_naive())?;
    std::fs::write(out, bytes).map_err(|error| format!("{}: {}", out.display(), error.kind()))?;
    let count = indicators.len();
    Ok((format!("{}: {count} 个指标 indicators\n", out.display()), ExitCode::SUCCESS))
}

/// The newest revision and its dimensions; an empty database has nothing that figures could be about.
async fn stocked(store: &Store) -> Result<(i32, Vec<Dimension>), Failure> {
    let at = store.newest_number().await?;
    if at == 0 {
        return Err("数据库是空的:请先导入规划数据包。The database is empty: import the plan's packages first.".into());
    }
    Ok((at, store.dimensions(at).await?))
}

fn now(arguments: &Arguments) -> DateTime<Utc> {
    arguments.at.unwrap_or_else(|| serve::clock(None)())
}

async fn figures(arguments: &Arguments, file: &Path) -> Result<(String, ExitCode), Failure> {
    let store = Store::open(&arguments.database.url()?).await?;
    let mut tries = 0;
    let (merged, message, outcome) = loop {
        let (at, dimensions) = stocked(&store).await?;
        let mut merged = work_out(arguments, file, &store, at, &dimensions).await?;
        let Some(package) = merged.package.take() else { break (merged, String::new(), None) };
        let message = message(arguments, file, &merged);
        tries += 1;
        match write(arguments, &store, &package, &message, at).await {
            Err(CommitError::Overtaken) if tries < MOST_TRIES => {}
            outcome => break (merged, message, Some(outcome?)),
        }
    };
    if outcome.is_some() && !arguments.dry_run {
        postgis::follow(&store, now(arguments)).await;
    }
    if let Some(Outcome::Committed { revision, .. }) = &outcome {
        clock_was_set_back(revision.committed_at, now(arguments));
    }
    store.close().await;
    let code = if outcome.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    let text = match arguments.printing.json {
        true => format!("{:#}\n", as_json(arguments, &merged, &message, outcome.as_ref())),
        false => as_text(arguments, &merged, outcome.as_ref()),
    };
    Ok((text, code))
}

/// The same for a dry run, but for the last step of the store.
async fn write(
    arguments: &Arguments,
    store: &Store,
    package: &Package,
    message: &str,
    onto: i32,
) -> Result<Outcome, CommitError> {
    let author = arguments.author.clone().unwrap_or_else(user);
    let change = Change { packages: std::slice::from_ref(package), author: &author, message, at: now(arguments) };
    if arguments.dry_run { store.rehearse(change, onto).await } else { store.commit_onto(change, onto).await }
}

async fn work_out(
    arguments: &Arguments,
    file: &Path,
    store: &Store,
    at: i32,
    dimensions: &[Dimension],
) -> Result<Merged, Failure> {
    let catalogue = Catalogue::new(dimensions.iter().map(|row| &row.record));
    let given = Given {
        document: arguments.document.clone(),
        title: arguments.title.clone(),
        issuer: arguments.issuer.clone(),
        date: arguments.date.clone(),
        confidence: arguments.confidence,
        sample: arguments.sample,
        status: arguments.status,
        period: arguments.period.clone(),
        place: arguments.place.clone(),
        sheet: arguments.sheet.clone(),
    };
    let mut draft = intake::read(file, &catalogue, &given);
    let touched: BTreeSet<usize> = draft.entries.iter().map(|entry| entry.indicator).collect();
    let mut known = Known { observations: held(store, at, dimensions, &catalogue, &touched).await?, own: Vec::new() };
    if let Some(document) = &draft.given.document {
        known.own = store.held_by(&intake::package_of(document)).await?;
    }
    Ok(intake::merge(&mut draft, &catalogue, &known, &arguments.accept, now(arguments).date_naive()))
}

/// The live figures of some indicators, of every place of the catalogue.
async fn held(
    store: &Store,
    at: i32,
    dimensions: &[Dimension],
    catalogue: &Catalogue,
    touched: &BTreeSet<usize>,
) -> Result<Vec<Held>, Failure> {
    let numbers: HashMap<(Kind, String), i64> =
        (dimensions.iter()).filter_map(|row| Some(((row.record.table.kind()?, row.record.key()), row.id))).collect();
    let number = |kind: Kind, code: &str| numbers.get(&(kind, code.to_owned())).copied();
    let places: HashMap<i64, usize> = (catalogue.places.iter().enumerate())
        .filter_map(|(position, place)| Some((number(place.kind, &place.code)?, position)))
        .collect();
    let indicators: HashMap<i64, usize> = (touched.iter())
        .filter_map(|position| Some((number(Kind::Indicator, &catalogue.indicators[*position].code)?, *position)))
        .collect();
    let documents: HashMap<i64, String> = (dimensions.iter())
        .filter(|row| row.record.table.kind() == Some(Kind::Document))
        .map(|row| (row.id, row.record.key()))
        .collect();
    let subjects: Vec<i64> = places.keys().copied().collect();
    let of: Vec<i64> = indicators.keys().copied().collect();
    let cells = Cells { subjects: &subjects, indicators: Some(&of), ..Cells::default() };
    let rows = observation::list(store, at, &cells).await?;
    let held = |row: observation::Observation| {
        let document = documents.get(&row.document)?.clone();
        Some(Held {
            place: *places.get(&row.subject)?,
            indicator: *indicators.get(&row.indicator)?,
            period: row.period,
            accumulation: row.accumulation,
            exact: matches!(row.comparator, None | Some(Comparator::Equal)),
            sample: catalogue.document(&document).unwrap_or(false),
            quantity: row.quantity,
            document,
        })
    };
    Ok(rows.into_iter().filter_map(held).collect())
}

fn message(arguments: &Arguments, file: &Path, merged: &Merged) -> String {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut message = arguments.message.clone().unwrap_or_else(|| format!("figures {}: {name}", merged.document));
    for aside in &merged.set_aside {
        let _ = write!(message, "\naccepted {} ×{}: {}", aside.guard.word(), aside.findings, aside.reason);
    }
    message
}

fn as_json(arguments: &Arguments, merged: &Merged, message: &str, outcome: Option<&Outcome>) -> Value {
    let mut value = json!({
        "ok": outcome.is_some(),
        "dry_run": arguments.dry_run,
        "document": merged.document,
        "package": intake::package_of(&merged.document),
        "accepted": merged.accepted,
        "revised": merged.revised,
        "unchanged": merged.unchanged,
        "blank": merged.blank,
        "rejected": merged.rejected,
        "set_aside": merged.set_aside,
        "notes": merged.notes,
    });
    let Some(outcome) = outcome else { return value };
    value["message"] = message.into();
    let revision = match outcome {
        Outcome::Unchanged(revision) => {
            value["changed"] = false.into();
            revision
        }
        Outcome::Committed { revision, begun, ended } => {
            value["changed"] = true.into();
            value["begun"] = json!(begun);
            value["ended"] = json!(ended);
            revision
        }
    };
    value["revision"] = revision.number.into();
    if !arguments.dry_run {
        value["digest"] = revision.digest.as_str().into();
    }
    value
}

fn as_text(arguments: &Arguments, merged: &Merged, outcome: Option<&Outcome>) -> String {
    let mut text = String::new();
    for note in &merged.notes {
        let _ = writeln!(text, "※ {} {}", note.zh, note.en);
    }
    if !merged.rejected.is_empty() {
        text.push_str(&arguments.printing.problems(&merged.rejected));
    }
    list(&mut text, "新增 accepted", &merged.accepted);
    list(&mut text, "更正 revised", &merged.revised);
    for aside in &merged.set_aside {
        let _ = writeln!(text, "已接受 {} ×{}: {}", aside.guard.word(), aside.findings, aside.reason);
    }
    let counts = [
        ("新增 accepted", merged.accepted.len()),
        ("更正 revised", merged.revised.len()),
        ("不变 unchanged", merged.unchanged),
        ("空格 blank", merged.blank),
        ("退回 rejected", merged.rejected.len()),
    ];
    for (name, count) in counts {
        let _ = writeln!(text, "{count:>8} {name}");
    }
    let done = match (outcome, arguments.dry_run) {
        (None, _) => "有问题,什么都没有写入。There are problems; nothing was written.".to_owned(),
        (Some(Outcome::Unchanged(revision)), _) => {
            format!("没有变化,仍为第 {0} 版。Nothing changed; still revision {0}.", revision.number)
        }
        (Some(Outcome::Committed { revision, .. }), true) => {
            format!(
                "试运行:将成为第 {0} 版,未写入。Dry run: would be revision {0}; nothing was written.",
                revision.number
            )
        }
        (Some(Outcome::Committed { revision, .. }), false) => {
            format!("第 {0} 版 revision {0}\n{1}", revision.number, revision.digest)
        }
    };
    let _ = writeln!(text, "{done}");
    text
}

fn list(text: &mut String, title: &str, changes: &[Changed]) {
    if changes.is_empty() {
        return;
    }
    let _ = writeln!(text, "{title}:");
    let said = |shown: &Shown| match (&shown.value, shown.unit) {
        (Some(value), Some(unit)) => format!("{value} {unit}"),
        _ => shown.status.clone(),
    };
    for change in changes.iter().take(MOST_PRINTED) {
        let Changed { cell, subject, indicator, period, .. } = change;
        let before = change.before.as_ref().map(|before| format!("{} → ", said(before))).unwrap_or_default();
        let difference = change.difference.as_ref();
        let difference = difference.map(|d| format!(" ({}{d})", if d.starts_with('-') { "" } else { "+" }));
        let after = said(&change.after);
        let _ = writeln!(
            text,
            "  {cell} {subject} · {indicator} · {period}: {before}{after}{}",
            difference.unwrap_or_default()
        );
    }
    if let Some(rest) = changes.len().checked_sub(MOST_PRINTED).filter(|rest| *rest > 0) {
        let _ = writeln!(text, "  … 另有 {rest} 个 more (--json)");
    }
}
