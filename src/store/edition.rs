//! Editions: named revisions, closed for good.
//!
//! Closing one makes the revision after the one it names, which holds nothing but the edition's own row. So an edition
//! is sealed by the chain like everything else, and who closed it and when is said by that revision.

use chrono::{DateTime, NaiveDate, Utc};
use sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement, Value};
use serde_json::{Map, json};

use super::columns::{Odd, Unread};
use super::commit::{Made, seal};
use super::db::{Row, Session};
use super::error::{CommitError, StoreError};
use super::insert::insert;
use super::signature::{Signature, SigningKey};
use super::version::{Family, OPEN, canonical};
use super::{Store, dimension, revision};
use crate::domain::{Cadence, Cell, Kind, day_in};

/// Names the form of the statement that is signed; a new form gets a new name.
const FORMAT: &str = "planatlas-edition-1";
/// Letters of a code at most.
const LONGEST_CODE: usize = 64;

/// An edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// Its name, never used again.
    pub code: String,
    /// The revision it names.
    pub revision: i32,
    /// On which round it was closed.
    pub cadence: Cadence,
    /// The day it is seen on.
    pub cutoff: NaiveDate,
    /// Whether it holds made-up rows.
    pub sample: bool,
    /// Signature over [`Edition::statement`].
    pub signature: Option<Signature>,
    /// The revision that closed it.
    pub closed_in: i32,
    /// Who closed it.
    pub closed_by: String,
    /// When.
    pub closed_at: DateTime<Utc>,
    /// Digest of the revision it names, which covers everything up to it.
    pub digest: String,
}

impl Edition {
    /// What a signature covers, as RFC 8785 JSON.
    ///
    /// # Errors
    /// Never in practice: everything in it is text and numbers.
    pub fn statement(&self) -> Result<String, StoreError> {
        canonical(&json!({
            "cadence": self.cadence.word(),
            "closedAt": self.closed_at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            "closedBy": self.closed_by,
            "code": self.code,
            "cutoff": self.cutoff.to_string(),
            "digest": self.digest,
            "format": FORMAT,
            "revision": self.revision,
            "sample": self.sample,
        }))
    }
}

/// What closing an edition needs.
#[derive(Debug, Clone, Copy)]
pub struct Closing<'a> {
    /// Name of the edition.
    pub code: &'a str,
    /// On which round.
    pub cadence: Cadence,
    /// The day it is seen on.
    pub cutoff: NaiveDate,
    /// Who closes it.
    pub author: &'a str,
    /// Why.
    pub message: &'a str,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether made-up rows may be in it.
    pub sample: bool,
    /// Key to sign it with.
    pub key: Option<&'a SigningKey>,
}

/// Why an edition was not closed. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum EditionError {
    /// The code cannot stand in an address.
    #[error(
        "版次代码「{0}」无效:只能用英文字母、数字、- 和 _,以字母或数字开头,至多 {LONGEST_CODE} 个字符。\
         «{0}» is no code of an edition: letters, digits, - and _ only, a letter or digit first, {LONGEST_CODE} at most."
    )]
    Code(String),
    /// The code names an edition already.
    #[error(
        "版次 {code} 已于第 {closed_in} 版定稿,代码不可再用。Edition {code} was closed in revision {closed_in}; its code \
         cannot be used again."
    )]
    Taken {
        /// The code.
        code: String,
        /// The revision that closed it.
        closed_in: i32,
    },
    /// The cut-off has not come.
    #[error("截止日 {cutoff} 在今天({today})之后。The cut-off {cutoff} is later than today, {today}.")]
    Future {
        /// The cut-off.
        cutoff: NaiveDate,
        /// Today in the plan's time zone.
        today: NaiveDate,
    },
    /// There is nothing to name.
    #[error("数据库中尚无修订,没有可定稿的内容。The database holds no revision yet: there is nothing to close.")]
    Empty,
    /// Made-up rows are live.
    #[error(
        "数据库中有示例(虚构)数据,如来源文件 {document}。若确要定稿,请加 --sample,版次将带示例标记。\
         The database holds made-up data, e.g. of the document {document}. To close it all the same give --sample, \
         which marks the edition."
    )]
    Sample {
        /// Code of a sample document.
        document: String,
    },
    /// The revision could not be made.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl From<StoreError> for EditionError {
    fn from(error: StoreError) -> Self {
        Self::Commit(error.into())
    }
}

impl Store {
    /// The editions closed in revisions up to `at`, in the order they were closed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn editions(&self, at: i32) -> Result<Vec<Edition>, StoreError> {
        self.db.rows(&list(at)).await?.iter().map(read).collect()
    }

    /// Closes an edition over the newest revision.
    ///
    /// # Errors
    /// See [`EditionError`]; nothing is written then.
    pub async fn close_edition(&self, closing: Closing<'_>) -> Result<Edition, EditionError> {
        if !fit(closing.code) {
            return Err(EditionError::Code(closing.code.to_owned()));
        }
        let mut session = self.db.write().await?;
        let newest = revision::head(&mut session).await?.ok_or(EditionError::Empty)?;
        let known = session.rows(&list(newest.number)).await?;
        for edition in known.iter().map(read) {
            let edition = edition?;
            if edition.code == closing.code {
                return Err(EditionError::Taken { code: edition.code, closed_in: edition.closed_in });
            }
        }
        let today = today(&mut session, newest.number, closing.at).await?;
        if closing.cutoff > today {
            return Err(EditionError::Future { cutoff: closing.cutoff, today });
        }
        let made_up = sample(&mut session, newest.number).await?;
        if let (false, Some(document)) = (closing.sample, &made_up) {
            return Err(EditionError::Sample { document: document.clone() });
        }
        let number = newest.number + 1;
        let mut edition = Edition {
            code: closing.code.to_owned(),
            revision: newest.number,
            cadence: closing.cadence,
            cutoff: closing.cutoff,
            sample: made_up.is_some(),
            signature: None,
            closed_in: number,
            closed_by: closing.author.to_owned(),
            closed_at: revision::moment(closing.at, Some(&newest)),
            digest: newest.digest.clone(),
        };
        if let Some(key) = closing.key {
            edition.signature = Some(key.sign(&edition.statement()?));
        }
        let closed = Closed::of(&edition);
        insert(&mut session, "edition", &COLUMNS, vec![closed.values(&edition.code, number)]).await?;
        let made = Made { author: closing.author, message: closing.message, at: closing.at };
        let wanted = closed.body();
        seal(&mut session, made, number, Some(&newest), |family, version| {
            let same = matches!(family, Family::Editions) && version.body() == wanted;
            (!same).then(|| "edition".to_owned())
        })
        .await?;
        session.commit().await?;
        Ok(edition)
    }
}

/// A code that can stand in an address and in a file name as it is.
fn fit(code: &str) -> bool {
    code.len() <= LONGEST_CODE
        && code.starts_with(|c: char| c.is_ascii_alphanumeric())
        && code.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// The day of a moment in the time zone of the first plan.
async fn today(session: &mut Session, at: i32, moment: DateTime<Utc>) -> Result<NaiveDate, StoreError> {
    let plans = session.rows(&dimension::of_kind(at, Kind::Plan)).await?;
    let first = plans.first().map(dimension::dimension).transpose()?;
    Ok(day_in(first.as_ref().and_then(|plan| plan.record.text("time_zone")), moment))
}

/// A sample document that a revision holds, by its code.
pub(super) async fn sample(session: &mut Session, at: i32) -> Result<Option<String>, StoreError> {
    for row in session.rows(&dimension::of_kind(at, Kind::Document)).await? {
        let document = dimension::dimension(&row)?.record;
        if *document.cell("sample") == Cell::Boolean(true) {
            return Ok(Some(document.key()));
        }
    }
    Ok(None)
}

/// What the row of an edition says.
#[derive(Debug)]
pub(super) struct Closed {
    pub(super) revision: i32,
    cadence: Cadence,
    cutoff: NaiveDate,
    sample: bool,
    signature: Option<Signature>,
}

const COLUMNS: [&str; 9] =
    ["code", "revision", "cadence", "cutoff", "sample", "public_key", "signature", "rev_from", "rev_to"];

impl Closed {
    /// The columns that [`Closed::read`] reads.
    pub(super) const COLUMNS: [&str; 7] =
        ["revision", "cadence", "cutoff", "sample", "public_key", "signature", "rev_from"];

    fn of(edition: &Edition) -> Self {
        Self {
            revision: edition.revision,
            cadence: edition.cadence,
            cutoff: edition.cutoff,
            sample: edition.sample,
            signature: edition.signature.clone(),
        }
    }

    /// The row of [`Closed::COLUMNS`] beginning at `at`. Only the one way of writing it is accepted.
    pub(super) fn read(row: &Row, at: usize, code: &str) -> Result<Self, Unread> {
        let odd = |column: &str| Unread::Odd(Odd(column.to_owned()));
        if !fit(code) {
            return Err(odd("code"));
        }
        let revision = row.revision(at)?;
        if i64::from(revision) + 1 != row.int(at + 6)? {
            return Err(odd("revision"));
        }
        let cutoff = row.text(at + 2)?;
        Ok(Self {
            revision,
            cadence: Cadence::from_word(&row.text(at + 1)?).ok_or_else(|| odd("cadence"))?,
            cutoff: cutoff
                .parse()
                .ok()
                .filter(|day: &NaiveDate| day.to_string() == cutoff)
                .ok_or_else(|| odd("cutoff"))?,
            sample: match row.int(at + 3)? {
                0 => false,
                1 => true,
                _ => return Err(odd("sample")),
            },
            signature: match (row.some_text(at + 4)?, row.some_text(at + 5)?) {
                (Some(public_key), Some(signature)) => Some(Signature { public_key, signature }),
                (None, None) => None,
                _ => return Err(odd("signature")),
            },
        })
    }

    fn values(&self, code: &str, number: i32) -> [Value; 9] {
        let signature = self.signature.as_ref();
        [
            code.into(),
            i64::from(self.revision).into(),
            self.cadence.word().into(),
            self.cutoff.to_string().into(),
            i64::from(self.sample).into(),
            signature.map(|signature| signature.public_key.clone()).into(),
            signature.map(|signature| signature.signature.clone()).into(),
            i64::from(number).into(),
            OPEN.into(),
        ]
    }

    /// The JSON object that the digest sees.
    pub(super) fn body(&self) -> Map<String, serde_json::Value> {
        let mut body = Map::from_iter([
            ("revision".to_owned(), self.revision.into()),
            ("cadence".to_owned(), self.cadence.word().into()),
            ("cutoff".to_owned(), self.cutoff.to_string().into()),
            ("sample".to_owned(), self.sample.into()),
        ]);
        if let Some(signature) = &self.signature {
            body.insert("publicKey".to_owned(), signature.public_key.as_str().into());
            body.insert("signature".to_owned(), signature.signature.as_str().into());
        }
        body
    }
}

/// Editions closed up to a revision, with the revision that closed each and the digest of the one it names.
pub(super) fn list(at: i32) -> SelectStatement {
    Query::select()
        .columns(["code", "revision", "cadence", "cutoff", "sample", "public_key", "signature"].map(|c| ("f", c)))
        .columns([("closing", "number"), ("closing", "author"), ("closing", "committed_at"), ("named", "digest")])
        .from_as("edition", "f")
        .join_as(JoinType::InnerJoin, "revision", "closing", Expr::col(("closing", "number")).equals(("f", "rev_from")))
        .join_as(JoinType::InnerJoin, "revision", "named", Expr::col(("named", "number")).equals(("f", "revision")))
        .and_where(Expr::col(("f", "rev_from")).lte(i64::from(at)))
        .order_by(("f", "rev_from"), Order::Asc)
        .take()
}

pub(super) fn read(row: &Row) -> Result<Edition, StoreError> {
    let signature = row.some_text(5)?.zip(row.some_text(6)?);
    Ok(Edition {
        code: row.text(0)?,
        revision: row.revision(1)?,
        cadence: Cadence::from_word(&row.text(2)?).ok_or(StoreError::Damaged)?,
        cutoff: row.text(3)?.parse().map_err(|_| StoreError::Damaged)?,
        sample: row.int(4)? == 1,
        signature: signature.map(|(public_key, signature)| Signature { public_key, signature }),
        closed_in: row.revision(7)?,
        closed_by: row.text(8)?,
        closed_at: DateTime::from_timestamp_micros(row.int(9)?).ok_or(StoreError::Damaged)?,
        digest: row.text(10)?,
    })
}
