//! What holds for any text, any form and any sequence of answers.

use crate::check::{context, form_json, list, question};
use domain::value::{Origin, Value};
use forms::def::FormDef;
use forms::form::Form;
use forms::session::{Draft, LastVisit, Session};
use forms::verdict::verdict;
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::sync::Arc;

/// Questions of a random form: kind by number, and which earlier ones its expressions read.
type Recipe = Vec<(u8, u8, u8, u8)>;

const KINDS: [&str; 8] =
    ["select_one", "select_multiple", "integer", "decimal", "date", "text", "note", "calculate"];

/// A form of these questions, named q0, q1 …; each expression reads only earlier questions, and so the
/// form has no cycle. Every other question stands in a group of its own that may be hidden.
fn random_form(recipe: &Recipe) -> String {
    let read = |at: usize, which: u8| format!("${{q{}}}", usize::from(which) % at.max(1));
    let condition = |at: usize, how: u8, which: u8| {
        let one = read(at, which);
        match how % 7 {
            0 => format!("{one} = 'a'"),
            1 => format!("selected({one}, 'b')"),
            2 => format!("{one} > 2 or {one} < '2026-01-01'"),
            3 => format!("string-length({one}) > 1 and not({one} = 3)"),
            4 => format!("count-selected({one}) != 1"),
            5 => format!("coalesce({one}, outside('k')) != ''"),
            _ => format!("{one} <= last-answer('q0') or today() > {one}"),
        }
    };
    let mut nodes: Vec<Json> = Vec::new();
    for (at, (kind, how, which, flags)) in recipe.iter().enumerate() {
        let kind = KINDS[usize::from(*kind) % KINDS.len()];
        let mut more = json!({});
        if kind == "calculate" {
            let (one, two) = (read(at, *which), read(at, how.wrapping_add(1)));
            more["calculation"] = match at {
                0 => json!("1 + 1"),
                _ if how % 3 == 0 => json!(format!("{one} + {two}")),
                _ if how % 3 == 1 => json!(format!("if({one} = {two}, concat({one}, 'x'), {two})")),
                _ => json!(condition(at, *how, *which)),
            };
        } else if kind != "note" && flags & 2 != 0 && at > 0 {
            more["required"] = json!(condition(at, how.wrapping_add(3), *which));
        }
        if !matches!(kind, "note" | "calculate") && flags & 4 != 0 && at > 0 {
            more["constraint"] = json!(format!("{} or string-length(.) < 9", condition(at, *which, *how)));
        }
        if flags & 1 != 0 && at > 0 {
            more["relevant"] = json!(condition(at, *how, *which));
        }
        let node = question(kind, &format!("q{at}"), more);
        // The first stays at the top, where `last-answer` can name it.
        nodes.push(if flags & 8 == 0 || at == 0 {
            node
        } else {
            let mut more = json!({"nodes": [node], "compare_with_last": flags & 16 != 0});
            if flags & 32 != 0 {
                more["relevant"] = json!(condition(at, *which, *how));
            }
            question("group", &format!("g{at}"), more)
        });
    }
    form_json(&nodes)
}

fn any_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        prop::sample::select(vec!["a", "b", "c"]).prop_map(Value::text),
        prop::sample::subsequence(vec!["a", "b", "c"], 0..=3).prop_map(|codes| list(&codes)),
        (-3_i64..6).prop_map(Value::Int),
        prop::sample::select(vec![
            "2.5",
            "-1",
            "2026-11-23",
            "2025-02-28",
            "x",
            "李阿普在家",
            "a long text indeed"
        ])
        .prop_map(Value::text),
    ]
}

/// An answer that fits question `at` of this recipe.
fn suited(recipe: &Recipe, at: usize, which: u8) -> Value {
    let codes = ["a", "b", "c"];
    let few = usize::from(which % 3);
    match recipe.get(at).map(|(kind, ..)| KINDS[usize::from(*kind) % KINDS.len()]) {
        Some("select_one") => codes[few].into(),
        Some("select_multiple") => list(&codes[..=few]),
        Some("integer") => Value::Int(i64::from(which % 5)),
        Some("decimal") => Value::Text(format!("{}.5", which % 4)),
        Some("date") => Value::Text(format!("202{}-11-2{few}", 4 + few)),
        _ => ["x", "7", "李阿普在家"][few].into(),
    }
}

fn any_recipe() -> impl Strategy<Value = Recipe> {
    prop::collection::vec(any::<(u8, u8, u8, u8)>(), 1..14)
}

/// The path of question `at`, which may stand in a group.
fn path(form: &Form, at: usize) -> String {
    let name = format!("q{at}");
    let own = |path: &&str| path.rsplit('/').next() == Some(name.as_str());
    form.field_order().find(own).map_or(name.clone(), str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn after_any_answers_the_state_is_that_of_an_evaluation_from_nothing(
        recipe in any_recipe(),
        answers in prop::collection::vec((0_usize..14, any_value(), any::<u8>()), 0..40),
        last in prop::collection::vec(any::<u8>(), 0..14),
    ) {
        let form = Arc::new(Form::parse(&random_form(&recipe)).unwrap());
        let mut context = context();
        context.outside.insert("k".into(), Value::Int(7));
        let last = last.iter().enumerate().map(|(at, which)| (path(&form, at), suited(&recipe, at, *which)));
        let last = last.collect();
        context.last = Some(LastVisit { day: context.today, answers: last });
        let mut session = Session::open(Arc::clone(&form), context.clone(), None);
        for (step, (at, odd, which)) in answers.into_iter().enumerate() {
            let value = if which < 40 { odd } else { suited(&recipe, at, which) };
            let before = session.clone();
            match step % 7 {
                5 => (0..14).for_each(|group| drop(session.unchanged(&format!("g{group}")))),
                6 => drop(session.take_back_unchanged(&format!("g{at}"))),
                _ => {
                    let delta = session.answer(&path(&form, at), value);
                    if delta.is_err() {
                        prop_assert_eq!(session.draft(), before.draft(), "a refused answer changes nothing");
                    }
                    // What the delta does not name is as it was.
                    let named: Vec<_> = delta.into_iter().flat_map(|delta| delta.changed).map(|state| state.path).collect();
                    for path in form.field_order().filter(|path| !named.iter().any(|name| name == path)) {
                        prop_assert_eq!(session.state(path), before.state(path));
                    }
                }
            }
            let fresh = Session::open(Arc::clone(&form), context.clone(), Some(session.draft()));
            prop_assert_eq!(session.pages(), fresh.pages());
            for path in form.field_order() {
                prop_assert_eq!(session.state(path), fresh.state(path));
            }
            prop_assert_eq!(session.finish(), fresh.finish());
        }
        if let Ok(finished) = session.finish() {
            let told = verdict(&form, &finished.row, &finished.origins, &finished.given);
            prop_assert_eq!(told, vec![]);
            let amended = Draft::from_row(&form, &finished.row, &finished.origins);
            let amended = Session::open(Arc::clone(&form), context.clone(), Some(amended));
            prop_assert_eq!(amended.finish().unwrap(), finished.clone(), "what is sent can be opened again");
            for letter in finished.origins.chars() {
                prop_assert!(Origin::from_letter(letter).is_some());
            }
        }
    }

    #[test]
    fn a_form_survives_its_canonical_json(recipe in any_recipe()) {
        let json = random_form(&recipe);
        let def = FormDef::parse(&json).unwrap();
        let again = FormDef::parse(&def.canonical()).unwrap();
        prop_assert_eq!(&again, &def);
        prop_assert_eq!(again.canonical(), def.canonical());
        prop_assert_eq!(again.hash(), def.hash());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,60}") {
        let _ = forms::expr::parse(&text);
    }

    #[test]
    fn no_row_makes_the_verdict_panic(
        recipe in any_recipe(),
        row in prop::collection::vec(any_value(), 0..16),
        origins in "[apcx]{0,16}",
    ) {
        let form = Form::parse(&random_form(&recipe)).unwrap();
        let told = verdict(&form, &row, &origins, &Default::default());
        prop_assert!(row.len() == form.field_order().count() || !told.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    /// Tokens in any order come closer to what the parser takes than letters do.
    #[test]
    fn no_order_of_tokens_makes_the_parser_panic(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "(", ")", ",", ".", "..", "/", "*", "+", "-", "=", "!=", "<=", ">", "and", "or", "div", "mod", "${q0}", "if(",
            "not(", "'a", "'", "“", "1", ".5", "1.", "today()", "regex(., '[')", "current()", "x", "（", "＝",
        ]), 0..30),
    ) {
        let text = tokens.join(" ");
        if forms::expr::parse(&text).is_ok() {
            // What parses either binds or is told; and what binds can be evaluated.
            let nodes = [question("text", "q0", json!({})), question("calculate", "c", json!({"calculation": text}))];
            if let Ok(form) = Form::parse(&form_json(&nodes)) {
                Session::open(Arc::new(form), context(), None).pages();
            }
        }
    }
}
