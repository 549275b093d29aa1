//! Bytes as lower-case hexadecimal text.

/// Writes bytes as hexadecimal digits.
pub(crate) fn encode(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads hexadecimal digits; `None` when there is anything else or half a byte.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
            _ => None,
        })
        .collect()
}

/// Reads exactly `N` bytes of hexadecimal digits.
pub(crate) fn decode_array<const N: usize>(text: &str) -> Option<[u8; N]> {
    decode(text)?.try_into().ok()
}

/// For `#[serde(with = "crate::hex::bytes")]`: a byte vector as hexadecimal text.
pub(crate) mod bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(crate) fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&super::encode(bytes))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(d)?;
        super::decode(&text).ok_or_else(|| serde::de::Error::custom("not hexadecimal digits"))
    }
}

/// Makes a type with `to_bytes` and `from_bytes -> Option<Self>` readable and writable by serde as text.
macro_rules! serde_hex {
    ($name:ident, $length:literal, $what:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&crate::hex::encode(&self.to_bytes()))
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(d)?;
                crate::hex::decode_array::<$length>(&text)
                    .and_then(|bytes| Self::from_bytes(&bytes))
                    .ok_or_else(|| serde::de::Error::custom(concat!("not ", $what)))
            }
        }
    };
}
pub(crate) use serde_hex;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_survive_their_own_text_and_other_text_is_refused() {
        assert_eq!(encode(&[0, 0x1f, 0xff]), "001fff");
        assert_eq!(decode("001fff"), Some(vec![0, 0x1f, 0xff]));
        assert_eq!(decode("001FfF"), Some(vec![0, 0x1f, 0xff]));
        for wrong in ["0", "0g", "山", "+1"] {
            assert_eq!(decode(wrong), None, "{wrong}");
        }
        assert_eq!(decode_array::<2>("00ff00"), None);
    }
}
