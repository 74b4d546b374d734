//! A workbook to be filled: one sheet, a row for each place and period, a column for each indicator.

use std::collections::BTreeSet;

use chrono::{Datelike as _, NaiveDate};
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Formula, Workbook, XlsxError,
};

use super::catalogue::Catalogue;
use super::value::accumulation_words;
use crate::domain::{Frequency, Kind};

/// Rows that have drop-downs.
const ROWS: u32 = 2_000;
/// Row of the headings, from 0.
const HEAD: u32 = 9;
/// Sheet with the lists behind the drop-downs; nobody sees it.
const LISTS: &str = "名单";

/// What stands above the headings: label, what to write, and the statuses to choose from.
const BLOCK: &[(&str, &str)] = &[
    ("来源代码", "英文字母、数字和连字符,如 tjj-2025-q3;同一代码再次填报即为更正 · code of the source"),
    ("标题", "报表或文件的标题 · title"),
    ("发布单位", "谁对数字负责 · issuer"),
    ("发布日期", "2025-10-20 · date"),
    ("数据状态", "正式数、初步数、估计数 或 预测数 · status"),
];

/// Makes the template for some indicators of the catalogue.
///
/// # Errors
/// When the workbook cannot be made, e.g. because of too many columns.
pub fn template(catalogue: &Catalogue, indicators: &[usize], today: NaiveDate) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    // The same template of the same day is the same file.
    let day =
        ExcelDateTime::from_ymd(u16::try_from(today.year()).unwrap_or(1900), today.month() as u8, today.day() as u8)?;
    book.set_properties(&DocProperties::new().set_title("填报表").set_creation_datetime(&day));
    let places = places(catalogue, indicators);
    let periods = periods(catalogue, indicators, today);

    let label = Format::new().set_bold().set_font_color(Color::RGB(0x1F3A5F));
    let hint = Format::new().set_font_color(Color::Gray).set_italic();
    let head = Format::new()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_background_color(Color::RGB(0xE8EEF5))
        .set_border_bottom(FormatBorder::Thin);
    let text = Format::new().set_num_format("@");
    let number = Format::new().set_num_format("General");

    let sheet = book.add_worksheet().set_name("填报")?;
    sheet.write_string_with_format(0, 0, "填报表 Figures", &label)?;
    let how = "每行一个地方、一个时期;只填数字,单位见表头;缺报写“—”,空格表示不填报;不要合并单元格,不要用公式。\
               One place and period a row; numbers only; — where a figure is missing.";
    sheet.write_string_with_format(1, 0, how, &hint)?;
    for (row, (name, what)) in (3..).zip(BLOCK) {
        sheet.write_string_with_format(row, 0, *name, &label)?;
        sheet.write_blank(row, 1, &text)?;
        sheet.write_string_with_format(row, 3, format!("← {what}"), &hint)?;
    }
    let statuses = DataValidation::new().allow_list_strings(&["正式数", "初步数", "估计数", "预测数"])?;
    sheet.add_data_validation(7, 1, 7, 1, &statuses)?;

    let headings = indicators.iter().map(|at| heading(catalogue, *at));
    let all: Vec<String> =
        ["地方".to_owned(), "时期".to_owned()].into_iter().chain(headings).chain(["备注".to_owned()]).collect();
    for (column, name) in (0u16..).zip(&all) {
        sheet.write_string_with_format(HEAD, column, name, &head)?;
        sheet.set_column_width(column, if column == 0 { 34.0 } else { 16.0 })?;
        let format = if column < 2 || usize::from(column) + 1 == all.len() { &text } else { &number };
        sheet.set_column_format(column, format)?;
    }
    sheet.set_row_height(HEAD, 62.0)?;
    sheet.set_freeze_panes(HEAD + 1, 2)?;
    for (column, list, count) in [(0u16, 'A', places.len()), (1, 'B', periods.len())] {
        let range = format!("={LISTS}!${list}$1:${list}${}", count.max(1));
        let choice = DataValidation::new()
            .allow_list_formula(Formula::new(range))
            .set_error_style(DataValidationErrorStyle::Warning)
            .set_error_title("不在名单中")?
            .set_error_message("请从下拉名单中选择。Choose from the list.")?;
        sheet.add_data_validation(HEAD + 1, column, HEAD + ROWS, column, &choice)?;
    }

    let lists = book.add_worksheet().set_name(LISTS)?;
    lists.set_hidden(true);
    for (column, items) in [(0u16, &places), (1, &periods)] {
        for (row, item) in (0u32..).zip(items) {
            lists.write_string_with_format(row, column, item, &text)?;
        }
    }
    book.save_to_buffer()
}

/// `name(unit,accumulation) [code]`, which the reader takes apart again.
fn heading(catalogue: &Catalogue, at: usize) -> String {
    let indicator = &catalogue.indicators[at];
    let how = accumulation_words(indicator.accumulation);
    let unit = indicator.unit.symbol;
    let inside = if unit.is_empty() { how.to_owned() } else { format!("{unit},{how}") };
    format!("{}({inside}) [{}]", indicator.name, indicator.code)
}

/// Places that any of the indicators is measured for: regions first, then zones and the rest.
fn places(catalogue: &Catalogue, indicators: &[usize]) -> Vec<String> {
    let kinds: BTreeSet<Kind> =
        indicators.iter().flat_map(|at| catalogue.indicators[*at].applies_to.iter().copied()).collect();
    let mut places: Vec<_> = catalogue.places.iter().filter(|place| kinds.contains(&place.kind)).collect();
    let rank = |kind| [Kind::Region, Kind::Zone].iter().position(|first| *first == kind).unwrap_or(2);
    places.sort_by_key(|place| (rank(place.kind), place.kind));
    places.into_iter().map(|place| format!("{} [{}]", place.name, place.code)).collect()
}

/// Periods of the last three years and this one, as often as the indicators are published, newest year first.
fn periods(catalogue: &Catalogue, indicators: &[usize], today: NaiveDate) -> Vec<String> {
    let often: Vec<Frequency> = indicators.iter().map(|at| catalogue.indicators[*at].frequency).collect();
    let mut periods = Vec::new();
    for year in (today.year() - 3..=today.year()).rev() {
        if often.contains(&Frequency::Monthly) {
            periods.extend((1..=12).map(|month| format!("{year:04}-M{month:02}")));
        }
        if often.contains(&Frequency::Quarterly) {
            periods.extend((1..=4).map(|quarter| format!("{year:04}-Q{quarter}")));
        }
        if often.contains(&Frequency::HalfYearly) {
            periods.extend((1..=2).map(|half| format!("{year:04}-H{half}")));
        }
        periods.push(format!("{year:04}"));
    }
    periods
}
