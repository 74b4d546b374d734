//! Industrial clusters.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::chain::Chain;
use super::connection::{Connection, Edge, MOST_IN_MEMORY, Paging};
use super::document::{Citation, SourcedFields};
use super::enterprise::{self, Enterprise, Parents};
use super::fault::Fault;
use super::footprint::Footprint;
use super::node::NodeFields;
use super::place::{Place, footprint};
use super::projects::{Asked, ProjectConnection, ProjectFilter, ProjectOrder};
use super::ready::{self, Ask, Ready, Write};
use super::scalars::Date;
use super::subject::{SubjectFields, identity};
use super::task_link::{LinkVia, TaskPlaceEdge, links_of_subject};
use super::tasks::TaskFilter;
use super::view::View;
use crate::domain;
use crate::store::enterprise::Part;
use crate::store::project::Dim;

/// 产业集群的称谓。
/// What a cluster is called.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::ClusterKind")]
pub enum ClusterKind {
    /// 千亿级产业集群。
    /// Of a hundred billion yuan.
    HundredBillion,
    /// 特色产业集群。
    /// Characteristic cluster.
    Characteristic,
    /// 省级集群。
    /// Recognised by the province.
    Provincial,
    /// 国家级集群。
    /// Recognised by the state.
    National,
    /// 其他。
    /// Something else.
    Other,
}

/// 地点在集群或产业链中的角色。
/// A place's part in a cluster or chain.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::IndustryRole")]
pub enum IndustryRole {
    /// 所在地。
    /// It lies here.
    Host,
    /// 成员。
    /// One of its places.
    Member,
    /// 以之为主导产业。
    /// Has it as a leading industry.
    Leading,
}

/// A cluster.
#[derive(Clone)]
pub struct Cluster {
    view: View,
    row: Arc<domain::Cluster>,
}

impl Cluster {
    /// A cluster read in a view.
    pub fn new(view: &View, row: &Arc<domain::Cluster>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }
}

impl Ready for Cluster {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "kind" => ready::word(|one: &Self| Some(ClusterKind::from(one.row.kind))),
            _ => identity(asked, "Cluster", |one| (one.view.clone(), one.row.id.0), |one| &*one.row),
        }
    }
}

/// 产业集群。
/// An industrial cluster.
#[Object]
impl Cluster {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Cluster", self.row.id)
    }

    #[graphql(flatten)]
    async fn subject(&self) -> SubjectFields {
        SubjectFields::new(&self.view, self.row.id, &self.row)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 称谓。
    /// What it is called.
    async fn kind(&self) -> ClusterKind {
        self.row.kind.into()
    }

    /// 规模，用来源的原话。
    /// Its size in the words of the source.
    async fn scale_as_written(&self) -> Option<&str> {
        self.row.scale_as_written.as_deref()
    }

    /// 其中的产业链。
    /// The chains that belong to it.
    async fn chains(&self) -> Vec<Chain> {
        self.view.atlas().index.chains_of(self.row.id).iter().map(|row| Chain::new(&self.view, row)).collect()
    }

    /// 所在地点。
    /// Where it lies.
    async fn places(&self) -> Vec<ClusterPlace> {
        ClusterPlace::all(&self.view, &self.row.places)
    }

    /// 各地点边界之并；一处也不知道时为空。
    /// Union of its places; null when none is known.
    async fn footprint(
        &self,
        #[graphql(desc = "日期；缺省为快照的日期。The day; default: the day of the snapshot.")] valid_on: Option<Date>,
    ) -> Option<Footprint> {
        footprint(&self.view, self.row.id, valid_on)
    }

    /// 涉及该集群的重点任务及其途径。
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

    /// 属于其产业链的企业。
    /// Enterprises of its chains.
    async fn enterprises(
        &self,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Enterprise>>, Fault> {
        let chains = self.view.atlas().index.chains_of(self.row.id).iter().map(|chain| chain.id);
        enterprise::page_of(&self.view, Parents::all(Part::Chain, chains), first, after).await
    }

    /// 属于该集群的项目。
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
        ProjectConnection::new(&self.view, Some((Dim::Cluster, self.row.id)), asked).await
    }
}

/// A place of a cluster or chain.
pub struct ClusterPlace {
    view: View,
    place: Place,
    row: domain::IndustryPlace,
}

impl ClusterPlace {
    /// Places read in a view.
    pub fn all(view: &View, rows: &[domain::IndustryPlace]) -> Vec<Self> {
        let known = |row: &domain::IndustryPlace| {
            Some(Self { view: view.clone(), place: Place::of_code(view, &row.place)?, row: row.clone() })
        };
        rows.iter().filter_map(known).collect()
    }
}

/// 集群或产业链的一处地点。
/// A place of a cluster or chain.
#[Object]
impl ClusterPlace {
    /// 地点。
    /// The place.
    async fn place(&self) -> &Place {
        &self.place
    }

    /// 角色。
    /// The place's part.
    async fn role(&self) -> IndustryRole {
        self.row.role.into()
    }

    /// 真：来源没有写明，由上下文得出。
    /// True: not written, concluded.
    async fn inferred(&self) -> bool {
        self.row.inferred
    }

    /// 出处。
    /// Where it is said.
    async fn citation(&self) -> Option<Citation> {
        Citation::of(&self.view, &self.row.citation)
    }
}
