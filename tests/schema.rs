//! The published schema and the documents kept beside it: fresh, described, answered.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{FieldDefinition, InputValueDefinition, TypeKind, TypeSystemDefinition};
use common::database::{Database, fresh};
use common::server::{Server, import, planatlas};
use serde_json::{Value, json};

/// Set to write the answers of `docs/queries` anew instead of comparing them.
const UPDATE: &str = "PLANATLAS_UPDATE_ANSWERS";

fn sdl() -> String {
    String::from_utf8(planatlas(&["schema"]).output().unwrap().stdout).unwrap()
}

#[test]
fn the_committed_schema_is_fresh() {
    let committed = std::fs::read_to_string("schema/schema.graphql").unwrap();
    assert!(committed == sdl(), "schema/schema.graphql is stale: run `make schema` and say why in schema/CHANGELOG.md");
}

/// Whether a description speaks both languages.
fn bilingual(text: Option<&str>) -> bool {
    let text = text.unwrap_or_default();
    text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) && text.chars().any(|c| c.is_ascii_alphabetic())
}

#[test]
fn everything_is_described_in_both_languages() {
    let mut missing = Vec::new();
    let mut check = |name: String, description: Option<&str>| {
        if !bilingual(description) {
            missing.push(name);
        }
    };
    let input = |owner: &str, value: &InputValueDefinition| {
        (format!("{owner}({})", value.name.node), value.description.as_ref().map(|text| text.node.clone()))
    };
    let field = |owner: &str, field: &FieldDefinition| {
        let name = format!("{owner}.{}", field.name.node);
        let mut found = vec![(name.clone(), field.description.as_ref().map(|text| text.node.clone()))];
        found.extend(field.arguments.iter().map(|argument| input(&name, &argument.node)));
        found
    };
    for definition in parse_schema(sdl()).unwrap().definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let definition = definition.node;
        let owner = definition.name.node.to_string();
        check(owner.clone(), definition.description.as_ref().map(|text| text.node.as_str()));
        let parts: Vec<(String, Option<String>)> = match &definition.kind {
            TypeKind::Object(object) => object.fields.iter().flat_map(|one| field(&owner, &one.node)).collect(),
            TypeKind::Interface(face) => face.fields.iter().flat_map(|one| field(&owner, &one.node)).collect(),
            TypeKind::InputObject(object) => object.fields.iter().map(|one| input(&owner, &one.node)).collect(),
            TypeKind::Enum(words) => (words.values.iter())
                .map(|word| {
                    let description = word.node.description.as_ref().map(|text| text.node.clone());
                    (format!("{owner}.{}", word.node.value.node), description)
                })
                .collect(),
            TypeKind::Scalar | TypeKind::Union(_) => Vec::new(),
        };
        for (name, description) in parts {
            check(name, description.as_deref());
        }
    }
    assert!(missing.is_empty(), "not described in both languages: {missing:#?}");
}

/// A server over the plan with its sample overlay, on each engine.
fn whole() -> impl Iterator<Item = (Database, Server)> {
    fresh().into_iter().map(|database| {
        import(&["geodata/shangqiu", "geodata/sample"], &database.url);
        let server = Server::start(&database.url);
        // What projects are searched by is read once.
        server.ask("{ projects(filter: { stage: [SIGNED] }) { totalCount } }");
        (database, server)
    })
}

/// Everything that many things of a level need is asked for at once.
#[test]
fn what_is_asked_of_many_is_one_statement() {
    for (_database, server) in whole() {
        for (query, most) in [
            ("{ registers { entries(first: 2) { totalCount nodes { code } } } }", 2),
            ("{ regions { nodes { latest(indicator: \"gdp\") { alternatives { status } } } } }", 2),
            ("{ zones { nodes { series(first: 3) { nodes { points { recordedAt } } } } } }", 1),
            ("{ projects(first: 100) { nodes { stageHistory { on } } } }", 2),
            ("{ projects(first: 0) { pageInfo { hasNextPage } } }", 1),
            ("{ zones { nodes { code footprint { area } tasks { totalCount } } } }", 0),
        ] {
            let before = server.statements().len();
            server.ask(query);
            let statements = server.statements().split_off(before);
            assert!(statements.len() <= most, "{query}: {statements:#?}");
        }
    }
}

/// The named query answers from the ground up, at one statement for each question of a level.
#[test]
fn the_layout_is_answered_without_a_statement_for_each_place() {
    for (_database, server) in whole() {
        let query = std::fs::read_to_string("schema/documents/layout.graphql").unwrap();
        let plan = server.ask("{ plans { code } }")["plans"][0]["code"].take();
        let before = server.statements().len();
        let answer = server.ask_with(&query, json!({ "plan": plan, "revenue": "zone-revenue" }));
        assert!(answer.get("errors").is_none(), "{answer}");
        let statements = server.statements().split_off(before);
        // Newest revenue and the rows of first projects; which these are, their number and their stages are in memory.
        assert_eq!(statements.len(), 2, "{statements:#?}");

        let elements = answer["data"]["layout"].as_array().unwrap();
        let forms: Vec<&str> = elements.iter().map(|element| element["form"].as_str().unwrap()).collect();
        assert_eq!(forms, ["CORE", "BELT", "GROUP"]);
        let mut zones = 0;
        for member in elements.iter().flat_map(|element| element["members"].as_array().unwrap()) {
            assert!(!member["role"].as_str().unwrap().is_empty());
            assert!(member["citation"]["locator"].as_str().is_some());
            for zone in member["place"]["zones"].as_array().into_iter().flatten() {
                zones += 1;
                assert!(
                    zone["latest"].is_null() || zone["latest"]["citations"][0]["document"]["code"].is_string(),
                    "{zone}"
                );
                let (count, groups) = (&zone["projects"]["totalCount"], zone["projects"]["groups"].as_array().unwrap());
                let sum: i64 = groups.iter().map(|group| group["count"].as_i64().unwrap()).sum();
                assert_eq!(count.as_i64().unwrap(), sum, "the stages add up to the whole: {zone}");
            }
        }
        assert!(zones >= 9, "{zones} zones");
    }
}

/// Shortens every number of a geometry's vertices, which other tests are about, to keep answers readable.
fn without_coordinates(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(without_coordinates),
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "coordinates" {
                    *value = Value::from("…");
                } else {
                    without_coordinates(value);
                }
            }
        }
        _ => {}
    }
}

fn queries() -> BTreeMap<String, PathBuf> {
    let files = std::fs::read_dir("docs/queries").unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.extension().is_some_and(|extension| extension == "graphql"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect()
}

#[test]
fn the_queries_of_the_documentation_answer_as_printed() {
    for (_database, server) in whole() {
        let mut questions: BTreeMap<String, (String, Value)> = queries()
            .into_iter()
            .map(|(name, path)| (name, (std::fs::read_to_string(path).unwrap(), json!({}))))
            .collect();
        assert!(questions.len() >= 10, "ten queries");
        let plan = server.ask("{ plans { code } }")["plans"][0]["code"].take();
        let layout = std::fs::read_to_string("schema/documents/layout.graphql").unwrap();
        questions.insert("00-layout".to_owned(), (layout, json!({ "plan": plan, "revenue": "zone-revenue" })));

        let mut stale = Vec::new();
        for (name, (query, variables)) in questions {
            let mut answer = server.ask_with(&query, variables);
            assert!(answer.get("errors").is_none(), "{name}: {answer}");
            without_coordinates(&mut answer);
            // What a question costs changes with the weights and the data around it; its answer does not.
            answer["extensions"].as_object_mut().unwrap().shift_remove("cost");
            let text = serde_json::to_string_pretty(&answer).unwrap() + "\n";
            let file = Path::new("docs/queries").join(format!("{name}.json"));
            if std::env::var_os(UPDATE).is_some() {
                std::fs::write(&file, text).unwrap();
            } else if std::fs::read_to_string(&file).ok().as_deref() != Some(text.as_str()) {
                stale.push(file);
            }
        }
        assert!(stale.is_empty(), "answers changed: {stale:?}; if rightly so, run the test with {UPDATE}=1");
    }
}
