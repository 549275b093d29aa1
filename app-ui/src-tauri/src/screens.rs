//! Which screens may be built into the app. Asked by `build.rs`, so that a wrong answer is no app at all.

use std::fs;
use std::path::Path;

/// What a desktop's debug build shows when nobody has built the screens.
const NO_SCREENS: &str = "<!doctype html><meta charset=\"utf-8\"><title>phone-app</title>\
                          <p>The screens are not built: npx vite build --mode phone</p>\n";
/// What only screens that are built for a browser ask: the loopback bridge of the tests.
const BRIDGE: [&str; 2] = ["/call/", "/signal"];

/// Judges the built screens in a folder. A release has them; a debug build, and whoever only checks it, does without.
///
/// # Errors
/// Why there is to be no app.
pub fn judge(folder: &Path, release: bool) -> Result<(), String> {
    if folder.join("index.html").exists() {
        return no_bridge(folder);
    }
    if release {
        return Err("the screens are not built: npx vite build --mode phone, in app-ui".to_owned());
    }
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(folder.join("index.html"), NO_SCREENS))
        .map_err(|error| format!("{}: {error}", folder.display()))
}

fn no_bridge(folder: &Path) -> Result<(), String> {
    let told = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(told)? {
        let path = entry.map_err(told)?.path();
        if path.is_dir() {
            no_bridge(&path)?;
        } else if is_of_the_bridge(&fs::read(&path).map_err(told)?) {
            let path = path.display();
            return Err(format!(
                "{path} is of the screens for a browser: npx vite build --mode phone, in app-ui"
            ));
        }
    }
    Ok(())
}

fn is_of_the_bridge(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    BRIDGE.iter().any(|path| text.contains(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("shanfang-screens-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    #[test]
    fn the_bridge_is_built_into_no_app() {
        let folder = folder("bridge");
        fs::create_dir_all(folder.join("assets")).unwrap();
        fs::write(folder.join("index.html"), "<div id=\"app\"></div>").unwrap();
        fs::write(folder.join("assets/main.js"), "invoke('call', { name, args })").unwrap();
        for release in [false, true] {
            assert_eq!(judge(&folder, release), Ok(()));
        }
        for asks in ["fetch(`/call/${name}`)", "fetch(\"/signal\")"] {
            fs::write(folder.join("assets/carrier.js"), asks).unwrap();
            for release in [false, true] {
                let why = judge(&folder, release).unwrap_err();
                assert!(why.contains("carrier.js is of the screens for a browser"), "{why}");
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_release_without_screens_is_none() {
        let folder = folder("none");
        assert!(judge(&folder, true).unwrap_err().starts_with("the screens are not built"));
        assert!(!folder.exists());
        assert_eq!(judge(&folder, false), Ok(()));
        assert_eq!(fs::read_to_string(folder.join("index.html")).unwrap(), NO_SCREENS);
        fs::remove_dir_all(folder).unwrap();
    }
}
