//! What a request asks: its parameters, each known, the form it wants, and where it reached us.

use axum::http::{HeaderMap, Uri};
use serde_json::{Value, json};

use super::super::graphql::best;
use super::super::origin::origin;
use super::problem::Problem;
use crate::domain::calendar_day;
use crate::graphql::{At, Fault};

/// Where everything stands.
pub const ROOT: &str = "/ogc";
/// The parameters that say which state is meant.
pub const STATE: [&str; 3] = ["revision", "edition", "on"];
/// JSON.
pub const JSON: &str = "application/json";
/// Features.
pub const GEOJSON: &str = "application/geo+json";
/// A page to read.
pub const HTML: &str = "text/html";

/// A form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// For programs.
    Json,
    /// For people.
    Html,
}

/// A request that was looked over.
#[derive(Debug)]
pub struct Request {
    /// The form wanted.
    pub form: Form,
    /// Scheme and host as the client wrote them, with [`ROOT`].
    pub base: String,
    /// Path and query as the client wrote them.
    pub asked: String,
    /// The path alone.
    pub path: String,
    /// Parameters, in order.
    pub given: Vec<(String, String)>,
    /// The media type of the JSON form.
    pub media: &'static str,
}

impl Request {
    /// Looks a request over. `known` are the parameters it may have besides `f`; `media` is that of the JSON form.
    ///
    /// # Errors
    /// [`Problem`] for a parameter that is unknown or given twice, or a form that there is not.
    pub fn new(uri: &Uri, headers: &HeaderMap, known: &[&str], media: &'static str) -> Result<Self, Problem> {
        let given: Vec<(String, String)> = serde_urlencoded::from_str(uri.query().unwrap_or_default())
            .map_err(|_| Fault::malformed("查询参数无法解读", "the parameters of the address cannot be read"))?;
        for (at, (name, _)) in given.iter().enumerate() {
            if name != "f" && !known.contains(&name.as_str()) {
                let all: Vec<&str> = known.iter().copied().chain(["f"]).collect();
                return Err(Fault::unknown_parameter(name, &all).into());
            }
            if given[at].1.contains('\0') {
                return Err(Problem::parameter(name, "含有 NUL 字符", "holds a NUL character"));
            }
            if given[..at].iter().any(|(other, _)| other == name) {
                return Err(Problem::parameter(name, "出现了两次，只能给一次", "given twice, may be given once"));
            }
        }
        let form = match given.iter().find(|(name, _)| name == "f").map(|(_, form)| form.as_str()) {
            Some("json" | "geojson") => Form::Json,
            Some("html") => Form::Html,
            Some(_) => return Err(Problem::parameter("f", "应为 json 或 html", "json or html is wanted")),
            None => match best(headers, &[media.split(';').next().unwrap_or(media), JSON, HTML]) {
                Some(0 | 1) => Form::Json,
                Some(_) => Form::Html,
                None => return Err(Problem::NotAcceptable),
            },
        };
        let path = uri.path().to_owned();
        let asked = uri.path_and_query().map_or_else(|| path.clone(), ToString::to_string);
        Ok(Self { form, base: format!("{}{ROOT}", origin(headers)), asked, path, given, media })
    }

    /// The value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.given.iter().find(|(given, _)| given == name).map(|(_, value)| value.as_str())
    }

    /// The state that is meant.
    ///
    /// # Errors
    /// [`Problem`] when it cannot be told.
    pub fn at(&self) -> Result<At, Problem> {
        let number = self.get("revision").map(|text| {
            text.parse::<i32>().map_err(|_| Problem::parameter("revision", "不是修订编号", "no number of a revision"))
        });
        let on = self.get("on").map(|text| {
            calendar_day(text).ok_or_else(|| Problem::parameter("on", "应如 2026-01-31", "written like 2026-01-31"))
        });
        match (number.transpose()?, self.get("edition"), on.transpose()?) {
            (None, None, None) => Ok(At::Head),
            (Some(number), None, None) => Ok(At::Revision(number)),
            (Some(number), None, Some(on)) => Ok(At::Day(number, on)),
            (None, Some(code), None) => Ok(At::Edition(code.to_owned())),
            (None, _, Some(_)) => Err(Problem::parameter("on", "须与 revision 同用", "goes with revision alone")),
            (Some(_), Some(_), _) => {
                Err(Problem::parameter("edition", "不得与 revision 同用", "does not go with revision"))
            }
        }
    }

    /// Scheme and host.
    fn host(&self) -> &str {
        self.base.strip_suffix(ROOT).unwrap_or_default()
    }

    /// The address of this request.
    pub fn own(&self) -> String {
        format!("{}{}", self.host(), self.asked)
    }

    /// The address of this request with some parameters set anew; none takes one away.
    pub fn with(&self, changes: &[(&str, Option<&str>)]) -> String {
        let kept = self.given.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let kept = kept.filter(|(name, _)| changes.iter().all(|(changed, _)| changed != name));
        let set = changes.iter().filter_map(|(name, value)| Some((*name, (*value)?)));
        let query = serde_urlencoded::to_string(kept.chain(set).collect::<Vec<_>>()).unwrap_or_default();
        let path = format!("{}{}", self.host(), self.path);
        if query.is_empty() { path } else { format!("{path}?{query}") }
    }

    /// The address of another resource in the same state.
    pub fn to(&self, path: &str) -> String {
        let kept: Vec<(&str, &str)> =
            STATE.iter().filter_map(|name| self.get(name).map(|value| (*name, value))).collect();
        let query = serde_urlencoded::to_string(kept).unwrap_or_default();
        if query.is_empty() { format!("{}{path}", self.base) } else { format!("{}{path}?{query}", self.base) }
    }

    /// Links to this answer and to its other form.
    pub fn links(&self) -> Vec<Value> {
        let (own, other) = match self.form {
            Form::Json => (self.media, ("html", HTML, "网页 as HTML")),
            Form::Html => (HTML, ("json", self.media, "JSON")),
        };
        vec![
            link("self", own, &self.own(), "本文件 this document"),
            link("alternate", other.1, &self.with(&[("f", Some(other.0))]), other.2),
        ]
    }
}

/// A link to somewhere.
pub fn link(rel: &str, media: &str, href: &str, title: &str) -> Value {
    json!({ "rel": rel, "type": media, "href": href, "title": title })
}

/// A text as one segment of a path.
pub fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, header};

    use super::*;

    fn request(address: &str, accept: &str) -> Result<Request, Problem> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("atlas.test:8080"));
        headers.insert(header::ACCEPT, HeaderValue::from_str(accept).unwrap());
        Request::new(&address.parse().unwrap(), &headers, &["limit", "revision", "on", "edition"], GEOJSON)
    }

    #[test]
    fn parameters_are_known_and_links_keep_them() {
        let asked = request("/ogc/a?limit=3&revision=2&f=json", "*/*").unwrap();
        assert_eq!(asked.own(), "http://atlas.test:8080/ogc/a?limit=3&revision=2&f=json");
        assert_eq!(
            asked.with(&[("f", None), ("limit", Some("4 5"))]),
            "http://atlas.test:8080/ogc/a?revision=2&limit=4+5"
        );
        assert_eq!(asked.to("/b"), "http://atlas.test:8080/ogc/b?revision=2");
        assert!(matches!(asked.at(), Ok(At::Revision(2))));
        for wrong in ["?ooga=1", "?limit=1&limit=2", "?f=xml"] {
            assert!(request(&format!("/ogc/a{wrong}"), "*/*").is_err(), "{wrong}");
        }
        for wrong in ["?revision=x", "?on=2026-01-01", "?revision=1&on=2026", "?revision=1&edition=e"] {
            assert!(request(&format!("/ogc/a{wrong}"), "*/*").unwrap().at().is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_form_follows_the_parameter_then_accept() {
        let form = |query: &str, accept: &str| request(&format!("/ogc{query}"), accept).map(|asked| asked.form).ok();
        assert_eq!(form("", "*/*"), Some(Form::Json));
        assert_eq!(form("", "text/html,application/xhtml+xml,*/*;q=0.8"), Some(Form::Html));
        assert_eq!(form("", "application/geo+json"), Some(Form::Json));
        assert_eq!(form("?f=html", "application/json"), Some(Form::Html));
        assert_eq!(form("", "image/png"), None);
    }

    #[test]
    fn segments_are_escaped() {
        assert_eq!(segment("a/b 河"), "a%2Fb%20%E6%B2%B3");
    }
}
