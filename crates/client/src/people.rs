//! 名单: people by place, found by what somebody types, and a person's page.

use crate::app::{App, Open};
use crate::concerns::ConcernView;
use crate::contested::ContestedField;
use crate::lock::Nothing;
use crate::news::RegistrationView;
use crate::shown::{codes_of, shown_name, shown_nickname};
use crate::tell::{OrTell, nothing_found};
use crate::today::MyDuty;
use domain::catalogue::{RecordKind, keys};
use domain::category::ListedAs;
use domain::change::Registration;
use domain::concern::Concern;
use domain::coverage::Status;
use domain::head::Head;
use domain::household::Household;
use domain::ids::{AreaCode, RecordId};
use domain::log::Vector;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::subject::{Away as AwayStay, AwayKind, Person, is_restricted};
use domain::time::Day;
use serde::{Deserialize, Serialize};
use store::phone::{Link, Needle, PeopleFilter, PersonRow};

use crate::history::PastVisit;

/// Rows of a page unless said otherwise.
const PAGE: usize = 50;

/// So many visits stand on a person's page.
const VISITS_MAX: usize = 3;

/// So much of what was settled stands on a person's page.
const SETTLED_MAX: usize = 3;

/// Rows that are looked at in one go for those who are listed in one way.
const LOOKED_THROUGH: usize = 200;

/// 名单.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(default)]
pub struct PeopleAsked {
    /// Of one village.
    pub village: Option<AreaCode>,
    /// Of one group of that village.
    pub group: Option<String>,
    /// Of one household.
    pub household: Option<RecordId>,
    /// Only those who are listed so.
    pub listed_as: Option<ListedAs>,
    /// How many rows are passed over.
    pub offset: usize,
    /// How many rows at most.
    pub count: Option<usize>,
}

/// 搜索: 姓名、拼音首字母、身份证后四位.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct SearchAsked {
    /// What was typed.
    pub typed: String,
    /// Only those who are listed so.
    #[serde(default)]
    pub listed_as: Option<ListedAs>,
    /// How many rows are passed over.
    #[serde(default)]
    pub offset: usize,
    /// How many rows at most.
    #[serde(default)]
    pub count: Option<usize>,
}

/// A person by record.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct OfPerson {
    /// The person.
    pub subject: RecordId,
}

/// One row of a list of people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct PersonItem {
    /// The person.
    pub subject: RecordId,
    /// The name, masked for a child.
    pub name: String,
    /// What neighbours call them; not of a child, but on their own page.
    pub nickname: Option<String>,
    /// Sex, as registered.
    pub sex: Option<String>,
    /// Age in years.
    pub age: Option<i32>,
    /// The county's own number, of whoever has no ID number.
    pub local_number: Option<String>,
    /// The codes of the categories.
    pub categories: Vec<String>,
    /// The village.
    pub village: Option<AreaCode>,
    /// The village group.
    pub group: String,
    /// The household's record.
    pub household: Option<RecordId>,
    /// The household's head (户主).
    pub household_head: String,
    /// Whether somebody should go.
    pub due: bool,
    /// Registered at the door, and waiting for the township.
    pub pending: bool,
    /// 限制处理: visits are not on the phone, which therefore says nothing of whether somebody went.
    pub restricted: bool,
}

/// How many people a group has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct GroupItem {
    /// The village.
    pub village: Option<AreaCode>,
    /// Its name.
    pub village_name: String,
    /// The group.
    pub group: String,
    /// People.
    pub people: u64,
}

/// A duty towards a person, as their page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct DutyView {
    /// The duty in words.
    pub title: String,
    /// Its period in words.
    pub period: String,
    /// How the person stands.
    pub status: String,
    /// Whether it still asks.
    pub open: bool,
    /// By when.
    pub due_on: Option<Day>,
}

/// A confirmed stay elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct AwayView {
    /// Why.
    pub kind: AwayKind,
    /// Since when.
    pub from: Option<Day>,
    /// The first day back, when that is known.
    pub until: Option<Day>,
}

/// A person's page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct PersonView {
    /// The person in brief; here the names are whole.
    pub item: PersonItem,
    /// What the screen has seen: to be handed back with every correction.
    pub seen: Vector,
    /// The same of the household.
    pub household_seen: Vector,
    /// Date of birth.
    pub born: Option<Day>,
    /// The ID number, masked but for its ends.
    pub id_number: Option<String>,
    /// The person's telephone.
    pub phone: Option<String>,
    /// Who cares for the person, by name.
    pub carer: Option<String>,
    /// The carer's.
    pub phone_carer: Option<String>,
    /// That of a parent or child who works elsewhere.
    pub phone_away: Option<String>,
    /// How to find the house.
    pub directions: String,
    /// The others of the household.
    pub members: Vec<PersonItem>,
    /// 要做什么.
    pub duties: Vec<DutyView>,
    /// 没办完的事.
    pub concerns: Vec<ConcernView>,
    /// What was settled lately, the latest first.
    pub settled: Vec<ConcernView>,
    /// How far it is with somebody who was registered at the door.
    pub registration: Option<RegistrationView>,
    /// Date of death, as the township confirmed it.
    pub died: Option<Day>,
    /// Since when the person, or the registration, is elsewhere.
    pub moved_out: Option<Day>,
    /// Where the person is meanwhile.
    pub away: Vec<AwayView>,
    /// 历次走访, the newest three.
    pub visits: Vec<PastVisit>,
    /// 情况变了, as far as it was only reported since these visits.
    pub reports: Vec<PastVisit>,
    /// 填写不一致, of the person and the household.
    pub contested: Vec<ContestedField>,
}

/// By what lists tell apart whoever has no ID number.
fn own_number(head: &Head) -> Option<String> {
    let known = |key| head.text(key).filter(|text| !text.is_empty());
    known(keys::LOCAL_NUMBER).filter(|_| known(keys::ID_NUMBER).is_none()).map(str::to_owned)
}

impl Open {
    /// A person in a list.
    fn person_item(&self, row: PersonRow, mine: &[MyDuty], day: Day) -> Result<PersonItem, Problem> {
        let record = RecordRef { kind: RecordKind::Person, id: row.id };
        let stored = self.store.record(record).or_tell()?;
        let head = stored.as_ref().and_then(|stored| stored.head());
        let person = head.map(|head| Person::read(row.id, head));
        let household_head = match row.household {
            Some(home) => self.name_of(RecordKind::Household, home)?,
            None => String::new(),
        };
        Ok(PersonItem {
            subject: row.id,
            name: person.as_ref().map_or(row.name, |person| shown_name(person, day)),
            nickname: person.as_ref().zip(head).and_then(|(one, head)| shown_nickname(one, head, day)),
            sex: person.as_ref().and_then(|person| person.sex.clone()),
            age: person.as_ref().and_then(|person| person.age_on(day)),
            local_number: head.and_then(own_number),
            categories: person.as_ref().map(|person| codes_of(person, day)).unwrap_or_default(),
            village: row.village,
            group: row.group,
            household: row.household,
            household_head,
            due: !head.is_some_and(is_restricted) && self.is_due(row.id, mine, day)?,
            pending: head.and_then(Registration::of) == Some(Registration::Pending),
            restricted: head.is_some_and(is_restricted),
        })
    }

    fn person_items(&self, rows: Vec<PersonRow>, day: Day) -> Result<Vec<PersonItem>, Problem> {
        let mine = self.my_duties(day);
        rows.into_iter().map(|row| self.person_item(row, &mine, day)).collect()
    }

    /// A page of the rows that `from` gives, a piece at a time, of those only who are listed so.
    /// O(rows up to the end of the page).
    fn page_of(
        &self,
        listed_as: Option<ListedAs>,
        page: (usize, usize),
        day: Day,
        from: impl Fn(usize, usize) -> Result<Vec<PersonRow>, Problem>,
    ) -> Result<Vec<PersonItem>, Problem> {
        let (offset, count) = page;
        let Some(wanted) = listed_as else { return self.person_items(from(offset, count)?, day) };
        let (mut at, mut over, mut found) = (0, 0, Vec::new());
        while found.len() < count {
            let rows = from(at, LOOKED_THROUGH)?;
            let last = rows.len() < LOOKED_THROUGH;
            at += rows.len();
            for row in rows {
                let person = self.person(row.id)?;
                if !person.is_some_and(|person| person.listed_as_on(day).contains(&wanted)) {
                    continue;
                }
                over += 1;
                if over > offset && found.len() < count {
                    found.push(row);
                }
            }
            if last {
                break;
            }
        }
        self.person_items(found, day)
    }

    fn duty_views(&self, subject: RecordId, mine: &[MyDuty], day: Day) -> Result<Vec<DutyView>, Problem> {
        let mut views = Vec::new();
        for standing in self.store.standings(subject).or_tell()? {
            let duty =
                mine.iter().find(|duty| duty.rule.duty == standing.duty && duty.period == standing.period);
            if let (Some(duty), Some(status)) = (duty, standing.status_on(day)) {
                views.push(DutyView {
                    title: duty.rule.title_zh.clone(),
                    period: duty.period.zh(),
                    status: status.zh().to_owned(),
                    open: matches!(status, Status::NotYet | Status::Tried),
                    due_on: standing.due_on(day),
                });
            }
        }
        Ok(views)
    }

    /// What was found, as far as it is settled or not.
    fn concerns_of(&self, subject: RecordId, settled: bool) -> Result<Vec<ConcernView>, Problem> {
        let rows = self.store.linked(Link::Subject(subject), RecordKind::Concern, None, 100).or_tell()?;
        let views = rows.iter().filter_map(|row| {
            let head = row.head()?;
            let concern = Concern::read(row.record.id, head);
            (concern.state.settled() == settled).then(|| ConcernView::of(&concern, head, row.links.day))
        });
        Ok(views.collect())
    }

    /// What was found and is not settled yet.
    pub(crate) fn open_concerns(&self, subject: RecordId) -> Result<Vec<ConcernView>, Problem> {
        self.concerns_of(subject, false)
    }

    /// What was settled last.
    fn settled_concerns(&self, subject: RecordId) -> Result<Vec<ConcernView>, Problem> {
        let mut settled = self.concerns_of(subject, true)?;
        settled.truncate(SETTLED_MAX);
        Ok(settled)
    }

    fn person_view(&self, id: RecordId, day: Day) -> Result<PersonView, Problem> {
        let row = self.store.person(id).or_tell()?.ok_or_else(nothing_found)?;
        let record = RecordRef { kind: RecordKind::Person, id };
        let stored = self.store.record(record).or_tell()?;
        let head = stored.as_ref().and_then(|stored| stored.head()).ok_or_else(nothing_found)?;
        let home = match row.household {
            Some(home) => self.store.record(RecordRef { kind: RecordKind::Household, id: home }).or_tell()?,
            None => None,
        };
        let home_head = home.as_ref().and_then(|home| home.head());
        let mut contested = self.contested_fields(record, head, day);
        if let (Some(home), Some(head)) = (&home, home_head) {
            contested.extend(self.contested_fields(home.record, head, day));
        }
        let members = match row.household {
            Some(home) => self.store.people(&PeopleFilter::Household(home), 0, PAGE).or_tell()?,
            None => Vec::new(),
        };
        let others = members.into_iter().filter(|one| one.id != id).collect();
        let text = |key| head.text(key).map(str::to_owned);
        let mine = self.my_duties(day);
        let mut item = self.person_item(row, &mine, day)?;
        item.nickname = text(keys::NICKNAME);
        item.name = text(keys::NAME).or_else(|| item.nickname.clone()).unwrap_or_default();
        let own_directions = text(keys::DIRECTIONS);
        let household =
            home.as_ref().zip(home_head).map(|(home, head)| Household::read(home.record.id, head));
        let person = Person::read(id, head);
        let lately = self.lately(id, VISITS_MAX)?;
        let away = person.aways.iter().filter(|away| away.holds_on(day)).cloned();
        // Without its visits the phone knows of no duty whether it was met.
        let duties = if item.restricted { Vec::new() } else { self.duty_views(id, &mine, day)? };
        Ok(PersonView {
            item,
            seen: head.vector.clone(),
            household_seen: home_head.map(|head| head.vector.clone()).unwrap_or_default(),
            born: text(keys::BORN).and_then(|text| text.parse().ok()),
            id_number: text(keys::ID_NUMBER).map(|number| domain::mask::id_number(&number)),
            phone: text(keys::PHONE),
            carer: text(keys::CARER),
            phone_carer: text(keys::PHONE_CARER),
            phone_away: text(keys::PHONE_AWAY),
            directions: own_directions.or(household.map(|home| home.directions)).unwrap_or_default(),
            members: self.person_items(others, day)?,
            duties,
            concerns: self.open_concerns(id)?,
            settled: self.settled_concerns(id)?,
            registration: RegistrationView::of(head),
            died: person.died,
            moved_out: person.moved_out,
            away: away.map(|AwayStay { kind, from, until }| AwayView { kind, from, until }).collect(),
            visits: lately.visits,
            reports: lately.reports,
            contested,
        })
    }
}

impl App {
    /// People by village, group, household and name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn people(&mut self, request: PeopleAsked) -> Result<Vec<PersonItem>, Problem> {
        let day = self.today()?;
        let open = self.reading()?;
        let filter = match (request.household, request.village, request.group) {
            (Some(household), _, _) => PeopleFilter::Household(household),
            (None, Some(village), Some(group)) => PeopleFilter::Group(village, group),
            (None, Some(village), None) => PeopleFilter::Village(village),
            (None, None, _) => PeopleFilter::All,
        };
        let page = (request.offset, request.count.unwrap_or(PAGE));
        open.page_of(request.listed_as, page, day, |offset, count| {
            open.store.people(&filter, offset, count).or_tell()
        })
    }

    /// Villages and groups, with how many people each has.
    ///
    /// # Errors
    /// Those of the database.
    pub fn groups(&mut self, _: Nothing) -> Result<Vec<GroupItem>, Problem> {
        let open = self.reading()?;
        let item = |(village, group, people): (Option<AreaCode>, String, u64)| {
            let village_name = village.map(|code| open.reference.areas.name(code)).unwrap_or_default();
            GroupItem { village, village_name, group, people }
        };
        Ok(open.store.groups().or_tell()?.into_iter().map(item).collect())
    }

    /// People whom a name, nickname, pinyin, initials or last digits find, the best first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn search(&mut self, request: SearchAsked) -> Result<Vec<PersonItem>, Problem> {
        let day = self.today()?;
        let open = self.reading()?;
        let Some(needle) = Needle::of(&request.typed) else { return Ok(Vec::new()) };
        let page = (request.offset, request.count.unwrap_or(PAGE));
        open.page_of(request.listed_as, page, day, |offset, count| {
            open.store.search(&needle, offset, count).or_tell()
        })
    }

    /// A person's page.
    ///
    /// # Errors
    /// [`domain::problem::ProblemCode::NothingFound`], and those of the database.
    pub fn person(&mut self, request: OfPerson) -> Result<PersonView, Problem> {
        let day = self.today()?;
        self.reading()?.person_view(request.subject, day)
    }
}
