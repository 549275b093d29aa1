//! What is written as the reason of an erasure stays when all else is gone: so it names nobody.

use super::{Problem, RecordKind, RecordRef, reached, wrong};
use crate::county::{County, at_county};
use domain::catalogue::keys;
use domain::head::Head;
use domain::ids::RecordId;
use domain::value::Value;
use std::collections::BTreeSet;
use sync::county::place::link;

/// No reason is longer: it stays when everything else is gone.
const REASON_CHARS_MAX: usize = 200;

/// So many digits are a telephone, or a document; a date has fewer.
const NUMBER_DIGITS: usize = 9;

/// Under which a record names somebody.
const NAMES: [&str; 3] = [keys::NAME, keys::NICKNAME, keys::CARER];

/// A reason that names nobody of the target or of the homes that it is of, as far as a program can see. O(ledger).
///
/// # Errors
/// `argument_wrong` when it is missing, too long, or names somebody; what the store says.
pub(super) async fn said(county: &County, target: RecordRef, reason: &str) -> Result<String, Problem> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        let zh = format!("要写理由，最多 {REASON_CHARS_MAX} 个字，不写姓名");
        return Err(wrong(
            "reason",
            zh,
            format!("say why, in at most {REASON_CHARS_MAX} characters, without names"),
        ));
    }
    let close: String = reason.chars().filter(|c| !c.is_whitespace() && !domain::name::steers(*c)).collect();
    let named = |name: &String| close.contains(name.as_str());
    if longest_number(reason) >= NUMBER_DIGITS || names(county, target).await?.iter().any(named) {
        let zh = "理由里不要写姓名、电话、证件号（家里其他人的也不要）：其他都删了以后，这条理由还会留着";
        let en = "leave names, telephones and ID numbers out of it, of the others of the home too: the reason stays \
                  when all else is gone";
        return Err(wrong("reason", zh, en));
    }
    Ok(reason.to_owned())
}

/// All names by which the people of a target, those who live with them and their homes are known.
async fn names(county: &County, target: RecordRef) -> Result<BTreeSet<String>, Problem> {
    let ledger = county.stores.ledger.as_ref();
    let (mut people, mut homes, mut names) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for record in reached(county, target).await? {
        if record.kind == RecordKind::Person {
            people.insert(record.id);
        }
        let row = ledger.record(record).await.map_err(at_county)?;
        people.extend(row.and_then(|row| link(&row.head, keys::SUBJECT)));
    }
    for id in &people {
        let row = ledger.record(RecordRef { kind: RecordKind::Person, id: *id }).await.map_err(at_county)?;
        homes.extend(row.and_then(|row| link(&row.head, keys::HOUSEHOLD)));
    }
    for id in &homes {
        let row =
            ledger.record(RecordRef { kind: RecordKind::Household, id: *id }).await.map_err(at_county)?;
        names.extend(row.iter().flat_map(|row| of_head(&row.head)));
    }
    let mut after: Option<RecordId> = None;
    loop {
        let page = ledger.records_after(RecordKind::Person, after, ROWS).await.map_err(at_county)?;
        let Some((last, _)) = page.last() else { return Ok(names) };
        after = Some(last.id);
        for (record, row) in &page {
            let with_them = link(&row.head, keys::HOUSEHOLD).is_some_and(|home| homes.contains(&home));
            if with_them || people.contains(&record.id) {
                names.extend(of_head(&row.head));
            }
        }
    }
}

/// How many people are read at a time.
const ROWS: usize = 500;

/// A name of one character is a word like any other.
fn of_head(head: &Head) -> impl Iterator<Item = String> {
    let values = NAMES.into_iter().flat_map(|key| head.values(key)).filter_map(Value::as_text);
    values.filter(|text| text.chars().count() > 1).map(str::to_owned)
}

/// How many digits the longest number has, of whatever width and however it is set apart.
fn longest_number(text: &str) -> usize {
    let (mut longest, mut here) = (0, 0);
    for c in text.chars() {
        match c {
            '0'..='9' | '０'..='９' => here += 1,
            ' ' | '-' | '－' | '\u{3000}' => {}
            _ => here = 0,
        }
        longest = longest.max(here);
    }
    longest
}
