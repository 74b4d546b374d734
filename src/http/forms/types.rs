//! What the schema says about its types, read once from its own text: enough to tell a list from a leaf.

use std::collections::HashMap;
use std::sync::LazyLock;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, FieldDefinition, Type, TypeKind, TypeSystemDefinition};

use crate::graphql::sdl;

/// A field of an object or interface.
pub struct Field {
    /// Its type without list and non-null marks.
    pub ty: String,
    /// Whether it is a list, of whatever depth.
    pub list: bool,
    /// Names of its arguments.
    pub arguments: Vec<String>,
}

/// The types of the schema by name.
pub struct Types {
    composite: HashMap<String, HashMap<String, Field>>,
}

/// The types of this program's schema.
pub fn types() -> &'static Types {
    static TYPES: LazyLock<Types> = LazyLock::new(|| Types::read(&sdl()));
    &TYPES
}

impl Types {
    fn read(text: &str) -> Self {
        let mut composite = HashMap::new();
        for definition in parse_schema(text).map(|document| document.definitions).unwrap_or_default() {
            let TypeSystemDefinition::Type(ty) = definition else { continue };
            let fields = match ty.node.kind {
                TypeKind::Object(object) => object.fields,
                TypeKind::Interface(interface) => interface.fields,
                TypeKind::Union(_) => Vec::new(),
                TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::InputObject(_) => continue,
            };
            let fields = fields.into_iter().map(|field| (field.node.name.node.to_string(), Field::read(&field.node)));
            composite.insert(ty.node.name.node.to_string(), fields.collect());
        }
        Self { composite }
    }

    /// A field of a type; none when there is no such field.
    pub fn field(&self, ty: &str, name: &str) -> Option<&Field> {
        self.composite.get(ty)?.get(name)
    }

    /// Whether a type has fields of its own: an object, an interface or a union.
    pub fn is_composite(&self, ty: &str) -> bool {
        self.composite.contains_key(ty)
    }
}

impl Field {
    fn read(field: &FieldDefinition) -> Self {
        let (ty, list) = open(&field.ty.node);
        let arguments = field.arguments.iter().map(|argument| argument.node.name.node.to_string()).collect();
        Self { ty, list, arguments }
    }

    /// Whether it takes an argument.
    pub fn takes(&self, argument: &str) -> bool {
        self.arguments.iter().any(|name| name == argument)
    }
}

/// The name inside a type, and whether a list is around it.
pub fn open(ty: &Type) -> (String, bool) {
    match &ty.base {
        BaseType::Named(name) => (name.to_string(), false),
        BaseType::List(inner) => (open(inner).0, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_can_be_read_back() {
        let connection = types().field("Query", "projects").unwrap();
        assert_eq!((connection.ty.as_str(), connection.list), ("ProjectConnection", false));
        assert!(connection.takes("after"));
        assert!(types().field("ProjectConnection", "nodes").unwrap().list);
        assert!(types().is_composite("Place") && types().is_composite("Subject"));
        assert!(!types().is_composite("Decimal") && types().field("Query", "nonsense").is_none());
    }
}
