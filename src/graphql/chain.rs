//! Industrial chains, their stages, and which stage feeds which.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::cluster::{Cluster, ClusterPlace};
use super::connection::{Connection, Edge, MOST_IN_MEMORY, Paging};
use super::document::SourcedFields;
use super::enterprise::{self, Enterprise, Parents};
use super::fault::Fault;
use super::node::NodeFields;
use super::projects::{Asked, ProjectConnection, ProjectFilter, ProjectOrder};
use super::ready::{Ask, Ready, Write};
use super::subject::{SubjectFields, identity};
use super::task_link::{LinkVia, TaskPlaceEdge, links_of_subject};
use super::tasks::TaskFilter;
use super::unit::ResponsibleUnit;
use super::view::View;
use super::words::Lang;
use crate::domain;
use crate::store::enterprise::Part;
use crate::store::project::Dim;

/// 规划如何提到一条产业链。
/// How the plan speaks of a chain.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::ChainListing")]
pub enum ChainListing {
    /// 列为重点产业链。
    /// Listed as one to be built.
    NamedInPlan,
    /// 提及。
    /// Mentioned.
    Mentioned,
}

/// 产业链环节的强弱。
/// How strong a stage of a chain is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::StageState")]
pub enum StageState {
    /// 强。
    /// Strong.
    Strong,
    /// 有。
    /// Present.
    Present,
    /// 弱。
    /// Weak.
    Weak,
    /// 缺。
    /// Missing.
    Missing,
}

/// A chain.
#[derive(Clone)]
pub struct Chain {
    view: View,
    row: Arc<domain::Chain>,
}

impl Chain {
    /// A chain read in a view.
    pub fn new(view: &View, row: &Arc<domain::Chain>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }
}

impl Ready for Chain {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        identity(asked, "Chain", |one| (one.view.clone(), one.row.id.0), |one| &*one.row)
    }
}

/// 产业链。
/// An industrial chain.
#[Object]
impl Chain {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Chain", self.row.id)
    }

    #[graphql(flatten)]
    async fn subject(&self) -> SubjectFields {
        SubjectFields::new(&self.view, self.row.id, &self.row)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 规划如何提到它。
    /// How the plan speaks of it.
    async fn listing(&self) -> ChainListing {
        self.row.listing.into()
    }

    /// 所属产业集群。
    /// The clusters that it belongs to.
    async fn clusters(&self) -> Vec<Cluster> {
        let rows = self.view.atlas().clusters.codes(&self.row.clusters);
        rows.iter().map(|row| Cluster::new(&self.view, row)).collect()
    }

    /// 链长单位。
    /// The unit that leads it.
    async fn lead_unit(&self) -> Option<ResponsibleUnit> {
        ResponsibleUnit::of_code(&self.view, self.row.lead_unit.as_ref()?)
    }

    /// 所在地点。
    /// Where it lies.
    async fn places(&self) -> Vec<ClusterPlace> {
        ClusterPlace::all(&self.view, &self.row.places)
    }

    /// 各环节，自原料到终端产品。
    /// Its stages, from raw materials to products.
    async fn stages(&self) -> Vec<ChainStage> {
        (0..self.row.stages.len()).filter_map(|at| ChainStage::at(&self.view, &self.row, at)).collect()
    }

    /// 环节之间的供给关系。
    /// Which stage feeds which.
    async fn links(&self) -> Vec<ChainLink> {
        let mut links = Vec::new();
        for (from, stage) in self.row.stages.iter().enumerate() {
            for code in &stage.feeds {
                let to = self.row.stages.iter().position(|other| other.code == *code);
                let ends = ChainStage::at(&self.view, &self.row, from)
                    .zip(to.and_then(|to| ChainStage::at(&self.view, &self.row, to)));
                links.extend(ends.map(|(from, to)| ChainLink { from, to }));
            }
        }
        links
    }

    /// 涉及该产业链的重点任务及其途径。
    /// Tasks that touch it, and how.
    async fn tasks(
        &self,
        #[graphql(desc = "只要这些途径。Only these ways.")] via: Option<Vec<LinkVia>>,
        #[graphql(desc = "只要这些任务。Only these tasks.")] filter: Option<TaskFilter>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<TaskPlaceEdge>, Fault> {
        links_of_subject(&self.view, self.row.id, via, filter.as_ref(), Paging::new(first, after, MOST_IN_MEMORY)?)
            .await
    }

    /// 备注。
    /// Remark.
    async fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }

    /// 属于该产业链的项目。
    /// Projects that belong to it.
    async fn projects(
        &self,
        #[graphql(desc = "只要这些。Only these.")] filter: Option<ProjectFilter>,
        #[graphql(desc = "排序，至多一项；缺省按代码。Order, one at most; by code unless given.")] order_by: Option<
            Vec<ProjectOrder>,
        >,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<ProjectConnection, Fault> {
        let asked = Asked { filter, order: order_by, first, after };
        ProjectConnection::new(&self.view, Some((Dim::Chain, self.row.id)), asked).await
    }
}

/// A stage of a chain.
#[derive(Clone)]
pub struct ChainStage {
    view: View,
    chain: Arc<domain::Chain>,
    row: domain::ChainStage,
}

impl ChainStage {
    fn at(view: &View, chain: &Arc<domain::Chain>, at: usize) -> Option<Self> {
        let row = chain.stages.get(at)?.clone();
        Some(Self { view: view.clone(), chain: Arc::clone(chain), row })
    }

    /// The stage of an id's local part: `chain/stage`.
    pub fn of_local(view: &View, local: &str) -> Option<Self> {
        let (chain, code) = local.split_once('/')?;
        let chain = view.atlas().chains.code(chain)?;
        Self::at(view, chain, chain.stages.iter().position(|stage| stage.code == code)?)
    }
}

/// 产业链的一个环节。
/// A stage of a chain.
#[Object]
impl ChainStage {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::of(self.view.id("ChainStage", format!("{}/{}", self.chain.code, self.row.code)))
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, std::slice::from_ref(&self.row.citation))
    }

    /// 代码，在本链内唯一。
    /// Code, unique within the chain.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// 名称；没有英文名时返回中文。
    /// Name; where there is no English one, the Chinese one.
    async fn name(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.name)
    }

    /// 层次：1 原料、2 材料、3 零部件、4 终端产品。
    /// Tier: 1 raw materials, 2 materials, 3 parts, 4 products.
    async fn tier(&self) -> u32 {
        self.row.tier
    }

    /// 强弱；来源未说明时为空。
    /// How strong it is; null when no source says.
    async fn state(&self) -> Option<StageState> {
        self.row.state.map(Into::into)
    }

    /// 处于该环节的企业。
    /// Enterprises that work at it.
    async fn enterprises(
        &self,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Enterprise>>, Fault> {
        let stage = Some(self.row.code.clone());
        let parents = Parents { stage, ..Parents::all(Part::Stage, [self.chain.id]) };
        enterprise::page_of(&self.view, parents, first, after).await
    }
}

/// One stage feeding another.
pub struct ChainLink {
    from: ChainStage,
    to: ChainStage,
}

/// 一个环节供给另一个环节。
/// One stage that feeds another.
#[Object]
impl ChainLink {
    /// 供给方。
    /// The one that feeds.
    async fn from(&self) -> &ChainStage {
        &self.from
    }

    /// 接受方。
    /// The one that is fed.
    async fn to(&self) -> &ChainStage {
        &self.to
    }
}
