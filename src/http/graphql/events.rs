//! Subscriptions as server-sent events: the distinct-connections mode of the graphql-sse protocol.

use std::convert::Infallible;
use std::time::Duration;

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{StreamExt, once};

use super::{Form, RETRY, fail};
use crate::graphql::{Checked, Fault, Refused, Session, response};
use crate::http::Site;
use crate::http::cache::Cache;
use crate::http::server::told;

/// How often a silent stream shows that it lives.
const BEAT: Duration = Duration::from_secs(15);

/// The events of one operation, then `complete`. What cannot be subscribed to is told in the first event, since a
/// client of this protocol reads nothing else.
pub fn stream(site: &Site, session: Session, mut checked: Vec<Result<Checked, Refused>>) -> Response {
    if checked.len() != 1 {
        let fault = Fault::malformed("一条事件流只答一个操作", "an event stream answers one operation");
        return fail(StatusCode::BAD_REQUEST, Form::Json, fault);
    }
    let Some(checked) = checked.pop() else { return StatusCode::BAD_REQUEST.into_response() };
    if checked.as_ref().is_ok_and(|one| !one.is_subscription()) {
        return fail(StatusCode::BAD_REQUEST, Form::Json, Fault::subscriptions_only());
    }
    let Some(permit) = site.gate.stream() else {
        let mut busy = fail(StatusCode::SERVICE_UNAVAILABLE, Form::Json, Fault::busy());
        busy.headers_mut().insert(header::RETRY_AFTER, RETRY);
        return busy;
    };
    let open = site.metrics.stream();
    let mut closing = site.closing.clone();
    let answers = session.stream(&site.schema, checked);
    let events = answers.map(|answer| {
        let bytes = response::to_bytes(&answer.into());
        Event::default().event("next").data(String::from_utf8_lossy(&bytes))
    });
    let events = events.chain(once(async { Event::default().event("complete").data("") }));
    let events = events.take_until(async move { told(&mut closing).await }).map(move |event| {
        let _ = (&permit, &open);
        Ok::<_, Infallible>(event)
    });
    let mut response = Sse::new(events).keep_alive(KeepAlive::new().interval(BEAT)).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::Never.header());
    // Proxies hold events back otherwise.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
