//! Near words: what somebody may have meant who typed something that is not there.

/// How many are offered.
const OFFERED: usize = 5;

/// The names nearest to what was typed, the best first: one holds the other, or a few characters
/// differ. O(names × their length).
pub(crate) fn near<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let typed = typed.trim().to_lowercase();
    let length = typed.chars().count();
    let mut found: Vec<(usize, &str)> = Vec::new();
    for name in names {
        let plain = name.to_lowercase();
        let apart = distance(&typed, &plain);
        let holds = length > 1 && (plain.contains(&typed) || (!plain.is_empty() && typed.contains(&plain)));
        let few = apart <= length.max(plain.chars().count()) / 3;
        if holds || few || (length > 1 && apart == 1) {
            found.push((apart, name));
        }
    }
    found.sort_unstable();
    found.dedup();
    found.into_iter().take(OFFERED).map(|(_, name)| name).collect()
}

/// How many characters have to be put in, taken out or changed (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, c) in one.chars().enumerate() {
        let (mut corner, mut left) = (above, above + 1);
        for (cell, d) in row.iter_mut().skip(1).zip(&other) {
            let change = corner + usize::from(c != *d);
            corner = *cell;
            left = change.min(left + 1).min(corner + 1);
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = above + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_shortened_names_are_found() {
        let duties = ["elder_monthly", "child_monthly", "check_yearly"];
        assert_eq!(near("elder_montly", duties), ["elder_monthly"]);
        assert_eq!(near("elder", duties), ["elder_monthly"]);
        assert!(near("zzz", duties).is_empty());
        let villages = ["民主村委会", "新民村委会", "功果桥镇"];
        assert_eq!(near("民主村", villages), ["民主村委会"]);
        assert_eq!(near("功果镇", villages), ["功果桥镇"]);
    }

    #[test]
    fn changes_are_counted() {
        for (one, other, apart) in [("", "", 0), ("a", "", 1), ("", "ab", 2), ("kitten", "sitting", 3)] {
            assert_eq!((distance(one, other), distance(other, one)), (apart, apart));
        }
    }
}
