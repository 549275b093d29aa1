//! The two forms of the library, filled in as a worker would.

use crate::check::{NOW, answer, list, sentences};
use domain::value::Value;
use forms::def::{FormDef, Kind, Node, Words};
use forms::form::Form;
use forms::library;
use forms::session::{Answers, Context, LastVisit, Session};
use forms::verdict::verdict;
use std::sync::Arc;

/// Taps of a worker: one an answer, one for 没变化 (which turns the page), one to turn any other page,
/// one to finish. Starting costs four more: the person, 开始走访, who was met, 上门.
struct Worker {
    session: Session,
    taps: usize,
}

const STARTING: usize = 4;

impl Worker {
    fn begins(form: &Arc<Form>, age: i64, last: Option<&Answers>) -> Self {
        let mut context = Context::new(NOW);
        context.outside.insert("subject/age".into(), Value::Int(age));
        context.last =
            last.map(|last| LastVisit { day: context.today.plus(-30), answers: form.by_path(&last.row) });
        Self { session: Session::open(Arc::clone(form), context, None), taps: STARTING }
    }

    /// Answers every question that must be answered, by the first choice, until nothing is missing.
    fn answers_the_first_of_everything(&mut self) {
        loop {
            let gaps = self.session.gaps();
            let Some(path) = gaps.first().map(|gap| gap.params["path"].clone()) else { break };
            let pages = self.session.pages();
            let question =
                pages.iter().flat_map(|page| &page.questions).find(|one| one.path == path).unwrap();
            let first = question.choices.first().unwrap().code.clone();
            let value = if question.kind == Kind::SelectMultiple { list(&[&first]) } else { first.into() };
            answer(&mut self.session, &[(&path, value)]);
            self.taps += 1;
        }
    }

    fn turns_pages(&mut self, pages: usize) {
        self.taps += pages;
    }

    fn finishes(mut self) -> (Answers, usize) {
        self.taps += 1;
        let answers = self.session.finish().unwrap_or_else(|gaps| panic!("{}", sentences(&gaps)));
        let told = verdict(self.session.form(), &answers.row, &answers.origins, &answers.given);
        assert_eq!(told, vec![]);
        (answers, self.taps)
    }
}

fn elder() -> Arc<Form> {
    Arc::new(library::elder_visit().unwrap_or_else(|problems| panic!("{}", sentences(&problems))))
}

fn child() -> Arc<Form> {
    Arc::new(library::child_visit().unwrap_or_else(|problems| panic!("{}", sentences(&problems))))
}

fn answered(answers: &Answers) -> usize {
    answers.row.iter().filter(|value| !value.is_null()).count()
}

#[test]
fn a_first_visit_takes_at_most_45_taps_and_a_routine_one_12() {
    for (form, age) in [(elder(), 78), (child(), 9)] {
        let mut first = Worker::begins(&form, age, None);
        let sections = first.session.pages().len();
        first.answers_the_first_of_everything();
        first.turns_pages(sections - 1);
        let (answers, taps) = first.finishes();
        assert!(taps <= 45, "{}: a first visit took {taps} taps", form.def().id);
        assert_eq!(answers.concerns, vec![], "nothing is wrong in this home");

        let mut routine = Worker::begins(&form, age, Some(&answers));
        let offered: Vec<_> = routine.session.pages();
        for page in offered.iter().filter(|page| page.compare.as_ref().is_some_and(|compare| compare.offered))
        {
            routine.session.unchanged(&page.section).unwrap();
            routine.taps += 1;
        }
        routine.answers_the_first_of_everything();
        let (again, taps) = routine.finishes();
        assert!(taps <= 12, "{}: a routine visit took {taps} taps", form.def().id);
        assert_eq!(answers.row, again.row);
        let safety: Vec<_> = form
            .field_order()
            .zip(again.origins.chars())
            .filter(|(path, letter)| path.starts_with("safety/") && *letter == 'c')
            .collect();
        assert_eq!(safety, vec![], "safety is asked every time");
    }
}

#[test]
fn a_usual_visit_to_an_elder_has_23_answers() {
    let mut worker = Worker::begins(&elder(), 78, None);
    worker.answers_the_first_of_everything();
    answer(
        &mut worker.session,
        &[("safety/words", "老人精神好，院坝里晒着包谷，说儿子腊月回来，水管上个月修好了。".into())],
    );
    assert_eq!(answered(&worker.finishes().0), 23);
}

#[test]
fn hazards_open_their_follow_ups_and_raise_concerns() {
    let mut worker = Worker::begins(&elder(), 78, None);
    answer(
        &mut worker.session,
        &[
            ("safety/electricity", "poor".into()),
            ("safety/hazard_what", list(&["socket", "wires"])),
            ("safety/hazard_words", "灶房".into()),
            ("living/help", list(&["escort"])),
            ("living/help_urgency", "now".into()),
            ("living/help_words", "下周三去县医院".into()),
        ],
    );
    worker.answers_the_first_of_everything();
    let (answers, _) = worker.finishes();
    let words: Vec<_> = answers.concerns.iter().map(|one| (one.kind.code(), one.words.as_str())).collect();
    assert_eq!(
        words,
        [
            ("care", "需要什么帮助：陪同看病、取药；下周三去县医院"),
            ("utilities", "用电：差；电线老化、私拉乱接、插座松动、超负荷"),
        ]
    );
}

#[test]
fn none_cannot_be_chosen_together_with_something() {
    let mut worker = Worker::begins(&elder(), 78, None);
    let told = worker.session.answer("living/help", list(&["none", "meals"])).unwrap_err();
    assert_eq!(told.zh(), "“需要什么帮助？”：选了“没有”就不能再选别的。填好的都还在。");
}

#[test]
fn the_law_speaks_up_for_small_children() {
    let note = |age: i64, path: &str, value: &str| {
        let mut worker = Worker::begins(&child(), age, None);
        answer(&mut worker.session, &[(path, value.into())]);
        let shown = |name: &str| worker.session.state(name).unwrap().relevant;
        (shown("safety/alone_note"), shown("care/lives_alone_note"), shown("safety/hurt_note"))
    };
    assert_eq!(note(7, "safety/alone", "sometimes"), (true, false, false));
    assert_eq!(note(8, "safety/alone", "often"), (false, false, false));
    assert_eq!(note(15, "care/carer", "nobody"), (false, true, false));
    assert_eq!(note(16, "care/carer", "nobody"), (false, false, false));
    assert_eq!(note(12, "safety/hurt", "yes"), (false, false, true));
}

#[test]
fn injuries_raise_no_concern_that_others_would_see() {
    let mut worker = Worker::begins(&child(), 9, None);
    answer(&mut worker.session, &[("safety/hurt", "yes".into())]);
    worker.answers_the_first_of_everything();
    assert_eq!(worker.finishes().0.concerns, vec![]);
}

#[test]
fn every_word_is_in_both_languages() {
    fn walk(nodes: &[Node], words: &mut Vec<Words>) {
        for node in nodes {
            words.extend([node.label.clone(), node.hint.clone(), node.constraint_message.clone()]);
            walk(&node.nodes, words);
        }
    }
    for json in library::ALL {
        let def = FormDef::parse(json).unwrap();
        let mut words = vec![def.title.clone()];
        words.extend(def.lists.values().flatten().map(|choice| choice.label.clone()));
        walk(&def.root, &mut words);
        for words in words.iter().filter(|words| !words.is_empty()) {
            let (zh, en) = (words.0.get("zh").unwrap(), words.0.get("en").unwrap());
            assert!(!zh.is_ascii() && en.is_ascii() && !en.is_empty(), "{zh} / {en}");
        }
    }
}

#[test]
fn every_list_is_used() {
    for json in library::ALL {
        let def = FormDef::parse(json).unwrap();
        let text = serde_json::to_string(&def.root).unwrap();
        for list in def.lists.keys() {
            assert!(text.contains(&format!("\"list\":\"{list}\"")), "{}: {list}", def.id);
        }
    }
}

#[test]
fn pages_say_how_far_one_is() {
    let mut worker = Worker::begins(&elder(), 78, None);
    answer(&mut worker.session, &[("safety/fire", "good".into()), ("safety/event", list(&["fall"]))]);
    let pages = worker.session.pages();
    let safety = pages.last().unwrap();
    assert_eq!((safety.label.as_str(), safety.answered, safety.total), ("安全和变故", 2, 4));
    assert!(safety.compare.is_none() && safety.safety);
    assert!(pages.first().unwrap().compare.is_none(), "there was no last visit");
}
