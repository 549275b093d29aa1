//! The 备用解锁码: which one the county has to be told of.

use crate::app::{Open, setting};
use crate::lock;
use crate::ports::Ports;
use crate::tell::OrTell;
use domain::problem::Problem;
use seal::vault::VaultRead;
use store::phone::Batch;

impl Open {
    /// Looks whether the vault has a code that the county has not said it has.
    ///
    /// # Errors
    /// Those of the files and the database.
    pub(crate) fn look_for_code(&mut self, ports: &Ports) -> Result<(), Problem> {
        let kept: Option<String> = self.stored(setting::CODE_KEPT)?;
        self.code = told(ports)?.filter(|code| kept.as_ref() != Some(code));
        Ok(())
    }

    /// Notes that the county has the code of the request. A county that was restored may have lost the one
    /// that it had; the one that it drew itself nobody else knows, and another takes its place at the next
    /// unlocking. Answers whether there is something to look for.
    ///
    /// # Errors
    /// Those of the files.
    pub(super) fn take_code(
        &self,
        ports: &Ports,
        restored: bool,
        kept: bool,
        asked: &Option<String>,
        batch: &mut Batch,
    ) -> Result<bool, Problem> {
        if restored {
            batch.settings.insert(setting::CODE_KEPT.to_owned(), None);
            if told(ports)?.is_none() {
                batch.settings.insert(setting::CODE_LOST.to_owned(), Some("true".to_owned()));
            }
        }
        if kept && asked.is_some() {
            let text = serde_json::to_string(asked).or_tell()?;
            batch.settings.insert(setting::CODE_KEPT.to_owned(), Some(text));
        }
        Ok(restored || kept)
    }
}

/// The code that was drawn on this phone, sealed to the county.
fn told(ports: &Ports) -> Result<Option<String>, Problem> {
    Ok(match lock::read_vault(ports.vault.as_ref())? {
        VaultRead::Good { vault, .. } => vault.told_to_county().map(str::to_owned),
        _ => None,
    })
}
