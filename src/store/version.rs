//! Rows of every revisioned table in one form: who holds them, since when, until when, and the record
//! that the digest sees. Commit, digest and verify read the database through here and nowhere else.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use sea_query::{Expr, ExprTrait, JoinType, Order, Query, SelectStatement};
use serde_json::{Map, Value};

use super::columns::{Layout, Odd, Unread};
use super::db::{Dialect, Row, Session};
use super::edition::Closed;
use super::error::StoreError;
use super::redaction::Gone;
use super::sealed::Salts;
use crate::domain::{Cell, FieldType, Kind, Record, Table, tables};
use crate::geometry;

/// `rev_to` of a row that nothing has ended.
pub(super) const OPEN: i64 = i32::MAX as i64;

/// The row has ended. The number stands in the text, so that the index of ended rows applies.
pub(super) fn has_ended(alias: &'static str) -> Expr {
    Expr::col((alias, "rev_to")).lt(Expr::cust(OPEN.to_string()))
}

/// One table as the digest sees it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Family {
    /// The packages themselves.
    Packages,
    /// Editions: no package brings them, closing one does.
    Editions,
    /// Texts that were redacted: no package brings them either.
    Redactions,
    /// A table kept as JSON.
    Dimension(&'static Table),
    /// A table kept in typed columns.
    Fact(&'static Table, &'static Layout),
}

/// What a version says.
#[derive(Debug)]
pub(super) enum Content {
    Record(Record),
    Package { title: String, version: String },
    Edition(Closed),
    Redaction(Gone),
}

/// One version of one row.
#[derive(Debug)]
pub(super) struct Version {
    /// The entity, or the number of a numbered row.
    pub(super) id: i64,
    pub(super) key: String,
    /// The package that brought it, where one did.
    pub(super) package: Option<String>,
    /// What the hashes of its texts are salted with; rows of the older format have none.
    pub(super) salts: Option<Salts>,
    /// The revision that began it.
    pub(super) since: i32,
    pub(super) content: Content,
}

/// A row that cannot be read back, and what is wrong with it.
#[derive(Debug)]
pub(super) struct Damage {
    pub(super) id: i64,
    /// Where it can be told.
    pub(super) key: Option<String>,
    pub(super) what: String,
}

/// Every table by name, bytewise.
pub(super) fn families() -> &'static [Family] {
    static ALL: LazyLock<Vec<Family>> = LazyLock::new(|| {
        let by_name: BTreeMap<&str, Family> = tables()
            .iter()
            .map(|table| {
                let family = Layout::of(table.name).map_or(Family::Dimension(table), |l| Family::Fact(table, l));
                (table.name, family)
            })
            .chain([("packages", Family::Packages), ("editions", Family::Editions), ("redactions", Family::Redactions)])
            .collect();
        by_name.into_values().collect()
    });
    &ALL
}

/// The tables whose rows packages bring.
pub(super) fn packaged() -> impl Iterator<Item = Family> {
    families().iter().copied().filter(|family| !matches!(family, Family::Editions | Family::Redactions))
}

/// The kind under which a table's rows stand in `entity`: the word of its kind, else its own name.
pub(super) fn entity_kind(table: &Table) -> &'static str {
    table.kind().map_or(table.name, Kind::word)
}

/// The table of an `entity.kind`.
pub(super) fn table_of_kind(kind: &str) -> Option<&'static Table> {
    match Kind::from_word(kind) {
        Some(kind) => crate::domain::table(kind.table()),
        None => crate::domain::table(kind),
    }
}

/// Kind and code of whatever a dimension carries, by id: millions of facts point to a few thousand of these, which are
/// looked up here many times sooner than by joining them to each row.
pub(super) type Named = HashMap<i64, (String, String)>;

/// Reads them.
pub(super) async fn named(session: &mut Session) -> Result<Arc<Named>, StoreError> {
    let rows = session.rows(&of_dimensions()).await?;
    rows.iter().map(|row| Ok((row.int(0)?, (row.text(1)?, row.text(2)?)))).collect::<Result<_, _>>().map(Arc::new)
}

pub(super) fn of_dimensions() -> SelectStatement {
    let kinds = families().iter().filter_map(|family| match family {
        Family::Dimension(table) => Some(entity_kind(table)),
        _ => None,
    });
    Query::select().columns(["id", "kind", "code"]).from("entity").and_where(Expr::col("kind").is_in(kinds)).take()
}

/// Columns before the content: id, key, package, salts, revision.
const HEAD: usize = 5;

impl Family {
    /// Name in packages and digests.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Packages => "packages",
            Self::Editions => "editions",
            Self::Redactions => "redactions",
            Self::Dimension(table) | Self::Fact(table, _) => table.name,
        }
    }

    /// Name in SQL.
    pub(super) const fn sql(self) -> &'static str {
        match self {
            Self::Packages => "package",
            Self::Editions => "edition",
            Self::Redactions => "redaction",
            Self::Dimension(_) => "dimension",
            Self::Fact(_, layout) => layout.sql,
        }
    }

    /// The columns that tell one identity from another.
    pub(super) const fn identity(self) -> &'static [&'static str] {
        match self {
            Self::Packages => &["name"],
            Self::Editions => &["code"],
            Self::Redactions => &["table_name", "row_key", "row_from", "column_name"],
            Self::Dimension(_) => &["entity"],
            Self::Fact(_, layout) => layout.identity,
        }
    }

    /// The column of a row's own id.
    pub(super) const fn id_column(self) -> &'static str {
        match self {
            Self::Packages => "name",
            Self::Editions => "code",
            Self::Redactions => "row_key",
            Self::Fact(_, Layout { numbered: true, .. }) => "id",
            _ => "entity",
        }
    }

    /// The row's key as SQL over the aliases of [`Family::from`].
    pub(super) fn key(self) -> Expr {
        match self {
            Self::Packages | Self::Editions => Expr::col(("f", self.id_column())),
            Self::Redactions => Expr::cust(
                r#""f"."table_name" || '/' || "f"."row_key" || '@' || CAST("f"."row_from" AS text) || '/' || "f"."column_name""#,
            ),
            Self::Fact(_, Layout { sql: "observation", .. }) => Expr::cust(
                r#""subject"."kind" || '/' || "subject"."code" || '/' || "indicator"."code" || '/' ||
substr(CAST("f"."period" / 10000 + 10000 AS text), 2) || CASE "f"."period" % 100 WHEN 12 THEN ''
WHEN 6 THEN '-H' || CAST("f"."period" / 100 % 100 / 6 AS text)
WHEN 3 THEN '-Q' || CAST("f"."period" / 100 % 100 / 3 AS text)
ELSE '-M' || substr(CAST("f"."period" / 100 % 100 + 100 AS text), 2) END
|| '/' || "f"."accumulation" || '/' || "document"."code""#,
            ),
            Self::Fact(_, Layout { sql: "project_stage", .. }) => {
                Expr::cust(r#""project"."code" || '/' || "f"."stage""#)
            }
            _ => Expr::col(("own", "code")),
        }
    }

    /// All versions, with what [`Family::version`] reads; the caller says which.
    pub(super) fn select(self, dialect: Dialect) -> SelectStatement {
        let mut select = self.from();
        if let Self::Fact(_, layout) = self {
            layout.join(&mut select, layout.joined());
        }
        dialect.columns(&mut select, self.expressions(), self.is_listed());
        select
    }

    /// Whether its rows come as one list each, where that is faster: facts are many and hold no bytes.
    const fn is_listed(self) -> bool {
        matches!(self, Self::Fact(..))
    }

    fn expressions(self) -> Vec<Expr> {
        let column = |name: &'static str| Expr::col(("f", name));
        let absent = || Expr::cust("CAST(NULL AS text)");
        let id = match self {
            Self::Packages | Self::Editions | Self::Redactions => Expr::cust("CAST(0 AS bigint)"),
            _ => column(self.id_column()),
        };
        // The key of a numbered row is made of what it says.
        let key = if self.is_numbered() { absent() } else { self.key() };
        let held = match self {
            Self::Packages => [column("name"), absent()],
            Self::Editions | Self::Redactions => [absent(), absent()],
            Self::Dimension(_) | Self::Fact(..) => [column("package"), column("salt")],
        };
        let content = match self {
            Self::Packages => vec![column("title"), column("version")],
            Self::Editions => Closed::COLUMNS.map(column).into(),
            Self::Redactions => Gone::COLUMNS.map(column).into(),
            Self::Dimension(_) => vec![column("body"), column("shape")],
            Self::Fact(_, layout) => layout.expressions(),
        };
        [id, key].into_iter().chain(held).chain([column("rev_from")]).chain(content).collect()
    }

    /// Keys only.
    pub(super) fn keys(self) -> SelectStatement {
        let mut select = self.from();
        select.expr(self.key());
        if let Self::Fact(_, layout) = self
            && layout.numbered
        {
            layout.join(&mut select, layout.entity_columns());
        }
        select
    }

    /// Whether its rows are numbered rather than carried by an entity.
    pub(super) const fn is_numbered(self) -> bool {
        matches!(self, Self::Fact(_, Layout { numbered: true, .. }))
    }

    /// The key of a numbered row, for people: as much of it as can be told.
    pub(super) async fn key_of(self, session: &mut Session, id: i64) -> Result<Option<String>, StoreError> {
        if !self.is_numbered() {
            return Ok(None);
        }
        session.rows(&self.key_statement(id)).await?.first().map_or(Ok(None), |row| row.some_text(0))
    }

    pub(super) fn key_statement(self, id: i64) -> SelectStatement {
        self.keys().and_where(Expr::col(("f", "id")).eq(id)).take()
    }

    fn from(self) -> SelectStatement {
        let mut select = Query::select();
        select.from_as(self.sql(), "f");
        let kind = match self {
            Self::Packages | Self::Editions | Self::Redactions | Self::Fact(_, Layout { numbered: true, .. }) => {
                return select;
            }
            Self::Dimension(table) | Self::Fact(table, _) => entity_kind(table),
        };
        // Every carried row has its entity; which table it belongs to is said there.
        select.join_as(
            JoinType::InnerJoin,
            "entity",
            "own",
            Expr::col(("own", "id")).equals(("f", "entity")).and(Expr::col(("own", "kind")).eq(kind)),
        );
        select
    }

    /// In the order of keys.
    pub(super) fn ordered(self, mut select: SelectStatement) -> SelectStatement {
        select.order_by_expr(self.key(), Order::Asc);
        select
    }

    /// The version in a row of [`Family::select`], or what is wrong with it.
    pub(super) fn version(self, row: &Row, named: &Named) -> Result<Result<Version, Damage>, StoreError> {
        let list = if self.is_listed() { row.list()? } else { None };
        let row = list.as_ref().unwrap_or(row);
        let id = row.int(0)?;
        let key = row.some_text(1)?;
        let read = || {
            let package = row.some_text(2)?;
            let salts = match row.some_text(3)? {
                Some(text) => Some(Salts::read(&text).ok_or_else(|| Unread::Odd(Odd("salt".to_owned())))?),
                None => None,
            };
            let since = row.revision(4)?;
            let content = match self {
                Self::Editions => Content::Edition(Closed::read(row, HEAD, key.as_deref().unwrap_or_default())?),
                Self::Redactions => Content::Redaction(Gone::read(row, HEAD)?),
                Self::Packages => Content::Package { title: row.text(HEAD)?, version: row.text(HEAD + 1)? },
                Self::Dimension(table) => {
                    Content::Record(dimension(table, &row.text(HEAD)?, row.some_bytes(HEAD + 1)?.as_deref())?)
                }
                Self::Fact(table, layout) => {
                    Content::Record(layout.record(table, row, HEAD, key.as_deref().unwrap_or_default(), named)?)
                }
            };
            let said = if let Content::Record(record) = &content { Some(record.key()) } else { None };
            let key = match (key.clone(), said) {
                (None, Some(said)) if self.is_numbered() => said,
                (Some(key), Some(said)) if key == said => key,
                (Some(key), None) => key,
                _ => return Err(Unread::Odd(Odd("key".to_owned()))),
            };
            Ok(Version { id, key, package, salts, since, content })
        };
        match read() {
            Ok(version) => Ok(Ok(version)),
            Err(Unread::Store(error)) => Err(error),
            Err(Unread::Odd(Odd(what))) => Ok(Err(Damage { id, key, what })),
        }
    }
}

impl Content {
    /// The JSON object that the digest sees.
    pub(super) fn body(&self) -> Map<String, Value> {
        match self {
            Self::Record(record) => record.body(),
            Self::Package { title, version } => Map::from_iter([
                ("title".to_owned(), title.as_str().into()),
                ("version".to_owned(), version.as_str().into()),
            ]),
            Self::Edition(closed) => closed.body(),
            Self::Redaction(gone) => gone.body(),
        }
    }

    /// The first field in which another does not say the same; rows are compared without making their bodies.
    pub(super) fn differs(&self, other: &Self) -> Option<String> {
        if let (Self::Record(own), Self::Record(other)) = (self, other) {
            return own.differs(other).map(str::to_owned);
        }
        let (own, other) = (self.body(), other.body());
        own.iter().chain(&other).map(|(field, _)| field).find(|f| own.get(*f) != other.get(*f)).cloned()
    }
}

impl Version {
    /// The JSON object that the digest sees.
    pub(super) fn body(&self) -> Map<String, Value> {
        self.content.body()
    }
}

/// RFC 8785 text.
pub(super) fn canonical(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json_canonicalizer::to_string(value).map_err(|error| StoreError::Other(error.into()))
}

/// The body of a record without its geometry, as `dimension.body` keeps it.
pub(super) fn dimension_body(record: &Record) -> Result<String, StoreError> {
    let mut body = record.body();
    body.remove("geometry");
    canonical(&body)
}

/// The record of a stored body and shape. Only the one way of writing it is accepted.
pub(super) fn dimension(table: &'static Table, body: &str, shape: Option<&[u8]>) -> Result<Record, Unread> {
    let odd = |what: &str| Unread::Odd(Odd(what.to_owned()));
    let Ok(Value::Object(mut values)) = serde_json::from_str(body) else { return Err(odd("body")) };
    let mut cells = Vec::with_capacity(table.fields.len());
    for field in &table.fields {
        let Some(value) = values.remove(field.name) else {
            cells.push(Cell::Null);
            continue;
        };
        cells.push(match (field.kind, value) {
            (FieldType::Text | FieldType::Date, Value::String(text)) => Cell::Text(text.into()),
            (FieldType::Integer, Value::Number(number)) => Cell::Integer(number.as_i64().ok_or_else(|| odd("body"))?),
            (FieldType::Decimal, Value::String(text)) => Cell::Decimal(text.parse().map_err(|_| odd("body"))?),
            (FieldType::Boolean, Value::Bool(truth)) => Cell::Boolean(truth),
            (FieldType::List, Value::Array(items)) => {
                let texts = items.iter().map(|item| item.as_str().map(Into::into)).collect::<Option<_>>();
                Cell::List(texts.ok_or_else(|| odd("body"))?)
            }
            _ => return Err(odd("body")),
        });
    }
    let shape = match shape {
        None => None,
        Some(blob) => {
            let shape = geometry::from_blob(blob).map_err(|_| odd("shape"))?;
            if geometry::to_blob(&shape) != blob {
                return Err(odd("shape"));
            }
            Some(shape)
        }
    };
    let record = Record { table, cells, shape };
    if dimension_body(&record)? != body {
        return Err(odd("body"));
    }
    Ok(record)
}
