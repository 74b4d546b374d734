//! `planatlas redact` from outside: the text is gone everywhere, everything else is still proven.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::process::Output;

use common::database::{Database, fresh, run};
use common::server::{RIVERTON, Server, copy, import, planatlas, replace};
use serde_json::Value;

const NAME: &str = "王小明";
const PHONE: &str = "13800001111";

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn redact(url: &str, arguments: &[&str]) -> Output {
    let mut command = planatlas(&["redact", "--database", url, "--reason", "个人信息 personal data"]);
    command.args(arguments).output().unwrap()
}

fn verify(url: &str, more: &[&str]) -> Output {
    planatlas(&["verify", "--database", url]).args(more).output().unwrap()
}

fn sound(url: &str, more: &[&str]) -> String {
    let output = verify(url, more);
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

/// A package with a person in it: in the note of a figure and of a document.
fn personal() -> tempfile::TempDir {
    let package = copy(RIVERTON);
    let note = format!("80.1亿元,NORMAL,2026-01-20,rv-bulletin,表1,,报送人{NAME} {PHONE}");
    replace(&package.path().join("observations.csv"), "80.1亿元,NORMAL,2026-01-20,rv-bulletin,表1,,", &note);
    replace(&package.path().join("documents.csv"), ",low,true,虚构 invented", &format!(",low,true,绘图{NAME}"));
    package
}

/// Two versions of the figure that names the person, and an edition between them.
fn history(database: &Database) -> (tempfile::TempDir, String) {
    let (url, package) = (&database.url, personal());
    import(&[package.path().to_str().unwrap()], url);
    let close = ["edition", "close", "--json", "--sample", "--code", "a", "--cadence", "monthly"];
    let output = planatlas(&close).args(["--cutoff", "2026-06-30", "--database", url]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    let edition: Value = serde_json::from_slice(&output.stdout).unwrap();
    replace(&package.path().join("observations.csv"), "80.1,CNY-1e8", "80.2,CNY-1e8");
    import(&[package.path().to_str().unwrap()], url);
    (package, edition["digest"].as_str().unwrap().to_owned())
}

/// Whether any file of an SQLite database holds a text.
fn on_disk(database: &Database, text: &str) -> bool {
    let Some(file) = database.url.strip_prefix("sqlite:") else { return false };
    let holds = |file: &Path| {
        std::fs::read(file).is_ok_and(|bytes| bytes.windows(text.len()).any(|part| part == text.as_bytes()))
    };
    std::fs::read_dir(Path::new(file).parent().unwrap()).unwrap().any(|entry| holds(&entry.unwrap().path()))
}

#[test]
fn a_redacted_text_is_gone_from_every_state_and_everything_still_verifies() {
    for database in fresh() {
        let url = &database.url;
        let (_package, digest) = history(&database);
        assert!(database.engine != "sqlite" || on_disk(&database, PHONE), "it was there");
        let server = Server::start(url);
        let question = "{ asOf(at: {edition: \"a\"}) { revision { digest } documents { note }
            zone(code: \"zone-north\") { latest(indicator: \"rv-revenue\") { note quantity { value } citations { locator } } } }
            documents { note } zone(code: \"zone-north\") { latest(indicator: \"rv-revenue\") { note history { note } } } }";
        let before = server.ask(question).to_string();
        assert_eq!(before.matches(NAME).count(), 5, "{before}");

        let output = redact(url, &["--text", NAME, "--json"]);
        assert!(output.status.success(), "{}", said(&output));
        let done: Value = serde_json::from_slice(&output.stdout).unwrap();
        let cells: Vec<String> = (done["redacted"].as_array().unwrap().iter())
            .map(|cell| format!("{} {} {}", cell["table"], cell["version"], cell["column"]).replace('"', ""))
            .collect();
        assert_eq!(cells, ["documents 1 note", "observations 1 note", "observations 3 note"]);
        let hashes: Vec<&str> =
            done["redacted"].as_array().unwrap().iter().map(|c| c["sha256"].as_str().unwrap()).collect();
        assert_ne!(hashes[1], hashes[2], "the same text twice does not show as the same");

        server.until(4);
        let after = server.ask(question).to_string();
        assert!(!after.contains(NAME) && !after.contains(PHONE), "{}: {after}", database.engine);
        assert_eq!(after.matches("〔已隐去 redacted〕sha256:").count(), 5, "{after}");
        assert!(after.contains("\"80.1\"") && after.contains("表1"), "nothing else went");
        assert!(!on_disk(&database, PHONE), "no file holds it");

        let words = sound(url, &[]);
        assert!(words.contains("第 4 版隐去 3 处文字") && words.contains("Revision 4 replaced 3 text(s)"), "{words}");
        assert!(words.contains("个人信息 personal data") && words.contains("note(第 3 版 revision 3)"), "{words}");
        let edition = sound(url, &["--edition", "a", "--head", &digest]);
        assert!(edition.contains("note(第 1 版 revision 1)") && !edition.contains("revision 3)"), "{edition}");
        // Again there is nothing to do, and the row can still be redacted further.
        assert!(said(&redact(url, &["--text", NAME])).contains("no such text"));
        let key = "ZONE/zone-north/rv-revenue/2025-Q4/YEAR_TO_DATE/rv-bulletin";
        let further = redact(url, &["--table", "observations", "--key", key, "--column", "locator"]);
        assert!(further.status.success(), "{}", said(&further));
        assert!(sound(url, &[]).contains("Revision 5 replaced 2 text(s)"));
    }
}

#[test]
fn nothing_changes_unseen_under_cover_of_a_redaction() {
    for database in fresh() {
        let url = &database.url;
        history(&database);
        assert!(redact(url, &["--text", PHONE]).status.success());
        sound(url, &[]);
        let tamper = |sql: &'static str| {
            tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(run(&database, sql));
        };
        for (change, back) in [
            (
                "UPDATE observation SET note = note || 'x' WHERE note LIKE '%sha256%'",
                "UPDATE observation SET note = substr(note, 1, length(note) - 1) WHERE note LIKE '%sha256%'",
            ),
            (
                "UPDATE observation SET value = value + 1 WHERE note LIKE '%sha256%'",
                "UPDATE observation SET value = value - 1 WHERE note LIKE '%sha256%'",
            ),
            (
                "UPDATE observation SET locator = 'p. 9' WHERE note LIKE '%sha256%'",
                "UPDATE observation SET locator = '表1' WHERE note LIKE '%sha256%'",
            ),
            ("UPDATE redaction SET sha256 = replace(sha256, 'a', 'b')", ""),
        ] {
            tamper(change);
            let found = verify(url, &[]);
            assert_eq!(found.status.code(), Some(1), "{change} on {}: {}", database.engine, said(&found));
            if !back.is_empty() {
                tamper(back);
                sound(url, &[]);
            }
        }
    }
}

#[test]
fn what_cannot_be_redacted_is_refused_and_says_what_can() {
    for database in fresh() {
        let url = &database.url;
        history(&database);
        let key = "ZONE/zone-north/rv-revenue/2025-Q4/YEAR_TO_DATE/rv-bulletin";
        for (arguments, zh, en) in [
            (vec!["--text", "王"], "至少 2 个字", "at least 2 letters"),
            (vec!["--text", "nobody at all"], "没有找到", "no such text"),
            (vec!["--text", "zone-north"], "不能隐去的地方", "mend the package first"),
            (vec!["--table", "observations", "--key", key, "--column", "value"], "可隐去的列:", "no column value"),
            (vec!["--table", "people", "--key", key, "--column", "name"], "people", "no column name"),
            (vec!["--table", "observations", "--key", "no", "--column", "note"], "没有找到", "no such text"),
        ] {
            let output = redact(url, &arguments);
            let said = said(&output);
            assert!(!output.status.success() && said.contains(zh) && said.contains(en), "{arguments:?}: {said}");
        }
        let reason = format!("{NAME} asked");
        let repeated = planatlas(&["redact", "--database", url, "--text", NAME, "--reason", &reason]).output().unwrap();
        assert!(said(&repeated).contains("must not repeat"), "{}", said(&repeated));
        assert!(sound(url, &[]).starts_with("3 "), "refusals made no revision");
    }
}
