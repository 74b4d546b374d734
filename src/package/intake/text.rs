//! CSV as spreadsheets write it: with a byte order mark, or in GBK, with commas, semicolons or tabs.

use super::Note;
use super::grid::{Grid, Line, MOST_COLUMNS, MOST_ROWS, Value, injection, injects, too_large};
use crate::package::problem::{Fault, Row};

/// Reads the text into the grid.
pub(super) fn read(bytes: &[u8], grid: &mut Grid) {
    let Some(text) = decode(bytes, grid) else { return };
    let delimiter = delimiter(&text);
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    loop {
        match reader.read_record(&mut record) {
            Ok(true) => {}
            Ok(false) => break,
            Err(error) => {
                let fault = Fault::new("csv", error.to_string(), "").say("CSV 无法读取。", "The CSV cannot be read.");
                grid.problems.push(fault.at(&grid.file, Some(Row::Number(number + 1)), None));
                break;
            }
        }
        let begin = record.position().map_or(0, |position| position.byte() as usize);
        number += 1 + blank_lines(&text[begin..]);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if grid.lines.len() >= MOST_ROWS {
            grid.report_whole(too_large(&format!("> {MOST_ROWS} rows"), &format!("≤ {MOST_ROWS} rows")));
            break;
        }
        if record.iter().skip(MOST_COLUMNS).any(|cell| !cell.trim().is_empty()) {
            let fault = too_large(&format!("> {MOST_COLUMNS} columns"), &format!("≤ {MOST_COLUMNS} columns"));
            grid.report(number, MOST_COLUMNS, "", fault);
            break;
        }
        let mut cells = Vec::with_capacity(record.len());
        for (at, cell) in record.iter().enumerate().take(MOST_COLUMNS) {
            cells.push(match cell {
                _ if cell.trim().is_empty() => Value::Empty,
                _ if injects(cell) => {
                    grid.report(number, at, "", injection(cell));
                    Value::Refused
                }
                _ if cell
                    .contains(|c: char| c == '\u{FFFD}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))) =>
                {
                    grid.report(number, at, "", control(cell));
                    Value::Refused
                }
                _ => Value::Text(cell.into()),
            });
        }
        grid.lines.push(Line { number, cells });
    }
}

pub(super) fn control(text: &str) -> Fault {
    Fault::new("control-character", format!("{text:?}"), "").say(
        "含有控制字符或乱码替换符:请从来源重新录入。",
        "The cell holds a control or replacement character: enter the text anew from its source.",
    )
}

/// The bytes as text, and a note where they are not plain UTF-8.
fn decode(bytes: &[u8], grid: &mut Grid) -> Option<String> {
    if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
        grid.report_whole(Fault::new("encoding", "UTF-16", "UTF-8 · GBK").say(
            "文件是 UTF-16(“Unicode 文本”):请另存为 CSV UTF-8。",
            "The file is UTF-16 (“Unicode text”): save it as CSV UTF-8.",
        ));
        return None;
    }
    let bare = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]);
    if bare.is_some() {
        let (zh, en) =
            ("文件以字节顺序标记(BOM)开头,已略过。", "The file begins with a byte order mark; it was passed over.");
        grid.notes.push(Note::new("bom", zh, en));
    }
    let bytes = bare.unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(text.to_owned());
    }
    match encoding_rs::GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => {
            grid.notes.push(Note::new(
                "gbk",
                "文件是 GBK(GB18030)编码,已按此读取;请核对中文是否正确。",
                "The file is encoded as GBK (GB18030) and was read as such; see that the Chinese is right.",
            ));
            Some(text.into_owned())
        }
        None => {
            grid.report_whole(
                Fault::new("encoding", "bytes that are neither UTF-8 nor GBK", "UTF-8 · GBK").say(
                    "既不是 UTF-8 也不是 GBK:请另存为 CSV UTF-8。",
                    "Neither UTF-8 nor GBK: save it as CSV UTF-8.",
                ),
            );
            None
        }
    }
}

/// What separates cells: whichever of comma, tab and semicolon stands most often at the beginning.
fn delimiter(text: &str) -> u8 {
    let begin: String = text.lines().take(20).collect();
    let count = |delimiter: u8| begin.bytes().filter(|b| *b == delimiter).count();
    [b',', b'\t', b';'].into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// Blank lines before a row: the reader passes over them, a spreadsheet counts them.
fn blank_lines(text: &str) -> usize {
    let blank = text.len() - text.trim_start_matches(['\r', '\n']).len();
    let ends = &text.as_bytes()[..blank];
    ends.iter().filter(|b| **b == b'\n').count().max(ends.iter().filter(|b| **b == b'\r').count())
}
