//! Cutting polygons and lines to a square, in integers.
//!
//! A polygon is cut by one side after the other. Each side lies half a unit beyond the last unit that is kept, so that
//! no vertex is ever on it; the pieces are then joined along the side in the order in which they meet it. So what falls
//! apart comes out as several rings, not as one with bridges. Where rounding has made a ring cross itself and the order
//! along the side makes no sense, the pieces are joined in the order of the ring (Sutherland and Hodgman), which is
//! right in area all the same.

use super::At;

/// A side of the square, and on which side of it is kept what.
#[derive(Debug, Clone, Copy)]
enum Side {
    East,
    West,
    South,
    North,
}

impl Side {
    /// How far out, and how far along: turned, not mirrored, so that rings keep their sense.
    const fn turn(self, (x, y): At) -> (i32, i32) {
        match self {
            Self::East => (x, y),
            Self::West => (-x, -y),
            Self::South => (y, -x),
            Self::North => (-y, x),
        }
    }

    const fn back(self, (out, along): (i32, i32)) -> At {
        match self {
            Self::East => (out, along),
            Self::West => (-out, -along),
            Self::South => (-along, out),
            Self::North => (along, -out),
        }
    }
}

/// Where a piece of a ring meets the side.
struct End {
    along: f64,
    leaves: bool,
    piece: usize,
}

/// The part of a polygon with `low <= x, y <= high`. Exteriors run so that their area in these coordinates is positive,
/// holes the other way; so do the rings that come out, in no order.
pub(super) fn polygon(rings: Vec<Vec<At>>, low: i32, high: i32) -> Vec<Vec<At>> {
    [(Side::East, high), (Side::West, -low), (Side::South, high), (Side::North, -low)]
        .into_iter()
        .fold(rings, |rings, (side, limit)| half(rings, side, limit))
}

fn half(rings: Vec<Vec<At>>, side: Side, limit: i32) -> Vec<Vec<At>> {
    let beyond = |p: At| side.turn(p).0 > limit;
    let mut kept = Vec::new();
    let mut pieces: Vec<Vec<At>> = Vec::new();
    let mut ends: Vec<End> = Vec::new();
    let mut follows: Vec<usize> = Vec::new();
    for ring in rings {
        // From a vertex that is out, so that every piece is whole.
        let Some(start) = ring.iter().position(|p| beyond(*p)) else {
            kept.push(ring);
            continue;
        };
        let first = pieces.len();
        let mut piece = Vec::new();
        let mut last = ring[start];
        for step in 1..=ring.len() {
            let p = ring[(start + step) % ring.len()];
            match (beyond(last), beyond(p)) {
                (true, false) => {
                    let along = crossing(side, limit, p, last);
                    ends.push(End { along, leaves: false, piece: pieces.len() });
                    piece.extend([side.back((limit, along.round() as i32)), p]);
                }
                (false, false) => piece.push(p),
                (false, true) => {
                    let along = crossing(side, limit, last, p);
                    ends.push(End { along, leaves: true, piece: pieces.len() });
                    piece.push(side.back((limit, along.round() as i32)));
                    pieces.push(std::mem::take(&mut piece));
                }
                (true, true) => {}
            }
            last = p;
        }
        follows.extend((first..pieces.len()).map(|at| if at + 1 < pieces.len() { at + 1 } else { first }));
    }
    join(&mut ends, &mut follows);
    let mut used = vec![false; pieces.len()];
    for start in 0..pieces.len() {
        let mut ring = Vec::new();
        let mut at = start;
        while !std::mem::replace(&mut used[at], true) {
            ring.append(&mut pieces[at]);
            at = follows[at];
        }
        if !ring.is_empty() {
            kept.push(ring);
        }
    }
    kept
}

/// Where the edge from a vertex inside to one outside meets the side. Both shapes along a common border ask this from
/// the same vertex, so both get the same answer.
fn crossing(side: Side, limit: i32, inside: At, outside: At) -> f64 {
    let ((ai, li), (ao, lo)) = (side.turn(inside), side.turn(outside));
    let share = (f64::from(limit) + 0.5 - f64::from(ai)) / (f64::from(ao) - f64::from(ai));
    f64::from(li) + share * (f64::from(lo) - f64::from(li))
}

/// Which piece follows which: along the side the inside lies between one that leaves and the next, which enters.
fn join(ends: &mut [End], follows: &mut [usize]) {
    ends.sort_by(|a, b| a.along.total_cmp(&b.along));
    for at in 0..ends.len().saturating_sub(1) {
        // Ends at the same place may come in any order.
        if ends[at].leaves != (at % 2 == 0) && ends[at].along == ends[at + 1].along {
            ends.swap(at, at + 1);
        }
    }
    if ends.iter().enumerate().all(|(at, end)| end.leaves == (at % 2 == 0)) {
        for pair in ends.chunks_exact(2) {
            follows[pair[0].piece] = pair[1].piece;
        }
    }
}

/// The parts of a line with `low <= x, y <= high`.
pub(super) fn line(points: &[At], low: i32, high: i32, mut part: impl FnMut(&[At])) {
    let mut open: Vec<At> = Vec::new();
    for pair in points.windows(2) {
        let Some((from, to)) = segment(pair[0], pair[1], low, high) else {
            if open.len() > 1 {
                part(&open);
            }
            open.clear();
            continue;
        };
        if open.last() != Some(&from) {
            if open.len() > 1 {
                part(&open);
            }
            open.clear();
            open.push(from);
        }
        if to != from {
            open.push(to);
        }
    }
    if open.len() > 1 {
        part(&open);
    }
}

/// The part of a straight piece inside (Liang and Barsky).
fn segment(a: At, b: At, low: i32, high: i32) -> Option<(At, At)> {
    let (dx, dy) = (f64::from(b.0) - f64::from(a.0), f64::from(b.1) - f64::from(a.1));
    let (mut from, mut to) = (0.0_f64, 1.0_f64);
    let (low, high) = (f64::from(low), f64::from(high));
    for (start, d) in [(f64::from(a.0), dx), (f64::from(a.1), dy)] {
        if d == 0.0 {
            if start < low || start > high {
                return None;
            }
            continue;
        }
        let (near, far) = if d > 0.0 { (low, high) } else { (high, low) };
        from = from.max((near - start) / d);
        to = to.min((far - start) / d);
    }
    let at = |t: f64| ((f64::from(a.0) + t * dx).round() as i32, (f64::from(a.1) + t * dy).round() as i32);
    (from <= to).then(|| (if from > 0.0 { at(from) } else { a }, if to < 1.0 { at(to) } else { b }))
}

/// Twice the area of a ring: positive for an exterior.
pub(super) fn doubled_area(ring: &[At]) -> i64 {
    let Some(last) = ring.last() else { return 0 };
    let mut before = *last;
    let mut sum = 0;
    for &p in ring {
        sum += i64::from(before.0) * i64::from(p.1) - i64::from(p.0) * i64::from(before.1);
        before = p;
    }
    sum
}

/// Whether a ring turns around a position, which is not on it.
pub(super) fn holds(ring: &[At], p: At) -> bool {
    let Some(last) = ring.last() else { return false };
    let mut a = *last;
    let mut inside = false;
    for &b in ring {
        if (a.1 > p.1) != (b.1 > p.1) {
            let (dx, dy) = (i64::from(b.0) - i64::from(a.0), i64::from(b.1) - i64::from(a.1));
            let side = (i64::from(p.0) - i64::from(a.0)) * dy - dx * (i64::from(p.1) - i64::from(a.1));
            inside ^= (side < 0) == (dy > 0);
        }
        a = b;
    }
    inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LOW: i32 = -128;
    const HIGH: i32 = 4224;

    fn area(rings: &[Vec<At>]) -> i64 {
        rings.iter().map(|ring| doubled_area(ring)).sum()
    }

    fn boxed(rings: &[Vec<At>]) -> bool {
        rings.iter().flatten().all(|p| (LOW..=HIGH).contains(&p.0) && (LOW..=HIGH).contains(&p.1))
    }

    #[test]
    fn a_comb_falls_apart_into_its_teeth() {
        // A comb whose back lies beyond the east side.
        let comb = vec![(5000, 0), (5000, 500), (100, 500), (100, 400), (4800, 400), (4800, 100), (100, 100), (100, 0)];
        assert!(doubled_area(&comb) > 0);
        let cut = polygon(vec![comb], LOW, HIGH);
        assert_eq!(cut.len(), 2);
        assert!(cut.iter().all(|ring| doubled_area(ring) == 2 * 100 * (4224 - 100)));
    }

    #[test]
    fn a_hole_across_the_side_becomes_a_bay() {
        let land = vec![(0, 0), (6000, 0), (6000, 1000), (0, 1000)];
        let hole = vec![(4000, 200), (4000, 800), (5000, 800), (5000, 200)];
        assert!(doubled_area(&hole) < 0);
        let cut = polygon(vec![land, hole], LOW, HIGH);
        assert_eq!(cut.len(), 1);
        assert_eq!(doubled_area(&cut[0]), 2 * (4224 * 1000 - 224 * 600));
    }

    #[test]
    fn what_holds_the_square_is_the_square_and_what_lies_beyond_is_nothing() {
        let around = vec![(-9000, -9000), (9000, -9000), (9000, 9000), (-9000, 9000)];
        let cut = polygon(vec![around], LOW, HIGH);
        assert_eq!((cut.len(), area(&cut)), (1, 2 * 4352 * 4352));
        let beyond = vec![(5000, 0), (6000, 0), (6000, 100)];
        assert!(polygon(vec![beyond], LOW, HIGH).is_empty());
        let corner = vec![(9000, 0), (9000, 9000), (0, 9000)];
        assert!(area(&polygon(vec![corner], LOW, HIGH)) == 0, "its box meets the square, it does not");
    }

    #[test]
    fn a_line_is_cut_into_its_parts() {
        let mut parts = Vec::new();
        line(&[(0, 0), (5000, 0), (5000, 100), (0, 100)], LOW, HIGH, |part| parts.push(part.to_vec()));
        assert_eq!(parts, [vec![(0, 0), (4224, 0)], vec![(4224, 100), (0, 100)]]);
    }

    #[test]
    fn a_ring_holds_what_it_turns_around() {
        let ring = [(0, 0), (10, 0), (10, 10), (0, 10)];
        assert!(holds(&ring, (5, 5)) && !holds(&ring, (15, 5)) && !holds(&ring, (-5, 5)) && !holds(&ring, (5, 15)));
    }

    /// A star around a centre: simple whatever its radii are.
    fn star() -> impl Strategy<Value = Vec<At>> {
        let radii = prop::collection::vec(50i32..6000, 3..40);
        (-4000i32..8000, -4000i32..8000, radii).prop_map(|(x, y, radii)| {
            let count = radii.len() as f64;
            let at = |(n, r): (usize, i32)| {
                let turn = n as f64 / count * std::f64::consts::TAU;
                (x + (f64::from(r) * turn.cos()) as i32, y + (f64::from(r) * turn.sin()) as i32)
            };
            let mut ring: Vec<At> = radii.into_iter().enumerate().map(at).collect();
            ring.dedup();
            ring
        })
    }

    proptest! {
        #[test]
        fn the_cut_of_a_ring_lies_in_the_square_and_in_the_ring(ring in star()) {
            prop_assume!(doubled_area(&ring) > 0);
            let cut = polygon(vec![ring.clone()], LOW, HIGH);
            prop_assert!(boxed(&cut));
            // Rounding moves each cut by less than a unit.
            let slack = 2 * 4352 * (ring.len() as i64 + 4);
            prop_assert!(area(&cut) <= doubled_area(&ring) + slack);
            prop_assert!(area(&cut) >= -slack);
            // The four quarters around a point add up to the whole.
            let quarters: i64 = [(-9_000_000, 999), (1000, 9_000_000)].iter().flat_map(|x| {
                [(-9_000_000, 999), (1000, 9_000_000)].iter().map(|y| {
                    let part = half(half(vec![ring.clone()], Side::East, x.1), Side::West, -x.0);
                    area(&half(half(part, Side::South, y.1), Side::North, -y.0))
                })
            }).sum();
            // Between the quarters a strip one unit wide belongs to none.
            prop_assert!((quarters - doubled_area(&ring)).abs() <= 2 * 2 * 14_000 * (ring.len() as i64 + 2));
        }

        #[test]
        fn both_sides_of_a_border_are_cut_alike(
            a in (-6000i32..9000, -6000i32..9000), b in (-6000i32..9000, -6000i32..9000), c in (-6000i32..9000, -6000i32..9000),
        ) {
            prop_assume!(doubled_area(&[a, b, c]) != 0);
            // A quarrel of two triangles over the edge ab.
            let d = (a.0 + b.0 - c.0, a.1 + b.1 - c.1);
            let turned = |mut ring: Vec<At>| {
                if doubled_area(&ring) < 0 { ring.reverse(); }
                ring
            };
            let (left, right) = (turned(vec![a, b, c]), turned(vec![b, a, d]));
            let both = area(&polygon(vec![left], LOW, HIGH)) + area(&polygon(vec![right], LOW, HIGH));
            let whole = area(&polygon(vec![turned(vec![a, d, b, c])], LOW, HIGH));
            // The common edge cancels exactly: what differs is only where the four outer edges were rounded once more.
            prop_assert_eq!(both, whole);
        }
    }
}
