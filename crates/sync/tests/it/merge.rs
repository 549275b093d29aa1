//! Merge over random histories: phones that write, sync late and are held back; a county that
//! applies, holds, releases, dismisses and forks.

use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::head::{Head, Reading};
use domain::ids::{RecordId, WriterId};
use domain::log::{Dot, Vector};
use domain::patch::{Body, Patch, RecordRef};
use domain::time::Stamp;
use domain::value::Value;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use sync::merge::{Applied, Item, apply, counted, overlay, settle};
use sync::wire::receipt::ItemState;

const FIELDS: [&str; 3] = ["phone", "village", "life/died"];

#[derive(Debug, Clone)]
struct Made {
    patch: Patch,
    body: Body,
}

impl Made {
    fn item(&self, state: ItemState) -> Item<'_> {
        Item { patch: &self.patch, body: counted(state, Some(&self.body)), order: &[] }
    }
}

/// One thing that happens. Numbers are taken modulo what there is.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// A phone writes a field, having the view of `staleness` syncs ago on its screen.
    Write { phone: usize, field: usize, value: i64, stale: bool },
    /// The county takes the next patch of a phone: applied, or held.
    Arrive { phone: usize, held: bool },
    /// The first held patch of a phone ends its waiting: a reviewer accepts or dismisses it, or its phone has
    /// erased it and the envelope alone comes.
    Decide { phone: usize, state: ItemState },
    /// A phone absorbs the county's head.
    Absorb { phone: usize },
    /// A phone is cloned: the twin writes under the same serial; the county keeps the first and the
    /// twin's work is issued again by a new writer with what both shared.
    Fork { phone: usize, field: usize, value: i64 },
}

fn event() -> impl Strategy<Value = Event> {
    let phone = 0..3_usize;
    prop_oneof![
        5 => (phone.clone(), 0..3_usize, 0..3_i64, any::<bool>())
            .prop_map(|(phone, field, value, stale)| Event::Write { phone, field, value, stale }),
        5 => (phone.clone(), prop::bool::weighted(0.25))
            .prop_map(|(phone, held)| Event::Arrive { phone, held }),
        2 => (phone.clone(), prop::sample::select(&[ItemState::Applied, ItemState::Dismissed, ItemState::Erased]))
            .prop_map(|(phone, state)| Event::Decide { phone, state }),
        3 => phone.clone().prop_map(|phone| Event::Absorb { phone }),
        1 => (phone, 0..3_usize, 0..3_i64)
            .prop_map(|(phone, field, value)| Event::Fork { phone, field, value }),
    ]
}

#[derive(Debug, Default)]
struct Phone {
    writer: u64,
    log: Vec<Made>,
    /// How many of the log have arrived at the county.
    arrived: usize,
    county: Head,
    older: Head,
}

impl Phone {
    fn view(&self, stale: bool) -> Head {
        let base = if stale { &self.older } else { &self.county };
        overlay(base, self.log.iter().map(|made| made.item(ItemState::Applied)))
    }
}

#[derive(Debug, Default)]
struct World {
    phones: Vec<Phone>,
    head: Head,
    /// Applied, dismissed and erased patches.
    taken: Vec<(Made, ItemState)>,
    /// Held patches by writer, in log order.
    held: BTreeMap<WriterId, Vec<Made>>,
    ever_written: BTreeSet<String>,
    writers: u64,
}

impl World {
    fn new() -> Self {
        let mut world = Self::default();
        for _ in 0..3 {
            world.writers += 1;
            world.phones.push(Phone { writer: world.writers, ..Phone::default() });
        }
        world
    }

    fn make(writer: u64, serial: u64, seen: Vector, field: usize, value: i64) -> Made {
        let sets = BTreeMap::from([(FIELDS[field].to_owned(), Value::Int(value))]);
        let body = Body { sets, salt: WriterId(serial), ..Body::default() };
        let patch = Patch {
            writer: WriterId(writer),
            serial,
            prev: Hash::ZERO,
            record: RecordRef { kind: RecordKind::Person, id: RecordId::named("person", "x") },
            seen,
            form: None,
            author: RecordId::named("staff", &writer.to_string()),
            stamp: Stamp::default(),
            body_hash: body.hash(),
        };
        Made { patch, body }
    }

    fn take(&mut self, made: &Made, state: ItemState) {
        let (item, applied) = (made.item(state), state == ItemState::Applied);
        let decides = applied && made.patch.seen == self.head.vector;
        self.taken.push((made.clone(), state));
        if apply(&mut self.head, item) == Applied::SettleAll {
            self.head = settle(self.taken.iter().map(|(made, state)| made.item(*state)));
        }
        if decides {
            for (key, value) in &made.body.sets {
                assert_eq!(self.head.read(key), Reading::Settled(value), "a decision with all in view");
            }
        }
        if applied {
            self.ever_written.extend(made.body.sets.keys().cloned());
        }
    }

    fn arrive(&mut self, made: Made, held: bool) {
        let waiting = self.held.entry(made.patch.writer).or_default();
        if held || !waiting.is_empty() {
            waiting.push(made);
        } else {
            self.take(&made, ItemState::Applied);
        }
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Write { phone, field, value, stale } => {
                let phone = &mut self.phones[phone];
                let seen = phone.view(stale).vector;
                let serial = phone.log.len() as u64 + 1;
                let made = Self::make(phone.writer, serial, seen, field, value);
                phone.log.push(made);
            }
            Event::Arrive { phone, held } => {
                let phone = &mut self.phones[phone];
                if let Some(made) = phone.log.get(phone.arrived).cloned() {
                    phone.arrived += 1;
                    self.arrive(made, held);
                }
            }
            Event::Decide { phone, state } => {
                let writer = WriterId(self.phones[phone].writer);
                let waiting = self.held.entry(writer).or_default();
                if waiting.is_empty() {
                    return;
                }
                let first = waiting.remove(0);
                let rest = std::mem::take(waiting);
                self.take(&first, state);
                // What waited behind it is free, until one is held again: here all pass.
                for made in rest {
                    self.take(&made, ItemState::Applied);
                }
            }
            Event::Absorb { phone } => {
                let head = self.head.clone();
                let phone = &mut self.phones[phone];
                phone.older = std::mem::replace(&mut phone.county, head);
            }
            Event::Fork { phone, field, value } => self.fork(phone, field, value),
        }
    }

    /// The twin shares the log up to what has arrived; its own patch had seen it.
    fn fork(&mut self, phone: usize, field: usize, value: i64) {
        self.writers += 1;
        let original = &self.phones[phone];
        let shared = original.arrived as u64;
        let mut seen = original.view(false).vector;
        // `seen` of the old writer is cut to what both shared.
        let old = WriterId(original.writer);
        if seen.get(old) > shared {
            seen.0.remove(&old);
            if shared > 0 {
                seen.raise(Dot { writer: old, serial: shared });
            }
        }
        let made = Self::make(self.writers, 1, seen, field, value);
        self.arrive(made, false);
    }

    fn check(&self) {
        let full = settle(self.taken.iter().map(|(made, state)| made.item(*state)));
        assert_eq!(self.head, full, "the incremental head equals the full settle");
        for key in &self.ever_written {
            assert!(
                self.head.fields.get(key).is_some_and(|writes| !writes.is_empty()),
                "{key} emptied itself"
            );
        }
        self.nothing_vanished_unseen();
    }

    fn nothing_vanished_unseen(&self) {
        let applied: Vec<&Made> = self
            .taken
            .iter()
            .filter(|(_, state)| *state == ItemState::Applied)
            .map(|(made, _)| made)
            .collect();
        for made in &applied {
            for key in made.body.sets.keys() {
                let dot = made.patch.dot();
                let stands = self.head.fields[key].iter().any(|write| write.dot() == dot);
                let seen = applied
                    .iter()
                    .any(|other| other.body.sets.contains_key(key) && other.patch.seen.covers(dot));
                assert!(stands || seen, "{dot:?} of {key} vanished unseen");
                assert!(!(stands && seen), "{dot:?} of {key} stands although it was replaced");
            }
        }
    }
}

fn cases() -> u32 {
    std::env::var("SHANFANG_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_incremental_head_equals_the_full_settle(events in prop::collection::vec(event(), 1..40)) {
        let mut world = World::new();
        for event in events {
            world.happen(event);
            world.check();
        }
    }

    #[test]
    fn arrival_order_and_duplicates_never_matter(
        events in prop::collection::vec(event(), 1..40),
        order in prop::collection::vec(any::<prop::sample::Index>(), 80),
    ) {
        let mut world = World::new();
        events.into_iter().for_each(|event| world.happen(event));
        let full = settle(world.taken.iter().map(|(made, state)| made.item(*state)));
        // Any interleaving that keeps each writer's own order, with every patch twice.
        let mut queues: BTreeMap<WriterId, Vec<(Made, ItemState)>> = BTreeMap::new();
        for (made, state) in &world.taken {
            queues.entry(made.patch.writer).or_default().push((made.clone(), *state));
        }
        queues.values_mut().for_each(|queue| queue.sort_by_key(|(made, _)| made.patch.serial));
        let mut head = Head::default();
        let mut arrived: Vec<(Made, ItemState)> = Vec::new();
        let mut order = order.into_iter().cycle();
        while !queues.is_empty() {
            let writers: Vec<WriterId> = queues.keys().copied().collect();
            let writer = *order.next().unwrap().get(&writers);
            let queue = queues.get_mut(&writer).unwrap();
            let next = queue.remove(0);
            if queue.is_empty() {
                queues.remove(&writer);
            }
            arrived.push(next.clone());
            for _ in 0..2 {
                if apply(&mut head, next.0.item(next.1)) == Applied::SettleAll {
                    head = settle(arrived.iter().map(|(made, state)| made.item(*state)));
                }
            }
        }
        prop_assert_eq!(&head, &full);
        let backwards = settle(world.taken.iter().rev().chain(&world.taken).map(|(made, state)| made.item(*state)));
        prop_assert_eq!(&backwards, &full);
    }

    #[test]
    fn a_phone_that_has_absorbed_everything_shows_what_the_county_shows(
        events in prop::collection::vec(event(), 1..40),
    ) {
        let mut world = World::new();
        events.into_iter().for_each(|event| world.happen(event));
        for phone in 0..3 {
            while world.phones[phone].arrived < world.phones[phone].log.len() {
                world.happen(Event::Arrive { phone, held: false });
            }
            while !world.held.entry(WriterId(world.phones[phone].writer)).or_default().is_empty() {
                world.happen(Event::Decide { phone, state: ItemState::Applied });
            }
        }
        for phone in 0..3 {
            world.happen(Event::Absorb { phone });
        }
        for phone in &world.phones {
            prop_assert_eq!(&phone.view(false), &world.head);
        }
    }
}
