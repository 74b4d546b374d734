//! Boundaries over HTTP, against computations of our own: areas on the ellipsoid, and levels without slivers.
#![allow(clippy::unwrap_used, clippy::float_arithmetic)]

mod common;

use std::collections::{BTreeMap, HashMap};

use common::server::{Server, on_each_engine};
use geographiclib_rs::{Geodesic, PolygonArea, Winding};
use serde_json::Value;

const LEVELS: [f64; 10] = [0.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0];

type Polygons = Vec<Vec<Vec<[f64; 2]>>>;

fn polygons(geometry: &Value) -> Polygons {
    let coordinates = &geometry["coordinates"];
    match geometry["type"].as_str().unwrap() {
        "Polygon" => vec![serde_json::from_value(coordinates.clone()).unwrap()],
        "MultiPolygon" => serde_json::from_value(coordinates.clone()).unwrap(),
        _ => Vec::new(),
    }
}

fn area_km2(polygons: &Polygons) -> f64 {
    let earth = Geodesic::wgs84();
    let ring = |ring: &Vec<[f64; 2]>| {
        let mut area = PolygonArea::new(&earth, Winding::CounterClockwise);
        for at in &ring[..ring.len() - 1] {
            area.add_point(at[1], at[0]);
        }
        area.compute(true).1 / 1e6
    };
    polygons.iter().flatten().map(ring).sum()
}

/// How often each undirected edge occurs.
fn edges<'a>(shapes: impl Iterator<Item = &'a Polygons>) -> HashMap<[i64; 4], usize> {
    let mut count = HashMap::new();
    for ring in shapes.flatten().flatten() {
        for pair in ring.windows(2) {
            let end = |at: [f64; 2]| [(at[0] * 1e7).round() as i64, (at[1] * 1e7).round() as i64];
            let (a, b) = (end(pair[0]), end(pair[1]));
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            *count.entry([low[0], low[1], high[0], high[1]]).or_insert(0) += 1;
        }
    }
    count
}

fn areas_are_true_and_levels_leave_no_sliver(server: &Server) {
    for level in LEVELS {
        let answer = server.ask(&format!(
            "{{ regions(first: 50) {{ nodes {{ code kind footprint {{ area geometry(tolerance: {level}) {{ geojson toleranceUsed sharedTopology }} }} }} }} \
               layout(plan: \"shangqiu-2023-2025\") {{ code form members {{ place {{ ... on Region {{ code }} }} }} footprint {{ geometry(tolerance: {level}) {{ geojson }} }} }} }}"
        ));
        let mut shapes: BTreeMap<String, Polygons> = BTreeMap::new();
        let mut city = Polygons::new();
        for region in answer["regions"]["nodes"].as_array().unwrap() {
            let footprint = &region["footprint"];
            if footprint.is_null() {
                continue;
            }
            let geometry = &footprint["geometry"];
            assert!(geometry["geojson"].is_object(), "real GeoJSON, not a string of it");
            assert_eq!(geometry["toleranceUsed"].as_f64(), Some(level));
            assert_eq!(geometry["sharedTopology"], true);
            let polygons = polygons(&geometry["geojson"]);
            if level == 0.0 {
                let said: f64 = footprint["area"].as_str().unwrap().parse().unwrap();
                let own = area_km2(&polygons);
                assert!((said - own).abs() / own < 1e-5, "{}: {said} km², computed {own}", region["code"]);
            }
            if region["kind"] == "CITY" {
                city = polygons
            } else {
                shapes.insert(region["code"].as_str().unwrap().to_owned(), polygons);
            }
        }
        assert_eq!(shapes.len(), 9);
        let sum: f64 = shapes.values().map(area_km2).sum();
        let whole = area_km2(&city);
        assert!((sum - whole).abs() / whole < 1e-9, "level {level}: parts {sum} km², whole {whole} km²");
        // Every edge of a part is shared with another part or lies on the outline, never on nearly the same line.
        let parts = edges(shapes.values());
        let outline = edges(std::iter::once(&city));
        assert!(parts.values().all(|count| *count <= 2), "level {level}: no edge thrice");
        for (edge, count) in &parts {
            assert_eq!(*count == 1, outline.contains_key(edge), "level {level}: an edge by itself is the outline");
        }
        assert_eq!(parts.values().filter(|count| **count == 1).count(), outline.len());
        // An element of the layout lies exactly on its members.
        for element in answer["layout"].as_array().unwrap() {
            if element["form"] == "BELT" {
                assert_eq!(element["footprint"]["geometry"]["geojson"]["type"], "LineString", "a corridor is a line");
                continue;
            }
            let drawn = edges(std::iter::once(&polygons(&element["footprint"]["geometry"]["geojson"])));
            let members = element["members"].as_array().unwrap();
            let mut own = edges(members.iter().map(|member| &shapes[member["place"]["code"].as_str().unwrap()]));
            own.retain(|_, count| *count == 1);
            assert_eq!(drawn.len(), own.len(), "level {level}: {}", element["code"]);
            assert!(own.keys().all(|edge| drawn.contains_key(edge)));
        }
    }
}

fn a_tolerance_snaps_to_the_next_finer_level(server: &Server) {
    let answer = server.ask("{ region(code: \"411424\") { footprint { geometry(tolerance: 99) { toleranceUsed vertexCount } exact: geometry { vertexCount } } } }");
    let footprint = &answer["region"]["footprint"];
    assert_eq!(footprint["geometry"]["toleranceUsed"].as_f64(), Some(50.0));
    assert!(footprint["geometry"]["vertexCount"].as_i64() < footprint["exact"]["vertexCount"].as_i64());
}

on_each_engine! { ["geodata/shangqiu"] => areas_are_true_and_levels_leave_no_sliver, a_tolerance_snaps_to_the_next_finer_level }
