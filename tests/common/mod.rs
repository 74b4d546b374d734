//! What several test programs share.
#![allow(dead_code, missing_docs)]

pub mod database;
pub mod postgres;
pub mod server;
pub mod world;
