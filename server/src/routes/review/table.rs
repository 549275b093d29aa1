//! The one table of the desk: every route, who may ask it, where, and whether for themselves.

use crate::desk::Desk;
use axum::http::Method;
use domain::staff::Role;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Somebody who has not logged in yet.
    Anybody,
    /// Whoever has a session, locked or with a first password too.
    Session,
    /// Whoever holds one of these roles.
    Holding(&'static [Role]),
    /// Whoever holds one of these roles, behind the lock too. Being asked for keeps no session open: a page asks by
    /// itself.
    Behind(&'static [Role]),
}

/// Where they must hold it: everything below is meant too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Anywhere.
    Anywhere,
    /// In the whole county.
    County,
    /// In the area that is asked for; that of their role when none is.
    Area,
    /// Where the person in the path belongs.
    Person,
    /// Where the visit in the path was made, or one of its people belongs.
    Visit,
    /// Where the concern in the path belongs.
    Concern,
    /// Wherever the holder of the phone in the path works.
    Device,
    /// Where the assignment in the path holds.
    Assignment,
    /// Where the grant in the path holds.
    Grant,
    /// Where the urgent report in the path belongs.
    Urgent,
}

/// Whose thing it may be: of a phone, an account, a role or a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Anybody's.
    Any,
    /// Only one's own.
    Own,
    /// Never one's own: a second pair of eyes.
    Other,
}

/// One route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub method: Method,
    pub path: &'static str,
    pub who: Who,
    pub place: Place,
    pub whose: Whose,
}

use Role::{
    Approver, AssistanceClerk, Auditor, ChildSupervisor, CountyAdmin, CountyReviewer, Reader, StationHead,
};

/// Who reads figures, lists and visits.
const READERS: Who = Who::Holding(&[
    CountyAdmin,
    CountyReviewer,
    Approver,
    StationHead,
    ChildSupervisor,
    AssistanceClerk,
    Auditor,
    Reader,
]);

/// Who runs a township's or the county's office: phones and sheets, and who may ask for a grant.
const OFFICE: Who =
    Who::Holding(&[CountyAdmin, CountyReviewer, StationHead, ChildSupervisor, AssistanceClerk]);

/// Who edits rules, staff and accounts.
const ADMINS: Who = Who::Holding(&[CountyAdmin]);

/// Who decides on what waits; where is judged item by item.
const DECIDERS: Who = Who::Holding(&[CountyAdmin, CountyReviewer]);

/// Who decides on grants.
const APPROVERS: Who = Who::Holding(&[Approver]);

/// Who asks for an erasure, and who says the second word.
const ERASERS: Who = Who::Holding(&[CountyAdmin, Approver]);

/// Who acts on urgent reports.
const URGENT_ROLES: &[Role] = &[CountyReviewer, Approver, ChildSupervisor];
const URGENT: Who = Who::Holding(URGENT_ROLES);

/// Who reads the access log.
const AUDITORS: Who = Who::Holding(&[Auditor, Approver]);

macro_rules! table {
    ($($method:ident $path:literal $module:ident :: $act:ident $who:expr, $place:ident, $whose:ident;)*) => {
        /// Every route.
        pub(super) const TABLE: &[Row] = &[$(Row {
            method: Method::$method,
            path: $path,
            who: $who,
            place: Place::$place,
            whose: Whose::$whose,
        },)*];

        /// The router with exactly these.
        pub(super) fn router() -> OpenApiRouter<Arc<Desk>> {
            OpenApiRouter::new()$(.routes(utoipa_axum::routes!(super::$module::$act)))*
        }
    };
}

table! {
    GET "/api/session" session::get Who::Anybody, Anywhere, Any;
    POST "/api/session" session::log_in Who::Anybody, Anywhere, Any;
    DELETE "/api/session" session::log_out Who::Session, Anywhere, Any;
    POST "/api/session/lock" session::lock Who::Session, Anywhere, Any;
    POST "/api/session/unlock" session::unlock Who::Session, Anywhere, Any;
    POST "/api/session/password" session::password Who::Session, Anywhere, Any;

    GET "/api/header" header::get READERS, Anywhere, Any;
    GET "/api/coverage" coverage::get READERS, Area, Any;
    GET "/api/coverage/export" export::coverage READERS, Area, Any;
    GET "/api/coverage/people" people::get READERS, Area, Any;
    GET "/api/coverage/people/export" export::people READERS, Area, Any;
    GET "/api/coverage/workers" people::workers_here READERS, Area, Any;
    GET "/api/coverage/explain" explain::get READERS, Area, Any;

    GET "/api/coverage/corrections" closings::corrections READERS, Area, Any;

    GET "/api/closings" closings::list READERS, Anywhere, Any;
    POST "/api/closings" closings::close DECIDERS, County, Any;
    POST "/api/closings/reopen" closings::reopen DECIDERS, County, Any;

    GET "/api/subjects" subjects::get READERS, Area, Any;
    POST "/api/subjects/search" subjects::search READERS, Area, Any;
    GET "/api/subjects/export" export::subjects READERS, Area, Any;
    POST "/api/subjects/import/preview" import::preview OFFICE, Area, Any;
    POST "/api/subjects/import/take" import::take OFFICE, Area, Any;
    POST "/api/subjects/import/report" import::report OFFICE, Area, Any;
    GET "/api/subjects/{person}" person::get READERS, Person, Any;
    POST "/api/subjects/{person}/restriction" restrict::say DECIDERS, Person, Any;
    POST "/api/subjects/{person}/dossier" dossier::make DECIDERS, County, Any;

    GET "/api/erasures" erase::list ERASERS, County, Any;
    GET "/api/erasures/foreseen" erase::foreseen ERASERS, County, Any;
    POST "/api/erasures" erase::ask ADMINS, County, Any;
    POST "/api/erasures/{erasure}/word" erase::say APPROVERS, County, Any;

    GET "/api/duplicates" duplicates::list OFFICE, Area, Any;
    POST "/api/duplicates/merge" duplicates::merge OFFICE, Anywhere, Any;
    POST "/api/duplicates/apart" duplicates::apart OFFICE, Anywhere, Any;
    POST "/api/duplicates/{decision}/undo" duplicates::undo OFFICE, Anywhere, Any;

    GET "/api/visits/{visit}" visit::get READERS, Visit, Any;

    GET "/api/changes" changes::list READERS, Area, Any;
    POST "/api/changes/{person}" changes::say OFFICE, Person, Any;
    GET "/api/subjects/{person}/corrections" correct::get OFFICE, Person, Any;
    POST "/api/subjects/{person}/corrections" correct::say OFFICE, Person, Any;
    POST "/api/subjects/{person}/categories" correct::category OFFICE, Person, Any;
    POST "/api/subjects/{person}/back" changes::back OFFICE, Person, Any;
    POST "/api/subjects/{person}/refusal" changes::refuse DECIDERS, Person, Any;
    GET "/api/stays" changes::stays READERS, Area, Any;
    GET "/api/concerns" concerns::list READERS, Area, Any;
    GET "/api/concerns/figures" concerns::figures READERS, Area, Any;
    GET "/api/concerns/export" concerns::export READERS, Area, Any;
    GET "/api/concerns/{concern}" concerns::show READERS, Concern, Any;
    POST "/api/concerns/{concern}/answer" concerns::answer OFFICE, Concern, Any;
    POST "/api/grants/{grant}/concerns" concerns::open OFFICE, Grant, Own;
    GET "/api/registrations" registrations::list READERS, Area, Any;
    GET "/api/registrations/{person}" registrations::show READERS, Person, Any;
    POST "/api/registrations/{person}" registrations::say OFFICE, Person, Any;

    POST "/api/visits/{visit}/void" visit::void DECIDERS, Visit, Any;

    POST "/api/visits/{visit}/asks" visit::ask OFFICE, Visit, Any;

    GET "/api/grants" grants::list READERS, Area, Any;
    POST "/api/grants" grants::ask OFFICE, Area, Any;
    POST "/api/grants/{grant}/decision" grants::decide APPROVERS, Grant, Other;
    POST "/api/grants/{grant}/end" grants::end APPROVERS, Grant, Any;
    POST "/api/grants/{grant}/openings" grants::open OFFICE, Grant, Own;
    GET "/api/accesses" access::get AUDITORS, County, Any;

    GET "/api/devices" devices::list OFFICE, Area, Any;
    POST "/api/devices/{device}/state" devices::state OFFICE, Device, Any;
    POST "/api/devices/{device}/recovery" devices::recovery OFFICE, Device, Any;
    GET "/api/devices/{device}/acts" devices::acts OFFICE, Device, Any;
    GET "/api/sheets" sheets::list OFFICE, Area, Any;
    POST "/api/sheets" sheets::print OFFICE, Area, Any;

    GET "/api/waiting" waiting::list READERS, Area, Any;
    GET "/api/waiting/{item}" waiting::show READERS, Anywhere, Any;
    POST "/api/waiting/decisions" waiting::decide DECIDERS, Anywhere, Any;
    POST "/api/waiting/settlements" waiting::settle OFFICE, Anywhere, Any;
    POST "/api/waiting/goings" waiting::going OFFICE, Anywhere, Any;
    GET "/api/waiting/decisions" waiting::decided READERS, Area, Any;
    POST "/api/waiting/decisions/{decision}/undo" waiting::undo OFFICE, Anywhere, Any;

    GET "/api/urgent" urgent::list URGENT, Area, Any;
    GET "/api/urgent/unread" urgent::unread Who::Behind(URGENT_ROLES), Anywhere, Any;
    POST "/api/urgent/{urgent}/openings" urgent::open URGENT, Urgent, Any;
    POST "/api/urgent/{urgent}/calls" urgent::call URGENT, Urgent, Any;

    GET "/api/duties" duties::list READERS, Area, Any;
    GET "/api/duties/{duty}" duties::show READERS, Area, Any;
    POST "/api/duties" duties::edit ADMINS, Area, Any;
    POST "/api/duties/preview" duties::preview ADMINS, Area, Any;

    GET "/api/staff" staff::list READERS, Area, Any;
    POST "/api/staff" staff::add ADMINS, County, Any;
    GET "/api/staff/export" export::staff ADMINS, County, Any;
    POST "/api/staff/import/preview" import::preview_staff ADMINS, County, Any;
    POST "/api/staff/import/take" import::take_staff ADMINS, County, Any;
    POST "/api/staff/import/report" import::report_staff ADMINS, County, Any;
    POST "/api/staff/{staff}/assignments" staff::assign ADMINS, Area, Other;
    POST "/api/staff/{staff}/handover" staff::hand_over ADMINS, County, Other;
    POST "/api/assignments/{assignment}/end" staff::end ADMINS, Assignment, Other;

    GET "/api/accounts" accounts::list ADMINS, County, Any;
    POST "/api/accounts" accounts::add ADMINS, County, Any;
    POST "/api/staff/{staff}/account/reset" accounts::reset ADMINS, County, Other;
    POST "/api/staff/{staff}/account/close" accounts::close ADMINS, County, Other;
}

/// The row of a route.
pub(super) fn row(method: &Method, path: &str) -> Option<&'static Row> {
    // A browser may ask for the head alone.
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    TABLE.iter().find(|row| row.method == *method && row.path == path)
}
