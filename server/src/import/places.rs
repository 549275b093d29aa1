//! Which village or township a row means: by code, by its published name, or by what people make of that
//! (民主村, 民主村委会 and 民主村民委员会 are one).

use super::cells::{Reason, narrow};
use super::field::Field;
use crate::near::near;
use crate::staff::find_area;
use domain::area::Area;
use domain::ids::{AreaCode, AreaLevel};
use domain::reference::Reference;
use domain::time::Day;
use std::collections::BTreeMap;

/// What a division's name ends with, the longest first.
const ENDINGS: [&str; 12] = [
    "村民委员会",
    "居民委员会",
    "村委会",
    "居委会",
    "社区居委会",
    "街道办事处",
    "社区",
    "街道",
    "委会",
    "村",
    "镇",
    "乡",
];

/// The divisions of a county by what they are called.
#[derive(Debug)]
pub(super) struct Places<'r> {
    reference: &'r Reference,
    today: Day,
    townships: BTreeMap<String, Vec<AreaCode>>,
    villages: BTreeMap<String, Vec<AreaCode>>,
}

fn stem(name: &str) -> String {
    let name: String = narrow(name).chars().filter(|c| !c.is_whitespace()).collect();
    let cut = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending));
    cut.filter(|cut| cut.chars().count() > 1).unwrap_or(&name).to_owned()
}

impl<'r> Places<'r> {
    pub(super) fn new(reference: &'r Reference, today: Day) -> Self {
        let by_name = |level: AreaLevel| {
            let mut names: BTreeMap<String, Vec<AreaCode>> = BTreeMap::new();
            for area in reference.areas.0.values().filter(|area| area.code.level() == level) {
                names.entry(stem(&area.name)).or_default().push(area.code);
            }
            names
        };
        let (townships, villages) = (by_name(AreaLevel::Township), by_name(AreaLevel::Village));
        Self { reference, today, townships, villages }
    }

    /// The village of a row, in the township that it names, if it names one.
    pub(super) fn village(&self, township: &str, village: &str) -> Result<AreaCode, (Field, Reason)> {
        let above = self.township(township).map_err(|reason| (Field::Township, reason))?;
        if village.is_empty() {
            return Err((Field::Village, ("没有填".to_owned(), "empty".to_owned())));
        }
        let given = narrow(village);
        let coded =
            given.trim().parse::<AreaCode>().ok().filter(|code| self.reference.areas.0.contains_key(code));
        let named = || self.villages.get(&stem(village)).cloned().unwrap_or_default();
        let all = coded.map_or_else(named, |code| vec![code]);
        let here = |code: &AreaCode| above.is_none_or(|above| self.reference.areas.within(*code, above));
        let found: Vec<AreaCode> = all.iter().copied().filter(here).collect();
        let alive: Vec<AreaCode> = found
            .iter()
            .copied()
            .filter(|code| self.area(*code).is_some_and(|area| area.exists_on(self.today)))
            .collect();
        match (alive.as_slice(), found.as_slice()) {
            ([one], _) if one.level() == AreaLevel::Village => Ok(*one),
            ([], [ended, ..]) => Err((Field::Village, self.ended(*ended))),
            ([], []) => Err((Field::Village, self.none(village, above, &all))),
            (several, _) => Err((Field::Township, self.several(village, several))),
        }
    }

    fn area(&self, code: AreaCode) -> Option<&Area> {
        self.reference.areas.0.get(&code)
    }

    fn township(&self, text: &str) -> Result<Option<AreaCode>, Reason> {
        if text.is_empty() {
            return Ok(None);
        }
        let code =
            narrow(text).trim().parse::<AreaCode>().ok().filter(|code| code.level() == AreaLevel::Township);
        let coded = code.filter(|code| self.reference.areas.0.contains_key(code));
        let named = || match self.townships.get(&stem(text)).map(Vec::as_slice) {
            Some([one]) => Some(*one),
            _ => None,
        };
        if let Some(found) = coded.or_else(named) {
            return Ok(Some(found));
        }
        let names = self.reference.areas.0.values().filter(|area| area.code.level() == AreaLevel::Township);
        let near = near(text, names.map(|area| area.name.as_str())).join("、");
        Err(offered("没有这个乡镇", "there is no such township", &near))
    }

    fn none(&self, village: &str, above: Option<AreaCode>, elsewhere: &[AreaCode]) -> Reason {
        let areas = &self.reference.areas;
        if let (Some(above), [other, ..]) = (above, elsewhere) {
            let (above, other) = (areas.name(above), self.placed(*other));
            return (
                format!("{above}没有这个村；有 {other}"),
                format!("{above} has no such village; there is {other}"),
            );
        }
        let within = |area: &&Area| {
            area.code.level() == AreaLevel::Village
                && above.is_none_or(|above| areas.within(area.code, above))
        };
        let near = near(village, areas.0.values().filter(within).map(|area| area.name.as_str())).join("、");
        offered("没有这个村", "there is no such village", &near)
    }

    fn placed(&self, code: AreaCode) -> String {
        let above =
            self.area(code).and_then(|area| area.parent).map(|above| self.reference.areas.name(above));
        format!("{}{}", above.unwrap_or_default(), self.reference.areas.name(code))
    }

    fn ended(&self, code: AreaCode) -> Reason {
        let areas = &self.reference.areas;
        let (name, heir) = (areas.name(code), self.placed(areas.heir_on(code, self.today)));
        (
            format!("{name}已撤，并入{heir}，请改成现在的村"),
            format!("{name} has ended; its successor is {heir}"),
        )
    }

    fn several(&self, village: &str, found: &[AreaCode]) -> Reason {
        let all = found.iter().map(|code| self.placed(*code)).collect::<Vec<_>>().join("、");
        (
            format!("有 {} 个村叫“{village}”：{all}；请填乡镇，或在“村”里写代码", found.len()),
            format!("several villages have this name: {all}; give the township, or the code as the village"),
        )
    }

    /// The area of any level that somebody of the staff works in.
    pub(super) fn any(&self, text: &str) -> Result<AreaCode, Reason> {
        if text.is_empty() {
            return Err(("没有填".to_owned(), "empty".to_owned()));
        }
        let given = narrow(text);
        let given = given.trim();
        find_area(self.reference, given)
            .or_else(|problem| self.meant(given).unwrap_or_else(|| Err(said(&problem))))
    }

    /// A village or township by what people make of its name, when no area is called so; of a village what ends like
    /// one, of a township the same.
    fn meant(&self, given: &str) -> Option<Result<AreaCode, Reason>> {
        if self.reference.areas.0.values().any(|area| area.name == given) {
            return None;
        }
        let ends = |endings: &[&str]| endings.iter().any(|ending| given.ends_with(ending));
        let names = match (ends(&["镇", "乡", "街道", "办事处"]), ends(&["村", "社区", "委会", "委员会"]))
        {
            (true, _) => vec![&self.townships],
            (_, true) => vec![&self.villages],
            _ => vec![&self.villages, &self.townships],
        };
        let called = names.into_iter().filter_map(|names| names.get(&stem(given))).flatten();
        let exists = |code: &&AreaCode| self.area(**code).is_some_and(|area| area.exists_on(self.today));
        let found: Vec<AreaCode> = called.filter(exists).copied().collect();
        match found.as_slice() {
            [] => None,
            [one] => Some(Ok(*one)),
            several => {
                let placed = |code: &AreaCode| format!("{} {code}", self.placed(*code));
                let all = several.iter().map(placed).collect::<Vec<_>>().join("、");
                let zh = format!("有 {} 个地方叫“{given}”，请写代码：{all}", several.len());
                Some(Err((zh, format!("several places have this name; give the code: {all}"))))
            }
        }
    }
}

fn offered(zh: &str, en: &str, near: &str) -> Reason {
    match near {
        "" => (zh.to_owned(), en.to_owned()),
        near => (format!("{zh}；是不是：{near}"), format!("{en}; did you mean: {near}")),
    }
}

/// The reason that a problem gives.
pub(super) fn said(problem: &domain::problem::Problem) -> Reason {
    let said = |key: &str| problem.params.get(key).cloned().unwrap_or_default();
    (said("reason_zh"), said("reason"))
}
