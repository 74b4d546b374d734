//! What falls due when: the milestones of a target and the target itself.

use chrono::NaiveDate;

use crate::domain::{Milestone, PeriodCode, Quantity, Target, TargetBasis};

/// A number that falls due with the end of a period.
#[derive(Debug, Clone)]
pub struct Obligation {
    /// The period.
    pub period: PeriodCode,
    /// How far.
    pub quantity: Quantity,
}

/// The obligations of a target by period; the last is the target itself.
#[derive(Debug, Clone)]
pub struct Milestones(Vec<Obligation>);

impl Milestones {
    /// The obligations of a target. Interpolated milestones oblige to nothing.
    pub fn new(target: &Target) -> Self {
        let stated = |milestone: &&Milestone| !milestone.interpolated && milestone.period.end() < target.period.end();
        let mut all: Vec<Obligation> = (target.milestones.iter().filter(stated))
            .map(|milestone| Obligation { period: milestone.period, quantity: milestone.quantity.clone() })
            .collect();
        all.sort_by_key(|due| due.period);
        all.push(Obligation { period: target.period, quantity: target.quantity.clone() });
        Self(all)
    }

    /// All, by period.
    pub fn all(&self) -> &[Obligation] {
        &self.0
    }

    /// The newest that is due on a day: the last day of its period counts.
    pub fn due(&self, on: NaiveDate) -> Option<&Obligation> {
        self.0.iter().rev().find(|due| due.period.end() <= on)
    }

    /// The first that is not due yet.
    pub fn next(&self, on: NaiveDate) -> Option<&Obligation> {
        self.0.iter().find(|due| due.period.end() > on)
    }
}

/// Whether the deadline of a target has come.
pub fn at_deadline(target: &Target, on: NaiveDate) -> bool {
    target.period.end() <= on
}

/// Whether each period must hold on its own.
pub const fn yearly(target: &Target) -> bool {
    matches!(target.basis, TargetBasis::PerYear)
}
