//! 工作人员: who they are, where they work, and which phones they hold.

use crate::access::{log_phone, state_act};
use crate::area::exists;
use crate::county::{County, at_county};
use crate::near::near;
use crate::problem::{unchanged, wrong};
use domain::area::Area;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, AreaLevel, DeviceId, RecordId, WriterId};
use domain::log::Vector;
use domain::patch::{Body, RecordRef};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::staff::{Assignment, Role, Staff};
use domain::telephone::{NO_NUMBER, number};
use domain::time::{Day, Stamp, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use sync::county::needs::DeviceState;
use sync::county::prepared::{OwnPatch, OwnRecord};

/// Who the county's log names as the author of what is done at the server itself.
pub fn operator() -> RecordId {
    RecordId::named("staff", "operator of the server")
}

/// A role that is to be given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewAssignment {
    /// To whom.
    pub staff: RecordId,
    /// Which.
    pub role: Role,
    /// Where.
    pub area: AreaCode,
    /// The first day.
    pub from: Day,
    /// The first day no more.
    pub until: Option<Day>,
}

impl NewAssignment {
    /// The fields of its record.
    pub(crate) fn sets(&self) -> Sets {
        let area = i64::try_from(self.area.0).unwrap_or_default();
        let mut sets = BTreeMap::from([
            (keys::STAFF.to_owned(), Value::from(self.staff.to_string())),
            (keys::ROLE.to_owned(), Value::from(self.role.code())),
            (keys::AREA.to_owned(), Value::from(area)),
            (keys::FROM.to_owned(), Value::from(self.from.to_string())),
        ]);
        sets.extend(self.until.map(|until| (keys::UNTIL.to_owned(), Value::from(until.to_string()))));
        sets
    }

    /// The assignments of the same member of staff to the same role in the same area that hold on one of
    /// these days, the earliest first. O(assignments of the member).
    pub(crate) fn beside<'r>(&self, reference: &'r Reference) -> Vec<&'r Assignment> {
        let before = |from: Day, until: Option<Day>| until.is_none_or(|until| from < until);
        let same = |one: &&Assignment| {
            let shared =
                before(self.from.max(one.from), self.until) && before(self.from.max(one.from), one.until);
            one.role == self.role && one.area == self.area && shared
        };
        let mut found: Vec<_> = reference.assignments_of(self.staff).filter(same).collect();
        found.sort_by_key(|one| (one.from, one.id));
        found
    }

    /// The assignment that gives all of it already.
    pub(crate) fn given<'r>(&self, reference: &'r Reference) -> Option<&'r Assignment> {
        let lasts =
            |one: &Assignment| one.until.is_none_or(|last| self.until.is_some_and(|until| until <= last));
        self.beside(reference).into_iter().find(|one| one.from <= self.from && lasts(one))
    }
}

/// The days of an assignment, Chinese and English, with its id.
fn spell(one: &Assignment) -> (String, String) {
    let Assignment { from, until, id, .. } = one;
    match until.map(|until| until.plus(-1)) {
        Some(last) => (format!("{from} 至 {last}（编号 {id}）"), format!("{from} to {last} (id {id})")),
        None => (format!("从 {from} 起（编号 {id}）"), format!("since {from} (id {id})")),
    }
}

/// Adds a member of staff; they can do nothing before they are given a role.
///
/// # Errors
/// `argument_wrong` when nobody can be called that or it is no telephone: namesakes are told apart by their
/// telephones; `nothing_to_change` when they are there already; what the store says.
pub async fn add(
    county: &County,
    by: RecordId,
    name: &str,
    phone: Option<&str>,
    now_ms: UnixMs,
) -> Result<RecordId, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let (name, phone) = new_member(&reference, name, phone)?;
    let mut sets = BTreeMap::from([(keys::NAME.to_owned(), Value::from(name))]);
    sets.extend(phone.map(|phone| (keys::PHONE.to_owned(), Value::from(phone))));
    write(county, by, Change::new(RecordKind::Staff, sets), now_ms).await
}

fn new_member(
    reference: &Reference,
    name: &str,
    phone: Option<&str>,
) -> Result<(String, Option<String>), Problem> {
    let Some(name) = domain::name::tidy(name) else {
        let zh = "不是姓名：1 到 50 个字，要有文字，不能有控制字符";
        return Err(wrong(
            name,
            zh,
            "not a name: 1 to 50 characters, a letter among them, no control characters",
        ));
    };
    let phone = match phone {
        None => None,
        Some(text) => Some(telephone_number(text)?),
    };
    let namesakes: Vec<_> = namesakes(reference, &name).collect();
    if let Some(one) = namesakes.iter().find(|one| one.phone == phone) {
        let zh = format!("已经在名册里，编号 {}", one.id);
        return Err(unchanged(&name, zh, format!("is there already, with the id {}", one.id)));
    }
    if !namesakes.is_empty() && phone.is_none() {
        let zh = "县里有同名的人，请用 --phone 写上电话，以便分清";
        return Err(wrong(&name, zh, "somebody has this name: tell them apart by --phone"));
    }
    Ok((name, phone))
}

/// Everybody of this name.
pub(crate) fn namesakes<'a>(reference: &'a Reference, name: &'a str) -> impl Iterator<Item = &'a Staff> {
    reference.staff.values().filter(move |one| one.name == name)
}

/// A telephone number as it is kept ([`number`]), or what is wrong with it.
///
/// # Errors
/// `argument_wrong`.
fn telephone_number(text: &str) -> Result<String, Problem> {
    let (zh, en) = NO_NUMBER;
    number(text).ok_or_else(|| wrong(text, zh, en))
}

/// Gives a role.
///
/// # Errors
/// `argument_wrong` when there is no such member of staff or area, the area has ended by then, the role is the
/// county's and the area is not, or the member has the role there on some of these days; `nothing_to_change`
/// when on all of them; what the store says.
pub async fn assign(
    county: &County,
    by: RecordId,
    new: &NewAssignment,
    now_ms: UnixMs,
) -> Result<RecordId, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    find(&reference, &new.staff.to_string())?;
    exists(&reference, find_area(&reference, &new.area.to_string())?, new.from)?;
    of_the_county(new.role, new.area)?;
    let name = reference.staff.get(&new.staff).map_or("", |one| &one.name);
    let (area, role) = (reference.areas.name(new.area), new.role);
    if let Some(one) = new.given(&reference) {
        let (zh, en) = spell(one);
        let zh = format!("在{area}已有“{}”这个分工：{zh}", role.zh());
        return Err(unchanged(name, zh, format!("is {} in {area} already: {en}", role.en())));
    }
    if let [first, ..] = new.beside(&reference).as_slice() {
        let (zh, en) = spell(first);
        let (id, from) = (first.id, first.from);
        let zh = format!(
            "在{area}已有“{}”这个分工，日期不同：{zh}。没有再加。要换日期，先用 `staff end {id} --until {from}` 取消它，再给一次",
            role.zh(),
        );
        let en = format!(
            "is {} in {area} already, on other days: {en}. Nothing was added. For other days first take it back with \
             `staff end {id} --until {from}`, then give it again",
            role.en(),
        );
        return Err(wrong(name, zh, en));
    }
    write(county, by, Change::new(RecordKind::Assignment, new.sets()), now_ms).await
}

/// Some roles are the county's own: in a township or a village they mean nothing.
///
/// # Errors
/// `argument_wrong`.
pub(crate) fn of_the_county(role: Role, area: AreaCode) -> Result<(), Problem> {
    if !role.of_the_county() || area.level() == AreaLevel::County {
        return Ok(());
    }
    let zh = "是县里的角色，只能给在县，不能给在乡镇或村";
    Err(wrong(role.zh(), zh, format!("{} is a role of the county, and of no township or village", role.en())))
}

/// Ends a role: `until` is the first day on which it holds no more.
///
/// # Errors
/// `argument_wrong` when there is no such assignment; `nothing_to_change` when it has ended by then; what the
/// store says.
pub async fn end(
    county: &County,
    by: RecordId,
    assignment: RecordId,
    until: Day,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let Some(one) = reference.assignments.get(&assignment) else {
        let zh = "没有这个分工；编号在 `staff list` 最后一列";
        return Err(wrong(
            assignment,
            zh,
            "there is no such assignment; `staff list` shows the ids, last column",
        ));
    };
    if until < one.from {
        let zh = format!("分工从 {} 开始，不能更早结束", one.from);
        return Err(wrong(
            "--until",
            zh,
            format!("the assignment begins on {}; it cannot end before", one.from),
        ));
    }
    // An end that is still to come may be put off; one that is past stays: a role that has ended is given anew.
    let over = |ended: &Day| *ended == until || (*ended < until && *ended <= Day::of(now_ms));
    if let Some(ended) = one.until.filter(over) {
        let zh = format!("这个分工从 {ended} 起已经没有了；要再给，用 `staff assign`");
        return Err(unchanged(
            assignment,
            zh,
            format!("the assignment has ended on {ended}; `staff assign` gives it again"),
        ));
    }
    let record = RecordRef { kind: RecordKind::Assignment, id: assignment };
    let sets = BTreeMap::from([(keys::UNTIL.to_owned(), Value::from(until.to_string()))]);
    write(county, by, Change::of_office(record, sets), now_ms).await.map(drop)
}

/// What a patch sets.
pub(crate) type Sets = BTreeMap<String, Value>;

/// What the county writes to a record.
#[derive(Debug, Clone)]
pub(crate) struct Change {
    record: OwnRecord,
    sets: Sets,
    seen: Option<Vector>,
}

impl Change {
    /// A new record.
    pub fn new(kind: RecordKind, sets: Sets) -> Self {
        Self { record: OwnRecord::New(kind), sets, seen: None }
    }

    /// Fields that the office alone writes: staff and roles, areas and duties, what is void. Nobody else's
    /// word can be there, and of two words of the office the later one holds: so this one has seen
    /// whatever stands when it is written, and nothing is ever contested by it.
    pub fn of_office(record: RecordRef, sets: Sets) -> Self {
        Self { record: OwnRecord::Known(record), sets, seen: None }
    }

    /// Fields that phones write too. This has seen what was read when it was decided what to write: what
    /// a phone says in between stands beside it, as contested, and is not passed over unseen.
    pub fn of_register(record: RecordRef, seen: Vector, sets: Sets) -> Self {
        Self { record: OwnRecord::Known(record), sets, seen: Some(seen) }
    }
}

pub(crate) async fn write(
    county: &County,
    by: RecordId,
    change: Change,
    now_ms: UnixMs,
) -> Result<RecordId, Problem> {
    let written = write_all(county, by, vec![change], now_ms).await?.first().copied();
    written.ok_or_else(|| Problem::new(ProblemCode::Internal).with("reference", "nothing was written"))
}

/// Writes into the county's log in somebody's name, all or nothing; answers the records in their order.
/// Whether they may is for the caller to know.
pub(crate) async fn write_all(
    county: &County,
    by: RecordId,
    changes: Vec<Change>,
    now_ms: UnixMs,
) -> Result<Vec<RecordId>, Problem> {
    let stamp = Stamp { wall_ms: now_ms, county_ms: now_ms, ..Stamp::default() };
    let patch = |Change { record, sets, seen }| {
        let body = Body { sets, salt: WriterId(county.dice.number()), ..Body::default() };
        OwnPatch { record, form: None, body, seen, author: by, stamp }
    };
    let patches: Vec<OwnPatch> = changes.into_iter().map(patch).collect();
    if patches.is_empty() {
        return Ok(Vec::new());
    }
    let done = county.append(patches, now_ms).await?;
    Ok(done.own.into_iter().map(|(record, _)| record.id).collect())
}

/// Retires (handed over) or revokes (lost) a phone, or takes it back; who did it stands in the access log.
///
/// # Errors
/// `device_unknown`; `nothing_to_change` when it is so already; `argument_wrong` when a lost phone is to be
/// handed over: that would lift the loss; what the store says.
pub async fn set_state(
    county: &County,
    by: RecordId,
    device: DeviceId,
    state: DeviceState,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    let today = Day::of(now_ms);
    let directory = &county.stores.directory;
    let found = directory.device(device).await.map_err(at_county)?;
    let now = found.ok_or_else(|| Problem::new(ProblemCode::DeviceUnknown))?.row.state;
    if now == state {
        let zh = format!("这台手机本来就是“{}”", state.zh());
        return Err(unchanged(device, zh, format!("this phone is \"{}\" already", state.en())));
    }
    if (now, state) == (DeviceState::Revoked, DeviceState::Retired) {
        let zh =
            "已停用（丢失），不能再移交：移交的手机还能上传，等于取消丢失；找回来了，用 `staff reactivate`";
        let en = "it is revoked (lost) and cannot be handed over: that would lift the loss. When it was found, use \
                  `staff reactivate`";
        return Err(wrong(device, zh, en));
    }
    log_phone(county, by, state_act(state), device, now_ms).await?;
    directory.set_state(device, state, today).await.map_err(at_county)?;
    tracing::info!(%device, ?state, "a phone's state was set");
    Ok(())
}

/// The member of staff whose id or whole name this is.
///
/// # Errors
/// `argument_wrong` when there is none, with near names, or several: their ids and telephones are given.
pub fn find(reference: &Reference, text: &str) -> Result<RecordId, Problem> {
    if let Ok(id) = text.parse::<RecordId>()
        && reference.staff.contains_key(&id)
    {
        return Ok(id);
    }
    let same: Vec<_> = reference.staff.values().filter(|one| one.name == text).collect();
    match same.as_slice() {
        [] => {
            let near = near(text, reference.staff.values().map(|one| one.name.as_str())).join("、");
            Err(nothing(text, ("工作人员", "姓名或编号"), ("member of staff", "name or id"), &near))
        }
        [one] => Ok(one.id),
        several => {
            let one = |one: &&Staff| format!("{} {}", one.id, one.phone.as_deref().unwrap_or_default());
            let all = several.iter().map(one).collect::<Vec<_>>().join("; ");
            let zh = format!("有 {} 个人叫这个名字，请写编号：{all}", several.len());
            Err(wrong(text, zh, format!("several have this name; give the id: {all}")))
        }
    }
}

/// The area whose code or whole name this is.
///
/// # Errors
/// `argument_wrong` when there is none, with near names, or several: they are given with what they lie
/// in and their codes.
pub fn find_area(reference: &Reference, text: &str) -> Result<AreaCode, Problem> {
    let areas = &reference.areas;
    if let Ok(code) = text.parse::<AreaCode>()
        && areas.0.contains_key(&code)
    {
        return Ok(code);
    }
    let placed = |area: &Area| {
        let above = area.parent.map(|code| areas.name(code)).unwrap_or_default();
        format!("{above} {} {}", area.name, area.code).trim_start().to_owned()
    };
    let same: Vec<_> = areas.0.values().filter(|one| one.name == text).collect();
    match same.as_slice() {
        [] if areas.0.is_empty() => Err(no_books(text)),
        [] => {
            let names = near(text, areas.0.values().map(|one| one.name.as_str()));
            let near = areas.0.values().filter(|one| names.contains(&one.name.as_str()));
            let near = near.take(NEAR_MAX).map(placed).collect::<Vec<_>>().join("、");
            Err(nothing(text, ("区划", "12 位代码或全名"), ("area", "12-digit code or whole name"), &near))
        }
        [one] => Ok(one.code),
        several => {
            let all = several.iter().map(|one| placed(one)).collect::<Vec<_>>().join("; ");
            let zh = format!("有 {} 个地方叫这个名字，请写代码：{all}", several.len());
            Err(wrong(text, zh, format!("several have this name; give the code: {all}")))
        }
    }
}

/// The county has no divisions yet: where they come from.
pub(crate) fn no_books(text: impl std::fmt::Display) -> Problem {
    wrong(
        text,
        "这个县还没有区划；停下 serve，先用 `county-server seed --books` 写入区划、走访要求和表单",
        "this county has no areas yet: stop serve, and write areas, duties and forms with `county-server seed --books`",
    )
}

/// How many places of near names are offered.
const NEAR_MAX: usize = 8;

/// Nothing is called so: what is meant, how it is written, and what is near.
fn nothing(text: &str, zh: (&str, &str), en: (&str, &str), near: &str) -> Problem {
    let (near_zh, near_en) = match near {
        "" => (String::new(), String::new()),
        near => (format!("；是不是：{near}"), format!("; did you mean: {near}")),
    };
    let ((what, shape), (what_en, shape_en)) = (zh, en);
    wrong(
        text,
        format!("没有这样的{what}（写{shape}）{near_zh}"),
        format!("there is no such {what_en} (give its {shape_en}){near_en}"),
    )
}

#[cfg(test)]
mod tests;
