//! 情况变了 and 登记: what the township's word on what was reported from the field writes into the register.

use crate::catalogue::keys;
use crate::head::Head;
use crate::ids::RecordId;
use crate::subject::AwayKind;
use crate::time::Day;
use crate::value::Value;
use crate::visit::NotMet;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// 属实: the township's word that a reported change is so.
pub const ACCEPTED: &str = "accepted";

/// 不属实: its word that it is not.
pub const REJECTED: &str = "rejected";

crate::staff::codes! {
    /// How far it is with somebody who was registered on the spot.
    Registration {
        Pending "pending" "待确认" "to be confirmed";
        Taken "taken" "已纳入" "taken in";
        NotTaken "not_taken" "不纳入" "not taken in";
    }
}

impl Registration {
    /// Reads it; `None` for whoever was never registered so, and while it is contested.
    pub fn of(head: &Head) -> Option<Self> {
        head.text(keys::REGISTRATION).and_then(Self::from_code)
    }

    /// Whether the person stands outside the denominator.
    pub fn outside(self) -> bool {
        self != Self::Taken
    }
}

crate::staff::codes! {
    /// The township's word on a reported change.
    ChangeState {
        Open "open" "等乡镇确认" "waits for the township";
        Accepted "accepted" "乡镇已确认" "confirmed by the township";
        Rejected "rejected" "乡镇说不是这样" "not so, says the township";
    }
}

impl ChangeState {
    /// What a person's record says of the change that a part reports; contested reads as open.
    pub fn of(head: &Head, part: RecordId) -> Self {
        match head.text(&key(part)) {
            Some(ACCEPTED) => Self::Accepted,
            Some(_) => Self::Rejected,
            None => Self::Open,
        }
    }
}

/// The field of the township's word on the change that a part reports.
pub fn key(part: RecordId) -> String {
    format!("{}{part}", keys::CHANGE)
}

/// The field of its words for the finder.
pub fn words_key(part: RecordId) -> String {
    format!("{}/words", key(part))
}

/// The field of what was written with it.
pub fn wrote_key(part: RecordId) -> String {
    format!("{}/wrote", key(part))
}

/// What a change is, once it is so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Somewhere else for a while.
    Away(AwayKind),
    /// Lives, or is registered, elsewhere.
    MovedOut,
    /// Died.
    Died,
}

impl Effect {
    /// What a reason of not meeting comes to; `None` for one that reports no change.
    pub fn of(reason: NotMet) -> Option<Self> {
        match reason {
            NotMet::Hospital => Some(Self::Away(AwayKind::Hospital)),
            NotMet::Migrant => Some(Self::Away(AwayKind::Migrant)),
            NotMet::Boarding => Some(Self::Away(AwayKind::Boarding)),
            NotMet::Institution => Some(Self::Away(AwayKind::Institution)),
            NotMet::MovedAway | NotMet::RegistrationMoved => Some(Self::MovedOut),
            NotMet::Died => Some(Self::Died),
            NotMet::NotAtHome
            | NotMet::InTheFields
            | NotMet::AtRelatives
            | NotMet::RoadBlocked
            | NotMet::Refused => None,
        }
    }

    /// The fields of a person that it sets, from a day on; a stay is named after the part that reported it
    /// first, and has a first day back when that is known.
    pub fn sets(self, part: RecordId, from: Day, until: Option<Day>) -> BTreeMap<String, Value> {
        let day = |day: Day| Value::text(day.to_string());
        match self {
            Self::Away(kind) => {
                let field = |name: &str| format!("{}{part}/{name}", keys::AWAY);
                let mut sets =
                    BTreeMap::from([(field("kind"), Value::from(kind.code())), (field("from"), day(from))]);
                sets.extend(until.map(|until| (field("until"), day(until))));
                sets
            }
            Self::MovedOut => [(keys::MOVED_OUT.to_owned(), day(from))].into(),
            Self::Died => [(keys::DIED.to_owned(), day(from))].into(),
        }
    }
}

/// What a word wrote into one field, and what stood there before: by it the word is taken back. As text: field,
/// before and after with tabs between, `-` for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The field.
    pub field: String,
    /// What stood there.
    pub before: Option<String>,
    /// What was written.
    pub after: Option<String>,
}

/// Nothing, in the text of a [`Written`].
const NOTHING: &str = "-";

/// Not the text of a [`Written`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not what was written into a field")]
pub struct NotWritten;

impl fmt::Display for Written {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = |value: &Option<String>| value.clone().unwrap_or_else(|| NOTHING.to_owned());
        write!(f, "{}\t{}\t{}", self.field, said(&self.before), said(&self.after))
    }
}

impl FromStr for Written {
    type Err = NotWritten;

    fn from_str(text: &str) -> Result<Self, NotWritten> {
        let mut words = text.splitn(3, '\t');
        let mut next = || words.next().ok_or(NotWritten);
        let (field, before, after) = (next()?, next()?, next()?);
        let said = |word: &str| (word != NOTHING).then(|| word.to_owned());
        Ok(Self { field: field.to_owned(), before: said(before), after: said(after) })
    }
}

impl Written {
    /// What fields become, compared with what stands: only what differs. Text fields alone can be
    /// told so.
    pub fn all(head: &Head, sets: &BTreeMap<String, Value>) -> Vec<Self> {
        let text = |value: &Value| value.as_text().map(str::to_owned);
        let one = |(field, value): (&String, &Value)| Self {
            field: field.clone(),
            before: head.text(field).map(str::to_owned),
            after: text(value),
        };
        sets.iter().map(one).filter(|one| one.before != one.after).collect()
    }

    /// What a field of a record lists.
    pub fn read(head: &Head, field: &str) -> Vec<Self> {
        match head.value(field) {
            Some(Value::List(items)) => items.iter().filter_map(|item| item.parse().ok()).collect(),
            _ => Vec::new(),
        }
    }

    /// As a field lists them.
    pub fn list(all: &[Self]) -> Value {
        Value::List(all.iter().map(Self::to_string).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visit::NotMetGroup;

    #[test]
    fn every_reported_change_has_an_effect_and_nothing_else_has_one() {
        for reason in NotMet::ALL {
            let changed = reason.group() == NotMetGroup::Changed;
            assert_eq!(Effect::of(*reason).is_some(), changed, "{}", reason.zh());
        }
    }

    #[test]
    fn a_stay_is_named_after_its_part_and_what_was_written_survives_its_own_text() {
        let part = RecordId::named("part", "one");
        let day = |text: &str| text.parse().unwrap();
        let effect = Effect::of(NotMet::Hospital).unwrap();
        let sets = effect.sets(part, day("2026-11-05"), Some(day("2026-11-20")));
        assert_eq!(sets.len(), 3);
        assert_eq!(sets.get(&format!("away/{part}/kind")).and_then(Value::as_text), Some("hospital"));
        let written = Written::all(&Head::default(), &sets);
        let texts: Vec<Written> = written.iter().map(|one| one.to_string().parse().unwrap()).collect();
        assert_eq!(texts, written);
        assert_eq!("life/died".parse::<Written>(), Err(NotWritten));
    }

    #[test]
    fn what_stands_already_is_not_written() {
        let effect = Effect::of(NotMet::Died).unwrap();
        let sets = effect.sets(RecordId::named("part", "one"), "2026-11-05".parse().unwrap(), None);
        let gone = Written::all(&Head::default(), &sets);
        assert_eq!(
            gone.first().map(|one| (one.before.clone(), one.after.clone())),
            Some((None, Some("2026-11-05".into())))
        );
    }
}
