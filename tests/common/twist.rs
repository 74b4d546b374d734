//! Something right, twisted: what a fuzzing engine draws becomes changes to a text that is read when left alone. Random
//! bytes alone would be refused at the first of them.

use bolero::TypeGenerator;

/// A change. Places are taken within what there is.
#[derive(Debug, Clone, TypeGenerator)]
pub enum Edit {
    /// Another byte.
    Put(u16, u8),
    /// A byte more.
    Add(u16, u8),
    /// Some bytes less.
    Cut(u16, u8),
    /// A piece of it once more elsewhere.
    Copy(u16, u16, u8),
    /// A piece of it over and over.
    Repeat(u16, u8, u8),
    /// One of the words that mean something.
    Word(u16, u8),
    /// The end is missing.
    End(u16),
}

/// What is drawn: which of the right texts, and what is done to it. The first few bytes decide how much, so that little
/// is as likely as a lot.
#[derive(Debug, Clone, TypeGenerator)]
pub struct Twist {
    seed: u8,
    much: u8,
    edits: [Edit; 12],
}

/// Bytes that no twisted text goes beyond.
const MOST: usize = 256 * 1024;

impl Twist {
    /// Which of some texts is meant.
    pub fn pick<'a, T>(&self, of: &'a [T]) -> &'a T {
        &of[usize::from(self.seed) % of.len()]
    }

    /// A text, twisted.
    pub fn of(&self, text: &[u8], words: &[&str]) -> Vec<u8> {
        let mut text = text.to_vec();
        for edit in &self.edits[..usize::from(self.much) % (self.edits.len() + 1)] {
            // A text that is longer than a place can say is reached in steps.
            let at = |place: u16, length: usize| {
                if length == 0 { 0 } else { usize::from(place) * length.div_ceil(65_536).max(1) % length }
            };
            let (length, piece) =
                (text.len(), |from: usize, size: u8| from..(from + usize::from(size)).min(text.len()));
            match *edit {
                Edit::Put(place, byte) if length > 0 => text[at(place, length)] = byte,
                Edit::Put(_, byte) => text.push(byte),
                Edit::Add(place, byte) => text.insert(at(place, length + 1), byte),
                Edit::Cut(place, size) => drop(text.drain(piece(at(place, length), size))),
                Edit::Copy(from, to, size) => {
                    let copy = text[piece(at(from, length), size)].to_vec();
                    let to = at(to, length + 1);
                    text.splice(to..to, copy);
                }
                Edit::Repeat(from, size, times) => {
                    let range = piece(at(from, length), size);
                    let copy = text[range.clone()].repeat(usize::from(times).pow(2));
                    if length + copy.len() < MOST {
                        text.splice(range.end..range.end, copy);
                    }
                }
                Edit::Word(place, word) if !words.is_empty() => {
                    let place = at(place, length + 1);
                    text.splice(place..place, words[usize::from(word) % words.len()].bytes());
                }
                Edit::Word(..) => {}
                Edit::End(place) => text.truncate(at(place, length + 1)),
            }
        }
        text
    }
}
