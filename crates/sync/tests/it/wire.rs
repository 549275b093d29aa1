//! Every message's spelling is a decision, and hostile text never panics.

use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::log::{Mark, Vector};
use domain::patch::{Body, Entry, Patch, RecordRef};
use domain::permission::{Audience, Scope};
use domain::problem::{Problem, ProblemCode};
use domain::settings::Setting;
use domain::time::Stamp;
use expect_test::expect;
use proptest::prelude::*;
use std::collections::BTreeMap;
use sync::wire::exchange::{Cursor, ExchangeRequest, FeedDigest, Page, Position, Rest, whole};
use sync::wire::heads::HeadTables;
use sync::wire::item::LogPiece;
use sync::wire::receipt::{ItemOutcome, ItemState, Statement, VisitReceipt};

const VILLAGE: Scope = Scope { area: AreaCode(532_929_102_210), audience: Audience::General };

#[test]
fn a_request_with_nothing_new() {
    let request = ExchangeRequest {
        version: 1,
        app: "0.1.0".into(),
        number: 7,
        logs: Vec::new(),
        waiting: 0,
        cursor: Some(Cursor { epoch: WriterId(9), seq: 3, hash: Hash::of(b"x") }),
        feeds: vec![Position(VILLAGE, 3)],
        digest: Some(WriterId(5)),
        recovered: None,
        key: None,
        code: None,
        unread: Vec::new(),
    };
    expect![[r#"{"v":1,"app":"0.1.0","n":7,"waiting":0,"cursor":{"e":"0000000000000009","s":3,"h":"3ae7d805f6789a6402acb70ad4096a85a56bf6804eaf25c0493ac697548d30b5"},"feeds":[["532929102210",3]],"d":"0000000000000005"}"#]].assert_eq(&serde_json::to_string(&request).unwrap());
}

#[test]
fn a_statement() {
    let statement = Statement {
        county: AreaCode(532_929_000_000),
        device: DeviceId(1),
        number: 7,
        epoch: WriterId(9),
        seq: 40,
        hash: Hash::of(b"x"),
        at_ms: 1_795_420_800_000,
        marks: vec![(WriterId(1), Mark { serial: 5, hash: Hash::of(b"y") })],
        outcomes: vec![ItemOutcome {
            writer: WriterId(1),
            serial: 4,
            state: ItemState::SetAside,
            problem: Some(Problem::new(ProblemCode::OutsideArea)),
        }],
        visits: vec![VisitReceipt(0, 5, 20_780, 457)],
        forks: vec![(WriterId(1), 3)],
    };
    expect![[r#"{"county":532929000000,"device":"0000000000000001","number":7,"epoch":"0000000000000009","seq":40,"hash":"3ae7d805f6789a6402acb70ad4096a85a56bf6804eaf25c0493ac697548d30b5","at_ms":1795420800000,"marks":[["0000000000000001",{"serial":5,"hash":"08112a9e334ce73042b531c25668cf5cb12a1ee040a4326afeac065461079a06"}]],"outcomes":[{"w":"0000000000000001","s":4,"t":"set_aside","p":{"code":"outside_area","advice":"call"}}],"visits":[[0,5,20780,457]],"forks":[["0000000000000001",3]]}"#]].assert_eq(&serde_json::to_string(&statement).unwrap());
}

#[test]
fn the_rest_of_a_reply() {
    let page = Page {
        heads: HeadTables::default(),
        scopes: Vec::new(),
        left: vec![(0, RecordRef { kind: RecordKind::Person, id: RecordId::derived(WriterId(1), 1) })],
        feeds: vec![Position(VILLAGE, 40)],
        dropped: Vec::new(),
        more: true,
    };
    let digests = vec![FeedDigest { scope: VILLAGE, count: 2, sum: WriterId(77) }];
    let rest = Rest { page: Some(page), digests, ..Rest::default() };
    expect![[r#"{"page":{"x":[[0,{"kind":"person","id":"00000000000080008400000000000001"}]],"f":[["532929102210",40]],"m":true},"digests":[{"s":"532929102210","c":2,"d":"000000000000004d"}]}"#]].assert_eq(&serde_json::to_string(&rest).unwrap());
}

#[test]
fn what_a_phone_judged_by_travels_with_its_visit() {
    let mut given = BTreeMap::new();
    Setting::LateDays.give(Setting::LateDays.default_value(), &mut given);
    assert!(given.is_empty(), "the default is known to everybody");
    Setting::LateDays.give(10, &mut given);
    let sets = BTreeMap::from([("way".to_owned(), "home".into())]);
    let body = Body { sets, given, salt: WriterId(3), ..Body::default() };
    let patch = Patch {
        writer: WriterId(1),
        serial: 1,
        prev: Hash::ZERO,
        record: RecordRef { kind: RecordKind::Visit, id: RecordId::derived(WriterId(1), 1) },
        seen: Vector::default(),
        form: None,
        author: RecordId::named("staff", "x"),
        stamp: Stamp { wall_ms: 1_795_420_800_000, ..Stamp::default() },
        body_hash: body.hash(),
    };
    let piece = LogPiece::encode(&[Entry { patch, body: Some(body) }]).unwrap();
    expect![[r#"[["visit",null,{},0,1,[1795420800000,0,0,0,0],{"s":{"way":"home"},"g":{"limit/late_days":10},"n":"0000000000000003"}]]"#]].assert_eq(&serde_json::to_string(&piece.items).unwrap());
    assert_eq!(Setting::LateDays.given(&piece.decode().entries[0].0.body.as_ref().unwrap().given), 10);
}

#[test]
fn a_phone_and_its_county_sum_up_the_same_feeds_alike() {
    let one = FeedDigest { scope: VILLAGE, count: 2, sum: WriterId(77) };
    let other = FeedDigest { scope: Scope { audience: Audience::Child, ..VILLAGE }, ..one };
    assert_eq!(whole([one, other]), whole([other, one]));
    assert_ne!(whole([one, other]), whole([one]));
    assert_ne!(whole([one]), whole([FeedDigest { count: 3, ..one }]));
    assert_ne!(whole([one]), whole([FeedDigest { sum: WriterId(78), ..one }]));
    expect!["bd018f3090b0a35d"].assert_eq(&whole([one]).to_string());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn hostile_tables_and_pieces_are_read_or_refused_but_never_panic(
        writers in prop::collection::vec(any::<u64>(), 0..3),
        rows in prop::collection::vec((0..4_u32, any::<u64>(), 0..4_u32, any::<i64>(), 0..5_usize), 0..4),
        origins in "[acpx]{0,4}",
    ) {
        let writers: Vec<String> = writers.iter().map(|writer| format!("\"{writer:016x}\"")).collect();
        let rows: Vec<String> = rows
            .iter()
            .map(|(writer, serial, author, at, cells)| {
                let cells = vec![r#"{"s":[[0,"a",1]]}"#; *cells].join(",");
                format!(r#"[null,[[{writer},{serial},{author},{at}]],null,"{origins}",[{cells}]]"#)
            })
            .collect();
        let json = format!(
            r#"{{"w":[{}],"a":["{}"],"t":[{{"k":"visit","c":["way","place"],"r":[{}]}}]}}"#,
            writers.join(","), RecordId::named("staff", "x"), rows.join(",")
        );
        let tables: HeadTables = serde_json::from_str(&json).unwrap();
        let (heads, unreadable) = tables.decode();
        prop_assert_eq!(heads.len() + unreadable, rows.len());
    }

    #[test]
    fn items_of_any_text_are_read_or_kept(text in r#"[\[\]{}",:a-z0-9 ]{0,60}"#) {
        let Ok(raw) = serde_json::value::RawValue::from_string(text) else { return Ok(()) };
        let piece = LogPiece {
            writer: WriterId(1), from: 1, prev: Hash::ZERO, last: Hash::ZERO,
            authors: Vec::new(), forms: Vec::new(), items: vec![raw],
        };
        let decoded = piece.decode();
        prop_assert!(decoded.entries.is_empty());
        prop_assert_eq!(decoded.unreadable.map(|item| item.serial), Some(1));
    }
}
