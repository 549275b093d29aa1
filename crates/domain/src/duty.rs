//! 走访要求: duties, as dated rules that a county can edit. Nothing here is a constant of the program.
//!
//! A duty is known by its name (`duty`); each record is one rule of it, holding from a day until
//! the next. A share at home ("每季度至少上门一次") is a duty of its own beside the monthly one,
//! because every duty keeps its own standing.

use crate::area::{code, date};
use crate::catalogue::keys;
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use crate::period::{Cadence, Cut};
use crate::staff::Role;
use crate::subject::Person;
use crate::time::Day;
use crate::value::Value;
use crate::visit::{Met, PartFact, Way};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

crate::staff::codes! {
    /// What a visit is for. A 核查 is never met by a 走访.
    DutyKind {
        Care "care" "走访" "visit";
        Check "check" "核查" "eligibility check";
        FollowUp "follow_up" "随访" "follow-up";
        Assessment "assessment" "评估" "assessment";
    }
}

crate::staff::codes! {
    /// By whose word a duty is asked for.
    Strength {
        National "N" "全国规定" "national";
        Elsewhere "O" "参照外地" "after another place";
        County "D" "县里自定" "set by the county";
    }
}

/// One rule of a duty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// The record.
    pub id: RecordId,
    /// The duty's stable name.
    pub duty: String,
    /// What people call it.
    pub title_zh: String,
    /// The English name.
    pub title_en: String,
    /// What kind of visit it asks for.
    pub kind: DutyKind,
    /// Whom it is for: anyone in one of these categories.
    pub categories: Vec<String>,
    /// Which ways satisfy it.
    pub ways: Vec<Way>,
    /// Which kinds of meeting satisfy it.
    pub mets: Vec<Met>,
    /// How often.
    pub cadence: Cadence,
    /// Where its months are cut.
    pub cut: Cut,
    /// How many visitors it takes (核查: two).
    pub visitors_min: u8,
    /// A person enrolled fewer days than this before the end of a period is not due in it.
    pub enrolled_days_min: u8,
    /// Which roles carry it.
    pub roles: Vec<Role>,
    /// Where the rule holds; the nearest owner wins.
    pub area: AreaCode,
    /// The first day of this rule.
    pub from: Day,
    /// The first day no more.
    pub until: Option<Day>,
    /// Law, document and article.
    pub source: String,
    /// The code of its [`Strength`].
    pub strength: String,
    /// By whose word it was ended, law, document and article; empty while it was not.
    #[serde(default)]
    pub ended_source: String,
}

fn list<'a>(head: &'a Head, key: &str) -> &'a [String] {
    match head.value(key) {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

fn small(head: &Head, key: &str, otherwise: u8) -> u8 {
    head.int(key).and_then(|number| u8::try_from(number).ok()).unwrap_or(otherwise)
}

impl Duty {
    /// Whether there is any day on which it is in force: of one that was ended before it began there is none.
    pub fn holds_ever(&self) -> bool {
        self.until.is_none_or(|until| self.from < until)
    }

    /// By whose word it is asked for; what is not known is the county's own.
    pub fn strength(&self) -> Strength {
        Strength::from_code(&self.strength).unwrap_or(Strength::County)
    }

    /// Reads a rule; `None` when what it needs is missing, contested or of a newer version:
    /// a rule that cannot be read asks nothing of anybody, and `doctor` names it.
    pub fn read(id: RecordId, head: &Head) -> Option<Self> {
        Some(Self {
            id,
            duty: head.text(keys::DUTY)?.to_owned(),
            title_zh: head.text(keys::TITLE_ZH)?.to_owned(),
            title_en: head.text(keys::TITLE_EN).unwrap_or_default().to_owned(),
            kind: head.text(keys::KIND).and_then(DutyKind::from_code)?,
            categories: list(head, keys::CATEGORIES).to_vec(),
            ways: list(head, keys::WAYS).iter().filter_map(|code| Way::from_code(code)).collect(),
            mets: list(head, keys::METS).iter().filter_map(|code| Met::from_code(code)).collect(),
            cadence: head.text(keys::CADENCE)?.parse().ok()?,
            cut: head.text(keys::CUT).and_then(Cut::from_code).unwrap_or(Cut::Natural),
            visitors_min: small(head, keys::VISITORS_MIN, 1),
            enrolled_days_min: small(head, keys::ENROLLED_DAYS_MIN, 0),
            roles: list(head, keys::ROLES).iter().filter_map(|code| Role::from_code(code)).collect(),
            area: code(head, keys::AREA)?,
            from: date(head, keys::FROM)?,
            until: date(head, keys::UNTIL),
            source: head.text(keys::SOURCE).unwrap_or_default().to_owned(),
            strength: head.text(keys::STRENGTH).unwrap_or_default().to_owned(),
            ended_source: head.text(keys::ENDED_SOURCE).unwrap_or_default().to_owned(),
        })
    }

    /// The fields of a record that is read as this rule.
    pub fn fields(&self) -> BTreeMap<String, Value> {
        let codes = |codes: Vec<&str>| Value::List(codes.into_iter().map(str::to_owned).collect());
        let area = Value::Int(i64::try_from(self.area.0).unwrap_or_default());
        let mut fields: BTreeMap<&str, Value> = BTreeMap::from([
            (keys::DUTY, Value::text(&self.duty)),
            (keys::TITLE_ZH, Value::text(&self.title_zh)),
            (keys::TITLE_EN, Value::text(&self.title_en)),
            (keys::KIND, Value::from(self.kind.code())),
            (keys::CATEGORIES, Value::List(self.categories.clone())),
            (keys::WAYS, codes(self.ways.iter().map(|way| way.code()).collect())),
            (keys::METS, codes(self.mets.iter().map(|met| met.code()).collect())),
            (keys::CADENCE, Value::text(self.cadence.to_string())),
            (keys::CUT, Value::from(self.cut.code())),
            (keys::VISITORS_MIN, Value::from(i64::from(self.visitors_min))),
            (keys::ENROLLED_DAYS_MIN, Value::from(i64::from(self.enrolled_days_min))),
            (keys::ROLES, codes(self.roles.iter().map(|role| role.code()).collect())),
            (keys::AREA, area),
            (keys::FROM, Value::text(self.from.to_string())),
            (keys::SOURCE, Value::text(&self.source)),
            (keys::STRENGTH, Value::text(&self.strength)),
        ]);
        fields.extend(self.until.map(|until| (keys::UNTIL, Value::text(until.to_string()))));
        let ended = (!self.ended_source.is_empty()).then(|| Value::text(&self.ended_source));
        fields.extend(ended.map(|source| (keys::ENDED_SOURCE, source)));
        fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }

    /// Whether the rule holds on a day.
    pub fn holds_on(&self, day: Day) -> bool {
        self.from <= day && self.until.is_none_or(|until| day < until)
    }

    /// Whether a person is among those it is for, on a day.
    pub fn concerns(&self, person: &Person, day: Day) -> bool {
        person.categories_on(day).any(|code| self.categories.iter().any(|one| one == code))
    }

    /// Whether a person was ever among those it is for, or will be.
    pub fn may_concern(&self, person: &Person) -> bool {
        person.memberships.iter().any(|one| self.categories.contains(&one.code))
    }

    /// Whether a part satisfies it: way, meeting and number of visitors.
    pub fn met_by(&self, fact: &PartFact) -> bool {
        self.ways.contains(&fact.way) && self.met_but_for_way(fact)
    }

    /// Whether a part satisfies it when its way is accepted for a reason of the person's own
    /// ([`crate::subject::AwayKind::admits`]).
    pub fn met_but_for_way(&self, fact: &PartFact) -> bool {
        self.kind == DutyKind::Care && self.mets.contains(&fact.met) && fact.visitors >= self.visitors_min
    }
}
