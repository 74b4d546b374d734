//! What a question would cost, worked out from its text before any data is touched: every value that the answer may
//! hold times the weight of its field, and every vertex of its geometries.
//!
//! No list is taken to hold more than there are things of its kind, so the estimate follows the data.

use std::collections::HashMap;

use async_graphql::parser::types::{
    Directive, ExecutableDocument, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned, Value, Variables};

use super::fault::Fault;
use super::tariff::{Census, Price, Tariff};
use crate::atlas::Atlas;

/// What one question, or one batch, may cost.
pub const MOST: u64 = 500_000;
/// Vertices that cost as much as one value: they are sent as bytes that stand ready.
const VERTICES: u64 = 4;
/// Items that a list without `first` is taken to hold, where nothing better is known.
const LIST: u64 = 3;
/// Lists that are longer or shorter, as the plans at hand have them.
const LONG: &[(&str, &str, u64)] = &[("Series", "points", 8), ("Target", "members", 12), ("ObsTable", "rows", 100)];
/// Where most things are said once.
const CITATIONS: &str = "citations";
/// Series of an indicator about one subject at most: by year, by month, and by another accumulation now and then.
const SERIES: u64 = 2;
/// Parts that a refusal names.
const NAMED: usize = 3;

/// A question's estimated cost.
#[derive(Debug, Clone, Default)]
pub struct Bill {
    /// Values of the answer, each with its weight.
    pub nodes: u64,
    /// Vertices of its geometries, of which some cost as much as one value.
    pub vertices: u64,
    /// Its lists and geometries, dearest first.
    pub dearest: Vec<Part>,
    /// What no document may say and the rules of async-graphql let pass.
    pub wrong: Option<Box<Fault>>,
}

/// A part of a question: one list, page or geometry without those below it.
#[derive(Debug, Clone)]
pub struct Part {
    /// Where it stands.
    pub path: String,
    /// What it costs.
    pub cost: u64,
    /// Items of the page that it is or stands in.
    pub first: Option<u64>,
    /// Whether coordinates are what costs.
    pub geometry: bool,
}

impl Bill {
    /// The whole.
    pub const fn estimated(&self) -> u64 {
        self.nodes.saturating_add(self.vertices.div_ceil(VERTICES))
    }

    /// The bill of an operation.
    pub fn of(
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        variables: &Variables,
        atlas: &Atlas,
    ) -> Self {
        let mut clerk = Clerk {
            tariff: Tariff::get(),
            fragments: &document.fragments,
            operation,
            variables,
            atlas,
            bill: Self::default(),
        };
        let root = match operation.ty {
            async_graphql::parser::types::OperationType::Subscription => "Subscription",
            _ => "Query",
        };
        let start = clerk.part("query".to_owned(), None, false);
        let top = Place { ty: root, trail: None, times: 1, page: None, root: true, part: start };
        clerk.walk(&operation.selection_set.node, &top);
        let mut bill = clerk.bill;
        bill.dearest.retain(|part| part.cost > 0);
        bill.dearest.sort_by_key(|part| std::cmp::Reverse(part.cost));
        bill.dearest.truncate(NAMED);
        bill
    }

    /// What to change so that the question costs no more than it may, in Chinese and English.
    pub fn advice(&self) -> String {
        let part = |part: &Part| {
            let change = match part.first {
                _ if part.geometry => "geometry(tolerance:) ↑".to_owned(),
                Some(first) => {
                    let fitting = u128::from(first) * u128::from(MOST) / u128::from(self.estimated().max(1));
                    format!("first: {first} → {}", fitting.max(1))
                }
                None => "少取字段 / fewer fields".to_owned(),
            };
            format!("{} = {} ({change})", part.path, part.cost)
        };
        let parts: Vec<String> = self.dearest.iter().map(part).collect();
        format!("代价最高者 / dearest: {}", parts.join("; "))
    }
}

/// The fields that lead to a place, from the place upwards.
struct Trail<'a> {
    up: Option<&'a Self>,
    name: &'a str,
}

impl Trail<'_> {
    fn path(&self) -> String {
        self.up.map_or_else(|| self.name.to_owned(), |up| format!("{}.{}", up.path(), self.name))
    }
}

/// Where a selection set stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    ty: &'a str,
    trail: Option<&'a Trail<'a>>,
    /// How often it is answered.
    times: u64,
    /// Items of the page that it is.
    page: Option<u64>,
    root: bool,
    /// Which part of the bill it belongs to.
    part: usize,
}

struct Clerk<'a> {
    tariff: &'static Tariff,
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    operation: &'a OperationDefinition,
    variables: &'a Variables,
    atlas: &'a Atlas,
    bill: Bill,
}

impl<'a> Clerk<'a> {
    fn part(&mut self, path: String, first: Option<u64>, geometry: bool) -> usize {
        self.bill.dearest.push(Part { path, cost: 0, first, geometry });
        self.bill.dearest.len() - 1
    }

    fn charge(&mut self, part: usize, cost: u64) {
        let part = &mut self.bill.dearest[part];
        part.cost = part.cost.saturating_add(cost);
    }

    fn walk(&mut self, set: &'a SelectionSet, place: &Place<'_>) {
        for selection in &set.items {
            if let Selection::Field(field) = &selection.node
                && field.node.name.node == "__typename"
                && !is_plain(&field.node)
            {
                self.bill.wrong.get_or_insert_with(|| Box::new(Fault::typename()));
            }
            match &selection.node {
                Selection::Field(field) if self.wanted(&field.node.directives) => self.field(&field.node, place),
                Selection::InlineFragment(inline) if self.wanted(&inline.node.directives) => {
                    let on = inline.node.type_condition.as_ref();
                    let ty = on.map_or(place.ty, |on| on.node.on.node.as_str());
                    self.walk(&inline.node.selection_set.node, &Place { ty, ..*place });
                }
                Selection::FragmentSpread(spread) if self.wanted(&spread.node.directives) => {
                    if let Some(fragment) = self.fragments.get(&spread.node.fragment_name.node) {
                        let ty = fragment.node.type_condition.node.on.node.as_str();
                        self.walk(&fragment.node.selection_set.node, &Place { ty, ..*place });
                    }
                }
                _ => {}
            }
        }
    }

    fn field(&mut self, field: &'a Field, place: &Place<'_>) {
        let name = field.name.node.as_str();
        let Some(price) = self.tariff.price(place.ty, name) else { return self.introspection(field, place) };
        let own = place.times.saturating_mul(price.weight);
        self.bill.nodes = self.bill.nodes.saturating_add(own);
        self.charge(place.part, own);

        for name in &price.ints {
            let is_long = |value: Value| match value {
                Value::Number(number) => {
                    (number.is_i64() || number.is_u64()) && number.as_i64().is_none_or(|n| i32::try_from(n).is_err())
                }
                _ => false,
            };
            // Where nothing is there to be asked it would pass unseen.
            if self.argument(field, name).is_some_and(is_long) {
                let long = || Fault::argument(name, "Int 至多 32 位", "an Int has 32 bits at most");
                self.bill.wrong.get_or_insert_with(|| Box::new(long()));
            }
        }

        let (each, page) = self.number(field, price, place);
        let geometry = price.per.iter().any(|per| per == "vertexCount");
        let trail = Trail { up: place.trail, name: field.response_key().node.as_str() };
        let mut times = place.times.saturating_mul(each);
        if price.ty == place.ty && name == "children" {
            // Each thing has one parent: a level of a tree holds no more than the tree.
            let there = size(self.atlas, place.ty).unwrap_or(u64::MAX);
            times = times.min(there.max(place.times));
        }
        let mut below = Place { ty: &price.ty, trail: Some(&trail), times, page, root: false, part: place.part };
        // The items of a page belong to the page.
        let of_page = place.page.is_some() && price.list;
        if geometry || page.is_some() || (price.list && !of_page) {
            // What is repeated for each item of a page is changed there.
            let around = self.bill.dearest[place.part].first;
            below.part = self.part(trail.path(), page.or(around), geometry);
        }
        if geometry {
            let vertices = place.times.saturating_mul(self.atlas.mean_vertices(self.tolerance(field)));
            self.bill.vertices = self.bill.vertices.saturating_add(vertices);
            self.charge(below.part, vertices.div_ceil(VERTICES));
        }
        // A list of leaves is as long as one of objects.
        if price.list && field.selection_set.node.items.is_empty() {
            let more = below.times.saturating_sub(place.times);
            self.bill.nodes = self.bill.nodes.saturating_add(more);
            self.charge(below.part, more);
        }
        self.walk(&field.selection_set.node, &below);
    }

    /// How many values a field has each time, and how many items the page holds that it is.
    fn number(&self, field: &Field, price: &Price, place: &Place) -> (u64, Option<u64>) {
        let items = self.tariff.items(&price.ty);
        let there = size(self.atlas, items);
        let bounded = |number: u64| there.map_or(number, |there| number.min(there));
        if let Some(ids) = price.per.iter().find(|per| *per == "ids") {
            let ids = match self.argument(field, ids) {
                Some(Value::List(ids)) => ids.len() as u64,
                _ => 1,
            };
            return (ids, None);
        }
        if price.per.iter().any(|per| per == "first") {
            let first = match self.argument(field, "first") {
                Some(Value::Number(number)) => number.as_u64().unwrap_or(0),
                _ => price.first,
            };
            let mut first = bounded(first);
            // Whoever names indicators wants their series alone.
            if items == "Series"
                && let Some(Value::List(named)) = self.argument(field, "indicators")
            {
                first = first.min(SERIES * named.len() as u64);
            }
            return if price.list { (first, Some(first)) } else { (1, Some(first)) };
        }
        if !price.list {
            return (1, None);
        }
        let name = field.name.node.as_str();
        let pages = ["edges", "nodes", "rows"].contains(&name);
        let long = LONG.iter().find(|(owner, list, _)| *owner == place.ty && *list == name);
        let number = match (place.page.filter(|_| pages), there, size(self.atlas, place.ty)) {
            (Some(page), ..) => page,
            (None, Some(there), _) if place.root => there,
            // Twice as many as come to each on the average: they are seldom shared out evenly, or only once.
            (None, Some(there), Some(owners)) => there.min(2 * there.div_ceil(owners.max(1))),
            _ if name == CITATIONS => 1,
            _ => bounded(long.map_or(LIST, |(.., number)| *number)),
        };
        (number, None)
    }

    fn tolerance(&self, field: &Field) -> f64 {
        match self.argument(field, "tolerance") {
            Some(Value::Number(number)) => number.as_f64().unwrap_or(0.0),
            _ => 0.0,
        }
    }

    /// The schema's own description: every type, with as many fields as types have on the average.
    fn introspection(&mut self, field: &'a Field, place: &Place<'_>) {
        let Census { types, fields, weighty, arguments, others } = self.tariff.census;
        let each = match field.name.node.as_str() {
            "types" => types,
            // What is reached from a field is more often a type of many fields.
            "fields" => place.page.map_or(fields, |_| weighty),
            "args" if place.ty == "__Field" => arguments,
            "args" | "directives" | "enumValues" | "inputFields" | "possibleTypes" | "interfaces" => others,
            _ => 1,
        };
        let ty = if field.name.node == "fields" { "__Field" } else { "__Type" };
        self.bill.nodes = self.bill.nodes.saturating_add(place.times);
        self.charge(place.part, place.times);
        // A type is wrapped once or twice and hardly ever more often.
        let around = if field.name.node == "ofType" { place.times / 2 } else { place.times };
        let times = around.saturating_mul(each.max(1));
        let page = if ty == "__Field" { Some(1) } else { place.page };
        self.walk(&field.selection_set.node, &Place { ty, trail: None, times, page, root: false, part: place.part });
    }

    /// The value of an argument, a variable's put in its place.
    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let value = field.get_argument(name)?.node.clone();
        value.into_const_with(|name| self.variable(&name).ok_or(())).ok()
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        let given = self.variables.get(name).cloned();
        given.or_else(|| {
            let definition = self.operation.variable_definitions.iter().find(|one| one.node.name.node == *name)?;
            definition.node.default_value.as_ref().map(|value| value.node.clone())
        })
    }

    /// Whether directives leave a selection in the answer.
    fn wanted(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let condition = directive.node.get_argument("if").map(|value| value.node.clone());
            let condition =
                condition.and_then(|value| value.into_const_with(|name| self.variable(&name).ok_or(())).ok());
            match directive.node.name.node.as_str() {
                "skip" => condition != Some(Value::Boolean(true)),
                "include" => condition != Some(Value::Boolean(false)),
                _ => true,
            }
        })
    }
}

/// How many things of a type there are, for types that the atlas holds.
fn size(atlas: &Atlas, ty: &str) -> Option<u64> {
    let number = match ty {
        "Document" => atlas.documents.all().len(),
        "Plan" => atlas.plans.all().len(),
        "PlanSection" => atlas.sections.all().len(),
        "TaskGroup" => atlas.groups.all().len(),
        "Task" => atlas.tasks.all().len(),
        "Target" => atlas.targets.all().len(),
        "ResponsibleUnit" => atlas.units.all().len(),
        "LayoutElement" => atlas.layout.all().len(),
        "Region" => atlas.regions.all().len(),
        "Zone" => atlas.zones.all().len(),
        "Cluster" => atlas.clusters.all().len(),
        "Chain" => atlas.chains.all().len(),
        "Indicator" => atlas.indicators.all().len(),
        "Series" => return Some(SERIES * atlas.indicators.all().len() as u64),
        "Register" => atlas.registers.all().len(),
        _ => return None,
    };
    Some(number as u64)
}

/// Whether a field takes nothing, holds nothing, and is left out by one `@skip` and one `@include` at most.
fn is_plain(field: &Field) -> bool {
    let named = |name: &str| field.directives.iter().filter(|one| one.node.name.node == name).count();
    let conditions = field.directives.iter().all(|one| {
        let arguments = &one.node.arguments;
        ["skip", "include"].contains(&one.node.name.node.as_str())
            && matches!(&arguments[..], [(name, _)] if name.node == "if")
    });
    let once = named("skip") <= 1 && named("include") <= 1;
    field.arguments.is_empty() && field.selection_set.node.items.is_empty() && conditions && once
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::value;
    use chrono::NaiveDate;

    use super::*;
    use crate::atlas::Source;

    /// Of a question over an atlas that holds nothing.
    fn bill(text: &str, variables: Value) -> Bill {
        let day = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        let atlas = Atlas::build(Source::default(), day, None).unwrap();
        let document = parse_query(text).unwrap();
        let (_, operation) = document.operations.iter().next().unwrap();
        let Value::Object(variables) = variables else { panic!("an object") };
        let variables = Variables::from_value(Value::Object(variables));
        Bill::of(&document, &operation.node, &variables, &atlas)
    }

    #[test]
    fn pages_multiply_what_is_asked_of_their_items() {
        let of =
            |first: u64| bill("query($n: Int) { projects(first: $n) { nodes { code name } } }", value!({ "n": first }));
        // The page weighs five, its list one, and each item two leaves.
        assert_eq!(of(100).estimated(), 5 + 1 + 200);
        assert_eq!(of(0).estimated(), 6);
        let nested = bill("{ projects(first: 10) { nodes { tasks { code } } } }", value!({}));
        assert_eq!(nested.estimated(), 5 + 1 + 10, "an atlas without tasks gives none");
        let default = bill("query($n: Int = 7) { projects(first: $n) { nodes { code } } }", value!({}));
        assert_eq!(default.estimated(), 5 + 1 + 7);
        let edges = bill("{ enterprises { edges { node { code } cursor } totalCount } }", value!({}));
        assert_eq!(edges.estimated(), 5 + 1 + 20 * 3 + 1);
    }

    #[test]
    fn a_refusal_names_the_dearest_parts_and_what_to_change() {
        let ids = "\"x\" ".repeat(500);
        let wide = bill(
            &format!(
                "{{ nodes(ids: [{ids}]) {{ ... on Zone {{ projects(first: 500) {{ nodes {{ code name }} }} }} }} }}"
            ),
            value!({}),
        );
        assert!(wide.estimated() > MOST);
        assert_eq!(wide.dearest.len(), NAMED);
        assert_eq!(wide.dearest[0].path, "nodes.projects");
        let advice = wide.advice();
        assert!(advice.contains("nodes.projects = 500500 (first: 500 → "), "{advice}");
    }

    #[test]
    fn what_is_skipped_is_not_counted() {
        let some =
            "query($x: Boolean!) { projects { nodes { code } } enterprises @include(if: $x) { nodes { code } } }";
        let (with, without) = (bill(some, value!({ "x": true })), bill(some, value!({ "x": false })));
        assert_eq!(with.estimated(), 2 * without.estimated());
    }

    #[test]
    fn the_schema_may_be_asked_for_whole_but_not_in_circles() {
        let circle =
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }";
        assert!(bill(circle, value!({})).estimated() > MOST);
        let standard = include_str!("introspection.graphql");
        let cost = bill(standard, value!({})).estimated();
        assert!(cost < MOST / 2, "{cost}");
    }

    #[test]
    fn nothing_overflows() {
        let deep =
            "{ projects(first: 2147483647) { nodes { projects: tasks(first: 2147483647) { nodes { code } } } } }";
        assert!(bill(deep, value!({})).estimated() < u64::MAX);
    }
}
