//! Lets the binary be built before its page: an empty `frontend/dist` embeds nothing, and the server says so.

use std::path::Path;

fn main() -> std::io::Result<()> {
    let dist = Path::new("frontend/dist");
    std::fs::create_dir_all(dist)?;
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=build.rs");
    Ok(())
}
