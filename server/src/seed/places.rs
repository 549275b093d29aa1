//! The county's real divisions (`divisions_532929.csv`: 国家统计局 codes as of 2023-06-30, from the
//! `china-division` data set, whose licence lies beside it) with invented village groups.

use super::dice::Dice;
use super::words::Words;
use domain::area::Area;
use domain::ids::{AreaCode, AreaLevel};
use domain::time::Day;

/// 云龙县.
pub const COUNTY: AreaCode = AreaCode(532_929_000_000);

const DIVISIONS: &str = include_str!("../../data/divisions_532929.csv");
const TOWNSHIPS: &str = include_str!("../../data/townships.txt");
const PLACES: &str = include_str!("../../data/places.txt");

/// The first day on which the divisions hold: the source names none, so the county's books begin here.
pub const FROM: Day = Day(17_897);

/// The invented circumstances of a township.
#[derive(Debug, Clone)]
pub struct Township {
    /// Its code.
    pub code: AreaCode,
    /// The weekday of its market (街天), 1 Monday to 7 Sunday.
    pub market: u32,
    /// Ethnic groups (GB/T 3304) with weights.
    pub groups: Vec<(u32, &'static str)>,
    /// Its schools with boarders: primary, then middle.
    pub schools: Vec<&'static str>,
}

/// A village as the seed sees it.
#[derive(Debug, Clone)]
pub struct Village {
    /// Its code.
    pub code: AreaCode,
    /// Its name without 村委会 or 社区.
    pub short: &'static str,
    /// Its township's place in [`Places::townships`].
    pub township: usize,
    /// The names of its groups (小组).
    pub groups: Vec<&'static str>,
}

/// The county's places.
#[derive(Debug, Clone)]
pub struct Places {
    /// County, townships and villages in the order of their codes.
    pub areas: Vec<Area>,
    /// The townships, in the order of their codes.
    pub townships: Vec<Township>,
    /// The villages, in the order of their codes.
    pub villages: Vec<Village>,
    words: Words,
}

impl Places {
    /// Reads the divisions and gives every village its groups. O(areas).
    pub fn new(seed: u64) -> Self {
        let townships: Vec<_> = TOWNSHIPS.lines().filter_map(township).collect();
        let words = Words::read(PLACES);
        let mut areas = Vec::new();
        let mut villages = Vec::new();
        for line in DIVISIONS.lines().skip(1) {
            let Some((code, name, parent)) = division(line) else { continue };
            let parent = (code != COUNTY).then_some(parent);
            let from = Some(FROM);
            areas.push(Area { code, name: name.to_owned(), parent, from, until: None, successor: None });
            let above = townships.iter().position(|one| Some(one.code) == parent);
            if let (AreaLevel::Village, Some(township)) = (code.level(), above) {
                let short = name.trim_end_matches("村委会").trim_end_matches("社区");
                let groups = groups(seed, code, words.section("group"));
                villages.push(Village { code, short, township, groups });
            }
        }
        Self { areas, townships, villages, words }
    }

    /// The township of a village.
    pub fn township(&self, village: &Village) -> Option<&Township> {
        self.townships.get(village.township)
    }

    /// How to find a house: "核桃树下第二家".
    pub fn directions(&self, dice: &mut Dice) -> String {
        let landmark = dice.pick(self.words.section("landmark"));
        dice.pick(self.words.section("way")).replace('*', landmark)
    }
}

fn division(line: &'static str) -> Option<(AreaCode, &'static str, AreaCode)> {
    let mut cells = line.split(',');
    let (code, name, _, parent) = (cells.next()?, cells.next()?, cells.next()?, cells.next()?);
    Some((code.parse().ok()?, name, parent.parse().ok()?))
}

fn township(line: &'static str) -> Option<Township> {
    let mut cells = line.split('|').map(str::trim);
    let code = cells.next()?.parse().ok()?;
    let market = cells.next()?.parse().ok()?;
    let groups = cells.next()?.split_whitespace().filter_map(|pair| {
        let (group, weight) = pair.split_once(':')?;
        Some((weight.parse().ok()?, group))
    });
    Some(Township {
        code,
        market,
        groups: groups.collect(),
        schools: cells.next()?.split_whitespace().collect(),
    })
}

/// Four to ten groups, none twice in one village.
fn groups(seed: u64, village: AreaCode, names: &[&'static str]) -> Vec<&'static str> {
    let mut dice = Dice::of(seed, "groups", &[village.0]);
    let many = dice.between(4, 10);
    let mut groups = Vec::new();
    for _ in 0..many {
        let name = dice.pick(names);
        if !groups.contains(&name) {
            groups.push(name);
        }
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_county_has_11_townships_and_90_villages_each_with_groups() {
        let places = Places::new(1);
        assert_eq!((places.areas.len(), places.townships.len(), places.villages.len()), (102, 11, 90));
        assert_eq!(FROM.to_string(), "2019-01-01");
        for village in &places.villages {
            assert!(village.groups.len() >= 2, "{village:?}");
            assert!(!village.short.is_empty());
        }
        for township in &places.townships {
            assert!((1..=7).contains(&township.market) && township.schools.len() == 2, "{township:?}");
            let codes = places.areas.iter().filter(|area| area.parent == Some(township.code));
            assert!(codes.count() >= 5);
        }
    }

    #[test]
    fn a_door_is_described_without_a_gap() {
        let (places, mut dice) = (Places::new(1), Dice::new(1));
        for _ in 0..50 {
            let words = places.directions(&mut dice);
            assert!(words.chars().count() >= 4 && !words.contains('*'), "{words}");
        }
    }
}
