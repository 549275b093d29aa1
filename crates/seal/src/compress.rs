//! zstd with a dictionary, bounded in both directions.
//!
//! A day of visits is a few kilobytes of JSON in which the county and the phone know nearly all
//! words beforehand: the dictionary is what makes the first visit as cheap as the hundredth.

use crate::error::SealError;
use domain::canonical::Hash;
use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe;

/// The level for what a phone sends: up to 64 KiB, where the best level still takes milliseconds.
pub const PHONE_LEVEL: i32 = 19;

/// The level for what the county answers, for many phones at once.
pub const COUNTY_LEVEL: i32 = 6;

/// The first four bytes of an ordinary zstd frame (RFC 8878 §3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xB5, 0x2F, 0xFD];

static WIRE_1: &[u8] = include_bytes!("../dictionaries/wire-1.dict");

/// A dictionary, prepared once and shared: trained by zstd, or any bytes that resemble the messages.
pub struct Dictionary {
    bytes: Box<[u8]>,
    hash: Hash,
    decoder: OnceLock<DecoderDictionary<'static>>,
    encoders: Mutex<BTreeMap<i32, Arc<EncoderDictionary<'static>>>>,
}

impl Dictionary {
    /// A dictionary of these bytes. Tables for each level are built at its first use.
    pub fn new(bytes: impl Into<Box<[u8]>>) -> Self {
        let bytes = bytes.into();
        let hash = Hash::of(&bytes);
        Self { bytes, hash, decoder: OnceLock::new(), encoders: Mutex::default() }
    }

    /// The dictionary that every phone and county of this version carries.
    pub fn builtin() -> &'static Arc<Self> {
        static BUILTIN: LazyLock<Arc<Dictionary>> = LazyLock::new(|| Arc::new(Dictionary::new(WIRE_1)));
        &BUILTIN
    }

    /// The bytes, to hand them to another party.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The hash that names the dictionary.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    /// The first four bytes of the hash as they stand on the wire; never 0, which means none.
    pub fn id(&self) -> u32 {
        let [a, b, c, d, ..] = self.hash.0;
        u32::from_be_bytes([a, b, c, d]).max(1)
    }

    fn encoder(&self, level: i32) -> Result<Arc<EncoderDictionary<'static>>, SealError> {
        let mut encoders = self.encoders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ready) = encoders.get(&level) {
            return Ok(Arc::clone(ready));
        }
        let made = EncoderDictionary::try_copy(&self.bytes, level)
            .map_err(|error| SealError::failed("dictionary", error))?;
        Ok(Arc::clone(encoders.entry(level).or_insert(Arc::new(made))))
    }

    fn decoder(&self) -> Result<&DecoderDictionary<'static>, SealError> {
        if let Some(ready) = self.decoder.get() {
            return Ok(ready);
        }
        let made = DecoderDictionary::try_copy(&self.bytes)
            .map_err(|error| SealError::failed("dictionary", error))?;
        Ok(self.decoder.get_or_init(|| made))
    }
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Dictionary({:08x}, {} bytes)", self.id(), self.bytes.len())
    }
}

/// The dictionaries at hand, found by their id.
#[derive(Debug, Clone, Default)]
pub struct Dictionaries(BTreeMap<u32, Arc<Dictionary>>);

impl Dictionaries {
    /// The built-in dictionary alone.
    pub fn builtin() -> Self {
        let mut all = Self::default();
        all.insert(Arc::clone(Dictionary::builtin()));
        all
    }

    /// Adds a dictionary, for instance one made from the published forms.
    pub fn insert(&mut self, dictionary: Arc<Dictionary>) {
        self.0.insert(dictionary.id(), dictionary);
    }

    /// The dictionary of an id on the wire: `None` for 0, which means that none was used.
    ///
    /// # Errors
    /// [`SealError::DictionaryUnknown`].
    pub fn find(&self, id: u32) -> Result<Option<&Dictionary>, SealError> {
        match id {
            0 => Ok(None),
            _ => self.0.get(&id).map(|found| Some(&**found)).ok_or(SealError::DictionaryUnknown { id }),
        }
    }
}

/// Compresses one message. `level` is 1 (fast) to 19 (small); out of range it is cut.
///
/// # Errors
/// Only when memory runs out.
pub fn compress(message: &[u8], level: i32, dictionary: Option<&Dictionary>) -> Result<Vec<u8>, SealError> {
    let failed = |error| SealError::failed("compress", error);
    let level = level.clamp(1, PHONE_LEVEL);
    let Some(dictionary) = dictionary else {
        return zstd::bulk::compress(message, level).map_err(failed);
    };
    let prepared = dictionary.encoder(level)?;
    let mut compressor = zstd::bulk::Compressor::with_prepared_dictionary(&prepared).map_err(failed)?;
    // The frame around the message names the dictionary by its hash: zstd's own number is not needed.
    compressor.set_parameter(zstd_safe::CParameter::DictIdFlag(false)).map_err(failed)?;
    compressor.compress(message).map_err(failed)
}

/// Undoes [`compress`], making at most `limit` bytes and taking no more memory than that.
///
/// The message must be exactly one ordinary zstd frame that states its size, as [`compress`]
/// writes it: the size is known before anything is unpacked.
///
/// # Errors
/// [`SealError::NotOurs`] when it is not zstd, [`SealError::TooLarge`] when it states more than
/// `limit`, [`SealError::CutShort`] or [`SealError::Damaged`] when it ends early, goes on after its
/// end, or does not unpack to what it states. The place is `payload`.
pub fn decompress_bounded(
    bytes: &[u8],
    limit: usize,
    dictionary: Option<&Dictionary>,
) -> Result<Vec<u8>, SealError> {
    let place = "payload";
    let damaged = SealError::Damaged { place };
    match bytes.first_chunk::<4>() {
        None => return Err(SealError::CutShort { place, needs: ZSTD_MAGIC.len(), has: bytes.len() }),
        Some(magic) if *magic != ZSTD_MAGIC => return Err(SealError::NotOurs { place }),
        Some(_) => {}
    }
    let stated = match zstd_safe::get_frame_content_size(bytes) {
        Ok(Some(stated)) => stated,
        Ok(None) | Err(_) => return Err(damaged),
    };
    let size = usize::try_from(stated).ok().filter(|size| *size <= limit);
    let size = size.ok_or(SealError::TooLarge { place, limit })?;
    // Walks the block headers only: tells a frame that ends early, or is followed by more.
    if zstd_safe::find_frame_compressed_size(bytes) != Ok(bytes.len()) {
        return Err(damaged);
    }
    let unpacked = match dictionary {
        Some(dictionary) => zstd::bulk::Decompressor::with_prepared_dictionary(dictionary.decoder()?)
            .and_then(|mut decompressor| decompressor.decompress(bytes, size)),
        None => zstd::bulk::decompress(bytes, size),
    };
    unpacked.ok().filter(|message| message.len() == size).ok_or(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn visit() -> Vec<u8> {
        r#"{"met":"person","way":"home","origin":"asked","sets":{"notes":"老人精神好，屋顶漏雨。"}}"#.into()
    }

    #[test]
    fn the_builtin_dictionary_shortens_a_single_visit() {
        let with = compress(&visit(), PHONE_LEVEL, Some(Dictionary::builtin())).unwrap();
        let without = compress(&visit(), PHONE_LEVEL, None).unwrap();
        assert!(with.len() < without.len(), "{} < {}", with.len(), without.len());
    }

    #[test]
    fn a_trained_dictionary_works_like_a_raw_one() {
        let samples: Vec<Vec<u8>> = (0..2_000_u32)
            .map(|n| {
                format!(r#"{{"serial":{n},"notes":"第{}次走访","at":{}}}"#, n % 97, n * 7919).into_bytes()
            })
            .collect();
        let trained = Dictionary::new(zstd::dict::from_samples(&samples, 4_096).unwrap());
        assert_eq!(trained.bytes()[..4], [0x37, 0xA4, 0x30, 0xEC], "zstd's own dictionary format");
        let raw = Dictionary::new(samples.concat());
        for dictionary in [&trained, &raw] {
            for level in [3, 9, 19] {
                let packed = compress(&samples[7], level, Some(dictionary)).unwrap();
                let message = decompress_bounded(&packed, 1_000, Some(dictionary)).unwrap();
                assert_eq!(message, samples[7]);
            }
        }
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_unpacked() {
        let bomb = compress(&vec![0; 50_000_000], 3, None).unwrap();
        assert!(bomb.len() < 10_000);
        let refused = decompress_bounded(&bomb, 1_000_000, None);
        assert_eq!(refused, Err(SealError::TooLarge { place: "payload", limit: 1_000_000 }));
    }

    #[test]
    fn a_bomb_that_lies_about_its_size_is_refused() {
        let mut bomb = zstd::bulk::compress(&vec![0; 300_000], 3).unwrap();
        let stated = bomb[5..9].to_vec();
        assert_eq!(stated, 300_000_u32.to_le_bytes(), "the frame's content size stands in 4 bytes");
        bomb[5..9].copy_from_slice(&100_000_u32.to_le_bytes());
        assert_eq!(decompress_bounded(&bomb, 200_000, None), Err(SealError::Damaged { place: "payload" }));
    }

    #[test]
    fn frames_without_a_size_and_several_frames_are_refused() {
        let mut streamed = zstd::stream::Encoder::new(Vec::new(), 3).unwrap();
        std::io::Write::write_all(&mut streamed, &visit()).unwrap();
        let streamed = streamed.finish().unwrap();
        assert!(decompress_bounded(&streamed, 1_000, None).is_err());
        let two = compress(&visit(), 3, None).unwrap().repeat(2);
        assert!(decompress_bounded(&two, 1_000, None).is_err());
        assert_eq!(decompress_bounded(b"<html>", 1_000, None), Err(SealError::NotOurs { place: "payload" }));
    }

    #[test]
    fn an_unknown_dictionary_is_named() {
        let all = Dictionaries::builtin();
        assert!(all.find(0).unwrap().is_none());
        assert!(all.find(Dictionary::builtin().id()).unwrap().is_some());
        assert_eq!(all.find(7).unwrap_err(), SealError::DictionaryUnknown { id: 7 });
    }

    proptest! {
        #[test]
        fn any_message_survives(message in proptest::collection::vec(any::<u8>(), 0..3_000), level in 1..=19) {
            for dictionary in [None, Some(&**Dictionary::builtin())] {
                let packed = compress(&message, level, dictionary).unwrap();
                prop_assert_eq!(&decompress_bounded(&packed, 3_000, dictionary).unwrap(), &message);
            }
        }

        #[test]
        fn any_bytes_are_an_error_and_never_a_panic(tail in proptest::collection::vec(any::<u8>(), 0..300)) {
            let bytes = [&ZSTD_MAGIC[..], &tail].concat();
            for dictionary in [None, Some(&**Dictionary::builtin())] {
                if let Ok(message) = decompress_bounded(&bytes, 4_096, dictionary) {
                    prop_assert!(message.len() <= 4_096);
                }
            }
        }
    }
}
