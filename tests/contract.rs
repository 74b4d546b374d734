//! Lights, gaps, groups, comparable zones and profiles, over HTTP and on both engines; each answer is found again by
//! another road.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::server::{Server, on_each_engine};
use serde_json::{Value, json};

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

const PLAN: &str = "shangqiu-2023-2025";
const LIGHTS: [&str; 7] = ["GREEN", "AMBER", "RED", "DONE", "NO_DATA", "NOT_DUE", "NOT_MEASURABLE"];

fn numbers(nodes: &Value) -> BTreeSet<i64> {
    list(nodes).iter().map(|node| node["number"].as_i64().unwrap()).collect()
}

fn tasks_and_targets_are_chosen_by_light(server: &Server) {
    let all = server.ask(&format!(
        "{{ plan(code: \"{PLAN}\") {{ tasks(first: 100) {{ nodes {{ number assessment {{ light }} }} }}
            targets(first: 500) {{ nodes {{ code assessment {{ light }} }} }} }} }}"
    ));
    let mut seen = 0;
    for light in LIGHTS {
        let query = format!(
            "{{ plan(code: \"{PLAN}\") {{
                tasks(first: 100, filter: {{ light: [{light}] }}) {{ totalCount nodes {{ number }} }}
                not: tasks(first: 100, filter: {{ not: {{ light: [{light}] }} }}) {{ totalCount }}
                or: tasks(first: 100, filter: {{ or: [{{ light: [{light}] }}, {{ kind: [CONTINUOUS] }}] }}) {{ totalCount }}
                targets(first: 500, filter: {{ light: [{light}] }}) {{ nodes {{ code }} }} }} }}"
        );
        let plan = &server.ask(&query)["plan"];
        let lit = |kind: &str, key: &str| -> BTreeSet<String> {
            let nodes = list(&all["plan"][kind]["nodes"]).iter();
            nodes.filter(|node| node["assessment"]["light"] == light).map(|node| node[key].to_string()).collect()
        };
        let found = |kind: &str, key: &str| -> BTreeSet<String> {
            list(&plan[kind]["nodes"]).iter().map(|node| node[key].to_string()).collect()
        };
        assert_eq!(found("tasks", "number"), lit("tasks", "number"), "{light}");
        assert_eq!(found("targets", "code"), lit("targets", "code"), "{light}");
        assert_eq!(plan["not"]["totalCount"], 54 - lit("tasks", "number").len() as i64);
        assert!(plan["or"]["totalCount"].as_u64().unwrap() >= plan["tasks"]["totalCount"].as_u64().unwrap());
        seen += lit("tasks", "number").len();
    }
    assert_eq!(seen, 54, "every task has one light");
    // Through a place too.
    let place = server.ask(
        "{ region(code: \"411424\") { all: tasks(first: 500) { edges { task { number assessment { light } } } }
            red: tasks(first: 500, filter: { light: [RED, AMBER] }) { edges { task { number } } } } }",
    );
    let of =
        |edges: &Value| list(edges).iter().map(|edge| edge["task"]["number"].as_i64().unwrap()).collect::<Vec<_>>();
    let expected: Vec<i64> = list(&place["region"]["all"]["edges"])
        .iter()
        .filter(|edge| ["RED", "AMBER"].contains(&edge["task"]["assessment"]["light"].as_str().unwrap()))
        .map(|edge| edge["task"]["number"].as_i64().unwrap())
        .collect();
    assert_eq!(of(&place["region"]["red"]["edges"]), expected);
}

fn tasks_are_ordered_by_light_and_by_gap(server: &Server) {
    let ordered = |order: &str| {
        let answer = server.ask(
            &format!(
            "{{ plan(code: \"{PLAN}\") {{ tasks(first: 100, orderBy: [{order}]) {{ nodes {{ number assessment {{ light
                gap {{ value(unit: \"CNY\") }} plain: gap {{ value }} expected {{ value }} }} }} }} }} }}"
        )
            .replace("gap { value(unit: \"CNY\") } ", ""),
        );
        list(&answer["plan"]["tasks"]["nodes"]).to_vec()
    };
    let rank = |node: &Value| {
        let order = ["DONE", "GREEN", "NOT_DUE", "NO_DATA", "AMBER", "RED", "NOT_MEASURABLE"];
        order.iter().position(|light| node["assessment"]["light"] == *light).unwrap()
    };
    let best = ordered("{ light: ASC }");
    assert!(
        best.windows(2)
            .all(|pair| (rank(&pair[0]), &pair[0]["number"].as_i64()) < (rank(&pair[1]), &pair[1]["number"].as_i64()))
    );
    let worst = ordered("{ light: DESC }");
    let measurable: Vec<usize> = worst.iter().map(rank).take_while(|rank| *rank < 6).collect();
    assert!(measurable.windows(2).all(|pair| pair[0] >= pair[1]));
    assert!(worst[measurable.len()..].iter().all(|node| rank(node) == 6), "those not measurable come last either way");
    assert_eq!(best.len(), 54);

    let share = |node: &Value| -> Option<f64> {
        let assessment = &node["assessment"];
        let number = |value: &Value| value["value"].as_str().and_then(|text| text.parse::<f64>().ok());
        match (number(&assessment["plain"]), number(&assessment["expected"])) {
            (Some(gap), Some(due)) if due > 0.0 => Some(gap / due),
            _ => None,
        }
    };
    let widest = ordered("{ gap: DESC }");
    let shares: Vec<f64> = widest.iter().filter_map(share).collect();
    assert!(shares.len() > 1 && shares.windows(2).all(|pair| pair[0] >= pair[1]), "{shares:?}");
    let narrowest = ordered("{ gap: ASC }");
    let back: Vec<f64> = narrowest.iter().filter_map(share).collect();
    assert!(back.windows(2).all(|pair| pair[0] <= pair[1]), "{back:?}");
    assert_eq!(numbers(&json!(widest)), numbers(&json!(narrowest)));
    let last = &widest[53];
    assert!(share(last).is_none(), "what cannot be compared comes last: {last}");
}

fn projects_are_grouped_by_year_and_by_layout_element(server: &Server) {
    let mut projects = Vec::new();
    let mut after = Value::Null;
    loop {
        let answer = server.ask_with(
            "query Q($after: String) { projects(first: 500, after: $after) { nodes { code stageHistory { on } region { code }
                zone { code } investment { value(unit: \"CNY\") } } pageInfo { hasNextPage endCursor } } }",
            json!({ "after": after }),
        );
        let page = &answer["data"]["projects"];
        projects.extend(list(&page["nodes"]).to_vec());
        if page["pageInfo"]["hasNextPage"] != true {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let layout = server.ask(&format!(
        "{{ layout(plan: \"{PLAN}\") {{ code members {{ place {{ code }} }} }}
            projects {{ years: groups(by: [YEAR]) {{ key count sample investment {{ value(unit: \"CNY\") }} }}
                layout: groups(by: [LAYOUT_ELEMENT]) {{ key count investment {{ value(unit: \"CNY\") }} }}
                both: groups(by: [STAGE, YEAR]) {{ key count }}
                mixed: groups(by: [LAYOUT_ELEMENT, ZONE]) {{ key count }} }} }}"
    ));
    let year = |project: &Value| {
        let days = list(&project["stageHistory"]).iter().filter_map(|reached| reached["on"].as_str());
        days.min().map_or(String::new(), |day| day[..4].to_owned())
    };
    let mut expected: BTreeMap<String, (i64, f64)> = BTreeMap::new();
    for project in &projects {
        let entry = expected.entry(year(project)).or_default();
        entry.0 += 1;
        entry.1 += project["investment"]["value"].as_str().map_or(0.0, |text| text.parse().unwrap());
    }
    let found = |name: &str| -> BTreeMap<String, (i64, f64)> {
        list(&layout["projects"][name])
            .iter()
            .map(|group| {
                let sum = group["investment"]["value"].as_str().map_or(0.0, |text| text.parse().unwrap());
                (group["key"][0].as_str().unwrap().to_owned(), (group["count"].as_i64().unwrap(), sum))
            })
            .collect()
    };
    assert!(expected.len() > 2);
    assert_eq!(found("years"), expected);
    let both: i64 = list(&layout["projects"]["both"]).iter().map(|group| group["count"].as_i64().unwrap()).sum();
    assert_eq!(both, projects.len() as i64);

    let mut expected: BTreeMap<String, (i64, f64)> = BTreeMap::new();
    for project in &projects {
        let places: Vec<&str> = ["region", "zone"].iter().filter_map(|kind| project[kind]["code"].as_str()).collect();
        let mut elements: Vec<String> = list(&layout["layout"])
            .iter()
            .filter(|element| {
                // Every region of the plan lies in the city.
                list(&element["members"]).iter().any(|member| {
                    let code = member["place"]["code"].as_str().unwrap();
                    places.contains(&code) || (code == "411400" && project["region"]["code"].is_string())
                })
            })
            .map(|element| element["code"].as_str().unwrap().to_owned())
            .collect();
        if elements.is_empty() {
            elements.push(String::new());
        }
        for element in elements {
            let entry = expected.entry(element).or_default();
            entry.0 += 1;
            entry.1 += project["investment"]["value"].as_str().map_or(0.0, |text| text.parse().unwrap());
        }
    }
    assert_eq!(found("layout"), expected);
    let order: Vec<&str> =
        list(&layout["projects"]["layout"]).iter().map(|group| group["key"][0].as_str().unwrap()).collect();
    let elements: Vec<&str> = list(&layout["layout"]).iter().map(|element| element["code"].as_str().unwrap()).collect();
    assert!(order.starts_with(&elements[..2]), "in the order of the layout: {order:?}");
    assert!(list(&layout["projects"]["mixed"]).iter().all(|group| list(&group["key"]).len() == 2));
}

fn the_nearest_zones_are_found_and_the_distance_recomputed(server: &Server) {
    let answer = server.ask(
        "{ zone(code: \"minquan\") { peers(by: [\"zone-revenue\"], first: 500) { zone { code } distance explanation en: explanation(lang: EN) sample }
            two: peers(by: [\"zone-revenue\"], first: 2) { zone { code } } }
          zones(first: 100) { nodes { code series(indicators: [\"zone-revenue\"], first: 50) { nodes { accumulation indicator { accumulation }
            points { period { code end } quantity { value(unit: \"CNY\") } } } } } } }",
    );
    let mut values: BTreeMap<(String, String), BTreeMap<String, f64>> = BTreeMap::new();
    for zone in list(&answer["zones"]["nodes"]) {
        for series in list(&zone["series"]["nodes"]) {
            if series["accumulation"] != series["indicator"]["accumulation"] {
                continue;
            }
            for point in list(&series["points"]) {
                let Some(value) = point["quantity"]["value"].as_str() else { continue };
                let period = (
                    point["period"]["end"].as_str().unwrap().to_owned(),
                    point["period"]["code"].as_str().unwrap().to_owned(),
                );
                values
                    .entry(period)
                    .or_default()
                    .insert(zone["code"].as_str().unwrap().to_owned(), value.parse().unwrap());
            }
        }
    }
    let (_, newest) = values.iter().rev().find(|(_, found)| found.contains_key("minquan") && found.len() > 1).unwrap();
    let (least, most) = newest.values().fold((f64::MAX, f64::MIN), |(a, b), value| (a.min(*value), b.max(*value)));
    let peers = list(&answer["zone"]["peers"]);
    assert_eq!(peers.len(), newest.len() - 1);
    let mut last = 0.0;
    for peer in peers {
        let code = peer["zone"]["code"].as_str().unwrap();
        let distance: f64 = peer["distance"].as_str().unwrap().parse().unwrap();
        let expected = (newest[code] - newest["minquan"]).abs() / (most - least);
        assert!((distance - expected).abs() < 5.1e-5, "{code}: {distance} {expected}");
        assert!(distance >= last && distance <= 1.0);
        last = distance;
        let said = peer["explanation"].as_str().unwrap();
        let written = peer["distance"].as_str().unwrap().trim_end_matches('0').trim_end_matches('.');
        assert!(said.contains(written) && peer["en"].as_str().unwrap().contains(written), "{said}");
    }
    let first: Vec<&Value> = peers.iter().take(2).map(|peer| &peer["zone"]["code"]).collect();
    assert_eq!(list(&answer["zone"]["two"]).iter().map(|peer| &peer["zone"]["code"]).collect::<Vec<_>>(), first);
    for (by, code) in [("[]", "BAD_ARGUMENT"), ("[\"no-such\"]", "UNKNOWN_CODE")] {
        assert_eq!(
            server.fails(&format!("{{ zone(code: \"minquan\") {{ peers(by: {by}) {{ distance }} }} }}")).0,
            code
        );
    }
}

fn a_profile_says_what_is_missing_and_who_owes_it(server: &Server) {
    let answer = server.ask(
        "{ zones(first: 100) { nodes { code level leadingIndustries listing footprint { area } facts { topic }
            profile { completeness known totalCount html sample facts(topics: [LAND]) { topic }
                missing { item topic en: topic(lang: EN) indicator { code name steward { code } } owedBy { code } } } } }
          indicators { code } }",
    );
    let zones = list(&answer["zones"]["nodes"]);
    assert!(zones.len() > 5);
    let mut gaps = 0;
    for zone in zones {
        let profile = &zone["profile"];
        let missing = list(&profile["missing"]);
        let (known, total) = (profile["known"].as_u64().unwrap(), profile["totalCount"].as_u64().unwrap());
        assert_eq!(known + missing.len() as u64, total);
        let share = (known as f64 / total as f64 * 100.0).round() / 100.0;
        let stated: f64 = profile["completeness"].as_str().unwrap().parse().unwrap();
        assert!((stated - share).abs() < 0.0101, "{stated} {share}");
        assert_eq!(profile["html"], format!("/zones/{}", zone["code"].as_str().unwrap()));
        let lacks = |item: &str| missing.iter().any(|gap| gap["item"] == item);
        assert_eq!(lacks("BOUNDARY"), zone["footprint"].is_null());
        assert_eq!(lacks("LISTING"), zone["listing"] == "UNCONFIRMED");
        assert_eq!(lacks("LEADING_INDUSTRIES"), list(&zone["leadingIndustries"]).is_empty());
        for topic in ["LAND", "UTILITIES", "PRICES", "TRANSPORT", "POLICY", "OFFICE"] {
            assert_eq!(lacks(topic), !list(&zone["facts"]).iter().any(|fact| fact["topic"] == topic), "{topic}");
        }
        for gap in missing.iter().filter(|gap| gap["item"] == "FIGURE") {
            gaps += 1;
            assert_eq!(gap["owedBy"]["code"], gap["indicator"]["steward"]["code"]);
            assert_eq!(gap["topic"], gap["indicator"]["name"]);
            let code = gap["indicator"]["code"].as_str().unwrap();
            let latest = server
                .ask(&format!("{{ zone(code: {}) {{ latest(indicator: \"{code}\") {{ status }} }} }}", zone["code"]));
            assert!(latest["zone"]["latest"].is_null(), "{code} of {} is not missing", zone["code"]);
        }
        assert!(list(&profile["facts"]).iter().all(|fact| fact["topic"] == "LAND"));
    }
    assert!(gaps > 0);
}

fn findings_are_computed_once_and_stay_the_same(server: &Server) {
    let query = format!("{{ plan(code: \"{PLAN}\") {{ inconsistencies {{ kind message }} }} }}");
    let first = server.ask(&query);
    assert!(list(&first["plan"]["inconsistencies"]).len() > 20);
    assert_eq!(server.ask(&query), first);
    let some =
        server.ask(&format!("{{ plan(code: \"{PLAN}\") {{ inconsistencies(severities: [ERROR]) {{ kind }} }} }}"));
    assert!(list(&some["plan"]["inconsistencies"]).len() < list(&first["plan"]["inconsistencies"]).len());
}

fn what_tasks_clusters_and_stages_lead_to_is_one_statement(server: &Server) {
    for (query, most) in [
        (
            format!(
                "{{ plan(code: \"{PLAN}\") {{ tasks(first: 60) {{ nodes {{ number projects(first: 3) {{ totalCount nodes {{ code }} groups(by: [YEAR]) {{ count }} }} }} }} }} }}"
            ),
            3,
        ),
        ("{ clusters { enterprises(first: 3) { totalCount nodes { code } } } }".to_owned(), 2),
        ("{ chains { stages { enterprises(first: 3) { totalCount nodes { code } } } } }".to_owned(), 2),
    ] {
        let before = server.statements().len();
        server.ask(&query);
        let statements = server.statements().split_off(before);
        assert!(statements.len() <= most, "{query}: {statements:#?}");
    }
    // The same as asked one by one, and page after page.
    let all = server.ask(&format!("{{ plan(code: \"{PLAN}\") {{ tasks(first: 60) {{ nodes {{ number code projects(first: 3) {{ totalCount nodes {{ code }} groups(by: [STAGE]) {{ count }} pageInfo {{ endCursor }} }} }} }} }} }}"));
    let mut some = 0;
    for task in list(&all["plan"]["tasks"]["nodes"]) {
        let own = server.ask(&format!(
            "{{ projects(filter: {{ task: {} }}, first: 500) {{ totalCount nodes {{ code }} }} }}",
            task["code"]
        ));
        let nodes = list(&own["projects"]["nodes"]);
        assert_eq!(task["projects"]["totalCount"], own["projects"]["totalCount"]);
        assert_eq!(list(&task["projects"]["nodes"]), &nodes[..nodes.len().min(3)], "task {}", task["number"]);
        let counted: i64 = list(&task["projects"]["groups"]).iter().map(|group| group["count"].as_i64().unwrap()).sum();
        assert_eq!(task["projects"]["totalCount"], counted);
        if nodes.len() > 3 && some == 0 {
            some += 1;
            let next = server.ask(&format!(
                "{{ task(number: {}, plan: \"{PLAN}\") {{ projects(first: 2, after: {}) {{ nodes {{ code }} }} }} }}",
                task["number"], task["projects"]["pageInfo"]["endCursor"]
            ));
            assert_eq!(list(&next["task"]["projects"]["nodes"]), &nodes[3..nodes.len().min(5)]);
        }
    }
    assert_eq!(some, 1);
    let clusters = server.ask("{ clusters { code enterprises(first: 500) { totalCount nodes { code chain { code } } } chains { code } } chains { code stages { enterprises(first: 500) { nodes { code chain { code } } } } } }");
    let mut firms = 0;
    for cluster in list(&clusters["clusters"]) {
        let chains: BTreeSet<&str> =
            list(&cluster["chains"]).iter().map(|chain| chain["code"].as_str().unwrap()).collect();
        let nodes = list(&cluster["enterprises"]["nodes"]);
        assert!(nodes.iter().all(|firm| chains.contains(firm["chain"]["code"].as_str().unwrap())));
        assert!(nodes.windows(2).all(|pair| pair[0]["code"].as_str() < pair[1]["code"].as_str()), "{nodes:?}");
        assert_eq!(cluster["enterprises"]["totalCount"], nodes.len());
        firms += nodes.len();
    }
    assert!(firms > 0);
}

on_each_engine! { ["geodata/shangqiu", "geodata/sample"] =>
    tasks_and_targets_are_chosen_by_light, tasks_are_ordered_by_light_and_by_gap,
    projects_are_grouped_by_year_and_by_layout_element, the_nearest_zones_are_found_and_the_distance_recomputed,
    a_profile_says_what_is_missing_and_who_owes_it, findings_are_computed_once_and_stay_the_same,
    what_tasks_clusters_and_stages_lead_to_is_one_statement
}
