//! How lists show what not everybody needs to read: a child's name, ID numbers, telephones.

/// A child's name: first and last character with a star between; of two characters only the first.
pub fn name(name: &str) -> String {
    let mut characters = name.chars();
    let Some(first) = characters.next() else { return String::new() };
    match characters.next_back() {
        Some(last) if characters.next().is_some() => format!("{first}*{last}"),
        _ => format!("{first}*"),
    }
}

/// The first six and the last four characters of an ID number: 532929********045X.
pub fn id_number(number: &str) -> String {
    between(number, 6, 4)
}

/// The first three and the last four digits of a telephone: 138****0011.
pub fn phone(number: &str) -> String {
    between(number, 3, 4)
}

/// Shows the ends; what is no longer than they are is all stars.
fn between(text: &str, head: usize, tail: usize) -> String {
    let length = text.chars().count();
    let shown = |place: usize| length > head + tail && (place < head || place >= length - tail);
    text.chars().enumerate().map(|(place, c)| if shown(place) { c } else { '*' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_childs_name_is_masked() {
        assert_eq!(["杨小妹", "杨妹", "杨", "", "阿苏·木呷"].map(name), ["杨*妹", "杨*", "杨*", "", "阿*呷"]);
    }

    #[test]
    fn numbers_show_their_ends_only() {
        assert_eq!(id_number("53292919480101045X"), "532929********045X");
        assert_eq!(phone("13800000011"), "138****0011");
        assert_eq!([phone("1234567"), id_number("12"), phone("")], ["*******", "**", ""].map(String::from));
    }
}
