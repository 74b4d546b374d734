//! The outline of several shapes together: what two of them use in opposite directions is left out, the rest is
//! chained into rings.

use super::check::check;
use super::exact;
use super::measure::{from_geo, to_geo};
use super::topology::{ArcUse, Level, Topology};
use super::weld::Polygons;
use crate::domain::{Point, Ring, Shape};
use hashbrown::HashMap;
use std::collections::{BTreeMap, BTreeSet};

/// The union of shapes. Where neighbours share their borders, within rounding, it is exact: its vertices are vertices
/// of the shapes. Where they overlap or draw a border differently it is computed, to the nearest 1e-7 degree.
///
/// Lines and points do not count beside polygons; without polygons the union of lines is all the lines.
pub fn union(shapes: &[&Shape]) -> Shape {
    Topology::new(shapes).union(&(0..shapes.len()).collect::<Vec<_>>(), 0.0)
}

impl Level<'_> {
    /// The union of some of the shapes at this tolerance, by their places; exactly the outline of [`Level::shapes`].
    pub fn union(&self, members: &[usize]) -> Shape {
        let topology = self.topology;
        let members: BTreeSet<usize> = members.iter().copied().filter(|&m| m < topology.inputs.len()).collect();
        let areas: Vec<usize> =
            members.iter().copied().filter(|&m| matches!(topology.inputs[m], Shape::Polygons(_))).collect();
        match areas.as_slice() {
            [] => {
                let drawn = members.iter().filter_map(|&m| self.shape(m));
                let lines = drawn.filter_map(|shape| if let Shape::Lines(lines) = shape { Some(lines) } else { None });
                let lines: Vec<Vec<Point>> = lines.flatten().collect();
                if lines.is_empty() { Shape::Polygons(Vec::new()) } else { Shape::Lines(lines) }
            }
            &[one] => self.shape(one).unwrap_or(Shape::Polygons(Vec::new())),
            many => Shape::Polygons(self.dissolve(many).unwrap_or_else(|| self.overlay(many))),
        }
    }

    /// The union by leaving out what is used twice; `None` where the shapes do not fit together for that.
    ///
    /// What remains winds around every position as often as there are members over it. If it draws valid polygons, no
    /// position has two, so the polygons are the union; if members overlap, it does not.
    fn dissolve(&self, members: &[usize]) -> Option<Polygons> {
        let mut uses: BTreeMap<usize, Vec<bool>> = BTreeMap::new();
        for ArcUse { arc, forward } in members.iter().flat_map(|&m| self.topology.rings[m].iter().flatten().flatten()) {
            uses.entry(*arc).or_default().push(*forward);
        }
        let mut edges = Vec::new();
        for (arc, directions) in uses {
            let forward = match directions.as_slice() {
                [forward] => *forward,
                [one, other] if one != other => continue,
                _ => return None,
            };
            let points = self.arcs[arc].windows(2);
            if forward {
                edges.extend(points.map(|w| (w[0], w[1])))
            } else {
                edges.extend(points.map(|w| (w[1], w[0])))
            }
        }
        let mut rings = chain(&edges)?;
        if self.metres == 0.0 {
            // A vertex that was only put into a straight edge for a neighbour's sake is no vertex of the union.
            let originals: Vec<&Vec<Point>> = members.iter().map(|&m| &self.topology.originals[m]).collect();
            rings.iter_mut().for_each(|ring| drop_inserted(ring, &originals));
        }
        let polygons = nest(rings)?;
        check(&Shape::Polygons(polygons.clone())).is_empty().then_some(polygons)
    }

    /// The union by a general overlay, for shapes that overlap or do not meet exactly.
    fn overlay(&self, members: &[usize]) -> Polygons {
        let welded = members.iter().map(|&m| super::topology::draw(&self.topology.rings[m], &self.arcs));
        let shapes: Vec<_> = welded.map(|polygons| to_geo(&polygons)).collect();
        let mut polygons = from_geo(&geo::unary_union(&shapes));
        for rings in &mut polygons {
            for (number, ring) in rings.iter_mut().enumerate() {
                if (exact::doubled_area(ring) > 0) != (number == 0) {
                    ring.reverse();
                }
                begin_at_smallest(ring);
            }
        }
        polygons.sort();
        polygons
    }
}

/// Chains directed edges, the interior on their left, into simple rings.
fn chain(edges: &[(Point, Point)]) -> Option<Vec<Ring>> {
    let mut next: HashMap<Point, Vec<Point>> = HashMap::new();
    for &(from, to) in edges {
        next.entry(from).or_default().push(to);
    }
    let mut rings = Vec::new();
    for &(from, to) in edges {
        // Taken already as part of a ring that began earlier.
        let Some(open) = next.get_mut(&from).filter(|open| open.contains(&to)) else { continue };
        open.retain(|&p| p != to);
        let (mut before, mut at) = (from, to);
        let mut walk = vec![from];
        while at != from {
            walk.push(at);
            let open = next.get_mut(&at)?;
            // Where several edges leave, the first clockwise from where we came keeps to the same interior.
            let nearest = (0..open.len())
                .reduce(|best, i| if exact::left_of_path(before, at, open[best], open[i]) { i } else { best })?;
            (before, at) = (at, open.swap_remove(nearest));
        }
        split(walk, &mut rings);
    }
    Some(rings)
}

/// Splits a closed walk that comes to a vertex more than once into rings that do not.
fn split(walk: Vec<Point>, rings: &mut Vec<Ring>) {
    let mut path: Vec<Point> = Vec::new();
    let mut place: HashMap<Point, usize> = HashMap::new();
    for p in walk {
        if let Some(&start) = place.get(&p) {
            let ring: Ring = path.drain(start..).collect();
            ring.iter().for_each(|q| {
                place.remove(q);
            });
            rings.push(ring);
        }
        place.insert(p, path.len());
        path.push(p);
    }
    rings.push(path);
}

fn drop_inserted(ring: &mut Ring, originals: &[&Vec<Point>]) {
    let n = ring.len();
    let straight = |i: usize| exact::side(ring[(i + n - 1) % n], ring[i], ring[(i + 1) % n]) == 0;
    let keep: Vec<bool> =
        (0..n).map(|i| !straight(i) || originals.iter().any(|o| o.binary_search(&ring[i]).is_ok())).collect();
    let mut keep = keep.into_iter();
    ring.retain(|_| keep.next().unwrap_or(true));
}

fn begin_at_smallest(ring: &mut Ring) {
    if let Some((smallest, _)) = ring.iter().enumerate().min_by_key(|&(_, p)| p) {
        ring.rotate_left(smallest);
    }
}

/// Rings into polygons: each hole goes to the smallest exterior around it. `None` when a hole has none.
fn nest(mut rings: Vec<Ring>) -> Option<Polygons> {
    rings.iter_mut().for_each(begin_at_smallest);
    rings.sort();
    let (exteriors, holes): (Vec<Ring>, Vec<Ring>) = rings.into_iter().partition(|r| exact::doubled_area(r) > 0);
    let mut polygons: Polygons = exteriors.into_iter().map(|ring| vec![ring]).collect();
    for hole in holes {
        let around = (0..polygons.len()).filter(|&i| exact::ring_inside(&hole, &polygons[i][0]));
        let smallest = around.min_by_key(|&i| exact::doubled_area(&polygons[i][0]))?;
        polygons[smallest].push(hole);
    }
    Some(polygons)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(points: &[(i32, i32)]) -> Ring {
        points.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    fn block(x: i32, y: i32, width: i32, height: i32) -> Ring {
        ring(&[(x, y), (x + width, y), (x + width, y + height), (x, y + height)])
    }

    fn shape(rings: Vec<Ring>) -> Shape {
        Shape::Polygons(vec![rings])
    }

    fn joined(shapes: &[Shape]) -> Polygons {
        let Shape::Polygons(polygons) = union(&shapes.iter().collect::<Vec<_>>()) else { panic!("no polygons") };
        assert_eq!(check(&Shape::Polygons(polygons.clone())), []);
        polygons
    }

    #[test]
    fn neighbours_become_one_with_their_original_vertices() {
        let found = joined(&[shape(vec![block(0, 0, 1000, 1000)]), shape(vec![block(1000, 0, 1000, 1000)])]);
        let expected = ring(&[(0, 0), (1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (0, 1000)]);
        assert_eq!(found, [vec![expected]]);
    }

    #[test]
    fn a_vertex_put_into_an_edge_is_dropped_again() {
        let west = shape(vec![block(0, 0, 1000, 2000)]);
        let east = shape(vec![block(1000, 0, 1000, 1000)]);
        let third = shape(vec![block(1000, 1000, 1000, 1000)]);
        // The corner between the eastern two stays, being a vertex of both and of the outline.
        let outline = [(0, 0), (1000, 0), (2000, 0), (2000, 1000), (2000, 2000), (1000, 2000), (0, 2000)];
        assert_eq!(joined(&[west.clone(), east.clone(), third.clone()]), [vec![ring(&outline)]]);
        // Seen from a union without them it does not.
        let south = shape(vec![block(0, -1000, 1000, 1000)]);
        let net = Topology::new(&[&west, &east, &third, &south]);
        let outline = [(0, -1000), (1000, -1000), (1000, 0), (1000, 2000), (0, 2000), (0, 0)];
        assert_eq!(net.union(&[0, 3], 0.0), shape(vec![ring(&outline)]));
    }

    #[test]
    fn a_ring_of_shapes_leaves_a_hole_and_what_fills_it_closes_it() {
        let around = [
            shape(vec![block(0, 0, 3000, 1000)]),
            shape(vec![block(0, 2000, 3000, 1000)]),
            shape(vec![block(0, 1000, 1000, 1000)]),
            shape(vec![block(2000, 1000, 1000, 1000)]),
        ];
        let found = joined(&around);
        assert_eq!((found.len(), found[0].len()), (1, 2));
        let centre = shape(vec![block(1000, 1000, 1000, 1000)]);
        let all: Vec<Shape> = around.into_iter().chain([centre]).collect();
        let found = joined(&all);
        assert_eq!((found.len(), found[0].len()), (1, 1));
    }

    #[test]
    fn corners_that_touch_make_valid_polygons() {
        let found = joined(&[shape(vec![block(0, 0, 1000, 1000)]), shape(vec![block(1000, 1000, 1000, 1000)])]);
        assert_eq!(found.len(), 2);
        // Four blocks around a middle, which they close off by corners only.
        let found = joined(&[
            shape(vec![block(1000, 0, 1000, 1000)]),
            shape(vec![block(0, 1000, 1000, 1000)]),
            shape(vec![block(2000, 1000, 1000, 1000)]),
            shape(vec![block(1000, 2000, 1000, 1000)]),
        ]);
        assert_eq!(found.len(), 4);
        // A hole that touches the outline in a corner.
        let found = joined(&[
            shape(vec![ring(&[(0, 0), (3000, 0), (3000, 1000), (1000, 1000), (1000, 2000), (0, 2000)])]),
            shape(vec![ring(&[(3000, 1000), (3000, 3000), (0, 3000), (0, 2000), (2000, 2000), (2000, 1000)])]),
        ]);
        assert_eq!((found.len(), found[0].len()), (1, 2));
    }

    #[test]
    fn overlapping_and_enclosed_shapes_are_overlaid() {
        let found = joined(&[shape(vec![block(0, 0, 1000, 1000)]), shape(vec![block(500, 500, 1000, 1000)])]);
        assert_eq!(found.len(), 1);
        assert_eq!(exact::doubled_area(&found[0][0]), 2 * 1_750_000);
        let found = joined(&[shape(vec![block(0, 0, 1000, 1000)]), shape(vec![block(300, 300, 100, 100)])]);
        assert_eq!(found, [vec![block(0, 0, 1000, 1000)]]);
        let twice = shape(vec![block(0, 0, 1000, 1000)]);
        assert_eq!(joined(&[twice.clone(), twice]), [vec![block(0, 0, 1000, 1000)]]);
    }

    #[test]
    fn lines_join_as_they_are() {
        let line = |x| Shape::Lines(vec![ring(&[(x, 0), (x, 10)])]);
        assert_eq!(
            union(&[&line(0), &line(5)]),
            Shape::Lines(vec![ring(&[(0, 0), (0, 10)]), ring(&[(5, 0), (5, 10)])])
        );
        assert_eq!(union(&[]), Shape::Polygons(vec![]));
    }
}
