//! `planatlas document`: which questions may be asked by their hash.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{Database, failed, import, serve};
use crate::graphql::{faults, schema};
use crate::http::documents::{hash_of, name_of};
use crate::store::{Store, StoredDocument};

/// Keep GraphQL documents that anyone may ask by the hash of their text, at /q/HASH.json, .csv, .xlsx, .geojson, .html
#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Check documents against the schema and keep them; prints the hash of each
    Add {
        /// Files, each with one named query
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        #[command(flatten)]
        database: Database,
        /// Who adds them [default: the user who runs this]
        #[arg(long, env = "PLANATLAS_AUTHOR")]
        author: Option<String>,
    },
    /// List the documents that were added
    List {
        #[command(flatten)]
        database: Database,
    },
    /// Forget documents that were added
    Remove {
        /// Their hashes
        #[arg(required = true, value_name = "HASH")]
        hashes: Vec<String>,
        #[command(flatten)]
        database: Database,
    },
}

type Failed = Box<dyn std::error::Error>;

/// Runs the command.
pub(super) fn run(arguments: &Arguments) -> ExitCode {
    let done = tokio::runtime::Runtime::new().map_err(Failed::from).and_then(|runtime| {
        runtime.block_on(async {
            match &arguments.action {
                Action::Add { files, database, author } => {
                    let author = author.clone().unwrap_or_else(import::user);
                    add(&Store::open(&database.url()?).await?, files, &author).await
                }
                Action::List { database } => list(&Store::open(&database.url()?).await?).await,
                Action::Remove { hashes, database } => remove(&Store::open(&database.url()?).await?, hashes).await,
            }
        })
    });
    match done {
        Ok((text, code)) => {
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            code
        }
        Err(error) => failed(&*error),
    }
}

async fn add(store: &Store, files: &[PathBuf], author: &str) -> Result<(String, ExitCode), Failed> {
    let at = serve::clock(None)();
    let mut documents = Vec::new();
    let mut wrong = String::new();
    for path in files {
        let file = path.display();
        let body = match std::fs::read_to_string(path) {
            Ok(body) => body,
            Err(why) => {
                wrong += &format!("{file}: 无法读取。It cannot be read: {why}\n");
                continue;
            }
        };
        let (name, document) = match name_of(&body) {
            Ok(found) => found,
            Err(fault) => {
                wrong += &format!("{file}: {}。{}.\n", fault.zh(), fault.en());
                continue;
            }
        };
        let found = faults(&schema(), &document).await;
        for error in &found {
            let at = error.locations.first().map(|at| format!(":{}:{}", at.line, at.column)).unwrap_or_default();
            wrong += &format!("{file}{at}: 与模式不符。It does not fit the schema: {}\n", error.message);
        }
        if found.is_empty() {
            let added_by = author.to_owned();
            documents.push(StoredDocument { hash: hash_of(&body), name, body, added_at: at, added_by });
        }
    }
    if !wrong.is_empty() {
        wrong += "未作任何更改。Nothing was changed.\n";
        return Ok((wrong, ExitCode::FAILURE));
    }
    store.add_documents(&documents).await?;
    store.close().await;
    Ok((documents.iter().map(line).collect(), ExitCode::SUCCESS))
}

async fn list(store: &Store) -> Result<(String, ExitCode), Failed> {
    let documents = store.stored_documents().await?;
    store.close().await;
    Ok((documents.iter().map(line).collect(), ExitCode::SUCCESS))
}

async fn remove(store: &Store, hashes: &[String]) -> Result<(String, ExitCode), Failed> {
    let (mut text, mut code) = (String::new(), ExitCode::SUCCESS);
    for hash in hashes {
        let hash = hash.to_ascii_lowercase();
        if store.remove_document(&hash).await? {
            text += &format!("{hash} 已移除。Removed.\n");
        } else {
            text += &format!("{hash} 不在其中。It is not there.\n");
            code = ExitCode::FAILURE;
        }
    }
    store.close().await;
    Ok((text, code))
}

fn line(document: &StoredDocument) -> String {
    let StoredDocument { hash, name, added_at, added_by, .. } = document;
    format!("{hash} {name} {} {added_by}\n", added_at.format("%Y-%m-%d"))
}
