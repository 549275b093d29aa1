//! Standings as the phone computes them, by the county's own rules and code, for 今日.

use crate::app::{Open, setting};
use crate::ports::Ports;
use crate::tell::OrTell;
use domain::coverage::touch::pairs_since;
use domain::coverage::{Rules, Standing, standing};
use domain::period::{Cadence, Cut, Period};
use domain::problem::Problem;
use domain::subject::Person;
use domain::time::Day;
use domain::visit::PartFact;
use store::phone::Batch;

/// Persons judged in one transaction.
pub(crate) const SLICE: usize = 500;

/// A person's standings from the period before the present one to the one after next.
/// `facts` are asked for since the first of these days. O(duties × periods × changes).
pub(crate) fn judge(
    rules: &Rules,
    person: &Person,
    today: Day,
    facts: impl FnOnce(Day) -> Result<Vec<PartFact>, Problem>,
) -> Result<Vec<Standing>, Problem> {
    let pairs = pairs_since(rules, person, today, today);
    let Some(since) = pairs.iter().map(|(_, period)| period.from()).min() else { return Ok(Vec::new()) };
    let facts = facts(since)?;
    let judged = pairs.iter().filter_map(|(duty, period)| standing(person, rules, duty, *period, &facts));
    Ok(judged.collect())
}

impl Open {
    /// Judges at most so many of the persons that wait for it, in one transaction. Answers whether more are waiting.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn judge_slice(&mut self, ports: &Ports, count: usize) -> Result<bool, Problem> {
        let today = self.today(ports);
        let waiting = self.store.touched(count).or_tell()?;
        let mut batch = Batch::default();
        for id in &waiting {
            let judged = match self.person(*id)? {
                Some(person) => {
                    judge(&self.rules, &person, today, |since| self.store.facts(*id, since).or_tell())?
                }
                None => Vec::new(),
            };
            batch.standings.push((*id, judged));
        }
        if !waiting.is_empty() {
            self.store.apply(&batch).or_tell()?;
        }
        Ok(waiting.len() == count)
    }

    /// Makes sure that standings reach the present period. Standings are made up to the period after
    /// next, so that a new month is judged at leisure ([`crate::App::tidy`]); only a phone that was
    /// not opened for longer than that is made to wait.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) fn roll(&mut self, ports: &Ports, at_leisure: bool) -> Result<(), Problem> {
        let now = Period::containing(Cadence::Month, Cut::Natural, self.today(ports));
        let rolled: Option<Period> = self.stored(setting::ROLLED)?;
        // A clock that was set back is as far off as a phone that lay in a drawer.
        let late = rolled.is_some_and(|rolled| rolled.next() < now || rolled > now);
        if rolled == Some(now) || !(late || at_leisure || rolled.is_none()) {
            return Ok(());
        }
        let mut batch = Batch { touch_everyone: rolled.is_some(), ..Batch::default() };
        let text = serde_json::to_string(&now).or_tell()?;
        batch.settings.insert(setting::ROLLED.to_owned(), Some(text));
        self.store.apply(&batch).or_tell()?;
        while late && self.judge_slice(ports, SLICE)? {}
        Ok(())
    }
}
