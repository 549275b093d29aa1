//! 怎么算的: what a figure counts, over which days, and by whose word, in two sentences.

use super::{Asked, Column};
use domain::category::Category;
use domain::coverage::rules::{ANY_DUTY, Rules, rule_on};
use domain::duty::{Duty, DutyKind};
use domain::ids::AreaCode;
use domain::period::{Cadence, Period};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// How a figure is made: what it counts stands in the definition; the source says the same under every figure of
/// a question, so that whoever lists several of them shows it once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Explanation {
    /// What it counts, Chinese.
    pub definition_zh: String,
    /// What it counts, English.
    pub definition_en: String,
    /// Of whom, over which days and by which source, Chinese.
    pub source_zh: String,
    /// Of whom, over which days and by which source, English.
    pub source_en: String,
    /// The duties of which `*` is made, Chinese; none of one duty.
    pub duties_zh: Vec<String>,
    /// The same, English.
    pub duties_en: Vec<String>,
}

/// The rules in force on some day of a period in one of these villages: of a duty, or of any of care for `*`;
/// ascending by owner and first day. O(villages · rules).
pub(super) fn applying(
    rules: &Rules,
    duty: &str,
    villages: &BTreeSet<AreaCode>,
    period: Period,
) -> Vec<Duty> {
    let names = rules.names().filter(|name| *name != ANY_DUTY && (*name == duty || duty == ANY_DUTY));
    let mut found = BTreeMap::new();
    for list in names.flat_map(|name| villages.iter().map(move |village| rules.at(name, *village))) {
        let edges = list.iter().flat_map(|rule| [Some(rule.from), rule.until]).flatten();
        let days = edges.filter(|day| period.contains(*day)).chain([period.from()]);
        found.extend(
            days.filter_map(|day| rule_on(list, day)).map(|rule| ((rule.area, rule.from, rule.id), rule)),
        );
    }
    let care = |rule: &&Duty| duty != ANY_DUTY || rule.kind == DutyKind::Care;
    found.into_values().filter(care).cloned().collect()
}

/// Explains a figure of a question, from its rules.
pub fn explain(asked: &Asked, column: Column) -> Explanation {
    let (zh, en) = definition(column);
    let (rule_zh, rule_en) = whom(asked);
    let (period, as_of) = (asked.period, asked.question.as_of);
    let source = source(asked);
    let (rolling_zh, rolling_en) = rolling(asked);
    let (duties_zh, duties_en) = cared(asked);
    Explanation {
        duties_zh,
        duties_en,
        definition_zh: format!("{zh}。"),
        definition_en: format!("{en}."),
        source_zh: format!(
            "{rule_zh}。{rolling_zh}统计期 {}，走访时间到 {as_of} 为止、现在已传到县里的走访，按走访时间计、不按录入时间；依据：{}。",
            period.zh(),
            source.0
        ),
        source_en: format!(
            "{}.{rolling_en} Over {}, from what had reached the county for days up to {as_of}, by the time of the visit, not of \
             its entry; source: {}.",
            capital(&rule_en),
            period.en(),
            source.1
        ),
    }
}

/// The beginning of a sentence.
fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
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
            "已走访：应走访的人中，县里已收到一次合要求的走访（方式、见到谁、去的人数都符合；住校的那些天，在学校等别处见到也算，外出务工的那些天，电话、视频也算；填写不一致的，每一种填法都符合才算）",
            "Visited: of those due, the people of whom the county has a visit that satisfies the duty in its way, \
             in who was met and in the number of visitors (while a child boards at school, there too; while \
             somebody works elsewhere, by phone and video too); of one that is contested, by every side of it",
        ),
        Column::MetHome => (
            "其中上门：已走访的人中，至少有一次合要求的走访是上门",
            "At home: of those visited, the people of whom at least one visit that satisfies the duty was at home",
        ),
        Column::MetOther => (
            "已走访（其他）：已走访的人中，合要求的走访没有一次是上门（在别处、电话或视频）",
            "Otherwise: of those visited, the people of whom no visit that satisfies the duty was at home, but elsewhere, \
             by phone or by video",
        ),
        Column::Open | Column::ChangePending | Column::Tried | Column::Silent | Column::NotYet => {
            unvisited(column)
        }
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
            "填写不一致：名册中有字段，或本期走访的时间、方式、见到谁，到那天已有两个不同的值、至今还没有人决定的人，\
             不在各栏之和内",
            "Contested: people of the register with a field, or with a visit of the period whose time, way or meeting, had \
             two different values by that day, on which nobody has decided yet; not part of the sums",
        ),
    }
}

/// The column of all who are due and not visited, and the four into which it falls.
fn unvisited(column: Column) -> (&'static str, &'static str) {
    match column {
        Column::Open => (
            "未走访：应走访减去已走访，等于情况有变待确认、去过未见到、手机未回传、还没去四项之和",
            "Not visited: due less visited, which is the sum of change to be confirmed, tried, silent and not yet",
        ),
        Column::ChangePending => (
            "情况有变待确认：没有合要求的走访，而走访人（本期或以前）报告了住院、外出、搬走、去世等，乡镇还没有核实",
            "Change to be confirmed: no visit satisfies the duty, and a visitor reported, now or earlier, a change that the \
             township has not confirmed",
        ),
        Column::Tried => (
            "去过未见到：没有合要求的走访，但去过——上门，或用了要求认可的方式，或报告过情况有变——只是方式、见到谁、\
             去的人数不都符合，或者填写不一致、不是每一种填法都符合",
            "Tried, not met: no visit satisfies the duty, but somebody went (at home, by a way that the duty accepts, or \
             reporting a change), though not right in its way, in who was met and in the number of visitors at once, or, \
             where it is contested, not by every side",
        ),
        Column::Silent => (
            "手机未回传：没有合要求的走访，也没有去过（上门，或用要求认可的方式，或报告情况有变），而这个村负责人的手机\
             已多日没有联系县里，可能已走访",
            "Silent: no visit satisfies the duty, nobody went (at home, by a way that the duty accepts, or reporting a \
             change), and the phones of the village were not heard for days; it may have been made",
        ),
        _ => (
            "还没去：没有合要求的走访，也没有去过（上门，或用要求认可的方式，或报告情况有变）；用别的方式联系过的也在内；\
             这个村没有多日未联系县里的手机（或者还没有启用手机）",
            "Not yet: no visit satisfies the duty, and nobody went (at home, by a way that the duty accepts, or reporting a \
             change); who was reached in another way only is among them; no phone of the village has been silent for \
             days (or it has none yet)",
        ),
    }
}

/// The rules in a few words: whom they concern, how often.
fn whom(asked: &Asked) -> (String, String) {
    if asked.question.duty == ANY_DUTY {
        let count = cared(asked).0.len();
        let zh = format!(
            "任一要求：{count} 项走访要求（不含核查）中，有几项的人只计一次，任一项在这个月内已走访即为已走访；\
             某天没有一项要在这个月走访的人（如按季的上月已走访，按天数的下月才到期），从那天起不计入（未到期）"
        );
        let en = format!(
            "any requirement: of {count} duties of care (no checks) who has several is counted once, and is \
             visited when one of them is in this month; of whom on a day none is asked in this month (a quarterly one \
             was met before, one by days is due next month) is not counted from that day on (not due yet)"
        );
        return (zh, en);
    }
    let Duty { title_zh, title_en, .. } = &asked.rule;
    let told = |word: fn(&Asked, &Duty) -> String, mark| {
        rules(asked).iter().map(|rule| word(asked, rule)).collect::<Vec<_>>().join(mark)
    };
    (format!("{title_zh}：{}", told(asks_zh, "；")), format!("{title_en}: {}", told(asks_en, "; ")))
}

/// All rules that speak in the area and period; never none.
fn rules(asked: &Asked) -> &[Duty] {
    if asked.rules.is_empty() { std::slice::from_ref(&asked.rule) } else { &asked.rules }
}

/// What a visit needs beyond its way and who was met: more than one visitor. For what is no care no visit counts.
fn needs(rule: &Duty) -> (String, String) {
    match (rule.kind, rule.visitors_min) {
        (DutyKind::Care, ..2) => (String::new(), String::new()),
        (DutyKind::Care, people) => {
            (format!("，每次至少 {people} 人去"), format!("; by at least {people} visitors at once"))
        }
        (kind, _) => (
            format!("，是{}，走访都不合要求、也不算去过", kind.zh()),
            format!(
                "; of the kind {}, which no visit satisfies and for which nobody is said to have gone",
                kind.en()
            ),
        ),
    }
}

/// Whom a rule concerns and how often; where and since when, if it is not the only one.
fn asks_zh(asked: &Asked, rule: &Duty) -> String {
    let category = |code: &String| Category::from_code(code).map_or(code.clone(), |one| one.zh().to_owned());
    let categories = rule.categories.iter().map(category).collect::<Vec<_>>().join("、");
    let apart = if asked.period.suits(rule.cadence, rule.cut) {
        ""
    } else {
        "（不按这样的统计期统计，不在这个数字里）"
    };
    format!("{}{categories}，{}{}{apart}", where_zh(asked, rule), often(rule.cadence).0, needs(rule).0)
}

/// The same in English.
fn asks_en(asked: &Asked, rule: &Duty) -> String {
    let category = |code: &String| Category::from_code(code).map_or(code.clone(), |one| one.en().to_owned());
    let categories = rule.categories.iter().map(category).collect::<Vec<_>>().join(", ");
    let apart = if asked.period.suits(rule.cadence, rule.cut) {
        ""
    } else {
        " (by other periods: not in this figure)"
    };
    format!("{}{categories}; {}{}{apart}", where_en(asked, rule), often(rule.cadence).1, needs(rule).1)
}

/// Where a rule holds and since when; nothing of the only one.
fn where_zh(asked: &Asked, rule: &Duty) -> String {
    if rules(asked).len() < 2 {
        return String::new();
    }
    let others = if has_own_below(asked, rule) { "（另列的地方除外）" } else { "" };
    let last = rule.until.map(|until| format!("到 {}", until.plus(-1))).unwrap_or_default();
    format!("{}{others}自 {} 起{last}，", asked.reference.areas.name(rule.area), rule.from)
}

/// The same in English.
fn where_en(asked: &Asked, rule: &Duty) -> String {
    if rules(asked).len() < 2 {
        return String::new();
    }
    let others = if has_own_below(asked, rule) { " (but where told apart)" } else { "" };
    let last = rule.until.map(|until| format!(" to {}", until.plus(-1))).unwrap_or_default();
    format!("{}{others} from {}{last}, ", asked.reference.areas.name(rule.area), rule.from)
}

/// Whether an area in which a rule would hold has rules of its own.
fn has_own_below(asked: &Asked, rule: &Duty) -> bool {
    let areas = &asked.reference.areas;
    rules(asked).iter().any(|one| one.area != rule.area && areas.within(one.area, rule.area))
}

/// The duties of care that speak in the area and period, of which `*` is made.
fn cared(asked: &Asked) -> (Vec<String>, Vec<String>) {
    let told = |title: fn(&Duty) -> &String| {
        let mut titles: Vec<String> = Vec::new();
        for rule in &asked.rules {
            if asked.question.duty == ANY_DUTY && !titles.contains(title(rule)) {
                titles.push(title(rule).clone());
            }
        }
        titles
    };
    (told(|rule| &rule.title_zh), told(|rule| &rule.title_en))
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
fn rolling(asked: &Asked) -> (String, String) {
    let by_days = |rule: &Duty| match rule.cadence {
        Cadence::Rolling { days } => Some(days),
        _ => None,
    };
    let one = asked.question.duty != ANY_DUTY;
    let days: BTreeSet<_> = rules(asked).iter().filter(|_| one).filter_map(by_days).collect();
    if days.is_empty() {
        return (String::new(), String::new());
    }
    let joined = |mark| days.iter().map(ToString::to_string).collect::<Vec<_>>().join(mark);
    let days = joined(" 或 ");
    let zh = format!(
        "这项要求逐人按天数到期，但按月统计：从统计期开始以前最近一次合要求的走访（没有的，从纳入类别或要求开始）\
         起，满 {days} 天的那一天不晚于统计期最后一天的人，才应走访；统计期内走访一次即为已走访，期内再到期不另计；\
         满 {days} 天的那一天在统计期以后的人不计入（未到期），期内走访了也不计。到期没有走访的，下一个统计期仍应走访，不列漏访。"
    );
    let days = joined(" or ");
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
    if asked.question.duty == ANY_DUTY {
        return ("各项要求自己的依据".to_owned(), "that of each duty".to_owned());
    }
    let several = rules(asked).len() > 1;
    let told = rules(asked).iter().map(|rule| {
        let (Duty { source, from, .. }, strength) = (rule, rule.strength());
        if several {
            let zh = format!("{}{source}（{}）", where_zh(asked, rule), strength.zh());
            return (zh, format!("{}{source} ({})", where_en(asked, rule), strength.en()));
        }
        let zh = format!("{source}（{}，自 {from} 起）", strength.zh());
        (zh, format!("{source} ({}, since {from})", strength.en()))
    });
    let (zh, en): (Vec<_>, Vec<_>) = told.unzip();
    (zh.join("；"), en.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::duty::{Act, Edit, Fields, edit};
    use crate::reports::{Question, ask};
    use crate::roll::build;
    use crate::staff::operator;
    use crate::testing::World;
    use domain::period::Cut;
    use domain::time::Day;
    use store::county::Ledger;

    #[tokio::test]
    async fn any_requirement_names_the_duties_of_care_and_no_check() {
        let world = World::new().await;
        let (area, as_of) = (world.county.keys.county(), Day::of(clock::now_ms()));
        let question =
            Question { area, duty: ANY_DUTY.to_owned(), period: None, category: None, as_of, silence: true };
        let asked = ask(&world.county, question).await.unwrap();
        let told = explain(&asked, Column::Met);
        assert_eq!(
            told.source_zh,
            explain(&asked, Column::NotYet).source_zh,
            "shown once under several figures"
        );
        assert!(
            told.source_zh.contains(&format!("任一要求：{} 项", told.duties_zh.len())),
            "{}",
            told.source_zh
        );
        assert_eq!(told.duties_zh.len(), told.duties_en.len());
        let (_, _, reference, _) = world.store.standing_now().await.unwrap();
        let (mut care, mut checks) = (0, 0);
        for name in reference.duty_names() {
            let Some(rule) = reference.rule_on(&name, area, as_of) else { continue };
            let is_care = rule.kind == DutyKind::Care;
            assert_eq!(told.duties_zh.contains(&rule.title_zh), is_care, "{} in {told:?}", rule.title_zh);
            *(if is_care { &mut care } else { &mut checks }) += 1;
        }
        assert!(care > 3 && checks > 0);
    }

    #[tokio::test]
    async fn every_rule_that_speaks_in_the_area_and_period_is_named() {
        let world = World::new().await;
        let county = &world.county;
        let (whole, township) = (county.keys.county(), AreaCode(532_929_102_000));
        let now = Day::of(clock::now_ms());
        let month = Period::containing(Cadence::Month, Cut::Natural, now).next();
        let (_, _, reference, _) = world.store.standing_now().await.unwrap();
        let former = reference.rule_on("elder_monthly", whole, now).unwrap().source.clone();
        let change = async |area, from, source: &str, cadence| {
            let fields = Fields { source: Some(source.to_owned()), cadence, ..Fields::default() };
            let duty = "elder_monthly".to_owned();
            edit(county, operator(), &Edit { act: Act::Change, duty, area, from, fields }, clock::now_ms())
                .await
                .unwrap();
        };
        let mid = month.from().plus(9);
        change(township, month.from(), "镇〔2026〕1号", Some(Cadence::Rolling { days: 10 })).await;
        change(whole, mid, "县〔2026〕2号", None).await;
        build(county, clock::now_ms(), &mut |_| {}).await.unwrap();
        let told = async |area, column| {
            let duty = "elder_monthly".to_owned();
            let question =
                Question { area, duty, period: None, category: None, as_of: month.last(), silence: true };
            explain(&ask(county, question).await.unwrap(), column)
        };
        let all = told(whole, Column::Due).await;
        let name = reference.areas.name(township);
        for source in [
            format!("{name}自 {} 起，镇〔2026〕1号", month.from()),
            format!("（另列的地方除外）自 {mid} 起，县〔2026〕2号"),
            format!("到 {}，{former}", mid.plus(-1)),
        ] {
            assert!(all.source_zh.contains(&source), "{source} in {}", all.source_zh);
        }
        assert!(all.source_en.contains(&format!("{name} from {}, 镇〔2026〕1号", month.from())), "{all:?}");
        assert!(all.source_zh.contains("距上次 10 天内一次") && all.source_zh.contains("每月一次"));
        assert!(all.source_zh.contains("满 10 天的那一天"), "{}", all.source_zh);
        let own = told(township, Column::Due).await;
        assert!(
            own.source_zh.contains("镇〔2026〕1号") && !own.source_zh.contains("县〔2026〕2号"),
            "{own:?}"
        );
        assert!(!own.source_zh.contains("每月一次"), "{}", own.source_zh);
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
                assert!(told.source_zh.contains(&zh) && told.source_en.contains(&en), "{told:?}");
            } else {
                let said = told.source_zh.contains("按天数到期") || told.source_en.contains("falls due");
                assert!(!said, "{name}: {told:?}");
            }
        }
        assert!(rolling > 0);
    }
}
