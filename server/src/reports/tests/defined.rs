//! What the definition of a figure says holds of everybody in its list, by a reading of their visits from the
//! records, which shares nothing with the one that made the figure.

use super::{answer, question, today};
use crate::clock;
use crate::reports::{Asked, Column, explain, people};
use crate::roll::build;
use crate::staff::operator;
use crate::testing::World;
use domain::catalogue::{RecordKind, keys};
use domain::coverage::Rules;
use domain::coverage::rules::{ANY_DUTY, rule_on};
use domain::duty::{Duty, DutyKind};
use domain::head::Head;
use domain::ids::{AreaCode, RecordId, WriterId};
use domain::log::Vector;
use domain::patch::{Body, RecordRef};
use domain::subject::Person;
use domain::time::{Day, Happened, Stamp};
use domain::value::Value;
use domain::visit::{Met, NotMet, NotMetGroup, Way};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::county::{Ledger, Reports};
use sync::county::prepared::{OwnPatch, OwnRecord};

const TOWNSHIP: AreaCode = AreaCode(532_929_102_000);

/// A visit to a person as one of those who wrote of it tells it.
struct Telling {
    day: Day,
    way: Way,
    met: Met,
    visitors: usize,
    changed: bool,
}

/// A visit as everybody tells it.
struct Told {
    sides: Vec<Telling>,
    /// Whether a side of it says what nobody here can read.
    unread: bool,
}

async fn head(world: &World, kind: RecordKind, id: RecordId) -> Arc<Head> {
    world.store.record(RecordRef { kind, id }).await.unwrap().unwrap().head
}

fn texts<'h>(head: &'h Head, key: &str) -> Vec<&'h str> {
    head.values(key).filter_map(Value::as_text).collect()
}

/// The visits to a person, read out of their records.
async fn visits(world: &World, person: RecordId) -> Vec<Told> {
    let mut all = Vec::new();
    for row in world.store.parts_of(person, usize::MAX).await.unwrap() {
        let part = head(world, RecordKind::Part, row.part).await;
        let visit = head(world, RecordKind::Visit, row.visit).await;
        if part.text(keys::VOID).or(visit.text(keys::VOID)).is_some() {
            continue;
        }
        let people = |key: &str| match visit.value(key) {
            Some(Value::List(people)) => people.len(),
            _ => 0,
        };
        let visitors = people(keys::VISITED_BY).max(1) + people(keys::COMPANIONS);
        let reason = part.text(keys::REASON).and_then(NotMet::from_code);
        let changed = reason.is_some_and(|reason| reason.group() == NotMetGroup::Changed);
        let known = |text: &&str| Met::from_code(text).is_some();
        let unread = !texts(&part, keys::MET).iter().all(known);
        let mut sides = Vec::new();
        for happened in texts(&visit, keys::HAPPENED) {
            let day = Day::of(happened.parse::<Happened>().unwrap().from_ms);
            for way in texts(&visit, keys::WAY).into_iter().filter_map(Way::from_code) {
                for met in texts(&part, keys::MET).into_iter().filter_map(Met::from_code) {
                    sides.push(Telling { day, way, met, visitors, changed });
                }
            }
        }
        all.push(Told { sides, unread });
    }
    all
}

/// By whose words a person is looked at.
struct Reader<'a> {
    asked: &'a Asked,
    rules: &'a Rules,
    person: Person,
}

impl Reader<'_> {
    fn rule(&self, told: &Telling) -> Option<&Duty> {
        let village = self.person.village_on(told.day)?;
        let rule = rule_on(self.rules.at(&self.asked.question.duty, village), told.day);
        rule.filter(|rule| rule.kind == DutyKind::Care)
    }

    fn inside(&self, told: &Telling) -> bool {
        self.asked.period.contains(told.day) && told.day <= self.asked.question.as_of
    }

    /// 方式符合.
    fn right_way(&self, rule: &Duty, told: &Telling) -> bool {
        let stays = || self.person.aways.iter().filter(|away| away.holds_on(told.day));
        rule.ways.contains(&told.way) || stays().any(|away| away.kind.admits(told.way))
    }

    /// 合要求的走访, on each side.
    fn satisfies(&self, told: &Told) -> bool {
        let fits = |one: &Telling| {
            self.rule(one).is_some_and(|rule| {
                let enough = one.visitors >= usize::from(rule.visitors_min);
                self.right_way(rule, one) && rule.mets.contains(&one.met) && enough
            })
        };
        !told.unread && told.sides.iter().all(|one| self.inside(one) && fits(one))
    }

    /// 去过: at home, by a way that the duty accepts, or reporting a change; on one side at least. Whoever only reported
    /// it went nowhere.
    fn went(&self, told: &Told) -> bool {
        let goes = |one: &Telling| {
            let rule = self.rule(one);
            let went = |rule| one.way == Way::Home || self.right_way(rule, one) || one.changed;
            one.way != Way::Report && rule.is_some_and(went)
        };
        told.sides.iter().any(|one| self.inside(one) && goes(one))
    }

    /// What the definition of a figure says of somebody.
    fn holds(&self, column: Column, visits: &[Told]) -> bool {
        let satisfying = || visits.iter().filter(|told| self.satisfies(told));
        let at_home = || satisfying().any(|told| told.sides.iter().all(|one| one.way == Way::Home));
        let (met, went) = (satisfying().next().is_some(), visits.iter().any(|told| self.went(told)));
        match column {
            Column::Met => met,
            Column::MetHome => met && at_home(),
            Column::MetOther => met && !at_home(),
            Column::ChangePending => {
                let upto = |one: &Telling| one.changed && one.day <= self.asked.question.as_of;
                !met && visits.iter().flat_map(|told| &told.sides).any(upto)
            }
            Column::Tried => !met && went,
            Column::Silent | Column::NotYet => !met && !went,
            _ => true,
        }
    }
}

/// The county writes to a record without having seen any of it.
async fn write(world: &World, record: RecordRef, sets: BTreeMap<String, Value>) {
    let body = Body { sets, salt: WriterId(world.county.dice.number()), ..Body::default() };
    let (record, seen, author) = (OwnRecord::Known(record), Some(Vector::default()), operator());
    let patch = OwnPatch { record, form: None, body, seen, author, stamp: Stamp::default() };
    world.county.append(vec![patch], clock::now_ms()).await.unwrap();
}

/// A county with two months of visits, of which some are contested, and a township where two have to go.
async fn world() -> World {
    let world = World::with_months(2).await;
    let (_, _, _, generations) = world.store.standing_now().await.unwrap();
    let whole = world.county.keys.county();
    let rule = generations.rules().at("elder_monthly", whole).last().unwrap().clone();
    let id = RecordId::named("duty", "two have to go");
    let two = Duty { id, area: TOWNSHIP, visitors_min: 2, ..rule };
    write(&world, RecordRef { kind: RecordKind::Duty, id }, two.fields()).await;
    build(&world.county, clock::now_ms(), &mut |_| {}).await.unwrap();
    let (asked, _) = answer(&world.county, question(whole, "elder_monthly", today())).await;
    let met = people(&world.county, &asked, Column::Met).await.unwrap();
    assert!(met.len() > 3);
    for (line, said) in met.iter().zip(["none", "family", "self_and_carer", "by_letter"]) {
        let part = world.store.parts_of(line.person, 1).await.unwrap().remove(0);
        let sets = BTreeMap::from([(keys::MET.to_owned(), said.into())]);
        write(&world, RecordRef { kind: RecordKind::Part, id: part.part }, sets).await;
    }
    world
}

#[tokio::test]
async fn what_a_definition_says_holds_of_everybody_in_the_list() {
    use Column::{ChangePending, Met, MetHome, MetOther, NotYet, Silent, Tried};
    let world = world().await;
    let county = &world.county;
    let (_, _, _, generations) = world.store.standing_now().await.unwrap();
    let (mut reached, mut alone, mut contested) = (0, 0, 0);
    for duty in generations.rules().names().filter(|name| *name != ANY_DUTY) {
        for as_of in [today(), today().plus(-20)] {
            let (asked, _) = answer(county, question(county.keys.county(), duty, as_of)).await;
            for column in [Met, MetHome, MetOther, ChangePending, Tried, Silent, NotYet] {
                for line in people(county, &asked, column).await.unwrap() {
                    let record = head(&world, RecordKind::Person, line.person).await;
                    let person = Person::read(line.person, &record);
                    let visits = visits(&world, line.person).await;
                    let reader = Reader { asked: &asked, rules: generations.rules(), person };
                    assert!(reader.holds(column, &visits), "{duty} {as_of} {column:?}: {}", line.why);
                    let mut inside =
                        visits.iter().filter(|told| told.sides.iter().any(|one| reader.inside(one)));
                    let differs = |told: &Told| {
                        told.unread || told.sides.iter().any(|one| one.met != told.sides[0].met)
                    };
                    match column {
                        NotYet | Silent => reached += usize::from(inside.next().is_some()),
                        Tried if line.village.0 / 1_000 == TOWNSHIP.0 / 1_000 => {
                            alone += usize::from(
                                inside.any(|told| told.sides.iter().all(|one| one.met.in_person())),
                            );
                        }
                        Tried => contested += usize::from(inside.any(differs)),
                        _ => {}
                    }
                }
            }
        }
    }
    // The cases for which the words were wrong once are among them.
    assert!(reached > 0, "nobody is open who was reached in another way");
    assert!(alone > 0, "nobody was seen by one where two have to go");
    assert!(contested > 0, "no visit is contested");
}

#[tokio::test]
async fn definitions_speak_of_what_the_lists_are_made_by() {
    let world = world().await;
    let county = &world.county;
    let (asked, _) = answer(county, question(TOWNSHIP, "elder_monthly", today())).await;
    for column in [Column::Tried, Column::Silent, Column::NotYet] {
        let told = explain(&asked, column);
        assert!(told.definition_zh.contains("没有合要求的走访"), "{}", told.definition_zh);
        assert!(!told.definition_zh.contains("没有走访记录"), "{}", told.definition_zh);
        assert!(told.definition_en.contains("no visit satisfies the duty"), "{}", told.definition_en);
        assert!(told.source_zh.contains("每次至少 2 人去"), "{}", told.source_zh);
        assert!(told.source_en.contains("at least 2 visitors"), "{}", told.source_en);
    }
    let (_, _, reference, _) = world.store.standing_now().await.unwrap();
    let (whole, day) = (county.keys.county(), today());
    for name in reference.duty_names() {
        let Some(rule) = reference.rule_on(&name, whole, day) else { continue };
        let (asked, _) = answer(county, question(whole, &name, day)).await;
        let told = explain(&asked, Column::NotYet);
        let check = rule.kind != DutyKind::Care;
        assert_eq!(told.source_zh.contains("走访都不合要求"), check, "{}", told.source_zh);
        assert_eq!(told.source_en.contains("which no visit satisfies"), check, "{}", told.source_en);
    }
}
