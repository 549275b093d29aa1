//! The scenes: enrol, download, no signal, visits, back into signal, the county's answer.

use super::Stage;
use super::acts::{PIN, correct_phone, exchange, fill, finish, finished, start};
use crate::county::ask;
use crate::phone::{PhoneProcess, Told};
use domain::ids::RecordId;
use serde_json::{Value, json};
use std::io::{Error, Result};

/// The folder of the first phone.
pub(super) const FIRST: &str = "one";
/// That of the second.
pub(super) const SECOND: &str = "two";

/// Fails with a sentence when something is not as the story says.
fn hold(true_is: bool, otherwise: &str) -> Result<()> {
    if true_is { Ok(()) } else { Err(Error::other(otherwise.to_owned())) }
}

fn figures(stage: &Stage<'_>) -> Result<Value> {
    let village = stage.story.village.to_string();
    let text =
        ask(&stage.data(), &["coverage", "--area", &village, "--format", "json", "--open", "village"])?;
    serde_json::from_str(&text).map_err(Error::other)
}

fn number(figures: &Value, name: &str) -> i64 {
    figures.pointer(&format!("/total/{name}")).and_then(Value::as_i64).unwrap_or(i64::MIN)
}

fn show_village(stage: &Stage<'_>) -> Result<Value> {
    let village = stage.story.village.to_string();
    stage.tell.block(&ask(&stage.data(), &["coverage", "--area", &village, "--open", "village"])?);
    figures(stage)
}

/// Plays everything once.
pub(super) fn play(stage: &mut Stage<'_>) -> Result<()> {
    let tell = stage.tell;
    tell.line(&format!("县里的服务器：{}（县密钥 {}）", stage.county.phones, stage.county.fingerprint));
    tell.title("一、两部手机启用，下载各自的村");
    let mut first = enrol(stage, FIRST, stage.story.officer)?;
    let mut second = enrol(stage, SECOND, stage.story.second_officer)?;
    tell.title("二、走访之前：民主村委会");
    let before = show_village(stage)?;

    tell.title("三、没有信号了。走访照常");
    for phone in [&mut first, &mut second] {
        phone.call("signal", json!({ "on": false }))?;
    }
    let visits = walk(stage, &mut first)?;
    correct_phones(stage, &mut first, &mut second)?;
    let report = first.call("exchange", json!({}))?;
    hold(
        report.get("waiting").and_then(Value::as_u64) > Some(0),
        "without signal everything waits on the phone",
    )?;
    tell.line("没有信号时试着上传：现在连不上县里。内容都在手机里。");

    tell.title("四、回到有信号的地方，打开应用");
    for (name, phone) in [("第一部", &mut first), ("第二部", &mut second)] {
        phone.call("signal", json!({ "on": true }))?;
        let report = exchange(phone)?;
        let of = |key: &str| report.get(key).and_then(Value::as_u64).unwrap_or(0);
        hold(of("waiting") == 0, "everything that waited has been delivered")?;
        tell.line(&format!(
            "{name}：{} 次来回，上传 {} 条，收发 {} 字节",
            of("exchanges"),
            of("sent"),
            of("bytes")
        ));
    }
    exchange(&mut first)?;
    receipts(stage, &mut first, &visits)?;

    tell.title("五、走访之后：民主村委会");
    let after = show_village(stage)?;
    compare(&before, &after)?;
    contested(stage)?;
    audit(stage)
}

/// What an earlier story left, in seconds: the recomputation from scratch is the user's to ask for.
pub(super) fn look_again(stage: &mut Stage<'_>) -> Result<()> {
    let tell = stage.tell;
    tell.line(&format!("县里的服务器：{}", stage.county.phones));
    let mut phone = phone(stage, FIRST)?;
    // Whoever has tried things out since may have changed the PIN, or settled what was contested.
    match phone.tell("unlock", json!({ "pin": PIN }))? {
        Told::Ok(_) => {
            let report = exchange(&mut phone)?;
            let of = |key: &str| report.get(key).and_then(Value::as_u64).unwrap_or(0);
            tell.line(&format!("第一部手机解锁，联系县里：{} 次来回，{} 字节", of("exchanges"), of("bytes")));
        }
        Told::Problem(_) => tell.line("第一部手机的解锁密码已经换过，没有用它联系县里"),
    }
    show_village(stage)?;
    if sides(stage)?.is_empty() {
        tell.line("电话上的填写不一致已经定了");
        return Ok(());
    }
    contested(stage)
}

fn phone(stage: &Stage<'_>, name: &str) -> Result<PhoneProcess> {
    let folder = stage.folder.join("phones").join(name);
    std::fs::create_dir_all(&folder)?;
    PhoneProcess::start(&folder, &stage.county.phones)
}

fn enrol(stage: &Stage<'_>, name: &str, staff: RecordId) -> Result<PhoneProcess> {
    let sheet: Value = serde_json::from_str(&ask(&stage.data(), &["enrol", &staff.to_string(), "--json"])?)?;
    let code = sheet.get("code").and_then(Value::as_str).unwrap_or_default();
    let mut phone = phone(stage, name)?;
    let done = phone.call("enrol", json!({ "code": code, "pin": PIN, "county": stage.county.county }))?;
    let fingerprint = done.get("fingerprint").and_then(Value::as_str).unwrap_or_default();
    hold(
        fingerprint == stage.county.fingerprint,
        "the phone shows the digits that are printed on the sheet",
    )?;
    let report = exchange(&mut phone)?;
    let of = |key: &str| report.get(key).and_then(Value::as_u64).unwrap_or(0);
    stage.tell.line(&format!(
        "{}：启用码用过即废，县密钥 {fingerprint} 一致；下载 {} 条记录，{} 次来回，{} 字节",
        stage.name(staff),
        of("fetched"),
        of("exchanges"),
        of("bytes"),
    ));
    hold(of("fetched") > 100, "the phone has its villages")?;
    Ok(phone)
}

/// The visits of a day without signal.
fn walk(stage: &Stage<'_>, phone: &mut PhoneProcess) -> Result<Vec<RecordId>> {
    let (tell, story) = (stage.tell, &stage.story);
    let (grandmother, grandson, son) = (story.grandmother, story.grandson, story.son);
    let mut visits = Vec::new();
    let met = |subject: RecordId| json!({ "subject": subject, "met": "self" });

    let draft = start(
        phone,
        json!({ "household": story.household, "subjects": [met(grandmother), met(son)], "way": "home" }),
    )?;
    phone.call(
        "set_met",
        json!({ "visit": draft, "subject": grandson, "met": "none", "reason": "boarding" }),
    )?;
    let taps = fill(phone, &draft, grandmother)? + fill(phone, &draft, son)?;
    visits.push(finish(phone, &draft)?);
    tell.line(&format!(
        "{}家一次走访三个人：{}见到，{}住校没见到，{}见到（{taps} 次点按）· 已存手机",
        stage.name(grandmother),
        stage.name(grandmother),
        stage.name(grandson),
        stage.name(son),
    ));

    let boarders: Vec<Value> = story.boarders.iter().map(|child| met(*child)).collect();
    let draft = start(phone, json!({ "place": story.school, "subjects": boarders, "way": "elsewhere" }))?;
    let mut taps = 0;
    for child in &story.boarders {
        taps += fill(phone, &draft, *child)?;
    }
    visits.push(finish(phone, &draft)?);
    tell.line(&format!("{}：一次走访五个孩子（{taps} 次点按）· 已存手机", story.school));

    let done = phone.call("not_met", json!({ "subjects": [story.not_met], "reason": "in_the_fields" }))?;
    visits.push(finished(&done)?);
    tell.line(&format!("{}：没见到（下地、放牧、赶集）· 已存手机", stage.name(story.not_met)));

    // Played before noon, this morning is not over: then it was yesterday's.
    let (morning, said) =
        if stage.noon_is_past { (stage.day, "今天") } else { (stage.day.plus(-1), "昨天") };
    let happened = json!({ "morning": morning.to_string() });
    let draft = start(phone, json!({ "subjects": [met(story.evening)], "happened": happened }))?;
    fill(phone, &draft, story.evening)?;
    visits.push(finish(phone, &draft)?);
    tell.line(&format!("{}：晚上补记{said}上午的走访 · 已存手机", stage.name(story.evening)));
    Ok(visits)
}

/// Both correct the same person's number, neither knowing of the other.
fn correct_phones(stage: &Stage<'_>, first: &mut PhoneProcess, second: &mut PhoneProcess) -> Result<()> {
    let person = stage.story.phone;
    let (officer, other) = (stage.story.officer, stage.story.second_officer);
    for (phone, staff, number) in [(first, officer, "10700000001"), (second, other, "10700000002")] {
        correct_phone(phone, person, number)?;
        stage.tell.line(&format!(
            "{}把{}的电话改成 {number} · 已存手机",
            stage.name(staff),
            stage.name(person)
        ));
    }
    Ok(())
}

/// Every visit has a receipt in digits.
fn receipts(stage: &Stage<'_>, phone: &mut PhoneProcess, visits: &[RecordId]) -> Result<()> {
    let records = phone.call("records", json!({ "filter": "all", "before": null, "count": null }))?;
    let list = records.as_array();
    for visit in visits {
        let id = visit.to_string();
        let row =
            list.into_iter().flatten().find(|row| row.get("visit").and_then(Value::as_str) == Some(&id));
        let receipt = row.and_then(|row| row.get("receipt")).and_then(Value::as_str);
        let Some(receipt) = receipt else {
            return Err(Error::other(format!("a delivered visit has no receipt: {row:?}")));
        };
        let of = row.map(whose).unwrap_or_default();
        stage.tell.line(&format!("　县里已收到 · 回执 {receipt} · {of}"));
    }
    Ok(())
}

/// Whose visit it was: the household or the place, and who was met there and who was not. Two households may
/// have heads of one name.
fn whose(row: &Value) -> String {
    let title = row.get("title").and_then(Value::as_str).unwrap_or_default();
    let people = row.get("people").and_then(Value::as_array);
    let told = |one: &Value| {
        let name = one.get(1).and_then(Value::as_str)?;
        let met = one.get(2).and_then(Value::as_str).is_some_and(|met| met != "none");
        Some(if met { format!("见到{name}") } else { format!("没见到{name}") })
    };
    let people = people.into_iter().flatten().filter_map(told).collect::<Vec<_>>().join("、");
    format!("{title}（{people}）")
}

/// The figures moved exactly as the story says.
fn compare(before: &Value, after: &Value) -> Result<()> {
    let moved = |name: &str| number(after, name) - number(before, name);
    // Grandmother, son and the evening's elder at home; five children at school.
    hold(moved("met_home") >= 2, "the visits at home are counted")?;
    hold(moved("met") >= 7, "those met at school are counted")?;
    hold(moved("tried") == 1, "one was tried and not met")?;
    hold(moved("due") == 0 && moved("register") == 0, "nobody entered or left the register")?;
    let open =
        ["change_pending", "tried", "silent", "not_yet"].iter().map(|name| number(after, name)).sum::<i64>();
    hold(number(after, "due") == number(after, "met") + open, "the row adds up")
}

/// What stands side by side about the person whose number both corrected.
fn sides(stage: &Stage<'_>) -> Result<Vec<Value>> {
    let person = stage.story.phone.to_string();
    let text = ask(&stage.data(), &["coverage", "--person", &person, "--format", "json"])?;
    let shown: Value = serde_json::from_str(&text).map_err(Error::other)?;
    Ok(shown.get("contested").and_then(Value::as_array).cloned().unwrap_or_default())
}

/// Both numbers and their authors, as the county shows them.
fn contested(stage: &Stage<'_>) -> Result<()> {
    stage.tell.title("六、填写不一致：两边的值都在，谁也没有被盖掉");
    let sides = sides(stage)?;
    for side in &sides {
        let of = |key: &str| side.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        stage.tell.line(&format!(
            "{} 的电话：{}（{}）",
            stage.name(stage.story.phone),
            of("value"),
            of("by")
        ));
    }
    hold(sides.len() == 2, "both numbers stand, with their authors")
}

fn audit(stage: &Stage<'_>) -> Result<()> {
    stage.tell.title("七、从头重算（county-server doctor）");
    stage.tell.block(&ask(&stage.data(), &["doctor"])?);
    Ok(())
}
