//! Logging in, and what protects a session.

use super::super::table::{TABLE, Who};
use super::{Answer, Clerk, ELSEWHERE, ask, nothing, send};
use crate::account::{self, Act};
use crate::testing::World;
use crate::{clock, session};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use domain::catalogue::{RecordKind, keys};
use domain::staff::Role;
use serde_json::{Value, json};

async fn log_in(world: &World, login: &str, password: &str) -> Answer {
    let said = json!({ "login": login, "password": password });
    ask(world, Method::POST, "/api/session", None, Some(said)).await
}

fn token(answer: &Answer) -> String {
    let cookie = answer.headers[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"), "{cookie}");
    cookie.split([';', '=']).nth(1).unwrap().to_owned()
}

async fn first_password(world: &World) -> String {
    let act = Act::Add { staff: world.officer(), login: "yangjie".to_owned() };
    account::carry_out(&world.county, act, clock::now_ms()).await.unwrap().unwrap().password
}

#[tokio::test]
async fn the_first_password_opens_nothing_but_its_own_change() {
    let world = World::new().await;
    let first = first_password(&world).await;
    let begun = log_in(&world, "yangjie", &first).await;
    assert_eq!((begun.status, &begun.json()["state"]), (StatusCode::OK, &json!("first_password")));
    let token = token(&begun);
    let asked = async |method, path, said| ask(&world, method, path, Some(&token), said).await;
    let refused = asked(Method::GET, "/api/header", None).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::FORBIDDEN, "password_first"));
    let change = |old: &str, new: &str| Some(json!({ "old": old, "new": new }));
    let path = "/api/session/password";
    let wrong = asked(Method::POST, path, change("not it", "核桃树下第二家的大门口")).await;
    assert_eq!((wrong.status, wrong.code().as_str()), (StatusCode::UNAUTHORIZED, "log_in_wrong"));
    let weak = asked(Method::POST, path, change(&first, "short")).await;
    assert_eq!(weak.code(), "password_weak");
    let changed = asked(Method::POST, path, change(&first, "核桃树下第二家的大门口")).await;
    assert_eq!((changed.status, &changed.json()["state"]), (StatusCode::OK, &json!("open")));
    assert_eq!(log_in(&world, "yangjie", &first).await.code(), "log_in_wrong");
    assert_eq!(log_in(&world, "yangjie", "核桃树下第二家的大门口").await.json()["state"], "open");
}

#[tokio::test]
async fn nobody_learns_which_names_there_are_and_who_guesses_waits() {
    let world = World::new().await;
    let first = first_password(&world).await;
    for login in ["yangjie", "nobody"] {
        let mut answers = Vec::new();
        for _ in 0..4 {
            let answer = log_in(&world, login, "a wrong one").await;
            assert!(!answer.headers.contains_key(header::SET_COOKIE));
            answers.push((answer.status.as_u16(), answer.code()));
        }
        let wrong = (401, "log_in_wrong".to_owned());
        let soon = (429, "log_in_too_soon".to_owned());
        assert_eq!(answers, [wrong.clone(), wrong.clone(), wrong, soon], "{login}");
    }
    assert_eq!(log_in(&world, "yangjie", &first).await.code(), "log_in_too_soon", "the right one waits too");
}

#[tokio::test]
async fn a_closed_account_is_out_at_once() {
    let world = World::new().await;
    let clerk = Clerk::with(&world, "wangmin", &[(Role::Reader, world.county.keys.county())]).await;
    assert_eq!(clerk.get(&world, "/api/header").await.status, StatusCode::OK);
    account::carry_out(&world.county, Act::Close { staff: clerk.staff }, clock::now_ms()).await.unwrap();
    let out = clerk.get(&world, "/api/header").await;
    assert_eq!((out.status, out.code().as_str()), (StatusCode::UNAUTHORIZED, "log_in_missing"));
}

#[tokio::test]
async fn a_locked_session_goes_on_with_the_password() {
    let world = World::new().await;
    let first = first_password(&world).await;
    let begun = log_in(&world, "yangjie", &first).await;
    let token = token(&begun);
    let asked = async |method, path, said| ask(&world, method, path, Some(&token), said).await;
    let proof = begun.json()["proof"].clone();
    let locked = asked(Method::POST, "/api/session/lock", Some(nothing())).await;
    assert_eq!((&locked.json()["state"], &locked.json()["proof"]), (&json!("locked"), &proof));
    let refused = asked(Method::GET, "/api/header", None).await;
    assert_eq!((refused.status, refused.code().as_str()), (StatusCode::UNAUTHORIZED, "log_in_locked"));
    let again = |password: &str| Some(json!({ "password": password }));
    assert_eq!(asked(Method::POST, "/api/session/unlock", again("x")).await.code(), "log_in_wrong");
    let open = asked(Method::POST, "/api/session/unlock", again(&first)).await;
    assert_eq!(open.json()["state"], "first_password");
    // What the process had in memory is gone: the session is there, and locked.
    world.county.sessions.end_all(world.officer(), None);
    let found = asked(Method::GET, "/api/session", None).await;
    assert_eq!((&found.json()["state"], &found.json()["proof"]), (&json!("locked"), &proof));
    let out = asked(Method::DELETE, "/api/session", None).await;
    assert_eq!(out.json()["state"], "out");
    assert_eq!(asked(Method::GET, "/api/session", None).await.json()["state"], "out");
}

#[tokio::test]
async fn what_changes_something_comes_from_the_console_s_own_page() {
    let world = World::new().await;
    let clerk = Clerk::with(&world, "wangmin", &[]).await;
    let proof = crate::session::proof_of(&clerk.token);
    let cookie = format!("session={}", clerk.token);
    let cases: [(Option<&str>, Option<&str>, StatusCode); 6] = [
        (Some("https://desk"), Some(&proof), StatusCode::OK),
        (None, Some(&proof), StatusCode::FORBIDDEN),
        (Some("https://elsewhere"), Some(&proof), StatusCode::FORBIDDEN),
        (Some("null"), Some(&proof), StatusCode::FORBIDDEN),
        (Some("https://desk"), None, StatusCode::FORBIDDEN),
        (Some("https://desk"), Some("another"), StatusCode::FORBIDDEN),
    ];
    for (origin, proof, expected) in cases {
        let mut request = Request::builder().method(Method::POST).uri("/api/session/lock");
        request = request.header(header::HOST, "desk").header(header::COOKIE, &cookie);
        for (name, value) in [("origin", origin), ("x-request-proof", proof)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let answer = send(&world, request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(answer.status, expected, "{origin:?} {proof:?}");
    }
}

#[tokio::test]
async fn every_answer_says_what_the_browser_may_do_with_it() {
    let world = World::new().await;
    for (method, path, status) in [
        (Method::GET, "/", 200),
        (Method::GET, "/coverage/532929102000", 200),
        (Method::GET, "/assets/nothing.js", 404),
        (Method::GET, "/health", 200),
        (Method::GET, "/api/header", 401),
        (Method::GET, "/api/nothing", 404),
        (Method::PUT, "/api/session", 405),
        (Method::POST, "/", 404),
    ] {
        let answer = ask(&world, method.clone(), path, None, None).await;
        assert_eq!(answer.status.as_u16(), status, "{method} {path}");
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        let page = answer.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html");
        assert_eq!(answer.headers[header::CACHE_CONTROL], if page { "no-cache" } else { "no-store" });
        assert_ne!(answer.bytes, b"", "{path} says something");
    }
    let session = ask(&world, Method::GET, "/api/session", None, None).await.json();
    assert_eq!((&session["state"], &session["proof"]), (&json!("out"), &Value::Null));
}

#[tokio::test]
async fn behind_the_lock_the_number_of_unread_reports_is_all_that_is_answered() {
    let world = World::new().await;
    let reviewer =
        Clerk::with(&world, "shencha", &[(Role::CountyReviewer, world.county.keys.county())]).await;
    let elsewhere = Clerk::with(&world, "bieren", &[(Role::ChildSupervisor, ELSEWHERE)]).await;
    let reader = Clerk::with(&world, "kan", &[(Role::Reader, world.county.keys.county())]).await;
    let mut phone = world.phone(1).await;
    let report = phone.write(RecordKind::Urgent, &[(keys::WORDS, "老人摔倒了".into())]);
    phone.exchange(&world.phones).await.unwrap();
    for one in [&reviewer, &elsewhere, &reader] {
        assert_eq!(one.post(&world, "/api/session/lock", nothing()).await.status, StatusCode::OK);
    }
    let unread = async |clerk: &Clerk| clerk.get(&world, "/api/urgent/unread").await;
    assert_eq!(unread(&reviewer).await.json(), json!({ "count": 1 }));
    assert_eq!(unread(&elsewhere).await.json(), json!({ "count": 0 }), "of another township");
    assert_eq!(unread(&reader).await.code(), "not_for_you");
    for row in TABLE.iter().filter(|row| matches!(row.who, Who::Holding(_))) {
        let answer = ask(&world, row.method.clone(), row.path, Some(&reviewer.token), Some(nothing())).await;
        assert_eq!(answer.code(), "log_in_locked", "{} {}", row.method, row.path);
    }
    let by = crate::seed::staff::id(world.county.keys.county(), 2);
    let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
    crate::urgent::open(&world.county, &reference, report, by, clock::now_ms()).await.unwrap();
    assert_eq!(unread(&reviewer).await.json(), json!({ "count": 0 }), "until somebody has read it");
}

#[tokio::test]
async fn asking_for_that_number_keeps_no_session_open() {
    let world = World::new().await;
    let clerk = Clerk::with(&world, "shencha", &[(Role::CountyReviewer, world.county.keys.county())]).await;
    let idle = std::time::Duration::from_millis(1_500);
    let find = async |used| {
        session::find(&world.county, &clerk.token, idle, used, clock::now_ms()).await.unwrap().unwrap()
    };
    assert!(!find(session::Used::ByHand).await.locked);
    for _ in 0..4 {
        tokio::time::sleep(idle / 3).await;
        assert_eq!(clerk.get(&world, "/api/urgent/unread").await.status, StatusCode::OK);
    }
    assert!(find(session::Used::Unattended).await.locked, "nobody was here");
}
