//! Makes borders that are meant to be the same the same: vertices of different shapes that differ by rounding become
//! one, and a vertex that lies on another shape's edge becomes a vertex of that edge.

use super::exact::{self, Segment};
use super::sweep::{self, Extent};
use crate::domain::{Point, Ring};
use std::collections::HashMap;

/// How far apart, in units of 1e-7 degree along either axis, two vertices may be to count as one: 1e-6 degree (about
/// 11 cm), which is what sources that publish six decimals differ by after rounding.
pub(super) const TOLERANCE: i64 = 10;

/// The polygons of one shape.
pub(super) type Polygons = Vec<Vec<Ring>>;

/// A vertex and the shapes that have it.
type Owned = (Point, Vec<usize>);

/// The vertices of all shapes, each once, in order of longitude and latitude.
fn vertices(shapes: &[Polygons]) -> Vec<Owned> {
    let mut all: Vec<(Point, usize)> = Vec::new();
    for (shape, polygons) in shapes.iter().enumerate() {
        all.extend(polygons.iter().flatten().flatten().map(|&p| (p, shape)));
    }
    all.sort_unstable();
    all.dedup();
    let mut vertices: Vec<Owned> = Vec::new();
    for (p, shape) in all {
        match vertices.last_mut() {
            Some((last, owners)) if *last == p => owners.push(shape),
            _ => vertices.push((p, vec![shape])),
        }
    }
    vertices
}

fn disjoint(a: &[usize], b: &[usize]) -> bool {
    !a.iter().any(|shape| b.contains(shape))
}

/// Merges vertices of different shapes that are within the tolerance, nearest first. Two vertices of one shape never
/// merge, so that no ring loses a point.
pub(super) fn weld(shapes: &mut [Polygons]) {
    let mut vertices = vertices(shapes);
    let mut pairs: Vec<(i64, usize, usize)> = Vec::new();
    for (i, (a, owners)) in vertices.iter().enumerate() {
        for (j, (b, others)) in vertices.iter().enumerate().skip(i + 1) {
            let (dx, dy) = (i64::from(b.x) - i64::from(a.x), (i64::from(b.y) - i64::from(a.y)).abs());
            if dx > TOLERANCE {
                break;
            }
            if dy <= TOLERANCE && disjoint(owners, others) {
                pairs.push((dx * dx + dy * dy, i, j));
            }
        }
    }
    if pairs.is_empty() {
        return;
    }
    pairs.sort_unstable();
    let mut stands_for: Vec<usize> = (0..vertices.len()).collect();
    for (_, i, j) in pairs {
        let (i, j) = (kept_for(&stands_for, i), kept_for(&stands_for, j));
        if i != j && disjoint(&vertices[i].1, &vertices[j].1) {
            // The position that more shapes agree on stays.
            let (kept, gone) = if vertices[i].1.len() >= vertices[j].1.len() { (i, j) } else { (j, i) };
            let owners = std::mem::take(&mut vertices[gone].1);
            vertices[kept].1.extend(owners);
            stands_for[gone] = kept;
        }
    }
    let moved: HashMap<Point, Point> = (0..vertices.len())
        .map(|from| (from, kept_for(&stands_for, from)))
        .filter(|(from, to)| from != to)
        .map(|(from, to)| (vertices[from].0, vertices[to].0))
        .collect();
    for p in shapes.iter_mut().flatten().flatten().flatten() {
        if let Some(&to) = moved.get(p) {
            *p = to;
        }
    }
}

/// The vertex that a merged one became, through however many merges.
fn kept_for(stands_for: &[usize], mut vertex: usize) -> usize {
    while stands_for[vertex] != vertex {
        vertex = stands_for[vertex];
    }
    vertex
}

/// Puts every vertex that lies on an edge it does not end (or, of another shape, within the tolerance of it) into that
/// edge, wherever the edge is used.
pub(super) fn insert_junctions(shapes: &mut [Polygons]) {
    let vertices = vertices(shapes);
    let mut edges: HashMap<Segment, Vec<usize>> = HashMap::new();
    for (shape, polygons) in shapes.iter().enumerate() {
        for (a, b) in polygons.iter().flatten().flat_map(|ring| exact::edges(ring)) {
            edges.entry(undirected(a, b)).or_default().push(shape);
        }
    }
    let mut edges: Vec<(Segment, Vec<usize>)> = edges.into_iter().collect();
    edges.sort_unstable();
    let around = edges.iter().map(|((a, b), _)| Extent::around(*a, *b, TOLERANCE));
    let boxes: Vec<Extent> = around.chain(vertices.iter().map(|(p, _)| Extent::around(*p, *p, 0))).collect();
    let mut inserted: HashMap<Segment, Vec<Point>> = HashMap::new();
    sweep::overlapping(&boxes, |i, j| {
        if i < edges.len() && j >= edges.len() {
            let ((edge, users), (p, owners)) = (&edges[i], &vertices[j - edges.len()]);
            let ends = *p == edge.0 || *p == edge.1;
            if !ends && (exact::on_segment(*p, *edge) || (disjoint(users, owners) && beside(*p, *edge))) {
                inserted.entry(*edge).or_default().push(*p);
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
    let limit = TOLERANCE as f64;
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
