//! What the phone's shell lends to the client: clock, dice, files and the choice of a database.

use domain::time::UnixMs;
use seal::Dice;
use seal::secret::Key;
use store::StoreError;
use store::phone::PhoneStore;

/// The clocks of the phone. They only label: nothing is ordered or refused by them, and only the
/// monotonic one makes anybody wait.
pub trait Clock: Send {
    /// The wall clock, Unix milliseconds.
    fn wall_ms(&self) -> UnixMs;
    /// Milliseconds since the phone booted; never goes back within a boot.
    fn up_ms(&self) -> i64;
    /// A number that differs between boots.
    fn boot(&self) -> u32;
}

/// A file or key store did not do what was asked. Nothing personal in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    /// There is no room.
    #[error("no room on the disk")]
    Full,
    /// Anything else, in the platform's words.
    #[error("{0}")]
    Failed(String),
}

/// The small files beside the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VaultFile {
    /// One copy of the vault.
    First,
    /// The other copy.
    Second,
    /// Wrong tries to unlock.
    Tries,
    /// Who this phone is, sealed under a key of the vault.
    Identity,
    /// What a locked phone needs in order to report something urgent: nothing that is anybody's secret.
    Outside,
    /// Urgent reports that were written while it was locked, sealed, until it is unlocked.
    Reports,
}

impl VaultFile {
    /// Every file.
    pub const ALL: [Self; 6] =
        [Self::First, Self::Second, Self::Tries, Self::Identity, Self::Outside, Self::Reports];
}

/// The small files beside the database, and the secret of the platform's key store.
pub trait VaultFiles: Send {
    /// A file's content; `None` when there is no such file.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    fn read(&self, file: VaultFile) -> Result<Option<Vec<u8>>, PortError>;

    /// Replaces a file; it is on disk when this returns, and never half of it.
    ///
    /// # Errors
    /// The file is then as it was.
    fn write(&mut self, file: VaultFile, bytes: &[u8]) -> Result<(), PortError>;

    /// Overwrites and removes both copies of the vault, the platform's secret, and [`VaultFile::Outside`], which
    /// lies in the open.
    ///
    /// # Errors
    /// When something of it may be left.
    fn destroy(&mut self) -> Result<(), PortError>;

    /// The 32 bytes that the platform's key store keeps for this app; made at the first call.
    ///
    /// # Errors
    /// When the key store does not answer, or no longer knows it. A later call may succeed.
    fn platform_secret(&mut self) -> Result<Key, PortError>;

    /// Another secret in place of the one that the key store no longer gives.
    ///
    /// # Errors
    /// When it cannot be kept; the one before is then as it was.
    fn renew_platform_secret(&mut self) -> Result<Key, PortError>;
}

/// One line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalLine {
    /// The place after it.
    pub end: u64,
    /// Its bytes, sealed.
    pub bytes: Vec<u8>,
}

/// The journal: sealed lines, appended before the database is written, so that the two are never
/// lost together. A line that was cut at the end of the file by a power cut is no line.
pub trait Journal: Send {
    /// Appends a line; it is on disk when this returns. Answers the place after it.
    ///
    /// # Errors
    /// The journal is then as it was.
    fn append(&mut self, line: &[u8]) -> Result<u64, PortError>;

    /// The lines after a place, in order. None for a place beyond the end.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn after(&mut self, place: u64) -> Result<Vec<JournalLine>, PortError>;

    /// The place after the last line.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn end(&mut self) -> Result<u64, PortError>;

    /// Replaces the whole journal by these lines, at once. Answers the place after the last.
    ///
    /// # Errors
    /// The journal is then as it was.
    fn replace(&mut self, lines: &[Vec<u8>]) -> Result<u64, PortError>;
}

/// Which database: the shell chooses. What cannot be opened is set aside by it, never deleted.
pub trait Stores: Send {
    /// Opens the phone's database with its key, making an empty one where there is none.
    ///
    /// # Errors
    /// As [`StoreError`] says.
    fn open(&mut self, key: &Key) -> Result<Box<dyn PhoneStore + Send>, StoreError>;

    /// How many bytes are free where it lies; `None` when the system does not say.
    fn free_bytes(&self) -> Option<u64>;
}

/// All that the shell lends.
pub struct Ports {
    /// The clocks.
    pub clock: Box<dyn Clock>,
    /// Randomness.
    pub dice: Box<dyn Dice + Send>,
    /// The small files.
    pub vault: Box<dyn VaultFiles>,
    /// The journal.
    pub journal: Box<dyn Journal>,
    /// The database.
    pub stores: Box<dyn Stores>,
}

impl std::fmt::Debug for Ports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ports")
    }
}
