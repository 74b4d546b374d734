//! Figures: they fit what storage keeps, speak the unit of their indicator, and are not off by 10⁴.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;

use super::Draft;
use super::index::Index;
use super::problem::{Fault, Problem, Report};
use super::sheet::{Line, Sheet};
use crate::domain::{Cell, Decimal, Dimension, Frequency, PeriodCode, Quantity, Record, Unit, unit, units};

/// Values of one series this many times apart are a slip of 万 and 亿, not a change.
const SLIP: i128 = 1000;

/// Columns of a number, its unit, and the words of the source for it.
type Columns = (&'static str, &'static str, Option<&'static str>);

fn quantities(table: &str) -> &'static [Columns] {
    match table {
        "observations" => &[("value", "unit", Some("as_reported"))],
        "milestones" => &[("value", "unit", Some("as_written"))],
        "targets" => &[
            ("value", "unit", Some("as_written")),
            ("tolerance", "unit", None),
            ("threshold_value", "threshold_unit", None),
        ],
        "projects" => &[("investment", "investment_unit", Some("investment_as_reported"))],
        _ => &[],
    }
}

/// Checks the figures of a row, each by itself and against its indicator or target.
pub(super) fn check(line: &Line, index: &Index, report: &mut Report) {
    let record = &line.record;
    for &(number, unit_column, words) in quantities(record.table.name) {
        if !line.were_read(&[number, unit_column]) {
            continue;
        }
        let unit_missing = *record.cell(unit_column) == Cell::Null && *record.cell(number) != Cell::Null;
        if unit_missing {
            let fault = Fault::new("unit-missing", "", "schema/units.csv")
                .say("有数值而无单位:请填写单位代码。", "The number has no unit: fill in a unit code.");
            report(unit_column, fault);
        }
        let Some(quantity) = quantity(record, number, unit_column) else { continue };
        if let Err(error) = quantity.base() {
            report(number, misfit(&quantity, &error.to_string()));
        }
        let written = words.and_then(|words| record.text(words));
        if let Some(fault) = written.and_then(|written| magnitude_slip(&quantity, written)) {
            report(unit_column, fault);
        }
    }
    match record.table.name {
        "observations" => against_indicator(line, "indicator", "unit", index, report),
        "targets" => {
            against_indicator(line, "indicator", "unit", index, report);
            against_indicator(line, "threshold_indicator", "threshold_unit", index, report);
        }
        "milestones" => against_target(line, index, report),
        _ => {}
    }
}

fn quantity(record: &Record, number: &str, unit_column: &str) -> Option<Quantity> {
    let Cell::Decimal(value) = record.cell(number) else { return None };
    let unit = unit(record.text(unit_column)?)?;
    Some(Quantity { value: *value, unit, as_reported: None })
}

fn misfit(quantity: &Quantity, reason: &str) -> Fault {
    let unit = quantity.unit;
    let decimals = i64::from(unit.dimension.scale()) + i64::from(unit.multiplier);
    Fault::new("does-not-fit", format!("{} {}", quantity.value, unit.code), format!("≤ {decimals} decimals")).say(
        format!("“{}”的数值最多保留 {decimals} 位小数且不能过大:改用来源的数字或更合适的单位。", unit.symbol),
        format!("{reason}: use the digits of the source, or the unit that it uses."),
    )
}

/// The words of the source carry a 万 or 亿 that the unit does not, or the other way round.
fn magnitude_slip(quantity: &Quantity, written: &str) -> Option<Fault> {
    static NUMBER: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"([0-9][0-9,]*(?:\.[0-9]+)?)\s*(万亿|亿|万)?").ok());
    let unit = quantity.unit;
    if matches!(unit.dimension, Dimension::Ratio | Dimension::Index | Dimension::Area) {
        return None;
    }
    let counted = unit.symbol.trim_start_matches(['万', '亿']);
    let mut powers = Vec::new();
    for found in NUMBER.as_ref()?.captures_iter(written) {
        let digits = found.get(1).map_or("", |m| m.as_str()).replace(',', "");
        if digits.parse::<Decimal>().is_ok_and(|number| number == quantity.value.abs()) {
            let after = found.get(0).map_or("", |m| &written[m.end()..]);
            match found.get(2).map(|m| m.as_str()) {
                Some("万") => powers.push(4),
                Some("亿") => powers.push(8),
                Some(_) => powers.push(12),
                // A bare number says something only when what is counted follows it: the text may have lost it.
                None if !counted.is_empty() && after.starts_with(counted) => powers.push(0),
                None => {}
            }
        }
    }
    let power = *powers.first().filter(|_| !powers.contains(&unit.multiplier))?;
    let meant = units().iter().find(|other| {
        let same = other.dimension == unit.dimension && other.multiplier == power;
        same && other.symbol.trim_start_matches(['万', '亿']) == counted
    });
    let expected = meant.map_or_else(|| format!("×10^{power}"), |unit| format!("{} ({})", unit.code, unit.symbol));
    Some(Fault::new("magnitude", format!("{} ({}), «{written}»", unit.code, unit.symbol), expected).say(
        "单位与原文的万、亿不符:改正单位或数值。",
        "The unit is not the 万 or 亿 of the source's words: correct the unit, or the number.",
    ))
}

fn dimension_fault(found: &Unit, expected: &Unit) -> Fault {
    Fault::new(
        "unit-mismatch",
        format!("{} ({})", found.code, found.symbol),
        format!("{} ({})", expected.code, expected.symbol),
    )
}

/// Bases whose number is a share or rate of the indicator rather than an amount of it.
const RELATIVE: &[&str] = &["GROWTH_RATE", "SHARE", "COVERAGE"];

fn against_indicator(line: &Line, column: &str, unit_column: &str, index: &Index, report: &mut Report) {
    let record = &line.record;
    let Some(found) = record.text(unit_column).and_then(unit) else { return };
    let Some(indicator) = record.text(column) else { return };
    let Some(stated) = index.unit_of(indicator) else { return };
    let of_observation = record.table.name == "observations";
    let points = of_observation && (found.code == "pp") != (stated.code == "pp");
    let relative = found.dimension == Dimension::Ratio
        && unit_column == "unit"
        && record.text("basis").is_some_and(|basis| RELATIVE.contains(&basis));
    if relative || (found.dimension == stated.dimension && !points) {
        return;
    }
    let fault = dimension_fault(found, stated).say(
        format!("单位与指标“{indicator}”的单位不是同一量纲:改正单位或指标。"),
        format!("The unit does not measure what indicator `{indicator}` does: correct the unit, or the indicator."),
    );
    report(unit_column, fault);
}

/// A milestone speaks its target's unit, and is not thousands of times as large or small.
fn against_target(line: &Line, index: &Index, report: &mut Report) {
    if !line.were_read(&["value", "unit"]) {
        return;
    }
    let (Some(plan), Some(code)) = (line.record.text("plan"), line.record.text("target")) else { return };
    let Some(target) = index.row("targets", &format!("{plan}/{code}")) else { return };
    let own = quantity(&line.record, "value", "unit");
    let (Some(own), Some(its)) = (own, target.text("unit").and_then(unit)) else { return };
    if own.unit.dimension != its.dimension {
        let fault = dimension_fault(own.unit, its).say(
            format!("单位与目标“{code}”的单位不是同一量纲。"),
            format!("The unit does not measure what target `{code}` does: correct one of them."),
        );
        return report("unit", fault);
    }
    let Cell::Decimal(value) = target.cell("value") else { return };
    let goal = Quantity { value: *value, unit: its, as_reported: None };
    if let (Ok(own_base), Ok(goal_base)) = (own.base(), goal.base())
        && far_apart(own_base, goal_base)
    {
        let fault = slip(&own, &format!("{} {}", goal.value, its.code)).say(
            format!("与目标“{code}”的数值相差千倍以上:检查万、亿。"),
            format!("The value is a thousand times off that of target `{code}`: look for a slip of 万 and 亿."),
        );
        report("value", fault);
    }
}

fn far_apart(a: i64, b: i64) -> bool {
    let (a, b) = (i128::from(a).abs(), i128::from(b).abs());
    a != 0 && b != 0 && (a >= b * SLIP || b >= a * SLIP)
}

fn slip(quantity: &Quantity, typical: &str) -> Fault {
    Fault::new("slip", format!("{} {}", quantity.value, quantity.unit.code), format!("≈ {typical}"))
}

/// What makes figures one series: subject, indicator and accumulation, and the frequency.
type Series = (String, Frequency);

/// A figure of a series: its amount and where it stands, as sheet and row.
type Point = (i64, u32, u32);

/// Finds figures that lie a thousand times off the middle of their series.
pub(super) fn check_series(drafts: &[Draft], problems: &mut Vec<Problem>) {
    let sheets = drafts.iter().flat_map(|draft| &draft.sheets);
    let sheets: Vec<&Sheet> = sheets.filter(|sheet| sheet.table().name == "observations").collect();
    let mut series: HashMap<Series, Vec<Point>> = HashMap::new();
    for (of, sheet) in (0..).zip(&sheets) {
        for (at, record) in (0..).zip(sheet.rows.iter()) {
            let Some(quantity) = quantity(&record, "value", "unit") else { continue };
            if matches!(quantity.unit.dimension, Dimension::Ratio | Dimension::Index) {
                continue;
            }
            let text = |column| record.text(column).unwrap_or_default();
            let key = ["subject_kind", "subject_code", "indicator", "accumulation"].map(text).join("/");
            let period = text("period").parse::<PeriodCode>();
            if let (Ok(period), Ok(base @ (1.. | ..=-1))) = (period, quantity.base()) {
                series.entry((key, period.frequency())).or_default().push((base, of, at));
            }
        }
    }
    for points in series.values_mut().filter(|points| points.len() >= 3) {
        points.sort_by_key(|point| point.0.unsigned_abs());
        let middle = points[(points.len() - 1) / 2];
        let stated = |point: &Point| {
            let (sheet, at) = (sheets[point.1 as usize], point.2 as usize);
            Some((sheet, at, quantity(&sheet.rows.get(at), "value", "unit")?))
        };
        for point in points.iter().filter(|point| far_apart(point.0, middle.0)) {
            let (Some((sheet, at, own)), Some((.., typical))) = (stated(point), stated(&middle)) else { continue };
            if own.unit.dimension != typical.unit.dimension {
                continue;
            }
            let same = Quantity::from_base(middle.0, own.unit, 0, None);
            let fault = slip(&own, &format!("{} {}", same.value, own.unit.code)).say(
                "与同一序列的中位数相差千倍以上:检查万、亿和单位。",
                "The value is a thousand times off the middle of its series: look for a slip of 万 and 亿, or the unit.",
            );
            problems.push(sheet.fault(&sheet.line(at), "value", fault));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected(value: &str, code: &str, written: &str) -> Option<String> {
        let quantity = Quantity { value: value.parse().unwrap(), unit: unit(code).unwrap(), as_reported: None };
        magnitude_slip(&quantity, written).map(|fault| fault.expected)
    }

    #[test]
    fn the_words_of_the_source_betray_a_lost_or_added_power_of_ten() {
        assert_eq!(expected("1.6", "jia-1e4", "1.6万家左右"), None);
        assert_eq!(expected("1.6", "jia", "1.6万家左右"), Some("jia-1e4 (万家)".to_owned()));
        assert_eq!(expected("1400", "CNY-1e4", "突破1,400亿元"), Some("CNY-1e8 (亿元)".to_owned()));
        assert_eq!(expected("5000", "jia-1e4", "5000家"), Some("jia (家)".to_owned()));
        assert_eq!(expected("3", "jia", "2023年达到3"), None);
        assert_eq!(expected("10", "ge", "10个以上超10亿元的园区"), None);
        assert_eq!(expected("16000", "jia", "1.6万家"), None);
        assert_eq!(expected("30", "percent", "30%"), None);
    }
}
