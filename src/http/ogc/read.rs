//! Features out of the answers of GraphQL: the same rows under the same rules as everywhere, at one pinned state.

use async_graphql::{Name, Value, Variables};
use async_graphql_value::Value as Written;
use bytes::Bytes;
use chrono::NaiveDate;
use geo::Geometry;

use super::super::Site;
use super::super::forms::{Cell, Failure, Flat, Pages, Shape, each_row, extra, item, set_argument, single};
use super::super::gate::{Asked, WAIT};
use super::collection::Collection;
use super::expr::{self, Expr, Operand, Subject};
use super::fields::{Field, Fields};
use super::problem::Problem;
use super::push::Cut;
use crate::graphql::{Fault, MOST, Pin};

/// Features that are looked at one by one for one answer, at most.
pub const EXAMINED: usize = 20_000;
/// Bytes of geometry from which on a page is full, whatever its limit.
const FULL: usize = 32 * 1024 * 1024;

/// A feature.
#[derive(Debug, Clone)]
pub struct Record {
    /// Its code.
    pub id: String,
    /// Where it stands in the list.
    pub cursor: String,
    /// Its properties, in the order of the fields.
    pub cells: Vec<Cell>,
    /// GeoJSON in longitude and latitude; none where it is nowhere.
    pub geometry: Option<Bytes>,
}

/// A page of features.
#[derive(Debug)]
pub struct Found {
    /// The features.
    pub records: Vec<Record>,
    /// Number of all that meet the condition.
    pub matched: usize,
    /// Where the next page begins; none at the end.
    pub next: Option<String>,
}

/// A collection, read at a state.
pub struct Reading<'a> {
    site: &'a Site,
    pin: &'a Pin,
    /// The collection.
    pub collection: &'static Collection,
    /// Its fields.
    pub fields: Fields,
    shape: Shape,
}

impl<'a> Reading<'a> {
    /// A collection with the fields that are wanted.
    ///
    /// # Errors
    /// When its question cannot be put together.
    pub fn new(site: &'a Site, pin: &'a Pin, collection: &'static Collection, fields: Fields) -> Result<Self, Problem> {
        let document = crate::graphql::read(&fields.question(collection)).map_err(Failure::from)?;
        let flat = Flat::of(&document, Some(collection.id), &Variables::default())?;
        let shape = Shape::of(flat, pin.has_sample())?;
        let fields = fields.placed(&shape.columns);
        Ok(Self { site, pin, collection, fields, shape })
    }

    /// What the typed part of a condition gives to the question.
    pub fn variables(cut: &Cut) -> Variables {
        let mut variables = Variables::default();
        if let Some(filter) = &cut.filter {
            let filter = Value::from_json(filter.clone()).unwrap_or_default();
            variables.insert(Name::new("filter"), filter);
        }
        variables
    }

    /// The features after a cursor that meet a condition, and the number of all that do.
    ///
    /// # Errors
    /// [`Problem`] when the question is refused, the cursor is none, or more would have to be looked at than may be.
    pub async fn page(&self, cut: &Cut, after: Option<&str>, limit: usize) -> Result<Found, Problem> {
        let variables = Self::variables(cut);
        let pages = self.pages(&variables);
        let total = pages.total().await?;
        if let (Some(matched), None) = (total, &cut.rest) {
            // One more than wanted tells whether there is a next page.
            let mut pages = pages.from(after, Some(limit + 1));
            let mut taken = Taken::new(limit);
            while let Some(page) = pages.next().await? {
                self.records(&page.data, |record| taken.offer(record));
                if taken.more {
                    break;
                }
            }
            return Ok(taken.found(matched));
        }
        if let Some(total) = total.filter(|total| *total > EXAMINED) {
            return Err(too_much(total));
        }
        let mut pages = pages;
        let (mut matched, mut passed) = (0, after.is_none());
        let mut taken = Taken::new(limit);
        while let Some(page) = pages.next().await? {
            self.records(&page.data, |record| {
                if self.holds(cut, &record) {
                    matched += 1;
                    if passed {
                        return taken.offer(record);
                    }
                }
                passed |= after == Some(record.cursor.as_str());
            });
        }
        if !passed {
            return Err(Fault::bad_cursor().into());
        }
        Ok(taken.found(matched))
    }

    /// The pages of all features that the typed part of a condition lets through.
    pub fn pages<'b>(&'b self, variables: &'b Variables) -> Pages<'b> {
        Pages::new(&self.site.gate, self.pin, &self.shape, variables)
    }

    /// The features of the next page that meet a condition; none when there is no more page.
    ///
    /// # Errors
    /// [`Failure`] when the question is refused.
    pub async fn next(&self, pages: &mut Pages<'_>, cut: &Cut) -> Result<Option<Vec<Record>>, Failure> {
        let Some(page) = pages.next().await? else { return Ok(None) };
        let mut records = Vec::new();
        self.records(&page.data, |record| {
            if self.holds(cut, &record) {
                records.push(record);
            }
        });
        Ok(Some(records))
    }

    /// Features that the typed part of a condition lets through; none where that is not known beforehand.
    ///
    /// # Errors
    /// [`Failure`] when the question is refused.
    pub async fn total(&self, cut: &Cut) -> Result<Option<usize>, Failure> {
        let variables = Self::variables(cut);
        self.pages(&variables).total().await
    }

    /// The feature of a code.
    ///
    /// # Errors
    /// [`Problem`] when the question is refused.
    pub async fn one(&self, code: &str) -> Result<Option<Record>, Problem> {
        // No code holds one, and PostgreSQL takes none.
        if code.contains('\0') {
            return Ok(None);
        }
        let Some(single) = self.collection.single else {
            let own = Operand::Property("code".to_owned());
            let expr = Expr::Compare(own, expr::Op::Eq, Operand::Text(code.to_owned()));
            let cut = Cut { filter: None, rest: Some(expr) };
            return Ok(self.page(&cut, None, 1).await?.records.pop());
        };
        let mut path = self.shape.path.clone();
        if self.collection.filtered {
            path.push("node".to_owned());
        }
        let mut flat = self.shape.flat.clone();
        let mut field = extra(single, single, Vec::new());
        flat.at(&path, &mut |node| field.selection_set = node.selection_set.clone());
        set_argument(&mut field, "code", Written::String(code.to_owned()));
        flat.operation.selection_set.node.items = vec![item(field)];
        let asked = Asked {
            document: flat.document(),
            operation: flat.name().map(str::to_owned),
            variables: Variables::default(),
        };
        let (answer, _room) = self.site.gate.ask(self.pin, asked, MOST, WAIT).await.map_err(Failure::from)?;
        if !answer.errors.is_empty() {
            return Err(Failure::Answer(answer.errors).into());
        }
        let Value::Object(mut data) = answer.data else { return Ok(None) };
        let Some(thing) = data.swap_remove(single).filter(|thing| *thing != Value::Null) else { return Ok(None) };
        // As if the list held it alone.
        let within = |name: &str, value: Value| Value::Object([(Name::new(name), value)].into_iter().collect());
        let mut row = if self.collection.filtered { within("node", thing) } else { thing };
        row = Value::List(vec![row]);
        for name in self.shape.path.iter().rev() {
            row = within(name, row);
        }
        let mut found = None;
        self.records(&row, |record| found = Some(record));
        Ok(found)
    }

    /// The features of a page of the answer.
    fn records(&self, data: &Value, mut each: impl FnMut(Record)) {
        let drawn = self.shape.geometry.first();
        let walked = each_row(data, &self.shape.path, |row| {
            let cells = self.fields.cells(&self.shape.columns, row);
            let id = self.fields.code(&cells);
            let cursor = match row.last() {
                Some(Value::Object(edge)) => match edge.get("cursor") {
                    Some(Value::String(cursor)) => Some(cursor.clone()),
                    _ => None,
                },
                _ => None,
            };
            let geometry = drawn.and_then(|drawn| match (single(row, &drawn.place)?, &drawn.point) {
                (Value::Binary(json), None) => Some(json.clone()),
                (Value::Object(point), Some((lon, lat))) => match (point.get(lon.as_str()), point.get(lat.as_str())) {
                    (Some(Value::Number(lon)), Some(Value::Number(lat))) => {
                        Some(format!("{{\"type\":\"Point\",\"coordinates\":[{lon},{lat}]}}").into())
                    }
                    _ => None,
                },
                _ => None,
            });
            each(Record { cursor: cursor.unwrap_or_else(|| id.clone()), id, cells, geometry });
            Ok::<_, std::convert::Infallible>(())
        });
        match walked {
            Ok(()) => {}
        }
    }

    fn holds(&self, cut: &Cut, record: &Record) -> bool {
        let Some(rest) = &cut.rest else { return true };
        let geometry = record.geometry.as_ref().and_then(shape_of);
        let seen = Seen { fields: &self.fields.all, collection: self.collection, record, geometry };
        rest.holds(&seen) == Some(true)
    }
}

/// What is taken for a page.
struct Taken {
    records: Vec<Record>,
    limit: usize,
    bytes: usize,
    /// Whether something was left.
    more: bool,
}

impl Taken {
    const fn new(limit: usize) -> Self {
        Self { records: Vec::new(), limit, bytes: 0, more: false }
    }

    fn offer(&mut self, record: Record) {
        if self.more || self.records.len() == self.limit || self.bytes > FULL {
            self.more = true;
        } else {
            self.bytes += record.geometry.as_ref().map_or(0, Bytes::len);
            self.records.push(record);
        }
    }

    fn found(self, matched: usize) -> Found {
        let next = self.records.last().filter(|_| self.more).map(|record| record.cursor.clone());
        Found { records: self.records, matched, next }
    }
}

fn too_much(total: usize) -> Problem {
    Problem::TooMuch {
        zh: format!("此条件须逐一查看 {total} 项，至多 {EXAMINED} 项"),
        en: format!("for this condition {total} features would have to be looked at one by one; {EXAMINED} at most"),
    }
}

/// GeoJSON as a geometry.
pub fn shape_of(json: &Bytes) -> Option<Geometry<f64>> {
    let geometry: geojson::Geometry = serde_json::from_slice(json).ok()?;
    Geometry::try_from(geometry).ok()
}

/// A feature as conditions see it.
struct Seen<'a> {
    fields: &'a [Field],
    collection: &'static Collection,
    record: &'a Record,
    geometry: Option<Geometry<f64>>,
}

impl Subject for Seen<'_> {
    fn value(&self, name: &str) -> expr::Value {
        let at = self.fields.iter().position(|field| field.name == name);
        at.map_or(expr::Value::Null, |at| value_of(&self.record.cells[at]))
    }

    fn geometry(&self) -> Option<&Geometry<f64>> {
        self.geometry.as_ref()
    }

    fn time(&self) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let day = |name: &str| match self.value(name) {
            expr::Value::Date(day) => Some(day),
            _ => None,
        };
        self.collection.time.map_or((None, None), |[first, last]| (day(first), day(last)))
    }
}

fn value_of(cell: &Cell) -> expr::Value {
    match cell {
        Cell::Empty => expr::Value::Null,
        Cell::Text(text) => expr::Value::Text(text.clone()),
        Cell::Number(text) => expr::number(text).map_or(expr::Value::Null, expr::Value::Number),
        Cell::Boolean(yes) => expr::Value::Boolean(*yes),
        Cell::Date(text) => text.parse().map_or(expr::Value::Null, expr::Value::Date),
        Cell::Many(cells) => expr::Value::Many(cells.iter().map(value_of).collect()),
    }
}
