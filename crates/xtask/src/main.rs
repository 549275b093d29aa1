//! The workshop: what people and machines do with this repository, as `cargo xtask <command>`.

mod android;
mod bench;
mod codegen;
mod commands;
mod compile;
mod demo;
mod install;
mod old_browser;
mod quick;
mod say;
mod screens;
mod steps;
mod test;
mod tidy;
mod window;
mod workspace;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, Subcommand};
use say::Say;
use std::process::ExitCode;
use xshell::Shell;

/// What a command of the workshop returns: its exit status, or why it could not be done.
pub type Outcome<T = ExitCode> = Result<T, Box<dyn std::error::Error>>;

/// The workshop of 山访: try it, test it, keep it tidy, measure it.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Install what is missing, build, and play the main job as a story in this terminal.
    Demo(demo::Options),
    /// Run every test there is: format, clippy, tidy, unit, property, conformance, end to end, browser, window.
    Test(test::Options),
    /// Check the laws of the house and print each breach as `path:line: rule: reason`.
    Tidy,
    /// Check, build and test the screens alone.
    Screens(screens::Options),
    /// Drive the phone's app in its own window, on a screen that nobody sees.
    Window,
    /// Check the phone's app for Android, or build it on a machine with the SDK.
    Android(android::Options),
    /// Write what the screens need of the Rust sources: types, commands, texts of problems.
    Codegen,
    /// Build for release and measure: speed, bytes on the wire, growth.
    Bench(bench::Options),
}

/// What was typed; of an option that is not there, the ones that are.
fn parsed() -> Result<Arguments, ExitCode> {
    Arguments::try_parse().map_err(|error| {
        // Nobody may be listening.
        let _ = error.print();
        let command = std::env::args().nth(1).unwrap_or_default();
        if let Some(page) = options_of(&command).filter(|_| error.kind() == ErrorKind::UnknownArgument) {
            eprintln!("\n{page}");
        }
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    })
}

/// The page of help of a command.
fn options_of(command: &str) -> Option<String> {
    let mut all = Arguments::command();
    all.build();
    all.find_subcommand_mut(command).map(|one| one.render_help().to_string())
}

fn main() -> ExitCode {
    let say = Say::new();
    let arguments = match parsed() {
        Ok(arguments) => arguments,
        Err(code) => return code,
    };
    match run(&say, arguments) {
        Ok(code) => code,
        Err(trouble) => {
            say.trouble(&trouble.to_string());
            ExitCode::FAILURE
        }
    }
}

fn run(say: &Say, arguments: Arguments) -> Outcome {
    let Some(command) = arguments.command else {
        Arguments::command().print_help()?;
        return Ok(ExitCode::SUCCESS);
    };
    let shell = Shell::new()?;
    let workspace = workspace::Workspace::load(&shell)?;
    shell.change_dir(&workspace.root);
    match command {
        Command::Demo(options) => demo::run(&shell, say, &workspace, &options),
        Command::Test(options) => test::run(&shell, say, &workspace, &options),
        Command::Tidy => tidy::run(&shell, say, &workspace),
        Command::Screens(options) => screens::run(&shell, say, &workspace, &options),
        Command::Window => window::run(&shell, say, &workspace),
        Command::Android(options) => android::run(&shell, say, &workspace, &options),
        Command::Codegen => codegen::run(&shell, say),
        Command::Bench(options) => bench::run(&shell, say, &workspace, &options),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_mistypes_an_option_is_shown_those_that_there_are() {
        let page = options_of("demo").unwrap();
        for option in ["--fresh", "--subjects", "--keep", "--once", "--window", "--data", "--help"] {
            assert!(page.contains(option), "{option}: {page}");
        }
        assert!(page.contains("Usage: cargo xtask demo"), "{page}");
        assert_eq!(options_of("demmo"), None);
    }
}
