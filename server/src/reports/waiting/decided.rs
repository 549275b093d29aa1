//! 已处理: what reviewers have decided, latest first, and what of it was taken back.

use super::Shut;
use super::desk::{Desk, lay};
use crate::county::{County, at_county};
use crate::problem::wrong;
use crate::reports::named::Names;
use crate::takes::{Slot, Takes};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId};
use domain::patch::{Entry, RecordRef};
use domain::problem::Problem;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use store::county::HistoryItem;
use sync::county::prepared::{FOLLOW, KEEP, MERGE, ONE, SETTLE, TWO, UNDO};
use sync::wire::receipt::ItemState;

/// That a decision was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Undone {
    /// By whom.
    pub by: String,
    /// When.
    pub at_ms: UnixMs,
    /// Why.
    pub reason: String,
}

/// Which words are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Words {
    /// On what waited.
    Waiting,
    /// That two records are of one person.
    Merged,
}

impl Words {
    fn hold(self, verdict: &str) -> bool {
        ![UNDO, FOLLOW].contains(&verdict) && (verdict == MERGE) == (self == Self::Merged)
    }
}

/// A reviewer's word, on one item or on several at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Decided {
    /// By which it is named.
    #[schema(value_type = String)]
    pub id: RecordId,
    /// `accept`, `dismiss`, `keep`, `ask`, `settle`, `merge`, `one_going` or `two_goings`.
    pub verdict: String,
    /// Why.
    pub reason: String,
    /// Who.
    pub by: String,
    /// When.
    pub at_ms: UnixMs,
    /// On how many items.
    pub count: usize,
    /// The kind of the first item's record, unless it could not be read.
    pub kind: Option<&'static str>,
    /// The record that was settled, or merged, or one of two visits.
    #[schema(value_type = Option<String>)]
    pub record: Option<RecordId>,
    /// The field that was settled.
    pub field: Option<String>,
    /// The value that was chosen; absent where it is a child's and only those responsible may read it.
    #[schema(value_type = serde_json::Value)]
    pub value: Option<Value>,
    /// What that field is called and takes.
    pub takes: Option<Takes>,
    /// What the records are called that the value names, by their ids.
    pub names: BTreeMap<String, String>,
    /// Where it belongs.
    #[schema(value_type = u64)]
    pub area: AreaCode,
    /// Its name.
    pub area_name: String,
    /// Who wrote what was decided on; nobody, where a field was settled.
    pub author: String,
    /// Whom it is about; a child's name is masked.
    pub people: Vec<String>,
    /// That it was taken back.
    pub undone: Option<Undone>,
    /// Whether it is the last word, and can be taken back.
    pub stands: bool,
}

/// A page of decisions, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
pub struct DecidedPage {
    /// The decisions.
    pub decisions: Vec<Decided>,
    /// What `before` is to be for the next page; none at the end.
    pub next: Option<u64>,
}

/// One word on one item.
struct Word {
    place: u64,
    record: RecordRef,
    author: RecordId,
    at_ms: UnixMs,
    verdict: String,
    reason: String,
    entry: Entry,
}

impl Word {
    fn read(place: u64, item: HistoryItem) -> Option<Self> {
        let body = item.entry.body.as_ref()?;
        let text = |key: &str| body.sets.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
        let (verdict, reason) = (text(keys::VERDICT), text(keys::VERDICT_WHY));
        let patch = &item.entry.patch;
        let (record, author, at_ms) = (patch.record, patch.author, patch.stamp.best_ms());
        Some(Self { place, record, author, at_ms, verdict, reason, entry: item.entry })
    }

    fn text(&self, key: &str) -> Option<&str> {
        self.entry.body.as_ref()?.sets.get(key)?.as_text()
    }

    fn hash(&self) -> Option<Hash> {
        self.text(keys::ITEM_HASH)?.parse().ok()
    }

    /// The record of the item.
    fn item(&self) -> Option<RecordRef> {
        let kind = RecordKind::from_code(self.text(keys::ITEM_KIND)?)?;
        Some(RecordRef { kind, id: self.text(keys::ITEM_RECORD)?.parse().ok()? })
    }

    fn area(&self) -> Option<AreaCode> {
        self.entry.body.as_ref()?.sets.get(keys::AREA)?.as_area()
    }

    /// Whether both were said at once.
    fn with(&self, other: &Self) -> bool {
        let said = |one: &Self| (one.author, one.at_ms, one.verdict.clone(), one.reason.clone());
        said(self) == said(other)
    }
}

/// How many words are read at once.
const PAGE: usize = 200;

/// Reads words from the latest on, those that were said at once together.
struct Acts<'a> {
    county: &'a County,
    before: Option<u64>,
    words: std::vec::IntoIter<Word>,
    next: Option<Word>,
}

impl<'a> Acts<'a> {
    fn new(county: &'a County, before: Option<u64>) -> Self {
        Self { county, before, words: Vec::new().into_iter(), next: None }
    }

    async fn word(&mut self) -> Result<Option<Word>, Problem> {
        if let Some(word) = self.next.take().or_else(|| self.words.next()) {
            return Ok(Some(word));
        }
        let page = self.county.stores.reports.decisions(self.before, PAGE).await.map_err(at_county)?;
        let Some((last, _)) = page.last() else { return Ok(None) };
        self.before = Some(*last);
        let words: Vec<Word> = page.into_iter().filter_map(|(place, item)| Word::read(place, item)).collect();
        self.words = words.into_iter();
        Ok(self.words.next())
    }

    /// The next words that were said at once, the first said first.
    async fn act(&mut self) -> Result<Vec<Word>, Problem> {
        let mut act: Vec<Word> = Vec::new();
        while let Some(word) = self.word().await? {
            if act.first().is_some_and(|first| !first.with(&word)) {
                self.next = Some(word);
                break;
            }
            act.push(word);
        }
        act.reverse();
        Ok(act)
    }
}

/// The items that were decided on in the same word as this one, when it is the last word on them.
/// O(decisions since).
///
/// # Errors
/// `argument_wrong` when there is no such decision; what the store says.
pub(crate) async fn act_of(county: &County, decision: RecordId) -> Result<Vec<Hash>, Problem> {
    let none =
        || wrong(decision, "没有这个决定，或者已经撤销了", "there is no such decision, or it was taken back");
    let mut acts = Acts::new(county, None);
    loop {
        let act = acts.act().await?;
        if act.is_empty() {
            return Err(none());
        }
        if act.iter().any(|word| word.record.id == decision) {
            let undone = act.iter().any(|word| word.verdict == UNDO);
            let hashes: Vec<Hash> = act.iter().filter_map(Word::hash).collect();
            return if undone || hashes.is_empty() { Err(none()) } else { Ok(hashes) };
        }
    }
}

/// A page of what was decided on what waited here and below, before a place, at most so many.
///
/// # Errors
/// What the store says.
pub async fn decided(
    county: &County,
    area: Option<AreaCode>,
    before: Option<u64>,
    count: usize,
    today: Day,
) -> Result<DecidedPage, Problem> {
    page(county, Words::Waiting, area, before, count, today).await
}

/// The same of people who were merged: 可能重复.
///
/// # Errors
/// What the store says.
pub async fn merged(
    county: &County,
    area: AreaCode,
    before: Option<u64>,
    count: usize,
    today: Day,
) -> Result<DecidedPage, Problem> {
    page(county, Words::Merged, Some(area), before, count, today).await
}

async fn page(
    county: &County,
    words: Words,
    area: Option<AreaCode>,
    before: Option<u64>,
    count: usize,
    today: Day,
) -> Result<DecidedPage, Problem> {
    let desk = Desk::open(county, today).await?;
    let mut acts = Acts::new(county, before);
    let mut page = DecidedPage::default();
    loop {
        let act = acts.act().await?;
        let Some(first) = act.first() else { return Ok(page) };
        let here = first.area().unwrap_or_else(|| county.keys.county());
        let within = area.is_none_or(|area| desk.reference.areas.within(here, area));
        if !words.hold(&first.verdict) || !within {
            continue;
        }
        page.decisions.push(told(county, &desk, first, &act, here).await?);
        if page.decisions.len() == count {
            page.next = act.first().map(|first| first.place);
            return Ok(page);
        }
    }
}

/// An act as it is told.
async fn told(
    county: &County,
    desk: &Desk<'_>,
    first: &Word,
    act: &[Word],
    area: AreaCode,
) -> Result<Decided, Problem> {
    let (mut people, mut author, mut chosen) = (Vec::new(), None, None);
    let mut known = BTreeSet::new();
    for word in act {
        let Some(record) = word.item() else { continue };
        let history = county.stores.reports.history(record).await.map_err(at_county)?;
        let own = history.iter().find(|one| Some(one.entry.patch.hash()) == word.hash());
        author = author.or_else(|| own.map(|one| one.entry.patch.author));
        if word.verdict == SETTLE {
            let sets = own.and_then(|one| one.entry.body.as_ref()).map(|body| &body.sets);
            chosen = sets
                .and_then(|sets| sets.iter().next())
                .map(|(field, value)| (record, field.clone(), value.clone()));
        }
        // As it would be with all that was ever said of it: what was dismissed stands nowhere. In a forked
        // log the record's id may be that of something else.
        let forked = own.filter(|one| one.state == ItemState::Forked);
        let mut head = Head::default();
        match forked {
            Some(one) => lay(&mut head, &one.entry),
            None => history.iter().for_each(|one| lay(&mut head, &one.entry)),
        }
        if forked.is_some() && record.kind == RecordKind::Visit {
            continue;
        }
        for id in desk.people_of(None, record, &head).await? {
            if known.insert(id) {
                people.extend(name(desk, id, record, &head).await?);
            }
        }
    }
    let settled = match chosen {
        Some((record, field, value)) => Some(settled(county, desk, record, field, value).await?),
        None => None,
    };
    let words = county.stores.reports.history(first.record).await.map_err(at_county)?;
    let words = words.into_iter().filter_map(|one| Word::read(0, one));
    // What was moved later is no word of anybody.
    let words: Vec<Word> = words.filter(|word| word.verdict != FOLLOW).collect();
    let own = words.iter().position(|word| word.entry == first.entry);
    let after = own.and_then(|at| words.get(at + 1));
    let undone = after.filter(|word| word.verdict == UNDO).map(|word| Undone {
        by: desk.reference.staff_name(word.author),
        at_ms: word.at_ms,
        reason: word.reason.clone(),
    });
    let about_record = [SETTLE, MERGE, ONE, TWO].contains(&first.verdict.as_str());
    Ok(Decided {
        id: first.record.id,
        verdict: first.verdict.clone(),
        reason: first.reason.clone(),
        by: desk.reference.staff_name(first.author),
        at_ms: first.at_ms,
        count: act.len(),
        kind: first.item().map(|record| record.kind.code()),
        record: first.item().filter(|_| about_record).map(|record| record.id),
        field: settled.as_ref().map(|one| one.field.clone()),
        value: settled.as_ref().and_then(|one| one.value.clone()),
        takes: settled.as_ref().map(|one| one.takes.clone()),
        names: settled.map(|one| one.names).unwrap_or_default(),
        area,
        area_name: desk.reference.areas.name(area),
        author: author.filter(|_| !about_record).map_or_else(String::new, |id| desk.reference.staff_name(id)),
        people,
        stands: after.is_none() && first.verdict != KEEP,
        undone,
    })
}

/// What was settled.
struct Settled {
    field: String,
    value: Option<Value>,
    takes: Takes,
    names: BTreeMap<String, String>,
}

async fn settled(
    county: &County,
    desk: &Desk<'_>,
    record: RecordRef,
    field: String,
    value: Value,
) -> Result<Settled, Problem> {
    let head = desk.row(record).await?.map(|row| row.head).unwrap_or_default();
    let shut = Shut::of(desk, None, record, &head).await?;
    let takes = Slot::of(county, record, &field).await?.takes;
    let value = (!shut.hides(&field)).then(|| shut.masked(&field, &value));
    let mut names = Names::about(county, &desk.reference, record, desk.today).await?;
    if let Some(value) = &value {
        names.of(&field, value).await?;
    }
    Ok(Settled { field, value, takes, names: names.all() })
}

/// Somebody's name, also of whom only something dismissed is known.
async fn name(
    desk: &Desk<'_>,
    id: RecordId,
    record: RecordRef,
    head: &Head,
) -> Result<Option<String>, Problem> {
    if let Some(name) = desk.person(None, id).await? {
        return Ok(Some(name));
    }
    let person =
        Some(Person::read(id, head)).filter(|_| record == RecordRef { kind: RecordKind::Person, id });
    Ok(person.map(|one| desk.named(one)))
}
