//! A small county to try claims in: a township with two villages, its staff, duties and a form.

use super::phone::Phone;
use super::{County, Founding, Site};
use crate::audit::audit;
use crate::conformance::{Broken, Outcome, claim, there};
use crate::county::{DeviceRecord, Done, EnrolCode, EnrolState, FiguresQuery};
use domain::area::Area;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Status;
use domain::coverage::touch::horizon;
use domain::head::Head;
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::log::Dot;
use domain::patch::{Body, Entry, Patch, RecordRef};
use domain::period::{Cadence, Cut, Period};
use domain::problem::Problem;
use domain::staff::Role;
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use sync::county::needs::WaitsFor;
use sync::county::prepared::{Decision, Exchange, Job, OwnPatch, OwnRecord, ReviewVerdict, Settle, Undo};
use sync::county::{Prepared, needed};
use sync::wire::receipt::ItemState;

/// Why a reviewer takes a decision back.
pub const WHY_BACK: &str = "看错了人";
/// Why a reviewer dismisses.
pub const WHY: &str = "写错了人";
pub const COUNTY: AreaCode = AreaCode(532_929_000_000);
pub const TOWNSHIP: AreaCode = AreaCode(532_929_101_000);
/// Where `OFFICER` and `DIRECTOR` work; `NEIGHBOUR` works in the other.
pub const VILLAGE: AreaCode = AreaCode(532_929_101_201);
pub const OTHER: AreaCode = AreaCode(532_929_101_202);

pub const ADMIN: &str = "admin";
pub const REVIEWER: &str = "reviewer";
pub const HEAD: &str = "station head";
pub const OFFICER: &str = "officer";
pub const NEIGHBOUR: &str = "neighbour";
pub const DIRECTOR: &str = "director";

/// Fields with their values.
pub type Sets = BTreeMap<String, Value>;

/// A member of staff by name.
pub fn staff(name: &str) -> RecordId {
    RecordId::named("staff", name)
}

/// Fields from pairs.
pub fn sets<const N: usize>(fields: [(&str, Value); N]) -> Sets {
    fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// An area's code as a value.
pub fn code(area: AreaCode) -> Value {
    Value::Int(i64::try_from(area.0).unwrap_or_default())
}

/// A list of codes as a value.
pub fn list(codes: &[&str]) -> Value {
    Value::List(codes.iter().map(|code| (*code).to_owned()).collect())
}

/// A day of 2026.
pub fn day(month: u32, day: u32) -> Day {
    Day::from_ymd(2026, month, day).unwrap_or(Day(0))
}

/// The month of 2026 as a period.
pub fn month(month: u32) -> Period {
    Period::containing(Cadence::Month, Cut::Natural, day(month, 10))
}

pub struct World {
    site: Arc<dyn Site>,
    pub county: County,
    pub now_ms: UnixMs,
    drawn: u64,
}

impl World {
    /// A fresh county with areas, staff, duties and a form, on 10 November 2026 at 10 o'clock.
    pub async fn found(site: Arc<dyn Site>) -> Result<Self, Broken> {
        let founding = Founding { county: COUNTY, epoch: WriterId(0xC0), begins: day(9, 1) };
        let county = site.found(founding).await;
        let now_ms = day(11, 10).starts_at() + 10 * 3_600_000;
        let mut world = Self { site, county, now_ms, drawn: 0 };
        world.furnish().await?;
        world.roll(day(11, 10)).await?;
        Ok(world)
    }

    async fn furnish(&mut self) -> Outcome {
        let mut patches = Vec::new();
        for (area, parent) in
            [(COUNTY, None), (TOWNSHIP, Some(COUNTY)), (VILLAGE, Some(TOWNSHIP)), (OTHER, Some(TOWNSHIP))]
        {
            let mut fields = sets([(keys::CODE, code(area)), (keys::NAME, area.to_string().into())]);
            fields.extend(parent.map(|parent| (keys::PARENT.to_owned(), code(parent))));
            patches.push(self.own(OwnRecord::Known(Area::record(area)), fields));
        }
        for (name, role, area) in [
            (ADMIN, Role::CountyAdmin, COUNTY),
            (REVIEWER, Role::CountyReviewer, COUNTY),
            (HEAD, Role::StationHead, TOWNSHIP),
            (OFFICER, Role::AssistanceOfficer, VILLAGE),
            (NEIGHBOUR, Role::AssistanceOfficer, OTHER),
            (DIRECTOR, Role::ChildDirector, VILLAGE),
        ] {
            let known = RecordRef { kind: RecordKind::Staff, id: staff(name) };
            patches.push(self.own(OwnRecord::Known(known), sets([(keys::NAME, name.into())])));
            patches.push(self.assignment(name, role, area, day(1, 1), None));
        }
        patches.extend(self.duties());
        patches.push(self.form("elder", &["walk", "see"]).1);
        self.append(patches).await?;
        Ok(())
    }

    /// `elder`: each month, at home or by telephone, for LSLR. `rounds`: every 30 days, at home, for
    /// TK. `child`: each month cut on the 26th, for LSET. `home`: each quarter, at home, for LSLR, TK.
    fn duties(&mut self) -> Vec<OwnPatch> {
        let duties = [
            ("elder", "month", "natural", &["LSLR"][..], &["home", "phone"][..]),
            ("rounds", "days:30", "natural", &["TK"], &["home"]),
            ("child", "month", "day26", &["LSET"], &["home", "elsewhere"]),
            ("home", "quarter", "natural", &["LSLR", "TK"], &["home"]),
        ];
        duties
            .into_iter()
            .map(|(duty, cadence, cut, categories, ways)| {
                let fields = sets([
                    (keys::DUTY, duty.into()),
                    (keys::TITLE_ZH, duty.into()),
                    (keys::KIND, "care".into()),
                    (keys::CATEGORIES, list(categories)),
                    (keys::WAYS, list(ways)),
                    (keys::METS, list(&["self", "self_and_carer"])),
                    (keys::CADENCE, cadence.into()),
                    (keys::CUT, cut.into()),
                    (keys::AREA, code(COUNTY)),
                    (keys::FROM, "2026-01-01".into()),
                ]);
                self.own(OwnRecord::Known(Self::duty(duty)), fields)
            })
            .collect()
    }

    /// The record of a duty's first rule.
    pub fn duty(name: &str) -> RecordRef {
        RecordRef { kind: RecordKind::Duty, id: RecordId::named("duty", name) }
    }

    /// A patch that gives a role.
    pub fn assignment(
        &mut self,
        name: &str,
        role: Role,
        area: AreaCode,
        from: Day,
        until: Option<Day>,
    ) -> OwnPatch {
        let mut fields = sets([
            (keys::STAFF, staff(name).to_string().into()),
            (keys::ROLE, role.code().into()),
            (keys::AREA, code(area)),
            (keys::FROM, from.to_string().into()),
        ]);
        fields.extend(until.map(|until| (keys::UNTIL.to_owned(), until.to_string().into())));
        let id = RecordId::named("assignment", &format!("{name} {area} {from}"));
        self.own(OwnRecord::Known(RecordRef { kind: RecordKind::Assignment, id }), fields)
    }

    /// A published form: its hash, and the patch that publishes it.
    pub fn form(&mut self, name: &str, order: &[&str]) -> (Hash, OwnPatch) {
        let hash = Hash::of(name.as_bytes());
        let fields = sets([
            (keys::FORM, name.into()),
            (keys::HASH, hash.to_string().into()),
            (keys::ORDER, list(order)),
            (keys::AREA, code(COUNTY)),
        ]);
        let record = RecordRef { kind: RecordKind::Form, id: RecordId::named("form", name) };
        (hash, self.own(OwnRecord::Known(record), fields))
    }

    /// A number that was not drawn before.
    pub fn draw(&mut self) -> u64 {
        self.drawn += 1;
        self.drawn
    }

    /// A patch of the county, by its administrator, that has seen the record as it stands.
    pub fn own(&mut self, record: OwnRecord, sets: Sets) -> OwnPatch {
        let (author, stamp) = (staff(ADMIN), Stamp { wall_ms: self.now_ms, ..Stamp::default() });
        let body = Body { sets, salt: WriterId(self.draw()), ..Body::default() };
        OwnPatch { record, form: None, body, seen: None, author, stamp }
    }

    /// A job as it arrives now.
    pub fn prepared(&mut self, job: Job) -> Prepared {
        let spare_writer = WriterId(0xC0_0000 + self.draw());
        Prepared { county: COUNTY, now_ms: self.now_ms, spare_writer, job }
    }

    /// Carries out a job.
    pub async fn run(&mut self, job: Job) -> Result<Done, Broken> {
        let prepared = self.prepared(job);
        Ok(self.county.ledger.run(prepared).await?)
    }

    /// Carries out the county's own patches; answers their records.
    pub async fn append(&mut self, patches: Vec<OwnPatch>) -> Result<Vec<RecordRef>, Broken> {
        let done = self.run(Job::Append(patches)).await?;
        claim!(done.problem.is_none(), "the county's own patches: {:?}", done.problem);
        Ok(done.own.into_iter().map(|(record, _)| record).collect())
    }

    /// Writes fields of a record for the county.
    pub async fn set<const N: usize>(&mut self, record: RecordRef, fields: [(&str, Value); N]) -> Outcome {
        let patch = self.own(OwnRecord::Known(record), sets(fields));
        self.append(vec![patch]).await.map(drop)
    }

    /// The fields of a person of a village in a category since 2020.
    pub fn person_fields(name: &str, village: AreaCode, category: &str) -> Sets {
        let start = format!("{}{category}/start", keys::CATEGORY);
        sets([
            (keys::NAME, name.into()),
            (keys::VILLAGE, code(village)),
            (keys::PHONE, "1".into()),
            (&start, "2020-01-01".into()),
        ])
    }

    /// A person of the register.
    pub async fn person(&mut self, village: AreaCode, category: &str) -> Result<RecordRef, Broken> {
        let name = format!("person {}", self.draw());
        let born = if category == "LSET" { "2017-05-01" } else { "1950-05-01" };
        let mut fields = Self::person_fields(&name, village, category);
        fields.insert(keys::BORN.to_owned(), born.into());
        let patch = self.own(OwnRecord::New(RecordKind::Person), fields);
        there(self.append(vec![patch]).await?.pop(), "the new person")
    }

    /// The standings of everybody anew, from a day on, up to the period after next.
    pub async fn roll(&mut self, from: Day) -> Outcome {
        let horizon = horizon(Day::of(self.now_ms));
        let persons = self.county.ledger.records_after(RecordKind::Person, None, usize::MAX).await?;
        let subjects = persons.into_iter().map(|(record, _)| record.id).collect();
        self.run(Job::Roll { subjects, from, horizon }).await.map(drop)
    }

    /// One slice of what an edit of rules brings with it. `false` when nothing is left to do.
    pub async fn build_slice(&mut self, count: usize) -> Result<bool, Broken> {
        self.run(Job::Build { count }).await?;
        let (_, _, _, generations) = self.county.ledger.standing_now().await?;
        Ok(generations.work().is_some())
    }

    /// Everything that an edit of rules brings with it.
    pub async fn build(&mut self) -> Outcome {
        while self.build_slice(3).await? {}
        Ok(())
    }

    /// Whether a generation is being built.
    pub async fn building(&self) -> Result<bool, Broken> {
        let (_, _, _, generations) = self.county.ledger.standing_now().await?;
        Ok(generations.building().is_some())
    }

    /// A phone of a member of staff, enrolled.
    pub async fn phone(&mut self, name: &str) -> Result<Phone, Broken> {
        let number = self.draw();
        let (device, writer) = (DeviceId(0xD000 + number), WriterId(0xA000 + number));
        let lookup = format!("code {number}");
        let code = self.code(&lookup, staff(name));
        self.county.directory.put_code(code).await?;
        let record = self.device(device, staff(name), writer);
        let enrolled = self.county.directory.enrol(&lookup, record).await?;
        claim!(enrolled, "a fresh code enrols");
        Ok(Phone::new(device, staff(name), writer))
    }

    /// An open enrolment code.
    pub fn code(&self, lookup: &str, staff: RecordId) -> EnrolCode {
        EnrolCode {
            lookup: lookup.to_owned(),
            sealed: vec![1, 2, 3],
            staff,
            made_ms: self.now_ms,
            until_ms: self.now_ms + 72 * 3_600_000,
            tries_left: 5,
            state: EnrolState::Open,
        }
    }

    /// A device as it is enrolled.
    pub fn device(&self, device: DeviceId, staff: RecordId, writer: WriterId) -> DeviceRecord {
        DeviceRecord {
            row: DeviceRecord::fresh_row(device, staff, [writer].into(), self.now_ms),
            key: vec![7; 32],
            certificate: "certificate".to_owned(),
            recovery_sealed: vec![6],
            enrolled_ms: self.now_ms,
        }
    }

    /// An exchange as it arrives.
    pub async fn exchange(&mut self, exchange: Exchange) -> Result<Done, Broken> {
        self.run(Job::Exchange(Box::new(exchange))).await
    }

    /// Sends all that the phone has to send, and lets it hear the reply.
    pub async fn send(&mut self, phone: &mut Phone) -> Result<Done, Broken> {
        let exchange = phone.outgoing()?;
        let done = self.exchange(exchange).await?;
        claim!(done.problem.is_none(), "a plain exchange: {:?}", done.problem);
        phone.hear(&done);
        Ok(done)
    }

    /// An exchange of a phone that offers heads with writes of a former county writer.
    pub async fn offer(&mut self, phone: &mut Phone, heads: &[(RecordRef, Head)]) -> Outcome {
        let exchange = Exchange { recovered: heads.to_vec(), ..phone.outgoing()? };
        let done = self.exchange(exchange).await?;
        claim!(done.problem.is_none(), "an exchange that offers something: {:?}", done.problem);
        phone.hear(&done);
        Ok(())
    }

    /// A decision on the entry at a place of the queue.
    pub async fn decide(&mut self, entry: (Dot, Hash), accept: bool) -> Result<Option<Problem>, Broken> {
        Ok(self.decide_all(&[entry], accept).await?.problem)
    }

    /// Decisions in one job.
    pub async fn decide_all(&mut self, entries: &[(Dot, Hash)], accept: bool) -> Result<Done, Broken> {
        let word = || match accept {
            true => ReviewVerdict::Accept { reason: String::new() },
            false => ReviewVerdict::Dismiss { reason: WHY.to_owned() },
        };
        let decisions = entries.iter().map(|one| Self::decision(*one, word()));
        self.run(Job::Decide(decisions.collect())).await
    }

    /// The reviewer's word on one entry.
    pub fn decision((dot, hash): (Dot, Hash), verdict: ReviewVerdict) -> Decision {
        Decision { dot, hash, verdict, by: staff(REVIEWER), area: COUNTY, salt: WriterId(dot.serial) }
    }

    /// The reviewer takes decisions on these entries back.
    pub async fn undo(&mut self, entries: &[(Dot, Hash)]) -> Result<Option<Problem>, Broken> {
        self.undo_by(REVIEWER, entries, WHY_BACK).await
    }

    /// Somebody takes decisions on these entries back, for a reason.
    pub async fn undo_by(
        &mut self,
        name: &str,
        entries: &[(Dot, Hash)],
        reason: &str,
    ) -> Result<Option<Problem>, Broken> {
        let mut undos = Vec::new();
        for (_, hash) in entries {
            let (salt, reason) = (WriterId(self.draw()), reason.to_owned());
            undos.push(Undo { hash: *hash, reason, by: staff(name), salt });
        }
        Ok(self.run(Job::Undo(undos)).await?.problem)
    }

    /// The station head settles a contested field, having seen the record as it stands. Answers the patch.
    pub async fn settle(
        &mut self,
        record: RecordRef,
        key: &str,
        value: Value,
    ) -> Result<(Dot, Hash), Broken> {
        let own = self.own(OwnRecord::Known(record), sets([(key, value)]));
        let patch = OwnPatch { author: staff(HEAD), ..own };
        let word = Settle { patch, area: VILLAGE, salt: WriterId(self.draw()) };
        let done = self.run(Job::Settle(Box::new(word))).await?;
        claim!(done.problem.is_none(), "settled: {:?}", done.problem);
        let dot = there(done.own.first(), "the patch that settles")?.1;
        let history = self.county.reports.history(record).await?;
        let patch = history.iter().map(|one| &one.entry.patch).find(|patch| patch.dot() == dot);
        Ok((dot, there(patch, "the same in the record's history")?.hash()))
    }

    /// The first item of the queue, as a decision names it.
    pub async fn queued(&self) -> Result<(Dot, Hash), Broken> {
        let queue = self.county.reports.queue(1).await?;
        let first = there(queue.first(), "something in the queue")?;
        Ok((first.dot, first.hash))
    }

    /// A record as it stands; empty when it is not there.
    pub async fn head(&self, record: RecordRef) -> Result<Head, Broken> {
        let row = self.county.ledger.record(record).await?;
        Ok(row.map(|row| Head::clone(&row.head)).unwrap_or_default())
    }

    /// The states of a record's patches, in the order of their arrival.
    pub async fn states(&self, record: RecordRef) -> Result<Vec<ItemState>, Broken> {
        Ok(self.county.reports.history(record).await?.into_iter().map(|one| one.state).collect())
    }

    /// Where a person stands for a duty and a period, as of a day.
    pub async fn status(
        &self,
        person: RecordRef,
        duty: &str,
        period: Period,
        as_of: Day,
    ) -> Result<Option<Status>, Broken> {
        let all = self.county.reports.standings_of(person.id).await?;
        let found = all.iter().find(|one| one.duty == duty && one.period == period);
        Ok(found.and_then(|one| one.status_on(as_of)))
    }

    /// How many stand with a status in a village, as of a day, everybody once.
    pub async fn count(
        &self,
        duty: &str,
        period: Period,
        place: (AreaCode, Status),
        as_of: Day,
    ) -> Result<i64, Broken> {
        let query = FiguresQuery { duty: duty.to_owned(), period, category: "*".to_owned(), as_of };
        Ok(self.county.reports.figures(&query).await?.get(&place).copied().unwrap_or(0))
    }

    /// The county's sequence.
    pub async fn seq(&self) -> Result<u64, Broken> {
        Ok(self.county.ledger.standing_now().await?.0.seq)
    }

    /// Keeps a copy; `false` when the backend cannot.
    pub async fn back_up(&self) -> bool {
        self.site.back_up().await
    }

    /// Goes back to the copy.
    pub async fn restore(&mut self) {
        self.county = self.site.restore().await;
    }

    /// The county as it is read beside the one that writes.
    pub async fn beside(&self) -> County {
        self.site.beside().await
    }

    /// The logs that the county wrote itself, in all its epochs.
    pub async fn own_writers(&self) -> Result<Vec<WriterId>, Broken> {
        let (county, former, ..) = self.county.ledger.standing_now().await?;
        Ok(former.iter().map(|one| one.writer).chain([county.epoch]).collect())
    }

    /// What a phone made and the county has taken in names, as it stands, nothing that is not here, and nothing waits
    /// for what is. A household is no matter: nobody is counted by it.
    pub async fn stands(&self) -> Outcome {
        let (own, rows) = (self.own_writers().await?, self.county.ledger.ledger_after(0, usize::MAX).await?);
        for row in rows.iter().filter(|row| row.state == ItemState::Applied) {
            let made = |patch: &Patch| patch.record.id == RecordId::derived(patch.writer, patch.serial);
            let by_phone = |entry: &&Entry| !own.contains(&entry.patch.writer) && made(&entry.patch);
            let Some(entry) = row.entry.as_ref().filter(by_phone) else { continue };
            for needed in needed(entry).into_iter().filter(|one| one.kind != RecordKind::Household) {
                let (of, id) = (entry.patch.record, needed.id.to_string());
                let head = self.county.ledger.record(of).await?.unwrap_or_default().head;
                let names = head.fields.values().flatten().any(|one| one.value.as_text() == Some(&id));
                claim!(!names || self.here(needed).await?, "{of:?} speaks of {needed:?}, which is not here");
            }
        }
        for item in self.county.reports.queue(usize::MAX).await? {
            let Some(WaitsFor::Record(needed)) = item.waits_for else { continue };
            claim!(!self.here(needed).await?, "{:?} waits for {needed:?}, which is here", item.dot);
        }
        Ok(())
    }

    async fn here(&self, record: RecordRef) -> Result<bool, Broken> {
        let found = self.county.ledger.record(record).await?;
        Ok(found.is_some_and(|found| !found.head.fields.is_empty()))
    }

    /// Everything the county keeps equals its recomputation.
    pub async fn audit(&self) -> Outcome {
        let (ledger, reports) = (&*self.county.ledger, &*self.county.reports);
        let findings = audit(ledger, reports, COUNTY, &mut |_, _| {}).await?;
        let words: Vec<String> = findings.iter().map(ToString::to_string).collect();
        claim!(words.is_empty(), "the county differs from its recomputation:\n  {}", words.join("\n  "));
        self.stands().await
    }
}
