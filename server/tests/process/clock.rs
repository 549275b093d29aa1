//! A clock that was ahead for one start.

use crate::place::Place;
use county_server::config::Config;
use county_server::{clock, open, roll};
use domain::time::Day;
use std::fs;
use tokio::runtime::Builder;

/// What is said of it, in one line.
const AHEAD: &str = "standings reach further";

#[test]
fn one_start_with_a_clock_that_is_ahead_leaves_every_figure_right() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    let ahead = || {
        let log = fs::read_to_string(place.path("server.log")).unwrap();
        log.lines().filter(|line| line.contains(AHEAD)).count()
    };
    place.serve().stop();
    assert_eq!(ahead(), 0, "a clock that is right is not spoken of");
    let mut config = Config::default();
    config.data.folder = place.path("data");
    let then = Day::of(clock::now_ms()).plus(730).starts_at();
    let county = open::to_write(&config).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    assert!(runtime.block_on(roll::roll(&county, then, false)).unwrap() > 0);
    drop(county);
    let mut server = place.serve();
    let csv = place.said(&["coverage", "--area", "民主村委会", "--list", "register", "--format", "csv"]);
    let person = csv.lines().nth(1).unwrap().rsplit(',').next().unwrap().to_owned();
    let today = Day::of(clock::now_ms()).to_string();
    place.said(&["person", "move", &person, "532929102201", "--from", &today]);
    assert_eq!(place.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
    assert_eq!(server.stop(), Some(0));
    assert_eq!(ahead(), 1, "and it is told");
}
