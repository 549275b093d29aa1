//! Somebody as lists of the desk show them: a child's name is masked.

use crate::county::{County, at_county};
use crate::reports::township;
use domain::catalogue::RecordKind;
use domain::head::Head;
use domain::household::Household;
use domain::ids::{AreaCode, RecordId};
use domain::mask;
use domain::patch::RecordRef;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::subject::{Person, is_restricted};
use domain::time::Day;
use serde::Serialize;
use std::sync::Arc;

/// Somebody of the register, in a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Who {
    /// The record.
    #[schema(value_type = String)]
    pub person: RecordId,
    /// The name; a child's is masked.
    pub name: String,
    /// Whether words about them are for those responsible for children: a child, or somebody of whom no day of
    /// birth is known.
    pub shut: bool,
    /// Whether what was said of them is kept only and shown to nobody: 限制处理.
    pub restricted: bool,
    /// `1` male, `2` female.
    pub sex: Option<String>,
    /// In years.
    pub age: Option<i32>,
    /// The township's name.
    pub township: String,
    /// The village's code.
    #[schema(value_type = Option<u64>)]
    pub village: Option<AreaCode>,
    /// The village's name.
    pub village_name: String,
    /// 小组.
    pub group: String,
    /// 户主; a child's name is masked.
    pub head_name: String,
}

/// A person with the record and the line.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    /// As the rules read it.
    pub person: Person,
    /// The record.
    pub head: Arc<Head>,
    /// The line.
    pub who: Who,
}

/// Somebody of the register; `None` of whom nothing stands.
///
/// # Errors
/// What the store says.
pub(crate) async fn known(
    county: &County,
    reference: &Reference,
    id: RecordId,
    today: Day,
) -> Result<Option<Known>, Problem> {
    let record = RecordRef { kind: RecordKind::Person, id };
    let row = county.stores.ledger.record(record).await.map_err(at_county)?;
    let Some(row) = row.filter(|row| !row.head.fields.is_empty()) else { return Ok(None) };
    let person = Person::read(id, &row.head);
    let home = match person.household {
        Some(home) => {
            let record = RecordRef { kind: RecordKind::Household, id: home };
            let row = county.stores.ledger.record(record).await.map_err(at_county)?;
            row.map(|row| Household::read(home, &row.head))
        }
        None => None,
    };
    let minor = person.is_minor_on(today);
    let shown = |name: &str| if minor { mask::name(name) } else { name.to_owned() };
    let head_name = home.as_ref().map(|home| home.head_name.clone()).unwrap_or_default();
    let village = person.village_on(today);
    let who = Who {
        person: id,
        name: shown(&person.name),
        shut: person.may_be_minor_on(today),
        restricted: is_restricted(&row.head),
        sex: person.sex.clone(),
        age: person.age_on(today),
        township: village.map(|village| township(reference, village)).unwrap_or_default(),
        village,
        village_name: village.map(|village| reference.areas.name(village)).unwrap_or_default(),
        group: home.map(|home| home.group).unwrap_or_default(),
        head_name: if head_name == person.name { shown(&head_name) } else { head_name },
    };
    Ok(Some(Known { person, head: row.head, who }))
}
