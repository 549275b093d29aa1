//! The real process: how it starts, what it says when it cannot, and how it stops.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop; the helpers of tests are tests too"
)]

mod clock;
mod erased;
mod operator;
mod place;
mod register;
mod township;
mod unpacked;

use place::{Place, get, post};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

#[test]
fn a_county_that_was_filled_in_part_is_never_taken_for_a_whole_one() {
    let place = Place::new();
    let mut seeding =
        place.program(&["seed", "--subjects", "5000"]).stderr(std::process::Stdio::null()).spawn().unwrap();
    let mark = place.path("data/filling");
    while !mark.exists() {
        assert_eq!(seeding.try_wait().unwrap(), None, "it is filling");
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    seeding.kill().unwrap();
    seeding.wait().unwrap();
    for line in
        [&["coverage"][..], &["doctor"], &["seed"], &["serve"], &["backup", "x.age"], &["staff", "list"]]
    {
        let told = place.refused(line);
        assert!(told.contains("没有填完") && told.contains("data.keys"), "{line:?}: {told}");
    }
    fs::remove_dir_all(place.path("data")).unwrap();
    for file in fs::read_dir(place.path(".")).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    assert!(!mark.exists() && place.said(&["coverage"]).contains("名册"), "what it says to do, does");
}

#[test]
fn the_recovery_key_of_a_county_that_was_moved_away_stays_where_it_is() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    place.said(&["backup", "first.age"]);
    fs::rename(place.path("data"), place.path("old")).unwrap();
    fs::rename(place.path("data.keys.json"), place.path("old.keys.json")).unwrap();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    assert!(place.path("data.recovery-key-2.txt").exists(), "that of the new one");
    let restored = ["--data", "again", "restore", "first.age", "--recovery", "data.recovery-key.txt"];
    place.said(&restored);
    assert!(place.said(&["--data", "again", "coverage"]).contains("名册"));
}

#[test]
fn it_starts_with_nothing_and_stops_when_told() {
    let place = Place::new();
    let mut server = place.serve();
    for address in [&server.phones, &server.desk] {
        let answer = get(address, "/health");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        assert!(answer.contains(r#""county":"532929000000""#), "{answer}");
    }
    assert!(get(&server.desk, "/exchange").starts_with("HTTP/1.1 404"));
    assert!(place.path("data/county.db").exists() && place.path("data.keys.json").exists());
    let recovery = fs::read_to_string(place.path("data.recovery-key.txt")).unwrap();
    assert!(recovery.contains("AGE-SECRET-KEY-1"));
    assert_eq!(server.stop(), Some(0));
    let log = fs::read_to_string(place.path("server.log")).unwrap();
    assert!(log.contains("stopped") && !log.contains("AGE-SECRET-KEY"), "{log}");
    let mut again = place.serve();
    assert_eq!(again.stop(), Some(0));
}

#[test]
fn who_is_in_the_middle_of_a_request_when_it_is_told_to_stop_is_still_answered() {
    let place = Place::new();
    let mut server = place.serve();
    let mut phone = TcpStream::connect(&server.phones).unwrap();
    let head = b"POST /exchange HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\ncontent-length: 8\r\n\r\n";
    phone.write_all(head).unwrap();
    let mut go_on = [0; 25];
    phone.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n", "it waits for the rest");
    server.tell_to_stop();
    while TcpStream::connect(&server.phones).is_ok() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    phone.write_all(b"the rest").unwrap();
    let mut answer = String::new();
    phone.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 400"), "nobody new comes in, and who was in is answered: {answer}");
    assert_eq!(server.stopped(), Some(0));
}

#[test]
fn what_is_wrong_at_the_start_is_told_with_its_place() {
    let place = Place::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    assert!(place.refused(&["serve", "--phones", &address]).contains(&address));
    assert!(!place.path("data.keys.json").exists(), "a port in use makes no keys");
    fs::write(place.path("a-file"), "").unwrap();
    let inside_a_file = place.refused(&["serve", "--data", "a-file/data"]);
    assert!(inside_a_file.contains("a-file/data cannot be written"), "{inside_a_file}");
    fs::write(place.path("county-server.toml"), "[phones]\nadress = \"x\"\n").unwrap();
    let told = place.refused(&["serve"]);
    assert!(told.contains("county-server.toml:2") && told.contains("adress"), "{told}");
    let tls = "[phones]\ntls_certificate = \"c.pem\"\ntls_key = \"k.pem\"\n";
    fs::write(place.path("county-server.toml"), tls).unwrap();
    let told = place.refused(&["serve"]);
    assert!(told.contains("[phones] c.pem") && told.contains("没有这个文件"), "{told}");
    for file in ["c.pem", "k.pem"] {
        fs::write(place.path(file), "no PEM").unwrap();
    }
    let told = place.refused(&["serve"]);
    assert!(told.contains("c.pem, k.pem") && told.contains("不是 PEM"), "{told}");
    fs::remove_file(place.path("county-server.toml")).unwrap();
    let open = place.refused(&["serve", "--phones", "0.0.0.0:0"]);
    assert!(open.contains("[phones]") && open.contains("TLS"), "{open}");
    assert!(place.refused(&["coverage"]).contains("county.db"));
}

#[test]
fn a_file_in_the_place_of_the_data_folder_is_named_and_left_as_it_is() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    let commands = [&["coverage"][..], &["doctor"], &["staff", "list"], &["waiting", "list"], &["serve"]];
    let file = "data/county.db";
    let before = fs::read(place.path(file)).unwrap();
    for command in commands {
        let told = place.refused(&[command, &["--data", file][..]].concat());
        assert!(told.contains(file) && told.contains("不是文件夹"), "{command:?}: {told}");
    }
    assert_eq!(fs::read(place.path(file)).unwrap(), before);
}

#[test]
fn a_command_that_cannot_be_read_is_told_in_a_line_of_each_language() {
    let place = Place::new();
    for line in
        [&["coverage", "--dooty", "x"][..], &["staff", "add"], &["covrage"], &["seed", "--months", "x"]]
    {
        let told = place.refused(line);
        let lines: Vec<_> = told.lines().collect();
        let is_chinese = |line: &&str| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert_eq!(lines.iter().map(is_chinese).collect::<Vec<_>>(), [true, false], "{line:?}: {told}");
    }
    let page = place.refused(&["staff"]);
    assert!(
        page.starts_with("还要写做什么") && page.contains("用法 (usage)"),
        "then the page of help: {page}"
    );
    assert!(place.said(&["coverage", "--help"]).contains("--duty"));
}

#[test]
fn only_serving_and_seeding_make_a_county() {
    let place = Place::new();
    let id = "0".repeat(32);
    for command in [
        &["keys", "renew"][..],
        &["keys", "list"],
        &["staff", "list"],
        &["staff", "phones"],
        &["staff", "add", "测试员"],
        &["staff", "revoke", "0000000000000001"],
        &["staff", "recovery", "0000000000000001"],
        &["person", "withdraw", &id],
        &["duty", "list"],
        &["duty", "end", "elder_monthly", "--from", "2027-01-01", "--source", "x"],
        &["enrol", &id],
        &["waiting", "list"],
        &["waiting", "keep", "9f3a:12", "--by", "测试员"],
        &["settings", "list"],
        &["settings", "set", "late_days", "10", "--source", "x", "--by", "测试员"],
        &["coverage"],
        &["doctor"],
        &["backup", "monday.age"],
    ] {
        let told = place.refused(command);
        assert!(told.contains("no county here") && told.contains("county.db"), "{command:?}: {told}");
        assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 0, "{command:?} made something");
    }
}

#[test]
fn lost_keys_are_never_replaced_by_new_ones() {
    let place = Place::new();
    place.serve().stop();
    fs::rename(place.path("data.keys.json"), place.path("elsewhere")).unwrap();
    let told = place.refused(&["serve"]);
    assert!(told.contains("data.keys.json is missing"), "{told}");
    assert!(!place.path("data.keys.json").exists());
    // The keys of another county do not open it either.
    let other = Place::new();
    other.serve().stop();
    fs::copy(other.path("data.keys.json"), place.path("data.keys.json")).unwrap();
    let told = place.refused(&["serve"]);
    assert!(told.contains("does not open"), "{told}");
    fs::rename(place.path("elsewhere"), place.path("data.keys.json")).unwrap();
    assert_eq!(place.serve().stop(), Some(0));
}

#[test]
fn a_damaged_database_is_named_and_left_as_it_is() {
    let place = Place::new();
    place.serve().stop();
    let database = place.path("data/county.db");
    let mut bytes = fs::read(&database).unwrap();
    bytes[..4096].fill(0x5a);
    fs::write(&database, &bytes).unwrap();
    let told = place.refused(&["serve"]);
    assert!(told.contains("county.db is damaged"), "{told}");
    assert_eq!(fs::read(&database).unwrap(), bytes);
}

#[test]
fn a_damaged_database_is_no_backup_and_is_never_called_busy() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    let database = place.path("data/county.db");
    let whole = fs::read(&database).unwrap();
    let mut bytes = whole.clone();
    let middle = bytes.len() / 4096 / 2 * 4096;
    bytes[middle..middle + 65_536].fill(0x5a);
    fs::write(&database, &bytes).unwrap();
    for command in [&["backup", "monday.age"][..], &["doctor"]] {
        let told = place.refused(command);
        assert!(told.contains("county.db is damaged") && told.contains("从备份恢复"), "{command:?}: {told}");
    }
    let examined = place.run(&["doctor"]);
    let told = String::from_utf8(examined.stderr).unwrap();
    let at = |words: &str| told.find(words).unwrap_or_else(|| panic!("{words}: {told}"));
    assert!(
        at("从备份恢复") < at("is damaged") && at("is damaged") < at("细节（"),
        "for people first: {told}"
    );
    assert!(told.contains("细节（16 处）") && examined.stdout.is_empty(), "each page once: {told}");
    let left: Vec<_> =
        fs::read_dir(place.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("monday")), "{left:?}");
    fs::write(&database, "").unwrap();
    for command in [&["coverage"][..], &["doctor"], &["backup", "monday.age"], &["staff", "phones"]] {
        let told = place.refused(command);
        assert!(told.contains("county.db is damaged"), "{command:?}: {told}");
    }
    fs::write(&database, &whole).unwrap();
    let examined = place.run(&["doctor"]);
    let told = String::from_utf8(examined.stderr).unwrap();
    let steps: Vec<_> =
        told.lines().filter_map(|line| line.split_once("/8 ")).map(|(step, _)| step).collect();
    assert_eq!(steps, ["1", "2", "3", "4", "5", "6", "7", "8"], "it says what it is at: {told}");
    assert!(String::from_utf8(examined.stdout).unwrap().contains("核对无误"));
    place.said(&["backup", "monday.age"]);
}

#[test]
fn a_log_that_cannot_be_written_stops_nobody_and_an_output_that_cannot_is_told() {
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let place = Place::new();
    place.said(&["seed", "--subjects", "120", "--months", "0"]);
    let mut server = place.serve_with(full());
    for _ in 0..2 {
        // A refusal is a line of the log, every time.
        let refused = post(&server.phones, "/exchange", "x");
        assert!(refused.contains("request_damaged"), "{refused}");
        assert!(get(&server.phones, "/health").starts_with("HTTP/1.1 200"), "and the county goes on");
    }
    assert_eq!(server.stop(), Some(0));
    let ended = place.program(&["coverage", "--format", "csv"]).stdout(full()).output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(String::from_utf8(ended.stderr).unwrap().contains("输出没有写完"));
}
