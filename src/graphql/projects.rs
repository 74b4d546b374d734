//! Lists of projects: found by filter, paged, counted and grouped, a whole level of the query at once.

mod filter;
mod groups;

use std::collections::HashSet;
use std::sync::Arc;

use async_graphql::{Context, Enum, Object, OneofObject};
use indexmap::IndexMap;
use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use super::connection::{Edge, MOST_FACTS, PageInfo, Paging, close_cursor, cut};
use super::fault::Fault;
use super::loaders::{FirstPage, GroupsBy, ProjectsOf, of_parents, shared};
use super::project::Project;
use super::ready::{self, Ask, Listed, Ready, Write};
use super::view::View;
use super::words::Direction;
use crate::domain::EntityId;
use crate::store::project::{self as store, Dim, Filter, Order, OrderBy};

pub use filter::ProjectFilter;
pub use groups::ProjectGroup;
use groups::{Label, Sum};

/// 项目排序，恰给一种；没有该值的排在最后，相同者依先后。
/// Order of projects, exactly one; what has no such value comes last.
#[derive(Debug, Clone, Copy, OneofObject)]
pub enum ProjectOrder {
    /// 按总投资。
    /// By total investment.
    Investment(Direction),
    /// 按代码。
    /// By code.
    Code(Direction),
    /// 按阶段，由签约到达效，停建在最后。
    /// By stage, from signing to full output, stopped ones last.
    Stage(Direction),
}

impl From<ProjectOrder> for Order {
    fn from(order: ProjectOrder) -> Self {
        let (by, direction) = match order {
            ProjectOrder::Investment(direction) => (OrderBy::Investment, direction),
            ProjectOrder::Code(direction) => (OrderBy::Code, direction),
            ProjectOrder::Stage(direction) => (OrderBy::Stage, direction),
        };
        Self { by, desc: direction == Direction::Desc }
    }
}

/// 项目分组的依据。
/// What projects are grouped by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProjectDim {
    /// 阶段。
    /// Stage.
    Stage,
    /// 开发区。
    /// Zone.
    Zone,
    /// 行政区。
    /// Region.
    Region,
    /// 产业集群。
    /// Cluster.
    Cluster,
    /// 产业链。
    /// Chain.
    Chain,
    /// 年份：其首个有日期的阶段所在之年。
    /// Year of its first dated stage.
    Year,
    /// 布局要素：项目所在的开发区或行政区（或其上级）为其成员。属于几个要素的项目在每一个中都计入，各组之和可大于总数。
    /// Layout element that its zone, its region or one above it is a member of. A project of several is counted in each, so
    /// groups may sum to more than there are.
    LayoutElement,
}

impl ProjectDim {
    /// What the database groups by for it.
    fn dims(self) -> Vec<Dim> {
        match self {
            Self::Stage => vec![Dim::Stage],
            Self::Zone => vec![Dim::Zone],
            Self::Region => vec![Dim::Region],
            Self::Cluster => vec![Dim::Cluster],
            Self::Chain => vec![Dim::Chain],
            Self::Year => vec![Dim::Year],
            Self::LayoutElement => vec![Dim::Zone, Dim::Region],
        }
    }
}

/// The arguments of a field that lists projects.
#[derive(Debug, Default)]
pub struct Asked {
    /// Condition.
    pub filter: Option<ProjectFilter>,
    /// Order.
    pub order: Option<Vec<ProjectOrder>>,
    /// Items wanted.
    pub first: Option<i32>,
    /// Cursor.
    pub after: Option<String>,
}

/// Projects that meet a condition: of the whole revision, or of one zone, region, cluster, chain or task. Each of its fields
/// asks for itself, so what nobody asks for is never computed.
pub struct ProjectConnection {
    view: View,
    parent: Option<(Dim, i64)>,
    filter: Filter,
    order: Order,
    first: usize,
    after: Option<store::Cursor>,
    /// Whether the number of all is asked for beside a page of them.
    counted: bool,
    page: OnceCell<Page>,
}

/// A page, whether more follow, and the number of all where it came with them.
type Page = (Vec<Arc<store::Project>>, bool, Option<i64>);

impl ProjectConnection {
    /// The projects asked for, of a parent or of all.
    ///
    /// # Errors
    /// [`Fault`] for an unknown code, a foreign cursor or more than one order.
    pub async fn new(view: &View, parent: Option<(Dim, EntityId)>, asked: Asked) -> Result<Self, Fault> {
        let filter = asked.filter.unwrap_or_default().open(view).await?;
        Self::of(view, parent, filter, asked.order, asked.first, asked.after)
    }

    /// The projects that stand in any of some regions.
    ///
    /// # Errors
    /// As of [`ProjectConnection::new`].
    pub async fn of_regions(view: &View, regions: &[EntityId], asked: Asked) -> Result<Self, Fault> {
        let own = asked.filter.unwrap_or_default().open(view).await?;
        let regions = Some(regions.iter().map(|region| region.0).collect());
        let filter = Filter { regions, and: vec![own], ..Filter::default() };
        Self::of(view, None, filter, asked.order, asked.first, asked.after)
    }

    /// The projects of a condition that is open already, in the order of codes.
    ///
    /// # Errors
    /// [`Fault`] for a foreign cursor.
    pub fn filtered(view: &View, filter: Filter, first: Option<i32>, after: Option<String>) -> Result<Self, Fault> {
        Self::of(view, None, filter, None, first, after)
    }

    fn of(
        view: &View,
        parent: Option<(Dim, EntityId)>,
        filter: Filter,
        order: Option<Vec<ProjectOrder>>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, Fault> {
        let paging = Paging::new(first, after, MOST_FACTS)?;
        let order = one_order(order.as_deref())?;
        let parent = parent.map(|(dim, id)| (dim, id.0));
        let list = || fingerprint(&filter, order, parent);
        let after = paging.after.map(|text| open_cursor(&text, &list())).transpose()?;
        Ok(Self {
            view: view.clone(),
            parent,
            filter,
            order,
            first: paging.first,
            after,
            counted: false,
            page: OnceCell::new(),
        })
    }

    /// With the number of all, which may be found on the way to the page.
    pub fn counted(self) -> Self {
        Self { counted: true, ..self }
    }

    /// The condition with that of the parent.
    fn whole(&self) -> Filter {
        match self.parent {
            None => self.filter.clone(),
            Some((dim, id)) => Filter { and: vec![self.filter.clone()], ..of_parents(dim, vec![id]) },
        }
    }

    async fn load(&self) -> Result<Page, Fault> {
        let limit = self.first as u64 + 1;
        let mut total = None;
        let mut rows = match (self.parent, &self.after) {
            (Some((dim, parent)), None) => {
                let question = FirstPage { order: self.order, limit };
                let key = ProjectsOf { parent, dim, filter: self.filter.clone(), question };
                self.view.facts().load_one(key).await?.unwrap_or_default()
            }
            (None, None) => {
                let page = FirstPage { order: self.order, limit };
                let (rows, all) = self.view.facts().loader().first_projects(&self.filter, page, self.counted).await?;
                total = all;
                rows
            }
            (_, Some(after)) => {
                let (store, at) = (self.view.store(), self.view.revision().number);
                let found = store::list(store, at, &self.whole(), self.order, Some(after), limit).await;
                shared(found.map_err(Fault::from)?)
            }
        };
        let more = cut(&mut rows, self.first);
        Ok((rows, more, total))
    }

    fn nodes_of(&self, (rows, ..): &Page) -> Vec<Project> {
        rows.iter().map(|row| Project::new(&self.view, row.clone())).collect()
    }

    fn edges_of(&self, (rows, ..): &Page) -> Vec<Edge<Project>> {
        rows.iter().map(|row| Edge::new(self.cursor(row), Project::new(&self.view, row.clone()))).collect()
    }

    fn info_of(&self, (rows, more, _): &Page) -> PageInfo {
        PageInfo {
            has_next_page: *more,
            has_previous_page: self.after.is_some(),
            start_cursor: rows.first().map(|row| self.cursor(row)),
            end_cursor: rows.last().map(|row| self.cursor(row)),
        }
    }

    async fn rows(&self) -> Result<&Page, Fault> {
        self.page.get_or_try_init(|| self.load()).await
    }

    fn cursor(&self, row: &store::Project) -> String {
        let list = fingerprint(&self.filter, self.order, self.parent);
        let place = serde_json::to_string(&row.cursor(self.order)).unwrap_or_default();
        close_cursor(&format!("{list}{place}"))
    }

    async fn by(&self, filter: &Filter, dims: Vec<Dim>) -> Result<Arc<[store::Group]>, Fault> {
        match self.parent {
            Some((dim, parent)) => {
                let key = ProjectsOf { parent, dim, filter: filter.clone(), question: GroupsBy(dims) };
                Ok(self.view.facts().load_one(key).await?.unwrap_or_default().into())
            }
            None => self.view.census().groups(filter, &dims).await.map_err(Fault::from),
        }
    }
}

fn one_order(order: Option<&[ProjectOrder]>) -> Result<Order, Fault> {
    match order {
        None | Some([]) => Ok(Order { by: OrderBy::Code, desc: false }),
        Some([one]) => Ok((*one).into()),
        Some(_) => Err(Fault::argument("orderBy", "至多一项", "one at most")),
    }
}

/// How the first page of the projects of each item is written, where they meet no condition.
pub fn first_of<T: 'static>(asked: &Ask<'_>, dim: Dim, parent: fn(&T) -> (View, i64)) -> Option<Write<T>> {
    let plain = asked.argument::<ProjectFilter>("filter")?.is_none() && asked.argument::<String>("after")?.is_none();
    let order = one_order(asked.argument::<Vec<ProjectOrder>>("orderBy")?.as_deref()).ok()?;
    let first = Paging::new(asked.first()?, None, MOST_FACTS).ok().filter(|_| plain)?.first;
    let question = FirstPage { order, limit: first as u64 + 1 };
    let key = move |item: &T| {
        let (view, parent) = parent(item);
        (view, ProjectsOf { parent, dim, filter: Filter::default(), question })
    };
    let get = move |item: &T, rows: Option<&Vec<Arc<store::Project>>>| {
        let (view, parent) = parent(item);
        let mut rows = rows.cloned().unwrap_or_default();
        let more = cut(&mut rows, first);
        Some(Some(ProjectConnection {
            view,
            parent: Some((dim, parent)),
            filter: Filter::default(),
            order,
            first,
            after: None,
            counted: false,
            page: OnceCell::new_with(Some((rows, more, None))),
        }))
    };
    ready::fetched(asked, key, get)
}

impl Ready for ProjectConnection {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "nodes" => ready::list_or(asked, |list: &Self| list.page.get().map(|page| list.nodes_of(page))),
            "edges" => ready::list_or(asked, |list: &Self| list.page.get().map(|page| list.edges_of(page))),
            "pageInfo" => ready::object(asked, |list: &Self| list.page.get().map(|page| list.info_of(page))),
            _ => None,
        }
    }
}

/// Marks the cursors of one list, so that one of another list is refused instead of answered wrongly.
fn fingerprint(filter: &Filter, order: Order, parent: Option<(Dim, i64)>) -> String {
    hex::encode(&Sha256::digest(format!("{filter:?}{order:?}{parent:?}"))[..4])
}

fn open_cursor(text: &str, list: &str) -> Result<store::Cursor, Fault> {
    let place = text.strip_prefix(list).ok_or_else(Fault::bad_cursor)?;
    serde_json::from_str(place).map_err(|_| Fault::bad_cursor())
}

/// 项目列表。
/// Projects.
#[Object]
impl ProjectConnection {
    /// 项目及其游标。
    /// Projects with their cursors.
    async fn edges(&self) -> Result<Listed<Edge<Project>>, Fault> {
        Ok(Listed(self.edges_of(self.rows().await?)))
    }

    /// 项目。
    /// The projects alone.
    async fn nodes(&self) -> Result<Listed<Project>, Fault> {
        Ok(Listed(self.nodes_of(self.rows().await?)))
    }

    /// 分页信息。
    /// Where this page stands in the list.
    async fn page_info(&self) -> Result<PageInfo, Fault> {
        Ok(self.info_of(self.rows().await?))
    }

    /// 整个列表的项目数，只在请求时计算。
    /// Number of projects of the whole list; counted only when asked for.
    async fn total_count(&self) -> Result<i64, Fault> {
        if self.counted
            && let (.., Some(total)) = self.rows().await?
        {
            return Ok(*total);
        }
        match self.parent {
            Some(_) => Ok(self.by(&self.filter, Vec::new()).await?.first().map_or(0, |group| group.count)),
            None => self.view.census().count(&self.filter).await.map_err(Fault::from),
        }
    }

    /// 整个列表分组后的项目数和总投资。
    /// Number and investment of the projects of the whole list, by group.
    async fn groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "分组依据，依次。What to group by, in order.")] by: Vec<ProjectDim>,
    ) -> Result<Listed<ProjectGroup>, Fault> {
        let mut dims: Vec<Dim> = Vec::new();
        for dim in by.iter().flat_map(|dim| dim.dims()) {
            if !dims.contains(&dim) {
                dims.push(dim);
            }
        }
        let found = self.by(&self.filter, dims.clone()).await?;
        let made_up =
            if ctx.look_ahead().field("sample").exists() { self.made_up(dims.clone()).await? } else { HashSet::new() };
        let counted = |group: &store::Group| Sum {
            count: group.count,
            investment: group.investment,
            sample: made_up.contains(&group.key),
        };
        if !by.contains(&ProjectDim::LayoutElement) {
            // Each group of the database is one of those asked for.
            let at = |dim: &ProjectDim| dim.dims().first().and_then(|dim| dims.iter().position(|other| other == dim));
            let places: Vec<usize> = by.iter().filter_map(at).collect();
            let group = |group: &store::Group| ProjectGroup {
                key: places
                    .iter()
                    .map(|at| group.key.get(*at).map_or_else(String::new, |key| self.word(*key)))
                    .collect(),
                sum: counted(group),
            };
            return Ok(Listed(found.iter().map(group).collect()));
        }
        let mut groups: IndexMap<Vec<Label>, Sum> = IndexMap::with_capacity(found.len());
        for group in found.iter() {
            for labels in self.labels(&by, &dims, &group.key) {
                groups.entry(labels).or_default().add(&counted(group));
            }
        }
        groups.sort_by_cached_key(|labels, _| labels.iter().map(|label| label.place).collect::<Vec<_>>());
        let group = |(labels, sum): (Vec<Label>, Sum)| ProjectGroup {
            key: labels.into_iter().map(|label| label.text).collect(),
            sum,
        };
        Ok(Listed(groups.into_iter().map(group).collect()))
    }
}
