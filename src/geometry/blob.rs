//! A shape as compact bytes, for storage: counts and zigzag differences as variable-length integers (LEB128).
//!
//! `kind` (1 polygons, 2 lines, 3 point), then for polygons: how many, each: how many rings, each: how many points;
//! for lines: how many, each: how many points. Every point is its difference from the point before it in the shape.

use crate::domain::{Point, Shape};
use thiserror::Error;

const POLYGONS: u8 = 1;
const LINES: u8 = 2;
const POINT: u8 = 3;

/// Stored bytes that are not a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BlobError {
    /// The bytes end before the shape does.
    #[error("stored geometry ends too early")]
    Truncated,
    /// The bytes go on after the shape.
    #[error("stored geometry goes on after its end")]
    Trailing,
    /// The first byte names no known kind of shape.
    #[error("stored geometry is of an unknown kind")]
    Kind,
    /// A number is too large to be a coordinate or a count.
    #[error("stored geometry holds a number out of range")]
    Range,
}

/// The shape as bytes; the same shape always gives the same bytes.
pub fn to_blob(shape: &Shape) -> Vec<u8> {
    let mut out = Writer { bytes: Vec::with_capacity(shape.vertex_count() * 4 + 8), last: (0, 0) };
    match shape {
        Shape::Polygons(polygons) => {
            out.bytes.push(POLYGONS);
            out.count(polygons.len());
            for rings in polygons {
                out.count(rings.len());
                rings.iter().for_each(|ring| out.points(ring));
            }
        }
        Shape::Lines(lines) => {
            out.bytes.push(LINES);
            out.count(lines.len());
            lines.iter().for_each(|line| out.points(line));
        }
        Shape::Point(p) => {
            out.bytes.push(POINT);
            out.point(*p);
        }
    }
    out.bytes
}

/// The shape that [`to_blob`] wrote; any other bytes are an error.
pub fn from_blob(bytes: &[u8]) -> Result<Shape, BlobError> {
    let (&kind, rest) = bytes.split_first().ok_or(BlobError::Truncated)?;
    let mut from = Reader { bytes: rest, last: (0, 0) };
    let shape = match kind {
        POLYGONS => Shape::Polygons(from.list(|from| from.list(|from| from.list(Reader::point)))?),
        LINES => Shape::Lines(from.list(|from| from.list(Reader::point))?),
        POINT => Shape::Point(from.point()?),
        _ => return Err(BlobError::Kind),
    };
    if from.bytes.is_empty() { Ok(shape) } else { Err(BlobError::Trailing) }
}

struct Writer {
    bytes: Vec<u8>,
    last: (i64, i64),
}

impl Writer {
    fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.bytes.push(n as u8 | 0x80);
            n >>= 7;
        }
        self.bytes.push(n as u8);
    }

    fn count(&mut self, n: usize) {
        self.number(n as u64);
    }

    fn point(&mut self, p: Point) {
        let (x, y) = (i64::from(p.x), i64::from(p.y));
        for difference in [x - self.last.0, y - self.last.1] {
            self.number((difference << 1 ^ difference >> 63) as u64);
        }
        self.last = (x, y);
    }

    fn points(&mut self, points: &[Point]) {
        self.count(points.len());
        points.iter().for_each(|&p| self.point(p));
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    last: (i64, i64),
}

impl Reader<'_> {
    fn number(&mut self) -> Result<u64, BlobError> {
        let mut n = 0;
        // Five groups of seven bits hold every count and every difference of coordinates.
        for shift in (0..35).step_by(7) {
            let (&byte, rest) = self.bytes.split_first().ok_or(BlobError::Truncated)?;
            self.bytes = rest;
            n |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(n);
            }
        }
        Err(BlobError::Range)
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Result<T, BlobError>) -> Result<Vec<T>, BlobError> {
        let count = usize::try_from(self.number()?).map_err(|_| BlobError::Range)?;
        // Every item takes a byte or more: a count beyond the bytes left is wrong, and must not reserve memory.
        if count > self.bytes.len() {
            return Err(BlobError::Truncated);
        }
        (0..count).map(|_| item(self)).collect()
    }

    fn coordinate(&mut self, last: i64) -> Result<i32, BlobError> {
        let n = self.number()?;
        let difference = (n >> 1) as i64 ^ -((n & 1) as i64);
        i32::try_from(last + difference).map_err(|_| BlobError::Range)
    }

    fn point(&mut self) -> Result<Point, BlobError> {
        let x = self.coordinate(self.last.0)?;
        let y = self.coordinate(self.last.1)?;
        self.last = (i64::from(x), i64::from(y));
        Ok(Point { x, y })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points() -> impl Strategy<Value = Vec<Point>> {
        prop::collection::vec((any::<i32>(), any::<i32>()).prop_map(|(x, y)| Point { x, y }), 0..6)
    }

    fn shapes() -> impl Strategy<Value = Shape> {
        prop_oneof![
            prop::collection::vec(prop::collection::vec(points(), 0..3), 0..3).prop_map(Shape::Polygons),
            prop::collection::vec(points(), 0..3).prop_map(Shape::Lines),
            (any::<i32>(), any::<i32>()).prop_map(|(x, y)| Shape::Point(Point { x, y })),
        ]
    }

    proptest! {
        #[test]
        fn a_shape_comes_back_as_it_was(shape in shapes()) {
            prop_assert_eq!(from_blob(&to_blob(&shape)), Ok(shape));
        }

        #[test]
        fn cut_or_extended_bytes_are_refused(shape in shapes(), cut in any::<prop::sample::Index>()) {
            let mut bytes = to_blob(&shape);
            prop_assert!(from_blob(&bytes[..cut.index(bytes.len())]).is_err());
            bytes.push(0);
            prop_assert_eq!(from_blob(&bytes), Err(BlobError::Trailing));
        }

        #[test]
        fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let _ = from_blob(&bytes);
        }
    }

    #[test]
    fn a_huge_count_reserves_nothing() {
        assert_eq!(from_blob(&[POLYGONS, 0xff, 0xff, 0xff, 0xff, 0x0f]), Err(BlobError::Truncated));
    }
}
