//! How the fields of each fact table lie in typed columns, and back without losing a digit.
//!
//! One description per table drives everything that must agree: what an import writes, what it compares
//! with, and what `verify` reads back.

use sea_query::{Expr, ExprTrait, SelectStatement, Value};

use super::db::Row;
use super::error::StoreError;
use super::version::Named;
use crate::domain::{Cell, Decimal, Kind, PeriodCode, Point, Quantity, Record, Table, unit};

/// Where one field, or a few that belong together, are kept.
#[derive(Debug, Clone, Copy)]
pub(super) enum Column {
    /// The field is the code of the row's own identity, which stands in a column of the same name too, to sort by.
    Code(&'static str),
    /// The field is what follows the first `/` in the code of the row's own identity.
    CodeTail(&'static str),
    /// Text, as it is, in a column of the same name.
    Text(&'static str),
    /// The id of a thing of one kind, in a column of the same name.
    One(&'static str, Kind),
    /// The id of a thing whose kind stands in a field of its own.
    Any { column: &'static str, kind: &'static str, code: &'static str },
    /// Ids of things of one kind, as `|1|2|`.
    Many(&'static str, Kind),
    /// Texts, as `|a|b|`.
    List(&'static str),
    /// A period as its sort key.
    Period(&'static str),
    /// A number and its unit: base integer, unit code, decimals reported.
    Amount { value: &'static str, unit: &'static str, decimals: &'static str },
    /// `lon` and `lat`: 1e-7 degrees, decimals reported, and the grid cell.
    Place,
}

/// A fact table.
#[derive(Debug)]
pub(super) struct Layout {
    /// Name in packages.
    pub(super) table: &'static str,
    /// Name in SQL.
    pub(super) sql: &'static str,
    /// The columns that tell one identity from another.
    pub(super) identity: &'static [&'static str],
    /// Whether rows are numbered by `id` rather than carried by an entity.
    pub(super) numbered: bool,
    /// Its columns but for the ones every table has.
    pub(super) columns: &'static [Column],
}

const SOURCE: [Column; 3] = [Column::One("document", Kind::Document), Column::Text("locator"), Column::Text("quote")];

/// The fact tables.
pub(super) static LAYOUTS: [Layout; 5] = [
    Layout {
        table: "observations",
        sql: "observation",
        identity: &["subject", "indicator", "period", "accumulation", "document"],
        numbered: true,
        columns: &[
            Column::Any { column: "subject", kind: "subject_kind", code: "subject_code" },
            Column::One("indicator", Kind::Indicator),
            Column::Period("period"),
            Column::Text("accumulation"),
            SOURCE[0],
            Column::Amount { value: "value", unit: "unit", decimals: "decimals" },
            Column::Text("comparator"),
            Column::Text("as_reported"),
            Column::Text("status"),
            Column::Text("released_on"),
            SOURCE[1],
            SOURCE[2],
            Column::Text("note"),
        ],
    },
    Layout {
        table: "projects",
        sql: "project",
        identity: &["entity"],
        numbered: false,
        columns: &[
            Column::Code("code"),
            Column::Text("name"),
            Column::Text("name_en"),
            Column::List("kinds"),
            Column::Text("stage"),
            Column::Text("batch"),
            Column::Amount { value: "investment", unit: "investment_unit", decimals: "investment_decimals" },
            Column::Text("investment_as_reported"),
            Column::Place,
            Column::One("zone", Kind::Zone),
            Column::One("region", Kind::Region),
            Column::One("cluster", Kind::Cluster),
            Column::One("chain", Kind::Chain),
            Column::Many("tasks", Kind::Task),
            SOURCE[0],
            SOURCE[1],
            SOURCE[2],
        ],
    },
    Layout {
        table: "project_stages",
        sql: "project_stage",
        identity: &["project", "stage"],
        numbered: true,
        columns: &[
            Column::One("project", Kind::Project),
            Column::Text("stage"),
            Column::Text("on"),
            SOURCE[0],
            SOURCE[1],
            SOURCE[2],
        ],
    },
    Layout {
        table: "enterprises",
        sql: "enterprise",
        identity: &["entity"],
        numbered: false,
        columns: &[
            Column::Code("code"),
            Column::Text("name"),
            Column::Text("name_en"),
            Column::One("zone", Kind::Zone),
            Column::One("region", Kind::Region),
            Column::One("chain", Kind::Chain),
            Column::Text("stage"),
            Column::Place,
            SOURCE[0],
            SOURCE[1],
            SOURCE[2],
        ],
    },
    Layout {
        table: "register_entries",
        sql: "register_entry",
        identity: &["entity"],
        numbered: false,
        columns: &[
            Column::One("register", Kind::Register),
            Column::CodeTail("code"),
            Column::Any { column: "holder", kind: "holder_kind", code: "holder_code" },
            Column::Text("title"),
            Column::Text("level"),
            Column::Period("recognised_on"),
            Column::Period("expires_on"),
            Column::Place,
            SOURCE[0],
            SOURCE[1],
            SOURCE[2],
        ],
    },
];

/// A stored row that says something no import can have written.
#[derive(Debug)]
pub(super) struct Odd(pub(super) String);

/// Why a row could not be rebuilt.
#[derive(Debug)]
pub(super) enum Unread {
    /// The database failed.
    Store(StoreError),
    /// The row is damaged.
    Odd(Odd),
}

impl From<StoreError> for Unread {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Damaged => Self::Odd(Odd("type".to_owned())),
            other => Self::Store(other),
        }
    }
}

fn odd<T>(column: &str) -> Result<T, Unread> {
    Err(Unread::Odd(Odd(column.to_owned())))
}

/// Reads the columns of a row one after another.
struct Reader<'a> {
    row: &'a Row,
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> usize {
        self.at += 1;
        self.at - 1
    }

    fn some_int(&mut self) -> Result<Option<i64>, Unread> {
        let at = self.next();
        Ok(self.row.some_int(at)?)
    }

    fn some_text(&mut self) -> Result<Option<String>, Unread> {
        let at = self.next();
        Ok(self.row.some_text(at)?)
    }
}

fn cell(text: Option<String>) -> Cell {
    text.map_or(Cell::Null, |text| Cell::Text(text.into()))
}

/// Texts as one: each after a bar, and a bar at the end.
fn barred<'a>(items: impl Iterator<Item = &'a str>) -> String {
    items.fold(String::new(), |joined, item| joined + "|" + item) + "|"
}

/// The texts of [`barred`].
pub(super) fn unbarred(text: &str) -> Option<impl Iterator<Item = &str>> {
    let inner = text.strip_prefix('|')?;
    let items = if inner.is_empty() { None } else { Some(inner.strip_suffix('|')?.split('|')) };
    Some(items.into_iter().flatten())
}

/// Degrees as 1e-7 degrees and the decimals they were written with.
fn angle(decimal: Decimal) -> Option<(i32, u32)> {
    let digits = decimal.scale();
    let shift = 7u32.checked_sub(digits)?;
    let value = decimal.mantissa().checked_mul(10i128.pow(shift))?;
    Some((i32::try_from(value).ok()?, digits))
}

fn degrees(value: i64, decimals: i64) -> Option<Decimal> {
    let digits = u32::try_from(decimals).ok().filter(|digits| *digits <= 7)?;
    let power = 10i64.pow(7 - digits);
    (value % power == 0 && i32::try_from(value).is_ok()).then(|| Decimal::new(value / power, digits))
}

/// Width of a grid cell in 1e-7 degrees: a quarter of a degree.
pub(super) const CELL: i64 = 2_500_000;
/// Cells in one row of the grid.
pub(super) const CELLS_PER_ROW: i64 = 1440;

/// The grid cell of a point. The cells of one row are contiguous.
pub(super) fn grid_cell(point: Point) -> i64 {
    let row = (i64::from(point.y) + 900_000_000).div_euclid(CELL);
    let column = (i64::from(point.x) + 1_800_000_000).div_euclid(CELL);
    row * CELLS_PER_ROW + column
}

/// Looks an identity up by kind and code.
pub(super) type Ids<'a> = dyn Fn(&str, &str) -> Option<i64> + 'a;

impl Layout {
    /// The layout of a package table, if it is a fact table.
    pub(super) fn of(table: &str) -> Option<&'static Self> {
        LAYOUTS.iter().find(|layout| layout.table == table)
    }

    /// The SQL columns in the order of [`Layout::values`].
    pub(super) fn names(&self) -> Vec<&'static str> {
        let mut names = Vec::new();
        for column in self.columns {
            match *column {
                Column::CodeTail(_) => {}
                Column::Code(name)
                | Column::Text(name)
                | Column::One(name, _)
                | Column::Many(name, _)
                | Column::List(name)
                | Column::Period(name)
                | Column::Any { column: name, .. } => names.push(name),
                Column::Amount { value, unit, decimals } => names.extend([value, unit, decimals]),
                Column::Place => names.extend(["x", "x_decimals", "y", "y_decimals", "cell"]),
            }
        }
        names
    }

    /// The columns that hold an entity's id.
    pub(super) fn entity_columns(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().filter_map(|column| match *column {
            Column::One(name, _) | Column::Any { column: name, .. } => Some(name),
            _ => None,
        })
    }

    /// What a record points to: (kind, code).
    pub(super) fn references<'r>(&self, record: &'r Record) -> Vec<(&'r str, &'r str)> {
        let mut found: Vec<(&str, &str)> = Vec::new();
        for column in self.columns {
            match *column {
                Column::One(name, kind) => {
                    found.extend(record.text(name).map(|code| (kind.word(), code)));
                }
                Column::Any { kind, code, .. } => {
                    found.extend(record.text(kind).zip(record.text(code)));
                }
                Column::Many(name, kind) => {
                    if let Cell::List(codes) = record.cell(name) {
                        found.extend(codes.iter().map(|code| (kind.word(), &**code)));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The values of a record's columns, or the field that does not fit.
    pub(super) fn values(&self, record: &Record, ids: &Ids<'_>) -> Result<Vec<Value>, &'static str> {
        let mut values: Vec<Value> = Vec::new();
        let text = |name: &str| Value::from(record.text(name).map(str::to_owned));
        for column in self.columns {
            match *column {
                Column::CodeTail(_) => {}
                Column::Code(name) | Column::Text(name) => values.push(text(name)),
                Column::One(name, kind) => {
                    let id = record.text(name).map(|code| ids(kind.word(), code).ok_or(name)).transpose()?;
                    values.push(id.into());
                }
                Column::Any { kind, code, .. } => {
                    let target = record.text(kind).zip(record.text(code));
                    values.push(target.map(|(kind, code)| ids(kind, code).ok_or("code")).transpose()?.into());
                }
                Column::Many(name, kind) => values.push(match record.cell(name) {
                    Cell::List(codes) => {
                        let found: Option<Vec<String>> =
                            codes.iter().map(|code| ids(kind.word(), code).map(|id| id.to_string())).collect();
                        Some(barred(found.ok_or(name)?.iter().map(String::as_str))).into()
                    }
                    _ => None::<String>.into(),
                }),
                Column::List(name) => values.push(match record.cell(name) {
                    Cell::List(items) => Some(barred(items.iter().map(|item| &**item))).into(),
                    _ => None::<String>.into(),
                }),
                Column::Period(name) => {
                    let period = record.text(name).map(str::parse::<PeriodCode>).transpose().map_err(|_| name)?;
                    values.push(period.map(|period| i64::from(period.sort_key())).into());
                }
                Column::Amount { value, unit: unit_field, .. } => {
                    if let Cell::Decimal(number) = record.cell(value) {
                        let unit = record.text(unit_field).and_then(unit).ok_or(unit_field)?;
                        let base = Quantity { value: *number, unit, as_reported: None }.base().map_err(|_| value)?;
                        values.extend([Some(base).into(), text(unit_field), Some(i64::from(number.scale())).into()]);
                    } else {
                        values.extend([None::<i64>.into(), text(unit_field), None::<i64>.into()]);
                    }
                }
                Column::Place => match (record.cell("lon"), record.cell("lat")) {
                    (Cell::Decimal(lon), Cell::Decimal(lat)) => {
                        let ((x, x_digits), (y, y_digits)) = angle(*lon).zip(angle(*lat)).ok_or("lon")?;
                        let cell = grid_cell(Point { x, y });
                        let numbers = [i64::from(x), i64::from(x_digits), i64::from(y), i64::from(y_digits), cell];
                        values.extend(numbers.map(|number| Some(number).into()));
                    }
                    (Cell::Null, Cell::Null) => values.extend([None::<i64>; 5].map(Value::from)),
                    _ => return Err("lon"),
                },
            }
        }
        Ok(values)
    }

    /// Those of them whose entity a fact may carry: of these there are too many to be held.
    pub(super) fn joined(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().filter_map(|column| match *column {
            Column::One(name, kind) if Self::of(kind.table()).is_some() => Some(name),
            Column::Any { column: name, .. } => Some(name),
            _ => None,
        })
    }

    /// What [`Layout::record`] reads, over alias `f` and those of [`Layout::joined`].
    pub(super) fn expressions(&self) -> Vec<Expr> {
        let own = self.names().into_iter().map(|name| Expr::col(("f", name)));
        let others = self.joined().flat_map(|name| ["kind", "code"].map(|column| Expr::col((name, column))));
        own.chain(others).collect()
    }

    /// Joins to alias `f` the identities that its rows point to, each under the name of its column.
    pub(super) fn join(&self, select: &mut SelectStatement, columns: impl Iterator<Item = &'static str>) {
        for name in columns {
            let same = Expr::col((name, "id")).equals(("f", name));
            select.join_as(sea_query::JoinType::LeftJoin, "entity", name, same);
        }
    }

    /// The record of a row, its columns beginning at `at`; `own` is the code of the row's own identity.
    pub(super) fn record(
        &self,
        table: &'static Table,
        row: &Row,
        at: usize,
        own: &str,
        named: &Named,
    ) -> Result<Record, Unread> {
        let mut typed = Reader { row, at };
        let mut codes = Reader { row, at: at + self.names().len() };
        let mut record = Record { table, cells: vec![Cell::Null; table.fields.len()], shape: None };
        let mut set = |field: &str, value: Cell| {
            if let Some(place) = table.position(field).and_then(|at| record.cells.get_mut(at)) {
                *place = value;
            }
        };
        for column in self.columns {
            match *column {
                Column::Code(name) => {
                    if typed.some_text()?.as_deref() != Some(own) {
                        return odd(name);
                    }
                    set(name, Cell::Text(own.into()));
                }
                Column::CodeTail(field) => {
                    set(field, own.split_once('/').map_or(Cell::Null, |(_, tail)| Cell::Text(tail.into())));
                }
                Column::Text(name) => set(name, cell(typed.some_text()?)),
                Column::One(name, kind) if Self::of(kind.table()).is_some() => {
                    let (id, word, code) = (typed.some_int()?, codes.some_text()?, codes.some_text()?);
                    if id.is_some() != code.is_some() || word.is_some_and(|word| word != kind.word()) {
                        return odd(name);
                    }
                    set(name, cell(code));
                }
                Column::One(name, kind) => {
                    let Some(id) = typed.some_int()? else { continue };
                    match named.get(&id) {
                        Some((word, code)) if word == kind.word() => set(name, Cell::Text(code.as_str().into())),
                        _ => return odd(name),
                    }
                }
                Column::Any { column, kind, code } => {
                    let (id, word, text) = (typed.some_int()?, codes.some_text()?, codes.some_text()?);
                    if id.is_some() != text.is_some() {
                        return odd(column);
                    }
                    set(kind, cell(word));
                    set(code, cell(text));
                }
                Column::Many(name, kind) => {
                    let Some(text) = typed.some_text()? else { continue };
                    let Some(ids) = unbarred(&text) else { return odd(name) };
                    let found: Option<Vec<Box<str>>> = ids
                        .map(|id| {
                            let number: i64 = id.parse().ok()?;
                            // One way of writing a number: "+1" and "01" are not ours.
                            let (word, code) = named.get(&number).filter(|_| number.to_string() == id)?;
                            (word == kind.word()).then(|| code.as_str().into())
                        })
                        .collect();
                    let Some(found) = found else { return odd(name) };
                    set(name, Cell::List(found));
                }
                Column::List(name) => {
                    let Some(text) = typed.some_text()? else { continue };
                    let Some(items) = unbarred(&text) else { return odd(name) };
                    set(name, Cell::List(items.map(Into::into).collect()));
                }
                Column::Period(name) => {
                    let Some(key) = typed.some_int()? else { continue };
                    let Some(period) = i32::try_from(key).ok().and_then(PeriodCode::from_sort_key) else {
                        return odd(name);
                    };
                    if i64::from(period.sort_key()) != key {
                        return odd(name);
                    }
                    set(name, Cell::Text(period.to_string().into()));
                }
                Column::Amount { value, unit: unit_field, decimals } => {
                    let (base, code, digits) = (typed.some_int()?, typed.some_text()?, typed.some_int()?);
                    match (base, digits) {
                        (None, None) => {}
                        (Some(base), Some(digits)) => {
                            let Some(unit) = code.as_deref().and_then(unit) else { return odd(unit_field) };
                            let Some(digits) = u32::try_from(digits).ok().filter(|digits| *digits <= 28) else {
                                return odd(decimals);
                            };
                            let quantity = Quantity::from_base(base, unit, digits, None);
                            if quantity.value.scale() != digits {
                                return odd(decimals);
                            }
                            set(value, Cell::Decimal(quantity.value));
                        }
                        _ => return odd(decimals),
                    }
                    set(unit_field, cell(code));
                }
                Column::Place => {
                    let (x, x_digits) = (typed.some_int()?, typed.some_int()?);
                    let (y, y_digits, at) = (typed.some_int()?, typed.some_int()?, typed.some_int()?);
                    match (x, x_digits, y, y_digits, at) {
                        (None, None, None, None, None) => {}
                        (Some(x), Some(x_digits), Some(y), Some(y_digits), Some(at)) => {
                            let Some((lon, lat)) = degrees(x, x_digits).zip(degrees(y, y_digits)) else {
                                return odd("x");
                            };
                            if grid_cell(Point { x: x as i32, y: y as i32 }) != at {
                                return odd("cell");
                            }
                            set("lon", Cell::Decimal(lon));
                            set("lat", Cell::Decimal(lat));
                        }
                        _ => return odd("x"),
                    }
                }
            }
        }
        Ok(record)
    }
}
