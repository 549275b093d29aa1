//! A problem as the answer to a request: a status for machines, JSON for the app, no internals.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::problem::{Problem, ProblemCode};
use std::fmt::Display;

/// What the arguments of the command line and of the API are called in Chinese; those of the command line keep
/// their names, for whoever has to type them.
const CALLED: &[(&str, &str)] = &[
    ("--cadence", "多久一次 --cadence"),
    ("--categories", "对象 --categories"),
    ("--from", "从哪天起 --from"),
    ("--mets", "见到谁 --mets"),
    ("--roles", "职责 --roles"),
    ("--ways", "方式 --ways"),
    ("--grant", "批准查看 --grant"),
    ("--list", "名单 --list"),
    ("--known-at", "截至哪时知道的 --known-at"),
    ("--source", "依据 --source"),
    ("--strength", "效力 --strength"),
    ("--successor", "并入哪里 --successor"),
    ("--title-zh", "名称 --title-zh"),
    ("--until", "到哪天 --until"),
    ("--value", "新的内容 --value"),
    ("--visitors-min", "至少几人 --visitors-min"),
    ("area", "区划"),
    ("as_of", "截至日"),
    ("category", "类别"),
    ("duty", "走访要求"),
    ("erasure", "删除申请"),
    ("file", "文件"),
    ("period", "统计期"),
    ("person", "服务对象"),
    ("reason", "理由"),
    ("recovery", "恢复密钥"),
    ("staff", "人员"),
    ("until", "到哪天"),
    ("words", "用途"),
];

/// So many digits the number of a record has.
const RECORD_DIGITS: usize = 32;

fn about(code: ProblemCode, name: impl Display) -> Problem {
    let name = name.to_string();
    let called = CALLED.iter().find(|(argument, _)| *argument == name);
    // Nobody reads the number of a record.
    let record = name.len() == RECORD_DIGITS && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    match called {
        _ if record => Problem::new(code).with_both("name", "这一条", "this record"),
        Some((_, zh)) => Problem::new(code).with_both("name", zh, name),
        None => Problem::new(code).with("name", name),
    }
}

/// Something that was said is wrong: what, and why, in both languages.
pub(crate) fn wrong(name: impl Display, zh: impl Display, en: impl Display) -> Problem {
    about(ProblemCode::ArgumentWrong, name).with_both("reason", zh, en)
}

/// What is asked for is so already: what, and how it stands, in both languages. Nothing was written.
pub(crate) fn unchanged(name: impl Display, zh: impl Display, en: impl Display) -> Problem {
    about(ProblemCode::NothingToChange, name).with_both("reason", zh, en)
}

/// A refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal(pub Problem);

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<ProblemCode> for Refusal {
    fn from(code: ProblemCode) -> Self {
        Self(Problem::new(code))
    }
}

/// Why a file cannot be read, Chinese and English, in words of people.
pub(crate) fn not_read(error: &std::io::Error) -> (&'static str, &'static str) {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => ("没有这个文件", "there is no such file"),
        ErrorKind::PermissionDenied => ("没有权限读这个文件", "this user may not read the file"),
        ErrorKind::IsADirectory => ("这是文件夹，不是文件", "it is a folder, not a file"),
        ErrorKind::InvalidData => ("不是 UTF-8 的文字文件", "it is no text in UTF-8"),
        _ => ("文件读不出来", "the file cannot be read"),
    }
}

/// The status of a problem. The app reads the code; the status is for proxies and people with `curl`.
pub fn status(code: ProblemCode) -> StatusCode {
    match code {
        ProblemCode::NotFromHere => StatusCode::NOT_FOUND,
        ProblemCode::RequestTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        ProblemCode::SignatureWrong
        | ProblemCode::LogInMissing
        | ProblemCode::LogInWrong
        | ProblemCode::LogInLocked => StatusCode::UNAUTHORIZED,
        ProblemCode::LogInTooSoon => StatusCode::TOO_MANY_REQUESTS,
        ProblemCode::NothingFound => StatusCode::NOT_FOUND,
        ProblemCode::AccountTaken | ProblemCode::DecidedAlready | ProblemCode::NothingToChange => {
            StatusCode::CONFLICT
        }
        ProblemCode::DeviceUnknown
        | ProblemCode::DeviceRetired
        | ProblemCode::DeviceRevoked
        | ProblemCode::EnrolCodeWrong
        | ProblemCode::EnrolCodeUnknown
        | ProblemCode::AccountClosed
        | ProblemCode::PasswordFirst
        | ProblemCode::NotForYou
        | ProblemCode::RightMissing
        | ProblemCode::NotFromThisPage
        | ProblemCode::GrantMissing
        | ProblemCode::CountyNotProven => StatusCode::FORBIDDEN,
        ProblemCode::EnrolCodeUsed | ProblemCode::EnrolCodeExpired | ProblemCode::EnrolCodeLocked => {
            StatusCode::GONE
        }
        ProblemCode::TooSlow => StatusCode::REQUEST_TIMEOUT,
        ProblemCode::CountyBusy => StatusCode::SERVICE_UNAVAILABLE,
        ProblemCode::CountyFull | ProblemCode::ServerFull => StatusCode::INSUFFICIENT_STORAGE,
        ProblemCode::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let wait = self.0.params.get("wait_s").and_then(|wait| HeaderValue::from_str(wait).ok());
        let mut response = (status(self.0.code), Json(&self.0)).into_response();
        // For the log, which hears of it where all answers go by.
        response.extensions_mut().insert(self);
        if let Some(wait) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_county_says_when_to_come_again() {
        let response = Refusal(Problem::new(ProblemCode::CountyBusy).with("wait_s", 5)).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers().get(header::RETRY_AFTER).unwrap(), "5");
    }

    #[test]
    fn what_the_system_says_of_a_file_is_told_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let missing = std::fs::read(folder.path().join("nowhere")).unwrap_err();
        assert_eq!(not_read(&missing).0, "没有这个文件");
        let is_folder = std::fs::read(folder.path()).unwrap_err();
        assert_eq!(not_read(&is_folder).0, "这是文件夹，不是文件");
        std::fs::write(folder.path().join("gbk"), b"\xd0\xd5").unwrap();
        let foreign = std::fs::read_to_string(folder.path().join("gbk")).unwrap_err();
        assert_eq!(not_read(&foreign).0, "不是 UTF-8 的文字文件");
    }

    #[test]
    fn every_problem_has_a_status_of_refusal() {
        for code in ProblemCode::ALL {
            assert!(status(*code).is_client_error() || status(*code).is_server_error(), "{code:?}");
        }
    }
}
