//! `cargo xtask window`: the phone's app in its own window, driven on a screen that nobody sees.

use crate::commands::{cargo, program};
use crate::say::Say;
use crate::steps::{self, Step};
use crate::workspace::Workspace;
use crate::{Outcome, compile, install, screens};
use std::path::PathBuf;
use std::process::ExitCode;
use xshell::Shell;

/// The package of the app. `default-members` leaves it out: whoever works on the rules builds no WebKit.
pub const APP: &str = "phone-app";

/// Sees to everything that the window needs, and drives it.
pub fn run(shell: &Shell, say: &Say, workspace: &Workspace) -> Outcome {
    let ready = Step::new("what a window needs", "cargo xtask window", || ready(shell, say));
    // Built before and not by the test, beside which a window would wait for the compiler.
    let county = Step::new("the county behind it", "cargo xtask window", || {
        shell.set_var(screens::PROGRAMS, compile::programs(shell, say, workspace, false)?);
        Ok(())
    });
    let steps = vec![ready, county, driven(shell)];
    Ok(if steps::run(say, steps) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The story's core in the app's window, on a screen that nobody sees. The whole workspace is named, so that what
/// its other tests have built is used: with other packages every feature, and so every package, would be another.
pub fn driven(shell: &Shell) -> Step<'_> {
    let test = ["--workspace", "--test", "program", "--test", "window", "--", "--include-ignored"];
    let driven = program(shell, "xvfb-run").args(["-a", "-s", "-screen 0 1280x1000x24", "cargo", "test"]);
    let driven = driven.args(test);
    Step::new("the story's core in the app's window", "cargo xtask window", move || Ok(driven.run()?))
}

/// Packages and screens.
fn ready(shell: &Shell, say: &Say) -> Outcome<()> {
    install::to_build(shell, say)?;
    install::to_open_a_window(shell, say)?;
    screens::packages(shell, say)?;
    screens::built(shell, "vite build --mode phone --logLevel warn")
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
