//! Enrolment: a sheet of paper for a member of staff, and the one request that uses it up.

use crate::access::{RECOVERY_READ, log_phone};
use crate::county::{County, at_county};
use domain::ids::{DeviceId, RecordId, WriterId};
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::time::{Day, UnixMs};
use seal::SealError;
use seal::certificate::{Certificate, CertifiedRole};
use seal::codes::{EnrolCode as PaperCode, RecoveryCode};
use seal::enrol::{EnrolKey, EnrolReply, EnrolRequest};
use seal::secret::Key;
use seal::secretbox;
use seal::word::SignedWord;
use std::collections::BTreeSet;
use store::county::{DeviceRecord, EnrolCode, EnrolState};

/// How long a sheet is good for, unless the county says otherwise: 30 days, so that it is printed before a training day.
pub const HOURS: u32 = 30 * 24;

/// How often its code may be mistyped.
pub const TRIES: u8 = 5;

/// For what enrolment keys are locked in the directory.
const CODE_LABEL: &str = "county's copy of an enrolment key";

/// For what 备用解锁码 are locked in the directory.
const RECOVERY_LABEL: &str = "county's copy of a recovery code";

/// A free number is found at the first draw but for one in thousands of times.
const DRAWS_MAX: u32 = 1_000;

/// What is printed and handed over. The code is nowhere else.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// For whom.
    pub staff: RecordId,
    /// Their name.
    pub name: String,
    /// 启用码.
    pub code: PaperCode,
    /// The six digits of the county's key, to be compared with the phone's.
    pub fingerprint: String,
    /// Good until.
    pub until_ms: UnixMs,
}

/// Makes a sheet for a member of staff; an earlier one that was not used is void from now on.
/// Takes about 0.1 s of one core: the code is stretched here, once.
///
/// # Errors
/// `nothing_found` when there is no such member of staff, or what the store says.
pub async fn sheet(county: &County, staff: RecordId, hours: u32, now_ms: UnixMs) -> Result<Sheet, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let member = reference.staff.get(&staff).ok_or_else(|| Problem::new(ProblemCode::NothingFound))?;
    let code = free_code(county).await?;
    let key = EnrolKey::stretch(&code, county.keys.county(), county.stretch).map_err(sealing)?;
    let key = key.to_secret().expose();
    let lock = |dice: &mut _| secretbox::lock(county.keys.codes(), CODE_LABEL, key, dice);
    let sealed = county.dice.with(lock).map_err(sealing)?;
    let until_ms = now_ms + i64::from(hours) * 3_600_000;
    let kept = EnrolCode {
        lookup: code.lookup().to_owned(),
        sealed,
        staff,
        made_ms: now_ms,
        until_ms,
        tries_left: TRIES,
        state: EnrolState::Open,
    };
    county.stores.directory.put_code(kept).await.map_err(at_county)?;
    let fingerprint = county.keys.public().fingerprint();
    Ok(Sheet { staff, name: member.name.clone(), code, fingerprint, until_ms })
}

async fn free_code(county: &County) -> Result<PaperCode, Problem> {
    for _ in 0..DRAWS_MAX {
        let code = county.dice.with(PaperCode::generate);
        if county.stores.directory.code(code.lookup()).await.map_err(at_county)?.is_none() {
            return Ok(code);
        }
    }
    Err(Problem::new(ProblemCode::Internal).with("reference", "no free enrolment number"))
}

/// Answers a phone that asks to be enrolled. The same phone key is answered again, as often as it asks:
/// the first answer may have been lost after it was on disk here.
///
/// # Errors
/// A code that is wrong (which costs it a try), used by another phone, expired or locked; a signature
/// that is not the phone's; what the store says.
pub async fn enrol(county: &County, request: &EnrolRequest, now_ms: UnixMs) -> Result<EnrolReply, Problem> {
    let wrong = |left: u8| Problem::new(ProblemCode::EnrolCodeWrong).with("left", left);
    let directory = &county.stores.directory;
    let found = directory.code(&request.lookup).await.map_err(at_county)?;
    let code = found.ok_or_else(|| Problem::new(ProblemCode::EnrolCodeUnknown))?;
    let key = unlocked_key(county, &code.sealed)?;
    match code.state {
        EnrolState::Used { device } => return again(county, &key, request, device).await,
        EnrolState::Cancelled if code.tries_left == 0 => {
            return Err(Problem::new(ProblemCode::EnrolCodeLocked));
        }
        EnrolState::Cancelled => return Err(Problem::new(ProblemCode::EnrolCodeExpired)),
        EnrolState::Open if now_ms > code.until_ms => {
            return Err(Problem::new(ProblemCode::EnrolCodeExpired));
        }
        EnrolState::Open => {}
    }
    match request.check(&key) {
        Ok(()) => {}
        Err(SealError::SecretWrong { .. }) => {
            let left = directory.wrong_try(&request.lookup).await.map_err(at_county)?;
            return Err(if left == 0 { Problem::new(ProblemCode::EnrolCodeLocked) } else { wrong(left) });
        }
        Err(error) => return Err(error.at_county()),
    }
    let (record, reply) = admit(county, &key, request, code.staff, now_ms).await?;
    let device = record.row.device;
    if directory.enrol(&request.lookup, record).await.map_err(at_county)? {
        tracing::info!(%device, "a phone was enrolled");
        return Ok(reply);
    }
    // Somebody else was quicker with the same sheet, perhaps this very phone.
    match directory.code(&request.lookup).await.map_err(at_county)?.map(|code| code.state) {
        Some(EnrolState::Used { device }) => again(county, &key, request, device).await,
        _ => Err(Problem::new(ProblemCode::EnrolCodeExpired)),
    }
}

fn unlocked_key(county: &County, sealed: &[u8]) -> Result<EnrolKey, Problem> {
    let plain = secretbox::unlock(county.keys.codes(), CODE_LABEL, sealed).map_err(sealing)?;
    let key = Key::from_slice(&plain).ok_or(SealError::Damaged { place: CODE_LABEL }).map_err(sealing)?;
    Ok(EnrolKey::from_secret(key))
}

/// The device as it will be kept, and what the phone is told.
async fn admit(
    county: &County,
    key: &EnrolKey,
    request: &EnrolRequest,
    staff: RecordId,
    now_ms: UnixMs,
) -> Result<(DeviceRecord, EnrolReply), Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let member = reference.staff.get(&staff);
    let certificate = Certificate {
        device: DeviceId(county.dice.number()),
        key: request.key,
        writer: WriterId(county.dice.number()),
        urgent_writer: WriterId(county.dice.number()),
        staff,
        staff_name: member.map(|member| member.name.clone()).unwrap_or_default(),
        county: county.keys.county(),
        issued_ms: now_ms,
        roles: roles(&reference, staff, Day::of(now_ms)),
    };
    let signed = SignedWord::sign(&certificate, county.keys.signing()).map_err(sealing)?;
    let recovery = county.dice.with(RecoveryCode::generate);
    let recovery_sealed = locked_recovery(county, &recovery)?;
    let writers = BTreeSet::from([certificate.writer, certificate.urgent_writer]);
    let certificate_text = serde_json::to_string(&signed).map_err(|_| inside("certificate"))?;
    let reply = answer(county, key, request, signed, &recovery)?;
    let record = DeviceRecord {
        row: DeviceRecord::fresh_row(certificate.device, staff, writers, now_ms),
        key: request.key.to_bytes().to_vec(),
        certificate: certificate_text,
        recovery_sealed,
        enrolled_ms: now_ms,
    };
    Ok((record, reply))
}

fn answer(
    county: &County,
    key: &EnrolKey,
    request: &EnrolRequest,
    certificate: SignedWord<Certificate>,
    recovery: &RecoveryCode,
) -> Result<EnrolReply, Problem> {
    let public = county.keys.public();
    let reply = |dice: &mut _| EnrolReply::new(key, request, certificate, public, recovery, dice);
    county.dice.with(reply).map_err(sealing)
}

fn roles(reference: &Reference, staff: RecordId, today: Day) -> Vec<CertifiedRole> {
    let holding = reference.assignments_of(staff).filter(|one| one.holds_on(today));
    let role = |one: &domain::staff::Assignment| CertifiedRole {
        role: one.role.code().to_owned(),
        area: one.area,
        from: one.from,
        until: one.until,
    };
    holding.map(role).collect()
}

/// The phone whose sheet was used already asks again: the same device with the same certificate. The
/// proof is made anew, because it answers this request and no other.
async fn again(
    county: &County,
    key: &EnrolKey,
    request: &EnrolRequest,
    device: DeviceId,
) -> Result<EnrolReply, Problem> {
    let used = || Problem::new(ProblemCode::EnrolCodeUsed);
    request.check(key).map_err(|_| used())?;
    let record = county.stores.directory.device(device).await.map_err(at_county)?.ok_or_else(used)?;
    if record.key != request.key.to_bytes() {
        return Err(used());
    }
    let recovery = opened_recovery(county, &record)?;
    let certificate = serde_json::from_str(&record.certificate).map_err(|_| inside("certificate"))?;
    answer(county, key, request, certificate, &recovery)
}

/// The 备用解锁码 of a device, to be read out to its holder.
///
/// # Errors
/// `device_unknown`; `recovery_code_lost` of a phone that was taken back; what the store says.
pub async fn recovery(county: &County, device: DeviceId) -> Result<RecoveryCode, Problem> {
    let record = county.stores.directory.device(device).await.map_err(at_county)?;
    opened_recovery(county, &record.ok_or_else(|| Problem::new(ProblemCode::DeviceUnknown))?)
}

/// The same for somebody who reads it out: that they did is written down before it is answered.
///
/// # Errors
/// As [`recovery`].
pub async fn read_recovery(
    county: &County,
    by: RecordId,
    device: DeviceId,
    now_ms: UnixMs,
) -> Result<RecoveryCode, Problem> {
    let code = recovery(county, device).await?;
    log_phone(county, by, RECOVERY_READ, device, now_ms).await?;
    Ok(code)
}

/// Keeps the 备用解锁码 that a phone has drawn in the place of a used one. `false` when it cannot be read,
/// because it was sealed to a key that is lost: then the phone is asked for another.
///
/// # Errors
/// What the store says.
pub async fn keep_recovery(county: &County, device: DeviceId, sealed: &str) -> Result<bool, Problem> {
    let code = match RecoveryCode::open(&county.keys.sealing(), sealed) {
        Ok(code) => code,
        Err(error) => {
            tracing::warn!(%device, %error, "a phone's recovery code cannot be read");
            return Ok(false);
        }
    };
    let locked = locked_recovery(county, &code)?;
    county.stores.directory.set_recovery(device, locked).await.map_err(at_county)
}

/// Whether the 备用解锁码 of a device went with a restore.
///
/// # Errors
/// What the store says.
pub async fn recovery_lost(county: &County, device: DeviceId) -> Result<bool, Problem> {
    let record = county.stores.directory.device(device).await.map_err(at_county)?;
    Ok(record.is_some_and(|record| record.recovery_sealed.is_empty()))
}

fn locked_recovery(county: &County, code: &RecoveryCode) -> Result<Vec<u8>, Problem> {
    let digits = code.read_out();
    let lock = |dice: &mut _| secretbox::lock(county.keys.codes(), RECOVERY_LABEL, digits.as_bytes(), dice);
    county.dice.with(lock).map_err(sealing)
}

fn opened_recovery(county: &County, record: &DeviceRecord) -> Result<RecoveryCode, Problem> {
    let locked = &record.recovery_sealed;
    if locked.is_empty() {
        return Err(Problem::new(ProblemCode::RecoveryCodeLost));
    }
    let plain = secretbox::unlock(county.keys.codes(), RECOVERY_LABEL, locked).map_err(sealing)?;
    let digits = std::str::from_utf8(&plain).map_err(|_| inside("recovery code"))?;
    RecoveryCode::parse(digits).map_err(sealing)
}

fn inside(reference: &str) -> Problem {
    Problem::new(ProblemCode::Internal).with("reference", reference)
}

/// What our own keys and boxes cannot do is a fault of the program or of its key file.
fn sealing(error: SealError) -> Problem {
    inside(&error.to_string())
}
