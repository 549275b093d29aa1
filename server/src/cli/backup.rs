//! `county-server backup` and `restore`.

use super::{Outcome, print};
use crate::config::Config;
use crate::keys::load;
use crate::problem::{not_read, wrong};
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
    print(&format!("{bytes} 字节，只有恢复密钥（{recipient}）能打开。\n"));
    Ok(ExitCode::SUCCESS)
}

/// Puts a backup back. The recovery key comes from a file, or is typed in.
pub(super) fn restore(config: &Config, from: &Path, recovery: Option<&Path>) -> Outcome {
    archive::restorable(&config.data, from)?;
    let text = match recovery {
        Some(path) => std::fs::read_to_string(path).map_err(|error| {
            let (zh, en) = not_read(&error);
            let zh = format!("{zh}；要的是有恢复密钥 AGE-SECRET-KEY-1… 的文件");
            wrong(path.display(), zh, format!("{en}; what is needed is the file with the recovery key"))
        })?,
        None => typed(),
    };
    // The file may be the one of the first start, with words around the key.
    let key = text.split_whitespace().find_map(|word| SealIdentity::parse(word).ok());
    let key = key.ok_or_else(|| mistyped(&text))?;
    archive::restore(&config.data, &key, from)?;
    print(RESTORED);
    Ok(ExitCode::SUCCESS)
}

/// What a restore brings back, and what whoever made it has to look at.
const RESTORED: &str = "已恢复成备份那时的样子。工作人员在手机上写的，手机下次联系时会把备份里没有的再传一次。\n\
\n\
备份以后在县里做的，手机带不回来。请照下面逐项看，最好在 serve 以前：\n\
\u{20}\u{20}手机      备份以后丢失停用、移交的，现在又是“在用”：看 staff phones，再用 staff revoke、staff retire 停一次\n\
\u{20}\u{20}分工      备份以后结束的又有了，新给的没有了：看 staff list，再用 staff end、staff assign\n\
\u{20}\u{20}账号      备份以后停用的又能登录，密码是那时的：看 account list，再用 account lock、account reset\n\
\u{20}\u{20}启用纸    恢复以前打印的全部作废，用过没用过都一样：用 enrol 重新打印\n\
\u{20}\u{20}要求设定  备份以后改的走访要求、设定、撤并、表都没有了：看 duty list --all、settings list、area list --all，照文件再写\n\
\u{20}\u{20}待处理    备份以后收下、不采用、以后再看的决定没有了，要再定一次：看 waiting list\n\
\u{20}\u{20}搬村更正  备份以后县里写的搬村、更正，手机只带得回来一部分：照纸上记的核对，再用 person move\n\
\u{20}\u{20}依法删除  备份以后批准的，照密钥旁边的 ….keys.json.erasures 在 serve 时先再删一次：这个文件要放回密钥旁边\n\
\u{20}\u{20}钥匙      备份以后用 keys renew 换过的，serve 以前再换一次\n\
\n\
备份以后启用的手机，要等它联系县里才认得；其中丢了的，先用 staff end 结束本人的分工。\n";

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
