//! The package that results when the figures of a file meet what is known: cells given are replaced, cells not
//! given stay. The report of it is what a dry run prints and what the real run does.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::Note;
use super::catalogue::Catalogue;
use super::draft::{Draft, Entry};
use super::guard::{Accepted, Guard, Watch};
use crate::domain::{
    Accumulation, Cell, Confidence, Decimal, ObservationStatus, Package, PeriodCode, Quantity, Record, Table, table,
    unit,
};
use crate::package::cell::Column;
use crate::package::problem::{Fault, Problem};

/// A figure that the database holds.
#[derive(Debug, Clone)]
pub struct Held {
    /// What it is about, by its place in the catalogue.
    pub place: usize,
    /// What is measured, by its place in the catalogue.
    pub indicator: usize,
    /// When.
    pub period: PeriodCode,
    /// How the value relates to its period.
    pub accumulation: Accumulation,
    /// The value.
    pub quantity: Option<Quantity>,
    /// Whether it is the value, not a bound of it.
    pub exact: bool,
    /// Code of its document.
    pub document: String,
    /// Whether that document is made up.
    pub sample: bool,
}

/// What the database holds that a file touches.
#[derive(Debug, Default)]
pub struct Known {
    /// Live figures of the indicators of the file, of all documents.
    pub observations: Vec<Held>,
    /// Live rows of the package of the document.
    pub own: Vec<Record>,
}

/// A figure as a report shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    /// The number, none where the status says why.
    pub value: Option<String>,
    /// Code of its unit.
    pub unit: Option<&'static str>,
    /// Its standing.
    pub status: String,
}

/// A figure that is new or another than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Where it stands in the file, e.g. `填报!C5`.
    pub cell: String,
    /// Kind of the place.
    pub subject_kind: &'static str,
    /// Its code.
    pub subject_code: String,
    /// Its name.
    pub subject: String,
    /// Code of the indicator.
    pub indicator: String,
    /// Period.
    pub period: String,
    /// Accumulation.
    pub accumulation: &'static str,
    /// What was known; nothing for a new figure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Shown>,
    /// What is known then.
    pub after: Shown,
    /// After less before, in the unit of after, where both are values.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<String>,
}

/// A guard that was set aside, and for how many figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SetAside {
    /// The guard.
    pub guard: Guard,
    /// Why.
    pub reason: String,
    /// How many findings.
    pub findings: usize,
}

/// What a file would make of a package.
#[derive(Debug, Default)]
pub struct Merged {
    /// The package to be imported; none where anything is rejected.
    pub package: Option<Package>,
    /// Code of the document.
    pub document: String,
    /// Figures of cells that had none.
    pub accepted: Vec<Changed>,
    /// Figures that are others than before.
    pub revised: Vec<Changed>,
    /// How many are known already.
    pub unchanged: usize,
    /// Cells left blank, of which nothing is said.
    pub blank: usize,
    /// What keeps the file from being taken.
    pub rejected: Vec<Problem>,
    /// Guards that were set aside.
    pub set_aside: Vec<SetAside>,
    /// What the sender should know.
    pub notes: Vec<Note>,
}

/// The package that holds the figures of a document.
pub fn package_of(document: &str) -> String {
    format!("figures-{document}")
}

/// Brings the figures of a file together with what is known.
pub fn merge(
    draft: &mut Draft,
    catalogue: &Catalogue,
    known: &Known,
    accepted: &[Accepted],
    today: NaiveDate,
) -> Merged {
    let mut merged = Merged {
        document: draft.given.document.clone().unwrap_or_default(),
        blank: draft.blank,
        notes: std::mem::take(&mut draft.notes),
        rejected: std::mem::take(&mut draft.problems),
        ..Merged::default()
    };
    let document = match document(draft, catalogue, known, today) {
        Ok(document) => document,
        Err(faults) => {
            merged.rejected.extend(faults);
            sort(&mut merged.rejected);
            return merged;
        }
    };
    let Some(observations) = table("observations") else { return merged };
    let mut rows: BTreeMap<String, Record> = BTreeMap::new();
    let mut others = Vec::new();
    for record in &known.own {
        match record.table.name {
            "observations" => {
                rows.insert(record.key(), record.clone());
            }
            "documents" => {}
            _ => others.push(record.clone()),
        }
    }
    let elsewhere: HashSet<_> = (known.observations.iter())
        .filter(|held| held.document == document.code)
        .map(|held| (held.place, held.indicator, held.period, held.accumulation))
        .collect();
    let mut changed = Vec::with_capacity(draft.entries.len());
    for entry in &draft.entries {
        let record = record(observations, entry, draft, catalogue, &document.code);
        let key = record.key();
        let before = rows.get(&key);
        if before.is_none() && elsewhere.contains(&entry.cell()) {
            let fault = Fault::new("key-held", key, "").say(
                "该文件的这一数据由另一数据包持有:在那个数据包中修改,或换一个来源代码。",
                "Another package holds this figure of the document: change it there, or give another document code.",
            );
            merged.rejected.push(draft.problem(entry, fault));
            changed.push(false);
            continue;
        }
        if before.is_some_and(|before| same(before, &record)) {
            merged.unchanged += 1;
            changed.push(false);
            continue;
        }
        changed.push(true);
        let change = change(entry, draft, catalogue, before);
        if before.is_some() {
            merged.revised.push(change)
        } else {
            merged.accepted.push(change)
        }
        rows.insert(key, record);
    }
    guard(draft, catalogue, known, (&document.code, document.sample), &changed, accepted, &mut merged);
    sort(&mut merged.rejected);
    if merged.rejected.is_empty() {
        let records = document.record.into_iter().chain(rows.into_values()).chain(others);
        let name = package_of(&document.code);
        merged.package = Some(Package::of(name, document.title, "1".to_owned(), records));
    }
    merged
}

fn sort(problems: &mut [Problem]) {
    problems.sort_by_cached_key(|problem| (problem.row.clone(), problem.column.as_ref().map(|c| (c.len(), c.clone()))));
}

fn guard(
    draft: &Draft,
    catalogue: &Catalogue,
    known: &Known,
    document: (&str, bool),
    changed: &[bool],
    accepted: &[Accepted],
    merged: &mut Merged,
) {
    let mut counts: HashMap<Guard, usize> = HashMap::new();
    for (guard, problem) in Watch::new(draft, catalogue, known, document, changed).look() {
        if accepted.iter().any(|accepted| accepted.guard == guard) {
            *counts.entry(guard).or_default() += 1;
        } else {
            merged.rejected.push(problem);
        }
    }
    for Accepted { guard, reason } in accepted {
        match counts.remove(guard) {
            Some(findings) => merged.set_aside.push(SetAside { guard: *guard, reason: reason.clone(), findings }),
            None => merged.notes.push(Note::new(
                "accepted-nothing",
                format!("--accept {} 没有用上:这项检查没有发现。", guard.word()),
                format!("--accept {} was not needed: the guard found nothing.", guard.word()),
            )),
        }
    }
}

/// The document of the figures.
struct Document {
    code: String,
    title: String,
    sample: bool,
    /// Its row, where the package of the figures holds it.
    record: Option<Record>,
}

fn document(draft: &Draft, catalogue: &Catalogue, known: &Known, today: NaiveDate) -> Result<Document, Vec<Problem>> {
    let given = &draft.given;
    let mut problems = Vec::new();
    let mut report = |column: &str, fault: Fault| {
        let mut problem = fault.at(&draft.grid.file, None, Some(column));
        problem.sheet.clone_from(&draft.grid.sheet);
        problems.push(problem);
    };
    let lacks = |option: &str, zh: &str| {
        Fault::new("document", "", format!("--{option}")).say(
            format!("缺少来源的{zh}:写在表头上方,或用 --{option} 给出。"),
            format!("The {option} of the source is missing: write it above the headings, or give --{option}."),
        )
    };
    let Some(code) = given.document.clone() else {
        report("document", lacks("document", "代码"));
        return Err(problems);
    };
    let before = known.own.iter().find(|record| record.table.name == "documents" && record.key() == code);
    if let (None, Some(sample)) = (before, catalogue.document(&code)) {
        // Another package holds the document: its figures may be added, itself is not told anew.
        return Ok(Document { title: given.title.clone().unwrap_or_else(|| code.clone()), code, sample, record: None });
    }
    let text = |field: &str| before.and_then(|record| record.text(field)).map(str::to_owned);
    let sample = given.sample || before.is_some_and(|record| *record.cell("sample") == Cell::Boolean(true));
    let confidence = given.confidence.map(|confidence| confidence.word().to_owned()).or_else(|| text("confidence"));
    let values: [(&str, Option<String>); 7] = [
        ("code", Some(code.clone())),
        ("title", given.title.clone().or_else(|| text("title"))),
        ("issuer", given.issuer.clone().or_else(|| text("issuer"))),
        ("issued_on", given.date.clone().or_else(|| text("issued_on"))),
        ("retrieved_on", text("retrieved_on").or_else(|| Some(today.to_string()))),
        ("confidence", confidence.or_else(|| Some(Confidence::Medium.word().to_owned()))),
        ("sample", Some(sample.to_string())),
    ];
    for (field, option, zh) in
        [("title", "title", "标题"), ("issuer", "issuer", "发布单位"), ("issued_on", "date", "日期")]
    {
        if values.iter().any(|(name, value)| *name == field && value.is_none()) {
            report(option, lacks(option, zh));
        }
    }
    let Some(documents) = table("documents") else { return Err(problems) };
    let mut record = match before {
        Some(before) => before.clone(),
        None => Record { table: documents, cells: vec![Cell::Null; documents.fields.len()], shape: None },
    };
    for (name, value) in values {
        let (Some(at), Some(value)) = (documents.position(name), value) else { continue };
        match Column::new(&documents.fields[at]).read(&value) {
            Ok(cell) => record.cells[at] = cell,
            Err(fault) => report(name, fault),
        }
    }
    let title = record.text("title").unwrap_or(&code).to_owned();
    if problems.is_empty() { Ok(Document { code, title, sample, record: Some(record) }) } else { Err(problems) }
}

fn record(observations: &'static Table, entry: &Entry, draft: &Draft, catalogue: &Catalogue, document: &str) -> Record {
    let (place, indicator) = (&catalogue.places[entry.place], &catalogue.indicators[entry.indicator]);
    let mut record = Record { table: observations, cells: vec![Cell::Null; observations.fields.len()], shape: None };
    let mut set = |field: &str, cell: Cell| {
        if let Some(at) = observations.position(field) {
            record.cells[at] = cell;
        }
    };
    let text = |text: &str| Cell::Text(text.into());
    set("subject_kind", text(place.kind.word()));
    set("subject_code", text(&place.code));
    set("indicator", text(&indicator.code));
    set("period", text(&entry.period.to_string()));
    set("accumulation", text(entry.accumulation.word()));
    set("status", text(entry.status.word()));
    set("document", text(document));
    set("locator", text(&draft.locator(entry)));
    if let Some(quantity) = &entry.quantity {
        set("value", Cell::Decimal(quantity.value));
        set("unit", text(quantity.unit.code));
        set("comparator", text("EQUAL"));
        if let Some(words) = &quantity.as_reported {
            set("as_reported", text(words));
        }
    }
    if let Some(note) = &entry.note {
        set("note", text(note));
    }
    record
}

/// Whether a row says what the row before said: its place in the file and its spelling may differ.
fn same(before: &Record, after: &Record) -> bool {
    let value = |record: &Record| if let Cell::Decimal(value) = record.cell("value") { Some(*value) } else { None };
    let note = after.text("note").is_none() || before.text("note") == after.text("note");
    let words = ["unit", "comparator", "status"].iter().all(|field| before.cell(field) == after.cell(field));
    value(before) == value(after) && words && note
}

fn change(entry: &Entry, draft: &Draft, catalogue: &Catalogue, before: Option<&Record>) -> Changed {
    let (place, indicator) = (&catalogue.places[entry.place], &catalogue.indicators[entry.indicator]);
    let old = before.and_then(|record| {
        let Cell::Decimal(value) = record.cell("value") else { return None };
        Some(Quantity { value: *value, unit: unit(record.text("unit")?)?, as_reported: None })
    });
    let status = |record: &Record| record.text("status").unwrap_or_default().to_owned();
    let shown = |quantity: Option<&Quantity>, status: String| Shown {
        value: quantity.map(|quantity| quantity.value.to_string()),
        unit: quantity.map(|quantity| quantity.unit.code),
        status,
    };
    let after = entry.quantity.as_ref();
    let difference = old.as_ref().zip(after).and_then(|(old, new)| difference(old, new));
    Changed {
        cell: draft.locator(entry),
        subject_kind: place.kind.word(),
        subject_code: place.code.clone(),
        subject: place.name.clone(),
        indicator: indicator.code.clone(),
        period: entry.period.to_string(),
        accumulation: entry.accumulation.word(),
        before: before.map(|record| shown(old.as_ref(), status(record))),
        after: shown(after, ObservationStatus::word(entry.status).to_owned()),
        difference: difference.map(|difference| difference.to_string()),
    }
}

fn difference(old: &Quantity, new: &Quantity) -> Option<Decimal> {
    new.value.checked_sub(old.convert(new.unit).ok()?)
}
