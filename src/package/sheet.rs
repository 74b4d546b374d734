//! A table of a package: its rows as typed records that remember where they stand.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashSet};
use std::io::{self, Read};

use super::cell::Column;
use super::files::Progress;
use super::problem::{Fault, Problem, Row};
use crate::domain::{Cell, Record, Rows, Table, nearest};

/// The rows of one CSV file.
pub(super) struct Sheet {
    /// The file, as problems name it.
    pub file: String,
    pub rows: Rows,
    /// The row that a spreadsheet shows, by row.
    numbers: Vec<u32>,
    /// Columns whose cell could not be read, as bits, of rows that have any.
    unread: BTreeMap<usize, u64>,
}

/// A row and where it stands.
pub(super) struct Line {
    /// The row that a spreadsheet shows.
    pub number: u32,
    /// Columns whose cell could not be read, as bits; a problem already says so.
    unread: u64,
    pub record: Record,
}

impl Line {
    pub fn row(&self) -> Option<Row> {
        Some(Row::Number(self.number as usize))
    }

    /// Whether a cell could be read (an empty cell can).
    pub fn was_read(&self, position: usize) -> bool {
        self.unread & (1 << position) == 0
    }

    /// Whether all these columns could be read.
    pub fn were_read(&self, columns: &[&str]) -> bool {
        columns.iter().all(|name| self.record.table.position(name).is_none_or(|at| self.was_read(at)))
    }

    /// The row's key, unless a part of it is empty or unreadable.
    pub fn key(&self) -> Option<String> {
        let key = &self.record.table.key;
        let whole = key.iter().all(|at| self.was_read(*at) && self.record.cells[*at] != Cell::Null);
        whole.then(|| self.record.key())
    }
}

impl Sheet {
    /// A table without rows.
    pub fn new(table: &'static Table, file: String) -> Self {
        Self { file, rows: Rows::new(table), numbers: Vec::new(), unread: BTreeMap::new() }
    }

    /// The table of the rows.
    pub const fn table(&self) -> &'static Table {
        self.rows.table()
    }

    fn push(&mut self, line: Line) {
        if line.unread != 0 {
            self.unread.insert(self.rows.len(), line.unread);
        }
        self.numbers.push(line.number);
        self.rows.push(line.record);
    }

    /// A row.
    pub fn line(&self, at: usize) -> Line {
        let unread = self.unread.get(&at).copied().unwrap_or(0);
        Line { number: self.numbers[at], unread, record: self.rows.get(at) }
    }

    /// A row's key, unless a part of it is empty or unreadable.
    pub fn key(&self, at: usize) -> Option<String> {
        // Whoever has no cell that could not be read has its key: its columns are required.
        if self.unread.contains_key(&at) { self.line(at).key() } else { Some(self.rows.key(at)) }
    }

    /// Says that a cell of a line is wrong.
    pub fn fault(&self, line: &Line, column: &str, fault: Fault) -> Problem {
        fault.at(&self.file, line.row(), Some(column))
    }
}

/// Bytes that are read at a time.
const BLOCK: usize = 1 << 16;

/// Where the columns of a file lie, by the fields of its table.
struct Header {
    /// For each field of the table the position in the file.
    positions: Vec<Option<usize>>,
    width: usize,
}

/// Reads the rows of a table; the columns must be exactly those of its schema, in any order.
pub(super) fn read(
    table: &'static Table,
    file: String,
    text: impl Read,
    progress: &Progress<'_>,
    problems: &mut Vec<Problem>,
) -> Sheet {
    let mut sheet = Sheet::new(table, file);
    let window = RefCell::new(Window::default());
    let text = Seen { text, window: &window, progress };
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).buffer_capacity(BLOCK).from_reader(text);
    let mut row = csv::StringRecord::new();
    if !matches!(reader.read_record(&mut row), Ok(true)) {
        let fault = Fault::new("empty-file", "", names(table))
            .say("文件没有表头:首行须为列名。", "The file is empty: its first row must name the columns.");
        problems.push(fault.at(&sheet.file, None, None));
        return sheet;
    }
    let header = header(table, &row, &sheet.file, problems);
    let columns: Vec<Column> = table.fields.iter().map(Column::new).collect();
    let file = sheet.file.clone();
    let reading = Reading { table, columns, header, file: &file };
    let mut number: u32 = 1;
    loop {
        match reader.read_record(&mut row) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let fault = Fault::new("csv", error.to_string(), "").say("CSV 无法读取。", "The CSV cannot be read.");
                problems.push(fault.at(&sheet.file, Some(Row::Number(number as usize + 1)), None));
                break;
            }
        }
        let begin = row.position().map_or(0, csv::Position::byte);
        let blank = window.borrow_mut().blank_lines(begin);
        for _ in 0..blank {
            number += 1;
            let fault = Fault::new("blank-row", "", "").say("空行:请删除。", "The row is blank: remove it.");
            problems.push(fault.at(&sheet.file, Some(Row::Number(number as usize)), None));
        }
        number += 1;
        sheet.push(reading.line(number, &row, problems));
    }
    sheet
}

fn names(table: &Table) -> String {
    table.fields.iter().map(|field| field.name).collect::<Vec<_>>().join(",")
}

/// The bytes that were read last, from where the row begins that is being read.
#[derive(Default)]
struct Window {
    start: u64,
    bytes: Vec<u8>,
    /// Whatever is before is needed no more.
    needed: u64,
}

impl Window {
    fn push(&mut self, bytes: &[u8]) {
        let gone =
            usize::try_from(self.needed - self.start).map_or(self.bytes.len(), |gone| gone.min(self.bytes.len()));
        self.bytes.drain(..gone);
        self.start += gone as u64;
        self.bytes.extend_from_slice(bytes);
    }

    /// Blank lines before the row that begins after byte `begin`: the reader passes over them, a spreadsheet counts them.
    fn blank_lines(&mut self, begin: u64) -> usize {
        // The reader may leave the second half of the line end before.
        self.needed = begin.saturating_sub(1);
        let at = |byte: u64| usize::try_from(byte - self.start).unwrap_or(usize::MAX);
        let halved = self.bytes.get(at(self.needed)..).is_some_and(|bytes| begin > 0 && bytes.starts_with(b"\r\n"));
        let row = self.bytes.get(at(begin) + usize::from(halved)..).unwrap_or_default();
        let ends = row.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        let (feeds, returns) = ends.fold((0, 0), |(feeds, returns), byte| match byte {
            b'\n' => (feeds + 1, returns),
            _ => (feeds, returns + 1),
        });
        feeds.max(returns)
    }
}

/// A text that shows its window, and says how much of it was read.
struct Seen<'a, R> {
    text: R,
    window: &'a RefCell<Window>,
    progress: &'a Progress<'a>,
}

impl<R: Read> Read for Seen<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.text.read(into)?;
        self.window.borrow_mut().push(&into[..read]);
        self.progress.add(read as u64);
        Ok(read)
    }
}

fn header(table: &'static Table, row: &csv::StringRecord, file: &str, problems: &mut Vec<Problem>) -> Header {
    let mut positions: Vec<Option<usize>> = vec![None; table.fields.len()];
    let mut report = |column: &str, fault: Fault| problems.push(fault.at(file, Some(Row::Number(1)), Some(column)));
    let given: HashSet<&str> = row.iter().collect();
    let absent: Vec<&str> = table.fields.iter().map(|field| field.name).filter(|name| !given.contains(name)).collect();
    for (at, name) in row.iter().enumerate() {
        match table.position(name) {
            Some(field) if positions[field].is_none() => positions[field] = Some(at),
            Some(_) => report(
                name,
                Fault::new("duplicate-column", name, format!("{name} ×1"))
                    .say("列名重复:只保留一列。", "The column stands twice: keep one."),
            ),
            None => {
                let meant = nearest(name, absent.iter().copied()).unwrap_or_default();
                let column = if name.trim().is_empty() { format!("#{}", at + 1) } else { name.to_owned() };
                report(
                    &column,
                    Fault::new("unknown-column", name, meant).say(
                        "表结构中没有这一列:请改名或删除。",
                        "The schema has no such column: rename or remove it.",
                    ),
                );
            }
        }
    }
    for (field, _) in table.fields.iter().zip(&positions).filter(|(_, position)| position.is_none()) {
        report(
            field.name,
            Fault::new("missing-column", "", field.name).say(
                format!("缺少“{}”列:请补上(可为空的单元格留空)。", field.title),
                format!("Column `{}` is missing: add it; cells that may be empty stay empty.", field.name),
            ),
        );
    }
    Header { positions, width: row.len() }
}

/// Everything that reading one row needs besides its text.
struct Reading<'a> {
    table: &'static Table,
    columns: Vec<Column>,
    header: Header,
    file: &'a str,
}

impl Reading<'_> {
    fn line(&self, number: u32, row: &csv::StringRecord, problems: &mut Vec<Problem>) -> Line {
        let at = Some(Row::Number(number as usize));
        let skewed = row.len() != self.header.width;
        if skewed {
            let (found, expected) = (row.len().to_string(), self.header.width.to_string());
            let fault = Fault::new("cell-count", found, expected).say(
                "单元格数与表头不符:检查逗号、引号和换行。",
                "The row has not as many cells as the header: look for stray commas, quotes and line breaks.",
            );
            problems.push(fault.at(self.file, at.clone(), None));
        }
        let mut unread = 0;
        let mut cells = Vec::with_capacity(self.columns.len());
        for (position, column) in self.columns.iter().enumerate() {
            let read = self.header.positions[position].and_then(|at| row.get(at)).map(|text| column.read(text));
            // In a row of the wrong length cells stand under the wrong headings: one problem says enough,
            // and only its key is kept, so that rows pointing to it are not called wrong.
            let trusted = !skewed || self.table.key.contains(&position);
            match read {
                Some(Ok(cell)) if trusted => cells.push(cell),
                read => {
                    if let (Some(Err(fault)), false) = (read, skewed) {
                        problems.push(fault.at(self.file, at.clone(), Some(column.field.name)));
                    }
                    unread |= 1 << position;
                    cells.push(Cell::Null);
                }
            }
        }
        Line { number, unread, record: Record { table: self.table, cells, shape: None } }
    }
}

#[cfg(test)]
mod tests {
    use super::super::encoding::tests::Drops;
    use super::super::files::Progress;
    use super::*;
    use crate::domain::table;

    #[test]
    fn blank_rows_count_wherever_a_block_ends() {
        let table = table("documents").unwrap();
        let header = names(table);
        let rows = 3 * BLOCK / header.len();
        for end in ["\n", "\r\n", "\r"] {
            // Each seventh row has two blank ones before it, and a quoted line break that is none.
            let row = |number: usize| {
                let blank = if number.is_multiple_of(7) { end.repeat(2) } else { String::new() };
                let cells = table.fields.iter().map(|field| match field.name {
                    "code" => format!("d-{number}"),
                    "title" => format!("\"one{end}{end}two\""),
                    _ => String::new(),
                });
                format!("{blank}{}{end}", cells.collect::<Vec<_>>().join(","))
            };
            let text = format!("{header}{end}{}", (0..rows).map(row).collect::<String>());
            let expected: Vec<u32> = (0..rows as u32).map(|number| 2 + number + 2 * (number / 7 + 1)).collect();
            for some in [7, 4096, usize::MAX] {
                let mut problems = Vec::new();
                let seen = std::sync::Mutex::new(0);
                let watch = |_, done, of| {
                    let mut seen = seen.lock().unwrap();
                    assert!(*seen < done && done <= of);
                    *seen = done;
                };
                let progress = Progress::new(text.len() as u64, &watch);
                let text = Drops(text.as_bytes(), some);
                let sheet = read(table, "documents.csv".to_owned(), text, &progress, &mut problems);
                assert!(sheet.numbers == expected, "{end:?}, {some} bytes at a time");
                assert_eq!(problems.iter().filter(|problem| problem.code == "blank-row").count(), 2 * rows.div_ceil(7));
                assert!(*seen.lock().unwrap() > 0);
            }
        }
    }
}
