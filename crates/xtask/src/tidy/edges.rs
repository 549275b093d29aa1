//! Who may use whom: the walls between the rooms of the house.

use super::{Breach, Tree};
use crate::workspace::{Dependency, Package};

/// What a package may use of others' packages.
enum Others {
    /// Only these: it holds rules, and rules need little.
    Only(&'static [&'static str]),
    /// Anything but these, which it must not know.
    AnyBut(&'static [&'static str]),
}
use Others::{AnyBut, Only};

/// One room: its name, what it may use of ours, and what of others'.
struct Room(&'static str, &'static [&'static str], Others);

/// The permitted edges. A new package gets a row here, and the reason in `crates/README.md`.
const HOUSE: [Room; 13] = [
    Room("domain", &[], Only(&["blake3", "chrono", "serde", "serde_json", "thiserror", "ts-rs", "uuid"])),
    Room(
        "forms",
        &["domain"],
        Only(&["chrono", "regex", "rust_decimal", "serde", "serde_json", "thiserror", "ts-rs"]),
    ),
    Room("sync", &["domain"], Only(&["serde", "serde_json", "thiserror"])),
    Room(
        "seal",
        &["domain"],
        Only(&[
            "age",
            "argon2",
            "bech32",
            "blake3",
            "chacha20poly1305",
            "ed25519-dalek",
            "serde",
            "serde_json",
            "thiserror",
            "zeroize",
            "zstd",
        ]),
    ),
    Room("store", &["domain", "sync"], Only(&["async-trait", "serde", "serde_json", "thiserror"])),
    Room("names", &["domain", "store"], Only(&["pinyin"])),
    Room(
        "client",
        &["domain", "forms", "names", "seal", "store", "sync"],
        Only(&["rqrr", "serde", "serde_json", "thiserror", "ts-rs", "uuid"]),
    ),
    Room("store-sqlite", &["domain", "store", "sync"], AnyBut(&["axum", "hyper", "reqwest", "tauri"])),
    Room(
        "phone-shell",
        &["client", "domain", "seal", "store", "store-sqlite", "sync"],
        AnyBut(&["axum", "rusqlite", "tauri"]),
    ),
    Room(
        "county-server",
        &["domain", "forms", "names", "seal", "store", "store-sqlite", "sync"],
        AnyBut(&["reqwest", "rusqlite", "tauri"]),
    ),
    // The carriers of the tests have no way in: what ships cannot open the loopback bridge.
    Room(
        "phone-app",
        &["client", "domain", "phone-shell"],
        Only(&["serde", "serde_json", "tauri", "tauri-build"]),
    ),
    Room(
        "system-tests",
        &[
            "client",
            "county-server",
            "domain",
            "forms",
            "phone-shell",
            "seal",
            "store",
            "store-sqlite",
            "sync",
        ],
        AnyBut(&["tauri"]),
    ),
    Room("xtask", &[], Only(&["clap", "indicatif", "serde", "serde_json", "xshell"])),
];

/// What the tests of any package may use besides.
const IN_TESTS: [&str; 3] = ["expect-test", "proptest", "tempfile"];

/// Only permitted edges, a row for each package, a package for each row, and the house's lints in each.
pub fn check(tree: &Tree<'_>) -> Vec<Breach> {
    let ours: Vec<&str> = tree.packages.iter().map(|package| package.name.as_str()).collect();
    let mut breaches: Vec<Breach> = Vec::new();
    for Room(name, ..) in &HOUSE {
        if !ours.contains(name) {
            let reason = format!("`{name}` has a row in the table of edges, but is no package");
            breaches.push(Breach::new("Cargo.toml", 1, "edge", reason));
        }
    }
    for package in tree.packages {
        let manifest = format!("{}/Cargo.toml", package.folder());
        let text = tree.files.get(&manifest).map_or("", String::as_str);
        breaches.extend(
            judge(package, &ours)
                .into_iter()
                .map(|(used, reason)| Breach::new(&manifest, line_of(text, &used), "edge", reason)),
        );
        if !text.contains("[lints]\nworkspace = true") {
            let reason = "without `[lints]` and `workspace = true` the laws of the house do not hold here";
            breaches.push(Breach::new(&manifest, 1, "lints", reason));
        }
    }
    breaches
}

/// The dependencies of a package that no row permits, each with the reason.
fn judge(package: &Package, ours: &[&str]) -> Vec<(String, String)> {
    let name = &package.name;
    let Some(Room(_, of_ours, others)) = HOUSE.iter().find(|Room(room, ..)| room == name) else {
        return vec![(
            name.clone(),
            format!("`{name}` has no row in the table of edges (xtask, tidy/edges.rs)"),
        )];
    };
    let verdict = |used: &Dependency| {
        let (what, for_tests) = (used.name.as_str(), used.kind.as_deref() == Some("dev"));
        if ours.contains(&what) {
            return (!of_ours.contains(&what)).then(|| format!("`{name}` must not know `{what}`"));
        }
        match others {
            Only(list) if list.contains(&what) || for_tests && IN_TESTS.contains(&what) => None,
            Only(list) => Some(format!("`{name}` makes do with {}, not `{what}`", list.join(", "))),
            AnyBut(list) => list.contains(&what).then(|| format!("`{name}` must not know `{what}`")),
        }
    };
    package.dependencies.iter().filter_map(|used| Some((used.name.clone(), verdict(used)?))).collect()
}

/// The line on which a manifest names a dependency.
fn line_of(manifest: &str, used: &str) -> usize {
    let names = |line: &str| line.strip_prefix(used).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    manifest.lines().position(names).map_or(1, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{breaches, package};
    use super::*;

    fn reasons(name: &str, uses: &[&str]) -> Vec<String> {
        let ours = ["domain", "forms", "sync"];
        judge(&package(name, "x", uses, &[]), &ours).into_iter().map(|(_, reason)| reason).collect()
    }

    #[test]
    fn permitted_edges_pass() {
        assert_eq!(reasons("sync", &["domain", "serde"]), Vec::<String>::new());
        assert_eq!(reasons("county-server", &["domain", "forms", "axum"]), Vec::<String>::new());
    }

    #[test]
    fn siblings_stay_strangers() {
        assert_eq!(reasons("sync", &["forms"]), ["`sync` must not know `forms`"]);
    }

    #[test]
    fn the_core_takes_nothing_that_has_no_row() {
        assert!(reasons("domain", &["tokio"])[0].starts_with("`domain` makes do with blake3"));
        assert_eq!(reasons("store-sqlite", &["reqwest"]), ["`store-sqlite` must not know `reqwest`"]);
    }

    #[test]
    fn tests_may_use_the_tools_of_tests_and_nothing_else() {
        let mut tested = package("domain", "x", &["proptest", "tokio"], &[]);
        for used in &mut tested.dependencies {
            used.kind = Some("dev".to_owned());
        }
        let found = judge(&tested, &[]);
        assert_eq!(found.iter().map(|(used, _)| used.as_str()).collect::<Vec<_>>(), ["tokio"]);
        assert_eq!(reasons("domain", &["proptest"]).len(), 1, "outside the tests it is no tool");
    }

    #[test]
    fn a_package_without_a_row_and_without_lints_is_shown_at_its_line() {
        let guest = package("guest", "crates/guest", &[], &[]);
        let found =
            breaches(check, &[guest], &[("crates/guest/Cargo.toml", "[package]\nname = \"guest\"\n")]);
        assert!(found.contains(&"crates/guest/Cargo.toml:1: edge".to_owned()), "{found:?}");
        assert!(found.contains(&"crates/guest/Cargo.toml:1: lints".to_owned()), "{found:?}");
        assert_eq!(
            line_of("[dependencies]\nserde_json.workspace = true\nserde.workspace = true\n", "serde"),
            3
        );
    }

    #[test]
    fn a_row_without_a_package_is_out_of_date() {
        let found = breaches(check, &[], &[]);
        assert_eq!(found.len(), HOUSE.len());
    }
}
