//! Which zones are comparable with one: those whose figures lie nearest to its own.
//!
//! For each indicator asked for, the newest period in which the zone itself and another one have a value. The difference
//! of two values counts as its share of the whole range of all zones in that period, so that indicators of every size
//! weigh alike. The distance of two zones is the mean of these shares: 0 where all figures agree, 1 where they lie at
//! opposite ends of every range. A zone without a value in one of the periods is not compared.

use std::collections::{BTreeMap, HashMap};

use rust_decimal::{Decimal, RoundingStrategy};

use super::written::{self, Words, amount};
use crate::domain::{EntityId, Indicator, PeriodCode};

/// Digits of a distance.
const DIGITS: u32 = 4;

/// An indicator in one period, for all zones that have a value.
#[derive(Debug)]
pub struct Measure<'a> {
    indicator: &'a Indicator,
    period: PeriodCode,
    values: HashMap<EntityId, i64>,
    range: i128,
}

/// A zone beside the one asked about.
#[derive(Debug)]
pub struct Peer {
    /// The zone.
    pub zone: EntityId,
    /// How far it is from the other: 0 … 1.
    pub distance: Decimal,
    /// The sentence that recomputes it, in Chinese and English.
    pub explanation: Words,
}

impl<'a> Measure<'a> {
    /// The newest period in which `own` and another zone have a value; none when there is none. `values` are those of
    /// all zones by period.
    pub fn newest(
        indicator: &'a Indicator,
        own: EntityId,
        values: BTreeMap<PeriodCode, HashMap<EntityId, i64>>,
    ) -> Option<Self> {
        let shared = |found: &HashMap<EntityId, i64>| found.contains_key(&own) && found.len() > 1;
        let (period, values) =
            values.into_iter().filter(|(_, found)| shared(found)).max_by_key(|(period, _)| period.sort_key())?;
        let (least, most) = (values.values().min()?, values.values().max()?);
        Some(Self { indicator, period, range: i128::from(*most) - i128::from(*least), values })
    }

    /// The share of the range that two zones are apart; none where one has no value.
    fn apart(&self, a: EntityId, b: EntityId) -> Option<Decimal> {
        let (a, b) = (self.values.get(&a)?, self.values.get(&b)?);
        let difference = (i128::from(*a) - i128::from(*b)).abs();
        if self.range == 0 {
            return Some(Decimal::ZERO);
        }
        Decimal::try_from_i128_with_scale(difference, 0)
            .ok()?
            .checked_div(Decimal::try_from_i128_with_scale(self.range, 0).ok()?)
    }
}

/// The zones nearest to `own` by all measures, the nearest first, then in the order given.
pub fn peers(own: EntityId, zones: impl IntoIterator<Item = EntityId>, measures: &[Measure]) -> Vec<Peer> {
    let mut found: Vec<Peer> = Vec::new();
    if measures.is_empty() {
        return found;
    }
    for zone in zones.into_iter().filter(|zone| *zone != own) {
        let parts: Option<Vec<Decimal>> = measures.iter().map(|measure| measure.apart(own, zone)).collect();
        let Some(parts) = parts else { continue };
        let sum: Decimal = parts.iter().sum();
        let mean = sum / Decimal::from(parts.len());
        let distance = mean.round_dp_with_strategy(DIGITS, RoundingStrategy::MidpointNearestEven);
        found.push(Peer { zone, distance, explanation: explain(own, zone, measures, &parts, distance) });
    }
    found.sort_by_key(|peer| peer.distance);
    found
}

fn explain(own: EntityId, zone: EntityId, measures: &[Measure], parts: &[Decimal], distance: Decimal) -> Words {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    for (measure, part) in measures.iter().zip(parts) {
        let said =
            |id: EntityId| amount(measure.values.get(&id).copied().map_or(0, i128::from), measure.indicator.unit);
        let (mine, other, period) = (said(own), said(zone), written::period(measure.period));
        let range = amount(measure.range, measure.indicator.unit);
        let share = part.round_dp_with_strategy(DIGITS, RoundingStrategy::MidpointNearestEven).normalize();
        zh.push(format!(
            "{}（{}）{} 比 {}，差距占全部开发区极差 {} 的 {share}",
            measure.indicator.name.zh, period.zh, mine.zh, other.zh, range.zh
        ));
        let name = measure.indicator.name.en.as_deref().unwrap_or(&measure.indicator.name.zh);
        en.push(format!(
            "{name} ({}): {} against {}, apart by {share} of the range of all zones, {}",
            period.en, mine.en, other.en, range.en
        ));
    }
    let distance = distance.normalize();
    Words::new(format!("{}；距离 {distance}", zh.join("；")), format!("{}; distance {distance}", en.join("; ")))
}
