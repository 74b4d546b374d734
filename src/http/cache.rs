//! How long answers may be kept, and whether a client still holds them.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::routing::MethodRouter;
use chrono::NaiveDate;
use tower_http::set_header::SetResponseHeaderLayer;

use crate::store::Revision;

/// Cache policy of a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cache {
    /// The content never changes under this address.
    Forever,
    /// May be kept, but the ETag is asked for each time.
    Revalidate,
    /// May not be kept.
    Never,
}

impl Cache {
    /// Value of the header `Cache-Control`.
    pub const fn header(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Forever => "public, max-age=31536000, immutable",
            Self::Revalidate => "public, no-cache",
            Self::Never => "no-store",
        })
    }

    /// The route under this policy; an answer that states its own keeps it.
    pub fn of<S: Clone + Send + Sync + 'static>(self, route: MethodRouter<S>) -> MethodRouter<S> {
        route.layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, self.header()))
    }
}

/// The state that an answer depends on: the chain up to the revision, the day, and this program.
pub fn tag(revision: &Revision, on: NaiveDate) -> HeaderValue {
    let digest = revision.digest.get(..16).unwrap_or_default();
    weak(&format!("{digest}-{on}-{}", env!("CARGO_PKG_VERSION")))
}

/// An ETag. Weak, since the same answer may be packed in several ways.
pub fn weak(text: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("W/\"{text}\"")).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// Whether the client says that it holds what a tag names.
pub fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let Ok(tag) = tag.to_str() else { return false };
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    known.flat_map(|value| value.split(',')).any(|one| one.trim() == "*" || bare(one) == bare(tag))
}
