//! Several servers on one PostgreSQL database, with a replica, while processes are really killed.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::database::{Database, postgres, postgres_at};
use common::postgres::Cluster;
use common::server::{RIVERTON, Server, copy, import, planatlas, replace, wait};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tempfile::TempDir;

/// Two parts of one state, one from the atlas and one from SQL; each import of [`Ledger::turn`] changes both.
const STATE: &str = "{ region(code: \"riverton\") { name } project(code: \"rv-p1\") { name } revision { number } }";

/// A package whose every turn says its number in two tables.
struct Ledger {
    package: TempDir,
    turn: usize,
}

impl Ledger {
    fn new() -> Self {
        let package = copy(RIVERTON);
        let ledger = Self { package, turn: 0 };
        replace(&ledger.file("regions.csv"), "河湾市,Riverton", "河湾0市,Riverton");
        replace(&ledger.file("projects.csv"), "港口重型机床项目,", "机床0项目,");
        ledger
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.package.path().join(name)
    }

    fn path(&self) -> &str {
        self.package.path().to_str().unwrap()
    }

    /// Says the next number.
    fn turn(&mut self) -> usize {
        let (old, new) = (self.turn, self.turn + 1);
        replace(&self.file("regions.csv"), &format!("河湾{old}市,"), &format!("河湾{new}市,"));
        replace(&self.file("projects.csv"), &format!("机床{old}项目,"), &format!("机床{new}项目,"));
        self.turn = new;
        new
    }

    fn import(&self, url: &str) {
        import(&[self.path()], url);
    }
}

/// The turn that an answer speaks of; both of its parts must agree.
fn turn_of(data: &Value) -> usize {
    let number = |text: &Value| -> usize {
        text.as_str().unwrap().chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
    };
    let (region, project) = (number(&data["region"]["name"]), number(&data["project"]["name"]));
    assert_eq!(region, project, "half of a revision: {data}");
    assert_eq!(data["revision"]["number"], region + 1, "{data}");
    region
}

/// Asks for the state: the turn, or none where the server says that it is to be asked again.
fn ask(server: &Server) -> Option<usize> {
    // With extensions no answer is given that was given before.
    let body = json!({ "query": STATE, "extensions": {} }).to_string();
    let answer = server.post(&[("content-type", "application/json")], body);
    let (status, retry) = (answer.status(), answer.headers().contains_key("retry-after"));
    let answer: Value = answer.json().unwrap();
    if status == 503 {
        assert!(retry, "503 says when to come back");
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap();
        assert!(["UNAVAILABLE", "BUSY", "DEADLINE"].contains(&code), "{answer}");
        return None;
    }
    assert!(status == 200 && answer.get("errors").is_none(), "{status} {answer}");
    Some(turn_of(&answer["data"]))
}

/// Runs SQL on a server behind Planatlas's back; the first number of each row.
fn sql(url: &str, text: &str) -> Vec<i64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let rows = sqlx::query(AssertSqlSafe(text.to_owned())).fetch_all(&mut connection).await.unwrap();
        rows.iter().map(|row| row.try_get::<i64, _>(0).unwrap_or_default()).collect()
    })
}

/// Asks two servers over and over while something is done to them; how many answers came whole.
fn under_load(servers: &[&Server], act: impl FnOnce(&AtomicUsize)) -> usize {
    /// The asking ends however the acting does.
    struct Ends<'a>(&'a AtomicBool);
    impl Drop for Ends<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Release);
        }
    }
    let (done, answered) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let _ends = Ends(&done);
        for server in servers {
            let (done, answered) = (&done, &answered);
            scope.spawn(move || {
                let mut last = 0;
                while !done.load(Ordering::Acquire) {
                    if let Some(turn) = ask(server) {
                        assert!(turn >= last, "a server never goes back");
                        last = turn;
                        answered.fetch_add(1, Ordering::AcqRel);
                    }
                }
            });
        }
        act(&answered);
    });
    answered.load(Ordering::Acquire)
}

/// Waits until some more answers have come.
fn more(answered: &AtomicUsize) {
    let before = answered.load(Ordering::Acquire);
    wait("answers", || (answered.load(Ordering::Acquire) > before + 20).then_some(()));
}

fn verified(url: &str) {
    let verdict = planatlas(&["verify", "--database", url]).output().unwrap();
    assert!(verdict.status.success(), "{}", String::from_utf8_lossy(&verdict.stderr));
}

#[test]
fn what_one_server_brings_the_other_shows_and_never_half_of_it() {
    let Some(database) = postgres() else { return };
    let mut ledger = Ledger::new();
    ledger.import(&database.url);
    let servers = [Server::start(&database.url), Server::start(&database.url)];
    let both = [&servers[0], &servers[1]];
    let answered = under_load(&both, |_| {
        for _ in 0..3 {
            let turn = ledger.turn();
            ledger.import(&database.url);
            for server in both {
                // Whoever has just written reads it, though the server may not have heard of it yet.
                let at = format!("{{ asOf(at: {{ revision: {} }}) {STATE} }}", turn + 1);
                assert_eq!(turn_of(&server.ask(&at)["asOf"]), turn);
                server.until(turn as i64 + 1);
            }
        }
    });
    assert!(answered > 20, "{answered}");
    // Both listen; that they hear at once, and not when they look for themselves, no clock is needed to see.
    let listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    assert_eq!(sql(&database.url, listening), [2]);
}

#[test]
fn connections_that_are_cut_and_servers_that_are_killed_lose_nothing() {
    let Some(database) = postgres() else { return };
    let mut ledger = Ledger::new();
    ledger.import(&database.url);
    let stays = Server::start(&database.url);
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()";
    let rounds = if std::env::var_os("PLANATLAS_TEST_LONG").is_some() { 40 } else { 6 };
    let mut there = 0;
    under_load(&[&stays], |answered| {
        for round in 0..rounds {
            let killed = Server::start(&database.url);
            assert!(ask(&killed).is_some());
            let turn = ledger.turn();
            let write = planatlas(&["import", "--database", &database.url, ledger.path()]).spawn().unwrap();
            for _ in 0..=round % 4 {
                sql(&database.url, cut);
            }
            // Dropping it kills it (SIGKILL).
            drop(killed);
            let written = write.wait_with_output().unwrap().status.success();
            if !written {
                ledger.import(&database.url);
            }
            there = turn;
            more(answered);
        }
    });
    stays.until(there as i64 + 1);
    assert_eq!(ask(&stays), Some(there), "every acknowledged revision is there");
    verified(&database.url);
}

#[test]
fn reads_go_to_a_replica_while_it_is_up_to_date() {
    let Some(primary) = Cluster::start(&["wal_level=replica", "wal_keep_size=64"]) else { return };
    let Database { url, .. } = postgres_at(&primary.url("postgres"));
    let name = url.rsplit('/').next().unwrap().to_owned();
    let mut ledger = Ledger::new();
    ledger.import(&url);
    let logging = ["log_statement=all", "hot_standby=on"];
    let replica = Cluster::replica_of(&primary, &logging).expect("a replica");
    let copy = replica.url(&name);
    let server = Server::start_with(&url, &["--database-read", &copy]);
    let asked = || replica.logged().matches("rev_from").count();

    let at_first = asked();
    wait("the replica to be asked", || {
        assert_eq!(ask(&server), Some(0));
        (asked() > at_first).then_some(())
    });

    under_load(&[&server], |answered| {
        // It lags: what is new comes from the primary, whole.
        sql(&copy, "SELECT pg_wal_replay_pause()");
        let turn = ledger.turn();
        ledger.import(&url);
        server.until(turn as i64 + 1);
        assert_eq!(ask(&server), Some(turn));
        sql(&copy, "SELECT pg_wal_replay_resume()");
        wait("the replica to hold it", || (sql(&copy, "SELECT max(number) FROM revision") == [2]).then_some(()));
        let before = asked();
        wait("the replica to be asked again", || (asked() > before).then_some(()));

        // It dies: the primary answers.
        replica.kill();
        more(answered);
        let turn = ledger.turn();
        ledger.import(&url);
        server.until(turn as i64 + 1);
        assert_eq!(ask(&server), Some(turn));

        // It is back.
        assert!(replica.run(&logging));
        let before = asked();
        wait("the replica to be asked once more", || (asked() > before).then_some(()));
    });

    // Another database is never taken for a replica, however like it looks.
    let other = postgres_at(&primary.url("postgres")).url;
    let mut stranger = Ledger::new();
    for _ in 0..2 {
        stranger.import(&other);
        stranger.turn();
    }
    replace(&stranger.file("regions.csv"), ",Riverton", ",Riverbend");
    stranger.import(&other);
    let misled = Server::start_with(&url, &["--database-read", &other]);
    for _ in 0..20 {
        assert_eq!(ask(&misled), Some(ledger.turn));
    }
    let english = misled.ask("{ region(code: \"riverton\") { name(lang: EN) } }");
    assert_eq!(english["region"]["name"], "Riverton");
}

#[test]
fn every_door_says_that_the_database_is_away() {
    let Some(primary) = Cluster::start(&[]) else { return };
    let Database { url, .. } = postgres_at(&primary.url("postgres"));
    import(&[RIVERTON], &url);
    let server = Server::start(&url);
    let tilejson: Value = server.get("/tiles/projects.json").json().unwrap();
    let tile = tilejson["tiles"][0].as_str().unwrap().replace("{z}/{x}/{y}", "0/0/0");
    let tile = tile.trim_start_matches("http://").trim_start_matches(server.address());
    primary.kill();
    let query = "/graphql?query=%7Bproject(code%3A%22rv-p1%22)%7Bname%7D%7D";
    let doors = [query, "/ogc/collections/projects/items", tile];
    std::thread::scope(|scope| {
        for door in doors {
            let server = &server;
            scope.spawn(move || {
                let answer = server.get(door);
                assert_eq!(answer.status(), 503, "{door}");
                assert!(answer.headers().contains_key("retry-after"), "{door} says when to come back");
            });
        }
    });
    assert_eq!(server.ask("{ region(code: \"riverton\") { code } }")["region"]["code"], "riverton", "from memory");
}

#[test]
fn a_replica_is_refused_for_a_file() {
    let database = common::database::sqlite();
    import(&[RIVERTON], &database.url);
    let url = "postgres://nobody@127.0.0.1:1/none";
    let serve =
        planatlas(&["serve", "--listen", "127.0.0.1:0", "--database", &database.url, "--database-read", url]).output();
    let serve = serve.unwrap();
    let said = String::from_utf8(serve.stderr).unwrap();
    assert!(!serve.status.success() && said.contains("Only PostgreSQL has replicas"), "{said}");
}

#[test]
fn a_statement_ends_when_nobody_waits_for_it() {
    let Some(database) = postgres() else { return };
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    // As long as this is locked, whoever reads projects waits.
    let mut lock = runtime.block_on(PgConnection::connect(&database.url)).unwrap();
    let run = |lock: &mut PgConnection, text: &'static str| {
        runtime.block_on(async { sqlx::query(text).execute(lock).await }).unwrap();
    };
    run(&mut lock, "BEGIN");
    run(&mut lock, "LOCK TABLE project IN ACCESS EXCLUSIVE MODE");
    let waiting =
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let client = reqwest::blocking::Client::builder().timeout(Duration::from_secs(1)).build().unwrap();
    let body = json!({ "query": "{ project(code: \"rv-p1\") { name } }" }).to_string();
    let asked = client
        .post(format!("http://{}/graphql", server.address()))
        .header("content-type", "application/json")
        .body(body);
    std::thread::scope(|scope| {
        scope.spawn(|| assert!(asked.send().unwrap_err().is_timeout()));
        wait("the statement", || (sql(&database.url, waiting) == [1]).then_some(()));
        let began = Instant::now();
        wait("its end", || (sql(&database.url, waiting) == [0]).then_some(()));
        assert!(began.elapsed() < Duration::from_secs(8), "it ended for the client's sake, not at the deadline");
    });
    run(&mut lock, "ROLLBACK");
    assert_eq!(server.ask("{ project(code: \"rv-p1\") { code } }")["project"]["code"], "rv-p1");
}
