//! The examples of the documents do what the documents say.
#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use common::database::sqlite;
use common::server::{Server, import, planatlas};
use serde_json::json;

fn documents() -> Vec<PathBuf> {
    let mut found = vec!["README.md".into(), "geodata/README.md".into(), "frontend/DESIGN.md".into()];
    let mut folders = vec![PathBuf::from("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The fenced blocks of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in text.lines() {
        match &mut open {
            Some(block) if line.trim_start().starts_with("```") => {
                found.push(std::mem::take(block));
                open = None;
            }
            Some(block) => {
                block.push_str(line);
                block.push('\n');
            }
            None if line.trim() == format!("```{language}") => open = Some(String::new()),
            None => {}
        }
    }
    found
}

#[test]
fn queries_in_the_documents_answer() {
    let database = sqlite();
    import(&["geodata/shangqiu", "geodata/sample"], &database.url);
    let server = Server::start(&database.url);
    let mut asked = 0;
    for path in documents() {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for query in blocks(&text, "graphql") {
            let answer = server.ask_with(&query, json!({}));
            assert!(answer.get("errors").is_none(), "{}: {query}\n{answer}", path.display());
            asked += 1;
        }
    }
    assert!(asked > 0);
}

/// Scripts as a reader would run them, against a server of the plan and its sample overlay. What a machine lacks is
/// said, and must not lack in the long form (PLANATLAS_TEST_LONG).
#[test]
fn scripts_in_the_documents_run() {
    let database = sqlite();
    import(&["geodata/shangqiu", "geodata/sample"], &database.url);
    let server = Server::start(&database.url);
    let text = fs::read_to_string("docs/analysts.md").unwrap();
    let python = std::env::var("PLANATLAS_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let long = std::env::var_os("PLANATLAS_TEST_LONG").is_some();
    let mut ran = 0;
    for (language, command, arguments) in [
        ("python", python.as_str(), &["-"][..]),
        ("js", "node", &["--input-type=module", "-"][..]),
        ("r", "Rscript", &["-"][..]),
    ] {
        let found = blocks(&text, language);
        assert!(!found.is_empty(), "{language}");
        for script in found {
            let needs_pandas = script.contains("import pandas");
            let has = |test: &[&str]| Command::new(command).args(test).output().is_ok_and(|out| out.status.success());
            let there = if needs_pandas { has(&["-c", "import pandas"]) } else { has(&["--version"]) };
            if !there && (language == "r" || !long) {
                eprintln!("SKIPPED: no {command} here{}", if needs_pandas { " with pandas" } else { "" });
                continue;
            }
            let script = script.replace("http://127.0.0.1:8080", &format!("http://{}", server.address()));
            let mut child = Command::new(command)
                .args(arguments)
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{script}\n{}", String::from_utf8_lossy(&output.stderr));
            ran += 1;
        }
    }
    assert!(ran > 0);
}

#[test]
fn commands_in_the_documents_run() {
    let directory = tempfile::tempdir().unwrap();
    for folder in ["geodata", "schema"] {
        let of_repository = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        std::os::unix::fs::symlink(of_repository, directory.path().join(folder)).unwrap();
    }
    let mut ran = 0;
    for path in documents() {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for line in blocks(&text, "sh").iter().flat_map(|block| block.lines()) {
            let Some(arguments) = line.trim().strip_prefix("planatlas ") else { continue };
            let arguments: Vec<&str> = arguments.split('#').next().unwrap().split_whitespace().collect();
            if arguments.first() == Some(&"serve") {
                continue;
            }
            let output = planatlas(&arguments).current_dir(directory.path()).output().unwrap();
            assert!(output.status.success(), "{}: {line}\n{}", path.display(), String::from_utf8_lossy(&output.stderr));
            ran += 1;
        }
    }
    assert!(ran > 0);
}

#[test]
fn links_between_the_documents_lead_somewhere() {
    for path in documents() {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for part in text.split("](").skip(1) {
            let target = part.split(')').next().unwrap().split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let file = path.parent().unwrap().join(target);
            assert!(file.exists(), "{} links to {target}, which is not there", path.display());
        }
    }
}
