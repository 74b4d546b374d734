//! Targets and milestones: the numbers that a plan promises.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Enum, InputObject, Object};

use super::assessment::{self, Assessment, Light};
use super::document::{Citation, SourcedFields};
use super::fault::Fault;
use super::filter::{PeriodRange, Test};
use super::indicator::Indicator;
use super::node::NodeFields;
use super::plan::{Plan, PlanSection};
use super::quantity::{Period, Quantity};
use super::ready::{self, Ask, Listed, Ready, Write};
use super::scalars::{Decimal, PeriodCode};
use super::subject::Subject;
use super::task::Task;
use super::threshold::{self, TargetMember, ThresholdCount};
use super::view::View;
use crate::domain;
use crate::store;

/// 比较方式。
/// How a number is meant to compare.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Comparator")]
pub enum Comparator {
    /// 达到、以上（≥）。
    /// At least (≥).
    AtLeast,
    /// 突破、超过（>）。
    /// Strictly more than (>).
    MoreThan,
    /// 等于、全覆盖（=）。
    /// Equal to (=).
    Equal,
    /// 左右（≈）。
    /// About (≈).
    Approx,
    /// 不超过（≤）。
    /// At most (≤).
    AtMost,
}

/// 承诺力度：「力争」不等于「达到」。
/// How firmly the text promises: 力争 (strive) is not 达到 (reach).
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Commitment")]
pub enum Commitment {
    /// 达到。
    /// Promised.
    Committed,
    /// 力争、努力。
    /// Striven for.
    Strive,
    /// 预期性。
    /// Indicative only.
    Indicative,
}

/// 目标数值的含义。
/// What a target's number measures.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::TargetBasis")]
pub enum TargetBasis {
    /// 期末水平。
    /// Level at the end.
    LevelAtEnd,
    /// 各期均不低于。
    /// A floor that holds in every period.
    Floor,
    /// 累计。
    /// Cumulative since the base.
    Cumulative,
    /// 新增（净增）。
    /// Net new since the base.
    NetNew,
    /// 每年。
    /// In each year.
    PerYear,
    /// 增长率。
    /// Rate of growth.
    GrowthRate,
    /// 占比。
    /// Share of a whole.
    Share,
    /// 覆盖率。
    /// Share of a population covered.
    Coverage,
    /// 超过门槛者的个数。
    /// Count of those past a threshold.
    CountOverThreshold,
}

/// 对目标的筛选，各条件同时成立。
/// Which targets; all conditions together.
#[derive(Debug, Clone, InputObject)]
pub struct TargetFilter {
    /// 数值含义为其中之一。
    /// The number measures one of these.
    pub basis: Option<Vec<TargetBasis>>,
    /// 承诺力度为其中之一。
    /// Promised in one of these ways.
    pub commitment: Option<Vec<Commitment>>,
    /// 灯为其中之一，以所读之日为准。
    /// Its light is one of these, on the day of the reading.
    pub light: Option<Vec<Light>>,
    /// 目标时期或任一里程碑落在该范围。
    /// Its period or one of its milestones lies in this range.
    pub due: Option<PeriodRange>,
}

impl TargetFilter {
    /// The condition, with the lights that it needs.
    ///
    /// # Errors
    /// [`Fault`] when the database fails.
    pub async fn open(&self, view: &View) -> Result<Test<domain::Target>, Fault> {
        let lights = match &self.light {
            Some(_) => assessment::of_targets(view).await?,
            None => HashMap::new(),
        };
        let own = self.clone();
        Ok(Box::new(move |target| {
            let lit =
                |wanted: &Vec<Light>| lights.get(&target.id).is_some_and(|light| wanted.contains(&(*light).into()));
            own.says(target) && own.light.as_ref().is_none_or(lit)
        }))
    }

    /// Whether what a target promises meets it.
    fn says(&self, target: &domain::Target) -> bool {
        let periods = || target.milestones.iter().map(|m| m.period).chain([target.period]);
        self.basis.as_ref().is_none_or(|basis| basis.contains(&target.basis.into()))
            && self.commitment.as_ref().is_none_or(|wanted| wanted.contains(&target.commitment.into()))
            && self.due.as_ref().is_none_or(|range| periods().any(|period| within(range, period)))
    }
}

fn within(range: &PeriodRange, period: domain::PeriodCode) -> bool {
    range.from.is_none_or(|from| period.end() >= from.0.end()) && range.to.is_none_or(|to| period.end() <= to.0.end())
}

/// A target.
#[derive(Clone)]
pub struct Target {
    view: View,
    row: Arc<domain::Target>,
}

impl Target {
    /// A target read in a view.
    pub fn new(view: &View, row: &Arc<domain::Target>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }

    fn steps(&self) -> Vec<Milestone> {
        self.row.milestones.iter().map(|row| Milestone { view: self.view.clone(), row: row.clone() }).collect()
    }

    fn of_code(view: &View, code: Option<&String>) -> Option<Self> {
        view.atlas().targets.code(code?).map(|row| Self::new(view, row))
    }
}

impl Ready for Target {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "id" => ready::id("Target", |target: &Self| (target.view.clone(), target.row.id.0)),
            "code" => ready::text(|target: &Self| &target.row.code),
            "basis" => ready::word(|target: &Self| Some(TargetBasis::from(target.row.basis))),
            "comparator" => ready::word(|target: &Self| Some(Comparator::from(target.row.comparator))),
            "commitment" => ready::word(|target: &Self| Some(Commitment::from(target.row.commitment))),
            "quantity" => ready::object(asked, |target: &Self| Some(Quantity(target.row.quantity.clone()))),
            "unitRestored" => ready::plain(|target: &Self| target.row.unit_restored),
            "period" => ready::object(asked, |target: &Self| Some(Period(target.row.period))),
            "indicator" => {
                ready::object(asked, |target: &Self| Indicator::need(&target.view, &target.row.indicator).ok())
            }
            "milestones" => ready::list(asked, Self::steps),
            _ => None,
        }
    }
}

/// 规划承诺的一个数。
/// A number that a plan promises.
#[Object]
impl Target {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Target", self.row.id)
    }

    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, &self.row.citations)
    }

    /// 稳定代码。
    /// Stable code.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// 承载它的任务；总体目标和仅见于正文者为空。
    /// The task that carries it; null for headline goals and those that only the body states.
    async fn task(&self) -> Option<Task> {
        let row = self.view.atlas().tasks.code(self.row.task.as_ref()?)?;
        Some(Task::new(&self.view, row))
    }

    /// 所属规划。
    /// The plan it belongs to.
    async fn plan(&self) -> Result<Plan, Fault> {
        Plan::need(&self.view, &self.row.plan)
    }

    /// 指标。
    /// What is measured.
    async fn indicator(&self) -> Result<Indicator, Fault> {
        Indicator::need(&self.view, &self.row.indicator)
    }

    /// 对象。
    /// What it is about.
    async fn subject(&self) -> Result<Subject, Fault> {
        let (kind, code) = &self.row.subject;
        let id = match self.view.atlas().find(*kind, code) {
            Some(id) => id,
            None => fact(&self.view, *kind, code).await?,
        };
        Subject::need(&self.view, id).await
    }

    /// 数值的含义。
    /// What the number measures.
    async fn basis(&self) -> TargetBasis {
        self.row.basis.into()
    }

    /// 比较方式。
    /// How it compares.
    async fn comparator(&self) -> Comparator {
        self.row.comparator.into()
    }

    /// 「左右」的容差，以目标的单位计；原文未说明时为空。
    /// Tolerance of 左右 (about) in the target's unit; null when the text states none.
    async fn tolerance(&self) -> Option<Decimal> {
        self.row.tolerance.map(Decimal)
    }

    /// 承诺力度。
    /// How firmly it is promised.
    async fn commitment(&self) -> Commitment {
        self.row.commitment.into()
    }

    /// 目标值。
    /// The number.
    async fn quantity(&self) -> Quantity {
        Quantity(self.row.quantity.clone())
    }

    /// 原文漏写量词，单位为补全。
    /// The text lost its counter; the unit was restored.
    async fn unit_restored(&self) -> bool {
        self.row.unit_restored
    }

    /// 目标时期。
    /// The period it is for.
    async fn period(&self) -> Period {
        Period(self.row.period)
    }

    /// 提出它的正文条目。
    /// The section of the text that states it.
    async fn section(&self) -> Option<PlanSection> {
        PlanSection::of_code(&self.view, self.row.section.as_ref()?)
    }

    /// 门槛（仅 COUNT_OVER_THRESHOLD），如「营收超 500 亿元的开发区」。
    /// For COUNT_OVER_THRESHOLD: what those counted must pass, e.g. zones with revenue over 500 亿元.
    async fn threshold(&self) -> Option<Quantity> {
        self.row.threshold.as_ref().map(|threshold| Quantity(threshold.quantity.clone()))
    }

    /// 与门槛比较的指标。
    /// The indicator compared with the threshold.
    async fn threshold_indicator(&self) -> Option<Indicator> {
        let code = self.row.threshold.as_ref()?.indicator.as_ref()?;
        self.view.atlas().indicators.code(code).map(|row| Indicator::new(&self.view, row))
    }

    /// 与门槛的比较方式。
    /// How it compares with the threshold.
    async fn threshold_comparator(&self) -> Option<Comparator> {
        self.row.threshold.as_ref().map(|threshold| threshold.comparator.into())
    }

    /// 所从属的目标（「其中」）。
    /// The target that it is a part of (其中).
    async fn part_of(&self) -> Option<Self> {
        Self::of_code(&self.view, self.row.part_of.as_ref())
    }

    /// 文中他处表述同一目标者。
    /// The target elsewhere in the text that states the same goal.
    async fn same_as(&self) -> Option<Self> {
        Self::of_code(&self.view, self.row.same_as.as_ref())
    }

    /// 里程碑，按时期。
    /// Its milestones, by period.
    async fn milestones(&self) -> Listed<Milestone> {
        Listed(self.steps())
    }

    /// 灯：按公开的规则，以截至查看之日的数据与最新一个到期的里程碑相比。给出 period 时，以该时期末日为准（不晚于查看之日）。
    /// Its light by a stated rule: figures up to the day of the view against the newest milestone due. With `period`,
    /// as on the last day of that period (never later than the day of the view).
    async fn assessment(
        &self,
        #[graphql(desc = "以该时期末日为准。As on the last day of this period.")] period: Option<PeriodCode>,
    ) -> Result<Assessment, Fault> {
        assessment::of_target(&self.view, &self.row, period).await
    }

    /// 门槛目标的成员（仅 COUNT_OVER_THRESHOLD）：达到者在前，其次为差得最少者，最后是没有数据者。缺省取最近一个有数据的时期。
    /// Members of a target over a threshold: those that count, then the others from the nearest on, then those without
    /// a figure. Unless a period is asked for, of the newest in which any has a figure.
    async fn members(
        &self,
        #[graphql(desc = "时期。The period.")] period: Option<PeriodCode>,
        #[graphql(
            desc = "未达到者中只要差距不超过门槛这一份额的，如 0.1。Of those that do not count, only the ones within this share of the threshold, e.g. 0.1."
        )]
        near_miss_within: Option<f64>,
    ) -> Result<Vec<TargetMember>, Fault> {
        threshold::members(&self.view, &self.row, period, near_miss_within).await
    }

    /// 门槛目标的计数（仅 COUNT_OVER_THRESHOLD）：几个达到、几个没有数据、还差几个、最省力的一组，以及与其他门槛的嵌套。
    /// The count of a target over a threshold: how many pass, how many are unknown, how many are missing, the cheapest
    /// set that would do, and how it nests with other thresholds.
    async fn threshold_count(
        &self,
        #[graphql(desc = "时期。The period.")] period: Option<PeriodCode>,
    ) -> Result<Option<ThresholdCount>, Fault> {
        ThresholdCount::of_target(&self.view, &self.row, period).await
    }

    /// 备注。
    /// Remark.
    async fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }
}

/// The identity of a project or enterprise.
async fn fact(view: &View, kind: domain::Kind, code: &str) -> Result<domain::EntityId, Fault> {
    let (store, at) = (view.store(), view.revision().number);
    let id = match kind {
        domain::Kind::Project => store::project::by_code(store, at, code).await.map(|row| row.map(|row| row.id)),
        _ => store::enterprise::by_code(store, at, code).await.map(|row| row.map(|row| row.id)),
    };
    let id = id.map_err(Fault::from)?;
    id.map(domain::EntityId).ok_or_else(|| Fault::internal(format!("a target about no {kind:?} {code}")))
}

/// A milestone.
pub struct Milestone {
    view: View,
    row: domain::Milestone,
}

impl Ready for Milestone {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "period" => ready::object(asked, |step: &Self| Some(Period(step.row.period))),
            "quantity" => ready::object(asked, |step: &Self| Some(Quantity(step.row.quantity.clone()))),
            "comparator" => ready::word(|step: &Self| Some(Comparator::from(step.row.comparator))),
            "asWritten" => ready::some_text(|step: &Self| step.row.quantity.as_reported.as_deref()),
            "unitRestored" => ready::plain(|step: &Self| step.row.unit_restored),
            "interpolated" => ready::plain(|step: &Self| step.row.interpolated),
            _ => None,
        }
    }
}

/// 里程碑：目标到某一时期应达到的数。原文写明的照录；内插的有标记，从不评为红灯。
/// How far a target is to be by a period. Stated ones come from the text; interpolated ones are marked and never graded red.
#[Object]
impl Milestone {
    /// 时期。
    /// The period.
    async fn period(&self) -> Period {
        Period(self.row.period)
    }

    /// 应达到的数。
    /// How far.
    async fn quantity(&self) -> Quantity {
        Quantity(self.row.quantity.clone())
    }

    /// 比较方式。
    /// How it compares.
    async fn comparator(&self) -> Comparator {
        self.row.comparator.into()
    }

    /// 原文。
    /// Verbatim in the text.
    async fn as_written(&self) -> Option<&str> {
        self.row.quantity.as_reported.as_deref()
    }

    /// 原文只有数字，单位依标题补全。
    /// The text gives a bare number; the unit was restored from the title.
    async fn unit_restored(&self) -> bool {
        self.row.unit_restored
    }

    /// 是否内插得出。「每年」的定额逐年展开不算内插。
    /// Whether it was interpolated. A yearly quota (每年) written out by year is not.
    async fn interpolated(&self) -> bool {
        self.row.interpolated
    }

    /// 灯：以其时期末日为准；尚未到期时为 NOT_DUE。每年定额的各年单独评定。
    /// Its light on the last day of its period; NOT_DUE before. Each year of a yearly quota is judged on its own.
    async fn assessment(&self) -> Result<Assessment, Fault> {
        assessment::of_milestone(&self.view, &self.row).await
    }

    /// 出处。
    /// Where it is said.
    async fn citation(&self) -> Result<Citation, Fault> {
        Citation::need(&self.view, &self.row.citation)
    }
}
