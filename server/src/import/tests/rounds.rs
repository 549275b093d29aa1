//! Out and in again: nothing changes.

use super::*;
use domain::subject::AgeSaid;

#[tokio::test]
async fn what_is_exported_changes_nothing_when_it_is_imported() {
    let world = World::new().await;
    let county = &world.county;
    let all = crate::person::everybody(county).await.unwrap();
    let gone = |person: &Person| person.died.is_some() || person.moved_out.is_some();
    let here = all.iter().filter(|(person, _)| !gone(person)).count();
    for format in [Format::Csv, Format::Xlsx] {
        let bytes =
            export::people(county, county.keys.county(), Shown::Whole, format, today()).await.unwrap();
        let (rows, wrong) = rows(&world, &bytes).await;
        assert_eq!(wrong, []);
        let told = preview(county, &rows, frame(county)).await.unwrap();
        assert_eq!((told.new, told.changes.as_slice(), told.wrong.as_slice()), (0, &[][..], &[][..]));
        assert_eq!(told.unchanged, here, "{format:?}");
        let staff = export::staff(county, county.keys.county(), format, today()).await.unwrap();
        let (table, columns) = read(FILE, &staff, List::Staff).unwrap();
        let known = reference(&world).await;
        let (rows, wrong) = staff::rows(&table, &columns, &known, today());
        assert_eq!(wrong, []);
        let (planned, wrong) = staff::plan(&known, operator(), &rows, today());
        assert_eq!(wrong, []);
        assert!(
            !planned.is_empty() && planned.iter().all(|one| one.step == staff::Step::Known),
            "{planned:?}"
        );
    }
}

#[tokio::test]
async fn out_of_one_county_into_another_and_out_again_is_the_same_file() {
    let (one, other) = (World::new().await, World::new().await);
    let out = async |world: &World| {
        export::people(&world.county, VILLAGE, Shown::Whole, Format::Csv, today()).await.unwrap()
    };
    let extra = csv(&[",532929102210,,测甲,户主,测甲,,低保,,,", ",532929102210,,测甲,儿子,测乙,,低保,,,"]);
    import(&one, &extra, Ticks::None).await;
    let bytes = out(&one).await;
    let taken = import(&other, &bytes, Ticks::All).await;
    assert_eq!((taken.new, taken.wrong.len()), (2, 0), "{taken:?}");
    assert_eq!(String::from_utf8(out(&other).await).unwrap(), String::from_utf8(bytes).unwrap());
}

#[tokio::test]
async fn the_desk_s_own_shows_no_number_and_no_child() {
    let world = World::new().await;
    let county = &world.county;
    let whole = county.keys.county();
    let bytes = export::people(county, whole, Shown::Masked, Format::Csv, today()).await.unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.contains("不能用来导入") && text.contains("****"));
    for (person, _) in crate::person::everybody(county).await.unwrap() {
        if let Some(number) = &person.id_number {
            assert!(!text.contains(number.as_str()));
        }
    }
    assert!(
        read(FILE, text.as_bytes(), List::People).is_ok(),
        "it is told row by row that numbers are no numbers"
    );
    let (_, wrong) = rows(&world, text.as_bytes()).await;
    assert!(!wrong.is_empty());
}

#[tokio::test]
async fn what_is_cut_off_by_time_goes_on_the_next_time() {
    let world = World::new().await;
    let lines: Vec<String> = (0..600)
        .map(|number| {
            format!(
                ",532929102210,一组,,,测{},{},,,,",
                char::from_u32(0x4e00 + number).unwrap(),
                id_number(100 + number)
            )
        })
        .collect();
    let bytes = csv(&lines.iter().map(String::as_str).collect::<Vec<_>>());
    let (rows, wrong) = rows(&world, &bytes).await;
    assert_eq!((rows.len(), wrong.len()), (600, 0));
    let slice = async |within| {
        let county = &world.county;
        take(county, operator(), &rows, &Ticks::None, frame(county), Some(within)).await.unwrap()
    };
    let none = slice(std::time::Duration::ZERO).await;
    assert_eq!((none.new, none.waiting), (0, 600));
    let all = slice(std::time::Duration::from_secs(600)).await;
    assert_eq!((all.new, all.waiting), (600, 0));
    assert_eq!(slice(std::time::Duration::from_secs(600)).await.unchanged, 600);
}

#[tokio::test]
async fn what_was_said_of_an_age_goes_out_and_comes_in_and_a_birth_decides() {
    let world = World::new().await;
    let bytes = "村,姓名,出生日期,大人/孩子,类别\n民主村,测甲,,孩子,低保\n民主村,测乙,,大人,低保\n民主村,测丙,1950-01-01,孩子,低保\n民主村,测丁,,老人,低保\n";
    let taken = import(&world, bytes.as_bytes(), Ticks::None).await;
    assert_eq!((taken.new, taken.wrong.len()), (3, 1), "{taken:?}");
    assert_eq!(taken.wrong[0].doubts[0].zh, "要填 大人 或 孩子");
    let said = async |name: &str| {
        let all = crate::person::everybody(&world.county).await.unwrap();
        let (person, _) = all.into_iter().find(|(person, _)| person.name == name).unwrap();
        (person.age_said, person.is_minor_on(today()))
    };
    assert_eq!(said("测甲").await, (Some(AgeSaid::Child), true));
    assert_eq!(said("测乙").await, (Some(AgeSaid::Adult), false));
    assert_eq!(said("测丙").await, (None, false), "the birth decides");
    let county = &world.county;
    let out = export::people(county, VILLAGE, Shown::Whole, Format::Csv, today()).await.unwrap();
    let out = String::from_utf8(out).unwrap();
    assert!(out.contains("大人/孩子"), "{out}");
    let (again, wrong) = rows(&world, out.as_bytes()).await;
    assert_eq!(wrong, []);
    let told = preview(county, &again, frame(county)).await.unwrap();
    assert_eq!((told.new, told.changes.len()), (0, 0));
    let local = |name: &str| {
        let line = out.lines().find(|line| line.contains(name)).unwrap();
        line.split(',').find(|cell| cell.starts_with('Y')).unwrap().to_owned()
    };
    let grown = format!("村,姓名,县内编号,大人/孩子\n民主村,测甲,{},大人\n", local("测甲"));
    let taken = import(&world, grown.as_bytes(), Ticks::All).await;
    assert_eq!(taken.changed, 1, "{taken:?}");
    assert_eq!(said("测甲").await, (Some(AgeSaid::Adult), false));
}

#[tokio::test]
async fn another_address_and_another_home_are_told_and_taken_when_they_are_ticked() {
    let world = World::new().await;
    let number = id_number(6);
    let row = |head: &str, relation: &str, address: &str| {
        csv(&[&format!("功果桥镇,民主村,一组,{head},{relation},测十,{number},低保,,,{address}")])
    };
    import(&world, &row("测十", "户主", "坡上"), Ticks::None).await;
    let later = row("测十", "户主", "井边第二家");
    let says = |told: &Preview| -> Vec<(String, String)> {
        told.changes[0].fields.iter().map(|one| (one.old.clone(), one.new.clone())).collect()
    };
    assert_eq!(says(&told(&world, &later).await), [("坡上".to_owned(), "井边第二家".to_owned())]);
    let none = import(&world, &later, Ticks::None).await;
    assert_eq!((none.changed, none.left), (0, 1), "nothing is changed that nobody ticked");
    assert_eq!(import(&world, &later, Ticks::All).await.changed, 1);
    let (person, _) = called(&world, "测十").await.pop().unwrap();
    let home = head(&world, RecordKind::Household, person.household.unwrap()).await;
    assert_eq!(home.text(keys::DIRECTIONS), Some("井边第二家"));
    assert_eq!(import(&world, &later, Ticks::All).await.unchanged, 1);
    let empty = row("测十", "户主", "");
    assert_eq!(import(&world, &empty, Ticks::All).await.unchanged, 1, "an empty cell says nothing");
    let other = told(&world, &row("测新", "儿子", "")).await;
    assert!(says(&other).contains(&("测十".to_owned(), "新的一户（户主 测新）".to_owned())), "{other:?}");
}

#[tokio::test]
async fn a_remark_at_the_foot_is_no_row_and_a_row_without_a_name_is() {
    let world = World::new().await;
    let file = csv(&[
        "功果桥镇,民主村,一组,测甲,户主,测甲,,低保,,,",
        ",,,,,,,填表人：赵经办,,,",
        "功果桥镇,民主村,一组,测甲,儿子,,,低保,,,",
    ]);
    let (rows, wrong) = rows(&world, &file).await;
    assert_eq!((rows.len(), wrong.iter().map(|one| one.line).collect::<Vec<_>>()), (1, vec![4]), "{wrong:?}");
}

#[tokio::test]
async fn staff_are_placed_by_what_people_call_their_village() {
    let world = World::new().await;
    let known = reference(&world).await;
    let places = places::Places::new(&known, today());
    let village = known.areas.name(VILLAGE);
    for called in [village.as_str(), "民主村", "民主村委会", "民主村民委员会", " 民主村 "] {
        assert_eq!(places.any(called), Ok(VILLAGE), "{called}");
    }
    assert_eq!(places.any("功果桥"), places.any("功果桥镇"), "a township too");
    assert!(places.any("没有的村").unwrap_err().0.contains("没有"));
}

#[tokio::test]
async fn a_code_is_told_in_words() {
    let world = World::new().await;
    let row = |sex: &str| format!("村,户主,与户主关系,姓名,性别\n民主村,测甲,户主,测甲,{sex}\n").into_bytes();
    import(&world, &row(""), Ticks::None).await;
    let told = told(&world, &row("男")).await;
    assert_eq!(
        (told.changes[0].fields[0].zh.as_str(), told.changes[0].fields[0].new.as_str()),
        ("性别", "男")
    );
}
