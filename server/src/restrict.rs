//! 限制处理 (个人信息保护法 第44条): from a day on a person's answers are kept and used for nothing.
//!
//! The duty to visit is the law's and goes on (第13条(三)、第44条 "法律、行政法规另有规定的除外"): phones keep the person, by
//! whom and where; figures count. Nobody opens the answers, phones let go of them, and no file names the person.

#[cfg(test)]
mod tests;

use crate::access::log_right;
use crate::changes::{about, may, tidy};
use crate::county::{County, at_county};
use crate::problem::{unchanged, wrong};
use crate::reason;
use crate::reports::Line;
use crate::staff::{Change, Sets, write_all};
use crate::who::Who;
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::subject::is_restricted;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};

/// The word that restricts, or ends that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    /// Of whom.
    pub person: RecordId,
    /// Whether it is restricted from now on; no more otherwise.
    pub restricted: bool,
    /// Why, and who asked for it.
    pub words: String,
    /// Who says so.
    pub by: RecordId,
}

/// Restricts, or ends that.
///
/// # Errors
/// `nothing_found`; `argument_wrong` without words; `nothing_to_change`; `right_missing`: it is the county's; what the
/// store says.
pub async fn say(county: &County, word: &Word, now_ms: UnixMs) -> Result<(), Problem> {
    let today = Day::of(now_ms);
    let (reference, found) = about(county, word.person, today).await?;
    let words = tidy(&word.words)?;
    let words = words.ok_or_else(|| wrong("words", "要写理由：谁要求的", "say why, and who asked for it"))?;
    if is_restricted(&found.head) == word.restricted {
        return Err(unchanged(&found.who.name, "本来就是这样", "it is so already"));
    }
    let day = if word.restricted { Value::text(today.to_string()) } else { Value::Null };
    let sets = Sets::from([(keys::RESTRICTED.to_owned(), day)]);
    may(&reference, &found, word.by, &sets, county, today)?;
    let record = RecordRef { kind: RecordKind::Person, id: word.person };
    let act = if word.restricted { "restricted" } else { "unrestricted" };
    log_right(county, word.by, act, record, now_ms).await?;
    let change = Change::of_register(record, found.head.vector.clone(), sets);
    let why = reason::change(word.person, keys::RESTRICTED_WORDS, words);
    write_all(county, word.by, vec![change, why], now_ms).await.map(drop)
}

/// Whether somebody's answers are kept only.
///
/// # Errors
/// What the store says.
pub(crate) async fn holds(county: &County, person: RecordId) -> Result<bool, Problem> {
    let record = RecordRef { kind: RecordKind::Person, id: person };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    Ok(row.is_some_and(|row| is_restricted(&row.head)))
}

/// Takes the names of those who are restricted out of lines that leave the county.
///
/// # Errors
/// What the store says.
pub(crate) async fn unname(county: &County, lines: &mut [Line]) -> Result<(), Problem> {
    for line in lines.iter_mut() {
        if holds(county, line.person).await? {
            (line.name, line.head_name, line.why) = (UNNAMED.to_owned(), String::new(), String::new());
            line.why_en = String::new();
        }
    }
    Ok(())
}

/// The same for one line of a list.
pub(crate) fn unname_who(who: &mut Who) {
    if who.restricted {
        (who.name, who.head_name) = (UNNAMED.to_owned(), String::new());
    }
}

/// Stands in the place of a name in files.
pub(crate) const UNNAMED: &str = "（限制处理）";
