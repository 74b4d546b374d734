//! GeoJSON (RFC 7946): a feature for each row, a bounding box around all, revision and sample as foreign members.

use std::io::Write as _;

use async_graphql::Value;

use super::cells::{Cell, Row, single};
use super::columns::Column;
use super::encoder::{About, Encoder, Ending, Table};
use super::pages::Failure;

/// Writes a feature collection.
pub struct GeoJson {
    out: Vec<u8>,
    first: bool,
    bbox: Option<[f64; 4]>,
    id: Option<usize>,
    properties: Vec<usize>,
}

impl GeoJson {
    /// With what is known before the first feature.
    pub fn new(table: &Table<'_>) -> Self {
        let called = |name: &str| table.columns.iter().position(|column| column.heading == name);
        // The coordinates of a point are its geometry.
        let drawn = |column: &Column| {
            table.geometry.is_some_and(|geometry| {
                let Some((lon, lat)) = &geometry.point else { return false };
                let inside = |last: &String| {
                    column.place.keys.split_last().is_some_and(|(own, way)| own == last && way == geometry.place.keys)
                };
                column.place.anchor == geometry.place.anchor && (inside(lon) || inside(lat))
            })
        };
        let properties = (0..table.columns.len()).filter(|at| !drawn(&table.columns[*at])).collect();
        let mut out = Vec::with_capacity(4096);
        out.extend_from_slice(b"{\"type\":\"FeatureCollection\",\"name\":");
        string(&mut out, table.title);
        let _ = write!(
            out,
            ",\"revision\":{},\"on\":\"{}\",\"sample\":{},\"features\":[",
            table.revision, table.on, table.sample
        );
        Self { out, first: true, bbox: None, id: called("id").or_else(|| called("code")), properties }
    }

    /// The geometry of a row, written; false when it has none.
    fn geometry(&mut self, table: &Table<'_>, row: &Row<'_>) -> bool {
        let Some(geometry) = table.geometry else { return false };
        let start = self.out.len();
        match (single(row, &geometry.place), &geometry.point) {
            (Some(Value::Binary(json)), None) => self.out.extend_from_slice(json),
            (Some(Value::Object(point)), Some((lon, lat))) => {
                let (Some(Value::Number(lon)), Some(Value::Number(lat))) =
                    (point.get(lon.as_str()), point.get(lat.as_str()))
                else {
                    return false;
                };
                let _ = write!(self.out, "{{\"type\":\"Point\",\"coordinates\":[{lon},{lat}]}}");
            }
            _ => return false,
        }
        self.bbox = around(self.bbox, &self.out[start..]);
        true
    }
}

impl Encoder for GeoJson {
    fn row(&mut self, table: &Table<'_>, row: &Row<'_>) -> Result<(), Failure> {
        self.out.extend_from_slice(if self.first { b"\n" } else { b",\n" });
        self.first = false;
        self.out.extend_from_slice(b"{\"type\":\"Feature\"");
        if let Some(id) =
            self.id.map(|id| table.columns[id].cell(row)).filter(|id| matches!(id, Cell::Text(_) | Cell::Number(_)))
        {
            self.out.extend_from_slice(b",\"id\":");
            json(&mut self.out, &id);
        }
        self.out.extend_from_slice(b",\"geometry\":");
        if !self.geometry(table, row) {
            self.out.extend_from_slice(b"null");
        }
        self.out.extend_from_slice(b",\"properties\":{");
        for (at, column) in self.properties.iter().map(|at| &table.columns[*at]).enumerate() {
            if at > 0 {
                self.out.push(b',');
            }
            string(&mut self.out, &column.heading);
            self.out.push(b':');
            json(&mut self.out, &column.cell(row));
        }
        self.out.extend_from_slice(b"}}");
        Ok(())
    }

    fn take(&mut self) -> Result<Vec<u8>, Failure> {
        Ok(std::mem::take(&mut self.out))
    }

    fn end(mut self: Box<Self>, _: &Table<'_>, about: &About) -> Result<Ending, Failure> {
        self.out.extend_from_slice(b"\n]");
        if let Some([west, south, east, north]) = self.bbox {
            let _ = write!(self.out, ",\"bbox\":[{west},{south},{east},{north}]");
        }
        self.out.extend_from_slice(b",\"sources\":[");
        for (at, source) in about.sources.iter().enumerate() {
            self.out.extend_from_slice(if at == 0 { b"{\"code\":" } else { b",{\"code\":" });
            string(&mut self.out, &source.code);
            for (name, text) in [("title", &source.title), ("issuer", &source.issuer), ("url", &source.url)] {
                if !text.is_empty() {
                    let _ = write!(self.out, ",\"{name}\":");
                    string(&mut self.out, text);
                }
            }
            let _ = write!(self.out, ",\"sample\":{}}}", source.sample);
        }
        self.out.extend_from_slice(b"]}\n");
        Ok(Ending::Bytes(self.out))
    }
}

fn string(out: &mut Vec<u8>, text: &str) {
    out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
}

/// A cell as JSON; an exact number keeps its digits.
pub fn json(out: &mut Vec<u8>, cell: &Cell) {
    match cell {
        Cell::Empty => out.extend_from_slice(b"null"),
        // An exact decimal is a JSON number as it stands.
        Cell::Number(number) => out.extend_from_slice(number.as_bytes()),
        Cell::Boolean(yes) => out.extend_from_slice(yes.to_string().as_bytes()),
        Cell::Text(text) | Cell::Date(text) => string(out, text),
        Cell::Many(cells) => {
            out.push(b'[');
            for (at, cell) in cells.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                json(out, cell);
            }
            out.push(b']');
        }
    }
}

/// The box around the one so far and a geometry as text. Its numbers are its coordinates, two by two: what we write
/// has no height.
fn around(bbox: Option<[f64; 4]>, geometry: &[u8]) -> Option<[f64; 4]> {
    let part_of_number = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'+');
    let numbers = geometry
        .split(|byte| !part_of_number(*byte))
        .filter_map(|digits| std::str::from_utf8(digits).ok()?.parse::<f64>().ok());
    let mut found = bbox;
    let mut lon = None;
    for number in numbers {
        let Some(x) = lon.take() else {
            lon = Some(number);
            continue;
        };
        let [west, south, east, north] = found.unwrap_or([x, number, x, number]);
        found = Some([west.min(x), south.min(number), east.max(x), north.max(number)]);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_box_goes_around_all_corners() {
        let line = br#"{"type":"LineString","coordinates":[[115.5,34.25],[116,33.5]]}"#;
        let bbox = around(None, line);
        assert_eq!(bbox, Some([115.5, 33.5, 116.0, 34.25]));
        assert_eq!(around(bbox, br#"{"type":"Point","coordinates":[-1.5,40]}"#), Some([-1.5, 33.5, 116.0, 40.0]));
        assert_eq!(around(None, b""), None);
    }
}
