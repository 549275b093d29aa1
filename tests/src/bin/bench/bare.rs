//! The baseline of taking in: a process that only parses plain JSON and inserts rows, in groups, each
//! with its fsync (WAL, `synchronous = FULL`, SQLCipher: the settings of a county's own file). No
//! signature, no form, no merge, no coverage, no feed, nothing that could be asked of it afterwards.

use crate::Outcome;
use crate::folder::scratch;
use crate::writer::Line;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use rusqlite::{Connection, params};
use serde_json::{Map, Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use store_sqlite::open::{Half, open};
use system_tests::workload::Order;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// The argument with which the bench becomes this process.
pub const ARGUMENT: &str = "--bare";

/// Requests of one transaction at most, as in the county.
const GROUP_MAX: usize = 64;

#[derive(serde::Deserialize)]
struct Visit {
    visit: Map<String, Value>,
    part: Map<String, Value>,
    answers: Map<String, Value>,
    author: String,
    entered_ms: i64,
}

type Job = (Vec<Visit>, oneshot::Sender<bool>);

/// Serves until it is killed; prints its address.
pub fn serve(folder: &str) -> Outcome {
    let connection = open(&Path::new(folder).join("bare.db"), &[7; 32], Half::County)?;
    connection.execute_batch(
        "CREATE TABLE visits (number INTEGER PRIMARY KEY, author TEXT, village INTEGER, household TEXT,
             way TEXT, happened TEXT, subject TEXT, met TEXT, entered_ms INTEGER, answers TEXT);
         CREATE INDEX of_subject ON visits (subject, happened);
         CREATE INDEX of_village ON visits (village, happened);",
    )?;
    let (queue, jobs) = channel::<Job>();
    std::thread::spawn(move || write(&connection, &jobs));
    tokio::runtime::Runtime::new()?.block_on(async {
        let routes = axum::Router::new().route("/visits", post(take)).with_state(queue);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        Ok(axum::serve(listener, routes).await?)
    })
}

async fn take(State(queue): State<Sender<Job>>, body: Bytes) -> StatusCode {
    let Ok(visits) = serde_json::from_slice(&body) else { return StatusCode::BAD_REQUEST };
    let (answer, written) = oneshot::channel();
    let queued = queue.send((visits, answer)).is_ok();
    if queued && written.await == Ok(true) { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }
}

fn write(connection: &Connection, jobs: &Receiver<Job>) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        group.extend(jobs.try_iter().take(GROUP_MAX - 1));
        let visits = group.iter().flat_map(|(visits, _)| visits);
        let written = insert(connection, visits).is_ok();
        for (_, answer) in group {
            let _ = answer.send(written);
        }
    }
}

fn insert<'a>(connection: &Connection, visits: impl Iterator<Item = &'a Visit>) -> rusqlite::Result<()> {
    const SQL: &str = "INSERT INTO visits (author, village, household, way, happened, subject, met,
         entered_ms, answers) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let mut insert = connection.prepare_cached(SQL)?;
    for one in visits {
        let text = |map: &Map<String, Value>, key| map.get(key).and_then(Value::as_str).map(str::to_owned);
        let answers = serde_json::to_string(&one.answers).unwrap_or_default();
        insert.execute(params![
            one.author,
            one.visit.get("village").and_then(Value::as_i64),
            text(&one.visit, "household"),
            text(&one.visit, "way"),
            text(&one.visit, "happened"),
            text(&one.part, "subject"),
            text(&one.part, "met"),
            one.entered_ms,
            answers,
        ])?;
    }
    connection.execute_batch("COMMIT")
}

/// Visits as such a service is sent them: plain objects with named fields.
pub fn spelled<'a>(
    visits: impl IntoIterator<Item = &'a county_server::seed::visits::SeedVisit>,
    orders: &Order,
) -> Outcome<Vec<u8>> {
    let mut objects = Vec::new();
    for visit in visits {
        for part in &visit.parts {
            let filled = part.filled.iter();
            let answers = filled.flat_map(|one| orders.of(one.form).iter().zip(&one.answers.row));
            let answers = answers.filter(|(_, value)| !value.is_null());
            let answers = answers.map(|(path, value)| Ok((path.clone(), serde_json::to_value(value)?)));
            let answers = answers.collect::<serde_json::Result<Map<_, _>>>()?;
            objects.push(json!({ "visit": visit.sets, "part": part.sets, "answers": answers,
                "author": visit.author, "entered_ms": visit.entered_ms }));
        }
    }
    Ok(serde_json::to_vec(&objects)?)
}

/// The process, killed when this goes.
pub struct Bare {
    child: Child,
    address: String,
}

impl Bare {
    /// Starts it on an empty folder.
    pub fn start() -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        let command = command.arg(ARGUMENT).arg(scratch("bare")?).stdout(Stdio::piped());
        let mut child = command.spawn()?;
        let mut address = String::new();
        let output = child.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut address)?;
        Ok(Self { child, address: address.trim().to_owned() })
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A line to it.
    pub fn line(&self) -> Outcome<Line> {
        Line::open(&self.address)
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
