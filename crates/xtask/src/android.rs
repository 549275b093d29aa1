//! `cargo xtask android`: what can be said of the phone's app on Android here (`check`), and an APK on a machine that
//! has what it takes (`build`).

use crate::commands::{answers, cargo, program};
use crate::say::Say;
use crate::window::APP;
use crate::workspace::Workspace;
use crate::{Outcome, screens};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xshell::{Cmd, Shell, cmd};

/// The processors of the phones in the field: 64 bit, and 32 bit in the oldest.
const TARGETS: [(&str, &str); 2] =
    [("aarch64", "aarch64-linux-android"), ("armv7", "armv7-linux-androideabi")];
/// The project as Tauri makes it, with our manifest, key store and icons.
const PROJECT: &str = "app-ui/src-tauri/gen/android";
/// Tauri needs this compiler or a newer one, and so do we.
const RUSTC_OLDEST: u32 = 95;
/// Stands in for a C compiler: only the types of Rust are checked, and nothing is linked. What build scripts ask first
/// is whose words it takes: those of clang, and not those of Microsoft's.
const NO_COMPILER: &str = r#"#!/bin/sh
case $1 in
  -E) echo '#pragma message "clang"' ;;
  '-?') exit 1 ;;
esac
for word; do
  [ "$before" = -o ] && : > "$word"
  before=$word
done
"#;

/// What may be asked of it.
#[derive(clap::Args)]
pub struct Options {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Check the app's Rust for a 64-bit phone. Needs no SDK; links nothing and compiles no Kotlin.
    Check,
    /// Build an APK. Needs the Android SDK and NDK, a JDK, and the county's address and certificate.
    Build(Build),
}

/// For which county, and how.
#[derive(clap::Args)]
struct Build {
    /// Where the county answers phones, such as `https://county.example:8443`.
    #[arg(long, value_name = "URL", required_unless_present = "debug", requires = "authority")]
    county: Option<String>,
    /// The certificate of the county's own authority, PEM.
    #[arg(long, value_name = "FILE", requires = "county")]
    authority: Option<PathBuf>,
    /// One that can be looked into. Without a county it asks this machine: adb reverse tcp:7440 tcp:7440
    #[arg(long)]
    debug: bool,
}

/// Checks or builds.
pub fn run(shell: &Shell, say: &Say, workspace: &Workspace, options: &Options) -> Outcome {
    match &options.what {
        What::Check => check(shell, say, workspace),
        What::Build(build) => apk(shell, say, build),
    }
}

/// The compiler for the check: the toolchain's own where it has the target, else Debian's with its sources.
enum Compiler {
    Own,
    Debian(PathBuf),
}

fn check(shell: &Shell, say: &Say, workspace: &Workspace) -> Outcome {
    let folder = workspace.target.join("android");
    let Some((_, target)) = TARGETS.first() else { return Ok(ExitCode::FAILURE) };
    let compiler = if has_target(shell, target) {
        Compiler::Own
    } else {
        say.line(&format!("This toolchain has no {target}; asking Debian for a compiler with its sources."));
        match debian(shell, &folder) {
            Ok(found) => Compiler::Debian(found),
            Err(why) => {
                // Not a failure of ours; but who asked is not told that it was checked.
                say.trouble(&format!(
                    "NOT CHECKED for Android: {why}. Elsewhere: rustup target add {target}"
                ));
                return Ok(ExitCode::FAILURE);
            }
        }
    };
    let cc = folder.join("no-compiler");
    shell.write_file(&cc, NO_COMPILER)?;
    cmd!(shell, "chmod +x {cc}").quiet().run()?;
    let mut command = cargo(shell)
        .args(["check", "--package", APP, "--lib", "--target", target])
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env(format!("CC_{}", target.replace('-', "_")), &cc)
        .env(format!("AR_{}", target.replace('-', "_")), "ar")
        // SQLCipher's build only wants to know where OpenSSL is.
        .env("OPENSSL_LIB_DIR", &folder)
        .env("OPENSSL_INCLUDE_DIR", &folder);
    if let Compiler::Debian(found) = &compiler {
        command = command
            .arg("-Zbuild-std")
            .env("RUSTC", found.join("usr/bin/rustc"))
            .env("RUSTC_BOOTSTRAP", "1")
            .env("LD_LIBRARY_PATH", found.join("usr/lib/x86_64-linux-gnu"));
    }
    command.run()?;
    say.good(&format!(
        "The app's Rust is right for {target}. Nothing was linked, and no Kotlin was compiled."
    ));
    Ok(ExitCode::SUCCESS)
}

fn has_target(shell: &Shell, target: &str) -> bool {
    let listed = program(shell, "rustup").args(["target", "list", "--installed"]).quiet().ignore_stderr();
    listed.read().is_ok_and(|lines| lines.lines().any(|line| line == target))
}

/// Debian's compiler for its browsers, with the sources of the standard library: fetched and unpacked, not installed.
fn debian(shell: &Shell, folder: &Path) -> Outcome<PathBuf> {
    let unpacked = folder.join("unpacked");
    if unpacked.join("usr/bin/rustc").exists() {
        return Ok(unpacked);
    }
    if !answers(shell, "apt-cache", &["--version"]) {
        return Err("this is no Debian".into());
    }
    let policy = cmd!(shell, "apt-cache policy rustc-web").quiet().read()?;
    let version = candidate(&policy).ok_or("Debian offers no rustc-web here")?;
    if minor(version).is_none_or(|minor| minor < RUSTC_OLDEST) {
        return Err(format!("Debian's rustc-web {version} is older than 1.{RUSTC_OLDEST}").into());
    }
    let wanted = wanted(|package| Ok(cmd!(shell, "apt-cache depends {package}").quiet().read()?))?;
    let debs = folder.join("debs");
    shell.create_dir(&debs)?;
    let there = shell.push_dir(&debs);
    cmd!(shell, "apt-get download {wanted...}").run()?;
    drop(there);
    // Under another name until it is whole.
    let unfinished = folder.join("unfinished");
    shell.remove_path(&unfinished)?;
    for deb in shell.read_dir(&debs)? {
        cmd!(shell, "dpkg-deb --extract {deb} {unfinished}").quiet().run()?;
    }
    shell.remove_path(&debs)?;
    std::fs::rename(unfinished, &unpacked)?;
    Ok(unpacked)
}

/// The version that `apt-cache policy` would install.
fn candidate(policy: &str) -> Option<&str> {
    let named = policy.lines().find_map(|line| line.trim().strip_prefix("Candidate: "))?;
    (named != "(none)").then_some(named)
}

/// 96 of 1.96.0+dfsg1-1.
fn minor(version: &str) -> Option<u32> {
    version.strip_prefix("1.")?.split('.').next()?.parse().ok()
}

/// The compiler, the sources of its library, and what of their dependencies only the compiler needs, to the last.
fn wanted(depends: impl Fn(&str) -> Outcome<String>) -> Outcome<Vec<String>> {
    let mut wanted = vec!["rustc-web".to_owned(), "rust-web-src".to_owned()];
    let mut next = 0;
    while let Some(package) = wanted.get(next) {
        let more = used(&depends(package)?);
        wanted.extend(more.into_iter().filter(|one| !wanted.contains(one)).collect::<Vec<_>>());
        next += 1;
    }
    Ok(wanted)
}

/// What of a package's dependencies only the compiler needs: LLVM and the standard library.
fn used(depends: &str) -> Vec<String> {
    let named = depends.lines().filter_map(|line| line.trim().strip_prefix("Depends: "));
    let ours = |name: &&str| name.starts_with("libllvm") || name.starts_with("libstd-rust-");
    named.filter(ours).map(str::to_owned).collect()
}

fn apk(shell: &Shell, say: &Say, build: &Build) -> Outcome {
    let missing = missing(shell);
    if !missing.is_empty() {
        return Err(format!("an APK cannot be built here. Missing:\n  {}", missing.join("\n  ")).into());
    }
    screens::packages(shell, say)?;
    let targets = TARGETS.iter().flat_map(|(short, _)| ["--target", short]);
    let mut command: Cmd<'_> = program(shell, "npx")
        .args(["tauri", "android", "build", "--apk", "--ci", "--features", "vendored-openssl"])
        .args(targets);
    if build.debug {
        command = command.arg("--debug");
    }
    if let (Some(county), Some(authority)) = (&build.county, &build.authority) {
        command = command
            .env("SHANFANG_COUNTY_ADDRESS", county)
            .env("SHANFANG_COUNTY_AUTHORITY", std::path::absolute(authority)?);
    }
    let there = shell.push_dir(screens::FOLDER);
    command.run()?;
    drop(there);
    let kind = if build.debug { "debug" } else { "release" };
    let outputs = shell.current_dir().join(PROJECT).join("app/build/outputs/apk/universal").join(kind);
    for made in
        shell.read_dir(&outputs)?.iter().filter(|path| path.extension().is_some_and(|end| end == "apk"))
    {
        say.good(&made.display().to_string());
    }
    if !build.debug {
        say.line("Sign it before it is handed out: apksigner sign --ks YOUR.keystore FILE.apk");
    }
    Ok(ExitCode::SUCCESS)
}

/// What an APK needs and this machine lacks, each with how to get it.
fn missing(shell: &Shell) -> Vec<String> {
    let folder = |names: &[&str]| {
        let set = names.iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
        set.is_some_and(|path| Path::new(&path).is_dir())
    };
    let mut missing = Vec::new();
    if !folder(&["ANDROID_HOME", "ANDROID_SDK_ROOT"]) {
        missing.push("the Android SDK, named by ANDROID_HOME (platform 37, build tools)".to_owned());
    }
    if !folder(&["NDK_HOME", "ANDROID_NDK_HOME"]) {
        missing.push("the Android NDK, named by NDK_HOME (sdkmanager \"ndk;29.0.14206865\")".to_owned());
    }
    if !answers(shell, "java", &["-version"]) {
        missing.push("a JDK, 17 or newer (Debian: openjdk-17-jdk-headless)".to_owned());
    }
    for (_, target) in TARGETS.iter().filter(|(_, target)| !has_target(shell, target)) {
        missing.push(format!("Rust for the phone: rustup target add {target}"));
    }
    if !answers(shell, "node", &["--version"]) {
        missing.push("Node.js 20 or newer, with npm".to_owned());
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debians_answers_are_understood() {
        let policy =
            "rustc-web:\n  Installed: (none)\n  Candidate: 1.96.0+dfsg1-1~deb12u2\n  Version table:\n";
        assert_eq!(candidate(policy).and_then(minor), Some(96));
        assert_eq!(candidate("x:\n  Candidate: (none)\n"), None);
        assert_eq!(minor("2.0"), None);
        let depends = "rustc-web\n  Depends: libc6\n  Depends: libllvm22\n |Depends: gcc\n  Depends: libstd-rust-web-dev\n";
        assert_eq!(used(depends), ["libllvm22", "libstd-rust-web-dev"]);
    }

    #[test]
    fn what_the_compiler_needs_is_followed_to_the_last() {
        let depends = |package: &str| {
            let on = match package {
                "rustc-web" => "libstd-rust-web-dev",
                "libstd-rust-web-dev" => "libstd-rust-web-1.96",
                "libstd-rust-web-1.96" => "libllvm22",
                _ => "libc6",
            };
            Ok(format!("{package}\n  Depends: {on}\n"))
        };
        let all = ["rustc-web", "rust-web-src", "libstd-rust-web-dev", "libstd-rust-web-1.96", "libllvm22"];
        assert_eq!(wanted(depends).unwrap(), all);
    }

    #[cfg(unix)]
    #[test]
    fn the_stand_in_for_a_compiler_makes_the_file_that_was_asked_for_and_is_taken_for_clang() {
        let folder = std::env::temp_dir().join(format!("shanfang-no-compiler-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let object = folder.join("x.o");
        let told = |words: &[&str]| {
            std::process::Command::new("sh").args(["-c", NO_COMPILER, "cc"]).args(words).output().unwrap()
        };
        assert!(told(&["-O2", "-c", "x.c", "-o", &object.display().to_string()]).status.success());
        assert_eq!(std::fs::read(&object).unwrap(), b"");
        assert_eq!(told(&["-E", "x.c"]).stdout, b"#pragma message \"clang\"\n");
        assert!(!told(&["-?"]).status.success(), "it would be taken for Microsoft's");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
