//! Claims about who counts as visited, on which day, and why. The audit after every case compares
//! all standings and figures with their recomputation, as of every day.

use super::world::{HEAD, OFFICER, OTHER, REVIEWER, Sets, VILLAGE, World, code, day, list, month, sets};
use crate::conformance::{Broken, Outcome, claim, same, there};
use domain::catalogue::{RecordKind, keys};
use domain::coverage::{Excluded, Status};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::period::Period;
use domain::time::{Day, Happened};
use domain::value::Value;
use std::collections::BTreeSet;
use sync::county::prepared::{Job, OwnRecord};

const MET: Option<Status> = Some(Status::MetHome);
const NOT_YET: Option<Status> = Some(Status::NotYet);

pub async fn late_entry(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(10, 15));
    phone.met(visit, person);
    world.send(&mut phone).await?;
    same!(world.status(person, "elder", month(10), day(10, 14)).await?, NOT_YET, "before the visit");
    same!(world.status(person, "elder", month(10), day(10, 15)).await?, MET, "from its day on");
    same!(
        world.status(person, "elder", month(11), day(11, 10)).await?,
        NOT_YET,
        "not in the month of arrival"
    );
    Ok(())
}

pub async fn void(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, person);
    world.send(&mut phone).await?;
    let mut reviewer = world.phone(REVIEWER).await?;
    for record in [visit, part] {
        for (word, expected) in [(Value::from("twice"), NOT_YET), (Value::Null, MET)] {
            let head = world.head(record).await?;
            reviewer.set(record, [(keys::VOID, word)], &head);
            world.send(&mut reviewer).await?;
            same!(
                world.status(person, "elder", month(11), day(11, 10)).await?,
                expected,
                "void, and taken back"
            );
        }
    }
    Ok(())
}

pub async fn amended_time(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 3));
    phone.met(visit, person);
    world.send(&mut phone).await?;
    let head = world.head(visit).await?;
    let happened = Happened::afternoon(day(10, 20)).to_string();
    phone.set(visit, [(keys::HAPPENED, happened.into())], &head);
    world.send(&mut phone).await?;
    same!(world.status(person, "elder", month(11), day(11, 10)).await?, NOT_YET, "not in November any more");
    same!(world.status(person, "elder", month(10), day(10, 31)).await?, MET, "but in October");
    Ok(())
}

pub async fn amended_person(world: &mut World) -> Outcome {
    let (wrong, right) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, wrong);
    world.send(&mut phone).await?;
    let head = world.head(part).await?;
    phone.set(part, [(keys::SUBJECT, right.id.to_string().into())], &head);
    world.send(&mut phone).await?;
    same!(world.status(wrong, "elder", month(11), day(11, 10)).await?, NOT_YET, "the one was not met");
    same!(world.status(right, "elder", month(11), day(11, 10)).await?, MET, "the other was");
    same!(world.county.reports.parts_of(wrong.id, 9).await?.len(), 0, "the one has no part");
    same!(world.county.reports.parts_of(right.id, 9).await?.len(), 1, "the other has it");
    batches(world, [wrong, right], part).await?;
    // A second phone, which has not seen this, gives it back: contested, it is nobody's.
    let mut other = world.phone(OFFICER).await?;
    other.set(part, [(keys::SUBJECT, wrong.id.to_string().into())], &head);
    world.send(&mut other).await?;
    for person in [wrong, right] {
        same!(world.status(person, "elder", month(11), day(11, 10)).await?, NOT_YET, "while it is contested");
    }
    Ok(())
}

/// What is read of several at once is what is read of each.
async fn batches(world: &World, people: [RecordRef; 2], part: RecordRef) -> Outcome {
    let (reports, ids) = (&world.county.reports, people.iter().map(|one| one.id).collect::<BTreeSet<_>>());
    let (parts, standings) =
        (reports.parts_of_all(ids.clone(), 9).await?, reports.standings_of_all(ids.clone()).await?);
    for id in ids {
        same!(parts.get(&id).cloned().unwrap_or_default(), reports.parts_of(id, 9).await?, "parts");
        same!(standings.get(&id).cloned().unwrap_or_default(), reports.standings_of(id).await?, "standings");
    }
    same!(parts.len(), 1, "whoever has none is left out");
    let nobody = RecordRef { id: RecordId::named("nobody", "nobody"), ..part };
    let records = world.county.ledger.records(BTreeSet::from([people[0], part, nobody])).await?;
    same!(records.len(), 2, "what is not there is left out");
    same!(records.get(&part).cloned(), world.county.ledger.record(part).await?, "a record");
    Ok(())
}

pub async fn contested(world: &mut World) -> Outcome {
    let tried = Some(Status::Tried);
    let person = world.person(VILLAGE, "LSLR").await?;
    let (mut phone, mut other) = (world.phone(OFFICER).await?, world.phone(OFFICER).await?);
    let visit = phone.visit(VILLAGE, day(11, 3));
    let part = phone.met(visit, person);
    world.send(&mut phone).await?;
    let made = world.head(visit).await?;
    let later = Happened::afternoon(day(11, 8)).to_string();
    phone.set(visit, [(keys::HAPPENED, Happened::morning(day(11, 6)).to_string().into())], &made);
    other.set(visit, [(keys::HAPPENED, later.into())], &made);
    for phone in [&mut phone, &mut other] {
        world.send(phone).await?;
    }
    same!(world.status(person, "elder", month(11), day(11, 7)).await?, NOT_YET, "not by all sides yet");
    same!(world.status(person, "elder", month(11), day(11, 8)).await?, MET, "by all sides");
    let head = world.head(part).await?;
    phone.set(part, [(keys::MET, "self_and_carer".into())], &head);
    other.set(part, [(keys::MET, "none".into())], &head);
    for phone in [&mut phone, &mut other] {
        world.send(phone).await?;
    }
    same!(world.status(person, "elder", month(11), day(11, 8)).await?, tried, "one side says no");
    same!(world.count("elder", month(11), (VILLAGE, Status::Tried), day(11, 8)).await?, 1, "in the figures");
    let head = world.head(part).await?;
    other.set(part, [(keys::MET, "self".into())], &head);
    world.send(&mut other).await?;
    same!(world.status(person, "elder", month(11), day(11, 8)).await?, MET, "settled, it counts");
    let october = Happened::afternoon(day(10, 31)).to_string();
    phone.set(visit, [(keys::HAPPENED, october.into())], &made);
    world.send(&mut phone).await?;
    same!(world.status(person, "elder", month(11), day(11, 8)).await?, tried, "perhaps it was in October");
    same!(world.status(person, "elder", month(10), day(10, 31)).await?, tried, "and perhaps not");
    Ok(())
}

pub async fn death(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    world.set(person, [(keys::DIED, "2026-11-05".into())]).await?;
    let died = Status::Excluded(Excluded::Died);
    same!(world.status(person, "elder", month(11), day(11, 4)).await?, NOT_YET, "the day before");
    same!(world.status(person, "elder", month(11), day(11, 5)).await?, Some(died), "from that day on");
    same!(world.count("elder", month(11), (VILLAGE, died), day(11, 5)).await?, 1, "in the figures");
    same!(world.count("elder", month(11), (VILLAGE, died), day(11, 4)).await?, 0, "as of each day");
    world.set(person, [(keys::DIED, Value::Null)]).await?;
    same!(world.status(person, "elder", month(11), day(11, 5)).await?, NOT_YET, "it was somebody else");
    Ok(())
}

pub async fn category_end(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    world.set(person, [("category/LSLR/end", "2026-11-06".into())]).await?;
    let ended = Some(Status::Excluded(Excluded::CategoryEnded));
    same!(world.status(person, "elder", month(11), day(11, 5)).await?, NOT_YET, "the last day");
    same!(world.status(person, "elder", month(11), day(11, 6)).await?, ended, "from the end on");
    same!(world.status(person, "elder", month(12), day(12, 1)).await?, None, "not in the next register");
    same!(world.status(person, "elder", month(10), day(10, 31)).await?, NOT_YET, "still in the last");
    Ok(())
}

pub async fn moved(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    world.set(person, [(keys::VILLAGE, code(OTHER)), ("moved/2026-11-08", code(VILLAGE))]).await?;
    for (village, as_of, expected) in
        [(VILLAGE, 7, 1), (OTHER, 7, 0), (VILLAGE, 8, 0), (OTHER, 8, 1), (OTHER, 30, 1)]
    {
        let found = world.count("elder", month(11), (village, Status::NotYet), day(11, as_of)).await?;
        claim!(found == expected, "{village} on the {as_of}th: {found}, expected {expected}");
    }
    Ok(())
}

pub async fn change(world: &mut World) -> Outcome {
    let (ill, well) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 3));
    let parts = [ill, well].map(|person| phone.part(visit, person, "none", Some("hospital")));
    world.send(&mut phone).await?;
    let pending = Some(Status::ChangePending);
    for person in [ill, well] {
        same!(
            world.status(person, "elder", month(11), day(11, 3)).await?,
            pending,
            "it waits for the township"
        );
        same!(world.status(person, "elder", month(12), day(12, 1)).await?, pending, "as long as it takes");
    }
    let mut township = world.phone(HEAD).await?;
    for ((person, part), word) in [ill, well].into_iter().zip(parts).zip(["accepted", "rejected"]) {
        let head = world.head(person).await?;
        let key = format!("{}{}", keys::CHANGE, part.id);
        township.set(person, [(&key, word.into())], &head);
    }
    let mut head = world.head(ill).await?;
    head.vector.raise(domain::log::Dot { writer: township.writer, serial: 1 });
    township.set(ill, [("away/1/kind", "hospital".into()), ("away/1/from", "2026-11-02".into())], &head);
    world.send(&mut township).await?;
    let hospital = Some(Status::Excluded(Excluded::Hospital));
    same!(world.status(ill, "elder", month(11), day(11, 3)).await?, hospital, "accepted");
    same!(world.status(well, "elder", month(11), day(11, 3)).await?, Some(Status::Tried), "rejected: a try");
    same!(world.status(well, "elder", month(12), day(12, 1)).await?, NOT_YET, "of that month only");
    Ok(())
}

pub async fn rolling(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "TK").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(5, 5));
    phone.met(visit, person);
    let call = phone.visit_when(VILLAGE, Happened::morning(day(6, 25)), "phone");
    phone.met(call, person);
    world.send(&mut phone).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    phone.met(visit, person);
    world.send(&mut phone).await?;
    let all = world.county.reports.standings_of(person.id).await?;
    let october = all.iter().find(|one| one.duty == "rounds" && one.period == month(10));
    let october = there(october, "the standing of October")?;
    same!(
        october.due_on(day(10, 2)),
        Some(day(6, 4)),
        "30 days after the visit, whatever was telephoned since"
    );
    Ok(())
}

/// The standing of `rounds` in October knows the last visit that counts.
async fn due_in_october(world: &World, person: RecordRef) -> Result<Option<Day>, Broken> {
    let all = world.county.reports.standings_of(person.id).await?;
    let october = all.iter().find(|one| one.duty == "rounds" && one.period == month(10));
    Ok(there(october, "the standing of October")?.due_on(day(10, 2)))
}

/// Somebody of TK with calls in May and June, and later a visit that met only the family.
async fn two_calls(world: &mut World, person: RecordRef) -> Outcome {
    let mut phone = world.phone(OFFICER).await?;
    for at in [day(5, 10), day(6, 20)] {
        let call = phone.visit_when(VILLAGE, Happened::morning(at), "phone");
        phone.met(call, person);
    }
    world.send(&mut phone).await?;
    same!(due_in_october(world, person).await?, Some(day(6, 9)), "as the calls arrive");
    let visit = phone.visit(VILLAGE, day(10, 9));
    phone.part(visit, person, "family", None);
    world.send(&mut phone).await?;
    same!(due_in_october(world, person).await?, Some(day(6, 9)), "as another arrival finds them");
    Ok(())
}

pub async fn rolling_away(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "TK").await?;
    let stay = [("kind", "migrant"), ("from", "2026-01-01"), ("until", "2026-05-31")];
    for (key, value) in stay {
        world.set(person, [(&format!("{}1/{key}", keys::AWAY), value.into())]).await?;
    }
    two_calls(world, person).await
}

pub async fn rolling_narrowed(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "TK").await?;
    let record = World::duty("rounds");
    let head = world.head(record).await?;
    let fields = head.fields.keys().filter_map(|key| Some((key.clone(), head.value(key)?.clone())));
    let mut fields: Sets = fields.collect();
    fields.extend(sets([(keys::FROM, "2026-06-01".into())]));
    let wide = sets([(keys::WAYS, list(&["home", "phone"])), (keys::UNTIL, "2026-06-01".into())]);
    let patches =
        vec![world.own(OwnRecord::Known(record), wide), world.own(OwnRecord::New(RecordKind::Duty), fields)];
    world.append(patches).await?;
    world.build().await?;
    two_calls(world, person).await
}

pub async fn rolling_void(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "TK").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visits = [day(5, 5), day(6, 20)].map(|at| phone.visit(VILLAGE, at));
    for visit in visits {
        phone.met(visit, person);
    }
    world.send(&mut phone).await?;
    same!(due_in_october(world, person).await?, Some(day(7, 20)), "30 days after the last");
    let [_, last] = visits;
    world.set(last, [(keys::VOID, "twice".into())]).await?;
    same!(due_in_october(world, person).await?, Some(day(6, 4)), "30 days after the one before it");
    world.set(last, [(keys::VOID, Value::Null)]).await?;
    same!(due_in_october(world, person).await?, Some(day(7, 20)), "and back");
    Ok(())
}

pub async fn far_future(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let then = Day::from_ymd(2027, 4, 10).unwrap_or(day(12, 31));
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, then);
    phone.met(visit, person);
    world.send(&mut phone).await?;
    let between = phone.visit(VILLAGE, day(11, 9));
    phone.part(between, person, "none", Some("migrant"));
    world.send(&mut phone).await?;
    world.audit().await?;
    world.now_ms = then.plus(5).starts_at();
    world.roll(then.plus(5)).await?;
    let april = there("2027-04".parse().ok(), "a period")?;
    same!(
        world.status(person, "elder", april, then.plus(-1)).await?,
        Some(Status::ChangePending),
        "before it"
    );
    same!(world.status(person, "elder", april, then).await?, MET, "from its day on");
    Ok(())
}

pub async fn old_change(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    for (at, reason) in [(day(5, 20), "migrant"), (day(6, 10), "not_at_home"), (day(11, 9), "not_at_home")] {
        let visit = phone.visit(VILLAGE, at);
        phone.part(visit, person, "none", Some(reason));
        world.send(&mut phone).await?;
    }
    let status = world.status(person, "elder", month(11), day(11, 10)).await?;
    same!(status, Some(Status::ChangePending), "half a year and other tries do not settle it");
    Ok(())
}

/// A month so many months after November 2026.
fn month_after(months: u32) -> Period {
    (0..months).fold(month(11), |period, _| period.next())
}

pub async fn clock_ahead(world: &mut World) -> Outcome {
    let (mover, ending) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "TK").await?);
    let mut phone = world.phone(OFFICER).await?;
    let right = world.now_ms;
    world.now_ms = day(11, 10).plus(730).starts_at();
    world.roll(day(11, 10).plus(730)).await?;
    world.now_ms = right;
    world.audit().await?;
    let later = month_after(12);
    let stands = later.from();
    same!(world.status(mover, "elder", later, stands).await?, NOT_YET, "it reaches as far as the clock did");

    world.set(mover, [(keys::VILLAGE, code(OTHER)), ("moved/2026-11-09", code(VILLAGE))]).await?;
    same!(world.count("elder", later, (VILLAGE, Status::NotYet), stands).await?, 0, "nobody is left behind");
    same!(world.count("elder", later, (OTHER, Status::NotYet), stands).await?, 1, "but where they moved to");
    let fresh = world.person(VILLAGE, "LSLR").await?;
    same!(world.status(fresh, "elder", later, stands).await?, NOT_YET, "who is new stands as far");
    world.set(ending, [("category/TK/end", "2027-03-01".into())]).await?;
    same!(world.status(ending, "rounds", later, stands).await?, None, "who is asked no more, nowhere");
    let visit = phone.visit(VILLAGE, day(11, 9));
    phone.part(visit, fresh, "none", Some("hospital"));
    world.send(&mut phone).await?;
    same!(
        world.status(fresh, "elder", later, stands).await?,
        Some(Status::ChangePending),
        "what is reported today holds there"
    );
    world.audit().await?;
    world.set(World::duty("elder"), [(keys::CATEGORIES, list(&["LSLR", "TK"]))]).await?;
    world.build().await?;
    world.audit().await?;
    for days in [30, 365, 720, 760] {
        world.now_ms = right + i64::from(days) * 86_400_000;
        world.set(mover, [(keys::DIED, day(11, 20).plus(days).to_string().into())]).await?;
        world.audit().await?;
        world.roll(day(11, 10).plus(days)).await?;
        world.audit().await?;
    }
    Ok(())
}

pub async fn clock_ahead_between(world: &mut World) -> Outcome {
    let (one, two) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "TK").await?);
    let right = world.now_ms;
    let then = day(11, 10).plus(400);
    world.now_ms = then.starts_at();
    world.set(one, [("category/LSLR/start", "2019-06-01".into())]).await?;
    let (county, ..) = world.county.ledger.standing_now().await?;
    // The first slice of a roll that is cut off.
    world.run(Job::Roll { subjects: vec![two.id], from: then, horizon: county.horizon }).await?;
    world.now_ms = right;
    let later = month_after(12);
    same!(world.status(one, "elder", later, later.from()).await?, NOT_YET, "a change reached that far");
    // Of a day beyond all that the clock asks for, and of days within.
    for ends in ["2027-09-05", "2026-11-20"] {
        for (person, key) in [(one, "category/LSLR/end"), (two, "category/TK/end")] {
            world.set(person, [(key, ends.into())]).await?;
            world.audit().await?;
        }
    }
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    for person in [one, two] {
        phone.part(visit, person, "none", Some("hospital"));
    }
    world.send(&mut phone).await?;
    world.audit().await?;
    world.roll(day(11, 10)).await?;
    world.audit().await?;
    world.now_ms = then.plus(40).starts_at();
    world.roll(then.plus(40)).await
}
