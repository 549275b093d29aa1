//! 月结: a period is closed. Its denominator and first figures are copied and stay; what is corrected afterwards
//! stands beside them. Until a day of grace work is entered as ever (补记), from then on with a reason (补录).
//!
//! The county's plan wants its table before the 26th (龙政办发〔2021〕29号 五(一)); which periods are closed, and
//! when, is the county's word.

use crate::area::date;
use crate::catalogue::keys;
use crate::coverage::reading::Row;
use crate::coverage::status::Status;
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use crate::period::Period;
use crate::problem::{Problem, ProblemCode};
use crate::time::{Day, Happened, UnixMs};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The closing of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Which period.
    pub period: Period,
    /// When it was closed, for the last time.
    pub closed_ms: UnixMs,
    /// By whom.
    pub by: RecordId,
    /// The last day on which work of the period is entered without a reason.
    pub late_until: Day,
    /// Why it was opened again; `None` while it is closed.
    pub reopened: Option<String>,
}

impl Closing {
    /// The record of a period's closing: there is one.
    pub fn record(period: Period) -> RecordId {
        RecordId::named("closing", &period.to_string())
    }

    /// Reads a closing; `None` when its period or day is missing or contested.
    pub fn read(head: &Head) -> Option<Self> {
        let write = head.fields.get(keys::CLOSED)?.last()?;
        Some(Self {
            period: head.text(keys::PERIOD)?.parse().ok()?,
            closed_ms: head.int(keys::CLOSED)?,
            by: write.author,
            late_until: date(head, keys::LATE_UNTIL)?,
            reopened: head.text(keys::REOPENED).map(str::to_owned),
        })
    }

    /// Whether it holds.
    pub fn is_closed(&self) -> bool {
        self.reopened.is_none()
    }
}

/// 补录: what is asked of a visit in a closed period that is entered after the days of grace without a reason.
/// Of several periods in which it lies, the one that was closed first asks. O(closings).
pub fn after_closing<'c>(
    closings: impl IntoIterator<Item = &'c Closing>,
    happened: Happened,
    entered: Day,
    reason: Option<&str>,
) -> Option<Problem> {
    if reason.is_some_and(|reason| !reason.trim().is_empty()) {
        return None;
    }
    let day = happened.day();
    let asks = |one: &&Closing| one.is_closed() && one.period.contains(day) && one.late_until < entered;
    let closing = closings.into_iter().filter(asks).min_by_key(|one| one.late_until)?;
    let asked = Problem::new(ProblemCode::PeriodClosed);
    Some(
        asked.with_both("period", closing.period.zh(), closing.period.en()).with("until", closing.late_until),
    )
}

/// Where somebody stood when a period was closed. JSON: a row of five.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stood(
    /// Who.
    pub RecordId,
    /// In which village.
    pub AreaCode,
    /// How.
    pub Status,
    /// Whether the village's phones were silent.
    pub bool,
    /// In which of the duty's categories.
    pub Vec<String>,
);

/// The figures of those who stood, by village; of one category when one is asked for. They add up by the same
/// arithmetic as those of today.
pub fn figures<'s>(
    stood: impl IntoIterator<Item = &'s Stood>,
    category: Option<&str>,
) -> BTreeMap<AreaCode, Row> {
    let mut rows = BTreeMap::new();
    for Stood(_, village, status, silent, categories) in stood {
        if category.is_none_or(|code| categories.iter().any(|one| one == code)) {
            rows.entry(*village).or_insert_with(|| Row::empty(*village)).count(*status, 1, *silent);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::status::Excluded;
    use crate::ids::WriterId;

    fn closing(period: &str, late_until: &str) -> Closing {
        let (period, late_until) = (period.parse().unwrap(), late_until.parse().unwrap());
        Closing { period, closed_ms: 0, by: RecordId::named("staff", "王敏"), late_until, reopened: None }
    }

    fn asked(closings: &[Closing], happened: &str, entered: &str, reason: Option<&str>) -> Option<Day> {
        let happened = Happened::whole(happened.parse().unwrap());
        let problem = after_closing(closings, happened, entered.parse().unwrap(), reason)?;
        problem.params["until"].parse().ok()
    }

    #[test]
    fn work_of_a_closed_period_needs_a_reason_after_the_days_of_grace() {
        let month = closing("2026-11", "2026-12-05");
        let ask = |entered, reason| asked(std::slice::from_ref(&month), "2026-11-20", entered, reason);
        assert_eq!(ask("2026-12-05", None), None, "the last day of grace");
        assert_eq!(ask("2026-12-06", None), Some("2026-12-05".parse().unwrap()));
        assert_eq!(ask("2026-12-06", Some(" ")), ask("2026-12-06", None), "blank is none");
        assert_eq!(ask("2026-12-06", Some("山洪断路")), None);
        let open = Closing { reopened: Some("算错了".into()), ..month.clone() };
        assert_eq!(asked(&[open], "2026-11-20", "2026-12-06", None), None);
        assert_eq!(
            asked(std::slice::from_ref(&month), "2026-12-01", "2026-12-06", None),
            None,
            "of another period"
        );
        let cut = closing("2026-11@26", "2026-11-30");
        assert_eq!(asked(&[month, cut], "2026-11-20", "2026-12-06", None), "2026-11-30".parse().ok());
    }

    #[test]
    fn those_who_stood_add_up() {
        let (one, two) = (AreaCode(532_929_101_201), AreaCode(532_929_101_202));
        let stood = |number: u64, village, status, silent, category: &str| {
            Stood(RecordId::derived(WriterId(number), 1), village, status, silent, vec![category.to_owned()])
        };
        let all = [
            stood(1, one, Status::MetHome, false, "DJ"),
            stood(2, one, Status::NotYet, true, "DB"),
            stood(3, one, Status::Excluded(Excluded::Died), true, "DJ"),
            stood(4, two, Status::NotYet, false, "DJ"),
        ];
        let rows = figures(&all, None);
        let row = &rows[&one];
        assert_eq!((row.register, row.due, row.met_home, row.silent, row.not_counted()), (3, 2, 1, 1, 1));
        assert_eq!(rows[&two].not_yet, 1);
        assert_eq!(figures(&all, Some("DB"))[&one].due, 1);
        let text = serde_json::to_string(&all).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Stood>>(&text).unwrap(), all);
    }
}
