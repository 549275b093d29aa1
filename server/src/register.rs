//! 名册 as the desk searches it: by name, pinyin, initials and the end of the ID number. Kept in memory,
//! read once, and from then on brought up to date by the feeds: each search costs what changed since.

use crate::county::{County, at_county, each_record};
use crate::duplicates::{Looks, Pair, pairs};
use domain::catalogue::RecordKind;
use domain::change::Registration;
use domain::head::Head;
use domain::household::Household;
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::permission::{Audience, Scope};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::subject::Person;
use std::collections::{BTreeMap, BTreeSet};
use store::county::FeedRequest;
use store::phone::{Needle, RANK_NONE};
use sync::county::needs::RecordRow;
use sync::wire::exchange::Position;
use tokio::sync::Mutex;

/// About so many bytes of changes are read at once.
const BYTES: usize = 1 << 20;

/// Where somebody stands in the list: village, group, household, name.
type Key = (AreaCode, String, String, String, RecordId);

#[derive(Debug, Default)]
struct Home {
    group: String,
    head: String,
    members: BTreeSet<RecordId>,
}

#[derive(Debug)]
struct Entry {
    /// What the person is found by.
    found_by: String,
    name: String,
    villages: Vec<AreaCode>,
    household: Option<RecordId>,
    pending: bool,
    looks: Looks,
}

#[derive(Debug, Default)]
struct Index {
    /// How far each feed has been read.
    feeds: BTreeMap<Scope, u64>,
    people: BTreeMap<RecordId, Entry>,
    homes: BTreeMap<RecordId, Home>,
    order: BTreeSet<Key>,
}

/// The register of a county.
#[derive(Debug, Default)]
pub struct Register(Mutex<Option<Index>>);

/// Some of those who were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// In their order.
    pub people: Vec<RecordId>,
    /// How many there are.
    pub total: usize,
    /// After whom it goes on; `None` at the end.
    pub next: Option<RecordId>,
}

impl Register {
    /// People of an area and below: all of them by village, group, household and name, or those who are
    /// found by what was typed, the best first.
    ///
    /// # Errors
    /// `nothing_found` when the page is to begin after somebody who is not there; what the store says.
    pub async fn search(
        &self,
        county: &County,
        area: AreaCode,
        typed: &str,
        after: Option<RecordId>,
        count: usize,
    ) -> Result<Found, Problem> {
        let read = |index: &Index, villages: &BTreeSet<AreaCode>| match Needle::of(typed) {
            Some(needle) => index.found(villages, &needle, after, count),
            None => index.listed(villages, |_| true, after, count),
        };
        self.read(county, area, read).await
    }

    /// Those of an area and below who were found on the spot and wait for the township: 主动发现·待确认.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub async fn pending(
        &self,
        county: &County,
        area: AreaCode,
        after: Option<RecordId>,
        count: usize,
    ) -> Result<Found, Problem> {
        let read = |index: &Index, villages: &BTreeSet<AreaCode>| {
            let waits = |id| index.people.get(&id).is_some_and(|entry| entry.pending);
            index.listed(villages, waits, after, count)
        };
        self.read(county, area, read).await
    }

    /// Every two of an area and below who look like one person: 可能重复. O(people of the area).
    ///
    /// # Errors
    /// What the store says.
    pub async fn alike(&self, county: &County, area: AreaCode) -> Result<Vec<Pair>, Problem> {
        let read = |index: &Index, villages: &BTreeSet<AreaCode>| {
            let here = |entry: &&Entry| {
                !entry.villages.is_empty() && entry.villages.iter().all(|village| villages.contains(village))
            };
            let mut found = pairs(index.people.values().filter(here).map(|entry| &entry.looks));
            found.sort_by_cached_key(|pair| index.key(pair.stays));
            Ok(found)
        };
        self.read(county, area, read).await
    }

    /// The households of a village, by group and head.
    ///
    /// # Errors
    /// What the store says.
    pub async fn homes(&self, county: &County, village: AreaCode) -> Result<Vec<RecordId>, Problem> {
        let read = |index: &Index, villages: &BTreeSet<AreaCode>| {
            let all = villages.iter().flat_map(|village| index.of(*village));
            let mut homes: Vec<RecordId> = Vec::new();
            for home in all.filter_map(|key| index.people.get(&key.4)?.household) {
                if homes.last() != Some(&home) {
                    homes.push(home);
                }
            }
            Ok(homes)
        };
        self.read(county, village, read).await
    }

    /// Reads from the index as it stands now.
    async fn read<T>(
        &self,
        county: &County,
        area: AreaCode,
        read: impl FnOnce(&Index, &BTreeSet<AreaCode>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let mut kept = self.0.lock().await;
        let (state, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
        let mut index = match kept.take() {
            Some(index) => index,
            None => Index::read(county, &reference, state.seq).await?,
        };
        // An index that could not be brought up to date is read anew the next time.
        index.catch_up(county, &reference).await?;
        let villages: BTreeSet<_> = reference.areas.villages(area).map(|one| one.code).collect();
        let found = read(&index, &villages);
        *kept = Some(index);
        found
    }
}

fn scopes(reference: &Reference) -> impl Iterator<Item = Scope> + '_ {
    reference.areas.0.keys().map(|area| Scope { area: *area, audience: Audience::General })
}

impl Index {
    /// Everybody; what changes from `seq` on is taken in afterwards.
    async fn read(county: &County, reference: &Reference, seq: u64) -> Result<Self, Problem> {
        let feeds = scopes(reference).map(|scope| (scope, seq)).collect();
        let mut index = Self { feeds, ..Self::default() };
        for kind in [RecordKind::Household, RecordKind::Person] {
            let take = |record: RecordRef, row: &RecordRow| index.take(record, Some(row.head.as_ref()));
            each_record(county.stores.ledger.as_ref(), kind, take).await?;
        }
        Ok(index)
    }

    /// Takes in what changed. O(changes).
    async fn catch_up(&mut self, county: &County, reference: &Reference) -> Result<(), Problem> {
        for scope in scopes(reference) {
            self.feeds.entry(scope).or_insert(0);
        }
        loop {
            let feeds = self.feeds.iter().map(|(scope, seq)| Position(*scope, *seq)).collect();
            let request = FeedRequest { feeds, bytes_max: BYTES };
            let page = county.stores.ledger.changes_since(request).await.map_err(at_county)?;
            for row in page.rows {
                let counts = matches!(row.record.kind, RecordKind::Person | RecordKind::Household);
                match row.head {
                    Some(head) => self.take(row.record, Some(head.as_ref())),
                    // It left this feed; whether it stands in another, the record says.
                    None if counts => {
                        let now = county.stores.ledger.record(row.record).await.map_err(at_county)?;
                        self.take(row.record, now.as_ref().map(|row| row.head.as_ref()));
                    }
                    None => {}
                }
            }
            self.feeds.extend(page.positions.iter().map(|position| (position.0, position.1)));
            if !page.more {
                return Ok(());
            }
        }
    }

    /// Takes in a record as it stands now.
    fn take(&mut self, record: RecordRef, head: Option<&Head>) {
        match record.kind {
            RecordKind::Household => {
                let home = head.map(|head| Household::read(record.id, head));
                let members = self.homes.get(&record.id).map(|home| home.members.clone()).unwrap_or_default();
                for member in &members {
                    self.order.remove(&self.key(*member).unwrap_or_else(nowhere));
                }
                let (group, head) = home.map(|home| (home.group, home.head_name)).unwrap_or_default();
                self.homes.insert(record.id, Home { group, head, members: members.clone() });
                self.order
                    .extend(members.into_iter().filter_map(|member| self.key(member)).collect::<Vec<_>>());
            }
            RecordKind::Person => {
                if let Some(key) = self.key(record.id) {
                    self.order.remove(&key);
                }
                if let Some(home) = self.people.remove(&record.id).and_then(|entry| entry.household)
                    && let Some(home) = self.homes.get_mut(&home)
                {
                    home.members.remove(&record.id);
                }
                let Some(head) = head.filter(|head| !head.fields.is_empty()) else { return };
                let person = Person::read(record.id, head);
                // Whoever was merged is found as the one who stays; of whom was erased what is left counts, and is
                // nobody to be found.
                if person.merged_into.is_some() || person.name.is_empty() {
                    return;
                }
                if let Some(home) = person.household {
                    self.homes.entry(home).or_default().members.insert(record.id);
                }
                let entry = Entry {
                    found_by: names::search_keys(&person, head),
                    looks: Looks::of(&person, head),
                    name: person.name,
                    villages: person.villages,
                    household: person.household,
                    pending: Registration::of(head) == Some(Registration::Pending),
                };
                self.people.insert(record.id, entry);
                self.order.extend(self.key(record.id));
            }
            _ => {}
        }
    }

    fn key(&self, id: RecordId) -> Option<Key> {
        let entry = self.people.get(&id)?;
        let home = entry.household.and_then(|home| self.homes.get(&home));
        let (group, head) = home.map(|home| (home.group.clone(), home.head.clone())).unwrap_or_default();
        Some((*entry.villages.first()?, group, head, entry.name.clone(), id))
    }

    /// Everybody of a village, in order.
    fn of(&self, village: AreaCode) -> impl Iterator<Item = &Key> {
        let first = (village, String::new(), String::new(), String::new(), lowest());
        self.order.range(first..).take_while(move |key| key.0 == village)
    }

    /// Everybody of the villages who is asked for. O(people of the villages).
    fn listed(
        &self,
        villages: &BTreeSet<AreaCode>,
        asked: impl Fn(RecordId) -> bool,
        after: Option<RecordId>,
        count: usize,
    ) -> Result<Found, Problem> {
        let after = self.after(after)?;
        let all = || villages.iter().flat_map(|village| self.of(*village)).filter(|key| asked(key.4));
        let total = all().count();
        let rest = all().filter(|key| after.as_ref().is_none_or(|after| *key > after)).map(|key| key.4);
        Ok(page(rest, total, count))
    }

    /// Those who are found by a needle. O(people).
    fn found(
        &self,
        villages: &BTreeSet<AreaCode>,
        needle: &Needle,
        after: Option<RecordId>,
        count: usize,
    ) -> Result<Found, Problem> {
        let ranked = |id: RecordId| {
            let rank = needle.rank(&self.people.get(&id)?.found_by);
            Some((rank, self.key(id)?)).filter(|_| rank != RANK_NONE)
        };
        let here = |entry: &Entry| entry.villages.iter().any(|village| villages.contains(village));
        let mut all: Vec<_> =
            self.people.iter().filter(|(_, entry)| here(entry)).filter_map(|(id, _)| ranked(*id)).collect();
        all.sort_unstable();
        let total = all.len();
        let after = match after {
            Some(id) => Some(ranked(id).ok_or_else(nobody)?),
            None => None,
        };
        let rest = all.into_iter().filter(|key| after.as_ref().is_none_or(|after| key > after));
        Ok(page(rest.map(|(_, key)| key.4), total, count))
    }

    fn after(&self, id: Option<RecordId>) -> Result<Option<Key>, Problem> {
        id.map(|id| self.key(id).ok_or_else(nobody)).transpose()
    }
}

fn nobody() -> Problem {
    Problem::new(ProblemCode::NothingFound)
}

fn lowest() -> RecordId {
    RecordId::derived(domain::ids::WriterId(0), 0)
}

fn nowhere() -> Key {
    (AreaCode(0), String::new(), String::new(), String::new(), lowest())
}

fn page(mut rest: impl Iterator<Item = RecordId>, total: usize, count: usize) -> Found {
    let people: Vec<RecordId> = rest.by_ref().take(count).collect();
    let next = rest.next().and_then(|_| people.last().copied());
    Found { people, total, next }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::person::{Move, Target, move_to};
    use crate::testing::{VILLAGE, World};
    use domain::catalogue::keys;
    use domain::time::Day;

    #[tokio::test]
    async fn what_changes_is_found_by_the_next_search_and_everybody_is_listed_once() {
        let world = World::new().await;
        let (county, register) = (&world.county, Register::default());
        let whole = county.keys.county();
        let search =
            async |area, typed: &str| register.search(county, area, typed, None, 10_000).await.unwrap();
        let all = search(whole, "").await;
        assert!(all.total > 40 && all.people.len() == all.total && all.next.is_none());
        let once: BTreeSet<_> = all.people.iter().collect();
        assert_eq!(once.len(), all.total);
        let here = search(VILLAGE, "").await;
        let elder = world.elder().await;
        assert!(here.people.contains(&elder) && here.total < all.total);
        let mut phone = world.phone(1).await;
        let record = RecordRef { kind: RecordKind::Person, id: elder };
        phone.write_to(record, &[(keys::NICKNAME, "老核桃".into())]);
        assert_eq!(search(VILLAGE, "lht").await.people, []);
        phone.exchange(&world.phones).await.unwrap();
        assert_eq!(search(VILLAGE, "lht").await.people, [elder]);
        let (other, from) = (AreaCode(532_929_101_201), Day::of(clock::now_ms()));
        let to = Some(Target { village: other, from, household: None });
        let new = Move { person: elder, whole_household: false, take_back: false, to };
        move_to(county, &new, clock::now_ms()).await.unwrap();
        assert_eq!(search(VILLAGE, "lht").await.people, []);
        assert_eq!(search(other, "老核桃").await.people, [elder]);
        assert_eq!(search(whole, "").await.total, all.total);
    }

    #[tokio::test]
    async fn pages_follow_each_other() {
        let world = World::new().await;
        let (county, register) = (&world.county, Register::default());
        let whole = county.keys.county();
        for typed in ["", "李", "y"] {
            let all = register.search(county, whole, typed, None, 10_000).await.unwrap();
            let (mut paged, mut after) = (Vec::new(), None);
            loop {
                let page = register.search(county, whole, typed, after, 7).await.unwrap();
                assert_eq!(page.total, all.total);
                paged.extend(page.people);
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(paged, all.people, "{typed}");
        }
    }
}
