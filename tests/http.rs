//! The doors from outside: what they answer, how long it may be kept, and that an import shows at once.
#![allow(clippy::unwrap_used)]

mod common;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use common::database::fresh;
use common::server::{RIVERTON, Server, copy, import, replace, wait};
use serde_json::{Value, json};

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

#[test]
fn an_empty_database_is_served_and_an_import_shows() {
    for database in fresh() {
        let server = Server::start(&database.url);
        assert_eq!(server.get("/healthz").status(), 200);
        assert_eq!(server.get("/readyz").status(), 503);
        let refused = server.post(JSON, r#"{"query":"{ revision { number } }"}"#);
        assert_eq!(refused.status(), 503);
        let refused: Value = refused.json().unwrap();
        assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_READY");
        assert_eq!(server.get("/").status(), 200, "the page is there already");

        import(&[RIVERTON], &database.url);
        wait("readiness", || server.get("/readyz").status().is_success().then_some(()));
        assert_eq!(server.ask("{ revision { number author } }")["revision"]["number"], 1);
        assert_eq!(server.stop(), Some(0), "SIGTERM ends it cleanly");
    }
}

#[test]
fn every_answer_says_what_it_was_read_at() {
    for database in fresh() {
        import(&[RIVERTON], &database.url);
        let server = Server::start(&database.url);
        let mut answer = server.ask_with("{ plans { code } }", json!({}));
        let cost = answer["extensions"]["cost"].take();
        assert!(cost["estimated"].as_u64().unwrap() > 0 && cost["limit"].as_u64().unwrap() > 100_000, "{cost}");
        answer["extensions"].as_object_mut().unwrap().remove("cost");
        // The plan's own time zone is twelve hours ahead, so the day of its noon is over there.
        assert_eq!(answer["extensions"], json!({ "on": "2026-11-24", "revision": 1, "sample": true }));
        let batch = server.post(JSON, r#"[{"query":"{ revision { number } }"},{"query":"{ nonsense }"}]"#);
        let batch: Value = batch.json().unwrap();
        assert_eq!(batch[0]["data"]["revision"]["number"], 1);
        assert_eq!(batch[1]["errors"][0]["extensions"]["code"], "INVALID_DOCUMENT");
        assert_eq!(batch[1]["extensions"]["revision"], 1);
    }
}

#[test]
fn answers_by_get_are_kept_until_the_revision_changes() {
    for database in fresh() {
        let package = copy(RIVERTON);
        import(&[package.path().to_str().unwrap()], &database.url);
        let server = Server::start(&database.url);
        let path = "/graphql?query=query%20Q(%24c%3AString!)%7Bregion(code%3A%24c)%7Bname%7D%7D\
                &variables=%7B%22c%22%3A%22riverton%22%7D&operationName=Q";
        let answer = server.get(path);
        assert_eq!(answer.headers()["cache-control"], "public, no-cache");
        let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
        assert_eq!(answer.json::<Value>().unwrap()["data"]["region"]["name"], "河湾市");
        let again = server.get_with(path, &[("if-none-match", &tag)]);
        assert_eq!((again.status().as_u16(), again.headers()["etag"].to_str().unwrap()), (304, tag.as_str()));

        replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾新市,Riverton");
        import(&[package.path().to_str().unwrap()], &database.url);
        server.until(2);
        let changed = server.get_with(path, &[("if-none-match", &tag)]);
        assert_eq!(changed.status(), 200);
        assert_eq!(changed.json::<Value>().unwrap()["data"]["region"]["name"], "河湾新市");
        let failed = server.get("/graphql?query=%7Bnonsense%7D");
        assert_eq!(failed.headers()["cache-control"], "no-store");
    }
}

#[test]
fn the_past_answers_as_it_did_and_its_ids_say_so() {
    for database in fresh() {
        let package = copy(RIVERTON);
        import(&[package.path().to_str().unwrap()], &database.url);
        let server = Server::start(&database.url);
        let question = |at: Option<i32>| {
            let fields = "region(code: \"riverton\") { id name } project(code: \"rv-p1\") { id stage tasks { title } }";
            at.map_or_else(
                || format!("{{ {fields} }}"),
                |number| format!("{{ asOf(at: {{ revision: {number} }}) {{ {fields} revision {{ id number }} }} }}"),
            )
        };
        let before = server.ask(&question(None));
        replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾新市,Riverton");
        replace(&package.path().join("projects.csv"), "qianglian,BUILDING", "qianglian,IN_PRODUCTION");
        import(&[package.path().to_str().unwrap()], &database.url);
        server.until(2);

        let head = server.ask(&question(None));
        let past = server.ask(&question(Some(1)))["asOf"].take();
        assert_eq!((&head["region"]["name"], &past["region"]["name"]), (&json!("河湾新市"), &json!("河湾市")));
        assert_eq!(
            (&head["project"]["stage"], &past["project"]["stage"]),
            (&json!("IN_PRODUCTION"), &json!("BUILDING"))
        );
        assert_eq!(head["region"]["id"], before["region"]["id"], "an id never changes");
        assert_ne!(head["region"]["id"], past["region"]["id"], "a cache must not merge two states");

        let node = |id: &Value| format!("node(id: {id}) {{ __typename id ... on Subject {{ code name }} }}");
        let found = server.ask(&format!("{{ {} }}", node(&past["region"]["id"])));
        assert_eq!((&found["node"]["name"], &found["node"]["id"]), (&json!("河湾市"), &past["region"]["id"]));
        let found = server.ask(&format!("{{ {} }}", node(&head["region"]["id"])));
        assert_eq!(found["node"]["name"], "河湾新市");
        let inside = format!("{{ asOf(at: {{ revision: 2 }}) {{ {} }} }}", node(&past["region"]["id"]));
        assert_eq!(server.fails(&inside).0, "OTHER_SNAPSHOT");
        let inside = format!("{{ asOf(at: {{ revision: 1 }}) {{ {} }} }}", node(&head["region"]["id"]));
        assert_eq!(server.ask(&inside)["asOf"]["node"]["name"], "河湾市");
        let found =
            server.ask(&format!("{{ node(id: {}) {{ ... on Revision {{ number }} }} }}", past["revision"]["id"]));
        assert_eq!(found["node"]["number"], 1);

        let (code, extensions) = server.fails("{ asOf(at: { revision: 9 }) { revision { number } } }");
        assert_eq!((code.as_str(), &extensions["hint"]), ("UNKNOWN_REVISION", &json!("1 … 2")));
        let revisions =
            server.ask("{ revisions(first: 1) { totalCount nodes { number } pageInfo { hasNextPage endCursor } } }");
        assert_eq!(revisions["revisions"]["nodes"], json!([{ "number": 2 }]));
        let after = &revisions["revisions"]["pageInfo"]["endCursor"];
        let rest =
            server.ask(&format!("{{ revisions(after: {after}) {{ nodes {{ number }} pageInfo {{ hasNextPage }} }} }}"));
        assert_eq!(rest["revisions"], json!({ "nodes": [{ "number": 1 }], "pageInfo": { "hasNextPage": false } }));
    }
}

#[test]
fn geometry_is_an_object_and_fields_come_as_asked() {
    for database in fresh() {
        import(&[RIVERTON], &database.url);
        let server = Server::start(&database.url);
        let asked = r#"{"query":"{ region(code: \"riverton\") { footprint { vertexCount geometry { toleranceUsed geojson } area } name code } }"}"#;
        let text = server.post(JSON, asked).text().unwrap();
        assert!(text.contains(r#""geojson":{"type":""#), "{text}");
        let order = [
            "\"footprint\"",
            "\"vertexCount\"",
            "\"toleranceUsed\"",
            "\"geojson\"",
            "\"area\"",
            "\"name\"",
            "\"code\"",
        ];
        let places: Vec<usize> = order.iter().map(|name| text.find(name).unwrap()).collect();
        assert!(places.is_sorted(), "{text}");
        let batch = server.post(JSON, format!("[{asked},{asked}]")).text().unwrap();
        assert_eq!(batch.matches(r#""geojson":{"type":""#).count(), 2);
    }
}

#[test]
fn what_cannot_be_answered_says_why_in_both_languages() {
    for database in fresh() {
        import(&[RIVERTON], &database.url);
        let server = Server::start(&database.url);
        let (code, extensions) =
            server.fails("{ region(code: \"riverton\") { latest(indicator: \"rv-revenu\") { status } } }");
        assert_eq!(code, "UNKNOWN_CODE");
        assert!(
            extensions["zh"].as_str().unwrap().contains("没有") && extensions["en"].as_str().unwrap().contains("no")
        );
        assert!(extensions["hint"].as_str().unwrap().contains("rv-revenue"));
        let deep = format!("{{ regions {{ nodes {{ {}code{} }} }} }}", "parent { ".repeat(30), " }".repeat(30));
        assert_eq!(server.fails(&deep).0, "TOO_DEEP");
        let ids = "\"x\" ".repeat(500);
        let wide = format!(
            "{{ nodes(ids: [{ids}]) {{ ... on Zone {{ projects(first: 500) {{ nodes {{ code name }} }} }} }} }}"
        );
        assert_eq!(server.fails(&wide).0, "TOO_COMPLEX");
        assert_eq!(server.fails("{ regions(first: 6000) { nodes { code } } }").0, "BAD_ARGUMENT");
        assert_eq!(server.fails("{ projects(after: \"x\") { nodes { code } } }").0, "BAD_CURSOR");
        // The cursor of a list in the order of codes that names no code: nothing comes after it.
        let first = server.ask("{ projects(first: 1) { pageInfo { endCursor } } }");
        let cursor = URL_SAFE_NO_PAD.decode(first["projects"]["pageInfo"]["endCursor"].as_str().unwrap()).unwrap();
        let odd = [&cursor[..8], br#"{"number":5,"code":null,"id":1}"#].concat();
        let query = format!("{{ projects(after: \"{}\") {{ nodes {{ code }} }} }}", URL_SAFE_NO_PAD.encode(odd));
        assert_eq!(server.ask(&query)["projects"]["nodes"], json!([]));
        assert_eq!(server.fails("{ node(id: \"x\") { id } }").0, "BAD_ID");
        assert_eq!(
            server.fails("{ projects(filter: { investment: { gt: \"1\", unit: \"km2\" } }) { totalCount } }").0,
            "BAD_ARGUMENT"
        );

        assert_eq!(server.post(&[("content-type", "text/plain")], "{}").status(), 415);
        assert_eq!(server.post(JSON, "{").status(), 400);
        let long = server.post(JSON, format!("{{\"query\":\"{}\"}}", " ".repeat(300_000)));
        assert_eq!((long.status().as_u16(), &long.headers()["connection"]), (413, &"close".parse().unwrap()));
        assert_eq!(server.post(JSON, format!("[{}]", ["{\"query\":\"{x}\"}"; 11].join(","))).status(), 400);
        let newer = [("content-type", "application/json"), ("accept", "application/graphql-response+json")];
        let refused = server.post(&newer, r#"{"query":"{ nonsense }"}"#);
        assert_eq!(refused.status(), 400);
        assert!(refused.headers()["content-type"].to_str().unwrap().starts_with("application/graphql-response+json"));
        assert_eq!(server.post(JSON, r#"{"query":"{ nonsense }"}"#).status(), 200);
    }
}

#[test]
fn the_page_and_its_headers() {
    for database in fresh() {
        let server = Server::start(&database.url);
        for path in ["/", "/map", "/healthz", "/schema.graphql"] {
            let answer = server.get(path);
            assert_eq!(answer.status(), 200, "{path}");
            let policy = answer.headers()["content-security-policy"].to_str().unwrap();
            assert!(policy.contains("default-src 'self'") && !policy.contains("script-src"), "{policy}");
            assert_eq!(answer.headers()["x-content-type-options"], "nosniff");
            assert!(answer.headers().contains_key("cache-control"), "{path} says how long it may be kept");
        }
        assert!(server.get("/").headers()["content-type"].to_str().unwrap().starts_with("text/html"));
        assert_eq!(server.get("/assets/none.js").status(), 404);
        assert!(server.get("/schema.graphql").text().unwrap().contains("type Query implements Catalog"));
        let packed = server.get_with("/schema.graphql", &[("accept-encoding", "gzip")]);
        assert_eq!(packed.headers()["content-encoding"], "gzip");
    }
}
