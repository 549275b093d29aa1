//! Registers of people in and out, on the command line.

use crate::place::Place;
use std::fs;

#[test]
fn a_register_goes_in_beside_a_running_server_and_out_again() {
    let place = Place::new();
    place.said(&["seed", "--books"]);
    let rows = "村,户主,与户主关系,姓名,身份证号,类别,电话\n\
        民主村,测甲,户主,测 甲,11010519491231002X,低保,13900000001\n\
        民主村,测甲,儿子,测乙,,残疾人,\n\
        没有的村,测丙,户主,测丙,5.3E+17,,\n";
    let (gbk, _, _) = encoding_rs::GBK.encode(rows);
    fs::write(place.path("people.csv"), gbk).unwrap();
    let mut server = place.serve();
    let import = |arguments: &[&str], code| {
        let output = place.run(&[&["import", "people"], arguments].concat());
        let said = String::from_utf8(output.stdout).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        said
    };
    let dry = import(&["people.csv", "--dry-run"], 1);
    assert!(dry.contains("CSV GBK，第 1 行是表头") && dry.contains("A 村，B 户主"), "{dry}");
    assert!(dry.contains("新增 2 人（新户 1）") && dry.contains("没有写入"), "{dry}");
    assert!(dry.contains("A4 村：没有这个村") && dry.contains("E4 身份证号：Excel"), "{dry}");
    let done = import(&["people.csv", "--report", "bad.xlsx"], 1);
    assert!(done.contains("新增 2 人，改动 0 人，已有不变 0 人，有错 1 行。已写入"), "{done}");
    let again = import(&["people.csv"], 1);
    assert!(again.contains("新增 0 人，改动 0 人，已有不变 2 人，有错 1 行。没有写入什么"), "{again}");
    assert!(import(&["bad.xlsx", "--dry-run"], 1).contains("E2 身份证号"));
    fs::write(place.path("later.csv"), "姓名,村,身份证号,电话\n测甲,民主村,11010519491231002X,13900000002\n")
        .unwrap();
    let left = import(&["later.csv"], 0);
    assert!(left.contains("本人电话 13900000001 → 13900000002（现在的是服务器上在"), "{left}");
    assert!(left.contains("1 人会改动，未改"), "{left}");
    assert!(import(&["later.csv", "--update"], 0).contains("改动 1 人"));
    place.said(&["export", "people", "out.xlsx"]);
    assert!(import(&["out.xlsx"], 0).contains("新增 0 人，改动 0 人，已有不变 2 人，有错 0 行"));
    assert!(place.refused(&["export", "people", "out.xlsx"]).contains("已经有这个文件"));
    assert!(place.refused(&["export", "people", "out.doc"]).contains(".xlsx 或 .csv"));
    place.said(&["export", "staff", "staff.csv"]);
    assert!(place.said(&["import", "staff", "staff.csv"]).contains("没有要改的"));
    assert_eq!(server.stop(), Some(0));
    let log = fs::read_to_string(place.path("server.log")).unwrap();
    assert!(!log.contains("测甲") && !log.contains("13900000001") && log.contains("was imported"), "{log}");
    place.said(&["doctor"]);
}
