//! Databases that are not as they should be: overwritten, cut off, no database at all, made by another program or another
//! version of this one; and clocks that are set back. Each is refused or survived, and said in words.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use common::database::{Database, fresh, run, sqlite};
use common::server::{RIVERTON, Server, TODAY, copy, import, planatlas, replace};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use serde_json::Value;
use sqlx::migrate::Migrator;
use sqlx::{Connection as _, SqliteConnection};

const PAGE: usize = 4096;
const QUESTION: &str = "{ region(code: \"riverton\") { name } projects(first: 50) { nodes { code name stage } } \
     enterprises(first: 50) { nodes { code name } } }";

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn attempt(command: &[&str], url: &str) -> Output {
    let output = planatlas(command).args(["--database", url]).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "it ends in order: {}", said(&output));
    output
}

/// It is refused in these words, in order.
fn refused(output: &Output, words: &str) {
    assert_eq!(output.status.code(), Some(1), "{}", said(output));
    assert!(said(output).contains(words), "{}", said(output));
}

fn file_of(database: &Database) -> PathBuf {
    database.url.trim_start_matches("sqlite:").into()
}

/// What a server says: it does not start, or answers right, or says that it cannot, and nothing of what is inside.
fn served(url: &str, right: &Value) {
    let mut child = planatlas(&["serve", "--listen", "127.0.0.1:0", "--today", TODAY, "--database", url])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    std::io::BufRead::read_line(&mut std::io::BufReader::new(child.stdout.take().unwrap()), &mut first).unwrap();
    if first.starts_with("http") {
        let client = reqwest::blocking::Client::new();
        let body = serde_json::json!({ "query": QUESTION }).to_string();
        let asked =
            client.post(format!("{}/graphql", first.trim())).header("content-type", "application/json").body(body);
        let text = asked.send().unwrap().text().unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        assert!(answer["data"] == *right || answer.get("errors").is_some(), "a wrong answer: {text}");
        for inside in ["malformed", "disk image", "SELECT", "sqlite", "code: 11"] {
            assert!(!text.contains(inside), "{text}");
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}

#[test]
fn a_page_that_was_overwritten_is_found_and_never_answered_from_as_if_it_were_right() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let right = Server::start(&database.url).ask(QUESTION);
    let file = file_of(&database);
    let whole = std::fs::read(&file).unwrap();
    let pages = whole.len() / PAGE;
    let mut draw = SmallRng::seed_from_u64(6);
    let long = std::env::var_os("PLANATLAS_TEST_LONG").is_some();
    let wanted: Vec<usize> =
        if long { (0..pages).collect() } else { (0..8).map(|_| draw.random_range(0..pages)).collect() };
    for page in wanted {
        for noise in [false, true] {
            let mut bytes = whole.clone();
            for byte in &mut bytes[page * PAGE..(page + 1) * PAGE] {
                *byte = if noise { draw.random() } else { 0 };
            }
            let room = tempfile::tempdir().unwrap();
            let url = format!("sqlite:{}", room.path().join("atlas.db").display());
            std::fs::write(room.path().join("atlas.db"), &bytes).unwrap();
            let verdict = attempt(&["verify"], &url);
            assert_eq!(verdict.status.code(), Some(1), "page {page}: {}", said(&verdict));
            assert!(
                ["damaged", "no database", "not as committed", "another program"]
                    .iter()
                    .any(|word| said(&verdict).contains(word)),
                "page {page}: {}",
                said(&verdict)
            );
            served(&url, &right);
        }
    }
}

#[test]
fn a_file_that_was_cut_off_or_is_none_of_ours_is_refused() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let whole = std::fs::read(file_of(&database)).unwrap();
    let room = tempfile::tempdir().unwrap();
    let place = |name: &str, bytes: &[u8]| {
        let path = room.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        format!("sqlite:{}", path.display())
    };
    for part in [1, PAGE / 2, PAGE * 3 + 7, whole.len() / 2, whole.len() - PAGE] {
        let url = place(&format!("{part}.db"), &whole[..part]);
        let verdict = attempt(&["verify"], &url);
        assert_eq!(verdict.status.code(), Some(1), "{part}: {}", said(&verdict));
        assert!(
            ["no database", "damaged", "not as committed"].iter().any(|word| said(&verdict).contains(word)),
            "{part}: {}",
            said(&verdict)
        );
    }
    let text = place(
        "text.db",
        b"no database at all, only a text that is long enough to be taken for one by its length alone....",
    );
    for command in [&["import", RIVERTON][..], &["verify"], &["serve", "--listen", "127.0.0.1:0"], &["edition", "list"]]
    {
        refused(&attempt(command, &text), "The file is no database");
    }
    // Another program's tables are not added to.
    let other = sqlite();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::fs::write(file_of(&other), b"").unwrap();
    runtime.block_on(run(&other, "CREATE TABLE bookmarks (address TEXT)"));
    let before = std::fs::read(file_of(&other)).unwrap();
    refused(&attempt(&["import", RIVERTON], &other.url), "database of another program");
    assert_eq!(std::fs::read(file_of(&other)).unwrap()[PAGE..], before[PAGE..], "nothing was changed");
}

/// A migration that only a later version of the program knows.
const LATER: &str = "INSERT INTO _sqlx_migrations SELECT 9999, 'later', installed_on, success, checksum, execution_time \
     FROM _sqlx_migrations LIMIT 1";

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_schema_is_refused_and_an_older_one_brought_up_to_date() {
    let room = tempfile::tempdir().unwrap();
    for database in fresh() {
        import(&[RIVERTON], &database.url);
        let file = room.path().join(format!("{}.backup", database.engine));
        let copied = attempt(&["backup", file.to_str().unwrap()], &database.url);
        assert!(copied.status.success());
        run(&database, LATER).await;
        for command in
            [&["import", RIVERTON][..], &["verify"], &["serve", "--listen", "127.0.0.1:0"], &["backup", "none.backup"]]
        {
            refused(&attempt(command, &database.url), "A newer version of this program made the database");
        }
        let later = Database { url: format!("sqlite:{}", file.display()), engine: "sqlite", _directory: None };
        run(&later, LATER).await;
        for target in fresh() {
            let restored = attempt(&["restore", file.to_str().unwrap()], &target.url);
            refused(&restored, "A newer version of this program made the database");
        }
    }
    let all = Migrator::new(Path::new("migrations/sqlite")).await.unwrap();
    for number in 1..all.migrations.len() {
        let older = sqlite();
        std::fs::write(file_of(&older), b"").unwrap();
        let mut first = Migrator::new(Path::new("migrations/sqlite")).await.unwrap();
        first.migrations.to_mut().truncate(number);
        let mut connection = SqliteConnection::connect(&older.url).await.unwrap();
        first.run_direct(None, &mut connection, false).await.unwrap();
        connection.close().await.unwrap();
        import(&[RIVERTON], &older.url);
        let verdict = attempt(&["verify"], &older.url);
        assert!(verdict.status.success(), "{}", said(&verdict));
    }
}

#[test]
fn a_clock_that_is_set_back_is_said_and_moments_keep_their_order() {
    for database in fresh() {
        let package = copy(RIVERTON);
        let path = package.path().to_str().unwrap();
        let turn = |from: &str, to: &str| replace(&package.path().join("regions.csv"), from, to);
        let at = |at: &str| attempt(&["import", path, "--at", at], &database.url);
        assert!(at("2026-06-10T08:00:00Z").status.success());
        turn("河湾市,Riverton", "河湾新市,Riverton");
        let back = at("2026-05-01T08:00:00Z");
        assert!(back.status.success(), "{}", said(&back));
        assert!(
            said(&back).contains("请校准时钟") && said(&back).contains("dated 2026-06-10 08:00:00Z"),
            "{}",
            said(&back)
        );
        let close =
            ["edition", "close", "--code", "e", "--cadence", "annual", "--cutoff", "2026-04-30", "--sample", "--at"];
        let closed = attempt(&[&close[..], &["2026-05-02T08:00:00Z"]].concat(), &database.url);
        assert!(closed.status.success() && said(&closed).contains("Set the clock right"), "{}", said(&closed));
        turn("河湾新市,Riverton", "河湾三市,Riverton");
        let forth = at("2026-06-11T08:00:00Z");
        assert!(forth.status.success() && !said(&forth).contains("clock"), "{}", said(&forth));
        let server = Server::start(&database.url);
        let told = server.ask("{ revisions { nodes { number committedAt } } }");
        let moments: Vec<&str> = told["revisions"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["committedAt"].as_str().unwrap())
            .collect();
        assert!(moments.is_sorted_by(|newer, older| newer >= older), "{moments:?}");
        // What was known between the two is the newest of what bears that moment.
        let then = "{ asOf(at: { known: \"2026-06-10T12:00:00Z\" }) { revision { number } } }";
        assert_eq!(server.ask(then)["asOf"]["revision"]["number"], 3);
        assert!(attempt(&["verify"], &database.url).status.success());
    }
}
