//! The core of the story in the app's real window: WebKit, Tauri's IPC, the real client, a real county. It needs
//! a display and a built `phone-app`: `cargo xtask window` sees to both.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on says where, and JSON is read by its keys"
)]

#[path = "../e2e/world.rs"]
#[expect(dead_code, reason = "shared with the tests without a screen, which need more of it")]
mod world;

use serde_json::Value;
use std::path::Path;
use std::time::{Duration, Instant};
use system_tests::county::binary;
use system_tests::net::Weather;
use system_tests::webdriver::Window;
use world::{PIN, World};

/// What on the page is asked and not yet answered: its path, and whether it is chosen or typed.
const OPEN_QUESTION: &str = "
    if (document.querySelector('[aria-busy=true]')) return null
    const open = [...document.querySelectorAll('section.card[id]')].find((one) => {
        if (one.querySelector('.label .soft')) return false
        const choices = one.querySelector('[role=group]')
        if (choices) return !choices.querySelector('[aria-pressed=true]')
        const field = one.querySelector('input, textarea')
        return field && !field.value
    })
    return { path: open?.id, chosen: !!open?.querySelector('[role=group]') }";

fn open_at(folder: &Path, county: &str) -> Window {
    let app = binary("phone-app").unwrap();
    Window::open(&app, &["--folder", &folder.display().to_string(), "--county", county]).unwrap()
}

fn open(world: &World) -> Window {
    open_at(&world.folder.join("phone"), &world.road.url)
}

fn picture(window: &Window, name: &str) {
    let folder = binary("phone-app").unwrap().with_file_name("window");
    std::fs::create_dir_all(&folder).unwrap();
    window.picture(&folder.join(name).with_extension("png")).unwrap();
}

fn field(label: &str) -> String {
    format!("//*[@id = //label[normalize-space()='{label}']/@for]")
}

fn enrol(window: &Window, world: &World) {
    window.enter(&field("启用码"), &world.sheet(world.story.officer)).unwrap();
    window.press("下一步").unwrap();
    window.enter(&field("解锁密码（6 位以上数字）"), PIN).unwrap();
    window.enter(&field("再输一次"), PIN).unwrap();
    window.press("启用").unwrap();
    let fingerprint = &world.county.as_ref().unwrap().fingerprint;
    window.reads(fingerprint).unwrap();
    window.press("一样，下载名单").unwrap();
    window.reads("本期应走访").unwrap();
}

/// Fills in the form that is open to its last page, each time with what comes first.
fn fill(window: &Window) {
    for page in 1.. {
        window.reads(&format!("第 {page} 页，")).unwrap();
        loop {
            let question = window.gives(OPEN_QUESTION).unwrap();
            let Some(path) = question["path"].as_str() else { break };
            let section = format!("//section[@id='{path}']");
            if question["chosen"] == true {
                window.tap(&format!("{section}//button")).unwrap();
                window.words(&format!("{section}//button[@aria-pressed='true']")).unwrap();
            } else {
                window.enter(&format!("{section}//*[self::input or self::textarea]"), "1").unwrap();
            }
        }
        if window.all("//button[.='下一页']").unwrap().is_empty() {
            break;
        }
        window.press("下一页").unwrap();
    }
    picture(window, "form");
}

/// Only what was built in runs, and nothing but the one command leaves the page.
fn nothing_foreign_runs(window: &Window, world: &World) {
    let inline = "const one = document.createElement('script'); one.textContent = 'window.foreign = 1'
                  document.body.append(one); return window.foreign === undefined";
    assert_eq!(window.script(inline).unwrap(), Value::Bool(true), "an inline script ran");
    let county = &world.county.as_ref().unwrap().phones;
    let outside = format!(
        "fetch('{county}/health').then(() => window.heard = 'the county', () => window.heard = 'refused')"
    );
    window.script(&outside).unwrap();
    assert_eq!(window.gives("return window.heard").unwrap(), "refused");
}

#[test]
#[ignore = "needs a display and the built app: cargo xtask window"]
fn a_visit_is_on_the_phone_without_signal_and_at_the_county_with_it() {
    let world = World::new("window");
    let window = open(&world);
    assert_eq!(window.script("return document.title").unwrap(), "云龙民政走访");
    nothing_foreign_runs(&window, &world);
    enrol(&window, &world);
    let first = "const row = document.querySelector('a.row'); return row && row.hash.split('/').pop()";
    let person = window.gives(first).unwrap();
    picture(&window, "today");

    world.road.set(Weather::Closed);
    let person = person.as_str().unwrap().to_owned();
    window.tap(&format!("//a[contains(@href, '{person}')]")).unwrap();
    window.reads("要做什么").unwrap();
    window.press("开始走访").unwrap();
    window.reads("这次见到了谁？").unwrap();
    window.press("下一步").unwrap();
    fill(&window);

    // The key of the phone first closes what lies on top, then leaves the page, like the arrow.
    window.back().unwrap();
    window.tap("//p[contains(., '走访时间')]//button").unwrap();
    window.reads("什么时候走访的？").unwrap();
    window.back().unwrap();
    window.gone("什么时候走访的？").unwrap();
    assert!(window.shows("走访时间").unwrap(), "only the sheet was closed");

    window.press("填完了，存好").unwrap();
    window.reads("已存在手机里，不会丢。").unwrap();
    picture(&window, "kept");
    assert!(!window.shows("县里已收到").unwrap(), "nobody has it but the phone");
    assert_eq!(world.visits_at_county(person.parse().unwrap()).len(), 0);

    window.reads("现在连不上县里。内容都在手机里").unwrap();
    world.road.set(Weather::Fair);
    window.press("再试一次").unwrap();
    window.reads("县里已收到").unwrap();
    window.reads("回执").unwrap();
    picture(&window, "received");
    assert_eq!(world.visits_at_county(person.parse().unwrap()).len(), 1);

    // Ended and opened again, it is locked; its PIN opens it with everything in it.
    drop(window);
    let window = open(&world);
    for digit in PIN.chars() {
        window.press(&digit.to_string()).unwrap();
    }
    window.words("//button[.='解锁'][not(@disabled)]").unwrap();
    picture(&window, "locked");
    window.press("解锁").unwrap();
    window.tap("//nav//a[normalize-space()='记录']").unwrap();
    window.reads("县里已收到").unwrap();
    world.doctor_finds_nothing();
}

/// Whether a file in a folder, or in a folder of it, has these bytes in it.
fn holds(folder: &Path, wanted: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let bytes = |path: &Path| std::fs::read(path).unwrap_or_default();
        if path.is_dir() {
            holds(&path, wanted)
        } else {
            bytes(&path).windows(wanted.len()).any(|part| part == wanted)
        }
    })
}

#[test]
#[ignore = "needs a display and the built app: cargo xtask window"]
fn what_the_holder_chose_belongs_to_the_phone_and_not_to_the_machine() {
    let (nowhere, size) = ("http://127.0.0.1:9", "return document.documentElement.dataset.size");
    let (mine, theirs) = (world::folder("mine"), world::folder("theirs"));
    let window = open_at(&mine, nowhere);
    window.reads("启用本机").unwrap();
    assert_eq!(window.script(size).unwrap(), "usual");
    window.script("localStorage.setItem('settings', JSON.stringify({ size: 'largest' }))").unwrap();
    // WebKit writes it down in its own time, as UTF-16.
    let chosen: Vec<u8> = "largest".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let begun = Instant::now();
    while !holds(&mine, &chosen) {
        assert!(begun.elapsed() < Duration::from_secs(60), "it is not among the phone's files");
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(window);
    let seen = |folder: &Path| {
        let window = open_at(folder, nowhere);
        window.reads("启用本机").unwrap();
        window.script(size).unwrap()
    };
    assert_eq!(seen(&theirs), "usual");
    assert_eq!(seen(&mine), "largest");
    for folder in [mine, theirs] {
        std::fs::remove_dir_all(folder).unwrap();
    }
}
