//! The figures of a file, each of a known place, indicator and period, and the document that they come from.

use std::collections::HashMap;
use std::path::Path;

use super::catalogue::Catalogue;
use super::columns::{self, Block, Column, Head, Meaning};
use super::grid::{self, Grid, Line, Value, fold};
use super::value::{self, Figure};
use super::{Given, Note, period};
use crate::domain::{Accumulation, ObservationStatus, PeriodCode, Quantity, Unit, unit};
use crate::package::problem::{Fault, Problem};

/// Problems after which the rest of a file is not read.
const MOST_PROBLEMS: usize = 2_000;

/// One figure of the file.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Row, as the spreadsheet numbers it.
    pub row: usize,
    /// Column, from 0.
    pub column: usize,
    /// What it is about, by its place in the catalogue.
    pub place: usize,
    /// What is measured, by its place in the catalogue.
    pub indicator: usize,
    /// When.
    pub period: PeriodCode,
    /// How the value relates to its period.
    pub accumulation: Accumulation,
    /// The value; none where the status says why.
    pub quantity: Option<Quantity>,
    /// Standing of the value.
    pub status: ObservationStatus,
    /// Remark of the row.
    pub note: Option<String>,
}

impl Entry {
    /// What makes two figures the same cell.
    pub(super) fn cell(&self) -> (usize, usize, PeriodCode, Accumulation) {
        (self.place, self.indicator, self.period, self.accumulation)
    }
}

/// A file as read.
#[derive(Debug, Default)]
pub struct Draft {
    /// Where its figures come from.
    pub given: Given,
    /// Its figures, in the order of the file.
    pub entries: Vec<Entry>,
    /// Cells left blank.
    pub blank: usize,
    /// What its sender should know.
    pub notes: Vec<Note>,
    /// What keeps it from being taken.
    pub problems: Vec<Problem>,
    pub(super) grid: Grid,
    pub(super) headings: HashMap<usize, String>,
}

impl Draft {
    /// A fault of a figure, at its cell.
    pub(super) fn problem(&self, entry: &Entry, fault: Fault) -> Problem {
        let heading = self.headings.get(&entry.column).map_or("", String::as_str);
        self.grid.problem(entry.row, entry.column, heading, fault)
    }

    /// Where a figure stands, e.g. `填报!C5`.
    pub(super) fn locator(&self, entry: &Entry) -> String {
        let cell = format!("{}{}", grid::letters(entry.column), entry.row);
        self.grid.sheet.as_ref().map_or_else(|| cell.clone(), |sheet| format!("{sheet}!{cell}"))
    }
}

/// Reads a file against a catalogue.
pub fn read(path: &Path, catalogue: &Catalogue, given: &Given) -> Draft {
    let mut grid = grid::open(path, given.sheet.as_deref());
    let head = (!grid.lines.is_empty()).then(|| columns::read(&mut grid, catalogue, given)).flatten();
    let mut draft = Draft { given: given.clone(), ..Draft::default() };
    if let Some(head) = head {
        let lines = std::mem::take(&mut grid.lines);
        let defaults = Defaults::new(&head.block, catalogue, &mut draft.given, &mut grid);
        let reading = Reading { head: &head, catalogue, defaults };
        for line in &lines[head.body..] {
            reading.line(line, &mut grid, &mut draft);
            if grid.problems.len() > MOST_PROBLEMS {
                break;
            }
        }
        draft.headings = head.columns.into_iter().map(|column| (column.at, column.heading)).collect();
        duplicates(&mut draft, &grid, catalogue);
    }
    if draft.entries.is_empty() && grid.problems.is_empty() {
        grid.report_whole(
            Fault::new("no-figures", "", "").say("文件中没有数据。", "There are no figures in the file."),
        );
    }
    draft.problems.append(&mut grid.problems);
    draft.notes.append(&mut grid.notes);
    draft.grid = grid;
    draft
}

/// What holds for every row that does not say otherwise.
struct Defaults {
    place: Option<String>,
    period: Option<PeriodCode>,
    status: ObservationStatus,
}

impl Defaults {
    /// Reads the block into what was given, which goes first.
    fn new(block: &Block, catalogue: &Catalogue, given: &mut Given, grid: &mut Grid) -> Self {
        let text = |key| block.get(key).map(|said| said.value.words()).filter(|text| !text.is_empty());
        given.document = given.document.take().or_else(|| text("document"));
        given.title = given.title.take().or_else(|| text("title"));
        given.issuer = given.issuer.take().or_else(|| text("issuer"));
        given.date = given.date.take().or_else(|| text("date")).map(|date| day(&date));
        given.sample |= text("sample").is_some_and(|word| matches!(word.as_str(), "是" | "true" | "TRUE" | "示例"));
        if let (None, Some(said)) = (given.status, block.get("status")) {
            given.status = value::status(&said.value.words());
            if given.status.is_none() {
                grid.report(said.row, said.column, "", status_fault(&said.value.words()));
            }
        }
        let place = given.place.clone().or_else(|| text("place"));
        if let (Some(place), Some(fault)) = (&place, place.as_deref().and_then(|p| catalogue.place(p, &[]).err()))
            && fault.code == "unknown-place"
        {
            let (row, column) = block.get("place").map_or((1, 0), |said| (said.row, said.column));
            grid.report(row, column, place, fault);
        }
        let said = match &given.period {
            Some(text) => Some((Value::Text(text.as_str().into()), 1, 0)),
            None => block.get("period").map(|said| (said.value.clone(), said.row, said.column)),
        };
        let period = said.and_then(|(value, row, column)| match period::read(&value) {
            Ok(period) => Some(period),
            Err(fault) => {
                grid.report(row, column, "", fault);
                None
            }
        });
        Self { place, period, status: given.status.unwrap_or(ObservationStatus::Normal) }
    }
}

/// A day, month or year as the schema writes it: 2026/4/20 and 2026年4月20日 are 2026-04-20.
fn day(text: &str) -> String {
    let parts: Vec<&str> =
        text.split(['/', '.', '-', '年', '月', '日']).map(str::trim).filter(|p| !p.is_empty()).collect();
    let digits = |part: &&str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
    match parts.iter().all(digits) && (1..=3).contains(&parts.len()) {
        true => parts.iter().map(|part| format!("{part:0>2}")).collect::<Vec<_>>().join("-"),
        false => text.to_owned(),
    }
}

fn status_fault(found: &str) -> Fault {
    Fault::new("status", found, "NORMAL · PROVISIONAL · ESTIMATED · FORECAST · MISSING · NOT_YET_DUE · SUPPRESSED").say(
        "状态只能是所列的词之一(或 正式数、初步数、估计数、缺报 等)。",
        "The status must be one of the words listed.",
    )
}

struct Reading<'a> {
    head: &'a Head,
    catalogue: &'a Catalogue,
    defaults: Defaults,
}

/// A figure's indicator, unit and accumulation, and the column of its value.
struct Cellular<'a> {
    column: &'a Column,
    indicator: usize,
    unit: &'static Unit,
    accumulation: Accumulation,
}

impl Reading<'_> {
    fn line(&self, line: &Line, grid: &mut Grid, draft: &mut Draft) {
        let cell = |column: &Column| line.cells.get(column.at).unwrap_or(&Value::Empty);
        let of = |meaning| self.head.columns.iter().find(|column| column.meaning == meaning);
        let text = |meaning| of(meaning).map(|column| cell(column).words()).filter(|text| !text.is_empty());
        self.strays(line, grid);

        let cells = match of(Meaning::Indicator) {
            Some(column) => match self.long(line, column, grid) {
                Some(cells) => cells,
                None => return,
            },
            None => self.wide(),
        };
        let filled = |cells: &Cellular| !matches!(cell(cells.column), Value::Empty | Value::Refused);
        let (filled, blank): (Vec<Cellular>, Vec<Cellular>) = cells.into_iter().partition(filled);
        let status = text(Meaning::Status);
        // A row of one figure may say by its status alone why there is no number.
        let by_status = filled.is_empty() && status.is_some() && of(Meaning::Value).is_some();
        if !by_status {
            draft.blank += blank.iter().filter(|blank| *cell(blank.column) == Value::Empty).count();
        }
        if filled.is_empty() && !by_status {
            return;
        }
        let own = match status.as_deref().map(|word| (word, value::status(word))) {
            Some((word, None)) => {
                let column = of(Meaning::Status).map_or(0, |column| column.at);
                grid.report(line.number, column, "", status_fault(word));
                return;
            }
            Some((_, status)) => status,
            None => None,
        };
        let indicators: Vec<usize> = filled.iter().chain(&blank).map(|cells| cells.indicator).collect();
        let Some(place) = self.place(line, &indicators, grid) else { return };
        let Some(period) = self.period(line, grid) else { return };
        let note = text(Meaning::Note);
        let rows = if filled.is_empty() { blank } else { filled };
        for cells in rows {
            let heading = &cells.column.heading;
            let read = value::read(cell(cells.column), cells.unit);
            let entry = read.and_then(|figure| self.entry(figure, own)).and_then(|(quantity, status)| {
                let known = &self.catalogue.indicators[cells.indicator];
                let subject = &self.catalogue.places[place];
                if !known.applies_to.contains(&subject.kind) {
                    return Err(not_measured(&subject.name, &known.name, subject.kind.word()));
                }
                Ok(Entry {
                    row: line.number,
                    column: cells.column.at,
                    place,
                    indicator: cells.indicator,
                    period,
                    accumulation: cells.accumulation,
                    quantity,
                    status,
                    note: note.clone(),
                })
            });
            match entry {
                Ok(entry) => draft.entries.push(entry),
                Err(fault) => grid.report(line.number, cells.column.at, heading, fault),
            }
        }
    }

    /// Cells with something in them under no heading.
    fn strays(&self, line: &Line, grid: &mut Grid) {
        let known = |at: usize| self.head.columns.iter().any(|column| column.at == at);
        // Where a heading was not understood, that was said already.
        let broken = grid.problems.iter().any(|problem| problem.code == "unknown-indicator");
        for (at, _) in line.cells.iter().enumerate().filter(|(at, cell)| !cell.is_empty() && !known(*at) && !broken) {
            let found = line.cells[at].words();
            let fault = Fault::new("no-heading", found, "")
                .say("该列没有表头:请补上或清空。", "The column has no heading: give it one, or clear the cell.");
            grid.report(line.number, at, "", fault);
        }
    }

    fn wide(&self) -> Vec<Cellular<'_>> {
        let measure = |column| match column {
            column @ &Column { meaning: Meaning::Measure { indicator, unit, accumulation }, .. } => {
                Some(Cellular { column, indicator, unit, accumulation })
            }
            _ => None,
        };
        self.head.columns.iter().filter_map(measure).collect()
    }

    /// The one figure of a row that names its indicator.
    fn long(&self, line: &Line, named: &Column, grid: &mut Grid) -> Option<Vec<Cellular<'_>>> {
        let find = |meaning| self.head.columns.iter().find(|column| column.meaning == meaning);
        let words = |column: &Column| line.cells.get(column.at).map(Value::words).unwrap_or_default();
        let column = find(Meaning::Value)?;
        let name = words(named);
        if name.is_empty() {
            if line.cells.get(column.at).is_some_and(|cell| !cell.is_empty()) {
                grid.report(line.number, named.at, &named.heading, required());
            }
            return None;
        }
        let indicator = match self.catalogue.indicator(&name) {
            Ok(indicator) => indicator,
            Err(fault) => {
                grid.report(line.number, named.at, &named.heading, fault);
                return None;
            }
        };
        let known = &self.catalogue.indicators[indicator];
        let (mut unit_found, mut accumulation) = (known.unit, known.accumulation);
        if let Some((at, text)) = find(Meaning::Unit).map(|at| (at, words(at))).filter(|(_, text)| !text.is_empty()) {
            match value::unit_of(&text, known.unit).or_else(|| unit(&text).filter(|u| u.code == known.unit.code)) {
                Some(unit) => unit_found = unit,
                None => {
                    grid.report(line.number, at.at, &at.heading, columns::unit_fault(&text, known.unit));
                    return None;
                }
            }
        }
        let said = find(Meaning::Accumulation).map(|at| (at, words(at))).filter(|(_, text)| !text.is_empty());
        if let Some((at, text)) = said {
            match value::accumulation(&text) {
                Some(found) => accumulation = found,
                None => {
                    let fault = Fault::new("accumulation", text, "IN_PERIOD · YEAR_TO_DATE · SINCE_BASE · AT_END").say(
                        "累计方式只能是所列的词之一(或 当期、本年累计、期末)。",
                        "This must be one of the words listed.",
                    );
                    grid.report(line.number, at.at, &at.heading, fault);
                    return None;
                }
            }
        }
        Some(vec![Cellular { column, indicator, unit: unit_found, accumulation }])
    }

    fn place(&self, line: &Line, indicators: &[usize], grid: &mut Grid) -> Option<usize> {
        let column = self.head.columns.iter().find(|column| column.meaning == Meaning::Place);
        let own = column.and_then(|column| line.cells.get(column.at)).map(Value::words).filter(|text| !text.is_empty());
        let (at, heading) = column.map_or((0, ""), |column| (column.at, column.heading.as_str()));
        let Some(text) = own.or_else(|| self.defaults.place.clone()) else {
            grid.report(line.number, at, heading, required());
            return None;
        };
        match self.catalogue.place(&text, indicators) {
            Ok(place) => Some(place),
            // What the block says was reported there.
            Err(fault) if column.is_none() && fault.code == "unknown-place" => None,
            Err(fault) => {
                grid.report(line.number, at, heading, fault);
                None
            }
        }
    }

    fn period(&self, line: &Line, grid: &mut Grid) -> Option<PeriodCode> {
        let column = self.head.columns.iter().find(|column| column.meaning == Meaning::Period);
        let own =
            column.and_then(|column| Some((column, line.cells.get(column.at)?))).filter(|(_, cell)| !cell.is_empty());
        match own {
            Some((column, cell)) => match period::read(cell) {
                Ok(period) => Some(period),
                Err(fault) => {
                    grid.report(line.number, column.at, &column.heading, fault);
                    None
                }
            },
            None => {
                if let (None, Some(column)) = (self.defaults.period, column) {
                    grid.report(line.number, column.at, &column.heading, required());
                }
                self.defaults.period
            }
        }
    }

    fn entry(
        &self,
        figure: Figure,
        own: Option<ObservationStatus>,
    ) -> Result<(Option<Quantity>, ObservationStatus), Fault> {
        match figure {
            Figure::Is(quantity) => {
                let status = own.unwrap_or(self.defaults.status);
                if empty(status) {
                    let found = format!("{} {}", quantity.value, status.word());
                    return Err(Fault::new("value-and-status", found, "").say(
                        "状态说明没有数值,却填了数值:改正其一。",
                        "The status says that there is no value, and there is one: correct one of them.",
                    ));
                }
                Ok((Some(quantity), status))
            }
            Figure::Absent(status) => Ok((None, own.filter(|own| empty(*own)).unwrap_or(status))),
            Figure::Nothing => match own.filter(|own| empty(*own)) {
                Some(status) => Ok((None, status)),
                None => Err(required()),
            },
        }
    }
}

/// Whether a status says that there is no value.
pub(super) const fn empty(status: ObservationStatus) -> bool {
    matches!(status, ObservationStatus::Missing | ObservationStatus::NotYetDue | ObservationStatus::Suppressed)
}

fn required() -> Fault {
    Fault::new("required", "", "…").say("必须填写。", "This cell must be filled.")
}

fn not_measured(place: &str, indicator: &str, kind: &str) -> Fault {
    Fault::new("not-measured", format!("{place} ({kind})"), "").say(
        format!("指标“{}”不适用于这类对象:请清空或改正。", fold(indicator)),
        format!("Indicator «{indicator}» is not measured for this kind of place: clear or correct the cell."),
    )
}

/// The same cell given twice in one file.
fn duplicates(draft: &mut Draft, grid: &Grid, catalogue: &Catalogue) {
    let mut first: HashMap<_, (usize, usize)> = HashMap::with_capacity(draft.entries.len());
    let mut found = Vec::new();
    for entry in &draft.entries {
        let Some((row, column)) = first.get(&entry.cell()).copied() else {
            first.insert(entry.cell(), (entry.row, entry.column));
            continue;
        };
        let place = &catalogue.places[entry.place];
        let known = &catalogue.indicators[entry.indicator];
        let cell = format!("{}{row}", grid::letters(column));
        let fault = Fault::new("duplicate-cell", format!("{} · {} · {}", place.name, known.name, entry.period), "×1")
            .say(
                format!("同一地方、指标和时期已在 {cell} 填报:只保留一处。"),
                format!("{cell} gives this place, indicator and period already: keep one."),
            );
        let heading = draft.headings.get(&entry.column).map_or("", String::as_str);
        found.push(grid.problem(entry.row, entry.column, heading, fault));
    }
    draft.problems.append(&mut found);
}
