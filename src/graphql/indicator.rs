//! Indicators: what is measured, and within which scope.

use std::sync::Arc;

use async_graphql::{Enum, Object};

use super::document::SourcedFields;
use super::fault::Fault;
use super::node::NodeFields;
use super::quantity::Unit;
use super::ready::{self, Ask, Ready, Write};
use super::scalars::{Decimal, PeriodCode};
use super::subject::identity;
use super::target::Target;
use super::unit::ResponsibleUnit;
use super::view::View;
use super::words::{Accumulation, Frequency, Lang};
use crate::domain;

/// 数值可否相加。
/// Whether values may be summed.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Additivity")]
pub enum Additivity {
    /// 可加。
    /// Over subjects and periods.
    Additive,
    /// 只可跨主体相加，不可跨时期相加。
    /// Over subjects, not over periods.
    SemiAdditive,
    /// 不可加（比率、指数）。
    /// Not at all: ratios and indices.
    NonAdditive,
}

/// 好坏方向。
/// Which way is better.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Polarity")]
pub enum Polarity {
    /// 越高越好。
    /// Higher is better.
    HigherIsBetter,
    /// 越低越好。
    /// Lower is better.
    LowerIsBetter,
    /// 无所谓高低。
    /// Neither.
    Neutral,
}

/// An indicator.
#[derive(Clone)]
pub struct Indicator {
    view: View,
    row: Arc<domain::Indicator>,
}

impl Indicator {
    /// An indicator read in a view.
    pub fn new(view: &View, row: &Arc<domain::Indicator>) -> Self {
        Self { view: view.clone(), row: Arc::clone(row) }
    }

    /// The indicator that a row names.
    ///
    /// # Errors
    /// [`Fault`] when there is none; import lets no such row in.
    pub fn need(view: &View, code: &str) -> Result<Self, Fault> {
        let row = view.atlas().indicators.code(code).ok_or_else(|| Fault::internal(format!("no indicator {code}")))?;
        Ok(Self::new(view, row))
    }
}

impl Ready for Indicator {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        match asked.name() {
            "unit" => ready::object(asked, |one: &Self| Some(Unit(one.row.unit))),
            _ => identity(asked, "Indicator", |one| (one.view.clone(), one.row.id.0), |one| &*one.row),
        }
    }
}

/// 指标及其口径。
/// Something measured, and within which scope.
#[Object]
impl Indicator {
    #[graphql(flatten)]
    async fn node(&self) -> NodeFields {
        NodeFields::new(&self.view, "Indicator", self.row.id)
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

    /// 名称；没有英文名时返回中文。
    /// Name; where there is no English one, the Chinese one.
    async fn name(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.name)
    }

    /// 口径：范围、门槛、价格基准、不含的内容。
    /// Scope, threshold, price basis, exclusions.
    async fn definition(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.definition)
    }

    /// 常用单位。
    /// Unit it is usually given in.
    async fn unit(&self) -> Unit {
        Unit(self.row.unit)
    }

    /// 公布频率。
    /// How often it is published.
    async fn frequency(&self) -> Frequency {
        self.row.frequency.into()
    }

    /// 数值与时期的关系。
    /// How its values relate to their period.
    async fn accumulation(&self) -> Accumulation {
        self.row.accumulation.into()
    }

    /// 可否相加。
    /// Whether its values may be summed.
    async fn additivity(&self) -> Additivity {
        self.row.additivity.into()
    }

    /// 好坏方向。
    /// Which way is better.
    async fn polarity(&self) -> Polarity {
        self.row.polarity.into()
    }

    /// 计算方法。
    /// How it is computed.
    async fn formula(&self) -> Option<&str> {
        self.row.formula.as_deref()
    }

    /// 求平均时的权数指标。
    /// The indicator that weighs it in a mean.
    async fn weight(&self) -> Option<Self> {
        let row = self.view.atlas().indicators.code(self.row.weight.as_ref()?)?;
        Some(Self::new(&self.view, row))
    }

    /// 口径变化，旧者在前；序列不得不加说明地跨越。
    /// Breaks in its definition, oldest first; no series connects across one without saying so.
    async fn breaks(&self) -> Vec<DefinitionBreak> {
        self.row.breaks.iter().map(|row| DefinitionBreak { view: self.view.clone(), row: row.clone() }).collect()
    }

    /// 提供数据的责任单位。
    /// The unit that owes its figures.
    async fn steward(&self) -> Option<ResponsibleUnit> {
        ResponsibleUnit::of_code(&self.view, self.row.steward.as_ref()?)
    }

    /// 以它为指标的目标。
    /// The targets that it measures.
    async fn targets(&self) -> Vec<Target> {
        self.view.atlas().index.targets_of(self.row.id).iter().map(|row| Target::new(&self.view, row)).collect()
    }
}

/// A break in a definition.
#[derive(Clone)]
pub struct DefinitionBreak {
    view: View,
    row: domain::DefinitionBreak,
}

/// 口径变化。
/// A break in an indicator's definition.
#[Object]
impl DefinitionBreak {
    #[graphql(flatten)]
    async fn sourced(&self) -> SourcedFields {
        SourcedFields::new(&self.view, std::slice::from_ref(&self.row.citation))
    }

    /// 新口径的首个时期。
    /// First period of the new definition.
    async fn at(&self) -> PeriodCode {
        PeriodCode(self.row.at)
    }

    /// 变化的内容。
    /// What changed.
    async fn note(
        &self,
        #[graphql(default_with = "Some(Lang::Zh)", desc = "语言。Language.")] lang: Option<Lang>,
    ) -> &str {
        lang.unwrap_or_default().names(&self.row.note)
    }

    /// 旧口径数值乘以此数，方可与新口径相比。
    /// Values of the old definition times this compare with those of the new.
    async fn link_factor(&self) -> Option<Decimal> {
        self.row.link_factor.map(Decimal)
    }
}
