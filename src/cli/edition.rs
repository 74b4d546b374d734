//! `planatlas edition`: closes an edition over the newest revision; lists those closed.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::{DateTime, NaiveDate, Utc};
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::import::user;
use super::{Database, clock_was_set_back, failed, postgis, serve};
use crate::domain::Cadence;
use crate::store::{Closing, Edition, SigningKey, Store};

/// Close an edition, or list those closed
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    Close(Closes),
    List(Lists),
}

/// Give the newest revision a name for good, as a revision of its own
#[derive(Debug, Args)]
pub(super) struct Closes {
    /// Name of the edition, e.g. 2025-06; letters, digits, - and _
    #[arg(long)]
    code: String,

    /// On which round: monthly (月调度), quarterly (季督导), half-year (半年点评) or annual (年度总结)
    #[arg(long, value_parser = cadence)]
    cadence: Cadence,

    /// The day that it is seen on: what is due, late or not yet due is judged by it
    #[arg(long, value_name = "DATE")]
    cutoff: NaiveDate,

    /// Who closes it [default: the user who runs this]
    #[arg(long, value_name = "NAME", env = "PLANATLAS_AUTHOR")]
    by: Option<String>,

    /// Why [default: the name of the edition]
    #[arg(long, short)]
    message: Option<String>,

    /// Close it though made-up rows are in it; they mark it
    #[arg(long)]
    sample: bool,

    /// Sign it with the Ed25519 private key in this file (PKCS#8 PEM)
    #[arg(long, value_name = "KEYFILE")]
    sign: Option<PathBuf>,

    #[command(flatten)]
    database: Database,

    /// Take this moment for now
    #[arg(long, hide = true)]
    at: Option<DateTime<Utc>>,

    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// List the editions, the newest last
#[derive(Debug, Args)]
pub(super) struct Lists {
    #[command(flatten)]
    database: Database,

    /// Print the list as JSON
    #[arg(long)]
    json: bool,
}

/// Cadences with the words for them on the command line.
const CADENCES: [(Cadence, &str, &str); 4] = [
    (Cadence::MonthlyScheduling, "monthly", "月调度"),
    (Cadence::QuarterlySupervision, "quarterly", "季督导"),
    (Cadence::HalfYearReview, "half-year", "半年点评"),
    (Cadence::AnnualSummary, "annual", "年度总结"),
];

fn cadence(text: &str) -> Result<Cadence, String> {
    let named = |(cadence, en, zh): &&(Cadence, &str, &str)| {
        *zh == text || en.eq_ignore_ascii_case(text) || cadence.word().eq_ignore_ascii_case(text)
    };
    let found = CADENCES.iter().find(named).map(|(cadence, ..)| *cadence);
    found.ok_or_else(|| CADENCES.map(|(_, en, zh)| format!("{en} ({zh})")).join(", "))
}

fn words(cadence: Cadence) -> String {
    let found = CADENCES.iter().find(|(other, ..)| *other == cadence);
    found.map_or_else(String::new, |(_, en, zh)| format!("{zh} {en}"))
}

type Failure = Box<dyn std::error::Error>;

/// Runs the command.
pub(super) fn run(command: &Command) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error),
    };
    let done = match command {
        Command::Close(arguments) => runtime.block_on(close(arguments)),
        Command::List(arguments) => runtime.block_on(list(arguments)),
    };
    match done {
        Ok(text) => {
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => failed(&*error),
    }
}

async fn close(arguments: &Closes) -> Result<String, Failure> {
    let key = match &arguments.sign {
        Some(file) => {
            let text =
                std::fs::read_to_string(file).map_err(|error| format!("{}: {}", file.display(), error.kind()))?;
            Some(SigningKey::from_pem(&text).map_err(|error| format!("{}: {error}", file.display()))?)
        }
        None => None,
    };
    let author = arguments.by.clone().unwrap_or_else(user);
    let message = arguments.message.clone().unwrap_or_else(|| format!("close edition {}", arguments.code));
    let at = arguments.at.unwrap_or_else(|| serve::clock(None)());
    let closing = Closing {
        code: &arguments.code,
        cadence: arguments.cadence,
        cutoff: arguments.cutoff,
        author: &author,
        message: &message,
        at,
        sample: arguments.sample,
        key: key.as_ref(),
    };
    let store = Store::open(&arguments.database.url()?).await?;
    let edition = store.close_edition(closing).await;
    if edition.is_ok() {
        postgis::follow(&store, at).await;
    }
    store.close().await;
    let edition = edition?;
    clock_was_set_back(edition.closed_at, at);
    if arguments.json {
        return Ok(format!("{:#}\n", as_json(&edition)));
    }
    let (code, revision) = (&edition.code, edition.revision);
    let mut text =
        format!("版次 {code} 已定稿,内容为第 {revision} 版。Edition {code} closed over revision {revision}.\n");
    if edition.sample {
        text.push_str("含示例(虚构)数据。It holds made-up data.\n");
    }
    if let Some(signature) = &edition.signature {
        let _ = writeln!(text, "已签名,公钥 signed, public key {}", signature.public_key);
    }
    let _ = writeln!(text, "{}", edition.digest);
    Ok(text)
}

async fn list(arguments: &Lists) -> Result<String, Failure> {
    let store = Store::open(&arguments.database.url()?).await?;
    let editions = store.editions(store.newest_number().await?).await;
    store.close().await;
    let editions = editions?;
    if arguments.json {
        return Ok(format!("{:#}\n", Value::from_iter(editions.iter().map(as_json))));
    }
    if editions.is_empty() {
        return Ok("尚无已定稿的版次。No edition has been closed.\n".to_owned());
    }
    let mut text = String::new();
    for edition in &editions {
        let mut marks = String::new();
        if edition.sample {
            marks.push_str(" 示例 sample");
        }
        if edition.signature.is_some() {
            marks.push_str(" 已签名 signed");
        }
        let _ = writeln!(
            text,
            "{}  {}  {}  第 {} 版 revision {}  {}  {}{marks}\n  {}",
            edition.code,
            words(edition.cadence),
            edition.cutoff,
            edition.revision,
            edition.revision,
            edition.closed_by,
            edition.closed_at.format("%F %H:%MZ"),
            edition.digest
        );
    }
    Ok(text)
}

fn as_json(edition: &Edition) -> Value {
    let signature = edition.signature.as_ref();
    json!({
        "code": edition.code,
        "cadence": edition.cadence.word(),
        "cutoff": edition.cutoff.to_string(),
        "revision": edition.revision,
        "sample": edition.sample,
        "closedBy": edition.closed_by,
        "closedAt": edition.closed_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
        "digest": edition.digest,
        "publicKey": signature.map(|signature| &signature.public_key),
        "signature": signature.map(|signature| &signature.signature),
    })
}
