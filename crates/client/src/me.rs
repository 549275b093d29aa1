//! 我的: who holds this phone, and what it can hand to those who help.

use crate::app::{App, Open, setting};
use crate::lock::Nothing;
use crate::tell::{OrTell, internal};
use domain::ids::{AreaCode, DeviceId};
use domain::patch::Entry;
use domain::problem::Problem;
use domain::settings::Setting;
use domain::staff::Role;
use domain::time::{Day, UnixMs};
use seal::age_seal;
use serde::{Deserialize, Serialize};
use sync::wire::exchange::AppOffer;
use sync::wire::item::LogPiece;

/// A role of the holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct RoleView {
    /// Which.
    pub role: Role,
    /// Where.
    pub area: AreaCode,
    /// Its name.
    pub area_name: String,
    /// From when.
    pub from: Day,
    /// Until when; nothing while it lasts.
    pub until: Option<Day>,
}

/// Below this, a phone of this kind soon takes nothing more.
const LOW_BYTES: u64 = 200_000_000;

/// How much room the phone has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Room {
    /// Bytes that are free where the database lies.
    pub free_bytes: u64,
    /// So little that its holder should make room.
    pub low: bool,
}

/// 我的.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct MeView {
    /// The holder's name.
    pub staff_name: String,
    /// The device, as the county names it.
    pub device: DeviceId,
    /// The county.
    pub county: AreaCode,
    /// Its name.
    pub county_name: String,
    /// The six digits of the county's key.
    pub fingerprint: String,
    /// Roles that hold today.
    pub roles: Vec<RoleView>,
    /// Entries that the county does not have yet.
    pub waiting: u64,
    /// When the county was last heard, by its own clock.
    pub heard_ms: Option<UnixMs>,
    /// How much room is left; nothing when the system does not say.
    pub room: Option<Room>,
    /// The app's version.
    pub app: String,
    /// A later one that the county offers, with its bytes; nobody has to take it.
    pub later_app: Option<(String, u64)>,
    /// After so many minutes during which nobody touched it, the app locks.
    pub lock_minutes: i32,
}

/// The languages that forms and problems are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// 中文.
    Zh,
    /// English.
    En,
}

/// 语言.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Speak {
    /// Which.
    pub language: Language,
}

/// Something sealed to the county, to be handed on in any way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedExport {
    /// How many entries it holds.
    pub entries: u64,
    /// The age file, as hexadecimal digits.
    pub sealed: String,
}

/// What is in an export: enough for a county to take the entries in.
#[derive(Serialize)]
struct Export<'a> {
    format: &'static str,
    certificate: &'a seal::word::SignedWord<seal::certificate::Certificate>,
    logs: Vec<LogPiece>,
}

impl Open {
    /// Of the places where the holder works, the shortest time.
    fn lock_minutes(&self, today: Day) -> i32 {
        let works = self.reference.assignments_of(self.staff).filter(|one| one.holds_on(today));
        let shortest = works.map(|one| self.setting(Setting::LockMinutes, Some(one.area), today)).min();
        shortest.unwrap_or_else(|| self.setting(Setting::LockMinutes, None, today))
    }
}

impl App {
    /// Who holds this phone.
    ///
    /// # Errors
    /// Those of the database.
    pub fn me(&mut self, _: Nothing) -> Result<MeView, Problem> {
        let app = self.settings.app.clone();
        let today = self.today()?;
        let free_bytes = self.ports.stores.free_bytes();
        let open = self.reading()?;
        let certificate = &open.identity.certificate;
        let areas = &open.reference.areas;
        let roles = open.reference.assignments_of(open.staff).filter(|one| one.holds_on(today));
        let roles = roles.map(|one| RoleView {
            role: one.role,
            area: one.area,
            area_name: areas.name(one.area),
            from: one.from,
            until: one.until,
        });
        Ok(MeView {
            staff_name: certificate.staff_name.clone(),
            device: certificate.device,
            county: certificate.county,
            county_name: areas.name(certificate.county),
            fingerprint: open.identity.county.fingerprint(),
            roles: roles.collect(),
            waiting: open.waiting()?,
            heard_ms: (open.heard.county_ms != 0).then_some(open.heard.county_ms),
            room: free_bytes.map(|free_bytes| Room { free_bytes, low: free_bytes < LOW_BYTES }),
            app,
            lock_minutes: open.lock_minutes(today),
            later_app: open.stored::<AppOffer>(setting::APP_OFFER)?.map(|offer| (offer.version, offer.bytes)),
        })
    }

    /// Chooses the language of forms and problems, for this run of the app.
    ///
    /// # Errors
    /// None.
    pub fn speak(&mut self, request: Speak) -> Result<Nothing, Problem> {
        let language = match request.language {
            Language::Zh => "zh",
            Language::En => "en",
        };
        if self.settings.language != language {
            language.clone_into(&mut self.settings.language);
            // Forms that are open speak the language in which they were opened; their answers are on disk.
            if let Some(open) = &mut self.open {
                open.desks.clear();
            }
        }
        Ok(Nothing {})
    }

    /// All that waits for the county, sealed to it: for a phone that cannot send any more.
    ///
    /// # Errors
    /// Those of the database.
    pub fn export_waiting(&mut self, _: Nothing) -> Result<SealedExport, Problem> {
        let (_, open, _) = self.writing()?;
        let (mut logs, mut entries) = (Vec::new(), 0);
        for row in open.store.writers().or_tell()? {
            let rows = open.store.log(row.writer, row.delivered + 1, usize::MAX).or_tell()?;
            let live = rows.into_iter().map(|one| one.entry);
            let live: Vec<Entry> = live.take_while(|entry| entry.patch.serial <= row.last.serial).collect();
            entries += live.len() as u64;
            let runs = live.chunk_by(|one, next| one.patch.serial + 1 == next.patch.serial);
            logs.extend(runs.filter_map(LogPiece::encode));
        }
        let export = Export { format: "shanfang waiting 1", certificate: &open.identity.signed, logs };
        let plain = serde_json::to_vec(&export).or_tell()?;
        let sealed = age_seal::seal(std::slice::from_ref(&open.identity.county.sealing), &plain);
        let sealed = sealed.map_err(|_| internal("export"))?;
        let sealed = sealed.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(SealedExport { entries, sealed })
    }
}
