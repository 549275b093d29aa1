//! The real county server as a process: started, asked, stopped, killed.

use crate::clock::{Clock, Whose};
use std::io::{BufRead, BufReader, Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

/// A binary of this workspace, beside the running one.
///
/// # Errors
/// When the running program does not know where it is.
pub fn binary(name: &str) -> Result<PathBuf> {
    let here = std::env::current_exe()?;
    let beside = here.ancestors().skip(1).take(2).map(Path::to_owned);
    let found = already_built()
        .into_iter()
        .chain(beside)
        .find_map(|folder| Some(folder.join(name)).filter(|path| path.exists()));
    found.ok_or_else(|| Error::other(format!("{name} has not been built: cargo build --workspace --bins")))
}

/// Where the processes under test lie when whoever calls has built them with everything else (`cargo xtask test`).
fn already_built() -> Option<PathBuf> {
    std::env::var_os("SHANFANG_PROGRAMS").map(PathBuf::from)
}

/// Builds the processes under test, once: a plain `cargo test` does not build the binaries of other packages. Where
/// they are built already this would build most of what they stand on again, with the features of fewer packages.
///
/// # Errors
/// When they do not build.
pub fn build() -> Result<()> {
    if already_built().is_some() {
        return Ok(());
    }
    static BUILT: std::sync::OnceLock<bool> = std::sync::OnceLock::new();
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = *BUILT.get_or_init(|| {
        let mut command = Command::new(cargo);
        command.args([
            "build",
            "--quiet",
            "--package",
            "county-server",
            "--package",
            "system-tests",
            "--bins",
        ]);
        // What a test is told of its own package: build scripts (ring's, for one) watch it, and would run again.
        let told =
            |name: &str| ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| name.starts_with(prefix));
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(told)) {
            command.env_remove(name);
        }
        command.current_dir(env!("CARGO_MANIFEST_DIR")).status().is_ok_and(|status| status.success())
    });
    if built { Ok(()) } else { Err(Error::other("the processes under test do not build")) }
}

/// A county server that is running.
#[derive(Debug)]
pub struct CountyProcess {
    child: Child,
    /// Where phones are answered.
    pub phones: String,
    /// Where the desk is answered.
    pub desk: String,
    /// The county's code.
    pub county: String,
    /// Six digits of the county's key.
    pub fingerprint: String,
    data: PathBuf,
}

fn command(data: &Path, clock: Option<&Clock>) -> Result<Command> {
    let mut command = Command::new(binary("county-server")?);
    command.arg("--data").arg(data).stdin(Stdio::null());
    if let Some(clock) = clock {
        clock.rule(&mut command, Whose::Server);
    }
    Ok(command)
}

/// Runs one command of the server's command line to its end.
///
/// # Errors
/// When it cannot be started.
pub fn cli(data: &Path, arguments: &[&str]) -> Result<Output> {
    command(data, None)?.args(arguments).output()
}

/// Runs one command and gives back its standard output.
///
/// # Errors
/// When it does not end well; the message is what it said.
pub fn ask(data: &Path, arguments: &[&str]) -> Result<String> {
    heard(cli(data, arguments)?, arguments)
}

/// The same at the time that a clock says.
///
/// # Errors
/// As [`ask`].
pub fn ask_at(clock: &Clock, data: &Path, arguments: &[&str]) -> Result<String> {
    heard(command(data, Some(clock))?.args(arguments).output()?, arguments)
}

fn heard(output: Output, arguments: &[&str]) -> Result<String> {
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(Error::other(format!("county-server {}: {said}", arguments.join(" "))));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

impl CountyProcess {
    /// Starts the server on a data folder; `address` is where phones find it (port 0: any free one).
    ///
    /// # Errors
    /// When it does not come up; its messages are in `<data>.log`.
    pub fn start(data: &Path, address: &str) -> Result<Self> {
        Self::serve(data, (address, "127.0.0.1:0"), None, None)
    }

    /// The same with a place for the desk, and the built console that it shows.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_with_desk(data: &Path, address: &str, desk: &str, console: &Path) -> Result<Self> {
        Self::serve(data, (address, desk), Some(console), None)
    }

    /// At any free addresses, by a clock, with the built console when there is one.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_at(clock: &Clock, data: &Path, console: Option<&Path>) -> Result<Self> {
        Self::serve(data, ("127.0.0.1:0", "127.0.0.1:0"), console, Some(clock))
    }

    fn serve(
        data: &Path,
        (address, desk): (&str, &str),
        console: Option<&Path>,
        clock: Option<&Clock>,
    ) -> Result<Self> {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(data.with_extension("log"))?;
        let mut child = command(data, clock)?
            .args(["serve", "--phones", address, "--desk", desk])
            .envs(console.map(|console| ("COUNTY_DESK_CONSOLE", console)))
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()?;
        let lines = child.stdout.take().map(BufReader::new);
        let mut said = Vec::new();
        for line in lines.into_iter().flat_map(BufRead::lines).take(3) {
            said.push(line?);
        }
        let word = |line: &str, skip: usize| line.split_whitespace().nth(skip).unwrap_or_default().to_owned();
        if let [phones, desk, county] = said.as_slice() {
            let fingerprint = county.split_whitespace().skip(2).collect::<Vec<_>>().join(" ");
            let (phones, desk, county) = (word(phones, 1), word(desk, 1), word(county, 1));
            return Ok(Self { child, phones, desk, county, fingerprint, data: data.to_owned() });
        }
        let _ = child.kill();
        let _ = child.wait();
        let log = std::fs::read_to_string(data.with_extension("log")).unwrap_or_default();
        Err(Error::other(format!("the server did not come up: {said:?}\n{log}")))
    }

    /// The address of the phones without its scheme, to start again at the same place.
    pub fn address(&self) -> &str {
        self.phones.split_once("://").map_or(&self.phones, |(_, address)| address)
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it at once, as a power cut would (`kill -9`).
    ///
    /// # Errors
    /// When the system does not let us.
    pub fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait().map(drop)
    }

    /// Asks it to stop (SIGTERM) and waits until it has.
    ///
    /// # Errors
    /// When it ends badly.
    pub fn stop(mut self) -> Result<()> {
        terminate(&self.child)?;
        let status = self.child.wait()?;
        if status.success() { Ok(()) } else { Err(Error::other(format!("the server ended with {status}"))) }
    }

    /// Leaves it running when this value goes.
    pub fn leave(self) -> u32 {
        let id = self.child.id();
        std::mem::forget(self);
        id
    }
}

/// SIGTERM, without the program `kill`: a bare Debian has none.
fn terminate(child: &Child) -> Result<()> {
    let id = rustix::process::Pid::from_child(child);
    Ok(rustix::process::kill_process(id, rustix::process::Signal::TERM)?)
}

impl Drop for CountyProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
