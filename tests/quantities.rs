//! Quantities, periods and year-to-date figures for any value, not only for those that someone thought of.
#![allow(clippy::unwrap_used)]

use std::cmp::Ordering;

use planatlas::domain::{
    Decimal, DifferenceError, Dimension, ObservationStatus, PeriodCode, Quantity, QuantityError, ToDate, Unit,
    difference, unit, units,
};
use proptest::prelude::*;

fn quantity(value: Decimal, unit: &'static Unit) -> Quantity {
    Quantity { value, unit, as_reported: None }
}

fn any_unit() -> impl Strategy<Value = &'static Unit> {
    proptest::sample::select(units().iter().collect::<Vec<_>>())
}

/// A number that storage keeps, in any unit.
fn any_quantity() -> impl Strategy<Value = Quantity> {
    (-1_000_000_000i64..1_000_000_000, 0u32..=10, any_unit()).prop_filter_map("fits", |(digits, scale, unit)| {
        let found = quantity(Decimal::new(digits, scale), unit);
        found.base().is_ok().then_some(found)
    })
}

/// Digits that say something: 1500 and 0.0015 have two.
fn digits(value: Decimal) -> usize {
    let text = value.normalize().mantissa().unsigned_abs().to_string();
    text.trim_end_matches('0').len()
}

fn any_period() -> impl Strategy<Value = PeriodCode> {
    (1950u16..2100, 0usize..19).prop_map(|(year, at)| {
        let rest: Vec<String> = std::iter::once(String::new())
            .chain((1..=2).map(|half| format!("-H{half}")))
            .chain((1..=4).map(|quarter| format!("-Q{quarter}")))
            .chain((1..=12).map(|month| format!("-M{month:02}")))
            .collect();
        format!("{year}{}", rest[at]).parse().unwrap()
    })
}

proptest! {
    #[test]
    fn a_quantity_comes_back_from_storage_as_it_was_reported(given in any_quantity()) {
        let back = Quantity::from_base(given.base().unwrap(), given.unit, given.value.scale(), None);
        prop_assert_eq!(back.value.to_string(), given.value.to_string());
    }

    #[test]
    fn conversion_keeps_the_amount_gains_no_digit_and_comes_back(given in any_quantity(), to in any_unit()) {
        let points = |unit: &Unit| unit.code == "pp";
        let alike = given.unit.dimension == to.dimension && points(given.unit) == points(to);
        match given.convert(to) {
            Ok(value) => {
                prop_assert!(alike, "{} became {}", given.unit.code, to.code);
                let there = quantity(value, to);
                prop_assert_eq!(digits(value), digits(given.value));
                // To the larger unit only the point moves: no decimal is made up, none is lost.
                let step = i64::from(to.multiplier) - i64::from(given.unit.multiplier);
                prop_assert_eq!(i64::from(value.scale()), (i64::from(given.value.scale()) + step).max(0));
                prop_assert_eq!(there.convert(given.unit).unwrap(), given.value);
                prop_assert_eq!(there.compare(&given), Some(Ordering::Equal));
                prop_assert_eq!(there.base(), given.base());
            }
            Err(QuantityError::Unlike { .. }) => prop_assert!(!alike),
            Err(QuantityError::DoesNotFit { .. }) => prop_assert!(alike && given.value.scale() > 10),
        }
    }

    #[test]
    fn amounts_order_as_storage_does_whatever_their_units(one in any_quantity(), other in any_quantity()) {
        let alike = one.convert(other.unit).is_ok();
        let expected = alike.then(|| one.base().unwrap().cmp(&other.base().unwrap()));
        prop_assert_eq!(one.compare(&other), expected);
        prop_assert_eq!(other.compare(&one), expected.map(Ordering::reverse));
    }

    #[test]
    fn periods_round_trip_and_order_by_their_last_day_then_by_length(one in any_period(), other in any_period()) {
        prop_assert_eq!(one.to_string().parse::<PeriodCode>(), Ok(one));
        prop_assert_eq!(PeriodCode::from_sort_key(one.sort_key()), Some(one));
        prop_assert!(one.start() <= one.end());
        let length = |period: PeriodCode| (period.end() - period.start()).num_days();
        let expected = one.end().cmp(&other.end()).then(length(one).cmp(&length(other)));
        prop_assert_eq!(one.cmp(&other), expected);
        prop_assert_eq!(one == other, expected == Ordering::Equal);
    }

    #[test]
    fn months_add_up_to_the_year_to_date_that_they_came_from(
        values in proptest::collection::vec(-1_000_000i64..1_000_000, 12),
        scales in proptest::collection::vec(0u32..=2, 12),
    ) {
        let yi = unit("CNY-1e8").unwrap();
        let figures: Vec<ToDate<u8>> = (1u32..).zip(values.iter().zip(&scales)).map(|(month, (value, scale))| ToDate {
            period: format!("2024-M{month:02}").parse().unwrap(),
            quantity: Some(quantity(Decimal::new(*value, *scale), yi)),
            status: ObservationStatus::Normal,
            exact: true,
            vintage: 1,
        }).collect();
        let mut sum = Decimal::ZERO;
        for (at, later) in figures.iter().enumerate() {
            let earlier = at.checked_sub(1).map(|before| &figures[before]);
            let month = difference(earlier, later).unwrap();
            prop_assert_eq!(month.period, later.period);
            prop_assert_eq!(month.status, ObservationStatus::Normal);
            sum += month.quantity.unwrap().value;
            prop_assert_eq!(sum, later.quantity.as_ref().unwrap().value);
        }
    }
}

fn to_date(
    period: &str,
    value: Option<&str>,
    status: ObservationStatus,
    vintage: &'static str,
) -> ToDate<&'static str> {
    let yi = unit("CNY-1e8").unwrap();
    let quantity = value.map(|value| quantity(value.parse().unwrap(), yi));
    ToDate { period: period.parse().unwrap(), quantity, status, exact: true, vintage }
}

#[test]
fn a_difference_is_exact_only_where_both_vintages_agree() {
    use ObservationStatus::{
        Estimated, Forecast, Missing, Normal, NotYetDue, Provisional, RevisedDefinition, Suppressed,
    };
    let said = |one: &ToDate<_>, two: &ToDate<_>| {
        let found = difference(Some(one), two).unwrap();
        (found.period.to_string(), found.quantity.map(|quantity| quantity.value.to_string()), found.status)
    };
    let q1 = to_date("2024-Q1", Some("24.5"), Normal, "a");
    let h1 = to_date("2024-H1", Some("51.25"), Normal, "a");
    assert_eq!(said(&q1, &h1), ("2024-Q2".to_owned(), Some("26.75".to_owned()), Normal));
    for (status, vintage, expected) in [
        (Normal, "b", Estimated),
        (Provisional, "a", Provisional),
        (Provisional, "b", Estimated),
        (Estimated, "a", Estimated),
        (Forecast, "b", Forecast),
        (RevisedDefinition, "a", Estimated),
    ] {
        let later = to_date("2024-M06", Some("51.25"), status, vintage);
        assert_eq!(said(&q1, &later), ("2024-Q2".to_owned(), Some("26.75".to_owned()), expected), "{status:?}");
    }
    let about = ToDate { exact: false, ..q1.clone() };
    assert_eq!(said(&about, &h1).2, Estimated, "突破24.5亿元 is a bound");
    for (one, two, expected) in [
        (Missing, Normal, Missing),
        (Normal, Suppressed, Suppressed),
        (Suppressed, NotYetDue, Suppressed),
        (Normal, NotYetDue, NotYetDue),
        (Missing, Missing, Missing),
    ] {
        let value = |status| (status == Normal).then_some("1");
        let (one, two) = (to_date("2024-Q1", value(one), one, "a"), to_date("2024-H1", value(two), two, "a"));
        assert_eq!(said(&one, &two), ("2024-Q2".to_owned(), None, expected));
    }
    // In other units the same, and below zero where the year goes back.
    let wan = ToDate { quantity: Some(quantity("600000".parse().unwrap(), unit("CNY-1e4").unwrap())), ..h1.clone() };
    assert_eq!(said(&q1, &wan).1.as_deref(), Some("355000"));
    assert_eq!(said(&to_date("2024-Q1", Some("60"), Normal, "a"), &h1).1.as_deref(), Some("-8.75"));
}

#[test]
fn what_lies_between_must_be_a_period_of_one_year() {
    let figure = |period: &str| to_date(period, Some("1"), ObservationStatus::Normal, "a");
    for (one, two) in [
        ("2024-M02", "2024-M05"),
        ("2024-M02", "2024-M04"),
        ("2023-Q4", "2024-Q1"),
        ("2024-H1", "2024-Q2"),
        ("2024-Q2", "2024-Q1"),
        ("2024-M01", "2024"),
    ] {
        let found = difference(Some(&figure(one)), &figure(two));
        assert!(matches!(found, Err(DifferenceError::NoPeriod(..))), "{one} {two}: {found:?}");
    }
    for (first, of) in [("2024-M01", "2024-M01"), ("2024-M03", "2024-Q1"), ("2024-Q2", "2024-H1"), ("2024-M12", "2024")]
    {
        assert_eq!(difference(None, &figure(first)).unwrap().period.to_string(), of);
    }
    assert!(difference(None, &figure("2024-M02")).is_err(), "January and February are no period");
    assert_eq!(difference(Some(&figure("2024-H1")), &figure("2024")).unwrap().period.to_string(), "2024-H2");
    let pp = ToDate { quantity: Some(quantity(Decimal::ONE, unit("pp").unwrap())), ..figure("2024-Q2") };
    assert!(matches!(difference(Some(&figure("2024-Q1")), &pp), Err(DifferenceError::Quantity(_))));
    assert_eq!(pp.quantity.unwrap().unit.dimension, Dimension::Ratio);
}
