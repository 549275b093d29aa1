//! The desk of the real server, asked over HTTP as the console asks it: accounts, sessions, routes.

use serde_json::{Value, json};
use std::io::{Error, Read, Result, Write};
use std::net::TcpStream;
use std::time::Duration;

/// The password of every account that is opened here.
pub const PASSWORD: &str = "walnut-tree-door";

/// How long an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Somebody who is logged in.
#[derive(Debug)]
pub struct Desk {
    /// Host and port.
    address: String,
    /// Under which name.
    pub login: String,
    token: String,
    proof: String,
}

impl Desk {
    /// Logs in with the first password of an account and changes it; `said` is what `account add` said.
    ///
    /// # Errors
    /// When the desk does not let them in.
    pub fn open(at: &str, login: &str, said: &str) -> Result<Self> {
        let first = said.split_once("密码 ").and_then(|(_, rest)| rest.split('（').next());
        let first = first.ok_or_else(|| Error::other(format!("no first password in {said}")))?;
        let address = at.split_once("://").map_or(at, |(_, address)| address).to_owned();
        let none = String::new;
        let mut desk = Self { address, login: login.to_owned(), token: none(), proof: none() };
        desk.log_in(first)?;
        desk.post("/api/session/password", &json!({ "old": first, "new": PASSWORD }))?;
        Ok(desk)
    }

    /// Logs in again: a session does not last for a month.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn again(&mut self) -> Result<()> {
        self.log_in(PASSWORD)
    }

    fn log_in(&mut self, password: &str) -> Result<()> {
        self.token.clear();
        let said = json!({ "login": self.login, "password": password });
        let (head, session) = self.ask("POST", "/api/session", Some(&said))?;
        let token = head.split("session=").nth(1).and_then(|rest| rest.split(';').next());
        self.token = token.ok_or_else(|| Error::other("no session after logging in"))?.to_owned();
        self.proof = session.get("proof").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(())
    }

    /// What a route shows.
    ///
    /// # Errors
    /// When it refuses; the message is what it said.
    pub fn get(&self, path: &str) -> Result<Value> {
        self.ask("GET", path, None).map(|(_, value)| value)
    }

    /// Does what a route does.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn post(&self, path: &str, said: &Value) -> Result<Value> {
        self.ask("POST", path, Some(said)).map(|(_, value)| value)
    }

    /// One request: the answer's head and its JSON.
    fn ask(&self, method: &str, path: &str, said: Option<&Value>) -> Result<(String, Value)> {
        let body = said.map(Value::to_string).unwrap_or_default();
        let (host, length) = (&self.address, body.len());
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\norigin: http://{host}\r\n");
        head.push_str(&format!("content-type: application/json\r\ncontent-length: {length}\r\n"));
        if !self.token.is_empty() {
            head.push_str(&format!("cookie: session={}\r\nx-request-proof: {}\r\n", self.token, self.proof));
        }
        let mut stream = TcpStream::connect(host)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(stream, "{head}connection: close\r\n\r\n{body}")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| Error::other("half an answer"))?;
        if head.split(' ').nth(1) != Some("200") {
            let line = head.lines().next().unwrap_or_default();
            return Err(Error::other(format!("{method} {path}: {line}: {body}")));
        }
        Ok((head.to_owned(), serde_json::from_str(body)?))
    }
}

/// A text of an answer; empty when there is none.
pub fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A number of an answer; 0 when there is none.
pub fn number(value: &Value, key: &str) -> i64 {
    value.get(key).and_then(Value::as_i64).unwrap_or_default()
}

/// The rows of a list.
pub fn rows(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}
