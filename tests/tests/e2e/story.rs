//! The demonstration's story is a test.

use system_tests::story::{Options, play};

#[test]
fn the_story_holds_and_a_second_start_finds_what_it_left() {
    let folder = crate::world::folder("story");
    let mut options =
        Options { folder: folder.clone(), subjects: 300, fresh: false, keep: false, quiet: true };
    play(&options).unwrap();
    play(&options).unwrap();
    options.folder = folder.join("county");
    let refused = play(&options).unwrap_err().to_string();
    assert!(refused.contains("choose another"), "a folder of somebody else's is left alone: {refused}");
    std::fs::remove_dir_all(folder).unwrap();
}
