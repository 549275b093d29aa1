//! The phone as a whole: its ports, and what is open while it is unlocked.

use crate::enrol::Enrolling;
use crate::identity::Enrolled;
use crate::ports::Ports;
use crate::sync_driver::Exchanging;
use crate::tell::OrTell;
use crate::today::Mine;
use crate::visits::Desk;
use domain::canonical::Hash;
use domain::coverage::Rules;
use domain::ids::{AreaCode, RecordId};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::settings::Setting;
use domain::time::{Day, Stamp, UnixMs};
use forms::form::Form;
use seal::stretch::Stretch;
use seal::vault::Unlocked;
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;
use store::phone::PhoneStore;

/// What differs between installations and tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The app's version, for the county's list of phones.
    pub app: String,
    /// The language of labels and problems: `zh` or `en`.
    pub language: String,
    /// What a guess at an enrolment code costs; the same at the county.
    pub enrol: Stretch,
    /// What a guess at a PIN costs.
    pub vault: Stretch,
}

impl Settings {
    /// The settings of the field.
    pub fn new(app: &str) -> Self {
        let (app, language) = (app.to_owned(), "zh".to_owned());
        Self { app, language, enrol: Stretch::ENROL, vault: Stretch::VAULT }
    }
}

/// When the county was last heard, on the phone's own clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Heard {
    /// The county's time.
    pub county_ms: UnixMs,
    /// The monotonic clock then.
    pub up_ms: i64,
    /// Its boot.
    pub boot: u32,
}

impl Open {
    /// Whether nobody has said yet that the county is the one of the sheet, and it was not heard either.
    pub(crate) fn awaits_comparison(&self) -> bool {
        !self.identity.compared && self.heard.county_ms == 0
    }
}

/// Keys of settings in the store.
pub(crate) mod setting {
    /// The county's member of staff that holds this phone.
    pub(crate) const STAFF: &str = "staff";
    /// The 备用解锁码, sealed, that the county has said it has.
    pub(crate) const CODE_KEPT: &str = "code_kept";
    /// Whether the county has no 备用解锁码 of this phone that it can read.
    pub(crate) const CODE_LOST: &str = "code_lost";
    /// When the county was last heard.
    pub(crate) const HEARD: &str = "heard";
    /// The place in the journal up to which the database has everything.
    pub(crate) const JOURNAL: &str = "journal";
    /// The last exchange number given out.
    pub(crate) const NUMBER: &str = "number";
    /// Where the phone stands at the county.
    pub(crate) const CURSOR: &str = "cursor";
    /// A later app that the county offers.
    pub(crate) const APP_OFFER: &str = "app_offer";
    /// Who has read own urgent reports at the county, by report.
    pub(crate) const URGENT_READ: &str = "urgent_read";
    /// Records that stand in no feed any more and are kept for a visit that is being filled in.
    pub(crate) const HELD: &str = "held";
    /// Every writer the county ever had.
    pub(crate) const EPOCHS: &str = "epochs";
    /// The month for which everybody's standings were last judged.
    pub(crate) const ROLLED: &str = "rolled";
}

/// What is at hand while the phone is unlocked.
pub(crate) struct Open {
    /// The open vault.
    pub unlocked: Unlocked,
    /// Who this phone is.
    pub identity: Enrolled,
    /// The database.
    pub store: Box<dyn PhoneStore + Send>,
    /// Whom the county takes its holder for.
    pub staff: RecordId,
    /// Areas, staff, assignments, duties, settings and orders of forms.
    pub reference: Reference,
    /// The rules of duties, ready to be asked.
    pub rules: Rules,
    /// The worker's own duties of today.
    pub mine: RefCell<Mine>,
    /// Which form is used for whom.
    pub form_uses: Vec<crate::form_use::FormUse>,
    /// The newest version of each published form.
    pub published: crate::form_use::Published,
    /// Compiled forms.
    pub forms: BTreeMap<Hash, Arc<Form>>,
    /// Forms being filled in, by draft and person.
    pub desks: BTreeMap<(String, RecordId), Desk>,
    /// When the county was last heard.
    pub heard: Heard,
    /// The place in the journal up to which the database has everything.
    pub journal_at: u64,
    /// Whether the journal has lines that the database has not.
    pub behind: bool,
    /// A 备用解锁码 that the county does not have yet, sealed to it.
    pub code: Option<String>,
    /// The sending under way.
    pub exchanging: Option<Exchanging>,
}

/// The phone.
pub struct App {
    pub(crate) ports: Ports,
    pub(crate) settings: Settings,
    pub(crate) enrolling: Option<Enrolling>,
    pub(crate) open: Option<Open>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.open.is_some() { "App(open)" } else { "App(locked)" })
    }
}

impl App {
    /// A phone that has just been started: locked, or not enrolled yet.
    pub fn new(ports: Ports, settings: Settings) -> Self {
        Self { ports, settings, enrolling: None, open: None }
    }

    /// The ports and what is open.
    ///
    /// # Errors
    /// [`ProblemCode::Locked`].
    pub(crate) fn both(&mut self) -> Result<(&mut Ports, &mut Open, &Settings), Problem> {
        let open = self.open.as_mut().ok_or_else(|| Problem::new(ProblemCode::Locked))?;
        Ok((&mut self.ports, open, &self.settings))
    }

    /// What is open, for reading.
    ///
    /// # Errors
    /// [`ProblemCode::Locked`].
    pub(crate) fn reading(&self) -> Result<&Open, Problem> {
        self.open.as_ref().ok_or_else(|| Problem::new(ProblemCode::Locked))
    }

    /// The same as [`App::both`], once the database has everything that the journal has.
    pub(crate) fn writing(&mut self) -> Result<(&mut Ports, &mut Open, &Settings), Problem> {
        let (ports, open, settings) = self.both()?;
        open.catch_up(ports)?;
        Ok((ports, open, settings))
    }

    /// Today, by the best the phone knows of the time.
    pub(crate) fn today(&self) -> Result<Day, Problem> {
        Ok(self.reading()?.today(&self.ports))
    }
}

impl Open {
    /// What the clocks say now.
    pub(crate) fn stamp(&self, ports: &Ports) -> Stamp {
        self.heard.stamp(ports)
    }

    /// The best guess of the time.
    pub(crate) fn now_ms(&self, ports: &Ports) -> UnixMs {
        self.stamp(ports).best_ms()
    }

    /// The day on which that falls.
    pub(crate) fn today(&self, ports: &Ports) -> Day {
        Day::of(self.now_ms(ports))
    }

    /// A setting that is stored as JSON.
    pub(crate) fn stored<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Problem> {
        let text = self.store.setting(key).or_tell()?;
        text.map(|text| serde_json::from_str(&text).or_tell()).transpose()
    }

    /// What is set in an area, or in the whole county where no area is known.
    pub(crate) fn setting(&self, setting: Setting, area: Option<AreaCode>, day: Day) -> i32 {
        let area = area.unwrap_or(self.identity.certificate.county);
        self.reference.setting(setting, area, day)
    }
}
