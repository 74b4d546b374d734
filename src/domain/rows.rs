//! Many rows of one table, packed: the cells of a record take ten times the memory that they say.

use std::collections::BTreeMap;

use indexmap::IndexSet;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::record::joined;
use super::{Cell, Record, Shape, Table};

/// Rows that are packed together; what is packed is never moved to grow.
const CHUNK: usize = 4096;
/// Different texts of a column that are kept once each: codes, words, periods. The others stand in their rows.
const WORDS: usize = 1 << 16;
/// So many are kept before it is known whether they come again.
const TRIED: usize = 1 << 12;

/// Rows of one table in their order. They are read back one by one, as they were.
#[derive(Debug, Clone)]
pub struct Rows {
    table: &'static Table,
    /// Full ones.
    chunks: Vec<Chunk<Box<[u8]>>>,
    /// The one that is being filled.
    open: Chunk<Vec<u8>>,
    /// Texts that come again, by column.
    words: Vec<Words>,
    /// Geometries, by row.
    shapes: BTreeMap<usize, Shape>,
}

#[derive(Debug, Clone, Default)]
struct Chunk<B> {
    bytes: B,
    /// Where each row ends.
    ends: Vec<u32>,
}

/// Texts of a column.
#[derive(Debug, Clone, Default)]
struct Words {
    known: IndexSet<Box<str>>,
    /// How often one came that was known.
    again: usize,
}

impl Words {
    /// The number of a text, where it is kept: names that never come again would only take room.
    fn number(&mut self, text: &str) -> Option<u32> {
        let number = |at: usize| u32::try_from(at).ok();
        if let Some(at) = self.known.get_index_of(text) {
            self.again += 1;
            return number(at);
        }
        let count = self.known.len();
        let worth = count < TRIED || (count < WORDS && self.again >= count);
        worth.then(|| self.known.insert_full(text.into()).0).and_then(number)
    }
}

/// A cell, packed.
#[derive(Serialize, Deserialize)]
enum Packed<'a> {
    Null,
    /// A text of the column that is kept once.
    Word(u32),
    #[serde(borrow)]
    Text(&'a str),
    Integer(i64),
    /// Digits and scale.
    Short(i64, u8),
    /// Any decimal.
    Long([u8; 16]),
    Boolean(bool),
    #[serde(borrow)]
    List(Vec<&'a str>),
}

impl Rows {
    /// No rows yet.
    pub fn new(table: &'static Table) -> Self {
        let words = table.fields.iter().map(|_| Words::default()).collect();
        Self { table, chunks: Vec::new(), open: Chunk::default(), words, shapes: BTreeMap::new() }
    }

    /// Their table.
    pub const fn table(&self) -> &'static Table {
        self.table
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.chunks.len() * CHUNK + self.open.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a row of the table.
    pub fn push(&mut self, record: Record) {
        debug_assert_eq!(record.table.name, self.table.name);
        let at = self.len();
        let mut bytes = std::mem::take(&mut self.open.bytes);
        for (cell, words) in record.cells.iter().zip(&mut self.words) {
            let packed = Packed::of(cell, words);
            // Memory is the only thing that could fail.
            bytes = postcard::to_extend(&packed, bytes).unwrap_or_default();
        }
        self.open.ends.push(u32::try_from(bytes.len()).unwrap_or(u32::MAX));
        self.open.bytes = bytes;
        if self.open.ends.len() == CHUNK {
            // A copy of just their size: what they grew in is filled again.
            self.chunks.push(Chunk { bytes: self.open.bytes.as_slice().into(), ends: self.open.ends.clone() });
            self.open.bytes.clear();
            self.open.ends.clear();
        }
        if let Some(shape) = record.shape {
            self.shapes.insert(at, shape);
        }
    }

    /// Gives a row its geometry.
    pub fn draw(&mut self, at: usize, shape: Shape) {
        self.shapes.insert(at, shape);
    }

    /// A row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn get(&self, at: usize) -> Record {
        let cells = self.cells(at).collect();
        Record { table: self.table, cells, shape: self.shapes.get(&at).cloned() }
    }

    /// The key of a row.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn key(&self, at: usize) -> String {
        let last = self.table.key.iter().max().map_or(0, |last| last + 1);
        let cells: Vec<_> = self.packed(at).take(last).collect();
        joined(self.table.key.iter().map(|at| &cells[*at]), |(cell, words), key| cell.write_csv(words, key))
    }

    /// The rows, one after another.
    pub fn iter(&self) -> impl Iterator<Item = Record> + '_ {
        (0..self.len()).map(|at| self.get(at))
    }

    fn cells(&self, at: usize) -> impl Iterator<Item = Cell> + '_ {
        self.packed(at).map(|(cell, words)| cell.cell(words))
    }

    /// The cells of a row as they are kept, with the texts of their columns.
    fn packed(&self, at: usize) -> impl Iterator<Item = (Packed<'_>, &IndexSet<Box<str>>)> {
        let full = self.chunks.get(at / CHUNK).map(|chunk| (&*chunk.bytes, &chunk.ends));
        let (bytes, ends) = full.unwrap_or((&self.open.bytes, &self.open.ends));
        let at = at % CHUNK;
        let begin = at.checked_sub(1).map_or(0, |before| ends[before] as usize);
        let mut bytes = &bytes[begin..ends[at] as usize];
        self.words.iter().map(move |words| {
            let (packed, rest) = postcard::take_from_bytes(bytes).unwrap_or((Packed::Null, &[]));
            bytes = rest;
            (packed, &words.known)
        })
    }
}

impl<'a> Packed<'a> {
    fn of(cell: &'a Cell, words: &mut Words) -> Self {
        match cell {
            Cell::Null => Self::Null,
            Cell::Text(text) => words.number(text).map_or(Self::Text(text), Self::Word),
            Cell::Integer(number) => Self::Integer(*number),
            Cell::Decimal(decimal) => match (i64::try_from(decimal.mantissa()), u8::try_from(decimal.scale())) {
                // Zero keeps its sign only whole.
                (Ok(digits), Ok(scale)) if digits != 0 => Self::Short(digits, scale),
                _ => Self::Long(decimal.serialize()),
            },
            Cell::Boolean(truth) => Self::Boolean(*truth),
            Cell::List(items) => Self::List(items.iter().map(|item| &**item).collect()),
        }
    }

    /// [`Cell::csv`], without making a cell of a text.
    fn write_csv(&self, words: &IndexSet<Box<str>>, to: &mut String) {
        match self {
            Self::Word(at) => to.push_str(words.get_index(*at as usize).map_or("", |text| text)),
            Self::Text(text) => to.push_str(text),
            other => to.push_str(&other.cell(words).csv()),
        }
    }

    fn cell(&self, words: &IndexSet<Box<str>>) -> Cell {
        match self {
            Self::Null => Cell::Null,
            Self::Word(at) => words.get_index(*at as usize).map_or(Cell::Null, |text| Cell::Text(text.clone())),
            Self::Text(text) => Cell::Text((*text).into()),
            Self::Integer(number) => Cell::Integer(*number),
            Self::Short(digits, scale) => Cell::Decimal(Decimal::new(*digits, u32::from(*scale))),
            Self::Long(bytes) => Cell::Decimal(Decimal::deserialize(*bytes)),
            Self::Boolean(truth) => Cell::Boolean(*truth),
            Self::List(items) => Cell::List(items.iter().map(|item| (*item).into()).collect()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::table;
    use proptest::prelude::*;

    fn any_cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Null),
            ".{0,12}".prop_map(|text| Cell::Text(text.into())),
            "[a-c]".prop_map(|text| Cell::Text(text.into())),
            any::<i64>().prop_map(Cell::Integer),
            (any::<i128>(), 0_u32..29).prop_map(|(digits, scale)| {
                Cell::Decimal(Decimal::from_i128_with_scale(digits % (1 << 95), scale))
            }),
            (any::<i32>(), 0_u32..9).prop_map(|(digits, scale)| Cell::Decimal(Decimal::new(digits.into(), scale))),
            Just(Cell::Decimal(-Decimal::ZERO)),
            any::<bool>().prop_map(Cell::Boolean),
            prop::collection::vec(".{0,5}".prop_map(|text: String| text.into()), 0..4).prop_map(Cell::List),
        ]
    }

    proptest! {
        #[test]
        fn what_is_packed_is_read_back_as_it_was(rows in prop::collection::vec(prop::collection::vec(any_cell(), 15), 0..40)) {
            let table = table("observations").unwrap();
            prop_assert_eq!(table.fields.len(), 15);
            let records: Vec<Record> = rows.into_iter().map(|cells| Record { table, cells, shape: None }).collect();
            let mut packed = Rows::new(table);
            records.iter().cloned().for_each(|record| packed.push(record));
            prop_assert_eq!(packed.len(), records.len());
            for (at, record) in records.iter().enumerate() {
                prop_assert_eq!(&packed.get(at).cells, &record.cells);
                let scales = |cells: &[Cell]| cells.iter().map(Cell::csv).collect::<Vec<_>>();
                prop_assert_eq!(scales(&packed.get(at).cells), scales(&record.cells));
                prop_assert_eq!(packed.key(at), record.key());
            }
        }
    }

    #[test]
    fn more_rows_and_words_than_are_kept_together() {
        let table = table("terms").unwrap();
        let mut packed = Rows::new(table);
        // Every other column says each text twice.
        let text =
            |number: usize, field: usize| format!("t{}", if field.is_multiple_of(2) { number / 2 } else { number });
        let row = |number: usize| {
            let cells = (0..table.fields.len()).map(|field| Cell::Text(text(number, field).into())).collect();
            Record { table, cells, shape: None }
        };
        let count = 2 * WORDS + CHUNK + 3;
        (0..count).for_each(|number| packed.push(row(number)));
        assert_eq!((packed.len(), packed.iter().count()), (count, count));
        assert!((0..count).all(|number| packed.get(number).cells == row(number).cells));
        for (field, words) in packed.words.iter().enumerate() {
            assert_eq!(words.known.len(), if field.is_multiple_of(2) { WORDS } else { TRIED }, "{field}");
        }
    }
}
