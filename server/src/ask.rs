//! 请您补充: a reviewer asks about one answer of a visit; the phone of its author opens exactly that. The count is
//! as it was, and stays so.

#[cfg(test)]
mod tests;

use crate::county::{County, at_county};
use crate::problem::wrong;
use crate::reports::answers_of;
use domain::catalogue::keys::{EXPLAINED, NAMES};
use domain::catalogue::{RecordKind, field_zh};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::log::Dot;
use domain::patch::{ANSWER_PREFIX, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::question::{spell, stands};
use domain::time::UnixMs;
use serde::Serialize;
use sync::county::prepared::{Ask, Job};

/// The most that a question may have.
const CHARACTERS_MAX: usize = 300;

/// What a reviewer wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The part.
    pub part: RecordId,
    /// The field; an answer's is `a/` and its path.
    pub field: String,
    /// What is asked.
    pub words: String,
    /// Who asks.
    pub by: RecordId,
    /// Where the visit was.
    pub area: AreaCode,
}

/// Asks.
///
/// # Errors
/// `argument_wrong` without words, of a field that has no one answer, one that no phone wrote, or while another
/// question is open; `nothing_found`; `right_missing`; what the store says.
pub async fn ask(county: &County, question: &Question, now_ms: UnixMs) -> Result<(), Problem> {
    let words = question.words.trim();
    if words.is_empty() || words.chars().count() > CHARACTERS_MAX {
        let zh = format!("问题写 1 到 {CHARACTERS_MAX} 个字");
        return Err(wrong("words", zh, format!("1 to {CHARACTERS_MAX} characters")));
    }
    let record = RecordRef { kind: RecordKind::Part, id: question.part };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let head = &row.ok_or_else(|| Problem::new(ProblemCode::NothingFound))?.head;
    let writes = head.fields.get(&question.field).map(Vec::as_slice).unwrap_or_default();
    let [write] = writes else {
        let zh = "这一项现在没有一个确定的答案（没有填，或填写不一致），不能这样问";
        return Err(wrong("field", zh, "there is not one answer there now: nothing, or values that differ"));
    };
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let (zh, en) = called(county, record, head, &question.field).await?;
    let said = head.fields.get(&format!("{EXPLAINED}{}", question.field)).and_then(|all| all.last());
    let mut asked = Problem::new(ProblemCode::ReviewerAsks)
        .with_both("question", zh, en)
        .with("field", &question.field)
        .with("words", words)
        .with("part", question.part)
        .with("name", reference.staff_name(question.by));
    if let Some(said) = said {
        asked = asked.with("said", spell(said.dot()));
    }
    let salt = WriterId(county.dice.number());
    let (dot, by, area) = (write.dot(), question.by, question.area);
    county.run(Job::Ask(Box::new(Ask { record, dot, question: asked, by, area, salt })), now_ms).await?;
    tracing::info!("a reviewer asked about an answer");
    Ok(())
}

/// A question that is open, and whether it was answered since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = OpenAsk)]
pub struct Asked {
    /// The field.
    pub field: String,
    /// What is asked.
    pub words: String,
    /// By whom.
    pub name: String,
    /// Whether the answer was changed or explained since.
    pub answered: bool,
    /// What its author says.
    pub said: Option<String>,
}

/// The questions that are open in a part. O(entries of the part).
///
/// # Errors
/// What the store says.
pub async fn asks_of(county: &County, part: RecordRef, head: &Head) -> Result<Vec<Asked>, Problem> {
    let history = county.stores.reports.history(part).await.map_err(at_county)?;
    let open = history.iter().flat_map(|item| item.questions.iter().map(|one| (item.entry.patch.dot(), one)));
    let asked = |(dot, one): (Dot, &Problem)| {
        let text = |name: &str| one.params.get(name).cloned().unwrap_or_default();
        let field = text("field");
        let said = head.text(&format!("{EXPLAINED}{field}")).map(str::to_owned);
        Asked { words: text("words"), name: text("name"), answered: !stands(one, dot, head), said, field }
    };
    Ok(open.filter(|(_, one)| one.code == ProblemCode::ReviewerAsks).map(asked).collect())
}

/// What a field is called: an answer's question, else its name.
async fn called(
    county: &County,
    record: RecordRef,
    head: &Head,
    field: &str,
) -> Result<(String, String), Problem> {
    if let Some(path) = field.strip_prefix(ANSWER_PREFIX) {
        let answer = answers_of(county, record, head).await?.into_iter().find(|one| one.path == path);
        return Ok(
            answer.map_or((path.to_owned(), path.to_owned()), |one| (one.question_zh, one.question_en))
        );
    }
    let en = NAMES.iter().find(|(key, ..)| *key == field).map_or(field, |(_, _, en)| en);
    Ok((field_zh(field).unwrap_or_else(|| field.to_owned()), en.to_owned()))
}
