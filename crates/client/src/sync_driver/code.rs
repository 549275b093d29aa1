//! The 备用解锁码: which one the county has to be told of.

use crate::app::{Open, setting};
use crate::lock;
use crate::ports::Ports;
use crate::tell::OrTell;
use domain::problem::Problem;
use seal::vault::VaultRead;
use store::phone::Batch;
use sync::wire::exchange::Rest;

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

    /// Notes that the county has the code of the request. A county that was restored may have lost it, and is
    /// told once more; for one that has none it can read another is drawn when the phone is next unlocked.
    /// Answers whether there is something to look for.
    ///
    /// # Errors
    /// None in practice.
    pub(super) fn take_code(
        &self,
        restored: bool,
        rest: &Rest,
        asked: &Option<String>,
        batch: &mut Batch,
    ) -> Result<bool, Problem> {
        if restored {
            batch.settings.insert(setting::CODE_KEPT.to_owned(), None);
        }
        if rest.code_wanted {
            batch.settings.insert(setting::CODE_LOST.to_owned(), Some("true".to_owned()));
        }
        if rest.code_kept && asked.is_some() {
            let text = serde_json::to_string(asked).or_tell()?;
            batch.settings.insert(setting::CODE_KEPT.to_owned(), Some(text));
        }
        Ok(restored || rest.code_kept)
    }
}

/// The code that was drawn on this phone, sealed to the county.
fn told(ports: &Ports) -> Result<Option<String>, Problem> {
    Ok(match lock::read_vault(ports.vault.as_ref())? {
        VaultRead::Good { vault, .. } => vault.told_to_county().map(str::to_owned),
        _ => None,
    })
}
