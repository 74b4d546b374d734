//! Finds the pairs of boxes that may touch, without comparing all with all.

use std::ops::ControlFlow;

use crate::domain::Point;

/// A box around something, ends included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Extent {
    pub(super) min: (i32, i32),
    pub(super) max: (i32, i32),
}

impl Extent {
    /// The box around two points, widened by `margin`; no point on Earth is near the ends of the numbers.
    pub(super) fn around(a: Point, b: Point, margin: i32) -> Self {
        let (low, high) = ((a.x.min(b.x), a.y.min(b.y)), (a.x.max(b.x), a.y.max(b.y)));
        Self {
            min: (low.0.saturating_sub(margin), low.1.saturating_sub(margin)),
            max: (high.0.saturating_add(margin), high.1.saturating_add(margin)),
        }
    }
}

/// Calls `visit(i, j)` with `i < j` exactly once for every two boxes that overlap.
///
/// The boxes are laid into horizontal strips, about as many as the root of their number, and each strip is swept from
/// left to right. That keeps both long horizontal and long vertical boxes cheap; the sweep of an ordinary boundary of
/// ten thousand segments takes milliseconds.
pub(super) fn overlapping(boxes: &[Extent], mut visit: impl FnMut(usize, usize)) {
    overlapping_until(boxes, |i, j| {
        visit(i, j);
        ControlFlow::Continue(())
    });
}

/// The same until `visit` has seen enough.
pub(super) fn overlapping_until(boxes: &[Extent], mut visit: impl FnMut(usize, usize) -> ControlFlow<()>) {
    let (Some(bottom), Some(top)) = (boxes.iter().map(|b| b.min.1).min(), boxes.iter().map(|b| b.max.1).max()) else {
        return;
    };
    let count = (boxes.len() as f64).sqrt().ceil() as i64;
    let (top, bottom) = (i64::from(top), i64::from(bottom));
    let height = (top - bottom) / count + 1;
    let strip_of = |y: i32| ((i64::from(y) - bottom) / height) as usize;
    // A country has millions of boxes, not billions.
    let mut strips: Vec<Vec<u32>> = vec![Vec::new(); count as usize];
    let mut order: Vec<u32> = (0u32..).take(boxes.len()).collect();
    order.sort_unstable_by_key(|&i| (boxes[i as usize].min.0, i));
    for i in order {
        let extent = &boxes[i as usize];
        for strip in &mut strips[strip_of(extent.min.1)..=strip_of(extent.max.1)] {
            strip.push(i);
        }
    }
    for (number, strip) in strips.iter().enumerate() {
        for (n, &i) in strip.iter().enumerate() {
            let i = i as usize;
            let a = &boxes[i];
            for &j in &strip[n + 1..] {
                let j = j as usize;
                let b = &boxes[j];
                if b.min.0 > a.max.0 {
                    break;
                }
                // A pair seen in several strips counts in the lowest that both are in.
                if a.min.1 <= b.max.1
                    && b.min.1 <= a.max.1
                    && strip_of(a.min.1.max(b.min.1)) == number
                    && visit(i.min(j), i.max(j)).is_break()
                {
                    return;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn every_overlapping_pair_is_visited_once(
            corners in prop::collection::vec((-50i32..50, -50i32..50, -50i32..50, -50i32..50), 0..40)
        ) {
            let boxes: Vec<Extent> = corners.iter()
                .map(|&(a, b, c, d)| Extent::around(Point { x: a, y: b }, Point { x: c, y: d }, 0)).collect();
            let mut seen = Vec::new();
            overlapping(&boxes, |i, j| seen.push((i, j)));
            let unique: BTreeSet<_> = seen.iter().copied().collect();
            prop_assert_eq!(seen.len(), unique.len());
            for i in 0..boxes.len() {
                for j in i + 1..boxes.len() {
                    let (a, b) = (&boxes[i], &boxes[j]);
                    let meet = a.min.0 <= b.max.0 && b.min.0 <= a.max.0 && a.min.1 <= b.max.1 && b.min.1 <= a.max.1;
                    prop_assert_eq!(meet, unique.contains(&(i, j)));
                }
            }
        }
    }
}
