//! The way up: a phone's frame becomes one job of the ledger, and the job becomes a signed reply.
//!
//! ```text
//! frame ─ key ─ signature ─ zstd ─ JSON ─ pieces ─ verdicts ─► Ledger::run ─► feed ─► signed reply
//!         └────── no byte of a stranger gets any further ──┘       └ on disk ┘
//! ```

mod poison;
#[cfg(test)]
mod tests;

use crate::county::{County, agreed, at_county};
use crate::feed::{self, Followed};
use crate::known::KnownDevice;
use crate::{enrol, readmit, urgent};
use axum::body::Bytes;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, keys};
use domain::closing::after_closing;
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::patch::{Body, Patch};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::settings::{LIMIT_PREFIX, Setting};
use domain::time::{Day, Happened, Stamp, UnixMs};
use domain::value::Value;
use domain::visit::{dated_ahead, late_without_reason};
use forms::verdict::verdict;
use seal::certificate::RevocationWord;
use seal::frame::{Limits, RequestFrame, seal_reply};
use seal::word::SignedWord;
use seal::{Dictionaries, Dictionary, KeyId, SigningKey};
use serde::Deserialize;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use store::StoreError;
use store::county::Done;
use sync::county::needs::DeviceState;
use sync::county::prepared::{Exchange, Job, Piece};
use sync::wire::exchange::{AppOffer, ExchangeRequest, Rest};
use sync::wire::limits::{FRAME_BYTES_MAX, ITEMS_MAX, REQUEST_BYTES_MAX};
use sync::wire::version;

/// The protocol's limits, as a frame is opened.
pub const LIMITS: Limits = Limits { frame: FRAME_BYTES_MAX, message: REQUEST_BYTES_MAX };

/// A frame larger than this is unpacked beside the requests, not among them: some milliseconds.
const AMONG_BYTES_MAX: usize = 8 * 1024;

/// The compression of a reply of every day: 0.4 ms for the heads of twenty visits.
pub const REPLY_LEVEL: i32 = 6;

/// The compression of a page after which more is to come, as in a first sync: a tenth smaller for some
/// 12 ms of one core, a few times in a phone's life.
pub const MORE_LEVEL: i32 = 15;

/// A request that its device has signed.
struct Request {
    exchange: Exchange,
    followed: Followed,
    /// Forms of its answers that are not ready here.
    forms_missing: BTreeSet<Hash>,
    /// A 备用解锁码 that the phone drew, sealed.
    code: Option<String>,
    /// Urgent reports of which it has not heard that anybody read them.
    unread: Vec<RecordId>,
    /// The app's version.
    app: String,
    /// The county's writer as the phone knows it.
    epoch: Option<WriterId>,
    /// Keys of the county that it knows: the one that it takes for the present one, and the one that
    /// signed its certificate.
    knows: Vec<KeyId>,
}

/// Takes in one frame, with or without a certificate before it, and answers with one. When this answers, whatever the reply says is on disk.
///
/// # Errors
/// For bytes that cannot be authenticated or read, and when the store cannot write. Then nothing has
/// changed here, and everything is still on the phone.
pub async fn exchange(county: &Arc<County>, posted: Bytes, now_ms: UnixMs) -> Result<Vec<u8>, Problem> {
    let frame = readmit::unwrapped(county, posted, now_ms).await?;
    let device = RequestFrame::open(&frame, LIMITS).map_err(|error| error.at_county())?.device;
    let known = county.device(device).await?;
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let arrived = Day::of(now_ms);
    let mut request = if frame.len() > AMONG_BYTES_MAX {
        let (county, reference, frame) = (Arc::clone(county), Arc::clone(&reference), frame.clone());
        let reading = move || read(&county, &reference, &frame, known, arrived);
        let read = tokio::task::spawn_blocking(reading).await;
        read.map_err(|_| Problem::new(ProblemCode::Internal).with("reference", "reading"))??
    } else {
        read(county, &reference, &frame, known, arrived)?
    };
    let missing = &request.forms_missing;
    if !missing.is_empty() && county.forms.load(county.stores.ledger.as_ref(), missing).await? {
        judge(county, &reference, &mut request.exchange.pieces, arrived);
    }
    let done = match county.attempt(Job::Exchange(Box::new(request.exchange)), now_ms).await {
        Ok(done) => agreed(done)?,
        Err(StoreError::Panicked) => {
            // Rare: it is read once more, rather than every exchange copied for it.
            let again = read(county, &reference, &frame, known, arrived)?;
            poison::take_in(county, again.exchange, now_ms).await?
        }
        Err(error) => return Err(at_county(error)),
    };
    // A phone that has not heard of the present key yet is told of it by the one that it knows.
    let signer = county.keys.signing_for(&request.knows);
    let mut rest = if done.receipts_only {
        receipts_only(county, device, signer, now_ms).await?
    } else {
        feed::page(county, known.staff, &request.followed, done.positions_reset, now_ms).await?
    };
    let new = done.gone.iter().filter(|record| !rest.erased.contains(record)).copied().collect::<Vec<_>>();
    rest.erased.extend(new);
    if !done.receipts_only {
        let later = county.offer.get().filter(|offer| offer.is_later_than(&request.app));
        rest.app = later.map(|offer| AppOffer { version: offer.version.clone(), bytes: offer.bytes });
        rest.read = urgent::read(county, &reference, known.staff, &request.unread).await?;
    }
    match request.code {
        // Not out of an old request, which holds an old code; nor out of one that is answered with receipts only.
        Some(code) if !done.receipts_only => {
            rest.code_kept = enrol::keep_recovery(county, device, &code).await?;
            rest.code_wanted = !rest.code_kept;
        }
        Some(_) => {}
        // Only after a restore can one be missing here; the phone moves on to this epoch with this reply.
        None => {
            let now = done.statement.as_ref().map(|statement| statement.epoch);
            if request.epoch.is_some() && request.epoch != now {
                rest.code_wanted = enrol::recovery_lost(county, device).await?;
            }
        }
    }
    if signer.public() != county.keys.signing().public() {
        let word = SignedWord::sign(&county.keys.public(), signer).map_err(|error| error.at_county())?;
        rest.keys = Some(json(&word)?);
    }
    sealed(signer, &done, &rest)
}

/// From bytes to a job. The signature comes first: a stranger's bytes reach nothing behind it.
fn read(
    county: &County,
    reference: &Reference,
    frame: &[u8],
    known: KnownDevice,
    arrived: Day,
) -> Result<Request, Problem> {
    let (device, message) = open(frame, known, &county.dictionaries)?;
    let request = decode(&message)?;
    let items: usize = request.logs.iter().map(|piece| piece.items.len()).sum();
    if items > ITEMS_MAX {
        return Err(Problem::new(ProblemCode::RequestTooLarge).with("limit", ITEMS_MAX));
    }
    let mut pieces: Vec<Piece> = request.logs.iter().map(Piece::decode).collect();
    let forms_missing = judge(county, reference, &mut pieces, arrived);
    // Heads that make no sense are left out; the phone offers them again to the next version.
    let recovered = request.recovered.map_or_else(Vec::new, |heads| heads.decode().0);
    let followed = Followed { feeds: request.feeds, digest: request.digest, heard: request.cursor.is_some() };
    let exchange = Exchange {
        device,
        number: request.number,
        app: request.app.chars().take(APP_CHARS_MAX).collect(),
        waiting: request.waiting,
        pieces,
        cursor: request.cursor,
        recovered,
        salt: WriterId(county.dice.number()),
    };
    let epoch = request.cursor.map(|cursor| cursor.epoch);
    let told = request.key.and_then(|id| serde_json::from_value(id.into()).ok());
    let knows = told.into_iter().chain([known.certified_by]).collect();
    let (code, unread, app) = (request.code, request.unread, request.app);
    Ok(Request { exchange, followed, forms_missing, code, unread, app, epoch, knows })
}

/// A name of an app's version is not longer.
const APP_CHARS_MAX: usize = 40;

fn open(
    frame: &[u8],
    known: KnownDevice,
    dictionaries: &Dictionaries,
) -> Result<(DeviceId, Vec<u8>), Problem> {
    let read = || {
        let verified = RequestFrame::open(frame, LIMITS)?.verify(&known.key)?;
        Ok((verified.device(), verified.decompress(dictionaries, LIMITS)?))
    };
    read().map_err(|error: seal::SealError| error.at_county())
}

/// All that every version begins with.
#[derive(Deserialize)]
struct Heading {
    v: u32,
}

/// A request out of its bytes.
///
/// # Errors
/// `request_too_new`, `request_too_old` or `request_damaged`.
pub(crate) fn decode(message: &[u8]) -> Result<ExchangeRequest, Problem> {
    let request = serde_json::from_slice::<ExchangeRequest>(message);
    let given = match &request {
        Ok(request) => Some(request.version),
        Err(_) => serde_json::from_slice::<Heading>(message).ok().map(|heading| heading.v),
    };
    let unknown = |code, given: u32| Err(Problem::new(code).with("given", format!("v{given}")));
    match given {
        Some(given) if given > version::CURRENT => unknown(ProblemCode::RequestTooNew, given),
        Some(given) if given < version::OLDEST => unknown(ProblemCode::RequestTooOld, given),
        _ => request.map_err(|error| {
            let place = format!("JSON {}:{}", error.line(), error.column());
            Problem::new(ProblemCode::RequestDamaged).with("place", place)
        }),
    }
}

/// What is asked of the time of visits, and the form's verdict on every row of answers: a question to somebody,
/// never a refusal. Answers which forms are not ready here; rows under these are not judged.
fn judge(county: &County, reference: &Reference, pieces: &mut [Piece], arrived: Day) -> BTreeSet<Hash> {
    let mut missing = BTreeSet::new();
    for piece in pieces {
        let mut village = None;
        for (entry, _) in &piece.entries {
            let Some(body) = &entry.body else { continue };
            // Parts follow their visit.
            village = body.sets.get(keys::VILLAGE).and_then(Value::as_area).or(village);
            let mine = reference.assignments_of(entry.patch.author).map(|one| one.area).next();
            let area = village.or(mine).unwrap_or(county.keys.county());
            let given = believed(reference, area, entry.patch.stamp, &body.given);
            if let Some(asked) = time_asked(reference, &entry.patch, body, &given, arrived) {
                piece.questions.insert(entry.patch.serial, vec![asked]);
            }
            let Some(hash) = entry.patch.form else { continue };
            let Some(form) = county.forms.get(hash) else {
                missing.insert(hash);
                continue;
            };
            let Body { row, origins, .. } = body;
            // A form on which the program fails asks, as any doubt does; the answers are taken in.
            let judged = catch_unwind(AssertUnwindSafe(|| verdict(&form, row, origins, &given)));
            let questions = judged.unwrap_or_else(|_| {
                let (writer, serial, reference) =
                    (piece.writer, entry.patch.serial, format!("F-{}", hash.short()));
                tracing::error!(%writer, serial, reference, "the program fails on the answers of a form");
                vec![Problem::new(ProblemCode::Internal).with("reference", reference)]
            });
            if !questions.is_empty() {
                piece.questions.insert(entry.patch.serial, questions);
            }
        }
    }
    missing
}

type Given = BTreeMap<String, Value>;

/// What a phone judged by, with the limits as somebody did set them.
fn believed<'g>(reference: &Reference, area: AreaCode, stamp: Stamp, given: &'g Given) -> Cow<'g, Given> {
    let mut given = Cow::Borrowed(given);
    if given.keys().any(|key| key.starts_with(LIMIT_PREFIX)) {
        let day = Day::of(stamp.best_ms());
        reference.settings.correct(&reference.areas, area, day, given.to_mut());
    }
    given
}

/// What is asked of the time of a visit: of one dated after its arrival, the right day; 补记, of one that was
/// entered later than its phone knew was set, a reason. Also of a time that is amended: or both would be got
/// round in two steps.
fn time_asked(
    reference: &Reference,
    patch: &Patch,
    body: &Body,
    given: &Given,
    arrived: Day,
) -> Option<Problem> {
    if patch.record.kind != RecordKind::Visit {
        return None;
    }
    let text = |key: &str| body.sets.get(key).and_then(|value| value.as_text());
    let happened: Happened = text(keys::HAPPENED)?.parse().ok()?;
    let entered = Day::of(patch.stamp.best_ms());
    let late = || {
        let limit_days = Setting::LateDays.given(given);
        late_without_reason(happened.last_day(), text(keys::LATE_REASON), entered, limit_days)
    };
    let closed = || after_closing(reference.closings.values(), happened, entered, text(keys::LATE_REASON));
    dated_ahead(happened, arrived).or_else(late).or_else(closed)
}

/// What goes with receipts when there are only receipts: why, and for a revoked device the word on it.
async fn receipts_only(
    county: &County,
    device: DeviceId,
    signer: &SigningKey,
    now_ms: UnixMs,
) -> Result<Rest, Problem> {
    let record = county.stores.directory.device(device).await.map_err(at_county)?;
    let number = record.as_ref().map_or(0, |record| record.row.number);
    let (code, revoked) = match record.map(|record| record.row.state) {
        Some(DeviceState::Revoked) => {
            let word = RevocationWord { device, county: county.keys.county(), issued_ms: now_ms };
            let signed = SignedWord::sign(&word, signer).map_err(|error| error.at_county())?;
            (ProblemCode::DeviceRevoked, Some(json(&signed)?))
        }
        Some(DeviceState::Retired) => (ProblemCode::DeviceRetired, None),
        Some(DeviceState::Active) | None => (ProblemCode::ExchangeNumberOld, None),
    };
    let problem = Problem::new(code);
    // A phone that was restored from a copy goes on behind the highest number that was taken.
    let old = code == ProblemCode::ExchangeNumberOld;
    let problem = if old { problem.with("number", number) } else { problem };
    Ok(Rest { problem: Some(problem), revoked, ..Rest::default() })
}

fn sealed(signer: &SigningKey, done: &Done, rest: &Rest) -> Result<Vec<u8>, Problem> {
    let statement = done.statement.as_ref();
    let statement =
        statement.ok_or_else(|| Problem::new(ProblemCode::Internal).with("reference", "no statement"))?;
    let level = if rest.page.as_ref().is_some_and(|page| page.more) { MORE_LEVEL } else { REPLY_LEVEL };
    let (statement, rest) = (json(statement)?, json(rest)?);
    let dictionary = Some(&**Dictionary::builtin());
    seal_reply(signer, dictionary, level, &statement, rest.as_bytes()).map_err(|error| error.at_county())
}

/// Our own types always have a spelling in JSON.
fn json(value: &impl serde::Serialize) -> Result<String, Problem> {
    serde_json::to_string(value).map_err(|_| Problem::new(ProblemCode::Internal).with("reference", "JSON"))
}
