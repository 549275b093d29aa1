//! 停用: on the county's signed word the phone destroys its wrapped keys. The sealed journal stays,
//! which the county can open.

use crate::app::App;
use crate::tell::OrTell;
use domain::problem::Problem;

impl App {
    /// Destroys the keys. The database cannot be opened any more, by anybody.
    ///
    /// # Errors
    /// When a key may be left: it is tried again at the next contact.
    pub(crate) fn destroy_keys(&mut self) -> Result<(), Problem> {
        self.open = None;
        self.enrolling = None;
        self.ports.vault.destroy().or_tell()
    }
}
