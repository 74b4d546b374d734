//! Lights of a plan's tasks, counted.

use std::collections::HashMap;

use async_graphql::{Enum, Object};

use super::assessment::Light;
use super::fault::Fault;
use super::scalars::PeriodCode;
use super::task::Task;
use super::view::View;
use super::words::Lang;
use crate::assess::{self, Assessor};
use crate::domain::{self, EntityId};

/// 记分卡的分类依据。
/// What a scorecard counts by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "assess::By")]
pub enum ScorecardDim {
    /// 正文的二级条目；每项任务只计一次。
    /// Sections of the second level; each task once.
    Section,
    /// 责任单位；任务计入每个承担它的单位。
    /// Units; a task counts for every unit with a part in it.
    Unit,
    /// 行政区；任务计入每个它涉及的行政区，面向全市的职责不计。
    /// Regions; a task counts for each that it touches, city-wide duties left out.
    Region,
    /// 布局要素；任务计入每个它涉及的要素。
    /// Elements of the layout; a task counts for each that it touches.
    #[graphql(name = "LAYOUT_ELEMENT")]
    Layout,
}

/// A row of a scorecard.
pub struct ScorecardRow {
    view: View,
    row: assess::Row,
    lights: HashMap<EntityId, assess::Light>,
    sample: bool,
}

/// The scorecard of a plan.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn of_plan(
    view: &View,
    plan: &domain::Plan,
    by: ScorecardDim,
    period: Option<PeriodCode>,
) -> Result<Vec<ScorecardRow>, Fault> {
    let on = period.map_or(view.on(), |period| period.0.end().min(view.on()));
    let assessor = Assessor::new(view.atlas(), view.figures().await?);
    let tasks = view.atlas().index.tasks_of(plan.id).iter();
    let assessed: HashMap<EntityId, (assess::Light, bool)> = tasks
        .map(|task| {
            let found = assessor.task(task, on);
            (task.id, (found.light, found.sample))
        })
        .collect();
    let light = |id: &EntityId| assessed.get(id).map_or(assess::Light::NotMeasurable, |(light, _)| *light);
    let rows = assess::scorecard(view.atlas(), plan, by.into(), |task| light(&task.id));
    Ok(rows
        .into_iter()
        .map(|row| ScorecardRow {
            view: view.clone(),
            lights: row.tasks.iter().map(|id| (*id, light(id))).collect(),
            sample: row.tasks.iter().any(|id| assessed.get(id).is_some_and(|(_, sample)| *sample)),
            row,
        })
        .collect())
}

impl ScorecardRow {
    fn count(&self, light: assess::Light) -> u32 {
        u32::try_from(self.row.count(light)).unwrap_or(u32::MAX)
    }
}

/// 记分卡的一行。各灯之和即 total。
/// A row of a scorecard. Its lights sum to its total.
#[Object]
impl ScorecardRow {
    /// 代码；不属于任何一项的任务归入末行，其代码为空文本。
    /// Code; an empty text for the last row, of tasks that belong to none.
    async fn key(&self) -> &str {
        self.row.key.as_deref().unwrap_or_default()
    }

    /// 名称。
    /// What it is called.
    async fn label(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.label)
    }

    /// 任务数。
    /// How many tasks.
    async fn total(&self) -> u32 {
        u32::try_from(self.row.total()).unwrap_or(u32::MAX)
    }

    /// 完成。
    /// Done.
    async fn done(&self) -> u32 {
        self.count(assess::Light::Done)
    }

    /// 绿灯。
    /// Green.
    async fn green(&self) -> u32 {
        self.count(assess::Light::Green)
    }

    /// 黄灯。
    /// Amber.
    async fn amber(&self) -> u32 {
        self.count(assess::Light::Amber)
    }

    /// 红灯。
    /// Red.
    async fn red(&self) -> u32 {
        self.count(assess::Light::Red)
    }

    /// 未到期。
    /// Not due yet.
    async fn not_due(&self) -> u32 {
        self.count(assess::Light::NotDue)
    }

    /// 无数据。
    /// Without a usable figure.
    async fn no_data(&self) -> u32 {
        self.count(assess::Light::NoData)
    }

    /// 不可计量。
    /// Not measurable.
    async fn not_measurable(&self) -> u32 {
        self.count(assess::Light::NotMeasurable)
    }

    /// 这些任务；给出 light 时只要这些灯的。
    /// The tasks; only those of these lights when given.
    async fn tasks(&self, #[graphql(desc = "灯。Lights.")] light: Option<Vec<Light>>) -> Vec<Task> {
        let wanted = |id: &&EntityId| {
            let own = self.lights.get(id).copied().map(Light::from);
            light.as_ref().is_none_or(|light| own.is_some_and(|own| light.contains(&own)))
        };
        let rows = self.row.tasks.iter().filter(wanted).filter_map(|id| self.view.atlas().tasks.id(*id));
        rows.map(|row| Task::new(&self.view, row)).collect()
    }

    /// 是否依据示例（虚构）数据。
    /// Whether any of it rests on anything made up for demonstration.
    async fn sample(&self) -> bool {
        self.sample
    }
}
