//! Entries of registers (名录): who was recognised as what, from when to when.

use sea_query::{Condition, Expr, ExprTrait, Func, IntoTableRef, JoinType, Order, Query, SelectStatement};

use super::area::Within;
use super::db::{Dialect, Row};
use super::search::{self, Columns, among, point, scan};
use super::{Store, StoreError, held_at};
use crate::domain::{Kind, PeriodCode, Point};
use crate::geometry::Bbox;

/// An entry, as one revision holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterEntry {
    /// Permanent id.
    pub id: i64,
    /// `REGISTER/CODE`.
    pub code: String,
    /// The register.
    pub register: i64,
    /// Who holds it.
    pub holder: i64,
    /// What the holder is.
    pub holder_kind: Kind,
    /// What was recognised.
    pub title: Option<String>,
    /// Level.
    pub level: Option<String>,
    /// Since when.
    pub recognised_on: Option<PeriodCode>,
    /// Until when.
    pub expires_on: Option<PeriodCode>,
    /// Where it stands.
    pub location: Option<Point>,
    /// Source.
    pub document: i64,
    /// Where in it.
    pub locator: Option<String>,
    /// Short and verbatim.
    pub quote: Option<String>,
    /// The revision that brought it.
    pub since: i32,
}

/// Which entries. Everything that is set must hold; an empty filter takes all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of these registers.
    pub registers: Option<Vec<i64>>,
    /// Of these holders.
    pub holders: Option<Vec<i64>>,
    /// Recognised by the end of this period (or at a time unknown) and not expired before it.
    pub in_force: Option<PeriodCode>,
    /// In this box.
    pub bbox: Option<Bbox>,
    /// In all of these areas.
    pub within: Vec<Within>,
}

/// Entries in the order of codes, from the one after the code `after` on.
///
/// # Errors
/// When the database fails.
pub async fn list(
    store: &Store,
    at: i32,
    filter: &Filter,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<RegisterEntry>, StoreError> {
    let select = list_statement(store.db.dialect(), at, filter, after, limit);
    store.db.rows(&select).await?.iter().map(read).collect()
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub async fn count(store: &Store, at: i32, filter: &Filter) -> Result<i64, StoreError> {
    let rows = store.db.rows(&count_statement(store.db.dialect(), at, filter)).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// The first `limit` entries of each of these registers, by register and code.
///
/// # Errors
/// When the database fails.
pub async fn page_per_register(
    store: &Store,
    at: i32,
    registers: &[i64],
    filter: &Filter,
    limit: u64,
) -> Result<Vec<RegisterEntry>, StoreError> {
    if registers.is_empty() {
        return Ok(Vec::new());
    }
    let select = page_per_register_statement(store.db.dialect(), at, registers, filter, limit);
    store.db.rows(&select).await?.iter().map(read).collect()
}

/// How many entries each of these registers has, where it has any.
///
/// # Errors
/// When the database fails.
pub async fn counts(store: &Store, at: i32, registers: &[i64], filter: &Filter) -> Result<Vec<(i64, i64)>, StoreError> {
    let rows = store.db.rows(&counts_statement(store.db.dialect(), at, registers, filter)).await?;
    rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect()
}

/// An entry by its code, `REGISTER/CODE`.
///
/// # Errors
/// When the database fails.
pub async fn by_code(store: &Store, at: i32, code: &str) -> Result<Option<RegisterEntry>, StoreError> {
    store.db.rows(&by_code_statement(at, code)).await?.first().map(read).transpose()
}

/// Entries by their ids, in the order of ids; those that the revision does not hold are left out.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(store: &Store, at: i32, ids: &[i64]) -> Result<Vec<RegisterEntry>, StoreError> {
    store.db.rows(&by_ids_statement(store.db.dialect(), at, ids)).await?.iter().map(read).collect()
}

/// What [`read`] reads of the row itself.
const COLUMNS: [&str; 12] = [
    "register",
    "holder",
    "title",
    "level",
    "recognised_on",
    "expires_on",
    "x",
    "y",
    "document",
    "locator",
    "quote",
    "rev_from",
];

fn columns(mut select: SelectStatement) -> SelectStatement {
    select
        .columns([("e", "id"), ("e", "code"), ("h", "kind")])
        .columns(COLUMNS.map(|column| ("p", column)))
        .join_as(JoinType::InnerJoin, "entity", "e", Expr::col(("e", "id")).equals(("p", "entity")))
        .join_as(JoinType::InnerJoin, "entity", "h", Expr::col(("h", "id")).equals(("p", "holder")));
    select
}

impl Filter {
    fn condition(&self, dialect: Dialect) -> Condition {
        let ids =
            |column: &'static str, ids: &Option<Vec<i64>>| ids.as_ref().map(|ids| among(dialect, ("p", column), ids));
        let all = Condition::all()
            .add_option(ids("register", &self.registers))
            .add_option(ids("holder", &self.holders))
            .add_option(self.bbox.as_ref().map(|bbox| search::inside("p", bbox)));
        let mut all = search::within(dialect, all, &self.within);
        if let Some(period) = self.in_force {
            // Sort keys begin with the last month of the period.
            let month = i64::from(period.sort_key() / 100 * 100);
            let (since, until) = (Expr::col(("p", "recognised_on")), Expr::col(("p", "expires_on")));
            all = all
                .add(since.clone().is_null().or(since.lt(month + 100)))
                .add(until.clone().is_null().or(until.gte(month)));
        }
        all
    }
}

fn matching(dialect: Dialect, at: i32, filter: &Filter) -> SelectStatement {
    scan(dialect, "register_entry", at, filter.condition(dialect), search::frame(filter.bbox, &filter.within).as_ref())
}

pub(super) fn list_statement(
    dialect: Dialect,
    at: i32,
    filter: &Filter,
    after: Option<&str>,
    limit: u64,
) -> SelectStatement {
    columns(matching(dialect, at, filter))
        .and_where_option(after.map(|code| Expr::col(("e", "code")).gt(code)))
        .order_by(("e", "code"), Order::Asc)
        .limit(limit)
        .take()
}

pub(super) fn count_statement(dialect: Dialect, at: i32, filter: &Filter) -> SelectStatement {
    matching(dialect, at, filter).expr(Func::count(Expr::col(("p", "entity")))).take()
}

pub(super) fn page_per_register_statement(
    dialect: Dialect,
    at: i32,
    registers: &[i64],
    filter: &Filter,
    limit: u64,
) -> SelectStatement {
    let mut first = matching(dialect, at, filter);
    first
        .join_as(JoinType::InnerJoin, "entity", "o", Expr::col(("o", "id")).equals(("p", "entity")))
        .and_where(Expr::col(("p", "register")).equals(("parent", "id")))
        .order_by(("o", "code"), Order::Asc)
        .limit(limit)
        .column(("p", "entity"));
    let mut select = Query::select();
    select.from_subquery(dialect.ids(registers), "parent");
    match dialect {
        Dialect::Sqlite => {
            select
                .cross_join("register_entry".into_table_ref().alias("p"))
                .cond_where(held_at("p", at))
                .and_where(Expr::col(("p", "entity")).in_subquery(first));
        }
        Dialect::Postgres => {
            first.columns(COLUMNS.map(|column| ("p", column)));
            select.join_lateral(JoinType::InnerJoin, first, "p", Expr::cust("TRUE"));
        }
    }
    columns(select).order_by(("parent", "id"), Order::Asc).order_by(("e", "code"), Order::Asc).take()
}

pub(super) fn counts_statement(dialect: Dialect, at: i32, registers: &[i64], filter: &Filter) -> SelectStatement {
    matching(dialect, at, filter)
        .column(("p", "register"))
        .expr(Func::count(Expr::col(("p", "entity"))))
        .and_where(among(dialect, ("p", "register"), registers))
        .group_by_col(("p", "register"))
        .take()
}

pub(super) fn by_code_statement(at: i32, code: &str) -> SelectStatement {
    columns(Query::select().from_as("register_entry", "p").cond_where(held_at("p", at)).take())
        .and_where(Expr::col(("e", "kind")).eq("register_entries"))
        .and_where(Expr::col(("e", "code")).eq(code))
        .take()
}

pub(super) fn by_ids_statement(dialect: Dialect, at: i32, ids: &[i64]) -> SelectStatement {
    columns(Query::select().from_as("register_entry", "p").cond_where(held_at("p", at)).take())
        .and_where(among(dialect, ("p", "entity"), ids))
        .order_by(("p", "entity"), Order::Asc)
        .take()
}

fn read(row: &Row) -> Result<RegisterEntry, StoreError> {
    let mut columns = Columns::new(row);
    let period = |key: Option<i64>| -> Result<Option<PeriodCode>, StoreError> {
        key.map(|key| i32::try_from(key).ok().and_then(PeriodCode::from_sort_key).ok_or(StoreError::Damaged))
            .transpose()
    };
    Ok(RegisterEntry {
        id: columns.int()?,
        code: columns.text()?,
        holder_kind: columns.parsed(Kind::from_word)?,
        register: columns.int()?,
        holder: columns.int()?,
        title: columns.some_text()?,
        level: columns.some_text()?,
        recognised_on: period(columns.some_int()?)?,
        expires_on: period(columns.some_int()?)?,
        location: point(columns.some_int()?, columns.some_int()?)?,
        document: columns.int()?,
        locator: columns.some_text()?,
        quote: columns.some_text()?,
        since: columns.revision()?,
    })
}
