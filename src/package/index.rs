//! All keys of the packages read together, and what the database already knows.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::problem::{Fault, MOST_SUGGESTIONS, Problem, nearest};
use super::sheet::{Line, Sheet};
use super::{Draft, Known};
use crate::domain::{Kind, Record, tables};

/// Where a row stands: package, sheet, line.
type Place = (usize, usize, usize);

/// Every row that a reference may find.
pub(super) struct Index<'a> {
    drafts: &'a [Draft],
    known: &'a dyn Known,
    /// Packages being read: what the database holds of them is about to be replaced.
    packages: HashSet<&'a str>,
    rows: HashMap<&'static str, HashMap<String, Place>>,
    /// Tables that could not be read whole: nothing can be said about what they lack.
    unread: BTreeSet<&'static str>,
    suggestions: std::cell::Cell<usize>,
}

impl<'a> Index<'a> {
    /// Indexes the rows and reports every key that is taken.
    pub fn new(drafts: &'a [Draft], known: &'a dyn Known, problems: &mut Vec<Problem>) -> Self {
        let mut index = Self {
            drafts,
            known,
            packages: drafts.iter().map(|draft| draft.name.as_str()).collect(),
            rows: HashMap::new(),
            unread: drafts.iter().flat_map(|draft| draft.unread.iter().copied()).collect(),
            suggestions: std::cell::Cell::new(0),
        };
        for (package, draft) in drafts.iter().enumerate() {
            for (at, sheet) in draft.sheets.iter().enumerate() {
                index.rows.entry(sheet.table.name).or_default().reserve(sheet.lines.len());
                for (number, line) in sheet.lines.iter().enumerate() {
                    if let Some(key) = line.key() {
                        index.insert(sheet, line, key, (package, at, number), problems);
                    }
                }
            }
        }
        index
    }

    fn insert(&mut self, sheet: &Sheet, line: &Line, key: String, place: Place, problems: &mut Vec<Problem>) {
        let column = key_column(sheet);
        if let Some(owner) = self.known.owner(sheet.table.name, &key)
            && !self.packages.contains(owner.as_str())
        {
            let fault = Fault::new("key-held", &*key, format!("≠ {owner}")).say(
                format!("主键已属于数据包“{owner}”:换一个代码,或在该数据包中修改这一行。"),
                format!("The key is held by package «{owner}»: choose another, or change the row in that package."),
            );
            problems.push(sheet.fault(line, column, fault));
        }
        let rows = self.rows.entry(sheet.table.name).or_default();
        let Some((package, at, number)) = rows.get(&key).copied() else {
            rows.insert(key, place);
            return;
        };
        let (draft, first) = (&self.drafts[package], &self.drafts[package].sheets[at]);
        let row = first.lines[number].number;
        let fault = if package == place.0 {
            Fault::new("duplicate-key", &*key, format!("{key} ×1")).say(
                format!("主键与第 {row} 行重复:合并两行或更改代码。"),
                format!("The key stands in row {row} already: merge the rows or change the code."),
            )
        } else {
            Fault::new("key-held", &*key, format!("≠ {}", draft.name)).say(
                format!("主键已属于数据包“{}”({} 第 {row} 行)。", draft.name, first.file),
                format!("The key is held by package «{}» ({}, row {row}).", draft.name, first.file),
            )
        };
        problems.push(sheet.fault(line, column, fault));
    }

    /// The row of a key among the packages read.
    pub fn row(&self, table: &str, key: &str) -> Option<&'a Record> {
        let (package, at, number) = *self.rows.get(table)?.get(key)?;
        Some(&self.drafts[package].sheets[at].lines[number].record)
    }

    /// Whether a row of this key exists once the packages are imported.
    pub fn holds(&self, table: &str, key: &str) -> bool {
        self.rows.get(table).is_some_and(|rows| rows.contains_key(key))
            || self.unread.contains(table)
            || self.known.owner(table, key).is_some_and(|owner| !self.packages.contains(owner.as_str()))
    }

    /// The code of the unit in which an indicator is stated, here or in the database.
    pub fn unit_of(&self, indicator: &str) -> Option<String> {
        match self.row("indicators", indicator) {
            Some(row) => row.text("unit").map(str::to_owned),
            None => self.known.unit_of(indicator),
        }
    }

    /// What the writer of an unknown code may have meant: the code of that name, or the nearest code.
    pub fn meant(&self, table: &str, code: &str) -> Option<String> {
        if self.suggestions.replace(self.suggestions.get() + 1) >= MOST_SUGGESTIONS {
            return None;
        }
        let rows = self.rows.get(table)?;
        let named = rows.iter().find(|(_, place)| {
            let row = &self.drafts[place.0].sheets[place.1].lines[place.2].record;
            row.text("name") == Some(code) || row.text("title") == Some(code)
        });
        let tail = || rows.keys().find(|key| key.rsplit_once('/').is_some_and(|(_, tail)| tail == code));
        named
            .map(|(key, _)| key)
            .or_else(tail)
            .cloned()
            .or_else(|| nearest(code, rows.keys().take(20_000).map(String::as_str)).map(str::to_owned))
    }

    /// Another kind under which the code exists.
    pub fn other_kind(&self, code: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| self.row(kind.table(), code).is_some())
    }
}

/// The column that a problem with a key points to: the last of the key, which tells rows apart.
fn key_column(sheet: &Sheet) -> &'static str {
    sheet.table.key.last().map_or("", |at| sheet.table.fields[*at].name)
}

/// Whether rows of a table belong to a plan: their key is `plan` and a code or number.
pub(super) fn is_plan_scoped(table: &str) -> bool {
    tables().iter().any(|t| t.name == table && t.key.len() == 2 && t.fields[t.key[0]].name == "plan")
}
