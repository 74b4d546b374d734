//! The page, embedded in the binary.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};

use super::cache::{Cache, is_known, weak};

/// GraphiQL, on a page of its own. Its editor writes styles into the page and its style sheet carries fonts, so its
/// policy lets them; scripts are held to the same rule as everywhere.
const GRAPHIQL: &str = "graphiql.html";
const GRAPHIQL_POLICY: &str = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; \
     font-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

/// What the front end was built into. Empty when it was not built.
#[derive(RustEmbed)]
#[folder = "frontend/dist"]
struct Page;

/// Where the build lists the documents of the page.
const DOCUMENTS: &str = "documents.json";

/// The page of a binary that was built without its program: what is served still reads.
const BARE: &str = "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>Planatlas</title></head><body>\
<div id=\"app\"></div><p>此程序未包含网页，接口在 <a href=\"/graphql\">/graphql</a>。<span lang=\"en\">This binary was built without its \
page: run <code>make build</code>. The API is at <a href=\"/graphql\">/graphql</a>.</span></p></body></html>";

/// A file of the page; for any other address that names no file, the page itself, which knows its own addresses.
pub async fn asset(uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Page::get(path).filter(|_| !path.is_empty()) {
        return send(path, file, &headers);
    }
    let names_a_file = path.rsplit('/').next().is_some_and(|last| last.contains('.') && !last.contains(".."));
    if names_a_file {
        return (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, Cache::Never.header())], "404\n").into_response();
    }
    match Page::get("index.html") {
        Some(index) => send("index.html", index, &headers),
        None => {
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
                (header::CACHE_CONTROL, Cache::Never.header()),
            ];
            (headers, BARE).into_response()
        }
    }
}

/// The page without anything in it, and what names its build.
pub fn shell() -> (String, String) {
    let built = Page::get("index.html").and_then(|file| {
        let name = hex::encode(&file.metadata.sha256_hash()[..4]);
        Some((String::from_utf8(file.data.into_owned()).ok()?, name))
    });
    built.unwrap_or_else(|| (BARE.to_owned(), "bare".to_owned()))
}

/// The documents that the page asks, as it sends them; none in a binary without its page.
pub fn documents() -> Vec<String> {
    let listed = Page::get(DOCUMENTS).and_then(|file| serde_json::from_slice(&file.data).ok());
    listed.unwrap_or_default()
}

fn send(path: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let tag = weak(&hex::encode(&file.metadata.sha256_hash()[..16]));
    // The build puts what it names by its content under assets/.
    let cache = if path.starts_with("assets/") { Cache::Forever } else { Cache::Revalidate };
    let kept = [(header::ETAG, tag.clone()), (header::CACHE_CONTROL, cache.header())];
    if is_known(headers, &tag) {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    let body = match file.data {
        std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        std::borrow::Cow::Owned(bytes) => bytes.into(),
    };
    let mut response = (kept, [(header::CONTENT_TYPE, media(path))], Body::from(body)).into_response();
    if path == GRAPHIQL {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(GRAPHIQL_POLICY));
    }
    response
}

fn media(path: &str) -> HeaderValue {
    let guess = mime_guess::from_path(path).first_or_octet_stream();
    let text = guess.type_() == "text" || guess.subtype() == "javascript" || guess.subtype() == "json";
    let media = if text { format!("{}; charset=utf-8", guess.essence_str()) } else { guess.to_string() };
    HeaderValue::from_str(&media).unwrap_or(HeaderValue::from_static("application/octet-stream"))
}
