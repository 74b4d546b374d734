//! A text as people look for it: by its characters, by the sound of each, or by the first letter of each sound.
//!
//! Letters, digits and characters count; case, width, spaces and punctuation do not. A character with several readings
//! answers to each of them: which one is meant is not ours to know.

use std::ops::Range;

use pinyin::ToPinyinMulti;
use unicode_normalization::UnicodeNormalization;

/// Letters of a query at most: one bit each while matching.
pub const MOST_LETTERS: usize = 127;

/// What is typed: letters only, folded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle(Vec<char>);

impl Needle {
    /// The letters of a text; none when it has none or too many.
    pub fn new(text: &str) -> Option<Self> {
        let letters: Vec<char> = text.chars().flat_map(fold).collect();
        (1..=MOST_LETTERS).contains(&letters.len()).then_some(Self(letters))
    }
}

/// One letter of a text that can be found.
#[derive(Debug, Clone, Copy)]
struct Letter {
    /// Folded.
    folded: char,
    /// Where its character begins in the text, in bytes.
    at: u32,
    /// A word begins here; every Chinese character is one.
    starts: bool,
    /// First letters of its sounds, one bit each.
    initials: u32,
}

/// A text that can be found.
#[derive(Debug, Clone)]
pub struct Phrase {
    text: Box<str>,
    letters: Box<[Letter]>,
    /// Bits of the letters and initials that a match can begin with; most texts are passed over by them.
    openers: u64,
}

/// How a text matches, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// The whole text.
    Whole,
    /// From its first letter on.
    Start,
    /// From the start of a word, or a Chinese character, on.
    Word,
    /// Within a word.
    Inside,
    /// Letter by letter with gaps, from the first or the second on.
    Scattered,
}

/// A match.
#[derive(Debug, Clone, PartialEq)]
pub struct Match {
    /// How.
    pub way: Way,
    /// By sound, not by the letters written.
    pub by_sound: bool,
    /// Letters of the text that were matched.
    letters: Vec<usize>,
    /// Letters of the text.
    of: usize,
}

impl Match {
    /// The share of the text that was matched.
    pub fn share(&self) -> f64 {
        self.letters.len() as f64 / self.of as f64
    }
}

fn fold(letter: char) -> impl Iterator<Item = char> {
    let parts: Vec<char> = std::iter::once(letter).nfkc().flat_map(char::to_lowercase).collect();
    parts.into_iter().filter(|part| part.is_alphanumeric())
}

fn bit(letter: char) -> u64 {
    // Latin letters have a bit of their own; everything else shares the rest.
    let code = u32::from(letter);
    let at = if letter.is_ascii_lowercase() { code - u32::from('a') } else { 26 + code % 38 };
    1 << at
}

/// The readings of a character, without tones.
fn sounds(letter: char) -> impl Iterator<Item = &'static str> {
    letter.to_pinyin_multi().into_iter().flatten().map(|reading| reading.plain())
}

/// Whether a typed letter writes one of a sound: ü is typed v or u.
const fn writes(typed: char, sound: char) -> bool {
    typed == sound || (sound == 'ü' && (typed == 'v' || typed == 'u'))
}

impl Letter {
    /// How many letters of `rest` it can stand for.
    fn takes(&self, rest: &[char], mut take: impl FnMut(usize)) {
        let Some(first) = rest.first() else { return };
        if *first == self.folded {
            take(1);
        }
        let initial = first.is_ascii_lowercase() && self.initials & (1 << (u32::from(*first) - u32::from('a'))) != 0;
        if !initial {
            return;
        }
        for sound in sounds(self.folded) {
            let agree = rest.iter().zip(sound.chars()).take_while(|(typed, sound)| writes(**typed, *sound)).count();
            if agree == 0 {
                continue;
            }
            take(1);
            if agree == sound.chars().count() || agree == rest.len() {
                take(agree);
            }
            // zh, ch and sh are initials too.
            if agree >= 2 && sound.chars().nth(1) == Some('h') {
                take(2);
            }
        }
    }
}

impl Phrase {
    /// A text.
    pub fn new(text: &str) -> Self {
        let mut letters: Vec<Letter> = Vec::new();
        let mut openers = 0;
        let mut before: Option<char> = None;
        for (at, letter) in text.char_indices() {
            let mut folded = fold(letter).peekable();
            if folded.peek().is_none() {
                before = None;
            }
            for folded in folded {
                let initials = sounds(folded).filter_map(|sound| sound.chars().next()).fold(0, |bits, initial| {
                    bits | if initial.is_ascii_lowercase() { 1 << (u32::from(initial) - u32::from('a')) } else { 0 }
                });
                let word = |letter: char| (letter.is_ascii_digit(), letter.is_ascii_alphabetic());
                let starts = initials != 0 || before.is_none_or(|before| word(before) != word(folded));
                openers |= bit(folded) | u64::from(initials);
                letters.push(Letter { folded, at: u32::try_from(at).unwrap_or(u32::MAX), starts, initials });
                before = Some(folded);
            }
        }
        Self { text: text.into(), letters: letters.into(), openers }
    }

    /// As written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The best way in which it holds what is typed.
    pub fn find(&self, needle: &Needle, scattered: bool) -> Option<Match> {
        if self.openers & bit(needle.0[0]) == 0 {
            return None;
        }
        let mut best: Option<(Way, bool, Range<usize>)> = None;
        for start in 0..self.letters.len() {
            let Some(end) = self.run(start, &needle.0) else { continue };
            let way = match start {
                0 if end == self.letters.len() => Way::Whole,
                0 => Way::Start,
                _ if self.letters[start].starts => Way::Word,
                _ => Way::Inside,
            };
            let found = self.letters[start..end].iter().map(|letter| letter.folded);
            let by_sound = !found.eq(needle.0.iter().copied());
            // A sound that begins in the middle of a Latin word is chance.
            let chance = by_sound && !self.letters[start].starts;
            if !chance && best.as_ref().is_none_or(|(other, sound, _)| (way, by_sound) < (*other, *sound)) {
                best = Some((way, by_sound, start..end));
            }
        }
        let of = self.letters.len();
        match best {
            Some((way, by_sound, letters)) => Some(Match { way, by_sound, letters: letters.collect(), of }),
            // A name is often said without its first character, as the 市 of an office.
            None if scattered && needle.0.len() > 2 => {
                self.scattered(0, &needle.0).or_else(|| self.scattered(1, &needle.0))
            }
            None => None,
        }
    }

    /// The end of the run from `start` on that reads as `typed`.
    fn run(&self, start: usize, typed: &[char]) -> Option<usize> {
        let first = typed[0];
        let opens = self.letters[start].folded == first
            || first.is_ascii_lowercase()
                && self.letters[start].initials & (1 << (u32::from(first) - u32::from('a'))) != 0;
        if !opens {
            return None;
        }
        let all = 1u128 << typed.len();
        // Bit n: n letters of what is typed were read.
        let mut read = 1u128;
        for (at, letter) in self.letters.iter().enumerate().skip(start) {
            read = step(letter, typed, read);
            if read & all != 0 {
                return Some(at + 1);
            }
            if read == 0 {
                return None;
            }
        }
        None
    }

    /// Letter by letter with gaps; only texts in Chinese characters, which people shorten so.
    fn scattered(&self, start: usize, typed: &[char]) -> Option<Match> {
        if !self.letters.iter().any(|letter| letter.initials != 0) {
            return None;
        }
        let first = step(self.letters.get(start)?, typed, 1);
        let all = 1u128 << typed.len();
        let mut reads = vec![first];
        for letter in &self.letters[start + 1..] {
            let read = *reads.last()?;
            if read & all != 0 {
                break;
            }
            // A gap may only be followed by the start of a word.
            reads.push(read | if letter.starts { step(letter, typed, read) } else { 0 });
        }
        if reads.last()? & all == 0 {
            return None;
        }
        let mut letters = Vec::new();
        let mut left = typed.len();
        for at in (0..reads.len()).rev() {
            let before = if at == 0 { 1 } else { reads[at - 1] };
            if before & (1 << left) != 0 {
                continue;
            }
            let mut taken = 0;
            for from in (0..left).filter(|from| before & (1 << from) != 0) {
                self.letters[start + at].takes(&typed[from..], |count| {
                    if from + count == left {
                        taken = taken.max(count);
                    }
                });
            }
            letters.push(start + at);
            left -= taken;
        }
        letters.reverse();
        let by_sound = letters.iter().zip(typed).any(|(at, typed)| self.letters[*at].folded != *typed);
        Some(Match { way: Way::Scattered, by_sound, letters, of: self.letters.len() })
    }

    /// The parts of the text that a match covers, in bytes, in order and apart from one another.
    pub fn marked(&self, found: &Match) -> Vec<Range<usize>> {
        let mut parts: Vec<Range<usize>> = Vec::new();
        for at in &found.letters {
            let start = self.letters[*at].at as usize;
            let end = start + self.text[start..].chars().next().map_or(0, char::len_utf8);
            match parts.last_mut() {
                Some(last) if last.end >= start => last.end = end.max(last.end),
                _ => parts.push(start..end),
            }
        }
        parts
    }
}

fn step(letter: &Letter, typed: &[char], read: u128) -> u128 {
    let mut next = 0;
    for from in (0..typed.len()).filter(|from| read & (1 << from) != 0) {
        letter.takes(&typed[from..], |count| next |= 1u128 << (from + count));
    }
    next
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str, typed: &str) -> Option<(Way, bool, String)> {
        let phrase = Phrase::new(text);
        let found = phrase.find(&Needle::new(typed)?, true)?;
        let marked = phrase.marked(&found).into_iter().map(|part| &text[part]).collect::<Vec<_>>().join("|");
        Some((found.way, found.by_sound, marked))
    }

    #[test]
    fn a_text_is_found_by_characters_sounds_and_initials() {
        for (typed, way, by_sound, marked) in [
            ("长河县", Way::Whole, false, "长河县"),
            ("changhexian", Way::Whole, true, "长河县"),
            ("zhanghe", Way::Start, true, "长河"),
            ("chx", Way::Whole, true, "长河县"),
            ("chhx", Way::Whole, true, "长河县"),
            ("changhx", Way::Whole, true, "长河县"),
            ("长hx", Way::Whole, true, "长河县"),
            ("chan", Way::Start, true, "长"),
            ("HeXi", Way::Word, true, "河县"),
            ("河", Way::Word, false, "河"),
        ] {
            assert_eq!(found("长河县", typed), Some((way, by_sound, marked.to_owned())), "{typed}");
        }
        assert_eq!(found("长河县", "hc"), None);
        assert_eq!(found("长河县", "chxx"), None);
        assert_eq!(found("长河县", " ·"), None);
    }

    #[test]
    fn width_case_and_punctuation_do_not_count() {
        assert_eq!(found("Ａ区(东)", "a区东"), Some((Way::Whole, false, "Ａ区|东".to_owned())));
        assert_eq!(found("High-tech Mill Park", "TECHMILL"), Some((Way::Word, false, "tech|Mill".to_owned())));
        assert_eq!(found("High-tech Mill Park", "igh"), Some((Way::Inside, false, "igh".to_owned())));
        assert_eq!(found("绿港", "lvgang"), found("绿港", "lugang"));
    }

    #[test]
    fn a_name_is_found_by_what_is_left_of_it() {
        let name = "长河高新技术产业开发区";
        assert_eq!(found(name, "长河开发区"), Some((Way::Scattered, false, "长河|开发区".to_owned())));
        assert_eq!(found(name, "长hkfq"), Some((Way::Scattered, true, "长河|开发区".to_owned())));
        assert_eq!(found(name, "hkfq"), Some((Way::Scattered, true, "河|开发区".to_owned())));
        assert_eq!(found(name, "河长区"), None);
        assert_eq!(found("Mill Park", "mpk"), None, "Latin words are not picked apart");
    }

    proptest! {
        #[test]
        fn every_reading_and_every_mixture_of_sounds_and_initials_is_found(
            picks in prop::collection::vec((0x4e00u32..0x9fa5, any::<prop::sample::Index>(), 0u8..3), 1..8),
        ) {
            let mut text = String::new();
            let mut typed = String::new();
            for (code, reading, form) in picks {
                let Some(letter) = char::from_u32(code) else { continue };
                let readings: Vec<&str> = sounds(letter).filter(|s| s.starts_with(|c: char| c.is_ascii())).collect();
                if readings.is_empty() {
                    continue;
                }
                text.push(letter);
                let sound = readings[reading.index(readings.len())].replace('ü', "v");
                match form {
                    0 => typed.push(letter),
                    1 => typed.push_str(&sound),
                    _ => typed.push_str(&sound[..1]),
                }
            }
            prop_assume!(!typed.is_empty());
            // «zh» is one initial as well as two.
            let marked = found(&text, &typed).map(|(_, _, marked)| marked);
            prop_assert!(marked.as_ref().is_some_and(|marked| text.starts_with(marked)), "{marked:?}");
        }

        #[test]
        fn nothing_typed_breaks_it(text in ".{0,40}", typed in ".{0,140}") {
            let phrase = Phrase::new(&text);
            if let Some(needle) = Needle::new(&typed)
                && let Some(found) = phrase.find(&needle, true)
            {
                prop_assert!(found.share() > 0.0 && found.share() <= 1.0);
                for part in phrase.marked(&found) {
                    prop_assert!(text.get(part).is_some_and(|part| !part.is_empty()));
                }
            }
        }
    }
}
