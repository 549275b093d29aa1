//! Writes down for Tauri what the screens may ask, and into the app which county it belongs to.

#[path = "src/screens.rs"]
mod screens;

use std::path::{Path, PathBuf};
use std::{env, fs};

/// The county of a debug build: a county-server on this machine, with the settings it has by itself.
const COUNTY_OF_DEBUG: &str = "http://127.0.0.1:7440";

fn main() -> Result<(), String> {
    let release = env::var("PROFILE").is_ok_and(|profile| profile == "release");
    county(release)?;
    let folder = Path::new("../dist/phone");
    println!("cargo::rerun-if-changed={}", folder.display());
    screens::judge(folder, release)?;
    let commands = tauri_build::AppManifest::new().commands(&["call"]);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(commands))
        .map_err(|error| format!("{error:#}"))
}

/// The county's address, and the certificate of its own authority, out of the environment of the build.
fn county(release: bool) -> Result<(), String> {
    let (address, authority) = ("SHANFANG_COUNTY_ADDRESS", "SHANFANG_COUNTY_AUTHORITY");
    println!("cargo::rerun-if-env-changed={address}");
    println!("cargo::rerun-if-env-changed={authority}");
    let named = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let (county, pem) = match (named(address), named(authority)) {
        (Some(county), Some(path)) if county.starts_with("https://") => {
            println!("cargo::rerun-if-changed={path}");
            let pem = fs::read(&path).map_err(|error| format!("{authority}: {path}: {error}"))?;
            if !pem.starts_with(b"-----BEGIN CERTIFICATE-----") {
                return Err(format!("{authority}: {path} does not begin with a certificate in PEM"));
            }
            (county, pem)
        }
        (None, None) if !release => (COUNTY_OF_DEBUG.to_owned(), Vec::new()),
        _ => {
            return Err(format!(
                "which county is this app for? Name {address} (https://…) and {authority} \
                 (the file with the certificate of the county's own authority, PEM)"
            ));
        }
    };
    println!("cargo::rustc-env=COUNTY_ADDRESS={county}");
    let out = PathBuf::from(env::var("OUT_DIR").map_err(|error| error.to_string())?);
    fs::write(out.join("authority.pem"), pem).map_err(|error| error.to_string())
}
