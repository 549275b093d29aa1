//! One transaction with all that a reply changes.

use super::Exchanging;
use super::delivered::Writers;
use super::epoch::{self, Recovery};
use super::feeds::Feeds;
use super::reply::Came;
use crate::app::{Heard, Open, setting};
use crate::bench::Bench;
use crate::identity::Identity;
use crate::ports::Ports;
use crate::tell::OrTell;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use std::collections::BTreeSet;
use store::phone::Batch;
use sync::wire::exchange::{Cursor, ExchangeReply, Page, Rest};
use sync::wire::receipt::Statement;

/// What comes after the transaction.
struct After {
    heard: Heard,
    /// Whether the session has to ask again, whatever the county says.
    again: bool,
    /// Whether all feeds have been read to their end.
    read: bool,
    fetched: u64,
    /// Whether something has become of the 备用解锁码.
    code: bool,
}

impl Open {
    /// Takes a reply in. What it answers is the reply for the session, which asks again when this
    /// phone has to.
    ///
    /// # Errors
    /// Those of journal and database: nothing of the reply was taken in, and it may come again.
    /// [`ProblemCode::DeviceRevoked`] when the county's signed word says so.
    pub(super) fn absorb(
        &mut self,
        ports: &mut Ports,
        exchanging: &mut Exchanging,
        came: Came,
    ) -> Result<ExchangeReply, Problem> {
        if came.revoked {
            return Err(Problem::new(ProblemCode::DeviceRevoked));
        }
        // A visit whose batch did not get through stands in the journal only: it goes in before the logs
        // change, or its place would be passed over.
        self.catch_up(ports)?;
        let mut reply = came.reply;
        let proof = serde_json::to_string(&came.proof).or_tell()?;
        let (batch, after) = self.batch_of_reply(ports, exchanging, &mut reply, proof)?;
        self.store.apply(&batch).or_tell()?;
        self.heard = after.heard;
        if let Some(staff) = reply.rest.staff {
            self.staff = staff;
        }
        self.journal_at = self.stored(setting::JOURNAL)?.unwrap_or(self.journal_at);
        self.keep_reference(&batch)?;
        exchanging.fetched += after.fetched;
        exchanging.told.clone_from(&reply.rest.problem);
        let mut again = after.again;
        if after.read && self.recovery()? == Some(Recovery::Reading) {
            again |= self.trim_recovery()?;
        }
        if !batch.erased.is_empty() {
            // Of a form that is open, what the draft no longer has.
            self.desks.clear();
            // When it fails, the next tidying tries again.
            let _ = self.renew_journal(ports);
        }
        if let Some(word) = &reply.rest.keys {
            self.learn(ports, word);
        }
        if after.code {
            self.look_for_code(ports)?;
        }
        if again {
            reply.rest.page.get_or_insert_default().more = true;
        }
        Ok(reply)
    }

    /// Takes the county's new keys. When they cannot be kept, the phone goes on with those that it has, and
    /// is told of them again with the next reply.
    fn learn(&mut self, ports: &mut Ports, word: &str) {
        let mut identity = self.identity.clone();
        if !identity.learn(word) {
            return;
        }
        let file = Identity::Enrolled(Box::new(identity.clone()));
        if file.write(ports.vault.as_mut(), &self.unlocked.keys, ports.dice.as_mut()).is_ok() {
            self.identity = identity;
        }
    }

    fn batch_of_reply(
        &self,
        ports: &mut Ports,
        exchanging: &mut Exchanging,
        reply: &mut ExchangeReply,
        proof: String,
    ) -> Result<(Batch, After), Problem> {
        let statement = reply.statement.clone();
        let mut batch = Batch::default();
        let mut writers: Writers =
            self.store.writers().or_tell()?.into_iter().map(|row| (row.writer, row)).collect();
        let cursor: Option<Cursor> = self.stored(setting::CURSOR)?;
        let restored = cursor.is_some_and(|cursor| cursor.epoch != statement.epoch);
        let asked = &exchanging.asked;
        let delivered = self.take_statement(ports, &statement, asked, restored, &mut writers, &mut batch)?;
        let mut bench = Bench::new(self, self.today(ports));
        let mut feeds = Feeds::load(self)?;
        let mut again = restored;
        let told = reply.rest.problem.as_ref();
        if let Some(problem) = told.filter(|problem| problem.code == ProblemCode::ExchangeNumberOld) {
            // This phone was restored from a copy: it has forgotten numbers that it gave out. It goes on
            // behind the highest that the county has taken.
            let highest = problem.params.get("number").and_then(|number| number.parse::<u64>().ok());
            let number = highest.unwrap_or(0).max(statement.number);
            batch.settings.insert(setting::NUMBER.to_owned(), Some(number.to_string()));
            again = true;
        }
        if restored {
            // Nobody knows what this page begins with: everything is read anew. Until that is done,
            // what is here stays.
            reply.rest.page = reply.rest.page.is_some().then(|| Page { more: true, ..Page::default() });
            reply.rest.digests.clear();
            feeds.again();
            self.keep_for_recovery(&mut batch, statement.epoch)?;
        } else if cursor.is_none() {
            let mut epochs = self.epochs()?;
            epochs.insert(statement.epoch);
            let text = serde_json::to_string(&epochs).or_tell()?;
            batch.settings.insert(setting::EPOCHS.to_owned(), Some(text));
        }
        let Rest { page, digests, erased, staff, .. } = &reply.rest;
        let mut fetched = 0;
        if let Some(page) = page {
            fetched = feeds.take(page, &mut bench)?;
            again |= epoch::offered(self, &exchanging.asked.recovered, &mut batch)?;
        }
        let read = !restored && page.as_ref().is_some_and(|page| !page.more);
        if read {
            again |= feeds.compare(digests, exchanging);
        }
        self.erase(erased, page.as_ref(), &mut bench, &mut batch)?;
        self.relay_told(&mut bench, &batch)?;
        again |= self.reissue_all(ports, &statement.forks, &mut writers, &mut bench, &mut batch)?;
        feeds.look_at(self.records_of(&delivered)?);
        self.let_go(&mut feeds, &writers, &mut bench, &mut batch)?;
        feeds.finish(&mut batch);
        batch.writers.extend(writers.into_values());
        if !delivered.is_empty() {
            batch.proof = Some((proof, delivered));
        }
        let code = self.take_code(restored, &reply.rest, &exchanging.asked.code, &mut batch)?;
        self.take_read(&reply.rest.read, &mut batch)?;
        take_offer(&reply.rest, &mut batch)?;
        let heard = heard(ports, &statement);
        let mut set = |key: &str, value: String| batch.settings.insert(key.to_owned(), Some(value));
        set(setting::HEARD, serde_json::to_string(&heard).or_tell()?);
        let cursor = Cursor { epoch: statement.epoch, seq: statement.seq, hash: statement.hash };
        set(setting::CURSOR, serde_json::to_string(&cursor).or_tell()?);
        if let Some(staff) = staff {
            set(setting::STAFF, serde_json::to_string(staff).or_tell()?);
        }
        bench.finish(&mut batch)?;
        Ok((batch, After { heard, again, read, fetched, code }))
    }
}

impl Open {
    /// Takes away what stands in no feed any more, once nothing here needs it.
    fn let_go(
        &self,
        feeds: &mut Feeds<'_>,
        writers: &Writers,
        bench: &mut Bench<'_>,
        batch: &mut Batch,
    ) -> Result<(), Problem> {
        let before: BTreeSet<RecordRef> = self.stored(setting::HELD)?.unwrap_or_default();
        feeds.look_at(before.iter().copied());
        let mut drafted = self.drafted()?;
        drafted.retain(|record| !batch.erased.contains(record));
        let held = feeds.settle(bench, &drafted, |record| {
            let own = self.store.log_of(record).or_tell()?;
            let mine = own.iter().map(|row| &row.entry.patch);
            Ok(mine.into_iter().any(|patch| {
                writers
                    .get(&patch.writer)
                    .is_some_and(|row| row.delivered < patch.serial && patch.serial <= row.last.serial)
            }))
        })?;
        if held != before {
            let text = serde_json::to_string(&held).or_tell()?;
            batch.settings.insert(setting::HELD.to_owned(), (!held.is_empty()).then_some(text));
        }
        Ok(())
    }
}

/// Keeps which later app the county offers, or that it offers none.
fn take_offer(rest: &Rest, batch: &mut Batch) -> Result<(), Problem> {
    if rest.problem.is_none() {
        let offer = rest.app.as_ref().map(serde_json::to_string).transpose().or_tell()?;
        batch.settings.insert(setting::APP_OFFER.to_owned(), offer);
    }
    Ok(())
}

fn heard(ports: &Ports, statement: &Statement) -> Heard {
    Heard { county_ms: statement.at_ms, up_ms: ports.clock.up_ms(), boot: ports.clock.boot() }
}
