//! The phone's small files: the vault in two copies, who this phone is, and the journal.
//!
//! Whatever is said to be on disk has been synced, the folder that names it included.

use client::ports::{Journal, JournalLine, PortError, VaultFile, VaultFiles};
use domain::canonical::Hash;
use seal::secret::Key;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub(crate) fn failed(error: &std::io::Error) -> PortError {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => PortError::Full,
        kind => PortError::Failed(kind.to_string()),
    }
}

/// Where a file is written before it takes its place.
fn beside(path: &Path) -> PathBuf {
    path.with_extension("new")
}

/// Writes a whole file beside the old one and puts it in its place: never half of it.
fn replace(path: &Path, bytes: &[u8]) -> Result<(), PortError> {
    let beside = beside(path);
    let write = || {
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        sync_folder(path)
    };
    write().map_err(|error| failed(&error))
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

fn read(path: &Path) -> Result<Option<Vec<u8>>, PortError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(&error)),
    }
}

/// Overwrites and removes a file, and what was left beside it when [`replace`] was cut off.
fn wipe(path: &Path) -> Result<(), PortError> {
    let wiped = |path: &Path| {
        let Some(bytes) = read(path)? else { return Ok(()) };
        let wipe = || {
            let mut file = OpenOptions::new().write(true).open(path)?;
            file.write_all(&vec![0; bytes.len()])?;
            file.sync_all()?;
            fs::remove_file(path)?;
            sync_folder(path)
        };
        wipe().map_err(|error| failed(&error))
    };
    wiped(&beside(path)).and(wiped(path))
}

/// What the platform offers to wrap a secret with, so that it opens on this device and for this app only.
pub trait KeyStore: Send {
    /// Wraps a secret under a key that never leaves the platform; made at the first call.
    ///
    /// # Errors
    /// In the platform's words.
    fn wrap(&mut self, secret: &[u8; SECRET]) -> Result<Vec<u8>, PortError>;

    /// Opens what was wrapped.
    ///
    /// # Errors
    /// When the key is gone, or the platform does not answer.
    fn open(&mut self, wrapped: &[u8]) -> Result<Vec<u8>, PortError>;

    /// Destroys the key.
    ///
    /// # Errors
    /// When it may be left.
    fn destroy(&mut self) -> Result<(), PortError>;
}

/// How long the platform's secret is. What is wrapped is longer.
const SECRET: usize = 32;

/// The vault's files in a folder. The platform's secret lies beside them: wrapped by the key store of the
/// platform; as it is where there is none (a desktop, the bridge, the headless phone) and where it does not
/// work (`decisions/0010-the-platforms-secret.md`).
pub struct FolderVault {
    folder: PathBuf,
    /// Drawn once, for a secret that is to be made.
    fresh: [u8; SECRET],
    key_store: Option<Box<dyn KeyStore>>,
}

impl FolderVault {
    /// The vault of a folder that exists. `fresh` are random bytes.
    pub fn new(folder: &Path, fresh: [u8; SECRET], key_store: Option<Box<dyn KeyStore>>) -> Self {
        Self { folder: folder.to_owned(), fresh, key_store }
    }

    fn path(&self, file: VaultFile) -> PathBuf {
        self.folder.join(match file {
            VaultFile::First => "vault.1",
            VaultFile::Second => "vault.2",
            VaultFile::Tries => "tries",
            VaultFile::Identity => "identity",
            VaultFile::Outside => "outside",
            VaultFile::Reports => "reports",
        })
    }

    fn secret(&self) -> PathBuf {
        self.folder.join("platform.key")
    }

    /// The fresh secret as it is to lie on disk. A key store that does not give back at once what it was
    /// given never would.
    fn wrapped(&mut self) -> Vec<u8> {
        let fresh = self.fresh;
        let wrapped = self.key_store.as_mut().and_then(|store| {
            let wrapped = store.wrap(&fresh).ok().filter(|wrapped| wrapped.len() > SECRET)?;
            (store.open(&wrapped).ok()? == fresh).then_some(wrapped)
        });
        wrapped.unwrap_or_else(|| fresh.to_vec())
    }
}

impl std::fmt::Debug for FolderVault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FolderVault")
    }
}

impl VaultFiles for FolderVault {
    fn read(&self, file: VaultFile) -> Result<Option<Vec<u8>>, PortError> {
        read(&self.path(file))
    }

    fn write(&mut self, file: VaultFile, bytes: &[u8]) -> Result<(), PortError> {
        replace(&self.path(file), bytes)
    }

    fn destroy(&mut self) -> Result<(), PortError> {
        let key = self.key_store.as_mut().map_or(Ok(()), |store| store.destroy());
        let [outside, first, second] =
            [VaultFile::Outside, VaultFile::First, VaultFile::Second].map(|file| self.path(file));
        // What lies in the open goes first: while a copy of the vault is there it is tried again, and no longer. One
        // that cannot be wiped keeps none of the others.
        let wiped = [outside, first, second, self.secret()].map(|path| wipe(&path));
        wiped.into_iter().fold(key, Result::and)
    }

    fn platform_secret(&mut self) -> Result<Key, PortError> {
        let none = || PortError::Failed("the key store holds no key".to_owned());
        let secret = match (read(&self.secret())?, &mut self.key_store) {
            (None, _) => return self.renew_platform_secret(),
            (Some(bytes), Some(store)) if bytes.len() > SECRET => store.open(&bytes)?,
            (Some(bytes), _) => bytes,
        };
        Ok(Key::new(secret.try_into().map_err(|_| none())?))
    }

    fn renew_platform_secret(&mut self) -> Result<Key, PortError> {
        let wrapped = self.wrapped();
        replace(&self.secret(), &wrapped)?;
        Ok(Key::new(self.fresh))
    }
}

/// The journal in a file. A line: its length and the first four bytes of its hash, then its bytes.
#[derive(Debug)]
pub struct FileJournal {
    path: PathBuf,
    /// The place after the last whole line; `None` until the file has been read.
    end: Option<u64>,
}

const HEAD: usize = 8;

fn head(line: &[u8]) -> Option<[u8; HEAD]> {
    let length = u32::try_from(line.len()).ok()?.to_le_bytes();
    let Hash([a, b, c, d, ..]) = Hash::of(line);
    let [e, f, g, h] = length;
    Some([e, f, g, h, a, b, c, d])
}

/// The whole lines of a journal's bytes after a place; what was cut off at the end is no line.
fn lines(bytes: &[u8], place: u64) -> Vec<JournalLine> {
    let mut found = Vec::new();
    let mut at = 0_usize;
    while let Some((line, end)) = line_at(bytes, at) {
        at = end;
        if end as u64 > place {
            found.push(JournalLine { end: end as u64, bytes: line.to_vec() });
        }
    }
    found
}

fn line_at(bytes: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let start = at.checked_add(HEAD)?;
    let [e, f, g, h, ..] = *bytes.get(at..start)? else { return None };
    let end = start.checked_add(usize::try_from(u32::from_le_bytes([e, f, g, h])).ok()?)?;
    let line = bytes.get(start..end)?;
    (head(line)? == *bytes.get(at..start)?).then_some((line, end))
}

impl FileJournal {
    /// The journal of this path; the file is made with the first line.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), end: None }
    }

    fn bytes(&self) -> Result<Vec<u8>, PortError> {
        Ok(read(&self.path)?.unwrap_or_default())
    }
}

impl Journal for FileJournal {
    fn append(&mut self, line: &[u8]) -> Result<u64, PortError> {
        let at = self.end()?;
        let head = head(line).ok_or_else(|| PortError::Failed("the line is too long".to_owned()))?;
        let write = || {
            let fresh = !self.path.exists();
            let mut file = OpenOptions::new().create(true).truncate(false).write(true).open(&self.path)?;
            // What a power cut left behind the last whole line is overwritten.
            file.set_len(at)?;
            file.seek(SeekFrom::Start(at))?;
            file.write_all(&[&head, line].concat())?;
            file.sync_data()?;
            if fresh { sync_folder(&self.path) } else { Ok(()) }
        };
        // A line that was not wholly written is cut off by the next one, or not read at opening.
        write().map_err(|error| failed(&error))?;
        let end = at + (HEAD + line.len()) as u64;
        self.end = Some(end);
        Ok(end)
    }

    fn after(&mut self, place: u64) -> Result<Vec<JournalLine>, PortError> {
        Ok(lines(&self.bytes()?, place))
    }

    fn end(&mut self) -> Result<u64, PortError> {
        if let Some(end) = self.end {
            return Ok(end);
        }
        let end = lines(&self.bytes()?, 0).last().map_or(0, |line| line.end);
        self.end = Some(end);
        Ok(end)
    }

    fn replace(&mut self, lines: &[Vec<u8>]) -> Result<u64, PortError> {
        let mut bytes = Vec::new();
        for line in lines {
            let head = head(line).ok_or_else(|| PortError::Failed("the line is too long".to_owned()))?;
            bytes.extend_from_slice(&head);
            bytes.extend_from_slice(line);
        }
        replace(&self.path, &bytes)?;
        self.end = Some(bytes.len() as u64);
        Ok(bytes.len() as u64)
    }
}

/// Random bytes of the operating system.
///
/// # Errors
/// When the system gives none; then nothing may be made.
pub fn random() -> std::io::Result<[u8; 32]> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("shanfang-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_journal_cut_anywhere_gives_back_its_whole_lines_and_goes_on() {
        let folder = folder("journal");
        let path = folder.join("journal");
        let mut journal = FileJournal::new(&path);
        let ends: Vec<u64> =
            ["one", "two", "three"].iter().map(|line| journal.append(line.as_bytes()).unwrap()).collect();
        let whole = fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            fs::write(&path, &whole[..cut]).unwrap();
            let mut journal = FileJournal::new(&path);
            let kept = ends.iter().filter(|end| **end <= cut as u64).count();
            assert_eq!(journal.after(0).unwrap().len(), kept, "cut at {cut}");
            journal.append(b"four").unwrap();
            let lines = FileJournal::new(&path).after(0).unwrap();
            assert_eq!(lines.len(), kept + 1);
            assert_eq!(lines.last().unwrap().bytes, b"four");
        }
        assert_eq!(FileJournal::new(&path).after(u64::MAX).unwrap(), []);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_journal_is_replaced_as_a_whole() {
        let folder = folder("replace");
        let mut journal = FileJournal::new(&folder.join("journal"));
        journal.append(b"old").unwrap();
        let end = journal.replace(&[b"a".to_vec(), b"bc".to_vec()]).unwrap();
        assert_eq!(journal.end().unwrap(), end);
        let lines: Vec<_> = journal.after(0).unwrap().into_iter().map(|line| line.bytes).collect();
        assert_eq!(lines, [b"a".to_vec(), b"bc".to_vec()]);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn the_platform_key_stays_the_same_and_a_destroyed_vault_is_gone() {
        let folder = folder("vault");
        let key = FolderVault::new(&folder, [1; 32], None).platform_secret().unwrap();
        let mut vault = FolderVault::new(&folder, [2; 32], None);
        assert!(vault.platform_secret().unwrap().expose() == key.expose(), "made once");
        vault.write(VaultFile::First, b"x").unwrap();
        vault.write(VaultFile::Identity, b"me").unwrap();
        vault.write(VaultFile::Outside, b"whom to ring").unwrap();
        fs::write(folder.join("outside.new"), b"a write that was cut off").unwrap();
        vault.destroy().unwrap();
        assert_eq!(vault.read(VaultFile::Outside).unwrap(), None);
        assert!(!folder.join("outside.new").exists());
        assert_eq!(vault.read(VaultFile::First).unwrap(), None);
        assert_eq!(vault.read(VaultFile::Identity).unwrap().as_deref(), Some(&b"me"[..]));
        assert!(!folder.join("platform.key").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    /// A key store that turns bytes round, until its key is gone.
    #[derive(Clone, Default)]
    struct Turning {
        gone: Arc<AtomicBool>,
        deaf: bool,
    }

    impl KeyStore for Turning {
        fn wrap(&mut self, secret: &[u8; SECRET]) -> Result<Vec<u8>, PortError> {
            Ok([b"wrapped".as_slice(), &secret.map(|byte| !byte)].concat())
        }
        fn open(&mut self, wrapped: &[u8]) -> Result<Vec<u8>, PortError> {
            if self.deaf || self.gone.load(Relaxed) {
                return Err(PortError::Failed("no such key".to_owned()));
            }
            Ok(wrapped[7..].iter().map(|byte| !byte).collect())
        }
        fn destroy(&mut self) -> Result<(), PortError> {
            self.gone.store(true, Relaxed);
            Ok(())
        }
    }

    #[test]
    fn the_platform_key_lies_wrapped_and_another_is_made_when_the_key_store_has_lost_it() {
        let folder = folder("wrapped");
        let store = Turning::default();
        let vault = |fresh| FolderVault::new(&folder, [fresh; 32], Some(Box::new(store.clone())));
        let key = vault(1).platform_secret().unwrap();
        assert_ne!(fs::read(folder.join("platform.key")).unwrap(), [1; 32], "it lies there in the open");
        assert!(vault(2).platform_secret().unwrap().expose() == key.expose(), "made once");
        store.gone.store(true, Relaxed);
        assert!(vault(3).platform_secret().is_err());
        store.gone.store(false, Relaxed);
        assert!(vault(3).platform_secret().unwrap().expose() == key.expose(), "asked later it answers");
        store.gone.store(true, Relaxed);
        assert_eq!(vault(4).renew_platform_secret().unwrap().expose(), &[4; 32]);
        assert_eq!(vault(5).platform_secret().unwrap().expose(), &[4; 32]);
        store.gone.store(false, Relaxed);
        let mut last = vault(6);
        last.destroy().unwrap();
        assert!(store.gone.load(Relaxed) && !folder.join("platform.key").exists());
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_key_store_that_does_not_give_back_what_it_was_given_is_done_without() {
        let folder = folder("deaf");
        let vault = |fresh| {
            let deaf = Turning { deaf: true, ..Turning::default() };
            FolderVault::new(&folder, [fresh; 32], Some(Box::new(deaf)))
        };
        assert_eq!(vault(1).platform_secret().unwrap().expose(), &[1; 32]);
        assert_eq!(vault(2).platform_secret().unwrap().expose(), &[1; 32]);
        fs::remove_dir_all(folder).unwrap();
    }
}
