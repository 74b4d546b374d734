//! Lights as the API gives them.

use chrono::{TimeZone as _, Utc};
use planatlas::graphql::{Library, Question, schema};
use serde_json::Value;

use super::store;

const QUESTION: &str = r#"query($plan: String!) {
  plan(code: $plan) {
    scorecard(by: SECTION) { key label label_en: label(lang: EN) total done green amber red notDue noData notMeasurable sample tasks(light: [RED]) { code } }
    units: scorecard(by: UNIT) { key total }
    regions: scorecard(by: REGION) { key total }
    layoutElements: scorecard(by: LAYOUT_ELEMENT) { key total }
    tasks(first: 100) { nodes { number assessment { light previous basis late sample commitment
      period { code } actual { id period { code } } actualQuantity { value } inputs { id } expected { text } ratio
      gap { text } requiredPace { text } rule { id code version text text_en: text(lang: EN) }
      parts { light target { code } } explanation explanation_en: explanation(lang: EN) } } }
    targets(first: 100) { nodes { code period { code }
      assessment(period: "2024") { light explanation }
      milestones { period { code } assessment { light period { code } } }
      members(nearMissWithin: 0.5) { subject { code } counts gap { value } observation { id } }
      thresholdCount { period { code } counting notCounting unknown unlisted missing sufficient sample
        cheapest { subject { code } gap { text } } cheapestGap { text } nested { relation common others target { code } } } } }
  }
}"#;

#[tokio::test]
async fn the_api_answers_with_lights_scorecards_and_thresholds() {
    let (store, _database) = store(&["geodata/shangqiu", "geodata/sample"]).await;
    let library = Library::new(store);
    library.refresh().await.expect("the atlas");
    let session = library.head(Utc.with_ymd_and_hms(2025, 6, 30, 4, 0, 0).unwrap()).expect("a session");
    let plan = session.view().atlas().plans.all()[0].code.clone();
    let variables = async_graphql::Variables::from_json(serde_json::json!({ "plan": plan }));
    let checked = session.check(vec![Ok(Question { query: QUESTION.to_owned(), operation_name: None, variables })]);
    let answer = session.run(&schema(), checked).await.pop().expect("an answer");
    let answer: Value = serde_json::from_slice(&planatlas::graphql::response::to_bytes(&answer.into())).expect("JSON");
    assert!(answer.get("errors").is_none(), "{answer}");
    let data = &answer["data"];
    let plan = &data["plan"];

    let number = |value: &Value| value.as_u64().expect("a number");
    let lights = ["done", "green", "amber", "red", "notDue", "noData", "notMeasurable"];
    let rows = plan["scorecard"].as_array().expect("rows");
    let tasks = plan["tasks"]["nodes"].as_array().expect("tasks");
    for row in rows {
        assert_eq!(lights.iter().map(|light| number(&row[light])).sum::<u64>(), number(&row["total"]), "{row}");
        assert_eq!(row["tasks"].as_array().map(Vec::len), Some(number(&row["red"]) as usize));
    }
    assert_eq!(rows.iter().map(|row| number(&row["total"])).sum::<u64>(), tasks.len() as u64);
    for by in ["units", "regions", "layoutElements"] {
        assert!(plan[by].as_array().is_some_and(|rows| !rows.is_empty()), "{by}");
    }

    let four = tasks.iter().find(|task| task["number"] == 4).expect("task 4");
    let light = &four["assessment"];
    assert_eq!((&light["light"], &light["commitment"]), (&"AMBER".into(), &"STRIVE".into()), "{light}");
    assert_eq!(light["parts"].as_array().map(Vec::len), Some(2));
    assert_eq!(light["rule"]["code"], "task");
    assert_eq!(light["sample"], true);
    let judged = tasks.iter().filter(|task| task["assessment"]["light"] == "NOT_MEASURABLE");
    assert!(judged.clone().count() > 0);
    assert!(judged.into_iter().all(|task| task["assessment"]["actual"].is_null()));

    let targets = plan["targets"]["nodes"].as_array().expect("targets");
    let zones = targets.iter().find(|t| t["code"].as_str().is_some_and(|code| code.ends_with("/t42-1"))).expect("42");
    let count = &zones["thresholdCount"];
    assert_eq!(count["period"]["code"], "2024");
    assert_eq!(number(&count["counting"]) + number(&count["missing"]), 4, "{count}");
    assert_eq!(count["cheapest"].as_array().map(Vec::len), Some(number(&count["missing"]) as usize));
    assert!(count["nested"].as_array().is_some_and(|nested| nested.iter().any(|other| other["relation"] == "AMONG")));
    let members = zones["members"].as_array().expect("members");
    assert!(members.iter().filter(|member| member["counts"] == true).count() as u64 == number(&count["counting"]));
    assert!(
        members.iter().all(|member| member["counts"] == true || !member["gap"].is_null() || member["counts"].is_null())
    );
    let future = targets.iter().flat_map(|t| t["milestones"].as_array().into_iter().flatten());
    for milestone in future.filter(|milestone| milestone["period"]["code"] == "2025") {
        assert_eq!(milestone["assessment"]["light"], "NOT_DUE");
        assert_eq!(milestone["assessment"]["period"]["code"], "2025");
    }
}
