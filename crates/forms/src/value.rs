//! Numbers as text, and text as the numbers, dates and moments that answers hold.
//!
//! The evaluator computes in IEEE 754 doubles (XPath 1.0 §3.5) with the four operations and exact
//! rounding only, which every machine does alike; answers hold integers and canonical decimal texts.

use domain::time::{Day, SHANGHAI_OFFSET_MS, UnixMs};
use domain::value::INT_MAX;
use rust_decimal::Decimal;

/// The number as a whole one, if it is one and in the range of an answer.
pub(crate) fn whole(number: f64) -> Option<i64> {
    #[expect(clippy::cast_precision_loss, reason = "2^53 - 1 is exact in a double")]
    let limit = INT_MAX as f64;
    #[expect(clippy::cast_possible_truncation, reason = "checked to be whole and within 2^53")]
    (number.trunc() == number && number.abs() <= limit).then_some(number as i64)
}

/// A number in plain notation; `NaN` and `Infinity` as XPath writes them.
pub(crate) fn plain_number(number: f64) -> String {
    if number.abs() < crate::expr::datum::EPSILON {
        return "0".to_owned();
    }
    match whole(number) {
        Some(whole) => whole.to_string(),
        None if number.is_infinite() => if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned(),
        None => number.to_string(),
    }
}

/// The one spelling of a decimal (`-12.5`, no exponent, no zeros to spare); `None` if it is not one.
pub(crate) fn canonical_decimal(text: &str) -> Option<String> {
    let text = text.trim();
    let plain = !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'-' | b'.' | b'0'..=b'9'));
    plain.then(|| text.parse::<Decimal>().ok())?.map(|decimal| decimal.normalize().to_string())
}

/// Rounds to so many decimal places the way JavaRosa does: on the decimal spelling of the number,
/// halves towards positive infinity (`round(-1.5)` is `-1`), negative places to tens and hundreds.
pub(crate) fn round(number: f64, places: i64) -> f64 {
    if !number.is_finite() {
        return number;
    }
    match places {
        0 => half_up(number),
        1..=30 => {
            let places = u32::try_from(places).unwrap_or(0);
            let strategy = if number < 0.0 {
                rust_decimal::RoundingStrategy::MidpointTowardZero
            } else {
                rust_decimal::RoundingStrategy::MidpointAwayFromZero
            };
            number
                .to_string()
                .parse::<Decimal>()
                .ok()
                .and_then(|decimal| decimal.round_dp_with_strategy(places, strategy).to_string().parse().ok())
                .unwrap_or(number)
        }
        -30..=-1 => {
            let scale = (places..0).fold(1.0, |scale, _| scale * 10.0);
            half_up(number / scale) * scale
        }
        _ => f64::NAN,
    }
}

fn half_up(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}

/// A date, or a date with time and zone, as a moment; a date alone is its midnight in Asia/Shanghai.
///
/// `2026-11-23`, `2026-11-23T10:20`, `…:30`, `.400`, `Z` or `+08:00`; without a zone, Asia/Shanghai.
pub(crate) fn moment_of(text: &str) -> Option<UnixMs> {
    let Some((date, rest)) = text.split_once('T') else {
        return text.parse::<Day>().ok().map(Day::starts_at);
    };
    let day: Day = date.parse().ok()?;
    let at = rest.find(['Z', '+', '-']).unwrap_or(rest.len());
    let (time, zone) = rest.split_at_checked(at)?;
    let mut parts = time.split(':');
    let mut number = |limit: f64| {
        let part = parts.next().unwrap_or("0");
        let digits = part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        digits.then(|| part.parse::<f64>().ok()).flatten().filter(|value| *value < limit)
    };
    let (hours, minutes, seconds) = (number(24.0)?, number(60.0)?, number(60.0)?);
    #[expect(clippy::cast_possible_truncation, reason = "at most the milliseconds of a day")]
    let within = ((hours * 60.0 + minutes) * 60_000.0 + (seconds * 1000.0).round()) as i64;
    let offset = match zone {
        "" => SHANGHAI_OFFSET_MS,
        "Z" => 0,
        zone => zone_of(zone)?,
    };
    Some(day.starts_at() + SHANGHAI_OFFSET_MS + within - offset)
}

fn zone_of(zone: &str) -> Option<i64> {
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let digits: String = zone.chars().skip(1).filter(|c| *c != ':').collect();
    let padded = if digits.len() == 2 { format!("{digits}00") } else { digits };
    let number: i64 = padded.parse().ok().filter(|_| padded.len() == 4)?;
    Some(sign * ((number / 100) * 60 + number % 100) * 60_000)
}

/// A moment with its time and the zone of the county: `2026-11-23T10:20:30.000+08:00`.
pub(crate) fn moment_text(ms: UnixMs) -> String {
    let day = Day::of(ms);
    let within = ms - day.starts_at();
    let (hour, minute) = (within / 3_600_000, within / 60_000 % 60);
    format!("{day}T{hour:02}:{minute:02}:{:02}.{:03}+08:00", within / 1000 % 60, within % 1000)
}
