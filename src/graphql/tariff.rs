//! What the fields of the schema cost. The weights stand in the schema itself, as `@cost`, so that clients can read
//! them; what is priced is read back from there.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::indexmap::IndexMap;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition};
use async_graphql::registry::{
    __DirectiveLocation, Deprecation, MetaDirective, MetaDirectiveInvocation, MetaField, MetaInputValue, MetaType,
    Registry,
};
use async_graphql::{Name, Positioned, Value};

/// What a page costs besides its items: it may need a statement of its own.
const PAGE: u64 = 5;

/// Stands for every type.
const ANY: &str = "*";

/// Fields whose answer is more work than its length shows: type, field, weight of each, what multiplies it.
const WORK: &[(&str, &str, u64, &[&str])] = &[
    (ANY, "assessment", 5, &[]),
    (ANY, "changes", 100, &["first"]),
    (ANY, "derived", 20, &[]),
    (ANY, "observations", 300, &["first"]),
    (ANY, "related", 20, &["first"]),
    (ANY, "tableChanges", 100, &[]),
    ("Footprint", "geometry", 5, &["vertexCount"]),
    ("Observation", "history", 5, &[]),
    ("Observation", "rank", 50, &[]),
    ("Observation", "yoy", 5, &[]),
    ("Plan", "scorecard", 200, &[]),
    ("Plan", "inconsistencies", 2_000, &[]),
    ("Query", "cost", 10_000, &[]),
    ("Query", "nodes", 1, &["ids"]),
    ("Snapshot", "nodes", 1, &["ids"]),
    ("Catalog", "nodes", 1, &["ids"]),
    ("Query", "search", 500, &["first"]),
    ("Snapshot", "search", 500, &["first"]),
    ("Catalog", "search", 500, &["first"]),
    ("Target", "members", 20, &[]),
    ("Target", "thresholdCount", 20, &[]),
    ("Zone", "peers", 200, &["first"]),
    ("Zone", "profile", 50, &[]),
];

/// Writes the weights into the schema.
pub fn mark(registry: &mut Registry) {
    registry.add_directive(MetaDirective {
        name: "cost".to_owned(),
        description: Some(
            "取一次该字段的代价；per 为使其子字段成倍的参数或字段。\n\
             What it costs to answer the field once, and which argument or field multiplies what is asked below it."
                .to_owned(),
        ),
        locations: vec![__DirectiveLocation::FIELD_DEFINITION],
        args: IndexMap::from_iter([
            argument("weight", "Int!", Some("1"), "一次的代价。The weight of one answer."),
            argument("per", "[String!]", None, "使之成倍者。What multiplies."),
        ]),
        is_repeatable: false,
        visible: None,
        composable: None,
    });
    for (owner, meta) in &mut registry.types {
        let (MetaType::Object { fields, .. } | MetaType::Interface { fields, .. }) = meta else { continue };
        for (name, field) in fields {
            let work = WORK.iter().find(|(of, named, ..)| (*of == ANY || of == owner) && named == name);
            match work {
                Some((_, _, weight, per)) => price(field, *weight, per),
                None if field.args.contains_key("first") => price(field, PAGE, &["first"]),
                None => {}
            }
        }
    }
}

fn argument(name: &str, ty: &str, default: Option<&str>, description: &str) -> (String, MetaInputValue) {
    let value = MetaInputValue {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        ty: ty.to_owned(),
        deprecation: Deprecation::NoDeprecated,
        default_value: default.map(str::to_owned),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    };
    (name.to_owned(), value)
}

fn price(field: &mut MetaField, weight: u64, per: &[&str]) {
    let mut args = IndexMap::from_iter([("weight".to_owned(), Value::from(weight))]);
    if !per.is_empty() {
        args.insert("per".to_owned(), Value::List(per.iter().map(|name| Value::from(*name)).collect()));
    }
    field.directive_invocations = vec![MetaDirectiveInvocation { name: "cost".to_owned(), args }];
}

/// What a field costs.
#[derive(Debug, Clone)]
pub struct Price {
    /// Type of each of its values.
    pub ty: String,
    /// Whether it is a list.
    pub list: bool,
    /// What one answer costs besides what is asked below it.
    pub weight: u64,
    /// Arguments or fields that multiply.
    pub per: Vec<String>,
    /// Items of a page when the question does not say.
    pub first: u64,
    /// Arguments that are an `Int`.
    pub ints: Vec<String>,
}

/// Prices of the fields of each type.
pub struct Tariff {
    types: HashMap<String, HashMap<String, Price>>,
    /// Number of types, and of fields, arguments, and enum words, input fields and members of one.
    pub census: Census,
}

/// How large the schema is, on the average of its types.
#[derive(Debug, Clone, Copy, Default)]
pub struct Census {
    /// Types, those of introspection included.
    pub types: u64,
    /// Fields of a type.
    pub fields: u64,
    /// Fields of the type that an arbitrary field belongs to.
    pub weighty: u64,
    /// Arguments of a field.
    pub arguments: u64,
    /// Anything else that a type lists.
    pub others: u64,
}

/// Types that every schema has beside its own: scalars and those of introspection.
const BUILT_IN: u64 = 13;

impl Tariff {
    /// The prices of this program's schema.
    pub fn get() -> &'static Self {
        static TARIFF: LazyLock<Tariff> = LazyLock::new(|| Tariff::read(&super::sdl()));
        &TARIFF
    }

    fn read(sdl: &str) -> Self {
        let definitions = parse_schema(sdl).map(|document| document.definitions).unwrap_or_default();
        let mut types = HashMap::new();
        let (mut fields_in_all, mut squares, mut arguments, mut others) = (0, 0, 0, 0);
        for definition in definitions {
            let TypeSystemDefinition::Type(definition) = definition else { continue };
            let fields: &[Positioned<FieldDefinition>] = match &definition.node.kind {
                TypeKind::Object(object) => &object.fields,
                TypeKind::Interface(interface) => &interface.fields,
                TypeKind::Enum(words) => {
                    others += words.values.len() as u64;
                    &[]
                }
                TypeKind::InputObject(input) => {
                    others += input.fields.len() as u64;
                    &[]
                }
                TypeKind::Scalar | TypeKind::Union(_) => &[],
            };
            fields_in_all += fields.len() as u64;
            squares += (fields.len() as u64).pow(2);
            arguments += fields.iter().map(|field| field.node.arguments.len() as u64).sum::<u64>();
            let prices = fields.iter().map(|field| (field.node.name.node.to_string(), Price::of(&field.node)));
            types.insert(definition.node.name.node.to_string(), prices.collect());
        }
        let number = types.len() as u64 + BUILT_IN;
        let census = Census {
            types: number,
            fields: fields_in_all.div_ceil(number),
            weighty: squares.div_ceil(fields_in_all.max(1)),
            arguments: arguments.div_ceil(fields_in_all.max(1)),
            others: others.div_ceil(number),
        };
        Self { types, census }
    }

    /// The price of a field; none when there is no such field.
    pub fn price(&self, owner: &str, field: &str) -> Option<&Price> {
        self.types.get(owner)?.get(field)
    }

    /// What a connection's `nodes` are, or a list's items.
    pub fn items<'a>(&'a self, ty: &'a str) -> &'a str {
        self.price(ty, "nodes").map_or(ty, |nodes| &nodes.ty)
    }
}

impl Price {
    fn of(field: &FieldDefinition) -> Self {
        let cost = field.directives.iter().find(|directive| directive.node.name.node == "cost");
        let argument = |name| cost.and_then(|cost| cost.node.get_argument(name)).map(|value| &value.node);
        let per = match argument("per") {
            Some(Value::List(names)) => names.iter().filter_map(text).collect(),
            _ => Vec::new(),
        };
        let first = field.arguments.iter().find(|argument| argument.node.name.node == "first");
        let first = first.and_then(|first| first.node.default_value.as_ref()).and_then(|value| whole(&value.node));
        let (ty, list) = innermost(&field.ty.node);
        let ints = field.arguments.iter().filter(|one| innermost(&one.node.ty.node).0 == "Int");
        Self {
            ty: ty.to_string(),
            list,
            weight: argument("weight").and_then(whole).unwrap_or(1),
            per,
            first: first.unwrap_or(20),
            ints: ints.map(|one| one.node.name.node.to_string()).collect(),
        }
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_u64(),
        _ => None,
    }
}

fn innermost(ty: &Type) -> (&Name, bool) {
    match &ty.base {
        BaseType::Named(name) => (name, false),
        BaseType::List(inner) => (innermost(inner).0, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_back_from_the_schema() {
        let tariff = Tariff::get();
        let zones = tariff.price("Query", "zones").unwrap();
        assert_eq!(
            (zones.weight, &*zones.per, zones.first, tariff.items(&zones.ty)),
            (PAGE, &["first".to_owned()][..], 20, "Zone")
        );
        assert_eq!(tariff.price("Footprint", "geometry").unwrap().per, ["vertexCount"]);
        assert_eq!(tariff.price("Snapshot", "nodes").unwrap().per, ["ids"]);
        assert!(tariff.census.types > 100 && tariff.census.fields > 2, "{:?}", tariff.census);
        let missing = WORK.iter().filter(|(_, field, ..)| *field != "search");
        for (owner, field, ..) in missing {
            let mut owners = tariff.types.keys().filter(|name| *owner == ANY || name == owner);
            assert!(owners.any(|name| tariff.price(name, field).is_some()), "{owner}.{field} is weighed but not there");
        }
    }

    #[test]
    fn everything_that_is_paged_is_weighed() {
        let sdl = super::super::sdl();
        let paged = sdl.matches("first: Int").count();
        let weighed = sdl.matches("\"first\"]").count();
        assert_eq!(paged, weighed, "each argument `first` multiplies");
    }
}
