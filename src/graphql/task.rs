//! Tasks of a plan's list.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::assessment::{self, Assessment};
use super::chain::Chain;
use super::cluster::Cluster;
use super::connection::{Connection, MOST_IN_MEMORY, Paging};
use super::document::SourcedFields;
use super::fault::Fault;
use super::node::NodeFields;
use super::plan::{Plan, PlanSection, TaskGroup};
use super::projects::{Asked, ProjectConnection, ProjectFilter, ProjectOrder};
use super::ready::{self, Ask, Listed, Ready, Write};
use super::scalars::PeriodCode;
use super::target::Target;
use super::task_link::{LinkVia, TaskPlaceEdge, TaskUnitEdge, page_of_links, ways};
use super::unit::{ResponsibleUnit, UnitRole};
use super::view::View;
use super::words::Lang;
use crate::domain::{self, EntityId, Kind};
use crate::store::project::Dim;

/// 任务在时间上的写法。
/// How a task says when.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::TaskKind")]
pub enum TaskKind {
    /// 到期完成。
    /// To be done by a deadline.
    ByDeadline,
    /// 逐年里程碑。
    /// With a milestone for each year.
    YearlyMilestones,
    /// 每年定额。
    /// The same quota every year.
    AnnualQuota,
    /// 持续推进。
    /// Without an end.
    Continuous,
}

/// A task.
#[derive(Clone)]
pub struct Task {
    view: View,
    row: Arc<domain::Task>,
}

impl Task {
    /// A task read in a view.
    pub fn new(view: &View, row: &Arc<domain::Task>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }

    fn in_group(&self) -> Option<TaskGroup> {
        self.view.atlas().groups.code(&self.row.group).map(|row| TaskGroup::new(&self.view, row))
    }

    fn carries(&self) -> Vec<Target> {
        self.view.atlas().index.targets_of(self.row.id).iter().map(|row| Target::new(&self.view, row)).collect()
    }

    fn shared(
        &self,
        roles: Option<&[UnitRole]>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<TaskUnitEdge>, Fault> {
        let parts = self.row.units.iter();
        let rows: Vec<(&domain::TaskUnit, ResponsibleUnit)> = parts
            .filter(|part| roles.is_none_or(|roles| roles.contains(&part.role.into())))
            .filter_map(|part| Some((part, ResponsibleUnit::of_code(&self.view, &part.unit)?)))
            .collect();
        let paging = Paging::new(first, after, MOST_IN_MEMORY)?;
        Connection::of(
            &rows,
            &paging,
            |(part, _)| part.unit.clone(),
            |(part, unit), cursor| TaskUnitEdge::new(&self.view, cursor, unit, part),
        )
    }

    /// The distinct things of a kind that it touches, city-wide duties left out.
    fn touched(&self, kind: Kind) -> Vec<EntityId> {
        let atlas = self.view.atlas();
        let mut ids = Vec::new();
        for link in atlas.links.of_task(self.row.id, None) {
            let same = atlas.subject(link.subject).is_some_and(|subject| subject.kind() == kind);
            if same && !ids.contains(&link.subject) {
                ids.push(link.subject);
            }
        }
        ids
    }
}

impl Ready for Task {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "id" => ready::id("Task", |task: &Self| (task.view.clone(), task.row.id.0)),
            "code" => ready::text(|task: &Self| &task.row.code),
            "number" => ready::plain(|task: &Self| task.row.number),
            "title" => {
                let lang = asked.lang()?;
                ready::text(move |task: &Self| lang.names(&task.row.title))
            }
            "kind" => ready::word(|task: &Self| Some(TaskKind::from(task.row.kind))),
            "group" => ready::object(asked, Self::in_group),
            "deadlineAsWritten" => ready::plain(|task: &Self| task.row.deadline_as_written.clone()),
            "responsibilityAsWritten" => ready::text(|task: &Self| &task.row.responsibility_as_written),
            "targets" => ready::list(asked, Self::carries),
            "units" => {
                let (roles, first) = (asked.argument::<Vec<UnitRole>>("roles")?, asked.first()?);
                let after = asked.argument::<String>("after")?;
                ready::object(asked, move |task: &Self| task.shared(roles.as_deref(), first, after.clone()).ok())
            }
            _ => None,
        }
    }
}

/// 重点任务。
/// A task of the plan's list.
#[Object]
impl Task {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Task", self.row.id)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 代码，如「规划代码/26」。
    /// Code: 'PLAN/26'.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// 序号。
    /// Number in the list.
    async fn number(&self) -> u32 {
        self.row.number
    }

    /// 标题，照原文。
    /// Title as written.
    async fn title(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.title)
    }

    /// 时间上的写法。
    /// How it says when.
    async fn kind(&self) -> TaskKind {
        self.row.kind.into()
    }

    /// 所属规划。
    /// The plan it belongs to.
    async fn plan(&self) -> Result<Plan, Fault> {
        Plan::need(&self.view, &self.row.plan)
    }

    /// 所在的任务组。
    /// The group it stands in.
    async fn group(&self) -> Result<TaskGroup, Fault> {
        self.in_group().ok_or_else(|| Fault::internal("a task without its group"))
    }

    /// 内容相同的正文条目。
    /// The numbered item of the body that says the same.
    async fn section(&self) -> Option<PlanSection> {
        PlanSection::of_code(&self.view, self.row.section.as_ref()?)
    }

    /// 完成时限各格，逐字照录。
    /// Its deadline cells, verbatim.
    async fn deadline_as_written(&self) -> &[String] {
        &self.row.deadline_as_written
    }

    /// 责任单位一格，逐字照录。
    /// Its responsibility cell, verbatim.
    async fn responsibility_as_written(&self) -> &str {
        &self.row.responsibility_as_written
    }

    /// 所承载的目标；可不止一个。
    /// The targets that it carries; may be several.
    async fn targets(&self) -> Listed<Target> {
        Listed(self.carries())
    }

    /// 责任单位及其角色，依原文次序。
    /// Its units and their parts, in the order of the text.
    async fn units(
        &self,
        #[graphql(desc = "只要这些角色。Only these parts.")] roles: Option<Vec<UnitRole>>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<TaskUnitEdge>, Fault> {
        self.shared(roles.as_deref(), first, after)
    }

    /// 涉及的地点、集群和产业链及其途径；面向全市的职责只在 via 含 RESPONSIBLE_UNIT 时给出。
    /// Places, clusters and chains that it touches, and how. City-wide duties are left out unless asked for with
    /// via: RESPONSIBLE_UNIT.
    async fn places(
        &self,
        #[graphql(desc = "只要这些途径。Only these ways.")] via: Option<Vec<LinkVia>>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<TaskPlaceEdge>, Fault> {
        let via = ways(via);
        let links = self.view.atlas().links.of_task(self.row.id, via.as_deref());
        page_of_links(&self.view, links, &Paging::new(first, after, MOST_IN_MEMORY)?)
    }

    /// 灯：各目标中最差者，parts 并列各目标的灯；没有可计量目标时为 NOT_MEASURABLE，从不计算。
    /// Its light: the worst of its targets', with each beside it in `parts`; NOT_MEASURABLE without a measurable
    /// target, and then never computed.
    async fn assessment(
        &self,
        #[graphql(desc = "以该时期末日为准。As on the last day of this period.")] period: Option<PeriodCode>,
    ) -> Result<Assessment, Fault> {
        assessment::of_task(&self.view, &self.row, period).await
    }

    /// 涉及的产业集群。
    /// The clusters that it touches.
    async fn clusters(&self) -> Vec<Cluster> {
        let clusters = &self.view.atlas().clusters;
        let rows = self.touched(Kind::Cluster).into_iter().filter_map(|id| clusters.id(id));
        rows.map(|row| Cluster::new(&self.view, row)).collect()
    }

    /// 涉及的产业链。
    /// The chains that it touches.
    async fn chains(&self) -> Vec<Chain> {
        let chains = &self.view.atlas().chains;
        let rows = self.touched(Kind::Chain).into_iter().filter_map(|id| chains.id(id));
        rows.map(|row| Chain::new(&self.view, row)).collect()
    }

    /// 服务于该任务的项目。
    /// Projects that serve it.
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
        ProjectConnection::new(&self.view, Some((Dim::Task, self.row.id)), asked).await
    }
}
