//! What is wrong with a boundary, and where: exact, and all of it at once.

use super::exact::{self, Contact, Place, Segment};
use super::sweep::{self, Extent};
use crate::domain::{Point, Ring, Shape};
use std::collections::BTreeSet;
use std::ops::ControlFlow;

/// What can be wrong with a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DefectKind {
    /// The shape has no polygon or no line, or a polygon has no ring.
    Empty,
    /// A ring has fewer than three points, or a line fewer than two.
    TooFewPoints,
    /// A coordinate lies beyond ±180° or ±90°.
    OutOfRange,
    /// A ring comes to the same vertex twice, or a line repeats a point at once.
    RepeatedVertex,
    /// A ring runs back along the edge it came by.
    Spike,
    /// Two edges of one ring cross.
    SelfCrossing,
    /// A ring touches itself: along an edge, or with a vertex on an edge.
    SelfTouching,
    /// A ring encloses nothing.
    ZeroArea,
    /// An exterior ring runs clockwise, or a hole counter-clockwise (RFC 7946).
    InsideOut,
    /// Rings of one polygon cross or share a stretch, or a hole lies in another hole.
    RingsOverlap,
    /// A hole lies outside its exterior ring.
    HoleOutside,
    /// The rings of a polygon touch so that they cut its interior in parts.
    InteriorCut,
    /// Two polygons of one shape overlap or share a stretch of boundary.
    PolygonsOverlap,
}

impl DefectKind {
    /// The defect in a few English words.
    pub fn en(self) -> &'static str {
        match self {
            Self::Empty => "nothing is drawn",
            Self::TooFewPoints => "too few points",
            Self::OutOfRange => "coordinate beyond ±180° or ±90°",
            Self::RepeatedVertex => "vertex repeated",
            Self::Spike => "ring runs back along its own edge",
            Self::SelfCrossing => "ring crosses itself",
            Self::SelfTouching => "ring touches itself",
            Self::ZeroArea => "ring encloses no area",
            Self::InsideOut => "ring runs the wrong way round",
            Self::RingsOverlap => "rings of one polygon overlap",
            Self::HoleOutside => "hole outside its polygon",
            Self::InteriorCut => "holes cut the polygon in parts",
            Self::PolygonsOverlap => "polygons of one boundary overlap",
        }
    }

    /// The defect in a few Chinese words.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Empty => "没有任何图形",
            Self::TooFewPoints => "点数不足",
            Self::OutOfRange => "坐标超出 ±180° 或 ±90°",
            Self::RepeatedVertex => "顶点重复",
            Self::Spike => "环线沿原边折返",
            Self::SelfCrossing => "环线自相交",
            Self::SelfTouching => "环线自相接触",
            Self::ZeroArea => "环线不围成面积",
            Self::InsideOut => "环线方向内外颠倒",
            Self::RingsOverlap => "同一多边形的环线相互重叠",
            Self::HoleOutside => "孔洞在多边形之外",
            Self::InteriorCut => "孔洞将多边形切断",
            Self::PolygonsOverlap => "同一边界的多边形相互重叠",
        }
    }
}

/// One thing that is wrong with a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Defect {
    /// What is wrong.
    pub kind: DefectKind,
    /// Which polygon (or line) of the shape, from 0.
    pub polygon: usize,
    /// Which ring of the polygon, from 0, the exterior.
    pub ring: usize,
    /// Where; absent only where there is nothing to point at.
    pub at: Option<Point>,
}

/// Everything that is wrong with a shape, in the order of its polygons and rings; empty when it is valid.
///
/// Valid means valid by the OGC rules for (multi)polygons with the winding of RFC 7946: rings are simple, holes lie in
/// their exterior and touch it in points at most, interiors are in one piece and do not overlap.
pub fn check(shape: &Shape) -> Vec<Defect> {
    let mut found = BTreeSet::new();
    match shape {
        Shape::Polygons(polygons) => check_polygons(polygons, &mut found),
        Shape::Lines(lines) => check_lines(lines, &mut found),
        Shape::Point(p) => check_range(&[*p], 0, 0, &mut found),
    }
    let mut defects: Vec<Defect> = found.into_iter().collect();
    defects.sort_by_key(|d| (d.polygon, d.ring, d.kind, d.at));
    defects
}

type Found = BTreeSet<Defect>;

/// Pairs of edges with something wrong between them from which on no more are compared.
const MOST_DEFECTS: usize = 1_000;

fn check_range(points: &[Point], polygon: usize, ring: usize, found: &mut Found) {
    let beyond = |p: &&Point| p.x.unsigned_abs() > 1_800_000_000 || p.y.unsigned_abs() > 900_000_000;
    if let Some(&p) = points.iter().find(beyond) {
        found.insert(Defect { kind: DefectKind::OutOfRange, polygon, ring, at: Some(p) });
    }
}

fn check_lines(lines: &[Vec<Point>], found: &mut Found) {
    if lines.is_empty() {
        found.insert(Defect { kind: DefectKind::Empty, polygon: 0, ring: 0, at: None });
    }
    for (polygon, line) in lines.iter().enumerate() {
        check_range(line, polygon, 0, found);
        if line.len() < 2 {
            found.insert(Defect { kind: DefectKind::TooFewPoints, polygon, ring: 0, at: line.first().copied() });
        }
        for pair in line.windows(2).filter(|pair| pair[0] == pair[1]) {
            found.insert(Defect { kind: DefectKind::RepeatedVertex, polygon, ring: 0, at: Some(pair[0]) });
        }
    }
}

/// An edge of a ring: which polygon, which ring, which place along it.
struct Edge {
    polygon: usize,
    ring: usize,
    index: usize,
    segment: Segment,
}

/// A point where two different rings meet.
struct Meeting {
    first: (usize, usize),
    second: (usize, usize),
    at: Point,
}

fn check_polygons(polygons: &[Vec<Ring>], found: &mut Found) {
    if polygons.is_empty() {
        found.insert(Defect { kind: DefectKind::Empty, polygon: 0, ring: 0, at: None });
    }
    let mut edges = Vec::new();
    for (polygon, rings) in polygons.iter().enumerate() {
        if rings.is_empty() {
            found.insert(Defect { kind: DefectKind::Empty, polygon, ring: 0, at: None });
        }
        for (ring, points) in rings.iter().enumerate() {
            check_ring(points, polygon, ring, found);
            let all = exact::edges(points).enumerate().filter(|(_, (a, b))| a != b);
            edges.extend(all.map(|(index, segment)| Edge { polygon, ring, index, segment }));
        }
    }
    let meetings = check_contacts(polygons, &edges, found);
    // How rings nest is only meaningful, and only decidable as below, where they do not cross.
    if found.iter().all(|d| matches!(d.kind, DefectKind::InsideOut | DefectKind::OutOfRange)) {
        check_crossing_in_vertices(polygons, &meetings, found);
    }
    if found.iter().all(|d| matches!(d.kind, DefectKind::InsideOut | DefectKind::OutOfRange)) {
        check_nesting(polygons, found);
        check_interiors(polygons, &meetings, found);
    }
}

fn check_ring(points: &[Point], polygon: usize, ring: usize, found: &mut Found) {
    check_range(points, polygon, ring, found);
    let defect = |kind, at| Defect { kind, polygon, ring, at };
    let first = points.first().copied();
    for (a, _) in exact::edges(points).filter(|(a, b)| a == b && points.len() > 1) {
        found.insert(defect(DefectKind::RepeatedVertex, Some(a)));
    }
    if points.iter().collect::<BTreeSet<_>>().len() < 3 {
        found.insert(defect(DefectKind::TooFewPoints, first));
        return;
    }
    let area = exact::doubled_area(points);
    if area == 0 {
        found.insert(defect(DefectKind::ZeroArea, first));
    } else if (area > 0) != (ring == 0) {
        found.insert(defect(DefectKind::InsideOut, first));
    }
}

/// Compares all edges that may meet, and returns where different rings merely touch.
fn check_contacts(polygons: &[Vec<Ring>], edges: &[Edge], found: &mut Found) -> Vec<Meeting> {
    let boxes: Vec<Extent> = edges.iter().map(|e| Extent::around(e.segment.0, e.segment.1, 0)).collect();
    let (mut meetings, mut wrong) = (Vec::new(), 0);
    sweep::overlapping_until(&boxes, |i, j| {
        if let Some(defect) = compare(polygons, &edges[i], &edges[j], &mut meetings) {
            found.insert(defect);
            wrong += 1;
        }
        // Whoever has these to mend has enough to do. In a tangle there may be as many as pairs of edges, and all of them
        // at one place.
        if wrong < MOST_DEFECTS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    meetings
}

/// Compares two edges that may meet: what is wrong there, if anything.
fn compare(polygons: &[Vec<Ring>], a: &Edge, b: &Edge, meetings: &mut Vec<Meeting>) -> Option<Defect> {
    let contact = exact::contact(a.segment, b.segment);
    let (kind, at) = if (a.polygon, a.ring) != (b.polygon, b.ring) {
        let over = if a.polygon == b.polygon { DefectKind::RingsOverlap } else { DefectKind::PolygonsOverlap };
        match contact {
            Contact::Cross(p) | Contact::Overlap(p) => (over, p),
            Contact::Touch(at) => {
                meetings.push(meeting(a, b, at));
                return None;
            }
            Contact::None => return None,
        }
    } else {
        let count = polygons[a.polygon][a.ring].len();
        let follows = (a.index + 1) % count == b.index || (b.index + 1) % count == a.index;
        let share_end = |p: Point| (a.segment.0 == p || a.segment.1 == p) && (b.segment.0 == p || b.segment.1 == p);
        match contact {
            Contact::Cross(p) => (DefectKind::SelfCrossing, p),
            Contact::Overlap(p) if follows => (DefectKind::Spike, p),
            Contact::Overlap(p) => (DefectKind::SelfTouching, p),
            Contact::Touch(p) if share_end(p) && !follows => {
                // Neighbours across a vertex that is repeated at once are reported as that.
                (DefectKind::RepeatedVertex, p)
            }
            Contact::Touch(p) if !share_end(p) => (DefectKind::SelfTouching, p),
            Contact::Touch(_) | Contact::None => return None,
        }
    };
    Some(Defect { kind, polygon: a.polygon, ring: a.ring, at: Some(at) })
}

fn meeting(a: &Edge, b: &Edge, at: Point) -> Meeting {
    Meeting { first: (a.polygon, a.ring), second: (b.polygon, b.ring), at }
}

/// The points of the ring just before and just after `at`, which is a vertex of it or lies on an edge.
fn around(ring: &[Point], at: Point) -> Option<(Point, Point)> {
    let n = ring.len();
    if let Some(i) = ring.iter().position(|&p| p == at) {
        return Some((ring[(i + n - 1) % n], ring[(i + 1) % n]));
    }
    exact::edges(ring).find(|&edge| exact::on_segment(at, edge))
}

/// Finds rings that pass through each other in a vertex, where no two edges cross.
fn check_crossing_in_vertices(polygons: &[Vec<Ring>], meetings: &[Meeting], found: &mut Found) {
    for m in meetings {
        let (a, b) = (&polygons[m.first.0][m.first.1], &polygons[m.second.0][m.second.1]);
        let (Some((before, after)), Some((from, to))) = (around(a, m.at), around(b, m.at)) else { continue };
        if exact::left_of_path(before, m.at, after, from) != exact::left_of_path(before, m.at, after, to) {
            let kind = if m.first.0 == m.second.0 { DefectKind::RingsOverlap } else { DefectKind::PolygonsOverlap };
            found.insert(Defect { kind, polygon: m.first.0, ring: m.first.1, at: Some(m.at) });
        }
    }
}

/// Holes must lie in their exterior and not in each other, polygons outside each other.
fn check_nesting(polygons: &[Vec<Ring>], found: &mut Found) {
    let extents: Vec<Vec<Extent>> = polygons.iter().map(|rings| rings.iter().map(|r| extent(r)).collect()).collect();
    for (polygon, rings) in polygons.iter().enumerate() {
        for (ring, hole) in rings.iter().enumerate().skip(1) {
            let defect = |kind| Defect { kind, polygon, ring, at: hole.first().copied() };
            if !exact::ring_inside(hole, &rings[0]) {
                found.insert(defect(DefectKind::HoleOutside));
            }
            let mut others = rings.iter().enumerate().skip(1).filter(|&(other, _)| other != ring);
            if others.any(|(other, outer)| {
                encloses(&extents[polygon][other], &extents[polygon][ring]) && exact::ring_inside(hole, outer)
            }) {
                found.insert(defect(DefectKind::RingsOverlap));
            }
        }
    }
    // An exterior inside another polygon's exterior must lie in one of its holes.
    for (inner, inner_rings) in polygons.iter().enumerate() {
        for (outer, outer_rings) in polygons.iter().enumerate().filter(|&(outer, _)| outer != inner) {
            let within = |ring: usize| {
                encloses(&extents[outer][ring], &extents[inner][0])
                    && exact::ring_inside(&inner_rings[0], &outer_rings[ring])
            };
            if within(0) && !(1..outer_rings.len()).any(within) {
                let at = inner_rings[0].first().copied();
                found.insert(Defect { kind: DefectKind::PolygonsOverlap, polygon: inner, ring: 0, at });
            }
        }
    }
}

fn extent(ring: &[Point]) -> Extent {
    let first = ring.first().copied().unwrap_or(Point { x: 0, y: 0 });
    ring.iter().fold(Extent::around(first, first, 0), |e, &p| {
        let q = Extent::around(p, p, 0);
        Extent { min: (e.min.0.min(q.min.0), e.min.1.min(q.min.1)), max: (e.max.0.max(q.max.0), e.max.1.max(q.max.1)) }
    })
}

fn encloses(outer: &Extent, inner: &Extent) -> bool {
    outer.min.0 <= inner.min.0 && outer.min.1 <= inner.min.1 && outer.max.0 >= inner.max.0 && outer.max.1 >= inner.max.1
}

/// The interior of a polygon is in one piece when its rings and the points where they touch form no cycle.
fn check_interiors(polygons: &[Vec<Ring>], meetings: &[Meeting], found: &mut Found) {
    // Rings and touching points are the nodes, "this ring passes through this point" the links.
    let links: BTreeSet<(usize, Point, usize)> = meetings
        .iter()
        .filter(|m| m.first.0 == m.second.0)
        .flat_map(|m| [(m.first.0, m.at, m.first.1), (m.second.0, m.at, m.second.1)])
        .collect();
    let mut group: Vec<Vec<usize>> = polygons.iter().map(|rings| (0..rings.len()).collect()).collect();
    let mut last: Option<(usize, Point, usize)> = None;
    for (polygon, at, ring) in links {
        if let Some((_, _, other)) = last.filter(|&(p, point, _)| p == polygon && point == at) {
            let (a, b) = (group[polygon][other], group[polygon][ring]);
            if a == b {
                found.insert(Defect { kind: DefectKind::InteriorCut, polygon, ring, at: Some(at) });
            }
            group[polygon].iter_mut().filter(|g| **g == a).for_each(|g| *g = b);
        }
        last = Some((polygon, at, ring));
    }
}

/// Where a position is relative to a whole polygon.
pub(super) fn locate_in(p: Point, rings: &[Ring]) -> Place {
    let Some((exterior, holes)) = rings.split_first() else { return Place::Outside };
    match exact::locate(p, exterior) {
        Place::Inside => {}
        place => return place,
    }
    for hole in holes {
        match exact::locate(p, hole) {
            Place::Inside => return Place::Outside,
            Place::Boundary => return Place::Boundary,
            Place::Outside => {}
        }
    }
    Place::Inside
}

#[cfg(test)]
mod tests {
    use super::*;
    use DefectKind::*;

    fn ring(points: &[(i32, i32)]) -> Ring {
        points.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    fn square(x: i32, y: i32, size: i32) -> Ring {
        ring(&[(x, y), (x + size, y), (x + size, y + size), (x, y + size)])
    }

    fn hole(x: i32, y: i32, size: i32) -> Ring {
        square(x, y, size).into_iter().rev().collect()
    }

    fn kinds(polygons: Vec<Vec<Ring>>) -> Vec<DefectKind> {
        let mut kinds: Vec<_> = check(&Shape::Polygons(polygons)).into_iter().map(|d| d.kind).collect();
        kinds.dedup();
        kinds
    }

    #[test]
    fn valid_shapes_pass() {
        assert_eq!(kinds(vec![vec![square(0, 0, 10)]]), []);
        assert_eq!(kinds(vec![vec![square(0, 0, 100), hole(10, 10, 20), hole(30, 30, 20)]]), []);
        // A hole that touches the exterior in one point; polygons that touch in a corner; an island in a hole.
        let touching = ring(&[(0, 5), (3, 7), (3, 3)]);
        assert_eq!(kinds(vec![vec![square(0, 0, 10), touching]]), []);
        assert_eq!(kinds(vec![vec![square(0, 0, 10)], vec![square(10, 10, 10)]]), []);
        assert_eq!(kinds(vec![vec![square(0, 0, 100), hole(10, 10, 80)], vec![square(20, 20, 20)]]), []);
        assert_eq!(check(&Shape::Lines(vec![ring(&[(0, 0), (5, 5)])])), []);
        assert_eq!(check(&Shape::Point(Point { x: 0, y: 0 })), []);
    }

    #[test]
    fn each_defect_is_found_and_placed() {
        let bow_tie = ring(&[(0, 0), (10, 10), (10, 0), (0, 10)]);
        let found = check(&Shape::Polygons(vec![vec![square(100, 0, 10)], vec![bow_tie]]));
        let at = Some(Point { x: 5, y: 5 });
        assert!(found.contains(&Defect { kind: SelfCrossing, polygon: 1, ring: 0, at }), "{found:?}");

        assert_eq!(kinds(vec![]), [Empty]);
        assert_eq!(kinds(vec![vec![]]), [Empty]);
        assert_eq!(kinds(vec![vec![ring(&[(0, 0), (5, 5)])]])[0], TooFewPoints);
        assert_eq!(kinds(vec![vec![ring(&[(0, 0), (5, 5), (0, 0), (5, 5)])]])[0], TooFewPoints);
        assert_eq!(kinds(vec![vec![ring(&[(0, 0), (1_800_000_001, 0), (0, 10)])]]), [OutOfRange]);
        assert_eq!(kinds(vec![vec![ring(&[(0, 0), (10, 0), (10, 0), (0, 10)])]]), [RepeatedVertex]);
        assert_eq!(kinds(vec![vec![ring(&[(0, 0), (10, 0), (0, 10), (0, 0)])]]), [RepeatedVertex]);
        assert_eq!(kinds(vec![vec![ring(&[(0, 0), (10, 0), (20, 0), (10, 0), (10, 10)])]]), [RepeatedVertex, Spike]);
        assert_eq!(kinds(vec![vec![ring(&[(0, 0), (20, 0), (10, 0), (10, 10)])]])[0], Spike);
        // A figure of eight through a vertex; a vertex on an edge; a stretch used twice.
        assert_eq!(kinds(vec![vec![ring(&[(0, 0), (5, 5), (10, 0), (10, 10), (5, 5), (0, 10)])]])[0], RepeatedVertex);
        assert_eq!(kinds(vec![vec![ring(&[(0, 0), (10, 0), (10, 10), (5, 0), (0, 10)])]]), [SelfTouching]);
        let along = ring(&[(0, 0), (10, 0), (10, 5), (8, 0), (2, 0), (0, 5)]);
        assert!(kinds(vec![vec![along]]).contains(&SelfTouching));
        assert!(kinds(vec![vec![ring(&[(0, 0), (5, 0), (10, 0)])]]).contains(&ZeroArea));
        assert_eq!(kinds(vec![vec![hole(0, 0, 10)]]), [InsideOut]);
        assert_eq!(kinds(vec![vec![square(0, 0, 10), square(2, 2, 2)]]), [InsideOut]);
        assert_eq!(kinds(vec![vec![square(0, 0, 10), hole(20, 20, 2)]]), [HoleOutside]);
        assert_eq!(kinds(vec![vec![square(0, 0, 10), hole(5, 5, 10)]]), [RingsOverlap]);
        assert_eq!(kinds(vec![vec![square(0, 0, 10), hole(0, 0, 5)]]), [RingsOverlap]);
        assert_eq!(kinds(vec![vec![square(0, 0, 100), hole(10, 10, 50), hole(20, 20, 5)]]), [RingsOverlap]);
        assert_eq!(kinds(vec![vec![square(0, 0, 10)], vec![square(5, 5, 10)]]), [PolygonsOverlap]);
        assert_eq!(kinds(vec![vec![square(0, 0, 10)], vec![square(10, 0, 10)]]), [PolygonsOverlap]);
        assert_eq!(kinds(vec![vec![square(0, 0, 10)], vec![square(3, 3, 2)]]), [PolygonsOverlap]);
        assert_eq!(kinds(vec![vec![square(0, 0, 10)], vec![square(0, 0, 10)]]), [PolygonsOverlap]);
        assert_eq!(check(&Shape::Lines(vec![ring(&[(0, 0)])]))[0].kind, TooFewPoints);
        assert_eq!(check(&Shape::Lines(vec![ring(&[(0, 0), (0, 0)])]))[0].kind, RepeatedVertex);
        assert_eq!(check(&Shape::Lines(vec![]))[0].kind, Empty);
    }

    #[test]
    fn rings_that_cross_in_vertices_only_are_found() {
        // The hole leaves the exterior through its reflex corner.
        let exterior = ring(&[(0, 0), (20, 0), (20, 20), (10, 10), (0, 20)]);
        let leaving = ring(&[(10, 10), (12, 16), (14, 4), (8, 4)]);
        assert!(!kinds(vec![vec![exterior.clone(), leaving]]).is_empty());
        // Two diamonds through each other's corners.
        let one = ring(&[(0, 0), (10, -5), (20, 0), (10, 5)]);
        let two = ring(&[(10, -5), (30, -5), (30, 5), (10, 5), (5, 0)]);
        assert!(kinds(vec![vec![one], vec![two]]).contains(&PolygonsOverlap));
    }

    #[test]
    fn holes_that_cut_the_interior_are_found() {
        // A hole touching the exterior in two points.
        let across = ring(&[(0, 5), (5, 7), (10, 5), (5, 3)]);
        assert_eq!(kinds(vec![vec![square(0, 0, 10), across]]), [InteriorCut]);
        // Two holes that touch each other twice.
        let left = ring(&[(10, 10), (6, 5), (10, 1), (2, 5)]);
        let right = ring(&[(10, 10), (18, 5), (10, 1), (14, 5)]);
        assert_eq!(kinds(vec![vec![square(0, 0, 20), left, right]]), [InteriorCut]);
    }
}
