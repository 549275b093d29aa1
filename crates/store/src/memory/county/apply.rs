//! Writes a plan: all of it, in one go.

use super::load::place;
use super::{Disk, Place, Row};
use domain::canonical::Hash;
use domain::going::Pair;
use domain::log::Dot;
use domain::reference::Reference;
use domain::time::{Day, UnixMs};
use std::sync::Arc;
use sync::county::Plan;
use sync::county::needs::DeviceState;
use sync::county::outcome::{FeedMove, Held, LedgerRow, StateChange, Suggested};

impl Disk {
    /// Writes a plan that was made at `now_ms`.
    pub(super) fn apply(&mut self, plan: Plan, now_ms: UnixMs) {
        plan.ledger.into_iter().for_each(|row| self.append(row));
        plan.states.into_iter().for_each(|change| self.change(change));
        plan.erased.into_iter().for_each(|(dot, hash)| self.erase(dot, hash));
        if plan.records.keys().any(|record| Reference::holds(record.kind)) {
            let reference = Arc::make_mut(&mut self.reference);
            for (record, row) in &plan.records {
                reference.take(*record, &row.head);
            }
        }
        self.records.extend(plan.records);
        for FeedMove { scope, record, seq, left } in plan.feed {
            self.feeds.entry(scope).or_default().insert(record, Place { seq, left });
        }
        for (scope, change) in plan.digests {
            let (count, sum) = self.digests.entry(scope).or_default();
            *count = count.saturating_add_signed(change.count);
            *sum = sum.wrapping_add(change.sum);
        }
        self.parts.extend(plan.parts.into_iter().map(|part| (part.part, part)));
        for Suggested { subject, visits, open } in plan.suggested {
            let seen = |(one, other): &Pair| visits.contains(one) && visits.contains(other);
            self.suggested.retain(|(pair, person)| *person != subject || !seen(pair));
            self.suggested.extend(open.into_iter().map(|pair| (pair, subject)));
        }
        for key in plan.standings_gone {
            self.standings.remove(&key);
        }
        for (generation, one) in plan.standings {
            self.standings.insert((generation, one.duty.clone(), one.period, one.subject), one);
        }
        for ((generation, key), change) in plan.tally {
            self.tallies.entry(generation).or_default().apply([(key, change)].into());
        }
        self.generations = plan.generations.unwrap_or(Arc::clone(&self.generations));
        self.writers.extend(plan.writers);
        if let Some(row) = plan.device {
            if row.state != DeviceState::Revoked {
                self.heard.insert((row.staff, Day::of(now_ms)));
            }
            if let Some(device) = self.devices.get_mut(&row.device) {
                device.row = row;
            }
        }
        self.former.extend(plan.former);
        self.county = plan.county.unwrap_or(self.county);
    }

    fn append(&mut self, row: LedgerRow) {
        let (seq, row) = (row.seq, Row { told: row.seq, row });
        self.places.entry(place(&row)).or_default().push(seq);
        self.ledger.insert(seq, row);
    }

    fn erase(&mut self, dot: Dot, hash: Hash) {
        for seq in self.places.get(&(dot.writer, dot.serial)).into_iter().flatten() {
            let row = self.ledger.get_mut(seq).filter(|row| row.row.hash == hash);
            if let Some(Held::Entry(entry)) = row.map(|row| &mut row.row.held) {
                entry.body = None;
            }
        }
    }

    fn change(&mut self, change: StateChange) {
        let place = (change.dot.writer, change.dot.serial);
        for seq in self.places.get(&place).into_iter().flatten() {
            let Some(row) = self.ledger.get_mut(seq) else { continue };
            if row.row.hash == change.hash {
                row.row.state = change.state;
                row.row.waits_for = change.waits_for;
                row.row.problem.clone_from(&change.problem);
                row.row.questions.clone_from(&change.questions);
                row.told = change.seq;
            }
        }
    }
}
