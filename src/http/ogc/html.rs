//! The same answers as pages to read: plain HTML without script.

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use super::super::forms::{STYLE, standing};
use super::collection::Collection;
use super::fields::Fields;
use super::read::{Found, Record};
use super::request::{Request, segment};
use crate::graphql::Pin;

/// A page.
pub fn page(request: &Request, title: [&str; 2], links: &[Value], body: &Markup) -> Response {
    let [zh, en] = title;
    let markup = html! {
        (DOCTYPE)
        html lang="zh-CN" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (zh) " · " (en) }
                link rel="stylesheet" href=(STYLE);
            }
            body {
                nav {
                    a href=(request.to("")) { "OGC API" } " · "
                    a href=(request.to("/collections")) { "数据集 " span lang="en" { "Collections" } }
                }
                h1 { (zh) " " span lang="en" { (en) } }
                (body)
                h2 { "链接 " span lang="en" { "Links" } }
                ul {
                    @for link in links {
                        li {
                            a href=(text(link, "href")) rel=(text(link, "rel")) { (text(link, "title")) }
                            " " small { (text(link, "rel")) ", " (text(link, "type")) }
                        }
                    }
                }
            }
        }
    };
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"))], markup.into_string())
        .into_response()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}

/// Which state is read, and whether anything in it is made up.
pub fn state(pin: &Pin) -> Markup {
    html! {
        p {
            "第 " (pin.revision().number) " 号修订，" (pin.on()) " 所见。"
            span lang="en" { "Revision " (pin.revision().number) ", as of " (pin.on()) "." }
        }
        @if pin.has_sample() {
            p class="sample" { "含示例（虚构）数据，逐行标明。" span lang="en" { "Holds sample (made-up) data, marked row by row." } }
        }
    }
}

/// What a page of text says, in both languages.
pub fn paragraph([zh, en]: [&str; 2]) -> Markup {
    html! { p { (zh) " " span lang="en" { (en) } } }
}

/// Collections with what they are.
pub fn collections(request: &Request, all: &[&Collection]) -> Markup {
    html! {
        div class="table" tabindex="0" role="region" aria-label="数据集 Collections" {
            table {
                thead { tr { th scope="col" { "数据集 Collection" } th scope="col" { "内容 What it holds" } th scope="col" { "属性 Properties" } } }
                tbody {
                    @for collection in all {
                        tr {
                            td { a href=(request.to(&format!("/collections/{}", collection.id))) { (collection.title[0]) " " (collection.title[1]) } }
                            td { (collection.about[0]) " " span lang="en" { (collection.about[1]) } }
                            td { a href=(request.to(&format!("/collections/{}/queryables", collection.id))) { "queryables" } }
                        }
                    }
                }
            }
        }
    }
}

/// Properties with their kinds.
pub fn fields(fields: &Fields) -> Markup {
    html! {
        div class="table" tabindex="0" role="region" aria-label="属性 Properties" {
            table {
                thead { tr { th scope="col" { "属性 Property" } th scope="col" { "类型 Kind" } th scope="col" { "含义 What it says" } } }
                tbody {
                    @for field in &fields.all {
                        tr {
                            td { code { (field.name) } }
                            td { (field.kind.name()[0]) " " span lang="en" { (field.kind.name()[1]) } }
                            td { (field.about[0]) " " span lang="en" { (field.about[1]) } }
                        }
                    }
                }
            }
        }
    }
}

/// A page of features.
pub fn items(request: &Request, collection: &Collection, found: &Found, fields: &Fields) -> Markup {
    html! {
        p {
            "符合条件 " (found.matched) " 项，本页 " (found.records.len()) " 项。"
            span lang="en" { (found.matched) " match, " (found.records.len()) " on this page." }
        }
        div class="table" tabindex="0" role="region" aria-label="要素 Features" {
            table {
                thead { tr { @for field in &fields.all { th scope="col" { (field.name) } } } }
                tbody {
                    @for record in &found.records {
                        tr {
                            @for (at, field) in fields.all.iter().enumerate() {
                                @let cell = value(record, fields, at);
                                @if field.name == "code" {
                                    td { a href=(request.to(&format!("/collections/{}/items/{}", collection.id, segment(&record.id)))) { (cell) } }
                                } @else {
                                    td { (cell) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// One feature.
pub fn item(record: &Record, fields: &Fields) -> Markup {
    html! {
        table {
            tbody {
                @for (at, field) in fields.all.iter().enumerate() {
                    tr { th scope="row" title=(field.about[1]) { (field.about[0]) } td { (value(record, fields, at)) } }
                }
            }
        }
        @if record.geometry.is_none() { p { "位置不详。" span lang="en" { "Its place is not known." } } }
    }
}

/// A cell; in the place of a figure that is not there stands why.
fn value(record: &Record, fields: &Fields, at: usize) -> Markup {
    let text = record.cells[at].text();
    let status = fields.get(&format!("{}_status", fields.all[at].name)).is_some().then(|| {
        let name = format!("{}_status", fields.all[at].name);
        fields.all.iter().position(|field| field.name == name).map(|at| record.cells[at].text()).unwrap_or_default()
    });
    match status.as_deref().filter(|_| text.is_empty()).and_then(standing) {
        Some((zh, en)) => html! { span class="absent" { (zh) " " span lang="en" { (en) } } },
        None => html! { (text) },
    }
}
