//! Reading a [`Record`] into a type of its own. Records were checked on import, so a cell that does not
//! read here means that the database was changed behind Planatlas's back.

use std::str::FromStr;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::{Cell, Citation, Names, PeriodCode, Quantity, Record, unit};

/// Permanent number of a thing; one space for every [`super::Kind`], never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntityId(pub i64);

/// A cell that does not read as what its column promises.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{table} {key}: column {field} holds {found:?}")]
pub struct Unreadable {
    /// Table of the row.
    pub table: &'static str,
    /// Key of the row.
    pub key: String,
    /// Column.
    pub field: &'static str,
    /// What stands there.
    pub found: String,
}

/// A type that one row of a table tells.
pub trait FromRecord: Sized {
    /// Reads the row.
    ///
    /// # Errors
    /// [`Unreadable`] for the first cell that breaks its column's promise.
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable>;
}

impl Record {
    fn unreadable(&self, field: &'static str) -> Unreadable {
        Unreadable { table: self.table.name, key: self.key(), field, found: self.cell(field).csv() }
    }

    /// A text that must be there.
    pub(super) fn need(&self, field: &'static str) -> Result<String, Unreadable> {
        self.text(field).map(str::to_owned).ok_or_else(|| self.unreadable(field))
    }

    /// A text that may be empty.
    pub(super) fn maybe(&self, field: &'static str) -> Option<String> {
        self.text(field).map(str::to_owned)
    }

    /// One word of a closed list.
    pub(super) fn word<T>(&self, field: &'static str, read: fn(&str) -> Option<T>) -> Result<T, Unreadable> {
        self.text(field).and_then(read).ok_or_else(|| self.unreadable(field))
    }

    /// One word of a closed list, or none.
    pub(super) fn maybe_word<T>(
        &self,
        field: &'static str,
        read: fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Unreadable> {
        self.text(field).map(|_| self.word(field, read)).transpose()
    }

    /// A whole number.
    pub(super) fn integer(&self, field: &'static str) -> Result<i64, Unreadable> {
        if let Cell::Integer(number) = self.cell(field) { Ok(*number) } else { Err(self.unreadable(field)) }
    }

    /// A small whole number.
    pub(super) fn small(&self, field: &'static str) -> Result<u32, Unreadable> {
        u32::try_from(self.integer(field)?).map_err(|_| self.unreadable(field))
    }

    /// A truth value; empty is false.
    pub(super) fn flag(&self, field: &'static str) -> bool {
        matches!(self.cell(field), Cell::Boolean(true))
    }

    /// Texts of a list cell.
    pub(super) fn list(&self, field: &'static str) -> Vec<String> {
        match self.cell(field) {
            Cell::List(items) => items.iter().map(|item| item.to_string()).collect(),
            _ => Vec::new(),
        }
    }

    /// A text that parses, e.g. a period.
    pub(super) fn parse<T: FromStr>(&self, field: &'static str) -> Result<T, Unreadable> {
        self.text(field).and_then(|text| text.parse().ok()).ok_or_else(|| self.unreadable(field))
    }

    /// A period, or none.
    pub(super) fn maybe_period(&self, field: &'static str) -> Result<Option<PeriodCode>, Unreadable> {
        self.text(field).map(|_| self.parse(field)).transpose()
    }

    /// A date, or none.
    pub(super) fn maybe_date(&self, field: &'static str) -> Result<Option<NaiveDate>, Unreadable> {
        self.text(field).map(|_| self.parse(field)).transpose()
    }

    /// An exact decimal, or none.
    pub(super) fn maybe_decimal(&self, field: &'static str) -> Option<Decimal> {
        if let Cell::Decimal(decimal) = self.cell(field) { Some(*decimal) } else { None }
    }

    /// A number with its unit and its words, or none.
    pub(super) fn maybe_quantity(
        &self,
        value: &'static str,
        in_unit: &'static str,
        words: Option<&'static str>,
    ) -> Result<Option<Quantity>, Unreadable> {
        let Some(number) = self.maybe_decimal(value) else { return Ok(None) };
        let unit = self.word(in_unit, unit)?;
        Ok(Some(Quantity { value: number, unit, as_reported: words.and_then(|words| self.maybe(words)) }))
    }

    /// A number with its unit and its words.
    pub(super) fn quantity(
        &self,
        value: &'static str,
        in_unit: &'static str,
        words: Option<&'static str>,
    ) -> Result<Quantity, Unreadable> {
        self.maybe_quantity(value, in_unit, words)?.ok_or_else(|| self.unreadable(value))
    }

    /// Names as written and in English.
    pub(super) fn names(&self, zh: &'static str, en: &'static str) -> Result<Names, Unreadable> {
        Ok(Names { zh: self.need(zh)?, en: self.maybe(en) })
    }

    /// A code within the row's plan as the code used everywhere else.
    pub(super) fn in_plan(&self, field: &'static str) -> Result<Option<String>, Unreadable> {
        let plan = self.need("plan")?;
        Ok(match self.cell(field) {
            Cell::Text(code) => Some(format!("{plan}/{code}")),
            Cell::Integer(number) => Some(format!("{plan}/{number}")),
            _ => None,
        })
    }

    /// Where the row says it comes from.
    pub fn citation(&self) -> Result<Citation, Unreadable> {
        Ok(Citation {
            document: self.need("document")?,
            locator: self.maybe("locator").unwrap_or_default(),
            quote: self.maybe("quote"),
        })
    }
}
