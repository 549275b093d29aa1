//! The days of the month: who walks and who sends, and what happens on which day.

use super::people::{a_child_at_the_door, heard_of};
use super::township::{
    answer_concern, close_period, confirm_change, give_villages, hand_over, read_urgent, set_phone, sheets,
};
use super::workers::{Habit, Worker, weekday};
use super::{CLOSED_AFTER, Stage};
use crate::desk::{rows, text};
use crate::phone::PhoneProcess;
use crate::story::{PIN, exchange, fill, finish, start};
use domain::ids::RecordId;
use domain::period::Period;
use domain::staff::Role;
use domain::time::Day;
use serde_json::{Value, json};
use std::io::{Error, Result};

/// Phones that work at once.
const AT_ONCE: usize = 4;

/// What was found in the roof's house.
const ROOF: &str = "堂屋东角漏雨，下雨要拿盆接";

/// The days on which something happens, counted from the first of the period.
mod on {
    pub const HEARD: i32 = 3;
    pub const CHILD: i32 = 5;
    pub const ROOF: i32 = 8;
    pub const DEATH: i32 = 10;
    pub const NO_SIGNAL_FOR_THE_LOST: i32 = 11;
    pub const LOST: i32 = 14;
    pub const BRUISE: i32 = 16;
    pub const NEW_PHONE: i32 = 16;
    pub const HAND_OVER: i32 = 21;
    pub const SENT_AFTER_ALL: i32 = 22;
    pub const SILENT: i32 = 20;
    pub const FOUND: i32 = 23;
    pub const ROOF_MENDED: i32 = 24;
}

/// Who takes part in what happens.
#[derive(Debug, Default)]
struct Cast {
    roof: Option<(usize, RecordId)>,
    dead: Option<(usize, RecordId)>,
}

/// Plays all days, from the training day to the closing.
pub(super) fn play(stage: &mut Stage, workers: &mut [Worker], training: Day) -> Result<()> {
    train(stage, workers, training)?;
    let mut cast = Cast::default();
    let from = stage.period.from();
    stage.tell.title(&format!("二、{}", stage.period.zh()));
    for offset in 0..=stage.period.last().0 - from.0 {
        let day = from.plus(offset);
        morning(stage, workers, &mut cast, (day, offset))?;
        walks(stage, workers, (day, offset))?;
        events(stage, workers, &mut cast, (day, offset))?;
        let sent = evening(stage, workers, (day, offset))?;
        stage.tell.line(&format!("{}　走访累计 {} 次，{sent} 部手机联系过县里", date(day), written(workers)));
    }
    after(stage, workers)
}

fn written(workers: &[Worker]) -> usize {
    workers.iter().map(|one| one.written).sum()
}

/// 11月3日 周二.
pub(super) fn date(day: Day) -> String {
    let week = ["一", "二", "三", "四", "五", "六", "日"];
    let at = usize::try_from(weekday(day)).unwrap_or(1) - 1;
    format!("{} 周{}", day.date().format("%-m月%-d日"), week.get(at).copied().unwrap_or_default())
}

/// Does something with everybody, several at once.
fn each(workers: &mut [Worker], act: impl Fn(&mut Worker) -> Result<()> + Sync) -> Result<()> {
    let act = &act;
    let some = workers.len().div_ceil(AT_ONCE).max(1);
    std::thread::scope(|scope| {
        let threads: Vec<_> = workers
            .chunks_mut(some)
            .map(|chunk| {
                scope.spawn(move || {
                    chunk.iter_mut().try_for_each(|worker| {
                        act(worker).map_err(|error| Error::other(format!("{}: {error}", worker.name)))
                    })
                })
            })
            .collect();
        let ended = || Err(Error::other("a worker's thread ended"));
        threads.into_iter().try_for_each(|thread| thread.join().unwrap_or_else(|_| ended()))
    })
}

fn by_habit(workers: &mut [Worker], habit: Habit) -> Result<&mut Worker> {
    let found = workers.iter_mut().find(|one| one.habit == habit);
    found.ok_or_else(|| Error::other(format!("nobody: {}", habit.zh())))
}

/// The training day: villages, sheets, phones.
fn train(stage: &mut Stage, workers: &mut [Worker], training: Day) -> Result<()> {
    stage.tell.title(&format!("一、{}：培训日", date(training)));
    let roles = give_villages(stage, workers, training)?;
    stage.tell.line(&format!("分片：{roles} 项村里的分工移交给 19 名工作人员，另有 1 名月中接手"));
    stage.clock.set(training, 9, 30)?;
    let beginning: Vec<RecordId> =
        workers.iter().filter(|one| one.habit != Habit::TakesOver).map(|one| one.staff).collect();
    let codes = sheets(stage, &beginning)?;
    let shown: &Stage = stage;
    let (clock, county, folder) = (&shown.clock, &shown.county, &shown.folder);
    each(workers, |worker| {
        let Some(code) = codes.get(&worker.staff) else { return Ok(()) };
        let place = folder.join("phones").join(worker.number.to_string());
        std::fs::create_dir_all(&place)?;
        let phone = PhoneProcess::start_at(clock, &place, &county.phones)?;
        worker.phone = Some(enrolled(phone, code, &county.county, &county.fingerprint)?);
        Ok(())
    })?;
    stage.tell.line(&format!("打印启用单 {} 张，{} 部手机启用，各自下载自己的村", codes.len(), codes.len()));
    Ok(())
}

/// Enrols a phone and fetches its villages.
fn enrolled(mut phone: PhoneProcess, code: &str, county: &str, fingerprint: &str) -> Result<PhoneProcess> {
    let done = phone.call("enrol", json!({ "code": code, "pin": PIN, "county": county }))?;
    if text(&done, "fingerprint") != fingerprint {
        return Err(Error::other("the digits on the phone are not those of the sheet"));
    }
    exchange(&mut phone)?;
    Ok(phone)
}

/// What happens before anybody sets out.
fn morning(
    stage: &mut Stage,
    workers: &mut [Worker],
    cast: &mut Cast,
    (day, offset): (Day, i32),
) -> Result<()> {
    stage.clock.set(day, 8, 30)?;
    match offset {
        on::NO_SIGNAL_FOR_THE_LOST => by_habit(workers, Habit::Loses)?.signal(false)?,
        on::NEW_PHONE => new_phone(stage, workers, day)?,
        on::SILENT => by_habit(workers, Habit::Silent)?.signal(false)?,
        on::FOUND => found_again(stage, workers, day)?,
        _ => {}
    }
    if offset == on::HAND_OVER - 2 {
        by_habit(workers, Habit::HandsOver)?.signal(false)?;
    }
    if offset == on::HAND_OVER {
        take_over(stage, workers, day)?;
    }
    if offset == on::ROOF + 1 {
        let township = cast.roof.and_then(|(at, _)| workers.get(at)).map(|one| one.township);
        let township = township.ok_or_else(|| Error::other("no roof"))?;
        let due = day.plus(15);
        let answer = json!({ "state": "in_hand", "handler": "乡村建设办", "due": due, "words": "已列入农房维修，工匠这个月去" });
        answer_concern(stage, township, ROOF, &answer)?;
        stage.tell.line(&format!("　{}：{}答复漏雨：处理中，{due} 前修好", date(day), stage.name(township)));
    }
    if offset == on::DEATH + 1 {
        let (township, person) = cast
            .dead
            .and_then(|(at, person)| Some((workers.get(at)?.township, person)))
            .ok_or_else(|| Error::other("nobody died"))?;
        confirm_change(stage, township, person)?;
        stage.tell.line(&format!("　{}：{}核实去世，移出名单", date(day), stage.name(township)));
    }
    Ok(())
}

/// Everybody who writes at the door goes from door to door; then those who write in the evening, from the notebook.
fn walks(stage: &mut Stage, workers: &mut [Worker], (day, offset): (Day, i32)) -> Result<()> {
    if weekday(day) == 7 {
        return Ok(());
    }
    let last = stage.period.last();
    let days = (day.0..=last.0).filter(|one| weekday(Day(*one)) != 7).count();
    stage.clock.set(day, 10, 30)?;
    let walks = |worker: &Worker| worker.phone.is_some() && !worker.villages.is_empty();
    // What a phone has not sent when it is lost or handed back must be something.
    let least = |worker: &Worker| match worker.habit {
        Habit::Loses | Habit::HandsOver | Habit::TakesOver | Habit::Silent => {
            usize::from(cut_off(worker, day, offset))
        }
        _ => 0,
    };
    each(workers, |worker| {
        let here = walks(worker) && !worker.habit.writes_in_the_evening();
        if here { worker.walk(day, days, least(worker)) } else { Ok(()) }
    })?;
    stage.clock.set(day, 20, 40)?;
    each(workers, |worker| {
        let here = walks(worker) && worker.habit.writes_in_the_evening();
        if here { worker.walk(day, days, 0) } else { Ok(()) }
    })
}

/// Whether there is no signal where somebody is on a day.
fn cut_off(worker: &Worker, day: Day, offset: i32) -> bool {
    match worker.habit {
        Habit::Loses => (on::NO_SIGNAL_FOR_THE_LOST..on::NEW_PHONE).contains(&offset),
        Habit::Silent => offset >= on::SILENT,
        Habit::HandsOver => (on::HAND_OVER - 2..on::SENT_AFTER_ALL).contains(&offset),
        Habit::Market => !worker.is_market(day),
        _ => false,
    }
}

/// Sends where there is signal; answers how many phones did.
fn evening(stage: &mut Stage, workers: &mut [Worker], (day, offset): (Day, i32)) -> Result<usize> {
    stage.clock.set(day, 21, 10)?;
    let cut_off = |worker: &Worker| cut_off(worker, day, offset);
    if offset == on::SENT_AFTER_ALL {
        by_habit(workers, Habit::HandsOver)?.signal(true)?;
    }
    each(workers, |worker| match worker.phone {
        None => Ok(()),
        // There is no telling when there will be signal: who has none tries now and then.
        Some(_) if cut_off(worker) && worker.habit == Habit::Market => Ok(()),
        Some(_) if cut_off(worker) => worker.send_in_vain().map(drop),
        Some(_) => worker.send(),
    })?;
    if offset == on::SENT_AFTER_ALL {
        handed_over(stage, workers, day)?;
    }
    Ok(workers.iter().filter(|one| one.phone.is_some() && !cut_off(one)).count())
}

/// A roof, a death, a bruise, a phone that is lost, in the middle of the day.
fn events(
    stage: &mut Stage,
    workers: &mut [Worker],
    cast: &mut Cast,
    (day, offset): (Day, i32),
) -> Result<()> {
    match offset {
        on::HEARD => heard_of(stage, workers, day)?,
        on::CHILD => a_child_at_the_door(stage, workers, day)?,
        on::ROOF => cast.roof = Some(leaking_roof(stage, workers, cast, day)?),
        on::DEATH => cast.dead = Some(death(stage, workers, cast, day)?),
        on::LOST => lost(stage, workers, day)?,
        on::BRUISE => bruise(stage, workers, cast, day)?,
        on::ROOF_MENDED => mended(stage, workers, cast, day)?,
        _ => {}
    }
    Ok(())
}

/// The first who writes at the door, has no other part and has somebody like this on the list; with them.
fn somebody(workers: &mut [Worker], cast: &Cast, fits: impl Fn(&Value) -> bool) -> Result<(usize, RecordId)> {
    let taken = [cast.roof, cast.dead].map(|one| one.map(|(at, _)| at));
    let free = |at: usize, one: &Worker| one.habit == Habit::Door && !taken.contains(&Some(at));
    for (at, worker) in workers.iter_mut().enumerate().filter(|(at, one)| free(*at, one)) {
        let people = worker.phone()?.call("people", json!({ "count": 10_000 }))?;
        let Some(one) = rows(&people).find(|one| fits(one)) else { continue };
        let person = text(one, "subject").parse().map_err(|_| Error::other("not a record"))?;
        return Ok((at, person));
    }
    Err(Error::other("nobody on any list is like this"))
}

pub(super) fn age(one: &Value) -> i64 {
    one.get("age").and_then(Value::as_i64).unwrap_or_default()
}

pub(super) fn due(one: &Value) -> bool {
    one.get("due").and_then(Value::as_bool).unwrap_or_default()
}

fn leaking_roof(
    stage: &mut Stage,
    workers: &mut [Worker],
    cast: &Cast,
    day: Day,
) -> Result<(usize, RecordId)> {
    let (at, person) = somebody(workers, cast, |one| due(one) && age(one) >= 50)?;
    let worker = workers.get_mut(at).ok_or_else(|| Error::other("nobody"))?;
    worker.tried.insert(person, day);
    worker.written += 1;
    let phone = worker.phone()?;
    let draft = start(phone, json!({ "subjects": [{ "subject": person, "met": "self" }], "way": "home" }))?;
    let found = json!({ "visit": draft, "subject": person, "kind": "house", "words": ROOF });
    phone.call("add_found", found)?;
    fill(phone, &draft, person)?;
    finish(phone, &draft)?;
    stage.tell.line(&format!("　{}：{}走访时发现房屋漏雨，记在“发现的问题”", date(day), worker.name));
    Ok((at, person))
}

/// The township says that it is mended, and the finder's phone shows it.
fn mended(stage: &mut Stage, workers: &mut [Worker], cast: &Cast, day: Day) -> Result<()> {
    let (at, person) = cast.roof.ok_or_else(|| Error::other("no roof"))?;
    let worker = workers.get_mut(at).ok_or_else(|| Error::other("nobody"))?;
    let answer = json!({ "state": "solved", "words": "瓦已经换好，乡里看过" });
    answer_concern(stage, worker.township, ROOF, &answer)?;
    worker.send()?;
    let news = worker.phone()?.call("news", json!({}))?;
    let (id, solved) = (person.to_string(), Some("solved"));
    let about = |one: &&Value| {
        let state = one.pointer("/answered/concern/state").and_then(Value::as_str);
        text(one, "subject") == id && state == solved
    };
    let reply = rows(&news).find(about).map(|one| text(one, "words").to_owned());
    let reply = reply.ok_or_else(|| Error::other(format!("the finder's phone does not show it: {news}")))?;
    let told =
        format!("漏雨：{}答复“{reply}”，{}的手机上看得到：已解决", stage.name(worker.township), worker.name);
    stage.tell.line(&format!("　{}：{told}", date(day)));
    stage.told.push(told);
    Ok(())
}

fn death(stage: &mut Stage, workers: &mut [Worker], cast: &Cast, day: Day) -> Result<(usize, RecordId)> {
    let (at, person) = somebody(workers, cast, |one| due(one) && age(one) >= 65)?;
    let worker = workers.get_mut(at).ok_or_else(|| Error::other("nobody"))?;
    worker.tried.insert(person, day);
    worker.written += 1;
    let said = json!({
        "subjects": [person], "reason": "died", "reason_from": day.plus(-1), "reason_words": "家里人说，昨天夜里走的",
    });
    worker.phone()?.call("not_met", said)?;
    stage.tell.line(&format!("　{}：{}上门得知老人去世，请乡镇核实", date(day), worker.name));
    stage.told.push(format!("去世：{}报告，{}第二天核实，不计入", worker.name, stage.name(worker.township)));
    Ok((at, person))
}

/// A bruised child: reported from the phone at once, read at the desk, and the phone says who has read it.
fn bruise(stage: &mut Stage, workers: &mut [Worker], cast: &Cast, day: Day) -> Result<()> {
    stage.clock.set(day, 20, 50)?;
    let (at, person) = somebody(workers, cast, |one| (3..16).contains(&age(one)))?;
    let worker = workers.get_mut(at).ok_or_else(|| Error::other("nobody"))?;
    let said = json!({ "subject": person, "words": "手臂和背上有淤青，孩子不肯说怎么来的", "called": "20:45 打了 110" });
    worker.phone()?.call("urgent", said)?;
    worker.send()?;
    let opened = read_urgent(stage, worker.township)?;
    worker.send()?;
    let reports = worker.phone()?.call("urgent_reports", json!({}))?;
    let read = rows(&reports).next().and_then(|one| one.pointer("/read/0/0")).and_then(Value::as_str);
    let reader =
        read.ok_or_else(|| Error::other(format!("the phone does not say who read it: {reports}")))?;
    if text(&opened, "words").is_empty() {
        return Err(Error::other("the report says nothing at the desk"));
    }
    let told = format!("紧急：{}报告孩子身上有伤，{reader}当晚看过并打了电话，手机上写着谁看过", worker.name);
    stage.tell.line(&format!("　{}：{told}", date(day)));
    stage.told.push(told);
    Ok(())
}

/// The phone falls into a river: with it what it had not sent.
fn lost(stage: &mut Stage, workers: &mut [Worker], day: Day) -> Result<()> {
    let worker = by_habit(workers, Habit::Loses)?;
    let waiting = worker.send_in_vain()?;
    worker.phone.take().ok_or_else(|| Error::other("no phone to lose"))?.kill()?;
    let (name, notes) = (worker.name.clone(), worker.notes.len());
    stage
        .tell
        .line(&format!("　{}：{name}的手机丢了，{waiting} 条没传，本子上记着 {notes} 次走访", date(day)));
    Ok(())
}

/// It is stopped; a new sheet, a new phone; what the notebook says is written again.
fn new_phone(stage: &mut Stage, workers: &mut [Worker], day: Day) -> Result<()> {
    let worker = by_habit(workers, Habit::Loses)?;
    set_phone(stage, worker.township, worker.staff, "revoked")?;
    let codes = sheets(stage, &[worker.staff])?;
    let code = codes.get(&worker.staff).ok_or_else(|| Error::other("no sheet"))?;
    worker.phone = Some(fresh_phone(stage, &format!("{}-new", worker.number), code)?);
    let again = worker.write_again()?;
    worker.send()?;
    stage.tell.line(&format!(
        "　{}：停用丢了的手机，{}用新的启用单换了一部，照本子补记 {again} 次",
        date(day),
        worker.name
    ));
    stage.told.push(format!("丢手机：{}丢前没传的 {again} 次走访照本子补记，县里每次只有一份", worker.name));
    Ok(())
}

fn fresh_phone(stage: &Stage, name: &str, code: &str) -> Result<PhoneProcess> {
    let place = stage.folder.join("phones").join(name);
    std::fs::create_dir_all(&place)?;
    let phone = PhoneProcess::start_at(&stage.clock, &place, &stage.county.phones)?;
    enrolled(phone, code, &stage.county.county, &stage.county.fingerprint)
}

/// Somebody finds the lost phone and switches it on: it is stopped, and shows nothing any more.
fn found_again(stage: &mut Stage, workers: &mut [Worker], day: Day) -> Result<()> {
    let worker = by_habit(workers, Habit::Loses)?;
    let place = stage.folder.join("phones").join(worker.number.to_string());
    let mut phone = PhoneProcess::start_at(&stage.clock, &place, &stage.county.phones)?;
    phone.call("unlock", json!({ "pin": PIN }))?;
    let report = phone.call("exchange", json!({}))?;
    let stopped = report.pointer("/problem/code").and_then(Value::as_str) == Some("device_revoked");
    let phase = phone.call("status", json!({}))?;
    if !stopped || text(&phase, "phase") != "fresh" {
        return Err(Error::other(format!("the lost phone goes on: {report} {phase}")));
    }
    let told = "丢了的手机后来有人开机：一联系县里就停用，名单看不到了，封存的记录还在手机里";
    stage.tell.line(&format!("　{}：{told}", date(day)));
    stage.told.push(told.to_owned());
    Ok(())
}

/// 移交: from today on the villages are the other's, who enrols a phone; what the one has not sent is still there.
fn take_over(stage: &mut Stage, workers: &mut [Worker], day: Day) -> Result<()> {
    let (from, villages) = {
        let one = by_habit(workers, Habit::HandsOver)?;
        (one.staff, std::mem::take(&mut one.villages))
    };
    let next = by_habit(workers, Habit::TakesOver)?;
    hand_over(stage, from, next.staff, day)?;
    let codes = sheets(stage, &[next.staff])?;
    let code = codes.get(&next.staff).ok_or_else(|| Error::other("no sheet"))?;
    next.villages = villages;
    next.phone = Some(fresh_phone(stage, &next.number.to_string(), code)?);
    stage.tell.line(&format!("　{}：移交给{}，从今天起由他走访；前一位还有没传的", date(day), next.name));
    Ok(())
}

/// The one who handed over has sent what was still there; the phone is retired.
fn handed_over(stage: &mut Stage, workers: &mut [Worker], day: Day) -> Result<()> {
    let one = by_habit(workers, Habit::HandsOver)?;
    set_phone(stage, one.township, one.staff, "retired")?;
    one.phone = None;
    stage.tell.line(&format!("　{}：{}移交前没传的走访到了县里，手机交回", date(day), one.name));
    Ok(())
}

/// The 26th, the silent phone, the closing.
fn after(stage: &mut Stage, workers: &mut [Worker]) -> Result<()> {
    let last = stage.period.last();
    let (key, cut) = (stage.period.to_string(), last.plus(1));
    stage.tell.title(&format!("三、{}：26日，报表", date(cut)));
    stage.clock.set(cut, 9, 0)?;
    let county = stage.office(Role::CountyReviewer)?;
    let asked = format!("/api/coverage?duty=*&period={key}&as_of={cut}");
    let figures = county.get(&asked)?;
    stage.tell.block(text(&figures, "sentence_zh"));
    let silent = figures.pointer("/total/silent").and_then(Value::as_i64).unwrap_or_default();
    let name = by_habit(workers, Habit::Silent)?.name.clone();
    stage.clock.set(cut.plus(1), 12, 0)?;
    let worker = by_habit(workers, Habit::Silent)?;
    let waiting = worker.send_in_vain()?;
    worker.signal(true)?;
    worker.send()?;
    let county = stage.office(Role::CountyReviewer)?;
    let later = county.get(&format!("/api/coverage?duty=*&period={key}&as_of={}", cut.plus(1)))?;
    let left = later.pointer("/total/silent").and_then(Value::as_i64).unwrap_or_default();
    let told = format!(
        "12 天没有信号：{name}的村 26日 算在“手机未回传”（全县 {silent} 人）；第二天到街上，{waiting} 条一次传完，还剩 {left} 人"
    );
    stage.tell.line(&format!("　{}：{told}", date(cut.plus(1))));
    if silent == 0 || left >= silent {
        return Err(Error::other(format!("the silent phone is not told apart: {silent}, then {left}")));
    }
    stage.told.push(told);
    stage.clock.set(last.plus(CLOSED_AFTER), 9, 0)
}

/// 月结, once the figures were compared.
pub(super) fn close(stage: &mut Stage) -> Result<()> {
    let day = stage.period.last().plus(CLOSED_AFTER);
    stage.tell.title(&format!("五、{}：月结", date(day)));
    let closed = close_period(stage)?;
    stage.tell.line(&format!(
        "{}已月结，{}，补记到 {} 不用写原因",
        closed.pointer("/period/zh").and_then(Value::as_str).unwrap_or_default(),
        text(&closed, "by"),
        text(&closed, "late_until")
    ));
    Ok(())
}

/// The first day on which the villages are the other's.
pub(super) fn handed_over_on(period: Period) -> Day {
    period.from().plus(on::HAND_OVER)
}
