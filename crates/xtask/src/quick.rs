//! What the inner loop has to test: the packages that were changed, and those of the core that stand on them.

use crate::Outcome;
use crate::workspace::{Package, names};
use std::collections::BTreeSet;
use xshell::{Shell, cmd};

/// The packages that build in seconds and in which everything that can be *wrong* is decided.
const CORE: [&str; 6] = ["domain", "forms", "sync", "seal", "store", "client"];

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
}

impl Selection {
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
            return Selection { changed: found, tested };
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
    use crate::workspace::Dependency;

    fn package(name: &str, folder: &str, uses: &[&str]) -> Package {
        let dependencies =
            uses.iter().map(|name| Dependency { name: (*name).to_owned(), kind: None }).collect();
        let manifest_path = format!("{folder}/Cargo.toml").into();
        Package { name: name.to_owned(), manifest_path, dependencies, targets: vec![] }
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
            package("xtask", "crates/xtask", &[]),
        ]
    }

    fn selected(files: &[&str]) -> (Vec<String>, Vec<String>) {
        let files = files.iter().map(|file| (*file).to_owned()).collect();
        let Selection { changed, tested } = select(&files, &house());
        (changed.into_iter().collect(), tested.into_iter().collect())
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
