//! Stored documents: which are known, how they are asked, how long their answers may be kept.

use serde_json::{Value, json};

use super::common::database::{fresh, sqlite};
use super::common::server::{RIVERTON, Server, copy, import, planatlas, replace};
use super::{add, cell, csv_rows, error, hash_of, repository};

const PROJECTS: &str = "query Projects($stage: [ProjectStage!], $few: Int) {\n  projects(first: $few, filter: { stage: $stage }) { nodes { code stage } }\n}\n";
const JSON: &[(&str, &str)] = &[("content-type", "application/json")];

#[test]
fn an_operator_adds_lists_and_removes_documents_while_the_server_runs() {
    for database in fresh() {
        import(&[RIVERTON], &database.url);
        let server = Server::start(&database.url);
        let hash = hash_of(PROJECTS);
        let path = format!("/q/{hash}.json");
        let (status, code, told) = error(server.get(&path));
        assert_eq!((status, code.as_str()), (404, "PERSISTED_QUERY_NOT_FOUND"));
        assert!(told["extensions"]["hint"].as_str().unwrap().contains("planatlas document add"));

        assert_eq!(add(&database.url, PROJECTS), hash);
        assert_eq!(add(&database.url, PROJECTS), hash, "adding again changes nothing");
        let answer: Value = server.get(&path).json().unwrap();
        assert_eq!(answer["data"], server.ask("{ projects { nodes { code stage } } }"));
        assert_eq!(answer["extensions"]["revision"], 1, "no revision is made");

        let output = planatlas(&["document", "list", "--database", &database.url]).output().unwrap();
        let listed = String::from_utf8(output.stdout).unwrap();
        assert!(listed.starts_with(&format!("{hash} Projects ")) && listed.contains("tester"), "{listed}");
        let index: Value = server.get("/q").json().unwrap();
        let found = index.as_array().unwrap().iter().find(|one| one["hash"] == hash.as_str()).unwrap();
        assert_eq!((&found["name"], &found["origin"]), (&json!("Projects"), &json!("OPERATOR")));
        assert_eq!(found["variables"][1], json!({ "name": "few", "type": "Int" }));

        let output = planatlas(&["document", "remove", "--database", &database.url, &hash]).output().unwrap();
        assert!(output.status.success());
        assert_eq!(server.get(&path).status(), 404);
        let output = planatlas(&["document", "remove", "--database", &database.url, &hash]).output().unwrap();
        assert!(!output.status.success(), "it is no longer there");
    }
}

#[test]
fn a_document_that_cannot_be_asked_is_not_added() {
    let database = sqlite();
    let directory = tempfile::tempdir().unwrap();
    for (name, text, why) in [
        ("syntax", "query Q {", "GraphQL"),
        ("field", "query Q { nonsense }", "nonsense"),
        ("unnamed", "{ revision { number } }", "named"),
        ("two", "query A { revision { number } } query B { revision { number } }", "one"),
    ] {
        let file = directory.path().join(name);
        let good = directory.path().join("good");
        std::fs::write(&file, text).unwrap();
        std::fs::write(&good, PROJECTS).unwrap();
        let output =
            planatlas(&["document", "add", "--database", &database.url]).args([&good, &file]).output().unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        assert!(!output.status.success() && told.contains(why) && told.contains(name), "{told}");
    }
    let output = planatlas(&["document", "list", "--database", &database.url]).output().unwrap();
    assert!(output.stdout.is_empty(), "all or none");
}

#[test]
fn documents_of_the_schema_and_of_the_page_are_known() {
    let database = sqlite();
    import(&["geodata/shangqiu"], &database.url);
    let server = Server::start(&database.url);
    let plan = server.ask("{ plans { code } }")["plans"][0]["code"].as_str().unwrap().to_owned();
    let hash = hash_of(&repository("schema/documents/layout.graphql"));
    let answer: Value = server.get(&format!("/q/{hash}.json?plan={plan}&revenue=gdp&tolerance=500.5")).json().unwrap();
    assert!(answer["data"]["layout"].as_array().is_some_and(|layout| !layout.is_empty()), "{answer}");
    let index: Value = server.get("/q").json().unwrap();
    let of = |origin: &str| index.as_array().unwrap().iter().filter(|one| one["origin"] == origin).count();
    assert!(of("SCHEMA") >= 1);
    // A binary built without its page has none of its documents.
    let Ok(built) = std::fs::read_to_string("frontend/dist/documents.json") else { return };
    let built: Vec<String> = serde_json::from_str(&built).unwrap();
    assert!(built.len() > 5);
    assert_eq!(of("PAGE"), built.len());
    let catalogue = built.iter().find(|text| text.contains("query Catalogue")).unwrap();
    let answer: Value = server.get(&format!("/q/{}.json", hash_of(catalogue))).json().unwrap();
    assert_eq!(answer["data"]["revision"]["number"], 1);
}

#[test]
fn variables_come_as_parameters_or_as_json() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let hash = add(&database.url, PROJECTS);
    let codes = |query: &str| -> Vec<String> {
        let answer = server.get(&format!("/q/{hash}.csv{query}"));
        assert_eq!(answer.status(), 200, "{query}: {}", answer.text().unwrap());
        csv_rows(&answer.text().unwrap()).iter().map(|row| cell(row, "code").to_owned()).collect()
    };
    let all = codes("");
    assert_eq!(codes("?few=2"), all[..2], "`first` says how many rows");
    assert_eq!(codes("?stage=SIGNED"), ["rv-p2"]);
    assert_eq!(codes("?variables=%7B%22few%22%3A2%7D"), all[..2]);
    let both = codes("?stage=SIGNED&stage=IN_PRODUCTION");
    assert!(both.contains(&"rv-p2".to_owned()) && both.contains(&"rv-p3".to_owned()));
    for (query, code) in [
        ("?few=many", "BAD_ARGUMENT"),
        ("?fwe=2", "UNKNOWN_CODE"),
        ("?variables=%5B%5D", "BAD_ARGUMENT"),
        ("?stage=NONSENSE", "INVALID_DOCUMENT"),
        ("?revision=x", "BAD_ARGUMENT"),
    ] {
        for suffix in ["csv", "json"] {
            let (status, found, told) = error(server.get(&format!("/q/{hash}.{suffix}{query}")));
            assert_eq!(status, 400, "{query}");
            assert!(found == code || code == "INVALID_DOCUMENT", "{query}: {told}");
            assert!(told["extensions"]["zh"].is_string() && told["extensions"]["en"].is_string(), "{told}");
        }
    }
    let (_, _, told) = error(server.get(&format!("/q/{hash}.csv?fwe=2")));
    assert!(told["extensions"]["hint"].as_str().unwrap().contains("few"));
    assert_eq!(error(server.get(&format!("/q/{hash}.pdf"))).1, "BAD_REQUEST");
    assert_eq!(error(server.get("/q/abc.csv")).1, "BAD_REQUEST");
}

#[test]
fn answers_are_kept_until_the_revision_changes_and_for_ever_when_it_is_named() {
    for database in fresh() {
        let package = copy(RIVERTON);
        import(&[package.path().to_str().unwrap()], &database.url);
        let server = Server::start(&database.url);
        let hash = add(&database.url, "query Regions { regions(first: 500) { nodes { id code name } } }");
        for suffix in ["json", "csv", "geojson", "xlsx", "html"] {
            if suffix == "geojson" {
                continue;
            }
            let path = format!("/q/{hash}.{suffix}");
            let answer = server.get(&path);
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()["cache-control"]),
                (200, &"public, no-cache".parse().unwrap())
            );
            let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
            assert_eq!(server.get_with(&path, &[("if-none-match", &tag)]).status(), 304, "{suffix}");
            let pinned = server.get(&format!("{path}?revision=1"));
            assert_eq!(pinned.headers()["cache-control"], "public, max-age=31536000, immutable", "{suffix}");
        }
        let path = format!("/q/{hash}.csv");
        let before = server.get(&path);
        let tag = before.headers()["etag"].to_str().unwrap().to_owned();
        assert!(before.text().unwrap().contains("河湾市"));
        replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾新市,Riverton");
        import(&[package.path().to_str().unwrap()], &database.url);
        server.until(2);
        let head = server.get_with(&path, &[("if-none-match", &tag)]);
        assert_eq!(head.status(), 200);
        assert!(head.headers()["content-disposition"].to_str().unwrap().contains("Regions-r2"));
        let (head, past) = (head.text().unwrap(), server.get(&format!("{path}?revision=1")).text().unwrap());
        assert!(head.contains("河湾新市") && !past.contains("河湾新市"));
        let (head, past) = (csv_rows(&head), csv_rows(&past));
        assert_ne!(cell(&head[0], "id"), cell(&past[0], "id"), "ids of a named revision say so");
        let (status, code, _) = error(server.get(&format!("{path}?revision=9")));
        assert_eq!((status, code.as_str()), (404, "UNKNOWN_REVISION"));
    }
}

#[test]
fn a_client_sends_a_hash_first_and_the_text_only_when_it_must() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let query = "query Apq { plans { code } }";
    let hash = hash_of(query);
    let extensions = |hash: &str| json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let ask = |body: Value| -> Value { server.post(JSON, body.to_string()).json().unwrap() };
    let first = ask(json!({ "extensions": extensions(&hash) }));
    assert_eq!(first["errors"][0]["message"], "PersistedQueryNotFound");
    assert_eq!(first["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_NOT_FOUND");
    let wrong = ask(json!({ "query": query, "extensions": extensions(&hash_of("other")) }));
    assert_eq!(wrong["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_HASH_MISMATCH");
    let with_text = ask(json!({ "query": query, "extensions": extensions(&hash) }));
    assert!(with_text["errors"].is_null(), "{with_text}");
    let again = ask(json!({ "extensions": extensions(&hash) }));
    assert_eq!(again["data"], with_text["data"]);
    let by_get = server.get(&format!(
        "/graphql?extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%2C%22sha256Hash%22%3A%22{hash}%22%7D%7D"
    ));
    assert_eq!(by_get.json::<Value>().unwrap()["data"], with_text["data"]);
    let address: Value = server.get(&format!("/q/{hash}.json")).json().unwrap();
    assert_eq!(address["data"], with_text["data"], "what was sent along has an address too");

    // Room for them is bounded: many large ones push one another out, and the server goes on.
    let long = |n: usize| format!("query Long {{ plans {{ code }} }} # {n} {}", "x".repeat(60_000));
    for n in 0..200 {
        let text = long(n);
        let answer = ask(json!({ "query": text, "extensions": extensions(&hash_of(&text)) }));
        assert!(answer["errors"].is_null(), "{answer}");
    }
    let kept = (0..200).filter(|n| server.get(&format!("/q/{}.json", hash_of(&long(*n)))).status() == 200).count();
    assert!(kept < 200, "{kept} of 200 were kept");
}
