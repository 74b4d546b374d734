//! A shape as tiles take it, and the pen that draws it into one.

use super::mvt::Commands;
use super::{At, BUFFER, EXTENT, Tile, clip, world};
use crate::domain::{Point, Shape};
use crate::geometry::Bbox;

const LOW: i32 = -BUFFER;
const HIGH: i32 = EXTENT + BUFFER;

/// A box, projected.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    min: (u32, u32),
    max: (u32, u32),
}

impl Frame {
    const NOTHING: Self = Self { min: (u32::MAX, u32::MAX), max: (0, 0) };

    /// Projects a box.
    pub fn new(bbox: &Bbox) -> Self {
        let mut made = Self::NOTHING;
        made.take(world(bbox.min));
        made.take(world(bbox.max));
        made
    }

    fn take(&mut self, p: (u32, u32)) {
        self.min = (self.min.0.min(p.0), self.min.1.min(p.1));
        self.max = (self.max.0.max(p.0), self.max.1.max(p.1));
    }

    /// Whether anything in it may show in a tile.
    pub fn meets(&self, tile: Tile) -> bool {
        let (low, high) = (tile.place(self.min), tile.place(self.max));
        high.0 >= LOW && high.1 >= LOW && low.0 <= HIGH && low.1 <= HIGH
    }

    /// Whether it lies wholly in what a tile shows.
    fn within(&self, tile: Tile) -> bool {
        let (low, high) = (tile.place(self.min), tile.place(self.max));
        low.0 >= LOW && low.1 >= LOW && high.0 <= HIGH && high.1 <= HIGH
    }
}

/// A shape projected into 2⁻³² of the world.
#[derive(Debug, Clone)]
pub struct Projected {
    polygons: bool,
    points: Vec<(u32, u32)>,
    parts: Vec<Part>,
}

/// A polygon or a line: where its rings end among the points, the exterior first, and a box around it.
#[derive(Debug, Clone)]
struct Part {
    start: usize,
    ends: Vec<usize>,
    frame: Frame,
}

impl Projected {
    /// Projects a shape. A point draws nothing.
    pub fn new(shape: &Shape) -> Self {
        let mut made = Self { polygons: false, points: Vec::with_capacity(shape.vertex_count()), parts: Vec::new() };
        match shape {
            Shape::Polygons(polygons) => {
                made.polygons = true;
                // Northwards is down in a tile: what runs counter-clockwise on the ground must be turned to have a
                // positive area there.
                polygons.iter().for_each(|rings| made.part(rings.iter().map(|ring| ring.iter().rev())));
            }
            Shape::Lines(lines) => lines.iter().for_each(|line| made.part(std::iter::once(line.iter()))),
            Shape::Point(_) => {}
        }
        made
    }

    fn part<'a>(&mut self, rings: impl Iterator<Item = impl Iterator<Item = &'a Point>>) {
        let mut part = Part { start: self.points.len(), ends: Vec::new(), frame: Frame::NOTHING };
        for ring in rings {
            for point in ring {
                let p = world(*point);
                part.frame.take(p);
                self.points.push(p);
            }
            part.ends.push(self.points.len());
        }
        if self.points.len() > part.start {
            self.parts.push(part);
        }
    }
}

/// Draws shapes into one tile after another; its scratch room is kept in between.
#[derive(Debug, Default)]
pub struct Pen {
    ring: Vec<At>,
    /// Rings of a polygon, and how many of them are in use.
    rings: Vec<Vec<At>>,
}

impl Pen {
    /// Writes what a tile shows of a shape; whether it shows anything.
    pub(super) fn draw(&mut self, shape: &Projected, tile: Tile, into: &mut Commands) -> bool {
        into.begin(if shape.polygons { 3 } else { 2 });
        for part in &shape.parts {
            if !part.frame.meets(tile) {
                continue;
            }
            let whole = part.frame.within(tile);
            if !shape.polygons {
                self.take(&shape.points[part.start..*part.ends.last().unwrap_or(&part.start)], tile);
                clip::line(&self.ring, LOW, HIGH, |points| into.line(points));
                continue;
            }
            if whole && part.ends.len() == 1 {
                // The ordinary case: one ring, wholly inside.
                self.take(&shape.points[part.start..part.ends[0]], tile);
                exterior(&mut self.ring, into);
            } else {
                self.rings(shape, part, tile, whole, into);
            }
        }
        !into.is_empty()
    }

    /// A polygon that has holes or is cut.
    fn rings(&mut self, shape: &Projected, part: &Part, tile: Tile, whole: bool, into: &mut Commands) {
        let mut rings = std::mem::take(&mut self.rings);
        rings.clear();
        let mut start = part.start;
        for &end in &part.ends {
            self.take(&shape.points[start..end], tile);
            start = end;
            // Rounding may have closed a ring, or turned it.
            let area = clip::doubled_area(&self.ring);
            if area == 0 {
                if rings.is_empty() {
                    break;
                }
                continue;
            }
            let mut ring = self.ring.clone();
            if (area > 0) != rings.is_empty() {
                ring.reverse();
            }
            rings.push(ring);
        }
        let cut = if whole { rings } else { clip::polygon(rings, LOW, HIGH) };
        let (mut outer, mut holes) = (Vec::new(), Vec::new());
        for mut ring in cut {
            tidy(&mut ring);
            match clip::doubled_area(&ring).signum() {
                1 => outer.push((ring, Vec::new())),
                -1 => holes.push(ring),
                _ => {}
            }
        }
        for hole in holes {
            let of = if outer.len() > 1 { holder(&outer, &hole) } else { 0 };
            if let Some((_, list)) = outer.get_mut(of) {
                list.push(hole);
            }
        }
        for (ring, holes) in &outer {
            into.ring(ring);
            holes.iter().for_each(|hole| into.ring(hole));
        }
    }

    /// Rounds points to the units of a tile, each new one once.
    fn take(&mut self, points: &[(u32, u32)], tile: Tile) {
        self.ring.clear();
        for &point in points {
            let at = tile.place(point);
            if self.ring.last() != Some(&at) {
                self.ring.push(at);
            }
        }
    }
}

/// Writes a ring that is an exterior; nothing where rounding has closed it.
fn exterior(ring: &mut Vec<At>, into: &mut Commands) {
    tidy(ring);
    let area = clip::doubled_area(ring);
    if area < 0 {
        ring.reverse();
    }
    if area != 0 {
        into.ring(ring);
    }
}

/// The exterior that a hole lies in.
fn holder(outer: &[(Vec<At>, Vec<Vec<At>>)], hole: &[At]) -> usize {
    let inside = |ring: &Vec<At>| hole.iter().any(|p| !ring.contains(p) && clip::holds(ring, *p));
    outer.iter().position(|(ring, _)| inside(ring)).unwrap_or(0)
}

/// Takes out repeated positions and ways there and straight back, which enclose nothing.
fn tidy(ring: &mut Vec<At>) {
    let mut kept = 0;
    for at in 0..ring.len() {
        let p = ring[at];
        if kept > 0 && ring[kept - 1] == p {
            continue;
        }
        if kept > 1 && ring[kept - 2] == p {
            kept -= 1;
            continue;
        }
        ring[kept] = p;
        kept += 1;
    }
    ring.truncate(kept);
    // The same where the ring closes.
    let mut start = 0;
    loop {
        let rest = &ring[start..];
        match rest {
            [first, .., last] if first == last => {
                ring.pop();
            }
            [_, second, .., last] if second == last => {
                ring.pop();
                start += 1;
            }
            [first, .., before, _] if first == before => {
                ring.truncate(ring.len() - 2);
            }
            _ => break,
        }
    }
    ring.drain(..start);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Ring;

    fn ring(points: &[(i32, i32)]) -> Ring {
        points.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    #[test]
    fn ways_there_and_back_are_taken_out() {
        let tidied = |points: &[At]| {
            let mut ring = points.to_vec();
            tidy(&mut ring);
            ring
        };
        assert_eq!(
            tidied(&[(0, 0), (0, 0), (9, 0), (9, 9), (20, 9), (9, 9), (0, 9)]),
            [(0, 0), (9, 0), (9, 9), (0, 9)]
        );
        assert_eq!(tidied(&[(5, -5), (0, 0), (9, 0), (9, 9), (0, 0)]), [(0, 0), (9, 0), (9, 9)]);
        assert_eq!(clip::doubled_area(&tidied(&[(0, 0), (9, 0), (0, 0), (5, 5)])), 0);
        assert!(tidied(&[]).is_empty());
        assert!(tidied(&[(1, 1), (1, 1)]).len() < 2);
    }

    #[test]
    fn exteriors_have_a_positive_area_and_holes_a_negative_one() {
        let degree = 10_000_000;
        let outer = ring(&[(0, 0), (90 * degree, 0), (90 * degree, 60 * degree), (0, 60 * degree)]);
        let hole = ring(&[(degree, degree), (degree, 50 * degree), (80 * degree, 50 * degree), (80 * degree, degree)]);
        let shape = Projected::new(&Shape::Polygons(vec![vec![outer, hole]]));
        let mut into = Commands::default();
        assert!(Pen::default().draw(&shape, Tile::new(0, 0, 0).unwrap(), &mut into));
        let rings = into.decoded();
        assert_eq!(rings.len(), 2);
        assert!(clip::doubled_area(&rings[0]) > 0 && clip::doubled_area(&rings[1]) < 0);
        // Beyond the meridian of Greenwich there is none of it.
        assert!(!Pen::default().draw(&shape, Tile::new(2, 0, 1).unwrap(), &mut into));
    }

    #[test]
    fn a_ring_smaller_than_a_unit_is_not_drawn() {
        let shape = Projected::new(&Shape::Polygons(vec![vec![ring(&[(0, 0), (10, 0), (10, 10)])]]));
        assert!(!Pen::default().draw(&shape, Tile::new(0, 0, 0).unwrap(), &mut Commands::default()));
    }
}
