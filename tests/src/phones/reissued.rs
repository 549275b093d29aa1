//! What a phone issues again names the entry that it stands for: so the county knows what it has twice, and
//! asks nobody.

use super::county::County;
use super::flows::{cloned, enrolled, visit};
use super::world::{Phone, answer_to, asked, sync};
use client::App;
use client::sync_driver::Arrived;
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::patch::Body;
use std::collections::BTreeSet;
use store::phone::{LogRow, PhoneStore};
use sync::wire::receipt::ItemState;

/// Every entry of the phone's logs.
fn entries(phone: &Phone) -> Vec<LogRow> {
    let logs = phone.shelf.0.writers().unwrap().into_iter();
    logs.flat_map(|log| phone.shelf.0.log(log.writer, 1, usize::MAX).unwrap()).collect()
}

/// The work that another phone's log has no place for is sent, kept apart, and issued again.
fn issues_again(county: &County, phone: &Phone, app: &mut App) {
    let before: BTreeSet<Hash> = entries(phone).iter().map(|row| row.hash).collect();
    let reply = answer_to(county, phone, &asked(app));
    let waiting: BTreeSet<Hash> = county.waiting().iter().map(|item| item.hash).collect();
    assert!(waiting.len() > 1 && waiting.is_subset(&before), "it waits for a reviewer");
    app.sync_step(reply).unwrap();
    let all = entries(phone);
    let (old, new): (Vec<_>, Vec<_>) = all.iter().partition(|row| before.contains(&row.hash));
    let forked: Vec<_> = old.into_iter().filter(|row| row.state == Some(ItemState::Forked)).collect();
    assert_eq!(forked.iter().map(|row| row.hash).collect::<BTreeSet<_>>(), waiting);
    assert_eq!(new.len(), forked.len());
    for old in forked {
        let twin = |row: &&&LogRow| {
            row.entry.body.iter().flat_map(Body::issued_again).eq([(old.entry.patch.dot(), old.hash)])
        };
        let twins: Vec<_> = new.iter().filter(twin).collect();
        let [twin] = twins.as_slice() else { panic!("{} twins of {:?}", twins.len(), old.entry.patch) };
        let (was, is) = (&old.entry.patch, &twin.entry.patch);
        assert_ne!(was.writer, is.writer, "in a log of its own");
        assert_eq!(
            (was.record.kind, was.author, was.form, was.stamp),
            (is.record.kind, is.author, is.form, is.stamp)
        );
        let (was, is) = (old.entry.body.as_ref().unwrap(), twin.entry.body.as_ref().unwrap());
        assert_eq!((&was.row, &was.origins), (&is.row, &is.origins), "the same answers");
    }
    app.sync_step(Arrived::Stop).unwrap();
    assert_eq!(sync(app, phone, county).waiting, 0);
    assert!(county.waiting().is_empty(), "nothing waits any more: {:?}", county.waiting());
    county.is_sound();
}

#[test]
fn what_a_clone_issues_again_names_its_twin_which_then_waits_for_nobody() {
    let (county, (phone, mut one), (clone, mut two)) = cloned();
    visit(&mut one, "张建国");
    visit(&mut two, "李小花");
    sync(&mut one, &phone, &county);
    issues_again(&county, &clone, &mut two);
    assert_eq!(county.count(RecordKind::Visit), 3, "each once");
}

#[test]
fn what_a_phone_wrote_after_it_was_restored_names_its_twin_too() {
    let (county, mut phone, app) = enrolled();
    drop(app);
    let mut copy = phone.cloned(5);
    let mut app = phone.opened();
    visit(&mut app, "李阿普");
    sync(&mut app, &phone, &county);
    drop(app);
    // The copy takes its place, and the next visit comes before the next exchange.
    let mut app = copy.opened();
    visit(&mut app, "张建国");
    issues_again(&county, &copy, &mut app);
    assert_eq!(county.count(RecordKind::Visit), 2, "each once");
}
