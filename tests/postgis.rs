//! `planatlas postgis`: the layers as tables of a real PostgreSQL with PostGIS, held against what the doors answer.
#![allow(clippy::unwrap_used)]

mod common;

use std::process::Output;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use common::database::{Database, postgres};
use common::server::{RIVERTON, Server, copy, has_place, import, planatlas, replace, wait};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, Row as _};

const LAYERS: [&str; 6] = ["regions", "zones", "layout", "clusters", "projects", "enterprises"];
const AT: &str = "2026-11-23T04:00:00Z";

/// A connection of somebody who knows nothing of Planatlas.
struct Client(tokio::runtime::Runtime, PgConnection);

impl Client {
    fn of(database: &Database) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let connection = runtime.block_on(PgConnection::connect(&database.url)).unwrap();
        Self(runtime, connection)
    }

    fn run(&mut self, sql: &str) {
        let Self(runtime, connection) = self;
        runtime.block_on(connection.execute(AssertSqlSafe(sql.to_owned()))).unwrap();
    }

    /// The rows of a statement whose columns are texts.
    fn rows(&mut self, sql: &str) -> Vec<Vec<String>> {
        let Self(runtime, connection) = self;
        let rows = runtime.block_on(sqlx::query(AssertSqlSafe(sql.to_owned())).fetch_all(connection)).unwrap();
        let text = |row: &sqlx::postgres::PgRow, at| row.try_get::<Option<String>, _>(at).unwrap().unwrap_or_default();
        rows.iter().map(|row| (0..row.len()).map(|at| text(row, at)).collect()).collect()
    }

    /// The one value of a statement, cast to text.
    fn one(&mut self, sql: &str) -> String {
        self.rows(&format!("SELECT CAST(({sql}) AS text)"))[0][0].clone()
    }
}

fn postgis(action: &str, database: &Database) -> Output {
    planatlas(&["postgis", action, "--at", AT, "--database", &database.url]).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn must(output: Output) -> String {
    assert!(output.status.success(), "{}", said(&output));
    said(&output)
}

/// A fresh database on a server that has PostGIS.
fn fresh() -> Option<Database> {
    let database = postgres()?;
    let offered = Client::of(&database).one("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'");
    if offered == "0" {
        eprintln!("SKIPPED: this PostgreSQL has no PostGIS (install postgresql-15-postgis-3)");
        return None;
    }
    Some(database)
}

#[test]
fn the_layers_hold_what_the_collections_answer() {
    let Some(database) = fresh() else { return };
    import(&["geodata/shangqiu", "geodata/sample"], &database.url);
    let told = must(postgis("enable", &database));
    assert!(told.contains("show revision 1 as of 2026-11-23"), "{told}");
    let server = Server::start(&database.url);
    let mut client = Client::of(&database);
    for layer in LAYERS {
        let items: Value = server.get(&format!("/ogc/collections/{layer}/items?limit=10000")).json().unwrap();
        let features = items["features"].as_array().unwrap();
        assert!(!features.is_empty(), "{layer}");
        assert_eq!(features.len() as u64, items["numberMatched"], "{layer}");
        // Every property of every row, as JSON on both sides; PostgreSQL leaves out no digit.
        let rows = client.rows(&format!(
            "SELECT code, CAST(to_jsonb(t) - 'geom' - 'fid' AS text), ST_AsGeoJSON(geom, 7) FROM gis.{layer} t"
        ));
        assert_eq!(rows.len(), features.len(), "{layer}");
        for feature in features {
            let code = feature["id"].as_str().unwrap();
            let row = rows.iter().find(|row| row[0] == code).unwrap_or_else(|| panic!("{layer} {code}"));
            let columns: Value = serde_json::from_str(&row[1]).unwrap();
            assert_eq!(columns, feature["properties"], "{layer} {code}");
            // What is nowhere has none here, and an empty one there.
            assert_eq!(!row[2].is_empty(), has_place(feature), "{layer} {code}");
        }
        let odd = format!("SELECT count(*) FROM gis.{layer} WHERE NOT ST_IsValid(geom) OR ST_SRID(geom) <> 4490");
        assert_eq!(client.one(&odd), "0", "{layer}");
        // Whoever looks the table over finds what it is, a whole-numbered key, and an index that answers a box.
        let about = format!("SELECT obj_description('gis.{layer}'::regclass)");
        assert!(!client.one(&about).is_ascii(), "{layer} is described");
        let silent = format!(
            "SELECT count(*) FROM pg_attribute WHERE attrelid = 'gis.{layer}'::regclass AND attnum > 0 AND NOT \
             attisdropped AND attname NOT IN ('fid', 'geom') AND col_description(attrelid, attnum) IS NULL"
        );
        assert_eq!(client.one(&silent), "0", "{layer}");
        let key = format!(
            "SELECT string_agg(format('%s %s', attname, format_type(atttypid, atttypmod)), ' ') FROM pg_index \
             JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY(indkey) \
             WHERE indrelid = 'gis.{layer}'::regclass AND indisprimary"
        );
        assert_eq!(client.one(&key), "fid bigint");
        client.run("SET enable_seqscan = off");
        let window = "ST_MakeEnvelope(115.5, 34.3, 115.8, 34.6, 4490)";
        let plan = client.rows(&format!("EXPLAIN SELECT * FROM gis.{layer} WHERE geom && {window}")).concat().join(" ");
        assert!(plan.contains(&format!("{layer}_geom")), "{plan}");
        client.run("SET enable_seqscan = on");
        let listed = format!(
            "SELECT format('%s %s %s', f_geometry_column, srid, type) FROM geometry_columns WHERE f_table_schema = 'gis' \
             AND f_table_name = '{layer}'"
        );
        assert!(client.one(&listed).starts_with("geom 4490 "), "{layer}");
    }
    // Areas: ours on the ellipsoid, and PostGIS's own.
    for row in client.rows(
        "SELECT code, CAST(area_km2 AS text), CAST(ST_Area(geom::geography) / 1e6 AS text) FROM gis.regions \
         WHERE geom IS NOT NULL UNION ALL SELECT code, CAST(area_km2 AS text), CAST(ST_Area(geom::geography) / 1e6 AS text) \
         FROM gis.zones WHERE geom IS NOT NULL",
    ) {
        let [ours, theirs] = [&row[1], &row[2]].map(|text| text.parse::<f64>().unwrap());
        assert!((ours - theirs).abs() <= 1e-5 * theirs + 1e-6, "{}: {ours} and {theirs}", row[0]);
    }
    let areas = server.ask("{ regions(first: 100) { nodes { code footprint { area } } } }");
    for region in areas["regions"]["nodes"].as_array().unwrap() {
        let code = region["code"].as_str().unwrap();
        let kept = client.one(&format!("SELECT area_km2 FROM gis.regions WHERE code = '{code}'"));
        assert_eq!(region["footprint"]["area"].as_str().unwrap_or_default(), kept, "{code}");
    }
    let state = client.one("SELECT format('%s %s %s', revision, day, sample) FROM gis.state");
    assert_eq!(state, "1 2026-11-23 t");
    assert_ne!(client.one("SELECT count(*) FROM gis.projects WHERE sample"), "0", "made-up rows are marked");
}

#[test]
fn every_revision_is_followed_and_no_reader_sees_half_of_one() {
    let Some(database) = fresh() else { return };
    // Before there is anything.
    let told = must(postgis("enable", &database));
    assert!(told.contains("will follow the first import"), "{told}");
    let package = copy(RIVERTON);
    let (path, file) = (package.path().to_str().unwrap(), |name: &str| package.path().join(name));
    replace(&file("regions.csv"), "河湾市,Riverton", "河湾0市,Riverton");
    replace(&file("projects.csv"), "港口重型机床项目,", "机床0项目,");
    import(&[path], &database.url);
    let mut client = Client::of(&database);
    assert_eq!(client.one("SELECT revision FROM gis.state"), "1");
    let number = "SELECT fid FROM gis.projects WHERE code = 'rv-p1'";
    let fid = client.one(number);
    client.run("CREATE ROLE planatlas_reader; GRANT USAGE ON SCHEMA gis TO planatlas_reader");
    client.run("GRANT SELECT ON ALL TABLES IN SCHEMA gis TO planatlas_reader");

    let (done, looks) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut reader = Client::of(&database);
            while !done.load(Ordering::Acquire) {
                reader.run("BEGIN ISOLATION LEVEL REPEATABLE READ");
                let look = |reader: &mut Client, what: &str| {
                    reader.one(&format!("SELECT {what}")).chars().filter(char::is_ascii_digit).collect::<String>()
                };
                let revision = look(&mut reader, "revision FROM gis.state");
                let region = look(&mut reader, "name FROM gis.regions WHERE code = 'riverton'");
                let project = look(&mut reader, "name FROM gis.projects WHERE code = 'rv-p1'");
                reader.run("COMMIT");
                assert_eq!(region, project, "half of a revision");
                assert_eq!(revision.parse::<usize>().unwrap(), region.parse::<usize>().unwrap() + 1);
                looks.fetch_add(1, Ordering::AcqRel);
            }
        });
        for turn in 0..3 {
            replace(&file("regions.csv"), &format!("河湾{turn}市,"), &format!("河湾{}市,", turn + 1));
            replace(&file("projects.csv"), &format!("机床{turn}项目,"), &format!("机床{}项目,", turn + 1));
            import(&[path], &database.url);
            assert_eq!(client.one("SELECT revision FROM gis.state"), (turn + 2).to_string(), "followed at once");
            let before = looks.load(Ordering::Acquire);
            wait("another look", || (looks.load(Ordering::Acquire) > before + 1).then_some(()));
        }
        done.store(true, Ordering::Release);
    });
    assert_eq!(client.one(number), fid, "a row keeps its number");
    let granted = "SELECT has_table_privilege('planatlas_reader', 'gis.projects', 'SELECT')";
    assert_eq!(client.one(granted), "true", "grants stay");

    // A row that ends goes; an edition is a revision too; what somebody wrote into a table is set right by enabling again.
    let projects = std::fs::read_to_string(file("projects.csv")).unwrap();
    let rest: Vec<&str> = projects.lines().filter(|line| !line.starts_with("rv-p1,")).collect();
    let stages = std::fs::read_to_string(file("project_stages.csv")).unwrap();
    let left: Vec<&str> = stages.lines().filter(|line| !line.starts_with("rv-p1,")).collect();
    std::fs::write(file("projects.csv"), rest.join("\n") + "\n").unwrap();
    std::fs::write(file("project_stages.csv"), left.join("\n") + "\n").unwrap();
    import(&[path], &database.url);
    assert_eq!(client.one("SELECT count(*) FROM gis.projects WHERE code = 'rv-p1'"), "0");
    let close = ["edition", "close", "--code", "e1", "--cadence", "annual", "--cutoff", "2026-06-30", "--sample"];
    must(planatlas(&close).args(["--by", "tester", "--database", &database.url]).output().unwrap());
    assert_eq!(client.one("SELECT revision FROM gis.state"), "6");
    client.run("UPDATE gis.regions SET name = 'scribble'; DELETE FROM gis.zones");
    must(postgis("enable", &database));
    assert_eq!(client.one("SELECT count(*) FROM gis.regions WHERE name = 'scribble'"), "0");
    assert_ne!(client.one("SELECT count(*) FROM gis.zones"), "0");
    // A table of another shape, as an older program would have left it, is made anew.
    client.run("ALTER TABLE gis.zones DROP COLUMN note, ADD COLUMN note integer");
    must(postgis("enable", &database));
    assert_eq!(client.one("SELECT pg_typeof(note) FROM gis.zones LIMIT 1"), "text");
    client.run("DROP OWNED BY planatlas_reader; DROP ROLE planatlas_reader");
    // What is redacted goes from the tables, and from their files.
    let redact = ["redact", "--table", "projects", "--key", "rv-p2", "--column", "batch", "--reason", "private"];
    assert_eq!(client.one("SELECT batch FROM gis.projects WHERE code = 'rv-p2'"), "2026年第一批");
    let files = client.one("SELECT pg_relation_filenode('gis.projects')");
    must(planatlas(&redact).args(["--database", &database.url]).output().unwrap());
    assert!(client.one("SELECT batch FROM gis.projects WHERE code = 'rv-p2'").starts_with("〔已隐去 redacted〕"));
    assert_ne!(client.one("SELECT pg_relation_filenode('gis.projects')"), files, "the file was written anew");
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let Some(database) = fresh() else { return };
    import(&[RIVERTON], &database.url);
    let mut client = Client::of(&database);
    let nothing = must(postgis("disable", &database));
    assert!(nothing.contains("nothing to do"), "{nothing}");

    client.run("CREATE SCHEMA gis; CREATE TABLE gis.parcels (id integer)");
    for action in ["enable", "disable"] {
        let refused = postgis(action, &database);
        assert_eq!(refused.status.code(), Some(1));
        assert!(said(&refused).contains("did not make"), "{}", said(&refused));
    }
    assert_eq!(client.one("SELECT count(*) FROM gis.parcels"), "0", "it is still there");
    // Nor does an import touch it.
    let package = copy(RIVERTON);
    replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾新市,Riverton");
    let told = said(&import(&[package.path().to_str().unwrap()], &database.url));
    assert!(told.contains("revision 2") && !told.contains("gis"), "{told}");
    client.run("DROP SCHEMA gis CASCADE");

    must(postgis("enable", &database));
    client.run("CREATE TABLE gis.parcels (id integer)");
    let refused = postgis("disable", &database);
    assert!(!refused.status.success() && said(&refused).contains("Move them first: parcels"), "{}", said(&refused));
    client.run("DROP TABLE gis.parcels; CREATE VIEW public.dear AS SELECT * FROM gis.projects WHERE investment > 1");
    let refused = postgis("disable", &database);
    assert!(!refused.status.success() && said(&refused).contains("view dear"), "{}", said(&refused));
    client.run("DROP VIEW public.dear");
    let dropped = must(postgis("disable", &database));
    assert!(dropped.contains("was dropped"), "{dropped}");
    assert_eq!(client.one("SELECT count(*) FROM pg_namespace WHERE nspname = 'gis'"), "0");
    assert_eq!(client.one("SELECT count(*) FROM pg_extension WHERE extname = 'postgis'"), "1", "it may serve others");
    let verified = planatlas(&["verify", "--database", &database.url]).output().unwrap();
    assert!(verified.status.success(), "{}", said(&verified));
}

#[test]
fn what_is_missing_is_said_and_a_revision_stands_whatever_becomes_of_the_layers() {
    let file = common::database::sqlite();
    import(&[RIVERTON], &file.url);
    for action in ["enable", "disable"] {
        let refused = postgis(action, &file);
        assert!(!refused.status.success() && said(&refused).contains("kept in PostgreSQL"), "{}", said(&refused));
    }
    let Some(database) = fresh() else { return };
    let package = copy(RIVERTON);
    let path = package.path().to_str().unwrap();
    import(&[path], &database.url);
    let mut client = Client::of(&database);

    client.run("CREATE EXTENSION postgis; DELETE FROM spatial_ref_sys WHERE srid = 4490");
    let refused = postgis("enable", &database);
    assert!(!refused.status.success() && said(&refused).contains("There is no EPSG:4490"), "{}", said(&refused));
    assert_eq!(client.one("SELECT count(*) FROM pg_namespace WHERE nspname = 'gis'"), "0", "nothing half done");
    client.run("DROP EXTENSION postgis CASCADE");

    // Who may not install it is told whom to ask.
    client.run("CREATE ROLE planatlas_plain LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO planatlas_plain");
    let url = database.url.replace("planatlas@", "planatlas_plain@");
    let refused = planatlas(&["postgis", "enable", "--database", &url]).output().unwrap();
    assert!(!refused.status.success() && said(&refused).contains("administrator"), "{}", said(&refused));
    client.run("DROP OWNED BY planatlas_plain; DROP ROLE planatlas_plain");

    // PostGIS is taken away behind our back: the revision is in, and what is the matter is said.
    must(postgis("enable", &database));
    client.run("DROP EXTENSION postgis CASCADE");
    replace(&package.path().join("regions.csv"), "河湾市,Riverton", "河湾新市,Riverton");
    let told = said(&import(&[path], &database.url));
    assert!(told.contains("revision 2") && told.contains("The server has no PostGIS"), "{told}");
    // It can be had again, and elsewhere than where most have it.
    client.run("CREATE SCHEMA elsewhere; CREATE EXTENSION postgis SCHEMA elsewhere");
    let told = said(&import(&[path], &database.url));
    assert!(told.contains("Nothing changed") && !told.contains("PostGIS"), "importing again catches up: {told}");
    assert_eq!(client.one("SELECT name FROM gis.regions WHERE code = 'riverton'"), "河湾新市");
    assert_eq!(client.one("SELECT revision FROM gis.state"), "2");
}
