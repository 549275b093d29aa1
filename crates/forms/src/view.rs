//! What the screen shows of a session, in its language. The screen holds no rule of its own.

use crate::answer::in_words;
use crate::def::Kind;
use crate::evaluate::NULL;
use crate::form::{Form, Item};
use crate::path::ItemId;
use crate::session::{QuestionState, Session};
use domain::problem::Problem;
use domain::time::Day;
use domain::value::{Origin, Value};
use serde::Serialize;

/// One page: a section, or questions that stand in none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct PageView {
    /// The section's path; empty for questions that stand in none.
    pub section: String,
    /// The section's name.
    pub label: String,
    /// Whether the page applies now.
    pub relevant: bool,
    /// Whether it is a matter of safety, to be looked at every time.
    pub safety: bool,
    /// 和上次比, if the section has it and there was a last visit.
    pub compare: Option<CompareView>,
    /// How many of `total` are answered.
    pub answered: usize,
    /// How many questions of the page have to be answered now.
    pub total: usize,
    /// Groups and questions in order, those included that do not apply now.
    pub questions: Vec<QuestionView>,
}

/// 和上次（10月21日）比：没变化 ｜ 有变化.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct CompareView {
    /// When the last visit was.
    pub last_day: Day,
    /// Whether 没变化 is offered.
    pub offered: bool,
    /// Why it is not, in a sentence.
    pub why_not: Option<String>,
    /// Whether 没变化 was said in this visit.
    pub said: bool,
}

/// One choice as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct ChoiceView {
    /// What is answered.
    pub code: String,
    /// What is shown.
    pub label: String,
}

/// One group or question as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct QuestionView {
    /// Its path, under which it is answered.
    pub path: String,
    /// What it is; a group is a heading over what is deeper.
    pub kind: Kind,
    /// How deep it stands in the page, from 0.
    pub depth: usize,
    /// What it asks.
    pub label: String,
    /// More words, shown smaller.
    pub hint: String,
    /// The choices, in order.
    pub choices: Vec<ChoiceView>,
    /// The answer.
    pub value: Value,
    /// Where the answer came from.
    pub origin: Origin,
    /// The answer at the last visit.
    pub last: Value,
    /// That answer in words.
    pub last_words: String,
    /// Whether it applies now.
    pub relevant: bool,
    /// Whether it must be answered.
    pub required: bool,
    /// Whether the form works it out, so that it is only shown.
    pub worked_out: bool,
    /// The longest text, in characters.
    pub max_length: Option<usize>,
    /// What is wrong with the answer, in a sentence.
    pub problem: Option<String>,
}

/// What a question takes, apart from any answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "export", derive(ts_rs::TS))]
pub struct TakesView {
    /// What it is.
    pub kind: Kind,
    /// The choices, in order.
    pub choices: Vec<ChoiceView>,
    /// The longest text, in characters.
    pub max_length: Option<usize>,
}

impl Form {
    /// What a question takes; `None` when nobody answers it, or the form has no such question.
    pub fn takes(&self, path: &str, language: &str) -> Option<TakesView> {
        let item = self.fields().find(|item| item.path == path && item.is_answered())?;
        Some(TakesView {
            kind: item.kind,
            choices: choices(item, language),
            max_length: (item.kind == Kind::Text).then_some(item.max_length),
        })
    }
}

fn choices(item: &Item, language: &str) -> Vec<ChoiceView> {
    let choice = |choice: &crate::def::Choice| ChoiceView {
        code: choice.code.clone(),
        label: choice.label.in_language(language).to_owned(),
    };
    item.choices.iter().map(choice).collect()
}

/// A problem in the language of the session.
pub fn sentence(problem: &Problem, language: &str) -> String {
    if language == "zh" { problem.zh() } else { problem.en() }
}

impl Session {
    /// All pages. Linear in the form.
    pub fn pages(&self) -> Vec<PageView> {
        let mut pages: Vec<(Option<ItemId>, PageView)> = Vec::new();
        for (index, item) in self.form.items.iter().enumerate() {
            let id = ItemId(index);
            if pages.last().is_none_or(|(section, _)| *section != item.section) {
                pages.push((item.section, self.page(item.section)));
            }
            let shown = item.section != Some(id) && item.kind != Kind::Calculate;
            if let (true, Some((_, page)), Some(state)) = (shown, pages.last_mut(), self.state_of(id)) {
                let counts = item.is_answered() && state.relevant && state.required;
                page.total += usize::from(counts);
                page.answered += usize::from(counts && !state.value.is_null() && state.problem.is_none());
                page.questions.push(self.question(item, state));
            }
        }
        pages.into_iter().map(|(_, page)| page).collect()
    }

    fn page(&self, section: Option<ItemId>) -> PageView {
        let item = section.and_then(|id| self.form.item(id));
        PageView {
            section: item.map(|item| item.path.clone()).unwrap_or_default(),
            label: item.map(|item| self.facts().words(&item.label, self.language())).unwrap_or_default(),
            relevant: section.is_none_or(|id| self.is_relevant(id)),
            safety: item.is_some_and(|item| item.safety),
            compare: item.filter(|item| item.compare_with_last).and_then(|item| self.compare(item)),
            answered: 0,
            total: 0,
            questions: Vec::new(),
        }
    }

    fn compare(&self, section: &Item) -> Option<CompareView> {
        let last_day = self.context.last.as_ref()?.day;
        let refused = self.offer_unchanged(&section.path).err();
        let letters = self.form.fields().zip(&self.origins);
        let mut inside = letters.filter(|(item, _)| item.section == self.form.names.by_path(&section.path));
        Some(CompareView {
            last_day,
            offered: refused.is_none(),
            why_not: refused.map(|problem| sentence(&problem, self.language())),
            said: inside.any(|(_, origin)| *origin == Origin::ConfirmedUnchanged),
        })
    }

    fn question(&self, item: &Item, state: QuestionState) -> QuestionView {
        let (facts, language) = (self.facts(), self.language());
        let last = item.field.and_then(|field| self.last.get(field)).unwrap_or(&NULL);
        QuestionView {
            kind: item.kind,
            depth: self.depth(item),
            label: facts.words(&item.label, language),
            hint: facts.words(&item.hint, language),
            choices: choices(item, language),
            last_words: in_words(item, last, language),
            last: last.clone(),
            worked_out: item.calculation.is_some(),
            max_length: (item.kind == Kind::Text).then_some(item.max_length),
            problem: state.problem.map(|problem| sentence(&problem, language)),
            path: state.path,
            value: state.value,
            origin: state.origin,
            relevant: state.relevant,
            required: state.required,
        }
    }

    fn depth(&self, item: &Item) -> usize {
        let names = item.path.matches('/').count();
        names.saturating_sub(usize::from(item.section.is_some()))
    }
}
