//! An operator at the terminal: what is done, what is told.

use crate::place::Place;
use domain::time::Day;
use std::fs;
use std::path::Path;

/// The second column of the first row below the headings that has this word.
fn first_staff(list: &str) -> String {
    let line = list.lines().find(|line| line.contains("社会救助协理员")).expect("an officer");
    let ids: Vec<_> = line.split_whitespace().filter(|word| word.len() == 32).collect();
    (*ids.first().expect("ids")).to_owned()
}

#[test]
fn an_operator_works_beside_the_running_server() {
    let place = Place::new();
    let seeded = place.said(&["seed", "--subjects", "150", "--months", "0"]);
    assert!(seeded.starts_with("150 人"), "{seeded}");
    let told = place.refused(&["seed"]);
    assert!(told.contains("data 里已经有数据") && told.contains("something in data"), "{told}");
    assert!(told.contains("用 `--data` 换一个空的文件夹"), "it says what to do: {told}");
    let officer = first_staff(&place.said(&["staff", "list"]));
    let before = place.said(&["enrol", &officer, "--json"]);
    assert!(before.contains(r#""code":""#) && before.contains(r#""fingerprint":""#), "{before}");
    let mut server = place.serve();
    let sheet = place.said(&["enrol", &officer]);
    assert!(sheet.contains("启用码") && sheet.contains("县密钥"), "{sheet}");
    let new = place.said(&["staff", "add", "测试员", "--phone", "13300000000"]);
    place.said(&["staff", "assign", "测试员", "assistance_officer", "532929102210"]);
    assert!(place.said(&["staff", "list", "532929102210"]).contains(new.trim()));
    assert!(place.refused(&["staff", "assign", "nobody", "reader", "532929102210"]).contains("nobody"));
    assert!(place.said(&["coverage"]).contains("名册"));
    assert!(place.refused(&["seed"]).contains("in use"));
    assert_eq!(place.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
    place.said(&["backup", "monday.age"]);
    assert!(place.refused(&["backup", "monday.age"]).contains("monday.age\": this file is there already"));
    assert_eq!(server.stop(), Some(0));
    let log = fs::read_to_string(place.path("server.log")).unwrap();
    assert!(!log.contains("测试员") && !log.contains("13300000000"), "{log}");
    restored(&place, Path::new("monday.age"), new.trim());
}

#[test]
fn a_real_county_begins_with_its_books_and_nobody() {
    let place = Place::new();
    let mut server = place.serve();
    place.said(&["staff", "add", "段成", "--phone", "13300000002"]);
    let told = place.refused(&["staff", "assign", "段成", "reader", "532929102210"]);
    assert!(told.contains("seed --books"), "served before it had any: {told}");
    assert_eq!(server.stop(), Some(0));
    assert!(place.refused(&["seed", "--books", "--subjects", "150"]).contains("--subjects"));
    assert!(place.refused(&["coverage"]).contains("seed --books"));
    let elsewhere = place.path("elsewhere.toml");
    fs::write(&elsewhere, "[data]\nfolder = \"elsewhere\"\ncounty = 532928000000\n").unwrap();
    let told = place.refused(&["seed", "--books", "--config", "elsewhere.toml"]);
    assert!(told.contains("532928000000") && !place.path("elsewhere.keys.json").exists(), "{told}");
    let said = place.said(&["seed", "--books"]);
    assert!(said.contains("102 个区划") && said.contains("没有任何人"), "{said}");
    assert!(place.refused(&["seed", "--books"]).contains("something in"));
    assert!(place.said(&["coverage"]).contains("名册 0 人"));
    place.said(&["staff", "assign", "段成", "reader", "532929102210"]);
    assert!(place.said(&["duty", "list"]).contains("特殊困难老年人月探访"));
    let roster = "姓名,角色,村,电话\n杨素芬,社会救助协理员,民主村委会,13300000001\n";
    fs::write(place.path("staff.csv"), roster).unwrap();
    let _server = place.serve();
    assert!(place.said(&["import", "staff", "staff.csv"]).contains("新增 1 行"));
    assert!(place.said(&["enrol", "杨素芬"]).contains("启用码"));
    place.said(&["doctor"]);
}

#[test]
fn an_operator_edits_duties_without_a_server_too() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    let add = ["duty", "add", "market_day_call", "--from", "2027-01-01", "--title-zh", "赶集日电话"];
    let fields = ["--cadence", "days:14", "--categories", "DJ,KC", "--ways", "phone", "--mets", "self"];
    let rest = ["--roles", "assistance_officer", "--source", "县民政局通知"];
    let said = place.said(&[&add[..], &fields, &rest].concat());
    assert!(said.contains("新增走访要求") && said.contains("重算完成"), "{said}");
    assert!(place.said(&["duty", "list"]).contains("赶集日电话"));
    let shown = place.said(&["duty", "show", "market_day_call"]);
    assert!(shown.contains("多久一次：每14天（滚动）") && shown.contains("依据：县民政局通知"), "{shown}");
    let end = |from| ["duty", "end", "market_day_call", "--source", "龙民发〔2026〕13号", "--from", from];
    let said = place.said(&[&end("2027-01-01")[..], &["--no-wait"]].concat());
    assert!(said.contains("停止走访要求") && said.contains("按批重算"), "{said}");
    assert!(!place.said(&["duty", "list"]).contains("赶集日电话"));
    for command in [&["duty", "list", "--all"][..], &["duty", "show", "market_day_call"]] {
        let never_held = place.said(command);
        assert!(
            never_held.contains("赶集日电话") && never_held.contains("没有实行过（被替换或撤下）"),
            "what was written is told, though it was never in force: {never_held}"
        );
    }
    let shown = place.said(&["duty", "show", "market_day_call"]);
    assert!(shown.contains("今天哪里都没有实行") && shown.contains("谁写的：服务器上，"), "{shown}");
    assert!(shown.contains("谁定的到哪天：服务器上，"), "{shown}");
    let never = place.refused(&end("2027-02-01"));
    assert!(never.contains("从来没有实行过") && !never.contains("有要求的时间"), "{never}");
    let change = ["duty", "change", "elder_monthly", "--from", "2027-01-01", "--source", "x"];
    let said = place.said(&[&change[..], &["--ways", "home", "--area", "功果桥镇"]].concat());
    assert!(said.contains("功果桥镇从此有自己的要求") && said.contains("电话"), "{said}");
    assert!(said.contains("效力：全国规定 → 县里自定"), "another source, no strength named: {said}");
    let explain = ["coverage", "--duty", "elder_monthly", "--as-of", "2027-01-10", "--explain", "met"];
    let explained = place.said(&[&explain[..], &["--area", "功果桥镇"]].concat());
    assert!(explained.contains("依据：x（县里自定"), "{explained}");
    assert!(place.said(&["duty", "list", "--area", "功果桥镇"]).contains("532929"));
    for (wrong, expected) in [
        (&["--cadence", "fortnight"][..], "half_year"),
        (&["--ways", "boat"], "home, elsewhere, phone, video"),
        (&["--ways", ""], "home, elsewhere, phone, video"),
        (&["--mets", "dog"], "self_and_carer"),
        (&["--categories", "QQ"], "QQ"),
        (&["--cut", "day25"], "day26"),
    ] {
        let told = place.refused(&[&change[..], wrong].concat());
        assert!(told.contains(expected), "{told}");
    }
    assert!(
        place
            .refused(&["duty", "end", "elder_monthly", "--from", "2001-01-01", "--source", "x"])
            .contains("before")
    );
    assert!(
        place
            .refused(&[
                "duty",
                "change",
                "*",
                "--from",
                "2027-01-01",
                "--cadence",
                "quarter",
                "--source",
                "x"
            ])
            .contains("by months")
    );
    assert!(place.refused(&["coverage", "--duty", "*", "--period", "2026-10+3"]).contains("months only"));
    assert_eq!(place.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
}

#[test]
fn duties_are_told_in_words_and_known_by_their_titles() {
    let place = Place::new();
    place.said(&["seed", "--books"]);
    let words = place.said(&["duty", "list"]);
    let spoken = ["独居老人、", "上门、", "见到本人", "每月", "全国规定", "社会救助协理员"];
    assert!(spoken.iter().all(|word| words.contains(word)), "{words}");
    for code in ["home,", "elsewhere", "self", "DJ", " N ", " D "] {
        assert!(!words.contains(code), "{code}: {words}");
    }
    let csv = place.said(&["duty", "list", "--format", "csv"]);
    assert!(
        csv.contains("效力的代号") && csv.contains("home,elsewhere") && csv.contains("独居老人"),
        "{csv}"
    );
    let shown = place.said(&["duty", "show", "特殊困难老年人月探访"]);
    assert!(shown.contains("对象：独居老人、") && shown.contains("效力：全国规定"), "{shown}");
    assert_eq!(
        place.said(&["coverage", "--duty", "特殊困难老年人月探访", "--format", "csv"]),
        place.said(&["coverage", "--duty", "elder_monthly", "--format", "csv"])
    );
    let none = place.refused(&["coverage", "--duty", "没有的"]);
    assert!(
        none.contains("走访要求。全部：") && none.contains("elder_monthly 特殊困难老年人月探访"),
        "{none}"
    );
}

fn restored(from: &Place, backup: &Path, staff: &str) {
    let place = Place::new();
    let backup = from.0.path().join(backup);
    let recovery = from.path("data.recovery-key.txt");
    let (backup, recovery) = (backup.to_str().unwrap(), recovery.to_str().unwrap());
    let other = Place::new();
    other.serve().stop();
    let wrong = other.path("data.recovery-key.txt");
    let told = place.refused(&["restore", backup, "--recovery", wrong.to_str().unwrap()]);
    assert!(told.contains("cannot be opened"), "{told}");
    let whole = fs::read(backup).unwrap();
    fs::write(place.path("cut.age"), &whole[..whole.len() - 100]).unwrap();
    let told = place.refused(&["restore", "cut.age", "--recovery", recovery]);
    assert!(told.contains("cannot be opened"), "{told}");
    assert!(!place.path("data.keys.json").exists() && !place.path("data/county.db").exists());
    let told = place.said(&["restore", backup, "--recovery", recovery]);
    for command in [
        "staff phones",
        "staff revoke",
        "staff retire",
        "staff list",
        "staff end",
        "account lock",
        "用 enrol 重新打印",
        "duty list",
        "settings list",
        "area list",
        "waiting list",
        "person move",
        "keys renew",
    ] {
        assert!(told.contains(command), "{command}: {told}");
    }
    assert!(place.said(&["staff", "list", "532929102210"]).contains(staff));
    assert_eq!(place.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
    let told = place.refused(&["restore", backup, "--recovery", recovery]);
    assert!(told.contains("something in") && told.contains("用 `--data` 换一个空的文件夹"), "{told}");
    assert!(place.path("data/restored").exists(), "reading changes nothing");
    place.said(&["staff", "add", "测试员乙", "--phone", "13300000001"]);
    assert!(!place.path("data/restored").exists(), "the first that writes begins a new epoch");
    assert_eq!(place.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
}

#[test]
fn whoever_types_something_wrong_is_told_what_and_what_there_is() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    fs::write(place.path("key.txt"), "AGE-SECRET-KEY-1ABC\n").unwrap();
    fs::write(place.path("none.txt"), "hello\n").unwrap();
    fs::write(place.path("no.age"), "hello\n").unwrap();
    fs::write(place.path("bad.csv"), "姓名,职务\n").unwrap();
    let elders = ["coverage", "--duty", "elder_monthly"];
    for (line, expected) in [
        (&[&elders[..], &["--category", "ZZ"]].concat()[..], &["没有“ZZ”这个类别", "DJ 独居老人"][..]),
        (&[&elders[..], &["--period", "26-11"]].concat(), &["不能写“26-11”", "2026-10+3"]),
        (&[&elders[..], &["--period", "2026-10+3"]].concat(), &["按月统计"]),
        (&[&elders[..], &["--period", "2001-01"]].concat(), &["不在统计的时间里"]),
        (&[&elders[..], &["--as-of", "1999-01-01"]].concat(), &["as_of", "不在统计的时间里"]),
        (&[&elders[..], &["--as-of", "1.11.2026"]].concat(), &["YYYY-MM-DD"]),
        (&["coverage", "--duty", "elder_montly"], &["是不是 elder_monthly"]),
        (&["coverage", "--area", "功果桥"], &["功果桥镇 532929102000"]),
        (&["staff", "list", "民主村"], &["功果桥镇 民主村委会 532929102"]),
        (&["staff", "revoke", "13900000001"], &["16 位编号"]),
        (&["staff", "revoke", "0123456789abcdef"], &["没有登记这台手机"]),
        (&["coverage", "--person", "00000000000000000000000000000000"], &["没有这个编号的记录"]),
        (&["coverage", "--person", "00000000000000000000000000000000", "--area", "诺邓镇"], &["--area"]),
        (&["doctor", "--known-at", "2099-01-01", "--duty", "elder_monthly"], &["今天以前"]),
        (&["staff", "add", "12345"], &["不是姓名"]),
        (&["staff", "add", "杨\n洁"], &["控制字符"]),
        (&["import", "staff", "bad.csv"], &["没有找到表头", "村 姓名 角色 电话", "整个文件都没有导入"]),
        (&["person", "move", "x", "民主村委会"], &["32 位"]),
        (&["backup", "nowhere/x.age"], &["没有文件夹 nowhere"]),
        (&["backup", "no.age"], &["已经有这个文件"]),
        (
            &["restore", "no.age", "--recovery", "key.txt", "--data", "b/data"],
            &["有 19 个字符", "共 74 个字符"],
        ),
        (&["restore", "no.age", "--recovery", "none.txt", "--data", "b/data"], &["没有恢复密钥"]),
        (
            &["restore", "no.age", "--recovery", "data.recovery-key.txt", "--data", "b/data"],
            &["不是备份文件"],
        ),
        (
            &["restore", "nowhere.age", "--recovery", "data.recovery-key.txt", "--data", "b/data"],
            &["没有这个文件"],
        ),
        (&["restore", "no.age", "--recovery", "nowhere.txt", "--data", "b/data"], &["没有这个文件"]),
        (&["staff", "list", "--config", "nowhere.toml"], &["nowhere.toml）：没有这个文件"]),
        (&["seed", "--subjects", "50", "--data", "c/data"], &["120 到 1000000"]),
        (&["duty", "change", "elder_monthly", "--from", "2027-1-1", "--source", "x"], &["YYYY-MM-DD"]),
    ] {
        let told = place.refused(line);
        assert!(expected.iter().all(|words| told.contains(words)), "{line:?}: {told}");
    }
    assert!(!place.path("b").exists(), "nothing was made of what could not be restored");
}

#[test]
fn a_dry_run_writes_nothing_and_a_move_says_what_it_changes() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "1"]);
    let today = Day::of(county_server::clock::now_ms());
    let [past, sooner, later] = [-20, 30, 60].map(|days| today.plus(days));
    let [past, sooner, then] = [past, sooner, later].map(|day| day.to_string());
    let change = ["duty", "change", "elder_monthly", "--from", &then, "--source", "x"];
    let dry = place.said(&[&change[..], &["--cadence", "quarter", "--dry-run"]].concat());
    assert!(dry.contains("每月 → 每季度") && dry.contains("一直管下去") && dry.contains("没有写入"), "{dry}");
    assert!(!place.said(&["duty", "show", "elder_monthly"]).contains("每季度"));
    place.said(&[&change[..], &["--cadence", "quarter"]].concat());
    let earlier = ["duty", "change", "elder_monthly", "--from", &sooner, "--source", "x"];
    let until = place.said(&[&earlier[..], &["--ways", "home", "--dry-run"]].concat());
    let last = format!("只管到 {} 为止", later.plus(-1));
    assert!(until.contains(&last) && until.contains("每季度"), "{until}");
    let csv = place.said(&["coverage", "--area", "民主村委会", "--list", "register", "--format", "csv"]);
    let person = csv.lines().nth(1).unwrap().rsplit(',').next().unwrap().to_owned();
    let begins = csv.lines().count();
    let there = ["person", "move", &person, "532929102201", "--from", &past];
    let dry = place.said(&[&there[..], &["--dry-run"]].concat());
    assert!(dry.contains("这些数字会改变") && dry.contains("-1") && dry.contains("+1"), "{dry}");
    let lines = || {
        place
            .said(&["coverage", "--area", "民主村委会", "--list", "register", "--format", "csv"])
            .lines()
            .count()
    };
    assert_eq!(lines(), begins);
    place.said(&there);
    assert_eq!(lines(), begins - 1);
    let twice = place.said(&there);
    assert!(twice.contains("已经住在这个村") && twice.contains("没有要改的"), "{twice}");
    place.said(&["person", "withdraw", &person]);
    assert_eq!(lines(), begins);
    assert_eq!(place.said(&["doctor"]), "核对无误：存着的和从头重算的一样。\n");
}

#[test]
fn a_roster_is_told_first_and_taken_when_it_is_meant() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    let roster = "姓名,角色,村,电话\n测试甲,儿童主任,532929102210,13900000001\n测试乙,村长,民主村委会,\n";
    fs::write(place.path("roster.csv"), roster).unwrap();
    let mut server = place.serve();
    let import = |arguments: &[&str]| {
        let output = place.run(&[&["import", "staff", "roster.csv"], arguments].concat());
        assert_eq!(output.status.code(), Some(1), "a row is wrong");
        String::from_utf8(output.stdout).unwrap()
    };
    let told = import(&["--dry-run"]);
    assert!(told.contains("B3 角色：没有这个角色"), "{told}");
    assert!(told.contains("新增 1 行，已有 0 行，有错 1 行。没有写入"), "{told}");
    assert!(!place.said(&["staff", "list", "532929102210"]).contains("测试甲"));
    assert!(import(&[]).contains("新增 1 行，已有 0 行，有错 1 行。已写入"));
    assert!(place.said(&["staff", "list", "532929102210"]).contains("测试甲"));
    assert!(import(&[]).contains("新增 0 行，已有 1 行，有错 1 行。没有要改的"));
    let missing = place.refused(&["import", "staff", "nowhere.csv"]);
    assert!(missing.contains("nowhere.csv”：没有这个文件。") && !missing.contains("os error"), "{missing}");
    assert_eq!(server.stop(), Some(0));
    let log = fs::read_to_string(place.path("server.log")).unwrap();
    assert!(!log.contains("测试甲") && !log.contains("13900000001"), "{log}");
}

#[test]
fn what_is_there_already_is_told_and_not_written_again() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    let admin = place.said(&["staff", "list"]);
    let admin = admin.lines().find(|line| line.contains("县管理员")).unwrap().to_owned();
    let admin = admin.split_whitespace().find(|word| word.len() == 32).unwrap();
    place.said(&["staff", "add", "测试员", "--phone", "13300000000"]);
    let assign = ["staff", "assign", "测试员", "reader", "民主村委会"];
    let id = place.said(&assign).trim().to_owned();
    let end = ["staff", "end", &id];
    let set = ["settings", "set", "late_days", "10", "--source", "县民政局通知", "--by", admin];
    let duty = ["duty", "end", "elder_monthly", "--from", "2030-01-01", "--source", "x", "--no-wait"];
    for (act, once) in [(&assign[..], true), (&end, false), (&set, false), (&duty, false)] {
        if !once {
            let said = place.said(act);
            assert!(said.contains("已写入"), "{act:?}: {said}");
        }
        let again = place.said(act);
        assert!(again.contains("没有要改的") && !again.contains("已写入"), "{act:?}: {again}");
    }
    let earlier = Day::of(county_server::clock::now_ms()).plus(-9).to_string();
    let id = place.said(&assign).trim().to_owned();
    let told = place.refused(&[&assign[..], &["--from", &earlier]].concat());
    assert!(told.contains("日期不同") && told.contains(&format!("staff end {id} --until")), "{told}");
    assert_eq!(place.said(&["staff", "list", "民主村委会"]).matches("测试员").count(), 1);
    let phone = place.refused(&["staff", "retire", "0123456789abcdef"]);
    assert!(phone.contains("没有登记这台手机"), "{phone}");
}

#[test]
fn a_visit_opens_in_words_and_a_spreadsheet_has_the_codes_beside_them() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "1"]);
    let today = Day::of(county_server::clock::now_ms()).to_string();
    let met =
        ["coverage", "--duty", "elder_monthly", "--as-of", &today, "--list", "met_home", "--format", "csv"];
    let last = |csv: &str| csv.lines().nth(1).unwrap().rsplit(',').next().unwrap().to_owned();
    let person = last(&place.said(&met));
    let visit = last(&place.said(&["coverage", "--person", &person, "--format", "csv"]));
    let opened = place.said(&["coverage", "--person", &person]);
    assert!(opened.lines().next().unwrap().contains(['镇', '乡']), "which of the namesakes: {opened}");
    let before = place.said(&["coverage", "--person", &person, "--as-of", "2020-01-01"]);
    assert!(before.contains("走访只列到 2020-01-01") && !before.contains(&visit), "{before}");
    let text = place.said(&["coverage", "--visit", &visit]);
    for words in [
        "走访 ",
        "走访对象 ",
        "怎么见的",
        "上门",
        "见到谁",
        "见到本人",
        "走访时间",
        "村 ",
        "表达能力",
        "已收下",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    for code in ["Applied", " home ", " way ", " met ", "self", " a/"] {
        assert!(!text.contains(code), "{code}: {text}");
    }
    let csv = place.said(&["coverage", "--visit", &visit, "--format", "csv"]);
    for words in ["走访,怎么见的,上门,", "走访对象 ", "已收下", ",way,home,applied,visit,", ",a/"]
    {
        assert!(csv.contains(words), "{words}: {csv}");
    }
    let explained = place.said(&["coverage", "--duty", "elder_monthly", "--explain", "met"]);
    assert!(explained.contains("已走访：") && explained.contains("依据："), "{explained}");
}

#[test]
fn a_sheet_names_the_address_that_the_settings_know() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    let officer = first_staff(&place.said(&["staff", "list"]));
    let unknown = place.run(&["enrol", &officer]);
    let told = String::from_utf8(unknown.stderr).unwrap();
    assert!(
        unknown.status.success() && told.contains("纸上没有服务器地址") && told.contains("[sheets]"),
        "{told}"
    );
    assert!(!String::from_utf8(unknown.stdout).unwrap().contains("服务器"));
    let settings = |address: &str| {
        fs::write(place.path("county-server.toml"), format!("[sheets]\naddress = \"{address}\"\n")).unwrap();
    };
    for wrong in ["county.example", "http://county.example", "https://", "https://county.example/exchange"] {
        settings(wrong);
        let told = place.refused(&["enrol", &officer]);
        assert!(told.contains("[sheets]") && told.contains("https://"), "{wrong}: {told}");
    }
    settings("https://county.example:7440");
    let sheet = place.run(&["enrol", &officer]);
    assert!(sheet.stderr.is_empty(), "{}", String::from_utf8_lossy(&sheet.stderr));
    assert!(String::from_utf8(sheet.stdout).unwrap().contains("服务器    https://county.example:7440\n"));
    assert!(
        place.said(&["enrol", &officer, "--json"]).contains(r#""address":"https://county.example:7440""#)
    );
}

#[test]
fn what_was_understood_is_said_and_what_is_wrong_is_named() {
    let place = Place::new();
    place.said(&["seed", "--subjects", "150", "--months", "0"]);
    let told = |arguments: &[&str]| {
        let run = place.run(arguments);
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        String::from_utf8(run.stderr).unwrap()
    };
    place.said(&["staff", "add", "测试甲"]);
    let sheet = told(&["enrol", "测试甲"]);
    assert!(sheet.contains("今天没有分工") && sheet.contains("staff assign"), "{sheet}");
    let village = told(&["staff", "assign", "测试甲", "协理员", "民主村委会"]);
    assert!(village.contains("测试甲") && village.contains("民主村委会的社会救助协理员。"), "{village}");
    assert!(!told(&["enrol", "测试甲"]).contains("没有分工"));
    let county = told(&["staff", "assign", "测试甲", "只读", "532929000000"]);
    assert!(county.contains("云龙县") && county.contains("全部 90 个村"), "{county}");

    let officer = told(&["staff", "assign", "测试甲", "儿童主任", "532929000000"]);
    assert!(officer.contains("一般给在村"), "{officer}");
    for role in ["县管理员", "县审核员", "负责人", "审计"] {
        for area in ["功果桥镇", "民主村委会"] {
            let county = place.refused(&["staff", "assign", "测试甲", role, area]);
            assert!(county.contains(role) && county.contains("是县里的角色"), "{county}");
        }
    }
    let added = place.run(&["staff", "add", "测试乙"]);
    let said = String::from_utf8(added.stderr).unwrap();
    assert!(said.contains("测试乙已记为工作人员") && said.contains("staff assign"), "{said}");
    let id = String::from_utf8(added.stdout).unwrap();
    assert_eq!(id.trim().len(), 32, "standard output has the id alone: {id}");
    let again = place.said(&["staff", "add", "测试乙"]);
    assert!(again.contains(id.trim()) && again.contains("没有要改的"), "{again}");
    place.said(&["staff", "assign", "测试乙", "协理员", "民主村委会"]);
    let phone = place.refused(&["account", "add", "测试乙", "yi"]);
    assert!(phone.contains("测试乙") && phone.contains("用手机，不用账号"), "{phone}");

    let none = place.refused(&["account", "reset", "测试甲"]);
    assert!(none.contains("测试甲") && none.contains("还没有登录账号"), "{none}");
    let change = |more: [&str; 2]| {
        let from = Day::of(county_server::clock::now_ms()).to_string();
        let line = ["duty", "change", "elder_monthly", "--from", &from, "--source", "x"];
        place.refused(&[&line[..5], &more[..], if more[0] == "--source" { &[] } else { &line[5..] }].concat())
    };
    let source = change(["--source", ""]);
    assert!(
        source.contains("--source") && source.contains("要写依据") && !source.contains("谁也"),
        "{source}"
    );
    let visitors = change(["--visitors-min", "0"]);
    assert!(visitors.contains("--visitors-min") && visitors.contains("至少 1 个人"), "{visitors}");
    // 姓名,角色 in GBK: it is read, and 村 is missing.
    fs::write(place.path("gbk.csv"), b"\xd0\xd5\xc3\xfb,\xbd\xc7\xc9\xab\n").unwrap();
    let file = place.refused(&["import", "staff", "gbk.csv"]);
    assert!(
        file.contains("缺少“村”") && file.contains("整个文件都没有导入") && !file.contains("其他行"),
        "{file}"
    );
}
