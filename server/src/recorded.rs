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
use std::collections::BTreeSet;
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
    let (state, ..) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let mut month = Period::containing(Cadence::Month, Cut::Natural, state.begins);
    while month.from() <= today && !anybody(county, month, month.last().min(today)).await? {
        month = month.next();
    }
    if month.from() > today {
        let told = asked.period.from() <= today;
        return Ok(told.then_some(Unrecorded { first: None, today }));
    }
    let mut first = month.from();
    if asked.period.from() < month.last() {
        while !anybody(county, month, first).await? {
            first = first.plus(1);
        }
    }
    let early = asked.period.from().plus(DAYS_FEW) <= first;
    Ok(early.then_some(Unrecorded { first: Some(first), today }))
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

    async fn note(world: &World, months_ago: usize) -> Option<Unrecorded> {
        let today = Day::of(clock::now_ms());
        let this = Period::containing(Cadence::Month, Cut::Natural, today);
        let period = (0..months_ago).fold(this, |period, _| period.previous());
        let question = Question {
            area: world.county.keys.county(),
            duty: ANY_DUTY.to_owned(),
            period: Some(period),
            category: None,
            as_of: today,
            silence: true,
        };
        let asked = ask(&world.county, question).await.unwrap();
        unrecorded(&world.county, &asked, today).await.unwrap()
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
