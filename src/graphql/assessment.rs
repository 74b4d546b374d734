//! Lights: how far a target, a milestone or a task is, by a stated rule.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Enum, Object};
use chrono::NaiveDate;

use super::fault::Fault;
use super::id::NodeId;
use super::node::NodeFields;
use super::observation::Observation;
use super::quantity::{Period, Quantity};
use super::scalars::{Decimal, PeriodCode};
use super::target::{Commitment, Target};
use super::view::View;
use super::words::Lang;
use crate::assess::{self, Assessor, Basis};
use crate::domain::{self, EntityId};

/// 灯。NO_DATA 不是红灯。
/// A light. NO_DATA is not RED.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "assess::Light")]
pub enum Light {
    /// 绿灯：到期的里程碑已达到。
    /// What is due is reached.
    Green,
    /// 黄灯：差得不多，或刚由红灯恢复。
    /// Missed by little, or just recovered from RED.
    Amber,
    /// 红灯：差得多，或到最后期限仍未达到。
    /// Missed by much, or not reached at the deadline.
    Red,
    /// 完成：到最后期限已达到。
    /// Reached at the deadline.
    Done,
    /// 没有可用的数据。
    /// No usable figure.
    NoData,
    /// 尚无里程碑到期。
    /// Nothing is due yet.
    NotDue,
    /// 不可计量：须凭证据评定，从不计算。
    /// Takes a reviewed judgement with evidence; never computed.
    NotMeasurable,
}

/// 灯的由来。
/// What a light rests on.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssessmentBasis {
    /// 按规则计算。
    /// Computed by a rule.
    Rule,
}

/// 评灯规则：带代码和版本的数据，改动即为新版本。
/// A rule for lights: data with a code and a version; any change makes a new version.
#[derive(Clone)]
pub struct AssessmentRule(&'static assess::Rule);

impl AssessmentRule {
    /// The rule of the local part of an id.
    pub fn of_id(local: &str) -> Option<Self> {
        assess::rules().iter().find(|rule| format!("{}/{}", rule.code, rule.version) == local).map(Self)
    }
}

/// 评灯规则：带代码和版本的数据，改动即为新版本。
/// A rule for lights: data with a code and a version; any change makes a new version.
#[Object]
impl AssessmentRule {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        // A version of a rule is the same in every revision.
        NodeFields::of(NodeId::encode("AssessmentRule", &format!("{}/{}", self.0.code, self.0.version), None))
    }

    /// 代码。
    /// Its code.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// 版本。
    /// Its version.
    async fn version(&self) -> u32 {
        self.0.version
    }

    /// 规则全文。
    /// What it says.
    async fn text(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.0.text)
    }
}

/// A light; see [`assess::Assessment`].
pub struct Assessment {
    view: View,
    row: assess::Assessment,
    commitment: Option<domain::Commitment>,
    unit: Option<&'static domain::Unit>,
}

/// The day that stands for a period asked for.
fn day(view: &View, period: Option<PeriodCode>) -> NaiveDate {
    period.map_or(view.on(), |period| period.0.end().min(view.on()))
}

/// The light of a target.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn of_target(
    view: &View,
    target: &Arc<domain::Target>,
    period: Option<PeriodCode>,
) -> Result<Assessment, Fault> {
    let row = Assessor::new(view.atlas(), view.figures().await?).target(target, day(view, period));
    Ok(Assessment::new(view, row, Some(target)))
}

/// The light of a milestone.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn of_milestone(view: &View, milestone: &domain::Milestone) -> Result<Assessment, Fault> {
    let target = view.atlas().targets.code(&milestone.target);
    let target = target.ok_or_else(|| Fault::internal("a milestone of no target"))?;
    let row = Assessor::new(view.atlas(), view.figures().await?).milestone(target, milestone.period);
    Ok(Assessment::new(view, row, Some(target)))
}

/// The light of a task.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn of_task(view: &View, task: &domain::Task, period: Option<PeriodCode>) -> Result<Assessment, Fault> {
    let row = Assessor::new(view.atlas(), view.figures().await?).task(task, day(view, period));
    Ok(Assessment::new(view, row, None))
}

/// How far a task or a target is, for choosing and ordering.
pub struct Standing {
    /// Its light.
    pub light: assess::Light,
    /// The share of what was due that is missing; zero for what is reached, none where it cannot be told.
    pub missing: Option<domain::Decimal>,
}

impl From<assess::Assessment> for Standing {
    fn from(row: assess::Assessment) -> Self {
        let expected = row.expected.as_ref().map(|due| due.value).filter(|due| *due > domain::Decimal::ZERO);
        let missing = match (&row.gap, expected) {
            (Some(gap), Some(due)) => gap.value.checked_div(due),
            (None, Some(_)) if row.actual.is_some() => Some(domain::Decimal::ZERO),
            _ => None,
        };
        Self { light: row.light, missing }
    }
}

/// How far every task is on the day of the view.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn of_tasks(view: &View) -> Result<HashMap<EntityId, Standing>, Fault> {
    let assessor = Assessor::new(view.atlas(), view.figures().await?);
    let tasks = view.atlas().tasks.all().iter();
    Ok(tasks.map(|task| (task.id, assessor.task(task, view.on()).into())).collect())
}

/// The light of every target on the day of the view.
///
/// # Errors
/// [`Fault`] when the database fails.
pub async fn of_targets(view: &View) -> Result<HashMap<EntityId, assess::Light>, Fault> {
    let assessor = Assessor::new(view.atlas(), view.figures().await?);
    let targets = view.atlas().targets.all().iter();
    Ok(targets.map(|target| (target.id, assessor.target(target, view.on()).light)).collect())
}

impl Assessment {
    fn new(view: &View, row: assess::Assessment, target: Option<&Arc<domain::Target>>) -> Self {
        // A task's numbers are those of the target that decides.
        let worst = || row.parts.iter().find(|(_, light)| *light == row.light).map(|(target, _)| target);
        let target = target.or_else(worst);
        let (commitment, unit) = (target.map(|target| target.commitment), target.map(|target| target.quantity.unit));
        Self { view: view.clone(), commitment, unit, row }
    }

    fn observation(&self, row: &Arc<crate::store::observation::Observation>) -> Observation {
        Observation::new(&self.view, Arc::clone(row))
    }
}

/// 一个灯，连同给出它的全部依据。
/// A light, with everything that it was given for.
#[Object]
impl Assessment {
    /// 灯。
    /// The light.
    async fn light(&self) -> Light {
        self.row.light.into()
    }

    /// 上一期数据时的灯。
    /// The light at the figure before.
    async fn previous(&self) -> Option<Light> {
        self.row.previous.map(Into::into)
    }

    /// 灯的由来。
    /// What it rests on.
    async fn basis(&self) -> AssessmentBasis {
        AssessmentBasis::Rule
    }

    /// 所评的时期：最新到期者；尚无到期者时为下一个。
    /// The period judged: of the newest obligation due, or of the next when none is.
    async fn period(&self) -> Period {
        Period(self.row.period)
    }

    /// 实际数，为一个来源所报者；由几个数算得时为空，见 inputs。
    /// The actual where one source reports it; null when it was computed of several, see `inputs`.
    async fn actual(&self) -> Option<Observation> {
        self.row.actual.as_ref().and_then(assess::Actual::observation).map(|row| self.observation(row))
    }

    /// 实际数（含由几个数算得者），以目标的单位计。
    /// The actual, computed ones included, in the target's unit.
    async fn actual_quantity(&self) -> Option<Quantity> {
        let (actual, unit) = self.row.actual.as_ref().zip(self.unit)?;
        Some(Quantity(domain::Quantity { value: assess::decimal(actual.base, unit), unit, as_reported: None }))
    }

    /// 实际数所依据的数据；门槛目标见 Target.members，名录计数见名录。
    /// The figures that the actual rests on; for a threshold see Target.members, for a register its entries.
    async fn inputs(&self) -> Vec<Observation> {
        match self.row.actual.as_ref().map(|actual| &actual.basis) {
            Some(Basis::Cell(cell)) => vec![self.observation(cell)],
            Some(Basis::Difference { level, baseline }) => vec![self.observation(level), self.observation(baseline)],
            Some(Basis::Sum(parts)) => parts.iter().map(|row| self.observation(row)).collect(),
            _ => Vec::new(),
        }
    }

    /// 应达到的数。
    /// What was due.
    async fn expected(&self) -> Option<Quantity> {
        self.row.expected.clone().map(Quantity)
    }

    /// 实际数除以应达数，截至六位小数（不进位）；按差距评定时为空。
    /// The actual over what was due, cut off after six decimals; null where a distance counts.
    async fn ratio(&self) -> Option<Decimal> {
        self.row.ratio.map(Decimal)
    }

    /// 还差多少；已达到或无从判断时为空。「突破」持平时为零而仍未达到。
    /// How far it misses; null when it holds or cannot be told. Zero, and still missed, for one just at a number that
    /// must be passed.
    async fn gap(&self) -> Option<Quantity> {
        self.row.gap.clone().map(Quantity)
    }

    /// 到下一个到期数为止平均每月需要的量，进位。
    /// What each month must bring until the next obligation falls due, rounded up.
    async fn required_pace(&self) -> Option<Quantity> {
        self.row.pace.clone().map(Quantity)
    }

    /// 应有的数据尚未报送。
    /// The figure for what was due is not there yet.
    async fn late(&self) -> bool {
        self.row.late
    }

    /// 承诺力度：力争的目标同样计算，但须注明。任务为决定其灯的那个目标的力度。
    /// How firmly it was promised: what is only striven for is judged by the same arithmetic, and labelled. Of a task,
    /// that of the target that decides.
    async fn commitment(&self) -> Option<Commitment> {
        self.commitment.map(Into::into)
    }

    /// 规则。
    /// The rule.
    async fn rule(&self) -> AssessmentRule {
        AssessmentRule(self.row.rule)
    }

    /// 任务的各目标及其灯。
    /// The targets of a task, each with its light.
    async fn parts(&self) -> Vec<AssessmentPart> {
        let parts = self.row.parts.iter();
        parts.map(|(row, light)| AssessmentPart { target: Target::new(&self.view, row), light: *light }).collect()
    }

    /// 一句话说明，凭其中的数字即可复算。
    /// A plain sentence that recomputes the light from its own numbers.
    async fn explanation(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        let words = &self.row.explanation;
        lang.unwrap_or_default().pick(&words.zh, Some(&words.en))
    }

    /// 是否依据示例（虚构）数据。
    /// Whether it rests on anything made up for demonstration.
    async fn sample(&self) -> bool {
        self.row.sample
    }
}

/// A target of a task with its light.
pub struct AssessmentPart {
    target: Target,
    light: assess::Light,
}

/// 任务的一个目标及其灯。
/// A target of a task with its light.
#[Object]
impl AssessmentPart {
    /// 目标。
    /// The target.
    async fn target(&self) -> &Target {
        &self.target
    }

    /// 灯。
    /// Its light.
    async fn light(&self) -> Light {
        self.light.into()
    }
}
