//! Files: what stands in them, and under which name a browser keeps them.

use super::{Clerk, TOWNSHIP, today};
use crate::testing::World;
use axum::http::StatusCode;
use domain::catalogue::{RecordKind, keys};
use domain::staff::Role;
use store::county::Ledger;

/// A file, and the name under which a browser keeps it.
async fn saved(clerk: &Clerk, world: &World, path: &str) -> (String, Vec<u8>) {
    let answer = clerk.get(world, path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {:?}", answer.json());
    let named = answer.headers["content-disposition"].to_str().unwrap();
    let named = named.split_once("UTF-8''").unwrap().1.split('%').collect::<Vec<_>>();
    let mut name = named[0].as_bytes().to_vec();
    for one in &named[1..] {
        let (byte, rest) = one.split_at_checked(2).unwrap();
        name.push(u8::from_str_radix(byte, 16).unwrap());
        name.extend(rest.bytes());
    }
    (String::from_utf8(name).unwrap(), answer.bytes)
}

#[tokio::test]
async fn every_export_says_duty_category_period_and_day_and_so_does_its_name() {
    let world = World::new().await;
    let clerk = Clerk::with(&world, "station", &[(Role::StationHead, TOWNSHIP)]).await;
    let asked = "duty=elder_monthly&category=DJ&as_of=";
    let as_of = today().plus(-1);
    let about = clerk.get(&world, &format!("/api/coverage?{asked}{as_of}")).await.json()["about"].clone();
    assert_eq!(about["category"]["code"], "DJ");
    let (period, code) = (about["period"]["zh"].as_str().unwrap(), about["period"]["code"].as_str().unwrap());
    let duty = format!("特殊困难老年人月探访（只算{}）", about["category"]["zh"].as_str().unwrap());
    let paths = [
        ("走访情况", "coverage/export?".to_owned()),
        ("未走访名单", "coverage/people/export?column=open&".to_owned()),
        ("名册名单", "coverage/people/export?column=register&".to_owned()),
    ];
    for (title, path) in paths {
        for format in ["csv", "xlsx"] {
            let path = format!("/api/{path}{asked}{as_of}&format={format}");
            let (name, bytes) = saved(&clerk, &world, &path).await;
            assert_eq!(name, format!("功果桥镇{title}_{duty}_{code}_截至{as_of}.{format}"));
            let text = match format {
                "csv" => String::from_utf8(bytes).unwrap(),
                _ => sheet(bytes),
            };
            let line = format!("走访要求：{duty}　统计期：{period}　截至：{as_of}");
            assert!(text.contains(&line) && text.contains(title), "{text}");
        }
    }
}

/// The one sheet of a workbook.
fn sheet(bytes: Vec<u8>) -> String {
    let mut book = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut sheet = String::new();
    let mut file = book.by_name("xl/worksheets/sheet1.xml").unwrap();
    std::io::Read::read_to_string(&mut file, &mut sheet).unwrap();
    sheet
}

/// The cells of a sheet, row by row, as a reader of the workbook sees them.
fn cells(sheet: &str) -> Vec<Vec<String>> {
    let between = |text: &str, from: &str, to: &str| {
        text.split_once(from).and_then(|(_, rest)| rest.split_once(to)).map(|(inner, _)| inner.to_owned())
    };
    let plain = |text: String| {
        let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
        text.replace("&apos;", "'").replace("&amp;", "&")
    };
    let cell = |one: &str| {
        let inner = one.split_once("<t").and_then(|(_, rest)| between(rest, ">", "</t>"));
        plain(inner.or_else(|| between(one, "<v>", "</v>")).unwrap_or_default())
    };
    let rows = sheet.split("<row ").skip(1).map(|row| row.split("</row>").next().unwrap_or_default());
    rows.map(|row| row.split("<c ").skip(1).map(cell).collect()).collect()
}

#[tokio::test]
async fn a_workbook_opens_to_the_rows_of_the_csv_with_its_heads_and_masked_children() {
    let world = World::new().await;
    let clerk = Clerk::with(&world, "reviewer", &[(Role::CountyReviewer, world.county.keys.county())]).await;
    let mut children = 0;
    for path in ["coverage/export?duty=*", "coverage/people/export?column=register&duty=*"] {
        let (_, text) = saved(&clerk, &world, &format!("/api/{path}&format=csv")).await;
        let (_, book) = saved(&clerk, &world, &format!("/api/{path}&format=xlsx")).await;
        let text = String::from_utf8(text).unwrap();
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let listed: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        let opened = cells(&sheet(book));
        assert_eq!(opened.len(), listed.len(), "{path}");
        let head = listed.iter().position(|row| row.len() > 1).unwrap();
        assert_eq!(opened[head], listed[head], "{path}");
        for (row, line) in opened.iter().zip(&listed).skip(head + 1) {
            // An empty cell need not be there; a figure is the same one however it is spelt.
            let same = |(one, other): (&String, &String)| {
                one == other
                    || one.parse::<f64>().ok().zip(other.parse::<f64>().ok()).is_some_and(|(a, b)| a == b)
            };
            let row: Vec<&String> = row.iter().filter(|cell| !cell.is_empty()).collect();
            let line: Vec<&String> = line.iter().filter(|cell| !cell.is_empty()).collect();
            assert_eq!(row.len(), line.len(), "{row:?} {line:?}");
            assert!(row.iter().copied().zip(line.iter().copied()).all(same), "{row:?} {line:?}");
        }
        let (Some(name), Some(whom)) = (
            listed[head].iter().position(|one| one == "姓名"),
            listed[head].iter().position(|one| one == "类别"),
        ) else {
            continue;
        };
        assert!(listed[head].contains(&"要求".to_owned()));
        for line in listed.iter().skip(head + 1).filter(|line| line[whom].contains("留守儿童")) {
            assert!(line[name].contains('*'), "{line:?}");
            children += 1;
        }
    }
    assert!(children > 0);
}

#[tokio::test]
async fn no_file_of_what_was_found_names_whoever_is_restricted() {
    let world = World::new().await;
    let clerk = Clerk::with(&world, "station", &[(Role::StationHead, TOWNSHIP)]).await;
    let admin = world.clerk(Role::CountyAdmin, world.county.keys.county()).await;
    let elder = world.elder().await;
    let mut phone = world.phone(1).await;
    let fields = [
        (keys::SUBJECT, elder.to_string().into()),
        (keys::KIND, "house".into()),
        (keys::WORDS, "屋顶漏雨".into()),
        (keys::STATE, "open".into()),
    ];
    phone.write(RecordKind::Concern, &fields);
    phone.exchange(&world.phones).await.unwrap();
    let (_, _, reference, _) = world.store.standing_now().await.unwrap();
    let who = crate::who::known(&world.county, &reference, elder, today()).await.unwrap().unwrap().who;
    let files = async || {
        let mut texts = Vec::new();
        for format in ["csv", "xlsx"] {
            let path = format!("/api/concerns/export?which=found&format={format}");
            let (_, bytes) = saved(&clerk, &world, &path).await;
            texts.push(if format == "csv" { String::from_utf8(bytes).unwrap() } else { sheet(bytes) });
        }
        texts
    };
    assert!(files().await.iter().all(|text| text.contains(&who.name) && text.contains("屋顶漏雨")));
    let word =
        crate::restrict::Word {
            person: elder, restricted: true, words: "本人要求".to_owned(), by: admin
        };
    crate::restrict::say(&world.county, &word, crate::clock::now_ms()).await.unwrap();
    for text in files().await {
        let names = [&who.name, &who.head_name].into_iter().filter(|name| !name.is_empty());
        assert!(names.into_iter().all(|name| !text.contains(name.as_str())), "{text}");
        assert!(text.contains(crate::restrict::UNNAMED) && !text.contains("屋顶漏雨"), "{text}");
        assert!(!text.contains("未成年人"), "{text}");
    }
}

#[tokio::test]
async fn whoever_nobody_has_been_to_is_said_so_in_the_file_as_on_the_page() {
    let world = World::new().await;
    let clerk = Clerk::with(&world, "station", &[(Role::StationHead, TOWNSHIP)]).await;
    let asked = "duty=elder_monthly&column=open";
    let page = clerk.get(&world, &format!("/api/coverage/people?{asked}&count=1000")).await.json();
    let lines = page["lines"].as_array().unwrap();
    assert!(!lines.is_empty());
    assert!(
        lines.iter().all(|line| ["还没去", "手机未回传"].contains(&line["why"].as_str().unwrap())),
        "{page}"
    );
    let (_, bytes) = saved(&clerk, &world, &format!("/api/coverage/people/export?{asked}&format=csv")).await;
    let text = String::from_utf8(bytes).unwrap();
    for line in lines {
        let row = text.lines().find(|row| row.contains(line["name"].as_str().unwrap())).unwrap();
        // Where they stand, and why: both columns.
        assert_eq!(row.matches(line["why"].as_str().unwrap()).count(), 2, "{row}");
    }
    let register = clerk.get(&world, "/api/coverage/people?duty=elder_monthly&column=register&count=9").await;
    assert!(register.json()["lines"].as_array().unwrap().iter().all(|line| line["why"] == ""));
}
