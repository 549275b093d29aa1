//! The console's own page in a browser: what stands in its table.

use super::Stage;
use super::figures::Rows;
use crate::desk::{PASSWORD, number, rows, text};
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

/// The page of the closed month shows the figures that it was closed with.
pub(super) fn closed(stage: &mut Stage, kept: &Value) -> Result<()> {
    let county = stage.synthetic.places.areas.first().map(|one| one.code);
    let area = county.ok_or_else(|| Error::other("no county"))?;
    let page = Page { duty: "*".to_owned(), period: stage.period, area };
    let shown = read(stage, &[page], stage.period.last())?;
    for row in rows(kept) {
        let area = AreaCode(u64::try_from(number(row, "area")).unwrap_or_default());
        let read = shown.get(&("*".to_owned(), area));
        let read = read.ok_or_else(|| Error::other(format!("the screen has no row of {area}")))?;
        let other = read.iter().find(|(column, value)| {
            row.get(column.as_str()).is_some_and(|kept| kept.as_i64() != Some(**value))
        });
        if let Some((column, value)) = other {
            return Err(Error::other(format!("closed: {area} {column}: {value} on the screen, kept {row}")));
        }
    }
    stage.tell.line(&format!("月结后，浏览器里“月结时”的 {} 行和月结前一样", shown.len()));
    Ok(())
}

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
