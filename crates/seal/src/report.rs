//! The county's signed word to a locked phone: that its sealed report is on disk.

use crate::word::Word;
use domain::ids::{AreaCode, RecordId};
use domain::time::UnixMs;
use serde::{Deserialize, Serialize};

/// A sealed report is on the county's disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportTaken {
    /// The county that signs.
    pub county: AreaCode,
    /// The report.
    pub record: RecordId,
    /// Since when, by the county's clock.
    pub at_ms: UnixMs,
}

impl Word for ReportTaken {
    const LABEL: &'static str = "report taken";
}
