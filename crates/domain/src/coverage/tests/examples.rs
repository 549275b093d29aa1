//! The field's own cases, one claim each.

use super::super::{EVERYBODY, Excluded, Place, Rules, Standing, Status, deltas, standing};
use super::world::{COUNTY, VILLAGES, areas, day, id};
use crate::category::Membership;
use crate::coverage::tally::Tally;
use crate::coverage::touch::{first_difference, pairs_of_part, pairs_since};
use crate::duty::{Duty, DutyKind};
use crate::ids::AreaCode;
use crate::period::{Cadence, Cut, Period};
use crate::reference::Reference;
use crate::subject::{Away, AwayKind, Person};
use crate::time::Day;
use crate::visit::{Beside, Met, NotMet, PartFact, Way};
use Status::{ChangePending, Excluded as Out, MetHome, MetOther, NotYet, Tried};

/// 特殊困难老年人月探访: monthly, any way but with the person in view or on the line.
pub(super) fn care() -> Duty {
    Duty {
        id: id(4, 1),
        duty: "care".into(),
        title_zh: "特殊困难老年人月探访".into(),
        title_en: "monthly visits to elders".into(),
        kind: DutyKind::Care,
        categories: vec!["LSLR".into(), "DJ".into(), "LSET".into()],
        ways: vec![Way::Home, Way::Phone],
        mets: vec![Met::InPerson, Met::WithCarer],
        cadence: Cadence::Month,
        cut: Cut::Natural,
        visitors_min: 1,
        enrolled_days_min: 5,
        roles: vec![],
        area: COUNTY,
        from: day("2022-10-01"),
        until: None,
        source: "民发〔2022〕73号".into(),
        strength: "N".into(),
        ended_source: String::new(),
    }
}

pub(super) fn rules(duties: Vec<Duty>) -> Rules {
    let duties =
        duties.into_iter().zip(1..).map(|(rule, number)| (id(4, number), Duty { id: id(4, number), ..rule }));
    Rules::of(&Reference { areas: areas(), duties: duties.collect(), ..Reference::default() })
}

fn member(code: &str, from: &str) -> Membership {
    Membership { code: code.into(), from: Some(day(from)), until: None }
}

pub(super) fn grandmother() -> Person {
    Person {
        id: id(6, 1),
        name: "杨奶奶".into(),
        id_number: None,
        sex: None,
        born: None,
        age_said: None,
        villages: vec![VILLAGES[0]],
        moves: [].into(),
        household: None,
        memberships: vec![member("LSLR", "2024-01-01")],
        aways: vec![],
        died: None,
        moved_out: None,
        refusal_approved: None,
        changes_decided: [].into(),
        pending: false,
        doubtful: false,
        merged_into: None,
    }
}

fn part(number: usize, on: &str, way: Way, met: Met) -> PartFact {
    PartFact {
        part: id(9, number),
        visit: id(8, number),
        day: day(on),
        way,
        met,
        reason: None,
        reason_from: None,
        visitors: 1,
        by: None,
        beside: Beside::default(),
    }
}

fn not_met(number: usize, on: &str, reason: NotMet) -> PartFact {
    PartFact { reason: Some(reason), ..part(number, on, Way::Home, Met::Nobody) }
}

fn away(kind: AwayKind, from: &str, until: Option<&str>) -> Away {
    Away { kind, from: Some(day(from)), until: until.map(day) }
}

pub(super) fn november() -> Period {
    "2026-11".parse().unwrap()
}

pub(super) fn stands(person: &Person, rules: &Rules, parts: &[PartFact]) -> Standing {
    standing(person, rules, "care", november(), parts).unwrap()
}

/// Days of November with the status from then on.
pub(super) fn story(standing: &Standing) -> Vec<(i32, Status)> {
    standing.steps.iter().map(|step| (step.day.0 - day("2026-11-01").0 + 1, step.status)).collect()
}

#[test]
fn a_call_counts_and_a_visit_at_home_counts_more() {
    let parts = [
        part(1, "2026-11-20", Way::Home, Met::WithCarer),
        part(2, "2026-11-09", Way::Phone, Met::InPerson),
        not_met(3, "2026-11-05", NotMet::InTheFields),
    ];
    let found = stands(&grandmother(), &rules(vec![care()]), &parts);
    assert_eq!(story(&found), [(1, NotYet), (5, Tried), (9, MetOther), (20, MetHome)]);
    assert_eq!(
        (found.tried_on, found.met_on, found.met_by),
        (Some(day("2026-11-05")), Some(day("2026-11-20")), Some(id(9, 1)))
    );
    assert_eq!(found.due_on(day("2026-11-30")), Some(day("2026-11-30")));
    assert_eq!(found.overdue_days(day("2026-12-20")), 0, "nothing of a month is late");
}

#[test]
fn only_family_is_a_try_and_an_unaccepted_way_is_not_even_that() {
    let parts = [
        part(1, "2026-11-03", Way::Video, Met::InPerson),
        part(2, "2026-11-05", Way::Elsewhere, Met::Nobody),
        part(3, "2026-11-07", Way::Home, Met::FamilyOnly),
    ];
    let found = stands(&grandmother(), &rules(vec![care()]), &parts);
    assert_eq!(story(&found), [(1, NotYet), (7, Tried)]);
}

#[test]
fn a_boarder_is_visited_at_school_and_it_is_not_a_visit_at_home() {
    let school = [part(1, "2026-11-10", Way::Elsewhere, Met::InPerson)];
    let home = Person { memberships: vec![member("LSET", "2024-01-01")], ..grandmother() };
    let boards = Person { aways: vec![away(AwayKind::Boarding, "2026-09-01", None)], ..home.clone() };
    let rules = rules(vec![care()]);
    assert_eq!(story(&stands(&home, &rules, &school)), [(1, NotYet)]);
    assert_eq!(story(&stands(&boards, &rules, &school)), [(1, NotYet), (10, MetOther)]);
}

#[test]
fn who_works_elsewhere_is_visited_by_any_way_for_as_long() {
    let at_home = Duty { ways: vec![Way::Home], ..care() };
    let person =
        Person { aways: vec![away(AwayKind::Migrant, "2026-11-10", Some("2026-12-01"))], ..grandmother() };
    let rules = rules(vec![at_home]);
    let before = [part(1, "2026-11-09", Way::Phone, Met::InPerson)];
    let during = [part(1, "2026-11-10", Way::Phone, Met::InPerson)];
    assert_eq!(story(&stands(&person, &rules, &before)), [(1, NotYet)]);
    assert_eq!(story(&stands(&person, &rules, &during)), [(1, NotYet), (10, MetOther)]);
}

#[test]
fn hospital_takes_out_for_its_days_and_death_for_good() {
    let visited = [part(1, "2026-11-03", Way::Home, Met::InPerson)];
    let hospital = away(AwayKind::Hospital, "2026-11-10", Some("2026-11-17"));
    let person = Person { aways: vec![hospital], died: Some(day("2026-11-25")), ..grandmother() };
    let rules = rules(vec![care()]);
    let found = stands(&person, &rules, &visited);
    let (ill, dead) = (Out(Excluded::Hospital), Out(Excluded::Died));
    assert_eq!(story(&found), [(1, NotYet), (3, MetHome), (10, ill), (17, MetHome), (25, dead)]);
    assert_eq!(found.missed, None);
    let december = standing(&person, &rules, "care", november().next(), &visited);
    assert_eq!(december, None, "the dead of the past are in no register");
}

#[test]
fn a_reported_change_is_pending_until_the_township_decides_in_the_next_month_too() {
    let parts =
        [PartFact { reason_from: Some(day("2026-09-01")), ..not_met(1, "2026-10-20", NotMet::Migrant) }];
    let rules = rules(vec![care()]);
    assert_eq!(story(&stands(&grandmother(), &rules, &parts)), [(1, ChangePending)]);
    let october = |person: &Person| standing(person, &rules, "care", november().previous(), &parts).unwrap();
    assert_eq!(october(&grandmother()).status_on(day("2026-10-20")), Some(ChangePending));
    assert_eq!(
        october(&grandmother()).status_on(day("2026-10-19")),
        Some(NotYet),
        "not before it was reported"
    );
    let rejected = Person { changes_decided: [(id(9, 1), false)].into(), ..grandmother() };
    assert_eq!(october(&rejected).status_on(day("2026-10-20")), Some(Tried));
    assert_eq!(story(&stands(&rejected, &rules, &parts)), [(1, NotYet)]);
}

#[test]
fn a_change_that_is_only_reported_is_pending_and_no_try() {
    let parts = [PartFact { way: Way::Report, ..not_met(1, "2026-11-12", NotMet::MovedAway) }];
    let rules = rules(vec![care()]);
    assert_eq!(story(&stands(&grandmother(), &rules, &parts)), [(1, NotYet), (12, ChangePending)]);
    let rejected = Person { changes_decided: [(id(9, 1), false)].into(), ..grandmother() };
    let found = stands(&rejected, &rules, &parts);
    assert_eq!((story(&found), found.tried_on), (vec![(1, NotYet)], None), "nobody went there");
}

#[test]
fn a_refusal_is_a_try_until_it_is_recognised() {
    let parts = [not_met(1, "2026-11-03", NotMet::Refused), not_met(2, "2026-11-12", NotMet::Refused)];
    let recognised = Person { refusal_approved: Some(day("2026-11-15")), ..grandmother() };
    let found = stands(&recognised, &rules(vec![care()]), &parts);
    assert_eq!(story(&found), [(1, NotYet), (3, Tried), (15, Out(Excluded::Refused))]);
}

#[test]
fn who_comes_late_in_the_month_is_not_due_in_it_and_who_is_not_confirmed_never() {
    let rules = rules(vec![care()]);
    let since = |from| Person { memberships: vec![member("DJ", from)], ..grandmother() };
    assert_eq!(story(&stands(&since("2026-11-27"), &rules, &[])), [(27, Out(Excluded::NewlyEnrolled))]);
    assert_eq!(story(&stands(&since("2026-11-26"), &rules, &[])), [(26, NotYet)]);
    let pending = Person { pending: true, ..grandmother() };
    assert_eq!(story(&stands(&pending, &rules, &[])), [(1, Out(Excluded::Unconfirmed))]);
}

#[test]
fn a_category_that_ends_takes_out_and_another_keeps_in() {
    let mut person = grandmother();
    person.memberships[0].until = Some(day("2026-11-16"));
    let rules = rules(vec![care()]);
    let found = stands(&person, &rules, &[]);
    assert_eq!(story(&found), [(1, NotYet), (16, Out(Excluded::CategoryEnded))]);
    assert_eq!(found.steps[1].place.categories, ["LSLR"], "listed where the person stood last");
    person.memberships.push(member("DJ", "2026-11-10"));
    let places: Vec<_> =
        stands(&person, &rules, &[]).steps.into_iter().map(|step| step.place.categories).collect();
    assert_eq!(places, [vec!["LSLR"], vec!["DJ", "LSLR"], vec!["DJ"]]);
}

#[test]
fn a_move_takes_the_person_and_the_visit_from_one_village_to_the_other() {
    let visited = [part(1, "2026-11-03", Way::Home, Met::InPerson)];
    let rules = rules(vec![care()]);
    let before = stands(&grandmother(), &rules, &visited);
    let moved = Person {
        villages: vec![VILLAGES[2]],
        moves: [(day("2026-11-10"), VILLAGES[0])].into(),
        ..grandmother()
    };
    let after = stands(&moved, &rules, &visited);
    assert_eq!(first_difference(&grandmother(), &moved, &visited), Some(day("2026-11-10")));
    let mut tally = Tally::default();
    tally.apply(deltas(None, Some(&before)));
    let change = deltas(Some(&before), Some(&after));
    assert!(change.keys().all(|key| key.day == day("2026-11-10")), "{change:?}");
    tally.apply(change);
    let on = |text| tally.figures("care", november(), EVERYBODY, day(text));
    assert_eq!(on("2026-11-09"), [((VILLAGES[0], MetHome), 1)].into());
    assert_eq!(on("2026-11-10"), [((VILLAGES[2], MetHome), 1)].into());
}

#[test]
fn a_corrected_village_was_always_the_right_one() {
    let corrected = Person { villages: vec![VILLAGES[1]], ..grandmother() };
    assert_eq!(first_difference(&grandmother(), &corrected, &[]), Some(Day(i32::MIN)));
    let place = Place { area: VILLAGES[1], categories: vec!["LSLR".into()] };
    assert_eq!(stands(&corrected, &rules(vec![care()]), &[]).steps[0].place, place);
}

#[test]
fn a_rule_edited_in_mid_month_judges_from_its_own_day() {
    let strict = Duty { ways: vec![Way::Home], from: day("2026-11-16"), ..care() };
    let rules = rules(vec![care(), strict]);
    let call = |on| [part(1, on, Way::Phone, Met::InPerson)];
    assert_eq!(story(&stands(&grandmother(), &rules, &call("2026-11-15"))), [(1, NotYet), (15, MetOther)]);
    assert_eq!(story(&stands(&grandmother(), &rules, &call("2026-11-16"))), [(1, NotYet)]);
}

#[test]
fn a_new_cadence_ends_the_old_periods_and_begins_its_own_on_the_day() {
    let quarterly = Duty { cadence: Cadence::Quarter, from: day("2026-11-16"), ..care() };
    let rules = rules(vec![care(), quarterly]);
    let visited = [part(1, "2026-10-08", Way::Home, Met::InPerson)];
    assert_eq!(
        story(&stands(&grandmother(), &rules, &visited)),
        [(1, NotYet), (16, Out(Excluded::RuleEnded))]
    );
    let quarter = standing(&grandmother(), &rules, "care", "2026-10+3".parse().unwrap(), &visited).unwrap();
    assert_eq!(story(&quarter), [(16, MetHome)], "what was visited in the quarter counts");
    let pairs = pairs_since(&rules, &grandmother(), day("2026-11-16"), day("2026-11-20"));
    let care: Vec<_> =
        pairs.iter().filter(|(duty, _)| duty == "care").map(|(_, one)| one.to_string()).collect();
    assert_eq!(care, ["2026-10", "2026-10+3", "2026-11", "2027-01+3", "2027-04+3"]);
}

#[test]
fn the_nearest_rule_wins_and_a_check_is_never_met_by_a_visit() {
    let own = Duty { kind: DutyKind::Check, area: VILLAGES[1], ..care() };
    let rules = rules(vec![care(), own]);
    let visited = [part(1, "2026-11-03", Way::Home, Met::InPerson)];
    let there = Person { villages: vec![VILLAGES[1]], ..grandmother() };
    assert_eq!(story(&stands(&there, &rules, &visited)), [(1, NotYet)]);
    assert_eq!(story(&stands(&grandmother(), &rules, &visited)), [(1, NotYet), (3, MetHome)]);
}

#[test]
fn a_month_cut_on_the_26th_has_its_own_days() {
    let rules = rules(vec![Duty { cut: Cut::Day26, ..care() }]);
    let visited = [part(1, "2026-11-26", Way::Home, Met::InPerson)];
    let status = |period: &str, on| {
        standing(&grandmother(), &rules, "care", period.parse().unwrap(), &visited)?.status_on(day(on))
    };
    assert_eq!(status("2026-11@26", "2026-11-25"), Some(NotYet));
    assert_eq!(status("2026-12@26", "2026-11-26"), Some(MetHome));
    assert_eq!(status("2026-11", "2026-11-26"), None, "not a period of this duty");
}

#[test]
fn only_a_rolling_duty_is_overdue_and_not_before_its_day() {
    let rules = rules(vec![Duty { cadence: Cadence::Rolling { days: 30 }, ..care() }]);
    let last = |on| [part(1, on, Way::Home, Met::InPerson)];
    let found = stands(&grandmother(), &rules, &last("2026-10-20"));
    assert_eq!(story(&found), [(1, NotYet)]);
    assert_eq!(found.due_on(day("2026-11-01")), Some(day("2026-11-19")));
    assert_eq!((found.overdue_days(day("2026-11-19")), found.overdue_days(day("2026-11-21"))), (0, 2));
    assert_eq!(story(&stands(&grandmother(), &rules, &last("2026-11-01"))), [(1, MetHome)]);
    let early = stands(&grandmother(), &rules, &last("2026-10-31"));
    assert_eq!(early.due_on(day("2026-11-01")), Some(day("2026-11-30")));
    let idle = rules_of_days(31);
    assert_eq!(story(&stands(&grandmother(), &idle, &last("2026-10-31"))), [(1, Out(Excluded::NotDueYet))]);
    let visited =
        [part(1, "2026-10-31", Way::Home, Met::InPerson), part(2, "2026-11-20", Way::Home, Met::InPerson)];
    let found = stands(&grandmother(), &idle, &visited);
    assert_eq!(story(&found), [(1, Out(Excluded::NotDueYet))], "a visit before it is due is not counted");
    let weekly = stands(&grandmother(), &rules_of_days(7), &last("2026-11-02"));
    assert_eq!(story(&weekly), [(1, NotYet), (2, MetHome)], "due again on the 9th, counted once");
    assert_eq!((weekly.due_on(day("2026-11-30")), weekly.missed), (Some(day("2026-11-09")), None));
    let overdue = stands(&grandmother(), &rules_of_days(7), &last("2026-09-02"));
    assert_eq!(story(&overdue), [(1, NotYet)], "due in every month until it is visited");
    let new = Person { memberships: vec![member("DJ", "2026-11-05")], ..grandmother() };
    assert_eq!(stands(&new, &rules_of_days(5), &[]).due_on(day("2026-11-05")), Some(day("2026-11-10")));
    let pairs = pairs_of_part(&rules, &grandmother(), &last("2026-10-20")[0], day("2026-10-20"));
    assert!(
        pairs.contains(&("care".into(), "2026-12".parse().unwrap())),
        "a rolling duty reaches later periods"
    );
}

fn rules_of_days(days: u16) -> Rules {
    rules(vec![Duty { cadence: Cadence::Rolling { days }, ..care() }])
}

#[test]
fn what_was_missed_is_told_in_the_next_month_until_it_is_made_up() {
    let rules = rules(vec![care()]);
    let late = [part(1, "2026-12-08", Way::Phone, Met::InPerson)];
    let found = stands(&grandmother(), &rules, &late);
    let on = |standing: &Standing, text| standing.missed_on(day(text));
    assert!(
        !on(&found, "2026-11-30")
            && on(&found, "2026-12-01")
            && on(&found, "2026-12-07")
            && !on(&found, "2026-12-08")
    );
    let mut tally = Tally::default();
    tally.apply(deltas(None, Some(&found)));
    let december = november().next();
    assert_eq!(tally.missed("care", december, day("2026-12-07")), [(VILLAGES[0], 1)].into());
    assert_eq!(tally.missed("care", december, day("2026-12-08")), [].into());
    let dead = Person { died: Some(day("2026-12-03")), ..grandmother() };
    assert!(!on(&stands(&dead, &rules, &late), "2026-12-03"), "who has died is not owed a visit");
    let pairs = pairs_of_part(&rules, &grandmother(), &late[0], day("2026-12-08"));
    assert!(
        pairs.contains(&("care".into(), november())) && !pairs.contains(&("care".into(), december.next()))
    );
}

#[test]
fn any_requirement_counts_each_person_once_and_a_table_by_category_once_for_each() {
    let other =
        Duty { duty: "children".into(), categories: vec!["LSET".into()], ways: vec![Way::Home], ..care() };
    let rules = rules(vec![care(), other]);
    let mut person = grandmother();
    person.memberships.extend([member("LSET", "2024-01-01"), member("DJ", "2024-01-01")]);
    let call = [part(1, "2026-11-03", Way::Phone, Met::InPerson)];
    let found = standing(&person, &rules, "*", november(), &call).unwrap();
    assert_eq!(story(&found), [(1, NotYet), (3, MetOther)], "as one of them counts it");
    let mut tally = Tally::default();
    tally.apply(deltas(None, Some(&found)));
    let rows = |category| tally.figures("*", november(), category, day("2026-11-30"));
    for category in [EVERYBODY, "DJ", "LSET", "LSLR"] {
        assert_eq!(rows(category), [((VILLAGES[0], MetOther), 1)].into());
    }
}

#[test]
fn any_requirement_counts_nobody_whom_no_duty_counts() {
    let by = |duties: Vec<Duty>, person: &Person, parts: &[PartFact]| {
        story(&standing(person, &rules(duties), "*", november(), parts).unwrap())
    };
    let ends = Duty { until: Some(day("2026-11-10")), ..care() };
    let at_home = Duty {
        duty: "home".into(),
        categories: vec!["LSLR".into()],
        ways: vec![Way::Home],
        cadence: Cadence::Quarter,
        ..care()
    };
    let others = Duty { duty: "others".into(), categories: vec!["KC".into()], ..care() };
    let call = |on| [part(1, on, Way::Phone, Met::InPerson)];
    // The duty that took calls has ended; the one that is left asks to go there.
    let both = vec![ends.clone(), at_home.clone()];
    assert_eq!(by(both.clone(), &grandmother(), &call("2026-11-20")), [(1, NotYet)]);
    assert_eq!(by(both, &grandmother(), &call("2026-11-09")), [(1, NotYet), (9, MetOther)], "while it asked");
    // Nobody asks her any more, whatever is asked of others.
    let neighbours = vec![ends, others.clone()];
    let gone = [(1, NotYet), (10, Out(Excluded::RuleEnded))];
    assert_eq!(by(neighbours.clone(), &grandmother(), &call("2026-11-20")), gone);
    let found = standing(&grandmother(), &rules(neighbours), "*", november(), &call("2026-11-20")).unwrap();
    assert_eq!((found.met_on, found.met_by), (None, None));
    // A duty of other people takes calls, hers does not.
    let hers = vec![at_home, others];
    assert_eq!(by(hers.clone(), &grandmother(), &call("2026-11-03")), [(1, NotYet)]);
    // From the day on which she comes into their category what she had counts there, as it does for that duty.
    let comes = Person {
        memberships: vec![member("LSLR", "2024-01-01"), member("KC", "2026-11-20")],
        ..grandmother()
    };
    assert_eq!(by(hers.clone(), &comes, &call("2026-11-03")), [(1, NotYet), (20, MetOther)]);
    // Only family was met: no duty counts it, and it is a try.
    let family = [part(1, "2026-11-03", Way::Home, Met::FamilyOnly)];
    assert_eq!(by(hers, &grandmother(), &family), [(1, NotYet), (3, Tried)]);
}

#[test]
fn any_requirement_asks_nobody_of_whom_all_is_asked_later() {
    let rolling = Duty { cadence: Cadence::Rolling { days: 40 }, ..care() };
    let quarterly = Duty { duty: "quarterly".into(), cadence: Cadence::Quarter, ..care() };
    let by = |duties: Vec<Duty>, parts: &[PartFact]| {
        story(&standing(&grandmother(), &rules(duties), "*", november(), parts).unwrap())
    };
    let met = |on| part(1, on, Way::Home, Met::InPerson);
    let later = vec![(1, Out(Excluded::NotDueYet))];
    // Due on December 1st, whatever is done in November; on November 30th when she was met a day earlier.
    assert_eq!(by(vec![rolling.clone()], &[met("2026-10-22"), met("2026-11-05")]), later);
    assert_eq!(by(vec![rolling.clone()], &[met("2026-10-21")]), [(1, NotYet)]);
    // The quarter began in October: who was met then is not asked for in November.
    assert_eq!(by(vec![quarterly.clone()], &[met("2026-10-01")]), later);
    assert_eq!(by(vec![quarterly.clone()], &[met("2026-09-30")]), [(1, NotYet)]);
    // One that asks now is enough, also from the middle of the month on.
    let both = vec![rolling.clone(), quarterly];
    assert_eq!(by(both, &[met("2026-09-22")]), [(1, NotYet)]);
    let from_the_tenth = Duty { duty: "new".into(), from: day("2026-11-10"), ..care() };
    let visits = [met("2026-10-25"), met("2026-11-12")];
    let told = [(1, Out(Excluded::NotDueYet)), (10, NotYet), (12, MetHome)];
    assert_eq!(by(vec![rolling.clone(), from_the_tenth], &visits), told);
    // A quarterly duty that becomes monthly asks from that day on, whatever was done in the quarter.
    let quarterly = Duty { cadence: Cadence::Quarter, until: Some(day("2026-11-15")), ..care() };
    let monthly = Duty { from: day("2026-11-15"), ..care() };
    let told = [(1, Out(Excluded::NotDueYet)), (15, NotYet)];
    assert_eq!(by(vec![quarterly, monthly], &[met("2026-10-10")]), told);
    // When the one that asks now ends, the one that was met asks later only.
    let monthly = Duty { until: Some(day("2026-11-10")), ..care() };
    let quarterly = Duty { duty: "quarterly".into(), cadence: Cadence::Quarter, ..care() };
    let told = [(1, NotYet), (10, Out(Excluded::NotDueYet))];
    assert_eq!(by(vec![monthly, quarterly], &[met("2026-10-10")]), told);
    // What counts for a duty that asks later only does not count.
    let in_person = Duty { duty: "in person".into(), ways: vec![Way::Home], ..care() };
    let call = part(2, "2026-11-12", Way::Phone, Met::InPerson);
    assert_eq!(by(vec![rolling, in_person], &[met("2026-10-25"), call]), [(1, NotYet)]);
}

#[test]
fn a_person_without_a_village_or_in_an_unknown_one_is_in_no_register() {
    let rules = rules(vec![care()]);
    let nowhere = Person { villages: vec![], ..grandmother() };
    let outside = Person { villages: vec![AreaCode(110_101_001_001)], ..grandmother() };
    for person in [nowhere, outside] {
        assert_eq!(standing(&person, &rules, "care", november(), &[]), None);
    }
}

#[test]
fn a_small_change_is_a_small_difference() {
    let old = grandmother();
    let mut ended = old.clone();
    ended.memberships[0].until = Some(day("2026-11-20"));
    assert_eq!(first_difference(&old, &ended, &[]), Some(day("2026-11-20")));
    let decided = Person { changes_decided: [(id(9, 1), true)].into(), ..old.clone() };
    let parts = [not_met(1, "2026-11-12", NotMet::Hospital)];
    assert_eq!(first_difference(&old, &decided, &parts), Some(day("2026-11-12")));
    let renamed = Person { name: "杨阿奶".into(), ..old.clone() };
    assert_eq!(first_difference(&old, &renamed, &parts), None);
}

#[test]
fn a_standing_is_small_when_stored() {
    let found =
        stands(&grandmother(), &rules(vec![care()]), &[part(1, "2026-11-03", Way::Home, Met::InPerson)]);
    let json = serde_json::to_string(&found.steps).unwrap();
    assert_eq!(json, r#"[[20758,532929101201,["LSLR"],5],[20760,532929101201,["LSLR"],1]]"#);
}
