//! Builds programs of ours behind one moving line, and shows the compiler's words only when it fails.

use crate::Outcome;
use crate::commands::cargo;
use crate::say::{Progress, Say, spoken};
use crate::workspace::Workspace;
use serde::Deserialize;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Instant;
use xshell::Shell;

/// Both halves of the system, and the programs that play and measure it.
const PACKAGES: [&str; 2] = ["county-server", "system-tests"];

/// How many of cargo's last words are shown when it fails without an error of the compiler.
const LAST_WORDS: usize = 15;

/// Builds the programs that ship and those of the system tests. Returns the folder in which they lie.
pub fn programs(shell: &Shell, say: &Say, workspace: &Workspace, release: bool) -> Outcome<PathBuf> {
    let begun = Instant::now();
    let selected: Vec<&str> = PACKAGES.iter().flat_map(|name| ["--package", name]).collect();
    let progress = say.progress(how_many(shell, &selected)?, "building");
    let mut command = cargo(shell).args(["build", "--bins", "--message-format", "json"]).args(&selected);
    if release {
        command = command.arg("--release");
    }
    let failed = follow(Command::from(command), &progress)?;
    drop(progress);
    if let Some(words) = failed {
        return Err(format!("the build failed:\n{words}").into());
    }
    say.line(&format!("built in {}", spoken(begun.elapsed())));
    Ok(workspace.target.join(if release { "release" } else { "debug" }))
}

/// How many packages the build goes through, ours and others'.
fn how_many(shell: &Shell, selected: &[&str]) -> Outcome<u64> {
    let tree = cargo(shell).args(["tree", "--prefix", "none", "--edges", "normal,build", "--format", "{p}"]);
    let listed = tree.args(selected).quiet().ignore_stderr().read()?;
    let packages: BTreeSet<&str> = listed.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    Ok(packages.len() as u64)
}

/// Runs the build to its end. Returns the compiler's errors, or cargo's last words, if it failed.
fn follow(mut command: Command, progress: &Progress) -> Outcome<Option<String>> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (sender, lines) = mpsc::channel();
    if let Some(output) = child.stdout.take() {
        pass_on(output, sender.clone(), |line| serde_json::from_str(&line).unwrap_or(Heard::Other));
    }
    if let Some(words) = child.stderr.take() {
        pass_on(words, sender, Heard::Words);
    }
    let mut built = BTreeSet::new();
    let (mut errors, mut words) = (String::new(), Vec::new());
    for heard in lines {
        match heard {
            Heard::Artifact { package_id } => drop(built.insert(package_id)),
            Heard::Message { message } if message.level.starts_with("error") => {
                errors.push_str(&message.rendered)
            }
            Heard::Words(line) => words.push(line),
            Heard::Message { .. } | Heard::Other => {}
        }
        progress.at(built.len() as u64, words.last().map_or("", |line| line.trim()));
    }
    if child.wait()?.success() {
        return Ok(None);
    }
    let last = words.split_off(words.len().saturating_sub(LAST_WORDS)).join("\n");
    Ok(Some(if errors.is_empty() { last } else { errors }))
}

fn pass_on(
    source: impl Read + Send + 'static,
    sender: mpsc::Sender<Heard>,
    understand: impl Fn(String) -> Heard + Send + 'static,
) {
    std::thread::spawn(move || {
        for line in BufReader::new(source).lines().map_while(Result::ok) {
            if sender.send(understand(line)).is_err() {
                break;
            }
        }
    });
}

/// One line of cargo: a message of `--message-format json`, or words for people.
#[derive(Debug, Deserialize, PartialEq)]
#[serde(tag = "reason")]
enum Heard {
    #[serde(rename = "compiler-artifact")]
    Artifact { package_id: String },
    #[serde(rename = "compiler-message")]
    Message { message: Message },
    #[serde(skip)]
    Words(String),
    #[serde(other)]
    Other,
}

#[derive(Debug, Deserialize, PartialEq)]
struct Message {
    level: String,
    #[serde(default)]
    rendered: String,
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn build(script: &str) -> Option<String> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        follow(command, &Say::new().progress(2, "building")).unwrap()
    }

    #[test]
    fn a_build_that_succeeds_says_nothing() {
        let warning = r#"{"reason":"compiler-message","message":{"level":"warning","rendered":"hm"}}"#;
        let artifact = r#"{"reason":"compiler-artifact","package_id":"a","fresh":true}"#;
        assert_eq!(build(&format!("echo '{artifact}'; echo '{warning}'; echo Compiling a >&2")), None);
    }

    #[test]
    fn a_failed_build_shows_the_errors_of_the_compiler_alone() {
        let error = r#"{"reason":"compiler-message","message":{"level":"error","rendered":"E0001 here"}}"#;
        let end = r#"{"reason":"build-finished","success":false}"#;
        let said = build(&format!("echo '{error}'; echo '{end}'; echo could not compile >&2; exit 101"));
        assert_eq!(said.as_deref(), Some("E0001 here"));
    }

    #[test]
    fn without_a_compiler_error_the_last_words_of_cargo_are_shown() {
        let said = build("for n in $(seq 20); do echo word $n >&2; done; exit 101").unwrap();
        assert!(said.starts_with("word 6\n") && said.ends_with("word 20"), "{said}");
    }
}
