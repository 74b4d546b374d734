//! GraphQL documents that the operator added. They stand beside the revisions: a setting, not data.

use chrono::{DateTime, Utc};
use sea_query::{DeleteStatement, Expr, ExprTrait, InsertStatement, OnConflict, Order, Query, SelectStatement};

use super::db::Row;
use super::{Store, StoreError};

const TABLE: &str = "stored_document";
const COLUMNS: [&str; 5] = ["hash", "name", "body", "added_at", "added_by"];

/// A document that clients may ask by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredDocument {
    /// SHA-256 of the text in lower-case hex.
    pub hash: String,
    /// The name of its operation.
    pub name: String,
    /// The text.
    pub body: String,
    /// When it was added, to the microsecond.
    pub added_at: DateTime<Utc>,
    /// Who added it.
    pub added_by: String,
}

impl Store {
    /// A document by its hash.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stored_document(&self, hash: &str) -> Result<Option<StoredDocument>, StoreError> {
        self.db.rows_now(&by_hash(hash)).await?.first().map(read).transpose()
    }

    /// All documents, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stored_documents(&self) -> Result<Vec<StoredDocument>, StoreError> {
        self.db.rows_now(&all()).await?.iter().map(read).collect()
    }

    /// Adds documents, all or none; one that is there already stays as it is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_documents(&self, documents: &[StoredDocument]) -> Result<(), StoreError> {
        let mut session = self.db.write().await?;
        for document in documents {
            session.run(&adding(document)).await?;
        }
        session.commit().await
    }

    /// Removes a document by its hash and says whether it was there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_document(&self, hash: &str) -> Result<bool, StoreError> {
        let mut session = self.db.write().await?;
        let found = !session.rows(&by_hash(hash)).await?.is_empty();
        session.run(&removing(hash)).await?;
        session.commit().await?;
        Ok(found)
    }
}

pub(super) fn all() -> SelectStatement {
    Query::select().columns(COLUMNS).from(TABLE).order_by("name", Order::Asc).order_by("hash", Order::Asc).take()
}

pub(super) fn by_hash(hash: &str) -> SelectStatement {
    Query::select().columns(COLUMNS).from(TABLE).and_where(Expr::col("hash").eq(hash)).take()
}

pub(super) fn adding(document: &StoredDocument) -> InsertStatement {
    let values: [Expr; 5] = [
        document.hash.as_str().into(),
        document.name.as_str().into(),
        document.body.as_str().into(),
        document.added_at.timestamp_micros().into(),
        document.added_by.as_str().into(),
    ];
    let once = OnConflict::column("hash").do_nothing().to_owned();
    Query::insert().into_table(TABLE).columns(COLUMNS).values_panic(values).on_conflict(once).take()
}

pub(super) fn removing(hash: &str) -> DeleteStatement {
    Query::delete().from_table(TABLE).and_where(Expr::col("hash").eq(hash)).take()
}

fn read(row: &Row) -> Result<StoredDocument, StoreError> {
    Ok(StoredDocument {
        hash: row.text(0)?,
        name: row.text(1)?,
        body: row.text(2)?,
        added_at: DateTime::from_timestamp_micros(row.int(3)?).ok_or(StoreError::Damaged)?,
        added_by: row.text(4)?,
    })
}
