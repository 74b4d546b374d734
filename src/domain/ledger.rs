//! What everything rests on: documents, the places in them that say so, and what they disagree about.

use chrono::NaiveDate;

use super::codes::words;
use super::{EntityId, FromRecord, Kind, PlanStatus, Record, Unreadable};

words! {
    /// How far a document is to be believed.
    Confidence {
        /// 高
        High = "high",
        /// 中
        Medium = "medium",
        /// 低
        Low = "low",
    }
}

/// A name as written in the source, and ours in English where there is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// As written.
    pub zh: String,
    /// Ours, unofficial.
    pub en: Option<String>,
}

/// Where exactly something is said: a locator and a quote that a person can check in ten seconds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Citation {
    /// Code of the document.
    pub document: String,
    /// Section, task number, table cell.
    pub locator: String,
    /// Short, verbatim.
    pub quote: Option<String>,
}

/// A source (来源文件).
#[derive(Debug, Clone)]
pub struct Document {
    /// Identity.
    pub id: EntityId,
    /// Code.
    pub code: String,
    /// Title.
    pub title: Names,
    /// Who issued it.
    pub issuer: Option<String>,
    /// Year, month or day of issue, as far as known.
    pub issued_on: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Digest of the file retrieved.
    pub sha256: Option<String>,
    /// Licence or terms.
    pub licence: Option<String>,
    /// When it was read.
    pub retrieved_on: NaiveDate,
    /// Standing of a plan's own text.
    pub status: Option<PlanStatus>,
    /// How far it is to be believed.
    pub confidence: Confidence,
    /// Made up for demonstration.
    pub sample: bool,
    /// Remark.
    pub note: Option<String>,
}

impl FromRecord for Document {
    fn from_record(id: EntityId, row: &Record) -> Result<Self, Unreadable> {
        Ok(Self {
            id,
            code: row.key(),
            title: row.names("title", "title_en")?,
            issuer: row.maybe("issuer"),
            issued_on: row.maybe("issued_on"),
            url: row.maybe("url"),
            sha256: row.maybe("sha256"),
            licence: row.maybe("licence"),
            retrieved_on: row.parse("retrieved_on")?,
            status: row.maybe_word("status", PlanStatus::from_word)?,
            confidence: row.word("confidence", Confidence::from_word)?,
            sample: row.flag("sample"),
            note: row.maybe("note"),
        })
    }
}

/// Sources that do not agree, kept side by side.
#[derive(Debug, Clone)]
pub struct Contradiction {
    /// Code.
    pub code: String,
    /// What it is about, in a few words.
    pub topic: String,
    /// What each side says.
    pub detail: Names,
    /// What it is about, where that is a thing of its own.
    pub subject: Option<(Kind, String)>,
    /// Code of the indicator, where it is about one.
    pub indicator: Option<String>,
    /// Where it shows.
    pub citation: Citation,
}

impl FromRecord for Contradiction {
    fn from_record(_: EntityId, row: &Record) -> Result<Self, Unreadable> {
        let kind = row.maybe_word("subject_kind", Kind::from_word)?;
        Ok(Self {
            code: row.key(),
            topic: row.need("topic")?,
            detail: row.names("detail", "detail_en")?,
            subject: kind.zip(row.maybe("subject_code")),
            indicator: row.maybe("indicator"),
            citation: row.citation()?,
        })
    }
}
