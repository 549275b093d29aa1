//! 表: forms filled in as a worker would, through the very session that a phone uses, so that whatever a
//! form asks is answered and its verdict is clean.

use super::dice::Dice;
use super::people::Resident;
use domain::canonical::Hash;
use domain::problem::Problem;
use domain::time::{Day, UnixMs};
use domain::value::Value;
use domain::visit::Way;
use forms::def::{FormDef, Kind, Node};
use forms::form::Form;
use forms::session::{Answers, Context, LastVisit, Session, unchanged_runs};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A form, ready to be filled in.
#[derive(Debug, Clone)]
struct Sheet {
    form: Arc<Form>,
    questions: Vec<Question>,
    /// Sections in which 没变化 may be said.
    compared: Vec<String>,
    /// The place in `questions` of the one that takes the note: the last free text that is always asked.
    note: Option<usize>,
}

#[derive(Debug, Clone)]
struct Question {
    path: String,
    name: String,
    kind: Kind,
    codes: Vec<String>,
    required: bool,
    limit: usize,
}

/// The forms in use, if any: one for children, one for everybody else.
#[derive(Debug, Clone, Default)]
pub struct Sheets {
    child: Option<Sheet>,
    other: Option<Sheet>,
}

/// A filled-in form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    /// Which version of which form.
    pub form: Hash,
    /// Row, origins, given and concerns, as the session gave them.
    pub answers: Answers,
}

/// What somebody was asked in.
#[derive(Debug)]
pub(super) struct Asked<'a> {
    pub resident: &'a Resident,
    pub day: Day,
    pub now_ms: UnixMs,
    pub way: Way,
    pub note: &'a str,
}

/// What is kept of the last visits to a person, for "和上次比".
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    form: Option<Hash>,
    last: Option<LastVisit>,
    /// Origins of the last visits, newest first.
    origins: Vec<String>,
}

impl Sheets {
    /// Forms from their JSON: the child's, and the one for everybody else.
    ///
    /// # Errors
    /// What is wrong with a form, as [`Form::parse`].
    pub fn new(child: &str, other: &str) -> Result<Self, Vec<Problem>> {
        Ok(Self { child: Some(Sheet::new(child)?), other: Some(Sheet::new(other)?) })
    }

    /// The forms of the library.
    ///
    /// # Errors
    /// As [`Sheets::new`].
    pub fn library() -> Result<Self, Vec<Problem>> {
        Self::new(forms::library::CHILD_VISIT, forms::library::ELDER_VISIT)
    }

    /// The forms themselves, for whoever publishes them.
    pub fn forms(&self) -> impl Iterator<Item = &Arc<Form>> {
        [&self.child, &self.other].into_iter().flatten().map(|sheet| &sheet.form)
    }

    /// Fills in the person's form; `None` when there is none, or it cannot be finished.
    pub(super) fn fill(&self, asked: &Asked<'_>, memory: &mut Memory, dice: &mut Dice) -> Option<Filled> {
        let child = asked.resident.person.is_minor_on(asked.day);
        let sheet = if child { self.child.as_ref()? } else { self.other.as_ref()? };
        sheet.fill(asked, memory, dice)
    }
}

impl Sheet {
    fn new(json: &str) -> Result<Self, Vec<Problem>> {
        let form = Form::parse(json)?;
        let mut questions = Vec::new();
        list(form.def(), &form.def().root, "", &mut questions);
        let compared = form.def().root.iter().filter(|node| node.compare_with_last);
        let compared = compared.map(|node| node.name.clone()).collect();
        let free =
            |question: &Question| question.kind == Kind::Text && question.limit >= super::notes::LENGTH_MAX;
        let note = questions.iter().rposition(free);
        Ok(Self { form: Arc::new(form), questions, compared, note })
    }

    fn fill(&self, asked: &Asked<'_>, memory: &mut Memory, dice: &mut Dice) -> Option<Filled> {
        if memory.form != Some(self.form.hash()) {
            // Somebody came of age: the other form begins without a past.
            *memory = Memory::default();
        }
        let mut context = Context::new(asked.now_ms);
        context.today = asked.day;
        context.outside = facts(asked);
        context.last.clone_from(&memory.last);
        context.unchanged_runs = unchanged_runs(&self.form, memory.origins.iter().map(String::as_str));
        let mut session = Session::open(Arc::clone(&self.form), context, None);
        for section in &self.compared {
            if dice.chance(450) {
                // Refused when there is no last visit, or too often running: then everything is asked.
                let _refused = session.unchanged(section);
            }
        }
        for (at, question) in self.questions.iter().enumerate() {
            let asks =
                session.state(&question.path).is_some_and(|state| state.relevant && state.value.is_null());
            if !asks {
                continue;
            }
            if self.note == Some(at) {
                let _refused = session.answer(&question.path, Value::text(asked.note));
                continue;
            }
            // A constraint may refuse what the dice say; a few throws always find what it takes.
            for throw in 0..6 {
                let last = memory.last.as_ref().and_then(|last| last.answers.get(&question.path));
                let last = last.filter(|last| throw == 0 && question.lasts(last));
                let answer = match last.filter(|_| dice.chance(750)) {
                    Some(last) => Some(last.clone()),
                    None => question.answer(asked, throw, dice),
                };
                let Some(answer) = answer else { break };
                if session.answer(&question.path, answer).is_ok() {
                    break;
                }
            }
        }
        let answers = session.finish().ok()?;
        memory.form = Some(self.form.hash());
        memory.last = Some(LastVisit { day: asked.day, answers: self.form.by_path(&answers.row) });
        memory.origins.insert(0, answers.origins.clone());
        memory.origins.truncate(4);
        Some(Filled { form: self.form.hash(), answers })
    }
}

/// The questions of a form, in the order of the screen.
fn list(def: &FormDef, nodes: &[Node], above: &str, questions: &mut Vec<Question>) {
    for node in nodes {
        let path = if above.is_empty() { node.name.clone() } else { format!("{above}/{}", node.name) };
        if node.kind.has_value() && node.kind != Kind::Calculate {
            let choices = node.list.as_ref().and_then(|name| def.lists.get(name));
            questions.push(Question {
                path: path.clone(),
                name: node.name.clone(),
                kind: node.kind,
                codes: choices.into_iter().flatten().map(|choice| choice.code.clone()).collect(),
                required: node.required.is_some(),
                limit: usize::try_from(node.max_length.unwrap_or(forms::def::TEXT_MAX_DEFAULT)).unwrap_or(0),
            });
        }
        list(def, &node.nodes, &path, questions);
    }
}

/// What a form may read of the person.
fn facts(asked: &Asked<'_>) -> BTreeMap<String, Value> {
    let person = &asked.resident.person;
    let age = person.age_on(asked.day).map(i64::from);
    let known = [("subject/age", age.map(Value::Int)), ("subject/sex", person.sex.clone().map(Value::Text))];
    known.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

/// Answers that would make an emergency; a synthetic county has none.
const NEVER: &[(&str, &str)] = &[
    ("event", "beaten"),
    ("mind_what", "despair"),
    ("hurt", "yes"),
    ("hurt", "unsure"),
    ("carer", "nobody"),
];

impl Question {
    /// A likely answer; `None` to leave the question open.
    fn answer(&self, asked: &Asked<'_>, throw: i32, dice: &mut Dice) -> Option<Value> {
        match self.kind {
            Kind::SelectOne => self.choice(asked, dice).map(Value::text),
            Kind::SelectMultiple => Some(Value::List(self.choices(throw, dice))),
            Kind::Integer => Some(Value::Int(i64::from(dice.between(0, 4)))),
            Kind::Decimal => Some(Value::Text(format!("{}.5", dice.between(0, 4)))),
            Kind::Date => Some(Value::Text(asked.day.plus(-dice.between(1, 60)).to_string())),
            Kind::Text if self.required || dice.chance(600) => {
                let words = ["还是老样子", "比上个月重一些", "已经跟家里人说了", "想请乡上来看看"];
                Some(Value::text(dice.pick(&words)))
            }
            _ => None,
        }
    }

    /// Whether an answer is likely to be the same next time: not what happened, nor what nobody could tell.
    fn lasts(&self, answer: &Value) -> bool {
        self.name != "event" && answer.as_text() != Some("unsure")
    }

    /// One code: what the register knows, else mostly the first, which in a list of grades is the good one.
    fn choice(&self, asked: &Asked<'_>, dice: &mut Dice) -> Option<String> {
        let offered = |code: &str| self.codes.iter().any(|one| one == code);
        if let Some(code) = self.known(asked, dice).filter(|code| offered(code)) {
            return Some(code.to_owned());
        }
        if matches!(asked.way, Way::Phone | Way::Video) && offered("unsure") && self.name != "hurt" {
            return Some("unsure".to_owned());
        }
        let weights = [905, 85, 7, 2, 1];
        let codes = self.codes.iter().filter(|code| !self.never(code));
        let weighted: Vec<(u32, &str)> = codes
            .zip(weights.iter().chain(std::iter::repeat(&1)))
            .map(|(code, weight)| (*weight, code.as_str()))
            .collect();
        Some(dice.weighted(&weighted)).filter(|code| !code.is_empty()).map(str::to_owned)
    }

    /// Mostly none of it; else one or two.
    fn choices(&self, throw: i32, dice: &mut Dice) -> Vec<String> {
        let none = self.codes.iter().find(|code| *code == "none");
        if let Some(none) = none.filter(|_| throw > 2 || dice.chance(955)) {
            return vec![none.clone()];
        }
        let some: Vec<&str> = self
            .codes
            .iter()
            .map(String::as_str)
            .filter(|code| *code != "none" && !self.never(code))
            .collect();
        let many = dice.weighted(&[(70, 1), (30, 2)]);
        let mut chosen: Vec<_> = (0..many).map(|_| dice.pick(&some).to_owned()).collect();
        chosen.sort_unstable();
        chosen.dedup();
        chosen
    }

    fn never(&self, code: &str) -> bool {
        NEVER.iter().any(|(name, never)| *name == self.name && *never == code)
    }

    /// What the register says already.
    fn known(&self, asked: &Asked<'_>, dice: &mut Dice) -> Option<&'static str> {
        let resident = asked.resident;
        let left_behind = resident.person.categories_on(asked.day).any(|code| code == "LSET");
        Some(match self.name.as_str() {
            "schooling" => match resident.person.age_on(asked.day)? {
                ..3 => "small",
                3..6 => "preschool",
                6..13 => "primary",
                13..16 => "middle",
                _ => "high",
            },
            "boards" if resident.school.as_ref().is_some_and(|school| school.boards) => "yes",
            "boards" => "no",
            "carer" if left_behind => "grandparents",
            "guardianship" if left_behind => "grandparents",
            "away" if left_behind => dice.weighted(&[(3, "both"), (1, "one")]),
            "aid" => dice.weighted(&[(970, "all"), (15, "missing"), (15, "unsure")]),
            "medicine" => dice.weighted(&[(780, "yes"), (25, "no"), (195, "none")]),
            "come_home" => dice.weighted(&[(1, "month"), (3, "half"), (6, "year")]),
            _ => return None,
        })
    }
}
