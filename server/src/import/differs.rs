//! What a row says otherwise of somebody's own fields.

use super::known::Held;
use super::people::Row;
use super::plan::Difference;
use domain::catalogue::keys;
use domain::category::Category;
use domain::time::Day;
use domain::value::Value;

/// A field of the person's in other words.
pub(super) fn text(key: &str, old: Option<&str>, new: &str) -> Difference {
    Difference {
        key: key.to_owned(),
        of_home: false,
        old: old.unwrap_or_default().to_owned(),
        new: new.to_owned(),
        value: Some(Value::from(new)),
    }
}

/// Words and numbers. What a row leaves empty it says nothing of; sex and date of birth are the register's, once
/// it has them.
pub(super) fn fields(row: &Row, held: &Held) -> Vec<Difference> {
    let born = |day: Option<Day>| day.map(|day| day.to_string());
    let new_born = born(row.born.filter(|_| held.born.is_none()));
    let new_sex = row.sex.as_deref().filter(|_| held.sex.is_none());
    let pairs: [(&str, Option<&str>, Option<&str>); 9] = [
        (keys::NAME, Some(&held.name), Some(&row.name)),
        (keys::ID_NUMBER, held.id_number.as_deref(), row.id_number.as_deref()),
        (keys::LOCAL_NUMBER, held.local_number.as_deref(), row.local_number.as_deref()),
        (keys::SEX, None, new_sex),
        (keys::BORN, None, new_born.as_deref()),
        (keys::RELATION, held.relation.as_deref(), row.relation.as_deref()),
        (keys::PHONE, held.phone.as_deref(), row.phone.as_deref()),
        (keys::CARER, held.carer.as_deref(), row.carer.as_deref()),
        (keys::PHONE_CARER, held.carer_phone.as_deref(), row.carer_phone.as_deref()),
    ];
    let differs = |(key, old, new): (&str, Option<&str>, Option<&str>)| {
        let new = new.filter(|new| old != Some(*new) || held.contested.contains(&key))?;
        Some(text(key, old, new))
    };
    let mut found: Vec<Difference> = pairs.into_iter().filter_map(differs).collect();
    found.extend(held.age_otherwise(row.age_said));
    if held.pending {
        let (old, new) = ("待确认".to_owned(), "已确认".to_owned());
        let value = Some(Value::Null);
        found.push(Difference { key: keys::REGISTRATION.to_owned(), of_home: false, old, new, value });
    }
    found
}

/// Categories that the register does not have yet. One that a row leaves out goes on.
pub(super) fn categories(row: &Row, held: &Held, today: Day) -> Vec<Difference> {
    let since = row.since.unwrap_or(today);
    let new = row.categories.iter().filter(|code| !held.categories.contains(code));
    let one = |code: &String| {
        let word = Category::from_code(code).map_or_else(|| code.clone(), |one| one.zh().to_owned());
        let new = format!("{word}（从 {since} 起）");
        Difference { new, ..text(&start_of(code), None, &since.to_string()) }
    };
    new.map(one).collect()
}

/// The key of a category's first day.
pub(super) fn start_of(code: &str) -> String {
    format!("{}{code}/start", keys::CATEGORY)
}
