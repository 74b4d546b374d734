//! Enterprises.

use sea_query::{
    Condition, Expr, ExprTrait, Func, IntoTableRef, JoinType, Order, OverStatement, Query, SelectStatement,
    WindowStatement,
};

use super::area::Within;
use super::db::{Dialect, Row};
use super::search::{self, Columns, among, contains, point, rowid, scan};
use super::{Store, StoreError, held_at};
use crate::domain::Point;
use crate::geometry::Bbox;

/// An enterprise, as one revision holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enterprise {
    /// Permanent id.
    pub id: i64,
    /// Code.
    pub code: String,
    /// Name as written.
    pub name: String,
    /// Ours, unofficial.
    pub name_en: Option<String>,
    /// Development zone.
    pub zone: Option<i64>,
    /// Region.
    pub region: Option<i64>,
    /// Chain.
    pub chain: Option<i64>,
    /// Code of its stage within the chain.
    pub stage: Option<String>,
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

/// Which enterprises. Everything that is set must hold; an empty filter takes all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// All of these hold.
    pub and: Vec<Filter>,
    /// At least one of these holds, where there are any.
    pub or: Vec<Filter>,
    /// This does not hold.
    pub not: Option<Box<Filter>>,
    /// Exactly one of these names.
    pub names: Option<Vec<String>>,
    /// The name contains this.
    pub name_contains: Option<String>,
    /// Zone.
    pub zones: Option<Vec<i64>>,
    /// Region.
    pub regions: Option<Vec<i64>>,
    /// Chain.
    pub chains: Option<Vec<i64>>,
    /// Code of the stage within its chain.
    pub stages: Option<Vec<String>>,
    /// Holds an entry of one of these registers.
    pub registers: Option<Vec<i64>>,
    /// In this box.
    pub bbox: Option<Bbox>,
    /// In all of these areas.
    pub within: Vec<Within>,
}

/// Enterprises in the order of codes, from the one after the code `after` on.
///
/// # Errors
/// When the database fails.
pub async fn list(
    store: &Store,
    at: i32,
    filter: &Filter,
    after: Option<&str>,
    limit: u64,
) -> Result<Vec<Enterprise>, StoreError> {
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

/// An enterprise by its code.
///
/// # Errors
/// When the database fails.
pub async fn by_code(store: &Store, at: i32, code: &str) -> Result<Option<Enterprise>, StoreError> {
    store.db.rows(&by_code_statement(at, code)).await?.first().map(read).transpose()
}

/// Enterprises by their ids, in the order of ids; those that the revision does not hold are left out.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(store: &Store, at: i32, ids: &[i64]) -> Result<Vec<Enterprise>, StoreError> {
    store.db.rows(&by_ids_statement(store.db.dialect(), at, ids)).await?.iter().map(read).collect()
}

/// What enterprises are asked for by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// The zone they stand in.
    Zone,
    /// The region they stand in.
    Region,
    /// The chain they belong to.
    Chain,
    /// The chain, and the stage of it that they work at.
    Stage,
}

impl Part {
    const fn column(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Region => "region",
            Self::Chain | Self::Stage => "chain",
        }
    }
}

/// The first `limit` enterprises of each of some parents, or of each stage of them, in the order of codes.
///
/// # Errors
/// When the database fails.
pub async fn page_per_part(
    store: &Store,
    at: i32,
    part: Part,
    parents: &[i64],
    limit: u64,
) -> Result<Vec<Enterprise>, StoreError> {
    let dialect = store.db.dialect();
    let select = match part {
        Part::Stage => page_per_stage_statement(dialect, at, parents, limit),
        _ => page_per_part_statement(dialect, at, part, parents, limit),
    };
    store.db.rows(&select).await?.iter().map(read).collect()
}

/// How many enterprises each of some parents has, or each stage of them: parent, stage, number.
///
/// # Errors
/// When the database fails.
pub async fn counts(
    store: &Store,
    at: i32,
    part: Part,
    parents: &[i64],
) -> Result<Vec<(i64, Option<String>, i64)>, StoreError> {
    let rows = store.db.rows(&counts_statement(store.db.dialect(), at, part, parents)).await?;
    rows.iter()
        .map(|row| match part {
            Part::Stage => Ok((row.int(0)?, row.some_text(1)?, row.int(2)?)),
            _ => Ok((row.int(0)?, None, row.int(1)?)),
        })
        .collect()
}

/// What [`read`] reads.
const COLUMNS: [&str; 14] = [
    "entity", "code", "name", "name_en", "zone", "region", "chain", "stage", "x", "y", "document", "locator", "quote",
    "rev_from",
];

fn columns(mut select: SelectStatement) -> SelectStatement {
    select.columns(COLUMNS.map(|column| ("p", column))).take()
}

impl Filter {
    fn condition(&self, dialect: Dialect, at: i32) -> Condition {
        let mut all = Condition::all();
        for filter in &self.and {
            all = all.add(filter.condition(dialect, at));
        }
        if !self.or.is_empty() {
            all = all.add(self.or.iter().fold(Condition::any(), |any, filter| any.add(filter.condition(dialect, at))));
        }
        if let Some(filter) = &self.not {
            all = all.add(search::not(filter.condition(dialect, at)));
        }
        let ids =
            |column: &'static str, ids: &Option<Vec<i64>>| ids.as_ref().map(|ids| among(dialect, ("p", column), ids));
        let texts = |column: &'static str, texts: &Option<Vec<String>>| {
            texts.as_ref().map(|texts| Expr::col(("p", column)).is_in(texts.iter().map(String::as_str)))
        };
        let listed = |registers: &Vec<i64>| {
            let entries = Query::select()
                .column(("h", "holder"))
                .from_as("register_entry", "h")
                .and_where(among(dialect, ("h", "register"), registers))
                .cond_where(held_at("h", at))
                .take();
            Expr::col(("p", "entity")).in_subquery(entries)
        };
        let all = all
            .add_option(texts("name", &self.names))
            .add_option(self.name_contains.as_ref().map(|text| contains(("p", "name"), text)))
            .add_option(ids("zone", &self.zones))
            .add_option(ids("region", &self.regions))
            .add_option(ids("chain", &self.chains))
            .add_option(texts("stage", &self.stages))
            .add_option(self.registers.as_ref().map(listed))
            .add_option(self.bbox.as_ref().map(|bbox| search::inside("p", bbox)));
        search::within(dialect, all, &self.within)
    }

    /// A box that every match lies in.
    fn frame(&self) -> Option<Bbox> {
        search::frame(self.bbox, &self.within).or_else(|| self.and.iter().find_map(Self::frame))
    }
}

fn matching(dialect: Dialect, at: i32, filter: &Filter) -> SelectStatement {
    scan(dialect, "enterprise", at, filter.condition(dialect, at), filter.frame().as_ref())
}

pub(super) fn list_statement(
    dialect: Dialect,
    at: i32,
    filter: &Filter,
    after: Option<&str>,
    limit: u64,
) -> SelectStatement {
    columns(matching(dialect, at, filter))
        .and_where_option(after.map(|code| Expr::col(("p", "code")).gt(code)))
        .order_by(("p", "code"), Order::Asc)
        .limit(limit)
        .take()
}

pub(super) fn count_statement(dialect: Dialect, at: i32, filter: &Filter) -> SelectStatement {
    matching(dialect, at, filter).expr(Func::count(Expr::col(("p", "entity")))).take()
}

/// Enterprises of some parents; where stages are asked for, those that stand at one.
fn of_parents(dialect: Dialect, at: i32, part: Part, parents: &[i64]) -> SelectStatement {
    let staged = (part == Part::Stage).then(|| Expr::col(("p", "stage")).is_not_null());
    Query::select()
        .from_as("enterprise", "p")
        .cond_where(held_at("p", at))
        .and_where(among(dialect, ("p", part.column()), parents))
        .and_where_option(staged)
        .take()
}

/// The first of each parent are found before anything else of them is read.
pub(super) fn page_per_part_statement(
    dialect: Dialect,
    at: i32,
    part: Part,
    parents: &[i64],
    limit: u64,
) -> SelectStatement {
    let mut first = Query::select();
    first
        .from_as("enterprise", "p")
        .cond_where(held_at("p", at))
        .and_where(Expr::col(("p", part.column())).equals(("parent", "id")))
        .order_by(("p", "code"), Order::Asc)
        .limit(limit);
    let mut select = Query::select();
    select.from_subquery(dialect.ids(parents), "parent");
    match dialect {
        Dialect::Sqlite => {
            first.expr(rowid());
            select.cross_join("enterprise".into_table_ref().alias("p")).and_where(rowid().in_subquery(first));
        }
        Dialect::Postgres => {
            first.columns(COLUMNS.map(|column| ("p", column)));
            select.join_lateral(JoinType::InnerJoin, first, "p", Expr::cust("TRUE"));
        }
    }
    columns(select).order_by(("p", "code"), Order::Asc).take()
}

pub(super) fn page_per_stage_statement(dialect: Dialect, at: i32, chains: &[i64], limit: u64) -> SelectStatement {
    let mut place = WindowStatement::partition_by(("p", "chain"));
    place.add_partition_by(Expr::col(("p", "stage")));
    place.order_by(("p", "code"), Order::Asc);
    let mut ranked = columns(of_parents(dialect, at, Part::Stage, chains));
    ranked.expr_window_as(Func::cust("ROW_NUMBER"), place.take(), "place");
    Query::select()
        .columns(COLUMNS)
        .from_subquery(ranked, "ranked")
        .and_where(Expr::col("place").lte(limit))
        .order_by("code", Order::Asc)
        .take()
}

pub(super) fn counts_statement(dialect: Dialect, at: i32, part: Part, parents: &[i64]) -> SelectStatement {
    let mut select = of_parents(dialect, at, part, parents);
    let of = ("p", part.column());
    select.column(of).group_by_col(of);
    if part == Part::Stage {
        select.column(("p", "stage")).group_by_col(("p", "stage"));
    }
    select.expr(Func::count(Expr::col(("p", "entity")))).take()
}

pub(super) fn by_code_statement(at: i32, code: &str) -> SelectStatement {
    columns(Query::select().from_as("enterprise", "p").cond_where(held_at("p", at)).take())
        .and_where(Expr::col(("p", "code")).eq(code))
        .take()
}

pub(super) fn by_ids_statement(dialect: Dialect, at: i32, ids: &[i64]) -> SelectStatement {
    columns(Query::select().from_as("enterprise", "p").cond_where(held_at("p", at)).take())
        .and_where(among(dialect, ("p", "entity"), ids))
        .order_by(("p", "entity"), Order::Asc)
        .take()
}

fn read(row: &Row) -> Result<Enterprise, StoreError> {
    let mut columns = Columns::new(row);
    Ok(Enterprise {
        id: columns.int()?,
        code: columns.text()?,
        name: columns.text()?,
        name_en: columns.some_text()?,
        zone: columns.some_int()?,
        region: columns.some_int()?,
        chain: columns.some_int()?,
        stage: columns.some_text()?,
        location: point(columns.some_int()?, columns.some_int()?)?,
        document: columns.int()?,
        locator: columns.some_text()?,
        quote: columns.some_text()?,
        since: columns.revision()?,
    })
}
