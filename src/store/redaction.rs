//! Redaction: personal text is replaced by its hash in every version of a row. The one exception to "nothing is edited".
//!
//! It is a revision of its own, which says whose text went, who took it away and why. The digest of the revision that
//! brought the text covers it by a salted hash ([`super::sealed`]); that hash stays and the salt goes, so every digest
//! holds as before and the hash says nothing about the text.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use futures_util::TryStreamExt;
use sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, UpdateStatement, Value};
use serde_json::{Map, json};

use super::columns::{Odd, Unread};
use super::commit::{Made, seal};
use super::db::{Row, Session};
use super::error::{CommitError, StoreError};
use super::insert::insert;
use super::sealed::{self, Salts, is_free, marker};
use super::version::{self, Content, Family, OPEN, Version, families};
use super::{Revision, Store, revision};
use crate::domain::{Cell, FieldType, Table};

/// Letters that a text to be found has at least: a shorter one stands in too many places that mean something else.
const SHORTEST: usize = 2;
/// How many places an error names.
const NAMED: usize = 10;

/// Which text goes.
#[derive(Debug, Clone, Copy)]
pub enum Target<'a> {
    /// What stands in a column of a row, in all its versions.
    Cell {
        /// Table, as in packages.
        table: &'a str,
        /// Key of the row.
        key: &'a str,
        /// Column.
        column: &'a str,
    },
    /// Whatever contains this text, anywhere.
    Text(&'a str),
}

/// What a redaction needs.
#[derive(Debug, Clone, Copy)]
pub struct Redaction<'a> {
    /// Which text.
    pub target: Target<'a>,
    /// Who.
    pub author: &'a str,
    /// Why.
    pub reason: &'a str,
    /// When.
    pub at: DateTime<Utc>,
}

/// A text that was redacted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Redacted {
    /// Table, as in packages.
    pub table: String,
    /// Key of the row.
    pub key: String,
    /// The revision that began the version of the row.
    pub version: i32,
    /// Column.
    pub column: String,
    /// The hash that stands there now.
    pub sha256: String,
    /// The revision that redacted it.
    pub revision: i32,
}

/// Why nothing was redacted.
#[derive(Debug, thiserror::Error)]
pub enum RedactError {
    /// No such table or column, or one that is no free text.
    #[error(
        "{table} 没有可隐去的列 {column};可隐去的列:{free}。{table} has no column {column} that can be redacted; \
         those that can: {free}."
    )]
    Column {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// Columns that can be redacted.
        free: String,
    },
    /// Nothing there.
    #[error("没有找到要隐去的文字。There is no such text to redact.")]
    Nothing,
    /// A text too short to look for.
    #[error("要查找的文字至少 {SHORTEST} 个字。A text to look for has at least {SHORTEST} letters.")]
    Short,
    /// It stands where it cannot go.
    #[error(
        "该文字也在不能隐去的地方(代码、键、列表或有固定写法的列),请先改正数据包:\n{0}\nThe text also stands where it cannot \
         be redacted (a code, a key, a list, a column with a form of its own); mend the package first."
    )]
    Fixed(String),
    /// The revision's digest covers the text itself.
    #[error(
        "下列各行由旧格式封存,摘要直接涵盖原文,无法隐去而不破坏摘要;请把数据包导入新的数据库:\n{0}\nThese rows were sealed in \
         the older form, whose digest covers the text itself; it cannot go without breaking the digest. Import the \
         packages into a new database."
    )]
    Older(String),
    /// The revision could not be made.
    #[error(transparent)]
    Commit(#[from] CommitError),
}

impl From<StoreError> for RedactError {
    fn from(error: StoreError) -> Self {
        Self::Commit(error.into())
    }
}

/// Hashes of redacted texts by column, for each version of a row: (table, key, revision that began it).
pub(super) type Hashes = HashMap<(String, String, i32), BTreeMap<String, String>>;

/// Every text redacted so far, as a transaction sees it.
pub(super) async fn hashes(session: &mut Session) -> Result<Hashes, StoreError> {
    let mut hashes = Hashes::new();
    for row in session.rows(&list()).await? {
        let redacted = read(&row)?;
        let version = (redacted.table, redacted.key, redacted.version);
        hashes.entry(version).or_default().insert(redacted.column, redacted.sha256);
    }
    Ok(hashes)
}

impl Store {
    /// Every text redacted, in the order of revisions.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn redactions(&self) -> Result<Vec<Redacted>, StoreError> {
        self.db.rows_now(&list()).await?.iter().map(read).collect()
    }

    /// The last revision that redacted anything, 0 where none did.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn last_redaction(&self) -> Result<i32, StoreError> {
        let rows = self.db.rows_now(&last(i32::MAX)).await?;
        rows.iter().map(|row| row.revision(1)).try_fold(0, |last, number| Ok(std::cmp::max(last, number?)))
    }

    /// Replaces texts by their hashes, as one revision.
    ///
    /// # Errors
    /// See [`RedactError`]; nothing is written then.
    pub async fn redact(&self, redaction: Redaction<'_>) -> Result<(Revision, Vec<Redacted>), RedactError> {
        check(redaction.target)?;
        let mut session = self.db.write().await?;
        let newest = revision::head(&mut session).await?.ok_or(RedactError::Nothing)?;
        let number = newest.number + 1;
        let earlier = hashes(&mut session).await?;
        let named = version::named(&mut session).await?;
        let mut found: BTreeSet<Redacted> = BTreeSet::new();
        let (mut fixed, mut older) = (BTreeSet::new(), BTreeSet::new());
        let mut touched: BTreeSet<&'static str> = BTreeSet::new();
        for family in families().iter().copied().filter(|family| concerns(*family, redaction.target)) {
            let mut updates = Vec::new();
            {
                let select = family.select(session.dialect());
                let mut rows = session.stream(&select);
                while let Some(row) = rows.try_next().await? {
                    let version = family.version(&row, &named)?.map_err(|_| StoreError::Damaged)?;
                    let gone = earlier.get(&(family.name().to_owned(), version.key.clone(), version.since));
                    let hit = hits(redaction.target, &version, gone);
                    if !hit.fixed.is_empty() {
                        fixed.extend(
                            hit.fixed.iter().map(|field| format!("{} {}: {field}", family.name(), version.key)),
                        );
                    }
                    if hit.free.is_empty() {
                        continue;
                    }
                    let Some(salts) = &version.salts else {
                        older.insert(format!("{} {} (revision {})", family.name(), version.key, version.since));
                        continue;
                    };
                    let (update, redacted) = replaced(family, &version, salts, gone, &hit.free, number)?;
                    found.extend(redacted);
                    updates.push(update);
                }
            }
            for update in &updates {
                touched.insert(family.sql());
                session.run(update).await?;
            }
        }
        let named = |places: BTreeSet<String>| places.into_iter().take(NAMED).collect::<Vec<_>>().join("\n");
        if !fixed.is_empty() {
            return Err(RedactError::Fixed(named(fixed)));
        }
        if !older.is_empty() {
            return Err(RedactError::Older(named(older)));
        }
        if found.is_empty() {
            return Err(RedactError::Nothing);
        }
        let rows: Vec<[Value; 7]> = found.iter().map(|redacted| values(redacted, number)).collect();
        insert(&mut session, "redaction", &COLUMNS, rows).await?;
        let made = Made { author: redaction.author, message: redaction.reason, at: redaction.at };
        let revision = seal(&mut session, made, number, Some(&newest), |family, _| {
            (!matches!(family, Family::Redactions)).then(|| "redaction".to_owned())
        })
        .await?;
        session.commit().await?;
        self.db.forget(touched.into_iter()).await?;
        Ok((revision, found.into_iter().collect()))
    }
}

/// Refuses what cannot be redacted at all.
fn check(target: Target<'_>) -> Result<(), RedactError> {
    match target {
        Target::Text(text) if text.trim().chars().count() < SHORTEST => Err(RedactError::Short),
        Target::Text(_) => Ok(()),
        Target::Cell { table, column, .. } => {
            let free = |table: &'static Table| {
                table.fields.iter().filter(|field| is_free(table, field)).map(|field| field.name).collect::<Vec<_>>()
            };
            let free = crate::domain::table(table).map(free).unwrap_or_default();
            if free.contains(&column) {
                return Ok(());
            }
            Err(RedactError::Column { table: table.to_owned(), column: column.to_owned(), free: free.join(", ") })
        }
    }
}

fn concerns(family: Family, target: Target<'_>) -> bool {
    match (family, target) {
        (Family::Editions | Family::Redactions, _) => false,
        (_, Target::Cell { table, .. }) => family.name() == table,
        (_, Target::Text(_)) => true,
    }
}

/// Fields of a version that hold the text.
#[derive(Default)]
struct Hit {
    free: Vec<&'static str>,
    fixed: Vec<&'static str>,
}

fn hits(target: Target<'_>, version: &Version, gone: Option<&BTreeMap<String, String>>) -> Hit {
    let mut hit = Hit::default();
    let already = |field: &str| gone.is_some_and(|fields| fields.contains_key(field));
    match (&version.content, target) {
        (Content::Record(record), Target::Cell { key, column, .. }) => {
            let field = sealed::texts(record).find(|(field, _)| *field == column && !already(field));
            hit.free.extend(field.filter(|_| version.key == key).map(|(field, _)| field));
        }
        (Content::Record(record), Target::Text(text)) => {
            for field in record.table.fields.iter().filter(|field| !already(field.name)) {
                let holds = match record.cell(field.name) {
                    Cell::Text(value) => value.contains(text),
                    Cell::List(items) => items.iter().any(|item| item.contains(text)),
                    _ => false,
                };
                if holds {
                    let list = if is_free(record.table, field) { &mut hit.free } else { &mut hit.fixed };
                    // Words of closed lists and dates name nobody.
                    if field.words.is_empty() && field.kind != FieldType::Date {
                        list.push(field.name);
                    }
                }
            }
        }
        (Content::Package { title, .. }, Target::Text(text)) if title.contains(text) => hit.fixed.push("title"),
        _ => {}
    }
    hit
}

/// The statement that replaces texts of one version, and what it redacts.
fn replaced(
    family: Family,
    version: &Version,
    salts: &Salts,
    gone: Option<&BTreeMap<String, String>>,
    fields: &[&'static str],
    number: i32,
) -> Result<(UpdateStatement, Vec<Redacted>), StoreError> {
    let Content::Record(record) = &version.content else { return Err(StoreError::Damaged) };
    let mut record = record.clone();
    let mut redacted = Vec::new();
    for field in fields {
        let text = record.text(field).unwrap_or_default().to_owned();
        let sha256 = salts.hash(field, &text).ok_or(StoreError::Damaged)?;
        if let Some(cell) = record.table.position(field).and_then(|at| record.cells.get_mut(at)) {
            *cell = Cell::Text(marker(&sha256).into());
        }
        redacted.push(Redacted {
            table: family.name().to_owned(),
            key: version.key.clone(),
            version: version.since,
            column: (*field).to_owned(),
            sha256,
            revision: number,
        });
    }
    let stays = |field: &&'static str| !fields.contains(field) && !gone.is_some_and(|gone| gone.contains_key(*field));
    let left = salts.keep(sealed::texts(&record).map(|(field, _)| field).filter(stays)).text()?;
    let mut texts: Vec<(&'static str, String)> = vec![("salt", left)];
    match family {
        Family::Dimension(_) => texts.push(("body", version::dimension_body(&record)?)),
        _ => texts.extend(fields.iter().map(|field| (*field, record.text(field).unwrap_or_default().to_owned()))),
    }
    Ok((rewriting(family, version.id, version.since, texts), redacted))
}

pub(super) fn rewriting(family: Family, id: i64, since: i32, texts: Vec<(&'static str, String)>) -> UpdateStatement {
    Query::update()
        .table(family.sql())
        .values(texts.into_iter().map(|(column, text)| (column, Expr::val(text))))
        .and_where(Expr::col(family.id_column()).eq(id))
        .and_where(Expr::col("rev_from").eq(i64::from(since)))
        .take()
}

const COLUMNS: [&str; 7] = ["table_name", "row_key", "row_from", "column_name", "sha256", "rev_from", "rev_to"];

fn values(redacted: &Redacted, number: i32) -> [Value; 7] {
    [
        redacted.table.as_str().into(),
        redacted.key.as_str().into(),
        i64::from(redacted.version).into(),
        redacted.column.as_str().into(),
        redacted.sha256.as_str().into(),
        i64::from(number).into(),
        OPEN.into(),
    ]
}

/// Every text redacted, in the order of revisions and keys.
pub(super) fn list() -> SelectStatement {
    let mut select = Query::select();
    select.columns(COLUMNS.map(|column| ("f", column))).from_as("redaction", "f");
    for column in ["rev_from", "table_name", "row_key", "row_from", "column_name"] {
        select.order_by(("f", column), Order::Asc);
    }
    select
}

pub(super) fn read(row: &Row) -> Result<Redacted, StoreError> {
    Ok(Redacted {
        table: row.text(0)?,
        key: row.text(1)?,
        version: row.revision(2)?,
        column: row.text(3)?,
        sha256: row.text(4)?,
        revision: row.revision(5)?,
    })
}

/// The last revision up to `at` that redacted a text of each table.
pub(super) fn last(at: i32) -> SelectStatement {
    Query::select()
        .column(("f", "table_name"))
        .expr(Expr::col(("f", "rev_from")).max())
        .from_as("redaction", "f")
        .and_where(Expr::col(("f", "rev_from")).lte(i64::from(at)))
        .group_by_col(("f", "table_name"))
        .take()
}

/// What the row of a redaction says.
#[derive(Debug)]
pub(super) struct Gone {
    sha256: String,
}

impl Gone {
    /// The columns that [`Gone::read`] reads.
    pub(super) const COLUMNS: [&str; 1] = ["sha256"];

    pub(super) fn read(row: &Row, at: usize) -> Result<Self, Unread> {
        let sha256 = row.text(at)?;
        let fit = sha256.len() == 64 && sha256.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if fit { Ok(Self { sha256 }) } else { Err(Unread::Odd(Odd("sha256".to_owned()))) }
    }

    /// The JSON object that the digest sees.
    pub(super) fn body(&self) -> Map<String, serde_json::Value> {
        Map::from_iter([("sha256".to_owned(), json!(self.sha256))])
    }
}
