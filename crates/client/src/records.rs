//! 记录: the worker's own visits, and what became of each (model: field §7).

use crate::app::{App, Open};
use crate::news::ChangeView;
use crate::tell::{OrTell, nothing_found};
use crate::visits::draft::LocationView;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::{RecordId, WriterId};
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::question::stands;
use domain::time::{Day, Happened, UnixMs};
use domain::visit::{Met, NotMetGroup, Part, Visit, Way};
use seal::frame::ReceiptProof;
use seal::receipt::ReceiptDigits;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use store::phone::{Link, LogRow, Needle, OwnFilter, plain};
use sync::wire::receipt::{ItemState, Statement};

/// Rows of a page unless said otherwise.
const PAGE: usize = 30;

/// Entries that one visit may have made at once: itself, its parts, their concerns.
const OF_ONE_VISIT: usize = 500;

/// More parts than any visit has.
const PARTS_MAX: usize = 100;

/// So many visits of which the county has asked something are looked at for 今日.
const ASKED_MAX: usize = 200;

/// So many days the author of a visit that the county has made void (作废) is told of it among what to look at.
const VOID_TOLD_DAYS: i64 = 30;

/// Who is looked for.
struct Sought {
    people: BTreeSet<RecordId>,
    /// What was typed, plain.
    text: String,
}

/// Which records are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RecordsFilter {
    /// All.
    #[default]
    All,
    /// 等待上传.
    Waiting,
    /// Those of which the county says or asks something, or has made them void lately.
    Attention,
}

/// 记录.
#[derive(Debug, Clone, Default, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(default)]
pub struct RecordsAsked {
    /// Which.
    pub filter: RecordsFilter,
    /// Only visits to whom this finds, as in 名单, or at a place that is called so; all while it is empty.
    pub typed: String,
    /// The place of the last row of the page before.
    pub before: Option<RecordPlace>,
    /// How many at most.
    pub count: Option<usize>,
}

/// Where a record stands in the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct RecordPlace(
    /// When it was made.
    pub UnixMs,
    /// The log.
    pub WriterId,
    /// The place in it.
    pub u64,
);

/// What became of a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(rename_all = "snake_case")]
pub enum RecordState {
    /// 等待上传.
    Waiting,
    /// 县里已收到.
    Received,
    /// 请您补充.
    PleaseAdd,
    /// 填写不一致.
    Contested,
    /// 没能收下.
    NotTaken,
}

impl RecordState {
    /// The words on the screen, Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Waiting => "等待上传",
            Self::Received => "县里已收到",
            Self::PleaseAdd => "请您补充",
            Self::Contested => "填写不一致",
            Self::NotTaken => "没能收下",
        }
    }
}

/// One of the worker's own visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct RecordItem {
    /// The visit.
    pub visit: RecordId,
    /// Its place in the list.
    pub place: RecordPlace,
    /// The household's head (户主), or the place.
    pub title: String,
    /// When the visit was.
    pub happened: Option<Happened>,
    /// How people were met; whoever only reported a change went nowhere.
    pub way: Option<Way>,
    /// The people, by name as lists show it, with who was met and the part.
    pub people: Vec<(RecordId, String, Option<Met>, RecordId)>,
    /// The township's word on each change that a part of it reports (情况变了).
    pub changes: Vec<(RecordId, ChangeView)>,
    /// What became of it.
    pub state: RecordState,
    /// The same in words.
    pub state_zh: String,
    /// The receipt's digits: 1123 0457 5.
    pub receipt: Option<String>,
    /// When the county had it, by the county's clock.
    pub received_ms: Option<UnixMs>,
    /// Why, and what to do; or what the county asks.
    pub problems: Vec<Problem>,
    /// Where it was written down, if that was asked for.
    pub location: Option<LocationView>,
    /// When it was entered.
    pub entered_ms: UnixMs,
    /// 补记: entered on a later day than the visit.
    pub late: bool,
    /// 作废: why the county made it void.
    pub void: Option<String>,
    /// Its content has left this phone: the household is another worker's now.
    pub gone: bool,
}

/// A visit of the worker's own.
#[derive(Debug, Clone, Copy, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct OfVisit {
    /// The visit.
    pub visit: RecordId,
}

/// The county's signed word on a visit, to be shown to anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct ProofView {
    /// The receipt's digits.
    pub receipt: Option<String>,
    /// What the county said, word for word, with its signature: JSON.
    pub proof: String,
    /// The county's public key, by which it is proved.
    pub county_key: String,
}

impl Open {
    /// The own entries that belong to a visit: those made with it, and later amendments.
    fn entries_of(&self, made: &LogRow) -> Result<Vec<LogRow>, Problem> {
        let patch = &made.entry.patch;
        let visit = patch.record;
        let together = self.store.log(patch.writer, patch.serial, OF_ONE_VISIT).or_tell()?;
        let mut rows: Vec<LogRow> =
            together.into_iter().take_while(|row| row.visit == Some(visit.id)).collect();
        let records: Vec<RecordRef> = rows.iter().map(|row| row.entry.patch.record).collect();
        for record in records {
            for row in self.store.log_of(record).or_tell()? {
                if rows.iter().all(|known| known.hash != row.hash) {
                    rows.push(row);
                }
            }
        }
        Ok(rows)
    }

    /// Forgets what the county asked and what was answered since, or is void: nobody supplements what does not count.
    fn forget_answered(&self, rows: &mut [LogRow], void: bool) -> Result<(), Problem> {
        for row in rows.iter_mut().filter(|row| row.state == Some(ItemState::Applied)) {
            let (Some(question), patch) = (&row.problem, &row.entry.patch) else { continue };
            let record = self.store.record(patch.record).or_tell()?;
            if record
                .as_ref()
                .and_then(|record| record.head())
                .map_or(void, |head| void || is_void(head) || !stands(question, patch.dot(), head))
            {
                row.problem = None;
            }
        }
        Ok(())
    }

    fn received_ms(&self, row: &LogRow) -> Result<Option<UnixMs>, Problem> {
        let Some(proof) = row.proof else { return Ok(None) };
        let text = self.store.proof(proof).or_tell()?;
        let proof = text.and_then(|text| serde_json::from_str::<ReceiptProof>(&text).ok());
        let statement = proof.and_then(|proof| serde_json::from_str::<Statement>(&proof.statement).ok());
        Ok(statement.map(|statement| statement.at_ms))
    }

    fn state_of(&self, rows: &[LogRow], contested: bool) -> Result<RecordState, Problem> {
        let writers = self.store.writers().or_tell()?;
        let waits = |row: &LogRow| {
            let patch = &row.entry.patch;
            let log = writers.iter().find(|log| log.writer == patch.writer);
            log.is_none_or(|log| log.delivered < patch.serial)
        };
        let not_taken = [ItemState::SetAside, ItemState::Dismissed, ItemState::Forked];
        let is = |states: &[ItemState], row: &LogRow| row.state.is_some_and(|state| states.contains(&state));
        // What stands apart because a log forked was issued again in another.
        let live = || rows.iter().filter(|row| row.state != Some(ItemState::Forked));
        Ok(if live().any(waits) {
            RecordState::Waiting
        } else if live().any(|row| is(&not_taken, row)) {
            RecordState::NotTaken
        } else if live().any(|row| row.problem.is_some() && is(&[ItemState::Applied], row)) {
            RecordState::PleaseAdd
        } else if contested {
            RecordState::Contested
        } else {
            RecordState::Received
        })
    }

    /// Whether the county made a visit void lately.
    fn voided(&self, made: &LogRow, today: Day) -> Result<bool, Problem> {
        let row = self.store.record(made.entry.patch.record).or_tell()?;
        let since_ms = today.starts_at() - VOID_TOLD_DAYS * 86_400_000;
        let said = row.as_ref().and_then(|row| row.head()?.fields.get(keys::VOID));
        Ok(said.into_iter().flatten().any(|write| !write.value.is_null() && write.at_ms >= since_ms))
    }

    /// Own visits of which the county says or asks something. O(of those).
    fn wanting(&self) -> Result<BTreeSet<RecordId>, Problem> {
        let rows = self.store.own_visits(OwnFilter::Attention, None, usize::MAX).or_tell()?;
        Ok(rows.into_iter().map(|row| row.entry.patch.record.id).collect())
    }

    /// Own visits that the worker is asked to supplement (请您补充), as far as their content is on this phone still.
    /// O(visits of which the county has asked something).
    pub(crate) fn to_supplement(&self) -> Result<usize, Problem> {
        let mut count = 0;
        for made in self.store.own_visits(OwnFilter::Attention, None, ASKED_MAX).or_tell()? {
            let stored = self.store.record(made.entry.patch.record).or_tell()?;
            let head = stored.as_ref().and_then(|row| row.head());
            let Some(head) = head.filter(|head| !is_bare(head)) else { continue };
            let mut rows = self.entries_of(&made)?;
            self.forget_answered(&mut rows, is_void(head))?;
            count += usize::from(self.state_of(&rows, false)? == RecordState::PleaseAdd);
        }
        Ok(count)
    }

    /// Who is looked for among the people of this phone; `None` when nothing was typed. O(people).
    fn sought(&self, typed: &str) -> Result<Option<Sought>, Problem> {
        let Some(needle) = Needle::of(typed) else { return Ok(None) };
        let found = self.store.search(&needle, 0, usize::MAX).or_tell()?;
        Ok(Some(Sought { people: found.into_iter().map(|row| row.id).collect(), text: plain(typed) }))
    }

    /// Whether somebody of a visit is looked for; or somebody who is on this phone's list no more, or the
    /// place, by what the row says.
    fn is_sought(&self, made: &LogRow, sought: &Sought, day: Day) -> Result<bool, Problem> {
        let visit = made.entry.patch.record;
        let says = |text: &str| plain(text).contains(&sought.text);
        let row = self.store.record(visit).or_tell()?;
        let head = row.as_ref().and_then(|row| row.head());
        if says(&self.title_of(head.map(|head| Visit::read(visit.id, head)).as_ref())?) {
            return Ok(true);
        }
        for row in self.store.linked(Link::Visit(visit.id), RecordKind::Part, None, PARTS_MAX).or_tell()? {
            let Some(subject) = row.links.subject else { continue };
            if sought.people.contains(&subject) || says(&self.listed_name(subject, day)?) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The household's head, or the place.
    fn title_of(&self, visit: Option<&Visit>) -> Result<String, Problem> {
        Ok(match visit.map(|visit| (visit.household, visit.place.clone())) {
            Some((Some(household), _)) => self.name_of(RecordKind::Household, household)?,
            Some((None, place)) => place.unwrap_or_default(),
            None => String::new(),
        })
    }

    fn record_item(&self, made: &LogRow, day: Day) -> Result<RecordItem, Problem> {
        let patch = &made.entry.patch;
        let mut rows = self.entries_of(made)?;
        let stored = self.store.record(patch.record).or_tell()?;
        let head = stored.as_ref().and_then(|row| row.head());
        self.forget_answered(&mut rows, head.is_some_and(is_void))?;
        let visit = head.map(|head| Visit::read(patch.record.id, head));
        let mut contested = head.is_some_and(|head| head.contested().next().is_some());
        let (mut people, mut changes) = (Vec::new(), Vec::new());
        for row in
            self.store.linked(Link::Visit(patch.record.id), RecordKind::Part, None, PARTS_MAX).or_tell()?
        {
            let Some(head) = row.head() else { continue };
            contested |= head.contested().next().is_some();
            let part = Part::read(row.record.id, head);
            let changed = part.reason.is_some_and(|reason| reason.group() == NotMetGroup::Changed);
            let word = self.word_on(part.subject.filter(|_| changed && !part.void), part.id)?;
            changes.extend(word.map(|word| (part.id, word)));
            if let Some(subject) = part.subject {
                let name = self.listed_name(subject, day)?;
                people.push((subject, name, part.met, row.record.id));
            }
        }
        let title = self.title_of(visit.as_ref())?;
        let state = self.state_of(&rows, contested)?;
        let location = visit.as_ref().and_then(|visit| visit.location).map(LocationView::of);
        let way = visit.as_ref().and_then(|visit| visit.way);
        let happened = visit.and_then(|visit| visit.happened);
        let entered_ms = patch.stamp.best_ms();
        let void = head.and_then(|head| head.text(keys::VOID)).map(str::to_owned);
        Ok(RecordItem {
            void,
            gone: head.is_none_or(is_bare),
            visit: patch.record.id,
            place: RecordPlace(entered_ms, patch.writer, patch.serial),
            title,
            happened,
            way,
            people,
            changes,
            state,
            state_zh: state.zh().to_owned(),
            receipt: digits(made),
            received_ms: if state == RecordState::Waiting { None } else { self.received_ms(made)? },
            problems: rows.into_iter().filter_map(|row| row.problem).collect(),
            location,
            entered_ms,
            late: happened.is_some_and(|happened| happened.last_day() < Day::of(entered_ms)),
        })
    }
}

/// Of what left the phone a head without content may stay.
fn is_bare(head: &Head) -> bool {
    head.fields.is_empty()
}

fn is_void(head: &Head) -> bool {
    head.text(keys::VOID).is_some()
}

fn digits(row: &LogRow) -> Option<String> {
    let (day, number) = row.receipt?;
    ReceiptDigits::of(Day(day), number).map(|digits| digits.to_string())
}

impl App {
    /// The worker's own visits, the newest first. O(visits up to the end of the page): where few are looked for, of a
    /// search or of [`RecordsFilter::Attention`], that is all of them, 13 months at most. What was made void is told by the
    /// visit itself, and no index says which that are.
    ///
    /// # Errors
    /// Those of the database.
    pub fn records(&mut self, request: RecordsAsked) -> Result<Vec<RecordItem>, Problem> {
        let today = self.today()?;
        let open = self.reading()?;
        let filter = match request.filter {
            // What was made void is told by the visit itself, not by any answer of the county to an entry.
            RecordsFilter::All | RecordsFilter::Attention => OwnFilter::All,
            RecordsFilter::Waiting => OwnFilter::Waiting,
        };
        let attention = request.filter == RecordsFilter::Attention;
        let wanting = if attention { open.wanting()? } else { BTreeSet::new() };
        let sought = open.sought(&request.typed)?;
        let count = request.count.unwrap_or(PAGE);
        let mut before = request.before.map(|RecordPlace(at_ms, writer, serial)| (at_ms, writer, serial));
        let mut items = Vec::new();
        loop {
            let rows = open.store.own_visits(filter, before, PAGE).or_tell()?;
            before = rows.last().map(|row| {
                let patch = &row.entry.patch;
                (patch.stamp.best_ms(), patch.writer, patch.serial)
            });
            let last = rows.len() < PAGE;
            for row in rows.iter().filter(|row| row.state != Some(ItemState::Forked)) {
                if items.len() == count {
                    return Ok(items);
                }
                let told = attention && open.voided(row, today)?;
                if attention && !told && !wanting.contains(&row.entry.patch.record.id) {
                    continue;
                }
                if sought.as_ref().map_or(Ok(true), |sought| open.is_sought(row, sought, today))? {
                    let item = open.record_item(row, today)?;
                    let answered = attention && !told && item.state == RecordState::Received;
                    items.extend((!answered).then_some(item));
                }
            }
            if last {
                return Ok(items);
            }
        }
    }

    /// One visit of the worker's own.
    ///
    /// # Errors
    /// [`domain::problem::ProblemCode::NothingFound`] when it is not the worker's or not on this phone.
    pub fn record(&mut self, request: OfVisit) -> Result<RecordItem, Problem> {
        let today = self.today()?;
        let open = self.reading()?;
        let rows = open.store.log_of(RecordRef { kind: RecordKind::Visit, id: request.visit }).or_tell()?;
        open.record_item(rows.first().ok_or_else(nothing_found)?, today)
    }

    /// The county's signed word that it has a visit.
    ///
    /// # Errors
    /// [`domain::problem::ProblemCode::NothingFound`] while it has not been delivered.
    pub fn proof(&mut self, request: OfVisit) -> Result<ProofView, Problem> {
        let open = self.reading()?;
        let record = RecordRef { kind: RecordKind::Visit, id: request.visit };
        let rows = open.store.log_of(record).or_tell()?;
        let row = rows.first().ok_or_else(nothing_found)?;
        let proof = open.store.proof(row.proof.ok_or_else(nothing_found)?).or_tell()?;
        Ok(ProofView {
            receipt: digits(row),
            proof: proof.ok_or_else(nothing_found)?,
            county_key: open.identity.county.signing.to_string(),
        })
    }
}
