//! What became of 填写不一致: which value was said to stand, by whom and when, and what stood beside it.

use super::waiting::{Desk, Shut, Side};
use crate::county::{County, at_county};
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::head::{Head, Reading};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::Serialize;
use store::county::HistoryItem;
use sync::merge::{Applied, Item, apply, counted, settle};
use sync::wire::receipt::ItemState;

/// A word by which values that differed became one, at the county or on a phone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// The kind of the record.
    pub kind: &'static str,
    /// The field.
    pub field: String,
    /// The value that was to stand.
    pub value: Value,
    /// Who said so.
    pub by: String,
    /// When, as far as clocks can tell.
    pub at_ms: UnixMs,
    /// Whether it stands still.
    pub stands: bool,
    /// What had stood side by side.
    pub sides: Vec<Side>,
    /// The form under which the record was written last.
    #[serde(skip)]
    pub form: Option<Hash>,
}

impl Settled {
    fn masked(mut self, shut: &Shut) -> Self {
        let sides =
            self.sides.iter_mut().flat_map(|Side { value, saw, .. }| saw.iter_mut().flatten().chain([value]));
        for value in sides.chain([&mut self.value]) {
            *value = shut.masked(&self.field, value);
        }
        self
    }
}

/// Every such word on a record of this id, in the order of arrival, of whoever had seen all sides; nothing of
/// what is for those responsible for a child, whose names are masked. O(patches of the record).
///
/// The history keeps what became of a patch, but not when: one that waited and was taken in later counts here
/// from its arrival on, so that a word in between, which had not seen it, is not among these.
///
/// # Errors
/// What the store says.
pub async fn settled_of(county: &County, id: RecordId, today: Day) -> Result<Vec<Settled>, Problem> {
    let desk = Desk::open(county, today).await?;
    let mut found = Vec::new();
    for kind in RecordKind::ALL {
        let record = RecordRef { kind: *kind, id };
        let Some(row) = desk.row(record).await? else { continue };
        let shut = Shut::of(&desk, None, record, &row.head).await?;
        let history = county.stores.reports.history(record).await.map_err(at_county)?;
        let all = words(&desk, *kind, &history);
        found.extend(all.into_iter().filter(|one| !shut.hides(&one.field)).map(|one| one.masked(&shut)));
    }
    Ok(found)
}

fn words(desk: &Desk<'_>, kind: RecordKind, history: &[HistoryItem]) -> Vec<Settled> {
    let (kind, form) = (kind.code(), history.iter().rev().find_map(|one| one.entry.patch.form));
    let (mut head, mut taken, mut found) = (Head::default(), Vec::new(), Vec::new());
    for one in history {
        let patch = &one.entry.patch;
        let body = counted(one.state, one.entry.body.as_ref());
        if body.is_none() && one.state != ItemState::Erased {
            continue;
        }
        let item = Item { patch, body, order: desk.reference.order(patch.form).unwrap_or_default() };
        taken.push(item);
        let written = body.into_iter().flat_map(|body| body.writes(item.order));
        let all_seen = |field: &str| {
            let mut sides = head.fields.get(field).into_iter().flatten();
            sides.all(|side| patch.seen.covers(side.dot()))
        };
        let differed: Vec<(String, Vec<Side>)> = written
            .filter(|(key, _, _)| all_seen(key))
            .map(|(key, _, _)| (key.clone(), desk.sides(&head, &key, history)))
            .collect();
        if apply(&mut head, item) == Applied::SettleAll {
            head = settle(taken.iter().copied());
        }
        for (field, sides) in differed.into_iter().filter(|(_, sides)| !sides.is_empty()) {
            let Reading::Settled(value) = head.read(&field) else { continue };
            let (value, by) = (value.clone(), desk.reference.staff_name(patch.author));
            let (at_ms, stands) = (patch.stamp.best_ms(), false);
            found.push((patch.dot(), Settled { kind, field, value, by, at_ms, stands, sides, form }));
        }
    }
    let stands = |field: &str, dot| {
        head.fields.get(field).is_some_and(|writes| writes.iter().any(|write| write.dot() == dot))
    };
    let told = |(dot, one): (_, Settled)| Settled { stands: stands(&one.field, dot), ..one };
    found.into_iter().map(told).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;
    use domain::catalogue::keys;
    use domain::log::Vector;

    #[tokio::test]
    async fn whoever_has_not_seen_all_sides_settles_nothing() {
        let world = World::new().await;
        let record = RecordRef { kind: RecordKind::Person, id: world.elder().await };
        let row = async || world.county.stores.ledger.record(record).await.unwrap().unwrap();
        let mut phones = Vec::new();
        for (seed, number) in [(1, "13300000001"), (2, "13300000002")] {
            let mut phone = world.phone(seed).await;
            let seen = if seed == 1 { row().await.head.vector.clone() } else { Vector::default() };
            phone.write_having_seen(record, &[(keys::PHONE, number.into())], seen);
            phone.exchange(&world.phones).await.unwrap();
            phones.push(phone);
        }
        let today = Day::of(crate::clock::now_ms());
        let settled = async || settled_of(&world.county, record.id, today).await.unwrap();
        // Somebody takes back all but one number, and says the same number without having seen that one.
        let all = row().await.head;
        let kept = all.fields[keys::PHONE].iter().find(|one| one.value.as_text() == Some("13300000001"));
        let mut seen = all.vector.clone();
        seen.0.remove(&kept.unwrap().writer);
        let mut third = world.phone(3).await;
        third.write_having_seen(record, &[(keys::PHONE, "13300000001".into())], seen);
        third.exchange(&world.phones).await.unwrap();
        assert!(
            matches!(row().await.head.read(keys::PHONE), Reading::Settled(_)),
            "nothing differs any more"
        );
        assert_eq!(settled().await, []);
        // It differs again, and whoever sees all of it settles it.
        phones[1].write_to(record, &[(keys::PHONE, "13300000004".into())]);
        phones[1].exchange(&world.phones).await.unwrap();
        let seen = row().await.head.vector.clone();
        third.write_having_seen(record, &[(keys::PHONE, "13300000004".into())], seen);
        third.exchange(&world.phones).await.unwrap();
        let told: Vec<_> = settled().await.into_iter().map(|one| (one.value, one.stands)).collect();
        assert_eq!(told, [("13300000004".into(), true)]);
    }
}
