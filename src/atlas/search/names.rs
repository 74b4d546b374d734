//! What the things of one kind are called, and which of them a query means.

use std::ops::Range;

use super::phrase::{Match, Needle, Phrase, Way};
use crate::domain::EntityId;

/// What a text is to the thing that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// Its name.
    Name,
    /// Its name in English.
    EnglishName,
    /// Another spelling.
    Alias,
    /// Its number in the plan.
    Number,
    /// Its code.
    Code,
    /// Its text.
    Text,
}

impl Field {
    /// How much a match in it is worth.
    const fn weight(self) -> f64 {
        match self {
            Self::Name | Self::Number => 1.0,
            Self::Alias => 0.98,
            Self::EnglishName => 0.95,
            Self::Code => 0.9,
            Self::Text => 0.5,
        }
    }

    /// Whether a match of this kind means anything there. A number is meant whole; a code is read from the start of a
    /// part on; a long text is searched for the words as written.
    const fn admits(self, found: &Match) -> bool {
        match self {
            Self::Name | Self::Alias | Self::EnglishName => true,
            Self::Number => matches!(found.way, Way::Whole) && !found.by_sound,
            Self::Code => matches!(found.way, Way::Whole | Way::Start | Way::Word) && !found.by_sound,
            Self::Text => !found.by_sound,
        }
    }
}

/// One of the texts by which a thing is known.
#[derive(Debug, Clone)]
pub struct Called {
    field: Field,
    phrase: Phrase,
}

impl Called {
    /// A text; empty ones are never found.
    pub fn new(field: Field, text: &str) -> Self {
        Self { field, phrase: Phrase::new(text) }
    }

    /// What the text is.
    pub const fn field(&self) -> Field {
        self.field
    }

    /// As written.
    pub fn text(&self) -> &str {
        self.phrase.text()
    }

    fn find(&self, needle: &Needle) -> Option<(f64, Match)> {
        let scattered = matches!(self.field, Field::Name | Field::Alias);
        let found = self.phrase.find(needle, scattered).filter(|found| self.field.admits(found))?;
        let (least, most) = match found.way {
            Way::Whole => (1.0, 1.0),
            Way::Start => (0.8, 0.95),
            Way::Word => (0.55, 0.7),
            Way::Inside => (0.4, 0.5),
            Way::Scattered => (0.2, 0.35),
        };
        let sound = if found.by_sound { 0.95 } else { 1.0 };
        Some(((least + (most - least) * found.share()) * sound * self.field.weight(), found))
    }
}

/// What is typed: words that must all be found in a thing, in whichever of its texts.
#[derive(Debug, Clone)]
pub struct Query {
    words: Vec<Needle>,
    whole: Option<Needle>,
}

impl Query {
    /// A query; none when nothing in it can be found.
    pub fn new(text: &str) -> Option<Self> {
        let words: Vec<Needle> = text.split_whitespace().filter_map(Needle::new).collect();
        (!words.is_empty()).then(|| Self { whole: (words.len() > 1).then(|| Needle::new(text)).flatten(), words })
    }
}

/// A thing that a query means.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The thing.
    pub id: EntityId,
    /// How well it is met: 1 is a name as it stands.
    pub score: f64,
    /// The text in which most was found.
    pub called: &'a Called,
}

/// What the things of one kind are called.
#[derive(Debug, Default)]
pub struct Names(Vec<(EntityId, Box<[Called]>)>);

impl Names {
    /// Things and their texts, in the order that decides between equals.
    pub fn new(things: impl IntoIterator<Item = (EntityId, Vec<Called>)>) -> Self {
        Self(things.into_iter().map(|(id, texts)| (id, texts.into())).collect())
    }

    /// The things that a query means, in their own order.
    pub fn find(&self, query: &Query) -> Vec<Found<'_>> {
        let found = |(id, texts): &'_ (EntityId, Box<[Called]>)| -> Option<(EntityId, f64, usize)> {
            let whole = query.whole.as_ref().and_then(|whole| best(texts, std::slice::from_ref(whole)));
            let words = best(texts, &query.words);
            let (score, at) = match (whole, words) {
                (Some(whole), Some(words)) => {
                    if whole.0 >= words.0 {
                        whole
                    } else {
                        words
                    }
                }
                (whole, words) => whole.or(words)?,
            };
            Some((*id, score, at))
        };
        (self.0.iter())
            .filter_map(|entry| found(entry).map(|(id, score, at)| Found { id, score, called: &entry.1[at] }))
            .collect()
    }
}

/// How well all words are found in some texts, and which text holds most of them.
fn best(texts: &[Called], words: &[Needle]) -> Option<(f64, usize)> {
    let mut held = vec![0.0; texts.len()];
    let mut sum = 0.0;
    for word in words {
        let mut most: f64 = 0.0;
        for (at, text) in texts.iter().enumerate() {
            if let Some((score, _)) = text.find(word) {
                most = most.max(score);
                held[at] += score;
            }
        }
        if most == 0.0 {
            return None;
        }
        sum += most;
    }
    let fullest = (0..texts.len()).rev().max_by(|a, b| held[*a].total_cmp(&held[*b]))?;
    Some((sum / words.len() as f64, fullest))
}

impl Query {
    /// The parts of a text that the query is met by, in bytes, in order and apart from one another.
    pub fn marked(&self, called: &Called) -> Vec<Range<usize>> {
        let whole = self.whole.iter().filter_map(|whole| called.find(whole)).next();
        let found = match whole {
            Some((_, whole)) => vec![whole],
            None => self.words.iter().filter_map(|word| called.find(word)).map(|(_, found)| found).collect(),
        };
        let mut parts: Vec<Range<usize>> = found.iter().flat_map(|found| called.phrase.marked(found)).collect();
        parts.sort_by_key(|part| part.start);
        parts.dedup_by(|later, earlier| {
            let joined = later.start <= earlier.end;
            if joined {
                earlier.end = earlier.end.max(later.end);
            }
            joined
        });
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let thing = |id, texts: &[(Field, &str)]| {
            (EntityId(id), texts.iter().map(|(field, text)| Called::new(*field, text)).collect())
        };
        Names::new([
            thing(1, &[(Field::Name, "长河县"), (Field::EnglishName, "Long River County"), (Field::Code, "110101")]),
            thing(2, &[(Field::Name, "长河高新技术产业开发区"), (Field::Code, "gx-long-river")]),
            thing(3, &[(Field::Name, "建设长河码头"), (Field::Number, "12"), (Field::Text, "十二号码头的全文")]),
        ])
    }

    fn ids(query: &str) -> Vec<i64> {
        let names = names();
        let mut found = names.find(&Query::new(query).unwrap());
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found.iter().map(|found| found.id.0).collect()
    }

    #[test]
    fn the_best_match_comes_first() {
        assert_eq!(ids("长河"), [1, 2, 3]);
        assert_eq!(ids("chx"), [1, 2], "with gaps only from the first or second letter on");
        assert_eq!(ids("12"), [3]);
        assert_eq!(ids("1"), [1], "a number is meant whole");
        assert_eq!(ids("river"), [1, 2]);
        assert_eq!(ids("全文"), [3]);
        assert_eq!(ids("quanwen"), [0; 0], "long texts are not searched by sound");
    }

    #[test]
    fn all_words_must_be_found_in_whichever_text() {
        assert_eq!(ids("长河 river"), [1, 2]);
        assert_eq!(ids("chang he xian"), [1]);
        assert_eq!(ids("长河 dock"), [0; 0]);
        assert!(Query::new(" ·-").is_none());
    }

    #[test]
    fn what_was_found_is_marked() {
        let names = names();
        let query = Query::new("county long").unwrap();
        let found = names.find(&query);
        let parts = query.marked(found[0].called);
        assert_eq!(
            parts.iter().map(|part| &found[0].called.text()[part.clone()]).collect::<Vec<_>>(),
            ["Long", "County"]
        );
    }
}
