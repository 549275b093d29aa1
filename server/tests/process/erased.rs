//! Erasure on the command line: two people, a power cut at any moment, and a backup that is older.

use crate::place::Place;
use county_server::config::{Config, Data};
use county_server::county::each_record;
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use std::fs;
use std::path::Path;
use std::time::Duration;

const NAME: &str = "测删除";

fn config(folder: &Path) -> Config {
    Config { data: Data { folder: folder.join("data"), ..Data::default() }, ..Config::default() }
}

/// The person of this name, while there is one.
fn wanted(folder: &Path) -> Option<RecordId> {
    let county = county_server::open::to_read(&config(folder)).unwrap();
    let mut found = None;
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let look = each_record(county.stores.ledger.as_ref(), RecordKind::Person, |record, row| {
        if row.head.text(keys::NAME) == Some(NAME) {
            found = Some(record.id);
        }
    });
    runtime.block_on(look).unwrap();
    found
}

/// A county with one person, an administrator and an approver.
fn furnished() -> (Place, String) {
    let place = Place::new();
    place.said(&["seed", "--books"]);
    let rows = format!(
        "村,户主,姓名,身份证号,类别,电话\n民主村,{NAME},{NAME},11010519491231002X,低保,13900000001\n"
    );
    fs::write(place.path("people.csv"), rows).unwrap();
    place.said(&["import", "people", "people.csv"]);
    for (name, role, phone) in
        [("段管理", "county_admin", "13900000011"), ("字负责", "approver", "13900000012")]
    {
        place.said(&["staff", "add", name, "--phone", phone]);
        place.said(&["staff", "assign", name, role, "532929000000"]);
    }
    let id = wanted(place.0.path()).unwrap().to_string();
    (place, id)
}

const WHY: [&str; 4] = ["--reason", "本人书面申请", "--by", "段管理"];

#[test]
fn an_erasure_says_beforehand_what_goes_and_takes_two() {
    let (place, id) = furnished();
    let asked = ["erase", "person", &id];
    let dry = place.said(&[&asked[..], &WHY, &["--dry-run"]].concat());
    assert!(dry.contains("删除：户 1、服务对象 1") && dry.contains("没有写入"), "{dry}");
    let told = place.refused(&[&asked[..], &WHY, &["--approved-by", "段管理"]].concat());
    assert!(told.contains("不能批准自己的申请"), "{told}");
    let waiting = place.said(&["erase", "list"]);
    assert!(waiting.contains("等负责人批准") && !waiting.contains(NAME), "{waiting}");
    assert!(wanted(place.0.path()).is_some(), "asked for only");
    let erasure = waiting.lines().nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let server = place.serve();
    let done = place.said(&["erase", "approve", &erasure, "--by", "字负责"]);
    assert!(done.contains("已删除"), "{done}");
    drop(server);
    assert_eq!(wanted(place.0.path()), None);
    let list = place.said(&["erase", "list"]);
    assert!(list.contains("已删除 2 条，字负责批准"), "{list}");
    assert_eq!(place.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
    let kept = fs::read_to_string(place.path("data.keys.json.erasures")).unwrap();
    assert!(!kept.contains(NAME) && !kept.contains("13900000001") && kept.contains(&id), "{kept}");
    let log = fs::read_to_string(place.path("server.log")).unwrap();
    assert!(!log.contains(NAME), "{log}");
}

#[test]
fn all_that_is_held_of_a_person_is_one_document_and_that_is_logged() {
    let (place, id) = furnished();
    let show = |file: &str, by: &str| ["person", "show", &id, file, "--by", by].map(str::to_owned);
    let arguments = |all: &[String; 6]| all.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    let told = place.refused(&arguments(&show("x.html", "字负责")).split(' ').collect::<Vec<_>>());
    assert!(told.contains("没有办这件事的职责"), "{told}");
    for file in ["x.html", "x.json"] {
        place.said(&arguments(&show(file, "段管理")).split(' ').collect::<Vec<_>>());
        let text = fs::read_to_string(place.path(file)).unwrap();
        let logged = if file == "x.html" { "查阅、复制" } else { "shown_to_person" };
        for held in [NAME, "13900000001", "身份证号", "段管理", logged, "类别 低保 从哪天起"] {
            assert!(text.contains(held), "{file}: {held}");
        }
        if file == "x.html" {
            // Words, and neither codes nor ids.
            assert!(text.contains("<th>性别</th><td>女</td>"), "{text}");
            assert!(text.contains("<th>户</th><td>户 1</td>") && text.contains("<h2>户 1</h2>"), "{text}");
            let id = |word: &str| word.len() == 32 && word.parse::<RecordId>().is_ok();
            let ids: Vec<&str> =
                text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| id(word)).collect();
            assert_eq!(ids, [""; 0], "{text}");
        }
    }
    place.said(&[&["erase", "person", &id][..], &WHY, &["--approved-by", "字负责"]].concat());
    let told = place.refused(&arguments(&show("y.html", "段管理")).split(' ').collect::<Vec<_>>());
    assert!(told.contains("没有找到"), "{told}");
}

#[test]
fn a_restored_county_erases_again_before_it_serves() {
    let (place, id) = furnished();
    place.said(&["backup", "before.age"]);
    place.said(&[&["erase", "person", &id][..], &WHY, &["--approved-by", "字负责"]].concat());
    fs::remove_dir_all(place.path("data")).unwrap();
    fs::rename(place.path("data.keys.json"), place.path("old.keys.json")).unwrap();
    place.said(&["restore", "before.age", "--recovery", "data.recovery-key.txt"]);
    assert!(wanted(place.0.path()).is_some(), "the backup has it still");
    place.serve().stop();
    assert_eq!(wanted(place.0.path()), None, "before the first request");
    assert_eq!(place.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
}

#[test]
fn a_backup_knows_what_was_erased_before_it_also_when_an_older_one_follows() {
    let (place, id) = furnished();
    place.said(&["backup", "before.age"]);
    place.said(&[&["erase", "person", &id][..], &WHY, &["--approved-by", "字负责"]].concat());
    place.said(&["backup", "after.age"]);
    let lost = |name: &str| fs::rename(place.path(name), place.path(&format!("lost.{name}"))).unwrap();
    fs::remove_dir_all(place.path("data")).unwrap();
    // The whole machine is lost, and what stood beside the keys with it.
    lost("data.keys.json");
    lost("data.keys.json.erasures");
    let told = place.said(&["restore", "after.age", "--recovery", "data.recovery-key.txt"]);
    assert!(told.contains("依法删除"), "{told}");
    fs::remove_dir_all(place.path("data")).unwrap();
    place.said(&["restore", "before.age", "--recovery", "data.recovery-key.txt"]);
    assert!(wanted(place.0.path()).is_some(), "the older backup has it still");
    place.serve().stop();
    assert_eq!(wanted(place.0.path()), None, "before the first request");
}

#[test]
fn whenever_it_is_killed_it_is_erased_whole_or_not_at_all() {
    let (place, id) = furnished();
    place.said(&[&["erase", "person", &id][..], &WHY].concat());
    let list = place.said(&["erase", "list"]);
    let erasure = list.lines().nth(1).unwrap().split_whitespace().next().unwrap().to_owned();
    let kept = || place.path("data.keys.json.erasures");
    let mut finished = false;
    for tenth in 0..60 {
        let mut erasing = place.program(&["erase", "approve", &erasure, "--by", "字负责"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(20 + tenth * 10));
        let ended = erasing.try_wait().unwrap();
        erasing.kill().unwrap();
        erasing.wait().unwrap();
        let written = fs::read_to_string(kept()).is_ok_and(|text| text.contains(&erasure));
        // Whatever was written down is done by the next who opens it for writing.
        place.said(&[
            "staff",
            "add",
            &format!("新人{}", (b'a' + (tenth % 26) as u8) as char),
            "--phone",
            &format!("139{tenth:08}"),
        ]);
        assert_eq!(wanted(place.0.path()).is_none(), written, "after {tenth}");
        if ended.is_some() || written {
            finished = true;
            break;
        }
    }
    assert!(finished, "it came to its end");
    assert_eq!(place.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
}
