//! What the binary itself sends for each view: title, description, headline figures, the view's table as plain HTML and
//! its map as SVG. Those read it who have no JavaScript, link previews and search engines; for everybody else it is the
//! first thing on the screen, until the page's program takes its place.

mod map;
mod pieces;
mod views;

use std::sync::LazyLock;

use async_graphql::Variables;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use maud::{Markup, html};
use serde_json::{Value, json};

use super::Site;
use super::cache::{Cache, is_known, tag, weak};
use super::gate::{Asked as Question, WAIT};
use super::page;
use crate::graphql::{At, MOST, Pin, response};
use pieces::{Asked, at};
use views::{Served, View};

/// The questions of the views.
const DOCUMENTS: &str = include_str!("documents.graphql");

static PARSED: LazyLock<Result<ExecutableDocument, async_graphql::parser::Error>> =
    LazyLock::new(|| parse_query(DOCUMENTS));

/// The parameters of an address that the served view heeds.
struct Address {
    english: bool,
    plan: Option<String>,
    indicator: Option<String>,
    at: At,
    carried: String,
}

/// A file of the page, or a view with what it says.
pub async fn page(State(site): State<Site>, uri: Uri, headers: HeaderMap) -> Response {
    let address = Address::of(uri.query().unwrap_or_default());
    let view = views::of(uri.path(), address.indicator.as_deref());
    let Some(view) = view else { return page::asset(uri, headers).await };
    let (shell, built) = page::shell();
    let Ok(pin) = Pin::at(&site.library, (site.clock)(), &address.at).await else {
        return page::asset(uri, headers).await;
    };
    let tag = together(&tag(pin.revision(), pin.on()), &built);
    if is_known(&headers, &tag) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag), (header::CACHE_CONTROL, Cache::Revalidate.header())])
            .into_response();
    }
    let Some(data) = ask(&site, &pin, &view, &address).await else { return page::asset(uri, headers).await };
    let asked = Asked { english: address.english, carried: address.carried };
    let served = (view.read)(&asked, &data);
    let body = compose(&shell, &asked, at(&data, "/plan/name"), &served, &state(&asked, &pin));
    let kept = [
        (header::ETAG, tag),
        (header::CACHE_CONTROL, Cache::Revalidate.header()),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
    ];
    (kept, body).into_response()
}

impl Address {
    fn of(query: &str) -> Self {
        let given: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
        let find = |name: &str| given.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let at = match (find("edition"), find("revision").and_then(|number| number.parse().ok())) {
            (Some(edition), _) => At::Edition(edition),
            (None, Some(number)) => At::Revision(number),
            (None, None) => At::Head,
        };
        let carried = given
            .iter()
            .filter(|(key, _)| ["lang", "plan", "edition", "revision", "theme"].contains(&key.as_str()))
            .collect::<Vec<_>>();
        Self {
            english: find("lang").as_deref() == Some("en"),
            plan: find("plan"),
            indicator: find("indicator"),
            at,
            carried: serde_urlencoded::to_string(carried).unwrap_or_default(),
        }
    }
}

/// The answer to the question of a view; none when the plan or the thing is not there: then the program says so.
async fn ask(site: &Site, pin: &Pin, view: &View, address: &Address) -> Option<Value> {
    let documents = PARSED.as_ref().ok()?;
    let plan = address.plan.as_deref().or_else(|| pin.first_plan())?;
    let lang = if address.english { "EN" } else { "ZH" };
    let number = view.code.as_ref().and_then(|code| code.parse::<i32>().ok());
    let variables = json!({ "plan": plan, "lang": lang, "code": view.code, "number": number });
    let asked = Question {
        document: documents.clone(),
        operation: Some(view.operation.to_owned()),
        variables: Variables::from_json(variables),
    };
    let data = answer(site, pin, asked).await?["data"].take();
    let there = data["plan"].is_object() && view.needs.is_none_or(|name| data[name].is_object());
    there.then_some(data)
}

/// The answer as JSON, geometry included; none when it has errors or there is no room for it now.
async fn answer(site: &Site, pin: &Pin, asked: Question) -> Option<Value> {
    let operation = asked.operation.clone();
    let (answer, _room) = site.gate.ask(pin, asked, MOST, WAIT).await.ok()?;
    if !answer.errors.is_empty() {
        tracing::debug!(?operation, errors = ?answer.errors, "a view is left to its program");
        return None;
    }
    serde_json::from_slice(&response::to_bytes(&answer.into())).ok()
}

/// Which state it is, and whether anything in it is made up.
fn state(asked: &Asked, pin: &Pin) -> Markup {
    let revision = pin.revision();
    let digest = revision.digest.get(..16).unwrap_or_default();
    html! {
        @if pin.has_sample() {
            p class="sample" { (asked.say("含示例（虚构）数据，逐项标明。", "Holds sample (made-up) data, marked item by item.")) }
        }
        p {
            small {
                (asked.say("修订", "Revision")) " " (revision.number) " · " (pin.on()) " · " code { (digest) }
            }
        }
    }
}

/// The page as it was built, with what the view says in the place of its program.
fn compose(shell: &str, asked: &Asked, plan: &str, served: &Served, state: &Markup) -> String {
    let product = asked.say("规划图谱 Planatlas", "Planatlas");
    let title = format!("{} · {plan} · {product}", served.title);
    let lang = asked.say("zh-CN", "en");
    let head = html! {
        title { (title) }
        meta name="description" content=(served.description);
        meta property="og:type" content="website";
        meta property="og:title" content=(title);
        meta property="og:description" content=(served.description);
        meta property="og:site_name" content=(product);
    };
    let rooms = [
        ("/", asked.say("布局", "Layout")),
        ("/indicators", asked.say("指标", "Indicators")),
        ("/ledger", asked.say("台账", "Ledger")),
        ("/zones", asked.say("开发区与县区", "Zones and counties")),
        ("/projects", asked.say("项目", "Projects")),
        ("/industry", asked.say("产业", "Industry")),
        ("/plan", asked.say("规划", "Plan")),
        ("/editions", asked.say("版次", "Editions")),
        ("/data", asked.say("数据", "Data")),
    ];
    let body = html! {
        div class="served" {
            nav aria-label=(asked.say("各页", "Views")) {
                @for (path, name) in rooms { a href=(asked.to(path)) { (name) } " " }
            }
            main {
                p class="plan" { (plan) }
                h1 { (served.title) }
                (served.body)
                (state)
            }
        }
    };
    let page = shell.replacen("<html lang=\"zh-CN\"", &format!("<html lang=\"{lang}\""), 1).replacen(
        "<div id=\"app\"></div>",
        &format!("<div id=\"app\">{}</div>", body.into_string()),
        1,
    );
    match (page.find("<title>"), page.find("</title>")) {
        (Some(from), Some(to)) => format!("{}{}{}", &page[..from], head.into_string(), &page[to + "</title>".len()..]),
        _ => page,
    }
}

/// One tag of two: the state, and the build of the page.
fn together(state: &HeaderValue, built: &str) -> HeaderValue {
    let state = state.to_str().unwrap_or_default().trim_end_matches('"');
    weak(&format!("{}-{built}", state.trim_start_matches("W/\"")))
}
