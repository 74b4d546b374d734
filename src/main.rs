//! Planatlas.
fn main() {}
