//! Heads: each patch that still stands in a field is named once.

use super::{Pack, Read, Unpack, broken};
use domain::head::{Head, Write};
use domain::ids::{RecordId, WriterId};
use domain::time::UnixMs;

const VERSION: u8 = 1;

/// One patch of which a write stands.
type Source = (WriterId, u64, RecordId, UnixMs);

fn source(write: &Write) -> Source {
    (write.writer, write.serial, write.author, write.at_ms)
}

/// Packs a head. O(fields × sources), where sources are few.
pub(crate) fn pack_head(head: &Head) -> Vec<u8> {
    let mut sources: Vec<Source> = Vec::new();
    for write in head.fields.values().flatten() {
        let source = source(write);
        if !sources.contains(&source) {
            sources.push(source);
        }
    }
    let mut pack = Pack::new(VERSION);
    pack.vector(&head.vector);
    pack.vector(&head.ahead);
    pack.count(sources.len());
    for (writer, serial, author, at_ms) in &sources {
        pack.writer(*writer);
        pack.number(*serial);
        pack.id(*author);
        pack.signed(*at_ms);
    }
    pack.count(head.fields.len());
    for (key, writes) in &head.fields {
        pack.text(key);
        pack.count(writes.len());
        for write in writes {
            let place = sources.iter().position(|one| *one == source(write)).unwrap_or_default();
            pack.count(place);
            pack.origin(write.origin);
            pack.value(&write.value);
        }
    }
    pack.finish()
}

/// Unpacks a head.
pub(crate) fn unpack_head(bytes: &[u8]) -> Read<Head> {
    let mut unpack = Unpack::new(bytes, VERSION)?;
    let mut head = Head { vector: unpack.vector()?, ahead: unpack.vector()?, ..Head::default() };
    let sources: Vec<Source> =
        unpack.list(|unpack| Ok((unpack.writer()?, unpack.number()?, unpack.id()?, unpack.signed()?)))?;
    let fields = unpack.list(|unpack| {
        let key = unpack.text()?.to_owned();
        let writes = unpack.list(|unpack| {
            let place = usize::try_from(unpack.number()?).unwrap_or(usize::MAX);
            let source = sources.get(place).ok_or_else(|| broken("a write without a source"))?;
            let (writer, serial, author, at_ms) = *source;
            let (origin, value) = (unpack.origin()?, unpack.value()?);
            Ok(Write { writer, serial, author, at_ms, value, origin })
        })?;
        Ok((key, writes))
    })?;
    unpack.end()?;
    head.fields.extend(fields);
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::value::{Origin, Value};

    #[test]
    fn a_head_with_contested_fields_comes_back() {
        let write = |writer, serial, value: Value, origin| Write {
            writer: WriterId(writer),
            serial,
            author: RecordId::named("staff", "a"),
            at_ms: -5,
            value,
            origin,
        };
        let one = write(1, 2, "138".into(), Origin::Asked);
        let other = write(2, 9, Value::Null, Origin::ConfirmedUnchanged);
        let head = Head {
            vector: [(WriterId(1), 2), (WriterId(2), 9)].into_iter().collect(),
            ahead: [(WriterId(3), 1)].into_iter().collect(),
            fields: [("phone".to_owned(), vec![one.clone(), other]), ("name".to_owned(), vec![one])].into(),
        };
        assert_eq!(unpack_head(&pack_head(&head)).unwrap(), head);
        assert_eq!(unpack_head(&pack_head(&Head::default())).unwrap(), Head::default());
    }
}
