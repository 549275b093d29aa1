//! The console's own page in a browser: what stands in its table.

use super::Stage;
use super::desk::{PASSWORD, number, rows, text};
use super::figures::Rows;
use domain::ids::AreaCode;
use domain::period::Period;
use domain::staff::Role;
use domain::time::Day;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{Error, Result, Write};
use std::path::Path;
use std::process::{Command, Stdio};

/// A page of 走访情况.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Page {
    pub duty: String,
    pub period: Period,
    pub area: AreaCode,
}

impl Page {
    /// Its address at the console; that of its figures at the desk stands below another root.
    pub fn path(&self, as_of: Day) -> String {
        let Self { duty, period, area } = self;
        // In an address + is a space.
        let period = period.to_string().replace('+', "%2B");
        format!("/coverage?duty={duty}&period={period}&area={area}&as_of={as_of}")
    }
}

/// The numbers of a row, by column.
pub(super) type Read = BTreeMap<String, i64>;

/// Reads pages in a browser, with the script that the tests of the screens keep beside them.
pub(super) fn read(stage: &mut Stage, pages: &[Page], as_of: Day) -> Result<Rows> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("ui").join("month.mjs");
    let desk = stage.county.desk.clone();
    let login = stage.office(Role::CountyReviewer)?.login.clone();
    let address = |page: &Page| json!({ "duty": page.duty, "path": page.path(as_of) });
    let asked = json!({
        "desk": desk, "login": login, "password": PASSWORD, "pages": pages.iter().map(address).collect::<Vec<_>>(),
    });
    let mut child = Command::new("node").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut to) = child.stdin.take() {
        to.write_all(asked.to_string().as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(Error::other(format!("the browser ended with {}", output.status)));
    }
    let found: Value = serde_json::from_slice(&output.stdout)?;
    let row = |one: &Value| {
        let area = AreaCode(u64::try_from(number(one, "area")).ok()?);
        let numbers = one.get("numbers")?.as_object()?.iter();
        let read = numbers.filter_map(|(column, value)| Some((column.clone(), value.as_i64()?))).collect();
        Some(((text(one, "duty").to_owned(), area), read))
    };
    Ok(rows(&found).filter_map(row).collect())
}
