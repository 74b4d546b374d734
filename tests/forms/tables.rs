//! What the tables hold: rows, columns, figures with all that belongs to them, and which queries give none.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use geojson::{FeatureCollection, GeoJson};

use super::common::database::{fresh, sqlite};
use super::common::server::{RIVERTON, Server, copy, import, replace};
use super::{add, cell, csv_rows, error, post_as};

const CSV: &str = "text/csv";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const GEOJSON: &str = "application/geo+json";

/// Every figure of every region: a row for each period, whatever list it is in.
const FIGURES: &str = "query Figures {
  regions(first: 500) { nodes { code series { nodes { indicator { code } points @rows { quantity { value } } } } } }
}";

/// The row of a region, indicator and period.
fn row<'a>(rows: &'a [Vec<(String, String)>], key: [&str; 3]) -> &'a [(String, String)] {
    let headings = ["regions.code", "regions.series.indicator.code", "period"];
    let found = rows.iter().find(|row| headings.iter().zip(key).all(|(heading, value)| cell(row, heading) == value));
    found.unwrap_or_else(|| panic!("no row {key:?}"))
}

#[test]
fn a_figure_in_csv_has_all_that_belongs_to_it() {
    for database in fresh() {
        import(&[RIVERTON], &database.url);
        let server = Server::start(&database.url);
        let answer = post_as(&server, CSV, FIGURES);
        assert_eq!(answer.headers()["content-type"], "text/csv; charset=utf-8; header=present");
        let text = answer.text().unwrap();
        assert!(text.ends_with("\r\n"), "lines end as RFC 4180 says");
        let rows = csv_rows(&text);
        let headings: Vec<&str> = rows[0].iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            headings,
            [
                "regions.code",
                "regions.series.indicator.code",
                "quantity.value",
                "quantity.unit",
                "period",
                "accumulation",
                "status",
                "source",
                "sample"
            ]
        );
        let normal = row(&rows, ["riverton", "rv-firms", "2025"]);
        assert_eq!(
            ["quantity.value", "quantity.unit", "accumulation", "status", "sample"].map(|name| cell(normal, name)),
            ["46", "家", "AT_END", "NORMAL", "true"]
        );
        assert_eq!(cell(normal, "source"), "河湾市统计公报, 表1");
        for (key, value, status) in [
            (["riverton", "rv-firms", "2026"], "", "NOT_YET_DUE"),
            (["eastfield", "rv-freight", "2026-M04"], "", "MISSING"),
            (["riverton", "rv-share", "2025"], "28.6", "PROVISIONAL"),
        ] {
            let row = row(&rows, key);
            assert_eq!((cell(row, "quantity.value"), cell(row, "status")), (value, status));
        }
    }
}

/// Statuses side by side, zero among them.
fn told_apart() -> (common_database::Database, Server) {
    let database = sqlite();
    let package = copy(RIVERTON);
    let file = package.path().join("observations.csv");
    replace(&file, "2025,AT_END,46,jia,EQUAL,46家,NORMAL", "2025,AT_END,0,jia,EQUAL,,NORMAL");
    import(&[package.path().to_str().unwrap()], &database.url);
    let server = Server::start(&database.url);
    (database, server)
}
use super::common::database as common_database;

const STATUSES: &str = "query Statuses {
  regions(first: 500) { nodes { code series(first: 500) { nodes { points @rows { period { code } quantity { value } } } } } }
}";

#[test]
fn absent_suppressed_provisional_and_zero_are_told_apart_in_every_form() {
    let (_database, server) = told_apart();
    let query = STATUSES.replace("regions(first: 500) { nodes { code", "zones(first: 500) { nodes { code");
    let rows = csv_rows(&post_as(&server, CSV, &query).text().unwrap());
    let suppressed = rows.iter().find(|row| cell(row, "status") == "SUPPRESSED").unwrap();
    assert_eq!((cell(suppressed, "zones.code"), cell(suppressed, "quantity.value")), ("zone-west", ""));

    let expected = [
        ("2025", "0", "NORMAL"),
        ("2026", "", "NOT_YET_DUE"),
        ("2026-M04", "", "MISSING"),
        ("2025", "28.6", "PROVISIONAL"),
    ];
    let rows = csv_rows(&post_as(&server, CSV, STATUSES).text().unwrap());
    for wanted in expected {
        let is = |row: &&Vec<(String, String)>| {
            (cell(row, "period.code"), cell(row, "quantity.value"), cell(row, "status")) == wanted
        };
        assert!(rows.iter().any(|row| is(&row)), "{wanted:?}");
    }

    let sheet = sheet(&post_as(&server, XLSX, STATUSES).bytes().unwrap(), 0);
    let at = |name: &str| sheet[0].iter().position(|cell| *cell == Data::String(name.to_owned())).unwrap();
    let (period, value, status) = (at("period.code"), at("quantity.value"), at("status"));
    for (wanted_period, wanted_value, wanted_status) in expected {
        let wanted_value = wanted_value.parse().map_or(Data::Empty, Data::Float);
        assert!(
            sheet.iter().any(|row| {
                row[period] == Data::String(wanted_period.to_owned())
                    && row[value] == wanted_value
                    && row[status] == Data::String(wanted_status.to_owned())
            }),
            "{wanted_period} {wanted_status}"
        );
    }

    let located = STATUSES.replace("code series", "code footprint { labelPoint { lon lat } } series");
    let map = features(&post_as(&server, GEOJSON, &located).text().unwrap());
    for (wanted_period, wanted_value, wanted_status) in expected {
        let wanted_value = wanted_value.parse().map_or(serde_json::Value::Null, |number: f64| number.into());
        let found = map.features.iter().filter_map(|feature| feature.properties.as_ref()).any(|row| {
            row["period.code"] == wanted_period
                && row["quantity.value"].as_f64() == wanted_value.as_f64()
                && row["status"] == wanted_status
        });
        assert!(found, "{wanted_period} {wanted_status}");
    }

    let hash = add(&_database.url, STATUSES);
    let page = server.get(&format!("/q/{hash}.html")).text().unwrap();
    for told in ["暂缺", "未到期", "初步", ">0<", "not yet due"] {
        assert!(page.contains(told), "{told}");
    }
}

/// A sheet of a workbook, from its first row on.
fn sheet(bytes: &[u8], at: usize) -> Vec<Vec<Data>> {
    let mut workbook: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let name = workbook.sheet_names()[at].clone();
    workbook.worksheet_range(&name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn features(text: &str) -> FeatureCollection {
    match text.parse::<GeoJson>().unwrap() {
        GeoJson::FeatureCollection(features) => features,
        other => panic!("{other}"),
    }
}

#[test]
fn a_unit_that_was_asked_for_is_the_one_that_is_told() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let query = "query Wan($unit: String = \"CNY-1e4\") {
      zones { nodes { code latest(indicator: \"rv-revenue\") { period { label } quantity { wan: value(unit: $unit) value unit { code } } } } }
    }";
    let rows = csv_rows(&post_as(&server, CSV, query).text().unwrap());
    let harbour = rows.iter().find(|row| cell(row, "code") == "zone-harbour").unwrap();
    let told =
        ["latest.quantity.wan", "latest.quantity.wan.unit", "latest.quantity.value", "latest.quantity.unit.code"];
    assert_eq!(told.map(|name| cell(harbour, name)), ["1052500", "万元", "105.25", "CNY-1e8"]);
    assert!(!harbour.iter().any(|(name, _)| name == "latest.period"), "the period was asked for already: {harbour:?}");
}

#[test]
fn a_workbook_has_typed_cells_a_frozen_heading_and_says_where_it_comes_from() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let query = "query Projects { projects(orderBy: [{ code: ASC }]) { nodes { code sample investment { value } stageHistory { stage on } } } }";
    let bytes = post_as(&server, XLSX, query).bytes().unwrap();
    let rows = sheet(&bytes, 0);
    let at = |name: &str| rows[0].iter().position(|cell| *cell == Data::String(name.to_owned())).unwrap();
    let first = rows.iter().find(|row| row[0] == Data::String("rv-p1".to_owned())).unwrap();
    assert_eq!(first[at("investment.value")], Data::Float(12.5));
    assert_eq!(first[at("investment.unit")], Data::String("亿元".to_owned()));
    assert_eq!(first[at("sample")], Data::Bool(true));
    assert!(first[at("stageHistory.stage")].to_string().contains("SIGNED; STARTED"), "a list inside a row is one cell");

    let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
    let mut xml = String::new();
    std::io::Read::read_to_string(&mut archive.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut xml).unwrap();
    assert!(xml.contains("state=\"frozen\"") && xml.contains("ySplit=\"1\""), "{}", &xml[..600]);
    let about = sheet(&bytes, 1);
    let says = |text: &str| about.iter().flatten().any(|cell| cell.to_string().contains(text));
    assert!(
        says("修订") && says("河湾市统计公报") && says("https://riverton.example/bulletin") && says("Holds sample")
    );
}

#[test]
fn geojson_is_what_rfc_7946_says() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let query = "{ regions(first: 500) { nodes { code name footprint { area labelPoint { lon lat } geometry { geojson } } } } }";
    let answer = post_as(&server, GEOJSON, query);
    assert_eq!(answer.headers()["content-type"], "application/geo+json");
    let map = features(&answer.text().unwrap());
    let foreign = map.foreign_members.as_ref().unwrap();
    assert_eq!((&foreign["revision"], &foreign["sample"]), (&1.into(), &true.into()));
    assert!(!foreign["sources"].as_array().unwrap().is_empty());
    assert!(!map.features.is_empty());
    let bbox = map.bbox.clone().unwrap();
    assert!(bbox.len() == 4 && bbox[0] < bbox[2] && bbox[1] < bbox[3]);
    let mut outlines = 0;
    for feature in &map.features {
        let properties = feature.properties.as_ref().unwrap();
        assert_eq!(feature.id, Some(geojson::feature::Id::String(properties["code"].as_str().unwrap().to_owned())));
        assert!(properties["footprint.area"].is_number() || properties["footprint.area"].is_null());
        assert!(properties.get("footprint.geometry.geojson").is_none(), "the geometry is the geometry");
        let polygons = match feature.geometry.as_ref().map(|geometry| &geometry.value) {
            Some(geojson::GeometryValue::Polygon { coordinates }) => vec![coordinates.clone()],
            Some(geojson::GeometryValue::MultiPolygon { coordinates }) => coordinates.clone(),
            None => continue,
            other => panic!("{other:?}"),
        };
        for polygon in polygons {
            for (ring, points) in polygon.iter().enumerate() {
                assert!(points.len() >= 4 && points.first() == points.last(), "rings are closed");
                let doubled: f64 = points.windows(2).map(|two| two[0][0] * two[1][1] - two[1][0] * two[0][1]).sum();
                assert_eq!(doubled > 0.0, ring == 0, "exteriors turn left, holes right");
                outlines += 1;
                for point in points {
                    assert!(bbox[0] <= point[0] && point[0] <= bbox[2] && bbox[1] <= point[1] && point[1] <= bbox[3]);
                }
            }
        }
    }
    assert!(outlines > 0);

    let points = "{ projects(first: 500) { nodes { code location { lon lat } } } }";
    let map = features(&post_as(&server, GEOJSON, points).text().unwrap());
    let first = map.features.iter().find(|feature| feature.properties.as_ref().unwrap()["code"] == "rv-p1").unwrap();
    assert_eq!(first.geometry.as_ref().unwrap().value, geojson::GeometryValue::new_point([165.142, 10.1215]));
    assert!(first.properties.as_ref().unwrap().get("location.lon").is_none());
}

#[test]
fn a_page_is_readable_without_script_under_the_same_policy() {
    let database = sqlite();
    let package = copy(RIVERTON);
    replace(&package.path().join("projects.csv"), "港口重型机床项目", "<script>alert(1)</script>&\"");
    import(&[package.path().to_str().unwrap()], &database.url);
    let server = Server::start(&database.url);
    let hash = add(&database.url, "query Projects { projects { nodes { name investment { value } } } }");
    let answer = server.get(&format!("/q/{hash}.html"));
    let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
    assert_eq!(policy, server.get("/").headers()["content-security-policy"].to_str().unwrap());
    assert!(answer.headers()["content-disposition"].to_str().unwrap().starts_with("inline"));
    let page = answer.text().unwrap();
    assert!(!page.contains("<script") && !page.contains("style=") && !page.contains("<style"), "{page}");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;"));
    assert!(page.contains("来源") && page.contains("河湾市统计公报") && page.contains("Holds sample"));
    let style = page.split("stylesheet\" href=\"").nth(1).unwrap().split('"').next().unwrap();
    let style = server.get(style);
    assert!(style.headers()["content-type"].to_str().unwrap().starts_with("text/css"));
    assert!(style.text().unwrap().contains("@media print"));
}

#[test]
fn no_text_becomes_a_formula() {
    let database = sqlite();
    let package = copy(RIVERTON);
    let file = package.path().join("projects.csv");
    replace(&file, "港口重型机床项目", "\"=HYPERLINK(\"\"http://x\"\",\"\"y\"\")\"");
    replace(&file, "北岸传感器基地", "\"+1;-2\n=3\"");
    import(&[package.path().to_str().unwrap()], &database.url);
    let server = Server::start(&database.url);
    let query = "{ projects(orderBy: [{ code: ASC }]) { nodes { name location { lon } } } }";
    let text = post_as(&server, CSV, query).text().unwrap();
    let rows = csv_rows(&text);
    assert_eq!(cell(&rows[0], "name"), "'=HYPERLINK(\"http://x\",\"y\")");
    assert_eq!(cell(&rows[1], "name"), "'+1;-2\n=3");
    assert!(text.contains("\"'+1;-2"), "quoted, so that no separator of another locale cuts it");
    assert_eq!(cell(&rows[0], "location.lon"), "165.142");
    let rows = sheet(&post_as(&server, XLSX, query).bytes().unwrap(), 0);
    assert_eq!(rows[1][0], Data::String("=HYPERLINK(\"http://x\",\"y\")".to_owned()), "a text, not a formula");
}

#[test]
fn a_query_that_gives_no_one_table_says_what_could_be_meant() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    for (accept, query, code, names) in [
        (CSV, "{ revision { number } }", "NO_ROWS", "nodes"),
        (CSV, "{ regions { nodes { code } } zones { nodes { code } } }", "AMBIGUOUS_ROWS", "regions, zones"),
        (
            CSV,
            "{ zones { nodes { code tasks { edges { task { title } } } } } }",
            "AMBIGUOUS_ROWS",
            "zones, zones.nodes.tasks",
        ),
        (CSV, "{ a: regions @rows { nodes { code } } b: zones @rows { nodes { code } } }", "AMBIGUOUS_ROWS", "a, b"),
        (CSV, "{ plans { code } regions { nodes { code } } }", "AMBIGUOUS_ROWS", "regions.nodes, plans"),
        (CSV, "{ regions { nodes { code @rows } } }", "ROWS_ON_NO_LIST", "regions.nodes.code"),
        (CSV, "{ region(code: \"riverton\") { zones { code host { code } } code } }", "NO_COLLISION", ""),
        (GEOJSON, "{ regions { nodes { code } } }", "NO_GEOMETRY", "footprint"),
        (
            GEOJSON,
            "{ regions { nodes { a: footprint { geometry { geojson } } b: footprint { geometry { geojson } } } } }",
            "AMBIGUOUS_GEOMETRY",
            "a.geometry.geojson, b.geometry.geojson",
        ),
        (CSV, "{ regions { nodes { nonsense } } }", "INVALID_DOCUMENT", "nonsense"),
        (CSV, "{ regions(first: 6000) { nodes { latest(indicator: \"none\") { status } } } }", "UNKNOWN_CODE", "none"),
    ] {
        let answer = post_as(&server, accept, query);
        if code == "NO_COLLISION" {
            assert_eq!(answer.status(), 200, "{query}: {}", answer.text().unwrap());
            continue;
        }
        let (status, found, told) = error(answer);
        assert_eq!((status, found.as_str()), (400, code), "{query}: {told}");
        let extensions = told["extensions"].to_string();
        assert!(extensions.contains(names) || told["message"].to_string().contains(names), "{query}: {told}");
        assert!(told["extensions"]["zh"].is_string() && told["extensions"]["en"].is_string());
    }
}

#[test]
fn rows_columns_aliases_and_limits_follow_the_query() {
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let rows = |query: &str| {
        let answer = post_as(&server, CSV, query);
        let text = answer.text().unwrap();
        assert!(text.starts_with('\u{feff}'), "{query}: {text}");
        csv_rows(&text)
    };
    let headings =
        |rows: &[Vec<(String, String)>]| -> Vec<String> { rows[0].iter().map(|(name, _)| name.clone()).collect() };

    let marked = rows(
        "{ plans { code } zones @rows { totalCount pageInfo { endCursor } nodes { Kode: code host { ...N } } } } fragment N on Region { name }",
    );
    assert_eq!(headings(&marked), ["Kode", "host.name", "source", "sample"]);
    let edges =
        rows("{ region(code: \"harbour\") { name tasks(first: 500) { edges { cursor via task { number } } } } }");
    assert_eq!(headings(&edges)[..3], ["region.name", "via", "task.number"]);
    let lists = rows("{ indicators { code unit { symbol } } }");
    assert_eq!(
        headings(&lists)[..2],
        ["code", "unit.symbol"],
        "where there is no connection, the one list gives the rows"
    );
    assert_eq!(rows("{ projects(first: 2) { nodes { code } } }").len(), 2, "`first` says how many");
    let skipped =
        rows("query Q($no: Boolean = false) { zones { nodes { code } } regions @include(if: $no) { nodes { code } } }");
    assert_eq!(headings(&skipped)[0], "code");
    assert_eq!(rows("{ zones(filter: { name: { eq: \"none\" } }) { nodes { code } } }").len(), 0);
    // JSON takes no notice of the mark.
    let plain = server.ask("{ zones @rows { nodes { code } } }");
    assert_eq!(plain, server.ask("{ zones { nodes { code } } }"));
}
