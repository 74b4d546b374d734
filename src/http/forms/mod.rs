//! One query, every form: the rows of a question as CSV, XLSX, GeoJSON or HTML.
//!
//! Rows are read page by page at one pinned state and sent as they come, so that any number of them takes the memory
//! of a page. Whatever fails before the first byte is an error with its code; what fails later breaks the connection:
//! a file that ends well is whole.

mod cells;
mod columns;
mod csv;
mod encoder;
mod flat;
mod geojson;
mod html;
mod pages;
mod shape;
mod stream;
mod tree;
mod types;
mod xlsx;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;
use async_graphql::{Value, Variables};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use sha2::{Digest, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::graphql::{Fault, MOST, Pin, PlanSchema, faults};
use crate::http::gate::{Asked, Gate};
use encoder::{About, Encoder, Ending, SourceDocument, Table};
use pages::{PATIENCE, Page};
use shape::Geometry;
use stream::Sender;

pub use cells::{Cell, Row, each_row, single};
pub use columns::Column;
pub use encoder::standing;
pub use flat::{Flat, extra, item, pick, set_argument};
pub use geojson::json as write_cell;
pub use html::STYLE;
pub use pages::{Failure, Pages};
pub use shape::Shape;
pub use stream::stream;
pub use types::open as open_type;

/// The media type of a workbook.
pub const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The style of the tables.
pub const STYLE_SHEET: &str = include_str!("table.css");
/// What is told of the documents that rows cite.
const SOURCES: &str = "{ documents { code title issuer issuedOn url sample } }";
/// Files written at the same time at most.
const FILES: usize = 16;

/// A form that rows can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Features for a map.
    GeoJson,
    /// Text for spreadsheets and scripts.
    Csv,
    /// A workbook.
    Xlsx,
    /// A page to read and print.
    Html,
}

impl Form {
    /// The form of a suffix.
    pub fn of_suffix(suffix: &str) -> Option<Self> {
        Some(match suffix {
            "geojson" => Self::GeoJson,
            "csv" => Self::Csv,
            "xlsx" => Self::Xlsx,
            "html" => Self::Html,
            _ => return None,
        })
    }

    const fn suffix(self) -> &'static str {
        match self {
            Self::GeoJson => "geojson",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Html => "html",
        }
    }

    const fn media(self) -> &'static str {
        match self {
            Self::GeoJson => "application/geo+json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => WORKBOOK,
            Self::Html => "text/html; charset=utf-8",
        }
    }
}

/// A question whose rows are wanted.
pub struct Rows {
    /// Its text, parsed.
    pub document: ExecutableDocument,
    /// SHA-256 of the text.
    pub hash: String,
    /// Which operation, where there are several.
    pub operation: Option<String>,
    /// Variables.
    pub variables: Variables,
}

/// SHA-256 of a text, in lower-case hex: how documents are named.
pub fn hash_of(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}

/// Writes files; clones share their number.
#[derive(Clone)]
pub struct Writer {
    schema: PlanSchema,
    gate: Gate,
    room: Arc<Semaphore>,
}

/// All that writing a file needs, for as long as it takes.
struct Work {
    gate: Gate,
    pin: Pin,
    shape: Shape,
    variables: Variables,
    form: Form,
    title: String,
    hash: String,
}

impl Writer {
    /// Over the schema of the site; every page passes the gate.
    pub fn new(schema: PlanSchema, gate: Gate) -> Self {
        Self { schema, gate, room: Arc::new(Semaphore::new(FILES)) }
    }

    /// Room for one more file, for as long as the permit is held.
    ///
    /// # Errors
    /// [`Fault`] when there is none now.
    pub fn room(&self) -> Result<OwnedSemaphorePermit, Fault> {
        Arc::clone(&self.room).try_acquire_owned().map_err(|_| Fault::busy())
    }

    /// The rows of a question at a state, as a response without cache headers.
    ///
    /// # Errors
    /// [`Failure`] before the first byte: the question is refused, gives no one table, or is too large for the form.
    pub async fn answer(&self, rows: Rows, pin: Pin, form: Form) -> Result<Response, Failure> {
        let found = faults(&self.schema, &rows.document).await;
        if !found.is_empty() {
            return Err(Failure::Answer(found));
        }
        let flat = Flat::of(&rows.document, rows.operation.as_deref(), &rows.variables)?;
        let title = flat.name().unwrap_or("query").to_owned();
        let shape = Shape::of(flat, pin.has_sample())?;
        if form == Form::GeoJson {
            drawn(&shape.geometry)?;
        }
        let permit = self.room()?;
        let Rows { variables, hash, .. } = rows;
        let work = Work { gate: self.gate.clone(), pin, shape, variables, form, title, hash };
        let mut pages = work.pages();
        if form == Form::Xlsx {
            work.fits(&pages).await?;
        }
        // The first page is read before the answer begins, so that a question that fails is told so.
        let first = pages.next().await?;
        let seen = pages.stand();
        let name = format!(
            "{}-r{}{}.{}",
            work.title,
            work.pin.revision().number,
            if work.pin.has_sample() { "-sample" } else { "" },
            form.suffix()
        );
        let body = stream(move |sender| async move {
            let _permit = permit;
            let mut pages = work.pages();
            pages.go_on(seen);
            work.write(first, pages, &sender).await
        });
        let disposition = if form == Form::Html { "inline" } else { "attachment" };
        let disposition = HeaderValue::from_str(&format!("{disposition}; filename=\"{name}\""));
        let mut response = ([(header::CONTENT_TYPE, HeaderValue::from_static(form.media()))], body).into_response();
        if let Ok(disposition) = disposition {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, disposition);
        }
        Ok(response)
    }
}

/// The one geometry of a row.
fn drawn(found: &[Geometry]) -> Result<&Geometry, Fault> {
    let single = |wanted: &dyn Fn(&Geometry) -> bool| {
        let mut those = found.iter().filter(|geometry| !geometry.many && wanted(geometry));
        match (those.next(), those.next()) {
            (Some(one), None) => Some(one),
            _ => None,
        }
    };
    // An outline is meant before the points that stand beside it, what is in the row before what is around it.
    let deepest = found.iter().map(|geometry| geometry.place.anchor).max().unwrap_or_default();
    let own = |geometry: &Geometry| geometry.place.anchor == deepest;
    let outlines = found.iter().any(|geometry| geometry.point.is_none());
    single(&|geometry| own(geometry) && geometry.point.is_none())
        .or_else(|| single(&|geometry| own(geometry) && !outlines))
        .ok_or_else(|| Fault::geometry(&found.iter().map(|geometry| geometry.name.clone()).collect::<Vec<_>>()))
}

impl Work {
    fn pages(&self) -> Pages<'_> {
        Pages::new(&self.gate, &self.pin, &self.shape, &self.variables)
    }

    fn table(&self) -> Table<'_> {
        Table {
            columns: &self.shape.columns,
            geometry: drawn(&self.shape.geometry).ok(),
            title: &self.title,
            hash: &self.hash,
            revision: self.pin.revision().number,
            digest: &self.pin.revision().digest,
            on: self.pin.on(),
            sample: self.pin.has_sample(),
        }
    }

    /// A workbook is refused before it is begun when its rows would not fit.
    async fn fits(&self, pages: &Pages<'_>) -> Result<(), Failure> {
        let total = match pages.total().await? {
            Some(total) => total,
            None => {
                let mut pages = self.pages();
                let mut total = 0;
                while let Some(page) = pages.next().await? {
                    cells::each_row(&page.data, &self.shape.path, |_| {
                        total += 1;
                        Ok::<_, Failure>(())
                    })?;
                    if total > xlsx::MOST_ROWS {
                        break;
                    }
                }
                total
            }
        };
        if total > xlsx::MOST_ROWS { Err(Fault::too_many_rows(xlsx::MOST_ROWS).into()) } else { Ok(()) }
    }

    async fn write(&self, first: Option<Page>, mut pages: Pages<'_>, sender: &Sender) -> Result<(), Failure> {
        let table = self.table();
        let mut encoder: Box<dyn Encoder> = match self.form {
            Form::Csv => Box::new(csv::Csv::new(&table)?),
            Form::GeoJson => Box::new(geojson::GeoJson::new(&table)),
            Form::Html => Box::new(html::Html::new(&table)),
            Form::Xlsx => Box::new(xlsx::Xlsx::new(&table)?),
        };
        let mut cited = BTreeSet::new();
        let mut page = first;
        while let Some(Page { data, room }) = page {
            cells::each_row(&data, &self.shape.path, |row| {
                for place in &self.shape.sources {
                    cells::cited(row, place, &mut |code| {
                        if !cited.contains(code) {
                            cited.insert(code.to_owned());
                        }
                    });
                }
                encoder.row(&table, row)
            })?;
            drop((data, room));
            sender.send(encoder.take()?).await?;
            page = pages.next().await?;
        }
        let about = About { sources: self.sources(&cited).await? };
        // A workbook is put together at once, which takes long when there is much.
        let end = || encoder.end(&table, &about);
        let end = if self.form == Form::Xlsx { tokio::task::block_in_place(end) } else { end() };
        match end? {
            Ending::Bytes(bytes) => sender.send(bytes).await,
            Ending::File(file) => sender.send_file(file).await,
        }
    }

    /// What is known of the documents cited.
    async fn sources(&self, cited: &BTreeSet<String>) -> Result<Vec<SourceDocument>, Failure> {
        if cited.is_empty() {
            return Ok(Vec::new());
        }
        let document = parse_query(SOURCES).map_err(Fault::internal)?;
        let asked = Asked { document, operation: None, variables: Variables::default() };
        let (answer, _) = self.gate.ask(&self.pin, asked, MOST, PATIENCE).await?;
        let Value::Object(data) = &answer.data else { return Err(Failure::Answer(answer.errors)) };
        let Some(Value::List(documents)) = data.get("documents") else { return Ok(Vec::new()) };
        let text = |value: Option<&Value>| match value {
            Some(Value::String(text)) => text.clone(),
            _ => String::new(),
        };
        let told = documents.iter().filter_map(|document| {
            let Value::Object(document) = document else { return None };
            let code = text(document.get("code"));
            cited.contains(&code).then(|| SourceDocument {
                code,
                title: text(document.get("title")),
                issuer: text(document.get("issuer")),
                issued_on: text(document.get("issuedOn")),
                url: text(document.get("url")),
                sample: document.get("sample") == Some(&Value::Boolean(true)),
            })
        });
        Ok(told.collect())
    }
}
