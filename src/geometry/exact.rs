//! Exact predicates on integer coordinates. A difference of two coordinates needs 33 bits and a product of two
//! differences 66, so products are taken in `i128`; nothing here rounds.

use crate::domain::Point;
use std::cmp::Ordering;

/// A straight piece of a boundary, from its first to its second point.
pub(super) type Segment = (Point, Point);

/// Twice the signed area of the triangle `a b c`: positive when `c` is left of the line from `a` to `b`.
fn cross(a: (i64, i64), b: (i64, i64), c: (i64, i64)) -> i128 {
    i128::from(b.0 - a.0) * i128::from(c.1 - a.1) - i128::from(b.1 - a.1) * i128::from(c.0 - a.0)
}

fn wide(p: Point) -> (i64, i64) {
    (i64::from(p.x), i64::from(p.y))
}

/// On which side of the line `a b` the point `c` is: 1 left, −1 right, 0 on it.
pub(super) fn side(a: Point, b: Point, c: Point) -> i32 {
    match cross(wide(a), wide(b), wide(c)).cmp(&0) {
        Ordering::Greater => 1,
        Ordering::Less => -1,
        Ordering::Equal => 0,
    }
}

/// Twice the signed area of a ring in square units, positive when it runs counter-clockwise.
pub(super) fn doubled_area(ring: &[Point]) -> i128 {
    let Some(&origin) = ring.first() else { return 0 };
    ring.windows(2).map(|w| cross(wide(origin), wide(w[0]), wide(w[1]))).sum()
}

/// The edges of a closed ring, the closing one last.
pub(super) fn edges(ring: &[Point]) -> impl Iterator<Item = Segment> + '_ {
    (0..ring.len()).map(move |i| (ring[i], ring[(i + 1) % ring.len()]))
}

/// Whether `p`, known to be on the line of the segment, lies within it (ends included).
pub(super) fn within(p: Point, (a, b): Segment) -> bool {
    let between = |v: i32, s: i32, t: i32| s.min(t) <= v && v <= s.max(t);
    between(p.x, a.x, b.x) && between(p.y, a.y, b.y)
}

/// Whether `p` lies exactly on the segment.
pub(super) fn on_segment(p: Point, s: Segment) -> bool {
    within(p, s) && side(s.0, s.1, p) == 0
}

/// How two segments meet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Contact {
    /// They have no point in common.
    None,
    /// They meet in one point that is an end of at least one of them.
    Touch(Point),
    /// Their interiors cross, near this point.
    Cross(Point),
    /// They run along each other for some length, from this point on.
    Overlap(Point),
}

/// How the segments `s` and `t` meet.
pub(super) fn contact(s: Segment, t: Segment) -> Contact {
    let ((a, b), (c, d)) = (s, t);
    let (ca, cb) = (side(c, d, a), side(c, d, b));
    if ca == cb && ca != 0 {
        return Contact::None;
    }
    let (ac, ad) = (side(a, b, c), side(a, b, d));
    if ac == ad && ac != 0 {
        return Contact::None;
    }
    if ca == 0 && cb == 0 && ac == 0 && ad == 0 {
        // All on one line, where the order of points is the order along the line.
        let low = a.min(b).max(c.min(d));
        let high = a.max(b).min(c.max(d));
        return match low.cmp(&high) {
            Ordering::Less => Contact::Overlap(low),
            Ordering::Equal => Contact::Touch(low),
            Ordering::Greater => Contact::None,
        };
    }
    if ca * cb < 0 && ac * ad < 0 {
        return Contact::Cross(crossing(s, t));
    }
    [(ca, a, t), (cb, b, t), (ac, c, s), (ad, d, s)]
        .into_iter()
        .find(|&(zero, p, other)| zero == 0 && within(p, other))
        .map_or(Contact::None, |(_, p, _)| Contact::Touch(p))
}

/// The crossing of two segments known to cross, to the nearest unit: for messages, never for decisions.
fn crossing((a, b): Segment, (c, d): Segment) -> Point {
    let (c0, c1) = (cross(wide(c), wide(d), wide(a)) as f64, cross(wide(c), wide(d), wide(b)) as f64);
    let t = c0 / (c0 - c1);
    let along = |from: i32, to: i32| (f64::from(from) + t * (f64::from(to) - f64::from(from))).round() as i32;
    Point { x: along(a.x, b.x), y: along(a.y, b.y) }
}

/// Whether the direction `p → d` lies strictly left of the path `before → p → after`.
pub(super) fn left_of_path(before: Point, p: Point, after: Point, d: Point) -> bool {
    // Left of the path is the sweep counter-clockwise from `after` to `before`.
    if side(p, after, before) > 0 {
        side(p, after, d) > 0 && side(p, d, before) > 0
    } else {
        !(side(p, before, d) >= 0 && side(p, d, after) >= 0)
    }
}

/// Where a position is relative to a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Strictly inside.
    Inside,
    /// On the ring itself.
    Boundary,
    /// Strictly outside.
    Outside,
}

/// Where `p` is relative to a ring, whichever way the ring runs.
pub(super) fn locate(p: Point, ring: &[Point]) -> Place {
    locate_scaled(wide(p), ring, 1)
}

/// As [`locate`], the position given in `1 / scale` units.
fn locate_scaled(p: (i64, i64), ring: &[Point], scale: i64) -> Place {
    let mut inside = false;
    for (a, b) in edges(ring) {
        let (a, b) =
            ((i64::from(a.x) * scale, i64::from(a.y) * scale), (i64::from(b.x) * scale, i64::from(b.y) * scale));
        let (bottom, top) = (a.1.min(b.1), a.1.max(b.1));
        if p.1 < bottom || p.1 > top {
            continue;
        }
        let turn = cross(a, b, p);
        if turn == 0 && a.0.min(b.0) <= p.0 && p.0 <= a.0.max(b.0) {
            return Place::Boundary;
        }
        // An edge counts when it spans the height of the position, its lower end included and its upper end not.
        if (a.1 <= p.1) != (b.1 <= p.1) && (turn > 0) == (b.1 > a.1) {
            inside = !inside;
        }
    }
    if inside { Place::Inside } else { Place::Outside }
}

/// Whether `inner` lies inside `outer`, for two rings that do not cross; they may touch in points.
pub(super) fn ring_inside(inner: &[Point], outer: &[Point]) -> bool {
    let vertices = inner.iter().map(|&p| locate(p, outer));
    // Where every vertex touches the other ring, the middles of the edges tell.
    let middles = edges(inner).map(|(a, b)| {
        let middle = (i64::from(a.x) + i64::from(b.x), i64::from(a.y) + i64::from(b.y));
        locate_scaled(middle, outer, 2)
    });
    vertices.chain(middles).find(|&place| place != Place::Boundary) != Some(Place::Outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(x: i32, y: i32) -> Point {
        Point { x, y }
    }

    #[test]
    fn segments_meet_as_they_should_even_across_the_globe() {
        let far = 1_800_000_000;
        let s = (p(-far, -900_000_000), p(far, 900_000_000));
        assert_eq!(contact(s, (p(-1, 1), p(1, -1))), Contact::Cross(p(0, 0)));
        assert_eq!(contact(s, (p(0, 0), p(5, 900_000_000))), Contact::Touch(p(0, 0)));
        assert_eq!(contact(s, (p(0, 1), p(5, 900_000_000))), Contact::None);
        assert_eq!(contact((p(0, 0), p(4, 0)), (p(6, 0), p(2, 0))), Contact::Overlap(p(2, 0)));
        assert_eq!(contact((p(0, 0), p(4, 0)), (p(6, 0), p(4, 0))), Contact::Touch(p(4, 0)));
        assert_eq!(contact((p(0, 0), p(0, 4)), (p(0, 9), p(0, 5))), Contact::None);
    }

    #[test]
    fn a_ring_knows_inside_from_outside() {
        let ring = [p(0, 0), p(10, 0), p(10, 10), p(5, 5), p(0, 10)];
        assert_eq!(locate(p(5, 4), &ring), Place::Inside);
        assert_eq!(locate(p(5, 5), &ring), Place::Boundary);
        assert_eq!(locate(p(5, 6), &ring), Place::Outside);
        assert_eq!(locate(p(0, 3), &ring), Place::Boundary);
        assert_eq!(locate(p(-1, 0), &ring), Place::Outside);
        assert!(ring_inside(&[p(0, 0), p(5, 5), p(0, 10)], &ring));
        assert!(!ring_inside(&[p(5, 5), p(10, 10), p(0, 10)], &ring));
    }

    #[test]
    fn left_of_a_path_follows_its_bend() {
        let (before, at, after) = (p(-5, 0), p(0, 0), p(0, 5));
        assert!(left_of_path(before, at, after, p(-1, 1)));
        assert!(!left_of_path(before, at, after, p(1, 1)));
        assert!(!left_of_path(before, at, after, p(-1, -1)));
        assert!(left_of_path(after, at, before, p(1, -1)));
        assert!(left_of_path(before, at, p(5, 0), p(0, 1)));
        assert!(!left_of_path(before, at, p(5, 0), p(0, -1)));
    }
}
