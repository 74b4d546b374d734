//! Counts of register entries and of projects.

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::{How, Outcome, Recipe, words};
use crate::assess::Words;
use crate::atlas::{self, Atlas, Place};
use crate::domain::{
    Accumulation, Comparator, Dimension, EntityId, Formula, Frequency, Indicator, Kind, ObservationStatus, PeriodCode,
    ProjectStage, Quantity,
};
use crate::graphql::fault::Fault;
use crate::graphql::loaders::{EnterpriseId, ProjectId};
use crate::graphql::observation::Observation;
use crate::graphql::view::View;
use crate::store::project::{self, Filter};
use crate::store::register_entry::{self, RegisterEntry};

/// Entries of registers read at a time.
const PAGE: u64 = 5_000;
/// Entries of registers counted at most.
const MOST_ENTRIES: usize = 100_000;

/// The last period of a frequency that was over by a day.
fn last_over(on: NaiveDate, frequency: Frequency) -> Option<PeriodCode> {
    let months = match frequency {
        Frequency::Annual => 12,
        Frequency::HalfYearly => 6,
        Frequency::Quarterly => 3,
        Frequency::Monthly => 1,
    };
    let year = on.year();
    let ends = (0..=12).rev().step_by(months).filter_map(|month| {
        let key = if month == 0 { ((year - 1) * 100 + 12) * 100 } else { (year * 100 + month) * 100 };
        PeriodCode::from_sort_key(key + i32::try_from(months).ok()?)
    });
    ends.filter(|period| period.end() <= on).max()
}

/// The first day that counts for a period, by how an indicator relates to its periods; none where everything before
/// counts too.
fn counts_from(atlas: &Atlas, accumulation: Accumulation, period: PeriodCode) -> Option<NaiveDate> {
    match accumulation {
        Accumulation::AtEnd => None,
        Accumulation::InPeriod => Some(period.start()),
        Accumulation::YearToDate => Some(PeriodCode::year(period.calendar_year()).start()),
        Accumulation::SinceBase => atlas.plans.all().iter().map(|plan| plan.from.start()).min(),
    }
}

/// The ground that counts for a subject: regions and zones; none where everything does, the whole of a plan.
fn ground(atlas: &Atlas, subject: EntityId) -> Option<Option<(Vec<EntityId>, Vec<EntityId>)>> {
    let whole = |code: &str| atlas.plans.all().iter().any(|plan| plan.region == code);
    let within = |region: EntityId| {
        let regions = atlas.index.regions_within(region);
        let zones = regions.iter().flat_map(|region| atlas.index.zones_of(*region)).map(|zone| zone.id).collect();
        (regions, zones)
    };
    match atlas.subject(subject)? {
        atlas::Subject::Plan(_) => Some(None),
        atlas::Subject::Place(Place::Region(region)) if whole(&region.code) => Some(None),
        atlas::Subject::Place(Place::Region(region)) => Some(Some(within(region.id))),
        atlas::Subject::Place(Place::Zone(zone)) => Some(Some((Vec::new(), vec![zone.id]))),
        atlas::Subject::Place(Place::Layout(element)) => {
            let (mut regions, mut zones) = (Vec::new(), Vec::new());
            for member in element.members.iter().filter_map(|m| atlas.place_of_code(m.place.0, &m.place.1)) {
                match member {
                    Place::Zone(zone) => zones.push(zone.id),
                    other => {
                        let (more_regions, more_zones) = within(other.id());
                        regions.extend(more_regions);
                        zones.extend(more_zones);
                    }
                }
            }
            Some(Some((regions, zones)))
        }
        _ => None,
    }
}

/// Entries of the registers whose count is the indicator, in force or recognised by the end of a period.
pub(super) async fn entries(
    view: &View,
    subject: EntityId,
    indicator: &Arc<Indicator>,
    period: Option<PeriodCode>,
) -> Result<Option<Observation>, Fault> {
    let atlas = view.atlas();
    let own = |code: &Option<String>| code.as_deref() == Some(indicator.code.as_str());
    let registers: Vec<_> = atlas.registers.all().iter().filter(|register| own(&register.indicator)).collect();
    let Some(ground) = ground(atlas, subject).filter(|_| !registers.is_empty()) else { return Ok(None) };
    let Some(period) = period.or_else(|| last_over(view.on(), indicator.frequency)) else { return Ok(None) };
    if indicator.unit.dimension != Dimension::CountOf {
        return Ok(None);
    }
    let ids = registers.iter().map(|register| register.id.0).collect();
    let all = read_entries(view, ids).await?;
    let from = counts_from(atlas, indicator.accumulation, period);
    let last = period.end();
    let mut outcome = Outcome::new(indicator.accumulation, Words::default());
    for entry in all {
        let known = match entry.recognised_on {
            Some(since) => since.end() <= last && from.is_none_or(|from| since.end() >= from),
            None => from.is_none(),
        };
        let stands = from.is_some() || entry.expires_on.is_none_or(|until| until.end() >= last);
        let here = match &ground {
            None => Some(true),
            Some((regions, zones)) => stands_in(view, &entry, regions, zones).await?,
        };
        match (known && stands, here) {
            (true, Some(true)) => outcome.entries.push(entry),
            // Where it stands or since when is not known: it may belong here.
            (true, None) => outcome.missing += 1,
            (false, Some(true)) if entry.recognised_on.is_none() => outcome.missing += 1,
            _ => {}
        }
    }
    if outcome.entries.is_empty() && outcome.missing == 0 {
        return Ok(None);
    }
    outcome.entries.sort_by(|a, b| a.code.cmp(&b.code));
    outcome.contributors = outcome.entries.len();
    let listed = |pick: fn(&crate::domain::Names) -> &str| {
        registers.iter().map(|register| pick(&register.name)).collect::<Vec<_>>()
    };
    let (zh, en) = (listed(|name| &name.zh), listed(|name| name.en.as_deref().unwrap_or(&name.zh)));
    outcome.formula = words(
        format!("截至 {period} 的名录条目数：{}", zh.join("、")),
        format!("entries by the end of {period} of {}", en.join(", ")),
    );
    let scale = 10i128.pow(indicator.unit.dimension.scale());
    let count = i128::try_from(outcome.contributors).unwrap_or(i128::MAX / scale) * scale;
    outcome.quantity = Quantity::of_sum(count, indicator.unit, 0).ok();
    // A list may lack some.
    outcome.comparator = Some(Comparator::AtLeast);
    outcome.status = if outcome.missing > 0 { ObservationStatus::Estimated } else { ObservationStatus::Normal };
    Ok(Some(outcome.observation(view, Recipe { how: How::Entries, subject, indicator: indicator.id, period })))
}

async fn read_entries(view: &View, registers: Vec<i64>) -> Result<Vec<RegisterEntry>, Fault> {
    let filter = register_entry::Filter { registers: Some(registers), ..register_entry::Filter::default() };
    let (mut all, mut after): (Vec<RegisterEntry>, Option<String>) = (Vec::new(), None);
    loop {
        let found = register_entry::list(view.store(), view.revision().number, &filter, after.as_deref(), PAGE).await;
        let page = found.map_err(Fault::from)?;
        let Some(last) = page.last() else { return Ok(all) };
        after = Some(last.code.clone());
        all.extend(page);
        if all.len() > MOST_ENTRIES {
            let en = "the register is too long to be counted in one question";
            let hint = "改用 entries 分页 / page through `entries`";
            return Err(Fault::refused("TOO_LARGE", "名录过长，不能在一次查询中计数", en, hint));
        }
    }
}

/// Whether the holder of an entry stands in one of some regions or zones; none when that is not known.
async fn stands_in(
    view: &View,
    entry: &RegisterEntry,
    regions: &[EntityId],
    zones: &[EntityId],
) -> Result<Option<bool>, Fault> {
    let atlas = view.atlas();
    let id = EntityId(entry.holder);
    let of = |region: Option<i64>, zone: Option<i64>| {
        let region = region.map(|region| regions.contains(&EntityId(region)));
        let zone = zone.map(|zone| zones.contains(&EntityId(zone)));
        match (region, zone) {
            (None, None) => None,
            (region, zone) => Some(region == Some(true) || zone == Some(true)),
        }
    };
    Ok(match entry.holder_kind {
        Kind::Region => Some(regions.contains(&id)),
        Kind::Zone => Some(zones.contains(&id)),
        Kind::Enterprise => view.facts().load_one(EnterpriseId(id.0)).await?.and_then(|row| of(row.region, row.zone)),
        Kind::Project => view.facts().load_one(ProjectId(id.0)).await?.and_then(|row| of(row.region, row.zone)),
        Kind::Unit => {
            let unit = atlas.units.id(id);
            let own: Vec<EntityId> =
                unit.iter().flat_map(|unit| atlas.regions.codes(&unit.regions)).map(|region| region.id).collect();
            (!own.is_empty()).then(|| own.iter().any(|region| regions.contains(region)))
        }
        _ => None,
    })
}

/// Projects that reached the stage that the indicator's formula names.
pub(super) async fn projects(
    view: &View,
    subject: EntityId,
    indicator: &Arc<Indicator>,
    period: Option<PeriodCode>,
) -> Result<Option<Observation>, Fault> {
    let atlas = view.atlas();
    let Some(Formula::Projects { stage }) = indicator.rule() else { return Ok(None) };
    let Some(period) = period.or_else(|| last_over(view.on(), indicator.frequency)) else { return Ok(None) };
    let from = counts_from(atlas, indicator.accumulation, period);
    let reached = Some((stage, from, period.end()));
    let filter = match (ground(atlas, subject), atlas.subject(subject)) {
        (Some(None), _) => Filter { reached, ..Filter::default() },
        (Some(Some((regions, zones))), _) => {
            let ids = |list: Vec<EntityId>| Some(list.into_iter().map(|id| id.0).collect());
            let or = vec![
                Filter { regions: ids(regions), ..Filter::default() },
                Filter { zones: ids(zones), ..Filter::default() },
            ];
            Filter { reached, or, ..Filter::default() }
        }
        (None, Some(atlas::Subject::Cluster(row))) => {
            Filter { reached, clusters: Some(vec![row.id.0]), ..Filter::default() }
        }
        (None, Some(atlas::Subject::Chain(row))) => {
            Filter { reached, chains: Some(vec![row.id.0]), ..Filter::default() }
        }
        _ => return Ok(None),
    };
    let (db, at) = (view.store(), view.revision().number);
    let count = project::count(db, at, &filter).await.map_err(Fault::from)?;
    if count == 0 {
        return Ok(None);
    }
    let documents = atlas.documents.all().iter().filter(|document| document.sample);
    let made_up = Filter {
        and: vec![filter.clone()],
        documents: Some(documents.map(|document| document.id.0).collect()),
        ..Filter::default()
    };
    let mut outcome = Outcome::new(indicator.accumulation, stage_words(stage, period, from));
    outcome.sample = project::count(db, at, &made_up).await.map_err(Fault::from)? > 0;
    let scale = 10i128.pow(indicator.unit.dimension.scale());
    outcome.quantity = Quantity::of_sum(i128::from(count) * scale, indicator.unit, 0).ok();
    outcome.contributors = usize::try_from(count).unwrap_or(0);
    // Who knows which projects no source tells of.
    outcome.comparator = Some(Comparator::AtLeast);
    outcome.status = ObservationStatus::Normal;
    outcome.projects = Some(filter);
    Ok(Some(outcome.observation(view, Recipe { how: How::Projects, subject, indicator: indicator.id, period })))
}

fn stage_words(stage: ProjectStage, period: PeriodCode, from: Option<NaiveDate>) -> Words {
    let last = period.end();
    match from {
        None => words(
            format!("截至 {last} 进入 {} 阶段的项目数", stage.word()),
            format!("projects that reached {} by {last}", stage.word()),
        ),
        Some(from) => words(
            format!("{from} 至 {last} 进入 {} 阶段的项目数", stage.word()),
            format!("projects that reached {} from {from} to {last}", stage.word()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_period_that_was_over() {
        let over = |on: &str, frequency| last_over(on.parse().unwrap(), frequency).map(|period| period.to_string());
        assert_eq!(over("2026-11-23", Frequency::Annual).as_deref(), Some("2025"));
        assert_eq!(over("2026-12-31", Frequency::Annual).as_deref(), Some("2026"));
        assert_eq!(over("2026-11-23", Frequency::Monthly).as_deref(), Some("2026-M10"));
        assert_eq!(over("2026-02-01", Frequency::Quarterly).as_deref(), Some("2025-Q4"));
        assert_eq!(over("2026-07-01", Frequency::HalfYearly).as_deref(), Some("2026-H1"));
    }
}
