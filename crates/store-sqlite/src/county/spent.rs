//! What the writer's time goes into. Only looked at: nothing depends on it.

use std::time::{Duration, Instant};

/// What the writer has spent so far, since the county was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Loading what plans have named.
    pub load: Duration,
    /// Planning.
    pub plan: Duration,
    /// Writing what plans have said.
    pub write: Duration,
    /// Writing sums, and bringing groups to the disk.
    pub commit: Duration,
    /// Jobs done.
    pub jobs: u64,
    /// Groups they came in.
    pub groups: u64,
}

/// A watch that tells how long it is since it was asked last.
pub(super) struct Watch(Instant);

impl Watch {
    /// Begins now.
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// Adds the time since the last lap.
    pub fn lap(&mut self, sum: &mut Duration) {
        let now = Instant::now();
        *sum += now.duration_since(self.0);
        self.0 = now;
    }
}
