//! The rows that an import brings to one table, in the order of their keys, without holding them unpacked.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use super::arena::Arena;
use super::version::{Content, Family, Version};
use crate::domain::{Package, Rows};
use crate::package::on_all_cores;

/// Where a row stands in the packages of an import.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    package: u16,
    /// The table of the package; [`PACKAGE`] for the package itself.
    table: u16,
    row: u32,
}

const PACKAGE: u16 = u16::MAX;

/// A row that an import brings.
pub(super) struct New<'a> {
    /// The package that brings it.
    pub(super) package: &'a str,
    pub(super) content: Content,
}

impl New<'_> {
    /// Its key; packages are known by their names.
    pub(super) fn key(&self) -> String {
        match &self.content {
            Content::Record(record) => record.key(),
            _ => self.package.to_owned(),
        }
    }
}

impl Place {
    /// The row that stands there.
    pub(super) fn read(self, packages: &[Package]) -> New<'_> {
        let package = &packages[usize::from(self.package)];
        let content = if self.table == PACKAGE {
            Content::Package { title: package.title.clone(), version: package.version.clone() }
        } else {
            Content::Record(package.tables[usize::from(self.table)].get(self.row as usize))
        };
        New { package: &package.name, content }
    }

    /// The key of the row that stands there.
    pub(super) fn key(self, packages: &[Package]) -> String {
        let package = &packages[usize::from(self.package)];
        match self.table {
            PACKAGE => package.name.clone(),
            table => package.tables[usize::from(table)].key(self.row as usize),
        }
    }
}

/// The rows that an import brings to one table. There can be millions, so their keys are held without a gap.
pub(super) struct Brought<'a> {
    packages: &'a [Package],
    /// Where rows that come one after another begin, among all and in their table.
    runs: Vec<(u32, Place)>,
    /// The keys of all rows, as they come.
    keys: Arena,
    /// The rows in the order of their keys.
    order: Vec<u32>,
    /// Those that the database already holds as they are, in that order.
    held: Vec<bool>,
}

impl<'a> Brought<'a> {
    /// The rows of packages that belong to a table, or the key that stands there twice.
    pub(super) fn of(family: Family, packages: &'a [Package]) -> Result<Self, String> {
        let mut brought =
            Self { packages, runs: Vec::new(), keys: Arena::default(), order: Vec::new(), held: Vec::new() };
        for (package, held) in (0..).zip(packages) {
            if matches!(family, Family::Packages) {
                brought.begin(Place { package, table: PACKAGE, row: 0 });
                brought.keys.push(&held.name);
            }
            for (table, rows) in (0..).zip(&held.tables).filter(|(_, rows)| rows.table().name == family.name()) {
                brought.begin(Place { package, table, row: 0 });
                brought.keys.reserve(rows.len(), key_bytes(rows));
                add_keys(&mut brought.keys, rows);
            }
        }
        let mut order: Vec<u32> = (0..brought.keys.len()).collect();
        let key = |row: &u32| brought.keys.get(*row);
        let by_key = |a: &u32, b: &u32| key(a).cmp(key(b));
        let (first, second) = order.split_at_mut(brought.keys.len() as usize / 2);
        std::thread::scope(|threads| {
            threads.spawn(|| first.sort_by(by_key));
            second.sort_by(by_key);
        });
        // Two runs that are in order are only merged.
        order.sort_by(by_key);
        let twice = order.windows(2).find(|pair| key(&pair[0]) == key(&pair[1]));
        twice.map_or(Ok(()), |pair| Err(key(&pair[0]).to_owned()))?;
        Ok(Self { held: vec![false; order.len()], order, ..brought })
    }

    fn begin(&mut self, first: Place) {
        self.runs.push((self.keys.len(), first));
    }

    fn place(&self, row: u32) -> Place {
        let run = self.runs.partition_point(|(begin, _)| *begin <= row) - 1;
        let (begin, first) = self.runs[run];
        Place { row: row - begin, ..first }
    }

    /// Whether a living row is brought again just as it is. It need not be written then.
    pub(super) fn takes_over(&mut self, old: &Version) -> bool {
        let Ok(at) = self.order.binary_search_by(|row| self.keys.get(*row).cmp(&old.key)) else { return false };
        let new = self.place(self.order[at]).read(self.packages);
        self.held[at] = old.package.as_deref() == Some(new.package) && new.content.differs(&old.content).is_none();
        self.held[at]
    }

    /// The rows that are to be written, in the order of keys.
    pub(super) fn rest(mut self) -> Vec<Place> {
        // Of millions there is no room for keys beside places.
        self.keys = Arena::default();
        let rest = self.order.iter().zip(&self.held).filter(|(_, held)| !**held);
        let mut places = Vec::with_capacity(self.held.iter().filter(|held| !**held).count());
        places.extend(rest.map(|(row, _)| self.place(*row)));
        places
    }
}

/// Rows whose keys are made together.
const SOME: usize = 8_192;

/// Adds the keys of all rows in their order. They are made on all cores, by each in one place that it fills again and
/// again: there is no room for keys beside the keys.
fn add_keys(keys: &mut Arena, rows: &Rows) {
    let parts = rows.len().div_ceil(SOME);
    let next = AtomicUsize::new(0);
    let (turn, passed) = (Mutex::new((0, keys)), Condvar::new());
    on_all_cores(parts, || {
        let mut some = Arena::default();
        loop {
            let part = next.fetch_add(1, Ordering::Relaxed);
            if part >= parts {
                break;
            }
            some.clear();
            (part * SOME..rows.len().min((part + 1) * SOME)).for_each(|row| some.push(&rows.key(row)));
            let waiting = turn.lock().unwrap_or_else(PoisonError::into_inner);
            let waited = passed.wait_while(waiting, |(added, _)| *added < part);
            let (added, keys) = &mut *waited.unwrap_or_else(PoisonError::into_inner);
            keys.append(&some);
            *added += 1;
            passed.notify_all();
        }
    });
}

/// About as many bytes as the keys of some rows have, rather more.
fn key_bytes(rows: &Rows) -> usize {
    const LOOKED_AT: usize = 1_000;
    let some = (0..rows.len()).step_by(rows.len() / LOOKED_AT + 1);
    let (seen, bytes) = some.fold((0, 0), |(seen, bytes), row| (seen + 1, bytes + rows.key(row).len()));
    bytes * (rows.len() + rows.len() / 20) / seen.max(1)
}
