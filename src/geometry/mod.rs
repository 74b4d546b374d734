//! Geometry of footprints: pure functions over [`Shape`], whose coordinates are integers of
//! 1e-7 degree.
//!
//! Everything that decides *whether* something holds (valid, inside, shared, crossing) is computed exactly in
//! integers; only what measures (areas, metres, the label point's search) uses floating point. So a boundary that is
//! accepted on import stays accepted, on every machine.
//!
//! - [`check()`]: what is wrong with a boundary, and where.
//! - [`measures`], [`area_km2`], [`bbox`], [`contains()`], [`overlap_km2`], [`touches`]: what is asked of one or two.
//! - [`Area`]: what somebody names or draws, and what lies in it.
//! - [`Topology`], [`union()`]: many boundaries cut into shared arcs, simplified together without gaps, and dissolved.
//! - [`LEVELS`], [`snap`]: the tolerances that are stored. [`corridor`]: a line through places.
//! - [`tile`]: vector tiles.
//! - [`to_geojson`], [`to_blob`], [`from_blob`]: how a shape leaves and how it is stored.

mod area;
mod blob;
mod check;
mod dissolve;
mod exact;
mod geojson;
mod label;
mod measure;
mod simplify;
mod sweep;
pub mod tile;
mod topology;
mod weld;

pub use self::area::{Area, Cells, distance_metres, tidied};
pub use self::blob::{BlobError, from_blob, to_blob};
pub use self::check::{Defect, DefectKind, check};
pub use self::dissolve::union;
pub use self::geojson::to_geojson;
pub use self::measure::{Bbox, Measures, area_km2, bbox, contains, measures, overlap_km2, touches};
pub use self::topology::{LEVELS, Level, Topology, snap};

use crate::domain::{Point, Shape};

/// Shares this close to the whole count as the whole: two sources draw a common border a few metres apart.
pub const WHOLE: f64 = 0.999;

/// The schematic line through places, in the order given. Fewer than two different places make no line.
pub fn corridor(through: &[Point]) -> Shape {
    let mut line = through.to_vec();
    line.dedup();
    Shape::Lines(if line.len() < 2 { Vec::new() } else { vec![line] })
}
