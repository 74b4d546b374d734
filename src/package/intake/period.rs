//! Periods as people write them: 2024年1—3月, 2024Q1, 2024/3/31, or a date that the spreadsheet made of one.

use std::sync::LazyLock;

use chrono::Datelike as _;
use regex::Regex;

use super::grid::Value;
use crate::domain::{Decimal, PeriodCode};
use crate::package::problem::Fault;

/// Years that figures of a plan are about.
const YEARS: std::ops::RangeInclusive<u16> = 1949..=2100;

/// How the second group of a pattern becomes the rest of a period code.
type Rest = fn(&str) -> Option<String>;

static FORMS: LazyLock<Vec<(Regex, Rest)>> = LazyLock::new(|| {
    let forms: [(&str, Rest); 7] = [
        (r"^([0-9]{4})年?()(?:度|全年|年度)?$", |_| Some(String::new())),
        (r"^([0-9]{4})(?:年|[-/.])([0-9]{1,2})(?:月份?)?(?:末|底)?$", month),
        (r"^([0-9]{4})([0-9]{2})$", month),
        (r"^([0-9]{4})(?:年|[-/.])([0-9]{1,2})(?:月|[-/.])[0-9]{1,2}日?$", month),
        (r"^([0-9]{4})年?0?1月?[-—–~至到]([0-9]{1,2})月(?:份|累计)?$", month),
        (r"^([0-9]{4})(?:年|-)?(?:第?([一二三四1-4])季度?|Q[1-4])$", quarter),
        (r"^([0-9]{4})(?:年|-)?(上半年|下半年)$", |half| {
            Some((if half == "上半年" { "-H1" } else { "-H2" }).to_owned())
        }),
    ];
    forms.into_iter().filter_map(|(pattern, rest)| Some((Regex::new(pattern).ok()?, rest))).collect()
});

fn month(text: &str) -> Option<String> {
    text.parse::<u8>().ok().map(|month| format!("-M{month:02}"))
}

fn quarter(text: &str) -> Option<String> {
    let number = match text {
        "一" => "1",
        "二" => "2",
        "三" => "3",
        "四" => "4",
        other => other,
    };
    Some(format!("-Q{number}"))
}

/// The period of a cell.
pub(super) fn read(value: &Value) -> Result<PeriodCode, Fault> {
    let found = match value {
        Value::Date(date) => format!("{:04}-M{:02}", date.year(), date.month()).parse().ok(),
        Value::Number(number) if number.scale() == 0 || *number == number.trunc() => {
            of_text(&Decimal::trunc(number).normalize().to_string())
        }
        _ => of_text(&value.words()),
    };
    found.filter(|period| YEARS.contains(&period.calendar_year())).ok_or_else(|| {
        Fault::new("period", value.words(), "2024 · 2024-H1 · 2024-Q3 · 2024-M09 · 2024年1—9月").say(
            "时期写法有误或超出年份范围。",
            "This is no period, or its year is out of range; write a year, half-year, quarter or month.",
        )
    })
}

fn of_text(text: &str) -> Option<PeriodCode> {
    let text: String = text.split_whitespace().collect::<String>().to_uppercase();
    if let Ok(period) = text.parse() {
        return Some(period);
    }
    // 2024Q1, 2024H1, 2024M03
    if let Some((year, rest)) = text.split_at_checked(4)
        && rest.starts_with(['Q', 'H', 'M'])
    {
        return format!("{year}-{rest}").parse().ok();
    }
    FORMS.iter().find_map(|(pattern, rest)| {
        let found = pattern.captures(&text)?;
        let rest = rest(found.get(2).map_or("", |group| group.as_str()))?;
        format!("{}{rest}", &found[1]).parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_for_a_period_is_read() {
        for (text, code) in [
            ("2024", "2024"),
            ("2024年", "2024"),
            ("２０２４年度", "2024"),
            ("2024-Q3", "2024-Q3"),
            ("2024q3", "2024-Q3"),
            ("2024年三季度", "2024-Q3"),
            ("2024年第3季度", "2024-Q3"),
            ("2024年上半年", "2024-H1"),
            ("2024下半年", "2024-H2"),
            ("2024H1", "2024-H1"),
            ("2024年3月", "2024-M03"),
            ("2024年 3 月份", "2024-M03"),
            ("2024-03", "2024-M03"),
            ("2024.3", "2024-M03"),
            ("2024/3/31", "2024-M03"),
            ("2024年1—9月", "2024-M09"),
            ("2024年1-9月累计", "2024-M09"),
            ("2024M09", "2024-M09"),
            ("202403", "2024-M03"),
        ] {
            assert_eq!(read(&Value::Text(text.into())).unwrap().to_string(), code, "{text}");
        }
        let march = chrono::NaiveDate::from_ymd_opt(2024, 3, 31).unwrap();
        assert_eq!(read(&Value::Date(march)).unwrap().to_string(), "2024-M03");
        assert_eq!(read(&Value::Number(Decimal::from(2024))).unwrap().to_string(), "2024");
        for bad in ["", "24年", "2024年13月", "2024-Q5", "1024", "20243", "2024年4-6月", "去年"] {
            assert!(read(&Value::Text(bad.into())).is_err(), "{bad}");
        }
    }
}
