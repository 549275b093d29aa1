//! What the demonstration leaves open: the county's console, and its two phones in a browser; the first of them in
//! the window of the phone's app, where there is one.

use super::acts::PIN;
use super::scenes::{FIRST, SECOND};
use super::{Account, Played, Stage, free_port};
use crate::bridge::BridgeProcess;
use crate::county::ask;
use domain::ids::RecordId;
use domain::staff::Role;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where browsers look first; another free port when one is taken.
const PORTS: [u16; 2] = [8461, 8462];

/// Opens the phones, gives accounts at the first time, and says where everything is. What has a window of its
/// own is not opened in a browser: two programs on the files of one phone would undo each other's work.
///
/// # Errors
/// When something does not come up.
pub(super) fn open(
    stage: &Stage<'_>,
    screens: &Path,
    window: Option<&Path>,
    played: &mut Played,
) -> Result<Vec<BridgeProcess>> {
    let tell = stage.tell;
    if played.accounts.is_empty() {
        played.accounts = accounts(stage)?;
    }
    let list = ask(&stage.data(), &["account", "list"])?;
    tell.title("屏幕开着：用浏览器看，改什么都是真的");
    tell.line(&format!("县里的工作台　{}", stage.county.desk));
    for account in &played.accounts {
        let line = list.lines().find(|line| line.split_whitespace().next() == Some(&account.login));
        let first = line.is_some_and(|line| line.contains("还没换第一次的密码"));
        let password = if first {
            format!("第一次的密码 {}（登录后要换掉）", account.first)
        } else {
            "密码是您换过的那个".to_owned()
        };
        tell.line(&format!("　{}：登录名 {}　{password}", account.who, account.login));
    }
    let holders = [(FIRST, stage.story.officer), (SECOND, stage.story.second_officer)];
    let mut phones = Vec::new();
    for ((name, holder), port) in holders.into_iter().zip(PORTS) {
        if name == FIRST && window.is_some() {
            tell.line(&format!("{}的手机　在自己的窗口里　解锁密码 {PIN}", stage.name(holder)));
            continue;
        }
        let phone = BridgeProcess::start(
            &phone_folder(stage.folder, name),
            &stage.county.phones,
            &screens.join("phone-bridge"),
            free_port(port),
        )?;
        tell.line(&format!("{}的手机　{}　解锁密码 {PIN}", stage.name(holder), phone.address));
        phones.push(phone);
    }
    tell.line(if window.is_some() {
        "浏览器里的手机页面最上面有“没有信号”的开关：关掉信号，记一次走访，再打开，到工作台看"
    } else {
        "手机页面最上面有“没有信号”的开关：关掉信号，两部手机各记一次走访，再打开，到工作台看"
    });
    Ok(phones)
}

fn phone_folder(folder: &Path, name: &str) -> PathBuf {
    folder.join("phones").join(name)
}

/// The window of the phone's app on the first phone.
pub(super) fn window(app: &Path, folder: &Path, county: &str) -> Command {
    let mut command = Command::new(app);
    command.arg("--folder").arg(phone_folder(folder, FIRST)).args(["--county", county]);
    command
}

/// An account for each role of the console: the county's own, and the head of the story's township.
fn accounts(stage: &Stage<'_>) -> Result<Vec<Account>> {
    let (village, reference) = (stage.story.village, &stage.synthetic.reference);
    let holder = |role: Role| {
        let mut of = reference.assignments.values().filter(|one| {
            one.role == role && one.holds_on(stage.day) && reference.areas.within(village, one.area)
        });
        let found = of.next().map(|one| one.staff);
        found.ok_or_else(|| Error::other(format!("nobody is {}", role.code())))
    };
    let account = |role: Role, login: &str| {
        let staff: RecordId = holder(role)?;
        let said = ask(&stage.data(), &["account", "add", &staff.to_string(), login])?;
        let first = said.split_once("密码 ").and_then(|(_, rest)| rest.split('（').next());
        let first = first.ok_or_else(|| Error::other(format!("no first password in {said}")))?;
        let who = format!("{} {}", role.zh(), stage.name(staff));
        Ok(Account { who, login: login.to_owned(), first: first.to_owned() })
    };
    // Who looks, who sets, who approves an opening, who watches over it: none of them may do it all.
    [
        (Role::CountyReviewer, "county"),
        (Role::StationHead, "township"),
        (Role::CountyAdmin, "admin"),
        (Role::Approver, "approver"),
        (Role::Auditor, "auditor"),
    ]
    .into_iter()
    .map(|(role, login)| account(role, login))
    .collect()
}
