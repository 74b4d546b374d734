//! Planatlas: an industrial plan, its figures and its map, as one GraphQL data platform.

pub mod assess;
pub mod atlas;
pub mod cli;
pub mod domain;
pub mod geometry;
pub mod graphql;
pub mod http;
pub mod package;
pub mod store;
