//! The columns of a table: scalar leaves under their dotted paths, and beside each figure what it means nothing
//! without.

use async_graphql::Value;

use super::flat::Flat;
use super::shape::Geometry;
use super::tree::{EXTRA, Node};
use super::types::types;
use crate::domain;
use crate::graphql::Fault;

/// Where a value stands: below the object that stands at some depth on the way to the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Steps from the root to that object; the whole way for a value of the row itself.
    pub anchor: usize,
    /// Response names from there.
    pub keys: Vec<String>,
}

/// What the values of a column are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// An exact number.
    Number,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
}

/// How the cells of a column come about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// As they stand.
    Plain,
    /// This text wherever the value is there: the unit that a query asked for itself.
    Unit(&'static str),
    /// Citations as text: title and place of each.
    Source,
    /// Whether any of the documents cited is made up.
    SampleSource,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Where its values stand.
    pub place: Place,
    /// What they are.
    pub kind: Kind,
    /// How they are read.
    pub reading: Reading,
    /// For the value of a figure: which column says its status.
    pub status: Option<usize>,
}

/// What a walk over the tree finds.
#[derive(Default)]
pub struct Columns {
    /// Columns, in the order of the question.
    pub columns: Vec<Column>,
    /// Geometries.
    pub geometry: Vec<Geometry>,
    /// Places of citations.
    pub sources: Vec<Place>,
    /// Whether made-up rows can be among them.
    sample: bool,
}

/// Where the walk is.
#[derive(Clone)]
struct Here {
    place: Place,
    /// The heading so far, and the same with `nodes`, `edges` and `node` written out.
    short: Vec<String>,
    long: Vec<String>,
    many: bool,
}

impl Columns {
    /// The columns of the rows at the end of a path, and of what stands on the way there. `marked`: the rows were
    /// chosen among several lists, so that the others are left alone. `sample`: made-up rows can be among them.
    ///
    /// # Errors
    /// [`Fault`] when a list beside the rows belongs to no row, or two columns have one heading.
    pub fn of(flat: &Flat, nodes: &[Node], path: &[String], marked: bool, sample: bool) -> Result<Self, Fault> {
        let mut found = Self { sample, ..Self::default() };
        let mut headings: Vec<(Vec<String>, Vec<String>)> = Vec::new();
        let mut stray = Vec::new();
        let mut level = nodes;
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for anchor in 0..=path.len() {
            let own = anchor == path.len();
            let next = path.get(anchor);
            let of_list = !own && level.first().is_some_and(|node| types().field(&node.parent, "pageInfo").is_some());
            for node in level.iter().filter(|node| Some(&node.key) != next) {
                // What a page tells of itself is no datum of a row.
                if about_page(node) || (of_list && (node.is_plumbing() || !node.list)) {
                    continue;
                }
                if !own && (node.list || node.is_connection()) {
                    if !marked && node.composite && !node.is_extra() {
                        let mut name = long.clone();
                        name.push(node.key.clone());
                        stray.push(name.join("."));
                    }
                    continue;
                }
                let (short, long) = if own { (Vec::new(), Vec::new()) } else { (short.clone(), long.clone()) };
                let here = Here { place: Place { anchor, keys: Vec::new() }, short, long, many: false };
                found.walk(flat, node, here, &mut headings);
            }
            let Some(node) = next.and_then(|next| level.iter().find(|node| node.key == *next)) else { break };
            long.push(node.key.clone());
            if !node.is_plumbing() {
                short.push(node.key.clone());
            }
            level = &node.children;
        }
        if !stray.is_empty() {
            let mut all = vec![path.join(".")];
            all.extend(stray);
            return Err(Fault::ambiguous_rows(&all));
        }
        found.name(&headings)?;
        found.link();
        Ok(found)
    }

    fn walk(&mut self, flat: &Flat, node: &Node, here: Here, headings: &mut Vec<(Vec<String>, Vec<String>)>) {
        let name = node.key.strip_prefix(EXTRA).unwrap_or(&node.key).to_owned();
        let mut below = here.clone();
        below.place.keys.push(node.key.clone());
        below.long.push(name.clone());
        if !node.is_plumbing() {
            below.short.push(name);
        }
        below.many |= node.list;
        if about_page(node) {
            return;
        }
        if node.key == format!("{EXTRA}citations") {
            self.sources.push(below.place.clone());
            below.long.pop();
            below.short.pop();
            let (short, long) = (&below.short, &below.long);
            let title = |head: &Vec<String>, tail: &str| head.iter().cloned().chain([tail.to_owned()]).collect();
            let place = below.place;
            headings.push((title(short, "source"), title(long, "source")));
            self.push(place.clone(), Kind::Text, Reading::Source);
            if self.sample && types().field(&node.parent, "sample").is_none() {
                headings.push((title(short, "sample"), title(long, "sample")));
                self.push(place, Kind::Boolean, Reading::SampleSource);
            }
            return;
        }
        if node.is_extra() {
            // `unit` and `period` are asked for what names them; the heading is theirs.
            let place = match node.children.first() {
                Some(child) => {
                    let mut place = below.place.clone();
                    place.keys.push(child.key.clone());
                    place
                }
                None => below.place.clone(),
            };
            if node.field.name.node == "sample" && !self.sample {
                return;
            }
            let kind = if node.composite { Kind::Text } else { kind(&node.ty) };
            headings.push((below.short, below.long));
            self.push(place, kind, Reading::Plain);
            return;
        }
        if node.composite {
            if node.ty == "Point" {
                let key = |name: &str| {
                    node.children.iter().find(|child| child.field.name.node == name).map(|child| child.key.clone())
                };
                if let (Some(lon), Some(lat)) = (key("lon"), key("lat")) {
                    let (name, place) = (below.long.join("."), below.place.clone());
                    self.geometry.push(Geometry { place, point: Some((lon, lat)), name, many: below.many });
                }
            }
            for child in &node.children {
                self.walk(flat, child, below.clone(), headings);
            }
            return;
        }
        if node.ty == "GeoJSON" {
            let (name, place) = (below.long.join("."), below.place);
            self.geometry.push(Geometry { place, point: None, name, many: below.many });
            return;
        }
        headings.push((below.short.clone(), below.long.clone()));
        self.push(below.place.clone(), kind(&node.ty), Reading::Plain);
        if node.parent == "Quantity"
            && node.field.name.node == "value"
            && let Some(Value::String(code)) = flat.argument(&node.field, "unit")
            && let Some(unit) = domain::unit(&code)
        {
            below.short.push("unit".to_owned());
            below.long.push("unit".to_owned());
            headings.push((below.short, below.long));
            self.push(below.place, Kind::Text, Reading::Unit(unit.symbol));
        }
    }

    fn push(&mut self, place: Place, kind: Kind, reading: Reading) {
        self.columns.push(Column { heading: String::new(), place, kind, reading, status: None });
    }

    /// Gives each column its heading: without the words that only hold lists together, unless two would be the same.
    fn name(&mut self, headings: &[(Vec<String>, Vec<String>)]) -> Result<(), Fault> {
        let short: Vec<String> = headings.iter().map(|(short, _)| short.join(".")).collect();
        let long: Vec<String> = headings.iter().map(|(_, long)| long.join(".")).collect();
        let twice = |names: &[String], at: usize| {
            names.iter().enumerate().any(|(other, name)| other != at && *name == names[at])
        };
        let mut names: Vec<String> = Vec::with_capacity(short.len());
        for at in 0..short.len() {
            names.push(if twice(&short, at) { long[at].clone() } else { short[at].clone() });
        }
        if let Some(at) = (0..names.len()).find(|at| twice(&names, *at)) {
            return Err(Fault::same_column(&names[at]));
        }
        for (column, name) in self.columns.iter_mut().zip(names) {
            column.heading = name;
        }
        Ok(())
    }

    /// Tells the value of a figure which column says its status: the one beside the quantity it is in.
    fn link(&mut self) {
        let status: Vec<(usize, Place)> = self
            .columns
            .iter()
            .enumerate()
            .filter_map(|(at, column)| {
                let last = column.place.keys.last()?;
                let is_status =
                    column.reading == Reading::Plain && last.strip_prefix(EXTRA).unwrap_or(last) == "status";
                is_status.then(|| (at, column.place.clone()))
            })
            .collect();
        for column in &mut self.columns {
            let keys = &column.place.keys;
            let beside = |other: &Place| {
                let owner = &other.keys[..other.keys.len() - 1];
                other.anchor == column.place.anchor && keys.len() > owner.len() + 1 && keys.starts_with(owner)
            };
            let found = status.iter().filter(|(_, place)| beside(place)).max_by_key(|(_, place)| place.keys.len());
            if column.kind == Kind::Number {
                column.status = found.map(|(at, _)| *at);
            }
        }
    }
}

/// Whether a field tells where a page stands in its list.
fn about_page(node: &Node) -> bool {
    match node.field.name.node.as_str() {
        "pageInfo" => true,
        "cursor" => node.parent.ends_with("Edge"),
        _ => false,
    }
}

fn kind(ty: &str) -> Kind {
    match ty {
        "Int" | "Float" | "Decimal" => Kind::Number,
        "Boolean" => Kind::Boolean,
        "Date" => Kind::Date,
        _ => Kind::Text,
    }
}
