//! What went wrong, as `application/problem+json` (RFC 9457): the status, a code for programs, a sentence in Chinese and
//! English, and what to do.

use async_graphql::{ErrorExtensionValues, ServerError, Value};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::super::cache::Cache;
use super::super::forms::Failure;
use super::super::status::status;
use crate::graphql::Fault;

/// Why there is no answer.
#[derive(Debug)]
pub enum Problem {
    /// As the rest of the product tells it.
    Failure(Failure),
    /// There is no such collection, feature or page.
    Missing {
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
    /// None of the forms that the client takes.
    NotAcceptable,
    /// More than is looked at for one answer.
    TooMuch {
        /// In Chinese.
        zh: String,
        /// In English.
        en: String,
    },
}

impl Problem {
    /// There is no such thing.
    pub fn missing(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::Missing { zh: zh.into(), en: en.into() }
    }

    /// A parameter that cannot be obeyed.
    pub fn parameter(name: &str, zh: impl std::fmt::Display, en: impl std::fmt::Display) -> Self {
        Fault::argument(name, zh, en).into()
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Self::Failure(fault.into())
    }
}

/// What a problem says.
struct Told {
    status: StatusCode,
    code: String,
    zh: String,
    en: String,
    hint: Option<String>,
}

impl Told {
    fn of(error: &ServerError) -> Self {
        let said = |name: &str| {
            let values: &ErrorExtensionValues = error.extensions.as_ref()?;
            match values.get(name)? {
                Value::String(text) => Some(text.clone()),
                _ => None,
            }
        };
        let code = said("code").unwrap_or_else(|| "BAD_REQUEST".to_owned());
        let status = match code.as_str() {
            "TOO_COMPLEX" | "TOO_MANY_ROWS" => StatusCode::UNPROCESSABLE_ENTITY,
            code => status(code),
        };
        Self {
            status,
            code,
            zh: said("zh").unwrap_or_else(|| error.message.clone()),
            en: said("en").unwrap_or_else(|| error.message.clone()),
            hint: said("hint"),
        }
    }
}

impl Problem {
    /// What it says; none when nobody is there to be told.
    fn told(self) -> Option<Told> {
        let plain = |status, code: &str, zh: String, en: String, hint: &str| Told {
            status,
            code: code.to_owned(),
            zh,
            en,
            hint: Some(hint.to_owned()),
        };
        Some(match self {
            Self::Failure(Failure::Gone) => return None,
            Self::Failure(Failure::Fault(fault)) => Told::of(&fault.into()),
            Self::Failure(Failure::Answer(errors)) => match errors.first() {
                Some(error) => Told::of(error),
                None => Told::of(&Fault::internal("an answer failed without saying why").into()),
            },
            Self::Missing { zh, en } => plain(StatusCode::NOT_FOUND, "NOT_FOUND", zh, en, "见 / see /ogc/collections"),
            Self::NotAcceptable => plain(
                StatusCode::NOT_ACCEPTABLE,
                "NOT_ACCEPTABLE",
                "没有所接受的格式".to_owned(),
                "there is no form that the request accepts".to_owned(),
                "Accept: application/json, application/geo+json, text/html; f=json, f=html",
            ),
            Self::TooMuch { zh, en } => plain(
                StatusCode::UNPROCESSABLE_ENTITY,
                "TOO_MANY_ROWS",
                zh,
                en,
                "加上 bbox、stage、zone 等条件缩小范围 / narrow it by bbox, stage, zone and the like",
            ),
        })
    }

    /// In one sentence of each language, for whoever is not asking over HTTP.
    pub fn sentence(self) -> String {
        self.told().map_or_else(String::new, |told| format!("{}。{}.", told.zh, told.en))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let Some(told) = self.told() else { return StatusCode::REQUEST_TIMEOUT.into_response() };
        let body = json!({
            "type": "about:blank",
            "title": told.status.canonical_reason().unwrap_or_default(),
            "status": told.status.as_u16(),
            "code": told.code,
            "detail": format!("{} {}", told.zh, told.en),
            "zh": told.zh,
            "en": told.en,
            "hint": told.hint,
        });
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
            (header::CACHE_CONTROL, Cache::Never.header()),
            (header::VARY, HeaderValue::from_static("accept")),
        ];
        let mut response = (told.status, headers, body.to_string()).into_response();
        if told.status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
