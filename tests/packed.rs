//! Rows held in memory are those of the database, at every revision, however they were read: on both engines.
#![allow(clippy::unwrap_used)]

mod common;

use common::gathered;
use common::world::{World, import, record, riverton};
use planatlas::domain::{Accumulation, ObservationStatus, PeriodCode};
use planatlas::store::observation::{self, Cells};
use planatlas::store::{Store, project};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

const REVISIONS: i32 = 4;
const PERIODS: [&str; 7] = ["2022", "2022-H2", "2023-Q1", "2023-M03", "2023", "2024-M01", "2024-M12"];

/// Figures of which some have no value, several sources and longer texts than a byte counts; and projects.
fn world(random: &mut Pcg64Mcg) -> World {
    let mut world = riverton();
    world.records.retain(|row| row.table.name != "observations");
    for code in ["output", "energy"] {
        let named = [("code", code), ("name", code), ("unit", "CNY-1e8"), ("document", "plan-text")];
        world.records.push(record("indicators", &named));
    }
    let subjects = [("REGION", "north"), ("REGION", "south"), ("ZONE", "mill-park"), ("ZONE", "dock-park")];
    for (kind, code) in subjects {
        for indicator in ["revenue", "output", "energy"] {
            for period in PERIODS {
                for accumulation in [Accumulation::InPeriod, Accumulation::YearToDate] {
                    for document in ["plan-text", "yearbook"] {
                        if random.random_bool(0.7) {
                            continue;
                        }
                        let value = format!("{}", random.random_range(-9_000_000..9_000_000));
                        let quote = "长".repeat(random.random_range(1..90));
                        let mut cells = vec![
                            ("subject_kind", kind),
                            ("subject_code", code),
                            ("indicator", indicator),
                            ("period", period),
                            ("accumulation", accumulation.word()),
                            ("document", document),
                        ];
                        if random.random_bool(0.8) {
                            cells.extend([("value", value.as_str()), ("unit", "CNY-1e8")]);
                            cells.push(("status", ObservationStatus::Normal.word()));
                        } else {
                            cells.push(("status", ObservationStatus::Missing.word()));
                        }
                        if random.random_bool(0.3) {
                            cells.push(("quote", &quote));
                        }
                        world.records.push(record("observations", &cells));
                    }
                }
            }
        }
    }
    for number in 0..90 {
        if random.random_bool(0.2) {
            continue;
        }
        let (code, amount) = (format!("r-{number:02}"), random.random_range(1..5).to_string());
        let mut cells = vec![("code", code.as_str()), ("name", "Silo"), ("document", "plan-text")];
        if random.random_bool(0.5) {
            cells.extend([("investment", amount.as_str()), ("investment_unit", "CNY-1e4"), ("tasks", "riverton/1")]);
        }
        world.records.push(record("projects", &cells));
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_held_are_those_of_the_database() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        let mut random = Pcg64Mcg::seed_from_u64(11);
        for _ in 0..REVISIONS {
            import(&store, &world(&mut random)).await;
        }
        let rows = store.dimensions(REVISIONS).await.unwrap();
        let of = |tables: &[&str]| -> Vec<i64> {
            rows.iter().filter(|row| tables.contains(&row.record.table.name)).map(|row| row.id).collect()
        };
        let (subjects, indicators) = (of(&["regions", "zones"]), of(&["indicators"]));
        // A few rows at a time, as many as a block or two has, and all at once.
        for some in [5, 16, 33, 10_000] {
            let figures = gathered(observation::packing(&store, REVISIONS, some)).await;
            let projects = gathered(project::packing(&store, REVISIONS, some)).await;
            let (mut listed, mut found) = (0, 0);
            for at in 1..=REVISIONS {
                let told = format!("{some} at a time, at {at} on {}", database.engine);
                for subject in &subjects {
                    for indicator in &indicators {
                        for not_after in std::iter::once(None).chain(PERIODS.map(Some)) {
                            let not_after = not_after.map(|text| text.parse::<PeriodCode>().unwrap());
                            let held = observation::newest_held(&figures, at, *subject, *indicator, not_after).unwrap();
                            let wanted = observation::newest(&store, at, &[*subject], *indicator, not_after).await;
                            assert!(held == wanted.unwrap(), "{told}: {subject} {indicator} {not_after:?}");
                        }
                    }
                }
                for _ in 0..60 {
                    let mut some = |all: &[i64]| -> Vec<i64> {
                        let count = random.random_range(0..=all.len());
                        all.choose_multiple(&mut random, count).copied().collect()
                    };
                    let (subjects, indicators) = (some(&subjects), some(&indicators));
                    let mut period = || {
                        let text = random.random_bool(0.6).then(|| PERIODS.choose(&mut random))??;
                        text.parse::<PeriodCode>().ok()
                    };
                    let (from, to) = (period(), period());
                    let indicators = random.random_bool(0.7).then_some(&*indicators);
                    let accumulation = random.random_bool(0.3).then_some(Accumulation::YearToDate);
                    let cells = Cells { subjects: &subjects, indicators, from, to, accumulation };
                    let wanted = observation::list(&store, at, &cells).await.unwrap();
                    assert!(observation::list_held(&figures, at, &cells).unwrap() == wanted, "{told}: {cells:?}");
                    listed += wanted.len();
                }
                let all = project::list(&store, REVISIONS, &project::Filter::default(), BY_CODE, None, 500).await;
                let ids: Vec<i64> = all.unwrap().iter().map(|project| project.id).chain([0, i64::MAX]).collect();
                let held = ids.iter().filter_map(|id| project::by_id_held(&projects, at, *id).unwrap());
                let mut held: Vec<_> = held.collect();
                held.sort_by_key(|project| project.id);
                assert!(held == project::by_ids(&store, at, &ids).await.unwrap(), "{told}");
                found += held.len();
            }
            assert!(listed > 1_000 && found > 200, "what finds nothing shows nothing: {listed}, {found}");
        }
    }
}

const BY_CODE: project::Order = project::Order { by: project::OrderBy::Code, desc: false };
