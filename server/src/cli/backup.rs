//! `county-server backup` and `restore`.

use super::{Outcome, print};
use crate::config::Config;
use crate::keys::load_or_make;
use crate::{backup as archive, open};
use domain::problem::{Problem, ProblemCode};
use seal::age_seal::SealIdentity;
use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

/// Writes a backup.
pub(super) async fn backup(config: &Config, to: &Path) -> Outcome {
    // Opening it says in good words what may be wrong with it.
    drop(open::to_read(config)?);
    let (data, to) = (config.data.clone(), to.to_owned());
    let written = tokio::task::spawn_blocking(move || {
        let keys = load_or_make(&data)?.county;
        archive::backup(&data, &keys, &to)?;
        Ok((keys.backup().to_string(), std::fs::metadata(&to).map_or(0, |file| file.len())))
    });
    let stopped = |_| Problem::new(ProblemCode::Internal).with("reference", "the backup stopped");
    let (recipient, bytes): (String, u64) = written.await.map_err(stopped)??;
    print(&format!("{bytes} 字节，只有恢复密钥（{recipient}）能打开\n"));
    Ok(ExitCode::SUCCESS)
}

/// Puts a backup back. The recovery key comes from a file, or is typed in.
pub(super) fn restore(config: &Config, from: &Path, recovery: Option<&Path>) -> Outcome {
    let text = match recovery {
        Some(path) => std::fs::read_to_string(path).map_err(|error| {
            let problem = Problem::new(ProblemCode::ArgumentWrong).with("name", path.display());
            problem.with("reason", error)
        })?,
        None => typed(),
    };
    // The file may be the one of the first start, with words around the key.
    let key = text.split_whitespace().find_map(|word| SealIdentity::parse(word).ok());
    let key = key.ok_or_else(|| {
        let problem = Problem::new(ProblemCode::ArgumentWrong).with("name", "recovery");
        problem.with("reason", "AGE-SECRET-KEY-1…")
    })?;
    archive::restore(&config.data, &key, from)?;
    print("已恢复。手机下次联系时会把备份里没有的再传一次。\n");
    Ok(ExitCode::SUCCESS)
}

fn typed() -> String {
    let _ = std::io::stderr().lock().write_all("恢复密钥 AGE-SECRET-KEY-1…: ".as_bytes());
    let mut line = String::new();
    let _ = std::io::stdin().lock().read_line(&mut line);
    line
}
