//! The lists of words in `server/data/*.txt`: sections in brackets, words apart by white space,
//! `#` at the start of a line for a remark.

use std::collections::BTreeMap;

/// The sections of one file.
#[derive(Debug, Clone, Default)]
pub struct Words(BTreeMap<&'static str, Vec<&'static str>>);

impl Words {
    /// Reads a file's text. O(length).
    pub fn read(text: &'static str) -> Self {
        let mut sections = BTreeMap::new();
        let mut section = "";
        for line in text.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
                section = name;
            } else {
                sections.entry(section).or_insert_with(Vec::new).extend(line.split_whitespace());
            }
        }
        Self(sections)
    }

    /// The words of a section; none when there is no such section.
    pub fn section(&self, name: &str) -> &[&'static str] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_hold_their_words_and_remarks_are_left_out() {
        let words = Words::read("# remark\n[a b]\n一 二\n三\n[c]\n四\n");
        assert_eq!(words.section("a b"), ["一", "二", "三"]);
        assert_eq!(words.section("c"), ["四"]);
        assert!(words.section("d").is_empty());
    }
}
