//! Whether there is an answer to a question at all. What is never counted has no figures, and zeros in
//! their place would be read as facts.

use super::Question;
use crate::duty::spells;
use crate::problem::wrong;
use domain::category::Category;
use domain::coverage::rules::{ANY_DUTY, Rules};
use domain::duty::Duty;
use domain::period::{Cadence, Cut, Period};
use domain::problem::Problem;
use domain::time::Day;

/// The code of a category: itself, or the one of the Chinese word.
///
/// # Errors
/// `argument_wrong` when neither the county's table nor a rule has it.
pub(super) fn category(rules: &Rules, text: &str) -> Result<String, Problem> {
    let known = Category::ALL.iter().find(|one| one.code() == text || one.zh() == text);
    if let Some(known) = known {
        return Ok(known.code().to_owned());
    }
    let in_force = rules.names().any(|name| rules.categories(name).contains(text));
    if in_force {
        return Ok(text.to_owned());
    }
    let list = |word: fn(&Category) -> &'static str| {
        let all = Category::ALL.iter().map(|one| format!("{} {}", one.code(), word(one)));
        all.collect::<Vec<_>>().join(", ")
    };
    let (zh, en) = (list(|one| one.zh()), list(|one| one.en()));
    let zh = format!("没有“{text}”这个类别；有 {zh}");
    Err(wrong("category", zh, format!("there is no category {text}; there are {en}")))
}

/// The last day of which a duty's figures are foreseen: the end of the period after next.
fn foreseen(rule: &Duty, today: Day) -> Day {
    Period::containing(rule.cadence, rule.cut, today).next().next().last()
}

/// Proves that the period of a question is counted, under one of these rules, as of that day.
///
/// # Errors
/// `argument_wrong`, with what is counted.
pub(super) fn period(
    question: &Question,
    rule: &Duty,
    rules: &[&[Duty]],
    period: Period,
    begins: Day,
    today: Day,
) -> Result<(), Problem> {
    let (as_of, last) = (question.as_of, foreseen(rule, today));
    if as_of < begins || as_of > last {
        return Err(wrong(
            "as_of",
            format!("{as_of} 不在统计的时间里；可以写 {begins} 到 {last}"),
            format!("{as_of} lies outside what is counted: from {begins} to {last}"),
        ));
    }
    if !period.suits(rule.cadence, rule.cut) {
        let own = Period::containing(rule.cadence, rule.cut, as_of);
        let only =
            (question.duty == ANY_DUTY).then_some(("；“*”只按月统计", "; * is counted by months only"));
        let (only_zh, only_en) = only.unwrap_or_default();
        return Err(wrong(
            "period",
            format!("“{period}”不是这项要求的统计期：{}，写成 {own}（{}）{only_zh}", kind_zh(rule), own.zh()),
            format!("{period} is no period of this duty; one is written {own}: {}{only_en}", own.en()),
        ));
    }
    if period.last() < begins || period.from() > last {
        return Err(wrong(
            "period",
            format!("{period} 不在统计的时间里；统计从 {begins} 到 {last}"),
            format!("{period} lies outside what is counted: from {begins} to {last}"),
        ));
    }
    if period.from() > as_of {
        return Err(wrong(
            "period",
            format!("{period} 从 {} 开始，截至 {as_of} 还没有；请把截至日写在它之内", period.from()),
            format!("{period} begins on {}, after {as_of}: choose a day in it (as of)", period.from()),
        ));
    }
    let asks = |rule: &&Duty| {
        let overlaps = rule.from < period.until() && rule.until.is_none_or(|until| period.from() < until);
        overlaps && rule.holds_ever() && period.suits(rule.cadence, rule.cut)
    };
    let all = || rules.iter().copied().flatten();
    if all().any(|rule| asks(&rule)) {
        return Ok(());
    }
    let (zh, en) = spells(all());
    Err(wrong(
        "period",
        format!("{period} 没有这项要求；{zh}"),
        format!("nothing was asked in {period}; {en}"),
    ))
}

fn kind_zh(rule: &Duty) -> String {
    let every = match rule.cadence {
        Cadence::Month | Cadence::Rolling { .. } => "按月",
        Cadence::Quarter => "按季度",
        Cadence::HalfYear => "按半年",
        Cadence::Year => "按年",
    };
    let cut = if rule.cut == Cut::Day26 { "（26日口径）" } else { "" };
    format!("{every}{cut}统计")
}
