//! Places: the layout, zones and counties.

use maud::{Markup, html};
use serde_json::Value;

use super::super::map::{Shape, draw};
use super::super::pieces::{Asked, at, list, table, text};
use super::{Served, ground, head};

pub(super) fn layout(asked: &Asked, data: &Value) -> Served {
    let elements = list(data, "/layout");
    let names: Vec<&str> = elements.iter().map(|element| text(element, "name")).collect();
    let title = asked.say("空间布局", "Layout").to_owned();
    let description = match asked.english {
        true => format!("{}: {}, with what each is made of, on a map.", head(data), names.join(", ")),
        false => format!("{}：{}及其构成，绘于图上。", head(data), names.join("、")),
    };
    let mut shapes: Vec<Shape<'_>> = elements
        .iter()
        .filter(|element| element["footprint"].is_object())
        .map(|element| Shape {
            geometry: &element["footprint"]["geometry"]["geojson"],
            class: match text(element, "form") {
                "CORE" => "core",
                "BELT" | "AXIS" => "belt",
                _ => "group",
            },
            label: None,
        })
        .collect();
    shapes.extend(ground(data, "").into_iter().map(|shape| Shape { class: "line", ..shape }));
    let rows = elements.iter().flat_map(|element| {
        list(element, "/members").iter().map(move |member| {
            [
                html! { (text(element, "name")) },
                html! { (asked.place(&member["place"])) @if member["inferred"] == true { " " small { (asked.say("推定", "inferred")) } } },
                html! { (text(member, "role")) },
            ]
        })
    });
    let headings =
        [asked.say("布局要素", "Element"), asked.say("成员", "Member"), asked.say("定位", "Role in the plan")];
    let body = html! {
        (draw(&title, &shapes))
        (table(asked.say("布局要素及其成员", "Elements of the layout and their members"), &headings, rows))
    };
    Served { title, description, body }
}

pub(super) fn places(asked: &Asked, data: &Value) -> Served {
    let title = asked.say("开发区与县区", "Zones and counties").to_owned();
    let (zones, regions) = (list(data, "/zones/nodes"), list(data, "/regions/nodes"));
    let description = match asked.english {
        true => format!("{}: {} development zones and {} regions.", head(data), zones.len(), regions.len()),
        false => format!("{}：{} 个开发区，{} 个行政区。", head(data), zones.len(), regions.len()),
    };
    let rows = zones.iter().map(|zone| {
        let industries: Vec<&str> = list(zone, "/leadingIndustries").iter().filter_map(Value::as_str).collect();
        [
            asked.linked("zones", zone),
            html! { (text(zone, "level")) },
            html! { @for host in list(zone, "/host") { (asked.linked("regions", host)) " " } },
            html! { (industries.join("、")) },
        ]
    });
    let headings = [
        asked.say("开发区", "Zone"),
        asked.say("级别", "Level"),
        asked.say("所在县区", "County"),
        asked.say("主导产业", "Leading industries"),
    ];
    let body = html! {
        (draw(&title, &ground(data, "")))
        (table(asked.say("开发区", "Development zones"), &headings, rows))
        h2 { (asked.say("行政区", "Regions")) }
        ul { @for region in regions { li { (asked.linked("regions", region)) } } }
    };
    Served { title, description, body }
}

/// The newest figure of each series that has a value, and of the others that there is none.
fn figures(asked: &Asked, subject: &Value) -> Markup {
    let rows = list(subject, "/series/nodes").iter().map(|series| {
        let points = list(series, "/points");
        let newest = points.iter().rev().find(|point| point["quantity"].is_object()).or(points.last());
        let [value, period, source] = asked.figure(newest.unwrap_or(&Value::Null));
        [asked.linked("indicators", &series["indicator"]), value, period, source]
    });
    let headings = [
        asked.say("指标", "Indicator"),
        asked.say("数值", "Value"),
        asked.say("时期", "Period"),
        asked.say("来源", "Source"),
    ];
    table(asked.say("数据", "Figures"), &headings, rows)
}

fn touched(asked: &Asked, place: &Value) -> Markup {
    let own: Vec<&Value> = list(place, "/tasks/edges").iter().filter(|edge| edge["cityWide"] != true).collect();
    html! {
        @if !own.is_empty() {
            h2 { (asked.say("有关任务", "Tasks that touch it")) }
            ul {
                @for edge in own {
                    li {
                        a href=(asked.to(&format!("/tasks/{}", edge["task"]["number"]))) {
                            (edge["task"]["number"]) " " (at(edge, "/task/title"))
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn zone(asked: &Asked, data: &Value) -> Served {
    let zone = &data["zone"];
    let title = text(zone, "name").to_owned();
    let industries: Vec<&str> = list(zone, "/leadingIndustries").iter().filter_map(Value::as_str).collect();
    let hosts: Vec<&str> = list(zone, "/host").iter().map(|host| text(host, "name")).collect();
    let total = &zone["projects"]["totalCount"];
    let description = match asked.english {
        true => format!(
            "{title}: {}, in {}. {}. Projects: {total}.",
            text(zone, "level"),
            hosts.join(", "),
            industries.join(", ")
        ),
        false => format!(
            "{title}：{}，位于{}。{}。项目 {total} 个。",
            text(zone, "level"),
            hosts.join("、"),
            industries.join("、")
        ),
    };
    let host = list(zone, "/host").first().map_or("", |host| text(host, "code"));
    let mut shapes = ground(data, host);
    if zone["footprint"].is_object() {
        let geometry = &zone["footprint"]["geometry"]["geojson"];
        shapes.push(Shape { geometry, class: "zone", label: None });
    }
    let gaps = list(zone, "/profile/missing").iter().map(|gap| {
        let owed = at(gap, "/owedBy/name");
        let unknown = asked.say("责任单位未见写明", "no unit is named for it");
        [html! { (text(gap, "topic")) }, html! { (if owed.is_empty() { unknown } else { owed }) }]
    });
    let body = html! {
        p { (text(zone, "level")) " · " @for host in list(zone, "/host") { (asked.linked("regions", host)) " " } "· " (industries.join("、")) }
        (draw(&title, &shapes))
        (figures(asked, zone))
        (asked.pipeline(&zone["projects"]))
        (touched(asked, zone))
        (table(asked.say("暂缺", "Missing"), &[asked.say("内容", "What"), asked.say("责任单位", "Owed by")], gaps))
        p { small { (asked.sources(zone)) } }
    };
    Served { title, description, body }
}

pub(super) fn region(asked: &Asked, data: &Value) -> Served {
    let region = &data["region"];
    let title = text(region, "name").to_owned();
    let total = &region["projects"]["totalCount"];
    let zones = list(region, "/zones");
    let description = match asked.english {
        true => format!("{title}: figures with their sources, {} development zone(s), projects: {total}.", zones.len()),
        false => format!("{title}：各项数据及来源，{} 个开发区，项目 {total} 个。", zones.len()),
    };
    let body = html! {
        p {
            @if !text(region, "adcode").is_empty() { "adcode " (text(region, "adcode")) }
            @if region["parent"].is_object() { " · " (asked.linked("regions", &region["parent"])) }
        }
        (draw(&title, &ground(data, text(region, "code"))))
        (figures(asked, region))
        @if !zones.is_empty() {
            h2 { (asked.say("开发区", "Development zones")) }
            ul { @for zone in zones { li { (asked.linked("zones", zone)) " " (text(zone, "level")) } } }
        }
        (asked.pipeline(&region["projects"]))
        (touched(asked, region))
        p { small { (asked.sources(region)) } }
    };
    Served { title, description, body }
}
