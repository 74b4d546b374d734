//! How the digest covers free texts: by a salted hash, so that a text can go and the digest still holds.
//!
//! The row's salt gives each of its texts one of its own. Forgetting that one makes the hash say nothing about the text
//! to whoever does not have it; the salts of the row's other texts stay, so that these are still checked.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use super::error::StoreError;
use super::version::canonical;
use crate::domain::{Field, FieldType, Record, Table};

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
        hash.update(json!([table, key]).to_string());
        hex::encode(&hash.finalize()[..16])
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

fn hexadecimal(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

impl Salts {
    /// The salts of a stored text. Only the one way of writing them is accepted.
    pub(super) fn read(text: &str) -> Option<Self> {
        if hexadecimal(text, 32) {
            return Some(Self::Row(text.to_owned()));
        }
        let left: BTreeMap<String, String> = serde_json::from_str(text).ok()?;
        let same = canonical(&left).ok()? == text && left.values().all(|salt| hexadecimal(salt, 64));
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
            Self::Row(salt) => Some(hex::encode(Sha256::digest(json!([salt, field]).to_string()))),
            Self::Left(left) => left.get(field).cloned(),
        }
    }

    /// Forgets the salts of all fields but these.
    pub(super) fn keep<'a>(&self, fields: impl Iterator<Item = &'a str>) -> Self {
        Self::Left(fields.filter_map(|field| Some((field.to_owned(), self.of(field)?))).collect())
    }

    /// The hash that stands for a text.
    pub(super) fn hash(&self, field: &str, text: &str) -> Option<String> {
        Some(hex::encode(Sha256::digest(json!([self.of(field)?, text]).to_string())))
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
    let free = record.table.fields.iter().filter(move |field| is_free(record.table, field));
    free.filter_map(move |field| Some((field.name, record.text(field.name)?)))
}

/// What stands where a text was redacted.
pub(super) fn marker(hash: &str) -> String {
    format!("〔已隐去 redacted〕sha256:{hash}")
}

/// The body of a record with its free texts as hashes; or the field that is not what it should be. `redacted` are the
/// hashes of the fields that were redacted.
pub(super) fn body(
    record: &Record,
    salts: &Salts,
    redacted: Option<&BTreeMap<String, String>>,
) -> Result<Map<String, Value>, String> {
    let mut body = record.body();
    for (field, text) in texts(record) {
        let hash = match redacted.and_then(|fields| fields.get(field)) {
            Some(hash) if marker(hash) == text => hash.clone(),
            Some(_) => return Err(field.to_owned()),
            None => salts.hash(field, text).ok_or_else(|| field.to_owned())?,
        };
        body.insert(field.to_owned(), json!({ "sha256": hash }));
    }
    Ok(body)
}
