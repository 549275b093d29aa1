//! Answers, finished visits and exchanges, for people with short and long histories in turn.

use super::bare::Bare;
use super::world::{World, opened, said};
use crate::Outcome;
use crate::table::{Aim, Amount, MS, Table, Times};
use client::App;
use client::api::dispatch;
use client::lock::Nothing;
use client::visits::start::DraftSubject;
use domain::ids::RecordId;
use domain::value::Value;
use forms::def::Kind;
use forms::view::QuestionView;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

/// Visits to people of each length of history.
const VISITS: usize = 40;
/// A note of a usual length.
const NOTE: &str =
    "老人精神尚可，屋内整洁，被褥够厚。儿子在外务工，邻居每天来看一次，药还有半个月的量，下次带血压计来。";

/// What the acts took.
#[derive(Default)]
struct Acts {
    answers: Times,
    bare_answers: Times,
    finishes: Times,
    bare_finishes: Times,
    here: Times,
    there: Times,
    tidying: Times,
    answered: usize,
}

fn choose(question: &QuestionView) -> Value {
    match (question.kind, question.choices.first()) {
        (Kind::SelectMultiple, Some(choice)) => Value::List(vec![choice.code.clone()]),
        (_, Some(choice)) => Value::from(choice.code.as_str()),
        (Kind::Integer, None) => Value::Int(1),
        (Kind::Text, None) => Value::from(NOTE),
        _ => Value::Null,
    }
}

/// Answers everything that can be answered, as somebody does who goes through the pages.
fn fill(app: &mut App, visit: &str, subject: RecordId, bare: &Bare, acts: &mut Acts) -> Outcome {
    let mut given = BTreeSet::new();
    loop {
        let form = app.form(DraftSubject { visit: visit.to_owned(), subject }).map_err(said)?;
        let questions = form.pages.iter().filter(|page| page.relevant).flat_map(|page| &page.questions);
        let mut open = questions.filter(|one| one.relevant && !one.worked_out && !given.contains(&one.path));
        let Some(question) = open.next() else { return Ok(()) };
        given.insert(question.path.clone());
        let value = choose(question);
        if value.is_null() {
            continue;
        }
        let row = json!({ "visit": visit, "subject": subject, "path": question.path, "value": value });
        let bytes = row.to_string().into_bytes();
        acts.answers.time(|| dispatch(app, "answer", row)).map_err(said)?;
        acts.answered += 1;
        bare.insert(&bytes, &mut acts.bare_answers)?;
    }
}

/// One visit from its first tap to the county's receipt.
fn visit(app: &mut App, world: &World, subject: RecordId, bare: &Bare, acts: &mut Acts) -> Outcome {
    let journal = |folder: &Path| std::fs::metadata(folder.join("journal")).map_or(0, |file| file.len());
    let start = json!({ "subjects": [{ "subject": subject, "met": "self" }] });
    let draft = dispatch(app, "start_visit", start).map_err(said)?;
    let draft = draft.get("visit").and_then(serde_json::Value::as_str).ok_or("no draft")?.to_owned();
    fill(app, &draft, subject, bare, acts)?;
    let before = journal(&world.folder);
    let request = json!({ "visit": draft });
    let done = acts.finishes.time(|| dispatch(app, "finish", request)).map_err(said)?;
    if done.get("visit").is_none_or(serde_json::Value::is_null) {
        return Err(format!("the visit is not finished: {done}").into());
    }
    let bytes = vec![7; usize::try_from(journal(&world.folder).saturating_sub(before))?];
    bare.insert(&bytes, &mut acts.bare_finishes)?;
    let (_, took) = world.far.exchange(app)?;
    acts.here.push(took.here);
    acts.there.push(took.there);
    while acts.tidying.time(|| app.tidy(Nothing {})).map_err(said)?.more {}
    Ok(())
}

/// Answers, finishes, exchanges: all of them, then by the length of the person's history.
pub fn acts(table: &mut Table, world: &World) -> Outcome {
    let bare = Bare::new(&world.folder)?;
    let mut app = opened(&world.folder)?;
    let mut by_history: Vec<(usize, Acts)> =
        world.visited.iter().map(|(visits, _)| (*visits, Acts::default())).collect();
    for round in 0..VISITS {
        for ((_, people), (_, acts)) in world.visited.iter().zip(&mut by_history) {
            let subject = *people.iter().cycle().nth(round).ok_or("nobody to visit")?;
            visit(&mut app, world, subject, &bare, acts)?;
        }
    }
    let (mut all, mut bytes) = (Acts::default(), 0);
    for (_, acts) in &by_history {
        all.answers.extend(acts.answers.clone());
        all.bare_answers.extend(acts.bare_answers.clone());
        all.finishes.extend(acts.finishes.clone());
        all.bare_finishes.extend(acts.bare_finishes.clone());
        all.tidying.extend(acts.tidying.clone());
        bytes += acts.answered;
    }
    let about = format!("an answer, {bytes} times");
    both(table, &about, &all.answers, 2.0, &all.bare_answers);
    let about = format!("finishing a visit of {} answers", bytes / (VISITS * by_history.len()));
    both(table, &about, &all.finishes, 4.0, &all.bare_finishes);
    let slowest = all.tidying.percentile(1.0);
    table.row("tidying at leisure after a visit, the slowest", slowest, Aim::None, None);
    growth(table, &by_history);
    Ok(())
}

fn both(table: &mut Table, what: &str, ours: &Times, times: f64, bare: &Times) {
    table.row(
        &format!("{what}, p50"),
        ours.median(),
        Aim::Times(times),
        Some(("a bare insert, p50", bare.median())),
    );
    table.row("– p99", ours.p99(), Aim::Times(times), Some(("a bare insert, p99", bare.p99())));
}

/// One of the acts.
type Pick = fn(&Acts) -> &Times;

/// The middle one of each act, beside that with the shortest history.
fn growth(table: &mut Table, by_history: &[(usize, Acts)]) {
    let pick: [(&str, Pick); 4] = [
        ("an answer", |acts| &acts.answers),
        ("finishing a visit", |acts| &acts.finishes),
        ("an exchange of one visit, on the phone", |acts| &acts.here),
        ("an exchange of one visit, at the county", |acts| &acts.there),
    ];
    for (what, times) in pick {
        let mut smallest: Option<(String, Amount)> = None;
        for (visits, acts) in by_history {
            let middle = Amount(times(acts).median().0, MS);
            let name = format!("{what}: {visits} visits before, p50");
            let beside = smallest.as_ref().map(|(name, amount)| (name.as_str(), *amount));
            let aim = if beside.is_some() { Aim::Times(FLAT) } else { Aim::None };
            table.row(&name, middle, aim, beside);
            smallest.get_or_insert((format!("with {visits}"), middle));
        }
    }
}

/// What counts as flat: a noisy machine's half.
const FLAT: f64 = 1.5;
