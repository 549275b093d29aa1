//! `county-server enrol`: the sheet of paper.

use super::text::moment;
use super::{Outcome, errand, hint, print, today, unexpected};
use crate::config::Config;
use crate::control::{Answer, Errand, PrintedSheet};
use crate::county::at_county;
use crate::{open, staff};
use std::process::ExitCode;

/// For whom, and how it is to be printed.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// 谁：编号或姓名 (the member of staff: id or whole name).
    staff: String,
    /// 给程序：一行 JSON (for programs: one line of JSON).
    #[arg(long)]
    json: bool,
}

/// Makes a sheet and prints it.
pub(super) async fn run(config: &Config, options: &Options) -> Outcome {
    let county = open::to_read(config)?;
    let (_, _, reference, _) = county.stores.ledger.standing_now().await.map_err(at_county)?;
    let staff = staff::find(&reference, &options.staff)?;
    let none = !reference.assignments_of(staff).any(|one| one.holds_on(today()));
    let asked = Errand::Sheet { staff, hours: config.sheets.hours };
    let Answer::Sheet(sheet) = errand(config, asked).await? else { return Err(unexpected()) };
    let sheet = PrintedSheet { address: config.sheets.known_address(), ..sheet };
    if options.json {
        print(&format!("{}\n", serde_json::to_string(&sheet).unwrap_or_default()));
    } else {
        print(&on_paper(&sheet));
        if sheet.address.is_none() {
            hint(NO_ADDRESS);
        }
    }
    if none {
        hint(NO_ROLE);
    }
    Ok(ExitCode::SUCCESS)
}

/// What is told of a sheet for somebody who may do nothing today.
const NO_ROLE: &str = "这个人今天没有分工：手机能启用，但没有名单，也不能记走访。请用 `staff assign` 给分工，下次联系时手机上就有。";

/// What whoever prints a sheet without an address is told.
const NO_ADDRESS: &str = "纸上没有服务器地址：配置里没有写。请在配置文件 [sheets] 下写 address = \"https://…\"，以后就会印在纸上；这一次请把手机要连的地址告诉本人。";

fn on_paper(sheet: &PrintedSheet) -> String {
    let PrintedSheet { name, code, county, fingerprint, .. } = sheet;
    let until = moment(sheet.until_ms);
    let address = sheet.address.as_ref().map_or_else(String::new, |one| format!("  服务器    {one}\n"));
    format!(
        "启用本机\n\n  姓名      {name}\n{address}  启用码    {code}\n  县码      {county}\n  县密钥    \
         {fingerprint}（手机上显示的要一样）\n  有效期至  {until}，只能用一次，最多输错 5 次\n",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::ids::{AreaCode, RecordId};

    #[test]
    fn the_address_stands_on_the_sheet_when_it_is_known() {
        let sheet = PrintedSheet {
            staff: RecordId::named("staff", "x"),
            name: "杨洁".to_owned(),
            county: AreaCode(532_929_000_000),
            code: "1234 5678".to_owned(),
            fingerprint: "123 456".to_owned(),
            until_ms: 0,
            address: None,
        };
        assert!(!on_paper(&sheet).contains("服务器"));
        let known = PrintedSheet { address: Some("https://county.example:7440".to_owned()), ..sheet };
        assert!(
            on_paper(&known).contains("  服务器    https://county.example:7440\n  启用码    1234 5678\n")
        );
    }
}
