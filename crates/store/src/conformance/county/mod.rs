//! What a county's backend must do.

mod accounts;
mod coverage;
mod decisions;
mod directory;
mod duplicates;
mod epochs;
mod erasure;
mod exchange;
mod feeds;
mod forks;
mod generations;
mod goings;
mod merge;
mod permission;
mod phone;
mod random;
mod reports;
mod side_by_side;
mod undo;
mod waiting;
mod world;

use super::{Outcome, Running};
use crate::county::{Directory, Ledger, Reports};
use async_trait::async_trait;
use domain::ids::{AreaCode, WriterId};
use domain::time::Day;
use std::sync::Arc;
use world::World;

/// One county as a backend gives it.
#[derive(Clone)]
pub struct County {
    /// Where its data change.
    pub ledger: Arc<dyn Ledger>,
    /// What is read of them.
    pub reports: Arc<dyn Reports>,
    /// Its codes and devices.
    pub directory: Arc<dyn Directory>,
}

/// What a new county is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Founding {
    /// Its code.
    pub county: AreaCode,
    /// Its first writer.
    pub epoch: WriterId,
    /// The first day that is counted.
    pub begins: Day,
}

/// Where a backend keeps one county for one case.
#[async_trait]
pub trait Site: Send + Sync {
    /// Makes the county, empty. Called once.
    async fn found(&self, founding: Founding) -> County;

    /// Keeps a copy of the county as it stands. `false` when the backend cannot: then cases that
    /// need it claim nothing.
    async fn back_up(&self) -> bool;

    /// Puts the last copy in the place of the county, and opens it anew.
    async fn restore(&self) -> County;

    /// The county as it is read beside whoever writes to it: by another process, where the backend
    /// knows of such a thing.
    async fn beside(&self) -> County;
}

/// A claim, and how it is tried.
pub type Case = (&'static str, for<'a> fn(&'a mut World) -> Running<'a>);

macro_rules! cases {
    ($($claim:literal $case:path;)*) => {
        /// Every claim.
        pub const CASES: &[Case] = &[$(($claim, |world| Box::pin($case(world)))),*];
    };
}

cases! {
    "an exchange sent twice changes nothing, and is answered the same" exchange::twice;
    "an old exchange number gets receipts only" exchange::old_number;
    "after a lost reply the same receipts, outcomes and questions are given again" exchange::reply_lost;
    "entries beyond a gap wait, and join when it is closed" exchange::gap;
    "two pieces of a log in one request follow each other" exchange::two_pieces;
    "an unreadable item is kept alone, and those around it pass" exchange::unreadable;
    "what the program fails on is set aside, holds up nothing, and is taken in by one that does not fail" exchange::not_handled;
    "what the program fails on is never taken in beside what it is issued again for" exchange::not_handled_again;
    "an unreadable item is dismissed with a reason, of which its phone is told" exchange::unreadable_dismissed;
    "receipts of a day count upward, and from 1 on the next" exchange::receipts;
    "an unknown device is told so, and nothing is written" exchange::unknown_device;
    "a retired device uploads and gets receipts only; of a revoked one everything is set aside" exchange::devices;

    "a fork is kept and reported, and nothing of it is applied" forks::kept;
    "a fork whose report was lost is reported again" forks::reported_again;
    "a fork that begins with what cannot be read is kept and reported" forks::unreadable;
    "no device continues the log of another" forks::foreign;
    "what waits beyond a gap and does not join is forked" forks::beyond_a_gap;
    "forked work that is accepted is written again by the county" forks::accepted;
    "accepted forked work has the same answers, from the same origins" forks::accepted_whole;

    "a part waits for its person, and counts when the person arrives" waiting::person;
    "what one phone brought is released by another's exchange" waiting::released_by_another;
    "answers wait for their form, and are read in its order" waiting::form;
    "a part waits for its visit, through every step" waiting::visit;
    "what is held back holds back its own record and writer, and nothing else" waiting::holds_back;
    "an entry that was erased on its phone takes its place and holds up nothing" waiting::erased;

    "an accepted entry releases what waits behind it" decisions::accept;
    "a dismissed entry is passed over, and releases what waits behind it" decisions::dismiss;
    "no decision passes over an earlier entry that waits" decisions::in_order;
    "a second decision finds nothing, and writes nothing" decisions::once;
    "nobody takes in what speaks of something that is not here" decisions::missing;
    "a visit that comes after its part counts with it" decisions::visit_after_part;
    "an accepted visit releases its parts and what they found" decisions::releases;
    "a dismissed registration is nobody: in no feed, and nothing of it is met" decisions::nobody;
    "what was held asks its questions when it is accepted" decisions::questions;
    "a question waits until a reviewer finds the answer right as it is" decisions::right_as_it_is;
    "every decision is written down in its reviewer's name; what is kept goes on waiting" decisions::kept;

    "an accepted entry that is taken back waits again, and leaves record and figures" undo::accepted;
    "a dismissed entry that is taken back waits again, and its phone is told" undo::dismissed;
    "with an accepted visit that is taken back goes what it had released" undo::released;
    "what came since waits behind what is taken back, and what others wrote since stands" undo::since;
    "what came since and speaks of what is taken back waits for it again" undo::speaks;
    "what is put back to wait, and has come meanwhile, is not waited for" undo::came;
    "no decision is taken back under another that rests on it" undo::rests;
    "whoever may decide takes a decision back, once, with a reason" undo::who;
    "a question that was found right as it is asks again" undo::asks_again;
    "what cannot be read waits again" undo::unreadable;
    "forked work that was accepted waits again, and is accepted again" undo::forked;
    "a settled field is contested again, unless somebody wrote it since" undo::settled;
    "after any history a decision that is taken back leaves everything as if there had been none" undo::never;

    "two records of one person become one, counted once, and two again" duplicates::one;
    "what a phone that had not heard brings of whoever was merged moves on at once, and goes back with the rest" duplicates::late;
    "nobody is merged twice, and of several mergings the last is taken back first" duplicates::chain;
    "what was answered goes along, and of the rest what was chosen" duplicates::takes;
    "whoever may confirm merges, and takes it back with a reason" duplicates::who;
    "a decision that is taken back takes back what moved on by it" duplicates::decided;
    "who is erased is erased in every record of theirs, and stays merged" duplicates::erased;

    "visits of two workers to one person on one day are suggested as one, and no others" goings::suggested;
    "said to be one or not, they are suggested no more; both count as before, and it can be taken back" goings::said;
    "of two that are one the other counts when one is void" goings::void;
    "a part that comes later and a merging of people change what is suggested, and nothing that was said" goings::later;
    "whoever may confirm says it, once, of visits that are there" goings::who;

    "a visit outside the area is set aside" permission::outside;
    "work done before a hand-over counts when it is sent after it" permission::late_upload;
    "a visit dated before anything is counted is told so" permission::uncounted;
    "a visit whose time straddles the hand-over is set aside" permission::doubt;
    "a worker corrects a telephone, and cannot say that somebody died" permission::by_field;
    "nobody writes in another's name" permission::author;
    "a part needs that its person is of the author's area" permission::subject_elsewhere;
    "nobody takes another's part into a visit of their own" permission::part_taken;
    "who has moved lately may have been met by who could not know" permission::subject_moved;
    "a worker registers somebody only for the township to confirm" permission::registered;
    "nobody writes a child's file who may not read it" permission::child_file;
    "while it is contested when a visit was, any of the times may be it" permission::contested_time;
    "a clock that cannot be right says only what lies between hearing and arrival" permission::wrong_clock;

    "two corrections that had not seen each other are contested, with both authors" merge::contested;
    "a correction that had seen both settles" merge::settled;
    "patches that had seen what is not here yet end in the same record" merge::ahead;

    "a first sync meets every record once, page by page, and goes on where it stopped" feeds::first_sync;
    "what changes moves to the end of its feed, and nothing else is sent" feeds::changes;
    "who moves leaves one feed and enters the other, with all that hangs on them" feeds::moved;
    "a visit stands where the persons are whom it met, when parts come and go too" feeds::parts_come_and_go;
    "a contested village is visible in each" feeds::contested_village;
    "a child's part stands in the feed of those responsible for children, and in no other" feeds::child;
    "a part moves to where it belongs when its visit is said to have been on another day" feeds::child_by_amendment;
    "a position never passes over a row that is written beside it, and what was answered is there" side_by_side::positions;

    "a visit counts on the day it was made, whenever it arrives" coverage::late_entry;
    "a void visit counts for nothing, and counts again when that is taken back" coverage::void;
    "an amended time moves the count to another period" coverage::amended_time;
    "a contested visit counts by what every side of it agrees on, else it is a try" coverage::contested;
    "a part given to another person counts for that person only" coverage::amended_person;
    "a death in mid-period excludes from its day on" coverage::death;
    "a category that ends in mid-period excludes from its day on" coverage::category_end;
    "who moves is counted where they lived on each day" coverage::moved;
    "a reported change waits for the township's word" coverage::change;
    "a change that was reported long ago is still pending" coverage::old_change;
    "a rolling duty is counted from the last visit that counts, whatever came after it" coverage::rolling;
    "a rolling duty knows the calls that a stay elsewhere once made count" coverage::rolling_away;
    "a rolling duty knows the calls that an earlier rule accepted" coverage::rolling_narrowed;
    "of a rolling duty the visit before counts again when the last one is void" coverage::rolling_void;
    "a visit dated into the far future counts when its time has come" coverage::far_future;
    "once the clock was ahead, what changes changes as far as it reached" coverage::clock_ahead;
    "what was written while the clock was ahead goes along with what changes later" coverage::clock_ahead_between;

    "an edited rule shows nowhere before its generation is complete" generations::switch;
    "a rule that asks no more leaves nothing behind" generations::nothing_left;
    "words of a rule change at once" generations::words;
    "an arrival during a build stands in both, and a person who comes then too" generations::arrival;
    "a build that was cut off goes on where it was" generations::cut_off;
    "a removal that was cut off goes on where it was" generations::removal_cut_off;
    "of two edits the later one counts, and what the first had begun is removed" generations::two_edits;
    "an edit that is taken back before it is complete leaves everything as it was" generations::taken_back;
    "an edit from a later day leaves the periods before it where they are" generations::from_a_day;
    "a duty that is added or ended is counted from its day on" generations::added_and_ended;
    "a village that goes to another township is judged by the rules there" generations::parentage;
    "time that passes during a build is counted in both" generations::time;
    "after any exchanges everything equals its recomputation, as of any day" random::everything;

    "a restored county begins a new epoch, and the phones bring back what it lost" epochs::restored;
    "a backup that is restored twice on a day gives no receipt twice" epochs::restored_twice;
    "a restored county that went on is found out by the hash of its ledger" epochs::diverged;
    "writes of the county that only phones still know are taken back" epochs::recovered;
    "a correction of one field does not cover a lost write of another" epochs::another_field;
    "after a restore a phone is told once more of all that waits" epochs::told_again;
    "what a second phone offers does not come back once it was settled" epochs::settled_since;
    "no phone writes as a county that lost nothing" epochs::made_up_without_restore;
    "what a phone offers is judged as what its holder writes" epochs::made_up_after_restore;
    "no device takes the county's own log" epochs::epoch_is_nobodys_log;
    "a county that knows that it was restored never writes in a place twice" epochs::known_to_be_restored;
    "a cursor of a former epoch that still fits keeps its positions" epochs::former_fits;

    "an erased person is nobody, and the figures of the days behind stay" erasure::person;
    "an erased visit goes on counting, and says nothing any more" erasure::visit;
    "what comes of an erased person comes as an envelope, and holds up nothing" erasure::on_arrival;
    "what waits, was dismissed or forked is erased too, with what was decided on it" erasure::whatever_state;
    "a child's file is erased whole" erasure::child;
    "sides that differ go on standing beside each other, each in its author's name" erasure::contested;
    "a county that was restored erases again, and what phones bring back comes as envelopes" erasure::restored;

    "a code is used once, and says by which device" directory::once;
    "a code that is mistyped too often is cancelled" directory::tries;
    "a new code cancels the open ones of the same person" directory::replaced;
    "in a county that was restored no open code is good any more" directory::cancelled;
    "a forgotten device is taken back, a known one stays as it is" directory::readmitted;
    "a device is kept as it was enrolled, and its state can be changed" directory::devices;

    "the states of devices are known as of any day" directory::states;

    "an account is its holder's only one, and its log-in name nobody else's" accounts::accounts;
    "a session is found by its token until it is ended" accounts::sessions;
    "the access log keeps every line, and is read from its end" accounts::accesses;

    "the days on which phones were heard are kept" reports::heard;
    "the queue holds what waits, oldest first, and lets go of what was decided" reports::queue;
    "the words of reviewers are read from the latest on, page by page" reports::decisions;
    "a history tells every patch with state, problem and receipt" reports::history;
    "a receipt leads to its visit" reports::by_receipt;
    "parts that report a change are listed, and no others" reports::reported;
    "figures, lists and standings agree" reports::agree;
}

/// Tries one claim on a fresh site; afterwards everything the county keeps must equal its
/// recomputation.
///
/// # Errors
/// When the claim does not hold, with words.
pub async fn attempt(case: &Case, site: Arc<dyn Site>) -> Outcome {
    let mut world = World::found(site).await?;
    (case.1)(&mut world).await?;
    world.audit().await
}

/// Tries a random play of so many steps that follows from a seed.
///
/// # Errors
/// When what is kept differs from its recomputation, with words.
pub async fn attempt_play(seed: u64, steps: u32, site: Arc<dyn Site>) -> Outcome {
    let mut world = World::found(site).await?;
    random::play(&mut world, seed, steps).await
}
