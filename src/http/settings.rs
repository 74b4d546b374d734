//! What an operator decides about the doors.

use std::sync::Arc;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::basemap::Basemap;
use super::requests::REQUEST_ID;

/// What an operator decides about the doors.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Origins whose pages may read answers; `*` for all. None unless given.
    pub origins: Vec<HeaderValue>,
    /// How long a silent socket is kept.
    pub patience: Duration,
    /// What lies under the plan on the map. Nothing unless given.
    pub basemap: Option<Arc<Basemap>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { origins: Vec::new(), patience: Duration::from_secs(30), basemap: None }
    }
}

impl Settings {
    fn all(&self) -> bool {
        self.origins.iter().any(|origin| origin == "*")
    }

    /// The answer to browsers that ask for pages of other origins.
    pub fn cors(&self) -> CorsLayer {
        let origins = if self.all() { AllowOrigin::any() } else { AllowOrigin::list(self.origins.iter().cloned()) };
        CorsLayer::new()
            .allow_origin(origins)
            .allow_methods([Method::GET, Method::HEAD, Method::POST])
            .allow_headers([header::CONTENT_TYPE, header::ACCEPT, header::IF_NONE_MATCH, REQUEST_ID])
            .expose_headers([
                header::ETAG,
                header::RETRY_AFTER,
                header::CONTENT_DISPOSITION,
                HeaderName::from_static("content-crs"),
                REQUEST_ID,
            ])
            .max_age(Duration::from_secs(600))
    }

    /// Whether the page behind a request may talk to this server: it came from here, or from a named origin, or there
    /// is no page behind it.
    pub fn welcomes(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(header::ORIGIN) else { return true };
        if self.all() || self.origins.contains(origin) {
            return true;
        }
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let of_origin = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
        host.is_some() && host == of_origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_from_here_and_named_ones_may_talk() {
        let asked = |origin: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("atlas.test:8080"));
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            }
            headers
        };
        let closed = Settings::default();
        assert!(closed.welcomes(&asked(None)));
        assert!(closed.welcomes(&asked(Some("http://atlas.test:8080"))));
        assert!(!closed.welcomes(&asked(Some("http://other.test"))));
        assert!(!closed.welcomes(&asked(Some("null"))));
        let named = Settings { origins: vec![HeaderValue::from_static("http://other.test")], ..Settings::default() };
        assert!(named.welcomes(&asked(Some("http://other.test"))));
        assert!(!named.welcomes(&asked(Some("http://third.test"))));
    }
}
