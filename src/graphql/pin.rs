//! One knowledge state, held for as many questions as an answer takes.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::fault::Fault;
use super::library::{Library, Volume};
use super::session::Session;
use super::view::View;
use crate::atlas::Atlas;
use crate::store::{Edition, Revision};

/// A revision and a day; whatever is imported meanwhile, it answers the same.
#[derive(Clone)]
pub struct Pin {
    library: Arc<Library>,
    /// The newest revision when the question came, and when that was.
    newest: Arc<Volume>,
    now: DateTime<Utc>,
    volume: Arc<Volume>,
    on: NaiveDate,
    snapshot: bool,
}

/// Which state is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// The newest.
    Head,
    /// A revision, on the day it was made.
    Revision(i32),
    /// A revision, on a day.
    Day(i32, NaiveDate),
    /// An edition, on its cut-off.
    Edition(String),
}

impl Pin {
    /// The newest revision as seen at a moment; none while the database is empty.
    pub fn head(library: &Arc<Library>, now: DateTime<Utc>) -> Option<Self> {
        let (volume, on) = library.newest(now)?;
        let newest = Arc::clone(&volume);
        Some(Self { library: Arc::clone(library), newest, now, volume, on, snapshot: false })
    }

    /// The state that is meant.
    ///
    /// # Errors
    /// [`Fault`] when there is none, or it cannot be read.
    pub async fn at(library: &Arc<Library>, now: DateTime<Utc>, at: &At) -> Result<Self, Fault> {
        let head = Self::head(library, now).ok_or_else(Fault::empty)?;
        let (number, day) = match at {
            At::Head => return Ok(head),
            At::Revision(number) => (*number, None),
            At::Day(number, day) => (*number, Some(*day)),
            At::Edition(code) => {
                let known = || head.newest.editions.iter().map(|edition| edition.code.as_str());
                let edition = head.newest.editions.iter().find(|edition| edition.code == *code);
                let edition = edition.ok_or_else(|| Fault::unknown_code("Edition", code, known()))?;
                (edition.revision, Some(edition.cutoff))
            }
        };
        let (volume, on) = library.past(number).await?;
        Ok(Self { volume, on: day.unwrap_or(on), snapshot: true, ..head })
    }

    /// What a request needs to read it.
    pub fn session(&self) -> Session {
        View::pinned(&self.library, &self.newest, (&self.volume, self.on), self.now, self.snapshot)
    }

    /// The revision.
    pub fn revision(&self) -> &Revision {
        &self.volume.revision
    }

    /// The day.
    pub const fn on(&self) -> NaiveDate {
        self.on
    }

    /// The read model of the revision, seen on the day.
    pub fn atlas(&self) -> Atlas {
        self.volume.atlas.seen_on(self.on)
    }

    /// The editions closed when the question came, in the order they were closed.
    pub fn editions(&self) -> &[Arc<Edition>] {
        &self.newest.editions
    }

    /// Whether it was named, so that what it says never changes.
    pub const fn is_fixed(&self) -> bool {
        self.snapshot
    }

    /// Code of the first plan, which is meant where none is named; none when there is no plan.
    pub fn first_plan(&self) -> Option<&str> {
        self.volume.atlas.plans.all().first().map(|plan| plan.code.as_str())
    }

    /// Whether it holds anything made up.
    pub fn has_sample(&self) -> bool {
        self.volume.atlas.has_sample()
    }
}
