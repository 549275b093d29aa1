//! The words of `--help`: Chinese first, English in brackets, also in what the parser brings itself.

use super::Cli;
use clap::{Arg, Command, CommandFactory};

/// The command line with all its words.
pub(super) fn command() -> Command {
    let mut command = Cli::command();
    // What the parser adds to each command is there from now on.
    command.build();
    worded(command)
}

const TEMPLATE: &str = "{before-help}{about-with-newline}\n用法 (usage): {usage}\n\n{all-args}{after-help}";

fn worded(command: Command) -> Command {
    let command = match command.get_name() {
        "help" => command.about("某个命令的帮助 (the help of a command)"),
        _ => command,
    };
    let command = command.help_template(TEMPLATE).subcommand_help_heading("命令 (commands)");
    command.mut_args(arg).mut_subcommands(worded)
}

/// Where settings of every command stand among the options: behind those of the command itself.
const GLOBAL: usize = 500;

fn arg(arg: Arg) -> Arg {
    let place = arg.get_index();
    let arg = match place {
        Some(place) => arg.help_heading("参数 (arguments)").display_order(place),
        None if arg.is_global_set() => arg.help_heading("选项 (options)").display_order(GLOBAL),
        None => arg.help_heading("选项 (options)"),
    };
    match arg.get_id().as_str() {
        "help" => arg.help("打印帮助 (print help)").long_help(None::<&str>),
        "version" => arg.help("打印版本 (print the version)"),
        // What is asked for the help of.
        "subcommand" => arg.help("哪个命令 (which command)"),
        _ => arg,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_han(c: char) -> bool {
        ('\u{4e00}'..='\u{9fff}').contains(&c)
    }

    /// Every text of a command and of those below it, with its place.
    fn texts(command: &Command, above: &str, found: &mut Vec<(String, String)>) {
        let here = format!("{above} {}", command.get_name());
        let mut take = |what: &str, text: Option<&clap::builder::StyledStr>| {
            found.push((format!("{here} {what}"), text.map(ToString::to_string).unwrap_or_default()));
        };
        take("", command.get_about());
        if command.get_long_about().is_some() {
            take("long", command.get_long_about());
        }
        for arg in command.get_arguments() {
            take(arg.get_id().as_str(), arg.get_help());
            if arg.get_long_help().is_some() {
                take(arg.get_id().as_str(), arg.get_long_help());
            }
            for value in arg.get_possible_values().iter().filter(|value| !value.is_hide_set()) {
                // Of what is only switched on or off no value is shown.
                if arg.get_action().takes_values() {
                    take(&format!("{} {}", arg.get_id(), value.get_name()), value.get_help());
                }
            }
        }
        command.get_subcommands().for_each(|below| texts(below, &here, found));
    }

    #[test]
    fn every_word_of_help_is_chinese_first() {
        let mut found = Vec::new();
        texts(&command(), "", &mut found);
        let chinese_first = |text: &str| {
            let han = text.find(is_han);
            han.is_some_and(|han| text.find('(').is_none_or(|bracket| han < bracket))
        };
        let wrong: Vec<_> = found.iter().filter(|(_, text)| !chinese_first(text)).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
        let named =
            |words: &[&str]| found.iter().any(|(place, _)| words.iter().all(|word| place.contains(word)));
        for words in
            [["waiting", "settle", "side"], ["settings", "set", "source"], ["", "restore", "recovery"]]
        {
            assert!(named(&words), "{words:?} is walked past");
        }
    }

    #[test]
    fn a_page_of_help_has_no_heading_in_english_alone() {
        for line in
            [&["--help"][..], &["settings", "set", "--help"], &["waiting", "--help"], &["help", "enrol"]]
        {
            let page =
                command().try_get_matches_from([&["county-server"], line].concat()).unwrap_err().to_string();
            let english = |line: &&str| {
                let heading = !line.starts_with(' ') && !line.trim().is_empty();
                heading && !line.contains(is_han)
            };
            assert_eq!(page.lines().find(english), None, "{line:?}: {page}");
            assert!(page.contains("用法"), "{page}");
        }
    }

    #[test]
    fn what_is_typed_first_is_told_first_and_what_every_command_has_last() {
        let line = ["county-server", "waiting", "settle", "--help"];
        let page = command().try_get_matches_from(line).unwrap_err().to_string();
        let places = ["  <RECORD>", "  <FIELD>", "  --use", "  --by", "  --config"]
            .map(|word| page.find(word).unwrap());
        assert!(places.is_sorted(), "{page}");
    }
}
