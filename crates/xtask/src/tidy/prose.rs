//! Words that must not stand in the code, each with the reason.

use super::{Breach, Tree};

/// The packages in which the same input must always give the same output.
const PURE: [&str; 6] = ["domain", "forms", "sync", "seal", "store", "client"];

const CLOCK: &str = "time comes in as an argument, so that phone, county and simulator agree";
const DICE: &str = "dice come in as an argument, so that every run can be repeated from its seed";
const CHANCE: &str = "iteration order must not depend on chance: use BTreeMap and BTreeSet";
const ASYNC: &str = "no async runtime here: the shells wait, the core decides";
const WORLD: &str = "no file, socket, process or environment here: the shells hold them";

/// Banned everywhere in the pure packages, tests included.
const NEVER: [(&str, &str); 17] = [
    ("SystemTime::now", CLOCK),
    ("Instant::now", CLOCK),
    ("Utc::now", CLOCK),
    ("Local::now", CLOCK),
    ("thread::sleep", CLOCK),
    ("rand::", DICE),
    ("thread_rng", DICE),
    ("OsRng", DICE),
    ("getrandom", DICE),
    ("Uuid::now_v7", DICE),
    ("Uuid::new_v4", DICE),
    ("RandomState", CHANCE),
    ("HashMap", CHANCE),
    ("HashSet", CHANCE),
    ("tokio::", ASYNC),
    ("async_std::", ASYNC),
    ("futures::", ASYNC),
];

/// Banned in the pure packages but for their tests, which read fixtures.
const NOT_IN_PRODUCTION: [(&str, &str); 4] =
    [("std::fs", WORLD), ("std::net", WORLD), ("std::process", WORLD), ("std::env", WORLD)];

/// Banned in every Rust file of ours, comments included.
const UNFINISHED: [&str; 5] = ["TODO", "FIXME", "XXX", "todo!", "unimplemented!"];

/// Searches every file for the words that are banned in it.
pub fn check(tree: &Tree<'_>) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for package in tree.packages.iter().filter(|package| PURE.contains(&package.name.as_str())) {
        let folder = format!("{}/", package.folder());
        for (path, text) in tree.rust.iter().filter(|(path, _)| path.starts_with(&folder)) {
            let all_tests =
                path.contains("/tests/") || path.ends_with("/tests.rs") || path.contains("/benches/");
            for (number, line, in_tests) in text.code_lines() {
                let production: &[_] = if in_tests || all_tests { &[] } else { &NOT_IN_PRODUCTION };
                for (word, reason) in NEVER.iter().chain(production).filter(|(word, _)| has_word(line, word))
                {
                    breaches.push(Breach::new(path, number, "banned", format!("`{word}`: {reason}")));
                }
            }
        }
    }
    breaches.extend(tree.rust.iter().flat_map(|(path, text)| {
        let unfinished = [&text.code, &text.comments].into_iter().flat_map(|part| unfinished(path, part));
        unfinished.chain(exceptions(path, &text.code)).collect::<Vec<_>>()
    }));
    breaches.extend(tree.files.iter().flat_map(|(path, text)| machine_paths(path, text)));
    breaches
}

fn unfinished(path: &str, part: &str) -> Vec<Breach> {
    let found = part.lines().enumerate().filter_map(|(index, line)| {
        let word = UNFINISHED.iter().find(|word| has_word(line, word))?;
        Some(Breach::new(path, index + 1, "unfinished", format!("`{word}`: finish it, or open an issue")))
    });
    found.collect()
}

/// Lints are excepted by `expect` with a reason, which falls due when the exception is no longer needed.
fn exceptions(path: &str, code: &str) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut line = 1;
    for piece in code.split_inclusive("[") {
        let begin = line;
        line += piece.matches('\n').count();
        // What the bracket before this piece opened.
        if piece.trim_start().starts_with("allow(") {
            let reason = "use `expect(.., reason = \"..\")`: it falls due when it is no longer needed";
            breaches.push(Breach::new(path, begin, "exception", reason));
        }
        let Some(rest) = piece.trim_start().strip_prefix("expect(") else { continue };
        let inside = rest.split(']').next().unwrap_or_default();
        if !inside.contains("reason") {
            breaches.push(Breach::new(path, begin, "exception", "`expect` without a reason"));
        }
        if inside.contains("too_many_lines") {
            breaches.push(Breach::new(
                path,
                begin,
                "exception",
                "70 lines a function hold without exception",
            ));
        }
    }
    breaches
}

/// Paths that exist only on the machine of whoever wrote them.
fn machine_paths(path: &str, text: &str) -> Vec<Breach> {
    // XForms paths may begin with `/root/` too: only the hidden folders of its home give a machine away.
    let tops = ["work/", "tmp/", "root/.", "home/"].map(|top| format!("/{top}"));
    let mut breaches = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for top in &tops {
            // A folder of ours may have such a name too: a machine's path begins at the slash.
            let begins = |(at, _): (usize, &str)| {
                let before = line.get(..at).and_then(|before| before.chars().next_back());
                before.is_none_or(|c| !(c.is_alphanumeric() || "._-}*~)".contains(c)))
            };
            if line.match_indices(top.as_str()).any(begins) {
                let reason =
                    format!("`{top}…` is a path of one machine; ask for a folder, or take it from the user");
                breaches.push(Breach::new(path, index + 1, "machine", reason));
            }
        }
    }
    breaches
}

/// Whether the word stands in the line as a word of its own, not as a part of a longer name.
fn has_word(line: &str, word: &str) -> bool {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    let open_end = word.ends_with(in_name);
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|before| before.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|after| after.chars().next());
        !(before.is_some_and(in_name) || open_end && after.is_some_and(in_name))
    })
}

#[cfg(test)]
mod tests {
    use super::super::sample::{breaches, package};
    use super::*;

    fn in_domain(text: &str) -> Vec<String> {
        let domain = package("domain", "crates/domain", &[], &["src/lib.rs"]);
        breaches(check, &[domain], &[("crates/domain/src/lib.rs", text)])
    }

    #[test]
    fn the_core_reads_no_clock_and_throws_no_dice() {
        let text = "let a = Instant::now();\nlet b = Uuid::new_v4();\nuse std::collections::HashMap;\n";
        let found = in_domain(text);
        assert_eq!(found, [1, 2, 3].map(|line| format!("crates/domain/src/lib.rs:{line}: banned")));
    }

    #[test]
    fn comments_and_literals_may_speak_of_what_is_banned() {
        assert!(in_domain("// BTreeMap, not HashMap\nlet a = \"SystemTime::now\";\n").is_empty());
    }

    #[test]
    fn a_part_of_a_longer_name_is_another_word() {
        assert!(in_domain("MyHashMap; strand::x(); operand::y();\n").is_empty());
        assert!(!in_domain("rand::random()\n").is_empty());
    }

    #[test]
    fn tests_may_read_fixtures_but_no_clock() {
        let text = "use std::fs;\n#[cfg(test)]\nmod tests {\n use std::fs;\n fn f() { Instant::now(); }\n}\n";
        assert_eq!(in_domain(text), [1, 5].map(|line| format!("crates/domain/src/lib.rs:{line}: banned")));
    }

    #[test]
    fn the_shells_may_use_what_the_core_may_not() {
        let server = package("county-server", "server", &[], &["src/lib.rs"]);
        assert!(
            breaches(check, &[server], &[("server/src/lib.rs", "tokio::spawn(SystemTime::now())")])
                .is_empty()
        );
    }

    #[test]
    fn nothing_is_left_unfinished() {
        let marks = ["TO", "DO"].concat();
        let text =
            format!("// {marks}: later\nfn f() {{ {}!() }}\nlet a = \"{marks}\";\n", marks.to_lowercase());
        let found = breaches(check, &[], &[("a.rs", &text)]);
        assert_eq!(found, ["a.rs:2: unfinished", "a.rs:1: unfinished"]);
    }

    #[test]
    fn exceptions_give_a_reason() {
        let text = "#[allow(dead_code)]\n#![allow(x)]\n#[expect(dead_code)]\n#[expect(a, reason = \"b\")]\n\
                    #[expect(\n  clippy::too_many_lines,\n  reason = \"long\"\n)]\nlet x = a.expect(\"y\");\n";
        let found = breaches(check, &[], &[("a.rs", text)]);
        assert_eq!(found, [1, 2, 3, 5].map(|line| format!("a.rs:{line}: exception")));
    }

    #[test]
    fn paths_of_one_machine_are_found_in_any_text() {
        let line = |before: &str, top: &str| format!("{before}/{top}/.x\n");
        let text = line("cd ", "work") + &line("\"", "tmp") + &line("src", "tmp") + &line("", "root");
        assert_eq!(
            breaches(check, &[], &[("a.md", &text)]),
            [1, 2, 4].map(|line| format!("a.md:{line}: machine"))
        );
    }
}
