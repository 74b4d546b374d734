//! Styles of the MapLibre Style Specification over the tiles of this server, for MapLibre, QGIS and others:
//! `/styles/{light,dark}.json`. Colours are the page's own; nothing is taken from another host.

use std::collections::HashMap;
use std::sync::LazyLock;

use axum::extract::{Path, RawQuery};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::cache::{Cache, is_known, weak};
use super::origin::origin;
use super::tiles::{Layer, parameter, written};

/// The styles there are.
pub const THEMES: [&str; 2] = ["light", "dark"];

/// Where the page keeps its colours.
const TOKENS: &str = include_str!("../../frontend/src/styles/tokens.css");

/// Fonts that are at hand on one system or another: without glyphs from a server, text is drawn in them.
const FONTS: [&str; 5] = ["Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei", "sans-serif"];

type Colours = HashMap<&'static str, &'static str>;

/// The colours of each theme by name.
static COLOURS: LazyLock<[Colours; 2]> =
    LazyLock::new(|| ["[data-theme='light'] {", "\n  [data-theme='dark'] {"].map(colours));

/// The colours in the block that a selector begins.
fn colours(selector: &str) -> Colours {
    let block = TOKENS.split_once(selector).and_then(|(_, rest)| rest.split_once('}')).map_or("", |(block, _)| block);
    let token = |line: &'static str| line.trim().strip_prefix("--")?.strip_suffix(';')?.split_once(": ");
    block.lines().filter_map(token).collect()
}

/// A style.
pub async fn style(Path(name): Path<String>, RawQuery(query): RawQuery, headers: HeaderMap) -> Response {
    let known = name.strip_suffix(".json").and_then(|name| THEMES.iter().position(|theme| *theme == name));
    let Some(theme) = known else {
        let text = "样式有 light.json 与 dark.json\nthe styles are light.json and dark.json\n";
        return (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, Cache::Never.header())], text).into_response();
    };
    let query = query.unwrap_or_default();
    let state: Vec<(&str, String)> =
        ["edition", "revision"].into_iter().filter_map(|name| Some((name, parameter(&query, name)?))).collect();
    let value = composed(THEMES[theme], &COLOURS[theme], &origin(&headers), &state);
    let tag = weak(&hex::encode(&Sha256::digest(value.to_string())[..16]));
    let told = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, Cache::Revalidate.header())];
    if is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, told).into_response();
    }
    (told, written(&value)).into_response()
}

fn composed(theme: &str, colours: &Colours, origin: &str, state: &[(&str, String)]) -> Value {
    let state = serde_urlencoded::to_string(state).unwrap_or_default();
    let query = if state.is_empty() { state } else { format!("?{state}") };
    let source = |layer: Layer| {
        let name = layer.name();
        (name.to_owned(), json!({ "type": "vector", "url": format!("{origin}/tiles/{name}.json{query}") }))
    };
    let sources: serde_json::Map<String, Value> = Layer::STYLED.into_iter().map(source).collect();
    json!({
        "version": 8,
        "name": format!("planatlas {theme}"),
        "sources": sources,
        "layers": layers(&|name| colours.get(name).copied().unwrap_or("#808080")),
    })
}

fn layers(colour: &dyn Fn(&str) -> &'static str) -> Vec<Value> {
    let round = json!({ "line-join": "round", "line-cap": "round" });
    let form = |forms: &[&str]| json!(["in", ["get", "form"], ["literal", forms]]);
    // Of what is made up, the name says so.
    let name =
        json!(["case", ["==", ["get", "sample"], true], ["concat", ["get", "name"], "（示例）"], ["get", "name"]]);
    let label = |layer: Layer, size: u8, ink: &str, from: u8| {
        json!({
            "id": format!("{}-label", layer.name()),
            "type": "symbol",
            "source": layer.name(),
            "source-layer": layer.labels(),
            "minzoom": from,
            "layout": { "text-field": name, "text-font": FONTS, "text-size": size, "text-max-width": 10 },
            "paint": { "text-color": colour(ink), "text-halo-color": colour("paper"), "text-halo-width": 2 },
        })
    };
    let line = |id: &str, layer: Layer, filter: Option<Value>, paint: Value| {
        let mut line = json!({
            "id": id, "type": "line", "source": layer.name(), "source-layer": layer.name(), "layout": round, "paint": paint,
        });
        if let (Some(filter), Some(line)) = (filter, line.as_object_mut()) {
            line.insert("filter".to_owned(), filter);
        }
        line
    };
    let stroke = |ink: &str, width: f64| json!({ "line-color": colour(ink), "line-width": width });
    let points = |layer: Layer, ink: &str, from: u8| {
        let name = layer.name();
        let single = json!(["!", ["has", "point_count"]]);
        let many = json!(["has", "point_count"]);
        let radius = json!(["interpolate", ["linear"], ["sqrt", ["get", "point_count"]], 1, 6, 10, 12, 100, 22]);
        [
            json!({
                "id": format!("{name}-cluster"), "type": "circle", "source": name, "source-layer": name,
                "minzoom": from, "filter": many,
                "paint": {
                    "circle-radius": radius, "circle-color": colour("panel"), "circle-opacity": 0.92,
                    "circle-stroke-color": colour(ink), "circle-stroke-width": 1.2,
                },
            }),
            json!({
                "id": format!("{name}-count"), "type": "symbol", "source": name, "source-layer": name,
                "minzoom": from, "filter": many,
                "layout": {
                    "text-field": ["to-string", ["get", "point_count"]], "text-font": FONTS, "text-size": 11,
                    "text-allow-overlap": true,
                },
                "paint": { "text-color": colour("ink2") },
            }),
            json!({
                "id": format!("{name}-point"), "type": "circle", "source": name, "source-layer": name,
                "minzoom": from, "filter": single,
                "paint": {
                    "circle-radius": 4, "circle-color": colour(ink),
                    "circle-stroke-color": colour("panel"), "circle-stroke-width": 1.2,
                },
            }),
        ]
    };
    let mut layers = vec![
        json!({ "id": "paper", "type": "background", "paint": { "background-color": colour("paper") } }),
        json!({
            "id": "regions-fill", "type": "fill", "source": "regions", "source-layer": "regions",
            "paint": { "fill-color": colour("land") },
        }),
        json!({
            "id": "layout-fill", "type": "fill", "source": "layout", "source-layer": "layout",
            "filter": form(&["CORE", "GROUP"]),
            "paint": {
                "fill-color": ["match", ["get", "form"], "CORE", colour("core-t"), colour("group-t")],
                "fill-opacity": 0.7,
            },
        }),
        line("regions-line", Layer::Regions, None, stroke("ink3", 0.8)),
        line("layout-core", Layer::Layout, Some(form(&["CORE"])), stroke("core", 2.6)),
        line("layout-group", Layer::Layout, Some(form(&["GROUP", "AREA", "NODE"])), stroke("group", 2.2)),
        line("layout-course", Layer::Layout, Some(form(&["BELT", "AXIS"])), stroke("belt", 6.0)),
        json!({
            "id": "zones-fill", "type": "fill", "source": "zones", "source-layer": "zones", "minzoom": 8,
            "paint": { "fill-color": colour("ink"), "fill-opacity": 0.12 },
        }),
        line(
            "zones-line",
            Layer::Zones,
            None,
            json!({ "line-color": colour("ink"), "line-width": 1.4, "line-dasharray": [4, 1.6] }),
        ),
    ];
    layers.extend(points(Layer::Enterprises, "ink3", 9));
    layers.extend(points(Layer::Projects, "link", 0));
    layers.push(label(Layer::Zones, 12, "ink2", 9));
    layers.push(label(Layer::Regions, 15, "ink", 5));
    layers.push(label(Layer::Layout, 13, "belt", 6));
    layers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_colour_is_one_of_the_page() {
        for (theme, colours) in COLOURS.iter().enumerate() {
            let found = std::cell::RefCell::new(Vec::new());
            let ask = |name: &str| {
                found.borrow_mut().push(name.to_owned());
                colours.get(name).copied().unwrap_or_default()
            };
            layers(&ask);
            for name in found.into_inner() {
                let colour = colours.get(name.as_str()).copied().unwrap_or_default();
                assert!(colour.len() == 7 && colour.starts_with('#'), "{} {name}: {colour}", THEMES[theme]);
            }
        }
        assert_ne!(COLOURS[0]["paper"], COLOURS[1]["paper"]);
    }

    #[test]
    fn a_style_names_no_other_host() {
        let state = [("edition", "2026 06".to_owned())];
        let text = composed("light", &COLOURS[0], "http://atlas.test", &state).to_string();
        assert!(text.contains("\"http://atlas.test/tiles/regions.json?edition=2026+06\""));
        assert_eq!(text.matches("://").count(), Layer::STYLED.len());
        assert!(!text.contains("glyphs") && !text.contains("sprite"));
    }
}
