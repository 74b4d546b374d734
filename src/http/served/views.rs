//! The views: which question each asks, and how its answer reads.

use maud::{Markup, html};
use serde_json::Value;

use super::map::{Shape, draw};
use super::pieces::{Asked, at, list, table, text};

/// A view of an address.
pub struct View {
    /// The operation of `documents.graphql`.
    pub operation: &'static str,
    /// What the address names, where it names something.
    pub code: Option<String>,
    /// What the answer must hold for the view to be there.
    pub needs: Option<&'static str>,
    /// How the answer reads.
    pub read: fn(&Asked, &Value) -> Served,
}

/// What a view says.
pub struct Served {
    /// Of the view, without the name of the product.
    pub title: String,
    /// One or two sentences, for previews and search engines.
    pub description: String,
    /// Everything below its heading.
    pub body: Markup,
}

/// The view of a path; none when the page has no such address or the program alone can show it.
pub fn of(path: &str, indicator: Option<&str>) -> Option<View> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let view = |operation, read| Some(View { operation, code: None, needs: None, read });
    let one = |operation, needs, code: &str, read| {
        Some(View { operation, code: Some(code.to_owned()), needs: Some(needs), read })
    };
    match parts.as_slice() {
        [] | ["screen"] => view("Layout", layout),
        ["indicators"] => match indicator {
            Some(code) => one("Indicator", "indicator", code, indicator_of),
            None => view("Indicators", indicators),
        },
        ["indicators", code] => one("Indicator", "indicator", code, indicator_of),
        ["ledger"] => view("Ledger", ledger),
        ["tasks", number] => one("Task", "task", number, task),
        ["zones"] | ["compare"] => view("Places", places),
        ["zones", code] => one("Zone", "zone", code, zone),
        ["regions", code] => one("Region", "region", code, region),
        ["projects"] => view("Projects", projects),
        ["industry"] => view("Industry", industry),
        ["plan"] => view("Plan", plan),
        ["editions", ..] => view("Editions", editions),
        ["data"] => view("Indicators", data),
        _ => None,
    }
}

fn head(data: &Value) -> &str {
    at(data, "/plan/name")
}

fn ground<'a>(data: &'a Value, marked: &str) -> Vec<Shape<'a>> {
    // A city is the union of its counties: it would hide them.
    let regions = list(data, "/regions/nodes").iter().filter(|region| text(region, "kind") != "CITY");
    let shapes = regions.filter(|region| region["footprint"].is_object());
    shapes
        .map(|region| Shape {
            geometry: &region["footprint"]["geometry"]["geojson"],
            class: if text(region, "code") == marked { "marked" } else { "land" },
            label: Some((text(region, "name"), &region["footprint"]["labelPoint"])),
        })
        .collect()
}

fn layout(asked: &Asked, data: &Value) -> Served {
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

fn indicator_of(asked: &Asked, data: &Value) -> Served {
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

fn indicators(asked: &Asked, data: &Value) -> Served {
    let rows = list(data, "/indicators").iter().map(|indicator| {
        [
            asked.linked("indicators", indicator),
            html! { (at(indicator, "/unit/symbol")) },
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

fn ledger(asked: &Asked, data: &Value) -> Served {
    let tasks = list(data, "/plan/tasks/nodes");
    let count = |light: &str| tasks.iter().filter(|task| at(task, "/assessment/light") == light).count();
    let lights = ["DONE", "GREEN", "AMBER", "RED", "NOT_DUE", "NO_DATA", "NOT_MEASURABLE"];
    let told: Vec<String> = lights.iter().map(|light| format!("{} {}", asked.light(light), count(light))).collect();
    let title = asked.say("任务台账", "Task ledger").to_owned();
    let description = match asked.english {
        true => format!("{}: {} tasks. {}.", head(data), tasks.len(), told.join(", ")),
        false => format!("{}：{} 项任务。{}。", head(data), tasks.len(), told.join("，")),
    };
    let rows = tasks.iter().map(|task| {
        let units = list(task, "/units/edges");
        let leads: Vec<&str> = units
            .iter()
            .filter(|edge| text(edge, "role") == "LEAD")
            .map(|edge| at(edge, "/node/name"))
            .collect();
        let deadlines: Vec<&str> = list(task, "/deadlineAsWritten").iter().filter_map(Value::as_str).collect();
        [
            html! { (task["number"]) },
            html! { a href=(asked.to(&format!("/tasks/{}", task["number"]))) { (text(task, "title")) } },
            html! { @if leads.is_empty() { span class="absent" { (asked.say("未写明牵头", "no lead named")) } } (leads.join("、")) },
            html! { (deadlines.join("；")) },
            html! { (asked.light(at(task, "/assessment/light"))) },
        ]
    });
    let headings = [
        asked.say("序号", "No."),
        asked.say("任务", "Task"),
        asked.say("牵头单位", "Lead unit"),
        asked.say("时限", "Deadline"),
        asked.say("状态", "Light"),
    ];
    let body = html! { p { (told.join(" · ")) } (table(&title, &headings, rows)) };
    Served { title, description, body }
}

fn task(asked: &Asked, data: &Value) -> Served {
    let task = &data["task"];
    let light = asked.light(at(task, "/assessment/light"));
    let title = match asked.english {
        true => format!("Task {}: {}", task["number"], text(task, "title")),
        false => format!("任务 {}：{}", task["number"], text(task, "title")),
    };
    let description = format!("{}{light}。{}", head(data), at(task, "/assessment/explanation"));
    let goals = list(task, "/targets").iter().flat_map(|target| {
        let own = [target].into_iter().chain(list(target, "/milestones"));
        own.enumerate().map(move |(n, goal)| {
            [
                html! { @if n == 0 { (at(target, "/indicator/name")) } },
                html! { (Asked::comparator(text(goal, "comparator"))) (at(goal, "/quantity/text")) },
                html! { (at(goal, "/period/label")) },
                html! { @if n == 0 { (asked.light(at(target, "/assessment/light"))) " " small { (at(target, "/assessment/explanation")) } } },
            ]
        })
    });
    let units = list(task, "/units/edges")
        .iter()
        .map(|edge| [html! { (asked.role(text(edge, "role"))) }, html! { (text(edge, "nameAsWritten")) }]);
    let goal_headings = [
        asked.say("指标", "Indicator"),
        asked.say("目标", "Target"),
        asked.say("时期", "Period"),
        asked.say("状态", "Light"),
    ];
    let body = html! {
        p { strong { (light) } " " (at(task, "/assessment/explanation")) }
        @for citation in list(task, "/citations") { blockquote lang="zh-CN" { (text(citation, "quote")) } }
        (table(asked.say("目标与节点", "Targets and milestones"), &goal_headings, goals))
        (table(asked.say("责任单位", "Responsible units"), &[asked.say("角色", "Role"), asked.say("单位", "Unit")], units))
        @let places: Vec<&Value> = list(task, "/places/edges").iter().filter(|edge| edge["cityWide"] != true).collect();
        @if !places.is_empty() {
            h2 { (asked.say("涉及地点", "Places touched")) }
            p { @for (n, edge) in places.iter().enumerate() { @if n > 0 { "、" } (asked.place(&edge["node"])) } }
        }
        p { small { (asked.sources(task)) } }
    };
    Served { title, description, body }
}

fn places(asked: &Asked, data: &Value) -> Served {
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

fn zone(asked: &Asked, data: &Value) -> Served {
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

fn region(asked: &Asked, data: &Value) -> Served {
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

fn projects(asked: &Asked, data: &Value) -> Served {
    let projects = &data["projects"];
    let title = asked.say("项目", "Projects").to_owned();
    let description = match asked.english {
        true => format!("{}: {} projects from signing to full output.", head(data), projects["totalCount"]),
        false => format!("{}：{} 个项目，从签约到达效。", head(data), projects["totalCount"]),
    };
    let rows = list(projects, "/nodes").iter().map(|project| {
        [
            html! { (text(project, "name")) @if project["sample"] == true { " " (asked.sample()) } },
            html! { (asked.stage(text(project, "stage"))) },
            html! { (at(project, "/investment/text")) },
            html! {
                @if project["zone"].is_object() { (asked.linked("zones", &project["zone"])) }
                @else if project["region"].is_object() { (asked.linked("regions", &project["region"])) }
            },
        ]
    });
    let headings = [
        asked.say("项目", "Project"),
        asked.say("阶段", "Stage"),
        asked.say("投资", "Investment"),
        asked.say("地点", "Place"),
    ];
    let none = list(projects, "/nodes").is_empty();
    let body = html! {
        (asked.pipeline(projects))
        (table(asked.say("投资最大的项目", "The largest projects"), &headings, rows))
        @if none { p class="absent" { (asked.say("暂缺：没有公开的项目清单。", "Missing: no list of projects is public.")) } }
    };
    Served { title, description, body }
}

fn industry(asked: &Asked, data: &Value) -> Served {
    let (clusters, chains) = (list(data, "/clusters"), list(data, "/chains"));
    let title = asked.say("集群与产业链", "Clusters and chains").to_owned();
    let description = match asked.english {
        true => format!("{}: {} clusters and {} chains.", head(data), clusters.len(), chains.len()),
        false => format!("{}：{} 个集群，{} 条产业链。", head(data), clusters.len(), chains.len()),
    };
    let cluster_rows = clusters.iter().map(|cluster| {
        [
            html! { (text(cluster, "name")) },
            html! { (text(cluster, "scaleAsWritten")) },
            html! { @for place in list(cluster, "/places") { (asked.place(&place["place"])) " " } },
        ]
    });
    let chain_rows = chains.iter().map(|chain| {
        let within: Vec<&str> = list(chain, "/clusters").iter().map(|cluster| text(cluster, "name")).collect();
        let lead = at(chain, "/leadUnit/name");
        let unknown = asked.say("未写明", "not stated");
        [
            html! { (text(chain, "name")) },
            html! { (within.join("、")) },
            html! { (if lead.is_empty() { unknown } else { lead }) },
        ]
    });
    let body = html! {
        (table(asked.say("集群", "Clusters"), &[asked.say("集群", "Cluster"), asked.say("规模（原文）", "Scale as written"), asked.say("地点", "Places")], cluster_rows))
        (table(asked.say("产业链", "Chains"), &[asked.say("产业链", "Chain"), asked.say("所属集群", "Clusters"), asked.say("牵头单位", "Lead unit")], chain_rows))
    };
    Served { title, description, body }
}

fn plan(asked: &Asked, data: &Value) -> Served {
    let title = asked.say("规划原文", "The plan").to_owned();
    let description = match asked.english {
        true => format!("The text of {}, section by section.", head(data)),
        false => format!("《{}》全文，逐节。", head(data)),
    };
    let body = html! { @for section in list(data, "/plan/sections") { (passage(section)) } };
    Served { title, description, body }
}

/// A section with those below it.
fn passage(section: &Value) -> Markup {
    let heading = format!("{} {}", text(section, "number"), text(section, "title"));
    html! {
        @match section["level"].as_i64() {
            Some(1) => h2 { (heading) },
            Some(2) => h3 { (heading) },
            _ => h4 { (heading) },
        }
        @for paragraph in text(section, "text").lines() { p lang="zh-CN" { (paragraph) } }
        @for below in list(section, "/children") { (passage(below)) }
    }
}

fn editions(asked: &Asked, data: &Value) -> Served {
    let title = asked.say("版次与变化", "Editions and changes").to_owned();
    let description = match asked.english {
        true => format!("{}: every edition and every revision, with its digest.", head(data)),
        false => format!("{}：历次版次与修订及其摘要。", head(data)),
    };
    let closed = list(data, "/editions").iter().map(|edition| {
        [
            html! { (text(edition, "code")) @if edition["sample"] == true { " " (asked.sample()) } },
            html! { (text(edition, "cutoff")) },
            html! { (text(edition, "closedBy")) },
            html! { code { (text(edition, "digest").get(..16).unwrap_or_default()) } },
        ]
    });
    let revisions = list(data, "/revisions/nodes").iter().map(|revision| {
        [
            html! { (revision["number"]) },
            html! { (text(revision, "committedAt")) },
            html! { (text(revision, "message")) },
            html! { code { (text(revision, "digest").get(..16).unwrap_or_default()) } },
        ]
    });
    let body = html! {
        (table(asked.say("版次", "Editions"), &[asked.say("版次", "Edition"), asked.say("截止日", "Cut-off"), asked.say("封存者", "Closed by"), asked.say("摘要", "Digest")], closed))
        (table(asked.say("修订", "Revisions"), &[asked.say("修订", "Revision"), asked.say("时间", "When"), asked.say("说明", "Message"), asked.say("摘要", "Digest")], revisions))
    };
    Served { title, description, body }
}

fn data(asked: &Asked, data: &Value) -> Served {
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
