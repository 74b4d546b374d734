//! References: what a cell names must exist.

use super::index::{Index, is_plan_scoped};
use super::problem::{Fault, Problem, nearest};
use super::sheet::{Line, Sheet};
use crate::domain::{Cell, Field, Kind, Reference, unit, units};

/// Checks every reference of a sheet.
pub(super) fn check(sheet: &Sheet, index: &Index, problems: &mut Vec<Problem>) {
    let has_plan = sheet.table.position("plan").is_some();
    for (position, field) in sheet.table.fields.iter().enumerate() {
        let Some(reference) = &field.reference else { continue };
        for line in &sheet.lines {
            let mut look = |item: &str| {
                let fault = match reference {
                    Reference::MeasurementUnit => measurement_unit(item),
                    Reference::Table(table) => row(table, item, plan(line, has_plan, table), index),
                    Reference::OfKind(sibling) => of_kind(line, sibling, item, index),
                };
                if let Some(fault) = fault {
                    problems.push(sheet.fault(line, field.name, titled(fault, field)));
                }
            };
            match &line.record.cells[position] {
                Cell::Null => {}
                Cell::Text(text) => look(text),
                Cell::List(items) => items.iter().for_each(|item| look(item)),
                other => look(&other.csv()),
            }
        }
    }
    kinds_and_codes_together(sheet, problems);
    match sheet.table.name {
        "chain_stages" => within_chain(sheet, "feeds", "chain", index, problems),
        "enterprises" => within_chain(sheet, "stage", "chain", index, problems),
        "mechanisms" => homes(sheet, index, problems),
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
fn kinds_and_codes_together(sheet: &Sheet, problems: &mut Vec<Problem>) {
    let pairs = sheet.table.fields.iter().filter_map(|field| match field.reference {
        Some(Reference::OfKind(kind)) => Some((kind, field.name)),
        _ => None,
    });
    for (kind, code) in pairs {
        for line in sheet.lines.iter().filter(|line| line.were_read(&[kind, code])) {
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
            problems.push(sheet.fault(line, missing, fault));
        }
    }
}

/// Stages are named by their code within the chain of the row.
fn within_chain(sheet: &Sheet, column: &str, chain: &str, index: &Index, problems: &mut Vec<Problem>) {
    for line in &sheet.lines {
        let Some(chain) = line.record.text(chain) else { continue };
        let items: Vec<&str> = match line.record.cell(column) {
            Cell::Text(text) => vec![text],
            Cell::List(items) => items.iter().map(|item| &**item).collect(),
            _ => continue,
        };
        for item in items {
            if let Some(fault) = row("chain_stages", item, Some(chain), index) {
                problems.push(sheet.fault(line, column, fault));
            }
        }
    }
}

/// The homes of a mechanism are codes of its `home_kind`, short ones within the plan where the kind has them.
fn homes(sheet: &Sheet, index: &Index, problems: &mut Vec<Problem>) {
    for line in sheet.lines.iter().filter(|line| line.were_read(&["home_kind", "home"])) {
        let (Some(word), Cell::List(items)) = (line.record.text("home_kind"), line.record.cell("home")) else {
            continue;
        };
        let Some(kind) = Kind::from_word(word) else { continue };
        for item in items {
            let plan = plan(line, true, kind.table()).filter(|_| !item.contains('/'));
            if let Some(fault) = row(kind.table(), item, plan, index) {
                problems.push(sheet.fault(line, "home", fault));
            }
        }
    }
}
