//! What a target's number has come to, period by period.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::figures::Figures;
use super::threshold::Tally;
use super::yardstick::Slack;
use crate::atlas::Atlas;
use crate::domain::{Accumulation, Comparator, EntityId, Frequency, Indicator, Kind, PeriodCode, Target, TargetBasis};
use crate::store::observation::Observation;

/// What an actual rests on.
#[derive(Debug, Clone)]
pub enum Basis {
    /// A figure as reported.
    Cell(Arc<Observation>),
    /// A level less that of the base.
    Difference {
        /// The level.
        level: Arc<Observation>,
        /// The newest level before the plan.
        baseline: Arc<Observation>,
    },
    /// Yearly figures since the plan began.
    Sum(Vec<Arc<Observation>>),
    /// Members past a threshold.
    Members {
        /// Without a figure.
        unknown: usize,
        /// Spoken of and not listed.
        unlisted: usize,
    },
    /// Entries of registers, which may not be complete.
    Register,
}

/// What a target's number has come to by the end of a period.
#[derive(Debug, Clone)]
pub struct Actual {
    /// The amount, as storage keeps it.
    pub base: i128,
    /// How exactly it is known.
    pub slack: Slack,
    /// The source says 左右, 近, 余.
    pub about: bool,
    /// The period.
    pub period: PeriodCode,
    /// What it rests on.
    pub basis: Basis,
    /// Whether any of it is made up for demonstration.
    pub sample: bool,
}

impl Actual {
    /// The last day of its period.
    pub fn end(&self) -> NaiveDate {
        self.period.end()
    }

    /// The figure that it is, where it is one figure.
    pub fn observation(&self) -> Option<&Arc<Observation>> {
        match &self.basis {
            Basis::Cell(cell) => Some(cell),
            _ => None,
        }
    }

    fn cell(atlas: &Atlas, row: &Arc<Observation>) -> Option<Self> {
        let base = i128::from(row.quantity.as_ref()?.base().ok()?);
        let slack = match row.comparator {
            None | Some(Comparator::Equal | Comparator::Approx) => Slack::Exact,
            Some(Comparator::AtLeast) => Slack::AtLeast(None),
            Some(Comparator::MoreThan) => Slack::MoreThan,
            Some(Comparator::AtMost) => Slack::AtMost,
        };
        Some(Self {
            base,
            slack,
            about: row.comparator == Some(Comparator::Approx),
            period: row.period,
            sample: atlas.is_sample(EntityId(row.document)),
            basis: Basis::Cell(Arc::clone(row)),
        })
    }
}

/// Whether an indicator's figures are standings at an instant rather than amounts over a stretch of time.
pub const fn stock(indicator: &Indicator) -> bool {
    matches!(indicator.accumulation, Accumulation::AtEnd | Accumulation::SinceBase)
}

/// Whether a figure tells a whole period of a frequency: any standing does; of a flow, one of such a period, or one
/// accumulated since the new year to its end.
pub fn whole(row: &Observation, indicator: &Indicator, frequency: Frequency) -> bool {
    if stock(indicator) {
        return row.accumulation == indicator.accumulation;
    }
    let month = row.period.end().month();
    let from_new_year = match frequency {
        Frequency::Annual => month == 12,
        Frequency::HalfYearly => month == 6,
        Frequency::Quarterly => month == 3,
        Frequency::Monthly => month == 1,
    };
    row.period.frequency() == frequency || (row.accumulation == Accumulation::YearToDate && from_new_year)
}

/// The preferred figure of each end of a period, of those that pass.
fn by_end<'a>(
    figures: &'a Figures,
    subject: EntityId,
    indicator: &Indicator,
    target: &Target,
    wanted: impl Fn(&Observation) -> bool,
) -> BTreeMap<NaiveDate, &'a Arc<Observation>> {
    let mut ends = BTreeMap::new();
    for row in figures.values(subject, indicator.id) {
        let same = row.quantity.as_ref().is_some_and(|q| q.unit.dimension == target.quantity.unit.dimension);
        if same && wanted(row) {
            ends.entry(row.period.end()).or_insert(row);
        }
    }
    ends
}

/// What a target's number came to, by the end of each period of which that is known.
pub fn readings(atlas: &Atlas, figures: &Figures, target: &Target) -> Vec<Actual> {
    let subject = atlas.find(target.subject.0, &target.subject.1);
    let (Some(subject), Some(indicator)) = (subject, atlas.indicators.code(&target.indicator)) else {
        return Vec::new();
    };
    let frequency = target.period.frequency();
    let floor = target.basis == TargetBasis::Floor;
    let cells = by_end(figures, subject, indicator, target, |row| {
        if floor { row.accumulation == indicator.accumulation } else { whole(row, indicator, frequency) }
    });
    let mut found: Vec<Actual> = match target.basis {
        TargetBasis::NetNew if indicator.accumulation == Accumulation::AtEnd => since_base(atlas, target, &cells),
        TargetBasis::NetNew | TargetBasis::Cumulative if !stock(indicator) => running(atlas, target, &cells),
        _ => cells.values().filter_map(|row| Actual::cell(atlas, row)).collect(),
    };
    if target.basis == TargetBasis::CountOverThreshold {
        found = counted(atlas, figures, target, found);
    }
    if found.is_empty() {
        found = listed(atlas, figures, target, indicator);
    }
    found
}

/// Levels less the newest before the plan.
fn since_base(atlas: &Atlas, target: &Target, cells: &BTreeMap<NaiveDate, &Arc<Observation>>) -> Vec<Actual> {
    let Some(plan) = atlas.plans.code(&target.plan) else { return Vec::new() };
    let Some((_, baseline)) = cells.range(..plan.from.start()).next_back() else { return Vec::new() };
    let exact = |row: &&Arc<Observation>| row.comparator.is_none_or(|how| how == Comparator::Equal);
    let Some(before) = Some(baseline).filter(|row| exact(row)).and_then(|row| Actual::cell(atlas, row)) else {
        return Vec::new();
    };
    let during = cells.range(plan.from.start()..).map(|(_, row)| *row);
    during
        .filter_map(|row| {
            let level = Actual::cell(atlas, row)?;
            Some(Actual {
                base: level.base - before.base,
                sample: level.sample || before.sample,
                basis: Basis::Difference { level: Arc::clone(row), baseline: Arc::clone(baseline) },
                ..level
            })
        })
        .collect()
}

/// Sums of the years since the plan began, up to the first that is not known.
fn running(atlas: &Atlas, target: &Target, cells: &BTreeMap<NaiveDate, &Arc<Observation>>) -> Vec<Actual> {
    let Some(plan) = atlas.plans.code(&target.plan) else { return Vec::new() };
    let mut parts: Vec<Arc<Observation>> = Vec::new();
    let (mut total, mut sample, mut about) = (0, false, false);
    let mut found = Vec::new();
    for year in plan.from.calendar_year()..=plan.to.calendar_year() {
        let period = PeriodCode::year(year);
        let year = cells.get(&period.end()).and_then(|row| Some((Actual::cell(atlas, row)?, Arc::clone(row))));
        let Some((actual, row)) = year.filter(|(actual, _)| actual.slack == Slack::Exact) else { break };
        total += actual.base;
        sample |= actual.sample;
        about |= actual.about;
        parts.push(row);
        let basis = Basis::Sum(parts.clone());
        found.push(Actual { base: total, slack: Slack::Exact, about, period, basis, sample });
    }
    found
}

/// Counts of members past the threshold where all are known, else as published, else as bounds.
fn counted(atlas: &Atlas, figures: &Figures, target: &Target, published: Vec<Actual>) -> Vec<Actual> {
    let mut ends: BTreeMap<NaiveDate, (PeriodCode, Option<Actual>)> = BTreeMap::new();
    for period in Tally::periods(atlas, figures, target) {
        ends.insert(period.end(), (period, None));
    }
    for actual in published {
        ends.insert(actual.end(), (actual.period, Some(actual)));
    }
    let mut found = Vec::new();
    for (period, published) in ends.into_values() {
        let tally = Tally::new(atlas, figures, target, period);
        match (tally, published) {
            (Some(tally), None) => found.push(tally.actual()),
            (Some(tally), Some(_)) if tally.complete() => found.push(tally.actual()),
            (_, Some(actual)) => found.push(actual),
            (None, None) => {}
        }
    }
    found
}

/// Counts of register entries at the end of each year: at least so many, for a list may miss some.
fn listed(atlas: &Atlas, figures: &Figures, target: &Target, indicator: &Indicator) -> Vec<Actual> {
    let Some(plan) = atlas.plans.code(&target.plan) else { return Vec::new() };
    let whole_plan = match target.subject.0 {
        Kind::Plan => target.subject.1 == plan.code,
        Kind::Region => target.subject.1 == plan.region,
        _ => false,
    };
    let entries = figures.entries(indicator.id);
    if !whole_plan || entries.is_empty() {
        return Vec::new();
    }
    let years = plan.from.calendar_year()..=plan.to.calendar_year();
    let counts = years.map(|year| {
        let period = PeriodCode::year(year);
        let (first, last) = (period.start(), period.end());
        let stands = entries.iter().filter(|entry| {
            let since = entry.recognised_on;
            let counts_from = match (stock(indicator), target.basis) {
                (true, TargetBasis::NetNew) => Some(plan.from.start()),
                (true, _) => None,
                (false, TargetBasis::NetNew | TargetBasis::Cumulative) => Some(plan.from.start()),
                (false, _) => Some(first),
            };
            since.map_or(counts_from.is_none(), |since| {
                since.end() <= last && counts_from.is_none_or(|from| since.end() >= from)
            }) && entry.expires_on.is_none_or(|until| !stock(indicator) || until.end() >= last)
        });
        let (mut count, mut sample) = (0, false);
        for entry in stands {
            count += 1;
            sample |= atlas.is_sample(EntityId(entry.document));
        }
        let scale = 10i128.pow(target.quantity.unit.dimension.scale());
        let slack = Slack::AtLeast(None);
        Actual { base: count * scale, slack, about: false, period, basis: Basis::Register, sample }
    });
    counts.filter(|actual| actual.base > 0).collect()
}

/// What has been reached by a day, of an amount that grows within the year: for the pace still required.
pub fn progress(
    atlas: &Atlas,
    figures: &Figures,
    target: &Target,
    within: PeriodCode,
    on: NaiveDate,
) -> Option<Actual> {
    let subject = atlas.find(target.subject.0, &target.subject.1)?;
    let indicator = atlas.indicators.code(&target.indicator)?;
    let year = within.start();
    let cells = by_end(figures, subject, indicator, target, |row| {
        row.accumulation == Accumulation::YearToDate && row.period.end() >= year && row.period.end() <= on
    });
    cells.values().next_back().and_then(|row| Actual::cell(atlas, row))
}
