//! Installs what a command needs and this machine lacks: each package by name, with progress, never silently.

use crate::Outcome;
use crate::commands::{answers, program};
use crate::say::{Progress, Say};
use std::io::{BufRead, BufReader, IsTerminal};
use std::process::{Command, Stdio};
use xshell::{Shell, cmd};

/// A system package, with the reason why anybody should let it in.
struct Need {
    debian: &'static str,
    why: &'static str,
}

/// What a build needs besides the Rust toolchain and the C compiler that Rust itself links with.
const TO_BUILD: &[Need] = &[
    Need { debian: "libssl-dev", why: "the encrypted database (SQLCipher) uses the system's OpenSSL" },
    Need { debian: "pkg-config", why: "the build asks it where OpenSSL is" },
];

/// What the tests of the screens need besides.
const TO_SHOW: &[Need] = &[
    Need { debian: "chromium", why: "the screens are tested in it; it is closest to the WebView of a phone" },
    Need { debian: "fonts-noto-cjk", why: "the pictures of the screens are in Chinese" },
];

/// What the phone's app needs besides: to be built, and to be driven in a window that nobody sees.
const TO_OPEN_A_WINDOW: &[Need] = &[
    Need { debian: "libwebkit2gtk-4.1-dev", why: "the app's window on a desktop is WebKit's" },
    Need { debian: "librsvg2-dev", why: "its toolkit draws icons with it" },
    Need { debian: "webkit2gtk-driver", why: "the test taps and types through it" },
    Need { debian: "xvfb", why: "the test's window opens on a screen that nobody sees" },
    Need { debian: "xauth", why: "that screen lets in nobody else" },
    Need { debian: "dbus", why: "the window's toolkit asks it" },
    Need { debian: "fonts-noto-cjk", why: "the screens are in Chinese" },
];

/// What a month that passes in minutes needs besides.
const TO_PASS_A_MONTH: &[Need] = &[Need {
    debian: "faketime",
    why: "the month is played with the programs that ship, whose clocks it sets (libfaketime); they have no such switch",
}];

/// The parts of the Rust toolchain that the checks use.
const TO_CHECK: &[(&str, &str)] = &[("rustfmt", "fmt"), ("clippy", "clippy")];

/// Sees to everything that is needed to build.
pub fn to_build(shell: &Shell, say: &Say) -> Outcome<()> {
    if is_debian(shell) { on_debian(shell, say, TO_BUILD) } else { elsewhere(shell) }
}

/// Sees to a browser and the fonts of its pages.
pub fn to_show(shell: &Shell, say: &Say) -> Outcome<()> {
    if is_debian(shell) {
        return on_debian(shell, say, TO_SHOW);
    }
    if answers(shell, "chromium", &["--version"]) {
        return Ok(());
    }
    Err("the tests of the screens need Chromium and a font with Chinese characters (Noto Sans CJK)".into())
}

/// Sees to a clock that can be set.
pub fn to_pass_a_month(shell: &Shell, say: &Say) -> Outcome<()> {
    if is_debian(shell) {
        return on_debian(shell, say, TO_PASS_A_MONTH);
    }
    if answers(shell, "faketime", &["--version"]) {
        return Ok(());
    }
    Err("the month needs libfaketime, which sets the clocks of the programs it plays with (package faketime or \
         libfaketime)"
        .into())
}

/// Sees to what the phone's app needs to be built and driven in a window.
pub fn to_open_a_window(shell: &Shell, say: &Say) -> Outcome<()> {
    if is_debian(shell) {
        return on_debian(shell, say, TO_OPEN_A_WINDOW);
    }
    if answers(shell, "pkg-config", &["--exists", "webkit2gtk-4.1"]) {
        return Ok(());
    }
    Err("the app's window needs WebKitGTK 4.1 with its headers, which pkg-config cannot find here; \
         its test needs WebKitWebDriver, xvfb-run and a font with Chinese characters"
        .into())
}

fn is_debian(shell: &Shell) -> bool {
    answers(shell, "dpkg-query", &["--version"])
}

/// Sees to the parts of the Rust toolchain that the checks use.
pub fn to_check(shell: &Shell, say: &Say) -> Outcome<()> {
    let missing: Vec<&str> = TO_CHECK
        .iter()
        .filter(|(_, command)| !answers(shell, "cargo", &[command, "--version"]))
        .map(|(component, _)| *component)
        .collect();
    if missing.is_empty() {
        say.line("rustfmt and clippy: present");
        return Ok(());
    }
    let names = missing.join(" ");
    if !answers(shell, "rustup", &["--version"]) {
        return Err(format!(
            "the Rust toolchain here lacks {names}, and there is no rustup to add them.\n       \
             Install them from where this toolchain came (Debian: rustfmt, rust-clippy), \
             or take Rust from https://rustup.rs"
        )
        .into());
    }
    say.line(&format!("The Rust toolchain lacks {names}. Adding: rustup component add {names}"));
    program(shell, "rustup").args(["component", "add"]).args(&missing).quiet().run()?;
    Ok(())
}

fn on_debian(shell: &Shell, say: &Say, needs: &[Need]) -> Outcome<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| !is_installed(shell, need.debian)).collect();
    let names = |needs: &[&Need]| needs.iter().map(|need| need.debian).collect::<Vec<_>>().join(" ");
    if missing.is_empty() {
        say.line(&format!("system packages: present ({})", names(&needs.iter().collect::<Vec<_>>())));
        return Ok(());
    }
    say.line("This machine lacks system packages that are needed:");
    for need in &missing {
        say.line(&format!("  {}: {}", need.debian, need.why));
    }
    let names = names(&missing);
    let before = leave(shell, &names)?;
    let sudo = if before.is_empty() { "" } else { " with sudo" };
    say.line(&format!("Installing them{sudo}: apt-get install {names}"));
    // The right is asked for here, where a question for a password can still be seen.
    if !before.is_empty() {
        cmd!(shell, "sudo -v").quiet().run().map_err(|_| format!("sudo was refused. {}", by_hand(&names)))?;
    }
    let progress = say.progress(100, "reading the package lists");
    apt(shell, &progress, &before, &["update"])?;
    drop(progress);
    let progress = say.progress(100, "installing");
    let mut install = vec!["install", "--yes", "--no-install-recommends"];
    install.extend(missing.iter().map(|need| need.debian));
    apt(shell, &progress, &before, &install)
        .map_err(|trouble| format!("{trouble}\n       {}", by_hand(&names)))?;
    drop(progress);
    let still: Vec<&Need> = missing.into_iter().filter(|need| !is_installed(shell, need.debian)).collect();
    match still.first() {
        None => Ok(()),
        Some(need) => Err(format!("apt-get ended well, but {} is still not installed", need.debian).into()),
    }
}

/// The words before `apt-get`: none for root, else `sudo`; without either, what a person can do.
fn leave(shell: &Shell, names: &str) -> Outcome<Vec<&'static str>> {
    if cmd!(shell, "id -u").quiet().read()? == "0" {
        return Ok(vec![]);
    }
    if answers(shell, "sudo", &["--version"]) {
        return Ok(vec!["sudo"]);
    }
    Err(format!("installing needs root, and there is no sudo here. {}", by_hand(names)).into())
}

fn by_hand(names: &str) -> String {
    format!("As root, run: apt-get update && apt-get install {names}")
}

fn is_installed(shell: &Shell, package: &str) -> bool {
    let status = shell.cmd("dpkg-query").args(["--show", "--showformat=${db:Status-Status}\\n", package]);
    // A library may be there for several architectures, one line each.
    status.quiet().ignore_stderr().read().is_ok_and(|lines| lines.lines().any(|line| line == "installed"))
}

/// Runs apt-get and shows how far it is. The end of its output is in the error when it fails.
fn apt(shell: &Shell, progress: &Progress, before: &[&str], arguments: &[&str]) -> Outcome<()> {
    let words = ["env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "apt-get"];
    let options = ["-o", "APT::Status-Fd=1", "-o", "DPkg::Lock::Timeout=300"];
    let mut all = before.iter().chain(&words).chain(&options).chain(arguments);
    let first = all.next().copied().unwrap_or("apt-get");
    let mut command = Command::from(program(shell, first).args(all));
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .map_err(|trouble| format!("{first} cannot be started: {trouble}"))?;
    let mut said = Vec::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            match heard(&line) {
                Heard::Percent(percent, what) => progress.at(percent, &what),
                Heard::Installed(package) => progress.note(&format!("  installed {package}")),
                Heard::Other => said.push(line),
            }
        }
    }
    if child.wait()?.success() {
        return Ok(());
    }
    let tail = said.iter().rev().take(8).rev().map(String::as_str).collect::<Vec<_>>();
    Err(format!("apt-get {} failed:\n{}", arguments.join(" "), tail.join("\n")).into())
}

/// What a line of apt-get's output tells.
#[derive(Debug, PartialEq)]
enum Heard {
    Percent(u64, String),
    Installed(String),
    Other,
}

/// Reads a line of apt's status: `dlstatus:1:20.5:Retrieving file 1 of 4`, `pmstatus:libssl-dev:40.0:Unpacking …`,
/// `pmstatus:libssl-dev:80.0:Installed libssl-dev (amd64)` (apt's README.progress-reporting).
fn heard(line: &str) -> Heard {
    let mut parts = line.splitn(4, ':');
    let (kind, package, percent, what) = (parts.next(), parts.next(), parts.next(), parts.next());
    match (kind, package, percent.and_then(|percent| percent.split('.').next()?.parse().ok()), what) {
        (Some("pmstatus"), Some(package), Some(_), Some(what)) if what.starts_with("Installed ") => {
            Heard::Installed(package.to_owned())
        }
        (Some("dlstatus" | "pmstatus"), Some(_), Some(percent), Some(what)) => {
            Heard::Percent(percent, what.to_owned())
        }
        _ => Heard::Other,
    }
}

/// Where there is no dpkg: the build's own question decides, and the answer names what to install.
fn elsewhere(shell: &Shell) -> Outcome<()> {
    if answers(shell, "pkg-config", &["--exists", "openssl"]) {
        return Ok(());
    }
    Err("the build needs pkg-config and the headers of OpenSSL 3, which it cannot find here.\n       \
         Fedora, openEuler: dnf install pkgconf-pkg-config openssl-devel\n       \
         Arch: pacman -S pkgconf openssl\n       \
         Alpine: apk add pkgconf openssl-dev\n       \
         macOS: brew install pkg-config openssl@3"
        .into())
}

/// Asks a person and takes only a clear yes. Where nobody can answer, it is an error that names the way out.
pub fn ask(question: &str, without_asking: &str) -> Outcome<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(format!("{question}\n       Nobody is here to answer. {without_asking}").into());
    }
    eprint!("{question} [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes" | "是"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apt_progress_is_understood() {
        assert_eq!(
            heard("dlstatus:1:20.5141:Retrieving file 1 of 4 (2s remaining)"),
            Heard::Percent(20, "Retrieving file 1 of 4 (2s remaining)".into())
        );
        assert_eq!(
            heard("pmstatus:libssl-dev:55.5556:Unpacking libssl-dev:amd64 (amd64)"),
            Heard::Percent(55, "Unpacking libssl-dev:amd64 (amd64)".into())
        );
        assert_eq!(
            heard("pmstatus:libssl-dev:80.0000:Installed libssl-dev (amd64)"),
            Heard::Installed("libssl-dev".into())
        );
    }

    #[test]
    fn other_lines_are_kept_for_the_error() {
        for line in ["", "E: Unable to locate package libssl-dev", "pmstatus:short", "dlstatus:1:many:x"] {
            assert_eq!(heard(line), Heard::Other, "{line}");
        }
    }

    #[test]
    fn what_to_do_by_hand_names_the_packages() {
        assert!(by_hand("libssl-dev pkg-config").ends_with("apt-get install libssl-dev pkg-config"));
    }
}
