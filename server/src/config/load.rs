//! Reading the settings, and saying where they are wrong.

use super::Config;
use crate::problem::not_read;
use domain::problem::{Problem, ProblemCode};
use std::fmt::Display;
use std::path::Path;
use toml::{Table, Value};

/// Before the name of a setting in the environment.
const PREFIX: &str = "COUNTY_";

/// Reads the settings: the file, if there is one, then the environment (`COUNTY_PHONES_ADDRESS`).
///
/// # Errors
/// `config_wrong` with the place, also for names that no setting has: a mistyped name must not be
/// taken for the default.
pub fn load(
    file: Option<&Path>,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Config, Problem> {
    let mut table = match file {
        Some(path) => read(path)?,
        None => Table::new(),
    };
    let mut places: Vec<_> = file.map(|path| path.display().to_string()).into_iter().collect();
    for (name, value) in environment {
        let Some((section, key)) = setting(&name) else { continue };
        let values = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(values) = values {
            values.insert(key, from_text(&value));
        }
        // Each by itself: then it is told which is wrong.
        Value::Table(table.clone()).try_into::<Config>().map_err(|error| unread(&name, error.message()))?;
        places.push(name);
    }
    let config: Config = Value::Table(table)
        .try_into()
        .map_err(|error: toml::de::Error| unread(&places.join(" + "), error.message()))?;
    match config.wrong() {
        Some((section, (zh, en))) => Err(wrong(&format!("{} {section}", places.join(" + ")), zh, en)),
        None => Ok(config),
    }
}

fn wrong(path: &str, zh: impl Display, en: impl Display) -> Problem {
    Problem::new(ProblemCode::ConfigWrong).with("path", path).with_both("reason", zh, en)
}

/// What the reader of TOML says, in words.
fn unread(path: &str, said: &str) -> Problem {
    let (zh, en) = words(said);
    wrong(path, zh, en)
}

/// The words of a reader's message, Chinese and English: which setting there is not and which there are, or
/// what was written and what has to be.
fn words(said: &str) -> (String, String) {
    let quoted = |text: &str| -> Vec<String> {
        text.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()
    };
    if let Some((unknown, known)) = said.split_once(", expected") {
        let (names, known) = (quoted(unknown), quoted(known));
        let name = names.first().map_or("", String::as_str);
        if said.starts_with("unknown field") {
            let zh = format!("没有“{name}”这个设置；这里有：{}", known.join("、"));
            return (zh, format!("there is no setting {name} here; there are: {}", known.join(", ")));
        }
        if said.starts_with("unknown variant") {
            let zh = format!("不能写“{name}”；能写：{}", known.join("、"));
            return (zh, format!("it cannot be {name}; it can be: {}", known.join(", ")));
        }
    }
    let needed = said.rsplit_once("expected ").map_or("", |(_, needed)| needed);
    let (zh, en) = match needed {
        "u8" | "u16" | "u32" | "u64" | "usize" => (
            "要写整数，不能小于 0，也不能太大",
            "a whole number is needed, 0 or more, and not too large a one",
        ),
        "a boolean" => ("要写 true 或 false", "true or false is needed"),
        _ if said.contains("socket address") => {
            ("地址写成 IP:端口，如 127.0.0.1:7440", "an address is written IP:port, such as 127.0.0.1:7440")
        }
        _ if needed.contains("string") => ("要写文字，放在引号里", "a text in quotation marks is needed"),
        _ if needed.starts_with("struct") => {
            ("这是一节，写成 [名称]，下面逐行写设置", "this is a section: [name], with its settings below it")
        }
        _ => (
            "写法不对；每行写 名称 = 值，文字放在引号里",
            "it is not written as it has to be: name = value on each line, texts in quotation marks",
        ),
    };
    (zh.to_owned(), en.to_owned())
}

fn read(path: &Path) -> Result<Table, Problem> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let (zh, en) = not_read(&error);
        wrong(&place, zh, en)
    })?;
    // Read as settings first: then a mistake is told with its line.
    toml::from_str::<Config>(&text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        unread(&format!("{place}:{line}"), error.message())
    })?;
    toml::from_str(&text).map_err(|error| unread(&place, error.message()))
}

/// `COUNTY_PHONES_ADDRESS` is `address` in `[phones]`. The file itself is named by `COUNTY_CONFIG`.
fn setting(name: &str) -> Option<(String, String)> {
    let rest = name.strip_prefix(PREFIX)?;
    let (section, key) = rest.split_once('_')?;
    Some((section.to_lowercase(), key.to_lowercase()))
}

/// A number or truth value where the text is one, else the text.
fn from_text(text: &str) -> Value {
    if let Ok(number) = text.parse::<i64>() {
        return Value::Integer(number);
    }
    text.parse::<bool>().map_or_else(|_| Value::String(text.to_owned()), Value::Boolean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(environment: &[(&str, &str)]) -> Result<Config, Problem> {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        load(None, environment.iter().map(pair))
    }

    fn of(text: &str) -> Result<Config, Problem> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("county-server.toml");
        std::fs::write(&path, text).unwrap();
        load(Some(&path), [])
    }

    #[test]
    fn nothing_has_to_be_set() {
        assert_eq!(with(&[]).unwrap(), Config::default());
        assert_eq!(of("").unwrap(), Config::default());
        assert_eq!(Config::default().data.key_file(), Path::new("data.keys.json"));
    }

    #[test]
    fn every_default_survives_its_own_toml() {
        let text = toml::to_string(&Config::default()).unwrap();
        assert_eq!(of(&text).unwrap(), Config::default());
    }

    #[test]
    fn the_environment_goes_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("county-server.toml");
        std::fs::write(&path, "[limits]\nconcurrent = 7\nrequest_s = 3\n").unwrap();
        let config = load(Some(&path), [("COUNTY_LIMITS_CONCURRENT".to_owned(), "9".to_owned())]).unwrap();
        assert_eq!((config.limits.concurrent, config.limits.request_s), (9, 3));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let problem = of("[data]\nfolder = \"x\"\n\n[phones]\nadress = \"127.0.0.1:1\"\n").unwrap_err();
        assert!(problem.params["path"].ends_with("county-server.toml:5"), "{problem:?}");
        assert!(problem.params["reason"].contains("adress"), "{problem:?}");
        let problem = with(&[("COUNTY_PHONES_ADRESS", "127.0.0.1:1")]).unwrap_err();
        assert!(problem.params["path"].contains("COUNTY_PHONES_ADRESS"), "{problem:?}");
        let missing = load(Some(Path::new("nowhere/at-all.toml")), []).unwrap_err();
        assert_eq!(missing.code, ProblemCode::ConfigWrong);
        assert!(
            missing.zh().contains("没有这个文件") && missing.en().contains("no such file"),
            "{missing:?}"
        );
    }

    #[test]
    fn what_is_wrong_is_told_in_words_of_people() {
        let unset =
            |name: &str, value: &str| with(&[("COUNTY_DATA_FOLDER", "x"), (name, value)]).unwrap_err();
        for (problem, zh, en) in [
            (of("[limits]\nrequest_s = \"soon\"\n").unwrap_err(), "要写整数", "a whole number"),
            (of("[limits]\nrequest_s = -5\n").unwrap_err(), "要写整数", "a whole number"),
            (
                of("[phones]\nadress = \"x\"\n").unwrap_err(),
                "没有“adress”这个设置；这里有：address、",
                "no setting adress",
            ),
            (of("[phones]\naddress = \"x\"\n").unwrap_err(), "IP:端口", "IP:port"),
            (of("[phones]\nbehind_proxy = \"yes\"\n").unwrap_err(), "true 或 false", "true or false"),
            (
                of("[log]\nformat = \"xml\"\n").unwrap_err(),
                "不能写“xml”；能写：text、json",
                "can be: text, json",
            ),
            (of("[log]\nlevel = 7\n").unwrap_err(), "放在引号里", "quotation marks"),
            (of("[log\n").unwrap_err(), "写法不对", "not written as"),
            (unset("COUNTY_LIMITS_REQUEST_S", "soon"), "COUNTY_LIMITS_REQUEST_S）：要写整数", "whole number"),
            (unset("COUNTY_NOWHERE_X", "1"), "没有“nowhere”这个设置", "no setting nowhere"),
        ] {
            let (told_zh, told_en) = (problem.zh(), problem.en());
            assert!(told_zh.contains(zh) && told_en.contains(en), "{told_zh} {told_en}");
            for raw in
                ["expected", "u32", "(no file)", "COUNTY_DATA_FOLDER", "invalid", "unknown", "os error"]
            {
                assert!(!told_zh.contains(raw) && !told_en.contains(raw), "{raw}: {told_zh} {told_en}");
            }
        }
    }

    #[test]
    fn nobody_beyond_this_machine_is_answered_without_tls() {
        let open = [("COUNTY_PHONES_ADDRESS", "0.0.0.0:7440")];
        assert!(with(&open).unwrap_err().params["path"].ends_with("[phones]"));
        assert!(with(&[open[0], ("COUNTY_PHONES_BEHIND_PROXY", "true")]).is_ok());
        let half = [("COUNTY_DESK_TLS_KEY", "key.pem")];
        assert!(with(&half).is_err());
        assert!(
            with(&[open[0], ("COUNTY_PHONES_TLS_KEY", "k"), ("COUNTY_PHONES_TLS_CERTIFICATE", "c")]).is_ok()
        );
    }

    #[test]
    fn a_county_has_the_code_of_one() {
        for code in ["5", "532929102000", "53292900000"] {
            let problem = with(&[("COUNTY_DATA_COUNTY", code)]).unwrap_err();
            assert!(problem.zh().contains("12 位区划代码"), "{code}: {problem}");
        }
        assert!(with(&[("COUNTY_DATA_COUNTY", "532928000000")]).is_ok());
    }

    #[test]
    fn the_keys_lie_outside_the_data() {
        assert!(with(&[("COUNTY_DATA_KEYS", "data/keys.json")]).is_err());
    }
}
