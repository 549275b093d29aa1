//! Workbooks and texts in every spelling: the same rows come out.

use super::*;

/// Two title rows, two rows of heads, and merged cells over the rows of a home.
fn workbook() -> Vec<u8> {
    let (mut book, plain) = (Workbook::new(), Look::new());
    let notes = book.add_worksheet();
    notes.set_name("说明").unwrap();
    notes.write_string(0, 0, "请填第二张表").unwrap();
    let sheet = book.add_worksheet();
    sheet.set_name("名册").unwrap();
    sheet.merge_range(0, 0, 0, 9, "功果桥镇服务对象名册", &plain).unwrap();
    sheet.write_string(1, 0, "填报单位：功果桥镇").unwrap();
    for (column, head) in [(0_u16, "序号"), (1, "所在村"), (2, "户主姓名"), (8, "起始日期"), (9, "备注")]
    {
        sheet.merge_range(2, column, 3, column, head, &plain).unwrap();
    }
    sheet.merge_range(2, 3, 2, 5, "基本情况", &plain).unwrap();
    sheet.merge_range(2, 6, 2, 7, "照料人", &plain).unwrap();
    for (column, head) in [(3, "姓 名"), (4, "身份证号码"), (5, "类别"), (6, "姓名"), (7, "电话")]
    {
        sheet.write_string(3, column, head).unwrap();
    }
    sheet.merge_range(4, 1, 5, 1, "民主村", &plain).unwrap();
    sheet.merge_range(4, 2, 5, 2, "测　甲", &plain).unwrap();
    let date = Look::new().set_num_format("yyyy-mm-dd");
    for (row, number) in [(4_u32, 1_u32), (5, 2)] {
        sheet.write_number(row, 0, f64::from(number)).unwrap();
        sheet.write_string(row, 4, id_number(number + 20).to_lowercase()).unwrap();
        sheet.write_number_with_format(row, 8, 46_027.0, &date).unwrap();
    }
    sheet.write_string(4, 3, "测　甲").unwrap();
    sheet.write_string(5, 3, "测 乙").unwrap();
    sheet.write_string(5, 5, "低保 残疾人").unwrap();
    sheet.write_string(4, 6, "测丙").unwrap();
    sheet.write_number(4, 7, 13_900_000_001.0).unwrap();
    // An ID number that Excel took for a number, and rows in which only the running number stands.
    sheet.write_string(6, 1, "民主村").unwrap();
    sheet.write_string(6, 3, "测丁").unwrap();
    sheet.write_number(6, 4, 532_929_195_001_010_140.0).unwrap();
    for row in 7..40 {
        sheet.write_number(row, 0, f64::from(row)).unwrap();
    }
    book.save_to_buffer().unwrap()
}

#[tokio::test]
async fn a_workbook_with_titles_two_heads_and_merged_cells_is_read() {
    let world = World::new().await;
    let bytes = workbook();
    let (table, columns) = read(FILE, &bytes, List::People).unwrap();
    assert_eq!((table.sheet.as_str(), columns.head), ("名册", 4));
    assert_eq!(table.others, ["说明"]);
    let ignored: Vec<_> = columns.ignored.iter().map(|(_, said)| said.as_str()).collect();
    assert_eq!(ignored, ["序号", "备注"]);
    let (rows, wrong) = people::rows(&table, &columns, &*reference(&world).await, today());
    assert_eq!(reasons(&wrong), [reason("E7", "Excel 把这一格当成数字，末三位已经丢了")]);
    let [one, two] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((one.name.as_str(), one.head.as_deref()), ("测甲", Some("测甲")));
    assert_eq!((one.carer.as_deref(), one.carer_phone.as_deref()), (Some("测丙"), Some("13900000001")));
    assert_eq!((two.name.as_str(), two.head.as_deref(), two.village), ("测乙", Some("测甲"), VILLAGE));
    assert_eq!(
        (two.categories.as_slice(), two.since),
        (&["DB".to_owned(), "CJR".to_owned()][..], Day::from_ymd(2026, 1, 5))
    );
}

#[tokio::test]
async fn an_old_workbook_is_read() {
    // Made with xlwt, of invented people.
    let world = World::new().await;
    let (table, columns) = read(FILE, include_bytes!("register.xls"), List::People).unwrap();
    assert_eq!((table.kind, table.sheet.as_str(), columns.head), (FileKind::Xls, "名册", 2));
    let (rows, wrong) = people::rows(&table, &columns, &*reference(&world).await, today());
    assert_eq!(reasons(&wrong), [reason("E4", "Excel 把这一格当成数字，末三位已经丢了")]);
    let [one] = rows.as_slice() else { panic!("{rows:?}") };
    assert_eq!((one.name.as_str(), one.head.as_deref(), one.village), ("测一", Some("测一"), VILLAGE));
    assert_eq!(one.since, Day::from_ymd(2026, 1, 5));
}

#[tokio::test]
async fn text_is_read_in_every_spelling_of_an_office() {
    let world = World::new().await;
    let text = format!("备注,姓名,村,身份证号\r\n\r\n甲,测㱔甲,民主村,{}\r\n", id_number(30));
    let gb = encoding_rs::GB18030.encode(&text).0.into_owned();
    let utf16 =
        [&[0xff, 0xfe][..], &text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let tabs = text.replace(',', "\t").into_bytes();
    for (bytes, kind) in [
        (text.clone().into_bytes(), FileKind::CsvUtf8),
        (marked, FileKind::CsvUtf8),
        (tabs, FileKind::CsvUtf8),
        (gb, FileKind::CsvGbk),
        (utf16, FileKind::CsvUtf16),
    ] {
        let (table, _) = read("x.doc", &bytes, List::People).unwrap();
        assert_eq!(table.kind, kind);
        let (rows, wrong) = rows(&world, &bytes).await;
        assert_eq!(wrong, []);
        assert_eq!((rows[0].name.as_str(), rows[0].line), ("测㱔甲", 3), "{kind:?}");
    }
}

#[test]
fn a_file_that_is_no_table_is_told_as_a_whole() {
    let told = |bytes: &[u8]| read(FILE, bytes, List::People).unwrap_err().zh();
    for (bytes, expected) in [
        (&b""[..], "文件是空的"),
        (b"PK\x03\x04\x14\x00\x06\x00", "读不出来"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "读不出来"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"<html><table><tr><td>", "网页格式"),
        (b"\x00\x01\x02\xff\xff", "另存为 .xlsx"),
        ("甲,乙\n".as_bytes(), "没有找到表头"),
        ("姓名,住址,身份证\n".as_bytes(), "第 1 行是表头，缺少“村”"),
        ("村,\"姓名\n".as_bytes(), "第 1 行的引号没有结束"),
    ] {
        let told = told(bytes);
        assert!(told.contains(expected) && told.contains("整个文件都没有导入"), "{expected}: {told}");
    }
    let large = vec![b' '; file::BYTES_MAX + 1];
    assert!(told(&large).contains("文件太大"));
}

#[test]
fn a_small_workbook_that_unpacks_into_too_much_is_not_unpacked() {
    use std::io::Write;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    archive.start_file("xl/worksheets/sheet1.xml", options).unwrap();
    for _ in 0..401 {
        archive.write_all(&vec![b' '; 1 << 20]).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    assert!(bytes.len() < file::BYTES_MAX);
    let told = read(FILE, &bytes, List::People).unwrap_err().zh();
    assert!(told.contains("展开后太大"), "{told}");
}

#[tokio::test]
async fn bad_rows_are_a_workbook_that_is_mended_and_imported_as_it_is() {
    let world = World::new().await;
    let bytes = workbook();
    let (table, columns) = read(FILE, &bytes, List::People).unwrap();
    let (_, wrong) = people::rows(&table, &columns, &*reference(&world).await, today());
    let report = report::workbook(&table, &columns, &wrong).unwrap();
    let (again, found) = read(FILE, &report, List::People).unwrap();
    assert_eq!(found.found.len(), columns.found.len(), "{found:?}");
    assert!(found.ignored.iter().any(|(_, said)| said == "原因"));
    let (rows, told) = people::rows(&again, &found, &*reference(&world).await, today());
    assert_eq!((rows.len(), told.len(), told[0].line), (0, 1, 2), "the same is wrong with it");
    let last = again.lines[1].cells.last().unwrap().text();
    assert!(last.contains("身份证号 E7") && last.contains("末三位"), "{last}");
    let twice = report::workbook(&again, &found, &told).unwrap();
    let (_, found) = read(FILE, &twice, List::People).unwrap();
    assert_eq!(
        found.ignored.iter().filter(|(_, said)| said == "原因").count(),
        1,
        "the reasons of the last time go"
    );
}
