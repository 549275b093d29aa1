//! What the inner loop has to test: the packages that were changed, and those of the core that stand on them.

use crate::Outcome;
use crate::workspace::{Package, names};
use std::collections::BTreeSet;
use xshell::{Shell, cmd};

/// The packages that build in seconds and in which everything that can be *wrong* is decided.
const CORE: [&str; 6] = ["domain", "forms", "sync", "seal", "store", "client"];

/// Where phones meet the county in one process, in the tests of its library. The others of it start
/// processes, and take minutes.
const MEETING: &str = "system-tests";

/// Who meets there.
const MEET: [&str; 2] = ["client", "county-server"];

/// The files that were changed since the last commit; when nothing was, those that this commit changed.
pub fn changed_files(shell: &Shell) -> Outcome<BTreeSet<String>> {
    let mut changed = names(&cmd!(shell, "git diff --name-only -z HEAD").quiet().read()?);
    changed.append(&mut names(&cmd!(shell, "git ls-files -z --others --exclude-standard").quiet().read()?));
    if changed.is_empty() {
        let last = cmd!(shell, "git show --name-only -z --format= HEAD").quiet().read()?;
        changed = names(&last);
    }
    Ok(changed)
}

/// What to look at after a change.
#[derive(Debug, PartialEq)]
pub struct Selection {
    /// The packages in which a file was changed: all of the core when a file of the root was.
    pub changed: BTreeSet<String>,
    /// These, and those of the core that use one of them, directly or not.
    pub tested: BTreeSet<String>,
    /// Whether the tests in which phones meet the county belong to it.
    pub meeting: bool,
}

impl Selection {
    /// What to tell cargo: packages, and targets where a package is not tested as a whole. One command for
    /// all, so that a package is built once and not again with the features that another one wants of it.
    pub fn arguments(&self, packages: &[Package]) -> Vec<String> {
        let mut arguments = Vec::new();
        let named = self.tested.iter().map(String::as_str).chain(self.meeting.then_some(MEETING));
        arguments.extend(named.flat_map(|name| ["--package".to_owned(), name.to_owned()]));
        if self.meeting {
            arguments.push("--lib".to_owned());
            let whole = packages.iter().filter(|package| self.tested.contains(&package.name));
            for target in whole.flat_map(|package| &package.targets) {
                let kinds =
                    ["bin", "test"].into_iter().filter(|kind| target.kind.iter().any(|one| one == kind));
                arguments.extend(kinds.flat_map(|kind| [format!("--{kind}"), target.name.clone()]));
            }
        }
        arguments
    }

    /// Leaves a package out. Answers whether it was in.
    pub fn without(&mut self, package: &str) -> bool {
        self.tested.remove(package);
        self.changed.remove(package)
    }
}

/// Which packages these changed files concern.
pub fn select(changed: &BTreeSet<String>, packages: &[Package]) -> Selection {
    let mut found: BTreeSet<String> =
        changed.iter().filter_map(|file| owner(file, packages)).map(|package| package.name.clone()).collect();
    let of_the_root = |file: &String| file.starts_with("Cargo.") || file.starts_with(".cargo/");
    if changed.iter().any(of_the_root) {
        found.extend(CORE.map(str::to_owned));
    }
    let mut tested = found.clone();
    loop {
        let before = tested.len();
        for package in packages.iter().filter(|package| CORE.contains(&package.name.as_str())) {
            if package.dependencies.iter().any(|used| tested.contains(&used.name)) {
                tested.insert(package.name.clone());
            }
        }
        if tested.len() == before {
            let meeting = !tested.contains(MEETING) && MEET.iter().any(|name| tested.contains(*name));
            return Selection { changed: found, tested, meeting };
        }
    }
}

/// The package in whose folder a file lies; the innermost, should one lie in another.
fn owner<'a>(file: &str, packages: &'a [Package]) -> Option<&'a Package> {
    let inside = |package: &&Package| file.starts_with(&format!("{}/", package.folder()));
    packages.iter().filter(inside).max_by_key(|package| package.folder().len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::{Dependency, Target};

    fn package(name: &str, folder: &str, uses: &[&str]) -> Package {
        let dependencies =
            uses.iter().map(|name| Dependency { name: (*name).to_owned(), kind: None }).collect();
        let manifest_path = format!("{folder}/Cargo.toml").into();
        let target = |(name, kind): (&str, &str)| {
            let (name, kind) = (name.to_owned(), vec![kind.to_owned()]);
            Target { name, kind, src_path: "src/lib.rs".into() }
        };
        let kinds: &[(&str, &str)] = match name {
            "county-server" => &[("county_server", "lib"), ("county-server", "bin"), ("process", "test")],
            "system-tests" => &[("system_tests", "lib"), ("bridge", "bin"), ("e2e", "test")],
            "sync" => &[("sync", "lib"), ("it", "test")],
            _ => &[],
        };
        let targets = kinds.iter().copied().map(target).collect();
        Package { name: name.to_owned(), manifest_path, dependencies, targets }
    }

    fn house() -> Vec<Package> {
        vec![
            package("client", "crates/client", &["forms", "store"]),
            package("county-server", "server", &["store", "store-sqlite"]),
            package("domain", "crates/domain", &[]),
            package("forms", "crates/forms", &["domain"]),
            package("store", "crates/store", &["sync"]),
            package("store-sqlite", "crates/store-sqlite", &["store"]),
            package("sync", "crates/sync", &["domain"]),
            package("system-tests", "tests", &["client", "county-server"]),
            package("xtask", "crates/xtask", &[]),
        ]
    }

    fn selection(files: &[&str]) -> Selection {
        select(&files.iter().map(|file| (*file).to_owned()).collect(), &house())
    }

    fn selected(files: &[&str]) -> (Vec<String>, Vec<String>) {
        let Selection { changed, tested, .. } = selection(files);
        (changed.into_iter().collect(), tested.into_iter().collect())
    }

    fn arguments(files: &[&str]) -> String {
        selection(files).arguments(&house()).join(" ")
    }

    #[test]
    fn what_phones_or_the_county_stand_on_is_tried_where_they_meet_and_no_process_is_started_for_it() {
        assert_eq!(
            arguments(&["crates/sync/src/lib.rs"]),
            "--package client --package store --package sync --package system-tests --lib --test it"
        );
        assert_eq!(
            arguments(&["server/src/main.rs"]),
            "--package county-server --package system-tests --lib --bin county-server --test process"
        );
    }

    #[test]
    fn whatever_else_is_changed_is_tested_as_a_whole() {
        assert_eq!(arguments(&["crates/xtask/src/main.rs"]), "--package xtask");
        let here = ["tests/tests/e2e/story.rs", "crates/client/src/lib.rs"];
        assert_eq!(arguments(&here), "--package client --package system-tests");
    }

    #[test]
    fn a_change_reaches_the_core_above_it_and_no_further() {
        let (changed, tested) = selected(&["crates/sync/src/lib.rs"]);
        assert_eq!(changed, ["sync"]);
        assert_eq!(tested, ["client", "store", "sync"]);
    }

    #[test]
    fn a_package_outside_the_core_is_tested_when_it_is_changed_itself() {
        let (changed, tested) = selected(&["crates/store-sqlite/src/pool.rs", "server/src/main.rs"]);
        assert_eq!(changed, ["county-server", "store-sqlite"]);
        assert_eq!(tested, changed, "one folder's name beginning with another's is no kinship");
    }

    #[test]
    fn a_file_of_the_root_concerns_the_whole_core() {
        let (changed, tested) = selected(&["Cargo.lock"]);
        assert_eq!(changed.len(), CORE.len());
        assert!(tested.iter().all(|name| CORE.contains(&name.as_str())));
    }

    #[test]
    fn a_package_is_left_out_of_both() {
        let mut selection = select(&["server/src/main.rs".to_owned()].into(), &house());
        assert!(selection.without("county-server"));
        assert!(selection.changed.is_empty() && selection.tested.is_empty());
        assert!(!selection.without("county-server"), "it was not in");
    }

    #[test]
    fn prose_concerns_no_package() {
        assert_eq!(selected(&["README.md", "crates/README.md"]), (vec![], vec![]));
    }
}
