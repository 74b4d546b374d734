//! Where a client reached this server.

use axum::http::{HeaderMap, header};

/// Letters of a host at most.
const LONGEST: usize = 255;

/// The start of an absolute address of this server, as the client named it: MapLibre and QGIS take no relative ones.
/// Empty, so that addresses are relative to the server, where the client named none that is plain.
pub fn origin(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let plain = |host: &&str| {
        let letter = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        (1..=LONGEST).contains(&host.len()) && host.bytes().all(letter)
    };
    // A proxy in front that speaks TLS says so.
    let secure = text("x-forwarded-proto").is_some_and(|proto| proto.trim().eq_ignore_ascii_case("https"));
    let host = text(header::HOST.as_str()).filter(plain);
    host.map(|host| format!("{}://{host}", if secure { "https" } else { "http" })).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn only_a_plain_host_stands_in_an_address() {
        let of = |host: &'static str, proto: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static(host));
            proto.map(|proto| headers.insert("x-forwarded-proto", HeaderValue::from_static(proto)));
            origin(&headers)
        };
        assert_eq!(of("atlas.test:8080", None), "http://atlas.test:8080");
        assert_eq!(of("[::1]:80", Some("https")), "https://[::1]:80");
        assert_eq!(of("atlas.test", Some("javascript")), "http://atlas.test");
        for host in ["", "a/b", "a\"b", "a b", "a<b", "user@host"] {
            assert_eq!(of(host, None), "", "{host}");
        }
        assert_eq!(origin(&HeaderMap::new()), "");
    }
}
