//! Waiting until a new generation of rules is complete.

use crate::cli::print;
use crate::county::{County, at_county};
use crate::{clock, roll};
use domain::coverage::Generations;
use domain::ids::RecordId;
use domain::problem::Problem;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How far a build is, told whenever it has gone on.
struct Progress<'a> {
    ids: &'a [RecordId],
    told: Option<usize>,
}

impl Progress<'_> {
    /// How many people are done; `None` when nothing is being built.
    fn done(&self, generations: &Generations) -> Option<usize> {
        let (span, _) = generations.building()?;
        Some(span.done_to.map_or(0, |done_to| self.ids.partition_point(|id| *id <= done_to)))
    }

    /// Whether it has gone on since the last time.
    fn tell(&mut self, generations: &Generations) -> bool {
        let Some(done) = self.done(generations).filter(|done| self.told != Some(*done)) else { return false };
        self.told = Some(done);
        // On a terminal one line that changes.
        let (before, end) = if std::io::stdout().is_terminal() { ("\r", "") } else { ("", "\n") };
        print(&format!("{before}正在按新要求重算：{done} / {} 人{end}", self.ids.len()));
        true
    }

    fn end(&self) {
        if self.told.is_some() && std::io::stdout().is_terminal() {
            print("\n");
        }
    }
}

/// Builds in this process. Answers `true`: it is complete.
pub(super) async fn build(county: &County, ids: &[RecordId]) -> Result<bool, Problem> {
    let mut progress = Progress { ids, told: None };
    roll::build(county, clock::now_ms(), &mut |generations| {
        progress.tell(generations);
    })
    .await?;
    progress.end();
    Ok(true)
}

/// Watches the server build. Answers whether it is complete: `false` when it did not go on for a minute.
pub(super) async fn watch(reader: &County, ids: &[RecordId]) -> Result<bool, Problem> {
    const LOOK: Duration = Duration::from_millis(200);
    const PATIENCE: Duration = Duration::from_secs(60);
    let mut progress = Progress { ids, told: None };
    let mut went_on = Instant::now();
    loop {
        let (_, _, _, generations) = reader.stores.ledger.standing_now().await.map_err(at_county)?;
        if generations.building().is_none() {
            progress.end();
            return Ok(true);
        }
        if progress.tell(&generations) {
            went_on = Instant::now();
        }
        if went_on.elapsed() > PATIENCE {
            progress.end();
            return Ok(false);
        }
        tokio::time::sleep(LOOK).await;
    }
}
