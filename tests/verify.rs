//! `verify` finds every change made behind Planatlas's back: each column of each table, as the database's
//! own catalogue lists them, is altered in several ways, and rows are removed and added.
#![allow(clippy::unwrap_used)]

mod common;

use chrono::DateTime;
use common::database::Database;
use common::world::{World, remove, riverton, row, set};
use planatlas::domain::Cadence;
use planatlas::store::{Change, Closing, Outcome, Redaction, SigningKey, Store, Target};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

/// A connection that lets us do what an import never would: no foreign keys.
enum Tamper {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Tamper {
    async fn new(database: &Database) -> Self {
        if database.engine == "sqlite" {
            let mut connection = SqliteConnection::connect(&database.url).await.unwrap();
            sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut connection).await.unwrap();
            Self::Sqlite(connection)
        } else {
            let mut connection = PgConnection::connect(&database.url).await.unwrap();
            sqlx::query("SET session_replication_role = replica").execute(&mut connection).await.unwrap();
            Self::Postgres(connection)
        }
    }

    /// Rows changed; none when the database itself refuses.
    async fn run(&mut self, sql: &str) -> u64 {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => {
                sqlx::query(sql).execute(connection).await.map_or(0, |done| done.rows_affected())
            }
            Self::Postgres(connection) => {
                sqlx::query(sql).execute(connection).await.map_or(0, |done| done.rows_affected())
            }
        }
    }

    async fn texts(&mut self, sql: &str) -> Vec<(String, String)> {
        let sql = AssertSqlSafe(sql.to_owned());
        match self {
            Self::Sqlite(connection) => sqlx::query_as(sql).fetch_all(connection).await.unwrap(),
            Self::Postgres(connection) => sqlx::query_as(sql).fetch_all(connection).await.unwrap(),
        }
    }

    /// (table, column) of every revisioned table, from the database's catalogue; stored documents stand beside the revisions.
    async fn columns(&mut self) -> Vec<(String, String)> {
        let sql = match self {
            Self::Sqlite(_) => {
                "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND m.name NOT IN ('_sqlx_migrations', 'stored_document') AND m.name NOT LIKE 'sqlite_%'"
            }
            Self::Postgres(_) => {
                "SELECT CAST(table_name AS text), CAST(column_name AS text) FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name NOT IN ('_sqlx_migrations', 'stored_document')"
            }
        };
        self.texts(sql).await
    }

    /// The type of a column: INTEGER, TEXT or BLOB.
    async fn kind(&mut self, table: &str, column: &str) -> &'static str {
        let sql = match self {
            Self::Sqlite(_) => format!("SELECT type, '' FROM pragma_table_info('{table}') WHERE name = '{column}'"),
            Self::Postgres(_) => format!(
                "SELECT CAST(data_type AS text), '' FROM information_schema.columns
                 WHERE table_name = '{table}' AND column_name = '{column}'"
            ),
        };
        match self.texts(&sql).await[0].0.as_str() {
            "INTEGER" | "bigint" => "INTEGER",
            "TEXT" | "text" => "TEXT",
            "BLOB" | "bytea" => "BLOB",
            other => panic!("{table}.{column} has a type that this test does not know: {other}"),
        }
    }

    /// What tells rows apart.
    fn place(&self) -> &'static str {
        if matches!(self, Self::Sqlite(_)) { "rowid" } else { "ctid" }
    }

    fn bytes(&self, hex: &str) -> String {
        if matches!(self, Self::Sqlite(_)) { format!("x'{hex}'") } else { format!(r"'\x{hex}'::bytea") }
    }
}

async fn import(store: &Store, package: &World, second: i64) -> String {
    let at = DateTime::from_timestamp(1_700_000_000 + second, 5000).unwrap();
    let change = Change { packages: &[package.packed()], author: "tester", message: "a test", at };
    match store.commit(change).await.unwrap() {
        Outcome::Committed { revision, .. } => revision.digest,
        Outcome::Unchanged(_) => panic!("nothing changed"),
    }
}

/// Closes an edition over what is there.
async fn close(store: &Store, code: &str, key: Option<&SigningKey>) -> String {
    let at = DateTime::from_timestamp(1_700_000_100, 0).unwrap();
    let cutoff = at.date_naive();
    let cadence = if key.is_some() { Cadence::AnnualSummary } else { Cadence::MonthlyScheduling };
    let closing = Closing { code, cadence, cutoff, author: "tester", message: code, at, sample: true, key };
    store.close_edition(closing).await.unwrap();
    store.newest().await.unwrap().unwrap().digest
}

/// A key made for these tests with `openssl genpkey -algorithm ed25519`.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIDBuFXG/N5KCNridNsUAHgiZAN2vTAhWbGNNLBkkU018
-----END PRIVATE KEY-----";

/// Revisions with ended and begun rows in every SQL table, two editions, one of them signed,
/// and redactions.
async fn history(store: &Store) -> Vec<String> {
    let mut world = riverton();
    // What makes it an outline that can be drawn.
    for (column, said) in [("change", "INITIAL"), ("accuracy", "SURVEYED"), ("attribution", "Riverton")] {
        set(row(&mut world, "footprints", "north"), column, said);
    }
    let mut digests = vec![import(store, &world, 0).await];
    world.version = "2".to_owned();
    set(row(&mut world, "regions", "south"), "name", "Deep south");
    set(row(&mut world, "projects", "p-2"), "stage", "LANDED");
    set(row(&mut world, "enterprises", "e-2"), "name", "Dockers");
    set(row(&mut world, "project_stages", "p-1/SIGNED"), "on", "2023-01-06");
    set(row(&mut world, "observations", "ZONE/dock-park/revenue/2023/AT_END/plan-text"), "note", "asked for");
    remove(&mut world, "register_entries", "green/g-2");
    let mut outline = common::world::square(1_156_000_000, 344_000_000, 2_000_000);
    row(&mut world, "footprints", "north").shape.replace(outline.clone());
    digests.push(import(store, &world, 1).await);
    outline = common::world::square(1_156_000_000, 344_000_000, 1_000_000);
    row(&mut world, "footprints", "north").shape.replace(outline);
    digests.push(import(store, &world, 2).await);
    digests.push(close(store, "2023-11", None).await);
    digests.push(close(store, "2023", Some(&SigningKey::from_pem(KEY).unwrap())).await);
    // A fact and a dimension, so that there are two redactions and rows that keep some of their salts.
    for (second, target) in [
        (101, Target::Cell { table: "projects", key: "p-1", column: "quote" }),
        (102, Target::Cell { table: "regions", key: "south", column: "name" }),
    ] {
        let at = DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap();
        let redaction = Redaction { target, author: "tester", reason: "asked", at };
        digests.push(store.redact(redaction).await.unwrap().0.digest);
    }
    digests
}

#[tokio::test(flavor = "multi_thread")]
async fn every_altered_column_is_found() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        history(&store).await;
        let clean = store.verify(None).await.unwrap();
        assert_eq!((clean.revisions, clean.findings.as_slice()), (7, &[][..]));

        let mut tamper = Tamper::new(&database).await;
        let columns = tamper.columns().await;
        assert!(columns.len() > 90, "the catalogue lists the columns: {}", columns.len());
        let place = tamper.place();
        let mut missed = Vec::new();
        for (table, column) in &columns {
            let kind = tamper.kind(table, column).await;
            tamper.run(&format!("CREATE TABLE kept AS SELECT * FROM {table}")).await;
            let pick = |test: &str| format!(r#"{place} = (SELECT min({place}) FROM {table} WHERE "{column}" {test})"#);
            let update = |value: &str, rows: &str| format!(r#"UPDATE {table} SET "{column}" = {value} WHERE {rows}"#);
            let swapped = format!(
                r#"UPDATE {table} SET "{column}" = (SELECT max(o."{column}") FROM {table} o WHERE o."{column}" <> {table}."{column}") WHERE {}"#,
                pick(&format!(r#"<> (SELECT max("{column}") FROM {table})"#))
            );
            let mut ways = match kind {
                "INTEGER" => vec![
                    update(&format!(r#""{column}" + 1"#), &pick("IS NOT NULL")),
                    update(&format!(r#""{column}" + 1000003"#), &pick("IS NOT NULL")),
                    update("1", &pick("IS NULL")),
                    swapped,
                ],
                "TEXT" => vec![
                    update(&format!(r#""{column}" || 'x'"#), &pick("IS NOT NULL")),
                    update("'x'", &pick("IS NULL")),
                    swapped,
                ],
                _ => vec![
                    update(&tamper.bytes("030000"), &pick("IS NOT NULL")),
                    update(&tamper.bytes("030000"), &pick("IS NULL")),
                ],
            };
            ways.push(update("NULL", &pick("IS NOT NULL")));
            let mut altered = 0;
            for way in ways {
                if tamper.run(&way).await == 0 {
                    continue;
                }
                altered += 1;
                let verdict = store.verify(None).await.unwrap();
                if verdict.findings.is_empty() {
                    missed.push(way);
                }
                tamper.run(&format!("DELETE FROM {table}")).await;
                tamper.run(&format!("INSERT INTO {table} SELECT * FROM kept")).await;
            }
            assert!(altered > 0, "{table}.{column} was never altered");
            tamper.run("DROP TABLE kept").await;
        }
        assert!(missed.is_empty(), "not found on {}:\n{}", database.engine, missed.join("\n"));
        let restored = store.verify(None).await.unwrap();
        assert_eq!(restored.findings, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn removed_and_added_rows_are_found() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        history(&store).await;
        let mut tamper = Tamper::new(&database).await;
        let place = tamper.place();
        let mut tables: Vec<String> = tamper.columns().await.into_iter().map(|(table, _)| table).collect();
        tables.dedup();
        for table in tables {
            tamper.run(&format!("CREATE TABLE kept AS SELECT * FROM {table}")).await;
            for row in ["min", "max"] {
                let gone = tamper
                    .run(&format!("DELETE FROM {table} WHERE {place} = (SELECT {row}({place}) FROM {table})"))
                    .await;
                assert_eq!(gone, 1, "{table}");
                let verdict = store.verify(None).await.unwrap();
                // The newest revision can be cut off without a trace: that is what a published head is for.
                let head_cut = table == "revision" && row == "max";
                assert!(!verdict.findings.is_empty() || head_cut, "a row removed from {table} on {}", database.engine);
                tamper.run(&format!("DELETE FROM {table}")).await;
                tamper.run(&format!("INSERT INTO {table} SELECT * FROM kept")).await;
            }
            tamper.run("DROP TABLE kept").await;
        }
        let added = "INSERT INTO entity SELECT max(id) + 1, 'ZONE', 'ghost' FROM entity";
        assert_eq!(tamper.run(added).await, 1);
        assert!(!store.verify(None).await.unwrap().findings.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rewritten_chain_differs_from_the_published_head() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        let published = history(&store).await.pop().unwrap();
        assert!(store.verify(Some(&published)).await.unwrap().findings.is_empty());
        assert!(store.verify(Some(&published.to_uppercase())).await.unwrap().findings.is_empty());

        let rewritten = common::database::sqlite();
        let other = Store::open(&rewritten.url).await.unwrap();
        let mut world = riverton();
        set(row(&mut world, "regions", "south"), "name", "Another south");
        import(&other, &world, 0).await;
        assert!(other.verify(None).await.unwrap().findings.is_empty(), "the chain is sound in itself");
        let verdict = other.verify(Some(&published)).await.unwrap();
        assert_eq!(verdict.findings.len(), 1);
        assert!(verdict.findings[0].to_string().contains("newest digest"), "{}", verdict.findings[0]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_row_is_named_where_it_can_be_told() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        history(&store).await;
        let mut tamper = Tamper::new(&database).await;
        assert!(tamper.run("UPDATE project SET cell = cell + 1 WHERE cell IS NOT NULL").await > 0);
        let findings = store.verify(None).await.unwrap().findings;
        let named: Vec<_> = findings.iter().filter_map(|finding| finding.key.as_deref()).collect();
        assert!(named.contains(&"p-1") && named.contains(&"p-2"), "{findings:?}");
        assert!(findings.iter().all(|finding| finding.revision.is_some()));
    }
}
