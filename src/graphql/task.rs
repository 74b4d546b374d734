//! Tasks, who does them, and what they touch.

use std::sync::Arc;

use async_graphql::{Enum, ID, InputObject, Object, OneofObject};

use super::assessment::{self, Assessment};
use super::chain::Chain;
use super::cluster::Cluster;
use super::connection::{Connection, Edge, EdgeType, MOST_IN_MEMORY, Paging};
use super::document::SourcedFields;
use super::fault::Fault;
use super::filter::StringFilter;
use super::node::NodeFields;
use super::plan::{Plan, PlanSection, TaskGroup};
use super::projects::ProjectConnection;
use super::scalars::PeriodCode;
use super::subject::Subject;
use super::target::Target;
use super::unit::{ResponsibleUnit, UnitRole};
use super::view::View;
use super::words::{Direction, Lang};
use crate::atlas::{self, Link};
use crate::domain::{self, EntityId, Kind};

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

/// 任务涉及地点、集群或产业链的途径。
/// How a task touches a place, cluster or chain.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "atlas::LinkVia")]
pub enum LinkVia {
    /// 文中点名。
    /// Named in the text.
    Named,
    /// 经由空间布局。
    /// Through the layout: the task names an element that the place is a member of, or lies in one.
    Layout,
    /// 经由责任单位的辖区。
    /// Through a responsible unit's area.
    ResponsibleUnit,
    /// 经由产业集群。
    /// Through a cluster that the task names.
    Cluster,
    /// 经由产业链。
    /// Through a chain that the task names.
    Chain,
    /// 经由项目。
    /// Through a project of the task.
    Project,
}

/// 对任务的筛选，各条件同时成立。
/// Which tasks; all conditions together.
#[derive(Debug, Clone, InputObject)]
pub struct TaskFilter {
    /// 全部成立。
    /// All of these hold.
    pub and: Option<Vec<TaskFilter>>,
    /// 至少一项成立。
    /// At least one of these holds.
    pub or: Option<Vec<TaskFilter>>,
    /// 不成立。
    /// This does not hold.
    pub not: Option<Box<TaskFilter>>,
    /// 时间写法为其中之一。
    /// Says when in one of these ways.
    pub kind: Option<Vec<TaskKind>>,
    /// 对应的正文条目或其上级为其中之一（代码，可省去规划部分，如 'S2.1'）。
    /// The section that says the same, or one above it, is one of these (codes; the plan's part may be left out: 'S2.1').
    pub section: Option<Vec<String>>,
    /// 由该单位（代码）承担。
    /// This unit (its code) has a part in it.
    pub unit: Option<ID>,
    /// 该单位的角色为其中之一；未给单位时，任一单位。
    /// The unit's part is one of these; any unit's when no unit is given.
    pub role: Option<Vec<UnitRole>>,
    /// 对标题（中、英文）的条件。
    /// Conditions on the title, in either language.
    pub text: Option<StringFilter>,
}

impl TaskFilter {
    /// Whether a task is wanted.
    pub fn holds(&self, task: &domain::Task) -> bool {
        let lies_in = |wanted: &String| {
            let Some(section) = &task.section else { return false };
            let short = section.rsplit('/').next().unwrap_or(section);
            [section.as_str(), short].iter().any(|code| {
                code.strip_prefix(wanted.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
        };
        let does = |part: &domain::TaskUnit| {
            self.unit.as_ref().is_none_or(|unit| part.unit == unit.as_str())
                && self.role.as_ref().is_none_or(|roles| roles.contains(&part.role.into()))
        };
        let titled = |text: &StringFilter| {
            text.holds(&task.title.zh) || task.title.en.as_ref().is_some_and(|title| text.holds(title))
        };
        self.kind.as_ref().is_none_or(|kinds| kinds.contains(&task.kind.into()))
            && self.section.as_ref().is_none_or(|sections| sections.iter().any(lies_in))
            && ((self.unit.is_none() && self.role.is_none()) || task.units.iter().any(does))
            && self.text.as_ref().is_none_or(titled)
            && self.and.iter().flatten().all(|filter| filter.holds(task))
            && self.or.as_ref().is_none_or(|any| any.iter().any(|filter| filter.holds(task)))
            && self.not.as_ref().is_none_or(|filter| !filter.holds(task))
    }
}

/// 任务的排序依据，恰取其一。
/// What tasks are ordered by; exactly one.
#[derive(Debug, Clone, Copy, OneofObject)]
pub enum TaskOrder {
    /// 按序号。
    /// By number.
    Number(Direction),
}

/// A page of tasks, given in the order of their numbers.
///
/// # Errors
/// [`Fault`] when the paging is wrong.
pub fn page_of_tasks(
    view: &View,
    mut rows: Vec<Arc<domain::Task>>,
    filter: Option<&TaskFilter>,
    order_by: Option<&[TaskOrder]>,
    paging: &Paging,
) -> Result<Connection<Edge<Task>>, Fault> {
    rows.retain(|row| filter.is_none_or(|filter| filter.holds(row)));
    if let Some([TaskOrder::Number(Direction::Desc), ..]) = order_by {
        rows.reverse();
    }
    Connection::of(&rows, paging, |row| row.code.clone(), |row, cursor| Edge::new(cursor, Task::new(view, row)))
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
        let row = self.view.atlas().groups.code(&self.row.group);
        row.map(|row| TaskGroup::new(&self.view, row)).ok_or_else(|| Fault::internal("a task without its group"))
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
    async fn targets(&self) -> Vec<Target> {
        self.view.atlas().index.targets_of(self.row.id).iter().map(|row| Target::new(&self.view, row)).collect()
    }

    /// 责任单位及其角色，依原文次序。
    /// Its units and their parts, in the order of the text.
    #[graphql(complexity = "5 + first.unwrap_or(20).max(0) as usize * child_complexity")]
    async fn units(
        &self,
        #[graphql(desc = "只要这些角色。Only these parts.")] roles: Option<Vec<UnitRole>>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<TaskUnitEdge>, Fault> {
        let parts = self.row.units.iter();
        let rows: Vec<(&domain::TaskUnit, ResponsibleUnit)> = parts
            .filter(|part| roles.as_ref().is_none_or(|roles| roles.contains(&part.role.into())))
            .filter_map(|part| Some((part, ResponsibleUnit::of_code(&self.view, &part.unit)?)))
            .collect();
        let paging = Paging::new(first, after, MOST_IN_MEMORY)?;
        Connection::of(
            &rows,
            &paging,
            |(part, _)| part.unit.clone(),
            |(part, unit), cursor| TaskUnitEdge {
                cursor,
                view: self.view.clone(),
                node: unit.clone(),
                row: (*part).clone(),
            },
        )
    }

    /// 涉及的地点、集群和产业链及其途径；面向全市的职责只在 via 含 RESPONSIBLE_UNIT 时给出。
    /// Places, clusters and chains that it touches, and how. City-wide duties are left out unless asked for with
    /// via: RESPONSIBLE_UNIT.
    #[graphql(complexity = "5 + first.unwrap_or(20).max(0) as usize * child_complexity")]
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
    #[graphql(complexity = "10 + child_complexity")]
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
    #[graphql(complexity = "5 + first.unwrap_or(20).max(0) as usize * child_complexity")]
    async fn projects(
        &self,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 500。Items wanted, 500 at most.")] first: Option<i32>,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<ProjectConnection, Fault> {
        ProjectConnection::of_task(&self.view, self.row.id, first, after)
    }
}

/// A unit's part in a task.
#[derive(Clone)]
pub struct TaskUnitEdge {
    cursor: String,
    view: View,
    node: ResponsibleUnit,
    row: domain::TaskUnit,
}

/// 任务与责任单位之间的联系。
/// A unit's part in a task.
#[Object]
impl TaskUnitEdge {
    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, std::slice::from_ref(&self.row.citation))
    }

    /// 游标。
    /// Cursor of the item.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// 责任单位。
    /// The unit.
    async fn node(&self) -> &ResponsibleUnit {
        &self.node
    }

    /// 角色。
    /// Its part.
    async fn role(&self) -> UnitRole {
        self.row.role.into()
    }

    /// 名称，照此处原文。
    /// Its name as written here.
    async fn name_as_written(&self) -> &str {
        &self.row.name_as_written
    }
}

impl EdgeType for TaskUnitEdge {
    type Node = ResponsibleUnit;

    fn connection() -> std::borrow::Cow<'static, str> {
        "TaskUnitConnection".into()
    }

    fn cursor(&self) -> &str {
        &self.cursor
    }

    fn node(&self) -> &ResponsibleUnit {
        &self.node
    }
}

/// A task and something that it touches.
#[derive(Clone)]
pub struct TaskPlaceEdge {
    cursor: String,
    view: View,
    node: Subject,
    link: Arc<Link>,
}

/// 任务与地点、集群或产业链之间的一种联系；同一对可有多条，每种途径一条。
/// One way in which a task touches a place, cluster or chain; a pair may have several, one for each way.
#[Object]
impl TaskPlaceEdge {
    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.link.citations)
    }

    /// 游标。
    /// Cursor of the item.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// 地点、集群或产业链。
    /// The place, cluster or chain.
    async fn node(&self) -> &Subject {
        &self.node
    }

    /// 任务。
    /// The task.
    async fn task(&self) -> Task {
        Task::new(&self.view, &self.link.task)
    }

    /// 途径。
    /// How it is known.
    async fn via(&self) -> LinkVia {
        self.link.via.into()
    }

    /// 真：途中有推断；假：步步有原文。
    /// True: something on the way is concluded; false: the text says every step.
    async fn inferred(&self) -> bool {
        self.link.inferred
    }

    /// 真：责任单位面向全市，并非专管此地。
    /// True: units answerable for the whole city, not for this place in particular.
    async fn city_wide(&self) -> bool {
        self.link.city_wide
    }

    /// 任务对它的要求、它在布局中的定位，或责任单位之名，均用规划的原话。
    /// What the task wants of it, its part in the layout, or the unit's name, in the words of the plan.
    async fn role(&self) -> Option<&str> {
        self.link.role.as_deref()
    }

    /// 是否依据示例（虚构）数据。
    /// Whether it rests on anything made up for demonstration.
    async fn sample(&self) -> bool {
        let atlas = self.view.atlas();
        self.link.citations.iter().any(|citation| atlas.document(citation).is_some_and(|document| document.sample))
    }
}

impl EdgeType for TaskPlaceEdge {
    type Node = Subject;

    fn connection() -> std::borrow::Cow<'static, str> {
        "TaskPlaceConnection".into()
    }

    fn cursor(&self) -> &str {
        &self.cursor
    }

    fn node(&self) -> &Subject {
        &self.node
    }
}

fn ways(via: Option<Vec<LinkVia>>) -> Option<Vec<atlas::LinkVia>> {
    via.map(|ways| ways.into_iter().map(Into::into).collect())
}

fn page_of_links(view: &View, links: Vec<Arc<Link>>, paging: &Paging) -> Result<Connection<TaskPlaceEdge>, Fault> {
    let rows: Vec<(Arc<Link>, Subject)> = links
        .into_iter()
        .filter_map(|link| {
            let subject = view.atlas().subject(link.subject)?;
            Some((link, Subject::new(view, &subject)))
        })
        .collect();
    let key = |(link, _): &(Arc<Link>, Subject)| format!("{:?}/{}/{}", link.via, link.task.id.0, link.subject.0);
    Connection::of(&rows, paging, key, |(link, node), cursor| TaskPlaceEdge {
        cursor,
        view: view.clone(),
        node: node.clone(),
        link: Arc::clone(link),
    })
}

/// The tasks that touch a place, cluster or chain.
///
/// # Errors
/// [`Fault`] when the paging is wrong.
pub fn links_of_subject(
    view: &View,
    subject: EntityId,
    via: Option<Vec<LinkVia>>,
    filter: Option<&TaskFilter>,
    paging: Paging,
) -> Result<Connection<TaskPlaceEdge>, Fault> {
    let mut links = view.atlas().links.of_subject(subject, ways(via).as_deref());
    links.retain(|link| filter.is_none_or(|filter| filter.holds(&link.task)));
    page_of_links(view, links, &paging)
}
