//! Questions as they come in: in a body, or in an address.

use async_graphql::Variables;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::graphql::{Fault, Question};
use crate::http::{BODY, READING};

/// Questions in a batch at most.
const BATCH: usize = 10;

/// A question as GraphQL over HTTP and its WebSocket protocol write it. A field of another type is no question.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asked {
    /// The document; a client that names it by its hash leaves it out.
    pub query: Option<String>,
    operation_name: Option<String>,
    variables: Option<Map<String, Value>>,
    /// What is said beside it.
    pub extensions: Option<Map<String, Value>>,
}

impl Asked {
    /// As a question, with its document.
    pub fn with(self, query: String) -> Question {
        let variables = self.variables.map(|map| Variables::from_json(Value::Object(map))).unwrap_or_default();
        Question { query, operation_name: self.operation_name, variables }
    }
}

/// One question, or several asked together.
pub enum Questions {
    /// One.
    One(Asked),
    /// Several, whose answers come as a list.
    Batch(Vec<Asked>),
}

/// Reads the body of a POST.
///
/// # Errors
/// The status and what is wrong, when it is not JSON, packed, too long or too slow.
pub async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, (StatusCode, Fault)> {
    if !is_json(headers) {
        let fault = Fault::media("请以 application/json（UTF-8）提问", "ask in application/json, in UTF-8");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, fault));
    }
    // A packed body can hold a thousand times what it weighs.
    if headers.get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity") {
        let fault = Fault::media("请求体不得压缩", "the body must not be compressed");
        return Err((StatusCode::UNSUPPORTED_MEDIA_TYPE, fault));
    }
    let read = tokio::time::timeout(READING, axum::body::to_bytes(body, BODY)).await;
    let body = read.map_err(|_| (StatusCode::REQUEST_TIMEOUT, Fault::slow()))?;
    body.map_err(|_| (StatusCode::PAYLOAD_TOO_LARGE, Fault::too_large(BODY)))
}

/// The questions of a body.
///
/// # Errors
/// [`Fault`] when it holds none.
pub fn parse(body: &Bytes) -> Result<Questions, Fault> {
    let malformed = |why: serde_json::Error| Fault::malformed("请求体不是 GraphQL 请求", why);
    if body.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'[') {
        return Ok(Questions::One(serde_json::from_slice(body).map_err(malformed)?));
    }
    let many: Vec<Asked> = serde_json::from_slice(body).map_err(malformed)?;
    if !(1..=BATCH).contains(&many.len()) {
        return Err(Fault::malformed(
            format!("一批须有 1 至 {BATCH} 个"),
            format!("a batch holds 1 … {BATCH} questions"),
        ));
    }
    Ok(Questions::Batch(many))
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else { return false };
    let mut parts = kind.split(';').map(str::trim);
    let media = parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"));
    let charset = parts.find_map(|part| part.to_ascii_lowercase().strip_prefix("charset=").map(str::to_owned));
    media && charset.is_none_or(|charset| charset.trim_matches('"') == "utf-8")
}

/// A question in the address, as GraphQL over HTTP writes it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    query: Option<String>,
    operation_name: Option<String>,
    variables: Option<String>,
    extensions: Option<String>,
}

impl TryFrom<Address> for Asked {
    type Error = Fault;

    fn try_from(asked: Address) -> Result<Self, Fault> {
        Ok(Self {
            query: asked.query,
            operation_name: asked.operation_name.filter(|name| !name.is_empty()),
            variables: object("variables", asked.variables)?,
            extensions: object("extensions", asked.extensions)?,
        })
    }
}

fn object(name: &str, text: Option<String>) -> Result<Option<Map<String, Value>>, Fault> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    serde_json::from_str(&text)
        .map_err(|_| Fault::malformed(format!("{name} 不是 JSON 对象"), format!("`{name}` is not a JSON object")))
}
