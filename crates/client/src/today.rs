//! 今日: who is due.

use crate::app::Open;
use crate::tell::OrTell;
use domain::ids::RecordId;
use domain::problem::Problem;
use domain::time::Day;

impl Open {
    /// Whether a person is still to be visited on a day, for any duty.
    pub(crate) fn is_due(&self, id: RecordId, today: Day) -> Result<bool, Problem> {
        let standings = self.store.standings(id).or_tell()?;
        Ok(standings.iter().any(|one| {
            one.period.contains(today)
                && one.status_on(today).is_some_and(|status| status.is_due() && !status.is_met())
        }))
    }
}
