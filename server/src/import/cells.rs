//! What stands in the cells of a list, as the register keeps it; or why it cannot be that.

use super::table::Cell;
use domain::category::Category;
use domain::id_number;
use domain::name;
use domain::subject::AgeSaid;
use domain::telephone::{NO_NUMBER, number};
use domain::time::Day;

/// Why a cell is not what its column says: Chinese, English.
pub type Reason = (String, String);

type Read<T> = Result<Option<T>, Reason>;

fn no<T>(zh: impl Into<String>, en: impl Into<String>) -> Result<T, Reason> {
    Err((zh.into(), en.into()))
}

/// Digits, letters and marks as a Chinese keyboard sets them wide, as what they mean.
pub fn narrow(text: &str) -> String {
    let narrowed = |c: char| match c {
        '\u{3000}' | '\u{a0}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        other => other,
    };
    text.chars().map(narrowed).collect()
}

/// 姓名, also of a 户主.
///
/// # Errors
/// When nobody can be called that.
pub fn name(cell: &Cell) -> Read<String> {
    let text = cell.text();
    if text.is_empty() {
        return Ok(None);
    }
    match name::of_a_table(&text) {
        Some(name) => Ok(Some(name)),
        None => no("不是姓名：1 到 50 个字，要有文字", "not a name: 1 to 50 characters, a letter among them"),
    }
}

/// A line of words of at most so many characters.
///
/// # Errors
/// When it is longer, or holds characters that steer a screen.
pub fn words(cell: &Cell, longest: usize) -> Read<String> {
    let text = cell.text().split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().any(name::steers) {
        return no("有看不见的控制字符", "it holds characters that cannot be seen");
    }
    if text.chars().count() > longest {
        return no(format!("太长了，最多 {longest} 个字"), format!("too long: {longest} characters at most"));
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// 身份证号.
///
/// # Errors
/// When it is none, and what may have become of it.
pub fn id_number(cell: &Cell) -> Read<String> {
    let text: String = narrow(&cell.text()).chars().filter(|c| !c.is_whitespace() && *c != '\'').collect();
    let text = text.to_uppercase();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let scientific =
        text.contains("E+") || text.contains("E1") && text.starts_with(|c: char| c.is_ascii_digit());
    let cut = matches!(cell, Cell::Number(_)) && !(digits && text.len() == 15);
    if cut
        || scientific
        || (digits && text.len() == 18 && text.ends_with("000") && !id_number::is_valid(&text))
    {
        return no(
            "Excel 把这一格当成数字，末三位已经丢了；请把这一列设成“文本”，重新填写这个号码",
            "Excel took the cell for a number and lost its last digits: set the column as text and enter the number again",
        );
    }
    if id_number::is_valid(&text) {
        return Ok(Some(text));
    }
    if digits && text.len() == 15 {
        return no("这是 15 位的旧号码，请填 18 位的", "an old number of 15 digits: give the one of 18");
    }
    let length = text.chars().count();
    if length != 18 {
        return no(
            format!("身份证号要 18 位，这里是 {length} 位"),
            format!("an ID number has 18 characters, this has {length}"),
        );
    }
    let digits = text.get(..17).and_then(id_number::check_character);
    if digits.is_some() && id_number::birth(&text).is_none() {
        return no(
            "身份证号里的出生日期（第 7 到 14 位）没有这一天，请对照证件核实",
            "the date of birth in the ID number (characters 7 to 14) is no day there is: compare it with the card",
        );
    }
    no(
        "身份证号不对，请对照证件核实（校验没有通过）",
        "not a valid ID number: compare it with the card (its check fails)",
    )
}

/// A county's own number: one of ours ([`super::numbers::local_number`]), or one of whatever it had before.
///
/// # Errors
/// When a check digit says that one of ours was mistyped, or it is no number at all.
pub fn local_number(cell: &Cell) -> Read<String> {
    let text: String = narrow(&cell.text()).chars().filter(|c| !c.is_whitespace()).collect();
    if text.is_empty() {
        return Ok(None);
    }
    let digits = text.strip_prefix(['Y', 'y']).filter(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()));
    if digits.is_some_and(|digits| !seal::digits::check(digits)) {
        return no(
            "县内编号不对，请核实（校验没有通过）",
            "not a number of the county (its check digit fails)",
        );
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if text.len() > 20 || !text.chars().all(fits) {
        return no("县内编号只能有字母、数字和横线，最多 20 个", "letters, digits and dashes, 20 at most");
    }
    Ok(Some(text.to_uppercase()))
}

/// 电话.
///
/// # Errors
/// When it is none.
pub fn telephone(cell: &Cell) -> Read<String> {
    let text = narrow(&cell.text());
    if text.trim().is_empty() {
        return Ok(None);
    }
    match number(text.trim()) {
        Some(number) => Ok(Some(number)),
        None if text.chars().filter(char::is_ascii_digit).count() > 12 => {
            no("不是一个电话号码；这一列只填一个", "not one telephone number; the column takes one")
        }
        None => no(NO_NUMBER.0, NO_NUMBER.1),
    }
}

/// 照料人: a name, a telephone, or both.
///
/// # Errors
/// When what stands there is neither.
pub fn carer(cell: &Cell) -> Result<(Option<String>, Option<String>), Reason> {
    let text = narrow(&cell.text());
    if let Ok(Some(phone)) = telephone(cell) {
        return Ok((None, Some(phone)));
    }
    let of_number = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | ' ');
    let between =
        |c: char| c.is_whitespace() || matches!(c, '(' | ')' | ':' | ',' | '、' | ';' | '/' | '-' | '+');
    let begins = text.char_indices().find(|(_, c)| c.is_ascii_digit()).map_or(text.len(), |(place, _)| place);
    let (before, behind) = text.split_at_checked(begins).unwrap_or((&text, ""));
    let digits: String = behind.chars().take_while(|c| of_number(*c)).collect();
    let rest = behind.strip_prefix(digits.as_str()).unwrap_or_default();
    let said = format!("{}{}", before.trim_matches(between), rest.trim_matches(between));
    let name = name(&Cell::Text(said))?;
    let phone = telephone(&Cell::Text(digits))?;
    Ok((name, phone))
}

/// 类别: names or codes, several with a mark between them. In the order of the catalogue, each once.
///
/// # Errors
/// Which of them there is not.
pub fn categories(cell: &Cell) -> Result<Vec<&'static str>, Reason> {
    let text = narrow(&cell.text());
    let given = text.split([',', '、', '/', ';', '；', '，', '|', ' ', '\n', '\t', '+']);
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for one in given.map(str::trim).filter(|one| !one.is_empty()) {
        match category(one) {
            Some(code) => found.push(code),
            None => unknown.push(one),
        }
    }
    if !unknown.is_empty() {
        let unknown = unknown.join("、");
        let all = Category::ALL.iter().map(|one| one.zh()).collect::<Vec<_>>().join("、");
        return no(
            format!("没有类别“{unknown}”；有 {all}"),
            format!("there is no category \"{unknown}\"; there are {all}"),
        );
    }
    found.sort_unstable_by_key(|code| Category::ALL.iter().position(|one| one.code() == *code));
    found.dedup();
    Ok(found)
}

/// What offices call some categories besides their names.
const ALSO: [(&str, &str); 16] = [
    ("低保户", "DB"),
    ("低保对象", "DB"),
    ("最低生活保障", "DB"),
    ("特困人员", "TK"),
    ("特困供养", "TK"),
    ("五保", "TK"),
    ("低保边缘户", "DBBY"),
    ("低保边缘家庭", "DBBY"),
    ("农村留守儿童", "LSET"),
    ("事实无人抚养", "SSWR"),
    ("独居", "DJ"),
    ("空巢", "KC"),
    ("高龄", "GL"),
    ("残疾", "CJR"),
    ("监测户", "FPJC"),
    ("重度残疾老人", "ZC"),
];

fn category(text: &str) -> Option<&'static str> {
    let upper = text.to_uppercase();
    let exact =
        Category::ALL.iter().find(|one| one.zh() == text || one.code() == upper).map(|one| one.code());
    exact.or_else(|| ALSO.iter().find(|(name, _)| *name == text).map(|(_, code)| *code))
}

/// A date: a cell that is set as one, its bare number, or as people write it.
///
/// # Errors
/// When it is none.
pub fn day(cell: &Cell) -> Read<Day> {
    let text = narrow(&cell.text());
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let found = match cell {
        Cell::Day(day) => Some(*day),
        Cell::Number(number) if (SERIAL_MIN..SERIAL_MAX).contains(number) => serial(*number),
        _ => written(text),
    };
    match found {
        Some(day) if day >= EARLIEST => Ok(Some(day)),
        Some(_) => no(
            "年份太早：只认 1900 年以后的日期，请核实",
            "the year is too early: only days since 1900 are read",
        ),
        None => no("不是日期，请写成 2026-11-23 这样", "not a date: write it as 2026-11-23"),
    }
}

/// 1900-01-01.
const EARLIEST: Day = Day(-25_567);

/// Numbers that a workbook keeps for days from 1927 to 2100. 20261123 is a date as people write it.
const SERIAL_MIN: f64 = 10_000.0;
const SERIAL_MAX: f64 = 73_051.0;

/// Day 1 of a workbook is 1900-01-01, and it believes in a 29 February 1900.
fn serial(number: f64) -> Option<Day> {
    let days = format!("{:.0}", number.floor()).parse::<i32>().ok()?;
    Some(Day::from_ymd(1899, 12, 30)?.plus(days))
}

fn written(text: &str) -> Option<Day> {
    let parts: Vec<&str> =
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let number = |text: &str| text.parse::<u32>().ok();
    let marks = |c: char| c.is_ascii_digit() || matches!(c, '-' | '/' | '.' | '年' | '月' | '日' | ' ' | ':');
    if !text.chars().all(marks) {
        return None;
    }
    match parts.as_slice() {
        [whole] if whole.len() == 8 => {
            let (year, rest) = whole.split_at_checked(4)?;
            let (month, day) = rest.split_at_checked(2)?;
            Day::from_ymd(year.parse().ok()?, number(month)?, number(day)?)
        }
        [year, month] if year.len() == 4 => Day::from_ymd(year.parse().ok()?, number(month)?, 1),
        [year, month, day, ..] if year.len() == 4 => {
            Day::from_ymd(year.parse().ok()?, number(month)?, number(day)?)
        }
        _ => None,
    }
}

/// 性别, as it is kept.
///
/// # Errors
/// When it is neither.
pub fn sex(cell: &Cell) -> Read<&'static str> {
    match cell.text().as_str() {
        "" => Ok(None),
        "男" | "1" => Ok(Some("1")),
        "女" | "2" => Ok(Some("2")),
        _ => no("要填 男 或 女", "it has to be 男 or 女"),
    }
}

/// 大人/孩子, of whom no date of birth is known.
///
/// # Errors
/// When it is neither.
pub fn age_said(cell: &Cell) -> Read<AgeSaid> {
    match cell.text().as_str() {
        "" => Ok(None),
        "孩子" | "儿童" | "小孩" | "未成年" | "未成年人" => Ok(Some(AgeSaid::Child)),
        "大人" | "成人" | "成年" | "成年人" => Ok(Some(AgeSaid::Adult)),
        _ => no("要填 大人 或 孩子", "it has to be 大人 or 孩子"),
    }
}

/// As it stands in a file.
pub fn age_in_words(said: AgeSaid) -> &'static str {
    match said {
        AgeSaid::Child => "孩子",
        AgeSaid::Adult => "大人",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn id_numbers_are_read_as_they_are_typed_and_refused_when_a_workbook_has_cut_them() {
        let good = Some("11010519491231002X".to_owned());
        for typed in [
            "11010519491231002x",
            " 1101051949 1231002X ",
            "１１０１０５１９４９１２３１００２ｘ",
            "'11010519491231002X",
        ] {
            assert_eq!(id_number(&text(typed)).unwrap(), good, "{typed}");
        }
        assert_eq!(id_number(&Cell::Empty).unwrap(), None);
        let cut = [Cell::Number(440_524_188_001_010_014.0), text("4.40524E+17"), text("440524188001010000")];
        for cell in cut {
            assert!(id_number(&cell).unwrap_err().0.contains("末三位已经丢了"), "{cell:?}");
        }
        let why = |typed: &str| id_number(&text(typed)).unwrap_err().0;
        assert!(why("440524880101001").contains("15 位") && why("44052418800101").contains("14 位"));
        assert!(why("440524188001010013").contains("校验"));
        let (no_day, check) = ("53292919900230001", id_number::check_character("53292919900230001").unwrap());
        assert!(why(&format!("{no_day}{check}")).contains("没有这一天"));
        assert!(id_number(&Cell::Number(440_524_880_101_001.0)).unwrap_err().0.contains("15 位"));
        assert!(id_number(&text("#N/A")).is_err());
    }

    #[test]
    fn a_carer_is_a_name_or_a_number_or_both() {
        let of = |typed: &str| carer(&text(typed)).unwrap();
        let both = (Some("杨洁".to_owned()), Some("13900000001".to_owned()));
        for typed in [
            "杨洁 13900000001",
            "杨洁13900000001",
            "杨 洁（139 0000 0001）",
            "13900000001 杨洁",
            "杨洁：１３９０００００００１",
        ] {
            assert_eq!(of(typed), both, "{typed}");
        }
        assert_eq!(of("杨洁"), (Some("杨洁".to_owned()), None));
        assert_eq!(of("139-0000-0001"), (None, Some("13900000001".to_owned())));
        assert_eq!(of(""), (None, None));
        assert!(carer(&text("杨洁 12345")).is_err());
    }

    #[test]
    fn categories_are_names_or_codes_with_any_mark_between() {
        let of = |typed: &str| categories(&text(typed)).unwrap();
        for typed in ["低保、残疾人", "db，CJR", "低保/残疾", "残疾人；低保户 低保", "低保 ; 残疾人"]
        {
            assert_eq!(of(typed), ["DB", "CJR"], "{typed}");
        }
        assert!(of("").is_empty());
        let (zh, en) = categories(&text("低保、贫困户")).unwrap_err();
        assert!(zh.contains("没有类别“贫困户”；有 低保、") && en.contains("贫困户"));
    }

    #[test]
    fn dates_are_read_as_numbers_and_as_people_write_them() {
        let expected = Day::from_ymd(2026, 11, 23);
        for cell in [
            Cell::Number(46_349.0),
            Cell::Number(46_349.75),
            Cell::Number(20_261_123.0),
            text("2026-11-23"),
            text("2026.11.23"),
            text("2026年11月23日"),
            text("2026/11/23 0:00:00"),
            text("20261123"),
        ] {
            assert_eq!(day(&cell).unwrap(), expected, "{cell:?}");
        }
        for cell in [text("1899-12-31"), text("18991231"), Cell::Number(18_991_231.0)] {
            assert!(day(&cell).unwrap_err().0.starts_with("年份太早"), "{cell:?}");
        }
        assert_eq!(day(&text("2026年11月")).unwrap(), Day::from_ymd(2026, 11, 1));
        for cell in [text("去年"), text("2026-13-01"), text("26-11-23"), Cell::Number(3.0)] {
            assert!(day(&cell).is_err(), "{cell:?}");
        }
    }

    #[test]
    fn a_telephone_may_be_a_number_of_a_workbook() {
        assert_eq!(telephone(&Cell::Number(13_900_000_001.0)).unwrap().as_deref(), Some("13900000001"));
        assert!(telephone(&text("13900000001/13900000002")).unwrap_err().0.contains("只填一个"));
    }
}
