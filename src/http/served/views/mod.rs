//! The views: which question each asks, and how its answer reads.

mod figures;
mod places;
mod words;
mod work;

use maud::Markup;
use serde_json::Value;

use super::map::Shape;
use super::pieces::{Asked, at, list, text};

/// A view of an address.
pub struct View {
    /// The operation of `documents.graphql`.
    pub operation: &'static str,
    /// What the address names, where it names something.
    pub code: Option<String>,
    /// What the answer must hold for the view to be there.
    pub needs: Option<&'static str>,
    /// How the answer reads.
    pub read: fn(&Asked, &Value) -> Served,
}

/// What a view says.
pub struct Served {
    /// Of the view, without the name of the product.
    pub title: String,
    /// One or two sentences, for previews and search engines.
    pub description: String,
    /// Everything below its heading.
    pub body: Markup,
}

/// The view of a path; none when the page has no such address or the program alone can show it.
pub fn of(path: &str, indicator: Option<&str>) -> Option<View> {
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let view = |operation, read| Some(View { operation, code: None, needs: None, read });
    let one = |operation, needs, code: &str, read| {
        Some(View { operation, code: Some(code.to_owned()), needs: Some(needs), read })
    };
    match parts.as_slice() {
        [] | ["screen"] => view("Layout", places::layout),
        ["indicators"] => match indicator {
            Some(code) => one("Indicator", "indicator", code, figures::indicator_of),
            None => view("Indicators", figures::indicators),
        },
        ["indicators", code] => one("Indicator", "indicator", code, figures::indicator_of),
        ["ledger"] => view("Ledger", work::ledger),
        ["tasks", number] => one("Task", "task", number, work::task),
        ["zones"] | ["compare"] => view("Places", places::places),
        ["zones", code] => one("Zone", "zone", code, places::zone),
        ["regions", code] => one("Region", "region", code, places::region),
        ["projects"] => view("Projects", work::projects),
        ["industry"] => view("Industry", work::industry),
        ["plan"] => view("Plan", words::plan),
        ["editions", ..] => view("Editions", words::editions),
        ["data"] => view("Indicators", figures::data),
        ["parts"] => view("Parts", words::parts),
        _ => None,
    }
}

fn head(data: &Value) -> &str {
    at(data, "/plan/name")
}

fn ground<'a>(data: &'a Value, marked: &str) -> Vec<Shape<'a>> {
    // A city is the union of its counties: it would hide them.
    let regions = list(data, "/regions/nodes").iter().filter(|region| text(region, "kind") != "CITY");
    let shapes = regions.filter(|region| region["footprint"].is_object());
    shapes
        .map(|region| Shape {
            geometry: &region["footprint"]["geometry"]["geojson"],
            class: if text(region, "code") == marked { "marked" } else { "land" },
            label: Some((text(region, "name"), &region["footprint"]["labelPoint"])),
        })
        .collect()
}
