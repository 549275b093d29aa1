//! 删除 (个人信息保护法 第47条): what was erased by whose word, and what of a record goes on counting.
//!
//! Figures of days that lie behind stay what they were (社会救助暂行办法 第66条: nobody loses or alters the records
//! of what was done): of a person an envelope stays that names nobody and says only what is counted.

use crate::catalogue::{RecordKind, keys};
use crate::head::Head;
use crate::ids::RecordId;
use crate::patch::RecordRef;
use crate::time::UnixMs;
use crate::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Stands where words stood that only say that there were some.
pub const WORDS_GONE: &str = "—";

/// An erasure: asked for by one, approved by another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// Its record.
    pub id: RecordId,
    /// The person, visit or urgent report.
    pub target: RecordRef,
    /// Why, without names.
    pub reason: String,
    /// Who asked for it.
    pub by: RecordId,
    /// When.
    pub at_ms: UnixMs,
    /// Who approved it; `None` while nobody has.
    pub approved_by: Option<RecordId>,
    /// Who said no, and with it the end of it.
    pub refused: Option<String>,
    /// All that was erased; empty before.
    pub records: BTreeSet<RecordRef>,
}

impl Erasure {
    /// Reads an erasure; `None` when what it is of cannot be read.
    pub fn read(id: RecordId, head: &Head) -> Option<Self> {
        let kind = head.text(keys::ITEM_KIND).and_then(RecordKind::from_code)?;
        let record = head.text(keys::ITEM_RECORD).and_then(|text| text.parse().ok())?;
        let asked = head.fields.get(keys::ITEM_RECORD)?.first()?;
        let records = match head.value(keys::ERASED) {
            Some(Value::List(all)) => all.iter().filter_map(|text| read(text)).collect(),
            _ => BTreeSet::new(),
        };
        Some(Self {
            id,
            target: RecordRef { kind, id: record },
            reason: head.text(keys::WORDS).unwrap_or_default().to_owned(),
            by: asked.author,
            at_ms: asked.at_ms,
            approved_by: head.text(keys::DECIDED_BY).and_then(|text| text.parse().ok()),
            refused: head.text(keys::UNDONE).map(str::to_owned),
            records,
        })
    }

    /// Whether it was carried out.
    pub fn is_done(&self) -> bool {
        !self.records.is_empty()
    }

    /// Whether it waits for somebody else's word.
    pub fn is_open(&self) -> bool {
        !self.is_done() && self.refused.is_none()
    }
}

/// Records as the field keeps them.
pub fn list<'r>(records: impl IntoIterator<Item = &'r RecordRef>) -> Value {
    Value::List(records.into_iter().map(|one| format!("{}:{}", one.kind.code(), one.id)).collect())
}

fn read(text: &str) -> Option<RecordRef> {
    let (kind, id) = text.split_once(':')?;
    Some(RecordRef { kind: RecordKind::from_code(kind)?, id: id.parse().ok()? })
}

/// What stays of a value when its record is erased: what figures are made of, and nothing by which anybody is known
/// or of which anybody has told. `None` for everything else.
pub fn kept(kind: RecordKind, key: &str, value: &Value) -> Option<Value> {
    let whole = || Some(value.clone());
    let under = |prefix: &str, depth: usize| {
        key.strip_prefix(prefix).is_some_and(|rest| rest.split('/').count() == depth)
    };
    match (kind, key) {
        (RecordKind::Person, keys::VILLAGE | keys::DIED | keys::MOVED_OUT | keys::MERGED) => whole(),
        (RecordKind::Person, keys::REFUSAL_APPROVED | keys::REGISTRATION) => whole(),
        (RecordKind::Person, _) if under(keys::MOVED, 1) || under(keys::CHANGE, 1) => whole(),
        (RecordKind::Person, _) if under(keys::CATEGORY, 2) || under(keys::AWAY, 2) => whole(),
        (RecordKind::Visit, keys::WAY | keys::HAPPENED | keys::VILLAGE | keys::VISITED_BY) => whole(),
        (RecordKind::Visit, keys::COMPANIONS) => Some(nameless(value)),
        (RecordKind::Visit | RecordKind::Part, keys::VOID) => match value {
            Value::Null => whole(),
            _ => Some(WORDS_GONE.into()),
        },
        (RecordKind::Part, keys::VISIT | keys::SUBJECT | keys::MET | keys::REASON | keys::REASON_FROM) => {
            whole()
        }
        (RecordKind::Concern, keys::SUBJECT | keys::PART | keys::KIND) => whole(),
        (RecordKind::Concern, keys::STATE | keys::DUE | keys::NOW) => whole(),
        _ => None,
    }
}

/// Who came along is counted; who of them is no member of staff is not named.
fn nameless(value: &Value) -> Value {
    let Value::List(all) = value else { return value.clone() };
    let one = |name: &String| {
        if name.parse::<RecordId>().is_ok() { name.clone() } else { WORDS_GONE.to_owned() }
    };
    Value::List(all.iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_erased_person_stays_what_is_counted_and_nothing_that_names_anybody() {
        let kept = |key: &str| kept(RecordKind::Person, key, &"x".into()).is_some();
        for key in
            ["village", "category/DB/start", "category/DB.2/end", "away/1/from", "life/died", "change/0a"]
        {
            assert!(kept(key), "{key}");
        }
        for key in
            ["name", "nickname", "id_number", "born", "phone", "phone/carer", "household", "change/0a/words"]
        {
            assert!(!kept(key), "{key}");
        }
        assert!(super::kept(RecordKind::ChildFile, "a/health", &"x".into()).is_none());
        assert!(super::kept(RecordKind::Part, "a/health", &"x".into()).is_none());
    }

    #[test]
    fn who_came_along_is_counted_and_not_named() {
        let id = RecordId::named("staff", "one").to_string();
        let value = Value::List(vec![id.clone(), "她的儿子".to_owned()]);
        let expected = Value::List(vec![id, WORDS_GONE.to_owned()]);
        assert_eq!(kept(RecordKind::Visit, keys::COMPANIONS, &value), Some(expected));
    }

    #[test]
    fn records_are_read_as_they_were_written() {
        let record = RecordRef { kind: RecordKind::ChildFile, id: RecordId::named("x", "y") };
        let Value::List(texts) = list([&record]) else { panic!("a list") };
        assert_eq!(texts.iter().filter_map(|text| read(text)).collect::<Vec<_>>(), [record]);
        assert_eq!(read("nothing"), None);
    }
}
