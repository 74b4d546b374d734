//! The command line: see `planatlas --help`.

fn main() -> std::process::ExitCode {
    planatlas::cli::run()
}
