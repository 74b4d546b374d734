//! The light of a target, a milestone or a task on a day.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::actual::{Actual, progress, readings, stock};
use super::due::{Milestones, Obligation, at_deadline, yearly};
use super::figures::Figures;
use super::rule::{Rule, RuleOf};
use super::sentence::{self, Pace, Said};
use super::written::{self, Words};
use super::yardstick::{Band, Yardstick};
use crate::atlas::Atlas;
use crate::domain::{
    Comparator, Dimension, EntityId, Indicator, PeriodCode, Polarity, Quantity, Target, TargetBasis, Task, unit,
};

/// A light.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Light {
    /// 完成
    Done,
    /// 未到期
    NotDue,
    /// 绿灯
    Green,
    /// 无数据
    NoData,
    /// 黄灯
    Amber,
    /// 红灯
    Red,
    /// 不可计量
    NotMeasurable,
}

/// A light with everything that it was given for.
#[derive(Debug, Clone)]
pub struct Assessment {
    /// The light.
    pub light: Light,
    /// The light one figure earlier.
    pub previous: Option<Light>,
    /// The period judged: of the obligation due, or of the next when none is.
    pub period: PeriodCode,
    /// What was reached.
    pub actual: Option<Actual>,
    /// What was due.
    pub expected: Option<Quantity>,
    /// The actual over what was due, cut off after six decimals; none where a distance counts.
    pub ratio: Option<Decimal>,
    /// How far the actual misses; none when it holds or nothing can be said.
    pub gap: Option<Quantity>,
    /// What each month must bring until the next obligation falls due, rounded up.
    pub pace: Option<Quantity>,
    /// The rule.
    pub rule: &'static Rule,
    /// The figure for what was due is not there yet.
    pub late: bool,
    /// Whether any of it is made up for demonstration.
    pub sample: bool,
    /// The targets of a task with the light of each.
    pub parts: Vec<(Arc<Target>, Light)>,
    /// The sentence, in Chinese and English.
    pub explanation: Words,
}

/// What a comparison on one day comes to, before the light of the period before is looked at.
struct Outcome {
    light: Light,
    due: Option<Obligation>,
    actual: Option<Actual>,
    late: bool,
    said: Said,
}

/// Gives lights on any day up to the atlas's own.
pub struct Assessor<'a> {
    atlas: &'a Atlas,
    figures: &'a Figures,
    readings: Mutex<HashMap<EntityId, Arc<Vec<Actual>>>>,
}

impl<'a> Assessor<'a> {
    /// Over an atlas and the figures read for it.
    pub fn new(atlas: &'a Atlas, figures: &'a Figures) -> Self {
        Self { atlas, figures, readings: Mutex::default() }
    }

    fn readings(&self, target: &Target) -> Arc<Vec<Actual>> {
        let held = || self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = held().get(&target.id) {
            return Arc::clone(found);
        }
        let found = Arc::new(readings(self.atlas, self.figures, target));
        held().insert(target.id, Arc::clone(&found));
        found
    }

    /// The rule a target is judged by.
    pub fn rule(target: &Target) -> &'static Rule {
        match target.basis {
            TargetBasis::Floor => RuleOf::Floor,
            TargetBasis::PerYear => RuleOf::PerYear,
            TargetBasis::CountOverThreshold => RuleOf::Count,
            _ => RuleOf::Due,
        }
        .rule()
    }

    /// The light of a target on a day, by the figures of periods that had ended by then.
    pub fn target(&self, target: &Arc<Target>, on: NaiveDate) -> Assessment {
        self.assess(target, on, false)
    }

    fn assess(&self, target: &Arc<Target>, on: NaiveDate, alone: bool) -> Assessment {
        let readings = self.readings(target);
        let outcome = self.outcome(target, &readings, on, alone);
        // The day of the figure before the one judged; where none could be judged, of the newest there is.
        let before = |outcome: &Outcome, on: NaiveDate| {
            let known = || readings.iter().map(Actual::end).filter(|end| *end <= on);
            let judged = match (&outcome.actual, &outcome.said) {
                (None, _) => return known().max(),
                (_, Said::Each { .. }) => known().max()?,
                (Some(actual), _) => actual.end(),
            };
            known().filter(|end| *end < judged).max()
        };
        let recovered = |outcome: &Outcome, day: Option<NaiveDate>| {
            let red = |day| self.outcome(target, &readings, day, false).light == Light::Red;
            outcome.light == Light::Green && target.basis != TargetBasis::Floor && day.is_some_and(red)
        };
        let earlier = before(&outcome, on);
        let passing = recovered(&outcome, earlier);
        let previous = earlier.map(|day| {
            let then = self.outcome(target, &readings, day, false);
            if recovered(&then, before(&then, day)) { Light::Amber } else { then.light }
        });
        self.finish(target, &readings, outcome, previous, passing, on)
    }

    fn finish(
        &self,
        target: &Arc<Target>,
        readings: &[Actual],
        outcome: Outcome,
        previous: Option<Light>,
        passing: bool,
        on: NaiveDate,
    ) -> Assessment {
        let rule = Self::rule(target);
        let indicator = self.indicator(target);
        let stick = outcome.due.as_ref().and_then(|due| Yardstick::new(target, indicator, &due.quantity, rule));
        let judged = outcome
            .actual
            .as_ref()
            .zip(stick.as_ref())
            .filter(|_| !matches!(outcome.light, Light::NoData | Light::NotDue));
        let ratio = judged.filter(|(_, stick)| matches!(stick.band, Band::Share(..)) && stick.expected > 0);
        let gap = judged.filter(|(actual, stick)| stick.surely_holds(actual.base, actual.slack) == Some(false));
        let gap = gap.map(|(actual, stick)| written::quantity(stick.gap(actual.base), points(target)));
        let pace = self.pace(target, readings, on);
        let sample = self.atlas.cites_sample(&target.citations)
            || outcome.actual.as_ref().is_some_and(|actual| actual.sample)
            || outcome.said.sample()
            || pace.as_ref().is_some_and(|pace| pace.actual.sample);
        let light = if passing { Light::Amber } else { outcome.light };
        let next = Milestones::new(target).next(on).cloned();
        let period = outcome.due.as_ref().or(next.as_ref()).map_or(target.period, |due| due.period);
        let explanation = sentence::of_target(&sentence::Telling {
            atlas: self.atlas,
            target,
            said: &outcome.said,
            pace: pace.as_ref(),
            light,
            passing,
            sample,
        });
        Assessment {
            light,
            previous,
            period,
            expected: outcome.due.or(next).map(|due| due.quantity),
            ratio: ratio.map(|(actual, stick)| written::cut(actual.base, stick.expected, 6)),
            gap,
            pace: pace.map(|pace| pace.quantity),
            rule,
            late: outcome.late,
            sample,
            parts: Vec::new(),
            actual: outcome.actual,
            explanation,
        }
    }

    fn indicator(&self, target: &Target) -> Option<&'a Indicator> {
        self.atlas.indicators.code(&target.indicator).map(|indicator| &**indicator)
    }

    /// The light of one milestone: on the last day of its period; not due before.
    pub fn milestone(&self, target: &Arc<Target>, period: PeriodCode) -> Assessment {
        if period.end() <= self.atlas.on {
            return self.assess(target, period.end(), true);
        }
        let readings = self.readings(target);
        let newest = readings.iter().rev().find(|actual| actual.end() <= self.atlas.on).cloned();
        let milestones = Milestones::new(target);
        let own = milestones.all().iter().find(|due| due.period == period).cloned();
        let said = Said::NotDue { next: own.clone(), newest: newest.clone() };
        let outcome = Outcome { light: Light::NotDue, due: own, actual: newest, late: false, said };
        self.finish(target, &readings, outcome, None, false, self.atlas.on)
    }

    /// The light of a task: the worst of its targets'.
    pub fn task(&self, task: &Task, on: NaiveDate) -> Assessment {
        let targets = self.atlas.index.targets_of(task.id);
        let assessed: Vec<(Arc<Target>, Assessment)> =
            targets.iter().map(|target| (Arc::clone(target), self.target(target, on))).collect();
        let parts: Vec<(Arc<Target>, Light)> = assessed.iter().map(|(t, a)| (Arc::clone(t), a.light)).collect();
        let explanation = sentence::of_task(&parts);
        let worst = assessed.into_iter().map(|(_, one)| one).max_by_key(|one| one.light);
        let rule = RuleOf::Task.rule();
        match worst {
            Some(worst) => {
                let before = targets.iter().filter_map(|target| self.target(target, on).previous);
                Assessment { previous: before.max(), rule, parts, explanation, ..worst }
            }
            None => Assessment {
                light: Light::NotMeasurable,
                previous: None,
                period: self.atlas.plans.code(&task.plan).map_or_else(|| PeriodCode::year(1), |plan| plan.to),
                actual: None,
                expected: None,
                ratio: None,
                gap: None,
                pace: None,
                rule,
                late: false,
                sample: self.atlas.cites_sample(&task.citations),
                parts,
                explanation,
            },
        }
    }

    /// The comparison on a day.
    fn outcome(&self, target: &Arc<Target>, readings: &[Actual], on: NaiveDate, alone: bool) -> Outcome {
        match target.basis {
            TargetBasis::Floor => self.floor(target, readings, on),
            _ => self.due(target, readings, on, alone),
        }
    }

    fn stick(&self, target: &Target, due: &Obligation) -> Option<Yardstick> {
        Yardstick::new(target, self.indicator(target), &due.quantity, Self::rule(target))
    }

    /// The newest actual that counts for an obligation: not older than it and, of a yearly quota, of just its year.
    /// Of what only ever grows, an older one that already meets it will do.
    fn counting(&self, target: &Target, readings: &[Actual], due: &Obligation, on: NaiveDate) -> Option<Actual> {
        let end = due.period.end();
        let fits = |actual: &&Actual| {
            actual.end() <= on && if yearly(target) { actual.end() == end } else { actual.end() >= end }
        };
        let grows = matches!(target.basis, TargetBasis::Cumulative)
            && matches!(target.comparator, Comparator::AtLeast | Comparator::MoreThan);
        let met = || {
            let stick = self.stick(target, due)?;
            let mut early = readings.iter().rev().filter(|actual| actual.end() <= on);
            early.find(|actual| stick.surely_holds(actual.base, actual.slack) == Some(true))
        };
        let newest = readings.iter().rev().find(fits);
        newest.or_else(|| if grows { met() } else { None }).cloned()
    }

    /// The newest obligation due. At the deadline of a yearly quota every year counts, unless the last is asked for alone.
    fn due(&self, target: &Arc<Target>, readings: &[Actual], on: NaiveDate, alone: bool) -> Outcome {
        let milestones = Milestones::new(target);
        let deadline = at_deadline(target, on);
        let Some(due) = milestones.due(on).cloned() else {
            let newest = readings.iter().rev().find(|actual| actual.end() <= on).cloned();
            let said = Said::NotDue { next: milestones.next(on).cloned(), newest: newest.clone() };
            return Outcome { light: Light::NotDue, due: None, actual: newest, late: false, said };
        };
        if yearly(target) && deadline && !alone {
            return self.every_year(target, readings, &milestones, on);
        }
        let Some(stick) = self.stick(target, &due) else {
            let said = Said::nothing(due.clone(), None, None);
            return Outcome { light: Light::NoData, due: Some(due), actual: None, late: false, said };
        };
        let Some(actual) = self.counting(target, readings, &due, on) else {
            let newest = readings.iter().rev().find(|actual| actual.end() <= on).cloned();
            let said = Said::nothing(due.clone(), newest, self.silence(target, due.period));
            return Outcome { light: Light::NoData, due: Some(due), actual: None, late: true, said };
        };
        let light = verdict(&stick, &actual, deadline);
        let said = Said::Compared { due: due.clone(), actual: actual.clone(), stick, deadline };
        let late = actual.end() < due.period.end();
        Outcome { light: light.unwrap_or(Light::NoData), due: Some(due), actual: Some(actual), late, said }
    }

    /// A yearly quota at its deadline: every year on its own.
    fn every_year(&self, target: &Arc<Target>, readings: &[Actual], milestones: &Milestones, on: NaiveDate) -> Outcome {
        let mut years = Vec::new();
        for due in milestones.all().iter().filter(|due| due.period.end() <= on) {
            let Some(stick) = self.stick(target, due) else { continue };
            years.push((due.clone(), stick, self.counting(target, readings, due, on)));
        }
        each(years, true)
    }

    /// A floor: every figure of the plan's years on its own.
    fn floor(&self, target: &Arc<Target>, readings: &[Actual], on: NaiveDate) -> Outcome {
        let deadline = at_deadline(target, on);
        let (first, last) = (self.atlas.plans.code(&target.plan), target.period.end().min(on));
        let start = first.map_or(target.period.start(), |plan| plan.from.start());
        let mut periods = Vec::new();
        let mut year = PeriodCode::year(first.map_or(target.period, |plan| plan.from).calendar_year());
        while year.start() <= last && year.calendar_year() <= target.period.calendar_year() {
            let inside =
                |actual: &&Actual| actual.end() >= year.start().max(start) && actual.end() <= year.end().min(last);
            let own: Vec<&Actual> = readings.iter().filter(inside).collect();
            let due = |period| Obligation { period, quantity: target.quantity.clone() };
            if own.is_empty() && year.end() <= last {
                periods.extend(self.stick(target, &due(year)).map(|stick| (due(year), stick, None)));
            }
            for actual in own {
                let due = due(actual.period);
                periods.extend(self.stick(target, &due).map(|stick| (due, stick, Some(actual.clone()))));
            }
            year = PeriodCode::year(year.calendar_year() + 1);
        }
        if periods.is_empty() {
            let next = Milestones::new(target).next(on).cloned();
            let said = Said::NotDue { next, newest: None };
            return Outcome { light: Light::NotDue, due: None, actual: None, late: false, said };
        }
        each(periods, deadline)
    }

    fn silence(&self, target: &Target, period: PeriodCode) -> Option<crate::domain::ObservationStatus> {
        let subject = self.atlas.find(target.subject.0, &target.subject.1)?;
        self.figures.silence(subject, self.indicator(target)?.id, period)
    }

    /// What each month must bring until the next obligation falls due, where more is better and something is still
    /// missing.
    fn pace(&self, target: &Target, readings: &[Actual], on: NaiveDate) -> Option<Pace> {
        let next = Milestones::new(target).next(on).cloned()?;
        let indicator = self.indicator(target)?;
        let up = target.comparator != Comparator::AtMost && indicator.polarity != Polarity::LowerIsBetter;
        if !up || target.basis == TargetBasis::Floor {
            return None;
        }
        let rate = matches!(target.quantity.unit.dimension, Dimension::Ratio | Dimension::Index);
        let within_year =
            !stock(indicator) && !rate && matches!(target.basis, TargetBasis::LevelAtEnd | TargetBasis::PerYear);
        let actual = if within_year {
            progress(self.atlas, self.figures, target, next.period, on)?
        } else {
            readings.iter().rev().find(|actual| actual.end() <= on)?.clone()
        };
        let expected = i128::from(next.quantity.base().ok()?);
        let months = written::months(actual.end(), next.period.end());
        (actual.slack == super::Slack::Exact && actual.base < expected && months > 0).then(|| {
            let missing = expected - actual.base;
            let quantity = written::per_month(missing, months, points(target));
            Pace { next, actual, missing, months, quantity }
        })
    }
}

/// The unit in which differences of a target are told: percentage points for percents.
fn points(target: &Target) -> &'static crate::domain::Unit {
    let own = target.quantity.unit;
    if own.code == "percent" { unit("pp").unwrap_or(own) } else { own }
}

/// The light of one comparison; none when the actual is not known well enough.
fn verdict(stick: &Yardstick, actual: &Actual, deadline: bool) -> Option<Light> {
    match stick.surely_holds(actual.base, actual.slack)? {
        true if deadline => Some(Light::Done),
        true => Some(Light::Green),
        false if deadline => Some(Light::Red),
        false if stick.surely_within(actual.base, actual.slack)? => Some(Light::Amber),
        false => Some(Light::Red),
    }
}

/// The light of several periods that must each hold.
fn each(periods: Vec<(Obligation, Yardstick, Option<Actual>)>, deadline: bool) -> Outcome {
    let light_of = |(_, stick, actual): &(Obligation, Yardstick, Option<Actual>)| {
        actual.as_ref().and_then(|actual| verdict(stick, actual, deadline))
    };
    let lights: Vec<Option<Light>> = periods.iter().map(light_of).collect();
    let missed = lights.iter().flatten().any(|light| matches!(light, Light::Red | Light::Amber));
    let known = lights.iter().flatten().count();
    let unknown = lights.len() - known;
    let light = match lights.iter().flatten().max() {
        Some(worst) if missed => *worst,
        Some(worst) if unknown == 0 || (!deadline && lights.last().is_some_and(Option::is_some)) => *worst,
        _ => Light::NoData,
    };
    // The worst period that is known stands for all; without a miss, the newest.
    let known_ones = periods.iter().filter(|(_, _, actual)| actual.is_some());
    let telling = if missed {
        known_ones.max_by_key(|(_, stick, actual)| {
            let miss = actual.as_ref().map(|a| (!stick.holds(a.base), stick.gap(a.base)));
            miss.unwrap_or_default()
        })
    } else {
        known_ones.max_by_key(|(due, ..)| due.period)
    };
    let due = telling.map(|(due, ..)| due.clone()).or_else(|| periods.last().map(|(due, ..)| due.clone()));
    let actual = telling.and_then(|(.., actual)| actual.clone());
    let late = periods.iter().any(|(_, _, actual)| actual.is_none());
    Outcome { light, due, actual, late, said: Said::Each { periods, deadline } }
}
