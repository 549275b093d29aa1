//! A place with the program in it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// A place for one county.
pub struct Place(pub TempDir);

impl Place {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program in this place, with nothing of the environment's settings but ports that nobody else has: a
    /// county may be running on this machine.
    pub fn program(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_county-server"));
        command.current_dir(self.0.path()).args(arguments).env_clear();
        command.env("COUNTY_PHONES_ADDRESS", "127.0.0.1:0").env("COUNTY_DESK_ADDRESS", "127.0.0.1:0");
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        self.program(arguments).output().unwrap()
    }

    /// What is printed by a command that succeeds.
    pub fn said(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let err = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}: {err}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// What is said by a command that cannot do it; the exit code is 2.
    pub fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {err}");
        err
    }

    pub fn serve(&self) -> Server {
        self.serve_with(fs::File::create(self.path("server.log")).unwrap())
    }

    /// The server, whose log goes there.
    pub fn serve_with(&self, log: fs::File) -> Server {
        let mut child = self.program(&["serve"]).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut address = |name: &str| {
            let line = lines.next().expect("an address").unwrap();
            line.strip_prefix(&format!("{name} http://")).expect("its name").to_owned()
        };
        let (phones, desk) = (address("phones"), address("desk"));
        Server { child, phones, desk }
    }
}

pub struct Server {
    child: Child,
    pub phones: String,
    pub desk: String,
}

impl Server {
    /// Tells it to stop, and waits until it has.
    pub fn stop(&mut self) -> Option<i32> {
        self.tell_to_stop();
        self.stopped()
    }

    pub fn tell_to_stop(&self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    /// Its exit code, once it has ended.
    pub fn stopped(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have stopped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn get(address: &str, path: &str) -> String {
    ask(address, &format!("GET {path}"), "")
}

pub fn post(address: &str, path: &str, body: &str) -> String {
    ask(address, &format!("POST {path}"), body)
}

fn ask(address: &str, line: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    let head = format!("{line} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
