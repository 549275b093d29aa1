//! A worker's day on the phone: along the list 今日, from door to door.

use super::workers::{Habit, Note, Worker};
use crate::phone::Told;
use crate::story::{exchange, fill, finish, start};
use county_server::seed::dice::Dice;
use domain::ids::RecordId;
use domain::time::Day;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{Error, Result};

/// Who was gone to is not gone to again for so many days.
const REST_DAYS: i32 = 6;

/// A line of 今日, as far as a walk needs it.
#[derive(Debug, Clone, Deserialize)]
struct Line {
    subject: RecordId,
    age: Option<i32>,
    village: Option<u64>,
    group: String,
    household: String,
    by_phone: bool,
}

impl Line {
    fn home(&self) -> (Option<u64>, &str, &str) {
        (self.village, &self.group, &self.household)
    }

    fn adult(&self) -> bool {
        self.age.is_some_and(|age| age >= 18)
    }
}

impl Worker {
    /// Goes to so many people as are today's share of those that are left, with `days` days left for them.
    pub fn walk(&mut self, today: Day, days: usize, least: usize) -> Result<()> {
        let asked = json!({ "order": "group", "offset": 0, "count": 1_000 });
        let list = self.phone()?.call("today_list", asked)?;
        let lines: Vec<Line> = Vec::deserialize(list.get("people").unwrap_or(&Value::Null))?;
        let fresh = |one: &&Line| self.tried.get(&one.subject).is_none_or(|day| day.plus(REST_DAYS) <= today);
        let lines: Vec<Line> = lines.iter().filter(fresh).cloned().collect();
        let (wanted, over) = (lines.len() * self.habit.pace(), 100 * days.max(1));
        let day = u64::from(today.0.unsigned_abs());
        // The rest of a division is some days' luck, so that few people are spread over the whole month too.
        let luck =
            usize::try_from(Dice::of(self.number, "share", &[day]).below(over as u64)).unwrap_or_default();
        let share = (wanted / over + usize::from(luck < wanted % over)).max(least);
        let mut gone_to = 0;
        while gone_to < share {
            let untried = |one: &&Line| self.tried.get(&one.subject) != Some(&today);
            let Some(first) = lines.iter().find(untried) else { break };
            let home: Vec<Line> = lines.iter().filter(|one| one.home() == first.home()).cloned().collect();
            for one in &home {
                self.tried.insert(one.subject, today);
            }
            gone_to += home.len();
            let dice = Dice::of(self.number, "month", &[day, gone_to as u64]);
            self.call_on(&home, today, dice)?;
        }
        Ok(())
    }

    /// At one door: met, not met, or something has changed.
    fn call_on(&mut self, home: &[Line], today: Day, mut dice: Dice) -> Result<()> {
        let people: Vec<RecordId> = home.iter().map(|one| one.subject).collect();
        let happened = self.happened(today, &mut dice);
        let chance = dice.below(1_000);
        let alone = matches!(home, [one] if one.adult());
        let reason = match chance {
            0..70 => ["not_at_home", "in_the_fields", "at_relatives"].get(usize::from(chance >= 30)).copied(),
            70..82 if alone => Some("hospital"),
            82..94 if alone => Some("migrant"),
            94..100 if alone => Some("moved_away"),
            100..106 if alone => Some("refused"),
            _ => None,
        };
        self.written += 1;
        if let Some(reason) = reason {
            let since = (70..100).contains(&chance).then(|| today.plus(-2).to_string());
            let said = json!({
                "subjects": people, "reason": reason, "reason_from": since, "happened": happened,
            });
            return self.phone()?.call("not_met", said).map(drop);
        }
        let rings = home.iter().all(|one| one.by_phone)
            && (self.habit == Habit::Caller || chance >= 900)
            && self.habit != Habit::Loses;
        let way = if rings { "phone" } else { "home" };
        let met = |one: &Line, dice: &mut Dice| {
            let met = match dice.below(100) {
                0..4 if one.adult() => "family",
                4..14 => "self_and_carer",
                _ => "self",
            };
            json!({ "subject": one.subject, "met": met })
        };
        let met: Vec<Value> = home.iter().map(|one| met(one, &mut dice)).collect();
        if self.habit == Habit::Loses {
            self.notes.push(Note { day: today, people: people.clone() });
        }
        self.visit(&people, json!({ "subjects": met, "way": way, "happened": happened })).map(drop)
    }

    /// When it was, as the worker says it: now, or a half day out of the notebook.
    fn happened(&mut self, today: Day, dice: &mut Dice) -> Value {
        if !self.habit.writes_in_the_evening() {
            return Value::Null;
        }
        self.late += 1;
        if dice.chance(600) { json!({ "morning": today }) } else { json!({ "afternoon": today }) }
    }

    /// A whole visit: everybody's form is filled in.
    pub fn visit(&mut self, people: &[RecordId], begun: Value) -> Result<RecordId> {
        let phone = self.phone()?;
        let draft = start(phone, begun)?;
        for person in people {
            fill(phone, &draft, *person)?;
        }
        finish(phone, &draft)
    }

    /// Writes once more what a lost phone had not sent, as the notebook has it.
    pub fn write_again(&mut self) -> Result<usize> {
        let notes = std::mem::take(&mut self.notes);
        for Note { day, people } in &notes {
            let met: Vec<Value> = people.iter().map(|one| json!({ "subject": one, "met": "self" })).collect();
            let begun = json!({ "subjects": met, "way": "home", "happened": { "day": day } });
            self.visit(people, begun)?;
            self.late += 1;
        }
        Ok(notes.len())
    }

    /// Opens the app where there is signal; everything is with the county afterwards.
    pub fn send(&mut self) -> Result<()> {
        let name = self.name.clone();
        let report = exchange(self.phone()?)?;
        self.notes.clear();
        match report.get("waiting").and_then(Value::as_u64) {
            Some(0) => Ok(()),
            waiting => Err(Error::other(format!("{name}: {waiting:?} still wait on the phone"))),
        }
    }

    /// Opens the app where there is none: everything stays on the phone.
    pub fn send_in_vain(&mut self) -> Result<u64> {
        match self.phone()?.tell("exchange_once", json!({}))? {
            Told::Ok(report) if report.get("problem").is_none_or(Value::is_null) => {
                Err(Error::other("there was signal after all"))
            }
            Told::Ok(report) => Ok(report.get("waiting").and_then(Value::as_u64).unwrap_or_default()),
            Told::Problem(problem) => Err(Error::other(problem.en())),
        }
    }

    /// Switches the signal of where the worker is.
    pub fn signal(&mut self, on: bool) -> Result<()> {
        self.phone()?.call("signal", json!({ "on": on })).map(drop)
    }
}
