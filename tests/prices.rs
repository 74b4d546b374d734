//! What the documents cost that people really ask: those of the page, of the documentation and of the stored ones. Each
//! must pass with room, or the bound is wrong; a nested question must not, and is told why.
#![allow(clippy::unwrap_used)]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use common::database::sqlite;
use common::server::{Server, import};
use serde_json::{Value, json};

/// Of what a question may cost, in percent.
const ROOM: u64 = 60;

/// Operations and fragments of every file of GraphQL in a directory and below.
#[derive(Default)]
struct Library {
    operations: Vec<(String, String)>,
    fragments: BTreeMap<String, String>,
}

impl Library {
    fn read(&mut self, directory: &Path) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.read(&path);
            } else if path.extension().is_some_and(|ending| ending == "graphql") {
                self.take(&path);
            }
        }
    }

    /// Definitions begin and end at the left edge, as the formatter leaves them.
    fn take(&mut self, path: &Path) {
        let mut open: Option<String> = None;
        for line in std::fs::read_to_string(path).unwrap().lines() {
            let begins = ["query", "fragment", "subscription", "{"].iter().any(|word| line.starts_with(word));
            if open.is_none() && begins {
                open = Some(String::new());
            }
            let Some(text) = &mut open else { continue };
            text.push_str(line);
            text.push('\n');
            if line.starts_with('}') || (line.len() > 1 && line.starts_with('{') && line.ends_with('}')) {
                let text = open.take().unwrap();
                match text.strip_prefix("fragment ").and_then(|rest| rest.split_whitespace().next()) {
                    Some(name) => drop(self.fragments.insert(name.to_owned(), text.clone())),
                    None => self.operations.push((path.display().to_string(), text)),
                }
            }
        }
        assert!(open.is_none(), "{} ends within a definition", path.display());
    }

    /// An operation with the fragments it needs.
    fn whole(&self, operation: &str) -> String {
        let mut needed = BTreeSet::new();
        let mut waiting = vec![operation];
        while let Some(text) = waiting.pop() {
            for rest in text.split("...").skip(1) {
                let name = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap();
                if name != "on"
                    && let Some(fragment) = self.fragments.get(name)
                    && needed.insert(name)
                {
                    waiting.push(fragment);
                }
            }
        }
        let fragments = needed.into_iter().map(|name| &*self.fragments[name]);
        std::iter::once(operation).chain(fragments).collect()
    }
}

/// More than the page asks for at a time, of the plans at hand.
fn variables() -> Value {
    json!({
        "subjects": vec!["x"; 10], "indicators": vec!["gdp"; 40], "codes": ["a", "b", "c", "d"], "tolerance": 100,
    })
}

#[test]
fn whatever_people_ask_passes_with_room() {
    let mut library = Library::default();
    for directory in ["frontend/src", "schema/documents", "docs/queries"] {
        library.read(Path::new(directory));
    }
    assert!(library.operations.len() > 35, "{}", library.operations.len());
    let database = sqlite();
    import(&["geodata/shangqiu", "geodata/sample"], &database.url);
    let server = Server::start(&database.url);
    let ask = "query($document: String!, $variables: String) { cost(document: $document, variables: $variables) { estimated limit remaining dearest { path cost } } }";
    for (file, operation) in &library.operations {
        let mut given = variables();
        given.as_object_mut().unwrap().retain(|name, _| operation.contains(&format!("${name}:")));
        let document = library.whole(operation);
        let answer = server.ask_with(ask, json!({ "document": document, "variables": given.to_string() }));
        let cost = &answer["data"]["cost"];
        let (estimated, limit) = (cost["estimated"].as_u64(), cost["limit"].as_u64());
        let (Some(estimated), Some(limit)) = (estimated, limit) else { panic!("{file}: {answer}\n{document}") };
        let name = operation.split(['(', '{']).next().unwrap();
        assert!(estimated * 100 < limit * ROOM, "{file}: {name} costs {cost}");
        assert!(estimated > 0 && cost["remaining"] == limit - estimated, "{file}: {name}: {cost}");
    }
}

#[test]
fn seven_levels_are_refused_and_the_three_dearest_paths_named() {
    let database = sqlite();
    import(&["geodata/shangqiu"], &database.url);
    let server = Server::start(&database.url);
    let nested = "{ plans { tasks(first: 200) { nodes { units(first: 20) { nodes { tasks(first: 200) { nodes { units(first: 20) { nodes { tasks(first: 200) { nodes { title } } } } } } } } } } } }";
    let answer = server.ask_with(nested, json!({}));
    assert!(answer["data"].is_null(), "{answer}");
    let extensions = &answer["errors"][0]["extensions"];
    assert_eq!(extensions["code"], "TOO_COMPLEX");
    let dearest = extensions["cost"]["dearest"].as_array().unwrap();
    assert_eq!(dearest.len(), 3);
    assert_eq!(dearest[0]["path"], "plans.tasks.nodes.units.nodes.tasks.nodes.units.nodes.tasks");
    let hint = extensions["hint"].as_str().unwrap();
    for part in dearest {
        assert!(hint.contains(part["path"].as_str().unwrap()), "{hint}");
    }
    assert!(hint.contains("first: "), "{hint}");
}
