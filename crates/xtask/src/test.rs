//! `cargo xtask test`: every test there is, in order; `--quick` is the inner loop.

use crate::commands::{answers, cargo};
use crate::say::Say;
use crate::steps::{self, Step};
use crate::workspace::Workspace;
use crate::{Outcome, install, quick, screens, tidy, window};
use std::collections::BTreeSet;
use std::process::ExitCode;
use xshell::{Cmd, Shell};

/// What may be asked of it.
#[derive(clap::Args)]
pub struct Options {
    /// Only what was changed since the last commit, and the core that stands on it: under a minute.
    #[arg(long)]
    quick: bool,
}

/// Runs the tests and says at the end what each step took. The exit status is 0 when all passed.
pub fn run(shell: &Shell, say: &Say, workspace: &Workspace, options: &Options) -> Outcome {
    let mut steps = vec![
        Step::new("install what is missing", "cargo xtask test", || {
            install::to_build(shell, say)?;
            install::to_pass_a_month(shell, say)?;
            if !options.quick {
                install::to_open_a_window(shell, say)?;
            }
            install::to_check(shell, say)
        }),
        command("format", cargo(shell).args(["fmt", "--all", "--check"])),
    ];
    let tidy = Step::new("tidy", "cargo xtask tidy", || tidy::check(shell, say, workspace));
    let with_nextest = answers(shell, "cargo", &["nextest", "--version"]);
    if options.quick {
        let changed = quick::changed_files(shell)?;
        let mut selection = quick::select(&changed, &workspace.packages);
        if selection.without(window::APP) {
            say.line("The phone's app was changed, which needs WebKit: cargo xtask test tests it.");
        }
        steps.push(tidy);
        if changed.iter().any(|file| file.starts_with("app-ui/")) {
            steps.extend(screens::checks(shell, say));
        }
        if selection.tested.is_empty() {
            say.line("No package was changed: format, tidy and the screens are all there is to check.");
        } else {
            say.line(&format!("Changed: {}", listed(&selection.changed)));
            let lint = cargo(shell).arg("clippy").args(these(&selection.changed)).args(STRICT);
            steps.push(command("clippy of what was changed", lint));
            let words = if with_nextest { NEXTEST } else { CARGO_TEST };
            let meeting = if selection.meeting { ", and of phones at the county" } else { "" };
            let name = format!("tests of {}{meeting}", listed(&selection.tested));
            let chosen = selection.arguments(&workspace.packages);
            steps.push(command(name, cargo(shell).args(words).args(chosen)));
        }
    } else {
        steps.push(tidy);
        steps.push(command("clippy", cargo(shell).args(["clippy", "--workspace"]).args(STRICT)));
        // The tests of the whole workspace build its programs too. Built for two packages alone they would stand on
        // other features, and so nearly everything would be built twice.
        let programs = workspace.target.join("debug");
        shell.set_var(screens::PROGRAMS, &programs);
        // The screens first: the app is built with them in it.
        steps.extend(screens::checks(shell, say));
        steps.extend(screens::builds(shell));
        steps.extend(every_test(shell, with_nextest));
        steps.extend(screens::in_a_browser(shell, say, &[], || Ok(programs)));
        steps.push(window::driven(shell));
    }
    Ok(if steps::run(say, steps) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Warnings are errors, in the tests too.
const STRICT: [&str; 4] = ["--all-targets", "--", "-D", "warnings"];
const NEXTEST: &[&str] = &["nextest", "run", "--no-tests=pass"];
const CARGO_TEST: &[&str] = &["test", "--no-fail-fast"];

/// nextest runs tests side by side and names the slow ones; plain cargo is enough where it is absent.
fn every_test(shell: &Shell, with_nextest: bool) -> Vec<Step<'_>> {
    let all = "unit, property, conformance and end-to-end tests";
    if with_nextest {
        vec![
            command(all, cargo(shell).args(NEXTEST).arg("--workspace")),
            command("examples in the documentation", cargo(shell).args(["test", "--workspace", "--doc"])),
        ]
    } else {
        vec![command(all, cargo(shell).args(CARGO_TEST).arg("--workspace"))]
    }
}

fn command<'a>(name: impl Into<String>, command: Cmd<'a>) -> Step<'a> {
    Step::new(name, command.to_string(), move || Ok(command.run()?))
}

fn these(packages: &BTreeSet<String>) -> impl Iterator<Item = &str> {
    packages.iter().flat_map(|name| ["--package", name.as_str()])
}

fn listed(packages: &BTreeSet<String>) -> String {
    packages.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_says_how_to_repeat_it_alone() {
        let shell = Shell::new().unwrap();
        let repeats: Vec<String> = every_test(&shell, true).into_iter().map(|step| step.repeat).collect();
        assert_eq!(
            repeats,
            ["cargo nextest run --no-tests=pass --workspace", "cargo test --workspace --doc"]
        );
    }

    #[test]
    fn without_nextest_one_command_runs_everything() {
        let shell = Shell::new().unwrap();
        let repeats: Vec<String> = every_test(&shell, false).into_iter().map(|step| step.repeat).collect();
        assert_eq!(repeats, ["cargo test --no-fail-fast --workspace"]);
    }
}
