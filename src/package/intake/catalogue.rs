//! What a file may speak of: the places and indicators of a revision, by every name that people write.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::grid::fold;
use crate::domain::{Accumulation, Additivity, Cell, Dimension, Frequency, Kind, Record, Unit, nearest, unit};
use crate::package::problem::{Fault, MOST_SUGGESTIONS};

/// Kinds of things whose figures come in tables. Figures of single projects and enterprises do not.
const KINDS: &[Kind] = &[Kind::Plan, Kind::Region, Kind::Zone, Kind::Layout, Kind::Cluster, Kind::Chain];

/// Something that figures are about.
#[derive(Debug, Clone)]
pub struct Place {
    /// Kind.
    pub kind: Kind,
    /// Code.
    pub code: String,
    /// As written in its source.
    pub name: String,
    /// Whether it is a functional area, which overlaps the counties that it lies in.
    pub functional: bool,
    /// The regions that it lies in, as places: the parent of a region, the hosts of a zone.
    pub within: Vec<usize>,
}

/// Something measured.
#[derive(Debug, Clone)]
pub struct Indicator {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Unit it is usually given in.
    pub unit: &'static Unit,
    /// How often.
    pub frequency: Frequency,
    /// How its values relate to their period.
    pub accumulation: Accumulation,
    /// Whether values of places add up.
    pub additivity: Additivity,
    /// Kinds of things it is measured for.
    pub applies_to: Vec<Kind>,
}

impl Indicator {
    /// Whether the parts of a place add up to no more than the place.
    pub(super) fn adds_up(&self) -> bool {
        let ratio = matches!(self.unit.dimension, Dimension::Ratio | Dimension::Index);
        self.additivity != Additivity::NonAdditive && !ratio
    }
}

/// Places and indicators, numbered in the order of their codes.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// Places.
    pub places: Vec<Place>,
    /// Indicators.
    pub indicators: Vec<Indicator>,
    documents: HashMap<String, bool>,
    by_place: HashMap<String, BTreeSet<usize>>,
    by_indicator: HashMap<String, BTreeSet<usize>>,
    /// For how many unknown names one that may be meant was looked for.
    suggestions: AtomicUsize,
}

impl Catalogue {
    /// The catalogue of the rows that a revision holds.
    pub fn new<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut records: Vec<&Record> = records.into_iter().collect();
        records.sort_by_cached_key(|record| (record.table.name, record.key()));
        let mut catalogue = Self::default();
        for record in &records {
            let kind = record.table.kind();
            match kind {
                Some(Kind::Indicator) => catalogue.add_indicator(record),
                Some(Kind::Document) => {
                    let sample = *record.cell("sample") == Cell::Boolean(true);
                    catalogue.documents.insert(record.key(), sample);
                }
                Some(kind) if KINDS.contains(&kind) => catalogue.add_place(kind, record),
                _ => {}
            }
        }
        let coded: HashMap<(Kind, String), usize> =
            catalogue.places.iter().enumerate().map(|(at, place)| ((place.kind, place.code.clone()), at)).collect();
        let region = |code: Option<&str>| coded.get(&(Kind::Region, code?.to_owned())).copied();
        for record in &records {
            let (part, whole) = match record.table.name {
                "regions" => (region(Some(&record.key())), region(record.text("parent"))),
                "zone_hosts" => {
                    let zone = record.text("zone").and_then(|zone| coded.get(&(Kind::Zone, zone.to_owned())));
                    (zone.copied(), region(record.text("region")))
                }
                _ => continue,
            };
            if let (Some(part), Some(whole)) = (part, whole)
                && part != whole
            {
                catalogue.places[part].within.push(whole);
            }
        }
        catalogue
    }

    fn add_indicator(&mut self, record: &Record) {
        let word = |field| record.text(field).unwrap_or_default();
        let (Some(unit), Some(frequency)) = (unit(word("unit")), Frequency::from_word(word("frequency"))) else {
            return;
        };
        let accumulation = Accumulation::from_word(word("accumulation"));
        let (Some(accumulation), Some(additivity)) = (accumulation, Additivity::from_word(word("additivity"))) else {
            return;
        };
        let at = self.indicators.len();
        let applies_to = items(record.cell("applies_to")).filter_map(Kind::from_word).collect();
        let (code, name) = (record.key(), word("name").to_owned());
        for text in [&*code, &*name, word("name_en")] {
            name_it(&mut self.by_indicator, text, at);
        }
        self.indicators.push(Indicator { code, name, unit, frequency, accumulation, additivity, applies_to });
    }

    fn add_place(&mut self, kind: Kind, record: &Record) {
        let at = self.places.len();
        let code = record.key();
        let name = record.text("name").or_else(|| record.text("title")).unwrap_or(&code).to_owned();
        let others = [record.text("name_en"), record.text("title_en"), record.text("adcode")];
        for text in
            [&*code, &*name].into_iter().chain(others.into_iter().flatten()).chain(items(record.cell("aliases")))
        {
            name_it(&mut self.by_place, text, at);
        }
        let functional = record.text("kind") == Some("FUNCTIONAL_AREA");
        self.places.push(Place { kind, code, name, functional, within: Vec::new() });
    }

    /// Whether a document is known, and whether it is made up.
    pub fn document(&self, code: &str) -> Option<bool> {
        self.documents.get(code).copied()
    }

    /// The name that an unknown one may stand for; nothing where there is none.
    fn meant<'a>(&self, text: &str, names: impl Iterator<Item = &'a str>) -> &'a str {
        let sought = self.suggestions.fetch_add(1, Ordering::Relaxed) < MOST_SUGGESTIONS;
        sought.then(|| nearest(&fold(text), names)).flatten().unwrap_or_default()
    }

    /// The indicator that a text names, by its code, its name or `name [code]`.
    pub(super) fn indicator(&self, text: &str) -> Result<usize, Fault> {
        let found: Vec<usize> = named(&self.by_indicator, text);
        match found.as_slice() {
            [one] => Ok(*one),
            [] => {
                let names = || self.indicators.iter().flat_map(|one| [one.name.as_str(), one.code.as_str()]);
                let meant = self.meant(text, names());
                Err(Fault::new("unknown-indicator", text, meant).say(
                    "指标目录中没有这个指标:写指标的名称或代码。",
                    "The catalogue has no such indicator: write its name or its code.",
                ))
            }
            several => {
                let codes: Vec<&str> = several.iter().map(|at| self.indicators[*at].code.as_str()).collect();
                Err(ambiguous("ambiguous-indicator", text, &codes.join(" · ")))
            }
        }
    }

    /// The place that a text names, among those that the indicator is measured for where several have the name.
    pub(super) fn place(&self, text: &str, indicators: &[usize]) -> Result<usize, Fault> {
        let found = named(&self.by_place, text);
        let fits = |at: &usize| {
            let applies = |indicator: &usize| self.indicators[*indicator].applies_to.contains(&self.places[*at].kind);
            indicators.iter().any(applies)
        };
        let fitting: Vec<usize> = found.iter().copied().filter(fits).collect();
        match (found.as_slice(), fitting.as_slice()) {
            ([one], _) | (_, [one]) => Ok(*one),
            ([], _) => {
                let names = || self.places.iter().flat_map(|place| [place.name.as_str(), place.code.as_str()]);
                let meant = self.meant(text, names());
                Err(Fault::new("unknown-place", text, meant).say(
                    "没有这个地方:写区划、开发区、集群等的名称或代码;合计行请删去。",
                    "There is no such place: write the name or code of a region, zone or cluster; leave out total rows.",
                ))
            }
            (several, _) => {
                let code = |at: &usize| format!("{} {}", self.places[*at].kind.word(), self.places[*at].code);
                let codes: Vec<String> = several.iter().map(code).collect();
                Err(ambiguous("ambiguous-place", text, &codes.join(" · ")))
            }
        }
    }
}

fn ambiguous(code: &'static str, found: &str, expected: &str) -> Fault {
    Fault::new(code, found, expected)
        .say("同名不止一个:请写“名称 [代码]”。", "The name is not the only one: write «name [code]».")
}

fn items(cell: &Cell) -> impl Iterator<Item = &str> {
    let items: &[Box<str>] = if let Cell::List(items) = cell { items } else { &[] };
    items.iter().map(|item| &**item)
}

fn key(text: &str) -> String {
    fold(text).to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn name_it(names: &mut HashMap<String, BTreeSet<usize>>, text: &str, at: usize) {
    let key = key(text);
    if !key.is_empty() {
        names.entry(key).or_default().insert(at);
    }
}

/// What a text names: whole, or by the code in the brackets at its end.
fn named(names: &HashMap<String, BTreeSet<usize>>, text: &str) -> Vec<usize> {
    let text = key(text);
    let whole = names.get(&text);
    let bracketed =
        || text.strip_suffix(']').and_then(|rest| rest.rsplit_once('[')).and_then(|(_, code)| names.get(code));
    let packed = || names.get(&text.replace(' ', ""));
    whole.or_else(bracketed).or_else(packed).map(|found| found.iter().copied().collect()).unwrap_or_default()
}
