//! 删除 (个人信息保护法 第47条): asked for by one, approved by another, written down beside the keys before it is done,
//! and done again in a county that was restored from an older backup.

mod said;
#[cfg(test)]
mod tests;

use self::said::said;
use crate::access::log_right;
use crate::county::{County, at_county, each_record};
use crate::import::numbers_given;
use crate::problem::{unchanged, wrong};
use crate::staff::{Change, Sets, write, write_all};
use domain::catalogue::{RecordKind, keys};
use domain::erasure::{Erasure, list};
use domain::ids::{RecordId, WriterId};
use domain::patch::{Body, RecordRef};
use domain::permission::{Act, require};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::staff::Role;
use domain::subject::Person;
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use store::erasure::{is_left, reach};
use sync::county::erase::{Leaf, leaves};
use sync::county::needs::RecordRow;
use sync::county::prepared::{Erase, Job, OwnPatch, OwnRecord};

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The person, visit or urgent report.
    pub target: RecordRef,
    /// Why, without names.
    pub reason: String,
    /// Who asks: an administrator of the county.
    pub by: RecordId,
}

/// A second person's word on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// The erasure.
    pub erasure: RecordId,
    /// Why not; `None` when it is to be done.
    pub refused: Option<String>,
    /// Who says so: an approver of the county, and not whoever asked.
    pub by: RecordId,
}

/// What goes and what stays, before anything does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foreseen {
    /// How many records of each kind lose their content.
    pub goes: BTreeMap<RecordKind, usize>,
    /// Urgent reports that name the person: they stay, and are erased by a word of their own.
    pub urgent: usize,
}

/// An erasure as it is kept beside the keys: ids, and what still counts; nothing by which anybody is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its record.
    pub erasure: RecordId,
    /// Of what.
    pub target: RecordRef,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub by: RecordId,
    /// Who approved.
    pub approved_by: RecordId,
    /// When.
    pub at_ms: UnixMs,
    /// Whose content goes.
    pub records: BTreeSet<RecordRef>,
    /// What stays.
    pub leaves: Vec<Leaf>,
}

/// A line of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    /// What is to be erased.
    Kept(Box<Kept>),
    /// Nothing of it is on any page any more.
    Overwritten { overwritten: RecordId },
}

/// The erasures of a county, outside its database: a backup of it may be older than they are.
#[derive(Debug, Default, Clone)]
pub struct Erasures {
    path: Option<PathBuf>,
    /// Of a county without files.
    memory: Arc<Mutex<Vec<Line>>>,
}

impl Erasures {
    /// In a file, one line each.
    pub fn at(path: PathBuf) -> Self {
        Self { path: Some(path), ..Self::default() }
    }

    /// All that is written, as it is; nothing when there is no file.
    pub(crate) fn text(&self) -> io::Result<String> {
        let Some(path) = &self.path else { return Ok(String::new()) };
        match std::fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read,
        }
    }

    /// Takes in what another copy of the file knows; it is on disk when this answers.
    pub(crate) fn join(&self, other: &str) -> io::Result<()> {
        let here = self.text()?;
        let known: BTreeSet<&str> = here.lines().collect();
        for line in other.lines().filter(|line| !line.trim().is_empty() && !known.contains(line)) {
            self.put(line)?;
        }
        Ok(())
    }

    /// Writes one down; it is on disk when this answers. A line that was cut off is passed over, one that
    /// is damaged is not.
    fn add(&self, line: &Line) -> io::Result<()> {
        if self.path.is_none() {
            self.memory.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
            return Ok(());
        }
        self.put(&serde_json::to_string(line)?)
    }

    fn put(&self, line: &str) -> io::Result<()> {
        let Some(path) = &self.path else { return Ok(()) };
        let mut file = OpenOptions::new().append(true).create(true).mode(0o600).open(path)?;
        // The line before may have been cut off.
        file.write_all(format!("\n{line}\n").as_bytes())?;
        file.sync_all()
    }

    fn all(&self) -> io::Result<Vec<Line>> {
        if self.path.is_none() {
            return Ok(self.memory.lock().unwrap_or_else(PoisonError::into_inner).clone());
        }
        let text = self.text()?;
        let mut all = Vec::new();
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            match serde_json::from_str(line) {
                Ok(line) => all.push(line),
                // Cut off while it was written: then nothing was erased by it yet.
                Err(error) if error.is_eof() => {}
                Err(error) => return Err(io::Error::new(io::ErrorKind::InvalidData, error.to_string())),
            }
        }
        Ok(all)
    }

    fn problem(&self, error: &io::Error) -> Problem {
        let path = self.path.as_deref().unwrap_or(std::path::Path::new("."));
        if error.kind() == io::ErrorKind::InvalidData {
            let zh = "这个文件坏了，不知道依法删除过什么；请放回和密钥一起保存的那一份，再启动";
            let en = "it is damaged, and says what was erased by law; put back the copy that is kept with the keys";
            return wrong(path.display(), zh, en);
        }
        crate::keys::not_written(path, error)
    }
}

/// Every erasure, the latest first.
///
/// # Errors
/// What the store says.
pub async fn all(county: &County) -> Result<Vec<Erasure>, Problem> {
    let mut found = Vec::new();
    let take = |record: RecordRef, row: &RecordRow| found.extend(Erasure::read(record.id, &row.head));
    each_record(county.stores.ledger.as_ref(), RecordKind::Erasure, take).await?;
    found.sort_by_key(|one: &Erasure| std::cmp::Reverse((one.at_ms, one.id)));
    Ok(found)
}

/// What would go with a target.
///
/// # Errors
/// `nothing_found`; `nothing_to_change` when it is gone already; what the store says.
pub async fn foreseen(county: &County, target: RecordRef) -> Result<Foreseen, Problem> {
    must_be_there(county, target).await?;
    let records = reached(county, target).await?;
    let mut goes: BTreeMap<RecordKind, usize> = BTreeMap::new();
    records.iter().for_each(|record| *goes.entry(record.kind).or_default() += 1);
    let mut urgent = 0;
    let named = target.id.to_string();
    let names = |row: &RecordRow| row.head.text(keys::SUBJECT) == Some(named.as_str());
    let count = |_: RecordRef, row: &RecordRow| urgent += usize::from(names(row));
    each_record(county.stores.ledger.as_ref(), RecordKind::Urgent, count).await?;
    Ok(Foreseen { goes, urgent })
}

fn nothing() -> Problem {
    Problem::new(ProblemCode::NothingFound)
}

async fn reached(county: &County, target: RecordRef) -> Result<BTreeSet<RecordRef>, Problem> {
    let (ledger, reports) = (county.stores.ledger.as_ref(), county.stores.reports.as_ref());
    reach(ledger, reports, target).await.map_err(at_county)
}

async fn must_be_there(county: &County, target: RecordRef) -> Result<(), Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    if reference.erased.contains(&target) {
        return Err(unchanged(target.id, "已经删除了", "was erased already"));
    }
    let kinds = [RecordKind::Person, RecordKind::Visit, RecordKind::Urgent];
    let row = county.stores.ledger.record(target).await.map_err(at_county)?;
    if !kinds.contains(&target.kind) || row.is_none_or(|row| row.head.fields.is_empty()) {
        return Err(nothing());
    }
    Ok(())
}

/// Asks for an erasure. Nothing is erased by it.
///
/// # Errors
/// `right_missing`; `argument_wrong` without a reason; `nothing_found`; `nothing_to_change` when that was asked
/// for; what the store says.
pub async fn ask(county: &County, asked: &Ask, now_ms: UnixMs) -> Result<RecordId, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let acts = BTreeSet::from([Act::ManageStaff]);
    require(&reference, asked.by, &acts, county.keys.county(), Day::of(now_ms))?;
    must_be_there(county, asked.target).await?;
    let reason = said(county, asked.target, &asked.reason).await?;
    if all(county).await?.iter().any(|one| one.target == asked.target && one.is_open()) {
        return Err(unchanged(
            asked.target.id,
            "已经有人申请，等负责人批准",
            "is asked for, and waits for approval",
        ));
    }
    log_right(county, asked.by, "erasure_asked", asked.target, now_ms).await?;
    let sets = Sets::from([
        (keys::ITEM_KIND.to_owned(), Value::from(asked.target.kind.code())),
        (keys::ITEM_RECORD.to_owned(), Value::from(asked.target.id.to_string())),
        (keys::WORDS.to_owned(), Value::from(reason)),
    ]);
    write(county, asked.by, Change::new(RecordKind::Erasure, sets), now_ms).await
}

/// Whether somebody may approve on a day what somebody else has asked for.
fn may_approve(
    county: &County,
    reference: &Reference,
    by: RecordId,
    asker: RecordId,
    today: Day,
) -> Result<(), Problem> {
    if by == asker {
        let zh = "不能批准自己的申请，要另一位负责人";
        return Err(wrong("staff", zh, "nobody approves their own word: it takes another"));
    }
    let mut mine = reference.assignments_of(by).filter(|one| one.holds_on(today));
    if mine.any(|one| one.role == Role::Approver && one.area == county.keys.county()) {
        return Ok(());
    }
    let problem = Problem::new(ProblemCode::RightMissing).with("name", reference.staff_name(by));
    let problem = problem.with("area", reference.areas.name(county.keys.county()));
    Err(problem.with("roles_zh", Role::Approver.zh()).with("roles_en", Role::Approver.en()))
}

/// The second word: it is done, or it is not to be.
///
/// # Errors
/// `right_missing`; `argument_wrong` when it is one's own; `nothing_to_change` when there is a word already;
/// `folder_not_writable` or `server_full` when it cannot be written down: then nothing is erased; what the store says.
pub async fn say(county: &County, word: &Word, now_ms: UnixMs) -> Result<(), Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let record = RecordRef { kind: RecordKind::Erasure, id: word.erasure };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let asked = row.and_then(|row| Erasure::read(word.erasure, &row.head)).ok_or_else(nothing)?;
    may_approve(county, &reference, word.by, asked.by, Day::of(now_ms))?;
    if !asked.is_open() {
        return Err(unchanged("erasure", "已经有人定了", "somebody has decided on it already"));
    }
    if let Some(why) = &word.refused {
        let sets = Sets::from([
            (keys::UNDONE.to_owned(), Value::from(said(county, asked.target, why).await?)),
            (keys::DECIDED_BY.to_owned(), Value::from(word.by.to_string())),
        ]);
        log_right(county, word.by, "erasure_refused", asked.target, now_ms).await?;
        return write(county, word.by, Change::of_office(record, sets), now_ms).await.map(drop);
    }
    log_right(county, word.by, "erased", asked.target, now_ms).await?;
    carry_out(county, &asked, word.by, now_ms).await
}

/// Erases until nothing is left: what arrives while it is collected is found the next time, what arrives afterwards
/// comes as an envelope.
async fn carry_out(
    county: &County,
    asked: &Erasure,
    approved_by: RecordId,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    let mut records = BTreeSet::new();
    for _ in 0..ROUNDS_MAX {
        let found = reached(county, asked.target).await?;
        let fresh: BTreeSet<RecordRef> = found.difference(&records).copied().collect();
        if fresh.is_empty() && !is_left(county.stores.reports.as_ref(), &records).await.map_err(at_county)? {
            return overwrite(county, [asked.id]).await;
        }
        records.extend(fresh);
        let mut stays = Vec::new();
        for record in &records {
            let row = county.stores.ledger.record(*record).await.map_err(at_county)?;
            let head = row.map(|row| row.head).unwrap_or_default();
            stays.extend(leaves(*record, &head, asked.by, now_ms));
        }
        let (erasure, target, reason, by) = (asked.id, asked.target, asked.reason.clone(), asked.by);
        let (at_ms, records) = (asked.at_ms, records.clone());
        let kept = Kept { erasure, target, reason, by, approved_by, at_ms, records, leaves: stays };
        county
            .erasures
            .add(&Line::Kept(Box::new(kept.clone())))
            .map_err(|error| county.erasures.problem(&error))?;
        write_out(county, &kept, now_ms).await?;
    }
    Err(Problem::new(ProblemCode::CountyBusy).with("wait_s", 5))
}

/// Leaves nothing of it on any page; what fails here is done again at the next start.
async fn overwrite(county: &County, erasures: impl IntoIterator<Item = RecordId>) -> Result<(), Problem> {
    county.stores.ledger.overwrite().await.map_err(at_county)?;
    for overwritten in erasures {
        let line = Line::Overwritten { overwritten };
        county.erasures.add(&line).map_err(|error| county.erasures.problem(&error))?;
    }
    Ok(())
}

/// More often than that nothing comes in between.
const ROUNDS_MAX: usize = 5;

async fn write_out(county: &County, kept: &Kept, now_ms: UnixMs) -> Result<(), Problem> {
    // Of every township, and of nobody: the number of whoever is erased is in it only as all others are.
    let numbers = numbers_given(county, Day::of(now_ms)).await?;
    let sets = Sets::from([
        (keys::LOCAL_NUMBER.to_owned(), Value::List(numbers)),
        (keys::ITEM_KIND.to_owned(), Value::from(kept.target.kind.code())),
        (keys::ITEM_RECORD.to_owned(), Value::from(kept.target.id.to_string())),
        (keys::WORDS.to_owned(), Value::from(kept.reason.as_str())),
        (keys::DECIDED_BY.to_owned(), Value::from(kept.approved_by.to_string())),
        (keys::ERASED.to_owned(), list(&kept.records)),
    ]);
    let record = OwnRecord::Known(RecordRef { kind: RecordKind::Erasure, id: kept.erasure });
    let salt = || WriterId(county.dice.number());
    let body = Body { sets, salt: salt(), ..Body::default() };
    let stamp = Stamp { wall_ms: kept.at_ms, ..Stamp::default() };
    let word = OwnPatch { record, form: None, body, seen: None, author: kept.by, stamp };
    let mut patches = Vec::new();
    for leaf in &kept.leaves {
        let row = county.stores.ledger.record(leaf.record).await.map_err(at_county)?;
        let seen = row.map(|row| row.head.vector.clone()).unwrap_or_default();
        patches.push(leaf.patch(Some(seen), salt()));
    }
    let homes = called_after(county, kept).await?;
    let records = kept.records.iter().copied().collect();
    county.run(Job::Erase(Box::new(Erase { word, records, leaves: patches })), now_ms).await?;
    write_all(county, kept.by, homes, now_ms).await.map(drop)
}

/// The homes in which others live on that are called after somebody who is erased: they are called after nobody.
async fn called_after(county: &County, kept: &Kept) -> Result<Vec<Change>, Problem> {
    let mut homes = Vec::new();
    for person in kept.records.iter().filter(|one| one.kind == RecordKind::Person) {
        let row = county.stores.ledger.record(*person).await.map_err(at_county)?;
        let Some(person) = row.map(|row| Person::read(person.id, &row.head)) else { continue };
        let Some(id) = person.household.filter(|_| !person.name.is_empty()) else { continue };
        let home = RecordRef { kind: RecordKind::Household, id };
        let row = county.stores.ledger.record(home).await.map_err(at_county)?;
        let Some(row) = row.filter(|_| !kept.records.contains(&home)) else { continue };
        if row.head.values(keys::NAME).any(|name| name.as_text() == Some(person.name.as_str())) {
            let sets = Sets::from([(keys::NAME.to_owned(), Value::Null)]);
            homes.push(Change::of_register(home, row.head.vector.clone(), sets));
        }
    }
    Ok(homes)
}

/// Does again whatever is written beside the keys and not done here: the county was restored from an older backup, or
/// stopped in the middle. Answers how many.
///
/// # Errors
/// When the file cannot be read; what the store says.
pub async fn again(county: &County, now_ms: UnixMs) -> Result<usize, Problem> {
    let lines = county.erasures.all().map_err(|error| county.erasures.problem(&error))?;
    let mut count = 0;
    let mut pages = BTreeSet::new();
    for line in lines {
        let one = match line {
            Line::Kept(one) => *one,
            Line::Overwritten { overwritten } => {
                pages.remove(&overwritten);
                continue;
            }
        };
        pages.insert(one.erasure);
        let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
        if one.records.iter().all(|record| reference.erased.contains(record)) {
            continue;
        }
        write_out(county, &one, now_ms).await?;
        let row = county.stores.ledger.record(RecordRef { kind: RecordKind::Erasure, id: one.erasure }).await;
        if let Some(asked) = row.map_err(at_county)?.and_then(|row| Erasure::read(one.erasure, &row.head)) {
            carry_out(county, &asked, one.approved_by, now_ms).await?;
        }
        // Its pages were overwritten with it.
        pages.remove(&one.erasure);
        count += 1;
    }
    if !pages.is_empty() {
        overwrite(county, pages).await?;
    }
    Ok(count)
}

/// What a person is called before the erasure; masked when a child.
pub(crate) async fn called(county: &County, target: RecordRef, today: Day) -> Result<String, Problem> {
    let row = county.stores.ledger.record(target).await.map_err(at_county)?.ok_or_else(nothing)?;
    if target.kind != RecordKind::Person {
        return Ok(target.id.to_string());
    }
    let person = Person::read(target.id, &row.head);
    Ok(if person.is_minor_on(today) { domain::mask::name(&person.name) } else { person.name })
}
