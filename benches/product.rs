//! The hot paths by themselves, over a made-up city: `make bench`. How to read it: docs/benchmarks.md.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use async_graphql::Variables;
use axum::body::{Body, to_bytes};
use chrono::{DateTime, NaiveDate, Utc};
use divan::counter::{BytesCount, ItemsCount};
use divan::{AllocProfiler, Bencher};
use hyper::service::Service;
use hyper_util::service::TowerToHyperService;
use planatlas::assess::{Assessor, Figures};
use planatlas::atlas::{Atlas, Source};
use planatlas::geometry::LEVELS;
use planatlas::graphql::{Library, PlanSchema, Question, response, schema};
use planatlas::http::{Settings, Site, router};
use planatlas::package::generate::{Scale, generate};
use planatlas::package::{NothingKnown, read};
use planatlas::store::{Change, Store, project};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: AllocProfiler<tikv_jemallocator::Jemalloc> = AllocProfiler::new(tikv_jemallocator::Jemalloc);

fn main() {
    divan::main();
}

/// A city in an SQLite file, and what answers questions about it.
struct World {
    runtime: Runtime,
    packages: Vec<PathBuf>,
    rows: usize,
    library: Arc<Library>,
    schema: PlanSchema,
    now: DateTime<Utc>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench");
    let _ = std::fs::remove_dir_all(&folder);
    let mut packages = generate(&folder.join("packages"), Scale::City, 1, &|_| {}).unwrap();
    packages.truncate(2);
    let runtime = Runtime::new().unwrap();
    let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
    let found = read(&packages, &NothingKnown).unwrap_or_else(|problems| panic!("{} problems", problems.len()));
    let library = runtime.block_on(async {
        let store = Store::open(&format!("sqlite:{}", folder.join("city.db").display())).await.unwrap();
        store.commit(Change { packages: &found, author: "bench", message: "a city", at: now }).await.unwrap();
        let library = Library::new(store);
        library.refresh().await.unwrap();
        library
    });
    let lines = |folder: &PathBuf| -> usize {
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        let sheets = files.filter(|path| path.extension().is_some_and(|ending| ending == "csv"));
        sheets.map(|path| std::fs::read_to_string(path).unwrap().lines().count() - 1).sum()
    };
    let rows = packages.iter().map(lines).sum();
    World { runtime, packages, rows, library, schema: schema(), now }
});

impl World {
    fn ask(&self, text: &str, variables: &Value) -> bytes::Bytes {
        let question = Question {
            query: text.to_owned(),
            operation_name: None,
            variables: Variables::from_json(variables.clone()),
        };
        self.runtime.block_on(async {
            let session = self.library.head(self.now).unwrap().in_bytes();
            let checked = session.check(vec![Ok(question)]);
            let answer = session.run(&self.schema, checked).await.pop().unwrap();
            assert!(answer.errors.is_empty(), "{:?}", answer.errors);
            response::to_bytes(&answer.into())
        })
    }

    fn source(&self) -> Source {
        let store = self.library.store();
        self.runtime.block_on(async {
            Source {
                revision: 1,
                rows: store.dimensions(1).await.unwrap(),
                projects: project::reach(store, 1).await.unwrap(),
                drawings: store.drawings(1).await.unwrap(),
                touched: store.touched(1).await.unwrap(),
            }
        })
    }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 15).unwrap()
}

/// Rows of sheets, read, checked and packed: time for each is the whole divided by the items told.
#[divan::bench(sample_count = 5)]
fn import_rows(bencher: Bencher) {
    let world = &*WORLD;
    bencher.counter(ItemsCount::new(world.rows)).bench(|| read(&world.packages, &NothingKnown).unwrap().len());
}

/// With every level of its outlines, as a server that has shown all of them holds it.
#[divan::bench]
fn atlas_build(bencher: Bencher) {
    let world = &*WORLD;
    bencher.with_inputs(|| world.source()).bench_values(|source| {
        let atlas = Atlas::build(source, day(), None).unwrap();
        for level in LEVELS {
            atlas.mean_vertices(level);
        }
        atlas
    });
}

/// The lights of all tasks, the figures at hand.
#[divan::bench]
fn light_assessment(bencher: Bencher) {
    let world = &*WORLD;
    let atlas = Atlas::build(world.source(), day(), None).unwrap();
    let figures = world.runtime.block_on(Figures::load(world.library.store(), &atlas)).unwrap();
    let tasks = atlas.tasks.all();
    bencher.counter(ItemsCount::new(tasks.len())).bench(|| {
        let assessor = Assessor::new(&atlas, &figures);
        tasks.iter().map(|task| assessor.task(task, day())).collect::<Vec<_>>()
    });
}

/// Tiles through the door, none of them held.
#[divan::bench(args = ["regions", "projects"])]
fn tile_encode(bencher: Bencher, layer: &str) {
    let world = &*WORLD;
    let get = |router: &TowerToHyperService<axum::Router>, path: &str| -> bytes::Bytes {
        let request = axum::http::Request::get(path).body(Body::empty()).unwrap();
        world.runtime.block_on(async {
            let answer = router.call(request).await.unwrap();
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            to_bytes(answer.into_body(), usize::MAX).await.unwrap()
        })
    };
    let site = || {
        let now = world.now;
        let (_, closing) = tokio::sync::watch::channel(false);
        let site = Site::new(Arc::clone(&world.library), Arc::new(move || now), Settings::default(), closing);
        let router = TowerToHyperService::new(router(site));
        let about: Value = serde_json::from_slice(&get(&router, &format!("/tiles/{layer}"))).unwrap();
        let address = about["tiles"][0].as_str().unwrap();
        let address = address[address.find("/tiles/").unwrap()..].to_owned();
        let at = |z: &str, x: &str, y: &str| address.replace("{z}", z).replace("{x}", x).replace("{y}", y);
        // What all tiles of a state share is made before.
        get(&router, &at("14", "0", "0"));
        (router, at("7", "104", "50"))
    };
    let (router, address) = site();
    let bytes = get(&router, &address).len();
    bencher.counter(BytesCount::new(bytes)).with_inputs(site).bench_refs(|(router, address)| get(router, address));
}

/// The six questions of docs/benchmarks.md, from the text to the bytes of the answer.
#[divan::bench(args = ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6"])]
fn question(bencher: Bencher, name: &str) {
    let world = &*WORLD;
    let (text, variables) = match name {
        "Q1" => (
            "query($plan: String!) { regions(filter: { kind: [COUNTY] }, first: 5000) { nodes { code name
                footprint { geometry { geojson } } latest(indicator: \"revenue\") { period { code } quantity { value } } } }
                layout(plan: $plan) { code name members { role place { code } } } }",
            json!({ "plan": "plan-2023-2025" }),
        ),
        "Q2" => (
            "query($code: String!, $indicators: [String!]) { zone(code: $code) { code name level
                footprint { geometry { geojson } } host { code name }
                series(indicators: $indicators, periods: { from: \"2025-M01\" }) { nodes { indicator { code }
                    points { period { code } quantity { value } } } }
                projects(orderBy: [{ investment: DESC }], first: 20) { nodes { code name stage investment { value }
                    location { lon lat } } } } }",
            json!({ "code": "zone-0003", "indicators": ["revenue", "indicator-02", "indicator-03"] }),
        ),
        "Q3" => (
            "query($plan: String!) { plan(code: $plan) { tasks(first: 500) { nodes { number title
                responsibilityAsWritten group { name } units { edges { role node { code name } } }
                targets { code quantity { value } milestones { period { code } quantity { value } } } } } } }",
            json!({ "plan": "plan-2023-2025" }),
        ),
        "Q4" => (
            "query($box: BBoxInput!) { projects(filter: { stage: [SIGNED], space: { within: { bbox: $box } } },
                orderBy: [{ investment: DESC }], first: 50) { totalCount nodes { code name stage investment { value }
                location { lon lat } zone { code name } } } }",
            json!({ "box": { "west": 112.2, "south": 34.8, "east": 113.0, "north": 35.2 } }),
        ),
        "Q5" => ("{ projects { groups(by: [ZONE, STAGE]) { key count investment { value } } } }", json!({})),
        _ => (
            "{ regions(filter: { kind: [COUNTY] }, first: 10) { nodes { code name zones { code name
                projects(first: 5) { nodes { code name investment { value } cluster { code name } } }
                enterprises(first: 5) { nodes { code name chain { code name } } } } } } }",
            json!({}),
        ),
    };
    bencher.bench(|| world.ask(text, &variables));
}
