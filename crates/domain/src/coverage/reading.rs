//! Reading the tally: rows that add up, and the sentence over the table.

use crate::area::Areas;
use crate::coverage::status::{Excluded, Status};
use crate::coverage::tally::Figures;
use crate::ids::AreaCode;
use crate::period::Period;
use crate::time::Day;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Below this denominator a share is shown as a count.
pub const SHARE_MIN: i64 = 5;

/// 手机未回传: whether no phone assigned in a village has reached the county for so many days before
/// `as_of`. `heard` are the days on which one did. A village to which no phone is assigned is not
/// silent but not gone to: it is for the caller to leave out. O(log n).
pub fn silent(heard: &BTreeSet<Day>, as_of: Day, limit_days: i32) -> bool {
    heard.range(..=as_of).next_back().is_none_or(|last| as_of.0.saturating_sub(last.0) >= limit_days)
}

/// One line of the table: an area as of a day. All numbers are people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The village, or what it was rolled up to.
    pub area: AreaCode,
    /// 名册: everybody in the register.
    pub register: i64,
    /// 不计入, by reason; no zeros.
    pub excluded: BTreeMap<Excluded, i64>,
    /// 应走访.
    pub due: i64,
    /// 已走访.
    pub met: i64,
    /// Of these 上门.
    pub met_home: i64,
    /// 情况有变待确认.
    pub change_pending: i64,
    /// 去过未见到.
    pub tried: i64,
    /// 手机未回传（可能已走访）.
    pub silent: i64,
    /// 还没去.
    pub not_yet: i64,
    /// 上期漏访至今未补, listed apart: not part of the sum. Given by the reader.
    pub missed_before: i64,
    /// 填写不一致: people with contested fields, not part of the sum. Given by the reader.
    pub contested: i64,
    /// 现已超期: people who are late by days on the day that is asked, whether they were visited in the period
    /// or not; not part of the sum. Given by the reader, where the duty rolls: `None` where it does not or nobody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<i64>,
}

impl Row {
    /// A line of zeros.
    pub fn empty(area: AreaCode) -> Self {
        Self {
            area,
            register: 0,
            excluded: BTreeMap::new(),
            due: 0,
            met: 0,
            met_home: 0,
            change_pending: 0,
            tried: 0,
            silent: 0,
            not_yet: 0,
            missed_before: 0,
            contested: 0,
            overdue: None,
        }
    }

    /// Counts so many people with a status in.
    pub(crate) fn count(&mut self, status: Status, people: i64, silent: bool) {
        self.register += people;
        if let Status::Excluded(reason) = status {
            *self.excluded.entry(reason).or_default() += people;
            return;
        }
        self.due += people;
        match status {
            Status::Excluded(_) => {}
            Status::MetHome => {
                self.met += people;
                self.met_home += people;
            }
            Status::MetOther => self.met += people,
            Status::ChangePending => self.change_pending += people,
            Status::Tried => self.tried += people,
            Status::NotYet if silent => self.silent += people,
            Status::NotYet => self.not_yet += people,
        }
    }

    /// Adds another line to this one; the area stays.
    pub fn add(&mut self, other: &Self) {
        self.register += other.register;
        for (reason, people) in &other.excluded {
            *self.excluded.entry(*reason).or_default() += people;
        }
        self.due += other.due;
        self.met += other.met;
        self.met_home += other.met_home;
        self.change_pending += other.change_pending;
        self.tried += other.tried;
        self.silent += other.silent;
        self.not_yet += other.not_yet;
        self.missed_before += other.missed_before;
        self.contested += other.contested;
        self.overdue = match (self.overdue, other.overdue) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
    }

    /// How many are 不计入.
    pub fn not_counted(&self) -> i64 {
        self.excluded.values().sum()
    }

    /// How many are 未走访.
    pub fn open(&self) -> i64 {
        self.change_pending + self.tried + self.silent + self.not_yet
    }

    /// Whether the line is consistent in itself: every person of the register in one column.
    pub fn adds_up(&self) -> bool {
        let parts = [self.met_home, self.met - self.met_home, self.change_pending, self.tried];
        let more = [self.silent, self.not_yet, self.missed_before, self.contested];
        self.register == self.not_counted() + self.due
            && self.due == self.met + self.open()
            && self.overdue.is_none_or(|people| people >= 0)
            && parts.iter().chain(&more).chain(self.excluded.values()).all(|people| *people >= 0)
    }

    /// 走访率 in thousandths, rounded; `None` when nobody is due. Never 1000 while somebody is left.
    pub fn rate(&self) -> Option<i64> {
        share(self.met, self.due)
    }

    /// 入户率 in thousandths: visited at home ÷ due.
    pub fn home_rate(&self) -> Option<i64> {
        share(self.met_home, self.due)
    }

    /// 走访率 for people: `81.1%`, as a count `3/4` when fewer than five are due, empty when nobody is.
    pub fn rate_text(&self) -> String {
        share_text(self.met, self.due)
    }

    /// 入户率 for people, likewise.
    pub fn home_rate_text(&self) -> String {
        share_text(self.met_home, self.due)
    }
}

fn share(part: i64, whole: i64) -> Option<i64> {
    if whole <= 0 {
        return None;
    }
    let rounded = (part * 2_000 + whole) / (whole * 2);
    Some(if part < whole { rounded.min(999) } else { rounded })
}

fn share_text(part: i64, whole: i64) -> String {
    match share(part, whole) {
        None => String::new(),
        Some(_) if whole < SHARE_MIN => format!("{part}/{whole}"),
        Some(rate) => percent(rate),
    }
}

fn percent(thousandths: i64) -> String {
    format!("{}.{}%", thousandths / 10, thousandths % 10)
}

/// The lines of villages, by code. `silent` are the villages whose phones are silent. O(figures).
pub fn rows(figures: &Figures, silent: &BTreeSet<AreaCode>) -> BTreeMap<AreaCode, Row> {
    let mut rows = BTreeMap::new();
    for ((area, status), people) in figures {
        let row = rows.entry(*area).or_insert_with(|| Row::empty(*area));
        row.count(*status, *people, silent.contains(area));
    }
    rows.retain(|_, row| *row != Row::empty(row.area));
    rows
}

/// The sum of lines, as the line of `area`.
pub fn total<'a>(area: AreaCode, rows: impl IntoIterator<Item = &'a Row>) -> Row {
    let mut sum = Row::empty(area);
    rows.into_iter().for_each(|row| sum.add(row));
    sum
}

/// The lines of the divisions directly below `top`, in the order of their codes, with empty ones for
/// those where nobody is; a line that belongs under none of them stays by itself, so that the sum of
/// the lines is always the total. O(rows · depth).
pub fn roll_up(areas: &Areas, top: AreaCode, rows: &BTreeMap<AreaCode, Row>) -> Vec<Row> {
    let mut sums: BTreeMap<AreaCode, Row> =
        areas.children(top).map(|child| (child.code, Row::empty(child.code))).collect();
    for row in rows.values() {
        let under = areas.ancestors(row.area).find(|area| sums.contains_key(area)).unwrap_or(row.area);
        sums.entry(under).or_insert_with(|| Row::empty(under)).add(row);
    }
    sums.into_values().collect()
}

/// A number with a comma between thousands.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (digit, left) in digits.chars().zip((0..digits.len()).rev()) {
        text.push(digit);
        if left > 0 && left % 3 == 0 {
            text.push(',');
        }
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// Joins what is not zero: 去世 12、迁出 9.
fn listed(items: impl IntoIterator<Item = (&'static str, i64)>, between: &str) -> String {
    let shown = items.into_iter().filter(|(_, people)| *people != 0);
    shown.map(|(word, people)| format!("{word} {}", grouped(people))).collect::<Vec<_>>().join(between)
}

/// The sentence over the table, in Chinese, two lines: whose figures, and what they say.
/// `as_of` is the time as people write it: 11月23日 18:00. Zero groups are left out.
pub fn sentence_zh(row: &Row, title: &str, period: Period, as_of: &str) -> String {
    let excluded = match row.not_counted() {
        0 => String::new(),
        people => {
            let reasons = row.excluded.iter().map(|(reason, people)| (reason.zh(), *people));
            format!("不计入 {} 人（{}），", grouped(people), listed(reasons, "、"))
        }
    };
    let rate = if row.due < SHARE_MIN { String::new() } else { format!("（{}）", row.rate_text()) };
    let open = match row.open() {
        0 => String::new(),
        people => {
            let silent = if row.silent > 0 {
                format!("手机未回传 {}（可能已走访）", grouped(row.silent))
            } else {
                String::new()
            };
            let before = listed([("情况有变待确认", row.change_pending), ("去过未见到", row.tried)], "、");
            let groups = [before, silent, listed([("还没去", row.not_yet)], "、")];
            let groups: Vec<_> = groups.into_iter().filter(|group| !group.is_empty()).collect();
            format!("未走访 {} 人：{}。", grouped(people), groups.join("、"))
        }
    };
    let missed = match row.missed_before {
        0 => String::new(),
        people => format!(" {}漏访至今未补 {} 人，另列。", period.previous().short_zh(), grouped(people)),
    };
    let overdue = match row.overdue.unwrap_or_default() {
        0 => String::new(),
        people => format!(" 现已超期 {} 人（按天数到期，走访过的也会再到期），另列。", grouped(people)),
    };
    format!(
        "截至 {as_of} · {title} · {}\n名册 {} 人，{excluded}应走访 {} 人；已走访 {} 人{rate}，其中上门 {} 人。{open}{missed}{overdue}",
        period.zh(),
        grouped(row.register),
        grouped(row.due),
        grouped(row.met),
        grouped(row.met_home),
    )
}

/// The sentence over the table, in English.
pub fn sentence_en(row: &Row, title: &str, period: Period, as_of: &str) -> String {
    let excluded = match row.not_counted() {
        0 => String::new(),
        people => {
            let reasons = row.excluded.iter().map(|(reason, people)| (reason.en(), *people));
            format!("{} not counted ({}), ", grouped(people), listed(reasons, ", "))
        }
    };
    let rate = if row.due < SHARE_MIN { String::new() } else { format!(" ({})", row.rate_text()) };
    let open = match row.open() {
        0 => String::new(),
        people => {
            let silent = if row.silent > 0 {
                format!("phone silent {} (perhaps visited)", grouped(row.silent))
            } else {
                String::new()
            };
            let before =
                listed([("change to be confirmed", row.change_pending), ("tried, not met", row.tried)], ", ");
            let groups = [before, silent, listed([("not yet", row.not_yet)], ", ")];
            let groups: Vec<_> = groups.into_iter().filter(|group| !group.is_empty()).collect();
            format!(" Not visited {}: {}.", grouped(people), groups.join(", "))
        }
    };
    let missed = match row.missed_before {
        0 => String::new(),
        people => {
            format!(
                " Missed in {} and still not visited: {}, listed apart.",
                period.previous().short_en(),
                grouped(people)
            )
        }
    };
    let overdue = match row.overdue.unwrap_or_default() {
        0 => String::new(),
        people => {
            format!(" Overdue now: {} (due by days, and again after a visit), listed apart.", grouped(people))
        }
    };
    format!(
        "As of {as_of} · {title} · {}\nRegister {}, {excluded}due {}; visited {}{rate}, of these {} at home.{open}{missed}{overdue}",
        period.en(),
        grouped(row.register),
        grouped(row.due),
        grouped(row.met),
        grouped(row.met_home),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> Row {
        let excluded = [
            (Excluded::Died, 12),
            (Excluded::MovedOut, 9),
            (Excluded::Institution, 41),
            (Excluded::Hospital, 25),
        ];
        Row {
            register: 2_401,
            excluded: excluded.into(),
            due: 2_314,
            met: 1_876,
            met_home: 1_502,
            change_pending: 14,
            tried: 61,
            silent: 95,
            not_yet: 268,
            missed_before: 23,
            ..Row::empty(AreaCode(532_929_000_000))
        }
    }

    #[test]
    fn the_sentence_is_that_of_the_field() {
        assert!(row().adds_up());
        let period = "2026-11".parse().unwrap();
        assert_eq!(
            sentence_zh(&row(), "特殊困难老年人月探访", period, "11月23日 18:00"),
            "截至 11月23日 18:00 · 特殊困难老年人月探访 · 2026年11月（11.1–11.30）\n\
             名册 2,401 人，不计入 87 人（去世 12、迁出 9、机构供养 41、住院 25），应走访 2,314 人；\
             已走访 1,876 人（81.1%），其中上门 1,502 人。未走访 438 人：情况有变待确认 14、去过未见到 61、\
             手机未回传 95（可能已走访）、还没去 268。 10月漏访至今未补 23 人，另列。"
        );
        assert_eq!(
            sentence_en(&row(), "monthly visits to elders", period, "23 November 18:00"),
            "As of 23 November 18:00 · monthly visits to elders · November 2026 (2026-11-01 to 2026-11-30)\n\
             Register 2,401, 87 not counted (died 12, moved away 9, in an institution 41, in hospital 25), \
             due 2,314; visited 1,876 (81.1%), of these 1,502 at home. Not visited 438: change to be \
             confirmed 14, tried, not met 61, phone silent 95 (perhaps visited), not yet 268. \
             Missed in October and still not visited: 23, listed apart."
        );
    }

    #[test]
    fn a_small_village_is_told_in_counts_and_without_empty_groups() {
        let small = Row { register: 3, due: 3, met: 2, met_home: 2, not_yet: 1, ..Row::empty(AreaCode(1)) };
        assert!(small.adds_up());
        assert_eq!(small.rate_text(), "2/3");
        assert_eq!((row().rate_text(), row().home_rate_text()), ("81.1%".into(), "64.9%".into()));
        let text = sentence_zh(&small, "探访", "2026-10+3".parse().unwrap(), "11月23日");
        assert!(
            text.ends_with("\n名册 3 人，应走访 3 人；已走访 2 人，其中上门 2 人。未走访 1 人：还没去 1。"),
            "{text}"
        );
        assert_eq!(Row::empty(AreaCode(1)).rate_text(), "");
    }

    #[test]
    fn who_is_overdue_stands_beside_a_month_in_which_everybody_was_visited() {
        let row =
            |overdue| Row { register: 9, due: 9, met: 9, met_home: 9, overdue, ..Row::empty(AreaCode(1)) };
        let told = |row: &Row| {
            let period = "2026-11".parse().unwrap();
            (sentence_zh(row, "探访", period, "11月23日"), sentence_en(row, "visits", period, "23 November"))
        };
        let (zh, en) = told(&row(Some(4)));
        assert!(
            zh.contains("已走访 9 人（100.0%），其中上门 9 人。 现已超期 4 人") && zh.ends_with("另列。"),
            "{zh}"
        );
        assert!(en.contains("of these 9 at home. Overdue now: 4 ") && en.ends_with("listed apart."), "{en}");
        assert_eq!(told(&row(Some(0))), told(&row(None)));
        assert!(!told(&row(None)).0.contains("超期"));
        let sum = total(AreaCode(1), &[row(None), row(Some(4)), row(Some(2)), row(None)]);
        assert_eq!((sum.overdue, sum.register, sum.adds_up()), (Some(6), 36, true));
        assert_eq!(total(AreaCode(1), &[row(None)]).overdue, None);
    }

    #[test]
    fn nearly_everybody_is_not_everybody() {
        assert_eq!(share(99_999, 100_000), Some(999));
        assert_eq!(share(100_000, 100_000), Some(1_000));
        assert_eq!(share(1_876, 2_314), Some(811));
    }

    #[test]
    fn phones_are_silent_after_three_days_without_a_word() {
        let heard: BTreeSet<Day> = [Day(100), Day(110)].into();
        let on = |day| silent(&heard, Day(day), 3);
        assert_eq!(
            [on(99), on(100), on(102), on(103), on(109), on(110), on(112)],
            [true, false, false, true, true, false, false]
        );
        assert!(silent(&BTreeSet::new(), Day(1), 3));
    }
}
