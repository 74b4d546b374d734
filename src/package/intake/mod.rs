//! Figures in: a table that a person filled, as CSV or XLSX, becomes the observations of one document.
//!
//! It goes in four steps, and a dry run takes the same ones: the file as a grid of cells (`grid`, `workbook`,
//! `text`), the grid as figures of known places, indicators and periods (`columns`, `period`, `value`, `draft`),
//! the figures beside what is known already (`guard`), and the package that results with a report (`merge`).
//! What a person writes in a spreadsheet is taken as meant (full-width digits, thousands separators, dashes for
//! what is missing); what could mean two things is refused with its cell.

mod catalogue;
mod columns;
mod draft;
mod grid;
mod guard;
mod merge;
mod period;
mod template;
mod text;
mod value;
mod workbook;

use serde::Serialize;

pub use catalogue::{Catalogue, Indicator, Place};
pub use draft::{Draft, Entry, read};
pub use guard::{Accepted, Guard};
pub use merge::{Changed, Held, Known, Merged, SetAside, Shown, merge, package_of};
pub use template::template;

use crate::domain::{Confidence, ObservationStatus};

/// What the command line says about a file besides the file itself; it goes before what the file says.
#[derive(Debug, Clone, Default)]
pub struct Given {
    /// Code of the document.
    pub document: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Who issued it.
    pub issuer: Option<String>,
    /// When: year, month or day.
    pub date: Option<String>,
    /// How far it is to be believed.
    pub confidence: Option<Confidence>,
    /// Whether it is made up for demonstration.
    pub sample: bool,
    /// Standing of every value of the file.
    pub status: Option<ObservationStatus>,
    /// Period of every figure, where the table has no such column.
    pub period: Option<String>,
    /// Place of every figure, where the table has no such column.
    pub place: Option<String>,
    /// The sheet to read [the first visible one].
    pub sheet: Option<String>,
}

/// Something that was understood but that the sender should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Stable word, e.g. `gbk`.
    pub code: &'static str,
    /// 中文。
    pub zh: String,
    /// English.
    pub en: String,
}

impl Note {
    fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, zh: zh.into(), en: en.into() }
    }
}
