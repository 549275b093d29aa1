//! A small seeded county, copied for each test, with phones on a road of changing weather.

use county_server::seed::story::{Story, story};
use county_server::seed::{County, Plan};
use domain::ids::RecordId;
use domain::time::Day;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use system_tests::county::{CountyProcess, ask, binary, build};
use system_tests::net::Road;
use system_tests::phone::PhoneProcess;

pub const PIN: &str = "135790";
const SUBJECTS: usize = 150;

/// An empty folder of this test run.
pub fn folder(name: &str) -> PathBuf {
    build().unwrap();
    let folder = std::env::temp_dir().join(format!("shanfang-e2e-{}-{name}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

pub fn today() -> Day {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Day::of(i64::try_from(since.as_millis()).unwrap())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Copies the seeded county into an empty folder. It is made once for all processes of all test runs, as
/// long as server and day are the same, and stands beside the server's binary.
fn copy_template(to: &Path) {
    let server = binary("county-server").unwrap();
    let made = server.metadata().unwrap().modified().unwrap();
    let made = made.duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
    let templates = server.with_file_name("e2e-templates");
    std::fs::create_dir_all(&templates).unwrap();
    // Held until this function ends, or its process.
    let lock = std::fs::File::create(templates.join("lock")).unwrap();
    lock.lock().unwrap();
    let template = templates.join(format!("{made}-{}", today()));
    if !template.exists() {
        for old in std::fs::read_dir(&templates).unwrap().map(|entry| entry.unwrap().path()) {
            if old.is_dir() {
                std::fs::remove_dir_all(old).unwrap();
            }
        }
        // Under another name until it is whole.
        let fresh = templates.join("unfinished");
        let subjects = SUBJECTS.to_string();
        let seed = ["seed", "--subjects", &subjects, "--months", "1", "--seed", "1"];
        ask(&fresh.join("county"), &seed).unwrap();
        std::fs::rename(fresh, &template).unwrap();
    }
    copy(&template, to);
    copy(&template.join("county"), &to.join("county"));
}

/// One test's world.
pub struct World {
    pub folder: PathBuf,
    pub county: Option<CountyProcess>,
    pub road: Road,
    pub story: Story,
    /// The same county without a server: who is who.
    pub synthetic: County,
    address: String,
    code: String,
}

impl World {
    pub fn new(name: &str) -> Self {
        let folder = folder(name);
        copy_template(&folder);
        let synthetic = County::new(Plan { seed: 1, subjects: SUBJECTS, today: today() });
        let story = story(&synthetic, today()).unwrap();
        let county = CountyProcess::start(&folder.join("county"), "127.0.0.1:0").unwrap();
        let (address, code) = (county.address().to_owned(), county.county.clone());
        let road = Road::to(&address).unwrap();
        Self { folder, county: Some(county), road, story, synthetic, address, code }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.join("county")
    }

    /// Ends the server as a power cut would, and starts it again at the same place.
    pub fn kill_county_and_start_again(&mut self) {
        self.kill_county();
        self.start_county();
    }

    pub fn start_county(&mut self) {
        self.county = Some(CountyProcess::start(&self.data(), &self.address).unwrap());
    }

    pub fn kill_county(&mut self) {
        self.county.take().unwrap().kill().unwrap();
    }

    /// A phone's process on its files, locked if it was enrolled before.
    pub fn phone(&self, name: &str) -> PhoneProcess {
        let folder = self.folder.join(name);
        std::fs::create_dir_all(&folder).unwrap();
        PhoneProcess::start(&folder, &self.road.url).unwrap()
    }

    pub fn sheet(&self, staff: RecordId) -> String {
        let sheet = ask(&self.data(), &["enrol", &staff.to_string(), "--json"]).unwrap();
        let sheet: Value = serde_json::from_str(&sheet).unwrap();
        sheet["code"].as_str().unwrap().to_owned()
    }

    /// An enrolled phone with its villages.
    pub fn enrolled(&self, name: &str, staff: RecordId) -> PhoneProcess {
        self.enrolled_with(name, &self.sheet(staff))
    }

    /// A phone that was enrolled with a sheet.
    pub fn enrolled_with(&self, name: &str, code: &str) -> PhoneProcess {
        let mut phone = self.phone(name);
        phone.call("enrol", json!({ "code": code, "pin": PIN, "county": self.code })).unwrap();
        let report = phone.call("exchange", json!({})).unwrap();
        assert!(report["problem"].is_null(), "{report}");
        assert!(report["fetched"].as_u64() > Some(50), "{report}");
        phone
    }

    /// Copies the files of a phone that is not running.
    pub fn copy_phone(&self, from: &str, to: &str) {
        copy(&self.folder.join(from), &self.folder.join(to));
    }

    pub fn county_code(&self) -> &str {
        &self.code
    }

    /// A phone whose process ended, started again and unlocked.
    pub fn again(&self, name: &str) -> PhoneProcess {
        let mut phone = self.phone(name);
        phone.call("unlock", json!({ "pin": PIN })).unwrap();
        phone
    }

    /// The visits to a person that the county has, each once.
    pub fn visits_at_county(&self, person: RecordId) -> BTreeSet<String> {
        let text =
            ask(&self.data(), &["coverage", "--person", &person.to_string(), "--format", "json"]).unwrap();
        let shown: Value = serde_json::from_str(&text).unwrap();
        let visits = shown["visits"].as_array().unwrap();
        let ids: BTreeSet<String> =
            visits.iter().map(|visit| visit["visit"].as_str().unwrap().to_owned()).collect();
        assert_eq!(ids.len(), visits.len(), "no visit twice");
        ids
    }

    /// Nothing in the county differs from a recomputation.
    pub fn doctor_finds_nothing(&self) {
        ask(&self.data(), &["doctor"]).unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.county.take());
        if !std::thread::panicking() {
            let _ = std::fs::remove_dir_all(&self.folder);
        }
    }
}

/// What the county lists as waiting.
pub fn waiting(world: &World, filter: &[&str]) -> Vec<Value> {
    let asked = [&["waiting", "list", "--format", "json"], filter].concat();
    let list: Value = serde_json::from_str(&ask(&world.data(), &asked).unwrap()).unwrap();
    list["items"].as_array().unwrap().clone()
}

/// Visits somebody at home on a day, all questions answered. Answers the visit's record, or what is still to
/// be said.
pub fn try_visit(phone: &mut PhoneProcess, person: RecordId, day: Day) -> Result<String, Value> {
    let chosen = json!([{ "subject": person, "met": "self" }]);
    let args = json!({ "subjects": chosen, "way": "home", "happened": { "day": day } });
    let draft = phone.call("start_visit", args).unwrap()["visit"].as_str().unwrap().to_owned();
    system_tests::story::fill(phone, &draft, person).unwrap();
    let done = phone.call("finish", json!({ "visit": draft })).unwrap();
    done["visit"].as_str().map(str::to_owned).ok_or_else(|| done["gaps"].clone())
}

/// The same, with nothing left to be said.
pub fn visit(phone: &mut PhoneProcess, person: RecordId, day: Day) -> String {
    try_visit(phone, person, day).unwrap()
}

/// Exchanges once; whatever stopped it is told.
pub fn exchange(phone: &mut PhoneProcess) -> Value {
    phone.call("exchange", json!({})).unwrap()
}

/// Exchanges and expects that everything is delivered.
pub fn deliver(phone: &mut PhoneProcess) {
    let report = exchange(phone);
    assert!(report["problem"].is_null() && report["waiting"] == 0, "{report}");
}

/// Exchanges, and is then what the county has.
pub fn in_step(phone: &mut PhoneProcess) {
    let report = exchange(phone);
    assert_eq!((&report["problem"], &report["waiting"]), (&json!(null), &json!(0)), "{report}");
    assert_eq!(report["alike"], true, "the phone's feeds are the county's: {report}");
}

/// Logs that somebody was not met: a whole visit in one command. Answers the visit's record.
pub fn not_met(phone: &mut PhoneProcess, person: RecordId) -> String {
    let done = phone.call("not_met", json!({ "subjects": [person], "reason": "not_at_home" })).unwrap();
    done["visit"].as_str().unwrap().to_owned()
}

/// Waits until something happens, half a minute at most.
pub fn wait_for(what: &str, happens: impl Fn() -> bool) {
    let started = Instant::now();
    while !happens() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}
