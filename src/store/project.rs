//! Projects: search, count, group, and the first few of each place.

pub(super) mod held;
pub(super) mod statements;
mod traits;

use chrono::NaiveDate;

use super::area::Within;
use super::columns::unbarred;
use super::db::Row;
use super::search::{Columns, point, quantity};
use super::{Store, StoreError};
use crate::domain::{Point, ProjectStage, Quantity};
use crate::geometry::Bbox;
pub use held::{by_id_held, packing};
pub use traits::{Reading, Traits};

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
    /// Reached a stage between two days, both included; the first may be open.
    pub reached: Option<(ProjectStage, Option<NaiveDate>, NaiveDate)>,
    /// Named by one of these documents.
    pub documents: Option<Vec<i64>>,
    /// Investment at least, in 0.01 元 ([`Quantity::base`]).
    pub investment_from: Option<i64>,
    /// Investment at most, in 0.01 元.
    pub investment_to: Option<i64>,
    /// In this box.
    pub bbox: Option<Bbox>,
    /// In all of these areas.
    pub within: Vec<Within>,
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
    /// Task: a project is counted for each that it serves. Only of tasks that the filter names.
    Task,
    /// Year of its first dated stage.
    Year,
}

/// One part of a group's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A stage.
    Stage(Option<ProjectStage>),
    /// An identity.
    Thing(Option<i64>),
    /// A year.
    Year(Option<i64>),
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
            OrderBy::Stage => self.stage.map(statements::rank),
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
    let select = statements::list(store.db.dialect(), at, filter, order, after, limit);
    store.db.rows(&select).await?.iter().map(read).collect()
}

/// The first projects in an order, and how many there are in all.
///
/// # Errors
/// When the database fails.
pub async fn list_counted(
    store: &Store,
    at: i32,
    filter: &Filter,
    order: Order,
    limit: u64,
) -> Result<(Vec<Project>, i64), StoreError> {
    let rows = store.db.rows(&statements::list_counted(store.db.dialect(), at, filter, order, limit)).await?;
    let total = rows.first().map_or(Ok(0), |row| row.int(statements::COLUMNS.len()))?;
    Ok((rows.iter().map(read).collect::<Result<_, _>>()?, total))
}

/// Where tasks have projects: each different combination once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    /// The tasks that a project serves.
    pub tasks: Vec<i64>,
    /// The zone that it lies in.
    pub zone: Option<i64>,
    /// The region that it lies in.
    pub region: Option<i64>,
    /// The cluster that it belongs to.
    pub cluster: Option<i64>,
    /// The chain that it belongs to.
    pub chain: Option<i64>,
    /// The document that says so.
    pub document: i64,
}

/// Where tasks have projects, for the atlas.
///
/// # Errors
/// When the database fails.
pub async fn reach(store: &Store, at: i32) -> Result<Vec<Reach>, StoreError> {
    let rows = store.db.rows(&statements::reach(at)).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::new(row);
            Ok(Reach {
                tasks: ids(columns.some_str()?)?,
                zone: columns.some_int()?,
                region: columns.some_int()?,
                cluster: columns.some_int()?,
                chain: columns.some_int()?,
                document: columns.int()?,
            })
        })
        .collect()
}

/// How many there are.
///
/// # Errors
/// When the database fails.
pub async fn count(store: &Store, at: i32, filter: &Filter) -> Result<i64, StoreError> {
    let rows = store.db.rows(&statements::count(store.db.dialect(), at, filter)).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

/// How many there are and what they cost, by group, in the order of the groups' keys.
///
/// # Errors
/// When the database fails.
pub async fn groups(store: &Store, at: i32, filter: &Filter, by: &[Dim]) -> Result<Vec<Group>, StoreError> {
    let rows = store.db.rows(&statements::groups(store.db.dialect(), at, filter, by)).await?;
    rows.iter()
        .map(|row| {
            let mut columns = Columns::new(row);
            let mut key = Vec::with_capacity(by.len());
            for dim in by {
                key.push(match dim {
                    Dim::Stage => Key::Stage(columns.some_parsed(ProjectStage::from_word)?),
                    Dim::Year => Key::Year(columns.some_int()?),
                    _ => Key::Thing(columns.some_int()?),
                });
            }
            let (count, high, low) = (columns.int()?, columns.some_int()?, columns.some_int()?);
            let investment =
                high.zip(low).map(|(high, low)| i128::from(high) * i128::from(statements::PART) + i128::from(low));
            Ok(Group { key, count, investment })
        })
        .collect()
}

/// The first `limit` projects of each parent (a zone, region, cluster, chain or task), with the parent's id.
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
    let select = statements::page_per_parent(store.db.dialect(), at, parent, parents, filter, order, limit);
    let rows = store.db.rows(&select).await?;
    rows.iter().map(|row| Ok((row.int(statements::COLUMNS.len())?, read(row)?))).collect()
}

/// A project by its code.
///
/// # Errors
/// When the database fails.
pub async fn by_code(store: &Store, at: i32, code: &str) -> Result<Option<Project>, StoreError> {
    store.db.rows(&statements::by_code(at, code)).await?.first().map(read).transpose()
}

/// Projects by their ids, in the order of ids; those that the revision does not hold are left out.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(store: &Store, at: i32, ids: &[i64]) -> Result<Vec<Project>, StoreError> {
    store.db.rows(&statements::by_ids(store.db.dialect(), at, ids)).await?.iter().map(read).collect()
}

/// The dated stages of projects, by project and then by date.
///
/// # Errors
/// When the database fails.
pub async fn stages(store: &Store, at: i32, projects: &[i64]) -> Result<Vec<Reached>, StoreError> {
    let rows = store.db.rows(&statements::stages(store.db.dialect(), at, projects)).await?;
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

/// The items of a barred text.
fn items(text: Option<&str>) -> Result<Vec<String>, StoreError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    Ok(unbarred(text).ok_or(StoreError::Damaged)?.map(str::to_owned).collect())
}

/// The same where the items are ids.
fn ids(text: Option<&str>) -> Result<Vec<i64>, StoreError> {
    let Some(text) = text else { return Ok(Vec::new()) };
    unbarred(text).ok_or(StoreError::Damaged)?.map(|id| id.parse().map_err(|_| StoreError::Damaged)).collect()
}

fn read(row: &Row) -> Result<Project, StoreError> {
    let mut columns = Columns::new(row);
    Ok(Project {
        id: columns.int()?,
        name: columns.text()?,
        name_en: columns.some_text()?,
        kinds: items(columns.some_str()?)?,
        stage: columns.some_parsed(ProjectStage::from_word)?,
        batch: columns.some_text()?,
        investment: quantity(columns.some_int()?, columns.some_str()?, columns.some_int()?, columns.some_text()?)?,
        location: point(columns.some_int()?, columns.some_int()?)?,
        zone: columns.some_int()?,
        region: columns.some_int()?,
        cluster: columns.some_int()?,
        chain: columns.some_int()?,
        tasks: ids(columns.some_str()?)?,
        document: columns.int()?,
        locator: columns.some_text()?,
        quote: columns.some_text()?,
        since: columns.revision()?,
        code: columns.text()?,
    })
}
