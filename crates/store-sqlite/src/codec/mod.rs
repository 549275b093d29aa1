//! How entries, heads and standings are packed into bytes: small, quick to read, and the same on
//! every machine. Each packing begins with its version, so that old rows stay readable for good.

mod entry;
mod head;
mod standing;
mod value;

pub(crate) use entry::{pack_entry, unpack_entry};
pub(crate) use head::{pack_head, unpack_head};
pub(crate) use standing::{pack_standing, unpack_standing};

use domain::canonical::Hash;
use domain::ids::{RecordId, WriterId};
use domain::log::Vector;
use store::StoreError;

/// Bytes on their way into a row.
#[derive(Debug, Default)]
pub(crate) struct Pack(Vec<u8>);

impl Pack {
    /// Begins a packing of a version.
    pub fn new(version: u8) -> Self {
        let mut bytes = Vec::with_capacity(256);
        bytes.push(version);
        Self(bytes)
    }

    /// The packed bytes.
    pub fn finish(self) -> Vec<u8> {
        self.0
    }

    /// One byte.
    pub fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// A number, 7 bits a byte, the lowest first.
    pub fn number(&mut self, mut number: u64) {
        while let rest @ 1.. = number >> 7 {
            self.0.push(number.to_le_bytes()[0] | 0x80);
            number = rest;
        }
        self.0.push(number.to_le_bytes()[0]);
    }

    /// A length.
    pub fn count(&mut self, count: usize) {
        self.number(count as u64);
    }

    /// A number that may be below zero: the sign in the lowest bit.
    pub fn signed(&mut self, number: i64) {
        self.number(((number << 1) ^ (number >> 63)).cast_unsigned());
    }

    /// A text with its length.
    pub fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    /// Bytes whose length is known.
    pub fn raw(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
    }

    /// A writer or a salt: 8 bytes.
    pub fn writer(&mut self, writer: WriterId) {
        self.raw(&writer.0.to_le_bytes());
    }

    /// A record's id: 16 bytes.
    pub fn id(&mut self, id: RecordId) {
        self.raw(&id.bytes());
    }

    /// A vector.
    pub fn vector(&mut self, vector: &Vector) {
        self.count(vector.0.len());
        for (writer, serial) in &vector.0 {
            self.writer(*writer);
            self.number(*serial);
        }
    }

    /// Something that may be missing.
    pub fn option<T>(&mut self, value: Option<T>, pack: impl FnOnce(&mut Self, T)) {
        self.byte(u8::from(value.is_some()));
        if let Some(value) = value {
            pack(self, value);
        }
    }
}

/// Bytes on their way out of a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unpack<'a>(&'a [u8]);

type Read<T> = Result<T, StoreError>;

/// A row that does not make sense.
pub(crate) fn broken(what: &str) -> StoreError {
    StoreError::Corrupt(what.to_owned())
}

impl<'a> Unpack<'a> {
    /// Begins with bytes of one of the versions up to `newest`.
    pub fn new(bytes: &'a [u8], newest: u8) -> Read<Self> {
        let mut unpack = Self(bytes);
        match unpack.byte()? {
            1.. if bytes.first() <= Some(&newest) => Ok(unpack),
            version => Err(StoreError::Corrupt(format!("a packing of version {version}"))),
        }
    }

    /// Fails when something is left over.
    pub fn end(self) -> Read<()> {
        if self.0.is_empty() { Ok(()) } else { Err(broken("bytes left over")) }
    }

    /// Bytes whose length is known.
    pub fn raw(&mut self, count: usize) -> Read<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or_else(|| broken("bytes missing"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Read<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk().ok_or_else(|| broken("bytes missing"))?;
        self.0 = rest;
        Ok(*taken)
    }

    /// One byte.
    pub fn byte(&mut self) -> Read<u8> {
        self.fixed().map(|[byte]| byte)
    }

    /// A number.
    pub fn number(&mut self) -> Read<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(broken("a number without end"))
    }

    /// A length. One that the bytes left cannot hold is refused, so that nobody reserves room for it.
    pub fn count(&mut self) -> Read<usize> {
        let count = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        if count <= self.0.len() { Ok(count) } else { Err(broken("a length beyond the end")) }
    }

    /// A number that may be below zero.
    pub fn signed(&mut self) -> Read<i64> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    /// A number of fewer bits.
    pub fn small<T: TryFrom<i64>>(&mut self) -> Read<T> {
        T::try_from(self.signed()?).map_err(|_| broken("a number too large"))
    }

    /// A text.
    pub fn text(&mut self) -> Read<&'a str> {
        let count = self.count()?;
        std::str::from_utf8(self.raw(count)?).map_err(|_| broken("a text that is not UTF-8"))
    }

    /// A hash.
    pub fn hash(&mut self) -> Read<Hash> {
        self.fixed().map(Hash)
    }

    /// A writer or a salt.
    pub fn writer(&mut self) -> Read<WriterId> {
        self.fixed().map(|bytes| WriterId(u64::from_le_bytes(bytes)))
    }

    /// A record's id.
    pub fn id(&mut self) -> Read<RecordId> {
        self.fixed().map(record_id)
    }

    /// A vector.
    pub fn vector(&mut self) -> Read<Vector> {
        let count = self.count()?;
        (0..count).map(|_| Ok((self.writer()?, self.number()?))).collect()
    }

    /// Something that may be missing.
    pub fn option<T>(&mut self, unpack: impl FnOnce(&mut Self) -> Read<T>) -> Read<Option<T>> {
        match self.byte()? {
            0 => Ok(None),
            1 => unpack(self).map(Some),
            _ => Err(broken("neither there nor missing")),
        }
    }

    /// A list.
    pub fn list<T>(&mut self, mut unpack: impl FnMut(&mut Self) -> Read<T>) -> Read<Vec<T>> {
        let count = self.count()?;
        (0..count).map(|_| unpack(self)).collect()
    }
}

/// A record's id from its 16 bytes.
pub(crate) fn record_id(bytes: [u8; 16]) -> RecordId {
    RecordId(uuid::Uuid::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_size_come_back() {
        let mut pack = Pack::new(1);
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), 1 << 62, u64::MAX];
        let signed = [0, -1, 1, 63, -64, i64::MIN, i64::MAX];
        numbers.iter().for_each(|number| pack.number(*number));
        signed.iter().for_each(|number| pack.signed(*number));
        let bytes = pack.finish();
        let mut unpack = Unpack::new(&bytes, 1).unwrap();
        assert_eq!(numbers.map(|_| unpack.number().unwrap()), numbers);
        assert_eq!(signed.map(|_| unpack.signed().unwrap()), signed);
        unpack.end().unwrap();
    }

    #[test]
    fn what_is_cut_short_or_newer_is_refused() {
        assert!(Unpack::new(&[2], 1).is_err());
        assert!(Unpack::new(&[], 1).is_err());
        let long = [1, 0xff, 0xff, 0xff, 0x7f];
        assert!(Unpack::new(&long, 1).unwrap().count().is_err());
        assert!(Unpack::new(&[1, 0x80], 1).unwrap().number().is_err());
    }
}
