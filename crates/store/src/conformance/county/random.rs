//! Random exchanges, corrections and decisions; everything that is kept must equal its recomputation.

use super::duplicates;
use super::erasure::in_a_play;
use super::phone::Phone;
use super::undo::{never_decided, never_settled};
use super::world::{
    DIRECTOR, HEAD, NEIGHBOUR, OFFICER, OTHER, REVIEWER, VILLAGE, World, code, day, list, sets,
};
use crate::conformance::{Broken, Outcome, claim};
use crate::county::HistoryItem;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::RecordId;
use domain::log::Dot;
use domain::patch::{Entry, RecordRef};
use domain::time::{Day, Happened};
use domain::value::Value;
use std::collections::BTreeMap;
use sync::county::prepared::Job;

/// Numbers that look random and are the same each time (Steele, Lea, Flood: SplitMix64, 2014).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }

    fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let place = usize::try_from(self.below(from.len() as u64)).ok()?;
        from.get(place).copied()
    }

    fn text(&mut self, from: &[&'static str]) -> &'static str {
        self.pick(from).unwrap_or_default()
    }

    /// A day between May and the middle of December 2026, most after August.
    fn day(&mut self) -> Day {
        let (from, span) = if self.one_in(4) { (day(5, 1), 123) } else { (day(9, 1), 100) };
        from.plus(i32::try_from(self.below(span)).unwrap_or(0))
    }

    fn date(&mut self) -> Value {
        if self.one_in(5) { Value::Null } else { self.day().to_string().into() }
    }
}

/// A phone with what was on its screen when it last looked.
struct Worker {
    phone: Phone,
    screen: BTreeMap<RecordRef, Head>,
}

struct Play {
    dice: Dice,
    workers: Vec<Worker>,
    persons: Vec<RecordRef>,
    visits: Vec<RecordRef>,
    parts: Vec<RecordRef>,
    /// A copy of the county was kept.
    copied: bool,
    /// What was decided on.
    decided: Vec<(Dot, Hash)>,
    /// The clock may be ahead without everybody being rolled, while records come. What stands further than the
    /// horizon then goes with a decision, and does not come back with it.
    cut_off: bool,
    /// A clone of the first phone, which goes its own way.
    clone: Option<Phone>,
}

/// The case of the list: one play of a hundred steps.
pub async fn everything(world: &mut World) -> Outcome {
    play(world, 1, 100).await
}

/// A play of so many steps that follows from a seed. Everything is audited now and then.
pub async fn play(world: &mut World, seed: u64, steps: u32) -> Outcome {
    let mut play = Play {
        dice: Dice(seed),
        workers: Vec::new(),
        persons: Vec::new(),
        visits: Vec::new(),
        parts: Vec::new(),
        copied: false,
        decided: Vec::new(),
        cut_off: false,
        clone: None,
    };
    for name in [OFFICER, NEIGHBOUR, HEAD, DIRECTOR, REVIEWER] {
        play.workers.push(Worker { phone: world.phone(name).await?, screen: BTreeMap::new() });
    }
    for _ in 0..3 {
        play.register(world).await?;
    }
    for step in 0..steps {
        let told = |broken| Broken(format!("seed {seed}, step {step}: {broken}"));
        play.disaster(world, seed, step, steps).await.map_err(told)?;
        play.step(world).await.map_err(told)?;
        if step % 25 == 24 {
            world.audit().await.map_err(told)?;
        }
    }
    play.finish(world).await.map_err(|broken| Broken(format!("seed {seed}, at the end: {broken}")))
}

impl Play {
    async fn step(&mut self, world: &mut World) -> Outcome {
        match self.dice.below(26) {
            0 => self.register(world).await,
            1..=5 => self.visit(),
            6..=9 => self.correct(),
            10..=14 => self.send(world).await,
            15 => self.look(world).await,
            16 => self.decide(world).await,
            22 => self.undo(world).await,
            23 => self.never(world).await,
            17 => self.county(world).await,
            18 => self.rules(world).await,
            19 | 20 => {
                world.build_slice(usize::try_from(1 + self.dice.below(2)).unwrap_or(1)).await.map(drop)
            }
            21 => self.time(world).await,
            24 => self.erase(world).await,
            _ => self.clock(world).await,
        }
    }

    /// In one play of three the county goes back to a copy; in another a phone is cloned; in the third a roll
    /// is cut off.
    async fn disaster(&mut self, world: &mut World, seed: u64, step: u32, steps: u32) -> Outcome {
        match seed % 3 {
            0 if step == steps / 3 => self.copied = world.back_up().await,
            0 if step == steps / 2 && self.copied => {
                world.restore().await;
            }
            2 if step == steps / 2 => self.cut_off = true,
            1 if step == steps / 4 => self.clone = self.workers.first().map(|worker| worker.phone.clone()),
            1 if step.is_multiple_of(10) => {
                let Some(mut clone) = self.clone.take() else { return Ok(()) };
                clone.visit(VILLAGE, self.dice.day());
                if let Some(person) = self.dice.pick(&self.persons) {
                    clone.set(person, [(keys::PHONE, "9".into())], &Head::default());
                }
                let exchange = clone.outgoing()?;
                world.exchange(exchange).await?;
                self.clone = Some(clone);
            }
            _ => {}
        }
        Ok(())
    }

    /// All is healed: every phone sends until it has nothing more, and all it ever wrote is there.
    async fn finish(&mut self, world: &mut World) -> Outcome {
        for Worker { phone, .. } in &mut self.workers {
            for _ in 0..3 {
                world.send(phone).await?;
            }
            if phone.log.last().is_some_and(|last| last.patch.hash() != phone.mark.hash) {
                // Its clone was faster: what the phone did since is kept as forked.
                claim!(self.clone.as_ref().is_some_and(|clone| clone.writer == phone.writer), "all is held");
                let pieces = vec![phone.piece(1, phone.next() - 1)?];
                let whole = phone.with(pieces);
                world.exchange(whole).await?;
            }
            for entry in &phone.log {
                let history = world.county.reports.history(entry.patch.record).await?;
                let erased = |one: &Entry| one.patch == entry.patch && one.body.is_none();
                let is_it = |one: &&HistoryItem| one.entry == *entry || erased(&one.entry);
                let times = history.iter().filter(is_it).count();
                claim!(times == 1, "{} {} is there {times} times", entry.patch.writer, entry.patch.serial);
            }
        }
        world.audit().await?;
        world.build().await?;
        world.audit().await
    }

    /// A new person: by the county, or by a phone that may not have sent it when others know of it.
    async fn register(&mut self, world: &mut World) -> Outcome {
        let category = self.dice.text(&["LSLR", "TK", "LSET"]);
        let village = self.dice.pick(&[VILLAGE, OTHER]).unwrap_or(VILLAGE);
        let person = if self.dice.one_in(3) {
            let name = format!("person {}", world.draw());
            let fields = World::person_fields(&name, village, category);
            let Some(worker) = self.workers.get_mut(2) else { return Ok(()) };
            worker.phone.make(RecordKind::Person, fields)
        } else {
            world.person(village, category).await?
        };
        self.persons.push(person);
        Ok(())
    }

    fn worker(&mut self) -> Option<usize> {
        usize::try_from(self.dice.below(self.workers.len() as u64)).ok()
    }

    /// Two calls long ago, which counted or not by a rule or a stay of that time.
    fn early_calls(&mut self) {
        let (person, at) = (self.dice.pick(&self.persons), self.worker());
        let Some((person, at)) = person.zip(at) else { return };
        for month in [5, 6] {
            let day = day(month, 1).plus(i32::try_from(self.dice.below(28)).unwrap_or(0));
            let Some(Worker { phone, .. }) = self.workers.get_mut(at) else { return };
            let visit = phone.visit_when(VILLAGE, Happened::morning(day), "phone");
            self.parts.push(phone.met(visit, person));
            self.visits.push(visit);
        }
    }

    /// A visit with some parts.
    fn visit(&mut self) -> Outcome {
        let Some(at) = self.worker() else { return Ok(()) };
        if self.dice.one_in(8) {
            self.early_calls();
        }
        let village = if at == 1 { OTHER } else { VILLAGE };
        let village = if self.dice.one_in(8) { OTHER } else { village };
        let (day, way) = (self.dice.day(), self.dice.text(&["home", "home", "phone", "elsewhere"]));
        let happened = if self.dice.one_in(4) {
            Happened::new(day.starts_at(), day.plus(2).starts_at())
        } else {
            Happened::morning(day)
        };
        let count = 1 + self.dice.below(3);
        let Some(worker) = self.workers.get_mut(at) else { return Ok(()) };
        let visit = worker.phone.visit_when(village, happened, way);
        self.visits.push(visit);
        for _ in 0..count {
            let Some(person) = self.dice.pick(&self.persons) else { break };
            let part = match self.dice.below(5) {
                0 => worker.phone.part(visit, person, "none", Some("hospital")),
                1 => worker.phone.part(visit, person, "none", Some("not_at_home")),
                2 => worker.phone.part(visit, person, "family", None),
                _ => worker.phone.met(visit, person),
            };
            self.parts.push(part);
        }
        Ok(())
    }

    /// A correction of something, by what was last on the screen.
    fn correct(&mut self) -> Outcome {
        let Some(at) = self.worker() else { return Ok(()) };
        let Some(record) = self.record() else { return Ok(()) };
        let Some((key, value)) = self.field(record) else { return Ok(()) };
        let Some(worker) = self.workers.get_mut(at) else { return Ok(()) };
        let mut head = worker.screen.get(&record).cloned().unwrap_or_default();
        // Its own patches are on its screen too.
        for entry in worker.phone.log.iter().filter(|entry| entry.patch.record == record) {
            head.vector.raise(entry.patch.dot());
        }
        worker.phone.set(record, [(&key, value)], &head);
        Ok(())
    }

    fn record(&mut self) -> Option<RecordRef> {
        match self.dice.below(5) {
            0 => self.dice.pick(&self.visits),
            1 => self.dice.pick(&self.parts),
            _ => self.dice.pick(&self.persons),
        }
    }

    fn field(&mut self, record: RecordRef) -> Option<(String, Value)> {
        let dice = &mut self.dice;
        let (key, value) = match record.kind {
            RecordKind::Visit => match dice.below(4) {
                0 => (keys::HAPPENED.to_owned(), Happened::morning(dice.day()).to_string().into()),
                1 => (keys::WAY.to_owned(), dice.text(&["home", "phone"]).into()),
                2 => (keys::VILLAGE.to_owned(), code(dice.pick(&[VILLAGE, OTHER])?)),
                _ => (keys::VOID.to_owned(), if dice.one_in(2) { Value::Null } else { "twice".into() }),
            },
            RecordKind::Part => match dice.below(4) {
                0 => (keys::MET.to_owned(), dice.text(&["self", "none", "family"]).into()),
                1 => (keys::SUBJECT.to_owned(), dice.pick(&self.persons)?.id.to_string().into()),
                2 => (keys::VISIT.to_owned(), dice.pick(&self.visits)?.id.to_string().into()),
                _ => (keys::REASON.to_owned(), dice.text(&["migrant", "in_the_fields"]).into()),
            },
            _ => self.person_field()?,
        };
        Some((key, value))
    }

    fn person_field(&mut self) -> Option<(String, Value)> {
        let dice = &mut self.dice;
        let category = dice.text(&["LSLR", "TK", "LSET"]);
        Some(match dice.below(12) {
            0 | 1 => (keys::PHONE.to_owned(), Value::from(i64::try_from(dice.below(4)).ok()?.to_string())),
            2 => (keys::VILLAGE.to_owned(), code(dice.pick(&[VILLAGE, OTHER])?)),
            3 => (format!("{}{}", keys::MOVED, dice.day()), code(dice.pick(&[VILLAGE, OTHER])?)),
            4 => (keys::DIED.to_owned(), dice.date()),
            5 => (format!("{}{category}/start", keys::CATEGORY), dice.date()),
            6 => (format!("{}{category}/end", keys::CATEGORY), dice.date()),
            7 => (format!("{}1/kind", keys::AWAY), dice.text(&["hospital", "migrant", "boarding"]).into()),
            8 => (format!("{}1/from", keys::AWAY), dice.date()),
            9 => (keys::BORN.to_owned(), dice.text(&["1950-05-01", "2017-05-01"]).into()),
            10 => (
                format!("{}{}", keys::CHANGE, dice.pick(&self.parts)?.id),
                dice.text(&["accepted", "rejected"]).into(),
            ),
            _ => (keys::REGISTRATION.to_owned(), if dice.one_in(2) { Value::Null } else { "pending".into() }),
        })
    }

    /// An exchange: plain, with its reply lost, in the wrong order, or sent twice.
    async fn send(&mut self, world: &mut World) -> Outcome {
        let Some(at) = self.worker() else { return Ok(()) };
        let way = self.dice.below(7);
        let kept = self.dice.below(4);
        let Some(Worker { phone, .. }) = self.workers.get_mut(at) else { return Ok(()) };
        let (from, last) = (phone.mark.serial + 1, phone.next() - 1);
        match way {
            0 if last >= from => {
                let lost = phone.outgoing()?;
                world.exchange(lost).await?;
            }
            1 if last > from => {
                let pieces = vec![phone.piece(from + 1, last)?];
                let early = phone.with(pieces);
                world.exchange(early).await?;
            }
            3 if last >= from => {
                // The program fails on an entry of it.
                let mut exchange = phone.outgoing()?;
                exchange.pieces.iter_mut().for_each(|piece| piece.kept = [from + kept].into());
                let done = world.exchange(exchange).await?;
                phone.hear(&done);
            }
            2 => {
                let exchange = phone.outgoing()?;
                world.exchange(exchange.clone()).await?;
                let done = world.exchange(exchange).await?;
                phone.hear(&done);
            }
            _ => {
                world.send(phone).await?;
            }
        }
        Ok(())
    }

    /// Everything the county has comes on a screen.
    async fn look(&mut self, world: &mut World) -> Outcome {
        let Some(at) = self.worker() else { return Ok(()) };
        for record in self.persons.iter().chain(&self.visits).chain(&self.parts) {
            let head = world.head(*record).await?;
            if let Some(worker) = self.workers.get_mut(at) {
                worker.screen.insert(*record, head);
            }
        }
        Ok(())
    }

    /// A word on something in the queue; whatever it is, nothing may break.
    async fn decide(&mut self, world: &mut World) -> Outcome {
        let queue = world.county.reports.queue(50).await?;
        let all: Vec<_> = queue.iter().map(|item| (item.dot, item.hash)).collect();
        let Some(one) = self.dice.pick(&all) else { return Ok(()) };
        let accept = self.dice.one_in(2);
        if self.dice.one_in(4) {
            return self.merge(world).await;
        }
        if world.decide_all(&[one], accept).await?.problem.is_none() {
            self.decided.push(one);
        }
        Ok(())
    }

    /// Two people are said to be one.
    async fn merge(&mut self, world: &mut World) -> Outcome {
        let (Some(one), Some(other)) = (self.dice.pick(&self.persons), self.dice.pick(&self.persons)) else {
            return Ok(());
        };
        self.decided.extend(duplicates::merge(world, [one, other], &[keys::PHONE]).await?);
        duplicates::nothing_hangs(world).await
    }

    /// A decision of any time is taken back, as far as no other rests on it.
    async fn undo(&mut self, world: &mut World) -> Outcome {
        let Some(one) = self.dice.pick(&self.decided) else { return Ok(()) };
        world.undo(&[one]).await.map(drop)
    }

    /// Decisions that are taken back at once, on whatever waits or is contested.
    async fn never(&mut self, world: &mut World) -> Outcome {
        if self.cut_off {
            return Ok(());
        }
        let queue = world.county.reports.queue(50).await?;
        let mut all: Vec<_> = queue.iter().map(|item| (item.dot, item.hash)).collect();
        if let Some(first) = self.dice.pick(&all).filter(|_| self.dice.one_in(2)) {
            all.retain(|one| one.0.writer == first.0.writer);
        } else {
            all = self.dice.pick(&all).into_iter().collect();
        }
        never_decided(world, &all, self.dice.one_in(2)).await?;
        if let (Some(one), Some(other)) = (self.dice.pick(&self.persons), self.dice.pick(&self.persons)) {
            duplicates::never_merged(world, [one, other]).await?;
        }
        let contested = world.county.reports.contested(50).await?;
        let Some(record) = self.dice.pick(&contested) else { return Ok(()) };
        never_settled(world, record).await
    }

    /// The county corrects a person.
    async fn county(&mut self, world: &mut World) -> Outcome {
        let Some(record) = self.dice.pick(&self.persons) else { return Ok(()) };
        let Some((key, value)) = self.person_field() else { return Ok(()) };
        world.set(record, [(&key, value)]).await
    }

    /// Somebody, or a visit, is erased by law.
    async fn erase(&mut self, world: &mut World) -> Outcome {
        let all = if self.dice.one_in(3) { &self.visits } else { &self.persons };
        let Some(target) = self.dice.pick(all).filter(|_| self.dice.one_in(2)) else { return Ok(()) };
        in_a_play(world, target).await
    }

    /// A rule is edited, or another begins.
    async fn rules(&mut self, world: &mut World) -> Outcome {
        if !self.dice.one_in(3) {
            return Ok(());
        }
        let duty = self.dice.text(&["elder", "rounds", "child", "home"]);
        let record = World::duty(duty);
        match self.dice.below(5) {
            0 => {
                let categories =
                    self.dice.pick(&[&["LSLR"][..], &["TK"], &["LSLR", "LSET"]]).unwrap_or_default();
                world.set(record, [(keys::CATEGORIES, list(categories))]).await
            }
            1 => world.set(record, [(keys::UNTIL, self.dice.date())]).await,
            2 => {
                let cadence = self.dice.text(&["month", "quarter", "days:20"]);
                world.set(record, [(keys::CADENCE, cadence.into())]).await
            }
            3 => {
                let ways = self.dice.pick(&[&["home"][..], &["home", "phone"]]).unwrap_or_default();
                world.set(record, [(keys::WAYS, list(ways))]).await
            }
            _ => {
                let head = world.head(record).await?;
                let fields =
                    head.fields.keys().filter_map(|key| Some((key.clone(), head.value(key)?.clone())));
                let mut fields: BTreeMap<String, Value> = fields.collect();
                fields.extend(sets([(keys::FROM, self.dice.day().to_string().into())]));
                let id = RecordId::named("duty", &format!("{duty} {}", world.draw()));
                let record = RecordRef { kind: RecordKind::Duty, id };
                let patch = world.own(sync::county::prepared::OwnRecord::Known(record), fields);
                world.append(vec![patch]).await.map(drop)
            }
        }
    }

    /// The clock is ahead for a while, and goes back. Everybody was rolled meanwhile; or, in a play that says
    /// so, only some were, or nobody.
    async fn clock(&mut self, world: &mut World) -> Outcome {
        let right = world.now_ms;
        world.now_ms += i64::try_from(self.dice.below(200)).unwrap_or(0) * 86_400_000;
        let today = Day::of(world.now_ms);
        if !self.cut_off || self.dice.one_in(2) {
            world.roll(today).await?;
        } else if self.dice.one_in(2) {
            let subjects = self.dice.pick(&self.persons).map(|person| person.id).into_iter().collect();
            let horizon = world.county.ledger.standing_now().await?.0.horizon;
            world.run(Job::Roll { subjects, from: today, horizon }).await?;
        }
        // Whose part is for those responsible for children goes by the day on which it comes.
        match self.dice.below(3) {
            0 if self.cut_off => self.county(world).await?,
            1 if self.cut_off => self.send(world).await?,
            _ => {}
        }
        world.now_ms = right;
        Ok(())
    }

    /// Time passes; the new day is rolled.
    async fn time(&mut self, world: &mut World) -> Outcome {
        world.now_ms += i64::try_from(self.dice.below(4)).unwrap_or(0) * 43_200_000;
        if self.dice.one_in(2) {
            let today = Day::of(world.now_ms);
            world.roll(today).await?;
        }
        Ok(())
    }
}
