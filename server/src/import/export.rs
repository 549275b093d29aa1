//! The register and the staff in the columns in which they are imported: imported again, nothing changes.

use super::field::Field;
use super::known::{Held, Known};
use super::{List, cells};
use crate::county::{County, at_county};
use crate::grid::{Cell, Format, Grid, Writing};
use domain::category::Category;
use domain::ids::AreaCode;
use domain::mask;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::staff::Assignment;
use domain::time::Day;

/// Whether everybody may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// As it is: at the server's own terminal.
    Whole,
    /// ID numbers, telephones and children's names as every list of the desk has them: it cannot be imported.
    Masked,
}

/// So many rows are handed to the writer at once.
const LOT: usize = 500;

/// Everybody of an area who has not died or left and may be named (限制处理), by village, group, household and name. O(people).
///
/// # Errors
/// What the store says; `internal` when the file could not be written.
pub async fn people(
    county: &County,
    area: AreaCode,
    shown: Shown,
    format: Format,
    today: Day,
) -> Result<Vec<u8>, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let known = Known::read(county, today).await?;
    let name = reference.areas.name(area);
    let title = match shown {
        Shown::Whole => Vec::new(),
        Shown::Masked => vec![
            format!("服务对象名册　{name}　{today}"),
            "身份证号、电话和儿童姓名按规定遮掩，不能用来导入；完整的名册由县里在服务器上导出".to_owned(),
        ],
    };
    // A column of no list, and Since: what is held is not entered again.
    let fields: Vec<Field> = Field::of(List::People).filter(|field| *field != Field::Since).collect();
    let columns = fields.iter().map(|field| field.zh().to_owned()).collect();
    let writing = Writing::begin(format, Grid { title, columns });
    let here = |one: &&Held| {
        one.gone.is_none()
            && !one.restricted
            && one.villages.first().is_some_and(|village| reference.areas.within(*village, area))
    };
    let mut people: Vec<&Held> = known.people.iter().filter(here).collect();
    let key = |one: &&Held| {
        let head = known.home_of(one).map(|home| home.head.clone()).unwrap_or_default();
        // The head before the others.
        let behind = one.relation.as_deref() != Some(super::people::HEAD);
        (
            one.villages.first().copied(),
            known.group_of(one).map(str::to_owned),
            head,
            behind,
            one.name.clone(),
            one.id,
        )
    };
    people.sort_by_cached_key(key);
    for lot in people.chunks(LOT) {
        let row =
            |one: &&Held| fields.iter().map(|field| cell(&known, &reference, one, *field, shown)).collect();
        writing.rows(lot.iter().map(row).collect()).await;
    }
    writing.end().await
}

fn cell(known: &Known, reference: &Reference, one: &Held, field: Field, shown: Shown) -> Cell {
    let masked = shown == Shown::Masked;
    let phone = |number: &Option<String>| {
        let number = number.clone().unwrap_or_default();
        if masked { mask::phone(&number) } else { number }
    };
    let village = one.villages.first().copied().unwrap_or(AreaCode(0));
    let home = known.home_of(one);
    let text = match field {
        Field::Township => reference
            .areas
            .ancestors(village)
            .nth(1)
            .map(|above| reference.areas.name(above))
            .unwrap_or_default(),
        Field::Village => reference.areas.name(village),
        Field::Group => known.group_of(one).unwrap_or_default().to_owned(),
        Field::Head => match home.map(|home| home.head.clone()).unwrap_or_default() {
            head if masked && one.minor && head == one.name => mask::name(&head),
            head => head,
        },
        Field::Relation => one.relation.clone().unwrap_or_default(),
        Field::Name if masked && one.minor => mask::name(&one.name),
        Field::Name => one.name.clone(),
        Field::IdNumber if masked => mask::id_number(one.id_number.as_deref().unwrap_or_default()),
        Field::IdNumber => one.id_number.clone().unwrap_or_default(),
        Field::LocalNumber => one.local_number.clone().unwrap_or_default(),
        Field::Sex => match one.sex.as_deref() {
            Some("1") => "男".to_owned(),
            Some("2") => "女".to_owned(),
            _ => String::new(),
        },
        Field::Born => one.born.map(|day| day.to_string()).unwrap_or_default(),
        // A date of birth decides it.
        Field::AgeSaid => {
            let said = one.age_said.filter(|_| one.born.is_none());
            said.map(cells::age_in_words).unwrap_or_default().to_owned()
        }
        Field::Categories => {
            let word =
                |code: &String| Category::from_code(code).map_or(code.clone(), |one| one.zh().to_owned());
            one.categories.iter().map(word).collect::<Vec<_>>().join("、")
        }
        Field::Phone => phone(&one.phone),
        Field::Carer => one.carer.clone().unwrap_or_default(),
        Field::CarerPhone => phone(&one.carer_phone),
        Field::Address => home.map(|home| home.directions.clone()).unwrap_or_default(),
        Field::Since | Field::Role => String::new(),
    };
    Cell::text(text)
}

/// Everybody with a role in an area or below that holds today, a row a role. Their telephones are the office's own.
///
/// # Errors
/// As [`people`].
pub async fn staff(county: &County, area: AreaCode, format: Format, today: Day) -> Result<Vec<u8>, Problem> {
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let columns = Field::of(List::Staff).map(|field| field.zh().to_owned()).collect();
    let writing = Writing::begin(format, Grid { title: Vec::new(), columns });
    let here = |area_of: AreaCode| reference.areas.within(area_of, area);
    let mut held: Vec<&Assignment> =
        reference.assignments.values().filter(|one| one.holds_on(today) && here(one.area)).collect();
    held.sort_by_key(|one| (one.area, one.role, one.staff));
    let row = |one: &&Assignment| {
        let phone = reference.staff.get(&one.staff).and_then(|member| member.phone.clone());
        let field = |field| match field {
            // Names of villages repeat; codes do not.
            Field::Village => one.area.to_string(),
            Field::Name => reference.staff_name(one.staff),
            Field::Role => one.role.zh().to_owned(),
            _ => phone.clone().unwrap_or_default(),
        };
        Field::of(List::Staff).map(|one| Cell::text(field(one))).collect()
    };
    for lot in held.chunks(LOT) {
        writing.rows(lot.iter().map(row).collect()).await;
    }
    writing.end().await
}
