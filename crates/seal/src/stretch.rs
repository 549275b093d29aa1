//! Argon2id (RFC 9106): makes guessing a PIN or a code expensive.

use crate::error::SealError;
use crate::secret::Key;
use serde::{Deserialize, Serialize};

/// The most memory that a stored setting may ask for: a damaged file must not exhaust a phone.
const MEMORY_MAX_KIB: u32 = 256 * 1024;
const ROUNDS_MAX: u32 = 16;

/// What one guess costs. One lane, because phones and small servers have few cores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// Memory in KiB.
    pub memory_kib: u32,
    /// Passes over that memory.
    pub rounds: u32,
}

impl Stretch {
    /// For vaults: OWASP's Password Storage Cheat Sheet, Argon2id with 19 MiB and 2 passes;
    /// bearable on phones with 2 GB of memory.
    pub const VAULT: Self = Self { memory_kib: 19 * 1024, rounds: 2 };

    /// For enrolment codes, once in a phone's life: 32 MiB and 3 passes.
    pub const ENROL: Self = Self { memory_kib: 32 * 1024, rounds: 3 };

    /// For tests and the simulator only: costs nothing and protects nothing.
    pub const FAST: Self = Self { memory_kib: 8, rounds: 1 };

    /// Stretches a secret to a key. `salt` has at least 8 bytes.
    ///
    /// # Errors
    /// [`SealError::Damaged`] when the settings are outside what this program is willing to spend.
    pub(crate) fn key(self, secret: &[u8], salt: &[u8]) -> Result<Key, SealError> {
        let damaged = SealError::Damaged { place: "stretch settings" };
        if self.memory_kib > MEMORY_MAX_KIB || self.rounds > ROUNDS_MAX {
            return Err(damaged);
        }
        let params = argon2::Params::new(self.memory_kib, self.rounds, 1, Some(32)).map_err(|_| damaged)?;
        let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let mut key = zeroize::Zeroizing::new([0; 32]);
        argon2
            .hash_password_into(secret, salt, key.as_mut())
            .map_err(|error| SealError::failed("stretch", error))?;
        Ok(Key::new(*key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_salt_and_settings_all_matter() {
        let key = |stretch: Stretch, secret: &str, salt: &[u8]| stretch.key(secret.as_bytes(), salt).unwrap();
        let one = key(Stretch::FAST, "123456", b"salt salt");
        assert_eq!(one, key(Stretch::FAST, "123456", b"salt salt"));
        assert_ne!(one, key(Stretch::FAST, "123457", b"salt salt"));
        assert_ne!(one, key(Stretch::FAST, "123456", b"salt sale"));
        assert_ne!(one, key(Stretch { memory_kib: 16, rounds: 1 }, "123456", b"salt salt"));
    }

    #[test]
    fn settings_that_would_exhaust_a_phone_are_refused() {
        for stretch in [
            Stretch { memory_kib: u32::MAX, rounds: 1 },
            Stretch { memory_kib: 8, rounds: 1_000_000 },
            Stretch { memory_kib: 0, rounds: 0 },
        ] {
            assert!(stretch.key(b"123456", b"salt salt").is_err(), "{stretch:?}");
        }
    }
}
