//! Sentence, rows, lists and what is known then agree.

mod contested;
mod defined;
mod told;

use super::{Asked, Column, Question, Table, ask, of_person, of_visit, people, people_after, table};
use crate::clock;
use crate::county::County;
use crate::doctor::known_at;
use crate::duty::{Act, Edit, Fields, edit};
use crate::enrol::{HOURS, enrol, sheet};
use crate::roll::build;
use crate::staff::operator;
use crate::testing::{VILLAGE, World, ask as ask_to_enrol};
use clap::ValueEnum;
use domain::area::Area;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::reading::{Row, total};
use domain::ids::{AreaCode, RecordId};
use domain::patch::RecordRef;
use domain::period::{Cadence, Cut, Period};
use domain::problem::ProblemCode;
use domain::staff::Role;
use domain::time::Day;
use domain::value::Value;
use domain::visit::{Met as PersonMet, Way};
use seal::SigningKey;
use seal::dice::SeededDice;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::county::Ledger;

fn today() -> Day {
    Day::of(clock::now_ms())
}

fn question(area: AreaCode, duty: &str, as_of: Day) -> Question {
    let duty = duty.to_owned();
    Question { area, duty, period: None, category: None, as_of, silence: true }
}

async fn answer(county: &County, question: Question) -> (Asked, Table) {
    let asked = ask(county, question).await.unwrap();
    let table = table(county, &asked).await.unwrap();
    (asked, table)
}

#[tokio::test]
async fn of_a_day_to_come_nothing_is_said_as_a_fact() {
    let world = World::with_months(1).await;
    let month = Period::containing(Cadence::Month, Cut::Natural, today());
    let ahead = question(world.county.keys.county(), "elder_monthly", month.next().last());
    let (asked, table) = answer(&world.county, ahead).await;
    let now_ms = clock::now_ms();
    assert!(table.sentence_zh(now_ms).contains("预计") && table.sentence_en(now_ms).contains("expected"));
    assert!(table.total.not_yet > 0);
    // Expected like the rest of the line: whoever is open when this month ends, with the visits known now.
    let ends = question(world.county.keys.county(), "elder_monthly", month.last());
    let (_, ends) = answer(&world.county, ends).await;
    assert!(ends.total.open() > 0);
    assert_eq!(table.total.missed_before, ends.total.open());
    let missed = people(&world.county, &asked, Column::MissedBefore).await.unwrap();
    assert_eq!(missed.len() as i64, table.total.missed_before);
    let (now, _) =
        answer(&world.county, question(world.county.keys.county(), "elder_monthly", today())).await;
    assert_eq!(asked.silent, now.silent, "no phone is silent that is not so today");
}

#[tokio::test]
async fn a_list_is_read_in_as_many_readings_however_many_people_it_has() {
    let world = World::with_months(1).await;
    for duty in ["elder_monthly", "*"] {
        let (asked, table) = answer(&world.county, question(VILLAGE, duty, today())).await;
        let readings = async |count: usize| {
            let before = world.store.readings();
            let page = people_after(&world.county, &asked, Column::Register, None, count).await.unwrap();
            (page.lines.len(), world.store.readings() - before)
        };
        let (one, few) = (readings(1).await, readings(usize::MAX).await);
        assert!(one.0 == 1 && few.0 > 5 && few.0 as i64 == table.total.register, "{one:?} {few:?}");
        // Standings, people, households; parts, visits, those that are one with them, standings by every duty.
        assert!(one.1 <= 7 && few.1 <= 7, "{duty}: nothing is read for each person: {one:?} {few:?}");
    }
}

#[tokio::test]
async fn every_figure_opens_into_as_many_people() {
    let world = World::with_months(1).await;
    let county = &world.county;
    let (_, _, reference, generations) = world.store.standing_now().await.unwrap();
    let mut visited = 0;
    for duty in generations.rules().names() {
        for (area, as_of) in [
            (county.keys.county(), today()),
            (AreaCode(532_929_102_000), today().plus(-9)),
            (VILLAGE, today().plus(-20)),
        ] {
            let (asked, table) = answer(county, question(area, duty, as_of)).await;
            assert!(table.total.adds_up(), "{duty} {area} {as_of}");
            let below = table.below(&asked);
            assert_eq!(total(area, &below), table.total);
            let codes: Vec<_> = below.iter().map(|row| row.area).collect();
            assert!(codes.is_sorted(), "townships stand in the order of their codes");
            visited += table.total.met;
            for column in Column::value_variants() {
                let lines = people(county, &asked, *column).await.unwrap();
                let expected = column.of(&table.total);
                assert_eq!(lines.len() as i64, expected, "{duty} {area} {as_of} {column:?}");
                let inside = |line: &super::Line| reference.areas.within(line.village, area);
                assert!(lines.iter().all(inside));
                let english = |line: &super::Line| {
                    let words = [&line.status_en, &line.why_en].into_iter().chain(&line.categories_en);
                    !line.status_en.is_empty() && words.into_iter().all(|word| word.is_ascii())
                };
                assert!(lines.iter().all(english), "{duty} {area} {as_of} {column:?}");
                // The visit that counts is the one that is shown, also where only family was met.
                let seen = |line: &super::Line| line.last_visit.is_some_and(|day| day >= asked.period.from());
                assert!(*column != Column::Met || lines.iter().all(seen), "{duty} {area} {as_of}");
            }
        }
    }
    assert!(visited > 0, "a month of visits was played");
}

#[tokio::test]
async fn the_figures_of_one_category_open_too() {
    let world = World::with_months(2).await;
    let county = &world.county;
    let elder = RecordRef { kind: RecordKind::Person, id: world.elder().await };
    for seed in [1, 2] {
        let mut phone = world.phone(seed).await;
        phone.write_to(elder, &[(keys::PHONE, format!("1330000000{seed}").into())]);
        phone.exchange(&world.phones).await.unwrap();
    }
    let (_, _, _, generations) = world.store.standing_now().await.unwrap();
    let area = county.keys.county();
    let (mut missed, mut contested) = (0, 0);
    for duty in generations.rules().names() {
        let rule = generations.rules().at(duty, area).last().unwrap();
        for code in rule.categories.clone() {
            let asked = Question { category: Some(code.clone()), ..question(area, duty, today()) };
            let (asked, table) = answer(county, asked).await;
            assert!(table.total.adds_up(), "{duty} {code}");
            (missed, contested) = (missed + table.total.missed_before, contested + table.total.contested);
            for column in Column::value_variants() {
                let lines = people(county, &asked, *column).await.unwrap();
                assert_eq!(lines.len() as i64, column.of(&table.total), "{duty} {code} {column:?}");
            }
        }
    }
    assert!(missed > 0 && contested > 0, "{missed} were missed, {contested} are contested");
}

/// Names of the duties that are due by days.
async fn rolling(world: &World) -> Vec<String> {
    let (_, _, _, generations) = world.store.standing_now().await.unwrap();
    let area = world.county.keys.county();
    let rolls = |name: &&str| {
        let rules = generations.rules().at(name, area);
        rules.iter().any(|rule| matches!(rule.cadence, Cadence::Rolling { .. }))
    };
    generations.rules().names().filter(rolls).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_duty_due_by_days_says_who_is_late_whatever_the_month_says() {
    let world = World::with_months(2).await;
    let county = &world.county;
    let whole = county.keys.county();
    let this = Period::containing(Cadence::Month, Cut::Natural, today());
    let (state, ..) = world.store.standing_now().await.unwrap();
    let (mut late, mut visited, mut later) = (0, 0, 0);
    for duty in rolling(&world).await {
        // Every few days of three months, days to come and the month before asked from this one among them.
        for (period, as_of) in (0..13)
            .map(|step| (None, this.last().plus(-7 * step)))
            .chain([(Some(this.previous()), today()), (Some(this.previous()), this.previous().last())])
            .filter(|(_, as_of)| *as_of >= state.begins)
        {
            let asked = Question { period, ..question(whole, &duty, as_of) };
            let (asked, table) = answer(county, asked).await;
            let listed = people(county, &asked, Column::Overdue).await.unwrap();
            assert_eq!(listed.len() as i64, Column::Overdue.of(&table.total), "{duty} {as_of}");
            assert_eq!(table.total.overdue.is_some(), table.total.register > 0, "{duty} {as_of}");
            let told = format!("现已超期 {} 人", listed.len());
            assert_eq!(table.sentence_zh(clock::now_ms()).contains(&told), !listed.is_empty());
            // By the definition: the day that was due has passed, and who is late is due.
            let own = Period::containing(Cadence::Month, Cut::Natural, as_of);
            let (on_the_day, _) =
                answer(county, Question { period: Some(own), ..asked.question.clone() }).await;
            let mut expected = BTreeSet::new();
            for line in people(county, &on_the_day, Column::Due).await.unwrap() {
                let days = as_of.0 - line.due_on.unwrap().0;
                assert_eq!(line.overdue_days, days.max(0), "{duty} {as_of}");
                if days > 0 {
                    expected.insert(line.person);
                    visited += usize::from(line.status.starts_with("已走访"));
                }
            }
            assert_eq!(listed.iter().map(|line| line.person).collect::<BTreeSet<_>>(), expected);
            assert!(listed.iter().all(|line| line.overdue_days > 0));
            late += listed.len();
            if own != asked.period {
                later += 1;
                let register = people(county, &asked, Column::Register).await.unwrap();
                assert!(
                    register.iter().all(|line| line.overdue_days == 0),
                    "it does not know of later visits"
                );
            }
        }
    }
    assert!(late > 0 && visited > 0 && later > 0, "{late} late, {visited} of them visited, {later}");
    for duty in ["elder_monthly", "*"] {
        let (asked, table) = answer(county, question(whole, duty, today())).await;
        assert_eq!(table.total.overdue, None, "nothing of a month is late before it ends");
        assert!(people(county, &asked, Column::Overdue).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn figures_of_today_are_those_that_the_ledger_gives_anew() {
    let world = World::with_months(1).await;
    let whole = world.county.keys.county();
    for duty in ["elder_monthly", "*"] {
        let (asked, now) = answer(&world.county, question(whole, duty, today())).await;
        let known = known_at(&world.county, duty, asked.period, today()).await.unwrap();
        let told = Row { missed_before: 0, contested: 0, ..now.total.clone() };
        assert_eq!(known.total, told, "{duty}");
        let before = known_at(&world.county, duty, asked.period, today().plus(-1)).await.unwrap();
        assert_eq!(before.total, Row::empty(whole), "nothing had arrived by yesterday");
    }
}

#[tokio::test]
async fn phones_that_were_not_heard_make_a_village_silent_until_they_are() {
    let world = World::new().await;
    let county = &world.county;
    let asked = || question(VILLAGE, "elder_monthly", today());
    let (_, before) = answer(county, asked()).await;
    assert!(before.total.not_yet > 0 && before.total.silent == 0, "nobody has a phone, nobody is silent");
    let long_ago = clock::now_ms() - 4 * 86_400_000;
    let device = SigningKey::generate(&mut SeededDice::repeatable(1));
    let on_paper = sheet(county, world.officer(), HOURS, long_ago).await.unwrap();
    let (request, key) = ask_to_enrol(&on_paper, &device, 1);
    let reply = enrol(county, &request, long_ago).await.unwrap();
    let (_, silent) = answer(county, asked()).await;
    assert_eq!((silent.total.silent, silent.total.not_yet), (before.total.not_yet, 0));
    assert!(silent.sentence_zh(clock::now_ms()).contains("手机未回传"));
    let mut phone = crate::testing::Phone::new(reply.open(&key, &request).unwrap(), device);
    phone.exchange(&world.phones).await.unwrap();
    let (_, heard) = answer(county, asked()).await;
    assert_eq!(heard.total, before.total);
    let then = || question(VILLAGE, "elder_monthly", today().plus(-1));
    let (_, silent) = answer(county, then()).await;
    assert!(silent.total.silent > 0);
    let retired = sync::county::needs::DeviceState::Retired;
    crate::staff::set_state(county, operator(), phone.certificate().device, retired, clock::now_ms())
        .await
        .unwrap();
    let (_, after) = answer(county, then()).await;
    assert_eq!(after.total, silent.total, "what is done today changes nothing of yesterday");
}

#[tokio::test]
async fn a_visit_opens_into_its_fields_and_who_wrote_them() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    let elder = world.elder().await;
    let visit = phone.visit(elder);
    let (_, before) = answer(&world.county, question(VILLAGE, "elder_monthly", today())).await;
    phone.exchange(&world.phones).await.unwrap();
    let (asked, after) = answer(&world.county, question(VILLAGE, "elder_monthly", today())).await;
    assert_eq!(after.total.met_home, before.total.met_home + 1);
    let met = people(&world.county, &asked, Column::MetHome).await.unwrap();
    let line = met.iter().find(|line| line.person == elder).unwrap();
    assert_eq!(line.last_visit, Some(today()));
    assert_eq!(line.last_visit_by, phone.certificate().staff_name);
    let visits = of_person(&world.county, elder, today(), today()).await.unwrap().visits;
    let earlier = of_person(&world.county, elder, today().plus(-1), today()).await.unwrap();
    assert_eq!(earlier.visits, [], "as of the day before");
    assert!(!earlier.home.is_empty() && !earlier.categories.is_empty(), "{earlier:?}");
    let [one] = visits.as_slice() else { panic!("one visit") };
    assert_eq!((one.visit, one.day), (visit, Some(today())));
    assert!(one.receipt.ends_with(|c: char| c.is_ascii_digit()), "{one:?}");
    let records = of_visit(&world.county, visit, &BTreeSet::new(), today()).await.unwrap();
    let kinds: Vec<_> = records.iter().map(|record| record.history.kind).collect();
    assert_eq!(kinds, ["visit", "part"]);
    for note in 0..80 {
        phone.write_to(
            RecordRef { kind: RecordKind::Person, id: elder },
            &[(keys::NICKNAME, note.to_string().into())],
        );
    }
    let link = |id: RecordId| Value::from(id.to_string());
    let late = [(keys::VISIT, link(visit)), (keys::SUBJECT, link(elder)), (keys::MET, "self".into())];
    let late = phone.write(RecordKind::Part, &late);
    phone.exchange(&world.phones).await.unwrap();
    let records = of_visit(&world.county, visit, &BTreeSet::new(), today()).await.unwrap();
    assert!(
        records.iter().any(|record| record.history.record == late),
        "a part that was added long after the visit"
    );
    let mut writes = records.iter().flat_map(|record| &record.history.writes);
    assert!(writes.all(|write| write.stands && write.by == phone.certificate().staff_name));
}

#[tokio::test]
async fn a_division_that_does_not_exist_has_no_line_of_zeros() {
    let world = World::new().await;
    let whole = world.county.keys.county();
    let (mut asked, table) = answer(&world.county, question(whole, "elder_monthly", today())).await;
    let before = table.below(&asked);
    let code = AreaCode(532_929_199_000);
    for (from, until, lines) in [
        (None, None, before.len() + 1),
        (Some(today()), Some(today().plus(1)), before.len() + 1),
        (Some(today().plus(1)), None, before.len()),
        (None, Some(today()), before.len()),
    ] {
        let area = Area { code, name: String::new(), parent: Some(whole), from, until, successor: None };
        Arc::make_mut(&mut asked.reference).areas.0.insert(code, area);
        let below = table.below(&asked);
        assert_eq!(below.len(), lines, "{from:?} {until:?}");
        assert_eq!(total(whole, &below), table.total);
    }
}

#[tokio::test]
async fn contested_people_are_counted_and_listed() {
    let world = World::new().await;
    let elder = world.elder().await;
    let record = RecordRef { kind: RecordKind::Person, id: elder };
    let mut first = world.phone(1).await;
    first.write_to(record, &[(keys::PHONE, "13300000001".into())]);
    first.exchange(&world.phones).await.unwrap();
    let mut second = world.phone(2).await;
    second.write_to(record, &[(keys::PHONE, "13300000002".into())]);
    second.exchange(&world.phones).await.unwrap();
    let (asked, table) = answer(&world.county, question(VILLAGE, "elder_monthly", today())).await;
    assert_eq!(table.total.contested, 1);
    let lines = people(&world.county, &asked, Column::Contested).await.unwrap();
    assert_eq!(lines.iter().map(|line| line.person).collect::<Vec<_>>(), [elder]);
    let (asked, table) = answer(&world.county, question(VILLAGE, "elder_monthly", today().plus(-1))).await;
    assert_eq!(table.total.contested, 0, "nothing differed by then");
    assert!(people(&world.county, &asked, Column::Contested).await.unwrap().is_empty());
}

#[tokio::test]
async fn children_are_masked_and_nobody_else() {
    let world = World::new().await;
    let whole = world.county.keys.county();
    let (asked, _) = answer(&world.county, question(whole, "child_left_behind_monthly", today())).await;
    let children = people(&world.county, &asked, Column::Register).await.unwrap();
    assert!(!children.is_empty() && children.iter().all(|line| line.name.contains('*')), "{children:?}");
    let (asked, _) = answer(&world.county, question(whole, "elder_monthly", today())).await;
    let elders = people(&world.county, &asked, Column::Register).await.unwrap();
    assert!(!elders.is_empty() && elders.iter().all(|line| !line.name.contains('*')));
}

#[tokio::test]
async fn what_is_not_there_is_told_with_what_is() {
    let world = World::new().await;
    let refused = async |question| ask(&world.county, question).await.unwrap_err();
    let unknown = refused(question(VILLAGE, "elder_montly", today())).await;
    assert_eq!(unknown.code, ProblemCode::ArgumentWrong);
    assert!(unknown.en().contains("did you mean elder_monthly?"), "{unknown}");
    assert!(
        unknown.zh().contains("没有“elder_montly”这项走访要求；是不是 elder_monthly？"),
        "{}",
        unknown.zh()
    );
    let nowhere = question(AreaCode(1), "elder_monthly", today());
    assert_eq!(refused(nowhere).await.params["name"], "area");
    let nobody = RecordId::named("person", "nobody");
    assert_eq!(
        of_person(&world.county, nobody, today(), today()).await.unwrap_err().code,
        ProblemCode::NothingFound
    );
}

#[tokio::test]
async fn what_is_never_counted_is_no_row_of_zeros() {
    let world = World::new().await;
    let (state, ..) = world.store.standing_now().await.unwrap();
    let refused = async |question| ask(&world.county, question).await.unwrap_err();
    let elders = || question(VILLAGE, "elder_monthly", today());
    let of = |category: &str| Question { category: Some(category.to_owned()), ..elders() };
    let nobody = refused(of("ZZ")).await;
    assert!(
        nobody.zh().contains("没有“ZZ”这个类别") && nobody.zh().contains("DJ 独居老人"),
        "{}",
        nobody.zh()
    );
    assert!(nobody.en().contains("DJ elder living alone"), "{nobody}");
    let month = Period::containing(Cadence::Month, Cut::Natural, today());
    let quarter = Period::containing(Cadence::Quarter, Cut::Natural, today());
    let cut = Period::containing(Cadence::Month, Cut::Day26, today());
    let in_it = |period: Period| Question { period: Some(period), ..elders() };
    for (asked, name, expected) in [
        (in_it(quarter), "period", month.to_string()),
        (in_it(cut), "period", month.to_string()),
        (in_it("2001-11".parse().unwrap()), "period", state.begins.to_string()),
        (in_it("2101-11".parse().unwrap()), "period", state.begins.to_string()),
        (in_it(month.next()), "period", month.next().from().to_string()),
        (Question { as_of: state.begins.plus(-1), ..elders() }, "as_of", state.begins.to_string()),
        (Question { as_of: Day(i32::MAX), ..elders() }, "as_of", month.next().next().last().to_string()),
    ] {
        let problem = refused(asked).await;
        assert_eq!(problem.params["name"], name, "{problem}");
        assert!(problem.zh().contains(&expected) && problem.en().contains(&expected), "{problem}");
    }
    let quarterly = Question { period: Some(quarter), ..question(VILLAGE, "*", today()) };
    assert!(refused(quarterly).await.en().contains("months only"));
}

#[tokio::test]
async fn a_rule_that_has_not_begun_asks_nobody() {
    let world = World::new().await;
    let from = Period::containing(Cadence::Month, Cut::Natural, today()).next().from();
    let fields = Fields {
        title_zh: Some("赶集日电话".to_owned()),
        cadence: Some(Cadence::Month),
        categories: Some(vec!["DJ".to_owned()]),
        ways: Some(vec![Way::Phone]),
        mets: Some(vec![PersonMet::InPerson]),
        roles: Some(vec![Role::AssistanceOfficer]),
        source: Some("县民政局通知".to_owned()),
        ..Fields::default()
    };
    let (act, area) = (Act::Add, world.county.keys.county());
    let added = Edit { act, duty: "market_day_call".to_owned(), area, from, fields };
    edit(&world.county, operator(), &added, clock::now_ms()).await.unwrap();
    build(&world.county, clock::now_ms(), &mut |_| {}).await.unwrap();
    let told = ask(&world.county, question(VILLAGE, "market_day_call", today())).await.unwrap_err();
    assert!(told.zh().contains(&from.to_string()) && told.zh().contains("没有这项要求"), "{}", told.zh());
    assert!(ask(&world.county, question(VILLAGE, "market_day_call", from)).await.is_ok());
}

#[tokio::test]
async fn sentence_and_table_name_the_category() {
    let world = World::new().await;
    for text in ["DJ", "独居老人"] {
        let asked =
            Question { category: Some(text.to_owned()), ..question(VILLAGE, "elder_monthly", today()) };
        let (_, table) = answer(&world.county, asked).await;
        assert_eq!(table.category.as_deref(), Some("DJ"));
        assert!(table.sentence_zh(0).contains("，只算独居老人 DJ · "), "{}", table.sentence_zh(0));
        assert!(table.sentence_en(0).contains(", only elder living alone DJ · "));
    }
    let (_, table) = answer(&world.county, question(VILLAGE, "elder_monthly", today())).await;
    assert!(!table.sentence_zh(0).contains("只算"));
}
