//! Rows of projects in memory.

use super::statements::COLUMNS;
use super::{Project, read};
use crate::store::packed::{Packed, Packing, Source};
use crate::store::{Store, StoreError};

/// Place of the revision that began a row among [`COLUMNS`].
const SINCE: usize = 20;

pub(in crate::store) static SOURCE: Source = Source {
    sql: "project",
    columns: &{
        let mut columns = ["rev_to"; COLUMNS.len() + 1];
        let mut at = 0;
        while at < COLUMNS.len() {
            columns[at] = COLUMNS[at];
            at += 1;
        }
        columns
    },
    order: &[0, SINCE],
    life: [SINCE, COLUMNS.len()],
    block: 4,
};

/// Reads all projects of the revisions through one, so many at a time.
pub fn packing(store: &Store, through: i32, some: u64) -> Packing {
    Packing::new(store, &SOURCE, through, some)
}

/// A project by its id, over those that are held; none where the revision does not hold it.
///
/// # Errors
/// When a row is not what its table promises.
pub fn by_id_held(held: &Packed, at: i32, id: i64) -> Result<Option<Project>, StoreError> {
    let mut found = None;
    held.each(at, (id, 0), (id, i64::MAX), |row| found = Some(read(&row.row())));
    found.transpose()
}
