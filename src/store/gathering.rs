//! What is read of a whole table into memory: the first of it at once, the rest behind the back of whoever asked, and
//! until all is there the database answers.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Semaphore;

use super::StoreError;

/// Rows that are read at a time: all of a city.
pub const AT_A_TIME: u64 = 20_000;
/// How long to wait before reading on where that failed.
const AGAIN: Duration = Duration::from_secs(1);
/// Behind whoever asks one thing is read on at a time: rows on their way take room once, and other cores are left alone.
static TURN: Semaphore = Semaphore::const_new(1);

/// How far reading has come.
pub enum Gathered<T> {
    /// There is more to read.
    More,
    /// That is all of it.
    All(T),
    /// There is too much to be held.
    TooMany,
}

/// Something that is read some rows at a time.
pub trait Gathering: Send + 'static {
    /// What it becomes.
    type Whole: Send + Sync + 'static;

    /// Reads some more; whatever fails can be tried again.
    ///
    /// # Errors
    /// When the database fails, or a row is not what its table promises.
    fn go_on(&mut self) -> impl Future<Output = Result<Gathered<Self::Whole>, StoreError>> + Send;
}

/// What is being read; clones share it.
pub struct Slot<T>(Arc<OnceLock<Option<T>>>);

impl<T> Clone for Slot<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Slot<T> {
    /// All of it; none while it is being read, and where there is too much.
    pub fn whole(&self) -> Option<&T> {
        self.0.get()?.as_ref()
    }

    /// Whether it was given up, because there is too much.
    pub fn is_too_much(&self) -> bool {
        self.0.get().is_some_and(Option::is_none)
    }

    /// Whether that was the end.
    fn fill(&self, gathered: Gathered<T>) -> bool {
        let found = match gathered {
            Gathered::More => return false,
            Gathered::All(whole) => Some(whole),
            Gathered::TooMany => None,
        };
        self.0.set(found).is_ok()
    }
}

/// Reads the first, and goes on behind.
///
/// # Errors
/// When the first cannot be read; what is read behind is tried again until nobody wants it.
pub async fn gather<G: Gathering>(mut gathering: G) -> Result<Slot<G::Whole>, StoreError> {
    let slot = Slot(Arc::default());
    if slot.fill(gathering.go_on().await?) {
        return Ok(slot);
    }
    let filling = slot.clone();
    tokio::spawn(async move {
        while Arc::strong_count(&filling.0) > 1 {
            let turn = TURN.acquire().await;
            let gathered = gathering.go_on().await;
            drop(turn);
            match gathered {
                Ok(gathered) => {
                    if filling.fill(gathered) {
                        return;
                    }
                }
                Err(why) => {
                    tracing::warn!(error = %why, "cannot read on; trying again");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        }
    });
    Ok(slot)
}
