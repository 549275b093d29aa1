//! A piece of one writer's log on its way: envelopes without what both ends can compute.
//!
//! Not sent: `prev` (but for the first), `body_hash`, `serial`, ids derived from writer and serial,
//! and whatever equals the item before. Staff and forms are named once a piece.

use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::ids::{RecordId, WriterId};
use domain::log::Vector;
use domain::patch::{Body, Entry, Patch, RecordRef};
use domain::time::Stamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Consecutive entries of one log.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LogPiece {
    /// The log.
    #[serde(rename = "w")]
    pub writer: WriterId,
    /// The serial of the first item.
    #[serde(rename = "f")]
    pub from: u64,
    /// The hash of the entry before the first item; [`Hash::ZERO`] before serial 1.
    #[serde(rename = "p")]
    pub prev: Hash,
    /// The hash of the last item: both ends must have computed the same.
    #[serde(rename = "l")]
    pub last: Hash,
    /// Authors, by position.
    #[serde(rename = "a")]
    pub authors: Vec<RecordId>,
    /// Forms, by position.
    #[serde(rename = "m", default, skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<Hash>,
    /// One [`WireItem`] each, kept as text: an item that cannot be read must not spoil its neighbours.
    #[serde(rename = "i")]
    pub items: Vec<Box<RawValue>>,
}

/// `[kind, id, seen, form, author, stamp, body]`; trailing defaults stay.
/// `id` is null for the id derived from writer and serial; `form` and `author` are positions + 1
/// with 0 for none and for the same as the item before; `stamp` is null for the same as before;
/// `body` is null once erased: then its hash stands behind it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct WireItem(
    RecordKind,
    Option<RecordId>,
    Vector,
    u32,
    u32,
    Option<Stamp>,
    Option<Body>,
    #[serde(default, skip_serializing_if = "Option::is_none")] Option<Hash>,
);

/// An item that could not be read: its serial, its text and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its place in the log.
    pub serial: u64,
    /// What came.
    pub raw: String,
    /// The reader's reason: position and expectation, no content.
    pub reason: String,
}

/// What a piece turned out to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Entries before the first unreadable item, each with its own hash.
    pub entries: Vec<(Entry, Hash)>,
    /// The first item that could not be read. What follows it is left for the next request, in
    /// which the phone sends the unreadable one alone.
    pub unreadable: Option<Unreadable>,
    /// Whether the hash of the last entry is the one that the phone named.
    pub agrees: bool,
}

fn position<T: PartialEq + Copy>(list: &mut Vec<T>, item: T) -> u32 {
    let found = list.iter().position(|one| *one == item);
    let place = found.unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    });
    u32::try_from(place + 1).unwrap_or(u32::MAX)
}

impl LogPiece {
    /// Packs consecutive entries; of an erased one the envelope goes. `None` when there are none, or when
    /// they are not consecutive.
    pub fn encode(entries: &[Entry]) -> Option<Self> {
        let first = &entries.first()?.patch;
        let last = entries.last()?.patch.hash();
        let mut piece = Self {
            writer: first.writer,
            from: first.serial,
            prev: first.prev,
            last,
            authors: Vec::new(),
            forms: Vec::new(),
            items: Vec::with_capacity(entries.len()),
        };
        let mut before: Option<&Patch> = None;
        for (entry, serial) in entries.iter().zip(first.serial..) {
            let Entry { patch, body } = entry;
            if patch.writer != piece.writer || patch.serial != serial {
                return None;
            }
            let derived = RecordId::derived(patch.writer, patch.serial);
            let id = (patch.record.id != derived).then_some(patch.record.id);
            let form = patch.form.map_or(0, |form| position(&mut piece.forms, form));
            let author = match before {
                Some(before) if before.author == patch.author => 0,
                _ => position(&mut piece.authors, patch.author),
            };
            let stamp = (before.map(|before| before.stamp) != Some(patch.stamp)).then_some(patch.stamp);
            let (kind, seen) = (patch.record.kind, patch.seen.clone());
            let erased = body.is_none().then_some(patch.body_hash);
            let item = WireItem(kind, id, seen, form, author, stamp, body.clone(), erased);
            piece.items.push(serde_json::value::to_raw_value(&item).ok()?);
            before = Some(patch);
        }
        Some(piece)
    }

    /// Unpacks the entries, computing every hash anew. Stops before the first unreadable item.
    pub fn decode(&self) -> Decoded {
        let mut entries: Vec<(Entry, Hash)> = Vec::with_capacity(self.items.len());
        let mut prev = self.prev;
        for (raw, serial) in self.items.iter().zip(self.from..) {
            let before = entries.last().map(|(entry, _)| &entry.patch);
            match self.read(raw, serial, prev, before) {
                Ok(entry) => {
                    prev = entry.patch.hash();
                    entries.push((entry, prev));
                }
                Err(reason) => {
                    let raw = raw.get().to_owned();
                    let unreadable = Some(Unreadable { serial, raw, reason });
                    return Decoded { entries, unreadable, agrees: true };
                }
            }
        }
        Decoded { entries, unreadable: None, agrees: prev == self.last }
    }

    fn read(&self, raw: &RawValue, serial: u64, prev: Hash, before: Option<&Patch>) -> Result<Entry, String> {
        let item: WireItem = serde_json::from_str(raw.get())
            .map_err(|error| format!("line {} column {}", error.line(), error.column()))?;
        let WireItem(kind, id, seen, form, author, stamp, body, erased) = item;
        let form = match form {
            0 => None,
            place => Some(nth(&self.forms, place).ok_or("form out of range")?),
        };
        let author = match (author, before) {
            (0, Some(before)) => before.author,
            (place, _) => nth(&self.authors, place).ok_or("author out of range")?,
        };
        let stamp = stamp.or(before.map(|before| before.stamp)).ok_or("no stamp")?;
        let id = id.unwrap_or_else(|| RecordId::derived(self.writer, serial));
        let record = RecordRef { kind, id };
        let body_hash = body.as_ref().map(Body::hash).or(erased).ok_or("neither body nor hash")?;
        let writer = self.writer;
        let patch = Patch { writer, serial, prev, record, seen, form, author, stamp, body_hash };
        Ok(Entry { patch, body })
    }
}

fn nth<T: Copy>(list: &[T], place: u32) -> Option<T> {
    let index = usize::try_from(place).ok()?.checked_sub(1)?;
    list.get(index).copied()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::value::Value;
    use std::collections::BTreeMap;

    fn entries(count: u64) -> Vec<Entry> {
        let writer = WriterId(0xabc);
        let mut prev = Hash::ZERO;
        let mut entries = Vec::new();
        for serial in 1..=count {
            let sets = BTreeMap::from([("met".to_owned(), Value::from("self"))]);
            let body = Body { sets, salt: WriterId(serial), ..Body::default() };
            let id =
                if serial == 2 { RecordId::named("person", "x") } else { RecordId::derived(writer, serial) };
            let patch = Patch {
                writer,
                serial,
                prev,
                record: RecordRef { kind: RecordKind::Part, id },
                seen: Vector::default(),
                form: (serial == 3).then_some(Hash::of(b"form")),
                author: RecordId::named("staff", if serial < 3 { "a" } else { "b" }),
                stamp: Stamp { wall_ms: 7, ..Stamp::default() },
                body_hash: body.hash(),
            };
            prev = patch.hash();
            entries.push(Entry { patch, body: Some(body) });
        }
        entries
    }

    #[test]
    fn a_piece_unpacks_to_the_same_entries_and_hashes() {
        let entries = entries(4);
        let piece = LogPiece::encode(&entries).unwrap();
        let json = serde_json::to_string(&piece).unwrap();
        let back: LogPiece = serde_json::from_str(&json).unwrap();
        let decoded = back.decode();
        assert!(decoded.agrees);
        assert_eq!(decoded.entries.into_iter().map(|(entry, _)| entry).collect::<Vec<_>>(), entries);
    }

    #[test]
    fn of_an_erased_entry_the_envelope_travels_and_the_chain_goes_on() {
        let mut entries = entries(3);
        entries[1].body = None;
        let piece = LogPiece::encode(&entries).unwrap();
        expect_test::expect![[r#"["part","a34e4c677b978863bacf894df546b387",{},0,0,null,null,"f8005fd7c27ac6773aded319ede6e3c42fbb8ae4e04f527834bd959b07dd3941"]"#]]
            .assert_eq(piece.items[1].get());
        let decoded = piece.decode();
        assert!(decoded.agrees);
        assert_eq!(decoded.entries.into_iter().map(|(entry, _)| entry).collect::<Vec<_>>(), entries);
        // A body that is not told of at all is none that was erased.
        let mut piece = piece;
        piece.items[1] = RawValue::from_string(r#"["part",null,{},0,0,null,null]"#.into()).unwrap();
        assert_eq!(piece.decode().unreadable.unwrap().serial, 2);
    }

    #[test]
    fn an_unreadable_item_leaves_those_before_it_whole() {
        let mut piece = LogPiece::encode(&entries(4)).unwrap();
        piece.items[2] = RawValue::from_string(r#"["part",null]"#.into()).unwrap();
        let decoded = piece.decode();
        assert_eq!(decoded.entries.len(), 2);
        assert_eq!(decoded.unreadable.unwrap().serial, 3);
    }

    #[test]
    fn a_changed_item_is_noticed() {
        let mut piece = LogPiece::encode(&entries(2)).unwrap();
        let changed = piece.items[1].get().replace("self", "none");
        piece.items[1] = RawValue::from_string(changed).unwrap();
        assert!(!piece.decode().agrees);
    }

    #[test]
    fn the_wire_format_is_a_decision() {
        let json = serde_json::to_string(&LogPiece::encode(&entries(1)).unwrap()).unwrap();
        expect_test::expect![[r#"{"w":"0000000000000abc","f":1,"p":"0000000000000000000000000000000000000000000000000000000000000000","l":"8df02042486f1c3f927e7985de56e9380f3f1e5ee1e92fe6dcaa1c3cb6aaa690","a":["4071efc852548f9397aa6c1ebd7cfd99"],"i":[["part",null,{},0,1,[7,0,0,0,0],{"s":{"met":"self"},"n":"0000000000000001"}]]}"#]]
            .assert_eq(&json);
    }
}
