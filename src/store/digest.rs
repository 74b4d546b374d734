//! The digest of a revision: SHA-256 over one RFC 8785 JSON text, made piece by piece.
//!
//! ```text
//! {"author":…,"changes":[{"begun":[{"body":{…},"key":…,"package":…},…],"ended":[…],"table":…},…],
//!  "committedAt":…,"format":"planatlas-revision-2","message":…,"number":…,"previous":…}
//! ```
//! (without the line break). Tables stand in the order of their names and rows in the order of their keys,
//! both bytewise; only tables with a change are named; `previous` is left out in the first revision, `package`
//! where no package brought the row. A row's end is no part of it: the revision that ends it names its key. It is
//! always computed from what the database holds, by import and by `verify` alike.
//!
//! In a body each free text stands as `{"sha256":…}`, salted (see [`super::sealed`]), so that it can be redacted. The
//! older `planatlas-revision-1` has the texts themselves; what was sealed so stays so.

use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::TryStreamExt;
use sea_query::{Expr, ExprTrait};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::db::Session;
use super::error::StoreError;
use super::redaction::Hashes;
use super::sealed;
use super::version::{Content, Damage, Family, Version, canonical, families, has_ended};

/// The way of hashing that new revisions get.
pub(super) const FORMAT: i64 = 2;

/// Names a way of hashing; none where there is no such way.
fn tag(format: i64) -> Option<&'static str> {
    match format {
        1 => Some("planatlas-revision-1"),
        FORMAT => Some("planatlas-revision-2"),
        _ => None,
    }
}

/// What the digest covers besides the changes.
pub(super) struct Head<'a> {
    pub(super) number: i32,
    pub(super) committed_at: DateTime<Utc>,
    pub(super) author: &'a str,
    pub(super) message: &'a str,
    pub(super) previous: Option<&'a str>,
    pub(super) format: i64,
}

/// A digest and what was odd on the way.
pub(super) struct Digest {
    pub(super) hex: String,
    /// Rows that could not be read back, with their table. Empty unless the database was tampered with.
    pub(super) damage: Vec<(&'static str, Damage)>,
}

/// The digest of a revision whose rows are in the database. `inspect` is shown each row begun and may say
/// what is wrong with it.
pub(super) async fn digest(
    session: &mut Session,
    tasks: &HashMap<i64, String>,
    head: &Head<'_>,
    redacted: &Hashes,
    mut inspect: impl FnMut(Family, &Version) -> Option<String> + Send,
) -> Result<Digest, StoreError> {
    let mut hash = Sha256::new();
    let mut damage = Vec::new();
    hash.update(format!("{{\"author\":{},\"changes\":[", canonical(&head.author)?));
    let mut first = true;
    for family in families() {
        let mut open = false;
        let mut separator = |open: &mut bool, hash: &mut Sha256| {
            if !*open {
                hash.update(if std::mem::take(&mut first) { "{\"begun\":[" } else { ",{\"begun\":[" });
                *open = true;
                return;
            }
            hash.update(",");
        };
        {
            let mut rows = session.stream(&begun(*family, head.number));
            while let Some(row) = rows.try_next().await? {
                match family.version(&row, tasks)? {
                    Ok(version) => {
                        separator(&mut open, &mut hash);
                        if let Some(what) = inspect(*family, &version) {
                            damage.push((family.name(), Damage { key: version.key.clone(), what }));
                        }
                        let body = match body(head.format, *family, &version, redacted) {
                            Ok(body) => body,
                            Err(what) => {
                                damage.push((family.name(), Damage { key: version.key.clone(), what }));
                                version.body()
                            }
                        };
                        let mut entry = json!({"body": body, "key": version.key});
                        if let Some(package) = &version.package {
                            entry["package"] = json!(package);
                        }
                        hash.update(canonical(&entry)?);
                    }
                    Err(found) => damage.push((family.name(), found)),
                }
            }
        }
        let mut rows = session.stream(&ended(*family, head.number));
        let mut any = false;
        while let Some(row) = rows.try_next().await? {
            if !open {
                separator(&mut open, &mut hash);
            }
            hash.update(if any { "," } else { "],\"ended\":[" });
            any = true;
            hash.update(canonical(&row.some_text(0)?)?);
        }
        if open {
            hash.update(if any { "" } else { "],\"ended\":[" });
            hash.update(format!("],\"table\":{}}}", canonical(&family.name())?));
        }
    }
    let tail = [
        ("committedAt", json!(head.committed_at.to_rfc3339_opts(SecondsFormat::Micros, true))),
        ("format", json!(tag(head.format))),
        ("message", json!(head.message)),
        ("number", json!(head.number)),
    ];
    hash.update("]");
    for (name, value) in &tail {
        hash.update(format!(",\"{name}\":{}", canonical(value)?));
    }
    if let Some(previous) = head.previous {
        hash.update(format!(",\"previous\":{}", canonical(&previous)?));
    }
    hash.update("}");
    Ok(Digest { hex: hex::encode(hash.finalize()), damage })
}

/// What the digest sees of a version, or the column that is not what it should be.
fn body(
    format: i64,
    family: Family,
    version: &Version,
    redacted: &Hashes,
) -> Result<serde_json::Map<String, serde_json::Value>, String> {
    let Content::Record(record) = &version.content else { return Ok(version.body()) };
    match (format, &version.salts) {
        (1, None) => Ok(version.body()),
        (FORMAT, None) if sealed::texts(record).next().is_none() => Ok(version.body()),
        (FORMAT, Some(salts)) if sealed::texts(record).next().is_some() => {
            let row = (family.name().to_owned(), version.key.clone(), version.since);
            sealed::body(record, salts, redacted.get(&row))
        }
        _ => Err("salt".to_owned()),
    }
}

/// The rows that a revision begins.
pub(super) fn begun(family: Family, number: i32) -> sea_query::SelectStatement {
    let mut select = family.select();
    select.and_where(Expr::col(("f", "rev_from")).eq(i64::from(number)));
    family.ordered(select)
}

/// The keys that a revision ends.
pub(super) fn ended(family: Family, number: i32) -> sea_query::SelectStatement {
    let mut select = family.keys();
    select.and_where(Expr::col(("f", "rev_to")).eq(i64::from(number))).and_where(has_ended("f"));
    family.ordered(select)
}
