//! Operations over a WebSocket: the graphql-transport-ws protocol.

use std::collections::HashMap;
use std::time::Duration;

use async_graphql::Response as Answer;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::future::{AbortHandle, Abortable};
use futures_util::stream::{BoxStream, SelectAll, StreamExt, once};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until, timeout};

use super::{Asked, Outcome, RETRY, complete};
use crate::graphql::{Fault, Question, response};
use crate::http::server::told;
use crate::http::{BODY, Site};

const PROTOCOL: &str = "graphql-transport-ws";
/// Operations of one socket at a time.
const OPERATIONS: usize = 20;
/// Messages of one socket in a [`WINDOW`].
const MESSAGES: u32 = 200;
const WINDOW: Duration = Duration::from_secs(1);
/// How long the other side may take to read one message.
const SENDING: Duration = Duration::from_secs(10);

/// What a client says.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    ConnectionInit {},
    Ping { payload: Option<Value> },
    Pong {},
    Subscribe { id: String, payload: Asked },
    Complete { id: String },
}

/// Why a socket is closed, with the number that the protocol gives it.
type End = (u16, &'static str);
const MALFORMED: End = (4400, "Bad Request");
const UNACKNOWLEDGED: End = (4401, "Unauthorized");
const UNACCEPTABLE: End = (4406, "Subprotocol not acceptable");
const UNINITIALISED: End = (4408, "Connection initialisation timeout");
const TAKEN: End = (4409, "Subscriber already exists");
const TOO_MANY: End = (4429, "Too many initialisation requests");
const FLOOD: End = (4429, "Too many requests");
const IDLE: End = (1000, "Idle");
const LEAVING: End = (1001, "Going away");

/// Takes up a socket, if its page may talk to this server and there is room.
pub fn open(site: Site, headers: &HeaderMap, upgrade: WebSocketUpgrade) -> Response {
    // Browsers let any page open a socket anywhere; what they say of its origin is all there is to go by.
    if !site.settings.welcomes(headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let Some(permit) = site.gate.stream() else {
        return (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, RETRY)]).into_response();
    };
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(BODY).max_frame_size(BODY);
    let upgrade = upgrade.max_write_buffer_size(4 * 1024 * 1024);
    let agreed = upgrade.selected_protocol() == Some(&HeaderValue::from_static(PROTOCOL));
    upgrade.on_upgrade(move |socket| async move {
        let _permit = permit;
        let _open = site.metrics.stream();
        let mut talk = Talk { site, socket, ready: false, operations: HashMap::new(), answers: SelectAll::new() };
        let (code, reason) = if agreed { talk.run().await } else { UNACCEPTABLE };
        let frame = CloseFrame { code, reason: reason.into() };
        timeout(SENDING, talk.socket.send(Message::Close(Some(frame)))).await.ok();
    })
}

/// What an operation has to tell.
enum Told {
    Next(Bytes),
    Error(Bytes),
    Done,
}

struct Talk {
    site: Site,
    socket: WebSocket,
    ready: bool,
    operations: HashMap<String, AbortHandle>,
    answers: SelectAll<BoxStream<'static, (String, Told)>>,
}

impl Talk {
    async fn run(&mut self) -> End {
        let patience = self.site.settings.patience;
        let mut closing = self.site.closing.clone();
        let begun = Instant::now();
        let (mut heard, mut asked) = (begun, false);
        let (mut window, mut messages) = (begun, 0);
        loop {
            let due = if self.ready { heard + patience } else { begun + patience };
            tokio::select! {
                message = self.socket.recv() => {
                    let Some(Ok(message)) = message else { return IDLE };
                    (heard, asked) = (Instant::now(), false);
                    if heard > window + WINDOW {
                        (window, messages) = (heard, 0);
                    }
                    messages += 1;
                    if messages > MESSAGES {
                        return FLOOD;
                    }
                    let said = match message {
                        Message::Text(text) => self.hear(text.as_str()).await,
                        Message::Binary(_) => Err(MALFORMED),
                        Message::Close(_) => return IDLE,
                        Message::Ping(_) | Message::Pong(_) => Ok(()),
                    };
                    if let Err(end) = said {
                        return end;
                    }
                }
                Some((id, told)) = self.answers.next(), if !self.answers.is_empty() => {
                    if let Err(end) = self.tell(&id, told).await {
                        return end;
                    }
                }
                () = sleep_until(due) => {
                    // Whoever waits for events has nothing to say, but must show that it is still there.
                    if !self.ready {
                        return UNINITIALISED;
                    }
                    if asked || self.operations.is_empty() {
                        return IDLE;
                    }
                    (heard, asked) = (Instant::now(), true);
                    if self.send(Message::Ping(Bytes::new())).await.is_err() {
                        return IDLE;
                    }
                }
                () = told(&mut closing) => return LEAVING,
            }
        }
    }

    async fn hear(&mut self, text: &str) -> Result<(), End> {
        match serde_json::from_str(text).map_err(|_| MALFORMED)? {
            Said::ConnectionInit {} if self.ready => Err(TOO_MANY),
            Said::ConnectionInit {} => {
                self.ready = true;
                self.say(&json!({ "type": "connection_ack" })).await
            }
            Said::Ping { payload: None } => self.say(&json!({ "type": "pong" })).await,
            Said::Ping { payload } => self.say(&json!({ "type": "pong", "payload": payload })).await,
            Said::Pong {} => Ok(()),
            Said::Complete { id } => {
                if let Some(operation) = self.operations.remove(&id) {
                    operation.abort();
                }
                Ok(())
            }
            Said::Subscribe { .. } if !self.ready => Err(UNACKNOWLEDGED),
            Said::Subscribe { id, .. } if self.operations.contains_key(&id) => Err(TAKEN),
            Said::Subscribe { id, payload } => {
                let question = complete(&self.site, payload).await.unwrap_or_else(Err);
                self.begin(id, question);
                Ok(())
            }
        }
    }

    fn begin(&mut self, id: String, question: Result<Question, Fault>) {
        let told = if self.operations.len() >= OPERATIONS { refused(Fault::busy()) } else { self.operation(question) };
        let (handle, registration) = AbortHandle::new_pair();
        self.operations.insert(id.clone(), handle);
        self.answers.push(Abortable::new(told.map(move |told| (id.clone(), told)), registration).boxed());
    }

    /// Everything that an operation tells, to the end.
    fn operation(&self, question: Result<Question, Fault>) -> BoxStream<'static, Told> {
        let site = self.site.clone();
        let Some(session) = site.library.head((site.clock)()) else { return refused(Fault::empty()) };
        let mut checked = site.gate.check(&session, vec![question]);
        if checked.iter().flatten().any(|one| !one.is_subscription()) {
            return once(async move {
                match site.gate.answer(session, checked, false).await {
                    Ok(answered) if answered.outcome == Outcome::NoData => {
                        vec![Told::Error(errors(&answered.parcel.json().whole()))]
                    }
                    Ok(answered) => vec![Told::Next(answered.parcel.json().whole()), Told::Done],
                    Err(refusal) => vec![error(&refusal.fault().into())],
                }
            })
            .flat_map(futures_util::stream::iter)
            .boxed();
        }
        let Some(checked) = checked.pop() else { return refused(Fault::busy()) };
        let told = session.stream(&site.schema, checked).map(|answer| {
            if response::is_request_error(&answer) {
                error(&answer)
            } else {
                Told::Next(response::to_bytes(&answer.into()))
            }
        });
        told.chain(once(async { Told::Done })).boxed()
    }

    async fn tell(&mut self, id: &str, told: Told) -> Result<(), End> {
        // What the client has ended is not told any more.
        if !self.operations.contains_key(id) {
            return Ok(());
        }
        let id_as_json = Value::from(id);
        match told {
            Told::Next(payload) => self.carry("next", &id_as_json, &payload).await,
            Told::Error(payload) => {
                self.operations.remove(id);
                self.carry("error", &id_as_json, &payload).await
            }
            Told::Done => {
                self.operations.remove(id);
                self.say(&json!({ "type": "complete", "id": id })).await
            }
        }
    }

    /// A message around a payload that is JSON already.
    async fn carry(&mut self, kind: &str, id: &Value, payload: &[u8]) -> Result<(), End> {
        let payload = String::from_utf8_lossy(payload);
        self.send(Message::Text(format!("{{\"id\":{id},\"type\":\"{kind}\",\"payload\":{payload}}}").into())).await
    }

    async fn say(&mut self, message: &Value) -> Result<(), End> {
        self.send(Message::Text(message.to_string().into())).await
    }

    async fn send(&mut self, message: Message) -> Result<(), End> {
        match timeout(SENDING, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(IDLE),
        }
    }
}

/// The errors of a refused question, which holds nothing else worth telling.
fn errors(answer: &[u8]) -> Bytes {
    let errors =
        serde_json::from_slice::<Value>(answer).ok().and_then(|mut answer| Some(answer.get_mut("errors")?.take()));
    errors.unwrap_or_default().to_string().into()
}

fn error(answer: &Answer) -> Told {
    Told::Error(response::errors_to_bytes(answer))
}

fn refused(fault: Fault) -> BoxStream<'static, Told> {
    once(async move { error(&fault.into()) }).boxed()
}
