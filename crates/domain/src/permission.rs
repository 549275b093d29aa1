//! Who may do what, where and when. The one place that says so.
//!
//! What somebody did is judged by the whole possible interval of its time: assigned on every day
//! of it is yes, anything else is *set aside* for a reviewer. Nothing authenticated is refused.

use crate::area::Areas;
use crate::catalogue::{RecordKind, keys};
use crate::ids::{AreaCode, NotAnId, RecordId};
use crate::problem::{Problem, ProblemCode};
use crate::reference::Reference;
use crate::staff::{Assignment, Role};
use crate::time::Day;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

/// What a patch, or a reader, wants to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// Log a visit, its parts and what was found; amend them.
    LogVisit,
    /// Correct telephones and how to find the house.
    CorrectContact,
    /// Register somebody who was not on the list (待确认).
    RegisterPerson,
    /// Confirm persons and changes, edit the register, answer what was found, say at the county which of
    /// several values is to stand.
    ConfirmChange,
    /// 拒访不计入, 作废, 月结.
    Decide,
    /// Duties, forms, areas, settings.
    EditRules,
    /// Staff and assignments.
    ManageStaff,
    /// Read what everybody of an area may.
    Read,
    /// Read children's files and parts.
    ReadChild,
    /// Send an urgent report.
    Urgent,
    /// Read urgent reports at a desk, and note what was done: 儿童督导员 of the township, and of the county those
    /// who act on them (未成年人保护法 第11条: 立即; the content is for nobody else, 第103条, 反家庭暴力法 第14条).
    ReadUrgent,
}

/// The whole table of roles and acts.
pub fn permits(role: Role, act: Act) -> bool {
    use Role::{
        Approver, AssistanceClerk, AssistanceOfficer, Auditor, ChildDirector, ChildSupervisor, CountyAdmin,
        CountyReviewer, Reader, StationHead,
    };
    match act {
        Act::LogVisit | Act::RegisterPerson | Act::CorrectContact => {
            !matches!(role, Auditor | Reader | Approver)
        }
        Act::ConfirmChange => {
            matches!(role, StationHead | ChildSupervisor | AssistanceClerk | CountyReviewer | CountyAdmin)
        }
        Act::Decide => matches!(role, CountyReviewer | CountyAdmin),
        Act::EditRules | Act::ManageStaff => matches!(role, CountyAdmin),
        Act::Read => true,
        Act::ReadChild => matches!(role, ChildDirector | ChildSupervisor),
        Act::ReadUrgent => matches!(role, ChildSupervisor | CountyReviewer | Approver),
        Act::Urgent => {
            matches!(
                role,
                AssistanceOfficer | ChildDirector | ChildSupervisor | StationHead | AssistanceClerk
            )
        }
    }
}

/// What it takes to write one field of a record.
pub fn act_for(kind: RecordKind, key: &str, new_record: bool) -> Act {
    match kind {
        RecordKind::Visit | RecordKind::Part if key == keys::VOID => Act::Decide,
        RecordKind::Visit if key.starts_with(keys::GOING) => Act::ConfirmChange,
        RecordKind::Visit | RecordKind::Part => Act::LogVisit,
        RecordKind::Concern => concern_act(key, new_record),
        RecordKind::Person | RecordKind::Household => register_act(kind, key, new_record),
        // Nobody writes what they may not read.
        RecordKind::ChildFile => Act::ReadChild,
        RecordKind::Urgent if key.starts_with(keys::OPENED) => Act::ReadUrgent,
        RecordKind::Urgent => Act::Urgent,
        RecordKind::Area
        | RecordKind::Duty
        | RecordKind::Form
        | RecordKind::FormAssignment
        | RecordKind::Settings => Act::EditRules,
        RecordKind::Staff | RecordKind::Assignment | RecordKind::Grant => Act::ManageStaff,
        RecordKind::Closing | RecordKind::ClosingFigures | RecordKind::Decision | RecordKind::Erasure => {
            Act::Decide
        }
    }
}

fn concern_act(key: &str, new_record: bool) -> Act {
    let answer = [keys::STATE, keys::REPLY, keys::DUE, keys::HANDLER, keys::UNDONE].contains(&key);
    if answer && !new_record { Act::ConfirmChange } else { Act::LogVisit }
}

/// What a worker may say of somebody who is not on the list: who it is, and where to find them. What
/// puts anybody into the figures is the township's to say.
const IDENTITY: [&str; 11] = [
    keys::NAME,
    keys::SEX,
    keys::BORN,
    keys::AGE_SAID,
    keys::ID_NUMBER,
    keys::LOCAL_NUMBER,
    keys::ETHNIC_GROUP,
    keys::VILLAGE,
    keys::HOUSEHOLD,
    keys::RELATION,
    keys::GROUP,
];

fn register_act(kind: RecordKind, key: &str, new_record: bool) -> Act {
    let contact = [
        keys::PHONE,
        keys::CARER,
        keys::PHONE_CARER,
        keys::PHONE_AWAY,
        keys::DIRECTIONS,
        keys::NICKNAME,
        keys::PINYIN,
    ];
    let countys = [keys::REFUSAL_APPROVED, keys::REFUSAL_WORDS, keys::RESTRICTED, keys::RESTRICTED_WORDS];
    if countys.contains(&key) {
        Act::Decide
    } else if contact.contains(&key) {
        Act::CorrectContact
    } else if new_record && (kind == RecordKind::Household || IDENTITY.contains(&key)) {
        Act::RegisterPerson
    } else {
        Act::ConfirmChange
    }
}

/// What it takes to write these fields in one patch (none: it was erased, or could not be read). A
/// person whom a worker registers begins as 待确认, which only the township may change.
pub fn acts(kind: RecordKind, sets: Option<&BTreeMap<String, Value>>, new_record: bool) -> BTreeSet<Act> {
    let registers = kind == RecordKind::Person && new_record;
    let pending = |key: &str, value: &Value| key == keys::REGISTRATION && value.as_text() == Some("pending");
    let all = || sets.into_iter().flatten();
    let act = |(key, value): (&String, &Value)| {
        if registers && pending(key, value) { Act::RegisterPerson } else { act_for(kind, key, new_record) }
    };
    let mut acts: BTreeSet<Act> = all().map(act).collect();
    if registers && !all().any(|(key, value)| pending(key, value)) {
        acts.insert(Act::ConfirmChange);
    }
    if acts.is_empty() {
        acts.insert(act_for(kind, "", new_record));
    }
    acts
}

/// What it takes, besides the word itself, to accept what somebody else has written: whatever changes the
/// register, the rules or anybody's rights. What is only told from the field stays its author's word, and
/// whoever decides vouches for it: no reviewer sends urgent reports or reads children's files.
pub fn acts_of_accepting(acts: BTreeSet<Act>) -> BTreeSet<Act> {
    let told = |act: &Act| matches!(act, Act::Urgent | Act::ReadChild);
    acts.into_iter().filter(|act| !told(act)).chain([Act::Decide]).collect()
}

/// What it takes to say at the county which value of a contested field is to stand: the right to write it,
/// and a place at a township's or the county's desk. Village workers settle what they may write themselves
/// on the phone, where a write that has seen both sides is one like any other.
pub fn acts_of_settling(acts: BTreeSet<Act>) -> BTreeSet<Act> {
    acts.into_iter().chain([Act::ConfirmChange]).collect()
}

/// Whether somebody may do something in an area on every day of an interval (both ends included). Once
/// an area has ended, whoever may in its successor may: they may not have heard of it.
/// O(assignments of the person × days), where intervals are at most a few days long.
pub fn allowed(
    reference: &Reference,
    staff: RecordId,
    act: Act,
    area: AreaCode,
    days: std::ops::RangeInclusive<Day>,
) -> bool {
    let (first, last) = (*days.start(), *days.end());
    let areas = &reference.areas;
    let mine: Vec<_> = reference.assignments_of(staff).filter(|one| permits(one.role, act)).collect();
    // The whole interval is covered when each assignment carries the first uncovered day further.
    let mut day = first;
    while day <= last {
        let heir = areas.heir_on(area, day);
        let reach = mine.iter().filter(|one| one.holds_on(day)).filter_map(|one| {
            // The next day's heir may be another.
            let of_heir = || areas.within(heir, one.area).then(|| Some(day.plus(1)));
            if areas.within(area, one.area) { Some(one.until) } else { of_heir() }
        });
        match reach.max_by_key(|until| until.unwrap_or(Day(i32::MAX))) {
            Some(Some(until)) => day = until,
            Some(None) => return true,
            None => return false,
        }
    }
    first <= last
}

/// Whether somebody may do all of this somewhere today.
///
/// # Errors
/// `right_missing`, with the roles that may.
pub fn require(
    reference: &Reference,
    by: RecordId,
    acts: &BTreeSet<Act>,
    area: AreaCode,
    today: Day,
) -> Result<(), Problem> {
    if acts.iter().all(|act| allowed(reference, by, *act, area, today..=today)) {
        return Ok(());
    }
    let roles = || Role::ALL.iter().filter(|role| acts.iter().all(|act| permits(**role, *act)));
    let zh: Vec<_> = roles().map(|role| role.zh()).collect();
    let en: Vec<_> = roles().map(|role| role.en()).collect();
    let name = reference.staff.get(&by).map_or_else(|| by.to_string(), |staff| staff.name.clone());
    let problem = Problem::new(ProblemCode::RightMissing).with("name", name);
    let problem = problem.with("area", reference.areas.name(area));
    Err(problem.with("roles_zh", zh.join("、")).with("roles_en", en.join(", ")))
}

/// Which part of a feed a record belongs to: permission and replication are by whole record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody who works in the area.
    General,
    /// Those responsible for children.
    Child,
    /// Nobody's feed: urgent reports and sealed notes.
    Restricted,
}

impl Audience {
    /// The number under which it is stored.
    pub fn number(self) -> u8 {
        match self {
            Self::General => 0,
            Self::Child => 1,
            Self::Restricted => 2,
        }
    }

    /// The audience of a number.
    pub fn from_number(number: u8) -> Option<Self> {
        [Self::General, Self::Child, Self::Restricted].into_iter().find(|one| one.number() == number)
    }
}

/// One feed: an area and an audience. Text: `532929102210`, `532929102210c`, `532929102210r`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The area whose own records it has (not those below).
    pub area: AreaCode,
    /// For whom.
    pub audience: Audience,
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.audience {
            Audience::General => "",
            Audience::Child => "c",
            Audience::Restricted => "r",
        };
        write!(f, "{}{letter}", self.area)
    }
}

impl FromStr for Scope {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let audience = match text.get(12..) {
            Some("") => Audience::General,
            Some("c") => Audience::Child,
            Some("r") => Audience::Restricted,
            _ => return Err(NotAnId),
        };
        Ok(Self { area: text.get(..12).ok_or(NotAnId)?.parse()?, audience })
    }
}

impl Serialize for Scope {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Scope {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The feeds that a member of staff follows on a day: their areas, everything below, what became part
/// of it (somebody may still be registered there), and what lies above (duties, forms and assignments
/// live higher up). O(areas × assignments of the person).
pub fn scopes(reference: &Reference, staff: RecordId, day: Day) -> Vec<Scope> {
    let mut scopes = Vec::new();
    for assignment in reference.assignments_of(staff).filter(|one| one.holds_on(day)) {
        add_scopes(&reference.areas, assignment, day, &mut scopes);
    }
    scopes.sort_unstable();
    scopes.dedup();
    scopes
}

fn add_scopes(areas: &Areas, assignment: &Assignment, day: Day, scopes: &mut Vec<Scope>) {
    let above = areas.ancestors(assignment.area);
    scopes.extend(above.map(|area| Scope { area, audience: Audience::General }));
    let child = permits(assignment.role, Act::ReadChild);
    let here = |area: AreaCode| {
        areas.within(area, assignment.area) || areas.within(areas.heir_on(area, day), assignment.area)
    };
    for area in areas.0.keys().filter(|area| here(**area)) {
        scopes.push(Scope { area: *area, audience: Audience::General });
        if child {
            scopes.push(Scope { area: *area, audience: Audience::Child });
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::Area;

    const VILLAGE: AreaCode = AreaCode(532_929_101_201);
    const OTHER: AreaCode = AreaCode(532_929_101_202);
    const TOWNSHIP: AreaCode = AreaCode(532_929_101_000);

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn reference(spans: &[(Role, AreaCode, &str, Option<&str>)]) -> (Reference, RecordId) {
        let staff = RecordId::named("staff", "杨洁");
        let mut reference = Reference::default();
        for (code, parent) in [(VILLAGE, Some(TOWNSHIP)), (OTHER, Some(TOWNSHIP)), (TOWNSHIP, None)] {
            let area = Area { code, name: String::new(), parent, from: None, until: None, successor: None };
            reference.areas.0.insert(code, area);
        }
        for (number, (role, area, from, until)) in spans.iter().enumerate() {
            let id = RecordId::named("assignment", &number.to_string());
            let (role, area, from, until) = (*role, *area, day(from), until.map(day));
            reference.assignments.insert(id, Assignment { id, staff, role, area, from, until });
        }
        (reference, staff)
    }

    #[test]
    fn a_doubtful_interval_is_not_permitted() {
        let officer = Role::AssistanceOfficer;
        let (reference, staff) = reference(&[(officer, VILLAGE, "2026-01-01", Some("2026-11-10"))]);
        let may = |from, until| allowed(&reference, staff, Act::LogVisit, VILLAGE, day(from)..=day(until));
        assert!(may("2026-11-09", "2026-11-09"));
        assert!(!may("2026-11-09", "2026-11-10"), "the second day is another's");
        assert!(!may("2026-11-10", "2026-11-10"));
        assert!(!may("2026-11-09", "2026-11-08"), "no interval at all");
    }

    #[test]
    fn assignments_that_follow_each_other_carry_over() {
        let officer = Role::AssistanceOfficer;
        let (reference, staff) = reference(&[
            (officer, VILLAGE, "2026-01-01", Some("2026-11-10")),
            (officer, TOWNSHIP, "2026-11-10", None),
        ]);
        assert!(allowed(&reference, staff, Act::LogVisit, VILLAGE, day("2026-11-01")..=day("2026-12-01")));
        assert!(!allowed(&reference, staff, Act::LogVisit, OTHER, day("2026-11-01")..=day("2026-12-01")));
    }

    #[test]
    fn what_was_merged_is_of_those_who_work_in_the_successor_from_that_day_on() {
        let officer = Role::AssistanceOfficer;
        let (mut reference, staff) = reference(&[
            (officer, VILLAGE, "2026-01-01", Some("2026-11-10")),
            (officer, OTHER, "2026-11-10", None),
        ]);
        let may = |reference: &Reference, from, until| {
            allowed(reference, staff, Act::LogVisit, VILLAGE, day(from)..=day(until))
        };
        let follows = |reference: &Reference, on| {
            let scopes = scopes(reference, staff, day(on));
            [VILLAGE, OTHER].map(|area| scopes.contains(&Scope { area, audience: Audience::General }))
        };
        assert!(!may(&reference, "2026-11-09", "2026-11-10"), "moved, not merged");
        let merged = reference.areas.0.get_mut(&VILLAGE).unwrap();
        (merged.until, merged.successor) = (Some(day("2026-11-10")), Some(OTHER));
        assert!(may(&reference, "2026-11-08", "2026-11-12"));
        assert_eq!(follows(&reference, "2026-11-09"), [true, false]);
        assert_eq!(follows(&reference, "2026-11-10"), [true, true]);
        reference.assignments.retain(|_, one| one.area == OTHER);
        assert!(!may(&reference, "2026-11-09", "2026-11-09"), "the past stays as it was");
    }

    #[test]
    fn only_those_responsible_for_children_follow_their_feed() {
        let followed = |role| {
            let (reference, staff) = reference(&[(role, VILLAGE, "2026-01-01", None)]);
            scopes(&reference, staff, day("2026-11-23"))
        };
        let has_child = |scopes: &[Scope]| scopes.iter().any(|scope| scope.audience == Audience::Child);
        assert!(!has_child(&followed(Role::AssistanceOfficer)));
        let director = followed(Role::ChildDirector);
        assert!(director.contains(&Scope { area: TOWNSHIP, audience: Audience::General }), "what lies above");
        assert!(has_child(&director));
    }

    #[test]
    fn a_scope_survives_its_own_text() {
        for audience in [Audience::General, Audience::Child, Audience::Restricted] {
            let scope = Scope { area: VILLAGE, audience };
            assert_eq!(scope.to_string().parse(), Ok(scope));
        }
        assert!("532929101201x".parse::<Scope>().is_err());
        assert!("乡".parse::<Scope>().is_err());
    }

    #[test]
    fn workers_correct_telephones_and_the_township_the_rest() {
        let person = RecordKind::Person;
        assert_eq!(act_for(person, keys::PHONE, false), Act::CorrectContact);
        assert_eq!(act_for(person, keys::DIED, false), Act::ConfirmChange);
        assert_eq!(act_for(person, keys::REFUSAL_WORDS, false), Act::Decide);
        assert_eq!(act_for(RecordKind::Concern, keys::HANDLER, false), Act::ConfirmChange);
        assert_eq!(act_for(RecordKind::Part, keys::VOID, false), Act::Decide);
        assert!(!permits(Role::AssistanceOfficer, Act::ConfirmChange));
        assert!(!permits(Role::StationHead, Act::Decide));
    }
}
