//! A phone that was enrolled after the backup of which this county was restored: it is taken back by
//! the certificate that this county once signed. Decision 0007.

use crate::county::{County, at_county};
use crate::ingest::{LIMITS, decode};
use crate::staff::{Change, NewAssignment, Sets, operator, write_all};
use axum::body::Bytes;
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::patch::RecordRef;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::staff::{Assignment, Role};
use domain::time::UnixMs;
use domain::value::Value;
use seal::SealError;
use seal::certificate::{Certificate, CertifiedRole};
use seal::frame::{Introduction, RequestFrame};
use seal::word::SignedWord;
use std::collections::BTreeSet;
use store::county::DeviceRecord;
use sync::county::needs::DeviceRow;

/// The request's frame out of what was posted. When a certificate came before it, and the device is not
/// known here, the device is taken back first.
///
/// # Errors
/// `device_unknown` for a certificate that is not this county's or not of this device;
/// `signature_wrong` when the request is not signed by the certified key; what the store says.
pub async fn unwrapped(county: &County, posted: Bytes, now_ms: UnixMs) -> Result<Bytes, Problem> {
    let Some(introduction) = Introduction::open(&posted, LIMITS).map_err(|error| error.at_county())? else {
        return Ok(posted);
    };
    let frame = RequestFrame::open(introduction.request, LIMITS).map_err(|error| error.at_county())?;
    let known = county.stores.directory.device(frame.device).await.map_err(at_county)?.is_some();
    if !known {
        let certificate = proved(county, &introduction.certificate, &frame)?;
        let read = || frame.verify(&certificate.key)?.decompress(&county.dictionaries, LIMITS);
        let number = decode(&read().map_err(|error: SealError| error.at_county())?)?.number;
        take_back(county, &introduction.certificate, &certificate, number, now_ms).await?;
    }
    Ok(posted.slice_ref(introduction.request))
}

/// The certificate, when a key of this county, of now or formerly, signed it for this device.
fn proved(
    county: &County,
    signed: &SignedWord<Certificate>,
    frame: &RequestFrame<'_>,
) -> Result<Certificate, Problem> {
    let public = county.keys.public();
    let unknown = || Problem::new(ProblemCode::DeviceUnknown);
    let certificate = signed.open(public.keys()).map_err(|error| {
        tracing::warn!(device = %frame.device, %error, "a certificate was refused");
        unknown()
    })?;
    let ours = (certificate.county, certificate.device) == (county.keys.county(), frame.device);
    if ours { Ok(certificate) } else { Err(unknown()) }
}

async fn take_back(
    county: &County,
    signed: &SignedWord<Certificate>,
    certificate: &Certificate,
    number: u64,
    now_ms: UnixMs,
) -> Result<(), Problem> {
    let device = certificate.device;
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let given_back = lost(&reference, certificate);
    let count = given_back.len();
    // Rights first: cut off behind them, the phone introduces itself again, and nothing is written twice.
    write_all(county, operator(), given_back, now_ms).await?;
    let writers = BTreeSet::from([certificate.writer, certificate.urgent_writer]);
    let inside = |_| Problem::new(ProblemCode::Internal).with("reference", "certificate");
    let record = DeviceRecord {
        // As if it had been taken already: whoever kept an old request is answered with receipts, and
        // the phone goes on behind it.
        row: DeviceRow { number, ..DeviceRecord::fresh_row(device, certificate.staff, writers, now_ms) },
        key: certificate.key.to_bytes().to_vec(),
        certificate: serde_json::to_string(signed).map_err(inside)?,
        recovery_sealed: Vec::new(),
        enrolled_ms: certificate.issued_ms,
    };
    if county.stores.directory.readmit(record).await.map_err(at_county)? {
        tracing::warn!(
            %device,
            staff = %certificate.staff,
            key = %signed.key_id(),
            records = count,
            "a phone was taken back by its certificate"
        );
    }
    Ok(())
}

/// What the certificate names and the county has lost: the member of staff, and roles. What is here is
/// left as it is, whatever the certificate says of it.
fn lost(reference: &Reference, certificate: &Certificate) -> Vec<Change> {
    let mut records = Vec::new();
    let staff = certificate.staff;
    if !reference.staff.contains_key(&staff) {
        let name = Value::from(certificate.staff_name.as_str());
        let record = RecordRef { kind: RecordKind::Staff, id: staff };
        records.push(Change::of_office(record, Sets::from([(keys::NAME.to_owned(), name)])));
    }
    records.extend(certificate.roles.iter().filter_map(|one| lost_role(reference, staff, one)));
    records
}

fn lost_role(reference: &Reference, staff: RecordId, one: &CertifiedRole) -> Option<Change> {
    // A role or an area that nobody here knows gives no right.
    let role = Role::from_code(&one.role)?;
    let area = reference.areas.0.get(&one.area)?.code;
    let same = |held: &Assignment| (held.role, held.area, held.from) == (role, area, one.from);
    if reference.assignments_of(staff).any(same) {
        return None;
    }
    // Two phones of one person give the same role back once.
    let name = format!("{staff}/{}/{area}/{}", one.role, one.from);
    let record = RecordRef { kind: RecordKind::Assignment, id: RecordId::named("certified role", &name) };
    let given = NewAssignment { staff, role, area, from: one.from, until: one.until };
    Some(Change::of_office(record, given.sets()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::routes;
    use crate::staff::{assign, end, set_state};
    use crate::testing::{Phone, VILLAGE, World, limits, send};
    use domain::ids::{AreaCode, DeviceId};
    use domain::time::Day;
    use seal::SigningKey;
    use seal::county_keys::CountyKeys;
    use seal::dice::SeededDice;
    use seal::frame::introduce;
    use seal::stretch::Stretch;
    use store::county::{Directory, Ledger};
    use sync::county::needs::DeviceState;
    use sync::wire::exchange::ExchangeReply;

    /// Two worlds of the same keys: what was enrolled in one, the other has forgotten.
    async fn forgotten() -> (World, Phone) {
        let mut phone = World::new().await.phone(1).await;
        let restored = World::new().await;
        phone.visit(restored.elder().await);
        assert_eq!(phone.exchange(&restored.phones).await.unwrap_err().code, ProblemCode::DeviceUnknown);
        (restored, phone)
    }

    fn posted(phone: &mut Phone, certificate: &SignedWord<Certificate>) -> Vec<u8> {
        let request = serde_json::to_vec(&phone.ask()).unwrap();
        introduce(certificate, &phone.seal(&request)).unwrap()
    }

    async fn introduced(world: &World, phone: &mut Phone) -> Result<ExchangeReply, Problem> {
        let signed = phone.enrolled.signed.clone();
        let answer = send(&world.phones, "/exchange", posted(phone, &signed)).await?;
        Ok(phone.open(&answer))
    }

    fn resigned(world: &World, changed: &Certificate) -> SignedWord<Certificate> {
        SignedWord::sign(changed, world.county.keys.signing()).unwrap()
    }

    #[tokio::test]
    async fn a_forgotten_phone_is_taken_back_with_what_it_brings() {
        let (world, mut phone) = forgotten().await;
        let reply = introduced(&world, &mut phone).await.unwrap();
        assert_eq!((reply.statement.visits.len(), reply.statement.outcomes.as_slice()), (1, &[][..]));
        let code = reply.rest.problem.map(|problem| problem.code);
        assert_eq!((code, reply.rest.page.is_none()), (Some(ProblemCode::ExchangeNumberOld), true));
        let record = world.store.device(phone.certificate().device).await.unwrap().unwrap();
        assert_eq!(record.row.state, DeviceState::Active);
        assert_eq!(record.enrolled_ms, phone.certificate().issued_ms);
        let reply = phone.exchange(&world.phones).await.unwrap();
        assert!(reply.rest.page.is_some(), "it need not say so again");
        // The reply was lost: the same once more is receipts only.
        phone.number -= 1;
        let reply = introduced(&world, &mut phone).await.unwrap();
        assert_eq!(reply.rest.problem.unwrap().code, ProblemCode::ExchangeNumberOld);
    }

    #[tokio::test]
    async fn an_old_request_behind_a_certificate_opens_no_list() {
        let (world, mut phone) = forgotten().await;
        let signed = phone.enrolled.signed.clone();
        let kept = posted(&mut phone, &signed);
        let before = [posted(&mut phone, &signed), kept.clone()];
        for frame in before.into_iter().chain([kept]) {
            let reply = phone.open(&send(&world.phones, "/exchange", frame).await.unwrap());
            assert!(reply.rest.page.is_none());
        }
        let reply = phone.exchange(&world.phones).await.unwrap();
        assert!(reply.rest.page.is_some());
    }

    #[tokio::test]
    async fn no_other_certificate_lets_anybody_in() {
        let (world, mut phone) = forgotten().await;
        let own = phone.certificate().clone();
        let stranger = SigningKey::generate(&mut SeededDice::repeatable(9));
        let forged = SignedWord::sign(&own, &stranger).unwrap();
        let county = resigned(&world, &Certificate { county: AreaCode(532_930_000_000), ..own.clone() });
        let device = resigned(&world, &Certificate { device: DeviceId(1), ..own.clone() });
        let key = resigned(&world, &Certificate { key: stranger.public(), ..own });
        let before = world.store.standing_now().await.unwrap().0.seq;
        for (certificate, code) in [
            (forged, ProblemCode::DeviceUnknown),
            (county, ProblemCode::DeviceUnknown),
            (device, ProblemCode::DeviceUnknown),
            (key, ProblemCode::SignatureWrong),
        ] {
            let posted = posted(&mut phone, &certificate);
            assert_eq!(send(&world.phones, "/exchange", posted).await.unwrap_err().code, code);
        }
        let text = serde_json::to_string(&phone.enrolled.signed).unwrap();
        let changed = text.replace("assistance_officer", "county_admin");
        assert_ne!(changed, text);
        let posted = posted(&mut phone, &serde_json::from_str(&changed).unwrap());
        let problem = send(&world.phones, "/exchange", posted).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::DeviceUnknown);
        assert!(world.store.devices().await.unwrap().is_empty());
        assert_eq!(world.store.standing_now().await.unwrap().0.seq, before, "nothing was written");
    }

    #[tokio::test]
    async fn a_revoked_phone_stays_revoked_whatever_it_shows() {
        let world = World::new().await;
        let mut phone = world.phone(1).await;
        let device = phone.certificate().device;
        set_state(&world.county, operator(), device, DeviceState::Revoked, clock::now_ms()).await.unwrap();
        phone.visit(world.elder().await);
        let reply = introduced(&world, &mut phone).await.unwrap();
        assert_eq!(reply.rest.problem.unwrap().code, ProblemCode::DeviceRevoked);
        assert!(reply.rest.page.is_none());
        let record = world.store.device(device).await.unwrap().unwrap();
        assert_eq!(record.row.state, DeviceState::Revoked);
    }

    #[tokio::test]
    async fn a_certificate_of_a_former_key_is_as_good() {
        let (world, mut phone) = forgotten().await;
        let mut dice = SeededDice::repeatable(5);
        let mut keys: CountyKeys = world.county.keys.clone();
        keys.renew_signing(&mut dice);
        let county = County::new(keys, world.county.stores.clone(), dice, Stretch::FAST);
        let phones = routes::phones(std::sync::Arc::new(county), &limits());
        let signed = phone.enrolled.signed.clone();
        let frame = posted(&mut phone, &signed);
        assert!(send(&phones, "/exchange", frame).await.is_ok());
    }

    #[tokio::test]
    async fn only_what_is_lost_comes_back() {
        let (world, mut phone) = forgotten().await;
        let today = Day::of(clock::now_ms());
        let (new, known) = (RecordId::named("staff", "new"), world.officer());
        let role = |role: &str, area| CertifiedRole { role: role.into(), area, from: today, until: None };
        let mut own = phone.certificate().clone();
        own.staff = new;
        own.staff_name = "测试员".into();
        own.roles = vec![
            role("assistance_officer", VILLAGE),
            role("of a newer version", VILLAGE),
            role("county_admin", AreaCode(532_930_000_000)),
        ];
        let posted = posted(&mut phone, &resigned(&world, &own));
        assert!(send(&world.phones, "/exchange", posted).await.is_ok());
        let reference = || async { world.store.standing_now().await.unwrap().2 };
        let now = reference().await;
        assert_eq!(now.staff[&new].name, "测试员");
        let held: Vec<_> = now.assignments_of(new).map(|one| (one.role, one.area)).collect();
        assert_eq!(held, [(Role::AssistanceOfficer, VILLAGE)]);
        // What the records know, they know better: a role that has ended since stays ended.
        let given =
            NewAssignment { staff: known, role: Role::Reader, area: VILLAGE, from: today, until: None };
        let assignment = assign(&world.county, operator(), &given, clock::now_ms()).await.unwrap();
        end(&world.county, operator(), assignment, today.plus(1), clock::now_ms()).await.unwrap();
        let before = reference().await.assignments_of(known).count();
        let mut own = phone.certificate().clone();
        own.device = DeviceId(2);
        own.roles.push(role("reader", VILLAGE));
        let lost = lost(&*reference().await, &own);
        assert_eq!((lost.len(), before > 1), (0, true));
    }
}
