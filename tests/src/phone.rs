//! A headless phone as a process: the real client on the real database, asked by lines of JSON.

use crate::clock::{Clock, Whose};
use crate::county::binary;
use crate::stops::{Point, Stands};
use domain::problem::Problem;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Error, Result, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

/// What a phone answers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Told {
    /// It happened.
    Ok(Value),
    /// It did not, and why.
    Problem(Problem),
}

/// A phone that is running.
#[derive(Debug)]
pub struct PhoneProcess {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

impl PhoneProcess {
    /// Starts the phone whose files lie in `folder`; it finds the county at `county`.
    ///
    /// # Errors
    /// When the process cannot be started.
    pub fn start(folder: &Path, county: &str) -> Result<Self> {
        Self::begin(folder, county, None)
    }

    /// The same with the time that a clock says.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_at(clock: &Clock, folder: &Path, county: &str) -> Result<Self> {
        Self::begin(folder, county, Some(clock))
    }

    fn begin(folder: &Path, county: &str, clock: Option<&Clock>) -> Result<Self> {
        let mut command = Command::new(binary("phone")?);
        command.arg(folder).arg(county).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(clock) = clock {
            clock.rule(&mut command, Whose::Phone);
        }
        let mut child = command.spawn()?;
        match (child.stdin.take(), child.stdout.take()) {
            (Some(to), Some(from)) => Ok(Self { child, to, from: BufReader::new(from) }),
            _ => Err(Error::other("the phone has no pipes")),
        }
    }

    /// Asks for one command and waits for what it says.
    ///
    /// # Errors
    /// When the process is gone: with it, nothing that it said before.
    pub fn tell(&mut self, name: &str, args: Value) -> Result<Told> {
        self.send(name, args)?;
        self.heard(name)
    }

    fn heard<T: DeserializeOwned>(&mut self, name: &str) -> Result<T> {
        let mut line = String::new();
        if self.from.read_line(&mut line)? == 0 {
            return Err(Error::other(format!("the phone ended during {name}")));
        }
        serde_json::from_str(&line).map_err(|error| Error::other(format!("{name}: {error}: {line}")))
    }

    /// Asks for one command without waiting.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn send(&mut self, name: &str, args: Value) -> Result<()> {
        writeln!(self.to, "{}", json!({ "name": name, "args": args }))?;
        self.to.flush()
    }

    /// Asks for one command that has to succeed.
    ///
    /// # Errors
    /// When it does not; the message is what the phone says to its holder.
    pub fn call(&mut self, name: &str, args: Value) -> Result<Value> {
        match self.tell(name, args)? {
            Told::Ok(value) => Ok(value),
            Told::Problem(problem) => Err(Error::other(format!("{name}: {} {}", problem.zh(), problem.en()))),
        }
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a battery that falls out would (`kill -9`).
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Asks for one command, and ends the phone as [`Self::kill`] does when it has come to a point on the way
    /// to the answer.
    ///
    /// # Errors
    /// When it answers without having come there.
    pub fn kill_at(mut self, point: Point, name: &str, args: Value) -> Result<()> {
        self.call("stop_at", json!({ "point": point }))?;
        self.send(name, args)?;
        let Stands { stands } = self.heard(name)?;
        if stands != point {
            return Err(Error::other(format!("{name}: it stands at {stands:?}")));
        }
        self.kill()
    }
}

impl Drop for PhoneProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
