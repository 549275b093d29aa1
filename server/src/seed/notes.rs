//! What workers write: notes of 40 to 80 characters, about 59 in the mean, from a grammar of phrases;
//! and hard ones of random characters, which no compressor makes much smaller, for the bench.

use super::dice::Dice;
use super::words::Words;
use domain::concern::ConcernKind;
use domain::visit::{Met, NotMet, NotMetGroup, Way};

const NOTES: &str = include_str!("../../data/notes.txt");

/// The shortest note, in characters.
pub const LENGTH_MIN: usize = 40;
/// The longest note, in characters.
pub const LENGTH_MAX: usize = 80;

/// How notes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// As people write.
    #[default]
    Plain,
    /// Random characters: the pessimistic bound of what compression can do.
    Hard,
}

/// What a note is about.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// A child, rather than a grown-up.
    pub child: bool,
    /// How they were met.
    pub way: Way,
    /// Who was met.
    pub met: Met,
    /// Why nobody was met; `None` when somebody was.
    pub reason: Option<NotMet>,
    /// The village group.
    pub group: &'a str,
}

/// The grammar of notes.
#[derive(Debug, Clone)]
pub struct Notes {
    words: Words,
    style: Style,
}

impl Notes {
    /// The grammar, in a style.
    pub fn new(style: Style) -> Self {
        Self { words: Words::read(NOTES), style }
    }

    /// A note of [`LENGTH_MIN`] to [`LENGTH_MAX`] characters.
    pub fn note(&self, about: &About<'_>, dice: &mut Dice) -> String {
        let length = target(dice);
        match self.style {
            Style::Plain => self.plain(about, length, dice),
            Style::Hard => (0..length).filter_map(|_| hard_character(dice)).collect(),
        }
    }

    fn plain(&self, about: &About<'_>, length: usize, dice: &mut Dice) -> String {
        let mut note = String::new();
        let mut used = Vec::new();
        let mut topics = topics(about).iter().peekable();
        // Each topic once, then again from the second on, until the note is long enough.
        while note.chars().count() + 6 < length && used.len() < 40 {
            let topic = match topics.next() {
                Some(topic) => topic,
                None => dice.pick(topics_again(about)),
            };
            let phrase = dice.pick(self.words.section(topic));
            if used.contains(&phrase) {
                used.push("");
                continue;
            }
            used.push(phrase);
            let words = self.filled(phrase, about, dice);
            if note.chars().count() + words.chars().count() <= LENGTH_MAX.min(length + 8) {
                note.push_str(&words);
            }
        }
        while note.chars().count() < LENGTH_MIN.max(length.saturating_sub(4)) {
            let met = about.met.in_person();
            let filler = if met { "filler" } else { "missed filler" };
            note.push_str(dice.pick(self.words.section(filler)));
        }
        note.trim_end_matches('，').to_owned()
    }

    /// What is found now and then and raised by hand, in words.
    pub fn concern(&self, kind: ConcernKind, dice: &mut Dice) -> &'static str {
        dice.pick(self.words.section(&format!("concern {}", kind.code())))
    }

    /// The phrase with each word in braces drawn from its section.
    fn filled(&self, phrase: &str, about: &About<'_>, dice: &mut Dice) -> String {
        let mut text = String::new();
        for piece in phrase.split('{') {
            let Some((name, rest)) = piece.split_once('}') else {
                text.push_str(piece);
                continue;
            };
            let section = match name {
                "kin" if about.child => "child kin who",
                "kin" => "elder kin who",
                name => name,
            };
            let reason = about.reason.map_or("", NotMet::code);
            let why = format!("why {reason}");
            let own = self.words.section(&why);
            text.push_str(match name {
                "group" => about.group,
                "why" if !own.is_empty() => dice.pick(own),
                _ => dice.pick(self.words.section(section)),
            });
            text.push_str(rest);
        }
        text
    }
}

/// How long a note is to be: three throws, so that most are near the mean of 59.
fn target(dice: &mut Dice) -> usize {
    let throws = dice.between(0, 12) + dice.between(0, 13) + dice.between(0, 13);
    LENGTH_MIN + usize::try_from(throws).unwrap_or(0)
}

/// One of the 20,902 characters of Unicode 1.0's 中日韩统一表意文字: 14.3 bits each.
fn hard_character(dice: &mut Dice) -> Option<char> {
    u32::try_from(dice.below(20_902)).ok().and_then(|offset| char::from_u32(0x4e00 + offset))
}

/// The sections of which a note is made, in their order.
fn topics(about: &About<'_>) -> &'static [&'static str] {
    match (about.reason.map(NotMet::group), about.met, about.way, about.child) {
        (Some(NotMetGroup::Changed), ..) => &["changed", "changed close"],
        (Some(_), ..) => &["missed", "missed close"],
        (None, Met::FamilyOnly, ..) => &["family open", "family words", "family close"],
        (None, _, Way::Phone | Way::Video | Way::Report, false) => {
            &["phone open", "elder health", "elder kin"]
        }
        (None, _, Way::Elsewhere, false) => &["market open", "elder health", "elder kin"],
        (None, _, Way::Home, false) => {
            &["elder open", "elder health", "elder life", "elder kin", "elder close"]
        }
        (None, _, Way::Phone | Way::Video | Way::Report, true) => {
            &["phone open", "child state", "child care"]
        }
        (None, _, Way::Elsewhere, true) => &["school open", "child state", "child care"],
        (None, _, Way::Home, true) => &["child open", "child state", "child care", "child close"],
    }
}

/// The sections from which a note goes on until it is long enough.
fn topics_again(about: &About<'_>) -> &'static [&'static str] {
    match (about.reason.map(NotMet::group), about.met, about.way, about.child) {
        (Some(NotMetGroup::Changed), ..) => &["changed close"],
        (Some(_), ..) => &["missed close", "missed filler"],
        (None, Met::FamilyOnly, ..) => &["family words", "family close"],
        (None, _, Way::Home, false) => &["elder health", "elder life", "elder kin", "elder close"],
        (None, _, _, false) => &["elder health", "elder kin", "elder life"],
        (None, _, _, true) => &["child state", "child care", "child close"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn abouts() -> Vec<About<'static>> {
        let mut all = Vec::new();
        for child in [false, true] {
            for way in Way::GOING {
                all.push(About { child, way: *way, met: Met::FamilyOnly, reason: None, group: "麦地" });
                all.push(About { child, way: *way, met: Met::InPerson, reason: None, group: "核桃坪" });
            }
            for reason in NotMet::ALL {
                all.push(About {
                    child,
                    way: Way::Home,
                    met: Met::Nobody,
                    reason: Some(*reason),
                    group: "上登",
                });
            }
        }
        all
    }

    #[test]
    fn notes_have_40_to_80_characters_and_about_59_in_the_mean() {
        for style in [Style::Plain, Style::Hard] {
            let (notes, mut dice) = (Notes::new(style), Dice::new(11));
            for reason in [None, Some(NotMet::NotAtHome)] {
                let mut sum = 0;
                for at in 0..2_000 {
                    let met = if reason.is_some() { Met::Nobody } else { Met::InPerson };
                    let about = About { child: at % 3 == 0, way: Way::Home, met, reason, group: "核桃坪" };
                    let length = notes.note(&about, &mut dice).chars().count();
                    assert!((LENGTH_MIN..=LENGTH_MAX).contains(&length), "{length}");
                    sum += length;
                }
                assert!((57..=61).contains(&(sum / 2_000)), "{style:?} {reason:?}: {}", sum / 2_000);
            }
        }
    }

    #[test]
    fn every_kind_of_note_is_filled_in_whole() {
        let (notes, mut dice) = (Notes::new(Style::Plain), Dice::new(2));
        for about in abouts() {
            for _ in 0..40 {
                let note = notes.note(&about, &mut dice);
                assert!(!note.contains(['{', '}']) && !note.contains("，，"), "{note}");
                assert!((LENGTH_MIN..=LENGTH_MAX).contains(&note.chars().count()), "{about:?} {note}");
            }
        }
    }

    #[test]
    fn plain_notes_vary() {
        let (notes, mut dice) = (Notes::new(Style::Plain), Dice::new(2));
        let about =
            About { child: false, way: Way::Home, met: Met::InPerson, reason: None, group: "核桃坪" };
        let distinct: std::collections::BTreeSet<_> =
            (0..500).map(|_| notes.note(&about, &mut dice)).collect();
        assert!(distinct.len() > 480, "{}", distinct.len());
    }
}
