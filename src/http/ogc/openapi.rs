//! The definition of the interface: one OpenAPI 3.0 document that refers to nothing outside itself.

use maud::{Markup, html};
use serde_json::{Map, Value, json};

use super::collection::{COLLECTIONS, Collection, Kind, Property};
use super::cql2::{FUNCTIONS, MOST_BYTES, MOST_LEVELS};
use super::crs::Crs;
use super::fields::MOST_JOINED;
use super::file;
use super::read::EXAMINED;
use super::request::{GEOJSON, HTML, JSON};
use super::{LIMIT, MOST};

/// Its media type.
pub const MEDIA: &str = "application/vnd.oai.openapi+json;version=3.0";
const PROBLEM: &str = "application/problem+json";

/// The document, for a server at an address.
pub fn document(base: &str) -> Value {
    let mut paths = Map::new();
    let mut add = |path: String, operation: Value| drop(paths.insert(path, json!({ "get": operation })));
    let page = |id: &str, summary: &str, tag: &str, parameters: &[&str], schema: &str, media: &str| {
        json!({
            "operationId": id,
            "summary": summary,
            "tags": [tag],
            "parameters": parameters.iter().map(|name| parameter(name)).collect::<Vec<_>>(),
            "responses": responses(json!({
                media: { "schema": reference("schemas", schema) },
                HTML: { "schema": { "type": "string" } },
            })),
        })
    };
    let state = ["f", "revision", "edition", "on"];
    add("/".into(), page("landing", "入口 landing page", "Capabilities", &["f"], "landing", JSON));
    add(
        "/conformance".into(),
        page("conformance", "所遵循的规范 what is conformed to", "Capabilities", &["f"], "conformance", JSON),
    );
    add("/api".into(), page("api", "接口定义 this document", "Capabilities", &["f"], "any", MEDIA));
    add(
        "/collections".into(),
        page("collections", "全部数据集 all collections", "Capabilities", &state, "collections", JSON),
    );
    for collection in &COLLECTIONS {
        let root = format!("/collections/{}", collection.id);
        let (id, name) = (collection.id, format!("{} {}", collection.title[0], collection.title[1]));
        add(root.clone(), page(&format!("{id}.about"), &name, id, &state, "collection", JSON));
        let joined = ["f", "revision", "edition", "on", "indicators", "period"];
        add(
            format!("{root}/queryables"),
            page(
                &format!("{id}.queryables"),
                &format!("{name}: queryables"),
                id,
                &joined,
                "any",
                "application/schema+json",
            ),
        );
        add(format!("{root}/items"), items(collection, &name));
        add(format!("{root}/items/{{featureId}}"), item(collection, &name));
        for kind in file::Kind::ALL {
            add(format!("{root}/{id}.{}", kind.suffix()), whole(collection, kind));
        }
    }
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": "Planatlas: OGC API - Features",
            "version": env!("CARGO_PKG_VERSION"),
            "description": words().iter().map(|[zh, en]| format!("{zh}\n\n{en}")).collect::<Vec<_>>().join("\n\n"),
        },
        "servers": [{ "url": base }],
        "tags": tags(),
        "paths": paths,
        "components": { "parameters": parameters(), "schemas": schemas(), "responses": problems() },
    })
}

fn reference(kind: &str, name: &str) -> Value {
    json!({ "$ref": format!("#/components/{kind}/{name}") })
}

fn parameter(name: &str) -> Value {
    reference("parameters", name)
}

fn tags() -> Vec<Value> {
    let own = COLLECTIONS.iter().map(|collection| {
        json!({ "name": collection.id, "description": format!("{} {}", collection.about[0], collection.about[1]) })
    });
    std::iter::once(json!({ "name": "Capabilities", "description": "此接口提供什么 what this interface offers" }))
        .chain(own)
        .collect()
}

fn responses(content: Value) -> Value {
    let known = [
        ("400", "invalid"),
        ("404", "missing"),
        ("406", "unacceptable"),
        ("422", "too_much"),
        ("500", "failed"),
        ("503", "busy"),
    ];
    let mut all = json!({
        "200": {
            "description": "答案 the answer",
            "headers": { "ETag": { "schema": { "type": "string" } } },
            "content": content,
        },
        "304": { "description": "与客户端所持相同 the client holds it already" },
    });
    for (status, name) in known {
        all[status] = reference("responses", name);
    }
    all
}

/// Parameters that choose features, by reference, and the properties of a collection.
fn choosing(collection: &Collection) -> Vec<Value> {
    let shared = [
        "bbox",
        "bbox-crs",
        "datetime",
        "filter",
        "filter-lang",
        "filter-crs",
        "indicators",
        "period",
        "revision",
        "edition",
        "on",
    ];
    shared.into_iter().map(parameter).chain(collection.own().map(by_property)).collect()
}

fn by_property(property: &Property) -> Value {
    let schema = match property.kind {
        Kind::Text | Kind::Texts => json!({ "type": "string" }),
        Kind::Number => json!({ "type": "number" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        _ => json!({ "type": "string", "format": "date" }),
    };
    json!({
        "name": property.name,
        "in": "query",
        "required": false,
        "description": format!("等于 equal to — {} {}", property.about[0], property.about[1]),
        "schema": schema,
        "style": "form",
        "explode": false,
    })
}

fn items(collection: &Collection, name: &str) -> Value {
    let own = ["f", "limit", "cursor", "crs"].map(parameter);
    json!({
        "operationId": format!("{}.items", collection.id),
        "summary": format!("{name}: 要素 features"),
        "description": time(collection),
        "tags": [collection.id],
        "parameters": own.into_iter().chain(choosing(collection)).collect::<Vec<_>>(),
        "responses": responses(json!({
            GEOJSON: { "schema": reference("schemas", "features") },
            HTML: { "schema": { "type": "string" } },
        })),
    })
}

/// What `datetime` is compared with.
fn time(collection: &Collection) -> String {
    match collection.time {
        Some([from, to]) => format!(
            "datetime 与 {from} … {to} 相交者入选；两者皆空者也入选。 `datetime` chooses what meets {from} … {to}, and what has neither."
        ),
        None => "此数据集不含时间，datetime 全部入选。 Nothing here tells a time: `datetime` chooses all.".to_owned(),
    }
}

fn item(collection: &Collection, name: &str) -> Value {
    let own = ["featureId", "f", "crs", "indicators", "period", "revision", "edition", "on"].map(parameter);
    json!({
        "operationId": format!("{}.item", collection.id),
        "summary": format!("{name}: 一个要素 one feature"),
        "tags": [collection.id],
        "parameters": own,
        "responses": responses(json!({
            GEOJSON: { "schema": reference("schemas", "feature") },
            HTML: { "schema": { "type": "string" } },
        })),
    })
}

fn whole(collection: &Collection, kind: file::Kind) -> Value {
    json!({
        "operationId": format!("{}.{}", collection.id, kind.suffix()),
        "summary": kind.title(),
        "tags": [collection.id],
        "parameters": choosing(collection),
        "responses": responses(json!({ kind.media(): { "schema": { "type": "string", "format": "binary" } } })),
    })
}

fn parameters() -> Value {
    let query = |name: &str, about: &str, schema: Value| {
        json!({
            "name": name, "in": "query", "required": false, "description": about, "schema": schema, "style": "form",
            "explode": false,
        })
    };
    let crs =
        || json!({ "type": "string", "format": "uri", "enum": Crs::ALL.map(Crs::uri), "default": Crs::Crs84.uri() });
    let number = json!({ "type": "number" });
    let bbox = json!({ "type": "array", "minItems": 4, "maxItems": 6, "items": number });
    let text = || json!({ "type": "string" });
    let filter = format!(
        "CQL2 文本：比较、AND/OR/NOT、IN、BETWEEN、LIKE、IS NULL、{}；至多 {MOST_BYTES} 字节、括号 {MOST_LEVELS} 层。 CQL2 text.",
        FUNCTIONS.join("、")
    );
    json!({
        "f": query("f", "格式，先于 Accept。 The form, before Accept.", json!({ "type": "string", "enum": ["json", "html"] })),
        "limit": query("limit", "一页的要素数。 Features on a page.", json!({ "type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT })),
        "cursor": query("cursor", "下一页的起点，取自 next 链接，不透明。 Where the page begins: from a `next` link, opaque.", text()),
        "crs": query("crs", "答案的坐标参考系。 The coordinate reference system of the answer.", crs()),
        "bbox": query("bbox", "与此范围相交者。 What meets this box.", bbox),
        "bbox-crs": query("bbox-crs", "bbox 的坐标参考系。 That of bbox.", crs()),
        "datetime": query("datetime", "时刻或时段，可开口，如 2026-01-01/..。 An instant or an interval, ends may be open.", text()),
        "filter": query("filter", &filter, json!({ "type": "string", "maxLength": MOST_BYTES })),
        "filter-lang": query("filter-lang", "条件的语言。 The language of filter.", json!({ "type": "string", "enum": ["cql2-text"], "default": "cql2-text" })),
        "filter-crs": query("filter-crs", "条件中几何的坐标参考系。 That of the geometries in filter.", crs()),
        "indicators": query("indicators", &format!("作为列加入的指标代码，逗号分开，至多 {MOST_JOINED} 个。 Codes of indicators that are joined as columns."), text()),
        "period": query("period", "所加入指标的时期，如 2025-Q3；缺省为各自最近有数值者。 The period of joined indicators; default: the newest with a value.", text()),
        "revision": query("revision", "所读的修订。 The revision that is read.", json!({ "type": "integer", "minimum": 1 })),
        "edition": query("edition", "所读的版次代码。 The edition that is read, by its code.", text()),
        "on": query("on", "所见之日，与 revision 同用。 The day it is seen on; goes with revision.", json!({ "type": "string", "format": "date" })),
        "featureId": {
            "name": "featureId", "in": "path", "required": true, "description": "代码。 The code.", "schema": text(),
        },
    })
}

fn problems() -> Value {
    let problem = |about: &str| json!({ "description": about, "content": { PROBLEM: { "schema": reference("schemas", "problem") } } });
    json!({
        "invalid": problem("参数未知或有误 a parameter is unknown or wrong"),
        "missing": problem("没有此资源 there is no such thing"),
        "unacceptable": problem("没有所接受的格式 no form that the client takes"),
        "too_much": problem("须逐一查看的要素太多 more features would have to be looked at than may be"),
        "failed": problem("内部错误 internal error"),
        "busy": problem("忙，或尚无数据 busy, or nothing was imported yet"),
    })
}

fn schemas() -> Value {
    let text = json!({ "type": "string" });
    let list = |name: &str| json!({ "type": "array", "items": reference("schemas", name) });
    json!({
        "any": { "type": "object" },
        "link": {
            "type": "object", "required": ["href", "rel"],
            "properties": { "href": text, "rel": text, "type": text, "title": text },
        },
        "landing": {
            "type": "object", "required": ["links"],
            "properties": { "title": text, "description": text, "links": list("link") },
        },
        "conformance": {
            "type": "object", "required": ["conformsTo"],
            "properties": { "conformsTo": { "type": "array", "items": text } },
        },
        "collection": {
            "type": "object", "required": ["id", "links"],
            "properties": {
                "id": text, "title": text, "description": text, "itemType": text, "storageCrs": text,
                "crs": { "type": "array", "items": text }, "links": list("link"), "extent": { "type": "object" },
            },
        },
        "collections": {
            "type": "object", "required": ["links", "collections"],
            "properties": { "links": list("link"), "collections": list("collection") },
        },
        "feature": {
            "type": "object", "required": ["type", "geometry", "properties"],
            "properties": {
                "type": { "type": "string", "enum": ["Feature"] }, "id": text,
                "geometry": { "type": "object", "description": "RFC 7946; 空坐标：位置不详 empty coordinates: its place is not known" },
                "properties": { "type": "object" }, "links": list("link"),
            },
        },
        "features": {
            "type": "object", "required": ["type", "features"],
            "properties": {
                "type": { "type": "string", "enum": ["FeatureCollection"] }, "features": list("feature"),
                "links": list("link"), "numberMatched": { "type": "integer", "minimum": 0 },
                "numberReturned": { "type": "integer", "minimum": 0 }, "revision": { "type": "integer" },
                "on": { "type": "string", "format": "date" }, "sample": { "type": "boolean" },
            },
        },
        "problem": {
            "type": "object", "required": ["status", "title"],
            "properties": {
                "type": text, "title": text, "status": { "type": "integer" }, "detail": text, "code": text, "zh": text,
                "en": text, "hint": { "type": "string", "nullable": true },
            },
        },
    })
}

/// What a reader of the interface should know.
fn words() -> [[String; 2]; 5] {
    let both = |zh: String, en: String| [zh, en];
    [
        both(
            "每个答案都读自同一修订、同一日；next 链接带有两者，因此翻页期间有新数据导入也不会缺行、重行。".to_owned(),
            "Every answer is read at one revision and day; `next` links carry both, so that paging neither misses nor repeats a row while data is imported.".to_owned(),
        ),
        both(
            format!("一页缺省 {LIMIT} 项，至多 {MOST} 项。数据库能答的条件由数据库答；其余逐项检验，至多 {EXAMINED} 项，超出时答 422。"),
            format!("A page has {LIMIT} features unless asked otherwise, {MOST} at most. What the typed filters can say is tested by the database; the rest feature by feature, {EXAMINED} at most, else 422."),
        ),
        both(
            "没有位置的要素带空几何，不在任何 bbox 之内；datetime 也选入没有时间的要素，如规范所定。".to_owned(),
            "What has no place has an empty geometry and lies in no bbox; datetime chooses what has no time too, as the standard says.".to_owned(),
        ),
        both(
            "列表属性有一项满足即满足比较。缺失不是零：没有数值的指标为 null，其 _status 说明原因。".to_owned(),
            "A list meets a comparison when one of its items does. Absent is not zero: a figure without a value is null and its _status says why.".to_owned(),
        ),
        both(
            "sample 为真的要素是虚构的示例。source 为出处。".to_owned(),
            "What has sample true is made up for demonstration. source says where it is said.".to_owned(),
        ),
    ]
}

/// The same for people.
pub fn in_words(base: &str) -> Markup {
    html! {
        @for [zh, en] in words() { p { (zh) " " span lang="en" { (en) } } }
        p { "OpenAPI 3.0: " a href={ (base) "/api?f=json" } { (base) "/api?f=json" } }
        @for collection in &COLLECTIONS {
            h2 { (collection.title[0]) " " span lang="en" { (collection.title[1]) } }
            p { code { (base) "/collections/" (collection.id) "/items" } }
            p { (time(collection)) }
        }
    }
}
