//! What several test programs share.
#![allow(dead_code, missing_docs, clippy::unwrap_used)]

pub mod database;
pub mod postgres;
pub mod server;
pub mod world;

use planatlas::store::{Gathered, Gathering};

/// All that is gathered, without anything else going on meanwhile.
pub async fn gathered<G: Gathering>(mut gathering: G) -> G::Whole {
    loop {
        match gathering.go_on().await.unwrap() {
            Gathered::More => {}
            Gathered::All(whole) => return whole,
            Gathered::TooMany => panic!("there are not so many"),
        }
    }
}
