//! A server that cannot be knocked over: whatever is thrown at the real binary, others are answered within a second
//! and it stays under 512 MB.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use common::database::fresh;
use common::server::{Server, import};
use serde_json::json;

/// How long the siege lasts, for each engine.
const SIEGE: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(1);
const MEMORY: u64 = 512 * 1024 * 1024;
const SLOW: usize = 150;

/// A request by hand, so that nothing of a client's own good manners helps the server.
fn raw(server: &Server, headers: &str, body: &[u8]) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(server.address()).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(15))).ok()?;
    let head = format!(
        "POST /graphql HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(body).ok()?;
    Some(stream)
}

fn status(stream: Option<TcpStream>) -> Option<u16> {
    let mut text = Vec::new();
    stream?.read_to_end(&mut text).ok()?;
    String::from_utf8_lossy(&text).split(' ').nth(1)?.parse().ok()
}

fn weapons() -> Vec<(&'static str, String, Vec<u8>)> {
    let asked = |query: String| json!({ "query": query }).to_string().into_bytes();
    let aliases: String = (0..10_000).map(|at| format!("a{at}: plans {{ name }} ")).collect();
    let some: String = (0..190)
        .map(|at| {
            format!("a{at}: regions(first: 100) {{ nodes {{ code name latest(indicator: \"gdp\") {{ status }} }} }} ")
        })
        .collect();
    let bomb: String =
        (0..40).map(|at| format!("fragment F{at} on Query {{ ...F{} ...F{} }} ", at + 1, at + 1)).collect();
    let nested = "{ plans { tasks(first: 500) { nodes { units(first: 50) { nodes { tasks(first: 500) { nodes { units(first: 50) { nodes { tasks(first: 500) { nodes { title } } } } } } } } } } } }";
    let allowed = "{ regions(first: 50) { nodes { code tasks(first: 60) { nodes { title units(first: 5) { nodes { name aliases { name } } } } } } } }";
    let whole = "{ regions(first: 500) { nodes { footprints { geometry { geojson } } } } zones(first: 500) { nodes { footprints { geometry { geojson } } } } }";
    vec![
        ("ten thousand aliases", String::new(), asked(format!("{{ {aliases} }}"))),
        ("as many aliases as may be", String::new(), asked(format!("{{ {some} }}"))),
        ("a fragment bomb", String::new(), asked(format!("{{ ...F0 }} {bomb} fragment F40 on Query {{ __typename }}"))),
        ("seven levels", String::new(), asked(nested.to_owned())),
        ("several levels that are let in", String::new(), asked(allowed.to_owned())),
        ("every boundary", String::new(), asked(whole.to_owned())),
        ("brackets", String::new(), asked("{ a ".repeat(50_000))),
        ("a packed body", "content-encoding: gzip\r\n".to_owned(), vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 2, 3]),
        ("a long body", String::new(), vec![b' '; 250_000]),
        ("the schema", String::new(), asked(include_str!("../src/graphql/introspection.graphql").to_owned())),
    ]
}

#[test]
fn others_are_answered_in_time_while_it_is_besieged() {
    for database in fresh() {
        import(&["geodata/shangqiu", "geodata/sample"], &database.url);
        let server = Server::start(&database.url);
        let over = AtomicBool::new(false);
        let thrown = AtomicUsize::new(0);
        let weapons = weapons();
        let slowest = std::thread::scope(|scope| {
            for thread in 0..6 {
                let (server, over, thrown, weapons) = (&server, &over, &thrown, &weapons);
                scope.spawn(move || {
                    for (name, headers, body) in weapons.iter().cycle().skip(thread * 2) {
                        if over.load(Ordering::SeqCst) {
                            break;
                        }
                        let found = status(raw(server, headers, body));
                        assert!(
                            found.is_some_and(|status| [200, 400, 413, 415, 503].contains(&status)),
                            "{name}: {found:?}"
                        );
                        thrown.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
            // Clients that begin and do not go on, and clients that ask and do not listen.
            let held: Vec<Option<TcpStream>> = (0..SLOW)
                .map(|at| {
                    if at % 3 == 0 {
                        return raw(&server, "", &weapons[5].2);
                    }
                    let mut stream = TcpStream::connect(server.address()).ok()?;
                    stream.write_all(b"POST /graphql HTTP/1.1\r\nhost: x\r\n").ok()?;
                    Some(stream)
                })
                .collect();
            let end = Instant::now() + SIEGE;
            let mut slowest = Duration::ZERO;
            while Instant::now() < end {
                let start = Instant::now();
                let answer =
                    server.ask_with("{ revision { number } zones(first: 5) { nodes { code name } } }", json!({}));
                slowest = slowest.max(start.elapsed());
                assert!(answer["data"]["zones"]["nodes"][0]["code"].is_string(), "{answer}");
            }
            over.store(true, Ordering::SeqCst);
            drop(held);
            slowest
        });
        let memory = server.most_memory();
        let thrown = thrown.into_inner();
        eprintln!("{}: {thrown} attacks, slowest answer to others {slowest:?}, memory {memory:?}", database.engine);
        assert!(thrown >= 10, "{thrown} attacks came through");
        assert!(slowest < PATIENCE, "{}: others waited {slowest:?}", database.engine);
        assert!(memory.is_none_or(|bytes| bytes < MEMORY), "{}: {memory:?} bytes", database.engine);
        assert_eq!(server.stop(), Some(0));
    }
}
