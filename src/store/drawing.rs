//! Outlines as they are drawn: measured, and simplified to each level of detail together with those beside them, by
//! the revision that brings them, so that no server has to. Seconds of work for a country.
//!
//! They follow from the rows of footprints, so no digest covers them: `verify` makes them again and compares.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;
use sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, UpdateStatement, Value};
use sha2::{Digest as _, Sha256};
use tokio::task::JoinHandle;

use super::db::{Row, Session};
use super::insert::insert;
use super::version::OPEN;
use super::{Dimension, Store, StoreError, dimension, held_at};
use crate::domain::{EntityId, FromRecord, Kind, Outline, Point, Shape, Sheet};
use crate::geometry::{self, Bbox, LEVELS, Measures, Topology};

const TABLE: &str = "drawing";
/// The way of drawing: part of what a drawing is known by, so that another way draws everything anew.
const WAY: &[u8] = b"planatlas-drawing-1";

/// A sheet as it is drawn: what its outlines measure, and how they look at each level of detail.
#[derive(Debug, Clone)]
pub struct Drawing {
    /// The sheet.
    pub sheet: Sheet,
    /// What it was made from: see [`outlines_digest`].
    outlines: String,
    /// One for each of [`LEVELS`]: the measures first, then the shapes.
    bodies: Vec<Arc<[u8]>>,
}

/// What one outline measures, as it is kept: identity, box, km², label point, vertices.
type Measured = (i64, [i32; 4], f64, [i32; 2], u64);

impl Drawing {
    /// None once it is no longer wanted.
    fn new(sheet: Sheet, outlines: &[Arc<Outline>], wanted: impl Fn() -> bool) -> Option<Self> {
        let digest = outlines_digest(outlines);
        let measured: Vec<Measured> = outlines
            .iter()
            .filter_map(|outline| {
                let Measures { bbox: Bbox { min, max }, area_km2, label_point, vertex_count } =
                    geometry::measures(&outline.shape)?;
                let extent = [min.x, min.y, max.x, max.y];
                Some((outline.id.0, extent, area_km2, [label_point.x, label_point.y], vertex_count as u64))
            })
            .collect();
        let mut bodies = vec![packed(&measured)?];
        let shapes: Vec<&Shape> = outlines.iter().map(|outline| &*outline.shape).collect();
        let topology = Topology::new(&shapes);
        for metres in &LEVELS[1..] {
            if !wanted() {
                return None;
            }
            let blobs: Vec<Vec<u8>> = topology.simplify(*metres).iter().map(geometry::to_blob).collect();
            let level: Vec<(i64, &[u8])> =
                outlines.iter().zip(&blobs).map(|(outline, blob)| (outline.id.0, blob.as_slice())).collect();
            bodies.push(packed(&level)?);
        }
        Some(Self { sheet, outlines: digest, bodies })
    }

    /// What the outlines measure.
    ///
    /// # Errors
    /// When it was damaged.
    pub fn measures(&self) -> Result<HashMap<EntityId, Measures>, StoreError> {
        let measured: Vec<Measured> = self.unpacked(0)?;
        let point = |[x, y]: [i32; 2]| Point { x, y };
        Ok(measured
            .into_iter()
            .map(|(id, [west, south, east, north], area_km2, label, vertices)| {
                let bbox = Bbox { min: point([west, south]), max: point([east, north]) };
                let label_point = point(label);
                let vertex_count = usize::try_from(vertices).unwrap_or(usize::MAX);
                (EntityId(id), Measures { bbox, area_km2, label_point, vertex_count })
            })
            .collect())
    }

    /// The outlines at a level of [`LEVELS`] beyond the first.
    ///
    /// # Errors
    /// When it was damaged.
    pub fn shapes(&self, level: usize) -> Result<HashMap<EntityId, Arc<Shape>>, StoreError> {
        let blobs: Vec<(i64, &[u8])> = self.unpacked(level)?;
        let shape = |blob| geometry::from_blob(blob).map(Arc::new).map_err(|_| StoreError::Damaged);
        blobs.into_iter().map(|(id, blob)| Ok((EntityId(id), shape(blob)?))).collect()
    }

    fn is_whole(&self) -> bool {
        self.bodies.len() == LEVELS.len()
    }

    /// Whether it shows the same. An area may differ in its last digits: another machine may have measured it.
    fn is_like(&self, other: &Self) -> bool {
        let near = |a: Measures, b: Measures| {
            let exact = (a.bbox, a.label_point, a.vertex_count) == (b.bbox, b.label_point, b.vertex_count);
            exact && (a.area_km2 - b.area_km2).abs() <= a.area_km2.abs() * 1e-9
        };
        let (Ok(mine), Ok(others)) = (self.measures(), other.measures()) else { return false };
        mine.len() == others.len()
            && mine.iter().all(|(id, measures)| others.get(id).is_some_and(|other| near(*measures, *other)))
            && (self.sheet, &self.outlines) == (other.sheet, &other.outlines)
            && self.bodies.get(1..) == other.bodies.get(1..)
    }

    fn unpacked<'a, T: serde::Deserialize<'a>>(&'a self, level: usize) -> Result<T, StoreError> {
        let body = self.bodies.get(level).ok_or(StoreError::Damaged)?;
        postcard::from_bytes(body).map_err(|_| StoreError::Damaged)
    }
}

fn packed(value: &impl serde::Serialize) -> Option<Arc<[u8]>> {
    postcard::to_allocvec(value).ok().map(Arc::from)
}

/// What a drawing of these outlines is made from.
fn outlines_digest(outlines: &[Arc<Outline>]) -> String {
    let mut hash = Sha256::new_with_prefix(WAY);
    for outline in outlines {
        let blob = geometry::to_blob(&outline.shape);
        hash.update(outline.id.0.to_be_bytes());
        hash.update((blob.len() as u64).to_be_bytes());
        hash.update(blob);
    }
    hex::encode(hash.finalize())
}

impl Store {
    /// The drawings that a revision holds. A database made before there were any has none: whoever needs them makes them.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read back.
    pub async fn drawings(&self, at: i32) -> Result<Vec<Drawing>, StoreError> {
        let drawings = of_rows(&self.db.rows(&held(at)).await?)?;
        Ok(drawings.into_iter().filter(|(_, drawing)| drawing.is_whole()).map(|(_, drawing)| drawing).collect())
    }
}

/// The drawings in the rows of [`held`], each with the revision that began it. What is not whole stays so.
fn of_rows(rows: &[Row]) -> Result<Vec<(i32, Drawing)>, StoreError> {
    let mut drawings: Vec<(i32, Drawing)> = Vec::new();
    for row in rows {
        let (sheet, outlines, since) = (sheet(row)?, row.text(2)?, row.revision(3)?);
        let (metres, body) = (row.int(4)?, row.some_bytes(5)?.ok_or(StoreError::Damaged)?.into());
        let last = drawings.last_mut().filter(|(begun, last)| {
            let next = LEVELS.get(last.bodies.len()).map(|metres| *metres as i64);
            *begun == since && last.sheet == sheet && last.outlines == outlines && next == Some(metres)
        });
        match last {
            Some((_, drawing)) => drawing.bodies.push(body),
            None => {
                let bodies = if metres == LEVELS[0] as i64 { vec![body] } else { Vec::new() };
                drawings.push((since, Drawing { sheet, outlines, bodies }));
            }
        }
    }
    Ok(drawings)
}

fn sheet(row: &Row) -> Result<Sheet, StoreError> {
    let kind = Kind::from_word(&row.text(0)?).ok_or(StoreError::Damaged)?;
    let day = row.text(1)?;
    let last = (!day.is_empty()).then(|| day.parse::<NaiveDate>()).transpose().map_err(|_| StoreError::Damaged)?;
    Ok(Sheet { kind, last })
}

fn last_day(sheet: Sheet) -> String {
    sheet.last.map(|day| day.to_string()).unwrap_or_default()
}

/// Every drawing of a revision, a sheet after another, its levels from the finest.
pub(super) fn held(at: i32) -> SelectStatement {
    Query::select()
        .columns(["kind", "last_day", "outlines", "rev_from", "metres", "body"].map(|column| ("f", column)))
        .from_as(TABLE, "f")
        .cond_where(held_at("f", at))
        .order_by(("f", "kind"), Order::Asc)
        .order_by(("f", "last_day"), Order::Asc)
        .order_by(("f", "metres"), Order::Asc)
        .take()
}

/// The sheets drawn now, and what from.
pub(super) fn living() -> SelectStatement {
    Query::select()
        .columns(["kind", "last_day", "outlines"])
        .from(TABLE)
        .and_where(Expr::col("metres").eq(0i64))
        .and_where(Expr::col("rev_to").eq(OPEN))
        .take()
}

/// Ends the drawings of a sheet.
pub(super) fn ending(sheet: Sheet, number: i32) -> UpdateStatement {
    Query::update()
        .table(TABLE)
        .value("rev_to", i64::from(number))
        .and_where(Expr::col("kind").eq(sheet.kind.word()))
        .and_where(Expr::col("last_day").eq(last_day(sheet)))
        .and_where(Expr::col("rev_to").eq(OPEN))
        .take()
}

/// The outlines that a revision holds, by sheet; what is no outline is left to whoever reads the revision.
async fn sheets(session: &mut Session, at: i32) -> Result<Vec<(Sheet, Vec<Arc<Outline>>)>, StoreError> {
    let rows = session.rows(&dimension::of_kind(at, Kind::Footprint)).await?;
    let held: Vec<Dimension> = rows.iter().map(dimension::dimension).collect::<Result<_, _>>()?;
    let outline = |row: &Dimension| Outline::from_record(EntityId(row.id), &row.record).map(Arc::new).ok();
    let outlines: Vec<Arc<Outline>> = held.iter().filter_map(outline).collect();
    Ok(Sheet::of(&outlines).into_iter().collect())
}

/// Drawings that are being made while the rest of a revision is written. Dropped, the work stops.
pub(super) struct Drafts {
    made: JoinHandle<Vec<Drawing>>,
    _wanted: Arc<()>,
}

/// Ends the drawings whose outlines are no longer those of revision `number`, and begins to make those it lacks. Outlines
/// that it did not touch are drawn already, but in a database from before there were drawings.
pub(super) async fn begin(session: &mut Session, number: i32, touched: bool) -> Result<Option<Drafts>, StoreError> {
    let mut drawn: HashMap<Sheet, String> = HashMap::new();
    for row in session.rows(&living()).await? {
        drawn.insert(sheet(&row)?, row.text(2)?);
    }
    if !touched && !drawn.is_empty() {
        return Ok(None);
    }
    let mut lacking = Vec::new();
    for (sheet, outlines) in sheets(session, number).await? {
        if drawn.get(&sheet) == Some(&outlines_digest(&outlines)) {
            drawn.remove(&sheet);
        } else {
            lacking.push((sheet, outlines));
        }
    }
    for sheet in drawn.into_keys() {
        session.run(&ending(sheet, number)).await?;
    }
    let wanted = Arc::new(());
    let leash = Arc::downgrade(&wanted);
    let made = tokio::task::spawn_blocking(move || {
        let still = || leash.strong_count() > 0;
        lacking.into_iter().filter_map(|(sheet, outlines)| Drawing::new(sheet, &outlines, still)).collect()
    });
    Ok(Some(Drafts { made, _wanted: wanted }))
}

impl Drafts {
    /// Waits for the drawings and writes them.
    pub(super) async fn finish(self, session: &mut Session, number: i32) -> Result<(), StoreError> {
        let columns = ["kind", "last_day", "metres", "outlines", "body", "rev_from", "rev_to"];
        let drawings = self.made.await.map_err(|_| StoreError::Damaged)?;
        for Drawing { sheet, outlines, bodies } in drawings {
            for (metres, body) in LEVELS.iter().zip(bodies) {
                let values: [Value; 7] = [
                    sheet.kind.word().into(),
                    last_day(sheet).into(),
                    (*metres as i64).into(),
                    outlines.as_str().into(),
                    body.to_vec().into(),
                    i64::from(number).into(),
                    OPEN.into(),
                ];
                insert(session, TABLE, &columns, vec![values]).await?;
            }
        }
        Ok(())
    }
}

/// The revisions that began drawings, or ended some.
pub(super) fn revisions(column: &'static str) -> SelectStatement {
    Query::select().column(column).distinct().from(TABLE).and_where(Expr::col(column).ne(OPEN)).take()
}

/// The sheets that are not drawn as their outlines are, with the revision that shows it. Nothing is wrong with revisions
/// before the first that has any: a program without drawings made them.
pub(super) async fn wrong(session: &mut Session, newest: i32) -> Result<Vec<(i32, Sheet)>, StoreError> {
    let mut numbers = BTreeSet::new();
    for column in ["rev_from", "rev_to"] {
        for row in session.rows(&revisions(column)).await? {
            numbers.insert(row.revision(0)?);
        }
    }
    if !numbers.is_empty() {
        numbers.insert(newest);
    }
    let mut wrong = Vec::new();
    for number in numbers {
        let mut drawn = of_rows(&session.rows(&held(number)).await?)?;
        for (sheet, outlines) in sheets(session, number).await? {
            let place = drawn.iter().position(|(_, drawing)| {
                (drawing.sheet, drawing.is_whole()) == (sheet, true) && drawing.outlines == outlines_digest(&outlines)
            });
            let same = match place.map(|at| drawn.swap_remove(at)) {
                Some((since, drawing)) if since == number => {
                    let like =
                        move || Drawing::new(sheet, &outlines, || true).is_some_and(|anew| anew.is_like(&drawing));
                    tokio::task::spawn_blocking(like).await.map_err(|_| StoreError::Damaged)?
                }
                // Its own revision told whether it is right.
                found => found.is_some(),
            };
            if !same {
                wrong.push((number, sheet));
            }
        }
        wrong.extend(drawn.into_iter().map(|(_, drawing)| (number, drawing.sheet)));
    }
    Ok(wrong)
}
