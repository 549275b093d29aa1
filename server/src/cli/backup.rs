//! `county-server backup` and `restore`.

use super::{Outcome, print};
use crate::config::Config;
use crate::keys::load;
use crate::problem::wrong;
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
        let keys = load(&data)?;
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
            let zh = format!("文件读不出来（{error}）；里面要有恢复密钥 AGE-SECRET-KEY-1…");
            wrong(path.display(), zh, format!("cannot be read ({error}); it holds the recovery key"))
        })?,
        None => typed(),
    };
    // The file may be the one of the first start, with words around the key.
    let key = text.split_whitespace().find_map(|word| SealIdentity::parse(word).ok());
    let key = key.ok_or_else(|| mistyped(&text))?;
    archive::restore(&config.data, &key, from)?;
    print("已恢复。手机下次联系时会把备份里没有的再传一次。\n");
    Ok(ExitCode::SUCCESS)
}

/// How a recovery key is written, in characters.
const KEY_CHARACTERS: usize = 74;

/// No recovery key is in the text. It is never said again: only how long what was typed is.
fn mistyped(text: &str) -> Problem {
    let length = text
        .split_whitespace()
        .find(|word| word.to_uppercase().starts_with("AGE-SECRET-KEY-1"))
        .map(|word| word.chars().count());
    let (zh, en) = match length {
        None => ("这里没有恢复密钥".to_owned(), "there is no recovery key in it".to_owned()),
        Some(KEY_CHARACTERS) => {
            ("抄错了：至少有一个字符不对".to_owned(), "mistyped: at least one character is wrong".to_owned())
        }
        Some(length) => {
            (format!("抄错了：有 {length} 个字符"), format!("mistyped: it has {length} characters"))
        }
    };
    wrong(
        "recovery",
        format!(
            "{zh}。恢复密钥以 AGE-SECRET-KEY-1 开头，共 {KEY_CHARACTERS} 个字符，没有空格。没有改动任何数据"
        ),
        format!(
            "{en}. A recovery key begins with AGE-SECRET-KEY-1, has {KEY_CHARACTERS} characters and no spaces. Nothing was changed"
        ),
    )
}

fn typed() -> String {
    let _ = std::io::stderr().lock().write_all("恢复密钥 AGE-SECRET-KEY-1…: ".as_bytes());
    let mut line = String::new();
    let _ = std::io::stdin().lock().read_line(&mut line);
    line
}
