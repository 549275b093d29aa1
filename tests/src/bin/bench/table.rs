//! How a figure is written down: what was measured, the aim, and the baseline of the same run. Rows
//! appear as they are measured. The same in durations: their percentiles.

use std::time::{Duration, Instant};

/// A measured quantity with its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Amount(pub f64, pub &'static str);

/// Milliseconds.
pub const MS: &str = "ms";
/// Bytes.
pub const BYTES: &str = "B";

/// What was hoped for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Aim {
    /// Not more than this, in the unit of what was measured.
    AtMost(f64),
    /// Not less than this.
    AtLeast(f64),
    /// At most so many times the baseline.
    Times(f64),
    /// Nothing: the row is there to explain another.
    None,
}

/// The tables, on their way to standard output.
#[derive(Debug, Default)]
pub struct Table {
    headed: bool,
}

impl Table {
    /// Begins a section: a heading, a sentence on what is measured, and a table of its own.
    pub fn section(&mut self, title: &str, about: &str) {
        println!("\n### {title}\n\n{about}\n");
        self.headed = false;
    }

    /// One row. `baseline` is what the same content costs the plain way, with its name.
    pub fn row(&mut self, what: &str, measured: Amount, aim: Aim, baseline: Option<(&str, Amount)>) {
        if !std::mem::replace(&mut self.headed, true) {
            println!("| what | measured | aim | baseline in the same run | ratio |\n|---|---|---|---|---|");
        }
        let theirs = baseline.map(|(_, theirs)| theirs.0);
        let missed = if aim.missed(measured.0, theirs) { " **missed**" } else { "" };
        let beside = baseline.map_or_else(|| "–".to_owned(), |(name, theirs)| format!("{name}: {theirs}"));
        let ratio = theirs.filter(|theirs| *theirs != 0.0);
        let ratio = ratio.map_or_else(|| "–".to_owned(), |theirs| format!("{:.2}", measured.0 / theirs));
        println!("| {what} | {measured}{missed} | {} | {beside} | {ratio} |", aim.said(measured.1));
    }
}

impl Aim {
    fn missed(self, ours: f64, theirs: Option<f64>) -> bool {
        match self {
            Self::AtMost(most) => ours > most,
            Self::AtLeast(least) => ours < least,
            Self::Times(times) => theirs.is_none_or(|theirs| ours > theirs * times),
            Self::None => false,
        }
    }

    fn said(self, unit: &'static str) -> String {
        match self {
            Self::AtMost(most) => format!("≤ {}", Amount(most, unit)),
            Self::AtLeast(least) => format!("≥ {}", Amount(least, unit)),
            Self::Times(times) => format!("≤ {times}× baseline"),
            Self::None => "–".to_owned(),
        }
    }
}

impl std::fmt::Display for Amount {
    /// Three digits below a hundred, whole numbers with separators above.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(value, unit) = self;
        let digits = match value.abs() {
            _ if value.fract() == 0.0 => 0,
            small if small < 1.0 => 3,
            small if small < 10.0 => 2,
            small if small < 100.0 => 1,
            _ => 0,
        };
        let plain = format!("{value:.digits$}");
        let (whole, fraction) = plain.split_once('.').map_or((&*plain, ""), |(whole, rest)| (whole, rest));
        for (place, digit) in whole.chars().enumerate() {
            if place > usize::from(*value < 0.0) && (whole.len() - place).is_multiple_of(3) {
                write!(f, ",")?;
            }
            write!(f, "{digit}")?;
        }
        let point = if fraction.is_empty() { "" } else { "." };
        let space = if unit.is_empty() { "" } else { " " };
        write!(f, "{point}{fraction}{space}{unit}")
    }
}

/// Durations of one act, many times over.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Times an act and gives back what it gave.
    pub fn time<T>(&mut self, act: impl FnOnce() -> T) -> T {
        let began = Instant::now();
        let given = act();
        self.push(began.elapsed());
        given
    }

    /// Adds one.
    pub fn push(&mut self, one: Duration) {
        self.0.push(one);
    }

    /// Adds all of another.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// The duration that this share of all do not exceed, in milliseconds; 0 when there is none.
    pub fn percentile(&self, share: f64) -> Amount {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a short list"
        )]
        let place = (self.0.len().saturating_sub(1) as f64 * share).round() as usize;
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        Amount(sorted.get(place).map_or(0.0, |one| one.as_secs_f64() * 1e3), MS)
    }

    /// The middle one.
    pub fn median(&self) -> Amount {
        self.percentile(0.5)
    }

    /// What all but one in a hundred do not exceed.
    pub fn p99(&self) -> Amount {
        self.percentile(0.99)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_easily() {
        let said = |value, unit| Amount(value, unit).to_string();
        assert_eq!(said(2_313.0, BYTES), "2,313 B");
        assert_eq!(said(0.04, MS), "0.040 ms");
        assert_eq!(said(1_234_567.8, "visits/s"), "1,234,568 visits/s");
        assert_eq!(said(-12.34, ""), "-12.3");
        assert_eq!(said(-123_456.0, ""), "-123,456");
    }

    #[test]
    fn an_aim_is_missed_on_its_own_side() {
        assert!(Aim::AtMost(1.0).missed(1.1, None) && !Aim::AtMost(1.0).missed(1.0, None));
        assert!(Aim::AtLeast(1.0).missed(0.9, None) && !Aim::AtLeast(1.0).missed(1.0, None));
        assert!(Aim::Times(2.0).missed(2.1, Some(1.0)) && !Aim::Times(2.0).missed(2.0, Some(1.0)));
        assert!(Aim::Times(2.0).missed(0.0, None), "without its baseline nothing is reached");
    }

    #[test]
    fn percentiles_are_of_all_durations() {
        let mut times = Times::default();
        for millis in (1..=100).rev() {
            times.push(Duration::from_millis(millis));
        }
        let mut more = Times::default();
        more.time(|| ());
        assert_eq!(times.p99(), Amount(99.0, MS));
        times.extend(more);
        assert_eq!(times.median(), Amount(50.0, MS));
        assert_eq!(Times::default().median(), Amount(0.0, MS));
    }
}
