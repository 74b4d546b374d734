//! What a request reads: one revision, seen on one day.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::ID;
use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::{OnceCell, watch};

use super::census::Census;
use super::fault::Fault;
use super::id::NodeId;
use super::known::Documents;
use super::library::{Library, Volume};
use super::loaders::{self, FactLoader};
use super::queue::{Fetches, queue};
use super::session::Session;
use crate::assess::Figures;
use crate::assess::lint::Finding;
use crate::atlas::Atlas;
use crate::atlas::search::Names;
use crate::store::names::Named;
use crate::store::{Edition, Revision, Store};

/// One knowledge state. Every node keeps the view it was read in, so what is reached from it stays in the same one.
#[derive(Clone)]
pub struct View(Arc<Inner>);

struct Inner {
    library: Arc<Library>,
    volume: Arc<Volume>,
    /// The volume's atlas, seen on the day of the request.
    atlas: Atlas,
    snapshot: bool,
    request: Request,
    facts: FactLoader,
    figures: OnceCell<Figures>,
}

/// What all states that one request reads have in common.
#[derive(Clone)]
struct Request {
    /// The newest revision when the request began; nothing later is there for it.
    newest: i32,
    now: DateTime<Utc>,
    /// The editions closed by then, in the order they were closed.
    editions: Arc<[Arc<Edition>]>,
    fetches: Fetches,
    /// Whether any state read so far holds made-up rows.
    sample: Arc<AtomicBool>,
}

impl View {
    /// A revision, for one request made at a moment while `newest` was the newest one; `snapshot` when it was named, so
    /// that ids say so.
    pub(super) fn pinned(
        library: &Arc<Library>,
        newest: &Arc<Volume>,
        (volume, on): (&Arc<Volume>, NaiveDate),
        now: DateTime<Utc>,
        snapshot: bool,
    ) -> Session {
        let (fetches, queue) = queue();
        let request = Request {
            newest: newest.revision.number,
            now,
            editions: Arc::clone(&newest.editions),
            fetches,
            sample: Arc::default(),
        };
        Session::new(Self::new(library, volume, on, request, snapshot), queue)
    }

    fn new(library: &Arc<Library>, volume: &Arc<Volume>, on: NaiveDate, request: Request, snapshot: bool) -> Self {
        let atlas = volume.atlas.seen_on(on);
        request.sample.fetch_or(atlas.has_sample(), Ordering::Relaxed);
        Self(Arc::new(Inner {
            library: Arc::clone(library),
            volume: Arc::clone(volume),
            atlas,
            snapshot,
            facts: loaders::facts(library, volume, &request.fetches),
            request,
            figures: OnceCell::new(),
        }))
    }

    /// Whether another view is this very one.
    pub fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// The read model of the revision.
    pub fn atlas(&self) -> &Atlas {
        &self.0.atlas
    }

    /// The database, for facts; ask it at [`View::revision`].
    pub fn store(&self) -> &Store {
        self.0.library.store()
    }

    /// The documents that were read last.
    pub(super) fn documents(&self) -> &Documents {
        self.0.library.documents()
    }

    /// What a plan leaves open or says in two ways.
    pub fn findings(&self, plan: &str) -> Arc<[Arc<Finding>]> {
        self.0.volume.findings.of(self.atlas(), plan)
    }

    /// What the facts of a kind are called; none when there are too many to hold ready.
    ///
    /// # Errors
    /// [`Fault`] when the database fails.
    pub async fn names(&self, named: Named) -> Result<Option<Arc<Names>>, Fault> {
        self.0.library.names(self.atlas(), named).await.map_err(Fault::from)
    }

    /// Projects of the revision as a whole.
    pub(super) fn census(&self) -> Arc<Census> {
        self.0.facts.loader().census()
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
        self.0.figures.get_or_try_init(load).await.map_err(Fault::from)
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

    /// Whether this or any other state that the request has read so far holds made-up rows.
    pub fn read_sample(&self) -> bool {
        self.0.request.sample.load(Ordering::Relaxed)
    }

    /// The edition that this state is: a snapshot of the revision it names, seen on its cut-off.
    pub fn edition(&self) -> Option<&Arc<Edition>> {
        let mut all = self.0.request.editions.iter().filter(|_| self.0.snapshot);
        all.find(|edition| (edition.revision, edition.cutoff) == self.at())
    }

    /// The editions known in this state, in the order they were closed: those closed by its revision, and itself.
    pub fn editions(&self) -> impl Iterator<Item = &Arc<Edition>> {
        let last = self.edition().map_or(self.revision().number, |edition| edition.closed_in);
        self.0.request.editions.iter().filter(move |edition| edition.closed_in <= last)
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
            Some((number, on)) => {
                let named = |edition: &&Arc<Edition>| (edition.revision, edition.cutoff) == (number, on);
                if let Some(edition) = self.0.request.editions.iter().find(named) {
                    return self.of_edition(edition).await;
                }
                let view = self.of_revision(number).await?;
                if view.on() == on { Ok(view) } else { Err(Fault::bad_id(&id.local)) }
            }
        }
    }

    /// A snapshot of a revision of the same database, seen on the day it was made: its ids carry it.
    ///
    /// # Errors
    /// [`Fault`] when there is no such revision.
    pub async fn of_revision(&self, number: i32) -> Result<Self, Fault> {
        // One that came after the request began may be asked for too: whoever has just written it wants to read it.
        if number < 1 {
            return Err(Fault::unknown_revision(number, self.0.request.newest));
        }
        let (volume, on) = self.0.library.past(number).await?;
        Ok(Self::new(&self.0.library, &volume, on, self.0.request.clone(), true))
    }

    /// The snapshot that an edition is: the revision it names, seen on its cut-off.
    ///
    /// # Errors
    /// [`Fault`] when the revision cannot be read.
    pub async fn of_edition(&self, edition: &Edition) -> Result<Self, Fault> {
        let (volume, _) = self.0.library.past(edition.revision).await?;
        Ok(Self::new(&self.0.library, &volume, edition.cutoff, self.0.request.clone(), true))
    }

    /// A snapshot of the newest revision that was there at a moment.
    ///
    /// # Errors
    /// [`Fault`] when there was none, or the moment has not come.
    pub async fn of_moment(&self, known: DateTime<Utc>) -> Result<Self, Fault> {
        if known > self.0.request.now {
            return Err(Fault::argument("known", "该时刻尚未到来", "this moment has not come yet"));
        }
        let number = self.store().number_at(known).await.map_err(Fault::from)?;
        let number = number
            .ok_or_else(|| Fault::argument("known", "当时数据库中尚无修订", "the database held no revision then"))?;
        self.of_revision(number.min(self.0.request.newest)).await
    }

    /// Tells the number of the newest revision, now and whenever there is a newer one.
    pub(super) fn arrivals(&self) -> watch::Receiver<i32> {
        self.0.library.arrivals()
    }

    fn at(&self) -> (i32, NaiveDate) {
        (self.revision().number, self.on())
    }
}
