//! The identities that an import meets, by kind and code.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;
use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::arena::Arena;

/// Ids by kind and code; none yet of what has not been met.
#[derive(Default)]
pub(super) struct Identities(BTreeMap<String, Codes>);

impl Identities {
    /// Takes note of an identity.
    pub(super) fn want(&mut self, kind: &str, code: &str) {
        match self.0.get_mut(kind) {
            Some(codes) => codes.want(code),
            None => self.0.entry(kind.to_owned()).or_default().want(code),
        }
    }

    /// Takes note of what others have noted; none may have been numbered.
    pub(super) fn with(mut self, others: Self) -> Self {
        for (kind, others) in others.0 {
            match self.0.entry(kind) {
                MapEntry::Vacant(room) => drop(room.insert(others)),
                MapEntry::Occupied(mut codes) => others.all().for_each(|code| codes.get_mut().want(code)),
            }
        }
        self
    }

    /// The id of an identity that was numbered.
    pub(super) fn find(&self, kind: &str, code: &str) -> Option<i64> {
        self.0.get(kind)?.find(code)
    }

    /// Numbers what has no id; says whether it had none.
    pub(super) fn number(&mut self, kind: &str, code: &str, id: i64) -> bool {
        self.0.get_mut(kind).is_some_and(|codes| codes.number(code, id))
    }

    /// The codes noted, by kind.
    pub(super) fn kinds(&mut self) -> impl Iterator<Item = (&String, &mut Codes)> {
        self.0.iter_mut()
    }
}

/// Codes of one kind.
#[derive(Default)]
pub(super) struct Codes {
    codes: Arena,
    /// The id of each code; 0 while it has none.
    ids: Vec<i64>,
    places: HashTable<u32>,
    hasher: RandomState,
}

impl Codes {
    /// The codes, in the order in which they were met.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.codes.iter()
    }

    /// Numbers a code that was met and has no id; says whether it had none.
    pub(super) fn number(&mut self, code: &str, id: i64) -> bool {
        let known = self.place(code).and_then(|at| self.ids.get_mut(at as usize));
        known.filter(|known| **known == 0).map(|known| *known = id).is_some()
    }

    fn place(&self, code: &str) -> Option<u32> {
        self.places.find(self.hasher.hash_one(code), |at| self.codes.get(*at) == code).copied()
    }

    fn find(&self, code: &str) -> Option<i64> {
        self.place(code).map(|at| self.ids[at as usize]).filter(|id| *id != 0)
    }

    fn want(&mut self, code: &str) {
        let Self { codes, ids, places, hasher } = self;
        let hash = |at: &u32| hasher.hash_one(codes.get(*at));
        if let Entry::Vacant(room) = places.entry(hasher.hash_one(code), |at| codes.get(*at) == code, hash) {
            room.insert(codes.len());
            codes.push(code);
            ids.push(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_numbered_once_and_found_under_its_kind() {
        let mut ids = Identities::default();
        for code in ["a", "bc", "a", ""] {
            ids.want("ZONE", code);
        }
        ids.want("TASK", "a");
        assert_eq!(ids.kinds().map(|(_, codes)| codes.all().count()).collect::<Vec<_>>(), [1, 3]);
        assert!(ids.number("ZONE", "bc", 7) && !ids.number("ZONE", "bc", 8) && !ids.number("ZONE", "d", 9));
        assert_eq!((ids.find("ZONE", "bc"), ids.find("ZONE", "a"), ids.find("TASK", "bc")), (Some(7), None, None));
    }
}
