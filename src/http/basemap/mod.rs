//! A basemap under the plan, if the operator wants one: an archive of tiles that this server reads and serves itself, or
//! 天地图, which browsers then ask. Without one nothing is drawn and no other host is named.

mod archive;
mod choice;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use pmtiles::TileCoord;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::Site;
use super::cache::{Cache, is_known, weak};
use super::origin::origin;
use super::tiles::written;
use crate::geometry::tile::WORLD;
use archive::Archive;
pub use choice::{BasemapError, Named};
use choice::{Choice, View};

/// The servers of 天地图 that share the load.
const SERVERS: std::ops::Range<u8> = 0..8;

/// What lies under the plan.
pub struct Basemap {
    /// TileJSON, but for where the tiles are if they are here.
    about: Value,
    archive: Option<Archive>,
    /// Other hosts that the page may ask.
    hosts: Vec<String>,
}

impl std::fmt::Debug for Basemap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Basemap").field("archive", &self.archive).field("hosts", &self.hosts).finish_non_exhaustive()
    }
}

impl Basemap {
    /// Opens what the operator named.
    ///
    /// # Errors
    /// [`BasemapError`] when a map could not be drawn from it.
    pub async fn open(named: &Named) -> Result<Self, BasemapError> {
        Ok(match named.choice()? {
            Choice::Archive(path) => {
                let archive = Archive::open(&path).await?;
                Self { about: archive.about(&path), archive: Some(archive), hosts: Vec::new() }
            }
            Choice::Tianditu { view, key } => Self {
                about: tianditu(view, &key),
                archive: None,
                hosts: SERVERS.map(|server| format!("https://t{server}.tianditu.gov.cn")).collect(),
            },
        })
    }

    /// The policy of the page, with the hosts that this basemap makes it ask.
    pub fn widened(&self, policy: &str) -> String {
        if self.hosts.is_empty() {
            return policy.to_owned();
        }
        format!("{policy}; connect-src 'self' {}", self.hosts.join(" "))
    }

    /// TileJSON, with the addresses of this server as the client reached it.
    fn tilejson(&self, origin: &str) -> Value {
        let mut said = json!({ "tilejson": "3.0.0", "scheme": "xyz" });
        if let Some(archive) = &self.archive {
            let suffix = archive.suffix().unwrap_or_default();
            said["tiles"] = json!([format!("{origin}/basemap/{}/{{z}}/{{x}}/{{y}}.{suffix}", archive.state)]);
        }
        if let (Some(said), Some(about)) = (said.as_object_mut(), self.about.as_object()) {
            said.extend(about.clone());
        }
        said
    }
}

/// What 天地图 has, in Web Mercator on CGCS2000: within a metre of WGS 84, and not shifted.
fn tianditu(view: View, key: &str) -> Value {
    let (layer, name, format) = match view {
        View::Drawn => ("vec", "天地图 矢量 Tianditu, map", "png"),
        View::Picture => ("img", "天地图 影像 Tianditu, imagery", "jpg"),
    };
    let address = |server: u8| {
        format!(
            "https://t{server}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}\
             &STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
        )
    };
    json!({
        "tiles": SERVERS.map(address).collect::<Vec<_>>(),
        "name": name,
        "attribution": "天地图（国家地理信息公共服务平台） Tianditu",
        "minzoom": 1,
        "maxzoom": 18,
        "bounds": WORLD,
        "format": format,
    })
}

/// What lies under the plan, as TileJSON; nothing where the operator chose nothing: `/basemap.json`.
pub async fn about(State(site): State<Site>, headers: HeaderMap) -> Response {
    let Some(basemap) = &site.settings.basemap else { return StatusCode::NO_CONTENT.into_response() };
    let said = basemap.tilejson(&origin(&headers));
    let tag = weak(&hex::encode(&Sha256::digest(said.to_string())[..16]));
    let told = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, Cache::Revalidate.header())];
    if is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, told).into_response();
    }
    (told, written(&said)).into_response()
}

/// A tile of the archive: `/basemap/{state}/{z}/{x}/{y}.{suffix}`.
pub async fn tile(
    State(site): State<Site>,
    Path((state, z, x, y)): Path<(String, String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let found = site.settings.basemap.as_ref().and_then(|basemap| basemap.archive.as_ref());
    let Some(archive) = found.filter(|archive| archive.state == state) else { return absent() };
    let Some(at) = archive.suffix().and_then(|suffix| position(&z, &x, &y, suffix)) else { return absent() };
    let tag = weak(&format!("{state}-{z}-{x}-{y}"));
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, Cache::Forever.header())];
    if is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    match archive.tile(at, takes_gzip(&headers)).await {
        Ok(Some(stored)) => {
            let told = [
                (header::CONTENT_TYPE, HeaderValue::from_static(archive.media())),
                (header::VARY, HeaderValue::from_static("accept-encoding")),
            ];
            let mut response = (kept, told, stored.bytes).into_response();
            if stored.gzip {
                response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
            response
        }
        Ok(None) => (StatusCode::NO_CONTENT, kept).into_response(),
        Err(why) => {
            tracing::error!(%why, z, x, y, "a tile of the basemap cannot be read");
            let kept = [(header::CACHE_CONTROL, Cache::Never.header())];
            (StatusCode::INTERNAL_SERVER_ERROR, kept, "无法读取底图\nthe basemap cannot be read\n").into_response()
        }
    }
}

fn absent() -> Response {
    let text = "没有这一底图瓦片；当前地址见 /basemap.json\nthere is no such tile of a basemap; /basemap.json has the address\n";
    (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, Cache::Never.header())], text).into_response()
}

/// The tile that an address names.
fn position(z: &str, x: &str, y: &str, suffix: &str) -> Option<TileCoord> {
    let y = y.strip_suffix(suffix)?.strip_suffix('.')?;
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if ![z, x, y].into_iter().all(plain) {
        return None;
    }
    TileCoord::new(z.parse().ok()?, x.parse().ok()?, y.parse().ok()?).ok()
}

/// Whether a client takes what is packed by gzip.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let weight = |part: &str| part.strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
        parts.next() == Some("gzip") && parts.filter_map(weight).all(|weight| weight > 0.0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_tile_or_none() {
        assert!(position("3", "4", "2.png", "png").is_some());
        for (z, x, y) in
            [("3", "4", "2"), ("3", "4", "2.mvt"), ("3", "9", "2.png"), ("-1", "0", "0.png"), ("3", "4", ".png")]
        {
            assert!(position(z, x, y, "png").is_none(), "{z}/{x}/{y}");
        }
    }

    #[test]
    fn only_clients_that_take_gzip_are_sent_it() {
        let takes = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static(text));
            takes_gzip(&headers)
        };
        assert!(takes("gzip, deflate, br") && takes("br;q=1.0, gzip;q=0.5"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes("identity"));
    }

    #[tokio::test]
    async fn with_tianditu_the_policy_names_its_hosts_and_the_key_is_in_no_log() {
        let key = "0123456789abcdef0123456789abcdef";
        let basemap = Basemap::open(&Named::from(format!("tianditu:{key}"))).await.unwrap();
        let policy = basemap.widened("default-src 'self'");
        assert!(policy.starts_with("default-src 'self'; connect-src 'self' https://t0.tianditu.gov.cn "));
        assert!(!policy.contains('*'));
        assert!(!format!("{basemap:?}").contains(key));
        assert!(basemap.tilejson("http://atlas.test")["tiles"][7].as_str().unwrap().ends_with(key));
    }
}
