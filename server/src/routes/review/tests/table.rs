//! The table, walked: every route × role × area × own or other, by really asking.

use super::super::openapi;
use super::super::table::{Place, Row, TABLE, Who, Whose};
use super::{Clerk, ELSEWHERE, TOWNSHIP, ask, today, township};
use crate::decide::{self, Settlement};
use crate::staff::{self, NewAssignment, operator};
use crate::testing::World;
use crate::{account, clock, close};
use axum::http::{Method, StatusCode};
use base64::Engine;
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, DeviceId, RecordId, WriterId};
use domain::log::Vector;
use domain::patch::{Body, RecordRef};
use domain::staff::Role;
use domain::time::Stamp;
use domain::value::Value as Field;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicI32, Ordering};
use store::county::DeviceRecord;
use sync::county::needs::DeviceState;
use sync::county::prepared::{OwnPatch, OwnRecord};

#[test]
fn the_description_has_the_routes_of_the_table_and_no_other() {
    let document: Value = serde_json::from_str(&openapi::document()).unwrap();
    let described: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, all)| {
            all.as_object().unwrap().keys().map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    let listed: BTreeSet<_> = TABLE.iter().map(|row| (row.method.to_string(), row.path.to_owned())).collect();
    assert_eq!(described, listed);
    assert_eq!(listed.len(), TABLE.len(), "each once");
}

#[test]
fn nobody_reads_a_child_s_answers_or_edits_rules_by_being_here() {
    for row in TABLE {
        let Who::Holding(roles) = row.who else { continue };
        let worker = [Role::AssistanceOfficer, Role::ChildDirector];
        assert!(!roles.iter().any(|role| worker.contains(role)), "{}: the desk is no worker's", row.path);
        if row.method == Method::GET || row.path == "/api/subjects/search" {
            continue;
        }
        let reads_only = [Role::Reader, Role::Auditor];
        assert!(!roles.iter().any(|role| reads_only.contains(role)), "{}: they only read", row.path);
    }
    for (path, whose) in [
        ("/api/grants/{grant}/decision", Whose::Other),
        ("/api/grants/{grant}/openings", Whose::Own),
        ("/api/staff/{staff}/assignments", Whose::Other),
        ("/api/staff/{staff}/account/reset", Whose::Other),
    ] {
        assert!(TABLE.iter().any(|row| row.path == path && row.whose == whose), "{path}");
    }
}

/// Where something is, seen from whoever asks.
const AREAS: [AreaCode; 2] = [TOWNSHIP, ELSEWHERE];

/// What can be asked for: one thing of each kind in each township, somebody's or one's own.
pub(super) struct Things {
    pub(super) person: BTreeMap<AreaCode, RecordId>,
    visit: BTreeMap<AreaCode, RecordId>,
    part: BTreeMap<AreaCode, RecordId>,
    urgent: BTreeMap<AreaCode, RecordId>,
}

pub(super) async fn write(world: &World, kind: RecordKind, sets: &[(&str, Field)]) -> RecordId {
    let sets = sets.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
    staff::write(&world.county, operator(), staff::Change::new(kind, sets), clock::now_ms()).await.unwrap()
}

pub(super) fn number(area: AreaCode) -> Field {
    Field::Int(i64::try_from(area.0).unwrap())
}

pub(super) fn village(township: AreaCode) -> AreaCode {
    AreaCode(township.0 + 201)
}

async fn things(world: &World) -> Things {
    let (person, visit, part, urgent) = Default::default();
    let mut things = Things { person, visit, part, urgent };
    for area in AREAS {
        let home = number(village(area));
        let named = [(keys::NAME, "李小花".into()), (keys::VILLAGE, home.clone())];
        let born = today().plus(-9 * 365).to_string();
        let named = [named.as_slice(), &[(keys::BORN, born.as_str().into())]].concat();
        let person = write(world, RecordKind::Person, &named).await;
        let happened = domain::time::Happened::whole(today()).to_string();
        let visit =
            [(keys::VILLAGE, home), (keys::WAY, "home".into()), (keys::HAPPENED, happened.as_str().into())];
        let visit = write(world, RecordKind::Visit, &visit).await;
        let link = |id: RecordId| Field::from(id.to_string());
        let part = [(keys::VISIT, link(visit)), (keys::SUBJECT, link(person)), (keys::MET, "self".into())];
        let part = write(world, RecordKind::Part, &part).await;
        let urgent = [(keys::WORDS, "孩子手臂有伤".into()), (keys::VILLAGE, number(village(area)))];
        things.urgent.insert(area, write(world, RecordKind::Urgent, &urgent).await);
        things.person.insert(area, person);
        things.visit.insert(area, visit);
        things.part.insert(area, part);
    }
    things
}

/// A request that would do, if it may be made.
struct Asked {
    path: String,
    said: Option<Value>,
}

/// Somebody else with a role, so that there is something to ask about.
pub(super) async fn somebody(world: &World, area: AreaCode) -> RecordId {
    let county = &world.county;
    let phone = format!("1070{:07}", county.dice.number() % 10_000_000);
    let member = staff::add(county, operator(), "somebody", Some(&phone), clock::now_ms()).await.unwrap();
    role(world, member, Role::AssistanceOfficer, village(area)).await;
    member
}

async fn role(world: &World, staff: RecordId, role: Role, area: AreaCode) -> RecordId {
    let new = NewAssignment { staff, role, area, from: today().plus(-9), until: None };
    staff::assign(&world.county, operator(), &new, clock::now_ms()).await.unwrap()
}

/// How often a role was asked for.
static ASKED: AtomicI32 = AtomicI32::new(0);

/// A role that nobody has yet: it is given once.
fn on_a_day_of_its_own() -> Value {
    let day = today().plus(-1_000 - 2 * ASKED.fetch_add(1, Ordering::Relaxed));
    json!({ "role": "reader", "from": day.to_string(), "until": day.plus(1).to_string() })
}

/// One more role beside those that somebody has, however often this is asked for.
async fn another_role(world: &World, staff: RecordId, area: AreaCode) -> RecordId {
    let new = NewAssignment { staff, role: Role::Reader, area, from: today().plus(-9), until: None };
    let change = staff::Change::new(RecordKind::Assignment, new.sets());
    staff::write(&world.county, operator(), change, clock::now_ms()).await.unwrap()
}

async fn device(world: &World, staff: RecordId) -> DeviceId {
    let key = seal::SigningKey::generate(&mut seal::dice::SeededDice::repeatable(clock::now_ms() as u64));
    let sheet = world.sheet(staff).await;
    let (request, _) = crate::testing::ask(&sheet, &key, world.county.dice.number() >> 1);
    crate::enrol::enrol(&world.county, &request, clock::now_ms()).await.unwrap();
    let all = world.county.stores.directory.devices().await.unwrap();
    let in_use = |device: &DeviceRecord| device.row.staff == staff && device.row.state == DeviceState::Active;
    all.into_iter().find(in_use).unwrap().row.device
}

async fn grant(world: &World, staff: RecordId, area: AreaCode, state: &str) -> RecordId {
    let text = |text: String| Field::from(text.as_str());
    let sets = [
        (keys::STAFF, text(staff.to_string())),
        (keys::AREA, number(area)),
        (keys::STATE, state.into()),
        (keys::FROM, text(today().to_string())),
        (keys::UNTIL, text(today().plus(7).to_string())),
    ];
    write(world, RecordKind::Grant, &sets).await
}

/// Two telephones of somebody that differ, and what whoever looks at them has seen.
async fn differing(world: &World, person: RecordId) -> Value {
    let record = RecordRef { kind: RecordKind::Person, id: person };
    for number in ["13300000001", "13300000002"] {
        let sets = BTreeMap::from([(keys::PHONE.to_owned(), Field::from(number))]);
        let body = Body { sets, salt: WriterId(world.county.dice.number()), ..Body::default() };
        let (record, seen) = (OwnRecord::Known(record), Some(Vector::default()));
        let patch = OwnPatch { record, form: None, body, seen, author: operator(), stamp: Stamp::default() };
        world.county.append(vec![patch], clock::now_ms()).await.unwrap();
    }
    let row = world.county.stores.ledger.record(record).await.unwrap().unwrap();
    serde_json::to_value(&row.head.vector).unwrap()
}

/// A word on a field that differed, which can be taken back.
async fn settled(world: &World, person: RecordId) -> RecordId {
    let seen = serde_json::from_value(differing(world, person).await).unwrap();
    let record = RecordRef { kind: RecordKind::Person, id: person };
    let by = crate::seed::staff::id(world.county.keys.county(), 2);
    let word = Settlement { record, field: keys::PHONE.to_owned(), value: "13300000001".into(), seen, by };
    decide::settle(&world.county, &word, clock::now_ms()).await.unwrap();
    let all = crate::reports::waiting::decided(&world.county, None, None, 1, today()).await.unwrap();
    all.decisions[0].id
}

/// A visit that a phone has brought, with its part.
async fn visited(world: &World, person: RecordId, area: AreaCode) -> (RecordId, RecordId) {
    let worker = somebody(world, area).await;
    let mut phone = world.phone_of(worker, world.county.dice.number() >> 1).await;
    let happened = domain::time::Happened::whole(today()).to_string();
    let home = number(village(area));
    let sets = [(keys::VILLAGE, home), (keys::WAY, "home".into()), (keys::HAPPENED, happened.into())];
    let visit = phone.write(RecordKind::Visit, &sets);
    let link = |id: RecordId| Field::from(id.to_string());
    let part = [(keys::VISIT, link(visit)), (keys::SUBJECT, link(person)), (keys::MET, "self".into())];
    let part = phone.write(RecordKind::Part, &part);
    phone.exchange(&world.phones).await.unwrap();
    (visit, part)
}

/// What waits is put there before it is named.
async fn waiting(world: &World, person: RecordId, path: String) -> String {
    if path.contains("{decision}") {
        return path.replace("{decision}", &settled(world, person).await.to_string());
    }
    if path.contains("{item}") {
        differing(world, person).await;
    }
    path.replace("{item}", &person.to_string())
}

/// A table in which a row is wrong, and the hash of another plan than would be shown: nothing of it is taken.
fn a_table() -> Value {
    let file = base64::engine::general_purpose::STANDARD.encode("姓名,村,角色\n,,\n测试,,\n");
    json!({ "file": file, "hash": domain::canonical::Hash::ZERO })
}

/// A period that may be closed.
async fn a_period_of_its_own(world: &World) -> domain::period::Period {
    let (state, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
    let all = close::periods(&reference, state.begins, today());
    let open = |one: &&close::Kept| one.over && !one.closing.as_ref().is_some_and(|one| one.is_closed());
    let found = all.iter().find(open).map(|one| one.period);
    if let Some(period) = found {
        return period;
    }
    // All of them are closed: one is opened again.
    let period = all.iter().find(|one| one.over).unwrap().period;
    let by = crate::seed::staff::id(world.county.keys.county(), 2);
    close::reopen(&world.county, period, "再来一次", by, clock::now_ms()).await.unwrap();
    period
}

/// Two records of somebody, each time anew.
async fn twins(world: &World, area: AreaCode) -> [RecordId; 2] {
    let sets = [(keys::NAME, "测同名".into()), (keys::VILLAGE, number(village(area)))];
    [write(world, RecordKind::Person, &sets).await, write(world, RecordKind::Person, &sets).await]
}

/// What is said with a request about a thing in an area.
async fn said(world: &World, things: &Things, row: &Row, area: AreaCode, owner: RecordId) -> Value {
    let [until, from] = [3, 40].map(|days| today().plus(days).to_string());
    match row.path {
        "/api/session/unlock" => json!({ "password": "?" }),
        "/api/session/password" => json!({ "old": "?", "new": "?" }),
        "/api/session" => json!({ "login": "?", "password": "?" }),
        "/api/subjects/search" => json!({ "q": "李" }),
        "/api/visits/{visit}/void" => json!({ "reason": "填错了" }),
        "/api/waiting/decisions" => json!({ "items": [], "verdict": "keep", "reason": "" }),
        "/api/waiting/settlements" => {
            let seen = differing(world, things.person[&area]).await;
            json!({ "record": things.person[&area], "field": "phone", "value": "13300000002", "seen": seen })
        }
        "/api/waiting/goings" => {
            json!({ "item": township::two_visits(world, area).await, "one": true, "reason": "" })
        }
        "/api/waiting/decisions/{decision}/undo" | "/api/duplicates/{decision}/undo" => {
            json!({ "reason": "看错了" })
        }
        "/api/duplicates/merge" => {
            let [person, into] = twins(world, area).await;
            json!({ "person": person, "into": into, "takes": [], "reason": "" })
        }
        "/api/duplicates/apart" => {
            let [person, other] = twins(world, area).await;
            json!({ "person": person, "other": other, "apart": true, "reason": "" })
        }
        "/api/grants" => json!({ "words": "核实", "until": until }),
        "/api/grants/{grant}/decision" => json!({ "approve": true }),
        "/api/grants/{grant}/openings" => json!({ "part": things.part[&area], "reason": "verify" }),
        "/api/devices/{device}/state" => json!({ "state": "retired" }),
        "/api/sheets" => json!({ "staff": [] }),
        "/api/duties" | "/api/duties/preview" => {
            let title = format!("老年人探访 {}", world.county.dice.number());
            let fields = json!({ "source": "县里的规定", "title_zh": title });
            json!({ "act": "change", "duty": "elder_monthly", "from": from, "fields": fields })
        }
        // One that nobody has closed yet: there are periods enough for every case.
        "/api/closings" => json!({ "period": a_period_of_its_own(world).await }),
        "/api/closings/reopen" => {
            let period = a_period_of_its_own(world).await;
            let by = crate::seed::staff::id(world.county.keys.county(), 2);
            let word = close::Close { period, late_until: None, by };
            close::close(&world.county, word, clock::now_ms()).await.unwrap();
            json!({ "period": period, "reason": "算错了" })
        }
        "/api/urgent/{urgent}/calls" => json!({ "words": "派出所 14:10" }),
        "/api/staff/{staff}/assignments" => on_a_day_of_its_own(),
        "/api/assignments/{assignment}/end" => json!({ "until": from }),
        path if path.contains("/import/") => a_table(),
        _ => township::said(world, things, row.path, area, owner).await,
    }
}

/// What a route is asked with: a thing in an area, of `owner`.
async fn asked(world: &World, things: &Things, row: &Row, area: AreaCode, owner: RecordId) -> Asked {
    let mut visit = things.visit[&area];
    let mut said = said(world, things, row, area, owner).await;
    if row.path == "/api/visits/{visit}/asks" {
        // Its own visit and part each time: one question after the other.
        let (made, part) = visited(world, things.person[&area], area).await;
        visit = made;
        said = json!({ "part": part, "field": "met", "words": "是哪一位？" });
    }
    let mut path = row.path.replace("{duty}", "elder_monthly");
    if row.path.starts_with("/api/duplicates/{decision}") {
        let [person, into] = twins(world, area).await;
        let by = crate::seed::staff::id(world.county.keys.county(), 2);
        let word =
            crate::duplicates::Merging { person, into, takes: BTreeSet::new(), reason: String::new(), by };
        let decision = crate::duplicates::merge(&world.county, &word, clock::now_ms()).await.unwrap();
        path = path.replace("{decision}", &decision.to_string());
    }
    let path = waiting(world, things.person[&area], path).await;
    let mut path = township::path(world, things, row.path, area, path).await;
    path = path.replace("{person}", &things.person[&area].to_string());
    path = path.replace("{urgent}", &things.urgent[&area].to_string());
    path = path.replace("{visit}", &visit.to_string());
    path = path.replace("{staff}", &owner.to_string());
    if path.contains("{device}") {
        path = path.replace("{device}", &device(world, owner).await.to_string());
    }
    if path.contains("{grant}") {
        let state = if row.path.ends_with("decision") { "asked" } else { "approved" };
        path = path.replace("{grant}", &grant(world, owner, area, state).await.to_string());
    }
    if path.contains("{assignment}") {
        let one = another_role(world, owner, area).await;
        path = path.replace("{assignment}", &one.to_string());
    }
    if row.path.ends_with("/account/reset") || row.path.ends_with("/account/close") {
        let login = format!("acc{}", world.county.dice.number() % 1_000_000_000);
        let act = account::Act::Add { staff: owner, login };
        let _ = account::carry_out(&world.county, act, clock::now_ms()).await;
    }
    let mut query = Vec::new();
    if row.place == Place::Area {
        query.push(format!("area={area}"));
    }
    if row.path.contains("people") || row.path.ends_with("explain") {
        query.push("column=due".to_owned());
    }
    if row.path.ends_with("foreseen") {
        query.push(format!("kind=visit&id={}", things.visit[&area]));
    }
    if row.path.ends_with("export") {
        query.push("format=csv".to_owned());
    }
    let path = if query.is_empty() { path } else { format!("{path}?{}", query.join("&")) };
    Asked { path, said: (row.method != Method::GET).then_some(said) }
}

/// What the table says of somebody with a role in `mine` who asks for a thing in `area`.
fn expected(row: &Row, role: Role, mine: AreaCode, county: AreaCode, area: AreaCode, own: bool) -> bool {
    let (Who::Holding(roles) | Who::Behind(roles)) = row.who else { return true };
    let whose = match row.whose {
        Whose::Any => true,
        Whose::Own => own,
        Whose::Other => !own,
    };
    let here = match row.place {
        // Where it lies is known when it has been found.
        Place::Anywhere
            if (row.path.starts_with("/api/waiting") && row.path != "/api/waiting/decisions")
                || row.path.starts_with("/api/duplicates") =>
        {
            mine == county || mine == area
        }
        Place::Anywhere => true,
        Place::County => mine == county,
        _ => mine == county || mine == area,
    };
    roles.contains(&role) && whose && here
}

/// One's own thing can only be asked for where there is something of one's own.
fn owned(row: &Row) -> bool {
    ["{staff}", "{device}", "{grant}", "{assignment}"].iter().any(|name| row.path.contains(name))
}

/// Asks once for one thing, and says what is other than the table has it.
async fn tried(world: &World, things: &Things, row: &Row, clerk: &Clerk, case: &Case) -> Option<String> {
    let owner = if case.own { clerk.staff } else { case.somebody };
    let asked = asked(world, things, row, case.area, owner).await;
    let answer = ask(world, row.method.clone(), &asked.path, Some(&clerk.token), asked.said).await;
    let county = world.county.keys.county();
    let may = expected(row, case.role, case.mine, county, case.area, case.own);
    let status = if may { StatusCode::OK } else { StatusCode::FORBIDDEN };
    (answer.status != status).then(|| {
        let (role, got, code) = (case.role.code(), answer.status, answer.code());
        format!("{} {}: {role} of {} in {}: {got} {code}", row.method, row.path, case.mine, case.area)
    })
}

struct Case {
    role: Role,
    mine: AreaCode,
    area: AreaCode,
    own: bool,
    somebody: RecordId,
}

#[tokio::test]
async fn every_route_answers_every_role_by_the_table() {
    let world = World::new().await;
    let things = things(&world).await;
    let others = [somebody(&world, TOWNSHIP).await, somebody(&world, ELSEWHERE).await];
    let rows = || TABLE.iter().filter(|row| matches!(row.who, Who::Holding(_) | Who::Behind(_)));
    let mut wrong = Vec::new();
    for (number, role) in Role::ALL.iter().enumerate() {
        for mine in [world.county.keys.county(), TOWNSHIP] {
            let login = format!("c{number}-{mine}");
            let clerk = Clerk::with(&world, &login, &[(*role, mine)]).await;
            for row in rows() {
                for (area, somebody) in AREAS.into_iter().zip(others) {
                    let case = Case { role: *role, mine, area, own: false, somebody };
                    wrong.extend(tried(&world, &things, row, &clerk, &case).await);
                }
            }
        }
        // One's own phone, role and grant lie where one works; asking changes what one is.
        for row in rows().filter(|row| owned(row)) {
            let login = format!("o{number}-{}", world.county.dice.number() % 1_000_000_000);
            let clerk = Clerk::with(&world, &login, &[(*role, TOWNSHIP)]).await;
            let (mine, area) = (TOWNSHIP, TOWNSHIP);
            let case = Case { role: *role, mine, area, own: true, somebody: clerk.staff };
            wrong.extend(tried(&world, &things, row, &clerk, &case).await);
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[tokio::test]
async fn without_a_session_nothing_is_answered() {
    let world = World::new().await;
    let things = things(&world).await;
    for row in TABLE.iter().filter(|row| row.who != Who::Anybody) {
        let owner = somebody(&world, TOWNSHIP).await;
        let asked = asked(&world, &things, row, TOWNSHIP, owner).await;
        let answer = ask(&world, row.method.clone(), &asked.path, None, asked.said).await;
        let told = (answer.status, answer.code());
        assert_eq!(
            told,
            (StatusCode::UNAUTHORIZED, "log_in_missing".to_owned()),
            "{} {}",
            row.method,
            row.path
        );
    }
}

/// Every path that a router answers, with its methods as it prints them; `any` of what takes all of them.
fn answered(router: &axum::Router) -> BTreeMap<String, BTreeSet<String>> {
    let printed = format!("{router:?}");
    // What no route answers goes to the console's pages.
    let (own, _) = printed.split_once("fallback_router").unwrap();
    let (routes, paths) = own.split_once("node: Node").unwrap();
    let ids = |text: &str| -> Vec<(String, String)> {
        let all = text.split("RouteId(").skip(1);
        all.filter_map(|one| one.split_once("): ").map(|(id, rest)| (id.to_owned(), rest.to_owned())))
            .collect()
    };
    let allowed = |rest: &str| {
        let listed = rest.split_once("allow_header: Bytes(b\"").and_then(|(_, list)| list.split_once('"'));
        listed.map_or("any", |(list, _)| list).split(',').map(str::to_owned).collect::<BTreeSet<_>>()
    };
    let methods: BTreeMap<_, _> = ids(routes).into_iter().map(|(id, rest)| (id, allowed(&rest))).collect();
    let path = |rest: &str| rest.split('"').nth(1).unwrap().to_owned();
    ids(paths).into_iter().map(|(id, rest)| (path(&rest), methods[&id].clone())).collect()
}

#[tokio::test]
async fn the_desk_answers_what_the_table_has_and_nothing_beside_it() {
    let world = World::new().await;
    let mut listed =
        BTreeMap::from([("/health".to_owned(), BTreeSet::from(["GET", "HEAD"].map(str::to_owned)))]);
    for row in TABLE {
        let methods = listed.entry(row.path.to_owned()).or_default();
        methods.insert(row.method.to_string());
        // A browser may ask for the head alone.
        methods.extend((row.method == Method::GET).then(|| Method::HEAD.to_string()));
    }
    // As it is served, with whatever was put beside the table's own.
    assert_eq!(answered(&world.desk), listed);
}
