//! XLSX: numbers as numbers, headings that stay in sight, and a sheet that says what it is and where it comes from.
//! Rows go to a temporary file as they come; the workbook is put together when the last is there.

use std::collections::HashMap;
use std::io::{Seek as _, SeekFrom};

use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::cells::{Cell, Row};
use super::columns::Kind;
use super::encoder::{About, Encoder, Ending, Table, standing};
use super::pages::Failure;
use crate::graphql::Fault;

/// Rows of a workbook at most; a sheet of Excel ends soon after.
pub const MOST_ROWS: usize = 1_000_000;
/// Characters of a cell at most.
const MOST_TEXT: usize = 32_767;
/// Digits that a number of a spreadsheet keeps.
const DIGITS: usize = 15;
/// Stands at the end of a text that a cell cannot hold.
const CUT: &str = "……（截断 cut）";

/// Writes a workbook.
pub struct Xlsx {
    workbook: Workbook,
    line: u32,
    numbers: HashMap<usize, Format>,
    date: Format,
}

impl From<XlsxError> for Failure {
    fn from(why: XlsxError) -> Self {
        Fault::internal(why).into()
    }
}

impl Xlsx {
    /// With its headings.
    pub fn new(table: &Table<'_>) -> Result<Self, Failure> {
        let mut workbook = Workbook::new();
        let bold = Format::new().set_bold();
        let sheet = workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name("数据 Data")?.set_freeze_panes(1, 0)?;
        for (at, column) in (0u16..).zip(table.columns) {
            let least = if column.kind == Kind::Number { 14.0 } else { 16.0 };
            let length = u16::try_from(column.heading.chars().count()).unwrap_or(u16::MAX);
            sheet.set_column_width(at, f64::from(length + 2).clamp(least, 40.0))?;
        }
        for (at, column) in (0u16..).zip(table.columns) {
            sheet.write_string_with_format(0, at, &column.heading, &bold)?;
        }
        Ok(Self { workbook, line: 0, numbers: HashMap::new(), date: Format::new().set_num_format("yyyy-mm-dd") })
    }
}

impl Encoder for Xlsx {
    fn row(&mut self, table: &Table<'_>, row: &Row<'_>) -> Result<(), Failure> {
        self.line += 1;
        if self.line as usize > MOST_ROWS {
            return Err(Fault::too_many_rows(MOST_ROWS).into());
        }
        let (line, numbers, date) = (self.line, &mut self.numbers, &self.date);
        let sheet = self.workbook.worksheet_from_index(0)?;
        for (at, column) in (0u16..).zip(table.columns) {
            match column.cell(row) {
                Cell::Empty => {}
                Cell::Boolean(yes) => {
                    sheet.write_boolean(line, at, yes)?;
                }
                Cell::Number(number) => match exact(&number) {
                    Some(value) => {
                        let decimals = number.split_once('.').map_or(0, |(_, decimals)| decimals.len());
                        let format = numbers.entry(decimals).or_insert_with(|| format_of(decimals));
                        sheet.write_number_with_format(line, at, value, format)?;
                    }
                    None => {
                        sheet.write_string(line, at, &number)?;
                    }
                },
                Cell::Date(day) => match ExcelDateTime::parse_from_str(&day) {
                    Ok(when) => {
                        sheet.write_datetime_with_format(line, at, &when, date)?;
                    }
                    Err(_) => {
                        sheet.write_string(line, at, &day)?;
                    }
                },
                other => text(sheet, line, at, &other.text())?,
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Result<Vec<u8>, Failure> {
        Ok(Vec::new())
    }

    fn end(mut self: Box<Self>, table: &Table<'_>, about: &About) -> Result<Ending, Failure> {
        let columns = u16::try_from(table.columns.len()).unwrap_or(u16::MAX);
        if columns > 0 {
            self.workbook.worksheet_from_index(0)?.autofilter(0, 0, self.line, columns - 1)?;
        }
        let sheet = self.workbook.add_worksheet();
        sheet.set_name("说明 About")?;
        tell(sheet, table, about, self.line)?;
        let mut file = tempfile::tempfile().map_err(Fault::internal)?;
        self.workbook.save_to_writer(std::io::BufWriter::new(&file))?;
        file.seek(SeekFrom::Start(0)).map_err(Fault::internal)?;
        Ok(Ending::File(file))
    }
}

/// Written as a text, whatever it begins with: nothing here is a formula.
fn text(sheet: &mut Worksheet, line: u32, at: u16, text: &str) -> Result<(), Failure> {
    // Excel counts in UTF-16.
    if text.encode_utf16().count() <= MOST_TEXT {
        sheet.write_string(line, at, text)?;
        return Ok(());
    }
    let mut room = MOST_TEXT - CUT.encode_utf16().count();
    let fits = |c: &char| room.checked_sub(c.len_utf16()).map(|left| room = left).is_some();
    let kept: String = text.chars().take_while(fits).collect();
    sheet.write_string(line, at, format!("{kept}{CUT}"))?;
    Ok(())
}

/// The number as a spreadsheet keeps it; none when it would lose digits.
fn exact(number: &str) -> Option<f64> {
    let digits = number.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if digits > DIGITS { None } else { number.parse().ok() }
}

fn format_of(decimals: usize) -> Format {
    let shown = if decimals == 0 { "#,##0".to_owned() } else { format!("#,##0.{}", "0".repeat(decimals)) };
    Format::new().set_num_format(shown)
}

/// The sheet that goes with the data.
fn tell(sheet: &mut Worksheet, table: &Table<'_>, about: &About, rows: u32) -> Result<(), Failure> {
    let bold = Format::new().set_bold();
    sheet.set_column_width(0, 28.0)?.set_column_width(1, 60.0)?;
    let mut line = 0;
    let mut put = |sheet: &mut Worksheet, name: &str, value: &str| -> Result<(), Failure> {
        sheet.write_string_with_format(line, 0, name, &bold)?;
        text(sheet, line, 1, value)?;
        line += 1;
        Ok(())
    };
    put(sheet, "查询 Query", table.title)?;
    put(sheet, "文档哈希 Document hash", table.hash)?;
    put(sheet, "修订 Revision", &table.revision.to_string())?;
    put(sheet, "修订摘要 Digest", table.digest)?;
    put(sheet, "日期 As of", &table.on.to_string())?;
    put(sheet, "行数 Rows", &rows.to_string())?;
    if table.sample {
        put(sheet, "示例 Sample", "含示例（虚构）数据，逐行标明。 Holds sample (made-up) data, marked row by row.")?;
    }
    for status in ["MISSING", "NOT_YET_DUE", "SUPPRESSED", "PROVISIONAL"] {
        if let Some((zh, en)) = standing(status) {
            put(sheet, status, &format!("{zh} {en}"))?;
        }
    }
    line += 1;
    for (at, name) in
        (0u16..).zip(["来源 Source", "标题 Title", "发布 Issuer", "日期 Issued", "网址 Address", "示例 Sample"])
    {
        sheet.write_string_with_format(line, at, name, &bold)?;
    }
    for source in &about.sources {
        line += 1;
        for (at, cell) in (0u16..).zip([&source.code, &source.title, &source.issuer, &source.issued_on, &source.url]) {
            text(sheet, line, at, cell)?;
        }
        sheet.write_boolean(line, 5, source.sample)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_keeps_all_its_digits_or_stays_text() {
        assert_eq!(exact("1400.00"), Some(1400.0));
        assert_eq!(exact("-0.000123456789012345"), Some(-0.000_123_456_789_012_345));
        assert_eq!(exact("123456789012345"), Some(123_456_789_012_345.0));
        assert_eq!(exact("12345678901234567"), None);
    }
}
