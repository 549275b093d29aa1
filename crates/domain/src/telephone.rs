//! Telephone numbers, as they are typed and as they are kept.

/// What is said of a text that is none, Chinese and English.
pub const NO_NUMBER: (&str, &str) =
    ("不是电话号码（7 到 12 位数字）", "not a telephone number (7 to 12 digits)");

/// A telephone number as it is kept: digits only, so that two people who write one number in two ways say the same.
/// `None` when it is none: a subscriber's number has 7 digits at least, and 12 at most with its area code.
pub fn number(text: &str) -> Option<String> {
    let between = |c: &char| matches!(c, ' ' | '-' | '\u{3000}' | '(' | ')' | '（' | '）' | '－' | '–');
    let given: String = text.chars().filter(|c| !between(c)).collect();
    // The country's own prefix says nothing here.
    let digits =
        given.strip_prefix("+86").or_else(|| given.strip_prefix("0086")).unwrap_or(&given).to_owned();
    let fits = (7..=12).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    fits.then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_as_people_write_it() {
        for text in
            ["13900000001", "139 0000 0001", "+86 139-0000-0001", "008613900000001", "（139）00000001"]
        {
            assert_eq!(number(text).as_deref(), Some("13900000001"), "{text}");
        }
        assert_eq!(number("0872-5521234").as_deref(), Some("08725521234"));
        for text in ["+1 139 0000 0001", "12345", "1390000000a", "+86+8613900000001"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
