//! What a person is found by, and what somebody types to find them.
//!
//! Keys are one text: fields between `|`; within a field the whole first, then after each `/` what
//! is left of it from a later syllable or character on, so that a needle is found at the beginning of
//! any of them by plain substring search; numbers stand between `:` and `#` and are found from their end.

/// The searchable text of a person, built field by field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchKeys(String);

impl Default for SearchKeys {
    fn default() -> Self {
        Self("|".to_owned())
    }
}

impl SearchKeys {
    /// Adds a field: the pieces joined, and each rest of it. Empty fields are left out.
    pub fn add<T: AsRef<str>>(&mut self, pieces: &[T]) {
        let mut field = String::new();
        for from in 0..pieces.len() {
            let rest: String = pieces.iter().skip(from).map(AsRef::as_ref).collect();
            if !rest.is_empty() {
                field.push_str(&rest);
                field.push('/');
            }
        }
        if !field.is_empty() && !self.0.contains(&format!("|{field}|")) {
            self.0.push_str(&field);
            self.0.push('|');
        }
    }

    /// Adds a number that is found by its last digits.
    pub fn add_number(&mut self, digits: &str) {
        if !digits.is_empty() {
            self.0.push(':');
            self.0.push_str(&digits.to_lowercase());
            self.0.push_str("#|");
        }
    }

    /// The text as it is stored.
    pub fn into_text(self) -> String {
        self.0
    }
}

/// How well keys fit; smaller is better.
pub const RANK_NONE: u8 = 9;

/// What somebody typed, ready for plain substring search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    /// A whole field.
    pub whole: String,
    /// The beginning of a field.
    pub begins: String,
    /// The beginning of a later syllable or character.
    pub inner: String,
    /// The end of a number; equals `begins` for what cannot be one.
    pub ends: String,
}

impl Needle {
    /// A needle of what is left after spaces and dots are gone; `None` when that is nothing.
    /// Letters are made small, and `ü` is typed `v`.
    pub fn of(typed: &str) -> Option<Self> {
        let text = plain(typed);
        if text.is_empty() {
            return None;
        }
        let number = text.len() >= 2 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'x');
        let begins = format!("|{text}");
        let ends = if number { format!("{text}#") } else { begins.clone() };
        Some(Self { whole: format!("|{text}/"), inner: format!("/{text}"), begins, ends })
    }

    /// How well keys fit: 0 a whole field, 1 its beginning, 2 the end of a number, 3 within it,
    /// [`RANK_NONE`] not at all. O(keys).
    pub fn rank(&self, keys: &str) -> u8 {
        if keys.contains(&self.whole) {
            0
        } else if keys.contains(&self.begins) {
            1
        } else if keys.contains(&self.ends) {
            2
        } else if keys.contains(&self.inner) {
            3
        } else {
            RANK_NONE
        }
    }
}

/// Text without spaces and the dots and marks of names (U+00B7 and those typed in its place), small
/// letters, `ü` as `v`, full-width letters and digits as plain ones.
pub fn plain(text: &str) -> String {
    const DOTS: &str = "·•・･‧⋅∙．.。/|#:'’-";
    text.chars()
        .filter(|c| !c.is_whitespace() && !DOTS.contains(*c))
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ü' { 'v' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> String {
        let mut keys = SearchKeys::default();
        keys.add(&["李", "阿", "普"]);
        keys.add(&["li", "a", "pu"]);
        keys.add(&["l", "a", "p"]);
        keys.add_number("53292919480101045X");
        keys.into_text()
    }

    #[test]
    fn a_needle_is_found_at_the_beginning_of_any_syllable_and_at_the_end_of_a_number() {
        let rank = |typed: &str| Needle::of(typed).unwrap().rank(&keys());
        assert_eq!(rank("李阿普"), 0);
        assert_eq!(rank("Li A Pu"), 0);
        assert_eq!(rank("liap"), 1);
        assert_eq!(rank("lap"), 0);
        assert_eq!(rank("阿普"), 3);
        assert_eq!(rank("apu"), 3);
        assert_eq!(rank("045x"), 2);
        assert_eq!(rank("ＬＡＰ"), 0);
        assert_eq!(rank("ia"), RANK_NONE);
        assert_eq!(rank("5329"), RANK_NONE, "the first digits say nothing of a person");
    }

    #[test]
    fn dots_of_names_do_not_matter_and_nothing_is_not_searched() {
        assert_eq!(plain("阿苏·木呷"), plain("阿苏 木呷"));
        assert_eq!(Needle::of(" · "), None);
        assert_eq!(Needle::of("|/#"), None);
    }
}
