//! The projects of a revision as a whole: found, counted and grouped in memory. What that takes is read when it is first
//! asked for: of a city at once, of a country bit by bit, and until it is there the database answers. The projects of a
//! revision are those of the last one that touched any, so months of figures share one census.

use std::sync::Arc;

use moka::sync::Cache;
use tokio::sync::OnceCell;

use crate::store::project::{self, Dim, Filter, Group, Reading, Traits};
use crate::store::{AT_A_TIME, Slot, Store, StoreError, gather};

/// Groupings that are kept.
const KEPT: u64 = 16;
/// Groups of one grouping that is kept, at most.
const GROUPS: usize = 50_000;

/// Dimensions, and the documents that alone are counted.
type Grouping = (Vec<Dim>, Option<Vec<i64>>);

/// The projects of one revision.
pub struct Census {
    store: Store,
    /// The revision.
    at: i32,
    traits: OnceCell<Slot<Traits>>,
    groups: Cache<Grouping, Arc<OnceCell<Arc<[Group]>>>>,
}

impl Census {
    /// Of a revision; nothing is read yet.
    pub fn new(store: &Store, at: i32) -> Self {
        Self { store: store.clone(), at, traits: OnceCell::new(), groups: Cache::new(KEPT) }
    }

    /// What tells which projects meet a condition; none where the database has to be asked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn told(&self, filter: &Filter) -> Result<Option<&Traits>, StoreError> {
        if !Traits::tell(filter) {
            return Ok(None);
        }
        let slot = self.traits.get_or_try_init(|| gather(Reading::new(&self.store, self.at, AT_A_TIME))).await?;
        Ok(slot.whole())
    }

    /// How many projects meet a condition.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(&self, filter: &Filter) -> Result<i64, StoreError> {
        if !is_plain(filter) && self.told(filter).await?.is_none() {
            return project::count(&self.store, self.at, filter).await;
        }
        Ok(self.groups(filter, &[]).await?.first().map_or(0, |group| group.count))
    }

    /// Projects that meet a condition, by group, in the order of the groups' keys.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn groups(&self, filter: &Filter, by: &[Dim]) -> Result<Arc<[Group]>, StoreError> {
        let Some(documents) = plain(filter) else { return self.grouped(filter, by).await };
        let grouping = (by.to_vec(), documents);
        let place = self.groups.get_with(grouping.clone(), Arc::default);
        let groups = place.get_or_try_init(|| self.grouped(filter, by)).await?;
        if groups.len() > GROUPS {
            self.groups.invalidate(&grouping);
        }
        Ok(Arc::clone(groups))
    }

    async fn grouped(&self, filter: &Filter, by: &[Dim]) -> Result<Arc<[Group]>, StoreError> {
        let told = self.told(filter).await?.and_then(|traits| traits.groups(filter, by));
        Ok(match told {
            Some(groups) => groups,
            None => project::groups(&self.store, self.at, filter, by).await?,
        }
        .into())
    }
}

/// Whether a condition is about documents alone, or about nothing: the groups of such are kept.
pub fn is_plain(filter: &Filter) -> bool {
    plain(filter).is_some()
}

/// The documents that a condition is about, where it is about nothing else.
fn plain(filter: &Filter) -> Option<Option<Vec<i64>>> {
    let documents = filter.documents.clone();
    (*filter == Filter { documents: documents.clone(), ..Filter::default() }).then_some(documents)
}
