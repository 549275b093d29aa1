//! The one list of commands. Whoever adds one adds a line here, and nothing else.

use crate::App;
use crate::amend::{Amend, AmendTime, CorrectContact, Explain, Written};
use crate::concerns::{ConcernView, RaiseConcern};
use crate::contested::{ContestedField, OfRecord, Settle};
use crate::enrol::{EnrolBegin, EnrolDone, EnrolFinish, EnrolPost, TypedCode};
use crate::history::{HistoryAsked, OfPart, PartPage, PastVisit};
use crate::lock::{ChangePin, LockStatus, Nothing, Unlock, UnlockRecovery};
use crate::me::{MeView, Speak};
use crate::news::NewsItem;
use crate::people::{GroupItem, OfPerson, PeopleAsked, PersonItem, PersonView, SearchAsked};
use crate::records::{OfVisit, ProofView, RecordItem, RecordsAsked};
use crate::register::{AgeKept, AgeTold, RegisterPerson};
use crate::sheet::{SheetPicture, SheetRead};
use crate::staff::{Colleague, Helping};
use crate::today::{Tidied, TodayAsked, TodayView};
use crate::urgent::{LockedReports, UrgentCall, UrgentReport, UrgentView};
use crate::visits::desk::{Answer, FormView, Section};
use crate::visits::draft::{DraftItem, DraftName};
use crate::visits::finish::{ChangeReport, FinishReply, Gap, NotMetVisit};
use crate::visits::start::{AddFound, DraftSubject, SayConcern, SetMet, SetVisit, StartVisit, VisitView};
use domain::problem::{Problem, ProblemCode};
use forms::session::FormDelta;
use serde_json::Value;

macro_rules! commands {
    ($($name:ident($request:ty) -> $reply:ty;)*) => {
        /// The name of every command.
        pub const NAMES: &[&str] = &[$(stringify!($name),)*];

        /// Carries out the command of a name, with its request and its reply as JSON.
        ///
        /// # Errors
        /// The command's own; [`ProblemCode::NotFromHere`] when there is no such command, and
        /// [`ProblemCode::RequestDamaged`] when the request is not of its shape.
        pub fn dispatch(app: &mut App, name: &str, request: Value) -> Result<Value, Problem> {
            match name {
                $(stringify!($name) => {
                    let request: $request = serde_json::from_value(request).map_err(|_| misshapen(name))?;
                    let reply: $reply = app.$name(request)?;
                    serde_json::to_value(reply).map_err(|_| misshapen(name))
                })*
                _ => Err(Problem::new(ProblemCode::NotFromHere)),
            }
        }

        /// Every command with its request and reply, to be written down for the screens.
        #[cfg(feature = "export")]
        pub fn export(to: &mut super::export::TypeScript) {
            $(to.command::<$request, $reply>(stringify!($name));)*
        }
    };
}

/// The reader's words are not repeated: they may quote what was typed.
fn misshapen(name: &str) -> Problem {
    Problem::new(ProblemCode::RequestDamaged).with("place", name)
}

commands! {
    status(Nothing) -> LockStatus;
    check_code(TypedCode) -> Nothing;
    read_sheet(SheetPicture) -> SheetRead;
    enrol_begin(EnrolBegin) -> EnrolPost;
    enrol_finish(EnrolFinish) -> EnrolDone;
    enrol_compared(Nothing) -> Nothing;
    unlock(Unlock) -> LockStatus;
    unlock_recovery(UnlockRecovery) -> LockStatus;
    change_pin(ChangePin) -> Nothing;
    lock(Nothing) -> LockStatus;

    today_list(TodayAsked) -> TodayView;
    tidy(Nothing) -> Tidied;
    people(PeopleAsked) -> Vec<PersonItem>;
    groups(Nothing) -> Vec<GroupItem>;
    search(SearchAsked) -> Vec<PersonItem>;
    person(OfPerson) -> PersonView;
    history(HistoryAsked) -> Vec<PastVisit>;
    part(OfPart) -> PartPage;
    concerns(OfPerson) -> Vec<ConcernView>;
    raise_concern(RaiseConcern) -> Written;
    news(Nothing) -> Vec<NewsItem>;

    start_visit(StartVisit) -> VisitView;
    visit(DraftName) -> VisitView;
    set_visit(SetVisit) -> VisitView;
    set_met(SetMet) -> VisitView;
    leave_out(DraftSubject) -> VisitView;
    add_found(AddFound) -> VisitView;
    drop_found(AddFound) -> VisitView;
    say_concern(SayConcern) -> VisitView;
    form(DraftSubject) -> FormView;
    answer(Answer) -> FormDelta;
    unchanged(Section) -> FormDelta;
    take_back_unchanged(Section) -> FormDelta;
    gaps(DraftName) -> Vec<Gap>;
    finish(DraftName) -> FinishReply;
    not_met(NotMetVisit) -> FinishReply;
    report_change(ChangeReport) -> FinishReply;
    colleagues(Nothing) -> Vec<Colleague>;
    helpers(Nothing) -> Helping;
    drafts(Nothing) -> Vec<DraftItem>;
    discard_draft(DraftName) -> Nothing;
    restore_draft(DraftName) -> Nothing;

    amend(Amend) -> Written;
    amend_time(AmendTime) -> Written;
    explain(Explain) -> Written;
    correct_contact(CorrectContact) -> Written;
    register_person(RegisterPerson) -> Written;
    age_told(AgeTold) -> AgeKept;
    contested(OfRecord) -> Vec<ContestedField>;
    settle(Settle) -> Written;
    urgent(UrgentReport) -> Written;
    urgent_call(UrgentCall) -> Written;
    urgent_reports(Nothing) -> Vec<UrgentView>;
    urgent_locked_reports(Nothing) -> LockedReports;

    records(RecordsAsked) -> Vec<RecordItem>;
    record(OfVisit) -> RecordItem;
    proof(OfVisit) -> ProofView;
    me(Nothing) -> MeView;
    speak(Speak) -> Nothing;
}
