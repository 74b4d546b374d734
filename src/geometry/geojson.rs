//! A shape as GeoJSON text (RFC 7946), written straight from the integers: no floating point, so what was published
//! with seven decimals or fewer leaves with exactly those.

use super::exact;
use crate::domain::{Point, Shape};
use std::fmt::Write;

/// The shape as a GeoJSON geometry object: rings closed, exteriors counter-clockwise and holes clockwise; a single
/// polygon or line is a `Polygon` or `LineString`, several a `MultiPolygon` or `MultiLineString`.
pub fn to_geojson(shape: &Shape) -> String {
    let mut out = String::with_capacity(shape.vertex_count() * 24 + 64);
    let kind = match shape {
        Shape::Polygons(polygons) if polygons.len() == 1 => "Polygon",
        Shape::Polygons(_) => "MultiPolygon",
        Shape::Lines(lines) if lines.len() == 1 => "LineString",
        Shape::Lines(_) => "MultiLineString",
        Shape::Point(_) => "Point",
    };
    out.push_str("{\"type\":\"");
    out.push_str(kind);
    out.push_str("\",\"coordinates\":");
    let polygon = |out: &mut String, rings: &Vec<Vec<Point>>| {
        let mut number = 0;
        list(out, rings, |out, ring| {
            let turned = (exact::doubled_area(ring) < 0) == (number == 0);
            number += 1;
            let mut points = ring.clone();
            if turned {
                points.reverse();
            }
            points.extend(points.first().copied());
            list(out, &points, position);
        });
    };
    match shape {
        Shape::Polygons(polygons) => match polygons.as_slice() {
            [one] => polygon(&mut out, one),
            many => list(&mut out, many, polygon),
        },
        Shape::Lines(lines) => match lines.as_slice() {
            [one] => list(&mut out, one, position),
            many => list(&mut out, many, |out, line| list(out, line, position)),
        },
        Shape::Point(p) => position(&mut out, p),
    }
    out.push('}');
    out
}

fn list<T>(out: &mut String, items: &[T], mut item: impl FnMut(&mut String, &T)) {
    out.push('[');
    for (n, it) in items.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        item(out, it);
    }
    out.push(']');
}

fn position(out: &mut String, p: &Point) {
    out.push('[');
    degrees(out, p.x);
    out.push(',');
    degrees(out, p.y);
    out.push(']');
}

/// The shortest decimal number of degrees that equals `units` of 1e-7 degree.
fn degrees(out: &mut String, units: i32) {
    if units < 0 {
        out.push('-');
    }
    let (whole, mut fraction) = (units.unsigned_abs() / 10_000_000, units.unsigned_abs() % 10_000_000);
    // Writing into a string cannot fail.
    let _ = write!(out, "{whole}");
    if fraction > 0 {
        let mut width = 7;
        while fraction.is_multiple_of(10) {
            fraction /= 10;
            width -= 1;
        }
        let _ = write!(out, ".{fraction:0width$}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ring(points: &[(i32, i32)]) -> Vec<Point> {
        points.iter().map(|&(x, y)| Point { x, y }).collect()
    }

    #[test]
    fn numbers_are_short_and_exact() {
        for (units, text) in [
            (0, "0"),
            (5, "0.0000005"),
            (-5, "-0.0000005"),
            (1_150_000_000, "115"),
            (-1_156_543_210, "-115.654321"),
            (344_000_001, "34.4000001"),
            (i32::MIN, "-214.7483648"),
        ] {
            let mut out = String::new();
            degrees(&mut out, units);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn rings_are_closed_and_wound() {
        let counter_clockwise = ring(&[(0, 0), (10_000_000, 0), (0, 5_000_000)]);
        let clockwise = ring(&[(1_000_000, 1_000_000), (1_000_000, 2_000_000), (2_000_000, 1_000_000)]);
        let expected = concat!(
            r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0.5],[0,0]],"#,
            r#"[[0.1,0.1],[0.1,0.2],[0.2,0.1],[0.1,0.1]]]}"#
        );
        let shape = Shape::Polygons(vec![vec![counter_clockwise.clone(), clockwise.clone()]]);
        assert_eq!(to_geojson(&shape), expected);
        let backwards = |ring: &[Point]| ring.iter().rev().copied().collect::<Vec<_>>();
        let turned = to_geojson(&Shape::Polygons(vec![vec![backwards(&counter_clockwise)]]));
        assert_eq!(turned, r#"{"type":"Polygon","coordinates":[[[0,0],[1,0],[0,0.5],[0,0]]]}"#);
        let two = Shape::Polygons(vec![vec![counter_clockwise.clone()], vec![counter_clockwise]]);
        assert!(to_geojson(&two).starts_with(r#"{"type":"MultiPolygon","coordinates":[[[[0,0],"#));
    }

    #[test]
    fn lines_and_points() {
        let line = ring(&[(0, 0), (10_000_000, 0)]);
        assert_eq!(
            to_geojson(&Shape::Lines(vec![line.clone()])),
            r#"{"type":"LineString","coordinates":[[0,0],[1,0]]}"#
        );
        assert_eq!(
            to_geojson(&Shape::Lines(vec![line.clone(), line])),
            r#"{"type":"MultiLineString","coordinates":[[[0,0],[1,0]],[[0,0],[1,0]]]}"#
        );
        assert_eq!(
            to_geojson(&Shape::Point(Point { x: 1, y: -1 })),
            r#"{"type":"Point","coordinates":[0.0000001,-0.0000001]}"#
        );
    }

    proptest! {
        #[test]
        fn a_parser_reads_the_same_number(units in any::<i32>()) {
            let mut out = String::new();
            degrees(&mut out, units);
            let read: f64 = out.parse().unwrap();
            prop_assert_eq!((read * 1e7).round() as i32, units);
        }
    }
}
