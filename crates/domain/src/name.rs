//! 姓名: what somebody may be called.
//!
//! 民委发〔2016〕33号: fields of 50 characters, the middle dot U+00B7, every character of GB 18030. So
//! length is counted in characters, whatever plane they are of; places for private use are admitted,
//! because registers of the police fill them with characters that no standard has.

/// As many characters as a name may have.
pub const CHARACTERS_MAX: usize = 50;

/// Dots that keyboards and registers write for U+00B7.
const DOTS: [char; 7] = ['•', '・', '･', '‧', '⋅', '∙', '．'];

/// A name as it is kept: without spaces around it, with one middle dot. `None` when nobody can be
/// called that: nothing, too long, characters that steer a screen, or not a letter in it.
pub fn tidy(text: &str) -> Option<String> {
    let name: String = text.trim().chars().map(|c| if DOTS.contains(&c) { '·' } else { c }).collect();
    let fits = (1..=CHARACTERS_MAX).contains(&name.chars().count());
    let letter = |c: char| c.is_alphabetic() || is_private(c);
    (fits && name.chars().any(letter) && !name.chars().any(steers)).then_some(name)
}

/// A name as tables of offices have it: set with blanks to fill its column (杨　洁), which are no part of it.
/// Between the words of a name that has Latin letters or a middle dot they are, one each.
pub fn of_a_table(text: &str) -> Option<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let spaced = |c: char| c.is_ascii_alphabetic() || c == '·' || DOTS.contains(&c);
    tidy(&words.join(if text.chars().any(spaced) { " " } else { "" }))
}

/// A place for characters that no standard has.
fn is_private(c: char) -> bool {
    matches!(c, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{ffffd}' | '\u{100000}'..='\u{10fffd}')
}

/// Not to be seen, but acts on what is: line ends, directions of writing, marks of no width.
pub fn steers(c: char) -> bool {
    let unseen = matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}');
    c.is_control() || unseen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_people_and_plane_are_names() {
        for name in ["杨洁", "阿苏·木呷", "杨㱔花", "杨\u{20164}花", "杨\u{f8f5}花", "老三2", "O'Brien", "〇"]
        {
            assert_eq!(tidy(name).as_deref(), Some(name));
        }
        assert_eq!(tidy(&"买".repeat(50)).map(|name| name.chars().count()), Some(50));
    }

    #[test]
    fn spaces_go_and_dots_become_one() {
        assert_eq!(tidy(" \u{3000}杨洁 ").as_deref(), Some("杨洁"));
        for dot in DOTS {
            assert_eq!(tidy(&format!("阿苏{dot}木呷")).as_deref(), Some("阿苏·木呷"), "{dot:?}");
        }
    }

    #[test]
    fn blanks_that_fill_a_column_go_and_those_between_words_stay() {
        for (given, kept) in [
            ("杨 洁", "杨洁"),
            ("李\u{3000}阿\u{a0}普 ", "李阿普"),
            ("阿苏 · 木呷", "阿苏 · 木呷"),
            ("Anna  Li", "Anna Li"),
        ] {
            assert_eq!(of_a_table(given).as_deref(), Some(kept));
        }
    }

    #[test]
    fn what_nobody_is_called_is_no_name() {
        let long = "买".repeat(51);
        let wrong =
            ["", " ", "\u{3000}", "13900000001", "——", "·", "?!", "杨\n洁", "杨\u{202e}洁", "杨\u{200b}洁"];
        for name in wrong.into_iter().chain([long.as_str()]) {
            assert_eq!(tidy(name), None, "{name:?}");
        }
    }
}
