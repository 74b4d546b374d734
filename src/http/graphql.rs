//! The GraphQL door: POST, single or in a batch, and GET, which may be cached.

use async_graphql::{BatchRequest, BatchResponse, Request, Response as Answer, Value, Variables};
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::NaiveDate;
use serde::Deserialize;

use super::Site;
use super::cache::Cache;
use super::documents;
use super::forms::Form;
use crate::graphql::{Fault, Session, response};
use crate::store::Revision;

/// Questions in a batch at most.
const BATCH: usize = 10;
const JSON: &str = "application/json";
const GRAPHQL_JSON: &str = "application/graphql-response+json";

/// A question by GET, as GraphQL over HTTP writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    #[serde(default)]
    query: String,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

/// A question in the address. The answer's ETag is the state it was read in, so asking again costs nothing until a
/// revision or a day passes.
pub async fn by_get(State(site): State<Site>, headers: HeaderMap, Query(question): Query<Question>) -> Response {
    let kind = kind(&headers);
    let Some(session) = site.library.head((site.clock)()) else { return not_ready(kind) };
    let tag = tag(session.view().revision(), session.view().on());
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| matches(known, &tag)) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let variables = question.variables.filter(|text| !text.is_empty()).map(|text| serde_json::from_str(&text));
    let Ok(variables) = variables.transpose() else {
        return malformed(kind, Fault::argument("variables", "不是 JSON 对象", "not a JSON object"));
    };
    let mut request = Request::new(question.query).variables(variables.map(Variables::from_json).unwrap_or_default());
    request.operation_name = question.operation_name;
    let extensions = question.extensions.filter(|text| !text.is_empty()).map(|text| serde_json::from_str(&text));
    let Ok(extensions) = extensions.transpose() else {
        return malformed(kind, Fault::argument("extensions", "不是 JSON 对象", "not a JSON object"));
    };
    request.extensions = extensions.unwrap_or_default();
    if let Err(fault) = site.documents.complete(&mut request).await {
        return reply(StatusCode::OK, kind, &refusal(fault).into(), Cache::Never);
    }
    let mut response = answer(&site, session, request.into(), kind).await;
    if response.status().is_success() {
        response.headers_mut().insert(header::ETAG, tag);
        response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    }
    response
}

/// A question, or a batch of them, in the body. Only JSON is taken, which no form of another site can send.
pub async fn by_post(State(site): State<Site>, headers: HeaderMap, body: Bytes) -> Response {
    let kind = kind(&headers);
    let json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(';').next().is_some_and(|media| media.trim().eq_ignore_ascii_case(JSON)));
    if !json {
        let fault = Fault::malformed("请以 application/json 提问", "ask in application/json");
        return reply(StatusCode::UNSUPPORTED_MEDIA_TYPE, kind, &refusal(fault).into(), Cache::Never);
    }
    let mut request: BatchRequest = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(why) => return malformed(kind, Fault::malformed("请求体不是 GraphQL 请求", why)),
    };
    if request.iter().count() > BATCH {
        return malformed(
            kind,
            Fault::malformed(format!("一批至多 {BATCH} 个"), format!("{BATCH} at most in a batch")),
        );
    }
    let questions: Vec<_> = request.iter_mut().collect();
    for question in questions {
        if let Err(fault) = site.documents.complete(question).await {
            return reply(StatusCode::OK, kind, &refusal(fault).into(), Cache::Never);
        }
    }
    if let Some(form) = Form::accepted(&headers) {
        return documents::by_post(&site, request, form).await;
    }
    let Some(session) = site.library.head((site.clock)()) else { return not_ready(kind) };
    let mut response = answer(&site, session, request, kind).await;
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::Never.header());
    response
}

async fn answer(site: &Site, session: Session, request: BatchRequest, kind: &'static str) -> Response {
    let answers = session.answer(&site.schema, request).await;
    // In the older media type an error of the question is told in the body alone.
    let refused = matches!(&answers, BatchResponse::Single(one) if one.is_err() && one.data == Value::Null);
    let status = if refused && kind == GRAPHQL_JSON { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let cache = if answers.is_ok() { Cache::Revalidate } else { Cache::Never };
    reply(status, kind, &answers, cache)
}

fn reply(status: StatusCode, kind: &'static str, answers: &BatchResponse, cache: Cache) -> Response {
    let media = if kind == GRAPHQL_JSON { "application/graphql-response+json; charset=utf-8" } else { JSON };
    let headers = [(header::CONTENT_TYPE, HeaderValue::from_static(media)), (header::CACHE_CONTROL, cache.header())];
    (status, headers, response::to_bytes(answers)).into_response()
}

fn refusal(fault: Fault) -> Answer {
    Answer::from_errors(vec![fault.into()])
}

fn malformed(kind: &'static str, fault: Fault) -> Response {
    reply(StatusCode::BAD_REQUEST, kind, &refusal(fault).into(), Cache::Never)
}

fn not_ready(kind: &'static str) -> Response {
    reply(StatusCode::SERVICE_UNAVAILABLE, kind, &refusal(Fault::empty()).into(), Cache::Never)
}

/// The media type that the client asked for.
fn kind(headers: &HeaderMap) -> &'static str {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if accept.contains(GRAPHQL_JSON) { GRAPHQL_JSON } else { JSON }
}

/// The state an answer depends on: the chain up to the revision, the day, and this program.
pub fn tag(revision: &Revision, on: NaiveDate) -> HeaderValue {
    let digest = revision.digest.get(..16).unwrap_or_default();
    let text = format!("W/\"{digest}-{on}-{}\"", env!("CARGO_PKG_VERSION"));
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// Whether a client holds what the tag names.
pub fn matches(known: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(known), Ok(tag)) = (known.to_str(), tag.to_str()) else { return false };
    known.split(',').any(|one| one.trim() == tag)
}
