//! Opening, searching, and the memory that it takes.

use super::bare::Like;
use super::world::{PIN, World, opened, said};
use crate::Outcome;
use crate::table::{Aim, Amount, Table, Times};
use client::api::dispatch;
use domain::catalogue::keys;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use system_tests::phone::PhoneProcess;

/// Openings.
const OPENINGS: usize = 15;
/// Searches of each kind.
const SEARCHES: usize = 100;
/// What a search may take, in milliseconds.
const SEARCH_MS: f64 = 10.0;

/// From the keys to 今日, each time with a new process's empty caches but for the system's own.
pub fn opening(table: &mut Table, world: &World) -> Outcome {
    let (mut unlock, mut today) = (Times::default(), Times::default());
    let (mut whole, mut due) = (Times::default(), 0);
    for _ in 0..OPENINGS {
        let mut both = Times::default();
        both.time(|| -> Outcome {
            let mut app = unlock.time(|| opened(&world.folder))?;
            let view = today.time(|| dispatch(&mut app, "today_list", json!({}))).map_err(said)?;
            due = view.get("total").and_then(Value::as_u64).unwrap_or(0);
            if due == 0 { Err("nobody is due".into()) } else { Ok(()) }
        })?;
        whole.extend(both);
    }
    table.row("opening to 今日, key in hand, the middle one", whole.median(), Aim::AtMost(150.0), None);
    table.row("– the slowest of 15", whole.percentile(1.0), Aim::AtMost(150.0), None);
    table.row("– of which the database and what is kept at hand", unlock.median(), Aim::None, None);
    let what = format!("– of which 今日: {due} people due, a page of 50");
    table.row(&what, today.median(), Aim::None, None);
    let mut app = opened(&world.folder)?;
    let mut again = Times::default();
    for _ in 0..OPENINGS {
        again.time(|| dispatch(&mut app, "today_list", json!({}))).map_err(said)?;
    }
    table.row("今日 once more", again.median(), Aim::None, None);
    Ok(())
}

/// The kinds of search with words that people of the register are found by, each kind in turn.
fn kinds(names: &[(String, String)]) -> Vec<(&'static str, Vec<String>)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut common: Vec<&str> = counts.keys().copied().collect();
    common.sort_by_key(|name| std::cmp::Reverse(counts.get(name)));
    let every = |step: usize| names.iter().step_by(step.max(1)).take(20);
    let first =
        |count: usize| move |(name, _): &(String, String)| name.chars().take(count).collect::<String>();
    let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
    vec![
        ("one character", every(251).map(first(1)).collect()),
        ("two characters", every(249).map(first(2)).collect()),
        ("a whole name", every(247).map(|(name, _)| name.clone()).collect()),
        ("a name that many bear", common.iter().take(10).map(|name| (*name).to_owned()).collect()),
        (
            "full pinyin",
            words(&["yangyumei", "lijianguo", "zhaoxiuying", "duanwenhua", "dongshufen", "wangmei"]),
        ),
        ("initials", words(&["yym", "ljg", "zxy", "dwh", "yjh", "lxm", "zy", "wf"])),
        (
            "the last four of the ID number",
            every(245).map(|(_, number)| number.chars().skip(14).collect()).collect(),
        ),
        (
            "a surname of several readings",
            words(&["shan", "xie", "zha", "qiu", "ge", "ou", "zeng", "piao", "单", "解"]),
        ),
        ("a rare character, a name with a dot", words(&["㱔", "阿依·吉克", "尔古.沙马", "䶮", "海来乌"])),
        ("nobody", words(&["没有这个人", "qqq", "zzyzx", "0000", "王小明天"])),
        ("one letter", words(&["y", "l", "z", "d", "w", "a"])),
    ]
}

/// Every kind of search, a page of fifty.
pub fn search(table: &mut Table, world: &World) -> Outcome {
    let like = Like::open(&world.folder)?;
    let mut app = opened(&world.folder)?;
    dispatch(&mut app, "today_list", json!({})).map_err(said)?;
    for (kind, words) in kinds(&world.names) {
        let (mut ours, mut theirs, mut found) = (Times::default(), Times::default(), 0);
        for word in words.iter().cycle().take(SEARCHES) {
            let request = json!({ "typed": word });
            let reply = ours.time(|| dispatch(&mut app, "search", request)).map_err(said)?;
            found += reply.as_array().map_or(0, Vec::len);
            like.search(word, &mut theirs)?;
        }
        let aim = Aim::AtMost(SEARCH_MS);
        let what = format!("search, {kind}: {} found, p99", found / SEARCHES);
        table.row(&what, ours.p99(), aim, Some(("LIKE '%…%', p99", theirs.p99())));
        table.row("– p50", ours.median(), Aim::None, Some(("p50", theirs.median())));
    }
    let mut first = Times::default();
    for _ in 0..OPENINGS {
        let mut app = opened(&world.folder)?;
        first.time(|| dispatch(&mut app, "search", json!({ "typed": "杨" }))).map_err(said)?;
    }
    table.row("the first search after opening", first.median(), Aim::None, None);
    Ok(())
}

/// A line of the system's account of a process, in megabytes.
fn megabytes(process: u32, line: &str) -> Outcome<Amount> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = text.lines().find_map(|one| one.strip_prefix(line)).ok_or("no such line")?;
    let kilobytes: f64 = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse()?;
    Ok(Amount(kilobytes / 1024.0, "MB"))
}

/// What a phone process of its own keeps in memory.
pub fn memory(table: &mut Table, world: &World) -> Outcome {
    let mut phone = PhoneProcess::start(&world.folder, "http://127.0.0.1:1")?;
    phone.call("status", json!({}))?;
    let locked = megabytes(phone.id(), "VmRSS")?;
    phone.call("unlock", json!({ "pin": PIN }))?;
    phone.call("today_list", json!({}))?;
    let today = megabytes(phone.id(), "VmRSS")?;
    for word in ["杨", "y", "没有这个人", keys::NAME] {
        phone.call("search", json!({ "typed": word }))?;
    }
    let open = ("locked", locked);
    table.row("memory of the phone's process with 今日 on the screen", today, Aim::None, Some(open));
    let searched = megabytes(phone.id(), "VmRSS")?;
    table.row("– after searching", searched, Aim::None, Some(open));
    table.row("– the most it ever had", megabytes(phone.id(), "VmHWM")?, Aim::None, Some(open));
    Ok(())
}
