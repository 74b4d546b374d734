//! The rows that an import brings to one table, in the order of their keys, without holding them unpacked.

use super::version::{Content, Family, Version};
use crate::domain::Package;

/// Where a row stands in the packages of an import.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    package: u32,
    /// The table of the package and the row in it; none for the package itself.
    row: Option<(u32, u32)>,
}

/// A row that an import brings.
pub(super) struct New<'a> {
    pub(super) key: String,
    /// The package that brings it.
    pub(super) package: &'a str,
    pub(super) content: Content,
}

impl Place {
    /// The row that stands there.
    pub(super) fn read(self, packages: &[Package]) -> New<'_> {
        let package = &packages[self.package as usize];
        let (key, content) = match self.row {
            None => {
                let (title, version) = (package.title.clone(), package.version.clone());
                (package.name.clone(), Content::Package { title, version })
            }
            Some((table, row)) => {
                let record = package.tables[table as usize].get(row as usize);
                (record.key(), Content::Record(record))
            }
        };
        New { key, package: &package.name, content }
    }

    fn key(self, packages: &[Package]) -> String {
        let package = &packages[self.package as usize];
        self.row.map_or_else(|| package.name.clone(), |(table, row)| package.tables[table as usize].key(row as usize))
    }
}

/// The rows that an import brings to one table.
pub(super) struct Brought<'a> {
    packages: &'a [Package],
    /// In the order of keys.
    places: Vec<Place>,
    /// The key of each of them, as its range in `text`.
    keys: Vec<(usize, usize)>,
    text: String,
    /// Those that the database already holds as they are.
    held: Vec<bool>,
}

impl<'a> Brought<'a> {
    /// The rows of packages that belong to a table, or the key that stands there twice.
    pub(super) fn of(family: Family, packages: &'a [Package]) -> Result<Self, String> {
        let mut places = Vec::new();
        for (package, held) in (0..).zip(packages) {
            if matches!(family, Family::Packages) {
                places.push(Place { package, row: None });
            }
            for (table, rows) in (0..).zip(&held.tables).filter(|(_, rows)| rows.table().name == family.name()) {
                places.extend((0..).take(rows.len()).map(|row| Place { package, row: Some((table, row)) }));
            }
        }
        let mut text = String::new();
        let mut ordered: Vec<((usize, usize), Place)> = Vec::with_capacity(places.len());
        for place in places {
            let from = text.len();
            text.push_str(&place.key(packages));
            ordered.push(((from, text.len()), place));
        }
        ordered.sort_unstable_by(|((a, b), _), ((c, d), _)| text[*a..*b].cmp(&text[*c..*d]));
        let (keys, places): (Vec<_>, Vec<_>) = ordered.into_iter().unzip();
        let brought = Self { packages, held: vec![false; places.len()], places, keys, text };
        let twice = (1..brought.keys.len()).find(|at| brought.key(*at) == brought.key(at - 1));
        twice.map_or(Ok(()), |at| Err(brought.key(at).to_owned()))?;
        Ok(brought)
    }

    fn key(&self, at: usize) -> &str {
        let (from, to) = self.keys[at];
        &self.text[from..to]
    }

    /// Whether a living row is brought again just as it is. It need not be written then.
    pub(super) fn takes_over(&mut self, old: &Version) -> bool {
        let found = self.keys.binary_search_by(|(from, to)| self.text[*from..*to].cmp(&old.key));
        let Ok(at) = found else { return false };
        let new = self.places[at].read(self.packages);
        self.held[at] = old.package.as_deref() == Some(new.package) && new.content.differs(&old.content).is_none();
        self.held[at]
    }

    /// The rows that are to be written, in the order of keys.
    pub(super) fn rest(self) -> Vec<Place> {
        self.places.into_iter().zip(self.held).filter(|(_, held)| !held).map(|(place, _)| place).collect()
    }
}
