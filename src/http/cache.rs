//! How long answers may be kept.

use axum::http::{HeaderValue, header};
use axum::routing::MethodRouter;
use tower_http::set_header::SetResponseHeaderLayer;

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
