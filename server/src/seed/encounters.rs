//! 见到没有: what happens to each person of a going-there, as the fields of parts.

use super::County;
use super::dice::Dice;
use super::people::Resident;
use super::records::date;
use super::rounds::{Going, Whereto};
use domain::catalogue::keys;
use domain::concern::ConcernKind;
use domain::subject::AwayKind;
use domain::time::Day;
use domain::value::Value;
use domain::visit::{Met, NotMet, NotMetGroup, Way};
use std::collections::BTreeMap;

/// What happened to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encounter {
    pub met: Met,
    /// Why not, and from when a change holds.
    pub reason: Option<(NotMet, Option<Day>)>,
}

impl Encounter {
    fn met(met: Met) -> Option<Self> {
        Some(Self { met, reason: None })
    }

    fn missed(reason: NotMet, from: Option<Day>) -> Option<Self> {
        Some(Self { met: Met::Nobody, reason: Some((reason, from)) })
    }

    /// The part's fields but for its visit, which has no id before it is loaded.
    pub(super) fn sets(self, resident: &Resident, dice: &mut Dice) -> BTreeMap<String, Value> {
        let mut sets = BTreeMap::from([
            (keys::SUBJECT.to_owned(), Value::text(resident.person.id.to_string())),
            (keys::MET.to_owned(), Value::from(self.met.code())),
        ]);
        let Some((reason, from)) = self.reason else { return sets };
        sets.insert(keys::REASON.to_owned(), Value::from(reason.code()));
        if let Some(from) = from {
            sets.insert(keys::REASON_FROM.to_owned(), date(from));
        }
        let words: &[&str] = match reason {
            NotMet::Hospital => &["县人民医院", "大理州医院", "乡卫生院"],
            NotMet::Migrant => &["浙江，电话打得通", "保山，过年回来", "广东，跟老乡一起"],
            NotMet::MovedAway | NotMet::RegistrationMoved => &["搬到县城儿子家", "迁到保山"],
            NotMet::Institution => &["乡敬老院", "县福利院"],
            _ => &[],
        };
        if !words.is_empty() {
            sets.insert(keys::REASON_WORDS.to_owned(), Value::from(dice.pick(words)));
        }
        if reason.group() == NotMetGroup::Missed && dice.chance(400) {
            let when = dice.pick(&["下个街天", "过三天", "下个星期", "傍晚再来"]);
            sets.insert(keys::COME_AGAIN.to_owned(), Value::from(when));
        }
        sets
    }
}

/// What happens to a person on this going; `None` when they would not be looked for at all.
pub(super) fn encounter(
    county: &County,
    going: &Going,
    resident: &Resident,
    dice: &mut Dice,
) -> Option<Encounter> {
    let (person, day) = (&resident.person, going.day);
    if person.born.is_some_and(|born| born > day) || person.refusal_approved.is_some_and(|from| from <= day) {
        return None;
    }
    let changed = [(person.died, NotMet::Died), (person.moved_out, NotMet::MovedAway)];
    for (from, reason) in changed {
        if from.is_some_and(|from| from <= day) {
            return Encounter::missed(reason, from);
        }
    }
    let calls = matches!(going.way, Way::Phone | Way::Video);
    if let Some(away) = person.aways.iter().find(|away| away.holds_on(day)) {
        return match away.kind {
            AwayKind::Hospital => Encounter::missed(NotMet::Hospital, away.from),
            AwayKind::Institution => Encounter::missed(NotMet::Institution, away.from),
            AwayKind::Migrant if calls => Encounter::met(Met::InPerson),
            AwayKind::Migrant => Encounter::missed(NotMet::Migrant, away.from),
            AwayKind::Boarding if matches!(going.whereto, Whereto::School(_)) => at_school(dice),
            // Whoever is at home can speak for a child at school.
            AwayKind::Boarding => Encounter::met(Met::FamilyOnly),
        };
    }
    if going.in_vain {
        let reasons = [
            (42, NotMet::NotAtHome.code()),
            (38, NotMet::InTheFields.code()),
            (14, NotMet::AtRelatives.code()),
            (5, NotMet::RoadBlocked.code()),
            (1, NotMet::Refused.code()),
        ];
        let reason = NotMet::from_code(dice.weighted(&reasons)).unwrap_or(NotMet::NotAtHome);
        return Encounter::missed(reason, None);
    }
    if matches!(going.whereto, Whereto::School(_)) {
        return at_school(dice);
    }
    let home = county.register.homes.get(resident.home);
    let alone = home.is_none_or(|home| home.members.len() == 1);
    let cared_for =
        person.is_minor_on(day) || person.categories_on(day).any(|code| ["SN", "SZ", "ZC"].contains(&code));
    let met = match dice.below(100) {
        0..5 if !alone => Met::FamilyOnly,
        5..45 if cared_for && !alone => Met::WithCarer,
        _ => Met::InPerson,
    };
    Encounter::met(met)
}

/// At school nearly everybody is met; now and then one is ill at home.
fn at_school(dice: &mut Dice) -> Option<Encounter> {
    if dice.chance(30) { Encounter::missed(NotMet::NotAtHome, None) } else { Encounter::met(Met::InPerson) }
}

/// Now and then something is found that the form did not ask.
pub(super) fn found(resident: &Resident, day: Day, met: Met, dice: &mut Dice) -> Option<ConcernKind> {
    if met == Met::Nobody || !dice.chance(18) {
        return None;
    }
    let kinds = if resident.person.is_minor_on(day) {
        ["school", "guardianship", "papers", "livelihood"]
    } else {
        ["house", "utilities", "medical", "care"]
    };
    ConcernKind::from_code(dice.pick(&kinds))
}
