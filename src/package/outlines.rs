//! GeoJSON resources: features become the shapes of `footprints` rows of the same id.

use std::collections::HashMap;
use std::path::Path;
use std::sync::LazyLock;

use geojson::{Geometry, GeometryValue, Position};
use regex::Regex;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::encoding;
use super::problem::{Fault, MOST_SUGGESTIONS, Problem, Row};
use super::rules::COORDINATE_DECIMALS;
use super::sheet::Sheet;
use crate::domain::{Point, Ring, Shape, nearest};
use crate::geometry::{self, DefectKind};

/// The features of one GeoJSON file.
pub(super) struct Outlines {
    file: String,
    features: Vec<Outline>,
    /// Whether every feature has an id that could be told.
    whole: bool,
}

struct Outline {
    id: String,
    /// None where a problem already says what is wrong with it.
    shape: Option<Shape>,
}

#[derive(Deserialize)]
struct Collection<'a> {
    #[serde(rename = "type")]
    kind: String,
    #[serde(borrow, default)]
    features: Vec<&'a RawValue>,
    crs: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Feature<'a> {
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    id: serde_json::Value,
    #[serde(borrow)]
    geometry: Option<&'a RawValue>,
}

/// Reads a FeatureCollection (RFC 7946) and checks each geometry.
pub(super) fn read(path: &Path, file: String, problems: &mut Vec<Problem>) -> Outlines {
    let mut outlines = Outlines { file, features: Vec::new(), whole: false };
    let Some(text) = encoding::read(path, &outlines.file, problems) else { return outlines };
    let expected = "FeatureCollection (RFC 7946)";
    let collection: Collection = match serde_json::from_str(&text) {
        Ok(collection) => collection,
        Err(error) => {
            let fault = Fault::new("json", error.to_string(), expected)
                .say("不是有效的 GeoJSON 要素集合。", "The file is no valid GeoJSON feature collection.");
            problems.push(fault.at(&outlines.file, Some(Row::Number(error.line())), None));
            return outlines;
        }
    };
    if collection.kind != "FeatureCollection" {
        let fault = Fault::new("geojson", &*collection.kind, expected)
            .say("文件须为一个 FeatureCollection。", "The file must hold one FeatureCollection.");
        problems.push(fault.at(&outlines.file, None, Some("type")));
        return outlines;
    }
    if let Some(crs) = collection.crs {
        let fault = Fault::new("geojson", crs.get(), "WGS 84 / CGCS2000").say(
            "RFC 7946 不允许 crs:坐标一律为 WGS 84(CGCS2000)经纬度,请先转换再删去 crs。",
            "RFC 7946 knows no `crs`: coordinates are WGS 84 (CGCS2000) degrees; convert them and remove it.",
        );
        problems.push(fault.at(&outlines.file, None, Some("crs")));
    }
    outlines.whole = true;
    for (position, raw) in collection.features.iter().enumerate() {
        match feature(raw, position, &outlines.file, problems) {
            Some(outline) => outlines.features.push(outline),
            None => outlines.whole = false,
        }
    }
    outlines
}

fn feature(raw: &RawValue, position: usize, file: &str, problems: &mut Vec<Problem>) -> Option<Outline> {
    let nth = format!("#{}", position + 1);
    let mut report = |id: &str, column: &str, fault: Fault| {
        problems.push(fault.at(file, Some(Row::Feature(id.to_owned())), Some(column)));
    };
    let feature: Feature = match serde_json::from_str(raw.get()) {
        Ok(feature) => feature,
        Err(error) => {
            let fault = Fault::new("geojson", error.to_string(), "Feature")
                .say("不是有效的 GeoJSON 要素。", "This is no valid GeoJSON feature.");
            report(&nth, "type", fault);
            return None;
        }
    };
    let id = match feature.id {
        serde_json::Value::String(id) if !id.is_empty() => id,
        serde_json::Value::Number(number) => number.to_string(),
        _ => {
            let fault = Fault::new("feature-id", "", "footprints.code").say(
                "要素须有 id,即 footprints 表中的代码。",
                "The feature needs an `id`: the code of its row in footprints.",
            );
            report(&nth, "id", fault);
            return None;
        }
    };
    if feature.kind != "Feature" {
        let fault = Fault::new("geojson", feature.kind, "Feature")
            .say("features 中只能是 Feature。", "`features` holds features only.");
        report(&id, "type", fault);
        return None;
    }
    let shape = feature.geometry.and_then(|raw| {
        let before = imprecise(raw.get()).map(|fault| report(&id, "geometry", fault)).is_some();
        let shape = match serde_json::from_str::<Geometry>(raw.get()) {
            Ok(geometry) => shape(&geometry.value, &mut |column, fault| report(&id, column, fault)),
            Err(error) => {
                let fault = Fault::new("geojson", error.to_string(), "Polygon · MultiPolygon · LineString · Point")
                    .say("几何图形不符合 RFC 7946。", "The geometry is not one of RFC 7946.");
                report(&id, "geometry", fault);
                None
            }
        };
        let shape = shape.filter(|shape| sound(shape, &mut |column, fault| report(&id, column, fault)));
        shape.filter(|_| !before)
    });
    if feature.geometry.is_none() {
        let fault = Fault::new("geojson", "null", "Polygon · MultiPolygon · LineString · Point")
            .say("要素没有几何图形。", "The feature has no geometry.");
        report(&id, "geometry", fault);
    }
    Some(Outline { id, shape })
}

/// A geometry that somebody draws on a map, as text of RFC 7946: its coordinates rounded to seven decimals, its rings
/// turned the right way round. It has `most` positions at most: whether it is sound takes time as their square.
///
/// # Errors
/// What is wrong with it first, in Chinese and in English.
pub fn drawn(text: &str, most: usize) -> Result<Shape, (String, String)> {
    let mut wrong: Option<(String, String)> = None;
    let mut report = |place: &str, fault: Fault| {
        let found = if fault.found.is_empty() { String::new() } else { format!(" ({place}: {})", fault.found) };
        wrong.get_or_insert((format!("{}{found}", fault.zh), format!("{}{found}", fault.en)));
    };
    let shape = match serde_json::from_str::<Geometry>(text) {
        Ok(geometry) => shape(&geometry.value, &mut report).filter(|shape| {
            let few = shape.vertex_count() <= most;
            if !few {
                let fault = Fault::new("geojson", shape.vertex_count().to_string(), format!("≤ {most}"));
                report("geometry", fault.say(format!("至多 {most} 点"), format!("{most} positions at most")));
            }
            few
        }),
        Err(error) => {
            let fault = Fault::new("geojson", error.to_string(), "").say(
                "不是 RFC 7946 的几何图形（不是要素，也不是文本）。",
                "This is no geometry of RFC 7946 (nor is a feature or a text).",
            );
            report("geometry", fault);
            None
        }
    };
    let shape = shape.map(geometry::tidied).filter(|shape| sound(shape, &mut report));
    let unread = || ("没有几何图形".to_owned(), "there is no geometry".to_owned());
    shape.ok_or_else(|| wrong.unwrap_or_else(unread))
}

/// Coordinates with more digits than anyone surveyed: reported once for a feature, with how many there are.
fn imprecise(geometry: &str) -> Option<Fault> {
    static LONG: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"-?[0-9]+\.[0-9]*[0-9](?:[eE][-+]?[0-9]+)?|-?[0-9]+[eE][-+]?[0-9]+").ok());
    let too_long = |number: &str| {
        let decimals = number.split_once('.').map_or("", |(_, decimals)| decimals);
        number.contains(['e', 'E']) || decimals.trim_end_matches('0').len() > COORDINATE_DECIMALS as usize
    };
    let mut wrong = LONG.as_ref()?.find_iter(geometry).map(|found| found.as_str()).filter(|text| too_long(text));
    let first = wrong.next()?;
    let more = wrong.count();
    let meant = first.parse::<f64>().map(|degrees| format!("{}", (degrees * 1e7).round() / 1e7)).unwrap_or_default();
    let found = if more == 0 { first.to_owned() } else { format!("{first} (+{more})") };
    Some(Fault::new("coordinate-decimals", found, meant).say(
        "坐标最多七位小数,不用科学计数法:请四舍五入(一厘米以下没有意义)。",
        "Coordinates have at most seven decimals and no exponent: round them (a centimetre is the seventh).",
    ))
}

type Report<'a> = dyn FnMut(&str, Fault) + 'a;

/// The geometry as exact coordinates, or what is wrong with its form.
fn shape(value: &GeometryValue, report: &mut Report) -> Option<Shape> {
    match value {
        GeometryValue::Point { coordinates } => Some(Shape::Point(point(coordinates, "point", report)?)),
        GeometryValue::LineString { coordinates } => {
            Some(Shape::Lines(vec![points(coordinates, &part("line", &[1]), report)?]))
        }
        GeometryValue::MultiLineString { coordinates } => {
            let all = (1..).zip(coordinates).map(|(n, line)| points(line, &part("line", &[n]), report));
            Some(Shape::Lines(whole(all.collect())?))
        }
        GeometryValue::Polygon { coordinates } => Some(Shape::Polygons(vec![rings(coordinates, 1, report)?])),
        GeometryValue::MultiPolygon { coordinates } => {
            let all = (1..).zip(coordinates).map(|(n, polygon)| rings(polygon, n, report));
            Some(Shape::Polygons(whole(all.collect())?))
        }
        other => {
            let expected = "Polygon · MultiPolygon · LineString · MultiLineString · Point";
            let fault = Fault::new("geometry-type", other.type_name(), expected)
                .say("边界不能是这种几何类型。", "A footprint cannot be of this geometry type.");
            report("geometry", fault);
            None
        }
    }
}

/// All parts, when none is missing: every part is read first, so that all problems are found.
fn whole<T>(parts: Vec<Option<T>>) -> Option<Vec<T>> {
    parts.into_iter().collect()
}

/// Which part of a geometry, counted from 1, the exterior being ring 1.
fn part(kind: &str, numbers: &[usize]) -> String {
    match numbers {
        [polygon, ring] => format!("polygon {polygon} ring {ring}"),
        [number] => format!("{kind} {number}"),
        _ => kind.to_owned(),
    }
}

fn rings(polygon: &[Vec<Position>], number: usize, report: &mut Report) -> Option<Vec<Ring>> {
    let rings = (1..).zip(polygon).map(|(n, ring)| closed(ring, &part("", &[number, n]), report));
    whole(rings.collect())
}

/// A ring without its repeated last point.
fn closed(ring: &[Position], place: &str, report: &mut Report) -> Option<Ring> {
    let mut points = points(ring, place, report)?;
    let (first, last) = (points.first().copied()?, points.last().copied()?);
    if first != last {
        let fault = Fault::new("ring-open", said(last), said(first)).say(
            "环线没有闭合:最后一点须与第一点相同。",
            "The ring is not closed: its last position must repeat the first.",
        );
        report(place, fault);
        return None;
    }
    if points.len() < 4 {
        let fault = Fault::new("ring-short", points.len().to_string(), "≥ 4")
            .say("环线至少要有四个点(首尾相同)。", "A ring has at least four positions, the last repeating the first.");
        report(place, fault);
        return None;
    }
    points.pop();
    Some(points)
}

fn points(positions: &[Position], place: &str, report: &mut Report) -> Option<Vec<Point>> {
    if positions.is_empty() {
        let fault = Fault::new("geometry", "[]", "[[lon, lat], …]").say("没有坐标。", "There are no coordinates.");
        report(place, fault);
        return None;
    }
    // One problem of this sort is enough for a ring: the others are of the same making.
    positions.iter().map(|position| point(position, place, report)).collect()
}

fn point(position: &Position, place: &str, report: &mut Report) -> Option<Point> {
    let written = || format!("{:?}", position.as_slice());
    let &[lon, lat] = position.as_slice() else {
        let fault = Fault::new("geometry", written(), "[lon, lat]")
            .say("坐标须为经度、纬度两个数,不带高程。", "A position is longitude and latitude, without height.");
        report(place, fault);
        return None;
    };
    if lon.abs() > 180.0 || lat.abs() > 90.0 {
        let swapped = lat.abs() <= 180.0 && lon.abs() <= 90.0;
        let (zh, en) = if swapped { ("经纬度是否写反?", " Are they swapped?") } else { ("", "") };
        let fault = Fault::new("coordinate-range", written(), "[±180, ±90]").say(
            format!("坐标超出经纬度范围。{zh}"),
            format!("The position is outside longitude ±180 and latitude ±90.{en}"),
        );
        report(place, fault);
        return None;
    }
    let fixed = |degrees: f64| (degrees * 1e7).round() as i32;
    Some(Point { x: fixed(lon), y: fixed(lat) })
}

fn said(p: Point) -> String {
    format!("[{}, {}]", f64::from(p.x) / 1e7, f64::from(p.y) / 1e7)
}

/// Whether a shape is valid; each defect is reported with its ring and coordinate.
fn sound(shape: &Shape, report: &mut Report) -> bool {
    let defects = geometry::check(shape);
    for defect in &defects {
        let place = match shape {
            Shape::Polygons(_) => part("", &[defect.polygon + 1, defect.ring + 1]),
            Shape::Lines(_) => part("line", &[defect.polygon + 1]),
            Shape::Point(_) => "point".to_owned(),
        };
        let found = defect.at.map(said).unwrap_or_default();
        let fault = Fault::new(code(defect.kind), found, remedy(defect.kind)).say(
            format!("{}:请在制图软件中修正此处。", defect.kind.zh()),
            format!("The {}: repair it here in your mapping tool.", defect.kind.en()),
        );
        report(&place, fault);
    }
    defects.is_empty()
}

fn code(kind: DefectKind) -> &'static str {
    match kind {
        DefectKind::Empty | DefectKind::TooFewPoints | DefectKind::ZeroArea => "geometry-empty",
        DefectKind::OutOfRange => "coordinate-range",
        DefectKind::RepeatedVertex => "vertex-repeated",
        DefectKind::Spike => "spike",
        DefectKind::SelfCrossing => "self-crossing",
        DefectKind::SelfTouching => "self-touching",
        DefectKind::InsideOut => "inside-out",
        DefectKind::RingsOverlap => "rings-overlap",
        DefectKind::HoleOutside => "hole-outside",
        DefectKind::InteriorCut => "interior-cut",
        DefectKind::PolygonsOverlap => "polygons-overlap",
    }
}

fn remedy(kind: DefectKind) -> &'static str {
    match kind {
        DefectKind::InsideOut => "exterior counter-clockwise, holes clockwise (RFC 7946)",
        DefectKind::HoleOutside => "hole inside its exterior",
        DefectKind::PolygonsOverlap | DefectKind::RingsOverlap => "no overlap",
        DefectKind::OutOfRange => "[±180, ±90]",
        DefectKind::Empty | DefectKind::TooFewPoints | DefectKind::ZeroArea => {
            "a ring around an area, a line of two points"
        }
        _ => "a simple ring",
    }
}

/// Gives each row of `footprints` the shape of the feature of its code; rows and features must pair off.
pub(super) fn join(sheets: &mut [Sheet], outlines: Vec<Outlines>, problems: &mut Vec<Problem>) {
    let whole = outlines.iter().all(|outlines| outlines.whole);
    let mut shapes: HashMap<String, (String, Option<Shape>)> = HashMap::new();
    for Outlines { file, features, .. } in outlines {
        for Outline { id, shape } in features {
            if let Some((other, _)) = shapes.get(&id) {
                let fault = Fault::new("duplicate-key", &*id, format!("{id} ×1")).say(
                    format!("要素 id 重复(另见 {other})。"),
                    format!("A feature of this id stands in {other} already."),
                );
                problems.push(fault.at(&file, Some(Row::Feature(id)), Some("id")));
            } else {
                shapes.insert(id, (file.clone(), shape));
            }
        }
    }
    let mut codes: Vec<String> = Vec::new();
    if let Some(sheet) = sheets.iter_mut().find(|sheet| sheet.table().name == "footprints") {
        let mut missing = Vec::new();
        for at in 0..sheet.rows.len() {
            let Some(code) = sheet.key(at) else { continue };
            match shapes.get_mut(&code) {
                Some((_, shape)) => {
                    if let Some(shape) = shape.take() {
                        sheet.rows.draw(at, shape);
                    }
                }
                None if whole => missing.push((at, code.clone())),
                None => {}
            }
            codes.push(code);
        }
        for (nth, (at, code)) in missing.into_iter().enumerate() {
            let ids = shapes.keys().map(String::as_str);
            let meant = (nth < MOST_SUGGESTIONS).then(|| nearest(&code, ids)).flatten().unwrap_or("GeoJSON feature id");
            let fault = Fault::new("footprint-without-feature", &*code, meant).say(
                "数据包的 GeoJSON 中没有这个 id 的要素:补上要素或改正代码。",
                "No GeoJSON feature of the package has this id: add the feature, or correct the code.",
            );
            problems.push(sheet.fault(&sheet.line(at), "code", fault));
        }
    }
    let used: std::collections::HashSet<&str> = codes.iter().map(String::as_str).collect();
    let mut unused: Vec<_> = shapes.into_iter().filter(|(id, _)| !used.contains(id.as_str())).collect();
    unused.sort_by(|a, b| a.0.cmp(&b.0));
    for (id, (file, _)) in unused {
        let fault = Fault::new("feature-without-footprint", &*id, "footprints.code").say(
            "footprints 表中没有这个代码:补上一行(来源、精度、审图号),或删去要素。",
            "No row of footprints has this code: add one (source, accuracy, review number), or remove the feature.",
        );
        problems.push(fault.at(&file, Some(Row::Feature(id)), Some("id")));
    }
}
