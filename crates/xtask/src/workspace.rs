//! What the workspace is made of: its root, its packages, and the files that git knows.

use crate::Outcome;
use crate::commands::cargo;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use xshell::{Shell, cmd};

/// The workspace as `cargo metadata` describes it.
#[derive(Debug, Deserialize)]
pub struct Workspace {
    /// The absolute path of the repository's root.
    #[serde(rename = "workspace_root")]
    pub root: PathBuf,
    /// The absolute path of the folder in which cargo builds.
    #[serde(rename = "target_directory")]
    pub target: PathBuf,
    /// Our own packages, in the order of their names.
    pub packages: Vec<Package>,
}

/// One of our own packages.
#[derive(Debug, Deserialize)]
pub struct Package {
    /// Its name, such as `store-sqlite`.
    pub name: String,
    /// The path of its `Cargo.toml`.
    pub manifest_path: PathBuf,
    /// What it declares to use, of every kind.
    pub dependencies: Vec<Dependency>,
    /// What is compiled from it.
    pub targets: Vec<Target>,
}

/// One line of a package's dependencies.
#[derive(Debug, Deserialize)]
pub struct Dependency {
    /// The name of the package that is used.
    pub name: String,
    /// `None` for an ordinary one, else `dev` or `build`.
    pub kind: Option<String>,
}

/// One library, program or test binary.
#[derive(Debug, Deserialize)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// What it is, such as `lib`, `bin` or `test`.
    pub kind: Vec<String>,
    /// The path of its first file.
    pub src_path: PathBuf,
}

impl Workspace {
    /// Asks cargo. Fails where the current folder lies in no workspace.
    pub fn load(shell: &Shell) -> Outcome<Self> {
        let metadata =
            cargo(shell).args(["metadata", "--no-deps", "--format-version", "1"]).quiet().ignore_stderr();
        Self::parse(&metadata.read()?)
    }

    /// Reads what `cargo metadata` printed, and makes the packages' paths relative to the root.
    pub fn parse(metadata: &str) -> Outcome<Self> {
        let mut workspace: Self = serde_json::from_str(metadata)?;
        let root = workspace.root.clone();
        let relative = |path: &Path| path.strip_prefix(&root).unwrap_or(path).to_path_buf();
        for package in &mut workspace.packages {
            package.manifest_path = relative(&package.manifest_path);
            for target in &mut package.targets {
                target.src_path = relative(&target.src_path);
            }
        }
        workspace.packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(workspace)
    }

    /// Whether a package has a program of this name.
    pub fn has_program(&self, package: &str, program: &str) -> bool {
        let package = self.packages.iter().find(|candidate| candidate.name == package);
        package.is_some_and(|package| {
            package.targets.iter().any(|t| t.name == program && t.kind.iter().any(|kind| kind == "bin"))
        })
    }
}

impl Package {
    /// Its folder, relative to the root, with `/` between the names.
    pub fn folder(&self) -> String {
        self.manifest_path.parent().map(slashed).unwrap_or_default()
    }
}

/// A path with `/` between the names on every system.
pub fn slashed(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The files of the project, relative to the root: those in git and those new ones that git does not ignore.
pub fn files(shell: &Shell) -> Outcome<BTreeSet<String>> {
    let listed = cmd!(shell, "git ls-files -z --cached --others --exclude-standard").quiet().read()?;
    Ok(names(&listed))
}

/// The names in a list that is separated by zero bytes, as git prints with `-z`.
pub fn names(listed: &str) -> BTreeSet<String> {
    listed.split('\0').filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{
        "workspace_root": "/house", "target_directory": "/house/target",
        "packages": [
            {"name": "sync", "manifest_path": "/house/crates/sync/Cargo.toml",
             "dependencies": [{"name": "domain", "kind": null}, {"name": "proptest", "kind": "dev"}],
             "targets": [{"name": "sync", "kind": ["lib"], "src_path": "/house/crates/sync/src/lib.rs"}]},
            {"name": "demo-house", "manifest_path": "/house/demo/Cargo.toml", "dependencies": [],
             "targets": [{"name": "demo", "kind": ["bin"], "src_path": "/house/demo/src/main.rs"}]}
        ]}"#;

    #[test]
    fn metadata_is_read_with_paths_relative_to_the_root() {
        let workspace = Workspace::parse(METADATA).unwrap();
        let folders: Vec<String> = workspace.packages.iter().map(Package::folder).collect();
        assert_eq!(folders, ["demo", "crates/sync"]);
        assert_eq!(slashed(&workspace.packages[1].targets[0].src_path), "crates/sync/src/lib.rs");
        assert_eq!(workspace.packages[1].dependencies[1].kind.as_deref(), Some("dev"));
    }

    #[test]
    fn a_program_is_found_by_package_and_name() {
        let workspace = Workspace::parse(METADATA).unwrap();
        assert!(workspace.has_program("demo-house", "demo"));
        assert!(!workspace.has_program("sync", "sync"), "a library is no program");
        assert!(!workspace.has_program("absent", "demo"));
    }

    #[test]
    fn names_in_any_script_are_split_at_zero_bytes() {
        assert_eq!(names("b\0甲 乙.md\0a\0"), ["a", "b", "甲 乙.md"].map(str::to_owned).into());
        assert!(names("").is_empty());
    }
}
