//! The database: a sequence of revisions, on SQLite or PostgreSQL. The only place with SQL.
//!
//! Every read happens at one revision, every write makes exactly one. A row carries the revision that
//! brought it (`rev_from`) and the one that ended it (`rev_to`, the largest integer while nothing has);
//! a revision holds the rows with `rev_from <= R AND rev_to > R`. So an answer at a revision never
//! changes, whatever is imported meanwhile.

pub mod area;
mod arena;
mod backup;
mod brought;
pub mod change;
mod columns;
mod commit;
mod db;
mod digest;
mod dimension;
mod drawing;
mod edition;
pub mod enterprise;
mod error;
mod gathering;
pub mod geopackage;
mod held;
mod identities;
mod insert;
pub mod names;
pub mod observation;
mod packed;
#[cfg(test)]
mod plans;
pub mod project;
mod redaction;
mod references;
pub mod register_entry;
mod revision;
mod sealed;
mod search;
mod signature;
pub mod spot;
#[cfg(test)]
mod statements;
mod stored_document;
pub mod table;
mod verify;
mod version;

use std::time::Duration;

use sea_query::{Condition, Expr, ExprTrait};

pub use backup::Copied;
pub use commit::{Change, Outcome};
pub use db::{News, postgis};
pub use dimension::{Dimension, HeldPackage, Known};
pub use drawing::Drawing;
pub use edition::{Closing, Edition, EditionError};
pub use error::{BackupError, CommitError, Dangling, Held, StoreError};
pub use gathering::{AT_A_TIME, Gathered, Gathering, Slot, gather};
pub use packed::{Packed, Packing};
pub use redaction::{RedactError, Redacted, Redaction, Target};
pub use revision::Revision;
pub use sealed::Seed;
pub use signature::{KeyError, PublicKey, Signature, SigningKey};
pub use stored_document::StoredDocument;
pub use verify::{EditionVerdict, Finding, Verdict};

/// An open database; clones share its connections.
#[derive(Clone)]
pub struct Store {
    db: db::Db,
    /// What salts are drawn from, where that is not the operating system.
    seed: Option<Seed>,
    /// Who is told how far a commit has come.
    watch: Option<Watch>,
}

/// What a commit is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Comparing the packages with what is held.
    Compare,
    /// Writing rows.
    Write,
    /// Making indexes, and checking that everything fits together.
    Check,
    /// Reading back what was written, for the digest.
    Seal,
}

/// Is told the step, the rows that are done in it and those that there are; both 0 where rows are not counted.
pub type Watch = std::sync::Arc<dyn Fn(Step, usize, usize) + Send + Sync>;

impl Store {
    /// Opens `sqlite:FILE` or `postgres://…`, creating what is missing.
    ///
    /// # Errors
    /// When it cannot be opened, or was made by a newer program.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self { db: db::Db::open(url, None, None).await?, seed: None, watch: None })
    }

    /// Opens it for readers that do not wait for ever: no statement takes longer than `patience`. Reads go to `replica`,
    /// another PostgreSQL server of the same database, whenever it holds what they ask for.
    ///
    /// # Errors
    /// As [`Store::open`]; a replica that is away is none.
    pub async fn open_to_serve(url: &str, replica: Option<&str>, patience: Duration) -> Result<Self, StoreError> {
        Ok(Self { db: db::Db::open(url, replica, Some(patience)).await?, seed: None, watch: None })
    }

    /// Draws salts from a given seed, so that digests come out the same again: for tests.
    #[must_use]
    pub fn seeded(self, seed: Seed) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// Tells how far commits have come.
    #[must_use]
    pub fn watched(self, watch: Watch) -> Self {
        Self { watch: Some(watch), ..self }
    }

    fn tell(&self, step: Step, done: usize, of: usize) {
        if let Some(watch) = &self.watch {
            watch(step, done, of);
        }
    }

    /// Connections that are open, and those of them that wait for work.
    pub fn connections(&self) -> (u32, usize) {
        self.db.connections()
    }

    /// Closes every connection of this store and its clones. An SQLite database is one file after that.
    pub async fn close(&self) {
        self.db.close().await;
    }
}

/// Neither address nor password.
impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store({:?})", self.db.dialect())
    }
}

/// The rows of an alias that a revision holds.
fn held_at(alias: &'static str, revision: i32) -> Condition {
    Condition::all()
        .add(Expr::col((alias, "rev_from")).lte(i64::from(revision)))
        .add(Expr::col((alias, "rev_to")).gt(i64::from(revision)))
}
