//! What arrives at the plan: authenticated, decompressed, decoded, judged by its form.

use crate::wire::exchange::Cursor;
use crate::wire::item::{Decoded, LogPiece, Unreadable};
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::going::Going;
use domain::head::Head;
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::log::{Dot, Vector};
use domain::patch::{Body, Entry, RecordRef, Salt};
use domain::problem::Problem;
use domain::time::{Stamp, UnixMs};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// One job for the county's single writer.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The county whose ledger it goes to.
    pub county: AreaCode,
    /// When it arrived, by the county's clock.
    pub now_ms: UnixMs,
    /// 8 random bytes: the county's next writer, should a new epoch be needed.
    pub spare_writer: WriterId,
    /// What is to be done.
    pub job: Job,
}

/// The kinds of work that change a county's ledger.
#[derive(Debug, Clone)]
pub enum Job {
    /// A phone's exchange.
    Exchange(Box<Exchange>),
    /// Patches of the county itself: register, staff, rules, a reviewer's correction.
    Append(Vec<OwnPatch>),
    /// A reviewer's word on what waits.
    Decide(Vec<Decision>),
    /// A reviewer's word on a contested field.
    Settle(Box<Settle>),
    /// A reviewer's question to the author of an answer.
    Ask(Box<Ask>),
    /// A person's record is merged into another of the same person.
    Merge(Box<Merge>),
    /// Of two visits it is said whether they are one going-there.
    Going(Box<OneOrTwo>),
    /// Decisions are taken back.
    Undo(Vec<Undo>),
    /// Records are erased by law.
    Erase(Box<Erase>),
    /// Standings of these persons anew, from a day on: time has passed.
    Roll {
        /// Whose.
        subjects: Vec<RecordId>,
        /// From which day on, or from the county's horizon if that is earlier.
        from: domain::time::Day,
        /// Standings exist for periods that begin before this day, once all persons are done: named
        /// in the last of several such jobs, the present horizon in those before.
        horizon: domain::time::Day,
    },
    /// The county was restored from a backup: it takes a new writer before anything else, because its
    /// present one has places that it has forgotten and others remember. No two of them are in one second.
    Restored,
    /// The next slice of what an edit of rules brings with it, if anything is left: persons judged by
    /// the rules that are being built, the switch to them, or the removal of what they replaced.
    Build {
        /// How many persons.
        count: usize,
    },
}

impl Job {
    /// Where the phone stands that this is an exchange of.
    pub fn cursor(&self) -> Option<Cursor> {
        match self {
            Self::Exchange(exchange) => exchange.cursor,
            Self::Append(_)
            | Self::Decide(_)
            | Self::Settle(_)
            | Self::Ask(_)
            | Self::Merge(_)
            | Self::Going(_)
            | Self::Undo(_)
            | Self::Erase(_)
            | Self::Roll { .. }
            | Self::Restored
            | Self::Build { .. } => None,
        }
    }
}

/// What a phone sent, decoded.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The proven device.
    pub device: DeviceId,
    /// The exchange number.
    pub number: u64,
    /// The app's version.
    pub app: String,
    /// Entries still waiting on the phone.
    pub waiting: u64,
    /// Pieces of its logs.
    pub pieces: Vec<Piece>,
    /// Where the phone stands.
    pub cursor: Option<Cursor>,
    /// Heads with standing writes of a former county writer.
    pub recovered: Vec<(RecordRef, Head)>,
    /// 8 random bytes, for the salts of what is taken back.
    pub salt: Salt,
}

/// A piece of a log, decoded.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The log.
    pub writer: WriterId,
    /// The serial of its first item.
    pub from: u64,
    /// The hash of the entry before it.
    pub prev: Hash,
    /// The hash of the last item, as the phone says.
    pub last: Hash,
    /// Entries with their hashes.
    pub entries: Vec<(Entry, Hash)>,
    /// The first item that could not be read, and whether it came alone.
    pub unreadable: Option<(Unreadable, bool)>,
    /// Where the form's verdict at the county differs from the phone's: questions, by serial.
    pub questions: BTreeMap<u64, Vec<Problem>>,
    /// Entries, by serial, on which the program has failed: they are set aside for a reviewer, and nothing else is
    /// done with them.
    pub kept: BTreeSet<u64>,
    /// The same of what waits beyond a gap that this piece closes.
    pub joining_kept: bool,
}

impl Exchange {
    /// Entries that are to be judged.
    pub fn judged(&self) -> impl Iterator<Item = &Entry> {
        let pieces = self.pieces.iter().map(|piece| (piece, &piece.kept));
        let entries =
            pieces.flat_map(|(piece, kept)| piece.entries.iter().map(move |(entry, _)| (entry, kept)));
        entries.filter(|(entry, kept)| !kept.contains(&entry.patch.serial)).map(|(entry, _)| entry)
    }
}

impl Piece {
    /// Decodes a piece. When both ends computed different hashes, the piece is treated as one
    /// unreadable item after another: kept as it came, never lost, never believed.
    pub fn decode(piece: &LogPiece) -> Self {
        let Decoded { mut entries, unreadable, agrees } = piece.decode();
        let mut unreadable = unreadable.map(|item| (item, piece.items.len() == 1));
        if !agrees && let Some(raw) = piece.items.first() {
            entries.clear();
            let reason = "the hashes of both ends differ".to_owned();
            let item = Unreadable { serial: piece.from, raw: raw.get().to_owned(), reason };
            unreadable = Some((item, piece.items.len() == 1));
        }
        if let Some((item, true)) = &mut unreadable {
            // What the item only names by position, its author among them, stands in the piece.
            item.raw = serde_json::to_string(piece).unwrap_or_else(|_| item.raw.clone());
        }
        Self {
            writer: piece.writer,
            from: piece.from,
            prev: piece.prev,
            last: piece.last,
            entries,
            unreadable,
            questions: BTreeMap::new(),
            kept: BTreeSet::new(),
            joining_kept: false,
        }
    }

    /// Some of its entries, by their places in it, as a piece of their own. `None` when there are none there.
    pub fn part(&self, places: Range<usize>) -> Option<Self> {
        let entries = self.entries.get(places)?;
        let ((first, _), (_, last)) = (entries.first()?, entries.last()?);
        Some(Self {
            writer: self.writer,
            from: first.patch.serial,
            prev: first.patch.prev,
            last: *last,
            entries: entries.to_vec(),
            unreadable: None,
            questions: self.questions.clone(),
            kept: self.kept.clone(),
            joining_kept: self.joining_kept,
        })
    }
}

/// A patch that the county itself makes; its place in the county's log is given by the plan.
#[derive(Debug, Clone)]
pub struct OwnPatch {
    /// The record; a new record of this kind with an id derived from the patch when `None`.
    pub record: OwnRecord,
    /// The form under which answers were given, if there is a row of them.
    pub form: Option<Hash>,
    /// What it sets, salted.
    pub body: Body,
    /// What its author had on the screen; the head as it stands now when `None`.
    pub seen: Option<Vector>,
    /// Who.
    pub author: RecordId,
    /// When.
    pub stamp: Stamp,
}

/// Which record the county writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwnRecord {
    /// This one.
    Known(RecordRef),
    /// A new one of this kind.
    New(RecordKind),
}

/// A reviewer's word on an item that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The item.
    pub dot: Dot,
    /// Which of several with this place in a forked log.
    pub hash: Hash,
    /// What is to become of it.
    pub verdict: ReviewVerdict,
    /// Who decides.
    pub by: RecordId,
    /// Where the item belongs.
    pub area: AreaCode,
    /// 8 random bytes.
    pub salt: Salt,
}

impl Decision {
    /// The record that keeps what was decided on an item, each word of it with its author.
    pub fn record(hash: Hash) -> RecordRef {
        RecordRef { kind: RecordKind::Decision, id: RecordId::named("decision", &hash.to_string()) }
    }
}

/// What a reviewer wants with an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewVerdict {
    /// Take it in; of what is taken in already, and asks a question: it is right as it is.
    Accept {
        /// Why, in the reviewer's words; none are needed.
        reason: String,
    },
    /// Pass it over; it stays in the ledger.
    Dismiss {
        /// Why, in words for the worker who sent it.
        reason: String,
    },
    /// Leave it waiting: somebody looks at it later.
    Keep {
        /// Why.
        reason: String,
    },
}

/// A reviewer's word on a contested field.
#[derive(Debug, Clone)]
pub struct Settle {
    /// The patch that has seen the sides.
    pub patch: OwnPatch,
    /// Where the record belongs.
    pub area: AreaCode,
    /// 8 random bytes, for the record of the decision.
    pub salt: Salt,
}

/// A reviewer's question about an answer that was taken in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// The record of the answer.
    pub record: RecordRef,
    /// The entry that it came with.
    pub dot: Dot,
    /// The question, with the path of the answer and the reviewer's `words`.
    pub question: Problem,
    /// Who asks.
    pub by: RecordId,
    /// Where the record belongs.
    pub area: AreaCode,
    /// 8 random bytes.
    pub salt: Salt,
}

/// A word that two records are of one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merge {
    /// The record that is merged, and stands nowhere from then on.
    pub person: RecordId,
    /// The one that stays, and has all that was said of either.
    pub into: RecordId,
    /// Fields that the one who stays takes over from the other.
    pub takes: BTreeSet<String>,
    /// Why, if somebody says so.
    pub reason: String,
    /// Who says it.
    pub by: RecordId,
    /// The smallest area that both belong to.
    pub area: AreaCode,
    /// 8 random bytes.
    pub salt: Salt,
}

/// A word on two visits of one person by two workers: one going-there, or two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneOrTwo {
    /// The visits.
    pub visits: [RecordId; 2],
    /// What is said of them.
    pub going: Going,
    /// Why, if somebody says so.
    pub reason: String,
    /// Who says it.
    pub by: RecordId,
    /// The smallest area that both belong to.
    pub area: AreaCode,
    /// 8 random bytes.
    pub salt: Salt,
}

/// A decision that is taken back: a word of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undo {
    /// The item that was decided on.
    pub hash: Hash,
    /// Why.
    pub reason: String,
    /// Who takes it back.
    pub by: RecordId,
    /// 8 random bytes.
    pub salt: Salt,
}

/// An erasure by law, approved.
#[derive(Debug, Clone)]
pub struct Erase {
    /// The word by which it is done: it names the records.
    pub word: OwnPatch,
    /// Whose content goes.
    pub records: Vec<RecordRef>,
    /// What stays of them, because it is counted.
    pub leaves: Vec<OwnPatch>,
}

/// The code of the word that decides nothing yet.
pub const KEEP: &str = "keep";

/// The code of the word on a contested field.
pub const SETTLE: &str = "settle";

/// The code of the word that asks the author.
pub const ASK: &str = "ask";

/// The code of the word that merges two records of one person.
pub const MERGE: &str = "merge";

/// The code of the same word once something came later and was moved with the rest.
pub const FOLLOW: &str = "follow";

/// The code of the word that two visits are one going-there.
pub const ONE: &str = "one_going";

/// The code of the word that they are two.
pub const TWO: &str = "two_goings";

/// The code of the word that takes another back.
pub const UNDO: &str = "undo";

/// Whether a verdict has ended the waiting of an item.
pub fn ends(verdict: &str) -> bool {
    ![KEEP, ASK, UNDO].contains(&verdict)
}

impl ReviewVerdict {
    /// The code in records.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Accept { .. } => "accept",
            Self::Dismiss { .. } => "dismiss",
            Self::Keep { .. } => KEEP,
        }
    }

    /// Why.
    pub fn reason(&self) -> &str {
        let (Self::Accept { reason } | Self::Dismiss { reason } | Self::Keep { reason }) = self;
        reason
    }
}
