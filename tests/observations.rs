//! Figures as a table and figures made of figures, asked over HTTP on both engines: what is worked out opens down to its
//! cells, and nothing is mixed without a word.
#![allow(clippy::unwrap_used)]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::sync::OnceLock;

use common::database::fresh;
use common::server::{RIVERTON, Server, copy, import, on_each_engine, replace};
use planatlas::domain::{Decimal, Quantity, unit, units};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use tempfile::TempDir;

/// The invented package with some more figures: shares and their weights, growth, ties, and one figure that is real.
fn package() -> &'static str {
    static MADE: OnceLock<TempDir> = OnceLock::new();
    let made = MADE.get_or_init(|| {
        let directory = copy(RIVERTON);
        let add = |file: &str, lines: &str| {
            let path = directory.path().join(file);
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, format!("{}\n{}\n", text.trim_end(), lines.trim())).unwrap();
        };
        add("documents.csv", "rv-audit,审计公报,Audit,河湾市审计局,2026-05,,,CC0-1.0,2026-06-01,,low,false,");
        add(
            "indicators.csv",
            "rv-growth,营业收入增速,Growth of revenue,公布的增速。,As published.,percent,ANNUAL,YEAR_TO_DATE,NON_ADDITIVE,\
             HIGHER_IS_BETTER,yoy(rv-revenue),rv-revenue,,REGION,rv-plan,一,\n\
             rv-equipment,装备营业收入,Equipment revenue,装备。,Equipment.,CNY-1e8,ANNUAL,YEAR_TO_DATE,ADDITIVE,\
             HIGHER_IS_BETTER,,,,REGION,rv-plan,一,\n\
             rv-equipment-share,装备比重,Share of equipment,比重。,Share.,percent,ANNUAL,YEAR_TO_DATE,NON_ADDITIVE,\
             HIGHER_IS_BETTER,rv-equipment÷rv-revenue×100%,rv-revenue,,REGION,rv-plan,一,\n\
             rv-signed,签约项目数,Projects signed,当期。,In the period.,ge,MONTHLY,IN_PERIOD,ADDITIVE,HIGHER_IS_BETTER,\
             count(projects SIGNED),,,REGION,rv-plan,一,",
        );
        let row = |kind: &str, code: &str, indicator: &str, period: &str, how: &str, value: &str, unit: &str, of: &str| {
            format!("{kind},{code},{indicator},{period},{how},{value},{unit},EQUAL,,NORMAL,,{of},表9,,\n")
        };
        let mut rows = String::new();
        for (code, indicator, period, how, value, unit, of) in [
            ("harbour", "rv-share", "2025", "IN_PERIOD", "30", "percent", "rv-bulletin"),
            ("northbank", "rv-share", "2025", "IN_PERIOD", "20", "percent", "rv-bulletin"),
            ("harbour", "rv-share", "2024", "IN_PERIOD", "28.5", "percent", "rv-bulletin"),
            ("harbour", "rv-growth", "2025", "YEAR_TO_DATE", "4.1", "percent", "rv-bulletin"),
            ("harbour", "rv-revenue", "2024", "YEAR_TO_DATE", "180", "CNY-1e8", "rv-bulletin"),
            ("northbank", "rv-revenue", "2024", "YEAR_TO_DATE", "1280000", "CNY-1e4", "rv-bulletin"),
            ("oldtown", "rv-revenue", "2025", "YEAR_TO_DATE", "12.5", "CNY-1e8", "rv-audit"),
            ("harbour", "rv-equipment", "2025", "YEAR_TO_DATE", "62.8", "CNY-1e8", "rv-bulletin"),
            ("harbour", "rv-firms", "2025", "AT_END", "5", "jia", "rv-bulletin"),
            ("northbank", "rv-firms", "2025", "AT_END", "5", "jia", "rv-bulletin"),
            ("oldtown", "rv-firms", "2025", "AT_END", "0", "jia", "rv-bulletin"),
        ] {
            rows.push_str(&row("REGION", code, indicator, period, how, value, unit, of));
        }
        rows.push_str(&row("ZONE", "zone-harbour", "rv-revenue", "2024-Q4", "YEAR_TO_DATE", "100.00", "CNY-1e8", "rv-bulletin"));
        rows.push_str(&row("ZONE", "zone-harbour", "rv-revenue", "2026-Q1", "YEAR_TO_DATE", "26.27625", "CNY-1e8", "rv-bulletin"));
        add("observations.csv", &rows);
        directory
    });
    made.path().to_str().unwrap()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The rows of a table: keys, value, status, contributors, missing, sample.
fn rows(server: &Server, arguments: &str) -> Vec<String> {
    let query = format!(
        "{{ observations({arguments}) {{ rows {{ keys quantity {{ value }} status contributors missing sample }} }} }}"
    );
    let answer = server.ask(&query);
    list(&answer["observations"]["rows"])
        .iter()
        .map(|row| {
            let keys: Vec<&str> = list(&row["keys"]).iter().filter_map(Value::as_str).collect();
            let made_up = if row["sample"] == true { " sample" } else { "" };
            format!(
                "{}: {} {} {}+{}{made_up}",
                keys.join(" "),
                row["quantity"]["value"].as_str().unwrap_or("–"),
                row["status"].as_str().unwrap(),
                row["contributors"],
                row["missing"]
            )
        })
        .collect()
}

const COUNTIES: &str = "kinds: [DISTRICT, COUNTY, COUNTY_LEVEL_CITY]";
const REVENUE: &str = "indicators: [\"rv-revenue\"]";
const OF_2025: &str = "periods: { from: \"2025\", to: \"2025\" }";

fn groups_are_summed_exactly_and_say_what_is_missing(server: &Server) {
    let zones = format!("{REVENUE}, kinds: [ZONE], periods: {{ from: \"2025-Q1\", to: \"2025-Q4\" }}");
    assert_eq!(
        rows(server, &format!("filter: {{ {zones} }}, groupBy: [PERIOD], fn: SUM")),
        [
            "2025-Q1: 56.4 ESTIMATED 4+1 sample",
            "2025-Q2: 117.3 ESTIMATED 4+1 sample",
            "2025-Q3: 180.1 ESTIMATED 4+1 sample",
            "2025-Q4: 245.55 ESTIMATED 4+1 sample",
        ],
        "the zone that was merged is not expected, the one that is silent is"
    );
    let year = format!("filter: {{ {REVENUE}, {COUNTIES}, accumulation: YEAR_TO_DATE, {OF_2025} }}");
    // The audited 12.5 of the old town is real and stands before the bulletin's 12.3.
    assert_eq!(rows(server, &format!("{year}, groupBy: [PERIOD], fn: SUM")), ["2025: 613.90 NORMAL 7+0 sample"]);
    assert_eq!(rows(server, &format!("{year}, fn: SUM")), [": 613.90 NORMAL 7+0 sample"]);
    assert_eq!(rows(server, &format!("{year}, fn: MEAN")), [": 87.70 NORMAL 7+0 sample"]);
    assert_eq!(rows(server, &format!("{year}, fn: MEDIAN")), [": 73.2 NORMAL 7+0 sample"]);
    assert_eq!(rows(server, &format!("{year}, fn: MIN")), [": 12.5 NORMAL 7+0 sample"]);
    assert_eq!(rows(server, &format!("{year}, fn: MAX")), [": 188.4 NORMAL 7+0 sample"]);
    assert_eq!(rows(server, &format!("{year}, fn: COUNT")), [": 7 NORMAL 7+0 sample"]);
    assert_eq!(
        rows(server, &format!("{year}, groupBy: [KIND], fn: MEDIAN")),
        [
            "COUNTY: 67.1 NORMAL 2+0 sample",
            "COUNTY_LEVEL_CITY: 40.05 NORMAL 1+0 sample",
            "DISTRICT: 119.375 NORMAL 4+0 sample"
        ]
    );
}

fn made_up_figures_are_flagged_and_can_be_left_out(server: &Server) {
    let year = format!("{REVENUE}, {COUNTIES}, {OF_2025}");
    let real = format!("filter: {{ {year}, sample: false }}");
    assert_eq!(rows(server, &format!("{real}, fn: SUM")), [": 12.5 ESTIMATED 1+6"]);
    assert_eq!(rows(server, &real), ["rv-revenue oldtown 2025 YEAR_TO_DATE: 12.5 NORMAL 1+0"]);
    let answer = server.ask(&format!("{{ observations(filter: {{ {year} }}, fn: SUM) {{ warnings(lang: EN) }} }}"));
    assert_eq!(
        answer["observations"]["warnings"][0],
        "6 of 7 cells are made up for demonstration; sample: false in the filter leaves them out"
    );
}

fn weighted_means_name_their_weight_and_open_down_to_the_cells(server: &Server) {
    let filter = "filter: { indicators: [\"rv-share\"], kinds: [DISTRICT], periods: { from: \"2025\", to: \"2025\" } }";
    // (30 × 188.4 + 20 × 142) ÷ (188.4 + 142) = 25.702…
    assert_eq!(rows(server, &format!("{filter}, fn: WEIGHTED_MEAN")), [": 25.7 ESTIMATED 2+2 sample"]);
    let answer = server.ask(&format!(
        "{{ observations({filter}, fn: WEIGHTED_MEAN) {{ rows {{ derivation {{
            formula formulaEn: formula(lang: EN) engine contributors missing weight {{ code }}
            inputs {{ subject {{ code }} indicator {{ code }} quantity {{ value }} citations {{ locator }} }} }} }} }} }}"
    ));
    let derivation = &answer["observations"]["rows"][0]["derivation"];
    assert_eq!(derivation["weight"]["code"], "rv-revenue");
    assert!(derivation["formula"].as_str().unwrap().contains("规上工业营业收入"), "{derivation}");
    assert!(derivation["engine"].as_str().unwrap().starts_with("planatlas "), "{derivation}");
    let mut cells: Vec<String> = list(&derivation["inputs"])
        .iter()
        .map(|cell| {
            assert!(cell["citations"][0]["locator"].is_string(), "{cell}");
            format!("{} {} {}", cell["subject"]["code"], cell["indicator"]["code"], cell["quantity"]["value"])
                .replace('"', "")
        })
        .collect();
    cells.sort();
    assert_eq!(
        cells,
        ["harbour rv-revenue 188.4", "harbour rv-share 30", "northbank rv-revenue 142", "northbank rv-share 20"]
    );
    let (code, said) =
        server.fails("{ observations(filter: { indicators: [\"rv-energy\"] }, fn: WEIGHTED_MEAN) { columns } }");
    assert_eq!(code, "NO_WEIGHT", "{said}");
}

fn what_does_not_belong_together_is_refused_with_what_to_ask(server: &Server) {
    for (arguments, code, hint) in [
        (
            "filter: { indicators: [\"rv-share\"], kinds: [DISTRICT] }, groupBy: [PERIOD], fn: SUM",
            "NON_ADDITIVE",
            "rv-revenue",
        ),
        ("filter: { indicators: [\"rv-revenue\"], kinds: [ZONE] }, groupBy: [SUBJECT], fn: SUM", "MIXED", "PERIOD"),
        (
            "filter: { indicators: [\"rv-revenue\"], kinds: [ZONE], periods: { from: \"2025-Q1\", to: \"2025-Q4\" } }, fn: MEAN",
            "MIXED",
            "PERIOD",
        ),
        (
            "filter: { indicators: [\"rv-revenue\", \"rv-energy\"], subjects: [\"riverton\"] }, fn: MAX",
            "MIXED",
            "INDICATOR",
        ),
        (
            "filter: { indicators: [\"rv-revenue\"], kinds: [CITY, DISTRICT] }, groupBy: [PERIOD], fn: SUM",
            "OVERLAPPING",
            "kinds",
        ),
        ("filter: { indicators: [\"rv-revenue\"] }, groupBy: [PERIOD], fn: SUM", "OVERLAPPING", "kinds"),
        (
            "filter: { indicators: [\"rv-revenue\"], subjects: [\"zone-harbour\", \"harbour\"] }, groupBy: [PERIOD], fn: SUM",
            "OVERLAPPING",
            "SUBJECT",
        ),
        ("filter: { indicators: [\"rv-revenu\"] }", "UNKNOWN_CODE", "rv-revenue"),
        ("filter: { indicators: [\"rv-revenue\"], subjects: [\"harbor\"] }", "UNKNOWN_CODE", "harbour"),
    ] {
        let (found, said) = server.fails(&format!("{{ observations({arguments}) {{ columns }} }}"));
        assert_eq!(found, code, "{arguments}: {said}");
        assert!(said["hint"].as_str().unwrap_or_default().contains(hint), "{arguments}: {said}");
        assert!(said["zh"].is_string() && said["en"].is_string());
    }
    for (arguments, code) in [
        ("filter: { indicators: [] }", "BAD_ARGUMENT"),
        ("filter: { indicators: [\"rv-revenue\"] }, groupBy: [PERIOD]", "BAD_ARGUMENT"),
        ("filter: { indicators: [\"rv-revenue\"] }, groupBy: [KIND, KIND], fn: COUNT", "BAD_ARGUMENT"),
        ("filter: { indicators: [\"rv-revenue\"] }, first: 501", "BAD_ARGUMENT"),
        ("filter: { indicators: [\"rv-revenue\"] }, after: \"bm93aGVyZQ\"", "BAD_CURSOR"),
    ] {
        assert_eq!(server.fails(&format!("{{ observations({arguments}) {{ columns }} }}")).0, code, "{arguments}");
    }
    // A non-additive count says why, and periods taken together are said.
    let (_, said) = server.fails(
        "{ observations(filter: { indicators: [\"rv-share\"] }, groupBy: [SUBJECT, PERIOD], fn: SUM) { columns } }",
    );
    assert!(
        said["zh"].as_str().unwrap().contains("不可加") && said["en"].as_str().unwrap().contains("ratios"),
        "{said}"
    );
    let several = "filter: { indicators: [\"rv-share\"], subjects: [\"harbour\"] }, fn: MEAN";
    assert_eq!(rows(server, several), [": 29.25 NORMAL 2+0 sample"]);
    let answer = server.ask(&format!("{{ observations({several}) {{ warnings(lang: EN) }} }}"));
    assert_eq!(
        answer["observations"]["warnings"][0],
        "each group of rv-share takes several periods together: 2024 … 2025"
    );
    let none = server.ask(
        "{ observations(filter: { indicators: [\"rv-revenue\"], subjects: [\"zone-east\"], accumulation: IN_PERIOD }) {
            rows { keys } warnings(lang: EN) } }",
    );
    assert_eq!(none["observations"]["rows"], json!([]));
    assert_eq!(
        none["observations"]["warnings"][0],
        "no figure of rv-revenue meets the filter; there are YEAR_TO_DATE from 2025-Q1 to 2025-Q4"
    );
}

fn absences_are_told_apart_and_zero_is_a_value(server: &Server) {
    let said = |arguments: &str| rows(server, &format!("filter: {{ {arguments} }}"));
    assert_eq!(
        said("indicators: [\"rv-firms\"], subjects: [\"riverton\", \"oldtown\"]"),
        [
            "rv-firms oldtown 2025 AT_END: 0 NORMAL 1+0 sample",
            "rv-firms riverton 2025 AT_END: 46 NORMAL 1+0 sample",
            "rv-firms riverton 2026 AT_END: – NOT_YET_DUE 0+1 sample",
        ]
    );
    assert_eq!(
        said("indicators: [\"rv-freight\"], statuses: [MISSING]"),
        ["rv-freight eastfield 2026-M04 YEAR_TO_DATE: – MISSING 0+1 sample"]
    );
    assert_eq!(
        said("indicators: [\"rv-revenue\"], statuses: [SUPPRESSED, PROVISIONAL]"),
        ["rv-revenue zone-west 2025-Q4 YEAR_TO_DATE: – SUPPRESSED 0+1 sample"]
    );
    assert_eq!(
        said("indicators: [\"rv-share\"], statuses: [PROVISIONAL]"),
        ["rv-share riverton 2025 IN_PERIOD: 28.6 PROVISIONAL 1+0 sample"]
    );
    assert_eq!(
        rows(server, "filter: { indicators: [\"rv-revenue\"], subjects: [\"zone-west\"] }, fn: SUM"),
        [": – SUPPRESSED 0+1"]
    );
    // By place: what lies in the outline of a district is the district and the zones in it that have an outline.
    let within = |area: &str| said(&format!("indicators: [\"rv-revenue\"], space: {{ within: {area} }}"));
    let harbour = within("{ place: \"harbour\" }");
    assert!(!harbour.is_empty() && harbour.iter().all(|row| !row.contains(" riverton ")), "{harbour:?}");
    assert_eq!(harbour, said("indicators: [\"rv-revenue\"], region: \"harbour\""));
    assert_eq!(within("{ near: { lon: 0, lat: 0, metres: 10 } }"), Vec::<String>::new());
    // Where sources disagree a row is the preferred one, as in a series.
    let answer = server.ask(
        "{ observations(filter: { indicators: [\"rv-revenue\"], subjects: [\"riverton\"] }) {
            columns rows { subject { code } period { code } observation { id alternatives { id } } } }
          region(code: \"riverton\") { series(indicators: [\"rv-revenue\"]) { nodes { points { id } } } } }",
    );
    let table = &answer["observations"];
    assert_eq!(table["columns"], json!(["INDICATOR", "SUBJECT", "PERIOD", "ACCUMULATION"]));
    assert_eq!(list(&table["rows"]).len(), 1);
    assert_eq!(table["rows"][0]["observation"]["id"], answer["region"]["series"]["nodes"][0]["points"][0]["id"]);
    assert_eq!(list(&table["rows"][0]["observation"]["alternatives"]).len(), 1);
}

fn pages_follow_one_another_without_gap_or_repeat(server: &Server) {
    for arguments in [
        "filter: { indicators: [\"rv-revenue\", \"rv-firms\", \"rv-share\"] }",
        "filter: { indicators: [\"rv-revenue\", \"rv-firms\"] }, groupBy: [INDICATOR, PERIOD, SUBJECT], fn: MAX",
        "filter: { indicators: [\"rv-revenue\"] }, groupBy: [KIND, PERIOD], fn: MEDIAN",
        "filter: { indicators: [\"rv-share\"] }, groupBy: [PERIOD, SUBJECT], fn: WEIGHTED_MEAN",
    ] {
        let fields = "rows { keys quantity { value } } totalCount pageInfo { hasNextPage hasPreviousPage endCursor }";
        let page = |more: &str| {
            server.ask(&format!("{{ observations({arguments}{more}) {{ {fields} }} }}"))["observations"].take()
        };
        let all = page("");
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let one = page(&format!(", first: 3{after}"));
            found.extend(list(&one["rows"]).iter().cloned());
            assert_eq!(one["totalCount"], all["totalCount"]);
            if one["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = format!(", after: {}", one["pageInfo"]["endCursor"]);
        }
        assert_eq!(found, list(&all["rows"]), "{arguments}");
        assert_eq!(all["totalCount"], found.len(), "{arguments}");
        assert!(found.len() > 3, "{arguments}");
    }
}

/// A derived figure of a place: its value, status, numbers of parts, and where its inputs stand.
fn derived(server: &Server, place: &str, indicator: &str, period: &str) -> Vec<Value> {
    let query = format!(
        "{{ {place} {{ derived(indicator: \"{indicator}\"{period}) {{ id period {{ code }} accumulation sample status
            quantity {{ value unit {{ code }} }} comparator citations {{ locator }} recordedAt
            derivation {{ formula(lang: EN) engine contributors missing absent {{ code }} weight {{ code }}
                inputs {{ subject {{ code }} quantity {{ value }} derivation {{ formula }} }}
                entries {{ totalCount nodes {{ code }} }} projects {{ totalCount nodes {{ code }} }} }} }} }} }}"
    );
    let mut answer = server.ask(&query);
    let (_, place) = answer.as_object_mut().unwrap().iter_mut().next().unwrap();
    let found = place["derived"].take();
    // Whatever was worked out is found again by its id, the same.
    for figure in list(&found) {
        let id = figure["id"].as_str().unwrap();
        let again = server.ask(&format!(
            "{{ node(id: \"{id}\") {{ id ... on Observation {{ quantity {{ value }} derivation {{ formula(lang: EN) }} }} }} }}"
        ));
        assert_eq!(again["node"]["id"], figure["id"]);
        assert_eq!(again["node"]["quantity"]["value"], figure["quantity"]["value"]);
        assert_eq!(again["node"]["derivation"]["formula"], figure["derivation"]["formula"]);
    }
    list(&found).to_vec()
}

fn places_are_summed_over_their_members(server: &Server) {
    let city = derived(server, "region(code: \"riverton\")", "rv-revenue", ", period: \"2025\"");
    let sum = &city[0];
    assert_eq!(sum["quantity"]["value"], "613.90");
    assert_eq!((&sum["status"], &sum["sample"]), (&json!("NORMAL"), &json!(true)));
    let derivation = &sum["derivation"];
    assert_eq!((&derivation["contributors"], &derivation["missing"]), (&json!(7), &json!(0)));
    assert_eq!(list(&derivation["inputs"]).len(), 7);
    assert_eq!(
        derivation["formula"],
        "Revenue of larger industrial firms = Old Town + North Bank + Millbrook + Harbour + Eastfield + Westhill + Pinewood"
    );
    assert!(derivation["engine"].as_str().unwrap().ends_with(" sum"));
    let total: Decimal = list(&derivation["inputs"])
        .iter()
        .map(|i| i["quantity"]["value"].as_str().unwrap().parse::<Decimal>().unwrap())
        .sum();
    assert_eq!(total.to_string(), "613.90", "the inputs add up to it");
    assert!(!list(&sum["citations"]).is_empty());

    let axis = "element: layout(plan: \"riverton-2026-2028\")";
    let layout = server.ask(&format!(
        "{{ {axis} {{ code derived(indicator: \"rv-revenue\") {{ period {{ code }} status quantity {{ value }}
            derivation {{ contributors missing absent {{ code }} }} }} }} }}"
    ));
    let said: Vec<String> = list(&layout["element"])
        .iter()
        .map(|element| {
            let figure = &element["derived"][0];
            format!(
                "{} {} {} {} {}",
                element["code"].as_str().unwrap().rsplit('/').next().unwrap(),
                figure["period"]["code"].as_str().unwrap_or("–"),
                figure["quantity"]["value"].as_str().unwrap_or("–"),
                figure["status"].as_str().unwrap_or("–"),
                figure["derivation"]["absent"][0]["code"].as_str().unwrap_or("–"),
            )
        })
        .collect();
    assert_eq!(
        said,
        [
            "axis-river 2025 342.9 NORMAL –",
            "axis-rail 2025 230.95 NORMAL –",
            "node-harbour 2026-Q1 26.27625 NORMAL –",
            "node-oldtown 2025 12.5 NORMAL –",
            "node-north 2025-Q4 80.1 NORMAL –",
            "node-east 2025 61 NORMAL –",
            "node-west 2025-Q4 – SUPPRESSED zone-west",
        ]
    );
}

fn ratios_are_weighted_and_shares_are_worked_out(server: &Server) {
    let city = derived(server, "region(code: \"riverton\")", "rv-share", ", period: \"2025\"");
    assert_eq!(city.len(), 1, "no sum of ratios");
    assert_eq!((&city[0]["quantity"]["value"], &city[0]["status"]), (&json!("25.7"), &json!("ESTIMATED")));
    let derivation = &city[0]["derivation"];
    assert_eq!(derivation["weight"]["code"], "rv-revenue");
    assert_eq!((&derivation["contributors"], &derivation["missing"]), (&json!(2), &json!(5)));
    let share = derived(server, "region(code: \"harbour\")", "rv-equipment-share", "");
    // 62.8 ÷ 188.4 = 33.333… %
    assert_eq!(
        (&share[0]["quantity"]["value"], &share[0]["quantity"]["unit"]["code"]),
        (&json!("33.33"), &json!("percent"))
    );
    assert_eq!(share[0]["derivation"]["formula"], "Equipment revenue ÷ Revenue of larger industrial firms × 100%");
    assert_eq!(list(&share[0]["derivation"]["inputs"]).len(), 2);
}

fn counts_open_into_names(server: &Server) {
    let city = derived(server, "region(code: \"riverton\")", "rv-firms", ", period: \"2026\"");
    let count =
        city.iter().find(|one| one["derivation"]["engine"].as_str().unwrap().ends_with(" register-count")).unwrap();
    assert_eq!((&count["quantity"]["value"], &count["comparator"]), (&json!("2"), &json!("AT_LEAST")));
    assert_eq!(
        count["derivation"]["entries"]["nodes"],
        json!([{ "code": "rv-specialised/s-001" }, { "code": "rv-specialised/s-002" }])
    );
    let county = derived(server, "region(code: \"westhill\")", "rv-firms", ", period: \"2026\"");
    assert_eq!(county[0]["derivation"]["entries"]["nodes"], json!([{ "code": "rv-specialised/s-002" }]));
    // The first expires in 2028.
    let later = derived(server, "region(code: \"riverton\")", "rv-firms", ", period: \"2029\"");
    assert_eq!(later[0]["quantity"]["value"], "1");
    let signed = derived(server, "region(code: \"riverton\")", "rv-signed", ", period: \"2026-M02\"");
    assert_eq!((&signed[0]["quantity"]["value"], &signed[0]["sample"]), (&json!("1"), &json!(true)));
    assert_eq!(signed[0]["derivation"]["projects"], json!({ "totalCount": 1, "nodes": [{ "code": "rv-p2" }] }));
    let harbour = derived(server, "region(code: \"harbour\")", "rv-signed", ", period: \"2025-M11\"");
    assert_eq!(harbour[0]["derivation"]["projects"]["nodes"], json!([{ "code": "rv-p1" }]));
}

/// The single periods of a subject: period, value, status, number of inputs.
fn singles(server: &Server, root: &str, place: &str, indicator: &str, range: &str) -> Vec<String> {
    let answer = server.ask(&format!(
        "{{ root: {root} {{ place: {place} {{ series(indicators: [\"{indicator}\"], accumulation: IN_PERIOD{range}) {{ nodes {{
            frequency points {{ period {{ code }} accumulation status quantity {{ value }}
                derivation {{ missing inputs {{ period {{ code }} }} }} }} }} }} }} }} }}"
    ));
    let nodes = list(&answer["root"]["place"]["series"]["nodes"]);
    nodes
        .iter()
        .flat_map(|series| list(&series["points"]))
        .map(|point| {
            assert_eq!(point["accumulation"], "IN_PERIOD");
            let period = point["period"]["code"].as_str().unwrap();
            let value = point["quantity"]["value"].as_str().unwrap_or("–");
            let inputs = list(&point["derivation"]["inputs"]).len();
            format!("{period} {value} {} {inputs}", point["status"].as_str().unwrap())
        })
        .collect()
}

fn year_to_date_figures_become_figures_of_their_periods(server: &Server) {
    let now = "asOf(at: { revision: 1 })";
    assert_eq!(
        singles(
            server,
            now,
            "zone(code: \"zone-harbour\")",
            "rv-revenue",
            ", periods: { from: \"2025-Q1\", to: \"2025-Q4\" }"
        ),
        ["2025-Q1 24.5 NORMAL 1", "2025-Q2 26.7 NORMAL 2", "2025-Q3 26.8 NORMAL 2", "2025-Q4 27.25 NORMAL 2"]
    );
    assert_eq!(
        singles(
            server,
            now,
            "zone(code: \"zone-harbour\")",
            "rv-revenue",
            ", periods: { from: \"2025-Q3\", to: \"2025-Q3\" }"
        ),
        ["2025-Q3 26.8 NORMAL 2"],
        "the figure before the range is still found"
    );
    assert_eq!(
        singles(server, now, "region(code: \"eastfield\")", "rv-freight", ""),
        ["2026-M01 7.5 NORMAL 1", "2026-M02 6.7 NORMAL 2", "2026-M03 8.9 NORMAL 2", "2026-M04 – MISSING 2"]
    );
    // Of the fourth quarter of 2024 alone nothing can be told, and it says so.
    assert_eq!(
        singles(server, now, "zone(code: \"zone-harbour\")", "rv-revenue", ", periods: { to: \"2024-Q4\" }"),
        ["2024-Q4 – MISSING 1"]
    );
    // What a source reports for a period stands before a difference, and nothing is worked out unless asked for.
    assert_eq!(singles(server, now, "region(code: \"riverton\")", "rv-share", ""), ["2025 28.6 PROVISIONAL 0"]);
    let answer = server.ask(
        "{ zone(code: \"zone-harbour\") { series(indicators: [\"rv-revenue\"]) { nodes { accumulation points { derivation { engine } } } } } }",
    );
    let nodes = list(&answer["zone"]["series"]["nodes"]);
    assert_eq!((nodes.len(), &nodes[0]["accumulation"]), (1, &json!("YEAR_TO_DATE")));
    assert!(list(&nodes[0]["points"]).iter().all(|point| point["derivation"].is_null()));
}

fn growth_is_as_published_or_labelled_as_computed(server: &Server) {
    let yoy = "yoy { value unit { code } computed published { indicator { code } } earlier { period { code } } formula(lang: EN) sample }";
    let of = |place: &str, indicator: &str, period: &str| {
        let mut answer = server.ask(&format!(
            "{{ place: {place} {{ series(indicators: [\"{indicator}\"], periods: {{ from: \"{period}\", to: \"{period}\" }}) {{
                nodes {{ points {{ {yoy} }} }} }} }} }}"
        ));
        answer["place"]["series"]["nodes"][0]["points"][0]["yoy"].take()
    };
    let said = |yoy: &Value| {
        let value = yoy["value"].as_str().unwrap_or("–");
        format!("{value} {} {}", yoy["unit"]["code"].as_str().unwrap_or("–"), yoy["computed"])
    };
    let harbour = of("region(code: \"harbour\")", "rv-revenue", "2025");
    assert_eq!(said(&harbour), "4.1 percent false");
    assert_eq!(harbour["published"]["indicator"]["code"], "rv-growth");
    assert_eq!(harbour["earlier"]["period"]["code"], "2024");
    // 142 亿元 after 1280000 万元.
    let north = of("region(code: \"northbank\")", "rv-revenue", "2025");
    assert_eq!(said(&north), "10.94 percent true");
    assert_eq!(north["formula"], "(2025 ÷ 2024 − 1) × 100%, nominal");
    assert_eq!(said(&of("zone(code: \"zone-harbour\")", "rv-revenue", "2025-Q4")), "5.25 percent true");
    // Shares differ in points; a break is crossed by its link: 24.5 × 0.975 × 1.1 = 26.27625.
    assert_eq!(said(&of("region(code: \"harbour\")", "rv-share", "2025")), "1.5 pp true");
    assert_eq!(said(&of("zone(code: \"zone-harbour\")", "rv-revenue", "2026-Q1")), "10.0 percent true");
    assert!(of("region(code: \"eastfield\")", "rv-revenue", "2025").is_null(), "no figure of the year before");
}

fn ranks_know_ties_and_what_is_missing(server: &Server) {
    let rank = |indicator: &str, code: &str, among: &str| {
        let answer = server.ask(&format!(
            "{{ region(code: \"{code}\") {{ latest(indicator: \"{indicator}\", notAfter: \"2025\") {{
                rank(among: {among}) {{ position of ties missing sample }} }} }} }}"
        ));
        let rank = &answer["region"]["latest"]["rank"];
        if rank.is_null() {
            return "–".to_owned();
        }
        format!("{} of {}, {} ties, {} missing", rank["position"], rank["of"], rank["ties"], rank["missing"])
    };
    assert_eq!(rank("rv-revenue", "northbank", "DISTRICT"), "2 of 4, 0 ties, 0 missing");
    assert_eq!(rank("rv-revenue", "oldtown", "[DISTRICT, COUNTY, COUNTY_LEVEL_CITY]"), "7 of 7, 0 ties, 0 missing");
    assert_eq!(rank("rv-firms", "harbour", "DISTRICT"), "1 of 3, 1 ties, 1 missing");
    assert_eq!(rank("rv-firms", "oldtown", "DISTRICT"), "3 of 3, 0 ties, 1 missing");
    assert_eq!(rank("rv-revenue", "northbank", "COUNTY"), "–", "it is no county");
}

/// However many figures of a level are asked for their growth and rank, it is a fixed number of statements.
fn growth_and_rank_of_a_table_are_asked_at_once(server: &Server) {
    let before = server.statements().len();
    server.ask(
        "{ observations(filter: { indicators: [\"rv-revenue\"], kinds: [DISTRICT, COUNTY] }) { rows {
            observation { yoy { value } rank(among: [DISTRICT, COUNTY]) { position } } } } }",
    );
    let statements = server.statements().split_off(before);
    assert!(statements.len() <= 3, "{statements:#?}");
}

on_each_engine!([super::package()] =>
    groups_are_summed_exactly_and_say_what_is_missing,
    made_up_figures_are_flagged_and_can_be_left_out,
    weighted_means_name_their_weight_and_open_down_to_the_cells,
    what_does_not_belong_together_is_refused_with_what_to_ask,
    absences_are_told_apart_and_zero_is_a_value,
    pages_follow_one_another_without_gap_or_repeat,
    places_are_summed_over_their_members,
    ratios_are_weighted_and_shares_are_worked_out,
    counts_open_into_names,
    year_to_date_figures_become_figures_of_their_periods,
    growth_is_as_published_or_labelled_as_computed,
    ranks_know_ties_and_what_is_missing,
    growth_and_rank_of_a_table_are_asked_at_once,
);

/// A correction of the earlier figure alone: what came after was made of older returns, so the difference is an estimate.
#[test]
fn a_difference_of_two_vintages_is_an_estimate() {
    for database in fresh() {
        let changed = copy(RIVERTON);
        import(&[RIVERTON], &database.url);
        replace(
            &changed.path().join("observations.csv"),
            "2025-Q1,YEAR_TO_DATE,24.5,CNY-1e8,EQUAL,24.5",
            "2025-Q1,YEAR_TO_DATE,24.9,CNY-1e8,EQUAL,24.9",
        );
        import(&[changed.path().to_str().unwrap()], &database.url);
        let server = Server::start(&database.url);
        let of = |revision: i32| {
            let root = format!("asOf(at: {{ revision: {revision} }})");
            singles(&server, &root, "zone(code: \"zone-harbour\")", "rv-revenue", ", periods: { to: \"2025-Q3\" }")
        };
        assert_eq!(of(1), ["2025-Q1 24.5 NORMAL 1", "2025-Q2 26.7 NORMAL 2", "2025-Q3 26.8 NORMAL 2"]);
        assert_eq!(of(2), ["2025-Q1 24.9 NORMAL 1", "2025-Q2 26.3 ESTIMATED 2", "2025-Q3 26.8 NORMAL 2"]);
    }
}

/// Any quantities, from the CSV of a package to JSON and back: every digit, in every unit, and their sums and extremes.
#[test]
fn any_quantity_comes_through_the_api_as_it_was_written() {
    let many = if std::env::var_os("PLANATLAS_TEST_LONG").is_some() { 140 } else { 12 };
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    // Of one magnitude: import takes a figure a thousand times off its series for a slip.
    let digits = (0u32..=6, any::<bool>()).prop_flat_map(|(scale, below)| {
        let one = 10i64.pow(scale);
        (300 * one..1000 * one).prop_map(move |number| (if below { -number } else { number }, scale))
    });
    let mut written: Vec<(String, Quantity)> = Vec::new();
    let (mut indicators, mut rows) = (String::new(), String::new());
    for unit in units() {
        let code = format!("any-{}", unit.code);
        writeln!(
            indicators,
            "{code},任意,Any,任意。,Any.,{},ANNUAL,YEAR_TO_DATE,ADDITIVE,NEUTRAL,,,,REGION,rv-plan,一,",
            unit.code
        )
        .unwrap();
        let mut year = 1950;
        while year < 1950 + many {
            let (number, scale) = digits.new_tree(&mut runner).unwrap().current();
            let quantity = Quantity { value: Decimal::new(number, scale), unit, as_reported: None };
            if quantity.base().is_ok() {
                let value = quantity.value;
                writeln!(
                    rows,
                    "REGION,riverton,{code},{year},YEAR_TO_DATE,{value},{},EQUAL,,NORMAL,,rv-bulletin,表9,,",
                    unit.code
                )
                .unwrap();
                written.push((format!("{code} {year}"), quantity));
                year += 1;
            }
        }
    }
    let directory = copy(RIVERTON);
    for (file, more) in [("indicators.csv", &indicators), ("observations.csv", &rows)] {
        let path = directory.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, format!("{}\n{more}", text.trim_end())).unwrap();
    }
    for database in fresh() {
        import(&[directory.path().to_str().unwrap()], &database.url);
        let server = Server::start(&database.url);
        for unit in units() {
            let code = format!("any-{}", unit.code);
            let own: Vec<&(String, Quantity)> =
                written.iter().filter(|(key, _)| key.starts_with(&format!("{code} "))).collect();
            let others: Vec<&str> = units()
                .iter()
                .map(|other| other.code)
                .filter(|other| own[0].1.convert(planatlas::domain::unit(other).unwrap()).is_ok())
                .collect();
            let asked: String =
                (0..).zip(&others).map(|(at, other)| format!("u{at}: value(unit: \"{other}\") ")).collect();
            let filter = format!("filter: {{ indicators: [\"{code}\"], subjects: [\"riverton\"] }}");
            let answer = server.ask(&format!(
                "{{ cells: observations({filter}, first: 500) {{ rows {{ period {{ code }} quantity {{ value decimals {asked} }} }} }}
                    sum: observations({filter}, fn: SUM) {{ rows {{ quantity {{ value }} }} }}
                    least: observations({filter}, fn: MIN) {{ rows {{ quantity {{ value }} }} }}
                    most: observations({filter}, fn: MAX) {{ rows {{ quantity {{ value }} }} }}
                    median: observations({filter}, fn: MEDIAN) {{ rows {{ quantity {{ value }} }} }} }}"
            ));
            let cells = list(&answer["cells"]["rows"]);
            assert_eq!(cells.len(), own.len());
            for (cell, (key, quantity)) in cells.iter().zip(&own) {
                assert!(key.ends_with(cell["period"]["code"].as_str().unwrap()));
                assert_eq!(cell["quantity"]["value"], quantity.value.to_string(), "{key}");
                assert_eq!(cell["quantity"]["decimals"], quantity.value.scale(), "{key}");
                for (at, other) in others.iter().enumerate() {
                    let there = quantity.convert(planatlas::domain::unit(other).unwrap()).unwrap();
                    assert_eq!(cell["quantity"][format!("u{at}")], there.to_string(), "{key} in {other}");
                }
            }
            let mut values: Vec<Decimal> = own.iter().map(|(_, quantity)| quantity.value).collect();
            values.sort();
            let said = |name: &str| -> Decimal {
                answer[name]["rows"][0]["quantity"]["value"].as_str().unwrap().parse().unwrap()
            };
            assert_eq!(said("sum"), values.iter().copied().sum::<Decimal>(), "{code}");
            assert_eq!((said("least"), said("most")), (values[0], values[values.len() - 1]), "{code}");
            let middle = values.len() / 2;
            let median = if values.len() % 2 == 1 {
                values[middle]
            } else {
                (values[middle - 1] + values[middle]) / Decimal::TWO
            };
            assert_eq!(said("median"), median, "{code}");
        }
    }
    assert!(unit("CNY").is_some());
}
