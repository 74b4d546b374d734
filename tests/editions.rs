//! Editions from outside: closed for good, read as they were, compared, checked.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use common::database::{fresh, sqlite};
use common::server::{RIVERTON, Server, copy, import, planatlas, replace};
use rand::rngs::SmallRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

/// A key made for these tests with `openssl genpkey -algorithm ed25519`, and its public half.
const PRIVATE: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIDBuFXG/N5KCNridNsUAHgiZAN2vTAhWbGNNLBkkU018
-----END PRIVATE KEY-----
";
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAdHFSbMmv1C1i/G3S7FfMxSHZ5lhvhvPT3PBDBalLrog=
-----END PUBLIC KEY-----
";
const OTHER: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAkIRcCP07eGx1lYty/UprQo2bMvyZE3xMiIFs6f0MBPY=
-----END PUBLIC KEY-----
";

/// Closes an edition on a day of 2026, whatever comes of it.
fn closing(url: &str, code: &str, cutoff: &str, more: &[&str]) -> Output {
    let mut command = planatlas(&["edition", "close", "--database", url, "--at", "2026-07-02T01:30:00Z"]);
    command.args(["--code", code, "--cadence", "monthly", "--cutoff", cutoff]).args(more).output().unwrap()
}

fn close(url: &str, code: &str, cutoff: &str, more: &[&str]) -> Value {
    let output = closing(url, code, cutoff, &[&["--sample", "--json"], more].concat());
    assert!(output.status.success(), "{}", said(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn verify(url: &str, more: &[&str]) -> Output {
    planatlas(&["verify", "--database", url]).args(more).output().unwrap()
}

fn sound(url: &str, more: &[&str]) -> String {
    let output = verify(url, more);
    assert!(output.status.success(), "{more:?}: {}", said(&output));
    said(&output)
}

/// Imports a package at a moment, with a reason.
fn import_at(package: &Path, url: &str, at: &str, message: &str) {
    let mut command = planatlas(&["import", "--database", url, "--at", at, "--message", message]);
    let output = command.arg(package).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
}

/// The bytes of an answer's data: extensions tell the newest revision, which moves on.
fn data(server: &Server, query: &str) -> String {
    let body = json!({ "query": query }).to_string();
    let text = server.post(&[("content-type", "application/json")], body).text().unwrap();
    let end = text.find(",\"extensions\"").unwrap_or_else(|| panic!("{text}"));
    assert!(text.starts_with("{\"data\":"), "{text}");
    text[8..end].to_owned()
}

#[test]
fn an_edition_is_refused_in_both_languages_when_it_could_mislead() {
    let refused = |output: Output, zh: &str, en: &str| {
        let said = said(&output);
        assert!(!output.status.success() && said.contains(zh) && said.contains(en), "{said}");
    };
    for database in fresh() {
        let url = &database.url;
        refused(closing(url, "2026-06", "2026-06-30", &[]), "尚无修订", "no revision yet");
        import(&[RIVERTON], url);
        refused(closing(url, "2026-06", "2026-06-30", &[]), "示例", "made-up data, e.g. of the document rv-bulletin");
        refused(closing(url, "2026-06", "2026-07-03", &["--sample"]), "在今天(2026-07-02)之后", "later than today");
        for code in ["", "a..b", "六月", "-x", "a/b", &"x".repeat(65)] {
            let code = format!("--code={code}");
            let mut command = planatlas(&["edition", "close", "--database", url, &code, "--cadence", "monthly"]);
            refused(
                command.args(["--cutoff", "2026-06-30", "--sample"]).output().unwrap(),
                "无效",
                "no code of an edition",
            );
        }
        let closed = close(url, "2026-06", "2026-06-30", &["--by", "督查室"]);
        assert_eq!((&closed["revision"], &closed["sample"]), (&json!(1), &json!(true)));
        assert_eq!((&closed["closedBy"], &closed["cadence"]), (&json!("督查室"), &json!("MONTHLY_SCHEDULING")));
        refused(closing(url, "2026-06", "2026-06-30", &["--sample"]), "第 2 版定稿", "closed in revision 2");
        let listed = planatlas(&["edition", "list", "--database", url]).output().unwrap();
        let listed = said(&listed);
        assert!(listed.contains("2026-06  月调度 monthly  2026-06-30") && listed.contains("示例 sample"), "{listed}");
        assert_eq!(sound(url, &[]).lines().next().unwrap().split(' ').next(), Some("2"), "refusals made no revision");
    }
}

#[test]
fn an_edition_without_made_up_data_is_not_marked() {
    for database in fresh() {
        let package = copy(RIVERTON);
        replace(&package.path().join("documents.csv"), ",true,", ",false,");
        import(&[package.path().to_str().unwrap()], &database.url);
        let output = closing(&database.url, "2026-06", "2026-06-30", &["--json"]);
        let closed: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", said(&output)));
        assert_eq!((&closed["sample"], &closed["signature"]), (&json!(false), &Value::Null));
        let server = Server::start(&database.url);
        let answer = server.ask("{ editions { code sample } asOf(at: {edition: \"2026-06\"}) { edition { code } } }");
        assert_eq!(answer["editions"], json!([{ "code": "2026-06", "sample": false }]));
    }
}

/// Everything that people read of a state: figures with sources, lights, projects, counts.
const STATE: &str = "revision { number digest } edition { id code closedBy closedAt cutoff digest sample } on knownAt
  zone(code: \"zone-north\") { id name latest(indicator: \"rv-revenue\") { ...f }
    series(indicators: [\"rv-revenue\"]) { nodes { points { ...f } } } footprint { area geometry { geojson } } }
  plans { id code scorecard(by: SECTION) { key total done green amber red notDue noData notMeasurable }
    targets { nodes { id assessment { light period { code } explanation actual { id } } } } }
  projects(first: 50) { totalCount nodes { id code stage investment { value } } }
  registers { id entries { totalCount nodes { id title } } }";
const FIGURE: &str = "fragment f on Observation { id period { code } quantity { value unit { code } } status
  recordedAt revision { number message } edition { code } current alternatives { id quantity { value } }
  history { id quantity { value } edition { code } } }";

fn state(at: &str) -> String {
    format!("{{ asOf(at: {{{at}}}) {{ {STATE} }} }} {FIGURE}")
}

#[test]
fn answers_at_an_edition_never_change() {
    for database in fresh() {
        let (url, package) = (&database.url, copy(RIVERTON));
        import_at(package.path(), url, "2026-06-28T08:00:00Z", "first");
        close(url, "2026-06", "2026-06-30", &[]);
        let server = Server::start(url);
        let (edition, revision) = (state("edition: \"2026-06\""), state("revision: 1"));
        let before = (data(&server, &edition), data(&server, &revision));
        for part in ["\"2026-06-30\"", "\"code\":\"2026-06\"", "80.1", "\"totalCount\""] {
            assert!(before.0.contains(part), "{part} in {}", before.0);
        }
        assert!(before.1.contains("\"edition\":null,\"on\":\"2026-06-28\""), "a revision is seen on its day");

        let observations = package.path().join("observations.csv");
        for (round, (old, new)) in [
            ("80.1,CNY-1e8,EQUAL,80.1亿元", "81.4,CNY-1e8,EQUAL,81.4亿元"),
            ("81.4,CNY-1e8,EQUAL,81.4亿元", "79.25,CNY-1e8,EQUAL,79.25亿元"),
        ]
        .into_iter()
        .enumerate()
        {
            replace(&observations, old, new);
            replace(
                &package.path().join("projects.csv"),
                if round == 0 { "qianglian,BUILDING" } else { "IN_PRODUCTION" },
                if round == 0 { "qianglian,IN_PRODUCTION" } else { "ON_TARGET" },
            );
            import_at(package.path(), url, &format!("2026-07-0{}T08:00:00Z", round + 3), "correction");
            server.until(3 + round as i64);
            assert_eq!(data(&server, &edition), before.0, "{}", database.engine);
            assert_eq!(data(&server, &revision), before.1, "{}", database.engine);
        }
        // A server that never saw the database grow says the same.
        let second = Server::start(url);
        assert_eq!((data(&second, &edition), data(&second, &revision)), before);
        let head =
            server.ask("{ zone(code: \"zone-north\") { latest(indicator: \"rv-revenue\") { quantity { value } } } }");
        assert_eq!(head["zone"]["latest"]["quantity"]["value"], "79.25");
    }
}

#[test]
fn a_state_is_found_by_edition_revision_or_moment_and_its_ids_say_which() {
    for database in fresh() {
        let (url, package) = (&database.url, copy(RIVERTON));
        import_at(package.path(), url, "2026-06-28T08:00:00Z", "first");
        close(url, "2026-06", "2026-06-30", &["--by", "office"]);
        replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾新市,Riverton");
        import_at(package.path(), url, "2026-07-03T08:00:00Z", "renamed");
        let server = Server::start(url);
        let ask = |at: &str| {
            let fields =
                "revision { id number edition { id } } edition { id } on region(code: \"riverton\") { id name }";
            server.ask(&format!("{{ asOf(at: {{{at}}}) {{ {fields} documents {{ id }} }} }}"))["asOf"].take()
        };
        let edition = ask("edition: \"2026-06\"");
        let revision = ask("revision: 1");
        assert_eq!((&edition["on"], &revision["on"]), (&json!("2026-06-30"), &json!("2026-06-28")));
        assert_eq!((&edition["revision"], &edition["documents"]), (&revision["revision"], &revision["documents"]));
        assert_eq!(edition["revision"]["edition"]["id"], edition["edition"]["id"], "one id everywhere");
        assert_ne!(edition["region"]["id"], revision["region"]["id"], "two states are two ids");
        for (known, number) in
            [("2026-06-28T08:00:00Z", 1), ("2026-07-02T01:29:59Z", 1), ("2026-07-02T09:30:00+08:00", 2)]
        {
            assert_eq!(ask(&format!("known: \"{known}\""))["revision"]["number"], number, "{known}");
        }
        for id in [&edition["region"]["id"], &revision["region"]["id"]] {
            let found = server.ask(&format!("{{ node(id: {id}) {{ id ... on Region {{ name }} }} }}"));
            assert_eq!(found["node"], json!({ "id": id, "name": "河湾市" }));
        }
        let inside = format!("{{ asOf(at: {{revision: 1}}) {{ node(id: {}) {{ id }} }} }}", edition["region"]["id"]);
        assert_eq!(server.fails(&inside).0, "OTHER_SNAPSHOT");
        let node = format!(
            "{{ node(id: {}) {{ ... on Edition {{ code cadence closedBy revision {{ number }} }} }} }}",
            edition["edition"]["id"]
        );
        assert_eq!(
            server.ask(&node)["node"],
            json!({ "code": "2026-06", "cadence": "MONTHLY_SCHEDULING", "closedBy": "office", "revision": { "number": 1 } })
        );
        assert_eq!(server.ask("{ editions(cadence: [ANNUAL_SUMMARY]) { code } }")["editions"], json!([]));
        assert_eq!(server.ask("{ edition(code: \"none\") { code } }")["edition"], Value::Null);
        let (code, extensions) = server.fails("{ asOf(at: {edition: \"2026-07\"}) { on } }");
        assert_eq!(code, "UNKNOWN_CODE");
        assert!(extensions["hint"].as_str().unwrap().contains("2026-06"), "{extensions}");
        assert_eq!(server.fails("{ asOf(at: {known: \"2026-06-28T07:59:59Z\"}) { on } }").0, "BAD_ARGUMENT");
        assert_eq!(server.fails("{ asOf(at: {known: \"2099-01-01T00:00:00Z\"}) { on } }").0, "BAD_ARGUMENT");
    }
}

#[test]
fn a_figure_tells_its_vintages_and_editions_tell_what_changed() {
    for database in fresh() {
        let (url, package) = (&database.url, copy(RIVERTON));
        import_at(package.path(), url, "2026-06-28T08:00:00Z", "first");
        close(url, "a", "2026-06-30", &[]);
        let observations = package.path().join("observations.csv");
        replace(&observations, "80.1,CNY-1e8,EQUAL,80.1亿元", "81.4,CNY-1e8,EQUAL,81.4亿元");
        import_at(package.path(), url, "2026-07-01T08:00:00Z", "late return of a firm");
        let text = fs::read_to_string(&observations).unwrap();
        let rows: Vec<&str> = text.lines().filter(|line| !line.contains("zone-mill,rv-revenue,2025-Q3")).collect();
        let new =
            "ZONE,zone-mill,rv-revenue,2026-Q1,YEAR_TO_DATE,0,CNY-1e8,EQUAL,0,NORMAL,2026-04-20,rv-bulletin,表1,,";
        fs::write(&observations, format!("{}\n{new}\n", rows.join("\n"))).unwrap();
        replace(&observations, "81.4,CNY-1e8,EQUAL,81.4亿元", "79.25,CNY-1e8,EQUAL,79.25亿元");
        // A figure cited in other words is the same figure.
        replace(
            &observations,
            "24.5亿元,NORMAL,2025-04-20,rv-bulletin,表1",
            "24.5亿元,NORMAL,2025-04-20,rv-bulletin,表2",
        );
        replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾新市,Riverton");
        import_at(package.path(), url, "2026-07-02T00:00:00Z", "audit");
        close(url, "b", "2026-07-01", &[]);

        let server = Server::start(url);
        let latest = "zone(code: \"zone-north\") { latest(indicator: \"rv-revenue\") { quantity { value } current \
            edition { code } history { id quantity { value } current edition { code } revision { message } } } }";
        let now = server.ask(&format!("{{ {latest} }}"))["zone"]["latest"].take();
        let old = |value: &str, edition: Value, message: &str| json!([value, false, edition, message]);
        let told = |figures: &Value| -> Vec<Value> {
            let tell = |f: &Value| {
                json!([f["quantity"]["value"], f["current"], f["edition"]["code"], f["revision"]["message"]])
            };
            figures.as_array().unwrap().iter().map(tell).collect()
        };
        assert_eq!((&now["quantity"]["value"], &now["edition"]["code"]), (&json!("79.25"), &json!("b")));
        assert_eq!(
            told(&now["history"]),
            [old("80.1", json!("a"), "first"), old("81.4", Value::Null, "late return of a firm")]
        );
        let id = &now["history"][0]["id"];
        let one = server.ask(&format!("{{ node(id: {id}) {{ ... on Observation {{ quantity {{ value }} history {{ id }} alternatives {{ id }} }} }} }}"));
        assert_eq!(one["node"]["quantity"]["value"], "80.1");
        assert_eq!(one["node"]["history"].as_array().unwrap().len(), 2, "it has later vintages too");
        let then =
            server.ask(&format!("{{ asOf(at: {{revision: 3}}) {{ {latest} }} }}"))["asOf"]["zone"]["latest"].take();
        assert_eq!(told(&then["history"]), [old("80.1", json!("a"), "first")], "it stops at the snapshot");
        assert_eq!((&then["quantity"]["value"], &then["current"]), (&json!("81.4"), &json!(true)));
        assert_eq!(
            server.ask(&format!("{{ asOf(at: {{edition: \"a\"}}) {{ {latest} }} }}"))["asOf"]["zone"]["latest"]["history"],
            json!([])
        );

        let part = "kind reason before { ...p } after { ...p } revisions { number }";
        let place = "fragment p on Observation { id subject { code name } indicator { code } period { code } quantity { value } }";
        let ask = |of: &str, arguments: &str| {
            let query = format!(
                "{{ {of} {{ changes{arguments} {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {part} }} }} }} }} {place}"
            );
            let mut answer = server.ask(&query);
            answer.as_object_mut().unwrap().values_mut().next().unwrap()["changes"].take()
        };
        let all = ask("edition(code: \"b\")", "");
        let tell = |node: &Value| {
            let figure = if node["after"].is_null() { &node["before"] } else { &node["after"] };
            json!([
                node["kind"],
                figure["subject"]["code"],
                figure["period"]["code"],
                node["before"]["quantity"]["value"],
                node["after"]["quantity"]["value"],
                node["reason"]
            ])
        };
        let seen: Vec<Value> = all["nodes"].as_array().unwrap().iter().map(tell).collect();
        assert_eq!(
            seen,
            [
                json!(["ENDED", "zone-mill", "2025-Q3", "30.9", null, "audit"]),
                json!(["REVISED", "zone-north", "2025-Q4", "80.1", "79.25", "late return of a firm；audit"]),
                json!(["ADDED", "zone-mill", "2026-Q1", null, "0", "audit"]),
            ],
            "{}",
            database.engine
        );
        assert_eq!(all["totalCount"], 3);
        assert_ne!(all["nodes"][1]["before"]["id"], all["nodes"][1]["after"]["id"]);
        for since in [
            "a".to_owned(),
            server.ask("{ edition(code: \"a\") { id } }")["edition"]["id"].as_str().unwrap().to_owned(),
        ] {
            assert_eq!(ask("edition(code: \"b\")", &format!("(since: \"{since}\")")), all);
        }
        let revised = ask("edition(code: \"b\")", "(filter: {kinds: [REVISED], indicators: [\"rv-revenue\"]})");
        assert_eq!((&revised["totalCount"], &revised["nodes"]), (&json!(1), &json!([all["nodes"][1]])));
        assert_eq!(ask("edition(code: \"b\")", "(filter: {indicators: [\"rv-share\"]})")["totalCount"], 0);
        let mut paged = Vec::new();
        let mut after = String::new();
        loop {
            let mut page = ask("edition(code: \"b\")", &format!("(first: 1{after})"));
            paged.append(page["nodes"].as_array_mut().unwrap());
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = format!(", after: {}", page["pageInfo"]["endCursor"]);
        }
        assert_eq!(&paged, all["nodes"].as_array().unwrap());
        let foreign =
            format!("{{ edition(code: \"b\") {{ changes(filter: {{kinds: [ADDED]}}{after}) {{ totalCount }} }} }}");
        assert_eq!(server.fails(&foreign).0, "BAD_CURSOR");

        let one = server.ask("{ revisions(first: 10) { nodes { number changes(filter: {kinds: [REVISED]}) { totalCount nodes { before { quantity { value } } reason } } tableChanges { table added revised ended } } } }");
        let by_number = |number: u64| {
            one["revisions"]["nodes"].as_array().unwrap().iter().find(|node| node["number"] == number).unwrap().clone()
        };
        assert_eq!(
            by_number(3)["changes"]["nodes"],
            json!([{ "before": { "quantity": { "value": "80.1" } }, "reason": "late return of a firm" }])
        );
        assert_eq!(by_number(4)["changes"]["nodes"][0]["before"]["quantity"]["value"], "81.4");
        assert_eq!(by_number(5)["tableChanges"], json!([]), "closing an edition changes no row of a package");
        assert_eq!(by_number(1)["changes"]["totalCount"], 0);
        let tables = server.ask("{ edition(code: \"b\") { tableChanges { table added revised ended } } }");
        assert_eq!(
            tables["edition"]["tableChanges"],
            json!([
                { "table": "observations", "added": 1, "revised": 2, "ended": 1 },
                { "table": "regions", "added": 0, "revised": 1, "ended": 0 },
            ])
        );
        assert_eq!(server.fails("{ edition(code: \"a\") { changes(since: \"b\") { totalCount } } }").0, "BAD_ARGUMENT");
        assert_eq!(
            server.fails("{ edition(code: \"a\") { changes(since: \"zzz\") { totalCount } } }").0,
            "UNKNOWN_CODE"
        );
    }
}

#[test]
fn a_signature_holds_only_for_what_was_signed_and_with_its_own_key() {
    let keys = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = keys.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (private, public, other) = (file("key.pem", PRIVATE), file("key.pub", PUBLIC), file("other.pub", OTHER));
    for database in fresh() {
        let url = &database.url;
        import(&[RIVERTON], url);
        let output = closing(url, "a", "2026-06-30", &["--sample", "--sign", &public]);
        assert!(said(&output).contains("不是 Ed25519 私钥") && said(&output).contains("No Ed25519 private key"));
        let signed = close(url, "a", "2026-06-30", &["--sign", &private]);
        assert_eq!(signed["publicKey"], "7471526cc9afd42d62fc6dd2ec57ccc521d9e6586f86f3d3dcf04305a94bae88");
        close(url, "b", "2026-06-30", &[]);
        sound(url, &[]);
        let digest = signed["digest"].as_str().unwrap();
        let checked = sound(url, &["--edition", "a", "--key", &public, "--head", digest]);
        assert!(checked.contains("签名有效") && checked.contains(digest), "{checked}");
        assert!(sound(url, &["--edition", "b"]).contains("Not signed"));
        for (more, en) in [
            (vec!["--edition", "a", "--key", &other], "signed with another key"),
            (vec!["--edition", "b", "--key", &public], "It is not signed"),
            (vec!["--edition", "a", "--head", "00"], "Its digest is not the one given"),
            (vec!["--edition", "c"], "There is no edition c"),
        ] {
            let output = verify(url, &more);
            assert!(!output.status.success() && said(&output).contains(en), "{more:?}: {}", said(&output));
        }
        let server = Server::start(url);
        let shown = server.ask("{ editions { code publicKey signature revision { digest } digest } }");
        assert_eq!(shown["editions"][1]["signature"], signed["signature"]);
        assert_eq!(shown["editions"][1]["revision"]["digest"], shown["editions"][1]["digest"]);
        assert_eq!(shown["editions"][0]["signature"], Value::Null);
    }
}

#[test]
fn a_close_that_is_killed_leaves_the_edition_whole_or_not_at_all() {
    for database in fresh() {
        let url = &database.url;
        import(&[RIVERTON], url);
        let rounds = if std::env::var_os("PLANATLAS_TEST_LONG").is_some() { 40 } else { 6 };
        for round in 0..rounds {
            let code = format!("r{round}");
            let mut child = planatlas(&["edition", "close", "--database", url, "--code", &code, "--sample"])
                .args(["--cadence", "年度总结", "--cutoff", "2026-06-30"])
                .stdout(std::process::Stdio::null())
                .spawn()
                .unwrap();
            // The moment of the kill is meant to differ from round to round.
            std::thread::sleep(Duration::from_millis(3 + round * 9 % 80));
            child.kill().unwrap();
            child.wait().unwrap();
            sound(url, &[]);
            // Whole: it is found and checks. Not at all: the code is still free.
            if verify(url, &["--edition", &code]).status.success() {
                assert!(!closing(url, &code, "2026-06-30", &["--sample"]).status.success());
            } else if !closing(url, &code, "2026-06-30", &["--sample"]).status.success() {
                // On a server the killed client's transaction may end after it.
                sound(url, &["--edition", &code]);
            }
        }
        let listed = planatlas(&["edition", "list", "--json", "--database", url]).output().unwrap();
        let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
        assert_eq!(listed.as_array().unwrap().len() as u64, rounds);
    }
}

/// One cell of the year: place and month.
type Cell = (&'static str, u32);

#[test]
fn a_year_of_months_in_any_order_with_corrections_reads_at_every_edition_as_it_stood() {
    let seed = std::env::var("PLANATLAS_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260_101);
    for database in fresh() {
        let url = &database.url;
        import(&[RIVERTON], url);
        let mut random = SmallRng::seed_from_u64(seed);
        let files = tempfile::tempdir().unwrap();
        let places = ["oldtown", "northbank"];
        // Each month arrives once; half of them are corrected later, in whatever order it comes.
        let mut arrivals: Vec<u32> = (1..=12).chain([2, 3, 5, 8, 11, 12]).collect();
        arrivals.shuffle(&mut random);
        let mut held: BTreeMap<Cell, String> = BTreeMap::new();
        let mut editions: Vec<(String, BTreeMap<Cell, String>)> = Vec::new();
        for (turn, month) in arrivals.iter().enumerate() {
            let mut table = String::from("地方,报告期,铁路货运量\n");
            for place in places {
                // The other place's figure stays as it was when this one is corrected.
                if place != places[0] && held.contains_key(&(place, *month)) && random.random_bool(0.5) {
                    continue;
                }
                let value = format!("{}.{}", month * 100 + random.random_range(0..50), random.random_range(1..10));
                table += &format!("{place},2025-M{month:02},{value}\n");
                held.insert((place, *month), value);
            }
            let file = files.path().join(format!("{turn}.csv"));
            fs::write(&file, table).unwrap();
            let mut command = planatlas(&["figures", "--database", url, "--sample", "--date", "2026-01-20"]);
            command.args([
                "--document",
                &format!("month-{month}"),
                "--title",
                "月报 monthly return",
                "--issuer",
                "统计局",
            ]);
            command.args(["--accept", "falling=test", "--accept", "part=test", "--accept", "slip=test"]);
            let output = command.arg(&file).output().unwrap();
            assert!(output.status.success(), "seed {seed}, turn {turn}: {}", said(&output));
            if turn % 3 == 2 {
                let code = format!("e{turn}");
                close(url, &code, &format!("2026-0{}-15", 1 + turn / 3), &[]);
                editions.push((code, held.clone()));
            }
        }
        assert_eq!(editions.len(), 6);
        sound(url, &[]);
        let server = Server::start(url);
        for (code, wanted) in &editions {
            let parts: Vec<String> = places
                .iter()
                .map(|place| format!("{place}: region(code: \"{place}\") {{ series(indicators: [\"rv-freight\"], periods: {{from: \"2025-M01\", to: \"2025-M12\"}}) {{ nodes {{ frequency points {{ period {{ code }} quantity {{ value }} alternatives {{ id }} }} }} }} }}"))
                .collect();
            let answer = server.ask(&format!("{{ asOf(at: {{edition: \"{code}\"}}) {{ {} }} }}", parts.join(" ")));
            let mut seen: BTreeMap<Cell, String> = BTreeMap::new();
            for place in places {
                let series = answer["asOf"][place]["series"]["nodes"].as_array().unwrap();
                for point in series.iter().flat_map(|series| series["points"].as_array().unwrap()) {
                    let period = point["period"]["code"].as_str().unwrap();
                    let Some(month) = period.strip_prefix("2025-M") else { continue };
                    let value = point["quantity"]["value"].as_str().unwrap().to_owned();
                    seen.insert((place, month.parse().unwrap()), value);
                }
            }
            assert_eq!(&seen, wanted, "seed {seed}, edition {code} on {}", database.engine);
            sound(url, &["--edition", code]);
        }
    }
}

#[test]
fn figures_that_disagree_stay_side_by_side_in_every_edition() {
    let database = sqlite();
    let (url, package) = (&database.url, copy(RIVERTON));
    import_at(package.path(), url, "2026-06-28T08:00:00Z", "first");
    close(url, "a", "2026-06-30", &[]);
    let observations = package.path().join("observations.csv");
    let text = fs::read_to_string(&observations).unwrap();
    let second =
        "ZONE,zone-north,rv-revenue,2025-Q4,YEAR_TO_DATE,83,CNY-1e8,EQUAL,83亿元,NORMAL,2026-01-25,rv-plan,三,,";
    fs::write(&observations, format!("{}\n{second}\n", text.trim_end())).unwrap();
    import_at(package.path(), url, "2026-07-01T08:00:00Z", "another source");
    close(url, "b", "2026-07-01", &[]);
    let server = Server::start(url);
    let ask = |code: &str| {
        let fields = "zone(code: \"zone-north\") { latest(indicator: \"rv-revenue\") { quantity { value } history { id } alternatives { quantity { value } edition { code } } } }";
        server.ask(&format!("{{ asOf(at: {{edition: \"{code}\"}}) {{ {fields} }} }}"))["asOf"]["zone"]["latest"].take()
    };
    assert_eq!(ask("a"), json!({ "quantity": { "value": "80.1" }, "history": [], "alternatives": [] }));
    let both = ask("b");
    let mut values = vec![both["quantity"]["value"].clone(), both["alternatives"][0]["quantity"]["value"].clone()];
    values.sort_by_key(ToString::to_string);
    assert_eq!(values, ["80.1", "83"]);
    assert_eq!(both["history"], json!([]), "another source is no vintage");
}
