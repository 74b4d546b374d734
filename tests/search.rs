//! Finding things by what people type, over HTTP and on both engines.
#![allow(clippy::unwrap_used)]

mod common;

use common::server::{RIVERTON, Server, import, on_each_engine};
use serde_json::{Value, json};

const QUESTION: &str = "query Q($text: String!, $first: Int) { search(text: $text, first: $first) { score field snippet
    parts { text matched } hit { __typename ... on Node { id } ... on Subject { code name }
    ... on Task { number title } ... on ResponsibleUnit { name } ... on Indicator { name } ... on Register { name }
    ... on Document { title } ... on PlanSection { number title } } } }";

fn search(server: &Server, text: &str, first: i32) -> Vec<Value> {
    let mut answer = server.ask_with(QUESTION, json!({ "text": text, "first": first }));
    assert!(answer.get("errors").is_none(), "{text}: {answer}");
    answer["data"]["search"].take().as_array().unwrap().clone()
}

/// What a hit is called.
fn called(result: &Value) -> String {
    let hit = &result["hit"];
    ["name", "title"].iter().find_map(|field| hit[field].as_str()).unwrap().to_owned()
}

fn found(server: &Server, text: &str) -> Vec<String> {
    search(server, text, 10).iter().map(called).collect()
}

fn places_are_found_by_name_sound_and_initials(server: &Server) {
    for (text, first) in [
        ("柘城", "柘城县"),
        ("zhechengxian", "柘城县"),
        ("Zhe Cheng Xian", "柘城县"),
        ("zcx", "柘城县"),
        ("zhcx", "柘城县"),
        ("柘cx", "柘城县"),
        ("yuc", "虞城县"),
        ("suixian", "睢县"),
        ("sx", "睢县"),
        ("yongcheng city", "永城市"),
        ("411424", "柘城县"),
        ("商丘新区", "商丘市城乡一体化示范区"),
        ("chengxiangyitihua", "商丘市城乡一体化示范区"),
    ] {
        assert_eq!(found(server, text).first().map(String::as_str), Some(first), "{text}");
    }
    assert!(found(server, "sqq").contains(&"商丘市城乡一体化示范区".to_owned()), "{:?}", found(server, "sqq"));
    let zones = search(server, "柘城高新区", 5);
    assert_eq!(
        (called(&zones[0]).as_str(), zones[0]["hit"]["__typename"].as_str()),
        ("柘城高新技术产业开发区", Some("Zone"))
    );
    // Every place is found by its own name, and by it first.
    let all = server.ask("{ regions { nodes { name } } zones(first: 100) { nodes { name code } } }");
    for place in ["regions", "zones"].iter().flat_map(|kind| all[kind]["nodes"].as_array().unwrap()) {
        let name = place["name"].as_str().unwrap();
        let results = search(server, name, 3);
        assert_eq!((called(&results[0]).as_str(), results[0]["score"].as_f64()), (name, Some(1.0)));
    }
}

fn everything_else_is_found_too(server: &Server) {
    for (text, kind, name) in [
        ("26", "Task", None),
        ("任务26", "Task", None),
        ("task 26", "Task", None),
        ("市自然资源局", "ResponsibleUnit", Some("市自然资源和规划局")),
        ("市发改委", "ResponsibleUnit", Some("市发展改革委")),
        ("fgw", "ResponsibleUnit", Some("市发展改革委")),
        ("一核", "LayoutElement", None),
        ("chaoying", "Cluster", Some("河南省超硬材料产业集群")),
        ("gdp", "Indicator", None),
        ("示例 柘城 原料药项目1", "Project", Some("示例·柘城原料药项目1")),
        ("zcylyxm1", "Project", Some("示例·柘城原料药项目1")),
        ("sample-p-0004", "Project", Some("示例·虞城钢卷尺项目1")),
        ("示例·宁陵复合肥企业1", "Enterprise", Some("示例·宁陵复合肥企业1")),
        ("smart-factories", "Register", None),
        ("制造强市三年行动", "Plan", None),
        ("sample data early estimates", "Document", Some("示例数据(虚构):快报数")),
    ] {
        let results = search(server, text, 50);
        let met =
            results.iter().any(|one| one["hit"]["__typename"] == kind && name.is_none_or(|name| called(one) == name));
        assert!(
            met,
            "{text}: {:?}",
            results.iter().map(|one| (one["hit"]["__typename"].clone(), called(one))).collect::<Vec<_>>()
        );
    }
    let task = &search(server, "26", 1)[0];
    assert_eq!((task["hit"]["number"].as_i64(), task["field"].as_str()), (Some(26), Some("NUMBER")));
    // A sentence of the plan leads to the item that holds it.
    let section = &search(server, "因地制宜发展地方优势产业集群", 20)[0];
    assert_eq!((section["hit"]["__typename"].as_str(), section["field"].as_str()), (Some("PlanSection"), Some("TEXT")));
    assert!(section["snippet"].as_str().unwrap().starts_with('…'), "{section}");
}

fn results_are_stable_ordered_and_explained(server: &Server) {
    for text in ["商丘", "sq", "项目", "qi", "industry", "2", "shi li", "绿色"] {
        let results = search(server, text, 100);
        assert!(!results.is_empty(), "{text}");
        let scores: Vec<f64> = results.iter().map(|one| one["score"].as_f64().unwrap()).collect();
        assert!(scores.windows(2).all(|pair| pair[0] >= pair[1]) && scores[0] <= 1.0, "{text}: {scores:?}");
        assert_eq!(search(server, text, 100), results, "the same every time");
        assert_eq!(
            search(server, text, 7),
            results[..results.len().min(7)],
            "a shorter list is the start of a longer one"
        );
        for result in &results {
            let parts = result["parts"].as_array().unwrap();
            let joined: String = parts.iter().map(|part| part["text"].as_str().unwrap()).collect();
            assert_eq!(result["snippet"], joined.as_str());
            assert!(parts.iter().any(|part| part["matched"] == true), "{text}: {result}");
            assert!(joined.chars().count() <= 62, "{joined}");
        }
    }
    for nothing in ["", " ·", "qqqqqqqq", "没有这样的东西"] {
        assert!(search(server, nothing, 10).is_empty(), "{nothing}");
    }
    assert!(search(server, "商丘", 0).is_empty());
}

fn what_is_searched_for_is_bounded(server: &Server) {
    let long = "长".repeat(201);
    for (text, first) in [(long.as_str(), 10), ("a", -1), ("a", 101)] {
        let answer = server.ask_with(QUESTION, json!({ "text": text, "first": first }));
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_ARGUMENT", "{answer}");
    }
    // Names are read once; after that a keystroke costs what it shows.
    search(server, "示", 10);
    for (text, most) in [("示例", 2), ("zcx", 2), ("任务26", 2)] {
        let before = server.statements().len();
        search(server, text, 20);
        let statements = server.statements().split_off(before);
        assert!(statements.len() <= most, "{text}: {statements:#?}");
    }
}

on_each_engine! { ["geodata/shangqiu", "geodata/sample"] =>
    places_are_found_by_name_sound_and_initials, everything_else_is_found_too, results_are_stable_ordered_and_explained,
    what_is_searched_for_is_bounded
}

/// Inside a snapshot names are those of then.
#[test]
fn an_old_state_is_searched_as_it_was() {
    for database in common::database::fresh() {
        let package = common::server::copy(RIVERTON);
        let directory = package.path().to_str().unwrap();
        import(&[directory], &database.url);
        common::server::replace(&package.path().join("enterprises.csv"), "西岭面业", "东港面业");
        import(&[directory], &database.url);
        let server = Server::start(&database.url);
        assert_eq!(found(&server, "dgmy"), ["东港面业"]);
        assert!(found(&server, "xlmy").is_empty(), "{:?}", found(&server, "xlmy"));
        let then = "{ asOf(at: { revision: 1 }) { old: search(text: \"xlmy\") { snippet } new: search(text: \"dgmy\") { snippet } } }";
        let answer = server.ask(then);
        assert_eq!(answer["asOf"], json!({ "old": [{ "snippet": "西岭面业" }], "new": [] }));
    }
}

/// More names than are held ready: the database finds those that begin so.
#[test]
fn where_there_are_too_many_names_their_beginning_is_found() {
    const MANY: usize = 20_001;
    for database in common::database::fresh() {
        let package = common::server::copy(RIVERTON);
        let file = package.path().join("enterprises.csv");
        let mut text = std::fs::read_to_string(&file).unwrap();
        let header = text.lines().next().unwrap().to_owned();
        let columns: Vec<&str> = header.split(',').collect();
        let example: Vec<String> = text.lines().nth(1).unwrap().split(',').map(str::to_owned).collect();
        let at = |name: &str| columns.iter().position(|column| *column == name).unwrap();
        if !text.ends_with('\n') {
            text.push('\n');
        }
        for number in 0..MANY {
            let cells = columns.iter().enumerate().map(|(column, _)| match column {
                _ if column == at("code") => format!("many-{number:05}"),
                _ if column == at("name") => format!("工坊{number:05}"),
                _ if column == at("document") => example[column].clone(),
                _ => String::new(),
            });
            text.push_str(&cells.collect::<Vec<_>>().join(","));
            text.push('\n');
        }
        std::fs::write(&file, text).unwrap();
        import(&[package.path().to_str().unwrap()], &database.url);
        let server = Server::start(&database.url);
        assert_eq!(found(&server, "工坊00042"), ["工坊00042"]);
        assert_eq!(found(&server, "many-1999").len(), 10, "{:?}", found(&server, "many-1999"));
        assert_eq!(search(&server, "工坊", 100).len(), 100);
        let before = server.statements().len();
        search(&server, "工坊1", 20);
        assert!(server.statements().len() - before <= 3);
    }
}
