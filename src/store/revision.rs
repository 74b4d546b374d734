//! The list of revisions.

use chrono::{DateTime, SubsecRound as _, Utc};
use sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};

use super::db::{Dialect, Row, Session};
use super::{Store, StoreError};

/// One import: who, when, why, and the digest that chains it to the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// 1, 2, 3 …
    pub number: i32,
    /// When it was made, to the microsecond.
    pub committed_at: DateTime<Utc>,
    /// Who made it.
    pub author: String,
    /// Why.
    pub message: String,
    /// SHA-256 in lower-case hex.
    pub digest: String,
    /// Digest of the revision before; none for the first.
    pub previous_digest: Option<String>,
    /// How the digest was made: 1 over the texts themselves, 2 over their salted hashes.
    pub format: i64,
}

impl Store {
    /// The newest revision; none in an empty database.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest(&self) -> Result<Option<Revision>, StoreError> {
        self.db.rows_now(newest_revision().limit(1)).await?.first().map(read).transpose()
    }

    /// The number of the newest revision, 0 in an empty database: cheap enough to ask every second.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn newest_number(&self) -> Result<i32, StoreError> {
        let rows = self.db.rows_now(&newest_number()).await?;
        let number = rows.first().map_or(Ok(0), |row| row.revision(0))?;
        self.db.told(number);
        Ok(number)
    }

    /// A revision by its number.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revision(&self, number: i32) -> Result<Option<Revision>, StoreError> {
        let mut select = all();
        select.and_where(Expr::col("number").eq(i64::from(number)));
        let found = self.db.rows_now(&select).await?.first().map(read).transpose()?;
        if found.is_some() {
            self.db.told(number);
        }
        Ok(found)
    }

    /// Revisions by their numbers, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revisions_of(&self, numbers: &[i32]) -> Result<Vec<Revision>, StoreError> {
        self.db.rows(&numbered(self.db.dialect(), numbers)).await?.iter().map(read).collect()
    }

    /// The number of the newest revision that was there at a moment.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn number_at(&self, moment: DateTime<Utc>) -> Result<Option<i32>, StoreError> {
        let number = self.db.rows_now(&number_at(moment)).await?.first().map(|row| row.revision(0)).transpose()?;
        self.db.told(number.unwrap_or_default());
        Ok(number)
    }

    /// Revisions, newest first, from the one before `before` on.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revisions(&self, before: Option<i32>, limit: u64) -> Result<Vec<Revision>, StoreError> {
        self.db.rows(&page(before, limit)).await?.iter().map(read).collect()
    }
}

/// Every revision, oldest first, as one transaction sees them.
pub(super) async fn chain(session: &mut Session) -> Result<Vec<Revision>, StoreError> {
    session.rows(all().order_by("number", Order::Asc)).await?.iter().map(read).collect()
}

/// The newest revision as one transaction sees it.
pub(super) async fn head(session: &mut Session) -> Result<Option<Revision>, StoreError> {
    session.rows(newest_revision().limit(1)).await?.first().map(read).transpose()
}

/// The moment of a revision made now, to the microsecond: never before that of the one it follows, though the clock was
/// set back in between. So the order of moments is that of numbers.
pub(super) fn moment(now: DateTime<Utc>, previous: Option<&Revision>) -> DateTime<Utc> {
    let now = now.trunc_subsecs(6);
    previous.map_or(now, |previous| now.max(previous.committed_at))
}

pub(super) fn all() -> SelectStatement {
    Query::select()
        .columns(["number", "committed_at", "author", "message", "digest", "previous_digest", "format"])
        .from("revision")
        .take()
}

pub(super) fn newest_revision() -> SelectStatement {
    all().order_by("number", Order::Desc).take()
}

pub(super) fn newest_number() -> SelectStatement {
    Query::select().column("number").from("revision").order_by("number", Order::Desc).limit(1).take()
}

pub(super) fn numbered(dialect: Dialect, numbers: &[i32]) -> SelectStatement {
    let numbers: Vec<i64> = numbers.iter().map(|number| i64::from(*number)).collect();
    all().and_where(dialect.among(Expr::col("number"), &numbers)).order_by("number", Order::Asc).take()
}

pub(super) fn number_at(moment: DateTime<Utc>) -> SelectStatement {
    newest_number().and_where(Expr::col("committed_at").lte(moment.timestamp_micros())).take()
}

pub(super) fn page(before: Option<i32>, limit: u64) -> SelectStatement {
    newest_revision()
        .and_where_option(before.map(|number| Expr::col("number").lt(i64::from(number))))
        .limit(limit)
        .take()
}

fn read(row: &Row) -> Result<Revision, StoreError> {
    Ok(Revision {
        number: row.revision(0)?,
        committed_at: DateTime::from_timestamp_micros(row.int(1)?).ok_or(StoreError::Damaged)?,
        author: row.text(2)?,
        message: row.text(3)?,
        digest: row.text(4)?,
        previous_digest: row.some_text(5)?,
        format: row.int(6)?,
    })
}
