//! Writes what the screens need of the Rust sources. Called by `cargo xtask codegen`.

use std::path::Path;
use system_tests::generated::files;

fn main() -> std::io::Result<()> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for file in files() {
        let path = repository.join(&file.path);
        if std::fs::read_to_string(&path).unwrap_or_default() != file.text {
            std::fs::write(&path, file.text)?;
            println!("{}", file.path.display());
        }
    }
    Ok(())
}
