//! A bad road between phone and county: a proxy that passes, loses replies, cuts requests or is closed.

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
    /// Nobody is let in.
    Closed,
}

#[derive(Debug)]
struct Shared {
    weather: Mutex<Weather>,
    county: Mutex<String>,
    up: AtomicU64,
    down: AtomicU64,
    lost: AtomicU64,
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
            county: Mutex::new(county.to_owned()),
            up: AtomicU64::new(0),
            down: AtomicU64::new(0),
            lost: AtomicU64::new(0),
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

    /// The county has moved to another address.
    pub fn lead_to(&self, county: &str) {
        county.clone_into(&mut locked(&self.shared.county));
    }

    /// Bytes that went up and down, HTTP heads included.
    pub fn traffic(&self) -> (u64, u64) {
        (self.shared.up.load(Ordering::SeqCst), self.shared.down.load(Ordering::SeqCst))
    }

    /// How many replies were lost on the way.
    pub fn lost(&self) -> u64 {
        self.shared.lost.load(Ordering::SeqCst)
    }
}

fn carry(phone: &TcpStream, shared: &Arc<Shared>) {
    if *locked(&shared.weather) == Weather::Closed {
        let _ = phone.shutdown(Shutdown::Both);
        return;
    }
    let address = locked(&shared.county).clone();
    let Ok(county) = TcpStream::connect(address) else {
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
            Weather::RequestsCut { after } => after.saturating_sub(passed).min(count),
            Weather::Closed => 0,
            Weather::Fair | Weather::RepliesLost => count,
        };
        passed += cut;
        shared.up.fetch_add(cut as u64, Ordering::SeqCst);
        if county.write_all(bytes.get(..cut).unwrap_or_default()).is_err() || cut < count {
            // What was sent so far may still arrive, as on a real road.
            std::thread::sleep(Duration::from_millis(50));
            break;
        }
    }
    let _ = county.shutdown(Shutdown::Both);
    let _ = phone.shutdown(Shutdown::Both);
}

fn replies(mut county: TcpStream, mut phone: TcpStream, shared: &Shared) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = county.read(&mut buffer) {
        if *locked(&shared.weather) == Weather::RepliesLost {
            shared.lost.fetch_add(1, Ordering::SeqCst);
            break;
        }
        shared.down.fetch_add(count as u64, Ordering::SeqCst);
        if phone.write_all(buffer.get(..count).unwrap_or_default()).is_err() {
            break;
        }
    }
    let _ = phone.shutdown(Shutdown::Both);
    let _ = county.shutdown(Shutdown::Both);
}
