//! What the routes answer, also to what they should never be sent. Whatever is refused changes nothing.

use crate::clock;
use crate::county::County;
use crate::ingest::LIMITS;
use crate::testing::{Phone, World, ask, request, send};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{DeviceId, RecordId};
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use domain::value::Value;
use seal::certificate::RevocationWord;
use seal::county_keys::CountyPublic;
use seal::dice::SeededDice;
use seal::enrol::{EnrolReply, EnrolRequest};
use seal::frame::seal_request;
use seal::stretch::Stretch;
use seal::word::SignedWord;
use seal::{Dictionary, SigningKey};
use store::StoreError;
use store::county::{Directory, Ledger, Reports};
use sync::county::needs::DeviceState;
use sync::wire::limits::ITEMS_MAX;
use sync::wire::receipt::ItemState;

async fn seq(world: &World) -> u64 {
    world.store.standing_now().await.unwrap().0.seq
}

/// Sends bytes as a frame, and makes sure that nothing has changed.
async fn refused(world: &World, frame: Vec<u8>) -> Problem {
    let before = seq(world).await;
    let problem = send(&world.phones, "/exchange", frame).await.unwrap_err();
    assert_eq!(seq(world).await, before, "what was refused left a trace");
    problem
}

fn today() -> Day {
    Day::of(clock::now_ms())
}

#[tokio::test]
async fn a_visit_goes_up_and_comes_back_with_a_receipt_and_the_village() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    let visit = phone.visit(world.elder().await);
    let reply = phone.exchange(&world.phones).await.unwrap();
    let (_, mark) = reply.statement.marks.iter().find(|(log, _)| *log == phone.certificate().writer).unwrap();
    assert_eq!(mark.serial, 2);
    assert_eq!(mark.hash, phone.log[1].patch.hash());
    assert_eq!(reply.statement.outcomes, []);
    assert_eq!(reply.statement.visits.len(), 1);
    let page = reply.rest.page.unwrap();
    let (heads, unreadable) = page.heads.decode();
    assert_eq!(unreadable, 0);
    assert_eq!(heads.len(), page.scopes.len());
    let mut all: Vec<_> = heads.into_iter().map(|(record, _)| record).collect();
    let mut more = page.more;
    while more {
        let page = phone.exchange(&world.phones).await.unwrap().rest.page.unwrap();
        all.extend(page.heads.decode().0.into_iter().map(|(record, _)| record));
        more = page.more;
    }
    assert!(all.iter().any(|record| record.kind == RecordKind::Form));
    assert!(all.iter().any(|record| record.kind == RecordKind::Person));
    assert!(all.iter().any(|record| record.id == visit));
    let nothing_new = phone.exchange(&world.phones).await.unwrap();
    assert_eq!(nothing_new.rest.page.unwrap().heads.decode().0, []);
    assert!(!nothing_new.rest.digests.is_empty());
}

#[tokio::test]
async fn answers_that_the_form_finds_odd_are_taken_in_with_a_question() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    let elder = world.elder().await;
    let visit = phone.visit(elder);
    let form = forms::library::elder_visit().unwrap().hash();
    let sets: [(&str, Value); 3] = [
        (keys::VISIT, visit.to_string().into()),
        (keys::SUBJECT, elder.to_string().into()),
        (keys::MET, "self".into()),
    ];
    phone.write_under(RecordKind::Part, &sets, Some((form, vec!["no such choice".into()])));
    let reply = phone.exchange(&world.phones).await.unwrap();
    let [outcome] = reply.statement.outcomes.as_slice() else { panic!("one outcome") };
    assert_eq!((outcome.serial, outcome.state), (3, ItemState::Applied));
    assert_eq!(outcome.problem.as_ref().unwrap().code, ProblemCode::AnswersMisfit);
}

#[tokio::test]
async fn bytes_that_are_no_frame_are_refused_with_their_place() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    phone.visit(world.elder().await);
    let message = serde_json::to_vec(&phone.ask()).unwrap();
    let frame = phone.seal(&message);
    assert_eq!(refused(&world, Vec::new()).await.code, ProblemCode::RequestDamaged);
    assert_eq!(refused(&world, b"<html>hello</html>".to_vec()).await.code, ProblemCode::RequestDamaged);
    for length in [3, 11, 50, 80, frame.len() - 1] {
        let problem = refused(&world, frame[..length].to_vec()).await;
        let cut = [ProblemCode::RequestDamaged, ProblemCode::SignatureWrong];
        assert!(cut.contains(&problem.code), "{length}: {problem:?}");
    }
    let newer = [b"SFQ2", &frame[4..]].concat();
    assert_eq!(refused(&world, newer).await.code, ProblemCode::RequestTooNew);
    let large = vec![0; LIMITS.frame + 1];
    let problem = refused(&world, large.clone()).await;
    assert_eq!((problem.code, problem.params["limit"].as_str()), (ProblemCode::RequestTooLarge, "320 KiB"));
    // The same without a declared length.
    let chunks = futures_stream(large);
    let (status, _) = request(&world.phones, Method::POST, "/exchange", Body::from_stream(chunks)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    let reply = phone.open(&send(&world.phones, "/exchange", frame).await.unwrap());
    assert_eq!(reply.statement.visits.len(), 1, "and the same visit is still taken in");
}

/// A body in pieces, whose length nobody declares.
fn futures_stream(bytes: Vec<u8>) -> impl futures_core::Stream<Item = Result<Vec<u8>, std::io::Error>> {
    let chunks: Vec<_> = bytes.chunks(10_000).map(|chunk| Ok(chunk.to_vec())).collect();
    Chunks(chunks.into_iter())
}

struct Chunks<I>(I);

impl<I: Iterator + Unpin> futures_core::Stream for Chunks<I> {
    type Item = I::Item;

    fn poll_next(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<I::Item>> {
        std::task::Poll::Ready(self.0.next())
    }
}

/// A frame whose signature holds and whose content does not: signed by hand, without [`seal_request`].
fn signed_payload(phone: &Phone, payload: &[u8]) -> Vec<u8> {
    let device = phone.certificate().device;
    let signed =
        domain::canonical::Transcript::new("request 1").number(device.0).number(0).bytes(payload).finish();
    let signature = phone.key.sign("request", &signed.0);
    [b"SFQ1".as_slice(), &device.0.to_be_bytes(), &signature.0, &[0; 4], payload].concat()
}

#[tokio::test]
async fn content_that_cannot_be_unpacked_is_refused() {
    let world = World::new().await;
    let phone = world.phone(1).await;
    let not_zstd = refused(&world, signed_payload(&phone, b"this is not zstd at all")).await;
    assert_eq!(not_zstd.code, ProblemCode::RequestDamaged);
    let bomb = phone.seal(&vec![b' '; 4 << 20]);
    assert!(bomb.len() < 2_000, "a bomb is small");
    assert_eq!(refused(&world, bomb).await.code, ProblemCode::RequestTooLarge);
    let not_json = refused(&world, phone.seal(b"{\"v\":1,\n oops")).await;
    assert_eq!((not_json.code, not_json.params["place"].as_str()), (ProblemCode::RequestDamaged, "JSON 2:2"));
    assert_eq!(refused(&world, phone.seal(&[0xff; 9])).await.code, ProblemCode::RequestDamaged);
}

#[tokio::test]
async fn an_unknown_version_is_told_from_a_broken_request() {
    let world = World::new().await;
    let phone = world.phone(1).await;
    let newer = refused(&world, phone.seal(br#"{"v":99,"everything":"different"}"#)).await;
    assert_eq!((newer.code, newer.params["given"].as_str()), (ProblemCode::RequestTooNew, "v99"));
    let older = refused(&world, phone.seal(br#"{"v":0,"app":"0","n":1}"#)).await;
    assert_eq!(older.code, ProblemCode::RequestTooOld);
}

#[tokio::test]
async fn too_many_items_are_refused() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    for _ in 0..=ITEMS_MAX {
        phone.write(RecordKind::Visit, &[]);
    }
    let mut request = phone.ask();
    for piece in &mut request.logs {
        piece.items.iter_mut().for_each(|item| *item = serde_json::value::to_raw_value("").unwrap());
    }
    let problem = refused(&world, phone.seal(&serde_json::to_vec(&request).unwrap())).await;
    assert_eq!((problem.code, problem.params["limit"].as_str()), (ProblemCode::RequestTooLarge, "2000"));
}

#[tokio::test]
async fn strangers_are_refused() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    phone.visit(world.elder().await);
    let message = serde_json::to_vec(&phone.ask()).unwrap();
    let other_key = SigningKey::generate(&mut SeededDice::repeatable(99));
    let dictionary = Some(&**Dictionary::builtin());
    let device = phone.certificate().device;
    let forged = seal_request(device, &other_key, dictionary, 3, &message).unwrap();
    assert_eq!(refused(&world, forged).await.code, ProblemCode::SignatureWrong);
    let unknown = seal_request(DeviceId(7), &phone.key, dictionary, 3, &message).unwrap();
    assert_eq!(refused(&world, unknown).await.code, ProblemCode::DeviceUnknown);
    let mut flipped = phone.seal(&message);
    *flipped.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&world, flipped).await.code, ProblemCode::SignatureWrong);
}

#[tokio::test]
async fn an_old_exchange_number_gets_receipts_and_nothing_of_anybody() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    phone.visit(world.elder().await);
    let message = serde_json::to_vec(&phone.ask()).unwrap();
    let frame = phone.seal(&message);
    let first = phone.open(&send(&world.phones, "/exchange", frame.clone()).await.unwrap());
    let before = seq(&world).await;
    let again = phone.open(&send(&world.phones, "/exchange", frame).await.unwrap());
    assert_eq!(seq(&world).await, before);
    assert_eq!(again.statement.marks, first.statement.marks);
    assert_eq!(again.statement.visits, first.statement.visits);
    assert_eq!(again.rest.page, None);
    assert_eq!(again.rest.problem.unwrap().code, ProblemCode::ExchangeNumberOld);
}

#[tokio::test]
async fn a_retired_phone_uploads_and_gets_receipts_only() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    world.store.set_state(phone.certificate().device, DeviceState::Retired, today()).await.unwrap();
    let visit = phone.visit(world.elder().await);
    let reply = phone.exchange(&world.phones).await.unwrap();
    assert_eq!(reply.statement.outcomes, []);
    assert_eq!(reply.rest.page, None);
    assert_eq!(reply.rest.problem.unwrap().code, ProblemCode::DeviceRetired);
    let record = domain::patch::RecordRef { kind: RecordKind::Visit, id: visit };
    assert!(world.store.record(record).await.unwrap().is_some());
}

#[tokio::test]
async fn a_revoked_phone_is_told_so_under_signature_and_its_work_is_set_aside() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    phone.exchange(&world.phones).await.unwrap();
    world.store.set_state(phone.certificate().device, DeviceState::Revoked, today()).await.unwrap();
    phone.visit(world.elder().await);
    let reply = phone.exchange(&world.phones).await.unwrap();
    assert!(reply.statement.outcomes.iter().all(|one| one.state != ItemState::Applied));
    assert_eq!(reply.statement.outcomes.len(), 2);
    assert_eq!(reply.rest.page, None);
    assert_eq!(reply.rest.problem.unwrap().code, ProblemCode::DeviceRevoked);
    let word: SignedWord<RevocationWord> = serde_json::from_str(&reply.rest.revoked.unwrap()).unwrap();
    assert!(word.open(phone.enrolled.county.keys()).unwrap().concerns(phone.certificate()));
    assert_eq!(world.store.queue(10).await.unwrap().len(), 2, "kept for a reviewer");
}

#[tokio::test]
async fn a_store_that_cannot_write_says_when_to_come_again() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    phone.visit(world.elder().await);
    for (error, code) in
        [(StoreError::Busy, ProblemCode::CountyBusy), (StoreError::Full, ProblemCode::CountyFull)]
    {
        world.store.fail_next(error);
        let problem = phone.exchange(&world.phones).await.unwrap_err();
        assert_eq!(problem.code, code);
    }
    world.store.lose_next(StoreError::Other("killed after the commit".into()));
    phone.exchange(&world.phones).await.unwrap_err();
    let reply = phone.exchange(&world.phones).await.unwrap();
    assert_eq!(reply.statement.visits.len(), 1, "and everything is there once");
}

#[tokio::test]
async fn each_listener_has_its_own_routes() {
    let world = World::new().await;
    for (router, method, path, status) in [
        (&world.phones, Method::GET, "/health", StatusCode::OK),
        (&world.desk, Method::GET, "/health", StatusCode::OK),
        (&world.desk, Method::POST, "/exchange", StatusCode::NOT_FOUND),
        (&world.desk, Method::POST, "/enrol", StatusCode::NOT_FOUND),
        (&world.phones, Method::GET, "/", StatusCode::NOT_FOUND),
        (&world.phones, Method::GET, "/api/coverage", StatusCode::NOT_FOUND),
        (&world.phones, Method::GET, "/exchange", StatusCode::METHOD_NOT_ALLOWED),
        (&world.phones, Method::DELETE, "/health", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let (answered, body) = request(router, method.clone(), path, Body::empty()).await;
        assert_eq!(answered, status, "{method} {path}");
        if answered != StatusCode::OK {
            let problem: Problem = serde_json::from_slice(&body).unwrap();
            assert_eq!(problem.code, ProblemCode::NotFromHere);
        }
    }
}

#[tokio::test]
async fn one_too_many_at_once_is_told_to_come_again() {
    let world = World::new().await;
    let limits = super::Limits { concurrent: 0, ..crate::testing::limits() };
    let full = super::phones(world.county.clone(), &limits);
    let problem = send(&full, "/exchange", Vec::new()).await.unwrap_err();
    assert_eq!((problem.code, problem.params["wait_s"].as_str()), (ProblemCode::CountyBusy, "5"));
}

#[tokio::test]
async fn a_panic_is_answered_with_a_number() {
    async fn panics() {
        panic!("as a test");
    }
    let routes = axum::Router::new().route("/panics", axum::routing::post(panics));
    let routes = super::guarded(routes, &crate::testing::limits());
    let problem = send(&routes, "/panics", Vec::new()).await.unwrap_err();
    assert_eq!(problem.code, ProblemCode::Internal);
    assert!(!problem.params["reference"].is_empty());
}

async fn try_enrol(world: &World, request: &EnrolRequest) -> Result<EnrolReply, Problem> {
    let body = serde_json::to_vec(request).unwrap();
    send(&world.phones, "/enrol", body).await.map(|reply| serde_json::from_slice(&reply).unwrap())
}

fn device(seed: u64) -> SigningKey {
    SigningKey::generate(&mut SeededDice::repeatable(seed))
}

#[tokio::test]
async fn a_sheet_is_good_for_one_phone_which_may_ask_again() {
    let world = World::new().await;
    let sheet = world.sheet(world.officer()).await;
    let (first, key) = ask(&sheet, &device(1), 1);
    let enrolled = try_enrol(&world, &first).await.unwrap().open(&key, &first).unwrap();
    assert_eq!(enrolled.county.fingerprint(), sheet.fingerprint);
    // The answer was lost: asked again, word for word and anew.
    for seed in [1, 2] {
        let (again, key) = ask(&sheet, &device(1), seed);
        let same = try_enrol(&world, &again).await.unwrap().open(&key, &again).unwrap();
        assert_eq!(same.certificate, enrolled.certificate);
        assert_eq!(same.recovery, enrolled.recovery);
    }
    let (other, _) = ask(&sheet, &device(2), 3);
    assert_eq!(try_enrol(&world, &other).await.unwrap_err().code, ProblemCode::EnrolCodeUsed);
    assert_eq!(world.store.devices().await.unwrap().len(), 1);
    let told = crate::enrol::recovery(&world.county, enrolled.certificate.device).await.unwrap();
    assert_eq!(told, enrolled.recovery, "what the county reads out opens the phone");
}

#[tokio::test]
async fn five_wrong_tries_lock_a_sheet() {
    let world = World::new().await;
    let sheet = world.sheet(world.officer()).await;
    let (right, _) = ask(&sheet, &device(1), 1);
    let mut wrong = right.clone();
    wrong.proof = domain::canonical::Hash::ZERO;
    for left in (1..=4).rev() {
        let problem = try_enrol(&world, &wrong).await.unwrap_err();
        assert_eq!(problem.code, ProblemCode::EnrolCodeWrong);
        assert_eq!(problem.params["left"], left.to_string());
    }
    for request in [&wrong, &right] {
        assert_eq!(try_enrol(&world, request).await.unwrap_err().code, ProblemCode::EnrolCodeLocked);
    }
    assert!(world.store.devices().await.unwrap().is_empty());
}

#[tokio::test]
async fn sheets_expire_and_a_new_one_voids_the_old() {
    let world = World::new().await;
    let officer = world.officer();
    let long_ago = clock::now_ms() - i64::from(crate::enrol::HOURS + 1) * 3_600_000;
    let expired = crate::enrol::sheet(&world.county, officer, crate::enrol::HOURS, long_ago).await.unwrap();
    let (request, _) = ask(&expired, &device(1), 1);
    assert_eq!(try_enrol(&world, &request).await.unwrap_err().code, ProblemCode::EnrolCodeExpired);
    let old = world.sheet(officer).await;
    let new = world.sheet(officer).await;
    let (request, _) = ask(&old, &device(1), 1);
    assert_eq!(try_enrol(&world, &request).await.unwrap_err().code, ProblemCode::EnrolCodeExpired);
    let (request, _) = ask(&new, &device(1), 1);
    assert!(try_enrol(&world, &request).await.is_ok());
}

#[tokio::test]
async fn what_is_no_enrolment_is_refused() {
    let world = World::new().await;
    let not_json = send(&world.phones, "/enrol", b"hello".to_vec()).await.unwrap_err();
    assert_eq!(not_json.code, ProblemCode::RequestDamaged);
    let large = send(&world.phones, "/enrol", vec![b' '; 5_000]).await.unwrap_err();
    assert_eq!(large.code, ProblemCode::RequestTooLarge);
    let sheet = world.sheet(world.officer()).await;
    let (request, _) = ask(&sheet, &device(1), 1);
    let (_, stolen) = (0, EnrolRequest { key: device(2).public(), ..request.clone() });
    assert_eq!(try_enrol(&world, &stolen).await.unwrap_err().code, ProblemCode::EnrolCodeWrong);
    let nobody = EnrolRequest { lookup: "000000".into(), ..request };
    assert_eq!(try_enrol(&world, &nobody).await.unwrap_err().code, ProblemCode::EnrolCodeUnknown);
    let no_staff = crate::enrol::sheet(&world.county, RecordId::named("staff", "nobody"), 72, 0).await;
    assert_eq!(no_staff.unwrap_err().code, ProblemCode::NothingFound);
}

#[tokio::test]
async fn a_phone_is_told_of_new_keys_by_the_one_it_knows() {
    let world = World::new().await;
    let mut phone = world.phone(1).await;
    phone.exchange(&world.phones).await.unwrap();
    let mut dice = SeededDice::repeatable(5);
    let mut keys = world.county.keys.clone();
    keys.renew_signing(&mut dice);
    let new = keys.public();
    let county = County::new(keys, world.county.stores.clone(), dice, Stretch::FAST);
    let phones = super::phones(county.into(), &crate::testing::limits());
    // It proves the reply by the key it has, and the word in it too.
    let told = phone.exchange(&phones).await.unwrap().rest.keys.unwrap();
    let word: SignedWord<CountyPublic> = serde_json::from_str(&told).unwrap();
    assert_eq!(word.open(phone.enrolled.county.keys()), Ok(new.clone()));
    let mut request = phone.ask();
    request.key = Some(new.signing.id().to_string());
    let frame = phone.seal(&serde_json::to_vec(&request).unwrap());
    let answer = send(&phones, "/exchange", frame).await.unwrap();
    phone.enrolled.county = new;
    assert_eq!(phone.open(&answer).rest.keys, None, "it knows, and the new key signs");
    // Who has not heard of the new key obeys the old one.
    phone.enrolled.county = world.county.keys.public();
    world.store.set_state(phone.certificate().device, DeviceState::Revoked, today()).await.unwrap();
    let word = phone.exchange(&phones).await.unwrap().rest.revoked.unwrap();
    let word: SignedWord<RevocationWord> = serde_json::from_str(&word).unwrap();
    assert!(word.open(phone.enrolled.county.keys()).is_ok());
}

#[tokio::test]
async fn the_app_is_offered_when_there_is_one_and_told_to_phones_that_have_an_earlier_one() {
    let world = World::new().await;
    let (status, page) = request(&world.phones, Method::GET, "/app", Body::empty()).await;
    assert_eq!(status, StatusCode::OK);
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("还没有放安装包") && page.contains("请问乡镇站长"), "{page}");
    assert!(!page.contains("点上面的") && !page.contains("{steps}"), "{page}");
    let (status, _) = request(&world.phones, Method::GET, "/app/shanfang.apk", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    let folder = std::env::temp_dir().join(format!("shanfang-{}-offer", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("shanfang-9.1.0.apk"), b"abc").unwrap();
    world.county.offer.set(crate::app::newest(&folder).unwrap().unwrap()).unwrap();
    let (_, page) = request(&world.phones, Method::GET, "/app", Body::empty()).await;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("9.1.0") && page.contains("ba7816bf") && !page.contains("{download}"), "{page}");
    let (status, file) = request(&world.phones, Method::GET, "/app/shanfang.apk", Body::empty()).await;
    assert_eq!((status, file.as_slice()), (StatusCode::OK, b"abc".as_slice()));
    let reply = world.phone(1).await.exchange(&world.phones).await.unwrap();
    let offer = reply.rest.app.unwrap();
    assert_eq!((offer.version.as_str(), offer.bytes), ("9.1.0", 3));
    // Its file was taken away meanwhile: that is said, and nothing else fails.
    std::fs::remove_dir_all(&folder).unwrap();
    let (status, _) = request(&world.phones, Method::GET, "/app/shanfang.apk", Body::empty()).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
