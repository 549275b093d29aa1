//! Who changes what, written down again by hand from the model's roles: a slip in the one table is a red line here.

use super::super::table::{TABLE, Who};
use axum::http::Method;
use domain::staff::Role;
use domain::staff::Role::{
    Approver, AssistanceClerk, ChildSupervisor, CountyAdmin, CountyReviewer, StationHead,
};
use std::collections::BTreeSet;

/// What the township decides, and the county for it: who is new, what changed, telephones and addresses, answers to
/// what was found, its phones and sheets.
const TOWNSHIP: &[&str] = &[
    "/api/changes/{person}",
    "/api/subjects/{person}/back",
    "/api/subjects/{person}/corrections",
    "/api/subjects/{person}/categories",
    "/api/registrations/{person}",
    "/api/concerns/{concern}/answer",
    "/api/subjects/import/preview",
    "/api/subjects/import/take",
    "/api/subjects/import/report",
    "/api/duplicates/merge",
    "/api/duplicates/apart",
    "/api/duplicates/{decision}/undo",
    "/api/waiting/settlements",
    "/api/waiting/goings",
    "/api/waiting/decisions/{decision}/undo",
    "/api/visits/{visit}/asks",
    "/api/devices/{device}/state",
    "/api/devices/{device}/recovery",
    "/api/sheets",
    "/api/grants",
    "/api/grants/{grant}/openings",
    "/api/grants/{grant}/concerns",
];

/// What only the county decides: 拒访不计入, 作废, 月结, what waits, and the rights of the person.
const COUNTY: &[&str] = &[
    "/api/subjects/{person}/refusal",
    "/api/visits/{visit}/void",
    "/api/closings",
    "/api/closings/reopen",
    "/api/waiting/decisions",
    "/api/subjects/{person}/restriction",
    "/api/subjects/{person}/dossier",
];

/// What only its administrator does: rules, staff, accounts, and asking for an erasure.
const ADMINISTRATOR: &[&str] = &[
    "/api/duties",
    "/api/duties/preview",
    "/api/staff",
    "/api/staff/import/preview",
    "/api/staff/import/take",
    "/api/staff/import/report",
    "/api/staff/{staff}/assignments",
    "/api/staff/{staff}/handover",
    "/api/assignments/{assignment}/end",
    "/api/accounts",
    "/api/staff/{staff}/account/reset",
    "/api/staff/{staff}/account/close",
    "/api/erasures",
];

/// What takes a second person: 负责人.
const APPROVED: &[&str] =
    &["/api/grants/{grant}/decision", "/api/grants/{grant}/end", "/api/erasures/{erasure}/word"];

/// 紧急: 儿童督导员 and named roles of the county.
const URGENT: &[&str] = &["/api/urgent/{urgent}/openings", "/api/urgent/{urgent}/calls"];

#[test]
fn whoever_may_change_something_is_who_the_model_says() {
    let office = [CountyAdmin, CountyReviewer, StationHead, ChildSupervisor, AssistanceClerk];
    let expected: [(&[&str], &[Role]); 5] = [
        (TOWNSHIP, &office),
        (COUNTY, &[CountyAdmin, CountyReviewer]),
        (ADMINISTRATOR, &[CountyAdmin]),
        (APPROVED, &[Approver]),
        (URGENT, &[CountyReviewer, Approver, ChildSupervisor]),
    ];
    // A search is posted only so that no name stands in an address.
    let changes = |method: &Method, path: &str| method != Method::GET && path != "/api/subjects/search";
    let mut listed = BTreeSet::new();
    for row in TABLE.iter().filter(|row| changes(&row.method, row.path)) {
        let Who::Holding(roles) = row.who else {
            assert!(row.path.starts_with("/api/session"), "{}: without a role", row.path);
            continue;
        };
        let told: Vec<_> = expected.iter().filter(|(paths, _)| paths.contains(&row.path)).collect();
        let [(_, wanted)] = told.as_slice() else { panic!("{}: say here who may", row.path) };
        let sorted = |roles: &[Role]| roles.iter().map(|role| role.code()).collect::<BTreeSet<_>>();
        assert_eq!(sorted(roles), sorted(wanted), "{}", row.path);
        listed.insert(row.path);
    }
    let named: BTreeSet<&str> = expected.iter().flat_map(|(paths, _)| paths.iter().copied()).collect();
    assert_eq!(listed, named, "no route that there is not");
}
