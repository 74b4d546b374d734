//! Any number of rows: streamed within bounds, at one revision, whole or broken off.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use super::common::database::{Database, fresh, run, sqlite};
use super::common::server::{RIVERTON, Server, copy, import};
use super::{add, error};

/// Rows that are imported.
const ROWS: usize = 25_500;
/// What a file may cost the server besides what it holds anyway.
const MEMORY_KIB: i64 = 96 * 1024;
const QUERY: &str =
    "query All { projects(orderBy: [{ code: ASC }]) { nodes { code name stage investment { value } } } }";

/// Imports the invented package with many projects. Their names are long, so that no socket holds them all.
fn many(database: &Database) -> Server {
    let package = copy(RIVERTON);
    let mut rows = std::fs::read_to_string(package.path().join("projects.csv")).unwrap();
    let own = rows.lines().count() - 1;
    let name = "长".repeat(150);
    for n in own..ROWS {
        let (investment, lon) = (n % 900 + 1, 165.0 + f64::from(u32::try_from(n % 400).unwrap()) / 1000.0);
        writeln!(
            rows,
            "p-{n:05},{name}{n},,qianglian,SIGNED,,{investment},CNY-1e4,,{lon:.4},10.2,zone-harbour,harbour,,,,rv-bulletin,表1,"
        )
        .unwrap();
    }
    std::fs::write(package.path().join("projects.csv"), rows).unwrap();
    import(&[package.path().to_str().unwrap()], &database.url);
    Server::start(&database.url)
}

/// The most memory that a process ever held.
fn peak_kib(server: &Server) -> i64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

#[test]
fn any_number_of_rows_is_streamed_within_bounds_or_broken_off() {
    for database in fresh() {
        let server = many(&database);
        let hash = add(&database.url, QUERY);
        server.ask("{ projects(first: 500) { nodes { code name } } }");
        let before = peak_kib(&server);
        for suffix in ["csv", "geojson", "html", "xlsx"] {
            if suffix == "geojson" {
                let query = QUERY.replace("stage", "location { lon lat }");
                let hash = add(&database.url, &query);
                let text = server.get(&format!("/q/{hash}.{suffix}")).text().unwrap();
                assert_eq!(text.matches("\"type\":\"Feature\"").count(), ROWS, "{suffix}");
                assert!(text.trim_end().ends_with('}'));
                continue;
            }
            let answer = server.get(&format!("/q/{hash}.{suffix}"));
            assert_eq!(answer.status(), 200);
            let bytes = answer.bytes().unwrap();
            match suffix {
                "csv" => {
                    let text = String::from_utf8(bytes.to_vec()).unwrap();
                    let codes: Vec<&str> = text.lines().skip(1).map(|line| line.split(',').next().unwrap()).collect();
                    assert_eq!(codes.len(), ROWS);
                    assert!(codes.is_sorted(), "no row twice, none left out");
                }
                "html" => {
                    let text = String::from_utf8(bytes.to_vec()).unwrap();
                    assert!(text.contains(&format!("共 {ROWS} 行")) && text.ends_with("</html>\n"));
                }
                _ => {
                    use calamine::Reader as _;
                    let bytes = std::io::Cursor::new(bytes);
                    let mut workbook: calamine::Xlsx<_> = calamine::open_workbook_from_rs(bytes).unwrap();
                    let name = workbook.sheet_names()[0].clone();
                    assert_eq!(workbook.worksheet_range(&name).unwrap().height(), ROWS + 1);
                }
            }
        }
        let grown = peak_kib(&server) - before;
        assert!(grown < MEMORY_KIB, "{}: {grown} KiB", database.engine);

        breaks_off(&database, &server, &hash);
    }
}

/// The table goes away while a file is being sent: what was promised never looks whole.
fn breaks_off(database: &Database, server: &Server, hash: &str) {
    let mut socket = TcpStream::connect(server.address()).unwrap();
    write!(socket, "GET /q/{hash}.csv HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").unwrap();
    let mut start = [0; 4096];
    socket.read_exact(&mut start).unwrap();
    assert!(start.starts_with(b"HTTP/1.1 200"));
    tokio::runtime::Runtime::new().unwrap().block_on(run(database, "ALTER TABLE project RENAME TO project_gone"));
    let mut rest = Vec::new();
    let _ = socket.read_to_end(&mut rest);
    assert!(rest.len() > 1000 && !rest.ends_with(b"0\r\n\r\n"), "the last piece never came");
    let rows = rest.iter().filter(|byte| **byte == b'\n').count();
    assert!(rows < ROWS, "{rows} rows");
    let (status, code, _) = error(server.get(&format!("/q/{hash}.csv")));
    assert_eq!((status, code.as_str()), (500, "INTERNAL"), "before the first byte it is an error");
    tokio::runtime::Runtime::new().unwrap().block_on(run(database, "ALTER TABLE project_gone RENAME TO project"));
}

/// Each project with all neighbours of all neighbours of its region: more than a million rows out of some thousands.
#[test]
fn a_workbook_of_more_than_a_million_rows_is_refused_before_it_begins() {
    if std::env::var_os("PLANATLAS_TEST_LONG").is_none() {
        eprintln!("SKIPPED without PLANATLAS_TEST_LONG: more than a million rows");
        return;
    }
    let database = sqlite();
    let server = many(&database);
    let found = server.ask("{ region(code: \"harbour\") { parent { children { code } } } }");
    let neighbours = found["region"]["parent"]["children"].as_array().unwrap().len();
    assert!(neighbours * neighbours * ROWS > 1_000_000, "{neighbours} neighbours");
    let hash = add(
        &database.url,
        "query Each { projects { nodes { code region { parent { children { parent { children @rows { code } } } } } } } }",
    );
    // A million rows are counted first, and the binary under test may be one without optimisation.
    let patient = reqwest::blocking::Client::builder().timeout(std::time::Duration::from_secs(120)).build().unwrap();
    let (status, code, _) = error(patient.get(format!("http://{}/q/{hash}.xlsx", server.address())).send().unwrap());
    assert_eq!((status, code.as_str()), (400, "TOO_MANY_ROWS"));
}
