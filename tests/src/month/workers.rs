//! Twenty workers: who has which villages, and how each of them works with the phone.

use crate::phone::PhoneProcess;
use county_server::seed::County;
use domain::ids::{AreaCode, RecordId};
use domain::staff::Role;
use domain::time::Day;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, Result};

/// How somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    /// Writes at the door, sends in the evening.
    Door,
    /// Writes every evening, from a notebook (补记).
    Evening,
    /// Has signal on market days only.
    Market,
    /// Rings up wherever that is enough.
    Caller,
    /// Has hardly time for visits.
    Slow,
    /// Goes on as ever, twelve days without signal.
    Silent,
    /// Loses the phone.
    Loses,
    /// Hands the villages over in mid-month.
    HandsOver,
    /// Takes them over.
    TakesOver,
}

impl Habit {
    /// In words, as the ending tells it.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Door => "当场写，每天上传",
            Self::Evening => "每晚对着本子补记",
            Self::Market => "街天才有信号",
            Self::Caller => "能打电话的打电话",
            Self::Slow => "兼着别的事，走得少",
            Self::Silent => "走访照常，12 天没有信号",
            Self::Loses => "手机丢了，换新的",
            Self::HandsOver => "月中移交",
            Self::TakesOver => "月中接手",
        }
    }

    /// How many in a hundred of those who are to be visited are gone to.
    pub fn pace(self) -> usize {
        match self {
            Self::Slow => 25,
            Self::Market => 85,
            _ => 100,
        }
    }

    /// Whether what was seen is written down in the evening.
    pub fn writes_in_the_evening(self) -> bool {
        matches!(self, Self::Evening | Self::TakesOver)
    }
}

/// Those who begin with villages of their own, township by township.
const HABITS: [Habit; 19] = [
    Habit::Evening,
    Habit::Door,
    Habit::Door,
    Habit::Market,
    Habit::Door,
    Habit::Silent,
    Habit::Evening,
    Habit::Door,
    Habit::Loses,
    Habit::Caller,
    Habit::HandsOver,
    Habit::Evening,
    Habit::Market,
    Habit::Door,
    Habit::Slow,
    Habit::Evening,
    Habit::Door,
    Habit::Caller,
    Habit::Evening,
];

/// What stands in a notebook of somebody who has lost the phone.
#[derive(Debug, Clone)]
pub(super) struct Note {
    pub day: Day,
    pub people: Vec<RecordId>,
}

/// A worker with the phone.
#[derive(Debug)]
pub(super) struct Worker {
    /// From 1.
    pub number: u64,
    pub staff: RecordId,
    pub name: String,
    pub township: AreaCode,
    pub villages: Vec<AreaCode>,
    pub habit: Habit,
    /// Running from the training day on.
    pub phone: Option<PhoneProcess>,
    /// Whom the worker went to see, and when last.
    pub tried: BTreeMap<RecordId, Day>,
    /// Visits that were written down, and what was entered on a later day or from the notebook.
    pub written: usize,
    pub late: usize,
    /// What the phone had not sent yet, as the notebook has it.
    pub notes: Vec<Note>,
    /// The day of the week on which there is a market, from Monday.
    pub market: u32,
}

impl Worker {
    /// The phone.
    pub fn phone(&mut self) -> Result<&mut PhoneProcess> {
        let name = &self.name;
        self.phone.as_mut().ok_or_else(|| Error::other(format!("{name} has no phone")))
    }

    /// Whether it is market day.
    pub fn is_market(&self, day: Day) -> bool {
        weekday(day) == self.market
    }
}

/// The day of the week, from Monday, 1; the day 0 was a Thursday.
pub(super) fn weekday(day: Day) -> u32 {
    (day.0 + 3).rem_euclid(7).unsigned_abs() + 1
}

/// Who has the villages on the training day, and who will take some over later: 20 in all.
pub(super) fn workers(county: &County, day: Day) -> Result<Vec<Worker>> {
    let mut taken = BTreeSet::new();
    let mut found = Vec::new();
    for ((township, villages), habit) in districts(county).into_iter().zip(HABITS) {
        let staff = officer(county, &villages, day, &taken);
        let staff = staff.ok_or_else(|| Error::other("a township without an officer"))?;
        taken.insert(staff);
        found.push(worker(county, found.len(), staff, (township, villages), habit));
    }
    let of = found.iter().find(|one| one.habit == Habit::HandsOver);
    let (township, villages) = of
        .map(|one| (one.township, one.villages.clone()))
        .ok_or_else(|| Error::other("nobody hands over"))?;
    let next = officer(county, &villages, day, &taken).or_else(|| {
        let anybody = county.reference.assignments.values();
        anybody.map(|one| one.staff).find(|staff| !taken.contains(staff))
    });
    let next = next.ok_or_else(|| Error::other("nobody takes over"))?;
    found.push(worker(county, found.len(), next, (township, Vec::new()), Habit::TakesOver));
    Ok(found)
}

fn worker(
    county: &County,
    before: usize,
    staff: RecordId,
    (township, villages): (AreaCode, Vec<AreaCode>),
    habit: Habit,
) -> Worker {
    let known = county.places.townships.iter().find(|one| one.code == township);
    Worker {
        number: before as u64 + 1,
        staff,
        name: county.reference.staff.get(&staff).map(|one| one.name.clone()).unwrap_or_default(),
        township,
        villages,
        habit,
        phone: None,
        tried: BTreeMap::new(),
        written: 0,
        late: 0,
        notes: Vec::new(),
        market: known.map_or(7, |one| one.market),
    }
}

/// The villages of each township, those of the larger ones in two parts: one part for each habit.
fn districts(county: &County) -> Vec<(AreaCode, Vec<AreaCode>)> {
    let areas = &county.reference.areas;
    let below = |code| areas.villages(code).map(|one| one.code).collect::<Vec<_>>();
    let all: Vec<_> = county.places.townships.iter().map(|one| (one.code, below(one.code))).collect();
    let mut sizes: Vec<usize> = all.iter().map(|(_, villages)| villages.len()).collect();
    sizes.sort_unstable();
    let whole = (2 * all.len()).saturating_sub(HABITS.len());
    let mut left_whole = whole;
    let limit = sizes.get(whole.saturating_sub(1)).copied().unwrap_or_default();
    let mut found = Vec::new();
    for (township, villages) in all {
        if villages.len() <= limit && left_whole > 0 {
            left_whole -= 1;
            found.push((township, villages));
            continue;
        }
        for some in villages.chunks(villages.len().div_ceil(2)) {
            found.push((township, some.to_vec()));
        }
    }
    found
}

/// The first officer of these villages who has no other part.
fn officer(county: &County, villages: &[AreaCode], day: Day, taken: &BTreeSet<RecordId>) -> Option<RecordId> {
    let of = |village: &AreaCode| {
        let all = county.reference.assignments.values();
        let mut here = all
            .filter(|one| one.area == *village && one.role == Role::AssistanceOfficer && one.holds_on(day));
        here.find(|one| !taken.contains(&one.staff)).map(|one| one.staff)
    };
    villages.iter().find_map(of)
}
