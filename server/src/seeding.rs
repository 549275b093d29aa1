//! Fills an empty ledger with the synthetic county, or with the books alone, as patches of the county's own log.

use crate::county::{County, at_county};
use crate::problem::wrong;
use crate::seed;
use crate::seed::places::COUNTY;
use crate::seed::records::SeedRecord;
use crate::seed::sheets::Sheets;
use crate::seed::visits::{SeedPart, SeedVisit, Settings, history};
use crate::staff::operator;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::concern::ConcernState;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::patch::{Body, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use forms::form::Form;
use std::collections::BTreeMap;
use sync::county::prepared::{OwnPatch, OwnRecord};

/// How many patches one job has.
const SLICE: usize = 400;

/// What a synthetic county is filled with.
#[derive(Debug, Clone, Copy)]
pub struct Order {
    /// The same number gives the same county.
    pub seed: u64,
    /// People of the register.
    pub subjects: usize,
    /// Months of visits before the present one; with any, the present one is played up to today too.
    pub months: u32,
    /// How the workers' notes are written.
    pub style: seed::notes::Style,
}

/// What was filled in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Filled {
    /// Records of areas, rules, forms, staff.
    pub books: usize,
    /// Records of households, people and children's files.
    pub register: usize,
    /// Visits.
    pub visits: usize,
    /// People's shares of them.
    pub parts: usize,
}

/// The first day of the month so many months before that of a day.
pub fn months_before(day: Day, months: u32) -> Day {
    use chrono::Datelike;
    let date = day.date();
    let month = date.year() * 12 + i32::try_from(date.month0()).unwrap_or(0);
    let month = month.saturating_sub(i32::try_from(months).unwrap_or(i32::MAX));
    let month0 = u32::try_from(month.rem_euclid(12)).unwrap_or(0);
    Day::from_ymd(month.div_euclid(12), month0 + 1, 1).unwrap_or(day)
}

/// Fills the ledger. `progress` is told what has been done so far. O(records · log records).
///
/// # Errors
/// `not_empty` when the ledger holds anything; what the store says: then it is filled in part, and
/// has to be thrown away.
pub async fn fill(
    county: &County,
    order: &Order,
    now_ms: UnixMs,
    progress: &mut dyn FnMut(&Filled),
) -> Result<Filled, Problem> {
    let today = Day::of(now_ms);
    let plan = seed::Plan { seed: order.seed, subjects: order.subjects, today };
    let synthetic = seed::County::new(plan);
    let sheets = Sheets::library().map_err(first)?;
    let (state, ..) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    if state.seq != 0 {
        return Err(not_empty());
    }
    let mut pen = Pen::new(county, state.epoch, now_ms, progress);
    let clerk = seed::staff::id(COUNTY, 1);
    pen.books(&synthetic.books, &sheets, clerk).await?;
    for record in &synthetic.register.records {
        pen.record(record, clerk).await?;
        pen.filled.register += 1;
    }
    if order.months > 0 {
        let days = months_before(today, order.months)..today;
        let settings = Settings { days, style: order.style, sheets };
        let mut visits = history(&synthetic, settings);
        if let Some(story) = seed::story::story(&synthetic, today) {
            visits.spare(story.people(), months_before(today, 0));
        }
        for visit in visits {
            pen.visit(visit).await?;
        }
    }
    pen.flush().await?;
    Ok(pen.filled)
}

/// Writes what 云龙县 begins with, and nobody: its divisions, duties (those that no national text asks for are
/// suggestions), forms and what they are used for, all to be edited. By the operator; staff may be there already.
/// Duties are asked for from the county's first day on: of days before it nobody knows who was visited.
/// O(records).
///
/// # Errors
/// `argument_wrong` when the keys are another county's; `not_empty` when the county has a division; what the store says: then some are written.
pub async fn books(county: &County, now_ms: UnixMs) -> Result<Filled, Problem> {
    ours(county.keys.county())?;
    let mut books = seed::books();
    let sheets = Sheets::library().map_err(first)?;
    let mut nobody = |_: &Filled| {};
    let (state, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    if !reference.areas.0.is_empty() {
        return Err(not_empty());
    }
    let first = Value::from(state.begins.to_string());
    for duty in books.iter_mut().filter(|one| one.record.kind == RecordKind::Duty) {
        // Days are written so that they sort as texts do.
        let from = duty.sets.entry(keys::FROM.to_owned()).or_insert_with(|| first.clone());
        if from.as_text() < first.as_text() {
            *from = first.clone();
        }
    }
    let mut pen = Pen::new(county, state.epoch, now_ms, &mut nobody);
    pen.books(&books, &sheets, operator()).await?;
    Ok(pen.filled)
}

/// Whether the books are those of this county.
///
/// # Errors
/// `argument_wrong` when they are not.
pub fn ours(here: AreaCode) -> Result<(), Problem> {
    if here == COUNTY {
        return Ok(());
    }
    Err(wrong(
        here,
        format!("这些区划和要求是云龙县（{COUNTY}）的，配置里的县是 {here}，没有写入"),
        format!(
            "these divisions and duties are those of {COUNTY}; the settings name {here}: nothing was written"
        ),
    ))
}

fn not_empty() -> Problem {
    Problem::new(ProblemCode::NotEmpty)
}

fn first(problems: Vec<Problem>) -> Problem {
    let unreadable = || Problem::new(ProblemCode::Internal).with("reference", "forms of the library");
    problems.into_iter().next().unwrap_or_else(unreadable)
}

fn order_of(form: &Form) -> Vec<String> {
    form.field_order().map(str::to_owned).collect()
}

/// A form of the library as the record that publishes it.
fn published(form: &Form) -> SeedRecord {
    let def = form.def();
    let area = i64::try_from(COUNTY.0).unwrap_or_default();
    SeedRecord::new(RecordKind::Form, RecordId::named("form", &form.hash().to_string()))
        .with(keys::HASH, form.hash().to_string())
        .with(keys::FORM, def.id.as_str())
        .with(keys::TITLE_ZH, def.title.in_language("zh"))
        .with(keys::TITLE_EN, def.title.in_language("en"))
        .with(keys::DEFINITION, form.canonical())
        .with(keys::ORDER, Value::List(order_of(form)))
        .with(keys::AREA, area)
}

/// Writes into the county's log, slice by slice.
struct Pen<'a> {
    county: &'a County,
    now_ms: UnixMs,
    /// The county's writer, and how far its log has got: ids of new records follow from the place.
    writer: WriterId,
    serial: u64,
    slice: Vec<OwnPatch>,
    filled: Filled,
    progress: &'a mut dyn FnMut(&Filled),
}

impl<'a> Pen<'a> {
    fn new(
        county: &'a County,
        writer: WriterId,
        now_ms: UnixMs,
        progress: &'a mut dyn FnMut(&Filled),
    ) -> Self {
        let slice = Vec::with_capacity(SLICE);
        Self { county, now_ms, writer, serial: 0, slice, filled: Filled::default(), progress }
    }

    /// What everybody is judged by; on disk before anybody is.
    async fn books(
        &mut self,
        books: &[SeedRecord],
        sheets: &Sheets,
        author: RecordId,
    ) -> Result<(), Problem> {
        let forms: Vec<_> = sheets.forms().map(|form| published(form)).collect();
        for record in books.iter().chain(&forms) {
            self.record(record, author).await?;
            self.filled.books += 1;
        }
        self.flush().await
    }

    async fn record(&mut self, record: &SeedRecord, author: RecordId) -> Result<(), Problem> {
        let body = Body { sets: record.sets.clone(), ..Body::default() };
        self.put(record.record, None, body, author, self.now_ms);
        self.flush_full().await
    }

    /// A visit, its parts and what was found, in one slice.
    async fn visit(&mut self, visit: SeedVisit) -> Result<(), Problem> {
        let (author, at_ms) = (visit.author, visit.entered_ms);
        let body = Body { sets: visit.sets, ..Body::default() };
        let id = self.new_record(RecordKind::Visit, None, body, author, at_ms);
        self.filled.visits += 1;
        for part in visit.parts {
            self.part(part, id, author, at_ms);
            self.filled.parts += 1;
        }
        self.flush_full().await
    }

    fn part(&mut self, part: SeedPart, visit: RecordId, author: RecordId, at_ms: UnixMs) {
        let SeedPart { subject, mut sets, filled, concerns, .. } = part;
        sets.insert(keys::VISIT.to_owned(), Value::text(visit.to_string()));
        sets.insert(keys::SUBJECT.to_owned(), Value::text(subject.to_string()));
        let mut body = Body { sets, ..Body::default() };
        let form = filled.map(|filled| {
            let answers = filled.answers;
            (body.row, body.origins, body.given) = (answers.row, answers.origins, answers.given);
            filled.form
        });
        let id = self.new_record(RecordKind::Part, form, body, author, at_ms);
        for (kind, words) in concerns {
            let sets = BTreeMap::from([
                (keys::SUBJECT.to_owned(), Value::text(subject.to_string())),
                (keys::PART.to_owned(), Value::text(id.to_string())),
                (keys::KIND.to_owned(), Value::from(kind.code())),
                (keys::WORDS.to_owned(), Value::text(words)),
                (keys::STATE.to_owned(), Value::from(ConcernState::Open.code())),
            ]);
            self.new_record(RecordKind::Concern, None, Body { sets, ..Body::default() }, author, at_ms);
        }
    }

    /// A new record, named after its place in the log as every record of a phone is. The place is known
    /// beforehand, because nobody else writes to an empty county.
    fn new_record(
        &mut self,
        kind: RecordKind,
        form: Option<Hash>,
        body: Body,
        author: RecordId,
        at_ms: UnixMs,
    ) -> RecordId {
        let id = RecordId::derived(self.writer, self.serial + 1);
        self.put(RecordRef { kind, id }, form, body, author, at_ms);
        id
    }

    fn put(&mut self, record: RecordRef, form: Option<Hash>, body: Body, author: RecordId, at_ms: UnixMs) {
        self.serial += 1;
        let stamp = Stamp { wall_ms: at_ms, ..Stamp::default() };
        let body = Body { salt: WriterId(self.county.dice.number()), ..body };
        let record = OwnRecord::Known(record);
        self.slice.push(OwnPatch { record, form, body, seen: None, author, stamp });
    }

    async fn flush_full(&mut self) -> Result<(), Problem> {
        if self.slice.len() < SLICE { Ok(()) } else { self.flush().await }
    }

    async fn flush(&mut self) -> Result<(), Problem> {
        if !self.slice.is_empty() {
            let slice = std::mem::replace(&mut self.slice, Vec::with_capacity(SLICE));
            self.county.append(slice, self.now_ms).await?;
            (self.progress)(&self.filled);
        }
        Ok(())
    }
}
