//! Which status says whose fault an error is.

use axum::http::StatusCode;

use crate::graphql::AWAY;

/// The status of an error by its code: the same at every door that answers with one.
pub fn status(code: &str) -> StatusCode {
    match code {
        "PERSISTED_QUERY_NOT_FOUND" | "UNKNOWN_REVISION" => StatusCode::NOT_FOUND,
        "NOT_READY" | "BUSY" | "DEADLINE" | AWAY => StatusCode::SERVICE_UNAVAILABLE,
        "INTERNAL" => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}
