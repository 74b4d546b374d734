//! The GraphQL door: to the letter of its protocols, priced before it answers, and closed to what is too much.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::database::{fresh, sqlite};
use common::server::{RIVERTON, Server, copy, import, replace};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message, WebSocket, client};

const JSON: (&str, &str) = ("content-type", "application/json");
const NEWER: (&str, &str) = ("accept", "application/graphql-response+json");

fn server() -> (common::database::Database, Server) {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start_with(&database.url, &["--patience", "400", "--cors-origin", "https://friend.test"]);
    (database, server)
}

/// A question that no answer is worth.
fn wide() -> String {
    let ids = "\"x\" ".repeat(500);
    format!("{{ nodes(ids: [{ids}]) {{ ... on Zone {{ projects(first: 500) {{ nodes {{ code name }} }} }} }} }}")
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[test]
fn status_and_form_follow_the_specification() {
    let (_database, server) = server();
    let asked = |query: &str| json!({ "query": query }).to_string();
    let refused = server.post(&[JSON, NEWER], asked("{ nonsense }"));
    assert_eq!(refused.status(), 400);
    let refused: Value = refused.json().unwrap();
    assert!(refused.get("data").is_none(), "a refused question has no data: {refused}");
    let answered = server.post(&[JSON, NEWER], asked("{ plan(code: \"none\") { code } }"));
    assert_eq!(answered.status(), 200);
    let half = server.post(&[JSON, NEWER], asked("{ plans { code } node(id: \"x\") { id } }"));
    assert_eq!(half.status(), 200);
    let half: Value = half.json().unwrap();
    assert!(
        half["data"]["plans"].is_array() && half["data"]["node"].is_null() && half["errors"][0]["path"][0] == "node"
    );

    for (headers, status, code) in [
        (vec![JSON, ("accept", "text/html")], 406, "MEDIA_TYPE"),
        (vec![("content-type", "text/plain")], 415, "MEDIA_TYPE"),
        (vec![("content-type", "application/x-www-form-urlencoded")], 415, "MEDIA_TYPE"),
        (vec![("content-type", "application/json; charset=gbk")], 415, "MEDIA_TYPE"),
        (vec![JSON, ("content-encoding", "gzip")], 415, "MEDIA_TYPE"),
    ] {
        let refused = server.post(&headers, asked("{ __typename }"));
        assert_eq!(refused.status(), status, "{headers:?}");
        let refused: Value = refused.json().unwrap();
        let said = &refused["errors"][0]["extensions"];
        assert_eq!(said["code"], code);
        assert!(
            ["zh", "en", "hint"].iter().all(|part| said[part].as_str().is_some_and(|text| !text.is_empty())),
            "{said}"
        );
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        let refused = server.send(method, "/graphql", &[JSON], b"{}".to_vec());
        assert_eq!(refused.status(), 405);
        assert!(refused.headers()["allow"].to_str().unwrap().contains("POST"));
    }
    for operation in ["mutation { x }", "subscription { revisionArrived { number } }"] {
        let refused = server.get(&format!("/graphql?query={}", encoded(operation)));
        assert_eq!(
            (refused.status().as_u16(), refused.headers()["allow"].to_str().unwrap()),
            (405, "POST"),
            "{operation}"
        );
    }
    for body in [
        "{}",
        "[]",
        "{\"query\": 1}",
        "{\"query\": \"{x}\", \"variables\": []}",
        "{\"query\": \"{x}\", \"extensions\": 0}",
    ] {
        assert_eq!(server.post(&[JSON], body).status(), 400, "{body}");
    }
    let two = "query A { plans { code } } query B { plans { name } }";
    let named = |name: Value| server.post(&[JSON, NEWER], json!({ "query": two, "operationName": name }).to_string());
    assert_eq!(named(json!("B")).status(), 200);
    assert_eq!(
        (named(json!(null)).status(), named(json!("C")).status()),
        (400.try_into().unwrap(), 400.try_into().unwrap())
    );
}

#[test]
fn every_question_is_priced_as_it_says_beforehand() {
    let (_database, server) = server();
    let question = "query Q($n: Int) { regions(first: $n) { nodes { code footprint { geometry { geojson } } } } }";
    let answer = server.ask_with(question, json!({ "n": 3 }));
    let cost = &answer["extensions"]["cost"];
    assert!(cost["vertices"].as_u64().unwrap() > 0, "{cost}");
    let asked = "query($d: String!, $v: String) { cost(document: $d, variables: $v) { estimated nodes vertices limit remaining dearest { path cost } } }";
    let before = server.ask_with(asked, json!({ "d": question, "v": "{\"n\": 3}" }));
    let priced = &before["data"]["cost"];
    for part in ["estimated", "nodes", "vertices", "limit"] {
        assert_eq!(priced[part], cost[part], "{part}");
    }
    let mut dearest = priced["dearest"].as_array().unwrap().iter();
    assert!(dearest.any(|part| part["path"] == "regions.nodes.footprint.geometry"), "{priced}");

    let wide = wide();
    let wide = wide.as_str();
    let (code, said) = server.fails(wide);
    assert_eq!(code, "TOO_COMPLEX");
    assert_eq!(said["cost"]["dearest"].as_array().unwrap().len(), 3, "{said}");
    assert!(
        ["nodes.projects", "first: 500 → "].iter().all(|part| said["hint"].as_str().unwrap().contains(part)),
        "{said}"
    );
    let small = server.ask_with(asked, json!({ "d": wide }));
    assert!(small["data"]["cost"]["remaining"].as_i64().unwrap() < 0);
    assert_eq!(server.fails("{ cost(document: \"{\") { estimated } }").0, "INVALID_DOCUMENT");
    // What a batch asks is priced together.
    let pages: String = (0..100)
        .map(|at| {
            format!("p{at}: projects(first: 500) {{ nodes {{ id code name stage sample nameAs: name(lang: EN) }} }} ")
        })
        .collect();
    let large = format!("{{ {pages} }}");
    let batch = server.post(&[JSON], json!([{ "query": large }, { "query": large }]).to_string());
    let batch: Value = batch.json().unwrap();
    assert!(batch[0].get("errors").is_none(), "{batch}");
    assert_eq!(batch[1]["errors"][0]["extensions"]["code"], "TOO_COMPLEX");
}

#[test]
fn a_number_that_no_int_holds_is_refused_even_where_nothing_is_asked() {
    let (_database, server) = server();
    for number in ["-13656797033851", "2147483648", "18446744073709551615"] {
        let series = "project(code: \"nothing\") { series(first:";
        let (code, extensions) = server.fails(&format!("{{ {series} {number}) {{ nodes {{ __typename }} }} }} }}"));
        assert_eq!(code, "BAD_ARGUMENT", "{extensions}");
        let query = format!("query($n: Int) {{ {series} $n) {{ nodes {{ __typename }} }} }} }}");
        let number: Value = serde_json::from_str(number).unwrap();
        let answer = server.ask_with(&query, serde_json::json!({ "n": number }));
        assert!(answer["errors"][0]["extensions"]["code"].is_string(), "{answer}");
    }
    let fits = server.ask("{ project(code: \"nothing\") { series(first: 2147483647) { nodes { __typename } } } }");
    assert_eq!(fits["project"], Value::Null);
}

#[test]
fn typename_takes_nothing_and_no_unknown_directive() {
    let (_database, server) = server();
    for wrong in ["@aa", "@skip", "@skip(if: true) @skip(if: true)", "(x: 1)", "{ x }", "@include(if: false, x: 1) @aa"]
    {
        let (code, extensions) = server.fails(&format!("{{ __typename {wrong} units {{ __typename {wrong} }} }}"));
        assert_eq!(code, "INVALID_DOCUMENT", "{wrong}: {extensions}");
    }
    let plain = "query($no: Boolean = false) { __typename @skip(if: $no) units @skip(if: $no) { __typename } }";
    assert_eq!(server.ask(plain)["__typename"], "Query");
}

#[test]
fn what_may_stand_there_is_named_where_something_may_not() {
    let (_database, server) = server();
    let hint = |query: &str, variables: Value| {
        let answer = server.ask_with(query, variables);
        answer["errors"][0]["extensions"]["hint"].as_str().expect("a hint").to_owned()
    };
    let field = hint("{ projects(filter: { colour: \"red\" }) { totalCount } }", Value::Null);
    assert!(field.contains("and, ") && field.contains(", stage, "), "{field}");
    let filter = "query($filter: ProjectFilter) { projects(filter: $filter) { totalCount } }";
    assert_eq!(hint(filter, serde_json::json!({ "filter": { "colour": "red" } })), field);
    let word = hint("{ projects(filter: { stage: [SOLD] }) { totalCount } }", Value::Null);
    assert!(word.contains("SIGNED"), "{word}");
    let plain = hint("{ projects(first: \"unknown field \\\"\") { totalCount } }", Value::Null);
    assert!(plain.contains("/schema.graphql"), "{plain}");
}

#[test]
fn what_is_too_much_is_refused_before_it_is_read() {
    let (_database, server) = server();
    let bomb = |wide: usize, long: usize| {
        let part = |at: usize| format!("fragment F{at} on Query {{ {} }}", format!("...F{} ", at + 1).repeat(wide));
        let parts: String = (0..long).map(part).collect();
        format!("{{ ...F0 }} {parts} fragment F{long} on Query {{ __typename }}")
    };
    let aliases: String = (0..10_000).map(|at| format!("a{at}: __typename ")).collect();
    for (text, code) in [
        (bomb(2, 25), "TOO_LONG"),
        (bomb(2, 60), "TOO_DEEP"),
        (format!("{{ {aliases} }}"), "TOO_LONG"),
        (format!("{{ {} }}", "__typename ".repeat(11_000)), "TOO_LONG"),
        (format!("{{ __typename {} }}", "@skip(if: false) ".repeat(300)), "TOO_LONG"),
        ("{ a ".repeat(40_000), "TOO_DEEP"),
        (format!("{{ plan(code: {}", "[".repeat(100_000)), "TOO_DEEP"),
        ("{ ...A } fragment A on Query { ...A }".to_owned(), "INVALID_DOCUMENT"),
        (
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"
                .to_owned(),
            "TOO_COMPLEX",
        ),
    ] {
        let start = Instant::now();
        assert_eq!(server.fails(&text).0, code, "{}", &text[..text.len().min(80)]);
        assert!(start.elapsed() < Duration::from_secs(1), "{code} took {:?}", start.elapsed());
    }
    let standard = server.ask(include_str!("../src/graphql/introspection.graphql"));
    assert!(standard["__schema"]["types"].as_array().unwrap().len() > 100);
    // As deep as may be, without exhausting any stack.
    let deep = format!("{{ regions {{ nodes {{ {}code{} }} }} }}", "parent { ".repeat(27), " }".repeat(27));
    server.ask(&deep);
}

#[test]
fn events_come_as_a_stream() {
    for database in fresh() {
        let package = copy(RIVERTON);
        import(&[package.path().to_str().unwrap()], &database.url);
        let server = Server::start(&database.url);
        let body = json!({ "query": "subscription { revisionArrived(after: 0) { number } }" }).to_string();
        let mut stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
        assert_eq!(lines.next().unwrap(), "HTTP/1.1 200 OK");
        let mut next = move || lines.by_ref().find(|line| line.starts_with("data: {")).unwrap();
        let number = |line: &str| -> Value {
            let event: Value = serde_json::from_str(line.trim_start_matches("data: ")).unwrap();
            event["data"]["revisionArrived"]["number"].clone()
        };
        assert_eq!(number(&next()), 1);
        replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾新市,Riverton");
        import(&[package.path().to_str().unwrap()], &database.url);
        assert_eq!(number(&next()), 2);
        assert_eq!(server.stop(), Some(0), "an open stream does not keep the server from ending");
    }
}

struct Socket(WebSocket<TcpStream>);

impl Socket {
    fn open(server: &Server, protocol: Option<&str>, origin: Option<&str>) -> Result<Self, u16> {
        let stream = TcpStream::connect(server.address()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut request = format!("ws://{}/graphql", server.address()).into_client_request().unwrap();
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", origin.parse().unwrap());
        }
        match client(request, stream) {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(tokio_tungstenite::tungstenite::HandshakeError::Failure(Error::Http(answer))) => {
                Err(answer.status().as_u16())
            }
            Err(other) => panic!("{other}"),
        }
    }

    fn begun(server: &Server) -> Self {
        let mut socket = Self::open(server, Some("graphql-transport-ws"), None).ok().unwrap();
        socket.say(&json!({ "type": "connection_init" }));
        assert_eq!(socket.hear()["type"], "connection_ack");
        socket
    }

    fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).unwrap();
    }

    fn hear(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.0.read().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// The number it is closed with.
    fn end(mut self) -> u16 {
        loop {
            match self.0.read() {
                Ok(Message::Close(Some(CloseFrame { code, .. }))) => return code.into(),
                Ok(_) => {}
                Err(error) => panic!("closed without a reason: {error}"),
            }
        }
    }
}

#[test]
fn sockets_keep_to_the_protocol_and_are_closed_with_its_numbers() {
    let (_database, server) = server();
    let fresh = || Socket::open(&server, Some("graphql-transport-ws"), None).ok().unwrap();
    let wait = json!({ "id": "1", "type": "subscribe", "payload": { "query": "subscription { revisionArrived { number } }" } });

    let mut socket = fresh();
    socket.0.send(Message::text("nonsense")).unwrap();
    assert_eq!(socket.end(), 4400);
    let mut socket = fresh();
    socket.say(&json!({ "type": "nonsense" }));
    assert_eq!(socket.end(), 4400);
    let mut socket = fresh();
    socket.say(&wait);
    assert_eq!(socket.end(), 4401);
    assert_eq!(Socket::open(&server, None, None).ok().unwrap().end(), 4406);
    assert_eq!(fresh().end(), 4408, "whoever never begins is sent away");
    let mut socket = Socket::begun(&server);
    socket.say(&wait);
    socket.say(&wait);
    assert_eq!(socket.end(), 4409);
    let mut socket = Socket::begun(&server);
    socket.say(&json!({ "type": "connection_init" }));
    assert_eq!(socket.end(), 4429);
    let mut socket = Socket::begun(&server);
    for _ in 0..1_000 {
        if socket.0.send(Message::text("{\"type\":\"pong\"}")).is_err() {
            break;
        }
    }
    assert_eq!(socket.end(), 4429, "a flood of messages");
    assert_eq!(Socket::begun(&server).end(), 1000, "whoever asks for nothing is sent away");

    let mut socket = Socket::begun(&server);
    socket.say(&json!({ "type": "ping" }));
    assert_eq!(socket.hear()["type"], "pong");
    socket.say(&json!({ "id": "q", "type": "subscribe", "payload": { "query": "{ revision { number } }" } }));
    let answer = socket.hear();
    assert_eq!((&answer["type"], &answer["payload"]["data"]["revision"]["number"]), (&json!("next"), &json!(1)));
    assert_eq!(socket.hear(), json!({ "type": "complete", "id": "q" }));
    socket.say(&json!({ "id": "e", "type": "subscribe", "payload": { "query": "{ nonsense }" } }));
    let refused = socket.hear();
    assert_eq!(
        (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("INVALID_DOCUMENT"))
    );
    socket.say(&json!({ "id": "f", "type": "subscribe", "payload": { "query": "subscription { revisionArrived(after: 9) { number } }" } }));
    assert_eq!(socket.hear()["payload"]["errors"][0]["extensions"]["code"], "UNKNOWN_REVISION");

    assert_eq!(Socket::open(&server, Some("graphql-transport-ws"), Some("https://stranger.test")).err(), Some(403));
    assert!(Socket::open(&server, Some("graphql-transport-ws"), Some("https://friend.test")).is_ok());
}

#[test]
fn requests_are_told_apart_counted_and_kept_from_strangers() {
    let (_database, server) = server();
    let own = server.get("/healthz").headers()["x-request-id"].clone();
    assert_ne!(own, server.get("/healthz").headers()["x-request-id"]);
    let kept = server.get_with("/healthz", &[("x-request-id", "abc-1")]);
    assert_eq!(kept.headers()["x-request-id"], "abc-1");
    let foreign = server.get_with("/healthz", &[("x-request-id", "a b\"c")]);
    assert_ne!(foreign.headers()["x-request-id"], "a b\"c");

    let friend = server.get_with("/graphql?query=%7B__typename%7D", &[("origin", "https://friend.test")]);
    assert_eq!(friend.headers()["access-control-allow-origin"], "https://friend.test");
    let stranger = server.get_with("/graphql?query=%7B__typename%7D", &[("origin", "https://stranger.test")]);
    assert!(!stranger.headers().contains_key("access-control-allow-origin"));
    let closed = sqlite();
    let closed = Server::start(&closed.url);
    let asked = [("origin", "https://friend.test"), ("access-control-request-method", "POST")];
    assert!(
        !closed.send("OPTIONS", "/graphql", &asked, Vec::new()).headers().contains_key("access-control-allow-origin")
    );

    let schema = server.get("/schema.graphql");
    let tag = schema.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(server.get_with("/schema.graphql", &[("if-none-match", &tag)]).status(), 304);
    for coding in ["br", "gzip", "zstd"] {
        assert_eq!(
            server.get_with("/schema.graphql", &[("accept-encoding", coding)]).headers()["content-encoding"],
            coding
        );
    }

    server.ask_with("query Named { plans { code } }", json!({}));
    server.fails(&wide());
    let figures = server.get("/metrics").text().unwrap();
    for line in [
        "planatlas_graphql_seconds_count{operation=\"Named\"} 1",
        "planatlas_graphql_refused_total{code=\"TOO_COMPLEX\"} 1",
        "planatlas_http_requests_total{route=\"/schema.graphql\",status=\"304\"} 1",
        "planatlas_http_seconds_count{route=\"/schema.graphql\"} 5",
        "planatlas_cache_not_modified_total 1",
        "planatlas_revision 1",
    ] {
        assert!(figures.contains(line), "{line} in\n{figures}");
    }
    for name in ["planatlas_database_connections", "planatlas_graphql_cost_sum", "# EOF"] {
        assert!(figures.contains(name), "{name} in\n{figures}");
    }
}

#[test]
fn a_slow_body_is_not_waited_for() {
    let (_database, server) = server();
    let mut stream = TcpStream::connect(server.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
        .write_all(
            b"POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{",
        )
        .unwrap();
    let mut text = String::new();
    let start = Instant::now();
    let mut part = [0; 512];
    let read = stream.read(&mut part).unwrap();
    text.push_str(&String::from_utf8_lossy(&part[..read]));
    assert!(text.starts_with("HTTP/1.1 408"), "{text}");
    assert!(start.elapsed() < Duration::from_secs(15));
}
