//! What variables may hold, by the types of the schema. Says only that a value fits; what is wrong with one that does
//! not is told by async-graphql, in its own words.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use async_graphql::Value;
use async_graphql::parser::types::{BaseType, Type};
use async_graphql::registry::{MetaType, Registry, ScalarValidatorFn};

static INPUTS: OnceLock<HashMap<String, Input>> = OnceLock::new();

enum Input {
    Scalar(Option<ScalarValidatorFn>),
    Words(HashSet<String>),
    Object { fields: HashMap<String, Field>, one_of: bool },
}

struct Field {
    ty: Type,
    /// Whether it must be given.
    needed: bool,
}

/// Takes the types of inputs down, once for all schemas of this program: they are the same.
pub fn learn(registry: &Registry) {
    INPUTS.get_or_init(|| {
        let known = registry.types.iter().filter_map(|(name, meta)| Some((name.clone(), input(meta)?)));
        known.collect()
    });
}

fn input(meta: &MetaType) -> Option<Input> {
    match meta {
        MetaType::Scalar { is_valid, .. } => Some(Input::Scalar(is_valid.clone())),
        MetaType::Enum { enum_values, .. } => Some(Input::Words(enum_values.keys().cloned().collect())),
        MetaType::InputObject { input_fields, oneof, .. } => {
            let field = |field: &async_graphql::registry::MetaInputValue| {
                let ty = Type::new(&field.ty)?;
                let needed = !ty.nullable && field.default_value.is_none();
                Some((field.name.clone(), Field { ty, needed }))
            };
            let fields = input_fields.values().map(field).collect::<Option<_>>()?;
            Some(Input::Object { fields, one_of: *oneof })
        }
        _ => None,
    }
}

/// Whether a value is of a type. What is not known is not.
pub fn fits(ty: &Type, value: &Value) -> bool {
    if *value == Value::Null {
        return ty.nullable;
    }
    let name = match (&ty.base, value) {
        (BaseType::List(item), Value::List(items)) => return items.iter().all(|value| fits(item, value)),
        // One value stands for a list of one.
        (BaseType::List(item), one) => return fits(item, one),
        (BaseType::Named(name), _) => name,
    };
    match (INPUTS.get().and_then(|inputs| inputs.get(name.as_str())), value) {
        (Some(Input::Scalar(is_valid)), value) => is_valid.as_ref().is_none_or(|is_valid| is_valid(value)),
        (Some(Input::Words(words)), Value::String(word)) => words.contains(word),
        (Some(Input::Words(words)), Value::Enum(word)) => words.contains(word.as_str()),
        (Some(Input::Object { fields, one_of }), Value::Object(given)) => {
            let known = given.iter().all(|(name, value)| {
                fields
                    .get(name.as_str())
                    .is_some_and(|field| fits(&field.ty, value) && !(*one_of && *value == Value::Null))
            });
            let whole = fields.iter().all(|(name, field)| !field.needed || given.contains_key(name.as_str()));
            known && whole && (!one_of || given.len() == 1)
        }
        _ => false,
    }
}

/// What may stand where async-graphql says that something may not: the fields of an input, or the words of an enumeration.
pub fn instead(message: &str) -> Option<String> {
    let quoted = |after: &str| message.rsplit_once(after)?.1.split('"').next();
    let ty = if message.contains("unknown field \"") { quoted("\" of type \"") } else { quoted("enumeration type \"") };
    let mut known: Vec<_> = match INPUTS.get()?.get(ty?)? {
        Input::Scalar(_) => return None,
        Input::Words(words) => words.iter().map(String::as_str).collect(),
        Input::Object { fields, .. } => fields.keys().map(String::as_str).collect(),
    };
    known.sort_unstable();
    Some(known.join(", "))
}

#[cfg(test)]
mod tests {
    use async_graphql::value;

    use super::*;

    #[test]
    fn values_fit_as_the_schema_says() {
        super::super::schema();
        let fits = |ty: &str, value: Value| fits(&Type::new(ty).unwrap(), &value);
        assert!(fits("Int", value!(1)) && fits("Int", value!(null)) && !fits("Int!", value!(null)));
        assert!(!fits("Int", value!("1")) && !fits("Nothing", value!(1)));
        assert!(
            fits("[String!]", value!(["a"])) && fits("[String!]", value!("a")) && !fits("[String!]", value!([null]))
        );
        assert!(fits("ProjectStage", value!("SIGNED")) && !fits("ProjectStage", value!("SOLD")));
        let bbox = value!({ "west": 1, "south": 2, "east": 3, "north": 4.5 });
        assert!(fits("Area", value!({ "bbox": bbox })));
        assert!(!fits("Area", value!({})) && !fits("Area", value!({ "bbox": null })));
        assert!(!fits("BBoxInput", value!({ "west": 1, "south": 2, "east": 3 })), "north is missing");
        assert!(!fits("ProjectFilter", value!({ "colour": "red" })));
        assert!(fits("ProjectFilter", value!({ "and": [{ "stage": ["SIGNED"] }], "investment": { "gte": "1.5" } })));
    }
}
