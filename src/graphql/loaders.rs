//! Facts, fetched for a whole level of a query at once: one statement for every question that differs in more than
//! the thing it is about.

mod projects;

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};

use super::census::Census;
use super::fault::Fault;
use super::held::Held;
use super::library::{Library, Volume};
use super::queue::Fetches;
use crate::domain::{Accumulation, Kind, PeriodCode};
use crate::store::enterprise::Part;
use crate::store::observation::{self, Cells, Observation};
use crate::store::register_entry::{self, RegisterEntry};
use crate::store::{AT_A_TIME, Packed, Revision, Slot, Store, enterprise};

pub use projects::{FirstPage, GroupsBy, ProjectId, ProjectsOf, StagesOf, of_parents};

/// Rows of honours that are fetched for one level of a query.
const MOST_HONOURS: u64 = 50_000;

/// Fetches facts of one revision.
pub struct Facts {
    /// The database.
    pub(super) store: Store,
    /// The revision.
    pub(super) at: i32,
    /// The last revision that touched projects.
    projects_at: i32,
    /// The last that touched figures.
    figures_at: i32,
    /// The newest there is.
    newest: i32,
    held: Arc<Held>,
}

/// The facts of a view, each fetched once.
pub type FactLoader = DataLoader<Facts, HashMapCache>;

/// A loader over a database at a revision, whose fetches wait in the queue of a request.
pub fn facts(library: &Library, volume: &Volume, fetches: &Fetches) -> FactLoader {
    let fetches = fetches.clone();
    let wait = move |fetch| fetches.put(fetch);
    let [projects_at, figures_at] = [Kind::Project.table(), "observations"].map(|table| volume.atlas.touched(table));
    let newest = library.number().max(volume.revision.number);
    let (store, held) = (library.store().clone(), library.held());
    let facts = Facts { store, at: volume.revision.number, projects_at, figures_at, newest, held };
    DataLoader::with_cache(facts, wait, HashMapCache::default()).delay(Duration::ZERO)
}

/// The cells of a subject's newest period with a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Newest {
    /// The subject.
    pub subject: i64,
    /// The indicator.
    pub indicator: i64,
    /// No later period.
    pub not_after: Option<PeriodCode>,
}

/// Cells of a subject.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CellsOf {
    /// The subject.
    pub subject: i64,
    /// Of these indicators; of any, when none.
    pub indicators: Option<Vec<i64>>,
    /// From this period on.
    pub from: Option<PeriodCode>,
    /// Up to this period.
    pub to: Option<PeriodCode>,
    /// With this accumulation only.
    pub accumulation: Option<Accumulation>,
}

impl CellsOf {
    /// The same of these subjects.
    fn of<'a>(&'a self, subjects: &'a [i64]) -> Cells<'a> {
        Cells {
            subjects,
            indicators: self.indicators.as_deref(),
            from: self.from,
            to: self.to,
            accumulation: self.accumulation,
        }
    }
}

/// The cells of many subjects for one indicator, period and accumulation, to be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peers {
    /// The subjects.
    pub subjects: Arc<[i64]>,
    /// The indicator.
    pub indicator: i64,
    /// The period.
    pub period: PeriodCode,
    /// The accumulation.
    pub accumulation: Accumulation,
}

/// Equal questions have equal hashes without hashing every subject again.
impl Hash for Peers {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.indicator, self.period, self.accumulation, self.subjects.len()).hash(state);
    }
}

/// The first entries of a register, or their number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntriesOf<Q> {
    /// The register.
    pub register: i64,
    /// Which of its entries.
    pub filter: register_entry::Filter,
    /// What is wanted of them.
    pub question: Q,
}

/// As for [`ProjectsOf`].
impl<Q> Hash for EntriesOf<Q> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.register.hash(state);
    }
}

/// At most so many.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct First(pub u64);

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Count;

/// The first enterprises of a zone, region or chain, or of a stage of a chain, or their number.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EnterprisesOf<Q> {
    /// Which of these the parent is.
    pub part: Part,
    /// The parent.
    pub parent: i64,
    /// Code of the stage, where stages are asked for.
    pub stage: Option<String>,
    /// What is wanted of them.
    pub question: Q,
}

/// An enterprise by its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EnterpriseId(pub i64);

/// The register entries of a holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct HonoursOf(pub i64);

/// Every version, up to the state's revision, of the cell that a version belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VersionsOf(pub i64);

/// A revision by its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RevisionOf(pub i32);

/// Keys by what they ask, so that each question is one statement.
fn questions<'a, K, Q: PartialEq>(keys: &'a [K], question: impl Fn(&'a K) -> Q) -> Vec<(Q, Vec<&'a K>)> {
    let mut by: Vec<(Q, Vec<&K>)> = Vec::new();
    for key in keys {
        let asked = question(key);
        match by.iter_mut().find(|(other, _)| *other == asked) {
            Some((_, keys)) => keys.push(key),
            None => by.push((asked, vec![key])),
        }
    }
    by
}

fn by_owner<T>(rows: Vec<T>, owner: impl Fn(&T) -> i64) -> HashMap<i64, Vec<T>> {
    let mut by: HashMap<i64, Vec<T>> = HashMap::new();
    for row in rows {
        by.entry(owner(&row)).or_default().push(row);
    }
    by
}

/// Rows that are passed on without being copied.
pub fn shared<T>(rows: Vec<T>) -> Vec<Arc<T>> {
    rows.into_iter().map(Arc::new).collect()
}

type Loaded<K, V> = Result<HashMap<K, V>, Fault>;

impl Facts {
    /// The projects of the revision as a whole.
    pub fn census(&self) -> Arc<Census> {
        self.held.census.get_with(self.projects_at, || Arc::new(Census::new(&self.store, self.projects_at)))
    }

    /// All figures, where they are held.
    async fn figures(&self) -> Result<Option<Slot<Packed>>, Fault> {
        let packing = |through| observation::packing(&self.store, through, AT_A_TIME);
        self.held.all_figures.rows(self.figures_at, self.newest, packing).await.map_err(Fault::from)
    }

    async fn fetch_newest(&self, keys: &[Newest]) -> Loaded<Newest, Vec<Arc<Observation>>> {
        let mut found = HashMap::new();
        for ((indicator, not_after), keys) in questions(keys, |key| (key.indicator, key.not_after)) {
            let subjects: Vec<i64> = keys.iter().map(|key| key.subject).collect();
            let rows = observation::newest(&self.store, self.at, &subjects, indicator, not_after).await;
            for (subject, rows) in by_owner(shared(rows.map_err(Fault::from)?), |row| row.subject) {
                found.insert(Newest { subject, indicator, not_after }, rows);
            }
        }
        Ok(found)
    }
}

impl Loader<Newest> for Facts {
    type Value = Vec<Arc<Observation>>;
    type Error = Fault;

    async fn load(&self, keys: &[Newest]) -> Loaded<Newest, Self::Value> {
        if let Some(figures) = self.figures().await?.as_ref().and_then(Slot::whole) {
            let found = keys.iter().map(|key| {
                let Newest { subject, indicator, not_after } = *key;
                let rows = observation::newest_held(figures, self.at, subject, indicator, not_after);
                Ok((*key, shared(rows.map_err(Fault::from)?)))
            });
            return found.collect();
        }
        let fetch = async |missing: Vec<_>| self.fetch_newest(&missing).await;
        self.held.newest.load(self.at, keys, |_| true, fetch).await
    }
}

impl Facts {
    async fn fetch_cells(&self, keys: &[CellsOf]) -> Loaded<CellsOf, Vec<Arc<Observation>>> {
        let mut found = HashMap::new();
        let question = |key: &CellsOf| CellsOf { subject: 0, ..key.clone() };
        for (asked, keys) in questions(keys, question) {
            let subjects: Vec<i64> = keys.iter().map(|key| key.subject).collect();
            let rows = observation::list(&self.store, self.at, &asked.of(&subjects)).await.map_err(Fault::from)?;
            for (subject, rows) in by_owner(shared(rows), |row| row.subject) {
                found.insert(CellsOf { subject, ..asked.clone() }, rows);
            }
        }
        Ok(found)
    }
}

impl Loader<CellsOf> for Facts {
    type Value = Vec<Arc<Observation>>;
    type Error = Fault;

    async fn load(&self, keys: &[CellsOf]) -> Loaded<CellsOf, Self::Value> {
        if let Some(figures) = self.figures().await?.as_ref().and_then(Slot::whole) {
            let found = keys.iter().map(|key| {
                let rows = observation::list_held(figures, self.at, &key.of(&[key.subject]));
                Ok((key.clone(), shared(rows.map_err(Fault::from)?)))
            });
            return found.collect();
        }
        let fetch = async |missing: Vec<_>| self.fetch_cells(&missing).await;
        self.held.cells.load(self.at, keys, |_| true, fetch).await
    }
}

impl Loader<Peers> for Facts {
    type Value = Arc<[Observation]>;
    type Error = Fault;

    async fn load(&self, keys: &[Peers]) -> Loaded<Peers, Self::Value> {
        let mut found = HashMap::new();
        let slot = self.figures().await?;
        let figures = slot.as_ref().and_then(Slot::whole);
        let question = |key: &Peers| (Arc::clone(&key.subjects), key.indicator, key.accumulation);
        for ((subjects, indicator, accumulation), keys) in questions(keys, question) {
            let periods = keys.iter().map(|key| key.period);
            let cells = Cells {
                subjects: &subjects,
                indicators: Some(&[indicator]),
                from: periods.clone().min(),
                to: periods.max(),
                accumulation: Some(accumulation),
            };
            let rows = match figures {
                Some(figures) => observation::list_held(figures, self.at, &cells),
                None => observation::list(&self.store, self.at, &cells).await,
            }
            .map_err(Fault::from)?;
            let mut by: HashMap<PeriodCode, Vec<Observation>> = HashMap::new();
            for row in rows {
                by.entry(row.period).or_default().push(row);
            }
            for key in keys {
                let rows = by.get(&key.period).cloned().unwrap_or_default();
                found.insert(key.clone(), Arc::from(rows));
            }
        }
        Ok(found)
    }
}

impl Loader<EnterpriseId> for Facts {
    type Value = enterprise::Enterprise;
    type Error = Fault;

    async fn load(&self, keys: &[EnterpriseId]) -> Loaded<EnterpriseId, Self::Value> {
        let ids: Vec<i64> = keys.iter().map(|key| key.0).collect();
        let rows = enterprise::by_ids(&self.store, self.at, &ids).await.map_err(Fault::from)?;
        Ok(rows.into_iter().map(|row| (EnterpriseId(row.id), row)).collect())
    }
}

impl Facts {
    async fn fetch_enterprises(
        &self,
        keys: &[EnterprisesOf<First>],
    ) -> Loaded<EnterprisesOf<First>, Vec<Arc<enterprise::Enterprise>>> {
        let mut found: HashMap<EnterprisesOf<First>, Vec<_>> = HashMap::new();
        for ((part, question), keys) in questions(keys, |key| (key.part, key.question)) {
            let parents: Vec<i64> = keys.iter().map(|key| key.parent).collect();
            let rows = enterprise::page_per_part(&self.store, self.at, part, &parents, question.0).await;
            for row in rows.map_err(Fault::from)? {
                let stage = if part == Part::Stage { row.stage.clone() } else { None };
                let parent = match part {
                    Part::Zone => row.zone,
                    Part::Region => row.region,
                    Part::Chain | Part::Stage => row.chain,
                };
                if let Some(parent) = parent {
                    found.entry(EnterprisesOf { part, parent, stage, question }).or_default().push(Arc::new(row));
                }
            }
        }
        Ok(found)
    }
}

impl Loader<EnterprisesOf<First>> for Facts {
    type Value = Vec<Arc<enterprise::Enterprise>>;
    type Error = Fault;

    async fn load(&self, keys: &[EnterprisesOf<First>]) -> Loaded<EnterprisesOf<First>, Self::Value> {
        let fetch = async |missing: Vec<_>| self.fetch_enterprises(&missing).await;
        self.held.enterprises.load(self.at, keys, |_| true, fetch).await
    }
}

impl Loader<EnterprisesOf<Count>> for Facts {
    type Value = i64;
    type Error = Fault;

    async fn load(&self, keys: &[EnterprisesOf<Count>]) -> Loaded<EnterprisesOf<Count>, Self::Value> {
        let mut found = HashMap::new();
        for (part, keys) in questions(keys, |key| key.part) {
            let parents: Vec<i64> = keys.iter().map(|key| key.parent).collect();
            let counts = enterprise::counts(&self.store, self.at, part, &parents).await.map_err(Fault::from)?;
            for (parent, stage, count) in counts {
                found.insert(EnterprisesOf { part, parent, stage, question: Count }, count);
            }
        }
        Ok(found)
    }
}

impl Loader<HonoursOf> for Facts {
    type Value = Vec<RegisterEntry>;
    type Error = Fault;

    async fn load(&self, keys: &[HonoursOf]) -> Loaded<HonoursOf, Self::Value> {
        let holders = Some(keys.iter().map(|key| key.0).collect());
        let filter = register_entry::Filter { holders, ..register_entry::Filter::default() };
        let rows = register_entry::list(&self.store, self.at, &filter, None, MOST_HONOURS).await;
        let rows = by_owner(rows.map_err(Fault::from)?, |row| row.holder);
        Ok(rows.into_iter().map(|(id, rows)| (HonoursOf(id), rows)).collect())
    }
}

impl Loader<EntriesOf<First>> for Facts {
    type Value = Vec<RegisterEntry>;
    type Error = Fault;

    async fn load(&self, keys: &[EntriesOf<First>]) -> Loaded<EntriesOf<First>, Self::Value> {
        let mut found = HashMap::new();
        for ((filter, question), keys) in questions(keys, |key| (&key.filter, key.question)) {
            let registers: Vec<i64> = keys.iter().map(|key| key.register).collect();
            let rows = register_entry::page_per_register(&self.store, self.at, &registers, filter, question.0).await;
            for (register, rows) in by_owner(rows.map_err(Fault::from)?, |row| row.register) {
                found.insert(EntriesOf { register, filter: filter.clone(), question }, rows);
            }
        }
        Ok(found)
    }
}

impl Loader<EntriesOf<Count>> for Facts {
    type Value = i64;
    type Error = Fault;

    async fn load(&self, keys: &[EntriesOf<Count>]) -> Loaded<EntriesOf<Count>, Self::Value> {
        let mut found = HashMap::new();
        for (filter, keys) in questions(keys, |key| &key.filter) {
            let registers: Vec<i64> = keys.iter().map(|key| key.register).collect();
            let counts = register_entry::counts(&self.store, self.at, &registers, filter).await;
            for (register, count) in counts.map_err(Fault::from)? {
                found.insert(EntriesOf { register, filter: filter.clone(), question: Count }, count);
            }
        }
        Ok(found)
    }
}

impl Loader<VersionsOf> for Facts {
    type Value = Vec<Observation>;
    type Error = Fault;

    async fn load(&self, keys: &[VersionsOf]) -> Loaded<VersionsOf, Self::Value> {
        let ids: Vec<i64> = keys.iter().map(|key| key.0).collect();
        let mut found: HashMap<VersionsOf, Self::Value> = HashMap::new();
        for (id, row) in observation::versions(&self.store, self.at, &ids).await.map_err(Fault::from)? {
            found.entry(VersionsOf(id)).or_default().push(row);
        }
        Ok(found)
    }
}

impl Loader<RevisionOf> for Facts {
    type Value = Revision;
    type Error = Fault;

    async fn load(&self, keys: &[RevisionOf]) -> Loaded<RevisionOf, Self::Value> {
        let numbers: Vec<i32> = keys.iter().map(|key| key.0).collect();
        let found = self.store.revisions_of(&numbers).await.map_err(Fault::from)?;
        Ok(found.into_iter().map(|revision| (RevisionOf(revision.number), revision)).collect())
    }
}
