//! Fewer vertices within a tolerance of so many metres, each arc once and all arcs against each other.
//!
//! Douglas–Peucker decides, because its tolerance means something a reader can check: no original vertex is farther
//! from the simplified border than so many metres. What it may break is repaired by refining: where simplified pieces
//! meet, or a piece has jumped over a vertex that stays, the farthest vertex that the piece left out comes back, until
//! the net is drawn as the original was.

use super::check::check;
use super::exact;
use super::topology::{Topology, conflicts, draw};
use super::weld::ordered;
use crate::domain::{Point, Shape};
use hashbrown::HashSet;
use std::collections::BTreeSet;

/// The arcs of a topology with the vertices that `metres` leaves them.
pub(super) fn simplify(topology: &Topology, metres: f64) -> Vec<Vec<Point>> {
    if metres == 0.0 {
        return topology.arcs.clone();
    }
    let mut net: Vec<Thinned> = topology.arcs.iter().map(|arc| Thinned::new(arc, metres)).collect();
    loop {
        refine_until_clean(&mut net, &topology.crossing);
        let arcs: Vec<Vec<Point>> = net.iter().map(Thinned::points).collect();
        // A last look at the shapes themselves. What is still wrong there, although no pieces meet, gets finer arcs.
        let mut coarse = BTreeSet::new();
        for rings in &topology.rings {
            let uses = || rings.iter().flatten().flatten().map(|arc_use| arc_use.arc);
            if uses().any(|arc| !net[arc].is_whole()) && !check(&Shape::Polygons(draw(rings, &arcs))).is_empty() {
                coarse.extend(uses().filter(|&arc| !net[arc].is_whole()));
            }
        }
        if coarse.is_empty() {
            return arcs;
        }
        coarse.into_iter().for_each(|arc| net[arc].halve());
    }
}

/// A line on its own with the vertices that `metres` leaves it.
pub(super) fn simplify_line(line: &[Point], metres: f64) -> Vec<Point> {
    Thinned::new(line, metres).points()
}

/// An arc and which of its vertices are kept.
struct Thinned<'a> {
    all: &'a [Point],
    kept: Vec<bool>,
    metres: f64,
    /// Metres in a unit of longitude and of latitude.
    scale: (f64, f64),
}

impl<'a> Thinned<'a> {
    fn new(all: &'a [Point], metres: f64) -> Self {
        let mut thinned = Self { all, kept: vec![true; all.len()], metres, scale: scale(all) };
        thinned.thin();
        thinned
    }

    fn thin(&mut self) {
        let Some(last) = self.all.len().checked_sub(1).filter(|&last| last > 1) else { return };
        self.kept = vec![false; self.all.len()];
        (self.kept[0], self.kept[last]) = (true, true);
        if self.all[0] == self.all[last] {
            // A closed arc has no chord to measure from: its farthest vertex makes two.
            self.restore(0, last);
        } else {
            self.keep_within(0, last);
        }
    }

    /// Half the tolerance, and below a centimetre all vertices.
    fn halve(&mut self) {
        self.metres /= 2.0;
        if self.metres < 0.01 {
            self.kept.fill(true);
        } else {
            self.thin();
        }
    }

    fn is_whole(&self) -> bool {
        self.kept.iter().all(|&kept| kept)
    }

    fn points(&self) -> Vec<Point> {
        self.kept_places().map(|i| self.all[i]).collect()
    }

    fn kept_places(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.all.len()).filter(|&i| self.kept[i])
    }

    /// The kept vertices as pieces: the places where each begins and ends.
    fn pieces(&self) -> Vec<(usize, usize)> {
        let places: Vec<usize> = self.kept_places().collect();
        places.windows(2).map(|w| (w[0], w[1])).collect()
    }

    /// Keeps what is needed between two kept vertices so that none is farther than the tolerance.
    fn keep_within(&mut self, from: usize, to: usize) {
        let mut open = vec![(from, to)];
        while let Some((from, to)) = open.pop() {
            if let Some((middle, distance)) = self.farthest(from, to)
                && distance > self.metres
            {
                self.kept[middle] = true;
                open.extend([(from, middle), (middle, to)]);
            }
        }
    }

    /// Brings back the farthest vertex that a piece left out, and what the tolerance then asks for. False when the
    /// piece left out none.
    fn restore(&mut self, from: usize, to: usize) -> bool {
        let Some((middle, _)) = self.farthest(from, to) else { return false };
        self.kept[middle] = true;
        self.keep_within(from, middle);
        self.keep_within(middle, to);
        true
    }

    /// The vertex between two others that is farthest from the straight piece, with its distance in metres.
    fn farthest(&self, from: usize, to: usize) -> Option<(usize, f64)> {
        let (a, b) = (self.all[from], self.all[to]);
        let offset = |p: Point| {
            ((f64::from(p.x) - f64::from(a.x)) * self.scale.0, (f64::from(p.y) - f64::from(a.y)) * self.scale.1)
        };
        let (dx, dy) = offset(b);
        let length = dx * dx + dy * dy;
        let mut best: Option<(usize, f64)> = None;
        for i in from + 1..to {
            let (x, y) = offset(self.all[i]);
            let t = if length > 0.0 { (x * dx + y * dy) / length } else { 0.0 };
            let t = t.clamp(0.0, 1.0);
            let (ex, ey) = (x - t * dx, y - t * dy);
            let distance = ex * ex + ey * ey;
            if best.is_none_or(|(_, most)| distance > most) {
                best = Some((i, distance));
            }
        }
        best.map(|(i, square)| (i, square.sqrt()))
    }
}

/// Metres in a unit of longitude and of latitude along an arc. Both are taken where they are longest, so that a
/// distance on the ground is never larger than the one computed.
fn scale(arc: &[Point]) -> (f64, f64) {
    const EQUATORIAL_RADIUS: f64 = 6_378_137.0;
    const ECCENTRICITY_SQUARED: f64 = 0.006_694_379_990_141_3;
    let radians = |units: u32| (f64::from(units) / 1e7).to_radians();
    let (mut nearest, mut farthest) = (u32::MAX, 0);
    for p in arc {
        nearest = nearest.min(p.y.unsigned_abs());
        farthest = farthest.max(p.y.unsigned_abs());
    }
    let crosses = arc.windows(2).any(|w| (w[0].y < 0) != (w[1].y < 0));
    let (nearest, farthest) = (radians(if crosses { 0 } else { nearest.min(farthest) }), radians(farthest));
    let curvature = |latitude: f64| 1.0 - ECCENTRICITY_SQUARED * latitude.sin().powi(2);
    let across = EQUATORIAL_RADIUS / curvature(nearest).sqrt() * nearest.cos();
    let along = EQUATORIAL_RADIUS * (1.0 - ECCENTRICITY_SQUARED) / curvature(farthest).powf(1.5);
    let unit = 1e-7_f64.to_radians();
    (across * unit, along * unit)
}

/// Refines pieces that meet, and pieces that jumped over a kept vertex, until there are none that can be refined.
fn refine_until_clean(net: &mut [Thinned], crossing: &HashSet<(usize, usize)>) {
    loop {
        let pieces: Vec<Vec<(usize, usize)>> = net.iter().map(Thinned::pieces).collect();
        let arcs: Vec<Vec<Point>> = net.iter().map(Thinned::points).collect();
        let mut broken: BTreeSet<(usize, usize)> = BTreeSet::new();
        conflicts(&arcs, |a, b| {
            if !crossing.contains(&(a.0, b.0)) {
                broken.extend([a, b]);
            }
        });
        broken.extend(jumps(net, &pieces, &arcs));
        let mut refined = false;
        for (arc, place) in broken {
            let (from, to) = pieces[arc][place];
            refined |= net[arc].restore(from, to);
        }
        if !refined {
            return;
        }
    }
}

/// The pieces with a kept vertex on the other side of them than of the vertices they replace: between the piece and
/// what it left out.
fn jumps(net: &[Thinned], pieces: &[Vec<(usize, usize)>], arcs: &[Vec<Point>]) -> Vec<(usize, usize)> {
    let kept = ordered(arcs.iter().flatten().copied().collect());
    let mut found = Vec::new();
    for (arc, places) in pieces.iter().enumerate() {
        for (place, &(from, to)) in places.iter().enumerate().filter(|(_, (from, to))| to - from > 1) {
            let chain = &net[arc].all[from..=to];
            let (mut low, mut high) = (chain[0], chain[0]);
            for p in chain {
                (low.x, low.y) = (low.x.min(p.x), low.y.min(p.y));
                (high.x, high.y) = (high.x.max(p.x), high.y.max(p.y));
            }
            let first = kept.partition_point(|p| p.x < low.x);
            let near = kept[first..].iter().take_while(|p| p.x <= high.x).filter(|p| low.y <= p.y && p.y <= high.y);
            if near.into_iter().any(|&p| p != chain[0] && p != chain[chain.len() - 1] && turns_around(p, chain)) {
                found.push((arc, place));
            }
        }
    }
    found
}

/// Whether the closed path along the points turns around `p` on balance.
fn turns_around(p: Point, path: &[Point]) -> bool {
    let mut turns = 0;
    for (a, b) in exact::edges(path) {
        if a.y <= p.y {
            turns += i32::from(b.y > p.y && exact::side(a, b, p) > 0);
        } else {
            turns -= i32::from(b.y <= p.y && exact::side(a, b, p) < 0);
        }
    }
    turns != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::label::label_point;
    use crate::geometry::{contains, overlap_km2};
    use geo::{Distance, Geodesic};

    fn points(of: &[(i32, i32)]) -> Vec<Point> {
        of.iter().map(|&(x, y)| Point { x: 1_150_000_000 + x, y: 340_000_000 + y }).collect()
    }

    #[test]
    fn a_unit_measures_what_it_does_on_the_ground() {
        let arc = points(&[(0, 0), (10_000, 10_000)]);
        let (across, along) = scale(&arc);
        let at = |x: f64, y: f64| geo::Point::new(115.0 + x, 34.0 + y);
        let east = Geodesic.distance(at(0.0, 0.0), at(0.001, 0.0));
        let north = Geodesic.distance(at(0.0, 0.0), at(0.0, 0.001));
        assert!((across * 1e4 / east - 1.0).abs() < 1e-6 && (along * 1e4 / north - 1.0).abs() < 1e-4);
    }

    #[test]
    fn a_line_keeps_what_stands_out() {
        let line = points(&[(0, 0), (50_000, 500), (100_000, 0), (150_000, 90_000), (200_000, 0)]);
        assert_eq!(simplify_line(&line, 10.0), points(&[(0, 0), (100_000, 0), (150_000, 90_000), (200_000, 0)]));
        assert_eq!(simplify_line(&line, 5.0), line);
        assert_eq!(simplify_line(&line, 5000.0), points(&[(0, 0), (200_000, 0)]));
    }

    #[test]
    fn a_border_does_not_jump_over_an_island() {
        // A bulge of a border, and an island (another shape) under the bulge.
        let land =
            points(&[(0, 0), (300_000, 0), (300_000, 100_000), (200_000, 150_000), (100_000, 150_000), (0, 100_000)]);
        let island = points(&[(140_000, 130_000), (160_000, 130_000), (150_000, 140_000)]);
        let mut hole = island.clone();
        hole.reverse();
        let shapes = [Shape::Polygons(vec![vec![land, hole]]), Shape::Polygons(vec![vec![island]])];
        let net = Topology::new(&[&shapes[0], &shapes[1]]);
        for shape in net.simplify(2000.0) {
            assert_eq!(check(&shape), []);
        }
    }

    /// A land with a narrow bay from the east, its mouth at x = 300 000.
    fn land_with_a_bay() -> Shape {
        let outline =
            [(0, 0), (300_000, 0), (300_000, 90_000), (150_000, 100_000), (300_000, 110_000), (300_000, 200_000)];
        Shape::Polygons(vec![vec![points(&[&outline[..], &[(0, 200_000)]].concat())]])
    }

    #[test]
    fn a_border_does_not_swallow_an_island_in_its_bay() {
        let island = Shape::Polygons(vec![vec![points(&[(240_000, 99_000), (250_000, 99_000), (245_000, 101_000)])]]);
        let land = land_with_a_bay();
        let net = Topology::new(&[&land, &island]);
        // Alone, the land loses its bay at this tolerance.
        assert!(Topology::new(&[&land]).simplify(5000.0)[0].vertex_count() < 7);
        for metres in [500.0, 1000.0, 2500.0, 5000.0, 20_000.0] {
            let simplified = net.simplify(metres);
            assert_eq!(overlap_km2(&simplified[0], &simplified[1]), 0.0, "at {metres} m");
            assert!(!contains(&simplified[0], label_point(&simplified[1]).unwrap()), "at {metres} m");
        }
    }

    #[test]
    fn borders_that_interlock_do_not_cross() {
        // A tongue of another land, reaching from the east into the bay.
        let tongue = [(400_000, 95_000), (400_000, 105_000), (250_000, 101_000), (160_000, 100_000), (250_000, 99_000)];
        let (land, tongue) = (land_with_a_bay(), Shape::Polygons(vec![vec![points(&tongue)]]));
        let net = Topology::new(&[&land, &tongue]);
        for metres in [500.0, 1000.0, 2500.0, 5000.0, 20_000.0] {
            let simplified = net.simplify(metres);
            assert_eq!(overlap_km2(&simplified[0], &simplified[1]), 0.0, "at {metres} m");
        }
    }
}
