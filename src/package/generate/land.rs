//! Counties that tile a rectangle without a gap, and zones within them.

use std::f64::consts::{PI, TAU};
use std::io::{self, Write};

use rand::Rng;

use super::Size;
use super::sheets::Folder;

/// How far a border may stray, as a part of a county's side.
const STRAY: f64 = 0.08;
/// Counties of a city: this many each way.
const BLOCK: usize = 3;
/// Points of a zone's outline.
const ROUND: usize = 60;

type Point = (f64, f64);

/// Where everything lies. Borders are drawn once and shared.
pub(super) struct Land {
    size: Size,
    /// Southern borders of the counties of each row, and the northern ones of the last.
    across: Vec<Vec<Point>>,
    /// Western borders of each county, and the eastern ones of the last of a row.
    along: Vec<Vec<Point>>,
    pub(super) zones: Vec<Zone>,
}

/// A development zone: nearly a circle.
pub(super) struct Zone {
    /// Number of its county.
    pub(super) county: usize,
    centre: Point,
    radius: f64,
    outline: Vec<Point>,
}

impl Land {
    pub(super) fn draw(size: &Size, draw: &mut impl Rng) -> Self {
        let (dx, dy) = size.cell();
        let corner =
            |column: usize, row: usize| (size.west_south.0 + column as f64 * dx, size.west_south.1 + row as f64 * dy);
        let mut border = |from: Point, step: Point, stray: Point| -> Vec<Point> {
            let (waves, phase) = (draw.random_range(2.0..9.0), draw.random_range(0.0..TAU));
            (0..size.edge)
                .map(|at| {
                    let part = at as f64 / size.edge as f64;
                    let swing = (waves * TAU * part + phase).sin() * 0.6 + draw.random_range(-0.4..0.4);
                    let swing = (PI * part).sin() * swing * STRAY;
                    (from.0 + step.0 * part + stray.0 * swing, from.1 + step.1 * part + stray.1 * swing)
                })
                .collect()
        };
        let mut across = Vec::new();
        for row in 0..=size.rows {
            for column in 0..size.columns {
                across.push(border(corner(column, row), (dx, 0.0), (0.0, dy)));
            }
        }
        let mut along = Vec::new();
        for row in 0..size.rows {
            for column in 0..=size.columns {
                along.push(border(corner(column, row), (0.0, dy), (dx, 0.0)));
            }
        }
        let mut land = Self { size: *size, across, along, zones: Vec::new() };
        let counties = land.counties();
        for number in 0..size.zones {
            // Each county has one before any has two, where there are enough.
            let county = if number < counties { number } else { draw.random_range(0..counties) };
            let at = corner(county % size.columns, county / size.columns);
            let share = (draw.random_range(0.25..0.75), draw.random_range(0.25..0.75));
            let centre = (at.0 + share.0 * dx, at.1 + share.1 * dy);
            let radius = draw.random_range(0.05..0.12) * dx.min(dy);
            let outline = (0..ROUND).map(|at| {
                let (angle, away) = (at as f64 / ROUND as f64 * TAU, radius * draw.random_range(0.85..1.15));
                (centre.0 + away * angle.cos(), centre.1 + away * angle.sin())
            });
            land.zones.push(Zone { county, centre, radius, outline: outline.collect() });
        }
        land
    }

    pub(super) const fn counties(&self) -> usize {
        self.size.columns * self.size.rows
    }

    /// Code of a county.
    pub(super) fn county(&self, number: usize) -> String {
        format!("county-{:04}", number + 1)
    }

    /// Code of a zone.
    pub(super) fn zone(&self, number: usize) -> String {
        format!("zone-{:04}", number + 1)
    }

    /// A point well within a zone.
    pub(super) fn point(&self, zone: usize, draw: &mut impl Rng) -> Point {
        let zone = &self.zones[zone];
        let (angle, away) = (draw.random_range(0.0..TAU), draw.random_range(0.0_f64..1.0).sqrt() * zone.radius * 0.8);
        (zone.centre.0 + away * angle.cos(), zone.centre.1 + away * angle.sin())
    }

    fn outline(&self, number: usize) -> Vec<Point> {
        let (column, row) = (number % self.size.columns, number / self.size.columns);
        let across = |row: usize| &self.across[row * self.size.columns + column];
        let along = |column: usize| &self.along[row * (self.size.columns + 1) + column];
        let (dx, dy) = self.size.cell();
        let corner = |right: usize, up: usize| {
            (self.size.west_south.0 + (column + right) as f64 * dx, self.size.west_south.1 + (row + up) as f64 * dy)
        };
        let back = |border: &[Point]| border[1..].iter().rev().copied().collect::<Vec<_>>();
        let mut ring = across(row).clone();
        ring.extend(along(column + 1));
        ring.push(corner(1, 1));
        ring.extend(back(across(row + 1)));
        ring.push(corner(0, 1));
        ring.extend(back(along(column)));
        ring
    }

    pub(super) fn write(&self, folder: &mut Folder) -> io::Result<()> {
        let source: [(&str, &dyn std::fmt::Display); 2] = [("document", &"made-up-map"), ("locator", &"1")];
        let mut sheet = folder.sheet("regions")?;
        let (across, up) = (self.size.columns.div_ceil(BLOCK), self.size.rows.div_ceil(BLOCK));
        let mut row = |code: &str, name: String, english: String, kind: &str, parent: &str, position: usize| {
            let cells: [(&str, &dyn std::fmt::Display); 6] = [
                ("code", &code),
                ("name", &name),
                ("name_en", &english),
                ("kind", &kind),
                ("parent", &parent),
                ("position", &position),
            ];
            sheet.row(&[&cells[..], &source[..]].concat())
        };
        row("land", "全域".to_owned(), "The whole land".to_owned(), "CITY", "", 1)?;
        let city = |number: usize| format!("city-{:03}", number + 1);
        for number in 0..across * up {
            row(
                &city(number),
                format!("第{}市", number + 1),
                format!("City {}", number + 1),
                "CITY",
                "land",
                number + 1,
            )?;
        }
        for number in 0..self.counties() {
            let (column, line) = (number % self.size.columns / BLOCK, number / self.size.columns / BLOCK);
            let of = city(line * across + column);
            let names = (format!("第{}县", number + 1), format!("County {}", number + 1));
            row(&self.county(number), names.0, names.1, "COUNTY", &of, number + 1)?;
        }
        sheet.end()?;

        let mut sheet = folder.sheet("zones")?;
        let mut hosts = Vec::with_capacity(self.zones.len());
        for (number, zone) in self.zones.iter().enumerate() {
            let level = [("国家级", "National"), ("省级", "Provincial"), ("县级", "County")][number % 3];
            let cells: [(&str, &dyn std::fmt::Display); 7] = [
                ("code", &self.zone(number)),
                ("name", &format!("第{}开发区", number + 1)),
                ("name_en", &format!("Zone {}", number + 1)),
                ("level", &level.0),
                ("level_en", &level.1),
                ("listing", &"CONFIRMED"),
                ("position", &(number + 1)),
            ];
            sheet.row(&[&cells[..], &source[..]].concat())?;
            hosts.push((self.zone(number), self.county(zone.county)));
        }
        sheet.end()?;
        let mut sheet = folder.sheet("zone_hosts")?;
        for (zone, region) in &hosts {
            let cells: [(&str, &dyn std::fmt::Display); 3] = [("zone", zone), ("region", region), ("inferred", &false)];
            sheet.row(&[&cells[..], &source[..]].concat())?;
        }
        sheet.end()?;

        let mut sheet = folder.sheet("footprints")?;
        let places = (0..self.counties()).map(|number| ("REGION", self.county(number)));
        let places = places.chain((0..self.zones.len()).map(|number| ("ZONE", self.zone(number))));
        for (kind, code) in places {
            let cells: [(&str, &dyn std::fmt::Display); 7] = [
                ("code", &format!("outline-{code}")),
                ("place_kind", &kind),
                ("place_code", &code),
                ("valid_from", &"2000"),
                ("change", &"INITIAL"),
                ("accuracy", &"SCHEMATIC"),
                ("attribution", &"虚构 made up"),
            ];
            sheet.row(&[&cells[..], &source[..]].concat())?;
        }
        sheet.end()?;
        let counties = (0..self.counties()).map(|number| (self.county(number), self.outline(number)));
        draw_all(folder, "regions", counties)?;
        let zones = self.zones.iter().enumerate().map(|(number, zone)| (self.zone(number), zone.outline.clone()));
        draw_all(folder, "zones", zones)
    }
}

/// Writes outlines as GeoJSON, each ring closed and anticlockwise.
fn draw_all(folder: &mut Folder, name: &str, outlines: impl Iterator<Item = (String, Vec<Point>)>) -> io::Result<()> {
    let mut file = folder.outlines(name)?;
    write!(file, "{{\"type\":\"FeatureCollection\",\"features\":[")?;
    for (number, (code, ring)) in outlines.enumerate() {
        let comma = if number == 0 { "" } else { "," };
        write!(file, "{comma}\n{{\"type\":\"Feature\",\"id\":\"outline-{code}\",\"properties\":{{}},")?;
        write!(file, "\"geometry\":{{\"type\":\"MultiPolygon\",\"coordinates\":[[[")?;
        for (at, (lon, lat)) in ring.iter().chain(ring.first()).enumerate() {
            let comma = if at == 0 { "" } else { "," };
            write!(file, "{comma}[{lon:.6},{lat:.6}]")?;
        }
        write!(file, "]]]}}}}")?;
    }
    writeln!(file, "\n]}}")?;
    file.flush()
}

impl Size {
    /// Width and height of a county in degrees.
    fn cell(&self) -> Point {
        (
            (self.east_north.0 - self.west_south.0) / self.columns as f64,
            (self.east_north.1 - self.west_south.1) / self.rows as f64,
        )
    }
}
