//! Lists that are written at once say the same as the executor does, over the packages that the product carries.
#![allow(missing_docs, clippy::unwrap_used)]

mod common;

use std::path::Path;
use std::sync::Arc;

use async_graphql::Variables;
use chrono::DateTime;
use planatlas::graphql::{Library, PlanSchema, Question, response, schema};
use planatlas::package::{NothingKnown, read};
use planatlas::store::{Change, Store};
use serde_json::{Value, json};

struct World {
    schema: PlanSchema,
    library: Arc<Library>,
    _database: common::database::Database,
}

impl World {
    async fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let dirs = ["geodata/shangqiu", "geodata/sample"].map(|dir| root.join(dir));
        let packages = read(&dirs, &NothingKnown).unwrap_or_else(|problems| panic!("{problems:?}"));
        let database = common::database::sqlite();
        let store = Store::open(&database.url).await.unwrap();
        let at = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        store.commit(Change { packages: &packages, author: "tester", message: "a test", at }).await.unwrap();
        let library = Library::new(store);
        library.refresh().await.unwrap();
        Self { schema: schema(), library, _database: database }
    }

    /// The answer as text. The document is known from the second time on.
    async fn ask(&self, text: &str, in_bytes: bool) -> String {
        let variables = Variables::from_json(json!({ "plan": "shangqiu-2023-2025", "lang": "EN", "unit": "CNY" }));
        let question = Question { query: text.to_owned(), operation_name: None, variables };
        let session = self.library.head(DateTime::from_timestamp(1_780_000_000, 0).unwrap()).unwrap();
        let session = if in_bytes { session.in_bytes() } else { session };
        let checked = session.check(vec![Ok(question)]);
        let answer = session.run(&self.schema, checked).await.pop().unwrap();
        String::from_utf8(response::to_bytes(&answer.into()).to_vec()).unwrap()
    }
}

const LANG: &str = "query($plan: String!, $lang: Lang)";
const FIGURE: &str = "__typename period { code frequency start end label zh: label(lang: ZH) } accumulation
    quantity { value decimals asReported text full: text(lang: EN, compact: false) unit { code symbol en: symbol(lang: EN)
    dimension multiplier } } comparator status releasedAt current sample note indicator { id code name unit { code } }";

fn questions() -> Vec<(bool, String)> {
    let fact = "id code name en: name(lang: EN) zone { code name level listing } region { id code kind adcode name }
        chain { id code name } location { lon lat }";
    vec![
        (true, format!("{{ projects(first: 500) {{ nodes {{ __typename {fact} sample kinds stage batch
            cluster {{ id code kind name }} investment {{ value asReported }} }} edges {{ cursor node {{ code }} }} }} }}")),
        (true, format!("{{ enterprises(first: 500) {{ nodes {{ {fact} }} edges {{ cursor node {{ code }} }} }} }}")),
        (true, "{ projects { groups(by: [STAGE, ZONE]) { key count sample investment { value(unit: \"CNY\") text } } } }".into()),
        (true, format!("{LANG} {{ plan(code: $plan) {{ tasks(first: 500) {{ nodes {{ id code number title(lang: $lang) kind
            deadlineAsWritten responsibilityAsWritten group {{ id number name(lang: $lang) }}
            lead: units(roles: [LEAD], first: 1) {{ nodes {{ code kind }} }}
            units {{ edges {{ cursor role nameAsWritten node {{ id code name }} }} }}
            targets {{ ...Promise milestones {{ period {{ code }} quantity {{ value }} comparator asWritten unitRestored
                interpolated }} }} }} }} }} }}
            fragment Promise on Target {{ id code basis comparator commitment unitRestored quantity {{ text(lang: $lang) }}
                period {{ code }} indicator {{ code name }} }}")),
        (true, format!("{{ zones(first: 50) {{ nodes {{ code series(first: 50) {{ nodes {{ indicator {{ code }} accumulation
            frequency points {{ {FIGURE} }} }} }} }} }} }}")),
        (true, "{ zones(first: 3) { nodes { code projects(first: 3) { nodes { code } } enterprises(first: 3) { nodes { code
            ... on Enterprise { name } } } } } }".into()),
        (true, format!("{{ regions(first: 50) {{ nodes {{ code kind parent {{ code }} zones {{ code name }}
            footprint {{ accuracy sample reviewNumber bbox {{ west south east north }} labelPoint {{ lon lat }}
                geometry(tolerance: 500) {{ geojson toleranceUsed vertexCount sharedTopology }} }}
            then: footprint(validOn: \"2001-01-01\") {{ geometry {{ geojson }} }}
            latest(indicator: \"gdp\") {{ {FIGURE} }} before: latest(indicator: \"gdp\", notAfter: \"2022\") {{ period {{ code }} }}
            none: latest(indicator: \"zone-revenue\") {{ quantity {{ value }} }} }} }} }}")),
        (true, "{ regions(first: 50) { nodes { code zones { code host { code } latest(indicator: \"zone-revenue\") {
            quantity { text } } projects(first: 3, orderBy: [{ investment: DESC }]) { nodes { code name cluster { name } }
            edges { cursor node { code } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
            enterprises(first: 2) { nodes { code chain { name } } edges { cursor } pageInfo { hasNextPage endCursor } } } } } }".into()),
        (true, "{ zones(first: 50) { nodes { code projects(first: 2) { totalCount nodes { code } } } } }".into()),
        (true, "{ zones(first: 50) { nodes { projects(first: 2, filter: { stage: [SIGNED] }) { nodes { code } } } } }".into()),
        (true, "{ zones(first: 50) { nodes { projects(first: 2) { nodes { zone { latest(indicator: \"gdp\") { note } } } } } } }".into()),
        (false, "{ zones(first: 5) { nodes { code latest(indicator: \"gpd\") { note } } } }".into()),
        (false, "{ zones(first: 5) { nodes { projects(first: 501) { nodes { code } } } } }".into()),
        (false, "{ zones(first: 5) { nodes { footprint { geometry(tolerance: -1) { geojson } } } } }".into()),
        // What has to be waited for, is merged, or is marked goes the usual way.
        (true, "{ projects(first: 5) { nodes { code stageHistory { stage } zone { projects(first: 1) { totalCount } } } } }".into()),
        (true, "{ projects(first: 5) { nodes { zone { code } zone { name } code code } } }".into()),
        (true, "{ projects(first: 5) { nodes { code } nodes { name zone { code } } } }".into()),
        (true, "{ regions(first: 5) { nodes { code } ...A ...B } } fragment A on RegionConnection { nodes { name } }
            fragment B on RegionConnection { nodes { code footprint { geometry(tolerance: 100) { geojson } } } }".into()),
        (true, "{ projects(first: 5) { nodes @rows { code name @include(if: false) stage @skip(if: false) } } }".into()),
        (true, "{ projects(first: 2) { nodes { ... on Node { id } ... on Subject { code } } } }".into()),
        (false, "{ projects(first: 5) { nodes { code investment { value(unit: \"jia\") } } } }".into()),
        (false, "{ projects(first: 5) { nodes { code investment { value(unit: \"nothing\") } } } }".into()),
    ]
}

#[tokio::test]
async fn what_is_written_at_once_is_what_the_executor_says() {
    let world = World::new().await;
    for (whole, text) in questions() {
        let usual = world.ask(&text, false).await;
        let parsed: Value = serde_json::from_str(&usual).unwrap();
        assert_eq!(parsed.get("errors").is_none(), whole, "{text}: {}", parsed["errors"]);
        assert_eq!(world.ask(&text, true).await, usual, "{text}");
    }
}

#[tokio::test]
async fn variables_are_looked_at_each_time() {
    let world = World::new().await;
    let text = "query($first: Int!, $stage: [ProjectStage!]) { projects(first: $first, filter: { stage: $stage }) { nodes { code } } }";
    let ask = async |variables: Value| {
        let question =
            Question { query: text.to_owned(), operation_name: None, variables: Variables::from_json(variables) };
        let session = world.library.head(DateTime::from_timestamp(1_780_000_000, 0).unwrap()).unwrap();
        let checked = session.check(vec![Ok(question)]);
        session.run(&world.schema, checked).await.pop().unwrap()
    };
    let wrong = [json!({}), json!({ "first": "1" }), json!({ "first": 1.5 }), json!({ "first": 1, "stage": ["SOLD"] })];
    let mut before = Vec::new();
    for variables in &wrong {
        before.push(ask(variables.clone()).await.errors.iter().map(ToString::to_string).collect::<Vec<_>>());
    }
    assert!(before.iter().all(|errors| !errors.is_empty()), "{before:?}");
    let right = [json!({ "first": 1 }), json!({ "first": 2, "stage": "SIGNED" }), json!({ "first": 2, "stage": null })];
    for variables in right {
        assert!(ask(variables.clone()).await.errors.is_empty(), "{variables}");
    }
    // The document is known to be sound now; that makes no variable right.
    for (variables, before) in wrong.into_iter().zip(before) {
        let after: Vec<_> = ask(variables.clone()).await.errors.iter().map(ToString::to_string).collect();
        assert_eq!(after, before, "{variables}");
    }
}
