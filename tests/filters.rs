//! Filters and orders by place, distance and figure, over HTTP and on both engines; what they find is found again here
//! by other means.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::server::{Server, on_each_engine};
use geographiclib_rs::{Geodesic, InverseGeodesic};
use serde_json::{Value, json};

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn codes(nodes: &Value) -> BTreeSet<String> {
    list(nodes).iter().map(|node| node["code"].as_str().unwrap().to_owned()).collect()
}

/// Everything of a kind that has a position: code, longitude, latitude.
fn located(server: &Server, list_of: &str) -> Vec<(String, f64, f64)> {
    let mut found = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query Q($after: String) {{ {list_of}(first: 500, after: $after) {{ nodes {{ code location {{ lon lat }} }}
                pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let answer = server.ask_with(&query, json!({ "after": after }));
        let page = &answer["data"][list_of];
        for node in list(&page["nodes"]) {
            if let (Some(lon), Some(lat)) = (node["location"]["lon"].as_f64(), node["location"]["lat"].as_f64()) {
                found.push((node["code"].as_str().unwrap().to_owned(), lon, lat));
            }
        }
        if page["pageInfo"]["hasNextPage"] != true {
            return found;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// Whether a point lies in a ring, by counting the edges to the east of it.
fn inside(ring: &[[f64; 2]], (x, y): (f64, f64)) -> bool {
    let edges = ring.iter().zip(ring.iter().cycle().skip(1));
    edges.filter(|(a, b)| (a[1] > y) != (b[1] > y) && x < (b[0] - a[0]) * (y - a[1]) / (b[1] - a[1]) + a[0]).count() % 2
        == 1
}

/// All pages of things in an area, in a small page size, and the total that the server states.
fn in_area(server: &Server, list_of: &str, area: &Value) -> (Vec<String>, i64) {
    let mut found = Vec::new();
    let mut after = Value::Null;
    loop {
        let query = format!(
            "query Q($area: Area!, $after: String) {{ {list_of}(filter: {{ space: {{ within: $area }} }}, first: 37,
                after: $after) {{ totalCount nodes {{ code }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let answer = server.ask_with(&query, json!({ "area": area, "after": after }));
        assert!(answer.get("errors").is_none(), "{answer}");
        let page = &answer["data"][list_of];
        found.extend(list(&page["nodes"]).iter().map(|node| node["code"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] != true {
            return (found, page["totalCount"].as_i64().unwrap());
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

/// A star around the city: its border runs through many cells of the grid, and whole cells lie in it.
fn star() -> Vec<[f64; 2]> {
    (0..14)
        .map(|n| {
            let (turn, reach) = (f64::from(n) / 14.0 * std::f64::consts::TAU, if n % 2 == 0 { 0.9 } else { 0.35 });
            [115.7 + turn.cos() * reach, 34.3 + turn.sin() * reach * 0.8]
        })
        .collect()
}

fn closed(ring: &[[f64; 2]]) -> Value {
    let rounded = |p: &[f64; 2]| p.map(|degrees| (degrees * 1e7).round() / 1e7);
    let mut all: Vec<[f64; 2]> = ring.iter().map(rounded).collect();
    all.push(all[0]);
    json!({ "geojson": { "type": "Polygon", "coordinates": [all] } })
}

fn a_drawn_polygon_finds_exactly_what_lies_in_it(server: &Server) {
    for list_of in ["projects", "enterprises"] {
        let all = located(server, list_of);
        assert!(all.len() > 100);
        let ring = star();
        let expected: BTreeSet<String> =
            all.iter().filter(|(_, lon, lat)| inside(&ring, (*lon, *lat))).map(|(code, ..)| code.clone()).collect();
        assert!(expected.len() > 30 && expected.len() < all.len());
        // Which way round it is drawn does not matter.
        let turned: Vec<[f64; 2]> = ring.iter().rev().copied().collect();
        for drawn in [closed(&ring), closed(&turned)] {
            let (found, total) = in_area(server, list_of, &drawn);
            assert_eq!(found.len() as i64, total, "no repeat, and the total counts them");
            assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected, "{list_of}");
        }
        let beyond = json!({ "geojson": { "type": "Polygon", "coordinates":
            [[[110.0, 30.0], [120.0, 30.0], [120.0, 40.0], [110.0, 40.0], [110.0, 30.0]]] } });
        assert_eq!(
            in_area(server, list_of, &beyond).1,
            all.len() as i64,
            "whole cells and edges together hold everything"
        );
    }
}

fn groups_orders_and_the_rest_of_a_filter_go_with_a_drawn_area(server: &Server) {
    let area = closed(&star());
    let query = "query Q($area: Area!) {
        all: projects(first: 500) { nodes { code } }
        in: projects(filter: { space: { within: $area } }, first: 500) { totalCount nodes { code } groups(by: [STAGE]) { count } }
        out: projects(filter: { not: { space: { intersects: $area } } }, first: 500) { totalCount nodes { code } }
        either: projects(filter: { or: [{ space: { within: $area } }, { region: \"411424\" }] }) { totalCount }
        there: projects(filter: { region: \"411424\" }) { totalCount }
        both: projects(filter: { region: \"411424\", and: [{ space: { within: $area } }] }) { totalCount }
        dear: projects(filter: { space: { within: $area } }, orderBy: [{ investment: DESC }], first: 20) { nodes { code investment { value(unit: \"CNY\") } } }
        zones(first: 100) { nodes { code projects(filter: { space: { within: $area } }, first: 500) { totalCount nodes { code } } } } }";
    let before = server.statements().len();
    let answer = server.ask_with(query, json!({ "area": area }));
    assert!(answer.get("errors").is_none(), "{answer}");
    let statements = server.statements().len() - before;
    assert!(statements <= 16, "{statements}: the area is looked up once, however many fields name it");
    let data = &answer["data"];
    let (inside, outside) = (codes(&data["in"]["nodes"]), codes(&data["out"]["nodes"]));
    assert_eq!(data["in"]["totalCount"], inside.len());
    let grouped: i64 = list(&data["in"]["groups"]).iter().map(|group| group["count"].as_i64().unwrap()).sum();
    assert_eq!(grouped, inside.len() as i64);
    assert!(inside.is_disjoint(&outside));
    let number = |name: &str| data[name]["totalCount"].as_i64().unwrap();
    assert_eq!(number("either"), inside.len() as i64 + number("there") - number("both"));
    let amounts: Vec<f64> = list(&data["dear"]["nodes"])
        .iter()
        .filter_map(|node| node["investment"]["value"].as_str()?.parse().ok())
        .collect();
    assert!(amounts.windows(2).all(|pair| pair[0] >= pair[1]) && amounts.len() > 5, "{amounts:?}");
    for zone in list(&data["zones"]["nodes"]) {
        assert_eq!(zone["projects"]["totalCount"], list(&zone["projects"]["nodes"]).len());
        assert!(codes(&zone["projects"]["nodes"]).is_subset(&inside));
    }
}

fn near_is_measured_along_the_ellipsoid(server: &Server) {
    let centre = (115.65, 34.41);
    let metres = |lon: f64, lat: f64| -> f64 { Geodesic::wgs84().inverse(centre.1, centre.0, lat, lon) };
    for list_of in ["projects", "enterprises"] {
        let all = located(server, list_of);
        for reach in [3_000.0, 17_500.0, 60_000.0] {
            let expected: BTreeSet<String> =
                all.iter().filter(|(_, lon, lat)| metres(*lon, *lat) <= reach).map(|(code, ..)| code.clone()).collect();
            let area = json!({ "near": { "lon": centre.0, "lat": centre.1, "metres": reach } });
            let (found, total) = in_area(server, list_of, &area);
            assert_eq!(total, found.len() as i64);
            assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), expected, "{list_of} within {reach} m");
        }
    }
    let query = "{ zones(first: 100, orderBy: [{ distance: { from: { lon: 115.65, lat: 34.41, metres: 500000 } } }]) {
        nodes { code footprint { labelPoint { lon lat } } } } }";
    let zones = server.ask(query);
    let far: Vec<f64> = list(&zones["zones"]["nodes"])
        .iter()
        .filter_map(|zone| {
            let at = &zone["footprint"]["labelPoint"];
            Some(metres(at["lon"].as_f64()?, at["lat"].as_f64()?))
        })
        .collect();
    assert!(far.len() > 5 && far.windows(2).all(|pair| pair[0] <= pair[1]), "{far:?}");
    let back = server.ask(&query.replace("metres: 500000 }", "metres: 500000 }, direction: DESC"));
    let (first, last) = (&zones["zones"]["nodes"][0]["code"], &list(&back["zones"]["nodes"])[far.len() - 1]["code"]);
    assert_eq!(first, last);
}

fn a_place_stands_for_its_outline(server: &Server) {
    let drawn = server.ask("{ region(code: \"411424\") { footprint { geometry { geojson } } } }");
    let geometry = &drawn["region"]["footprint"]["geometry"]["geojson"];
    for list_of in ["projects", "enterprises"] {
        let by_code = in_area(server, list_of, &json!({ "place": "411424" }));
        assert!(by_code.1 > 5);
        assert_eq!(by_code, in_area(server, list_of, &json!({ "geojson": geometry })));
    }
    // A union of members is an outline too.
    assert!(in_area(server, "projects", &json!({ "place": "shangqiu-2023-2025/groups" })).1 > 0);
    let entries = |space: &str| {
        let answer = server.ask(&format!(
            "{{ registers {{ entries(first: 500 {space}) {{ totalCount nodes {{ code location {{ lon }} }} }} }} }}"
        ));
        list(&answer["registers"]).iter().map(|one| one["entries"]["totalCount"].as_i64().unwrap()).sum::<i64>()
    };
    let (all, city, county) = (
        entries(""),
        entries(", space: { within: { place: \"411400\" } }"),
        entries(", space: { within: { place: \"411424\" } }"),
    );
    assert!(county > 0 && county < city && city <= all, "{county} {city} {all}");
}

fn places_are_chosen_by_where_they_lie(server: &Server) {
    let regions = |space: &str| {
        codes(
            &server.ask(&format!("{{ regions(first: 100, filter: {{ space: {space} }}) {{ nodes {{ code }} }} }}"))["regions"]
                ["nodes"],
        )
    };
    let set = |all: &[&str]| all.iter().map(|code| (*code).to_owned()).collect::<BTreeSet<_>>();
    let within = regions("{ within: { place: \"411400\" } }");
    assert!(within.contains("411400") && within.contains("411424") && within.len() >= 10, "{within:?}");
    // Neighbours share a border and no area: only a touch finds them.
    let own = regions("{ intersects: { place: \"411424\" } }");
    assert_eq!(own, set(&["411424", "411400"]), "the city holds more than a hundredth of itself there");
    let touched = regions("{ intersects: { place: \"411424\" }, minOverlap: null }");
    assert!(touched.is_superset(&own) && touched.len() > own.len(), "{touched:?}");
    assert_eq!(regions("{ intersects: { place: \"411424\" }, minOverlap: 0.9 }"), set(&["411424"]));
    let county = regions("{ intersects: { near: { lon: 115.31, lat: 34.07, metres: 3000 } }, minOverlap: 0 }");
    assert!(county.contains("411424") && county.contains("411400") && county.len() == 2, "{county:?}");
    assert!(
        regions("{ intersects: { near: { lon: 115.31, lat: 34.07, metres: 1000 } } }").is_empty(),
        "under a hundredth"
    );
    let box_of = regions("{ within: { bbox: { west: 100, south: 20, east: 130, north: 50 } } }");
    assert!(box_of.is_superset(&within));

    let zones = |filter: &str| {
        codes(
            &server.ask(&format!("{{ zones(first: 100, filter: {filter}) {{ nodes {{ code }} }} }}"))["zones"]["nodes"],
        )
    };
    let all = zones("{}");
    let inside = zones("{ space: { within: { place: \"411400\" } } }");
    let outside = zones("{ not: { space: { within: { place: \"411400\" } } } }");
    assert!(!inside.is_empty() && inside.is_disjoint(&outside));
    assert_eq!(&inside | &outside, all);
    let either = zones("{ or: [{ code: { eq: \"minquan\" } }, { host: \"411424\" }] }");
    assert!(either.contains("minquan") && either.len() >= 2);
    assert_eq!(zones("{ name: { isNull: true } }").len(), 0);
    assert_eq!(zones("{ name: { isNull: false } }"), all);
}

fn places_are_chosen_by_figures(server: &Server) {
    let answer = server.ask(
        "{ zones(first: 100) { nodes { code series(indicators: [\"zone-revenue\"], first: 50) { nodes { accumulation
            points { period { code } quantity { value(unit: \"CNY-1e8\") } } } } } } }",
    );
    // Year-to-date values by period and zone.
    let mut values: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for zone in list(&answer["zones"]["nodes"]) {
        for series in list(&zone["series"]["nodes"]).iter().filter(|one| one["accumulation"] == "YEAR_TO_DATE") {
            for point in list(&series["points"]) {
                let Some(value) = point["quantity"]["value"].as_str() else { continue };
                let period = values.entry(point["period"]["code"].as_str().unwrap().to_owned()).or_default();
                period.insert(zone["code"].as_str().unwrap().to_owned(), value.parse().unwrap());
            }
        }
    }
    let zones = |condition: &str| {
        let query = format!("{{ zones(first: 100, filter: {{ figure: [{condition}] }}) {{ nodes {{ code }} }} }}");
        codes(&server.ask(&query)["zones"]["nodes"])
    };
    let over = |period: &str, least: f64| -> BTreeSet<String> {
        values[period].iter().filter(|(_, value)| **value >= least).map(|(code, _)| code.clone()).collect()
    };
    let period = "2024-M06";
    assert!(values.contains_key(period), "{:?}", values.keys());
    for least in [0.0, 100.0, 300.0] {
        let condition = format!(
            "{{ indicator: \"zone-revenue\", period: \"{period}\", accumulation: YEAR_TO_DATE, value: {{ gte: \"{least}\", unit: \"CNY-1e8\" }} }}"
        );
        assert_eq!(zones(&condition), over(period, least), "{least}");
        let in_yuan = condition
            .replace(&format!("\"{least}\", unit: \"CNY-1e8\""), &format!("\"{}\", unit: \"CNY\"", least * 1e8));
        assert_eq!(zones(&in_yuan), over(period, least), "the unit is part of the comparison");
        let usual = condition.replace(", unit: \"CNY-1e8\"", "");
        assert_eq!(zones(&usual), over(period, least), "the indicator's unit unless one is written");
    }
    // Two conditions hold together; the newest period is one for all.
    let both =
        "{ indicator: \"zone-revenue\", period: \"2024-M06\", accumulation: YEAR_TO_DATE, value: { gte: \"100\" } },
        { indicator: \"zone-revenue\", period: \"2024-M06\", accumulation: YEAR_TO_DATE, value: { lt: \"300\" } }";
    assert_eq!(zones(both), &over(period, 100.0) - &over(period, 300.0));
    let newest = values.keys().max().unwrap();
    let condition = "{ indicator: \"zone-revenue\", accumulation: YEAR_TO_DATE, value: { gte: \"0\" } }";
    assert_eq!(zones(condition), over(newest, 0.0), "{newest}");
    let regions = server.ask(
        "{ regions(first: 100, filter: { kind: [COUNTY], figure: [{ indicator: \"gdp\", value: { gt: \"0\" } }] }) { nodes { code kind } } }",
    );
    assert!(list(&regions["regions"]["nodes"]).iter().all(|one| one["kind"] == "COUNTY"));
    let before = server.statements().len();
    zones(both);
    assert!(server.statements().len() - before <= 1, "one statement for all zones and both conditions");
}

fn what_is_no_area_is_refused_with_a_reason(server: &Server) {
    let area = |area: Value| {
        let query = "query Q($area: Area!) { projects(filter: { space: { within: $area } }, first: 1) { totalCount } }";
        let answer = server.ask_with(query, json!({ "area": area }));
        let error = &answer["errors"][0];
        (error["extensions"]["code"].as_str().unwrap_or_default().to_owned(), error.to_string())
    };
    let polygon = |ring: Value| json!({ "geojson": { "type": "Polygon", "coordinates": [ring] } });
    for (drawn, says) in [
        (polygon(json!([[115.0, 34.0], [116.0, 35.0], [116.0, 34.0], [115.0, 35.0], [115.0, 34.0]])), "crosses itself"),
        (polygon(json!([[115.0, 34.0], [116.0, 34.0], [116.0, 35.0]])), "not closed"),
        (polygon(json!([[34.0, 115.0], [35.0, 116.0], [35.0, 115.0], [34.0, 115.0]])), "swapped"),
        (polygon(json!([[115.0, 34.0], [116.0, 34.0], [115.0, 34.0]])), "at least four"),
        (json!({ "geojson": { "type": "Point", "coordinates": [115.0, 34.0] } }), "Polygon"),
        (json!({ "geojson": { "type": "Feature", "geometry": null } }), "no geometry of RFC 7946"),
        (json!({ "place": "411425x" }), "no Place"),
        (json!({ "place": "shangqiu-2023-2025/belt" }), "no outline with an area"),
        (json!({ "near": { "lon": 115.0, "lat": 95.0, "metres": 10 } }), "longitude and a latitude"),
        (json!({ "near": { "lon": 115.0, "lat": 34.0, "metres": 500001 } }), "500,000 at most"),
        (json!({ "near": { "lon": 115.0, "lat": 34.0, "metres": 0 } }), "more than 0"),
        (json!({ "bbox": { "west": 116, "south": 34, "east": 115, "north": 35 } }), "west"),
    ] {
        let (code, error) = area(drawn.clone());
        assert!(["BAD_ARGUMENT", "UNKNOWN_CODE"].contains(&code.as_str()), "{drawn}: {error}");
        assert!(error.contains(says), "{says}: {error}");
    }
    let ring: Vec<[f64; 2]> = (0..5_001)
        .map(|n| {
            let t = f64::from(n) / 5_001.0 * std::f64::consts::TAU;
            [115.0 + t.cos(), 34.0 + t.sin()]
        })
        .collect();
    assert!(area(closed(&ring)).1.contains("5000 positions at most"));
    for (query, says) in [
        ("{ projects(filter: { space: { within: { geojson: \"{}\" } } }) { totalCount } }", "not as a text"),
        (
            "{ zones(filter: { space: { within: { place: \"411400\" }, minOverlap: 2 } }) { totalCount } }",
            "within 0 … 1",
        ),
        ("{ zones(filter: { figure: [{ indicator: \"zone-revenu\", value: {} }] }) { totalCount } }", "zone-revenue"),
        (
            "{ zones(filter: { figure: [{ indicator: \"zone-revenue\", value: { gt: \"1\", unit: \"jia\" } }] }) { totalCount } }",
            "dimension",
        ),
        (
            "{ projects(filter: { space: { within: { place: \"411400\", near: { lon: 1, lat: 1, metres: 1 } } } }) { totalCount } }",
            "",
        ),
    ] {
        let answer = server.ask_with(query, json!({}));
        assert!(answer["errors"][0].to_string().contains(says), "{query}: {answer}");
    }
}

on_each_engine! { ["geodata/shangqiu", "geodata/sample"] =>
    a_drawn_polygon_finds_exactly_what_lies_in_it, groups_orders_and_the_rest_of_a_filter_go_with_a_drawn_area,
    near_is_measured_along_the_ellipsoid, a_place_stands_for_its_outline, places_are_chosen_by_where_they_lie,
    places_are_chosen_by_figures, what_is_no_area_is_refused_with_a_reason
}
