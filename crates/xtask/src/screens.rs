//! `cargo xtask screens`: what is written in TypeScript is checked, built, and tested in a browser.

use crate::commands::{answers, program};
use crate::say::Say;
use crate::steps::{self, Step};
use crate::workspace::Workspace;
use crate::{Outcome, compile, install, old_browser};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xshell::Shell;

/// Where the screens are.
pub const FOLDER: &str = "app-ui";
/// Names for the tests the folder in which the programs lie that they start.
pub const PROGRAMS: &str = "SHANFANG_PROGRAMS";
/// Where their tests in a browser are.
const TESTS: &str = "tests/ui";

/// The tests that make a picture of every screen.
const LOOKS: [&str; 2] = ["looks", "console-looks"];

/// What may be asked of it.
#[derive(clap::Args)]
pub struct Options {
    /// Only the tests in these files, such as `story`; all of them unless said.
    names: Vec<String>,
    /// Only the phone's screens, in Chromium 72: a download of 36 MB the first time.
    #[arg(long, conflicts_with = "names")]
    old_browser: bool,
    /// Make the README's pictures again, from those of the tests that look at every screen.
    #[arg(long, conflicts_with_all = ["names", "old_browser"])]
    pictures: bool,
}

/// Checks, builds and tests the screens.
pub fn run(shell: &Shell, say: &Say, workspace: &Workspace, options: &Options) -> Outcome {
    if options.old_browser {
        let steps = old_browser::steps(shell, say, workspace);
        return Ok(if steps::run(say, steps) { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let looks = LOOKS.map(str::to_owned);
    let mut steps = checks(shell, say);
    steps.extend(builds(shell));
    let programs = move || compile::programs(shell, say, workspace, false);
    let names = if options.pictures { &looks[..] } else { &options.names };
    steps.extend(in_a_browser(shell, say, names, programs));
    if options.pictures {
        let small = program(shell, "node").arg(format!("{TESTS}/pictures.mjs"));
        steps.push(Step::new("the README's pictures", small.to_string(), move || Ok(small.run()?)));
    }
    Ok(if steps::run(say, steps) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Packages, types, and the tests that need no browser.
pub fn checks<'a>(shell: &'a Shell, say: &'a Say) -> Vec<Step<'a>> {
    vec![
        Step::new("packages of the screens", "cargo xtask screens", move || packages(shell, say)),
        tool("types of the screens", shell, "vue-tsc --noEmit"),
        tool("words and small parts of the screens", shell, "vitest run"),
    ]
}

/// Builds for a phone, for a browser that stands in for one, and for the desk.
pub fn builds(shell: &Shell) -> Vec<Step<'_>> {
    vec![
        tool("build the phone's screens", shell, "vite build --mode phone --logLevel warn"),
        tool("build them for a browser", shell, "vite build --mode phone-bridge --logLevel warn"),
        tool("build the console's screens", shell, "vite build --mode review --logLevel warn"),
    ]
}

/// Acts in Chromium on what was built, with the programs in a folder that is asked for when it comes to that.
pub fn in_a_browser<'a>(
    shell: &'a Shell,
    say: &'a Say,
    names: &'a [String],
    programs: impl FnOnce() -> Outcome<PathBuf> + 'a,
) -> Vec<Step<'a>> {
    vec![
        Step::new("a browser, and a clock that can be set", "cargo xtask screens", move || {
            install::to_show(shell, say)?;
            install::to_pass_a_month(shell, say)
        }),
        Step::new("tests in a browser", "cargo xtask screens", move || {
            let programs = programs()?;
            // One file after the other: two browsers at once are slower than one on a small machine.
            let files = files(shell, names)?;
            let node = program(shell, "node").args(["--test", "--test-concurrency=1"]).args(files);
            Ok(node.env(PROGRAMS, programs).run()?)
        }),
    ]
}

/// Builds the console and the phone for a browser; answers the folder in which both are.
pub fn for_the_demo(shell: &Shell, say: &Say, root: &Path) -> Outcome<String> {
    packages(shell, say)?;
    say.line("Building the screens");
    for mode in ["phone-bridge", "review"] {
        built(shell, &format!("vite build --mode {mode} --logLevel warn"))?;
    }
    Ok(root.join(FOLDER).join("dist").display().to_string())
}

/// Installs what `package-lock.json` names, unless it is there already.
pub fn packages(shell: &Shell, say: &Say) -> Outcome<()> {
    if !answers(shell, "node", &["--version"]) || !answers(shell, "npm", &["--version"]) {
        return Err(
            "the screens need Node.js 20 or newer, with npm (Debian: apt-get install nodejs npm)".into()
        );
    }
    let wanted = shell.read_file(format!("{FOLDER}/package-lock.json"))?;
    let mark = format!("{FOLDER}/node_modules/.shanfang-lock.json");
    if shell.read_file(&mark).is_ok_and(|there| there == wanted) {
        say.line("packages of the screens: present");
        return Ok(());
    }
    say.line(&format!("Installing the packages of the screens: npm ci --ignore-scripts (in {FOLDER})"));
    let there = shell.push_dir(FOLDER);
    program(shell, "npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).run()?;
    drop(there);
    shell.write_file(&mark, wanted)?;
    Ok(())
}

/// A tool of the screens, run in their folder.
pub fn tool<'a>(name: &'a str, shell: &'a Shell, command: &'a str) -> Step<'a> {
    let repeat = format!("(cd {FOLDER} && npx {command})");
    Step::new(name, repeat, move || built(shell, command))
}

/// Runs a tool of the screens in their folder.
pub fn built(shell: &Shell, command: &str) -> Outcome<()> {
    let _there = shell.push_dir(FOLDER);
    Ok(program(shell, "node").args(format!("node_modules/.bin/{command}").split(' ')).run()?)
}

/// The files in which the named tests stand, or all of them.
fn files(shell: &Shell, names: &[String]) -> Outcome<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = shell.read_dir(TESTS)?;
    found.retain(|path| {
        let name =
            path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".test.mjs"));
        name.is_some_and(|name| names.is_empty() || names.iter().any(|wanted| wanted == name))
    });
    if found.len() < names.len().max(1) {
        return Err(format!("not all of these are in {TESTS}: {}", names.join(" ")).into());
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn named_tests_are_run_alone() {
        let shell = Shell::new().unwrap();
        shell.change_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
        let names =
            |wanted: &[&str]| files(&shell, &wanted.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert!(names(&[]).unwrap().len() > 1);
        assert_eq!(names(&["story"]).unwrap().len(), 1);
        assert!(names(&["story", "no-such-test"]).is_err());
    }
}
