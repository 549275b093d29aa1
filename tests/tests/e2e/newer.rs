//! A program that is older than its files touches nothing.

use crate::world::{PIN, World, deliver, not_met};
use domain::problem::ProblemCode;
use seal::codes::Pin;
use seal::county_keys::CountyKeys;
use seal::secret::Key;
use seal::vault::Vault;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use store_sqlite::open::{Half, open};
use system_tests::county::cli;
use system_tests::phone::Told;

/// Makes a database look as if a newer version had written it.
fn set_schema(database: &Path, key: &[u8; 32], half: Half, version: u32) {
    let connection = open(database, key, half).unwrap();
    connection.execute_batch(&format!("PRAGMA user_version = {version}")).unwrap();
}

/// Every file of a folder, byte for byte; the count of tries to unlock is of no version.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_file() && !path.ends_with("tries"));
    files.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}

#[test]
fn a_county_of_a_newer_version_is_left_alone_by_every_command() {
    let mut world = World::new("newer-county");
    world.county.take().unwrap().stop().unwrap();
    let data = world.data();
    let keys = std::fs::read_to_string(data.with_extension("keys.json")).unwrap();
    let keys = CountyKeys::from_json(&keys).unwrap();
    set_schema(&data.join("county.db"), keys.database().expose(), Half::County, 99);
    let before = files(&data);
    let elsewhere = world.folder.join("copy.age").display().to_string();
    for command in [
        ["serve", "--phones", "127.0.0.1:0", "--desk", "127.0.0.1:0"].as_slice(),
        &["coverage"],
        &["doctor"],
        &["staff", "list"],
        &["staff", "add", "某某"],
        &["backup", &elsewhere],
    ] {
        let output = cli(&data, command).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {said}");
        assert!(said.contains("newer version (schema 99"), "{command:?}: {said}");
        assert_eq!(files(&data), before, "{command:?}: byte for byte");
    }
}

#[test]
fn a_phone_of_a_newer_version_is_left_alone_and_opens_again_after_the_update() {
    let world = World::new("newer-phone");
    let mut phone = world.enrolled("phone", world.story.officer);
    phone.call("signal", json!({ "on": false })).unwrap();
    let visit = not_met(&mut phone, world.story.not_met);
    phone.kill().unwrap();
    let folder = world.folder.join("phone");
    let key = database_key(&folder);
    let database = folder.join("phone.db");
    let known = std::fs::read(&database).unwrap();
    set_schema(&database, &key, Half::Phone, 99);
    let mut phone = world.phone("phone");
    let before = files(&folder);
    let Told::Problem(problem) = phone.tell("unlock", json!({ "pin": PIN })).unwrap() else {
        panic!("a newer database was opened")
    };
    assert_eq!(problem.code, ProblemCode::DatabaseNewer);
    assert!(problem.zh().contains("更新"), "{}", problem.zh());
    assert_eq!(files(&folder), before, "byte for byte, and nothing set aside");
    // What the newer version would find is what was there.
    std::fs::write(&database, known).unwrap();
    phone.call("unlock", json!({ "pin": PIN })).unwrap();
    deliver(&mut phone);
    assert!(world.visits_at_county(world.story.not_met).contains(&visit));
}

fn database_key(folder: &Path) -> [u8; 32] {
    let vault = Vault::from_bytes(&std::fs::read(folder.join("vault.1")).unwrap()).unwrap();
    let platform: [u8; 32] = std::fs::read(folder.join("platform.key")).unwrap().try_into().unwrap();
    let unlocked = vault.unlock_with_pin(&Pin::parse(PIN).unwrap(), &Key::new(platform)).unwrap();
    *unlocked.keys.database.expose()
}
