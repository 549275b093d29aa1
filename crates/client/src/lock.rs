//! 解锁: by PIN or 备用解锁码. Wrong tries make longer waits, by monotonic time; nothing is ever wiped.

use crate::app::{App, Open};
use crate::identity::{Enrolled, Identity};
use crate::ports::{VaultFile, VaultFiles};
use crate::tell::{OrTell, internal};
use domain::problem::{Problem, ProblemCode};
use seal::SealError;
use seal::codes::{Pin, RecoveryCode};
use seal::secret::Key;
use seal::vault::{Unlocked, Vault, VaultRead, delay_after};
use serde::{Deserialize, Serialize};

/// Wrong tries in a row, and when the last of them was.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Tries {
    wrong: u32,
    up_ms: i64,
    boot: u32,
}

/// How far this phone is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Never enrolled, or destroyed by the county's word.
    Fresh,
    /// An enrolment was begun and not finished: it goes on with the same code and PIN.
    Begun,
    /// Enrolled, and locked.
    Locked,
    /// Open, and nothing was fetched yet: the six digits of the sheet are to be compared first.
    Compare,
    /// Open.
    Open,
}

/// What the first screen needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct LockStatus {
    /// How far this phone is.
    pub phase: Phase,
    /// Seconds until the next try to unlock.
    pub wait_s: u32,
}

/// 解锁.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Unlock {
    /// The PIN.
    pub pin: String,
}

/// 忘记密码: by the code that the county reads out.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct UnlockRecovery {
    /// 20 digits.
    pub code: String,
    /// The PIN from now on.
    pub new_pin: String,
}

/// 修改解锁密码.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct ChangePin {
    /// The PIN until now.
    pub old: String,
    /// The PIN from now on.
    pub new: String,
}

/// Nothing to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Nothing {}

/// Writes both copies, one after the other: at any moment one of them is whole.
pub(crate) fn write_vault(files: &mut dyn VaultFiles, vault: &Vault) -> Result<(), Problem> {
    let bytes = vault.to_bytes().or_tell()?;
    files.write(VaultFile::First, &bytes).or_tell()?;
    files.write(VaultFile::Second, &bytes).or_tell()
}

/// What the two copies together say.
pub(crate) fn read_vault(files: &dyn VaultFiles) -> Result<VaultRead, Problem> {
    let first = files.read(VaultFile::First).or_tell()?;
    let second = files.read(VaultFile::Second).or_tell()?;
    Ok(Vault::read(first.as_deref(), second.as_deref()))
}

/// A key store that does not answer is like one that has changed: the recovery code opens without it.
pub(crate) fn by_pin(vault: &Vault, pin: &Pin, files: &mut dyn VaultFiles) -> Result<Unlocked, SealError> {
    let platform = files.platform_secret().map_err(|_| SealError::KeyStoreChanged)?;
    vault.unlock_with_pin(pin, &platform)
}

fn mistyped(error: &SealError) -> Problem {
    error.at_lock(0)
}

/// Refuses a PIN to be that anybody would try first.
pub(crate) fn not_simple(pin: &Pin) -> Result<(), Problem> {
    if pin.is_simple() { Err(Problem::new(ProblemCode::PinTooSimple)) } else { Ok(()) }
}

impl App {
    /// How far this phone is. Works while locked.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn status(&mut self, _: Nothing) -> Result<LockStatus, Problem> {
        let phase = match self.read_vault()? {
            _ if self.open.as_ref().is_some_and(Open::awaits_comparison) => Phase::Compare,
            _ if self.open.is_some() => Phase::Open,
            VaultRead::Missing => Phase::Fresh,
            // The recovery code comes with the county's answer.
            VaultRead::Good { vault, .. } if !vault.has_recovery() => Phase::Begun,
            _ => Phase::Locked,
        };
        Ok(LockStatus { phase, wait_s: self.wait_s(self.tries()?) })
    }

    /// Opens the phone. Needs no network.
    ///
    /// # Errors
    /// [`ProblemCode::PinWrong`], [`ProblemCode::UnlockTooSoon`], [`ProblemCode::NotEnrolled`],
    /// [`ProblemCode::KeyStoreChanged`], [`ProblemCode::VaultDamaged`], and those of the database.
    pub fn unlock(&mut self, request: Unlock) -> Result<LockStatus, Problem> {
        let pin = Pin::parse(&request.pin).map_err(|error| mistyped(&error))?;
        let unlocked = self.unlock_vault(|vault, files| by_pin(vault, &pin, files))?;
        self.open_keys(unlocked)
    }

    /// Opens the phone with the 备用解锁码, and sets a new PIN on the key store that is there now. The code is
    /// good once: another one takes its place, of which the county is told with the next exchange.
    ///
    /// # Errors
    /// As [`App::unlock`], with [`ProblemCode::RecoveryCodeWrong`], [`ProblemCode::RecoveryCodeUsed`] and
    /// [`ProblemCode::PinTooSimple`].
    pub fn unlock_recovery(&mut self, request: UnlockRecovery) -> Result<LockStatus, Problem> {
        let code = RecoveryCode::parse(&request.code).map_err(|error| mistyped(&error))?;
        let pin = Pin::parse(&request.new_pin).map_err(|error| mistyped(&error))?;
        // Before the code is used up.
        not_simple(&pin)?;
        let unlocked = self.unlock_vault(|vault, _| vault.unlock_with_recovery(&code))?;
        let Some(Identity::Enrolled(identity)) = Identity::read(self.ports.vault.as_ref(), &unlocked.keys)?
        else {
            return Err(Problem::new(ProblemCode::NotEnrolled));
        };
        // In one write: a code that has opened the phone is never good again.
        let vault = self.with_pin(&unlocked, &pin)?.used_up(&code).or_tell()?;
        let vault = self.with_fresh_code(&vault, &unlocked, &identity)?;
        write_vault(self.ports.vault.as_mut(), &vault)?;
        self.open_keys(unlocked)
    }

    /// Sets another PIN.
    ///
    /// # Errors
    /// As [`App::unlock`], with [`ProblemCode::PinTooSimple`].
    pub fn change_pin(&mut self, request: ChangePin) -> Result<Nothing, Problem> {
        let old = Pin::parse(&request.old).map_err(|error| mistyped(&error))?;
        let new = Pin::parse(&request.new).map_err(|error| mistyped(&error))?;
        not_simple(&new)?;
        let unlocked = self.unlock_vault(|vault, files| by_pin(vault, &old, files))?;
        self.set_pin(&unlocked, &new)?;
        Ok(Nothing {})
    }

    /// Closes the phone. What was answered is on disk already.
    ///
    /// # Errors
    /// As [`App::status`].
    pub fn lock(&mut self, _: Nothing) -> Result<LockStatus, Problem> {
        self.open = None;
        self.enrolling = None;
        self.status(Nothing {})
    }

    fn set_pin(&mut self, unlocked: &Unlocked, pin: &Pin) -> Result<(), Problem> {
        let vault = self.with_pin(unlocked, pin)?;
        write_vault(self.ports.vault.as_mut(), &vault)
    }

    fn vault(&self) -> Result<Vault, Problem> {
        match self.read_vault()? {
            VaultRead::Good { vault, .. } => Ok(*vault),
            _ => Err(Problem::new(ProblemCode::VaultDamaged)),
        }
    }

    fn with_pin(&mut self, unlocked: &Unlocked, pin: &Pin) -> Result<Vault, Problem> {
        let platform = self.platform_secret_or_new()?;
        let stretch = self.settings.vault;
        self.vault()?.with_pin(unlocked, pin, &platform, stretch, &mut self.ports.dice).or_tell()
    }

    fn with_fresh_code(
        &mut self,
        vault: &Vault,
        unlocked: &Unlocked,
        identity: &Enrolled,
    ) -> Result<Vault, Problem> {
        let (county, stretch) = (&identity.county.sealing, self.settings.vault);
        vault.with_fresh_recovery(unlocked, county, stretch, &mut self.ports.dice).or_tell()
    }

    /// Draws another 备用解锁码; it stands in the vault, sealed to the county, until the county has it.
    pub(crate) fn draw_code(&mut self, unlocked: &Unlocked, identity: &Enrolled) -> Result<(), Problem> {
        let vault = self.vault()?;
        let vault = self.with_fresh_code(&vault, unlocked, identity)?;
        write_vault(self.ports.vault.as_mut(), &vault)
    }

    /// The platform's secret; another one where the key store has lost it.
    pub(crate) fn platform_secret_or_new(&mut self) -> Result<Key, Problem> {
        let files = self.ports.vault.as_mut();
        files.platform_secret().or_else(|_| files.renew_platform_secret()).or_tell()
    }

    fn open_keys(&mut self, unlocked: Unlocked) -> Result<LockStatus, Problem> {
        match Identity::read(self.ports.vault.as_ref(), &unlocked.keys)? {
            Some(Identity::Enrolled(identity)) => self.open_with(unlocked, *identity)?,
            _ => return Err(Problem::new(ProblemCode::NotEnrolled)),
        }
        self.status(Nothing {})
    }

    /// Opens the vault in one of two ways, counting wrong tries: the try is on disk before it is made.
    pub(crate) fn unlock_vault(
        &mut self,
        open: impl Fn(&Vault, &mut dyn VaultFiles) -> Result<Unlocked, SealError>,
    ) -> Result<Unlocked, Problem> {
        let (vault, repair) = match self.read_vault()? {
            VaultRead::Good { vault, repair } => (vault, repair),
            VaultRead::Newer(given) => {
                return Err(Problem::new(ProblemCode::DatabaseNewer).with("given", given));
            }
            VaultRead::Damaged => return Err(Problem::new(ProblemCode::VaultDamaged)),
            VaultRead::Missing => return Err(Problem::new(ProblemCode::NotEnrolled)),
        };
        let tries = self.tries()?;
        let wait_s = self.wait_s(tries);
        if wait_s > 0 {
            return Err(Problem::new(ProblemCode::UnlockTooSoon).with("wait_s", wait_s));
        }
        let clock = &self.ports.clock;
        let counted = Tries { wrong: tries.wrong + 1, up_ms: clock.up_ms(), boot: clock.boot() };
        self.write_tries(counted)?;
        let unlocked = match open(&vault, self.ports.vault.as_mut()) {
            Ok(unlocked) => unlocked,
            Err(error) => {
                if !matches!(error, SealError::SecretWrong { .. }) {
                    self.write_tries(tries)?;
                }
                return Err(error.at_lock(delay_after(counted.wrong)));
            }
        };
        self.write_tries(Tries::default())?;
        if repair {
            write_vault(self.ports.vault.as_mut(), &vault)?;
        }
        Ok(unlocked)
    }

    fn tries(&self) -> Result<Tries, Problem> {
        let bytes = self.ports.vault.read(VaultFile::Tries).or_tell()?;
        // A file that does not make sense counts as none: it must never lock anybody out.
        Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default())
    }

    /// Wrong tries were of another vault.
    pub(crate) fn forget_tries(&mut self) -> Result<(), Problem> {
        self.write_tries(Tries::default())
    }

    fn write_tries(&mut self, tries: Tries) -> Result<(), Problem> {
        let bytes = serde_json::to_vec(&tries).map_err(|_| internal("tries"))?;
        self.ports.vault.write(VaultFile::Tries, &bytes).or_tell()
    }

    /// How long the next try has to wait. After a restart of the phone the wait counts from there.
    fn wait_s(&self, tries: Tries) -> u32 {
        let clock = &self.ports.clock;
        let since = if tries.boot == clock.boot() { tries.up_ms } else { 0 };
        let passed_ms = (clock.up_ms() - since).max(0);
        let left_ms = i64::from(delay_after(tries.wrong)) * 1_000 - passed_ms;
        u32::try_from((left_ms.max(0) + 999) / 1_000).unwrap_or(0)
    }
}
