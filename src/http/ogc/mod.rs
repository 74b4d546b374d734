//! OGC API - Features: the places, projects and enterprises of the plan as features, for desktop maps and scripts.
//!
//! Every answer is read at one revision and day; its `next` link names both, so that pages fit together whatever is
//! imported meanwhile. Features come from the same questions as everything else ([`read`]); what a condition can say by
//! the typed filters goes to the database ([`push`]), the rest is tested feature by feature within a stated number.

mod collection;
mod conditions;
mod cql2;
#[cfg(test)]
mod cql2_tests;
mod crs;
mod expr;
mod features;
mod fields;
mod file;
pub mod gis;
mod html;
mod openapi;
mod problem;
mod push;
mod read;
mod request;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::Site;
use super::cache::{Cache, is_known, tag, weak};
use crate::domain::EntityId;
use crate::geometry::Bbox;
use crate::graphql::Pin;
use collection::{COLLECTIONS, Collection, Shape};
use conditions::CHOOSING;
use crs::Crs;
use fields::Fields;
use problem::Problem;
use read::Reading;
use request::{Form, GEOJSON, HTML, JSON, ROOT, Request, STATE, link, segment};

/// Features on a page unless another number is asked for, and at most.
const LIMIT: usize = 100;
const MOST: usize = 10_000;
/// Parameters that join figures.
const JOINING: [&str; 2] = ["indicators", "period"];
/// Says in which coordinate reference system an answer is.
const CONTENT_CRS: HeaderName = HeaderName::from_static("content-crs");

/// What is conformed to.
const CONFORMANCE: [&str; 14] = [
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/html",
    "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
    "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/filter",
    "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/features-filter",
    "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-cql2",
    "http://www.opengis.net/spec/cql2/1.0/conf/advanced-comparison-operators",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions",
    "http://www.opengis.net/spec/cql2/1.0/conf/basic-spatial-functions-plus",
];

/// The routes that answer at once.
pub fn routes() -> Router<Site> {
    let policy = Cache::Revalidate;
    Router::new()
        .route(ROOT, policy.of(get(landing)))
        .route("/ogc/", policy.of(get(landing)))
        .route("/ogc/conformance", policy.of(get(conformance)))
        .route("/ogc/api", policy.of(get(api)))
        .route("/ogc/collections", policy.of(get(collections)))
        .route("/ogc/collections/{id}", policy.of(get(one_collection)))
        .route("/ogc/collections/{id}/queryables", policy.of(get(queryables)))
        .route("/ogc/collections/{id}/items", policy.of(get(items)))
        .route("/ogc/collections/{id}/items/{*feature}", policy.of(get(item)))
        .route("/ogc/{*rest}", Cache::Never.of(get(nothing)))
}

/// The routes whose answers are files.
pub fn files() -> Router<Site> {
    Router::new().route("/ogc/collections/{id}/{file}", Cache::Revalidate.of(get(file::whole)))
}

async fn nothing() -> Problem {
    Problem::missing("此地址没有内容", "there is nothing at this address")
}

fn known_collection(id: &str) -> Result<&'static Collection, Problem> {
    Collection::of(id).ok_or_else(|| {
        let known: Vec<&str> = COLLECTIONS.iter().map(|collection| collection.id).collect();
        let known = known.join(", ");
        let id: String = id.chars().take(40).collect();
        Problem::missing(
            format!("没有数据集「{id}」；有 {known}"),
            format!("there is no collection «{id}»; there are {known}"),
        )
    })
}

/// A document that depends on this program alone.
fn fixed(headers: &HeaderMap, request: &Request, body: impl FnOnce() -> Response) -> Response {
    let tag = weak(&format!("{}-{:?}", env!("CARGO_PKG_VERSION"), request.form));
    kept(headers, tag, body)
}

/// An answer with its tag, or the word that the client holds it.
fn kept(headers: &HeaderMap, tag: HeaderValue, body: impl FnOnce() -> Response) -> Response {
    let mut response = if is_known(headers, &tag) { StatusCode::NOT_MODIFIED.into_response() } else { body() };
    let about = response.headers_mut();
    about.insert(header::ETAG, tag);
    about.append(header::VARY, HeaderValue::from_static("accept"));
    response
}

/// The tag of an answer in one of its forms.
fn tag_of(pin: &Pin, form: &str) -> HeaderValue {
    let state = tag(pin.revision(), pin.on());
    let state = state.to_str().unwrap_or_default().trim_end_matches('"');
    weak(&format!("{}-{form}", state.trim_start_matches("W/\"")))
}

fn json_response(media: &'static str, body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static(media))], body.into()).into_response()
}

async fn landing(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let request = Request::new(&uri, &headers, &[], JSON)?;
    let to = |path: &str| format!("{}{path}", request.base);
    let mut links = request.links();
    links.extend([
        link("service-desc", openapi::MEDIA, &to("/api"), "接口定义 OpenAPI definition"),
        link("service-doc", HTML, &to("/api?f=html"), "接口说明 the API in words"),
        link("conformance", JSON, &to("/conformance"), "所遵循的规范 what is conformed to"),
        link("data", JSON, &to("/collections"), "数据集 collections"),
    ]);
    let about = [
        "产业规划的行政区、开发区、布局、集群、项目与企业，作为地图要素。",
        "Regions, zones, layout, clusters, projects and enterprises of an industrial plan, as features for a map.",
    ];
    Ok(fixed(&headers, &request, || match request.form {
        Form::Json => {
            let body =
                json!({ "title": "Planatlas", "description": format!("{} {}", about[0], about[1]), "links": links });
            json_response(JSON, body.to_string())
        }
        Form::Html => html::page(&request, ["规划图谱", "Planatlas"], &links, &html::paragraph(about)),
    }))
}

async fn conformance(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let request = Request::new(&uri, &headers, &[], JSON)?;
    Ok(fixed(&headers, &request, || match request.form {
        Form::Json => json_response(JSON, json!({ "conformsTo": CONFORMANCE }).to_string()),
        Form::Html => {
            let list = maud::html! { ul { @for uri in CONFORMANCE { li { code { (uri) } } } } };
            html::page(&request, ["所遵循的规范", "Conformance"], &request.links(), &list)
        }
    }))
}

async fn api(uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let request = Request::new(&uri, &headers, &[], openapi::MEDIA)?;
    Ok(fixed(&headers, &request, || match request.form {
        Form::Json => json_response(openapi::MEDIA, openapi::document(&request.base).to_string()),
        Form::Html => {
            html::page(&request, ["接口说明", "The API"], &request.links(), &openapi::in_words(&request.base))
        }
    }))
}

/// The state that a request reads.
async fn pinned(site: &Site, request: &Request) -> Result<Pin, Problem> {
    Ok(Pin::at(&site.library, (site.clock)(), &request.at()?).await?)
}

/// A collection as it is listed, with the links of the answer that it is listed in.
fn described(request: &Request, pin: &Pin, collection: &Collection, mut links: Vec<Value>) -> Value {
    let to = |path: &str| request.to(&format!("/collections/{}{path}", collection.id));
    let [zh, en] = collection.title;
    links.extend([
        link("items", GEOJSON, &to("/items"), "要素 features as GeoJSON"),
        link("items", HTML, &html_of(&to("/items")), "要素 features as HTML"),
        link(
            "http://www.opengis.net/def/rel/ogc/1.0/queryables",
            "application/schema+json",
            &to("/queryables"),
            "可用于条件的属性 queryables",
        ),
    ]);
    for kind in file::Kind::ALL {
        let href = to(&format!("/{}.{}", collection.id, kind.suffix()));
        links.push(link("enclosure", kind.media(), &href, kind.title()));
    }
    let mut about = json!({
        "id": collection.id,
        "title": format!("{zh} {en}"),
        "description": format!("{} {}", collection.about[0], collection.about[1]),
        "itemType": "feature",
        "crs": Crs::ALL.map(Crs::uri),
        "storageCrs": Crs::Crs84.uri(),
        "links": links,
    });
    if let Some(around) = extent(pin, collection) {
        about["extent"] = json!({ "spatial": { "bbox": [around.degrees()], "crs": Crs::Crs84.uri() } });
    }
    about
}

fn html_of(address: &str) -> String {
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}f=html")
}

/// The box around all outlines of a collection. What the database alone knows has none: it would have to be gone
/// through.
fn extent(pin: &Pin, collection: &Collection) -> Option<Bbox> {
    if collection.shape == Shape::Point {
        return None;
    }
    let session = pin.session();
    let (atlas, on) = (session.view().atlas(), session.view().on());
    let ids: Vec<EntityId> = match collection.id {
        "regions" => atlas.regions.all().iter().map(|region| region.id).collect(),
        "zones" => atlas.zones.all().iter().map(|zone| zone.id).collect(),
        "layout" => atlas.layout.all().iter().map(|element| element.id).collect(),
        // Each is the union of its places.
        _ => atlas.places().map(|place| place.id()).collect(),
    };
    let outlines = ids.into_iter().filter_map(|id| atlas.footprint(id, on));
    outlines.filter_map(|drawn| drawn.measures().map(|known| known.bbox)).reduce(|all, one| all.with(&one))
}

async fn collections(State(site): State<Site>, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    let request = Request::new(&uri, &headers, &STATE, JSON)?;
    let pin = pinned(&site, &request).await?;
    Ok(kept(&headers, tag_of(&pin, &format!("{:?}", request.form)), || {
        let links = request.links();
        match request.form {
            Form::Json => {
                let all = COLLECTIONS.iter().map(|collection| {
                    let own = request.to(&format!("/collections/{}", collection.id));
                    described(&request, &pin, collection, vec![link("self", JSON, &own, "此数据集 this collection")])
                });
                let all: Vec<Value> = all.collect();
                json_response(JSON, json!({ "links": links, "collections": all }).to_string())
            }
            Form::Html => {
                let all: Vec<&Collection> = COLLECTIONS.iter().collect();
                let body = maud::html! { (html::state(&pin)) (html::collections(&request, &all)) };
                html::page(&request, ["数据集", "Collections"], &links, &body)
            }
        }
    }))
}

async fn one_collection(
    State(site): State<Site>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = known_collection(&id)?;
    let request = Request::new(&uri, &headers, &STATE, JSON)?;
    let pin = pinned(&site, &request).await?;
    Ok(kept(&headers, tag_of(&pin, &format!("{:?}", request.form)), || {
        let about = described(&request, &pin, collection, request.links());
        match request.form {
            Form::Json => json_response(JSON, about.to_string()),
            Form::Html => {
                let body = maud::html! { (html::paragraph(collection.about)) (html::state(&pin)) };
                let links = about["links"].as_array().map_or(&[][..], Vec::as_slice);
                html::page(&request, collection.title, links, &body)
            }
        }
    }))
}

async fn queryables(
    State(site): State<Site>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = known_collection(&id)?;
    let known: Vec<&str> = STATE.into_iter().chain(JOINING).collect();
    let request = Request::new(&uri, &headers, &known, "application/schema+json")?;
    let pin = pinned(&site, &request).await?;
    let fields = Fields::of(collection, &request, pin.session().view())?;
    Ok(kept(&headers, tag_of(&pin, &format!("{:?}", request.form)), || match request.form {
        Form::Json => {
            let mut properties = serde_json::Map::new();
            let drawn = match collection.shape {
                Shape::Point => "geometry-point",
                Shape::Polygon | Shape::Any => "geometry-any",
            };
            properties.insert(cql2::GEOMETRY.to_owned(), json!({ "format": drawn, "x-ogc-role": "primary-geometry" }));
            properties.extend(fields.all.iter().map(|field| (field.name.clone(), field.schema())));
            let schema = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$id": request.own(),
                "type": "object",
                "title": format!("{} {}", collection.title[0], collection.title[1]),
                "properties": properties,
                "additionalProperties": false,
            });
            json_response("application/schema+json", schema.to_string())
        }
        Form::Html => {
            html::page(&request, ["可用于条件的属性", "Queryables"], &request.links(), &html::fields(&fields))
        }
    }))
}

/// The names of all parameters that choose features of a collection.
fn choosing(collection: &'static Collection, request: &Uri) -> Vec<String> {
    let own = collection.own().map(|property| property.name.to_owned());
    let mut known: Vec<String> = [&STATE[..], &JOINING, &CHOOSING].concat().into_iter().map(str::to_owned).collect();
    known.extend(own);
    // What is joined can be asked for by name too.
    let given: Vec<(String, String)> =
        serde_urlencoded::from_str(request.query().unwrap_or_default()).unwrap_or_default();
    let joined = given.iter().filter(|(name, _)| name == "indicators").flat_map(|(_, codes)| codes.split(','));
    for code in joined.map(str::trim).filter(|code| !code.is_empty()).take(fields::MOST_JOINED) {
        known.push(code.to_owned());
        known.extend(
            ["unit", "period", "accumulation", "status", "source", "sample"].map(|end| format!("{code}_{end}")),
        );
    }
    known
}

async fn items(
    State(site): State<Site>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = known_collection(&id)?;
    let mut known = choosing(collection, &uri);
    known.extend(["limit", "cursor", "crs"].map(str::to_owned));
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    let request = Request::new(&uri, &headers, &known, GEOJSON)?;
    let limit = limit(&request)?;
    let crs = conditions::crs(&request, "crs")?;
    let pin = pinned(&site, &request).await?;
    let fields = Fields::of(collection, &request, pin.session().view())?;
    let cut = push::cut(collection, conditions::of(&request, &fields)?);
    let tag = tag_of(&pin, &format!("{:?}", request.form));
    if is_known(&headers, &tag) {
        return Ok(kept(&headers, tag, || StatusCode::NOT_MODIFIED.into_response()));
    }
    let reading = Reading::new(&site, &pin, collection, fields)?;
    let found = reading.page(&cut, request.get("cursor"), limit).await?;
    let mut links = request.links();
    if let Some(next) = &found.next {
        // The same state for every page.
        let (number, on) = (pin.revision().number.to_string(), pin.on().to_string());
        let state: [(&str, Option<&str>); 2] = match request.get("edition") {
            Some(_) => [("revision", None), ("on", None)],
            None => [("revision", Some(&number)), ("on", Some(&on))],
        };
        let href = request.with(&[state[0], state[1], ("cursor", Some(next))]);
        let media = if request.form == Form::Json { GEOJSON } else { HTML };
        links.push(link("next", media, &href, "下一页 next page"));
    }
    links.push(link("collection", JSON, &request.to(&format!("/collections/{id}")), "所属数据集 the collection"));
    Ok(kept(&headers, tag, || {
        let mut response = match request.form {
            Form::Json => json_response(
                GEOJSON,
                features::collection(&found, reading.collection.shape, &reading.fields, crs, &links, &pin),
            ),
            Form::Html => {
                let body =
                    maud::html! { (html::state(&pin)) (html::items(&request, collection, &found, &reading.fields)) };
                html::page(&request, collection.title, &links, &body)
            }
        };
        in_crs(&mut response, crs);
        response
    }))
}

fn limit(request: &Request) -> Result<usize, Problem> {
    let Some(text) = request.get("limit") else { return Ok(LIMIT) };
    let wanted = text.parse::<usize>().ok().filter(|limit| *limit >= 1);
    // A larger number is met as far as it may be, as the standard says.
    wanted.map(|limit| limit.min(MOST)).ok_or_else(|| {
        Problem::parameter("limit", format!("应为 1 至 {MOST} 的整数"), format!("a whole number from 1 to {MOST}"))
    })
}

/// Says in which coordinate reference system an answer is.
fn in_crs(response: &mut Response, crs: Crs) {
    if let Ok(value) = HeaderValue::from_str(&format!("<{}>", crs.uri())) {
        response.headers_mut().insert(CONTENT_CRS, value);
    }
}

async fn item(
    State(site): State<Site>,
    Path((id, feature)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = known_collection(&id)?;
    let known: Vec<&str> = STATE.into_iter().chain(JOINING).chain(["crs"]).collect();
    let request = Request::new(&uri, &headers, &known, GEOJSON)?;
    let crs = conditions::crs(&request, "crs")?;
    let pin = pinned(&site, &request).await?;
    let fields = Fields::of(collection, &request, pin.session().view())?;
    let reading = Reading::new(&site, &pin, collection, fields)?;
    let record = reading.one(&feature).await?.ok_or_else(|| {
        let code: String = feature.chars().take(80).collect();
        Problem::missing(
            format!("数据集 {id} 中没有「{code}」"),
            format!("there is no «{code}» in the collection {id}"),
        )
    })?;
    let mut links = request.links();
    links.push(link("collection", JSON, &request.to(&format!("/collections/{id}")), "所属数据集 the collection"));
    Ok(kept(&headers, tag_of(&pin, &format!("{:?}", request.form)), || {
        let mut response = match request.form {
            Form::Json => json_response(
                GEOJSON,
                features::single(&record, reading.collection.shape, &reading.fields, crs, &links),
            ),
            Form::Html => {
                let name = reading.fields.all.iter().position(|field| field.name == "name");
                let name = name.map(|at| record.cells[at].text()).unwrap_or_default();
                let body = maud::html! { (html::state(&pin)) (html::item(&record, &reading.fields)) };
                html::page(&request, [&name, &segment(&record.id)], &links, &body)
            }
        };
        in_crs(&mut response, crs);
        response
    }))
}
