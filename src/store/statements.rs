//! Every statement the store issues, as text for both engines. A changed statement shows in review.

use chrono::DateTime;
use sea_query_sqlx::SqlxBinder;

use super::db::Dialect;
use super::observation::Cells;
use super::project::{Dim, Order, OrderBy};
use super::version::{self, Family, families};
use super::{
    StoredDocument, area, backup, change, commit, db, digest, dimension, drawing, edition, enterprise, insert, names,
    observation, packed, project, redaction, references, register_entry, revision, spot, stored_document, table,
    verify,
};
use crate::domain::{Accumulation, Kind, ObservationStatus, PeriodCode, Point, ProjectStage, Sheet};
use crate::geometry::Bbox;

/// The text of a statement in both dialects, its parameters in line.
fn show<S: SqlxBinder>(build: impl Fn(Dialect) -> S) -> String {
    let text = |dialect: Dialect| {
        let (sql, values) = dialect.render(&build(dialect));
        format!("-- {dialect:?} {:?}\n{sql}", values.0.0)
    };
    format!("{}\n\n{}", text(Dialect::Sqlite), text(Dialect::Postgres))
}

/// Compares statements with the ones on file, one file for each room of the store.
fn check<N: std::fmt::Display>(file: &str, statements: Vec<(N, String)>) {
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
fn spots() {
    use area::Located::{Enterprise, Project};
    let grid = crate::geometry::tile::Tile::new(8, 210, 102).unwrap().grid(2);
    check(
        "spot",
        vec![
            ("within", show(|d| spot::within_statement(d, 7, Project, &frame(), 100))),
            ("within_enterprises", show(|d| spot::within_statement(d, 7, Enterprise, &frame(), 100))),
            ("of", show(|d| spot::of_statement(d, 7, Project, &[1, 2]))),
            ("all", show(|_| spot::all_statement(7, Project, 5, 20_000))),
            ("heaps", show(|d| spot::heaps_statement(d, 7, Project, &frame(), &grid, &[]))),
            ("heaps_with_sample", show(|d| spot::heaps_statement(d, 7, Enterprise, &frame(), &grid, &[8, 9]))),
            ("spread", show(|_| spot::spread_statement(7, Project))),
        ],
    );
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
    let last = [1, 3, 20240630, 0, 5, 6].map(db::Cell::Int).map(|cell| match cell {
        db::Cell::Int(0) => db::Cell::Text(Accumulation::YearToDate.word().to_owned()),
        other => other,
    });
    check(
        "observation",
        vec![
            ("list", show(|d| observation::list_statement(d, 7, &cells))),
            ("newest", show(|d| observation::newest_statement(d, 7, &[1, 2], 3, Some(period("2024"))))),
            ("by_id", show(|_| observation::by_id_statement(9))),
            ("versions", show(|d| observation::versions_statement(d, 7, &[8, 9]))),
            ("periods", show(|d| observation::periods_statement(d, 7, &[4, 5]))),
            ("packing", show(|_| packed::statement(&observation::held::SOURCE, 7, Some(&last), 20_000))),
        ],
    );
}

#[test]
fn tables() {
    let sources = vec![table::Standing { document: 8, class: 2, sample: false, issued: "2024-02".to_owned(), rank: 1 }];
    let open = table::Selection {
        indicators: vec![3],
        kinds: vec![(1, "COUNTY")],
        sources: sources.clone(),
        ..table::Selection::default()
    };
    let full = table::Selection {
        indicators: vec![3, 4],
        subjects: Some(vec![(1, "COUNTY"), (2, "ZONE")]),
        from: Some(period("2022")),
        to: Some(period("2024-Q2")),
        accumulation: Some(Accumulation::YearToDate),
        statuses: Some(vec![ObservationStatus::Normal, ObservationStatus::Provisional]),
        sources,
        pinned: vec![(table::Dim::Kind, table::Key::Word("ZONE".to_owned()))],
        ..table::Selection::default()
    };
    let place = [
        table::Key::Number(3),
        table::Key::Number(1),
        table::Key::Number(20_241_212),
        table::Key::Word("IN_PERIOD".to_owned()),
    ];
    let by = [table::Dim::Period, table::Dim::Kind];
    let weights = [table::Weight { indicator: 3, by: 5, accumulation: Accumulation::YearToDate }];
    let plain = table::Measure::Plain;
    check(
        "table",
        vec![
            ("cells", show(|d| table::list(d, 7, &open, None, 101))),
            ("cells after", show(|d| table::list(d, 7, &full, Some(&place), 101))),
            ("profile", show(|d| table::profile(d, 7, &open))),
            ("size", show(|d| table::size(d, 7, &open, None))),
            ("size grouped", show(|d| table::size(d, 7, &open, Some(&by)))),
            ("groups of all", show(|d| table::groups(d, 7, &open, &[], plain, None, 101))),
            ("groups after", show(|d| table::groups(d, 7, &open, &by, plain, Some(&place[2..]), 101))),
            ("medians", show(|d| table::groups(d, 7, &open, &by, table::Measure::Median, None, 101))),
            ("weighted", show(|d| table::groups(d, 7, &open, &by, table::Measure::Weighted(&weights), None, 101))),
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
        documents: Some(vec![6]),
        reached: Some((ProjectStage::Signed, "2023-01-01".parse().ok(), "2023-12-31".parse().unwrap())),
        investment_from: Some(10),
        investment_to: Some(20),
        ..all.clone()
    };
    let tasks = project::Filter { tasks: Some(vec![1, 2]), ..all.clone() };
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
            (
                "list_counted",
                show(|d| project::statements::list_counted(d, 7, &framed, order(OrderBy::Investment, true), 21)),
            ),
            (
                "list_counted by code",
                show(|d| project::statements::list_counted(d, 7, &all, order(OrderBy::Code, false), 21)),
            ),
            ("count", show(|d| project::statements::count(d, 7, &framed))),
            ("traits", show(|_| project::statements::traits(7, Some("a-1"), 20_000))),
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
            ("groups of tasks by year", show(|d| project::statements::groups(d, 7, &tasks, &[Dim::Task, Dim::Year]))),
            (
                "page_per_parent of tasks",
                show(|d| {
                    let order = order(OrderBy::Code, false);
                    project::statements::page_per_parent(d, 7, Dim::Task, &[1, 2], &all, order, 6)
                }),
            ),
            ("by_code", show(|_| project::statements::by_code(7, "p-1"))),
            ("by_ids", show(|d| project::statements::by_ids(d, 7, &[1, 2]))),
            ("stages", show(|d| project::statements::stages(d, 7, &[1]))),
            ("reach", show(|_| project::statements::reach(7))),
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
        within: Vec::new(),
    };
    let every = register_entry::Filter { registers: None, ..entries.clone() };
    check(
        "enterprise",
        vec![
            ("list", show(|d| enterprise::list_statement(d, 7, &full, Some("e-1"), 21))),
            ("count", show(|d| enterprise::count_statement(d, 7, &full))),
            ("page_per_part", show(|d| enterprise::page_per_part_statement(d, 7, enterprise::Part::Zone, &[1, 2], 6))),
            ("page_per_stage", show(|d| enterprise::page_per_stage_statement(d, 7, &[1, 2], 6))),
            ("counts", show(|d| enterprise::counts_statement(d, 7, enterprise::Part::Chain, &[1, 2]))),
            ("by_code", show(|_| enterprise::by_code_statement(7, "e-1"))),
            ("by_ids", show(|d| enterprise::by_ids_statement(d, 7, &[1, 2]))),
        ],
    );
    check(
        "register_entry",
        vec![
            ("list", show(|d| register_entry::list_statement(d, 7, &entries, Some("green/g-1"), 21))),
            ("count", show(|d| register_entry::count_statement(d, 7, &entries))),
            ("page_per_register", show(|d| register_entry::page_per_register_statement(d, 7, &[1, 4], &every, 6))),
            ("counts", show(|d| register_entry::counts_statement(d, 7, &[1, 4], &every))),
            ("by_code", show(|_| register_entry::by_code_statement(7, "green/g-1"))),
            ("by_ids", show(|d| register_entry::by_ids_statement(d, 7, &[1, 2]))),
        ],
    );
}

#[test]
fn points_of_areas() {
    let ranges = [(71_999, 72_001), (73_440, 73_441)];
    let cells = crate::geometry::Cells { inner: vec![(50, 0, 2)], edge: Vec::new() };
    let within = area::Within::new(crate::geometry::Area::of_box(frame()).into(), &cells, vec![1, 2]);
    let drawn = project::Filter { within: vec![within], ..project::Filter::default() };
    check(
        "area",
        vec![
            ("points", show(|d| area::points(d, 7, area::Located::Project, &ranges, &frame()))),
            ("count in an area", show(|d| project::statements::count(d, 7, &drawn))),
        ],
    );
}

#[test]
fn names_of_facts() {
    check(
        "names",
        vec![
            ("all", show(|_| names::all_statement(7, names::Named::Project, 20_001))),
            ("beginning", show(|_| names::beginning_statement(7, names::Named::Enterprise, "Mill", 50))),
        ],
    );
}

#[test]
fn revisions_and_dimensions() {
    check(
        "revision",
        vec![
            ("newest", show(|_| revision::newest_revision())),
            ("newest_number", show(|_| revision::newest_number())),
            ("all", show(|_| revision::all())),
            ("numbered", show(|d| revision::numbered(d, &[1, 7]))),
            ("number_at", show(|_| revision::number_at(DateTime::UNIX_EPOCH))),
            ("page", show(|_| revision::page(Some(7), 20))),
        ],
    );
    check(
        "dimension",
        vec![
            ("dimensions", show(|_| dimension::dimensions(7))),
            ("of_kind", show(|_| dimension::of_kind(7, Kind::Document))),
            ("packages", show(|_| dimension::packages(7))),
            ("owners", show(|_| dimension::owners("dimension", 7))),
            ("touched_dimensions", show(|_| dimension::touched_dimensions("rev_to", 7))),
            ("last_touch", show(|_| dimension::last_touch("project", "rev_from", 7))),
        ],
    );
    let sheet = Sheet { kind: Kind::Region, last: None };
    check(
        "drawing",
        vec![
            ("held", show(|_| drawing::held(7))),
            ("living", show(|_| drawing::living())),
            ("ending", show(|_| drawing::ending(sheet, 7))),
            ("revisions", show(|_| drawing::revisions("rev_to"))),
        ],
    );
}

#[test]
fn editions_and_changes() {
    let between = change::Between { from: 3, to: 7 };
    let all = change::Wanted::default();
    let some =
        change::Wanted { kinds: Some(vec![change::Kind::Revised, change::Kind::Ended]), indicators: Some(vec![4, 5]) };
    let last = serde_json::json!({
        "indicator": 4, "period": 202_412_312, "accumulation": "AT_END", "subject": 1, "document": 2,
    });
    let last: change::Cursor = serde_json::from_value(last).unwrap();
    let mut statements: Vec<(String, String)> = vec![
        ("editions".to_owned(), show(|_| edition::list(7))),
        ("figures".to_owned(), show(|d| change::figures_statement(d, between, &all, None, 21))),
        ("figures filtered, after".to_owned(), show(|d| change::figures_statement(d, between, &some, Some(&last), 21))),
        ("count".to_owned(), show(|d| change::count_statement(d, between, &some))),
    ];
    for sql in change::sources() {
        statements.push((format!("newer {sql}"), show(|_| change::newer_statement(sql, between))));
        statements.push((format!("older {sql}"), show(|_| change::older_statement(sql, between))));
    }
    check("edition", statements);
    let texts = || vec![("salt", "{}".to_owned()), ("note", "…".to_owned())];
    let [figures] = shapes().filter(|family| family.name() == "observations").collect::<Vec<_>>()[..] else { panic!() };
    check(
        "redaction",
        vec![
            ("list", show(|_| redaction::list())),
            ("last", show(|_| redaction::last(7))),
            ("rewriting", show(|_| redaction::rewriting(figures, 5, 3, texts()))),
        ],
    );
}

/// One family of each shape: packages, dimensions, and every fact table.
fn shapes() -> impl Iterator<Item = Family> {
    families().iter().copied().filter(|family| !matches!(family, Family::Dimension(table) if table.name != "zones"))
}

#[test]
fn commits() {
    let mut statements: Vec<(String, String)> = Vec::new();
    for family in shapes() {
        let mut add = |what: &str, text: String| statements.push((format!("{what} {}", family.name()), text));
        if !matches!(family, Family::Editions | Family::Redactions) {
            add("living", show(|d| commit::living(d, family, &["a", "b"])));
            add("ending", show(|_| commit::ending(family, &[5i64.into(), 6i64.into()], 7)));
            add("taken", show(|_| commit::taken(family, 7)));
        }
        if family.is_numbered() {
            add("key", show(|_| family.key_statement(5)));
        }
        add("begun", show(|d| digest::begun(d, family, 7)));
        add("ended", show(|_| digest::ended(family, 7)));
    }
    let rows = || vec![[1i64.into(), "ZONE".into(), "z".into()], [2i64.into(), "ZONE".into(), "y".into()]];
    let [project] = shapes().filter(|family| family.name() == "projects").collect::<Vec<_>>()[..] else { panic!() };
    for (name, text) in [
        ("inserting", show(|_| insert::inserting("entity", ["id", "kind", "code"], rows().into_iter()))),
        ("coded", show(|_| commit::coded("ZONE", ["a", "b"].into_iter()))),
        ("largest_id", show(|_| commit::largest_id("entity"))),
        ("of_dimensions", show(|_| version::of_dimensions())),
        ("dead_entities", show(|_| references::dead_entities())),
        ("pointing", show(|d| references::pointing(d, project, "zone", &[1, 2]))),
        ("listing", show(|_| references::listing(project, "tasks", 5))),
    ] {
        statements.push((name.to_owned(), text));
    }
    check("commit", statements);
}

#[test]
fn backups() {
    let table = db::TableShape {
        name: "entity".to_owned(),
        columns: ["id", "kind"].map(|name| (name.to_owned(), db::Kind::Text)).to_vec(),
        key: vec!["id".to_owned()],
        points_to: Vec::new(),
    };
    check(
        "backup",
        vec![("all_rows", show(|_| backup::all_rows(&table))), ("first_row", show(|_| backup::first_row(&table)))],
    );
}

#[test]
fn verification() {
    let mut statements: Vec<(String, String)> = Vec::new();
    for family in shapes() {
        statements.push((format!("lives {}", family.name()), show(|_| verify::lives(family, 7))));
        statements.push((format!("overlapping {}", family.name()), show(|_| verify::overlapping(family))));
        if matches!(family.name(), "observations" | "project_stages") {
            statements.push((format!("numbered {}", family.name()), show(|_| verify::numbered(family))));
        }
    }
    for (sql, tables) in verify::carriers() {
        statements.push((format!("strangers {sql}"), show(|_| verify::strangers(sql, &tables))));
    }
    statements.push(("numbered_identities".to_owned(), show(|_| verify::numbered_identities())));
    check("verify", statements);
}

#[test]
fn stored_documents() {
    let document = StoredDocument {
        hash: "ab".to_owned(),
        name: "Projects".to_owned(),
        body: "{ projects { nodes { code } } }".to_owned(),
        added_at: chrono::DateTime::UNIX_EPOCH,
        added_by: "tester".to_owned(),
    };
    check(
        "stored_document",
        vec![
            ("all", show(|_| stored_document::all())),
            ("by_hash", show(|_| stored_document::by_hash("ab"))),
            ("adding", show(|_| stored_document::adding(&document))),
            ("removing", show(|_| stored_document::removing("ab"))),
        ],
    );
}
