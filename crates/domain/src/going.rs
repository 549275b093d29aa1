//! 同一次走访: two workers went to one home, and each wrote it down. That two visits are one going-there is
//! suggested, and said by somebody; never are they merged. Each keeps its author, its answers and what it meets:
//! only where visits are counted the two count as one.

use crate::catalogue::keys;
use crate::head::Head;
use crate::ids::RecordId;
use crate::visit::{Visit, Way};
use std::collections::{BTreeMap, BTreeSet};

crate::staff::codes! {
    /// What was said of two visits.
    Going {
        One "one" "同一次" "one and the same visit";
        Two "two" "不是同一次" "two different visits";
    }
}

/// So many days around a visit are looked through for another: an interval may pass midnight.
pub const DAYS_AROUND: i32 = 1;

/// What a visit's record says of others, by their records. What is contested says nothing.
pub fn said(head: &Head) -> BTreeMap<RecordId, Going> {
    let others = head.under(keys::GOING).map(|(other, _)| other);
    let word = |other: &str| {
        let going = Going::from_code(head.text(&format!("{}{other}", keys::GOING))?)?;
        Some((other.parse().ok()?, going))
    };
    others.filter_map(word).collect()
}

/// Two visits, the smaller id first.
pub type Pair = (RecordId, RecordId);

/// The two in their order.
pub fn pair(one: RecordId, other: RecordId) -> Pair {
    (one.min(other), one.max(other))
}

/// Whether two visits, which met one person, look like one going-there: other workers, on one day or at one time,
/// both where people stand before each other or neither.
fn alike(one: &Visit, other: &Visit) -> bool {
    let (Some(here), Some(there)) = (one.happened, other.happened) else { return false };
    let together = here.from_ms < there.until_ms && there.from_ms < here.until_ms;
    // Whoever only reported a change went nowhere.
    let reports = |visit: &Visit| visit.way == Some(Way::Report);
    if reports(one) || reports(other) {
        return false;
    }
    let far = |way: Way| matches!(way, Way::Phone | Way::Video);
    let apart = one.way.zip(other.way).is_some_and(|(one, other)| far(one) != far(other));
    let workers = |visit: &Visit| visit.visited_by.iter().copied().collect::<BTreeSet<_>>();
    one.id != other.id
        && (together || here.day() == there.day())
        && !apart
        && workers(one) != workers(other)
        && !one.visited_by.is_empty()
        && !other.visited_by.is_empty()
}

/// What somebody said of two visits, in the record of either.
fn word(one: &Visit, other: &Visit) -> Option<Going> {
    one.said.get(&other.id).or_else(|| other.said.get(&one.id)).copied()
}

/// Which of these visits, that all met one person and none of which is void, are to be suggested as one. What was
/// said of two holds for all that are one with either. O(visits⁴), where they are those of a few days.
pub fn suggested(visits: &[Visit]) -> BTreeSet<Pair> {
    let goings = goings(visits);
    let same = |one: &Visit, other: &Visit| goings.get(&one.id) == goings.get(&other.id);
    let parted = |one: &Visit, other: &Visit| {
        let here = || visits.iter().filter(|visit| same(visit, one));
        let there = || visits.iter().filter(|visit| same(visit, other));
        here().any(|one| there().any(|other| word(one, other) == Some(Going::Two)))
    };
    let mut found = BTreeSet::new();
    for (at, one) in visits.iter().enumerate() {
        let others = visits.iter().skip(at + 1).filter(|other| alike(one, other));
        let open = others.filter(|other| !same(one, other) && !parted(one, other));
        found.extend(open.map(|other| pair(one.id, other.id)));
    }
    found
}

/// The going-there of each of these visits, named by the first visit of it. O(visits²).
pub fn goings(visits: &[Visit]) -> BTreeMap<RecordId, RecordId> {
    let mut goings: BTreeMap<RecordId, RecordId> = visits.iter().map(|visit| (visit.id, visit.id)).collect();
    for (at, one) in visits.iter().enumerate() {
        for other in visits.iter().skip(at + 1).filter(|other| word(one, other) == Some(Going::One)) {
            let ends = [one, other].map(|visit| goings.get(&visit.id).copied().unwrap_or(visit.id));
            let (first, last) = pair(ends[0], ends[1]);
            goings.values_mut().filter(|going| **going == last).for_each(|going| *going = first);
        }
    }
    goings
}

/// How many times somebody went there: of visits that are one going-there, once; whoever only reported a change did
/// not go.
pub fn count(visits: &[Visit]) -> usize {
    let goings = goings(visits);
    let went = visits.iter().filter(|visit| visit.way != Some(Way::Report));
    went.filter_map(|visit| goings.get(&visit.id)).collect::<BTreeSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Write;
    use crate::ids::WriterId;
    use crate::time::{Day, Happened};
    use crate::value::Origin;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn id(number: usize) -> RecordId {
        RecordId::named("visit", &number.to_string())
    }

    fn visit(number: usize, worker: u8, happened: Option<Happened>) -> Visit {
        let who = RecordId::named("staff", &worker.to_string());
        let empty = Visit::read(id(number), &Head::default());
        Visit { way: Some(Way::Home), happened, visited_by: vec![who], ..empty }
    }

    fn say(visits: &mut [Visit], one: usize, other: usize, going: Going) {
        let ids = [visits[one].id, visits[other].id];
        visits[one].said.insert(ids[1], going);
        visits[other].said.insert(ids[0], going);
    }

    fn open(visits: &[Visit]) -> Vec<Pair> {
        suggested(visits).into_iter().collect()
    }

    const DAY: Day = Day(20_000);

    #[test]
    fn two_workers_on_one_day_are_suggested_and_nobody_else() {
        let (morning, afternoon) = (Some(Happened::morning(DAY)), Some(Happened::afternoon(DAY)));
        let one = visit(1, 1, morning);
        let found = |other: Visit| !open(&[one.clone(), other]).is_empty();
        assert!(found(visit(2, 2, afternoon)), "another worker, the same day");
        assert!(!found(visit(2, 1, afternoon)), "the same worker came twice");
        assert!(!found(visit(2, 2, Some(Happened::morning(DAY.plus(1))))), "the day after");
        assert!(!found(visit(2, 2, None)), "nobody can say when");
        assert!(
            !found(Visit { way: Some(Way::Phone), ..visit(2, 2, morning) }),
            "nobody rings from the room"
        );
        let told = Visit { way: Some(Way::Report), ..visit(2, 2, morning) };
        assert!(!found(told.clone()), "whoever only reports a change went nowhere");
        assert_eq!(count(&[one.clone(), told]), 1);
        assert!(found(Visit { way: None, ..visit(2, 2, morning) }), "how is contested");
        let hour = 3_600_000;
        let night = |day: Day, from: i64, hours: i64| {
            let from = day.starts_at() + from * hour;
            Some(Happened::new(from, from + hours * hour))
        };
        let late = visit(1, 1, night(DAY, 23, 2));
        assert_eq!(
            open(&[late, visit(2, 2, night(DAY.plus(1), 0, 1))]).len(),
            1,
            "past midnight, at one time"
        );
    }

    #[test]
    fn what_was_said_of_two_holds_for_all_that_are_one_with_them() {
        let mut three: Vec<Visit> =
            (0..3_u8).map(|at| visit(at.into(), at, Some(Happened::whole(DAY)))).collect();
        assert_eq!((open(&three).len(), count(&three)), (3, 3));
        say(&mut three, 0, 1, Going::One);
        assert_eq!((open(&three).len(), count(&three)), (2, 2));
        let mut other = three.clone();
        say(&mut three, 1, 2, Going::One);
        assert_eq!((open(&three), count(&three)), (vec![], 1), "the first and the third too");
        say(&mut other, 1, 2, Going::Two);
        assert_eq!((open(&other), count(&other)), (vec![], 2), "nor is it asked of the first and the third");
        three.remove(1);
        assert_eq!((open(&three).len(), count(&three)), (1, 2), "void, what it joined is asked again");
    }

    #[test]
    fn a_visit_is_read_with_what_was_said_of_it() {
        let mut head = Head::default();
        let key = |other: RecordId| format!("{}{other}", keys::GOING);
        for (other, word) in [(id(2), "one"), (id(3), "else")] {
            let (writer, author) = (WriterId(1), RecordId::named("staff", "李审"));
            let (value, origin) = (word.into(), Origin::Asked);
            let write = Write { writer, serial: 1, author, at_ms: 0, value, origin };
            head.fields.insert(key(other), vec![write]);
        }
        assert_eq!(Visit::read(id(1), &head).said, BTreeMap::from([(id(2), Going::One)]));
    }

    /// Visits of few workers in few days, and words on some of them.
    fn play() -> impl Strategy<Value = Vec<Visit>> {
        let one = (0..3_u8, 0..3_i32, 0..24_i64, 1..6_i64, 0..3_usize);
        let said = vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<bool>()), 0..6);
        (vec(one, 1..7), said).prop_map(|(all, said)| {
            let of = |(at, (worker, day, from, hours, way)): (usize, &(u8, i32, i64, i64, usize))| {
                let from = DAY.plus(*day).starts_at() + from * 3_600_000;
                let way = [Some(Way::Home), Some(Way::Phone), None][*way];
                Visit { way, ..visit(at, *worker, Some(Happened::new(from, from + hours * 3_600_000))) }
            };
            let mut visits: Vec<Visit> = all.iter().enumerate().map(of).collect();
            for (one, other, same) in said {
                let (one, other) = (one.index(visits.len()), other.index(visits.len()));
                if one != other {
                    say(&mut visits, one, other, if same { Going::One } else { Going::Two });
                }
            }
            visits
        })
    }

    proptest! {
        #[test]
        fn the_order_never_matters(visits in play(), turn in 0..7_usize) {
            let mut turned = visits.clone();
            turned.rotate_left(turn % visits.len());
            turned.reverse();
            prop_assert_eq!(suggested(&turned), suggested(&visits));
            prop_assert_eq!(goings(&turned), goings(&visits));
        }

        #[test]
        fn nothing_is_suggested_twice_nor_of_one_worker(visits in play(), going in any::<bool>()) {
            for (one, other) in suggested(&visits) {
                let at = |id| visits.iter().position(|visit| visit.id == id).unwrap();
                let (one, other) = (at(one), at(other));
                prop_assert_ne!(&visits[one].visited_by, &visits[other].visited_by);
                let mut then = visits.clone();
                say(&mut then, one, other, if going { Going::One } else { Going::Two });
                let left = suggested(&then);
                prop_assert!(!left.contains(&pair(visits[one].id, visits[other].id)));
                prop_assert!(left.is_subset(&suggested(&visits)), "a word opens nothing");
                prop_assert_eq!(count(&then), count(&visits) - usize::from(going));
            }
        }

        #[test]
        fn whatever_was_said_somebody_went_there_until_all_is_void(visits in play()) {
            prop_assert!(count(&visits) >= 1 && count(&visits) <= visits.len());
            let mut silent = visits.clone();
            silent.iter_mut().for_each(|visit| visit.said.clear());
            prop_assert_eq!(count(&silent), visits.len(), "taken back, each counts as before");
            prop_assert!(suggested(&visits).is_subset(&suggested(&silent)));
        }
    }
}
