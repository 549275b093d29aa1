//! What happens without an arrival: time passes, and the next periods begin; rules are edited, and a new
//! generation is built.

use crate::county::{County, at_county};
use domain::catalogue::RecordKind;
use domain::coverage::Generations;
use domain::coverage::touch::horizon;
use domain::problem::Problem;
use domain::time::{Day, UnixMs};
use sync::county::prepared::Job;

/// How many people one job may touch: it holds the county's single writer.
pub const SLICE: usize = 500;

/// Extends the standings of everybody to the end of the period after next. Answers how many people
/// were looked at: none when the standings reach that far already, unless `always`.
/// O(people), in slices between which phones are answered.
///
/// # Errors
/// What the store says; the slices before are on disk.
pub async fn roll(county: &County, now_ms: UnixMs, always: bool) -> Result<usize, Problem> {
    let ledger = &county.stores.ledger;
    let (state, ..) = ledger.standing_now().await.map_err(at_county)?;
    let today = Day::of(now_ms);
    let horizon = horizon(today);
    if horizon <= state.horizon && !always {
        return Ok(0);
    }
    let (mut after, mut people) = (None, 0);
    loop {
        let page = ledger.records_after(RecordKind::Person, after, SLICE).await.map_err(at_county)?;
        let subjects: Vec<_> = page.iter().map(|(record, _)| record.id).collect();
        let last = subjects.len() < SLICE;
        after = subjects.last().copied().or(after);
        people += subjects.len();
        // Only the last slice says that everybody is done.
        let reached = if last { horizon } else { state.horizon };
        county.run(Job::Roll { subjects, from: today, horizon: reached }, now_ms).await?;
        if last {
            return Ok(people);
        }
    }
}

/// The day up to which standings reach, when that is further than the clock asks for: it was ahead once.
/// Until it has caught up, every change is judged as far as they reach.
///
/// # Errors
/// What the store says.
pub async fn ahead(county: &County, now_ms: UnixMs) -> Result<Option<Day>, Problem> {
    let (state, ..) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    Ok((state.horizon > horizon(Day::of(now_ms))).then_some(state.horizon))
}

/// Carries on with what an edit of rules brings with it, until nothing is left: everybody concerned is
/// judged by the new rules, readers switch to them, what they replaced is removed. Where it was cut off
/// it goes on. `progress` is told after each slice. Answers how many slices it took. O(people × affected duties × open periods), in slices
/// between which phones are answered.
///
/// # Errors
/// What the store says; the slices before are on disk.
pub async fn build(
    county: &County,
    now_ms: UnixMs,
    progress: &mut (dyn FnMut(&Generations) + Send),
) -> Result<usize, Problem> {
    let mut slices = 0;
    let mut told = None;
    loop {
        county.run(Job::Build { count: SLICE }, now_ms).await?;
        let (_, _, _, generations) = county.stores.ledger.standing_now().await.map_err(at_county)?;
        progress(&generations);
        let work = generations.work();
        let now = generations.building().map(|(span, _)| (span.number, span.from));
        if told != now {
            match now {
                Some((number, from)) => {
                    tracing::info!(%number, %from, "a generation of rules is being built")
                }
                None => tracing::info!(slices, "the new generation of rules is complete"),
            }
            told = now;
        }
        if work.is_none() {
            return Ok(slices);
        }
        slices += 1;
        if slices.is_multiple_of(20) {
            tracing::info!(slices, building = now.is_some(), "the edit of rules goes on");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock;
    use crate::doctor::known_at;
    use crate::testing::World;
    use domain::period::{Cadence, Cut, Period};
    use store::county::{FiguresQuery, Reports};

    #[tokio::test]
    async fn time_that_passes_needs_no_arrival() {
        let world = World::new().await;
        let now_ms = clock::now_ms();
        let today = Day::of(now_ms);
        let month = Period::containing(Cadence::Month, Cut::Natural, today);
        let later = month.next().next().next();
        let query = |period| FiguresQuery {
            duty: "elder_monthly".to_owned(),
            period,
            category: "*".to_owned(),
            as_of: Day(i32::MAX),
        };
        assert!(roll(&world.county, now_ms, false).await.unwrap() > 0, "after the first start");
        assert_eq!(roll(&world.county, now_ms, false).await.unwrap(), 0, "once is enough");
        assert!(!world.store.figures(&query(month.next().next())).await.unwrap().is_empty());
        assert!(world.store.figures(&query(later)).await.unwrap().is_empty());
        assert_eq!(ahead(&world.county, now_ms).await.unwrap(), None);
        let next_month = month.next().from().starts_at();
        assert!(roll(&world.county, next_month, false).await.unwrap() > 0);
        let figures = world.store.figures(&query(later)).await.unwrap();
        let anew = known_at(&world.county, "elder_monthly", later, later.last()).await.unwrap();
        assert_eq!(figures.values().sum::<i64>(), anew.total.register);
        assert_eq!(ahead(&world.county, next_month).await.unwrap(), None);
        let reach = ahead(&world.county, now_ms).await.unwrap();
        assert_eq!(reach, Some(horizon(Day::of(next_month))), "the clock goes back");
        assert!(anew.total.register > 0);
    }
}
