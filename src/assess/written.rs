//! Numbers, amounts and periods as people write them in both languages, every digit kept.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use crate::domain::{Comparator, Dimension, Frequency, PeriodCode, Quantity, Unit};

/// A text in both languages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// 中文
    pub zh: String,
    /// English
    pub en: String,
}

impl Words {
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }

    pub(super) fn say(&mut self, zh: &str, en: &str) {
        self.zh.push_str(zh);
        self.en.push_str(en);
    }

    pub(super) fn add(&mut self, words: &Self) {
        self.say(&words.zh, &words.en);
    }
}

/// A stored integer in a unit, every digit.
pub fn decimal(base: i128, unit: &Unit) -> Decimal {
    fraction(base, 1, unit)
}

/// A fraction of stored integers in a unit; the denominator is a power of ten.
pub(super) fn fraction(base: i128, of: i128, unit: &Unit) -> Decimal {
    let places = unit.multiplier + i32::try_from(unit.dimension.scale()).unwrap_or(0);
    let (base, of) = if places < 0 { (base * 10i128.pow(places.unsigned_abs()), of) } else { (base, of) };
    let scale = places.max(0).unsigned_abs() + of.ilog10();
    Decimal::try_from_i128_with_scale(base, scale).unwrap_or_default().normalize()
}

/// A stored integer as a quantity of a unit.
pub(super) fn quantity(base: i128, unit: &'static Unit) -> Quantity {
    Quantity { value: decimal(base, unit), unit, as_reported: None }
}

/// One number over another, cut off after so many decimals: never rounded up past a line that it does not reach.
pub(super) fn cut(less: i128, more: i128, decimals: u32) -> Decimal {
    if more == 0 {
        return Decimal::ZERO;
    }
    let scaled = less.checked_mul(10i128.pow(decimals)).map_or(0, |scaled| scaled / more);
    Decimal::try_from_i128_with_scale(scaled, decimals).unwrap_or_default().normalize()
}

/// What each of so many months must bring, rounded up to two decimals more than the unit's whole numbers.
pub(super) fn per_month(missing: i128, months: i128, unit: &'static Unit) -> Quantity {
    let places = unit.multiplier + i32::try_from(unit.dimension.scale()).unwrap_or(0);
    // Two decimals of the unit; a multiple of ten thousand gets six, so that a single one is still seen.
    let decimals = if unit.multiplier == 4 && unit.dimension == Dimension::CountOf { 6 } else { 2 };
    let (mut number, mut of) = (missing, months);
    if places > decimals {
        of *= 10i128.pow((places - decimals).unsigned_abs());
    } else {
        number *= 10i128.pow((decimals - places).unsigned_abs());
    }
    let up = number / of + i128::from(number % of != 0);
    let value = Decimal::try_from_i128_with_scale(up, decimals.unsigned_abs()).unwrap_or_default().normalize();
    Quantity { value, unit, as_reported: None }
}

/// Whole months between the ends of two periods.
pub(super) fn months(from: NaiveDate, to: NaiveDate) -> i128 {
    i128::from((to.year() - from.year()) * 12) + i128::from(to.month()) - i128::from(from.month())
}

/// A stored integer as people write it, every digit: 1.6万家, 16,000.
pub fn amount(base: i128, unit: &Unit) -> Words {
    written(decimal(base, unit), unit)
}

/// A number of a unit as people write it.
pub(super) fn written(value: Decimal, unit: &Unit) -> Words {
    let value = value.normalize();
    Words::new(format!("{value}{}", unit.symbol), unit.english(value, false))
}

pub(super) fn period(period: PeriodCode) -> Words {
    let (year, month) = (period.calendar_year(), period.end().month());
    let zh = match period.frequency() {
        Frequency::Annual => format!("{year}年"),
        Frequency::HalfYearly => format!("{year}年{}半年", if month == 6 { "上" } else { "下" }),
        Frequency::Quarterly => format!("{year}年第{}季度", month / 3),
        Frequency::Monthly => format!("{year}年{month}月"),
    };
    Words::new(zh, period.to_string())
}

pub(super) const fn sign(comparator: Comparator) -> &'static str {
    match comparator {
        Comparator::AtLeast => "≥",
        Comparator::MoreThan => ">",
        Comparator::Equal => "=",
        Comparator::Approx => "≈",
        Comparator::AtMost => "≤",
    }
}
