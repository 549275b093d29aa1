//! Which county this app belongs to, and where its files lie: written into it when it is built. A desktop,
//! which stands in for a phone, may be told otherwise when it is started.

use std::path::PathBuf;

/// How the app starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Where the county answers phones.
    pub county: String,
    /// The certificate of the county's own authority, PEM. With it nobody else's word is taken.
    pub authority: Option<Vec<u8>>,
    /// Where the phone's files lie; the platform's own place where nothing is said.
    pub folder: Option<PathBuf>,
}

#[cfg(desktop)]
const USAGE: &str = "usage: phone-app [--folder FOLDER] [--county URL] [--authority PEM-FILE]";

impl Start {
    /// As it was built.
    pub fn built() -> Self {
        let pem = include_bytes!(concat!(env!("OUT_DIR"), "/authority.pem")).as_slice();
        Self {
            county: env!("COUNTY_ADDRESS").to_owned(),
            authority: (!pem.is_empty()).then(|| pem.to_vec()),
            folder: None,
        }
    }

    /// As a desktop's command line says. Another county does not answer to the authority that was built in.
    ///
    /// # Errors
    /// How it is called; a file that cannot be read.
    #[cfg(desktop)]
    pub fn told(words: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut start = Self::built();
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let value = words.next().ok_or(USAGE)?;
            match word.as_str() {
                "--folder" => start.folder = Some(value.into()),
                "--county" => (start.county, start.authority) = (value, None),
                "--authority" => {
                    let pem = std::fs::read(&value).map_err(|error| format!("{value}: {error}"))?;
                    start.authority = Some(pem);
                }
                _ => return Err(USAGE.to_owned()),
            }
        }
        Ok(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(words: &[&str]) -> Result<Start, String> {
        Start::told(words.iter().map(|word| (*word).to_owned()))
    }

    #[test]
    fn without_a_word_it_is_as_it_was_built() {
        assert_eq!(told(&[]), Ok(Start::built()));
    }

    #[test]
    fn a_desktop_may_be_told_another_county_and_folder() {
        let start = told(&["--folder", "here", "--county", "http://127.0.0.1:1"]).unwrap();
        assert_eq!((start.county.as_str(), start.authority), ("http://127.0.0.1:1", None));
        assert_eq!(start.folder, Some(PathBuf::from("here")));
    }

    #[test]
    fn what_it_does_not_understand_it_does_not_guess() {
        assert_eq!(told(&["--folder"]), Err(USAGE.to_owned()));
        assert_eq!(told(&["--bridge", "x"]), Err(USAGE.to_owned()));
        assert!(told(&["--authority", "no-such-file.pem"]).unwrap_err().starts_with("no-such-file.pem: "));
    }
}
