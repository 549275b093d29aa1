//! The phone's app as the county offers it: an APK that somebody has put into a folder. Nobody is forced to take it,
//! and nothing waits for it.

use sha2::{Digest, Sha256};
use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// How the file is called: `shanfang-<version>.apk`.
const PREFIX: &str = "shanfang-";
const SUFFIX: &str = ".apk";

/// An APK that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its version, as its name says.
    pub version: String,
    /// Where it lies.
    pub path: PathBuf,
    /// How many bytes it has.
    pub bytes: u64,
    /// SHA-256 in hexadecimal digits, by which whoever installs it may compare.
    pub sha256: String,
}

/// The newest APK of a folder; none when the folder is not there, or holds none.
///
/// # Errors
/// When a file that is there cannot be read.
pub fn newest(folder: &Path) -> io::Result<Option<Offer>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut found: Option<(String, PathBuf)> = None;
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let Some(version) = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX)) else {
            continue;
        };
        if found.as_ref().is_none_or(|(known, _)| order(known, version) == Ordering::Less) {
            found = Some((version.to_owned(), path));
        }
    }
    let Some((version, path)) = found else { return Ok(None) };
    let (bytes, sha256) = digest(&path)?;
    Ok(Some(Offer { version, path, bytes, sha256 }))
}

fn digest(path: &Path) -> io::Result<(u64, String)> {
    let (mut file, mut hash, mut bytes) = (File::open(path)?, Sha256::new(), 0);
    let mut block = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut block)?;
        let Some(piece) = block.get(..read).filter(|piece| !piece.is_empty()) else { break };
        hash.update(piece);
        bytes += read as u64;
    }
    let digits = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((bytes, digits))
}

/// Two versions in the order in which they were made, number by number: 0.10 is later than 0.9.
fn order(one: &str, other: &str) -> Ordering {
    let numbers = |text: &str| -> Vec<u64> {
        text.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
    };
    numbers(one).cmp(&numbers(other))
}

impl Offer {
    /// Whether a phone with this version would get a later one.
    pub fn is_later_than(&self, version: &str) -> bool {
        order(version, &self.version) == Ordering::Less
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_a_folder_is_offered_with_its_size_and_digest() {
        let folder = std::env::temp_dir().join(format!("shanfang-{}-app", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        assert_eq!(newest(&folder).unwrap(), None, "no folder is no fault");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("readme.txt"), "x").unwrap();
        assert_eq!(newest(&folder).unwrap(), None);
        for (name, content) in [("shanfang-0.9.0.apk", "old"), ("shanfang-0.10.0.apk", "abc")] {
            std::fs::write(folder.join(name), content).unwrap();
        }
        let offer = newest(&folder).unwrap().unwrap();
        assert_eq!((offer.version.as_str(), offer.bytes), ("0.10.0", 3));
        // FIPS 180-2, appendix B.1.
        assert_eq!(offer.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert!(
            offer.is_later_than("0.9.7") && !offer.is_later_than("0.10.0") && !offer.is_later_than("0.11")
        );
        assert!(offer.is_later_than("test"), "what says nothing is older");
        std::fs::remove_dir_all(folder).unwrap();
    }
}
