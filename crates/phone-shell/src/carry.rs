//! Every command of a phone, those that need a socket included: what Tauri's IPC, the loopback bridge
//! and the headless phone all carry. The client is held only for a step at a time, so that pages open
//! and answers are saved while something is being sent.

use crate::clock::SystemClock;
use crate::lay::{Lay, file_name};
use crate::transport::{Answer, NoAnswer, Transport};
use client::App;
use client::api::dispatch;
use client::enrol::{EnrolBegin, EnrolDone, EnrolFinish};
use client::lock::Nothing;
use client::ports::{Clock, PortError};
use client::sync_driver::{Arrived, Progress, SyncReport, SyncWant};
use client::urgent::LockedReports;
use domain::problem::{Problem, ProblemCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;
use sync::wire::urgent::URGENT_PATH;
use tokio::sync::Notify;

/// How often a session tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tries {
    /// As often as the client wants; the waits between are waited out, until it is stopped.
    Usual,
    /// It is over with the first failure.
    One,
}

/// A phone with its way to the county.
#[derive(Debug)]
pub struct Phone {
    app: Mutex<App>,
    transport: Mutex<Transport>,
    signal: AtomicBool,
    stop: Notify,
    /// One exchange at a time.
    exchanging: tokio::sync::Mutex<()>,
    /// A browser that stands in for a phone has none: the page saves what it is given.
    lay: OnceLock<Box<dyn Lay>>,
}

/// What waits, as a file: what it is called, without its ending.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct SaveWaiting {
    /// The name.
    pub name: String,
}

/// Where it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct SavedWaiting {
    /// How many entries it holds.
    pub entries: u64,
    /// Where it was laid; nothing where the page has to save it.
    pub place: Option<String>,
    /// What is to be saved then.
    pub sealed: Option<String>,
}

/// 启用: what is typed, or read from the sheet's QR code.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Enrol {
    /// 16 digits; spaces do not matter.
    pub code: String,
    /// 6 digits or more.
    pub pin: String,
    /// The county's 12-digit code; where nothing is said, the county itself is asked.
    #[serde(default)]
    pub county: Option<String>,
    /// Throw away what was begun before under a PIN that nobody remembers.
    #[serde(default)]
    pub anew: bool,
}

macro_rules! with_a_socket {
    ($($name:ident($request:ty) -> $reply:ty;)*) => {
        /// The names of the commands that need more than the client.
        pub const NAMES: &[&str] = &[$(stringify!($name),)*];

        impl Phone {
            /// Carries out a command of a name, with its request and its reply as JSON.
            ///
            /// # Errors
            /// The command's own; those of [`client::api::dispatch`].
            pub async fn answer(self: &Arc<Self>, name: &str, request: Value) -> Result<Value, Problem> {
                match name {
                    $(stringify!($name) => {
                        let request: $request = read(name, request)?;
                        let reply: $reply = self.$name(request).await?;
                        serde_json::to_value(reply).map_err(|_| Problem::new(ProblemCode::Internal))
                    })*
                    _ => self.client(name, request).await,
                }
            }
        }

        /// Every command with its request and reply, to be written down for the screens.
        #[cfg(feature = "export")]
        pub fn commands(to: &mut client::api::export::TypeScript) {
            client::api::commands(to);
            $(to.command::<$request, $reply>(stringify!($name));)*
        }
    };
}

with_a_socket! {
    enrol(Enrol) -> EnrolDone;
    exchange(Nothing) -> SyncReport;
    sending(Nothing) -> Progress;
    stop_sending(Nothing) -> Nothing;
    save_waiting(SaveWaiting) -> SavedWaiting;
    send_urgent(Nothing) -> LockedReports;
}

fn read<T: DeserializeOwned>(name: &str, request: Value) -> Result<T, Problem> {
    // The reader's words are not repeated: they may quote what was typed.
    serde_json::from_value(request).map_err(|_| Problem::new(ProblemCode::RequestDamaged).with("place", name))
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Whoever panicked while holding it left the client as its last finished step did: the database
    // holds whole transactions only.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn silent(why: NoAnswer) -> Problem {
    Problem::new(match why {
        NoAnswer::Unreachable => ProblemCode::Unreachable,
        NoAnswer::TooSlow => ProblemCode::TooSlow,
        NoAnswer::NotTrusted => ProblemCode::CountyNotTrusted,
    })
}

/// Which county says that it is there. Only a claim: enrolment ends with a proof.
fn county_of(answer: Answer) -> Result<String, Problem> {
    #[derive(Deserialize)]
    struct Health {
        county: String,
    }
    let health: Result<Health, _> = serde_json::from_slice(&answer.body);
    health.map(|health| health.county).map_err(|_| Problem::new(ProblemCode::NotTheCounty))
}

impl Phone {
    /// A phone that sends by this way.
    pub fn new(app: App, transport: Transport) -> Arc<Self> {
        Arc::new(Self {
            app: Mutex::new(app),
            transport: Mutex::new(transport),
            signal: AtomicBool::new(true),
            stop: Notify::new(),
            exchanging: tokio::sync::Mutex::default(),
            lay: OnceLock::new(),
        })
    }

    /// Says where files are laid that are handed on; said once.
    pub fn set_lay(&self, lay: Box<dyn Lay>) {
        let _ = self.lay.set(lay);
    }

    /// Whether there is signal; a stand-in for a phone can be told that there is none.
    pub fn has_signal(&self) -> bool {
        self.signal.load(Ordering::Relaxed)
    }

    /// Takes the signal away, or gives it back.
    pub fn set_signal(&self, on: bool) {
        self.signal.store(on, Ordering::Relaxed);
    }

    /// How long an answer may take.
    pub fn set_patience(&self, answer_max: Duration) {
        let mut transport = held(&self.transport);
        *transport = transport.clone().with_patience(answer_max);
    }

    fn way(&self) -> Option<Transport> {
        self.has_signal().then(|| held(&self.transport).clone())
    }

    async fn client(self: &Arc<Self>, name: &str, request: Value) -> Result<Value, Problem> {
        let (phone, name) = (Arc::clone(self), name.to_owned());
        let done = tokio::task::spawn_blocking(move || dispatch(&mut held(&phone.app), &name, request));
        done.await.unwrap_or_else(|_| Err(Problem::new(ProblemCode::Internal)))
    }

    async fn step(self: &Arc<Self>, arrived: Arrived) -> Result<SyncWant, Problem> {
        let phone = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || held(&phone.app).sync_step(arrived));
        done.await.unwrap_or_else(|_| Err(Problem::new(ProblemCode::Internal)))
    }

    /// 启用: the code from the sheet, through to the county's proof.
    async fn enrol(self: &Arc<Self>, request: Enrol) -> Result<EnrolDone, Problem> {
        let transport = self.way().ok_or_else(|| Problem::new(ProblemCode::Unreachable))?;
        let county = match request.county {
            Some(county) => county,
            None => county_of(transport.get("/health").await.map_err(silent)?)?,
        };
        let begin = EnrolBegin { code: request.code, pin: request.pin, county, anew: request.anew };
        let phone = Arc::clone(self);
        let begun = tokio::task::spawn_blocking(move || held(&phone.app).enrol_begin(begin)).await;
        let post = begun.unwrap_or_else(|_| Err(Problem::new(ProblemCode::Internal)))?;
        let answer = transport.post(&post.path, post.body.into_bytes()).await.map_err(silent)?;
        let reply = String::from_utf8(answer.body).map_err(|_| Problem::new(ProblemCode::NotTheCounty))?;
        let phone = Arc::clone(self);
        let done =
            tokio::task::spawn_blocking(move || held(&phone.app).enrol_finish(EnrolFinish { reply })).await;
        done.unwrap_or_else(|_| Err(Problem::new(ProblemCode::Internal)))
    }

    async fn exchange(self: &Arc<Self>, _: Nothing) -> Result<SyncReport, Problem> {
        self.send(Tries::Usual).await
    }

    /// Sends and fetches until the client says that it is over, or somebody stops it. What was begun goes on
    /// when whoever asked is gone: a page that is loaded again leaves no exchange half done behind it.
    ///
    /// # Errors
    /// When the phone is locked.
    pub async fn send(self: &Arc<Self>, tries: Tries) -> Result<SyncReport, Problem> {
        let phone = Arc::clone(self);
        let done = tokio::spawn(async move { phone.to_the_end(tries).await });
        done.await.unwrap_or_else(|_| Err(Problem::new(ProblemCode::Internal)))
    }

    async fn to_the_end(self: &Arc<Self>, tries: Tries) -> Result<SyncReport, Problem> {
        let _one = self.exchanging.lock().await;
        let stopped = self.stop.notified();
        tokio::pin!(stopped);
        let mut arrived = Arrived::Start;
        loop {
            let want = self.step(arrived).await?;
            if let SyncWant::Done(report) = want {
                return Ok(report);
            }
            arrived = tokio::select! {
                () = &mut stopped => Arrived::Stop,
                arrived = self.awaited(want, tries) => arrived,
            };
        }
    }

    async fn awaited(&self, want: SyncWant, tries: Tries) -> Arrived {
        match want {
            SyncWant::Done(_) => Arrived::Stop,
            SyncWant::Wait { .. } if tries == Tries::One => Arrived::Stop,
            SyncWant::Wait { until_ms } => {
                let now_ms = SystemClock::new(0).wall_ms();
                let wait_ms = u64::try_from(until_ms.saturating_sub(now_ms)).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(wait_ms.clamp(10, 60_000))).await;
                Arrived::Tick
            }
            SyncWant::Post { path, body } => {
                let Some(transport) = self.way() else { return Arrived::Unreachable };
                match transport.post(path, body).await {
                    Ok(answer) => Arrived::Reply { status: answer.status, body: answer.body },
                    Err(NoAnswer::Unreachable) => Arrived::Unreachable,
                    Err(NoAnswer::TooSlow) => Arrived::TooSlow,
                    Err(NoAnswer::NotTrusted) => Arrived::NotTrusted,
                }
            }
        }
    }

    /// Posts the reports of a locked phone, sealed as they are. Answers what became of them.
    async fn send_urgent(self: &Arc<Self>, _: Nothing) -> Result<LockedReports, Problem> {
        let sealed = held(&self.app).sealed_reports()?;
        for (record, bytes) in sealed {
            let transport = self.way().ok_or_else(|| Problem::new(ProblemCode::Unreachable))?;
            let answer = transport.post(URGENT_PATH, bytes).await.map_err(silent)?;
            held(&self.app).sealed_report_taken(record, &answer.body)?;
        }
        held(&self.app).urgent_locked_reports(Nothing {})
    }

    /// All that waits, sealed to the county, as a file: for a phone that cannot send any more.
    async fn save_waiting(self: &Arc<Self>, request: SaveWaiting) -> Result<SavedWaiting, Problem> {
        let phone = Arc::clone(self);
        let saved = move || {
            let export = held(&phone.app).export_waiting(Nothing {})?;
            let (entries, sealed) = (export.entries, export.sealed);
            let Some(lay) = phone.lay.get() else {
                return Ok(SavedWaiting { entries, place: None, sealed: Some(sealed) });
            };
            let place = lay.lay(&file_name(&request.name), &sealed).map_err(|error| {
                Problem::new(match error {
                    PortError::Full => ProblemCode::DiskFull,
                    PortError::Failed(_) => ProblemCode::FileNotSaved,
                })
            })?;
            Ok(SavedWaiting { entries, place: Some(place), sealed: None })
        };
        let saved = tokio::task::spawn_blocking(saved).await;
        saved.unwrap_or_else(|_| Err(Problem::new(ProblemCode::Internal)))
    }

    /// How far the exchange under way is.
    async fn sending(self: &Arc<Self>, _: Nothing) -> Result<Progress, Problem> {
        let phone = Arc::clone(self);
        let seen = tokio::task::spawn_blocking(move || held(&phone.app).progress()).await;
        seen.map_err(|_| Problem::new(ProblemCode::Internal))
    }

    /// Ends the exchange under way; everything stays on the phone.
    async fn stop_sending(self: &Arc<Self>, _: Nothing) -> Result<Nothing, Problem> {
        self.stop.notify_waiters();
        Ok(Nothing {})
    }
}
