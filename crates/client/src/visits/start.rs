//! Beginning a visit: where, whom, how, when.

use crate::app::{App, Open};
use crate::ports::Ports;
use crate::tell::{OrTell, nothing_found};
use crate::visits::draft::{self, DraftHead, DraftName, DraftPart, Found, LocationView};
use crate::visits::finish::told_since;
use domain::catalogue::RecordKind;
use domain::concern::ConcernNow;
use domain::household::Household;
use domain::ids::{AreaCode, RecordId};
use domain::location::Location;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, Happened, UnixMs};
use domain::visit::{Met, NotMet, Way};
use seal::dice::draw_u64;
use serde::{Deserialize, Serialize};
use store::phone::{Batch, Link};

/// 开始走访.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(default)]
pub struct StartVisit {
    /// The household; that of the first person when neither this nor a place is named.
    pub household: Option<RecordId>,
    /// The place, when it is not at a home.
    pub place: Option<String>,
    /// 这次见到了谁: each with who was met.
    pub subjects: Vec<Chosen>,
    /// 怎么见的; 上门 unless said, 在别处见面 at a place.
    pub way: Option<Way>,
    /// When; now unless said.
    pub happened: Option<When>,
}

/// One person ticked.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct Chosen {
    /// The person.
    pub subject: RecordId,
    /// Who was met; to be said later when left out.
    #[serde(default)]
    pub met: Option<Met>,
}

/// 走访时间: 今天上午 ｜ 今天下午 ｜ 昨天 ｜ 选日期, or an exact interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// Just now.
    Now,
    /// The morning of a day.
    Morning(Day),
    /// The afternoon or evening of a day.
    Afternoon(Day),
    /// Some time on a day.
    Day(Day),
    /// An interval.
    Exactly(Happened),
}

impl When {
    /// The interval that it is.
    pub(crate) fn interval(self, now_ms: UnixMs) -> Happened {
        match self {
            Self::Now => Happened::new(now_ms, now_ms),
            Self::Morning(day) => Happened::morning(day),
            Self::Afternoon(day) => Happened::afternoon(day),
            Self::Day(day) => Happened::whole(day),
            Self::Exactly(happened) => happened,
        }
    }
}

/// 位置: what the phone measured when it was asked to, or the taking away of it.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// Here, as the phone's system says it.
    Here {
        /// Degrees north.
        latitude: f64,
        /// Degrees east.
        longitude: f64,
        /// Metres within which it is.
        accuracy_m: f64,
        /// When it was measured.
        at_ms: UnixMs,
    },
    /// It is not said.
    Unsaid,
}

impl Where {
    /// The place; nothing of what is none.
    fn location(self) -> Option<Location> {
        let Self::Here { latitude, longitude, accuracy_m, at_ms } = self else { return None };
        Location::new(latitude, longitude, accuracy_m, at_ms)
    }
}

/// A change of the visit's own fields; what is left out stays.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct SetVisit {
    /// The draft.
    pub visit: String,
    /// How people were met.
    #[serde(default)]
    pub way: Option<Way>,
    /// When.
    #[serde(default)]
    pub happened: Option<When>,
    /// Who visited, the author included.
    #[serde(default)]
    pub visited_by: Option<Vec<RecordId>>,
    /// Who came along (同行人).
    #[serde(default)]
    pub companions: Option<Vec<String>>,
    /// Why it is entered so late; empty takes it back.
    #[serde(default)]
    pub late_reason: Option<String>,
    /// Where it is written down.
    #[serde(default)]
    pub location: Option<Where>,
}

/// Who was met of one person; adds the person when they were not in the visit yet.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct SetMet {
    /// The draft.
    pub visit: String,
    /// The person.
    pub subject: RecordId,
    /// Who was met.
    pub met: Met,
    /// Why nobody was.
    #[serde(default)]
    pub reason: Option<NotMet>,
    /// Where, since when, whom to ring.
    #[serde(default)]
    pub reason_words: Option<String>,
    /// From when a reported change holds.
    #[serde(default)]
    pub reason_from: Option<Day>,
    /// When to come again.
    #[serde(default)]
    pub come_again: Option<String>,
}

/// One person of a draft.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct DraftSubject {
    /// The draft.
    pub visit: String,
    /// The person.
    pub subject: RecordId,
}

/// What the worker found, beside the form.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct AddFound {
    /// The draft.
    pub visit: String,
    /// The person.
    pub subject: RecordId,
    /// What was found.
    #[serde(flatten)]
    pub found: Found,
}

/// What has become of a concern of an earlier visit.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct SayConcern {
    /// The draft.
    pub visit: String,
    /// The person.
    pub subject: RecordId,
    /// The concern.
    pub concern: RecordId,
    /// What is now; nothing takes the word back.
    pub now: Option<ConcernNow>,
}

/// A draft as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct VisitView {
    /// Its name on this phone.
    pub visit: String,
    /// The household.
    pub household: Option<RecordId>,
    /// The household's head (户主), or the place.
    pub title: String,
    /// How people were met.
    pub way: Way,
    /// When.
    pub happened: Happened,
    /// Who visited, when not the author alone.
    pub visited_by: Vec<RecordId>,
    /// Who came along.
    pub companions: Vec<String>,
    /// Why it is entered so late.
    pub late_reason: Option<String>,
    /// Where it was written down, if that was asked for.
    pub location: Option<LocationView>,
    /// The people.
    pub parts: Vec<PartView>,
    /// Members of the household who are not in the visit yet.
    pub others: Vec<(RecordId, String)>,
}

/// One person of a draft, as the screen shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct PartView {
    /// The person.
    pub subject: RecordId,
    /// The name.
    pub name: String,
    /// Who was met.
    pub met: Option<Met>,
    /// Why nobody was.
    pub reason: Option<NotMet>,
    /// Where, since when, whom to ring.
    pub reason_words: Option<String>,
    /// From when a reported change holds.
    pub reason_from: Option<Day>,
    /// When to come again.
    pub come_again: Option<String>,
    /// Whether a form is to be filled in.
    pub has_form: bool,
    /// Found by hand.
    pub found: Vec<Found>,
    /// What was said of concerns of earlier visits.
    pub now: Vec<(RecordId, ConcernNow)>,
}

impl Open {
    /// A draft as the screen shows it.
    pub(crate) fn visit_view(&self, name: &str, head: &DraftHead) -> Result<VisitView, Problem> {
        let mut parts = Vec::new();
        for part in &head.parts {
            parts.push(PartView {
                subject: part.subject,
                name: self.name_of(RecordKind::Person, part.subject)?,
                met: part.met,
                reason: part.reason,
                reason_words: part.reason_words.clone(),
                reason_from: part.reason_from,
                come_again: part.come_again.clone(),
                has_form: part.asks().is_some(),
                found: part.found.clone(),
                now: part.now.clone(),
            });
        }
        let (mut others, mut title) = (Vec::new(), head.place.clone().unwrap_or_default());
        if let Some(household) = head.household {
            title = self.name_of(RecordKind::Household, household)?;
            for row in
                self.store.linked(Link::Household(household), RecordKind::Person, None, 100).or_tell()?
            {
                if head.parts.iter().all(|part| part.subject != row.record.id) {
                    others.push((row.record.id, self.name_of(RecordKind::Person, row.record.id)?));
                }
            }
        }
        Ok(VisitView {
            visit: name.to_owned(),
            household: head.household,
            title,
            way: head.way,
            happened: head.happened,
            visited_by: head.visited_by.clone(),
            companions: head.companions.clone(),
            late_reason: head.late_reason.clone(),
            location: head.location.map(LocationView::of),
            parts,
            others,
        })
    }

    fn new_part(&self, subject: RecordId, met: Option<Met>, day: Day) -> Result<DraftPart, Problem> {
        let person = self.person(subject)?.ok_or_else(nothing_found)?;
        Ok(DraftPart::new(subject, met, self.form_for(&person, day)))
    }

    fn village_of(
        &self,
        household: Option<RecordId>,
        parts: &[DraftPart],
    ) -> Result<Option<AreaCode>, Problem> {
        if let Some(id) = household {
            let row = self.store.record(RecordRef { kind: RecordKind::Household, id }).or_tell()?;
            let village = row.and_then(|row| {
                let home = row.head().map(|head| Household::read(id, head))?;
                home.villages.first().copied()
            });
            if village.is_some() {
                return Ok(village);
            }
        }
        let Some(first) = parts.first() else { return Ok(None) };
        Ok(self.person(first.subject)?.and_then(|person| person.counted_in()))
    }

    /// A new draft, not kept yet: its name and head.
    pub(crate) fn begin_draft(
        &self,
        ports: &mut Ports,
        request: StartVisit,
    ) -> Result<(String, DraftHead), Problem> {
        let now_ms = self.now_ms(ports);
        let happened = request.happened.unwrap_or(When::Now).interval(now_ms);
        let mut parts: Vec<DraftPart> = Vec::new();
        for chosen in &request.subjects {
            if parts.iter().all(|part| part.subject != chosen.subject) {
                parts.push(self.new_part(chosen.subject, chosen.met, happened.day())?);
            }
        }
        let mut household = request.household;
        if let (None, None, Some(first)) = (household, &request.place, parts.first()) {
            household = self.person(first.subject)?.and_then(|person| person.household);
        }
        let elsewhere =
            if household.is_none() && request.place.is_some() { Way::Elsewhere } else { Way::Home };
        let head = DraftHead {
            village: self.village_of(household, &parts)?,
            household,
            place: request.place.filter(|place| !place.trim().is_empty()),
            way: request.way.unwrap_or(elsewhere),
            happened,
            visited_by: Vec::new(),
            companions: Vec::new(),
            late_reason: None,
            location: None,
            begun_ms: now_ms,
            parts,
        };
        Ok((format!("{:016x}", draw_u64(&mut ports.dice)), head))
    }
}

impl App {
    /// Begins a visit: from here on it is on disk.
    ///
    /// # Errors
    /// [`ProblemCode::NothingFound`] for a person who is not on this phone, and those of the database.
    pub fn start_visit(&mut self, request: StartVisit) -> Result<VisitView, Problem> {
        let (ports, open, _) = self.writing()?;
        let (name, head) = open.begin_draft(ports, request)?;
        open.keep_draft(ports, &name, &head)?;
        open.visit_view(&name, &head)
    }

    /// An unfinished visit.
    ///
    /// # Errors
    /// [`ProblemCode::VisitNotOpen`], [`ProblemCode::DraftDamaged`], and those of the database.
    pub fn visit(&mut self, request: DraftName) -> Result<VisitView, Problem> {
        let open = self.reading()?;
        open.visit_view(&request.visit, &open.draft(&request.visit)?)
    }

    /// Changes how, when and by whom.
    ///
    /// # Errors
    /// As [`App::visit`].
    pub fn set_visit(&mut self, request: SetVisit) -> Result<VisitView, Problem> {
        let now_ms = self.reading()?.now_ms(&self.ports);
        self.change_draft(&request.visit, |_, head| {
            head.way = request.way.unwrap_or(head.way);
            head.happened = request.happened.map_or(head.happened, |when| when.interval(now_ms));
            if let Some(visitors) = &request.visited_by {
                head.visited_by.clone_from(visitors);
            }
            if let Some(companions) = &request.companions {
                head.companions.clone_from(companions);
            }
            if let Some(reason) = &request.late_reason {
                head.late_reason = Some(reason.clone()).filter(|reason| !reason.trim().is_empty());
            }
            if let Some(place) = request.location {
                head.location = place.location();
            }
            Ok(())
        })
    }

    /// Says who was met of a person, and why nobody was.
    ///
    /// # Errors
    /// [`ProblemCode::NotMetWithoutReason`], [`ProblemCode::AnswerOutsideConstraint`] for a day that has not come,
    /// [`ProblemCode::NothingFound`], and as [`App::visit`].
    pub fn set_met(&mut self, request: SetMet) -> Result<VisitView, Problem> {
        if request.met == Met::Nobody && request.reason.is_none() {
            return Err(Problem::new(ProblemCode::NotMetWithoutReason));
        }
        let (ports, open, _) = self.writing()?;
        told_since(request.reason_from, open.today(ports))?;
        self.change_draft(&request.visit, |open, head| {
            if head.parts.iter().all(|part| part.subject != request.subject) {
                head.parts.push(open.new_part(request.subject, None, head.happened.day())?);
            }
            for part in head.parts.iter_mut().filter(|part| part.subject == request.subject) {
                part.met = Some(request.met);
                let missed = request.met == Met::Nobody;
                part.reason = request.reason.filter(|_| missed);
                part.reason_words = request.reason_words.clone().filter(|_| missed);
                part.reason_from = request.reason_from.filter(|_| missed);
                part.come_again = request.come_again.clone().filter(|_| missed);
            }
            Ok(())
        })
    }

    /// Takes a person out of the visit. Their answers stay with the draft until it is finished, so
    /// that ticking them again brings all back.
    ///
    /// # Errors
    /// As [`App::visit`].
    pub fn leave_out(&mut self, request: DraftSubject) -> Result<VisitView, Problem> {
        self.change_draft(&request.visit, |_, head| {
            head.parts.retain(|part| part.subject != request.subject);
            Ok(())
        })
    }

    /// Notes something found, by hand.
    ///
    /// # Errors
    /// As [`App::visit`].
    pub fn add_found(&mut self, request: AddFound) -> Result<VisitView, Problem> {
        self.change_draft(&request.visit, |_, head| {
            for part in head.parts.iter_mut().filter(|part| part.subject == request.subject) {
                part.found.push(request.found.clone());
            }
            Ok(())
        })
    }

    /// Takes back something found by hand, before the visit is finished.
    ///
    /// # Errors
    /// As [`App::visit`].
    pub fn drop_found(&mut self, request: AddFound) -> Result<VisitView, Problem> {
        self.change_draft(&request.visit, |_, head| {
            for part in head.parts.iter_mut().filter(|part| part.subject == request.subject) {
                part.found.retain(|found| *found != request.found);
            }
            Ok(())
        })
    }

    /// Says what has become of a concern of an earlier visit.
    ///
    /// # Errors
    /// As [`App::visit`].
    pub fn say_concern(&mut self, request: SayConcern) -> Result<VisitView, Problem> {
        self.change_draft(&request.visit, |_, head| {
            for part in head.parts.iter_mut().filter(|part| part.subject == request.subject) {
                part.now.retain(|(concern, _)| *concern != request.concern);
                part.now.extend(request.now.map(|now| (request.concern, now)));
            }
            Ok(())
        })
    }

    fn change_draft(
        &mut self,
        name: &str,
        change: impl FnOnce(&Open, &mut DraftHead) -> Result<(), Problem>,
    ) -> Result<VisitView, Problem> {
        let (ports, open, _) = self.writing()?;
        let mut head = open.draft(name)?;
        let day = head.happened.day();
        change(open, &mut head)?;
        if head.happened.day() != day {
            // Age and last visit may be others on another day: the forms are opened anew.
            open.desks.retain(|(draft, _), _| draft != name);
        }
        let batch = Batch { drafts: vec![draft::row(ports, name, &head)?], ..Batch::default() };
        open.store.apply(&batch).or_tell()?;
        open.visit_view(name, &head)
    }
}
