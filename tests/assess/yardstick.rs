//! One comparison: its edges, and what no numbers can break.

use planatlas::assess::{Band, Slack, Yardstick};
use planatlas::domain::Comparator;
use proptest::prelude::*;

fn stick(comparator: Comparator, expected: i128) -> Yardstick {
    Yardstick { comparator, expected, tolerance: 0, tolerance_stated: true, band: Band::Share(9, 10) }
}

/// 0 = does not hold, beyond the band; 1 = within it; 2 = holds.
fn grade(stick: &Yardstick, actual: i128) -> u8 {
    if stick.holds(actual) { 2 } else { u8::from(stick.within(actual)) }
}

#[test]
fn more_than_is_strict_and_the_line_itself_is_amber() {
    let over = stick(Comparator::MoreThan, 200);
    assert_eq!((over.holds(200), over.gap(200), over.within(200)), (false, 0, true));
    assert!(over.holds(201));
    let least = stick(Comparator::AtLeast, 200);
    assert!(least.holds(200) && least.gap(200) == 0);
    assert_eq!([179, 180, 199, 200].map(|actual| grade(&least, actual)), [0, 1, 1, 2]);
    // 89.999…% is below the line however many digits are shown.
    let long = stick(Comparator::AtLeast, 10_000_000_000_000);
    assert_eq!([8_999_999_999_999, 9_000_000_000_000].map(|actual| grade(&long, actual)), [0, 1]);
}

#[test]
fn about_is_bounded_both_ways_and_equal_means_equal() {
    let about = Yardstick { tolerance: 5, ..stick(Comparator::Approx, 100) };
    assert_eq!([94, 95, 100, 105, 106].map(|a| about.holds(a)), [false, true, true, true, false]);
    // The band begins where the tolerance ends: 95 × 0.9 below, 105 ÷ 0.9 above.
    assert_eq!([85, 86, 116, 117].map(|a| grade(&about, a)), [0, 1, 1, 0]);
    let equal = stick(Comparator::Equal, 3);
    assert_eq!([2, 3, 4].map(|a| equal.holds(a)), [false, true, false]);
    assert_eq!((equal.gap(2), equal.gap(4)), (1, 1));
}

#[test]
fn distances_stand_in_for_ratios_where_those_mean_nothing() {
    let most = Yardstick { band: Band::Distance(800, 10), ..stick(Comparator::AtMost, 800) };
    assert_eq!([800, 801, 880, 881].map(|a| grade(&most, a)), [2, 1, 1, 0]);
    let below_zero = Yardstick { band: Band::Distance(1, 1), ..stick(Comparator::AtLeast, -3) };
    assert_eq!([-5, -4, -3, 0].map(|a| grade(&below_zero, a)), [0, 1, 2, 2]);
    let nothing = Yardstick { band: Band::Distance(0, 10), ..stick(Comparator::AtMost, 0) };
    assert_eq!([-1, 0, 1].map(|a| grade(&nothing, a)), [2, 2, 0]);
}

#[test]
fn a_source_that_says_over_proves_what_it_can_and_no_more() {
    let over = stick(Comparator::MoreThan, 1000);
    assert_eq!(over.surely_holds(1000, Slack::MoreThan), Some(true));
    assert_eq!(over.surely_holds(1000, Slack::AtLeast(None)), None);
    assert_eq!(over.surely_holds(900, Slack::MoreThan), None);
    assert_eq!(over.surely_holds(900, Slack::AtMost), Some(false));
    let four = stick(Comparator::AtLeast, 4);
    assert_eq!(four.surely_holds(2, Slack::AtLeast(Some(3))), Some(false));
    assert_eq!(four.surely_holds(2, Slack::AtLeast(Some(5))), None);
    assert_eq!(four.surely_holds(4, Slack::AtLeast(Some(5))), Some(true));
    assert_eq!(stick(Comparator::Equal, 3).surely_holds(2, Slack::AtLeast(Some(4))), None);
}

fn comparator() -> impl Strategy<Value = Comparator> {
    prop::sample::select(Comparator::ALL)
}

fn any_stick() -> impl Strategy<Value = Yardstick> {
    (comparator(), -1_000_000i128..1_000_000, 0i128..1_000, any::<bool>()).prop_map(
        |(comparator, expected, tolerance, distance)| {
            let tolerance = if comparator == Comparator::Approx { tolerance } else { 0 };
            let share = !distance && comparator != Comparator::AtMost && expected > tolerance;
            let band = if share { Band::Share(9, 10) } else { Band::Distance(expected.abs(), 10) };
            Yardstick { comparator, expected, tolerance, tolerance_stated: true, band }
        },
    )
}

proptest! {
    #[test]
    fn coming_nearer_never_makes_a_light_worse(stick in any_stick(), a in -2_000_000i128..2_000_000, b in -2_000_000i128..2_000_000) {
        let (low, high) = (a.min(b), a.max(b));
        match stick.comparator {
            Comparator::AtLeast | Comparator::MoreThan => prop_assert!(grade(&stick, low) <= grade(&stick, high)),
            Comparator::AtMost => prop_assert!(grade(&stick, high) <= grade(&stick, low)),
            Comparator::Equal | Comparator::Approx => {
                if high <= stick.expected { prop_assert!(grade(&stick, low) <= grade(&stick, high)); }
                if low >= stick.expected { prop_assert!(grade(&stick, high) <= grade(&stick, low)); }
            }
        }
    }

    #[test]
    fn closing_the_gap_is_enough_and_no_less_is(stick in any_stick(), actual in -2_000_000i128..2_000_000) {
        let gap = stick.gap(actual);
        prop_assert!(gap >= 0);
        prop_assert_eq!(stick.holds(actual) , gap == 0 && (stick.comparator != Comparator::MoreThan || actual != stick.expected));
        if !stick.holds(actual) {
            let toward = if actual < stick.expected || stick.comparator == Comparator::MoreThan { 1 } else { -1 };
            let least = gap + i128::from(stick.comparator == Comparator::MoreThan);
            prop_assert!(stick.holds(actual + toward * least));
            prop_assert!(!stick.holds(actual + toward * (least - 1)));
        }
    }

    #[test]
    fn what_is_sure_of_a_range_is_true_of_all_of_it(stick in any_stick(), low in 0i128..50, more in 0i128..20, at in 0i128..20) {
        let stick = Yardstick { expected: stick.expected % 60, ..stick };
        if let Some(sure) = stick.surely_holds(low, Slack::AtLeast(Some(low + more))) {
            prop_assert_eq!(stick.holds(low + at.min(more)), sure);
        }
    }
}
