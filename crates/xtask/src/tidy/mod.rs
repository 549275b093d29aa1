//! `cargo xtask tidy`: the laws of the house that no compiler keeps, each a small check of its own.
//!
//! A check is a pure function from the [`Tree`] to breaches. What rustc and clippy can see (length of functions,
//! missing documentation, `unwrap`, `unsafe`) is theirs: see the lints in the root's `Cargo.toml`.

mod edges;
mod links;
mod orphans;
mod prose;
mod rust_text;
mod size;

use crate::Outcome;
use crate::say::Say;
use crate::workspace::{self, Package, Workspace};
use rust_text::RustText;
use std::collections::BTreeMap;
use std::fmt;
use std::process::ExitCode;
use xshell::Shell;

/// Every law, in the order in which breaches are shown.
const LAWS: [fn(&Tree<'_>) -> Vec<Breach>; 5] =
    [size::check, edges::check, prose::check, orphans::check, links::check];

/// Where a law was broken, which, and why it is one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Breach {
    path: String,
    line: usize,
    rule: &'static str,
    reason: String,
}

impl Breach {
    fn new(path: &str, line: usize, rule: &'static str, reason: impl Into<String>) -> Self {
        Self { path: path.to_owned(), line, rule, reason: reason.into() }
    }
}

impl fmt::Display for Breach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}: {}", self.path, self.line, self.rule, self.reason)
    }
}

/// Everything that the laws look at, read once.
pub struct Tree<'a> {
    /// The text of each file by its path from the root; empty for what is no text.
    files: BTreeMap<String, String>,
    /// Each Rust file taken apart.
    rust: BTreeMap<String, RustText>,
    /// Our packages.
    packages: &'a [Package],
}

impl<'a> Tree<'a> {
    fn new(files: BTreeMap<String, String>, packages: &'a [Package]) -> Self {
        let is_rust = |path: &&String| path.ends_with(".rs");
        let rust = files
            .keys()
            .filter(is_rust)
            .filter_map(|path| Some((path.clone(), RustText::read(files.get(path)?))));
        Self { rust: rust.collect(), files, packages }
    }

    fn load(shell: &Shell, workspace: &'a Workspace) -> Outcome<Self> {
        let mut files = BTreeMap::new();
        for path in workspace::files(shell)? {
            // A file that was deleted but is still in git's index has no text to judge.
            if let Ok(bytes) = std::fs::read(workspace.root.join(&path)) {
                files.insert(path, String::from_utf8(bytes).unwrap_or_default());
            }
        }
        Ok(Self::new(files, &workspace.packages))
    }

    fn has_folder(&self, path: &str) -> bool {
        let inside = format!("{path}/");
        self.files.range(inside.clone()..).next().is_some_and(|(file, _)| file.starts_with(&inside))
    }
}

/// Prints each breach. The exit status is 0 when there is none.
pub fn run(shell: &Shell, say: &Say, workspace: &Workspace) -> Outcome {
    check(shell, say, workspace)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints each breach, and is an error when there is one.
pub fn check(shell: &Shell, say: &Say, workspace: &Workspace) -> Outcome<()> {
    let tree = Tree::load(shell, workspace)?;
    let breaches: Vec<Breach> = LAWS.iter().flat_map(|law| law(&tree)).collect();
    for breach in &breaches {
        println!("{breach}");
    }
    match breaches.len() {
        0 => {
            say.good(&format!("tidy: {} files, no breach", tree.files.len()));
            Ok(())
        }
        1 => Err("one law of the house is broken, see above".into()),
        many => Err(format!("laws of the house are broken at {many} places, see above").into()),
    }
}

/// What the tests of the laws share.
#[cfg(test)]
mod sample {
    use super::*;
    use crate::workspace::{Dependency, Target};

    /// A package with these ordinary dependencies, compiled from these files.
    pub fn package(name: &str, folder: &str, uses: &[&str], roots: &[&str]) -> Package {
        let used = |name: &&str| Dependency { name: (*name).to_owned(), kind: None };
        let target = |root: &&str| Target {
            name: name.to_owned(),
            kind: vec!["lib".to_owned()],
            src_path: format!("{folder}/{root}").into(),
        };
        Package {
            name: name.to_owned(),
            manifest_path: format!("{folder}/Cargo.toml").into(),
            dependencies: uses.iter().map(used).collect(),
            targets: roots.iter().map(target).collect(),
        }
    }

    /// The breaches of one law in a tree of these files, as `path:line: rule`.
    pub fn breaches(
        law: fn(&Tree<'_>) -> Vec<Breach>,
        packages: &[Package],
        files: &[(&str, &str)],
    ) -> Vec<String> {
        let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()));
        let found = law(&Tree::new(files.collect(), packages));
        found.into_iter().map(|breach| format!("{}:{}: {}", breach.path, breach.line, breach.rule)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breach_reads_as_place_rule_reason() {
        let breach = Breach::new("crates/sync/src/lib.rs", 7, "clock", "time comes in as an argument");
        assert_eq!(breach.to_string(), "crates/sync/src/lib.rs:7: clock: time comes in as an argument");
    }

    #[test]
    fn a_folder_is_what_has_a_file_in_it() {
        let files =
            BTreeMap::from([("a/b/c.rs".to_owned(), String::new()), ("a/b.rs".to_owned(), String::new())]);
        let tree = Tree::new(files, &[]);
        assert!(tree.has_folder("a") && tree.has_folder("a/b"));
        assert!(!tree.has_folder("a/b/c.rs") && !tree.has_folder("a/c"));
    }
}
