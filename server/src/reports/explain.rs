//! 怎么算的: what a figure counts, over which days, and by whose word, in two sentences.

use super::{Asked, Column};
use domain::category::Category;
use domain::coverage::rules::ANY_DUTY;
use domain::duty::{Duty, DutyKind};
use domain::period::Cadence;
use serde::Serialize;

/// How a figure is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// What it counts, Chinese.
    pub definition_zh: String,
    /// What it counts, English.
    pub definition_en: String,
    /// Over which days and by which source, Chinese.
    pub source_zh: String,
    /// Over which days and by which source, English.
    pub source_en: String,
}

/// Explains a figure of a question, from its rule.
pub fn explain(asked: &Asked, column: Column) -> Explanation {
    let (zh, en) = definition(column);
    let (rule_zh, rule_en) = whom(asked);
    let (period, as_of) = (asked.period, asked.question.as_of);
    let source = source(asked);
    let (rolling_zh, rolling_en) = rolling(asked.rule.cadence);
    Explanation {
        definition_zh: format!("{zh}（{rule_zh}）。{rolling_zh}"),
        definition_en: format!("{en} ({rule_en}).{rolling_en}"),
        source_zh: format!(
            "统计期 {}，走访时间到 {as_of} 为止、现在已传到县里的走访，按走访时间计、不按录入时间；依据：{}。",
            period.zh(),
            source.0
        ),
        source_en: format!(
            "Over {}, from what had reached the county for days up to {as_of}, by the time of the visit, not of \
             its entry; source: {}.",
            period.en(),
            source.1
        ),
    }
}

fn definition(column: Column) -> (&'static str, &'static str) {
    match column {
        Column::Register => (
            "名册：统计期内到截至日为止，要求所列类别中的每一个人，每人只计一次",
            "Register: everybody in the categories of the duty up to the day, each once",
        ),
        Column::Excluded => (
            "不计入：名册中去世、迁出、机构供养、住院、已批准拒访、未到期等的人，只按第一个成立的原因计一次",
            "Not counted: those of the register who died, moved, are in an institution or hospital, whose \
             refusal was approved, or who are not due yet; each by the first reason that holds",
        ),
        Column::Due => ("应走访：名册减去不计入", "Due: the register without those who are not counted"),
        Column::Met => (
            "已走访：应走访的人中，县里已收到一次合要求的走访（方式和见到谁都符合）",
            "Visited: of those due, the people of whom the county has a visit that satisfies the duty in way \
             and in who was met",
        ),
        Column::MetHome => {
            ("其中上门：已走访的人中，至少有一次是上门", "At home: of those visited, at least once at home")
        }
        Column::MetOther => (
            "已走访（其他）：已走访的人中，只在别处、电话或视频见过",
            "Otherwise: of those visited, the people met elsewhere, by phone or by video only",
        ),
        Column::Open => (
            "未走访：应走访减去已走访，等于情况有变待确认、去过未见到、手机未回传、还没去四项之和",
            "Not visited: due less visited, which is the sum of change to be confirmed, tried, silent and not yet",
        ),
        Column::ChangePending => (
            "情况有变待确认：走访人报告住院、外出、搬走、去世等，乡镇还没有核实",
            "Change to be confirmed: the visitor reported a change that the township has not confirmed",
        ),
        Column::Tried => {
            ("去过未见到：去过，没有见到要求见的人", "Tried: somebody went and did not meet the person")
        }
        Column::Silent => (
            "手机未回传：还没有走访记录，而这个村负责人的手机已多日没有联系县里，可能已走访",
            "Silent: no visit is here, and the phones of the village were not heard for days; it may have been made",
        ),
        Column::NotYet => (
            "还没去：没有走访记录；这个村没有多日未联系县里的手机（或者还没有启用手机）",
            "Not yet: no visit is here, and no phone of the village has been silent for days (or it has none yet)",
        ),
        Column::MissedBefore => (
            "上期漏访至今未补：上一统计期应走访而没有走访、到截至日也没有补上的人，不在本期各栏之和内",
            "Missed before: due in the period before, not visited then nor since; not part of the sums",
        ),
        Column::Overdue => (
            "现已超期：按天数到期的要求，截至日已经过了到期那一天还没有再走访的人，不计入的除外；统计期内走访过、\
             之后又到期的也在内，所以不在各栏之和内",
            "Overdue now: of a duty that falls due by days, the people whose day had passed by the day asked without \
             another visit, but for those who are not counted; who was visited in the period and fell due again is \
             among them, so it is not part of the sums",
        ),
        Column::Contested => (
            "填写不一致：名册中有字段到那天已有两个不同的值、至今还没有人决定的人，不在各栏之和内",
            "Contested: people of the register with a field that had two values by that day, on which nobody has decided \
             yet; not part of the sums",
        ),
    }
}

/// The rule in a few words: whom it concerns, how often.
fn whom(asked: &Asked) -> (String, String) {
    let Duty { title_zh, title_en, cadence, .. } = &asked.rule;
    if asked.question.duty == ANY_DUTY {
        let (duties_zh, duties_en) = cared(asked);
        let zh = format!(
            "任一要求：{duties_zh} 这些走访要求（不含核查）中，有几项的人只计一次，任一项在这个月内已走访即为已走访；\
             某天没有一项要在这个月走访的人（如按季的上月已走访，按天数的下月才到期），从那天起不计入（未到期）"
        );
        let en = format!(
            "any requirement: of the duties of care, {duties_en}, (no checks) who has several is counted once, and is \
             visited when one of them is in this month; of whom on a day none is asked in this month (a quarterly one \
             was met before, one by days is due next month) is not counted from that day on (not due yet)"
        );
        return (zh, en);
    }
    let category = |code: &String| Category::from_code(code);
    let zh = |code: &String| category(code).map_or(code.clone(), |one| one.zh().to_owned());
    let en = |code: &String| category(code).map_or(code.clone(), |one| one.en().to_owned());
    let joined = |words: Vec<String>, mark: &str| words.join(mark);
    let (often_zh, often_en) = often(*cadence);
    let codes = &asked.rule.categories;
    (
        format!("{title_zh}：{}，{often_zh}", joined(codes.iter().map(zh).collect(), "、")),
        format!("{title_en}: {}; {often_en}", joined(codes.iter().map(en).collect(), ", ")),
    )
}

/// The duties of care of the area on the day, of which `*` is made.
fn cared(asked: &Asked) -> (String, String) {
    let (area, day) = (asked.question.area, asked.question.as_of);
    let names = asked.reference.duty_names();
    let rules = names.iter().filter_map(|name| asked.reference.rule_on(name, area, day));
    let care: Vec<_> = rules.filter(|rule| rule.kind == DutyKind::Care).collect();
    let joined =
        |title: fn(&Duty) -> &str, mark| care.iter().map(|one| title(one)).collect::<Vec<_>>().join(mark);
    (joined(|rule| &rule.title_zh, "、"), joined(|rule| &rule.title_en, ", "))
}

fn often(cadence: Cadence) -> (String, String) {
    let (zh, en) = match cadence {
        Cadence::Month => ("每月一次", "once a month"),
        Cadence::Quarter => ("每季度一次", "once a quarter"),
        Cadence::HalfYear => ("每半年一次", "once in half a year"),
        Cadence::Year => ("每年一次", "once a year"),
        Cadence::Rolling { days } => {
            return (format!("距上次 {days} 天内一次"), format!("within {days} days of the last time"));
        }
    };
    (zh.to_owned(), en.to_owned())
}

/// How a duty that is due so many days after the last time is counted by months.
fn rolling(cadence: Cadence) -> (String, String) {
    let Cadence::Rolling { days } = cadence else { return (String::new(), String::new()) };
    let zh = format!(
        "这项要求逐人按天数到期，但按月统计：从统计期开始以前最近一次合要求的走访（没有的，从纳入类别或要求开始）\
         起，满 {days} 天的那一天不晚于统计期最后一天的人，才应走访；统计期内走访一次即为已走访，期内再到期不另计；\
         满 {days} 天的那一天在统计期以后的人不计入（未到期），期内走访了也不计。到期没有走访的，下一个统计期仍应走访，不列漏访。"
    );
    let en = format!(
        " It falls due for each person by days, and is counted by months: due are those whose day, {days} days after \
         the last visit that counted before the period (or after they came into the categories, or the duty began), is \
         not later than the period's last; one visit in the period is enough, and falling due again in it is not \
         counted once more; those whose day lies beyond the period are not counted (not due yet), even when they are \
         visited in it. Who was due and not visited is due in the next period too, and is not told as missed."
    );
    (zh, en)
}

fn source(asked: &Asked) -> (String, String) {
    let Duty { source, from, .. } = &asked.rule;
    if asked.question.duty == ANY_DUTY {
        return ("各项要求自己的依据".to_owned(), "that of each duty".to_owned());
    }
    let (zh, en) = (asked.rule.strength().zh(), asked.rule.strength().en());
    (format!("{source}（{zh}，自 {from} 起）"), format!("{source} ({en}, since {from})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::reports::{Question, ask};
    use crate::testing::World;
    use domain::time::Day;
    use store::county::Ledger;

    #[tokio::test]
    async fn any_requirement_names_the_duties_of_care_and_no_check() {
        let world = World::new().await;
        let (area, as_of) = (world.county.keys.county(), Day::of(clock::now_ms()));
        let question =
            Question { area, duty: ANY_DUTY.to_owned(), period: None, category: None, as_of, silence: true };
        let told = explain(&ask(&world.county, question).await.unwrap(), Column::Met).definition_zh;
        let (_, _, reference, _) = world.store.standing_now().await.unwrap();
        let (mut care, mut checks) = (0, 0);
        for name in reference.duty_names() {
            let Some(rule) = reference.rule_on(&name, area, as_of) else { continue };
            let is_care = rule.kind == DutyKind::Care;
            assert_eq!(told.contains(&rule.title_zh), is_care, "{} in {told}", rule.title_zh);
            *(if is_care { &mut care } else { &mut checks }) += 1;
        }
        assert!(care > 3 && checks > 0);
    }

    #[tokio::test]
    async fn only_of_a_rolling_duty_is_it_told_how_it_is_counted_by_months() {
        let world = World::new().await;
        let (_, _, _, generations) = world.county.stores.ledger.standing_now().await.unwrap();
        let (area, as_of) = (world.county.keys.county(), Day::of(clock::now_ms()));
        let mut rolling = 0;
        for name in generations.rules().names() {
            let duty = name.to_owned();
            let asked = Question { area, duty, period: None, category: None, as_of, silence: false };
            let asked = ask(&world.county, asked).await.unwrap();
            let told = explain(&asked, Column::Due);
            if let Cadence::Rolling { days } = asked.rule.cadence {
                rolling += 1;
                let (zh, en) = (format!("满 {days} 天的那一天"), format!("{days} days after the last visit"));
                assert!(told.definition_zh.contains(&zh) && told.definition_en.contains(&en), "{told:?}");
            } else {
                let said =
                    told.definition_zh.contains("按天数到期") || told.definition_en.contains("falls due");
                assert!(!said, "{name}: {told:?}");
            }
        }
        assert!(rolling > 0);
    }
}
