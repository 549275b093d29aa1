//! Heads on their way down, packed as tables: one row a record, columns named once.
//!
//! Nearly every head of a visit comes from a single patch; then its id, its vector and the source
//! of every field follow from one `[writer, serial, author, time]`, and only the values are sent.

use domain::catalogue::RecordKind;
use domain::head::{Head, Write};
use domain::ids::{RecordId, WriterId};
use domain::log::{Dot, Vector};
use domain::patch::RecordRef;
use domain::value::{Origin, Value, ValueVisitor};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Packed heads: names once, then a table per kind of record.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeadTables {
    /// Writers by position.
    #[serde(rename = "w", default, skip_serializing_if = "Vec::is_empty")]
    writers: Vec<WriterId>,
    /// Authors by position.
    #[serde(rename = "a", default, skip_serializing_if = "Vec::is_empty")]
    authors: Vec<RecordId>,
    /// One table for each kind and set of columns.
    #[serde(rename = "t", default, skip_serializing_if = "Vec::is_empty")]
    tables: Vec<HeadTable>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct HeadTable {
    #[serde(rename = "k")]
    kind: RecordKind,
    #[serde(rename = "c")]
    columns: Vec<String>,
    #[serde(rename = "r")]
    rows: Vec<HeadRow>,
}

/// `[id, sources, rest, origins, cells]`. `id` is null when derived from the first source; `rest`
/// is null, or what `vector` and `ahead` hold beyond the sources; cells end with the last value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct HeadRow(Option<RecordId>, Vec<Source>, Option<(Vector, Vector)>, String, Vec<Cell>);

/// `[writer, serial, author, at_ms]` of one patch, writer and author by position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Source(u32, u64, u32, i64);

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
enum Cell {
    /// Absent (null stands for "no write"; a written null is a [`Cell::Writes`]), or one write of
    /// the first source.
    Value(Value),
    /// Any other: the writes, each `[source, origin letter, value]`.
    Writes { s: Vec<(u32, char, Value)> },
}

impl<'de> Deserialize<'de> for Cell {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

/// Reads a cell: an object is the writes, anything else a value.
struct CellVisitor;

#[derive(Deserialize)]
struct Writes {
    s: Vec<(u32, char, Value)>,
}

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, or an object with writes")
    }

    fn visit_unit<E: Error>(self) -> Result<Cell, E> {
        ValueVisitor.visit_unit().map(Cell::Value)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Cell, E> {
        ValueVisitor.visit_bool(truth).map(Cell::Value)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Cell, E> {
        ValueVisitor.visit_i64(number).map(Cell::Value)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Cell, E> {
        ValueVisitor.visit_u64(number).map(Cell::Value)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Cell, E> {
        ValueVisitor.visit_str(text).map(Cell::Value)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Cell, E> {
        ValueVisitor.visit_string(text).map(Cell::Value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Cell, A::Error> {
        ValueVisitor.visit_seq(items).map(Cell::Value)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Cell, A::Error> {
        let Writes { s } = Writes::deserialize(MapAccessDeserializer::new(map))?;
        Ok(Cell::Writes { s })
    }
}

fn position<T: PartialEq + Copy>(list: &mut Vec<T>, item: T) -> u32 {
    let place = list.iter().position(|one| *one == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    });
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn nth<T: Copy>(list: &[T], place: u32) -> Option<T> {
    list.get(usize::try_from(place).ok()?).copied()
}

/// About how many bytes of JSON a head takes in a table: what fills a page. O(fields).
pub fn estimate(head: &Head) -> usize {
    let value = |write: &Write| match &write.value {
        Value::Null | Value::Bool(_) => 5,
        Value::Int(_) => 12,
        Value::Text(text) => text.len() + 3,
        Value::List(items) => items.iter().map(|item| item.len() + 3).sum::<usize>() + 2,
    };
    let field = |writes: &Vec<Write>| match writes.as_slice() {
        [write] => value(write),
        writes => writes.iter().map(|write| value(write) + 10).sum(),
    };
    60 + 40 * head.vector.0.len() + head.fields.values().map(field).sum::<usize>()
}

impl HeadTables {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }

    /// Packs heads. O(fields × distinct writers and authors), both small.
    pub fn encode<'a>(heads: impl IntoIterator<Item = (RecordRef, &'a Head)>) -> Self {
        let mut tables = Self::default();
        let mut places: BTreeMap<(RecordKind, Vec<String>), usize> = BTreeMap::new();
        for (record, head) in heads {
            let row = tables.pack(record.id, head);
            let columns: Vec<String> = head.fields.keys().cloned().collect();
            let place = *places.entry((record.kind, columns)).or_insert_with_key(|(kind, columns)| {
                let table = HeadTable { kind: *kind, columns: columns.clone(), rows: Vec::new() };
                tables.tables.push(table);
                tables.tables.len() - 1
            });
            if let Some(table) = tables.tables.get_mut(place) {
                table.rows.push(row);
            }
        }
        tables
    }

    fn pack(&mut self, id: RecordId, head: &Head) -> HeadRow {
        let mut sources: Vec<Source> = Vec::new();
        // The oldest patch first: it is the one the id may be derived from.
        let mut all: Vec<&Write> = head.fields.values().flatten().collect();
        all.sort_unstable_by_key(|write| (write.at_ms, write.dot()));
        let derived = |write: &&&Write| RecordId::derived(write.writer, write.serial) == id;
        let first = all.iter().find(derived).copied();
        for write in first.into_iter().chain(all) {
            let source = self.source(write);
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        let mut origins = String::new();
        let mut cells = Vec::with_capacity(head.fields.len());
        for writes in head.fields.values() {
            let (origin, cell) = self.cell(&sources, writes);
            origins.push(origin.letter());
            cells.push(cell);
        }
        origins.truncate(origins.trim_end_matches('a').len());
        let covered: Vector = sources.iter().filter_map(|one| self.dot(one)).map(pair).collect();
        let rest = (covered != head.vector || !head.ahead.is_empty())
            .then(|| (head.vector.clone(), head.ahead.clone()));
        HeadRow(first.is_none().then_some(id), sources, rest, origins, cells)
    }

    fn source(&mut self, write: &Write) -> Source {
        let writer = position(&mut self.writers, write.writer);
        Source(writer, write.serial, position(&mut self.authors, write.author), write.at_ms)
    }

    fn dot(&self, source: &Source) -> Option<Dot> {
        Some(Dot { writer: nth(&self.writers, source.0)?, serial: source.1 })
    }

    fn cell(&mut self, sources: &[Source], writes: &[Write]) -> (Origin, Cell) {
        if let [write] = writes
            && sources.first() == Some(&self.source(write))
            && !write.value.is_null()
        {
            return (write.origin, Cell::Value(write.value.clone()));
        }
        let write = |write: &Write| {
            let source = self.source(write);
            let place = sources.iter().position(|one| *one == source).unwrap_or(0);
            (u32::try_from(place).unwrap_or(0), write.origin.letter(), write.value.clone())
        };
        (Origin::Asked, Cell::Writes { s: writes.iter().map(write).collect() })
    }

    /// Unpacks the heads; rows that make no sense are left out and counted, so that one bad record
    /// never holds up the others.
    pub fn decode(&self) -> (Vec<(RecordRef, Head)>, usize) {
        let mut heads = Vec::new();
        let mut unreadable = 0;
        for table in &self.tables {
            for row in &table.rows {
                match self.unpack(table, row) {
                    Some((id, head)) => heads.push((RecordRef { kind: table.kind, id }, head)),
                    None => unreadable += 1,
                }
            }
        }
        (heads, unreadable)
    }

    fn unpack(&self, table: &HeadTable, row: &HeadRow) -> Option<(RecordId, Head)> {
        let HeadRow(id, sources, rest, origins, cells) = row;
        let id = match (id, sources.first()) {
            (Some(id), _) => *id,
            (None, Some(first)) => RecordId::derived(self.dot(first)?.writer, first.1),
            (None, None) => return None,
        };
        let mut head = Head::default();
        let mut letters = origins.chars();
        for (column, cell) in table.columns.iter().zip(cells) {
            let origin = letters.next().and_then(Origin::from_letter).unwrap_or_default();
            let writes = match cell {
                Cell::Value(value) => vec![self.write(sources.first()?, origin, value)?],
                Cell::Writes { s } => s
                    .iter()
                    .map(|(place, letter, value)| {
                        let source = nth(sources, *place)?;
                        self.write(&source, Origin::from_letter(*letter).unwrap_or_default(), value)
                    })
                    .collect::<Option<Vec<_>>>()?,
            };
            head.fields.insert(column.clone(), writes);
        }
        match rest {
            Some((vector, ahead)) => (head.vector, head.ahead) = (vector.clone(), ahead.clone()),
            None => {
                head.vector =
                    sources.iter().map(|one| self.dot(one).map(pair)).collect::<Option<Vector>>()?;
            }
        }
        Some((id, head))
    }

    fn write(&self, source: &Source, origin: Origin, value: &Value) -> Option<Write> {
        let Dot { writer, serial } = self.dot(source)?;
        let author = nth(&self.authors, source.2)?;
        Some(Write { writer, serial, author, at_ms: source.3, value: value.clone(), origin })
    }
}

fn pair(dot: Dot) -> (WriterId, u64) {
    (dot.writer, dot.serial)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(writer: u64, serial: u64, value: Value, origin: Origin) -> Write {
        let author = RecordId::named("staff", &writer.to_string());
        Write { writer: WriterId(writer), serial, author, at_ms: 1_000 + serial as i64, value, origin }
    }

    fn head(fields: Vec<(&str, Vec<Write>)>) -> Head {
        let vector = fields.iter().flat_map(|(_, writes)| writes).map(|w| (w.writer, w.serial)).collect();
        let fields = fields.into_iter().map(|(key, writes)| (key.to_owned(), writes)).collect();
        Head { vector, ahead: Vector::default(), fields }
    }

    #[test]
    fn heads_of_every_shape_survive() {
        let visit = RecordRef { kind: RecordKind::Visit, id: RecordId::derived(WriterId(1), 5) };
        let person = RecordRef { kind: RecordKind::Person, id: RecordId::named("person", "x") };
        let simple = head(vec![
            ("a/x", vec![write(1, 5, "好".into(), Origin::ConfirmedUnchanged)]),
            ("way", vec![write(1, 5, "home".into(), Origin::Asked)]),
        ]);
        let mut contested = head(vec![
            ("phone", vec![write(1, 5, "1".into(), Origin::Asked), write(2, 1, "2".into(), Origin::Asked)]),
            ("void", vec![write(2, 1, Value::Null, Origin::Asked)]),
        ]);
        contested.vector.raise(Dot { writer: WriterId(9), serial: 9 });
        contested.ahead.raise(Dot { writer: WriterId(1), serial: 8 });
        let empty = Head { vector: contested.vector.clone(), ..Head::default() };
        let heads = vec![(visit, simple), (person, contested), (person, empty)];
        let packed = HeadTables::encode(heads.iter().map(|(record, head)| (*record, head)));
        let json = serde_json::to_string(&packed).unwrap();
        let (back, unreadable) = serde_json::from_str::<HeadTables>(&json).unwrap().decode();
        assert_eq!(unreadable, 0);
        assert_eq!(back, heads);
    }

    #[test]
    fn a_row_out_of_range_is_counted_not_fatal() {
        let json =
            r#"{"w":[],"a":[],"t":[{"k":"visit","c":["way"],"r":[[null,[[3,1,0,0]],null,"",["home"]]]}]}"#;
        let (heads, unreadable) = serde_json::from_str::<HeadTables>(json).unwrap().decode();
        assert_eq!((heads.len(), unreadable), (0, 1));
    }
}
