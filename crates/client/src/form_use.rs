//! Which form is used for whom (用哪张表).

use crate::app::Open;
use crate::tell::{OrTell, internal};
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use forms::form::Form;
use std::collections::BTreeMap;
use std::sync::Arc;

/// One form assignment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FormUse {
    /// Its record.
    pub id: RecordId,
    /// The form's version, when one is named; else the newest published one holds.
    hash: Option<Hash>,
    /// The form's stable name.
    form: String,
    area: AreaCode,
    categories: Vec<String>,
    age_from: Option<i64>,
    age_until: Option<i64>,
}

impl FormUse {
    /// Reads an assignment; `None` when the area is missing or contested.
    pub(crate) fn read(id: RecordId, head: &Head) -> Option<Self> {
        let categories = match head.value(keys::CATEGORIES) {
            Some(Value::List(codes)) => codes.clone(),
            _ => Vec::new(),
        };
        Some(Self {
            id,
            hash: head.text(keys::HASH).and_then(|text| text.parse().ok()),
            form: head.text(keys::FORM).unwrap_or_default().to_owned(),
            area: AreaCode(u64::try_from(head.int(keys::AREA)?).ok()?),
            categories,
            age_from: head.int(keys::AGE_FROM),
            age_until: head.int(keys::AGE_UNTIL),
        })
    }

    fn suits(&self, person: &Person, day: Day) -> bool {
        let age = person.age_on(day).map(i64::from);
        let old_enough = self.age_from.is_none_or(|from| age.is_some_and(|age| from <= age));
        let young_enough = self.age_until.is_none_or(|until| age.is_some_and(|age| age < until));
        let of_category = self.categories.is_empty()
            || person.categories_on(day).any(|code| self.categories.iter().any(|one| one == code));
        old_enough && young_enough && of_category
    }
}

/// The newest published version of each form, by stable name: when it was published, and its hash.
pub(crate) type Published = BTreeMap<String, (UnixMs, Hash)>;

/// Takes a published form.
pub(crate) fn publish(published: &mut Published, head: &Head) {
    let hash = head.text(keys::HASH).and_then(|text| text.parse::<Hash>().ok());
    let at_ms = head.fields.get(keys::HASH).into_iter().flatten().map(|write| write.at_ms).max();
    let (Some(name), Some(hash), Some(at_ms)) = (head.text(keys::FORM), hash, at_ms) else { return };
    let newest = published.entry(name.to_owned()).or_insert((at_ms, hash));
    *newest = (*newest).max((at_ms, hash));
}

impl Open {
    /// The form for a person on a day: of the nearest area, then the one that names categories.
    pub(crate) fn form_for(&self, person: &Person, day: Day) -> Option<Hash> {
        let village = person.counted_in()?;
        let depth = |area: AreaCode| self.reference.areas.ancestors(village).position(|one| one == area);
        let suiting = self.form_uses.iter().filter(|one| one.suits(person, day));
        let placed = suiting.filter_map(|one| Some((depth(one.area)?, one)));
        let best = placed.min_by_key(|(depth, one)| (*depth, one.categories.is_empty(), one.id));
        let best = best.map(|(_, one)| one)?;
        best.hash.or_else(|| self.published.get(&best.form).map(|(_, hash)| *hash))
    }

    /// A form, compiled. The first use of a version reads and compiles it.
    ///
    /// # Errors
    /// What is wrong with the form, or that the phone does not have it.
    pub(crate) fn form(&mut self, hash: Hash) -> Result<Arc<Form>, Problem> {
        if let Some(form) = self.forms.get(&hash) {
            return Ok(Arc::clone(form));
        }
        let records = self.store.records_of(RecordKind::Form).or_tell()?;
        let name = hash.to_string();
        let heads = records.iter().filter_map(|row| row.head());
        let found = heads.filter(|head| head.text(keys::HASH) == Some(&name));
        let definition = found.filter_map(|head| head.text(keys::DEFINITION)).next();
        let definition = definition.ok_or_else(|| internal("form"))?;
        let form = Form::parse(definition)
            .map_err(|problems| problems.into_iter().next().unwrap_or_else(|| internal("form")))?;
        let form = Arc::new(form);
        self.forms.insert(hash, Arc::clone(&form));
        Ok(form)
    }

    /// A person as the rules read the record.
    pub(crate) fn person(&self, id: RecordId) -> Result<Option<Person>, Problem> {
        let row = self.store.record(RecordRef { kind: RecordKind::Person, id }).or_tell()?;
        Ok(row.and_then(|row| row.head().map(|head| Person::read(id, head))))
    }
}
