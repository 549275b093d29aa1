//! The app's own window, driven as a person would: W3C WebDriver over loopback HTTP, asked of `WebKitWebDriver`
//! itself. A proxy between (tauri-driver) loses requests.

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use std::io::{Error, Read, Result, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long something on the screen is waited for. Nobody waits so long unless it never comes.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(40);
/// The key under which the protocol names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A window that is open. It is closed, with every process that belongs to it, when this value goes.
#[derive(Debug)]
pub struct Window {
    driver: Driver,
    session: String,
}

/// The driver's process, in a group with whatever it starts.
#[derive(Debug)]
struct Driver {
    child: Child,
    port: u16,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Ended alone it would sometimes leave the app behind.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

impl Driver {
    fn start() -> Result<Self> {
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let child = Command::new("WebKitWebDriver")
            .arg(format!("--port={port}"))
            // Without it the app never answers for a session.
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            // Else the window would open before whoever runs this on Wayland, and not on the test's screen.
            .env_remove("WAYLAND_DISPLAY")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| Error::other(format!("WebKitWebDriver (webkit2gtk-driver): {error}")))?;
        let driver = Self { child, port };
        let begun = Instant::now();
        while driver.ask("GET", "/status", None).is_err() {
            if begun.elapsed() > PATIENCE {
                return Err(Error::other("WebKitWebDriver does not answer"));
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(driver)
    }

    /// One request; gives back what stands under `value`.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1:{}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            self.port,
            body.len()
        )?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| Error::other("half an answer"))?;
        let mut answer: Value = serde_json::from_str(body)?;
        let value = answer.get_mut("value").map(Value::take).unwrap_or_default();
        if head.split(' ').nth(1) == Some("200") {
            return Ok(value);
        }
        let word = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        Err(Error::other(format!("{}: {}", word("error"), word("message"))))
    }
}

fn text(value: &Value) -> Result<&str> {
    value.as_str().ok_or_else(|| Error::other(format!("no text: {value}")))
}

impl Window {
    /// Opens the window of a program.
    ///
    /// # Errors
    /// When it does not come up, or there is no driver.
    pub fn open(program: &Path, arguments: &[&str]) -> Result<Self> {
        let driver = Driver::start()?;
        let options = json!({ "binary": program, "args": arguments });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "webkitgtk:browserOptions": options } } });
        let made = driver.ask("POST", "/session", Some(&wanted))?;
        let session = text(made.get("sessionId").unwrap_or(&Value::Null))?.to_owned();
        Ok(Self { driver, session })
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        self.driver.ask(method, &format!("/session/{}{path}", self.session), body)
    }

    /// The elements that an XPath names now.
    ///
    /// # Errors
    /// When the window is gone.
    pub fn all(&self, xpath: &str) -> Result<Vec<String>> {
        let found = self.ask("POST", "/elements", Some(&json!({ "using": "xpath", "value": xpath })))?;
        let ids = found.as_array().into_iter().flatten();
        Ok(ids.filter_map(|one| one.get(ELEMENT)?.as_str()).map(str::to_owned).collect())
    }

    /// Tries until it succeeds: a page may just be changing under the hand.
    fn wait<T>(&self, what: &str, attempt: impl Fn() -> Result<Option<T>>) -> Result<T> {
        let begun = Instant::now();
        loop {
            let why = match attempt() {
                Ok(Some(value)) => return Ok(value),
                Ok(None) => "it is not there".to_owned(),
                Err(error) => error.to_string(),
            };
            if begun.elapsed() > PATIENCE {
                let page = self.script("return document.body.innerText").unwrap_or_default();
                return Err(Error::other(format!("{what}: {why}. On the screen: {page}")));
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Waits until an XPath names something, and gives back its words.
    ///
    /// # Errors
    /// When it never does; the message has what is on the screen instead.
    pub fn words(&self, xpath: &str) -> Result<String> {
        self.wait(xpath, || {
            let Some(id) = self.all(xpath)?.into_iter().next() else { return Ok(None) };
            Ok(Some(text(&self.ask("GET", &format!("/element/{id}/text"), None)?)?.to_owned()))
        })
    }

    /// Waits until these words stand somewhere on the screen.
    ///
    /// # Errors
    /// When they never do.
    pub fn reads(&self, words: &str) -> Result<()> {
        self.wait(words, || Ok(self.shows(words)?.then_some(())))
    }

    /// Waits until these words stand nowhere on the screen.
    ///
    /// # Errors
    /// When they stay.
    pub fn gone(&self, words: &str) -> Result<()> {
        self.wait(&format!("{words} to go"), || Ok((!self.shows(words)?).then_some(())))
    }

    /// Whether these words stand on the screen now.
    ///
    /// # Errors
    /// When the window is gone.
    pub fn shows(&self, words: &str) -> Result<bool> {
        let page = self.script("return document.body.innerText")?;
        Ok(page.as_str().is_some_and(|page| page.contains(words)))
    }

    /// The first thing that an XPath names, brought into the middle of the page that scrolls under the bars.
    fn at_hand(&self, xpath: &str) -> Result<Option<String>> {
        let Some(id) = self.all(xpath)?.into_iter().next() else { return Ok(None) };
        let script = "arguments[0].scrollIntoView({ block: 'center' })";
        let of = json!({ "script": script, "args": [{ ELEMENT: id }] });
        self.ask("POST", "/execute/sync", Some(&of))?;
        Ok(Some(id))
    }

    /// Taps the first thing that an XPath names, once it is there.
    ///
    /// # Errors
    /// When it never is.
    pub fn tap(&self, xpath: &str) -> Result<()> {
        self.wait(xpath, || {
            let Some(id) = self.at_hand(xpath)? else { return Ok(None) };
            self.ask("POST", &format!("/element/{id}/click"), Some(&json!({}))).map(|_| Some(()))
        })
    }

    /// Taps a button by what is written on it.
    ///
    /// # Errors
    /// When there is none.
    pub fn press(&self, label: &str) -> Result<()> {
        self.tap(&format!("//*[self::button or self::a][normalize-space()='{label}'][not(@disabled)]"))
    }

    /// Types into what an XPath names.
    ///
    /// # Errors
    /// When it never is there.
    pub fn enter(&self, xpath: &str, typed: &str) -> Result<()> {
        self.wait(xpath, || {
            let Some(id) = self.at_hand(xpath)? else { return Ok(None) };
            self.ask("POST", &format!("/element/{id}/value"), Some(&json!({ "text": typed })))
                .map(|_| Some(()))
        })
    }

    /// Carries out a script in the page.
    ///
    /// # Errors
    /// When it throws.
    pub fn script(&self, script: &str) -> Result<Value> {
        self.ask("POST", "/execute/sync", Some(&json!({ "script": script, "args": [] })))
    }

    /// Waits until a script returns something, and gives it back.
    ///
    /// # Errors
    /// When it never does.
    pub fn gives(&self, script: &str) -> Result<Value> {
        self.wait(script, || Ok(Some(self.script(script)?).filter(|value| !value.is_null())))
    }

    /// One step back, as the key of the phone does.
    ///
    /// # Errors
    /// When the window is gone.
    pub fn back(&self) -> Result<()> {
        self.script("history.back()").map(drop)
    }

    /// Keeps a picture of the page, PNG.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub fn picture(&self, to: &Path) -> Result<()> {
        // What was last changed is drawn with the next frame.
        let drawn =
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))";
        self.ask("POST", "/execute/async", Some(&json!({ "script": drawn, "args": [] })))?;
        let taken = self.ask("GET", "/screenshot", None)?;
        std::fs::write(to, unpacked(text(&taken)?))
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        let _ = self.ask("DELETE", "", None);
    }
}

/// Base64, as the protocol packs pictures.
fn unpacked(packed: &str) -> Vec<u8> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for symbol in packed.bytes() {
        let six = match symbol {
            b'A'..=b'Z' => symbol - b'A',
            b'a'..=b'z' => symbol - b'a' + 26,
            b'0'..=b'9' => symbol - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        held = (held << 6) | u32::from(six);
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            let [.., byte] = (held >> bits).to_be_bytes();
            bytes.push(byte);
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_unpacked() {
        assert_eq!(unpacked("aGkhIQ=="), b"hi!!");
        assert_eq!(unpacked("/+8="), [0xff, 0xef]);
        assert_eq!(unpacked(""), b"");
    }
}
