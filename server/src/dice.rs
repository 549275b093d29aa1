//! Dice of the operating system, for keys, codes, devices and logs.

use domain::problem::{Problem, ProblemCode};
use seal::dice::SeededDice;
use std::sync::{Mutex, PoisonError};

/// Fresh dice, seeded with 32 bytes of the operating system.
///
/// # Errors
/// When the operating system has no randomness to give.
pub fn of_the_system() -> Result<SeededDice, Problem> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|_| Problem::new(ProblemCode::Internal).with("reference", "no randomness"))?;
    Ok(SeededDice::from_secret(seed))
}

/// Dice that many requests share.
#[derive(Debug)]
pub struct SharedDice(Mutex<SeededDice>);

impl SharedDice {
    /// Shares dice.
    pub fn new(dice: SeededDice) -> Self {
        Self(Mutex::new(dice))
    }

    /// Draws something.
    pub fn with<T>(&self, draw: impl FnOnce(&mut SeededDice) -> T) -> T {
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A random 64-bit number.
    pub fn number(&self) -> u64 {
        self.with(seal::dice::draw_u64)
    }
}
