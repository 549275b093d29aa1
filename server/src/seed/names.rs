//! Names of people who do not exist, as they are in the county: Han, Bai, Lisu and Yi; long names and
//! names with U+00B7; 某氏 of the old registers; characters outside the usual tables; surnames with
//! several readings (单 解 查 仇 盖 区 曾 尉迟 朴).

use super::dice::Dice;
use super::words::Words;

const NAMES: &str = include_str!("../../data/names.txt");

/// Sex as registered (GB/T 2261.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Sex {
    /// 男
    #[default]
    Male,
    /// 女
    Female,
}

impl Sex {
    /// `1` male, `2` female.
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "1",
            Self::Female => "2",
        }
    }

    fn letter(self) -> &'static str {
        match self {
            Self::Male => "m",
            Self::Female => "f",
        }
    }
}

/// A name in its two pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// The surname that a child takes over; empty when the name has none to take.
    pub surname: &'static str,
    /// The rest.
    pub given: String,
}

impl Name {
    /// The name as registered.
    pub fn full(&self) -> String {
        format!("{}{}", self.surname, self.given)
    }
}

/// For whom a name is sought.
#[derive(Debug, Clone, Copy)]
pub struct Bearer<'a> {
    /// GB/T 3304.
    pub group: &'a str,
    /// The surname of the family; empty to draw one.
    pub surname: &'static str,
    /// The surname of the husband's family, for 某氏 of the old registers.
    pub husband: &'static str,
    /// Sex.
    pub sex: Sex,
    /// Age in years.
    pub age: i32,
}

/// The book of names.
#[derive(Debug, Clone)]
pub struct Names(Words);

impl Default for Names {
    fn default() -> Self {
        Self(Words::read(NAMES))
    }
}

impl Names {
    /// A surname of an ethnic group.
    pub fn surname(&self, group: &str, dice: &mut Dice) -> &'static str {
        let own = self.0.section(&format!("surname {group}"));
        dice.pick(if own.is_empty() { self.0.section("surname other") } else { own })
    }

    /// A name.
    pub fn name(&self, bearer: &Bearer<'_>, dice: &mut Dice) -> Name {
        if bearer.surname.is_empty()
            && let Some(given) = self.without_surname(bearer, dice)
        {
            return Name { surname: "", given };
        }
        let surname =
            if bearer.surname.is_empty() { self.surname(bearer.group, dice) } else { bearer.surname };
        if bearer.sex == Sex::Female && bearer.age >= 86 && dice.chance(150) {
            return Name { surname: "", given: format!("{}{surname}氏", bearer.husband) };
        }
        Name { surname, given: self.given(bearer, dice) }
    }

    /// 4 to 8 characters, or two words with U+00B7 between them, in which no surname stands first.
    fn without_surname(&self, bearer: &Bearer<'_>, dice: &mut Dice) -> Option<String> {
        let long = bearer.group == "07" && bearer.age >= 40 && dice.chance(40);
        let dotted = matches!(bearer.group, "07" | "20") && dice.chance(20);
        match (long, dotted) {
            (true, _) => Some(dice.pick(self.0.section("yi long")).to_owned()),
            (_, true) => {
                Some(dice.pick(self.0.section(&format!("dotted {}", bearer.sex.letter()))).to_owned())
            }
            _ => None,
        }
    }

    fn given(&self, bearer: &Bearer<'_>, dice: &mut Dice) -> String {
        let sex = bearer.sex.letter();
        let people = match bearer.group {
            "20" => "lisu",
            "07" => "yi",
            _ => "",
        };
        if !people.is_empty() && dice.chance(if bearer.age >= 30 { 600 } else { 250 }) {
            return dice.pick(self.0.section(&format!("{people} {sex}"))).to_owned();
        }
        let era = match bearer.age {
            58.. => "old",
            28..58 => "mid",
            _ => "young",
        };
        let first = dice.pick(self.0.section(&format!("first {era} {sex}")));
        let last = dice.pick(self.0.section(&format!("last {era} {sex}")));
        match dice.below(100) {
            0 => dice.pick(self.0.section("rare")).to_owned(),
            1 => format!("{first}{}", dice.pick(self.0.section("rare"))),
            2..=12 => last.to_owned(),
            _ => format!("{first}{last}"),
        }
    }

    /// The names that stand in every register, with their sex.
    pub fn must(&self) -> impl Iterator<Item = (Sex, Name)> + '_ {
        self.0.section("must").iter().filter_map(|entry| {
            let mut cells = entry.split(',');
            let sex = if cells.next()? == "1" { Sex::Male } else { Sex::Female };
            let (surname, given) = (cells.next()?, cells.next()?.to_owned());
            Some((sex, Name { surname, given }))
        })
    }

    /// What neighbours call somebody of this name.
    pub fn nickname(&self, name: &str, sex: Sex, dice: &mut Dice) -> String {
        let last: String = name.chars().last().into_iter().collect();
        dice.pick(self.0.section(&format!("nickname {}", sex.letter()))).replace('*', &last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draw(group: &str, sex: Sex, age: i32, many: u64) -> Vec<String> {
        let (names, mut dice) = (Names::default(), Dice::new(9));
        let bearer = Bearer { group, surname: "", husband: "李", sex, age };
        (0..many).map(|_| names.name(&bearer, &mut dice).full()).collect()
    }

    #[test]
    fn every_group_sex_and_age_has_names() {
        for group in ["01", "14", "20", "07", "39", "06"] {
            for sex in [Sex::Male, Sex::Female] {
                for age in [5, 35, 70, 90] {
                    for name in draw(group, sex, age, 200) {
                        let length = name.chars().count();
                        assert!((2..=8).contains(&length), "{name}");
                    }
                }
            }
        }
    }

    #[test]
    fn yi_names_may_be_long_and_old_women_may_have_only_a_surname() {
        let yi = draw("07", Sex::Male, 60, 500);
        assert!(yi.iter().any(|name| name.contains('·')));
        assert!(yi.iter().any(|name| name.chars().count() >= 4 && !name.contains('·')));
        assert!(draw("14", Sex::Female, 90, 100).iter().any(|name| name.ends_with('氏')));
        assert!(draw("14", Sex::Female, 60, 100).iter().all(|name| !name.ends_with('氏')));
    }

    #[test]
    fn a_child_takes_over_the_surname() {
        let (names, mut dice) = (Names::default(), Dice::new(1));
        let bearer = Bearer { group: "01", surname: "尉迟", husband: "", sex: Sex::Male, age: 9 };
        assert!(names.name(&bearer, &mut dice).full().starts_with("尉迟"));
    }

    #[test]
    fn must_names_hold_what_breaks_careless_programs() {
        let all: Vec<_> = Names::default().must().map(|(_, name)| name.full()).collect();
        let holds = |what: &str| all.iter().any(|name| name.contains(what));
        for what in ["㱔", "䶮", "𠅤", "·", "氏", "单", "解", "查", "仇", "盖", "区", "曾", "尉迟", "朴"]
        {
            assert!(holds(what), "{what}");
        }
        assert!(all.iter().any(|name| name.chars().any(|c| u32::from(c) > 0xffff)), "beyond the BMP");
        assert!(all.iter().any(|name| name.chars().count() >= 7));
    }
}
