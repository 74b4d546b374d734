//! XLSX, as a grid. A workbook is a zip of XML from a stranger: it is weighed before it is opened, nothing in it
//! is computed, and what a spreadsheet would compute is refused.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _, sink};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{Data, DataRef, Reader as _, SheetType, SheetVisible, Xlsx};
use chrono::NaiveDate;

use super::Note;
use super::grid::{Grid, Line, MOST_COLUMNS, MOST_ROWS, Merged, Value, fold, injection, injects, too_large};
use super::text::control;
use crate::domain::{Decimal, calendar_day};
use crate::package::problem::Fault;

/// Files in the zip.
const MOST_ENTRIES: usize = 2_000;
/// Bytes of all of them, unpacked.
const MOST_UNPACKED: u64 = 256 << 20;
/// Bytes of the table of texts, which is held in memory whole.
const MOST_STRINGS: u64 = 64 << 20;
/// Formulas that are named one by one.
const MOST_NAMED: usize = 50;

/// The fault of a workbook with a program in it.
pub(super) fn macros() -> Fault {
    Fault::new("macros", "VBA", "xlsx").say(
        "文件含有宏,不予读取:请另存为不含宏的 .xlsx。",
        "The workbook holds macros and is not read: save it as .xlsx without macros.",
    )
}

/// Reads the workbook into the grid.
pub(super) fn read(bytes: Vec<u8>, wanted: Option<&str>, grid: &mut Grid) {
    if let Err(fault) = weigh(&bytes) {
        grid.report_whole(fault);
        return;
    }
    // The library reckons with numbers of the file, and gives up where no spreadsheet would have written them.
    if catch_unwind(AssertUnwindSafe(|| open(bytes, wanted, grid))).is_err() {
        grid.report_whole(broken());
    }
}

fn open(bytes: Vec<u8>, wanted: Option<&str>, grid: &mut Grid) {
    let Ok(mut book) = Xlsx::new(Cursor::new(bytes)) else {
        grid.report_whole(broken());
        return;
    };
    let Some(sheet) = choose(&book, wanted, grid) else { return };
    grid.sheet = Some(sheet.clone());
    let read = formulas(&mut book, &sheet, grid).and_then(|()| cells(&mut book, &sheet, grid));
    match read.and_then(|()| book.merge_cells_by_sheet_name(&sheet)) {
        Ok(ranges) => {
            let merged = |range: calamine::Dimensions| Merged {
                rows: (range.start.0 as usize, range.end.0 as usize),
                columns: (range.start.1 as usize, range.end.1 as usize),
            };
            grid.merged = ranges.into_iter().map(merged).collect();
        }
        Err(_) => grid.report_whole(broken()),
    }
}

fn broken() -> Fault {
    Fault::new("workbook", "", "xlsx").say(
        "文件不是完好的 XLSX 工作簿:请在表格软件中打开后另存。",
        "The file is no sound XLSX workbook: open it in a spreadsheet and save it anew.",
    )
}

/// Unpacks every entry into nothing, counting: what a zip says of its sizes may be a lie.
fn weigh(bytes: &[u8]) -> Result<(), Fault> {
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(Fault::new("workbook", "OLE", "xlsx").say(
            "文件是旧式 .xls 或加了密码:请另存为不加密的 .xlsx。",
            "The file is an old .xls or has a password: save it as .xlsx without one.",
        ));
    }
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| broken())?;
    if archive.len() > MOST_ENTRIES {
        return Err(bomb(&format!("{} entries", archive.len()), &format!("≤ {MOST_ENTRIES} entries")));
    }
    let mut unpacked = 0;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|_| broken())?;
        let name = entry.name().map_err(|_| broken())?.to_lowercase();
        if name.contains("vbaproject") || name.contains("macrosheets/") {
            return Err(macros());
        }
        let (strings, limit) = match name.ends_with("sharedstrings.xml") {
            true => (true, MOST_STRINGS.min(MOST_UNPACKED - unpacked)),
            false => (false, MOST_UNPACKED - unpacked),
        };
        let size = std::io::copy(&mut entry.take(limit + 1), &mut sink()).map_err(|_| broken())?;
        if size > limit {
            let most = if strings { MOST_STRINGS } else { MOST_UNPACKED };
            return Err(bomb(&format!("> {most} bytes unpacked ({name})"), &format!("≤ {most} bytes")));
        }
        unpacked += size;
    }
    Ok(())
}

fn bomb(found: &str, expected: &str) -> Fault {
    Fault::new("too-large", found, expected).say(
        "工作簿解压后过大,不予读取:请拆成几个文件,或另存一份干净的文件。",
        "The workbook is too large once unpacked and is not read: split it, or save a clean copy.",
    )
}

/// The sheet that is meant: the one named, else the first that a person sees.
fn choose(book: &Xlsx<Cursor<Vec<u8>>>, wanted: Option<&str>, grid: &mut Grid) -> Option<String> {
    let sheets = || book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let visible: Vec<&str> =
        sheets().filter(|sheet| sheet.visible == SheetVisible::Visible).map(|sheet| sheet.name.as_str()).collect();
    let found = match wanted {
        Some(name) => sheets().map(|sheet| sheet.name.as_str()).find(|sheet| *sheet == name),
        None => visible.first().copied(),
    };
    let Some(found) = found else {
        grid.report_whole(
            Fault::new("sheet", wanted.unwrap_or_default(), visible.join(" · "))
                .say("工作簿中没有这张表。", "The workbook has no such sheet."),
        );
        return None;
    };
    let others: Vec<&str> = visible.into_iter().filter(|name| *name != found).collect();
    if !others.is_empty() {
        let others = others.join("、");
        grid.notes.push(Note::new(
            "other-sheets",
            format!("只读取了工作表“{found}”;未读:{others}(用 --sheet 指定)。"),
            format!("Only sheet «{found}» was read, not {others} (--sheet names another)."),
        ));
    }
    Some(found.to_owned())
}

type Outcome = Result<(), calamine::XlsxError>;

/// Names the cells with formulas: their values depend on something that is not said.
fn formulas(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str, grid: &mut Grid) -> Outcome {
    let mut reader = book.worksheet_cells_reader(sheet)?;
    let mut count = 0;
    while let Some(cell) = reader.next_cell_with_formula_metadata()? {
        if cell.formula.is_none() {
            continue;
        }
        count += 1;
        if count <= MOST_NAMED {
            let found = match &cell.value {
                DataRef::Empty => "=…".to_owned(),
                value => format!("=… → {}", Data::from(value.clone())),
            };
            grid.report(cell.pos.0 as usize + 1, cell.pos.1 as usize, "", formula(&found));
        }
    }
    if count > MOST_NAMED {
        grid.report_whole(formula(&format!("{count} × =…")));
    }
    Ok(())
}

fn formula(found: &str) -> Fault {
    Fault::new("formula", found, "123.4")
        .say("单元格是公式:请复制后“选择性粘贴为数值”。", "The cell holds a formula: copy it and paste it as values.")
}

/// How a style shows numbers.
#[derive(Clone, Copy, Default)]
struct Shown {
    percent: bool,
    decimals: u32,
}

fn cells(book: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str, grid: &mut Grid) -> Outcome {
    let mut reader = book.worksheet_cells_reader(sheet)?;
    let format = |style: &calamine::Style| style.number_format.as_ref().map(|format| shown(&format.format_code));
    let styles: Vec<Shown> = reader.styles().iter().map(|style| format(style).unwrap_or_default()).collect();
    let mut lines: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    while let Some((cell, style)) = reader.next_cell_with_style_id()? {
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        let shown = styles.get(style).copied().unwrap_or_default();
        let value = match value(cell.get_value(), shown) {
            Ok(Value::Empty) => continue,
            Ok(value) => value,
            Err(fault) => {
                grid.report(row + 1, column, "", fault);
                Value::Refused
            }
        };
        if column >= MOST_COLUMNS {
            let fault = too_large(&format!("> {MOST_COLUMNS} columns"), &format!("≤ {MOST_COLUMNS} columns"));
            grid.report(row + 1, column, "", fault);
            break;
        }
        let full = lines.len() >= MOST_ROWS;
        let line = lines.entry(row).or_default();
        if full && line.is_empty() {
            grid.report_whole(too_large(&format!("> {MOST_ROWS} rows"), &format!("≤ {MOST_ROWS} rows")));
            break;
        }
        if line.len() <= column {
            line.resize(column + 1, Value::Empty);
        }
        line[column] = value;
    }
    grid.lines = lines.into_iter().map(|(row, cells)| Line { number: row + 1, cells }).collect();
    Ok(())
}

fn value(cell: &DataRef<'_>, shown: Shown) -> Result<Value, Fault> {
    let text = |text: &str| match text {
        _ if fold(text).is_empty() => Ok(Value::Empty),
        _ if injects(text) => Err(injection(text)),
        _ if text.contains(|c: char| c == '\u{FFFD}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))) => {
            Err(control(text))
        }
        _ => Ok(Value::Text(text.into())),
    };
    match cell {
        DataRef::Empty => Ok(Value::Empty),
        DataRef::String(string) => text(string),
        DataRef::SharedString(string) => text(string),
        DataRef::Int(number) => Ok(Value::Number(Decimal::from(*number))),
        DataRef::Float(number) => number_of(*number, shown),
        DataRef::DateTime(moment) if !moment.is_duration() => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            let date = NaiveDate::from_ymd_opt(year.into(), month.into(), day.into());
            date.map(Value::Date).ok_or_else(|| no_date(&moment.as_f64().to_string()))
        }
        DataRef::DateTimeIso(moment) => {
            let date = moment.get(..10).and_then(calendar_day);
            date.map(Value::Date).ok_or_else(|| no_date(moment))
        }
        DataRef::Error(error) => Err(Fault::new("cell-error", error.to_string(), "123.4").say(
            "单元格是错误值:请改为数字,或写“—”表示缺报。",
            "The cell holds an error: write the number, or — where there is none.",
        )),
        other => Err(Fault::new("not-a-number", Data::from(other.clone()).to_string(), "123.4")
            .say("单元格既不是数字也不是文字。", "The cell holds neither a number nor a text.")),
    }
}

fn no_date(found: &str) -> Fault {
    Fault::new("date", found, "2024-09-30").say("不是日历上有的日期。", "This is no day of the calendar.")
}

/// A spreadsheet keeps 15 significant digits: what is past them comes from binary arithmetic, not from a person.
fn number_of(number: f64, shown: Shown) -> Result<Value, Fault> {
    let fault = || {
        Fault::new("does-not-fit", number.to_string(), "123.4")
            .say("数值无法精确保存。", "The number cannot be kept exactly.")
    };
    if !number.is_finite() {
        return Err(fault());
    }
    let mut exact = Decimal::from_scientific(&format!("{number:.14e}")).map_err(|_| fault())?.normalize();
    if shown.percent {
        exact = exact.checked_mul(Decimal::from(100)).ok_or_else(fault)?.normalize();
    }
    if exact.scale() < shown.decimals {
        exact.rescale(shown.decimals);
    }
    Ok(if shown.percent { Value::Percent(exact) } else { Value::Number(exact) })
}

/// What a number format shows: percent or not, and its fixed decimals.
fn shown(code: &str) -> Shown {
    let mut first = String::new();
    let mut quoted = false;
    let mut skip = false;
    for c in code.chars() {
        match c {
            _ if skip => skip = false,
            '"' => quoted = !quoted,
            '\\' | '_' | '*' => skip = true,
            ';' if !quoted => break,
            _ if !quoted => first.push(c),
            _ => {}
        }
    }
    let fraction = first.split_once('.').map_or("", |(_, fraction)| fraction);
    let decimals = fraction.chars().take_while(|c| *c == '0').count();
    Shown { percent: first.contains('%'), decimals: u32::try_from(decimals.min(6)).unwrap_or(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_of_a_spreadsheet_is_the_one_that_a_person_typed() {
        let number = |number, code| match number_of(number, shown(code)).unwrap() {
            Value::Number(exact) | Value::Percent(exact) => exact.to_string(),
            _ => String::new(),
        };
        assert_eq!(number(0.1 + 0.2, "General"), "0.3");
        assert_eq!(number(284.249_999_999_999_97, "General"), "284.25");
        assert_eq!(number(78.0, "0.0"), "78.0");
        assert_eq!(number(1234.5, "#,##0.00_ "), "1234.50");
        assert_eq!(number(0.286, "0.0%"), "28.6");
        assert_eq!(number(0.07, "0%"), "7");
        assert_eq!(number(1e-7, "0.0\"个.00\""), "0.0000001");
        assert!(number_of(f64::NAN, Shown::default()).is_err());
        assert!(number_of(1e40, Shown::default()).is_err());
    }
}
