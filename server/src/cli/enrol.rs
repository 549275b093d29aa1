//! `county-server enrol`: the sheet of paper.

use super::text::moment;
use super::{Outcome, errand, print, unexpected};
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
    let asked = Errand::Sheet { staff, hours: config.sheets.hours };
    let Answer::Sheet(sheet) = errand(config, asked).await? else { return Err(unexpected()) };
    if options.json {
        print(&format!("{}\n", serde_json::to_string(&sheet).unwrap_or_default()));
    } else {
        print(&on_paper(&sheet));
    }
    Ok(ExitCode::SUCCESS)
}

fn on_paper(sheet: &PrintedSheet) -> String {
    format!(
        "启用本机\n\n  姓名      {}\n  启用码    {}\n  县码      {}\n  县密钥    {}（手机上显示的要一样）\n  有效期至  {}，只能用一次，最多输错 5 次\n",
        sheet.name,
        sheet.code,
        sheet.county,
        sheet.fingerprint,
        moment(sheet.until_ms),
    )
}
