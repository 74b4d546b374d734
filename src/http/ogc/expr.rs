//! Conditions on features: what they say, how they are written, and whether a feature meets them.
//!
//! A condition is true, false or unknown, as in SQL: what compares with something absent is unknown, and only what is
//! true is chosen. Absent is not zero.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr as _;

use chrono::NaiveDate;
use geo::{Contains as _, Geometry, Intersects as _};
use rust_decimal::Decimal;
use wkt::ToWkt as _;

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// All of these hold.
    And(Vec<Expr>),
    /// One of these holds.
    Or(Vec<Expr>),
    /// This does not hold.
    Not(Box<Expr>),
    /// Two values compare.
    Compare(Operand, Op, Operand),
    /// A text fits a pattern: `%` is any text, `_` any letter, `\` takes the next as it is.
    Like(Operand, String),
    /// A value lies between two, both included.
    Between(Operand, Operand, Operand),
    /// A value is one of several.
    In(Operand, Vec<Operand>),
    /// There is no such value.
    IsNull(Operand),
    /// The geometry and an area.
    Space(SpaceOp, Box<Geometry<f64>>),
    /// Two spans of time.
    Time(TimeOp, Span, Span),
    /// Always or never.
    Always(bool),
    /// The parameter `bbox`: the geometry meets one of these boxes (west, south, east, north).
    Boxes(Vec<[f64; 4]>),
    /// The parameter `datetime`: the time of the feature meets this span, or it has none.
    Datetime(Option<NaiveDate>, Option<NaiveDate>),
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    /// =
    Eq,
    /// <>
    Ne,
    /// <
    Lt,
    /// <=
    Le,
    /// >
    Gt,
    /// >=
    Ge,
}

/// How the geometry lies to an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpaceOp {
    /// They have a point in common.
    Intersects,
    /// It lies in the area.
    Within,
}

/// How one span of time lies to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeOp {
    /// Later than all of it.
    After,
    /// Earlier than all of it.
    Before,
    /// Inside it, without its ends.
    During,
    /// They have a day in common.
    Intersects,
    /// The same.
    Equals,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub enum Operand {
    /// Of a feature.
    Property(String),
    /// A text.
    Text(String),
    /// A number.
    Number(Decimal),
    /// Yes or no.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
}

/// A span of time; an end that is none is open.
#[derive(Debug, Clone, PartialEq)]
pub enum Span {
    /// A day.
    At(Operand),
    /// From one day to another, both included.
    Interval(Option<Operand>, Option<Operand>),
}

/// A value of a feature, as conditions see it. A list meets a comparison when one of its items does.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing there.
    Null,
    /// A text.
    Text(String),
    /// A number.
    Number(Decimal),
    /// Yes or no.
    Boolean(bool),
    /// A day.
    Date(NaiveDate),
    /// Several.
    Many(Vec<Value>),
}

/// What is asked of a feature.
pub trait Subject {
    /// A property.
    fn value(&self, name: &str) -> Value;
    /// The geometry.
    fn geometry(&self) -> Option<&Geometry<f64>>;
    /// First and last day of what is known of it in time; none where the collection tells no time.
    fn time(&self) -> (Option<NaiveDate>, Option<NaiveDate>);
}

impl Op {
    const fn sign(self) -> &'static str {
        match self {
            Self::Eq => "=",
            Self::Ne => "<>",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Eq => order.is_eq(),
            Self::Ne => order.is_ne(),
            Self::Lt => order.is_lt(),
            Self::Le => order.is_le(),
            Self::Gt => order.is_gt(),
            Self::Ge => order.is_ge(),
        }
    }
}

impl SpaceOp {
    /// Its name as a function.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Intersects => "S_INTERSECTS",
            Self::Within => "S_WITHIN",
        }
    }
}

impl TimeOp {
    /// Its name as a function.
    pub const fn name(self) -> &'static str {
        match self {
            Self::After => "T_AFTER",
            Self::Before => "T_BEFORE",
            Self::During => "T_DURING",
            Self::Intersects => "T_INTERSECTS",
            Self::Equals => "T_EQUALS",
        }
    }
}

impl Operand {
    fn of(&self, subject: &impl Subject) -> Value {
        match self {
            Self::Property(name) => subject.value(name),
            Self::Text(text) => Value::Text(text.clone()),
            Self::Number(number) => Value::Number(*number),
            Self::Boolean(yes) => Value::Boolean(*yes),
            Self::Date(day) => Value::Date(*day),
        }
    }
}

/// How two single values compare; none when one is absent, or they are of two kinds.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    match (a, b) {
        (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
        (Value::Number(a), Value::Number(b)) => Some(a.cmp(b)),
        (Value::Boolean(a), Value::Boolean(b)) => Some(a.cmp(b)),
        (Value::Date(a), Value::Date(b)) => Some(a.cmp(b)),
        _ => None,
    }
}

/// Whether one of the items of a value passes; unknown where there is none and nothing passes.
fn any(value: &Value, test: &mut dyn FnMut(&Value) -> Option<bool>) -> Option<bool> {
    match value {
        Value::Many(items) => either(items.iter().map(test)),
        one => test(one),
    }
}

fn either(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut unknown = false;
    let mut seen = false;
    for part in parts {
        seen = true;
        match part {
            Some(true) => return Some(true),
            Some(false) => {}
            None => unknown = true,
        }
    }
    (seen && !unknown).then_some(false)
}

fn both(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    either(parts.map(|part| part.map(|yes| !yes))).map(|no| !no)
}

impl Expr {
    /// Whether a feature meets it; none when that is unknown.
    pub fn holds(&self, subject: &impl Subject) -> Option<bool> {
        let compare = |a: &Operand, op: Op, b: &Operand| {
            let (a, b) = (a.of(subject), b.of(subject));
            any(&a, &mut |a| any(&b, &mut |b| order(a, b).map(|order| op.holds(order))))
        };
        match self {
            Self::And(parts) => both(parts.iter().map(|part| part.holds(subject))),
            Self::Or(parts) => either(parts.iter().map(|part| part.holds(subject))),
            Self::Not(part) => part.holds(subject).map(|yes| !yes),
            Self::Compare(a, op, b) => compare(a, *op, b),
            Self::Between(value, least, most) => {
                both([compare(value, Op::Ge, least), compare(value, Op::Le, most)].into_iter())
            }
            Self::In(value, among) => either(among.iter().map(|one| compare(value, Op::Eq, one))),
            Self::Like(value, pattern) => any(&value.of(subject), &mut |value| match value {
                Value::Text(text) => Some(like(text, pattern)),
                _ => None,
            }),
            Self::IsNull(value) => Some(match value.of(subject) {
                Value::Null => true,
                Value::Many(items) => items.iter().all(|item| *item == Value::Null),
                _ => false,
            }),
            Self::Space(op, area) => subject.geometry().map(|geometry| match op {
                SpaceOp::Intersects => geometry.intersects(area.as_ref()),
                SpaceOp::Within => area.contains(geometry),
            }),
            Self::Time(op, a, b) => op.holds(a.of(subject)?, b.of(subject)?),
            Self::Always(yes) => Some(*yes),
            Self::Boxes(boxes) => Some(subject.geometry().is_some_and(|geometry| {
                boxes.iter().any(|[west, south, east, north]| {
                    geometry.intersects(&geo::Rect::new((*west, *south), (*east, *north)))
                })
            })),
            Self::Datetime(from, to) => {
                let (first, last) = subject.time();
                Some(
                    from.zip(last).is_none_or(|(from, last)| last >= from)
                        && to.zip(first).is_none_or(|(to, first)| first <= to),
                )
            }
        }
    }

    /// Calls `each` with the name of every property that is asked for.
    pub fn properties<'a>(&'a self, each: &mut impl FnMut(&'a str)) {
        let mut operand = |operand: &'a Operand| {
            if let Operand::Property(name) = operand {
                each(name);
            }
        };
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.properties(each)),
            Self::Not(part) => part.properties(each),
            Self::Compare(a, _, b) => [a, b].into_iter().for_each(operand),
            Self::Between(a, b, c) => [a, b, c].into_iter().for_each(operand),
            Self::In(value, among) => std::iter::once(value).chain(among).for_each(operand),
            Self::Like(value, _) | Self::IsNull(value) => operand(value),
            Self::Time(_, a, b) => {
                for span in [a, b] {
                    match span {
                        Span::At(at) => operand(at),
                        Span::Interval(from, to) => from.iter().chain(to).for_each(&mut operand),
                    }
                }
            }
            Self::Space(..) | Self::Always(_) | Self::Boxes(_) | Self::Datetime(..) => {}
        }
    }
}

/// Days from and to; none for an open end.
type Days = (Option<NaiveDate>, Option<NaiveDate>);

impl Span {
    /// The days it is; none when one of them is absent.
    fn of(&self, subject: &impl Subject) -> Option<Days> {
        let day = |operand: &Operand| match operand.of(subject) {
            Value::Date(day) => Some(day),
            _ => None,
        };
        match self {
            Self::At(at) => day(at).map(|day| (Some(day), Some(day))),
            Self::Interval(from, to) => {
                let end = |end: &Option<Operand>| match end {
                    None => Some(None),
                    Some(operand) => day(operand).map(Some),
                };
                Some((end(from)?, end(to)?))
            }
        }
    }
}

impl TimeOp {
    fn holds(self, a: Days, b: Days) -> Option<bool> {
        let before =
            |end: Option<NaiveDate>, start: Option<NaiveDate>| end.zip(start).is_some_and(|(end, start)| end < start);
        Some(match self {
            Self::After => before(b.1, a.0),
            Self::Before => before(a.1, b.0),
            Self::During => (b.0.is_none() || before(b.0, a.0)) && (b.1.is_none() || before(a.1, b.1)),
            Self::Intersects => !before(a.1, b.0) && !before(b.1, a.0),
            Self::Equals => a == b,
        })
    }
}

/// Whether a text fits a pattern. It goes back to the last `%` alone, so that no pattern takes long.
fn like(text: &str, pattern: &str) -> bool {
    #[derive(PartialEq)]
    enum Part {
        Any,
        One,
        Letter(char),
    }
    let mut parts = Vec::new();
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        parts.push(match letter {
            '%' => Part::Any,
            '_' => Part::One,
            '\\' => Part::Letter(letters.next().unwrap_or('\\')),
            letter => Part::Letter(letter),
        });
    }
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut part) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    while at < text.len() {
        match parts.get(part) {
            Some(Part::Any) => {
                back = Some((part, at));
                part += 1;
            }
            Some(Part::One) => (at, part) = (at + 1, part + 1),
            Some(Part::Letter(letter)) if *letter == text[at] => (at, part) = (at + 1, part + 1),
            _ => {
                let Some((any, from)) = back else { return false };
                back = Some((any, from + 1));
                (at, part) = (from + 1, any + 1);
            }
        }
    }
    parts[part..].iter().all(|part| *part == Part::Any)
}

/// A number as it is written.
pub fn number(text: &str) -> Option<Decimal> {
    Decimal::from_str(text).or_else(|_| Decimal::from_scientific(text)).ok()
}

fn quoted(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    write!(f, "'{}'", text.replace('\'', "''"))
}

impl fmt::Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Property(name) => write!(f, "\"{}\"", name.replace('"', "\"\"")),
            Self::Text(text) => quoted(f, text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(true) => f.write_str("TRUE"),
            Self::Boolean(false) => f.write_str("FALSE"),
            Self::Date(day) => write!(f, "DATE('{day}')"),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Inside an interval a day is a bare text.
        let end = |end: &Option<Operand>| match end {
            None => "'..'".to_owned(),
            Some(Operand::Date(day)) => format!("'{day}'"),
            Some(other) => other.to_string(),
        };
        match self {
            Self::At(at) => at.fmt(f),
            Self::Interval(from, to) => write!(f, "INTERVAL({},{})", end(from), end(to)),
        }
    }
}

/// CQL2 text, which reads back as the same condition. What parameters alone can say has no such text.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |f: &mut fmt::Formatter<'_>, parts: &[Self], word: &str| {
            f.write_str("(")?;
            for (n, part) in parts.iter().enumerate() {
                if n > 0 {
                    write!(f, " {word} ")?;
                }
                part.fmt(f)?;
            }
            f.write_str(")")
        };
        match self {
            Self::And(parts) => list(f, parts, "AND"),
            Self::Or(parts) => list(f, parts, "OR"),
            Self::Not(part) => write!(f, "(NOT ({part}))"),
            Self::Compare(a, op, b) => write!(f, "{a} {} {b}", op.sign()),
            Self::Like(value, pattern) => {
                write!(f, "{value} LIKE ")?;
                quoted(f, pattern)
            }
            Self::Between(value, least, most) => write!(f, "{value} BETWEEN {least} AND {most}"),
            Self::In(value, among) => {
                write!(f, "{value} IN (")?;
                for (n, one) in among.iter().enumerate() {
                    write!(f, "{}{one}", if n > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
            Self::IsNull(value) => write!(f, "{value} IS NULL"),
            Self::Space(op, area) => write!(f, "{}(\"geometry\", {})", op.name(), area.wkt_string()),
            Self::Time(op, a, b) => write!(f, "{}({a}, {b})", op.name()),
            Self::Always(true) => f.write_str("TRUE"),
            Self::Always(false) => f.write_str("FALSE"),
            Self::Boxes(boxes) => write!(f, "bbox {boxes:?}"),
            Self::Datetime(from, to) => write!(f, "datetime {from:?}/{to:?}"),
        }
    }
}
