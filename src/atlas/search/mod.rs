//! Finding things by what people call them: names in both languages, other spellings, codes, numbers.
//!
//! - [`Phrase`]: a text that is found by characters, sounds and initials.
//! - [`Names`]: what the things of one kind are called; a family has its own, made once and shared with it.
//! - [`Query`]: what is typed.

mod called;
mod names;
mod phrase;

pub use called::Named;
pub use names::{Called, Field, Found, Names, Query};
