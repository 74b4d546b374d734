//! One comparison of an actual with an amount due, in exact integers.
//!
//! Amounts are the integers that storage keeps (the base unit at the fixed scale of its dimension), so that no
//! comparison depends on the unit a source wrote in.

use rust_decimal::Decimal;

use super::rule::Rule;
use crate::domain::{Comparator, Dimension, Indicator, Polarity, Quantity, Target};

/// What is still AMBER before the deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Band {
    /// At least this share of the amount due: numerator and denominator.
    Share(i128, i128),
    /// No further off than this amount: numerator and denominator.
    Distance(i128, i128),
}

/// How exactly an actual is known. Sources say 突破 (over), lists may be incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slack {
    /// Just this.
    Exact,
    /// This or more; no more than the bound, where there is one.
    AtLeast(Option<i128>),
    /// More than this.
    MoreThan,
    /// This or less.
    AtMost,
}

/// How an actual is held against an amount due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Yardstick {
    /// The target's own comparator.
    pub comparator: Comparator,
    /// The amount due.
    pub expected: i128,
    /// Of 左右; zero for all others.
    pub tolerance: i128,
    /// Whether the text states that tolerance.
    pub tolerance_stated: bool,
    /// What is still AMBER.
    pub band: Band,
}

/// A decimal as a fraction.
pub(super) fn fraction(number: Decimal) -> (i128, i128) {
    let number = number.normalize();
    (number.mantissa(), 10i128.pow(number.scale()))
}

/// A number of a unit as the integer that storage keeps.
fn base(value: Decimal, unit: &str) -> i128 {
    let unit = crate::domain::unit(unit);
    let quantity = unit.map(|unit| Quantity { value, unit, as_reported: None });
    quantity.and_then(|quantity| quantity.base().ok()).map_or(0, i128::from)
}

impl Yardstick {
    /// The yardstick of a target for an amount of it; none when the amount is past what storage keeps.
    pub fn new(target: &Target, indicator: Option<&Indicator>, due: &Quantity, rule: &Rule) -> Option<Self> {
        let expected = i128::from(due.base().ok()?);
        let dimension = due.unit.dimension;
        let (tolerance, tolerance_stated) = match (target.comparator, target.tolerance) {
            (Comparator::Approx, Some(value)) => {
                let stated = Quantity { value, unit: target.quantity.unit, as_reported: None };
                (i128::from(stated.base().ok()?), true)
            }
            (Comparator::Approx, None) if dimension == Dimension::Ratio => {
                (base(rule.tolerance_points, "percent"), false)
            }
            (Comparator::Approx, None) => {
                let (share, of) = fraction(rule.tolerance_share);
                (expected.abs() * share / of, false)
            }
            _ => (0, false),
        };
        let lower_is_better = indicator.is_some_and(|indicator| indicator.polarity == Polarity::LowerIsBetter);
        let band = match dimension {
            Dimension::Ratio => Band::Distance(base(rule.amber_points, "percent"), 1),
            Dimension::Index => Band::Distance(base(rule.amber_index, "index"), 1),
            _ if target.comparator == Comparator::AtMost || lower_is_better || expected <= tolerance => {
                let (share, of) = fraction(rule.amber_distance);
                Band::Distance(expected.abs() * share, of)
            }
            _ => {
                let (share, of) = fraction(rule.amber_share);
                Band::Share(share, of)
            }
        };
        Some(Self { comparator: target.comparator, expected, tolerance, tolerance_stated, band })
    }

    /// Whether an actual meets the amount due.
    pub const fn holds(&self, actual: i128) -> bool {
        match self.comparator {
            Comparator::AtLeast => actual >= self.expected,
            Comparator::MoreThan => actual > self.expected,
            Comparator::Equal => actual == self.expected,
            Comparator::Approx => (actual - self.expected).abs() <= self.tolerance,
            Comparator::AtMost => actual <= self.expected,
        }
    }

    /// The bound nearest to an actual: what it must reach, or what it must not pass.
    pub const fn edge(&self, actual: i128) -> i128 {
        if actual < self.expected { self.expected - self.tolerance } else { self.expected + self.tolerance }
    }

    /// How far an actual that does not hold is from doing so; of 突破 this can be nothing, and still it misses.
    pub const fn gap(&self, actual: i128) -> i128 {
        if self.holds(actual) { 0 } else { (actual - self.edge(actual)).abs() }
    }

    /// The smaller over the larger of an actual and the bound it misses, where the band is a share of it.
    pub const fn ratio(&self, actual: i128) -> (i128, i128) {
        let edge = self.edge(actual);
        if actual <= edge { (actual, edge) } else { (edge, actual) }
    }

    /// Whether a miss is small enough for AMBER.
    pub const fn within(&self, actual: i128) -> bool {
        match self.band {
            Band::Share(share, of) => {
                let (less, more) = self.ratio(actual);
                less * of >= more * share
            }
            Band::Distance(far, of) => self.gap(actual) * of <= far,
        }
    }

    /// Whether an actual known only so exactly meets the amount due; none when it may or may not.
    pub fn surely_holds(&self, actual: i128, slack: Slack) -> Option<bool> {
        let up = matches!(self.comparator, Comparator::AtLeast | Comparator::MoreThan);
        let down = self.comparator == Comparator::AtMost;
        let here = self.holds(actual);
        match slack {
            Slack::Exact => Some(here),
            Slack::AtLeast(None) if up => here.then_some(true),
            Slack::AtLeast(None) if down => (!here).then_some(false),
            Slack::AtLeast(Some(most)) => {
                let there = self.holds(most);
                let one_sided = up || down || (actual..=most).all(|at| self.holds(at) == here);
                (here == there && one_sided).then_some(here)
            }
            Slack::MoreThan if up => (actual >= self.expected).then_some(true),
            Slack::MoreThan if down => (actual >= self.expected).then_some(false),
            Slack::AtMost if up => (!here).then_some(false),
            Slack::AtMost if down => here.then_some(true),
            Slack::AtLeast(None) | Slack::MoreThan | Slack::AtMost => None,
        }
    }

    /// Whether a miss known only so exactly is small enough for AMBER; none when it may or may not.
    pub fn surely_within(&self, actual: i128, slack: Slack) -> Option<bool> {
        match slack {
            Slack::Exact => Some(self.within(actual)),
            Slack::AtLeast(Some(most)) => (self.within(actual) == self.within(most)).then(|| self.within(actual)),
            _ => None,
        }
    }
}
