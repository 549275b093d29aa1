//! What people type to open a phone: 启用码 from a sheet of paper, 解锁密码 of their own,
//! 备用解锁码 that the county reads out.

use crate::age_seal::{self, SealIdentity, SealRecipient};
use crate::dice::{Dice, draw_digits};
use crate::digits;
use crate::error::SealError;
use crate::hex;
use std::fmt;
use zeroize::Zeroizing;

/// The place in a [`SealError`] about a 启用码.
pub const ENROL_CODE: &str = "enrolment code";
/// The place in a [`SealError`] about a 备用解锁码.
pub const RECOVERY_CODE: &str = "recovery code";
/// The place in a [`SealError`] about a 解锁密码.
pub const PIN: &str = "PIN";

/// How many digits of an enrolment code are its public number.
const LOOKUP_DIGITS: usize = 6;

/// 启用码: 16 digits in four groups of four, good for one enrolment.
///
/// Digits 1–6 are its number, by which the county finds it and counts tries; 7–15 are the secret;
/// the last checks the others, so that mistyping is told before anything is sent and costs no try.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolCode(Zeroizing<String>);

impl EnrolCode {
    /// A fresh code. The county draws again when the number is already in use.
    pub fn generate(dice: &mut (impl Dice + ?Sized)) -> Self {
        Self(Zeroizing::new(digits::with_check(&draw_digits(dice, 15))))
    }

    /// Reads what was typed.
    ///
    /// # Errors
    /// [`SealError::Mistyped`] when it is not 16 digits or the check digit does not fit.
    pub fn parse(typed: &str) -> Result<Self, SealError> {
        parse(typed, 16, ENROL_CODE).map(Self)
    }

    /// The public number: six digits.
    pub fn lookup(&self) -> &str {
        self.0.split_at_checked(LOOKUP_DIGITS).map_or("", |(lookup, _)| lookup)
    }

    /// All digits, to be stretched.
    pub(crate) fn digits(&self) -> &str {
        &self.0
    }

    /// The code as it stands on paper: `1234 5678 9012 3456`.
    pub fn on_paper(&self) -> String {
        digits::grouped(&self.0)
    }
}

impl fmt::Debug for EnrolCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnrolCode({} …)", self.lookup())
    }
}

/// 备用解锁码: 20 digits (19 random ones and a check digit) that the county makes at enrolment
/// and reads out when a worker has forgotten the PIN. The phone keeps only what it wraps.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryCode(Zeroizing<String>);

/// More than this is no code.
const SEALED_DIGITS_MAX: usize = 64;

impl RecoveryCode {
    /// A fresh code.
    pub fn generate(dice: &mut (impl Dice + ?Sized)) -> Self {
        Self(Zeroizing::new(digits::with_check(&draw_digits(dice, 19))))
    }

    /// Reads what was typed.
    ///
    /// # Errors
    /// [`SealError::Mistyped`] when it is not 20 digits or the check digit does not fit.
    pub fn parse(typed: &str) -> Result<Self, SealError> {
        parse(typed, 20, RECOVERY_CODE).map(Self)
    }

    /// All digits, to be stretched or sealed.
    pub(crate) fn digits(&self) -> &str {
        &self.0
    }

    /// The code as text that only the county opens.
    ///
    /// # Errors
    /// Those of sealing.
    pub fn seal(&self, county: &SealRecipient) -> Result<String, SealError> {
        Ok(hex::encode(&age_seal::seal(std::slice::from_ref(county), self.digits().as_bytes())?))
    }

    /// Opens what a phone has sealed to the county.
    ///
    /// # Errors
    /// Those of opening; [`SealError::Mistyped`] when something else is in it.
    pub fn open(county: &[SealIdentity], sealed: &str) -> Result<Self, SealError> {
        let damaged = || SealError::Damaged { place: RECOVERY_CODE };
        let bytes = hex::decode(sealed).ok_or_else(damaged)?;
        let plain = Zeroizing::new(age_seal::open(county, &bytes, SEALED_DIGITS_MAX)?);
        Self::parse(std::str::from_utf8(&plain).map_err(|_| damaged())?)
    }

    /// The code as it is read out: five groups of four.
    pub fn read_out(&self) -> String {
        digits::grouped(&self.0)
    }
}

impl fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryCode(secret)")
    }
}

/// 解锁密码: six digits or more, chosen by the worker.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(Zeroizing<String>);

impl Pin {
    /// Reads what was typed.
    ///
    /// # Errors
    /// [`SealError::Mistyped`] when it is not 6 to 32 digits.
    pub fn parse(typed: &str) -> Result<Self, SealError> {
        digits::typed(typed)
            .map(Zeroizing::new)
            .filter(|digits| (6..=32).contains(&digits.len()))
            .map(Self)
            .ok_or(SealError::Mistyped { place: PIN })
    }

    /// Whether anybody would try it first: one digit only, or digits in a row, up or down (123456, 654321).
    /// What was chosen before still opens; none of these is chosen any more.
    pub fn is_simple(&self) -> bool {
        let steps = |by: u8| {
            let next = |pair: &[u8]| matches!(pair, [one, two] if (one - b'0' + by) % 10 == two - b'0');
            self.0.as_bytes().windows(2).all(next)
        };
        [0, 1, 9].into_iter().any(steps)
    }

    /// All digits, to be stretched.
    pub(crate) fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(secret)")
    }
}

fn parse(typed: &str, length: usize, place: &'static str) -> Result<Zeroizing<String>, SealError> {
    digits::typed(typed)
        .map(Zeroizing::new)
        .filter(|digits| digits.len() == length && digits::check(digits))
        .ok_or(SealError::Mistyped { place })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dice::SeededDice;

    #[test]
    fn what_anybody_would_try_first_is_simple() {
        let simple = |typed: &str| Pin::parse(typed).unwrap().is_simple();
        for typed in ["000000", "77777777", "123456", "654321", "012345", "890123", "9876543210"] {
            assert!(simple(typed), "{typed}");
        }
        for typed in ["135790", "246810", "123457", "112233", "000001"] {
            assert!(!simple(typed), "{typed}");
        }
    }

    #[test]
    fn codes_survive_paper_and_are_never_printed_whole() {
        let mut dice = SeededDice::repeatable(5);
        let enrol = EnrolCode::generate(&mut dice);
        assert_eq!(enrol.on_paper().len(), 19);
        assert_eq!(EnrolCode::parse(&enrol.on_paper()), Ok(enrol.clone()));
        let recovery = RecoveryCode::generate(&mut dice);
        assert_eq!(recovery.read_out().len(), 24);
        assert_eq!(RecoveryCode::parse(&recovery.read_out()), Ok(recovery.clone()));
        let pin = Pin::parse("１２３４５６").unwrap();
        assert_eq!(pin.digits(), "123456");
        assert!(Pin::parse("12345").is_err() && Pin::parse("12345a").is_err());
        assert!(!format!("{pin:?}").contains("123"));
        let (shown, secret) = (format!("{enrol:?}{recovery:?}"), enrol.on_paper());
        assert!(!shown.contains(secret.split_at(10).1));
    }

    #[test]
    fn mistyping_is_told_at_once() {
        let code = EnrolCode::generate(&mut SeededDice::repeatable(5)).on_paper();
        let swapped: String = code.chars().rev().collect();
        for typed in ["", "1234", code.split_at(1).1, &format!("{code}0"), &code.replace(' ', "x"), &swapped]
        {
            assert_eq!(EnrolCode::parse(typed), Err(SealError::Mistyped { place: ENROL_CODE }), "{typed}");
        }
    }
}
