//! What the rows of a register come to beside the people whom the county has: who is new, what would change, what
//! is wrong. Nothing is written, and nothing is guessed.

use super::Doubt;
use super::Wrong;
use super::differs::{categories, fields, text};
use super::field::Field;
use super::homes::{ambiguous, heads_of, key_of, own_number};
use super::known::{self, Held, HomeKey, Known};
use super::people::{HEAD, Row, too_old};
use crate::person::number;
use domain::catalogue::keys;
use domain::ids::{AreaCode, RecordId};
use domain::log::Vector;
use domain::reference::Reference;
use domain::time::Day;
use domain::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Which household somebody belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Home {
    /// None is known.
    Nowhere,
    /// One of the register.
    Known(RecordId),
    /// One that is made with its first row; by its head's ID number, where several heads there are called so.
    New(HomeKey, Option<String>),
}

/// Somebody who is not in the register.
#[derive(Debug, Clone)]
pub(super) struct New {
    pub row: Row,
    pub home: Home,
}

/// One field of somebody, as it is and as the file has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// The key of the record's field.
    pub key: String,
    /// Whether it is the household's.
    pub of_home: bool,
    /// As it stands; filled in by [`super::write::details`] where it is contested.
    pub old: String,
    /// As the file has it.
    pub new: String,
    /// Written, unless the household has to be made first.
    pub value: Option<Value>,
}

/// Somebody of the register of whom the file says something else.
#[derive(Debug, Clone)]
pub(super) struct Changed {
    pub row: Row,
    pub person: RecordId,
    pub name: String,
    pub minor: bool,
    /// What was seen of the person's record.
    pub seen: Vector,
    /// Their household as it is, and what was seen of it.
    pub household: Option<(RecordId, Vector)>,
    /// Where they belong from now on, when that changes.
    pub home: Option<Home>,
    pub differences: Vec<Difference>,
}

/// What a file comes to.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    pub new: Vec<New>,
    pub unchanged: usize,
    pub changed: Vec<Changed>,
    pub wrong: Vec<Wrong>,
}

/// Holds rows against the register; rows elsewhere than in `scope` are wrong. O(rows × log people).
pub(super) fn plan(known: &Known, reference: &Reference, rows: &[Row], scope: AreaCode, today: Day) -> Plan {
    let ambiguous = ambiguous(known, rows);
    let mut planner = Planner {
        known,
        reference,
        scope,
        today,
        ambiguous,
        heads: heads_of(rows),
        ids: BTreeMap::new(),
        names: BTreeMap::new(),
        met: BTreeMap::new(),
        renamed: BTreeMap::new(),
        regrouped: BTreeMap::new(),
        directed: BTreeSet::new(),
        plan: Plan::default(),
    };
    // Heads first: what a household is called is theirs to say.
    let (heads, others): (Vec<&Row>, Vec<&Row>) =
        rows.iter().partition(|row| row.relation.as_deref() == Some(HEAD));
    for row in heads.into_iter().chain(others) {
        if let Err(doubts) = planner.one(row) {
            planner.plan.wrong.push(Wrong { line: row.line, doubts });
        }
    }
    let mut plan = planner.plan;
    plan.new.sort_by_key(|one| one.row.line);
    plan.changed.sort_by_key(|one| one.row.line);
    plan.wrong.sort_by_key(|one| one.line);
    plan
}

/// 村, 姓名, 户主, 小组.
type Called = (AreaCode, String, Option<String>, Option<String>);

struct Planner<'a> {
    known: &'a Known,
    reference: &'a Reference,
    scope: AreaCode,
    today: Day,
    ambiguous: BTreeSet<HomeKey>,
    /// In which groups the file has a head of this name.
    heads: BTreeMap<(AreaCode, String), BTreeSet<String>>,
    /// Lines of the file by what they say of who it is.
    ids: BTreeMap<String, (u32, String)>,
    names: BTreeMap<Called, (u32, bool)>,
    met: BTreeMap<RecordId, u32>,
    renamed: BTreeMap<RecordId, String>,
    regrouped: BTreeMap<RecordId, String>,
    directed: BTreeSet<RecordId>,
    plan: Plan,
}

fn doubt(cell: &str, field: Field, zh: impl Into<String>, en: impl Into<String>) -> Vec<Doubt> {
    vec![Doubt { cell: cell.to_owned(), field: Some(field), zh: zh.into(), en: en.into() }]
}

impl Planner<'_> {
    fn one(&mut self, row: &Row) -> Result<(), Vec<Doubt>> {
        let cells = &row.cells;
        if !self.reference.areas.within(row.village, self.scope) {
            let here = self.reference.areas.name(self.scope);
            let (zh, en) =
                (format!("不在{here}，这里不能导入"), format!("not in {here}: it cannot be imported here"));
            return Err(doubt(&cells.village, Field::Village, zh, en));
        }
        self.once(row)?;
        let Some(held) = self.who(row)? else {
            let home = self.home(row)?;
            self.plan.new.push(New { row: row.clone(), home });
            return Ok(());
        };
        // Of whom lives in another township nothing more is told here.
        self.lives_here(row, &held)?;
        if let Some((day, died)) = held.gone {
            let (zh, en) = if died { ("去世", "died") } else { ("迁出", "left") };
            let zh = format!("县里已记为 {day} {zh}，没有再登记");
            return Err(doubt(&cells.name, Field::Name, zh, format!("the register says: {en} on {day}")));
        }
        if let Some(line) = self.met.insert(held.id, row.line) {
            return Err(twice(&cells.name, Field::Name, line));
        }
        self.beside(row, &held)
    }

    /// That the file says everybody once.
    fn once(&mut self, row: &Row) -> Result<(), Vec<Doubt>> {
        if let Some(number) = &row.id_number
            && let Some((line, name)) = self.ids.insert(number.clone(), (row.line, row.name.clone()))
        {
            let cell = &row.cells.id_number;
            if name == row.name {
                return Err(twice(cell, Field::IdNumber, line));
            }
            let zh = format!("身份证号与第 {line} 行相同，姓名却不同；请看哪一行写错了");
            let en = format!("the ID number of row {line}, and another name: see which is wrong");
            return Err(doubt(cell, Field::IdNumber, zh, en));
        }
        let key = (row.village, row.name.clone(), row.head.clone(), row.group.clone());
        let numbered = row.id_number.is_some() || row.local_number.is_some();
        match self.names.insert(key, (row.line, numbered)) {
            Some((line, before)) if !(before && numbered) => {
                let zh = format!("与第 {line} 行是同一家的同名人，分不清；请填身份证号");
                let en = format!("of one name and household with row {line}: give the ID number");
                Err(doubt(&row.cells.name, Field::Name, zh, en))
            }
            _ => Ok(()),
        }
    }

    /// Whom a row means: by ID number, else by the county's number, else by village, head and name.
    fn who(&self, row: &Row) -> Result<Option<Held>, Vec<Doubt>> {
        let cells = &row.cells;
        let of_id = row.id_number.as_deref().map(|number| self.known.of_id(number));
        let of_local = row.local_number.as_deref().map(|number| self.known.of_local(number));
        for (found, field, cell) in
            [(of_id, Field::IdNumber, &cells.id_number), (of_local, Field::LocalNumber, &cells.local_number)]
        {
            match found.unwrap_or_default().as_slice() {
                [] => {}
                [one] => return Ok(Some((*one).clone())),
                several => {
                    let zh = format!("名册里有 {} 个人是这个号码，请先核对", several.len());
                    return Err(doubt(
                        cell,
                        field,
                        zh,
                        "several of the register have this number: look at them first",
                    ));
                }
            }
        }
        let numbered = row.id_number.is_some() || row.local_number.is_some();
        let head = Some(row.head.as_deref().unwrap_or_default());
        let mut found = self.known.of_name(row.village, &row.name, head, row.group.as_deref());
        // Of two ID numbers each is somebody else's.
        found.retain(|one| row.id_number.is_none() || one.id_number.is_none());
        match found.as_slice() {
            [one] => Ok(Some((*one).clone())),
            [] if !numbered
                && row.head.is_none()
                && !self.known.of_name(row.village, &row.name, None, None).is_empty() =>
            {
                let zh = "名册里这个村有同名的人；请填户主或身份证号";
                Err(doubt(
                    &cells.name,
                    Field::Name,
                    zh,
                    "the village has a namesake: give the head or the ID number",
                ))
            }
            [] => Ok(None),
            _ => {
                let zh = "名册里这个村有几个同名的人，分不清；请填身份证号或县内编号";
                Err(doubt(&cells.name, Field::Name, zh, "the village has several namesakes: give a number"))
            }
        }
    }

    /// The household of a row that is new there.
    fn home(&self, row: &Row) -> Result<Home, Vec<Doubt>> {
        let Some(mut key) = key_of(row) else { return Ok(Home::Nowhere) };
        let (zh, en) = (
            "同村同组有两户户主同名，分不清是哪一户；请在“小组”里写清，或先在服务对象里登记",
            "two households there have heads of this name: say which by the group, or enter the person by hand",
        );
        if row.group.is_none() && row.relation.as_deref() != Some(HEAD) {
            let groups = self.groups_of(row.village, &key.2);
            match groups.iter().collect::<Vec<_>>().as_slice() {
                [] => {}
                [one] => key.1.clone_from(one),
                _ => return Err(doubt(&row.cells.head, Field::Head, zh, en)),
            }
        }
        // A head who has a number of their own has a home of their own.
        let own = |key| own_number(row).map(|number| Home::New(key, Some(number.to_owned())));
        if self.ambiguous.contains(&key) {
            return own(key).ok_or_else(|| doubt(&row.cells.head, Field::Head, zh, en));
        }
        let group = Some(key.1.as_str()).filter(|group| !group.is_empty());
        match self.known.homes_at(row.village, group, &key.2).as_slice() {
            [] => Ok(Home::New(key, None)),
            [one] => Ok(Home::Known(*one)),
            _ => own(key).ok_or_else(|| doubt(&row.cells.head, Field::Head, zh, en)),
        }
    }

    /// The groups in which somebody of this name is a head, in the file and in the register.
    fn groups_of(&self, village: AreaCode, head: &str) -> BTreeSet<String> {
        let there = self.known.homes_at(village, None, head);
        let known = there.iter().filter_map(|id| self.known.homes.get(id)).map(|home| home.group.clone());
        self.heads.get(&(village, head.to_owned())).into_iter().flatten().cloned().chain(known).collect()
    }

    /// What a row says otherwise of somebody whom the register has.
    fn beside(&mut self, row: &Row, held: &Held) -> Result<(), Vec<Doubt>> {
        if let Some(reason) = too_old(&row.categories, held.born, self.today) {
            return Err(doubt(&row.cells.categories, Field::Categories, reason.0, reason.1));
        }
        let mut differences = fields(row, held);
        differences.extend(categories(row, held, self.today));
        let home = self.place(row, held, &mut differences)?;
        if differences.is_empty() {
            self.plan.unchanged += 1;
            return Ok(());
        }
        self.plan.changed.push(Changed {
            row: row.clone(),
            person: held.id,
            name: held.name.clone(),
            minor: held.minor,
            seen: held.seen.clone(),
            household: held.household.zip(self.known.home_of(held).map(|home| home.seen.clone())),
            home,
            differences,
        });
        Ok(())
    }

    /// What a row says of where somebody lives.
    fn place(
        &mut self,
        row: &Row,
        held: &Held,
        out: &mut Vec<Difference>,
    ) -> Result<Option<Home>, Vec<Doubt>> {
        if !held.villages.contains(&row.village) || held.villages.len() > 1 {
            return self.moved(row, held, out).map(Some);
        }
        let known = self.known;
        let home = held.household.zip(known.home_of(held));
        let Some(head) = row.head.clone() else {
            match home {
                Some((id, home)) => self.of_home(row, id, home, out)?,
                None if row.group.is_some() && row.group != held.group => {
                    let group = row.group.as_deref().unwrap_or_default();
                    out.push(text(keys::GROUP, held.group.as_deref(), group));
                }
                None => {}
            }
            return Ok(None);
        };
        if let Some((id, home)) = home {
            let heads_own = row.relation.as_deref() == Some(HEAD) && held.name == home.head;
            let called = self.renamed.get(&id).unwrap_or(&home.head).clone();
            if called != head && heads_own && !self.renamed.contains_key(&id) {
                self.renamed.insert(id, head.clone());
                out.push(Difference { of_home: true, ..text(keys::NAME, Some(&home.head), &head) });
            } else if called != head {
                return self.changes_home(row, held, out).map(Some);
            }
            self.of_home(row, id, home, out)?;
            return Ok(None);
        }
        self.changes_home(row, held, out).map(Some)
    }

    fn changes_home(&self, row: &Row, held: &Held, out: &mut Vec<Difference>) -> Result<Home, Vec<Doubt>> {
        let home = self.home(row)?;
        let old = self.known.home_of(held).map(|home| home.head.as_str());
        let new = row.head.clone().unwrap_or_default();
        let value = match &home {
            Home::Known(id) => Some(Value::from(id.to_string())),
            Home::Nowhere | Home::New(..) => None,
        };
        let told = match &home {
            Home::New(..) => format!("新的一户（户主 {new}）"),
            Home::Known(_) if old == Some(&new) => format!("另一户（户主也叫 {new}）"),
            Home::Known(_) | Home::Nowhere => new,
        };
        out.push(Difference { value, ..text(keys::HOUSEHOLD, old, &told) });
        Ok(home)
    }

    /// A household is in another group; the first row of it says so for all.
    fn regroup(
        &mut self,
        row: &Row,
        id: RecordId,
        group: &str,
        out: &mut Vec<Difference>,
    ) -> Result<(), Vec<Doubt>> {
        let was = self.known.homes.get(&id).map(|home| home.group.as_str());
        match self.regrouped.get(&id) {
            Some(given) if given == group => {}
            Some(given) => {
                let zh = format!("同一户前面写的是“{given}”");
                return Err(doubt(
                    &row.cells.group,
                    Field::Group,
                    zh,
                    "another row of the household says otherwise",
                ));
            }
            None => {
                self.regrouped.insert(id, group.to_owned());
                out.push(Difference { of_home: true, ..text(keys::GROUP, was, group) });
            }
        }
        Ok(())
    }

    /// What a row says otherwise of the household as a whole. How to find the house is for its first row to say.
    fn of_home(
        &mut self,
        row: &Row,
        id: RecordId,
        home: &known::Home,
        out: &mut Vec<Difference>,
    ) -> Result<(), Vec<Doubt>> {
        if let Some(group) = row.group.as_ref().filter(|group| **group != home.group) {
            self.regroup(row, id, group, out)?;
        }
        let stands = home.directions.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(address) = &row.address
            && self.directed.insert(id)
            && *address != stands
        {
            out.push(Difference { of_home: true, ..text(keys::DIRECTIONS, Some(&stands), address) });
        }
        Ok(())
    }

    /// Whether somebody whom the register has belongs to where this file is imported.
    fn lives_here(&self, row: &Row, held: &Held) -> Result<(), Vec<Doubt>> {
        let areas = &self.reference.areas;
        let Some(was) = held
            .villages
            .first()
            .filter(|_| !held.villages.iter().any(|village| areas.within(*village, self.scope)))
        else {
            return Ok(());
        };
        let township = areas.ancestors(*was).nth(1).map(|above| areas.name(above)).unwrap_or_default();
        let zh = format!("县里已有这个人，登记在{township}；是不是搬来的，请与县里联系");
        let en = "the county has the person in another township: ask the county about the move";
        Err(doubt(&row.cells.village, Field::Village, zh, en))
    }

    /// Somebody lives in another village than the register says: from today on, so that the past stays.
    fn moved(&self, row: &Row, held: &Held, out: &mut Vec<Difference>) -> Result<Home, Vec<Doubt>> {
        let areas = &self.reference.areas;
        let refused = |zh: String, en: &str| Err(doubt(&row.cells.village, Field::Village, zh, en));
        let was = match held.villages.as_slice() {
            [] => None,
            [one] => Some(*one),
            _ => {
                return refused(
                    "住在哪个村填写不一致，请先在待处理里决定".to_owned(),
                    "where they live is contested: settle that first",
                );
            }
        };
        if held.moved.is_some_and(|day| day >= self.today) {
            return refused(
                "今天或以后已经写了一次搬村".to_owned(),
                "a move of today or later is written already",
            );
        }
        let name = |code: AreaCode| areas.name(code);
        out.push(Difference {
            key: keys::VILLAGE.to_owned(),
            of_home: false,
            old: was.map(name).unwrap_or_default(),
            new: name(row.village),
            value: Some(number(row.village)),
        });
        if let Some(was) = was {
            let key = format!("{}{}", keys::MOVED, self.today);
            let (old, new) = (String::new(), name(was));
            out.push(Difference { key, of_home: false, old, new, value: Some(number(was)) });
        }
        self.changes_home(row, held, out)
    }
}

fn twice(cell: &str, field: Field, line: u32) -> Vec<Doubt> {
    let (zh, en) = (format!("与第 {line} 行是同一个人"), format!("the same person as row {line}"));
    doubt(cell, field, zh, en)
}
