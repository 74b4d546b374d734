//! Other people's programs open what we write. Only in the long form: they are large.

use std::path::Path;
use std::process::Command;

use super::common::database::sqlite;
use super::common::server::{RIVERTON, Server, import};
use super::{cell, csv_rows, post_as};

fn long() -> bool {
    let long = std::env::var_os("PLANATLAS_TEST_LONG").is_some();
    if !long {
        eprintln!("SKIPPED without PLANATLAS_TEST_LONG: LibreOffice and GDAL");
    }
    long
}

fn run(program: &str, arguments: &[&str], directory: &Path) -> String {
    let output =
        Command::new(program).args(arguments).current_dir(directory).env("HOME", directory).output().expect(program);
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{program}: {told}{}", String::from_utf8_lossy(&output.stderr));
    told
}

#[test]
fn libreoffice_reads_the_workbook_as_the_csv_says() {
    if !long() {
        return;
    }
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let query = "{ projects(orderBy: [{ code: ASC }]) { nodes { code name investment { value(unit: \"CNY-1e4\") } location { lon } } } }";
    let directory = tempfile::tempdir().unwrap();
    let workbook = post_as(&server, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", query);
    std::fs::write(directory.path().join("t.xlsx"), workbook.bytes().unwrap()).unwrap();
    // Comma, double quote, UTF-8, from the first line, cells as they are and not as shown.
    let filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false";
    run("soffice", &["--headless", "--convert-to", filter, "t.xlsx"], directory.path());
    let converted = std::fs::read_to_string(directory.path().join("t.csv")).unwrap();
    let converted = csv_rows(&format!("\u{feff}{}", converted.trim_start_matches('\u{feff}')));
    let own = csv_rows(&post_as(&server, "text/csv", query).text().unwrap());
    assert_eq!(converted.len(), own.len());
    for (theirs, ours) in converted.iter().zip(&own) {
        for name in ["code", "name", "investment.value.unit", "source"] {
            assert_eq!(cell(theirs, name), cell(ours, name));
        }
        for name in ["investment.value", "location.lon"] {
            let number = |row| cell(row, name).parse::<f64>().ok();
            assert_eq!(number(theirs), number(ours), "{name}");
        }
    }
}

#[test]
fn gdal_reads_every_feature() {
    if !long() {
        return;
    }
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let query = "{ regions(first: 500) { totalCount nodes { code name footprint { area geometry { geojson } } } } }";
    let directory = tempfile::tempdir().unwrap();
    let map = post_as(&server, "application/geo+json", query);
    std::fs::write(directory.path().join("t.geojson"), map.bytes().unwrap()).unwrap();
    let told = run("ogrinfo", &["-ro", "-al", "-so", "t.geojson"], directory.path());
    let total = server.ask("{ regions { totalCount } }")["regions"]["totalCount"].to_string();
    assert!(told.contains(&format!("Feature Count: {total}")), "{told}");
    assert!(told.contains("footprint.area: Real") && told.contains("WGS 84"), "{told}");
}
