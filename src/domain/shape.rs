//! Coordinates of a footprint, exact as published: integers of 1e-7 degree.

/// A position in 1e-7 degrees, CGCS2000 / WGS 84.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point {
    /// Longitude × 10⁷.
    pub x: i32,
    /// Latitude × 10⁷.
    pub y: i32,
}

/// A closed ring, without the repeated last point. Exterior rings run counter-clockwise, holes clockwise (RFC 7946).
pub type Ring = Vec<Point>;

/// What a footprint draws.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shape {
    /// Polygons, each an exterior ring followed by its holes.
    Polygons(Vec<Vec<Ring>>),
    /// Lines, e.g. a corridor.
    Lines(Vec<Vec<Point>>),
    /// A single point.
    Point(Point),
}

impl Shape {
    /// Number of vertices, counting the repeated last point of no ring.
    pub fn vertex_count(&self) -> usize {
        match self {
            Self::Polygons(polygons) => polygons.iter().flatten().map(Vec::len).sum(),
            Self::Lines(lines) => lines.iter().map(Vec::len).sum(),
            Self::Point(_) => 1,
        }
    }

    /// RFC 7946 nesting as integers of 1e-7 degree: the form that digests see.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::json;
        let at = |p: &Point| json!([p.x, p.y]);
        match self {
            Self::Polygons(polygons) => json!({"polygons": polygons.iter().map(|rings| rings.iter()
                .map(|ring| ring.iter().map(at).collect::<Vec<_>>()).collect::<Vec<_>>()).collect::<Vec<_>>()}),
            Self::Lines(lines) => {
                json!({"lines": lines.iter().map(|line| line.iter().map(at).collect::<Vec<_>>()).collect::<Vec<_>>()})
            }
            Self::Point(p) => json!({"point": at(p)}),
        }
    }
}
