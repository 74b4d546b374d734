//! What follows from a plan: its flaws as a text.

pub mod lint;
