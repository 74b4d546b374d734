//! The command line: see `planatlas --help`.

/// An answer is made of many small things, on any thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    planatlas::cli::run()
}
