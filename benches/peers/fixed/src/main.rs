//! What sending finished bytes costs by itself: axum answering `/NAME` with the file of that name, from memory.
//! usage: fixed DIR ADDRESS

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};

type Files = Arc<HashMap<String, Bytes>>;

async fn answer(State(files): State<Files>, uri: Uri, _asked: Bytes) -> Response {
    match files.get(uri.path().trim_start_matches('/')) {
        Some(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes.clone()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn files(folder: &Path) -> std::io::Result<HashMap<String, Bytes>> {
    let entries = std::fs::read_dir(folder)?.collect::<Result<Vec<_>, _>>()?;
    entries
        .iter()
        .map(|entry| Ok((entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path())?.into())))
        .collect()
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(address)) = (arguments.next(), arguments.next()) else {
        return Err(std::io::Error::other("usage: fixed DIR ADDRESS"));
    };
    let files: Files = Arc::new(files(Path::new(&folder))?);
    let listener = tokio::net::TcpListener::bind(&address).await?;
    println!("http://{address}");
    axum::serve(listener, Router::new().fallback(answer).with_state(files)).await
}
