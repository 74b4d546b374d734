//! Figures in memory: what the statements beside this file say, over rows that are held. A test asks both.

use super::{COLUMNS, Cells, Observation, last_day, read};
use crate::domain::PeriodCode;
use crate::store::packed::{Key, Packed, Packing, Source};
use crate::store::{Store, StoreError};

/// Places among [`COLUMNS`].
const SUBJECT: usize = 1;
const INDICATOR: usize = 2;
const PERIOD: usize = 4;
const ACCUMULATION: usize = 5;
const VALUE: usize = 6;

pub(in crate::store) static SOURCE: Source = Source {
    sql: "observation",
    columns: &COLUMNS,
    // Subject, indicator, period, accumulation, document, revision.
    order: &[SUBJECT, INDICATOR, PERIOD, ACCUMULATION, 3, 16],
    life: [16, 17],
    block: 16,
};

/// Reads all figures of the revisions through one, so many at a time.
pub fn packing(store: &Store, through: i32, some: u64) -> Packing {
    Packing::new(store, &SOURCE, through, some)
}

/// [`super::list`] over figures that are held.
///
/// # Errors
/// When a row is not what its table promises.
pub fn list_held(held: &Packed, at: i32, cells: &Cells<'_>) -> Result<Vec<Observation>, StoreError> {
    let sorted = |ids: &[i64]| {
        let mut ids = ids.to_vec();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let indicators = cells.indicators.map(sorted);
    let (from, to) = (cells.from.map_or(i64::MIN, last_day), cells.to.map_or(i64::MAX, |to| last_day(to) + 100));
    let mut found = Vec::new();
    let mut look = |first: Key, last: Key| {
        held.each(at, first, last, |row| {
            let met = row.int(PERIOD).is_some_and(|period| from <= period && period < to)
                && cells.accumulation.is_none_or(|how| row.says(ACCUMULATION, how.word()));
            if met {
                found.push(read(&row.row()));
            }
        });
    };
    for subject in sorted(cells.subjects) {
        match &indicators {
            Some(indicators) => indicators.iter().for_each(|one| look((subject, *one), (subject, *one))),
            None => look((subject, i64::MIN), (subject, i64::MAX)),
        }
    }
    found.into_iter().collect()
}

/// [`super::newest`] of one subject, over figures that are held.
///
/// # Errors
/// When a row is not what its table promises.
pub fn newest_held(
    held: &Packed,
    at: i32,
    subject: i64,
    indicator: i64,
    not_after: Option<PeriodCode>,
) -> Result<Vec<Observation>, StoreError> {
    let end = not_after.map_or(i64::MAX, |period| last_day(period) + 100);
    let key = (subject, indicator);
    // Rows come in the order of periods.
    let mut newest = None;
    held.each(at, key, key, |row| {
        if row.int(VALUE).is_some() {
            newest = row.int(PERIOD).filter(|period| *period < end).or(newest);
        }
    });
    let mut found = Vec::new();
    if newest.is_some() {
        held.each(at, key, key, |row| {
            if row.int(PERIOD) == newest {
                found.push(read(&row.row()));
            }
        });
    }
    found.into_iter().collect()
}
