//! What happens without an arrival: time passes, and the next periods begin.

use crate::county::{County, at_county};
use domain::catalogue::RecordKind;
use domain::period::Period;
use domain::problem::Problem;
use domain::reference::Reference;
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
    let (state, _, reference, _) = ledger.standing_now().await.map_err(at_county)?;
    let today = Day::of(now_ms);
    let horizon = horizon(&reference, today);
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

/// The day up to which standings are to exist: the first at which any duty's period after next ends.
fn horizon(reference: &Reference, today: Day) -> Day {
    let ends = reference
        .duties
        .values()
        .filter(|rule| rule.holds_on(today))
        .map(|rule| Period::containing(rule.cadence, rule.cut, today).next().next().until());
    ends.min().unwrap_or(today)
}
