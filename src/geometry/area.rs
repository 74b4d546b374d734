//! An area that somebody names or draws: which points lie in it, and how much of a shape.

use geo::{Destination, Distance, Geodesic};

use super::exact;
use super::measure::{Bbox, UNITS, area_km2, bbox, contains, overlap_km2, touches};
use crate::domain::{Point, Shape};

/// Corners of the polygon that stands for a disc where areas are laid over one another: it falls short of the disc by
/// less than one part in five thousand.
const CORNERS: usize = 180;

/// An area.
#[derive(Debug, Clone, PartialEq)]
pub struct Area {
    form: Form,
    frame: Bbox,
    /// The area as polygons, to be laid over others.
    outline: Shape,
}

#[derive(Debug, Clone, PartialEq)]
enum Form {
    Box,
    Polygons,
    Disc { centre: Point, metres: f64 },
}

/// Square cells of a grid that lie wholly in an area, and those that its border runs through.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cells {
    /// Runs of cells of one row that lie in it: row, first column, last column.
    pub inner: Vec<(i64, i64, i64)>,
    /// The same of those that lie in it in part, or may.
    pub edge: Vec<(i64, i64, i64)>,
}

fn degrees(p: Point) -> geo::Point<f64> {
    geo::Point::new(f64::from(p.x) / UNITS, f64::from(p.y) / UNITS)
}

/// The distance of two points in metres, along the geodesic of the WGS 84 ellipsoid.
pub fn distance_metres(a: Point, b: Point) -> f64 {
    Geodesic.distance(degrees(a), degrees(b))
}

impl Area {
    /// A box.
    pub fn of_box(frame: Bbox) -> Self {
        let Bbox { min, max } = frame;
        let ring = vec![min, Point { x: max.x, y: min.y }, max, Point { x: min.x, y: max.y }];
        Self { form: Form::Box, frame, outline: Shape::Polygons(vec![vec![ring]]) }
    }

    /// Polygons; none for a shape without an area.
    pub fn of_shape(shape: &Shape) -> Option<Self> {
        let polygons = matches!(shape, Shape::Polygons(_));
        let frame = bbox(shape).filter(|_| polygons)?;
        Some(Self { form: Form::Polygons, frame, outline: shape.clone() })
    }

    /// Everything within a distance of a point, along geodesics of the WGS 84 ellipsoid; none where that would cross
    /// the 180° meridian or hold a pole.
    pub fn disc(centre: Point, metres: f64) -> Option<Self> {
        let towards = |bearing: f64| {
            let end = Geodesic.destination(degrees(centre), bearing, metres);
            Point { x: (end.x() * UNITS).round() as i32, y: (end.y() * UNITS).round() as i32 }
        };
        // Counter-clockwise from the east.
        let ring: Vec<Point> = (0..CORNERS).map(|n| towards(90.0 - n as f64 * 360.0 / CORNERS as f64)).collect();
        let outline = Shape::Polygons(vec![vec![ring]]);
        let found = bbox(&outline)?;
        let around = found.min.x <= centre.x
            && centre.x <= found.max.x
            && found.max.x.saturating_sub(found.min.x) < 1_000_000_000;
        let level = towards(0.0).y > centre.y && towards(180.0).y < centre.y;
        // The disc bulges beyond its corners by up to a part in five thousand of its radius.
        let bulge =
            (metres / 5_000.0 / 100_000.0 * UNITS / (f64::from(centre.y) / UNITS).to_radians().cos().max(0.01)).ceil();
        let bulge = bulge as i32 + 1;
        let frame = Bbox {
            min: Point { x: found.min.x.saturating_sub(bulge), y: found.min.y.saturating_sub(bulge) },
            max: Point { x: found.max.x.saturating_add(bulge), y: found.max.y.saturating_add(bulge) },
        };
        (around && level).then_some(Self { form: Form::Disc { centre, metres }, frame, outline })
    }

    /// A box around it.
    pub const fn frame(&self) -> Bbox {
        self.frame
    }

    /// Whether it is that box.
    pub fn is_box(&self) -> bool {
        self.form == Form::Box
    }

    /// Whether a point lies in it or on its border: exactly, or within the distance measured along the geodesic.
    pub fn holds(&self, point: Point) -> bool {
        self.frame.contains(point)
            && match self.form {
                Form::Box => true,
                Form::Polygons => contains(&self.outline, point),
                Form::Disc { centre, metres } => distance_metres(centre, point) <= metres,
            }
    }

    /// The share of a shape's own area, in square kilometres, that lies in it.
    pub fn share_of(&self, shape: &Shape, km2: f64) -> f64 {
        if km2 <= 0.0 { 0.0 } else { (overlap_km2(shape, &self.outline) / km2).clamp(0.0, 1.0) }
    }

    /// Whether it meets a shape anywhere, if only along a border.
    pub fn meets(&self, shape: &Shape) -> bool {
        let met = bbox(shape).is_some_and(|other| other.intersects(&self.frame));
        met && match shape {
            Shape::Point(point) => self.holds(*point),
            _ => touches(shape, &self.outline) || overlap_km2(shape, &self.outline) > 0.0,
        }
    }

    /// The cells of a grid of `side` units, counted from the south-west corner of the world, that it covers.
    pub fn cells(&self, side: i64) -> Cells {
        let row = |y: i64| (y + 900_000_000).div_euclid(side);
        let column = |x: i64| (x + 1_800_000_000).div_euclid(side);
        let columns = (column(i64::from(self.frame.min.x)), column(i64::from(self.frame.max.x)));
        let mut cells = Cells::default();
        for row in row(i64::from(self.frame.min.y))..=row(i64::from(self.frame.max.y)) {
            let south = row * side - 900_000_000;
            let bordered = self.bordered((south, south + side), columns, side);
            let mut at = columns.0;
            while at <= columns.1 {
                let edge = bordered[(at - columns.0) as usize];
                let end = (at..=columns.1)
                    .find(|next| bordered[(next - columns.0) as usize] != edge)
                    .map_or(columns.1, |next| next - 1);
                if edge {
                    cells.edge.push((row, at, end));
                } else {
                    // No border runs through the run, so any of its points speaks for all.
                    let clamp = |value: i64| value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
                    let middle = Point { x: clamp(at * side - 1_800_000_000 + side / 2), y: clamp(south + side / 2) };
                    if self.holds(middle) {
                        cells.inner.push((row, at, end));
                    }
                }
                at = end + 1;
            }
        }
        cells
    }

    /// For each cell of a row of the grid, whether the border may run through it.
    fn bordered(&self, (south, north): (i64, i64), (first, last): (i64, i64), side: i64) -> Vec<bool> {
        let mut found = vec![false; (last - first + 1) as usize];
        // The border of a disc lies between its polygon and a little beyond: cells next to it may be cut too.
        let margin = if matches!(self.form, Form::Disc { .. }) { side / 8 } else { 1 };
        let Shape::Polygons(polygons) = &self.outline else { return found };
        for ring in polygons.iter().flatten() {
            for (a, b) in exact::edges(ring) {
                let (low, high) = if a.y <= b.y { (a, b) } else { (b, a) };
                if i64::from(high.y) < south - margin || i64::from(low.y) > north + margin {
                    continue;
                }
                let x_at = |y: i64| {
                    let (rise, run) = (i64::from(high.y) - i64::from(low.y), i64::from(high.x) - i64::from(low.x));
                    if rise == 0 { i64::from(low.x) } else { i64::from(low.x) + run * (y - i64::from(low.y)) / rise }
                };
                let (bottom, top) = (i64::from(low.y).max(south - margin), i64::from(high.y).min(north + margin));
                let ends =
                    if low.y == high.y { (i64::from(low.x), i64::from(high.x)) } else { (x_at(bottom), x_at(top)) };
                let column = |x: i64| (x + 1_800_000_000).div_euclid(side);
                let from = column(ends.0.min(ends.1) - margin).max(first);
                let to = column(ends.0.max(ends.1) + margin).min(last);
                for at in from..=to {
                    found[(at - first) as usize] = true;
                }
            }
        }
        found
    }

    /// Its area in square kilometres.
    pub fn km2(&self) -> f64 {
        area_km2(&self.outline)
    }
}

/// The shape with its exterior rings counter-clockwise, its holes clockwise and no vertex twice in a row, as people
/// who draw on a map leave them in any way.
pub fn tidied(shape: Shape) -> Shape {
    let Shape::Polygons(polygons) = shape else { return shape };
    let tidy = |(number, mut ring): (usize, Vec<Point>)| {
        ring.dedup();
        while ring.len() > 1 && ring.first() == ring.last() {
            ring.pop();
        }
        if (exact::doubled_area(&ring) < 0) == (number == 0) {
            ring.reverse();
        }
        ring
    };
    Shape::Polygons(polygons.into_iter().map(|rings| rings.into_iter().enumerate().map(tidy).collect()).collect())
}

#[cfg(test)]
mod tests {
    use geographiclib_rs::{Geodesic as Reference, InverseGeodesic};
    use proptest::prelude::*;

    use super::*;

    fn at(lon: f64, lat: f64) -> Point {
        Point { x: (lon * 1e7).round() as i32, y: (lat * 1e7).round() as i32 }
    }

    #[test]
    fn a_disc_is_measured_along_the_ellipsoid() {
        let centre = at(115.65, 34.41);
        let disc = Area::disc(centre, 10_000.0).unwrap();
        assert!((disc.km2() / (std::f64::consts::PI * 100.0) - 1.0).abs() < 1e-3, "{}", disc.km2());
        for bearing in 0..36 {
            let towards = |metres| {
                let end = Geodesic.destination(degrees(centre), f64::from(bearing) * 10.0, metres);
                at(end.x(), end.y())
            };
            assert!(disc.holds(towards(9_999.5)) && !disc.holds(towards(10_000.5)));
        }
        assert_eq!(Area::disc(at(179.99, 0.0), 10_000.0), None);
        assert_eq!(Area::disc(at(10.0, 89.99), 10_000.0), None);
    }

    #[test]
    fn the_share_of_a_shape_is_of_its_own_area() {
        let whole = Area::of_box(Bbox { min: at(115.0, 34.0), max: at(116.0, 35.0) });
        let half = Area::of_box(Bbox { min: at(115.5, 33.0), max: at(117.0, 36.0) });
        let share = half.share_of(&whole.outline, whole.km2());
        assert!((share - 0.5).abs() < 1e-6, "{share}");
        let beside = Area::of_box(Bbox { min: at(116.0, 34.0), max: at(117.0, 35.0) });
        assert_eq!(beside.share_of(&whole.outline, whole.km2()), 0.0);
        assert!(beside.meets(&whole.outline), "a common border");
        assert!(!Area::of_box(Bbox { min: at(118.0, 34.0), max: at(119.0, 35.0) }).meets(&whole.outline));
    }

    #[test]
    fn what_is_drawn_either_way_round_is_one_shape() {
        let ring = vec![at(0.0, 0.0), at(0.0, 1.0), at(0.0, 1.0), at(1.0, 1.0), at(1.0, 0.0)];
        let turned: Vec<Point> = ring.iter().rev().copied().collect();
        let tidy = |ring| tidied(Shape::Polygons(vec![vec![ring]]));
        for shape in [tidy(ring), tidy(turned)] {
            assert!(crate::geometry::check(&shape).is_empty());
        }
    }

    fn areas() -> impl Strategy<Value = Area> {
        let star =
            (prop::collection::vec(20_000i32..900_000, 3..14), -60_000_000i32..60_000_000, -60_000_000i32..60_000_000)
                .prop_map(|(spokes, x, y)| {
                    let count = spokes.len() as f64;
                    let ring = spokes.iter().enumerate().map(|(n, spoke)| {
                        let turn = n as f64 / count * std::f64::consts::TAU;
                        let reach = f64::from(*spoke) * 20.0;
                        Point { x: x + (turn.cos() * reach) as i32, y: y + (turn.sin() * reach) as i32 }
                    });
                    Area::of_shape(&tidied(Shape::Polygons(vec![vec![ring.collect()]])))
                });
        let disc = (-600_000_000i32..600_000_000, -600_000_000i32..600_000_000, 1.0f64..300_000.0)
            .prop_map(|(x, y, metres)| Area::disc(Point { x, y }, metres));
        prop_oneof![star, disc].prop_filter_map("an area", |area| area)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn the_cells_hold_exactly_what_the_area_holds(area in areas(), picks in prop::collection::vec((0.0f64..1.0, 0.0f64..1.0), 200)) {
            const SIDE: i64 = 2_500_000;
            let cells = area.cells(SIDE);
            let among = |runs: &[(i64, i64, i64)], p: Point| {
                let row = (i64::from(p.y) + 900_000_000).div_euclid(SIDE);
                let column = (i64::from(p.x) + 1_800_000_000).div_euclid(SIDE);
                runs.iter().any(|(r, first, last)| *r == row && (*first..=*last).contains(&column))
            };
            let frame = area.frame();
            for (u, v) in picks {
                let between = |from: i32, to: i32, share: f64| from + (f64::from(to - from) * share) as i32;
                let p = Point { x: between(frame.min.x, frame.max.x, u), y: between(frame.min.y, frame.max.y, v) };
                if among(&cells.inner, p) {
                    prop_assert!(area.holds(p), "{p:?} in an inner cell");
                } else if area.holds(p) {
                    prop_assert!(among(&cells.edge, p), "{p:?} in no cell");
                }
            }
        }

        #[test]
        fn distances_agree_with_geographiclib(lon in 73.0f64..135.0, lat in 18.0f64..54.0, bearing in 0.0f64..360.0, metres in 10.0f64..200_000.0) {
            let centre = at(lon, lat);
            let end = Geodesic.destination(degrees(centre), bearing, metres);
            let end = at(end.x(), end.y());
            let [a, b] = [degrees(centre), degrees(end)];
            let measured: f64 = Reference::wgs84().inverse(a.y(), a.x(), b.y(), b.x());
            prop_assert!((measured - Geodesic.distance(a, b)).abs() < 1e-3);
            prop_assert_eq!(Area::disc(centre, measured + 0.01).unwrap().holds(end), true);
            prop_assert_eq!(Area::disc(centre, measured - 0.01).unwrap().holds(end), false);
        }
    }
}
