//! A project.

use std::sync::Arc;

use async_graphql::Object;

use super::chain::Chain;
use super::cluster::Cluster;
use super::document::{Citation, SourcedFields};
use super::fault::Fault;
use super::footprint::Point;
use super::loaders::StagesOf;
use super::node::NodeFields;
use super::quantity::Quantity;
use super::ready::{self, Ask, Ready, Write};
use super::region::Region;
use super::scalars::Date;
use super::subject::{SubjectFields, identity};
use super::task::Task;
use super::view::View;
use super::words::ProjectStage;
use super::zone::Zone;
use crate::domain::EntityId;
use crate::store::project as store;

/// A project.
#[derive(Clone)]
pub struct Project {
    view: View,
    row: Arc<store::Project>,
}

impl Project {
    /// A project read in a view.
    pub fn new(view: &View, row: impl Into<Arc<store::Project>>) -> Self {
        Self { view: view.clone(), row: row.into() }
    }

    fn made_up(&self) -> bool {
        self.view.atlas().is_sample(EntityId(self.row.document))
    }

    fn in_zone(&self) -> Option<Zone> {
        self.view.atlas().zones.id(EntityId(self.row.zone?)).map(|row| Zone::new(&self.view, row))
    }

    fn in_region(&self) -> Option<Region> {
        self.view.atlas().regions.id(EntityId(self.row.region?)).map(|row| Region::new(&self.view, row))
    }

    fn of_cluster(&self) -> Option<Cluster> {
        self.view.atlas().clusters.id(EntityId(self.row.cluster?)).map(|row| Cluster::new(&self.view, row))
    }

    fn of_chain(&self) -> Option<Chain> {
        self.view.atlas().chains.id(EntityId(self.row.chain?)).map(|row| Chain::new(&self.view, row))
    }
}

impl Ready for Project {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "sample" => ready::plain(|project: &Self| project.made_up()),
            "kinds" => ready::texts(|project: &Self| &project.row.kinds),
            "stage" => ready::word(|project: &Self| project.row.stage.map(ProjectStage::from)),
            "batch" => ready::some_text(|project: &Self| project.row.batch.as_deref()),
            "investment" => ready::some_object(asked, |project: &Self| project.row.investment.clone().map(Quantity)),
            "location" => ready::some_object(asked, |project: &Self| project.row.location.map(Point::from)),
            "zone" => ready::some_object(asked, Self::in_zone),
            "region" => ready::some_object(asked, Self::in_region),
            "cluster" => ready::some_object(asked, Self::of_cluster),
            "chain" => ready::some_object(asked, Self::of_chain),
            _ => identity(asked, "Project", |one| (one.view.clone(), one.row.id), |one| &*one.row),
        }
    }
}

/// 项目。
/// A project.
#[Object]
impl Project {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Project", EntityId(self.row.id))
    }

    #[graphql(flatten)]
    async fn subject(&self) -> SubjectFields {
        SubjectFields::new(&self.view, EntityId(self.row.id), &self.row)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::of_row(&self.view, self.row.document, self.row.locator.as_deref(), self.row.quote.as_deref())
    }

    /// 是否为示例（虚构）数据。
    /// Made up for demonstration.
    async fn sample(&self) -> bool {
        self.made_up()
    }

    /// 类别代码：三化改造、补链延链强链、三个一批等，代码见数据包。
    /// Kinds, as codes of the package.
    async fn kinds(&self) -> &[String] {
        &self.row.kinds
    }

    /// 所处阶段；未说明时为空。
    /// Stage; null when no source says.
    async fn stage(&self) -> Option<ProjectStage> {
        self.row.stage.map(Into::into)
    }

    /// 到达各阶段的日期，旧者在前。
    /// When it reached its stages, oldest first.
    async fn stage_history(&self) -> Result<Vec<StageChange>, Fault> {
        let reached = self.view.facts().load_one(StagesOf(self.row.id)).await?.unwrap_or_default();
        Ok(reached.into_iter().map(|row| StageChange { view: self.view.clone(), row }).collect())
    }

    /// 批次，照原文。
    /// Batch as written.
    async fn batch(&self) -> Option<&str> {
        self.row.batch.as_deref()
    }

    /// 总投资。
    /// Total investment.
    async fn investment(&self) -> Option<Quantity> {
        self.row.investment.clone().map(Quantity)
    }

    /// 位置。
    /// Where it stands.
    async fn location(&self) -> Option<Point> {
        self.row.location.map(Into::into)
    }

    /// 所在开发区。
    /// The zone it stands in.
    async fn zone(&self) -> Option<Zone> {
        self.in_zone()
    }

    /// 所在行政区。
    /// The region it stands in.
    async fn region(&self) -> Option<Region> {
        self.in_region()
    }

    /// 所属产业集群。
    /// The cluster it belongs to.
    async fn cluster(&self) -> Option<Cluster> {
        self.of_cluster()
    }

    /// 所属产业链。
    /// The chain it belongs to.
    async fn chain(&self) -> Option<Chain> {
        self.of_chain()
    }

    /// 所服务的重点任务。
    /// The tasks it serves.
    async fn tasks(&self) -> Vec<Task> {
        let tasks = self.row.tasks.iter().filter_map(|id| self.view.atlas().tasks.id(EntityId(*id)));
        tasks.map(|row| Task::new(&self.view, row)).collect()
    }
}

/// A stage that a project reached.
pub struct StageChange {
    view: View,
    row: store::Reached,
}

/// 项目到达某一阶段。
/// A stage that a project reached.
#[Object]
impl StageChange {
    /// 阶段。
    /// The stage.
    async fn stage(&self) -> ProjectStage {
        self.row.stage.into()
    }

    /// 日期。
    /// When.
    async fn on(&self) -> Date {
        Date(self.row.on)
    }

    /// 出处。
    /// Where it is said.
    async fn citation(&self) -> Option<Citation> {
        Citation::of_row(&self.view, self.row.document, self.row.locator.as_deref(), self.row.quote.as_deref())
    }
}
