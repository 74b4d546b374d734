//! Projects: search, count, group, and the first few of each place.

use chrono::NaiveDate;
use sea_query::{
    Condition, Expr, ExprTrait, Func, IntoTableRef, JoinType, NullOrdering, Order as Direction, Query, SelectStatement,
};

use super::columns::unbarred;
use super::db::{Dialect, Row};
use super::search::{self, Columns, among, contains, point, quantity, scan};
use super::{Store, StoreError, held_at};
use crate::domain::{Point, ProjectStage, Quantity};
use crate::geometry::Bbox;

/// A project, as one revision holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// Permanent id.
    pub id: i64,
    /// Code.
    pub code: String,
    /// Name as written.
    pub name: String,
    /// Ours, unofficial.
    pub name_en: Option<String>,
    /// 三化改造, 补链 …, as codes.
    pub kinds: Vec<String>,
    /// Stage.
    pub stage: Option<ProjectStage>,
    /// Batch as written.
    pub batch: Option<String>,
    /// Total investment.
    pub investment: Option<Quantity>,
    /// Where it stands.
    pub location: Option<Point>,
    /// Development zone.
    pub zone: Option<i64>,
    /// Region.
    pub region: Option<i64>,
    /// Cluster.
    pub cluster: Option<i64>,
    /// Chain.
    pub chain: Option<i64>,
    /// Tasks it serves.
    pub tasks: Vec<i64>,
    /// Source.
    pub document: i64,
    /// Where in it.
    pub locator: Option<String>,
    /// Short and verbatim.
    pub quote: Option<String>,
    /// The revision that brought it.
    pub since: i32,
}

/// A stage that a project reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// The project.
    pub project: i64,
    /// The stage.
    pub stage: ProjectStage,
    /// When.
    pub on: NaiveDate,
    /// Source.
    pub document: i64,
    /// Where in it.
    pub locator: Option<String>,
    /// Short and verbatim.
    pub quote: Option<String>,
}

/// Which projects. Everything that is set must hold; an empty filter takes all. A list that is set but
/// empty takes none.
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
    /// Stage.
    pub stages: Option<Vec<ProjectStage>>,
    /// At least one of these kinds.
    pub kinds: Option<Vec<String>>,
    /// Zone.
    pub zones: Option<Vec<i64>>,
    /// Region.
    pub regions: Option<Vec<i64>>,
    /// Cluster.
    pub clusters: Option<Vec<i64>>,
    /// Chain.
    pub chains: Option<Vec<i64>>,
    /// Serves at least one of these tasks.
    pub tasks: Option<Vec<i64>>,
    /// Investment at least, in 0.01 元 ([`Quantity::base`]).
    pub investment_from: Option<i64>,
    /// Investment at most, in 0.01 元.
    pub investment_to: Option<i64>,
    /// In this box.
    pub bbox: Option<Bbox>,
}

/// What to sort by; ties go by id, and what has no value comes last either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OrderBy {
    /// Total investment.
    Investment,
    /// Code.
    Code,
    /// Stage, from 签约 to 达效, then 停建.
    Stage,
}

/// An order and its direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Order {
    /// What to sort by.
    pub by: OrderBy,
    /// Largest first.
    pub desc: bool,
}

/// A place in an order: the sort key and the id of the row it names.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Cursor {
    /// Investment in base units or rank of the stage; none where the row has none, or the order is by code.
    pub number: Option<i64>,
    /// The code, where the order is by code.
    pub code: Option<String>,
    /// The id.
    pub id: i64,
}

/// What to group by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dim {
    /// Stage.
    Stage,
    /// Zone.
    Zone,
    /// Region.
    Region,
    /// Cluster.
    Cluster,
    /// Chain.
    Chain,
}

/// One part of a group's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A stage.
    Stage(Option<ProjectStage>),
    /// An identity.
    Thing(Option<i64>),
}

/// Projects that agree in the dimensions asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// In the order asked for.
    pub key: Vec<Key>,
    /// How many.
    pub count: i64,
    /// Sum of the investments known, in 0.01 元; none where none is known.
    pub investment: Option<i128>,
}

impl Project {
    /// Where it stands in an order.
    pub fn cursor(&self, order: Order) -> Cursor {
        let number = match order.by {
            OrderBy::Investment => self.investment.as_ref().and_then(|investment| investment.base().ok()),
            OrderBy::Stage => self.stage.map(rank),
            OrderBy::Code => None,
        };
        Cursor { number, code: (order.by == OrderBy::Code).then(|| self.code.clone()), id: self.id }
    }
}

/// Projects in an order, from the one after `after` on.
///
/// # Errors
/// When the database fails.
pub async fn list(
    store: &Store,
    at: i32,
    filter: &Filter,
    order: Order,
    after: Option<&Cursor>,
    limit: u64,
) -> Result<Vec<Project>, StoreError> {
    let select = list_statement(store.db.dialect(), at, filter, order, after, limit);
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

/// How many there are and what they cost, by group, in the order of the groups' keys.
///
/// # Errors
/// When the database fails.
pub async fn groups(store: &Store, at: i32, filter: &Filter, by: &[Dim]) -> Result<Vec<Group>, StoreError> {
    let rows = store.db.rows(&groups_statement(store.db.dialect(), at, filter, by)).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::new(row);
            let mut key = Vec::with_capacity(by.len());
            for dim in by {
                key.push(match dim {
                    Dim::Stage => Key::Stage(columns.some_parsed(ProjectStage::from_word)?),
                    _ => Key::Thing(columns.some_int()?),
                });
            }
            let (count, high, low) = (columns.int()?, columns.some_int()?, columns.some_int()?);
            let investment = high.zip(low).map(|(high, low)| i128::from(high) * i128::from(PART) + i128::from(low));
            Ok(Group { key, count, investment })
        })
        .collect()
}

/// The first `limit` projects of each parent (a zone, region, cluster or chain), with the parent's id.
///
/// # Errors
/// When the database fails.
pub async fn page_per_parent(
    store: &Store,
    at: i32,
    parent: Dim,
    parents: &[i64],
    filter: &Filter,
    order: Order,
    limit: u64,
) -> Result<Vec<(i64, Project)>, StoreError> {
    if parents.is_empty() {
        return Ok(Vec::new());
    }
    let select = page_per_parent_statement(store.db.dialect(), at, parent, parents, filter, order, limit);
    let rows = store.db.rows(&select).await?;
    rows.iter().map(|row| Ok((row.int(COLUMNS.len() + 1)?, read(row)?))).collect()
}

/// A project by its code.
///
/// # Errors
/// When the database fails.
pub async fn by_code(store: &Store, at: i32, code: &str) -> Result<Option<Project>, StoreError> {
    store.db.rows(&by_code_statement(at, code)).await?.first().map(read).transpose()
}

/// Projects by their ids, in the order of ids; those that the revision does not hold are left out.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(store: &Store, at: i32, ids: &[i64]) -> Result<Vec<Project>, StoreError> {
    store.db.rows(&by_ids_statement(store.db.dialect(), at, ids)).await?.iter().map(read).collect()
}

/// The dated stages of projects, by project and then by date.
///
/// # Errors
/// When the database fails.
pub async fn stages(store: &Store, at: i32, projects: &[i64]) -> Result<Vec<Reached>, StoreError> {
    let rows = store.db.rows(&stages_statement(store.db.dialect(), at, projects)).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::new(row);
            Ok(Reached {
                project: columns.int()?,
                stage: columns.parsed(ProjectStage::from_word)?,
                on: columns.parsed(|text| text.parse().ok())?,
                document: columns.int()?,
                locator: columns.some_text()?,
                quote: columns.some_text()?,
            })
        })
        .collect()
}

/// What [`read`] reads after the code.
const COLUMNS: [&str; 21] = [
    "entity",
    "name",
    "name_en",
    "kinds",
    "stage",
    "batch",
    "investment",
    "investment_unit",
    "investment_decimals",
    "investment_as_reported",
    "x",
    "y",
    "zone",
    "region",
    "cluster",
    "chain",
    "tasks",
    "document",
    "locator",
    "quote",
    "rev_from",
];

fn columns(mut select: SelectStatement) -> SelectStatement {
    select.columns(COLUMNS.map(|column| ("p", column))).column(("e", "code"));
    with_entity(select)
}

fn with_entity(mut select: SelectStatement) -> SelectStatement {
    select.join_as(JoinType::InnerJoin, "entity", "e", Expr::col(("e", "id")).equals(("p", "entity")));
    select
}

/// Rank of a stage in its order.
fn rank(stage: ProjectStage) -> i64 {
    ProjectStage::ALL.iter().position(|other| *other == stage).map_or(-1, |at| at as i64)
}

fn sort_key(by: OrderBy) -> Expr {
    match by {
        OrderBy::Investment => Expr::col(("p", "investment")),
        OrderBy::Code => Expr::col(("e", "code")),
        OrderBy::Stage => {
            let ranks: Vec<String> = ProjectStage::ALL
                .iter()
                .map(|stage| format!("WHEN '{}' THEN {}", stage.word(), rank(*stage)))
                .collect();
            Expr::cust(format!(r#"CAST(CASE "p"."stage" {} END AS bigint)"#, ranks.join(" ")))
        }
    }
}

fn ordered(mut select: SelectStatement, order: Order) -> SelectStatement {
    let direction = if order.desc { Direction::Desc } else { Direction::Asc };
    select.order_by_expr_with_nulls(sort_key(order.by), direction, NullOrdering::Last);
    select.order_by(("p", "entity"), Direction::Asc);
    select
}

/// What comes after a cursor: a greater key, or the same key and a greater id; rows without a key last.
fn after(order: Order, cursor: &Cursor) -> Condition {
    let later = Expr::col(("p", "entity")).gt(cursor.id);
    let key = || sort_key(order.by);
    let value = match order.by {
        OrderBy::Code => cursor.code.clone().map(Expr::val),
        _ => cursor.number.map(Expr::val),
    };
    let Some(value) = value else {
        return Condition::all().add(key().is_null()).add(later);
    };
    let beyond = if order.desc { key().lt(value.clone()) } else { key().gt(value.clone()) };
    Condition::any().add(beyond).add(key().eq(value).and(later)).add(key().is_null())
}

impl Filter {
    fn condition(&self, dialect: Dialect) -> Condition {
        let mut all = Condition::all();
        for filter in &self.and {
            all = all.add(filter.condition(dialect));
        }
        if !self.or.is_empty() {
            all = all.add(self.or.iter().fold(Condition::any(), |any, filter| any.add(filter.condition(dialect))));
        }
        if let Some(filter) = &self.not {
            all = all.add(search::not(filter.condition(dialect)));
        }
        let barred = |column: &'static str, item: &str| contains(("p", column), &format!("|{item}|"));
        let any_of =
            |tests: Vec<Expr>| tests.into_iter().fold(Condition::any().add(Expr::cust("1 = 0")), Condition::add);
        let ids =
            |column: &'static str, ids: &Option<Vec<i64>>| ids.as_ref().map(|ids| among(dialect, ("p", column), ids));
        all.add_option(
            self.names.as_ref().map(|names| Expr::col(("p", "name")).is_in(names.iter().map(String::as_str))),
        )
        .add_option(self.name_contains.as_ref().map(|text| contains(("p", "name"), text)))
        .add_option(self.stages.as_ref().map(|all| Expr::col(("p", "stage")).is_in(all.iter().map(|s| s.word()))))
        .add_option(self.kinds.as_ref().map(|kinds| any_of(kinds.iter().map(|kind| barred("kinds", kind)).collect())))
        .add_option(ids("zone", &self.zones))
        .add_option(ids("region", &self.regions))
        .add_option(ids("cluster", &self.clusters))
        .add_option(ids("chain", &self.chains))
        .add_option(
            self.tasks.as_ref().map(|ids| any_of(ids.iter().map(|id| barred("tasks", &id.to_string())).collect())),
        )
        .add_option(self.investment_from.map(|least| Expr::col(("p", "investment")).gte(least)))
        .add_option(self.investment_to.map(|most| Expr::col(("p", "investment")).lte(most)))
        .add_option(self.bbox.as_ref().map(|bbox| search::inside("p", bbox)))
    }

    /// A box that every match lies in.
    fn frame(&self) -> Option<&Bbox> {
        self.bbox.as_ref().or_else(|| self.and.iter().find_map(Self::frame))
    }
}

fn matching(dialect: Dialect, at: i32, filter: &Filter) -> SelectStatement {
    scan(dialect, "project", at, filter.condition(dialect), filter.frame())
}

pub(super) fn list_statement(
    dialect: Dialect,
    at: i32,
    filter: &Filter,
    order: Order,
    cursor: Option<&Cursor>,
    limit: u64,
) -> SelectStatement {
    let mut select = columns(matching(dialect, at, filter));
    if let Some(cursor) = cursor {
        select.cond_where(after(order, cursor));
    }
    ordered(select, order).limit(limit).take()
}

pub(super) fn count_statement(dialect: Dialect, at: i32, filter: &Filter) -> SelectStatement {
    matching(dialect, at, filter).expr(Func::count(Expr::col(("p", "entity")))).take()
}

/// Sums are taken in two parts, so that neither can overflow.
const PART: i64 = 1_000_000_000;

pub(super) fn groups_statement(dialect: Dialect, at: i32, filter: &Filter, by: &[Dim]) -> SelectStatement {
    let mut select = matching(dialect, at, filter);
    let investment = || Expr::col(("p", "investment"));
    let sum = |part: Expr| Expr::expr(Func::sum(part)).cast_as("bigint");
    select
        .columns(by.iter().map(|dim| ("p", dim.column())))
        .expr(Func::count(Expr::col(("p", "entity"))))
        .expr(sum(investment().div(PART)))
        .expr(sum(investment().modulo(PART)));
    for dim in by {
        select.group_by_col(("p", dim.column()));
        select.order_by_with_nulls(("p", dim.column()), Direction::Asc, NullOrdering::Last);
    }
    select
}

impl Dim {
    const fn column(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Zone => "zone",
            Self::Region => "region",
            Self::Cluster => "cluster",
            Self::Chain => "chain",
        }
    }
}

pub(super) fn page_per_parent_statement(
    dialect: Dialect,
    at: i32,
    parent: Dim,
    parents: &[i64],
    filter: &Filter,
    order: Order,
    limit: u64,
) -> SelectStatement {
    let own = Expr::col(("p", parent.column())).equals(("parent", "id"));
    let mut first = with_entity(matching(dialect, at, filter));
    first.and_where(own);
    let mut first = ordered(first, order);
    first.limit(limit);
    let mut select = Query::select();
    select.from_subquery(dialect.ids(parents), "parent");
    let select = match dialect {
        Dialect::Sqlite => {
            first.column(("p", "entity"));
            select
                .cross_join("project".into_table_ref().alias("p"))
                .cond_where(held_at("p", at))
                .and_where(Expr::col(("p", "entity")).in_subquery(first));
            columns(select)
        }
        Dialect::Postgres => {
            first.columns(COLUMNS.map(|column| ("p", column)));
            select.join_lateral(JoinType::InnerJoin, first, "p", Expr::cust("TRUE"));
            columns(select)
        }
    };
    let mut select = select;
    select.column(("parent", "id")).order_by(("parent", "id"), Direction::Asc);
    ordered(select, order)
}

pub(super) fn by_code_statement(at: i32, code: &str) -> SelectStatement {
    let select = Query::select().from_as("project", "p").cond_where(held_at("p", at)).take();
    columns(select)
        .and_where(Expr::col(("e", "kind")).eq(crate::domain::Kind::Project.word()))
        .and_where(Expr::col(("e", "code")).eq(code))
        .take()
}

pub(super) fn by_ids_statement(dialect: Dialect, at: i32, ids: &[i64]) -> SelectStatement {
    let select = Query::select().from_as("project", "p").cond_where(held_at("p", at)).take();
    columns(select).and_where(among(dialect, ("p", "entity"), ids)).order_by(("p", "entity"), Direction::Asc).take()
}

pub(super) fn stages_statement(dialect: Dialect, at: i32, projects: &[i64]) -> SelectStatement {
    Query::select()
        .columns(["project", "stage", "on", "document", "locator", "quote"].map(|column| ("p", column)))
        .from_as("project_stage", "p")
        .and_where(among(dialect, ("p", "project"), projects))
        .cond_where(held_at("p", at))
        .order_by(("p", "project"), Direction::Asc)
        .order_by(("p", "on"), Direction::Asc)
        .order_by(("p", "id"), Direction::Asc)
        .take()
}

fn read(row: &Row) -> Result<Project, StoreError> {
    let mut columns = Columns::new(row);
    let items = |text: Option<String>| -> Result<Vec<String>, StoreError> {
        let Some(text) = text else { return Ok(Vec::new()) };
        Ok(unbarred(&text).ok_or(StoreError::Damaged)?.map(str::to_owned).collect())
    };
    Ok(Project {
        id: columns.int()?,
        name: columns.text()?,
        name_en: columns.some_text()?,
        kinds: items(columns.some_text()?)?,
        stage: columns.some_parsed(ProjectStage::from_word)?,
        batch: columns.some_text()?,
        investment: quantity(columns.some_int()?, columns.some_text()?, columns.some_int()?, columns.some_text()?)?,
        location: point(columns.some_int()?, columns.some_int()?)?,
        zone: columns.some_int()?,
        region: columns.some_int()?,
        cluster: columns.some_int()?,
        chain: columns.some_int()?,
        tasks: items(columns.some_text()?)?
            .iter()
            .map(|id| id.parse().map_err(|_| StoreError::Damaged))
            .collect::<Result<_, _>>()?,
        document: columns.int()?,
        locator: columns.some_text()?,
        quote: columns.some_text()?,
        since: columns.revision()?,
        code: columns.text()?,
    })
}
