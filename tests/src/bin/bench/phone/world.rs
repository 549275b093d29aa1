//! A phone with 5,000 people and 20,000 visits, made as a worker's is: enrolled at a county on its real
//! database, everything downloaded through the real exchange. Some seconds.

use crate::Outcome;
use client::enrol::{EnrolBegin, EnrolFinish};
use client::lock::Unlock;
use client::sync_driver::{Arrived, SyncReport, SyncWant};
use client::{App, Settings};
use county_server::config::{Config, Data};
use county_server::county::County;
use county_server::seed::Plan;
use county_server::seed::notes::Style;
use county_server::seed::places::COUNTY;
use county_server::seed::visits::SeedVisit;
use county_server::staff::NewAssignment;
use county_server::{clock, enrol, ingest, open, seeding, staff};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{RecordId, WriterId};
use domain::patch::{Body, RecordRef};
use domain::staff::Role;
use domain::time::{Day, Happened, Stamp};
use domain::value::Value;
use phone_shell::shell::phone_in;
use seal::stretch::Stretch;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use sync::county::prepared::{OwnPatch, OwnRecord};
use system_tests::workload;
use tokio::runtime::Runtime;

/// People of the phone.
pub const PEOPLE: usize = 5_000;
/// Months of visits that make some 20,000 of this register.
const MONTHS: u32 = 7;
const SEED: u64 = 42;
/// The PIN of the phone.
pub const PIN: &str = "135790";
/// Patches of one job.
const SLICE: usize = 400;
/// Histories of the people who have been visited more often: how many visits, how many people.
const HISTORIES: [(usize, usize); 3] = [(10, 5), (100, 5), (1_000, 1)];
/// Days between two visits of these.
const PACE: i32 = 3;

/// The county at the other end, in this process: what a phone posts is answered at once.
pub struct Far {
    county: Arc<County>,
    runtime: Runtime,
}

/// The phone, its county, and whom to visit.
pub struct World {
    /// Where the phone's files lie.
    pub folder: PathBuf,
    /// The county.
    pub far: Far,
    /// People with a history of so many visits.
    pub visited: Vec<(usize, Vec<RecordId>)>,
    /// Everybody's names and ID numbers, for whoever searches.
    pub names: Vec<(String, String)>,
    /// How many visits the phone has.
    pub visits: usize,
}

/// What an exchange took here and there.
#[derive(Default)]
pub struct Took {
    /// On the phone.
    pub here: Duration,
    /// At the county.
    pub there: Duration,
}

/// A phone of these files, with what stretches a PIN as short as can be: the key is in hand.
pub fn phone(folder: &Path) -> Outcome<App> {
    let settings = Settings { vault: Stretch::FAST, ..Settings::new("bench") };
    Ok(phone_in(folder, settings)?)
}

/// The same, unlocked.
pub fn opened(folder: &Path) -> Outcome<App> {
    let mut app = phone(folder)?;
    app.unlock(Unlock { pin: PIN.into() }).map_err(said)?;
    Ok(app)
}

/// A problem as an error of the bench.
pub fn said(problem: domain::problem::Problem) -> Box<dyn std::error::Error> {
    format!("{} ({:?})", problem.en(), problem.params).into()
}

impl Far {
    fn open(folder: &Path) -> Outcome<Self> {
        let config =
            Config { data: Data { folder: folder.join("county"), ..Data::default() }, ..Config::default() };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build()?;
        let county = open::to_begin(&config, None, |_| Ok(())).map_err(said)?;
        Ok(Self { county, runtime })
    }

    /// One session of sending and fetching.
    pub fn exchange(&self, app: &mut App) -> Outcome<(SyncReport, Took)> {
        let mut took = Took::default();
        let mut arrived = Arrived::Start;
        loop {
            let began = Instant::now();
            let want = app.sync_step(arrived).map_err(said)?;
            took.here += began.elapsed();
            arrived = match want {
                SyncWant::Done(report) => match report.problem {
                    Some(problem) => return Err(said(problem)),
                    None => return Ok((report, took)),
                },
                SyncWant::Wait { .. } => Arrived::Tick,
                SyncWant::Post { body, .. } => {
                    let began = Instant::now();
                    let answer = ingest::exchange(&self.county, body.into(), clock::now_ms());
                    let body = self.runtime.block_on(answer).map_err(said)?;
                    took.there += began.elapsed();
                    Arrived::Reply { status: 200, body }
                }
            };
        }
    }

    /// A member of staff who looks after the whole register.
    fn worker(&self, today: Day) -> Outcome<RecordId> {
        let (county, now_ms) = (&self.county, clock::now_ms());
        self.runtime.block_on(async {
            let added = staff::add(county, staff::operator(), "杨洁", Some("10700000000"), now_ms).await;
            let worker = added.map_err(said)?;
            for role in [Role::AssistanceOfficer, Role::ChildDirector] {
                let (area, from) = (COUNTY, today.plus(-4_000));
                let new = NewAssignment { staff: worker, role, area, from, until: None };
                staff::assign(county, staff::operator(), &new, now_ms).await.map_err(said)?;
            }
            Ok(worker)
        })
    }

    fn enrol(&self, app: &mut App, worker: RecordId) -> Outcome {
        let (county, now_ms) = (&self.county, clock::now_ms());
        let sheet = self.runtime.block_on(enrol::sheet(county, worker, 1, now_ms)).map_err(said)?;
        let begin = EnrolBegin {
            code: sheet.code.on_paper(),
            pin: PIN.into(),
            county: COUNTY.to_string(),
            anew: false,
        };
        let post = app.enrol_begin(begin).map_err(said)?;
        let request = serde_json::from_str(&post.body)?;
        let reply = self.runtime.block_on(enrol::enrol(county, &request, now_ms)).map_err(said)?;
        app.enrol_finish(EnrolFinish { reply: serde_json::to_string(&reply)? }).map_err(said)?;
        Ok(())
    }

    /// Earlier visits to one person, one every few days, all answered like the sample.
    fn visited(
        &self,
        subject: RecordId,
        visits: usize,
        worker: RecordId,
        sample: &Sample,
        today: Day,
    ) -> Outcome {
        let mut patches = Vec::new();
        for number in 0..visits {
            let day = today.plus(-PACE * (i32::try_from(number)? + 1));
            let id = RecordId::named("visit", &format!("{subject} {number}"));
            let mut visit = sample.visit.clone();
            visit.insert(keys::HAPPENED.into(), Happened::morning(day).to_string().into());
            let mut part = sample.part.clone();
            part.sets.insert(keys::VISIT.into(), id.to_string().into());
            part.sets.insert(keys::SUBJECT.into(), subject.to_string().into());
            let part_id = RecordId::named("part", &format!("{subject} {number}"));
            let visit = Body { sets: visit, ..Body::default() };
            let both = [(RecordKind::Visit, id, None, visit), (RecordKind::Part, part_id, sample.form, part)];
            for (kind, id, form, body) in both {
                let stamp = Stamp { wall_ms: day.starts_at() + 36_000_000, ..Stamp::default() };
                let body = Body { salt: WriterId(self.county.dice.number()), ..body };
                let record = OwnRecord::Known(RecordRef { kind, id });
                patches.push(OwnPatch { record, form, body, seen: None, author: worker, stamp });
            }
        }
        while !patches.is_empty() {
            let rest = patches.split_off(SLICE.min(patches.len()));
            self.runtime.block_on(self.county.append(patches, clock::now_ms())).map_err(said)?;
            patches = rest;
        }
        Ok(())
    }
}

/// The fields of a visit and of its part, with its answers.
struct Sample {
    visit: BTreeMap<String, Value>,
    part: Body,
    form: Option<Hash>,
}

impl Sample {
    fn of(visit: &SeedVisit) -> Outcome<Self> {
        let part = visit.parts.first().ok_or("a visit without parts")?;
        let filled = part.filled.as_ref().ok_or("a part without answers")?;
        let answers = filled.answers.clone();
        let (sets, row, origins, given) = (part.sets.clone(), answers.row, answers.origins, answers.given);
        let part = Body { sets, row, origins, given, ..Body::default() };
        Ok(Self { visit: visit.sets.clone(), part, form: Some(filled.form) })
    }
}

impl World {
    /// Makes all of it in a folder, in place of what is there.
    pub fn make(folder: &Path) -> Outcome<Self> {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder)?;
        let far = Far::open(folder)?;
        let today = Day::of(clock::now_ms());
        let order = seeding::Order { seed: SEED, subjects: PEOPLE, months: MONTHS, style: Style::Plain };
        let mut quiet = |_: &_| {};
        let fill = seeding::fill(&far.county, &order, clock::now_ms(), &mut quiet);
        let filled = far.runtime.block_on(fill).map_err(said)?;
        let worker = far.worker(today)?;
        let (synthetic, visits) = workload::visits(SEED, PEOPLE, Style::Plain, today.plus(-30)..today);
        debug_assert_eq!(synthetic.plan, Plan { seed: SEED, subjects: PEOPLE, today });
        let residents = &synthetic.register.residents;
        let elders = residents.iter().map(|one| &one.person).filter(|person| {
            let old = person.age_on(today).is_some_and(|age| age >= 60);
            let here = person.died.is_none() && person.moved_out.is_none() && person.aways.is_empty();
            old && here && person.categories_on(today).any(|code| code == "DJ")
        });
        let mut elders = elders.map(|person| person.id);
        let sample = visits.iter().find(|visit| {
            let subject = visit.parts.first().map(|part| part.subject);
            residents.iter().any(|one| Some(one.person.id) == subject && !one.person.is_minor_on(today))
        });
        let sample = Sample::of(sample.ok_or("nobody was visited")?)?;
        let mut visited = Vec::new();
        let mut extra = 0;
        for (visits, people) in HISTORIES {
            let people: Vec<RecordId> = elders.by_ref().take(people).collect();
            for person in &people {
                far.visited(*person, visits, worker, &sample, today)?;
                extra += visits;
            }
            visited.push((visits, people));
        }
        eprintln!("  a county of {PEOPLE} people and {} visits; the phone downloads it …", filled.visits);
        let folder = folder.join("phone");
        let mut app = phone(&folder)?;
        far.enrol(&mut app, worker)?;
        let (report, took) = far.exchange(&mut app)?;
        let (fetched, seconds) = (report.fetched, took.here.as_secs_f64());
        eprintln!("  {fetched} records in {} exchanges, {seconds:.1} s on the phone", report.exchanges);
        while app.tidy(client::lock::Nothing {}).map_err(said)?.more {}
        let names = residents.iter().map(|one| &one.person);
        let names = names.map(|one| (one.name.clone(), one.id_number.clone().unwrap_or_default())).collect();
        drop(elders);
        Ok(Self { folder, far, visited, names, visits: filled.visits + extra })
    }
}
