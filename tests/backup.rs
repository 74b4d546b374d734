//! `planatlas backup` and `restore` from outside: whole, on either engine, beside writers, or not at all.
#![allow(clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::process::Output;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use common::database::{Database, fresh, run};
use common::server::{RIVERTON, Server, copy, import, planatlas, replace, wait};

fn backup(file: &Path, url: &str) -> Output {
    planatlas(&["backup", "--database", url]).arg(file).output().unwrap()
}

fn restore(file: &Path, url: &str) -> Output {
    planatlas(&["restore", "--database", url]).arg(file).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The digest that a command printed.
fn digest(output: &Output) -> String {
    let text = said(output);
    let found =
        text.lines().map(str::trim).find(|line| line.len() == 64 && line.bytes().all(|b| b.is_ascii_hexdigit()));
    found.unwrap_or_else(|| panic!("{text}")).to_owned()
}

/// Two revisions of the fixture, and the digest of the second.
fn two_revisions(database: &Database) -> String {
    let package = copy(RIVERTON);
    import(&[package.path().to_str().unwrap()], &database.url);
    replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾新市,Riverton");
    digest(&import(&[package.path().to_str().unwrap()], &database.url))
}

const QUESTION: &str = "{ revisions { nodes { number digest } } \
    region(code: \"riverton\") { name footprint { area geometry { geojson } } } \
    projects(first: 100) { nodes { code name stage investment { value } } } \
    asOf(at: { revision: 1 }) { region(code: \"riverton\") { name } } }";

#[test]
fn a_backup_restores_on_either_engine_and_answers_as_before() {
    let room = tempfile::tempdir().unwrap();
    for database in fresh() {
        let head = two_revisions(&database);
        let file = room.path().join(format!("from-{}.db", database.engine));
        let output = backup(&file, &database.url);
        assert!(output.status.success(), "{}", said(&output));
        assert_eq!(digest(&output), head);
        let bytes = std::fs::read(&file).unwrap();
        let before = Server::start(&database.url).ask(QUESTION);
        assert_eq!(before["asOf"]["region"]["name"], "河湾市");
        for target in fresh() {
            let output = restore(&file, &target.url);
            assert!(output.status.success(), "{}", said(&output));
            assert_eq!(digest(&output), head);
            let verified = planatlas(&["verify", "--head", &head, "--database", &target.url]).output().unwrap();
            assert!(verified.status.success(), "{}", said(&verified));
            assert_eq!(Server::start(&target.url).ask(QUESTION), before, "{} to {}", database.engine, target.engine);
            // What was restored goes on living.
            let package = copy(RIVERTON);
            replace(&package.path().join("regions.csv"), "河湾市,Riverton", "第三名,Riverton");
            let third = said(&import(&[package.path().to_str().unwrap()], &target.url));
            assert!(third.contains("revision 3"), "{third}");
        }
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "restoring leaves the backup as it was");
    }
}

#[test]
fn a_backup_overwrites_nothing_and_is_restored_only_into_an_empty_place() {
    let room = tempfile::tempdir().unwrap();
    for database in fresh() {
        let file = room.path().join(format!("{}.db", database.engine));
        let empty = backup(&file, &database.url);
        assert_eq!(empty.status.code(), Some(1));
        assert!(said(&empty).contains("holds no revision"), "{}", said(&empty));
        assert!(!file.exists());

        let head = two_revisions(&database);
        assert!(backup(&file, &database.url).status.success());
        let again = backup(&file, &database.url);
        assert_eq!(again.status.code(), Some(1));
        assert!(said(&again).contains("exists already"), "{}", said(&again));

        let occupied = restore(&file, &database.url);
        assert_eq!(occupied.status.code(), Some(1));
        assert!(said(&occupied).contains("not empty"), "{}", said(&occupied));
        let verified = planatlas(&["verify", "--head", &head, "--database", &database.url]).output().unwrap();
        assert!(verified.status.success(), "the occupied database is as it was: {}", said(&verified));

        let none = restore(&room.path().join("nowhere.db"), &database.url);
        assert!(said(&none).contains("no such backup"), "{}", said(&none));
        let text = room.path().join("text.db");
        std::fs::write(&text, "no database at all, only a text that is long enough to be read as one").unwrap();
        let wrong = restore(&text, &database.url);
        assert_eq!(wrong.status.code(), Some(1));
        assert!(said(&wrong).contains("no database"), "{}", said(&wrong));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_altered_backup_is_refused_and_nothing_is_written() {
    let room = tempfile::tempdir().unwrap();
    for database in fresh() {
        two_revisions(&database);
        let file = room.path().join(format!("{}.db", database.engine));
        assert!(backup(&file, &database.url).status.success());
        let altered = Database { url: format!("sqlite:{}", file.display()), engine: "sqlite", _directory: None };
        run(&altered, "UPDATE project SET name = name || '!' WHERE rev_to = 2147483647").await;
        for target in fresh() {
            let output = restore(&file, &target.url);
            assert_eq!(output.status.code(), Some(1));
            assert!(said(&output).contains("does not match its digests"), "{}", said(&output));
            import(&[RIVERTON], &target.url);
        }
    }
}

#[test]
fn a_backup_beside_imports_holds_one_moment_and_a_killed_one_leaves_no_file() {
    let rounds = if std::env::var_os("PLANATLAS_TEST_LONG").is_some() { 100 } else { 4 };
    let room = tempfile::tempdir().unwrap();
    for database in fresh() {
        let package = copy(RIVERTON);
        let path = package.path().to_str().unwrap().to_owned();
        import(&[&path], &database.url);
        for round in 0..rounds {
            let name = |n: u64| if n == 0 { "河湾市".to_owned() } else { format!("河湾{n}市") };
            let file = package.path().join("regions.csv");
            replace(&file, &format!("{},Riverton", name(round)), &format!("{},Riverton", name(round + 1)));
            let mut writer = planatlas(&["import", &path, "--database", &database.url])
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap();
            let copied = room.path().join(format!("{}-{round}.db", database.engine));
            let mut copying = planatlas(&["backup", "--database", &database.url])
                .arg(&copied)
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap();
            if round % 2 == 1 {
                // The moment of the kill is meant to differ from round to round.
                std::thread::sleep(Duration::from_millis(20 + round * 17 % 200));
                copying.kill().unwrap();
            }
            copying.wait().unwrap();
            assert!(writer.wait().unwrap().success());
            // There or not there: a file that bears the name is a whole backup.
            if round % 2 == 0 {
                assert!(copied.exists(), "{} round {round}", database.engine);
            }
            if copied.exists() {
                let url = format!("sqlite:{}", copied.display());
                let verified = planatlas(&["verify", "--database", &url]).output().unwrap();
                assert!(verified.status.success(), "{}", said(&verified));
            }
        }
    }
}

/// The drill that an operator should know by heart: copy what is in use, fill an empty place, verify, go on there.
#[test]
fn a_database_under_write_load_is_copied_restored_and_verified() {
    let room = tempfile::tempdir().unwrap();
    for database in fresh() {
        let package = copy(RIVERTON);
        let path = package.path().to_str().unwrap().to_owned();
        replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾0市,Riverton");
        let acknowledged = Mutex::new(vec![digest(&import(&[&path], &database.url))]);
        let done = AtomicBool::new(false);
        let file = room.path().join(format!("{}.backup", database.engine));
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for turn in 0.. {
                    if done.load(Ordering::Acquire) {
                        break;
                    }
                    let name = |turn: usize| format!("河湾{turn}市,Riverton");
                    replace(&package.path().join("regions.csv"), &name(turn), &name(turn + 1));
                    let told = digest(&import(&[&path], &database.url));
                    acknowledged.lock().unwrap().push(told);
                }
            });
            // Once the load is on; and it goes on until after the copy.
            let count = || acknowledged.lock().unwrap().len();
            wait("some revisions", || (count() > 2).then_some(()));
            let copied = backup(&file, &database.url);
            assert!(copied.status.success(), "{}", said(&copied));
            let before = count();
            wait("one revision more", || (count() > before).then_some(()));
            done.store(true, Ordering::Release);
        });
        let acknowledged = acknowledged.into_inner().unwrap();
        for target in fresh() {
            let restored = restore(&file, &target.url);
            assert!(restored.status.success(), "{}", said(&restored));
            let head = digest(&restored);
            let number =
                acknowledged.iter().position(|told| *told == head).expect("a revision that was acknowledged") + 1;
            assert!((3..acknowledged.len()).contains(&number), "taken under load: {number} of {}", acknowledged.len());
            let verified = planatlas(&["verify", "--head", &head, "--database", &target.url]).output().unwrap();
            assert!(verified.status.success(), "{}", said(&verified));
            let server = Server::start(&target.url);
            let all = server.ask("{ revisions(first: 500) { nodes { digest } } }");
            let digests: Vec<&str> = all["revisions"]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["digest"].as_str().unwrap())
                .collect();
            assert!(digests.iter().rev().eq(&acknowledged[..number]), "every revision up to it, in order");
            let name = server.ask("{ region(code: \"riverton\") { name } }");
            assert_eq!(name["region"]["name"], format!("河湾{}市", number - 1));
            // Once only: the place is not empty any more.
            let again = restore(&file, &target.url);
            assert!(!again.status.success() && said(&again).contains("not empty"), "{}", said(&again));
            drop(server);
            import(&[&path], &target.url);
        }
    }
}
