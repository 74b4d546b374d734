//! The rules on targets of an invented plan, with figures made for each case.

use std::sync::Arc;

use planatlas::assess::{Assessor, By, Figures, Light, Relation, Tally, scorecard};
use planatlas::atlas::Atlas;
use planatlas::domain::{
    Commitment, Comparator, Decimal, Kind, ObservationStatus, Quantity, Target, TargetBasis, unit,
};
use planatlas::store::observation::Observation;

use super::{day, held};

const PLAN: &str = "riverton-2026-2028";

/// A figure: subject, indicator, period, accumulation, value and unit.
fn figure(atlas: &Atlas, id: i64, of: (Kind, &str, &str), period: &str, value: &str, unit_code: &str) -> Observation {
    let indicator = atlas.indicators.code(of.2).expect("an indicator");
    let value: Option<Decimal> = (!value.is_empty()).then(|| value.parse().unwrap());
    Observation {
        id,
        subject: atlas.find(of.0, of.1).expect("a subject").0,
        indicator: indicator.id.0,
        document: atlas.documents.code("rv-bulletin").expect("a document").id.0,
        period: period.parse().unwrap(),
        accumulation: indicator.accumulation,
        status: if value.is_some() { ObservationStatus::Normal } else { ObservationStatus::Missing },
        quantity: value.map(|value| Quantity { value, unit: unit(unit_code).unwrap(), as_reported: None }),
        comparator: None,
        released_on: None,
        locator: None,
        quote: None,
        note: None,
        since: 1,
        until: i32::MAX,
    }
}

type Series<'a> = (Kind, &'a str, &'a str, &'a str, &'a [(&'a str, &'a str)]);

fn figures(atlas: &Atlas, series: &[Series<'_>]) -> Figures {
    let mut rows = Vec::new();
    for (kind, subject, indicator, unit, values) in series {
        for (period, value) in *values {
            let id = i64::try_from(rows.len()).unwrap() + 1;
            rows.push(figure(atlas, id, (*kind, subject, indicator), period, value, unit));
        }
    }
    Figures::new(atlas, rows, Vec::new(), Vec::new())
}

fn target(atlas: &Atlas, code: &str) -> Arc<Target> {
    Arc::clone(atlas.targets.code(&format!("{PLAN}/{code}")).expect(code))
}

fn light(atlas: &Atlas, figures: &Figures, target: &Arc<Target>, on: &str) -> Light {
    Assessor::new(atlas, figures).target(target, day(on)).light
}

#[tokio::test]
async fn lights_follow_the_stated_rule() {
    let (atlas, _) = held(&["tests/fixtures/riverton"], "2030-01-01").await;
    let cluster =
        |values: &[(&str, &str)]| figures(&atlas, &[(Kind::Cluster, "rv-equipment", "rv-revenue", "CNY-1e8", values)]);
    let grown = target(&atlas, "t1-cluster"); // 200 by 2026, 250 by 2027, 300 by 2028, at least

    // Before anything is due, at the milestone, at the deadline.
    let some = cluster(&[("2025", "185"), ("2026", "180"), ("2027", "224.9"), ("2028", "300")]);
    assert_eq!(light(&atlas, &some, &grown, "2026-12-30"), Light::NotDue);
    assert_eq!(light(&atlas, &some, &grown, "2026-12-31"), Light::Amber, "180 of 200 is 90 %");
    assert_eq!(light(&atlas, &some, &grown, "2027-12-31"), Light::Red, "224.9 of 250 is below 90 %");
    assert_eq!(light(&atlas, &some, &grown, "2028-12-31"), Light::Done);

    // A figure older than what is due, a year to date, and a cell that says MISSING are no data; and no data is not red.
    let late = cluster(&[("2025", "185"), ("2026", ""), ("2026-Q3", "210")]);
    let found = Assessor::new(&atlas, &late).target(&grown, day("2027-02-01"));
    assert_eq!((found.light, found.late), (Light::NoData, true));
    assert!(found.explanation.zh.contains("缺报"), "{}", found.explanation.zh);

    // The comparator is the target's own.
    let strict = Arc::new(Target { comparator: Comparator::MoreThan, ..(*grown).clone() });
    let level = cluster(&[("2028", "300")]);
    assert_eq!(light(&atlas, &level, &grown, "2029-01-01"), Light::Done);
    let missed = Assessor::new(&atlas, &level).target(&strict, day("2029-01-01"));
    assert_eq!(missed.light, Light::Red, "突破 300 at exactly 300 is missed");
    assert_eq!(missed.gap.map(|gap| gap.value), Some(Decimal::ZERO));

    // A recovered red passes through amber for one period, except to done.
    let recovered = cluster(&[("2026", "100"), ("2027", "260"), ("2028", "310")]);
    let passing = Assessor::new(&atlas, &recovered).target(&grown, day("2027-12-31"));
    assert_eq!((passing.light, passing.previous), (Light::Amber, Some(Light::Red)));
    let done = Assessor::new(&atlas, &recovered).target(&grown, day("2028-12-31"));
    assert_eq!((done.light, done.previous), (Light::Done, Some(Light::Amber)));
    let red_then_done = cluster(&[("2027", "100"), ("2028", "310")]);
    assert_eq!(light(&atlas, &red_then_done, &grown, "2028-12-31"), Light::Done);

    // Striven for: the same arithmetic, and labelled.
    let strive = Arc::new(Target { commitment: Commitment::Strive, ..(*grown).clone() });
    let told = Assessor::new(&atlas, &some).target(&strive, day("2026-12-31"));
    assert_eq!(told.light, Light::Amber);
    assert!(told.explanation.zh.contains("（力争）"), "{}", told.explanation.zh);
}

#[tokio::test]
async fn floors_quotas_net_numbers_and_caps_have_their_own_readings() {
    let (atlas, _) = held(&["tests/fixtures/riverton"], "2030-01-01").await;
    let city = |indicator, unit, values: &[(&str, &str)]| {
        figures(&atlas, &[(Kind::Region, "riverton", indicator, unit, values)])
    };
    // A floor is tested in every period; once broken it cannot be done.
    let floor = target(&atlas, "g-revenue");
    assert_eq!(floor.basis, TargetBasis::Floor);
    let kept = city("rv-revenue", "CNY-1e8", &[("2026", "901"), ("2027", "950"), ("2028", "1000")]);
    assert_eq!(light(&atlas, &kept, &floor, "2029-01-01"), Light::Done);
    let broken = city("rv-revenue", "CNY-1e8", &[("2026", "901"), ("2027", "800"), ("2028", "1000")]);
    assert_eq!(light(&atlas, &broken, &floor, "2027-01-01"), Light::Green);
    assert_eq!(light(&atlas, &broken, &floor, "2028-01-01"), Light::Red, "800 of 900 is 88.8 %");
    assert_eq!(light(&atlas, &broken, &floor, "2029-01-01"), Light::Red);
    let holed = city("rv-revenue", "CNY-1e8", &[("2026", "901"), ("2028", "1000")]);
    assert_eq!(light(&atlas, &holed, &floor, "2029-01-01"), Light::NoData);

    // A yearly quota: each year by its own figure.
    let quota = target(&atlas, "t3-firms");
    let quota = Arc::new(Target { milestones: Vec::new(), ..(*quota).clone() });
    let last = city("rv-firms", "jia", &[("2026", "10"), ("2027", "3"), ("2028", "30")]);
    assert_eq!(light(&atlas, &last, &quota, "2029-01-01"), Light::Done, "only 2028 is stated");
    let years = |years: &[u16]| -> Vec<_> {
        let one = target(&atlas, "t3-firms").milestones[0].clone();
        years
            .iter()
            .map(|y| planatlas::domain::Milestone { period: planatlas::domain::PeriodCode::year(*y), ..one.clone() })
            .collect()
    };
    let every = Arc::new(Target { milestones: years(&[2026, 2027, 2028]), ..(*quota).clone() });
    assert_eq!(light(&atlas, &last, &every, "2027-01-01"), Light::Green);
    assert_eq!(light(&atlas, &last, &every, "2028-01-01"), Light::Red);
    assert_eq!(light(&atlas, &last, &every, "2029-01-01"), Light::Red, "2027 was missed");
    let alone = Assessor::new(&atlas, &last).milestone(&every, "2028".parse().unwrap());
    assert_eq!(alone.light, Light::Done, "2028 on its own was met");

    // Net new: the level less that of the base.
    let net = Arc::new(Target { basis: TargetBasis::NetNew, milestones: Vec::new(), ..(*quota).clone() });
    let levels = city("rv-firms", "jia", &[("2024", "30"), ("2025", "46"), ("2028", "55")]);
    let found = Assessor::new(&atlas, &levels).target(&net, day("2029-01-01"));
    assert_eq!((found.light, found.actual.map(|actual| actual.base)), (Light::Red, Some(9)));
    assert!(found.explanation.zh.contains("55家（2028年） − 基期 46家（2025年） = 9家"), "{}", found.explanation.zh);
    let baseless = city("rv-firms", "jia", &[("2028", "55")]);
    assert_eq!(light(&atlas, &baseless, &net, "2029-01-01"), Light::NoData);

    // At most: a distance, never a ratio.
    let cap = target(&atlas, "t7-energy");
    let used = |value| city("rv-energy", "tce", &[("2028", value)]);
    assert_eq!(light(&atlas, &used("800000"), &cap, "2029-01-01"), Light::Done);
    assert_eq!(light(&atlas, &used("800000.1"), &cap, "2029-01-01"), Light::Red);
    let ratio = Assessor::new(&atlas, &used("900000")).target(&cap, day("2029-01-01")).ratio;
    assert_eq!(ratio, None);

    // About 35 %, give or take the stated point, both ways.
    let share = target(&atlas, "g-share");
    for (value, wanted) in [("33.9", Light::Red), ("34", Light::Done), ("36", Light::Done), ("36.1", Light::Red)] {
        let held = city("rv-share", "percent", &[("2028", value)]);
        assert_eq!(light(&atlas, &held, &share, "2029-01-01"), wanted, "{value}");
    }
    let unstated = Arc::new(Target { tolerance: None, ..(*share).clone() });
    let told =
        Assessor::new(&atlas, &city("rv-share", "percent", &[("2028", "35.5")])).target(&unstated, day("2029-01-01"));
    assert_eq!(told.light, Light::Done);
    assert!(told.explanation.zh.contains("± 0.5个百分点（原文未给容差，按规则）"), "{}", told.explanation.zh);
}

#[tokio::test]
async fn tasks_take_the_worst_and_scorecards_lose_nobody() {
    let (atlas, figures) = held(&["geodata/shangqiu", "geodata/sample"], "2025-06-30").await;
    let assessor = Assessor::new(&atlas, &figures);
    let plan = atlas.plans.all().first().expect("a plan");
    let tasks = atlas.index.tasks_of(plan.id);
    let light = |task: &planatlas::domain::Task| assessor.task(task, atlas.on).light;
    for task in tasks {
        let found = assessor.task(task, atlas.on);
        let targets = atlas.index.targets_of(task.id);
        assert_eq!(found.parts.len(), targets.len());
        assert_eq!(found.light == Light::NotMeasurable, targets.is_empty(), "{}", task.code);
        assert!(found.parts.iter().all(|(_, part)| *part <= found.light));
    }
    for by in [By::Section, By::Unit, By::Region, By::Layout] {
        let rows = scorecard(&atlas, plan, by, light);
        let mut covered: Vec<_> = rows.iter().flat_map(|row| row.tasks.iter().copied()).collect();
        for row in &rows {
            assert_eq!(row.lights.values().sum::<usize>(), row.total(), "{by:?} {:?}", row.key);
        }
        if by == By::Section {
            assert_eq!(covered.len(), tasks.len(), "each task once");
        }
        covered.sort_unstable();
        covered.dedup();
        assert_eq!(covered.len(), tasks.len(), "{by:?}: every task is somewhere");
        let unmeasured: usize = rows.iter().map(|row| row.count(Light::NotMeasurable)).sum();
        assert!(unmeasured > 0, "{by:?}");
    }
    let (real, none) = held(&["geodata/shangqiu"], "2026-02-01").await;
    let bare = Assessor::new(&real, &none);
    let reds = real.targets.all().iter().filter(|t| bare.target(t, real.on).light == Light::Red).count();
    assert_eq!(reds, 0, "where nothing is published nothing is red");
}

#[tokio::test]
async fn thresholds_say_who_counts_who_nearly_does_and_what_is_cheapest() {
    let (atlas, _) = held(&["tests/fixtures/riverton"], "2030-01-01").await;
    let target = target(&atlas, "t5-zones"); // 3 zones over 100
    let current = atlas.zones.all().iter().filter(|zone| zone.successors.is_empty());
    let zones: Vec<String> = current.map(|zone| zone.code.clone()).collect();
    let values = ["105.25", "100", "96", "40", ""];
    assert!(zones.len() >= values.len());
    let rows: Vec<Observation> = (zones.iter().zip(values).enumerate())
        .map(|(at, (zone, value))| {
            figure(&atlas, at as i64 + 1, (Kind::Zone, zone, "rv-revenue"), "2028", value, "CNY-1e8")
        })
        .collect();
    let figures = Figures::new(&atlas, rows.clone(), Vec::new(), Vec::new());
    let tally = Tally::new(&atlas, &figures, &target, "2028".parse().unwrap()).expect("a tally");
    let unknown = zones.len() - 4;
    assert_eq!((tally.counting(), tally.not_counting(), tally.unknown()), (1, 3, unknown), "none is not zero");
    let near = |share: &str| {
        let share: Decimal = share.parse().unwrap();
        tally.members.iter().filter(|member| tally.nearly(member, share)).count()
    };
    assert_eq!([near("0"), near("0.039"), near("0.04"), near("0.6")], [1, 1, 2, 3], "exactly 100 is not over 100");
    let cheapest = tally.cheapest();
    assert_eq!((cheapest.missing, cheapest.members.len()), (2, 2));
    assert_eq!(cheapest.total, 4 * 10i128.pow(10), "0 and 4 亿元, in hundredths of a yuan");
    // One counts and the unknown ones may: with enough of them 3 can still be met, with 10 wanted it cannot.
    assert_eq!(light(&atlas, &figures, &target, "2029-01-01"), if unknown < 2 { Light::Red } else { Light::NoData });
    let rest =
        zones.iter().skip(4).enumerate().map(|(at, zone)| {
            figure(&atlas, at as i64 + 100, (Kind::Zone, zone, "rv-revenue"), "2028", "20", "CNY-1e8")
        });
    let all: Vec<Observation> = rows.into_iter().filter(|row| row.quantity.is_some()).chain(rest).collect();
    let all = Figures::new(&atlas, all, Vec::new(), Vec::new());
    assert_eq!(light(&atlas, &all, &target, "2029-01-01"), Light::Red, "all known, one counts");
}

#[tokio::test]
async fn the_four_are_among_the_ten() {
    let (atlas, figures) = held(&["geodata/shangqiu", "geodata/sample"], "2025-06-30").await;
    let plan = atlas.plans.all().first().expect("a plan").code.clone();
    let strict = atlas.targets.code(&format!("{plan}/t42-1")).expect("the 4");
    let tally = Tally::newest(&atlas, &figures, strict, atlas.on).expect("a tally");
    assert_eq!(tally.members.len(), 10);
    let nested = tally.nested(&atlas, &figures);
    let loose = nested.iter().find(|other| other.target.code.ends_with("/t43-1")).expect("the 10");
    assert_eq!((loose.relation, loose.common), (Relation::Among, tally.counting()));
    assert!(loose.others >= tally.counting());
    // Chains: 24 wanted, fewer named; the rest is unlisted, never «not counting».
    let chains = atlas.targets.code(&format!("{plan}/t26-1")).expect("the 24");
    let tally = Tally::newest(&atlas, &figures, chains, atlas.on).expect("a tally");
    assert_eq!(tally.members.len() + tally.unlisted(), 24);
    assert!(tally.unknown() > 0 && tally.sample);
    // Emerging clusters: those that the task names.
    let emerging = atlas.targets.code(&format!("{plan}/t02-1")).expect("the 4 clusters");
    let tally = Tally::newest(&atlas, &figures, emerging, atlas.on).expect("a tally");
    assert_eq!(tally.members.len(), 4);
}
