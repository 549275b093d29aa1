//! One exchange: up go patches, down go heads, in the same request.

use super::heads::HeadTables;
use super::item::LogPiece;
use super::receipt::Statement;
use super::urgent::UrgentRead;
use domain::canonical::{Hash, Transcript};
use domain::ids::{RecordId, WriterId};
use domain::patch::RecordRef;
use domain::permission::Scope;
use domain::problem::Problem;
use serde::{Deserialize, Serialize};

/// Where a phone stands in the county's ledger. A hash that does not fit is a new epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The county's writer, as the phone knows it.
    #[serde(rename = "e")]
    pub epoch: WriterId,
    /// The county's sequence.
    #[serde(rename = "s")]
    pub seq: u64,
    /// The hash of the county's ledger at that sequence.
    #[serde(rename = "h")]
    pub hash: Hash,
}

/// One feed and how far it has been read. First sync = position 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position(
    /// The feed.
    pub Scope,
    /// Everything up to this sequence is here.
    pub u64,
);

/// What a phone sends. The frame around it names and proves the device.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ExchangeRequest {
    /// Protocol version.
    #[serde(rename = "v")]
    pub version: u32,
    /// The app's version, for the county's list of phones.
    pub app: String,
    /// The exchange number: ascending for a device; an old one is answered with receipts only.
    #[serde(rename = "n")]
    pub number: u64,
    /// Pieces of the device's logs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub logs: Vec<LogPiece>,
    /// Entries waiting on the phone beyond these.
    #[serde(default)]
    pub waiting: u64,
    /// Where the phone stands; absent before the first reply.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<Cursor>,
    /// The feeds it follows; those it does not name are read from 0.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<Position>,
    /// The digest of all that it holds of these feeds, when it brings nothing: see [`whole`].
    #[serde(rename = "d", default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<WriterId>,
    /// Standing writes of a former county writer, found in the phone's heads, which a restored
    /// county does not have any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recovered: Option<HeadTables>,
    /// The id of the county's key that the phone takes for the present one, as text; absent while that is
    /// the one that signed its certificate.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A 备用解锁码 that the phone drew in the place of a used one, sealed to the county, until the county
    /// has said that it has it.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Own urgent reports that the county has, and of which the phone has not heard that anybody read them.
    #[serde(rename = "u", default, skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<RecordId>,
}

/// A page of the county's feeds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Heads that entered or changed.
    #[serde(rename = "h", default, skip_serializing_if = "HeadTables::is_empty")]
    pub heads: HeadTables,
    /// For each head, in the order of the unpacked tables, the positions in `feeds` it belongs to.
    #[serde(rename = "i", default, skip_serializing_if = "Vec::is_empty")]
    pub scopes: Vec<Vec<u16>>,
    /// Records that left a feed: position in `feeds`, record.
    #[serde(rename = "x", default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<(u16, RecordRef)>,
    /// The feeds, and how far they have been read with this page. Absent when nothing came, nothing is
    /// waiting, and the feeds are those that the phone named: then it stays where it is.
    #[serde(rename = "f", default, skip_serializing_if = "Vec::is_empty")]
    pub feeds: Vec<Position>,
    /// Feeds the phone followed and may no longer: it drops their receipted copies.
    #[serde(rename = "d", default, skip_serializing_if = "Vec::is_empty")]
    pub dropped: Vec<Scope>,
    /// Whether more is waiting at the county.
    #[serde(rename = "m", default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// The digest of one feed: how many records it has, and the sum of their digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedDigest {
    /// The feed.
    #[serde(rename = "s")]
    pub scope: Scope,
    /// How many records.
    #[serde(rename = "c")]
    pub count: u64,
    /// Σ H(record, vector), without carry, as 16 hexadecimal digits.
    #[serde(rename = "d")]
    pub sum: WriterId,
}

/// One digest over those of several feeds, in whatever order: what a phone says of all its feeds, so
/// that a county with the same need not tell them one by one. O(feeds · log feeds).
pub fn whole(feeds: impl IntoIterator<Item = FeedDigest>) -> WriterId {
    let mut feeds: Vec<FeedDigest> = feeds.into_iter().collect();
    feeds.sort_unstable_by_key(|feed| feed.scope);
    let mut transcript = Transcript::new("shanfang feeds 1");
    for FeedDigest { scope, count, sum } in feeds {
        let audience = u64::from(scope.audience.number());
        transcript.number(scope.area.0).number(audience).number(count).number(sum.0);
    }
    let Hash([a, b, c, d, e, f, g, h, ..]) = transcript.finish();
    WriterId(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

/// A later app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppOffer {
    /// Its version.
    #[serde(rename = "v")]
    pub version: String,
    /// How many bytes it has.
    #[serde(rename = "b")]
    pub bytes: u64,
}

/// What the county answers besides the signed statement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rest {
    /// The next page of the feeds; absent in answers with receipts only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<Page>,
    /// Digests of the feeds, once everything has been sent; absent when they sum up to what the phone
    /// has said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub digests: Vec<FeedDigest>,
    /// Records erased by law since the cursor: the phone drops their bodies everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub erased: Vec<RecordRef>,
    /// Who the county takes the phone's holder for: in answer to a phone that has no cursor yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staff: Option<RecordId>,
    /// Why the answer is receipts only, when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Problem>,
    /// For a revoked device: the county's signed word on it, as JSON. Whoever knows the county's key
    /// opens it; this crate does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<String>,
    /// The county's public keys as JSON, signed with the key that the phone knows, when another one is
    /// the present one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<String>,
    /// Whether the 备用解锁码 of the request is on the county's disk.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub code_kept: bool,
    /// Whether the county has no 备用解锁码 of this phone that it can read: it was lost with a restore, or came
    /// sealed to a key that is lost.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub code_wanted: bool,
    /// A later app than the one that asks; nobody has to take it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app: Option<AppOffer>,
    /// Who has read urgent reports that the request named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub read: Vec<UrgentRead>,
}

/// A whole reply, as the phone's session takes it: the frame has been verified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExchangeReply {
    /// What the county signs for.
    pub statement: Statement,
    /// The rest.
    pub rest: Rest,
}
