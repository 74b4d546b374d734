//! The atlas over whole packages: the plan that the product carries, and an invented one with axes and nodes.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;

use chrono::NaiveDate;
use planatlas::atlas::{Atlas, LinkVia, PlaceRelation, Source};
use planatlas::domain::{BoundaryAccuracy, EntityId, Kind, Shape, UnitRole};
use planatlas::geometry::LEVELS;
use planatlas::package::{NothingKnown, read};
use planatlas::store::Dimension;

const FACTS: [&str; 5] = ["observations", "projects", "project_stages", "enterprises", "register_entries"];

fn atlas(packages: &[&str]) -> Atlas {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dirs: Vec<_> = packages.iter().map(|dir| root.join(dir)).collect();
    let packages = read(&dirs, &NothingKnown).unwrap_or_else(|problems| panic!("{problems:?}"));
    let records = packages.iter().flat_map(|package| package.records().map(|record| (package.name.clone(), record)));
    let rows = records.filter(|(_, record)| !FACTS.contains(&record.table.name)).enumerate();
    let rows = rows.map(|(at, (package, record))| Dimension { id: at as i64 + 1, package, record, since: 1 });
    let source = Source { revision: 1, rows: rows.collect(), ..Source::default() };
    Atlas::build(source, NaiveDate::from_ymd_opt(2026, 11, 23).unwrap(), None).unwrap()
}

fn plan() -> Atlas {
    atlas(&["geodata/shangqiu"])
}

fn id(atlas: &Atlas, kind: Kind, code: &str) -> EntityId {
    atlas.find(kind, code).unwrap_or_else(|| panic!("{kind:?} {code}"))
}

#[test]
fn the_plan_is_whole() {
    let atlas = plan();
    let levels = |level| atlas.sections.all().iter().filter(|section| section.level == level).count();
    assert_eq!([levels(1), levels(2), levels(3)], [4, 19, 39]);
    assert_eq!((atlas.groups.all().len(), atlas.tasks.all().len()), (13, 54));
    let plan = &atlas.plans.all()[0];
    let numbers: Vec<u32> = atlas.index.tasks_of(plan.id).iter().map(|task| task.number).collect();
    assert!(numbers.iter().copied().eq(1..=54));
    for task in atlas.tasks.all() {
        assert!(atlas.groups.code(&task.group).is_some() && !task.units.is_empty(), "task {}", task.number);
        assert!(task.section.as_ref().is_some_and(|code| atlas.sections.code(code).is_some()), "task {}", task.number);
    }
    for target in atlas.targets.all() {
        assert!(atlas.indicators.code(&target.indicator).is_some(), "{}", target.code);
        assert!(atlas.subject_of_code(target.subject.0, &target.subject.1).is_some(), "{}", target.code);
        assert!(target.milestones.is_sorted_by_key(|milestone| milestone.period), "{}", target.code);
    }
}

#[test]
fn the_leads_are_those_of_the_text() {
    let atlas = plan();
    let leads = |task: &planatlas::domain::Task| task.units.iter().filter(|part| part.role == UnitRole::Lead).count();
    let without: Vec<u32> = atlas.tasks.all().iter().filter(|t| leads(t) == 0).map(|t| t.number).collect();
    assert_eq!(without, [2, 12, 13, 16, 18, 20, 21, 23, 36, 37, 38, 39, 52, 53]);
    let unit = atlas.units.all().iter().find(|unit| unit.code == "sq-industry-bureau").unwrap();
    let led: Vec<_> = atlas.index.assignments_of(unit.id).iter().filter(|part| part.role == UnitRole::Lead).collect();
    let alone = led.iter().filter(|part| leads(&part.task) == 1).count();
    assert_eq!((led.len(), alone), (25, 24));
    assert!(led.iter().any(|part| part.task.number == 31 && leads(&part.task) == 2));
}

#[test]
fn the_layout_is_drawn_from_the_counties_at_every_level() {
    let atlas = plan();
    let area =
        |kind, code: &str| atlas.footprint(id(&atlas, kind, code), atlas.on).unwrap().measures().unwrap().area_km2;
    let city = atlas.regions.all().iter().find(|region| region.parent.is_none()).unwrap();
    let parts = atlas.index.regions_of(city.id).iter();
    let sum: f64 = parts.filter_map(|part| Some(atlas.footprint(part.id, atlas.on)?.measures()?.area_km2)).sum();
    assert!((area(Kind::Region, &city.code) / sum - 1.0).abs() < 1e-8);
    for element in atlas.layout.all() {
        let footprint = atlas.footprint(element.id, atlas.on).unwrap();
        let members = element.members.iter().map(|member| area(member.place.0, &member.place.1));
        match &**footprint.shape() {
            Shape::Lines(lines) => {
                assert_eq!(footprint.accuracy, BoundaryAccuracy::Schematic);
                assert_eq!(lines[0].len(), element.members.len() + 1, "the belt runs through the core");
            }
            _ => assert!((footprint.measures().unwrap().area_km2 / members.sum::<f64>() - 1.0).abs() < 1e-8),
        }
        for level in LEVELS {
            let drawn = footprint.drawn(level);
            assert_eq!(drawn.tolerance, level);
            assert!(serde_json::from_slice::<serde_json::Value>(&drawn.geojson()).is_ok());
        }
        assert!(!footprint.sample);
    }
}

#[test]
fn the_layout_task_reaches_its_members_and_the_zones_in_them() {
    let atlas = plan();
    let layout = atlas.tasks.all().iter().find(|task| task.links.iter().any(|l| l.kind == Kind::Layout)).unwrap();
    assert_eq!(layout.number, 49);
    let via = [LinkVia::Layout];
    for link in atlas.links.of_task(layout.id, Some(&via)) {
        assert!(atlas.place(link.subject).is_some() && !link.citations.is_empty() && link.role.is_some());
    }
    for region in atlas.index.layout_of(atlas.plans.all()[0].id).iter().flat_map(|element| &element.members) {
        let links = atlas.links.of_subject(id(&atlas, region.place.0, &region.place.1), Some(&via));
        assert_eq!(links.len(), 1, "{}", region.place.1);
    }
    for zone in atlas.zones.all() {
        let duties = atlas.links.of_subject(zone.id, Some(&[LinkVia::ResponsibleUnit]));
        assert!(duties.iter().all(|link| link.city_wide && link.inferred), "{}", zone.code);
        assert!(atlas.links.of_subject(zone.id, None).iter().all(|link| link.via != LinkVia::ResponsibleUnit));
    }
}

#[test]
fn the_sample_overlay_marks_all_that_follows_from_it() {
    let atlas = atlas(&["geodata/shangqiu", "geodata/sample"]);
    assert!(atlas.has_sample());
    for zone in atlas.zones.all() {
        let Some(footprint) = atlas.footprint(zone.id, atlas.on) else { continue };
        assert!(footprint.sample && footprint.accuracy == BoundaryAccuracy::Schematic, "{}", zone.code);
        for relation in atlas.related(zone.id).iter().filter(|relation| relation.overlap.is_some()) {
            assert!(relation.sample, "{} {:?}", zone.code, relation.relation);
        }
    }
    assert!(atlas.regions.all().iter().filter_map(|r| atlas.footprint(r.id, atlas.on)).all(|f| !f.sample));
}

#[test]
fn an_invented_plan_with_axes_and_nodes_is_drawn_too() {
    let atlas = atlas(&["tests/fixtures/riverton"]);
    let mut lines = 0;
    let mut polygons = 0;
    for element in atlas.layout.all() {
        let footprint = atlas.footprint(element.id, atlas.on).unwrap_or_else(|| panic!("{}", element.code));
        match &**footprint.shape() {
            Shape::Lines(found) => {
                lines += 1;
                let derived = footprint.outline.is_none();
                assert_eq!(
                    derived,
                    element.code.ends_with("axis-rail"),
                    "the river axis is drawn by a source, and wins"
                );
                assert!(!derived || found[0].len() == element.members.len(), "an axis runs through its members alone");
            }
            _ => polygons += 1,
        }
        let again = atlas.footprint_of_code(&footprint.code).unwrap();
        assert!(std::sync::Arc::ptr_eq(&again, &footprint), "{} finds it again", footprint.code);
        let relations = atlas.related(element.id);
        let members = relations.iter().filter(|relation| relation.relation == PlaceRelation::HasMember);
        assert_eq!(members.count(), element.members.len());
    }
    assert_eq!((lines, polygons), (2, 5));
}
