//! Claims about the history of visits.

use super::{county, today};
use crate::seed::notes::Style;
use crate::seed::sheets::Sheets;
use crate::seed::story::story;
use crate::seed::visits::{SeedVisit, Settings, history};
use crate::seed::{County, register};
use domain::canonical::Transcript;
use domain::catalogue::keys;
use domain::ids::RecordId;
use domain::permission::{Act, allowed};
use domain::time::Day;
use domain::visit::{Met, NotMet, NotMetGroup};
use std::collections::{BTreeMap, BTreeSet};

fn settings(from: &str, until: &str, sheets: Sheets) -> Settings {
    Settings { sheets, ..Settings::new(from.parse().unwrap()..until.parse().unwrap()) }
}

/// A month without forms.
fn october(county: &County) -> Vec<SeedVisit> {
    history(county, settings("2026-10-01", "2026-11-01", Sheets::default())).collect()
}

fn text<'a>(sets: &'a BTreeMap<String, domain::value::Value>, key: &str) -> Option<&'a str> {
    sets.get(key).and_then(|value| value.as_text())
}

fn fingerprint(visits: &[SeedVisit]) -> String {
    let mut transcript = Transcript::new("visits");
    for visit in visits {
        transcript.bytes(&visit.author.bytes()).signed(visit.entered_ms);
        for (key, value) in visit.sets.iter().chain(visit.parts.iter().flat_map(|part| &part.sets)) {
            value.digest(transcript.text(key));
        }
        for part in &visit.parts {
            transcript.text(&part.note);
            for answer in part.filled.iter().flat_map(|filled| &filled.answers.row) {
                answer.digest(&mut transcript);
            }
        }
    }
    transcript.finish().short()
}

#[test]
fn the_same_county_has_the_same_history_with_or_without_forms() {
    let county = county(1, 300);
    let play = |sheets: Sheets| -> Vec<_> {
        history(&county, settings("2026-08-01", "2026-10-01", sheets)).collect()
    };
    let library = || Sheets::library().unwrap();
    let (filled, empty) = (play(library()), play(Sheets::default()));
    assert_eq!(fingerprint(&filled), fingerprint(&play(library())));
    assert_eq!(filled.len(), empty.len());
    for (one, other) in filled.iter().zip(&empty) {
        assert_eq!((&one.sets, one.entered_ms, one.author), (&other.sets, other.entered_ms, other.author));
    }
    assert!(history(&county, settings("2026-08-01", "2026-08-01", library())).next().is_none());
}

#[test]
fn nobody_goes_to_those_who_are_spared_from_that_day_on() {
    let county = county(1, 300);
    let story = story(&county, today()).unwrap();
    let from: Day = "2026-11-01".parse().unwrap();
    let settings = settings("2026-10-01", "2026-11-23", Sheets::default());
    let mut visits = history(&county, settings);
    visits.spare(story.people(), from);
    let visits: Vec<_> = visits.collect();
    let seen = |after: bool| {
        let days = visits.iter().filter(move |visit| (visit.happened.day() >= from) == after);
        days.flat_map(|visit| &visit.parts).filter(|part| story.people().any(|id| id == part.subject)).count()
    };
    assert!(seen(false) >= 8 && seen(true) == 0, "{} before, {} after", seen(false), seen(true));
    assert!(visits.iter().any(|visit| visit.village == story.village && visit.happened.day() >= from));
}

#[test]
fn whoever_enters_a_visit_is_assigned_where_and_when_it_was() {
    let county = county(1, 2_000);
    for visit in october(&county) {
        let days = visit.happened.day()..=visit.happened.last_day();
        assert!(allowed(&county.reference, visit.author, Act::LogVisit, visit.village, days));
        assert!(visit.entered_ms >= visit.happened.from_ms);
        assert_eq!(text(&visit.sets, keys::HAPPENED), Some(visit.happened.to_string().as_str()));
        let start: Day = "2026-10-01".parse().unwrap();
        assert!(visit.happened.day() >= start && Day::of(visit.entered_ms) < start.plus(31));
        assert!(visit.sets.contains_key(keys::HOUSEHOLD) || visit.sets.contains_key(keys::PLACE));
    }
}

#[test]
fn most_elders_are_met_in_a_month_and_villages_differ() {
    let county = county(1, 4_000);
    let visits = october(&county);
    let day: Day = "2026-10-16".parse().unwrap();
    let met: BTreeSet<RecordId> = visits
        .iter()
        .flat_map(|visit| &visit.parts)
        .filter(|part| text(&part.sets, keys::MET).and_then(Met::from_code).is_some_and(Met::in_person))
        .map(|part| part.subject)
        .collect();
    let mut villages = BTreeMap::<_, (usize, usize)>::new();
    for resident in &county.register.residents {
        let person = &resident.person;
        let village = person.village_on(day).unwrap();
        let rule = county.reference.rule_on("elder_monthly", village, day).unwrap();
        let gone = person.died.or(person.moved_out).is_some_and(|gone| gone <= day);
        if rule.concerns(person, day) && !gone && person.aways.iter().all(|away| !away.holds_on(day)) {
            let entry = villages.entry(village).or_default();
            entry.0 += 1;
            entry.1 += usize::from(met.contains(&person.id));
        }
    }
    let (due, seen) = villages.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert!((750..950).contains(&(seen * 1000 / due)), "{seen} of {due}");
    let slow = villages.values().filter(|(due, met)| met * 10 < due * 7).count();
    let quick = villages.values().filter(|(due, met)| met * 10 > due * 9).count();
    assert!((3..30).contains(&slow) && quick > 20, "{slow} slow, {quick} quick");
}

#[test]
fn ways_reasons_and_times_are_all_there() {
    let county = county(1, 2_000);
    let visits: Vec<_> = history(&county, settings("2026-08-01", "2026-11-01", Sheets::default())).collect();
    let share =
        |is: &dyn Fn(&SeedVisit) -> bool| visits.iter().filter(|one| is(one)).count() * 1000 / visits.len();
    let way = |code: &'static str| move |visit: &SeedVisit| text(&visit.sets, keys::WAY) == Some(code);
    assert!((500..700).contains(&share(&way("home"))), "{}", share(&way("home")));
    assert!((200..420).contains(&share(&way("phone"))), "{}", share(&way("phone")));
    assert!((20..120).contains(&share(&way("elsewhere"))), "{}", share(&way("elsewhere")));
    let half_day = share(&|visit| visit.happened.until_ms - visit.happened.from_ms == 12 * 3_600_000);
    assert!((250..450).contains(&half_day), "{half_day} known only as half a day");
    let late = share(&|visit| Day::of(visit.entered_ms) > visit.happened.day());
    assert!((30..120).contains(&late), "{late} entered on a later day");
    assert!(share(&|visit| visit.sets.contains_key(keys::COMPANIONS)) > 30);
    assert!(share(&|visit| visit.sets.contains_key(keys::VISITED_BY)) > 2, "代记");
    let parts = || visits.iter().flat_map(|visit| &visit.parts);
    let reasons: BTreeSet<_> = parts()
        .filter_map(|part| text(&part.sets, keys::REASON).and_then(NotMet::from_code))
        .map(|reason| format!("{:?}", reason.group()))
        .collect();
    assert_eq!(reasons.len(), 3, "{reasons:?}");
    assert!(visits.iter().any(|visit| visit.parts.len() >= 3), "homes with several parts");
    assert!(visits.iter().any(|visit| way("elsewhere")(visit) && visit.parts.len() >= 4), "a school");
    assert!(parts().any(|part| !part.concerns.is_empty()));
}

#[test]
fn nobody_is_met_who_is_dead_or_away_and_a_change_says_from_when() {
    let county = county(2, 4_000);
    let people: BTreeMap<_, _> =
        county.register.residents.iter().map(|one| (one.person.id, &one.person)).collect();
    for visit in history(&county, settings("2026-01-01", "2026-11-01", Sheets::default())) {
        let day = visit.happened.day();
        for part in &visit.parts {
            let person = people[&part.subject];
            let met = text(&part.sets, keys::MET).and_then(Met::from_code).unwrap();
            let reason = text(&part.sets, keys::REASON).and_then(NotMet::from_code);
            assert_eq!(met == Met::Nobody, reason.is_some());
            if person.died.is_some_and(|died| died <= day) {
                assert_eq!(reason, Some(NotMet::Died));
            }
            if person.aways.iter().any(|away| away.kind.excludes() && away.holds_on(day)) {
                assert_eq!(met, Met::Nobody);
            }
            let changed = reason.is_some_and(|reason| reason.group() == NotMetGroup::Changed);
            assert_eq!(changed, part.sets.contains_key(keys::REASON_FROM));
        }
    }
}

#[test]
fn some_workers_fall_silent_for_weeks() {
    let county = county(1, 2_000);
    let mut days = BTreeMap::<RecordId, BTreeSet<Day>>::new();
    for visit in history(&county, settings("2026-05-01", "2026-11-01", Sheets::default())) {
        days.entry(visit.author).or_default().insert(visit.happened.day());
    }
    let busy = days.values().filter(|days| days.len() > 50);
    let gap =
        |days: &BTreeSet<Day>| days.iter().zip(days.iter().skip(1)).map(|(one, two)| two.0 - one.0).max();
    let silent = busy.filter(|days| gap(days).is_some_and(|gap| gap >= 10)).count();
    assert!(silent >= 2, "{silent}");
}

#[test]
fn every_filled_in_form_passes_the_countys_own_verdict_with_about_23_answers() {
    let county = county(1, 1_000);
    let sheets = Sheets::library().unwrap();
    let forms: BTreeMap<_, _> = sheets.forms().map(|form| (form.hash(), form.clone())).collect();
    let (mut filled, mut answers, mut unchanged, mut with_note) = (0, 0, 0, 0);
    for visit in history(&county, settings("2026-07-01", "2026-10-01", sheets.clone())) {
        for part in &visit.parts {
            let met = text(&part.sets, keys::MET).and_then(Met::from_code).unwrap();
            assert_eq!(part.filled.is_some(), met.in_person(), "a form for everybody met");
            let Some(sheet) = &part.filled else { continue };
            let form = &forms[&sheet.form];
            let given = &sheet.answers.given;
            let problems = forms::verdict::verdict(form, &sheet.answers.row, &sheet.answers.origins, given);
            assert!(problems.is_empty(), "{problems:?}");
            filled += 1;
            answers += sheet.answers.row.iter().filter(|answer| !answer.is_null()).count();
            unchanged += usize::from(sheet.answers.origins.contains('c'));
            with_note += usize::from(sheet.answers.row.iter().any(|one| one.as_text() == Some(&part.note)));
        }
    }
    assert!(filled > 1_000, "{filled}");
    assert_eq!(with_note, filled, "the form has a place for the note");
    assert!((21..=25).contains(&(answers / filled)), "{} answers", answers / filled);
    assert!(unchanged * 4 > filled, "{unchanged} of {filled} say 没变化 somewhere");
}

#[test]
fn hard_notes_are_of_the_same_length_and_of_characters_without_a_pattern() {
    let county = county(1, 300);
    let hard = Settings { style: Style::Hard, ..settings("2026-10-01", "2026-11-01", Sheets::default()) };
    let notes: Vec<_> = history(&county, hard).flat_map(|visit| visit.parts).map(|part| part.note).collect();
    let characters: BTreeSet<_> = notes.iter().flat_map(|note| note.chars()).collect();
    let all: usize = notes.iter().map(|note| note.chars().count()).sum();
    assert!((57..=61).contains(&(all / notes.len())));
    assert!(characters.len() * 10 > all.min(20_902) * 6, "{} of {all}", characters.len());
}

#[test]
fn the_smallest_register_has_a_history_too() {
    assert!(october(&county(7, register::SUBJECTS_MIN)).len() > 30);
}
