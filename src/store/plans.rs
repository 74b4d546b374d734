//! Which way SQLite goes for the questions that are asked most: a changed index or condition that makes it sort or scan
//! what it need not shows here.

use rusqlite::Connection;
use sea_query_sqlx::SqlxBinder;

use super::db::{Dialect, SQLITE_MIGRATIONS};
use super::enterprise::{self, Part};
use super::project::{Cursor, Dim, Filter, Order, OrderBy, statements};
use crate::domain::{Point, ProjectStage};
use crate::geometry::Bbox;

/// The steps of a statement, in the words of SQLite.
fn plan(statement: &impl SqlxBinder) -> String {
    let connection = Connection::open_in_memory().unwrap();
    SQLITE_MIGRATIONS.iter().for_each(|migration| connection.execute_batch(migration.sql.as_str()).unwrap());
    let (sql, _) = Dialect::Sqlite.render(statement);
    let mut asked = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = asked.raw_query();
    let mut steps = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        steps.push(row.get::<_, String>(3).unwrap());
    }
    steps.join("\n")
}

fn goes(statement: &impl SqlxBinder, ways: &[&str]) {
    let plan = plan(statement);
    ways.iter().for_each(|way| assert!(plan.contains(way), "{way}:\n{plan}"));
}

#[test]
fn lists_come_out_of_an_index() {
    let all = Filter::default();
    let order = |by, desc| Order { by, desc };
    let code = order(OrderBy::Code, false);
    let after = Cursor { number: None, code: Some("p-1".to_owned()), id: 6 };
    for statement in [
        statements::list(Dialect::Sqlite, 7, &all, code, None, 21),
        statements::list(Dialect::Sqlite, 7, &all, code, Some(&after), 21),
        statements::list(Dialect::Sqlite, 7, &all, order(OrderBy::Investment, true), None, 21),
        enterprise::list_statement(Dialect::Sqlite, 7, &enterprise::Filter::default(), Some("e-1"), 21),
    ] {
        let plan = plan(&statement);
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
    for (dim, index) in [
        (Dim::Zone, "project_zone_code"),
        (Dim::Region, "project_region_code"),
        (Dim::Cluster, "project_cluster_code"),
        (Dim::Chain, "project_chain_code"),
    ] {
        let first = statements::page_per_parent(Dialect::Sqlite, 7, dim, &[1, 2], &all, code, 6);
        goes(&first, &[&format!("COVERING INDEX {index}"), "p USING INTEGER PRIMARY KEY"]);
    }
    let largest =
        statements::page_per_parent(Dialect::Sqlite, 7, Dim::Zone, &[1, 2], &all, order(OrderBy::Investment, true), 6);
    goes(&largest, &["COVERING INDEX project_zone_investment", "p USING INTEGER PRIMARY KEY"]);
    for (part, index) in [(Part::Zone, "zone"), (Part::Region, "region"), (Part::Chain, "chain")] {
        let first = enterprise::page_per_part_statement(Dialect::Sqlite, 7, part, &[1, 2], 6);
        goes(&first, &[&format!("COVERING INDEX enterprise_{index}_code"), "p USING INTEGER PRIMARY KEY"]);
    }
}

#[test]
fn what_projects_are_searched_by_is_read_in_the_order_of_codes() {
    goes(&statements::traits(7, Some("a-1"), 20), &["p USING INDEX project_code"]);
}

#[test]
fn groups_are_made_from_an_index() {
    let by = [Dim::Zone, Dim::Stage];
    goes(&statements::groups(Dialect::Sqlite, 7, &Filter::default(), &by), &["COVERING INDEX project_zone_stage"]);
}

#[test]
fn a_box_is_searched_by_stage_without_a_look_at_the_rows() {
    let (min, max) = (Point { x: 1_156_000_000, y: 343_000_000 }, Point { x: 1_160_000_000, y: 346_000_000 });
    let filter = Filter {
        stages: Some(vec![ProjectStage::Started]),
        investment_from: Some(1),
        bbox: Some(Bbox { min, max }),
        ..Filter::default()
    };
    let order = Order { by: OrderBy::Investment, desc: true };
    let ways = ["COVERING INDEX project_stage_cell", "p USING INTEGER PRIMARY KEY"];
    goes(&statements::list_counted(Dialect::Sqlite, 7, &filter, order, 51), &ways);
    goes(&statements::count(Dialect::Sqlite, 7, &filter), &ways[..1]);
}
