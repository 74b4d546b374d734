//! Lets the binary be built before its page: an empty `frontend/dist` embeds nothing, and the server says so. Gives the
//! program what its allocator is asked, which can be said in C alone. And says when SQLite was built slower than it could.

use std::path::Path;

/// What the allocator is asked.
const ASKED: &str = "src/malloc_conf.c";

/// How SQLite's package is told what to leave out.
const SQLITE: &str = "LIBSQLITE3_FLAGS";

fn main() -> std::io::Result<()> {
    let dist = Path::new("frontend/dist");
    std::fs::create_dir_all(dist)?;
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={ASKED}");
    println!("cargo:rerun-if-env-changed={SQLITE}");
    if std::env::var_os(SQLITE).is_none() {
        println!("cargo:warning={SQLITE} is not set, so SQLite keeps counts that nobody reads: see the Makefile");
    }
    // An object of its own: of a library the linker would take nothing, since jemalloc has the name already, if weakly.
    for object in cc::Build::new().file(ASKED).cargo_metadata(false).compile_intermediates() {
        println!("cargo:rustc-link-arg-bins={}", object.display());
    }
    Ok(())
}
