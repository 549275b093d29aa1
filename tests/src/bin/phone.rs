//! A headless phone: `phone FOLDER COUNTY-URL`. Each line on standard input is a command
//! `{"name": …, "args": …}`, each line on standard output its answer, `{"ok": …}` or `{"problem": …}`.
//!
//! Besides the client's own commands: `signal {"on": bool}`, `patience {"ms"}` (how long an answer may
//! take), `enrol {"code", "pin", "county"}` and `exchange {"once": bool}`, which need a socket.

use client::api::dispatch;
use client::enrol::{EnrolBegin, EnrolFinish};
use client::{App, Settings};
use domain::problem::{Problem, ProblemCode};
use phone_shell::shell::{Tries, exchange, phone_in};
use phone_shell::transport::{NoAnswer, Transport};
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, Write};
use std::time::Duration;

#[derive(Debug, Deserialize)]
struct Line {
    name: String,
    #[serde(default)]
    args: Value,
}

struct Phone {
    app: App,
    transport: Transport,
    signal: bool,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage = "usage: phone FOLDER COUNTY-URL";
    let folder = arguments.next().ok_or(usage)?;
    let county = arguments.next().ok_or(usage)?;
    let mut phone = Phone {
        app: phone_in(folder.as_ref(), Settings::new(env!("CARGO_PKG_VERSION")))?,
        transport: Transport::new(&county, None)?,
        signal: true,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let answer = match serde_json::from_str::<Line>(&line?) {
            Ok(line) => runtime.block_on(phone.answer(line)),
            Err(_) => Err(Problem::new(ProblemCode::NotFromHere)),
        };
        let answer =
            answer.map_or_else(|problem| json!({ "problem": problem }), |value| json!({ "ok": value }));
        writeln!(out, "{answer}")?;
        out.flush()?;
    }
    Ok(())
}

fn read<T: serde::de::DeserializeOwned>(args: Value) -> Result<T, Problem> {
    serde_json::from_value(args).map_err(|_| Problem::new(ProblemCode::NotFromHere))
}

impl Phone {
    async fn answer(&mut self, line: Line) -> Result<Value, Problem> {
        match line.name.as_str() {
            "signal" => {
                self.signal = line.args.get("on").and_then(Value::as_bool).unwrap_or(true);
                Ok(json!({ "on": self.signal }))
            }
            "patience" => {
                let ms = line.args.get("ms").and_then(Value::as_u64).unwrap_or(60_000);
                self.transport = self.transport.clone().with_patience(Duration::from_millis(ms));
                Ok(json!({ "ms": ms }))
            }
            "enrol" => self.enrol(read(line.args)?).await,
            "exchange" => {
                let transport = self.signal.then_some(&self.transport);
                let once = line.args.get("once").and_then(Value::as_bool).unwrap_or(false);
                let tries = if once { Tries::One } else { Tries::Usual };
                let report = exchange(&mut self.app, transport, tries).await?;
                serde_json::to_value(report).map_err(|_| Problem::new(ProblemCode::Internal))
            }
            name => dispatch(&mut self.app, name, line.args),
        }
    }

    async fn enrol(&mut self, begin: EnrolBegin) -> Result<Value, Problem> {
        let post = self.app.enrol_begin(begin)?;
        if !self.signal {
            return Err(Problem::new(ProblemCode::Unreachable));
        }
        let answer =
            self.transport.post(&post.path, post.body.into_bytes()).await.map_err(|why| match why {
                NoAnswer::Unreachable => Problem::new(ProblemCode::Unreachable),
                NoAnswer::TooSlow => Problem::new(ProblemCode::TooSlow),
            })?;
        let reply = String::from_utf8(answer.body).map_err(|_| Problem::new(ProblemCode::NotTheCounty))?;
        let done = self.app.enrol_finish(EnrolFinish { reply })?;
        serde_json::to_value(done).map_err(|_| Problem::new(ProblemCode::Internal))
    }
}
