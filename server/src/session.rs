//! Sessions of the desk: an opaque token that is kept as its hash, locked after a while without use,
//! and a growing delay for whoever guesses. Time here is counted since the process began; no clock can
//! be set back to try again. After a restart every session is locked: the page stays, the password is
//! asked.

use crate::county::{County, at_county};
use domain::canonical::Hash;
use domain::ids::RecordId;
use domain::problem::{Problem, ProblemCode};
use domain::time::UnixMs;
use seal::secret::Secret;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use store::county::{Account, DeskSession};

/// A session ends after so long, used or not.
const LASTS_MS: i64 = 12 * 3_600_000;

/// So many wrong guesses cost nothing, of one account and of one address.
const FREE: (u32, u32) = (3, 20);

/// The longest delay, and for how long guesses are remembered.
const DELAY_MAX: Duration = Duration::from_secs(15 * 60);

/// How many accounts and addresses are remembered.
const REMEMBERED_MAX: usize = 20_000;

/// A session that is in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The hash of its token.
    pub token: Hash,
    /// Whose.
    pub staff: RecordId,
    /// Their log-in name.
    pub login: String,
    /// Whether the first password must be changed before anything else.
    pub first: bool,
    /// Whether the password has to be typed again.
    pub locked: bool,
}

#[derive(Debug)]
struct Live {
    staff: RecordId,
    login: String,
    first: bool,
    locked: bool,
    seen: Duration,
    begun_ms: UnixMs,
}

/// Whose guesses are counted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Guesser {
    Account(String),
    Address(IpAddr),
}

#[derive(Debug, Clone, Copy)]
struct Guesses {
    wrong: u32,
    last: Duration,
}

/// How long ago the process began.
type SinceStart = Box<dyn Fn() -> Duration + Send + Sync>;

/// All sessions of this process.
pub struct Sessions {
    live: Mutex<BTreeMap<Hash, Live>>,
    guesses: Mutex<BTreeMap<Guesser, Guesses>>,
    since_start: SinceStart,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sessions({})", self.live().len())
    }
}

impl Default for Sessions {
    fn default() -> Self {
        let start = Instant::now();
        Self::counting(Box::new(move || start.elapsed()))
    }
}

impl Sessions {
    /// Sessions under a count of time.
    pub fn counting(since_start: SinceStart) -> Self {
        Self { live: Mutex::default(), guesses: Mutex::default(), since_start }
    }

    fn live(&self) -> MutexGuard<'_, BTreeMap<Hash, Live>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts a guess at a password in advance; [`Self::guessed_right`] takes it back.
    ///
    /// # Errors
    /// `log_in_too_soon` while the delay of the account or of the address lasts.
    pub fn guess(&self, login: &str, address: IpAddr) -> Result<(), Problem> {
        let now = (self.since_start)();
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.retain(|_, one| now.saturating_sub(one.last) < DELAY_MAX * 2);
        if guesses.len() > REMEMBERED_MAX {
            // Whoever brings so many names is turned away like one who guesses.
            return Err(too_soon(DELAY_MAX));
        }
        let both = [(Guesser::Account(login.to_owned()), FREE.0), (Guesser::Address(address), FREE.1)];
        for (guesser, free) in &both {
            let Some(one) = guesses.get(guesser) else { continue };
            let over = one.last + delay(one.wrong, *free);
            if now < over {
                return Err(too_soon(over.saturating_sub(now)));
            }
        }
        for (guesser, _) in both {
            let one = guesses.entry(guesser).or_insert(Guesses { wrong: 0, last: now });
            *one = Guesses { wrong: one.wrong.saturating_add(1), last: now };
        }
        Ok(())
    }

    /// It was no guess.
    pub fn guessed_right(&self, login: &str, address: IpAddr) {
        let mut guesses = self.guesses.lock().unwrap_or_else(PoisonError::into_inner);
        guesses.remove(&Guesser::Account(login.to_owned()));
        if let Some(one) = guesses.get_mut(&Guesser::Address(address)) {
            one.wrong = one.wrong.saturating_sub(1);
        }
    }

    /// Ends the sessions of a member of staff, but for one.
    pub fn end_all(&self, staff: RecordId, but: Option<Hash>) {
        self.live().retain(|token, one| one.staff != staff || Some(*token) == but);
    }

    fn put(&self, token: Hash, account: &Account, begun_ms: UnixMs, locked: bool) {
        let live = Live {
            staff: account.staff,
            login: account.login.clone(),
            first: account.first,
            locked,
            seen: (self.since_start)(),
            begun_ms,
        };
        self.live().insert(token, live);
    }

    fn touch(&self, token: Hash, idle: Duration, used: Used, now_ms: UnixMs) -> Option<Session> {
        let mut all = self.live();
        let one = all.get_mut(&token)?;
        if now_ms - one.begun_ms > LASTS_MS {
            all.remove(&token);
            return None;
        }
        let now = (self.since_start)();
        one.locked |= now.saturating_sub(one.seen) > idle;
        if !one.locked && used == Used::ByHand {
            one.seen = now;
        }
        let Live { staff, ref login, first, locked, .. } = *one;
        Some(Session { token, staff, login: login.clone(), first, locked })
    }
}

fn too_soon(wait: Duration) -> Problem {
    Problem::new(ProblemCode::LogInTooSoon).with("wait_s", wait.as_secs() + 1)
}

/// 2, 4, 8 … seconds after the guesses that are free.
fn delay(wrong: u32, free: u32) -> Duration {
    let beyond = wrong.saturating_sub(free).saturating_add(u32::from(wrong >= free));
    if beyond == 0 {
        return Duration::ZERO;
    }
    Duration::from_secs(1 << beyond.min(10)).min(DELAY_MAX)
}

/// Begins a session for an account that has just been proven. Answers the token: it is nowhere else.
///
/// # Errors
/// What the store says.
pub async fn begin(county: &County, account: &Account, now_ms: UnixMs) -> Result<String, Problem> {
    let secret: Secret<32> = county.dice.with(Secret::generate);
    let token: String = secret.expose().iter().map(|byte| format!("{byte:02x}")).collect();
    let hash = hash_of(&token);
    let directory = &county.stores.directory;
    // Whatever is too old goes with it.
    directory.end_sessions(nobody(), None, now_ms - LASTS_MS).await.map_err(at_county)?;
    let kept = DeskSession { token: hash, staff: account.staff, begun_ms: now_ms };
    directory.put_session(kept).await.map_err(at_county)?;
    county.sessions.put(hash, account, now_ms, false);
    Ok(token)
}

fn nobody() -> RecordId {
    RecordId::named("staff", "nobody")
}

/// The hash under which a token is kept.
pub fn hash_of(token: &str) -> Hash {
    domain::canonical::Transcript::new("desk session").text(token).finish()
}

/// What the page has to send with everything that changes something, beside the cookie.
pub fn proof_of(token: &str) -> String {
    domain::canonical::Transcript::new("desk request").text(token).finish().to_string()
}

/// Whether somebody asks, or a page that nobody may be sitting at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Used {
    /// Somebody asks.
    ByHand,
    /// A page looks for itself, as the console does for urgent reports: the session locks all the same.
    Unattended,
}

/// The session of a token, which counts as used by this unless it is locked or nobody asks.
///
/// # Errors
/// What the store says.
pub async fn find(
    county: &County,
    token: &str,
    idle: Duration,
    used: Used,
    now_ms: UnixMs,
) -> Result<Option<Session>, Problem> {
    let hash = hash_of(token);
    if let Some(session) = county.sessions.touch(hash, idle, used, now_ms) {
        return Ok(Some(session));
    }
    // Begun before the process was: it goes on when the password is typed again.
    let kept = county.stores.directory.session(hash).await.map_err(at_county)?;
    let Some(kept) = kept.filter(|kept| now_ms - kept.begun_ms <= LASTS_MS) else { return Ok(None) };
    let account = crate::account::of(county, kept.staff).await?.filter(|account| !account.closed);
    let Some(account) = account else { return Ok(None) };
    county.sessions.put(hash, &account, kept.begun_ms, true);
    Ok(county.sessions.touch(hash, idle, used, now_ms))
}

/// Goes on with a locked session, or with one whose first password was changed: whose account has just
/// been proven.
pub fn go_on(county: &County, token: Hash, account: &Account) {
    let mut live = county.sessions.live();
    if let Some(one) = live.get_mut(&token).filter(|one| one.staff == account.staff) {
        (one.locked, one.first, one.seen) = (false, account.first, (county.sessions.since_start)());
    }
}

/// Locks a session at once.
pub fn lock(county: &County, token: Hash) {
    if let Some(one) = county.sessions.live().get_mut(&token) {
        one.locked = true;
    }
}

/// Ends a session.
///
/// # Errors
/// What the store says.
pub async fn end(county: &County, token: Hash) -> Result<(), Problem> {
    county.sessions.live().remove(&token);
    county.stores.directory.end_session(token).await.map_err(at_county)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn sessions() -> (Sessions, Arc<AtomicU64>) {
        let seconds = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&seconds);
        let sessions =
            Sessions::counting(Box::new(move || Duration::from_secs(count.load(Ordering::Relaxed))));
        (sessions, seconds)
    }

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

    #[test]
    fn the_delay_grows_and_is_bounded() {
        let seconds: Vec<_> = (0..9).map(|wrong| delay(wrong, 3).as_secs()).collect();
        assert_eq!(seconds, [0, 0, 0, 2, 4, 8, 16, 32, 64]);
        assert_eq!(delay(u32::MAX, 3), DELAY_MAX);
    }

    #[test]
    fn who_guesses_waits_for_each_account_and_each_address() {
        let (sessions, seconds) = sessions();
        for _ in 0..3 {
            sessions.guess("yangjie", HERE).unwrap();
        }
        let problem = sessions.guess("yangjie", THERE).unwrap_err();
        assert_eq!(problem.code, ProblemCode::LogInTooSoon, "from wherever it comes");
        sessions.guess("wangmin", HERE).unwrap();
        seconds.store(3, Ordering::Relaxed);
        sessions.guess("yangjie", HERE).unwrap();
        assert!(sessions.guess("yangjie", HERE).is_err(), "and longer the next time");
        sessions.guessed_right("yangjie", HERE);
        sessions.guess("yangjie", HERE).unwrap();
        for number in 0..30 {
            let _ = sessions.guess(&format!("name{number}"), THERE);
        }
        assert!(sessions.guess("another", THERE).is_err(), "one address with many names");
        seconds.store(3 + 2 * DELAY_MAX.as_secs(), Ordering::Relaxed);
        sessions.guess("another", THERE).unwrap();
    }

    #[test]
    fn an_idle_session_locks_and_stays_until_it_is_too_old() {
        let (sessions, seconds) = sessions();
        let account = Account {
            staff: nobody(),
            login: "yangjie".to_owned(),
            password: String::new(),
            first: false,
            closed: false,
            made_ms: 0,
        };
        let token = Hash::of(b"token");
        sessions.put(token, &account, 0, false);
        let idle = Duration::from_secs(900);
        let locked = |used| sessions.touch(token, idle, used, 0).unwrap().locked;
        for (at, shut) in [(900, false), (1_800, false), (2_701, true), (2_702, true)] {
            seconds.store(at, Ordering::Relaxed);
            assert_eq!(locked(Used::ByHand), shut, "{at}");
        }
        assert_eq!(sessions.touch(token, idle, Used::ByHand, LASTS_MS + 1), None);
        // A page that looks for itself keeps nobody in.
        sessions.put(token, &account, 0, false);
        for (at, shut) in [(3_000, false), (3_500, false), (3_603, true)] {
            seconds.store(at, Ordering::Relaxed);
            assert_eq!(locked(Used::Unattended), shut, "{at}");
        }
    }
}
