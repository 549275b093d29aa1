//! Who somebody is, as lists show it.

use domain::catalogue::keys;
use domain::head::Head;
use domain::mask;
use domain::subject::Person;
use domain::time::Day;

/// A name as lists show it: a child's is masked, 杨*妹.
pub(crate) fn shown_name(person: &Person, day: Day) -> String {
    if person.is_minor_on(day) { mask::name(&person.name) } else { person.name.clone() }
}

/// 小名 as lists show it: not a child's, whose name is masked beside it.
pub(crate) fn shown_nickname(person: &Person, head: &Head, day: Day) -> Option<String> {
    let nickname = head.text(keys::NICKNAME).filter(|nickname| !nickname.is_empty())?;
    (!person.is_minor_on(day)).then(|| nickname.to_owned())
}

/// The codes of somebody's categories; the screens have the words.
pub(crate) fn codes_of(person: &Person, day: Day) -> Vec<String> {
    person.categories_on(day).map(str::to_owned).collect()
}
