//! The demonstration's story is a test.

use std::path::{Path, PathBuf};
use system_tests::story::{Options, play};

/// The mark of the story: among others, what was left running.
fn mark(folder: &Path) -> serde_json::Value {
    let mark = std::fs::read_to_string(folder.join("demo.json")).unwrap();
    serde_json::from_str(&mark).unwrap()
}

/// Whether a process runs; one that has ended and that nobody has waited for does not.
fn runs(process: u64) -> bool {
    std::fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| !line.is_empty())
}

/// A program in place of the phone's app: it writes down how it was called and what runs beside it, and its window
/// is closed at once.
fn stand_in(folder: &Path) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let program = folder.join("app");
    let script =
        "#!/bin/sh\ncd \"${0%/*}\"\necho \"$@\" > told\ncat /proc/[0-9]*/cmdline | tr '\\0' ' ' > beside\n";
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    program
}

#[test]
fn the_story_holds_and_a_second_start_finds_what_it_left() {
    let folder = crate::world::folder("story");
    let mut options = Options {
        folder: folder.clone(),
        subjects: Some(300),
        fresh: false,
        keep: false,
        screens: None,
        quiet: true,
        window: None,
    };
    play(&options).unwrap();
    let screens = crate::world::folder("story-screens");
    for page in ["phone-bridge", "review"] {
        std::fs::create_dir(screens.join(page)).unwrap();
        std::fs::write(screens.join(page).join("index.html"), "<p>").unwrap();
    }
    (options.keep, options.screens) = (true, Some(screens.clone()));
    play(&options).unwrap();
    let first = mark(&folder);
    let left = |mark: &serde_json::Value| -> Vec<u64> {
        let phones = mark["phones"].as_array().unwrap().iter();
        phones.chain([&mark["server"]]).map(|process| process.as_u64().unwrap()).collect()
    };
    assert_eq!(left(&first).len(), 3, "two phones and the server");
    assert!(left(&first).into_iter().all(runs));
    play(&options).unwrap();
    assert!(!left(&first).into_iter().any(runs), "those of the start before are stopped");
    let second = mark(&folder);
    assert!(left(&second).into_iter().all(runs));
    assert_eq!(second["accounts"], first["accounts"], "log-ins stay");
    let logins: Vec<_> = second["accounts"].as_array().unwrap().iter().map(|one| &one["login"]).collect();
    assert_eq!(logins, ["county", "township", "admin", "approver", "auditor"]);
    (options.keep, options.fresh, options.screens) = (false, true, None);
    play(&options).unwrap();
    assert!(!left(&second).into_iter().any(runs), "a fresh start stops them first");
    options.fresh = false;
    (options.screens, options.window) = (Some(screens.clone()), Some(stand_in(&screens)));
    play(&options).unwrap();
    let told = std::fs::read_to_string(screens.join("told")).unwrap();
    let first_phone = folder.join("phones/one").display().to_string();
    assert!(told.starts_with(&format!("--folder {first_phone} --county http://127.0.0.1:")), "{told}");
    assert_eq!(
        mark(&folder)["phones"].as_array().unwrap().len(),
        0,
        "with the window closed nothing is left"
    );
    std::fs::remove_dir_all(screens).unwrap();
    options.folder = folder.join("county");
    let refused = play(&options).unwrap_err().to_string();
    assert!(refused.contains("choose another"), "a folder of somebody else's is left alone: {refused}");
    std::fs::remove_dir_all(folder).unwrap();
}
