//! 儿童档案: what only those responsible for a child may see, as a record of its own.

use super::households::Member;
use super::records::SeedRecord;
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;
use domain::subject::AwayKind;

/// Text: the school's name.
pub const SCHOOL: &str = "school";
/// Text: the class.
pub const SCHOOL_CLASS: &str = "school/class";
/// Yes or no: whether the child boards there.
pub const SCHOOL_BOARDS: &str = "school/boards";
/// Text: who looks after the child.
pub const GUARDIAN: &str = "guardian";
/// Text: how the guardian is related to the head of the household.
pub const GUARDIAN_RELATION: &str = "guardian/relation";

/// Where a child goes to school.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct School {
    /// Its name.
    pub name: String,
    /// The class.
    pub class: &'static str,
    /// Whether the child boards there from Sunday to Friday.
    pub boards: bool,
}

const CLASSES: &[(i32, &str)] = &[
    (6, "一年级"),
    (7, "一年级"),
    (8, "二年级"),
    (9, "三年级"),
    (10, "四年级"),
    (11, "五年级"),
    (12, "六年级"),
    (13, "初一"),
    (14, "初二"),
    (15, "初三"),
    (16, "高一"),
    (17, "高二"),
];

/// Where somebody of a household goes to school; `None` for those too young or too old.
///
/// `village` is the village's own primary school; boarders go to the township's, unless `at_home`
/// says that the village's has beds of its own.
pub(super) fn school(member: &Member, village: &str, township: &[&str], at_home: bool) -> Option<School> {
    let (_, class) = CLASSES.iter().find(|(age, _)| *age == member.age)?;
    let boards = member.away == Some(AwayKind::Boarding);
    let primary = || township.first().copied().unwrap_or_default().to_owned();
    let middle = || township.last().copied().unwrap_or_default().to_owned();
    let name = match member.age {
        ..13 if boards && !at_home => primary(),
        ..13 => format!("{village}完小"),
        13..16 => middle(),
        _ => "县民族中学".to_owned(),
    };
    Some(School { name, class, boards })
}

/// A child's file; its id depends on the child's.
pub(super) fn file(child: RecordId, school: Option<&School>, guardian: (&str, &str)) -> SeedRecord {
    let record = SeedRecord::new(RecordKind::ChildFile, RecordId::named("child_file", &child.to_string()))
        .with(keys::SUBJECT, child.to_string())
        .with(GUARDIAN, guardian.0)
        .with(GUARDIAN_RELATION, guardian.1);
    match school {
        None => record,
        Some(school) => record
            .with(SCHOOL, school.name.as_str())
            .with(SCHOOL_CLASS, school.class)
            .with(SCHOOL_BOARDS, school.boards),
    }
}
