//! Where a visit was written down, when its author chose to say so. Optional evidence: a visit never waits for
//! it, nothing is judged by it, and it is one point, never a track.

use crate::time::UnixMs;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// Degrees are kept to five decimals: a metre, which is finer than any phone knows.
const PARTS: f64 = 100_000.0;
const LATITUDE_MAX: i32 = 90 * 100_000;
const LONGITUDE_MAX: i32 = 180 * 100_000;
/// What is known no better than this is no place.
const ACCURACY_MAX_M: u32 = 99_999;

/// A place as a phone measured it. Its text is `25.88512,99.37124,15,1763954520000`: latitude, longitude,
/// metres, Unix milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// In hundred-thousandths of a degree.
    latitude: i32,
    longitude: i32,
    accuracy_m: u32,
    at_ms: UnixMs,
}

/// The text or the numbers are of no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a location")]
pub struct NotALocation;

impl Location {
    /// What was measured: degrees (WGS 84), metres within which it is, and when by the phone's clock. `None` for
    /// what is outside the earth or is known to no useful accuracy.
    pub fn new(latitude: f64, longitude: f64, accuracy_m: f64, at_ms: UnixMs) -> Option<Self> {
        let within = |value: f64, max: i32| {
            let whole = value.round();
            (whole.abs() <= f64::from(max)).then_some(whole as i32)
        };
        let accuracy_m = within(accuracy_m.ceil(), i32::MAX)?;
        Self {
            latitude: within(latitude * PARTS, LATITUDE_MAX)?,
            longitude: within(longitude * PARTS, LONGITUDE_MAX)?,
            accuracy_m: u32::try_from(accuracy_m).ok()?,
            at_ms,
        }
        .checked()
    }

    fn checked(self) -> Option<Self> {
        let fits = self.accuracy_m <= ACCURACY_MAX_M && self.at_ms >= 0;
        (fits && self.latitude.abs() <= LATITUDE_MAX && self.longitude.abs() <= LONGITUDE_MAX).then_some(self)
    }

    /// Degrees north of the equator.
    pub fn latitude(self) -> f64 {
        f64::from(self.latitude) / PARTS
    }

    /// Degrees east of Greenwich.
    pub fn longitude(self) -> f64 {
        f64::from(self.longitude) / PARTS
    }

    /// Metres within which it is.
    pub fn accuracy_m(self) -> u32 {
        self.accuracy_m
    }

    /// When it was measured, by the phone's clock.
    pub fn at_ms(self) -> UnixMs {
        self.at_ms
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { accuracy_m, at_ms, .. } = self;
        write!(f, "{:.5},{:.5},{accuracy_m},{at_ms}", self.latitude(), self.longitude())
    }
}

impl FromStr for Location {
    type Err = NotALocation;

    fn from_str(text: &str) -> Result<Self, NotALocation> {
        let mut parts = text.split(',');
        let mut next = || parts.next().ok_or(NotALocation);
        let degrees = |text: &str| text.parse::<f64>().map_err(|_| NotALocation);
        let (latitude, longitude) = (degrees(next()?)?, degrees(next()?)?);
        let accuracy_m: u32 = next()?.parse().map_err(|_| NotALocation)?;
        let at_ms = next()?.parse().map_err(|_| NotALocation)?;
        let read = Self::new(latitude, longitude, f64::from(accuracy_m), at_ms).ok_or(NotALocation)?;
        if parts.next().is_some() { Err(NotALocation) } else { Ok(read) }
    }
}

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Location {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::text::parsed(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_place_is_kept_to_a_metre_and_written_as_one_text() {
        let at = Location::new(25.885_123_4, 99.371_239_9, 14.2, 1_763_954_520_000).unwrap();
        assert_eq!(at.to_string(), "25.88512,99.37124,15,1763954520000");
        assert_eq!(at.to_string().parse(), Ok(at));
        assert_eq!(serde_json::to_string(&at).unwrap(), "\"25.88512,99.37124,15,1763954520000\"");
        assert_eq!(Location::new(-0.000_004, -0.0, 0.0, 0).unwrap().to_string(), "0.00000,0.00000,0,0");
    }

    #[test]
    fn what_is_nowhere_or_nearly_anywhere_is_no_place() {
        let new = |latitude, longitude, accuracy| Location::new(latitude, longitude, accuracy, 0);
        assert!(new(90.0, -180.0, 99_999.0).is_some());
        for none in [
            new(90.000_01, 0.0, 1.0),
            new(0.0, -180.000_01, 1.0),
            new(f64::NAN, 0.0, 1.0),
            new(0.0, f64::INFINITY, 1.0),
            new(0.0, 0.0, f64::NAN),
            new(0.0, 0.0, -1.0),
            new(0.0, 0.0, 100_000.0),
            new(0.0, 0.0, f64::MAX),
            Location::new(0.0, 0.0, 1.0, -1),
        ] {
            assert_eq!(none, None);
        }
        for text in ["", "1,2,3", "1,2,3,4,5", "1,2,-3,4", "NaN,2,3,4", "91,2,3,4", "1;2;3;4", "一,2,3,4"] {
            assert_eq!(text.parse::<Location>(), Err(NotALocation), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_place_comes_back_as_it_was(
            latitude in -90.0..=90.0,
            longitude in -180.0..=180.0,
            accuracy in 0.0..=99_999.0,
            at_ms in 0..i64::MAX,
        ) {
            let at = Location::new(latitude, longitude, accuracy, at_ms).unwrap();
            prop_assert_eq!(at.to_string().parse(), Ok(at));
            prop_assert!((at.latitude() - latitude).abs() <= 0.000_006);
            prop_assert!((at.longitude() - longitude).abs() <= 0.000_006);
            prop_assert!(f64::from(at.accuracy_m()) >= accuracy);
        }

        #[test]
        fn no_text_brings_the_reader_down(text in ".*") {
            let _ = text.parse::<Location>();
        }
    }
}
