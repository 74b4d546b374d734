//! Interfaces whose fields are written once.
//!
//! GraphQL has no mixins. The fields of an interface are an ordinary `#[Object]` here (`SubjectFields` …),
//! which every member flattens into itself. async-graphql registers types while it walks them, so a member met
//! half-way through such a walk would miss the shared fields; [`complete`] therefore finishes the schema in a
//! second pass: it gives each interface its fields and each member the fields it flattens.

use async_graphql::OutputType;
use async_graphql::indexmap::IndexMap;
use async_graphql::registry::{MetaField, MetaType, Registry};

/// A type's name and its fields.
pub type Lender = (String, IndexMap<String, MetaField>);

/// What the second pass has to know of an interface.
pub struct Interface {
    /// GraphQL name.
    pub name: &'static str,
    /// Names of the interfaces it extends.
    pub extends: &'static [&'static str],
    /// Registers each member and names it.
    pub members: fn(&mut Registry) -> Vec<String>,
    /// Types whose fields make up the interface.
    pub fields: &'static [fn(&mut Registry) -> Lender],
}

/// Registers a type that only lends its fields, and returns its name and fields.
pub fn fields_of<T: OutputType>(registry: &mut Registry) -> Lender {
    match registry.create_fake_output_type::<T>() {
        MetaType::Object { fields, .. } => (T::type_name().into_owned(), fields),
        _ => (T::type_name().into_owned(), IndexMap::new()),
    }
}

/// Gives every interface its fields and every member the fields of its interfaces, then drops the lenders.
pub fn complete(registry: &mut Registry, interfaces: &[Interface]) {
    let mut lenders = Vec::new();
    for interface in interfaces {
        let members = (interface.members)(registry);
        for parent in interface.extends {
            registry.add_implements(interface.name, parent);
        }
        let mut shared = IndexMap::new();
        for fields in interface.fields {
            let (lender, fields) = fields(registry);
            lenders.push(lender);
            shared.extend(fields);
        }
        for member in &members {
            registry.add_implements(member, interface.name);
            if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(member) {
                let own = std::mem::replace(fields, shared.clone());
                for (name, field) in own {
                    fields.entry(name).or_insert(field);
                }
            }
        }
        if let Some(MetaType::Interface { fields, possible_types, .. }) = registry.types.get_mut(interface.name) {
            *fields = shared;
            possible_types.extend(members);
        }
    }
    for lender in lenders {
        registry.types.remove(&lender);
    }
}

/// Declares an interface: its members and the types that lend it fields.
macro_rules! interface {
    ($(#[doc = $doc:literal])+ $name:ident extends [$($parent:ident),*] from [$($fields:ty),+] for [$($member:ident),+ $(,)?]) => {
        $(#[doc = $doc])+
        #[derive(Clone)]
        pub enum $name {
            $(#[doc = stringify!($member)] $member($member)),+
        }

        $(impl From<$member> for $name {
            fn from(member: $member) -> Self {
                Self::$member(member)
            }
        })+

        impl $name {
            /// What the second pass has to know.
            pub fn interface() -> $crate::graphql::interface::Interface {
                $crate::graphql::interface::Interface {
                    name: stringify!($name),
                    extends: &[$(stringify!($parent)),*],
                    members: |registry| {
                        <$name as ::async_graphql::OutputType>::create_type_info(registry);
                        vec![$(<$member as ::async_graphql::OutputType>::type_name().into_owned()),+]
                    },
                    fields: &[$($crate::graphql::interface::fields_of::<$fields>),+],
                }
            }
        }

        impl ::async_graphql::resolver_utils::ContainerType for $name {
            async fn resolve_field(
                &self,
                ctx: &::async_graphql::Context<'_>,
            ) -> ::async_graphql::ServerResult<Option<::async_graphql::Value>> {
                match self {
                    $(Self::$member(member) => member.resolve_field(ctx).await),+
                }
            }

            fn collect_all_fields<'a>(
                &'a self,
                ctx: &::async_graphql::ContextSelectionSet<'a>,
                fields: &mut ::async_graphql::resolver_utils::Fields<'a>,
            ) -> ::async_graphql::ServerResult<()> {
                match self {
                    $(Self::$member(member) => member.collect_all_fields(ctx, fields)),+
                }
            }
        }

        impl ::async_graphql::OutputType for $name {
            fn type_name() -> ::std::borrow::Cow<'static, str> {
                ::std::borrow::Cow::Borrowed(stringify!($name))
            }

            fn introspection_type_name(&self) -> ::std::borrow::Cow<'static, str> {
                match self {
                    $(Self::$member(_) => <$member as ::async_graphql::OutputType>::type_name()),+
                }
            }

            fn create_type_info(registry: &mut ::async_graphql::registry::Registry) -> String {
                registry.create_output_type::<Self, _>(
                    ::async_graphql::registry::MetaTypeId::Interface,
                    |registry| {
                        let mut possible_types = ::async_graphql::indexmap::IndexSet::new();
                        $(
                            <$member as ::async_graphql::OutputType>::create_type_info(registry);
                            possible_types.insert(<$member as ::async_graphql::OutputType>::type_name().into_owned());
                        )+
                        ::async_graphql::registry::MetaType::Interface {
                            name: stringify!($name).to_owned(),
                            description: Some([$($doc.trim()),+].join("\n")),
                            fields: ::async_graphql::indexmap::IndexMap::new(),
                            possible_types,
                            extends: false,
                            inaccessible: false,
                            tags: Vec::new(),
                            keys: None,
                            visible: None,
                            rust_typename: Some(::std::any::type_name::<Self>()),
                            directive_invocations: Vec::new(),
                            requires_scopes: Vec::new(),
                        }
                    },
                )
            }

            async fn resolve(
                &self,
                ctx: &::async_graphql::ContextSelectionSet<'_>,
                _field: &::async_graphql::Positioned<::async_graphql::parser::types::Field>,
            ) -> ::async_graphql::ServerResult<::async_graphql::Value> {
                ::async_graphql::resolver_utils::resolve_container(ctx, self).await
            }
        }

        impl ::async_graphql::InterfaceType for $name {}
    };
}

pub(crate) use interface;
