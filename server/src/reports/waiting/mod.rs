//! 待处理: what waits for a reviewer, and what stands behind each item.

mod decided;
mod desk;
mod going;
mod handle;
mod show;
#[cfg(test)]
mod tests;

pub(crate) use decided::act_of;
pub use decided::{Decided, DecidedPage, Undone, decided, merged};
pub(crate) use desk::{Desk, area_of_row, waiting};
pub use going::Sides;
pub use handle::Handle;
pub use show::{Field, Shown, Side, Word, show};
pub(crate) use show::{Shut, contested_record};

use crate::county::{County, at_county};
use domain::canonical::Hash;
use domain::catalogue::RecordKind;
use domain::ids::{AreaCode, RecordId};
use domain::problem::{Problem, ProblemCode};
use domain::time::{Day, UnixMs};
use serde::Serialize;
use store::county::QueueItem;
use sync::wire::receipt::ItemState;

/// Why something waits.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    serde::Deserialize,
    clap::ValueEnum,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Reason {
    /// 不在负责的村
    OutsideArea,
    /// 没有权限
    NotPermitted,
    /// 恢复备份后手机交回的
    Restored,
    /// 停用或没有登记的手机
    Device,
    /// 读不出来
    Undecodable,
    /// 程序处理不了
    Unhandled,
    /// 记录接不上
    Forked,
    /// 请本人补充
    Question,
    /// 补记太晚，没有原因
    Late,
    /// 填写不一致
    Contested,
    /// 可能是同一次走访
    OneGoing,
    /// 等前面的、等登记、等表
    Awaiting,
}

impl Reason {
    /// The words of the list.
    pub fn zh(self) -> &'static str {
        match self {
            Self::OutsideArea => "不在负责的村",
            Self::NotPermitted => "没有权限",
            Self::Restored => "恢复备份后手机交回的",
            Self::Device => "手机停用或没有登记",
            Self::Undecodable => "读不出来",
            Self::Unhandled => "程序处理不了",
            Self::Forked => "记录接不上",
            Self::Question => "请本人补充",
            Self::Late => "补记太晚，没有原因",
            Self::Contested => "填写不一致",
            Self::OneGoing => "可能是同一次走访",
            Self::Awaiting => "等还没到的内容",
        }
    }

    /// In English.
    pub fn en(self) -> &'static str {
        match self {
            Self::OutsideArea => "outside the area",
            Self::NotPermitted => "not permitted",
            Self::Restored => "given back by a phone after a restore",
            Self::Device => "the phone is revoked or not enrolled",
            Self::Undecodable => "unreadable",
            Self::Unhandled => "the program fails on it",
            Self::Forked => "the log goes on in two ways",
            Self::Question => "asked back",
            Self::Late => "entered too late, without a reason",
            Self::Contested => "values differ",
            Self::OneGoing => "two visits that may be one",
            Self::Awaiting => "waiting for what is still to come",
        }
    }

    fn of(item: &QueueItem) -> Self {
        let code = item.problem.as_ref().map(|problem| problem.code);
        let late = || {
            let asks = [ProblemCode::VisitTooLongAgo, ProblemCode::PeriodClosed];
            item.questions.iter().any(|one| asks.contains(&one.code))
        };
        match (item.state, code) {
            _ if item.entry.is_none() => Self::Undecodable,
            (_, Some(ProblemCode::ItemNotHandled)) => Self::Unhandled,
            (ItemState::Forked, _) | (_, Some(ProblemCode::DecidedBefore)) => Self::Forked,
            (ItemState::Applied, _) if late() => Self::Late,
            (ItemState::Applied, _) => Self::Question,
            (ItemState::Awaiting, _) => Self::Awaiting,
            (_, Some(ProblemCode::OutsideArea)) => Self::OutsideArea,
            (_, Some(ProblemCode::OfferedAfterRestore)) => Self::Restored,
            (_, Some(ProblemCode::DeviceWasRevoked | ProblemCode::DeviceUnknown)) => Self::Device,
            _ => Self::NotPermitted,
        }
    }
}

/// That somebody wants to look at it later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Kept {
    /// Who.
    pub by: String,
    /// When.
    pub at_ms: UnixMs,
    /// Why.
    pub reason: String,
}

/// Something that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = WaitingItem)]
pub struct Item {
    /// By which it is named: log and serial; of what is contested, the record; of two visits, both.
    pub handle: String,
    /// Why it waits.
    pub reason: Reason,
    /// The same in a sentence.
    pub why: String,
    /// In English.
    pub why_en: String,
    /// The kind of record, unless it cannot be read.
    pub kind: Option<&'static str>,
    /// The record.
    #[schema(value_type = Option<String>)]
    pub record: Option<RecordId>,
    /// The contested field.
    pub field: Option<String>,
    /// Where it belongs.
    #[schema(value_type = u64)]
    pub area: AreaCode,
    /// Its name.
    pub area_name: String,
    /// Who wrote it; of what is contested, everybody who did.
    pub author: String,
    /// When the visit was; of other things, when they were entered.
    #[schema(value_type = Option<String>)]
    pub day: Option<Day>,
    /// Whom it is about; a child's name is masked.
    pub people: Vec<String>,
    /// When it arrived.
    pub arrived_ms: UnixMs,
    /// Whether somebody wants to look at it later.
    pub kept: Option<Kept>,
    /// The form under which it was written; of what is contested, the latest.
    #[serde(skip)]
    pub form: Option<Hash>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filter {
    /// Only here and below.
    pub area: Option<AreaCode>,
    /// Only this; when nothing is said, everything but what waits for something still to come.
    pub reason: Option<Reason>,
    /// Only what has waited for so many days.
    pub days_min: Option<i32>,
}

/// What waits for a reviewer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, utoipa::ToSchema)]
#[schema(as = WaitingList)]
pub struct List {
    /// Oldest first; what is contested, and visits that may be one, last.
    pub items: Vec<Item>,
    /// How much else waits for something that is still to come.
    pub awaiting: usize,
}

/// Everything that waits for a reviewer. O(what waits), a few reads each.
///
/// # Errors
/// What the store says.
pub async fn list(county: &County, filter: Filter, today: Day) -> Result<List, Problem> {
    let desk = Desk::open(county, today).await?;
    let mut list = List::default();
    for item in &desk.queue {
        let reason = Reason::of(item);
        if reason == Reason::Awaiting && filter.reason.is_none() {
            list.awaiting += 1;
        } else if filter.reason.is_none_or(|wanted| wanted == reason) {
            list.items.push(desk.item(item).await?);
        }
    }
    if filter.reason.is_none_or(|wanted| wanted == Reason::Contested) {
        for record in county.stores.reports.contested(desk::WAITING_MAX).await.map_err(at_county)? {
            // Both sides of an urgent report are read where it is; of what was erased nobody is left to ask.
            let elsewhere = record.kind == RecordKind::Urgent || desk.reference.erased.contains(&record);
            if !elsewhere {
                list.items.extend(desk.contested(record).await?);
            }
        }
    }
    if filter.reason.is_none_or(|wanted| wanted == Reason::OneGoing) {
        list.items.extend(going::items(county, &desk).await?);
    }
    let within = |item: &Item| {
        let there = filter.area.is_none_or(|area| desk.reference.areas.within(item.area, area));
        there && filter.days_min.is_none_or(|days| today.0 - Day::of(item.arrived_ms).0 >= days)
    };
    list.items.retain(within);
    Ok(list)
}
