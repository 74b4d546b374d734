//! One query, every form, from outside: what each form holds, how long it may be kept, and what is refused and why.
#![allow(clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod large;
mod stored;
mod tables;
mod tools;

use std::path::Path;

use common::server::{Server, planatlas};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Keeps a document as an operator does, and says its hash.
fn add(url: &str, text: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("document.graphql");
    std::fs::write(&file, text).unwrap();
    let output = planatlas(&["document", "add", "--database", url]).arg(&file).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    let hash = told.split(' ').next().unwrap().to_owned();
    assert_eq!(hash, hash_of(text));
    hash
}

fn hash_of(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// The rows of a CSV text as maps from heading to cell, in order.
fn csv_rows(text: &str) -> Vec<Vec<(String, String)>> {
    let text = text.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headings = reader.headers().unwrap().clone();
    let row = |row: csv::StringRecord| headings.iter().map(str::to_owned).zip(row.iter().map(str::to_owned)).collect();
    reader.records().map(|record| row(record.unwrap())).collect()
}

fn cell<'a>(row: &'a [(String, String)], heading: &str) -> &'a str {
    let found = row.iter().find(|(name, _)| name == heading);
    &found.unwrap_or_else(|| panic!("no column {heading} in {row:?}")).1
}

/// A POST of a question that wants another form.
fn post_as(server: &Server, accept: &str, query: &str) -> reqwest::blocking::Response {
    let body = serde_json::json!({ "query": query }).to_string();
    server.post(&[("content-type", "application/json"), ("accept", accept)], body)
}

/// The code, and the whole of the first error of an answer that must fail.
fn error(answer: reqwest::blocking::Response) -> (u16, String, Value) {
    let status = answer.status().as_u16();
    let mut body: Value = answer.json().unwrap();
    let error = body["errors"][0].take();
    (status, error["extensions"]["code"].as_str().unwrap_or_default().to_owned(), error)
}

/// A text of the repository.
fn repository(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}
