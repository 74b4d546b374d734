//! The collections as tables of a PostgreSQL database that has PostGIS, for desktop maps that open it directly.
//!
//! They hold what the collections answer at the newest revision, by the same questions. Whether they are kept at all is
//! asked once, after a revision was made; whoever made it writes them before it ends.

use geozero::{CoordDimensions, ToWkb as _};
use serde_json::{Map, Value};
use tokio::sync::watch;

use super::super::forms::Cell;
use super::super::{Clock, Settings, Site};
use super::collection::{COLLECTIONS, Collection, Kind, Shape};
use super::fields::Fields;
use super::file::drawn;
use super::push::Cut;
use super::read::{Reading, Record};
use crate::graphql::{Fault, Library, LibraryError, Pin};
use crate::store::postgis::{self, Column, GEOMETRY, Layer, PostgisError, State, Writer};
use crate::store::{Store, StoreError};

/// Rows sent at a time.
const BATCH: usize = 1_000;

/// What was written.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The state that the layers show; none while the database is empty.
    pub state: Option<State>,
    /// Rows by layer.
    pub rows: Vec<(&'static str, u64)>,
}

/// Why the layers do not show the newest revision.
#[derive(Debug, thiserror::Error)]
pub enum KeepError {
    /// PostGIS or the schema is in the way.
    #[error(transparent)]
    Postgis(#[from] PostgisError),
    /// The newest revision could not be read.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// Its rows could not be read.
    #[error("{0}")]
    Rows(String),
}

impl From<StoreError> for KeepError {
    fn from(error: StoreError) -> Self {
        PostgisError::from(error).into()
    }
}

/// Makes the schema where there is none and writes the newest revision into it.
///
/// # Errors
/// [`KeepError`]; nothing has changed then.
pub async fn enable(store: &Store, clock: &Clock) -> Result<Kept, KeepError> {
    let Some(writer) = store.write_layers(true).await? else { return Err(PostgisError::NoPostgis.into()) };
    let kept = fill(writer, store, clock, true).await?;
    Ok(kept.unwrap_or(Kept { state: None, rows: Vec::new() }))
}

/// Brings the layers to the newest revision, where they are kept and show another; none otherwise.
///
/// # Errors
/// [`KeepError`]; the layers show what they showed then.
pub async fn keep(store: &Store, clock: &Clock) -> Result<Option<Kept>, KeepError> {
    if !store.keeps_layers().await? {
        return Ok(None);
    }
    let Some(writer) = store.write_layers(false).await? else { return Ok(None) };
    fill(writer, store, clock, false).await
}

/// Drops the schema; says whether there was one.
///
/// # Errors
/// [`PostgisError`] when it is not ours, or holds what is not.
pub async fn disable(store: &Store) -> Result<bool, PostgisError> {
    store.drop_layers(&COLLECTIONS.each_ref().map(|collection| collection.id)).await
}

/// Takes from the files of the layers what their rows said before. Nothing where none are kept.
///
/// # Errors
/// When the database fails.
pub async fn forget(store: &Store) -> Result<(), StoreError> {
    if store.keeps_layers().await? {
        store.forget_layers(&COLLECTIONS.each_ref().map(|collection| collection.id)).await?;
    }
    Ok(())
}

/// Writes the newest revision; without `anew` only when another is shown.
async fn fill(mut writer: Writer, store: &Store, clock: &Clock, anew: bool) -> Result<Option<Kept>, KeepError> {
    let library = Library::new(store.clone());
    library.refresh().await?;
    // Nothing ends before what is written here does.
    let (_told, closing) = watch::channel(false);
    let site = Site::new(library, clock.clone(), Settings::default(), closing);
    let pin = Pin::head(&site.library, clock());
    let state = pin.as_ref().map(state_of);
    if let Some(state) = state.as_ref().filter(|_| !anew)
        && writer.shows(state).await?
    {
        return Ok(None);
    }
    let mut rows = Vec::new();
    for collection in &COLLECTIONS {
        let layer = layer(collection);
        writer.begin(&layer).await?;
        if let Some(pin) = &pin {
            pour(&mut writer, &site, pin, collection).await?;
        }
        rows.push((layer.name, writer.end(&layer).await?));
    }
    writer.finish(state.as_ref()).await?;
    Ok(Some(Kept { state, rows }))
}

fn state_of(pin: &Pin) -> State {
    let revision = pin.revision();
    State {
        revision: revision.number,
        digest: revision.digest.clone(),
        committed_at: revision.committed_at,
        day: pin.on(),
        sample: pin.has_sample(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

fn layer(collection: &'static Collection) -> Layer {
    let said = |[zh, en]: [&str; 2]| format!("{zh} {en}");
    Layer {
        name: collection.id,
        about: said(collection.about),
        geometry: match collection.shape {
            Shape::Point => "Point",
            Shape::Polygon => "MultiPolygon",
            Shape::Any => "Geometry",
        },
        columns: collection
            .own()
            .map(|property| Column {
                name: property.name,
                kind: match property.kind {
                    Kind::Text => postgis::Kind::Text,
                    Kind::Texts => postgis::Kind::Texts,
                    Kind::Number => postgis::Kind::Number,
                    Kind::Boolean => postgis::Kind::Boolean,
                    _ => postgis::Kind::Date,
                },
                about: said(property.about),
            })
            .collect(),
    }
}

/// All rows of a collection.
async fn pour(writer: &mut Writer, site: &Site, pin: &Pin, collection: &'static Collection) -> Result<(), KeepError> {
    let failed = |problem: super::Problem| KeepError::Rows(problem.sentence());
    let reading = Reading::new(site, pin, collection, Fields::own(collection)).map_err(failed)?;
    let all = Cut::default();
    let variables = Reading::variables(&all);
    let mut pages = reading.pages(&variables);
    while let Some(records) = reading.next(&mut pages, &all).await.map_err(|failure| failed(failure.into()))? {
        for some in records.chunks(BATCH) {
            let rows = some.iter().map(|record| row(record, &reading.fields, collection));
            let rows = rows.collect::<Result<_, Fault>>().map_err(|fault| failed(fault.into()))?;
            writer.add(rows).await?;
        }
    }
    Ok(())
}

fn row(record: &Record, fields: &Fields, collection: &Collection) -> Result<Map<String, Value>, Fault> {
    let cells = fields.all.iter().zip(&record.cells);
    let mut row: Map<String, Value> = cells.map(|(field, cell)| (field.name.clone(), value(cell))).collect();
    if let Some(geometry) = drawn(record, collection) {
        let bytes = geometry.to_ewkb(CoordDimensions::xy(), Some(postgis::SRS)).map_err(Fault::internal)?;
        row.insert(GEOMETRY.to_owned(), hex::encode(bytes).into());
    }
    Ok(row)
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Empty => Value::Null,
        Cell::Text(text) | Cell::Number(text) | Cell::Date(text) => text.as_str().into(),
        Cell::Boolean(yes) => (*yes).into(),
        Cell::Many(cells) => cells.iter().map(value).collect(),
    }
}
