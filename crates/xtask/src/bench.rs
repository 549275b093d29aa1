//! `cargo xtask bench`: builds for release, measures, and keeps the table with the machine and the date.

use crate::commands::{hand_over, program};
use crate::say::Say;
use crate::workspace::Workspace;
use crate::{Outcome, compile, install, screens};
use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use xshell::{Shell, cmd};

/// Where the table is kept, and between which lines.
const KEPT: &str = "tests/benches/README.md";
const BEGIN: &str = "<!-- table: written by `cargo xtask bench --write` -->";
const END: &str = "<!-- end of the table -->";

/// The measurement that needs a browser and what it shows.
const SCREENS: &str = "screens";

/// What may be asked of it.
#[derive(clap::Args)]
pub struct Options {
    /// Only the measurements whose name contains this.
    name: Option<String>,
    /// Keep the table in tests/benches/README.md, with the machine and the date.
    #[arg(long, conflicts_with = "name")]
    write: bool,
    /// Handed to the bench program as it is.
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Measures. The exit status is that of the bench program, and a failed run keeps no table.
pub fn run(shell: &Shell, say: &Say, workspace: &Workspace, options: &Options) -> Outcome {
    if !workspace.has_program("system-tests", "bench") {
        return Err("nothing to measure yet: the package system-tests has no program `bench`".into());
    }
    install::to_build(shell, say)?;
    let screens_too = options.name.as_deref().is_none_or(|name| SCREENS.contains(name));
    if screens_too {
        install::to_show(shell, say)?;
        screens::for_the_demo(shell, say, &workspace.root)?;
    }
    let folder = compile::programs(shell, say, workspace, true)?;
    let bench = folder.join("bench").display().to_string();
    let bench = program(shell, &bench).args(&options.name).args(&options.rest);
    if !options.write {
        return hand_over(bench);
    }
    let (table, succeeded) = read_aloud(Command::from(bench))?;
    if !succeeded {
        return Err(format!("the bench failed, {KEPT} stays as it was").into());
    }
    let block = format!("{}\n\n{}", machine(shell)?, table.trim());
    let kept = shell.read_file(KEPT).unwrap_or_default();
    shell.write_file(KEPT, renewed(&kept, &block))?;
    say.good(&format!("The table is in {KEPT}"));
    Ok(ExitCode::SUCCESS)
}

/// Runs a program, shows what it prints and returns it, and whether it succeeded.
fn read_aloud(mut command: Command) -> Outcome<(String, bool)> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut whole = String::new();
    if let Some(output) = child.stdout.take() {
        for line in BufReader::new(output).lines() {
            let line = line?;
            println!("{line}");
            whole.push_str(&line);
            whole.push('\n');
        }
    }
    Ok((whole, child.wait()?.success()))
}

/// The machine and the day in one line: figures without them say nothing.
fn machine(shell: &Shell) -> Outcome<String> {
    let about_cpu = shell.read_file("/proc/cpuinfo").unwrap_or_default();
    let about_memory = shell.read_file("/proc/meminfo").unwrap_or_default();
    let cores = std::thread::available_parallelism()?;
    let memory_kib: u64 =
        entry(&about_memory, "MemTotal").split(' ').next().unwrap_or_default().parse().unwrap_or(0);
    Ok(format!(
        "{}, commit {}. {}, {cores} cores, {} GB, {} {}, {}.",
        cmd!(shell, "date +%F").quiet().read()?,
        cmd!(shell, "git rev-parse --short HEAD").quiet().read()?,
        entry(&about_cpu, "model name"),
        memory_kib / 1024 / 1024,
        std::env::consts::OS,
        std::env::consts::ARCH,
        cmd!(shell, "rustc --version").quiet().read()?,
    ))
}

/// The value of the first `key : value` line of this key, `?` where there is none.
fn entry<'a>(text: &'a str, key: &str) -> &'a str {
    let mut pairs = text.lines().filter_map(|line| line.split_once(':'));
    pairs.find(|(found, _)| found.trim() == key).map_or("?", |(_, value)| value.trim())
}

/// The page with its table renewed, and every other word as it was.
fn renewed(kept: &str, block: &str) -> String {
    let table = format!("{BEGIN}\n\n{block}\n\n{END}");
    match (kept.split_once(BEGIN), kept.split_once(END)) {
        (Some((before, _)), Some((_, after))) => format!("{before}{table}{after}"),
        _ if kept.trim().is_empty() => {
            format!("# What it costs\n\nMeasured by `cargo xtask bench`.\n\n{table}\n")
        }
        _ => format!("{}\n\n{table}\n", kept.trim_end()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_renewed_and_the_prose_stays() {
        let page = renewed("", "first");
        assert!(page.contains("# What it costs") && page.contains("first"));
        let page = page.replace("Measured by", "Measured, with care, by") + "\nWhere the cost goes.\n";
        let page = renewed(&page, "second");
        assert!(page.contains("second") && !page.contains("first"), "{page}");
        assert!(page.contains("with care") && page.ends_with("\nWhere the cost goes.\n"), "{page}");
    }

    #[test]
    fn a_page_without_a_table_gets_one_at_its_end() {
        let page = renewed("# Ours\n", "table");
        assert!(page.starts_with("# Ours\n") && page.trim_end().ends_with(END), "{page}");
    }

    #[test]
    fn the_machine_is_read_from_what_linux_says() {
        assert_eq!(entry("processor\t: 0\nmodel name\t: A CPU @ 2 GHz\n", "model name"), "A CPU @ 2 GHz");
        assert_eq!(entry("", "model name"), "?");
    }

    #[cfg(unix)]
    #[test]
    fn what_a_program_prints_is_kept_with_its_verdict() {
        let mut command = Command::new("sh");
        command.args(["-c", "echo a row; exit 3"]);
        assert_eq!(read_aloud(command).unwrap(), ("a row\n".to_owned(), false));
    }
}
