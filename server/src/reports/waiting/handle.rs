//! How a waiting item is named: `9f3a:12`, the first digits of its log and its place there.

use domain::canonical::Hash;
use domain::log::Dot;
use std::collections::BTreeMap;

/// The first digits that tell one log from all others that wait.
const DIGITS_MIN: usize = 4;

/// The names of items.
#[derive(Debug, Clone, Default)]
pub struct Handle {
    /// Their texts, in the order of the items.
    texts: Vec<String>,
}

impl Handle {
    /// Names for items, each as short as it can be and still mean one of them.
    pub fn of(items: &[(Dot, Hash)]) -> Self {
        let writers: Vec<String> = items.iter().map(|(dot, _)| dot.writer.to_string()).collect();
        let clash = |digits: usize, one: &str| {
            let start = one.get(..digits);
            writers.iter().any(|other| other != one && other.get(..digits) == start)
        };
        let mut places: BTreeMap<Dot, usize> = BTreeMap::new();
        items.iter().for_each(|(dot, _)| *places.entry(*dot).or_default() += 1);
        let text = |((dot, hash), writer): (&(Dot, Hash), &String)| {
            let digits = (DIGITS_MIN..writer.len()).find(|digits| !clash(*digits, writer));
            let start = digits.and_then(|digits| writer.get(..digits)).unwrap_or(writer);
            let hash = hash.to_string();
            let several = places.get(dot).is_some_and(|count| *count > 1);
            let tail = hash.get(..DIGITS_MIN).filter(|_| several).map(|tail| format!("#{tail}"));
            format!("{start}:{}{}", dot.serial, tail.unwrap_or_default())
        };
        Self { texts: items.iter().zip(&writers).map(text).collect() }
    }

    /// The name of an item, by its place among them.
    pub fn text(&self, at: usize) -> &str {
        self.texts.get(at).map_or("", String::as_str)
    }

    /// The places of the items that a name may mean.
    pub fn find(items: &[(Dot, Hash)], text: &str) -> Vec<usize> {
        let (place, tail) = text.split_once('#').unwrap_or((text, ""));
        let Some((writer, serial)) = place.split_once(':') else { return Vec::new() };
        let means = |(dot, hash): &(Dot, Hash)| {
            !writer.is_empty()
                && dot.writer.to_string().starts_with(writer)
                && serial.parse() == Ok(dot.serial)
                && hash.to_string().starts_with(tail)
        };
        items.iter().enumerate().filter(|(_, one)| means(one)).map(|(at, _)| at).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::WriterId;

    #[test]
    fn names_are_short_and_mean_one_item() {
        let item = |writer, serial, hash| (Dot { writer: WriterId(writer), serial }, Hash([hash; 32]));
        let alike = 0x9f3a_b000_0000_0000;
        let items = [
            item(0x1234_0000_0000_0000, 7, 1),
            item(alike, 7, 2),
            item(alike + 0x0000_0100_0000_0000, 12, 3),
            item(alike, 7, 4),
        ];
        let names = Handle::of(&items);
        let texts: Vec<_> = (0..items.len()).map(|at| names.text(at)).collect();
        assert_eq!(texts, ["1234:7", "9f3ab0:7#0202", "9f3ab1:12", "9f3ab0:7#0404"]);
        for (at, text) in texts.iter().enumerate() {
            assert_eq!(Handle::find(&items, text), [at]);
        }
        assert_eq!(Handle::find(&items, "9f3ab0:7"), [1, 3], "the words do not say which");
        for nothing in ["", ":7", "1234", "1234:8", "1234:7#ff", "x:y"] {
            assert_eq!(Handle::find(&items, nothing), [0_usize; 0], "{nothing}");
        }
    }
}
