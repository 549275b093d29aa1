//! 走访: some months of visits by the village workers, as the phones would have brought them.

use super::County;
use super::dice::Dice;
use super::encounters::{encounter, found};
use super::notes::{About, Notes, Style};
use super::records::code;
use super::rounds::{Going, Month, Whereto};
use super::sheets::{Asked, Filled, Memory, Sheets};
use super::timetable::{Timed, timetable};
use chrono::Datelike;
use domain::catalogue::keys;
use domain::concern::ConcernKind;
use domain::duty::{Duty, DutyKind};
use domain::ids::{AreaCode, RecordId};
use domain::time::{Day, Happened, UnixMs};
use domain::value::{Origin, Value};
use domain::visit::{Met, Way};
use std::collections::BTreeMap;
use std::ops::Range;

/// A visit with its parts, not yet patches: whoever loads it gives the records their ids and each part
/// its [`keys::VISIT`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedVisit {
    /// Who entered it.
    pub author: RecordId,
    /// The village in which it was made, as its author knew it.
    pub village: AreaCode,
    /// When it happened, as stated.
    pub happened: Happened,
    /// When it was entered.
    pub entered_ms: UnixMs,
    /// The fields of the visit's record.
    pub sets: BTreeMap<String, Value>,
    /// One for each person.
    pub parts: Vec<SeedPart>,
}

/// One person's share of a visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedPart {
    /// The person.
    pub subject: RecordId,
    /// The fields of the part's record but for its visit.
    pub sets: BTreeMap<String, Value>,
    /// What the worker wrote, 40 to 80 characters. The form holds it too, if it has a place for it.
    pub note: String,
    /// The form, if there is one and somebody was met.
    pub filled: Option<Filled>,
    /// What was found: by the form's answers, and now and then by hand.
    pub concerns: Vec<(ConcernKind, String)>,
}

/// What a history is made of.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The days that are played; the end is excluded.
    pub days: Range<Day>,
    /// How notes are written.
    pub style: Style,
    /// The forms that are filled in.
    pub sheets: Sheets,
}

impl Settings {
    /// Plain notes, no forms.
    pub fn new(days: Range<Day>) -> Self {
        Self { days, style: Style::Plain, sheets: Sheets::default() }
    }
}

/// Visits, month by month, in a month by the time of entry. Holds the visits of one month (without
/// their answers) and the last answers of everybody.
pub struct History<'a> {
    county: &'a County,
    settings: Settings,
    notes: Notes,
    /// The places of each village's homes in the register, in the order of the villages.
    homes: Vec<Range<usize>>,
    start: Day,
    ready: std::vec::IntoIter<Timed>,
    dice: Dice,
    /// Apart, so that the same people are visited whether forms are filled in or not.
    form_dice: Dice,
    memories: BTreeMap<usize, Memory>,
    /// People to whom nobody goes from a day on.
    spared: BTreeMap<RecordId, Day>,
}

/// The visits of the days in the settings. The same county and settings give the same visits.
pub fn history(county: &County, settings: Settings) -> History<'_> {
    let all = &county.register.homes;
    let homes = county.places.villages.iter().map(|village| {
        let from = all.partition_point(|home| home.village < village.code);
        from..all.partition_point(|home| home.village <= village.code)
    });
    History {
        county,
        notes: Notes::new(settings.style),
        homes: homes.collect(),
        start: settings.days.start,
        ready: Vec::new().into_iter(),
        dice: Dice::of(county.plan.seed, "visits", &[]),
        form_dice: Dice::of(county.plan.seed, "forms", &[]),
        memories: BTreeMap::new(),
        spared: BTreeMap::new(),
        settings,
    }
}

impl Iterator for History<'_> {
    type Item = SeedVisit;

    fn next(&mut self) -> Option<SeedVisit> {
        loop {
            while let Some(timed) = self.ready.next() {
                if let Some(visit) = self.visit(timed) {
                    return Some(visit);
                }
            }
            if self.start >= self.settings.days.end {
                return None;
            }
            self.month();
        }
    }
}

/// The first day of the month after.
fn next_month(day: Day) -> Day {
    let date = day.date();
    let (year, month) =
        if date.month() == 12 { (date.year() + 1, 1) } else { (date.year(), date.month() + 1) };
    Day::from_ymd(year, month, 1).unwrap_or(day.plus(28))
}

impl History<'_> {
    /// Nobody goes to these people from a day on: a demonstration keeps its own for itself.
    pub fn spare(&mut self, people: impl IntoIterator<Item = RecordId>, from: Day) {
        self.spared.extend(people.into_iter().map(|person| (person, from)));
    }

    /// Plans the next month of the whole county: a worker of two villages has one timetable.
    fn month(&mut self) {
        let days = self.start..next_month(self.start).min(self.settings.days.end);
        let middle = Day(days.start.0.midpoint(days.end.0));
        let care = |duty: &&Duty| duty.kind == DutyKind::Care && duty.holds_on(middle);
        let duties: Vec<_> = self.county.reference.duties.values().filter(care).collect();
        let mut goings = Vec::new();
        for (village, homes) in self.county.places.villages.iter().zip(&self.homes) {
            goings.extend(Month::new(self.county, village, homes.clone(), days.clone(), &duties).goings());
        }
        self.ready = timetable(goings, &days, &mut self.dice).into_iter();
        self.start = days.end;
    }

    /// A going-there as it turned out; `None` when nobody was looked for after all.
    fn visit(&mut self, timed: Timed) -> Option<SeedVisit> {
        let Timed { going, happened, entered_ms } = timed;
        let register = &self.county.register;
        let home = register.homes.get(register.residents.get(*going.people.first()?)?.home)?;
        let mut sets = BTreeMap::from([
            (keys::VILLAGE.to_owned(), code(home.village)),
            (keys::WAY.to_owned(), Value::from(going.way.code())),
            (keys::HAPPENED.to_owned(), Value::from(happened.to_string())),
        ]);
        match &going.whereto {
            Whereto::School(school) => {
                sets.insert(keys::PLACE.to_owned(), Value::text(school.as_str()));
            }
            Whereto::Home(_) => {
                sets.insert(keys::HOUSEHOLD.to_owned(), Value::text(home.id.to_string()));
                if going.way == Way::Elsewhere {
                    sets.insert(keys::PLACE.to_owned(), Value::from("集市"));
                }
            }
        }
        let author = self.company(&going, home.village, &mut sets);
        let people = going.people.iter();
        let parts: Vec<_> =
            people.filter_map(|index| self.part(*index, &going, home.group, entered_ms)).collect();
        let visit = SeedVisit { author, village: home.village, happened, entered_ms, sets, parts };
        (!visit.parts.is_empty()).then_some(visit)
    }

    /// Who came along, and who wrote it down for whom (代记): the author.
    fn company(&mut self, going: &Going, village: AreaCode, sets: &mut BTreeMap<String, Value>) -> RecordId {
        let throw = self.dice.below(100);
        if throw < 6 {
            let who = self.dice.pick(&["村医", "村组长", "乡卫生院医生", "村委会副主任", "网格员"]);
            sets.insert(keys::COMPANIONS.to_owned(), Value::List(vec![who.to_owned()]));
        }
        let other = || {
            let mut all = self.county.reference.assignments.values();
            all.find(|one| one.area == village && one.staff != going.worker && one.holds_on(going.day))
        };
        let Some(other) = (throw >= 98).then(other).flatten() else { return going.worker };
        sets.insert(keys::VISITED_BY.to_owned(), Value::List(vec![going.worker.to_string()]));
        other.staff
    }

    fn part(&mut self, index: usize, going: &Going, group: &str, entered_ms: UnixMs) -> Option<SeedPart> {
        let resident = self.county.register.residents.get(index)?;
        if self.spared.get(&resident.person.id).is_some_and(|from| *from <= going.day) {
            return None;
        }
        let met = encounter(self.county, going, resident, &mut self.dice)?;
        let child = resident.person.is_minor_on(going.day);
        let reason = met.reason.map(|(reason, _)| reason);
        let about = About { child, way: going.way, met: met.met, reason, group };
        let note = self.notes.note(&about, &mut self.dice);
        let seen = matches!(met.met, Met::InPerson | Met::WithCarer);
        let filled = seen.then(|| {
            let asked = Asked { resident, day: going.day, now_ms: entered_ms, way: going.way, note: &note };
            let memory = self.memories.entry(index).or_default();
            self.settings.sheets.fill(&asked, memory, &mut self.form_dice)
        });
        let filled = filled.flatten();
        // What was only confirmed unchanged was raised before.
        let raised = filled.iter().flat_map(|filled| &filled.answers.concerns);
        let raised = raised.filter(|one| one.origin == Origin::Asked);
        let mut concerns: Vec<_> = raised.map(|one| (one.kind, one.words.clone())).collect();
        if let Some(kind) = found(resident, going.day, met.met, &mut self.dice) {
            concerns.push((kind, self.notes.concern(kind, &mut self.dice).to_owned()));
        }
        let sets = met.sets(resident, &mut self.dice);
        Some(SeedPart { subject: resident.person.id, sets, note, filled, concerns })
    }
}
