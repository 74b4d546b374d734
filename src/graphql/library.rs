//! Which atlas answers: the newest revision's, and a shelf of older ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arc_swap::{ArcSwap, ArcSwapOption};
use chrono::{DateTime, NaiveDate, Utc};
use moka::sync::Cache;
use tokio::sync::{OnceCell, watch};

use super::fault::Fault;
use super::held::Held;
use super::known::Documents;
use super::pin::Pin;
use super::session::Session;
use crate::assess::lint::Findings;
use crate::atlas::search::{Called, Field, Names};
use crate::atlas::{Atlas, Source};
use crate::domain::{EntityId, Unreadable, day_in};
use crate::store::names::{self, Name, Named};
use crate::store::{Edition, Revision, Store, StoreError, project};

/// Older revisions kept ready.
const SHELF: u64 = 8;
/// Facts of a kind whose names are held ready, at most; of more, the database finds those that begin with a text.
const MOST_NAMES: usize = 20_000;

/// A revision with its atlas.
#[derive(Debug)]
pub struct Volume {
    /// Who made it, when, why.
    pub revision: Revision,
    /// Its read model.
    pub atlas: Arc<Atlas>,
    /// The editions closed up to it, in the order they were closed.
    pub editions: Arc<[Arc<Edition>]>,
    /// What its plans leave open.
    pub findings: Findings,
}

/// Why a revision could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A row is not what its table promises.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Reading was cut off, e.g. because the process is stopping.
    #[error("reading the revision was interrupted")]
    Interrupted,
}

/// Older revisions: how many are held, how often one was ready, how often one had to be read.
#[derive(Debug, Clone, Copy)]
pub struct Shelf {
    /// Held now.
    pub held: u64,
    /// Ready when asked for.
    pub hits: u64,
    /// Read when asked for.
    pub reads: u64,
}

/// Something that is read once however many ask for it at the same time; none when there is no such thing.
type Once<T> = Arc<OnceCell<Option<Arc<T>>>>;

/// The revisions of one database. Each older one is read once however many ask for it at the same time.
pub struct Library {
    store: Store,
    head: ArcSwapOption<Volume>,
    /// Number of the newest revision, for whoever waits for the next.
    newest: watch::Sender<i32>,
    shelf: Cache<i32, Once<Volume>>,
    /// Names of facts, by the revision that last touched them; none of a kind that has too many.
    names: Cache<(Named, i32), Once<Names>>,
    documents: Documents,
    held: ArcSwap<Held>,
    hits: AtomicU64,
    reads: AtomicU64,
}

impl Library {
    /// A library over a database; [`Library::refresh`] brings its first revision.
    pub fn new(store: Store) -> Arc<Self> {
        let newest = watch::Sender::new(0);
        Arc::new(Self {
            store,
            head: ArcSwapOption::empty(),
            newest,
            shelf: Cache::new(SHELF),
            names: Cache::new(SHELF),
            documents: Documents::default(),
            held: ArcSwap::default(),
            hits: AtomicU64::new(0),
            reads: AtomicU64::new(0),
        })
    }

    /// The database.
    pub const fn store(&self) -> &Store {
        &self.store
    }

    /// Facts that were fetched before.
    pub(super) fn held(&self) -> Arc<Held> {
        self.held.load_full()
    }

    /// The documents that were read last.
    pub(super) const fn documents(&self) -> &Documents {
        &self.documents
    }

    /// Whether there is a revision to serve.
    pub fn ready(&self) -> bool {
        self.head.load().is_some()
    }

    /// Number of the revision served; 0 while there is none.
    pub fn number(&self) -> i32 {
        *self.newest.borrow()
    }

    /// How the shelf of older revisions does.
    pub fn shelf(&self) -> Shelf {
        Shelf {
            held: self.shelf.entry_count(),
            hits: self.hits.load(Ordering::Relaxed),
            reads: self.reads.load(Ordering::Relaxed),
        }
    }

    /// Reads the newest revision if it is not the one held, and says whether it was new. Requests under way keep the
    /// atlas they began with.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn refresh(&self) -> Result<bool, LibraryError> {
        let held = self.head.load_full();
        let number = self.store.newest_number().await?;
        if number == held.as_ref().map_or(0, |volume| volume.revision.number) {
            return Ok(false);
        }
        let volume = self.read(number).await?;
        let found = volume.is_some();
        // A redaction takes text out of older revisions too.
        let redacted = self.store.last_redaction().await?;
        if held.is_some_and(|held| redacted > held.revision.number) {
            self.shelf.invalidate_all();
            // Questions under way keep what they held with what they fetch: nobody finds it there.
            self.held.store(Arc::default());
        }
        self.head.store(volume);
        if found {
            self.newest.send_replace(number);
        }
        Ok(found)
    }

    /// Tells the number of the newest revision, now and whenever there is a newer one.
    pub(super) fn arrivals(&self) -> watch::Receiver<i32> {
        self.newest.subscribe()
    }

    /// What a request needs to read the newest revision as seen at a moment; none while the database is empty.
    pub fn head(self: &Arc<Self>, now: DateTime<Utc>) -> Option<Session> {
        Some(Pin::head(self, now)?.session())
    }

    /// The newest revision and the day of a moment; none while the database is empty.
    pub(super) fn newest(&self, now: DateTime<Utc>) -> Option<(Arc<Volume>, NaiveDate)> {
        let volume = self.head.load_full()?;
        let on = day(&volume.atlas, now);
        Some((volume, on))
    }

    /// A revision and the day it was made.
    ///
    /// # Errors
    /// [`Fault`] when there is no such revision or it cannot be read.
    pub(super) async fn past(&self, number: i32) -> Result<(Arc<Volume>, NaiveDate), Fault> {
        let volume = self.volume(number).await.map_err(Fault::from)?;
        let newest = self.head.load().as_ref().map_or(0, |volume| volume.revision.number);
        let volume = volume.ok_or_else(|| Fault::unknown_revision(number, newest))?;
        let on = day(&volume.atlas, volume.revision.committed_at);
        Ok((volume, on))
    }

    /// What the facts of a kind are called; none when there are too many to hold ready.
    pub(super) async fn names(&self, atlas: &Atlas, named: Named) -> Result<Option<Arc<Names>>, StoreError> {
        let place = self.names.get_with((named, atlas.touched(named.kind().table())), Arc::default);
        let load = || async {
            let all = names::all(&self.store, atlas.revision, named, MOST_NAMES as u64 + 1).await?;
            Ok::<_, StoreError>((all.len() <= MOST_NAMES).then(|| Arc::new(called(all))))
        };
        place.get_or_try_init(load).await.cloned()
    }

    async fn volume(&self, number: i32) -> Result<Option<Arc<Volume>>, LibraryError> {
        if let Some(head) = self.head.load_full().filter(|head| head.revision.number == number) {
            return Ok(Some(head));
        }
        let place = self.shelf.get_with(number, Arc::default);
        let counted = if place.initialized() { &self.hits } else { &self.reads };
        counted.fetch_add(1, Ordering::Relaxed);
        let volume = place.get_or_try_init(|| self.read(number)).await?.clone();
        if volume.is_none() {
            self.shelf.invalidate(&number);
        }
        Ok(volume)
    }

    async fn read(&self, number: i32) -> Result<Option<Arc<Volume>>, LibraryError> {
        let Some(revision) = self.store.revision(number).await? else { return Ok(None) };
        let touched = self.store.touched(number).await?;
        let previous = self.head.load_full();
        let shared = previous.as_ref().is_some_and(|volume| volume.atlas.shares_outlines(&touched));
        let source = Source {
            revision: number,
            rows: self.store.dimensions(number).await?,
            projects: project::reach(&self.store, number).await?,
            drawings: if shared { Vec::new() } else { self.store.drawings(number).await? },
            touched,
        };
        let editions = self.store.editions(number).await?.into_iter().map(Arc::new).collect();
        let at = revision.committed_at;
        let build =
            move || Atlas::build(source, at.date_naive(), previous.as_ref().map(|volume| &*volume.atlas)).map(Arc::new);
        let atlas = tokio::task::spawn_blocking(build).await.map_err(|_| LibraryError::Interrupted)??;
        Ok(Some(Arc::new(Volume { revision, atlas, editions, findings: Findings::default() })))
    }
}

/// Facts by what they are called.
pub(super) fn called(names: Vec<Name>) -> Names {
    Names::new(names.into_iter().map(|name| {
        let english = name.name_en.iter().map(|english| Called::new(Field::EnglishName, english));
        let mut all = vec![Called::new(Field::Name, &name.name)];
        all.extend(english);
        all.push(Called::new(Field::Code, &name.code));
        (EntityId(name.id), all)
    }))
}

/// The day a moment falls on in the time zone of the first plan; in UTC when there is no plan.
fn day(atlas: &Atlas, at: DateTime<Utc>) -> NaiveDate {
    day_in(atlas.plans.all().first().map(|plan| plan.time_zone.as_str()), at)
}
