//! How the digest covers free texts: by a salted hash, so that a text can go and the digest still holds.
//!
//! The row's salt gives each of its texts one of its own. Forgetting that one makes the hash say nothing about the text
//! to whoever does not have it; the salts of the row's other texts stay, so that these are still checked.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::error::StoreError;
use super::version::canonical;
use crate::domain::{Cell, Field, FieldType, GEOMETRY, Record, Table};

/// What salts are drawn from; from the operating system, but for tests. It is kept nowhere.
#[derive(Clone, Copy)]
pub struct Seed(pub [u8; 32]);

/// It never shows.
impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed")
    }
}

impl Seed {
    /// A seed of the operating system's randomness.
    pub(super) fn draw() -> Result<Self, StoreError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| StoreError::Other(error.to_string().into()))?;
        Ok(Self(seed))
    }

    /// The salt of a new row.
    pub(super) fn salt(&self, table: &str, key: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.0);
        hash.update(json(&[table, key]));
        hexadecimal(&hash.finalize()[..16])
    }
}

/// The salts of a row's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Salts {
    /// One from which each text has its own.
    Row(String),
    /// Those of the texts that were not redacted, by field.
    Left(BTreeMap<String, String>),
}

/// SHA-256 of a JSON list of two texts.
fn hashed(a: &str, b: &str) -> String {
    hexadecimal(&Sha256::digest(json(&[a, b])))
}

/// Texts as JSON; memory is the only thing that could fail.
fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Two digits for each byte.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    // Letter by letter, as the library makes texts, would take as long as the hash.
    let mut digits = vec![0; bytes.len() * 2];
    let _ = hex::encode_to_slice(bytes, &mut digits);
    String::from_utf8(digits).unwrap_or_default()
}

fn is_hexadecimal(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl Salts {
    /// The salts of a stored text. Only the one way of writing them is accepted.
    pub(super) fn read(text: &str) -> Option<Self> {
        if is_hexadecimal(text, 32) {
            return Some(Self::Row(text.to_owned()));
        }
        let left: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
        let same = canonical(&left).ok()? == text && left.values().all(|salt| is_hexadecimal(salt, 64));
        same.then_some(Self::Left(left))
    }

    /// As it is stored.
    pub(super) fn text(&self) -> Result<String, StoreError> {
        match self {
            Self::Row(salt) => Ok(salt.clone()),
            Self::Left(left) => canonical(left),
        }
    }

    fn of(&self, field: &str) -> Option<String> {
        match self {
            Self::Row(salt) => Some(hashed(salt, field)),
            Self::Left(left) => left.get(field).cloned(),
        }
    }

    /// Forgets the salts of all fields but these.
    pub(super) fn keep<'a>(&self, fields: impl Iterator<Item = &'a str>) -> Self {
        Self::Left(fields.filter_map(|field| Some((field.to_owned(), self.of(field)?))).collect())
    }

    /// The hash that stands for a text.
    pub(super) fn hash(&self, field: &str, text: &str) -> Option<String> {
        Some(hashed(&self.of(field)?, text))
    }
}

/// Whether a field may hold any text: no code, no word of a list, nothing that must name something or has a form.
pub(super) fn is_free(table: &Table, field: &Field) -> bool {
    field.kind == FieldType::Text
        && field.words.is_empty()
        && field.pattern.is_none()
        && field.reference.is_none()
        && !table.key.iter().any(|at| table.fields.get(*at).is_some_and(|key| key.name == field.name))
}

/// The free texts of a record that are there.
pub(super) fn texts(record: &Record) -> impl Iterator<Item = (&'static str, &str)> {
    let cells = record.table.fields.iter().zip(&record.cells);
    cells.filter_map(move |(field, cell)| Some((field.name, free(record.table, field, cell)?)))
}

fn free<'a>(table: &Table, field: &Field, cell: &'a Cell) -> Option<&'a str> {
    cell.text().filter(|_| is_free(table, field))
}

/// What stands where a text was redacted.
pub(super) fn marker(hash: &str) -> String {
    format!("〔已隐去 redacted〕sha256:{hash}")
}

/// How the free texts of a record stand in its body.
#[derive(Clone, Copy)]
pub(super) enum Texts<'a> {
    /// As they are.
    Open,
    /// As hashes: of themselves, or those that took their place.
    Hashed(&'a Salts, Option<&'a BTreeMap<String, String>>),
}

/// Writes [`Record::body`] as RFC 8785 text, or names the field that is not what it should be. It is done for every row
/// of an import, so no value is made on the way.
pub(super) fn write_body(record: &Record, texts: Texts<'_>, out: &mut String) -> Result<(), String> {
    let table = record.table;
    let failed = |error: StoreError| error.to_string();
    let mut geometry = record.shape.as_ref();
    let mut separator = '{';
    let mut open = |name: &str, out: &mut String| {
        out.push(std::mem::replace(&mut separator, ','));
        // No name of a column needs an escape.
        out.extend(["\"", name, "\":"]);
    };
    for at in &table.by_name {
        let (field, cell) = (&table.fields[*at], &record.cells[*at]);
        if let Some(shape) = geometry.take_if(|_| field.name > GEOMETRY) {
            open(GEOMETRY, out);
            *out += &canonical(&shape.to_json()).map_err(failed)?;
        }
        if matches!(cell, Cell::Null) {
            continue;
        }
        open(field.name, out);
        match (texts, free(table, field, cell), cell) {
            (Texts::Hashed(salts, redacted), Some(text), _) => {
                let hash = match redacted.and_then(|fields| fields.get(field.name)) {
                    Some(hash) if marker(hash) == text => hash.clone(),
                    Some(_) => return Err(field.name.to_owned()),
                    None => salts.hash(field.name, text).ok_or_else(|| field.name.to_owned())?,
                };
                out.extend(["{\"sha256\":", &json(&hash), "}"]);
            }
            (_, _, Cell::Text(text)) => *out += &json(text),
            (_, _, Cell::List(items)) => *out += &json(items),
            (_, _, cell) => *out += &canonical(&cell.json()).map_err(failed)?,
        }
    }
    if let Some(shape) = geometry {
        open(GEOMETRY, out);
        *out += &canonical(&shape.to_json()).map_err(failed)?;
    }
    if separator == '{' {
        out.push('{');
    }
    out.push('}');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Decimal, Point, Shape, tables};
    use proptest::prelude::*;

    fn any_cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Null),
            any::<String>().prop_map(|text| Cell::Text(text.into())),
            (-(1_i64 << 53)..(1 << 53)).prop_map(Cell::Integer),
            (any::<i64>(), 0_u32..9).prop_map(|(digits, scale)| Cell::Decimal(Decimal::new(digits, scale))),
            any::<bool>().prop_map(Cell::Boolean),
            prop::collection::vec(any::<String>().prop_map(|text| text.into()), 0..4).prop_map(Cell::List),
        ]
    }

    fn records() -> impl Strategy<Value = Record> {
        (0..tables().len(), any::<Option<(i32, i32)>>()).prop_flat_map(|(at, point)| {
            let table = &tables()[at];
            let shape = point.map(|(x, y)| Shape::Point(Point { x, y }));
            prop::collection::vec(any_cell(), table.fields.len()).prop_map(move |cells| Record {
                table,
                cells,
                shape: shape.clone(),
            })
        })
    }

    proptest! {
        #[test]
        fn a_body_is_written_as_a_value_would_be(record in records()) {
            let mut open = String::new();
            write_body(&record, Texts::Open, &mut open).unwrap();
            prop_assert_eq!(&open, &canonical(&record.body()).unwrap());

            let salts = Salts::Row("0123456789abcdef0123456789abcdef".to_owned());
            let mut hashed = String::new();
            write_body(&record, Texts::Hashed(&salts, None), &mut hashed).unwrap();
            let mut body = record.body();
            for (field, text) in texts(&record) {
                body.insert(field.to_owned(), serde_json::json!({ "sha256": salts.hash(field, text) }));
            }
            prop_assert_eq!(&hashed, &canonical(&body).unwrap());
        }
    }
}
