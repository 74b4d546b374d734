//! Conditions on facts: amounts, areas, and the things that codes name.

use async_graphql::{ID, InputObject, OneofObject};

use super::fault::Fault;
use super::quantity::unit_of;
use super::scalars::Decimal;
use crate::atlas::{Family, Thing};
use crate::domain;
use crate::geometry;

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
    /// 所写数值的单位代码，如 'CNY-1e8'；缺省为所比之数量纲的基本单位。
    /// Unit of the numbers written, e.g. 'CNY-1e8'; default: the base unit of what is compared.
    pub unit: Option<String>,
}

impl DecimalFilter {
    /// The least and the most that it admits, as storage keeps amounts of a dimension whose base unit is `base`.
    ///
    /// # Errors
    /// [`Fault`] for an unknown unit or one of another dimension, or a number that storage could not hold.
    pub fn bounds(&self, base: &'static domain::Unit) -> Result<(Option<i64>, Option<i64>), Fault> {
        let unit = self.unit.as_deref().map_or(Ok(base), unit_of)?;
        if unit.dimension != base.dimension {
            return Err(Fault::argument("unit", "量纲不符", "of another dimension"));
        }
        let stored = |number: &Option<Decimal>, step: i64| {
            let Some(number) = number else { return Ok(None) };
            let quantity = domain::Quantity { value: number.0, unit, as_reported: None };
            let base = quantity.base().map_err(|why| Fault::argument("investment", "数值无法比较", why))?;
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

/// 经纬度范围，单位度。
/// A box in degrees of longitude and latitude.
#[derive(Debug, Clone, InputObject)]
#[graphql(name = "BBoxInput")]
pub struct BBoxInput {
    /// 西界经度。
    /// Westernmost longitude.
    pub west: f64,
    /// 南界纬度。
    /// Southernmost latitude.
    pub south: f64,
    /// 东界经度。
    /// Easternmost longitude.
    pub east: f64,
    /// 北界纬度。
    /// Northernmost latitude.
    pub north: f64,
}

/// 一片范围，恰给一种。
/// An area: exactly one of the ways to say it.
#[derive(Debug, Clone, OneofObject)]
pub enum Area {
    /// 经纬度范围。
    /// A box.
    Bbox(BBoxInput),
}

/// 空间条件；对于点，相交即位于其内。两项都给时须同时成立。
/// Condition on where something lies. For a point, to intersect is to lie within; both must hold where both are given.
#[derive(Debug, Clone, InputObject)]
pub struct SpatialFilter {
    /// 与其相交（含边线）。
    /// Meets the area, its edges included.
    pub intersects: Option<Area>,
    /// 位于其内（含边线）。
    /// Lies within the area, its edges included.
    pub within: Option<Area>,
}

impl SpatialFilter {
    /// The box in 1e-7 degrees, for things that are points; none when nothing is asked.
    ///
    /// # Errors
    /// [`Fault`] when a box is turned round or lies outside the world.
    pub fn bbox(&self) -> Result<Option<geometry::Bbox>, Fault> {
        let areas = [&self.intersects, &self.within].into_iter().flatten();
        let mut boxes = areas.map(Area::bbox).collect::<Result<Vec<_>, _>>()?.into_iter();
        let Some(first) = boxes.next() else { return Ok(None) };
        Ok(Some(boxes.fold(first, |a, b| geometry::Bbox {
            min: domain::Point { x: a.min.x.max(b.min.x), y: a.min.y.max(b.min.y) },
            max: domain::Point { x: a.max.x.min(b.max.x), y: a.max.y.min(b.max.y) },
        })))
    }
}

impl Area {
    fn bbox(&self) -> Result<geometry::Bbox, Fault> {
        let Self::Bbox(found) = self;
        let fixed = |degrees: f64, most: f64| (degrees.abs() <= most).then(|| (degrees * 1e7).round() as i32);
        let corners = || {
            let min = domain::Point { x: fixed(found.west, 180.0)?, y: fixed(found.south, 90.0)? };
            let max = domain::Point { x: fixed(found.east, 180.0)?, y: fixed(found.north, 90.0)? };
            (min.x <= max.x && min.y <= max.y).then_some(geometry::Bbox { min, max })
        };
        corners().ok_or_else(|| {
            let en = "west ≤ east and south ≤ north, within the world";
            Fault::argument("bbox", "须西 ≤ 东、南 ≤ 北且在地球范围之内", en)
        })
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
