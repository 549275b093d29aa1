//! The bench's workload: a village worker's visits as patches, out of the synthetic county.
//!
//! As in the measurements of peers: 20 visits a day, about 23 answers each, notes of about 59 characters.

use county_server::seed::notes::Style;
use county_server::seed::sheets::Sheets;
use county_server::seed::visits::{SeedVisit, Settings, history};
use county_server::seed::{County, Plan};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{RecordId, WriterId};
use domain::log::Vector;
use domain::patch::{Body, Entry, Patch, RecordRef};
use domain::time::{Day, Stamp};
use domain::value::Value;
use std::collections::BTreeMap;

/// One writer's log in the making.
#[derive(Debug, Clone)]
pub struct LogMaker {
    writer: WriterId,
    author: RecordId,
    serial: u64,
    prev: Hash,
    dice: u64,
}

impl LogMaker {
    /// An empty log.
    pub fn new(writer: WriterId, author: RecordId) -> Self {
        Self { writer, author, serial: 0, prev: Hash::ZERO, dice: writer.0 | 1 }
    }

    fn draw(&mut self) -> u64 {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        self.dice
    }

    /// The next entry: a new record of this kind.
    pub fn create(&mut self, kind: RecordKind, form: Option<Hash>, stamp: Stamp, body: Body) -> Entry {
        let body = Body { salt: WriterId(self.draw()), ..body };
        self.serial += 1;
        let patch = Patch {
            writer: self.writer,
            serial: self.serial,
            prev: self.prev,
            record: RecordRef { kind, id: RecordId::derived(self.writer, self.serial) },
            seen: Vector::default(),
            form,
            author: self.author,
            stamp,
            body_hash: body.hash(),
        };
        self.prev = patch.hash();
        Entry { patch, body: Some(body) }
    }

    /// The entries of one visit: the visit, then its parts.
    pub fn visit(&mut self, visit: &SeedVisit) -> Vec<Entry> {
        let up_ms = visit.entered_ms - 1_790_000_000_000;
        let (county_ms, county_up_ms) = (1_795_000_000_000, 5_000_000_000);
        let stamp = Stamp { wall_ms: visit.entered_ms, up_ms, boot: 7, county_ms, county_up_ms };
        let body = Body { sets: visit.sets.clone(), ..Body::default() };
        let mut entries = vec![self.create(RecordKind::Visit, None, stamp, body)];
        let id = RecordId::derived(self.writer, self.serial).to_string();
        for part in &visit.parts {
            let mut sets = part.sets.clone();
            sets.insert(keys::VISIT.into(), Value::Text(id.clone()));
            let mut body = Body { sets, ..Body::default() };
            let mut form = None;
            if let Some(filled) = &part.filled {
                form = Some(filled.form);
                body.row.clone_from(&filled.answers.row);
                body.origins.clone_from(&filled.answers.origins);
                body.given.clone_from(&filled.answers.given);
            }
            entries.push(self.create(RecordKind::Part, form, stamp, body));
        }
        entries
    }
}

/// Visits of one part each with a filled-in form, by author.
pub fn visits(
    seed: u64,
    subjects: usize,
    style: Style,
    days: std::ops::Range<Day>,
) -> (County, Vec<SeedVisit>) {
    let county = County::new(Plan { seed, subjects, today: days.end });
    let Ok(sheets) = Sheets::library() else { return (county, Vec::new()) };
    let all: Vec<SeedVisit> = history(&county, Settings { days, style, sheets })
        .filter(|visit| visit.parts.len() == 1 && visit.parts.iter().all(|part| part.filled.is_some()))
        .collect();
    (county, all)
}

/// The author with the most visits, and a run of so many of them.
pub fn a_days_visits(visits: &[SeedVisit], count: usize) -> Vec<SeedVisit> {
    let mut by_author: BTreeMap<RecordId, Vec<&SeedVisit>> = BTreeMap::new();
    for visit in visits {
        by_author.entry(visit.author).or_default().push(visit);
    }
    let busiest = by_author.into_values().max_by_key(Vec::len).unwrap_or_default();
    busiest.into_iter().rev().take(count).cloned().collect()
}

/// The order of the answers of each published form.
#[derive(Debug, Clone)]
pub struct Order(BTreeMap<Hash, Vec<String>>);

impl Order {
    /// Of the forms of the library.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub fn library() -> Result<Self, String> {
        let sheets = Sheets::library().map_err(|problems| format!("{problems:?}"))?;
        let order = |form: &std::sync::Arc<forms::form::Form>| {
            (form.hash(), form.field_order().map(str::to_owned).collect())
        };
        Ok(Self(sheets.forms().map(order).collect()))
    }

    /// Which forms these are.
    pub fn forms(&self) -> impl Iterator<Item = Hash> + '_ {
        self.0.keys().copied()
    }

    /// Of one form; empty for one that is not in the library.
    pub fn of(&self, form: Hash) -> &[String] {
        self.0.get(&form).map_or(&[], Vec::as_slice)
    }
}
