//! Lists whose answer stands ready.
//!
//! The executor makes several futures and a map for each object, which is what an answer of many small leaves costs.
//! Where every field that is asked of a list can be told without waiting, what is asked is looked at once and the items
//! are written one after another, as JSON that [`super::response::to_bytes`] takes as it is. Everything else (a field
//! that waits, a directive, an argument that does not fit, a failure) goes the usual way, and so does every answer that
//! is made into something other than JSON. `tests/ready.rs` holds the two ways against each other.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt::Display;

use async_graphql::parser::types::{Field, Selection};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::EnumType;
use async_graphql::{Context, ContextSelectionSet, InputType, OutputType, Positioned, ServerResult, Value};
use serde::Serialize;

use super::connection::PAGE;
use super::response::write_json;
use super::view::View;
use super::words::Lang;
use crate::domain::Decimal;

/// In the data of a request whose answer is made into JSON and nothing else.
pub struct InBytes;

/// Writes one field of an item; nothing when it fails.
pub type Write<T> = Box<dyn Fn(&T, &mut Vec<u8>) -> Option<()> + Send + Sync>;

/// A type of which some fields can be told without waiting.
pub trait Ready: OutputType {
    /// How a field is written; none when it has to be asked for in the usual way.
    fn field(_: &Ask<'_>) -> Option<Write<Self>>
    where
        Self: Sized,
    {
        None
    }
}

impl<T: Ready + 'static> Ready for &T {
    fn field(asked: &Ask<'_>) -> Option<Write<Self>> {
        let write = T::field(asked)?;
        Some(Box::new(move |item, out| write(item, out)))
    }
}

/// A field that is asked for.
pub struct Ask<'a>(&'a Context<'a>);

impl Ask<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        self.0.item.node.name.node.as_str()
    }

    /// An argument, none where it is not given.
    pub fn argument<T: InputType>(&self, name: &str) -> Option<Option<T>> {
        self.0.param_value::<Option<T>>(name, Some(|| None)).ok().map(|(_, value)| value)
    }

    /// The argument `lang`.
    pub fn lang(&self) -> Option<Lang> {
        self.argument("lang").map(Option::unwrap_or_default)
    }

    /// The argument `first`, as a page takes it.
    pub fn first(&self) -> Option<Option<i32>> {
        self.0.param_value::<Option<i32>>("first", Some(|| Some(PAGE))).ok().map(|(_, first)| first)
    }

    /// What is asked of the object that the field is.
    pub fn shape<T: Ready>(&self) -> Option<Shape<T>> {
        Shape::of(&self.0.with_selection_set(&self.0.item.node.selection_set))
    }
}

/// What is asked of an object: names with their quotes and colon, and how each is written.
pub struct Shape<T>(Vec<(Vec<u8>, Write<T>)>);

impl<T: Ready> Shape<T> {
    fn of(ctx: &ContextSelectionSet<'_>) -> Option<Self> {
        let mut fields = Vec::new();
        collect(ctx, &mut fields)?;
        // What is asked for twice is merged in the usual way.
        let mut seen = HashSet::new();
        fields.iter().all(|(name, _)| seen.insert(name.clone())).then_some(Self(fields))
    }
}

impl<T> Shape<T> {
    fn write(&self, item: &T, out: &mut Vec<u8>) -> Option<()> {
        out.push(b'{');
        for (at, (name, write)) in self.0.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(name);
            write(item, out)?;
        }
        out.push(b'}');
        Some(())
    }

    fn write_all(&self, items: &[T], out: &mut Vec<u8>) -> Option<()> {
        out.push(b'[');
        for (at, item) in items.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            self.write(item, out)?;
        }
        out.push(b']');
        Some(())
    }
}

fn collect<T: Ready>(ctx: &ContextSelectionSet<'_>, fields: &mut Vec<(Vec<u8>, Write<T>)>) -> Option<()> {
    for selection in &ctx.item.node.items {
        let (condition, set) = match &selection.node {
            Selection::Field(field) => {
                let write = field_of(ctx, field)?;
                let mut name = Vec::new();
                write_json(&mut name, field.node.response_key().node.as_str());
                name.push(b':');
                fields.push((name, write));
                continue;
            }
            Selection::InlineFragment(inline) if inline.node.directives.is_empty() => {
                (inline.node.type_condition.as_ref(), &inline.node.selection_set)
            }
            Selection::FragmentSpread(spread) if spread.node.directives.is_empty() => {
                let fragment = ctx.query_env.fragments.get(&spread.node.fragment_name.node)?;
                (Some(&fragment.node.type_condition), &fragment.node.selection_set)
            }
            _ => return None,
        };
        if condition.is_some_and(|condition| condition.node.on.node.as_str() != T::type_name()) {
            return None;
        }
        collect(&ctx.with_selection_set(set), fields)?;
    }
    Some(())
}

fn field_of<T: Ready>(ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> Option<Write<T>> {
    if !field.node.directives.is_empty() {
        return None;
    }
    if field.node.name.node == "__typename" {
        let name = T::type_name().into_owned();
        return Some(Box::new(move |_, out| {
            write_json(out, &name);
            Some(())
        }));
    }
    T::field(&Ask(&ctx.with_field(field)))
}

/// Writes a value as serde does: a number, a boolean, a list of texts.
pub fn plain<T, V: Serialize>(get: impl Fn(&T) -> V + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Box::new(move |item, out| {
        write_json(out, &get(item));
        Some(())
    }))
}

/// Writes a text.
pub fn text<T>(get: impl Fn(&T) -> &str + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Box::new(move |item, out| {
        write_json(out, get(item));
        Some(())
    }))
}

/// Writes a text or null.
pub fn some_text<T>(get: impl Fn(&T) -> Option<&str> + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Box::new(move |item, out| {
        write_json(out, &get(item));
        Some(())
    }))
}

/// Writes what is a text without a letter that JSON would escape: a decimal, a day, a period.
pub fn shown<T, V: Display>(get: impl Fn(&T) -> Option<V> + Send + Sync + 'static) -> Option<Write<T>> {
    use std::io::Write as _;
    Some(Box::new(move |item, out| match get(item) {
        Some(value) => write!(out, "\"{value}\"").ok(),
        None => {
            out.extend_from_slice(b"null");
            Some(())
        }
    }))
}

/// Writes a decimal that must be there.
pub fn decimal<T>(get: impl Fn(&T) -> Option<Decimal> + Send + Sync + 'static) -> Option<Write<T>> {
    use std::io::Write as _;
    Some(Box::new(move |item, out| write!(out, "\"{}\"", get(item)?).ok()))
}

/// Writes a word of an enumeration, or null.
pub fn word<T, E: EnumType>(get: impl Fn(&T) -> Option<E> + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Box::new(move |item, out| {
        let word = get(item).map(|value| E::items().iter().find(|one| one.value == value).map(|one| one.name));
        write_json(out, &word.map_or(Some(None), |word| word.map(Some))?);
        Some(())
    }))
}

/// Writes an object or null.
pub fn some_object<T, U: Ready + 'static>(
    asked: &Ask<'_>,
    get: impl Fn(&T) -> Option<U> + Send + Sync + 'static,
) -> Option<Write<T>> {
    some_object_or(asked, move |item| Some(get(item)))
}

/// Writes an object or null, or fails.
pub fn some_object_or<T, U: Ready + 'static>(
    asked: &Ask<'_>,
    get: impl Fn(&T) -> Option<Option<U>> + Send + Sync + 'static,
) -> Option<Write<T>> {
    let shape = asked.shape::<U>()?;
    Some(Box::new(move |item, out| match get(item)? {
        Some(below) => shape.write(&below, out),
        None => {
            out.extend_from_slice(b"null");
            Some(())
        }
    }))
}

/// Writes an object that must be there.
pub fn object<T, U: Ready + 'static>(
    asked: &Ask<'_>,
    get: impl Fn(&T) -> Option<U> + Send + Sync + 'static,
) -> Option<Write<T>> {
    let shape = asked.shape::<U>()?;
    Some(Box::new(move |item, out| shape.write(&get(item)?, out)))
}

/// Writes a list of objects.
pub fn list<T, U: Ready + 'static>(
    asked: &Ask<'_>,
    get: impl Fn(&T) -> Vec<U> + Send + Sync + 'static,
) -> Option<Write<T>> {
    let shape = asked.shape::<U>()?;
    Some(Box::new(move |item, out| shape.write_all(&get(item), out)))
}

/// Writes the id of a node.
pub fn id<T>(kind: &'static str, get: impl Fn(&T) -> (View, i64) + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Box::new(move |item, out| {
        let (view, id) = get(item);
        write_json(out, view.id(kind, id).as_str());
        Some(())
    }))
}

/// A list that is written at once where that is possible.
pub struct Listed<T>(pub Vec<T>);

impl<T: Ready> OutputType for Listed<T> {
    fn type_name() -> Cow<'static, str> {
        Vec::<T>::type_name()
    }

    fn qualified_type_name() -> String {
        Vec::<T>::qualified_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Vec::<T>::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        if ctx.data_opt::<InBytes>().is_some()
            && let Some(json) = at_once(ctx, &self.0)
        {
            return Ok(json);
        }
        self.0.resolve(ctx, field).await
    }
}

fn at_once<T: Ready>(ctx: &ContextSelectionSet<'_>, items: &[T]) -> Option<Value> {
    let shape = Shape::<T>::of(ctx)?;
    let mut out = Vec::with_capacity(64 * items.len());
    shape.write_all(items, &mut out)?;
    Some(Value::Binary(out.into()))
}
