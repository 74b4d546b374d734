//! What is known of each request: an id that stands in its answer and in the log, and one line in the log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::Instrument;

use super::Site;

/// The header of the id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Letters of a client's own id at most.
const LONGEST: usize = 64;
/// From this on a request is slow and told as such.
const SLOW: Duration = Duration::from_secs(1);

/// Ids of this run of the program.
pub struct Ids {
    run: i64,
    next: AtomicU64,
}

impl Ids {
    /// Ids told apart from those of other runs by when this one began.
    pub const fn new(run: i64) -> Self {
        Self { run, next: AtomicU64::new(1) }
    }

    fn next(&self) -> HeaderValue {
        let text = format!("{:x}-{:x}", self.run, self.next.fetch_add(1, Ordering::Relaxed));
        HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("-"))
    }
}

/// A client's own id is kept when it is short and plain: it stands in the log.
fn plain(id: &HeaderValue) -> bool {
    let letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.".contains(byte);
    (1..=LONGEST).contains(&id.len()) && id.as_bytes().iter().all(letter)
}

/// Gives the request its id and the answer the headers of all answers, and tells log and metrics how it went.
pub async fn account(
    State(site): State<Site>,
    path: Option<MatchedPath>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request.headers().get(&REQUEST_ID).filter(|id| plain(id)).cloned().unwrap_or_else(|| site.ids.next());
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let route = path.as_ref().map_or("page", MatchedPath::as_str).to_owned();
    let method = request.method().clone();
    let text = id.to_str().unwrap_or_default();
    let span = tracing::info_span!("request", id = text, %method, route);
    let start = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    let (took, status) = (start.elapsed(), response.status());
    let headers = response.headers_mut();
    for (name, value) in site.headers.iter() {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    headers.insert(REQUEST_ID, id);
    site.metrics.request(&route, status, took);
    let bytes = response.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()).unwrap_or("-");
    let millis = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    span.in_scope(|| {
        if status.is_server_error() || took > SLOW {
            tracing::warn!(status = status.as_u16(), millis, bytes, "answered");
        } else {
            tracing::debug!(status = status.as_u16(), millis, bytes, "answered");
        }
    });
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_short_plain_ids_of_clients_are_kept() {
        let plain = |text: &str| plain(&HeaderValue::from_str(text).unwrap());
        assert!(plain("abc-DEF_1.2"));
        assert!(!plain("") && !plain(&"a".repeat(65)) && !plain("a b") && !plain("a\"b") && !plain("a{b}"));
    }
}
