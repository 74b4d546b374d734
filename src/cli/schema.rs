//! `planatlas schema`.

use std::io::Write;
use std::process::ExitCode;

/// Prints the GraphQL schema.
pub fn run() -> ExitCode {
    match std::io::stdout().lock().write_all(crate::graphql::sdl().as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
