//! The answer key: what a careful reader of the plan's text would say, typed from the text and asked over HTTP.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeSet;

use common::server::{Server, on_each_engine};
use serde_json::Value;

const PLAN: &str = "shangqiu-2023-2025";

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn names(value: &Value) -> BTreeSet<&str> {
    list(value).iter().filter_map(Value::as_str).collect()
}

/// Every task with its units by role.
fn tasks(server: &Server) -> Vec<Value> {
    let query = format!(
        "{{ plan(code: \"{PLAN}\") {{ tasks(first: 100) {{ totalCount nodes {{
            number title kind deadlineAsWritten responsibilityAsWritten
            units(first: 20) {{ edges {{ role nameAsWritten node {{ name }} }} }}
            targets {{ basis comparator commitment quantity {{ value asReported unit {{ code }} }} threshold {{ value }}
                milestones {{ period {{ code }} comparator unitRestored interpolated asWritten
                    quantity {{ value unit {{ code }} ones: value(unit: \"jia\") }} }} }} }} }} }} }}"
    );
    // Counts convert to 家 and nothing else does: ask without the conversion when it fails.
    let answer = server.ask(&query.replace(" ones: value(unit: \"jia\")", ""));
    list(&answer["plan"]["tasks"]["nodes"]).to_vec()
}

fn roles(task: &Value, role: &str) -> Vec<String> {
    (list(&task["units"]["edges"]).iter())
        .filter(|edge| edge["role"] == role)
        .map(|edge| edge["node"]["name"].as_str().unwrap().to_owned())
        .collect()
}

fn the_outline_and_the_list_are_whole(server: &Server) {
    let answer = server.ask(&format!(
        "{{ plan(code: \"{PLAN}\") {{ status from to groups {{ number tasks {{ number }} }}
            sections {{ number title children {{ number children {{ number title text units {{ name }} }} }} }} }} }}"
    ));
    let plan = &answer["plan"];
    assert_eq!(
        (plan["status"].as_str(), plan["from"].as_str(), plan["to"].as_str()),
        (Some("DRAFT_FOR_COMMENT"), Some("2023"), Some("2025"))
    );
    let sections = list(&plan["sections"]);
    let subsections: Vec<&Value> = sections.iter().flat_map(|section| list(&section["children"])).collect();
    let items: Vec<&Value> = subsections.iter().flat_map(|section| list(&section["children"])).collect();
    assert_eq!((sections.len(), subsections.len(), items.len()), (4, 19, 39));
    let groups = list(&plan["groups"]);
    assert_eq!(groups.len(), 13);
    let sizes: Vec<usize> = groups.iter().map(|group| list(&group["tasks"]).len()).collect();
    assert_eq!(sizes, [5, 6, 4, 3, 3, 4, 3, 5, 8, 4, 3, 3, 3]);
    let tasks = tasks(server);
    let numbers: Vec<i64> = tasks.iter().map(|task| task["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, (1..=54).collect::<Vec<_>>());
    assert_eq!(tasks[3]["title"], "力争高端装备产业规模突破300亿元,占装备制造业的比重提升到30%");
    assert_eq!(tasks[5]["title"], "力争培育1“数字领航”企业。");
}

fn roles_are_those_of_the_text(server: &Server) {
    let tasks = tasks(server);
    let bureau = "市工业和信息化局".to_owned();
    let leads: Vec<Vec<String>> = tasks.iter().map(|task| roles(task, "LEAD")).collect();
    assert_eq!(leads.iter().filter(|units| **units == [bureau.clone()]).count(), 24, "only lead");
    let shared: Vec<usize> = (1..=54).filter(|n| leads[n - 1].len() > 1 && leads[n - 1].contains(&bureau)).collect();
    assert_eq!(shared, [31], "co-lead");
    let none: Vec<usize> = (1..=54).filter(|n| leads[n - 1].is_empty()).collect();
    assert_eq!(none, [2, 12, 13, 16, 18, 20, 21, 23, 36, 37, 38, 39, 52, 53]);
    assert_eq!(roles(&tasks[20], "UNSPECIFIED"), ["市制造强市建设领导小组成员单位"]);
    assert_eq!(roles(&tasks[51], "BY_DUTY").len(), 6);
    assert_eq!(roles(&tasks[52], "BY_DUTY"), ["市发展改革委", "市交通运输局", "市商务局"]);
    assert_eq!(roles(&tasks[28], "UNSPECIFIED").len(), 4, "task 29 names no role for the rest");
    assert!(roles(&tasks[25], "SUPPORT").contains(&"各县(市、区)人民政府".to_owned()), "one unit, with 、 inside");
    // A slip of the pen is kept as written and resolved to the unit it means.
    let second = list(&tasks[1]["units"]["edges"]);
    assert_eq!(second[1]["nameAsWritten"], "市发展改革委员");
    assert_eq!(second[1]["node"]["name"], "市发展改革委");
    let land = list(&tasks[43]["units"]["edges"]);
    assert_eq!(
        (land[0]["nameAsWritten"].as_str(), land[0]["node"]["name"].as_str()),
        (Some("市自然资源局"), Some("市自然资源和规划局"))
    );
}

fn targets_promise_no_more_than_the_text(server: &Server) {
    let tasks = tasks(server);
    let targets = |n: usize| list(&tasks[n - 1]["targets"]);
    assert_eq!(targets(4).len(), 2);
    assert_eq!(targets(4)[0]["comparator"], "MORE_THAN");
    let stated = |target: &Value| list(&target["milestones"]).iter().filter(|m| m["asWritten"].is_string()).count();
    assert_eq!(targets(4).iter().map(stated).collect::<Vec<_>>(), [3, 0], "milestones on one of the two");
    let cloud = &targets(10)[0];
    assert_eq!(cloud["comparator"], "APPROX");
    let values: Vec<&str> =
        list(&cloud["milestones"]).iter().map(|m| m["quantity"]["value"].as_str().unwrap()).collect();
    assert_eq!(values, ["1.14", "1.31", "1.6"]);
    let converted = server.ask(&format!(
        "{{ task(number: 10, plan: \"{PLAN}\") {{ targets {{ milestones {{ period {{ code }} quantity {{ value(unit: \"jia\") }} }} }} }} }}"
    ));
    assert_eq!(converted["task"]["targets"][0]["milestones"][1]["quantity"]["value"], "13100");
    let restored: Vec<bool> =
        list(&targets(34)[0]["milestones"]).iter().map(|m| m["unitRestored"].as_bool().unwrap()).collect();
    assert_eq!(restored, [true, true, false], "«2025年达到3家以上» says its counter");
    assert_eq!(
        (targets(13)[0]["comparator"].as_str(), targets(13)[0]["basis"].as_str()),
        (Some("EQUAL"), Some("COVERAGE"))
    );
    assert_eq!(
        (targets(42)[0]["threshold"]["value"].as_str(), targets(42)[0]["quantity"]["value"].as_str()),
        (Some("500"), Some("4"))
    );
    assert_eq!(
        (targets(43)[0]["threshold"]["value"].as_str(), targets(43)[0]["quantity"]["value"].as_str()),
        (Some("200"), Some("10"))
    );
    assert_eq!(targets(17)[0]["comparator"], "APPROX");
    assert_eq!(targets(41)[0]["quantity"]["unit"]["code"], "renci");
    let yearly = list(&targets(30)[0]["milestones"]);
    assert_eq!(yearly.len(), 3, "每年 asks each year of the plan");
    assert!(yearly.iter().all(|m| m["interpolated"] == false && m["quantity"]["value"] == "1000"));
    let qualitative = [5, 14, 15, 18, 21, 27, 28, 44, 45, 47, 48, 49, 50, 51, 52, 53, 54];
    for n in 1..=54 {
        assert_eq!(targets(n).is_empty(), qualitative.contains(&n), "task {n}");
    }
}

fn the_layout_is_what_the_text_says_and_marks_what_it_does_not(server: &Server) {
    let answer = server.ask(&format!(
        "{{ layout(plan: \"{PLAN}\") {{ code name form members {{ inferred role place {{ name }} citation {{ quote }} }} }} }}"
    ));
    let layout = list(&answer["layout"]);
    let members = |at: usize| {
        list(&layout[at]["members"]).iter().map(|m| m["place"]["name"].as_str().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(layout.iter().map(|e| e["form"].as_str().unwrap()).collect::<Vec<_>>(), ["CORE", "BELT", "GROUP"]);
    assert_eq!(members(0), ["梁园区", "睢阳区", "虞城县", "宁陵县"]);
    assert_eq!(members(1), ["民权县", "夏邑县"]);
    assert_eq!(members(2), ["永城市", "柘城县", "睢县"]);
    let inferred: Vec<&str> = (layout.iter().flat_map(|e| list(&e["members"])))
        .filter(|m| m["inferred"] == true)
        .map(|m| m["place"]["name"].as_str().unwrap())
        .collect();
    assert_eq!(inferred, ["梁园区", "睢阳区"], "the text says 市中心城区");
    for member in layout.iter().flat_map(|e| list(&e["members"])) {
        assert!(member["citation"]["quote"].as_str().is_some_and(|quote| !quote.is_empty()));
    }
}

fn tasks_reach_places_and_places_reach_tasks_by_the_same_links(server: &Server) {
    let there = server.ask(&format!(
        "{{ task(number: 49, plan: \"{PLAN}\") {{ places(first: 200) {{ edges {{ via node {{ __typename ... on Region {{ code }} }} }} }} }} }}"
    ));
    let forth: BTreeSet<(String, String)> = (list(&there["task"]["places"]["edges"]).iter())
        .filter(|edge| edge["node"]["__typename"] == "Region")
        .map(|edge| (edge["node"]["code"].as_str().unwrap().to_owned(), edge["via"].as_str().unwrap().to_owned()))
        .collect();
    assert!(forth.iter().any(|(_, via)| via == "LAYOUT"));
    let back =
        server.ask("{ regions(first: 50) { nodes { code tasks(first: 200) { edges { via task { number } } } } } }");
    let back: BTreeSet<(String, String)> = (list(&back["regions"]["nodes"]).iter())
        .flat_map(|region| list(&region["tasks"]["edges"]).iter().map(move |edge| (region, edge)))
        .filter(|(_, edge)| edge["task"]["number"] == 49)
        .map(|(region, edge)| (region["code"].as_str().unwrap().to_owned(), edge["via"].as_str().unwrap().to_owned()))
        .collect();
    let known: BTreeSet<(String, String)> = forth.into_iter().filter(|(_, via)| via != "RESPONSIBLE_UNIT").collect();
    assert_eq!(known, back);
}

fn without_the_overlay_nothing_is_sample_and_what_is_missing_says_who_owes_it(server: &Server) {
    let answer = server.ask_with(
        "{ zones(first: 20) { nodes { name latest(indicator: \"zone-revenue\") { status } } } }",
        Value::Null,
    );
    assert_eq!(answer["extensions"]["sample"], false);
    let missing = server.ask(
        "{ zone(code: \"zhecheng\") { series(indicators: [\"zone-revenue\"]) { nodes { indicator { steward { name } } \
           points { status quantity { value } sample } } } } }",
    );
    let series = &missing["zone"]["series"]["nodes"][0];
    assert!(series["indicator"]["steward"]["name"].is_string());
    let points = list(&series["points"]);
    assert!(points.iter().any(|point| point["status"] == "MISSING" && point["quantity"].is_null()));
    assert!(points.iter().all(|point| point["sample"] == false));
    // Facts with their sources: sources that disagree stand side by side.
    let gdp = server.ask(
        "{ region(code: \"411481\") { series(indicators: [\"gdp\"]) { nodes { points { period { code } quantity { value } \
           citations { document { url confidence } } } } } } }",
    );
    assert!(
        list(&gdp["region"]["series"]["nodes"][0]["points"]).iter().any(|point| point["quantity"]["value"] == "774.4")
    );
}

#[test]
fn every_mechanism_has_a_home_or_says_what_it_waits_for() {
    let mut reader = csv::Reader::from_path("geodata/shangqiu/mechanisms.csv").unwrap();
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (code, home, waits) = (at("code"), at("home"), at("waits_for"));
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 128);
    for row in &rows {
        assert!(!row[home].is_empty() || !row[waits].is_empty(), "{} has a home or says what it waits for", &row[code]);
    }
    assert!(rows.iter().filter(|row| !row[home].is_empty()).count() >= 70);
}

fn the_plan_s_flaws_are_told_with_both_quotes(server: &Server) {
    let answer = server.ask(&format!(
        "{{ plan(code: \"{PLAN}\") {{ inconsistencies {{ kind severity message english: message(lang: EN) \
           citations {{ quote locator }} }} }} }}"
    ));
    let found = list(&answer["plan"]["inconsistencies"]);
    assert!(found.len() >= 60, "{}", found.len());
    for one in found {
        assert!(!one["message"].as_str().unwrap().is_empty());
        assert_ne!(one["message"], one["english"]);
        assert!(!list(&one["citations"]).is_empty(), "{one}");
    }
    let kinds: BTreeSet<&str> = found.iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert!(kinds.len() >= 10, "{kinds:?}");
}

fn a_region_holds_the_projects_of_the_regions_under_it(server: &Server) {
    let answer = server.ask(
        "{ projects { totalCount } region(code: \"411400\") { projects { totalCount groups(by: [STAGE]) { count } } \
           children { projects { totalCount } } } within: projects(filter: { region: \"411400\" }) { totalCount } }",
    );
    let total = answer["projects"]["totalCount"].as_i64().unwrap();
    assert!(total > 0);
    assert_eq!(answer["region"]["projects"]["totalCount"], total);
    assert_eq!(answer["within"]["totalCount"], total);
    let parts = list(&answer["region"]["children"]).iter();
    assert_eq!(parts.map(|child| child["projects"]["totalCount"].as_i64().unwrap()).sum::<i64>(), total);
}

fn unknown_codes_get_an_answer_to_act_on(server: &Server) {
    let (code, extensions) =
        server.fails("{ zone(code: \"zhecheng\") { latest(indicator: \"zone-revenu\") { status } } }");
    assert_eq!(code, "UNKNOWN_CODE");
    let text = extensions.to_string();
    assert!(text.contains("zone-revenue"), "the nearest match is named: {text}");
    assert_eq!(server.ask("{ zone(code: \"nowhere\") { name } }")["zone"], Value::Null);
    assert_eq!(names(&server.ask("{ plans { code } }")["plans"]).len(), 0);
}

on_each_engine! { ["geodata/shangqiu"] => the_outline_and_the_list_are_whole, roles_are_those_of_the_text, targets_promise_no_more_than_the_text, the_layout_is_what_the_text_says_and_marks_what_it_does_not, tasks_reach_places_and_places_reach_tasks_by_the_same_links, without_the_overlay_nothing_is_sample_and_what_is_missing_says_who_owes_it, unknown_codes_get_an_answer_to_act_on, a_region_holds_the_projects_of_the_regions_under_it, the_plan_s_flaws_are_told_with_both_quotes }
