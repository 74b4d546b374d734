//! The part of the catalogue that the atlas answers: plans, places, industries, actors, indicators.

use std::sync::Arc;

use async_graphql::{Enum, ID, InputObject, Object, OneofObject};

use super::chain::{Chain, ChainStage};
use super::cluster::Cluster;
use super::connection::{Connection, Edge, MOST_IN_MEMORY, Paging};
use super::fault::Fault;
use super::filter::StringFilter;
use super::footprint::Footprint;
use super::indicator::Indicator;
use super::layout::LayoutElement;
use super::node::Node;
use super::observation;
use super::place::PlaceKind;
use super::plan::{Plan, PlanSection, TaskGroup};
use super::region::Region;
use super::scalars::PeriodCode;
use super::target::Target;
use super::task::Task;
use super::unit::ResponsibleUnit;
use super::view::View;
use super::words::Direction;
use super::zone::Zone;
use crate::domain::{self, EntityId, Names};

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

fn named(filter: &StringFilter, names: &Names) -> bool {
    filter.holds(&names.zh) || names.en.as_ref().is_some_and(|name| filter.holds(name))
}

/// 对行政区的筛选，各条件同时成立。
/// Which regions; all conditions together.
#[derive(Debug, Clone, InputObject)]
pub struct RegionFilter {
    /// 全部成立。
    /// All of these hold.
    pub and: Option<Vec<RegionFilter>>,
    /// 至少一项成立。
    /// At least one of these holds.
    pub or: Option<Vec<RegionFilter>>,
    /// 不成立。
    /// This does not hold.
    pub not: Option<Box<RegionFilter>>,
    /// 种类为其中之一。
    /// Is of one of these kinds.
    pub kind: Option<Vec<PlaceKind>>,
    /// 对代码的条件。
    /// Conditions on the code.
    pub code: Option<StringFilter>,
    /// 对名称（中、英文）的条件。
    /// Conditions on the name, in either language.
    pub name: Option<StringFilter>,
}

impl RegionFilter {
    fn holds(&self, region: &domain::Region) -> bool {
        self.kind.as_ref().is_none_or(|kinds| kinds.contains(&region.kind.into()))
            && self.code.as_ref().is_none_or(|code| code.holds(&region.code))
            && self.name.as_ref().is_none_or(|name| named(name, &region.name))
            && self.and.iter().flatten().all(|filter| filter.holds(region))
            && self.or.as_ref().is_none_or(|any| any.iter().any(|filter| filter.holds(region)))
            && self.not.as_ref().is_none_or(|filter| !filter.holds(region))
    }
}

/// 对开发区的筛选，各条件同时成立。
/// Which zones; all conditions together.
#[derive(Debug, Clone, InputObject)]
pub struct ZoneFilter {
    /// 全部成立。
    /// All of these hold.
    pub and: Option<Vec<ZoneFilter>>,
    /// 至少一项成立。
    /// At least one of these holds.
    pub or: Option<Vec<ZoneFilter>>,
    /// 不成立。
    /// This does not hold.
    pub not: Option<Box<ZoneFilter>>,
    /// 对代码的条件。
    /// Conditions on the code.
    pub code: Option<StringFilter>,
    /// 对名称（中、英文）的条件。
    /// Conditions on the name, in either language.
    pub name: Option<StringFilter>,
    /// 位于该行政区（代码）。
    /// Lies in this region (its code), as declared.
    pub host: Option<ID>,
    /// 属于该产业链（代码）。
    /// Has a part in this chain (its code).
    pub chain: Option<ID>,
}

impl ZoneFilter {
    fn holds(&self, view: &View, zone: &domain::Zone) -> bool {
        let chains = || view.atlas().index.chains_of(zone.id);
        self.code.as_ref().is_none_or(|code| code.holds(&zone.code))
            && self.name.as_ref().is_none_or(|name| named(name, &zone.name))
            && self.host.as_ref().is_none_or(|code| zone.hosts.iter().any(|host| host.region == code.as_str()))
            && self.chain.as_ref().is_none_or(|code| chains().iter().any(|chain| chain.code == code.as_str()))
            && self.and.iter().flatten().all(|filter| filter.holds(view, zone))
            && self.or.as_ref().is_none_or(|any| any.iter().any(|filter| filter.holds(view, zone)))
            && self.not.as_ref().is_none_or(|filter| !filter.holds(view, zone))
    }
}

/// 开发区的排序依据，恰取其一。
/// What zones are ordered by; exactly one.
#[derive(Debug, Clone, OneofObject)]
pub enum ZoneOrder {
    /// 按名称。
    /// By name.
    Name(Direction),
    /// 按某一指标在某一时期的数值。
    /// By an indicator's value in a period.
    Figure(FigureOrder),
}

/// 按数值排序：时期必须写明，因此从不混用不同时期。
/// Order by a figure. The period must be said, so that periods are never mixed.
#[derive(Debug, Clone, InputObject)]
pub struct FigureOrder {
    /// 指标代码。
    /// Code of the indicator.
    pub indicator: String,
    /// 时期。
    /// The period.
    pub period: PeriodCode,
    /// 方向。
    /// Direction.
    #[graphql(default_with = "Direction::Desc")]
    pub direction: Direction,
    /// 没有数值的排在何处。
    /// Where those without a value go.
    #[graphql(default_with = "NullsOrder::Last")]
    pub nulls: NullsOrder,
}

/// 没有数值的排在何处。
/// Where those without a value go.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullsOrder {
    /// 在最前。
    /// First.
    First,
    /// 在最后。
    /// Last.
    Last,
}

async fn sort(view: &View, rows: &mut [Arc<domain::Zone>], order: &ZoneOrder) -> Result<(), Fault> {
    match order {
        ZoneOrder::Name(direction) => {
            rows.sort_by(|a, b| (&a.name.zh, &a.code).cmp(&(&b.name.zh, &b.code)));
            if *direction == Direction::Desc {
                rows.reverse();
            }
        }
        ZoneOrder::Figure(order) => {
            let ids = rows.iter().map(|row| row.id);
            let values = observation::values(view, ids, &order.indicator, order.period).await?;
            rows.sort_by(|a, b| match (values.get(&a.id), values.get(&b.id)) {
                (Some(a), Some(b)) if order.direction == Direction::Desc => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
                (a, b) if order.nulls == NullsOrder::Last => a.is_none().cmp(&b.is_none()),
                (a, b) => a.is_some().cmp(&b.is_some()),
            });
        }
    }
    Ok(())
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
    #[graphql(complexity = "5 + first.unwrap_or(20).max(0) as usize * child_complexity")]
    async fn regions(
        &self,
        #[graphql(desc = "只要这些。Only these.")] filter: Option<RegionFilter>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Region>>, Fault> {
        let mut rows = self.0.atlas().regions.all().to_vec();
        rows.retain(|row| filter.as_ref().is_none_or(|filter| filter.holds(row)));
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
    #[graphql(complexity = "5 + first.unwrap_or(20).max(0) as usize * child_complexity")]
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
        rows.retain(|row| filter.as_ref().is_none_or(|filter| filter.holds(&self.0, row)));
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
