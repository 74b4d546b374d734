//! The map of a view as SVG: outlines from GeoJSON, labels where the labels belong.

use maud::{Markup, PreEscaped, html};
use serde_json::Value;

/// Units across the drawing.
const WIDTH: f64 = 720.0;
/// Space around what is drawn.
const MARGIN: f64 = 8.0;

/// A shape to be drawn.
pub struct Shape<'a> {
    /// GeoJSON geometry.
    pub geometry: &'a Value,
    /// What it is, as a class of the style sheet.
    pub class: &'static str,
    /// What is written on it, and where.
    pub label: Option<(&'a str, &'a Value)>,
}

/// Degrees to units of the drawing: equirectangular about the middle, which is true to shape over a province.
struct Frame {
    west: f64,
    north: f64,
    across: f64,
    down: f64,
    height: f64,
}

/// Draws shapes, the later above the earlier; nothing when none has a place.
pub fn draw(title: &str, shapes: &[Shape<'_>]) -> Markup {
    let Some(frame) = Frame::around(shapes) else { return html! {} };
    let height = frame.height;
    html! {
        svg class="served-map" role="img" aria-label=(title) viewBox=(format!("0 0 {WIDTH} {height:.0}")) {
            @for shape in shapes {
                @let path = frame.path(shape.geometry);
                @if !path.is_empty() { path class=(shape.class) d=(PreEscaped(path)) {} }
            }
            @for (text, at) in shapes.iter().filter_map(|shape| shape.label) {
                @if let (Some(lon), Some(lat)) = (at["lon"].as_f64(), at["lat"].as_f64()) {
                    @let (x, y) = frame.at(lon, lat);
                    text x=(format!("{x:.0}")) y=(format!("{y:.0}")) text-anchor="middle" { (text) }
                }
            }
        }
    }
}

impl Frame {
    fn around(shapes: &[Shape<'_>]) -> Option<Self> {
        let (mut west, mut south, mut east, mut north) = (f64::MAX, f64::MAX, f64::MIN, f64::MIN);
        for shape in shapes {
            positions(&shape.geometry["coordinates"], &mut |lon, lat| {
                (west, east) = (west.min(lon), east.max(lon));
                (south, north) = (south.min(lat), north.max(lat));
            });
        }
        if west >= east || south >= north {
            return None;
        }
        let across = (WIDTH - 2.0 * MARGIN) / (east - west);
        let down = across / f64::midpoint(south, north).to_radians().cos().max(0.05);
        Some(Self { west, north, across, down, height: (north - south) * down + 2.0 * MARGIN })
    }

    fn at(&self, lon: f64, lat: f64) -> (f64, f64) {
        ((lon - self.west) * self.across + MARGIN, (self.north - lat) * self.down + MARGIN)
    }

    /// Rings and lines; numbers only, so it needs no escaping.
    fn path(&self, geometry: &Value) -> String {
        let closed = geometry["type"].as_str().is_some_and(|kind| kind.ends_with("Polygon"));
        let mut path = String::new();
        self.lines(&geometry["coordinates"], closed, &mut path);
        path
    }

    fn lines(&self, coordinates: &Value, closed: bool, path: &mut String) {
        let Some(items) = coordinates.as_array() else { return };
        let line = items.first().is_some_and(|item| item[0].is_number());
        if !line {
            return items.iter().for_each(|item| self.lines(item, closed, path));
        }
        let mut before = None;
        for item in items {
            let (x, y) = self.at(item[0].as_f64().unwrap_or_default(), item[1].as_f64().unwrap_or_default());
            let here = ((x * 10.0).round() as i64, (y * 10.0).round() as i64);
            if before == Some(here) {
                continue;
            }
            path.push(if before.is_none() { 'M' } else { 'L' });
            path.push_str(&format!("{} {}", here.0 as f64 / 10.0, here.1 as f64 / 10.0));
            before = Some(here);
        }
        if closed {
            path.push('Z');
        }
    }
}

fn positions(coordinates: &Value, each: &mut impl FnMut(f64, f64)) {
    let Some(items) = coordinates.as_array() else { return };
    match (items.first().and_then(Value::as_f64), items.get(1).and_then(Value::as_f64)) {
        (Some(lon), Some(lat)) => each(lon, lat),
        _ => items.iter().for_each(|item| positions(item, each)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_square_in_the_north_is_drawn_as_tall_as_it_is() {
        let square = json!({ "type": "Polygon", "coordinates": [[[0, 60], [2, 60], [2, 61], [0, 61], [0, 60]]] });
        let drawn = draw("<b>", &[Shape { geometry: &square, class: "land", label: None }]).into_string();
        // At 60.5° a degree of longitude is about half as long as one of latitude.
        assert!(drawn.contains("viewBox=\"0 0 720 731\"") && drawn.contains("aria-label=\"&lt;b&gt;\""), "{drawn}");
        assert!(drawn.contains("M8 722.8L712 722.8L712 8L8 8"), "{drawn}");
        assert!(drawn.contains("Z\"></path>"), "what is not closed swallows what follows: {drawn}");
        assert_eq!(draw("", &[]).into_string(), "");
    }
}
