//! The properties that features have in an answer: the collection's own, and figures of indicators joined to them.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::super::forms::{Cell, Column, Row};
use super::collection::{Collection, Kind, QUESTIONS};
use super::problem::Problem;
use super::request::Request;
use crate::domain::{self, PeriodCode};
use crate::graphql::{Fault, View};

/// Indicators that may be joined at most.
pub const MOST_JOINED: usize = 20;

/// A property.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// What it says, in Chinese and English.
    pub about: [String; 2],
    /// Heading of its column.
    heading: String,
    /// Where its column stands.
    column: Option<usize>,
    /// What stands there when there is nothing.
    fallback: Cell,
}

/// The properties of an answer.
#[derive(Debug, Clone)]
pub struct Fields {
    /// All of them, in order.
    pub all: Vec<Field>,
    joined: Vec<Joined>,
    period: Option<PeriodCode>,
}

/// An indicator that is joined.
#[derive(Debug, Clone)]
struct Joined {
    code: String,
    unit: &'static str,
    accumulation: &'static str,
}

/// What stands beside the value of a joined figure: the end of its column's heading, of its name, and what it says.
const BESIDE: [(&str, &str, Kind, [&str; 2]); 7] = [
    ("value", "", Kind::Number, ["数值", "value"]),
    ("unit", "_unit", Kind::Text, ["单位", "unit"]),
    ("period", "_period", Kind::Text, ["时期", "period"]),
    ("accumulation", "_accumulation", Kind::Text, ["累计方式", "how the value relates to its period"]),
    (
        "status",
        "_status",
        Kind::Text,
        [
            "状态；无数值时为 MISSING 等，从不以零代替",
            "status; MISSING and the like where there is no value, never zero",
        ],
    ),
    ("source", "_source", Kind::Text, ["出处", "where it is said"]),
    ("sample", "_sample", Kind::Boolean, ["示例（虚构）", "made up for demonstration"]),
];

impl Fields {
    /// The collection's own properties.
    pub fn own(collection: &Collection) -> Self {
        let own = collection.own().map(|property| Field {
            name: property.name.to_owned(),
            kind: property.kind,
            about: property.about.map(str::to_owned),
            heading: property.heading.to_owned(),
            column: None,
            fallback: if property.kind == Kind::Boolean { Cell::Boolean(false) } else { Cell::Empty },
        });
        Self { all: own.collect(), joined: Vec::new(), period: None }
    }

    /// The properties that a request wants: those of `indicators` in `period` beside the collection's own.
    ///
    /// # Errors
    /// [`Problem`] for an unknown indicator or a period that is none.
    pub fn of(collection: &Collection, request: &Request, view: &View) -> Result<Self, Problem> {
        let mut fields = Self::own(collection);
        fields.period = request
            .get("period")
            .map(|text| {
                text.parse().map_err(|why: domain::PeriodError| {
                    Problem::parameter("period", "应如 2024、2024-H1、2024-Q3、2024-M09", why)
                })
            })
            .transpose()?;
        let Some(codes) = request.get("indicators") else {
            if fields.period.is_some() {
                return Err(Problem::parameter("period", "须与 indicators 同用", "goes with indicators"));
            }
            return Ok(fields);
        };
        let mut seen = HashSet::new();
        for code in codes.split(',').map(str::trim).filter(|code| seen.insert(*code)) {
            let known = || view.atlas().indicators.all().iter().map(|indicator| indicator.code.as_str());
            let indicator = view.atlas().indicators.code(code);
            let indicator = indicator.ok_or_else(|| Fault::unknown_code("Indicator", code, known()))?;
            if fields.joined.len() == MOST_JOINED {
                let most = format!("{MOST_JOINED}");
                return Err(Problem::parameter("indicators", format!("至多 {most} 个"), format!("{most} at most")));
            }
            let at = fields.joined.len();
            for (end, suffix, kind, about) in BESIDE {
                let name = format!("{code}{suffix}");
                if fields.all.iter().any(|field| field.name == name) {
                    let (zh, en) =
                        (format!("「{name}」与另一属性同名"), format!("«{name}» is the name of another property"));
                    return Err(Problem::parameter("indicators", zh, en));
                }
                let english = indicator.name.en.as_ref().unwrap_or(&indicator.name.zh);
                fields.all.push(Field {
                    name,
                    kind,
                    about: [format!("{}：{}", indicator.name.zh, about[0]), format!("{english}: {}", about[1])],
                    heading: format!("{}{end}", alias(at)),
                    column: None,
                    fallback: match end {
                        "status" => Cell::Text("MISSING".to_owned()),
                        "sample" => Cell::Boolean(false),
                        _ => Cell::Empty,
                    },
                });
            }
            fields.joined.push(Joined {
                code: code.to_owned(),
                unit: indicator.unit.code,
                accumulation: indicator.accumulation.word(),
            });
        }
        Ok(fields)
    }

    /// The questions, with the figures that are joined.
    pub fn question(&self, collection: &Collection) -> String {
        let mut text = format!("{QUESTIONS}\nfragment Joined on {} {{\n  code\n", collection.ty);
        for (at, joined) in self.joined.iter().enumerate() {
            let (code, unit) = (json!(joined.code), json!(joined.unit));
            let figure = format!("quantity {{ value(unit: {unit}) }}");
            // The newest that has a value; of a given period what stands there, whether or not it has one.
            let asked = match self.period {
                None => format!("latest(indicator: {code}) {{ {figure} }}"),
                Some(period) => format!(
                    "series(indicators: [{code}], periods: {{ from: \"{period}\", to: \"{period}\" }}, accumulation: {}, first: 1) {{ nodes {{ points {{ {figure} }} }} }}",
                    joined.accumulation
                ),
            };
            text.push_str(&format!("  i{at}: {asked}\n"));
        }
        text.push_str("}\n");
        text
    }

    /// With the places of the columns.
    #[must_use]
    pub fn placed(mut self, columns: &[Column]) -> Self {
        for field in &mut self.all {
            // Of a figure the last word of the heading tells; in between stand the words on the way to it.
            let is = |column: &Column| match field.heading.split_once(JOINT) {
                None => column.heading == field.heading,
                Some((alias, end)) => {
                    let mut words = column.heading.split('.');
                    words.next() == Some(alias) && words.next_back() == Some(end)
                }
            };
            field.column = columns.iter().position(is);
        }
        self
    }

    /// The cells of a row.
    pub fn cells(&self, columns: &[Column], row: &Row<'_>) -> Vec<Cell> {
        let cell = |field: &Field| {
            let found = field.column.map_or(Cell::Empty, |at| columns[at].cell(row));
            match read(found, field.kind) {
                Cell::Empty => field.fallback.clone(),
                found => found,
            }
        };
        self.all.iter().map(cell).collect()
    }

    /// The code among the cells of a row.
    pub fn code(&self, cells: &[Cell]) -> String {
        let at = self.all.iter().position(|field| field.name == "code");
        at.map_or_else(String::new, |at| cells[at].text())
    }

    /// The field of a name.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.all.iter().find(|field| field.name == name)
    }
}

/// Stands between the alias of a figure and the last word of its column.
const JOINT: char = '\u{1f}';

fn alias(at: usize) -> String {
    format!("i{at}{JOINT}")
}

/// A cell as its kind is given.
fn read(cell: Cell, kind: Kind) -> Cell {
    let one = |cell: Cell| flat(cell).into_iter().next().unwrap_or(Cell::Empty);
    let period = |cell: Cell, day: fn(PeriodCode) -> chrono::NaiveDate| match one(cell) {
        Cell::Text(text) => text.parse().map_or(Cell::Empty, |period| Cell::Date(day(period).to_string())),
        _ => Cell::Empty,
    };
    let days = |cell: Cell| {
        flat(cell).into_iter().filter_map(|day| match day {
            Cell::Date(text) => Some(text),
            _ => None,
        })
    };
    match kind {
        Kind::Texts => match flat(cell) {
            items if items.is_empty() => Cell::Empty,
            items => Cell::Many(items),
        },
        Kind::PeriodStart => period(cell, PeriodCode::start),
        Kind::PeriodEnd => period(cell, PeriodCode::end),
        Kind::Earliest => days(cell).min().map_or(Cell::Empty, Cell::Date),
        Kind::Latest => days(cell).max().map_or(Cell::Empty, Cell::Date),
        Kind::Text | Kind::Number | Kind::Boolean | Kind::Date => one(cell),
    }
}

/// What a cell holds, one after another.
fn flat(cell: Cell) -> Vec<Cell> {
    match cell {
        Cell::Empty => Vec::new(),
        Cell::Many(cells) => cells.into_iter().flat_map(flat).collect(),
        one => vec![one],
    }
}

impl Field {
    /// The schema of its values.
    pub fn schema(&self) -> Value {
        let [zh, en] = &self.about;
        let title = format!("{zh} {en}");
        match self.kind {
            Kind::Text => json!({ "title": title, "type": "string" }),
            Kind::Texts => json!({ "title": title, "type": "array", "items": { "type": "string" } }),
            Kind::Number => json!({ "title": title, "type": "number" }),
            Kind::Boolean => json!({ "title": title, "type": "boolean" }),
            _ => json!({ "title": title, "type": "string", "format": "date" }),
        }
    }
}
