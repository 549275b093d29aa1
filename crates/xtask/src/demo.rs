//! `cargo xtask demo`: installs, builds, and hands over to the story.

use crate::commands::{hand_over, program};
use crate::say::Say;
use crate::workspace::Workspace;
use crate::{Outcome, compile, install, screens, window};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use xshell::Shell;

/// What may be asked of it.
#[derive(clap::Args)]
pub struct Options {
    /// Throw away the folder of an earlier demo, after asking, and play the story from its beginning.
    #[arg(long)]
    fresh: bool,
    /// How many people the synthetic register has; fewer than 120 become 120. An earlier demo keeps its register unless
    /// --fresh throws it away.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    subjects: Option<u32>,
    /// Come back at once, with the county server and the screens left running in the background.
    #[arg(long)]
    keep: bool,
    /// For scripts: ask nothing, open no screens, and end with 0 only when all went as the story says.
    #[arg(long)]
    once: bool,
    /// Open the first phone in the window of the phone's app and not in a browser. Needs a screen, and packages of
    /// WebKit, which it names before it installs them.
    #[arg(long, conflicts_with_all = ["once", "keep"])]
    window: bool,
    /// Play a whole month in minutes instead of the story: 11 townships, 20 workers, 月结 at its end, and figures that
    /// are compared with plain SQL. It always begins anew, and uses the package faketime, which it names before it
    /// installs it. With --once the figures are not read in a browser.
    #[arg(long, conflicts_with_all = ["window", "keep"])]
    month: bool,
    /// Where the demo keeps its data [default: data/demo in the repository; data/month with --month].
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

/// Plays the story, then leaves the screens open. The exit status is that of the story.
pub fn run(shell: &Shell, say: &Say, workspace: &Workspace, options: &Options) -> Outcome {
    if !workspace.has_program("system-tests", "demo") {
        return Err("the story is not written yet: the package system-tests has no program `demo`".into());
    }
    let data = folder(options, &workspace.root)?;
    if options.fresh && !options.once && !options.month && data.exists() {
        let question = format!("Throw away everything in {}?", data.display());
        if !install::ask(&question, "Add --once to start again without a question.")? {
            say.line("Nothing was touched.");
            return Ok(ExitCode::SUCCESS);
        }
    }
    install::to_build(shell, say)?;
    if options.month {
        install::to_pass_a_month(shell, say)?;
        // Figures are read from the console's page.
        if !options.once {
            install::to_show(shell, say)?;
        }
    }
    let app = if options.window { Some(window::built(shell, say, workspace)?) } else { None };
    let programs = compile::programs(shell, say, workspace, false)?;
    let mut arguments = arguments(options, &data);
    if !options.once {
        arguments.extend(["--screens".to_owned(), screens::for_the_demo(shell, say, &workspace.root)?]);
    }
    if let Some(app) = app {
        arguments.extend(["--window".to_owned(), app.display().to_string()]);
    }
    let story = programs.join("demo").display().to_string();
    hand_over(program(shell, &story).args(arguments))
}

/// The folder of the data: what the user named is meant from where the user stands.
fn folder(options: &Options, root: &Path) -> Outcome<PathBuf> {
    Ok(match &options.data {
        Some(given) => std::path::absolute(given)?,
        None => root.join("data").join(if options.month { "month" } else { "demo" }),
    })
}

/// What the story is told: every choice of the user. By then `--fresh` has been agreed to.
fn arguments(options: &Options, data: &Path) -> Vec<String> {
    let mut arguments = vec!["--data".to_owned(), data.display().to_string()];
    if let Some(subjects) = options.subjects {
        arguments.extend(["--subjects".to_owned(), subjects.to_string()]);
    }
    let choices = [
        ("--month", options.month),
        ("--fresh", options.fresh),
        ("--keep", options.keep),
        ("--once", options.once),
    ];
    arguments.extend(choices.iter().filter(|(_, chosen)| *chosen).map(|(word, _)| (*word).to_owned()));
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn told(line: &[&str]) -> Vec<String> {
        let options = Line::try_parse_from([&["demo"], line].concat()).unwrap().options;
        arguments(&options, &folder(&options, Path::new("house")).unwrap())
    }

    #[test]
    fn the_story_hears_every_choice() {
        let line = ["--fresh", "--subjects", "300", "--keep", "--once", "--data", "/elsewhere"];
        let expected = ["--data", "/elsewhere", "--subjects", "300", "--fresh", "--keep", "--once"];
        assert_eq!(told(&line), expected);
    }

    #[test]
    fn without_choices_only_the_folder_is_named() {
        assert_eq!(told(&[]), ["--data", "house/data/demo"]);
    }

    #[test]
    fn a_month_has_a_folder_of_its_own_and_no_window() {
        assert_eq!(told(&["--month"]), ["--data", "house/data/month", "--month"]);
        assert!(Line::try_parse_from(["demo", "--month", "--window"]).is_err());
    }

    #[test]
    fn a_folder_is_meant_from_where_the_user_stands() {
        let here = std::env::current_dir().unwrap().join("mine");
        assert_eq!(told(&["--data", "mine"]), ["--data", here.to_str().unwrap()]);
    }

    #[test]
    fn a_register_of_nobody_is_refused() {
        assert!(Line::try_parse_from(["demo", "--subjects", "0"]).is_err());
        assert!(Line::try_parse_from(["demo", "--subjects", "many"]).is_err());
    }
}
