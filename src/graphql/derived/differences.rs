//! Year-to-date figures as figures of their own periods.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use super::{How, Outcome, Recipe, exact, words};
use crate::domain::{Accumulation, EntityId, Indicator, ObservationStatus, PeriodCode, ToDate, difference};
use crate::graphql::observation::{Observation, prefer};
use crate::graphql::view::View;
use crate::store::observation::Observation as Cell;

/// Year-to-date figures as figures of their own periods, for periods of which no source reports one. Exact only where
/// both figures are of one vintage: told by one document, the earlier not revised since the later was told.
pub fn differences(view: &View, subject: EntityId, indicator: &Arc<Indicator>, rows: &[Arc<Cell>]) -> Vec<Observation> {
    let mut to_date: BTreeMap<PeriodCode, Vec<Arc<Cell>>> = BTreeMap::new();
    let mut reported: BTreeSet<PeriodCode> = BTreeSet::new();
    for row in rows.iter().filter(|row| row.indicator == indicator.id.0) {
        match row.accumulation {
            Accumulation::YearToDate => to_date.entry(row.period).or_default().push(row.clone()),
            Accumulation::InPeriod if row.quantity.is_some() => {
                reported.insert(row.period);
            }
            _ => {}
        }
    }
    for cells in to_date.values_mut() {
        prefer(view, cells);
    }
    let mut found = Vec::new();
    for (period, cells) in &to_date {
        let Some(later) = cells.first().filter(|_| !reported.contains(period)) else { continue };
        let before = period.start().pred_opt().filter(|day| day.month() != 12);
        // Of the figures that run to the day before, one by the same document will do best.
        let ending = to_date.iter().filter(|(other, _)| Some(other.end()) == before).flat_map(|(_, cells)| cells);
        let mut ending: Vec<&Arc<Cell>> = ending.collect();
        ending.sort_by_key(|row| (row.quantity.is_none(), row.document != later.document));
        let outcome = less(*period, later, before, ending.first().copied());
        let recipe = Recipe { how: How::Difference, subject, indicator: indicator.id, period: *period };
        found.push(outcome.observation(view, recipe));
    }
    found
}

fn less(period: PeriodCode, later: &Arc<Cell>, before: Option<NaiveDate>, earlier: Option<&Arc<Cell>>) -> Outcome {
    let formula = match earlier {
        Some(earlier) => words(
            format!("{} 累计 − {} 累计", later.period, earlier.period),
            format!("{} to date − {} to date", later.period, earlier.period),
        ),
        None if before.is_none() => words(
            format!("{} 累计，自 1 月起即本期", later.period),
            format!("{} to date, which began with the year", later.period),
        ),
        None => words(
            format!("{} 累计 − 至此前一日的累计（没有）", later.period),
            format!("{} to date − what there was to the day before, which is not known", later.period),
        ),
    };
    let mut outcome = Outcome::new(Accumulation::InPeriod, formula);
    let cells = std::iter::once(later).chain(earlier);
    outcome.inputs = cells.cloned().collect();
    outcome.contributors = outcome.inputs.iter().filter(|row| row.quantity.is_some()).count();
    outcome.missing = outcome.inputs.len() - outcome.contributors;
    if before.is_some() && earlier.is_none() {
        outcome.missing += 1;
        outcome.status = if later.quantity.is_some() { ObservationStatus::Missing } else { later.status };
        return outcome;
    }
    let told = |row: &Cell, vintage: bool| ToDate {
        period: row.period,
        quantity: row.quantity.clone(),
        status: row.status,
        exact: exact(row),
        vintage,
    };
    let same = earlier.is_none_or(|earlier| {
        let order = earlier.released_on.zip(later.released_on).is_none_or(|(earlier, later)| earlier <= later);
        earlier.document == later.document && earlier.since <= later.since && order
    });
    let found = difference(earlier.map(|row| told(row, same)).as_ref(), &told(later, true));
    if let Ok(found) = found {
        debug_assert_eq!(found.period, period);
        outcome.quantity = found.quantity;
        outcome.status = found.status;
    }
    outcome
}
