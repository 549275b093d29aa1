//! The end of the month: the sentence, who stands in which column, who was not visited and why, what each habit led to.

use super::figures::{Compared, compare};
use super::workers::{Habit, Worker};
use super::{CLOSED_AFTER, Stage, days, screen};
use crate::county::ask_at;
use crate::desk::{number, rows, text};
use domain::ids::AreaCode;
use domain::staff::Role;
use domain::time::Day;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Error, Result};
use std::path::Path;

/// Every column of the table that people stand in, each once: the desk's name and the words of the table.
const COLUMNS: [(&str, &str); 7] = [
    ("excluded", "不计入"),
    ("met_home", "已走访（上门）"),
    ("met_other", "已走访（其他）"),
    ("change_pending", "情况有变待确认"),
    ("tried", "去过未见到"),
    ("silent", "手机未回传"),
    ("not_yet", "还没去"),
];

/// Lines of the list that are shown.
const SHOWN: usize = 12;

/// People on one page of a list.
const PAGE: usize = 1_000;

/// How the month ended.
#[derive(Debug, Clone, Default)]
pub struct Ending {
    /// How many people the register has.
    pub register: usize,
    /// How many stand in each column.
    pub columns: BTreeMap<&'static str, usize>,
    /// The figures, compared.
    pub compared: Compared,
    /// What each habit, and whatever happened, led to.
    pub told: Vec<String>,
}

/// Tells the end of the month, closes it, and has everything computed anew.
pub(super) fn tell(stage: &mut Stage, workers: &mut [Worker], screens: Option<&Path>) -> Result<Ending> {
    let as_of = stage.period.last().plus(CLOSED_AFTER - 1);
    let (mut ending, unvisited) = columns(stage, as_of)?;
    stage.tell.title(&format!("四、每个数字四种来源：控制台、doctor、SQL（截至 {as_of}）"));
    ending.compared = compare(stage, as_of, screens)?;
    let Compared { cells, agree, on_the_screen, not_zero } = ending.compared;
    stage.tell.line(&format!(
        "抽 {cells} 个格子（不为零的 {not_zero} 个）：控制台、doctor 的重算、导出后的 SQL 一致 {agree} 个"
    ));
    if screens.is_some() {
        stage.tell.line(&format!("　其中在浏览器里读出来的 {on_the_screen} 个，也都一样"));
    }
    let data = stage.data();
    let checked = ask_at(&stage.clock, &data, &["doctor"])?;
    stage.tell.block(&checked);
    if agree != cells || (screens.is_some() && on_the_screen != cells) {
        return Err(Error::other(format!("of {cells} cells {agree} agree")));
    }
    let before = totals(stage, "")?;
    days::close(stage)?;
    let closed = totals(stage, "&closed=true")?;
    if before != closed {
        return Err(Error::other(format!("closed with other figures: {before} {closed}")));
    }
    if screens.is_some() {
        screen::closed(stage, &closed)?;
    }
    stage.tell.title("六、每个人在哪一栏");
    for (column, zh) in COLUMNS {
        stage.tell.line(&format!("{zh}　{} 人", ending.columns.get(column).copied().unwrap_or_default()));
    }
    stage.tell.line(&format!("名册 {} 人，每人正好一栏", ending.register));
    list(stage, &unvisited);
    habits(stage, workers, as_of)?;
    ending.told.clone_from(&stage.told);
    Ok(ending)
}

/// Everybody of the register with the column in which they stand, and those who were not visited.
fn columns(stage: &mut Stage, as_of: Day) -> Result<(Ending, Vec<Value>)> {
    let key = stage.period.to_string();
    let office = stage.office(Role::CountyReviewer)?;
    let asked = format!("duty=*&period={key}&as_of={as_of}");
    let figures = office.get(&format!("/api/coverage?{asked}"))?;
    let sentence = text(&figures, "sentence_zh").to_owned();
    let whole = people(stage, &format!("{asked}&column=register"))?;
    let everybody: BTreeSet<String> = whole.iter().map(|one| text(one, "person").to_owned()).collect();
    let mut ending = Ending { register: everybody.len(), ..Ending::default() };
    let mut seen = BTreeSet::new();
    let (mut unvisited, mut found) = (Vec::new(), BTreeSet::new());
    for (column, _) in COLUMNS {
        let lines = people(stage, &format!("{asked}&column={column}"))?;
        for line in &lines {
            if !seen.insert(text(line, "person").to_owned()) {
                return Err(Error::other(format!("somebody stands in two columns, one of them {column}")));
            }
            let known = stage.stands.iter().find(|(person, _)| person.to_string() == text(line, "person"));
            if let Some((person, columns)) = known {
                found.insert(*person);
                if !columns.contains(&column) {
                    return Err(Error::other(format!(
                        "whoever must stand in {columns:?} stands in {column}"
                    )));
                }
            }
        }
        ending.columns.insert(column, lines.len());
        if ["change_pending", "tried", "silent", "not_yet"].contains(&column) {
            unvisited.extend(lines);
        }
    }
    if found.len() != stage.stands.len() {
        return Err(Error::other("somebody whose column is known stands in none"));
    }
    if seen != everybody {
        return Err(Error::other("somebody of the register stands in no column"));
    }
    let total = figures.get("total").cloned().unwrap_or_default();
    let open = usize::try_from(number(&total, "open")).unwrap_or_default();
    if open != unvisited.len() || usize::try_from(number(&total, "register")).ok() != Some(everybody.len()) {
        return Err(Error::other(format!("the lists are not as long as the figures: {total}")));
    }
    stage.tell.block(&sentence);
    Ok((ending, unvisited))
}

/// The rows of the county's page of any requirement as of the period's end, of which a closing keeps them.
fn totals(stage: &mut Stage, how: &str) -> Result<Value> {
    let (key, day) = (stage.period.to_string(), stage.period.last());
    let office = stage.office(Role::CountyReviewer)?;
    let page = office.get(&format!("/api/coverage?duty=*&period={key}&as_of={day}{how}"))?;
    let columns =
        ["register", "not_counted", "due", "met", "met_home", "change_pending", "tried", "silent", "not_yet"];
    let row = |one: &Value| {
        let mut numbers = serde_json::Map::new();
        for column in columns.iter().chain(&["area"]) {
            numbers.insert((*column).to_owned(), number(one, column).into());
        }
        Value::Object(numbers)
    };
    Ok(rows(page.get("rows").unwrap_or(&Value::Null)).map(row).collect())
}

/// All people of a list, page by page.
fn people(stage: &mut Stage, asked: &str) -> Result<Vec<Value>> {
    let office = stage.office(Role::CountyReviewer)?;
    let mut found = Vec::new();
    let mut after = String::new();
    loop {
        let page = office.get(&format!("/api/coverage/people?{asked}&count={PAGE}{after}"))?;
        found.extend(rows(page.get("lines").unwrap_or(&Value::Null)).cloned());
        match page.get("next").and_then(Value::as_str) {
            Some(next) => after = format!("&after={next}"),
            None => return Ok(found),
        }
    }
}

/// 未走访名单: some of it from every column, and how many there are.
fn list(stage: &Stage, unvisited: &[Value]) {
    stage.tell.title(&format!("七、未走访名单：{} 人，为什么", unvisited.len()));
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    for line in unvisited {
        let of = shown.entry(text(line, "status")).or_default();
        *of += 1;
        if *of > SHOWN / 4 {
            continue;
        }
        let who = rows(line.get("responsible").unwrap_or(&Value::Null)).next();
        let who = who.map(|one| text(one, "name")).unwrap_or_default();
        let why = match text(line, "why") {
            "" => String::new(),
            why => format!("：{why}"),
        };
        stage.tell.line(&format!(
            "{} {} {} {}　{}{why}　责任人 {who}",
            text(line, "township"),
            text(line, "village_name"),
            text(line, "group"),
            text(line, "name"),
            text(line, "status"),
        ));
    }
    let shown: usize = shown.values().map(|of| of.min(&(SHOWN / 4))).sum();
    if unvisited.len() > shown {
        stage.tell.line(&format!("…… 还有 {} 人（控制台“走访情况”点开“未走访”）", unvisited.len() - shown));
    }
}

/// What each habit led to: the villages' figures, and what happened.
fn habits(stage: &mut Stage, workers: &mut [Worker], as_of: Day) -> Result<()> {
    stage.tell.title("八、每种做法的结果");
    let key = stage.period.to_string();
    let mut by_village = BTreeMap::new();
    let townships: BTreeSet<AreaCode> = workers.iter().map(|one| one.township).collect();
    for township in townships {
        let asked = format!("/api/coverage?duty=*&period={key}&area={township}&as_of={as_of}");
        let page = stage.office(Role::CountyReviewer)?.get(&asked)?;
        for row in rows(page.get("rows").unwrap_or(&Value::Null)) {
            by_village.insert(AreaCode(u64::try_from(number(row, "area")).unwrap_or_default()), row.clone());
        }
    }
    for worker in workers.iter() {
        let here = worker.villages.iter().filter_map(|village| by_village.get(village));
        let sum = |column: &str| here.clone().map(|row| number(row, column)).sum::<i64>();
        let (due, met, tried) = (sum("due"), sum("met"), sum("tried"));
        let (silent, open, change) = (sum("silent"), sum("not_yet"), sum("change_pending"));
        stage.tell.line(&format!(
            "{}（{}）：写了 {} 次，其中补记 {}；应走访 {due}，已走访 {met}，情况有变 {change}，去过未见到 {tried}，手机未回传 {silent}，还没去 {open}",
            worker.name, worker.habit.zh(), worker.written, worker.late
        ));
    }
    credited(stage, workers)?;
    for told in &stage.told {
        stage.tell.line(told);
    }
    Ok(())
}

/// 移交: each of the two is credited with what they did on their own days.
fn credited(stage: &mut Stage, workers: &[Worker]) -> Result<()> {
    let of = |habit: Habit| {
        let found = workers.iter().find(|one| one.habit == habit);
        found.ok_or_else(|| Error::other(format!("nobody: {}", habit.zh())))
    };
    let (before, next) = (of(Habit::HandsOver)?, of(Habit::TakesOver)?);
    let plain = rusqlite::Connection::open(stage.folder.join("export.db"));
    let sql = |error: rusqlite::Error| Error::other(error.to_string());
    let day = days::handed_over_on(stage.period).to_string();
    let count = |staff: &str, until: bool| {
        let compared = if until { "<" } else { ">=" };
        let asked = format!("SELECT count(*) FROM part WHERE by = ?1 AND day >= ?3 AND day {compared} ?2");
        let from = stage.period.from().to_string();
        let plain = plain.as_ref().map_err(|error| Error::other(error.to_string()))?;
        plain.query_row(&asked, [staff, &day, &from], |row| row.get::<_, i64>(0)).map_err(sql)
    };
    let (one, other) = (before.staff.to_string(), next.staff.to_string());
    let counts = [count(&one, true)?, count(&one, false)?, count(&other, true)?, count(&other, false)?];
    let [theirs, after, early, next_s] = counts;
    let told = format!(
        "移交：{day} 以前 {theirs} 人次记在{}名下，以后 {next_s} 人次记在{}名下",
        before.name, next.name
    );
    if after != 0 || early != 0 || theirs == 0 || next_s == 0 {
        return Err(Error::other(format!("the hand-over is not credited by date: {counts:?}")));
    }
    stage.told.push(told);
    Ok(())
}
