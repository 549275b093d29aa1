//! What an edit will change, in words.

use crate::duty::effect::{effects, periods};
use crate::duty::{Act, Edit, Plan};
use domain::category::Category;
use domain::duty::Duty;
use domain::period::Cadence;
use domain::reference::Reference;
use domain::time::Day;

/// How often, in Chinese.
pub(super) fn cadence_zh(cadence: Cadence) -> String {
    match cadence {
        Cadence::Month => "每月".to_owned(),
        Cadence::Quarter => "每季度".to_owned(),
        Cadence::HalfYear => "每半年".to_owned(),
        Cadence::Year => "每年".to_owned(),
        Cadence::Rolling { days } => format!("每{days}天（滚动）"),
    }
}

/// The words of some codes, Chinese.
pub(super) fn spoken<T: Copy>(of: &[T], word: impl Fn(T) -> &'static str) -> String {
    of.iter().map(|one| word(*one)).collect::<Vec<_>>().join("、")
}

/// Whom a rule is for, Chinese; a code of a newer version stays.
pub(super) fn categories_zh(rule: &Duty) -> String {
    let word =
        |code: &String| Category::from_code(code).map_or_else(|| code.clone(), |one| one.zh().to_owned());
    rule.categories.iter().map(word).collect::<Vec<_>>().join("、")
}

/// The fields of a rule as they are told: name and value.
pub(super) fn fields(rule: &Duty) -> [(&'static str, String); 15] {
    [
        ("名称", rule.title_zh.clone()),
        ("英文名称", rule.title_en.clone()),
        ("种类", rule.kind.zh().to_owned()),
        ("对象", categories_zh(rule)),
        ("方式", spoken(&rule.ways, |way| way.zh())),
        ("见到谁", spoken(&rule.mets, |met| met.zh())),
        ("多久一次", cadence_zh(rule.cadence)),
        ("口径", rule.cut.zh().to_owned()),
        ("至少几人", rule.visitors_min.to_string()),
        ("期末前至少在册天数", rule.enrolled_days_min.to_string()),
        ("职责", spoken(&rule.roles, |role| role.zh())),
        ("到", rule.until.map(|until| until.to_string()).unwrap_or_default()),
        ("依据", rule.source.clone()),
        ("效力", rule.strength().zh().to_owned()),
        ("停止的依据", rule.ended_source.clone()),
    ]
}

/// What an edit will change, and when it shows.
pub(super) fn of(edit: &Edit, plan: &Plan, reference: &Reference, people: usize, today: Day) -> String {
    let title = plan.after.as_ref().or(plan.before.as_ref()).map_or("", |rule| &rule.title_zh);
    let what = match edit.act {
        Act::Add => "新增",
        Act::Change => "更改",
        Act::End => "停止",
    };
    let area = reference.areas.name(edit.area);
    let mut text = format!("{what}走访要求 {} {title}，{area}，从 {} 起\n", edit.duty, edit.from);
    match (&plan.before, &plan.after) {
        (Some(before), Some(after)) => {
            for ((name, old), (_, new)) in fields(before).into_iter().zip(fields(after)) {
                if old != new {
                    text.push_str(&format!("  {name}：{old} → {new}\n"));
                }
            }
        }
        (None, Some(after)) => {
            let said = fields(after).into_iter().filter(|(_, value)| !value.is_empty());
            said.for_each(|(name, value)| text.push_str(&format!("  {name}：{value}\n")));
        }
        _ => {}
    }
    if edit.act == Act::End {
        text.push_str(&format!("  依据：{}\n", edit.fields.source.as_deref().unwrap_or_default()));
    }
    if plan.own_from_now {
        text.push_str(&format!("  {area}从此有自己的要求：上级以后的更改不再影响这里。\n"));
    }
    text.push_str(&until(edit, plan));
    text.push_str(&format!("涉及 {people} 人。"));
    text.push_str(&when(edit, plan));
    if edit.from < today {
        text.push_str("这一天已过：以前显示过的数字会改变。\n");
    }
    text
}

/// Until when it holds: a rule that is there already may take over.
fn until(edit: &Edit, plan: &Plan) -> String {
    let next = plan.later.iter().min_by_key(|rule| rule.from);
    // Of several rules the one that began last holds.
    let end =
        plan.after.as_ref().and_then(|rule| rule.until).into_iter().chain(next.map(|rule| rule.from)).min();
    match (edit.act, end, next) {
        (Act::End, _, Some(next)) => format!("原来写好从 {} 起的要求也一并停止。\n", next.from),
        (Act::End, _, None) => String::new(),
        (_, Some(until), Some(next)) if next.from == until => format!(
            "只管到 {} 为止：从 {until} 起按已经写好的另一条（{}），要一直管下去，请再对 {until} 改一次。\n",
            until.plus(-1),
            cadence_zh(next.cadence),
        ),
        (_, Some(until), _) => format!("只管到 {} 为止：从 {until} 起这项要求停止。\n", until.plus(-1)),
        (_, None, _) => "一直管下去，直到再改。\n".to_owned(),
    }
}

/// Which periods stay, and which are new.
fn when(edit: &Edit, plan: &Plan) -> String {
    let [_, new] = periods(edit, plan);
    let mut text: String = effects(edit, plan).into_iter().map(|effect| effect.zh).collect();
    if let Some(new) = new {
        text.push_str(&format!("新要求第一个统计期：{}。", new.zh()));
    }
    text.push_str("更早的统计期不变。\n");
    text
}
