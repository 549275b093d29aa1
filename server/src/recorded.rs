//! Since when visits are recorded. Of days before that nobody knows who was visited; a table of them would read
//! as if nobody had gone.

use crate::county::{County, at_county};
use crate::reports::Asked;
use domain::coverage::reading::rows;
use domain::coverage::rules::ANY_DUTY;
use domain::coverage::tally::EVERYBODY;
use domain::period::{Cadence, Cut, Period};
use domain::problem::Problem;
use domain::time::Day;
use std::collections::{BTreeMap, BTreeSet};
use store::county::FiguresQuery;

/// So many days without a visit at the beginning of a period say nothing: somebody has to be the first.
const DAYS_FEW: i32 = 7;

/// What has to be said over figures of days before anything was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unrecorded {
    /// The first day on which a visit counts anywhere in the county; `None` while there is none up to today.
    first: Option<Day>,
    today: Day,
}

impl Unrecorded {
    fn zh(&self) -> String {
        let when = match self.first {
            Some(first) => format!("{first} 以前"),
            None => format!("到 {} 为止", self.today),
        };
        format!("{when}，全县没有一次走访计入：多半是还没有开始记录，不等于没有人去过。")
    }

    fn en(&self) -> String {
        let when = match self.first {
            Some(first) => format!("before {first}"),
            None => format!("up to {}", self.today),
        };
        format!(
            "No visit counts anywhere in the county {when}: most likely nothing was recorded yet, which does not \
             mean that nobody went."
        )
    }
}

/// The sentence over a table with what has to be said before it, in Chinese.
pub(crate) fn with_note_zh(note: Option<&Unrecorded>, sentence: String) -> String {
    note.map_or_else(|| sentence.clone(), |note| format!("{}\n{sentence}", note.zh()))
}

/// The same in English.
pub(crate) fn with_note_en(note: Option<&Unrecorded>, sentence: String) -> String {
    note.map_or_else(|| sentence.clone(), |note| format!("{}\n{sentence}", note.en()))
}

/// Whether the period of a question begins before anything was recorded. One select over the tally for each
/// month without a visit since the county's first day, and for each day of the month in which visits begin
/// when the period does not begin after it.
///
/// # Errors
/// What the store says.
pub(crate) async fn unrecorded(
    county: &County,
    asked: &Asked,
    today: Day,
) -> Result<Option<Unrecorded>, Problem> {
    let (state, _, reference, generations) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    // 任一要求 may have months of either cut, in one village or another, from one day on or another.
    let villages = reference.areas.villages(county.keys.county());
    let mut cuts: BTreeMap<Cut, Day> = BTreeMap::new();
    for rule in villages.flat_map(|village| generations.rules().at(ANY_DUTY, village.code)) {
        let from = cuts.entry(rule.cut).or_insert(rule.from);
        *from = rule.from.min(*from);
    }
    let mut first: Option<Day> = None;
    for (cut, from) in cuts {
        let month = Period::containing(Cadence::Month, cut, from.max(state.begins));
        first = first.into_iter().chain(begins(county, asked, month, today).await?).min();
    }
    let Some(first) = first else {
        let told = asked.period.from() <= today;
        return Ok(told.then_some(Unrecorded { first: None, today }));
    };
    let early = asked.period.from().plus(DAYS_FEW) <= first;
    Ok(early.then_some(Unrecorded { first: Some(first), today }))
}

/// The first day on which a visit counts in months of one cut, from this one on: of the month in which that is, its
/// first day, when the period of the question begins after it.
async fn begins(
    county: &County,
    asked: &Asked,
    mut month: Period,
    today: Day,
) -> Result<Option<Day>, Problem> {
    while !anybody(county, month, month.last().min(today)).await? {
        month = month.next();
        if month.from() > today {
            return Ok(None);
        }
    }
    let mut first = month.from();
    while asked.period.from() < month.last() && !anybody(county, month, first).await? {
        first = first.plus(1);
    }
    Ok(Some(first))
}

/// Whether a visit counts, met or not, for anybody of the county in a month up to the end of a day.
async fn anybody(county: &County, month: Period, as_of: Day) -> Result<bool, Problem> {
    let (duty, category) = (ANY_DUTY.to_owned(), EVERYBODY.to_owned());
    let query = FiguresQuery { duty, period: month, category, as_of };
    let figures = county.stores.reports.figures(&query).await.map_err(at_county)?;
    let villages = rows(&figures, &BTreeSet::new());
    Ok(villages.values().any(|row| row.met + row.tried + row.change_pending > 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::reports::{Question, ask};
    use crate::testing::World;
    use domain::catalogue::{RecordKind, keys};
    use domain::ids::WriterId;
    use domain::patch::{Body, RecordRef};
    use domain::time::Stamp;
    use sync::county::prepared::{OwnPatch, OwnRecord};

    #[tokio::test]
    async fn months_that_are_cut_on_the_26th_are_recorded_like_any_other() {
        let world = World::with_months(2).await;
        let rules: Vec<_> = {
            let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
            reference.duties.values().filter(|rule| rule.cut != Cut::Day26).map(|rule| rule.id).collect()
        };
        let patches = rules.into_iter().map(|id| {
            let record = OwnRecord::Known(RecordRef { kind: RecordKind::Duty, id });
            let sets = BTreeMap::from([(keys::CUT.to_owned(), Cut::Day26.code().into())]);
            let stamp = Stamp { wall_ms: clock::now_ms(), ..Stamp::default() };
            let body = Body { sets, salt: WriterId(world.county.dice.number()), ..Body::default() };
            OwnPatch { record, form: None, body, seen: None, author: world.officer(), stamp }
        });
        world.county.append(patches.collect(), clock::now_ms()).await.unwrap();
        crate::roll::build(&world.county, clock::now_ms(), &mut |_| {}).await.unwrap();
        let today = Day::of(clock::now_ms());
        let period = Period::containing(Cadence::Month, Cut::Day26, today.plus(-31));
        let question = Question { period: Some(period), ..question(&world, today) };
        let asked = ask(&world.county, question).await.unwrap();
        assert_eq!(unrecorded(&world.county, &asked, today).await.unwrap(), None);
    }

    async fn note(world: &World, months_ago: usize) -> Option<Unrecorded> {
        let today = Day::of(clock::now_ms());
        let this = Period::containing(Cadence::Month, Cut::Natural, today);
        let period = (0..months_ago).fold(this, |period, _| period.previous());
        let question = Question { period: Some(period), ..question(world, today) };
        let asked = ask(&world.county, question).await.unwrap();
        unrecorded(&world.county, &asked, today).await.unwrap()
    }

    fn question(world: &World, as_of: Day) -> Question {
        let (area, duty) = (world.county.keys.county(), ANY_DUTY.to_owned());
        Question { area, duty, period: None, category: None, as_of, silence: true }
    }

    #[tokio::test]
    async fn of_days_before_anything_was_recorded_the_table_says_so() {
        let world = World::new().await;
        let today = Day::of(clock::now_ms());
        for months_ago in [0, 3] {
            let none = note(&world, months_ago).await;
            assert_eq!(none, Some(Unrecorded { first: None, today }), "nobody has sent a visit yet");
        }
        let mut phone = world.phone(1).await;
        phone.visit(world.elder().await);
        phone.exchange(&world.phones).await.unwrap();
        let told = note(&world, 3).await;
        assert_eq!(told, Some(Unrecorded { first: Some(today), today }), "the first one was today");
        let zh = with_note_zh(told.as_ref(), "应走访 3 人".to_owned());
        assert!(zh.starts_with(&format!("{today} 以前，全县没有一次走访计入")), "{zh}");
        assert!(zh.ends_with("\n应走访 3 人") && zh.contains("不等于没有人去过"), "{zh}");
        let en = with_note_en(told.as_ref(), "3 people".to_owned());
        assert!(en.contains(&format!("before {today}")) && en.ends_with("\n3 people"), "{en}");
    }

    #[tokio::test]
    async fn of_a_month_in_which_visits_were_recorded_nothing_is_added() {
        let world = World::with_months(2).await;
        for months_ago in [0, 1] {
            assert_eq!(note(&world, months_ago).await, None, "{months_ago}");
        }
        let told = note(&world, 4).await;
        assert!(matches!(told, Some(Unrecorded { first: Some(_), .. })), "{told:?}");
        assert_eq!(with_note_zh(None, "应走访 3 人".to_owned()), "应走访 3 人");
    }
}
