//! Answers that were given before. The same bytes asked in the same state have the same answer: it is kept, and given
//! again without being read, priced or carried out.

use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::graphql::{Pieces, Pin};

/// Bytes of answers that are kept.
const KEPT: u64 = 32 * 1024 * 1024;
/// Bytes of one at most.
const LONGEST: usize = 24 * 1024 * 1024;

/// Where an answer is kept: what was asked, in which form, and of which state.
pub type Place = [u8; 32];

/// An answer without an error.
#[derive(Clone)]
pub struct Given {
    /// Its JSON.
    pub json: Pieces,
    /// Name of the operation.
    pub name: Option<String>,
}

/// The answers that were given last.
#[derive(Clone)]
pub struct Answers(Cache<Place, Given>);

impl Default for Answers {
    fn default() -> Self {
        let weigh = |_: &Place, given: &Given| u32::try_from(given.json.length() + 256).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(KEPT).weigher(weigh).build())
    }
}

impl Answers {
    /// Where the answer to a question is kept. It depends on the state that is read and, for what asks for a moment, on
    /// nothing else: a moment that has not come is no answer.
    pub fn place(pin: &Pin, door: &str, asked: &[u8]) -> Place {
        let state = format!("{door} {} {} {}\n", pin.revision().number, pin.revision().digest, pin.on());
        Sha256::new().chain_update(state).chain_update(asked).finalize().into()
    }

    /// The answer, if it was given before.
    pub fn get(&self, place: &Place) -> Option<Given> {
        self.0.get(place)
    }

    /// Keeps an answer.
    pub fn keep(&self, place: Place, given: Given) {
        if given.json.length() <= LONGEST {
            self.0.insert(place, given);
        }
    }
}
