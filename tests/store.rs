//! Questions about facts get the same answers from both engines.
#![allow(clippy::unwrap_used)]

mod common;

use common::world::{import, record, riverton, row, set};
use planatlas::domain::{PeriodCode, Point, ProjectStage};
use planatlas::geometry::Bbox;
use planatlas::store::observation::Cells;
use planatlas::store::project::{Dim, Filter, Group, Key, Order, OrderBy};
use planatlas::store::{Store, enterprise, observation, project, register_entry};

/// Id of a dimension row.
async fn id(store: &Store, table: &str, key: &str) -> i64 {
    let all = store.dimensions(store.newest_number().await.unwrap()).await.unwrap();
    all.iter().find(|row| row.record.table.name == table && row.record.key() == key).expect(key).id
}

fn period(text: &str) -> PeriodCode {
    text.parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_are_found_by_subject_indicator_and_period() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        import(&store, &riverton()).await;
        let (north, south) = (id(&store, "regions", "north").await, id(&store, "regions", "south").await);
        let (mill, dock) = (id(&store, "zones", "mill-park").await, id(&store, "zones", "dock-park").await);
        let revenue = id(&store, "indicators", "revenue").await;
        let subjects = [north, south, mill, dock];

        let all = observation::list(&store, 1, &Cells { subjects: &subjects, ..Cells::default() }).await.unwrap();
        assert_eq!(all.len(), 7);
        let key = |o: &observation::Observation| (o.subject, o.indicator, o.period, o.accumulation.word(), o.document);
        assert!(all.is_sorted_by_key(key), "{}", database.engine);
        let some =
            Cells { subjects: &subjects, from: Some(period("2023-H2")), to: Some(period("2023")), ..Cells::default() };
        let some = observation::list(&store, 1, &some).await.unwrap();
        let codes: Vec<String> = some.iter().map(|o| o.period.to_string()).collect();
        assert_eq!(codes, ["2023", "2023", "2023", "2023-Q4", "2023-H2"], "whatever ends with the year");

        let newest = observation::newest(&store, 1, &subjects, revenue, None).await.unwrap();
        let seen: Vec<(i64, String, Option<String>)> = (newest.iter())
            .map(|o| {
                (o.subject, o.period.to_string(), o.quantity.as_ref().map(|q| format!("{} {}", q.value, q.unit.code)))
            })
            .collect();
        let mut wanted = vec![
            (north, "2023".to_owned(), Some("1500.50 CNY-1e8".to_owned())),
            (south, "2023".to_owned(), Some("284.25 CNY-1e8".to_owned())),
            (mill, "2023-H2".to_owned(), Some("22.3 CNY-1e8".to_owned())),
            (dock, "2023-M09".to_owned(), Some("0 CNY-1e8".to_owned())),
        ];
        wanted.sort();
        assert_eq!(seen, wanted, "{}", database.engine);
        let before = observation::newest(&store, 1, &subjects, revenue, Some(period("2022-M12"))).await.unwrap();
        assert_eq!(before.len(), 1);
        assert_eq!(observation::by_id(&store, before[0].id).await.unwrap().as_ref(), Some(&before[0]));

        let periods = observation::periods(&store, 1).await.unwrap();
        assert_eq!(periods.len(), 5, "{periods:?}");
        assert!(periods.iter().all(|summary| summary.sample && summary.indicator == revenue));
        assert_eq!(periods.iter().map(|summary| summary.subjects).max(), Some(2));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn projects_are_searched_counted_grouped_and_paged() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        let mut world = riverton();
        for number in 10..30 {
            let (code, amount) = (format!("q-{number}"), (number / 2 * 100).to_string());
            let mut cells = vec![
                ("code", code.as_str()),
                ("name", "Silo"),
                ("investment", amount.as_str()),
                ("investment_unit", "CNY-1e4"),
                ("zone", if number % 3 == 0 { "dock-park" } else { "mill-park" }),
                ("stage", "BUILDING"),
                ("lon", "115.65"),
                ("lat", "34.40"),
                ("document", "yearbook"),
            ];
            if number % 5 == 0 {
                cells.retain(|(field, _)| !field.starts_with("investment") && *field != "stage");
            }
            world.records.push(record("projects", &cells));
        }
        import(&store, &world).await;
        let (mill, dock) = (id(&store, "zones", "mill-park").await, id(&store, "zones", "dock-park").await);

        for by in [OrderBy::Investment, OrderBy::Code, OrderBy::Stage] {
            for desc in [false, true] {
                let order = Order { by, desc };
                let all = project::list(&store, 1, &Filter::default(), order, None, 100).await.unwrap();
                assert_eq!(all.len(), 23);
                let mut paged = Vec::new();
                let mut after = None;
                loop {
                    let page = project::list(&store, 1, &Filter::default(), order, after.as_ref(), 4).await.unwrap();
                    let Some(last) = page.last() else { break };
                    after = Some(last.cursor(order));
                    paged.extend(page);
                }
                assert_eq!(paged, all, "{order:?} on {}", database.engine);
                if by == OrderBy::Investment {
                    assert!(all[0].investment.is_some() && all[22].investment.is_none(), "no value comes last");
                }
            }
        }

        let find = async |filter: Filter| {
            let found =
                project::list(&store, 1, &filter, Order { by: OrderBy::Code, desc: false }, None, 100).await.unwrap();
            assert_eq!(project::count(&store, 1, &filter).await.unwrap(), found.len() as i64);
            found.into_iter().map(|project| project.code).collect::<Vec<_>>()
        };
        let contains = |text: &str| Filter { name_contains: Some(text.to_owned()), ..Filter::default() };
        assert_eq!(find(contains("MILL")).await, ["p-1", "p-2"]);
        assert_eq!(find(contains("100%_")).await, ["p-1"]);
        assert_eq!(find(contains("100_")).await, [""; 0]);
        let kind = |kind: &str| Filter { kinds: Some(vec![kind.to_owned()]), ..Filter::default() };
        assert_eq!(find(kind("green")).await, ["p-1"]);
        assert_eq!(find(kind("gree")).await, [""; 0]);
        let task = id(&store, "tasks", "riverton/2").await;
        assert_eq!(find(Filter { tasks: Some(vec![task]), ..Filter::default() }).await, ["p-1"]);
        assert_eq!(find(Filter { zones: Some(Vec::new()), ..Filter::default() }).await, [""; 0]);
        let dear =
            Filter { investment_from: Some(15_000_000_000), investment_to: Some(15_000_000_000), ..Filter::default() };
        assert_eq!(find(dear.clone()).await, ["p-1"]);
        let or = Filter { or: vec![dear.clone(), contains("Dock")], ..Filter::default() };
        assert_eq!(find(or.clone()).await, ["p-1", "p-3"]);
        let not = Filter { and: vec![or], not: Some(Box::new(dear)), ..Filter::default() };
        assert_eq!(find(not).await, ["p-3"], "p-3 has no investment, so it is not dear");
        let here = |west, east| Bbox { min: Point { x: west, y: 343_000_000 }, max: Point { x: east, y: 344_123_456 } };
        let by_box = |bbox| Filter { bbox: Some(bbox), ..Filter::default() };
        assert_eq!(find(by_box(here(1_156_500_000, 1_156_500_000))).await.len(), 21, "edges are inside");
        assert_eq!(find(by_box(here(1_156_500_001, 1_170_000_000))).await.len(), 0);
        let nowhere = Filter { not: Some(Box::new(by_box(here(1_150_000_000, 1_160_000_000)))), ..Filter::default() };
        assert_eq!(find(nowhere).await, ["p-2", "p-3"]);
        let both = Filter { stages: Some(vec![ProjectStage::Started]), ..by_box(here(1_150_000_000, 1_160_000_000)) };
        assert_eq!(find(both).await, ["p-1"]);

        let groups = project::groups(&store, 1, &Filter::default(), &[Dim::Zone, Dim::Stage]).await.unwrap();
        assert_eq!(groups.iter().map(|group| group.count).sum::<i64>(), 23);
        let signed = vec![Key::Thing(Some(dock)), Key::Stage(Some(ProjectStage::Signed))];
        let one = groups.iter().find(|group| group.key == signed).unwrap();
        assert_eq!(*one, Group { key: signed, count: 1, investment: Some(20_000_000_000) });
        let total = project::groups(&store, 1, &Filter::default(), &[]).await.unwrap();
        assert_eq!((total.len(), total[0].count), (1, 23));

        let order = Order { by: OrderBy::Investment, desc: true };
        for filter in [Filter::default(), by_box(here(1_150_000_000, 1_160_000_000))] {
            let pages =
                project::page_per_parent(&store, 1, Dim::Zone, &[dock, mill, -1], &filter, order, 3).await.unwrap();
            for zone in [dock, mill] {
                let page: Vec<_> = pages.iter().filter(|(parent, _)| *parent == zone).map(|(_, p)| p.clone()).collect();
                let only = Filter { zones: Some(vec![zone]), ..filter.clone() };
                assert_eq!(page, project::list(&store, 1, &only, order, None, 3).await.unwrap(), "{}", database.engine);
            }
        }
        let first = project::by_code(&store, 1, "p-1").await.unwrap().unwrap();
        assert_eq!(first.investment.as_ref().unwrap().value.to_string(), "1.50");
        assert_eq!(first.location, Some(Point { x: 1_156_500_000, y: 344_123_456 }));
        assert_eq!(project::by_ids(&store, 1, &[first.id, -1]).await.unwrap(), std::slice::from_ref(&first));
        let stages = project::stages(&store, 1, &[first.id]).await.unwrap();
        assert_eq!(stages.iter().map(|reached| reached.stage.word()).collect::<Vec<_>>(), ["SIGNED", "STARTED"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_revision_answers_as_before() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        let mut world = riverton();
        import(&store, &world).await;
        let order = Order { by: OrderBy::Code, desc: false };
        let before = project::list(&store, 1, &Filter::default(), order, None, 100).await.unwrap();
        set(row(&mut world, "projects", "p-1"), "zone", "dock-park");
        set(row(&mut world, "projects", "p-1"), "stage", "BUILDING");
        common::world::remove(&mut world, "projects", "p-3");
        import(&store, &world).await;
        assert_eq!(project::list(&store, 1, &Filter::default(), order, None, 100).await.unwrap(), before);
        let after = project::list(&store, 2, &Filter::default(), order, None, 100).await.unwrap();
        assert_eq!(
            after.iter().map(|project| (project.code.as_str(), project.since)).collect::<Vec<_>>(),
            [("p-1", 2), ("p-2", 1)]
        );
        assert_eq!(after[0].id, before[0].id);
        let dock = id(&store, "zones", "dock-park").await;
        let page = async |at| {
            project::page_per_parent(&store, at, Dim::Zone, &[dock], &Filter::default(), order, 9).await.unwrap()
        };
        assert_eq!((page(1).await.len(), page(2).await.len()), (1, 2));
    }
}

/// Indexes as the engine describes them.
async fn indexes(database: &common::database::Database) -> Vec<String> {
    use sqlx::Connection as _;
    let mut found: Vec<String> = if database.engine == "sqlite" {
        let mut connection = sqlx::SqliteConnection::connect(&database.url).await.unwrap();
        let sql = "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
        sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
    } else {
        let mut connection = sqlx::PgConnection::connect(&database.url).await.unwrap();
        let sql = "SELECT indexdef FROM pg_indexes WHERE schemaname = current_schema()";
        sqlx::query_scalar(sql).fetch_all(&mut connection).await.unwrap()
    };
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_first_import_leaves_every_index_as_it_was() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        let before = indexes(&database).await;
        assert!(before.iter().any(|sql| sql.contains("project_cell")), "{before:?}");
        let mut world = riverton();
        for number in 0..1_100 {
            let code = format!("q-{number}");
            let cells = [("code", code.as_str()), ("name", "Silo"), ("zone", "mill-park"), ("document", "yearbook")];
            world.records.push(record("projects", &cells));
        }
        import(&store, &world).await;
        assert_eq!(indexes(&database).await, before, "{}", database.engine);
        assert_eq!(project::count(&store, 1, &Filter::default()).await.unwrap(), 1_103);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn enterprises_and_register_entries_are_found() {
    for database in common::database::fresh() {
        let store = Store::open(&database.url).await.unwrap();
        import(&store, &riverton()).await;
        let green = id(&store, "registers", "green").await;
        let listed = enterprise::Filter { registers: Some(vec![green]), ..Default::default() };
        let found = enterprise::list(&store, 1, &listed, None, 10).await.unwrap();
        assert_eq!(found.iter().map(|enterprise| enterprise.code.as_str()).collect::<Vec<_>>(), ["e-1"]);
        assert_eq!(enterprise::count(&store, 1, &enterprise::Filter::default()).await.unwrap(), 2);
        let unlisted = enterprise::Filter { not: Some(Box::new(listed)), ..Default::default() };
        let rest = enterprise::list(&store, 1, &unlisted, None, 10).await.unwrap();
        assert_eq!(rest.iter().map(|enterprise| enterprise.code.as_str()).collect::<Vec<_>>(), ["e-2"]);
        let next = enterprise::list(&store, 1, &enterprise::Filter::default(), Some("e-1"), 10).await.unwrap();
        assert_eq!(next, rest);
        assert_eq!(enterprise::by_code(&store, 1, "e-1").await.unwrap().as_ref(), Some(&found[0]));
        assert_eq!(enterprise::by_ids(&store, 1, &[found[0].id]).await.unwrap(), found);

        let in_force = |text: &str| register_entry::Filter { in_force: Some(period(text)), ..Default::default() };
        for (text, count) in [("2022", 1), ("2023-M12", 2), ("2024-Q1", 2), ("2026-H1", 2), ("2026-M07", 1)] {
            assert_eq!(register_entry::count(&store, 1, &in_force(text)).await.unwrap(), count, "{text}");
        }
        let entries = register_entry::list(&store, 1, &register_entry::Filter::default(), None, 10).await.unwrap();
        assert_eq!(entries.iter().map(|entry| entry.code.as_str()).collect::<Vec<_>>(), ["green/g-1", "green/g-2"]);
        assert_eq!(entries[0].holder, found[0].id);
        let held = register_entry::Filter { holders: Some(vec![found[0].id]), ..Default::default() };
        assert_eq!(register_entry::list(&store, 1, &held, None, 10).await.unwrap(), entries[..1]);
        assert_eq!(register_entry::by_code(&store, 1, "green/g-2").await.unwrap().as_ref(), Some(&entries[1]));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_may_be_opened_by_many_at_once() {
    for _ in 0..20 {
        let database = common::database::sqlite();
        let opening = (0..8).map(|_| {
            let url = database.url.clone();
            tokio::spawn(async move { Store::open(&url).await.map(drop) })
        });
        for opened in futures_util::future::join_all(opening).await {
            opened.unwrap().unwrap();
        }
    }
}
