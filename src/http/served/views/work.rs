//! Work: tasks, projects, chains.

use maud::html;
use serde_json::Value;

use super::super::pieces::{Asked, at, list, table, text};
use super::{Served, head};

pub(super) fn ledger(asked: &Asked, data: &Value) -> Served {
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

pub(super) fn task(asked: &Asked, data: &Value) -> Served {
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

pub(super) fn projects(asked: &Asked, data: &Value) -> Served {
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

pub(super) fn industry(asked: &Asked, data: &Value) -> Served {
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
