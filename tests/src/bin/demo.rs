//! The demonstration: `demo --data DIR [--subjects N] [--fresh] [--keep]
//! [--screens DIST] [--window PROGRAM] [--once]`. Called by `cargo xtask demo`,
//! which has asked whatever there was to ask.

use std::path::PathBuf;
use std::process::ExitCode;
use system_tests::story::{Options, play};

fn options() -> Result<Options, String> {
    let mut options = Options {
        folder: PathBuf::from("data/demo"),
        subjects: None,
        fresh: false,
        keep: false,
        screens: None,
        quiet: false,
        window: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--data" => options.folder = value()?.into(),
            "--subjects" => {
                let number = value()?.parse().map_err(|_| "--subjects needs a number".to_owned())?;
                options.subjects = Some(number);
            }
            "--fresh" => options.fresh = true,
            "--screens" => options.screens = Some(value()?.into()),
            "--keep" => options.keep = true,
            "--window" => options.window = Some(value()?.into()),
            "--once" => {}
            other => return Err(format!("what is {other}?")),
        }
    }
    Ok(options)
}

fn main() -> ExitCode {
    let played = options().and_then(|options| play(&options).map_err(|error| error.to_string()));
    match played {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("the story did not hold: {reason}");
            ExitCode::FAILURE
        }
    }
}
