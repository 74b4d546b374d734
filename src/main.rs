//! The command line: see `planatlas --help`.

/// Rows and answers are made of many small things, on any thread: with the system's allocator a third of an import is
/// spent on getting and giving back memory. What it is asked besides stands in `malloc_conf.c`.
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> std::process::ExitCode {
    planatlas::cli::run()
}
