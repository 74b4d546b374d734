//! Vector tiles from outside, read back by somebody else's decoder: what they hold, how they fit together, how long
//! their addresses stand.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use common::database::{fresh, sqlite};
use common::server::{RIVERTON, Server, copy, import, on_each_engine, planatlas, replace};
use geo::{Area, BooleanOps, BoundingRect, Coord, Geometry, LineString, MapCoords, MultiPolygon, Polygon, Rect};
use mvt_reader::feature::Value as Attribute;
use serde_json::Value;

const LAYERS: [&str; 7] =
    ["regions", "zones", "layout", "projects", "enterprises", "project_points", "enterprise_points"];
const BUFFER: f64 = 128.0;
/// Where the invented city lies.
const LON: f64 = 165.5;
const LAT: f64 = 10.3;

on_each_engine!([super::RIVERTON] =>
    tilejson_says_what_a_layer_is,
    an_address_with_a_state_stands_for_good,
    what_is_not_there_is_told_with_what_is,
    features_are_valid_and_say_what_the_api_says,
    the_tiles_of_a_zoom_make_up_the_outlines,
    neighbours_leave_no_gap_at_any_zoom,
    clusters_and_points_add_up,
    styles_draw_from_the_tiles,
);

struct Feature {
    id: Option<u64>,
    geometry: Geometry<f64>,
    attributes: HashMap<String, Attribute>,
}

impl Feature {
    fn text(&self, name: &str) -> String {
        match self.attributes.get(name) {
            Some(Attribute::String(text)) => text.clone(),
            other => panic!("{name}: {other:?}"),
        }
    }

    fn count(&self) -> u64 {
        match self.attributes.get("point_count") {
            Some(Attribute::UInt(count)) => *count,
            None => 1,
            other => panic!("{other:?}"),
        }
    }

    fn sample(&self) -> bool {
        self.attributes["sample"] == Attribute::Bool(true)
    }

    fn polygons(&self) -> MultiPolygon<f64> {
        match &self.geometry {
            Geometry::Polygon(polygon) => MultiPolygon(vec![polygon.clone()]),
            Geometry::MultiPolygon(polygons) => polygons.clone(),
            _ => MultiPolygon(Vec::new()),
        }
    }
}

/// The features of a layer in the bytes of a tile.
fn decoded(bytes: Vec<u8>, layer: &str) -> Vec<Feature> {
    let reader = mvt_reader::Reader::new(bytes).unwrap();
    let layers = reader.get_layer_metadata().unwrap();
    let Some(found) = layers.iter().find(|found| found.name == layer) else { return Vec::new() };
    assert_eq!((found.version, found.extent), (2, 4096));
    let features = reader.get_features_as::<f64>(found.layer_index).unwrap();
    assert_eq!(features.len(), found.feature_count);
    let features = features.into_iter();
    features.map(|f| Feature { id: f.id, geometry: f.geometry, attributes: f.properties.unwrap_or_default() }).collect()
}

/// TileJSON of a layer.
fn tilejson(server: &Server, layer: &str) -> Value {
    let answer = server.get(&format!("/tiles/{layer}.json"));
    assert_eq!(answer.status(), 200);
    answer.json().unwrap()
}

/// Path of the tiles of a TileJSON.
fn path(tilejson: &Value, server: &Server) -> String {
    let address = tilejson["tiles"][0].as_str().unwrap();
    address.strip_prefix(&format!("http://{}", server.address())).unwrap().to_owned()
}

fn bytes(server: &Server, path: &str, (z, x, y): (u32, u32, u32)) -> Vec<u8> {
    let named = [("{z}", z), ("{x}", x), ("{y}", y)];
    let path = named.iter().fold(path.to_owned(), |path, (name, number)| path.replace(name, &number.to_string()));
    let answer = server.get(&path);
    assert!(answer.status() == 200 || answer.status() == 204, "{path}: {}", answer.status());
    assert_eq!(answer.headers()["cache-control"], "public, max-age=31536000, immutable");
    answer.bytes().unwrap().to_vec()
}

fn features(server: &Server, path: &str, layer: &str, tile: (u32, u32, u32)) -> Vec<Feature> {
    decoded(bytes(server, path, tile), layer)
}

/// A position in units of tiles of a zoom, from the north-west corner of the world.
fn units(zoom: u32, c: Coord<f64>) -> Coord<f64> {
    let world = 4096.0 * f64::from(1 << zoom);
    let y = (1.0 - (c.y.to_radians().tan() + 1.0 / c.y.to_radians().cos()).ln() / std::f64::consts::PI) / 2.0;
    Coord { x: (c.x + 180.0) / 360.0 * world, y: y * world }
}

fn tile_of(zoom: u32, lon: f64, lat: f64) -> (u32, u32, u32) {
    let c = units(zoom, Coord { x: lon, y: lat });
    (zoom, (c.x / 4096.0) as u32, (c.y / 4096.0) as u32)
}

/// The tiles of a zoom that cover the bounds of a TileJSON.
fn covering(tilejson: &Value, zoom: u32) -> Vec<(u32, u32, u32)> {
    let bounds: Vec<f64> = tilejson["bounds"].as_array().unwrap().iter().map(|n| n.as_f64().unwrap()).collect();
    let (_, west, north) = tile_of(zoom, bounds[0], bounds[3]);
    let (_, east, south) = tile_of(zoom, bounds[2], bounds[1]);
    (west..=east).flat_map(|x| (north..=south).map(move |y| (zoom, x, y))).collect()
}

/// Twice the signed area of a ring, in these coordinates.
fn doubled(ring: &LineString<f64>) -> f64 {
    ring.lines().map(|line| line.determinant()).sum()
}

fn tilejson_says_what_a_layer_is(server: &Server) {
    let listed: Value = server.get("/tiles").json().unwrap();
    assert_eq!(listed["layers"].as_array().unwrap().len(), LAYERS.len());
    for layer in LAYERS {
        let said = tilejson(server, layer);
        assert_eq!(said["tilejson"], "3.0.0");
        assert_eq!(said["vector_layers"][0]["id"], layer);
        assert!(said["vector_layers"][0]["fields"]["sample"].is_string());
        assert_eq!((&said["minzoom"], &said["maxzoom"]), (&0.into(), &14.into()));
        assert!(said["bounds"][0].as_f64().unwrap() > 164.0 && said["bounds"][3].as_f64().unwrap() < 11.0, "{said}");
        assert!(path(&said, server).starts_with("/tiles/1/"), "the state is that of the first revision: {said}");
    }
    let regions = tilejson(server, "regions");
    assert_eq!(
        (&regions["attribution"], &regions["sample"]),
        (&"河湾市测绘院(虚构) · 含示例（虚构）数据 Holds sample (made-up) data".into(), &true.into())
    );
    assert!(tilejson(server, "projects")["attribution"].as_str().unwrap().contains("河湾市统计公报"));

    let proxied = [("host", "atlas.test"), ("x-forwarded-proto", "https")];
    let answer = server.get_with("/tiles/zones.json", &proxied);
    let tag = answer.headers()["etag"].to_str().unwrap().to_owned();
    let said: Value = answer.json().unwrap();
    assert!(said["tiles"][0].as_str().unwrap().starts_with("https://atlas.test/tiles/"), "{said}");
    let again = server.get_with("/tiles/zones.json", &[proxied[0], proxied[1], ("if-none-match", &tag)]);
    assert_eq!(again.status(), 304);
}

fn an_address_with_a_state_stands_for_good(server: &Server) {
    let (z, x, y) = tile_of(9, LON, LAT);
    let bare = format!("/tiles/regions/{z}/{x}/{y}.mvt");
    let still = reqwest::blocking::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let ask = |path: &str| still.get(format!("http://{}{path}", server.address())).send().unwrap();
    let led = ask(&bare);
    assert_eq!((led.status().as_u16(), &led.headers()["cache-control"]), (307, &"public, no-cache".parse().unwrap()));
    let address = led.headers()["location"].to_str().unwrap().to_owned();
    assert!(address.starts_with(&format!("/tiles/1/regions/{z}/{x}/{y}.mvt?v=")), "{address}");

    let packed = server.get_with(&address, &[("accept-encoding", "gzip")]);
    assert_eq!(packed.headers()["content-type"], "application/vnd.mapbox-vector-tile");
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["cache-control"], "public, max-age=31536000, immutable");
    let tag = packed.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(server.get_with(&address, &[("if-none-match", &tag)]).status(), 304);

    // Without the mark it stands too; a mark of another database leads here.
    let unmarked = address.split('?').next().unwrap();
    assert_eq!(ask(unmarked).status(), 200);
    let figures = server.get("/metrics").text().unwrap();
    for line in ["planatlas_tiles_total{held=\"no\"} 1", "planatlas_tiles_total{held=\"yes\"} 1"] {
        assert!(figures.contains(line), "{line} in\n{figures}");
    }
    assert_eq!(ask(&format!("{unmarked}?v=00000000")).headers()["location"], *address);
    // Nothing there: nothing to send, for good.
    let nothing = server.get("/tiles/1/regions/9/0/0.mvt");
    assert_eq!(
        (nothing.status().as_u16(), nothing.headers()["cache-control"].to_str().unwrap().contains("immutable")),
        (204, true)
    );
}

fn what_is_not_there_is_told_with_what_is(server: &Server) {
    for (path, zh, en) in [
        ("/tiles/nonsense.json", "没有图层「nonsense.json」", "there are regions, zones"),
        ("/tiles/1/nonsense/0/0/0.mvt", "没有图层", "there is no layer"),
        ("/tiles/1/regions/15/0/0.mvt", "0–14", "zooms are 0 to 14"),
        ("/tiles/1/regions/1/2/0.mvt", "没有这一瓦片", "no such tile"),
        ("/tiles/1/regions/1/0/0.png", "后缀为 .mvt", "suffix"),
        ("/tiles/regions/1/-1/0.mvt", "没有这一瓦片", "no such tile"),
        ("/tiles/99/regions/0/0/0.mvt", "没有状态 99", "has no state 99"),
        ("/tiles/x/regions/0/0/0.mvt", "没有状态 x", "/tiles/regions.json"),
        ("/tiles/regions.json?revision=99", "没有第 99 号修订", "no revision 99"),
        ("/tiles/regions.json?edition=none", "没有代码为「none」", "no Edition"),
        ("/styles/blue.json", "light.json", "dark.json"),
    ] {
        let answer = server.get(path);
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["cache-control"]),
            (404, &"no-store".parse().unwrap()),
            "{path}"
        );
        let text = answer.text().unwrap();
        assert!(text.contains(zh) && text.contains(en), "{path}: {text}");
    }
    assert_eq!(server.get("/tiles/regions.json?revision=x").status(), 400);
}

fn features_are_valid_and_say_what_the_api_says(server: &Server) {
    let asked = server.ask(
        "{ regions(first: 100) { nodes { code name nameEn: name(lang: EN) kind footprint { accuracy } } }
           zones(first: 100) { nodes { code name footprint { accuracy } } }
           plans { code } }",
    );
    let known = |list: &Value| -> BTreeMap<String, Value> {
        let drawn = list.as_array().unwrap().iter().filter(|place| place["footprint"].is_object());
        drawn.map(|place| (place["code"].as_str().unwrap().to_owned(), place.clone())).collect()
    };
    let layout = asked["plans"].as_array().unwrap().iter().flat_map(|plan| {
        let asked =
            server.ask(&format!("{{ layout(plan: {}) {{ code name footprint {{ accuracy }} }} }}", plan["code"]));
        asked["layout"].as_array().unwrap().clone()
    });
    let layout: Vec<Value> = layout.collect();
    let places = [
        ("regions", known(&asked["regions"]["nodes"])),
        ("zones", known(&asked["zones"]["nodes"])),
        ("layout", known(&Value::from(layout))),
    ];
    for (layer, known) in places {
        let path = path(&tilejson(server, layer), server);
        let mut ids: HashMap<String, u64> = HashMap::new();
        let mut labels: Vec<(String, Option<u64>)> = Vec::new();
        for zoom in [0, 3, 6, 9, 11, 14] {
            let tile = bytes(server, &path, tile_of(zoom, LON, LAT));
            for feature in decoded(tile.clone(), layer) {
                let code = feature.text("code");
                let place = &known[&code];
                assert_eq!(place["name"], feature.text("name"), "{layer} {code}");
                assert_eq!(place["footprint"]["accuracy"], feature.text("accuracy"));
                if layer == "regions" {
                    assert_eq!(
                        (&place["nameEn"], &place["kind"]),
                        (&feature.text("nameEn").into(), &feature.text("kind").into())
                    );
                }
                assert!(feature.sample(), "the map of this package is made up");
                let id = feature.id.expect("an id");
                assert_eq!(*ids.entry(code.clone()).or_insert(id), id, "the same at every zoom");
                let frame = feature.geometry.bounding_rect().unwrap();
                let inside = |c: Coord<f64>| [c.x, c.y].iter().all(|v| (-BUFFER..=4096.0 + BUFFER).contains(v));
                assert!(inside(frame.min()) && inside(frame.max()), "{layer} {code} at {zoom}: {frame:?}");
                for polygon in feature.polygons() {
                    let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
                    for (number, ring) in rings.enumerate() {
                        assert!(ring.is_closed() && ring.0.len() > 3);
                        assert_eq!(doubled(ring) > 0.0, number == 0, "{layer} {code} at {zoom}: ring {number}");
                        assert!(doubled(ring) != 0.0);
                    }
                }
            }
            let found = decoded(tile, &format!("{layer}_label"));
            labels.extend(found.iter().map(|label| (label.text("code"), label.id)));
        }
        // From afar a place has a name before it has an outline.
        assert!(!labels.is_empty() && labels.iter().all(|(code, id)| *id == Some(ids[code])), "{labels:?}");
        let different: BTreeSet<u64> = ids.values().copied().collect();
        assert_eq!(different.len(), ids.len(), "no two places have one id");
        // At this zoom a unit is 19 m: everything shows.
        let mut shown = BTreeSet::new();
        let mut labelled = Vec::new();
        for tile in covering(&tilejson(server, layer), 9) {
            let tile = bytes(server, &path, tile);
            shown.extend(decoded(tile.clone(), layer).iter().map(|feature| feature.text("code")));
            labelled.extend(decoded(tile, &format!("{layer}_label")).iter().map(|feature| feature.text("code")));
        }
        assert_eq!(shown, known.keys().cloned().collect(), "{layer}");
        labelled.sort();
        assert_eq!(labelled, known.keys().cloned().collect::<Vec<_>>(), "each has its name once");
    }
}

/// Outlines of the regions as the API gives them, in units of a zoom.
fn outlines(server: &Server, zoom: u32) -> BTreeMap<String, MultiPolygon<f64>> {
    let asked = server.ask("{ regions(first: 100) { nodes { code footprint { geometry { geojson } } } } }");
    let regions = asked["regions"]["nodes"].as_array().unwrap();
    let corner = |at: &Value| units(zoom, Coord { x: at[0].as_f64().unwrap(), y: at[1].as_f64().unwrap() });
    let ring = |ring: &Value| LineString::from(ring.as_array().unwrap().iter().map(corner).collect::<Vec<_>>());
    let polygon = |rings: &Value| {
        let mut rings = rings.as_array().unwrap().iter().map(ring);
        Polygon::new(rings.next().unwrap(), rings.collect())
    };
    let read = |region: &Value| {
        let geometry = &region["footprint"]["geometry"]["geojson"];
        let coordinates = &geometry["coordinates"];
        let polygons = match geometry["type"].as_str().unwrap() {
            "Polygon" => vec![polygon(coordinates)],
            "MultiPolygon" => coordinates.as_array().unwrap().iter().map(polygon).collect(),
            other => panic!("{other}"),
        };
        (region["code"].as_str().unwrap().to_owned(), MultiPolygon(polygons))
    };
    regions.iter().filter(|region| region["footprint"].is_object()).map(read).collect()
}

fn the_tiles_of_a_zoom_make_up_the_outlines(server: &Server) {
    let said = tilejson(server, "regions");
    let path = path(&said, server);
    let square = |low: f64, high: f64| Rect::new(Coord { x: low, y: low }, Coord { x: high, y: high }).to_polygon();
    for zoom in [8, 10, 12] {
        let mut areas: BTreeMap<String, f64> = BTreeMap::new();
        for tile in covering(&said, zoom) {
            for feature in features(server, &path, "regions", tile) {
                let inner = feature.polygons().intersection(&MultiPolygon(vec![square(0.0, 4096.0)]));
                *areas.entry(feature.text("code")).or_default() += inner.unsigned_area();
            }
        }
        for (code, outline) in outlines(server, zoom) {
            let (whole, tiles) = (outline.unsigned_area(), areas[&code]);
            // Two units of tolerance along the border, and half a unit of rounding.
            let border: f64 = outline.iter().flat_map(|p| p.exterior().lines()).map(|l| l.dx().hypot(l.dy())).sum();
            assert!((whole - tiles).abs() <= 2.5 * border.min(whole / 100.0), "{code} at {zoom}: {whole} {tiles}");
        }
    }
}

fn neighbours_leave_no_gap_at_any_zoom(server: &Server) {
    let path = path(&tilejson(server, "regions"), server);
    for zoom in 5..=14 {
        let tile = tile_of(zoom, LON, LAT);
        let all = features(server, &path, "regions", tile);
        let (city, parts): (Vec<&Feature>, Vec<&Feature>) =
            all.iter().partition(|feature| feature.text("kind") == "CITY");
        let signed =
            |feature: &Feature| -> f64 { feature.polygons().iter().map(|polygon| polygon.unsigned_area()).sum() };
        let (whole, sum) = (signed(city[0]), parts.iter().map(|part| signed(part)).sum::<f64>());
        // The city is drawn along the same vertices as its parts, so they cover it but for an island that is of none.
        let source = outlines(server, zoom);
        let city = &source["riverton"];
        let counties: f64 = source.iter().filter(|(code, _)| *code != "riverton").map(|(_, p)| p.unsigned_area()).sum();
        let loose = (city.unsigned_area() - counties).abs();
        assert!((whole - sum).abs() <= loose + 64.0, "at {zoom}: {whole} {sum}, {loose} of no part");
        for (at, one) in parts.iter().enumerate() {
            for other in &parts[at + 1..] {
                let both = one.polygons().intersection(&other.polygons()).unsigned_area();
                assert!(both <= 8.0, "{} and {} overlap by {both} at {zoom}", one.text("code"), other.text("code"));
            }
        }
    }
    // From one tile to the next: what both show is the same.
    let (z, x, y) = tile_of(11, LON, LAT);
    let (west, east) =
        (features(server, &path, "regions", (z, x, y)), features(server, &path, "regions", (z, x + 1, y)));
    let strip = |feature: &Feature, shift: f64| {
        let moved = feature.polygons().map_coords(|c| Coord { x: c.x + shift, y: c.y });
        let seam = Rect::new(Coord { x: 4000.0, y: 0.0 }, Coord { x: 4192.0, y: 4096.0 }).to_polygon();
        moved.intersection(&MultiPolygon(vec![seam]))
    };
    let mut met = 0;
    for one in &west {
        let Some(other) = east.iter().find(|other| other.id == one.id) else { continue };
        let (a, b) = (strip(one, 0.0), strip(other, 4096.0));
        met += usize::from(a.unsigned_area() > 0.0);
        let apart = a.xor(&b).unsigned_area();
        assert!(apart <= 192.0, "{}: {apart}", one.text("code"));
    }
    assert!(met > 0, "an outline crosses the seam");
}

/// How many of a layer all tiles of a zoom hold, and how many of those are made up.
fn total(server: &Server, layer: &str, zoom: u32) -> (u64, u64) {
    let said = tilejson(server, layer);
    let path = path(&said, server);
    let mut sum = (0, 0);
    for tile in covering(&said, zoom) {
        for feature in features(server, &path, layer, tile) {
            sum.0 += feature.count();
            sum.1 += match feature.attributes.get("sample_count") {
                Some(Attribute::UInt(count)) => *count,
                _ => u64::from(feature.sample()),
            };
            assert_eq!(feature.id.is_some(), feature.count() == 1, "what stands for one thing has its id");
            if feature.count() > 1 {
                let bbox: Vec<f64> = feature.text("bbox").split(',').map(|n| n.parse().unwrap()).collect();
                assert!(bbox[0] <= bbox[2] && bbox[1] <= bbox[3] && bbox[0] >= said["bounds"][0].as_f64().unwrap());
            } else {
                assert!(!feature.text("code").is_empty() && !feature.text("name").is_empty());
            }
        }
    }
    sum
}

fn clusters_and_points_add_up(server: &Server) {
    let asked = server.ask(
        "{ projects(first: 100) { nodes { code stage location { lon } } }
           enterprises(first: 100) { nodes { code location { lon } } } }",
    );
    for (layer, list) in [
        ("projects", "projects"),
        ("enterprises", "enterprises"),
        ("project_points", "projects"),
        ("enterprise_points", "enterprises"),
    ] {
        let located = asked[list]["nodes"].as_array().unwrap().iter().filter(|node| node["location"].is_object());
        let count = located.count() as u64;
        assert!(count > 1, "{asked}");
        for zoom in [0, 4, 9, 10, 11, 13] {
            assert_eq!(total(server, layer, zoom).0, count, "{layer} at {zoom}");
        }
    }
    let path = path(&tilejson(server, "projects"), server);
    let near = features(server, &path, "projects", tile_of(12, 165.142, 10.1215));
    let machines = near.iter().find(|feature| feature.text("code") == "rv-p1").unwrap();
    assert_eq!(machines.text("stage"), "BUILDING");
    assert_eq!(machines.text("nameEn"), "Heavy machine tools");
    let Geometry::MultiPoint(at) = &machines.geometry else { panic!("{:?}", machines.geometry) };
    let at = at.0[0];
    let (_, x, y) = tile_of(12, 165.142, 10.1215);
    let there = units(12, Coord { x: 165.142, y: 10.1215 });
    assert!(
        (at.x() + 4096.0 * f64::from(x) - there.x).abs() <= 1.0
            && (at.y() + 4096.0 * f64::from(y) - there.y).abs() <= 1.0
    );
}

fn styles_draw_from_the_tiles(server: &Server) {
    for theme in ["light", "dark"] {
        let style: Value = server.get(&format!("/styles/{theme}.json?revision=1")).json().unwrap();
        assert_eq!(style["version"], 8);
        for layer in style["layers"].as_array().unwrap() {
            let Some(source) = layer["source"].as_str() else { continue };
            let url = style["sources"][source]["url"].as_str().unwrap();
            let said: Value =
                server.get(url.strip_prefix(&format!("http://{}", server.address())).unwrap()).json().unwrap();
            let ids: Vec<&Value> = said["vector_layers"].as_array().unwrap().iter().map(|layer| &layer["id"]).collect();
            assert!(ids.contains(&&layer["source-layer"]), "{layer}");
        }
    }
}

#[test]
fn a_crowd_is_clustered_at_every_zoom_and_nobody_is_left_out() {
    let package = copy(RIVERTON);
    let file = package.path().join("projects.csv");
    let mut rows = std::fs::read_to_string(&file).unwrap();
    // More than a tile holds as single points, within a kilometre; two sources, one of them made up.
    for n in 0..5_200 {
        let (lon, lat) = (165.3 + f64::from(n % 80) * 1e-5, 10.3 + f64::from(n / 80) * 1e-5);
        let document = if n % 4 == 0 { "rv-map" } else { "rv-bulletin" };
        writeln!(rows, "crowd-{n},项目{n},,,SIGNED,,,,,{lon:.5},{lat:.5},,,,,,{document},,").unwrap();
    }
    std::fs::write(&file, rows).unwrap();
    replace(&package.path().join("documents.csv"), "IN_FORCE,medium,true", "IN_FORCE,medium,false");
    for database in fresh() {
        import(&[package.path().to_str().unwrap()], &database.url);
        let server = Server::start(&database.url);
        let everywhere = "{west: -180, south: -90, east: 180, north: 90}";
        let asked =
            format!("{{ projects(filter: {{space: {{intersects: {{bbox: {everywhere}}}}}}}) {{ totalCount }} }}");
        let count = server.ask(&asked)["projects"]["totalCount"].as_u64().unwrap();
        let made_up = 1_300;
        for zoom in [0, 6, 10, 11, 14] {
            let (all, sample) = total(&server, "projects", zoom);
            assert_eq!(all, count, "at {zoom} on {}", database.engine);
            assert!(sample >= made_up && sample < all, "{sample} at {zoom}");
        }
        let crowded = |layer: &str, zoom: u32| {
            let path = path(&tilejson(&server, layer), &server);
            features(&server, &path, layer, tile_of(zoom, 165.3, 10.3))
        };
        let clustered = crowded("projects", 11);
        assert!(clustered.len() < 4_200 && clustered.iter().any(|feature| feature.count() > 1));
        // Whoever wants each by itself gets it, from afar too.
        let single = crowded("project_points", 6);
        assert!(single.len() > 5_200 && single.iter().all(|feature| feature.count() == 1));
        assert_eq!(total(&server, "project_points", 0).0, count);
    }
}

/// What one tile of a layer says, by code.
fn names(server: &Server, path: &str, layer: &str) -> BTreeMap<String, (Option<u64>, String)> {
    let all = features(server, path, layer, tile_of(8, LON, LAT));
    all.iter().map(|feature| (feature.text("code"), (feature.id, feature.text("name")))).collect()
}

#[test]
fn a_layer_has_a_new_address_when_it_changes_and_keeps_its_ids() {
    for database in fresh() {
        let package = copy(RIVERTON);
        let folder = package.path().to_str().unwrap().to_owned();
        import(&[&folder], &database.url);
        let server = Server::start(&database.url);
        let (regions, zones) =
            (path(&tilejson(&server, "regions"), &server), path(&tilejson(&server, "zones"), &server));
        let before = names(&server, &regions, "regions");
        replace(&package.path().join("regions.csv"), "北岸区,North Bank", "新北岸区,North Bank");
        import(&[&folder], &database.url);
        server.until(2);
        let newer = path(&tilejson(&server, "regions"), &server);
        assert!(newer.starts_with("/tiles/2/regions/"), "{newer}");
        assert_eq!(path(&tilejson(&server, "zones"), &server), zones, "what is untouched keeps its address");
        let after = names(&server, &newer, "regions");
        assert_eq!(after["northbank"], (before["northbank"].0, "新北岸区".to_owned()));
        for (code, (id, _)) in &before {
            assert_eq!(after[code].0, *id, "{code}");
        }
        // The address before still shows what it showed.
        assert_eq!(names(&server, &regions, "regions"), before);
        // Revision 2 left the zones as they were, so its name for them leads to theirs.
        let (z, x, y) = tile_of(8, LON, LAT);
        let led = server.get(&format!("/tiles/2/zones/{z}/{x}/{y}.mvt"));
        assert!(led.status().is_success() && led.url().path().starts_with("/tiles/1/zones/"), "{}", led.url());

        // After a restart the old state is gone, until somebody asks for it by its revision.
        assert_eq!(server.stop(), Some(0));
        let server = Server::start(&database.url);
        let old = format!("/tiles/1/regions/{z}/{x}/{y}.mvt");
        let gone = server.get(&old);
        assert_eq!(gone.status(), 404);
        assert!(gone.text().unwrap().contains("?revision=N"));
        assert_eq!(server.get("/tiles/regions.json?revision=1").status(), 200);
        assert_eq!(server.get(&old).status(), 200);
        assert_eq!(names(&server, &regions, "regions"), before);
    }
}

#[test]
fn states_of_editions_are_always_there_and_show_the_outlines_of_their_day() {
    for database in fresh() {
        let package = copy(RIVERTON);
        let folder = package.path().to_str().unwrap().to_owned();
        import(&[&folder], &database.url);
        // In 2018 the mill zone had its first outline.
        let closed = planatlas(&["edition", "close", "--database", &database.url, "--sample", "--code", "early"])
            .args(["--cadence", "annual", "--cutoff", "2018-06-30"])
            .output()
            .unwrap();
        assert!(closed.status.success(), "{}", String::from_utf8_lossy(&closed.stderr));
        replace(&package.path().join("zones.csv"), "zone-mill,", "zone-mill,新");
        import(&[&folder], &database.url);
        let server = Server::start(&database.url);
        let early: Value = server.get("/tiles/zones.json?edition=early").json().unwrap();
        assert_eq!(early["state"], "1~2015-01-01");
        let early = path(&early, &server);
        let now = path(&tilejson(&server, "zones"), &server);
        assert!(now.starts_with("/tiles/3/zones/"), "{now}");
        let mill = |path: &str| {
            let all = features(&server, path, "zones", tile_of(9, LON, LAT));
            all.into_iter().find(|feature| feature.text("code") == "zone-mill").unwrap()
        };
        let (then, today) = (mill(&early), mill(&now));
        assert_eq!((then.id, today.text("name")), (today.id, format!("新{}", then.text("name"))));
        assert_ne!(then.polygons(), today.polygons());
        // Any day of the same time leads to it, and a cold server still knows it.
        let (z, x, y) = tile_of(9, LON, LAT);
        let led = server.get(&format!("/tiles/1~2019-03-03/zones/{z}/{x}/{y}.mvt"));
        assert!(led.url().path().starts_with("/tiles/1~2015-01-01/"), "{}", led.url());
        assert_eq!(server.stop(), Some(0));
        let server = Server::start(&database.url);
        assert_eq!(features(&server, &early, "zones", (z, x, y)).len(), {
            let all =
                server.get(&early.replace("{z}", "9").replace("{x}", &x.to_string()).replace("{y}", &y.to_string()));
            decoded(all.bytes().unwrap().to_vec(), "zones").len()
        });
        // It was never an edition's, nor asked for by anyone.
        assert_eq!(server.get(&format!("/tiles/2/regions/{z}/{x}/{y}.mvt")).status(), 200, "leads to the first");
    }
}

#[test]
fn text_that_was_taken_out_is_taken_out_of_tiles() {
    for database in fresh() {
        import(&[RIVERTON], &database.url);
        let server = Server::start(&database.url);
        let path = path(&tilejson(&server, "projects"), &server);
        let tile = tile_of(12, 165.142, 10.1215);
        assert!(bytes(&server, &path, tile).windows(9).any(|part| part == "机床项".as_bytes()));
        let redacted = planatlas(&["redact", "--database", &database.url, "--table", "projects", "--key", "rv-p1"])
            .args(["--column", "name", "--reason", "个人信息"])
            .output()
            .unwrap();
        assert!(redacted.status.success(), "{}", String::from_utf8_lossy(&redacted.stderr));
        server.until(2);
        for path in [path.clone(), self::path(&tilejson(&server, "projects"), &server)] {
            let (z, x, y) = tile;
            let named =
                path.replace("{z}", &z.to_string()).replace("{x}", &x.to_string()).replace("{y}", &y.to_string());
            let answer = server.get(&named).bytes().unwrap().to_vec();
            assert!(!answer.windows(9).any(|part| part == "机床项".as_bytes()), "{path}");
        }
    }
}

fn long() -> bool {
    let long = std::env::var_os("PLANATLAS_TEST_LONG").is_some();
    if !long {
        eprintln!("SKIPPED without PLANATLAS_TEST_LONG: GDAL");
    }
    long
}

#[test]
fn gdal_reads_every_feature_of_a_tile() {
    if !long() {
        return;
    }
    let database = sqlite();
    import(&[RIVERTON], &database.url);
    let server = Server::start(&database.url);
    let directory = tempfile::tempdir().unwrap();
    for layer in LAYERS {
        let path = path(&tilejson(&server, layer), &server);
        let tile = tile_of(6, LON, LAT);
        let bytes = bytes(&server, &path, tile);
        let count = decoded(bytes.clone(), layer).len();
        assert!(count > 0, "{layer}");
        std::fs::write(directory.path().join("t.mvt"), bytes).unwrap();
        let (z, x, y) = tile;
        let told = ogrinfo(
            directory.path(),
            &["-oo", &format!("X={x}"), "-oo", &format!("Y={y}"), "-oo", &format!("Z={z}"), "t.mvt", layer],
        );
        assert!(told.contains(&format!("Feature Count: {count}")), "{told}");
        assert!(told.contains("mvt_id: Integer64") && told.contains("code: String"), "{told}");
        assert!(told.contains("sample: Integer(Boolean)"), "{told}");
    }
}

fn ogrinfo(directory: &Path, arguments: &[&str]) -> String {
    let output = Command::new("ogrinfo").args(["-ro", "-so"]).args(arguments).current_dir(directory).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    told
}
