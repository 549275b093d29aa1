//! What is erased by law, on the way between a county and its phones.

use super::county::person;
use super::flows::{enrol, enrolled, visit};
use super::world::sync;
use client::people::SearchAsked;
use client::visits::draft::DraftName;
use client::visits::start::{Chosen, StartVisit};
use domain::catalogue::RecordKind;
use domain::visit::Met;
use store::phone::PhoneStore;

fn found(app: &mut client::App, name: &str) -> usize {
    let asked = SearchAsked { typed: name.to_owned(), listed_as: None, offset: 0, count: None };
    app.search(asked).unwrap().len()
}

/// Every byte that a phone keeps of its own, as text.
fn kept(phone: &super::world::Phone) -> String {
    let store = &phone.shelf.0;
    let writers = store.writers().unwrap();
    let logs = writers.iter().flat_map(|one| store.log(one.writer, 1, usize::MAX).unwrap());
    logs.map(|row| format!("{:?}", row.entry.body)).collect()
}

#[test]
fn an_erased_person_leaves_every_phone_and_what_was_written_meanwhile_goes_too() {
    let (county, phone, mut app) = enrolled();
    let (second, mut other) = enrol(&county, "杨洁", 2);
    visit(&mut app, "张建国");
    sync(&mut app, &phone, &county);
    sync(&mut other, &second, &county);
    assert_eq!((found(&mut app, "张建国"), found(&mut other, "张建国")), (1, 1));
    // The other one goes there without signal.
    visit(&mut other, "张建国");
    visit(&mut other, "李阿普");
    county.erase(RecordKind::Person, person("张建国"));
    county.is_sound();
    for (app, phone) in [(&mut app, &phone), (&mut other, &second)] {
        assert_eq!(sync(app, phone, &county).waiting, 0, "nothing is held up");
        assert_eq!(found(app, "张建国"), 0);
        let subject = person("张建国").to_string();
        assert!(!kept(phone).contains(&subject), "no patch of it has a body any more");
        assert!(phone.journal.0.lock().unwrap().is_empty());
    }
    // The part that came afterwards counts for nothing, the other visit does; nothing waits for an erased household.
    assert!(county.waiting().is_empty(), "{:?}", county.waiting());
    assert_eq!(county.parts_of(person("李阿普")).len(), 1);
    assert_eq!(county.parts_of(person("张建国")).len(), 1, "what was counted before");
    county.is_sound();
    visit(&mut app, "李阿普");
    assert_eq!(sync(&mut app, &phone, &county).waiting, 0);
}

#[test]
fn a_county_that_was_restored_erases_again_before_it_answers() {
    let (mut county, phone, mut app) = enrolled();
    visit(&mut app, "张建国");
    sync(&mut app, &phone, &county);
    let backup = county.backup();
    visit(&mut app, "张建国");
    sync(&mut app, &phone, &county);
    county.erase(RecordKind::Person, person("张建国"));
    county.restore(&backup);
    let name = |county: &super::county::County| {
        let row = county.record(RecordKind::Person, person("张建国")).unwrap();
        row.head.text(domain::catalogue::keys::NAME).map(str::to_owned)
    };
    assert_eq!(name(&county), None);
    // The phone has not heard of it, and sends once more what the backup does not have.
    sync(&mut app, &phone, &county);
    sync(&mut app, &phone, &county);
    assert_eq!((found(&mut app, "张建国"), name(&county)), (0, None));
    assert!(!kept(&phone).contains(&person("张建国").to_string()));
    county.is_sound();
}

#[test]
fn what_is_being_filled_in_of_an_erased_person_goes_too_open_or_put_away() {
    let (county, phone, mut app) = enrolled();
    let (second, mut other) = enrol(&county, "杨洁", 2);
    sync(&mut app, &phone, &county);
    sync(&mut other, &second, &county);
    let begin = |app: &mut client::App| {
        let chosen = Chosen { subject: person("张建国"), met: Some(Met::InPerson) };
        let start = StartVisit { subjects: vec![chosen], ..StartVisit::default() };
        let name = app.start_visit(start).unwrap().visit;
        super::flows::fill(app, &name, "张建国");
        name
    };
    let (open, away) = (begin(&mut app), begin(&mut other));
    other.discard_draft(DraftName { visit: away.clone() }).unwrap();
    let answers = |phone: &super::world::Phone, name: &str| phone.shelf.0.answers(name).unwrap().len();
    assert!(answers(&phone, &open) > 0 && answers(&second, &away) > 0);
    county.erase(RecordKind::Person, person("张建国"));
    for (app, phone, name) in [(&mut app, &phone, &open), (&mut other, &second, &away)] {
        sync(app, phone, &county);
        let subject = person("张建国").to_string();
        let drafts = format!("{:?}", phone.shelf.0.drafts().unwrap());
        assert!(!drafts.contains(&subject), "{drafts}");
        assert_eq!(answers(phone, name), 0);
        assert_eq!(found(app, "张建国"), 0);
        let record = domain::patch::RecordRef { kind: RecordKind::Person, id: person("张建国") };
        let row = phone.shelf.0.record(record).unwrap();
        let said = row.as_ref().and_then(|row| row.head()).is_some_and(|head| !head.fields.is_empty());
        assert!(!said, "nothing holds the record for a draft");
        assert!(app.restore_draft(DraftName { visit: name.clone() }).is_err());
    }
}
