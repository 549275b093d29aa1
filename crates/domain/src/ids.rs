//! Names of things: writers, devices, records and divisions.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! hex_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        /// Written as 16 lower-case hexadecimal digits, because JSON numbers end at 2^53.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[cfg_attr(feature = "export", derive(ts_rs::TS), ts(type = "string"))]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                crate::text::write_hex::<16>(&self.0.to_be_bytes(), f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:016x})"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let hex = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
                if !hex {
                    return Err(NotAnId);
                }
                u64::from_str_radix(text, 16).map(Self).map_err(|_| NotAnId)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                crate::text::parsed(d)
            }
        }
    };
}

/// The text is not an id of the expected shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an id of the expected shape")]
pub struct NotAnId;

hex_id! {
    /// One log of patches: held by one installation from its enrolment, replaced when its past is in doubt.
    WriterId
}
hex_id! {
    /// One enrolled installation of the app, named by the county at enrolment.
    DeviceId
}

/// One record: a person, a visit, a part, an area, a duty and so on.
///
/// Ids of what a writer creates are derived from writer and serial, so they cost nothing on the wire
/// and sort in the order of creation within a writer. Written as 32 hexadecimal digits without hyphens:
/// an id stands in every link, and four bytes of nothing in each are a twentieth of a first sync.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "export", derive(ts_rs::TS), ts(type = "string"))]
pub struct RecordId(pub Uuid);

impl RecordId {
    /// The id of the record that this writer creates with this serial (UUID version 8, RFC 9562 §5.8).
    ///
    /// Layout: 48 bits of the writer, version, 12 bits of the writer, variant, the writer's last 4 bits,
    /// 58 bits of serial: unique for every (writer, serial below 2^58) and ascending within a writer.
    pub fn derived(writer: WriterId, serial: u64) -> Self {
        let high = (writer.0 >> 16 << 16) | 0x8000 | ((writer.0 >> 4) & 0x0FFF);
        let low = (0b10 << 62) | ((writer.0 & 0xF) << 58) | (serial & ((1 << 58) - 1));
        Self(Uuid::from_u64_pair(high, low))
    }

    /// An id that depends only on a text, for what a county names by codes (areas, duties, forms).
    pub fn named(kind: &str, name: &str) -> Self {
        let hash = crate::canonical::Transcript::new("record").text(kind).text(name).finish();
        let (head, _) = hash.0.split_at(16);
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(head);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// The 16 bytes of the id, as stored in a database key.
    pub fn bytes(&self) -> [u8; 16] {
        *self.0.as_bytes()
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::text::write_hex::<32>(self.0.as_bytes(), f)
    }
}

impl fmt::Debug for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecordId({self})")
    }
}

impl FromStr for RecordId {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        Uuid::parse_str(text).map(Self).map_err(|_| NotAnId)
    }
}

impl Serialize for RecordId {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordId {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        crate::text::parsed(d)
    }
}

/// A 12-digit division code (国家统计局 统计用区划代码). Codes, never names, are keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
#[serde(transparent)]
pub struct AreaCode(pub u64);

/// How deep in the tree of divisions a code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaLevel {
    /// 省
    Province,
    /// 州、市
    Prefecture,
    /// 县
    County,
    /// 乡、镇、街道
    Township,
    /// 村、社区
    Village,
}

impl AreaCode {
    /// The level, read from the trailing zeros (digits 1–2, 3–4, 5–6, 7–9, 10–12).
    pub fn level(self) -> AreaLevel {
        if !self.0.is_multiple_of(1_000) {
            AreaLevel::Village
        } else if !self.0.is_multiple_of(1_000_000) {
            AreaLevel::Township
        } else if !self.0.is_multiple_of(100_000_000) {
            AreaLevel::County
        } else if !self.0.is_multiple_of(10_000_000_000) {
            AreaLevel::Prefecture
        } else {
            AreaLevel::Province
        }
    }

    /// The code of the county that this code lies in by its digits.
    pub fn county(self) -> Self {
        Self(self.0 / 1_000_000 * 1_000_000)
    }
}

impl fmt::Display for AreaCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012}", self.0)
    }
}

impl FromStr for AreaCode {
    type Err = NotAnId;

    fn from_str(text: &str) -> Result<Self, NotAnId> {
        let digits = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit());
        if !digits {
            return Err(NotAnId);
        }
        text.parse().map(Self).map_err(|_| NotAnId)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derived_ids_are_unique_and_ascend_within_a_writer() {
        let (one, two) = (WriterId(0x0123_4567_89ab_cdef), WriterId(0x0123_4567_89ab_cdee));
        assert!(RecordId::derived(one, 1) < RecordId::derived(one, 2));
        assert_ne!(RecordId::derived(one, 1), RecordId::derived(two, 1));
        assert_eq!(RecordId::derived(one, 7).0.get_version_num(), 8);
    }

    #[test]
    fn ids_survive_their_own_text_and_refuse_others() {
        let writer = WriterId(42);
        assert_eq!(writer.to_string().parse(), Ok(writer));
        assert!("42".parse::<WriterId>().is_err());
        assert!("+532929101001".parse::<AreaCode>().is_err());
        assert_eq!("532929101001".parse(), Ok(AreaCode(532_929_101_001)));
    }

    #[test]
    fn levels_come_from_the_digits() {
        assert_eq!(AreaCode(532_929_101_001).level(), AreaLevel::Village);
        assert_eq!(AreaCode(532_929_101_000).level(), AreaLevel::Township);
        assert_eq!(AreaCode(532_929_000_000).level(), AreaLevel::County);
        assert_eq!(AreaCode(532_929_101_001).county(), AreaCode(532_929_000_000));
    }
}
