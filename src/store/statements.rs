//! Every statement the store issues, as text for both engines. A changed statement shows in review.

use super::db::Dialect;
use super::observation::Cells;
use super::project::{Dim, Order, OrderBy};
use super::{enterprise, observation, project, register_entry};
use crate::domain::{Accumulation, PeriodCode, Point, ProjectStage};
use crate::geometry::Bbox;

/// The text of a statement in both dialects, its parameters in line.
fn show(build: impl Fn(Dialect) -> sea_query::SelectStatement) -> String {
    let text = |dialect: Dialect| {
        let (sql, values) = dialect.render(&build(dialect));
        format!("-- {dialect:?} {:?}\n{sql}", values.0.0)
    };
    format!("{}\n\n{}", text(Dialect::Sqlite), text(Dialect::Postgres))
}

/// Compares statements with the ones on file, one file for each room of the store.
fn check(file: &str, statements: Vec<(&str, String)>) {
    let all: Vec<String> = statements.into_iter().map(|(name, text)| format!("== {name}\n{text}")).collect();
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(file, all.join("\n\n"));
    });
}

fn frame() -> Bbox {
    Bbox { min: Point { x: 1_156_000_000, y: 343_000_000 }, max: Point { x: 1_160_000_000, y: 346_000_000 } }
}

fn period(text: &str) -> PeriodCode {
    text.parse().unwrap()
}

#[test]
fn observations() {
    let cells = Cells {
        subjects: &[1, 2],
        indicators: Some(&[3]),
        from: Some(period("2022")),
        to: Some(period("2024-Q2")),
        accumulation: Some(Accumulation::YearToDate),
    };
    check(
        "observation",
        vec![
            ("list", show(|d| observation::list_statement(d, 7, &cells))),
            ("newest", show(|d| observation::newest_statement(d, 7, &[1, 2], 3, Some(period("2024"))))),
            ("by_id", show(|_| observation::by_id_statement(9))),
            ("periods", show(|d| observation::periods_statement(d, 7, &[4, 5]))),
        ],
    );
}

#[test]
fn projects() {
    let order = |by, desc| Order { by, desc };
    let all = project::Filter::default();
    let cursor = project::Cursor { number: Some(5), code: None, id: 6 };
    let last = project::Cursor { number: None, code: None, id: 6 };
    let coded = project::Cursor { number: None, code: Some("p-1".to_owned()), id: 6 };
    let full = project::Filter {
        and: vec![project::Filter { name_contains: Some("100%_Mill".to_owned()), ..all.clone() }],
        or: vec![
            project::Filter { zones: Some(vec![1]), ..all.clone() },
            project::Filter { regions: Some(vec![2, 3]), ..all.clone() },
        ],
        not: Some(Box::new(project::Filter { names: Some(vec!["Dock".to_owned()]), ..all.clone() })),
        stages: Some(vec![ProjectStage::Started]),
        kinds: Some(vec!["green".to_owned()]),
        clusters: Some(vec![4]),
        chains: Some(vec![]),
        tasks: Some(vec![5]),
        investment_from: Some(10),
        investment_to: Some(20),
        ..all.clone()
    };
    let framed = project::Filter { bbox: Some(frame()), ..all.clone() };
    check(
        "project",
        vec![
            ("list all", show(|d| project::statements::list(d, 7, &all, order(OrderBy::Code, false), None, 21))),
            (
                "list filtered, investment",
                show(|d| project::statements::list(d, 7, &full, order(OrderBy::Investment, true), Some(&cursor), 21)),
            ),
            (
                "list after the last value",
                show(|d| project::statements::list(d, 7, &all, order(OrderBy::Investment, false), Some(&last), 21)),
            ),
            (
                "list by code after",
                show(|d| project::statements::list(d, 7, &all, order(OrderBy::Code, true), Some(&coded), 21)),
            ),
            (
                "list in a box, stage",
                show(|d| project::statements::list(d, 7, &framed, order(OrderBy::Stage, false), Some(&cursor), 21)),
            ),
            ("count", show(|d| project::statements::count(d, 7, &framed))),
            ("groups", show(|d| project::statements::groups(d, 7, &all, &[Dim::Zone, Dim::Stage]))),
            (
                "page_per_parent",
                show(|d| {
                    project::statements::page_per_parent(
                        d,
                        7,
                        Dim::Zone,
                        &[1, 2],
                        &all,
                        order(OrderBy::Investment, true),
                        6,
                    )
                }),
            ),
            ("by_code", show(|_| project::statements::by_code(7, "p-1"))),
            ("by_ids", show(|d| project::statements::by_ids(d, 7, &[1, 2]))),
            ("stages", show(|d| project::statements::stages(d, 7, &[1]))),
        ],
    );
}

#[test]
fn enterprises_and_entries() {
    let all = enterprise::Filter::default();
    let full = enterprise::Filter {
        or: vec![enterprise::Filter { name_contains: Some("mill".to_owned()), ..all.clone() }],
        not: Some(Box::new(enterprise::Filter { stages: Some(vec!["grind".to_owned()]), ..all.clone() })),
        registers: Some(vec![1]),
        bbox: Some(frame()),
        ..all
    };
    let entries = register_entry::Filter {
        registers: Some(vec![1]),
        holders: Some(vec![2, 3]),
        in_force: Some(period("2024")),
        bbox: None,
    };
    check(
        "enterprise",
        vec![
            ("list", show(|d| enterprise::list_statement(d, 7, &full, Some("e-1"), 21))),
            ("count", show(|d| enterprise::count_statement(d, 7, &full))),
            ("by_code", show(|_| enterprise::by_code_statement(7, "e-1"))),
            ("by_ids", show(|d| enterprise::by_ids_statement(d, 7, &[1, 2]))),
        ],
    );
    check(
        "register_entry",
        vec![
            ("list", show(|d| register_entry::list_statement(d, 7, &entries, Some("green/g-1"), 21))),
            ("count", show(|d| register_entry::count_statement(d, 7, &entries))),
            ("by_code", show(|_| register_entry::by_code_statement(7, "green/g-1"))),
            ("by_ids", show(|d| register_entry::by_ids_statement(d, 7, &[1, 2]))),
        ],
    );
}
