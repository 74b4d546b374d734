//! What is wrong with a package, said so that the person who keeps the file can repair it.

use std::fmt;

use serde::Serialize;

/// Which row of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(untagged)]
pub enum Row {
    /// The row that a spreadsheet shows, the header being row 1; the line of a JSON file.
    Number(usize),
    /// The `id` of a GeoJSON feature.
    Feature(String),
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Feature(id) => write!(f, "«{id}»"),
        }
    }
}

/// One thing that is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The file, as it was given on the command line.
    pub file: String,
    /// The sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row, where the problem has one.
    pub row: Option<Row>,
    /// Column, or the part of a GeoJSON feature.
    pub column: Option<String>,
    /// Stable word for the kind of problem, e.g. `unknown-code`.
    pub code: &'static str,
    /// What stands there.
    pub found: String,
    /// What should stand there.
    pub expected: String,
    /// 一句话说明与处理办法。
    pub zh: String,
    /// One sentence: what is wrong and what to do.
    pub en: String,
}

/// Language of a printed problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Language {
    /// 中文
    Zh,
    /// English
    En,
    /// 中英对照, both
    Both,
}

impl Problem {
    /// The problem on a few lines: where, what was found and expected, what to do.
    pub fn text(&self, language: Language) -> String {
        let (zh, en) = (language != Language::En, language != Language::Zh);
        let say = |chinese: &str, english: &str| match (zh, en) {
            (true, true) => format!("{chinese} {english}"),
            (true, false) => chinese.to_owned(),
            _ => english.to_owned(),
        };
        let mut text = self.file.clone();
        if let Some(sheet) = &self.sheet {
            text.push_str(&format!(", {} {sheet}", say("表", "sheet")));
        }
        match &self.row {
            Some(Row::Number(number)) => text.push_str(&format!(", {} {number}", say("行", "row"))),
            Some(Row::Feature(id)) => text.push_str(&format!(", {} «{id}»", say("要素", "feature"))),
            None => {}
        }
        if let Some(column) = &self.column {
            text.push_str(&format!(", {} {column}", say("列", "column")));
        }
        text.push_str(&format!(" [{}]", self.code));
        for (label, value) in [(say("发现", "found"), &self.found), (say("应为", "expected"), &self.expected)] {
            if !value.is_empty() {
                text.push_str(&format!("\n  {label}: {value}"));
            }
        }
        if zh {
            text.push_str(&format!("\n  {}", self.zh));
        }
        if en {
            text.push_str(&format!("\n  {}", self.en));
        }
        text
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(Language::Both))
    }
}

/// Says what is wrong with a column of a row.
pub(super) type Report<'a> = dyn FnMut(&str, Fault) + 'a;

/// What is wrong, before it is known where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub code: &'static str,
    pub found: String,
    pub expected: String,
    pub zh: String,
    pub en: String,
}

impl Fault {
    pub fn new(code: &'static str, found: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { code, found: short(&found.into()), expected: expected.into(), zh: String::new(), en: String::new() }
    }

    pub fn say(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.zh = zh.into();
        self.en = en.into();
        self
    }

    pub fn at(self, file: &str, row: Option<Row>, column: Option<&str>) -> Problem {
        Problem {
            file: file.to_owned(),
            sheet: None,
            row,
            column: column.map(str::to_owned),
            code: self.code,
            found: self.found,
            expected: self.expected,
            zh: self.zh,
            en: self.en,
        }
    }
}

/// A long cell is quoted by its beginning: a message is read, not searched.
fn short(text: &str) -> String {
    const MOST: usize = 120;
    let mut cut = text.char_indices().skip(MOST).map(|(at, _)| at);
    cut.next().map_or_else(|| text.to_owned(), |at| format!("{}…", &text[..at]))
}

/// Brings problems into the order in which a person works through them: files as read, then rows.
pub(super) fn sort(problems: &mut [Problem], files: &[String]) {
    let place = |file: &str| files.iter().position(|name| name == file).unwrap_or(usize::MAX);
    problems.sort_by_cached_key(|problem| (place(&problem.file), problem.row.clone()));
}

/// For how many mistyped words a candidate is looked for; after that a person has enough to do.
pub(super) const MOST_SUGGESTIONS: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_prints_in_one_language_or_both() {
        let fault = Fault::new("unit", "x", "y").say("改。", "Change it.");
        let problem = fault.at("a/units.csv", Some(Row::Number(3)), Some("unit"));
        assert_eq!(
            problem.text(Language::En),
            "a/units.csv, row 3, column unit [unit]\n  found: x\n  expected: y\n  Change it."
        );
        assert!(problem.to_string().contains("行 row 3, 列 column unit"));
        assert!(!problem.text(Language::Zh).contains("Change"));
    }
}
