//! Conditions on amounts, and the things that codes name.

use async_graphql::{ID, InputObject};

use super::fault::Fault;
use super::quantity::unit_of;
use super::scalars::Decimal;
use crate::atlas::{Family, Thing};
use crate::domain;

/// 数值范围，两端均含在内。
/// A range of numbers, both ends included.
#[derive(Debug, Clone, InputObject)]
pub struct DecimalRange {
    /// 起。
    /// From.
    pub from: Decimal,
    /// 止。
    /// To.
    pub to: Decimal,
}

/// 数值条件；所给各项须同时成立。
/// Condition on an amount; everything given must hold.
#[derive(Debug, Clone, InputObject)]
pub struct DecimalFilter {
    /// 等于。
    /// Equal to.
    pub eq: Option<Decimal>,
    /// 大于。
    /// More than.
    pub gt: Option<Decimal>,
    /// 大于或等于。
    /// At least.
    pub gte: Option<Decimal>,
    /// 小于。
    /// Less than.
    pub lt: Option<Decimal>,
    /// 小于或等于。
    /// At most.
    pub lte: Option<Decimal>,
    /// 介于。
    /// Within a range.
    pub between: Option<DecimalRange>,
    /// 所写数值的单位代码，如 'CNY-1e8'；缺省：投资为元，指标数据为该指标的单位。
    /// Unit of the numbers written, e.g. 'CNY-1e8'; default: 元 for investments, the indicator's own for figures.
    pub unit: Option<String>,
}

impl DecimalFilter {
    /// The least and the most that it admits, as storage keeps amounts; `usual` is the unit where none is written,
    /// `what` the argument compared.
    ///
    /// # Errors
    /// [`Fault`] for an unknown unit or one of another dimension, or a number that storage could not hold.
    pub fn bounds(&self, usual: &'static domain::Unit, what: &str) -> Result<(Option<i64>, Option<i64>), Fault> {
        let unit = self.unit.as_deref().map_or(Ok(usual), unit_of)?;
        if unit.dimension != usual.dimension {
            return Err(Fault::argument("unit", "量纲不符", "of another dimension"));
        }
        let stored = |number: &Option<Decimal>, step: i64| -> Result<Option<i64>, Fault> {
            let Some(number) = number else { return Ok(None) };
            let quantity = domain::Quantity { value: number.0, unit, as_reported: None };
            let base = quantity.base().map_err(|why| Fault::argument(what, "数值无法比较", why))?;
            Ok(Some(base.saturating_add(step)))
        };
        let (from, to) = match &self.between {
            Some(range) => (Some(range.from), Some(range.to)),
            None => (None, None),
        };
        let least = [stored(&self.eq, 0)?, stored(&self.gt, 1)?, stored(&self.gte, 0)?, stored(&from, 0)?];
        let most = [stored(&self.eq, 0)?, stored(&self.lt, -1)?, stored(&self.lte, 0)?, stored(&to, 0)?];
        Ok((least.into_iter().flatten().max(), most.into_iter().flatten().min()))
    }
}

/// The identity that a code names in a family.
///
/// # Errors
/// [`Fault`] with the nearest code when there is none.
pub fn id_of<T: Thing>(family: &Family<T>, what: &str, code: &ID) -> Result<i64, Fault> {
    let known = || family.all().iter().map(|thing| thing.code());
    family.code(code).map(|thing| thing.id().0).ok_or_else(|| Fault::unknown_code(what, code, known()))
}

/// The identity that a code names in a family, where one is given, as the only one wanted.
///
/// # Errors
/// As [`id_of`].
pub fn only<T: Thing>(family: &Family<T>, what: &str, code: Option<&ID>) -> Result<Option<Vec<i64>>, Fault> {
    code.map(|code| id_of(family, what, code).map(|id| vec![id])).transpose()
}
