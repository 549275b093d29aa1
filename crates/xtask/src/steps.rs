//! Steps done one after the other: each named and timed, the first failure ends the row, a summary closes it.

use crate::Outcome;
use crate::say::{Say, spoken};
use std::time::{Duration, Instant};

/// One step: what it is called, what to type to repeat it alone, and what it does.
pub struct Step<'a> {
    /// What it is, in words.
    pub name: String,
    /// The command that repeats only this step.
    pub repeat: String,
    /// The work itself.
    pub work: Box<dyn FnOnce() -> Outcome<()> + 'a>,
}

impl<'a> Step<'a> {
    /// A step of this name.
    pub fn new(
        name: impl Into<String>,
        repeat: impl Into<String>,
        work: impl FnOnce() -> Outcome<()> + 'a,
    ) -> Self {
        Self { name: name.into(), repeat: repeat.into(), work: Box::new(work) }
    }
}

/// Does the steps until one fails, and says at the end what each took. Returns whether all succeeded.
pub fn run(say: &Say, steps: Vec<Step<'_>>) -> bool {
    let count = steps.len();
    let mut done = Vec::new();
    let mut stopped = None;
    for (index, step) in steps.into_iter().enumerate() {
        say.heading(&format!("[{}/{count}] {}", index + 1, step.name));
        let begun = Instant::now();
        let result = (step.work)();
        done.push((step.name.clone(), begun.elapsed(), result.is_ok()));
        if let Err(trouble) = result {
            stopped = Some(format!(
                "stopped at step {} of {count}, {}: {trouble}\n       To repeat only this step: {}",
                index + 1,
                step.name,
                step.repeat
            ));
            break;
        }
    }
    say.heading("Summary");
    say.line(&summary(&done, count));
    match &stopped {
        Some(why) => say.trouble(why),
        None => say.good("All passed."),
    }
    stopped.is_none()
}

/// One line per finished step with its time, then the whole.
fn summary(done: &[(String, Duration, bool)], count: usize) -> String {
    let width = done.iter().map(|(name, ..)| name.chars().count()).max().unwrap_or(0).max("together".len());
    let mut lines: Vec<String> = done
        .iter()
        .map(|(name, time, passed)| {
            let verdict = if *passed { "passed" } else { "FAILED" };
            format!("  {verdict}  {name:width$}  {:>12}", spoken(*time))
        })
        .collect();
    let left = count - done.len();
    if left > 0 {
        lines.push(format!("  not run: {left} more"));
    }
    let together = done.iter().map(|(_, time, _)| *time).sum();
    lines.push(format!("          {:width$}  {:>12}", "together", spoken(together)));
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn the_first_failure_ends_the_row() {
        let ran = RefCell::new(Vec::new());
        let step = |name: &'static str, passes: bool| {
            let ran = &ran;
            Step::new(name, "again", move || {
                ran.borrow_mut().push(name);
                if passes { Ok(()) } else { Err("broken".into()) }
            })
        };
        let say = Say::new();
        assert!(!run(&say, vec![step("one", true), step("two", false), step("three", true)]));
        assert_eq!(*ran.borrow(), ["one", "two"]);
        assert!(run(&say, vec![step("four", true)]));
    }

    #[test]
    fn the_summary_names_times_and_what_was_not_run() {
        let done = [
            ("format".to_owned(), Duration::from_secs(1), true),
            ("clippy".to_owned(), Duration::from_secs(61), false),
        ];
        let text = summary(&done, 4);
        assert!(text.contains("passed  format"), "{text}");
        assert!(text.contains("FAILED  clippy"), "{text}");
        assert!(text.contains("not run: 2 more"), "{text}");
        assert!(text.ends_with("1 min 02 s"), "{text}");
    }
}
