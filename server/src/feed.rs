//! The way down: the feeds that a member of staff may follow, and a page of them.

use crate::county::{County, at_county};
use domain::head::Head;
use domain::ids::{RecordId, WriterId};
use domain::patch::RecordRef;
use domain::permission::{Scope, scopes};
use domain::problem::Problem;
use domain::time::{Day, UnixMs};
use std::collections::{BTreeMap, BTreeSet};
use store::county::{FeedPage, FeedRequest};
use sync::wire::exchange::{Page, Position, Rest, whole};
use sync::wire::heads::HeadTables;
use sync::wire::limits::UNIT_BYTES_MAX;

/// What a page may have besides its heads: positions, digests, the statement.
const BESIDES_BYTES: usize = 2 * 1024;

/// What a phone says of the feeds that it follows.
#[derive(Debug, Clone, Default)]
pub struct Followed {
    /// The feeds, and how far it has read them; those it does not name are read from 0.
    pub feeds: Vec<Position>,
    /// The digest of all that it holds of them.
    pub digest: Option<WriterId>,
    /// Whether it has heard from the county before.
    pub heard: bool,
}

/// The next page of the feeds that this member of staff may follow today. What the phone has said
/// itself is not told again.
///
/// # Errors
/// What the store says.
pub async fn page(
    county: &County,
    staff: RecordId,
    asked: &Followed,
    from_zero: bool,
    now_ms: UnixMs,
) -> Result<Rest, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let granted = scopes(&reference, staff, Day::of(now_ms));
    let read: BTreeMap<Scope, u64> = asked.feeds.iter().map(|position| (position.0, position.1)).collect();
    let reached = |scope: &Scope| if from_zero { 0 } else { read.get(scope).copied().unwrap_or(0) };
    let feeds = granted.iter().map(|scope| Position(*scope, reached(scope))).collect();
    let same = !from_zero && read.keys().eq(granted.iter());
    let dropped = read.into_keys().filter(|scope| granted.binary_search(scope).is_err()).collect();
    let request = FeedRequest { feeds, bytes_max: UNIT_BYTES_MAX - BESIDES_BYTES };
    let found = county.stores.ledger.changes_since(request).await.map_err(at_county)?;
    let nothing = found.rows.is_empty() && !found.more;
    let mut rest = rest(found, dropped);
    rest.staff = (!asked.heard).then_some(staff);
    // Of whom nothing is left: also a phone that has written nothing of them drops what is being filled in there.
    let left = rest.page.iter().flat_map(|page| &page.left).map(|(_, record)| *record);
    let erased: BTreeSet<RecordRef> = left.filter(|record| reference.erased.contains(record)).collect();
    rest.erased.extend(erased);
    if nothing && same {
        rest.page = Some(Page::default());
    }
    if asked.digest == Some(whole(rest.digests.iter().copied())) {
        rest.digests.clear();
    }
    Ok(rest)
}

fn rest(found: FeedPage, dropped: Vec<Scope>) -> Rest {
    let FeedPage { rows, positions, more, digests } = found;
    let mut left = Vec::new();
    let mut heads: BTreeMap<RecordRef, Vec<u16>> = BTreeMap::new();
    let mut tables: Vec<Vec<(RecordRef, &Head)>> = Vec::new();
    let mut places: BTreeMap<(u64, Vec<&str>), usize> = BTreeMap::new();
    for row in &rows {
        let Some(head) = &row.head else {
            left.push((row.feed, row.record));
            continue;
        };
        let feeds = heads.entry(row.record).or_default();
        feeds.push(row.feed);
        if feeds.len() > 1 {
            continue;
        }
        // Heads travel table by table; whoever unpacks them finds them in this order.
        let columns = head.fields.keys().map(String::as_str).collect();
        let place = *places.entry((row.record.kind.number(), columns)).or_insert(tables.len());
        match tables.get_mut(place) {
            Some(table) => table.push((row.record, head)),
            None => tables.push(vec![(row.record, head)]),
        }
    }
    let ordered: Vec<_> = tables.into_iter().flatten().collect();
    let scopes = ordered.iter().filter_map(|(record, _)| heads.get(record).cloned()).collect();
    let heads = HeadTables::encode(ordered);
    let page = Page { heads, scopes, left, feeds: positions, dropped, more };
    Rest { page: Some(page), digests, ..Rest::default() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::catalogue::RecordKind;
    use domain::head::Write;
    use domain::ids::WriterId;
    use domain::value::Origin;
    use std::sync::Arc;
    use store::county::FeedRow;

    fn row(feed: u16, name: &str, kind: RecordKind, key: &str) -> FeedRow {
        let write = Write {
            writer: WriterId(1),
            serial: 1,
            author: RecordId::named("staff", "x"),
            at_ms: 0,
            value: name.into(),
            origin: Origin::Asked,
        };
        let fields = BTreeMap::from([(key.to_owned(), vec![write])]);
        let head = Some(Arc::new(Head { fields, ..Head::default() }));
        FeedRow { feed, record: RecordRef { kind, id: RecordId::named("x", name) }, head }
    }

    #[test]
    fn each_head_finds_its_feeds_after_unpacking() {
        let (person, visit) = (RecordKind::Person, RecordKind::Visit);
        let gone = FeedRow { head: None, ..row(1, "gone", person, "name") };
        let rows = vec![
            row(0, "a", person, "name"),
            row(0, "v", visit, "way"),
            row(1, "b", person, "name"),
            row(1, "a", person, "name"),
            gone,
        ];
        let page = FeedPage { rows, ..FeedPage::default() };
        let page = rest(page, Vec::new()).page.unwrap();
        let (heads, unreadable) = page.heads.decode();
        assert_eq!(unreadable, 0);
        let found: BTreeMap<_, _> = heads.into_iter().map(|(record, _)| record.id).zip(page.scopes).collect();
        let id = |name| RecordId::named("x", name);
        let expected = [(id("a"), vec![0, 1]), (id("b"), vec![1]), (id("v"), vec![0])];
        assert_eq!(found, BTreeMap::from(expected));
        assert_eq!(page.left.len(), 1);
    }
}
