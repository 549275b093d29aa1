//! What is erased by law is gone, and what it counted in stays what it was.

use super::world::{
    ADMIN, DIRECTOR, HEAD, NEIGHBOUR, OFFICER, OTHER, VILLAGE, World, day, list, month, sets, staff,
};
use crate::conformance::{Broken, Outcome, claim, same};
use crate::county::FiguresQuery;
use crate::erasure::{is_left, reach};
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Status;
use domain::erasure;
use domain::head::Head;
use domain::ids::{RecordId, WriterId};
use domain::patch::RecordRef;
use domain::permission::{Audience, Scope};
use domain::time::Day;
use std::collections::BTreeSet;
use sync::county::erase::{Leaf, leaves};
use sync::county::prepared::{Erase, Job, OwnRecord};
use sync::wire::receipt::ItemState;

/// An erasure as it is kept beside a county.
pub struct Kept {
    target: RecordRef,
    records: BTreeSet<RecordRef>,
    leaves: Vec<Leaf>,
}

impl Kept {
    /// Whether all of these are among it.
    pub fn reaches(&self, records: &[RecordRef]) -> bool {
        records.iter().all(|one| self.records.contains(one))
    }
}

impl World {
    /// Erases whatever belongs to a target.
    pub async fn erase(&mut self, target: RecordRef) -> Result<Kept, Broken> {
        let (ledger, reports) = (self.county.ledger.clone(), self.county.reports.clone());
        let records = reach(&*ledger, &*reports, target).await?;
        let mut kept = Vec::new();
        for record in &records {
            kept.extend(leaves(*record, &self.head(*record).await?, staff(ADMIN), self.now_ms));
        }
        let kept = Kept { target, records, leaves: kept };
        self.erase_again(&kept).await?;
        claim!(!is_left(&*reports, &kept.records).await?, "nothing but what is counted is left");
        Ok(kept)
    }

    /// The same once more, as after a restore.
    pub async fn erase_again(&mut self, kept: &Kept) -> Outcome {
        let Kept { target, records, leaves } = kept;
        let fields = sets([
            (keys::ITEM_KIND, target.kind.code().into()),
            (keys::ITEM_RECORD, target.id.to_string().into()),
            (keys::WORDS, "本人申请".into()),
            (keys::DECIDED_BY, staff("approver").to_string().into()),
            (keys::ERASED, erasure::list(records)),
        ]);
        let id = RecordId::named("erasure", &target.id.to_string());
        let word = self.own(OwnRecord::Known(RecordRef { kind: RecordKind::Erasure, id }), fields);
        let mut patches = Vec::new();
        for leaf in leaves {
            let seen = self.head(leaf.record).await?.vector;
            patches.push(leaf.patch(Some(seen), WriterId(self.draw())));
        }
        let records = records.iter().copied().collect();
        let done = self.run(Job::Erase(Box::new(Erase { word, records, leaves: patches }))).await?;
        claim!(done.problem.is_none(), "erased: {:?}", done.problem);
        Ok(())
    }

    /// The figures of the months that lie behind, as of their last days and as of yesterday.
    pub async fn past(&self) -> Result<Vec<crate::county::Figures>, Broken> {
        let mut all = Vec::new();
        let yesterday = Day::of(self.now_ms).plus(-1);
        for duty in ["elder", "rounds", "child", "home", "*"] {
            for number in [9, 10, 11] {
                for as_of in [day(number, 5), yesterday] {
                    let (period, category) = (month(number), "*".to_owned());
                    let query = FiguresQuery { duty: duty.to_owned(), period, category, as_of };
                    let figures = self.county.reports.figures(&query).await?;
                    all.push(figures.into_iter().filter(|(_, count)| *count != 0).collect());
                }
            }
        }
        Ok(all)
    }

    async fn feed(&self, audience: Audience) -> Result<BTreeSet<RecordRef>, Broken> {
        let feeds = vec![sync::wire::exchange::Position(Scope { area: VILLAGE, audience }, 0)];
        let request = crate::county::FeedRequest { feeds, bytes_max: usize::MAX };
        let page = self.county.ledger.changes_since(request).await?;
        Ok(page.rows.iter().filter(|row| row.head.is_some()).map(|row| row.record).collect())
    }
}

pub async fn person(world: &mut World) -> Outcome {
    let (person, other) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let alone = phone.visit(VILLAGE, day(10, 9));
    let part = phone.met(alone, person);
    phone.set(part, [("a/health", "很不好".into())], &Head::default());
    let concern = phone.concern(part, person);
    let together = phone.visit(VILLAGE, day(10, 12));
    let (mine, theirs) = (phone.met(together, person), phone.met(together, other));
    world.send(&mut phone).await?;
    let before = world.past().await?;
    let kept = world.erase(person).await?;
    let expected = [person, alone, part, concern, mine];
    same!(kept.records, BTreeSet::from(expected), "what goes with the person");
    same!(world.past().await?, before, "figures of the days behind");
    let october = world.status(person, "elder", month(10), day(10, 31)).await?;
    same!(october, Some(Status::MetHome), "still counted, by nobody's name");
    let today = world.status(person, "elder", month(11), day(11, 10)).await?;
    claim!(today.is_none_or(|status| !status.is_due()), "nobody is to visit them: {today:?}");
    same!(world.head(person).await?.text(keys::NAME), None, "the name");
    // Who of the two lived elsewhere took the visit along to that village.
    let away = world.person(OTHER, "LSLR").await?;
    let mut head = world.phone(HEAD).await?;
    let both = head.visit(VILLAGE, day(10, 20));
    head.met(both, other);
    head.met(both, away);
    world.send(&mut head).await?;
    world.erase(away).await?;
    let row = world.county.ledger.record(both).await?;
    let areas: Vec<_> = row.iter().flat_map(|row| &row.scopes).map(|scope| scope.area).collect();
    same!(areas, [VILLAGE], "where the other lives");
    same!(
        world.states(part).await?,
        [ItemState::Erased, ItemState::Erased, ItemState::Applied],
        "its patches"
    );
    let feed = world.feed(Audience::General).await?;
    claim!(expected.iter().all(|one| !feed.contains(one)), "no phone is told of it");
    claim!(feed.contains(&together) && feed.contains(&theirs), "what is of others stays");
    let done = world.send(&mut phone).await?;
    same!(BTreeSet::from_iter(done.gone), BTreeSet::from([alone, part, concern, mine]), "its phone is told");
    Ok(())
}

pub async fn visit(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, person);
    let amended = phone.visit(VILLAGE, day(11, 8));
    world.send(&mut phone).await?;
    let before = world.past().await?;
    let kept = world.erase(visit).await?;
    same!(kept.records, BTreeSet::from([visit, part]), "the visit with its part");
    same!(world.past().await?, before, "it counts as before");
    same!(
        world.status(person, "elder", month(11), day(11, 10)).await?,
        Some(Status::MetHome),
        "also today: the person is nobody who was erased"
    );
    let feed = world.feed(Audience::General).await?;
    claim!(feed.contains(&visit) && feed.contains(&part), "phones know that somebody was there");
    // Its phone amends it without having heard.
    phone.set(part, [("a/health", "很不好".into())], &Head::default());
    phone.set(amended, [(keys::WAY, "phone".into())], &Head::default());
    world.send(&mut phone).await?;
    same!(world.states(part).await?.last(), Some(&ItemState::Erased), "erased on arrival");
    same!(world.states(amended).await?.last(), Some(&ItemState::Applied), "what stands behind it");
    Ok(())
}

pub async fn on_arrival(world: &mut World) -> Outcome {
    let (person, other) = (world.person(VILLAGE, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    let (mut phone, mut early) = (world.phone(OFFICER).await?, world.phone(OFFICER).await?);
    let waits = early.visit(VILLAGE, day(11, 7));
    let beyond = early.met(waits, person);
    let pieces = vec![early.piece(2, 2)?];
    let exchange = early.with(pieces);
    world.exchange(exchange).await?;
    world.erase(person).await?;
    // A phone without signal went there meanwhile.
    let visit = phone.visit(VILLAGE, day(11, 9));
    let part = phone.met(visit, person);
    phone.met(visit, other);
    let concern = phone.concern(part, person);
    phone.set(part, [("a/health", "很不好".into())], &Head::default());
    phone.set(person, [(keys::PHONE, "13800000000".into())], &Head::default());
    let done = world.send(&mut phone).await?;
    same!(phone.mark.serial, 6, "nothing is held up");
    for record in [part, concern] {
        claim!(world.states(record).await?.iter().all(|one| *one == ItemState::Erased), "{record:?}");
    }
    same!(world.states(person).await?.last(), Some(&ItemState::Erased), "its telephone");
    same!(BTreeSet::from_iter(done.gone), BTreeSet::from([part, concern, person]), "the phone is told");
    same!(world.states(visit).await?, [ItemState::Applied], "the visit itself");
    same!(
        world.status(other, "elder", month(11), day(11, 10)).await?,
        Some(Status::MetHome),
        "whoever else was met"
    );
    // What had come before its time joins as an envelope.
    world.send(&mut early).await?;
    same!((early.mark.serial, world.states(beyond).await?), (2, vec![ItemState::Erased]), "beyond a gap");
    claim!(
        !is_left(&*world.county.reports, &BTreeSet::from([part, concern, beyond])).await?,
        "nothing is left"
    );
    Ok(())
}

pub async fn whatever_state(world: &mut World) -> Outcome {
    // Of the village beside.
    let (person, foreign) = (world.person(OTHER, "LSLR").await?, world.person(VILLAGE, "LSLR").await?);
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(11, 9));
    let aside = phone.met(visit, person);
    world.send(&mut phone).await?;
    same!(world.states(aside).await?, [ItemState::SetAside], "a person of elsewhere");
    let first = world.queued().await?;
    world.decide(first, false).await?;
    let mut clone = phone.clone();
    let forked = clone.visit(VILLAGE, day(11, 8));
    let twin = clone.met(forked, person);
    phone.visit(VILLAGE, day(11, 8));
    phone.met(forked, foreign);
    world.send(&mut phone).await?;
    let exchange = clone.outgoing()?;
    world.exchange(exchange).await?;
    same!(world.states(twin).await?.last(), Some(&ItemState::Forked), "a clone's");
    let kept = world.erase(person).await?;
    claim!(kept.records.contains(&aside), "what was set aside");
    claim!(kept.records.iter().any(|one| one.kind == RecordKind::Decision), "what was decided on it");
    Ok(())
}

pub async fn child(world: &mut World) -> Outcome {
    let child = world.person(VILLAGE, "LSET").await?;
    let mut phone = world.phone(DIRECTOR).await?;
    let fields = sets([(keys::SUBJECT, child.id.to_string().into()), ("a/guardian", "外婆".into())]);
    let file = phone.make(RecordKind::ChildFile, fields);
    let visit = phone.visit(VILLAGE, day(11, 9));
    phone.met(visit, child);
    world.send(&mut phone).await?;
    let before = world.past().await?;
    let kept = world.erase(child).await?;
    claim!(kept.records.contains(&file), "the child's file");
    same!(world.past().await?, before, "figures of the days behind");
    claim!(world.feed(Audience::Child).await?.is_empty(), "no phone has anything");
    same!(world.head(file).await?.fields.len(), 0, "the file is empty");
    Ok(())
}

pub async fn contested(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let head = world.head(person).await?;
    let (mut one, mut two) = (world.phone(OFFICER).await?, world.phone(NEIGHBOUR).await?);
    one.set(person, [(keys::PHONE, "2".into())], &head);
    two.set(person, [(keys::PHONE, "3".into())], &head);
    let visit = one.visit(VILLAGE, day(10, 9));
    let part = one.met(visit, person);
    world.send(&mut one).await?;
    let seen = world.head(visit).await?;
    world.set(visit, [(keys::WAY, "phone".into())]).await?;
    one.set(visit, [(keys::WAY, "elsewhere".into())], &seen);
    one.set(visit, [(keys::COMPANIONS, list(&["她的儿子"]))], &seen);
    world.send(&mut one).await?;
    world.send(&mut two).await?;
    let before = world.past().await?;
    world.erase(person).await?;
    same!(world.past().await?, before, "sides go on standing beside each other");
    same!(world.head(visit).await?.contested().collect::<Vec<_>>(), [keys::WAY], "what is contested");
    same!(world.head(part).await?.author(part.id), Some(staff(OFFICER)), "its author");
    Ok(())
}

pub async fn restored(world: &mut World) -> Outcome {
    let person = world.person(VILLAGE, "LSLR").await?;
    let mut phone = world.phone(OFFICER).await?;
    let visit = phone.visit(VILLAGE, day(10, 8));
    phone.met(visit, person);
    world.send(&mut phone).await?;
    if !world.back_up().await {
        return Ok(());
    }
    let visit = phone.visit(VILLAGE, day(10, 9));
    let part = phone.met(visit, person);
    world.send(&mut phone).await?;
    let before = world.past().await?;
    let kept = world.erase(person).await?;
    same!(world.past().await?, before, "before the disaster");
    world.restore().await;
    world.run(Job::Restored).await?;
    same!(world.head(person).await?.text(keys::PHONE), Some("1"), "the backup has it still");
    world.erase_again(&kept).await?;
    same!(world.head(person).await?.text(keys::PHONE), None, "erased again, before anybody is served");
    // The phone had not heard: it sends once more what the backup does not have.
    (phone.mark, phone.cursor) = (domain::log::Mark::NONE, None);
    world.send(&mut phone).await?;
    let states = world.states(part).await?;
    claim!(states.contains(&ItemState::Erased), "erased on arrival: {states:?}");
    same!(world.past().await?, before, "also what the backup had not counted");
    claim!(!is_left(&*world.county.reports, &kept.records).await?, "nothing is left");
    Ok(())
}

/// In the middle of a play: whatever was written before, the days behind stay as they were.
pub async fn in_a_play(world: &mut World, target: RecordRef) -> Outcome {
    let before = world.past().await?;
    world.erase(target).await?;
    same!(world.past().await?, before, "figures of the days behind, after an erasure of {target:?}");
    Ok(())
}
