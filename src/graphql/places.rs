//! Which regions and zones, and in what order.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Enum, ID, InputObject, OneofObject};
use futures_util::future::BoxFuture;

use super::conditions::DecimalFilter;
use super::fault::Fault;
use super::filter::{StringFilter, Test, open_all};
use super::loaders::CellsOf;
use super::observation;
use super::place::PlaceKind;
use super::scalars::PeriodCode;
use super::space::{NearInput, SpatialFilter};
use super::view::View;
use super::words::{Accumulation, Direction};
use crate::domain::{self, EntityId, Names};
use crate::geometry;

fn named(filter: &StringFilter, names: &Names) -> bool {
    filter.holds(&names.zh) || names.en.as_ref().is_some_and(|name| filter.holds(name))
}

/// 按数值的条件：对象在该时期的首选数据满足 value。没有数值的对象不满足。
/// Condition on a figure: the preferred one of the period meets `value`. What has no value does not meet it.
#[derive(Debug, Clone, InputObject)]
pub struct ObservationCondition {
    /// 指标代码。
    /// Code of the indicator.
    pub indicator: String,
    /// 时期；缺省为所筛选者中任何一个有数值的最近一个时期，对全部对象用同一时期。
    /// The period; default: the newest in which any of those that are chosen from has a value, one period for all.
    pub period: Option<PeriodCode>,
    /// 累计方式；缺省为该指标自身的。
    /// How the value relates to its period; default: the indicator's own.
    pub accumulation: Option<Accumulation>,
    /// 对数值的条件；单位缺省为该指标的单位。
    /// Condition on the value; its unit is the indicator's unless given.
    pub value: DecimalFilter,
}

impl ObservationCondition {
    /// Which of some subjects meet it.
    async fn test(&self, view: &View, among: &[EntityId]) -> Result<Test<EntityId>, Fault> {
        let indicator = observation::indicator_of(view, &self.indicator)?;
        let (least, most) = self.value.bounds(indicator.unit, "value")?;
        let keys = among.iter().map(|subject| CellsOf {
            subject: subject.0,
            indicators: Some(vec![indicator.id.0]),
            from: self.period.map(|period| period.0),
            to: self.period.map(|period| period.0),
            accumulation: Some(self.accumulation.map_or(indicator.accumulation, Into::into)),
        });
        let found = view.facts().load_many(keys).await?;
        let told = || found.values().flatten().filter(|row| row.quantity.is_some()).map(|row| row.period);
        let Some(period) = self.period.map(|period| period.0).or_else(|| told().max_by_key(|period| period.sort_key()))
        else {
            return Ok(Box::new(|_| false));
        };
        let mut values = HashMap::new();
        for (key, mut rows) in found {
            rows.retain(|row| row.period == period);
            observation::prefer(view, &mut rows);
            let value = rows.first().and_then(|row| row.quantity.as_ref()?.base().ok());
            values.extend(value.map(|value| (EntityId(key.subject), value)));
        }
        Ok(Box::new(move |subject| {
            let met = |value: &i64| least.is_none_or(|least| *value >= least) && most.is_none_or(|most| *value <= most);
            values.get(subject).is_some_and(met)
        }))
    }
}

/// The tests that `figure` and `space` stand for.
async fn tests(
    view: &View,
    among: &[EntityId],
    figure: &Option<Vec<ObservationCondition>>,
    space: &Option<SpatialFilter>,
) -> Result<Vec<Test<EntityId>>, Fault> {
    let mut tests: Vec<Test<EntityId>> = Vec::new();
    for condition in figure.iter().flatten() {
        tests.push(condition.test(view, among).await?);
    }
    if let Some(space) = space {
        let (space, view) = (space.open(view)?, view.clone());
        tests.push(Box::new(move |place| space.holds(&view, *place)));
    }
    Ok(tests)
}

/// 对行政区的筛选，各条件同时成立。
/// Which regions; all conditions together.
#[derive(Debug, Clone, InputObject)]
pub struct RegionFilter {
    /// 全部成立。
    /// All of these hold.
    pub and: Option<Vec<RegionFilter>>,
    /// 至少一项成立。
    /// At least one of these holds.
    pub or: Option<Vec<RegionFilter>>,
    /// 不成立。
    /// This does not hold.
    pub not: Option<Box<RegionFilter>>,
    /// 种类为其中之一。
    /// Is of one of these kinds.
    pub kind: Option<Vec<PlaceKind>>,
    /// 对代码的条件。
    /// Conditions on the code.
    pub code: Option<StringFilter>,
    /// 对名称（中、英文）的条件。
    /// Conditions on the name, in either language.
    pub name: Option<StringFilter>,
    /// 对数值的条件，全部成立。
    /// Conditions on figures; all of them hold.
    pub figure: Option<Vec<ObservationCondition>>,
    /// 对位置的条件。
    /// Condition on where it lies.
    pub space: Option<SpatialFilter>,
}

impl RegionFilter {
    /// The condition, with the figures and areas that it needs, for choosing among some regions.
    ///
    /// # Errors
    /// [`Fault`] for an unknown indicator, unit or area, or when the database fails.
    pub fn open<'a>(
        &'a self,
        view: &'a View,
        among: &'a [EntityId],
    ) -> BoxFuture<'a, Result<Test<domain::Region>, Fault>> {
        Box::pin(async move {
            let all = open_all(self.and.as_deref(), |filter| filter.open(view, among)).await?;
            let any = open_all(self.or.as_deref(), |filter| filter.open(view, among)).await?;
            let none =
                open_all(self.not.as_deref().map(std::slice::from_ref), |filter| filter.open(view, among)).await?;
            let tests = tests(view, among, &self.figure, &self.space).await?;
            let own = self.clone();
            let test: Test<domain::Region> = Box::new(move |region| {
                own.kind.as_ref().is_none_or(|kinds| kinds.contains(&region.kind.into()))
                    && own.code.as_ref().is_none_or(|code| code.holds(&region.code))
                    && own.name.as_ref().is_none_or(|name| named(name, &region.name))
                    && all.iter().all(|test| test(region))
                    && (own.or.is_none() || any.iter().any(|test| test(region)))
                    && !none.iter().any(|test| test(region))
                    && tests.iter().all(|test| test(&region.id))
            });
            Ok(test)
        })
    }
}

/// 对开发区的筛选，各条件同时成立。
/// Which zones; all conditions together.
#[derive(Debug, Clone, InputObject)]
pub struct ZoneFilter {
    /// 全部成立。
    /// All of these hold.
    pub and: Option<Vec<ZoneFilter>>,
    /// 至少一项成立。
    /// At least one of these holds.
    pub or: Option<Vec<ZoneFilter>>,
    /// 不成立。
    /// This does not hold.
    pub not: Option<Box<ZoneFilter>>,
    /// 对代码的条件。
    /// Conditions on the code.
    pub code: Option<StringFilter>,
    /// 对名称（中、英文）的条件。
    /// Conditions on the name, in either language.
    pub name: Option<StringFilter>,
    /// 位于该行政区（代码）。
    /// Lies in this region (its code), as declared.
    pub host: Option<ID>,
    /// 属于该产业链（代码）。
    /// Has a part in this chain (its code).
    pub chain: Option<ID>,
    /// 对数值的条件，全部成立。
    /// Conditions on figures; all of them hold.
    pub figure: Option<Vec<ObservationCondition>>,
    /// 对位置的条件。
    /// Condition on where it lies.
    pub space: Option<SpatialFilter>,
}

impl ZoneFilter {
    /// The condition, with the figures and areas that it needs, for choosing among some zones.
    ///
    /// # Errors
    /// [`Fault`] for an unknown indicator, unit or area, or when the database fails.
    pub fn open<'a>(
        &'a self,
        view: &'a View,
        among: &'a [EntityId],
    ) -> BoxFuture<'a, Result<Test<domain::Zone>, Fault>> {
        Box::pin(async move {
            let all = open_all(self.and.as_deref(), |filter| filter.open(view, among)).await?;
            let any = open_all(self.or.as_deref(), |filter| filter.open(view, among)).await?;
            let none =
                open_all(self.not.as_deref().map(std::slice::from_ref), |filter| filter.open(view, among)).await?;
            let tests = tests(view, among, &self.figure, &self.space).await?;
            let (own, view) = (self.clone(), view.clone());
            let test: Test<domain::Zone> = Box::new(move |zone| {
                let chains = || view.atlas().index.chains_of(zone.id);
                own.code.as_ref().is_none_or(|code| code.holds(&zone.code))
                    && own.name.as_ref().is_none_or(|name| named(name, &zone.name))
                    && own.host.as_ref().is_none_or(|code| zone.hosts.iter().any(|host| host.region == code.as_str()))
                    && own.chain.as_ref().is_none_or(|code| chains().iter().any(|chain| chain.code == code.as_str()))
                    && all.iter().all(|test| test(zone))
                    && (own.or.is_none() || any.iter().any(|test| test(zone)))
                    && !none.iter().any(|test| test(zone))
                    && tests.iter().all(|test| test(&zone.id))
            });
            Ok(test)
        })
    }
}

/// 开发区的排序依据，恰取其一。
/// What zones are ordered by; exactly one.
#[derive(Debug, Clone, OneofObject)]
pub enum ZoneOrder {
    /// 按名称。
    /// By name.
    Name(Direction),
    /// 按某一指标在某一时期的数值。
    /// By an indicator's value in a period.
    Figure(FigureOrder),
    /// 按与一点的距离。
    /// By the distance from a point.
    Distance(DistanceOrder),
}

/// 按数值排序：时期必须写明，因此从不混用不同时期。
/// Order by a figure. The period must be said, so that periods are never mixed.
#[derive(Debug, Clone, InputObject)]
pub struct FigureOrder {
    /// 指标代码。
    /// Code of the indicator.
    pub indicator: String,
    /// 时期。
    /// The period.
    pub period: PeriodCode,
    /// 方向。
    /// Direction.
    #[graphql(default_with = "Direction::Desc")]
    pub direction: Direction,
    /// 没有数值的排在何处。
    /// Where those without a value go.
    #[graphql(default_with = "NullsOrder::Last")]
    pub nulls: NullsOrder,
}

/// 按距离排序：由该点到标注点，沿椭球面量取。没有轮廓的与在 metres 之外的依次排在最后。
/// Order by distance, from the point to the label point along the ellipsoid. Those farther than `metres` and those
/// without an outline come last, in their usual order.
#[derive(Debug, Clone, InputObject)]
pub struct DistanceOrder {
    /// 起点。
    /// From here.
    pub from: NearInput,
    /// 方向。
    /// Direction.
    #[graphql(default_with = "Direction::Asc")]
    pub direction: Direction,
}

/// 没有数值的排在何处。
/// Where those without a value go.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullsOrder {
    /// 在最前。
    /// First.
    First,
    /// 在最后。
    /// Last.
    Last,
}

/// Puts zones in an order; equals keep theirs.
///
/// # Errors
/// [`Fault`] for an unknown indicator or a point outside the world.
pub async fn sort(view: &View, rows: &mut [Arc<domain::Zone>], order: &ZoneOrder) -> Result<(), Fault> {
    match order {
        ZoneOrder::Name(direction) => {
            rows.sort_by(|a, b| (&a.name.zh, &a.code).cmp(&(&b.name.zh, &b.code)));
            if *direction == Direction::Desc {
                rows.reverse();
            }
        }
        ZoneOrder::Figure(order) => {
            let ids = rows.iter().map(|row| row.id);
            let values = observation::values(view, ids, &order.indicator, order.period).await?;
            rows.sort_by(|a, b| match (values.get(&a.id), values.get(&b.id)) {
                (Some(a), Some(b)) if order.direction == Direction::Desc => b.cmp(a),
                (Some(a), Some(b)) => a.cmp(b),
                (a, b) if order.nulls == NullsOrder::Last => a.is_none().cmp(&b.is_none()),
                (a, b) => a.is_some().cmp(&b.is_some()),
            });
        }
        ZoneOrder::Distance(order) => {
            let centre = order.from.centre()?;
            let metres = |zone: &domain::Zone| {
                let label = view.atlas().footprint(zone.id, view.on())?.measures()?.label_point;
                Some(geometry::distance_metres(centre, label)).filter(|metres| *metres <= order.from.metres)
            };
            let far: HashMap<EntityId, f64> = rows.iter().filter_map(|row| Some((row.id, metres(row)?))).collect();
            rows.sort_by(|a, b| match (far.get(&a.id), far.get(&b.id)) {
                (Some(a), Some(b)) if order.direction == Direction::Desc => b.total_cmp(a),
                (Some(a), Some(b)) => a.total_cmp(b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            });
        }
    }
    Ok(())
}
