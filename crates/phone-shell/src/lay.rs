//! Files that are handed on: what waits, sealed to the county, for a phone that cannot send any more.

use crate::files::failed;
use client::ports::PortError;
use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

/// Where a file is laid that the holder hands on to somebody: the platform knows.
pub trait Lay: std::fmt::Debug + Send + Sync {
    /// Lays a file under a name, beside whatever is called so already; answers where, as its holder finds it.
    ///
    /// # Errors
    /// When there is no room, or the place cannot be written.
    fn lay(&self, name: &str, text: &str) -> Result<String, PortError>;
}

/// Into a folder, for platforms that have one which its holder can open.
#[derive(Debug)]
pub struct Folder(pub PathBuf);

impl Lay for Folder {
    fn lay(&self, name: &str, text: &str) -> Result<String, PortError> {
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let again = (2..).map(|copy| format!("{stem}-{copy}.{ending}"));
        for name in std::iter::once(name.to_owned()).chain(again) {
            let place = self.0.join(name);
            let made = OpenOptions::new().write(true).create_new(true).open(&place);
            let mut file = match made {
                Err(there) if there.kind() == ErrorKind::AlreadyExists => continue,
                made => made.map_err(|error| failed(&error))?,
            };
            let whole = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
            if let Err(error) = whole {
                // Half a file would be handed on as if it were whole.
                let _ = fs::remove_file(&place);
                return Err(failed(&error));
            }
            return Ok(place.display().to_string());
        }
        Err(PortError::Failed("no name is free".to_owned()))
    }
}

/// A name that is no path, with the ending of an age file.
pub(crate) fn file_name(said: &str) -> String {
    let kept: String = said.chars().filter(|one| one.is_alphanumeric() || *one == '-').take(60).collect();
    format!("{kept}.age")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_stands_beside_what_is_there_and_its_name_is_no_path() {
        assert_eq!(file_name("../等待上传 2026-11-27/x"), "等待上传2026-11-27x.age");
        let folder = std::env::temp_dir().join(format!("shanfang-lay-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let lay = Folder(folder.clone());
        let places: Vec<String> = ["one", "two"].map(|text| lay.lay("a.age", text).unwrap()).into();
        assert_ne!(places[0], places[1]);
        let read: Vec<String> = places.iter().map(|place| fs::read_to_string(place).unwrap()).collect();
        assert_eq!(read, ["one", "two"]);
        fs::remove_dir_all(&folder).unwrap();
        assert!(matches!(lay.lay("a.age", "three"), Err(PortError::Failed(_))));
    }
}
