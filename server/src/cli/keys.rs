//! `county-server keys …`.

use super::text::Table;
use super::{Outcome, print};
use crate::config::Config;
use crate::{keys, open};
use seal::county_keys::CountyKeys;
use seal::sign::fingerprint_digits;
use std::process::ExitCode;

/// What can be done about the county's keys.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 签名用过的钥匙，现用的在前 (the keys that sign and have signed; the present one first).
    List,
    /// 换新的签名和密封钥匙：先停服务；手机不用重新启用 (take new keys; the server has to be stopped, phones need nothing).
    Renew,
}

/// Does it.
pub(super) fn run(config: &Config, command: &Command) -> Outcome {
    match command {
        Command::List => list(&open::to_read(config)?.keys),
        Command::Renew => {
            // Held until the file is written.
            let county = open::to_write(config)?;
            let mut renewed = county.keys.clone();
            keys::renew(&config.data, &mut renewed)?;
            list(&renewed);
            print("请马上做一次备份：旧备份里没有新密钥。手机下次联系时换用新密钥，不用重新启用。\n");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(keys: &CountyKeys) {
    let mut table = Table::new(&["签名密钥", "六位数", ""]);
    for (place, key) in keys.public().keys().enumerate() {
        let now = if place == 0 { "现用" } else { "以前的，仍可验证" };
        table.row([key.id().to_string(), fingerprint_digits(key), now.to_owned()]);
    }
    print(&table.text());
}
