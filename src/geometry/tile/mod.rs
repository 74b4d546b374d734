//! Vector tiles: the world cut into squares, shapes cut to them, and the bytes of Mapbox Vector Tile 2.1.
//!
//! A shape is projected once into integers of a 2⁻³² of the world ([`Projected`]); every tile then only shifts,
//! subtracts and clips integers. A position rounds alike whichever shape or tile it is met in, and a border is cut
//! alike from either side, so neighbours meet without gap or overlap, inside a tile and from one to the next.
//!
//! - [`Tile`]: a square of the pyramid, and what of the world it holds.
//! - [`Projected`]: a shape as tiles take it. [`tolerance`]: how coarse it may be.
//! - [`Dictionary`], [`Texts`], [`Writer`]: attributes and features as bytes, one pass over them.

mod clip;
mod mvt;
mod shape;

pub use self::mvt::{Dictionary, Tag, Texts, Value, Writer};
pub use self::shape::{Frame, Pen, Projected};

use super::Bbox;
use crate::domain::Point;

/// Units along a side of a tile.
pub const EXTENT: i32 = 4096;
/// Units by which shapes go on beyond the sides, so that a wide stroke along the cut is not seen: 16 pixels where a
/// tile is 512 wide.
pub const BUFFER: i32 = 128;
/// The deepest zoom: a unit is then about 0.6 m at the equator, finer than any outline is true.
pub const MAX_ZOOM: u8 = 14;

/// Bits of a unit of a tile: its extent.
const EXTENT_BITS: u32 = EXTENT.trailing_zeros();
/// What Web Mercator shows, in degrees: west, south, east, north.
pub const WORLD: [f64; 4] = [-180.0, -85.051_129, 180.0, 85.051_129];
/// 1e-7 degrees around the world.
const AROUND: i64 = 3_600_000_000;

/// A position in units of tiles.
pub(crate) type At = (i32, i32);

/// A square of the pyramid in Web Mercator, rows counted from the north (XYZ).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tile {
    /// Zoom: the world is 2ᶻ tiles wide.
    pub z: u8,
    /// Column, from the west.
    pub x: u32,
    /// Row, from the north.
    pub y: u32,
}

impl Tile {
    /// A tile; none beyond [`MAX_ZOOM`] or the world.
    pub fn new(z: u8, x: u32, y: u32) -> Option<Self> {
        (z <= MAX_ZOOM && x >> z == 0 && y >> z == 0).then_some(Self { z, x, y })
    }

    /// Where a position of the world lies in it, from its north-west corner.
    pub(crate) fn place(self, (x, y): (u32, u32)) -> At {
        let shift = 32 - EXTENT_BITS - u32::from(self.z);
        let unit = |v: u32, tile: u32| {
            let rounded = (i64::from(v) + (1 << (shift - 1))) >> shift;
            (rounded - i64::from(tile) * i64::from(EXTENT)) as i32
        };
        (unit(x, self.x), unit(y, self.y))
    }

    /// Where a point that [`Tile::bounds`] holds lies in it.
    pub fn spot(self, point: Point) -> (i32, i32) {
        let (x, y) = self.place(world(point));
        (x.clamp(0, EXTENT - 1), y.clamp(0, EXTENT - 1))
    }

    /// The points that it holds. Every point of the world is held by exactly one tile of a zoom.
    pub fn bounds(self) -> Bbox {
        let first = column_start(self.z.into(), self.x);
        // The last column takes the 180th meridian too.
        let east = (self.x + 1) >> self.z == 1;
        let last = if east { AROUND / 2 } else { column_start(self.z.into(), self.x + 1) - 1 };
        let (north, south) = (row_start(self.z.into(), self.y), row_start(self.z.into(), self.y + 1));
        Bbox { min: Point { x: narrow(first), y: narrow(south + 1) }, max: Point { x: narrow(last), y: narrow(north) } }
    }

    /// It cut into `2^bits` columns and rows of cells.
    pub fn grid(self, bits: u32) -> Grid {
        let zoom = u32::from(self.z) + bits;
        let first = self.y << bits;
        Grid {
            columns: 1 << zoom,
            first: i64::from(self.x) << bits,
            rows: (first + 1..first + (1 << bits)).map(|row| narrow(row_start(zoom, row))).collect(),
        }
    }
}

/// The cells of a tile, as a database can tell them apart: by integers alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// Columns around the world: a longitude lies in column (x + 1 800 000 000) · columns / 3 600 000 000.
    pub columns: i64,
    /// The first column of the tile.
    pub first: i64,
    /// The northernmost latitude of every row but the first, from north to south.
    pub rows: Vec<i32>,
}

/// How many metres an outline may be off at a zoom, so that the eye does not see it: two units, a quarter of a pixel
/// where a tile is 512 wide.
pub fn tolerance(zoom: u8) -> f64 {
    const EQUATOR: f64 = 40_075_016.0;
    // Finer than any unit of the deepest zoom is the outline as published.
    if zoom >= MAX_ZOOM { 0.0 } else { 2.0 * EQUATOR / f64::from(EXTENT) / f64::from(1u32 << zoom) }
}

/// A point in 2⁻³² of the world, from its north-west corner. What lies beyond the square of Web Mercator lies on its side.
fn world(point: Point) -> (u32, u32) {
    let x = ((i128::from(point.x) + i128::from(AROUND / 2)) << 32) / i128::from(AROUND);
    let sine = (f64::from(point.y) / 1e7).to_radians().sin();
    let y = 0.5 - ((1.0 + sine) / (1.0 - sine)).ln() / (4.0 * std::f64::consts::PI);
    let side = f64::from(u32::MAX);
    (x.clamp(0, u32::MAX.into()) as u32, (y * 4_294_967_296.0).round().clamp(0.0, side) as u32)
}

/// The first longitude of a column.
fn column_start(zoom: u32, column: u32) -> i64 {
    let columns = 1_i64 << zoom;
    (i64::from(column) * AROUND + columns - 1).div_euclid(columns) - AROUND / 2
}

/// The first latitude of a row, from the north; the first row begins at the pole, and the last ends there.
fn row_start(zoom: u32, row: u32) -> i64 {
    let rows = 1_u64 << zoom;
    if row == 0 {
        return 900_000_000;
    }
    if u64::from(row) >= rows {
        return -900_000_001;
    }
    let y = std::f64::consts::PI * (1.0 - 2.0 * f64::from(row) / rows as f64);
    (y.sinh().atan().to_degrees() * 1e7).floor() as i64
}

fn narrow(value: i64) -> i32 {
    value.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn tiles_beyond_the_pyramid_are_none() {
        assert!(Tile::new(0, 0, 0).is_some() && Tile::new(14, 16_383, 16_383).is_some());
        assert!(Tile::new(0, 1, 0).is_none() && Tile::new(3, 0, 8).is_none() && Tile::new(15, 0, 0).is_none());
        assert!(Tile::new(255, 0, 0).is_none());
    }

    #[test]
    fn a_tile_is_where_every_map_has_it() {
        // The formula of the OpenStreetMap wiki.
        let tile = Tile::new(8, 210, 102).unwrap();
        let [west, south, east, north] = tile.bounds().degrees();
        let lat = |row: f64| (std::f64::consts::PI * (1.0 - 2.0 * row / 256.0)).sinh().atan().to_degrees();
        for (ours, theirs) in [(west, 115.3125), (east, 116.71875), (north, lat(102.0)), (south, lat(103.0))] {
            assert!((ours - theirs).abs() < 3e-7, "{ours} {theirs}");
        }
        assert_eq!(Tile::new(0, 0, 0).unwrap().spot(Point { x: 0, y: 0 }), (2048, 2048));
    }

    proptest! {
        #[test]
        fn every_point_lies_in_one_tile_and_one_cell(
            x in -1_800_000_000i32..=1_800_000_000, y in -900_000_000i32..=900_000_000, z in 0u8..=MAX_ZOOM
        ) {
            let point = Point { x, y };
            let (wx, wy) = world(point);
            let near = |v: u32| v >> (32 - u32::from(z).max(1));
            let (cx, cy) = if z == 0 { (0, 0) } else { (near(wx), near(wy)) };
            let around = |c: u32| c.saturating_sub(1)..=(c + 1).min((1 << z) - 1);
            let holding: Vec<Tile> = around(cx)
                .flat_map(|x| around(cy).filter_map(move |y| Tile::new(z, x, y)))
                .filter(|tile| tile.bounds().contains(point))
                .collect();
            prop_assert_eq!(holding.len(), 1);
            let tile = holding[0];
            let (sx, sy) = tile.place((wx, wy));
            // Rounding may carry it onto the side.
            prop_assert!((0..=EXTENT).contains(&sx) && (-1..=EXTENT + 1).contains(&sy) || y.abs() > 850_000_000);
            let grid = tile.grid(4);
            let column = (i64::from(x) + AROUND / 2) * grid.columns / AROUND - grid.first;
            prop_assert!((0..16).contains(&column) || x == 1_800_000_000);
            let row = grid.rows.iter().take_while(|start| y <= **start).count();
            let cell = sy.clamp(0, EXTENT - 1) / 256;
            prop_assert!((i64::from(cell) - row as i64).abs() <= 1);
        }
    }
}
