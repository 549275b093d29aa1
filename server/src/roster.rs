//! 工作人员名单: staff with their roles out of a CSV file. Whatever is wrong is told with its line and
//! column, all of a row at once; the other rows are taken; the same file twice changes nothing.

use crate::county::{County, at_county};
use crate::problem;
use crate::staff::{self, NewAssignment, find_area, of_the_county};
use domain::catalogue::{RecordKind, keys};
use domain::ids::{AreaCode, RecordId};
use domain::name::tidy;
use domain::problem::{Problem, ProblemCode};
use domain::reference::Reference;
use domain::staff::{Role, Staff};
use domain::telephone::{NO_NUMBER, number};
use domain::time::{Day, UnixMs};
use domain::value::Value;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The columns, by the names in the first line; their order does not matter, and others are not read.
const COLUMNS: [&str; 4] = ["姓名", "角色", "村", "电话"];

/// More rows than any county has staff.
const ROWS_MAX: usize = 5_000;

/// A row as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    /// 姓名.
    pub name: String,
    /// 角色.
    pub role: Role,
    /// 村: the code or whole name of an area of any level.
    pub area: String,
    /// 电话, digits only.
    pub phone: Option<String>,
}

/// A row that cannot be read, with everything that is wrong in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    line: u64,
    doubts: Vec<Doubt>,
    /// 村, when it is filled in: whether there is such a place, the county has to say.
    area: Option<String>,
}

impl Broken {
    /// What is wrong in the row, in the order of the columns.
    pub fn problems(&self, reference: &Reference, file: &str) -> Vec<Problem> {
        let [_, _, column, _] = COLUMNS;
        let no_area = self.area.as_ref().and_then(|area| find_area(reference, area).err());
        let mut doubts = self.doubts.clone();
        doubts.extend(no_area.map(|problem| reasons(column, &problem)));
        doubts.sort_by_key(|(column, ..)| COLUMNS.iter().position(|one| one == column));
        doubts.into_iter().map(|doubt| wrong(file, self.line, doubt)).collect()
    }
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// The row.
    pub row: Row,
    /// Its area.
    pub area: AreaCode,
    /// Who it is; `None` for somebody new.
    pub staff: Option<RecordId>,
    /// What it comes to.
    pub step: Step,
    /// Whether the county has somebody else of this name, with another telephone.
    pub namesake: bool,
}

/// A whole file: what is clear and what is wrong, each in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Roster {
    /// Rows that are taken.
    pub planned: Vec<Planned>,
    /// Rows that are not.
    pub wrong: Vec<Problem>,
}

/// What is wrong in one place of a file.
fn wrong(file: &str, line: u64, (column, zh, en): Doubt) -> Problem {
    let problem = Problem::new(ProblemCode::RowWrong).with("file", file).with("row", line);
    problem.with("column", column).with_both("reason", zh, en)
}

/// What stands in the place of a column when a whole row is meant.
const ROW: &str = "整行";

/// A column, and what is wrong with it: in Chinese and in English.
type Doubt = (&'static str, String, String);

fn doubt(column: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Doubt {
    (column, zh.into(), en.into())
}

/// Reads a file's bytes: UTF-8, with or without a byte-order mark. `file` is what it is called in
/// problems. O(bytes).
///
/// # Errors
/// When the first line has not all columns, or is not UTF-8: then no row can be read.
pub fn read(file: &str, bytes: &[u8]) -> Result<(Vec<Row>, Vec<Broken>), Problem> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    if let Some(line) = open_quote(bytes) {
        let zh = format!("第 {line} 行的引号没有结束，它后面的行分不清。整个文件都没有导入");
        let en = format!(
            "the quotation mark in row {line} is not closed, so the rows behind it cannot be told apart. Nothing of the file was taken"
        );
        return Err(problem::wrong(file, zh, en));
    }
    let not_utf8 = || doubt(ROW, "不是 UTF-8，请另存为“CSV UTF-8”", "not UTF-8: save it as \"CSV UTF-8\"");
    let headings = reader.headers().map_err(|_| no_roster(file, not_utf8()))?.clone();
    let place = |column: &'static str| {
        let place = headings.iter().position(|heading| heading == column);
        place.ok_or_else(|| no_roster(file, no_column(column, &headings)))
    };
    let [name, role, area, phone] = COLUMNS;
    let places = [place(name)?, place(role)?, place(area)?, place(phone)?];
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    let (mut line, mut counted) = (1, 0);
    for record in reader.byte_records() {
        let Ok(record) = record else { continue };
        // The reader's own count passes over empty lines and Windows' line ends.
        let ended = record.position().map_or(0, csv::Position::byte);
        let begins = start_of_record(bytes, usize::try_from(ended).unwrap_or(usize::MAX));
        line += lines(bytes.get(counted..begins).unwrap_or_default());
        counted = begins;
        let as_a_whole = |doubt| Broken { line, doubts: vec![doubt], area: None };
        if rows.len() + broken.len() == ROWS_MAX {
            let many = doubt(ROW, "行数太多，从这里起没有读", "too many rows: not read from here on");
            broken.push(as_a_whole(many));
            break;
        }
        let cells = places.map(|place| std::str::from_utf8(record.get(place).unwrap_or_default()));
        let [Ok(name), Ok(role), Ok(area), Ok(phone)] = cells else {
            broken.push(as_a_whole(not_utf8()));
            continue;
        };
        if record.iter().skip(headings.len()).any(|cell| !cell.is_empty()) {
            let zh = "比第一行多出一格，可能多写了一个逗号";
            broken.push(as_a_whole(doubt(
                ROW,
                zh,
                "more cells than the first row has: perhaps a comma too many",
            )));
            continue;
        }
        match row(line, name, role, area, phone) {
            Ok(row) => rows.push(row),
            Err(row) => broken.push(row),
        }
    }
    Ok((rows, broken))
}

/// The first line cannot be read: no row of the file is.
fn no_roster(file: &str, (column, zh, en): Doubt) -> Problem {
    let column = if column == ROW { String::new() } else { format!("“{column}”") };
    let zh = format!("第 1 行{column}{zh}。整个文件都没有导入");
    problem::wrong(file, zh, format!("row 1 {column}: {en}. Nothing of the file was taken"))
}

/// The line in which a cell's quotation mark opens that nothing closes, from 1. Inside a quoted cell a
/// doubled mark is one mark (RFC 4180 §2).
fn open_quote(bytes: &[u8]) -> Option<u64> {
    let (mut open, mut begins) = (None, true);
    for (at, byte) in bytes.iter().enumerate() {
        match (byte, open) {
            (b'"', None) if begins => open = Some(at),
            // A doubled mark closes and opens again: what stands in between is nothing.
            (b'"', Some(_)) => open = None,
            (b'"', None) if bytes.get(at.wrapping_sub(1)) == Some(&b'"') => open = Some(at),
            _ => {}
        }
        begins = matches!(byte, b',' | b'\n' | b'\r') || (begins && *byte == b' ');
    }
    open.map(|at| 1 + lines(bytes.get(..at).unwrap_or_default()))
}

/// A heading is missing: what the first line has to be, and what it is.
fn no_column(column: &'static str, headings: &csv::StringRecord) -> Doubt {
    let (expected, found) = (COLUMNS.join(","), headings.iter().collect::<Vec<_>>().join(","));
    doubt(
        column,
        format!("没有这一列；第一行要写 {expected}，文件里是“{found}”"),
        format!("there is no such column; the first line has to be {expected}, here it is \"{found}\""),
    )
}

/// The first byte of a row, from where the row before it ended.
fn start_of_record(bytes: &[u8], ended: usize) -> usize {
    let rest = bytes.get(ended..).unwrap_or_default();
    ended + rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// How many lines end in these bytes, whichever system wrote them.
fn lines(bytes: &[u8]) -> u64 {
    let next = bytes.iter().skip(1).map(Some).chain([None]);
    let ends = bytes.iter().zip(next).filter(|(byte, next)| match byte {
        b'\n' => true,
        b'\r' => *next != Some(&b'\n'),
        _ => false,
    });
    ends.count() as u64
}

fn row(line: u64, name: &str, role: &str, area: &str, phone: &str) -> Result<Row, Broken> {
    let [name_column, role_column, area_column, phone_column] = COLUMNS;
    let empty = |column| doubt(column, "没有填", "empty");
    let name = match name {
        "" => Err(empty(name_column)),
        text => tidy(text).ok_or_else(|| doubt(name_column, "不是姓名", "not a name")),
    };
    let role = Role::from_words(role).ok_or_else(|| {
        let list = |word: fn(Role) -> &'static str, between| {
            Role::ALL.iter().map(|role| word(*role)).collect::<Vec<_>>().join(between)
        };
        let zh = format!("没有这个角色“{role}”；有 {}", list(Role::zh, "、"));
        let en = format!("there is no such role \"{role}\"; there are {}", list(Role::code, ", "));
        doubt(role_column, zh, en)
    });
    let area = if area.is_empty() { Err(empty(area_column)) } else { Ok(area.to_owned()) };
    let (zh, en) = NO_NUMBER;
    let no_number = || doubt(phone_column, zh, en);
    let phone = match phone {
        "" => Ok(None),
        text => number(text).map(Some).ok_or_else(no_number),
    };
    match (name, role, area, phone) {
        (Ok(name), Ok(role), Ok(area), Ok(phone)) => Ok(Row { line, name, role, area, phone }),
        (name, role, area, phone) => {
            let given = area.clone().ok();
            let doubts = [name.err(), role.err(), area.err(), phone.err()];
            Err(Broken { line, doubts: doubts.into_iter().flatten().collect(), area: given })
        }
    }
}

/// What the rows come to beside those whom the county has. Roles that are new hold from a day on.
/// O(rows × staff of the same name).
pub fn plan(reference: &Reference, file: &str, rows: &[Row], from: Day) -> Roster {
    let mut named: BTreeMap<&str, Vec<&Staff>> = BTreeMap::new();
    for one in reference.staff.values() {
        named.entry(&one.name).or_default().push(one);
    }
    let mut in_file: BTreeMap<&str, BTreeSet<Option<&str>>> = BTreeMap::new();
    for row in rows {
        in_file.entry(&row.name).or_default().insert(row.phone.as_deref());
    }
    let mut met: BTreeSet<(&str, Option<&str>, Role, AreaCode)> = BTreeSet::new();
    let mut roster = Roster::default();
    for row in rows {
        let namesakes = named.get(row.name.as_str()).map_or(&[][..], Vec::as_slice);
        let alone = in_file.get(row.name.as_str()).is_none_or(|phones| phones.len() == 1);
        let (area, staff) = match (place(reference, row), who(row, namesakes, alone)) {
            (Ok(area), Ok(staff)) => (area, staff),
            (area, staff) => {
                let doubts = [area.err(), staff.err()].into_iter().flatten();
                roster.wrong.extend(doubts.map(|doubt| wrong(file, row.line, doubt)));
                continue;
            }
        };
        if !met.insert((row.name.as_str(), row.phone.as_deref(), row.role, area)) {
            let again = doubt(ROW, "与前面一行相同", "the same as an earlier row");
            roster.wrong.push(wrong(file, row.line, again));
            continue;
        }
        let has = |staff: RecordId| {
            let new = NewAssignment { staff, role: row.role, area, from, until: None };
            !new.beside(reference).is_empty()
        };
        let step = match staff {
            None => Step::Person,
            Some(staff) if has(staff) => Step::Known,
            Some(_) => Step::Role,
        };
        let namesake = step == Step::Person && !namesakes.is_empty();
        roster.planned.push(Planned { row: row.clone(), area, staff, step, namesake });
    }
    roster
}

/// Where the role of a row is, and that it may be there.
fn place(reference: &Reference, row: &Row) -> Result<AreaCode, Doubt> {
    let [_, role_column, area_column, _] = COLUMNS;
    let area = find_area(reference, &row.area).map_err(|problem| reasons(area_column, &problem))?;
    of_the_county(row.role, area).map_err(|problem| reasons(role_column, &problem))?;
    Ok(area)
}

/// What a problem says of a column.
fn reasons(column: &'static str, problem: &Problem) -> Doubt {
    let said = |key: &str| problem.params.get(key).cloned().unwrap_or_default();
    (column, said("reason_zh"), said("reason"))
}

/// Whom a row means. Namesakes are told apart by their telephones, and never guessed.
fn who(row: &Row, namesakes: &[&Staff], alone: bool) -> Result<Option<RecordId>, Doubt> {
    let [_, _, _, column] = COLUMNS;
    match &row.phone {
        Some(phone) => {
            let same = |one: &&&Staff| one.phone.as_ref() == Some(phone);
            let others = namesakes.iter().filter(|one| one.phone.is_none()).count();
            match namesakes.iter().find(same) {
                Some(one) => Ok(Some(one.id)),
                None if others > 0 => Err(doubt(
                    column,
                    "县里有同名的人，没有电话，分不清是不是同一个人",
                    "somebody of this name has no telephone yet: nobody knows whether it is the same person",
                )),
                None => Ok(None),
            }
        }
        None if !alone || namesakes.len() > 1 => {
            Err(doubt(column, "有同名的人，请填电话", "there are namesakes: give the telephone"))
        }
        None => Ok(namesakes.first().map(|one| one.id)),
    }
}

/// Takes the rows of a file: new people first, then their roles. Done twice it changes nothing the
/// second time; cut off in the middle, the next time goes on.
///
/// # Errors
/// What the store says.
pub async fn take(
    county: &County,
    file: &str,
    rows: &[Row],
    from: Day,
    now_ms: UnixMs,
) -> Result<Roster, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let roster = plan(&reference, file, rows, from);
    let new = roster.planned.iter().filter(|one| one.step == Step::Person);
    let new: BTreeSet<(&str, Option<&str>)> =
        new.map(|one| (one.row.name.as_str(), one.row.phone.as_deref())).collect();
    let persons = new.iter().map(|(name, phone)| {
        let mut sets = BTreeMap::from([(keys::NAME.to_owned(), Value::from(*name))]);
        sets.extend(phone.map(|phone| (keys::PHONE.to_owned(), Value::from(phone))));
        staff::Change::new(RecordKind::Staff, sets)
    });
    let made = staff::write_all(county, staff::operator(), persons.collect(), now_ms).await?;
    let made: BTreeMap<_, _> = new.iter().copied().zip(made).collect();
    let roles = roster.planned.iter().filter(|one| one.step != Step::Known).filter_map(|one| {
        let key = (one.row.name.as_str(), one.row.phone.as_deref());
        let staff = one.staff.or_else(|| made.get(&key).copied())?;
        let new = NewAssignment { staff, role: one.row.role, area: one.area, from, until: None };
        Some(staff::Change::new(RecordKind::Assignment, new.sets()))
    });
    staff::write_all(county, staff::operator(), roles.collect(), now_ms).await?;
    Ok(roster)
}

#[cfg(test)]
mod tests;
