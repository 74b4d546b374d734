//! Tables of a data package and the rows in them, as `schema/package/*.json` declares them.
//!
//! A [`Record`] is the one form in which a row travels from package to database and back: cells in the
//! order of the table's fields, already typed. Its JSON ([`Record::body`]) is what the digest sees.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Kind, Rows, Shape};

/// Type of a field, a subset of Frictionless Table Schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    Text,
    /// Whole number.
    Integer,
    /// Exact decimal.
    Decimal,
    /// `true` or `false`.
    Boolean,
    /// `YYYY-MM-DD`.
    Date,
    /// Texts joined by `|`.
    List,
}

/// What the value of a field must name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A row of this table (plan-scoped tables are looked up within the row's plan; list items of
    /// other rows may give `plan/code`).
    Table(&'static str),
    /// A unit of `schema/units.csv`.
    MeasurementUnit,
    /// A thing whose kind stands in the named sibling field.
    OfKind(&'static str),
}

/// A column of a table.
#[derive(Debug)]
pub struct Field {
    /// Column name.
    pub name: &'static str,
    /// 中文名.
    pub title: &'static str,
    /// Type.
    pub kind: FieldType,
    /// Whether a cell must be filled.
    pub required: bool,
    /// Allowed words; empty when any.
    pub words: Vec<&'static str>,
    /// Regular expression of the whole cell, where the schema gives one.
    pub pattern: Option<&'static str>,
    /// Least number allowed.
    pub minimum: Option<i64>,
    /// Largest number allowed.
    pub maximum: Option<i64>,
    /// What the value must name.
    pub reference: Option<Reference>,
}

/// A table of a data package.
#[derive(Debug)]
pub struct Table {
    /// Resource name, e.g. `tasks`.
    pub name: &'static str,
    /// Columns in order.
    pub fields: Vec<Field>,
    /// Positions of the primary key's columns.
    pub key: Vec<usize>,
    /// Positions of all columns in the order of their names, as RFC 8785 puts them.
    pub by_name: Vec<usize>,
    /// The Table Schema that declares it, as JSON text; packages carry a copy of it.
    pub schema: &'static str,
}

impl Table {
    /// Position of a column.
    pub fn position(&self, field: &str) -> Option<usize> {
        self.fields.iter().position(|f| f.name == field)
    }

    /// The kind of identity its rows have, where other rows may point to them.
    pub fn kind(&self) -> Option<Kind> {
        Kind::ALL.iter().copied().find(|kind| kind.table() == self.name)
    }
}

/// A typed cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Empty.
    Null,
    /// Text, date, word, code.
    Text(Box<str>),
    /// Whole number.
    Integer(i64),
    /// Exact decimal with the digits of the source.
    Decimal(Decimal),
    /// Truth value.
    Boolean(bool),
    /// Texts.
    List(Vec<Box<str>>),
}

impl Cell {
    /// The text of a text cell.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// RFC 8785 value: decimals as strings; `None` when empty, so that the field is left out.
    pub fn json(&self) -> Option<Value> {
        Some(match self {
            Self::Null => return None,
            Self::Text(text) => Value::from(&**text),
            Self::Integer(number) => Value::from(*number),
            Self::Decimal(decimal) => Value::from(decimal.to_string()),
            Self::Boolean(truth) => Value::from(*truth),
            Self::List(items) => items.iter().map(|item| Value::from(&**item)).collect(),
        })
    }

    /// The cell as its CSV text; also its part of a key.
    pub fn csv(&self) -> String {
        let mut text = String::new();
        self.write_csv(&mut text);
        text
    }

    fn write_csv(&self, to: &mut String) {
        match self {
            Self::Null => {}
            Self::Text(text) => to.push_str(text),
            Self::Integer(number) => to.push_str(&number.to_string()),
            Self::Decimal(decimal) => to.push_str(&decimal.to_string()),
            Self::Boolean(truth) => to.push_str(&truth.to_string()),
            Self::List(items) => to.push_str(&items.join("|")),
        }
    }
}

/// The parts of a key, joined. It is done for millions of rows, several times for each.
pub(super) fn joined<P>(parts: impl Iterator<Item = P>, write: impl Fn(P, &mut String)) -> String {
    let mut key = String::new();
    for (before, part) in parts.enumerate() {
        if before > 0 {
            key.push('/');
        }
        write(part, &mut key);
    }
    key
}

/// What the geometry of a row is called in its body.
pub const GEOMETRY: &str = "geometry";

/// One row of one table.
#[derive(Debug, Clone)]
pub struct Record {
    /// The table it belongs to.
    pub table: &'static Table,
    /// Cells in the order of the table's fields.
    pub cells: Vec<Cell>,
    /// Geometry, for rows of `footprints`.
    pub shape: Option<Shape>,
}

impl Record {
    /// The cell of a column; [`Cell::Null`] when the table has no such column.
    pub fn cell(&self, field: &str) -> &Cell {
        self.table.position(field).and_then(|at| self.cells.get(at)).unwrap_or(&Cell::Null)
    }

    /// The text of a column.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.cell(field).text()
    }

    /// The key of the row within its table: key cells joined by `/`, e.g. `harbour`,
    /// `riverton-2026-2028/26`. For tables with a [`Kind`] this is the code used everywhere else.
    pub fn key(&self) -> String {
        joined(self.table.key.iter().map(|at| &self.cells[*at]), |cell, key| cell.write_csv(key))
    }

    /// The first column in which another row of the table does not say the same, to the digit.
    pub fn differs(&self, other: &Self) -> Option<&'static str> {
        let same = |(a, b): (&Cell, &Cell)| match (a, b) {
            (Cell::Decimal(a), Cell::Decimal(b)) => a.serialize() == b.serialize(),
            _ => a == b,
        };
        let column = self.cells.iter().zip(&other.cells).position(|pair| !same(pair));
        let column = column.and_then(|at| self.table.fields.get(at)).map(|field| field.name);
        column.or_else(|| (self.shape != other.shape).then_some(GEOMETRY))
    }

    /// The row as JSON, empty cells left out, geometry as integers of 1e-7 degree under `geometry`.
    pub fn body(&self) -> Map<String, Value> {
        let mut body: Map<String, Value> = (self.table.fields.iter().zip(&self.cells))
            .filter_map(|(field, cell)| Some((field.name.to_owned(), cell.json()?)))
            .collect();
        if let Some(shape) = &self.shape {
            body.insert(GEOMETRY.to_owned(), shape.to_json());
        }
        body
    }
}

/// A whole data package, read and checked.
#[derive(Debug, Clone)]
pub struct Package {
    /// Name in `datapackage.json`; owns the rows.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Version.
    pub version: String,
    /// Tables in the order of [`tables`], their rows in that of the file.
    pub tables: Vec<Rows>,
}

impl Package {
    /// A package of rows, which come table by table.
    pub fn of(name: String, title: String, version: String, records: impl IntoIterator<Item = Record>) -> Self {
        let mut tables: Vec<Rows> = Vec::new();
        for record in records {
            match tables.last_mut() {
                Some(rows) if rows.table().name == record.table.name => rows.push(record),
                _ => {
                    let mut rows = Rows::new(record.table);
                    rows.push(record);
                    tables.push(rows);
                }
            }
        }
        Self { name, title, version, tables }
    }

    /// Its rows, one after another.
    pub fn records(&self) -> impl Iterator<Item = Record> + '_ {
        self.tables.iter().flat_map(Rows::iter)
    }
}

#[derive(Deserialize)]
struct SchemaFile {
    name: String,
    fields: Vec<SchemaField>,
    #[serde(rename = "primaryKey")]
    key: Vec<String>,
}

#[derive(Deserialize)]
struct SchemaField {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    title: String,
    #[serde(default)]
    constraints: Constraints,
    #[serde(rename = "planatlas:list")]
    list: Option<String>,
    #[serde(rename = "planatlas:ref")]
    reference: Option<String>,
    #[serde(rename = "planatlas:refKind")]
    kind_field: Option<String>,
}

#[derive(Deserialize, Default)]
struct Constraints {
    #[serde(default)]
    required: bool,
    #[serde(default, rename = "enum")]
    words: Vec<String>,
    pattern: Option<String>,
    minimum: Option<i64>,
    maximum: Option<i64>,
}

/// In the order in which rows can be loaded: what a row points to comes before it, but for references
/// between rows of one table.
const FILES: &[&str] = &[
    include_str!("../../schema/package/documents.json"),
    include_str!("../../schema/package/plans.json"),
    include_str!("../../schema/package/sections.json"),
    include_str!("../../schema/package/groups.json"),
    include_str!("../../schema/package/tasks.json"),
    include_str!("../../schema/package/targets.json"),
    include_str!("../../schema/package/milestones.json"),
    include_str!("../../schema/package/units.json"),
    include_str!("../../schema/package/unit_aliases.json"),
    include_str!("../../schema/package/task_units.json"),
    include_str!("../../schema/package/section_units.json"),
    include_str!("../../schema/package/layout.json"),
    include_str!("../../schema/package/layout_members.json"),
    include_str!("../../schema/package/regions.json"),
    include_str!("../../schema/package/zones.json"),
    include_str!("../../schema/package/zone_hosts.json"),
    include_str!("../../schema/package/zone_lineage.json"),
    include_str!("../../schema/package/footprints.json"),
    include_str!("../../schema/package/industries.json"),
    include_str!("../../schema/package/clusters.json"),
    include_str!("../../schema/package/chains.json"),
    include_str!("../../schema/package/chain_stages.json"),
    include_str!("../../schema/package/industry_places.json"),
    include_str!("../../schema/package/events.json"),
    include_str!("../../schema/package/task_links.json"),
    include_str!("../../schema/package/indicators.json"),
    include_str!("../../schema/package/definition_breaks.json"),
    include_str!("../../schema/package/observations.json"),
    include_str!("../../schema/package/projects.json"),
    include_str!("../../schema/package/project_stages.json"),
    include_str!("../../schema/package/enterprises.json"),
    include_str!("../../schema/package/registers.json"),
    include_str!("../../schema/package/register_entries.json"),
    include_str!("../../schema/package/profile_facts.json"),
    include_str!("../../schema/package/contradictions.json"),
    include_str!("../../schema/package/mechanisms.json"),
    include_str!("../../schema/package/terms.json"),
    include_str!("../../schema/package/citations.json"),
];

fn keep(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

fn field(from: SchemaField) -> Field {
    let kind = match (from.list.is_some(), from.kind.as_str()) {
        (true, _) => FieldType::List,
        (_, "integer") => FieldType::Integer,
        (_, "number") => FieldType::Decimal,
        (_, "boolean") => FieldType::Boolean,
        (_, "date") => FieldType::Date,
        _ => FieldType::Text,
    };
    let reference = match (from.reference, from.kind_field) {
        (Some(name), _) if name == "@units" => Some(Reference::MeasurementUnit),
        (Some(name), _) => Some(Reference::Table(keep(name))),
        (None, Some(name)) => Some(Reference::OfKind(keep(name))),
        (None, None) => None,
    };
    Field {
        name: keep(from.name),
        title: keep(from.title),
        kind,
        required: from.constraints.required,
        words: from.constraints.words.into_iter().map(keep).collect(),
        pattern: from.constraints.pattern.map(keep),
        minimum: from.constraints.minimum,
        maximum: from.constraints.maximum,
        reference,
    }
}

static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    FILES
        .iter()
        .filter_map(|&text| {
            let file: SchemaFile = serde_json::from_str(text).ok()?;
            let fields: Vec<Field> = file.fields.into_iter().map(field).collect();
            let key = file.key.iter().filter_map(|name| fields.iter().position(|f| f.name == name)).collect();
            let mut by_name: Vec<usize> = (0..fields.len()).collect();
            by_name.sort_by_key(|at| fields[*at].name);
            Some(Table { name: keep(file.name), fields, key, by_name, schema: text })
        })
        .collect()
});

static BY_NAME: LazyLock<BTreeMap<&'static str, &'static Table>> =
    LazyLock::new(|| TABLES.iter().map(|table| (table.name, table)).collect());

/// Every table that a package may hold.
pub fn tables() -> &'static [Table] {
    &TABLES
}

/// The table of a name.
pub fn table(name: &str) -> Option<&'static Table> {
    BY_NAME.get(name).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_file_is_read() {
        assert_eq!(tables().len(), FILES.len());
        for table in tables() {
            assert!(!table.key.is_empty(), "{} has a key", table.name);
        }
        for kind in Kind::ALL {
            assert!(table(kind.table()).is_some(), "{kind:?}");
        }
    }
}
