//! 发现, 办结, 办结及时 of an area and of each below it.

use super::{Asked, Kept, Which, all};
use crate::county::County;
use domain::concern::ConcernKind;
use domain::ids::AreaCode;
use domain::problem::Problem;
use domain::time::Day;
use serde::Serialize;

/// The figures of an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = ConcernFigures)]
pub struct Figures {
    /// Its code.
    #[schema(value_type = u64)]
    pub area: AreaCode,
    /// Its name.
    pub name: String,
    /// 发现.
    pub found: usize,
    /// 待处理.
    pub open: usize,
    /// 处理中.
    pub in_hand: usize,
    /// 办结.
    pub settled: usize,
    /// 其中解决不了.
    pub unsolvable: usize,
    /// 办结及时.
    pub in_time: usize,
    /// 过了期还没办结.
    pub overdue: usize,
}

/// The figures of an area and of each below it that is next: what was found from a day to another, and how far that
/// was as of a third. O(concerns).
///
/// # Errors
/// What the store says.
pub async fn figures(
    county: &County,
    area: AreaCode,
    kind: Option<ConcernKind>,
    (from, to): (Day, Day),
    as_of: Day,
) -> Result<Vec<Figures>, Problem> {
    let asked = Asked { area, which: Which::Found, kind, from: Some(from), to: Some(to), as_of, older: None };
    let (reference, kept) = all(county, &asked).await?;
    let below = reference.areas.0.values().filter(|one| one.parent == Some(area) && one.exists_on(as_of));
    let row = |area: AreaCode| {
        let asked = Asked { area, ..asked.clone() };
        let here: Vec<&Kept> = kept.iter().filter(|one| one.belongs(&reference, &asked)).collect();
        let count = |which| here.iter().filter(|one| one.is(which, as_of)).count();
        Figures {
            area,
            name: reference.areas.name(area),
            found: here.len(),
            open: count(Which::Open),
            in_hand: count(Which::InHand),
            settled: count(Which::Settled),
            unsolvable: count(Which::Unsolvable),
            in_time: count(Which::InTime),
            overdue: count(Which::Overdue),
        }
    };
    let mut rows: Vec<Figures> = below.map(|one| row(one.code)).collect();
    rows.sort_by_key(|one| one.area);
    rows.push(row(area));
    Ok(rows)
}
