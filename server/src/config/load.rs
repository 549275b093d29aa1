//! Reading the settings, and saying where they are wrong.

use super::Config;
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
    let path = file.map_or_else(|| "(no file)".to_owned(), |path| path.display().to_string());
    let mut taken = Vec::new();
    for (name, value) in environment {
        let Some((section, key)) = setting(&name) else { continue };
        let values = table.entry(section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(values) = values {
            values.insert(key, from_text(&value));
        }
        taken.push(name);
    }
    let place = if taken.is_empty() { path } else { format!("{path} + {}", taken.join(", ")) };
    let config: Config =
        Value::Table(table).try_into().map_err(|error: toml::de::Error| unread(&place, error.message()))?;
    match config.wrong() {
        Some((section, (zh, en))) => Err(wrong(&format!("{place} {section}"), zh, en)),
        None => Ok(config),
    }
}

fn wrong(path: &str, zh: impl Display, en: impl Display) -> Problem {
    Problem::new(ProblemCode::ConfigWrong).with("path", path).with_both("reason", zh, en)
}

/// What the reader of TOML says: it names the setting, and those there are.
fn unread(path: &str, reason: impl Display) -> Problem {
    wrong(path, format!("没有这个设置，或写法不对（{reason}）"), &reason)
}

fn read(path: &Path) -> Result<Table, Problem> {
    let place = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .map_err(|error| wrong(&place, format!("读不出来（{error}）"), &error))?;
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
        assert!(with(&[("COUNTY_LIMITS_REQUEST_S", "soon")]).is_err());
        let missing = load(Some(Path::new("nowhere/at-all.toml")), []).unwrap_err();
        assert_eq!(missing.code, ProblemCode::ConfigWrong);
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
