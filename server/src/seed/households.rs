//! 户: of what kinds households are, and who lives in them, before anybody has a name.
//!
//! The shares are plausible for a mountain county's register of people to be looked after, and of no
//! other authority. The head (户主) always comes first, so that a household cut short to keep the
//! number of people still has one.

use super::dice::Dice;
use super::names::Sex;
use domain::subject::AwayKind;

/// The kind of a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Shape {
    /// 独居老人
    #[default]
    ElderAlone,
    /// 空巢老人, a couple
    ElderCouple,
    /// 隔代: grandparents with children left behind
    Grandchildren,
    /// A grandmother, her disabled grown son, and a grandson left behind at boarding school
    ThreeGenerations,
    /// 低保 family
    Allowance,
    /// 低保边缘 or 刚性支出 family
    Margin,
    /// 防止返贫监测 family
    Watched,
    /// 特困, alone
    Destitute,
    /// A parent alone with a child in difficulty
    SingleParent,
    /// A child without parents, with relatives
    WithoutParents,
    /// 流动儿童 with parents from another county
    Newcomers,
    /// 易地搬迁 family
    Relocated,
    /// A severely disabled elder with a carer
    DisabledElder,
    /// 计划生育特殊家庭
    LostOnlyChild,
    /// 临时救助 family
    TemporaryAid,
}

use Shape::{
    Allowance, DisabledElder, ElderAlone, ElderCouple, Grandchildren, LostOnlyChild, Margin, Newcomers,
    Relocated, SingleParent, TemporaryAid, ThreeGenerations, Watched, WithoutParents,
};

/// How frequent each kind is.
const SHAPES: &[(u32, Shape)] = &[
    (200, ElderAlone),
    (160, ElderCouple),
    (150, Grandchildren),
    (18, ThreeGenerations),
    (130, Allowance),
    (75, Margin),
    (60, Watched),
    (45, Shape::Destitute),
    (35, SingleParent),
    (20, WithoutParents),
    (14, Newcomers),
    (28, Relocated),
    (70, DisabledElder),
    (8, LostOnlyChild),
    (22, TemporaryAid),
];

/// Somebody of a household, not yet named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// 与户主关系.
    pub relation: &'static str,
    /// Sex.
    pub sex: Sex,
    /// Age in years, today.
    pub age: i32,
    /// Codes of categories.
    pub categories: Vec<&'static str>,
    /// A stay elsewhere that lasts today.
    pub away: Option<AwayKind>,
    /// Whether the family's surname is theirs (false for who married in).
    pub of_family: bool,
}

impl Member {
    fn new(relation: &'static str, sex: Sex, age: i32, categories: &[&'static str]) -> Self {
        let of_family = !matches!(relation, "配偶" | "母亲" | "儿媳");
        Self { relation, sex, age, categories: categories.to_vec(), away: None, of_family }
    }

    /// Adds a category so many times in a thousand, once.
    fn maybe(mut self, per_mille: u64, category: &'static str, dice: &mut Dice) -> Self {
        if dice.chance(per_mille) && !self.categories.contains(&category) {
            self.categories.push(category);
        }
        self
    }

    fn gone(mut self, per_mille: u64, kind: AwayKind, dice: &mut Dice) -> Self {
        if dice.chance(per_mille) {
            self.away = Some(kind);
        }
        self
    }
}

/// A kind, drawn by its share.
pub fn shape(dice: &mut Dice) -> Shape {
    dice.weighted(SHAPES)
}

/// Who lives in a household of this kind: one to six people.
pub fn members(shape: Shape, dice: &mut Dice) -> Vec<Member> {
    let mut members = match shape {
        ElderAlone => {
            let elder = elder("户主", any(dice), dice.between(60, 94), &["DJ"], dice);
            vec![elder.maybe(350, "LSLR", dice)]
        }
        ElderCouple => {
            let couple = couple_of_elders(&["KC"], dice);
            let left_behind = if dice.chance(350) { 1000 } else { 0 };
            couple.into_iter().map(|elder| elder.maybe(left_behind, "LSLR", dice)).collect()
        }
        Grandchildren => grandparents_with("LSET", dice),
        ThreeGenerations => three_generations(dice),
        Allowance => family(&["DB"], dice),
        Margin => family(if dice.chance(650) { &["DBBY"] } else { &["GXZC"] }, dice),
        Watched => family(&["FPJC"], dice),
        Shape::Destitute => destitute(dice),
        SingleParent => single_parent(dice),
        WithoutParents => grandparents_with(if dice.chance(300) { "GE" } else { "SSWR" }, dice),
        Newcomers => newcomers(dice),
        Relocated => family(&["YDBQ"], dice),
        DisabledElder => disabled_elder(dice),
        LostOnlyChild => couple_of_elders(&["JS"], dice),
        TemporaryAid => family(&["LSJZ"], dice),
    };
    members.truncate(6);
    members
}

/// The household of the demonstration: a grandmother of 76 with the elder's duty, her disabled son,
/// and her grandson of 9, left behind and away at boarding school.
pub fn story_household() -> Vec<Member> {
    let grandmother = Member::new("户主", Sex::Female, 76, &["LSLR"]);
    let mut grandson = Member::new("孙子", Sex::Male, 9, &["LSET"]);
    grandson.away = Some(AwayKind::Boarding);
    let son = Member::new("儿子", Sex::Male, 43, &["CJR", "DB"]);
    vec![grandmother, grandson, son]
}

/// A home of the demonstration: grandparents with so many children who board at the village's school.
pub fn story_boarders(many: usize, dice: &mut Dice) -> Vec<Member> {
    let mut members = vec![Member::new("户主", any(dice), dice.between(58, 68), &[])];
    for _ in 0..many {
        let mut child = grandchild(dice.between(8, 11), "LSET", dice);
        child.away = Some(AwayKind::Boarding);
        members.push(child);
    }
    members
}

fn any(dice: &mut Dice) -> Sex {
    dice.pick(&[Sex::Male, Sex::Female])
}

fn elder(relation: &'static str, sex: Sex, age: i32, categories: &[&'static str], dice: &mut Dice) -> Member {
    let mut elder = Member::new(relation, sex, age, categories);
    if age >= 60 {
        let high = if age >= 80 { 60 } else { 20 };
        elder = elder.maybe(140, "DB", dice).maybe(high, "SN", dice).maybe(high / 2, "SZ", dice);
        elder = elder.maybe(60, "CJR", dice);
    }
    if age >= 80 {
        elder.categories.push("GL");
    }
    elder.gone(8, AwayKind::Hospital, dice)
}

fn couple_of_elders(categories: &[&'static str], dice: &mut Dice) -> Vec<Member> {
    let age = dice.between(62, 90);
    let hers = (age - dice.between(-1, 6)).max(60);
    vec![elder("户主", Sex::Male, age, categories, dice), elder("配偶", Sex::Female, hers, categories, dice)]
}

fn grandchild(age: i32, category: &'static str, dice: &mut Dice) -> Member {
    let sex = any(dice);
    let relation = match (sex, dice.chance(150)) {
        (Sex::Male, false) => "孙子",
        (Sex::Female, false) => "孙女",
        (Sex::Male, true) => "外孙子",
        (Sex::Female, true) => "外孙女",
    };
    let mut child = Member::new(relation, sex, age, &[category]);
    child.of_family = !relation.starts_with('外');
    let boards = if age >= 7 { 380 } else { 0 };
    child.maybe(60, "KJET", dice).gone(boards, AwayKind::Boarding, dice)
}

fn grandparents_with(category: &'static str, dice: &mut Dice) -> Vec<Member> {
    let sex = any(dice);
    let age = dice.between(56, 76);
    let mut members = vec![elder("户主", sex, age, &[], dice)];
    if sex == Sex::Male && dice.chance(550) {
        members.push(elder("配偶", Sex::Female, age - dice.between(0, 5), &[], dice));
    }
    for elder in &mut members {
        if elder.age >= 60 && category == "LSET" && dice.chance(700) {
            elder.categories.push("LSLR");
        }
    }
    // A child left behind counts until 16; an orphan or child without care until 18.
    let oldest = if category == "LSET" { 15 } else { 17 };
    for _ in 0..dice.weighted(&[(55, 1), (35, 2), (10, 3)]) {
        members.push(grandchild(dice.between(2, oldest), category, dice));
    }
    members
}

fn three_generations(dice: &mut Dice) -> Vec<Member> {
    let age = dice.between(68, 82);
    let grandson = dice.between(7, 15);
    let mut child = Member::new("孙子", Sex::Male, grandson, &["LSET"]);
    child.away = Some(AwayKind::Boarding);
    let son = Member::new("儿子", Sex::Male, (age - dice.between(22, 34)).max(30), &["CJR"]);
    vec![elder("户主", Sex::Female, age, &["LSLR"], dice), child, son.maybe(600, "DB", dice)]
}

/// Parents with children and perhaps a grandmother; the household's category is everybody's.
fn family(shared: &[&'static str], dice: &mut Dice) -> Vec<Member> {
    let age = dice.between(27, 57);
    let disabled = dice.chance(280);
    let head = Member::new("户主", Sex::Male, age, shared);
    let wife = Member::new("配偶", Sex::Female, (age - dice.between(-2, 6)).max(22), shared);
    let mut members = vec![if disabled { head.maybe(1000, "CJR", dice) } else { head }];
    members.push(wife.gone(90, AwayKind::Migrant, dice));
    let difficulty = if disabled { 600 } else { 90 };
    for _ in 0..dice.weighted(&[(30, 0), (35, 1), (28, 2), (7, 3)]) {
        let sex = any(dice);
        let child = dice.between(1, (age - 21).clamp(2, 24));
        let relation = if sex == Sex::Male { "儿子" } else { "女儿" };
        let member = Member::new(relation, sex, child, shared);
        members.push(match child {
            18.. => member.gone(450, AwayKind::Migrant, dice),
            7..18 => member.maybe(difficulty, "KJET", dice).gone(350, AwayKind::Boarding, dice),
            _ => member.maybe(difficulty, "KJET", dice),
        });
    }
    if dice.chance(260) {
        let hers = age + dice.between(20, 34);
        members.push(elder("母亲", Sex::Female, hers, shared, dice));
    }
    members
}

fn destitute(dice: &mut Dice) -> Vec<Member> {
    let sex = if dice.chance(840) { Sex::Male } else { Sex::Female };
    let age = dice.between(60, 87);
    let mut member = Member::new("户主", sex, age, &["TK"]).maybe(120, "CJR", dice);
    if age >= 80 {
        member.categories.push("GL");
    }
    let member = member.gone(230, AwayKind::Institution, dice);
    // Who lives in an institution (集中供养) does not live alone.
    vec![if member.away.is_some() { member } else { member.maybe(700, "DJ", dice) }]
}

fn single_parent(dice: &mut Dice) -> Vec<Member> {
    let age = dice.between(26, 48);
    let parent = Member::new("户主", any(dice), age, &[]).maybe(600, "DB", dice);
    let mut members = vec![parent];
    for _ in 0..dice.weighted(&[(75, 1), (25, 2)]) {
        let sex = any(dice);
        let child = dice.between(1, (age - 20).clamp(2, 17));
        let relation = if sex == Sex::Male { "儿子" } else { "女儿" };
        let member = Member::new(relation, sex, child, &["KJET"]);
        members.push(member.gone(if child >= 7 { 350 } else { 0 }, AwayKind::Boarding, dice));
    }
    members
}

fn newcomers(dice: &mut Dice) -> Vec<Member> {
    let age = dice.between(25, 42);
    let sex = any(dice);
    let child = dice.between(1, (age - 20).clamp(2, 15));
    vec![
        Member::new("户主", Sex::Male, age, &[]),
        Member::new("配偶", Sex::Female, (age - dice.between(0, 4)).max(22), &[]),
        Member::new(if sex == Sex::Male { "儿子" } else { "女儿" }, sex, child, &["LDET"]),
    ]
}

fn disabled_elder(dice: &mut Dice) -> Vec<Member> {
    let age = dice.between(65, 90);
    let kind = dice.weighted(&[(60, "ZC"), (30, "SN"), (10, "SZ")]);
    let sex = any(dice);
    let mut members = vec![elder("户主", sex, age, &[kind], dice).maybe(700, "CJR", dice)];
    if sex == Sex::Male && dice.chance(500) {
        members.push(elder("配偶", Sex::Female, (age - dice.between(0, 6)).max(60), &[], dice));
    } else {
        members.push(Member::new("儿子", Sex::Male, age - dice.between(21, 36), &[]));
        if dice.chance(400) {
            members.push(Member::new("儿媳", Sex::Female, age - dice.between(25, 38), &[]));
        }
    }
    members
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_household_has_a_head_and_one_to_six_people_of_possible_ages() {
        let mut dice = Dice::new(5);
        let mut sizes = std::collections::BTreeSet::new();
        for _ in 0..20_000 {
            let shape = shape(&mut dice);
            let members = members(shape, &mut dice);
            sizes.insert(members.len());
            assert_eq!(members[0].relation, "户主");
            assert_eq!(members.iter().filter(|one| one.relation == "户主").count(), 1);
            let head = members[0].age;
            for member in &members {
                assert!((0..=99).contains(&member.age), "{shape:?} {member:?}");
                let younger = match member.relation {
                    "儿子" | "女儿" => 18,
                    "孙子" | "孙女" | "外孙子" | "外孙女" => 34,
                    _ => -99,
                };
                assert!(head - member.age >= younger, "{shape:?} {members:?}");
                let elder = ["DJ", "KC", "LSLR", "GL", "SN", "SZ", "ZC", "JS"];
                if member.categories.iter().any(|code| elder.contains(code)) {
                    assert!(member.age >= 60, "{shape:?} {member:?}");
                }
                if member.categories.iter().any(|code| ["GE", "SSWR", "LSET", "LDET", "KJET"].contains(code))
                {
                    assert!(member.age < 18, "{shape:?} {member:?}");
                }
                assert!(member.age < 16 || !member.categories.contains(&"LSET"));
            }
        }
        assert_eq!(sizes, (1..=6).collect());
    }

    #[test]
    fn the_storys_household_is_a_grandmother_a_boarder_and_a_disabled_son() {
        let members = story_household();
        assert_eq!(members.len(), 3);
        assert!(members[0].categories.contains(&"LSLR"));
        assert_eq!(members[1].away, Some(AwayKind::Boarding));
        assert!(members[2].categories.contains(&"CJR") && members[2].age >= 18);
    }
}
