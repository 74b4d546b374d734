//! The command line: see `planatlas --help`.

/// Rows and answers are made of many small things, on any thread: with the system's allocator a third of an import is
/// spent on getting and giving back memory.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    planatlas::cli::run()
}
