//! Words by which people are found: names, pinyin, initials, digits.

mod readings;

use domain::catalogue::keys;
use domain::head::Head;
use domain::subject::Person;
use domain::time::Day;
use store::phone::{SearchKeys, plain};

/// At most so many spellings of one name: names of several polyphonic characters stay bounded.
const SPELLINGS_MAX: usize = 16;

/// What a person is found by: name and nickname, their pinyin in full and by initials, pinyin given
/// by hand, and the last digits of the ID number and of the county's own number.
pub(crate) fn search_keys(person: &Person, head: &Head) -> String {
    let mut found = SearchKeys::default();
    let nickname = head.text(keys::NICKNAME).unwrap_or_default();
    for name in [person.name.as_str(), nickname] {
        let characters: Vec<String> = plain(name).chars().map(String::from).collect();
        found.add(&characters);
        for spelling in spellings(name) {
            add_spelling(&mut found, &spelling);
        }
    }
    if let Some(by_hand) = head.text(keys::PINYIN) {
        let syllables: Vec<String> = by_hand.split_whitespace().map(without_tones).collect();
        add_spelling(&mut found, &syllables);
    }
    for key in [keys::ID_NUMBER, keys::LOCAL_NUMBER] {
        found.add_number(&plain(head.text(key).unwrap_or_default()));
    }
    found.into_text()
}

/// A name as lists show it: a child's is masked, 杨*妹.
pub(crate) fn shown_name(person: &Person, day: Day) -> String {
    if person.is_minor_on(day) { masked(&person.name) } else { person.name.clone() }
}

/// 小名 as lists show it: not a child's, whose name is masked beside it.
pub(crate) fn shown_nickname(person: &Person, head: &Head, day: Day) -> Option<String> {
    let nickname = head.text(keys::NICKNAME).filter(|nickname| !nickname.is_empty())?;
    (!person.is_minor_on(day)).then(|| nickname.to_owned())
}

/// First and last character with a star between; of two characters only the first.
fn masked(name: &str) -> String {
    let mut characters = name.chars();
    let Some(first) = characters.next() else { return String::new() };
    match characters.next_back() {
        Some(last) if characters.next().is_some() => format!("{first}*{last}"),
        _ => format!("{first}*"),
    }
}

fn add_spelling(found: &mut SearchKeys, syllables: &[String]) {
    found.add(syllables);
    let initials: Vec<String> =
        syllables.iter().filter_map(|one| one.chars().next()).map(String::from).collect();
    found.add(&initials);
}

/// Every way in which a name may be read, as syllables without tones: the surname first by its own
/// reading, then by the usual ones. Characters without a reading are passed over.
fn spellings(name: &str) -> Vec<Vec<String>> {
    let characters: Vec<char> = plain(name).chars().collect();
    let surname = readings::surname(&characters);
    let fixed = surname.as_ref().map_or(0, |(length, _)| *length);
    let mut all: Vec<Vec<String>> = match surname {
        Some((_, syllables)) => vec![syllables],
        None => vec![Vec::new()],
    };
    extend(&mut all, characters.iter().skip(fixed));
    if fixed > 0 {
        // Whoever does not know the reading of the surname types the usual one.
        let mut usual = vec![Vec::new()];
        extend(&mut usual, characters.iter());
        all.extend(usual);
    }
    all.retain(|spelling| !spelling.is_empty());
    all.truncate(SPELLINGS_MAX);
    all
}

fn extend<'a>(all: &mut Vec<Vec<String>>, characters: impl Iterator<Item = &'a char>) {
    for character in characters {
        let ways = readings::of(*character);
        let longer = |spelling: &Vec<String>| {
            let spelling = spelling.clone();
            ways.iter().map(move |way| {
                let mut longer = spelling.clone();
                longer.push(way.clone());
                longer
            })
        };
        if !ways.is_empty() {
            *all = all.iter().flat_map(longer).take(SPELLINGS_MAX).collect();
        }
    }
}

/// Pinyin as typed: `lǚ`, `lü` and `lv` are one.
fn without_tones(typed: &str) -> String {
    plain(typed).chars().filter_map(readings::without_tone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::head::Write;
    use domain::ids::RecordId;
    use domain::ids::WriterId;
    use domain::value::{Origin, Value};
    use store::phone::{Needle, RANK_NONE};

    fn keys_of(name: &str, more: &[(&str, &str)]) -> String {
        let mut head = Head::default();
        for (key, value) in [("name", name)].iter().chain(more) {
            let (writer, author, origin) = (WriterId(1), RecordId::named("staff", "a"), Origin::Asked);
            let write = Write { writer, serial: 1, author, at_ms: 0, value: Value::from(*value), origin };
            head.fields.insert((*key).to_owned(), vec![write]);
        }
        let id = RecordId::named("person", name);
        search_keys(&Person::read(id, &head), &head)
    }

    fn finds(keys: &str, typed: &str) -> bool {
        Needle::of(typed).is_some_and(|needle| needle.rank(keys) != RANK_NONE)
    }

    #[test]
    fn polyphonic_surnames_are_found_by_their_own_reading_and_by_the_usual_one() {
        let surnames = [
            ("单国强", "shanguoqiang", "sgq"),
            ("解秀英", "xiexiuying", "xxy"),
            ("查文清", "zhawenqing", "zwq"),
            ("仇凤英", "qiufengying", "qfy"),
            ("朴正国", "piaozhengguo", "pzg"),
            ("盖小兰", "gexiaolan", "gxl"),
            ("区志明", "ouzhiming", "ozm"),
            ("曾庆华", "zengqinghua", "zqh"),
            ("任小梅", "renxiaomei", "rxm"),
            ("尉迟敬", "yuchijing", "ycj"),
            ("万俟春", "moqichun", "mqc"),
            ("覃玉兰", "qinyulan", "qyl"),
        ];
        for (name, full, initials) in surnames {
            let keys = keys_of(name, &[]);
            assert!(finds(&keys, full), "{name} {full} {keys}");
            assert!(finds(&keys, initials), "{name} {initials} {keys}");
        }
        assert!(finds(&keys_of("单国强", &[]), "danguoqiang"), "the usual reading finds too");
        assert!(!finds(&keys_of("王仇", &[]), "qiuwang"));
    }

    #[test]
    fn names_with_dots_and_u_umlaut_are_found_as_people_type_them() {
        let keys = keys_of("阿苏·木呷", &[]);
        assert!(
            finds(&keys, "阿苏木") && finds(&keys, "阿苏·木") && finds(&keys, "asu") && finds(&keys, "木呷")
        );
        let keys = keys_of("吕小绿", &[]);
        assert!(finds(&keys, "lvxiaolv") && finds(&keys, "luxiao") && finds(&keys, "lxl"));
    }

    #[test]
    fn whatever_dot_is_registered_and_whatever_is_typed_find_each_other() {
        let ways = ["·", "•", "・", "･", "‧", "⋅", "∙", "．", ".", "。", "-", " ", "\u{3000}", ""];
        for registered in ways {
            let keys = keys_of(&format!("尔古{registered}沙马"), &[]);
            for typed in ways {
                assert!(finds(&keys, &format!("尔古{typed}沙马")), "{registered:?} {typed:?}");
                assert!(finds(&keys, &format!("ergu{typed}shama")), "{registered:?} {typed:?} pinyin");
            }
        }
    }

    #[test]
    fn a_rare_character_is_found_by_itself_and_by_pinyin_given_by_hand() {
        // 㱔 is outside GBK; U+F8F5 is a place for characters that no standard has.
        let keys = keys_of("杨㱔花", &[]);
        assert!(finds(&keys, "㱔") && finds(&keys, "yangxiehua") && finds(&keys, "yxh"));
        let keys = keys_of("杨\u{F8F5}花", &[("pinyin", "yáng lǚ huā")]);
        assert!(finds(&keys, "\u{F8F5}") && finds(&keys, "yanglvhua") && finds(&keys, "ylh"));
        assert!(finds(&keys_of("杨\u{F8F5}花", &[]), "yanghua"), "without it, by the others");
    }

    #[test]
    fn a_childs_name_is_masked() {
        assert_eq!(
            ["杨小妹", "杨妹", "杨", "", "阿苏·木呷"].map(masked),
            ["杨*妹", "杨*", "杨*", "", "阿*呷"]
        );
    }

    #[test]
    fn last_digits_of_the_id_number_find() {
        let keys = keys_of("李阿普", &[("id_number", "53292919480101045X"), ("nickname", "老普")]);
        assert!(finds(&keys, "045X") && finds(&keys, "45x") && finds(&keys, "laopu") && finds(&keys, "老普"));
        assert!(!finds(&keys, "1948"));
    }
}
