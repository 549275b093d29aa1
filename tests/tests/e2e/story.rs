//! The demonstration's story is a test.

use system_tests::story::{Options, play};

/// The server that was left running, as the story's mark names it.
fn kept(folder: &std::path::Path) -> Option<u64> {
    let mark = std::fs::read_to_string(folder.join("demo.json")).unwrap();
    serde_json::from_str::<serde_json::Value>(&mark).unwrap()["server"].as_u64()
}

/// Whether a process runs; one that has ended and that nobody has waited for does not.
fn runs(process: u64) -> bool {
    std::fs::read(format!("/proc/{process}/cmdline")).is_ok_and(|line| !line.is_empty())
}

#[test]
fn the_story_holds_and_a_second_start_finds_what_it_left() {
    let folder = crate::world::folder("story");
    let mut options = Options {
        folder: folder.clone(),
        subjects: Some(300),
        fresh: false,
        keep: false,
        quiet: true,
        window: None,
    };
    play(&options).unwrap();
    options.keep = true;
    play(&options).unwrap();
    let kept = kept(&folder).unwrap();
    assert!(runs(kept), "it was left running");
    (options.keep, options.fresh) = (false, true);
    play(&options).unwrap();
    assert!(!runs(kept), "a fresh start stops it first");
    options.folder = folder.join("county");
    let refused = play(&options).unwrap_err().to_string();
    assert!(refused.contains("choose another"), "a folder of somebody else's is left alone: {refused}");
    std::fs::remove_dir_all(folder).unwrap();
}
