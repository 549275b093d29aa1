//! A headless phone: `phone FOLDER COUNTY-URL`. Each line on standard input is a command
//! `{"name": …, "args": …}`, each line on standard output its answer, `{"ok": …}` or `{"problem": …}`.
//!
//! Besides every command of a phone: `signal {"on": bool}`, `patience {"ms"}` (how long an answer may
//! take) and `exchange_once` (over with the first failure).

use client::Settings;
use domain::problem::{Problem, ProblemCode};
use phone_shell::carry::{Phone, Tries};
use phone_shell::shell::phone_in;
use phone_shell::transport::Transport;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Duration;

#[derive(Debug, Deserialize)]
struct Line {
    name: String,
    #[serde(default)]
    args: Value,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: phone FOLDER COUNTY-URL";
    let folder = arguments.next().ok_or(usage)?;
    let county = arguments.next().ok_or(usage)?;
    let app = phone_in(folder.as_ref(), Settings::new(env!("CARGO_PKG_VERSION")))?;
    let phone = Phone::new(app, Transport::new(&county, None)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = match serde_json::from_str::<Line>(&line?) {
            Ok(line) => runtime.block_on(answer(&phone, line)),
            Err(_) => Err(Problem::new(ProblemCode::NotFromHere)),
        };
        let answer =
            answer.map_or_else(|problem| json!({ "problem": problem }), |value| json!({ "ok": value }));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

async fn answer(phone: &Arc<Phone>, line: Line) -> Result<Value, Problem> {
    match line.name.as_str() {
        "signal" => {
            phone.set_signal(line.args.get("on").and_then(Value::as_bool).unwrap_or(true));
            Ok(json!({ "on": phone.has_signal() }))
        }
        "patience" => {
            let ms = line.args.get("ms").and_then(Value::as_u64).unwrap_or(60_000);
            phone.set_patience(Duration::from_millis(ms));
            Ok(json!({ "ms": ms }))
        }
        "exchange_once" => {
            let report = phone.send(Tries::One).await?;
            serde_json::to_value(report).map_err(|_| Problem::new(ProblemCode::Internal))
        }
        name => phone.answer(name, line.args).await,
    }
}
