//! Everything that one package holds, as the records that an import of it would bring.

use futures_util::TryStreamExt;

use super::commit::living;
use super::version::{self, Content, packaged};
use super::{Store, StoreError};
use crate::domain::{Record, tables};

impl Store {
    /// The live rows of a package, in the order of tables and keys; none when there is no such package.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read back.
    pub async fn held_by(&self, package: &str) -> Result<Vec<Record>, StoreError> {
        let mut session = self.db.read().await?;
        let named = version::named(&mut session).await?;
        let mut records = Vec::new();
        for family in packaged() {
            let select = living(session.dialect(), family, &[package]);
            let mut rows = session.stream(&select);
            while let Some(row) = rows.try_next().await? {
                let version = family.version(&row, &named)?.map_err(|_| StoreError::Damaged)?;
                if let Content::Record(record) = version.content {
                    records.push(record);
                }
            }
        }
        let place = |record: &Record| tables().iter().position(|table| table.name == record.table.name);
        records.sort_by_cached_key(|record| (place(record), record.key()));
        Ok(records)
    }
}
