//! Figures: what is measured, and where the data can be had.

use maud::html;
use serde_json::Value;

use super::super::map::draw;
use super::super::pieces::{Asked, at, list, table, text};
use super::{Served, ground, head};
use crate::domain;

pub(super) fn indicator_of(asked: &Asked, data: &Value) -> Served {
    let indicator = &data["indicator"];
    let title = text(indicator, "name").to_owned();
    let description = match asked.english {
        true => format!("{title} by county and zone. {}", text(indicator, "definition")),
        false => format!("{title}：按县区与开发区。{}", text(indicator, "definition")),
    };
    let places = |path: &str, room: &'static str| {
        let places = list(data, path).iter().filter(|place| !place["latest"].is_null());
        places
            .map(move |place| {
                let [value, period, source] = asked.figure(&place["latest"]);
                [asked.linked(room, place), value, period, source]
            })
            .collect::<Vec<_>>()
    };
    let mut rows = places("/regions/nodes", "regions");
    rows.extend(places("/zones/nodes", "zones"));
    let none = rows.is_empty();
    let headings = [
        asked.say("地点", "Place"),
        asked.say("数值", "Value"),
        asked.say("时期", "Period"),
        asked.say("来源", "Source"),
    ];
    let body = html! {
        p { (text(indicator, "definition")) }
        (draw(&title, &ground(data, "")))
        (table(&title, &headings, rows))
        @if none { p class="absent" { (asked.say("暂缺：尚无来源给出数值。", "Missing: no source gives a value yet.")) } }
    };
    Served { title, description, body }
}

pub(super) fn indicators(asked: &Asked, data: &Value) -> Served {
    let rows = list(data, "/indicators").iter().map(|indicator| {
        [
            asked.linked("indicators", indicator),
            html! { (unit(asked, indicator)) },
            html! { (text(indicator, "definition")) },
        ]
    });
    let title = asked.say("指标", "Indicators").to_owned();
    let description = match asked.english {
        true => format!("{}: what is measured, in which unit, and what it means.", head(data)),
        false => format!("{}：各项指标、单位与口径。", head(data)),
    };
    let headings = [asked.say("指标", "Indicator"), asked.say("单位", "Unit"), asked.say("口径", "Definition")];
    let body = table(&title, &headings, rows);
    Served { title, description, body }
}

/// The unit of a column of an indicator, as the page writes it.
fn unit(asked: &Asked, indicator: &Value) -> String {
    match domain::unit(at(indicator, "/unit/code")) {
        Some(unit) if asked.english => unit.column(),
        _ => at(indicator, "/unit/symbol").to_owned(),
    }
}

pub(super) fn data(asked: &Asked, data: &Value) -> Served {
    let title = asked.say("数据与接口", "Data and API").to_owned();
    let description = match asked.english {
        true => format!("Everything of {} through GraphQL, as CSV, XLSX, GeoJSON and HTML.", head(data)),
        false => format!("{}的全部数据：GraphQL 接口，及 CSV、XLSX、GeoJSON、HTML。", head(data)),
    };
    let body = html! {
        ul {
            li { a href="/schema.graphql" { "/schema.graphql" } }
            li { a href="/q" { "/q" } " " (asked.say("存档的查询：各有 .csv .xlsx .geojson .html", "stored queries, each as .csv .xlsx .geojson .html")) }
            li { "POST /graphql" }
        }
        (indicators(asked, data).body)
    };
    Served { title, description, body }
}
