//! What a file is, by its content: what it is called says nothing.

use super::book;
use super::lines;
use super::table::{FileKind, Table};
use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

/// Why a file cannot be read: Chinese, English.
pub(super) type Reason = (String, String);

/// More bytes than a county's register has, in any of its forms.
pub const BYTES_MAX: usize = 12 * 1024 * 1024;

/// More rows than a county has people to be looked after.
pub const ROWS_MAX: usize = 60_000;

/// More columns than anybody looks at; what stands behind them is not read.
pub(super) const COLUMNS_MAX: usize = 120;

pub(super) fn reason(zh: impl Into<String>, en: impl Into<String>) -> Reason {
    (zh.into(), en.into())
}

/// The sheets of a file, the first one first. O(bytes unpacked).
///
/// # Errors
/// When it is no table, or too large.
pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Table>, Reason> {
    if bytes.len() > BYTES_MAX {
        let most = BYTES_MAX / 1024 / 1024;
        return Err(reason(
            format!("文件太大（最多 {most} MB），请按乡镇分成几个文件"),
            format!("the file is too large ({most} MB at most): split it, by township say"),
        ));
    }
    let sheets = match bytes {
        [] => return Err(reason("文件是空的", "the file is empty")),
        [b'P', b'K', 3, 4, ..] => book::xlsx(bytes)?,
        [0xd0, 0xcf, 0x11, 0xe0, ..] => book::xls(bytes)?,
        _ => vec![text(bytes)?],
    };
    if sheets.iter().any(|sheet| sheet.lines.len() > ROWS_MAX) {
        return Err(too_many());
    }
    Ok(sheets)
}

pub(super) fn too_many() -> Reason {
    reason(
        format!("行数太多（最多 {ROWS_MAX} 行），请按乡镇分成几个文件"),
        format!("too many rows ({ROWS_MAX} at most): split the file, by township say"),
    )
}

fn text(bytes: &[u8]) -> Result<Table, Reason> {
    foreign(bytes)?;
    let decoded = |encoding: &'static Encoding, bytes| {
        encoding.decode_without_bom_handling_and_without_replacement(bytes)
    };
    let (kind, text) = match bytes {
        [0xff, 0xfe, rest @ ..] => (FileKind::CsvUtf16, decoded(UTF_16LE, rest)),
        [0xfe, 0xff, rest @ ..] => (FileKind::CsvUtf16, decoded(UTF_16BE, rest)),
        _ => {
            let rest = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
            match std::str::from_utf8(rest) {
                Ok(text) => (FileKind::CsvUtf8, Some(text.into())),
                Err(_) => (FileKind::CsvGbk, decoded(GB18030, rest)),
            }
        }
    };
    let unread = || {
        reason(
            "不是 Excel 工作簿，也不是 UTF-8 或 GBK 的 CSV；请在 Excel 或 WPS 里打开，另存为 .xlsx",
            "it is neither a workbook nor CSV in UTF-8 or GBK; open it in Excel or WPS and save it as .xlsx",
        )
    };
    let text = text.filter(|text| !text.contains('\0')).ok_or_else(unread)?;
    let lines = lines::read(&text, ROWS_MAX).map_err(|row| {
        reason(
            format!("第 {row} 行的引号没有结束，它后面的行分不清"),
            format!(
                "the quotation mark in row {row} is not closed, so the rows behind it cannot be told apart"
            ),
        )
    })?;
    Ok(Table { kind, lines, ..Table::default() })
}

/// What people take for a table because of its name, or choose by mistake.
fn foreign(bytes: &[u8]) -> Result<(), Reason> {
    let begins = bytes.get(..512).unwrap_or(bytes).to_ascii_lowercase();
    let has = |word: &[u8]| begins.windows(word.len()).any(|part| part == word);
    let (zh, en) = if begins.starts_with(b"%pdf") {
        ("这是 PDF，不是表格", "this is a PDF, no table")
    } else if begins.starts_with(b"\xff\xd8\xff") || begins.starts_with(b"\x89png") {
        ("这是图片，不是表格", "this is a picture, no table")
    } else if begins.starts_with(b"rar!")
        || begins.starts_with(b"7z\xbc\xaf")
        || begins.starts_with(b"\x1f\x8b")
    {
        ("这是压缩包，请先解压", "this is an archive: unpack it first")
    } else if has(b"<html") || has(b"<table") || has(b"<?xml") {
        (
            "这是网页格式的表格（有些系统导出的 .xls 就是这样）；请在 Excel 或 WPS 里打开，另存为 .xlsx",
            "this is a web page with a table, as some systems export under .xls: open it in Excel or WPS and save it as .xlsx",
        )
    } else {
        return Ok(());
    };
    Err(reason(zh, en))
}
