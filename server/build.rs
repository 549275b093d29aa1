//! Where the console's pages lie that are built into the program: those of `app-ui`, or a folder with
//! one page that says that they were not built; and where the displayed name stands: in the file that the screens are
//! built with (`SHANFANG_NAME`), else in theirs.

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
    println!("cargo::rerun-if-env-changed=SHANFANG_NAME");
    let given = std::env::var_os("SHANFANG_NAME").filter(|path| !path.is_empty()).map(PathBuf::from);
    let name = given.unwrap_or_else(|| Path::new(&manifest).join("../app-ui/src/shared/name.json"));
    println!("cargo::rustc-env=SHANFANG_NAME={}", std::path::absolute(name)?.display());
    Ok(())
}
