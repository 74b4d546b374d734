//! Where to put a name: the point of a polygon that is farthest from its boundary, the middle of a line.

use super::check::locate_in;
use super::exact::{self, Place};
use super::measure::{Bbox, bbox};
use crate::domain::{Point, Ring, Shape};
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// The point for a shape's name: for polygons the pole of inaccessibility of the one with the most room, for lines the
/// middle of the longest, for a point the point. `None` for a shape without points.
///
/// Distances are taken on the ground (a degree of longitude shortened by the latitude). The point is always inside its
/// polygon, and the same on every run.
pub fn label_point(shape: &Shape) -> Option<Point> {
    match shape {
        Shape::Point(p) => Some(*p),
        Shape::Lines(lines) => {
            let squeeze = squeeze(&bbox(shape)?);
            let longest = lines.iter().map(|line| (length(line, squeeze), line));
            middle(longest.reduce(|a, b| if b.0 > a.0 { b } else { a })?.1, squeeze)
        }
        Shape::Polygons(polygons) => {
            let squeeze = squeeze(&bbox(shape)?);
            let mut best: Option<(f64, Point)> = None;
            for rings in polygons {
                if let Some(found) = pole(rings, squeeze, best.map_or(0.0, |(room, _)| room)) {
                    best = Some(found);
                }
            }
            // A polygon too thin to hold a point of the grid is named at a vertex.
            best.map(|(_, p)| p).or_else(|| polygons.iter().flatten().flatten().next().copied())
        }
    }
}

/// How many squares the search looks at before it takes the best point found.
const LOOKS: usize = 4096;

/// How much shorter a degree of longitude is than one of latitude, in the middle of the box.
fn squeeze(b: &Bbox) -> f64 {
    ((f64::from(b.min.y) + f64::from(b.max.y)) / 2e7).to_radians().cos()
}

fn length(line: &[Point], squeeze: f64) -> f64 {
    line.windows(2).map(|w| step(w[0], w[1], squeeze)).sum()
}

fn step(a: Point, b: Point, squeeze: f64) -> f64 {
    ((f64::from(b.x) - f64::from(a.x)) * squeeze).hypot(f64::from(b.y) - f64::from(a.y))
}

fn middle(line: &[Point], squeeze: f64) -> Option<Point> {
    let mut left = length(line, squeeze) / 2.0;
    for w in line.windows(2) {
        let step = step(w[0], w[1], squeeze);
        if step > 0.0 && left <= step {
            let along = |a: i32, b: i32| (f64::from(a) + (f64::from(b) - f64::from(a)) * left / step).round() as i32;
            return Some(Point { x: along(w[0].x, w[1].x), y: along(w[0].y, w[1].y) });
        }
        left -= step;
    }
    line.last().copied()
}

/// A square of the search: the farther from the boundary its points can be, the sooner it is looked at.
struct Cell {
    x: f64,
    y: f64,
    half: f64,
    room: f64,
    /// The most room that any point of the square can have.
    most: f64,
}

impl Ord for Cell {
    fn cmp(&self, other: &Self) -> Ordering {
        // Ties are settled by place, so that the order never depends on how the heap was filled.
        self.most.total_cmp(&other.most).then(other.x.total_cmp(&self.x)).then(other.y.total_cmp(&self.y))
    }
}

impl PartialOrd for Cell {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Cell {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Cell {}

/// The polygon with its coordinates on the ground.
struct Ground {
    edges: Vec<[f64; 4]>,
}

impl Ground {
    fn new(rings: &[Ring], squeeze: f64) -> Self {
        let flat = |p: Point| (f64::from(p.x) * squeeze, f64::from(p.y));
        let edges = rings.iter().flat_map(|ring| exact::edges(ring)).map(|(a, b)| {
            let ((ax, ay), (bx, by)) = (flat(a), flat(b));
            [ax, ay, bx, by]
        });
        Self { edges: edges.collect() }
    }

    /// The distance of a position to the boundary, negative outside.
    fn room(&self, x: f64, y: f64) -> f64 {
        let (mut inside, mut least) = (false, f64::INFINITY);
        for &[ax, ay, bx, by] in &self.edges {
            if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
                inside = !inside;
            }
            let (dx, dy) = (bx - ax, by - ay);
            let along = dx * dx + dy * dy;
            let t = if along > 0.0 { (((x - ax) * dx + (y - ay) * dy) / along).clamp(0.0, 1.0) } else { 0.0 };
            let (ex, ey) = (x - ax - t * dx, y - ay - t * dy);
            least = least.min(ex * ex + ey * ey);
        }
        if inside { least.sqrt() } else { -least.sqrt() }
    }

    fn cell(&self, x: f64, y: f64, half: f64) -> Cell {
        let room = self.room(x, y);
        Cell { x, y, half, room, most: room + half * std::f64::consts::SQRT_2 }
    }
}

/// The point of a polygon with the most room, if it has more than `least`; by quartering squares, as Mapbox's
/// "polylabel" does, to a hundredth of the polygon's size.
fn pole(rings: &[Ring], squeeze: f64, least: f64) -> Option<(f64, Point)> {
    let extent = bbox(&Shape::Lines(rings.first().cloned().into_iter().collect()))?;
    let ground = Ground::new(rings, squeeze);
    let (west, east) = (f64::from(extent.min.x) * squeeze, f64::from(extent.max.x) * squeeze);
    let (south, north) = (f64::from(extent.min.y), f64::from(extent.max.y));
    let size = (east - west).min(north - south);
    let precision = size / 100.0;
    if size <= 0.0 {
        return None;
    }
    let to_point = |x: f64, y: f64| Point { x: (x / squeeze).round() as i32, y: y.round() as i32 };
    let mut best: Option<(f64, Point)> = None;
    let mut queue = BinaryHeap::new();
    let half = size / 2.0;
    let (columns, rows) = (((east - west) / size).ceil() as u32, ((north - south) / size).ceil() as u32);
    // A long thin strip is laid with at most this many squares a side to begin with.
    let (columns, rows) = (columns.clamp(1, 64), rows.clamp(1, 64));
    let (width, height) = ((east - west) / f64::from(columns), (north - south) / f64::from(rows));
    let half = half.max(width.max(height) / 2.0);
    for column in 0..columns {
        for row in 0..rows {
            let (x, y) = (west + (f64::from(column) + 0.5) * width, south + (f64::from(row) + 0.5) * height);
            queue.push(ground.cell(x, y, half));
        }
    }
    // An ordinary polygon takes some hundred looks; one as thin as a line must end the search too.
    for _ in 0..LOOKS {
        let Some(cell) = queue.pop() else { break };
        let most_yet = best.map_or(least, |(room, _)| room);
        if cell.most <= most_yet || (best.is_some() && cell.most - most_yet <= precision) {
            break;
        }
        if cell.room > most_yet {
            let p = to_point(cell.x, cell.y);
            // Rounding to a unit must not carry the point outside.
            if locate_in(p, rings) == Place::Inside {
                best = Some((cell.room, p));
            }
        }
        let h = cell.half / 2.0;
        for (dx, dy) in [(-h, -h), (h, -h), (-h, h), (h, h)] {
            queue.push(ground.cell(cell.x + dx, cell.y + dy, h));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::contains;
    use proptest::prelude::*;

    fn ring(points: &[(i32, i32)]) -> Ring {
        points.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    #[test]
    fn the_label_sits_in_the_widest_part() {
        // A wide block with a long thin arm.
        let shape = Shape::Polygons(vec![vec![ring(&[
            (0, 0),
            (1000, 0),
            (1000, 450),
            (9000, 450),
            (9000, 500),
            (1000, 500),
            (1000, 1000),
            (0, 1000),
        ])]]);
        let p = label_point(&shape).unwrap();
        assert!((p.x - 500).abs() < 40 && (p.y - 500).abs() < 40, "{p:?}");
        assert_eq!(label_point(&shape), Some(p));
    }

    #[test]
    fn the_label_avoids_holes_and_prefers_the_roomier_polygon() {
        let outer = ring(&[(0, 0), (1000, 0), (1000, 1000), (0, 1000)]);
        let hole = ring(&[(100, 100), (100, 900), (900, 900), (900, 100)]);
        let shape =
            Shape::Polygons(vec![vec![outer, hole], vec![ring(&[(2000, 0), (2400, 0), (2400, 400), (2000, 400)])]]);
        let p = label_point(&shape).unwrap();
        assert!((p.x - 2200).abs() < 20 && (p.y - 200).abs() < 20, "{p:?}");
    }

    #[test]
    fn lines_and_points_are_named_in_the_middle() {
        let line = ring(&[(0, 0), (100, 0), (100, 300)]);
        assert_eq!(label_point(&Shape::Lines(vec![ring(&[(0, 0), (1, 1)]), line])), Some(Point { x: 100, y: 100 }));
        assert_eq!(label_point(&Shape::Point(Point { x: 3, y: 4 })), Some(Point { x: 3, y: 4 }));
        assert_eq!(label_point(&Shape::Lines(vec![])), None);
        assert_eq!(label_point(&Shape::Polygons(vec![])), None);
    }

    #[test]
    fn slivers_end_the_search() {
        let sliver = Shape::Polygons(vec![vec![ring(&[(0, 0), (100_000_000, 1), (100_000_000, 2)])]]);
        assert!(contains(&sliver, label_point(&sliver).unwrap()));
    }

    proptest! {
        #[test]
        fn the_label_is_inside(radii in prop::collection::vec(0.02f64..1.0, 3..60)) {
            let n = radii.len() as f64;
            let points: Ring = radii.iter().enumerate().map(|(i, r)| {
                let angle = i as f64 / n * std::f64::consts::TAU;
                Point { x: (5e6 * r * angle.cos()) as i32 + 1_150_000_000, y: (5e6 * r * angle.sin()) as i32 + 340_000_000 }
            }).collect();
            let shape = Shape::Polygons(vec![vec![points]]);
            prop_assert!(contains(&shape, label_point(&shape).unwrap()));
        }
    }
}
