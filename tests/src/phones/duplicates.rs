//! 可能重复: the county merges two records of one person while phones carry both.

use super::county::{County, person};
use super::flows::{enrol, enrolled, fill, stranger, visit};
use super::world::{Phone, sync};
use client::App;
use client::amend::CorrectContact;
use client::people::{OfPerson, PeopleAsked, SearchAsked};
use client::records::{RecordState, RecordsAsked};
use client::visits::draft::DraftName;
use client::visits::start::{Chosen, StartVisit};
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::visit::Met;

/// A second record of 张建国, in the same household.
const TWIN: &str = "张建国重复";

fn twins() -> (County, Phone, App) {
    let (county, phone, mut app) = enrolled();
    county.member(TWIN, "张建国家", "1940-01-01", &["GL"], phone.clock.wall());
    county.put(RecordKind::Person, person(TWIN), &[(keys::NAME, "张建国".into())], phone.clock.wall());
    sync(&mut app, &phone, &county);
    (county, phone, app)
}

fn merge(county: &County, phone: &Phone) -> RecordId {
    county.merge(person(TWIN), person("张建国"), phone.clock.wall())
}

/// Whom the phone lists.
fn listed(app: &mut App) -> Vec<RecordId> {
    let all = app.people(PeopleAsked::default()).unwrap();
    all.into_iter().map(|one| one.subject).collect()
}

fn counting(county: &County, name: &str) -> usize {
    county.parts_of(person(name)).iter().filter(|part| part.fact.is_some()).count()
}

#[test]
fn whoever_was_merged_leaves_the_lists_at_the_next_exchange_and_their_history_stands_at_the_other() {
    let (county, phone, mut app) = twins();
    visit(&mut app, TWIN);
    sync(&mut app, &phone, &county);
    assert!(listed(&mut app).contains(&person(TWIN)));
    let decision = merge(&county, &phone);
    sync(&mut app, &phone, &county);
    assert!(!listed(&mut app).contains(&person(TWIN)), "gone from the list");
    let asked = SearchAsked { typed: "张建国".into(), listed_as: None, offset: 0, count: None };
    assert_eq!(app.search(asked).unwrap().len(), 1, "and from the search");
    let page = app.person(OfPerson { subject: person("张建国") }).unwrap();
    assert_eq!((page.visits.len(), page.members.len()), (1, 0), "the visit stands at the one who stays");
    let record = app.records(RecordsAsked::default()).unwrap().remove(0);
    assert_eq!(
        (record.state, record.people.len()),
        (RecordState::Received, 1),
        "the author's record is there"
    );
    county.is_sound();
    county.undo(decision, phone.clock.wall());
    sync(&mut app, &phone, &county);
    assert!(listed(&mut app).contains(&person(TWIN)), "back again");
    let page = app.person(OfPerson { subject: person(TWIN) }).unwrap();
    assert_eq!(page.visits.len(), 1, "with the visit");
    county.is_sound();
}

#[test]
fn what_a_phone_without_signal_wrote_counts_for_the_one_who_stays() {
    let (county, phone, mut app) = twins();
    visit(&mut app, TWIN);
    let decision = merge(&county, &phone);
    sync(&mut app, &phone, &county);
    assert_eq!((counting(&county, "张建国"), counting(&county, TWIN)), (1, 0));
    let page = app.person(OfPerson { subject: person("张建国") }).unwrap();
    assert_eq!(page.visits.len(), 1, "the phone has heard of it in the same exchange");
    assert!(county.waiting().is_empty());
    county.is_sound();
    county.undo(decision, phone.clock.wall());
    assert_eq!((counting(&county, "张建国"), counting(&county, TWIN)), (0, 1), "to whom it was written");
    county.is_sound();
}

#[test]
fn a_visit_that_is_being_filled_in_is_finished_and_counts_for_the_one_who_stays() {
    let (county, phone, mut app) = twins();
    let chosen = Chosen { subject: person(TWIN), met: Some(Met::InPerson) };
    let start = StartVisit { subjects: vec![chosen], ..StartVisit::default() };
    let draft = app.start_visit(start).unwrap().visit;
    merge(&county, &phone);
    sync(&mut app, &phone, &county);
    assert!(!listed(&mut app).contains(&person(TWIN)), "in no list while it is filled in");
    fill(&mut app, &draft, TWIN);
    let done = app.finish(DraftName { visit: draft }).unwrap();
    assert!(done.visit.is_some(), "nothing that was begun is lost: {:?}", done.gaps);
    sync(&mut app, &phone, &county);
    assert_eq!((counting(&county, "张建国"), counting(&county, TWIN)), (1, 0));
    assert!(county.waiting().is_empty());
    assert!(app.person(OfPerson { subject: person(TWIN) }).is_err(), "then nothing of them is kept");
    let page = app.person(OfPerson { subject: person("张建国") }).unwrap();
    assert_eq!(page.visits.len(), 1);
    county.is_sound();
}

#[test]
fn whom_a_phone_registers_while_the_county_imports_them_is_one_person_in_the_end() {
    let (county, phone, mut app) = enrolled();
    let new = stranger("王小四");
    let made = app.register_person(new).unwrap().record.id;
    county.member("王小四", "张建国家", "1950-02-03", &["GL"], phone.clock.wall());
    sync(&mut app, &phone, &county);
    county.merge(made, person("王小四"), phone.clock.wall());
    sync(&mut app, &phone, &county);
    assert!(!listed(&mut app).contains(&made) && listed(&mut app).contains(&person("王小四")));
    let (other, mut second) = enrol(&county, "和平", 7);
    sync(&mut second, &other, &county);
    assert!(!listed(&mut second).contains(&made), "nor does a new phone hear of them");
    county.is_sound();
}

#[test]
fn a_telephone_corrected_of_the_record_that_lost_meanwhile_is_kept_there_and_is_back_with_it() {
    let (county, phone, mut app) = twins();
    let seen = app.person(OfPerson { subject: person(TWIN) }).unwrap().seen;
    let record = RecordRef { kind: RecordKind::Person, id: person(TWIN) };
    let number = "13911112222";
    let correct = CorrectContact { record, key: keys::PHONE.into(), value: number.into(), seen };
    app.correct_contact(correct).unwrap();
    let decision = merge(&county, &phone);
    let report = sync(&mut app, &phone, &county);
    assert_eq!((report.problem, report.waiting), (None, 0), "the county has it");
    let stands = |name: &str| {
        let head = county.record(RecordKind::Person, person(name)).unwrap().head;
        head.text(keys::PHONE).map(str::to_owned)
    };
    assert_eq!(stands(TWIN).as_deref(), Some(number), "it stands where it was written");
    assert_ne!(stands("张建国").as_deref(), Some(number), "and says nothing over the head of who stays");
    assert!(county.waiting().is_empty(), "and holds up nothing");
    county.is_sound();
    county.undo(decision, phone.clock.wall());
    sync(&mut app, &phone, &county);
    let page = app.person(OfPerson { subject: person(TWIN) }).unwrap();
    assert_eq!(page.phone.as_deref(), Some(number));
    county.is_sound();
}
