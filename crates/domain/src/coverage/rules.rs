//! Which rule of which duty holds in a village on a day; and the duty `*` (任一要求).

use crate::duty::{Duty, DutyKind};
use crate::ids::{AreaCode, RecordId};
use crate::period::{Cadence, Cut};
use crate::reference::Reference;
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// 任一要求: the name of the duty whose register is everybody with any duty of care, each person
/// counted once. It is monthly, and met by what counts for one of the duties that ask the person in that
/// month: its own rules name neither ways nor meetings.
pub const ANY_DUTY: &str = "*";

/// What people call it.
pub const ANY_DUTY_ZH: &str = "任一要求";

/// How standings are judged by rules; one more whenever [`super::timeline`] judges the same facts, or
/// [`super::tally`] counts the same standings, differently, so that both are built anew when a county's program is
/// replaced. Until that is done readers see the old ones, but for people of whom something arrives meanwhile: they
/// are judged by the new program at once.
pub const JUDGEMENT: u32 = 4;

/// All rules of a county, ready to be asked. Made anew when the reference changes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept")]
pub struct Rules {
    /// Of the program that judged by them.
    judgement: u32,
    parents: BTreeMap<AreaCode, AreaCode>,
    /// By duty and owning area, each list ordered by first day.
    duties: BTreeMap<String, BTreeMap<AreaCode, Vec<Duty>>>,
    /// What holds in each area that owns rules, made of the above: a judgement asks so often that nearest owners
    /// are looked for once.
    #[serde(skip)]
    holding: BTreeMap<AreaCode, Vec<Holding>>,
}

/// Rules as they are written down.
#[derive(Deserialize)]
struct Kept {
    #[serde(default)]
    judgement: u32,
    parents: BTreeMap<AreaCode, AreaCode>,
    duties: BTreeMap<String, BTreeMap<AreaCode, Vec<Duty>>>,
}

impl From<Kept> for Rules {
    fn from(Kept { judgement, parents, duties }: Kept) -> Self {
        let mut rules = Self { judgement, parents, duties, holding: BTreeMap::new() };
        rules.hold();
        rules
    }
}

/// The rules of a duty that hold in an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Holding {
    /// The duty's name.
    pub(super) duty: String,
    /// Of the nearest owner only, ordered by first day; not empty.
    pub(super) rules: Vec<Duty>,
}

/// What an edit of rules can change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The first day on which a village is asked something else.
    pub from: Day,
    /// The duties of which it is, with `*`.
    pub duties: BTreeSet<String>,
}

/// No chain of divisions is longer ([`crate::area::Areas::ancestors`]).
const DEPTH_MAX: usize = 8;

impl Rules {
    /// Gathers the rules of a reference, and makes those of `*`. O(areas + rules · owners).
    pub fn of(reference: &Reference) -> Self {
        let mut rules = Self { judgement: JUDGEMENT, ..Self::default() };
        let areas = reference.areas.0.values();
        rules.parents.extend(areas.filter_map(|area| Some((area.code, area.parent?))));
        for rule in reference.duties.values().filter(|rule| rule.duty != ANY_DUTY) {
            let owners = rules.duties.entry(rule.duty.clone()).or_default();
            owners.entry(rule.area).or_default().push(rule.clone());
        }
        for list in rules.duties.values_mut().flat_map(BTreeMap::values_mut) {
            list.sort_by_key(|rule| (rule.from, rule.id));
        }
        rules.hold();
        let any: BTreeMap<_, _> = rules.holding.keys().map(|owner| (*owner, rules.any_at(*owner))).collect();
        rules.duties.insert(ANY_DUTY.to_owned(), any);
        rules.hold();
        rules
    }

    /// Finds for each area that owns rules what holds there, and keeps a copy. O(owners · (duties · depth + rules)).
    fn hold(&mut self) {
        let owners: BTreeSet<AreaCode> = self.duties.values().flat_map(BTreeMap::keys).copied().collect();
        let nearest = |(duty, owners): (&String, &BTreeMap<AreaCode, Vec<Duty>>), owner| {
            let rules = self.upwards(owner).find_map(|area| owners.get(&area))?.clone();
            (!rules.is_empty()).then(|| Holding { duty: duty.clone(), rules })
        };
        let holding = |owner| (owner, self.duties.iter().filter_map(|duty| nearest(duty, owner)).collect());
        self.holding = owners.into_iter().map(holding).collect();
    }

    /// An area and those above it.
    fn upwards(&self, area: AreaCode) -> impl Iterator<Item = AreaCode> {
        std::iter::successors(Some(area), |code| self.parents.get(code).copied()).take(DEPTH_MAX)
    }

    /// The names of all duties with `*`, ascending.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.duties.keys().map(String::as_str)
    }

    /// The rules of a duty in a village, nearest owner only, ordered by first day. O(depth · log).
    pub fn at(&self, duty: &str, village: AreaCode) -> &[Duty] {
        find(self.holding_at(village), duty)
    }

    /// The rules of every duty in a village, ordered by name. O(depth · log).
    pub(super) fn holding_at(&self, village: AreaCode) -> &[Holding] {
        self.upwards(village).find_map(|area| self.holding.get(&area)).map_or(&[], Vec::as_slice)
    }

    /// The codes of all categories that a duty ever asked for, wherever. O(rules of the duty).
    pub fn categories(&self, duty: &str) -> BTreeSet<&str> {
        let rules = self.duties.get(duty).into_iter().flat_map(BTreeMap::values).flatten();
        rules.flat_map(|rule| &rule.categories).map(String::as_str).collect()
    }

    /// Where other rules ask something else; `None` when they differ in words only. Standings of other
    /// duties, and of periods whose next one ends on or before that day, are the same under both.
    /// O(areas · duties · rules).
    pub fn difference(&self, other: &Self) -> Option<Change> {
        let areas = |rules: &Self| -> BTreeSet<AreaCode> {
            let owners = rules.duties.values().flat_map(BTreeMap::keys);
            rules.parents.keys().chain(owners).copied().collect()
        };
        let areas: BTreeSet<AreaCode> = areas(self).union(&areas(other)).copied().collect();
        let names: BTreeSet<&String> = self.duties.keys().chain(other.duties.keys()).collect();
        if self.judgement != other.judgement {
            return Some(Change { from: Day(i32::MIN), duties: names.into_iter().cloned().collect() });
        }
        let mut change: Option<Change> = None;
        for name in names {
            let days = areas.iter().filter_map(|area| differ(self.at(name, *area), other.at(name, *area)));
            let Some(day) = days.min() else { continue };
            let change = change.get_or_insert_with(|| Change { from: day, duties: BTreeSet::new() });
            change.from = change.from.min(day);
            change.duties.insert(name.clone());
            // Whatever counts for a duty of care may count for `*`.
            if [self, other].iter().any(|rules| rules.cares(name)) {
                change.duties.insert(ANY_DUTY.to_owned());
            }
        }
        change
    }

    /// Whether the tally under these rules tells who is overdue: it does since the fourth judgement.
    pub fn tells_overdue(&self) -> bool {
        self.judgement >= 4
    }

    /// Whether a duty was ever one of care, wherever. O(rules of the duty).
    fn cares(&self, duty: &str) -> bool {
        let rules = self.duties.get(duty).into_iter().flat_map(BTreeMap::values).flatten();
        rules.into_iter().any(|rule| rule.kind == DutyKind::Care)
    }

    /// The rules of `*` for the villages whose nearest owner of any rule is this area: one for each
    /// stretch of days between changes, of all categories for which somebody's care is then asked.
    /// Its cut is the 26th only when all agree on it; its least enrolment is the smallest.
    fn any_at(&self, owner: AreaCode) -> Vec<Duty> {
        let all: Vec<&Duty> = self.holding_at(owner).iter().flat_map(|one| &one.rules).collect();
        let edges: BTreeSet<Day> =
            all.iter().flat_map(|rule| [Some(rule.from), rule.until]).flatten().collect();
        let mut stretches = Vec::new();
        for from in &edges {
            // Of the rules of one duty only the one in force speaks: the one that began last.
            let holding: BTreeMap<&str, &Duty> = all
                .iter()
                .filter(|rule| rule.holds_on(*from))
                .map(|rule| (rule.duty.as_str(), *rule))
                .collect();
            let care: Vec<&Duty> = holding.into_values().filter(|rule| rule.kind == DutyKind::Care).collect();
            let until = edges.range(from.plus(1)..).next().copied();
            stretches.extend(any_rule(owner, *from, until, &care));
        }
        stretches
    }
}

/// The rules of a duty among all that hold in a village.
pub(super) fn find<'a>(holding: &'a [Holding], duty: &str) -> &'a [Duty] {
    let place = holding.binary_search_by(|one| one.duty.as_str().cmp(duty)).ok();
    place.and_then(|place| holding.get(place)).map_or(&[], |one| one.rules.as_slice())
}

fn any_rule(area: AreaCode, from: Day, until: Option<Day>, holding: &[&Duty]) -> Option<Duty> {
    let categories: BTreeSet<&String> = holding.iter().flat_map(|rule| &rule.categories).collect();
    let enrolled_days_min = holding.iter().map(|rule| rule.enrolled_days_min).min()?;
    let day26 = holding.iter().all(|rule| rule.cut == Cut::Day26);
    Some(Duty {
        id: RecordId::named("any duty", &format!("{area} {from}")),
        duty: ANY_DUTY.to_owned(),
        title_zh: ANY_DUTY_ZH.to_owned(),
        title_en: "any requirement".to_owned(),
        kind: DutyKind::Care,
        categories: categories.into_iter().cloned().collect(),
        ways: Vec::new(),
        mets: Vec::new(),
        cadence: Cadence::Month,
        cut: if day26 { Cut::Day26 } else { Cut::Natural },
        visitors_min: 1,
        enrolled_days_min,
        roles: Vec::new(),
        area,
        from,
        until,
        source: String::new(),
        strength: String::new(),
        ended_source: String::new(),
    })
}

/// The first day on which two lists of rules of one duty ask differently.
fn differ(old: &[Duty], new: &[Duty]) -> Option<Day> {
    let edges = old.iter().chain(new).flat_map(|rule| [Some(rule.from), rule.until]).flatten();
    let edges: BTreeSet<Day> = edges.collect();
    let asked = |rules, day| rule_on(rules, day).map(asks);
    let day = edges.into_iter().find(|day| asked(old, *day) != asked(new, *day));
    // A rolling duty is due so many days after it began, though nothing was in force then.
    let rolling = |rule: &Duty| matches!(rule.cadence, Cadence::Rolling { .. });
    let begun = |rules: &[Duty]| rules.first().map(|rule| rule.from);
    let begins_elsewhere = begun(old) != begun(new) && old.iter().chain(new).any(rolling);
    let began = [begun(old), begun(new)].into_iter().flatten().filter(|_| begins_elsewhere);
    day.into_iter().chain(began).min()
}

/// All that coverage reads of a rule that is in force.
fn asks(rule: &Duty) -> impl PartialEq + use<'_> {
    let whom = (rule.kind, &rule.categories, rule.enrolled_days_min);
    (whom, &rule.ways, &rule.mets, rule.visitors_min, rule.cadence, rule.cut)
}

/// The rule in force on a day: of several, the one that began last.
pub fn rule_on(rules: &[Duty], day: Day) -> Option<&Duty> {
    rules.iter().rev().find(|rule| rule.holds_on(day))
}
