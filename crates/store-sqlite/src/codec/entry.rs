//! Entries of logs. What the ledger's columns say already (writer, serial, record) is not repeated,
//! and the body's hash is computed from the body.

use super::{Pack, Read, Unpack};
use domain::ids::WriterId;
use domain::patch::{Body, Entry, Patch, RecordRef};
use domain::time::Stamp;
use domain::value::Value;
use std::collections::BTreeMap;

const VERSION: u8 = 1;

/// Packs an entry. O(its bytes).
pub(crate) fn pack_entry(entry: &Entry) -> Vec<u8> {
    let Entry { patch, body } = entry;
    let mut pack = Pack::new(VERSION);
    pack.raw(&patch.prev.0);
    pack.vector(&patch.seen);
    pack.option(patch.form, |pack, form| pack.raw(&form.0));
    pack.id(patch.author);
    let Stamp { wall_ms, up_ms, boot, county_ms, county_up_ms } = patch.stamp;
    for number in [wall_ms, up_ms, i64::from(boot), county_ms, county_up_ms] {
        pack.signed(number);
    }
    match body {
        Some(body) => {
            pack.byte(1);
            pack_body(&mut pack, body);
        }
        // Erased: only the hash is left.
        None => {
            pack.byte(0);
            pack.raw(&patch.body_hash.0);
        }
    }
    pack.finish()
}

fn pack_body(pack: &mut Pack, body: &Body) {
    pack.writer(body.salt);
    for map in [&body.sets, &body.given] {
        pack.count(map.len());
        for (key, value) in map {
            pack.text(key);
            pack.value(value);
        }
    }
    pack.count(body.row.len());
    body.row.iter().for_each(|value| pack.value(value));
    pack.text(&body.origins);
}

/// Unpacks an entry of the ledger row that holds this place and record.
pub(crate) fn unpack_entry(bytes: &[u8], writer: WriterId, serial: u64, record: RecordRef) -> Read<Entry> {
    let mut unpack = Unpack::new(bytes, VERSION)?;
    let prev = unpack.hash()?;
    let seen = unpack.vector()?;
    let form = unpack.option(Unpack::hash)?;
    let author = unpack.id()?;
    let stamp = Stamp {
        wall_ms: unpack.signed()?,
        up_ms: unpack.signed()?,
        boot: unpack.small()?,
        county_ms: unpack.signed()?,
        county_up_ms: unpack.signed()?,
    };
    let body = unpack.option(unpack_body)?;
    let body_hash = match &body {
        Some(body) => body.hash(),
        None => unpack.hash()?,
    };
    unpack.end()?;
    let patch = Patch { writer, serial, prev, record, seen, form, author, stamp, body_hash };
    Ok(Entry { patch, body })
}

fn unpack_body(unpack: &mut Unpack<'_>) -> Read<Body> {
    let salt = unpack.writer()?;
    let sets = unpack_map(unpack)?;
    let given = unpack_map(unpack)?;
    let row = unpack.list(Unpack::value)?;
    let origins = unpack.text()?.to_owned();
    Ok(Body { sets, row, origins, given, salt })
}

fn unpack_map(unpack: &mut Unpack<'_>) -> Read<BTreeMap<String, Value>> {
    let pairs = unpack.list(|unpack| Ok((unpack.text()?.to_owned(), unpack.value()?)))?;
    Ok(pairs.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::canonical::Hash;
    use domain::catalogue::RecordKind;
    use domain::ids::RecordId;
    use domain::log::Vector;

    fn entry() -> Entry {
        let body = Body {
            sets: BTreeMap::from([("met".into(), "self".into()), ("n".into(), Value::Int(-3))]),
            row: vec![Value::Null, true.into(), false.into(), Value::List(vec!["一".into(), "b".into()])],
            origins: "cap".into(),
            given: BTreeMap::from([("today".into(), "2026-11-23".into())]),
            salt: WriterId(u64::MAX),
        };
        let (writer, serial) = (WriterId(7), 300);
        let record = RecordRef { kind: RecordKind::Part, id: RecordId::derived(writer, serial) };
        let stamp = Stamp { wall_ms: -1, up_ms: 2, boot: u32::MAX, county_ms: 4, county_up_ms: 5 };
        let patch = Patch {
            writer,
            serial,
            prev: Hash::of(b"before"),
            record,
            seen: [(WriterId(1), 2), (WriterId(u64::MAX), u64::MAX)].into_iter().collect(),
            form: Some(Hash::of(b"form")),
            author: RecordId::named("staff", "a"),
            stamp,
            body_hash: body.hash(),
        };
        Entry { patch, body: Some(body) }
    }

    fn back(entry: &Entry) -> Entry {
        let patch = &entry.patch;
        unpack_entry(&pack_entry(entry), patch.writer, patch.serial, patch.record).unwrap()
    }

    #[test]
    fn an_entry_comes_back_whole_with_the_same_hash() {
        let whole = entry();
        assert_eq!(back(&whole), whole);
        assert_eq!(back(&whole).patch.hash(), whole.patch.hash());
    }

    #[test]
    fn an_erased_entry_keeps_its_hash() {
        let erased = Entry { body: None, ..entry() };
        assert_eq!(back(&erased), erased);
        let mut plain = erased;
        (plain.patch.form, plain.patch.seen) = (None, Vector::default());
        assert_eq!(back(&plain), plain);
    }

    #[test]
    fn a_packed_entry_that_was_cut_is_refused_at_every_length() {
        let whole = entry();
        let bytes = pack_entry(&whole);
        for length in 0..bytes.len() {
            let cut = unpack_entry(&bytes[..length], WriterId(7), 300, whole.patch.record);
            assert!(cut.is_err(), "{length} of {} bytes", bytes.len());
        }
    }
}
