//! A small invented package, built in code: at least one row of every kind of column.

use chrono::DateTime;
use planatlas::domain::{Cell, FieldType, Package, Point, Record, Shape, table};
use planatlas::store::{Change, Store};

/// A row from texts, typed as its table says; `|` separates the items of a list.
pub fn record(name: &str, cells: &[(&str, &str)]) -> Record {
    let table = table(name).unwrap_or_else(|| panic!("{name} is a table"));
    for (field, _) in cells {
        assert!(table.position(field).is_some(), "{name} has {field}");
    }
    let cells = table.fields.iter().map(|field| {
        let Some((_, text)) = cells.iter().find(|(name, _)| *name == field.name) else { return Cell::Null };
        match field.kind {
            FieldType::Text | FieldType::Date => Cell::Text((*text).into()),
            FieldType::Integer => Cell::Integer(text.parse().unwrap()),
            FieldType::Decimal => Cell::Decimal(text.parse().unwrap()),
            FieldType::Boolean => Cell::Boolean(*text == "true"),
            FieldType::List => Cell::List(text.split('|').map(Into::into).collect()),
        }
    });
    Record { table, cells: cells.collect(), shape: None }
}

/// A package whose rows can be changed.
#[derive(Clone)]
pub struct World {
    pub name: String,
    pub title: String,
    pub version: String,
    pub records: Vec<Record>,
}

impl World {
    /// As an import takes it.
    pub fn packed(&self) -> Package {
        let Self { name, title, version, records } = self.clone();
        Package::of(name, title, version, records)
    }
}

/// A package of some rows.
pub fn package(name: &str, records: Vec<Record>) -> World {
    World { name: name.to_owned(), title: format!("Package {name}"), version: "1".to_owned(), records }
}

/// One revision of a package.
pub async fn import(store: &Store, package: &World) {
    let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    store.commit(Change { packages: &[package.packed()], author: "tester", message: "", at }).await.unwrap();
}

/// A square of the given corner.
pub fn square(x: i32, y: i32, side: i32) -> Shape {
    let at = |dx: i32, dy: i32| Point { x: x + dx * side, y: y + dy * side };
    Shape::Polygons(vec![vec![vec![at(0, 0), at(1, 0), at(1, 1), at(0, 1)]]])
}

/// Two regions, two zones, a plan with two tasks, an indicator, projects, enterprises and a register.
pub fn riverton() -> World {
    let mut rows = vec![
        record("documents", &[("code", "plan-text"), ("title", "The plan"), ("sample", "false")]),
        record("documents", &[("code", "yearbook"), ("title", "Yearbook"), ("sample", "true")]),
        record(
            "plans",
            &[("code", "riverton"), ("name", "Riverton plan"), ("region", "north"), ("document", "plan-text")],
        ),
        record("sections", &[("plan", "riverton"), ("code", "1"), ("title", "Works"), ("document", "plan-text")]),
        record(
            "groups",
            &[("plan", "riverton"), ("number", "1"), ("name", "Mills"), ("section", "1"), ("document", "plan-text")],
        ),
        record(
            "tasks",
            &[
                ("plan", "riverton"),
                ("number", "1"),
                ("title", "Build mills"),
                ("group", "1"),
                ("section", "1"),
                ("document", "plan-text"),
            ],
        ),
        record(
            "tasks",
            &[
                ("plan", "riverton"),
                ("number", "2"),
                ("title", "Run mills"),
                ("group", "1"),
                ("section", "1"),
                ("document", "plan-text"),
            ],
        ),
        record("units", &[("code", "works-office"), ("name", "Works office"), ("document", "plan-text")]),
        record(
            "task_units",
            &[("plan", "riverton"), ("task", "1"), ("unit", "works-office"), ("document", "plan-text")],
        ),
        record("layout", &[("plan", "riverton"), ("code", "core"), ("name", "Core"), ("document", "plan-text")]),
        record("regions", &[("code", "north"), ("name", "North"), ("document", "plan-text")]),
        record("regions", &[("code", "south"), ("name", "South"), ("parent", "north"), ("document", "plan-text")]),
        record("zones", &[("code", "mill-park"), ("name", "Mill park"), ("document", "plan-text")]),
        record("zones", &[("code", "dock-park"), ("name", "Dock park"), ("document", "plan-text")]),
        record("industries", &[("code", "milling"), ("name", "Milling"), ("document", "plan-text")]),
        record("clusters", &[("code", "flour"), ("name", "Flour"), ("industry", "milling"), ("document", "plan-text")]),
        record(
            "chains",
            &[("code", "flour"), ("name", "Flour chain"), ("industry", "milling"), ("document", "plan-text")],
        ),
        record(
            "indicators",
            &[("code", "revenue"), ("name", "Revenue"), ("unit", "CNY-1e8"), ("document", "plan-text")],
        ),
        record("registers", &[("code", "green"), ("name", "Green mills"), ("document", "plan-text")]),
    ];
    let mut outline = record(
        "footprints",
        &[("code", "north"), ("place_kind", "REGION"), ("place_code", "north"), ("document", "plan-text")],
    );
    outline.shape = Some(square(1_156_000_000, 344_000_000, 1_000_000));
    rows.push(outline);
    for (subject, code, period, value) in [
        ("REGION", "north", "2022", "1400"),
        ("REGION", "north", "2023", "1500.50"),
        ("REGION", "south", "2023", "284.25"),
        ("ZONE", "mill-park", "2023-Q4", "12.3"),
        ("ZONE", "mill-park", "2023-H2", "22.3"),
        ("ZONE", "dock-park", "2023-M09", "0"),
    ] {
        rows.push(record(
            "observations",
            &[
                ("subject_kind", subject),
                ("subject_code", code),
                ("indicator", "revenue"),
                ("period", period),
                ("accumulation", "IN_PERIOD"),
                ("value", value),
                ("unit", "CNY-1e8"),
                ("comparator", "EQUAL"),
                ("as_reported", "reported"),
                ("status", "NORMAL"),
                ("released_on", "2024-02-01"),
                ("document", "yearbook"),
                ("locator", "p. 3"),
                ("quote", "…"),
                ("note", "n"),
            ],
        ));
    }
    rows.push(record(
        "observations",
        &[
            ("subject_kind", "ZONE"),
            ("subject_code", "dock-park"),
            ("indicator", "revenue"),
            ("period", "2023"),
            ("accumulation", "AT_END"),
            ("status", "MISSING"),
            ("document", "plan-text"),
        ],
    ));
    rows.push(record(
        "projects",
        &[
            ("code", "p-1"),
            ("name", "Mill 100%_one"),
            ("name_en", "Mill one"),
            ("kinds", "new|green"),
            ("stage", "STARTED"),
            ("batch", "first"),
            ("investment", "1.50"),
            ("investment_unit", "CNY-1e8"),
            ("investment_as_reported", "1.50"),
            ("lon", "115.650"),
            ("lat", "34.4123456"),
            ("zone", "mill-park"),
            ("region", "north"),
            ("cluster", "flour"),
            ("chain", "flour"),
            ("tasks", "riverton/1|riverton/2"),
            ("document", "yearbook"),
            ("locator", "t. 1"),
            ("quote", "q"),
        ],
    ));
    rows.push(record(
        "projects",
        &[
            ("code", "p-2"),
            ("name", "Mill two"),
            ("stage", "SIGNED"),
            ("investment", "20000"),
            ("investment_unit", "CNY-1e4"),
            ("lon", "-0.1"),
            ("lat", "0"),
            ("zone", "dock-park"),
            ("region", "south"),
            ("document", "yearbook"),
        ],
    ));
    rows.push(record(
        "projects",
        &[("code", "p-3"), ("name", "Dock"), ("zone", "mill-park"), ("document", "plan-text")],
    ));
    for (stage, on) in [("SIGNED", "2023-01-05"), ("STARTED", "2023-06-01")] {
        rows.push(record(
            "project_stages",
            &[
                ("project", "p-1"),
                ("stage", stage),
                ("on", on),
                ("document", "yearbook"),
                ("locator", "l"),
                ("quote", "q"),
            ],
        ));
    }
    rows.push(record(
        "enterprises",
        &[
            ("code", "e-1"),
            ("name", "Miller"),
            ("name_en", "Miller"),
            ("zone", "mill-park"),
            ("region", "north"),
            ("chain", "flour"),
            ("stage", "grind"),
            ("lon", "115.7"),
            ("lat", "34.5"),
            ("document", "yearbook"),
            ("locator", "l"),
            ("quote", "q"),
        ],
    ));
    rows.push(record("enterprises", &[("code", "e-2"), ("name", "Docker"), ("document", "yearbook")]));
    rows.push(record(
        "register_entries",
        &[
            ("register", "green"),
            ("code", "g-1"),
            ("holder_kind", "ENTERPRISE"),
            ("holder_code", "e-1"),
            ("title", "Green"),
            ("level", "state"),
            ("recognised_on", "2023"),
            ("expires_on", "2026-M06"),
            ("lon", "115.7"),
            ("lat", "34.5"),
            ("document", "yearbook"),
            ("locator", "l"),
            ("quote", "q"),
        ],
    ));
    rows.push(record(
        "register_entries",
        &[
            ("register", "green"),
            ("code", "g-2"),
            ("holder_kind", "ZONE"),
            ("holder_code", "mill-park"),
            ("document", "yearbook"),
        ],
    ));
    package("riverton", rows)
}

/// The row of a table with a key.
pub fn row<'a>(package: &'a mut World, table: &str, key: &str) -> &'a mut Record {
    package.records.iter_mut().find(|row| row.table.name == table && row.key() == key).expect("the row")
}

/// Sets a text cell.
pub fn set(record: &mut Record, field: &str, text: &str) {
    let at = record.table.position(field).expect("the field");
    record.cells[at] = Cell::Text(text.into());
}

/// Takes a row out.
pub fn remove(package: &mut World, table: &str, key: &str) {
    package.records.retain(|row| row.table.name != table || row.key() != key);
}
