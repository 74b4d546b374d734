//! The plan as a text: its outline and its groups of tasks.

use std::sync::Arc;

use async_graphql::Object;

use super::connection::{Connection, Edge, MOST_IN_MEMORY, Paging};
use super::document::{PlanStatus, SourcedFields};
use super::fault::Fault;
use super::inconsistency::{Inconsistency, Severity};
use super::layout::LayoutElement;
use super::node::NodeFields;
use super::ready::{self, Ask, Ready, Write};
use super::region::Region;
use super::scalars::PeriodCode;
use super::scorecard::{self, ScorecardDim, ScorecardRow};
use super::subject::SubjectFields;
use super::target::{Target, TargetFilter};
use super::task::Task;
use super::tasks::{TaskFilter, TaskOrder, page_of_tasks};
use super::unit::ResponsibleUnit;
use super::view::View;
use super::words::Lang;
use crate::domain;

/// A plan.
#[derive(Clone)]
pub struct Plan {
    view: View,
    row: Arc<domain::Plan>,
}

impl Plan {
    /// A plan read in a view.
    pub fn new(view: &View, row: &Arc<domain::Plan>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }

    /// The plan that a row of it names.
    ///
    /// # Errors
    /// [`Fault`] when there is none; import lets no such row in.
    pub fn need(view: &View, code: &str) -> Result<Self, Fault> {
        let row = view.atlas().plans.code(code).ok_or_else(|| Fault::internal(format!("no plan {code}")))?;
        Ok(Self::new(view, row))
    }
}

/// 规划。只有关于规划整体的数据以它为对象；全市的数据属于市这一行政区。
/// A plan. It is a subject only of figures about the whole plan; those of the city belong to the city's region.
#[Object]
impl Plan {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Plan", self.row.id)
    }

    #[graphql(flatten)]
    async fn subject(&self) -> SubjectFields {
        SubjectFields::new(&self.view, self.row.id, &self.row)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 效力状态。
    /// Standing.
    async fn status(&self) -> PlanStatus {
        self.row.status.into()
    }

    /// 版本，照来源所述。
    /// Version, in the words of the source.
    async fn version(&self) -> &str {
        &self.row.version
    }

    /// 规划期的首个时期。
    /// First period it covers.
    async fn from(&self) -> PeriodCode {
        PeriodCode(self.row.from)
    }

    /// 规划期的末个时期。
    /// Last period it covers.
    async fn to(&self) -> PeriodCode {
        PeriodCode(self.row.to)
    }

    /// 规划所覆盖的行政区。
    /// The region it is for.
    async fn region(&self) -> Option<Region> {
        Region::of_code(&self.view, &self.row.region)
    }

    /// 所取代的规划。
    /// The plan it replaces.
    async fn supersedes(&self) -> Option<Self> {
        let row = self.view.atlas().plans.code(self.row.supersedes.as_ref()?)?;
        Some(Self::new(&self.view, row))
    }

    /// 提纲的一级标题；children 逐级向下。
    /// The outline, top level first; `children` goes down.
    async fn sections(&self) -> Vec<PlanSection> {
        let rows = self.view.atlas().index.sections_of(self.row.id);
        rows.iter().map(|row| PlanSection::new(&self.view, row)).collect()
    }

    /// 重点任务清单的各组。
    /// The groups of its list of tasks.
    async fn groups(&self) -> Vec<TaskGroup> {
        let rows = self.view.atlas().index.groups_of(self.row.id);
        rows.iter().map(|row| TaskGroup::new(&self.view, row)).collect()
    }

    /// 重点任务。
    /// Its tasks.
    async fn tasks(
        &self,
        #[graphql(desc = "只要这些任务。Only these tasks.")] filter: Option<TaskFilter>,
        #[graphql(desc = "排序，缺省按序号。Order; by number unless given.")] order_by: Option<Vec<TaskOrder>>,
        #[graphql(default_with = "Some(20)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Task>>, Fault> {
        let rows = self.view.atlas().index.tasks_of(self.row.id).to_vec();
        let paging = Paging::new(first, after, MOST_IN_MEMORY)?;
        page_of_tasks(&self.view, rows, filter.as_ref(), order_by.as_deref(), &paging).await
    }

    /// 目标，含总体目标和正文中未列入任务清单者。
    /// Its targets, headline goals and those that only the body states included.
    async fn targets(
        &self,
        #[graphql(desc = "只要这些目标。Only these targets.")] filter: Option<TargetFilter>,
        #[graphql(default_with = "Some(50)", desc = "条数，至多 5000。Items wanted, 5,000 at most.")] first: Option<
            i32,
        >,
        #[graphql(desc = "上一页末条的游标。Cursor of the last item of the page before.")] after: Option<String>,
    ) -> Result<Connection<Edge<Target>>, Fault> {
        let mut rows = self.view.atlas().index.targets_of(self.row.id).to_vec();
        if let Some(filter) = &filter {
            let test = filter.open(&self.view).await?;
            rows.retain(|row| test(row));
        }
        let paging = Paging::new(Some(first.unwrap_or(50)), after, MOST_IN_MEMORY)?;
        Connection::of(
            &rows,
            &paging,
            |row| row.code.clone(),
            |row, cursor| Edge::new(cursor, Target::new(&self.view, row)),
        )
    }

    /// 记分卡：重点任务的灯分类计数，NO_DATA 与 NOT_MEASURABLE 总是在内，各灯之和即 total。
    /// Lights of its tasks, counted; NO_DATA and NOT_MEASURABLE always among them, and the lights of a row sum to its total.
    async fn scorecard(
        &self,
        #[graphql(default_with = "Some(ScorecardDim::Section)", desc = "分类依据。What to count by.")] by: Option<
            ScorecardDim,
        >,
        #[graphql(desc = "以该时期末日为准。As on the last day of this period.")] period: Option<PeriodCode>,
    ) -> Result<Vec<ScorecardRow>, Fault> {
        scorecard::of_plan(&self.view, &self.row, by.unwrap_or(ScorecardDim::Section), period).await
    }

    /// 空间布局的要素，依原文次序。
    /// The elements of its spatial layout, in the order of the text.
    async fn layout(&self) -> Vec<LayoutElement> {
        let rows = self.view.atlas().index.layout_of(self.row.id);
        rows.iter().map(|row| LayoutElement::new(&self.view, row)).collect()
    }

    /// 文本中的不一致与未明之处：通用规则的结果，最重的在先。
    /// Where the text contradicts itself or leaves something open, by general rules; the most serious first.
    async fn inconsistencies(
        &self,
        #[graphql(desc = "只要这些类别，见 schema/findings.csv。Only these kinds; see schema/findings.csv.")]
        kinds: Option<Vec<String>>,
        #[graphql(desc = "只要这些轻重。Only these severities.")] severities: Option<Vec<Severity>>,
    ) -> Vec<Inconsistency> {
        Inconsistency::all(&self.view, &self.row.code, kinds.as_deref(), severities.as_deref())
    }
}

/// A section of a plan.
#[derive(Clone)]
pub struct PlanSection {
    view: View,
    row: Arc<domain::Section>,
}

impl PlanSection {
    /// A section read in a view.
    pub fn new(view: &View, row: &Arc<domain::Section>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }

    /// The section of a code.
    pub fn of_code(view: &View, code: &str) -> Option<Self> {
        view.atlas().sections.code(code).map(|row| Self::new(view, row))
    }
}

/// 规划正文的标题或编号条目：一 / (一) / 1。
/// A heading or numbered item of the plan's text: 一 / (一) / 1.
#[Object]
impl PlanSection {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "PlanSection", self.row.id)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 代码，如「规划代码/S2.1.3」表示二(一)3。
    /// Code: 'PLAN/S2.1.3' is item 3 of (一) of 二.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// 编号，照原文。
    /// Number as written.
    async fn number(&self) -> &str {
        &self.row.number
    }

    /// 层级：1 为一，2 为(一)，3 为 1。
    /// Level: 1 for 一, 2 for (一), 3 for 1.
    async fn level(&self) -> u32 {
        self.row.level
    }

    /// 标题。
    /// Title.
    async fn title(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.title)
    }

    /// 本条自身的正文，逐字照录；只有标题时为空文本。
    /// Its own text, verbatim; empty for a bare heading.
    async fn text(&self) -> &str {
        &self.row.text
    }

    /// 上级条目。
    /// The section it stands in.
    async fn parent(&self) -> Option<Self> {
        Self::of_code(&self.view, self.row.parent.as_ref()?)
    }

    /// 下级条目。
    /// The sections directly under it.
    async fn children(&self) -> Vec<Self> {
        self.view.atlas().index.sections_of(self.row.id).iter().map(|row| Self::new(&self.view, row)).collect()
    }

    /// 括注的责任单位，逐字照录。
    /// The bracketed responsible units, verbatim.
    async fn responsibility_as_written(&self) -> Option<&str> {
        self.row.responsibility_as_written.as_deref()
    }

    /// 括注的责任单位，依次。
    /// The units of that bracket, in order.
    async fn units(&self) -> Vec<ResponsibleUnit> {
        self.row.units.iter().filter_map(|part| ResponsibleUnit::of_code(&self.view, &part.unit)).collect()
    }

    /// 与本条同一内容的重点任务。
    /// The tasks that say the same.
    async fn tasks(&self) -> Vec<Task> {
        self.view.atlas().index.tasks_of(self.row.id).iter().map(|row| Task::new(&self.view, row)).collect()
    }

    /// 本条提出的目标。
    /// The targets that it states.
    async fn targets(&self) -> Vec<Target> {
        self.view.atlas().index.targets_of(self.row.id).iter().map(|row| Target::new(&self.view, row)).collect()
    }
}

/// A group of tasks.
#[derive(Clone)]
pub struct TaskGroup {
    view: View,
    row: Arc<domain::Group>,
}

impl TaskGroup {
    /// A group read in a view.
    pub fn new(view: &View, row: &Arc<domain::Group>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }
}

impl Ready for TaskGroup {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "id" => ready::id("TaskGroup", |group: &Self| (group.view.clone(), group.row.id.0)),
            "number" => ready::plain(|group: &Self| group.row.number),
            "name" => {
                let lang = asked.lang()?;
                ready::text(move |group: &Self| lang.names(&group.row.name))
            }
            _ => None,
        }
    }
}

/// 重点任务清单的一组。
/// A group of the list of tasks.
#[Object]
impl TaskGroup {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "TaskGroup", self.row.id)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 序号。
    /// Number in the list.
    async fn number(&self) -> u32 {
        self.row.number
    }

    /// 名称。
    /// Name.
    async fn name(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.name)
    }

    /// 对应的正文条目。
    /// The section of the body that it sums up.
    async fn section(&self) -> Option<PlanSection> {
        PlanSection::of_code(&self.view, self.row.section.as_ref()?)
    }

    /// 组内的重点任务。
    /// Its tasks.
    async fn tasks(&self) -> Vec<Task> {
        self.view.atlas().index.tasks_of(self.row.id).iter().map(|row| Task::new(&self.view, row)).collect()
    }
}
