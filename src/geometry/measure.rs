//! Areas, extents, and how two shapes lie to each other.

use super::check::locate_in;
use super::exact::{self, Contact, Place, Segment};
use super::label::label_point;
use super::sweep::{self, Extent};
use crate::domain::{Point, Ring, Shape};
use geo::{BooleanOps, Coord, GeodesicArea, LineString, MultiPolygon, Polygon};
use std::collections::HashSet;

/// Units in a degree.
pub(super) const UNITS: f64 = 1e7;

/// The smallest box around a shape, its corners in 1e-7 degrees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bbox {
    /// South-west corner.
    pub min: Point,
    /// North-east corner.
    pub max: Point,
}

impl Bbox {
    /// West, south, east, north in degrees, the order of RFC 7946.
    pub fn degrees(&self) -> [f64; 4] {
        [self.min.x, self.min.y, self.max.x, self.max.y].map(|v| f64::from(v) / UNITS)
    }

    /// The box around two.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let (min, max) = (self.min, self.max);
        Self {
            min: Point { x: min.x.min(other.min.x), y: min.y.min(other.min.y) },
            max: Point { x: max.x.max(other.max.x), y: max.y.max(other.max.y) },
        }
    }

    /// Whether two boxes have a point in common.
    pub fn intersects(&self, other: &Self) -> bool {
        self.min.x <= other.max.x && other.min.x <= self.max.x && self.min.y <= other.max.y && other.min.y <= self.max.y
    }

    /// Whether a point lies in the box, its sides included.
    pub fn contains(&self, p: Point) -> bool {
        self.min.x <= p.x && p.x <= self.max.x && self.min.y <= p.y && p.y <= self.max.y
    }
}

/// What the cheap fields say of a shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measures {
    /// The smallest box around it.
    pub bbox: Bbox,
    /// Geodesic, on the ellipsoid.
    pub area_km2: f64,
    /// Where a name is written.
    pub label_point: Point,
    /// Vertices of the undiminished shape.
    pub vertex_count: usize,
}

/// All of them; `None` for a shape without points.
pub fn measures(shape: &Shape) -> Option<Measures> {
    Some(Measures {
        bbox: bbox(shape)?,
        area_km2: area_km2(shape),
        label_point: label_point(shape)?,
        vertex_count: shape.vertex_count(),
    })
}

fn points(shape: &Shape) -> Box<dyn Iterator<Item = Point> + '_> {
    match shape {
        Shape::Polygons(polygons) => Box::new(polygons.iter().flatten().flatten().copied()),
        Shape::Lines(lines) => Box::new(lines.iter().flatten().copied()),
        Shape::Point(p) => Box::new(std::iter::once(*p)),
    }
}

/// The smallest box around a shape; `None` for a shape without points. Shapes across the 180° meridian are not known.
pub fn bbox(shape: &Shape) -> Option<Bbox> {
    points(shape).fold(None, |found: Option<Bbox>, p| {
        let b = found.unwrap_or(Bbox { min: p, max: p });
        Some(Bbox {
            min: Point { x: b.min.x.min(p.x), y: b.min.y.min(p.y) },
            max: Point { x: b.max.x.max(p.x), y: b.max.y.max(p.y) },
        })
    })
}

/// Area on the WGS 84 ellipsoid in square kilometres, edges taken as geodesics: exteriors less holes. Lines and points
/// have none.
pub fn area_km2(shape: &Shape) -> f64 {
    let Shape::Polygons(polygons) = shape else { return 0.0 };
    // A sum of square metres first: each ring's signed area is exact to well under a square metre.
    let ring = |ring: &Ring| Polygon::new(line_string(ring), vec![]).geodesic_area_signed().abs();
    let square_metres: f64 = polygons
        .iter()
        .filter_map(|rings| rings.split_first())
        .map(|(exterior, holes)| ring(exterior) - holes.iter().map(ring).sum::<f64>())
        .sum();
    square_metres / 1e6
}

fn line_string(ring: &[Point]) -> LineString<f64> {
    ring.iter().chain(ring.first()).map(|p| Coord { x: f64::from(p.x) / UNITS, y: f64::from(p.y) / UNITS }).collect()
}

/// The polygons in degrees, for algorithms of `geo`.
pub(super) fn to_geo(polygons: &[Vec<Ring>]) -> MultiPolygon<f64> {
    polygons
        .iter()
        .filter_map(|rings| rings.split_first())
        .map(|(exterior, holes)| Polygon::new(line_string(exterior), holes.iter().map(|h| line_string(h)).collect()))
        .collect()
}

/// The polygons of `geo` back in units, each coordinate to the nearest.
pub(super) fn from_geo(polygons: &MultiPolygon<f64>) -> Vec<Vec<Ring>> {
    let ring = |line: &LineString<f64>| {
        let mut points: Ring = Vec::with_capacity(line.0.len());
        for c in &line.0 {
            let p = Point { x: (c.x * UNITS).round() as i32, y: (c.y * UNITS).round() as i32 };
            if points.last() != Some(&p) {
                points.push(p);
            }
        }
        while points.len() > 1 && points.first() == points.last() {
            points.pop();
        }
        points
    };
    let solid = |ring: &Ring| exact::doubled_area(ring) != 0;
    polygons
        .iter()
        .filter_map(|polygon| {
            let exterior = Some(ring(polygon.exterior())).filter(solid)?;
            Some(std::iter::once(exterior).chain(polygon.interiors().iter().map(ring).filter(solid)).collect())
        })
        .collect()
}

/// Whether a point lies in the shape or on its boundary, decided exactly. A point on a common border is in both.
pub fn contains(shape: &Shape, p: Point) -> bool {
    match shape {
        Shape::Polygons(polygons) => polygons.iter().any(|rings| locate_in(p, rings) != Place::Outside),
        Shape::Lines(lines) => lines.iter().flat_map(|l| l.windows(2)).any(|w| exact::on_segment(p, (w[0], w[1]))),
        Shape::Point(q) => *q == p,
    }
}

/// The area that two shapes have in common, in square kilometres.
///
/// Borders that the two draw alike contribute nothing; where sources draw the same border differently the slivers
/// between the two lines count, so compare with a share of the smaller area rather than with zero.
pub fn overlap_km2(a: &Shape, b: &Shape) -> f64 {
    let (Shape::Polygons(first), Shape::Polygons(second)) = (a, b) else { return 0.0 };
    if !matches!((bbox(a), bbox(b)), (Some(a), Some(b)) if a.intersects(&b)) {
        return 0.0;
    }
    if a == b {
        return area_km2(a);
    }
    area_km2(&Shape::Polygons(from_geo(&to_geo(first).intersection(&to_geo(second)))))
}

/// The straight pieces that draw a shape; a point is a piece of no length.
fn segments(shape: &Shape) -> Vec<Segment> {
    match shape {
        Shape::Polygons(polygons) => polygons.iter().flatten().flat_map(|ring| exact::edges(ring)).collect(),
        Shape::Lines(lines) => lines.iter().flat_map(|line| line.windows(2)).map(|w| (w[0], w[1])).collect(),
        Shape::Point(p) => vec![(*p, *p)],
    }
}

/// Whether two shapes are neighbours: two boundaries share a stretch of their borders (a corner is not enough); a line
/// or a point meets the other shape anywhere. Decided exactly.
pub fn touches(a: &Shape, b: &Shape) -> bool {
    if !matches!((bbox(a), bbox(b)), (Some(a), Some(b)) if a.intersects(&b)) {
        return false;
    }
    let (first, second) = (segments(a), segments(b));
    let borders = matches!((a, b), (Shape::Polygons(_), Shape::Polygons(_)));
    if !borders && (points(a).any(|p| contains(b, p)) || points(b).any(|p| contains(a, p))) {
        return true;
    }
    // Neighbours of one source share whole edges, which is quick to see.
    let undirected = |(a, b): &Segment| if a <= b { (*a, *b) } else { (*b, *a) };
    let edges: HashSet<Segment> = first.iter().map(undirected).collect();
    if second.iter().any(|s| edges.contains(&undirected(s))) {
        return true;
    }
    let all: Vec<Segment> = first.iter().chain(&second).copied().collect();
    let boxes: Vec<Extent> = all.iter().map(|s| Extent::around(s.0, s.1, 0)).collect();
    let mut found = false;
    sweep::overlapping(&boxes, |i, j| {
        if !found && i < first.len() && j >= first.len() {
            found = match exact::contact(all[i], all[j]) {
                Contact::Overlap(_) => true,
                Contact::Touch(_) | Contact::Cross(_) => !borders,
                Contact::None => false,
            };
        }
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use geographiclib_rs::{Geodesic, PolygonArea, Winding};
    use proptest::prelude::*;

    fn ring(points: &[(i32, i32)]) -> Ring {
        points.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    fn square(x: i32, y: i32, size: i32) -> Ring {
        ring(&[(x, y), (x + size, y), (x + size, y + size), (x, y + size)])
    }

    fn hole(x: i32, y: i32, size: i32) -> Ring {
        square(x, y, size).into_iter().rev().collect()
    }

    fn one(rings: Vec<Ring>) -> Shape {
        Shape::Polygons(vec![rings])
    }

    /// The same by an independent road: geographiclib's polygon area, vertex by vertex.
    fn independent_km2(ring: &Ring) -> f64 {
        let geodesic = Geodesic::wgs84();
        let mut area = PolygonArea::new(&geodesic, Winding::CounterClockwise);
        for p in ring {
            area.add_point(f64::from(p.y) / 1e7, f64::from(p.x) / 1e7);
        }
        area.compute(true).1.abs() / 1e6
    }

    /// A star-shaped ring around a point: whatever the radii, it does not cross itself.
    fn stars() -> impl Strategy<Value = Ring> {
        (
            -1_700_000_000i32..1_700_000_000,
            -750_000_000i32..750_000_000,
            prop::collection::vec(0.05f64..1.0, 3..40),
            100.0f64..5e7,
        )
            .prop_map(|(x, y, radii, size)| {
                let n = radii.len() as f64;
                let at = |(i, r): (usize, &f64)| {
                    let angle = i as f64 / n * std::f64::consts::TAU;
                    Point { x: x + (size * r * angle.cos()) as i32, y: y + (size * r * angle.sin()) as i32 }
                };
                radii.iter().enumerate().map(at).collect()
            })
    }

    proptest! {
        #[test]
        fn areas_agree_with_an_independent_computation(star in stars(), turn in any::<bool>()) {
            let expected = independent_km2(&star);
            let given = if turn { star.iter().rev().copied().collect() } else { star };
            let area = area_km2(&one(vec![given]));
            prop_assert!((area - expected).abs() <= expected * 1e-5, "{area} {expected}");
        }
    }

    #[test]
    fn holes_are_taken_off_and_polygons_added() {
        let (outer, inner) = (square(1_150_000_000, 340_000_000, 1_000_000), hole(1_150_300_000, 340_300_000, 300_000));
        let expected = independent_km2(&outer) - independent_km2(&inner);
        assert!((area_km2(&one(vec![outer.clone(), inner.clone()])) - expected).abs() < 1e-9);
        let island: Ring = inner.iter().rev().copied().collect();
        let filled = Shape::Polygons(vec![vec![outer.clone(), inner], vec![island]]);
        assert!((area_km2(&filled) - independent_km2(&outer)).abs() < 1e-9);
        assert_eq!(area_km2(&Shape::Lines(vec![outer])), 0.0);
    }

    #[test]
    fn a_box_encloses_all_points() {
        let shape = Shape::Lines(vec![ring(&[(5, -3), (-7, 20)]), ring(&[(0, 40)])]);
        let found = bbox(&shape).unwrap();
        assert_eq!((found.min, found.max), (Point { x: -7, y: -3 }, Point { x: 5, y: 40 }));
        assert_eq!(found.degrees(), [-7e-7, -3e-7, 5e-7, 4e-6]);
        assert!(bbox(&Shape::Polygons(vec![])).is_none());
    }

    #[test]
    fn containment_counts_the_boundary_but_not_holes() {
        let shape = one(vec![square(0, 0, 100), hole(20, 20, 20)]);
        let at = |x, y| contains(&shape, Point { x, y });
        assert!(at(5, 5) && at(0, 50) && at(20, 30) && at(100, 100));
        assert!(!at(30, 30) && !at(-1, 50) && !at(101, 100));
        let line = Shape::Lines(vec![ring(&[(0, 0), (10, 20)])]);
        assert!(contains(&line, Point { x: 5, y: 10 }) && !contains(&line, Point { x: 5, y: 11 }));
    }

    #[test]
    fn overlaps_are_measured() {
        let a = one(vec![square(1_150_000_000, 340_000_000, 1_000_000)]);
        let b = one(vec![square(1_150_500_000, 340_000_000, 1_000_000)]);
        let common = one(vec![ring(&[
            (1_150_500_000, 340_000_000),
            (1_151_000_000, 340_000_000),
            (1_151_000_000, 341_000_000),
            (1_150_500_000, 341_000_000),
        ])]);
        assert!((overlap_km2(&a, &b) / area_km2(&common) - 1.0).abs() < 1e-6);
        assert_eq!(overlap_km2(&a, &one(vec![square(1_151_000_000, 340_000_000, 1_000_000)])), 0.0);
        assert_eq!(overlap_km2(&a, &one(vec![square(0, 0, 5)])), 0.0);
        assert_eq!(overlap_km2(&a, &a), area_km2(&a));
    }

    #[test]
    fn neighbours_share_a_stretch_not_a_corner() {
        let a = one(vec![square(0, 0, 10)]);
        assert!(touches(&a, &one(vec![square(10, 0, 10)])));
        assert!(touches(&a, &one(vec![square(10, 3, 30)])), "a part of an edge");
        assert!(!touches(&a, &one(vec![square(10, 10, 10)])), "a corner");
        assert!(!touches(&a, &one(vec![square(11, 0, 10)])));
        assert!(touches(&a, &Shape::Point(Point { x: 5, y: 5 })));
        assert!(touches(&a, &Shape::Lines(vec![ring(&[(-5, 5), (15, 5)])])));
        assert!(!touches(&a, &Shape::Lines(vec![ring(&[(-5, 25), (15, 25)])])));
    }
}
