//! An invented city of two counties and a functional area, and a plan for it.

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::*;
use crate::domain::{Cell, FieldType, Point, Record, Shape, table};

fn record(name: &str, row: &Value) -> Record {
    let table = table(name).unwrap();
    for field in row.as_object().unwrap().keys() {
        assert!(field == "square" || table.position(field).is_some(), "{name} has no {field}");
    }
    let cells = table.fields.iter().map(|field| match (field.kind, row.get(field.name)) {
        (_, None) if field.name == "document" => Cell::Text("text".into()),
        (FieldType::Boolean, None) => Cell::Boolean(false),
        (_, None) => Cell::Null,
        (FieldType::Integer, Some(number)) => Cell::Integer(number.as_i64().unwrap()),
        (FieldType::Boolean, Some(truth)) => Cell::Boolean(truth.as_bool().unwrap()),
        (FieldType::Decimal, Some(text)) => Cell::Decimal(text.as_str().unwrap().parse().unwrap()),
        (FieldType::List, Some(text)) => Cell::List(text.as_str().unwrap().split('|').map(Into::into).collect()),
        (_, Some(text)) => Cell::Text(text.as_str().unwrap().into()),
    });
    let shape = row.get("square").map(|corners| {
        let [west, south, east, north] = [0, 1, 2, 3].map(|at| (corners[at].as_f64().unwrap() * 1e7) as i32);
        let at = |x, y| Point { x, y };
        Shape::Polygons(vec![vec![vec![at(west, south), at(east, south), at(east, north), at(west, north)]]])
    });
    Record { table, cells: cells.collect(), shape }
}

fn rows() -> Vec<(&'static str, Value)> {
    let footprint = |code: &str, kind: &str, place: &str, square: Value, document: &str| {
        json!({"code": code, "place_kind": kind, "place_code": place, "change": "INITIAL", "accuracy": "DIGITISED",
               "attribution": "nobody", "square": square, "document": document})
    };
    vec![
        (
            "documents",
            json!({"code": "text", "title": "Text", "retrieved_on": "2026-01-01", "confidence": "high",
                             "issued_on": "2023-11"}),
        ),
        (
            "documents",
            json!({"code": "later", "title": "Later", "retrieved_on": "2026-01-01", "confidence": "high",
                             "issued_on": "2024-02-01"}),
        ),
        (
            "documents",
            json!({"code": "made-up", "title": "Made up", "retrieved_on": "2026-01-01",
                             "confidence": "high", "sample": true, "issued_on": "2025"}),
        ),
        ("regions", json!({"code": "city", "name": "City", "kind": "CITY", "position": 0})),
        ("regions", json!({"code": "east", "name": "East", "kind": "COUNTY", "parent": "city", "position": 2})),
        ("regions", json!({"code": "west", "name": "West", "kind": "COUNTY", "parent": "city", "position": 1})),
        (
            "regions",
            json!({"code": "demo", "name": "Demo", "kind": "FUNCTIONAL_AREA", "parent": "city", "position": 3}),
        ),
        ("zones", json!({"code": "park", "name": "Park", "listing": "CONFIRMED", "position": 1})),
        ("zone_hosts", json!({"zone": "park", "region": "east"})),
        ("footprints", footprint("fp-west", "REGION", "west", json!([115.0, 34.0, 115.1, 34.1]), "text")),
        ("footprints", footprint("fp-east", "REGION", "east", json!([115.1, 34.0, 115.2, 34.1]), "text")),
        ("footprints", footprint("fp-park", "ZONE", "park", json!([115.15, 34.05, 115.16, 34.06]), "made-up")),
        (
            "plans",
            json!({"code": "plan", "name": "Plan", "status": "DRAFT_FOR_COMMENT", "version": "draft",
                         "from": "2023", "to": "2025", "region": "city", "time_zone": "Asia/Shanghai"}),
        ),
        (
            "sections",
            json!({"plan": "plan", "code": "S1", "position": 1, "level": 1, "number": "1", "title": "One",
                            "locator": "S1"}),
        ),
        (
            "sections",
            json!({"plan": "plan", "code": "S1.10", "parent": "S1", "position": 10, "level": 2, "number": "10",
                            "title": "Ten", "locator": "S1.10"}),
        ),
        (
            "sections",
            json!({"plan": "plan", "code": "S1.2", "parent": "S1", "position": 2, "level": 2, "number": "2",
                            "title": "Two", "locator": "S1.2"}),
        ),
        ("groups", json!({"plan": "plan", "number": 1, "name": "Group", "section": "S1.2"})),
        (
            "tasks",
            json!({"plan": "plan", "number": 1, "title": "First", "kind": "ANNUAL_QUOTA", "group": 1,
                         "section": "S1.2", "deadline_as_written": "each year", "responsibility_as_written": "all"}),
        ),
        (
            "tasks",
            json!({"plan": "plan", "number": 2, "title": "Second", "kind": "BY_DEADLINE", "group": 1,
                         "deadline_as_written": "2025", "responsibility_as_written": "all"}),
        ),
        (
            "indicators",
            json!({"code": "deals", "name": "Deals", "definition": "Signed", "unit": "CNY-1e8",
                              "frequency": "ANNUAL", "accumulation": "IN_PERIOD", "additivity": "ADDITIVE",
                              "polarity": "HIGHER_IS_BETTER", "applies_to": "REGION"}),
        ),
        (
            "targets",
            json!({"plan": "plan", "code": "t01-1", "task": 1, "indicator": "deals", "subject_kind": "REGION",
                           "subject_code": "city", "basis": "PER_YEAR", "comparator": "AT_LEAST",
                           "commitment": "STRIVE", "value": "1000", "unit": "CNY-1e8", "as_written": "1000",
                           "period": "2025"}),
        ),
        ("units", json!({"code": "bureau", "name": "Bureau", "kind": "DEPARTMENT"})),
        ("units", json!({"code": "counties", "name": "Counties", "kind": "COLLECTIVE", "regions": "east|west"})),
        ("units", json!({"code": "east-gov", "name": "East government", "kind": "GOVERNMENT", "regions": "east"})),
        (
            "task_units",
            json!({"plan": "plan", "task": 1, "unit": "bureau", "position": 1, "role": "LEAD",
                              "name_as_written": "Bureau"}),
        ),
        (
            "task_units",
            json!({"plan": "plan", "task": 1, "unit": "counties", "position": 2, "role": "SUPPORT",
                              "name_as_written": "Counties"}),
        ),
        (
            "task_units",
            json!({"plan": "plan", "task": 2, "unit": "east-gov", "position": 1, "role": "RESPONSIBLE",
                              "name_as_written": "East government"}),
        ),
        ("layout", json!({"plan": "plan", "code": "core", "name": "Core", "form": "CORE", "position": 1})),
        ("layout", json!({"plan": "plan", "code": "belt", "name": "Belt", "form": "BELT", "position": 2})),
        ("layout", json!({"plan": "plan", "code": "far", "name": "Far", "form": "NODE", "position": 3})),
        (
            "layout_members",
            json!({"plan": "plan", "layout": "core", "place_kind": "REGION", "place_code": "east",
                                  "position": 2, "role": "Heart", "inferred": true}),
        ),
        (
            "layout_members",
            json!({"plan": "plan", "layout": "core", "place_kind": "REGION", "place_code": "west",
                                  "position": 1, "role": "Heart"}),
        ),
        (
            "layout_members",
            json!({"plan": "plan", "layout": "belt", "place_kind": "REGION", "place_code": "west",
                                  "position": 1, "role": "Gate"}),
        ),
        (
            "layout_members",
            json!({"plan": "plan", "layout": "belt", "place_kind": "REGION", "place_code": "east",
                                  "position": 2, "role": "Gate"}),
        ),
        (
            "layout_members",
            json!({"plan": "plan", "layout": "far", "place_kind": "REGION", "place_code": "demo",
                                  "position": 1, "role": "Node"}),
        ),
        ("clusters", json!({"code": "food", "name": "Food", "kind": "OTHER"})),
        ("chains", json!({"code": "flour", "name": "Flour", "listing": "MENTIONED", "clusters": "food"})),
        (
            "industry_places",
            json!({"subject_kind": "CLUSTER", "subject_code": "food", "place_kind": "ZONE",
                                   "place_code": "park", "role": "HOST"}),
        ),
        ("task_links", json!({"plan": "plan", "task": 1, "kind": "LAYOUT", "code": "plan/core"})),
        ("task_links", json!({"plan": "plan", "task": 2, "kind": "CLUSTER", "code": "food", "role": "Grow it"})),
        ("task_links", json!({"plan": "plan", "task": 2, "kind": "REGION", "code": "west", "inferred": true})),
        ("citations", json!({"kind": "REGION", "code": "east", "document": "later", "locator": "p. 2"})),
    ]
}

fn source(revision: i32, rows: &[(&'static str, Value)]) -> Source {
    let inputs = rows.iter().enumerate().map(|(at, (name, row))| Dimension {
        id: at as i64 + 1,
        package: "city".to_owned(),
        record: record(name, row),
        since: 1,
    });
    let touched = rows.iter().map(|(name, _)| (*name, 1)).collect();
    Source { revision, rows: inputs.collect(), touched, ..Source::default() }
}

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
}

fn atlas() -> Atlas {
    Atlas::build(source(1, &rows()), day(), None).unwrap()
}

fn id(atlas: &Atlas, kind: Kind, code: &str) -> EntityId {
    atlas.find(kind, code).unwrap_or_else(|| panic!("{kind:?} {code}"))
}

#[test]
fn rows_become_families_in_their_own_order() {
    let atlas = atlas();
    let codes: Vec<&str> = atlas.regions.all().iter().map(|r| &*r.code).collect();
    assert_eq!(codes, ["city", "west", "east", "demo"]);
    let sections: Vec<&str> = atlas.sections.all().iter().map(|s| &*s.number).collect();
    assert_eq!(sections, ["1", "2", "10"]);
    let top = id(&atlas, Kind::Section, "plan/S1");
    assert_eq!(atlas.index.sections_of(id(&atlas, Kind::Plan, "plan")).len(), 1);
    assert_eq!(atlas.index.sections_of(top).len(), 2);
    assert_eq!(atlas.index.tasks_of(id(&atlas, Kind::Section, "plan/S1.2")).len(), 1);
    assert_eq!(atlas.index.tasks_of(id(&atlas, Kind::Group, "plan/1")).len(), 2);
    assert_eq!(atlas.regions.code("east").unwrap().citations.len(), 2);
    assert_eq!(atlas.index.assignments_of(id(&atlas, Kind::Unit, "bureau"))[0].role, crate::domain::UnitRole::Lead);
}

#[test]
fn a_yearly_quota_has_a_milestone_in_every_year_of_its_plan() {
    let atlas = atlas();
    let target = atlas.targets.code("plan/t01-1").unwrap();
    let periods: Vec<String> = target.milestones.iter().map(|m| m.period.to_string()).collect();
    assert_eq!(periods, ["2023", "2024", "2025"]);
    assert!(target.milestones.iter().all(|m| !m.interpolated && m.quantity == target.quantity));
}

#[test]
fn tasks_reach_places_each_in_its_own_way() {
    let atlas = atlas();
    let ways = |kind, code, via: Option<&[LinkVia]>| -> Vec<(u32, LinkVia, bool)> {
        let links = atlas.links.of_subject(id(&atlas, kind, code), via);
        links.iter().map(|link| (link.task.number, link.via, link.inferred)).collect()
    };
    assert_eq!(ways(Kind::Layout, "plan/core", None), [(1, LinkVia::Named, false)]);
    assert_eq!(ways(Kind::Region, "west", None), [(2, LinkVia::Named, true), (1, LinkVia::Layout, false)]);
    // The counties together are the whole city, so that their duty is city-wide; the county's own is not.
    assert_eq!(ways(Kind::Region, "east", None), [(1, LinkVia::Layout, true), (2, LinkVia::ResponsibleUnit, false)]);
    assert_eq!(ways(Kind::Zone, "park", None), [(1, LinkVia::Layout, true), (2, LinkVia::Cluster, false)]);
    assert_eq!(ways(Kind::Chain, "flour", None), [(2, LinkVia::Cluster, true)]);
    assert_eq!(ways(Kind::Region, "city", None), []);
    let duties = [LinkVia::ResponsibleUnit];
    assert_eq!(ways(Kind::Region, "city", Some(&duties)), [(1, LinkVia::ResponsibleUnit, false)]);
    assert_eq!(ways(Kind::Zone, "park", Some(&duties)), [(1, LinkVia::ResponsibleUnit, true)]);
    let mut served = source(1, &rows());
    served.projects = vec![Reach {
        tasks: vec![id(&atlas, Kind::Task, "plan/2").0],
        zone: Some(id(&atlas, Kind::Zone, "park").0),
        region: None,
        cluster: None,
        chain: None,
        document: id(&atlas, Kind::Document, "made-up").0,
    }];
    let served = Atlas::build(served, day(), None).unwrap();
    let links = served.links.of_subject(id(&atlas, Kind::Zone, "park"), Some(&[LinkVia::Project]));
    assert_eq!(links.iter().map(|link| link.task.number).collect::<Vec<_>>(), [2]);
    let task = id(&atlas, Kind::Task, "plan/1");
    assert_eq!(atlas.links.of_task(task, None).len(), 4);
    assert_eq!(atlas.links.of_task(task, Some(&duties)).len(), 1);
    let cluster = &atlas.links.of_subject(id(&atlas, Kind::Cluster, "food"), None)[0];
    assert_eq!(cluster.role.as_deref(), Some("Grow it"));
}

#[test]
fn layout_elements_are_drawn_from_their_members_or_not_at_all() {
    let atlas = atlas();
    let drawn = |code| atlas.footprint(id(&atlas, Kind::Layout, code), day());
    let core = drawn("plan/core").unwrap();
    assert_eq!(core.code, "LAYOUT/plan/core");
    let parts: f64 = ["west", "east"]
        .map(|code| atlas.footprint(id(&atlas, Kind::Region, code), day()).unwrap().measures().unwrap().area_km2)
        .iter()
        .sum();
    assert!((core.measures().unwrap().area_km2 - parts).abs() < 1e-9);
    assert!(!core.sample);
    let belt = drawn("plan/belt").unwrap();
    assert_eq!(belt.accuracy, crate::domain::BoundaryAccuracy::Schematic);
    assert!(matches!(&**belt.shape(), Shape::Lines(lines) if lines[0].len() == 3), "through the core");
    assert!(drawn("plan/far").is_none(), "its member has no outline");
    let food = atlas.footprint(id(&atlas, Kind::Cluster, "food"), day()).unwrap();
    assert!(food.sample, "its zone's outline is made up");
    assert_eq!(atlas.footprint_of_code("LAYOUT/plan/core").unwrap().place, core.place);
    assert_eq!(atlas.footprint_of_code("fp-park").unwrap().code, "fp-park");
}

#[test]
fn a_footprint_is_picked_by_the_day_it_is_valid_on() {
    let mut rows = rows();
    for (name, row) in &mut rows {
        if *name == "footprints" && row["code"] == "fp-west" {
            row["valid_to"] = json!("2024");
        }
    }
    rows.push((
        "footprints",
        json!({"code": "fp-west-2", "place_kind": "REGION", "place_code": "west",
        "change": "TRANSFER", "accuracy": "DIGITISED", "attribution": "nobody", "valid_from": "2024",
        "square": [115.0, 34.0, 115.05, 34.1]}),
    ));
    let atlas = Atlas::build(source(1, &rows), day(), None).unwrap();
    let west = id(&atlas, Kind::Region, "west");
    let before = NaiveDate::from_ymd_opt(2023, 12, 31).unwrap();
    assert_eq!(atlas.footprint(west, before).unwrap().code, "fp-west");
    assert_eq!(atlas.footprint(west, day()).unwrap().code, "fp-west-2");
    assert_eq!(atlas.footprints(west).len(), 2);
    let core = id(&atlas, Kind::Layout, "plan/core");
    let (then, now) = (atlas.footprint(core, before).unwrap(), atlas.footprint(core, day()).unwrap());
    assert!(then.measures().unwrap().area_km2 > now.measures().unwrap().area_km2);
    for footprint in [then, now] {
        assert!(Arc::ptr_eq(&atlas.footprint_of_code(&footprint.code).unwrap(), &footprint));
    }
}

#[test]
fn relations_say_whether_they_are_declared_or_drawn() {
    let atlas = atlas();
    let found = |kind, code| -> Vec<(String, PlaceRelation, bool)> {
        let relations = atlas.related(id(&atlas, kind, code));
        relations.iter().map(|r| (r.other.code().to_owned(), r.relation, r.declared)).collect()
    };
    let east = found(Kind::Region, "east");
    for expected in [
        ("park", PlaceRelation::Contains, true),
        ("city", PlaceRelation::Within, true),
        ("plan/core", PlaceRelation::MemberOf, true),
        ("west", PlaceRelation::Touches, false),
    ] {
        let (code, relation, declared) = expected;
        assert!(east.contains(&(code.to_owned(), relation, declared)), "{expected:?} in {east:?}");
    }
    assert_eq!(east.iter().filter(|(code, ..)| code == "park").count(), 1, "declared and borne out is one relation");
    assert_eq!(east.iter().filter(|(code, ..)| code == "plan/core").count(), 1, "a member lies within, drawn or not");
    let park = atlas.related(id(&atlas, Kind::Zone, "park"));
    let host = park.iter().find(|r| r.other.code() == "east").unwrap();
    assert!(host.overlap == Some(1.0) && host.sample, "the zone's outline is made up");
}

#[test]
fn points_fall_into_their_region_and_zone() {
    let atlas = atlas();
    let codes = |x: f64, y: f64| {
        let (region, zone) = atlas.places_at(Point { x: (x * 1e7) as i32, y: (y * 1e7) as i32 });
        (region.map(|p| p.code().to_owned()), zone.map(|p| p.code().to_owned()))
    };
    assert_eq!(codes(115.155, 34.055), (Some("east".to_owned()), Some("park".to_owned())));
    assert_eq!(codes(115.05, 34.05), (Some("west".to_owned()), None));
    assert_eq!(codes(10.0, 10.0), (None, None));
}

#[test]
fn the_preferred_source_is_real_then_surer_then_later() {
    let atlas = atlas();
    let at = |code| (id(&atlas, Kind::Document, code), None);
    assert!(atlas.prefer(at("later"), at("text")).is_lt());
    assert!(atlas.prefer(at("text"), at("made-up")).is_lt());
    let released = NaiveDate::from_ymd_opt(2025, 1, 1);
    assert!(atlas.prefer((at("text").0, released), at("later")).is_lt());
    assert!(atlas.is_sample(at("made-up").0) && atlas.has_sample());
}

#[test]
fn a_later_revision_shares_what_was_not_touched() {
    let first = atlas();
    let mut next = source(2, &rows());
    next.touched.insert("tasks", 2);
    let second = Atlas::build(next, day(), Some(&first)).unwrap();
    assert!(Arc::ptr_eq(&first.regions, &second.regions));
    assert!(Arc::ptr_eq(&first.ground, &second.ground));
    assert!(!Arc::ptr_eq(&first.tasks, &second.tasks));
    assert!(!Arc::ptr_eq(&first.links, &second.links));
    assert_eq!(second.touched("tasks"), 2);
    let again = Atlas::build(source(1, &rows()), day(), Some(&second)).unwrap();
    assert!(!Arc::ptr_eq(&again.tasks, &second.tasks), "back in time is touched in between, too");
}
