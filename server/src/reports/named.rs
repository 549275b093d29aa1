//! What the records are called that values of fields name: people read names, never ids.

use crate::county::{County, at_county};
use domain::catalogue::{RecordKind, keys};
use domain::household::Household;
use domain::ids::RecordId;
use domain::mask;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::subject::Person;
use domain::time::Day;
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use sync::county::place::link;

/// Looks names up, and masks those of children as lists do.
pub(crate) struct Names<'a> {
    county: &'a County,
    reference: &'a Reference,
    today: Day,
    /// Whole names of the children whom it is about: a household may be called after one of them.
    children: BTreeSet<String>,
    found: BTreeMap<String, String>,
}

impl<'a> Names<'a> {
    /// Of a record and of those whom it is about.
    ///
    /// # Errors
    /// What the store says.
    pub async fn about(
        county: &'a County,
        reference: &'a Reference,
        record: RecordRef,
        today: Day,
    ) -> Result<Self, Problem> {
        let mut names = Self { county, reference, today, children: BTreeSet::new(), found: BTreeMap::new() };
        for id in names.people_of(record).await? {
            names.person(id).await?;
        }
        Ok(names)
    }

    async fn people_of(&self, record: RecordRef) -> Result<Vec<RecordId>, Problem> {
        match record.kind {
            RecordKind::Person => Ok(vec![record.id]),
            RecordKind::Visit => {
                let parts = self.county.stores.reports.parts_of_visit(record.id).await.map_err(at_county)?;
                Ok(parts.into_iter().map(|part| part.subject).collect())
            }
            _ => {
                let row = self.county.stores.ledger.record(record).await.map_err(at_county)?;
                Ok(row.and_then(|row| link(&row.head, keys::SUBJECT)).into_iter().collect())
            }
        }
    }

    /// Looks somebody up.
    ///
    /// # Errors
    /// What the store says.
    pub async fn person(&mut self, id: RecordId) -> Result<(), Problem> {
        let record = RecordRef { kind: RecordKind::Person, id };
        let row = self.county.stores.ledger.record(record).await.map_err(at_county)?;
        let Some(person) = row.map(|row| Person::read(id, &row.head)) else { return Ok(()) };
        let child = person.is_kept_as_minor_on(self.today);
        let shown = if child { mask::name(&person.name) } else { person.name.clone() };
        if child {
            self.children.insert(person.name);
        }
        self.found.insert(id.to_string(), shown);
        Ok(())
    }

    /// The head of a household; a child's name is masked.
    ///
    /// # Errors
    /// What the store says.
    pub async fn household(&self, id: RecordId) -> Result<Option<Household>, Problem> {
        let record = RecordRef { kind: RecordKind::Household, id };
        let row = self.county.stores.ledger.record(record).await.map_err(at_county)?;
        Ok(row.map(|row| {
            let home = Household::read(id, &row.head);
            let child = self.children.contains(&home.head_name);
            let head_name = if child { mask::name(&home.head_name) } else { home.head_name };
            Household { head_name, ..home }
        }))
    }

    /// Looks up what a value of a field names.
    ///
    /// # Errors
    /// What the store says.
    pub async fn of(&mut self, field: &str, value: &Value) -> Result<(), Problem> {
        let texts = match value {
            Value::Text(text) => std::slice::from_ref(text),
            Value::List(texts) => texts.as_slice(),
            _ => return Ok(()),
        };
        for text in texts {
            let Ok(id) = text.parse::<RecordId>() else { continue };
            if self.found.contains_key(text) {
                continue;
            }
            match field {
                keys::SUBJECT => self.person(id).await?,
                keys::HOUSEHOLD => {
                    let home = self.household(id).await?.filter(|home| !home.head_name.is_empty());
                    self.found.extend(home.map(|home| (text.clone(), home.head_name)));
                }
                keys::VISITED_BY | keys::COMPANIONS | keys::STAFF | keys::DECIDED_BY => {
                    let member = self.reference.staff.get(&id);
                    self.found.extend(member.map(|member| (text.clone(), member.name.clone())));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// All that was found, by id.
    pub fn all(self) -> BTreeMap<String, String> {
        self.found
    }
}
