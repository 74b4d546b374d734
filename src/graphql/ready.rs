//! Lists whose answer stands ready.
//!
//! The executor makes several futures and a map for each object, which is what an answer of many small leaves costs.
//! Where every field that is asked of a list can be told without waiting, or once a few facts of all its items have been
//! fetched, what is asked is looked at once and the items are written one after another, as JSON that
//! [`super::response::to_json`] takes as it is. Everything else (a field that waits, a directive, an argument that does
//! not fit, a failure) goes the usual way, and so does every answer that is made into something other than JSON.
//! `tests/ready.rs` holds the two ways against each other.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Display;
use std::hash::Hash;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use async_graphql::dataloader::Loader;
use async_graphql::parser::types::{Field, Selection};
use async_graphql::registry::Registry;
use async_graphql::resolver_utils::EnumType;
use async_graphql::{Context, ContextSelectionSet, InputType, OutputType, Positioned, ServerResult, Value};
use bytes::Bytes;
use futures_util::future::{BoxFuture, join_all};
use serde::Serialize;

use super::connection::PAGE;
use super::loaders::Facts;
use super::pieces::Writer;
use super::view::View;
use super::words::Lang;
use crate::domain::Decimal;

/// In the data of a request whose answer is made into JSON and nothing else.
pub struct InBytes;

/// How a field of an item is written.
pub struct Write<T> {
    /// Says what has to be fetched for an item first.
    need: Option<Need<T>>,
    /// Nothing when it fails.
    write: Put<T>,
}

type Need<T> = Box<dyn Fn(&T) + Send + Sync>;
type Put<T> = Box<dyn Fn(&T, &mut Writer) -> Option<()> + Send + Sync>;

impl<T> Write<T> {
    fn at_once(write: impl Fn(&T, &mut Writer) -> Option<()> + Send + Sync + 'static) -> Self {
        Self { need: None, write: Box::new(write) }
    }
}

/// Fetches facts that were found to be needed; nothing when that fails.
type Fetch = Box<dyn FnOnce() -> BoxFuture<'static, Option<()>> + Send>;

/// What has to be fetched before a list can be written.
#[derive(Default)]
struct Fetches(Mutex<Vec<Fetch>>);

impl Fetches {
    fn put(&self, fetch: Fetch) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fetch);
    }

    fn take(&self) -> Vec<Fetch> {
        std::mem::take(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

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
        let Write { need, write } = T::field(asked)?;
        let need = need.map(|need| -> Need<Self> { Box::new(move |item| need(item)) });
        Some(Write { need, write: Box::new(move |item, out| write(item, out)) })
    }
}

/// A field that is asked for.
pub struct Ask<'a> {
    ctx: &'a Context<'a>,
    fetches: &'a Fetches,
}

impl Ask<'_> {
    /// Its name.
    pub fn name(&self) -> &str {
        self.ctx.item.node.name.node.as_str()
    }

    /// An argument, none where it is not given.
    pub fn argument<T: InputType>(&self, name: &str) -> Option<Option<T>> {
        self.ctx.param_value::<Option<T>>(name, Some(|| None)).ok().map(|(_, value)| value)
    }

    /// The argument `lang`.
    pub fn lang(&self) -> Option<Lang> {
        self.argument("lang").map(Option::unwrap_or_default)
    }

    /// The argument `first`, as a page takes it.
    pub fn first(&self) -> Option<Option<i32>> {
        self.ctx.param_value::<Option<i32>>("first", Some(|| Some(PAGE))).ok().map(|(_, first)| first)
    }

    /// What is asked of the object that the field is.
    fn shape<T: Ready>(&self) -> Option<Shape<T>> {
        Shape::of(&self.ctx.with_selection_set(&self.ctx.item.node.selection_set), self.fetches)
    }
}

/// What is asked of an object: names with their quotes and colon, and how each is written.
struct Shape<T>(Vec<(Bytes, Write<T>)>);

impl<T: Ready> Shape<T> {
    fn of(ctx: &ContextSelectionSet<'_>, fetches: &Fetches) -> Option<Self> {
        let mut fields = Vec::new();
        collect(ctx, fetches, &mut fields)?;
        // What is asked for twice is merged in the usual way.
        let mut seen = HashSet::new();
        fields.iter().all(|(name, _)| seen.insert(name.clone())).then_some(Self(fields))
    }
}

impl<T> Shape<T> {
    fn needs(&self) -> bool {
        self.0.iter().any(|(_, field)| field.need.is_some())
    }

    fn need(&self, item: &T) {
        self.0.iter().filter_map(|(_, field)| field.need.as_ref()).for_each(|need| need(item));
    }

    fn write(&self, item: &T, out: &mut Writer) -> Option<()> {
        out.push(b'{');
        for (at, (name, field)) in self.0.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            out.extend_from_slice(name);
            (field.write)(item, out)?;
        }
        out.push(b'}');
        Some(())
    }

    fn write_all(&self, items: &[T], out: &mut Writer) -> Option<()> {
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

impl<T: 'static> Shape<T> {
    /// How a field is written that is made of such objects. What they need is asked of each.
    fn made<P: 'static>(
        self,
        each: impl Fn(&P, &mut dyn FnMut(&T)) + Send + Sync + 'static,
        write: impl Fn(&P, &Self, &mut Writer) -> Option<()> + Send + Sync + 'static,
    ) -> Write<P> {
        let shape = Arc::new(self);
        let need = shape.needs().then(|| -> Need<P> {
            let shape = Arc::clone(&shape);
            Box::new(move |item| each(item, &mut |below| shape.need(below)))
        });
        Write { need, write: Box::new(move |item, out| write(item, &shape, out)) }
    }
}

fn collect<T: Ready>(
    ctx: &ContextSelectionSet<'_>,
    fetches: &Fetches,
    fields: &mut Vec<(Bytes, Write<T>)>,
) -> Option<()> {
    for selection in &ctx.item.node.items {
        let (condition, set) = match &selection.node {
            Selection::Field(field) => {
                let write = field_of(ctx, fetches, field)?;
                let mut name = Writer::new(32);
                name.json(field.node.response_key().node.as_str());
                name.push(b':');
                fields.push((name.finish().whole(), write));
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
        collect(&ctx.with_selection_set(set), fetches, fields)?;
    }
    Some(())
}

fn field_of<T: Ready>(ctx: &ContextSelectionSet<'_>, fetches: &Fetches, field: &Positioned<Field>) -> Option<Write<T>> {
    if !field.node.directives.is_empty() {
        return None;
    }
    if field.node.name.node == "__typename" {
        let name = T::type_name().into_owned();
        return Some(Write::at_once(move |_, out| {
            out.json(&name);
            Some(())
        }));
    }
    T::field(&Ask { ctx: &ctx.with_field(field), fetches })
}

/// Writes a value as serde does: a number, a boolean, a list of texts.
pub fn plain<T, V: Serialize>(get: impl Fn(&T) -> V + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Write::at_once(move |item, out| {
        out.json(&get(item));
        Some(())
    }))
}

/// Writes a text.
pub fn text<T>(get: impl Fn(&T) -> &str + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Write::at_once(move |item, out| {
        out.json(get(item));
        Some(())
    }))
}

/// Writes a list of texts.
pub fn texts<T>(get: impl Fn(&T) -> &[String] + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Write::at_once(move |item, out| {
        out.json(get(item));
        Some(())
    }))
}

/// Writes a text or null.
pub fn some_text<T>(get: impl Fn(&T) -> Option<&str> + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Write::at_once(move |item, out| {
        out.json(&get(item));
        Some(())
    }))
}

/// Writes what is a text without a letter that JSON would escape: a decimal, a day, a period.
pub fn shown<T, V: Display>(get: impl Fn(&T) -> Option<V> + Send + Sync + 'static) -> Option<Write<T>> {
    use std::io::Write as _;
    Some(Write::at_once(move |item, out| match get(item) {
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
    Some(Write::at_once(move |item, out| write!(out, "\"{}\"", get(item)?).ok()))
}

/// Writes a word of an enumeration, or null.
pub fn word<T, E: EnumType>(get: impl Fn(&T) -> Option<E> + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Write::at_once(move |item, out| {
        let word = get(item).map(|value| E::items().iter().find(|one| one.value == value).map(|one| one.name));
        out.json(&word.map_or(Some(None), |word| word.map(Some))?);
        Some(())
    }))
}

/// Writes an object or null.
pub fn some_object<T: 'static, U: Ready + 'static>(
    asked: &Ask<'_>,
    get: impl Fn(&T) -> Option<U> + Send + Sync + 'static,
) -> Option<Write<T>> {
    some_object_or(asked, move |item| Some(get(item)))
}

/// Writes an object or null, or fails.
pub fn some_object_or<T: 'static, U: Ready + 'static>(
    asked: &Ask<'_>,
    get: impl Fn(&T) -> Option<Option<U>> + Send + Sync + 'static,
) -> Option<Write<T>> {
    let get = Arc::new(get);
    let again = Arc::clone(&get);
    let each = move |item: &T, need: &mut dyn FnMut(&U)| again(item).flatten().iter().for_each(need);
    let write = move |item: &T, shape: &Shape<U>, out: &mut Writer| or_null(get(item)?, shape, out);
    Some(asked.shape::<U>()?.made(each, write))
}

fn or_null<U>(below: Option<U>, shape: &Shape<U>, out: &mut Writer) -> Option<()> {
    let Some(below) = below else {
        out.extend_from_slice(b"null");
        return Some(());
    };
    shape.write(&below, out)
}

/// Writes an object that must be there.
pub fn object<T: 'static, U: Ready + 'static>(
    asked: &Ask<'_>,
    get: impl Fn(&T) -> Option<U> + Send + Sync + 'static,
) -> Option<Write<T>> {
    some_object_or(asked, move |item| get(item).map(Some))
}

/// Writes a list of objects.
pub fn list<T: 'static, U: Ready + 'static>(
    asked: &Ask<'_>,
    get: impl Fn(&T) -> Vec<U> + Send + Sync + 'static,
) -> Option<Write<T>> {
    list_or(asked, move |item| Some(get(item)))
}

/// Writes a list of objects, or fails.
pub fn list_or<T: 'static, U: Ready + 'static>(
    asked: &Ask<'_>,
    get: impl Fn(&T) -> Option<Vec<U>> + Send + Sync + 'static,
) -> Option<Write<T>> {
    let get = Arc::new(get);
    let again = Arc::clone(&get);
    let each = move |item: &T, need: &mut dyn FnMut(&U)| again(item).iter().flatten().for_each(need);
    let write = move |item: &T, shape: &Shape<U>, out: &mut Writer| shape.write_all(&get(item)?, out);
    Some(asked.shape::<U>()?.made(each, write))
}

/// What was found to be needed for the items of a list.
struct Needed<K> {
    view: View,
    keys: HashSet<K>,
    /// Whether the items were read in several views. Their facts are not told apart here.
    mixed: bool,
}

/// Writes an object or null that is made of facts, which are fetched for all items at once. What is asked of the object
/// may need no others.
pub fn fetched<T, K, U>(
    asked: &Ask<'_>,
    key: impl Fn(&T) -> (View, K) + Send + Sync + 'static,
    get: impl Fn(&T, Option<&<Facts as Loader<K>>::Value>) -> Option<Option<U>> + Send + Sync + 'static,
) -> Option<Write<T>>
where
    T: 'static,
    K: Hash + Eq + Clone + Send + Sync + 'static,
    U: Ready + 'static,
    Facts: Loader<K>,
{
    let shape = asked.shape::<U>()?;
    if shape.needs() {
        return None;
    }
    let needed = Arc::new(Mutex::new(None::<Needed<K>>));
    let found = Arc::<OnceLock<HashMap<K, <Facts as Loader<K>>::Value>>>::default();
    asked.fetches.put({
        let (needed, found) = (Arc::clone(&needed), Arc::clone(&found));
        Box::new(move || {
            Box::pin(async move {
                let needed = needed.lock().unwrap_or_else(PoisonError::into_inner).take();
                let Some(Needed { view, keys, mixed: false }) = needed else { return needed.is_none().then_some(()) };
                found.set(view.facts().load_many(keys).await.ok()?).ok()
            })
        })
    });
    let key = Arc::new(key);
    let need: Need<T> = {
        let key = Arc::clone(&key);
        Box::new(move |item| {
            let (view, key) = key(item);
            let mut needed = needed.lock().unwrap_or_else(PoisonError::into_inner);
            let needed =
                needed.get_or_insert_with(|| Needed { view: view.clone(), keys: HashSet::new(), mixed: false });
            needed.mixed |= !needed.view.is(&view);
            needed.keys.insert(key);
        })
    };
    let write = move |item: &T, out: &mut Writer| {
        let (_, key) = key(item);
        or_null(get(item, found.get()?.get(&key))?, &shape, out)
    };
    Some(Write { need: Some(need), write: Box::new(write) })
}

/// Writes what is JSON already.
pub fn json<T>(get: impl Fn(&T) -> Bytes + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Write::at_once(move |item, out| {
        out.share(&get(item));
        Some(())
    }))
}

/// Writes the id of a node.
pub fn id<T>(kind: &'static str, get: impl Fn(&T) -> (View, i64) + Send + Sync + 'static) -> Option<Write<T>> {
    Some(Write::at_once(move |item, out| {
        let (view, id) = get(item);
        out.json(view.id(kind, id).as_str());
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
            && let Some(json) = at_once(ctx, &self.0).await
        {
            return Ok(json);
        }
        self.0.resolve(ctx, field).await
    }
}

async fn at_once<T: Ready>(ctx: &ContextSelectionSet<'_>, items: &[T]) -> Option<Value> {
    let fetches = Fetches::default();
    let shape = Shape::<T>::of(ctx, &fetches)?;
    let fetches = fetches.take();
    if !fetches.is_empty() {
        items.iter().for_each(|item| shape.need(item));
        let fetched = join_all(fetches.into_iter().map(|fetch| fetch())).await;
        fetched.into_iter().collect::<Option<()>>()?;
    }
    let mut out = Writer::new(0);
    shape.write_all(items, &mut out)?;
    Some(out.finish().into_value())
}
