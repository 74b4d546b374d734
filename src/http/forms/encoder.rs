//! What every form writes: a table with its columns, its rows, and at the end where they come from.

use std::fs::File;

use chrono::NaiveDate;

use super::cells::Row;
use super::columns::Column;
use super::pages::Failure;
use super::shape::Geometry;

/// What is known before the first row.
pub struct Table<'a> {
    /// The columns.
    pub columns: &'a [Column],
    /// The geometry that is drawn, for a map.
    pub geometry: Option<&'a Geometry>,
    /// Name of the query.
    pub title: &'a str,
    /// SHA-256 of the query.
    pub hash: &'a str,
    /// Number of the revision read.
    pub revision: i32,
    /// Its digest.
    pub digest: &'a str,
    /// The day it is read on.
    pub on: NaiveDate,
    /// Whether anything made up can be in it.
    pub sample: bool,
}

/// What is known after the last row.
#[derive(Debug, Default)]
pub struct About {
    /// The documents that rows cite, by code.
    pub sources: Vec<SourceDocument>,
}

/// A document that rows cite.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceDocument {
    /// Code.
    pub code: String,
    /// Title.
    pub title: String,
    /// Who issued it.
    pub issuer: String,
    /// When, as far as known.
    pub issued_on: String,
    /// Address.
    pub url: String,
    /// Whether what it says is made up.
    pub sample: bool,
}

/// The last of a file.
pub enum Ending {
    /// What remains to be sent.
    Bytes(Vec<u8>),
    /// The whole file, which can only be written when all is known.
    File(File),
}

/// A form being written.
pub trait Encoder: Send {
    /// Adds a row.
    ///
    /// # Errors
    /// When it cannot be written.
    fn row(&mut self, table: &Table<'_>, row: &Row<'_>) -> Result<(), Failure>;

    /// Takes what was written so far.
    ///
    /// # Errors
    /// When it cannot be had.
    fn take(&mut self) -> Result<Vec<u8>, Failure>;

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    fn end(self: Box<Self>, table: &Table<'_>, about: &About) -> Result<Ending, Failure>;
}

/// What stands in the place of a figure that is not there, or beside one that may change.
pub fn standing(status: &str) -> Option<(&'static str, &'static str)> {
    Some(match status {
        "MISSING" => ("暂缺", "missing"),
        "NOT_YET_DUE" => ("未到期", "not yet due"),
        "SUPPRESSED" => ("保密", "suppressed"),
        "PROVISIONAL" => ("初步", "provisional"),
        "ESTIMATED" => ("估计", "estimated"),
        "FORECAST" => ("预测", "forecast"),
        "REVISED_DEFINITION" => ("口径变动", "definition changed"),
        _ => return None,
    })
}
