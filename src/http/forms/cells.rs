//! The cells of a row, read out of an answer.

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, Value};

use super::columns::{Column, Kind, Place, Reading};

/// A cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing there. Zero is something.
    Empty,
    /// Text.
    Text(String),
    /// An exact number as text.
    Number(String),
    /// Yes or no.
    Boolean(bool),
    /// A day, YYYY-MM-DD.
    Date(String),
    /// Several of them.
    Many(Vec<Cell>),
}

/// A row: the objects on the way to it, from the root on; the last is the row itself.
pub type Row<'a> = [&'a Value];

/// Calls `each` with every row at the end of a path.
pub fn each_row<'a, E>(
    data: &'a Value,
    path: &[String],
    mut each: impl FnMut(&Row<'a>) -> Result<(), E>,
) -> Result<(), E> {
    fn go<'a, E>(
        value: &'a Value,
        path: &[String],
        way: &mut Vec<&'a Value>,
        each: &mut impl FnMut(&Row<'a>) -> Result<(), E>,
    ) -> Result<(), E> {
        match value {
            Value::List(items) => items.iter().try_for_each(|item| go(item, path, way, each)),
            Value::Object(fields) => {
                way.push(value);
                let told = match path.split_first() {
                    None => each(way),
                    Some((first, rest)) => {
                        fields.get(first.as_str()).map_or(Ok(()), |below| go(below, rest, way, each))
                    }
                };
                way.pop();
                told
            }
            _ => Ok(()),
        }
    }
    go(data, path, &mut Vec::new(), &mut each)
}

/// The value at a place of a row; null when it is not there.
fn value<'a>(row: &Row<'a>, place: &Place) -> Option<&'a Value> {
    row.get(place.anchor).copied()
}

impl Column {
    /// The cell of a row.
    pub fn cell(&self, row: &Row<'_>) -> Cell {
        value(row, &self.place).map_or(Cell::Empty, |value| self.read(value, &self.place.keys))
    }

    fn read(&self, value: &Value, keys: &[String]) -> Cell {
        let Some((first, rest)) = keys.split_first() else { return self.leaf(value) };
        match value {
            Value::List(items) => Cell::Many(items.iter().map(|item| self.read(item, keys)).collect()),
            Value::Object(fields) => fields.get(first.as_str()).map_or(Cell::Empty, |below| self.read(below, rest)),
            _ => Cell::Empty,
        }
    }

    fn leaf(&self, value: &Value) -> Cell {
        match self.reading {
            Reading::Unit(_) if *value == Value::Null => Cell::Empty,
            Reading::Unit(symbol) => Cell::Text(symbol.to_owned()),
            Reading::Source => sources(value),
            Reading::SampleSource => {
                Cell::Boolean(documents(value).any(|document| document.get("sample") == Some(&Value::Boolean(true))))
            }
            Reading::Plain => self.plain(value),
        }
    }

    fn plain(&self, value: &Value) -> Cell {
        match value {
            Value::Null => Cell::Empty,
            Value::Number(number) => Cell::Number(number.to_string()),
            Value::Boolean(yes) => Cell::Boolean(*yes),
            Value::Enum(word) => Cell::Text(word.to_string()),
            Value::String(text) => match self.kind {
                Kind::Number => Cell::Number(text.clone()),
                Kind::Date => Cell::Date(text.clone()),
                Kind::Text | Kind::Boolean => Cell::Text(text.clone()),
            },
            Value::List(items) => Cell::Many(items.iter().map(|item| self.plain(item)).collect()),
            // No scalar of the schema is one.
            Value::Object(_) | Value::Binary(_) => Cell::Empty,
        }
    }
}

type Object = IndexMap<Name, Value>;

fn objects(value: &Value) -> impl Iterator<Item = &Object> {
    let items = match value {
        Value::List(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    items.iter().filter_map(|item| match item {
        Value::Object(fields) => Some(fields),
        _ => None,
    })
}

fn documents(citations: &Value) -> impl Iterator<Item = &Object> {
    objects(citations).filter_map(|citation| match citation.get("document") {
        Some(Value::Object(document)) => Some(document),
        _ => None,
    })
}

/// Title and locator of each citation.
fn sources(citations: &Value) -> Cell {
    let text = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.clone(),
        _ => String::new(),
    };
    let told: Vec<String> = objects(citations)
        .map(|citation| {
            let title = match citation.get("document") {
                Some(Value::Object(document)) => text(document.get("title")),
                _ => String::new(),
            };
            let locator = text(citation.get("locator"));
            if locator.is_empty() { title } else { format!("{title}, {locator}") }
        })
        .collect();
    if told.is_empty() { Cell::Empty } else { Cell::Text(told.join("; ")) }
}

/// Codes of the documents cited at a place of a row.
pub fn cited<'a>(row: &Row<'a>, place: &Place, into: &mut impl FnMut(&'a str)) {
    fn go<'a>(value: &'a Value, keys: &[String], into: &mut impl FnMut(&'a str)) {
        match (keys.split_first(), value) {
            (None, _) => {
                for document in documents(value) {
                    if let Some(Value::String(code)) = document.get("code") {
                        into(code);
                    }
                }
            }
            (Some(_), Value::List(items)) => items.iter().for_each(|item| go(item, keys, into)),
            (Some((first, rest)), Value::Object(fields)) => {
                if let Some(below) = fields.get(first.as_str()) {
                    go(below, rest, into);
                }
            }
            _ => {}
        }
    }
    if let Some(value) = value(row, place) {
        go(value, &place.keys, into);
    }
}

/// The value at a place that no list is in.
pub fn single<'a>(row: &Row<'a>, place: &Place) -> Option<&'a Value> {
    place.keys.iter().try_fold(value(row, place)?, |value, key| match value {
        Value::Object(fields) => fields.get(key.as_str()),
        _ => None,
    })
}

impl Cell {
    /// As text, for tables: several are set apart by a semicolon.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Number(text) | Self::Date(text) => text.clone(),
            Self::Boolean(yes) => yes.to_string(),
            Self::Many(cells) if cells.iter().all(|cell| *cell == Self::Empty) => String::new(),
            Self::Many(cells) => cells.iter().map(Self::text).collect::<Vec<_>>().join("; "),
        }
    }
}
