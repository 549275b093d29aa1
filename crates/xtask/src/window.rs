//! `cargo xtask window`: the phone's app in its own window, checked, tested and driven on a screen that nobody sees.
//! Apart from the other steps, so that whoever works on the rules never builds WebKit's bindings.

use crate::commands::{cargo, program};
use crate::say::Say;
use crate::steps::{self, Step};
use crate::workspace::Workspace;
use crate::{Outcome, install, screens};
use std::path::PathBuf;
use std::process::ExitCode;
use xshell::{Cmd, Shell};

/// The package of the app. Nothing else builds it.
pub const APP: &str = "phone-app";

/// Checks and tests the app.
pub fn run(shell: &Shell, say: &Say) -> Outcome {
    Ok(if steps::run(say, checks(shell, say)) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Everything that is checked of the app, the story's core in its window last.
pub fn checks<'a>(shell: &'a Shell, say: &'a Say) -> Vec<Step<'a>> {
    let command =
        |name: &str, command: Cmd<'a>| Step::new(name, command.to_string(), move || Ok(command.run()?));
    vec![
        Step::new("what a window needs", "cargo xtask window", move || ready(shell, say)),
        command("clippy of the app", cargo(shell).args(["clippy", "-p", APP]).args(crate::test::STRICT)),
        command("tests of the app without a window", cargo(shell).args(["test", "-p", APP])),
        command("build the app", cargo(shell).args(["build", "-p", APP])),
        command("the story's core in the app's window", on_a_screen(shell)),
    ]
}

/// The one test that has a window, on a screen of its own.
fn on_a_screen(shell: &Shell) -> Cmd<'_> {
    let test = ["cargo", "test", "-p", "system-tests", "--test", "window", "--", "--ignored"];
    program(shell, "xvfb-run").args(["-a", "-s", "-screen 0 1280x1000x24"]).args(test)
}

/// Packages and screens.
fn ready(shell: &Shell, say: &Say) -> Outcome<()> {
    install::to_build(shell, say)?;
    install::to_open_a_window(shell, say)?;
    screens::packages(shell, say)?;
    let _there = shell.push_dir(screens::FOLDER);
    Ok(program(shell, "npx").args(["vite", "build", "--mode", "phone", "--logLevel", "warn"]).run()?)
}

/// Builds the app, for somebody who wants to see it. Returns the program.
pub fn built(shell: &Shell, say: &Say, workspace: &Workspace) -> Outcome<PathBuf> {
    if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() {
        return Err(
            "there is no screen here to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set). \
                    The test of the window brings its own: cargo xtask window"
                .into(),
        );
    }
    ready(shell, say)?;
    cargo(shell).args(["build", "-p", APP]).run()?;
    Ok(workspace.target.join("debug").join(APP))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_is_driven_on_a_screen_of_its_own() {
        let shell = Shell::new().unwrap();
        let (say, last) = (Say::new(), "xvfb-run -a -s");
        let repeat = checks(&shell, &say).pop().unwrap().repeat;
        assert!(repeat.starts_with(last) && repeat.ends_with("--test window -- --ignored"), "{repeat}");
    }
}
