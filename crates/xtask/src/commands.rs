//! Other programs, called so that they behave the same from here as from the user's own terminal.

use crate::Outcome;
use crate::say::in_ci;
use std::process::{Command, ExitCode};
use xshell::{Cmd, Shell};

/// Variables that `cargo run` adds for the workshop itself. Build scripts (ring's, for one) watch some of them,
/// so that passing them on would build those packages anew at every change between `cargo` and `cargo xtask`.
fn is_ours_alone(variable: &str) -> bool {
    let prefixes = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    prefixes.iter().any(|prefix| variable.starts_with(prefix)) || variable == "CARGO_PRIMARY_PACKAGE"
}

/// Any program, without the variables of the workshop, and in CI without colours and moving lines.
pub fn program<'a>(shell: &'a Shell, name: &str) -> Cmd<'a> {
    let mut command = shell.cmd(name);
    for (variable, _) in std::env::vars_os() {
        if variable.to_str().is_some_and(is_ours_alone) {
            command = command.env_remove(variable);
        }
    }
    if in_ci() {
        command = command
            .env("CARGO_TERM_COLOR", "never")
            .env("CARGO_TERM_PROGRESS_WHEN", "never")
            .env("NO_COLOR", "1");
    }
    command
}

/// The user's own cargo.
pub fn cargo(shell: &Shell) -> Cmd<'_> {
    program(shell, "cargo")
}

/// Whether a program answers when asked for its version.
pub fn answers(shell: &Shell, name: &str, arguments: &[&str]) -> bool {
    let asked = program(shell, name).args(arguments).quiet().ignore_stdout().ignore_stderr();
    asked.run().is_ok()
}

/// Hands the terminal over to a program and returns its exit status as ours.
pub fn hand_over(command: Cmd<'_>) -> Outcome {
    let mut command = Command::from(command);
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|trouble| format!("{name} cannot be started: {trouble}"))?;
    // Without a code it was ended by a signal; shells say 128 and more then.
    Ok(ExitCode::from(status.code().map_or(130, |code| u8::try_from(code).unwrap_or(1))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cargo_run_adds_is_taken_away() {
        for kept in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_NET_OFFLINE", "PATH", "RUSTUP_TOOLCHAIN"] {
            assert!(!is_ours_alone(kept), "{kept}");
        }
        for gone in ["CARGO_PKG_NAME", "CARGO_MANIFEST_DIR", "CARGO_BIN_NAME", "CARGO_PRIMARY_PACKAGE"] {
            assert!(is_ours_alone(gone), "{gone}");
        }
    }

    #[test]
    fn a_program_that_is_not_there_does_not_answer() {
        let shell = Shell::new().unwrap();
        assert!(answers(&shell, "cargo", &["--version"]));
        assert!(!answers(&shell, "no-such-program-anywhere", &["--version"]));
    }

    #[cfg(unix)]
    #[test]
    fn the_exit_status_of_a_program_becomes_ours() {
        let shell = Shell::new().unwrap();
        let code = hand_over(shell.cmd("sh").args(["-c", "exit 7"])).unwrap();
        assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::from(7)));
        assert!(hand_over(shell.cmd("no-such-program-anywhere")).is_err());
    }
}
