//! What a phone's backend must do: claims by name, and random plays against the memory backend.

mod claims;
mod play;

use super::PhoneStore;
use crate::conformance::Outcome;

pub use play::play;

/// Where a backend keeps one phone for one case.
pub trait PhoneSite {
    /// Opens the phone's store: empty at the first call, and at every later one as it was left, as
    /// after the app's death.
    fn open(&self) -> Box<dyn PhoneStore>;
}

/// A claim, and how it is tried.
pub type PhoneCase = (&'static str, fn(&dyn PhoneSite) -> Outcome);

/// Every claim.
pub const PHONE_CASES: &[PhoneCase] = &[
    ("what was answered is there after the app's death", claims::survives),
    ("tidying changes nothing that can be read, after the app's death too", claims::tidied),
    ("an entry that is there already stays as it is", claims::entries_stay),
    ("a proof is named by the entries it delivered first, and by no later ones", claims::proofs),
    ("erasing takes bodies and leaves envelopes", claims::erased),
    ("own visits are listed newest first, by what waits and by what is asked", claims::own_visits),
    ("records are found by link, newest day first, page by page", claims::linked),
    ("facts are those since a day, reported changes, and for each way the last in person", claims::facts),
    ("standings are read back as steps on any day", claims::steps),
    ("a missed visit is told until it is made up", claims::missed),
    ("people are found by rank, and listed by place", claims::people),
    ("a feed that ends takes its memberships along", claims::feeds),
    ("a finished draft takes its answers along", claims::drafts),
];
