//! Who passes a threshold, who nearly does, and how the count wanted could be reached.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::fault::Fault;
use super::observation::Observation;
use super::quantity::{Period, Quantity};
use super::scalars::PeriodCode;
use super::subject::Subject;
use super::target::Target;
use super::view::View;
use crate::assess::{self, Tally};
use crate::domain;

async fn tally(view: &View, target: &domain::Target, period: Option<PeriodCode>) -> Result<Option<Tally>, Fault> {
    let figures = view.figures().await?;
    Ok(match period {
        Some(period) => Tally::new(view.atlas(), figures, target, period.0),
        None => Tally::newest(view.atlas(), figures, target, view.on()),
    })
}

/// The members of a target over a threshold; none for other targets.
///
/// # Errors
/// [`Fault`] when the share is none or the database fails.
pub async fn members(
    view: &View,
    target: &domain::Target,
    period: Option<PeriodCode>,
    within: Option<f64>,
) -> Result<Vec<TargetMember>, Fault> {
    // The shortest text of the number is what the client wrote.
    let share = within.map(|share| share.to_string().parse::<domain::Decimal>().ok().filter(|s| !s.is_sign_negative()));
    if share == Some(None) {
        return Err(Fault::argument("nearMissWithin", "须为不小于零的份额", "must be a share of zero or more"));
    }
    let share = share.flatten();
    let Some(tally) = tally(view, target, period).await? else { return Ok(Vec::new()) };
    let wanted = |member: &&assess::Member| {
        member.counts != Some(false) || share.is_none_or(|share| tally.nearly(member, share))
    };
    Ok(tally.members.iter().filter(wanted).map(|row| TargetMember::new(view, &tally, row)).collect())
}

/// A member of a threshold.
pub struct TargetMember {
    view: View,
    row: assess::Member,
    unit: Option<&'static domain::Unit>,
}

impl TargetMember {
    fn new(view: &View, tally: &Tally, row: &assess::Member) -> Self {
        let unit = tally.target.threshold.as_ref().map(|threshold| threshold.quantity.unit);
        Self { view: view.clone(), row: row.clone(), unit }
    }
}

/// 门槛目标的一个成员。
/// A member of a target over a threshold.
#[Object]
impl TargetMember {
    /// 成员。
    /// Who.
    async fn subject(&self) -> Result<Subject, Fault> {
        Subject::need(&self.view, self.row.id).await
    }

    /// 与门槛比较的数据；没有可用的数时为空。
    /// The figure compared with the threshold; null when there is none to use.
    async fn observation(&self) -> Option<Observation> {
        self.row.figure.as_ref().map(|row| Observation::new(&self.view, Arc::clone(row)))
    }

    /// 是否达到；为空即无从判断，不等于未达到。
    /// Whether it counts; null when that cannot be told, which is not the same as not counting.
    async fn counts(&self) -> Option<bool> {
        self.row.counts
    }

    /// 距门槛还差多少；达到者和无从判断者为空。「超过」持平时为零而仍未达到。
    /// How far it is from counting; null for those that count and those unknown. Zero, and still not counting, for one
    /// just at a limit that must be passed.
    async fn gap(&self) -> Option<Quantity> {
        let (gap, unit) = self.row.gap.zip(self.unit)?;
        Some(Quantity(domain::Quantity { value: assess::decimal(gap, unit), unit, as_reported: None }))
    }
}

/// 两个门槛的嵌套关系。
/// How the members of two thresholds lie to each other.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "assess::Relation")]
pub enum ThresholdRelation {
    /// 此处达到者都在对方达到者之中：4 个在 10 个之中。
    /// All who count here count there too: the 4 are among the 10.
    Among,
    /// 对方达到者都在此处达到者之中：10 个包含 4 个。
    /// All who count there count here too: the 10 contain the 4.
    Contains,
}

/// Another target over the same figures.
pub struct NestedThreshold {
    view: View,
    row: assess::Nested,
}

/// 与同一指标的另一门槛的嵌套。
/// How a target nests with another over the same figures.
#[Object]
impl NestedThreshold {
    /// 另一目标。
    /// The other target.
    async fn target(&self) -> Target {
        Target::new(&self.view, &self.row.target)
    }

    /// 关系。
    /// How they lie.
    async fn relation(&self) -> ThresholdRelation {
        self.row.relation.into()
    }

    /// 两处都达到的个数。
    /// How many count for both.
    async fn common(&self) -> usize {
        self.row.common
    }

    /// 达到另一门槛的个数。
    /// How many count for the other.
    async fn others(&self) -> usize {
        self.row.others
    }
}

/// The count of a target over a threshold.
pub struct ThresholdCount {
    view: View,
    tally: Tally,
    cheapest: assess::Cheapest,
    nested: Vec<assess::Nested>,
}

impl ThresholdCount {
    /// The count of a target; none for targets that count no members.
    ///
    /// # Errors
    /// [`Fault`] when the database fails.
    pub async fn of_target(
        view: &View,
        target: &domain::Target,
        period: Option<PeriodCode>,
    ) -> Result<Option<Self>, Fault> {
        let Some(tally) = tally(view, target, period).await? else { return Ok(None) };
        let nested = tally.nested(view.atlas(), view.figures().await?);
        let cheapest = tally.cheapest();
        Ok(Some(Self { view: view.clone(), tally, cheapest, nested }))
    }
}

/// 门槛目标的计数。
/// The count of a target over a threshold.
#[Object]
impl ThresholdCount {
    /// 数据的时期。
    /// The period of the figures.
    async fn period(&self) -> Period {
        Period(self.tally.period)
    }

    /// 达到的个数。
    /// How many count.
    async fn counting(&self) -> usize {
        self.tally.counting()
    }

    /// 确知未达到的个数。
    /// How many are known not to.
    async fn not_counting(&self) -> usize {
        self.tally.not_counting()
    }

    /// 没有数据、无从判断的个数。
    /// Of how many it cannot be told.
    async fn unknown(&self) -> usize {
        self.tally.unknown()
    }

    /// 目标所说而未见列名的个数。
    /// How many the target speaks of beyond those listed.
    async fn unlisted(&self) -> usize {
        self.tally.unlisted()
    }

    /// 按已知者计还差几个。
    /// How many more must count, by what is known.
    async fn missing(&self) -> usize {
        self.cheapest.missing
    }

    /// 补足所差个数的最省力的一组：差距之和最小的未达到者；已知者不够时不足所差个数。
    /// The cheapest set that would do: the members that do not count with the smallest sum of gaps; fewer than missing
    /// when no more are known.
    async fn cheapest(&self) -> Vec<TargetMember> {
        self.cheapest.members.iter().map(|row| TargetMember::new(&self.view, &self.tally, row)).collect()
    }

    /// 该组差距之和。
    /// The sum of their gaps.
    async fn cheapest_gap(&self) -> Option<Quantity> {
        let unit = self.tally.target.threshold.as_ref()?.quantity.unit;
        let value = assess::decimal(self.cheapest.total, unit);
        Some(Quantity(domain::Quantity { value, unit, as_reported: None }))
    }

    /// 该组是否足以达到目标。
    /// Whether that set would meet the target.
    async fn sufficient(&self) -> bool {
        self.cheapest.members.len() == self.cheapest.missing
    }

    /// 与同一指标的其他门槛的嵌套。
    /// How it nests with other thresholds over the same figures.
    async fn nested(&self) -> Vec<NestedThreshold> {
        self.nested.iter().map(|row| NestedThreshold { view: self.view.clone(), row: row.clone() }).collect()
    }

    /// 是否依据示例（虚构）数据。
    /// Whether any of it is made up for demonstration.
    async fn sample(&self) -> bool {
        self.tally.sample
    }
}
