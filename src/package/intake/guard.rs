//! Guards: what is possible but most often a mistake. Each stops a file until its sender says why it is right.

use std::collections::{BTreeMap, HashMap};

use serde::Serialize;

use super::catalogue::Catalogue;
use super::draft::{Draft, Entry};
use super::merge::Known;
use super::value::accumulation_words;
use crate::domain::{Accumulation, Decimal, Dimension, Kind, PeriodCode, Quantity};
use crate::package::problem::{Fault, Problem};

/// Values of one cell's series this many times apart are a slip of 万 and 亿, not a change.
const SLIP: i128 = 1000;

/// What is guarded against.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum Guard {
    /// A value a thousand times off its own series: 万 for 亿 or the other way round; a share a hundred times off
    Slip,
    /// A year-to-date value below an earlier one of the same year
    Falling,
    /// A part larger than the whole: zones, counties, city
    Part,
    /// A value that accumulates otherwise than its indicator
    Accumulation,
}

impl Guard {
    const fn code(self) -> &'static str {
        match self {
            Self::Slip => "guard-slip",
            Self::Falling => "guard-falling",
            Self::Part => "guard-part",
            Self::Accumulation => "guard-accumulation",
        }
    }

    /// The word by which it is accepted.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Slip => "slip",
            Self::Falling => "falling",
            Self::Part => "part",
            Self::Accumulation => "accumulation",
        }
    }
}

/// A guard that the sender set aside, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// The guard.
    pub guard: Guard,
    /// Why what it found is right.
    pub reason: String,
}

/// A value that stands beside the file's, or of the file itself.
#[derive(Clone, Copy)]
struct Point<'a> {
    period: PeriodCode,
    base: i64,
    quantity: &'a Quantity,
    document: &'a str,
    /// The figure of the file that it is.
    entry: Option<&'a Entry>,
    /// Whether that figure is new or another than before.
    changed: bool,
}

impl Point<'_> {
    fn said(&self) -> String {
        let source = if self.entry.is_some() { "" } else { self.document };
        format!("{} {} ({}) {source}", self.quantity.value, self.quantity.unit.symbol, self.period)
            .trim_end()
            .to_owned()
    }
}

/// Place, indicator and accumulation.
type Series = (usize, usize, Accumulation);

/// Everything that the guards look at.
pub(super) struct Watch<'a> {
    draft: &'a Draft,
    catalogue: &'a Catalogue,
    document: &'a str,
    /// What is known, but for what the file replaces.
    beside: HashMap<Series, Vec<Point<'a>>>,
    /// What is known of the cells that the file replaces.
    replaced: HashMap<Series, Vec<i64>>,
    own: HashMap<Series, Vec<Point<'a>>>,
}

impl<'a> Watch<'a> {
    /// `changed` says of each figure of the draft whether it is new or another than before.
    pub fn new(
        draft: &'a Draft,
        catalogue: &'a Catalogue,
        known: &'a Known,
        (document, sample): (&'a str, bool),
        changed: &[bool],
    ) -> Self {
        let mut own: HashMap<Series, Vec<Point>> = HashMap::new();
        for (entry, changed) in draft.entries.iter().zip(changed) {
            let Some(quantity) = &entry.quantity else { continue };
            let Ok(base) = quantity.base() else { continue };
            let point = Point { period: entry.period, base, quantity, document, entry: Some(entry), changed: *changed };
            own.entry((entry.place, entry.indicator, entry.accumulation)).or_default().push(point);
        }
        let (mut beside, mut replaced) = (HashMap::<Series, Vec<Point>>::new(), HashMap::<Series, Vec<i64>>::new());
        let given: std::collections::HashSet<_> = draft.entries.iter().map(Entry::cell).collect();
        for held in &known.observations {
            // Made-up figures say nothing about real ones.
            let Some(quantity) = held.quantity.as_ref().filter(|_| held.exact && (sample || !held.sample)) else {
                continue;
            };
            let Ok(base) = quantity.base() else { continue };
            let series = (held.place, held.indicator, held.accumulation);
            if held.document == document
                && given.contains(&(held.place, held.indicator, held.period, held.accumulation))
            {
                replaced.entry(series).or_default().push(base);
                continue;
            }
            let point =
                Point { period: held.period, base, quantity, document: &held.document, entry: None, changed: false };
            beside.entry(series).or_default().push(point);
        }
        Self { draft, catalogue, document, beside, replaced, own }
    }

    /// Everything that the guards find, in no order.
    pub fn look(&self) -> Vec<(Guard, Problem)> {
        let mut found = Vec::new();
        self.accumulations(&mut found);
        self.slips(&mut found);
        self.falls(&mut found);
        self.parts(&mut found);
        found
    }

    fn stop(
        &self,
        found: &mut Vec<(Guard, Problem)>,
        guard: Guard,
        entry: &Entry,
        saw: (String, String),
        zh: &str,
        en: &str,
    ) {
        let word = guard.word();
        let fault = Fault::new(guard.code(), saw.0, saw.1).say(
            format!("{zh}如确属实,加 --accept {word}=理由。"),
            format!("{en} If it is right, add --accept {word}=REASON."),
        );
        found.push((guard, self.draft.problem(entry, fault)));
    }

    fn accumulations(&self, found: &mut Vec<(Guard, Problem)>) {
        for point in self.own.values().flatten().filter(|point| point.changed) {
            let Some(entry) = point.entry else { continue };
            let known = self.catalogue.indicators[entry.indicator].accumulation;
            if entry.accumulation != known {
                let say = |how: Accumulation| format!("{} ({})", accumulation_words(how), how.word());
                let (zh, en) = ("累计方式与指标不符。", "The value does not accumulate as the indicator does.");
                self.stop(found, Guard::Accumulation, entry, (say(entry.accumulation), say(known)), zh, en);
            }
        }
    }

    /// A value against the middle of what is known of its series, or of the file where nothing is.
    fn slips(&self, found: &mut Vec<(Guard, Problem)>) {
        for (series, points) in &self.own {
            let beside = self.beside.get(series).map_or(&[][..], Vec::as_slice);
            let before = self.replaced.get(series).map_or(&[][..], Vec::as_slice);
            let known: Vec<i64> = beside.iter().map(|point| point.base).chain(before.iter().copied()).collect();
            let of_file = || points.iter().map(|point| point.base).collect();
            let Some(middle) = middle(if known.is_empty() { of_file() } else { known }) else { continue };
            for point in points.iter().filter(|point| point.changed) {
                let Some(entry) = point.entry else { continue };
                let ratio = matches!(point.quantity.unit.dimension, Dimension::Ratio | Dimension::Index);
                let off = if ratio { hundredfold(point.base, middle) } else { far_apart(point.base, middle) };
                if off {
                    let unit = point.quantity.unit;
                    let usual = Quantity::from_base(middle, unit, 0, None);
                    let saw = (
                        format!("{} {}", point.quantity.value, unit.symbol),
                        format!("≈ {} {}", usual.value, unit.symbol),
                    );
                    let (zh, en) = match ratio {
                        false => (
                            "与同一序列的中位数相差千倍以上:检查万、亿和单位。",
                            "The value is a thousand times off the middle of its series: look for a slip of 万 and 亿.",
                        ),
                        true => (
                            "与同一序列相差约百倍:百分数是否少乘或多乘了 100?",
                            "The value is about a hundred times off its series: is it a fraction for a percentage?",
                        ),
                    };
                    self.stop(found, Guard::Slip, entry, saw, zh, en);
                }
            }
        }
    }

    /// For each period by its last month, the figure of the file, else of its document, else of another.
    fn merged(&self, series: &Series) -> BTreeMap<i32, Point<'a>> {
        let mut merged: BTreeMap<i32, Point> = BTreeMap::new();
        for point in self.beside.get(series).into_iter().flatten() {
            let slot = merged.entry(moment(point.period, series.2)).or_insert(*point);
            if point.document == self.document {
                *slot = *point;
            }
        }
        for point in self.own.get(series).into_iter().flatten() {
            merged.insert(moment(point.period, series.2), *point);
        }
        merged
    }

    fn falls(&self, found: &mut Vec<(Guard, Problem)>) {
        for series in self.own.keys().filter(|series| series.2 == Accumulation::YearToDate) {
            if !self.catalogue.indicators[series.1].adds_up() {
                continue;
            }
            let merged: Vec<Point> = self.merged(series).into_values().collect();
            for pair in merged.windows(2) {
                let [earlier, later] = pair else { continue };
                let falls = earlier.period.calendar_year() == later.period.calendar_year() && later.base < earlier.base;
                if !falls {
                    continue;
                }
                let (zh, en) = (
                    "年内累计值下降:检查是否填了当期值,或数字有误。",
                    "The year-to-date value is below an earlier one of the year: is it of the period alone, or mistyped?",
                );
                if let Some(entry) = later.entry.filter(|_| later.changed) {
                    let expected = format!("≥ {}", earlier.said());
                    self.stop(found, Guard::Falling, entry, (later.said(), expected), zh, en);
                } else if let Some(entry) = earlier.entry.filter(|_| earlier.changed) {
                    let expected = format!("≤ {}", later.said());
                    self.stop(found, Guard::Falling, entry, (earlier.said(), expected), zh, en);
                }
            }
        }
    }

    fn parts(&self, found: &mut Vec<(Guard, Problem)>) {
        // The figures beside each other: one indicator, one way of accumulating, one moment.
        let mut slices: HashMap<(usize, Accumulation), BTreeMap<i32, HashMap<usize, Point>>> = HashMap::new();
        let wanted: std::collections::HashSet<(usize, Accumulation)> = self
            .own
            .keys()
            .filter(|key| self.catalogue.indicators[key.1].adds_up())
            .map(|key| (key.1, key.2))
            .collect();
        for series in self.own.keys().chain(self.beside.keys().filter(|key| !self.own.contains_key(*key))) {
            if wanted.contains(&(series.1, series.2)) {
                let slices = slices.entry((series.1, series.2)).or_default();
                for (moment, point) in self.merged(series) {
                    slices.entry(moment).or_default().insert(series.0, point);
                }
            }
        }
        let wholes = wholes(self.catalogue);
        for slice in slices.values().flat_map(BTreeMap::values) {
            if !slice.values().any(|point| point.changed) {
                continue;
            }
            for (whole, groups) in &wholes {
                let Some(total) = slice.get(whole) else { continue };
                for group in groups {
                    self.group(found, (*whole, total), group, slice);
                }
            }
        }
    }

    fn group(
        &self,
        found: &mut Vec<(Guard, Problem)>,
        whole: (usize, &Point),
        group: &Group,
        slice: &HashMap<usize, Point>,
    ) {
        let (at, total) = whole;
        let name = |place: usize| self.catalogue.places[place].name.as_str();
        let present: Vec<(usize, &Point)> =
            group.parts.iter().filter_map(|part| Some((*part, slice.get(part)?))).collect();
        let mut sum = 0i128;
        let mut slack = half_step(total.quantity);
        let mut single = false;
        for (place, part) in &present {
            sum += i128::from(part.base);
            slack += half_step(part.quantity);
            let over =
                i128::from(part.base) > i128::from(total.base) + half_step(part.quantity) + half_step(total.quantity);
            let entry = part.entry.filter(|_| part.changed).or(total.entry.filter(|_| total.changed));
            if let (true, Some(entry)) = (over, entry) {
                single = true;
                let saw = (format!("{} {}", name(*place), part.said()), format!("≤ {} {}", name(at), total.said()));
                let (zh, en) = ("部分大于整体。", "The part is larger than the whole.");
                self.stop(found, Guard::Part, entry, saw, zh, en);
            }
        }
        let changed = present.iter().find_map(|(_, part)| part.entry.filter(|_| part.changed));
        let entry = total.entry.filter(|_| total.changed).or(changed);
        if let (true, true, Some(entry), false) = (group.adds, sum > i128::from(total.base) + slack, entry, single) {
            let unit = total.quantity.unit;
            let sum = i64::try_from(sum).map(|sum| Quantity::from_base(sum, unit, 0, None).value.to_string());
            let found_text =
                format!("Σ {}/{} = {} {}", present.len(), group.parts.len(), sum.unwrap_or_default(), unit.symbol);
            let saw = (found_text, format!("≤ {} {}", name(at), total.said()));
            let (zh, en) = ("各部分之和大于整体。", "The parts add up to more than the whole.");
            self.stop(found, Guard::Part, entry, saw, zh, en);
        }
    }
}

/// Places that lie in one, of one sort.
struct Group {
    parts: Vec<usize>,
    /// Whether they lie beside each other, so that they add up.
    adds: bool,
}

/// Each region with what lies in it: its regions, its functional areas, the zones all of whose hosts lie in it.
fn wholes(catalogue: &Catalogue) -> Vec<(usize, Vec<Group>)> {
    let places = &catalogue.places;
    // A circle of parents is no hierarchy: the way up ends after as many steps as there are places.
    let inside = |region: usize, whole: usize| {
        let mut at = region;
        for _ in 0..places.len() {
            if at == whole {
                return true;
            }
            match places[at].within.first() {
                Some(up) => at = *up,
                None => return false,
            }
        }
        false
    };
    let mut wholes = Vec::new();
    for (whole, _) in places.iter().enumerate().filter(|(_, place)| place.kind == Kind::Region) {
        let of = |kind: Kind, functional: bool| -> Vec<usize> {
            let lies = |place: &super::Place| match kind {
                Kind::Region => place.within.contains(&whole),
                _ => !place.within.is_empty() && place.within.iter().all(|host| inside(*host, whole)),
            };
            let wanted = |place: &super::Place| place.kind == kind && place.functional == functional && lies(place);
            places.iter().enumerate().filter(|(_, place)| wanted(place)).map(|(at, _)| at).collect()
        };
        let groups = [
            Group { parts: of(Kind::Region, false), adds: true },
            Group { parts: of(Kind::Region, true), adds: false },
            Group { parts: of(Kind::Zone, false), adds: true },
        ];
        let groups: Vec<Group> = groups.into_iter().filter(|group| !group.parts.is_empty()).collect();
        if !groups.is_empty() {
            wholes.push((whole, groups));
        }
    }
    wholes
}

/// What orders and matches periods of one accumulation: how far a year has gone, or the very period.
fn moment(period: PeriodCode, accumulation: Accumulation) -> i32 {
    match accumulation {
        Accumulation::InPeriod => period.sort_key(),
        _ => period.sort_key() / 100,
    }
}

fn middle(mut values: Vec<i64>) -> Option<i64> {
    values.retain(|value| *value != 0);
    values.sort_unstable_by_key(|value| value.unsigned_abs());
    values.get(values.len() / 2).copied()
}

fn far_apart(a: i64, b: i64) -> bool {
    let (a, b) = (i128::from(a).abs(), i128::from(b).abs());
    a != 0 && b != 0 && (a >= b * SLIP || b >= a * SLIP)
}

/// A rate for its percentage or the other way round.
fn hundredfold(a: i64, b: i64) -> bool {
    let (a, b) = (i128::from(a).abs(), i128::from(b).abs());
    let near = |small: i128, large: i128| small != 0 && large >= small * 80 && large <= small * 125;
    near(a, b) || near(b, a)
}

/// Half of the last digit that was reported, in the integers of storage: what rounding may hide.
fn half_step(quantity: &Quantity) -> i128 {
    let step = Quantity { value: Decimal::new(1, quantity.value.scale()), unit: quantity.unit, as_reported: None };
    step.base().map_or(0, |base| i128::from(base) / 2 + 1)
}
