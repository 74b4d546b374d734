//! Whole collections as files that desktop maps open directly: GeoPackage and FlatGeobuf.
//!
//! A file is made on disk before its first byte is sent, at one state; so what goes wrong is told, and what arrives is
//! whole.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom};

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use flatgeobuf::{ColumnType, FgbCrs, FgbWriter, FgbWriterOptions, GeometryType};
use geo::{BoundingRect as _, Geometry, MultiPolygon};
use geozero::{ColumnValue, CoordDimensions, PropertyProcessor as _, ToWkb as _};

use super::super::Site;
use super::super::cache::is_known;
use super::super::forms::{Cell, stream};
use super::collection::{self, Collection, Shape};
use super::fields::{Field, Fields};
use super::problem::Problem;
use super::push::Cut;
use super::read::{Reading, Record, shape_of};
use super::request::{GEOJSON, Request};
use super::{choosing, conditions, kept, known_collection, pinned, push, tag_of};
use crate::graphql::{Fault, Pin};
use crate::store::geopackage::{self, Layer, Row, Value};

/// Features in a file at most.
const MOST: usize = 1_000_000;

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SQLite with a layer of features.
    GeoPackage,
    /// A flat file with a spatial index.
    FlatGeobuf,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::GeoPackage, Self::FlatGeobuf];

    /// How the name of such a file ends.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::GeoPackage => "gpkg",
            Self::FlatGeobuf => "fgb",
        }
    }

    /// Its media type.
    pub const fn media(self) -> &'static str {
        match self {
            Self::GeoPackage => "application/geopackage+sqlite3",
            Self::FlatGeobuf => "application/flatgeobuf",
        }
    }

    /// What a link to it says.
    pub const fn title(self) -> &'static str {
        match self {
            Self::GeoPackage => "整个数据集 the whole collection as GeoPackage",
            Self::FlatGeobuf => "整个数据集（只含有位置者）the whole collection as FlatGeobuf: what has a place",
        }
    }
}

/// A whole collection: `/ogc/collections/ID/ID.gpkg` or `.fgb`.
pub async fn whole(
    State(site): State<Site>,
    Path((id, name)): Path<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let collection = known_collection(&id)?;
    let kind = Kind::ALL.into_iter().find(|kind| name == format!("{id}.{}", kind.suffix()));
    let kind = kind.ok_or_else(|| {
        Problem::missing(format!("文件有 {id}.gpkg 与 {id}.fgb"), format!("there are the files {id}.gpkg and {id}.fgb"))
    })?;
    let known = choosing(collection, &uri);
    let known: Vec<&str> = known.iter().map(String::as_str).collect();
    // A file has one form, whatever else the client would take.
    let request = Request::new(&uri, &HeaderMap::new(), &known, GEOJSON)?;
    if request.get("f").is_some() {
        return Err(Problem::parameter("f", "文件格式由地址的后缀决定", "the suffix of the address says the form"));
    }
    let pin = pinned(&site, &request).await?;
    let fields = Fields::of(collection, &request, pin.session().view())?;
    let cut = push::cut(collection, conditions::of(&request, &fields)?);
    let tag = tag_of(&pin, kind.suffix());
    if is_known(&headers, &tag) {
        return Ok(kept(&headers, tag, || StatusCode::NOT_MODIFIED.into_response()));
    }
    let room = site.writer.room()?;
    let reading = Reading::new(&site, &pin, collection, fields)?;
    if reading.total(&cut).await?.is_some_and(|total| total > MOST) {
        return Err(too_many());
    }
    let file = match kind {
        Kind::GeoPackage => geopackage(&reading, &cut, &pin).await?,
        Kind::FlatGeobuf => flatgeobuf(&reading, &cut, &pin).await?,
    };
    let length = file.metadata().map_err(Fault::internal)?.len();
    let sample = if pin.has_sample() { "-sample" } else { "" };
    let name = format!("{id}-r{}{sample}.{}", pin.revision().number, kind.suffix());
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")).map_err(Fault::internal)?;
    let about = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind.media())),
        (header::CONTENT_LENGTH, length.into()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    let body = stream(move |sender| async move {
        let _room = room;
        sender.send_file(file).await
    });
    Ok(kept(&headers, tag, || (about, body).into_response()))
}

fn too_many() -> Problem {
    Problem::TooMuch { zh: format!("文件至多 {MOST} 项"), en: format!("a file holds {MOST} features at most") }
}

/// Which state a file holds, in words.
fn about(collection: &Collection, pin: &Pin) -> String {
    let sample = if pin.has_sample() {
        " 含示例（虚构）数据，逐行标明。Holds sample (made-up) data, marked row by row."
    } else {
        ""
    };
    let revision = pin.revision();
    format!(
        "{} {} 第 {} 号修订，{} 所见。Revision {}, as of {}, digest {}.{sample}",
        collection.about[0],
        collection.about[1],
        revision.number,
        pin.on(),
        revision.number,
        pin.on(),
        revision.digest
    )
}

async fn geopackage(reading: &Reading<'_>, cut: &Cut, pin: &Pin) -> Result<File, Problem> {
    let collection = reading.collection;
    let folder = tempfile::tempdir().map_err(Fault::internal)?;
    let path = folder.path().join(collection.id);
    let column = |field: &Field| {
        let kind = match field.kind {
            collection::Kind::Text | collection::Kind::Texts => geopackage::Kind::Text,
            collection::Kind::Number => geopackage::Kind::Real,
            collection::Kind::Boolean => geopackage::Kind::Boolean,
            _ => geopackage::Kind::Date,
        };
        (field.name.clone(), kind)
    };
    let layer = Layer {
        name: collection.id.to_owned(),
        title: format!("{} {}", collection.title[0], collection.title[1]),
        about: about(collection, pin),
        geometry: match collection.shape {
            Shape::Point => "POINT",
            Shape::Polygon => "MULTIPOLYGON",
            Shape::Any => "GEOMETRY",
        },
        columns: reading.fields.all.iter().map(column).collect(),
        changed: pin.revision().committed_at,
    };
    let mut writer = geopackage::Writer::create(&path, layer).await.map_err(Fault::internal)?;
    let variables = Reading::variables(cut);
    let mut pages = reading.pages(&variables);
    let mut count = 0;
    while let Some(records) = reading.next(&mut pages, cut).await? {
        count += records.len();
        if count > MOST {
            return Err(too_many());
        }
        let rows = records.iter().map(|record| row(record, collection)).collect::<Result<Vec<_>, Fault>>()?;
        writer.add(rows).await.map_err(Fault::internal)?;
    }
    writer.finish().await.map_err(Fault::internal)?;
    // The open file outlives its name.
    Ok(File::open(&path).map_err(Fault::internal)?)
}

fn row(record: &Record, collection: &Collection) -> Result<Row, Fault> {
    let geometry = match drawn(record, collection) {
        None => None,
        Some(geometry) => {
            let around = geometry.bounding_rect().ok_or_else(|| Fault::internal("a geometry without a position"))?;
            let (min, max) = (around.min(), around.max());
            // A point is its own box.
            let envelope = match geometry {
                Geometry::Point(_) => Vec::new(),
                _ => vec![min.x, max.x, min.y, max.y],
            };
            let blob = geometry.to_gpkg_wkb(CoordDimensions::xy(), Some(geopackage::SRS), envelope);
            Some((blob.map_err(Fault::internal)?, [min.x, min.y, max.x, max.y]))
        }
    };
    let value = |cell: &Cell| match cell {
        Cell::Empty => Value::Null,
        Cell::Number(text) => text.parse().map_or(Value::Null, Value::Real),
        Cell::Boolean(yes) => Value::Boolean(*yes),
        other => Value::Text(other.text()),
    };
    Ok(Row { geometry, values: record.cells.iter().map(value).collect() })
}

/// The geometry of a feature as files hold it: polygons are all of one type.
pub(super) fn drawn(record: &Record, collection: &Collection) -> Option<Geometry<f64>> {
    let geometry = shape_of(record.geometry.as_ref()?)?;
    Some(match geometry {
        Geometry::Polygon(polygon) if collection.shape == Shape::Polygon => {
            Geometry::MultiPolygon(MultiPolygon(vec![polygon]))
        }
        other => other,
    })
}

async fn flatgeobuf(reading: &Reading<'_>, cut: &Cut, pin: &Pin) -> Result<File, Problem> {
    let collection = reading.collection;
    let text = about(collection, pin);
    let title = format!("{} {}", collection.title[0], collection.title[1]);
    let options = FgbWriterOptions {
        write_index: true,
        detect_type: false,
        promote_to_multi: false,
        crs: FgbCrs { org: Some("EPSG"), code: geopackage::SRS, name: Some("WGS 84"), ..FgbCrs::default() },
        title: Some(&title),
        description: Some(&text),
        ..FgbWriterOptions::default()
    };
    let geometry = match collection.shape {
        Shape::Point => GeometryType::Point,
        Shape::Polygon => GeometryType::MultiPolygon,
        Shape::Any => GeometryType::Unknown,
    };
    let mut writer = FgbWriter::create_with_options(collection.id, geometry, options).map_err(Fault::internal)?;
    for field in &reading.fields.all {
        let kind = match field.kind {
            collection::Kind::Number => ColumnType::Double,
            collection::Kind::Boolean => ColumnType::Bool,
            _ => ColumnType::String,
        };
        writer.add_column(&field.name, kind, |_, _| {});
    }
    let variables = Reading::variables(cut);
    let mut pages = reading.pages(&variables);
    let mut count = 0;
    while let Some(records) = reading.next(&mut pages, cut).await? {
        count += records.len();
        if count > MOST {
            return Err(too_many());
        }
        for record in &records {
            // Its index has no place for what is nowhere.
            let Some(geometry) = drawn(record, collection) else { continue };
            add(&mut writer, &geometry, record, &reading.fields).map_err(Fault::internal)?;
        }
    }
    let written = tokio::task::spawn_blocking(move || {
        let file = tempfile::tempfile()?;
        let mut out = BufWriter::new(file);
        writer.write(&mut out).map_err(std::io::Error::other)?;
        let mut file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        Ok::<_, std::io::Error>(file)
    });
    Ok(written.await.map_err(Fault::internal)?.map_err(Fault::internal)?)
}

fn add(
    writer: &mut FgbWriter<'_>,
    geometry: &Geometry<f64>,
    record: &Record,
    fields: &Fields,
) -> geozero::error::Result<()> {
    let mut failed = None;
    writer.add_feature_geom(geometry.clone(), |feature| {
        for (at, (field, cell)) in fields.all.iter().zip(&record.cells).enumerate() {
            let text;
            let value = match cell {
                Cell::Empty => continue,
                Cell::Boolean(yes) => ColumnValue::Bool(*yes),
                Cell::Number(number) => match number.parse() {
                    Ok(number) => ColumnValue::Double(number),
                    Err(_) => continue,
                },
                other => {
                    text = other.text();
                    ColumnValue::String(&text)
                }
            };
            if let Err(why) = feature.property(at, &field.name, &value) {
                failed = Some(why);
            }
        }
    })?;
    failed.map_or(Ok(()), Err)
}
