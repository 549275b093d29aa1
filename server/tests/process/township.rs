//! The township's desk on the command line: one person in two records, what was reported at the door, who was
//! registered there, and what was found; each with its word, and the word taken back.

use crate::place::Place;
use county_server::config::{Config, Data};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{RecordId, WriterId};
use domain::patch::{Body, RecordRef};
use domain::time::{Day, Happened, Stamp};
use domain::value::Value;
use std::collections::BTreeMap;
use sync::county::prepared::{OwnPatch, OwnRecord};

const VILLAGE: i64 = 532_929_102_210;

/// A county with a station head, and what phones have brought of these kinds.
struct Township {
    place: Place,
    salt: u64,
}

impl Township {
    fn new() -> Self {
        let place = Place::new();
        place.said(&["seed", "--books"]);
        place.said(&["staff", "add", "段站长", "--phone", "13900000021"]);
        place.said(&["staff", "assign", "段站长", "station_head", "532929102000"]);
        Self { place, salt: 0 }
    }

    /// Puts a record there, as if somebody had brought it.
    fn brought(&mut self, kind: RecordKind, sets: &[(&str, Value)]) -> RecordId {
        let data = Data { folder: self.place.path("data"), ..Data::default() };
        let county = county_server::open::to_write(&Config { data, ..Config::default() }).unwrap();
        self.salt += 1;
        let id = RecordId::named("brought", &self.salt.to_string());
        let sets: BTreeMap<String, Value> =
            sets.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let body = Body { sets, salt: WriterId(self.salt), ..Body::default() };
        let (record, author) = (RecordRef { kind, id }, county_server::staff::operator());
        let stamp = Stamp { wall_ms: county_server::clock::now_ms(), ..Stamp::default() };
        let record = OwnRecord::Known(record);
        let patch = OwnPatch { record, form: None, body, seen: None, author, stamp };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(county.append(vec![patch], county_server::clock::now_ms())).unwrap();
        id
    }

    fn person(&mut self, name: &str, more: &[(&str, Value)]) -> RecordId {
        let named = [(keys::NAME, name.into()), (keys::VILLAGE, Value::Int(VILLAGE))];
        self.brought(RecordKind::Person, &[&named[..], more].concat())
    }

    fn said(&self, command: &str) -> String {
        self.place.said(&command.split(' ').collect::<Vec<_>>())
    }

    fn refused(&self, command: &str) -> String {
        self.place.refused(&command.split(' ').collect::<Vec<_>>())
    }
}

fn link(id: RecordId) -> Value {
    id.to_string().into()
}

#[test]
fn two_records_of_one_person_are_listed_merged_and_taken_apart() {
    let mut township = Township::new();
    let born = [(keys::BORN, Value::from("1950-05-05"))];
    let (stays, goes) = (township.person("测同名", &born), township.person("测同名", &born));
    let list = township.said("duplicates list");
    assert!(list.contains("测同名") && list.contains(&stays.to_string()), "{list}");
    let merged = township.said(&format!("duplicates merge {goes} {stays} --by 段站长 --reason 同一个人"));
    let decision = merged.trim().rsplit('：').next().unwrap().to_owned();
    assert!(!township.said("duplicates list").contains("测同名"), "they are one");
    let again = township.refused(&format!("duplicates merge {goes} {stays} --by 段站长"));
    assert!(again.contains("已经合并过了"), "{again}");
    assert!(township.said("duplicates history").contains("测同名"));
    township.said(&format!("duplicates undo {decision} --by 段站长 --reason 看错了"));
    assert!(township.said("duplicates list").contains("测同名"), "they are suggested again");
    township.said(&format!("duplicates apart {goes} {stays} --by 段站长"));
    let list = township.said("duplicates list");
    assert!(!list.contains(&format!("{stays} {goes}")), "{list}");
    assert!(township.said("doctor").contains("核对无误"));
}

#[test]
fn what_was_reported_at_the_door_is_confirmed_and_taken_back() {
    let mut township = Township::new();
    let born = [(keys::BORN, Value::from("1950-05-05"))];
    let person = township.person("测住院", &born);
    let today = Day::of(county_server::clock::now_ms());
    let happened = Happened::whole(today).to_string();
    let visit = [
        (keys::VILLAGE, Value::Int(VILLAGE)),
        (keys::WAY, "home".into()),
        (keys::HAPPENED, happened.as_str().into()),
    ];
    let visit = township.brought(RecordKind::Visit, &visit);
    let part = [
        (keys::VISIT, link(visit)),
        (keys::SUBJECT, link(person)),
        (keys::MET, "none".into()),
        (keys::REASON, "hospital".into()),
    ];
    township.brought(RecordKind::Part, &part);
    let list = township.said("reported list");
    assert!(list.contains("测住院") && list.contains("hospital"), "{list}");
    let nobody = township.refused(&format!("reported confirm {person} hospital --by 没有这人"));
    assert!(nobody.contains("没有"), "{nobody}");
    township.said(&format!("reported confirm {person} hospital --by 段站长 --words 已核实"));
    assert!(!township.said("reported list").contains("测住院"));
    assert!(township.said("reported list --decided").contains("测住院"));
    township.said(&format!("reported undo {person} hospital --by 段站长 --reason 看错了"));
    assert!(township.said("reported list").contains("测住院"), "it waits again");
    township.said(&format!("reported reject {person} hospital --by 段站长 --reason 在家"));
    assert!(!township.said("reported list").contains("测住院"));
    assert!(township.said("doctor").contains("核对无误"));
}

#[test]
fn whoever_was_registered_at_the_door_is_taken_in_or_not() {
    let mut township = Township::new();
    let person = township.person("测登记", &[(keys::REGISTRATION, "pending".into())]);
    assert!(township.said("registration list").contains("测登记"));
    let wrong = township.refused(&format!("registration take {person} --category XX=2026-11-01 --by 段站长"));
    assert!(wrong.contains("类别不对"), "{wrong}");
    township.said(&format!("registration take {person} --category GL=2026-11-01 --by 段站长"));
    assert!(!township.said("registration list").contains("测登记"));
    township.said(&format!("registration undo {person} --by 段站长 --reason 重新核实"));
    assert!(township.said("registration list").contains("测登记"), "they wait again");
    township.said(&format!("registration refuse {person} --by 段站长 --reason 外县人"));
    assert!(township.said("registration list --decided").contains("测登记"));
    assert!(township.said("doctor").contains("核对无误"));
}

#[test]
fn what_was_found_is_answered_and_the_answer_taken_back() {
    let mut township = Township::new();
    let born = [(keys::BORN, Value::from("1950-05-05"))];
    let person = township.person("测漏雨", &born);
    let found = [
        (keys::SUBJECT, link(person)),
        (keys::KIND, "housing".into()),
        (keys::WORDS, "屋顶漏雨".into()),
        (keys::STATE, "open".into()),
    ];
    let concern = township.brought(RecordKind::Concern, &found);
    assert!(township.said("concern list").contains("屋顶漏雨"));
    let how = township.refused(&format!("concern answer {concern} 好了 --by 段站长"));
    assert!(how.contains("in_hand、solved 或 unsolvable"), "{how}");
    township.said(&format!("concern answer {concern} solved --words 已换瓦 --by 段站长"));
    assert!(!township.said("concern list").contains("屋顶漏雨"), "it is settled");
    let figures = township.said("concern figures");
    assert!(figures.contains('1'), "{figures}");
    township.said(&format!("concern undo {concern} --by 段站长 --reason 又漏了"));
    assert!(township.said("concern list").contains("屋顶漏雨"), "it waits again");
    assert!(township.said("doctor").contains("核对无误"));
}

#[test]
fn two_visits_of_one_day_are_one_or_two_on_the_township_s_word_and_that_is_taken_back() {
    let mut township = Township::new();
    let person = township.person("测两人", &[(keys::BORN, "1950-05-05".into())]);
    let mut visit = |worker: &str| {
        let happened = Happened::whole(Day::of(county_server::clock::now_ms())).to_string();
        let by = Value::List(vec![RecordId::named("worker", worker).to_string()]);
        let visit = township.brought(
            RecordKind::Visit,
            &[
                (keys::VILLAGE, Value::Int(VILLAGE)),
                (keys::WAY, "home".into()),
                (keys::HAPPENED, happened.as_str().into()),
                (keys::VISITED_BY, by),
            ],
        );
        let part =
            [(keys::VISIT, link(visit)), (keys::SUBJECT, link(person)), (keys::MET, Value::from("self"))];
        township.brought(RecordKind::Part, &part);
        visit
    };
    let mut both = [visit("甲"), visit("乙")].map(|id| id.to_string());
    both.sort();
    let pair = both.join("+");
    let waits = || township.said("waiting list");
    assert!(waits().contains(&pair) && waits().contains("测两人"), "{}", waits());
    let told = township.said(&format!("waiting one {pair} --by 段站长 --reason 一起去的"));
    assert!(told.contains("已认作一次"), "{told}");
    assert!(!waits().contains(&pair), "{}", waits());
    let past = township.said("waiting history");
    assert!(past.contains("认作一次") && past.contains("一起去的"), "{past}");
    let again = township.refused(&format!("waiting two {pair} --by 段站长 --reason 各去各的"));
    assert!(again.contains("可能已经有人处理过"), "{again}");
    let line = past.lines().find(|line| line.contains("认作一次")).unwrap();
    let decision = line.split_whitespace().find(|word| word.parse::<RecordId>().is_ok()).unwrap();
    township.said(&format!("waiting undo {decision} --by 段站长 --reason 看错了"));
    assert!(waits().contains(&pair), "it waits again: {}", waits());
    let two = township.said(&format!("waiting two {pair} --by 段站长 --reason 上午下午各一次"));
    assert!(two.contains("不是同一次") && !waits().contains(&pair), "{two}");
    assert_eq!(township.said("doctor"), "核对无误：存着的和从头重算的一样。\n");
}
