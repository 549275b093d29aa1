//! A phone whose disk, clock, dice and journal are in memory, and can fail.

use super::county::County;
use client::ports::{Clock, Journal, JournalLine, PortError, Ports, Stores, VaultFile, VaultFiles};
use client::sync_driver::{Arrived, SyncReport, SyncWant};
use client::{App, Settings};
use domain::problem::Problem;
use domain::time::UnixMs;
use seal::dice::{Dice, SeededDice};
use seal::secret::Key;
use seal::stretch::Stretch;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use store::StoreError;
use store::phone::PhoneStore;
use store::phone::memory::MemoryPhone;

pub const PIN: &str = "135790";

/// A clock that is moved by hand.
#[derive(Debug, Clone)]
pub struct Hands(Arc<Mutex<(UnixMs, i64, u32)>>);

impl Hands {
    pub fn at(wall_ms: UnixMs) -> Self {
        Self(Arc::new(Mutex::new((wall_ms, 1_000, 1))))
    }

    pub fn pass(&self, ms: i64) {
        let mut now = self.0.lock().unwrap();
        now.0 += ms;
        now.1 += ms;
    }

    pub fn set_wall(&self, wall_ms: UnixMs) {
        self.0.lock().unwrap().0 = wall_ms;
    }

    pub fn reboot(&self) {
        let mut now = self.0.lock().unwrap();
        now.1 = 10;
        now.2 += 1;
    }

    pub fn wall(&self) -> UnixMs {
        self.0.lock().unwrap().0
    }
}

impl Clock for Hands {
    fn wall_ms(&self) -> UnixMs {
        self.0.lock().unwrap().0
    }
    fn up_ms(&self) -> i64 {
        self.0.lock().unwrap().1
    }
    fn boot(&self) -> u32 {
        self.0.lock().unwrap().2
    }
}

/// Files in memory, the key store's secret, how often it was emptied, whether the disk is full, and whether the
/// key store keeps silent.
#[derive(Debug, Clone, Default)]
pub struct Files(
    pub Arc<Mutex<BTreeMap<VaultFile, Vec<u8>>>>,
    Arc<Mutex<Option<[u8; 32]>>>,
    u64,
    pub Arc<Mutex<bool>>,
    Arc<Mutex<bool>>,
);

impl VaultFiles for Files {
    fn read(&self, file: VaultFile) -> Result<Option<Vec<u8>>, PortError> {
        Ok(self.0.lock().unwrap().get(&file).cloned())
    }
    fn write(&mut self, file: VaultFile, bytes: &[u8]) -> Result<(), PortError> {
        if *self.3.lock().unwrap() {
            return Err(PortError::Full);
        }
        self.0.lock().unwrap().insert(file, bytes.to_vec());
        Ok(())
    }
    fn destroy(&mut self) -> Result<(), PortError> {
        let mut files = self.0.lock().unwrap();
        files.remove(&VaultFile::Outside);
        files.remove(&VaultFile::First);
        files.remove(&VaultFile::Second);
        *self.1.lock().unwrap() = None;
        Ok(())
    }
    fn platform_secret(&mut self) -> Result<Key, PortError> {
        if *self.4.lock().unwrap() {
            return Err(PortError::Failed("no answer".to_owned()));
        }
        let mut secret = self.1.lock().unwrap();
        let made =
            *secret.get_or_insert_with(|| *Key::generate(&mut SeededDice::repeatable(self.2 + 77)).expose());
        Ok(Key::new(made))
    }
    fn renew_platform_secret(&mut self) -> Result<Key, PortError> {
        self.lose_platform_secret();
        *self.4.lock().unwrap() = false;
        self.platform_secret()
    }
}

impl Files {
    /// As if the platform's key store no longer answered for what it keeps.
    pub fn silence_platform(&self, silent: bool) {
        *self.4.lock().unwrap() = silent;
    }

    /// As if the platform's key store had been emptied.
    pub fn lose_platform_secret(&mut self) {
        *self.1.lock().unwrap() = None;
        self.2 += 1_000;
    }
}

/// A journal in memory.
#[derive(Debug, Clone, Default)]
pub struct Lines(pub Arc<Mutex<Vec<Vec<u8>>>>, pub Arc<Mutex<bool>>);

impl Journal for Lines {
    fn append(&mut self, line: &[u8]) -> Result<u64, PortError> {
        if *self.1.lock().unwrap() {
            return Err(PortError::Full);
        }
        let mut lines = self.0.lock().unwrap();
        lines.push(line.to_vec());
        Ok(lines.len() as u64)
    }
    fn after(&mut self, place: u64) -> Result<Vec<JournalLine>, PortError> {
        let lines = self.0.lock().unwrap();
        let numbered = lines.iter().enumerate().skip(place as usize);
        Ok(numbered.map(|(at, bytes)| JournalLine { end: at as u64 + 1, bytes: bytes.clone() }).collect())
    }
    fn end(&mut self) -> Result<u64, PortError> {
        Ok(self.0.lock().unwrap().len() as u64)
    }
    fn replace(&mut self, lines: &[Vec<u8>]) -> Result<u64, PortError> {
        *self.0.lock().unwrap() = lines.to_vec();
        Ok(lines.len() as u64)
    }
}

/// The database in memory, whatever the key; a wrong key is noticed. Last, how many bytes are free beside it.
#[derive(Debug, Clone, Default)]
pub struct Shelf(pub MemoryPhone, Arc<Mutex<Option<[u8; 32]>>>, pub Arc<Mutex<Option<u64>>>);

impl Stores for Shelf {
    fn open(&mut self, key: &Key) -> Result<Box<dyn PhoneStore + Send>, StoreError> {
        let mut known = self.1.lock().unwrap();
        match *known {
            Some(known) if known != *key.expose() => return Err(StoreError::WrongKey),
            _ => *known = Some(*key.expose()),
        }
        Ok(Box::new(self.0.clone()))
    }
    fn free_bytes(&self) -> Option<u64> {
        *self.2.lock().unwrap()
    }
}

/// Everything of a phone that survives its app.
#[derive(Clone)]
pub struct Phone {
    pub clock: Hands,
    pub files: Files,
    pub journal: Lines,
    pub shelf: Shelf,
    seed: u64,
    starts: u64,
}

impl Phone {
    pub fn new(seed: u64, wall_ms: UnixMs) -> Self {
        let clock = Hands::at(wall_ms);
        let (files, journal, shelf) = Default::default();
        Self { clock, files, journal, shelf, seed, starts: 0 }
    }

    /// Another phone with a copy of all this.
    pub fn cloned(&self, seed: u64) -> Self {
        let deep = |map: &Arc<Mutex<BTreeMap<VaultFile, Vec<u8>>>>| {
            Arc::new(Mutex::new(map.lock().unwrap().clone()))
        };
        let mut other = self.clone();
        other.files.0 = deep(&self.files.0);
        other.journal = Lines(Arc::new(Mutex::new(self.journal.0.lock().unwrap().clone())), Arc::default());
        other.shelf.0 = self.shelf.0.copy();
        other.clock = Hands::at(self.clock.wall());
        other.seed = seed;
        other
    }

    /// Starts the app; each start has dice of its own.
    pub fn start(&mut self) -> App {
        self.starts += 1;
        let dice: Box<dyn Dice + Send> = Box::new(SeededDice::repeatable(self.seed * 1_000 + self.starts));
        let ports = Ports {
            clock: Box::new(self.clock.clone()),
            dice,
            vault: Box::new(self.files.clone()),
            journal: Box::new(self.journal.clone()),
            stores: Box::new(self.shelf.clone()),
        };
        let settings = Settings { enrol: Stretch::FAST, vault: Stretch::FAST, ..Settings::new("test 1") };
        App::new(ports, settings)
    }

    /// Starts the app and unlocks it.
    pub fn opened(&mut self) -> App {
        let mut app = self.start();
        app.unlock(client::lock::Unlock { pin: PIN.into() }).unwrap();
        app
    }
}

/// How the network is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Net {
    Good,
    /// The first reply is lost.
    ReplyLost,
    Down,
    Portal,
}

/// What a session wants to have posted.
pub fn posted(want: SyncWant) -> Vec<u8> {
    let SyncWant::Post { path, body } = want else { panic!("nothing to be posted: {want:?}") };
    assert_eq!(path, "/exchange");
    body
}

/// Begins a session: its first request.
pub fn asked(app: &mut App) -> Vec<u8> {
    posted(app.sync_step(Arrived::Start).unwrap())
}

/// The county's answer, on its way.
pub fn answer_to(county: &County, phone: &Phone, body: &[u8]) -> Arrived {
    let (status, body) = county.exchange(body, phone.clock.wall());
    Arrived::Reply { status, body }
}

/// Sends and fetches until the session is over; waits are passed at once.
pub fn sync_over(app: &mut App, phone: &Phone, county: &County, mut net: Net) -> SyncReport {
    let mut want = app.sync_step(Arrived::Start).unwrap();
    for _ in 0..500 {
        let arrived = match want {
            SyncWant::Done(report) => return report,
            SyncWant::Wait { until_ms } => {
                let now = phone.clock.wall();
                phone.clock.pass((until_ms - now).clamp(0, 60_000));
                Arrived::Tick
            }
            post => {
                let body = posted(post);
                match net {
                    Net::Down => Arrived::Unreachable,
                    Net::Portal => Arrived::Reply { status: 200, body: b"<html>log in</html>".to_vec() },
                    Net::Good => answer_to(county, phone, &body),
                    Net::ReplyLost => {
                        answer_to(county, phone, &body);
                        net = Net::Good;
                        Arrived::TooSlow
                    }
                }
            }
        };
        want = app.sync_step(arrived).unwrap();
    }
    panic!("the session does not end");
}

pub fn sync(app: &mut App, phone: &Phone, county: &County) -> SyncReport {
    let report = sync_over(app, phone, county, Net::Good);
    assert_eq!(report.problem, None);
    report
}

/// The problem's code, for comparing.
pub fn code<T: std::fmt::Debug>(answer: Result<T, Problem>) -> domain::problem::ProblemCode {
    answer.unwrap_err().code
}
