//! Claims about edits of rules. The audit after every case compares what readers see, and what is being
//! built, with their recomputation.

use super::world::{COUNTY, OFFICER, OTHER, TOWNSHIP, VILLAGE, World, code, day, list, month, sets};
use crate::conformance::{Broken, Outcome, claim, same, there};
use crate::county::{Figures, FiguresQuery};
use domain::area::Area;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::{Excluded, Standing, Status};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::period::Period;
use domain::time::Day;
use domain::value::Value;
use sync::county::prepared::OwnRecord;

const MET: Option<Status> = Some(Status::MetHome);
const NOT_YET: Option<Status> = Some(Status::NotYet);

/// Everything that can be read of some people and duties.
async fn read(world: &World, people: &[RecordRef]) -> Result<(Vec<Vec<Standing>>, Vec<Figures>), Broken> {
    let reports = &world.county.reports;
    let mut standings = Vec::new();
    for person in people {
        standings.push(reports.standings_of(person.id).await?);
    }
    let mut figures = Vec::new();
    for duty in ["elder", "rounds", "home", "*"] {
        for at in 9..=12 {
            let (duty, category) = (duty.to_owned(), "*".to_owned());
            let query = FiguresQuery { duty, period: month(at), category, as_of: Day(i32::MAX) };
            figures.push(reports.figures(&query).await?);
        }
    }
    Ok((standings, figures))
}

fn quarter(key: &str) -> Result<Period, Broken> {
    there(key.parse().ok(), "a period")
}

async fn five(world: &mut World) -> Result<Vec<RecordRef>, Broken> {
    let mut people = Vec::new();
    for category in ["LSLR", "TK", "LSLR", "LSLR", "TK"] {
        people.push(world.person(VILLAGE, category).await?);
    }
    // As a build meets them.
    people.sort_unstable();
    Ok(people)
}

async fn is(world: &World, person: RecordRef, status: Option<Status>, words: &str) -> Outcome {
    let found = world.status(person, "elder", month(11), day(11, 10)).await?;
    claim!(found == status, "{words}: {found:?}, expected {status:?}");
    Ok(())
}

pub async fn switch(world: &mut World) -> Outcome {
    let people = five(world).await?;
    let before = read(world, &people).await?;
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["TK"]))]).await?;
    for slice in 0..people.len() {
        claim!(world.building().await?, "slice {slice}: it is being built");
        same!(read(world, &people).await?, before, "all that is read is as before");
        world.audit().await?;
        world.build_slice(1).await?;
    }
    same!(read(world, &people).await?, before, "everybody is judged, and still nothing shows");
    world.build_slice(1).await?;
    let after = read(world, &people).await?;
    claim!(!world.building().await? && after != before, "then it shows");
    world.audit().await?;
    let mut left = true;
    while left {
        left = world.build_slice(2).await?;
        same!(read(world, &people).await?, after, "the removal of the old shows nowhere");
    }
    Ok(())
}

pub async fn nothing_left(world: &mut World) -> Outcome {
    let (elder, destitute) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "TK").await?);
    is(world, elder, NOT_YET, "the rule asks for elders").await?;
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["TK"]))]).await?;
    world.build().await?;
    is(world, elder, None, "now for others").await?;
    is(world, destitute, NOT_YET, "who stand in it").await?;
    let count = world.count("elder", month(11), (VILLAGE, Status::NotYet), day(11, 30)).await?;
    same!(count, 1, "in the figures");
    for person in [elder, destitute] {
        let kept = world.county.reports.standings_kept(person.id).await?.len();
        same!(kept, world.county.reports.standings_of(person.id).await?.len(), "nothing is kept twice");
    }
    Ok(())
}

pub async fn words(world: &mut World) -> Outcome {
    world.person(VILLAGE, "LSLR").await?;
    world
        .set(World::duty("elder"), [(keys::SOURCE, "a law".into()), (keys::TITLE_ZH, "a title".into())])
        .await?;
    claim!(!world.building().await?, "nothing has to be judged anew");
    let (_, _, _, generations) = world.county.ledger.standing_now().await?;
    let rule = there(generations.rules().at("elder", VILLAGE).first(), "the rule")?;
    same!((rule.source.as_str(), rule.title_zh.as_str()), ("a law", "a title"), "and readers have the words");
    Ok(())
}

pub async fn arrival(world: &mut World) -> Outcome {
    let people = five(world).await?;
    let (first, last) = (there(people.first().copied(), "one")?, there(people.last().copied(), "one")?);
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["LSLR", "TK"]))]).await?;
    world.build_slice(2).await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    for person in [first, last] {
        phone.met(visit, person);
    }
    world.send(&mut phone).await?;
    let new = [world.person(VILLAGE, "TK").await?, world.person(VILLAGE, "LSLR").await?];
    world.set(first, [(keys::DIED, "2026-11-10".into())]).await?;
    world.audit().await?;
    claim!(world.building().await?, "it is still being built");
    let by_old = world.status(there(new.first().copied(), "one")?, "elder", month(11), day(11, 10)).await?;
    same!(by_old, None, "who comes now stands under the old rules");
    world.build().await?;
    is(world, last, MET, "the visit counts under the new rules").await?;
    is(world, first, Some(Status::Excluded(Excluded::Died)), "and so does the death").await?;
    for person in new {
        is(world, person, NOT_YET, "and who came meanwhile").await?;
    }
    Ok(())
}

pub async fn cut_off(world: &mut World) -> Outcome {
    let people = five(world).await?;
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["TK"]))]).await?;
    world.build_slice(2).await?;
    if !world.back_up().await {
        return Ok(());
    }
    world.restore().await;
    let (_, _, _, generations) = world.county.ledger.standing_now().await?;
    let reached = generations.building().and_then(|(span, _)| span.done_to);
    same!(reached, people.get(1).map(|person| person.id), "where it was");
    world.audit().await?;
    world.build().await
}

pub async fn removal_cut_off(world: &mut World) -> Outcome {
    let people = five(world).await?;
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["TK"]))]).await?;
    while world.building().await? {
        world.build_slice(2).await?;
    }
    world.build_slice(2).await?;
    if !world.back_up().await {
        return Ok(());
    }
    world.restore().await;
    let (_, _, _, generations) = world.county.ledger.standing_now().await?;
    let reached = generations.spans().sweeping().and_then(|span| span.done_to);
    same!(reached, people.get(1).map(|person| person.id), "where it was");
    world.audit().await?;
    world.build().await
}

pub async fn two_edits(world: &mut World) -> Outcome {
    let people = five(world).await?;
    let before = read(world, &people).await?;
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["TK"]))]).await?;
    world.build_slice(3).await?;
    world.set(World::duty("elder"), [(keys::WAYS, list(&["home"]))]).await?;
    world.set(World::duty("rounds"), [(keys::CADENCE, "month".into())]).await?;
    same!(read(world, &people).await?, before, "nothing shows of either");
    world.build_slice(1).await?;
    world.audit().await?;
    world.build().await?;
    let (_, _, reference, generations) = world.county.ledger.standing_now().await?;
    same!(**generations.rules(), domain::coverage::Rules::of(&reference), "both count");
    claim!(generations.spans().at_rest(), "nothing is left to do");
    Ok(())
}

pub async fn taken_back(world: &mut World) -> Outcome {
    let people = five(world).await?;
    let before = read(world, &people).await?;
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["TK"]))]).await?;
    world.build_slice(3).await?;
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["LSLR"]))]).await?;
    claim!(!world.building().await?, "nothing is built");
    // Another edit before what was begun is removed.
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["LSLR", "TK"]))]).await?;
    world.build_slice(2).await?;
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["LSLR"]))]).await?;
    world.build().await?;
    same!(read(world, &people).await?, before, "all is as it was");
    Ok(())
}

/// Ends a duty's first rule on a day and lets another begin, with one field changed.
async fn change(world: &mut World, duty: &str, from: Day, key: &str, value: Value) -> Outcome {
    let former = World::duty(duty);
    let head = world.head(former).await?;
    let fields = head.fields.keys().filter_map(|key| Some((key.clone(), head.value(key)?.clone())));
    let mut fields: super::world::Sets = fields.collect();
    fields.extend(sets([(keys::FROM, from.to_string().into()), (key, value)]));
    let id = RecordId::named("duty", &format!("{duty} {from}"));
    let next = world.own(OwnRecord::Known(RecordRef { kind: RecordKind::Duty, id }), fields);
    let ends = world.own(OwnRecord::Known(former), sets([(keys::UNTIL, from.to_string().into())]));
    world.append(vec![ends, next]).await.map(drop)
}

pub async fn from_a_day(world: &mut World) -> Outcome {
    let people = five(world).await?;
    let elders = people.clone();
    let of = |number: u32, before: &(Vec<Vec<Standing>>, Vec<Figures>)| -> Vec<Standing> {
        let all = before.0.iter().flatten();
        all.filter(|one| one.duty == "elder" && one.period == month(number)).cloned().collect()
    };
    let before = read(world, &elders).await?;
    change(world, "elder", day(12, 1), keys::CADENCE, "quarter".into()).await?;
    world.build().await?;
    let after = read(world, &elders).await?;
    for number in 9..=11 {
        same!(of(number, &after), of(number, &before), "months before it are the same");
        claim!(!of(number, &after).is_empty(), "and are there");
    }
    same!(of(12, &after), [], "no month any more");
    let last = quarter("2026-10+3")?;
    let one = there(of(11, &after).first().map(|one| one.subject), "an elder")?;
    let one = RecordRef { kind: RecordKind::Person, id: one };
    same!(world.status(one, "elder", last, day(11, 30)).await?, None, "the quarter begins on its day");
    same!(world.status(one, "elder", last, day(12, 1)).await?, NOT_YET, "and asks from then on");
    let (_, _, _, generations) = world.county.ledger.standing_now().await?;
    let holder = |at| generations.spans().holder("elder", month(at));
    claim!(holder(10) < holder(11) && holder(11) == holder(12), "October stays where it was");
    Ok(())
}

pub async fn added_and_ended(world: &mut World) -> Outcome {
    let people = five(world).await?;
    change(world, "elder", day(11, 1), keys::DUTY, "weekly".into()).await?;
    let elder = there(people.first().copied(), "one")?;
    claim!(world.status(elder, "weekly", month(11), day(11, 30)).await?.is_none(), "not before it is built");
    world.build().await?;
    let mut stand = 0;
    for person in &people {
        let found = world.status(*person, "weekly", month(11), day(11, 30)).await?;
        stand += usize::from(found == NOT_YET);
        same!(world.status(*person, "elder", month(12), day(12, 1)).await?, None, "the other has ended");
    }
    same!(stand, 3, "the new one asks for three");
    Ok(())
}

pub async fn parentage(world: &mut World) -> Outcome {
    let person = world.person(OTHER, "LSLR").await?;
    let second = AreaCode(TOWNSHIP.0 + 1_000);
    let fields =
        sets([(keys::CODE, code(second)), (keys::NAME, "second".into()), (keys::PARENT, code(COUNTY))]);
    let area = world.own(OwnRecord::Known(Area::record(second)), fields);
    world.append(vec![area]).await?;
    let head = world.head(World::duty("elder")).await?;
    let fields = head.fields.keys().filter_map(|key| Some((key.clone(), head.value(key)?.clone())));
    let mut fields: super::world::Sets = fields.collect();
    fields.extend(sets([(keys::AREA, code(second)), (keys::CATEGORIES, list(&["TK"]))]));
    let id = RecordId::named("duty", "elder of the second");
    let rule = world.own(OwnRecord::Known(RecordRef { kind: RecordKind::Duty, id }), fields);
    world.append(vec![rule]).await?;
    world.build().await?;
    is(world, person, NOT_YET, "the county's rule").await?;
    world.set(Area::record(OTHER), [(keys::PARENT, code(second))]).await?;
    is(world, person, NOT_YET, "until it is built").await?;
    world.build().await?;
    is(world, person, None, "the rule of the second township").await
}

pub async fn time(world: &mut World) -> Outcome {
    five(world).await?;
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["LSLR", "TK"]))]).await?;
    world.build_slice(2).await?;
    world.now_ms = day(12, 3).starts_at();
    world.roll(day(12, 3)).await?;
    world.audit().await?;
    world.build().await?;
    let february = quarter("2027-02")?;
    let found = world.count("elder", february, (VILLAGE, Status::NotYet), Day(i32::MAX)).await?;
    same!(found, 5, "the period after next is there for all");
    Ok(())
}
