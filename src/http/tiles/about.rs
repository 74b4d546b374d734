//! TileJSON 3.0.0: what a layer is, and where its tiles are.

use serde_json::{Value, json};

use super::layer::{Clusters, Layer};
use super::state::State;
use crate::geometry::tile::{BUFFER, MAX_ZOOM, WORLD};

/// What TileJSON says of a state of a layer.
pub fn tilejson(state: &State, origin: &str) -> Value {
    let about = state.about();
    let layer = state.layer;
    let [west, south, east, north] = about.bounds.unwrap_or(WORLD);
    let mut attribution: Vec<String> = about.sources.iter().map(|source| escaped(source)).collect();
    if about.sample {
        attribution.push("含示例（虚构）数据 Holds sample (made-up) data".to_owned());
    }
    let outlines = match (layer.located(), layer.clusters()) {
        (None, _) => "轮廓 Outlines".to_owned(),
        (Some(_), Clusters { down_to: Some(zoom), .. }) => {
            format!("聚合至第 {zoom} 级，其下为单点 Clusters down to zoom {zoom}, single points below")
        }
        (Some(_), Clusters { down_to: None, most }) => {
            format!("单点；一片超过 {most} 个时聚合 Single points; clusters where a tile holds more than {most}")
        }
    };
    let mut layers = vec![vector_layer(layer.name(), &outlines, layer)];
    layers.extend(layer.labels().map(|name| vector_layer(name, "注记点，每处一个 Label points, one a place", layer)));
    json!({
        "tilejson": "3.0.0",
        "tiles": [format!("{origin}{}", state.address("{z}/{x}/{y}"))],
        "name": layer.title(),
        "description": format!("Planatlas · {} · {}", layer.name(), state.token),
        "attribution": attribution.join(" · "),
        "scheme": "xyz",
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": [west, south, east, north],
        "center": [(west + east) / 2.0, (south + north) / 2.0, if about.bounds.is_some() { 7 } else { 0 }],
        "vector_layers": layers,
        "buffer": BUFFER,
        "state": state.token.to_string(),
        "sample": about.sample,
    })
}

fn vector_layer(id: &str, description: &str, layer: Layer) -> Value {
    let fields: serde_json::Map<String, Value> =
        layer.fields().iter().map(|field| (field.name.to_owned(), field.about.into())).collect();
    json!({ "id": id, "description": description, "minzoom": 0, "maxzoom": MAX_ZOOM, "fields": fields })
}

/// Clients show an attribution as HTML; ours are plain texts.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
