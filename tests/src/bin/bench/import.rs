//! What it takes to get a register of 20,000 rows in, of which 300 are wrong: told, taken, told again when all of
//! it is there; and the workbook of the wrong rows, written while it is told; beside reading the workbook alone. Time is the clock's, memory the most that the process held.

use crate::Outcome;
use crate::folder::scratch;
use crate::table::{Aim, Amount, BYTES, MS, Table};
use county_server::import::{self, List};
use domain::id_number::check_character;
use rust_xlsxwriter::Workbook;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use system_tests::county::binary;

/// Rows of the workbook, and how many of them are wrong.
const ROWS: u32 = 20_000;
const WRONG: u32 = 300;

/// Measures.
pub fn measure(table: &mut Table) -> Outcome {
    let about = "`county-server import people` as a process of its own on a county without people, in SQLite on \
        this disk: a workbook of 20,000 rows of which 300 are wrong, four to a household. The baseline is the \
        same program when it reads the workbook as one of staff, and finds no roles in it.";
    table.section("The register comes in", about);
    let folder = scratch("import")?;
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("register.xlsx");
    workbook(&file)?;
    let run = |arguments: &[&str]| run(&folder, arguments);
    run(&["seed", "--books"])?;
    let name = file.to_string_lossy().into_owned();
    let reading = run(&["import", "staff", &name, "--dry-run"])?;
    let told = run(&["import", "people", &name, "--dry-run"])?;
    let taken = run(&["import", "people", &name])?;
    let report = folder.join("wrong.xlsx");
    let reported = run(&["import", "people", &name, "--dry-run", "--report", &report.to_string_lossy()])?;
    let again = run(&["import", "people", &name, "--update"])?;
    for (what, (time, memory)) in [
        ("told", told),
        ("told, with the report of its wrong rows", reported),
        ("taken", taken),
        ("told and taken again: unchanged", again),
    ] {
        table.row(
            &format!("{what}, time"),
            Amount(time, MS),
            Aim::None,
            Some(("reading alone", Amount(reading.0, MS))),
        );
        let most = Aim::AtMost(256.0 * 1024.0 * 1024.0);
        table.row(
            &format!("{what}, memory"),
            Amount(memory, BYTES),
            most,
            Some(("reading alone", Amount(reading.1, BYTES))),
        );
    }
    let size = std::fs::metadata(&report)?.len();
    table.row("the report: its size", Amount(f64::from(u32::try_from(size)?), BYTES), Aim::None, None);
    let rows = f64::from(rows(&report)?);
    table.row("the report: rows in it", Amount(rows, "rows"), Aim::AtLeast(f64::from(WRONG)), None);
    Ok(())
}

/// How many rows of people a report has, read as what is to be mended and imported again.
fn rows(report: &Path) -> Outcome<u32> {
    let (table, _) =
        import::read("wrong.xlsx", &std::fs::read(report)?, List::People).map_err(|problem| problem.zh())?;
    Ok(u32::try_from(table.lines.len())?)
}

/// Runs a command of the server; answers milliseconds and the most bytes it held. Wrong rows make it end with 1.
fn run(folder: &Path, arguments: &[&str]) -> Outcome<(f64, f64)> {
    let begun = Instant::now();
    let mut command = Command::new(binary("county-server")?);
    command.args(["--data", &folder.join("county").to_string_lossy()]).args(arguments);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let mut most = 0.0_f64;
    loop {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let held = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<f64>().ok());
        most = most.max(held.unwrap_or(0.0) * 1024.0);
        match child.try_wait()? {
            Some(status) if status.code().is_some_and(|code| code < 2 || arguments.contains(&"staff")) => {
                break;
            }
            Some(status) => return Err(format!("{arguments:?} ended with {status}").into()),
            None => std::thread::sleep(std::time::Duration::from_millis(5)),
        }
    }
    Ok((begun.elapsed().as_secs_f64() * 1_000.0, most))
}

/// The workbook, of invented people.
fn workbook(path: &Path) -> Outcome {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?;
    let heads = ["村", "小组", "户主", "与户主关系", "姓名", "身份证号", "类别", "电话", "住址"];
    for (column, head) in (0_u16..).zip(heads) {
        sheet.write_string(0, column, head)?;
    }
    let letter = |number: u32| char::from_u32(0x4e00 + number).unwrap_or('一');
    for row in 0..ROWS {
        let home = row / 4;
        let head = format!("测{}{}", letter(home % 5_000), letter(home / 5_000));
        let name = if row % 4 == 0 {
            head.clone()
        } else {
            format!("测{}{}", letter(row % 4_000), letter(4_000 + row / 4_000))
        };
        let digits = format!("53292919{:02}0101{:03}", 30 + row / 1_000, row % 1_000);
        let number = match row % (ROWS / WRONG) {
            0 if row / (ROWS / WRONG) < WRONG => "5.32929E+17".to_owned(),
            _ => format!("{digits}{}", check_character(&digits).ok_or("no digits")?),
        };
        let relation = if row % 4 == 0 { "户主" } else { "家人" };
        let phone = format!("1390{row:07}");
        let cells =
            ["532929102210", "核桃坪组", &head, relation, &name, &number, "低保、残疾人", &phone, "核桃树下"];
        for (column, cell) in (0_u16..).zip(cells) {
            sheet.write_string(row + 1, column, cell)?;
        }
    }
    Ok(book.save(path)?)
}
