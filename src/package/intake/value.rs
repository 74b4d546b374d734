//! A cell as a figure: a number with its unit, or the reason why there is none.

use super::grid::{Value, fold};
use crate::domain::{Accumulation, Decimal, Dimension, ObservationStatus, Quantity, Unit, units};
use crate::package::number;
use crate::package::problem::Fault;

/// What a cell says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Figure {
    /// Nothing: the cell is blank.
    Nothing,
    /// There is no value, and this is why.
    Absent(ObservationStatus),
    /// A value.
    Is(Quantity),
}

/// The status of a cell that says why there is no number.
pub(super) fn absence(text: &str) -> Option<ObservationStatus> {
    let dashes = |c: char| matches!(c, '-' | '—' | '–' | '―' | '─' | '…' | '.');
    match text {
        "." | ".." => None,
        _ if !text.is_empty() && text.chars().all(dashes) => Some(ObservationStatus::Missing),
        "缺报" | "缺" | "无数据" | "MISSING" => Some(ObservationStatus::Missing),
        "保密" | "SUPPRESSED" => Some(ObservationStatus::Suppressed),
        "未到期" | "未公布" | "NOT_YET_DUE" => Some(ObservationStatus::NotYetDue),
        _ => None,
    }
}

/// The status of a word.
pub(super) fn status(text: &str) -> Option<ObservationStatus> {
    Some(match text {
        "正式" | "正式数" => ObservationStatus::Normal,
        "初步" | "初步数" | "快报" | "快报数" => ObservationStatus::Provisional,
        "估计" | "估计数" => ObservationStatus::Estimated,
        "预测" | "预测数" => ObservationStatus::Forecast,
        "口径调整" => ObservationStatus::RevisedDefinition,
        _ => return ObservationStatus::from_word(&text.to_uppercase()).or_else(|| absence(text)),
    })
}

/// How a value relates to its period, in a word.
pub(super) fn accumulation(text: &str) -> Option<Accumulation> {
    let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
    match Accumulation::from_word(&text.to_uppercase()) {
        Some(found) => Some(found),
        None if has(&["基期"]) => Some(Accumulation::SinceBase),
        None if has(&["累计"]) => Some(Accumulation::YearToDate),
        None if has(&["当期", "本期", "当月", "本月", "当季", "本季", "单月", "全年值"]) => {
            Some(Accumulation::InPeriod)
        }
        None if has(&["期末", "时点"]) => Some(Accumulation::AtEnd),
        None => None,
    }
}

/// How an accumulation is said.
pub(super) const fn accumulation_words(accumulation: Accumulation) -> &'static str {
    match accumulation {
        Accumulation::InPeriod => "当期",
        Accumulation::YearToDate => "本年累计",
        Accumulation::SinceBase => "自基期累计",
        Accumulation::AtEnd => "期末",
    }
}

/// The unit that a text names, of what the indicator measures.
pub(super) fn unit_of(text: &str, like: &Unit) -> Option<&'static Unit> {
    let alike = |unit: &&'static Unit| {
        unit.dimension == like.dimension
            && (unit.dimension != Dimension::Ratio || (unit.code == "pp") == (like.code == "pp"))
    };
    let text = if like.code == "pp" && text == "百分点" { "个百分点" } else { text };
    let same = |unit: &&'static Unit| fold(unit.symbol) == text || unit.code == text;
    // A unit of the same name is first looked for where the indicator is: 万家 and 万个 are both counts.
    units().iter().filter(alike).find(same)
}

/// Reads a cell of an indicator that is given in `unit` where the cell does not say otherwise.
pub(super) fn read(cell: &Value, unit: &'static Unit) -> Result<Figure, Fault> {
    let is = |value: Decimal, unit, as_reported| {
        let quantity = Quantity { value, unit, as_reported };
        match quantity.base() {
            Ok(_) => Ok(Figure::Is(quantity)),
            Err(error) => Err(misfit(&quantity, &error.to_string())),
        }
    };
    match cell {
        Value::Empty | Value::Refused => Ok(Figure::Nothing),
        Value::Number(number) => is(*number, unit, None),
        Value::Percent(number) if unit.code == "percent" => is(*number, unit, None),
        Value::Percent(number) => Err(percent(&format!("{number}%"), unit)),
        Value::Date(date) => Err(Fault::new("not-a-number", date.to_string(), "123.4").say(
            "单元格是日期:数字可能被表格软件改成了日期。",
            "The cell is a date: the spreadsheet may have made it of a number.",
        )),
        Value::Text(text) => {
            let words = fold(text);
            if let Some(status) = absence(&words) {
                return Ok(Figure::Absent(status));
            }
            let (number, unit) = split_unit(&words, unit)?;
            let plain = ungroup(&number);
            let value = number::decimal(plain.strip_prefix('+').unwrap_or(&plain))?;
            is(value, unit, (plain != **text).then(|| text.trim().to_owned()))
        }
    }
}

fn misfit(quantity: &Quantity, reason: &str) -> Fault {
    let unit = quantity.unit;
    let decimals = i64::from(unit.dimension.scale()) + i64::from(unit.multiplier);
    Fault::new("does-not-fit", format!("{} {}", quantity.value, unit.symbol), format!("≤ {decimals} decimals")).say(
        format!("以“{}”为单位最多保留 {decimals} 位小数,且不能过大。", unit.symbol),
        format!("{reason}: use the digits of the source, or the unit that it uses."),
    )
}

fn percent(found: &str, unit: &Unit) -> Fault {
    Fault::new("unit-mismatch", found, unit.symbol)
        .say("单元格是百分数,而该指标不是。", "The cell is a percentage and the indicator is none.")
}

/// A number and the unit written behind it, if one is.
fn split_unit(words: &str, unit: &'static Unit) -> Result<(String, &'static Unit), Fault> {
    let numeric = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '-' | '+' | ' ' | '−' | '\'');
    let end = words.find(|c: char| !numeric(c)).unwrap_or(words.len());
    let (number, written) = (words[..end].trim(), words[end..].trim());
    if written.is_empty() || number.is_empty() || written.starts_with(['e', 'E']) {
        return Ok((words.to_owned(), unit));
    }
    match unit_of(written, unit) {
        Some(unit) => Ok((number.to_owned(), unit)),
        None if written == "%" => Err(percent(words, unit)),
        None => Err(Fault::new("unit-in-number", words, format!("{number} {}", unit.symbol)).say(
            format!("数字后的“{written}”不是该指标的单位。"),
            format!("«{written}» behind the number is no unit of what the indicator measures."),
        )),
    }
}

/// A number without its thousands separators, where they stand as such: 1,234.5 and 12 345, but not 1,23.
fn ungroup(number: &str) -> String {
    let number = number.replace('−', "-");
    let body = number.trim_start_matches(['-', '+']);
    let (whole, fraction) = body.split_once('.').map_or((body, None), |(whole, rest)| (whole, Some(rest)));
    for separator in [',', ' ', '\''] {
        let groups: Vec<&str> = whole.split(separator).collect();
        let digits = |group: &&str| group.bytes().all(|b| b.is_ascii_digit());
        let grouped = groups.len() > 1
            && (1..=3).contains(&groups[0].len())
            && groups[1..].iter().all(|group| group.len() == 3)
            && groups.iter().all(digits);
        if grouped {
            let sign = &number[..number.len() - body.len()];
            let fraction = fraction.map(|fraction| format!(".{fraction}")).unwrap_or_default();
            return format!("{sign}{}{fraction}", groups.concat());
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::unit;

    fn said(text: &str, code: &str) -> String {
        match read(&Value::Text(text.into()), unit(code).unwrap()) {
            Ok(Figure::Nothing) => String::new(),
            Ok(Figure::Absent(status)) => status.word().to_owned(),
            Ok(Figure::Is(quantity)) => format!("{} {}", quantity.value, quantity.unit.code),
            Err(fault) => format!("! {}", fault.code),
        }
    }

    #[test]
    fn what_people_type_into_a_number_cell_is_read_as_meant_or_refused() {
        for (text, code, expected) in [
            ("1,234.50", "CNY-1e8", "1234.50 CNY-1e8"),
            ("１，２３４．５", "CNY-1e8", "1234.5 CNY-1e8"),
            (" 12 345 ", "jia", "12345 jia"),
            ("12\u{a0}345\u{3000}", "jia", "12345 jia"),
            ("－５．２", "percent", "-5.2 percent"),
            ("+5.2％", "percent", "5.2 percent"),
            ("30%", "CNY-1e8", "! unit-mismatch"),
            ("30%", "pp", "! unit-mismatch"),
            ("0.4个百分点", "pp", "0.4 pp"),
            ("15000万元", "CNY-1e8", "15000 CNY-1e4"),
            ("1.6万家", "jia", "1.6 jia-1e4"),
            ("12亿元", "jia", "! unit-in-number"),
            ("—", "CNY-1e8", "MISSING"),
            ("——", "CNY-1e8", "MISSING"),
            ("-", "CNY-1e8", "MISSING"),
            ("－", "CNY-1e8", "MISSING"),
            ("…", "CNY-1e8", "MISSING"),
            ("……", "CNY-1e8", "MISSING"),
            ("保密", "CNY-1e8", "SUPPRESSED"),
            ("未到期", "CNY-1e8", "NOT_YET_DUE"),
            ("0", "CNY-1e8", "0 CNY-1e8"),
            ("1,23", "CNY-1e8", "! thousands-separator"),
            ("1.4e3", "CNY-1e8", "! exponent"),
            ("十二", "CNY-1e8", "! not-a-number"),
            ("12.5*", "CNY-1e8", "! unit-in-number"),
            ("0.5", "jia", "! does-not-fit"),
            ("#N/A", "CNY-1e8", "! not-a-number"),
            (".", "CNY-1e8", "! not-a-number"),
        ] {
            assert_eq!(said(text, code), expected, "{text} {code}");
        }
        assert!(read(&Value::Percent(Decimal::new(286, 1)), unit("CNY-1e8").unwrap()).is_err());
    }
}
