//! The part of the catalogue that the atlas answers: plans, places, industries, actors, indicators.

use std::sync::Arc;

use async_graphql::Object;

use super::chain::{Chain, ChainStage};
use super::cluster::Cluster;
use super::connection::{Connection, Edge, MOST_IN_MEMORY, Paging};
use super::fault::Fault;
use super::footprint::Footprint;
use super::indicator::Indicator;
use super::layout::LayoutElement;
use super::node::Node;
use super::places::{RegionFilter, ZoneFilter, ZoneOrder, sort};
use super::plan::{Plan, PlanSection, TaskGroup};
use super::region::Region;
use super::target::Target;
use super::task::Task;
use super::unit::ResponsibleUnit;
use super::view::View;
use super::zone::Zone;
use crate::domain::{self, EntityId};

/// The types of node that [`find`] knows.
pub const KINDS: &[&str] = &[
    "Plan",
    "PlanSection",
    "TaskGroup",
    "Task",
    "Target",
    "ResponsibleUnit",
    "LayoutElement",
    "Region",
    "Zone",
    "Footprint",
    "Cluster",
    "Chain",
    "ChainStage",
    "Indicator",
];

/// The node of a type and the local part of its id.
pub fn find(view: &View, kind: &str, local: &str) -> Option<Node> {
    let atlas = view.atlas();
    let id = || local.parse().ok().map(EntityId);
    Some(match kind {
        "Plan" => Plan::new(view, atlas.plans.id(id()?)?).into(),
        "PlanSection" => PlanSection::new(view, atlas.sections.id(id()?)?).into(),
        "TaskGroup" => TaskGroup::new(view, atlas.groups.id(id()?)?).into(),
        "Task" => Task::new(view, atlas.tasks.id(id()?)?).into(),
        "Target" => Target::new(view, atlas.targets.id(id()?)?).into(),
        "ResponsibleUnit" => ResponsibleUnit::new(view, atlas.units.id(id()?)?).into(),
        "LayoutElement" => LayoutElement::new(view, atlas.layout.id(id()?)?).into(),
        "Region" => Region::new(view, atlas.regions.id(id()?)?).into(),
        "Zone" => Zone::new(view, atlas.zones.id(id()?)?).into(),
        "Footprint" => Footprint::new(view, &atlas.footprint_of_code(local)?).into(),
        "Cluster" => Cluster::new(view, atlas.clusters.id(id()?)?).into(),
        "Chain" => Chain::new(view, atlas.chains.id(id()?)?).into(),
        "ChainStage" => ChainStage::of_local(view, local)?.into(),
        "Indicator" => Indicator::new(view, atlas.indicators.id(id()?)?).into(),
        _ => return None,
    })
}

/// Fields of the interface `Catalog` that the atlas answers.
pub struct DimensionFields(pub View);

/// 目录中由图集回答的部分。
/// The part of the catalogue that the atlas answers.
#[Object]
impl DimensionFields {
    /// 全部规划。
    /// All plans.
    async fn plans(&self) -> Vec<Plan> {
        self.0.atlas().plans.all().iter().map(|row| Plan::new(&self.0, row)).collect()
    }

    /// 一部规划。
    /// The plan of a code.
    async fn plan(&self, #[graphql(desc = "代码。Its code.")] code: String) -> Option<Plan> {
        self.0.atlas().plans.code(&code).map(|row| Plan::new(&self.0, row))
    }

    /// 一项重点任务。
    /// A task by its number in the list of a plan.
    async fn task(
        &self,
        #[graphql(desc = "任务序号。Its number.")] number: i32,
        #[graphql(desc = "规划代码。Code of the plan.")] plan: String,
    ) -> Option<Task> {
        self.0.atlas().tasks.code(&format!("{plan}/{number}")).map(|row| Task::new(&self.0, row))
    }

    /// 一部规划的空间布局，依原文次序。
    /// The elements of a plan's spatial layout, in the order of the text.
    async fn layout(
        &self,
        #[graphql(desc = "规划代码。Code of the plan.")] plan: String,
    ) -> Result<Vec<LayoutElement>, Fault> {
        let atlas = self.0.atlas();
        let known = || atlas.plans.all().iter().map(|plan| plan.code.as_str());
        let row = atlas.plans.code(&plan).ok_or_else(|| Fault::unknown_code("Plan", &plan, known()))?;
        Ok(atlas.index.layout_of(row.id).iter().map(|row| LayoutElement::new(&self.0, row)).collect())
    }

    /// 一个行政区。
    /// The region of a code.
    async fn region(&self, #[graphql(desc = "代码。Its code.")] code: String) -> Option<Region> {
        Region::of_code(&self.0, &code)
    }

    /// 行政区与功能区，依次。
    /// Regions, in their order.
    async fn regions(
        &self,
        #[graphql(desc = "只要这些。Only these.")] filter: Option<RegionFilter>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Region>>, Fault> {
        let mut rows = self.0.atlas().regions.all().to_vec();
        if let Some(filter) = &filter {
            let all: Vec<EntityId> = rows.iter().map(|row| row.id).collect();
            let test = filter.open(&self.0, &all).await?;
            rows.retain(|row| test(row));
        }
        let paging = Paging::new(first, after, MOST_IN_MEMORY)?;
        Connection::of(
            &rows,
            &paging,
            |row| row.code.clone(),
            |row, cursor| Edge::new(cursor, Region::new(&self.0, row)),
        )
    }

    /// 一个开发区。
    /// The zone of a code.
    async fn zone(&self, #[graphql(desc = "代码。Its code.")] code: String) -> Option<Zone> {
        Zone::of_code(&self.0, &code)
    }

    /// 开发区，依次。
    /// Zones, in their order.
    async fn zones(
        &self,
        #[graphql(desc = "只要这些。Only these.")] filter: Option<ZoneFilter>,
        #[graphql(desc = "排序，缺省按名录次序。Order; by position unless given.")] order_by: Option<Vec<ZoneOrder>>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Zone>>, Fault> {
        let mut rows: Vec<Arc<domain::Zone>> = self.0.atlas().zones.all().to_vec();
        if let Some(filter) = &filter {
            let all: Vec<EntityId> = rows.iter().map(|row| row.id).collect();
            let test = filter.open(&self.0, &all).await?;
            rows.retain(|row| test(row));
        }
        match order_by.as_deref() {
            None | Some([]) => {}
            Some([order]) => sort(&self.0, &mut rows, order).await?,
            Some(_) => return Err(Fault::argument("orderBy", "至多一项", "one at most")),
        }
        let paging = Paging::new(first, after, MOST_IN_MEMORY)?;
        Connection::of(&rows, &paging, |row| row.code.clone(), |row, cursor| Edge::new(cursor, Zone::new(&self.0, row)))
    }

    /// 全部产业集群。
    /// All clusters.
    async fn clusters(&self) -> Vec<Cluster> {
        self.0.atlas().clusters.all().iter().map(|row| Cluster::new(&self.0, row)).collect()
    }

    /// 一个产业集群。
    /// The cluster of a code.
    async fn cluster(&self, #[graphql(desc = "代码。Its code.")] code: String) -> Option<Cluster> {
        self.0.atlas().clusters.code(&code).map(|row| Cluster::new(&self.0, row))
    }

    /// 全部产业链。
    /// All chains.
    async fn chains(&self) -> Vec<Chain> {
        self.0.atlas().chains.all().iter().map(|row| Chain::new(&self.0, row)).collect()
    }

    /// 一条产业链。
    /// The chain of a code.
    async fn chain(&self, #[graphql(desc = "代码。Its code.")] code: String) -> Option<Chain> {
        self.0.atlas().chains.code(&code).map(|row| Chain::new(&self.0, row))
    }

    /// 全部责任单位。
    /// All responsible units.
    async fn units(&self) -> Vec<ResponsibleUnit> {
        self.0.atlas().units.all().iter().map(|row| ResponsibleUnit::new(&self.0, row)).collect()
    }

    /// 一个责任单位。
    /// The unit of a code.
    async fn unit(&self, #[graphql(desc = "代码。Its code.")] code: String) -> Option<ResponsibleUnit> {
        ResponsibleUnit::of_code(&self.0, &code)
    }

    /// 全部指标。
    /// All indicators.
    async fn indicators(&self) -> Vec<Indicator> {
        self.0.atlas().indicators.all().iter().map(|row| Indicator::new(&self.0, row)).collect()
    }

    /// 一个指标。
    /// The indicator of a code.
    async fn indicator(&self, #[graphql(desc = "代码。Its code.")] code: String) -> Option<Indicator> {
        self.0.atlas().indicators.code(&code).map(|row| Indicator::new(&self.0, row))
    }
}
