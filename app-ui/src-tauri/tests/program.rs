//! The program as a desktop calls it. Its window is driven by the tests of the whole system, which find it built
//! because it is tested here.

use std::process::Command;

#[test]
fn what_the_program_does_not_understand_opens_no_window() {
    for words in [["--bridge", "7441"], ["--folder", ""]] {
        let words = words.into_iter().filter(|word| !word.is_empty());
        let ran = Command::new(env!("CARGO_BIN_EXE_phone-app")).args(words).output().unwrap();
        assert_eq!(ran.status.code(), Some(2));
        assert!(ran.stderr.starts_with(b"usage: phone-app [--folder FOLDER]"), "{ran:?}");
    }
}
