//! Figures of the running server, as Prometheus reads them. Nothing that a client writes makes a new line without
//! bound: operations are counted by name only while there are few.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::Site;
use super::graphql::Outcome;

/// Operations that are counted by name.
const NAMES: usize = 100;
/// Letters of such a name at most.
const LONGEST: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Address {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Held {
    held: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: &'static str,
}

type Times<L> = Family<L, Histogram, fn() -> Histogram>;

/// From half a millisecond to sixteen seconds.
fn times() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

/// The figures.
pub struct Metrics {
    registry: Registry,
    requests: Family<Route, Counter>,
    took: Times<Address>,
    seconds: Times<Operation>,
    costs: Histogram,
    refused: Family<Code, Counter>,
    repeated: Counter,
    not_modified: Counter,
    tiles: Family<Held, Counter>,
    streams: Gauge,
    names: Mutex<BTreeSet<String>>,
}

/// A subscription or socket that is open.
pub struct Open(Gauge);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("planatlas");
        let requests = Family::default();
        let took: Times<Address> = Family::new_with_constructor(times as fn() -> Histogram);
        let seconds: Times<Operation> = Family::new_with_constructor(times as fn() -> Histogram);
        let tiles = Family::default();
        let costs = Histogram::new(exponential_buckets(1.0, 4.0, 11));
        let (refused, not_modified, streams) = (Family::default(), Counter::default(), Gauge::default());
        let repeated = Counter::default();
        registry.register("graphql_repeated", "Answers that were given before", repeated.clone());
        registry.register("http_requests", "Requests by route and status", requests.clone());
        registry.register("http_seconds", "Time to the head of the answer, by route", took.clone());
        registry.register("graphql_seconds", "Time to answer, by operation", seconds.clone());
        registry.register("graphql_cost", "Estimated cost of questions", costs.clone());
        registry.register("graphql_refused", "Questions refused, by code", refused.clone());
        registry.register("cache_not_modified", "Answers that the client still held", not_modified.clone());
        registry.register("tiles", "Vector tiles asked for: held ready, or drawn", tiles.clone());
        registry.register("streams", "Open subscriptions and sockets", streams.clone());
        Self {
            registry,
            requests,
            took,
            seconds,
            costs,
            refused,
            repeated,
            not_modified,
            tiles,
            streams,
            names: Mutex::default(),
        }
    }
}

impl Metrics {
    /// A request was answered. `route` is one of ours, never the address as sent.
    pub fn request(&self, route: &str, status: StatusCode, took: Duration) {
        let route = route.to_owned();
        self.requests.get_or_create(&Route { route: route.clone(), status: status.as_u16() }).inc();
        self.took.get_or_create(&Address { route }).observe(took.as_secs_f64());
        if status == StatusCode::NOT_MODIFIED {
            self.not_modified.inc();
        }
    }

    /// A tile was asked for that was held ready, or not.
    pub fn tile(&self, held: bool) {
        self.tiles.get_or_create(&Held { held: if held { "yes" } else { "no" } }).inc();
    }

    /// A question was priced.
    pub fn priced(&self, cost: u64) {
        #[expect(clippy::cast_precision_loss, reason = "a histogram is coarse")]
        self.costs.observe(cost as f64);
    }

    /// A question was refused.
    pub fn refused(&self, code: &'static str) {
        self.refused.get_or_create(&Code { code }).inc();
    }

    /// A subscription or socket opens; it is open until the value is dropped.
    pub fn stream(&self) -> Open {
        self.streams.inc();
        Open(self.streams.clone())
    }

    /// A question was answered as it had been before.
    pub fn repeated(&self, name: Option<&str>, took: Duration) {
        self.repeated.inc();
        self.answered(name, Outcome::Whole, took);
    }

    /// A question was answered. Only operations that were answered whole get a name of their own, and only the first.
    pub fn answered(&self, name: Option<&str>, outcome: Outcome, took: Duration) {
        let operation = match name {
            None => "anonymous",
            Some(name) if name.len() > LONGEST => "other",
            Some(name) => {
                let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
                let room = names.len() < NAMES && outcome == Outcome::Whole;
                if names.contains(name) || (room && names.insert(name.to_owned())) { name } else { "other" }
            }
        };
        self.seconds.get_or_create(&Operation { operation: operation.to_owned() }).observe(took.as_secs_f64());
    }
}

/// All figures as text.
pub async fn scrape(State(site): State<Site>) -> impl IntoResponse {
    let mut text = String::new();
    if encode(&mut text, &site.metrics.registry).is_err() {
        text.clear();
    }
    // The format ends with a mark; what is read at this moment stands before it.
    let end = text.rfind("# EOF").unwrap_or(text.len());
    text.truncate(end);
    let (open, idle) = site.library.store().connections();
    let shelf = site.library.shelf();
    for (name, help, kind, value) in [
        ("revision", "Number of the revision served", "gauge", i64::from(site.library.number())),
        ("database_connections", "Connections to the database", "gauge", i64::from(open)),
        ("database_connections_idle", "Those that wait for work", "gauge", i64::try_from(idle).unwrap_or(i64::MAX)),
        ("revisions_held", "Older revisions kept ready", "gauge", i64::try_from(shelf.held).unwrap_or(i64::MAX)),
        (
            "revision_hits_total",
            "Older revisions that were ready",
            "counter",
            i64::try_from(shelf.hits).unwrap_or(i64::MAX),
        ),
        (
            "revision_reads_total",
            "Older revisions that had to be read",
            "counter",
            i64::try_from(shelf.reads).unwrap_or(i64::MAX),
        ),
    ] {
        let family = name.trim_end_matches("_total");
        let _ = write!(
            text,
            "# HELP planatlas_{family} {help}.\n# TYPE planatlas_{family} {kind}\nplanatlas_{name} {value}\n"
        );
    }
    text.push_str("# EOF\n");
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_counted_only_while_there_are_few() {
        let metrics = Metrics::default();
        let answer = |name: &str, outcome| metrics.answered(Some(name), outcome, Duration::from_millis(2));
        answer("Refused", Outcome::NoData);
        for number in 0..300 {
            answer(&format!("Q{number}"), Outcome::Whole);
        }
        answer(&"x".repeat(1_000), Outcome::Whole);
        let mut text = String::new();
        encode(&mut text, &metrics.registry).unwrap();
        let lines = text.lines().filter(|line| line.starts_with("planatlas_graphql_seconds_count")).count();
        assert_eq!(lines, NAMES + 1, "{text}");
        assert!(!text.contains("Refused") && text.contains("operation=\"other\""));
    }
}
