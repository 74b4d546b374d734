//! A file as a grid of cells, whatever it was made with.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use chrono::NaiveDate;
use unicode_normalization::UnicodeNormalization as _;

use super::{Note, text, workbook};
use crate::domain::Decimal;
use crate::package::problem::{Fault, Problem, Row};

/// Bytes of a file that are read.
pub(super) const MOST_BYTES: u64 = 64 << 20;
/// Rows with something in them.
pub(super) const MOST_ROWS: usize = 250_000;
/// Columns.
pub(super) const MOST_COLUMNS: usize = 300;

/// What stands in a cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Empty,
    Text(Box<str>),
    /// A number of a spreadsheet, with the decimals that its format shows.
    Number(Decimal),
    /// A number shown as a percentage, as its percents.
    Percent(Decimal),
    Date(NaiveDate),
    /// A problem was reported where it stands.
    Refused,
}

/// A row that is not blank.
#[derive(Debug)]
pub(super) struct Line {
    /// As a spreadsheet numbers it.
    pub number: usize,
    pub cells: Vec<Value>,
}

/// A merged range: first and last row and column, from 0.
#[derive(Debug, Clone, Copy)]
pub(super) struct Merged {
    pub rows: (usize, usize),
    pub columns: (usize, usize),
}

/// The sheet that is read.
#[derive(Debug, Default)]
pub(super) struct Grid {
    pub file: String,
    pub sheet: Option<String>,
    pub lines: Vec<Line>,
    pub merged: Vec<Merged>,
    pub notes: Vec<Note>,
    pub problems: Vec<Problem>,
}

impl Grid {
    /// Reports a fault of a cell; `heading` says what its column is.
    pub fn report(&mut self, row: usize, column: usize, heading: &str, fault: Fault) {
        let problem = self.problem(row, column, heading, fault);
        self.problems.push(problem);
    }

    /// A fault of a cell as a problem.
    pub fn problem(&self, row: usize, column: usize, heading: &str, fault: Fault) -> Problem {
        let letters = letters(column);
        let name = if heading.is_empty() { letters } else { format!("{letters} ({heading})") };
        let mut problem = fault.at(&self.file, Some(Row::Number(row)), Some(&name));
        problem.sheet.clone_from(&self.sheet);
        problem
    }

    /// Reports a fault of the whole sheet.
    pub fn report_whole(&mut self, fault: Fault) {
        let mut problem = fault.at(&self.file, None, None);
        problem.sheet.clone_from(&self.sheet);
        self.problems.push(problem);
    }
}

impl Value {
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Empty)
    }

    /// The cell as it would be read aloud: compatibility forms folded, blanks trimmed.
    pub fn words(&self) -> String {
        match self {
            Self::Empty | Self::Refused => String::new(),
            Self::Text(text) => fold(text),
            Self::Number(number) => number.to_string(),
            Self::Percent(number) => format!("{number}%"),
            Self::Date(date) => date.to_string(),
        }
    }
}

/// Full-width and other compatibility forms as the plain ones, without blanks at the ends.
pub(super) fn fold(text: &str) -> String {
    let folded: String = text.nfkc().filter(|c| !matches!(c, '\u{200b}' | '\u{feff}' | '\r')).collect();
    folded.replace('\n', " ").trim().to_owned()
}

/// A, B … Z, AA …
pub(super) fn letters(column: usize) -> String {
    let mut text = String::new();
    let mut rest = column + 1;
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        text.insert(0, char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    text
}

/// A text that a spreadsheet would run as a formula when it is opened again.
pub(super) fn injects(text: &str) -> bool {
    let Some(first) = text.trim_start_matches([' ', '\u{3000}']).chars().next() else { return false };
    match first {
        '=' | '＝' | '@' | '＠' | '\t' | '\r' => true,
        '+' | '-' | '＋' | '－' => {
            let rest: String = fold(text).trim_start_matches(['+', '-']).to_owned();
            !rest.is_empty() && !rest.starts_with(|c: char| c.is_ascii_digit() || c == '.')
                || rest.contains(['|', '!', '(', '*', '^', '&', '='])
        }
        _ => false,
    }
}

/// The fault of a text that is a formula.
pub(super) fn injection(text: &str) -> Fault {
    Fault::new("formula-text", text, "").say(
        "单元格以 = + - @ 开头而不是数字,可能被当作公式执行:请改为普通文字或数字。",
        "The cell begins with = + - @ and is no number, so a spreadsheet would run it as a formula: write plain text or a number.",
    )
}

/// Reads a file by what it is; a problem that leaves nothing to read leaves no lines.
pub(super) fn open(path: &Path, sheet: Option<&str>) -> Grid {
    let mut grid = Grid { file: path.display().to_string(), ..Grid::default() };
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase()).unwrap_or_default();
    match extension.as_str() {
        "csv" | "txt" | "tsv" | "xlsx" => {}
        "xlsm" | "xltm" | "xlam" => {
            grid.report_whole(workbook::macros());
            return grid;
        }
        _ => {
            grid.report_whole(Fault::new("file-type", extension, "csv · xlsx").say(
                "只接受 CSV 或 XLSX:请另存为其中一种。",
                "Only CSV and XLSX are read: save the file as one of them.",
            ));
            return grid;
        }
    }
    let mut bytes = Vec::new();
    match File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)) {
        Ok(_) if bytes.len() as u64 > MOST_BYTES => {
            grid.report_whole(too_large(&format!("> {MOST_BYTES} bytes"), &format!("≤ {MOST_BYTES} bytes")));
        }
        Ok(_) if extension == "xlsx" => workbook::read(bytes, sheet, &mut grid),
        Ok(_) => text::read(&bytes, &mut grid),
        Err(error) => grid.report_whole(
            Fault::new("file-unreadable", error.kind().to_string(), "")
                .say("文件无法读取:请检查路径和权限。", "The file cannot be read: check its path and permissions."),
        ),
    }
    grid
}

pub(super) fn too_large(found: &str, expected: &str) -> Fault {
    Fault::new("too-large", found, expected)
        .say("文件过大:请拆成几个文件。", "The file is too large: split it into several.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_spreadsheets_do() {
        let all = [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (701, "ZZ"), (702, "AAA")];
        for (column, name) in all {
            assert_eq!(letters(column), name);
        }
    }

    #[test]
    fn formulas_in_text_are_told_from_numbers_and_dashes() {
        for bad in ["=1+1", "＝SUM(A1)", "@A1", "+cmd|' /C calc'!A0", "-2+cmd|'x'!A0", "\t=1", "+A1", "－HYPERLINK"] {
            assert!(injects(bad), "{bad:?}");
        }
        for good in ["-5.2", "+3", "－５．２", "-", "--", "——", "…", "12", "港区", "a=b", "-1,234.5", "+5.2%"]
        {
            assert!(!injects(good), "{good:?}");
        }
    }
}
