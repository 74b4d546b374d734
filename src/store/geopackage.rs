//! GeoPackages (OGC 12-128r18): one layer of features in an SQLite file of its own, with a spatial index.
//!
//! The file is made once and handed out; it has nothing to do with the database. Its bytes depend on what it holds
//! alone: no clock is read.

use std::path::Path;

use chrono::{DateTime, SecondsFormat, Utc};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, SqliteConnection};

use super::StoreError;

/// "GPKG", and version 1.3.0: what says that a file is one.
const APPLICATION: u32 = 0x4750_4B47;
const VERSION: u32 = 10_300;
/// The identifier of WGS 84, longitude first as in every GeoPackage.
pub const SRS: i32 = 4326;
const WGS84: &str = r#"GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563,AUTHORITY["EPSG","7030"]],AUTHORITY["EPSG","6326"]],PRIMEM["Greenwich",0,AUTHORITY["EPSG","8901"]],UNIT["degree",0.0174532925199433,AUTHORITY["EPSG","9122"]],AXIS["Latitude",NORTH],AXIS["Longitude",EAST],AUTHORITY["EPSG","4326"]]"#;
/// Names of the columns that every layer has.
const ID: &str = "fid";
const GEOMETRY: &str = "geom";

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A number.
    Real,
    /// Yes or no.
    Boolean,
    /// A day, YYYY-MM-DD.
    Date,
}

impl Kind {
    const fn sql(self) -> &'static str {
        match self {
            Self::Text => "TEXT",
            Self::Real => "REAL",
            Self::Boolean => "BOOLEAN",
            Self::Date => "DATE",
        }
    }
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing there.
    Null,
    /// A text or a day.
    Text(String),
    /// A number.
    Real(f64),
    /// Yes or no.
    Boolean(bool),
}

/// A layer.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// What it holds.
    pub about: String,
    /// `POINT`, `MULTIPOLYGON` or `GEOMETRY`.
    pub geometry: &'static str,
    /// Its columns, in order.
    pub columns: Vec<(String, Kind)>,
    /// When what it holds was last changed.
    pub changed: DateTime<Utc>,
}

/// A feature.
#[derive(Debug, Clone)]
pub struct Row {
    /// The geometry as GeoPackage writes it, and the box around it (west, south, east, north).
    pub geometry: Option<(Vec<u8>, [f64; 4])>,
    /// A value for each column.
    pub values: Vec<Value>,
}

/// Writes a GeoPackage.
pub struct Writer {
    connection: SqliteConnection,
    layer: Layer,
    rows: i64,
    around: Option<[f64; 4]>,
}

/// A name as SQL takes it.
pub(super) fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

impl Writer {
    /// Begins a file that is not there yet.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn create(file: &Path, layer: Layer) -> Result<Self, StoreError> {
        // It is thrown away when it does not come to its end, so nothing is written twice for safety.
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Off)
            .synchronous(SqliteSynchronous::Off)
            .disable_statement_logging();
        let mut writer = Self { connection: options.connect().await?, layer, rows: 0, around: None };
        writer.begin().await?;
        Ok(writer)
    }

    async fn run(&mut self, sql: String) -> Result<(), StoreError> {
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.connection).await?;
        Ok(())
    }

    async fn begin(&mut self) -> Result<(), StoreError> {
        self.run(format!("PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {VERSION}; {TABLES}")).await?;
        let systems = [
            ("WGS 84 geodetic", SRS, "EPSG", SRS, WGS84),
            ("Undefined Cartesian SRS", -1, "NONE", -1, "undefined"),
            ("Undefined geographic SRS", 0, "NONE", 0, "undefined"),
        ];
        for (title, id, organization, code, definition) in systems {
            sqlx::query("INSERT INTO gpkg_spatial_ref_sys VALUES (?, ?, ?, ?, ?, NULL)")
                .bind(title)
                .bind(id)
                .bind(organization)
                .bind(code)
                .bind(definition)
                .execute(&mut self.connection)
                .await?;
        }
        let columns: String =
            self.layer.columns.iter().map(|(column, kind)| format!(", {} {}", name(column), kind.sql())).collect();
        let table = name(&self.layer.name);
        let geometry = self.layer.geometry;
        self.run(format!(
            "CREATE TABLE {table} ({ID} INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, {GEOMETRY} {geometry}{columns}); \
             CREATE VIRTUAL TABLE {} USING rtree(id, minx, maxx, miny, maxy); BEGIN",
            name(&self.index())
        ))
        .await
    }

    fn index(&self) -> String {
        format!("rtree_{}_{GEOMETRY}", self.layer.name)
    }

    /// Adds features.
    ///
    /// # Errors
    /// When they cannot be written.
    pub async fn add(&mut self, rows: Vec<Row>) -> Result<(), StoreError> {
        let marks = ", ?".repeat(self.layer.columns.len());
        let insert = format!("INSERT INTO {} VALUES (?, ?{marks})", name(&self.layer.name));
        let place = format!("INSERT INTO {} VALUES (?, ?, ?, ?, ?)", name(&self.index()));
        for row in rows {
            self.rows += 1;
            let (blob, around) = row.geometry.map_or((None, None), |(blob, around)| (Some(blob), Some(around)));
            let mut query = sqlx::query(AssertSqlSafe(insert.clone())).bind(self.rows).bind(blob);
            for value in row.values {
                query = match value {
                    Value::Null => query.bind(None::<String>),
                    Value::Text(text) => query.bind(text),
                    Value::Real(number) => query.bind(number),
                    Value::Boolean(yes) => query.bind(yes),
                };
            }
            query.execute(&mut self.connection).await?;
            let Some([west, south, east, north]) = around else { continue };
            let query = sqlx::query(AssertSqlSafe(place.clone())).bind(self.rows);
            query.bind(west).bind(east).bind(south).bind(north).execute(&mut self.connection).await?;
            self.around = Some(self.around.map_or([west, south, east, north], |around| {
                [around[0].min(west), around[1].min(south), around[2].max(east), around[3].max(north)]
            }));
        }
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub async fn finish(mut self) -> Result<(), StoreError> {
        let layer = self.layer.clone();
        let changed = layer.changed.to_rfc3339_opts(SecondsFormat::Millis, true);
        let edge = |at: usize| self.around.map(|around| around[at]);
        sqlx::query("INSERT INTO gpkg_contents VALUES (?, 'features', ?, ?, ?, ?, ?, ?, ?, ?)")
            .bind(&layer.name)
            .bind(&layer.title)
            .bind(&layer.about)
            .bind(changed)
            .bind(edge(0))
            .bind(edge(1))
            .bind(edge(2))
            .bind(edge(3))
            .bind(SRS)
            .execute(&mut self.connection)
            .await?;
        sqlx::query("INSERT INTO gpkg_geometry_columns VALUES (?, ?, ?, ?, 0, 0)")
            .bind(&layer.name)
            .bind(GEOMETRY)
            .bind(layer.geometry)
            .bind(SRS)
            .execute(&mut self.connection)
            .await?;
        sqlx::query("INSERT INTO gpkg_extensions VALUES (?, ?, 'gpkg_rtree_index', ?, 'write-only')")
            .bind(&layer.name)
            .bind(GEOMETRY)
            .bind("http://www.geopackage.org/spec120/#extension_rtree")
            .execute(&mut self.connection)
            .await?;
        // From now on whoever edits the file keeps the index right.
        let triggers = triggers(&layer.name, &self.index());
        self.run(format!("COMMIT; {triggers}")).await?;
        self.connection.close().await?;
        Ok(())
    }
}

const TABLES: &str = "\
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY, \
  organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL, description TEXT); \
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE, \
  description TEXT DEFAULT '', last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')), \
  min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER, \
  CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id)); \
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, \
  srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL, \
  CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), \
  CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name), \
  CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys (srs_id)); \
CREATE TABLE gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL, \
  scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name));";

/// The triggers of the extension `gpkg_rtree_index`.
fn triggers(table: &str, index: &str) -> String {
    let trigger = |event: &str| name(&format!("{index}_{event}"));
    let (table, index) = (name(table), name(index));
    let (id, geometry) = (ID, GEOMETRY);
    let there = format!("NEW.{geometry} NOTNULL AND NOT ST_IsEmpty(NEW.{geometry})");
    let gone = format!("NEW.{geometry} ISNULL OR ST_IsEmpty(NEW.{geometry})");
    let put = format!(
        "INSERT OR REPLACE INTO {index} VALUES (NEW.{id}, ST_MinX(NEW.{geometry}), ST_MaxX(NEW.{geometry}), \
         ST_MinY(NEW.{geometry}), ST_MaxY(NEW.{geometry}));"
    );
    let drop_old = format!("DELETE FROM {index} WHERE id = OLD.{id};");
    [
        format!("CREATE TRIGGER {} AFTER INSERT ON {table} WHEN ({there}) BEGIN {put} END;", trigger("insert")),
        format!(
            "CREATE TRIGGER {} AFTER UPDATE OF {geometry} ON {table} WHEN OLD.{id} = NEW.{id} AND ({there}) BEGIN {put} END;",
            trigger("update1")
        ),
        format!(
            "CREATE TRIGGER {} AFTER UPDATE OF {geometry} ON {table} WHEN OLD.{id} = NEW.{id} AND ({gone}) BEGIN {drop_old} END;",
            trigger("update2")
        ),
        format!(
            "CREATE TRIGGER {} AFTER UPDATE ON {table} WHEN OLD.{id} != NEW.{id} AND ({there}) BEGIN {drop_old} {put} END;",
            trigger("update3")
        ),
        format!(
            "CREATE TRIGGER {} AFTER UPDATE ON {table} WHEN OLD.{id} != NEW.{id} AND ({gone}) \
             BEGIN DELETE FROM {index} WHERE id IN (OLD.{id}, NEW.{id}); END;",
            trigger("update4")
        ),
        format!("CREATE TRIGGER {} AFTER DELETE ON {table} WHEN OLD.{geometry} NOTNULL BEGIN {drop_old} END;", trigger("delete")),
    ]
    .join(" ")
}
