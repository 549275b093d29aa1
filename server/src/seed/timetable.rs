//! When in a day: mornings, afternoons after the meal, calls in the evening, one after the other; and
//! when it was entered: at the door, in the evening from a notebook, or some days later.

use super::dice::Dice;
use super::rounds::Going;
use domain::ids::RecordId;
use domain::time::{Day, Happened, UnixMs};
use domain::visit::Way;
use std::collections::BTreeMap;
use std::ops::Range;

/// A going-there with its times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Timed {
    pub going: Going,
    pub happened: Happened,
    pub entered_ms: UnixMs,
}

const MINUTE_MS: i64 = 60_000;

/// The minutes of a day at which a worker can set out next: on foot, and by telephone.
#[derive(Debug, Clone, Copy)]
struct Clock {
    walk: i32,
    call: i32,
}

/// Gives every going its times; what no longer fits into its day moves on to the next, and what no
/// longer fits into the days played is dropped. Ascending by the time of entry. O(n log n).
pub(super) fn timetable(mut goings: Vec<Going>, days: &Range<Day>, dice: &mut Dice) -> Vec<Timed> {
    goings.sort();
    let mut clocks = BTreeMap::new();
    let mut timed: Vec<_> =
        goings.into_iter().filter_map(|going| fit(going, days, &mut clocks, dice)).collect();
    timed.sort_by(|one, other| (one.entered_ms, &one.going).cmp(&(other.entered_ms, &other.going)));
    timed
}

fn fit(
    mut going: Going,
    days: &Range<Day>,
    clocks: &mut BTreeMap<(RecordId, Day), Clock>,
    dice: &mut Dice,
) -> Option<Timed> {
    let calls = matches!(going.way, Way::Phone | Way::Video);
    while days.contains(&going.day) {
        let clock = clocks.entry((going.worker, going.day)).or_insert_with(|| Clock {
            walk: 8 * 60 + 5 * dice.between(0, 14),
            call: 18 * 60 + 5 * dice.between(0, 12),
        });
        let (start, minutes) = if calls {
            (clock.call, 5 * dice.between(1, 3))
        } else {
            // Nobody is disturbed at the meal.
            let start = if (11 * 60 + 40..13 * 60).contains(&clock.walk) { 13 * 60 } else { clock.walk };
            (start, 5 * dice.between(4, 9))
        };
        if start < if calls { 21 * 60 } else { 18 * 60 } {
            if calls {
                clock.call = start + minutes + 5;
            } else {
                clock.walk = start + minutes + 5 * dice.between(1, 6);
            }
            let (happened, entered_ms) = entered(going.day, start, minutes, days, dice);
            return Some(Timed { going, happened, entered_ms });
        }
        going.day = going.day.plus(1);
    }
    None
}

/// How the worker states the time, and when it was entered.
fn entered(day: Day, start: i32, minutes: i32, days: &Range<Day>, dice: &mut Dice) -> (Happened, UnixMs) {
    let at = |minute: i32| day.starts_at() + i64::from(minute) * MINUTE_MS;
    let exact = Happened::new(at(start), at(start + minutes));
    let seconds = i64::from(dice.between(0, 59)) * 1_000;
    let half = if start < 12 * 60 { Happened::morning(day) } else { Happened::afternoon(day) };
    let late = day.plus(dice.between(1, 3));
    match dice.below(100) {
        0..40 => (exact, exact.until_ms + seconds),
        40..58 => (exact, at(21 * 60 + dice.between(15, 100)) + seconds),
        // From a notebook: nobody remembers the minute.
        58..92 => (half, at(21 * 60 + dice.between(15, 100)) + seconds),
        _ if days.contains(&late) => {
            (half, late.starts_at() + i64::from(dice.between(1_160, 1_290)) * MINUTE_MS + seconds)
        }
        _ => (exact, exact.until_ms + seconds),
    }
}
