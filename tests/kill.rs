//! kill -9 at moments drawn by chance, of import, edition close and backup, on each engine: what was there before or what
//! was to come, never something between, and whatever was acknowledged is there.
//!
//! `PLANATLAS_TEST_LONG=1` makes 200 rounds on each engine, `PLANATLAS_TEST_SEED` draws other moments.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Child, Output, Stdio};
use std::time::Instant;

use common::database::{Database, fresh};
use common::server::{RIVERTON, Server, copy, import, planatlas, replace, wait};
use rand::rngs::SmallRng;
use rand::{Rng as _, SeedableRng as _};
use sqlx::{Connection as _, PgConnection, Row as _};
use tempfile::TempDir;

/// What is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Import,
    Close,
    Backup,
}

const ACTS: [Act; 3] = [Act::Import, Act::Close, Act::Backup];

/// How a round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    Old,
    New,
}

/// The newest revision: number and digest.
type Head = (usize, String);

/// A database under trial, and what it must hold.
struct Trial {
    database: Database,
    package: TempDir,
    room: TempDir,
    /// The number that the package says, in two tables.
    turn: usize,
    /// Files and editions asked for so far.
    names: usize,
    head: Head,
    /// Every revision that was told to be there.
    acknowledged: Vec<Head>,
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// What `verify` finds, which must be nothing: the newest revision.
fn verified(url: &str) -> Head {
    let verdict = planatlas(&["verify", "--database", url]).output().unwrap();
    assert!(verdict.status.success(), "{}", said(&verdict));
    let text = String::from_utf8(verdict.stdout).unwrap();
    let number = text.split(' ').next().unwrap().parse().unwrap();
    (number, text.lines().last().unwrap().to_owned())
}

/// The digest that a command printed.
fn digest(output: &Output) -> String {
    let text = said(output);
    let found = text.lines().find(|line| line.len() == 64 && line.bytes().all(|byte| byte.is_ascii_hexdigit()));
    found.unwrap_or_else(|| panic!("{text}")).to_owned()
}

impl Trial {
    fn new(database: Database) -> Self {
        let (package, room) = (copy(RIVERTON), tempfile::tempdir().unwrap());
        replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾0市,Riverton");
        replace(&package.path().join("projects.csv"), "港口重型机床项目,", "机床0项目,");
        let first = digest(&import(&[package.path().to_str().unwrap()], &database.url));
        let head = (1, first);
        Self { database, package, room, turn: 0, names: 0, acknowledged: vec![head.clone()], head }
    }

    /// Says another number in two tables.
    fn say(&mut self, turn: usize) {
        let old = self.turn;
        let file = |name: &str| self.package.path().join(name);
        replace(&file("regions.csv"), &format!("河湾{old}市,"), &format!("河湾{turn}市,"));
        replace(&file("projects.csv"), &format!("机床{old}项目,"), &format!("机床{turn}项目,"));
        self.turn = turn;
    }

    fn file(&self) -> PathBuf {
        self.room.path().join(format!("{}.backup", self.names))
    }

    /// Starts what may be killed.
    fn start(&mut self, act: Act) -> Child {
        let name = format!("e{}", self.names);
        let mut command = match act {
            Act::Import => {
                self.say(self.turn + 1);
                planatlas(&["import", self.package.path().to_str().unwrap()])
            }
            Act::Close => {
                let close = ["edition", "close", "--cadence", "annual", "--cutoff", "2026-06-30", "--sample", "--code"];
                let mut command = planatlas(&close);
                command.arg(name);
                command
            }
            Act::Backup => {
                let mut command = planatlas(&["backup"]);
                command.arg(self.file());
                command
            }
        };
        command.args(["--database", &self.database.url]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Waits until nobody else is connected: PostgreSQL goes on with a commit that it was told of, though the client died.
    fn settled(&self) {
        if self.database.engine == "sqlite" {
            return;
        }
        let others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND \
             pid <> pg_backend_pid() AND backend_type = 'client backend'";
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let mut connection = runtime.block_on(PgConnection::connect(&self.database.url)).unwrap();
        wait("the last connection to end", || {
            let row = runtime.block_on(sqlx::query(others).fetch_one(&mut connection)).unwrap();
            (row.get::<i64, _>(0) == 0).then_some(())
        });
    }

    /// Looks what is there after a command ended or was killed.
    fn look(&mut self, act: Act, output: &Output) -> End {
        self.settled();
        let (number, newest) = verified(&self.database.url);
        // Whoever read this may rely on it, though the command was killed after it.
        let acknowledged = !output.stdout.is_empty();
        if act == Act::Backup {
            assert_eq!((number, &newest), (self.head.0, &self.head.1), "a backup changes nothing");
            let there = self.file().exists();
            assert!(there || !acknowledged, "a backup that was told of is there");
            if !there {
                return End::Old;
            }
            assert_eq!(verified(&format!("sqlite:{}", self.file().display())), self.head, "a file is a whole backup");
            self.names += 1;
            return End::New;
        }
        if acknowledged {
            assert_eq!(number, self.head.0 + 1, "what was told is there");
            // An edition tells the digest of the revision that it names.
            assert_eq!(digest(output), if act == Act::Close { self.head.1.clone() } else { newest.clone() });
            self.acknowledged.push((number, newest.clone()));
        }
        if number == self.head.0 {
            assert_eq!(newest, self.head.1, "nothing was written");
            if act == Act::Import {
                // It is said again.
                let turn = self.turn;
                self.say(turn - 1);
            }
            return End::Old;
        }
        assert_eq!(number, self.head.0 + 1, "one revision at most");
        self.head = (number, newest);
        self.names += usize::from(act == Act::Close);
        End::New
    }

    /// Everything that was acknowledged is there, and both tables say the same.
    fn whole(&self) {
        let server = Server::start(&self.database.url);
        let data = server.ask("{ region(code: \"riverton\") { name } project(code: \"rv-p1\") { name } }");
        assert_eq!(data["region"]["name"], format!("河湾{}市", self.turn));
        assert_eq!(data["project"]["name"], format!("机床{}项目", self.turn));
        for (number, digest) in &self.acknowledged {
            let there = server.ask(&format!("{{ asOf(at: {{ revision: {number} }}) {{ revision {{ digest }} }} }}"));
            assert_eq!(there["asOf"]["revision"]["digest"], *digest, "revision {number} was acknowledged");
        }
    }
}

#[test]
fn killed_at_any_moment_it_holds_the_old_or_the_new() {
    let long = std::env::var_os("PLANATLAS_TEST_LONG").is_some();
    let rounds = if long { 200 } else { 6 };
    let seed = std::env::var("PLANATLAS_TEST_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(20_261_126);
    for database in fresh() {
        let mut moments = SmallRng::seed_from_u64(seed);
        let mut trial = Trial::new(database);
        let engine = trial.database.engine;
        // How long each takes when nobody disturbs it; measured anew as the database grows.
        let mut lengths = BTreeMap::new();
        let mut ends: BTreeMap<(Act, End), usize> = BTreeMap::new();
        for round in 0..rounds {
            let act = ACTS[round % ACTS.len()];
            if round % 30 < ACTS.len() {
                let start = Instant::now();
                let output = trial.start(act).wait_with_output().unwrap();
                lengths.insert(act, start.elapsed());
                assert!(output.status.success(), "{}", said(&output));
                assert_eq!(trial.look(act, &output), End::New);
            }
            let delay = lengths[&act].mul_f64(moments.random_range(0.0..1.5));
            let mut child = trial.start(act);
            // Nothing is waited for: the moment is meant to be any.
            std::thread::sleep(delay);
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            let end = trial.look(act, &output);
            *ends.entry((act, end)).or_default() += 1;
        }
        trial.whole();
        println!("{engine}, seed {seed}, undisturbed {lengths:?}: {ends:?}");
        if long {
            for act in ACTS {
                for end in [End::Old, End::New] {
                    assert!(ends.contains_key(&(act, end)), "{engine}: no {act:?} ended {end:?}; {ends:?}");
                }
            }
        }
    }
}
