//! One cell of text as the typed value that its column promises.

use regex::Regex;

use super::number;
use super::problem::Fault;
use crate::domain::{Cell, Decimal, Field, FieldType, PeriodCode, calendar_day, nearest};

/// The pattern by which the schemas mark a column of period codes.
const PERIOD_PATTERN: &str = r"^\d{4}(-(H[12]|Q[1-4]|M(0[1-9]|1[0-2])))?$";
/// The pattern by which the schemas mark a column of dates that may lack day or month.
const PARTIAL_DATE_PATTERN: &str = r"^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?$";

/// A column of a table, ready to read cells.
pub(super) struct Column {
    pub field: &'static Field,
    pattern: Option<Regex>,
}

impl Column {
    pub fn new(field: &'static Field) -> Self {
        // Schemas mean ASCII digits by \d, as JSON Schema does; the regex crate would take ２ as well.
        let pattern = field.pattern.and_then(|pattern| Regex::new(&pattern.replace(r"\d", "[0-9]")).ok());
        Self { field, pattern }
    }

    /// Reads a cell.
    pub fn read(&self, text: &str) -> Result<Cell, Fault> {
        if text.is_empty() {
            return if self.field.required { Err(self.missing()) } else { Ok(Cell::Null) };
        }
        if let Some(fault) = unprintable(text) {
            return Err(fault);
        }
        let cell = match self.field.kind {
            FieldType::Integer => Cell::Integer(number::integer(text)?),
            FieldType::Decimal => Cell::Decimal(number::decimal(text)?),
            FieldType::Boolean => Cell::Boolean(boolean(text)?),
            FieldType::Date => Cell::Text(date(text)?.into()),
            FieldType::List => Cell::List(list(text)?),
            FieldType::Text => Cell::Text(text.into()),
        };
        self.check_word(&cell)?;
        self.check_pattern(&cell)?;
        self.check_range(&cell, text)?;
        Ok(cell)
    }

    fn missing(&self) -> Fault {
        let field = self.field;
        Fault::new("required", "", self.promise())
            .say(format!("“{}”必须填写。", field.title), format!("`{}` must be filled.", field.name))
    }

    /// What the column wants, in a few words.
    fn promise(&self) -> String {
        match self.field.kind {
            _ if !self.field.words.is_empty() => self.field.words.join(" · "),
            FieldType::Integer => "123".to_owned(),
            FieldType::Decimal => "12.5".to_owned(),
            FieldType::Boolean => "true · false".to_owned(),
            FieldType::Date => "2024-09-30".to_owned(),
            FieldType::List => "a|b".to_owned(),
            FieldType::Text => self.field.pattern.unwrap_or("…").to_owned(),
        }
    }

    fn check_word(&self, cell: &Cell) -> Result<(), Fault> {
        let words = &self.field.words;
        let Some(text) = cell.text().filter(|text| !words.is_empty() && !words.contains(text)) else {
            return Ok(());
        };
        let meant = nearest(&text.to_uppercase(), words.iter().copied());
        let hint = |before: &str| meant.map(|word| format!("{before}{word}?")).unwrap_or_default();
        Err(Fault::new("enum", text, words.join(" · ")).say(
            format!("“{}”只能是所列的词之一。{}", self.field.title, hint("是否应为 ")),
            format!("`{}` must be one of the words listed. {}", self.field.name, hint("Did you mean "))
                .trim_end()
                .to_owned(),
        ))
    }

    fn check_pattern(&self, cell: &Cell) -> Result<(), Fault> {
        let (Some(text), Some(pattern)) = (cell.text(), &self.pattern) else { return Ok(()) };
        if self.field.pattern == Some(PERIOD_PATTERN) {
            return text.parse::<PeriodCode>().map(|_| ()).map_err(|_| {
                Fault::new("period", text, "2024 · 2024-H1 · 2024-Q3 · 2024-M09")
                    .say("时期代码写法有误。", "This is no period code; write a year, half-year, quarter or month.")
            });
        }
        if !pattern.is_match(text) {
            return Err(Fault::new("pattern", text, pattern.as_str()).say(
                format!("“{}”的写法不符合规定格式。", self.field.title),
                format!("`{}` is not written in the form that the schema asks for.", self.field.name),
            ));
        }
        let full_date = self.field.pattern == Some(PARTIAL_DATE_PATTERN) && text.len() == 10;
        if full_date { date(text).map(|_| ()) } else { Ok(()) }
    }

    fn check_range(&self, cell: &Cell, text: &str) -> Result<(), Fault> {
        let value = match cell {
            Cell::Integer(number) => Decimal::from(*number),
            Cell::Decimal(decimal) => *decimal,
            _ => return Ok(()),
        };
        let (least, most) = (self.field.minimum, self.field.maximum);
        if least.is_none_or(|m| value >= Decimal::from(m)) && most.is_none_or(|m| value <= Decimal::from(m)) {
            return Ok(());
        }
        let expected = match (least, most) {
            (Some(least), Some(most)) => format!("{least} … {most}"),
            (Some(least), None) => format!("≥ {least}"),
            (None, Some(most)) => format!("≤ {most}"),
            (None, None) => String::new(),
        };
        let swapped = self.field.name == "lat" && value.abs() <= Decimal::from(180);
        let (zh, en) =
            if swapped { ("经纬度是否写反?", " Are longitude and latitude swapped?") } else { ("", "") };
        Err(Fault::new("range", text, expected).say(
            format!("“{}”超出允许范围。{zh}", self.field.title),
            format!("`{}` is outside the range allowed.{en}", self.field.name),
        ))
    }
}

/// Characters that no source prints: what is left of a wrong decoding, or of a copy from a database.
fn unprintable(text: &str) -> Option<Fault> {
    let wrong = text.chars().find(|c| *c == '\u{FFFD}' || (c.is_control() && !matches!(c, '\n' | '\r' | '\t')))?;
    Some(Fault::new("control-character", format!("U+{:04X} in {text:?}", u32::from(wrong)), "").say(
        "含有控制字符或乱码替换符:请从来源重新录入。",
        "The cell holds a control or replacement character: enter the text anew from its source.",
    ))
}

fn boolean(text: &str) -> Result<bool, Fault> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Fault::new("boolean", text, "true · false").say("只能写 true 或 false。", "Write true or false.")),
    }
}

fn date(text: &str) -> Result<&str, Fault> {
    match calendar_day(text) {
        Some(_) => Ok(text),
        None => Err(Fault::new("date", text, "2024-09-30")
            .say("不是日历上有的日期;写作 年-月-日。", "This is no day of the calendar; write YYYY-MM-DD.")),
    }
}

fn list(text: &str) -> Result<Vec<Box<str>>, Fault> {
    let mut items: Vec<Box<str>> = Vec::new();
    for item in text.split('|') {
        if item.is_empty() || item.trim() != item {
            return Err(Fault::new("list", text, "a|b|c")
                .say("各项之间用 | 分隔,不留空项和空格。", "Separate items by | without spaces or empty items."));
        }
        if items.iter().any(|earlier| **earlier == *item) {
            return Err(Fault::new("list-repeats", text, format!("«{item}» ×1"))
                .say(format!("“{item}”重复列出:只保留一次。"), format!("«{item}» is listed twice: keep one.")));
        }
        items.push(item.into());
    }
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Record, table, tables};
    use proptest::prelude::*;

    fn read(table_name: &str, column: &str, text: &str) -> Result<Cell, &'static str> {
        let table = table(table_name).unwrap();
        let field = &table.fields[table.position(column).unwrap()];
        Column::new(field).read(text).map_err(|fault| fault.code)
    }

    #[test]
    fn each_type_is_read_strictly() {
        assert_eq!(read("documents", "sample", "true"), Ok(Cell::Boolean(true)));
        assert_eq!(read("documents", "sample", "TRUE"), Err("boolean"));
        assert_eq!(read("documents", "sample", ""), Err("required"));
        assert_eq!(read("documents", "note", ""), Ok(Cell::Null));
        assert_eq!(read("documents", "note", "a\u{FFFD}"), Err("control-character"));
        assert_eq!(read("documents", "retrieved_on", "2024-02-29"), Ok(Cell::Text("2024-02-29".into())));
        assert_eq!(read("documents", "retrieved_on", "2023-02-29"), Err("date"));
        assert_eq!(read("documents", "retrieved_on", "2023/02/01"), Err("date"));
        assert_eq!(read("documents", "issued_on", "2023-02"), Ok(Cell::Text("2023-02".into())));
        assert_eq!(read("documents", "issued_on", "2023-02-30"), Err("date"));
        assert_eq!(read("documents", "code", "有"), Err("pattern"));
        assert_eq!(read("documents", "confidence", "hihg"), Err("enum"));
        assert_eq!(read("plans", "from", "2023-Q5"), Err("period"));
        assert_eq!(read("plans", "from", "２０２３"), Err("period"));
        assert_eq!(read("regions", "adcode", "４１１４００"), Err("pattern"));
        assert_eq!(read("regions", "aliases", "a|b"), Ok(Cell::List(vec!["a".into(), "b".into()])));
        assert_eq!(read("regions", "aliases", "a||b"), Err("list"));
        assert_eq!(read("regions", "aliases", "a|b|a"), Err("list-repeats"));
        assert_eq!(read("regions", "position", "0"), Err("range"));
        assert_eq!(read("projects", "lat", "115.65"), Err("range"));
    }

    #[test]
    fn every_pattern_of_the_schemas_compiles() {
        for field in tables().iter().flat_map(|table| &table.fields) {
            assert_eq!(field.pattern.is_some(), Column::new(field).pattern.is_some(), "{}", field.name);
        }
    }

    /// A valid cell of a field, or none where the column is free to be empty.
    fn cell(field: &'static Field) -> BoxedStrategy<Cell> {
        let text = "[a-zA-Z0-9\u{4e00}-\u{4e20} ,\"\n|、%-]{1,12}".prop_map(|text| Cell::Text(text.into()));
        let filled = match field.kind {
            _ if !field.words.is_empty() => {
                proptest::sample::select(field.words.clone()).prop_map(|word| Cell::Text(word.into())).boxed()
            }
            FieldType::Integer => {
                let range = field.minimum.unwrap_or(-1_000_000)..=field.maximum.unwrap_or(i64::MAX);
                range.prop_map(Cell::Integer).boxed()
            }
            FieldType::Decimal => (-80_000_000i64..80_000_000, 0u32..=7)
                .prop_map(|(digits, scale)| Cell::Decimal(Decimal::new(digits, scale)))
                .prop_filter("in range", move |cell| {
                    let Cell::Decimal(value) = cell else { return false };
                    let beyond = |limit: Option<i64>| limit.is_some_and(|m| value.abs() > Decimal::from(m.abs()));
                    !beyond(field.minimum) && !beyond(field.maximum) && (!value.is_zero() || value.is_sign_positive())
                })
                .boxed(),
            FieldType::Boolean => any::<bool>().prop_map(Cell::Boolean).boxed(),
            FieldType::Date => (1990i32..2050, 1u32..=12, 1u32..=28)
                .prop_map(|(y, m, d)| Cell::Text(format!("{y:04}-{m:02}-{d:02}").into()))
                .boxed(),
            FieldType::List => proptest::collection::btree_set("[a-z\u{4e00}-\u{4e20}/-]{1,6}", 1..4)
                .prop_map(|items| Cell::List(items.into_iter().map(Into::into).collect()))
                .boxed(),
            FieldType::Text if field.pattern == Some(PERIOD_PATTERN) => {
                proptest::sample::select(vec!["2024", "2023-H2", "2025-Q4", "2024-M09"])
                    .prop_map(|code| Cell::Text(code.into()))
                    .boxed()
            }
            FieldType::Text => match field.pattern {
                Some(pattern) => proptest::string::string_regex(
                    pattern.trim_start_matches('^').trim_end_matches('$').replace(r"\d", "[0-9]").as_str(),
                )
                .unwrap()
                .prop_filter("real day", |text| text.len() != 10 || date(text).is_ok() || !text.contains('-'))
                .prop_map(|text| Cell::Text(text.into()))
                .boxed(),
                None => text.boxed(),
            },
        };
        if field.required { filled } else { prop_oneof![1 => Just(Cell::Null), 3 => filled].boxed() }
    }

    fn record() -> impl Strategy<Value = Record> {
        proptest::sample::select(tables().iter().collect::<Vec<_>>()).prop_flat_map(|table| {
            let cells: Vec<_> = table.fields.iter().map(cell).collect();
            cells.prop_map(move |cells| Record { table, cells, shape: None })
        })
    }

    proptest! {
        #[test]
        fn a_record_written_as_csv_reads_back_the_same(record in record()) {
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(record.cells.iter().map(Cell::csv)).unwrap();
            let bytes = writer.into_inner().unwrap();
            let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
            let row = reader.records().next().unwrap().unwrap();
            for ((field, text), cell) in record.table.fields.iter().zip(row.iter()).zip(&record.cells) {
                prop_assert_eq!(&Column::new(field).read(text).map_err(|fault| fault.code), &Ok(cell.clone()));
            }
        }
    }
}
