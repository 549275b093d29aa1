//! Edits of a synthetic county's duties: what stays, what switches, and what is refused.

use super::effect::effects;
use super::{Act, Edit, Fields, edit, plan};
use crate::county::County;
use crate::roll::build;
use crate::seed::places::COUNTY;
use crate::staff::operator;
use crate::testing::World;
use crate::{clock, doctor};
use chrono::Datelike;
use domain::coverage::{EVERYBODY, MISSED};
use domain::duty::{Duty, Strength};
use domain::ids::{AreaCode, RecordId};
use domain::period::{Cadence, Cut, Period};
use domain::problem::ProblemCode;
use domain::reference::Reference;
use domain::staff::Role;
use domain::time::Day;
use domain::visit::{Met, Way};
use store::audit::audit;
use store::county::{Figures, FiguresQuery, Ledger, Reports};

const TOWNSHIP: AreaCode = AreaCode(532_929_102_000);

fn today() -> Day {
    Day::of(clock::now_ms())
}

fn change(from: Day, fields: Fields) -> Edit {
    let fields = Fields { source: Some("县民政局通知".to_owned()), ..fields };
    Edit { act: Act::Change, duty: "elder_monthly".to_owned(), area: COUNTY, from, fields }
}

fn ended() -> Fields {
    Fields { source: Some("龙民发〔2026〕13号".to_owned()), ..Fields::default() }
}

fn every(cadence: Cadence) -> Fields {
    Fields { cadence: Some(cadence), ..Fields::default() }
}

async fn figures(world: &World, duty: &str, period: Period) -> Figures {
    let (duty, category) = (duty.to_owned(), EVERYBODY.to_owned());
    world.store.figures(&FiguresQuery { duty, period, category, as_of: Day(i32::MAX) }).await.unwrap()
}

/// The months up to a day, of the elders and of everybody.
async fn past(world: &World, until: Day) -> Vec<Figures> {
    let mut found = Vec::new();
    for duty in ["elder_monthly", "*"] {
        let mut month = Period::containing(Cadence::Month, Cut::Natural, until.plus(-200));
        while month.until() <= until {
            found.push(figures(world, duty, month).await);
            month = month.next();
        }
    }
    assert!(found.iter().filter(|figures| !figures.is_empty()).count() > 8);
    found
}

async fn done(county: &County, edited: &Edit) {
    edit(county, operator(), edited, clock::now_ms()).await.unwrap();
    build(county, clock::now_ms(), &mut |_| {}).await.unwrap();
}

#[tokio::test]
async fn what_nobody_can_mean_is_refused_and_a_rule_that_never_held_is_never_named() {
    let world = World::new().await;
    let (state, _, reference, _) = world.store.standing_now().await.unwrap();
    let of = |fields: Fields| Fields { ways: Some(vec![Way::Home]), ..fields };
    let fields = Fields { strength: Some("Z".to_owned()), ..Fields::default() };
    let same = Fields { title_zh: Some("分散供养特困人员月走访".to_owned()), ..Fields::default() };
    let crowd = Fields { visitors_min: Some(200), ..Fields::default() };
    for (bad, name) in [
        (change(today(), of(fields)), "--strength"),
        (change(today(), of(crowd)), "--visitors-min"),
        (change(today(), of(same)), "--title-zh"),
        (change(Day::from_ymd(9999, 1, 1).unwrap(), of(Fields::default())), "--from"),
    ] {
        let told = plan(&reference, state.begins, &bad).unwrap_err();
        assert_eq!((told.code, told.params["name"].as_str()), (ProblemCode::ArgumentWrong, name));
    }
    let month = Period::containing(Cadence::Month, Cut::Natural, today()).next();
    let never = change(month.from(), of(Fields::default()));
    done(&world.county, &never).await;
    done(&world.county, &Edit { act: Act::End, fields: ended(), ..never }).await;
    let (state, _, reference, _) = world.store.standing_now().await.unwrap();
    assert_eq!(reference.duties.values().filter(|rule| !rule.holds_ever()).count(), 1);
    let later = change(month.next().from(), of(Fields::default()));
    let told = plan(&reference, state.begins, &later).unwrap_err().zh();
    assert!(told.contains(&month.from().plus(-1).to_string()), "{told}");
    assert!(!told.contains(&format!("{}–{}", month.from(), month.from().plus(-1))), "{told}");
    sound(&world).await;
}

async fn sound(world: &World) {
    let found = audit(world.store.as_ref(), world.store.as_ref(), COUNTY, &mut |_, _| {}).await.unwrap();
    assert_eq!(found, []);
}

#[tokio::test]
async fn from_the_next_quarter_on_and_back_leaves_the_past_to_the_digit() {
    let world = World::with_months(2).await;
    let quarter = Period::containing(Cadence::Quarter, Cut::Natural, today()).next();
    let (from, month) = (quarter.from(), Period::containing(Cadence::Month, Cut::Natural, quarter.from()));
    let before = past(&world, from).await;
    // While it is not built, nothing shows.
    edit(&world.county, operator(), &change(from, every(Cadence::Quarter)), clock::now_ms()).await.unwrap();
    assert!(figures(&world, "elder_monthly", quarter).await.is_empty());
    tokio::time::timeout(std::time::Duration::from_secs(1), world.county.rules_edited()).await.unwrap();
    build(&world.county, clock::now_ms(), &mut |_| {}).await.unwrap();
    let quarterly = figures(&world, "elder_monthly", quarter).await;
    assert!(!quarterly.is_empty() && figures(&world, "elder_monthly", month).await.is_empty());
    assert_eq!(past(&world, from).await, before);
    let anew = doctor::known_at(&world.county, "elder_monthly", quarter, quarter.last()).await.unwrap();
    assert_eq!(quarterly.values().sum::<i64>(), anew.total.register);
    sound(&world).await;
    // From the first of that quarter's second month on it is monthly again.
    done(&world.county, &change(month.until(), every(Cadence::Month))).await;
    assert_eq!(past(&world, from).await, before);
    let kept = figures(&world, "elder_monthly", quarter).await;
    assert_eq!(kept.values().sum::<i64>(), quarterly.values().sum::<i64>(), "the quarter keeps its register");
    assert!(figures(&world, "elder_monthly", month).await.is_empty());
    sound(&world).await;
    // Taken back wholly: as if it had never been.
    done(&world.county, &change(from, every(Cadence::Month))).await;
    assert_eq!(past(&world, from).await, before);
    // Figures reach to the month after next.
    let reached = month.previous().previous().from() <= today();
    assert_eq!(figures(&world, "elder_monthly", month).await.is_empty(), !reached);
    sound(&world).await;
}

#[tokio::test]
async fn a_month_cut_on_the_26th_begins_with_its_day_and_the_old_one_ends_with_it() {
    let world = World::new().await;
    let month = Period::containing(Cadence::Month, Cut::Natural, today()).next();
    let cut = Period::containing(Cadence::Month, Cut::Day26, month.from().plus(25));
    let before = past(&world, month.from()).await;
    let fields = Fields { cut: Some(Cut::Day26), ..Fields::default() };
    done(&world.county, &change(cut.from(), fields)).await;
    assert_eq!(past(&world, month.from()).await, before);
    assert!(!figures(&world, "elder_monthly", cut).await.is_empty());
    assert!(figures(&world, "elder_monthly", cut.previous()).await.is_empty(), "not before its day");
    let last = figures(&world, "elder_monthly", month).await;
    let ended = domain::coverage::Status::Excluded(domain::coverage::Excluded::RuleEnded);
    assert!(last.keys().any(|(_, status)| *status == ended), "{last:?}");
    sound(&world).await;
}

#[tokio::test]
async fn a_township_gets_rules_of_its_own_and_keeps_its_past() {
    let world = World::new().await;
    let month = Period::containing(Cadence::Month, Cut::Natural, today()).next();
    let before = past(&world, month.from()).await;
    let here = Edit { area: TOWNSHIP, ..change(month.from(), every(Cadence::Quarter)) };
    done(&world.county, &here).await;
    assert_eq!(past(&world, month.from()).await, before);
    let later = figures(&world, "elder_monthly", month).await;
    assert!(!later.is_empty() && later.keys().all(|(area, _)| area.0 / 1_000 != TOWNSHIP.0 / 1_000));
    // The township's end is the township's.
    done(&world.county, &Edit { act: Act::End, fields: ended(), ..here.clone() }).await;
    assert_eq!(past(&world, month.from()).await, before);
    let (_, _, reference, generations) = world.store.standing_now().await.unwrap();
    let rules = generations.rules();
    let there = reference.areas.villages(TOWNSHIP).next().unwrap().code;
    let mut villages = reference.areas.villages(COUNTY).map(|area| area.code);
    let elsewhere = villages.find(|village| !reference.areas.within(*village, TOWNSHIP)).unwrap();
    let on = |village| domain::coverage::rules::rule_on(rules.at("elder_monthly", village), month.from());
    assert!(on(there).is_none() && on(elsewhere).is_some());
    // And it begins again.
    let again = Edit { act: Act::Add, fields: all_of(on(elsewhere).unwrap()), ..here };
    done(&world.county, &again).await;
    sound(&world).await;
}

fn all_of(rule: &Duty) -> Fields {
    let rule = rule.clone();
    Fields {
        title_zh: Some(rule.title_zh),
        title_en: Some(rule.title_en),
        kind: Some(rule.kind),
        categories: Some(rule.categories),
        ways: Some(rule.ways),
        mets: Some(rule.mets),
        cadence: Some(rule.cadence),
        cut: Some(rule.cut),
        visitors_min: Some(rule.visitors_min),
        enrolled_days_min: Some(rule.enrolled_days_min),
        roles: Some(rule.roles),
        source: Some(rule.source),
        strength: Some(rule.strength),
    }
}

#[tokio::test]
async fn another_source_does_not_inherit_the_strength_of_the_former() {
    let world = World::new().await;
    let (state, _, reference, _) = world.store.standing_now().await.unwrap();
    let before = reference.rule_on("elder_monthly", COUNTY, today()).unwrap().clone();
    assert_eq!(before.strength(), Strength::National);
    let after = |fields: Fields| {
        let edit = Edit { fields, ..change(today(), Fields::default()) };
        plan(&reference, state.begins, &edit).unwrap().after.unwrap().strength()
    };
    let source = |source: &str| Fields { source: Some(source.to_owned()), ..every(Cadence::Quarter) };
    assert_eq!(after(source("县民政局通知")), Strength::County);
    assert_eq!(after(source(&before.source)), Strength::National, "the same source says it");
    let national = Fields { strength: Some("N".to_owned()), ..source("民发〔2026〕1号") };
    assert_eq!(after(national), Strength::National);
}

#[tokio::test]
async fn what_cannot_be_is_told_and_nothing_is_written() {
    let world = World::new().await;
    let (state, _, reference, _) = world.store.standing_now().await.unwrap();
    let (seq, from) = (state.seq, today());
    let plain = || change(from, every(Cadence::Quarter));
    let fields =
        |fields: Fields| Edit { fields: Fields { source: Some("x".to_owned()), ..fields }, ..plain() };
    let wrongs = [
        (change(state.begins.plus(-1), every(Cadence::Quarter)), "--from"),
        (Edit { duty: "*".to_owned(), ..plain() }, "by months"),
        (Edit { duty: "nobody".to_owned(), ..plain() }, "there is no duty nobody"),
        (Edit { duty: "Elder-1".to_owned(), ..plain() }, "small letters"),
        (Edit { area: AreaCode(1), ..plain() }, "area"),
        (change(from, Fields::default()), "source"),
        (fields(Fields { ways: Some(Vec::new()), ..Fields::default() }), "--ways"),
        (fields(Fields { mets: Some(Vec::new()), ..Fields::default() }), "--mets"),
        (fields(Fields { visitors_min: Some(0), ..Fields::default() }), "--visitors-min"),
        (fields(Fields { categories: Some(vec!["XX".to_owned()]), ..Fields::default() }), "XX is none of"),
        (Edit { fields: every(Cadence::Quarter), ..plain() }, "--source"),
        (Edit { act: Act::Add, ..plain() }, "duty change"),
        (Edit { act: Act::Add, duty: "new".to_owned(), ..plain() }, "--categories"),
    ];
    for (wrong, expected) in wrongs {
        let named = plan(&reference, state.begins, &wrong).map(|plan| plan.after);
        if expected == "source" {
            // The words of a source alone are a change too.
            assert!(named.is_ok());
            continue;
        }
        let problem = edit(&world.county, operator(), &wrong, clock::now_ms()).await.unwrap_err();
        assert_eq!((problem.code, named.unwrap_err()), (ProblemCode::ArgumentWrong, problem.clone()));
        let told = problem.en();
        assert!(told.contains(expected), "{told}");
    }
    let rule = reference.rule_on("elder_monthly", COUNTY, from).unwrap().clone();
    let same = Edit { fields: all_of(&rule), ..plain() };
    let told = plan(&reference, state.begins, &same).unwrap_err();
    assert_eq!(told.code, ProblemCode::NothingToChange, "{told}");
    assert_eq!(world.store.standing_now().await.unwrap().0.seq, seq, "nothing was written");
}

#[tokio::test]
async fn an_end_that_is_written_already_is_not_written_again() {
    let world = World::new().await;
    let end = Edit { act: Act::End, fields: ended(), ..change(today().plus(1), Fields::default()) };
    done(&world.county, &end).await;
    let seq = world.store.standing_now().await.unwrap().0.seq;
    let told = edit(&world.county, operator(), &end, clock::now_ms()).await.unwrap_err();
    assert_eq!(told.code, ProblemCode::NothingToChange, "{told}");
    let later = Edit { from: today().plus(9), ..end };
    let told = edit(&world.county, operator(), &later, clock::now_ms()).await.unwrap_err();
    assert_eq!(told.code, ProblemCode::ArgumentWrong, "on another day it may be a slip: {told}");
    assert_eq!(world.store.standing_now().await.unwrap().0.seq, seq, "nothing was written");
}

#[tokio::test]
async fn an_end_is_written_with_its_source_and_a_change_of_it_with_none() {
    let world = World::new().await;
    let reference = || async { world.store.standing_now().await.unwrap().2 };
    let end = Edit { act: Act::End, fields: ended(), ..change(today().plus(40), Fields::default()) };
    let unsaid = Edit { fields: Fields::default(), ..end.clone() };
    let told = plan(&*reference().await, today().plus(-9), &unsaid).unwrap_err();
    assert_eq!(told.params["name"], "--source", "{told}");
    done(&world.county, &end).await;
    let rules = |reference: &Reference| -> Vec<(Option<Day>, String)> {
        let all = reference.duties.values().filter(|rule| rule.duty == "elder_monthly");
        all.map(|rule| (rule.until, rule.ended_source.clone())).collect()
    };
    let word = "龙民发〔2026〕13号".to_owned();
    assert_eq!(rules(&*reference().await), [(Some(end.from), word.clone())]);
    // What is changed before that is ended by the change, and the end stays that of the next rule.
    let sooner = change(today().plus(20), every(Cadence::Quarter));
    done(&world.county, &sooner).await;
    let mut found = rules(&*reference().await);
    found.sort();
    assert_eq!(found, [(Some(sooner.from), String::new()), (Some(end.from), word)]);
}

#[tokio::test]
async fn a_new_cut_names_both_periods_with_their_days_and_says_where_the_days_between_lie() {
    let world = World::new().await;
    let (state, _, reference, _) = world.store.standing_now().await.unwrap();
    let year = Period::containing(Cadence::Year, Cut::Natural, today()).next().from().date().year();
    let day = |month, day| Day::from_ymd(year, month, day).unwrap();
    for (from, told) in [
        (
            day(11, 26),
            "前一期是11月（11月1日—25日），后一期是12月（11月26日—12月25日）；11月26日—30日只算在后面。",
        ),
        (
            day(12, 1),
            "前一期是11月（11月1日—30日），后一期是12月（11月26日—12月25日）；11月26日—30日两期都算。",
        ),
        (
            day(11, 10),
            "前一期是11月（11月1日—9日），后一期是11月（10月26日—11月25日）；10月26日—11月9日两期都算；\
             11月10日—30日只算在后面。",
        ),
    ] {
        let edit = change(from, Fields { cut: Some(Cut::Day26), ..Fields::default() });
        let all = effects(&edit, &plan(&reference, state.begins, &edit).unwrap());
        assert!(all.iter().any(|one| one.zh == told), "{all:?}");
    }
}

#[tokio::test]
async fn what_people_may_not_expect_of_an_edit_is_said_beforehand() {
    let world = World::new().await;
    let (state, _, reference, _) = world.store.standing_now().await.unwrap();
    let month = Period::containing(Cadence::Month, Cut::Natural, today()).next();
    let middle = month.from().plus(9);
    let said = |edit: &Edit| -> Vec<String> {
        let plan = plan(&reference, state.begins, edit).unwrap();
        effects(edit, &plan)
            .into_iter()
            .inspect(|one| assert!(!one.en.is_empty()))
            .map(|one| one.zh)
            .collect()
    };
    let rolling = every(Cadence::Rolling { days: 30 });
    let end = Edit { act: Act::End, fields: ended(), ..change(middle, Fields::default()) };
    let new = Fields {
        title_zh: Some("赶集日电话".to_owned()),
        categories: Some(vec!["DJ".to_owned()]),
        ways: Some(vec![Way::Phone]),
        mets: Some(vec![Met::InPerson]),
        roles: Some(vec![Role::AssistanceOfficer]),
        ..every(Cadence::Month)
    };
    let add = Edit { act: Act::Add, duty: "market_day_call".to_owned(), ..change(middle, new) };
    let cases = [
        (change(month.from(), Fields { ways: Some(vec![Way::Home]), ..Fields::default() }), &[][..]),
        (change(middle, Fields { ways: Some(vec![Way::Home]), ..Fields::default() }), &[]),
        (change(middle, every(Cadence::Quarter)), &["中途停下", "以前按原要求算数的走访也算"]),
        (
            change(middle, Fields { cut: Some(Cut::Day26), ..Fields::default() }),
            &["中途停下", "也算", "两期都算"],
        ),
        (change(month.from(), rolling.clone()), &["早已满 30 天"]),
        (change(middle, rolling), &["早已满 30 天"]),
        (end, &["中途停下"]),
        (add, &["那时的走访不算"]),
    ];
    for (edit, expected) in cases {
        let said = said(&edit);
        assert_eq!(said.len(), expected.len(), "{edit:?}: {said:?}");
        assert!(said.iter().zip(expected).all(|(said, word)| said.contains(word)), "{said:?}");
    }
    let next = said(&change(middle, every(Cadence::Rolling { days: 30 })));
    assert!(next[0].contains(&month.next().from().to_string()), "the open month stays as it was: {next:?}");
}

#[tokio::test]
async fn an_open_period_that_is_broken_off_counts_nobody_and_tells_nobody_as_missed() {
    let world = World::new().await;
    let month = Period::containing(Cadence::Month, Cut::Natural, today());
    let middle = month.from().plus(9);
    let due = |figures: &Figures| -> i64 {
        figures.iter().filter(|((_, status), _)| status.is_due()).map(|(_, people)| people).sum()
    };
    let before = figures(&world, "elder_monthly", month).await;
    assert!(due(&before) > 0);
    done(&world.county, &change(middle, every(Cadence::Quarter))).await;
    let after = figures(&world, "elder_monthly", month).await;
    assert_eq!((due(&after), after.values().sum::<i64>() > 0), (0, true), "all are there, and nobody is due");
    let (duty, category) = ("elder_monthly".to_owned(), MISSED.to_owned());
    let query = FiguresQuery { duty, period: month, category, as_of: Day(i32::MAX) };
    assert_eq!(world.store.figures(&query).await.unwrap().values().sum::<i64>(), 0);
}

#[test]
fn a_rule_survives_its_record() {
    use domain::head::{Head, Write};
    use domain::value::Origin;
    let edit = change(Day(20_000), Fields::default());
    let fields = Fields { cadence: Some(Cadence::Rolling { days: 9 }), ..Fields::default() };
    let rule = Duty { until: Some(Day(20_100)), ..super::with(super::blank(&edit), &fields) };
    let write = |value| Write {
        writer: domain::ids::WriterId(1),
        serial: 1,
        author: RecordId::named("staff", "x"),
        at_ms: 0,
        value,
        origin: Origin::Asked,
    };
    let fields = rule.fields().into_iter().map(|(key, value)| (key, vec![write(value)]));
    let head = Head { fields: fields.collect(), ..Head::default() };
    assert_eq!(Duty::read(rule.id, &head), Some(rule));
}
