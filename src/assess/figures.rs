//! What the database holds of the things that targets speak of, read at once.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::atlas::Atlas;
use crate::domain::{EntityId, Kind, ObservationStatus, PeriodCode};
use crate::store::observation::{self, Cells, Observation};
use crate::store::register_entry::{self, RegisterEntry};
use crate::store::{Store, StoreError, enterprise};

/// Entries and enterprises asked for at a time.
const PAGE: u64 = 5_000;

/// Figures by subject and indicator, and the entries of registers whose count is an indicator's actual.
#[derive(Debug, Default)]
pub struct Figures {
    cells: HashMap<(EntityId, EntityId), Vec<Arc<Observation>>>,
    entries: HashMap<EntityId, Vec<RegisterEntry>>,
    enterprises: Vec<(EntityId, Option<EntityId>)>,
}

impl Figures {
    /// Reads what the targets of an atlas need: a statement for the figures of their subjects, one for those of the
    /// members that thresholds count, one for each page of register entries.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(store: &Store, atlas: &Atlas) -> Result<Self, StoreError> {
        let at = atlas.revision;
        let wanted = Wanted::of(atlas);
        let mut enterprises = Vec::new();
        if wanted.enterprises {
            let mut after: Option<String> = None;
            loop {
                let page = enterprise::list(store, at, &enterprise::Filter::default(), after.as_deref(), PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.code.clone());
                enterprises.extend(page.iter().map(|row| (EntityId(row.id), row.region.map(EntityId))));
            }
        }
        let mut members = wanted.members;
        members.extend(enterprises.iter().map(|(id, _)| id.0));
        let mut rows = Vec::new();
        for (subjects, indicators) in [(&wanted.subjects, &wanted.indicators), (&members, &wanted.thresholds)] {
            let subjects: Vec<i64> = subjects.iter().copied().collect();
            let indicators: Vec<i64> = indicators.iter().copied().collect();
            let cells = Cells { subjects: &subjects, indicators: Some(&indicators), ..Cells::default() };
            rows.extend(observation::list(store, at, &cells).await?);
        }
        let mut entries = Vec::new();
        if !wanted.registers.is_empty() {
            let filter = register_entry::Filter { registers: Some(wanted.registers), ..Default::default() };
            let mut after: Option<String> = None;
            loop {
                let page = register_entry::list(store, at, &filter, after.as_deref(), PAGE).await?;
                let Some(last) = page.last() else { break };
                after = Some(last.code.clone());
                entries.extend(page);
            }
        }
        Ok(Self::new(atlas, rows, entries, enterprises))
    }

    /// Sorts figures read before.
    pub fn new(
        atlas: &Atlas,
        rows: Vec<Observation>,
        entries: Vec<RegisterEntry>,
        enterprises: Vec<(EntityId, Option<EntityId>)>,
    ) -> Self {
        let mut figures = Self { enterprises, ..Self::default() };
        let mut seen = BTreeSet::new();
        for row in rows {
            if seen.insert(row.id) {
                let key = (EntityId(row.subject), EntityId(row.indicator));
                figures.cells.entry(key).or_default().push(Arc::new(row));
            }
        }
        for list in figures.cells.values_mut() {
            let source = |row: &Observation| (EntityId(row.document), row.released_on);
            list.sort_by(|a, b| {
                (a.period.end().cmp(&b.period.end()))
                    .then_with(|| atlas.prefer(source(a), source(b)))
                    .then(a.id.cmp(&b.id))
            });
        }
        for entry in entries {
            let register = atlas.registers.id(EntityId(entry.register));
            let indicator = register.and_then(|register| atlas.find(Kind::Indicator, register.indicator.as_ref()?));
            if let Some(indicator) = indicator {
                figures.entries.entry(indicator).or_default().push(entry);
            }
        }
        figures
    }

    /// All cells of a subject and indicator, by the end of their period; of one end, the preferred source first.
    pub fn cells(&self, subject: EntityId, indicator: EntityId) -> &[Arc<Observation>] {
        self.cells.get(&(subject, indicator)).map_or(&[], Vec::as_slice)
    }

    /// The cells that say how much it was: with a value, and no forecast.
    pub fn values(&self, subject: EntityId, indicator: EntityId) -> impl Iterator<Item = &Arc<Observation>> {
        let said = |row: &&Arc<Observation>| row.quantity.is_some() && row.status != ObservationStatus::Forecast;
        self.cells(subject, indicator).iter().filter(said)
    }

    /// Why a period has no value, where a source says.
    pub fn silence(&self, subject: EntityId, indicator: EntityId, period: PeriodCode) -> Option<ObservationStatus> {
        let same = |row: &&Arc<Observation>| row.quantity.is_none() && row.period.end() == period.end();
        self.cells(subject, indicator).iter().find(same).map(|row| row.status)
    }

    /// Entries of the registers whose count is an indicator's actual.
    pub fn entries(&self, indicator: EntityId) -> &[RegisterEntry] {
        self.entries.get(&indicator).map_or(&[], Vec::as_slice)
    }

    /// Enterprises and their regions, where a threshold counts enterprises.
    pub fn enterprises(&self) -> &[(EntityId, Option<EntityId>)] {
        &self.enterprises
    }
}

/// What to ask the database for.
#[derive(Default)]
struct Wanted {
    subjects: BTreeSet<i64>,
    indicators: BTreeSet<i64>,
    members: BTreeSet<i64>,
    thresholds: BTreeSet<i64>,
    registers: Vec<i64>,
    enterprises: bool,
}

impl Wanted {
    fn of(atlas: &Atlas) -> Self {
        let mut wanted = Self::default();
        for target in atlas.targets.all() {
            wanted.subjects.extend(atlas.find(target.subject.0, &target.subject.1).map(|id| id.0));
            wanted.indicators.extend(atlas.find(Kind::Indicator, &target.indicator).map(|id| id.0));
            let Some(threshold) = &target.threshold else { continue };
            let indicator = threshold.indicator.as_ref().and_then(|code| atlas.find(Kind::Indicator, code));
            wanted.thresholds.extend(indicator.map(|id| id.0));
            wanted.enterprises |= threshold.counts == Some(Kind::Enterprise);
            wanted.members.extend(super::threshold::listed(atlas, target).into_iter().map(|id| id.0));
        }
        let counts = |code: &Option<String>| {
            let indicator = code.as_ref().and_then(|code| atlas.find(Kind::Indicator, code));
            indicator.is_some_and(|indicator| wanted.indicators.contains(&indicator.0))
        };
        let registers = atlas.registers.all().iter().filter(|register| counts(&register.indicator));
        wanted.registers = registers.map(|register| register.id.0).collect();
        wanted
    }
}
