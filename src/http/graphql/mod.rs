//! The GraphQL door, to the letter of GraphQL over HTTP: POST, one question or a batch; GET, which may be cached;
//! subscriptions as an event stream or over a WebSocket.

mod ask;
mod events;
mod negotiate;
mod socket;

use async_graphql::parser::types::OperationType;
use async_graphql::{BatchResponse, Response as Answer};
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use tokio::time::Instant;

use super::Site;
use super::answers::{Answers, Given, Place};
use super::cache::{Cache, is_known, tag};
use super::gate::{Answered, Parcel, Refusal};
use super::{documents, forms};
use crate::graphql::{Checked, Fault, Pin, Question, Refused, Session, response};
pub use ask::Asked;
use ask::{Address, Questions};
pub use negotiate::best;

/// Seconds after which a client that found the server busy may try again.
const RETRY: HeaderValue = HeaderValue::from_static("1");

/// A form in which answers are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The older one: an error of the question is told in the body alone.
    Json,
    /// The newer one: the status tells it too.
    Graphql,
    /// Events, for subscriptions.
    Events,
    /// The rows alone, as a file.
    File(forms::Form),
}

impl Form {
    const OFFERS: [(&str, Self); 6] = [
        ("application/json", Self::Json),
        ("application/graphql-response+json", Self::Graphql),
        ("text/event-stream", Self::Events),
        ("application/geo+json", Self::File(forms::Form::GeoJson)),
        ("text/csv", Self::File(forms::Form::Csv)),
        (forms::WORKBOOK, Self::File(forms::Form::Xlsx)),
    ];

    /// The form that a client asks for.
    fn of(headers: &HeaderMap) -> Option<Self> {
        // What nearly everyone asks for leaves nothing to weigh.
        let mut all = headers.get_all(header::ACCEPT).iter();
        if let (Some(only), None) = (all.next(), all.next())
            && only == "application/json"
        {
            return Some(Self::Json);
        }
        let accept = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        let accept: String = accept.map(|value| value.to_ascii_lowercase() + ",").collect();
        // Events and files are for those who name them: `*/*` takes an answer.
        let named = |media: &str, form: Self| matches!(form, Self::Json | Self::Graphql) || accept.contains(media);
        let offers: Vec<_> = Self::OFFERS.into_iter().filter(|(media, form)| named(media, *form)).collect();
        let media: Vec<&str> = offers.iter().map(|(media, _)| *media).collect();
        negotiate::best(headers, &media).map(|at| offers[at].1)
    }

    const fn media(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Graphql => "application/graphql-response+json; charset=utf-8",
            Self::Json | Self::Events | Self::File(_) => "application/json; charset=utf-8",
        })
    }
}

/// A question in the address, or a client that wants to talk over a WebSocket. The answer's ETag is the state it was
/// read in, so asking again costs nothing until a revision or a day passes.
pub async fn by_get(
    State(site): State<Site>,
    headers: HeaderMap,
    socket: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
    asked: Query<Address>,
) -> Response {
    if headers.contains_key(header::UPGRADE) {
        return match socket {
            Ok(upgrade) => socket::open(site, &headers, upgrade),
            Err(rejection) => rejection.into_response(),
        };
    }
    let Some(form) = Form::of(&headers).filter(|form| !matches!(form, Form::File(_))) else { return not_acceptable() };
    let Some(session) = site.library.head((site.clock)()) else { return not_ready(form) };
    let tag = tag(session.view().revision(), session.view().on());
    if form != Form::Events && is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag), (header::VARY, VARY)]).into_response();
    }
    let asked = match Asked::try_from(asked.0) {
        Ok(asked) => asked,
        Err(fault) => return fail(StatusCode::BAD_REQUEST, form, fault),
    };
    let question = match complete(&site, asked).await {
        Ok(question) => question,
        Err(fault) => return fail(StatusCode::BAD_REQUEST, form, fault),
    };
    let checked = site.gate.check(&session, vec![question]);
    let kind = checked.first().and_then(|one| one.as_ref().ok()).map_or(OperationType::Query, Checked::kind);
    if form == Form::Events {
        return events::stream(&site, session, checked);
    }
    if kind != OperationType::Query {
        let mut refused = fail(StatusCode::METHOD_NOT_ALLOWED, form, Fault::queries_only());
        refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return refused;
    }
    let mut response = answer(&site, session, checked, form, false, None).await;
    if response.status().is_success() {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

/// A question, or a batch of them, in the body. Only JSON is taken, which no form of another site can send.
pub async fn by_post(State(site): State<Site>, headers: HeaderMap, body: Body) -> Response {
    let Some(form) = Form::of(&headers) else { return not_acceptable() };
    let body = match ask::read(&headers, body).await {
        Ok(body) => body,
        Err((status, fault)) => return left_unread(fail(status, form, fault)),
    };
    let now = (site.clock)();
    let place = place(&site, now, form, &body);
    if let Some(given) = place.and_then(|place| again(&site, &place)) {
        return reply(StatusCode::OK, form, given, Cache::Never);
    }
    let questions = match ask::parse(&body) {
        Ok(questions) => questions,
        Err(fault) => return fail(StatusCode::BAD_REQUEST, form, fault),
    };
    let (asked, batch) = match questions {
        Questions::One(asked) => (vec![asked], false),
        Questions::Batch(asked) => (asked, true),
    };
    // Documents named by their hash are remembered as they come.
    let place = place.filter(|_| !batch && asked.iter().all(|one| one.extensions.is_none()));
    let mut questions = Vec::with_capacity(asked.len());
    for asked in asked {
        match complete(&site, asked).await {
            Ok(question) => questions.push(question),
            Err(fault) => return fail(StatusCode::BAD_REQUEST, form, fault),
        }
    }
    if let Form::File(file) = form {
        return documents::by_post(&site, questions, file).await;
    }
    let Some(session) = site.library.head(now) else { return not_ready(form) };
    let checked = site.gate.check(&session, questions);
    if form == Form::Events {
        return events::stream(&site, session, checked);
    }
    if checked.iter().flatten().any(|one| one.kind() == OperationType::Subscription) {
        return fail(StatusCode::BAD_REQUEST, form, Fault::queries_only());
    }
    let mut response = answer(&site, session, checked, form, batch, place).await;
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::Never.header());
    response
}

/// Where the answer to a body is kept; nowhere while there is nothing to be read, nor for what is no JSON.
fn place(site: &Site, now: DateTime<Utc>, form: Form, body: &[u8]) -> Option<Place> {
    let door = match form {
        Form::Json => "json",
        Form::Graphql => "graphql",
        Form::Events | Form::File(_) => return None,
    };
    Some(Answers::place(&Pin::head(&site.library, now)?, door, body))
}

/// The answer that was given before, to be sent again.
fn again(site: &Site, place: &Place) -> Option<Parcel> {
    let begun = Instant::now();
    let given = site.answers.get(place)?;
    site.metrics.repeated(given.name.as_deref(), begun.elapsed());
    Some(Parcel::new(given.json, None))
}

/// What an answer depends on besides its address.
const VARY: HeaderValue = HeaderValue::from_static("accept");

/// A question with its document, or why it has none; an error when it names none.
async fn complete(site: &Site, asked: Asked) -> Result<Result<Question, Fault>, Fault> {
    if asked.query.is_none() && asked.extensions.as_ref().is_none_or(|said| !said.contains_key("persistedQuery")) {
        return Err(Fault::malformed("缺少 query", "`query` is missing"));
    }
    Ok(site.documents.complete(asked).await)
}

async fn answer(
    site: &Site,
    session: Session,
    checked: Vec<Result<Checked, Refused>>,
    form: Form,
    batch: bool,
    place: Option<Place>,
) -> Response {
    let name = checked.first().and_then(|one| one.as_ref().ok()).and_then(Checked::name).map(str::to_owned);
    match site.gate.answer(session, checked, batch).await {
        Ok(Answered { outcome, parcel, .. }) => {
            if let Some(place) = place.filter(|_| outcome == Outcome::Whole) {
                site.answers.keep(place, Given { json: parcel.json(), name });
            }
            let status = match outcome {
                Outcome::NoData if form == Form::Graphql => StatusCode::BAD_REQUEST,
                Outcome::Away => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::OK,
            };
            let cache = if outcome == Outcome::Whole { Cache::Revalidate } else { Cache::Never };
            let mut response = reply(status, form, parcel, cache);
            if outcome == Outcome::Away {
                response.headers_mut().insert(header::RETRY_AFTER, RETRY);
            }
            response
        }
        Err(refusal) => unavailable(form, refusal),
    }
}

/// How far an answer got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Without an error.
    Whole,
    /// With errors beside its data.
    Partial,
    /// The question itself was refused.
    NoData,
    /// Not for now: the database is away.
    Away,
}

impl Outcome {
    /// Of answers.
    pub fn of(answers: &BatchResponse) -> Self {
        match answers {
            answers if answers.is_ok() => Self::Whole,
            answers if response::is_away(answers) => Self::Away,
            BatchResponse::Single(one) if response::is_request_error(one) => Self::NoData,
            _ => Self::Partial,
        }
    }
}

fn unavailable(form: Form, refusal: Refusal) -> Response {
    let mut response = fail(StatusCode::SERVICE_UNAVAILABLE, form, refusal.fault());
    response.headers_mut().insert(header::RETRY_AFTER, RETRY);
    response
}

fn reply(status: StatusCode, form: Form, parcel: Parcel, cache: Cache) -> Response {
    let headers = [(header::CONTENT_TYPE, form.media()), (header::CACHE_CONTROL, cache.header()), (header::VARY, VARY)];
    (status, headers, Body::new(parcel)).into_response()
}

fn fail(status: StatusCode, form: Form, fault: Fault) -> Response {
    let answer: Answer = fault.into();
    reply(status, form, Parcel::new(response::to_json(&answer.into()), None), Cache::Never)
}

/// An answer to a body that was not read to its end: the client must not ask again behind it.
fn left_unread(mut response: Response) -> Response {
    response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    response
}

fn not_ready(form: Form) -> Response {
    let mut response = fail(StatusCode::SERVICE_UNAVAILABLE, form, Fault::empty());
    response.headers_mut().insert(header::RETRY_AFTER, RETRY);
    response
}

/// None of our media types is wanted, so the reason comes in the one that most can read.
fn not_acceptable() -> Response {
    let fault = Fault::media(
        "回答只有 application/graphql-response+json、application/json、（订阅）text/event-stream 和（POST）CSV、GeoJSON、XLSX",
        "answers come as application/graphql-response+json, application/json, for subscriptions text/event-stream, and by POST as CSV, GeoJSON or XLSX",
    );
    fail(StatusCode::NOT_ACCEPTABLE, Form::Json, fault)
}
