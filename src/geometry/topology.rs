//! Many boundaries as one net of shared arcs: what neighbours have in common exists once, so it can only change for
//! both alike.

use super::exact::{self, Contact, Segment};
use super::simplify;
use super::sweep::{self, Extent};
use super::weld::{self, Polygons, Runs, undirected};
use crate::domain::{Point, Ring, Shape};
use hashbrown::{HashMap, HashSet};

/// The stored tolerances in metres, finest first; 0 is the boundary as published.
pub const LEVELS: [f64; 10] = [0.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0];

/// The place in [`LEVELS`] of the coarsest stored level that is at least as fine as `tolerance` metres.
pub fn snap(tolerance: f64) -> usize {
    LEVELS.iter().rposition(|&level| level <= tolerance).unwrap_or(0)
}

/// Many shapes cut into shared arcs.
///
/// An arc runs from junction to junction: the vertices where the set of boundaries that meet changes. Before cutting,
/// vertices of different shapes that differ by no more than rounding (1e-6 degree) are made one, and vertices that lie
/// on another shape's edge are put into it. Lines and points take no part; they come back simplified on their own.
///
/// Shapes may lie over one another, such as a city and its counties, which then share their arcs too. Layers that cross
/// freely are better put into a topology each.
#[derive(Debug, Clone)]
pub struct Topology {
    pub(super) inputs: Vec<Shape>,
    /// The vertices of each shape once welded, before any were put into its edges; in order.
    pub(super) originals: Vec<Vec<Point>>,
    pub(super) arcs: Vec<Vec<Point>>,
    /// For each shape, polygon and ring the arcs that draw it.
    pub(super) rings: Vec<Vec<Vec<Vec<ArcUse>>>>,
    /// The pairs of arcs that meet other than in common ends as they came, where one layer is drawn over another: they
    /// need not be kept apart.
    pub(super) crossing: HashSet<(usize, usize)>,
}

/// A ring's use of an arc.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ArcUse {
    pub(super) arc: usize,
    pub(super) forward: bool,
}

impl Topology {
    /// Cuts shapes, each of them valid, into shared arcs.
    pub fn new(shapes: &[&Shape]) -> Self {
        let mut polygons: Vec<Polygons> = shapes.iter().map(|shape| polygons(shape)).collect();
        weld::weld(&mut polygons);
        let originals =
            polygons.iter().map(|p| weld::ordered(p.iter().flatten().flatten().copied().collect())).collect();
        weld::insert_junctions(&mut polygons);
        let (arcs, rings) = cut(&polygons);
        let mut crossing = HashSet::new();
        conflicts(&arcs, |(a, _), (b, _)| {
            crossing.insert((a, b));
        });
        Self { inputs: shapes.iter().map(|&shape| shape.clone()).collect(), originals, arcs, rings, crossing }
    }

    /// The shapes with borders simplified together: no vertex of the original is farther than `metres` from the result,
    /// neighbours keep the same vertices, and no border crosses another. Tolerance 0 gives the shapes as they came.
    pub fn simplify(&self, metres: f64) -> Vec<Shape> {
        self.at(metres).shapes()
    }

    /// The union of some of the shapes as it looks at a tolerance: exactly the outline of what [`Self::simplify`] gives
    /// for them.
    pub fn union(&self, members: &[usize], metres: f64) -> Shape {
        self.at(metres).union(members)
    }

    /// All of it at one tolerance: ask this for many shapes or unions of one level.
    pub fn at(&self, metres: f64) -> Level<'_> {
        let metres = if metres > 0.0 { metres } else { 0.0 };
        Level { topology: self, metres, arcs: simplify::simplify(self, metres) }
    }
}

/// A topology at one tolerance.
#[derive(Debug, Clone)]
pub struct Level<'a> {
    pub(super) topology: &'a Topology,
    pub(super) metres: f64,
    pub(super) arcs: Vec<Vec<Point>>,
}

impl Level<'_> {
    /// One shape at this tolerance, by its place among those the topology was made of; `None` beyond them.
    pub fn shape(&self, index: usize) -> Option<Shape> {
        let input = self.topology.inputs.get(index)?;
        Some(match input {
            _ if self.metres == 0.0 => input.clone(),
            Shape::Polygons(_) => Shape::Polygons(draw(&self.topology.rings[index], &self.arcs)),
            Shape::Lines(lines) => {
                Shape::Lines(lines.iter().map(|line| simplify::simplify_line(line, self.metres)).collect())
            }
            Shape::Point(_) => input.clone(),
        })
    }

    /// All shapes at this tolerance.
    pub fn shapes(&self) -> Vec<Shape> {
        (0..self.topology.inputs.len()).filter_map(|index| self.shape(index)).collect()
    }
}

fn polygons(shape: &Shape) -> Polygons {
    match shape {
        Shape::Polygons(polygons) => polygons.clone(),
        Shape::Lines(_) | Shape::Point(_) => Vec::new(),
    }
}

/// The rings that arcs draw.
pub(super) fn draw(rings: &[Vec<Vec<ArcUse>>], arcs: &[Vec<Point>]) -> Polygons {
    rings.iter().map(|polygon| polygon.iter().map(|ring| draw_ring(ring, arcs)).collect()).collect()
}

fn draw_ring(uses: &[ArcUse], arcs: &[Vec<Point>]) -> Ring {
    let mut points = Vec::new();
    for ArcUse { arc, forward } in uses {
        // The last point of an arc is the first of the next.
        let arc = &arcs[*arc];
        let count = arc.len().saturating_sub(1);
        if *forward { points.extend(arc.iter().take(count)) } else { points.extend(arc.iter().rev().take(count)) }
    }
    points
}

type CutRings = Vec<Vec<Vec<Vec<ArcUse>>>>;

/// Cuts all rings at the junctions, each stretch that several rings use becoming one arc.
fn cut(shapes: &[Polygons]) -> (Vec<Vec<Point>>, CutRings) {
    let junctions = junctions(shapes);
    let is_junction = |p: &Point| junctions.binary_search(p).is_ok();
    let mut net = Net::default();
    let rings = shapes
        .iter()
        .map(|polygons| {
            polygons.iter().map(|rings| rings.iter().map(|ring| net.cut_ring(ring, &is_junction)).collect()).collect()
        })
        .collect();
    (net.arcs, rings)
}

/// The vertices at which the set of rings that run through changes, in order.
fn junctions(shapes: &[Polygons]) -> Vec<Point> {
    // Sorted lists rather than maps: a country has millions of edges.
    let rings = (0u32..).zip(shapes.iter().flatten().flatten());
    let mut uses: Vec<(Segment, u32)> =
        rings.flat_map(|(ring, points)| exact::edges(points).map(move |(a, b)| (undirected(a, b), ring))).collect();
    uses.sort_unstable();
    let edges = Runs::new(&uses);
    let both = |(at, edge): (u32, usize)| [(edges.of(edge).0, at), (edges.of(edge).1, at)];
    let mut ends: Vec<(Point, u32)> = (0u32..).zip(0..edges.len()).flat_map(both).collect();
    ends.sort_unstable();
    let users = |(_, edge): (Point, u32)| edges.uses(edge as usize).iter().map(|(_, ring)| ring);
    let runs_on = |ends: &[(Point, u32)]| matches!(ends, &[a, b] if users(a).eq(users(b)));
    ends.chunk_by(|a, b| a.0 == b.0).filter(|ends| !runs_on(ends)).map(|ends| ends[0].0).collect()
}

#[derive(Default)]
struct Net {
    arcs: Vec<Vec<Point>>,
    /// The arc that begins with an edge: every edge belongs to one arc only.
    by_edge: HashMap<(Point, Point), usize>,
}

impl Net {
    fn cut_ring(&mut self, ring: &[Point], is_junction: &impl Fn(&Point) -> bool) -> Vec<ArcUse> {
        // A ring that meets no other begins at its smallest vertex, so that all its users begin alike.
        let junction = ring.iter().position(is_junction);
        let smallest = || ring.iter().enumerate().min_by_key(|&(_, p)| p).map(|(i, _)| i);
        let Some(start) = junction.or_else(smallest) else { return Vec::new() };
        let mut uses = Vec::new();
        let mut arc = vec![ring[start]];
        for step in 1..=ring.len() {
            let p = ring[(start + step) % ring.len()];
            arc.push(p);
            if step == ring.len() || (junction.is_some() && is_junction(&p)) {
                uses.push(self.enter(std::mem::replace(&mut arc, vec![p])));
            }
        }
        uses
    }

    /// The arc in the direction in which it reads smaller, and whether that is the direction given.
    fn enter(&mut self, mut points: Vec<Point>) -> ArcUse {
        let forward = points.iter().le(points.iter().rev());
        if !forward {
            points.reverse();
        }
        let next = self.arcs.len();
        let arc = *self.by_edge.entry((points[0], points[1])).or_insert(next);
        if arc == next {
            self.arcs.push(points);
        }
        ArcUse { arc, forward }
    }
}

/// The straight pieces of arcs that meet other than in common ends, as pairs of (arc, place along it), the lower arc
/// first.
pub(super) fn conflicts(arcs: &[Vec<Point>], mut visit: impl FnMut((usize, usize), (usize, usize))) {
    let mut pieces: Vec<(u32, u32)> = Vec::new();
    for (arc, points) in (0..).zip(arcs) {
        pieces.extend((0..).take(points.len().saturating_sub(1)).map(|place| (arc, place)));
    }
    let piece = |(arc, place): (u32, u32)| {
        let (arc, place) = (arc as usize, place as usize);
        (arc, place, (arcs[arc][place], arcs[arc][place + 1]))
    };
    let boxes: Vec<Extent> = pieces.iter().map(|at| piece(*at).2).map(|(a, b)| Extent::around(a, b, 0)).collect();
    sweep::overlapping(&boxes, |i, j| {
        let ((a, at, s), (b, bt, t)) = (piece(pieces[i]), piece(pieces[j]));
        let is_end = |p: Point, (from, to): Segment| p == from || p == to;
        match exact::contact(s, t) {
            Contact::None => {}
            // A vertex inside the net belongs to one arc once, so a common end is a common vertex.
            Contact::Touch(p) if is_end(p, s) && is_end(p, t) => {}
            Contact::Touch(_) | Contact::Cross(_) | Contact::Overlap(_) => visit((a, at), (b, bt)),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn square(x: i32, y: i32, size: i32) -> Shape {
        let points = [(x, y), (x + size, y), (x + size, y + size), (x, y + size)];
        Shape::Polygons(vec![vec![points.iter().map(|&(x, y)| Point { x, y }).collect()]])
    }

    #[test]
    fn a_tolerance_snaps_to_the_next_finer_level() {
        for (asked, level) in
            [(0.0, 0.0), (-3.0, 0.0), (f64::NAN, 0.0), (9.9, 0.0), (10.0, 10.0), (99.0, 50.0), (1e9, 5000.0)]
        {
            assert_eq!(LEVELS[snap(asked)], level, "{asked}");
        }
    }

    #[test]
    fn a_common_border_is_one_arc() {
        let (a, b, far) = (square(0, 0, 1000), square(1000, 0, 1000), square(5000, 0, 1000));
        let net = Topology::new(&[&a, &b, &far]);
        assert_eq!(net.arcs.len(), 4);
        assert!(net.crossing.is_empty());
        assert_eq!(net.simplify(0.0), [a, b, far]);
    }

    #[test]
    fn layers_may_cross() {
        let (below, above) = (square(0, 0, 1_000_000), square(500_000, 500_000, 1_000_000));
        let net = Topology::new(&[&below, &above]);
        assert_eq!(net.crossing.len(), 1);
        assert_eq!(net.simplify(1.0), [below, above]);
    }
}
