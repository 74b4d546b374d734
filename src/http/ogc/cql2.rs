//! Reads CQL2 text: the part of it that is safe to ask.
//!
//! Text is cut into tokens, whose number and nesting are bounded, before anything is read out of them; so whatever is
//! sent is refused or read within a millisecond, and no text exhausts the stack.

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use geo::Geometry;
use winnow::ascii::{digit1, multispace0};
use winnow::combinator::{alt, delimited, opt, preceded, repeat};
use winnow::prelude::*;
use winnow::token::{any, none_of, one_of, take_while};
use wkt::TryFromWkt as _;

use super::expr::{Expr, Op, Operand, SpaceOp, Span, TimeOp, number};
use crate::domain::calendar_day;

/// Bytes of a filter at most.
pub const MOST_BYTES: usize = 8_000;
/// Tokens of a filter at most.
pub const MOST_TOKENS: usize = 2_000;
/// Levels of brackets at most.
pub const MOST_LEVELS: usize = 24;
/// The name of the geometry.
pub const GEOMETRY: &str = "geometry";
/// The functions that are known.
pub const FUNCTIONS: [&str; 7] =
    ["S_INTERSECTS", "S_WITHIN", "T_AFTER", "T_BEFORE", "T_DURING", "T_INTERSECTS", "T_EQUALS"];

/// What is wrong with a filter, in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

impl Wrong {
    fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// A keyword, a function or a property.
    Word(String),
    /// A property in double quotes.
    Quoted(String),
    /// A text in single quotes.
    Text(String),
    /// A number.
    Number(String),
    /// A sign.
    Sign(&'static str),
}

#[derive(Debug, Clone, PartialEq)]
struct Token {
    kind: Kind,
    /// Bytes of the text that it takes.
    from: usize,
    to: usize,
}

fn word(input: &mut &str) -> ModalResult<Kind> {
    let first = |letter: char| letter.is_alphabetic() || letter == '_';
    let more = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '.' || letter == ':';
    (one_of(first), take_while(0.., more)).take().map(|text: &str| Kind::Word(text.to_owned())).parse_next(input)
}

fn between(quote: char) -> impl FnMut(&mut &str) -> ModalResult<String> {
    move |input: &mut &str| {
        let doubled = if quote == '\'' { "''" } else { "\"\"" };
        let letter = alt((doubled.value(quote), none_of(quote)));
        delimited(quote, repeat(0.., letter), quote).parse_next(input)
    }
}

fn figure(input: &mut &str) -> ModalResult<Kind> {
    let whole = alt(((digit1, opt(('.', opt(digit1)))).void(), ('.', digit1).void()));
    let power = opt((one_of(['e', 'E']), opt(one_of(['+', '-'])), digit1));
    (opt(one_of(['+', '-'])), whole, power).take().map(|text: &str| Kind::Number(text.to_owned())).parse_next(input)
}

fn sign(input: &mut &str) -> ModalResult<Kind> {
    alt(("<>", "<=", ">=", "<", ">", "=", "(", ")", ","))
        .map(|text: &str| {
            let known = ["<>", "<=", ">=", "<", ">", "=", "(", ")", ","];
            Kind::Sign(known.into_iter().find(|known| *known == text).unwrap_or_default())
        })
        .parse_next(input)
}

fn tokens(text: &str) -> Result<Vec<Token>, Wrong> {
    let mut found = Vec::new();
    let mut rest = text;
    let mut level = 0;
    loop {
        let _: ModalResult<&str> = multispace0.parse_next(&mut rest);
        if rest.is_empty() {
            return Ok(found);
        }
        let from = text.len() - rest.len();
        let token = alt((between('\'').map(Kind::Text), between('"').map(Kind::Quoted), word, figure, sign))
            .parse_next(&mut rest);
        let Ok(kind) = token else {
            let letter: String = preceded(multispace0::<_, winnow::error::ContextError>, any)
                .parse_next(&mut rest)
                .map_or_else(|_| String::new(), |letter: char| letter.to_string());
            return Err(Wrong::new(
                format!("第 {} 字节处的「{letter}」无法解读，或引号未闭合", from + 1),
                format!("«{letter}» at byte {} cannot be read, or a quote is never closed", from + 1),
            ));
        };
        match kind {
            Kind::Sign("(") => level += 1,
            Kind::Sign(")") => level -= 1,
            _ => {}
        }
        if level > MOST_LEVELS as i32 {
            return Err(Wrong::new(
                format!("括号嵌套至多 {MOST_LEVELS} 层"),
                format!("brackets are nested {MOST_LEVELS} levels at most"),
            ));
        }
        found.push(Token { kind, from, to: text.len() - rest.len() });
        if found.len() > MOST_TOKENS {
            return Err(Wrong::new(
                format!("至多 {MOST_TOKENS} 个词"),
                format!("{MOST_TOKENS} words and signs at most"),
            ));
        }
    }
}

/// Reads a filter. Coordinates stay as they are written.
///
/// # Errors
/// [`Wrong`] when it is too long, nested too deep, or none.
pub fn parse(text: &str) -> Result<Expr, Wrong> {
    if text.len() > MOST_BYTES {
        return Err(Wrong::new(
            format!("至多 {MOST_BYTES} 字节，现有 {}", text.len()),
            format!("{MOST_BYTES} bytes at most, found {}", text.len()),
        ));
    }
    let tokens = tokens(text)?;
    let mut reader = Reader { text, tokens: &tokens, at: 0 };
    let expr = reader.any_of()?;
    match reader.tokens.get(reader.at) {
        None => Ok(expr),
        Some(_) => Err(reader.expected("结尾、AND 或 OR", "the end, AND or OR")),
    }
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
}

impl Reader<'_> {
    fn expected(&self, zh: &str, en: &str) -> Wrong {
        match self.tokens.get(self.at) {
            Some(token) => {
                let found: String = self.text[token.from..token.to].chars().take(40).collect();
                let at = token.from + 1;
                Wrong::new(
                    format!("第 {at} 字节处为「{found}」，应为{zh}"),
                    format!("at byte {at} stands «{found}», expected is {en}"),
                )
            }
            None => Wrong::new(format!("在结尾处，应为{zh}"), format!("at the end, expected is {en}")),
        }
    }

    fn kind(&self) -> Option<&Kind> {
        self.tokens.get(self.at).map(|token| &token.kind)
    }

    /// The word at some distance, in capitals.
    fn word_at(&self, ahead: usize) -> Option<String> {
        match self.tokens.get(self.at + ahead).map(|token| &token.kind) {
            Some(Kind::Word(word)) => Some(word.to_ascii_uppercase()),
            _ => None,
        }
    }

    fn sign_at(&self, ahead: usize, sign: &str) -> bool {
        matches!(self.tokens.get(self.at + ahead).map(|token| &token.kind), Some(Kind::Sign(found)) if *found == sign)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let there = self.word_at(0).is_some_and(|found| found == word);
        self.at += usize::from(there);
        there
    }

    fn need_word(&mut self, word: &str) -> Result<(), Wrong> {
        if self.take_word(word) { Ok(()) } else { Err(self.expected(word, word)) }
    }

    fn take(&mut self, sign: &str) -> bool {
        let there = self.sign_at(0, sign);
        self.at += usize::from(there);
        there
    }

    fn need(&mut self, sign: &str) -> Result<(), Wrong> {
        if self.take(sign) { Ok(()) } else { Err(self.expected(&format!("「{sign}」"), &format!("«{sign}»"))) }
    }

    fn any_of(&mut self) -> Result<Expr, Wrong> {
        let mut parts = vec![self.all_of()?];
        while self.take_word("OR") {
            parts.push(self.all_of()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::Or(parts) })
    }

    fn all_of(&mut self) -> Result<Expr, Wrong> {
        let mut parts = vec![self.factor()?];
        while self.take_word("AND") {
            parts.push(self.factor()?);
        }
        Ok(if parts.len() == 1 { parts.remove(0) } else { Expr::And(parts) })
    }

    fn factor(&mut self) -> Result<Expr, Wrong> {
        if self.take_word("NOT") { Ok(Expr::Not(Box::new(self.primary()?))) } else { self.primary() }
    }

    fn primary(&mut self) -> Result<Expr, Wrong> {
        if self.take("(") {
            let expr = self.any_of()?;
            self.need(")")?;
            return Ok(expr);
        }
        let is_call = self.sign_at(1, "(");
        if let Some(name) = self.word_at(0).filter(|name| is_call && name != "DATE" && name != "TIMESTAMP") {
            return self.call(&name);
        }
        if let Some(word @ ("TRUE" | "FALSE")) = self.word_at(0).as_deref()
            && !self.compares_next()
        {
            self.at += 1;
            return Ok(Expr::Always(word == "TRUE"));
        }
        self.predicate()
    }

    /// Whether a comparison follows the next token.
    fn compares_next(&self) -> bool {
        let word = self.word_at(1);
        ["=", "<>", "<", "<=", ">", ">="].iter().any(|sign| self.sign_at(1, sign))
            || matches!(word.as_deref(), Some("IS" | "LIKE" | "IN" | "BETWEEN" | "NOT"))
    }

    fn predicate(&mut self) -> Result<Expr, Wrong> {
        let value = self.operand()?;
        let op = match self.kind() {
            Some(Kind::Sign("=")) => Some(Op::Eq),
            Some(Kind::Sign("<>")) => Some(Op::Ne),
            Some(Kind::Sign("<")) => Some(Op::Lt),
            Some(Kind::Sign("<=")) => Some(Op::Le),
            Some(Kind::Sign(">")) => Some(Op::Gt),
            Some(Kind::Sign(">=")) => Some(Op::Ge),
            _ => None,
        };
        if let Some(op) = op {
            self.at += 1;
            return Ok(Expr::Compare(value, op, self.operand()?));
        }
        if self.take_word("IS") {
            let not = self.take_word("NOT");
            self.need_word("NULL")?;
            return Ok(turned(not, Expr::IsNull(value)));
        }
        let not = self.take_word("NOT");
        if self.take_word("LIKE") {
            let Some(Kind::Text(pattern)) = self.kind().cloned() else {
                return Err(self.expected("单引号内的样式", "a pattern in single quotes"));
            };
            self.at += 1;
            return Ok(turned(not, Expr::Like(value, pattern)));
        }
        if self.take_word("BETWEEN") {
            let least = self.operand()?;
            self.need_word("AND")?;
            return Ok(turned(not, Expr::Between(value, least, self.operand()?)));
        }
        if self.take_word("IN") {
            self.need("(")?;
            let mut among = vec![self.operand()?];
            while self.take(",") {
                among.push(self.operand()?);
            }
            self.need(")")?;
            return Ok(turned(not, Expr::In(value, among)));
        }
        Err(self.expected(
            "比较（= <> < <= > >= IS NULL LIKE IN BETWEEN）",
            "a comparison (= <> < <= > >= IS NULL LIKE IN BETWEEN)",
        ))
    }

    fn operand(&mut self) -> Result<Operand, Wrong> {
        let found = match self.kind().cloned() {
            Some(Kind::Word(word)) => match word.to_ascii_uppercase().as_str() {
                "TRUE" => Operand::Boolean(true),
                "FALSE" => Operand::Boolean(false),
                "DATE" | "TIMESTAMP" if self.sign_at(1, "(") => return self.instant(),
                "AND" | "OR" | "NOT" | "NULL" | "IS" | "LIKE" | "IN" | "BETWEEN" => {
                    return Err(self.expected("属性或取值", "a property or a value"));
                }
                _ if self.sign_at(1, "(") => return Err(unknown(&word)),
                _ => Operand::Property(word),
            },
            Some(Kind::Quoted(name)) => Operand::Property(name),
            Some(Kind::Text(text)) => Operand::Text(text),
            Some(Kind::Number(text)) => match number(&text) {
                Some(number) => Operand::Number(number),
                None => return Err(self.expected("至多 28 位的数", "a number of 28 digits at most")),
            },
            _ => return Err(self.expected("属性或取值", "a property or a value")),
        };
        self.at += 1;
        Ok(found)
    }

    /// `DATE('2026-01-31')` or `TIMESTAMP('2026-01-31T08:00:00Z')`, of which the day counts.
    fn instant(&mut self) -> Result<Operand, Wrong> {
        self.at += 1;
        self.need("(")?;
        let day = match self.kind() {
            Some(Kind::Text(text)) => day(text),
            _ => None,
        };
        let day = day.ok_or_else(|| self.expected("如 '2026-01-31' 的日期", "a date like '2026-01-31'"))?;
        self.at += 1;
        self.need(")")?;
        Ok(Operand::Date(day))
    }

    fn call(&mut self, name: &str) -> Result<Expr, Wrong> {
        let space = [SpaceOp::Intersects, SpaceOp::Within].into_iter().find(|op| op.name() == name);
        let time = [TimeOp::After, TimeOp::Before, TimeOp::During, TimeOp::Intersects, TimeOp::Equals];
        let time = time.into_iter().find(|op| op.name() == name);
        if space.is_none() && time.is_none() {
            return Err(unknown(name));
        }
        self.at += 1;
        self.need("(")?;
        let found = match (space, time) {
            (Some(op), _) => {
                let geometry = match self.kind() {
                    Some(Kind::Word(name) | Kind::Quoted(name)) => name == GEOMETRY,
                    _ => false,
                };
                if !geometry {
                    return Err(self.expected("属性 geometry", "the property geometry"));
                }
                self.at += 1;
                self.need(",")?;
                Expr::Space(op, Box::new(self.area()?))
            }
            (None, Some(op)) => {
                let a = self.span()?;
                self.need(",")?;
                Expr::Time(op, a, self.span()?)
            }
            (None, None) => return Err(unknown(name)),
        };
        self.need(")")?;
        Ok(found)
    }

    fn span(&mut self) -> Result<Span, Wrong> {
        if !(self.word_at(0).as_deref() == Some("INTERVAL") && self.sign_at(1, "(")) {
            return self.operand().map(Span::At);
        }
        self.at += 2;
        let from = self.end()?;
        self.need(",")?;
        let to = self.end()?;
        self.need(")")?;
        Ok(Span::Interval(from, to))
    }

    /// One end of an interval: a day as text, `'..'`, or a property.
    fn end(&mut self) -> Result<Option<Operand>, Wrong> {
        let Some(Kind::Text(text)) = self.kind() else { return self.operand().map(Some) };
        let found = if text == ".." { Some(None) } else { day(text).map(|day| Some(Operand::Date(day))) };
        let found =
            found.ok_or_else(|| self.expected("如 '2026-01-31' 的日期或 '..'", "a date like '2026-01-31', or '..'"))?;
        self.at += 1;
        Ok(found)
    }

    /// A geometry as WKT, or `BBOX(west, south, east, north)`.
    fn area(&mut self) -> Result<Geometry<f64>, Wrong> {
        let wanted = |reader: &Self| reader.expected("WKT 几何或 BBOX(…)", "a geometry as WKT, or BBOX(…)");
        let (Some(name), Some(start)) = (self.word_at(0), self.tokens.get(self.at)) else { return Err(wanted(self)) };
        let open = (1..=2).find(|ahead| self.sign_at(*ahead, "(")).ok_or_else(|| wanted(self))?;
        let mut level = 0;
        let end = self.tokens[self.at + open..].iter().position(|token| {
            match token.kind {
                Kind::Sign("(") => level += 1,
                Kind::Sign(")") => level -= 1,
                _ => {}
            }
            level == 0
        });
        let last = self.at + open + end.ok_or_else(|| wanted(self))?;
        let found = if name == "BBOX" {
            let numbers: Option<Vec<f64>> = self.tokens[self.at + 2..last]
                .iter()
                .filter(|token| token.kind != Kind::Sign(","))
                .map(|token| match &token.kind {
                    Kind::Number(text) => text.parse().ok(),
                    _ => None,
                })
                .collect();
            match numbers.as_deref() {
                Some([west, south, east, north]) | Some([west, south, _, east, north, _])
                    if west <= east && south <= north =>
                {
                    Some(Geometry::Polygon(geo::Rect::new((*west, *south), (*east, *north)).to_polygon()))
                }
                _ => None,
            }
        } else {
            let text = self.tokens.get(last).map(|end| &self.text[start.from..end.to]);
            text.and_then(|text| Geometry::try_from_wkt_str(text).ok()).filter(is_finite)
        };
        let found = found.ok_or_else(|| wanted(self))?;
        self.at = last + 1;
        Ok(found)
    }
}

fn is_finite(geometry: &Geometry<f64>) -> bool {
    use geo::CoordsIter as _;
    geometry.coords_iter().all(|at| at.x.is_finite() && at.y.is_finite()) && geometry.coords_count() > 0
}

fn turned(not: bool, expr: Expr) -> Expr {
    if not { Expr::Not(Box::new(expr)) } else { expr }
}

fn unknown(name: &str) -> Wrong {
    let known = FUNCTIONS.join(", ");
    let name: String = name.chars().take(40).collect();
    Wrong::new(
        format!("没有函数「{name}」；可用的有 {known}、DATE、TIMESTAMP、INTERVAL、BBOX"),
        format!("there is no function «{name}»; known are {known}, DATE, TIMESTAMP, INTERVAL, BBOX"),
    )
}

/// The day of a date or a timestamp (in UTC), of a year that has four digits, as RFC 3339 has it.
pub fn day(text: &str) -> Option<NaiveDate> {
    let moment = || text.parse::<DateTime<Utc>>().ok().filter(|_| text.contains('T')).map(|at| at.date_naive());
    calendar_day(text).or_else(moment).filter(|day| (0..=9999).contains(&day.year()))
}
