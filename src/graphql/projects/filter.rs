//! Conditions on projects.

use async_graphql::{ID, InputObject};
use futures_util::future::BoxFuture;

use crate::domain::EntityId;
use crate::graphql::conditions::{DecimalFilter, id_of, only};
use crate::graphql::fault::Fault;
use crate::graphql::filter::{StringFilter, open_all};
use crate::graphql::quantity::unit_of;
use crate::graphql::space::{SpatialFilter, Where};
use crate::graphql::view::View;
use crate::graphql::words::ProjectStage;
use crate::store::area::Located;
use crate::store::project::Filter;

/// 项目条件；所给各项须同时成立。
/// Condition on projects; everything given must hold.
#[derive(Debug, Clone, Default, InputObject)]
pub struct ProjectFilter {
    /// 须全部成立。
    /// All of these hold.
    pub and: Option<Vec<ProjectFilter>>,
    /// 至少一项成立。
    /// At least one of these holds.
    pub or: Option<Vec<ProjectFilter>>,
    /// 不得成立。
    /// This does not hold.
    pub not: Option<Box<ProjectFilter>>,
    /// 名称。
    /// Name.
    pub name: Option<StringFilter>,
    /// 阶段，其中之一。
    /// Stage: one of these.
    pub stage: Option<Vec<ProjectStage>>,
    /// 类别，至少其中之一。
    /// Kinds: at least one of these.
    pub kinds: Option<Vec<String>>,
    /// 开发区代码。
    /// Code of the zone.
    pub zone: Option<ID>,
    /// 行政区代码；含其下级区域的项目。
    /// Code of the region; projects of the regions under it are meant too.
    pub region: Option<ID>,
    /// 产业集群代码。
    /// Code of the cluster.
    pub cluster: Option<ID>,
    /// 产业链代码。
    /// Code of the chain.
    pub chain: Option<ID>,
    /// 重点任务代码，如「规划代码/26」。
    /// Code of a task that it serves, e.g. 'PLAN/26'.
    pub task: Option<ID>,
    /// 总投资。
    /// Total investment.
    pub investment: Option<DecimalFilter>,
    /// 位置。
    /// Where it stands.
    pub space: Option<SpatialFilter>,
}

impl ProjectFilter {
    /// The condition as the database takes it.
    ///
    /// # Errors
    /// [`Fault`] for an unknown code or an amount that cannot be compared.
    pub fn open<'a>(&'a self, view: &'a View) -> BoxFuture<'a, Result<Filter, Fault>> {
        Box::pin(self.opened(view))
    }

    async fn opened(&self, view: &View) -> Result<Filter, Fault> {
        let atlas = view.atlas();
        let none = open_all(self.not.as_deref().map(std::slice::from_ref), |filter| filter.open(view)).await?;
        let space = match &self.space {
            Some(space) => space.points(view, Located::Project).await?,
            None => Where::default(),
        };
        let yuan = unit_of("CNY")?;
        let bounds = self.investment.as_ref().map(|investment| investment.bounds(yuan, "investment")).transpose()?;
        let (least, most) = bounds.unwrap_or((None, None));
        Ok(Filter {
            and: open_all(self.and.as_deref(), |filter| filter.open(view)).await?,
            or: open_all(self.or.as_deref(), |filter| filter.open(view)).await?,
            not: none.into_iter().next().map(Box::new),
            names: self.name.as_ref().and_then(StringFilter::exactly),
            name_contains: self.name.as_ref().and_then(|name| name.contains.clone()),
            stages: self.stage.as_ref().map(|stages| stages.iter().map(|stage| (*stage).into()).collect()),
            kinds: self.kinds.clone(),
            zones: only(&atlas.zones, "Zone", self.zone.as_ref())?,
            regions: (self.region.as_ref())
                .map(|code| {
                    let region = EntityId(id_of(&atlas.regions, "Region", code)?);
                    Ok::<_, Fault>(atlas.index.regions_within(region).iter().map(|within| within.0).collect())
                })
                .transpose()?,
            clusters: only(&atlas.clusters, "Cluster", self.cluster.as_ref())?,
            chains: only(&atlas.chains, "Chain", self.chain.as_ref())?,
            tasks: only(&atlas.tasks, "Task", self.task.as_ref())?,
            investment_from: least,
            investment_to: most,
            bbox: space.bbox,
            within: space.within,
            ..Filter::default()
        })
    }
}
