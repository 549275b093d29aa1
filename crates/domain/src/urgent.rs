//! 紧急: what somebody saw that cannot wait. The app is not the police and never stands for a call.
//!
//! An urgent report stands in no list, figure or export: whoever wrote it reads it, and at the county those who
//! act on it ([`crate::permission::Act::ReadUrgent`]).

use crate::area::code;
use crate::catalogue::keys;
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use crate::time::UnixMs;
use crate::value::Value;
use serde::{Deserialize, Serialize};

/// Somebody at the county who has read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    /// Who.
    pub staff: RecordId,
    /// When, for the first time.
    pub at_ms: UnixMs,
}

/// A call that was made about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Call {
    /// The key under which it stands.
    pub key: String,
    /// To whom and when, in words.
    pub words: String,
    /// Who says so.
    pub author: RecordId,
    /// When that was written.
    pub at_ms: UnixMs,
}

/// An urgent report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Urgent {
    /// The record.
    pub id: RecordId,
    /// The person, when they are on the list.
    pub subject: Option<RecordId>,
    /// Who, in words.
    pub who: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// What was seen.
    pub words: Option<String>,
    /// The village.
    pub village: Option<AreaCode>,
    /// Who reported it; `None` while nothing of it stands.
    pub author: Option<RecordId>,
    /// When it was written, as far as clocks can tell.
    pub at_ms: UnixMs,
    /// Whether the phone was locked when it was written, and has not signed it since: then it may be anybody's.
    pub unsigned: bool,
    /// Calls that were made, the earliest first.
    pub calls: Vec<Call>,
    /// Who has read it at the county, the earliest first.
    pub readers: Vec<Reader>,
}

impl Urgent {
    /// Reads a report from its record. What is contested (written on two phones) is said one after the other:
    /// nothing of it may be passed over.
    pub fn read(id: RecordId, head: &Head) -> Self {
        let said = |key: &str| {
            let mut all: Vec<&str> = head.values(key).filter_map(Value::as_text).collect();
            all.dedup();
            (!all.is_empty()).then(|| all.join("；"))
        };
        let told = |key: &&String| !key.starts_with(keys::OPENED) && !key.starts_with(keys::CALL);
        let own = head.fields.iter().filter(|(key, _)| told(key)).flat_map(|(_, writes)| writes);
        let signed = head.values(keys::UNSIGNED).any(|value| *value == Value::Bool(false));
        let mut calls: Vec<Call> = head
            .under(keys::CALL)
            .filter_map(|(key, writes)| {
                let last = writes.last().filter(|write| !write.value.is_null())?;
                let words = last.value.as_text()?.to_owned();
                Some(Call { key: key.to_owned(), words, author: last.author, at_ms: last.at_ms })
            })
            .collect();
        calls.sort_by(|a, b| (a.at_ms, &a.key).cmp(&(b.at_ms, &b.key)));
        let mut readers: Vec<Reader> = head
            .under(keys::OPENED)
            .filter_map(|(staff, writes)| {
                let at_ms = writes.iter().filter_map(|write| write.value.as_int()).min()?;
                Some(Reader { staff: staff.parse().ok()?, at_ms })
            })
            .collect();
        readers.sort_by_key(|one| (one.at_ms, one.staff));
        Self {
            id,
            subject: head.text(keys::SUBJECT).and_then(|text| text.parse().ok()),
            who: said(keys::NAME),
            place: said(keys::PLACE),
            words: said(keys::WORDS),
            village: code(head, keys::VILLAGE),
            author: head.author(id),
            at_ms: own.map(|write| write.at_ms).min().unwrap_or_default(),
            unsigned: !signed && head.values(keys::UNSIGNED).any(|value| *value == Value::Bool(true)),
            calls,
            readers,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Write;
    use crate::ids::WriterId;
    use crate::value::Origin;

    fn head(fields: &[(&str, &[(u64, Value)])]) -> Head {
        let mut head = Head::default();
        for (key, values) in fields {
            let writes = values.iter().map(|(writer, value)| Write {
                writer: WriterId(*writer),
                serial: 1,
                author: RecordId::named("staff", &writer.to_string()),
                at_ms: i64::try_from(*writer).unwrap() * 1_000,
                value: value.clone(),
                origin: Origin::Asked,
            });
            head.fields.insert((*key).to_owned(), writes.collect());
        }
        head
    }

    fn read(fields: &[(&str, &[(u64, Value)])]) -> Urgent {
        Urgent::read(RecordId::named("urgent", "one"), &head(fields))
    }

    #[test]
    fn both_sides_of_what_differs_are_read_out() {
        let one = read(&[(keys::WORDS, &[(1, "孩子手臂有伤".into()), (2, "孩子说是摔的".into())])]);
        assert_eq!(one.words.as_deref(), Some("孩子手臂有伤；孩子说是摔的"));
        assert_eq!((one.who, one.calls.len(), one.unsigned), (None, 0, false));
    }

    #[test]
    fn what_a_locked_phone_wrote_is_signed_once_it_says_so_itself() {
        assert!(read(&[(keys::UNSIGNED, &[(1, Value::Bool(true))])]).unsigned);
        let both: &[(u64, Value)] = &[(1, Value::Bool(true)), (2, Value::Bool(false))];
        assert!(!read(&[(keys::UNSIGNED, both)]).unsigned);
    }

    #[test]
    fn readers_and_calls_stand_in_the_order_in_which_they_came() {
        let (wang, li) = (RecordId::named("staff", "王敏"), RecordId::named("staff", "李芳"));
        let opened = |staff: RecordId| format!("{}{staff}", keys::OPENED);
        let one = read(&[
            (&opened(wang), &[(7, Value::Int(9_000))]),
            (&opened(li), &[(8, Value::Int(5_000))]),
            ("call/b", &[(3, "派出所 14:10".into())]),
            ("call/a", &[(4, "110 14:20".into())]),
            ("call/c", &[(5, Value::Null)]),
        ]);
        assert_eq!(one.readers.iter().map(|one| one.staff).collect::<Vec<_>>(), [li, wang]);
        assert_eq!(
            one.calls.iter().map(|one| one.words.as_str()).collect::<Vec<_>>(),
            ["派出所 14:10", "110 14:20"]
        );
        assert_eq!(one.at_ms, 0, "neither who read it nor who rang says when it was reported");
    }
}
