//! What an operator asks of the process that writes, from another one on the same machine: over a
//! socket in the data folder that only its owner may use. One line of JSON each way.

use crate::access::{IMPORTED, SHEET_PRINTED, log_list, log_staff};
use crate::area;
use crate::config::Data;
use crate::county::County;
use crate::import::{self, Frame, Taken, Ticks};
use crate::person::{self, Move};
use crate::register::Register;
use crate::staff::{NewAssignment, operator};
use crate::{
    account, changes, clock, close, concerns, decide, dossier, duplicates, duty, enrol, erase, goings,
    handover, opening, registrations, restrict, settings, staff, stays,
};
use domain::ids::{AreaCode, DeviceId, RecordId};
use domain::period::Period;
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, UnixMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;
use sync::county::needs::DeviceState;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};

/// What may be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Errand {
    /// A sheet for a member of staff.
    Sheet {
        /// For whom.
        staff: RecordId,
        /// Good for so many hours.
        hours: u32,
    },
    /// A new member of staff.
    AddStaff {
        /// The name.
        name: String,
        /// The telephone.
        phone: Option<String>,
    },
    /// A role.
    Assign(NewAssignment),
    /// The end of a role.
    EndAssignment {
        /// Which.
        assignment: RecordId,
        /// The first day on which it holds no more.
        until: Day,
    },
    /// Villages of one worker become another's.
    HandOver(handover::HandOver),
    /// The township's answer to a concern.
    Answer(Box<concerns::Word>),
    /// Add, change or end a duty.
    Duty(Box<duty::Edit>),
    /// Retire or revoke a phone, or take it back.
    SetState {
        /// Which phone.
        device: DeviceId,
        /// What it is from now on.
        state: DeviceState,
    },
    /// The 备用解锁码 of a phone.
    Recovery {
        /// Which phone.
        device: DeviceId,
    },
    /// Staff and roles out of a file.
    ImportStaff {
        /// Its rows.
        rows: Vec<import::staff::Row>,
        /// The first day of the roles.
        from: Day,
    },
    /// People of the register out of a file.
    ImportPeople {
        /// Its rows.
        rows: Vec<import::people::Row>,
        /// Which changes are wanted.
        ticks: Ticks,
        /// Rows elsewhere are wrong.
        scope: AreaCode,
    },
    /// Somebody moves to another village.
    Move(Move),
    /// The township's word on a reported change.
    Change(Box<changes::Word>),
    /// Somebody has come back from a stay elsewhere.
    Back(stays::Back),
    /// The county's word on a refusal.
    Refuse(stays::Refusal),
    /// The township's word on somebody who was registered at the door.
    Registration(Box<registrations::Word>),
    /// An area ends, and another takes its place.
    EndArea(area::End),
    /// Something is set for an area.
    Set(settings::Edit),
    /// A period is closed.
    Close(close::Close),
    /// A closed period is opened again.
    Reopen {
        /// Which.
        period: Period,
        /// Why.
        reason: String,
        /// Who opens it.
        by: RecordId,
    },
    /// A reviewer's word on what waits.
    Decide(decide::Word),
    /// The word that two records are of one person.
    Merge(duplicates::Merging),
    /// The word that two records are of two people, or that this was a mistake.
    Apart(duplicates::Apart),
    /// The word on two visits that may be one.
    Going(goings::Word),
    /// A reviewer's word on a contested field.
    Settle(Box<decide::Settlement>),
    /// A reviewer's word that takes a decision back.
    Undo(decide::Retraction),
    /// A person's answers are kept only, or no more.
    Restrict(restrict::Word),
    /// All that is held of a person in one document.
    Show(dossier::Asked),
    /// An erasure by law is asked for.
    AskToErase(erase::Ask),
    /// A second person's word on an erasure.
    Erase(erase::Word),
    /// A child's answers are opened.
    Open(opening::Opening),
    /// An account of the desk.
    Account(account::Act),
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// It is done.
    Done,
    /// So many items were decided on.
    Decided(usize),
    /// It is done, and this is the new record.
    Made(RecordId),
    /// A sheet, to be printed.
    Sheet(PrintedSheet),
    /// 备用解锁码, to be read out.
    Recovery(String),
    /// What became of the rows of a file.
    Imported(Taken),
    /// These parts are open: that is in the access log.
    Opened(BTreeSet<RecordId>),
    /// All that is held of a person.
    Dossier(Box<dossier::Dossier>),
    /// A password, to be handed over.
    FirstPassword(account::FirstPassword),
}

/// A sheet as it stands on paper.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrintedSheet {
    /// For whom.
    pub staff: RecordId,
    /// Their name.
    pub name: String,
    /// The county's code: the phone asks for it when it cannot know it.
    pub county: AreaCode,
    /// 启用码 in groups of four.
    pub code: String,
    /// The six digits of the county's key.
    pub fingerprint: String,
    /// Good until.
    pub until_ms: UnixMs,
    /// Where phones reach the county, when whoever prints it knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl PrintedSheet {
    /// What is printed of a sheet; the address is for whoever prints it to add.
    pub fn of(county: &County, sheet: &enrol::Sheet) -> Self {
        Self {
            staff: sheet.staff,
            name: sheet.name.clone(),
            county: county.keys.county(),
            code: sheet.code.on_paper(),
            fingerprint: sheet.fingerprint.clone(),
            until_ms: sheet.until_ms,
            address: None,
        }
    }
}

/// Does what is asked, in the process that writes.
///
/// # Errors
/// Those of the act.
pub async fn carry_out(county: &County, errand: Errand, now_ms: UnixMs) -> Result<Answer, Problem> {
    match errand {
        Errand::Sheet { staff, hours } => {
            log_staff(county, operator(), SHEET_PRINTED, staff, now_ms).await?;
            let sheet = enrol::sheet(county, staff, hours, now_ms).await?;
            Ok(Answer::Sheet(PrintedSheet::of(county, &sheet)))
        }
        Errand::AddStaff { name, phone } => {
            staff::add(county, operator(), &name, phone.as_deref(), now_ms).await.map(Answer::Made)
        }
        Errand::Assign(new) => staff::assign(county, operator(), &new, now_ms).await.map(Answer::Made),
        Errand::EndAssignment { assignment, until } => {
            staff::end(county, operator(), assignment, until, now_ms).await.map(|()| Answer::Done)
        }
        Errand::HandOver(new) => {
            handover::hand_over(county, operator(), &new, now_ms).await.map(Answer::Decided)
        }
        Errand::Answer(word) => concerns::answer(county, &word, now_ms).await.map(|()| Answer::Done),
        Errand::Duty(edit) => duty::edit(county, operator(), &edit, now_ms).await.map(|()| Answer::Done),
        Errand::SetState { device, state } => {
            staff::set_state(county, operator(), device, state, now_ms).await.map(|()| Answer::Done)
        }
        Errand::Recovery { device } => {
            let code = enrol::read_recovery(county, operator(), device, now_ms).await?;
            Ok(Answer::Recovery(code.read_out()))
        }
        Errand::ImportStaff { rows, from } => {
            let carried = format!("{} staff {}", county.keys.county(), rows.len());
            log_list(county, operator(), IMPORTED, carried, now_ms).await?;
            import::staff::take(county, operator(), &rows, from, now_ms).await.map(Answer::Imported)
        }
        Errand::ImportPeople { rows, ticks, scope } => {
            let carried = format!("{scope} subjects {}", rows.len());
            log_list(county, operator(), IMPORTED, carried, now_ms).await?;
            let frame = Frame { scope, now_ms };
            import::take(county, operator(), &rows, &ticks, frame, None).await.map(Answer::Imported)
        }
        Errand::Set(edit) => settings::set(county, &edit, now_ms).await.map(|()| Answer::Done),
        Errand::Close(word) => close::close(county, word, now_ms).await.map(|()| Answer::Done),
        Errand::Reopen { period, reason, by } => {
            close::reopen(county, period, &reason, by, now_ms).await.map(|()| Answer::Done)
        }
        Errand::Decide(word) => decide::decide(county, &word, now_ms).await.map(Answer::Decided),
        Errand::Settle(word) => decide::settle(county, &word, now_ms).await.map(|()| Answer::Done),
        Errand::Merge(word) => duplicates::merge(county, &word, now_ms).await.map(Answer::Made),
        Errand::Apart(word) => duplicates::apart(county, &word, now_ms).await.map(|()| Answer::Done),
        Errand::Going(word) => goings::say(county, &word, now_ms).await.map(|()| Answer::Done),
        Errand::Undo(word) => decide::undo(county, &word, now_ms).await.map(Answer::Decided),
        Errand::Restrict(word) => restrict::say(county, &word, now_ms).await.map(|()| Answer::Done),
        Errand::Show(asked) => {
            dossier::make(county, &asked, now_ms).await.map(|made| Answer::Dossier(Box::new(made)))
        }
        Errand::AskToErase(asked) => erase::ask(county, &asked, now_ms).await.map(Answer::Made),
        Errand::Erase(word) => erase::say(county, &word, now_ms).await.map(|()| Answer::Done),
        Errand::Open(asked) => opening::open(county, &asked, now_ms).await.map(Answer::Opened),
        Errand::Account(act) => {
            let made = account::carry_out(county, act, now_ms).await?;
            Ok(made.map_or(Answer::Done, Answer::FirstPassword))
        }
        Errand::Change(word) => changes::say(county, &word, now_ms).await.map(|()| Answer::Done),
        Errand::Back(word) => stays::back(county, &word, now_ms).await.map(|()| Answer::Done),
        Errand::Refuse(word) => stays::refuse(county, &word, now_ms).await.map(|()| Answer::Done),
        Errand::Registration(word) => {
            registrations::say(county, &Register::default(), &word, now_ms).await.map(|()| Answer::Done)
        }
        Errand::EndArea(new) => area::end(county, &new, now_ms).await.map(|()| Answer::Done),
        Errand::Move(new) => person::move_to(county, &new, now_ms).await.map(|()| Answer::Done),
    }
}

/// Where the process that writes listens for errands.
fn socket(data: &Data) -> PathBuf {
    data.folder.join("county.sock")
}

/// Most errands have some hundred bytes; a county's whole register has some ten million.
const BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Takes errands as long as it is polled. The caller holds the database's lock, so a socket that is
/// there already is left over from a process that is no more.
///
/// # Errors
/// When the socket cannot be made.
pub async fn listen(county: Arc<County>, data: &Data) -> io::Result<()> {
    let path = socket(data);
    if path.symlink_metadata().is_ok() {
        fs::remove_file(&path)?;
    }
    let listener = UnixListener::bind(&path)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600))?;
    loop {
        let (stream, _) = listener.accept().await?;
        let county = Arc::clone(&county);
        tokio::spawn(async move {
            if let Err(error) = answer(&county, stream).await {
                tracing::warn!(%error, "an errand was cut off");
            }
        });
    }
}

async fn answer(county: &County, stream: UnixStream) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    BufReader::new(read.take(BYTES_MAX)).read_line(&mut line).await?;
    let answer: Result<Answer, Problem> = match serde_json::from_str(&line) {
        Ok(errand) => carry_out(county, errand, clock::now_ms()).await,
        Err(error) => Err(Problem::new(ProblemCode::RequestDamaged).with("place", error)),
    };
    let answer = serde_json::to_string(&answer).map_err(io::Error::other)?;
    write.write_all(answer.as_bytes()).await
}

/// Hands an errand to the process that writes.
///
/// # Errors
/// What that process answers; `data_in_use` when something else holds the data.
pub async fn hand_over(data: &Data, errand: &Errand) -> Result<Answer, Problem> {
    let path = socket(data);
    let asked = async {
        let mut stream = UnixStream::connect(&path).await?;
        let mut line = serde_json::to_string(errand).map_err(io::Error::other)?;
        line.push('\n');
        stream.write_all(line.as_bytes()).await?;
        let mut answer = String::new();
        stream.take(BYTES_MAX).read_to_string(&mut answer).await?;
        serde_json::from_str::<Result<Answer, Problem>>(&answer).map_err(io::Error::other)
    };
    let answered: io::Result<_> = asked.await;
    answered.map_err(|_| Problem::new(ProblemCode::DataInUse).with("path", data.folder.display()))?
}
