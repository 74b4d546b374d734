//! Outlines, and which of them are drawn together.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{
    BoundaryAccuracy, BoundaryChange, Citation, EntityId, FromRecord, Kind, PeriodCode, Record, Shape, Unreadable,
};

/// One version of a place's outline (边界), as a source draws it.
#[derive(Debug, Clone)]
pub struct Outline {
    /// Identity.
    pub id: EntityId,
    /// Code.
    pub code: String,
    /// The region, zone or layout element.
    pub place: (Kind, String),
    /// First period it is valid for, where a source says.
    pub valid_from: Option<PeriodCode>,
    /// First period it is no longer valid for.
    pub valid_to: Option<PeriodCode>,
    /// Why this version exists.
    pub change: BoundaryChange,
    /// How true it is.
    pub accuracy: BoundaryAccuracy,
    /// The same in metres, where stated.
    pub accuracy_metres: Option<i64>,
    /// 审图号.
    pub review_number: Option<String>,
    /// To be shown wherever it is drawn.
    pub attribution: String,
    /// The coordinates.
    pub shape: Arc<Shape>,
    /// Where it comes from.
    pub citations: Vec<Citation>,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Outline {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        let shape = row.shape.clone().ok_or_else(|| Unreadable {
            table: row.table.name,
            key: row.key(),
            field: "geometry",
            found: String::new(),
        })?;
        Ok(Self {
            id,
            code: row.key(),
            place: (row.word("place_kind", Kind::from_word)?, row.need("place_code")?),
            valid_from: row.maybe_period("valid_from")?,
            valid_to: row.maybe_period("valid_to")?,
            change: row.word("change", BoundaryChange::from_word)?,
            accuracy: row.word("accuracy", BoundaryAccuracy::from_word)?,
            accuracy_metres: row.integer("accuracy_metres").ok(),
            review_number: row.maybe("review_number"),
            attribution: row.need("attribution")?,
            shape: Arc::new(shape),
            citations: vec![row.citation()?],
            note: row.maybe("note"),
        })
    }
}

impl Outline {
    /// Whether it is in force on a day; `None` stands for ever after.
    pub fn in_force(&self, on: Option<NaiveDate>) -> bool {
        let begun = self.valid_from.is_none_or(|period| on.is_none_or(|on| period.start() <= on));
        let ended = self.valid_to.is_some_and(|period| on.is_none_or(|on| period.start() <= on));
        begun && !ended
    }

    /// The last day it is in force, where it ends.
    pub fn last_day(&self) -> Option<NaiveDate> {
        self.valid_to.and_then(|period| period.start().pred_opt())
    }

    /// The sheet it is drawn on.
    pub fn sheet(&self) -> Sheet {
        Sheet { kind: self.place.0, last: self.last_day() }
    }
}

/// Outlines of one kind that are simplified together, so that neighbours keep their common border: those in force on
/// one day. An outline is drawn with those beside it on the last day that it is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sheet {
    /// Kind of the places.
    pub kind: Kind,
    /// The day; none for ever after.
    pub last: Option<NaiveDate>,
}

impl Sheet {
    /// Every sheet that some of these outlines are drawn on, with all that lie on it.
    pub fn of(outlines: &[Arc<Outline>]) -> BTreeMap<Self, Vec<Arc<Outline>>> {
        let mut sheets: BTreeMap<Self, Vec<Arc<Outline>>> =
            outlines.iter().map(|outline| (outline.sheet(), Vec::new())).collect();
        for (sheet, beside) in &mut sheets {
            let lies = |outline: &&Arc<Outline>| outline.place.0 == sheet.kind && outline.in_force(sheet.last);
            beside.extend(outlines.iter().filter(lies).cloned());
        }
        sheets
    }
}
