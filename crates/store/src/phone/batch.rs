//! What is to be written, all of it in one transaction.

use super::rows::{
    AnswerRow, DraftRow, FactRow, FeedRow, LogRow, MemberRow, OutcomeRow, PersonRow, RecordRow, Stretch,
    WriterRow,
};
use domain::coverage::Standing;
use domain::head::Head;
use domain::ids::{RecordId, WriterId};
use domain::patch::RecordRef;
use domain::permission::Scope;
use std::collections::BTreeMap;

/// One transaction as plain data. Lists are carried out in the order of the fields here; what is
/// put replaces what has the same key, what is removed may be absent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Batch {
    /// Settings by key; `None` removes one.
    pub settings: BTreeMap<String, Option<String>>,
    /// New entries of the phone's own logs. An entry that is there already stays as it is.
    pub entries: Vec<LogRow>,
    /// Logs as they stand now.
    pub writers: Vec<WriterRow>,
    /// What the county said of entries.
    pub outcomes: Vec<OutcomeRow>,
    /// Receipts of visits: log, serial, the county's day and number.
    pub receipts: Vec<(WriterId, u64, i32, u32)>,
    /// A signed statement to keep, and the entries that it delivered for the first time.
    pub proof: Option<(String, Vec<Stretch>)>,
    /// Records erased by law: bodies of own entries go, their state becomes erased.
    pub erased: Vec<RecordRef>,
    /// Records as they stand now.
    pub records: Vec<RecordRow>,
    /// Records of which nothing is kept, memberships in feeds included.
    pub records_gone: Vec<RecordRef>,
    /// Persons as lists and search need them.
    pub people: Vec<PersonRow>,
    /// Persons in no list any more; their standings go too.
    pub people_gone: Vec<RecordId>,
    /// Parts as coverage needs them.
    pub facts: Vec<FactRow>,
    /// Parts that count for nothing.
    pub facts_gone: Vec<RecordId>,
    /// Feeds as they stand now.
    pub feeds: Vec<FeedRow>,
    /// Feeds that are followed no more, with their memberships.
    pub feeds_gone: Vec<Scope>,
    /// Records that stand in feeds.
    pub members: Vec<MemberRow>,
    /// Records that stand in a feed no more.
    pub members_gone: Vec<(Scope, RecordRef)>,
    /// Every person's standings are to be judged anew.
    pub touch_everyone: bool,
    /// Persons whose standings are to be judged anew.
    pub touched: Vec<RecordId>,
    /// Standings of persons, each replacing all that the person had; the person is touched no more.
    pub standings: Vec<(RecordId, Vec<Standing>)>,
    /// Drafts as they stand now.
    pub drafts: Vec<DraftRow>,
    /// Answers given.
    pub answers: Vec<AnswerRow>,
    /// Answers taken back: draft, person, and path, or all of the person's without one.
    pub answers_gone: Vec<(String, RecordId, Option<String>)>,
    /// Drafts that are finished or purged, with their answers.
    pub drafts_gone: Vec<String>,
    /// Heads out of which a restored county may have to be given back what it lost.
    pub recover: Vec<(RecordRef, Head)>,
    /// Records that need no such offer any more.
    pub recovered: Vec<RecordRef>,
}
