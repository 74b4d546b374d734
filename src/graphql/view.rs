//! What a request reads: one revision, seen on one day.

use std::fmt::Display;
use std::sync::Arc;

use async_graphql::ID;
use chrono::NaiveDate;
use tokio::sync::OnceCell;

use super::fault::Fault;
use super::id::NodeId;
use super::library::{Library, Volume};
use super::loaders::{self, FactLoader};
use super::queue::{Fetches, queue};
use super::session::Session;
use crate::assess::Figures;
use crate::atlas::Atlas;
use crate::atlas::search::Names;
use crate::store::names::Named;
use crate::store::{Revision, Store};

/// One knowledge state. Every node keeps the view it was read in, so what is reached from it stays in the same one.
#[derive(Clone)]
pub struct View(Arc<Inner>);

struct Inner {
    library: Arc<Library>,
    volume: Arc<Volume>,
    /// The volume's atlas, seen on the day of the request.
    atlas: Atlas,
    snapshot: bool,
    fetches: Fetches,
    facts: FactLoader,
    figures: OnceCell<Figures>,
}

impl View {
    /// The newest revision, for one request.
    pub(super) fn head(library: &Arc<Library>, volume: &Arc<Volume>, on: NaiveDate) -> Session {
        let (fetches, queue) = queue();
        Session::new(Self::new(library, volume, on, fetches, false), queue)
    }

    fn new(library: &Arc<Library>, volume: &Arc<Volume>, on: NaiveDate, fetches: Fetches, snapshot: bool) -> Self {
        Self(Arc::new(Inner {
            library: Arc::clone(library),
            volume: Arc::clone(volume),
            atlas: volume.atlas.seen_on(on),
            snapshot,
            facts: loaders::facts(library.store(), volume.revision.number, &fetches),
            fetches,
            figures: OnceCell::new(),
        }))
    }

    /// The read model of the revision.
    pub fn atlas(&self) -> &Atlas {
        &self.0.atlas
    }

    /// The database, for facts; ask it at [`View::revision`].
    pub fn store(&self) -> &Store {
        self.0.library.store()
    }

    /// What the facts of a kind are called; none when there are too many to hold ready.
    ///
    /// # Errors
    /// [`Fault`] when the database fails.
    pub async fn names(&self, named: Named) -> Result<Option<Arc<Names>>, Fault> {
        self.0.library.names(self.atlas(), named).await.map_err(Fault::internal)
    }

    /// Facts of the revision, fetched for a whole level of the query at once.
    pub fn facts(&self) -> &FactLoader {
        &self.0.facts
    }

    /// The figures that lights are given by, read once for all lights of a request.
    ///
    /// # Errors
    /// [`Fault`] when the database fails.
    pub async fn figures(&self) -> Result<&Figures, Fault> {
        let load = || Figures::load(self.store(), self.atlas());
        self.0.figures.get_or_try_init(load).await.map_err(Fault::internal)
    }

    /// The revision read.
    pub fn revision(&self) -> &Revision {
        &self.0.volume.revision
    }

    /// The day on which it is read.
    pub fn on(&self) -> NaiveDate {
        self.0.atlas.on
    }

    /// The id of a node read here. `kind` is its GraphQL type.
    pub fn id(&self, kind: &str, local: impl Display) -> ID {
        NodeId::encode(kind, &local.to_string(), self.0.snapshot.then(|| self.at()))
    }

    /// The view that an id was read in: this one for ids of the head; from the head, any snapshot.
    ///
    /// # Errors
    /// [`Fault`] when the id belongs to another knowledge state than this snapshot, or to none.
    pub async fn of_id(&self, id: &NodeId) -> Result<Self, Fault> {
        match id.at {
            None => Ok(self.clone()),
            Some(at) if self.0.snapshot && at == self.at() => Ok(self.clone()),
            Some(_) if self.0.snapshot => Err(Fault::other_snapshot()),
            Some(at) => {
                let view = self.of_revision(at.0).await?;
                if view.at() == at { Ok(view) } else { Err(Fault::bad_id(&id.local)) }
            }
        }
    }

    /// A snapshot of a revision of the same database, seen on the day it was made: its ids carry it.
    ///
    /// # Errors
    /// [`Fault`] when there is no such revision.
    pub async fn of_revision(&self, number: i32) -> Result<Self, Fault> {
        let (volume, on) = self.0.library.past(number).await?;
        Ok(Self::new(&self.0.library, &volume, on, self.0.fetches.clone(), true))
    }

    fn at(&self) -> (i32, NaiveDate) {
        (self.revision().number, self.on())
    }
}
