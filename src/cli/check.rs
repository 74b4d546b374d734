//! `planatlas check`: says everything that is wrong with data packages; writes nothing.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::failed;
use crate::domain::Package;
use crate::package::{self, Known, Language, NothingKnown, Problem};
use crate::store::Store;

/// Past this many problems only their number is printed; --json gives all.
const MOST_PRINTED: usize = 200;

/// Check data packages: every problem with file, row and column; exit code 1 when there is any
#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Directories of the packages, each with a datapackage.json; packages that refer to each other go together
    #[arg(required = true, value_name = "DIR")]
    packages: Vec<PathBuf>,

    /// Check against what this database holds too, as `import` would: references into it, keys held by others
    #[arg(long, value_name = "URL", env = "PLANATLAS_DATABASE", hide_env_values = true)]
    database: Option<String>,

    #[command(flatten)]
    printing: Printing,
}

/// How problems are printed.
#[derive(Debug, Args)]
pub(super) struct Printing {
    /// Language of the messages [default: that of the environment, else both]
    #[arg(long, value_enum)]
    lang: Option<Language>,

    /// Print the result as JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let known = match known(arguments.database.as_deref()) {
        Ok(known) => known,
        Err(error) => return failed(&*error),
    };
    let result = package::read(&arguments.packages, &*known);
    let (text, code) = match &result {
        Ok(packages) if arguments.printing.json => (pretty(&accepted(packages)), ExitCode::SUCCESS),
        Ok(packages) => (counts(packages), ExitCode::SUCCESS),
        Err(problems) => (arguments.printing.problems(problems), ExitCode::FAILURE),
    };
    // Whoever closes the pipe early has read enough.
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
    code
}

/// What a database holds; a SQLite file that is not there yet holds nothing, and is not made.
fn known(database: Option<&str>) -> Result<Box<dyn Known>, Box<dyn std::error::Error>> {
    let absent = |url: &str| {
        let file = url.strip_prefix("sqlite:").map(|path| path.strip_prefix("//").unwrap_or(path));
        file.is_some_and(|file| !Path::new(file).exists())
    };
    match database.filter(|url| !absent(url)) {
        Some(url) => tokio::runtime::Runtime::new()?.block_on(async {
            let known: Box<dyn Known> = Box::new(Store::open(url).await?.known().await?);
            Ok(known)
        }),
        None => Ok(Box::new(NothingKnown)),
    }
}

impl Printing {
    /// The language asked for, or that of the environment.
    pub(super) fn language(&self) -> Language {
        let set = || ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok());
        self.lang.unwrap_or_else(|| match set() {
            Some(locale) if locale.starts_with("zh") => Language::Zh,
            Some(locale) if locale.starts_with("en") => Language::En,
            _ => Language::Both,
        })
    }

    /// The problems as this command line wants them.
    pub(super) fn problems(&self, problems: &[Problem]) -> String {
        if self.json {
            return pretty(&json!({ "ok": false, "problems": problems }));
        }
        let language = self.language();
        let mut text = String::new();
        for problem in problems.iter().take(MOST_PRINTED) {
            let _ = writeln!(text, "{}\n", problem.text(language));
        }
        let rest = problems.len().saturating_sub(MOST_PRINTED);
        let count = problems.len();
        let (zh, en) = match rest {
            0 => (format!("共 {count} 个问题。"), format!("{count} problem(s).")),
            _ => (
                format!("共 {count} 个问题,另有 {rest} 个未列出(--json 列出全部)。"),
                format!("{count} problems, {rest} of them not listed (--json lists all)."),
            ),
        };
        let _ = match language {
            Language::Zh => writeln!(text, "{zh}"),
            Language::En => writeln!(text, "{en}"),
            Language::Both => writeln!(text, "{zh} {en}"),
        };
        text
    }
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Rows of each table, tables without rows left out.
fn rows(package: &Package) -> Vec<(&'static str, usize)> {
    package.tables.iter().map(|rows| (rows.table().name, rows.len())).collect()
}

fn accepted(packages: &[Package]) -> Value {
    let package = |package: &Package| {
        let rows: serde_json::Map<String, Value> =
            rows(package).into_iter().map(|(table, count)| (table.to_owned(), count.into())).collect();
        json!({ "name": package.name, "version": package.version, "rows": rows })
    };
    json!({ "ok": true, "packages": packages.iter().map(package).collect::<Vec<_>>() })
}

fn counts(packages: &[Package]) -> String {
    let mut text = String::new();
    for package in packages {
        let _ = writeln!(text, "{} {}: {} ✓", package.name, package.version, package.title);
        for (table, count) in rows(package) {
            let _ = writeln!(text, "  {count:>8} {table}");
        }
    }
    text
}
