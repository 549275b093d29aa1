//! 走访要求: the rules with which a county begins, the synthetic one as well, each with its source and its strength.
//!
//! Data, not law: a county edits the records. N: an interval that a national text states; O: one stated
//! by another place; D: a suggested default, where the national text names the duty but no interval.

use super::places::COUNTY;
use super::records::{SeedRecord, code, list};
use domain::catalogue::{RecordKind, keys};
use domain::ids::RecordId;

struct Rule {
    duty: &'static str,
    zh: &'static str,
    en: &'static str,
    kind: &'static str,
    categories: &'static [&'static str],
    ways: &'static [&'static str],
    mets: &'static [&'static str],
    cadence: &'static str,
    visitors_min: i64,
    enrolled_days_min: i64,
    roles: &'static [&'static str],
    from: &'static str,
    until: Option<&'static str>,
    source: &'static str,
    strength: &'static str,
}

const OFFICERS: &[&str] = &["assistance_officer"];
const CHILD_DIRECTORS: &[&str] = &["child_director"];
const ANY_WAY: &[&str] = &["home", "elsewhere", "phone", "video"];
const FACE_TO_FACE: &[&str] = &["home", "elsewhere"];
const AT_HOME: &[&str] = &["home"];
const IN_PERSON: &[&str] = &["self", "self_and_carer"];
/// Where the household is the unit, any adult of it will do.
const HOUSEHOLD: &[&str] = &["self", "self_and_carer", "family"];

/// What most rules share.
const PLAIN: Rule = Rule {
    duty: "",
    zh: "",
    en: "",
    kind: "care",
    categories: &[],
    ways: ANY_WAY,
    mets: IN_PERSON,
    cadence: "month",
    visitors_min: 1,
    enrolled_days_min: 0,
    roles: OFFICERS,
    from: "2023-01-01",
    until: None,
    source: "",
    strength: "D",
};

const RULES: &[Rule] = &[
    Rule {
        duty: "elder_monthly",
        zh: "特殊困难老年人月探访",
        en: "monthly visit to elders in special difficulty",
        categories: &["DJ", "KC", "LSLR", "SN", "ZC", "JS"],
        enrolled_days_min: 7,
        source: "民发〔2022〕73号：到2025年底特殊困难老年人月探访率达到100%；定期上门入户、电话视频等",
        strength: "N",
        ..PLAIN
    },
    Rule {
        duty: "elder_home_quarterly",
        zh: "特殊困难老年人每季度上门",
        en: "quarterly home visit to elders in special difficulty",
        categories: &["DJ", "KC", "LSLR", "SN", "ZC", "JS"],
        ways: AT_HOME,
        cadence: "quarter",
        enrolled_days_min: 30,
        source: "民发〔2022〕73号 未规定上门次数；建议：月探访可以电话，每季度至少上门一次",
        ..PLAIN
    },
    Rule {
        duty: "elder_high_risk_weekly",
        zh: "高风险老年人每周探访",
        en: "weekly contact with elders at high risk",
        categories: &["SN", "SZ"],
        mets: HOUSEHOLD,
        cadence: "days:7",
        source: "内蒙古有关探访关爱意见（外地做法）：高风险老年人每周一次，重大变故24小时内",
        strength: "O",
        ..PLAIN
    },
    Rule {
        duty: "destitute_monthly",
        zh: "分散供养特困人员月走访",
        en: "monthly visit to destitute people living at home",
        categories: &["TK"],
        ways: FACE_TO_FACE,
        source: "青海、内蒙古探访清单（外地做法）：分散供养特困人员每月走访；集中供养不计入",
        strength: "O",
        ..PLAIN
    },
    Rule {
        duty: "allowance_quarterly",
        zh: "低保对象季度走访",
        en: "quarterly visit to people on the minimum living allowance",
        categories: &["DB"],
        ways: AT_HOME,
        cadence: "quarter",
        enrolled_days_min: 30,
        until: Some("2026-01-01"),
        source: "全国和省级文件未规定走访次数（核查另有规定）；建议每季度一次，须见到本人",
        ..PLAIN
    },
    Rule {
        duty: "allowance_quarterly",
        zh: "低保对象季度走访",
        en: "quarterly visit to people on the minimum living allowance",
        categories: &["DB"],
        ways: AT_HOME,
        mets: HOUSEHOLD,
        cadence: "quarter",
        enrolled_days_min: 30,
        from: "2026-01-01",
        source: "全国和省级文件未规定走访次数（核查另有规定）；2026年起以户为单位，建议每季度一次",
        ..PLAIN
    },
    Rule {
        duty: "allowance_margin_half_yearly",
        zh: "低保边缘和刚性支出困难家庭半年走访",
        en: "half-yearly visit to families at the margin of the allowance",
        categories: &["DBBY", "GXZC"],
        ways: AT_HOME,
        mets: HOUSEHOLD,
        cadence: "half_year",
        enrolled_days_min: 30,
        source: "全国和省级文件未规定走访次数；建议每半年一次",
        ..PLAIN
    },
    Rule {
        duty: "temporary_aid_follow_up",
        zh: "临时救助后回访",
        en: "visit within 30 days of temporary aid",
        categories: &["LSJZ"],
        mets: HOUSEHOLD,
        cadence: "days:30",
        source: "全国和省级文件未规定；建议发放后30天内回访一次",
        ..PLAIN
    },
    Rule {
        duty: "poverty_watch_monthly",
        zh: "防止返贫监测对象月走访",
        en: "monthly visit to families watched against a return to poverty",
        categories: &["FPJC"],
        ways: AT_HOME,
        mets: HOUSEHOLD,
        enrolled_days_min: 7,
        source: "每月入户核实（公开报道转引，外地做法）；过渡期后口径待县确认",
        strength: "O",
        ..PLAIN
    },
    Rule {
        duty: "relocated_quarterly",
        zh: "易地搬迁户季度走访",
        en: "quarterly visit to relocated households",
        categories: &["YDBQ"],
        mets: HOUSEHOLD,
        cadence: "quarter",
        source: "龙政办发〔2021〕29号 四(四) 搬迁群众社会融入，未规定次数；建议每季度一次",
        ..PLAIN
    },
    Rule {
        duty: "child_left_behind_monthly",
        zh: "留守儿童月走访",
        en: "monthly visit to children left behind",
        categories: &["LSET"],
        enrolled_days_min: 7,
        roles: CHILD_DIRECTORS,
        source: "国发〔2016〕13号：定期走访、全面排查；未成年人保护法第43条。未规定次数，建议每月一次",
        ..PLAIN
    },
    Rule {
        duty: "child_difficulty_monthly",
        zh: "困境儿童月随访",
        en: "monthly visit to children in difficulty",
        categories: &["KJET", "GE", "SSWR"],
        enrolled_days_min: 7,
        roles: CHILD_DIRECTORS,
        source: "民发〔2019〕34号：定期随访，未规定次数；内蒙古：散居孤儿、困境儿童每月一次（外地做法）",
        strength: "O",
        ..PLAIN
    },
    Rule {
        duty: "migrant_child_half_yearly",
        zh: "流动儿童半年走访",
        en: "half-yearly visit to migrant children",
        categories: &["LDET"],
        mets: HOUSEHOLD,
        cadence: "half_year",
        enrolled_days_min: 30,
        roles: CHILD_DIRECTORS,
        source: "民发〔2024〕35号：信息至少每半年更新一次",
        strength: "N",
        from: "2024-07-01",
        ..PLAIN
    },
    Rule {
        duty: "allowance_check_yearly",
        zh: "低保对象年度核查",
        en: "yearly eligibility check of the minimum living allowance",
        kind: "check",
        categories: &["DB"],
        ways: AT_HOME,
        mets: HOUSEHOLD,
        cadence: "year",
        visitors_min: 2,
        roles: &["assistance_clerk", "assistance_officer"],
        source: "民发〔2021〕57号：短期内经济状况变化不大的每年核查一次；社会救助暂行办法第13条；两人以上入户",
        strength: "N",
        ..PLAIN
    },
];

/// The county's rules as records; ids depend on the duty and its first day only.
pub fn records() -> impl Iterator<Item = SeedRecord> {
    RULES.iter().map(|rule| {
        let id = RecordId::named("duty", &format!("{}@{}", rule.duty, rule.from));
        SeedRecord::new(RecordKind::Duty, id)
            .with(keys::DUTY, rule.duty)
            .with(keys::TITLE_ZH, rule.zh)
            .with(keys::TITLE_EN, rule.en)
            .with(keys::KIND, rule.kind)
            .with(keys::CATEGORIES, list(rule.categories))
            .with(keys::WAYS, list(rule.ways))
            .with(keys::METS, list(rule.mets))
            .with(keys::CADENCE, rule.cadence)
            .with(keys::CUT, "natural")
            .with(keys::VISITORS_MIN, rule.visitors_min)
            .with(keys::ENROLLED_DAYS_MIN, rule.enrolled_days_min)
            .with(keys::ROLES, list(rule.roles))
            .with(keys::AREA, code(COUNTY))
            .with(keys::FROM, rule.from)
            .maybe(keys::UNTIL, rule.until)
            .with(keys::SOURCE, rule.source)
            .with(keys::STRENGTH, rule.strength)
    })
}

/// Which form is used for whom (用哪张表): the child's under 18; the elder's for everybody else, whose
/// list of health, spirits, safety, cleanliness and home asks nothing that only the old have.
pub fn form_assignments() -> impl Iterator<Item = SeedRecord> {
    [("child_visit", keys::AGE_UNTIL), ("elder_visit", keys::AGE_FROM)].into_iter().map(|(form, bound)| {
        let id = RecordId::named("form_assignment", &format!("{form}@{COUNTY}"));
        SeedRecord::new(RecordKind::FormAssignment, id)
            .with(keys::FORM, form)
            .with(keys::AREA, code(COUNTY))
            .with(bound, 18)
            .with(keys::FROM, PLAIN.from)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::category::Category;
    use domain::duty::{Duty, DutyKind};
    use domain::period::Cadence;
    use domain::staff::Role;
    use domain::visit::{Met, Way};

    #[test]
    fn every_rule_is_read_whole_and_names_its_source() {
        let rules: Vec<_> = records().map(|one| Duty::read(one.record.id, &one.head()).unwrap()).collect();
        assert_eq!(rules.len(), RULES.len());
        for (rule, written) in rules.iter().zip(RULES) {
            assert!(["N", "O", "D"].contains(&rule.strength.as_str()), "{}", rule.duty);
            assert!(!rule.source.is_empty() && !rule.title_zh.is_empty() && !rule.title_en.is_empty());
            assert_eq!(rule.ways.len(), written.ways.len(), "{}: an unknown way", rule.duty);
            assert_eq!(rule.mets.len(), written.mets.len(), "{}: an unknown meeting", rule.duty);
            assert_eq!(rule.roles.len(), written.roles.len(), "{}: an unknown role", rule.duty);
            for category in &rule.categories {
                assert!(Category::from_code(category).is_some(), "{category}");
            }
        }
        assert!(rules.iter().any(|rule| matches!(rule.cadence, Cadence::Rolling { .. })));
        assert!(rules.iter().any(|rule| rule.ways == [Way::Home] && rule.duty == "elder_home_quarterly"));
        let check = rules.iter().find(|rule| rule.kind == DutyKind::Check).unwrap();
        assert!(check.visitors_min == 2 && check.roles.contains(&Role::AssistanceClerk));
        let elder = rules.iter().find(|rule| rule.duty == "elder_monthly").unwrap();
        assert!(!elder.mets.contains(&Met::FamilyOnly), "只见到家人 is never 见到本人");
    }

    #[test]
    fn a_duty_has_at_most_one_rule_on_a_day() {
        let rules: Vec<_> = records().map(|one| Duty::read(one.record.id, &one.head()).unwrap()).collect();
        for day in ["2024-08-01", "2025-12-31", "2026-01-01", "2027-01-01"] {
            let day = day.parse().unwrap();
            let mut names: Vec<_> =
                rules.iter().filter(|rule| rule.holds_on(day)).map(|rule| rule.duty.as_str()).collect();
            let all = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), all, "{day}");
            assert_eq!(all, 13, "{day}");
        }
    }
}
