//! One import makes one revision, or none: on both engines.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use common::world::{World, package, record, remove, riverton, row, set};
use planatlas::package::Known as _;
use planatlas::store::{Change, CommitError, Outcome, RedactError, Redaction, Revision, Seed, Store, Target};

/// What salts are drawn from here, so that digests come out the same.
const SEED: Seed = Seed([7; 32]);

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + second, 123_456_789).unwrap()
}

async fn import(store: &Store, packages: &[World], second: i64) -> Result<Outcome, CommitError> {
    let packages: Vec<_> = packages.iter().map(World::packed).collect();
    store.commit(Change { packages: &packages, author: "tester", message: "a test", at: at(second) }).await
}

fn committed(outcome: Outcome) -> (Revision, usize, usize) {
    match outcome {
        Outcome::Committed { revision, begun, ended } => (revision, begun.values().sum(), ended.values().sum()),
        Outcome::Unchanged(_) => panic!("nothing changed"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_import_makes_one_revision_and_the_same_import_none() {
    let mut digests = Vec::new();
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap().seeded(SEED);
        assert!(store.newest().await.unwrap().is_none());
        let mut world = riverton();
        let (first, begun, ended) = committed(import(&store, &[world.clone()], 0).await.unwrap());
        assert_eq!((first.number, begun, ended), (1, world.records.len() + 1, 0));
        assert_eq!(store.newest().await.unwrap().as_ref(), Some(&first));
        let Outcome::Unchanged(same) = import(&store, &[world.clone()], 1).await.unwrap() else { panic!() };
        assert_eq!(same, first);
        assert_eq!(store.newest_number().await.unwrap(), 1);

        set(row(&mut world, "projects", "p-1"), "name", "Mill, renamed");
        set(row(&mut world, "regions", "south"), "name", "Deep south");
        remove(&mut world, "register_entries", "green/g-2");
        let (second, begun, ended) = committed(import(&store, &[world.clone()], 2).await.unwrap());
        assert_eq!((second.number, begun, ended), (2, 2, 3));
        assert_eq!(second.previous_digest.as_deref(), Some(first.digest.as_str()));
        let name = async |at| {
            let all = store.dimensions(at).await.unwrap();
            let south = all.iter().find(|d| d.record.table.name == "regions" && d.record.key() == "south").unwrap();
            (south.id, south.since, south.record.text("name").unwrap().to_owned())
        };
        let (old, new) = (name(1).await, name(2).await);
        assert_eq!((old.1, old.2.as_str(), new.1, new.2.as_str()), (1, "South", 2, "Deep south"));
        assert_eq!(old.0, new.0, "the identity stays");
        digests.push((first.digest, second.digest, old.0));
        let touched = store.touched(2).await.unwrap();
        assert_eq!((touched["regions"], touched["register_entries"], touched["zones"]), (2, 2, 1));
        let known = store.known().await.unwrap();
        assert_eq!(known.owner("projects", "p-1").as_deref(), Some("riverton"));
        assert_eq!(known.owner("register_entries", "green/g-2"), None);
    }
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "both engines agree on digests and ids");
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_keep_out_of_each_others_rows() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        committed(import(&store, &[riverton()], 0).await.unwrap());
        let thief = package(
            "thief",
            vec![
                record("zones", &[("code", "mill-park"), ("name", "Ours now"), ("document", "plan-text")]),
                record(
                    "project_stages",
                    &[("project", "p-1"), ("stage", "SIGNED"), ("on", "2020-01-01"), ("document", "yearbook")],
                ),
            ],
        );
        let CommitError::HeldElsewhere(held) = import(&store, &[thief], 1).await.unwrap_err() else { panic!() };
        assert_eq!(held.len(), 2);
        assert!(held.iter().all(|held| held.package == "riverton"), "{held:?}");

        let guest = package(
            "guest",
            vec![
                record(
                    "projects",
                    &[("code", "g-1"), ("name", "Guest"), ("zone", "mill-park"), ("document", "yearbook")],
                ),
                record("regions", &[("code", "east"), ("name", "East"), ("parent", "south"), ("document", "yearbook")]),
            ],
        );
        let (second, ..) = committed(import(&store, &[guest], 2).await.unwrap());
        assert_eq!(second.number, 2);
        for (table, key, user) in [("zones", "mill-park", "g-1"), ("regions", "south", "east")] {
            let mut world = riverton();
            world.records.retain(|row| row.table.name != "observations" && row.table.name != "register_entries");
            remove(&mut world, table, key);
            for project in ["p-1", "p-2", "p-3"] {
                remove(&mut world, "projects", project);
            }
            remove(&mut world, "project_stages", "p-1/SIGNED");
            remove(&mut world, "project_stages", "p-1/STARTED");
            remove(&mut world, "enterprises", "e-1");
            let error = import(&store, &[world], 3).await.unwrap_err();
            let CommitError::Dangling(dangling) = &error else { panic!("{error}") };
            assert_eq!(dangling.len(), 1, "{dangling:?}");
            assert_eq!((dangling[0].key.as_str(), dangling[0].package.as_str()), (user, "guest"));
            assert_eq!((dangling[0].target_table.as_str(), dangling[0].target.as_str()), (table, key));
        }
        assert_eq!(store.newest_number().await.unwrap(), 2, "nothing was written");
    }
}

/// Rows are made ready while others are being written: what is wrong with one is found with statements under way.
#[tokio::test(flavor = "multi_thread")]
async fn a_fault_behind_thousands_of_rows_leaves_nothing_and_the_connection_goes_on() {
    let many = |wrong: &[(&str, &str)]| {
        let mut world = riverton();
        for number in 0..4_000 {
            let code = format!("q-{number:04}");
            let mut cells =
                vec![("code", code.as_str()), ("name", "Mill"), ("zone", "mill-park"), ("document", "yearbook")];
            if number == 3_999 {
                cells.retain(|(field, _)| wrong.iter().all(|(other, _)| other != field));
                cells.extend(wrong);
            }
            world.records.push(record("projects", &cells));
        }
        world
    };
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        let error = import(&store, &[many(&[("zone", "nowhere")])], 0).await.unwrap_err();
        assert!(matches!(&error, CommitError::Dangling(found) if found[0].target == "nowhere"), "{error}");
        let error = import(&store, &[many(&[("investment", "0.00000000001")])], 0).await.unwrap_err();
        assert!(matches!(&error, CommitError::Unfit { key, .. } if key == "q-3999"), "{error}");
        assert_eq!(store.newest_number().await.unwrap(), 0, "nothing was written");
        let whole = many(&[]);
        let rows = whole.records.len() + 1;
        let (first, begun, _) = committed(import(&store, &[whole], 0).await.unwrap());
        assert_eq!((first.number, begun), (1, rows), "all rows, and the package itself");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_storage_cannot_keep_is_refused() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        for (field, value) in [("investment", "0.00000000001"), ("investment", "-0"), ("lon", "115.12345678")] {
            let mut world = riverton();
            let project = row(&mut world, "projects", "p-1");
            let at = project.table.position(field).unwrap();
            project.cells[at] = planatlas::domain::Cell::Decimal(value.parse().unwrap());
            if value == "-0" {
                project.cells[at] = planatlas::domain::Cell::Decimal(-planatlas::domain::Decimal::ZERO);
            }
            let error = import(&store, &[world], 0).await.unwrap_err();
            let CommitError::Unfit { column, .. } = &error else { panic!("{error}") };
            assert_eq!(column, field);
        }
        let mut world = riverton();
        let twice = world.records[0].clone();
        world.records.push(twice);
        assert!(matches!(import(&store, &[world], 0).await, Err(CommitError::Duplicate { .. })));
        assert!(matches!(import(&store, &[], 0).await, Err(CommitError::Nothing)));
        assert_eq!(store.newest_number().await.unwrap(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_cannot_be_used_says_why_and_keeps_its_secrets() {
    for url in ["", "atlas.db", "mysql://x", "sqlite:", "postgres://user:hunter2@[bad"] {
        let error = Store::open(url).await.unwrap_err();
        assert!(error.to_string().contains("sqlite:FILE"), "{url}: {error}");
    }
    let directory = tempfile::tempdir().unwrap();
    let text = directory.path().join("notes.txt");
    std::fs::write(&text, "no database at all, but long enough to look at: ".repeat(40)).unwrap();
    let error = Store::open(&format!("sqlite:{}", text.display())).await.unwrap_err();
    assert!(error.to_string().contains("no database"), "{error:?}");
    let error = Store::open(&format!("sqlite:{}/below/atlas.db", text.display())).await.unwrap_err();
    assert!(error.to_string().contains("cannot be opened"), "{error:?}");
    let error = Store::open("postgres://user:hunter2@127.0.0.1:1/atlas").await.unwrap_err();
    assert!(error.to_string().contains("cannot be reached"), "{error:?}");
    assert!(!format!("{error} {error:?}").contains("hunter2"));

    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        assert!(!format!("{store:?}").contains("/"), "{store:?}");
        store.close().await;
        common::database::run(&database, "UPDATE _sqlx_migrations SET version = version + 1000").await;
        let error = Store::open(&database.url).await.unwrap_err();
        assert!(error.to_string().contains("newer version"), "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_means_something_in_an_address_is_only_a_name() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("数据 100%?mode=ro#x/atlas.db");
    let store = Store::open(&format!("sqlite:{}", file.display())).await.unwrap();
    committed(import(&store, &[riverton()], 0).await.unwrap());
    store.close().await;
    assert!(file.is_file());
}

/// The body of a row as the digest sees it: each free text as a hash, salted with its own part of the row's salt.
fn sealed(row: &planatlas::domain::Record) -> serde_json::Value {
    use planatlas::domain::FieldType;
    use serde_json::json;
    use sha2::{Digest as _, Sha256};
    let hash = |value: serde_json::Value| hex::encode(Sha256::digest(value.to_string()));
    let salt = hex::encode(
        &Sha256::digest([&SEED.0[..], json!([row.table.name, row.key()]).to_string().as_bytes()].concat())[..16],
    );
    let mut body = row.body();
    for (at, field) in row.table.fields.iter().enumerate() {
        let any = field.words.is_empty() && field.pattern.is_none() && field.reference.is_none();
        let free = field.kind == FieldType::Text && any && !row.table.key.contains(&at);
        if let Some(text) = row.text(field.name).filter(|_| free) {
            let own = hash(json!([salt, field.name]));
            body.insert(field.name.to_owned(), json!({ "sha256": hash(json!([own, text])) }));
        }
    }
    serde_json::Value::Object(body)
}

/// SHA-256 over the documented JSON of riverton's first import.
fn digest_of(format: &str, body: impl Fn(&planatlas::domain::Record) -> serde_json::Value) -> String {
    use serde_json::{Value, json};
    use sha2::{Digest as _, Sha256};
    let world = riverton();
    let mut tables: BTreeMap<&str, BTreeMap<String, Value>> = BTreeMap::new();
    for row in &world.records {
        tables.entry(row.table.name).or_default().insert(row.key(), body(row));
    }
    let package = json!({ "title": world.title, "version": world.version });
    tables.insert("packages", BTreeMap::from([(world.name.clone(), package)]));
    let changes = tables.into_iter().map(|(table, rows)| {
        let begun = rows.into_iter().map(|(key, body)| json!({ "body": body, "key": key, "package": "riverton" }));
        json!({ "table": table, "begun": begun.collect::<Vec<_>>(), "ended": [] })
    });
    let text = json!({
        "format": format, "number": 1, "author": "tester", "message": "a test",
        "committedAt": "2023-11-14T22:13:20.123456Z", "changes": changes.collect::<Vec<_>>(),
    });
    hex::encode(Sha256::digest(serde_json_canonicalizer::to_string(&text).unwrap()))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_digest_is_sha_256_over_the_documented_json() {
    let expected = digest_of("planatlas-revision-2", sealed);
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap().seeded(SEED);
        let (revision, ..) = committed(import(&store, &[riverton()], 0).await.unwrap());
        assert_eq!(revision.digest, expected, "{}", database.engine);
        // Salts of the operating system are never the same twice.
        let again = common::database::sqlite();
        let store = Store::open(&again.url).await.unwrap();
        let (revision, ..) = committed(import(&store, &[riverton()], 0).await.unwrap());
        assert_ne!(revision.digest, expected);
        assert!(store.verify(Some(&revision.digest)).await.unwrap().findings.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_the_older_format_still_verifies_and_refuses_what_would_break_it() {
    const PUBLISHED: &str = "61016a37a262aa9f39650e2aead2642aff589c6e3477c9d24afe8a821b49bdf4";
    assert_eq!(digest_of("planatlas-revision-1", |row| serde_json::Value::Object(row.body())), PUBLISHED);
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        committed(import(&store, &[riverton()], 0).await.unwrap());
        // As the older program left it: texts in the digest, no salts.
        for sql in [
            "UPDATE dimension SET salt = NULL",
            "UPDATE observation SET salt = NULL",
            "UPDATE project SET salt = NULL",
            "UPDATE project_stage SET salt = NULL",
            "UPDATE enterprise SET salt = NULL",
            "UPDATE register_entry SET salt = NULL",
            "UPDATE revision SET format = 1, digest = '61016a37a262aa9f39650e2aead2642aff589c6e3477c9d24afe8a821b49bdf4'",
        ] {
            common::database::run(&database, sql).await;
        }
        let verdict = store.verify(Some(PUBLISHED)).await.unwrap();
        assert_eq!(verdict.findings, [], "{}", database.engine);
        let target = Target::Text("reported");
        let redaction = Redaction { target, author: "tester", reason: "asked", at: at(1) };
        let error = store.redact(redaction).await.unwrap_err();
        assert!(matches!(error, RedactError::Older(_)), "{error}");

        // The chain goes on in the newer format, and what it brings can be redacted.
        let mut world = riverton();
        set(row(&mut world, "projects", "p-2"), "name", "Mill of a person");
        committed(import(&store, &[world], 2).await.unwrap());
        let target = Target::Text("of a person");
        store.redact(Redaction { target, author: "tester", reason: "asked", at: at(3) }).await.unwrap();
        let verdict = store.verify(None).await.unwrap();
        assert_eq!((verdict.findings.as_slice(), verdict.redactions.len()), (&[][..], 1));
        common::database::run(&database, "UPDATE project SET name = 'x' WHERE rev_from = 1").await;
        assert!(!store.verify(None).await.unwrap().findings.is_empty());
    }
}
