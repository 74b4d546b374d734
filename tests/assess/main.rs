//! Lights and thresholds, over the real package with its sample overlay and over an invented one.
#![allow(clippy::unwrap_used)]

mod answers;
mod rules;
mod sentences;
mod yardstick;

#[path = "../common/mod.rs"]
mod common;

use std::path::PathBuf;

use chrono::{NaiveDate, TimeZone as _, Utc};
use planatlas::assess::Figures;
use planatlas::atlas::{Atlas, Source};
use planatlas::store::{Change, Store};

/// A store with some packages, held as long as its database.
async fn store(packages: &[&str]) -> (Store, common::database::Database) {
    let database = common::database::sqlite();
    let store = Store::open(&database.url).await.expect("a store");
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let dirs: Vec<PathBuf> = packages.iter().map(|name| root.join(name)).collect();
    let known = store.known().await.expect("what is known");
    let packages = planatlas::package::read(&dirs, &known).unwrap_or_else(|problems| panic!("{problems:?}"));
    let at = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap();
    let change = Change { packages: &packages, author: "test", message: "test", at };
    store.commit(change).await.expect("a revision");
    (store, database)
}

/// The atlas of some packages on a day, and the figures read for it.
async fn held(packages: &[&str], on: &str) -> (Atlas, Figures) {
    let (store, _database) = store(packages).await;
    let number = store.newest_number().await.expect("a number");
    let source = Source {
        revision: number,
        rows: store.dimensions(number).await.expect("rows"),
        drawings: Vec::new(),
        projects: Vec::new(),
        touched: store.touched(number).await.expect("touched"),
    };
    let atlas = Atlas::build(source, day(on), None).expect("an atlas");
    let figures = Figures::load(&store, &atlas).await.expect("figures");
    (atlas, figures)
}

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}
