//! The rows of the staff: people and their roles. New people first, then their roles; what is there stays.

use super::cells::{self, Reason};
use super::columns::Columns;
use super::field::Field;
use super::people::{Gather, says_something};
use super::places::{Places, said};
use super::table::{Line, Table};
use super::{Doubt, List, Taken, Wrong};
use crate::county::{County, at_county};
use crate::staff::{self, NewAssignment, of_the_county};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::problem::Problem;
use domain::reference::Reference;
use domain::staff::{Role, Staff};
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A row that can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the sheet, from 1.
    pub line: u32,
    /// 姓名.
    pub name: String,
    /// 角色.
    pub role: Role,
    /// 村: an area of any level.
    pub area: AreaCode,
    /// 电话, digits only.
    pub phone: Option<String>,
    /// What a spreadsheet calls the cells of name, role and telephone.
    pub cells: [String; 3],
}

/// What a row comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Person and role are there already.
    Known,
    /// A new role of somebody who is there.
    Role,
    /// Somebody new, with the role.
    Person,
}

/// A row whose meaning is clear.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The row.
    pub row: Row,
    /// Who it is; `None` for somebody new.
    pub staff: Option<RecordId>,
    /// What it comes to.
    pub step: Step,
    /// Whether the county has somebody else of this name, with another telephone.
    pub namesake: bool,
}

/// Reads every row of the staff's columns. O(rows).
pub fn rows(table: &Table, columns: &Columns, reference: &Reference, today: Day) -> (Vec<Row>, Vec<Wrong>) {
    let places = Places::new(reference, today);
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for line in table.lines.iter().filter(|line| says_something(line, columns, List::Staff)) {
        match row(line, columns, &places) {
            Ok(row) => rows.push(row),
            Err(bad) => wrong.push(bad),
        }
    }
    (rows, wrong)
}

fn row(line: &Line, columns: &Columns, places: &Places<'_>) -> Result<Row, Wrong> {
    let mut cell = Gather { columns, line, doubts: Vec::new() };
    let name = cell.take(Field::Name, |cell| match cells::name(cell)? {
        Some(name) => Ok(Some(name)),
        None => Err(("没有填".to_owned(), "empty".to_owned())),
    });
    let role = cell.take(Field::Role, |cell| role(&cell.text()).map(Some));
    let area = cell.take(Field::Village, |cell| places.any(&cell.text()).map(Some));
    if let (Some(role), Some(area)) = (role, area)
        && let Err(problem) = of_the_county(role, area)
    {
        cell.doubt(Field::Role, said(&problem));
    }
    let phone = cell.take(Field::Phone, cells::telephone);
    match (name, role, area) {
        (Some(name), Some(role), Some(area)) if cell.doubts.is_empty() => {
            let at = |field| columns.place(field, line.number);
            let cells = [at(Field::Name), at(Field::Role), at(Field::Phone)];
            Ok(Row { line: line.number, name, role, area, phone, cells })
        }
        _ => Err(cell.wrong()),
    }
}

fn role(text: &str) -> Result<Role, Reason> {
    if text.is_empty() {
        return Err(("没有填".to_owned(), "empty".to_owned()));
    }
    Role::from_words(text).ok_or_else(|| {
        let list = |word: fn(Role) -> &'static str, between| {
            Role::ALL.iter().map(|role| word(*role)).collect::<Vec<_>>().join(between)
        };
        let zh = format!("没有这个角色“{text}”；有 {}", list(Role::zh, "、"));
        (zh, format!("there is no such role \"{text}\"; there are {}", list(Role::code, ", ")))
    })
}

/// What the rows come to beside those whom the county has. Roles that are new hold from a day on; nobody gives
/// themselves one. O(rows × staff of the same name).
pub fn plan(reference: &Reference, by: RecordId, rows: &[Row], from: Day) -> (Vec<Planned>, Vec<Wrong>) {
    let mut named: BTreeMap<&str, Vec<&Staff>> = BTreeMap::new();
    for one in reference.staff.values() {
        named.entry(&one.name).or_default().push(one);
    }
    let mut in_file: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for row in rows {
        in_file.entry(&row.name).or_default().insert(row.phone.as_deref());
    }
    let mut met: BTreeMap<(&str, Option<&str>, Role, AreaCode), u32> = BTreeMap::new();
    let (mut planned, mut wrong) = (Vec::new(), Vec::new());
    for row in rows {
        let namesakes = named.get(row.name.as_str()).map_or(&[][..], Vec::as_slice);
        let alone = in_file.get(row.name.as_str()).is_none_or(|phones| phones.len() == 1);
        let [name_cell, role_cell, phone_cell] = &row.cells;
        let mut refuse = |cell: &str, field, (zh, en): Reason| {
            let doubts = vec![Doubt { cell: cell.to_owned(), field: Some(field), zh, en }];
            wrong.push(Wrong { line: row.line, doubts });
        };
        let staff = match who(row, namesakes, alone) {
            Ok(staff) => staff,
            Err(reason) => {
                refuse(phone_cell, Field::Phone, reason);
                continue;
            }
        };
        if let Some(line) =
            met.insert((row.name.as_str(), row.phone.as_deref(), row.role, row.area), row.line)
        {
            let reason = (format!("与第 {line} 行相同"), format!("the same as row {line}"));
            refuse(name_cell, Field::Name, reason);
            continue;
        }
        let has = |staff: RecordId| {
            let new = NewAssignment { staff, role: row.role, area: row.area, from, until: None };
            !new.beside(reference).is_empty()
        };
        let step = match staff {
            None => Step::Person,
            Some(staff) if has(staff) => Step::Known,
            Some(_) => Step::Role,
        };
        if step == Step::Role && staff == Some(by) {
            let reason = (
                "不能给自己分工，请另一位管理员来做",
                "nobody gives themselves a role: another administrator does",
            );
            refuse(role_cell, Field::Role, (reason.0.to_owned(), reason.1.to_owned()));
            continue;
        }
        let namesake = step == Step::Person && !namesakes.is_empty();
        planned.push(Planned { row: row.clone(), staff, step, namesake });
    }
    (planned, wrong)
}

/// Whom a row means. Namesakes are told apart by their telephones, and never guessed.
fn who(row: &Row, namesakes: &[&Staff], alone: bool) -> Result<Option<RecordId>, Reason> {
    let no = |zh: &str, en: &str| Err((zh.to_owned(), en.to_owned()));
    match &row.phone {
        Some(phone) => {
            let same = |one: &&&Staff| one.phone.as_ref() == Some(phone);
            let others = namesakes.iter().filter(|one| one.phone.is_none()).count();
            match namesakes.iter().find(same) {
                Some(one) => Ok(Some(one.id)),
                None if others > 0 => no(
                    "县里有同名的人，没有电话，分不清是不是同一个人",
                    "somebody of this name has no telephone yet: nobody knows whether it is the same person",
                ),
                None => Ok(None),
            }
        }
        None if !alone || namesakes.len() > 1 => {
            no("有同名的人，请填电话", "there are namesakes: give the telephone")
        }
        None => Ok(namesakes.first().map(|one| one.id)),
    }
}

/// Takes the rows: new people first, then their roles. Done twice it changes nothing the second time; cut off in
/// the middle, the next time goes on.
///
/// # Errors
/// What the store says.
pub async fn take(
    county: &County,
    by: RecordId,
    rows: &[Row],
    from: Day,
    now_ms: UnixMs,
) -> Result<Taken, Problem> {
    let _alone = county.importing.lock().await;
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let (planned, wrong) = plan(&reference, by, rows, from);
    let new = planned.iter().filter(|one| one.step == Step::Person);
    let new: BTreeSet<(&str, Option<&str>)> =
        new.map(|one| (one.row.name.as_str(), one.row.phone.as_deref())).collect();
    let persons = new.iter().map(|(name, phone)| {
        let mut sets = BTreeMap::from([(keys::NAME.to_owned(), Value::from(*name))]);
        sets.extend(phone.map(|phone| (keys::PHONE.to_owned(), Value::from(phone))));
        staff::Change::new(RecordKind::Staff, sets)
    });
    let made = staff::write_all(county, by, persons.collect(), now_ms).await?;
    let made: BTreeMap<_, _> = new.iter().copied().zip(made).collect();
    let roles = planned.iter().filter(|one| one.step != Step::Known).filter_map(|one| {
        let key = (one.row.name.as_str(), one.row.phone.as_deref());
        let staff = one.staff.or_else(|| made.get(&key).copied())?;
        let new = NewAssignment { staff, role: one.row.role, area: one.row.area, from, until: None };
        Some(staff::Change::new(RecordKind::Assignment, new.sets()))
    });
    let roles = staff::write_all(county, by, roles.collect(), now_ms).await?.len();
    let unchanged = planned.len() - roles;
    tracing::info!(new = roles, wrong = wrong.len(), "a file of staff was imported");
    Ok(Taken { new: roles, unchanged, wrong, ..Taken::default() })
}
