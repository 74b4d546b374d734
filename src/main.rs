//! The command line: see `planatlas --help`.

/// Rows are made of many small texts: with the system's allocator a third of an import is spent on getting and giving
/// back memory.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    planatlas::cli::run()
}
