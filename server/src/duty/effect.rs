//! What an edit of a duty does to figures that people may not expect, said before it is carried out: to the period
//! that is open on its first day, and to whoever would be overdue at once.

use super::{Edit, Plan};
use chrono::Datelike;
use domain::duty::Duty;
use domain::period::{Cadence, Period};
use domain::time::Day;

/// One thing that follows from an edit, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// What follows from an edit.
pub fn effects(edit: &Edit, plan: &Plan) -> Vec<Effect> {
    [broken_off(edit, plan), counted_back(edit, plan), cut_otherwise(edit, plan), by_days(edit, plan)]
        .into_iter()
        .flatten()
        .collect()
}

/// The periods of the former and of the new rule in which an edit's first day lies.
pub fn periods(edit: &Edit, plan: &Plan) -> [Option<Period>; 2] {
    let period = |rule: &Duty| Period::containing(rule.cadence, rule.cut, edit.from);
    [&plan.before, &plan.after].map(|rule| rule.as_ref().map(period))
}

/// A period that the former rule began, and that no rule ends.
fn broken_off(edit: &Edit, plan: &Plan) -> Option<Effect> {
    let [old, new] = periods(edit, plan);
    let (old, from) = (old.filter(|old| new != Some(*old) && old.from() < edit.from)?, edit.from);
    Some(Effect {
        zh: format!(
            "{}中途停下：到 {} 为止按原要求，从 {from} 起名册上的人都列为不计入（要求已停用），还没见到的也不算漏访。",
            old.zh(),
            from.plus(-1),
        ),
        en: format!(
            "{} is broken off: by the former rule up to {}; from {from} on nobody in it is counted (the requirement \
             has ended), and nobody is told as missed.",
            old.en(),
            from.plus(-1),
        ),
    })
}

/// A period of the new rule that began before it.
fn counted_back(edit: &Edit, plan: &Plan) -> Option<Effect> {
    let [old, new] = periods(edit, plan);
    let (new, from) = (new.filter(|new| old != Some(*new) && new.from() < edit.from)?, edit.from);
    Some(if plan.before.is_some() {
        Effect {
            zh: format!("{}里，{from} 以前按原要求算数的走访也算。", new.zh()),
            en: format!(
                "In {} visits before {from} that counted by the former rule count as well.",
                new.en()
            ),
        }
    } else {
        Effect {
            zh: format!("{}里，{from} 以前没有这项要求，那时的走访不算。", new.zh()),
            en: format!("In {} visits before {from}, when nothing was asked, do not count.", new.en()),
        }
    })
}

/// Periods that are cut on another day: two of one name may follow each other. Each is named with the days on which its
/// own rule holds, and where the days between lie is said.
fn cut_otherwise(edit: &Edit, plan: &Plan) -> Option<Effect> {
    let (old, new, from) = (plan.before.as_ref()?, plan.after.as_ref()?, edit.from);
    if old.cut == new.cut {
        return None;
    }
    let eve = from.plus(-1);
    let before = Period::containing(old.cadence, old.cut, eve);
    let after = Period::containing(new.cadence, new.cut, from);
    let (first, second) = ((before.from(), before.last().min(eve)), (after.from(), after.last()));
    let both = (after.from() < from).then_some((after.from(), eve));
    let later = (from <= before.last()).then_some((from, before.last()));
    let zh = [
        both.map(|days| format!("；{}两期都算", span_zh(days))),
        later.map(|days| format!("；{}只算在后面", span_zh(days))),
    ];
    let en = [
        both.map(|(from, last)| format!("; {from} to {last} lie in both")),
        later.map(|(from, last)| format!("; {from} to {last} lie in the later one only")),
    ];
    let join = |all: [Option<String>; 2]| all.into_iter().flatten().collect::<String>();
    Some(Effect {
        zh: format!(
            "前一期是{}（{}），后一期是{}（{}）{}。",
            before.short_zh(),
            span_zh(first),
            after.short_zh(),
            span_zh(second),
            join(zh)
        ),
        en: format!(
            "One period is {} ({} to {}), the next is {} ({} to {}){}.",
            before.short_en(),
            first.0,
            first.1,
            after.short_en(),
            second.0,
            second.1,
            join(en)
        ),
    })
}

/// `11月1日—25日`, `11月26日—12月25日`; with years where they differ.
fn span_zh((from, last): (Day, Day)) -> String {
    let ((from, last), years) = ((from.date(), last.date()), from.date().year() != last.date().year());
    let whole = |day: chrono::NaiveDate| {
        let year = if years { format!("{}年", day.year()) } else { String::new() };
        format!("{year}{}月{}日", day.month(), day.day())
    };
    match (from == last, years || from.month() != last.month()) {
        (true, _) => whole(from),
        (_, true) => format!("{}—{}", whole(from), whole(last)),
        (_, false) => format!("{}—{}日", whole(from), last.day()),
    }
}

/// A rule that is due by days looks back further than its first day.
fn by_days(edit: &Edit, plan: &Plan) -> Option<Effect> {
    let Some(Cadence::Rolling { days }) = plan.after.as_ref().map(|rule| rule.cadence) else { return None };
    let was = plan.before.as_ref().map(|rule| rule.cadence);
    let first = plan.rules.iter().map(|(_, rule)| rule.from).min().filter(|first| *first < edit.from)?;
    if was == Some(Cadence::Rolling { days }) {
        return None;
    }
    let [old, new] = periods(edit, plan);
    // Whoever is in the register of a period is judged by the rule of the first day in it.
    let begins = match (old, new) {
        (Some(old), Some(new)) if old == new && new.from() < edit.from => new.next().from(),
        _ => edit.from,
    };
    Some(Effect {
        zh: format!(
            "从 {begins} 起按天数到期，从上一次算数的走访起算（没有的，从进入类别或 {first} 起算）：早已满 {days} 天的人，\
             那天就是超期。"
        ),
        en: format!(
            "From {begins} on it falls due by days, from the last visit that counted (without one, from coming into the \
             categories or from {first}): whoever is {days} days past it already is overdue on that day."
        ),
    })
}
