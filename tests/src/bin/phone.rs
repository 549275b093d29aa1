//! A headless phone: `phone FOLDER COUNTY-URL`. Each line on standard input is a command
//! `{"name": …, "args": …}`, each line on standard output its answer, `{"ok": …}` or `{"problem": …}`.
//!
//! Besides every command of a phone: `signal {"on": bool}`, `patience {"ms"}` (how long an answer may
//! take), `exchange_once` (over with the first failure) and `stop_at {"point": …}`: on the way to the next
//! answers it says `{"stands": point}` instead, and stands still there until it is killed.

use client::{App, Settings};
use domain::problem::{Problem, ProblemCode};
use phone_shell::carry::{Phone, Tries};
use phone_shell::shell::ports_with;
use phone_shell::transport::Transport;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::sync::Arc;
use std::time::Duration;
use system_tests::stops::{Point, Stops};

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
    let stops = Stops::default();
    let ports = stops.around(ports_with(folder.as_ref(), None)?);
    let app = App::new(ports, Settings::new(env!("CARGO_PKG_VERSION")));
    let phone = Phone::new(app, Transport::new(&county, None)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for line in std::io::stdin().lock().lines() {
        let answer = match serde_json::from_str::<Line>(&line?) {
            Ok(line) => runtime.block_on(answer(&phone, &stops, line)),
            Err(_) => Err(Problem::new(ProblemCode::NotFromHere)),
        };
        let answer =
            answer.map_or_else(|problem| json!({ "problem": problem }), |value| json!({ "ok": value }));
        // Not held between answers: whoever stops on the way to one says so.
        let mut out = std::io::stdout().lock();
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

async fn answer(phone: &Arc<Phone>, stops: &Stops, line: Line) -> Result<Value, Problem> {
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
        "stop_at" => {
            let point = line.args.get("point").and_then(|point| Point::deserialize(point).ok());
            stops.stop_at(point.ok_or_else(|| Problem::new(ProblemCode::RequestDamaged))?);
            Ok(json!({ "point": point }))
        }
        "exchange_once" => {
            let report = phone.send(Tries::One).await?;
            serde_json::to_value(report).map_err(|_| Problem::new(ProblemCode::Internal))
        }
        name => phone.answer(name, line.args).await,
    }
}
