//! The demonstration. Called by `cargo xtask demo`, which has asked whatever there was to ask.

use std::path::PathBuf;
use std::process::ExitCode;
use system_tests::month;
use system_tests::story::{Options, play};

/// What it takes.
const HELP: &str = "\
Plays the main job: two phones without signal, one county, one true coverage table. `cargo xtask demo` builds what it
takes and then calls this.

Usage: demo [OPTIONS]

Options:
  --data FOLDER     where everything lies [default: data/demo, or data/month]
  --subjects N      how many people the synthetic register has
  --fresh           throw away what is in the folder, without asking, and begin again
  --keep            leave the server and the screens running
  --screens FOLDER  open these built screens in a browser at the end
  --window PROGRAM  open the first phone in this program, the phone's app
  --once            open nothing, for scripts
  --month           play a whole month in minutes instead: 11 townships, 20 workers, figures compared with plain SQL
  --help            print this";

/// What is asked for.
enum Asked {
    Play(Options),
    Month(month::Options),
    Help,
}

fn asked(mut arguments: impl Iterator<Item = String>) -> Result<Asked, String> {
    let (mut month, mut once) = (false, false);
    let mut folder = None;
    let mut options = Options {
        folder: PathBuf::from("data/demo"),
        subjects: None,
        fresh: false,
        keep: false,
        screens: None,
        quiet: false,
        window: None,
    };
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value behind it."));
        match argument.as_str() {
            "--data" => folder = Some(PathBuf::from(value()?)),
            "--subjects" => {
                let number = value()?.parse().map_err(|_| "--subjects needs a number.".to_owned())?;
                options.subjects = Some(number);
            }
            "--fresh" => options.fresh = true,
            "--screens" => options.screens = Some(value()?.into()),
            "--keep" => options.keep = true,
            "--window" => options.window = Some(value()?.into()),
            "--once" => once = true,
            "--month" => month = true,
            "--help" | "-h" => return Ok(Asked::Help),
            other => return Err(format!("There is no option {other}.")),
        }
    }
    if month {
        let folder = folder.unwrap_or_else(|| PathBuf::from("data/month"));
        let subjects = options.subjects.unwrap_or(month::SUBJECTS);
        let screens = options.screens.filter(|_| !once);
        return Ok(Asked::Month(month::Options { folder, subjects, screens, stay: !once, quiet: false }));
    }
    options.folder = folder.unwrap_or(options.folder);
    Ok(Asked::Play(options))
}

fn ended(played: std::io::Result<()>) -> ExitCode {
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("the story did not hold: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn main() -> ExitCode {
    match asked(std::env::args().skip(1)) {
        Ok(Asked::Help) => {
            println!("{HELP}");
            ExitCode::SUCCESS
        }
        Ok(Asked::Play(options)) => ended(play(&options)),
        Ok(Asked::Month(options)) => ended(month::play(&options).map(drop)),
        Err(reason) => {
            eprintln!("{reason} Nothing was done.\n\n{HELP}");
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(line: &[&str]) -> Result<Asked, String> {
        asked(line.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn whatever_is_written_before_help_is_help() {
        for line in [&["--help"][..], &["-h"], &["--fresh", "--help"]] {
            assert!(matches!(told(line), Ok(Asked::Help)), "{line:?}");
        }
    }

    #[test]
    fn what_is_not_there_is_named_and_nothing_is_played() {
        assert_eq!(told(&["--hlep"]).err().unwrap(), "There is no option --hlep.");
        assert_eq!(told(&["--data"]).err().unwrap(), "--data needs a value behind it.");
        assert_eq!(told(&["--subjects", "many"]).err().unwrap(), "--subjects needs a number.");
    }

    #[test]
    fn a_month_is_played_in_a_folder_of_its_own() {
        let Ok(Asked::Month(month)) = told(&["--month", "--once", "--screens", "dist"]) else {
            panic!("no month");
        };
        assert_eq!((month.folder, month.screens, month.stay), ("data/month".into(), None, false));
    }

    #[test]
    fn every_option_of_the_help_is_taken() {
        let options: Vec<&str> = HELP.lines().filter_map(|line| line.strip_prefix("  --")).collect();
        assert_eq!(options.len(), 9);
        for option in options {
            let (name, rest) = option.split_once(' ').unwrap();
            let takes = rest.starts_with(|first: char| first.is_ascii_uppercase());
            let name = format!("--{name}");
            let line: Vec<&str> = [name.as_str()].into_iter().chain(takes.then_some("7")).collect();
            assert!(told(&line).is_ok(), "{line:?}");
        }
    }
}
