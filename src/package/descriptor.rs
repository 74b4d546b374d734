//! `datapackage.json`: what a package is called and which files it holds.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use super::encoding;
use super::problem::{Fault, Problem, Row};
use crate::domain::{Table, nearest, table, tables};

/// Name of the descriptor in a package's directory.
pub(super) const FILE: &str = "datapackage.json";

/// A package as its descriptor tells it.
pub(super) struct Descriptor {
    pub name: String,
    pub title: String,
    pub version: String,
    /// Tables and their CSV files, in the order of [`tables`].
    pub sheets: Vec<(&'static Table, PathBuf)>,
    /// GeoJSON files.
    pub outlines: Vec<PathBuf>,
}

impl Descriptor {
    /// The files that it names, in the order in which problems are told.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.sheets.iter().map(|(_, path)| path).chain(&self.outlines).map(PathBuf::as_path)
    }
}

#[derive(Deserialize)]
struct Json {
    #[serde(default)]
    name: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    version: String,
    #[serde(default)]
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default)]
    name: String,
    #[serde(default)]
    path: Value,
    #[serde(default)]
    format: String,
    schema: Option<Value>,
}

impl Resource {
    fn ends_in(&self, ending: &str) -> bool {
        let path = self.path.as_str().unwrap_or_default();
        path.rsplit_once('.').is_some_and(|(_, end)| end.eq_ignore_ascii_case(ending))
    }

    fn is_geojson(&self) -> bool {
        self.format == "geojson" || self.ends_in("geojson")
    }

    fn is_table(&self) -> bool {
        !self.is_geojson() && (self.format == "csv" || self.schema.is_some() || self.ends_in("csv"))
    }
}

/// Reads the descriptor of the package in `dir`.
pub(super) fn read(dir: &Path, problems: &mut Vec<Problem>) -> Option<Descriptor> {
    let path = dir.join(FILE);
    let file = path.display().to_string();
    let text = encoding::read(&path, &file, problems)?;
    let json: Json = match serde_json::from_str(&text) {
        Ok(json) => json,
        Err(error) => {
            let fault = Fault::new("json", error.to_string(), "JSON")
                .say("datapackage.json 不是有效的 JSON。", "The descriptor is no valid JSON of a data package.");
            problems.push(fault.at(&file, Some(Row::Number(error.line())), None));
            return None;
        }
    };
    let mut report = |column: &str, fault: Fault| problems.push(fault.at(&file, None, Some(column)));
    for (column, value) in [("name", &json.name), ("title", &json.title), ("version", &json.version)] {
        if value.trim().is_empty() {
            let say = Fault::new("required", "", "…")
                .say(format!("数据包必须写明 {column}。"), format!("The package must state its `{column}`."));
            report(column, say);
        }
    }
    let mut descriptor = Descriptor {
        name: json.name,
        title: json.title,
        version: json.version,
        sheets: Vec::new(),
        outlines: Vec::new(),
    };
    let listed: BTreeSet<&str> = json.resources.iter().map(|resource| resource.name.as_str()).collect();
    let mut seen = BTreeSet::new();
    for resource in &json.resources {
        let column = format!("resources/{}", resource.name);
        if !seen.insert(resource.name.as_str()) {
            let fault = Fault::new("duplicate-resource", &*resource.name, format!("{} ×1", resource.name))
                .say("资源重复列出。", "The resource is listed twice: keep one.");
            report(&column, fault);
            continue;
        }
        let Some(path) = local(&resource.path) else {
            let fault = Fault::new("resource-path", resource.path.to_string(), "\"file.csv\"")
                .say("path 须为数据包目录内的一个文件。", "`path` must name one file inside the package's directory.");
            report(&column, fault);
            continue;
        };
        if resource.is_geojson() {
            descriptor.outlines.push(dir.join(path));
        } else if resource.is_table() {
            match table(&resource.name) {
                Some(table) => {
                    if let Some(fault) = differs(table, resource.schema.as_ref(), &listed) {
                        report(&column, fault);
                    }
                    descriptor.sheets.push((table, dir.join(path)));
                }
                None => {
                    let meant = nearest(&resource.name, tables().iter().map(|table| table.name));
                    let fault = Fault::new("unknown-table", &*resource.name, meant.unwrap_or_default()).say(
                        "没有这种表:请改名或删除该资源。",
                        "There is no such table: rename or remove the resource.",
                    );
                    report(&column, fault);
                }
            }
        }
    }
    if json.resources.is_empty() {
        let fault = Fault::new("no-resources", "", "resources")
            .say("数据包没有列出任何资源。", "The package lists no resources.");
        report("resources", fault);
    }
    let order = |name: &str| tables().iter().position(|table| table.name == name);
    descriptor.sheets.sort_by_key(|(table, _)| order(table.name));
    Some(descriptor)
}

/// A path that stays inside the package.
fn local(path: &Value) -> Option<&Path> {
    let text = path.as_str().filter(|text| !text.is_empty() && !text.contains("://") && !text.contains('\\'))?;
    let path = Path::new(text);
    path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)).then_some(path)
}

/// The schema of a table as a package inlines it: without what the resource says itself, and without the foreign keys
/// into tables that the package does not list, which no validator of packages can follow.
pub(super) fn inlined(table: &Table, listed: &BTreeSet<&str>) -> serde_json::Result<Value> {
    let mut ours: Value = serde_json::from_str(table.schema)?;
    if let Some(members) = ours.as_object_mut() {
        members.shift_remove("name");
        members.shift_remove("title");
        if let Some(Value::Array(keys)) = members.get_mut("foreignKeys") {
            keys.retain(|key| {
                let resource = key.pointer("/reference/resource").and_then(Value::as_str).unwrap_or_default();
                resource.is_empty() || listed.contains(resource)
            });
            if keys.is_empty() {
                members.shift_remove("foreignKeys");
            }
        }
    }
    Ok(ours)
}

/// The first place where the schema that a package carries is not ours. Foreign keys to resources that the
/// package does not hold are left out of it: the open validator could not follow them.
fn differs(table: &Table, found: Option<&Value>, listed: &BTreeSet<&str>) -> Option<Fault> {
    let ours = inlined(table, listed).ok()?;
    let found = found.unwrap_or(&Value::Null);
    let (place, theirs, ours) = difference(found, &ours, "schema".to_owned())?;
    Some(Fault::new("schema-differs", format!("{place}: {theirs}"), ours).say(
        "内嵌的表结构与本软件的不同:请照 schema/package 恢复(表结构不由数据包修改)。",
        "The inlined schema is not the one of this release: restore it from schema/package; a package cannot change it.",
    ))
}

/// The first difference of two JSON values: where, what is there, what should be.
fn difference(theirs: &Value, ours: &Value, place: String) -> Option<(String, String, String)> {
    let said = |value: Option<&Value>| value.map(Value::to_string).unwrap_or_else(|| "—".to_owned());
    match (theirs, ours) {
        (Value::Object(a), Value::Object(b)) => {
            let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            names.into_iter().find_map(|name| {
                let below = format!("{place}.{name}");
                match (a.get(name), b.get(name)) {
                    (Some(a), Some(b)) => difference(a, b, below),
                    (a, b) => Some((below, said(a), said(b))),
                }
            })
        }
        (Value::Array(a), Value::Array(b)) => (0..a.len().max(b.len())).find_map(|at| {
            let below = format!("{place}[{at}]");
            match (a.get(at), b.get(at)) {
                (Some(a), Some(b)) => difference(a, b, below),
                (a, b) => Some((below, said(a), said(b))),
            }
        }),
        _ => (theirs != ours).then(|| (place, theirs.to_string(), ours.to_string())),
    }
}
