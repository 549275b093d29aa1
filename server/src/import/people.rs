//! The rows of the register as they are read: what can be said of each without knowing who is there already.

use super::cells;
use super::columns::Columns;
use super::field::Field;
use super::places::Places;
use super::table::{Line, Table};
use super::{Doubt, List, Wrong};
use domain::category::Category;
use domain::head::Head;
use domain::id_number;
use domain::ids::AreaCode;
use domain::reference::Reference;
use domain::subject::{AgeSaid, Person};
use domain::time::Day;
use serde::{Deserialize, Serialize};

/// How many characters a short field holds, and an address.
const SHORT: usize = 30;
const LONG: usize = 200;
/// Nobody was ever known to be older: whole years.
const OLDEST: i32 = 122;

/// A row that can be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Its number in the sheet, from 1.
    pub line: u32,
    /// 村.
    pub village: AreaCode,
    /// 小组.
    pub group: Option<String>,
    /// 户主.
    pub head: Option<String>,
    /// 与户主关系.
    pub relation: Option<String>,
    /// 姓名.
    pub name: String,
    /// 身份证号.
    pub id_number: Option<String>,
    /// 县内编号.
    pub local_number: Option<String>,
    /// As it is kept.
    pub sex: Option<String>,
    /// 出生日期; that of the ID number when there is one.
    pub born: Option<Day>,
    /// 大人/孩子; nothing where a date of birth decides it.
    pub age_said: Option<AgeSaid>,
    /// Codes.
    pub categories: Vec<String>,
    /// The first day of categories that are new.
    pub since: Option<Day>,
    /// 电话.
    pub phone: Option<String>,
    /// 照料人.
    pub carer: Option<String>,
    /// Their telephone.
    pub carer_phone: Option<String>,
    /// 住址.
    pub address: Option<String>,
    /// Where the cells are that only the county can say something against.
    pub cells: Cells,
}

/// What a spreadsheet calls some cells of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cells {
    /// 村.
    pub village: String,
    /// 户主.
    pub head: String,
    /// 姓名.
    pub name: String,
    /// 身份证号.
    pub id_number: String,
    /// 县内编号.
    pub local_number: String,
    /// 小组.
    pub group: String,
    /// 类别.
    pub categories: String,
}

/// What is wrong in a row is gathered: all of it is told at once.
pub(super) struct Gather<'a> {
    pub columns: &'a Columns,
    pub line: &'a Line,
    pub doubts: Vec<Doubt>,
}

impl Gather<'_> {
    pub(super) fn doubt(&mut self, field: Field, (zh, en): (String, String)) {
        let cell = self.columns.place(field, self.line.number);
        self.doubts.push(Doubt { cell, field: Some(field), zh, en });
    }

    /// What a cell says, if it says anything that can be.
    pub(super) fn take<T: Default>(
        &mut self,
        field: Field,
        read: impl Fn(&super::table::Cell) -> Result<T, cells::Reason>,
    ) -> T {
        match read(self.columns.cell(self.line, field)) {
            Ok(value) => value,
            Err(reason) => {
                self.doubt(field, reason);
                T::default()
            }
        }
    }

    pub(super) fn wrong(mut self) -> Wrong {
        self.doubts.sort_by_key(|doubt| doubt.field);
        Wrong { line: self.line.number, doubts: self.doubts }
    }
}

/// Reads every row of the register's columns. O(rows).
pub fn rows(table: &Table, columns: &Columns, reference: &Reference, today: Day) -> (Vec<Row>, Vec<Wrong>) {
    let places = Places::new(reference, today);
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for line in table.lines.iter().filter(|line| says_something(line, columns, List::People)) {
        match row(line, columns, &places, today) {
            Ok(row) => rows.push(row),
            Err(bad) => wrong.push(bad),
        }
    }
    (rows, wrong)
}

/// Whether a row is of the list: below the head, not the head printed again on the next page, with something in it
/// besides what is merged over it and the numbers that were set in advance, and not one remark alone at the foot
/// (填表人：…).
pub(super) fn says_something(line: &Line, columns: &Columns, list: List) -> bool {
    let filled = |field: &Field| !field.is_shared() && !columns.cell(line, *field).is_empty();
    let name = columns.cell(line, Field::Name);
    let again = Field::called(list, &name.text()) == Some(Field::Name);
    let remark = name.is_empty() && line.cells.iter().filter(|cell| !cell.is_empty()).count() == 1;
    line.number > columns.head && !again && !remark && columns.found.keys().any(filled)
}

fn row(line: &Line, columns: &Columns, places: &Places<'_>, today: Day) -> Result<Row, Wrong> {
    let mut cell = Gather { columns, line, doubts: Vec::new() };
    let text = |field| columns.cell(line, field).text();
    let village = match places.village(&text(Field::Township), &text(Field::Village)) {
        Ok(village) => Some(village),
        Err((field, reason)) => {
            cell.doubt(field, reason);
            None
        }
    };
    let name = cell.take(Field::Name, cells::name);
    if name.is_none() && columns.cell(line, Field::Name).is_empty() {
        cell.doubt(Field::Name, ("没有填".to_owned(), "empty".to_owned()));
    }
    let id_number = cell.take(Field::IdNumber, cells::id_number);
    let relation = cell.take(Field::Relation, |cell| cells::words(cell, SHORT)).map(own_head);
    let mut head = cell.take(Field::Head, cells::name);
    if relation.as_deref() == Some(HEAD) && name.is_some() {
        if head.is_some() && head != name {
            let zh = "与户主关系是“户主”，这里却是另一个人";
            cell.doubt(
                Field::Head,
                (zh.to_owned(), "the row is the head's own, and names somebody else".to_owned()),
            );
        }
        head = head.or_else(|| name.clone());
    }
    let (of_number, written) =
        (id_number.as_deref().and_then(id_number::birth), cell.take(Field::Born, cells::day));
    let born = of_number.or(written);
    let said_by = if of_number.is_some() { Field::IdNumber } else { Field::Born };
    if born.is_some_and(|born| born > today) {
        cell.doubt(said_by, ("还没到的日期".to_owned(), "a day that is still to come".to_owned()));
    } else if age(born, today).is_some_and(|age| age > OLDEST) {
        let zh = format!("比 {OLDEST} 岁还大，像是写错了");
        cell.doubt(said_by, (zh, format!("older than {OLDEST}: it looks like a slip")));
    }
    let since = cell.take(Field::Since, cells::day);
    if since.is_some_and(|since| since > today) {
        let zh = "还没到的日期；到那天再导入";
        cell.doubt(Field::Since, (zh.to_owned(), "a day that is still to come: import it then".to_owned()));
    }
    let categories = cell.take(Field::Categories, cells::categories);
    if let Some((zh, en)) = too_old(&categories, born, today) {
        cell.doubt(Field::Categories, (zh, en));
    }
    let sex = cell.take(Field::Sex, cells::sex);
    let sex = id_number.as_deref().and_then(id_number::sex).or(sex).map(str::to_owned);
    let (carer, number) = cell.take(Field::Carer, cells::carer);
    let carer_phone = cell.take(Field::CarerPhone, cells::telephone).or(number);
    let row = Row {
        line: line.number,
        village: village.unwrap_or(AreaCode(0)),
        group: cell.take(Field::Group, group),
        head,
        relation,
        name: name.unwrap_or_default(),
        id_number,
        local_number: cell.take(Field::LocalNumber, cells::local_number),
        sex,
        born,
        age_said: cell.take(Field::AgeSaid, cells::age_said).filter(|_| born.is_none()),
        categories: categories.into_iter().map(str::to_owned).collect(),
        since,
        phone: cell.take(Field::Phone, cells::telephone),
        carer,
        carer_phone,
        address: cell.take(Field::Address, |cell| cells::words(cell, LONG)),
        cells: places_of(columns, line.number),
    };
    if cell.doubts.is_empty() { Ok(row) } else { Err(cell.wrong()) }
}

fn places_of(columns: &Columns, line: u32) -> Cells {
    let at = |field| columns.place(field, line);
    Cells {
        village: at(Field::Village),
        head: at(Field::Head),
        name: at(Field::Name),
        id_number: at(Field::IdNumber),
        local_number: at(Field::LocalNumber),
        group: at(Field::Group),
        categories: at(Field::Categories),
    }
}

/// 与户主关系 of the head.
pub(super) const HEAD: &str = "户主";

fn own_head(relation: String) -> String {
    if matches!(relation.as_str(), "本人" | "户主本人" | "户主") { HEAD.to_owned() } else { relation }
}

/// 小组, which may be a bare number.
fn group(cell: &super::table::Cell) -> Result<Option<String>, cells::Reason> {
    let words = cells::words(cell, SHORT)?;
    Ok(words.map(|words| {
        let words = cells::narrow(&words);
        let number = words.bytes().all(|byte| byte.is_ascii_digit());
        if number { format!("{words}组") } else { words }
    }))
}

/// Whoever is grown is in no child's category.
pub(super) fn too_old(codes: &[impl AsRef<str>], born: Option<Day>, today: Day) -> Option<cells::Reason> {
    let age = age(born, today)?;
    let child =
        codes.iter().filter_map(|code| Category::from_code(code.as_ref())).find(|one| one.is_child())?;
    (age >= 18).then(|| {
        (format!("已满 {age} 岁，不能是{}", child.zh()), format!("{age} years old, and no {}", child.en()))
    })
}

/// Whole years on a day.
pub(super) fn age(born: Option<Day>, today: Day) -> Option<i32> {
    let nobody = Person::read(super::known::nobody(), &Head::default());
    Person { born, ..nobody }.age_on(today)
}
