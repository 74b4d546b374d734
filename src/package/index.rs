//! All keys of the packages read together, and what the database already knows.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::problem::{Fault, MOST_SUGGESTIONS, Problem};
use super::sheet::Sheet;
use super::{Draft, Known};
use crate::domain::{Kind, Record, Unit, nearest, tables, unit};

/// Where a row stands: sheet of the table, row.
type Place = (u32, u32);

/// The rows of a table by key. A key is read where its row stands: of millions there is no room for two.
#[derive(Default)]
struct Keys<'a> {
    /// Its sheets, with the packages that they belong to.
    sheets: Vec<(&'a Draft, &'a Sheet)>,
    places: HashTable<Place>,
    hasher: RandomState,
}

impl<'a> Keys<'a> {
    fn key(&self, (sheet, at): Place) -> String {
        self.sheets[sheet as usize].1.rows.key(at as usize)
    }

    fn get(&self, key: &str) -> Option<Place> {
        self.places.find(self.hasher.hash_one(key), |place| self.key(*place) == key).copied()
    }

    fn record(&self, (sheet, at): Place) -> Record {
        self.sheets[sheet as usize].1.rows.get(at as usize)
    }

    /// Makes room for the rows of one more sheet; says which sheet of the table it is.
    fn expect(&mut self, draft: &'a Draft, sheet: &'a Sheet) -> u32 {
        let of = u32::try_from(self.sheets.len()).unwrap_or(u32::MAX);
        self.sheets.push((draft, sheet));
        let Self { sheets, places, hasher } = self;
        let hash = |(of, at): &Place| hasher.hash_one(sheets[*of as usize].1.rows.key(*at as usize));
        places.reserve(sheet.rows.len(), hash);
        of
    }

    /// Takes in a row of a sheet that was expected, or says which has the key already.
    fn insert(&mut self, key: &str, place: Place) -> Option<Place> {
        let Self { sheets, places, hasher } = self;
        let key_of = |(of, at): &Place| sheets[*of as usize].1.rows.key(*at as usize);
        match places.entry(hasher.hash_one(key), |place| key_of(place) == key, |place| hasher.hash_one(key_of(place))) {
            Entry::Occupied(first) => Some(*first.get()),
            Entry::Vacant(room) => {
                room.insert(place);
                None
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = String> {
        self.places.iter().map(|place| self.key(*place))
    }
}

/// Every row that a reference may find.
pub(super) struct Index<'a> {
    known: &'a dyn Known,
    /// Packages being read: what the database holds of them is about to be replaced.
    packages: HashSet<&'a str>,
    rows: HashMap<&'static str, Keys<'a>>,
    /// Tables that could not be read whole: nothing can be said about what they lack.
    unread: BTreeSet<&'static str>,
    suggestions: AtomicUsize,
    /// Units of indicators that were asked for.
    units: RwLock<HashMap<String, Option<&'static Unit>>>,
}

impl<'a> Index<'a> {
    /// Indexes the rows and reports every key that is taken.
    pub fn new(drafts: &'a [Draft], known: &'a dyn Known, problems: &mut Vec<Problem>) -> Self {
        let mut index = Self {
            known,
            packages: drafts.iter().map(|draft| draft.name.as_str()).collect(),
            rows: HashMap::new(),
            unread: drafts.iter().flat_map(|draft| draft.unread.iter().copied()).collect(),
            suggestions: AtomicUsize::new(0),
            units: RwLock::default(),
        };
        for (draft, sheet) in drafts.iter().flat_map(|draft| draft.sheets.iter().map(move |sheet| (draft, sheet))) {
            let keys = index.rows.entry(sheet.table().name).or_default();
            let of = keys.expect(draft, sheet);
            for (number, at) in (0..).zip(0..sheet.rows.len()) {
                if let Some(key) = sheet.key(at) {
                    index.insert(draft, sheet, &key, (of, number), problems);
                }
            }
        }
        index
    }

    fn insert(&mut self, draft: &Draft, sheet: &Sheet, key: &str, place: Place, problems: &mut Vec<Problem>) {
        let column = key_column(sheet);
        let line = || sheet.line(place.1 as usize);
        if let Some(owner) = self.known.owner(sheet.table().name, key)
            && !self.packages.contains(owner.as_str())
        {
            let fault = Fault::new("key-held", key, format!("≠ {owner}")).say(
                format!("主键已属于数据包“{owner}”:换一个代码,或在该数据包中修改这一行。"),
                format!("The key is held by package «{owner}»: choose another, or change the row in that package."),
            );
            problems.push(sheet.fault(&line(), column, fault));
        }
        let Some(keys) = self.rows.get_mut(sheet.table().name) else { return };
        let Some((of, at)) = keys.insert(key, place) else { return };
        let (holder, first) = keys.sheets[of as usize];
        let row = first.line(at as usize).number;
        let fault = if std::ptr::eq(holder, draft) {
            Fault::new("duplicate-key", key, format!("{key} ×1")).say(
                format!("主键与第 {row} 行重复:合并两行或更改代码。"),
                format!("The key stands in row {row} already: merge the rows or change the code."),
            )
        } else {
            Fault::new("key-held", key, format!("≠ {}", holder.name)).say(
                format!("主键已属于数据包“{}”({} 第 {row} 行)。", holder.name, first.file),
                format!("The key is held by package «{}» ({}, row {row}).", holder.name, first.file),
            )
        };
        problems.push(sheet.fault(&line(), column, fault));
    }

    /// The row of a key among the packages read.
    pub fn row(&self, table: &str, key: &str) -> Option<Record> {
        let keys = self.rows.get(table)?;
        keys.get(key).map(|place| keys.record(place))
    }

    /// Whether a row of this key exists once the packages are imported.
    pub fn holds(&self, table: &str, key: &str) -> bool {
        self.rows.get(table).is_some_and(|keys| keys.get(key).is_some())
            || self.unread.contains(table)
            || self.known.owner(table, key).is_some_and(|owner| !self.packages.contains(owner.as_str()))
    }

    /// The unit in which an indicator is stated, here or in the database.
    pub fn unit_of(&self, indicator: &str) -> Option<&'static Unit> {
        if let Some(known) = self.units.read().unwrap_or_else(PoisonError::into_inner).get(indicator) {
            return *known;
        }
        let code = match self.row("indicators", indicator) {
            Some(row) => row.text("unit").map(str::to_owned),
            None => self.known.unit_of(indicator),
        };
        let found = code.and_then(|code| unit(&code));
        self.units.write().unwrap_or_else(PoisonError::into_inner).insert(indicator.to_owned(), found);
        found
    }

    /// What the writer of an unknown code may have meant: the code of that name, or the nearest code.
    pub fn meant(&self, table: &str, code: &str) -> Option<String> {
        if self.suggestions.fetch_add(1, Ordering::Relaxed) >= MOST_SUGGESTIONS {
            return None;
        }
        let keys = self.rows.get(table)?;
        let named = keys.places.iter().find(|place| {
            let row = keys.record(**place);
            row.text("name") == Some(code) || row.text("title") == Some(code)
        });
        let tail = || keys.all().find(|key| key.rsplit_once('/').is_some_and(|(_, tail)| tail == code));
        let near = || {
            let some: Vec<String> = keys.all().take(20_000).collect();
            nearest(code, some.iter().map(String::as_str)).map(str::to_owned)
        };
        named.map(|place| keys.key(*place)).or_else(tail).or_else(near)
    }

    /// Another kind under which the code exists.
    pub fn other_kind(&self, code: &str) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| self.row(kind.table(), code).is_some())
    }
}

/// The column that a problem with a key points to: the last of the key, which tells rows apart.
fn key_column(sheet: &Sheet) -> &'static str {
    sheet.table().key.last().map_or("", |at| sheet.table().fields[*at].name)
}

/// Whether rows of a table belong to a plan: their key is `plan` and a code or number.
pub(super) fn is_plan_scoped(table: &str) -> bool {
    tables().iter().any(|t| t.name == table && t.key.len() == 2 && t.fields[t.key[0]].name == "plan")
}
