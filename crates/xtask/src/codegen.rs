//! `cargo xtask codegen`: writes what the screens need of the Rust sources. A test compares it.

use crate::commands::{cargo, hand_over};
use crate::say::Say;
use crate::{Outcome, install};
use xshell::Shell;

/// Builds and runs the program that writes; it names each file that it changed.
pub fn run(shell: &Shell, say: &Say) -> Outcome {
    install::to_build(shell, say)?;
    hand_over(cargo(shell).args(["run", "--quiet", "--package", "system-tests", "--bin", "codegen"]))
}
