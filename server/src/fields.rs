//! Fields and their values as people read them at the terminal and on paper: by the model's catalogue, the county's
//! areas and staff, and the form under which a question was answered.

use crate::cli::moment;
use crate::county::{County, at_county};
use crate::reports::waiting::Side;
use crate::staff::operator;
use crate::takes::codes;
use domain::canonical::Hash;
use domain::catalogue::{RecordKind, field_zh, keys};
use domain::ids::{AreaCode, RecordId};
use domain::location::Location;
use domain::patch::ANSWER_PREFIX;
use domain::problem::Problem;
use domain::reference::Reference;
use domain::time::{Day, Happened};
use domain::value::Value;
use forms::form::Form;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use sync::county::prepared::{ASK, KEEP, ONE, SETTLE, TWO, UNDO};

/// What fields and values are called, Chinese.
#[derive(Debug)]
pub(crate) struct Words {
    reference: Arc<Reference>,
    forms: BTreeMap<Hash, Arc<Form>>,
}

/// A field of a record; of an answer, under which form it was given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// The kind of the record, unless it cannot be read.
    pub(crate) kind: Option<RecordKind>,
    /// The field's key.
    pub(crate) field: &'a str,
    /// The form.
    pub(crate) form: Option<Hash>,
}

impl Words {
    /// The words of a county, with those of these forms. A form that is not published here leaves its
    /// questions as they are.
    ///
    /// # Errors
    /// What the store says.
    pub(crate) async fn of(county: &County, forms: BTreeSet<Hash>) -> Result<Self, Problem> {
        let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
        let missing: BTreeSet<Hash> =
            forms.iter().copied().filter(|hash| county.forms.get(*hash).is_none()).collect();
        if !missing.is_empty() {
            county.forms.load(county.stores.ledger.as_ref(), &missing).await?;
        }
        let forms = forms.into_iter().filter_map(|hash| Some((hash, county.forms.get(hash)?))).collect();
        Ok(Self { reference, forms })
    }

    /// What a field is called; its key as it is when nobody here knows it.
    pub(crate) fn field(&self, place: Place<'_>) -> String {
        if let Some((question, _)) = self.answer(place, &Value::Null) {
            return question;
        }
        if place.kind == Some(RecordKind::Household) && place.field == keys::NAME {
            return "户主".to_owned();
        }
        field_zh(place.field).unwrap_or_else(|| place.field.to_owned())
    }

    /// A value in words; a code of a newer version as it is.
    pub(crate) fn value(&self, place: Place<'_>, value: &Value) -> String {
        if let Some((_, answer)) = self.answer(place, value).filter(|_| !value.is_null()) {
            return answer;
        }
        match value {
            Value::Null => "（空）".to_owned(),
            Value::Bool(true) => "是".to_owned(),
            Value::Bool(false) => "否".to_owned(),
            Value::Int(number) => self.number(place.field, *number),
            Value::Text(text) => self.text(place, text),
            Value::List(items) => {
                items.iter().map(|item| self.text(place, item)).collect::<Vec<_>>().join("、")
            }
        }
    }

    /// What stands, or stood, side by side, with its authors.
    pub(crate) fn sides(&self, place: Place<'_>, sides: &[Side]) -> String {
        let side =
            |one: &Side| format!("{}（{} {}）", self.value(place, &one.value), one.by, moment(one.at_ms));
        sides.iter().map(side).collect::<Vec<_>>().join("；")
    }

    /// The question and the answer in the form's own words.
    fn answer(&self, place: Place<'_>, value: &Value) -> Option<(String, String)> {
        let path = place.field.strip_prefix(ANSWER_PREFIX)?;
        let (question, answer) = self.forms.get(&place.form?)?.in_words(path, value, "zh")?;
        (!question.is_empty()).then_some((question, answer))
    }

    fn number(&self, field: &str, number: i64) -> String {
        let areas = [keys::VILLAGE, keys::AREA, keys::CODE, keys::PARENT, keys::SUCCESSOR];
        let of_area = areas.contains(&field) || field.starts_with(keys::MOVED);
        let area = u64::try_from(number).ok().map(AreaCode).filter(|_| of_area);
        area.map_or_else(|| number.to_string(), |code| self.reference.areas.name(code))
    }

    fn text(&self, place: Place<'_>, text: &str) -> String {
        if let Some(word) = code_zh(place, text) {
            return word.to_owned();
        }
        match place.field {
            keys::HAPPENED => text.parse().map_or_else(|_| text.to_owned(), happened_zh),
            keys::VERDICT => verdict_zh(text).to_owned(),
            keys::LOCATION => text.parse().map_or_else(|_| text.to_owned(), location_zh),
            keys::VISITED_BY | keys::COMPANIONS | keys::STAFF | keys::DECIDED_BY => {
                text.parse().map_or_else(|_| text.to_owned(), |id| self.reference.staff_name(id))
            }
            _ => text.to_owned(),
        }
    }
}

/// The word of a code.
pub(crate) fn code_zh(place: Place<'_>, code: &str) -> Option<&'static str> {
    codes(place.kind, place.field).into_iter().find(|(one, ..)| *one == code).map(|(_, zh, _)| zh)
}

/// Who wrote something, for whoever cannot look an id up.
pub(crate) fn author_zh(reference: &Reference, author: RecordId) -> String {
    match reference.staff.get(&author) {
        Some(staff) => staff.name.clone(),
        None if author == operator() => "服务器上".to_owned(),
        None => "不在名册的人".to_owned(),
    }
}

/// What was decided on something that waited, in words; a code of a newer version as it is.
pub(crate) fn verdict_zh(code: &str) -> &str {
    match code {
        "accept" => "收下",
        "dismiss" => "没有采用",
        KEEP => "以后再看",
        SETTLE => "定下用哪个",
        ASK => "请本人补充",
        ONE => "认作一次",
        TWO => "不是同一次",
        UNDO => "撤销了上面的决定",
        other => other,
    }
}

/// Where a visit was written down.
fn location_zh(at: Location) -> String {
    let (latitude, longitude, at_ms) = (at.latitude(), at.longitude(), moment(at.at_ms()));
    format!("纬度 {latitude:.5}，经度 {longitude:.5}，误差约 {} 米（{at_ms}）", at.accuracy_m())
}

/// The time of a visit: a half day is said as half a day, a whole one as a day.
fn happened_zh(when: Happened) -> String {
    let day = when.day();
    let (from, until) = (moment(when.from_ms), moment(when.until_ms));
    let clock = |moment: &str| moment.split_once(' ').map_or(String::new(), |(_, clock)| clock.to_owned());
    match when {
        _ if when == Happened::morning(day) => format!("{day} 上午"),
        _ if when == Happened::afternoon(day) => format!("{day} 下午"),
        _ if when == Happened::whole(day) => day.to_string(),
        _ if from == until => from,
        _ if Day::of(when.until_ms) == day => format!("{from}–{}", clock(&until)),
        _ => format!("{from} – {until}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{VILLAGE, World};

    #[tokio::test]
    async fn fields_and_values_are_told_in_words_and_what_nobody_knows_as_it_is() {
        let world = World::new().await;
        let words = Words::of(&world.county, BTreeSet::new()).await.unwrap();
        let (_, _, reference, _) = world.county.stores.ledger.standing_now().await.unwrap();
        let officer = world.officer();
        let village = Value::Int(i64::try_from(VILLAGE.0).unwrap());
        let staff = Value::List(vec![officer.to_string(), "表妹".to_owned()]);
        for (kind, field, value, name, told) in [
            (RecordKind::Visit, "way", "elsewhere".into(), "怎么见的", "在别处见面".to_owned()),
            (RecordKind::Visit, "village", village, "村", reference.areas.name(VILLAGE)),
            (
                RecordKind::Visit,
                "companions",
                staff,
                "同行人",
                format!("{}、表妹", reference.staff[&officer].name),
            ),
            (
                RecordKind::Visit,
                "location",
                "25.88512,99.37124,15,1763954520000".into(),
                "位置",
                "纬度 25.88512，经度 99.37124，误差约 15 米（2025-11-24 11:22）".to_owned(),
            ),
            (RecordKind::Visit, "location", "somewhere".into(), "位置", "somewhere".to_owned()),
            (RecordKind::Visit, "void", Value::Null, "作废", "（空）".to_owned()),
            (RecordKind::Part, "met", "self_and_carer".into(), "见到谁", "见到本人和照料人".to_owned()),
            (
                RecordKind::Part,
                "reason",
                "in_the_fields".into(),
                "没见到的原因",
                "下地、放牧、赶集".to_owned(),
            ),
            (RecordKind::Concern, "kind", "house".into(), "种类", "房屋".to_owned()),
            (RecordKind::Concern, "state", "in_hand".into(), "状态", "处理中".to_owned()),
            (RecordKind::Household, "name", "杨某".into(), "户主", "杨某".to_owned()),
            (RecordKind::Person, "name", "杨某".into(), "姓名", "杨某".to_owned()),
            (RecordKind::Person, "registration", "pending".into(), "登记", "待确认".to_owned()),
            (RecordKind::Person, "away/1/kind", "boarding".into(), "外出 1 种类", "住校".to_owned()),
            (RecordKind::Visit, "way", "by_boat".into(), "怎么见的", "by_boat".to_owned()),
            (RecordKind::Visit, "shoe_size", Value::Int(42), "shoe_size", "42".to_owned()),
            (RecordKind::Part, "a/health/speech", "good".into(), "a/health/speech", "good".to_owned()),
        ] {
            let place = Place { kind: Some(kind), field, form: None };
            assert_eq!((words.field(place), words.value(place, &value)), (name.to_owned(), told), "{field}");
        }
    }

    #[test]
    fn the_time_of_a_visit_is_read_as_it_was_said() {
        for (text, told) in [
            ("2026-11-23T00:00/2026-11-23T12:00", "2026-11-23 上午"),
            ("2026-11-23T12:00/2026-11-24T00:00", "2026-11-23 下午"),
            ("2026-11-23T00:00/2026-11-24T00:00", "2026-11-23"),
            ("2026-11-23T10:20/2026-11-23T10:20", "2026-11-23 10:20"),
            ("2026-11-23T10:20/2026-11-23T11:05", "2026-11-23 10:20–11:05"),
            ("2026-11-23T23:00/2026-11-24T01:30", "2026-11-23 23:00 – 2026-11-24 01:30"),
        ] {
            assert_eq!(happened_zh(text.parse().unwrap()), told);
        }
    }
}
