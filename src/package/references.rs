//! References: what a cell names must exist.

use super::index::{Index, is_plan_scoped};
use super::problem::{Fault, Report};
use super::sheet::Line;
use crate::domain::{Cell, Field, Kind, Reference, nearest, unit, units};

/// Checks every reference of a row.
pub(super) fn check(line: &Line, index: &Index, report: &mut Report) {
    let table = line.record.table;
    let has_plan = table.position("plan").is_some();
    for (field, cell) in table.fields.iter().zip(&line.record.cells) {
        let Some(reference) = &field.reference else { continue };
        let mut look = |item: &str| {
            let fault = match reference {
                Reference::MeasurementUnit => measurement_unit(item),
                Reference::Table(table) => row(table, item, plan(line, has_plan, table), index),
                Reference::OfKind(sibling) => of_kind(line, sibling, item, index),
            };
            if let Some(fault) = fault {
                report(field.name, titled(fault, field));
            }
        };
        match cell {
            Cell::Null => {}
            Cell::Text(text) => look(text),
            Cell::List(items) => items.iter().for_each(|item| look(item)),
            other => look(&other.csv()),
        }
    }
    kinds_and_codes_together(line, report);
    match table.name {
        "chain_stages" => within_chain(line, "feeds", index, report),
        "enterprises" => within_chain(line, "stage", index, report),
        "mechanisms" => homes(line, index, report),
        _ => {}
    }
}

/// The plan in which a short code is to be looked up, for tables that belong to a plan.
fn plan<'a>(line: &'a Line, has_plan: bool, table: &str) -> Option<&'a str> {
    if has_plan && is_plan_scoped(table) { Some(line.record.text("plan").unwrap_or_default()) } else { None }
}

fn titled(fault: Fault, field: &Field) -> Fault {
    Fault { zh: format!("{}:{}", field.title, fault.zh), ..fault }
}

fn measurement_unit(code: &str) -> Option<Fault> {
    if unit(code).is_some() {
        return None;
    }
    let by_symbol = units().iter().find(|unit| unit.symbol == code).map(|unit| unit.code);
    let meant = by_symbol.or_else(|| nearest(code, units().iter().map(|unit| unit.code)));
    Some(Fault::new("unknown-unit", code, meant.unwrap_or("schema/units.csv")).say(
        "没有这个计量单位:从 schema/units.csv 中选用代码。",
        "There is no such unit: use a code of schema/units.csv.",
    ))
}

fn row(table: &str, code: &str, plan: Option<&str>, index: &Index) -> Option<Fault> {
    let key = plan.map_or_else(|| code.to_owned(), |plan| format!("{plan}/{code}"));
    // A plan that could not be read is reported once, not again at every code within it.
    if plan == Some("") || index.holds(table, &key) {
        return None;
    }
    let meant = index.meant(table, &key).map(|meant| match plan {
        Some(plan) => meant.strip_prefix(&format!("{plan}/")).map(str::to_owned).unwrap_or(meant),
        None => meant,
    });
    let expected = meant.unwrap_or_else(|| table.to_owned());
    Some(Fault::new("unknown-code", code, expected).say(
        format!("{table} 表中没有这个代码:改正代码,或在该表中补上这一行。"),
        format!("Table {table} has no such row: correct the code, or add the row there."),
    ))
}

fn of_kind(line: &Line, sibling: &str, code: &str, index: &Index) -> Option<Fault> {
    let kind = line.record.text(sibling).and_then(Kind::from_word)?;
    if index.holds(kind.table(), code) {
        return None;
    }
    let other = index.other_kind(code);
    let (zh, en) = other.map_or_else(Default::default, |kind| {
        (format!("此代码属于 {}。", kind.word()), format!(" The code is one of a {}.", kind.word()))
    });
    let expected = index.meant(kind.table(), code).unwrap_or_else(|| kind.table().to_owned());
    Some(Fault::new("unknown-code", code, expected).say(
        format!("{} 表中没有这个代码:改正代码或种类。{zh}", kind.table()),
        format!("Table {} has no such row: correct the code, or its kind in `{sibling}`.{en}", kind.table()),
    ))
}

/// A kind without a code, or a code without a kind, points nowhere.
fn kinds_and_codes_together(line: &Line, report: &mut Report) {
    let pairs = line.record.table.fields.iter().filter_map(|field| match field.reference {
        Some(Reference::OfKind(kind)) => Some((kind, field.name)),
        _ => None,
    });
    for (kind, code) in pairs.filter(|(kind, code)| line.were_read(&[*kind, *code])) {
        let empty = |column: &str| *line.record.cell(column) == Cell::Null;
        let missing = match (empty(kind), empty(code)) {
            (true, false) => kind,
            (false, true) => code,
            _ => continue,
        };
        let fault = Fault::new("half-pair", "", format!("{kind} + {code}")).say(
            "种类与代码须同时填写或同时留空。",
            format!("`{kind}` and `{code}` are filled together or left empty together."),
        );
        report(missing, fault);
    }
}

/// Stages are named by their code within the chain of the row.
fn within_chain(line: &Line, column: &str, index: &Index, report: &mut Report) {
    let Some(chain) = line.record.text("chain") else { return };
    let mut look = |item: &str| {
        if let Some(fault) = row("chain_stages", item, Some(chain), index) {
            report(column, fault);
        }
    };
    match line.record.cell(column) {
        Cell::Text(text) => look(text),
        Cell::List(items) => items.iter().for_each(|item| look(item)),
        _ => {}
    }
}

/// The homes of a mechanism are codes of its `home_kind`, short ones within the plan where the kind has them.
fn homes(line: &Line, index: &Index, report: &mut Report) {
    let kind = line.record.text("home_kind").and_then(Kind::from_word);
    let (Some(kind), Cell::List(items), true) =
        (kind, line.record.cell("home"), line.were_read(&["home_kind", "home"]))
    else {
        return;
    };
    for item in items {
        let plan = plan(line, true, kind.table()).filter(|_| !item.contains('/'));
        if let Some(fault) = row(kind.table(), item, plan, index) {
            report("home", fault);
        }
    }
}
