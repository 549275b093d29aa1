//! 今日: who is due, why, where, and whether this time must be 上门.
//!
//! Standings are computed on the phone, by the county's rules, whenever a fact changes; here they are
//! only read. O(people of the worker's duties), some microseconds each.

use crate::app::{App, Open};
use crate::lock::Nothing;
use crate::ports::Ports;
use crate::shown::{codes_of, shown_name, shown_nickname};
use crate::standings::SLICE;
use crate::tell::OrTell;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Status;
use domain::coverage::rules::rule_on;
use domain::duty::{Duty, DutyKind};
use domain::household::Household;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::period::{Cadence, Period};
use domain::problem::Problem;
use domain::subject::{Person, is_restricted};
use domain::time::{Day, UnixMs};
use domain::value::Value;
use domain::visit::Way;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use store::phone::{LogRow, OwnFilter, PersonRow};

/// People judged before the list is shown, when some wait for it: some milliseconds.
const AT_ONCE: usize = 20;

/// How the list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum TodayOrder {
    /// What is latest first.
    #[default]
    Time,
    /// By village, group and household.
    Group,
}

/// 今日.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(default)]
pub struct TodayAsked {
    /// How the list is ordered.
    pub order: TodayOrder,
    /// How many rows are passed over.
    pub offset: usize,
    /// How many rows at most; 50 unless said.
    pub count: Option<usize>,
}

/// 今日, as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct TodayView {
    /// The holder's name.
    pub staff_name: String,
    /// The day.
    pub day: Day,
    /// 应走访, each person once.
    pub due: usize,
    /// 已走访: whom no duty of the present periods asks for any more.
    pub met: usize,
    /// Visits of which the county does not have everything yet.
    pub waiting: usize,
    /// Corrections, registrations and reports that wait, while no visit does.
    pub waiting_other: u64,
    /// When the oldest of these visits was made.
    pub waiting_since_ms: Option<UnixMs>,
    /// Unfinished visits.
    pub drafts: usize,
    /// Own visits that the county asks to supplement (请您补充).
    pub asked: usize,
    /// The worker has no village now; not before the county was heard.
    pub no_village: bool,
    /// When the county was last heard, by its own clock; nothing when never.
    pub heard_ms: Option<UnixMs>,
    /// Rows there are in all.
    pub total: usize,
    /// The rows asked for.
    pub people: Vec<DueItem>,
}

/// Why somebody is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// 超期 N 天, of a rolling duty only.
    Overdue {
        /// Days.
        days: i32,
    },
    /// 上月漏访, 上季漏访 …
    MissedLast {
        /// Months of the period.
        months: u32,
    },
    /// 本月还没走, 本季还没走 …
    NotYet {
        /// Months of the period.
        months: u32,
    },
    /// A rolling duty that will be due.
    DueOn {
        /// When.
        day: Day,
    },
    /// 去过未见到.
    Tried,
    /// 限制处理: visits are not on the phone, which cannot know whether somebody went.
    Restricted,
}

impl Why {
    /// The words on the screen, Chinese.
    pub fn zh(self) -> String {
        let span = |months| match months {
            1 => "月",
            3 => "季",
            6 => "半年",
            _ => "年",
        };
        match self {
            Self::Overdue { days } => format!("超期{days}天"),
            Self::MissedLast { months } => format!("上{}漏访", span(months)),
            Self::NotYet { months } => format!("本{}还没走", span(months)),
            Self::DueOn { day } => format!("{day} 到期"),
            Self::Tried => "去过未见到".to_owned(),
            Self::Restricted => "限制处理，走没走过以县里为准".to_owned(),
        }
    }
}

/// One row of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct DueItem {
    /// The person.
    pub subject: RecordId,
    /// The name, masked for a child.
    pub name: String,
    /// What neighbours call them; not of a child.
    pub nickname: Option<String>,
    /// Age in years.
    pub age: Option<i32>,
    /// Sex, as registered.
    pub sex: Option<String>,
    /// The codes of the categories.
    pub categories: Vec<String>,
    /// The village.
    pub village: Option<AreaCode>,
    /// The village group.
    pub group: String,
    /// The household's head (户主), who tells same-name neighbours apart.
    pub household: String,
    /// Why, the gravest first.
    pub why: Vec<Why>,
    /// The same in words.
    pub why_zh: Vec<String>,
    /// 这次要上门: some open duty is met at home only; else 打电话也可以 where `by_phone`.
    pub at_home: bool,
    /// Whether every open duty is met by telephone too.
    pub by_phone: bool,
    /// The first day by which somebody should go.
    pub due_on: Option<Day>,
    /// 什么时候再来, as it was said when nobody was met the last time.
    pub come_again: Option<String>,
}

/// A duty of the worker's on a day, with the villages in which one and the same rule holds.
#[derive(Debug, Clone)]
pub(crate) struct MyDuty {
    /// The rule.
    pub rule: Duty,
    /// Its present period.
    pub period: Period,
    /// Where.
    pub areas: BTreeSet<AreaCode>,
}

/// The duties of a member of staff on a day, once they have been gathered.
pub(crate) type Mine = Option<((RecordId, Day), Arc<[MyDuty]>)>;

/// What all duties say of one person.
#[derive(Debug, Clone, Default)]
struct Due {
    why: BTreeSet<Why>,
    /// Whether some duty asks for a visit.
    open: bool,
    /// Whether some duty is met.
    met: bool,
    at_home: bool,
    not_by_phone: bool,
    due_on: Option<Day>,
    area: Option<AreaCode>,
}

/// Whether an own entry made a record in which a change is only reported: nobody went anywhere.
fn only_reports(made: &LogRow) -> bool {
    let body = made.entry.body.as_ref();
    body.and_then(|body| body.sets.get(keys::WAY)) == Some(&Value::from(Way::Report.code()))
}

impl Open {
    /// The worker's duties of care on a day, kept until the day, the worker or the reference is another.
    pub(crate) fn my_duties(&self, day: Day) -> Arc<[MyDuty]> {
        let mut kept = self.mine.borrow_mut();
        match kept.as_ref() {
            Some((of, mine)) if *of == (self.staff, day) => Arc::clone(mine),
            _ => {
                let mine: Arc<[MyDuty]> = self.gather_duties(day).into();
                *kept = Some(((self.staff, day), Arc::clone(&mine)));
                mine
            }
        }
    }

    /// By assignment, role and village. O(villages × duties).
    fn gather_duties(&self, day: Day) -> Vec<MyDuty> {
        let mut found: BTreeMap<RecordId, MyDuty> = BTreeMap::new();
        let mine = self.reference.assignments_of(self.staff).filter(|one| one.holds_on(day));
        for assignment in mine {
            for village in self.reference.areas.villages(assignment.area) {
                for name in self.rules.names() {
                    let Some(rule) = rule_on(self.rules.at(name, village.code), day) else { continue };
                    // The duty `*` sums up the others, and names no roles.
                    if rule.kind == DutyKind::Care && rule.roles.contains(&assignment.role) {
                        let period = Period::containing(rule.cadence, rule.cut, day);
                        let duty = found.entry(rule.id).or_insert_with(|| MyDuty {
                            rule: rule.clone(),
                            period,
                            areas: BTreeSet::new(),
                        });
                        duty.areas.insert(village.code);
                    }
                }
            }
        }
        found.into_values().collect()
    }

    fn gather(&self, day: Day) -> Result<BTreeMap<RecordId, Due>, Problem> {
        let mut people: BTreeMap<RecordId, Due> = BTreeMap::new();
        for duty in self.my_duties(day).iter() {
            let (rule, months) = (&duty.rule, duty.rule.cadence.months());
            let rolling = matches!(rule.cadence, Cadence::Rolling { .. });
            for row in self.store.due(&rule.duty, duty.period, day).or_tell()? {
                if !duty.areas.contains(&row.area) || !row.status.is_due() {
                    continue;
                }
                let due = people.entry(row.subject).or_default();
                due.met |= matches!(row.status, Status::MetHome | Status::MetOther);
                due.area = Some(row.area);
                let open = matches!(row.status, Status::NotYet | Status::Tried);
                if !open {
                    continue;
                }
                due.open = true;
                due.at_home |= rule.ways == [Way::Home];
                due.not_by_phone |= !rule.ways.contains(&Way::Phone);
                let soonest = due.due_on.into_iter().chain(row.due_on).min();
                due.due_on = soonest;
                due.why.insert(match row.due_on {
                    Some(on) if rolling && on < day => Why::Overdue { days: day.0 - on.0 },
                    Some(on) if rolling => Why::DueOn { day: on },
                    _ => Why::NotYet { months },
                });
                if row.status == Status::Tried {
                    due.why.insert(Why::Tried);
                }
            }
            for subject in self.store.missed(&rule.duty, duty.period.previous(), day).or_tell()? {
                if let Some(due) = people.get_mut(&subject).filter(|due| due.open) {
                    due.why.insert(Why::MissedLast { months });
                }
            }
        }
        Ok(people)
    }

    /// Whether a person is still to be visited on a day, for a duty of the worker's.
    pub(crate) fn is_due(&self, id: RecordId, mine: &[MyDuty], today: Day) -> Result<bool, Problem> {
        let standings = self.store.standings(id).or_tell()?;
        Ok(standings.iter().any(|one| {
            let mine = mine.iter().any(|duty| duty.rule.duty == one.duty && duty.period == one.period);
            let status = one.status_on(today);
            mine && matches!(status, Some(Status::NotYet | Status::Tried))
        }))
    }

    fn due_item(&self, id: RecordId, due: &Due, row: PersonRow, day: Day) -> Result<DueItem, Problem> {
        let stored = self.store.record(RecordRef { kind: RecordKind::Person, id }).or_tell()?;
        let head = stored.as_ref().and_then(|stored| stored.head());
        let person = head.map(|head| Person::read(id, head));
        let household = match row.household {
            Some(home) => self.store.record(RecordRef { kind: RecordKind::Household, id: home }).or_tell()?,
            None => None,
        };
        let household = household.and_then(|row| row.head().map(|head| Household::read(row.record.id, head)));
        let restricted = head.is_some_and(is_restricted);
        let why: Vec<Why> =
            if restricted { vec![Why::Restricted] } else { due.why.iter().copied().collect() };
        let come_again = if why.contains(&Why::Tried) { self.come_again(id)? } else { None };
        Ok(DueItem {
            subject: id,
            name: person.as_ref().map_or(row.name, |person| shown_name(person, day)),
            nickname: person.as_ref().zip(head).and_then(|(one, head)| shown_nickname(one, head, day)),
            age: person.as_ref().and_then(|person| person.age_on(day)),
            sex: person.as_ref().and_then(|person| person.sex.clone()),
            categories: person.as_ref().map(|person| codes_of(person, day)).unwrap_or_default(),
            village: row.village,
            group: row.group,
            household: household.map(|home| home.head_name).unwrap_or_default(),
            why_zh: why.iter().map(|why| why.zh()).collect(),
            why,
            at_home: due.at_home,
            by_phone: !due.not_by_phone,
            due_on: due.due_on.filter(|_| !restricted),
            come_again,
        })
    }

    /// Those who are open, in order.
    fn ordered(&self, people: &BTreeMap<RecordId, Due>, order: TodayOrder) -> Result<Vec<RecordId>, Problem> {
        let open = people.iter().filter(|(_, due)| due.open);
        if order == TodayOrder::Time {
            let mut ids: Vec<(&RecordId, &Due)> = open.collect();
            // What is overdue or was missed stands first in the reasons.
            let grave = |due: &Due| match due.why.first() {
                Some(Why::Overdue { days }) => (0, -days),
                Some(Why::MissedLast { .. }) => (1, 0),
                _ => (2, 0),
            };
            ids.sort_by_key(|(id, due)| (grave(due), due.due_on, due.area, **id));
            return Ok(ids.into_iter().map(|(id, _)| *id).collect());
        }
        let all = self.store.people(&store::phone::PeopleFilter::All, 0, usize::MAX).or_tell()?;
        let open: BTreeSet<RecordId> = open.map(|(id, _)| *id).collect();
        Ok(all.into_iter().map(|row| row.id).filter(|id| open.contains(id)).collect())
    }

    fn today_view(&mut self, ports: &Ports, asked: TodayAsked) -> Result<TodayView, Problem> {
        self.roll(ports, false)?;
        // Only what a session that was cut off has left behind.
        self.judge_slice(ports, AT_ONCE)?;
        let day = self.today(ports);
        let people = self.gather(day)?;
        let order = self.ordered(&people, asked.order)?;
        let mut items = Vec::new();
        for id in order.iter().skip(asked.offset).take(asked.count.unwrap_or(50)) {
            if let (Some(due), Some(row)) = (people.get(id), self.store.person(*id).or_tell()?) {
                items.push(self.due_item(*id, due, row, day)?);
            }
        }
        let mut waiting = self.store.own_visits(OwnFilter::Waiting, None, 1_000).or_tell()?;
        waiting.retain(|row| !only_reports(row));
        let drafts = self.store.drafts().or_tell()?;
        Ok(TodayView {
            staff_name: self.identity.certificate.staff_name.clone(),
            day,
            due: people.len(),
            // Met stands before a change that waits for the township (field §6), as in the county's row of all duties.
            met: people.values().filter(|due| due.met && !due.open).count(),
            waiting: waiting.len(),
            waiting_other: if waiting.is_empty() { self.waiting()? } else { 0 },
            waiting_since_ms: waiting.last().map(|row| row.entry.patch.stamp.best_ms()),
            drafts: drafts.iter().filter(|draft| draft.discarded_ms.is_none()).count(),
            asked: self.to_supplement()?,
            no_village: self.heard.county_ms != 0
                && !self.reference.assignments_of(self.staff).any(|one| one.holds_on(day)),
            heard_ms: (self.heard.county_ms != 0).then_some(self.heard.county_ms),
            total: order.len(),
            people: items,
        })
    }
}

impl App {
    /// 今日: figures, and the people who are due.
    ///
    /// # Errors
    /// [`domain::problem::ProblemCode::Locked`], and those of the database.
    pub fn today_list(&mut self, request: TodayAsked) -> Result<TodayView, Problem> {
        let (ports, open, _) = self.writing()?;
        open.today_view(ports, request)
    }

    /// Does at leisure what no screen waits for: standings of a new month, drafts put away long ago,
    /// a journal that has grown, the database's own log. To be called until there is no more.
    ///
    /// # Errors
    /// Those of the database and the journal.
    pub fn tidy(&mut self, _: Nothing) -> Result<Tidied, Problem> {
        let (ports, open, _) = self.writing()?;
        open.roll(ports, true)?;
        let more = open.judge_slice(ports, SLICE)?;
        if !more {
            open.purge_drafts(ports)?;
            open.renew_journal(ports)?;
            open.store.tidy().or_tell()?;
        }
        Ok(Tidied { more })
    }
}

/// Whether there is more to tidy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Tidied {
    /// Call again.
    pub more: bool,
}
