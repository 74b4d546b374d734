//! Features as GeoJSON, in the coordinate reference system asked for.

use serde_json::{Value, json};

use super::super::forms::write_cell;
use super::collection::Shape;
use super::crs::{Crs, rewrite};
use super::fields::Fields;
use super::read::{Found, Record};
use crate::graphql::Pin;

/// A page of features.
pub fn collection(found: &Found, shape: Shape, fields: &Fields, crs: Crs, links: &[Value], pin: &Pin) -> Vec<u8> {
    let mut out = Vec::with_capacity(4096);
    out.extend_from_slice(b"{\"type\":\"FeatureCollection\",\"features\":[");
    for (at, record) in found.records.iter().enumerate() {
        out.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        feature(&mut out, record, shape, fields, crs);
        out.push(b'}');
    }
    let ending = json!({
        "numberMatched": found.matched,
        "numberReturned": found.records.len(),
        "links": links,
        "revision": pin.revision().number,
        "on": pin.on().to_string(),
        "sample": pin.has_sample(),
    });
    out.extend_from_slice(b"\n],");
    out.extend_from_slice(&ending.to_string().as_bytes()[1..]);
    out
}

/// One feature with its links.
pub fn single(record: &Record, shape: Shape, fields: &Fields, crs: Crs, links: &[Value]) -> Vec<u8> {
    let mut out = Vec::with_capacity(4096);
    feature(&mut out, record, shape, fields, crs);
    out.extend_from_slice(b",\"links\":");
    out.extend_from_slice(Value::from(links).to_string().as_bytes());
    out.push(b'}');
    out
}

/// A feature, left open.
fn feature(out: &mut Vec<u8>, record: &Record, shape: Shape, fields: &Fields, crs: Crs) {
    out.extend_from_slice(b"{\"type\":\"Feature\",\"id\":");
    out.extend_from_slice(Value::from(record.id.as_str()).to_string().as_bytes());
    out.extend_from_slice(b",\"geometry\":");
    match &record.geometry {
        None => out.extend_from_slice(nowhere(shape)),
        // It stands ready.
        Some(json) if crs == Crs::Crs84 => out.extend_from_slice(json),
        Some(json) => {
            let mut geometry: Value = serde_json::from_slice(json).unwrap_or_default();
            rewrite(&mut geometry, crs);
            out.extend_from_slice(geometry.to_string().as_bytes());
        }
    }
    out.extend_from_slice(b",\"properties\":{");
    for (at, (field, cell)) in fields.all.iter().zip(&record.cells).enumerate() {
        if at > 0 {
            out.push(b',');
        }
        out.extend_from_slice(Value::from(field.name.as_str()).to_string().as_bytes());
        out.push(b':');
        write_cell(out, cell);
    }
    out.push(b'}');
}

/// What stands for the geometry of what is nowhere. The standard's schema of a feature takes no `null`; RFC 7946
/// lets readers take empty coordinates for it, and of the layer's own kind they leave GDAL and QGIS its type.
const fn nowhere(shape: Shape) -> &'static [u8] {
    match shape {
        Shape::Point => br#"{"type":"MultiPoint","coordinates":[]}"#,
        Shape::Polygon => br#"{"type":"MultiPolygon","coordinates":[]}"#,
        Shape::Any => br#"{"type":"GeometryCollection","geometries":[]}"#,
    }
}
