//! What is typed behind a flag, read with words about its shape; and a command that cannot be read at all.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use domain::grant::OpeningReason;
use domain::ids::{DeviceId, RecordId};
use domain::period::Period;
use domain::staff::Role;
use domain::time::Day;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::str::FromStr;

/// A day.
pub(super) fn day(text: &str) -> Result<Day, String> {
    let shape = "日期写成 YYYY-MM-DD，如 2026-11-23 (a day is written YYYY-MM-DD)";
    text.parse().map_err(|_| shape.to_owned())
}

/// A period by its key.
pub(super) fn period(text: &str) -> Result<Period, String> {
    let shape = "统计期写成 2026-11（月）、2026-10+3（季，从 1、4、7、10 月起）、2026-07+6（半年）、2026-01+12（年），\
                 26日口径后面加 @26 (a period is written 2026-11, 2026-10+3 for a quarter, 2026-11@26)";
    text.parse().map_err(|_| shape.to_owned())
}

/// A record by its id.
pub(super) fn record(text: &str) -> Result<RecordId, String> {
    let shape = "编号是 32 位十六进制数字，见各列表最后一列 (an id has 32 hexadecimal digits: the last column of lists)";
    text.parse().map_err(|_| shape.to_owned())
}

/// A record on which values differ, by its id.
pub(super) fn contested(text: &str) -> Result<RecordId, String> {
    let shape = "要写填写不一致的记录的 32 位编号，见 `waiting list` 第一列 \
                 (a record on which values differ has 32 hexadecimal digits: the first column of `waiting list`)";
    text.parse().map_err(|_| shape.to_owned())
}

/// A phone by its number.
pub(super) fn device(text: &str) -> Result<DeviceId, String> {
    let shape = "要写手机的 16 位编号（`staff phones` 第一列），不是电话号码 \
                 (a phone's 16 digits, the first column of `staff phones`; not its telephone number)";
    text.parse().map_err(|_| shape.to_owned())
}

/// A whole number.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    let shape =
        "要写整数，如 7，不带小数和单位，也不能太大 (a whole number is needed, and not too large a one)";
    text.parse().map_err(|_| shape.to_owned())
}

/// An address to listen at.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let shape = "地址写成 IP:端口，如 127.0.0.1:7440 (an address is written IP:port)";
    text.parse().map_err(|_| shape.to_owned())
}

/// A role by its code or its name.
pub(super) fn role(text: &str) -> Result<Role, String> {
    let known = || Role::ALL.iter().map(|role| format!("{} {}", role.code(), role.zh())).collect::<Vec<_>>();
    Role::from_words(text).ok_or_else(|| format!("角色有 (there are): {}", known().join("、")))
}

/// 查看事由 by its code or its words.
pub(super) fn opening_reason(text: &str) -> Result<OpeningReason, String> {
    let known =
        OpeningReason::ALL.iter().map(|one| format!("{} {}", one.code(), one.zh())).collect::<Vec<_>>();
    let found = OpeningReason::ALL.iter().find(|one| one.code() == text || one.zh() == text);
    found.copied().ok_or_else(|| format!("查看事由有：{} (one of these codes)", known.join("、")))
}

/// Says why a command cannot be read, first in Chinese. Help and version are no errors.
pub(super) fn unread(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        let _ = writeln!(std::io::stderr().lock(), "{}", unread_zh(error));
    }
    let _ = error.print();
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn unread_zh(error: &clap::Error) -> String {
    let said = |kind| match error.get(kind) {
        Some(ContextValue::String(one)) => one.clone(),
        Some(ContextValue::Strings(many)) => many.join("、"),
        _ => String::new(),
    };
    let (argument, value) = (said(ContextKind::InvalidArg), said(ContextKind::InvalidValue));
    match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 后面还没有写值。"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("{argument} 不能写“{value}”；能写什么见下面。")
        }
        ErrorKind::UnknownArgument => format!("没有“{argument}”这个参数；--help 列出全部。"),
        ErrorKind::InvalidSubcommand => {
            format!("没有“{}”这个命令；--help 列出全部。", said(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("还要写：{argument}。"),
        ErrorKind::ArgumentConflict => {
            format!("{argument} 和 {} 不能同时用。", said(ContextKind::PriorArg))
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "还要写做什么：下面是全部命令。".to_owned()
        }
        _ => "命令看不懂，什么也没有做。".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    fn told(line: &[&str]) -> String {
        let error = Cli::try_parse_from([&["county-server"], line].concat()).unwrap_err();
        format!("{}\n{error}", unread_zh(&error))
    }

    #[test]
    fn what_cannot_be_read_is_told_in_chinese_with_its_shape() {
        for (line, expected) in [
            (&["coverage", "--as-of", "23.11.2026"][..], &["--as-of", "YYYY-MM-DD"][..]),
            (&["coverage", "--period", "26-11"], &["不能写“26-11”", "2026-10+3"]),
            (&["coverage", "--period", "2026-13"], &["不能写“2026-13”", "2026-11"]),
            (&["coverage", "--person", "杨洁"], &["32 位"]),
            (&["staff", "revoke", "13900000001"], &["16 位编号", "staff phones"]),
            (&["coverage", "--list", "nobody"], &["not_yet"]),
            (&["coverage", "--dooty", "x"], &["没有“--dooty”这个参数"]),
            (&["covrage"], &["没有“covrage”这个命令", "coverage"]),
            (&["staff", "add"], &["还要写：<NAME>"]),
            (&["staff", "assign", "杨洁", "emperor", "x"], &["assistance_officer", "社会救助协理员"]),
            (&["duty", "add", "x", "--roles", "emperor"], &["assistance_officer", "社会救助协理员"]),
            (&["settings", "set", "late_days", "七"], &["不能写“七”", "要写整数"]),
            (&["settings", "set", "late_days", "99999999999"], &["要写整数"]),
            (&["waiting", "list", "--older", "1.5"], &["要写整数"]),
            (&["waiting", "settle", "9f3a:12", "phone"], &["32 位", "`waiting list` 第一列"]),
            (
                &["waiting", "settle", "00000000000000000000000000000001", "phone", "--use", "-x"],
                &["要写整数"],
            ),
            (&["duty", "change", "x", "--visitors-min", "-1"], &["要写整数"]),
            (&["duty", "change", "x", "--enrolled-days-min", "many"], &["要写整数"]),
            (&["seed", "--months", "x"], &["0 到 60"]),
            (&["seed", "--months", "61"], &["0 到 60"]),
            (&["seed", "--seed", "x"], &["要写整数"]),
            (&["serve", "--phones", "7440"], &["127.0.0.1:7440"]),
            (&["person", "move", "x", "y"], &["32 位"]),
        ] {
            let said = told(line);
            for raw in ["invalid digit", "invalid socket", "invalid float", "not an id", "is not in"] {
                assert!(!said.contains(raw), "{line:?}: {said}");
            }
            assert!(expected.iter().all(|word| said.contains(word)), "{line:?}: {said}");
        }
    }
}
