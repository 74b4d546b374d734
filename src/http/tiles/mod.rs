//! Vector tiles: `/tiles/{state}/{layer}/{z}/{x}/{y}.mvt` and TileJSON.
//!
//! An address names the state of its layer, so what it shows never changes and may be kept for good. Without a state it
//! leads to the newest one, or to that of a revision or edition. What is drawn is bounded beforehand: the newest state,
//! those of editions, and as many others as there is room for; a tile of so many units, points and cells.

mod about;
mod facts;
mod layer;
mod places;
mod state;

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Duration;

use axum::extract::{Path, RawQuery, State as Shared};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use chrono::NaiveDate;
use moka::policy::EvictionPolicy;
use moka::sync::Cache as Shelf;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use facts::Points;
pub use layer::Layer;

use super::Site;
use super::cache::{Cache, is_known, weak};
use super::origin::origin;
use super::status::status;
use crate::atlas::{Atlas, Touched};
use crate::geometry::tile::{MAX_ZOOM, Tile};
use crate::graphql::{At, Fault, Library, Pin};
use crate::store::area::Located;
use crate::store::{Revision, Store, StoreError};
use state::{State, Token};

/// Bytes of the states that are kept ready; at least 8 MiB each, so 32 of them at most.
const STATES: u64 = 256 << 20;
/// Bytes of the tiles that are kept.
const TILES: u64 = 32 << 20;
/// Kinds of points that are held in some state: of a country some 50 MB each.
const POINTS: u64 = 2;
/// Bytes that keeping a tile takes besides its own.
const BESIDE: usize = 128;
/// Revisions of which it is remembered when and how they were made.
const REMEMBERED: u64 = 256;
/// Tiles that are drawn at a time.
const AT_A_TIME: usize = 16;
/// How long a tile waits for its turn.
const WAIT: Duration = Duration::from_secs(5);

const MVT: HeaderValue = HeaderValue::from_static("application/vnd.mapbox-vector-tile");
const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// The tiles of a site.
pub struct Tiles {
    states: Shelf<(Layer, Token), Arc<State>>,
    tiles: Shelf<(Layer, Token, Tile), Bytes>,
    /// Points by kind and the last revision that touched them.
    points: Shelf<(Located, i32), Arc<Points>>,
    made: Shelf<i32, Arc<Revision>>,
    touched: Shelf<i32, Arc<Touched>>,
    room: Semaphore,
    /// The newest revision of which it is known whether it took text out of older ones.
    heeded: AtomicI32,
    redacted: AtomicI32,
}

/// Why there is no tile.
enum Refused {
    /// There is no such thing, and what there is.
    Unknown(String),
    /// The address is wrong.
    Bad(String),
    /// Not now.
    Busy(String),
    /// Something of ours failed.
    Failed,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        let text = format!("{}\n{}\n", fault.zh(), fault.en());
        match status(fault.code()) {
            StatusCode::NOT_FOUND => Self::Unknown(text),
            StatusCode::SERVICE_UNAVAILABLE => Self::Busy(text),
            StatusCode::INTERNAL_SERVER_ERROR => Self::Failed,
            // An edition that there is not.
            _ if fault.code() == "UNKNOWN_CODE" => Self::Unknown(text),
            _ => Self::Bad(text),
        }
    }
}

impl From<StoreError> for Refused {
    fn from(why: StoreError) -> Self {
        Fault::from(why).into()
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::Unknown(text) => (StatusCode::NOT_FOUND, text),
            Self::Bad(text) => (StatusCode::BAD_REQUEST, text),
            Self::Busy(text) => (StatusCode::SERVICE_UNAVAILABLE, text),
            Self::Failed => (StatusCode::INTERNAL_SERVER_ERROR, "内部错误\ninternal error\n".to_owned()),
        };
        let kept = [(header::CONTENT_TYPE, PLAIN), (header::CACHE_CONTROL, Cache::Never.header())];
        let mut response = (status, kept, text).into_response();
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

impl Refused {
    fn layer(name: &str) -> Self {
        let names = Layer::ALL.map(Layer::name).join(", ");
        Self::Unknown(format!("没有图层「{name}」，可用的有 {names}\nthere is no layer «{name}»; there are {names}\n"))
    }

    fn tile() -> Self {
        Self::Unknown(format!(
            "没有这一瓦片：层级为 0–{MAX_ZOOM}，行列小于 2 的层级次方，后缀为 .mvt\n\
             there is no such tile: zooms are 0 to {MAX_ZOOM}, columns and rows below 2 to the zoom, the suffix is .mvt\n"
        ))
    }

    fn state(layer: Layer, token: &str) -> Self {
        let name = layer.name();
        Self::Unknown(format!(
            "图层 {name} 没有状态 {token}，或已不再备用。请先读 /tiles/{name}.json 取得当前地址；\
             旧状态请读 /tiles/{name}.json?revision=修订号 或 ?edition=版次\n\
             the layer {name} has no state {token}, or it is no longer at hand. Read /tiles/{name}.json for the address \
             of the newest, /tiles/{name}.json?revision=N or ?edition=CODE for an older one\n"
        ))
    }
}

impl Tiles {
    /// No tiles yet.
    pub fn new() -> Self {
        let weight = |_: &_, tile: &Bytes| u32::try_from(tile.len() + BESIDE).unwrap_or(u32::MAX);
        Self {
            states: Shelf::builder()
                .max_capacity(STATES)
                .weigher(|_, state: &Arc<State>| state.weight())
                .eviction_policy(EvictionPolicy::lru())
                .build(),
            tiles: Shelf::builder().max_capacity(TILES).weigher(weight).build(),
            points: Shelf::builder().max_capacity(POINTS).eviction_policy(EvictionPolicy::lru()).build(),
            made: Shelf::new(REMEMBERED),
            touched: Shelf::new(REMEMBERED),
            room: Semaphore::new(AT_A_TIME),
            heeded: AtomicI32::new(0),
            redacted: AtomicI32::new(0),
        }
    }

    /// The state of a layer that an atlas shows.
    async fn state(&self, layer: Layer, atlas: &Atlas, store: &Store) -> Result<Arc<State>, Refused> {
        let made = self.made(layer.revision_in(atlas), store).await?.ok_or(Refused::Failed)?;
        let token = Token::of(layer, atlas, &made);
        if let Some(state) = self.states.get(&(layer, token)) {
            return Ok(state);
        }
        let points = |located, revision| self.points.get_with((located, revision), Arc::default);
        let state = Arc::new(State::new(layer, atlas, &made, store, points).await?);
        self.states.insert((layer, token), Arc::clone(&state));
        Ok(state)
    }

    /// The state that a name means, where it is the newest, that of an edition, or still at hand. It may have another
    /// name than the one asked for.
    async fn find(&self, site: &Site, layer: Layer, asked: Token) -> Result<Arc<State>, Refused> {
        if let Some(state) = self.states.get(&(layer, asked)) {
            return Ok(state);
        }
        let store = site.library.store();
        let unknown = || Refused::state(layer, &asked.to_string());
        let head = Pin::head(&site.library, (site.clock)()).ok_or_else(Fault::empty)?;
        let newest = layer.revision_in(&head.atlas()) <= asked.revision;
        let atlas = if newest && asked.revision <= head.revision().number {
            head.atlas()
        } else {
            // Of the editions that hold the state, the first one after it does.
            let editions = head.editions().iter().map(|edition| edition.revision);
            let edition = editions.filter(|number| *number >= asked.revision).min().ok_or_else(unknown)?;
            let touched = self.touched(edition, store).await?;
            if layer.revision(|table| touched.get(table).copied().unwrap_or(0)) > asked.revision {
                return Err(unknown());
            }
            Pin::at(&site.library, (site.clock)(), &At::Revision(edition)).await?.atlas()
        };
        let on = match asked.since {
            Some(day) => day,
            None => self.made_on(layer.revision_in(&atlas), store).await?,
        };
        self.state(layer, &atlas.seen_on(on), store).await
    }

    /// A tile of a state.
    async fn tile(&self, state: &Arc<State>, tile: Tile, site: &Site) -> Result<Bytes, Refused> {
        let key = (state.layer, state.token, tile);
        let held = self.tiles.get(&key);
        site.metrics.tile(held.is_some());
        if let Some(held) = held {
            return Ok(held);
        }
        let busy = || Refused::Busy("服务器正忙\nthe server is busy\n".to_owned());
        let _room = tokio::time::timeout(WAIT, self.room.acquire()).await.map_err(|_| busy())?.map_err(|_| busy())?;
        if let Some(held) = self.tiles.get(&key) {
            return Ok(held);
        }
        let drawn = match state.read(site.library.store(), tile).await? {
            Some(read) => read,
            None => {
                let state = Arc::clone(state);
                let draw = tokio::task::spawn_blocking(move || state.drawn(tile));
                draw.await.ok().flatten().ok_or(Refused::Failed)?
            }
        };
        let drawn = Bytes::from(drawn);
        self.tiles.insert(key, drawn.clone());
        Ok(drawn)
    }

    async fn made(&self, number: i32, store: &Store) -> Result<Option<Arc<Revision>>, StoreError> {
        if let Some(made) = self.made.get(&number) {
            return Ok(Some(made));
        }
        let made = store.revision(number).await?.map(Arc::new);
        if let Some(made) = &made {
            self.made.insert(number, Arc::clone(made));
        }
        Ok(made)
    }

    /// The day on which a revision was made.
    async fn made_on(&self, number: i32, store: &Store) -> Result<NaiveDate, Refused> {
        let made = self.made(number, store).await?.ok_or(Refused::Failed)?;
        Ok(made.committed_at.date_naive())
    }

    async fn touched(&self, number: i32, store: &Store) -> Result<Arc<Touched>, StoreError> {
        if let Some(touched) = self.touched.get(&number) {
            return Ok(touched);
        }
        let touched = Arc::new(store.touched(number).await?);
        self.touched.insert(number, Arc::clone(&touched));
        Ok(touched)
    }

    /// Forgets everything when a revision took text out of older ones.
    async fn heed(&self, library: &Library) -> Result<(), Refused> {
        let number = library.number();
        if number > self.heeded.load(Ordering::Acquire) {
            let last = library.store().last_redaction().await?;
            if self.redacted.swap(last, Ordering::AcqRel) != last {
                self.states.invalidate_all();
                self.tiles.invalidate_all();
                self.points.invalidate_all();
            }
            self.heeded.fetch_max(number, Ordering::AcqRel);
        }
        Ok(())
    }
}

/// What all layers are: `/tiles`.
pub async fn index(headers: HeaderMap) -> Response {
    let origin = origin(&headers);
    let listed = |layer: Layer| json!({ "name": layer.name(), "title": layer.title(), "tilejson": format!("{origin}/tiles/{}.json", layer.name()) });
    let styles = super::styles::THEMES.map(|theme| format!("{origin}/styles/{theme}.json"));
    written(&json!({ "layers": Layer::ALL.map(listed), "styles": styles }))
}

/// JSON as an answer.
pub fn written(value: &Value) -> Response {
    let vary = HeaderValue::from_static("host, x-forwarded-proto");
    ([(header::CONTENT_TYPE, JSON), (header::VARY, vary)], value.to_string()).into_response()
}

/// TileJSON of a layer at the newest state, a revision or an edition: `/tiles/{layer}.json`.
pub async fn tilejson(
    Shared(site): Shared<Site>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let layer = name.strip_suffix(".json").and_then(Layer::from_name).ok_or_else(|| Refused::layer(&name))?;
        let state = meant(&site, layer, query.as_deref().unwrap_or_default()).await?;
        Ok::<_, Refused>(state)
    };
    let state = match answer.await {
        Ok(state) => state,
        Err(refused) => return refused.into_response(),
    };
    let origin = origin(&headers);
    let tag = weak(&format!("{}-{}-{}-{origin}", state.mark, state.layer.name(), state.token));
    let told = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, Cache::Revalidate.header())];
    if is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, told).into_response();
    }
    (told, written(&about::tilejson(&state, &origin))).into_response()
}

/// A tile without a state: leads to the one of the newest, of a revision or of an edition.
pub async fn lead(
    Shared(site): Shared<Site>,
    Path((layer, z, x, y)): Path<(String, String, String, String)>,
    RawQuery(query): RawQuery,
) -> Response {
    let answer = async {
        let layer = Layer::from_name(&layer).ok_or_else(|| Refused::layer(&layer))?;
        let tile = parsed(&z, &x, &y).ok_or_else(Refused::tile)?;
        let state = meant(&site, layer, query.as_deref().unwrap_or_default()).await?;
        Ok::<_, Refused>(led(&state, tile))
    };
    answer.await.unwrap_or_else(IntoResponse::into_response)
}

/// A tile of a state.
pub async fn tile(
    Shared(site): Shared<Site>,
    Path((token, layer, z, x, y)): Path<(String, String, String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let answer = async {
        let layer = Layer::from_name(&layer).ok_or_else(|| Refused::layer(&layer))?;
        let tile = parsed(&z, &x, &y).ok_or_else(Refused::tile)?;
        let asked: Token = token.parse().map_err(|()| Refused::state(layer, &token))?;
        site.tiles.heed(&site.library).await?;
        let state = site.tiles.find(&site, layer, asked).await?;
        // Another name of the same state, or the same name in another database.
        let marked = parameter(query.as_deref().unwrap_or_default(), "v");
        if state.token != asked || marked.is_some_and(|mark| mark != state.mark) {
            return Ok(led(&state, tile));
        }
        let Tile { z, x, y } = tile;
        let tag = weak(&format!("{}-{}-{}-{z}-{x}-{y}", state.mark, layer.name(), state.token));
        let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, Cache::Forever.header())];
        if is_known(&headers, &tag) {
            return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
        }
        let bytes = site.tiles.tile(&state, tile, &site).await?;
        if bytes.is_empty() {
            return Ok((StatusCode::NO_CONTENT, kept).into_response());
        }
        Ok::<_, Refused>((kept, [(header::CONTENT_TYPE, MVT)], bytes).into_response())
    };
    answer.await.unwrap_or_else(IntoResponse::into_response)
}

/// The state of a layer that the parameters of an address mean.
async fn meant(site: &Site, layer: Layer, query: &str) -> Result<Arc<State>, Refused> {
    let at = match (parameter(query, "edition"), parameter(query, "revision")) {
        (Some(edition), _) => At::Edition(edition),
        (None, Some(number)) => {
            let number =
                number.parse().map_err(|_| Fault::argument("revision", "不是修订编号", "no number of a revision"));
            At::Revision(number?)
        }
        (None, None) => At::Head,
    };
    site.tiles.heed(&site.library).await?;
    let mut atlas = Pin::at(&site.library, (site.clock)(), &at).await?.atlas();
    if let Some(day) = parameter(query, "on") {
        let day =
            day.parse().map_err(|_| Fault::argument("on", "不是日期，如 2026-06-30", "no date, e.g. 2026-06-30"))?;
        atlas = atlas.seen_on(day);
    }
    site.tiles.state(layer, &atlas, site.library.store()).await
}

fn led(state: &State, Tile { z, x, y }: Tile) -> Response {
    let to = HeaderValue::from_str(&state.address(&format!("{z}/{x}/{y}")));
    let kept: [(HeaderName, HeaderValue); 2] = [
        (header::LOCATION, to.unwrap_or(HeaderValue::from_static("/tiles"))),
        (header::CACHE_CONTROL, Cache::Revalidate.header()),
    ];
    (StatusCode::TEMPORARY_REDIRECT, kept).into_response()
}

/// A tile of the pyramid, from plain numbers.
fn parsed(z: &str, x: &str, y: &str) -> Option<Tile> {
    let y = y.strip_suffix(".mvt")?;
    let plain = |text: &str| (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    ([z, x, y].into_iter().all(plain)).then(|| Tile::new(z.parse().ok()?, x.parse().ok()?, y.parse().ok()?))?
}

/// A parameter of an address.
pub fn parameter(query: &str, name: &str) -> Option<String> {
    let given: Vec<(String, String)> = serde_urlencoded::from_str(query).ok()?;
    given.into_iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_states_make_room_for_new_ones() {
        let tiles = Tiles::new();
        for revision in 1..=100 {
            let state = Arc::new(state::tests::nothing(revision));
            tiles.states.insert((state.layer, state.token), state);
            // The first is used all the time, so it stays.
            assert!(tiles.states.get(&(Layer::Regions, Token { revision: 1, since: None })).is_some());
            tiles.states.run_pending_tasks();
        }
        assert_eq!(tiles.states.entry_count(), 32);
        let held = |revision| tiles.states.contains_key(&(Layer::Regions, Token { revision, since: None }));
        assert!(held(1) && held(100) && held(70) && !held(2) && !held(60));
    }

    #[test]
    fn only_plain_numbers_name_a_tile() {
        assert_eq!(parsed("8", "210", "102.mvt"), Tile::new(8, 210, 102));
        for (z, x, y) in [("8", "210", "102"), ("8", "-1", "1.mvt"), ("8", "+1", "1.mvt"), ("", "", ".mvt")] {
            assert_eq!(parsed(z, x, y), None, "{z}/{x}/{y}");
        }
        assert_eq!(parsed("15", "0", "0.mvt"), None);
        assert_eq!(parsed("999", "0", "0.mvt"), None);
    }
}
