//! A phone in a browser as a process: the program `bridge` on a phone's folder.

use crate::county::binary;
use std::io::{BufRead, BufReader, Error, Result};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A phone whose screens a browser shows.
#[derive(Debug)]
pub struct BridgeProcess {
    child: Child,
    /// Where a browser finds it.
    pub address: String,
}

impl BridgeProcess {
    /// Starts the phone whose files lie in `folder`; it finds the county at `county`, the built screens are
    /// in `screens`. `port` 0 takes any free one.
    ///
    /// # Errors
    /// When it does not come up.
    pub fn start(folder: &Path, county: &str, screens: &Path, port: u16) -> Result<Self> {
        let mut child = Command::new(binary("bridge")?)
            .arg(folder)
            .arg(county)
            .arg(screens)
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut address = String::new();
        if let Some(said) = child.stdout.take() {
            BufReader::new(said).read_line(&mut address)?;
        }
        let address = address.trim().to_owned();
        if address.is_empty() {
            let _ = child.kill();
            let _ = child.wait();
            let folder = folder.display();
            return Err(Error::other(format!("the phone in {folder} did not come up in a browser")));
        }
        Ok(Self { child, address })
    }

    /// Leaves it running when this value goes; answers the process.
    pub fn leave(self) -> u32 {
        let id = self.child.id();
        std::mem::forget(self);
        id
    }
}

impl Drop for BridgeProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
