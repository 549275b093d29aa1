//! No file that nobody reads: a Rust file that no `mod` reaches, SQL that nothing embeds, a fixture no test names.

use super::{Breach, Tree};
use crate::workspace::{Package, slashed};
use std::collections::BTreeSet;

/// Every Rust file is compiled, every SQL file and fixture is named by some Rust file.
pub fn check(tree: &Tree<'_>) -> Vec<Breach> {
    let compiled = compiled(tree);
    let mut breaches = Vec::new();
    for path in tree.rust.keys().filter(|path| !compiled.contains(*path)) {
        breaches.push(Breach::new(path, 1, "orphan", "no `mod` leads here, so it is never compiled"));
    }
    let named = named(tree);
    for path in tree.files.keys().filter(|path| is_data(path)) {
        let reached = named.contains(path) || folders(path).any(|folder| named.contains(folder));
        if !reached {
            breaches.push(Breach::new(
                path,
                1,
                "orphan",
                "no Rust file names it or its folder, so nobody reads it",
            ));
        }
    }
    breaches
}

fn is_data(path: &str) -> bool {
    let is_fixture = path.contains("/fixtures/") && !path.ends_with(".rs");
    (path.ends_with(".sql") || is_fixture) && !path.ends_with(".md")
}

/// The folders above a file, the nearest first.
fn folders(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(parent(path), |folder| parent(folder))
}

fn parent(path: &str) -> Option<&str> {
    path.rsplit_once('/').map(|(folder, _)| folder)
}

/// The Rust files that some target reaches.
fn compiled(tree: &Tree<'_>) -> BTreeSet<String> {
    let targets = tree.packages.iter().flat_map(|package| &package.targets);
    // A file is read as the root of its crate or as a module, which decides where its own modules lie.
    let mut waiting: Vec<(String, bool)> = targets.map(|target| (slashed(&target.src_path), true)).collect();
    let mut reached = BTreeSet::new();
    while let Some((path, is_root)) = waiting.pop() {
        if !tree.rust.contains_key(&path) || !reached.insert(path.clone()) {
            continue;
        }
        for candidates in modules(tree, &path, is_root) {
            waiting.extend(candidates.into_iter().map(|candidate| (candidate, false)));
        }
    }
    reached
}

/// For each module that a file declares in a file of its own, the paths at which this may lie.
fn modules(tree: &Tree<'_>, path: &str, is_root: bool) -> Vec<Vec<String>> {
    let Some(text) = tree.rust.get(path) else { return vec![] };
    let here = parent(path).unwrap_or_default();
    let stem = path.strip_suffix(".rs").unwrap_or(path);
    let owns_folder = is_root || stem.ends_with("/mod");
    let base = if owns_folder { here } else { stem };
    let mut found = Vec::new();
    let mut inline: Vec<(usize, String)> = Vec::new();
    let mut depth = 0;
    let mut named_path = None;
    for token in tokens(&text.code) {
        match token {
            Token::Open => depth += 1,
            Token::Close => {
                depth -= 1;
                inline.pop_if(|(opened, _)| *opened > depth);
            }
            Token::Inline(name) => inline.push((depth + 1, name)),
            Token::Path(at) => {
                named_path =
                    text.literals.iter().find(|literal| literal.at >= at).map(|literal| literal.text.clone());
            }
            Token::Declared(name) => {
                let within: String = inline.iter().map(|(_, name)| format!("/{name}")).collect();
                found.push(match named_path.take() {
                    Some(given) if within.is_empty() => normal(here, &given).into_iter().collect(),
                    Some(given) => normal(&format!("{base}{within}"), &given).into_iter().collect(),
                    None => {
                        vec![format!("{base}{within}/{name}.rs"), format!("{base}{within}/{name}/mod.rs")]
                    }
                });
            }
        }
    }
    let included = text.literals.iter().filter(|literal| literal.text.ends_with(".rs"));
    found.extend(included.map(|literal| normal(here, &literal.text).into_iter().collect()));
    found
}

/// What matters for finding modules.
#[derive(Debug, PartialEq)]
enum Token {
    Open,
    Close,
    /// `mod name {`, before its brace.
    Inline(String),
    /// `mod name;`
    Declared(String),
    /// `#[path = "…"]`, with the byte at which it begins.
    Path(usize),
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word_begin = None;
    let mut words: Vec<&str> = Vec::new();
    for (at, c) in code.char_indices().chain([(code.len(), ' ')]) {
        if c.is_alphanumeric() || c == '_' {
            word_begin.get_or_insert(at);
            continue;
        }
        if let Some(word) = word_begin.take().and_then(|begin| code.get(begin..at)) {
            words.push(word);
        }
        let module = match words.as_slice() {
            [.., "mod", name] => Some((*name).to_owned()),
            _ => None,
        };
        match c {
            '{' => {
                tokens.extend(module.map(Token::Inline));
                tokens.push(Token::Open);
            }
            '}' => tokens.push(Token::Close),
            ';' => tokens.extend(module.map(Token::Declared)),
            '=' if words == ["path"] => tokens.push(Token::Path(at)),
            _ => {}
        }
        // `#` belongs to raw names, white space to everything; whatever else ends what was being said.
        if !c.is_whitespace() && c != '#' {
            words.clear();
        }
    }
    tokens
}

/// Every path of the tree that a literal may mean, taken from its file, its package, and the root.
fn named(tree: &Tree<'_>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for (path, text) in &tree.rust {
        let package =
            tree.packages.iter().map(Package::folder).find(|folder| path.starts_with(&format!("{folder}/")));
        let package = package.unwrap_or_default();
        let bases = [parent(path).unwrap_or_default(), package.as_str(), ""];
        for literal in &text.literals {
            // A package's whole source is too much to count as having named a file in it.
            let means_something =
                |meant: &String| *meant != package && !meant.is_empty() && !meant.ends_with("/src");
            let meant = bases.iter().filter_map(|base| normal(base, literal.text.trim_start_matches('/')));
            named.extend(
                meant
                    .filter(means_something)
                    .filter(|meant| tree.files.contains_key(meant) || tree.has_folder(meant)),
            );
        }
    }
    named
}

/// A path from a folder, with its `.` and `..` resolved; nothing when it leaves the root.
pub fn normal(base: &str, path: &str) -> Option<String> {
    let mut names: Vec<&str> = Vec::new();
    for name in base.split('/').chain(path.split('/')) {
        match name {
            "" | "." => {}
            ".." => drop(names.pop()?),
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{breaches, package};
    use super::*;

    fn orphans(files: &[(&str, &str)]) -> Vec<String> {
        let forms = package("forms", "crates/forms", &[], &["src/lib.rs", "tests/all.rs"]);
        let found = breaches(check, &[forms], files);
        found.iter().map(|line| line.split(':').next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn modules_are_followed_from_file_to_file() {
        let files = [
            ("crates/forms/src/lib.rs", "pub mod expr;\n#[cfg(test)] mod tests;\n// mod gone;\n"),
            ("crates/forms/src/expr/mod.rs", "mod lexer;\npub(crate) mod parser;"),
            ("crates/forms/src/expr/lexer.rs", "mod deep;"),
            ("crates/forms/src/expr/lexer/deep.rs", ""),
            ("crates/forms/src/expr/parser.rs", ""),
            ("crates/forms/src/tests.rs", ""),
            ("crates/forms/src/gone.rs", ""),
            ("crates/forms/src/expr/lost.rs", "mod expr;"),
        ];
        assert_eq!(orphans(&files), ["crates/forms/src/expr/lost.rs", "crates/forms/src/gone.rs"]);
    }

    #[test]
    fn modules_inside_modules_and_given_paths_are_followed() {
        let files = [
            (
                "crates/forms/src/lib.rs",
                "mod a { fn f() {} mod b; }\nmod c;\n#[path = \"other/d.rs\"]\nmod d;",
            ),
            ("crates/forms/src/a/b.rs", ""),
            ("crates/forms/src/c.rs", ""),
            ("crates/forms/src/other/d.rs", ""),
            ("crates/forms/src/a/c.rs", ""),
        ];
        assert_eq!(orphans(&files), ["crates/forms/src/a/c.rs"]);
    }

    #[test]
    fn the_modules_of_a_test_binary_lie_beside_it() {
        let files = [
            ("crates/forms/tests/all.rs", "mod verdicts;"),
            ("crates/forms/tests/verdicts.rs", ""),
            ("crates/forms/tests/forgotten.rs", ""),
        ];
        assert_eq!(orphans(&files), ["crates/forms/tests/forgotten.rs"]);
    }

    #[test]
    fn sql_is_embedded_by_file_or_by_folder() {
        let files = [
            (
                "crates/forms/src/lib.rs",
                "mod a; embed!(\"./src/migrations/phone\"); include_str!(\"sql/save.sql\");",
            ),
            ("crates/forms/src/a.rs", "include_str!(\"../sql/up.sql\")"),
            ("crates/forms/src/migrations/phone/V1__start.sql", ""),
            ("crates/forms/src/migrations/county/V1__start.sql", ""),
            ("crates/forms/src/sql/save.sql", ""),
            ("crates/forms/src/sql/lost.sql", ""),
            ("crates/forms/sql/up.sql", ""),
        ];
        let lost = ["crates/forms/src/migrations/county/V1__start.sql", "crates/forms/src/sql/lost.sql"];
        assert_eq!(orphans(&files), lost);
    }

    #[test]
    fn a_fixture_is_named_from_anywhere_in_the_house() {
        let files = [
            ("crates/forms/tests/all.rs", "const F: &str = \"../../tests/fixtures/forms\";"),
            ("tests/fixtures/forms/valid/elder.json", ""),
            ("tests/fixtures/wire/v1.json", ""),
            ("tests/fixtures/README.md", ""),
        ];
        assert_eq!(orphans(&files), ["tests/fixtures/wire/v1.json"]);
    }

    #[test]
    fn the_whole_source_folder_names_nothing_in_particular() {
        let files =
            [("crates/forms/src/lib.rs", "f(\"src\"); g(\".\"); h(\"\");"), ("crates/forms/src/a.sql", "")];
        assert_eq!(orphans(&files), ["crates/forms/src/a.sql"]);
    }

    #[test]
    fn paths_are_made_plain() {
        assert_eq!(normal("a/b", "../c/./d").as_deref(), Some("a/c/d"));
        assert_eq!(normal("a", "../../b"), None);
    }
}
