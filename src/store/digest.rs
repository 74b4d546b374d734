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

use std::borrow::Cow;
use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use futures_util::{StreamExt, TryStreamExt};
use sea_query::{Expr, ExprTrait, Order};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinHandle;

use super::columns::Layout;
use super::db::{Dialect, Row, Session};
use super::error::StoreError;
use super::redaction::Hashes;
use super::sealed::{self, Texts};
use super::version::{Content, Damage, Family, Named, Version, canonical, families, has_ended};

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
#[derive(Default)]
pub(super) struct Digest {
    pub(super) hex: String,
    /// Rows that could not be read back, with their table. Empty unless the database was tampered with.
    pub(super) damage: Vec<Damaged>,
}

/// A row that is not what it should be.
pub(super) struct Damaged {
    pub(super) table: &'static str,
    pub(super) key: String,
    /// The column that shows it.
    pub(super) column: String,
}

/// The digest of a revision whose rows are in the database. `inspect` is shown each row begun and may say
/// what is wrong with it.
pub(super) async fn digest(
    session: &mut Session,
    named: &Arc<Named>,
    head: &Head<'_>,
    redacted: &Arc<Hashes>,
    mut inspect: impl FnMut(Family, &Version) -> Option<String> + Send,
) -> Result<Digest, StoreError> {
    let mut text = Text::new(head.format, Arc::clone(redacted));
    let mut damage = Vec::new();
    text.add(format!("{{\"author\":{},\"changes\":[", canonical(&head.author)?)).await?;
    let dialect = session.dialect();
    let mut first = true;
    for family in families() {
        let begin = if first { "{\"begun\":[" } else { ",{\"begun\":[" };
        let mut open = false;
        let mut unread = Vec::new();
        {
            let rows = session.stream(&begun(dialect, *family, head.number)).try_chunks(HANDFUL);
            let mut rows =
                rows.map_err(|error| error.1).map(|rows| versions(*family, rows, Arc::clone(named))).buffered(2);
            while let Some(versions) = rows.try_next().await? {
                for version in versions {
                    match version {
                        Ok(version) => {
                            if let Some(column) = inspect(*family, &version) {
                                damage.push(Damaged { table: family.name(), key: version.key.clone(), column });
                            }
                            text.add(if std::mem::replace(&mut open, true) { "," } else { begin }).await?;
                            text.push(Piece::Row(*family, version)).await?;
                        }
                        Err(found) => unread.push(found),
                    }
                }
            }
        }
        for Damage { id, key, what } in unread {
            let key = if key.is_some() { key } else { family.key_of(session, id).await? };
            let key = key.unwrap_or_else(|| format!("#{id}"));
            damage.push(Damaged { table: family.name(), key, column: what });
        }
        let mut rows = session.stream(&ended(*family, head.number));
        let mut any = false;
        while let Some(row) = rows.try_next().await? {
            if !open {
                text.add(begin).await?;
                open = true;
            }
            let before = if any { "," } else { "],\"ended\":[" };
            any = true;
            text.add(format!("{before}{}", canonical(&row.some_text(0)?)?)).await?;
        }
        if open {
            first = false;
            let ended = if any { "" } else { "],\"ended\":[" };
            text.add(format!("{ended}],\"table\":{}}}", canonical(&family.name())?)).await?;
        }
    }
    let tail = [
        ("committedAt", json!(head.committed_at.to_rfc3339_opts(SecondsFormat::Micros, true))),
        ("format", json!(tag(head.format))),
        ("message", json!(head.message)),
        ("number", json!(head.number)),
    ];
    text.add("]").await?;
    for (name, value) in &tail {
        text.add(format!(",\"{name}\":{}", canonical(value)?)).await?;
    }
    if let Some(previous) = head.previous {
        text.add(format!(",\"previous\":{}", canonical(&previous)?)).await?;
    }
    text.add("}").await?;
    let made = text.finish().await?;
    damage.extend(made.damage);
    Ok(Digest { hex: made.hex, damage })
}

/// What some rows say, worked out on another thread than the one that fetches them.
async fn versions(
    family: Family,
    rows: Result<Vec<Row>, StoreError>,
    named: Arc<Named>,
) -> Result<Vec<Result<Version, Damage>>, StoreError> {
    let rows = rows?;
    let read = move || rows.iter().map(|row| family.version(row, &named)).collect();
    tokio::task::spawn_blocking(read).await.map_err(|_| StoreError::Damaged)?
}

/// A part of the text that is hashed.
enum Piece {
    Text(Cow<'static, str>),
    Row(Family, Version),
}

/// Pieces that are handed over together.
const HANDFUL: usize = 512;

/// The text that is hashed. Rows are written out and hashed on a thread of their own, while the next are read.
struct Text {
    pieces: Vec<Piece>,
    to: Sender<Vec<Piece>>,
    made: JoinHandle<Result<Digest, StoreError>>,
}

impl Text {
    fn new(format: i64, redacted: Arc<Hashes>) -> Self {
        let (to, mut from) = mpsc::channel::<Vec<Piece>>(4);
        let made = tokio::task::spawn_blocking(move || {
            let (mut hash, mut out, mut damage) = (Sha256::new(), String::new(), Vec::new());
            while let Some(pieces) = from.blocking_recv() {
                for piece in pieces {
                    match piece {
                        Piece::Text(text) => out.push_str(&text),
                        Piece::Row(family, version) => {
                            if let Some(column) = write_row(&mut out, format, family, &version, &redacted)? {
                                damage.push(Damaged { table: family.name(), key: version.key, column });
                            }
                        }
                    }
                }
                hash.update(&out);
                out.clear();
            }
            Ok(Digest { hex: sealed::hexadecimal(&hash.finalize()), damage })
        });
        Self { pieces: Vec::with_capacity(HANDFUL), to, made }
    }

    async fn add(&mut self, text: impl Into<Cow<'static, str>>) -> Result<(), StoreError> {
        self.push(Piece::Text(text.into())).await
    }

    async fn push(&mut self, piece: Piece) -> Result<(), StoreError> {
        self.pieces.push(piece);
        if self.pieces.len() == HANDFUL { self.hand_over().await } else { Ok(()) }
    }

    async fn hand_over(&mut self) -> Result<(), StoreError> {
        let pieces = std::mem::replace(&mut self.pieces, Vec::with_capacity(HANDFUL));
        // Nobody takes them only where hashing has failed; why is said at the end.
        self.to.send(pieces).await.or(Ok(()))
    }

    async fn finish(mut self) -> Result<Digest, StoreError> {
        self.hand_over().await?;
        drop(self.to);
        self.made.await.map_err(|_| StoreError::Damaged)?
    }
}

/// Writes what the digest sees of a row; gives the column that is not what it should be.
fn write_row(
    out: &mut String,
    format: i64,
    family: Family,
    version: &Version,
    redacted: &Hashes,
) -> Result<Option<String>, StoreError> {
    out.push_str("{\"body\":");
    let mut wrong = None;
    match &version.content {
        Content::Record(record) => {
            let begin = out.len();
            let row = || (family.name().to_owned(), version.key.clone(), version.since);
            let gone = || if redacted.is_empty() { None } else { redacted.get(&row()) };
            let written = match (format, &version.salts, sealed::texts(record).next()) {
                (1, None, _) | (FORMAT, None, None) => sealed::write_body(record, Texts::Open, out),
                (FORMAT, Some(salts), Some(_)) => sealed::write_body(record, Texts::Hashed(salts, gone()), out),
                _ => Err("salt".to_owned()),
            };
            if let Err(what) = written {
                out.truncate(begin);
                out.push_str(&canonical(&record.body())?);
                wrong = Some(what);
            }
        }
        content => out.push_str(&canonical(&content.body())?),
    }
    out.extend([",\"key\":", &canonical(&version.key)?]);
    if let Some(package) = &version.package {
        out.extend([",\"package\":", &canonical(package)?]);
    }
    out.push('}');
    Ok(wrong)
}

/// The rows that a revision begins, in the order of keys. Numbered rows are numbered in that order, so that the longest
/// tables need no sorting.
pub(super) fn begun(dialect: Dialect, family: Family, number: i32) -> sea_query::SelectStatement {
    let mut select = family.select(dialect);
    select.and_where(Expr::col(("f", "rev_from")).eq(i64::from(number)));
    match family {
        Family::Fact(_, Layout { numbered: true, .. }) => select.order_by(("f", family.id_column()), Order::Asc).take(),
        _ => family.ordered(select),
    }
}

/// The keys that a revision ends.
pub(super) fn ended(family: Family, number: i32) -> sea_query::SelectStatement {
    let mut select = family.keys();
    select.and_where(Expr::col(("f", "rev_to")).eq(i64::from(number))).and_where(has_ended("f"));
    family.ordered(select)
}
