//! What is typed behind a flag, read with words about its shape; and a command that cannot be read at all.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use domain::grant::OpeningReason;
use domain::ids::{DeviceId, RecordId};
use domain::period::Period;
use domain::staff::Role;
use domain::time::Day;
use std::fmt;
use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::str::FromStr;

/// What has to be typed, in each language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    zh: String,
    en: String,
}

impl Shape {
    pub(super) fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { zh: zh.into(), en: en.into() }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl std::error::Error for Shape {}

/// A day.
pub(super) fn day(text: &str) -> Result<Day, Shape> {
    text.parse().map_err(|_| {
        Shape::new("日期写成 YYYY-MM-DD，如 2026-11-23", "a day is written YYYY-MM-DD, as 2026-11-23")
    })
}

/// A period by its key.
pub(super) fn period(text: &str) -> Result<Period, Shape> {
    let zh = "统计期写成 2026-11（月）、2026-10+3（季，从 1、4、7、10 月起）、2026-07+6（半年）、2026-01+12（年），\
              26日口径后面加 @26";
    let en = "a period is written 2026-11 (a month), 2026-10+3 (a quarter), 2026-07+6 (half a year), 2026-01+12 (a \
              year), with @26 behind it when months are cut on the 26th";
    text.parse().map_err(|_| Shape::new(zh, en))
}

/// A record by its id.
pub(super) fn record(text: &str) -> Result<RecordId, Shape> {
    let zh = "编号是 32 位十六进制数字，见各列表最后一列";
    text.parse().map_err(|_| Shape::new(zh, "an id has 32 hexadecimal digits: the last column of lists"))
}

/// A record on which values differ, by its id.
pub(super) fn contested(text: &str) -> Result<RecordId, Shape> {
    let zh = "要写填写不一致的记录的 32 位编号，见 `waiting list` 第一列";
    let en = "a record on which values differ has 32 hexadecimal digits: the first column of `waiting list`";
    text.parse().map_err(|_| Shape::new(zh, en))
}

/// A phone by its number.
pub(super) fn device(text: &str) -> Result<DeviceId, Shape> {
    let zh = "要写手机的 16 位编号（`staff phones` 第一列），不是电话号码";
    let en = "a phone's 16 digits are needed, the first column of `staff phones`; not its telephone number";
    text.parse().map_err(|_| Shape::new(zh, en))
}

/// A whole number.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, Shape> {
    let zh = "要写整数，如 7，不带小数和单位，也不能太大";
    let en = "a whole number is needed, as 7: no fraction, no unit, and not too large";
    text.parse().map_err(|_| Shape::new(zh, en))
}

/// An address to listen at.
pub(super) fn address(text: &str) -> Result<SocketAddr, Shape> {
    let zh = "地址写成 IP:端口，如 127.0.0.1:7440";
    text.parse().map_err(|_| Shape::new(zh, "an address is written IP:port, as 127.0.0.1:7440"))
}

/// A role by its code or its name.
pub(super) fn role(text: &str) -> Result<Role, Shape> {
    let zh = || Role::ALL.iter().map(|role| format!("{} {}", role.code(), role.zh())).collect::<Vec<_>>();
    let en = || Role::ALL.iter().map(|role| role.code()).collect::<Vec<_>>();
    Role::from_words(text).ok_or_else(|| {
        Shape::new(format!("角色有：{}", zh().join("、")), format!("the roles are: {}", en().join(", ")))
    })
}

/// 查看事由 by its code or its words.
pub(super) fn opening_reason(text: &str) -> Result<OpeningReason, Shape> {
    let all = || OpeningReason::ALL.iter();
    let zh = || all().map(|one| format!("{} {}", one.code(), one.zh())).collect::<Vec<_>>();
    let en = || all().map(|one| one.code()).collect::<Vec<_>>();
    let found = all().find(|one| one.code() == text || one.zh() == text);
    found.copied().ok_or_else(|| {
        Shape::new(
            format!("查看事由有：{}", zh().join("、")),
            format!("the reasons are: {}", en().join(", ")),
        )
    })
}

/// Says why a command cannot be read, a line in each language. Help and version are no errors.
pub(super) fn unread(error: &clap::Error) -> ExitCode {
    if error.use_stderr() {
        let Told { zh, en } = told(error);
        let _ = writeln!(std::io::stderr().lock(), "{zh}\n{en}");
    }
    // What is shown then is the page of help.
    let page = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if page || !error.use_stderr() {
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

/// A sentence in each language.
struct Told {
    zh: String,
    en: String,
}

/// What the parser says of one thing that was wrong, out of its own words.
struct Facts<'a>(&'a clap::Error);

impl Facts<'_> {
    fn all(&self, kind: ContextKind) -> Vec<String> {
        match self.0.get(kind) {
            Some(ContextValue::String(one)) => vec![one.clone()],
            Some(ContextValue::Strings(many)) => many.clone(),
            Some(ContextValue::StyledStr(one)) => vec![one.to_string()],
            _ => Vec::new(),
        }
    }

    fn one(&self, kind: ContextKind) -> String {
        self.all(kind).join(" ")
    }

    /// What may have been meant.
    fn meant(&self) -> Told {
        let kinds =
            [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
        let words: Vec<_> = kinds.into_iter().flat_map(|kind| self.all(kind)).collect();
        if words.is_empty() {
            return Told { zh: String::new(), en: String::new() };
        }
        let zh = format!("是不是 {}？", words.join("、"));
        Told { zh, en: format!(" Did you mean {}?", words.join(", ")) }
    }

    /// What it has to look like, when that is known.
    fn shape(&self) -> Told {
        let source = std::error::Error::source(self.0).and_then(|source| source.downcast_ref::<Shape>());
        let values = self.all(ContextKind::ValidValue);
        match source {
            Some(shape) => Told { zh: format!("：{}。", shape.zh), en: format!(": {}.", shape.en) },
            None if values.is_empty() => Told { zh: "。".to_owned(), en: ".".to_owned() },
            None => Told {
                zh: format!("；能写：{}。", values.join("、")),
                en: format!("; it may be: {}.", values.join(", ")),
            },
        }
    }

    /// How the command is written.
    fn usage(&self) -> String {
        let usage = self.one(ContextKind::Usage);
        let line = usage.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        line.trim().trim_start_matches("Usage:").trim().to_owned()
    }
}

fn told(error: &clap::Error) -> Told {
    let facts = Facts(error);
    let (argument, value) = (facts.one(ContextKind::InvalidArg), facts.one(ContextKind::InvalidValue));
    let (meant, shape) = (facts.meant(), facts.shape());
    let (zh, en) = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => (
            format!("{argument} 后面还没有写值{}", shape.zh),
            format!("{argument} has no value behind it{}", shape.en),
        ),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => (
            format!("{argument} 不能写“{value}”{}{}", shape.zh, meant.zh),
            format!("{argument} cannot be \"{value}\"{}{}", shape.en, meant.en),
        ),
        ErrorKind::UnknownArgument => (
            format!("没有“{argument}”这个参数。{}--help 列出全部。", meant.zh),
            format!("There is no argument \"{argument}\".{} --help lists them all.", meant.en),
        ),
        ErrorKind::InvalidSubcommand => {
            let command = facts.one(ContextKind::InvalidSubcommand);
            (
                format!("没有“{command}”这个命令。{}--help 列出全部。", meant.zh),
                format!("There is no command \"{command}\".{} --help lists them all.", meant.en),
            )
        }
        ErrorKind::MissingRequiredArgument => {
            let (missing, usage) = (facts.all(ContextKind::InvalidArg), facts.usage());
            (
                format!("还要写：{}。写成：{usage}", missing.join("、")),
                format!("Still needed: {}. Write: {usage}", missing.join(", ")),
            )
        }
        ErrorKind::ArgumentConflict => {
            let others = facts.all(ContextKind::PriorArg);
            if others.first() == Some(&argument) {
                (format!("{argument} 只能写一次。"), format!("{argument} can be written only once."))
            } else {
                (
                    format!("{argument} 和 {} 不能同时用。", others.join("、")),
                    format!("{argument} cannot be used together with {}.", others.join(", ")),
                )
            }
        }
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => (
            "还要写做什么：--help 列出全部命令。".to_owned(),
            "A command is missing: --help lists them all.".to_owned(),
        ),
        ErrorKind::InvalidUtf8 => (
            "有一个参数不是 UTF-8 的文字。什么也没有做。".to_owned(),
            "An argument is no text in UTF-8. Nothing was done.".to_owned(),
        ),
        _ => (
            "命令看不懂，什么也没有做。--help 列出怎么写。".to_owned(),
            "The command cannot be read; nothing was done. --help tells how it is written.".to_owned(),
        ),
    };
    Told { zh, en }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use clap::Parser;

    fn sentences(line: &[&str]) -> Told {
        told(&Cli::try_parse_from([&["county-server"], line].concat()).unwrap_err())
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
            (&["coverage", "--dooty", "x"], &["没有“--dooty”这个参数", "是不是 --duty？"]),
            (&["coverage", "--duty"], &["--duty <DUTY> 后面还没有写值"]),
            (&["coverage", "--duty", "x", "--duty", "y"], &["--duty <DUTY> 只能写一次"]),
            (&["coverage", "--list", "met", "--explain", "met"], &["不能同时用", "--explain"]),
            (&["coverage", "--format", "xml"], &["不能写“xml”", "能写：text、json、csv"]),
            (&["covrage"], &["没有“covrage”这个命令", "是不是 coverage？"]),
            (&["staff"], &["还要写做什么"]),
            (&["staff", "add"], &["还要写：<NAME>", "写成：county-server staff add"]),
            (&["doctor", "--duty"], &["后面还没有写值"]),
            (&["seed", "extra"], &["没有“extra”这个参数"]),
            (&["seed", "--subjects", "3"], &["120 到 1000000"]),
            (&["duty", "change", "x", "--cadence", "never"], &["days:30 每30天"]),
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
            let Told { zh, en } = sentences(line);
            assert!(expected.iter().all(|word| zh.contains(word)), "{line:?}: {zh}");
            let told = format!("{zh}\n{en}");
            for raw in ["invalid digit", "invalid socket", "invalid float", "not an id", "is not in"] {
                assert!(!told.contains(raw), "{line:?}: {told}");
            }
            for word in ["error:", "Usage", "tip:", "For more information"] {
                assert!(!told.contains(word), "the parser's own words, {line:?}: {told}");
            }
            assert!(!zh.contains('(') && zh.starts_with(|c: char| !c.is_ascii_lowercase()), "{line:?}: {zh}");
            assert!(zh.lines().count() == 1 && en.lines().count() == 1, "{line:?}: {told}");
            let quoted = line.concat();
            let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c) && !quoted.contains(c);
            assert!(!en.contains(han), "English alone, {line:?}: {en}");
        }
    }
}
