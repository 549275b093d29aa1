//! What the workshop tells people: on a terminal with colour and moving lines, elsewhere in plain ones.

use indicatif::{ProgressBar, ProgressStyle};
use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How long a plain log may stay without a word while something long goes on.
const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// The voice of the workshop. Everything goes to standard error, so that output can be piped.
pub struct Say {
    plain: bool,
}

/// Whether a machine, not a person, started this.
pub fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| !value.is_empty() && value != "false")
}

impl Say {
    /// Plain in CI, without a terminal, or where `NO_COLOR` asks for it.
    pub fn new() -> Self {
        let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Self { plain: in_ci() || no_colour || !std::io::stderr().is_terminal() }
    }

    /// One ordinary line.
    pub fn line(&self, text: &str) {
        eprintln!("{text}");
    }

    /// The head of a step.
    pub fn heading(&self, text: &str) {
        eprintln!("\n{}", self.paint("1", text));
    }

    /// Something that succeeded.
    pub fn good(&self, text: &str) {
        eprintln!("{}", self.paint("32", text));
    }

    /// Why it stopped.
    pub fn trouble(&self, text: &str) {
        eprintln!("{} {text}", self.paint("1;31", "error:"));
    }

    /// Something of a known length that takes time.
    pub fn progress(&self, length: u64, doing: &str) -> Progress {
        let style = ProgressStyle::with_template("{prefix} [{bar:30}] {pos}/{len} {wide_msg:.dim}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ");
        if self.plain {
            eprintln!("{doing} …");
        }
        let bar = if self.plain { ProgressBar::hidden() } else { ProgressBar::no_length() };
        let bar = bar.with_style(style).with_prefix(doing.to_owned());
        bar.set_length(length);
        Progress { bar, plain: self.plain, doing: doing.to_owned(), spoken: Cell::new(Instant::now()) }
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.plain { text.to_owned() } else { format!("\x1b[{colour}m{text}\x1b[0m") }
    }
}

/// Something under way.
pub struct Progress {
    bar: ProgressBar,
    plain: bool,
    doing: String,
    spoken: Cell<Instant>,
}

impl Progress {
    /// So much is done, and this is what happens now. A plain log hears of it every ten seconds.
    pub fn at(&self, position: u64, now: &str) {
        self.bar.set_position(position);
        self.bar.set_message(now.to_owned());
        if self.plain && self.spoken.get().elapsed() >= PLAIN_EVERY {
            self.spoken.set(Instant::now());
            let length = self.bar.length().unwrap_or_default();
            eprintln!("{}: {position} of {length}, {now}", self.doing);
        }
    }

    /// A line of its own that stays.
    pub fn note(&self, text: &str) {
        if self.plain { eprintln!("{text}") } else { self.bar.println(text) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A time as people say it: `0.4 s`, `12 s`, `3 min 05 s`.
pub fn spoken(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => format!("{:.1} s", time.as_secs_f64()),
        10..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        assert_eq!(spoken(Duration::from_millis(420)), "0.4 s");
        assert_eq!(spoken(Duration::from_millis(12_900)), "12 s");
        assert_eq!(spoken(Duration::from_secs(185)), "3 min 05 s");
    }

    #[test]
    fn plain_words_carry_no_colour() {
        assert_eq!(Say { plain: true }.paint("1", "step"), "step");
        assert!(Say { plain: false }.paint("1", "step").starts_with('\u{1b}'));
    }
}
