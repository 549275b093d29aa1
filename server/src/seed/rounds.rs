//! 走访安排: who goes where in a month. Most of the people due are gone to once, along the groups of the
//! village, on market days at the market, on school days at the school; villages differ in pace, and
//! now and then a worker falls silent for some weeks.

use super::County;
use super::dice::Dice;
use super::people::Resident;
use super::places::Village;
use super::register::Home;
use chrono::Datelike;
use domain::duty::Duty;
use domain::ids::RecordId;
use domain::period::Cadence;
use domain::staff::{Assignment, Role};
use domain::subject::AwayKind;
use domain::time::Day;
use domain::visit::Way;
use std::collections::BTreeMap;
use std::ops::Range;

/// Where somebody goes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whereto {
    /// To a home, or for a home: its place in the register.
    Home(usize),
    /// To a school.
    School(String),
}

/// One going-there, before anybody knows what happens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Going {
    pub worker: RecordId,
    pub day: Day,
    pub whereto: Whereto,
    pub way: Way,
    /// Places in the register, ascending.
    pub people: Vec<usize>,
    /// Nobody will be there.
    pub in_vain: bool,
}

/// What a month in a village is planned from.
pub(super) struct Month<'a> {
    county: &'a County,
    village: &'a Village,
    homes: Range<usize>,
    /// The days that are played, all of one month.
    days: Range<Day>,
    /// The duties of the month's middle, visits only.
    duties: &'a [&'a Duty],
    /// The village's own posts.
    posts: Vec<&'a Assignment>,
    dice: Dice,
    /// How many in a thousand of those due are gone to.
    pace: u64,
}

/// What a person is owed in a month.
#[derive(Debug, Clone, Copy, Default)]
struct Owed {
    officer: bool,
    director: bool,
    at_home: bool,
    weekly: bool,
}

impl<'a> Month<'a> {
    /// A month in a village; `homes` are the village's places in the register.
    pub(super) fn new(
        county: &'a County,
        village: &'a Village,
        homes: Range<usize>,
        days: Range<Day>,
        duties: &'a [&'a Duty],
    ) -> Self {
        let (seed, code) = (county.plan.seed, village.code);
        let pace = Dice::of(seed, "pace", &[code.0]).weighted(&[(20, 985), (52, 945), (20, 860), (8, 640)]);
        let month = u64::try_from(days.start.0).unwrap_or_default();
        let dice = Dice::of(seed, "rounds", &[code.0, month]);
        let posts = county.reference.assignments.values().filter(|one| one.area == code).collect();
        Self { county, village, homes, days, duties, posts, dice, pace }
    }

    /// All goings of the month, in no particular order. O(people of the village · duties).
    pub(super) fn goings(&mut self) -> Vec<Going> {
        let mut goings = Vec::new();
        let mut schools = BTreeMap::new();
        for at in self.homes.clone() {
            let Some(home) = self.county.register.homes.get(at) else { continue };
            self.home(at, home, &mut goings, &mut schools);
        }
        for (school, children) in schools {
            // A teacher lends a room for so many at a time.
            for some in children.chunks(8) {
                self.school(&school, some.to_vec(), &mut goings);
            }
        }
        let in_vain: Vec<_> = goings.iter().filter(|going| going.in_vain).cloned().collect();
        for going in in_vain {
            self.again(going, &mut goings);
        }
        self.fall_silent(&mut goings);
        goings
    }

    fn home(
        &mut self,
        at: usize,
        home: &Home,
        goings: &mut Vec<Going>,
        schools: &mut BTreeMap<String, Vec<usize>>,
    ) {
        let (mut by_officer, mut by_director, mut far, mut weekly) = (vec![], vec![], vec![], vec![]);
        let mut at_home = false;
        for index in home.members.clone() {
            let Some(resident) = self.county.register.residents.get(index) else { continue };
            if !self.can_be_visited(resident) {
                continue;
            }
            let owed = self.owed(resident, at);
            let day = self.middle();
            let stays = |kind| resident.person.aways.iter().any(|one| one.kind == kind && one.holds_on(day));
            if stays(AwayKind::Migrant) && (owed.officer || owed.director) {
                far.push(index);
                continue;
            }
            let at_school = resident.school.as_ref().filter(|_| stays(AwayKind::Boarding));
            match at_school {
                Some(school) if owed.director && self.dice.chance(800) => {
                    schools.entry(school.name.clone()).or_default().push(index);
                }
                _ if owed.director => by_director.push(index),
                _ => {}
            }
            if owed.officer {
                by_officer.push(index);
            }
            if owed.weekly {
                weekly.push(index);
            }
            at_home |= owed.at_home;
        }
        let group = self.group(home);
        let day = self.day_of_group(group);
        let (officer, director) =
            (self.holder(Role::AssistanceOfficer, day), self.holder(Role::ChildDirector, day));
        if officer == director && !by_officer.is_empty() {
            // One worker with both posts goes once.
            by_officer.append(&mut by_director);
            by_officer.sort_unstable();
            by_officer.dedup();
        }
        let way = self.way(at_home);
        self.go(officer, day, Whereto::Home(at), way, by_officer, goings);
        let childrens_way = self.way(false);
        let other_day = self.day_of_group(group);
        self.go(director, other_day, Whereto::Home(at), childrens_way, by_director, goings);
        for index in far {
            let day = self.any_day();
            let caller = self.holder(Role::AssistanceOfficer, day);
            self.go(caller, day, Whereto::Home(at), Way::Phone, vec![index], goings);
        }
        for week in 0..4 {
            let day = self.days.start.plus(week * 7 + self.dice.between(0, 6));
            let caller = self.holder(Role::AssistanceOfficer, day);
            self.go(caller, day, Whereto::Home(at), Way::Phone, weekly.clone(), goings);
        }
    }

    fn school(&mut self, school: &str, children: Vec<usize>, goings: &mut Vec<Going>) {
        let day = self.any_day();
        // Boarders go home on Friday and come back on Sunday.
        let day = match day.date().weekday().number_from_monday() {
            6 if day.plus(2) < self.days.end => day.plus(2),
            7 if day.plus(1) < self.days.end => day.plus(1),
            6 => day.plus(-1),
            7 => day.plus(-2),
            _ => day,
        };
        let director = self.holder(Role::ChildDirector, day);
        self.go(director, day, Whereto::School(school.to_owned()), Way::Elsewhere, children, goings);
    }

    /// Adds a going, if there is anybody to go and to go to, and the village's pace allows it.
    fn go(
        &mut self,
        worker: Option<RecordId>,
        day: Day,
        whereto: Whereto,
        way: Way,
        people: Vec<usize>,
        goings: &mut Vec<Going>,
    ) {
        let goes = self.dice.chance(self.pace);
        let in_vain = way == Way::Home && self.dice.chance(70);
        let at_market = way == Way::Elsewhere && matches!(whereto, Whereto::Home(_));
        let day = if at_market { self.market(day) } else { day };
        if let (Some(worker), true, false, true) = (worker, goes, people.is_empty(), self.days.contains(&day))
        {
            goings.push(Going { worker, day, whereto, way, people, in_vain });
        }
    }

    /// After a visit in vain most workers come again some days later.
    fn again(&mut self, going: Going, goings: &mut Vec<Going>) {
        let day = going.day.plus(self.dice.between(2, 7));
        let in_vain = self.dice.chance(150);
        if self.dice.chance(620) && self.days.contains(&day) {
            goings.push(Going { day, in_vain, ..going });
        }
    }

    /// Some workers do nothing for some weeks: half of it is made up for afterwards, half is not.
    fn fall_silent(&mut self, goings: &mut Vec<Going>) {
        let mut workers: Vec<_> = goings.iter().map(|going| going.worker).collect();
        workers.sort_unstable();
        workers.dedup();
        for worker in workers {
            if !self.dice.chance(70) {
                continue;
            }
            let from = self.days.start.plus(self.dice.between(0, 20));
            let until = from.plus(self.dice.between(9, 24));
            let end = self.days.end;
            let silent = |going: &Going| going.worker == worker && from <= going.day && going.day < until;
            goings.retain_mut(|going| {
                if !silent(going) {
                    return true;
                }
                going.day = until.plus(going.day.0 % 5);
                going.day < end && self.dice.chance(500)
            });
        }
    }

    /// Not those who are dead, gone, shut in an institution or waiting for the township since before the
    /// month began; whoever died or left in it may still be looked for.
    fn can_be_visited(&self, resident: &Resident) -> bool {
        let (person, start) = (&resident.person, self.days.start);
        let before = |day: Option<Day>| day.is_some_and(|day| day < start);
        let shut_in = person.aways.iter().any(|away| {
            away.kind.excludes() && before(away.from) && away.until.is_none_or(|until| until > self.middle())
        });
        person.village_on(self.middle()) == Some(self.village.code)
            && !person.pending
            && !before(person.died)
            && !before(person.moved_out)
            && !before(person.refusal_approved)
            && !shut_in
    }

    /// What a person is owed this month. Quarters and half-years are spread over their months by home.
    fn owed(&self, resident: &Resident, home: usize) -> Owed {
        let date = self.middle().date();
        let turn = |months: u32| date.month0() % months == u32::try_from(home % 1_000).unwrap_or(0) % months;
        let mut owed = Owed::default();
        let day = self.middle();
        for duty in self.duties.iter().filter(|duty| duty.concerns(&resident.person, day)) {
            let now = match duty.cadence {
                Cadence::Month => true,
                Cadence::Rolling { days } => {
                    owed.weekly |= days <= 10;
                    true
                }
                Cadence::Quarter => turn(3),
                Cadence::HalfYear => turn(6),
                Cadence::Year => turn(12),
            };
            let director = duty.roles.contains(&Role::ChildDirector);
            owed.director |= now && director;
            owed.officer |= now && !director;
            owed.at_home |= now && duty.ways == [Way::Home];
        }
        owed
    }

    /// The day in the middle of what is played of the month.
    fn middle(&self) -> Day {
        Day(self.days.start.0.midpoint(self.days.end.0))
    }

    fn any_day(&mut self) -> Day {
        let last = self.days.end.0 - self.days.start.0 - 1;
        self.days.start.plus(self.dice.between(0, last.max(0)))
    }

    /// The place of a home's group among the village's.
    fn group(&self, home: &Home) -> i32 {
        let at = self.village.groups.iter().position(|group| *group == home.group);
        at.and_then(|at| i32::try_from(at).ok()).unwrap_or(0)
    }

    /// A worker walks a group within a few days.
    fn day_of_group(&mut self, group: i32) -> Day {
        let span = (self.days.end.0 - self.days.start.0).max(1);
        let offset = (group * 4 + self.dice.between(0, 7)) % span;
        self.days.start.plus(offset)
    }

    /// The market day nearest after a day, or the one before it.
    fn market(&self, day: Day) -> Day {
        let market = self.county.places.township(self.village).map_or(7, |one| one.market);
        let weekday = day.date().weekday().number_from_monday();
        let ahead = i32::try_from((market + 7 - weekday) % 7).unwrap_or(0);
        let next = day.plus(ahead);
        if next < self.days.end { next } else { next.plus(-7) }
    }

    fn way(&mut self, at_home: bool) -> Way {
        let (home, phone, elsewhere, video) = if at_home { (940, 40, 20, 0) } else { (700, 200, 75, 25) };
        let ways = [(home, 0), (phone, 1), (elsewhere, 2), (video, 3)];
        match self.dice.weighted(&ways) {
            0 => Way::Home,
            1 => Way::Phone,
            2 => Way::Elsewhere,
            _ => Way::Video,
        }
    }

    /// Who holds a post of the village on a day; of several, one of them.
    fn holder(&mut self, role: Role, day: Day) -> Option<RecordId> {
        let holds = |one: &&&Assignment| one.role == role && one.holds_on(day);
        let holders: Vec<_> = self.posts.iter().filter(holds).map(|one| one.staff).collect();
        self.dice.pick_from(&holders)
    }
}
