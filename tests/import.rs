//! `planatlas import` from outside: one revision or none, whoever reads, races or dies meanwhile.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use planatlas::store::Store;
use serde_json::Value;
use tempfile::TempDir;

const FIXTURE: &str = "tests/fixtures/riverton";

/// A copy of the fixture package that a test may change.
fn copy() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(FIXTURE).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, directory.path().join(path.file_name().unwrap())).unwrap();
    }
    directory
}

/// Rewrites the lines of a file after its header.
fn rewrite(file: PathBuf, change: impl Fn(usize, &str) -> Option<String>) {
    let text = std::fs::read_to_string(&file).unwrap();
    let mut lines = text.lines();
    let header = lines.next().unwrap().to_owned();
    let rows = lines.enumerate().filter_map(|(number, line)| change(number, line));
    let rows: Vec<String> = std::iter::once(header).chain(rows).collect();
    std::fs::write(file, rows.join("\n") + "\n").unwrap();
}

/// Changes one cell: the English name of the first unit.
fn retitle(package: &Path, to: &str) {
    let file = package.join("units.csv");
    let header = std::fs::read_to_string(&file).unwrap();
    let column = header.lines().next().unwrap().split(',').position(|name| name == "name_en").unwrap();
    rewrite(file, |number, line| {
        let mut cells: Vec<&str> = line.split(',').collect();
        if number == 0 {
            cells[column] = to;
        }
        Some(cells.join(","))
    });
}

fn planatlas(arguments: &[&str], url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_planatlas"));
    command.args(arguments).args(["--database", url]).env("PLANATLAS_AUTHOR", "tester");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn import(package: &Path, url: &str) -> Value {
    let output = planatlas(&["import", "--json", &package.display().to_string()], url).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn verified(url: &str) -> String {
    let output = planatlas(&["verify"], url).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

#[test]
fn the_same_package_makes_no_revision_and_a_changed_row_exactly_one() {
    for database in common::database::fresh() {
        let (url, package) = (&database.url, copy());
        let first = import(package.path(), url);
        assert_eq!((&first["revision"], &first["changed"]), (&Value::from(1), &Value::from(true)));
        let again = import(package.path(), url);
        assert_eq!((&again["revision"], &again["changed"]), (&Value::from(1), &Value::from(false)));
        assert_eq!(again["digest"], first["digest"]);

        retitle(package.path(), "Renamed office");
        let second = import(package.path(), url);
        assert_eq!(second["revision"], 2);
        assert_eq!(second["begun"], serde_json::json!({ "units": 1 }));
        assert_eq!(second["ended"], serde_json::json!({ "units": 1 }));

        rewrite(package.path().join("contradictions.csv"), |_, _| None);
        let third = import(package.path(), url);
        assert_eq!((&third["revision"], third["begun"].as_object().unwrap().len()), (&Value::from(3), 0));
        assert!(third["ended"]["contradictions"].as_u64() >= Some(1), "{third}");
        assert!(verified(url).contains(third["digest"].as_str().unwrap()));
        let output = planatlas(&["verify", "--head", first["digest"].as_str().unwrap()], url).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    }
}

#[test]
fn a_package_with_a_problem_writes_nothing() {
    for database in common::database::fresh() {
        let (url, package) = (&database.url, copy());
        let first = import(package.path(), url);
        retitle(package.path(), "Renamed office");
        rewrite(package.path().join("project_stages.csv"), |number, line| {
            Some(if number == 0 { line.replace("20", "2O") } else { line.to_owned() })
        });
        let output = planatlas(&["import", &package.path().display().to_string()], url).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(said(&output).contains("project_stages.csv"), "{}", said(&output));
        assert!(verified(url).contains(first["digest"].as_str().unwrap()), "still the first revision");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_goes_on_beside_readers_and_they_keep_what_they_read() {
    for database in common::database::fresh() {
        let (url, package) = (&database.url, copy());
        import(package.path(), url);
        let reader = Store::open(url).await.unwrap();
        let units = async |at| {
            let all = reader.dimensions(at).await.unwrap();
            all.into_iter()
                .filter(|row| row.record.table.name == "units")
                .map(|row| row.record.body())
                .collect::<Vec<_>>()
        };
        let before = units(1).await;
        retitle(package.path(), "Renamed office");
        let second = import(package.path(), url);
        assert_eq!(reader.newest_number().await.unwrap(), 2, "seen at once");
        assert_eq!(reader.newest().await.unwrap().unwrap().digest, second["digest"]);
        assert_eq!(units(1).await, before);
        assert_ne!(units(2).await, before);
    }
}

#[test]
fn imports_that_race_come_one_after_the_other() {
    for database in common::database::fresh() {
        let url = &database.url;
        let packages: Vec<TempDir> = (0..4).map(|_| copy()).collect();
        for (number, package) in packages.iter().enumerate().skip(1) {
            retitle(package.path(), &format!("Office {number}"));
        }
        let start = |package: &TempDir| {
            planatlas(&["import", "--json", &package.path().display().to_string()], url).spawn().unwrap()
        };
        let children: Vec<Child> = packages.iter().map(start).collect();
        let mut numbers: Vec<i64> = Vec::new();
        for child in children {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}: {}", database.engine, said(&output));
            let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
            numbers.push(answer["revision"].as_i64().unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, [1, 2, 3, 4], "{}", database.engine);
        verified(url);
    }
}

#[test]
fn an_import_that_is_killed_leaves_the_old_or_the_new() {
    for database in common::database::fresh() {
        let (url, package) = (&database.url, copy());
        let mut digest = import(package.path(), url)["digest"].as_str().unwrap().to_owned();
        for round in 0..8u64 {
            retitle(package.path(), &format!("Office {round}"));
            let mut child = planatlas(&["import", &package.path().display().to_string()], url).spawn().unwrap();
            // The moment of the kill is meant to differ from round to round.
            std::thread::sleep(Duration::from_millis(5 + round * 12));
            child.kill().unwrap();
            child.wait().unwrap();
            let old_or_new = verified(url);
            let next = import(package.path(), url);
            if next["changed"] == true {
                assert!(old_or_new.contains(&digest) || database.engine == "postgres", "{old_or_new}");
            } else {
                assert!(next["digest"].as_str().is_some_and(|new| new != digest), "round {round}");
            }
            digest = next["digest"].as_str().unwrap().to_owned();
            verified(url);
        }
    }
}
