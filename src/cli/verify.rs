//! `planatlas verify`: does the database still say what was imported?

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{Database, failed};
use crate::store::{EditionVerdict, Finding, PublicKey, Redacted, Revision, Store, Verdict};

/// Recompute every revision's digest and say what was changed since; exit code 1 when anything was
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    database: Database,

    /// Digest that was published of the newest revision (or of the edition): tells a rewritten chain from the real one
    #[arg(long, value_name = "DIGEST")]
    head: Option<String>,

    /// Check this edition: every revision up to it, and its signature where it has one
    #[arg(long, value_name = "CODE")]
    edition: Option<String>,

    /// The edition must be signed with the Ed25519 key whose public half stands in this PEM file
    #[arg(long, value_name = "FILE", requires = "edition")]
    key: Option<PathBuf>,
}

type Failure = Box<dyn std::error::Error>;

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let verdict = tokio::runtime::Runtime::new().map_err(Into::into).and_then(|runtime| {
        runtime.block_on(async {
            let store = Store::open(&arguments.database.url()?).await?;
            let verdict = verify(&store, arguments).await;
            store.close().await;
            verdict
        })
    });
    match verdict {
        Ok((text, sound)) => {
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => failed(&*error),
    }
}

async fn verify(store: &Store, arguments: &Arguments) -> Result<(String, bool), Failure> {
    let head = arguments.head.as_deref();
    let Some(code) = &arguments.edition else {
        let verdict = store.verify(head).await?;
        return Ok((text(&verdict), verdict.findings.is_empty() && verdict.revisions > 0));
    };
    let key = match &arguments.key {
        Some(file) => {
            let text =
                std::fs::read_to_string(file).map_err(|error| format!("{}: {}", file.display(), error.kind()))?;
            Some(PublicKey::from_pem(&text).map_err(|error| format!("{}: {error}", file.display()))?)
        }
        None => None,
    };
    let verdict = store
        .verify_edition(code, head, key.as_ref())
        .await?
        .ok_or_else(|| format!("没有代码为 {code} 的版次。There is no edition {code}."))?;
    Ok((edition_text(&verdict), verdict.findings.is_empty()))
}

fn listed(findings: &[Finding]) -> String {
    findings.iter().fold(String::new(), |text, finding| text + &format!("{finding}\n"))
}

/// What was redacted, in words: the one exception to "nothing is edited".
fn redacted(redactions: &[(Revision, Vec<Redacted>)]) -> String {
    let mut text = String::new();
    for (revision, texts) in redactions {
        let (number, count, author) = (revision.number, texts.len(), &revision.author);
        let day = revision.committed_at.date_naive();
        let _ = writeln!(
            text,
            "第 {number} 版隐去 {count} 处文字,以其摘要代替({author},{day}):{reason} Revision {number} replaced {count} \
             text(s) by their hashes ({author}, {day}): {reason}",
            reason = revision.message
        );
        for Redacted { table, key, version, column, .. } in texts {
            let _ = writeln!(text, "  {table} {key}: {column}(第 {version} 版 revision {version})");
        }
    }
    text
}

fn text(verdict: &Verdict) -> String {
    let mut text = listed(&verdict.findings) + &redacted(&verdict.redactions);
    let (revisions, findings) = (verdict.revisions, verdict.findings.len());
    let _ = if findings == 0 && revisions == 0 {
        writeln!(text, "数据库中没有任何版本,无可核对。The database holds no revision: there is nothing to verify.")
    } else if findings == 0 {
        writeln!(text, "{revisions} 个版本,全部相符。{revisions} revision(s), all as committed.")
    } else {
        writeln!(text, "发现 {findings} 处异常。{findings} thing(s) are not as committed.")
    };
    if let Some(head) = &verdict.head {
        let _ = writeln!(text, "{head}");
    }
    text
}

fn edition_text(verdict: &EditionVerdict) -> String {
    let (edition, findings) = (&verdict.edition, verdict.findings.len());
    let mut text = listed(&verdict.findings) + &redacted(&verdict.redactions);
    let (code, revision) = (&edition.code, edition.revision);
    let _ = if findings == 0 {
        writeln!(
            text,
            "版次 {code}(第 {revision} 版)及其以前的全部修订相符。Edition {code} (revision {revision}) and every \
             revision before it are as committed."
        )
    } else {
        writeln!(text, "发现 {findings} 处异常。{findings} thing(s) are not as committed.")
    };
    let _ = match &edition.signature {
        Some(signature) if findings == 0 => {
            writeln!(text, "签名有效,公钥 signed, public key {}", signature.public_key)
        }
        Some(signature) => writeln!(text, "公钥 public key {}", signature.public_key),
        None => writeln!(text, "未签名。Not signed."),
    };
    if edition.sample {
        let _ = writeln!(text, "含示例(虚构)数据。It holds made-up data.");
    }
    let _ = writeln!(text, "{}", edition.digest);
    text
}
