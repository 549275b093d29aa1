//! Telling and taking: what a file comes to, with who wrote what it would change; and the good rows written, in
//! batches between which phones are answered.

use super::differs::start_of;
use super::known::Known;
use super::numbers::Numbers;
use super::people::HEAD;
use super::people::Row;
use super::plan::{Changed, Difference, Home, New, Plan, plan};
use super::{Wrong, known::HomeKey, staff};
use crate::county::{County, at_county};
use crate::fields::{Place, author_zh, code_zh};
use crate::person::number;
use crate::roll::SLICE;
use crate::staff::{Change, Sets, write_all};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, field_zh, keys};
use domain::category::Category;
use domain::head::Head;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::subject::{AgeSaid, free_spell};
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

/// One field that the file has otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// What it is called, Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
    /// As it stands: nothing, or several values of which none is settled.
    pub old: String,
    /// As the file has it.
    pub new: String,
    /// Who wrote what stands; nobody when nothing does.
    pub by: Option<String>,
    /// When.
    pub at_ms: Option<UnixMs>,
    /// Whether it is 填写不一致.
    pub contested: bool,
}

/// Somebody of whom the file says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The row.
    pub line: u32,
    /// Who it is.
    pub person: RecordId,
    /// As the register has it.
    pub name: String,
    /// Whether the name is to be masked.
    pub minor: bool,
    /// Whether a phone registered them and the township has not confirmed it.
    pub pending: bool,
    /// What would change.
    pub fields: Vec<Told>,
}

/// Somebody who is new, as far as it takes to see that the columns were understood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sample {
    /// The row.
    pub line: u32,
    /// Who.
    pub name: String,
    /// Whether the name is to be masked.
    pub minor: bool,
    /// Where: village, group, household; of staff the area.
    pub place: String,
    /// Categories; of staff the role.
    pub words: String,
}

/// So many of those who are new are shown.
const SAMPLES: usize = 20;

/// What a file comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Some of those who are new.
    pub samples: Vec<Sample>,
    /// People who are new.
    pub new: usize,
    /// Households that are new.
    pub homes: usize,
    /// Rows that say what the register says.
    pub unchanged: usize,
    /// What would change, by row.
    pub changes: Vec<Review>,
    /// Rows that are not taken.
    pub wrong: Vec<Wrong>,
}

impl Preview {
    /// By what a plan that was shown is known again.
    pub fn hash(&self) -> Hash {
        Hash::of(&serde_json::to_vec(self).unwrap_or_default())
    }
}

/// Which of the changes are wanted, by row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ticks {
    /// None: only people who are new.
    #[default]
    None,
    /// All of them.
    All,
    /// These rows.
    Lines(BTreeSet<u32>),
}

impl Ticks {
    fn has(&self, line: u32) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Lines(lines) => lines.contains(&line),
        }
    }
}

/// What was taken.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Taken {
    /// People entered.
    pub new: usize,
    /// People changed.
    pub changed: usize,
    /// Rows that said what the register said.
    pub unchanged: usize,
    /// Changes that nobody had ticked.
    pub left: usize,
    /// Rows that are wanted and for which the time was too short: they are taken the next time.
    pub waiting: usize,
    /// Rows that are not taken.
    pub wrong: Vec<Wrong>,
}

/// What rows are held against: who may take what, and when it is.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    /// Rows elsewhere are wrong.
    pub scope: AreaCode,
    /// When.
    pub now_ms: UnixMs,
}

async fn planned(county: &County, rows: &[Row], frame: Frame) -> Result<(Plan, Known), Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let today = Day::of(frame.now_ms);
    let known = Known::read(county, today).await?;
    let plan = plan(&known, &reference, rows, frame.scope, today);
    Ok((plan, known))
}

/// Tells what rows come to; writes nothing. O(people + rows).
///
/// # Errors
/// What the store says.
pub async fn preview(county: &County, rows: &[Row], frame: Frame) -> Result<Preview, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let (plan, _) = planned(county, rows, frame).await?;
    let homes =
        plan.new.iter().map(|one| &one.home).chain(plan.changed.iter().filter_map(|one| one.home.as_ref()));
    let homes: BTreeSet<&Home> = homes.filter(|home| matches!(home, Home::New(..))).collect();
    let (new, homes, unchanged) = (plan.new.len(), homes.len(), plan.unchanged);
    let mut changes = Vec::new();
    for one in &plan.changed {
        changes.push(review(county, &reference, one).await?);
    }
    let samples =
        plan.new.iter().take(SAMPLES).map(|one| sample(&reference, one, Day::of(frame.now_ms))).collect();
    Ok(Preview { samples, new, homes, unchanged, changes, wrong: plan.wrong })
}

fn sample(reference: &Reference, New { row, .. }: &New, today: Day) -> Sample {
    let place = [
        Some(reference.areas.name(row.village)),
        row.group.clone(),
        row.head.clone().map(|head| format!("{head}家")),
    ];
    let place = place.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let words = row.categories.iter().filter_map(|code| Category::from_code(code));
    let child = words.clone().any(Category::is_child);
    let told = child || row.age_said == Some(AgeSaid::Child);
    let minor = super::people::age(row.born, today).map_or(told, |age| age < 18);
    let words = words.map(Category::zh).collect::<Vec<_>>().join("、");
    Sample { line: row.line, name: row.name.clone(), minor, place, words }
}

/// The same of staff.
pub fn preview_staff(reference: &Reference, by: RecordId, rows: &[staff::Row], from: Day) -> Preview {
    let (planned, wrong) = staff::plan(reference, by, rows, from);
    let new = || planned.iter().filter(|one| one.step != staff::Step::Known);
    let sample = |staff::Planned { row, namesake, .. }: &staff::Planned| {
        let namesake = if *namesake { "（县里有同名的人，电话不同）" } else { "" };
        let (place, words) = (reference.areas.name(row.area), format!("{}{namesake}", row.role.zh()));
        Sample { line: row.line, name: row.name.clone(), minor: false, place, words }
    };
    let (samples, count) = (new().take(SAMPLES).map(sample).collect(), new().count());
    Preview { samples, new: count, unchanged: planned.len() - count, wrong, ..Preview::default() }
}

async fn head(county: &County, record: RecordRef) -> Result<Head, Problem> {
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    Ok(row.map(|row| row.head.as_ref().clone()).unwrap_or_default())
}

fn person_of(one: &Changed) -> RecordRef {
    RecordRef { kind: RecordKind::Person, id: one.person }
}

fn home_of(one: &Changed) -> Option<RecordRef> {
    one.household.as_ref().map(|(id, _)| RecordRef { kind: RecordKind::Household, id: *id })
}

/// Who wrote what a row would change, and when.
async fn review(county: &County, reference: &Reference, one: &Changed) -> Result<Review, Problem> {
    let person = head(county, person_of(one)).await?;
    let home = match home_of(one).filter(|_| one.differences.iter().any(|field| field.of_home)) {
        Some(record) => head(county, record).await?,
        None => Head::default(),
    };
    let shown = |field: &&Difference| !field.key.starts_with(keys::MOVED);
    let told = |field: &Difference| {
        let writes = if field.of_home { &home } else { &person }.fields.get(&field.key);
        let last = writes.into_iter().flatten().max_by_key(|write| (write.at_ms, write.dot()));
        let contested = writes.is_some_and(|writes| {
            writes.iter().any(|write| Some(&write.value) != last.map(|last| &last.value))
        });
        let place = Place { kind: Some(RecordKind::Person), field: &field.key, form: None };
        let word = |text: String| code_zh(place, &text).map_or(text, str::to_owned);
        let all = || {
            let values = writes.into_iter().flatten().map(|write| word(spelled(&write.value)));
            values.collect::<Vec<_>>().join(" ／ ")
        };
        let by = last.map(|write| author_zh(reference, write.author));
        let (zh, en) = called(&field.key);
        let old = if contested { all() } else { word(field.old.clone()) };
        Told {
            zh,
            en,
            old,
            new: word(field.new.clone()),
            by,
            at_ms: last.map(|write| write.at_ms),
            contested,
        }
    };
    Ok(Review {
        line: one.row.line,
        person: one.person,
        name: one.name.clone(),
        minor: one.minor,
        pending: one.differences.iter().any(|field| field.key == keys::REGISTRATION),
        fields: one.differences.iter().filter(shown).map(told).collect(),
    })
}

fn spelled(value: &Value) -> String {
    match value {
        Value::Null => "—".to_owned(),
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::List(list) => list.join("、"),
    }
}

fn called(key: &str) -> (String, String) {
    if key.starts_with(keys::CATEGORY) {
        return ("类别".to_owned(), "Category".to_owned());
    }
    let en = keys::NAMES.iter().find(|(one, ..)| *one == key).map(|(.., en)| (*en).to_owned());
    (field_zh(key).unwrap_or_else(|| key.to_owned()), en.unwrap_or_else(|| key.to_owned()))
}

/// Takes the good rows: people who are new, and the changes that are ticked. Done twice it changes nothing the
/// second time; cut off in the middle, or by `within`, the next time goes on. Of several at once each waits for
/// the other. O(people + rows), in slices between which phones are answered.
///
/// # Errors
/// What the store says; the slices before are on disk.
pub async fn take(
    county: &County,
    by: RecordId,
    rows: &[Row],
    ticks: &Ticks,
    frame: Frame,
    within: Option<Duration>,
) -> Result<Taken, Problem> {
    let _alone = county.importing.lock().await;
    let begun = Instant::now();
    let late = || within.is_some_and(|within| begun.elapsed() > within);
    let (plan, known) = planned(county, rows, frame).await?;
    let mut writer = Writer { county, by, frame, made: BTreeMap::new(), numbers: known.numbers() };
    let (wanted, left): (Vec<_>, Vec<_>) = plan.changed.into_iter().partition(|one| ticks.has(one.row.line));
    let all = plan.new.len() + wanted.len();
    let mut taken =
        Taken { unchanged: plan.unchanged, left: left.len(), wrong: plan.wrong, ..Taken::default() };
    for slice in plan.new.chunks(SLICE) {
        if late() {
            break;
        }
        writer.enter(slice).await?;
        taken.new += slice.len();
    }
    for slice in wanted.chunks(SLICE) {
        if late() {
            break;
        }
        writer.change(slice).await?;
        taken.changed += slice.len();
    }
    taken.waiting = all - taken.new - taken.changed;
    let (new, changed, wrong) = (taken.new, taken.changed, taken.wrong.len());
    tracing::info!(new, changed, wrong, "a file of people was imported");
    Ok(taken)
}

/// A household that a file made: where, and the ID number of its head where several are called so.
type Made = (HomeKey, Option<String>);

struct Writer<'a> {
    county: &'a County,
    by: RecordId,
    frame: Frame,
    /// Households that were made by this file.
    made: BTreeMap<Made, RecordId>,
    numbers: Numbers,
}

impl Writer<'_> {
    /// Makes the households that are not there yet.
    async fn homes(&mut self, wanted: impl Iterator<Item = (&Home, Option<&String>)>) -> Result<(), Problem> {
        let mut new: BTreeMap<Made, Option<String>> = BTreeMap::new();
        for (home, address) in wanted {
            let Home::New(key, number) = home else { continue };
            let made = (key.clone(), number.clone());
            if self.made.contains_key(&made) {
                continue;
            }
            let address_there = new.entry(made).or_default();
            *address_there = address_there.take().or_else(|| address.cloned());
        }
        let changes = new.iter().map(|(((village, group, head), _), address)| {
            let mut sets = Sets::from([
                (keys::NAME.to_owned(), Value::from(head.as_str())),
                (keys::VILLAGE.to_owned(), number(*village)),
            ]);
            let words = [
                (keys::GROUP, Some(group).filter(|group| !group.is_empty())),
                (keys::DIRECTIONS, address.as_ref()),
            ];
            sets.extend(
                words
                    .into_iter()
                    .filter_map(|(key, text)| Some((key.to_owned(), Value::from(text?.as_str())))),
            );
            Change::new(RecordKind::Household, sets)
        });
        let ids = write_all(self.county, self.by, changes.collect(), self.frame.now_ms).await?;
        self.made.extend(new.into_keys().zip(ids));
        Ok(())
    }

    fn at(&self, home: &Home) -> Option<RecordId> {
        match home {
            Home::Nowhere => None,
            Home::Known(id) => Some(*id),
            Home::New(key, number) => self.made.get(&(key.clone(), number.clone())).copied(),
        }
    }

    async fn enter(&mut self, slice: &[New]) -> Result<(), Problem> {
        self.homes(slice.iter().map(|one| (&one.home, one.row.address.as_ref()))).await?;
        let today = Day::of(self.frame.now_ms);
        let mut changes = Vec::with_capacity(slice.len());
        for one in slice {
            let home = self.at(&one.home);
            let numbers = &mut self.numbers;
            let sets = sets(one, home, || numbers.next(one.row.village), today);
            changes.push(Change::new(RecordKind::Person, sets));
        }
        write_all(self.county, self.by, changes, self.frame.now_ms).await.map(drop)
    }

    async fn change(&mut self, slice: &[Changed]) -> Result<(), Problem> {
        let homes = slice.iter().filter_map(|one| Some((one.home.as_ref()?, one.row.address.as_ref())));
        self.homes(homes).await?;
        let mut changes = Vec::new();
        for one in slice {
            let head = head(self.county, person_of(one)).await?;
            let mut sets = Sets::new();
            for field in one.differences.iter().filter(|field| !field.of_home) {
                let value = match (&field.value, &one.home) {
                    (Some(value), _) => value.clone(),
                    (None, Some(home)) => self.at(home).map_or(Value::Null, |id| Value::from(id.to_string())),
                    (None, None) => continue,
                };
                sets.insert(free(&head, &field.key), value);
            }
            if !sets.is_empty() {
                changes.push(Change::of_register(person_of(one), one.seen.clone(), sets));
            }
            let of_home = one.differences.iter().filter(|field| field.of_home);
            let sets: Sets =
                of_home.filter_map(|field| Some((field.key.clone(), field.value.clone()?))).collect();
            if let (Some(record), Some((_, seen)), false) = (home_of(one), &one.household, sets.is_empty()) {
                changes.push(Change::of_register(record, seen.clone(), sets));
            }
        }
        write_all(self.county, self.by, changes, self.frame.now_ms).await.map(drop)
    }
}

/// The fields of somebody who is new. A number of the county's stands for the ID number that nobody has.
pub(super) fn sets(new: &New, home: Option<RecordId>, local: impl FnOnce() -> String, today: Day) -> Sets {
    let row = &new.row;
    let mut sets = Sets::from([
        (keys::NAME.to_owned(), Value::from(row.name.as_str())),
        (keys::VILLAGE.to_owned(), number(row.village)),
    ]);
    let local = match (&row.id_number, &row.local_number) {
        (None, None) => Some(local()),
        (_, given) => given.clone(),
    };
    let heads_own = row.head.as_ref() == Some(&row.name);
    let relation = row.relation.clone().or_else(|| heads_own.then(|| HEAD.to_owned()));
    let texts = [
        (keys::ID_NUMBER, row.id_number.clone()),
        (keys::LOCAL_NUMBER, local),
        (keys::SEX, row.sex.clone()),
        (keys::BORN, row.born.map(|day| day.to_string())),
        (keys::AGE_SAID, row.age_said.map(|said| said.code().to_owned())),
        (keys::HOUSEHOLD, home.map(|id| id.to_string())),
        (keys::GROUP, row.group.clone().filter(|_| home.is_none())),
        (keys::RELATION, relation),
        (keys::PHONE, row.phone.clone()),
        (keys::CARER, row.carer.clone()),
        (keys::PHONE_CARER, row.carer_phone.clone()),
    ];
    sets.extend(
        texts.into_iter().filter_map(|(key, text)| Some((key.to_owned(), Value::from(text?.as_str())))),
    );
    let since = row.since.unwrap_or(today).to_string();
    sets.extend(row.categories.iter().map(|code| (start_of(code), Value::from(since.as_str()))));
    sets
}

/// A category that somebody had before begins under a key of its own.
fn free(head: &Head, key: &str) -> String {
    let code = key.strip_prefix(keys::CATEGORY).and_then(|rest| rest.strip_suffix("/start"));
    let Some(code) = code else { return key.to_owned() };
    start_of(&free_spell(head, code))
}
