//! Outlines as a revision keeps them drawn: the same as they would be worked out, at every level, in every revision.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, NaiveDate};
use planatlas::atlas::{Atlas, Source};
use planatlas::domain::Package;
use planatlas::geometry::LEVELS;
use planatlas::package::{NothingKnown, read};
use planatlas::store::{Change, Drawing, Outcome, Step, Store};

fn packages() -> Vec<Package> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dirs = ["geodata/shangqiu", "geodata/sample"].map(|dir| root.join(dir));
    read(&dirs, &NothingKnown).unwrap_or_else(|problems| panic!("{problems:?}"))
}

async fn import(store: &Store, packages: &[Package], second: i64) -> i32 {
    let at = DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap();
    let change = Change { packages, author: "tester", message: "drawings", at };
    let Outcome::Committed { revision, .. } = store.commit(change).await.unwrap() else { panic!("nothing changed") };
    revision.number
}

async fn atlas(store: &Store, at: i32, drawings: Vec<Drawing>) -> Atlas {
    let rows = store.dimensions(at).await.unwrap();
    let source = Source { revision: at, rows, drawings, ..Source::default() };
    Atlas::build(source, NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(), None).unwrap()
}

/// Everything that is drawn of every place, by its code and level.
fn drawn(atlas: &Atlas) -> BTreeMap<(String, usize), (String, String)> {
    let places = atlas.places().flat_map(|place| atlas.footprints(place.id()));
    places
        .flat_map(|footprint| {
            let measures = format!("{:?}", footprint.measures());
            let level = |(at, metres): (usize, &f64)| {
                let shape = String::from_utf8(footprint.drawn(*metres).geojson().to_vec()).unwrap();
                ((footprint.code.clone(), at), (measures.clone(), shape))
            };
            LEVELS.iter().enumerate().map(level).collect::<Vec<_>>()
        })
        .collect()
}

/// Moves one vertex of a county.
fn moved(packages: &[Package]) -> Vec<Package> {
    let records = |package: &Package| {
        let rows = package.records().map(|mut record| {
            if record.table.name == "footprints" && record.key() == "fp-411424" {
                let Some(planatlas::domain::Shape::Polygons(polygons)) = &mut record.shape else {
                    panic!("an outline")
                };
                let ring = &mut polygons[0][0];
                let before = ring[ring.len() - 1];
                ring[0].x = ring[0].x.midpoint(before.x);
                ring[0].y = ring[0].y.midpoint(before.y);
            }
            record
        });
        rows.collect::<Vec<_>>()
    };
    let anew = |p: &Package| Package::of(p.name.clone(), p.title.clone(), format!("{}-moved", p.version), records(p));
    packages.iter().map(anew).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_what_would_be_worked_out() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        let packages = packages();
        let first = import(&store, &packages, 0).await;
        let kept = store.drawings(first).await.unwrap();
        assert!(kept.len() >= 2, "regions and zones are drawn: {}", kept.len());
        let before = drawn(&atlas(&store, first, kept).await);
        assert_eq!(before, drawn(&atlas(&store, first, Vec::new()).await));
        assert!(before.len() > 20 * LEVELS.len(), "{}", before.len());

        // An outline that changes is drawn anew, and the earlier revision still shows it as it was.
        let second = import(&store, &moved(&packages), 1).await;
        let after = drawn(&atlas(&store, second, store.drawings(second).await.unwrap()).await);
        assert_eq!(after, drawn(&atlas(&store, second, Vec::new()).await));
        assert_ne!(before, after);
        assert_eq!(before, drawn(&atlas(&store, first, store.drawings(first).await.unwrap()).await));
        assert_eq!(store.verify(None).await.unwrap().findings, []);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_tells_how_far_it_has_come() {
    let database = common::database::sqlite();
    let told: Arc<Mutex<Vec<(Step, usize, usize)>>> = Arc::default();
    let to = Arc::clone(&told);
    let store = Store::open(&database.url).await.unwrap();
    let store = store.watched(Arc::new(move |step, done, of| to.lock().unwrap().push((step, done, of))));
    let packages = packages();
    import(&store, &packages, 0).await;
    let told = told.lock().unwrap();
    let rows = packages.iter().map(|package| package.records().count() + 1).sum::<usize>();
    let last = |step| told.iter().rev().find(|(of, ..)| *of == step).map(|(_, done, of)| (*done, *of));
    assert_eq!(told[0], (Step::Compare, 0, 0));
    assert_eq!(last(Step::Write), Some((rows, rows)));
    assert_eq!(last(Step::Seal), Some((rows, rows)));
    let mut steps: Vec<Step> = told.iter().map(|(step, ..)| *step).collect();
    steps.dedup();
    assert_eq!(steps, [Step::Compare, Step::Write, Step::Check, Step::Seal]);
}
