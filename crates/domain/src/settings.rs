//! 县里的设定: what a county decides for its phones and its figures. The nearest area wins, and each
//! value holds from a day on, so that figures of the past stay as they were.

use crate::area::{Areas, code};
use crate::catalogue::keys;
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use crate::time::Day;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident $code:literal $default:literal $range:expr, $zh:literal $en:literal, $unit_zh:literal $unit_en:literal;)*) => {
        /// What may be set. A setting's default never changes: phones of every version fall back to it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Setting { $($(#[$doc])* $name,)* }

        impl Setting {
            /// Every one of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The name in records and on the command line.
            pub fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// The one of this name; `None` for one of a newer version.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$name),)* _ => None }
            }

            /// What holds where nobody has set anything.
            pub fn default_value(self) -> i32 {
                match self { $(Self::$name => $default,)* }
            }

            /// What it may be.
            pub fn range(self) -> RangeInclusive<i32> {
                match self { $(Self::$name => $range,)* }
            }

            /// In Chinese words.
            pub fn zh(self) -> &'static str {
                match self { $(Self::$name => $zh,)* }
            }

            /// In English words.
            pub fn en(self) -> &'static str {
                match self { $(Self::$name => $en,)* }
            }

            /// A value with its unit, Chinese.
            pub fn told_zh(self, value: i32) -> String {
                match self { $(Self::$name => format!(concat!("{} ", $unit_zh), value),)* }
            }

            /// A value with its unit, English.
            pub fn told_en(self, value: i32) -> String {
                match self { $(Self::$name => format!(concat!("{} ", $unit_en), value),)* }
            }
        }
    };
}

settings! {
    /// 补记期限: a visit that is entered later needs a reason.
    LateDays "late_days" 7 0..=366, "走访几天以后补记要填原因" "days after which a late entry needs a reason", "天" "days";
    /// 没变化: how many times running it may be said of a section.
    UnchangedTimes "unchanged_times" 2 0..=12, "“没变化”最多连续几次" "times running that \"nothing changed\" may be said", "次" "times";
    /// 手机未回传: after so many days without a word.
    SilentDays "silent_days" 3 1..=90, "几天没有回传算手机未回传" "days after which a phone counts as silent", "天" "days";
    /// 办结及时: a concern is to be settled within so many days where no day was promised.
    ConcernDays "concern_days" 30 1..=366, "发现的问题几天内办结算及时" "days within which a concern is settled in time", "天" "days";
    /// 锁定: after so many minutes during which nobody touched the phone.
    LockMinutes "lock_minutes" 15 1..=240, "几分钟不用就锁上" "minutes after which an unused phone locks", "分钟" "minutes";
}

/// Before a setting's name in what travels with a patch.
pub const LIMIT_PREFIX: &str = "limit/";

impl Setting {
    /// The key of the value by which a phone judged, among what travels with a patch. It is told when it
    /// is not the default, so that the county judges by the same, whatever was set meanwhile.
    pub fn given_key(self) -> String {
        format!("{LIMIT_PREFIX}{}", self.code())
    }

    /// What a phone judged by: within the range, whatever it says.
    pub fn given(self, given: &BTreeMap<String, Value>) -> i32 {
        let told = given.get(&self.given_key()).and_then(Value::as_int);
        let told = told.and_then(|told| i32::try_from(told).ok()).filter(|told| self.range().contains(told));
        told.unwrap_or(self.default_value())
    }

    /// Tells what a phone judges by.
    pub fn give(self, value: i32, given: &mut BTreeMap<String, Value>) {
        if value != self.default_value() {
            given.insert(self.given_key(), Value::Int(i64::from(value)));
        }
    }
}

/// What an area has set.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Own {
    area: AreaCode,
    /// From which day on.
    values: BTreeMap<(Setting, Day), i32>,
    /// Whatever was ever set, also what was replaced or taken back since.
    was: BTreeSet<(Setting, i32)>,
}

/// All settings of a county, by the records of their areas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<RecordId, Own>);

impl Settings {
    /// Takes in the record of an area as it stands now. What is contested, or out of its range, or of a
    /// newer version, is not set.
    pub fn take(&mut self, id: RecordId, head: &Head) {
        self.0.remove(&id);
        let Some(area) = code(head, keys::AREA) else { return };
        let value = |(rest, _): (&str, _)| {
            let (name, day) = rest.split_once('/')?;
            let setting = Setting::from_code(name)?;
            let value = i32::try_from(head.int(&format!("{}{rest}", keys::SETTING))?).ok()?;
            setting.range().contains(&value).then_some(((setting, day.parse().ok()?), value))
        };
        let values: BTreeMap<_, _> = head.under(keys::SETTING).filter_map(value).collect();
        let told = |(rest, _): (&str, _)| {
            let (name, value) = rest.split_once('/')?;
            Some((Setting::from_code(name)?, value.parse().ok()?))
        };
        let standing = values.iter().map(|((setting, _), value)| (*setting, *value));
        let was = head.under(keys::SETTING_WAS).filter_map(told).chain(standing).collect();
        self.0.insert(id, Own { area, values, was });
    }

    /// What holds in an area on a day. O(areas above · settings).
    pub fn value(&self, areas: &Areas, setting: Setting, area: AreaCode, day: Day) -> i32 {
        let of = |above: AreaCode| self.own(setting, above, day).map(|(_, value)| value);
        areas.ancestors(area).find_map(of).unwrap_or(setting.default_value())
    }

    /// Puts what holds in an area on a day in the place of limits that nobody ever set there: a phone may be
    /// behind what was set, but it sets nothing itself. O(areas with settings) for each limit that is told.
    pub fn correct(&self, areas: &Areas, area: AreaCode, day: Day, given: &mut BTreeMap<String, Value>) {
        for setting in Setting::ALL {
            let Some(told) = given.get_mut(&setting.given_key()) else { continue };
            let mut set = self.0.values().filter(|own| areas.within(area, own.area));
            let was = |value: i32| {
                value == setting.default_value() || set.any(|own| own.was.contains(&(*setting, value)))
            };
            if !told.as_int().and_then(|told| i32::try_from(told).ok()).is_some_and(was) {
                *told = Value::Int(i64::from(self.value(areas, *setting, area, day)));
            }
        }
    }

    /// What an area has set itself and holds there on a day, with the first day of it. O(areas).
    pub fn own(&self, setting: Setting, area: AreaCode, day: Day) -> Option<(Day, i32)> {
        let own = self.0.values().filter(|own| own.area == area);
        let held =
            own.filter_map(|own| own.values.range((setting, Day(i32::MIN))..=(setting, day)).next_back());
        held.max_by_key(|(key, _)| key.1).map(|(key, value)| (key.1, *value))
    }

    /// Everything that is set, by area, setting and day.
    pub fn all(&self) -> impl Iterator<Item = (AreaCode, Setting, Day, i32)> {
        self.0.values().flat_map(|own| {
            own.values.iter().map(move |((setting, day), value)| (own.area, *setting, *day, *value))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::area::Area;
    use crate::head::Write;
    use crate::ids::WriterId;
    use crate::value::Origin;

    const COUNTY: AreaCode = AreaCode(532_929_000_000);
    const TOWNSHIP: AreaCode = AreaCode(532_929_101_000);
    const VILLAGE: AreaCode = AreaCode(532_929_101_201);

    fn areas() -> Areas {
        let mut areas = Areas::default();
        for (code, parent) in [(COUNTY, None), (TOWNSHIP, Some(COUNTY)), (VILLAGE, Some(TOWNSHIP))] {
            let area = Area { code, name: String::new(), parent, from: None, until: None, successor: None };
            areas.0.insert(code, area);
        }
        areas
    }

    fn head(area: AreaCode, sets: &[(&str, &[i64])]) -> Head {
        let write = |writer: u64, value| Write {
            writer: WriterId(writer),
            serial: 1,
            author: RecordId::named("staff", "杨洁"),
            at_ms: 0,
            value,
            origin: Origin::Asked,
        };
        let mut head = Head::default();
        let number = Value::Int(i64::try_from(area.0).unwrap());
        head.fields.insert(keys::AREA.to_owned(), vec![write(1, number)]);
        for (key, values) in sets {
            let writes = (1..).zip(*values).map(|(writer, value)| write(writer, Value::Int(*value)));
            head.fields.insert(format!("{}{key}", keys::SETTING), writes.collect());
        }
        head
    }

    #[test]
    fn the_nearest_wins_and_holds_from_its_day_on() {
        let mut settings = Settings::default();
        let areas = areas();
        let silent = |settings: &Settings, area, day: &str| {
            settings.value(&areas, Setting::SilentDays, area, day.parse().unwrap())
        };
        assert_eq!(silent(&settings, VILLAGE, "2026-11-23"), 3, "the default");
        let own = [("silent_days/2026-11-01", &[5_i64][..]), ("silent_days/2026-12-01", &[7])];
        settings.take(RecordId::named("settings", "county"), &head(COUNTY, &own));
        for (day, days) in [("2026-10-31", 3), ("2026-11-01", 5), ("2026-11-30", 5), ("2026-12-01", 7)] {
            assert_eq!(silent(&settings, VILLAGE, day), days, "{day}");
        }
        let own = [("silent_days/2026-11-10", &[2_i64][..])];
        settings.take(RecordId::named("settings", "township"), &head(TOWNSHIP, &own));
        assert_eq!(silent(&settings, VILLAGE, "2026-12-01"), 2);
        assert_eq!(silent(&settings, VILLAGE, "2026-11-09"), 5, "until then the county's");
        assert_eq!(silent(&settings, COUNTY, "2026-12-01"), 7);
        let value = |setting| settings.value(&areas, setting, VILLAGE, "2026-12-01".parse().unwrap());
        assert_eq!(value(Setting::LateDays), 7, "another setting");
    }

    #[test]
    fn what_is_contested_or_makes_no_sense_is_not_set() {
        let mut settings = Settings::default();
        let sets = [
            ("late_days/2026-01-01", &[9_i64][..]),
            ("late_days/2026-02-01", &[10, 11]),
            ("late_days/2026-03-01", &[-1]),
            ("late_days/soon", &[12]),
            ("of_a_newer_version/2026-01-01", &[1]),
        ];
        settings.take(RecordId::named("settings", "county"), &head(COUNTY, &sets));
        let day = "2026-11-23".parse().unwrap();
        assert_eq!(settings.value(&areas(), Setting::LateDays, VILLAGE, day), 9);
        assert_eq!(settings.all().count(), 1);
    }

    #[test]
    fn a_limit_that_nobody_ever_set_there_is_not_believed() {
        let mut settings = Settings::default();
        let own = [("late_days/2026-01-01", &[30_i64][..]), ("late_days/2026-06-01", &[3])];
        settings.take(RecordId::named("settings", "county"), &head(COUNTY, &own));
        settings.take(
            RecordId::named("settings", "township"),
            &head(TOWNSHIP, &[("late_days/2026-01-01", &[60])]),
        );
        let (late, day) = (Setting::LateDays, "2026-11-23".parse().unwrap());
        for (area, told, believed) in [
            (COUNTY, Value::Int(30), 30),
            (COUNTY, Value::Int(7), 7),
            (COUNTY, Value::Int(366), 3),
            (COUNTY, Value::Int(i64::MAX), 3),
            (COUNTY, Value::from("366"), 3),
            (COUNTY, Value::Int(60), 3),
            (VILLAGE, Value::Int(60), 60),
        ] {
            let mut given = BTreeMap::from([(late.given_key(), told)]);
            settings.correct(&areas(), area, day, &mut given);
            assert_eq!(late.given(&given), believed, "{area}");
        }
        // Replaced since, or taken back: whoever has not heard of it did nothing wrong.
        let mut replaced = head(COUNTY, &[("late_days/2026-11-20", &[2])]);
        let was = replaced.fields.values().next().unwrap().clone();
        replaced.fields.insert(format!("{}late_days/90", keys::SETTING_WAS), was);
        settings.take(RecordId::named("settings", "county"), &replaced);
        for (told, believed) in [(90, 90), (2, 2), (91, 2)] {
            let mut given = BTreeMap::from([(late.given_key(), Value::Int(told))]);
            settings.correct(&areas(), COUNTY, day, &mut given);
            assert_eq!(late.given(&given), believed);
        }
        assert_eq!(settings.value(&areas(), late, COUNTY, day), 2, "nobody goes by it any more");
        let mut given = BTreeMap::new();
        settings.correct(&areas(), COUNTY, day, &mut given);
        assert!(given.is_empty(), "the default is not told");
        late.give(100_000, &mut given);
        assert_eq!(late.given(&given), 7, "out of its range");
    }

    #[test]
    fn codes_survive_and_defaults_are_allowed() {
        for setting in Setting::ALL {
            assert_eq!(Setting::from_code(setting.code()), Some(*setting));
            assert!(setting.range().contains(&setting.default_value()));
        }
    }
}
