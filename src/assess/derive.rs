//! Figures made of other figures: exact integers until they are rounded, half-even, once at the end.

use rust_decimal::Decimal;

use crate::domain::{Dimension, ObservationStatus, Quantity, Unit, unit};

/// Decimals that a mean has beyond those of the figures it is made of.
const FINER: u32 = 2;
/// Decimals of a rate or share worked out here.
const OF_PERCENT: u32 = 2;

/// One integer over another, rounded half-even; the denominator is above zero.
fn half_even(number: i128, of: i128) -> i128 {
    let (whole, rest) = (number.div_euclid(of), number.rem_euclid(of));
    match rest.cmp(&(of - rest)) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Greater => whole + 1,
        std::cmp::Ordering::Equal => whole + (whole & 1),
    }
}

/// A fraction with so many decimals, rounded half-even; none where the denominator is not above zero or the numbers
/// are past what can be reckoned.
fn fraction(number: i128, of: i128, decimals: u32) -> Option<Decimal> {
    if of <= 0 {
        return None;
    }
    let digits = half_even(number.checked_mul(10i128.checked_pow(decimals)?)?, of);
    Decimal::try_from_i128_with_scale(digits, decimals).ok()
}

/// Without zeros at the end, but for those within the first `least` decimals.
fn trimmed(value: Decimal, least: u32) -> Decimal {
    let mut value = value.normalize();
    if value.scale() < least {
        value.rescale(least);
    }
    value
}

/// Stored integers over a number, as an amount of a unit: a mean, or with weights a weighted one. It has two decimals
/// more than the figures that it is made of had at most.
pub fn mean(sum: i128, of: i128, unit: &'static Unit, decimals: u32) -> Option<Quantity> {
    let places = u32::try_from(unit.multiplier + i32::try_from(unit.dimension.scale()).ok()?).ok()?;
    let value = fraction(sum, of.checked_mul(10i128.checked_pow(places)?)?, decimals + FINER)?;
    Some(Quantity { value: trimmed(value, decimals), unit, as_reported: None })
}

/// The middle of two stored integers, exactly.
pub fn middle(low: i64, high: i64, unit: &'static Unit, decimals: u32) -> Option<Quantity> {
    let tenths = (i128::from(low) + i128::from(high)) * 5;
    let places = unit.multiplier + i32::try_from(unit.dimension.scale()).ok()?;
    let scale = u32::try_from(places + 1).ok()?;
    let value = Decimal::try_from_i128_with_scale(tenths, scale).ok()?;
    Some(Quantity { value: trimmed(value, decimals), unit, as_reported: None })
}

/// One amount in percent of another, to two decimals; none where they measure different things or the whole is not
/// above zero.
pub fn share(part: &Quantity, whole: &Quantity) -> Option<Quantity> {
    if part.unit.dimension != whole.unit.dimension {
        return None;
    }
    let value = fraction(i128::from(part.base().ok()?) * 100, i128::from(whole.base().ok()?), OF_PERCENT)?;
    Some(Quantity { value: trimmed(value, 1), unit: unit("percent")?, as_reported: None })
}

/// What an amount has grown by against another: in percent to two decimals, of ratios in percentage points, exactly.
/// `link` makes a figure of an old definition comparable. None where nothing sensible can be said: the base is not above
/// zero, or they measure different things.
pub fn growth(now: &Quantity, before: &Quantity, link: Option<Decimal>) -> Option<Quantity> {
    if now.unit.dimension != before.unit.dimension {
        return None;
    }
    if now.unit.dimension == Dimension::Ratio {
        let points = now.value.checked_sub(before.convert(now.unit).ok()?)?;
        let unit = unit("pp")?;
        let value = Quantity { value: points, unit: now.unit, as_reported: None };
        let power = now.unit.multiplier - unit.multiplier;
        let value = match u32::try_from(power) {
            Ok(up) => value.value.checked_mul(Decimal::from(10u64.checked_pow(up)?))?,
            Err(_) => value.value.checked_div(Decimal::from(10u64.checked_pow(power.unsigned_abs())?))?,
        };
        return Some(Quantity { value, unit, as_reported: None });
    }
    let (mut now, mut before) = (i128::from(now.base().ok()?), i128::from(before.base().ok()?));
    if let Some(link) = link {
        before = before.checked_mul(link.mantissa())?;
        now = now.checked_mul(10i128.checked_pow(link.scale())?)?;
    }
    let value = fraction(now.checked_sub(before)?.checked_mul(100)?, before, OF_PERCENT)?;
    Some(Quantity { value: trimmed(value, 1), unit: unit("percent")?, as_reported: None })
}

/// The status of a figure made of others: that of the least certain. An estimate where not all are known, where one is
/// a bound or about that, or where definitions differ.
pub fn standing(of: impl IntoIterator<Item = ObservationStatus>, incomplete: bool, inexact: bool) -> ObservationStatus {
    use ObservationStatus::{Estimated, Forecast, Normal, Provisional, RevisedDefinition};
    let mut found: Vec<ObservationStatus> = of.into_iter().filter(|status| !silent(*status)).collect();
    found.sort_unstable();
    found.dedup();
    let has = |status| found.contains(&status);
    match () {
        () if has(Forecast) => Forecast,
        () if incomplete || inexact || has(Estimated) => Estimated,
        () if has(RevisedDefinition) && found.len() > 1 => Estimated,
        () if has(RevisedDefinition) => RevisedDefinition,
        () if has(Provisional) => Provisional,
        () => Normal,
    }
}

/// Why there is no figure where none of the parts says any: a secret stays one, what is not due yet is not missing.
pub fn silence(of: impl IntoIterator<Item = ObservationStatus>) -> ObservationStatus {
    use ObservationStatus::{Missing, NotYetDue, Suppressed};
    let found: Vec<ObservationStatus> = of.into_iter().collect();
    [Suppressed, Missing, NotYetDue].into_iter().find(|status| found.contains(status)).unwrap_or(Missing)
}

/// Whether a cell of this status holds no value.
pub const fn silent(status: ObservationStatus) -> bool {
    matches!(status, ObservationStatus::Missing | ObservationStatus::NotYetDue | ObservationStatus::Suppressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(value: &str, code: &str) -> Quantity {
        Quantity { value: value.parse().unwrap(), unit: unit(code).unwrap(), as_reported: None }
    }

    fn said(quantity: Option<Quantity>) -> Option<String> {
        quantity.map(|quantity| format!("{}{}", quantity.value, quantity.unit.symbol))
    }

    #[test]
    fn halves_go_to_the_even_neighbour_on_both_sides_of_zero() {
        for (number, of, expected) in
            [(5, 2, 2), (7, 2, 4), (-5, 2, -2), (-7, 2, -4), (8, 3, 3), (-8, 3, -3), (7, 3, 2), (0, 9, 0)]
        {
            assert_eq!(half_even(number, of), expected, "{number}/{of}");
        }
    }

    #[test]
    fn a_mean_is_rounded_once_and_a_median_never() {
        let jia = unit("jia").unwrap();
        assert_eq!(said(mean(10, 3, jia, 0)), Some("3.33家".to_owned()));
        assert_eq!(said(mean(10, 4, jia, 0)), Some("2.5家".to_owned()));
        let yi = unit("CNY-1e8").unwrap();
        let sum = i128::from(amount("51.2", "CNY-1e8").base().unwrap() + amount("42", "CNY-1e8").base().unwrap());
        assert_eq!(said(mean(sum, 2, yi, 1)), Some("46.6亿元".to_owned()));
        assert_eq!(mean(sum, 0, yi, 1), None);
        assert_eq!(said(middle(3, 4, jia, 0)), Some("3.5家".to_owned()));
        assert_eq!(said(middle(16_000, 16_001, unit("jia-1e4").unwrap(), 1)), Some("1.60005万家".to_owned()));
        assert_eq!(said(middle(-1, -2, unit("CNY").unwrap(), 2)), Some("-0.015元".to_owned()));
    }

    #[test]
    fn growth_is_in_percent_and_of_ratios_in_points() {
        let grown = |now, before, link| said(growth(&now, &before, link));
        assert_eq!(grown(amount("110", "CNY-1e8"), amount("1000000", "CNY-1e4"), None), Some("10.0%".to_owned()));
        assert_eq!(grown(amount("1", "jia"), amount("3", "jia"), None), Some("-66.67%".to_owned()));
        assert_eq!(grown(amount("30.5", "percent"), amount("28", "percent"), None), Some("2.5个百分点".to_owned()));
        let half = Some("0.5".parse().unwrap());
        assert_eq!(grown(amount("110", "CNY-1e8"), amount("200", "CNY-1e8"), half), Some("10.0%".to_owned()));
        assert_eq!(grown(amount("1", "jia"), amount("0", "jia"), None), None);
        assert_eq!(grown(amount("1", "jia"), amount("-4", "jia"), None), None);
        assert_eq!(grown(amount("1", "jia"), amount("1", "CNY"), None), None);
    }

    #[test]
    fn a_sum_is_as_certain_as_its_least_certain_part() {
        use ObservationStatus::{Estimated, Missing, Normal, NotYetDue, Provisional, RevisedDefinition, Suppressed};
        assert_eq!(standing([Normal, Provisional], false, false), Provisional);
        assert_eq!(standing([Normal], true, false), Estimated);
        assert_eq!(standing([Normal, RevisedDefinition], false, false), Estimated);
        assert_eq!(standing([RevisedDefinition], false, false), RevisedDefinition);
        assert_eq!(standing([Normal], false, true), Estimated);
        assert_eq!(silence([Missing, Suppressed]), Suppressed);
        assert_eq!(silence([NotYetDue]), NotYetDue);
        assert_eq!(silence([]), Missing);
    }
}
