//! A month is closed: its figures stay, corrections stand beside them, and each opens into people.

use super::*;
use crate::reports::table;
use crate::testing::{Phone, World};
use domain::canonical::Hash;
use domain::coverage::Status;
use domain::period::{Cadence, Cut};
use domain::settings::Setting;
use domain::time::Happened;

fn today() -> Day {
    Day::of(clock::now_ms())
}

fn last_month() -> Period {
    Period::containing(Cadence::Month, Cut::Natural, today()).previous()
}

fn by(world: &World) -> RecordId {
    crate::seed::staff::id(world.county.keys.county(), 2)
}

async fn closed(world: &World, period: Period, late_until: Option<Day>) -> Result<(), Problem> {
    close(&world.county, Close { period, late_until, by: by(world) }, clock::now_ms()).await
}

async fn asked(world: &World, duty: &str) -> Asked {
    ask(&world.county, question(world.county.keys.county(), duty, last_month())).await.unwrap()
}

async fn then_and_now(world: &World, duty: &str) -> (Row, Row) {
    let asked = asked(world, duty).await;
    let (_, villages) = figures_then(&world.county, &asked).await.unwrap().unwrap();
    let area = world.county.keys.county();
    let now = table(&world.county, &asked).await.unwrap().total;
    (domain::coverage::reading::total(area, villages.values()), now)
}

/// What of a row adds up; the rest is told beside it.
fn sums(row: &Row) -> [i64; 7] {
    [row.register, row.due, row.met, row.met_home, row.change_pending, row.tried, row.silent + row.not_yet]
}

/// Somebody of the phone's village who was not visited last month.
async fn not_visited(world: &World) -> (RecordId, AreaCode) {
    let all = stood_of(&world.county, &asked(world, ANY_DUTY).await).await.unwrap();
    let open = |one: &&Stood| one.2 == Status::NotYet && one.1 == crate::testing::VILLAGE;
    let Stood(person, village, ..) = all.iter().find(open).unwrap().clone();
    (person, village)
}

/// A visit of the last day of last month.
fn visited(phone: &mut Phone, (person, village): (RecordId, AreaCode), reason: Option<&str>) {
    let happened = Happened::whole(last_month().last()).to_string();
    let home = Value::Int(i64::try_from(village.0).unwrap());
    let mut sets =
        vec![(keys::VILLAGE, home), (keys::WAY, "home".into()), (keys::HAPPENED, happened.as_str().into())];
    sets.extend(reason.map(|reason| (keys::LATE_REASON, reason.into())));
    let visit = phone.write(RecordKind::Visit, &sets);
    let link = |id: RecordId| Value::from(id.to_string());
    phone.write(
        RecordKind::Part,
        &[(keys::VISIT, link(visit)), (keys::SUBJECT, link(person)), (keys::MET, "self".into())],
    );
}

/// The county lets enter what is long past, and the phone has heard so: nothing but a closing asks for a reason.
async fn so_long_ago_that_only_the_closing_asks(world: &World, phone: &mut Phone) {
    let (setting, source) = (Setting::LateDays.code().to_owned(), "试点".to_owned());
    let area = world.county.keys.county();
    let (from, by) = (last_month().from(), crate::seed::staff::id(area, 1));
    let edit = crate::settings::Edit { setting, area, from, value: Some(300), source, by };
    crate::settings::set(&world.county, &edit, clock::now_ms()).await.unwrap();
    let mut before = Hash::ZERO;
    for one in &mut phone.log {
        one.patch.prev = before;
        let body = one.body.as_mut().unwrap();
        Setting::LateDays.give(300, &mut body.given);
        one.patch.body_hash = body.hash();
        before = one.patch.hash();
    }
}

/// What the county asks about of what a phone sends.
async fn asks_of(world: &World, phone: &mut Phone) -> Vec<ProblemCode> {
    let reply = phone.exchange(&world.phones).await.unwrap();
    reply.statement.outcomes.iter().filter_map(|one| one.problem.as_ref()).map(|one| one.code).collect()
}

#[tokio::test]
async fn what_a_silent_phone_sends_after_the_closing_is_a_correction_in_the_days_of_grace_and_then_asks_why()
{
    for (grace, reason, asks) in [
        (today().plus(3), None, false),
        (last_month().last(), None, true),
        (last_month().last(), Some("手机坏了，修好才传"), false),
    ] {
        let world = World::with_months(2).await;
        let somebody = not_visited(&world).await;
        let mut phone = world.phone(1).await;
        visited(&mut phone, somebody, reason);
        so_long_ago_that_only_the_closing_asks(&world, &mut phone).await;
        // The phone is silent, and the month is closed without what it holds.
        closed(&world, last_month(), Some(grace)).await.unwrap();
        let (then, now) = then_and_now(&world, ANY_DUTY).await;
        assert_eq!(sums(&then), sums(&now));
        let expected = if asks { vec![ProblemCode::PeriodClosed] } else { Vec::new() };
        assert_eq!(asks_of(&world, &mut phone).await, expected, "{grace} {reason:?}");
        let (first, now) = then_and_now(&world, ANY_DUTY).await;
        assert_eq!(sums(&first), sums(&then), "the first figures stay");
        assert_eq!((now.met, now.due), (then.met + 1, then.due), "{grace} {reason:?}");
        let found = corrections(&world.county, &asked(&world, ANY_DUTY).await).await.unwrap();
        let who: Vec<RecordId> = found.iter().map(|one| one.person).collect();
        assert_eq!(who, [somebody.0], "and what came since is told beside them, asked about or not");
        world.sound().await;
    }
}

#[tokio::test]
async fn the_figures_of_a_closed_month_stay_and_what_comes_later_stands_beside_them() {
    let world = World::with_months(2).await;
    let before = asked(&world, ANY_DUTY).await;
    assert_eq!(figures_then(&world.county, &before).await.unwrap(), None, "nothing was closed");
    closed(&world, last_month(), Some(last_month().last())).await.unwrap();
    let duties = duties(&before.reference, last_month());
    assert!(duties.len() > 2);
    for duty in &duties {
        let (then, now) = then_and_now(&world, duty).await;
        assert_eq!(sums(&then), sums(&now), "{duty}: as they were");
        assert!(corrections(&world.county, &asked(&world, duty).await).await.unwrap().is_empty());
    }
    // Somebody who was not visited was: it is entered today, with its reason.
    let asked_now = asked(&world, ANY_DUTY).await;
    let (person, village) = not_visited(&world).await;
    let mut phone = world.phone(1).await;
    visited(&mut phone, (person, village), Some("山洪断路，回来才写"));
    visited(&mut phone, (person, village), None);
    so_long_ago_that_only_the_closing_asks(&world, &mut phone).await;
    let reply = phone.exchange(&world.phones).await.unwrap();
    let asks: Vec<_> = reply.statement.outcomes.iter().filter_map(|one| one.problem.as_ref()).collect();
    assert_eq!(asks.len(), 1, "{asks:?}: of the one without a reason");
    assert_eq!(asks[0].code, ProblemCode::PeriodClosed, "and not because it is long ago");
    let (then, now) = then_and_now(&world, ANY_DUTY).await;
    assert_eq!((then.met + 1, then.due), (now.met, now.due));
    let [one] = corrections(&world.county, &asked_now).await.unwrap().try_into().unwrap();
    assert_eq!((one.person, one.then.unwrap().2), (person, Status::NotYet));
    assert!(one.now.unwrap().2.is_met());
    world.sound().await;
}

#[tokio::test]
async fn a_closed_month_is_opened_again_and_takes_other_figures_the_next_time() {
    let world = World::with_months(1).await;
    closed(&world, last_month(), None).await.unwrap();
    let problem = closed(&world, last_month(), None).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::NothingToChange);
    reopen(&world.county, last_month(), "有一个村没算", by(&world), clock::now_ms()).await.unwrap();
    let open = asked(&world, ANY_DUTY).await;
    assert_eq!(figures_then(&world.county, &open).await.unwrap(), None);
    assert!(reopen(&world.county, last_month(), "再", by(&world), clock::now_ms()).await.is_err());
    closed(&world, last_month(), Some(last_month().last().plus(3))).await.unwrap();
    let again = asked(&world, ANY_DUTY).await;
    let (closing, _) = figures_then(&world.county, &again).await.unwrap().unwrap();
    assert_eq!(closing.late_until, last_month().last().plus(3));
}

#[tokio::test]
async fn what_cannot_be_closed_says_why() {
    let world = World::with_months(1).await;
    let running = Period::containing(Cadence::Month, Cut::Natural, today());
    for (period, late_until, word) in [
        (running, None, "还没有结束"),
        (last_month(), Some(last_month().from()), "补记截止"),
        (last_month(), Some(last_month().last().plus(99)), "补记截止"),
        ("2024-01+12@26".parse().unwrap(), None, "没有按"),
    ] {
        let problem = closed(&world, period, late_until).await.unwrap_err();
        assert!(problem.zh().contains(word), "{}", problem.zh());
    }
    let stranger = Close { period: last_month(), late_until: None, by: world.officer() };
    let problem = close(&world.county, stranger, clock::now_ms()).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::RightMissing);
    assert!(reopen(&world.county, last_month(), "没有月结过", by(&world), clock::now_ms()).await.is_err());
    let (state, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
    let all = periods(&reference, state.begins, today());
    assert!(all.iter().any(|one| one.period == running && !one.over));
    assert!(all.iter().any(|one| one.period == last_month() && one.over && one.closing.is_none()));
}

#[tokio::test]
async fn any_requirement_is_closed_with_the_month_of_the_26th_where_all_go_by_it() {
    let world = World::with_months(1).await;
    let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
    let (natural, cut) = (last_month(), Period::containing(Cadence::Month, Cut::Day26, last_month().from()));
    let has = |reference: &Reference, period| duties(reference, period).contains(ANY_DUTY);
    assert_eq!([has(&reference, natural), has(&reference, cut)], [true, false]);
    let mut all = (*reference).clone();
    all.duties.values_mut().for_each(|rule| rule.cut = Cut::Day26);
    assert_eq!([has(&all, natural), has(&all, cut)], [false, true]);
}
