//! What several test programs share.
#![allow(dead_code, missing_docs)]

pub mod database;
pub mod server;
pub mod world;
