//! What is told of projects and points from memory is what the database says: whatever the condition, some hundred drawn at
//! random, nested in each other, with things that are unknown; whatever the tile. On both engines.
#![allow(clippy::unwrap_used)]

mod common;

use std::sync::Arc;

use common::gathered;
use common::world::{World, import, record, riverton};
use planatlas::domain::{Point, ProjectStage};
use planatlas::geometry::tile::Tile;
use planatlas::geometry::{Area, Bbox};
use planatlas::store::area::{self, Located, Within};
use planatlas::store::project::{Dim, Filter, Order, OrderBy, Reading, Traits};
use planatlas::store::{Store, project, spot};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// Conditions that are tried.
const TRIED: usize = 300;

/// Projects of which anything may be unknown, some in the same place or of the same amount.
fn projects(random: &mut Pcg64Mcg, count: usize) -> World {
    let mut world = riverton();
    for number in 0..count {
        let code = format!("r-{:03}", (number * 37) % 1000);
        let (lon, lat) = (random.random_range(0..24), random.random_range(0..16));
        let (lon, lat) =
            (format!("{:.3}", 114.9 + f64::from(lon) / 8.0), format!("{:.1}", 33.6 + f64::from(lat) / 10.0));
        let amount = (random.random_range(0..12) * 250).to_string();
        let stage = ProjectStage::ALL.choose(random).unwrap().word();
        let all = [
            ("code", code.as_str()),
            ("name", "Silo"),
            ("document", if random.random_bool(0.5) { "yearbook" } else { "plan-text" }),
            ("zone", if random.random_bool(0.5) { "dock-park" } else { "mill-park" }),
            ("region", if random.random_bool(0.5) { "north" } else { "south" }),
            ("stage", stage),
            ("investment", &amount),
            ("investment_unit", "CNY-1e4"),
            ("lon", &lon),
            ("lat", &lat),
        ];
        // What goes together is left out together.
        let absent: Vec<&str> =
            [&["zone"][..], &["region"], &["stage"], &["investment", "investment_unit"], &["lon", "lat"]]
                .into_iter()
                .filter(|_| random.random_bool(0.2))
                .flatten()
                .copied()
                .collect();
        let cells: Vec<(&str, &str)> = all.into_iter().filter(|(field, _)| !absent.contains(field)).collect();
        world.records.push(record("projects", &cells));
    }
    world
}

struct Ids {
    zones: Vec<i64>,
    regions: Vec<i64>,
    documents: Vec<i64>,
    areas: Vec<Within>,
}

/// Some of a list, none of it too.
fn some<T: Clone>(random: &mut Pcg64Mcg, all: &[T]) -> Vec<T> {
    let count = random.random_range(0..=all.len());
    all.choose_multiple(random, count).cloned().collect()
}

fn condition(random: &mut Pcg64Mcg, ids: &Ids, depth: usize) -> Filter {
    let mut filter = Filter::default();
    let given = |random: &mut Pcg64Mcg, often: f64| random.random_bool(often);
    if given(random, 0.25) {
        filter.stages = Some(some(random, ProjectStage::ALL));
    }
    if given(random, 0.2) {
        filter.zones = Some(some(random, &ids.zones));
    }
    if given(random, 0.2) {
        filter.regions = Some(some(random, &ids.regions));
    }
    if given(random, 0.05) {
        filter.clusters = Some(Vec::new());
    }
    if given(random, 0.05) {
        filter.chains = Some(vec![-1, 7_000_000_000]);
    }
    if given(random, 0.1) {
        filter.documents = Some(some(random, &ids.documents));
    }
    if given(random, 0.2) {
        filter.investment_from = Some(random.random_range(0..12) * 250_000_000);
    }
    if given(random, 0.2) {
        filter.investment_to = Some(random.random_range(0..12) * 250_000_000);
    }
    if given(random, 0.3) {
        // On the points as often as not, and the wrong way round now and then.
        let mut edge = |from: i32, step: i32, of: i32| from + random.random_range(0..of) * step / 2;
        let (min, max) = (
            Point { x: edge(1_149_000_000, 1_250_000, 30), y: edge(336_000_000, 1_000_000, 20) },
            Point { x: edge(1_155_000_000, 1_250_000, 60), y: edge(339_000_000, 1_000_000, 40) },
        );
        filter.bbox = Some(Bbox { min, max });
    }
    if given(random, 0.15) {
        filter.within = some(random, &ids.areas);
    }
    if depth > 0 {
        let mut below = |often: f64, most: usize| -> Vec<Filter> {
            let count = if random.random_bool(often) { random.random_range(1..=most) } else { 0 };
            (0..count).map(|_| condition(random, ids, depth - 1)).collect()
        };
        (filter.and, filter.or) = (below(0.2, 2), below(0.2, 3));
        filter.not = below(0.2, 1).pop().map(Box::new);
    }
    filter
}

#[tokio::test(flavor = "multi_thread")]
async fn memory_and_the_database_say_the_same() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        let mut random = Pcg64Mcg::seed_from_u64(6);
        // Two states: what the first holds is changed or gone in the second.
        import(&store, &projects(&mut random, 240)).await;
        import(&store, &projects(&mut random, 180)).await;
        let rows = store.dimensions(2).await.unwrap();
        let of = |table: &str| {
            rows.iter().filter(|row| row.record.table.name == table).map(|row| row.id).collect::<Vec<i64>>()
        };
        for at in [1, 2] {
            let mut areas = Vec::new();
            for (lon, lat, metres) in [(115.6, 34.4, 45_000.0), (116.4, 34.0, 90_000.0)] {
                let centre = Point { x: (lon * 1e7) as i32, y: (lat * 1e7) as i32 };
                let disc = Arc::new(Area::disc(centre, metres).unwrap());
                areas.push(area::within(&store, at, Located::Project, &disc).await.unwrap().unwrap());
            }
            let ids = Ids { zones: of("zones"), regions: of("regions"), documents: of("documents"), areas };
            let traits = [7, 10_000].map(|some| gathered(Reading::new(&store, at, some)));
            let traits = futures_util::future::join_all(traits).await;
            let mut found = 0;
            for number in 0..TRIED {
                let filter = condition(&mut random, &ids, 2);
                assert!(Traits::tell(&filter));
                let by = *[OrderBy::Investment, OrderBy::Code, OrderBy::Stage].choose(&mut random).unwrap();
                let order = Order { by, desc: random.random_bool(0.5) };
                let limit = *[1, 5, 500].choose(&mut random).unwrap();
                let dims = some(&mut random, &[Dim::Zone, Dim::Stage, Dim::Region, Dim::Chain]);
                let list = project::list(&store, at, &filter, order, None, limit).await.unwrap();
                let count = project::count(&store, at, &filter).await.unwrap();
                let groups = project::groups(&store, at, &filter, &dims).await.unwrap();
                let wanted = (list.iter().map(|row| row.id).collect::<Vec<_>>(), count);
                found += count;
                for traits in &traits {
                    let told = format!("{number} at {at} on {}: {filter:?} {order:?}", database.engine);
                    assert_eq!(traits.first(&filter, order, limit as usize).unwrap(), wanted, "{told}");
                    assert_eq!(traits.groups(&filter, &dims).unwrap(), groups, "{told} {dims:?}");
                }
            }
            assert!(found > 5_000, "conditions that nothing meets show nothing: {found}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn points_in_memory_are_those_of_the_database() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        let mut random = Pcg64Mcg::seed_from_u64(7);
        import(&store, &projects(&mut random, 900)).await;
        import(&store, &projects(&mut random, 700)).await;
        let rows = store.dimensions(2).await.unwrap();
        let documents = rows.iter().filter(|row| row.record.table.name == "documents").map(|row| row.id);
        let sample: Vec<i64> = documents.take(1).collect();
        for (at, located) in [(1, Located::Project), (2, Located::Project), (2, Located::Enterprise)] {
            let spots = gathered(spot::Reading::new(&store, at, located, 64)).await;
            // Every tile around them, down to those that hold a few.
            let mut held = 0;
            for z in 0..=11_u8 {
                let column = |lon: f64| ((lon + 180.0) / 360.0 * f64::from(1_u32 << z)) as u32;
                let row = |lat: f64| {
                    let y = lat.to_radians().tan().asinh();
                    ((1.0 - y / std::f64::consts::PI) / 2.0 * f64::from(1_u32 << z)) as u32
                };
                let tiles = (column(114.8)..=column(118.0)).flat_map(|x| (row(35.3)..=row(33.5)).map(move |y| (x, y)));
                for (x, y) in tiles.step_by(1 + usize::from(z > 8) * 7) {
                    let tile = Tile::new(z, x, y).unwrap();
                    let told = format!("{z}/{x}/{y} at {at} on {}", database.engine);
                    let found = spots.within(&tile.bounds());
                    held += found.len();
                    let mut ids: Vec<i64> = found.iter().map(|spot| spot.id).collect();
                    ids.sort_unstable();
                    let wanted = spot::within(&store, at, located, &tile.bounds(), 10_000).await.unwrap();
                    let mut wanted_ids: Vec<i64> = wanted.iter().map(|spot| spot.id).collect();
                    wanted_ids.sort_unstable();
                    assert_eq!(ids, wanted_ids, "{told}");
                    let again = spot::Spots::of(wanted).unwrap();
                    let texts = |spots: &spot::Spots, found: &[&spot::Held]| -> Vec<Vec<Vec<u8>>> {
                        let value = |text: Option<u32>| spots.texts().value(text.unwrap_or(u32::MAX)).to_vec();
                        found.iter().map(|spot| spot.texts().map(value).to_vec()).collect()
                    };
                    assert_eq!(texts(&spots, &found), texts(&again, &again.all().collect::<Vec<_>>()), "{told}");
                    for bits in [4, 6] {
                        let grid = tile.grid(bits);
                        let heaps = spot::heaped(&found, &grid, |document| sample.contains(&document));
                        let wanted = spot::heaps(&store, at, located, &tile.bounds(), &grid, &sample).await.unwrap();
                        assert_eq!(heaps, wanted, "{told}, {bits}");
                    }
                }
            }
            assert!(held > 5, "{held}");
        }
    }
}

#[test]
fn what_is_not_held_is_left_to_the_database() {
    let named = Filter { names: Some(vec!["Silo".to_owned()]), ..Filter::default() };
    let within = |filter: &Filter| {
        let one = || vec![filter.clone()];
        [
            filter.clone(),
            Filter { and: one(), ..Filter::default() },
            Filter { or: one(), ..Filter::default() },
            Filter { not: Some(Box::new(filter.clone())), ..Filter::default() },
        ]
    };
    let others = [
        named,
        Filter { name_contains: Some(String::new()), ..Filter::default() },
        Filter { kinds: Some(Vec::new()), ..Filter::default() },
        Filter { tasks: Some(Vec::new()), ..Filter::default() },
        Filter { reached: Some((ProjectStage::Signed, None, chrono::NaiveDate::MAX)), ..Filter::default() },
    ];
    for filter in others.iter().flat_map(within) {
        assert!(!Traits::tell(&filter), "{filter:?}");
    }
    assert!(within(&Filter::default()).iter().all(Traits::tell));
}
