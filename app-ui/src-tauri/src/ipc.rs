//! The one command that the screens have: by name, with arguments and reply as JSON.

use crate::county::Start;
use crate::platform;
use client::Settings;
use domain::problem::{Problem, ProblemCode};
use phone_shell::carry::Phone;
use phone_shell::shell::phone_with;
use phone_shell::transport::Transport;
use serde_json::Value;
use std::io::{Error, ErrorKind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use tauri::{AppHandle, Runtime, State};

/// The phone behind the screens. It is opened by the first command, and by the next one when that fails,
/// so that a full disk is told by the screens and not by a window that does not come.
pub struct Carrier {
    start: Start,
    folder: PathBuf,
    phone: Mutex<Option<Arc<Phone>>>,
}

impl Carrier {
    /// The phone whose files lie in this folder.
    pub fn new(start: Start, folder: PathBuf) -> Self {
        Self { start, folder, phone: Mutex::default() }
    }

    fn phone<R: Runtime>(&self, app: &AppHandle<R>) -> Result<Arc<Phone>, Problem> {
        let mut held = self.phone.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(phone) = &*held {
            return Ok(Arc::clone(phone));
        }
        let way = Transport::new(&self.start.county, self.start.authority.as_deref());
        let way = way.map_err(|_| Problem::new(ProblemCode::Internal).with("reference", "county"))?;
        let settings = Settings::new(env!("CARGO_PKG_VERSION"));
        let opened = phone_with(&self.folder, settings, platform::key_store(app));
        let phone = Phone::new(opened.map_err(|error| told(&error))?, way);
        if let Some(lay) = platform::lay(app) {
            phone.set_lay(lay);
        }
        *held = Some(Arc::clone(&phone));
        Ok(phone)
    }
}

fn told(error: &Error) -> Problem {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Problem::new(ProblemCode::DiskFull),
        _ => Problem::new(ProblemCode::Internal).with("reference", "file"),
    }
}

/// Carries out a command of the phone.
///
/// # Errors
/// The command's own.
#[tauri::command]
pub async fn call<R: Runtime>(
    app: AppHandle<R>,
    carrier: State<'_, Carrier>,
    name: String,
    args: Value,
) -> Result<Value, Problem> {
    carrier.phone(&app)?.answer(&name, args).await
}
