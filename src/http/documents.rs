//! Stored documents: questions known by the SHA-256 of their text, so that a question is an address.
//!
//! Known are those of `schema/documents`, those the page asks, those the operator added, and, as long as there is
//! room, those that a client sent along with their hash (automatic persisted queries).

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use async_graphql::parser::types::ExecutableDocument;
use async_graphql::parser::types::OperationType;
use async_graphql::{Value, Variables};
use axum::body::Body;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use moka::sync::Cache as Shelf;
use rust_embed::RustEmbed;
use serde::{Deserialize, Serialize};

use super::Site;
use super::cache::{Cache, is_known, tag};
pub use super::forms::hash_of;
use super::forms::{self, Failure, Form, Rows, pick};
use super::gate;
use super::graphql::{Asked, Outcome};
use super::status::status;
use crate::graphql::{At, Fault, Pin, Question, Refused, read, response};
use crate::store::Store;

/// Bytes of the documents that clients sent along, all together at most.
const ROOM: u64 = 8 * 1024 * 1024;
/// Hexadecimal digits of a hash.
const DIGITS: usize = 64;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// The documents of the repository.
#[derive(RustEmbed)]
#[folder = "schema/documents"]
#[include = "*.graphql"]
struct Own;

/// Where a stored document comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Origin {
    /// `schema/documents`.
    Schema,
    /// The page.
    Page,
    /// The operator.
    Operator,
}

/// A stored document as it is listed.
#[derive(Debug, Serialize)]
struct Listed {
    hash: String,
    name: String,
    origin: Origin,
    variables: Vec<Declared>,
}

/// A variable of a document.
#[derive(Debug, Serialize)]
struct Declared {
    name: String,
    r#type: String,
}

/// What is known by hash without asking the database.
fn built_in() -> &'static HashMap<String, (Origin, Arc<str>)> {
    static KNOWN: LazyLock<HashMap<String, (Origin, Arc<str>)>> = LazyLock::new(|| {
        let page = super::page::documents().into_iter().map(|text| (Origin::Page, text));
        let own = Own::iter()
            .filter_map(|path| Some((Origin::Schema, String::from_utf8(Own::get(&path)?.data.into_owned()).ok()?)));
        page.chain(own).map(|(origin, text)| (hash_of(&text), (origin, text.into()))).collect()
    });
    &KNOWN
}

/// The documents a site knows; clones share them.
#[derive(Clone)]
pub struct Documents {
    store: Store,
    sent: Shelf<String, Arc<str>>,
}

/// The extension of a request that names a document by its hash.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Persisted {
    version: i64,
    sha256_hash: String,
}

impl Documents {
    /// The documents of a database, beside those that are built in.
    pub fn new(store: Store) -> Self {
        let weigh = |_: &String, text: &Arc<str>| u32::try_from(text.len() + DIGITS).unwrap_or(u32::MAX);
        Self { store, sent: Shelf::builder().max_capacity(ROOM).weigher(weigh).build() }
    }

    /// The text of a hash.
    ///
    /// # Errors
    /// [`Fault`] when no document has it.
    pub async fn text(&self, hash: &str) -> Result<Arc<str>, Fault> {
        if let Some((_, text)) = built_in().get(hash) {
            return Ok(Arc::clone(text));
        }
        if let Some(text) = self.sent.get(hash) {
            return Ok(text);
        }
        let found = self.store.stored_document(hash).await.map_err(Fault::from)?;
        found.map(|document| document.body.into()).ok_or_else(Fault::unknown_document)
    }

    /// Automatic persisted queries: a request that gives a hash instead of a text gets the text; one that gives both
    /// is kept for the next.
    ///
    /// # Errors
    /// [`Fault`] when the hash is unknown or is not that of the text.
    pub async fn complete(&self, mut asked: Asked) -> Result<Question, Fault> {
        let query = asked.query.take().unwrap_or_default();
        let persisted = asked.extensions.as_mut().and_then(|said| said.remove("persistedQuery"));
        let Some(persisted) = persisted else { return Ok(asked.with(query)) };
        let malformed = || {
            Fault::malformed(
                "persistedQuery 须有 version: 1 与 sha256Hash",
                "persistedQuery needs version: 1 and sha256Hash",
            )
        };
        let persisted: Persisted = serde_json::from_value(persisted).map_err(|_| malformed())?;
        let hash = persisted.sha256_hash.to_ascii_lowercase();
        if persisted.version != 1 || !is_hash(&hash) {
            return Err(malformed());
        }
        if query.is_empty() {
            return Ok(asked.with(self.text(&hash).await?.to_string()));
        }
        if hash_of(&query) != hash {
            return Err(Fault::other_hash());
        }
        // What is no question takes no room.
        if read(&query).is_ok() {
            self.sent.insert(hash, query.as_str().into());
        }
        Ok(asked.with(query))
    }

    async fn list(&self) -> Result<Vec<Listed>, Fault> {
        let own = built_in().values().map(|(origin, text)| (*origin, Arc::clone(text)));
        let added = self.store.stored_documents().await.map_err(Fault::from)?;
        let added = added.into_iter().map(|document| (Origin::Operator, document.body.into()));
        let mut listed: Vec<Listed> = own.chain(added).filter_map(|(origin, text)| listed(origin, &text)).collect();
        listed.sort_by(|a, b| (a.origin as u8, &a.name, &a.hash).cmp(&(b.origin as u8, &b.name, &b.hash)));
        Ok(listed)
    }
}

fn is_hash(text: &str) -> bool {
    text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn listed(origin: Origin, text: &str) -> Option<Listed> {
    let document = read(text).ok()?;
    let (name, operation) = pick(&document, None).ok()?;
    let variables = operation.variable_definitions.iter().map(|defined| Declared {
        name: defined.node.name.node.to_string(),
        r#type: defined.node.var_type.node.to_string(),
    });
    Some(Listed { hash: hash_of(text), name: name?.to_string(), origin, variables: variables.collect() })
}

/// The name of the one operation of a document that is to be stored.
///
/// # Errors
/// [`Fault`] when it is no document, or not of one named query.
pub fn name_of(text: &str) -> Result<(String, ExecutableDocument), Fault> {
    let document = read(text).map_err(|why| {
        let told = why.answer.errors.first().map(|error| error.message.clone()).unwrap_or_default();
        Fault::malformed("不是 GraphQL 文档，或超出限度", format!("no GraphQL document within bounds: {told}"))
    })?;
    let one = || Fault::malformed("须恰有一个具名查询", "exactly one named query is wanted");
    let (name, operation) = pick(&document, None).map_err(|_| one())?;
    let name = name.filter(|_| operation.ty == OperationType::Query).ok_or_else(one)?.to_string();
    Ok((name, document))
}

/// All stored documents: what there is to ask.
pub async fn index(State(site): State<Site>) -> Response {
    match site.documents.list().await {
        Ok(listed) => axum::Json(listed).into_response(),
        Err(fault) => failed(fault.into()),
    }
}

/// The style of HTML tables.
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], forms::STYLE_SHEET)
}

/// A stored document, asked by address: `/q/HASH.SUFFIX?name=value&revision=7`.
pub async fn by_hash(
    State(site): State<Site>,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    match ask(&site, &name, query.as_deref().unwrap_or_default(), &headers).await {
        Ok(response) => response,
        Err(why) => failed(why),
    }
}

async fn ask(site: &Site, name: &str, query: &str, headers: &HeaderMap) -> Result<Response, Failure> {
    let (hash, suffix) = name.rsplit_once('.').unwrap_or((name, ""));
    let form = Form::of_suffix(suffix);
    if !is_hash(hash) || (form.is_none() && suffix != "json") {
        let form = Fault::malformed(
            "地址应为 /q/哈希.json、.csv、.xlsx、.geojson 或 .html",
            "an address is /q/HASH.json, .csv, .xlsx, .geojson or .html",
        );
        return Err(form.into());
    }
    let hash = hash.to_ascii_lowercase();
    let text = site.documents.text(&hash).await?;
    let document = read(&text)?;
    let (variables, at) = parameters(&document, query)?;
    let pin = Pin::at(&site.library, (site.clock)(), &at).await?;
    let tag = tag(pin.revision(), pin.on());
    let cache = if pin.is_fixed() { Cache::Forever } else { Cache::Revalidate };
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, cache.header())];
    if is_known(headers, &tag) {
        return Ok((StatusCode::NOT_MODIFIED, kept).into_response());
    }
    let mut response = match form {
        Some(form) => {
            let rows = Rows { document, hash, operation: None, variables };
            site.writer.answer(rows, pin, form).await?
        }
        None => {
            let (_, operation) = pick(&document, None)?;
            if operation.ty != OperationType::Query {
                return Err(Fault::queries_only().into());
            }
            let asked = gate::Asked { document, operation: None, variables };
            let answered = site.gate.answer_parsed(&pin, asked).await?;
            if !answered.errors.is_empty() {
                return Err(Failure::Answer(answered.errors));
            }
            let kept = if answered.outcome == Outcome::Whole {
                kept.clone()
            } else {
                [(header::ETAG, tag), (header::CACHE_CONTROL, Cache::Never.header())]
            };
            return Ok((kept, [(header::CONTENT_TYPE, JSON)], Body::new(answered.parcel)).into_response());
        }
    };
    response.headers_mut().extend(kept);
    Ok(response)
}

/// A question by POST whose rows are wanted.
pub async fn by_post(site: &Site, mut questions: Vec<Result<Question, Fault>>, form: Form) -> Response {
    let answer = async {
        let (Some(question), true) = (questions.pop(), questions.is_empty()) else {
            return Err(Fault::malformed("文件一次只答一个问题", "a file answers one question").into());
        };
        let Question { query, operation_name, variables } = question?;
        let pin = Pin::head(&site.library, (site.clock)()).ok_or_else(Fault::empty)?;
        let document = read(&query)?;
        let rows = Rows { document, hash: hash_of(&query), operation: operation_name, variables };
        site.writer.answer(rows, pin, form).await
    };
    let mut response = answer.await.unwrap_or_else(failed);
    response.headers_mut().insert(header::CACHE_CONTROL, Cache::Never.header());
    response
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Answer(refused.answer.errors)
    }
}

impl From<gate::Refusal> for Failure {
    fn from(refusal: gate::Refusal) -> Self {
        Self::Fault(refusal.fault())
    }
}

/// The variables of a question and the state it is asked at.
fn parameters(document: &ExecutableDocument, query: &str) -> Result<(Variables, At), Fault> {
    let (_, operation) = pick(document, None)?;
    let given: Vec<(String, String)> = serde_urlencoded::from_str(query)
        .map_err(|_| Fault::malformed("查询参数无法解读", "the parameters of the address cannot be read"))?;
    let mut variables = Variables::default();
    let mut at = At::Head;
    for (name, value) in &given {
        match name.as_str() {
            "variables" => {
                let object: serde_json::Value = serde_json::from_str(value).unwrap_or_default();
                if !object.is_object() {
                    return Err(Fault::argument("variables", "不是 JSON 对象", "not a JSON object"));
                }
                for (name, value) in Variables::from_json(object).iter() {
                    variables.insert(name.clone(), value.clone());
                }
            }
            "revision" => {
                let number = value
                    .parse()
                    .map_err(|_| Fault::argument("revision", "不是修订编号", "no number of a revision"))?;
                at = At::Revision(number);
            }
            "edition" => at = At::Edition(value.clone()),
            _ => {}
        }
    }
    for (name, value) in given.iter().filter(|(name, _)| !matches!(name.as_str(), "variables" | "revision" | "edition"))
    {
        let defined = operation.variable_definitions.iter().find(|defined| defined.node.name.node == **name);
        let Some(defined) = defined else {
            let known = operation.variable_definitions.iter().map(|defined| defined.node.name.node.as_str());
            let names: Vec<&str> = known.chain(["variables", "revision", "edition"]).collect();
            return Err(Fault::unknown_parameter(name, &names));
        };
        let (ty, list) = forms::open_type(&defined.node.var_type.node);
        let scalar = scalar(name, &ty, value)?;
        let key = defined.node.name.node.clone();
        if list {
            match variables.get_mut(&key) {
                Some(Value::List(items)) => items.push(scalar),
                _ => drop(variables.insert(key, Value::List(vec![scalar]))),
            }
        } else {
            variables.insert(key, scalar);
        }
    }
    Ok((variables, at))
}

/// A plain parameter as a value of its type.
fn scalar(name: &str, ty: &str, text: &str) -> Result<Value, Fault> {
    let value = match ty {
        "Int" => text.parse::<i32>().ok().map(Value::from),
        "Float" => text.parse::<f64>().ok().and_then(serde_json::Number::from_f64).map(Value::Number),
        "Boolean" => text.parse::<bool>().ok().map(Value::from),
        _ => Some(Value::from(text)),
    };
    value.ok_or_else(|| Fault::argument(name, format!("不是 {ty}"), format!("no {ty}")))
}

/// What was wrong, as GraphQL tells it, with the status that says whose it is.
pub fn failed(why: Failure) -> Response {
    let errors = match why {
        Failure::Answer(errors) => errors,
        Failure::Fault(fault) => vec![fault.into()],
        Failure::Gone => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let code = errors.iter().find_map(|error| match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.as_str()),
        _ => None,
    });
    let status = code.map_or(StatusCode::BAD_REQUEST, status);
    let body = response::to_bytes(&async_graphql::Response::from_errors(errors).into());
    let mut response =
        (status, [(header::CONTENT_TYPE, JSON), (header::CACHE_CONTROL, Cache::Never.header())], body).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    }
    response
}
