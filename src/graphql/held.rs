//! Facts that were fetched before. What a revision holds never changes, so what was once read of it needs no statement
//! the next time, whoever asks; only a redaction changes it, and what was held until then is put away.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use tokio::sync::OnceCell;

use super::census::Census;
use super::loaders::{CellsOf, EnterprisesOf, First, FirstPage, Newest, ProjectId, ProjectsOf};
use crate::store::enterprise::Enterprise;
use crate::store::observation::Observation;
use crate::store::project::{Filter, Project};
use crate::store::{Packed, Packing, Slot, StoreError, gather};

/// Rows of each kind that are held at most, some hundred bytes each: a city has far fewer, and of a country's places
/// those that are asked for stay.
const ROWS: u64 = 40_000;
/// Rows of one answer that are held at most: more are seldom asked for twice.
const MOST: usize = 1_000;

/// The rows of many questions, by revision and question.
pub struct Shelf<K, V>(Cache<(i32, K), Vec<V>>);

impl<K, V> Default for Shelf<K, V>
where
    K: Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    fn default() -> Self {
        let weigh = |_: &(i32, K), rows: &Vec<V>| u32::try_from(rows.len().max(1)).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(ROWS).weigher(weigh).build())
    }
}

impl<K, V> Shelf<K, V>
where
    K: Hash + Eq + Clone + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    /// The rows of questions: those that are held, and the others as they are fetched, which are held from then on where
    /// they fit.
    ///
    /// # Errors
    /// Those of fetching.
    pub async fn load<E, F>(
        &self,
        at: i32,
        keys: &[K],
        fits: impl Fn(&K) -> bool,
        fetch: impl FnOnce(Vec<K>) -> F,
    ) -> Result<HashMap<K, Vec<V>>, E>
    where
        F: Future<Output = Result<HashMap<K, Vec<V>>, E>>,
    {
        let (mut found, missing) = self.take(at, keys);
        if !missing.is_empty() {
            let fetched = fetch(missing.clone()).await?;
            self.keep(at, &missing, &fetched, fits);
            found.extend(fetched);
        }
        Ok(found)
    }

    /// The rows of those questions that are held, and the others.
    fn take(&self, at: i32, keys: &[K]) -> (HashMap<K, Vec<V>>, Vec<K>) {
        let mut found = HashMap::with_capacity(keys.len());
        let mut missing = Vec::new();
        for key in keys {
            match self.0.get(&(at, key.clone())) {
                Some(rows) if rows.is_empty() => {}
                Some(rows) => drop(found.insert(key.clone(), rows)),
                None => missing.push(key.clone()),
            }
        }
        (found, missing)
    }

    /// Holds what was fetched; a question that was not answered has no rows.
    fn keep(&self, at: i32, keys: &[K], found: &HashMap<K, Vec<V>>, fits: impl Fn(&K) -> bool) {
        for key in keys.iter().filter(|key| fits(key)) {
            let rows = found.get(key).cloned().unwrap_or_default();
            if rows.len() <= MOST {
                self.0.insert((at, key.clone()), rows);
            }
        }
    }
}

/// Rows of a table, all that revisions up to some one hold. They are read when they are first asked for, and again when
/// the table has changed since: of a city at once, of a country behind whoever asks.
#[derive(Default)]
pub struct Through(Mutex<Option<(i32, Once)>>);

/// Rows that are read once, however many ask for them.
type Once = Arc<OnceCell<Slot<Packed>>>;

impl Through {
    /// The rows, where all are there that a revision holds of a table that was last touched by `touched`; none while they
    /// are being read, or where there are too many. `newest` is the newest revision there is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rows(
        &self,
        touched: i32,
        newest: i32,
        packing: impl FnOnce(i32) -> Packing,
    ) -> Result<Option<Slot<Packed>>, StoreError> {
        let (through, slot) = {
            let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let held = match &mut *held {
                // A history only grows: too much stays too much.
                Some(held) if held.0 >= touched || held.1.get().is_some_and(Slot::is_too_much) => held,
                old => old.insert((newest, Arc::default())),
            };
            held.clone()
        };
        let slot = slot.get_or_try_init(|| gather(packing(through))).await?;
        Ok(slot.whole().is_some().then(|| slot.clone()))
    }
}

/// Censuses that are held at most, of the present and of one past state: of a country some 50 MB each.
const CENSUSES: u64 = 2;

/// What is held of all revisions.
pub struct Held {
    /// Projects as a whole, by the revision that last touched any.
    pub census: Cache<i32, Arc<Census>>,
    /// All figures.
    pub all_figures: Through,
    /// All projects.
    pub all_projects: Through,
    /// Projects by their ids.
    pub rows: Shelf<ProjectId, Arc<Project>>,
    /// Newest figures.
    pub newest: Shelf<Newest, Arc<Observation>>,
    /// Cells of subjects.
    pub cells: Shelf<CellsOf, Arc<Observation>>,
    /// First pages of projects.
    pub projects: Shelf<ProjectsOf<FirstPage>, Arc<Project>>,
    /// First pages of enterprises.
    pub enterprises: Shelf<EnterprisesOf<First>, Arc<Enterprise>>,
}

impl Default for Held {
    fn default() -> Self {
        Self {
            census: Cache::builder().max_capacity(CENSUSES).eviction_policy(EvictionPolicy::lru()).build(),
            all_figures: Through::default(),
            all_projects: Through::default(),
            rows: Shelf::default(),
            newest: Shelf::default(),
            cells: Shelf::default(),
            projects: Shelf::default(),
            enterprises: Shelf::default(),
        }
    }
}

/// Whether a page of projects is of a kind that comes again: conditions are of all sorts.
pub fn is_common(key: &ProjectsOf<FirstPage>) -> bool {
    key.filter == Filter::default()
}
