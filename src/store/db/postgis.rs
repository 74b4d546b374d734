//! Layers for desktop maps in a PostgreSQL database that has PostGIS: a schema of their own, one table a layer.
//!
//! The tables are copies, written anew from what the rest of the program answers; nothing here reads them back. What
//! changes in them changes in one transaction, row by row, so that readers see the state before or the one after, grants
//! and views on them stay, and a row keeps its number.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value};
use sqlx::{AssertSqlSafe, Postgres, Row as _, Transaction};

use super::super::geopackage::name;
use super::super::{Store, StoreError};
use super::{Db, WRITER_PATIENCE};

/// The schema.
const SCHEMA: &str = "gis";
/// Begins the comment on a schema that is ours.
const MARK: &str = "planatlas-gis";
const ABOUT: &str = "由 planatlas postgis enable 建立，随每次修订更新，请勿改写；planatlas postgis disable 将其删除。Made by planatlas \
     postgis enable and kept with every revision, so do not write to it; planatlas postgis disable drops it.";
/// The advisory lock of whoever writes here: "planagis" in ASCII. Imports do not wait for it.
const LOCK: i64 = i64::from_be_bytes(*b"planagis");
/// CGCS2000, longitude first as PostGIS keeps everything.
pub const SRS: i32 = 4490;
/// Names of the columns that every layer has.
const ID: &str = "fid";
const KEY: &str = "code";
/// The column that a row's geometry goes to, as hexadecimal EWKB.
pub const GEOMETRY: &str = "geom";
/// Says which state the layers show.
const STATE: &str = "state";

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// Several texts.
    Texts,
    /// An exact number.
    Number,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
}

impl Kind {
    const fn sql(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Texts => "text[]",
            Self::Number => "numeric",
            Self::Boolean => "boolean",
            Self::Date => "date",
        }
    }
}

/// A column.
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What its values are.
    pub kind: Kind,
    /// What they say.
    pub about: String,
}

/// A layer; one of its columns is `code`, which no two of its rows share.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its name, and that of its table.
    pub name: &'static str,
    /// What it holds.
    pub about: String,
    /// `Point`, `MultiPolygon` or `Geometry`.
    pub geometry: &'static str,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// What the layers show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// Number of the revision.
    pub revision: i32,
    /// Its digest.
    pub digest: String,
    /// When it was made.
    pub committed_at: DateTime<Utc>,
    /// The day it is seen on.
    pub day: NaiveDate,
    /// Whether it holds made-up rows.
    pub sample: bool,
    /// Version of the program that wrote them.
    pub program: String,
}

/// Why there are no layers.
#[derive(Debug, thiserror::Error)]
pub enum PostgisError {
    /// A file has none.
    #[error(
        "图层属于 PostgreSQL 数据库，所给的是 SQLite 文件；QGIS 可读 /ogc 或 GeoPackage 文件（见 docs/qgis.md）。Layers are kept in \
         PostgreSQL, and this is an SQLite file; QGIS reads /ogc or a GeoPackage (docs/qgis.md)."
    )]
    NotPostgres,
    /// The server has no PostGIS.
    #[error(
        "服务器没有 PostGIS；请安装（Debian：postgresql-15-postgis-3），然后重试。The server has no PostGIS; install it (Debian: \
         postgresql-15-postgis-3) and try again."
    )]
    NoPostgis,
    /// The user may not make what is needed.
    #[error(
        "该用户无权建立扩展或模式；请管理员在此数据库执行 CREATE EXTENSION IF NOT EXISTS postgis，并授予 CREATE 权限。This user may not \
         create the extension or the schema; let an administrator run CREATE EXTENSION IF NOT EXISTS postgis in this \
         database and grant CREATE on it."
    )]
    NotAllowed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// CGCS2000 is not known there.
    #[error(
        "spatial_ref_sys 中没有 EPSG:{SRS}（CGCS2000）；请用 PostGIS 自带的 spatial_ref_sys.sql 补上，然后重试。There is no EPSG:{SRS} \
         (CGCS2000) in spatial_ref_sys; put it back from PostGIS's own spatial_ref_sys.sql and try again."
    )]
    NoSystem,
    /// The schema is somebody else's.
    #[error(
        "已有一个 {SCHEMA} 模式，但不是本程序建立的，未作任何更改；请改名（ALTER SCHEMA {SCHEMA} RENAME TO …）后重试。There is a schema \
         {SCHEMA} that this program did not make; nothing was changed. Rename it (ALTER SCHEMA {SCHEMA} RENAME TO …) and \
         try again."
    )]
    Foreign,
    /// Something of somebody else's stands in the schema or rests on its tables.
    #[error(
        "{SCHEMA} 模式中有他人之物，或有他物依赖其中的表，未作任何更改；请先移走：{0}。Things of others stand in the schema {SCHEMA} or \
         rest on its tables; nothing was changed. Move them first: {0}."
    )]
    InUse(String),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sqlx::Error> for PostgisError {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error().and_then(|why| why.code()).as_deref() {
            Some("42501") => Self::NotAllowed(error.into()),
            _ => Self::Store(error.into()),
        }
    }
}

/// A text as SQL takes it.
fn text(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

impl Layer {
    fn table(&self) -> String {
        format!("{SCHEMA}.{}", name(self.name))
    }

    /// Columns with their types, without the row's number.
    fn typed(&self) -> Vec<(&'static str, String)> {
        let own = self.columns.iter().map(|column| (column.name, column.kind.sql().to_owned()));
        own.chain([(GEOMETRY, format!("geometry({},{SRS})", self.geometry))]).collect()
    }

    /// The statements that make its table.
    fn making(&self) -> String {
        let (table, index) = (self.table(), name(&format!("{}_{GEOMETRY}", self.name)));
        let columns = self.typed().into_iter().fold(String::new(), |all, (column, of)| {
            let unique = if column == KEY { " NOT NULL UNIQUE" } else { "" };
            all + &format!(", {} {of}{unique}", name(column))
        });
        let mut sql = format!(
            "CREATE TABLE {table} ({ID} bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY{columns}); CREATE INDEX {index} ON \
             {table} USING gist ({GEOMETRY}); COMMENT ON TABLE {table} IS {};",
            text(&self.about)
        );
        for Column { name: column, about, .. } in &self.columns {
            let _ = write!(sql, " COMMENT ON COLUMN {table}.{} IS {};", name(column), text(about));
        }
        sql
    }

    /// The statements that bring its table to what `incoming` holds, touching only what differs.
    fn merging(&self) -> [String; 3] {
        let table = self.table();
        let names: Vec<String> = self.typed().into_iter().map(|(column, _)| name(column)).collect();
        let of = |alias: &str| names.iter().map(|name| format!("{alias}.{name}")).collect::<Vec<_>>().join(", ");
        let sets: Vec<String> = names.iter().map(|name| format!("{name} = i.{name}")).collect();
        [
            format!("DELETE FROM {table} t WHERE NOT EXISTS (SELECT FROM incoming i WHERE i.{KEY} = t.{KEY})"),
            format!(
                "UPDATE {table} t SET {} FROM incoming i WHERE i.{KEY} = t.{KEY} AND ROW({}) IS DISTINCT FROM ROW({})",
                sets.join(", "),
                of("t"),
                of("i")
            ),
            format!(
                "INSERT INTO {table} ({}) SELECT {} FROM incoming i WHERE NOT EXISTS (SELECT FROM {table} t WHERE \
                 t.{KEY} = i.{KEY}) ORDER BY i.{KEY}",
                names.join(", "),
                of("i")
            ),
        ]
    }
}

/// Whose the schema is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    Nobody,
    Ours,
    Others,
}

/// Writes the layers, in one transaction; what is not finished is taken back.
pub struct Writer {
    tx: Transaction<'static, Postgres>,
}

impl Store {
    /// Whether layers are kept in this database. One short question, without asking anything of PostGIS.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn keeps_layers(&self) -> Result<bool, StoreError> {
        let Db::Postgres(cluster) = &self.db else { return Ok(false) };
        let mut tx = cluster.begin().await?;
        Ok(owner(&mut tx).await? == Owner::Ours)
    }

    /// Begins to write layers, once nobody else does. With `make` the schema is made where there is none; without, the
    /// answer is none then.
    ///
    /// # Errors
    /// See [`PostgisError`].
    pub async fn write_layers(&self, make: bool) -> Result<Option<Writer>, PostgisError> {
        let Some(mut tx) = self.locked().await? else { return Err(PostgisError::NotPostgres) };
        match owner(&mut tx).await? {
            Owner::Others => return Err(PostgisError::Foreign),
            Owner::Nobody if !make => return Ok(None),
            owner => {
                let home = prepare(&mut tx, make).await?;
                run(&mut tx, format!("SET LOCAL search_path TO {}", name(&home))).await?;
                let known = format!("SELECT 1 FROM spatial_ref_sys WHERE srid = {SRS}");
                if sqlx::query(AssertSqlSafe(known)).fetch_optional(&mut *tx).await?.is_none() {
                    return Err(PostgisError::NoSystem);
                }
                if owner == Owner::Nobody {
                    let about = text(&format!("{MARK}: {ABOUT}"));
                    run(
                        &mut tx,
                        format!("CREATE SCHEMA {SCHEMA}; COMMENT ON SCHEMA {SCHEMA} IS {about}; {STATE_TABLE}"),
                    )
                    .await?;
                }
            }
        }
        Ok(Some(Writer { tx }))
    }

    /// Drops the layers; says whether there were any.
    ///
    /// # Errors
    /// [`PostgisError::Foreign`] and [`PostgisError::InUse`] when that would touch what is not ours.
    pub async fn drop_layers(&self, layers: &[&str]) -> Result<bool, PostgisError> {
        let Some(mut tx) = self.locked().await? else { return Err(PostgisError::NotPostgres) };
        match owner(&mut tx).await? {
            Owner::Nobody => return Ok(false),
            Owner::Others => return Err(PostgisError::Foreign),
            Owner::Ours => {}
        }
        let ours: Vec<String> = layers.iter().chain([&STATE]).map(|layer| (*layer).to_owned()).collect();
        let others = "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = $1 AND c.relkind IN ('r', 'v', 'm', 'f', 'p') AND c.relname <> ALL($2) ORDER BY 1";
        let others = sqlx::query(others).bind(SCHEMA).bind(&ours).fetch_all(&mut *tx).await?;
        if !others.is_empty() {
            let names = others.iter().map(|row| row.try_get(0)).collect::<Result<Vec<String>, _>>()?;
            return Err(PostgisError::InUse(names.join(", ")));
        }
        let tables: Vec<String> = ours.iter().map(|table| format!("{SCHEMA}.{}", name(table))).collect();
        let drop = format!("DROP TABLE IF EXISTS {}; DROP SCHEMA {SCHEMA}", tables.join(", "));
        let dropped = sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *tx).await;
        dropped.map_err(|error| match error.as_database_error() {
            Some(why) if why.code().as_deref() == Some("2BP01") => {
                let why = why.try_downcast_ref::<sqlx::postgres::PgDatabaseError>();
                PostgisError::InUse(why.and_then(|why| why.detail()).unwrap_or_default().replace('\n', "; "))
            }
            _ => error.into(),
        })?;
        tx.commit().await?;
        Ok(true)
    }

    /// Rewrites the layers' tables so that no file holds what their rows said before. Nothing where none are kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn forget_layers(&self, layers: &[&str]) -> Result<(), StoreError> {
        let Db::Postgres(cluster) = &self.db else { return Ok(()) };
        for layer in layers {
            let sql = format!("VACUUM (FULL) {SCHEMA}.{}", name(layer));
            sqlx::raw_sql(AssertSqlSafe(sql)).execute(&cluster.primary).await?;
        }
        Ok(())
    }

    /// A transaction that alone may write layers; none on SQLite.
    async fn locked(&self) -> Result<Option<Transaction<'static, Postgres>>, StoreError> {
        let Db::Postgres(cluster) = &self.db else { return Ok(None) };
        let mut tx = cluster.begin().await?;
        let patience = format!("SET LOCAL lock_timeout = {}", WRITER_PATIENCE.as_millis());
        run(&mut tx, patience).await?;
        sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(LOCK).execute(&mut *tx).await?;
        Ok(Some(tx))
    }
}

const STATE_TABLE: &str = "\
CREATE TABLE gis.state (revision integer PRIMARY KEY, digest text NOT NULL, committed_at timestamptz NOT NULL, \
  day date NOT NULL, sample boolean NOT NULL, program text NOT NULL); \
COMMENT ON TABLE gis.state IS '图层所示的修订。The revision that the layers show.'; \
COMMENT ON COLUMN gis.state.revision IS '修订号。Number of the revision.'; \
COMMENT ON COLUMN gis.state.digest IS '修订的摘要。Its digest.'; \
COMMENT ON COLUMN gis.state.committed_at IS '修订的时刻。When it was made.'; \
COMMENT ON COLUMN gis.state.day IS '所见之日，决定哪一版边界有效。The day it is seen on, which decides the outlines in force.'; \
COMMENT ON COLUMN gis.state.sample IS '含示例（虚构）数据，逐行标明。It holds made-up rows, marked one by one.'; \
COMMENT ON COLUMN gis.state.program IS '写入的程序版本。Version of the program that wrote them.';";

async fn run(tx: &mut Transaction<'static, Postgres>, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut **tx).await.map(drop)
}

async fn owner(tx: &mut Transaction<'static, Postgres>) -> Result<Owner, sqlx::Error> {
    let asked = sqlx::query("SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = $1");
    let Some(row) = asked.bind(SCHEMA).fetch_optional(&mut **tx).await? else { return Ok(Owner::Nobody) };
    let comment: Option<String> = row.try_get(0)?;
    Ok(if comment.is_some_and(|comment| comment.starts_with(MARK)) { Owner::Ours } else { Owner::Others })
}

/// The schema that PostGIS is in; with `make` it is installed where the server has it.
async fn prepare(tx: &mut Transaction<'static, Postgres>, make: bool) -> Result<String, PostgisError> {
    let home = "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace \
         WHERE e.extname = 'postgis'";
    if let Some(row) = sqlx::query(home).fetch_optional(&mut **tx).await? {
        return Ok(row.try_get(0)?);
    }
    let offered = sqlx::query("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'");
    if !make || offered.fetch_optional(&mut **tx).await?.is_none() {
        return Err(PostgisError::NoPostgis);
    }
    run(tx, "CREATE EXTENSION postgis".to_owned()).await?;
    Ok(sqlx::query(home).fetch_one(&mut **tx).await?.try_get(0)?)
}

impl Writer {
    /// Whether the layers show a state already.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn shows(&mut self, state: &State) -> Result<bool, PostgisError> {
        let asked =
            sqlx::query("SELECT 1 FROM gis.state WHERE digest = $1 AND day = CAST($2 AS date) AND program = $3");
        let asked = asked.bind(&state.digest).bind(state.day.to_string()).bind(&state.program);
        Ok(asked.fetch_optional(&mut *self.tx).await?.is_some())
    }

    /// Begins a layer. Its table is made where it is missing, and anew where it is not what it should be.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(&mut self, layer: &Layer) -> Result<(), PostgisError> {
        let columns = "SELECT a.attname, format_type(a.atttypid, a.atttypmod) FROM pg_attribute a \
             JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
             WHERE n.nspname = $1 AND c.relname = $2 AND a.attnum > 0 AND NOT a.attisdropped AND a.attname <> $3 \
             ORDER BY a.attnum";
        let columns = sqlx::query(columns).bind(SCHEMA).bind(layer.name).bind(ID).fetch_all(&mut *self.tx).await?;
        let there: Vec<(String, String)> =
            columns.iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect::<Result<_, sqlx::Error>>()?;
        let same = |((there, of), (wanted, wanted_of)): (&(String, String), &(&str, String))| {
            there == wanted && of == wanted_of
        };
        let wanted = layer.typed();
        if there.len() != wanted.len() || !there.iter().zip(&wanted).all(same) {
            let table = layer.table();
            run(&mut self.tx, format!("DROP TABLE IF EXISTS {table}; {}", layer.making())).await?;
        }
        let names: Vec<String> = wanted.iter().map(|(column, _)| name(column)).collect();
        let (table, names) = (layer.table(), names.join(", "));
        let incoming = format!("CREATE TEMP TABLE incoming ON COMMIT DROP AS SELECT {names} FROM {table} WITH NO DATA");
        Ok(run(&mut self.tx, incoming).await?)
    }

    /// Adds rows to the layer that was begun: values by columns, [`GEOMETRY`] among them; numbers as texts, so that they
    /// stay exact.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add(&mut self, rows: Vec<Map<String, Value>>) -> Result<(), PostgisError> {
        let rows = serde_json::to_string(&rows).map_err(|error| StoreError::Other(error.into()))?;
        let insert =
            "INSERT INTO incoming SELECT * FROM json_populate_recordset(NULL::pg_temp.incoming, CAST($1 AS json))";
        sqlx::query(insert).bind(rows).persistent(false).execute(&mut *self.tx).await?;
        Ok(())
    }

    /// Ends the layer that was begun; says how many rows it has.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn end(&mut self, layer: &Layer) -> Result<u64, PostgisError> {
        run(&mut self.tx, "ANALYZE incoming".to_owned()).await?;
        for sql in layer.merging() {
            run(&mut self.tx, sql).await?;
        }
        let rows: i64 = sqlx::query("SELECT count(*) FROM incoming").fetch_one(&mut *self.tx).await?.try_get(0)?;
        run(&mut self.tx, format!("DROP TABLE incoming; ANALYZE {}", layer.table())).await?;
        Ok(rows.unsigned_abs())
    }

    /// Shows what was written to everybody.
    ///
    /// # Errors
    /// When the database fails; nothing has changed then.
    pub async fn finish(mut self, state: Option<&State>) -> Result<(), PostgisError> {
        run(&mut self.tx, "DELETE FROM gis.state".to_owned()).await?;
        if let Some(State { revision, digest, committed_at, day, sample, program }) = state {
            let insert =
                sqlx::query("INSERT INTO gis.state VALUES ($1, $2, CAST($3 AS timestamptz), CAST($4 AS date), $5, $6)");
            let insert = insert.bind(revision).bind(digest).bind(committed_at.to_rfc3339()).bind(day.to_string());
            insert.bind(sample).bind(program).execute(&mut *self.tx).await?;
        }
        Ok(self.tx.commit().await?)
    }
}
