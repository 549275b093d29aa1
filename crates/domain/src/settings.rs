//! 县里的设定: what a county decides for its phones and its figures. The nearest area wins, and each
//! value holds from a day on, so that figures of the past stay as they were.

use crate::area::{Areas, code};
use crate::catalogue::keys;
use crate::head::Head;
use crate::ids::{AreaCode, RecordId};
use crate::time::Day;
use crate::value::Value;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident $code:literal $default:literal $range:expr, $zh:literal $en:literal;)*) => {
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
        }
    };
}

settings! {
    /// 补记期限: a visit that is entered later needs a reason.
    LateDays "late_days" 7 0..=366, "走访几天以后补记要填原因" "days after which a late entry needs a reason";
    /// 没变化: how many times running it may be said of a section.
    UnchangedTimes "unchanged_times" 2 0..=12, "“没变化”最多连续几次" "times running that \"nothing changed\" may be said";
    /// 手机未回传: after so many days without a word.
    SilentDays "silent_days" 3 1..=90, "几天没有回传算手机未回传" "days after which a phone counts as silent";
    /// 锁定: after so many minutes during which nobody touched the phone.
    LockMinutes "lock_minutes" 15 1..=240, "几分钟不用就锁上" "minutes after which an unused phone locks";
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

/// What an area has set, from which day on.
type Values = BTreeMap<(Setting, Day), i32>;

/// All settings of a county, by the records of their areas.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings(BTreeMap<RecordId, (AreaCode, Values)>);

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
        self.0.insert(id, (area, head.under(keys::SETTING).filter_map(value).collect()));
    }

    /// What holds in an area on a day. O(areas above · settings).
    pub fn value(&self, areas: &Areas, setting: Setting, area: AreaCode, day: Day) -> i32 {
        let of = |above: AreaCode| {
            let own = self.0.values().filter(|(area, _)| *area == above);
            let held =
                own.filter_map(|(_, set)| set.range((setting, Day(i32::MIN))..=(setting, day)).next_back());
            held.max_by_key(|(key, _)| key.1).map(|(_, value)| *value)
        };
        areas.ancestors(area).find_map(of).unwrap_or(setting.default_value())
    }

    /// Everything that was ever set, by area, setting and day.
    pub fn all(&self) -> impl Iterator<Item = (AreaCode, Setting, Day, i32)> {
        self.0
            .values()
            .flat_map(|(area, set)| set.iter().map(|((setting, day), value)| (*area, *setting, *day, *value)))
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
    fn codes_survive_and_defaults_are_allowed() {
        for setting in Setting::ALL {
            assert_eq!(Setting::from_code(setting.code()), Some(*setting));
            assert!(setting.range().contains(&setting.default_value()));
        }
    }
}
