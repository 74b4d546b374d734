//! OGC API - Features from outside: conformance line by line, paging, coordinate reference systems, conditions, files.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use common::database::{fresh, sqlite};
use common::server::{RIVERTON, Server, copy, has_place, import, on_each_engine, planatlas, replace};
use reqwest::blocking::Response;
use serde_json::{Value, json};

const COLLECTIONS: [&str; 6] = ["regions", "zones", "layout", "clusters", "projects", "enterprises"];
const CRS84: &str = "http://www.opengis.net/def/crs/OGC/1.3/CRS84";

fn epsg(code: u32) -> String {
    format!("http://www.opengis.net/def/crs/EPSG/0/{code}")
}

/// A query of an address, escaped.
fn query(parameters: &[(&str, &str)]) -> String {
    serde_urlencoded::to_string(parameters).unwrap()
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

fn json(response: Response) -> Value {
    let (status, url) = (response.status(), response.url().to_string());
    let text = response.text().unwrap();
    assert_eq!(status, 200, "{url}: {text}");
    serde_json::from_str(&text).unwrap()
}

fn get(server: &Server, path: &str) -> Value {
    json(server.get_with(path, &[("accept", "application/geo+json, application/json;q=0.9, application/schema+json;q=0.9, application/vnd.oai.openapi+json;q=0.9")]))
}

fn items(server: &Server, collection: &str, parameters: &[(&str, &str)]) -> Value {
    get(server, &format!("/ogc/collections/{collection}/items?{}", query(parameters)))
}

fn ids(features: &Value) -> Vec<String> {
    features["features"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

/// The codes that meet a filter, in order.
fn found(server: &Server, collection: &str, filter: &str) -> Vec<String> {
    let answer = items(server, collection, &[("filter", filter), ("limit", "1000")]);
    let ids = ids(&answer);
    assert_eq!(answer["numberMatched"], ids.len(), "{filter}");
    ids
}

/// What a request is refused with: the status and the problem.
fn refused(server: &Server, path: &str) -> (u16, Value) {
    let response = server.get(path);
    let status = response.status().as_u16();
    assert_eq!(header(&response, "content-type"), "application/problem+json", "{path}");
    let problem: Value = serde_json::from_str(&response.text().unwrap()).unwrap();
    assert_eq!(problem["status"], status, "{path}");
    for name in ["title", "zh", "en", "hint", "code"] {
        assert!(problem[name].as_str().is_some_and(|text| !text.is_empty()), "{path}: {name} of {problem}");
    }
    (status, problem)
}

fn link<'a>(thing: &'a Value, rel: &str, media: &str) -> Option<&'a str> {
    let links = thing["links"].as_array().unwrap();
    links.iter().find(|link| link["rel"] == rel && link["type"] == media).and_then(|link| link["href"].as_str())
}

/// The path of an address of ours.
fn path_of<'a>(server: &Server, address: &'a str) -> &'a str {
    address.strip_prefix(&format!("http://{}", server.address())).unwrap_or_else(|| panic!("{address}"))
}

/// Every page from an address on.
fn pages(server: &Server, first: &str) -> Vec<Value> {
    let mut found = vec![get(server, first)];
    while let Some(next) = link(found.last().unwrap(), "next", "application/geo+json").map(str::to_owned) {
        found.push(get(server, path_of(server, &next)));
        assert!(found.len() < 2_000, "it never ends");
    }
    found
}

/// What GraphQL says there is in a collection.
fn by_graphql(server: &Server, collection: &str) -> Vec<String> {
    let data = server.ask(
        "{ regions(first: 5000) { nodes { code } } zones(first: 5000) { nodes { code } } plans { layout { code } } clusters { code } \
         projects(first: 500) { nodes { code } totalCount } enterprises(first: 500) { nodes { code } } }",
    );
    let codes = |list: &Value| {
        list.as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    match collection {
        "clusters" => codes(&data["clusters"]),
        "layout" => data["plans"].as_array().unwrap().iter().flat_map(|plan| codes(&plan["layout"])).collect(),
        other => codes(&data[other]["nodes"]),
    }
}

fn every_line_of_the_conformance_is_kept(server: &Server) {
    let landing = server.get("/ogc");
    assert_eq!(header(&landing, "content-type"), "application/json");
    let landing = json(landing);
    for (rel, media) in [
        ("self", "application/json"),
        ("alternate", "text/html"),
        ("service-desc", "application/vnd.oai.openapi+json;version=3.0"),
        ("service-doc", "text/html"),
        ("conformance", "application/json"),
        ("data", "application/json"),
    ] {
        let href = link(&landing, rel, media).unwrap_or_else(|| panic!("{rel} {media}"));
        let response = server.get(path_of(server, href));
        assert_eq!(
            (response.status().as_u16(), header(&response, "content-type").replace("; charset=utf-8", "")),
            (200, media.to_owned()),
            "{rel}"
        );
    }
    let lines = get(server, "/ogc/conformance");
    let lines: Vec<&str> = lines["conformsTo"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    for part in [
        "features-1/1.0/conf/core",
        "features-1/1.0/conf/oas30",
        "features-1/1.0/conf/html",
        "features-1/1.0/conf/geojson",
        "features-2/1.0/conf/crs",
        "features-3/1.0/conf/queryables",
        "features-3/1.0/conf/queryables-query-parameters",
        "features-3/1.0/conf/filter",
        "features-3/1.0/conf/features-filter",
        "cql2/1.0/conf/cql2-text",
        "cql2/1.0/conf/basic-cql2",
        "cql2/1.0/conf/advanced-comparison-operators",
        "cql2/1.0/conf/basic-spatial-functions",
        "cql2/1.0/conf/basic-spatial-functions-plus",
    ] {
        assert!(lines.iter().any(|line| line.ends_with(part)), "{part}");
    }
    assert_eq!(lines.len(), 14, "each line is tried in this file");

    let all = get(server, "/ogc/collections");
    let listed: Vec<&str> =
        all["collections"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(listed, COLLECTIONS);
    for one in all["collections"].as_array().unwrap() {
        let id = one["id"].as_str().unwrap();
        let own = get(server, path_of(server, link(one, "self", "application/json").unwrap()));
        for name in ["id", "title", "description", "extent", "crs", "storageCrs"] {
            assert_eq!(own[name], one[name], "{id} {name}");
        }
        assert_eq!((&own["crs"][0], &own["storageCrs"]), (&json!(CRS84), &json!(CRS84)));
        for code in [4326, 4490, 3857] {
            assert!(own["crs"].as_array().unwrap().contains(&json!(epsg(code))));
        }
        let queryables =
            link(&own, "http://www.opengis.net/def/rel/ogc/1.0/queryables", "application/schema+json").unwrap();
        let response = server.get(path_of(server, queryables));
        assert_eq!(header(&response, "content-type"), "application/schema+json");
        let schema = json(response);
        assert_eq!(schema["properties"]["geometry"]["x-ogc-role"], "primary-geometry");
        assert_eq!(schema["additionalProperties"], false);

        let page = items(server, id, &[("limit", "2")]);
        assert_eq!(page["type"], "FeatureCollection");
        assert!(
            link(&page, "self", "application/geo+json").is_some() && link(&page, "alternate", "text/html").is_some()
        );
        let feature = &page["features"][0];
        let names: BTreeSet<&String> = feature["properties"].as_object().unwrap().keys().collect();
        let known: BTreeSet<&String> =
            schema["properties"].as_object().unwrap().keys().filter(|name| *name != "geometry").collect();
        assert_eq!(names, known, "{id}: each property can be asked for");
        assert!(feature["properties"]["source"].as_str().is_some_and(|source| !source.is_empty()), "{id} {feature}");
        assert_eq!(feature["properties"]["sample"], true, "{id}: the package is invented");

        let code = feature["id"].as_str().unwrap();
        let escaped = code.replace('/', "%2F");
        for path in [format!("/ogc/collections/{id}/items/{code}"), format!("/ogc/collections/{id}/items/{escaped}")] {
            let response = server.get(&path);
            assert_eq!(
                (header(&response, "content-type"), header(&response, "content-crs")),
                ("application/geo+json".into(), format!("<{CRS84}>"))
            );
            let single = json(response);
            assert_eq!(
                (&single["properties"], &single["geometry"], &single["id"]),
                (&feature["properties"], &feature["geometry"], &feature["id"])
            );
            assert!(
                link(&single, "collection", "application/json").is_some()
                    && link(&single, "alternate", "text/html").is_some()
            );
        }
        assert_eq!(refused(server, &format!("/ogc/collections/{id}/items/nonsense")).0, 404);
        for path in ["", "/queryables", "/items", &format!("/items/{code}")] {
            let page = server.get_with(&format!("/ogc/collections/{id}{path}"), &[("accept", "text/html,*/*;q=0.5")]);
            assert_eq!(
                (page.status().as_u16(), header(&page, "content-type")),
                (200, "text/html; charset=utf-8".into()),
                "{id}{path}"
            );
            assert!(header(&page, "content-security-policy").contains("default-src 'self'"));
            let text = page.text().unwrap();
            assert!(text.starts_with("<!DOCTYPE html>") && !text.contains("<script"), "{id}{path}");
        }
    }
    assert_eq!(refused(server, "/ogc/collections/nonsense").0, 404);
    assert_eq!(refused(server, "/ogc/nonsense").0, 404);
    assert_eq!(refused(server, "/ogc/collections/zones/zones.shp").0, 404);
    assert_eq!(server.get_with("/ogc/collections", &[("accept", "image/png")]).status(), 406);
}

fn the_definition_names_what_is_there(server: &Server) {
    let document = get(server, "/ogc/api");
    assert_eq!(document["openapi"], "3.0.3");
    assert_eq!(document["servers"][0]["url"], format!("http://{}/ogc", server.address()));
    let text = document.to_string();
    let mut references = 0;
    for part in text.split("\"$ref\":\"").skip(1) {
        let target = part.split('"').next().unwrap();
        let pointer = target.strip_prefix('#').unwrap_or_else(|| panic!("{target} is outside"));
        assert!(document.pointer(pointer).is_some(), "{target}");
        references += 1;
    }
    assert!(references > 100);
    let open = |parameter: &Value| match parameter["$ref"].as_str() {
        Some(target) => document.pointer(&target[1..]).unwrap().clone(),
        None => parameter.clone(),
    };
    for (path, item) in document["paths"].as_object().unwrap() {
        let code = path.split('/').nth(2).map(|id| ids(&items(server, id, &[("limit", "1")])).remove(0));
        let address = format!("/ogc{}", path.replace("{featureId}", code.as_deref().unwrap_or_default()));
        assert_eq!(server.get(&address).status(), 200, "{address}");
        assert_eq!(refused(server, &format!("{address}?ooga=booga")).0, 400, "{address}");
        // Every parameter that is named is known: an empty value is wrong, not unknown.
        for parameter in
            item["get"]["parameters"].as_array().unwrap().iter().map(open).filter(|one| one["in"] == "query")
        {
            let name = parameter["name"].as_str().unwrap();
            let response = server.get(&format!("{address}?{name}="));
            let told = response.text().unwrap();
            assert!(!told.contains("there is no parameter"), "{address} {name}: {told}");
        }
    }
    for id in COLLECTIONS {
        let parameters = document["paths"][format!("/collections/{id}/items")]["get"]["parameters"].as_array().unwrap();
        let named: BTreeSet<String> =
            parameters.iter().map(open).map(|one| one["name"].as_str().unwrap().to_owned()).collect();
        let schema = get(server, &format!("/ogc/collections/{id}/queryables"));
        for name in schema["properties"].as_object().unwrap().keys().filter(|name| *name != "geometry") {
            assert!(named.contains(name), "{id} {name}");
        }
    }
}

fn every_row_comes_once_at_any_size_of_page(server: &Server) {
    for id in COLLECTIONS {
        let expected = by_graphql(server, id);
        for size in [1, 2, 7, 100] {
            let pages = pages(server, &format!("/ogc/collections/{id}/items?limit={size}"));
            let all: Vec<String> = pages.iter().flat_map(ids).collect();
            assert_eq!(all, expected, "{id} by {size}");
            assert_eq!(pages.len(), expected.len().div_ceil(size).max(1), "{id} by {size}: no empty page");
            for page in &pages {
                assert_eq!(page["numberMatched"], expected.len());
                assert_eq!(page["numberReturned"], ids(page).len());
            }
        }
        // The same with a condition that is tested row by row.
        let all: Vec<String> =
            pages(server, &format!("/ogc/collections/{id}/items?limit=1&filter=NOT+code+%3D+'nonsense'"))
                .iter()
                .flat_map(ids)
                .collect();
        assert_eq!(all, expected, "{id}");
    }
    let total = server.ask("{ projects { totalCount } }")["projects"]["totalCount"].clone();
    assert_eq!(items(server, "projects", &[("limit", "1")])["numberMatched"], total);
    for path in ["limit=0", "limit=-1", "limit=unlimited", "cursor=nonsense", "cursor=nonsense&filter=NOT+code='x'"] {
        assert_eq!(refused(server, &format!("/ogc/collections/projects/items?{path}")).0, 400, "{path}");
    }
    assert_eq!(items(server, "projects", &[("limit", "1000000")])["numberMatched"], total);
}

fn coordinates_come_in_the_order_of_their_axes(server: &Server) {
    let point = |crs: &str| {
        let response = server.get(&format!("/ogc/collections/projects/items/rv-p1?{}", query(&[("crs", crs)])));
        assert_eq!(header(&response, "content-crs"), format!("<{crs}>"));
        let coordinates = json(response)["geometry"]["coordinates"].clone();
        (coordinates[0].as_f64().unwrap(), coordinates[1].as_f64().unwrap())
    };
    let (lon, lat) = (165.142, 10.1215);
    assert_eq!(point(CRS84), (lon, lat));
    assert_eq!(point(&epsg(4326)), (lat, lon));
    assert_eq!(point(&epsg(4490)), (lat, lon));
    // echo "10.1215 165.142" | cs2cs -f %.3f EPSG:4326 EPSG:3857
    assert_eq!(point(&epsg(3857)), (18_383_523.349, 1_132_626.521));
    let polygon = |crs: &str| {
        json(server.get(&format!("/ogc/collections/zones/items/zone-harbour?{}", query(&[("crs", crs)]))))["geometry"]
            .clone()
    };
    let (ours, turned) = (polygon(CRS84), polygon(&epsg(4326)));
    assert_eq!(ours["type"], turned["type"]);
    for at in 0..4 {
        let (a, b) = (&ours["coordinates"][0][at], &turned["coordinates"][0][at]);
        assert_eq!((&a[0], &a[1]), (&b[1], &b[0]));
    }
    let [west, south, east, north] = [165.1415, 10.121, 165.1425, 10.122];
    let corners = [
        (CRS84.to_owned(), format!("{west},{south},{east},{north}")),
        (epsg(4326), format!("{south},{west},{north},{east}")),
        (epsg(4490), format!("{south},{west},{north},{east}")),
        (epsg(3857), "18383460,1132560,18383590,1132690".to_owned()),
    ];
    for (crs, bbox) in &corners {
        let met = ids(&items(server, "projects", &[("bbox", bbox), ("bbox-crs", crs)]));
        assert_eq!(met, ["rv-p1"], "{crs}");
    }
    // What has no place has an empty geometry, which meets no box.
    for id in COLLECTIONS {
        let all = items(server, id, &[("limit", "1000")]);
        let placed: Vec<&Value> = all["features"].as_array().unwrap().iter().filter(|one| has_place(one)).collect();
        let placed: Vec<String> = placed.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(all["numberMatched"], by_graphql(server, id).len(), "{id}");
        assert!(placed.len() < by_graphql(server, id).len() || !["projects", "enterprises"].contains(&id), "{id}");
        // Found by the database, and beside a condition tested row by row.
        for filter in ["TRUE", "NOT code = 'x'"] {
            let met = |bbox: &str| ids(&items(server, id, &[("bbox", bbox), ("filter", filter), ("limit", "1000")]));
            assert_eq!(met("-180,-90,180,90"), placed, "{id} {filter}");
            // Elsewhere, with a height, and across the 180° meridian.
            for bbox in ["0,0,1,1", "170,-20,0,-170,20,9", "170,-20,-170,20"] {
                assert!(met(bbox).is_empty(), "{id} {bbox} {filter}");
            }
        }
    }
    for (name, value) in [
        ("bbox", "1,2,3"),
        ("bbox", "a,b,c,d"),
        ("bbox", "1,5,2,4"),
        ("bbox", "0,0,1,91"),
        ("bbox", "NaN,0,1,1"),
        ("bbox-crs", "EPSG:4326"),
        ("crs", "http://www.opengis.net/def/crs/EPSG/0/2154"),
        ("filter-crs", "nonsense"),
    ] {
        assert_eq!(
            refused(server, &format!("/ogc/collections/zones/items?{}", query(&[(name, value)]))).0,
            400,
            "{name}={value}"
        );
    }
}

fn conditions_choose_what_graphql_chooses(server: &Server) {
    let codes = |question: &str, list: &str| -> Vec<String> {
        let data = server.ask(question);
        let nodes = data[list]["nodes"].as_array().unwrap();
        nodes.iter().map(|one| one["code"].as_str().unwrap().to_owned()).collect()
    };
    for (collection, filter, question) in [
        ("projects", "stage = 'BUILDING'", "{ projects(filter: {stage: [BUILDING]}) { nodes { code } } }"),
        (
            "projects",
            "investment >= 0.62 AND investment < 12.5",
            "{ projects(filter: {investment: {gte: \"0.62\", lt: \"12.5\", unit: \"CNY-1e8\"}}) { nodes { code } } }",
        ),
        (
            "projects",
            "zone = 'zone-north' OR kinds = 'bulian'",
            "{ projects(filter: {or: [{zone: \"zone-north\"}, {kinds: [\"bulian\"]}]}) { nodes { code } } }",
        ),
        (
            "projects",
            "S_INTERSECTS(geometry, BBOX(165.1,10.0,165.2,10.2))",
            "{ projects(filter: {space: {intersects: {bbox: {west: 165.1, south: 10.0, east: 165.2, north: 10.2}}}}) { nodes { code } } }",
        ),
        (
            "projects",
            "tasks = 'riverton-2026-2028/1'",
            "{ projects(filter: {task: \"riverton-2026-2028/1\"}) { nodes { code } } }",
        ),
        ("regions", "kind = 'DISTRICT'", "{ regions(filter: {kind: [DISTRICT]}) { nodes { code } } }"),
        (
            "regions",
            "code IN ('harbour', 'oldtown')",
            "{ regions(filter: {code: {in: [\"harbour\", \"oldtown\"]}}) { nodes { code } } }",
        ),
        ("zones", "hosts = 'harbour'", "{ zones(filter: {host: \"harbour\"}) { nodes { code } } }"),
        (
            "zones",
            "S_INTERSECTS(geometry, POLYGON((165.1 10.1, 165.2 10.1, 165.2 10.2, 165.1 10.2, 165.1 10.1)))",
            "{ zones(filter: {space: {minOverlap: null, intersects: {geojson: {type: \"Polygon\", coordinates: [[[165.1,10.1],[165.2,10.1],[165.2,10.2],[165.1,10.2],[165.1,10.1]]]}}}}) { nodes { code } } }",
        ),
        (
            "enterprises",
            "chain = 'rv-food-chain'",
            "{ enterprises(filter: {chain: \"rv-food-chain\"}) { nodes { code } } }",
        ),
        ("enterprises", "zone = 'zone-west'", "{ enterprises(filter: {zone: \"zone-west\"}) { nodes { code } } }"),
    ] {
        let expected = codes(question, collection);
        assert!(!expected.is_empty(), "{filter}");
        assert_eq!(found(server, collection, filter), expected, "{filter}");
        // Tested row by row it is the same.
        assert_eq!(found(server, collection, &format!("NOT (NOT ({filter}))")), expected, "{filter}");
    }
    let registers = server.ask("{ registers { code } }");
    for register in registers["registers"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()) {
        let question = format!("{{ enterprises(filter: {{register: \"{register}\"}}) {{ nodes {{ code }} }} }}");
        let filter = format!("registers = '{register}'");
        assert_eq!(found(server, "enterprises", &filter), codes(&question, "enterprises"), "{filter}");
        let row_by_row = format!("NOT (NOT ({filter}))");
        assert_eq!(found(server, "enterprises", &row_by_row), found(server, "enterprises", &filter));
    }
    // A region means itself here; the schema's filter means those below it too.
    for code in found(server, "projects", "region = 'harbour'") {
        assert_eq!(get(server, &format!("/ogc/collections/projects/items/{code}"))["properties"]["region"], "harbour");
    }
    assert_eq!(found(server, "projects", "stage = 'nonsense'"), [""; 0]);
    assert_eq!(found(server, "zones", "name LIKE '%高新%'"), ["zone-north"]);
    assert_eq!(found(server, "zones", "name_en LIKE 'North%' AND valid_from <= DATE('2020-07-01')"), ["zone-north"]);
    assert_eq!(found(server, "layout", "form = 'AXIS' AND members = 'harbour'"), ["riverton-2026-2028/axis-river"]);
    assert_eq!(found(server, "projects", "T_AFTER(first_stage_on, DATE('2026-02-19'))"), ["rv-p2", "rv-p7"]);
    let by_parameter = items(server, "projects", &[("stage", "SIGNED"), ("zone", "zone-north")]);
    assert_eq!(ids(&by_parameter), found(server, "projects", "stage = 'SIGNED' AND zone = 'zone-north'"));
    // Axis order of the literal.
    let turned = "S_INTERSECTS(geometry, POINT(10.1215 165.142))";
    let answer = items(server, "projects", &[("filter", turned), ("filter-crs", &epsg(4326))]);
    assert_eq!(ids(&answer), ["rv-p1"]);

    for (filter, says) in [
        ("nonsense = 1", "there is no property «nonsense»; known are code, name"),
        ("DROP_TABLE(code)", "there is no function «DROP_TABLE»; known are S_INTERSECTS"),
        ("code = ", "at the end"),
        ("code = 1", "does not compare"),
        ("valid_from = '2020-01-01'", "DATE("),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 400 0, 400 1, 0 0)))", ""),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", ""),
    ] {
        let (status, problem) =
            refused(server, &format!("/ogc/collections/zones/items?{}", query(&[("filter", filter)])));
        assert_eq!(status, 400, "{filter}");
        assert!(problem["en"].as_str().unwrap().contains(says), "{filter}: {problem}");
    }
    for (name, value) in [
        ("stage", ""),
        ("sample", "perhaps"),
        ("investment", "many"),
        ("first_stage_on", "soon"),
        ("filter-lang", "cql2-json"),
        ("datetime", "yesterday"),
        ("datetime", "../.."),
        ("datetime", "2026-02-01/2026-01-01"),
    ] {
        let response = server.get(&format!("/ogc/collections/projects/items?{}", query(&[(name, value)])));
        assert_eq!(response.status() == 400, name != "stage", "{name}={value}");
    }
}

fn time_is_that_of_outlines_and_stages(server: &Server) {
    let at = |collection: &str, datetime: &str| {
        ids(&items(server, collection, &[("datetime", datetime), ("limit", "1000")]))
    };
    let timeless = |collection: &str, first: &str, last: &str| {
        found(server, collection, &format!("{first} IS NULL AND {last} IS NULL"))
    };
    let none = timeless("projects", "first_stage_on", "last_stage_on");
    let with_none = |more: &[&str]| {
        let mut all: Vec<String> = more.iter().map(|code| (*code).to_owned()).chain(none.clone()).collect();
        all.sort();
        all
    };
    assert_eq!(at("projects", "2026-01-15"), with_none(&["rv-p1"]));
    assert_eq!(at("projects", "2026-01-15T08:00:00Z"), with_none(&["rv-p1"]));
    assert_eq!(at("projects", "2026-02-01/.."), with_none(&["rv-p1", "rv-p2", "rv-p7"]));
    assert_eq!(at("projects", "../2025-12-31"), with_none(&["rv-p1", "rv-p3"]));
    assert_eq!(at("projects", "/2025-11-01"), none);
    assert_eq!(at("enterprises", "1900-01-01").len(), by_graphql(server, "enterprises").len());
    let outlined = found(server, "zones", "valid_from IS NOT NULL");
    assert!(outlined.contains(&"zone-mill".to_owned()));
    assert_eq!(at("zones", "1990-01-01"), timeless("zones", "valid_from", "valid_to"));
    assert_eq!(at("zones", "2026-01-01").len(), by_graphql(server, "zones").len());
}

fn figures_are_joined_as_columns_and_absent_is_not_zero(server: &Server) {
    let zones = items(server, "zones", &[("indicators", "rv-revenue"), ("period", "2025-Q4")]);
    let of = |code: &str| {
        let feature = zones["features"].as_array().unwrap().iter().find(|one| one["id"] == code).unwrap();
        feature["properties"].clone()
    };
    let harbour = of("zone-harbour");
    assert_eq!(harbour["rv-revenue"], json!(105.25));
    assert_eq!(harbour["rv-revenue_unit"], "亿元");
    assert_eq!(harbour["rv-revenue_period"], "2025-Q4");
    assert_eq!(harbour["rv-revenue_accumulation"], "YEAR_TO_DATE");
    assert_eq!(harbour["rv-revenue_status"], "NORMAL");
    assert!(harbour["rv-revenue_source"].as_str().unwrap().contains("表1"), "{harbour}");
    let absent: Vec<Value> = zones["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["properties"].clone())
        .filter(|one| one["rv-revenue"].is_null())
        .collect();
    assert!(!absent.is_empty());
    for zone in absent {
        assert!(
            ["MISSING", "NOT_YET_DUE", "SUPPRESSED"].contains(&zone["rv-revenue_status"].as_str().unwrap()),
            "{zone}"
        );
    }
    // As the profile of the zone says.
    let newest = items(server, "zones", &[("indicators", "rv-revenue,rv-firms")]);
    let data = server.ask("{ zones(first: 100) { nodes { code latest(indicator: \"rv-revenue\") { quantity { value(unit: \"CNY-1e8\") } period { code } } } } }");
    for (feature, zone) in newest["features"].as_array().unwrap().iter().zip(data["zones"]["nodes"].as_array().unwrap())
    {
        assert_eq!(feature["id"], zone["code"]);
        let value = feature["properties"]["rv-revenue"].as_f64();
        assert_eq!(value, zone["latest"]["quantity"]["value"].as_str().map(|text| text.parse().unwrap()), "{feature}");
        assert_eq!(feature["properties"]["rv-revenue_period"], zone["latest"]["period"]["code"]);
    }
    // They are properties like others.
    let rich = items(
        server,
        "zones",
        &[("indicators", "rv-revenue"), ("period", "2025-Q4"), ("filter", "\"rv-revenue\" > 80")],
    );
    assert_eq!(ids(&rich), ["zone-harbour", "zone-north"]);
    let schema = get(server, "/ogc/collections/zones/queryables?indicators=rv-revenue");
    assert_eq!(schema["properties"]["rv-revenue"]["type"], "number");
    let one = get(server, "/ogc/collections/zones/items/zone-harbour?indicators=rv-revenue&period=2025-Q4");
    assert_eq!(one["properties"], harbour);
    let page = server.get("/ogc/collections/zones/items?indicators=rv-revenue&period=1999&f=html").text().unwrap();
    assert!(page.contains("暂缺"));
    for parameters in ["indicators=nonsense", "indicators=", "period=2025", "indicators=rv-revenue&period=soon"] {
        assert_eq!(refused(server, &format!("/ogc/collections/zones/items?{parameters}")).0, 400, "{parameters}");
    }
    let hint = refused(server, "/ogc/collections/zones/items?indicators=rv-revenu").1;
    assert!(hint["hint"].as_str().unwrap().contains("rv-revenue"));
}

fn what_is_hostile_is_refused_at_once(server: &Server) {
    let long = "x".repeat(10_000);
    let nested = format!("{}code = 'a'{}", "(".repeat(3_000), ")".repeat(3_000));
    let many = "code = 'a' OR ".repeat(500) + "code = 'a'";
    for filter in [long, nested, many] {
        let path = format!("/ogc/collections/projects/items?{}", query(&[("filter", &filter)]));
        let start = Instant::now();
        let (status, _) = refused(server, &path);
        assert!(matches!(status, 400 | 422), "{status}");
        assert!(start.elapsed() < Duration::from_millis(500), "{:?}", start.elapsed());
    }
    for path in [
        "limit=1&limit=2",
        "revision=0",
        "revision=99",
        "revision=x",
        "revision=1&edition=a",
        "on=2026-01-01",
        "edition=nonsense",
        "f=xml",
    ] {
        let status = refused(server, &format!("/ogc/collections/zones/items?{path}")).0;
        assert!(matches!(status, 400 | 404), "{path}: {status}");
    }
    for code in ["%00", "..%2F..%2Fetc", "%27%20OR%201%3D1", "%F0%9F%92%A9"] {
        for id in COLLECTIONS {
            assert_eq!(refused(server, &format!("/ogc/collections/{id}/items/{code}")).0, 404, "{id} {code}");
        }
    }
}

fn answers_are_kept_as_long_as_they_hold(server: &Server) {
    for path in [
        "/ogc",
        "/ogc/api",
        "/ogc/conformance",
        "/ogc/collections",
        "/ogc/collections/zones",
        "/ogc/collections/zones/queryables",
        "/ogc/collections/zones/items",
        "/ogc/collections/zones/items/zone-mill",
        "/ogc/collections/zones/zones.gpkg",
        "/ogc/collections/zones/zones.fgb",
    ] {
        let answer = server.get(path);
        let tag = header(&answer, "etag");
        assert!(!tag.is_empty(), "{path}");
        assert_eq!(header(&answer, "cache-control"), "public, no-cache", "{path}");
        assert!(
            answer.headers().get_all("vary").iter().any(|value| value.to_str().unwrap().contains("accept")),
            "{path}"
        );
        assert_eq!(server.get_with(path, &[("if-none-match", &tag)]).status(), 304, "{path}");
        if !path.contains('.') {
            let html = server.get_with(path, &[("if-none-match", &tag), ("accept", "text/html")]);
            assert_eq!(html.status(), 200, "{path}: the page is another answer");
        }
        assert_eq!(server.send("POST", path, &[], Vec::new()).status(), 405, "{path}");
        assert_eq!(server.send("HEAD", path, &[], Vec::new()).status(), 200, "{path}");
    }
}

on_each_engine!(["tests/fixtures/riverton"] =>
    every_line_of_the_conformance_is_kept, the_definition_names_what_is_there, every_row_comes_once_at_any_size_of_page,
    coordinates_come_in_the_order_of_their_axes, conditions_choose_what_graphql_chooses, time_is_that_of_outlines_and_stages,
    figures_are_joined_as_columns_and_absent_is_not_zero, what_is_hostile_is_refused_at_once,
    answers_are_kept_as_long_as_they_hold, files_hold_what_the_pages_hold,
);

/// A GeoPackage read with SQLite, the FlatGeobuf with its own crate.
fn files_hold_what_the_pages_hold(server: &Server) {
    use flatgeobuf::{FallibleStreamingIterator as _, FeatureProperties as _};
    for id in COLLECTIONS {
        let all = items(server, id, &[("limit", "1000")]);
        let expected = ids(&all);
        let response = server.get(&format!("/ogc/collections/{id}/{id}.gpkg"));
        assert_eq!(header(&response, "content-type"), "application/geopackage+sqlite3");
        assert_eq!(header(&response, "content-disposition"), format!("attachment; filename=\"{id}-r1-sample.gpkg\""));
        let bytes = response.bytes().unwrap();
        let again = server.get(&format!("/ogc/collections/{id}/{id}.gpkg")).bytes().unwrap();
        assert_eq!(bytes, again, "{id}: the same state is the same file");
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("file.gpkg");
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(rows(&path, &format!("SELECT code FROM {id} ORDER BY fid")), expected);
        let placed = all["features"].as_array().unwrap().iter().filter(|one| has_place(one)).count();
        assert_eq!(rows(&path, &format!("SELECT CAST(count(*) AS TEXT) FROM rtree_{id}_geom")), [placed.to_string()]);
        assert_eq!(rows(&path, "SELECT srs_id || ' ' || data_type FROM gpkg_contents"), ["4326 features"]);
        assert_eq!(rows(&path, "SELECT integrity_check FROM pragma_integrity_check"), ["ok"]);
        assert_eq!(rows(&path, "SELECT CAST(application_id AS TEXT) FROM pragma_application_id"), ["1196444487"]);

        let bytes = server.get(&format!("/ogc/collections/{id}/{id}.fgb")).bytes().unwrap();
        let reader = flatgeobuf::FgbReader::open(std::io::Cursor::new(bytes.to_vec())).unwrap();
        let mut features = reader.select_all().unwrap();
        let mut codes = BTreeSet::new();
        while let Some(feature) = features.next().unwrap() {
            codes.insert(feature.property::<String>("code").unwrap());
        }
        let located: BTreeSet<String> = all["features"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|one| has_place(one))
            .map(|one| one["id"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(codes, located, "{id}");
    }
    let some =
        server.get("/ogc/collections/projects/projects.gpkg?stage=SIGNED&indicators=rv-revenue").bytes().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file.gpkg");
    std::fs::write(&path, &some).unwrap();
    assert_eq!(rows(&path, "SELECT code FROM projects"), found(server, "projects", "stage = 'SIGNED'"));
    assert_eq!(rows(&path, "SELECT DISTINCT \"rv-revenue_status\" FROM projects"), ["MISSING"]);
    assert_eq!(refused(server, "/ogc/collections/projects/projects.gpkg?f=json").0, 400);
    assert_eq!(refused(server, "/ogc/collections/projects/projects.gpkg?limit=5").0, 400);
}

/// The texts of a column of an SQLite file.
fn rows(path: &std::path::Path, sql: &str) -> Vec<String> {
    use sqlx::{Connection as _, Row as _};
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
        let mut connection = sqlx::SqliteConnection::connect(&format!("sqlite:{}", path.display())).await.unwrap();
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await.unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    })
}

/// Pages that were begun before an import end in the state they were begun in, and an edition never changes.
#[test]
fn an_import_changes_no_page_that_was_begun() {
    for database in fresh() {
        import(&[RIVERTON], &database.url);
        let closed =
            planatlas(&["edition", "close", "--database", &database.url, "--at", "2026-07-02T01:30:00Z", "--sample"])
                .args(["--code", "2026-06", "--cadence", "monthly", "--cutoff", "2026-06-30"])
                .output()
                .unwrap();
        assert!(closed.status.success(), "{}", String::from_utf8_lossy(&closed.stderr));
        let server = Server::start(&database.url);
        let before: Vec<(&str, Vec<String>)> = COLLECTIONS.iter().map(|id| (*id, by_graphql(&server, id))).collect();
        let starts: Vec<Value> = COLLECTIONS.iter().map(|id| items(&server, id, &[("limit", "2")])).collect();
        let edition = |server: &Server| -> Vec<Vec<u8>> {
            let paths = COLLECTIONS.iter().flat_map(|id| {
                [
                    format!("/ogc/collections/{id}/items?edition=2026-06&limit=1000"),
                    format!("/ogc/collections/{id}/{id}.gpkg?edition=2026-06"),
                ]
            });
            paths.map(|path| server.get(&path).bytes().unwrap().to_vec()).collect()
        };
        let old = edition(&server);

        let changed = copy(RIVERTON);
        let file = |name: &str| changed.path().join(name);
        replace(&file("projects.csv"), "港口重型机床项目", "港口重型机床项目二期");
        replace(&file("projects.csv"), "rv-p2,", "rv-p0,");
        replace(&file("project_stages.csv"), "rv-p2,", "rv-p0,");
        replace(&file("zones.csv"), "北岸高新技术产业开发区", "北岸高新区");
        replace(&file("enterprises.csv"), "rv-e2,", "rv-e9,");
        replace(&file("register_entries.csv"), "rv-e2", "rv-e9");
        import(&[&changed.path().display().to_string()], &database.url);
        server.until(3);

        for ((id, codes), first) in before.iter().zip(&starts) {
            let mut all = ids(first);
            let mut page = first.clone();
            while let Some(next) = link(&page, "next", "application/geo+json").map(str::to_owned) {
                assert!(
                    next.contains("revision=2") && next.contains(&format!("on={}", first["on"].as_str().unwrap())),
                    "{next}"
                );
                page = get(&server, path_of(&server, &next));
                assert_eq!(page["revision"], 2);
                all.extend(ids(&page));
            }
            assert_eq!(all, *codes, "{id} on {}", database.engine);
        }
        assert_eq!(edition(&server), old, "the edition answers the same bytes on {}", database.engine);
        assert!(ids(&items(&server, "projects", &[("limit", "1000")])).contains(&"rv-p0".to_owned()));
    }
}

/// More than may be looked at one by one is refused, with the number and what to do.
#[test]
fn too_much_to_look_at_is_refused() {
    let database = sqlite();
    let package = copy(RIVERTON);
    let file = package.path().join("projects.csv");
    let mut text = std::fs::read_to_string(&file).unwrap();
    let row = text.lines().nth(1).unwrap().to_owned();
    for number in 0..20_001 {
        text.push_str(&row.replacen("rv-p1,", &format!("rv-many-{number},"), 1));
        text.push('\n');
    }
    std::fs::write(&file, text).unwrap();
    import(&[&package.path().display().to_string()], &database.url);
    let server = Server::start(&database.url);
    let (status, problem) = refused(&server, "/ogc/collections/projects/items?filter=batch+IS+NULL");
    assert_eq!((status, &problem["code"]), (422, &json!("TOO_MANY_ROWS")));
    assert!(problem["en"].as_str().unwrap().contains("20000 at most"), "{problem}");
    // What the database can say is no matter of number.
    let page = items(&server, "projects", &[("stage", "BUILDING"), ("limit", "1000")]);
    assert!(page["numberMatched"].as_u64().unwrap() > 20_000);
    assert_eq!(page["numberReturned"], 1_000);
    assert_eq!(ids(&page).len(), 1_000);
    let few = items(&server, "projects", &[("stage", "SIGNED"), ("filter", "NOT code = 'x'")]);
    assert!(few["numberMatched"].as_u64().unwrap() < 10);
}

/// The addresses of the page for QGIS users answer, with features where features are shown.
#[test]
fn the_addresses_of_the_page_for_qgis_users_answer() {
    let database = sqlite();
    import(&["geodata/shangqiu", "geodata/sample"], &database.url);
    let server = Server::start(&database.url);
    let text = std::fs::read_to_string("docs/qgis.md").unwrap();
    let addresses: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("GET ")).collect();
    assert!(addresses.len() > 10);
    for address in addresses {
        let response = server.get(address);
        assert_eq!(response.status(), 200, "{address}");
        if header(&response, "content-type") == "application/geo+json" {
            let page = json(response);
            assert!(!ids(&page).is_empty(), "{address}");
            if address.contains("indicators") {
                let figures = page["features"].as_array().unwrap().iter().map(|one| &one["properties"]["zone-revenue"]);
                assert!(figures.clone().any(Value::is_number), "{address}");
            }
        } else {
            assert!(response.bytes().unwrap().len() > 10_000, "{address}");
        }
    }
}
