//! 走访要求: dated rules, added, changed from a day on, and ended. What was in force before that day
//! stays as it was; the figures switch when a new generation of rules is complete ([`crate::roll`]).

pub mod effect;

use crate::area::exists;
use crate::clock;
use crate::county::{County, at_county};
use crate::person::everybody;
use crate::problem::{unchanged, wrong};
use crate::reports::no_duty;
use crate::staff::{Change, write_all};
use domain::catalogue::{RecordKind, keys};
use domain::category::Category;
use domain::coverage::rules::{ANY_DUTY, ANY_DUTY_ZH, Rules, rule_on};
use domain::duty::{Duty, DutyKind, Strength};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::period::{Cadence, Cut};
use domain::problem::Problem;
use domain::reference::Reference;
use domain::staff::Role;
use domain::subject::Person;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use domain::visit::{Met, Way};
use serde::{Deserialize, Serialize};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = DutyAct)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    /// A duty that is not there, or is in force no more.
    Add,
    /// Another rule from a day on.
    Change,
    /// It asks no more from a day on.
    End,
}

/// What is named of a rule; the rest stays.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = DutyFields)]
pub struct Fields {
    /// What people call it.
    pub title_zh: Option<String>,
    /// The English name.
    pub title_en: Option<String>,
    /// What kind of visit it asks for.
    #[schema(value_type = Option<String>)]
    pub kind: Option<DutyKind>,
    /// Whom it is for: codes of categories.
    pub categories: Option<Vec<String>>,
    /// Which ways satisfy it.
    #[schema(value_type = Option<Vec<String>>)]
    pub ways: Option<Vec<Way>>,
    /// Which kinds of meeting satisfy it.
    #[schema(value_type = Option<Vec<String>>)]
    pub mets: Option<Vec<Met>>,
    /// How often.
    #[schema(value_type = Option<String>)]
    pub cadence: Option<Cadence>,
    /// Where its months are cut.
    #[schema(value_type = Option<String>)]
    pub cut: Option<Cut>,
    /// How many visitors it takes.
    pub visitors_min: Option<u8>,
    /// Who is enrolled for fewer days before the end of a period is not due in it.
    pub enrolled_days_min: Option<u8>,
    /// Which roles carry it.
    #[schema(value_type = Option<Vec<String>>)]
    pub roles: Option<Vec<Role>>,
    /// Law, document and article: of the rule, or of its end.
    pub source: Option<String>,
    /// By whose word: N national, O other place, D the county.
    pub strength: Option<String>,
}

/// One edit of a duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edit {
    /// What is to be done.
    pub act: Act,
    /// The duty's name.
    pub duty: String,
    /// For this area and all below it.
    pub area: AreaCode,
    /// From this day on.
    pub from: Day,
    /// What is to be other than before.
    pub fields: Fields,
}

/// What an edit comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The rule that was in force on the day.
    pub before: Option<Duty>,
    /// The rule that is in force then.
    pub after: Option<Duty>,
    /// The area had the rules of an area above it, and gets its own from now on.
    pub own_from_now: bool,
    /// The rules that begin later: they are there already, and stay.
    pub later: Vec<Duty>,
    /// The rules of the area, all of them: with the record of each that is there already.
    rules: Vec<(Option<RecordId>, Duty)>,
}

/// Finds out what an edit comes to; writes nothing.
///
/// # Errors
/// `argument_wrong`, with what is wrong and why; `nothing_to_change`.
pub fn plan(reference: &Reference, begins: Day, edit: &Edit) -> Result<Plan, Problem> {
    check(reference, begins, edit)?;
    let (duty, from) = (&edit.duty, edit.from);
    let known = Rules::of(reference);
    let list = known.at(duty, edit.area);
    let before = rule_on(list, from).cloned();
    if let (Act::Add, Some(rule)) = (edit.act, &before) {
        let zh = format!("从 {} 起已经在用；要改请用 `duty change`", rule.from);
        return Err(wrong(duty, zh, format!("it is in force since {}: `duty change` changes it", rule.from)));
    }
    check_fields(edit)?;
    check_title(reference, edit)?;
    let own_from_now = list.first().is_some_and(|rule| rule.area != edit.area);
    let id = |rule: &Duty| (!own_from_now).then_some(rule.id);
    let mut rules: Vec<_> =
        list.iter().map(|rule| (id(rule), Duty { area: edit.area, ..rule.clone() })).collect();
    let after = match (edit.act, &before) {
        (Act::End | Act::Change, None) => {
            if list.is_empty() {
                return Err(no_duty(reference, duty, known.names().filter(|name| *name != ANY_DUTY)));
            }
            let ends = |rule: &Duty| rule.area == edit.area && rule.until == Some(from);
            if edit.act == Act::End && list.iter().any(ends) {
                let zh = format!("从 {from} 起已经停止");
                return Err(unchanged(duty, zh, format!("it has been ended from {from} on")));
            }
            let (zh, en) = spells(list);
            return Err(wrong(
                duty,
                format!("{from} 那天没有这项要求（{zh}）；要重新开始请用 `duty add`"),
                format!("it is not in force on {from} ({en}); `duty add` begins it again"),
            ));
        }
        (Act::End, Some(_)) => {
            for (_, rule) in rules.iter_mut().filter(|(_, rule)| rule.until.is_none_or(|until| until > from))
            {
                rule.until = Some(from.max(rule.from));
                rule.ended_source = edit.fields.source.clone().unwrap_or_default();
            }
            None
        }
        (Act::Change, Some(former)) => {
            for (_, rule) in rules.iter_mut().filter(|(_, rule)| rule.id == former.id) {
                rule.until = Some(from);
                rule.ended_source.clear();
            }
            let former = Duty { area: edit.area, from, ..former.clone() };
            let next = with(former.clone(), &edit.fields);
            if next == former {
                return Err(unchanged(duty, "和现在一样", "it would be as it is"));
            }
            Some(next)
        }
        (Act::Add, _) => {
            // A later rule that is planned already stays.
            let planned = list.iter().filter(|rule| rule.holds_ever()).map(|rule| rule.from);
            let until = planned.filter(|later| *later > from).min();
            Some(Duty { until, ..with(blank(edit), &edit.fields) })
        }
    };
    rules.extend(after.clone().map(|rule| (None, rule)));
    let later = list.iter().filter(|rule| rule.from > from && rule.holds_ever()).cloned().collect();
    Ok(Plan { before, after, own_from_now, later, rules })
}

/// The name of the duty whose whole Chinese title this is; else what was said, which may be a name.
pub fn named(reference: &Reference, text: &str) -> String {
    if text == ANY_DUTY_ZH {
        return ANY_DUTY.to_owned();
    }
    let titled = reference.duties.values().filter(|rule| rule.title_zh == text).map(|rule| &rule.duty);
    let mut names: Vec<_> = titled.collect();
    names.sort_unstable();
    names.dedup();
    match names.as_slice() {
        [one] => (*one).clone(),
        _ => text.to_owned(),
    }
}

/// When something was asked, Chinese and English; of some rules it never was.
pub(crate) fn spells<'a>(rules: impl IntoIterator<Item = &'a Duty>) -> (String, String) {
    let spell = |rule: &Duty| {
        let last = rule.until.map(|until| until.plus(-1).to_string()).unwrap_or_default();
        format!("{}–{last}", rule.from)
    };
    let mut spells: Vec<_> = rules.into_iter().filter(|rule| rule.holds_ever()).map(spell).collect();
    spells.sort_unstable();
    spells.dedup();
    if spells.is_empty() {
        return ("这项要求从来没有实行过".to_owned(), "it was never in force".to_owned());
    }
    let spells = spells.join(", ");
    (format!("有要求的时间：{spells}"), format!("it is asked in {spells}"))
}

/// How far ahead a rule may begin.
const AHEAD_DAYS: i32 = 10 * 366;

/// More people never make one visit.
const VISITORS_MAX: u8 = 5;

fn check(reference: &Reference, begins: Day, edit: &Edit) -> Result<(), Problem> {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if edit.duty == ANY_DUTY {
        let zh = "“任一要求”由所有要求合成，按月统计，不能单独更改";
        return Err(wrong(ANY_DUTY, zh, "it is made of all the others, by months, and is not edited itself"));
    }
    if edit.duty.is_empty() || edit.duty.len() > 64 || !edit.duty.chars().all(word) {
        let zh = "走访要求的代号只用小写字母、数字和 _，最多 64 个";
        return Err(wrong(&edit.duty, zh, "a duty's name has small letters, digits and _ only, at most 64"));
    }
    if !reference.areas.0.contains_key(&edit.area) {
        let code = edit.area;
        return Err(wrong("area", format!("没有区划 {code}"), format!("there is no area {code}")));
    }
    if edit.from < begins {
        let zh = format!("统计从 {begins} 开始，不能更早");
        return Err(wrong("--from", zh, format!("nothing is counted before {begins}")));
    }
    let last = Day::of(clock::now_ms()).plus(AHEAD_DAYS);
    if edit.from > last {
        let zh = format!("太远了：最晚写到 {last}");
        return Err(wrong("--from", zh, format!("too far ahead: {last} at the latest")));
    }
    match edit.act {
        Act::Add | Act::Change => exists(reference, edit.area, edit.from),
        Act::End => Ok(()),
    }
}

/// Two duties of one title cannot be told apart by anybody who reads it.
fn check_title(reference: &Reference, edit: &Edit) -> Result<(), Problem> {
    let Some(title) = &edit.fields.title_zh else { return Ok(()) };
    let same = |rule: &&Duty| rule.duty != edit.duty && rule.title_zh == *title;
    let Some(other) = reference.duties.values().find(same) else { return Ok(()) };
    let zh = format!("已经有一项叫“{title}”（代号 {}），请换个名称", other.duty);
    let en = format!("the duty {} has this title already: choose another", other.duty);
    Err(wrong("--title-zh", zh, en))
}

fn check_fields(edit: &Edit) -> Result<(), Problem> {
    let Fields { categories, ways, mets, cadence, visitors_min, roles, source, title_zh, strength, .. } =
        &edit.fields;
    let unknown = categories.iter().flatten().find(|code| Category::from_code(code).is_none());
    if let Some(code) = unknown {
        let known: Vec<_> = Category::ALL.iter().map(|one| format!("{} {}", one.code(), one.zh())).collect();
        let known = known.join(", ");
        let zh = format!("没有“{code}”这个类别；有 {known}");
        return Err(wrong("--categories", zh, format!("{code} is none of {known}")));
    }
    if let Some(strength) = strength.as_deref().filter(|one| Strength::from_code(one).is_none()) {
        let known = |word: fn(Strength) -> &'static str| {
            Strength::ALL.iter().map(|one| format!("{} {}", one.code(), word(*one))).collect::<Vec<_>>()
        };
        let zh = format!("不能写“{strength}”；能写 {}", known(Strength::zh).join("，"));
        let en = format!("{strength} is none of {}", known(Strength::en).join(", "));
        return Err(wrong("--strength", zh, en));
    }
    if let Some(least) = visitors_min.filter(|least| *least > VISITORS_MAX) {
        let zh = format!("要 {least} 个人同去，谁也完不成；最多写 {VISITORS_MAX}");
        let en = format!("nobody could ever meet {least} visitors at once; {VISITORS_MAX} at most");
        return Err(wrong("--visitors-min", zh, en));
    }
    let blank = |text: &String| text.trim().is_empty();
    let one = ("至少写一个，不能空着", "at least one: it must not be empty");
    let empty = [
        ("--categories", categories.as_ref().map(Vec::is_empty), one),
        ("--ways", ways.as_ref().map(Vec::is_empty), one),
        ("--mets", mets.as_ref().map(Vec::is_empty), one),
        ("--roles", roles.as_ref().map(Vec::is_empty), one),
        (
            "--source",
            source.as_ref().map(blank),
            ("要写依据：哪部法律、哪个文件、哪一条", "the source is needed: law, document, article"),
        ),
        ("--title-zh", title_zh.as_ref().map(blank), ("要写名称", "a title is needed")),
        (
            "--visitors-min",
            visitors_min.map(|least| least == 0),
            ("至少 1 个人去，不能写 0", "somebody has to go: 1 at least"),
        ),
    ];
    let needed = match edit.act {
        Act::Add => &["--categories", "--ways", "--mets", "--roles", "--source", "--title-zh"][..],
        Act::Change | Act::End => &["--source"],
    };
    for (name, empty, (zh, en)) in empty {
        match empty {
            Some(true) => return Err(wrong(name, zh, en)),
            None if needed.contains(&name) => return Err(has_to_be_said(name)),
            _ => {}
        }
    }
    if edit.act == Act::Add && cadence.is_none() {
        return Err(has_to_be_said("--cadence"));
    }
    Ok(())
}

fn has_to_be_said(name: &str) -> Problem {
    wrong(name, "这一项要写", "it has to be said")
}

/// A rule of which nothing is said yet.
fn blank(edit: &Edit) -> Duty {
    Duty {
        id: RecordId::named("duty", &edit.duty),
        duty: edit.duty.clone(),
        title_zh: String::new(),
        title_en: String::new(),
        kind: DutyKind::Care,
        categories: Vec::new(),
        ways: Vec::new(),
        mets: Vec::new(),
        cadence: Cadence::Month,
        cut: Cut::Natural,
        visitors_min: 1,
        enrolled_days_min: 0,
        roles: Vec::new(),
        area: edit.area,
        from: edit.from,
        until: None,
        source: String::new(),
        strength: Strength::County.code().to_owned(),
        ended_source: String::new(),
    }
}

fn with(mut rule: Duty, fields: &Fields) -> Duty {
    fn set<T: Clone>(field: &mut T, given: Option<&T>) {
        if let Some(given) = given {
            field.clone_from(given);
        }
    }
    set(&mut rule.title_zh, fields.title_zh.as_ref());
    set(&mut rule.title_en, fields.title_en.as_ref());
    set(&mut rule.kind, fields.kind.as_ref());
    set(&mut rule.categories, fields.categories.as_ref());
    set(&mut rule.ways, fields.ways.as_ref());
    set(&mut rule.mets, fields.mets.as_ref());
    set(&mut rule.cadence, fields.cadence.as_ref());
    set(&mut rule.cut, fields.cut.as_ref());
    set(&mut rule.visitors_min, fields.visitors_min.as_ref());
    set(&mut rule.enrolled_days_min, fields.enrolled_days_min.as_ref());
    set(&mut rule.roles, fields.roles.as_ref());
    // The strength is of the source: another source does not inherit it.
    if fields.source.as_ref().is_some_and(|source| *source != rule.source) {
        Strength::County.code().clone_into(&mut rule.strength);
    }
    set(&mut rule.source, fields.source.as_ref());
    set(&mut rule.strength, fields.strength.as_ref());
    rule
}

impl Plan {
    /// Whether the rule asks a person on a day, now or after the edit, in the area that is edited.
    pub fn concerns(&self, reference: &Reference, area: AreaCode, person: &Person, day: Day) -> bool {
        let here = person.village_on(day).is_some_and(|village| reference.areas.within(village, area));
        here && self.before.iter().chain(&self.after).any(|rule| rule.concerns(person, day))
    }
}

/// How many people an edit concerns, on its first day. O(people).
///
/// # Errors
/// What the store says.
pub async fn concerned(
    county: &County,
    reference: &Reference,
    plan: &Plan,
    edit: &Edit,
) -> Result<usize, Problem> {
    let people = everybody(county).await?;
    Ok(people.iter().filter(|(one, _)| plan.concerns(reference, edit.area, one, edit.from)).count())
}

/// Carries an edit out, in one job. Whoever builds generations is woken by the county.
///
/// # Errors
/// As [`plan`]; what the store says.
pub async fn edit(county: &County, by: RecordId, edit: &Edit, now_ms: UnixMs) -> Result<(), Problem> {
    let (state, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let plan = plan(&reference, state.begins, edit)?;
    let mut records = Vec::new();
    for (record, rule) in &plan.rules {
        records.push(match record {
            None => Change::new(RecordKind::Duty, rule.fields()),
            Some(id) if reference.duties.get(id).is_some_and(|before| before.until != rule.until) => {
                let until = rule.until.map_or(Value::Null, |until| until.to_string().into());
                let source = Some(&rule.ended_source).filter(|source| !source.is_empty());
                let source = source.map_or(Value::Null, Value::text);
                let record = RecordRef { kind: RecordKind::Duty, id: *id };
                let ends = [(keys::UNTIL, until), (keys::ENDED_SOURCE, source)];
                Change::of_office(record, ends.map(|(key, value)| (key.to_owned(), value)).into())
            }
            Some(_) => continue,
        });
    }
    write_all(county, by, records, now_ms).await?;
    tracing::info!(duty = edit.duty, act = ?edit.act, area = %edit.area, from = %edit.from, "a duty was edited");
    Ok(())
}

#[cfg(test)]
mod tests;
