//! Makes borders that are meant to be the same the same: vertices of different shapes that differ by rounding become
//! one, and a vertex that lies on another shape's edge becomes a vertex of that edge.

use super::exact::{self, Segment};
use super::sweep::{self, Extent};
use crate::domain::{Point, Ring};
use hashbrown::HashMap;

/// How far apart, in units of 1e-7 degree along either axis, two vertices may be to count as one: 1e-6 degree (about
/// 11 cm), which is what sources that publish six decimals differ by after rounding.
pub(super) const TOLERANCE: i32 = 10;

/// The polygons of one shape.
pub(super) type Polygons = Vec<Vec<Ring>>;

/// Points in order, each once.
pub(super) fn ordered(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_unstable();
    points.dedup();
    points
}

/// The vertices of all shapes, each with the shapes that have it: a run for each vertex, in order of longitude and
/// latitude. One list, because a country has millions.
fn vertices(shapes: &[Polygons]) -> Vec<(Point, u32)> {
    let shapes = (0u32..).zip(shapes);
    let mut all: Vec<(Point, u32)> =
        shapes.flat_map(|(shape, polygons)| polygons.iter().flatten().flatten().map(move |&p| (p, shape))).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Uses of points or edges in order, as the run of uses that each of them has.
pub(super) struct Runs<'a, K> {
    uses: &'a [(K, u32)],
    /// Where each run begins.
    begins: Vec<u32>,
}

impl<'a, K: Copy + PartialEq> Runs<'a, K> {
    pub(super) fn new(uses: &'a [(K, u32)]) -> Self {
        let begins = (0..uses.len()).filter(|&at| at == 0 || uses[at].0 != uses[at - 1].0);
        Self { uses, begins: begins.filter_map(|at| u32::try_from(at).ok()).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.begins.len()
    }

    /// The point or edge of a run.
    pub(super) fn of(&self, run: usize) -> K {
        self.uses[self.begins[run] as usize].0
    }

    pub(super) fn uses(&self, run: usize) -> &'a [(K, u32)] {
        let end = self.begins.get(run + 1).map_or(self.uses.len(), |end| *end as usize);
        &self.uses[self.begins[run] as usize..end]
    }
}

fn disjoint<K, L>(a: &[(K, u32)], b: &[(L, u32)]) -> bool {
    !a.iter().any(|(_, shape)| b.iter().any(|(_, other)| shape == other))
}

/// Merges vertices of different shapes that are within the tolerance, nearest first. Two vertices of one shape never
/// merge, so that no ring loses a point.
pub(super) fn weld(shapes: &mut [Polygons]) {
    let uses = vertices(shapes);
    let vertices = Runs::new(&uses);
    let mut pairs: Vec<(i64, usize, usize)> = Vec::new();
    for i in 0..vertices.len() {
        let a = vertices.of(i);
        for j in i + 1..vertices.len() {
            let b = vertices.of(j);
            let (dx, dy) = (i64::from(b.x) - i64::from(a.x), (i64::from(b.y) - i64::from(a.y)).abs());
            if dx > TOLERANCE.into() {
                break;
            }
            if dy <= TOLERANCE.into() && disjoint(vertices.uses(i), vertices.uses(j)) {
                pairs.push((dx * dx + dy * dy, i, j));
            }
        }
    }
    pairs.sort_unstable();
    // What each vertex that took part stands for, and whose it is by now.
    let mut stands_for: HashMap<usize, usize> = HashMap::new();
    let mut merged: HashMap<usize, Vec<(Point, u32)>> = HashMap::new();
    for (_, i, j) in pairs {
        let (i, j) = (kept_for(&stands_for, i), kept_for(&stands_for, j));
        let owners = |vertex: usize| merged.get(&vertex).map_or(vertices.uses(vertex), Vec::as_slice);
        if i != j && disjoint(owners(i), owners(j)) {
            // The position that more shapes agree on stays.
            let (kept, gone) = if owners(i).len() >= owners(j).len() { (i, j) } else { (j, i) };
            let both = [owners(kept), owners(gone)].concat();
            merged.insert(kept, both);
            stands_for.insert(gone, kept);
        }
    }
    let moved: HashMap<Point, Point> =
        stands_for.keys().map(|&from| (vertices.of(from), vertices.of(kept_for(&stands_for, from)))).collect();
    if moved.is_empty() {
        return;
    }
    for p in shapes.iter_mut().flatten().flatten().flatten() {
        if let Some(&to) = moved.get(p) {
            *p = to;
        }
    }
}

/// The vertex that a merged one became, through however many merges.
fn kept_for(stands_for: &HashMap<usize, usize>, mut vertex: usize) -> usize {
    while let Some(&kept) = stands_for.get(&vertex) {
        vertex = kept;
    }
    vertex
}

/// Puts every vertex that lies on an edge it does not end (or, of another shape, within the tolerance of it) into that
/// edge, wherever the edge is used.
pub(super) fn insert_junctions(shapes: &mut [Polygons]) {
    let vertices = vertices(shapes);
    let vertices = Runs::new(&vertices);
    let polygons = (0u32..).zip(shapes.iter());
    let rings = polygons.flat_map(|(shape, polygons)| polygons.iter().flatten().map(move |ring| (shape, ring)));
    let mut edges: Vec<(Segment, u32)> =
        rings.flat_map(|(shape, ring)| exact::edges(ring).map(move |(a, b)| (undirected(a, b), shape))).collect();
    edges.sort_unstable();
    let edges = Runs::new(&edges);
    let around = (0..edges.len()).map(|at| edges.of(at)).map(|(a, b)| Extent::around(a, b, TOLERANCE));
    let points = (0..vertices.len()).map(|at| vertices.of(at)).map(|p| Extent::around(p, p, 0));
    let boxes: Vec<Extent> = around.chain(points).collect();
    let mut inserted: HashMap<Segment, Vec<Point>> = HashMap::new();
    sweep::overlapping(&boxes, |i, j| {
        if i < edges.len() && j >= edges.len() {
            let (edge, p) = (edges.of(i), vertices.of(j - edges.len()));
            let (users, owners) = (edges.uses(i), vertices.uses(j - edges.len()));
            let ends = p == edge.0 || p == edge.1;
            if !ends && (exact::on_segment(p, edge) || (disjoint(users, owners) && beside(p, edge))) {
                inserted.entry(edge).or_default().push(p);
            }
        }
    });
    if inserted.is_empty() {
        return;
    }
    for ((a, b), points) in &mut inserted {
        points.sort_unstable_by(|p, q| along(*p, (*a, *b)).total_cmp(&along(*q, (*a, *b))));
    }
    for ring in shapes.iter_mut().flatten().flatten() {
        let mut longer = Vec::with_capacity(ring.len());
        for (a, b) in exact::edges(ring) {
            longer.push(a);
            if let Some(points) = inserted.get(&undirected(a, b)) {
                if a <= b { longer.extend(points.iter()) } else { longer.extend(points.iter().rev()) }
            }
        }
        *ring = longer;
    }
}

/// The segment with its smaller end first: the same for both directions of use.
pub(super) fn undirected(a: Point, b: Point) -> Segment {
    if a <= b { (a, b) } else { (b, a) }
}

/// The foot of `p` on the segment, as a share of its length.
fn along(p: Point, (a, b): Segment) -> f64 {
    let d = |s: i32, t: i32| f64::from(t) - f64::from(s);
    let length = d(a.x, b.x).powi(2) + d(a.y, b.y).powi(2);
    (d(a.x, p.x) * d(a.x, b.x) + d(a.y, p.y) * d(a.y, b.y)) / length
}

/// Whether `p` lies within the tolerance of the segment, and not near its ends.
fn beside(p: Point, (a, b): Segment) -> bool {
    let limit = f64::from(TOLERANCE);
    let distance = |qx: f64, qy: f64| (f64::from(p.x) - qx).hypot(f64::from(p.y) - qy);
    let t = along(p, (a, b));
    let at = |s: i32, e: i32| f64::from(s) + t * (f64::from(e) - f64::from(s));
    (0.0..=1.0).contains(&t)
        && distance(at(a.x, b.x), at(a.y, b.y)) <= limit
        && distance(f64::from(a.x), f64::from(a.y)) > limit
        && distance(f64::from(b.x), f64::from(b.y)) > limit
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(i32, i32)]) -> Polygons {
        vec![vec![points.iter().map(|&(x, y)| Point { x, y }).collect()]]
    }

    #[test]
    fn rounding_differences_disappear() {
        let mut shapes = vec![
            ring(&[(0, 0), (1000, 0), (1000, 1000), (0, 1000)]),
            ring(&[(1003, 2), (2000, 0), (2000, 1000), (996, 1004)]),
            ring(&[(1001, 1001), (2001, 1001), (2000, 2000), (998, 2000)]),
        ];
        weld(&mut shapes);
        let at = |shape: usize, i: usize| shapes[shape][0][0][i];
        assert_eq!(at(0, 1), at(1, 0));
        assert_eq!((at(0, 2), at(0, 2)), (at(1, 3), at(2, 0)));
        assert_eq!(at(1, 2), at(2, 1));
    }

    #[test]
    fn one_shapes_own_vertices_stay_apart() {
        let mut shapes = vec![ring(&[(0, 0), (3, 0), (3, 3), (0, 3)]), ring(&[(5, 0), (8, 0), (8, 3), (5, 3)])];
        weld(&mut shapes);
        for shape in &shapes {
            let mut points = shape[0][0].clone();
            points.sort_unstable();
            points.dedup();
            assert_eq!(points.len(), 4);
        }
    }

    #[test]
    fn a_vertex_on_an_edge_becomes_its_vertex() {
        let mut shapes = vec![
            ring(&[(0, 0), (1000, 0), (1000, 1000), (0, 1000)]),
            ring(&[(1000, 0), (2000, 0), (2000, 500), (1000, 500)]),
            ring(&[(1004, 500), (2000, 500), (2000, 1000), (1000, 1000), (998, 700)]),
        ];
        weld(&mut shapes);
        insert_junctions(&mut shapes);
        let expected = ring(&[(0, 0), (1000, 0), (1000, 500), (998, 700), (1000, 1000), (0, 1000)]);
        assert_eq!(shapes[0], expected);
    }
}
