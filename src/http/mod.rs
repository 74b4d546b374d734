//! The doors: GraphQL, its schema, health, and the page. Each route states how long its answers may be kept.

mod answers;
mod basemap;
mod cache;
pub mod documents;
mod forms;
mod gate;
mod graphql;
mod metrics;
mod ogc;
mod origin;
mod page;
mod requests;
mod served;
mod server;
mod settings;
mod status;
mod styles;
mod tiles;

use std::ops::Deref;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Router, middleware};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tower_http::compression::CompressionLayer;
use tower_http::timeout::TimeoutLayer;

use crate::graphql::{Library, PlanSchema};
pub use basemap::{Basemap, BasemapError, Named};
use cache::{Cache, is_known, weak};
use gate::Gate;
use metrics::Metrics;
pub use ogc::gis;
use requests::Ids;
pub use server::{ServeError, Stop, serve};
pub use settings::Settings;

/// Tells the time; the command line hands it in.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// Bytes of a request at most.
const BODY: usize = 256 * 1024;
/// Longest that a request may take to be answered.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest that a file may take to begin: the rows of a workbook are counted before its first byte.
const FILE_PATIENCE: Duration = Duration::from_secs(120);
/// Longest that the body of a request may take to come in.
const READING: Duration = Duration::from_secs(10);

/// The page may load from its own origin alone, and be framed by it alone. MapLibre starts its worker from a blob.
const CONTENT_POLICY: &str = "default-src 'self'; worker-src 'self' blob:; child-src 'self' blob:; \
     img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// What every door shares.
#[derive(Clone)]
pub struct Site(Arc<Shared>);

/// The parts of a site.
pub struct Shared {
    library: Arc<Library>,
    schema: PlanSchema,
    clock: Clock,
    documents: documents::Documents,
    writer: forms::Writer,
    settings: Settings,
    gate: Gate,
    answers: answers::Answers,
    tiles: tiles::Tiles,
    metrics: Arc<Metrics>,
    ids: Ids,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Turns true when the server is to stop, for whatever stays open.
    closing: watch::Receiver<bool>,
}

impl Site {
    /// A site over a library.
    pub fn new(library: Arc<Library>, clock: Clock, settings: Settings, closing: watch::Receiver<bool>) -> Self {
        let ids = Ids::new(clock().timestamp_millis());
        let schema = crate::graphql::schema();
        let documents = documents::Documents::new(library.store().clone());
        let metrics = Arc::<Metrics>::default();
        let gate = Gate::new(schema.clone(), Arc::clone(&metrics));
        let writer = forms::Writer::new(schema.clone(), gate.clone());
        let answers = answers::Answers::default();
        let headers = headers(&settings);
        let tiles = tiles::Tiles::new();
        let shared = Shared {
            library,
            schema,
            clock,
            documents,
            writer,
            settings,
            gate,
            answers,
            tiles,
            metrics,
            ids,
            headers,
            closing,
        };
        Self(Arc::new(shared))
    }
}

impl Deref for Site {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

/// All routes.
pub fn router(site: Site) -> Router {
    let files = Router::new()
        .route("/q/{name}", Cache::Revalidate.of(get(documents::by_hash)))
        .merge(ogc::files())
        .layer(patience(FILE_PATIENCE));
    let router = Router::new()
        .route("/graphql", Cache::Revalidate.of(get(graphql::by_get).post(graphql::by_post)))
        .route("/q", Cache::Never.of(get(documents::index)))
        .route(forms::STYLE, Cache::Revalidate.of(get(documents::style)))
        .route("/schema.graphql", Cache::Revalidate.of(get(schema)))
        .route("/tiles", Cache::Revalidate.of(get(tiles::index)))
        .route("/tiles/{a}", Cache::Revalidate.of(get(tiles::tilejson)))
        .route("/tiles/{a}/{b}/{c}/{d}", Cache::Revalidate.of(get(tiles::lead)))
        .route("/tiles/{a}/{b}/{c}/{d}/{e}", Cache::Forever.of(get(tiles::tile)))
        .route("/basemap.json", Cache::Revalidate.of(get(basemap::about)))
        .route("/basemap/{a}/{b}/{c}/{d}", Cache::Forever.of(get(basemap::tile)))
        .route("/styles/{a}", Cache::Revalidate.of(get(styles::style)))
        .route("/healthz", Cache::Never.of(get(health)))
        .route("/readyz", Cache::Never.of(get(ready)))
        .route("/metrics", Cache::Never.of(get(metrics::scrape)))
        .merge(ogc::routes())
        .fallback_service(get(served::page).with_state(site.clone()))
        .layer((patience(PATIENCE), DefaultBodyLimit::max(BODY)))
        .merge(files)
        .layer(CompressionLayer::new());
    // Where no other origin is welcome nothing is said of any.
    let router = if site.settings.origins.is_empty() { router } else { router.layer(site.settings.cors()) };
    router.layer(middleware::from_fn_with_state(site.clone(), requests::account)).with_state(site)
}

/// Gives a request up that takes longer.
fn patience(longest: Duration) -> TimeoutLayer {
    TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, longest)
}

/// Headers of every answer that does not state its own.
fn headers(settings: &Settings) -> Vec<(HeaderName, HeaderValue)> {
    let policy = settings.basemap.as_ref().map(|basemap| basemap.widened(CONTENT_POLICY));
    let policy = policy.and_then(|policy| HeaderValue::from_str(&policy).ok());
    let fixed = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ];
    let policy = (header::CONTENT_SECURITY_POLICY, policy.unwrap_or(HeaderValue::from_static(CONTENT_POLICY)));
    fixed.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).chain([policy]).collect()
}

/// The process runs.
async fn health() -> &'static str {
    "ok\n"
}

/// A revision is being served.
async fn ready(State(site): State<Site>) -> (StatusCode, &'static str) {
    if site.library.ready() {
        (StatusCode::OK, "ready\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "no revision yet: planatlas import DIR…\n")
    }
}

/// The schema as text.
async fn schema(headers: HeaderMap) -> Response {
    static TEXT: LazyLock<(String, HeaderValue)> = LazyLock::new(|| {
        let text = crate::graphql::sdl();
        let tag = weak(&hex::encode(&Sha256::digest(&text)[..16]));
        (text, tag)
    });
    let (text, tag) = &*TEXT;
    if is_known(&headers, tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let media = HeaderValue::from_static("text/plain; charset=utf-8");
    ([(header::CONTENT_TYPE, &media), (header::ETAG, tag)], text.as_str()).into_response()
}
