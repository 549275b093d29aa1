//! 请您补充: a reviewer asks the author of an answer about it. The answer counts as before; the question goes to
//! the phone like one that the form's verdict asks, waits with it, and can be taken back.

use super::decide::{Item, Written};
use super::needs::{HistoryEntry, WaitsFor};
use super::plan::own;
use super::prepared::{ASK, Ask};
use super::undo::Back;
use super::work::Work;
use crate::wire::receipt::ItemState;
use domain::permission::{self, Act};
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use std::collections::BTreeSet;

/// Puts a question to the entry that an answer came with. A question that cannot be put is a problem, and then
/// nothing of the job is written.
pub(super) fn ask(work: &mut Work<'_>, one: &Ask) {
    let (act, today) = (BTreeSet::from([Act::ConfirmChange]), Day::of(work.prepared.now_ms));
    if let Err(problem) = permission::require(work.reference(), one.by, &act, one.area, today) {
        work.plan.problem = Some(problem);
        return;
    }
    let Some(history) = work.history(one.record) else { return };
    let found = history.iter().find(|item| item.entry.patch.dot() == one.dot);
    let Some(item) = found.filter(|item| item.state == ItemState::Applied) else {
        work.plan.problem = Some(Problem::new(ProblemCode::NothingFound));
        return;
    };
    if let Err(problem) = may_be_asked(item) {
        work.plan.problem = Some(problem);
        return;
    }
    let hash = item.entry.patch.hash();
    let back = Back::taken_in(item, hash);
    // Of several the phone hears the first.
    let questions = std::iter::once(&one.question).chain(&item.questions).cloned().collect();
    work.change_state(one.dot, hash, ItemState::Applied, Some(WaitsFor::Reviewer), None);
    work.ask(questions);
    let reason = one.question.params.get("words").map_or("", String::as_str);
    let word = Written { verdict: ASK, reason, by: one.by, salt: one.salt, now_ms: work.prepared.now_ms };
    own(work, &[word.on(Item { dot: one.dot, hash, record: Some(one.record), area: one.area }, &[back])]);
}

/// Whether somebody can answer, and is not asked something already.
fn may_be_asked(item: &HistoryEntry) -> Result<(), Problem> {
    let no = |zh: &str, en: &str| {
        Err(Problem::new(ProblemCode::ArgumentWrong).with("name", "ask").with_both("reason", zh, en))
    };
    if item.device.is_none() {
        return no("这个内容不是手机上写的，没有手机可以问", "no phone wrote this, so none can be asked");
    }
    if item.questions.iter().any(|one| one.code == ProblemCode::ReviewerAsks) {
        let zh = "已经问过一个问题，还没有结束。先在“待处理”里收下答复或撤销上一个，再问";
        let en = "a question is still open here: accept its answer under what waits, or take it back, and ask then";
        return no(zh, en);
    }
    Ok(())
}
