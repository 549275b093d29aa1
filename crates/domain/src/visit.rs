//! 走访: one going-there with its parts. Parts, not visits, meet duties.

use crate::area::{code, date};
use crate::catalogue::keys;
use crate::going::{self, Going};
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use crate::location::Location;
use crate::problem::{Problem, ProblemCode};
use crate::time::{Day, Happened};
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::staff::codes! {
    /// How people were met (怎么见的).
    Way {
        Home "home" "上门" "at home";
        Elsewhere "elsewhere" "在别处见面" "elsewhere";
        Phone "phone" "电话" "by phone";
        Video "video" "视频" "by video";
        /// Nobody went: a worker only reports that something has changed. It tries nothing, meets nobody, and counts for no
        /// duty; until the township's word the person stands as 情况有变待确认.
        Report "report" "只报告情况变了" "reported only";
    }
}

impl Way {
    /// The ways of going there, among which somebody who went chooses, and which duties admit.
    pub const GOING: &'static [Self] = &[Self::Home, Self::Elsewhere, Self::Phone, Self::Video];
}

crate::staff::codes! {
    /// Who was met.
    Met {
        InPerson "self" "见到本人" "met in person";
        WithCarer "self_and_carer" "见到本人和照料人" "met with the carer";
        FamilyOnly "family" "只见到家人或照料人" "only family or carer met";
        Nobody "none" "没见到" "not met";
    }
}

impl Met {
    /// Whether the person themselves was met.
    pub fn in_person(self) -> bool {
        matches!(self, Self::InPerson | Self::WithCarer)
    }
}

crate::staff::codes! {
    /// Why the person was not met. The three groups have different effects.
    NotMet {
        NotAtHome "not_at_home" "没在家" "not at home";
        InTheFields "in_the_fields" "下地、放牧、赶集" "in the fields, herding, at the market";
        AtRelatives "at_relatives" "走亲戚" "staying with relatives";
        RoadBlocked "road_blocked" "路不通" "the road is blocked";
        Hospital "hospital" "住院" "in hospital";
        Migrant "migrant" "外出务工" "working elsewhere";
        Boarding "boarding" "住校" "boarding at school";
        Institution "institution" "住进养老或福利机构" "moved into an institution";
        MovedAway "moved_away" "搬走" "moved away";
        RegistrationMoved "registration_moved" "户口迁出" "registration moved";
        Died "died" "去世" "died";
        Refused "refused" "不愿接受走访" "does not want to be visited";
    }
}

/// What a reason of not meeting does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotMetGroup {
    /// 这次没遇上: the duty stays due.
    Missed,
    /// 情况变了: the township confirms; until then 情况有变待确认.
    Changed,
    /// 不愿接受走访: excluded only after two tries and a reviewer's approval.
    Refused,
}

impl NotMet {
    /// Which of the three groups it belongs to.
    pub fn group(self) -> NotMetGroup {
        match self {
            Self::NotAtHome | Self::InTheFields | Self::AtRelatives | Self::RoadBlocked => {
                NotMetGroup::Missed
            }
            Self::Hospital
            | Self::Migrant
            | Self::Boarding
            | Self::Institution
            | Self::MovedAway
            | Self::RegistrationMoved
            | Self::Died => NotMetGroup::Changed,
            Self::Refused => NotMetGroup::Refused,
        }
    }
}

/// All that stands in a field: one value, or several while it is 填写不一致.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sides<T> {
    /// What can be read: ascending, each once.
    known: Vec<T>,
    /// Whether a side says something else: nothing, or what a newer version knows.
    unread: bool,
}

impl<T: Copy + Ord> Sides<T> {
    fn of(head: &Head, key: &str, read: impl Fn(&str) -> Option<T>) -> Self {
        let writes = head.fields.get(key).into_iter().flatten();
        let all: Vec<Option<T>> = writes.map(|write| write.value.as_text().and_then(&read)).collect();
        let mut known: Vec<T> = all.iter().copied().flatten().collect();
        known.sort_unstable();
        known.dedup();
        Self { known, unread: all.iter().any(Option::is_none) }
    }

    /// The last one, and what stands beside it.
    fn last(&self) -> Option<(T, Vec<T>)> {
        let (last, others) = self.known.split_last()?;
        Some((*last, others.to_vec()))
    }
}

/// One going-there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visit {
    /// The record.
    pub id: RecordId,
    /// The household visited, unless it was a place.
    pub household: Option<RecordId>,
    /// The place, unless it was a household.
    pub place: Option<String>,
    /// The village as its author knew it.
    pub village: Option<AreaCode>,
    /// How people were met; `None` while contested or of a newer version.
    pub way: Option<Way>,
    /// When; `None` while contested.
    pub happened: Option<Happened>,
    /// Every way that stands.
    pub ways: Sides<Way>,
    /// Every day on which it may have begun.
    pub days: Sides<Day>,
    /// Who visited: the recorder unless said otherwise.
    pub visited_by: Vec<RecordId>,
    /// Who recorded it.
    pub recorded_by: Option<RecordId>,
    /// Who came along.
    pub companions: Vec<String>,
    /// Where it was written down, if its author said so; evidence, by which nothing is judged.
    pub location: Option<Location>,
    /// Whether it was made void.
    pub void: bool,
    /// What was said of it and of others: one going-there, or not.
    pub said: BTreeMap<RecordId, Going>,
}

fn list(head: &Head, key: &str) -> Vec<String> {
    match head.value(key) {
        Some(Value::List(items)) => items.clone(),
        _ => Vec::new(),
    }
}

impl Visit {
    /// Reads a visit from its record.
    pub fn read(id: RecordId, head: &Head) -> Self {
        let recorded_by = head.author(id);
        let mut visited_by: Vec<RecordId> =
            list(head, keys::VISITED_BY).iter().filter_map(|text| text.parse().ok()).collect();
        if visited_by.is_empty() {
            visited_by.extend(recorded_by);
        }
        Self {
            id,
            household: head.text(keys::HOUSEHOLD).and_then(|text| text.parse().ok()),
            place: head.text(keys::PLACE).map(str::to_owned),
            location: head.text(keys::LOCATION).and_then(|text| text.parse().ok()),
            village: code(head, keys::VILLAGE),
            way: head.text(keys::WAY).and_then(Way::from_code),
            happened: head.text(keys::HAPPENED).and_then(|text| text.parse().ok()),
            ways: Sides::of(head, keys::WAY, Way::from_code),
            days: Sides::of(head, keys::HAPPENED, |text| text.parse().ok().map(Happened::day)),
            visited_by,
            recorded_by,
            companions: list(head, keys::COMPANIONS),
            void: head.text(keys::VOID).is_some(),
            said: going::said(head),
        }
    }

    /// How many people visited together.
    pub fn visitors(&self) -> usize {
        self.visited_by.len() + self.companions.len()
    }
}

/// One person's share of a visit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The record.
    pub id: RecordId,
    /// The visit's record.
    pub visit: Option<RecordId>,
    /// The person's record.
    pub subject: Option<RecordId>,
    /// Who was met; `None` while contested.
    pub met: Option<Met>,
    /// Everything that stands of who was met.
    pub mets: Sides<Met>,
    /// Why not.
    pub reason: Option<NotMet>,
    /// From when a reported change holds.
    pub reason_from: Option<Day>,
    /// Whether it was made void.
    pub void: bool,
}

impl Part {
    /// Reads a part from its record.
    pub fn read(id: RecordId, head: &Head) -> Self {
        let record = |key| head.text(key).and_then(|text| text.parse().ok());
        Self {
            id,
            visit: record(keys::VISIT),
            subject: record(keys::SUBJECT),
            met: head.text(keys::MET).and_then(Met::from_code),
            mets: Sides::of(head, keys::MET, Met::from_code),
            reason: head.text(keys::REASON).and_then(NotMet::from_code),
            reason_from: date(head, keys::REASON_FROM),
            void: head.text(keys::VOID).is_some(),
        }
    }
}

/// What coverage needs to know of one part: the facts of the part and of its visit together. Of what is
/// 填写不一致 the last side: the latest day, and by the order of the screens the least of ways and meetings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PartFact {
    /// The part's record.
    pub part: RecordId,
    /// The visit's record.
    pub visit: RecordId,
    /// The day on which it counts: the one in which the visit began.
    pub day: Day,
    /// How.
    pub way: Way,
    /// Who was met.
    pub met: Met,
    /// Why not.
    pub reason: Option<NotMet>,
    /// From when a reported change holds.
    pub reason_from: Option<Day>,
    /// How many people visited together.
    pub visitors: u8,
    /// Who is credited first.
    pub by: Option<RecordId>,
    /// The other sides of what is 填写不一致.
    #[serde(default, skip_serializing_if = "Beside::is_nothing")]
    pub beside: Beside,
}

/// What stands beside day, way and meeting of a part while they are 填写不一致; mostly nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Beside {
    /// Earlier days, ascending.
    pub days: Vec<Day>,
    /// Other ways, ascending.
    pub ways: Vec<Way>,
    /// Other meetings, ascending.
    pub mets: Vec<Met>,
    /// Whether a side says nothing, or what this program cannot read: then it counts for nothing.
    pub unread: bool,
}

impl Beside {
    /// Whether all sides say the same.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl PartFact {
    /// Joins a part and its visit; `None` when either is void, or when of way, time or meeting nothing is
    /// known at all.
    pub fn of(part: &Part, visit: &Visit) -> Option<Self> {
        if part.void || visit.void || part.visit != Some(visit.id) {
            return None;
        }
        let (day, days) = visit.days.last()?;
        let (way, ways) = visit.ways.last()?;
        // Whoever only reports a change says nothing of meeting anybody.
        let told = || (way == Way::Report).then(|| (Met::Nobody, Vec::new()));
        let (met, mets) = part.mets.last().or_else(told)?;
        let unread = visit.days.unread || visit.ways.unread || part.mets.unread;
        Some(Self {
            part: part.id,
            visit: visit.id,
            day,
            way,
            met,
            reason: part.reason,
            reason_from: part.reason_from,
            visitors: u8::try_from(visit.visitors()).unwrap_or(u8::MAX),
            by: visit.visited_by.first().copied(),
            beside: Beside { days, ways, mets, unread },
        })
    }

    /// Whether its day, way or meeting is 填写不一致.
    pub fn is_contested(&self) -> bool {
        !self.beside.is_nothing()
    }

    /// Every day on which it may have been, ascending.
    pub fn days(&self) -> impl DoubleEndedIterator<Item = Day> {
        self.beside.days.iter().copied().chain([self.day])
    }

    /// The first of these days.
    pub fn first_day(&self) -> Day {
        self.beside.days.first().copied().unwrap_or(self.day)
    }

    /// The part as each side tells it; itself when nothing is contested.
    pub fn sides(&self) -> impl Iterator<Item = Self> {
        let ways = || self.beside.ways.iter().copied().chain([self.way]);
        let mets = || self.beside.mets.iter().copied().chain([self.met]);
        let plain = |day, way, met| Self { day, way, met, beside: Beside::default(), ..*self };
        self.days()
            .flat_map(move |day| ways().flat_map(move |way| mets().map(move |met| plain(day, way, met))))
    }
}

/// What is asked of whoever dates a visit after the day on which it had reached the county.
pub fn dated_ahead(happened: Happened, arrived: Day) -> Option<Problem> {
    let day = happened.day();
    let problem = || Problem::new(ProblemCode::VisitDatedAhead).with("day", day).with("arrived", arrived);
    (day > arrived).then(problem)
}

/// 补记: what is asked of whoever enters a visit later than is set, and gives no reason.
pub fn late_without_reason(
    last_day: Day,
    reason: Option<&str>,
    entered: Day,
    limit_days: i32,
) -> Option<Problem> {
    let late = entered.0.saturating_sub(last_day.0) > limit_days;
    let silent = reason.is_none_or(|reason| reason.trim().is_empty());
    (late && silent).then(|| Problem::new(ProblemCode::VisitTooLongAgo).with("days", limit_days))
}
