//! Sums and weighted means over member places, and shares of one indicator in another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{How, Outcome, Recipe, exact, words};
use crate::assess::{Words, derive};
use crate::atlas::{Atlas, Place};
use crate::domain::{Additivity, EntityId, Formula, Indicator, Kind, PeriodCode, Quantity, RegionKind};
use crate::graphql::fault::Fault;
use crate::graphql::loaders::CellsOf;
use crate::graphql::observation::{Observation, prefer};
use crate::graphql::view::View;
use crate::store::observation::Observation as Cell;

/// The places that a figure of a place is made of: the members of a layout element, the regions directly under a region
/// (functional areas lie across the others and are left out), and of what is measured for zones alone, the zones in them.
fn members(atlas: &Atlas, subject: EntityId, indicator: &Indicator) -> Vec<EntityId> {
    let Some(place) = atlas.place(subject) else { return Vec::new() };
    let applies = |kind| indicator.applies_to.is_empty() || indicator.applies_to.contains(&kind);
    let zones = |region: EntityId| {
        let inside = atlas.index.regions_within(region);
        let zones = inside.into_iter().flat_map(|region| atlas.index.zones_of(region).to_vec());
        zones.filter(|zone| zone.successors.is_empty()).map(|zone| zone.id).collect::<Vec<_>>()
    };
    let mut found = match &place {
        Place::Layout(element) => {
            let named =
                element.members.iter().filter_map(|member| atlas.place_of_code(member.place.0, &member.place.1));
            let mut found = Vec::new();
            for member in named {
                if applies(member.kind()) {
                    found.push(member.id());
                } else if member.kind() == Kind::Region && applies(Kind::Zone) {
                    found.extend(zones(member.id()));
                }
            }
            found
        }
        Place::Region(_) if applies(Kind::Region) => {
            let parts = atlas.index.regions_of(subject).iter();
            parts.filter(|part| part.kind != RegionKind::FunctionalArea).map(|part| part.id).collect()
        }
        Place::Region(_) if applies(Kind::Zone) => zones(subject),
        _ => Vec::new(),
    };
    let mut seen = BTreeSet::new();
    found.retain(|id| seen.insert(*id));
    found
}

/// The preferred cells of several subjects in an indicator's own accumulation, by period and subject.
async fn of_members(
    view: &View,
    members: &[EntityId],
    indicator: &Indicator,
    period: Option<PeriodCode>,
) -> Result<BTreeMap<PeriodCode, BTreeMap<EntityId, Arc<Cell>>>, Fault> {
    let keys = members.iter().map(|member| CellsOf {
        subject: member.0,
        indicators: Some(vec![indicator.id.0]),
        from: period,
        to: period,
        accumulation: Some(indicator.accumulation),
    });
    let mut found: BTreeMap<PeriodCode, BTreeMap<EntityId, Arc<Cell>>> = BTreeMap::new();
    for (key, mut rows) in view.facts().load_many(keys).await? {
        prefer(view, &mut rows);
        for row in rows.into_iter().filter(|row| period.is_none_or(|period| row.period == period)) {
            let cells = found.entry(row.period).or_default();
            // The preferred source comes first.
            cells.entry(EntityId(key.subject)).or_insert(row);
        }
    }
    Ok(found)
}

pub(super) async fn over_members(
    view: &View,
    how: How,
    subject: EntityId,
    indicator: &Arc<Indicator>,
    period: Option<PeriodCode>,
) -> Result<Option<Observation>, Fault> {
    let atlas = view.atlas();
    let additive = indicator.additivity != Additivity::NonAdditive;
    let weight = indicator.weight.as_ref().and_then(|code| atlas.indicators.code(code)).cloned();
    if additive != (how == How::Sum) || (how == How::WeightedMean && weight.is_none()) {
        return Ok(None);
    }
    let members = members(atlas, subject, indicator);
    if members.is_empty() {
        return Ok(None);
    }
    let mut cells = of_members(view, &members, indicator, period).await?;
    let values = |cells: &BTreeMap<EntityId, Arc<Cell>>| cells.values().filter(|row| row.quantity.is_some()).count();
    // The newest period of which most is known.
    let best = cells.iter().max_by_key(|(period, cells)| (values(cells), **period)).map(|(period, _)| *period);
    let Some(period) = period.or(best) else { return Ok(None) };
    let Some(own) = cells.remove(&period) else { return Ok(None) };
    let weights = match &weight {
        Some(weight) if how == How::WeightedMean => {
            of_members(view, &members, weight, Some(period)).await?.remove(&period).unwrap_or_default()
        }
        _ => BTreeMap::new(),
    };
    let outcome = total(atlas, &members, indicator, &own, weight.filter(|_| how == How::WeightedMean), &weights);
    Ok(Some(outcome.observation(view, Recipe { how, subject, indicator: indicator.id, period })))
}

fn total(
    atlas: &Atlas,
    members: &[EntityId],
    indicator: &Indicator,
    own: &BTreeMap<EntityId, Arc<Cell>>,
    weight: Option<Arc<Indicator>>,
    weights: &BTreeMap<EntityId, Arc<Cell>>,
) -> Outcome {
    let unit = indicator.unit;
    let base = |row: &Cell| {
        let quantity = row.quantity.as_ref()?;
        quantity.convert(unit).ok()?;
        quantity.base().ok().map(i128::from)
    };
    let mut outcome = Outcome::new(indicator.accumulation, Words::default());
    let (mut sum, mut of, mut decimals, mut inexact) = (Some(0i128), Some(0i128), 0, false);
    let mut statuses = Vec::new();
    let mut names: Vec<(String, String)> = Vec::new();
    for member in members {
        let row = own.get(member);
        statuses.extend(row.map(|row| row.status));
        let value = row.and_then(|row| base(row));
        let weighs = weights.get(member).and_then(|row| row.quantity.as_ref()?.base().ok()).map(i128::from);
        let known = value.filter(|_| weight.is_none() || weighs.is_some_and(|weighs| weighs >= 0));
        let (Some(value), Some(row)) = (known, row) else {
            outcome.absent.push(*member);
            // A cell that says why there is no value is part of the answer.
            outcome.inputs.extend(row.cloned());
            continue;
        };
        let factor = if weight.is_some() { weighs.unwrap_or(0) } else { 1 };
        sum = sum.and_then(|sum| sum.checked_add(value.checked_mul(factor)?));
        of = of.and_then(|of| of.checked_add(factor));
        let same_unit = row.quantity.as_ref().filter(|quantity| quantity.unit.code == unit.code);
        decimals = decimals.max(same_unit.map_or(0, |quantity| quantity.value.scale()));
        inexact |= !exact(row);
        outcome.contributors += 1;
        outcome.inputs.push(Arc::clone(row));
        if let Some(weighs) = weights.get(member).filter(|_| weight.is_some()) {
            statuses.push(weighs.status);
            outcome.inputs.push(Arc::clone(weighs));
        }
        if let Some(place) = atlas.place(*member) {
            let name = place.name();
            names.push((name.zh.clone(), name.en.clone().unwrap_or_else(|| name.zh.clone())));
        }
    }
    outcome.missing = outcome.absent.len();
    let listed = |pick: fn(&(String, String)) -> &str| names.iter().map(pick).collect::<Vec<_>>();
    let (zh, en) = (listed(|name| name.0.as_str()), listed(|name| name.1.as_str()));
    let name = (&indicator.name.zh, indicator.name.en.as_ref().unwrap_or(&indicator.name.zh));
    outcome.formula = match &weight {
        None => words(format!("{} = {}", name.0, zh.join(" + ")), format!("{} = {}", name.1, en.join(" + "))),
        Some(by) => {
            let of_en = by.name.en.as_ref().unwrap_or(&by.name.zh);
            words(
                format!("Σ({} × {}) ÷ Σ {}，成员：{}", name.0, by.name.zh, by.name.zh, zh.join("、")),
                format!("Σ({} × {of_en}) ÷ Σ {of_en} over {}", name.1, en.join(", ")),
            )
        }
    };
    let quantity = match (&weight, sum, of) {
        _ if outcome.contributors == 0 => None,
        (None, Some(sum), _) => Quantity::of_sum(sum, unit, decimals).ok(),
        (Some(_), Some(sum), Some(of)) => derive::mean(sum, of, unit, decimals),
        _ => None,
    };
    outcome.status = match quantity {
        // Rounded shares, averaged, are not what an office would publish.
        Some(_) if weight.is_some() => derive::standing(statuses, true, inexact),
        Some(_) => derive::standing(statuses, outcome.missing > 0, inexact),
        None => derive::silence(statuses),
    };
    outcome.quantity = quantity;
    outcome.weight = weight;
    outcome
}

pub(super) async fn share(
    view: &View,
    subject: EntityId,
    indicator: &Arc<Indicator>,
    period: Option<PeriodCode>,
) -> Result<Option<Observation>, Fault> {
    let atlas = view.atlas();
    let Some(Formula::Share { part, whole }) = indicator.rule() else { return Ok(None) };
    let (Some(part), Some(whole)) = (atlas.indicators.code(&part), atlas.indicators.code(&whole)) else {
        return Ok(None);
    };
    let parts = of_members(view, &[subject], part, period).await?;
    let wholes = of_members(view, &[subject], whole, period).await?;
    let cell = |all: &BTreeMap<PeriodCode, BTreeMap<EntityId, Arc<Cell>>>, at: PeriodCode| {
        all.get(&at).and_then(|cells| cells.get(&subject)).cloned()
    };
    let both = |at: &PeriodCode| {
        let known = |row: Option<Arc<Cell>>| row.is_some_and(|row| row.quantity.is_some());
        known(cell(&parts, *at)) && known(cell(&wholes, *at))
    };
    let newest = parts.keys().rev().copied().find(|at| both(at));
    let Some(period) = period.or(newest) else { return Ok(None) };
    let (Some(above), Some(below)) = (cell(&parts, period), cell(&wholes, period)) else { return Ok(None) };
    let formula = words(
        format!("{} ÷ {} × 100%", part.name.zh, whole.name.zh),
        format!(
            "{} ÷ {} × 100%",
            part.name.en.as_ref().unwrap_or(&part.name.zh),
            whole.name.en.as_ref().unwrap_or(&whole.name.zh)
        ),
    );
    let mut outcome = Outcome::new(indicator.accumulation, formula);
    outcome.quantity = above.quantity.as_ref().zip(below.quantity.as_ref()).and_then(|(a, b)| derive::share(a, b));
    outcome.contributors = [&above, &below].iter().filter(|row| row.quantity.is_some()).count();
    outcome.missing = 2 - outcome.contributors;
    let statuses = [above.status, below.status];
    outcome.status = match outcome.quantity {
        Some(_) => derive::standing(statuses, false, !exact(&above) || !exact(&below)),
        None => derive::silence(statuses),
    };
    outcome.inputs = vec![above, below];
    Ok(Some(outcome.observation(view, Recipe { how: How::Share, subject, indicator: indicator.id, period })))
}
