//! Reads the plan's text by itself: outline, task list, responsibility cells, numbers.

use std::fs;

use crate::{PACKAGE, path};

const NUMERALS: &str = "一二三四五六七八九十";
/// The one unit whose name holds a separator inside its brackets.
const COUNTIES: &str = "各县(市、区)人民政府";

/// A heading or numbered item of the body.
#[derive(Debug, PartialEq, Eq, Clone, Default)]
pub struct Heading {
    pub code: String,
    pub parent: String,
    pub level: usize,
    pub position: usize,
    pub number: String,
    pub title: String,
    pub text: String,
    pub responsibility: String,
}

/// A row of the task list.
#[derive(Debug, PartialEq, Eq, Clone)]
pub struct Item {
    pub number: usize,
    pub group: usize,
    pub title: String,
    pub deadlines: Vec<String>,
    pub responsibility: String,
}

#[derive(Debug, Default)]
pub struct Text {
    pub preamble: String,
    pub headings: Vec<Heading>,
    pub groups: Vec<(usize, String)>,
    pub items: Vec<Item>,
}

/// Value of 一 … 十九.
fn chinese(word: &str) -> Option<usize> {
    let digit = |c: char| NUMERALS.chars().position(|n| n == c).map(|at| at + 1);
    let mut all = word.chars();
    match (all.next(), all.next(), all.next()) {
        (Some(one), None, None) => digit(one),
        (Some('十'), Some(one), None) => Some(10 + digit(one)?),
        _ => None,
    }
}

/// `(一)…` → 1 and the rest.
fn bracketed(line: &str) -> Option<(usize, &str)> {
    let (word, rest) = line.strip_prefix('(')?.split_once(')')?;
    Some((chinese(word)?, rest))
}

/// `12.…` → 12 and the rest.
fn numbered(line: &str) -> Option<(usize, &str)> {
    let (digits, rest) = line.split_once('.')?;
    Some((digits.parse().ok()?, rest))
}

fn heading(line: &str, at: &mut [usize; 3]) -> Option<Heading> {
    let (level, position, rest) =
        if let Some((word, rest)) = line.split_once('、').filter(|(w, _)| chinese(w).is_some()) {
            (1, chinese(word)?, rest)
        } else if let Some((position, rest)) = bracketed(line) {
            (2, position, rest)
        } else {
            let (position, rest) = numbered(line)?;
            (3, position, rest)
        };
    at[level - 1] = position;
    at[level..].fill(0);
    let code = |depth: usize| {
        if depth == 0 {
            return String::new();
        }
        let parts: Vec<String> = at[..depth].iter().map(ToString::to_string).collect();
        format!("S{}", parts.join("."))
    };
    let number = line.strip_suffix(rest)?.to_owned();
    let (rest, responsibility) = match rest.rsplit_once("(责任单位:") {
        Some((before, after)) => (before, after.strip_suffix(')')?),
        None => (rest, ""),
    };
    let (title, text) = rest.split_once('。').unwrap_or((rest, ""));
    Some(Heading {
        code: code(level),
        parent: code(level - 1),
        level,
        position,
        number,
        title: title.to_owned(),
        text: text.to_owned(),
        responsibility: responsibility.to_owned(),
    })
}

pub fn read_text() -> Text {
    let source = fs::read_to_string(path(PACKAGE).join("source/plan.txt")).expect("the text of the plan");
    let lines: Vec<&str> = source.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let find = |wanted: &str| lines.iter().position(|line| *line == wanted).expect("a landmark of the text");
    let (start, end) = (find("(征求意见稿)"), find("附件:重点任务清单"));
    let mut text = Text { preamble: lines[start + 1].to_owned(), ..Text::default() };
    let mut at = [0; 3];
    for line in &lines[start + 2..end] {
        if let Some(heading) = heading(line, &mut at) {
            text.headings.push(heading);
        } else if let Some(last) = text.headings.last_mut() {
            last.text.push('\n');
            last.text.push_str(line);
        }
    }
    let list = &lines[find("责任单位") + 1..find("分享到:")];
    let mut at = 0;
    while at < list.len() {
        if let Some((number, "")) = bracketed(list[at]) {
            text.groups.push((number, list[at + 1].to_owned()));
            at += 2;
            continue;
        }
        let (number, title) = numbered(list[at]).expect("a numbered task");
        let cells: Vec<&str> = list[at + 1..]
            .iter()
            .copied()
            .take_while(|line| numbered(line).is_none() && bracketed(line).is_none())
            .collect();
        at += 1 + cells.len();
        let (responsibility, deadlines) = cells.split_last().expect("a responsibility cell");
        text.items.push(Item {
            number,
            group: text.groups.last().expect("a group").0,
            title: title.to_owned(),
            deadlines: deadlines.iter().map(ToString::to_string).collect(),
            responsibility: (*responsibility).to_owned(),
        });
    }
    text
}

/// The names of a list of units; 、 and , both separate.
pub fn names(list: &str) -> Vec<String> {
    let safe = list.replace(COUNTIES, "\u{1}");
    let split = safe.split(['、', ',']).filter(|name| !name.is_empty());
    split.map(|name| name.replace('\u{1}', COUNTIES)).collect()
}

/// The names of a responsibility cell with their roles, in order.
pub fn roles(cell: &str) -> Vec<(String, &'static str)> {
    const WORDS: [(&str, &str); 4] =
        [("按职责分工负责", "BY_DUTY"), ("牵头", "LEAD"), ("配合", "SUPPORT"), ("负责", "RESPONSIBLE")];
    let mut found = Vec::new();
    let mut rest = cell.trim_end_matches('。');
    while !rest.is_empty() {
        let next = WORDS.iter().filter_map(|(word, role)| Some((rest.find(word)?, *word, *role))).min();
        let (list, role, after) = match next {
            Some((at, word, role)) => (&rest[..at], role, &rest[at + word.len()..]),
            None => (rest, "UNSPECIFIED", ""),
        };
        found.extend(names(list).into_iter().map(|name| (name, role)));
        rest = after;
    }
    found
}

/// A number as it stands in a text, or 全覆盖, which stands for 100 %.
#[derive(Debug)]
pub struct Number<'a> {
    pub start: usize,
    pub end: usize,
    pub digits: &'a str,
}

pub fn numbers(text: &str) -> Vec<Number<'_>> {
    let mut found: Vec<Number> = text
        .match_indices("全覆盖")
        .map(|(start, word)| Number { start, end: start + word.len(), digits: "100" })
        .collect();
    let mut start = None;
    let bytes = text.as_bytes();
    for at in 0..=bytes.len() {
        let inside = bytes.get(at).is_some_and(u8::is_ascii_digit)
            || start.is_some() && bytes.get(at) == Some(&b'.') && bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
        match (start, inside) {
            (None, true) => start = Some(at),
            (Some(from), false) => {
                found.push(Number { start: from, end: at, digits: &text[from..at] });
                start = None;
            }
            _ => {}
        }
    }
    found
}
