//! What the schema answers about the plan, its places and its tasks, over the packages that the product carries.
#![allow(missing_docs, clippy::unwrap_used)]

use std::path::Path;
use std::sync::{Arc, LazyLock};

use chrono::{DateTime, Utc};
use planatlas::graphql::{Library, PlanSchema, Question, response, schema};
use planatlas::package::{NothingKnown, read};
use planatlas::store::{Change, Store};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

const PLAN: &str = "shangqiu-2023-2025";

struct World {
    schema: PlanSchema,
    library: Arc<Library>,
    at: DateTime<Utc>,
}

/// One world for all tests, on a runtime that outlives each of them.
static WORLD: LazyLock<(Runtime, World)> = LazyLock::new(|| {
    let runtime = Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    (runtime, world)
});

fn run(test: impl AsyncFnOnce(&'static World)) {
    let (runtime, world) = &*WORLD;
    runtime.block_on(test(world));
}

impl World {
    async fn new() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let dirs = ["geodata/shangqiu", "geodata/sample"].map(|dir| root.join(dir));
        let packages = read(&dirs, &NothingKnown).unwrap_or_else(|problems| panic!("{problems:?}"));
        let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("plan.db");
        for file in ["", "-wal", "-shm"].map(|end| format!("{}{end}", file.display())) {
            let _ = std::fs::remove_file(file);
        }
        let store = Store::open(&format!("sqlite:{}", file.display())).await.unwrap();
        let at = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
        let change = Change { packages: &packages, author: "tester", message: "a test", at };
        store.commit(change).await.unwrap();
        let library = Library::new(store);
        library.refresh().await.unwrap();
        Self { schema: schema(), library, at }
    }

    async fn ask(&self, question: &str, variables: Value) -> Value {
        let variables = async_graphql::Variables::from_json(variables);
        let question = Question { query: question.to_owned(), operation_name: None, variables };
        let session = self.library.head(self.at).unwrap();
        let checked = session.check(vec![Ok(question)]);
        let answer = session.run(&self.schema, checked).await.pop().unwrap();
        serde_json::from_slice(&response::to_bytes(&answer.into())).unwrap()
    }

    async fn data(&self, question: &str, variables: Value) -> Value {
        let mut answer = self.ask(question, variables).await;
        assert!(answer.get("errors").is_none(), "{}", answer["errors"]);
        answer["data"].take()
    }
}

fn texts<'a>(list: &'a Value, pointer: &str) -> Vec<&'a str> {
    list.as_array().unwrap().iter().map(|item| item.pointer(pointer).unwrap().as_str().unwrap()).collect()
}

#[test]
fn every_kind_of_node_is_found_again_by_its_id_now_and_then() {
    run(async |world| {
        let fields = "
        plan(code: $plan) { id sections { id } groups { id } targets(first: 1) { nodes { id subject { id } } }
            tasks(first: 1) { nodes { id units(first: 1) { nodes { id } } } }
            layout { id footprint { id } members { place { id footprint { id } } } } }
        zones(first: 2) { nodes { id footprint { id } } }
        clusters { id footprint { id } } chains { id stages { id } } indicators { id } documents { id }";
        let question = format!("query($plan: String!) {{ {fields} asOf(at: {{revision: 1}}) {{ {fields} }} }}");
        let found = world.data(&question, json!({"plan": PLAN})).await;
        fn ids(value: &Value, into: &mut Vec<Value>) {
            match value {
                Value::Object(fields) => {
                    into.extend(fields.get("id").filter(|id| !into.contains(id)).cloned());
                    fields.values().for_each(|field| ids(field, into));
                }
                Value::Array(items) => items.iter().for_each(|item| ids(item, into)),
                _ => {}
            }
        }
        let mut all = Vec::new();
        ids(&found, &mut all);
        assert!(all.len() > 200);
        for some in all.chunks(400) {
            let again = world.data("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({"ids": some})).await;
            let again: Vec<&Value> = again["nodes"].as_array().unwrap().iter().map(|node| &node["id"]).collect();
            assert!(again.into_iter().eq(some));
        }
    });
}

#[test]
fn tasks_are_filtered_by_number_unit_role_section_and_text() {
    run(async |world| {
        let count = async |filter: Value| {
            let question = "query($plan: String!, $filter: TaskFilter) {
            plan(code: $plan) { tasks(filter: $filter, first: 100) { totalCount nodes { number } } } }";
            let found = world.data(question, json!({"plan": PLAN, "filter": filter})).await;
            let tasks = &found["plan"]["tasks"];
            assert_eq!(tasks["totalCount"], tasks["nodes"].as_array().unwrap().len());
            tasks["totalCount"].as_u64().unwrap()
        };
        assert_eq!(count(json!(null)).await, 54);
        assert_eq!(count(json!({"unit": "sq-industry-bureau", "role": ["LEAD"]})).await, 25);
        assert_eq!(count(json!({"not": {"role": ["LEAD"]}})).await, 14);
        assert_eq!(count(json!({"or": [{"kind": ["CONTINUOUS"]}, {"not": {"kind": ["CONTINUOUS"]}}]})).await, 54);
        assert_eq!(count(json!({"number": [3, 54, 55, -1]})).await, 2);
        assert_eq!(count(json!({"number": []})).await, 0);
        let part = count(json!({"section": ["S2"]})).await;
        assert_eq!(part, count(json!({"section": [format!("{PLAN}/S2")]})).await);
        assert_eq!(part + count(json!({"section": ["S3"]})).await + count(json!({"section": ["S4"]})).await, 54);
        assert_eq!(count(json!({"section": ["S2.1.1"], "text": {"contains": "100亿元"}})).await, 1);
    });
}

#[test]
fn a_milestone_reads_in_its_own_unit_and_in_ones() {
    run(async |world| {
        let question =
            "query($plan: String!) { task(number: 10, plan: $plan) { targets { comparator quantity { asReported }
        milestones { period { code } quantity { value ones: value(unit: \"jia\") text(lang: EN) } } } } }";
        let found = world.data(question, json!({"plan": PLAN})).await;
        let target = &found["task"]["targets"][0];
        assert_eq!(target["comparator"], "APPROX");
        let second = &target["milestones"][1];
        assert_eq!((&second["period"]["code"], &second["quantity"]["value"]), (&json!("2024"), &json!("1.31")));
        assert_eq!((&second["quantity"]["ones"], &second["quantity"]["text"]), (&json!("13100"), &json!("13,100")));
    });
}

#[test]
fn coordinates_are_real_json_at_the_level_asked_for() {
    run(async |world| {
        let question =
            "query($plan: String!, $tolerance: Float) { layout(plan: $plan) { form footprint { accuracy derived
        vertexCount geometry(tolerance: $tolerance) { geojson toleranceUsed vertexCount } } } }";
        let found = world.data(question, json!({"plan": PLAN, "tolerance": 700.0})).await;
        for element in found["layout"].as_array().unwrap() {
            let footprint = &element["footprint"];
            let geometry = &footprint["geometry"];
            assert_eq!((&geometry["toleranceUsed"], &footprint["derived"]), (&json!(500.0), &json!(true)));
            assert!(geometry["vertexCount"].as_u64() <= footprint["vertexCount"].as_u64());
            let belt = element["form"] == "BELT";
            assert_eq!(geometry["geojson"]["type"] == "LineString", belt);
            assert_eq!(footprint["accuracy"] == "SCHEMATIC", belt);
        }
        for (bad, code) in
            [("geometry(tolerance: -1) { vertexCount }", "BAD_ARGUMENT"), ("area(unit: \"ton\")", "BAD_ARGUMENT")]
        {
            let question = format!("{{ region(code: \"411400\") {{ footprint {{ {bad} }} }} }}");
            let answer = world.ask(&question, json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], code);
        }
    });
}

#[test]
fn a_place_says_what_lies_in_it_and_who_says_so() {
    run(async |world| {
        let question = "query($kinds: [PlaceKind!], $relation: [PlaceRelation!]) { region(code: \"411424\") {
        related(kinds: $kinds, relation: $relation) { edges { node { code } relation declared overlap sample citation {
            document { code } } } }
        zones { code host { code } } tasks(via: [LAYOUT, NAMED]) { edges { via inferred role task { number } } }
        duties: tasks(via: [RESPONSIBLE_UNIT], first: 100) { totalCount } } }";
        let found = world.data(question, json!({"kinds": ["ZONE", "CITY"]})).await;
        let edges = &found["region"]["related"]["edges"];
        assert_eq!(texts(edges, "/relation"), ["CONTAINS", "WITHIN"]);
        assert_eq!(texts(edges, "/node/code"), ["zhecheng", "411400"]);
        assert!(edges[0]["declared"] == true && edges[0]["sample"] == true && edges[0]["citation"].is_object());
        assert_eq!(found["region"]["duties"]["totalCount"], 54);
        assert!(texts(&found["region"]["tasks"]["edges"], "/via").contains(&"LAYOUT"));
        let found = world.data(question, json!({"relation": ["TOUCHES"], "kinds": ["COUNTY", "DISTRICT"]})).await;
        assert_eq!(texts(&found["region"]["related"]["edges"], "/node/code"), ["411403", "411422", "411423"]);
    });
}

#[test]
fn zones_are_filtered_and_paged() {
    run(async |world| {
        let question = "query($filter: ZoneFilter, $after: String) {
        zones(filter: $filter, first: 3, after: $after, orderBy: [{name: ASC}]) {
            totalCount nodes { code } pageInfo { hasNextPage endCursor } } }";
        let mut seen = Vec::new();
        let mut after = Value::Null;
        loop {
            let found = world.data(question, json!({"after": after})).await;
            let zones = &found["zones"];
            seen.extend(texts(&zones["nodes"], "/code").into_iter().map(str::to_owned));
            after = zones["pageInfo"]["endCursor"].clone();
            if zones["pageInfo"]["hasNextPage"] == false {
                assert_eq!(zones["totalCount"], seen.len());
                break;
            }
        }
        let mut distinct = seen.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!(distinct.len(), seen.len());
        let found = world.data(question, json!({"filter": {"host": "411424"}})).await;
        assert_eq!(texts(&found["zones"]["nodes"], "/code"), ["zhecheng"]);
    });
}
