//! Where the console's pages lie that are built into the program: those of `app-ui`, or a folder with
//! one page that says that they were not built.

use std::path::{Path, PathBuf};

fn main() -> std::io::Result<()> {
    let Some(manifest) = std::env::var_os("CARGO_MANIFEST_DIR") else { return Ok(()) };
    let Some(out) = std::env::var_os("OUT_DIR") else { return Ok(()) };
    let built = Path::new(&manifest).join("../app-ui/dist/review");
    println!("cargo::rerun-if-changed={}", built.display());
    println!("cargo::rerun-if-changed=build.rs");
    let folder = if built.join("index.html").exists() {
        built
    } else {
        let empty = PathBuf::from(out).join("console");
        std::fs::create_dir_all(&empty)?;
        let page = Path::new(&manifest).join("src/routes/review/no_console.html");
        std::fs::copy(page, empty.join("index.html"))?;
        empty
    };
    println!("cargo::rustc-env=CONSOLE_DIST={}", folder.display());
    Ok(())
}
