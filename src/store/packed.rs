//! Rows of a table in memory, as the database has them but packed: rows that stand beside each other say mostly the same,
//! so each is written as what it says differently from the one before. A country's millions of figures take some twenty
//! bytes each, and looking a few of them up takes a small part of what a database takes. Versions that have ended are there
//! too, so one copy answers for every revision up to the one that it was read at.

use std::sync::Arc;

use sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use serde::{Deserialize, Serialize};

use super::db::{Cell, Row as DbRow, Value};
use super::{Gathered, Gathering, Store, StoreError};

/// Bytes that are held of a table, at most.
const MOST: usize = 96 << 20;

/// What is held of a table.
#[derive(Debug)]
pub(super) struct Source {
    /// Its name in SQL.
    pub(super) sql: &'static str,
    /// Columns, none of which holds bytes.
    pub(super) columns: &'static [&'static str],
    /// Places of those in whose order rows stand; they always hold something. By the first two, which are numbers, rows
    /// are looked up.
    pub(super) order: &'static [usize],
    /// Places of the revisions that began a row and ended it.
    pub(super) life: [usize; 2],
    /// Each of so many is written whole: few where rows are looked up one by one and have little in common.
    pub(super) block: usize,
}

/// What rows are looked up by.
pub(super) type Key = (i64, i64);

impl Source {
    fn key(&self, number: impl Fn(usize) -> i64) -> Key {
        (number(self.order[0]), number(self.order[1]))
    }
}

/// Rows of a table in the order of their keys.
pub struct Packed {
    source: &'static Source,
    chunks: Vec<Arc<[u8]>>,
    blocks: Vec<Block>,
    bytes: usize,
}

/// Rows that can be read without those before.
struct Block {
    first: Key,
    chunk: u32,
    /// Where it begins in its chunk.
    at: u32,
}

/// What a row says in a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Nothing,
    Int(i64),
    /// Where it begins and ends in the chunk.
    Text(u32, u32),
}

/// A row as it is gone past.
pub(super) struct Passed<'a> {
    source: &'static Source,
    chunk: &'a Arc<[u8]>,
    parts: Vec<Part>,
}

/// A row of its own.
pub(super) struct Row {
    chunk: Arc<[u8]>,
    parts: Box<[Part]>,
}

impl Row {
    /// What a column says; none where there is no such column.
    pub(super) fn value(&self, column: usize) -> Option<Value<'_>> {
        Some(match *self.parts.get(column)? {
            Part::Nothing => Value::Null,
            Part::Int(number) => Value::Int(number),
            Part::Text(from, to) => Value::Text(text(&self.chunk, from, to)?),
        })
    }
}

fn text(chunk: &[u8], from: u32, to: u32) -> Option<&str> {
    std::str::from_utf8(chunk.get(from as usize..to as usize)?).ok()
}

impl Packed {
    /// Goes past the rows of some keys, both ends included, that a revision holds.
    pub(super) fn each(&self, revision: i32, from: Key, to: Key, mut take: impl FnMut(&Passed<'_>)) {
        let start = self.blocks.partition_point(|block| block.first < from).saturating_sub(1);
        let Some(chunk) = self.chunks.first() else { return };
        let mut row = Passed { source: self.source, chunk, parts: Vec::new() };
        for (number, block) in (start..).zip(&self.blocks[start..]) {
            if block.first > to {
                return;
            }
            row.chunk = &self.chunks[block.chunk as usize];
            let next = self.blocks.get(number + 1).filter(|next| next.chunk == block.chunk);
            let end = next.map_or(row.chunk.len(), |next| next.at as usize);
            row.parts.clear();
            row.parts.resize(self.source.columns.len(), Part::Nothing);
            let mut at = block.at as usize;
            while at < end {
                let Some(after) = row.read(at) else { return };
                at = after;
                let key = row.key();
                if key > to {
                    return;
                }
                if key >= from && row.is_held(revision) {
                    take(&row);
                }
            }
        }
    }

    fn push(&mut self, rows: &[Vec<Cell>]) -> Option<()> {
        let chunk = u32::try_from(self.chunks.len()).ok()?;
        let int = |cell: &Cell| if let Cell::Int(number) = cell { *number } else { 0 };
        let mut bytes = Vec::new();
        let nothing = vec![Cell::Null; self.source.columns.len()];
        let mut before = &nothing;
        for (number, row) in rows.iter().enumerate() {
            if number % self.source.block == 0 {
                let first = self.source.key(|column| int(&row[column]));
                self.blocks.push(Block { first, chunk, at: u32::try_from(bytes.len()).ok()? });
                before = &nothing;
            }
            write(before, row, &mut bytes)?;
            before = row;
        }
        self.bytes += bytes.len();
        self.chunks.push(bytes.into());
        (self.bytes <= MOST).then_some(())
    }
}

impl Passed<'_> {
    /// The number in a column, where there is one.
    pub(super) fn int(&self, column: usize) -> Option<i64> {
        match self.parts.get(column) {
            Some(Part::Int(number)) => Some(*number),
            _ => None,
        }
    }

    /// Whether a column says just this.
    pub(super) fn says(&self, column: usize, words: &str) -> bool {
        match self.parts.get(column) {
            Some(Part::Text(from, to)) => text(self.chunk, *from, *to) == Some(words),
            _ => false,
        }
    }

    /// The row as the database gives it.
    pub(super) fn row(&self) -> DbRow {
        DbRow::Packed(Row { chunk: Arc::clone(self.chunk), parts: self.parts.as_slice().into() })
    }

    fn key(&self) -> Key {
        self.source.key(|column| self.int(column).unwrap_or_default())
    }

    fn is_held(&self, revision: i32) -> bool {
        let [since, until] = self.source.life.map(|column| self.int(column).unwrap_or_default());
        (since..until).contains(&i64::from(revision))
    }

    /// Becomes the row that is written at a place of the chunk; where the next one is.
    fn read(&mut self, at: usize) -> Option<usize> {
        let chunk = &**self.chunk;
        let mut bytes = chunk.get(at..)?;
        let mut differs: u64 = take(&mut bytes)?;
        while differs != 0 {
            let part = self.parts.get_mut(differs.trailing_zeros() as usize)?;
            differs &= differs - 1;
            *part = match take::<u64>(&mut bytes)? {
                0 => Part::Nothing,
                1 => {
                    let before = if let Part::Int(before) = *part { before } else { 0 };
                    Part::Int(before.wrapping_add(take(&mut bytes)?))
                }
                long => {
                    let from = chunk.len() - bytes.len();
                    bytes = bytes.get(long as usize - 2..)?;
                    Part::Text(from as u32, (chunk.len() - bytes.len()) as u32)
                }
            };
        }
        Some(chunk.len() - bytes.len())
    }
}

/// Writes in what a row differs from the one before; none where it holds bytes.
fn write(before: &[Cell], row: &[Cell], out: &mut Vec<u8>) -> Option<()> {
    let differs = |(column, (old, new)): (u32, (&Cell, &Cell))| u64::from(old != new) << column;
    put(&(0..).zip(before.iter().zip(row)).map(differs).sum::<u64>(), out);
    for (old, new) in before.iter().zip(row).filter(|(old, new)| old != new) {
        match new {
            Cell::Null => put(&0_u64, out),
            Cell::Int(new) => {
                let step = new.wrapping_sub(if let Cell::Int(old) = old { *old } else { 0 });
                put(&1_u64, out);
                put(&step, out);
            }
            Cell::Text(text) => {
                put(&(text.len() as u64 + 2), out);
                out.extend_from_slice(text.as_bytes());
            }
            Cell::Bytes(_) => return None,
        }
    }
    Some(())
}

/// Writes a number, small ones short.
fn put(number: &impl Serialize, out: &mut Vec<u8>) {
    // Memory is the only thing that could fail.
    *out = postcard::to_extend(number, std::mem::take(out)).unwrap_or_default();
}

fn take<'a, T: Deserialize<'a>>(bytes: &mut &'a [u8]) -> Option<T> {
    let (number, rest) = postcard::take_from_bytes(bytes).ok()?;
    *bytes = rest;
    Some(number)
}

/// Reads the rows of a table, some at a time.
pub struct Packing {
    store: Store,
    through: i32,
    some: u64,
    packed: Packed,
    /// The values that the last row stands by.
    after: Option<Vec<Cell>>,
}

impl Packing {
    /// Of all revisions through one, so many rows at a time; nothing is read yet.
    pub(super) fn new(store: &Store, source: &'static Source, through: i32, some: u64) -> Self {
        let packed = Packed { source, chunks: Vec::new(), blocks: Vec::new(), bytes: 0 };
        Self { store: store.clone(), through, some, packed, after: None }
    }
}

impl Gathering for Packing {
    type Whole = Packed;

    async fn go_on(&mut self) -> Result<Gathered<Packed>, StoreError> {
        let source = self.packed.source;
        let select = statement(source, self.through, self.after.as_deref(), self.some);
        let rows = self.store.db.rows(&select).await?;
        let rows = rows.into_iter().map(DbRow::cells).collect::<Result<Vec<_>, _>>()?;
        if self.packed.push(&rows).is_none() {
            return Ok(Gathered::TooMany);
        }
        if rows.len() as u64 == self.some {
            self.after = rows.last().map(|row| source.order.iter().map(|column| row[*column].clone()).collect());
            return Ok(Gathered::More);
        }
        self.packed.blocks.shrink_to_fit();
        let nothing = Packed { source, chunks: Vec::new(), blocks: Vec::new(), bytes: 0 };
        Ok(Gathered::All(std::mem::replace(&mut self.packed, nothing)))
    }
}

pub(super) fn statement(source: &Source, through: i32, after: Option<&[Cell]>, some: u64) -> SelectStatement {
    let mut select = Query::select();
    select
        .columns(source.columns.iter().map(|column| ("p", *column)))
        .from_as(source.sql, "p")
        .and_where(Expr::col(("p", "rev_from")).lte(i64::from(through)));
    let order = source.order.iter().map(|column| ("p", source.columns[*column]));
    if let Some(after) = after {
        let last = after.iter().map(|cell| match cell {
            Cell::Int(number) => Expr::val(*number),
            Cell::Text(text) => Expr::val(text.as_str()),
            Cell::Null | Cell::Bytes(_) => Expr::null(),
        });
        select.and_where(Expr::tuple(order.clone().map(Expr::col)).gt(Expr::tuple(last)));
    }
    for column in order {
        select.order_by(column, Order::Asc);
    }
    select.limit(some).take()
}
