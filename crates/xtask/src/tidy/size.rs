//! Files stay small enough to be read at once, and each Rust file says first what it is for.

use super::{Breach, Tree};

/// At most so many lines in a file, with everything.
const LINES_MAX: usize = 500;

/// What is written by hand and read by people.
const SOURCES: [&str; 7] = [".rs", ".sql", ".ts", ".vue", ".mjs", ".js", ".sh"];

/// No file is too long, no module begins without its `//!`.
pub fn check(tree: &Tree<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (path, text) in &tree.files {
        let lines = text.lines().count();
        let is_source = SOURCES.iter().any(|ending| path.ends_with(ending));
        if is_source && !path.contains(".generated.") && lines > LINES_MAX {
            let reason = format!("{lines} lines; cut the file by noun, {LINES_MAX} are the limit");
            breaches.push(Breach::new(path, LINES_MAX + 1, "size", reason));
        }
        if path.ends_with(".rs") && !text.trim_start_matches('\u{feff}').starts_with("//!") {
            breaches.push(Breach::new(path, 1, "head", "a file begins with `//!` and says what it is for"));
        }
    }
    breaches
}

#[cfg(test)]
mod tests {
    use super::super::sample::breaches;

    #[test]
    fn five_hundred_lines_pass_and_one_more_does_not() {
        let longest = format!("//! x\n{}", "\n".repeat(499));
        let longer = format!("{longest}\n");
        let files = [("a.rs", longest.as_str()), ("b.rs", &longer), ("c.sql", &longer), ("d.json", &longer)];
        assert_eq!(breaches(super::check, &[], &files), ["b.rs:501: size", "c.sql:501: size"]);
    }

    #[test]
    fn generated_files_may_be_long() {
        let long = "x\n".repeat(900);
        assert!(breaches(super::check, &[], &[("api/commands.generated.ts", &long)]).is_empty());
    }

    #[test]
    fn a_module_says_first_what_it_is_for() {
        let files = [("a.rs", "//! What it is.\n"), ("b.rs", "use std::fmt;\n//! late\n"), ("c.rs", "")];
        assert_eq!(breaches(super::check, &[], &files), ["b.rs:1: head", "c.rs:1: head"]);
    }
}
