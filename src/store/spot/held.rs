//! All facts of a kind as points, in memory: what a tile of many takes is then a walk over a few runs of a list, where a
//! database looks each row up. Texts stand there once, as tiles have them.

use std::ops::Range;

use super::{Heap, Spot, all_statement, read};
use crate::domain::Point;
use crate::geometry::Bbox;
use crate::geometry::tile::{Grid, Texts};
use crate::store::area::Located;
use crate::store::columns::grid_cell;
use crate::store::search::cells;
use crate::store::{Gathered, Gathering, Store, StoreError};

/// Facts that are held, at most: some 100 MB.
pub const MOST_HELD: usize = 1_000_000;

/// A fact where it stands.
#[derive(Debug, Clone, Copy)]
pub struct Held {
    /// Permanent id.
    pub id: i64,
    /// Where.
    pub at: Point,
    /// Source.
    pub document: i64,
    /// Places of its code, name, English name and stage among the texts, counted from 1; 0 where it has none.
    texts: [u32; 4],
}

impl Held {
    /// Places of its code, name, English name and stage among the texts.
    pub fn texts(&self) -> [Option<u32>; 4] {
        self.texts.map(|place| place.checked_sub(1))
    }

    fn cell(&self) -> i64 {
        grid_cell(self.at)
    }
}

/// Facts of a kind.
#[derive(Default)]
pub struct Spots {
    /// In the order of their cells, and of ids in a cell.
    all: Vec<Held>,
    texts: Texts,
}

impl Spots {
    /// These.
    ///
    /// # Errors
    /// When their texts are more than one address can tell.
    pub fn of(spots: Vec<Spot>) -> Result<Self, StoreError> {
        let mut found = Self::default();
        spots.into_iter().try_for_each(|spot| found.push(&spot))?;
        Ok(found.settled())
    }

    fn push(&mut self, spot: &Spot) -> Result<(), StoreError> {
        let mut enter = |text: Option<&str>| match text {
            Some(text) => self.texts.enter(text).map(|place| place + 1).ok_or(StoreError::Damaged),
            None => Ok(0),
        };
        let texts = [
            enter(Some(&spot.code))?,
            enter(Some(&spot.name))?,
            enter(spot.name_en.as_deref())?,
            enter(spot.stage.as_deref())?,
        ];
        let Spot { id, at, document, .. } = *spot;
        self.all.push(Held { id, at, document, texts });
        Ok(())
    }

    fn settled(mut self) -> Self {
        self.all.sort_unstable_by_key(|spot| (spot.cell(), spot.id));
        self.all.shrink_to_fit();
        self.texts.settle();
        self
    }

    /// Their texts.
    pub const fn texts(&self) -> &Texts {
        &self.texts
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &Held> {
        self.all.iter()
    }

    /// Those in a box.
    pub fn within(&self, frame: &Bbox) -> Vec<&Held> {
        let from = |cell: i64| self.all.partition_point(|spot| spot.cell() < cell);
        let run = |(first, last): (i64, i64)| -> Range<usize> { from(first)..from(last + 1) };
        let runs = cells(frame).into_iter().map(run);
        runs.flat_map(|run| self.all.get(run).unwrap_or_default()).filter(|spot| frame.contains(spot.at)).collect()
    }
}

/// Facts heaped by the cells of a grid, as the database does it: from the north-west cell on, row by row. `sample` tells
/// the documents that are made up.
pub fn heaped(spots: &[&Held], grid: &Grid, sample: impl Fn(i64) -> bool) -> Vec<Heap> {
    struct Sums {
        heap: Heap,
        x: i64,
        y: i64,
    }
    let mut heaps = std::collections::BTreeMap::<(usize, i64), Sums>::new();
    for Held { id, at, document, .. } in spots {
        let column = (i64::from(at.x) + 1_800_000_000) * grid.columns / 3_600_000_000;
        // Latitudes of rows fall.
        let row = grid.rows.partition_point(|start| at.y <= *start);
        let (x, y) = (i64::from(at.x), i64::from(at.y));
        let made_up = i64::from(sample(*document));
        let frame = Bbox { min: *at, max: *at };
        heaps
            .entry((row, column))
            .and_modify(|sums| {
                sums.heap.count += 1;
                sums.heap.sample += made_up;
                sums.heap.first = sums.heap.first.min(*id);
                sums.heap.frame = sums.heap.frame.with(&frame);
                (sums.x, sums.y) = (sums.x + x, sums.y + y);
            })
            .or_insert(Sums { heap: Heap { count: 1, sample: made_up, first: *id, middle: *at, frame }, x, y });
    }
    // The mean of what lies in the world does.
    let mean = |sum: i64, count: i64| (sum / count) as i32;
    let middle = |sums: &Sums| Point { x: mean(sums.x, sums.heap.count), y: mean(sums.y, sums.heap.count) };
    heaps.into_values().map(|sums| Heap { middle: middle(&sums), ..sums.heap }).collect()
}

/// Reads them, some at a time.
pub struct Reading {
    store: Store,
    at: i32,
    located: Located,
    some: u64,
    spots: Spots,
    /// The last id that was read.
    after: i64,
}

impl Reading {
    /// Of a revision, so many at a time; nothing is read yet.
    pub fn new(store: &Store, at: i32, located: Located, some: u64) -> Self {
        Self { store: store.clone(), at, located, some, spots: Spots::default(), after: 0 }
    }
}

impl Gathering for Reading {
    type Whole = Spots;

    async fn go_on(&mut self) -> Result<Gathered<Spots>, StoreError> {
        let select = all_statement(self.at, self.located, self.after, self.some);
        let rows = self.store.db.rows(&select).await?;
        let read = rows.iter().map(|row| read(row, self.located)).collect::<Result<Vec<_>, _>>()?;
        self.after = read.last().map_or(self.after, |spot| spot.id);
        // Texts that are too long stay so: trying again would leave some out.
        if read.iter().try_for_each(|spot| self.spots.push(spot)).is_err() {
            return Ok(Gathered::TooMany);
        }
        Ok(match rows.len() as u64 == self.some {
            true if self.spots.all.len() >= MOST_HELD => Gathered::TooMany,
            true => Gathered::More,
            false => Gathered::All(std::mem::take(&mut self.spots).settled()),
        })
    }
}
