//! A backup that is opened without the program.

use crate::place::Place;
use seal::age_seal::{SealIdentity, open_stream};
use std::fs::{self, File};
use std::io::{self, BufReader};
use std::process::{Command, Stdio};

/// As `age -d -i recovery.txt monday.age | tar -x` does it, inside the data folder.
fn unpack(from: &Place, to: &Place) {
    let recovery = fs::read_to_string(from.path("data.recovery-key.txt")).unwrap();
    let key = recovery.split_whitespace().find_map(|word| SealIdentity::parse(word).ok()).unwrap();
    let (key, sealed) = ([key], BufReader::new(File::open(from.path("monday.age")).unwrap()));
    let mut plain = open_stream(&key, sealed).unwrap();
    fs::create_dir(to.path("data")).unwrap();
    let mut tar = Command::new("tar");
    let mut tar =
        tar.args(["-x", "-f", "-"]).current_dir(to.path("data")).stdin(Stdio::piped()).spawn().unwrap();
    io::copy(&mut plain, tar.stdin.as_mut().unwrap()).unwrap();
    drop(tar.stdin.take());
    assert!(tar.wait().unwrap().success());
    fs::rename(to.path("data/county.keys.json"), to.path("data.keys.json")).unwrap();
}

#[test]
fn a_backup_that_tar_unpacks_is_a_restore_too() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    place.said(&["backup", "monday.age"]);
    let other = Place::new();
    unpack(&place, &other);
    let mark = other.path("data/restored");
    assert!(mark.exists(), "the archive says that it is one");
    assert_eq!(other.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
    assert!(mark.exists(), "reading changes nothing");
    assert_eq!(other.serve().stop(), Some(0));
    assert!(!mark.exists(), "the first start begins a new epoch");
    assert_eq!(other.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
}
