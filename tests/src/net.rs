//! A bad road between phone and county: a proxy that passes, loses, cuts or delays, answers itself as a
//! log-in page does, or is closed.

use std::io::{Read, Result, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the road does to connections that begin now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Everything passes.
    Fair,
    /// Requests arrive, replies never do.
    RepliesLost,
    /// Only so many bytes of a request arrive, then the connection breaks.
    RequestsCut {
        /// So many.
        after: usize,
    },
    /// Only so many bytes of a request arrive, then no more come on until the weather changes.
    RequestsStalled {
        /// So many.
        after: usize,
    },
    /// Requests arrive; only so many bytes of each reply come back, then the connection breaks.
    RepliesCut {
        /// So many.
        after: usize,
    },
    /// Requests arrive; replies begin, and then do not come on.
    RepliesSlow,
    /// Nothing arrives: the network answers every request itself, with its log-in page.
    Portal,
    /// Nothing arrives: the network sends every request to its log-in page.
    Redirect,
    /// Nobody is let in.
    Closed,
}

/// What a network says that wants a log-in first.
const PORTAL: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\nconnection: close\r\ncontent-length: 33\r\n\r\n\
    <html><form>please log in</form>\n";
const REDIRECT: &str = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/login\r\nconnection: close\r\ncontent-length: 0\r\n\r\n";

#[derive(Debug)]
struct Shared {
    weather: Mutex<Weather>,
    county: String,
    up: AtomicU64,
    down: AtomicU64,
    lost: AtomicU64,
    stalled: AtomicU64,
}

/// The road.
#[derive(Debug, Clone)]
pub struct Road {
    shared: Arc<Shared>,
    /// Where phones find the county by this road.
    pub url: String,
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl Road {
    /// A road to the county at this address.
    ///
    /// # Errors
    /// When there is no free port.
    pub fn to(county: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            weather: Mutex::new(Weather::Fair),
            county: county.to_owned(),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            stalled: AtomicU64::new(0),
        });
        let road = Self { shared: Arc::clone(&shared), url };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || carry(&stream, &shared));
            }
        });
        Ok(road)
    }

    /// Changes the weather, for connections that are open too.
    pub fn set(&self, weather: Weather) {
        *locked(&self.shared.weather) = weather;
    }

    /// Bytes that went up and down, HTTP heads included.
    pub fn traffic(&self) -> (u64, u64) {
        (self.shared.up.load(Ordering::SeqCst), self.shared.down.load(Ordering::SeqCst))
    }

    /// How many replies were lost on the way.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::SeqCst)
    }

    /// How many requests have stopped half-way, with both ends still open.
    pub fn stalled(&self) -> u64 {
        self.shared.stalled.load(Ordering::SeqCst)
    }
}

fn carry(phone: &TcpStream, shared: &Arc<Shared>) {
    if *locked(&shared.weather) == Weather::Closed {
        let _ = phone.shutdown(Shutdown::Both);
        return;
    }
    let Ok(county) = TcpStream::connect(&shared.county) else {
        let _ = phone.shutdown(Shutdown::Both);
        return;
    };
    let down = {
        let (Ok(from), Ok(to), shared) = (county.try_clone(), phone.try_clone(), Arc::clone(shared)) else {
            return;
        };
        std::thread::spawn(move || replies(from, to, &shared))
    };
    requests(phone, &county, shared);
    let _ = down.join();
}

fn requests(mut phone: &TcpStream, mut county: &TcpStream, shared: &Shared) {
    let mut buffer = [0; 4096];
    let mut passed = 0;
    while let Ok(count @ 1..) = phone.read(&mut buffer) {
        let bytes = buffer.get(..count).unwrap_or_default();
        let cut = match *locked(&shared.weather) {
            Weather::RequestsCut { after } | Weather::RequestsStalled { after } => {
                after.saturating_sub(passed).min(count)
            }
            Weather::Closed | Weather::Portal | Weather::Redirect => 0,
            Weather::Fair | Weather::RepliesLost | Weather::RepliesCut { .. } | Weather::RepliesSlow => count,
        };
        answer_instead(phone, *locked(&shared.weather));
        passed += cut;
        shared.up.fetch_add(cut as u64, Ordering::SeqCst);
        let sent = county.write_all(bytes.get(..cut).unwrap_or_default());
        if cut < count && matches!(*locked(&shared.weather), Weather::RequestsStalled { .. }) {
            shared.stalled.fetch_add(1, Ordering::SeqCst);
            while matches!(*locked(&shared.weather), Weather::RequestsStalled { .. }) {
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        if sent.is_err() || cut < count {
            // What was sent so far may still arrive, as on a real road.
            std::thread::sleep(Duration::from_millis(50));
            break;
        }
    }
    let _ = county.shutdown(Shutdown::Both);
    let _ = phone.shutdown(Shutdown::Both);
}

/// The network's own word, where it lets nothing pass.
fn answer_instead(mut phone: &TcpStream, weather: Weather) {
    let page = match weather {
        Weather::Portal => PORTAL,
        Weather::Redirect => REDIRECT,
        _ => return,
    };
    let _ = phone.write_all(page.as_bytes());
}

fn replies(mut county: TcpStream, mut phone: TcpStream, shared: &Shared) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = county.read(&mut buffer) {
        let weather = *locked(&shared.weather);
        let passing = match weather {
            Weather::RepliesLost => 0,
            Weather::RepliesCut { after } => after.min(count),
            Weather::RepliesSlow => 1,
            _ => count,
        };
        shared.down.fetch_add(passing as u64, Ordering::SeqCst);
        if phone.write_all(buffer.get(..passing).unwrap_or_default()).is_err() {
            break;
        }
        if passing < count {
            shared.lost.fetch_add(1, Ordering::SeqCst);
            while *locked(&shared.weather) == Weather::RepliesSlow {
                std::thread::sleep(Duration::from_millis(20));
            }
            break;
        }
    }
    let _ = phone.shutdown(Shutdown::Both);
    let _ = county.shutdown(Shutdown::Both);
}
