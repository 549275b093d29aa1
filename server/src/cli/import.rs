//! `county-server import …` and `county-server export …`.

use super::text::{Table, moment};
use super::{Outcome, errand, hint, print, staff, today, typed, unexpected};
use crate::clock;
use crate::config::Config;
use crate::control::{Answer, Errand};
use crate::grid::Format;
use crate::import::columns::Columns;
use crate::import::export::{self, Shown};
use crate::import::staff::{Planned, Step};
use crate::import::{self, Frame, List, Preview, Taken, Ticks, Wrong, people, report, table};
use crate::open;
use crate::problem::{not_read, wrong};
use domain::problem::Problem;
use domain::time::Day;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What can be imported.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// 服务对象名册：乡镇 村 小组 户主 与户主关系 姓名 身份证号 类别 电话 照料人 住址 (the register).
    People {
        /// 名册文件：.xlsx、.xls 或 .csv，列的次序随意 (the file; its columns in any order).
        file: PathBuf,
        #[command(flatten)]
        how: How,
        /// 名册里已有的人，也按文件改 (change people who are there already, too).
        #[arg(long)]
        update: bool,
    },
    /// 工作人员名单：姓名 角色 村 电话 (the staff).
    Staff {
        /// 名单文件：.xlsx、.xls 或 .csv，列的次序随意 (the file; its columns in any order).
        file: PathBuf,
        #[command(flatten)]
        how: How,
        /// 新分工从哪天起，不写是今天 (the first day of new roles; today when nothing is said).
        #[arg(long, value_name = "DAY", value_parser = typed::day)]
        from: Option<Day>,
    },
}

/// How any file is imported.
#[derive(Debug, clap::Args)]
pub(super) struct How {
    /// 只说会做什么，不写入 (only tell what would be done).
    #[arg(long)]
    dry_run: bool,
    /// 把有错的行写进这个新工作簿，改好可以直接再导入 (write the wrong rows into this new workbook).
    #[arg(long, value_name = "FILE.xlsx")]
    report: Option<PathBuf>,
}

/// What can be exported.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Export {
    /// 服务对象名册，含完整身份证号 (the register, with whole ID numbers).
    People(Target),
    /// 工作人员名单 (the staff).
    Staff(Target),
}

/// Where to.
#[derive(Debug, clap::Args)]
pub(super) struct Target {
    /// 新文件，.xlsx 或 .csv (the new file).
    file: PathBuf,
    /// 只要这个区划：代码或全名 (only this area: code or whole name).
    #[arg(long)]
    area: Option<String>,
}

struct Read {
    name: String,
    table: table::Table,
    columns: Columns,
}

fn read(file: &Path, list: List) -> Result<Read, Problem> {
    let name = file.display().to_string();
    let bytes = std::fs::read(file).map_err(|error| {
        let (zh, en) = not_read(&error);
        wrong(&name, zh, en)
    })?;
    let (table, columns) = import::read(&name, &bytes, list)?;
    Ok(Read { name, table, columns })
}

/// Tells, or does, what a file says.
pub(super) async fn run(config: &Config, command: Command) -> Outcome {
    match command {
        Command::People { file, how, update } => take_people(config, &file, &how, update).await,
        Command::Staff { file, how, from } => {
            take_staff(config, &file, &how, from.unwrap_or_else(today)).await
        }
    }
}

async fn take_people(config: &Config, file: &Path, how: &How, update: bool) -> Outcome {
    let read = read(file, List::People)?;
    let reference = staff::reference(config).await?;
    let (rows, mut bad) = people::rows(&read.table, &read.columns, &reference, today());
    print(&recognised(&read));
    // What would be done is told in any case; it is looked at beside what was done.
    let (told, scope) = {
        let county = open::to_read(config)?;
        let scope = county.keys.county();
        let frame = Frame { scope, now_ms: clock::now_ms() };
        (import::preview(&county, &rows, frame).await?, scope)
    };
    print(&changes(&told));
    if how.dry_run {
        bad.extend(told.wrong.iter().cloned());
        let (new, homes, same, changed) = (told.new, told.homes, told.unchanged, told.changes.len());
        print(&format!(
            "新增 {new} 人（新户 {homes}），已有不变 {same} 人，会改动 {changed} 人，有错 {} 行。没有写入（--dry-run）。\n",
            bad.len()
        ));
        return finish(&read, bad, how);
    }
    let ticks = if update { Ticks::All } else { Ticks::None };
    let taken = match errand(config, Errand::ImportPeople { rows, ticks, scope }).await? {
        Answer::Imported(taken) => taken,
        _ => return Err(unexpected()),
    };
    bad.extend(taken.wrong.iter().cloned());
    print(&done(&taken, bad.len()));
    finish(&read, bad, how)
}

fn done(taken: &Taken, wrong: usize) -> String {
    let Taken { new, changed, unchanged, left, .. } = taken;
    let left_over = match left {
        0 => String::new(),
        left => format!("{left} 人会改动，未改（看过上面的改动，确认后加 --update）。"),
    };
    let end = if new + changed == 0 { "没有写入什么" } else { "已写入" };
    format!(
        "新增 {new} 人，改动 {changed} 人，已有不变 {unchanged} 人，有错 {wrong} 行。{left_over}{end}。\n"
    )
}

/// What was recognised in the file.
fn recognised(read: &Read) -> String {
    let Read { name, table, columns } = read;
    let sheet = if table.sheet.is_empty() { String::new() } else { format!("，表“{}”", table.sheet) };
    let mut text = format!("{name}：{}{sheet}，第 {} 行是表头。\n", table.kind.words(), columns.head);
    let mut found: Vec<_> = columns.found.iter().collect();
    found.sort_by_key(|(_, (column, _))| *column);
    let column = |(field, (column, said)): (&import::field::Field, &(usize, String))| {
        let letters = table::letters(*column);
        if field.zh() == said {
            format!("{letters} {said}")
        } else {
            format!("{letters} {said} → {}", field.zh())
        }
    };
    text.push_str(&format!("认出的列：{}\n", found.into_iter().map(column).collect::<Vec<_>>().join("，")));
    if !columns.ignored.is_empty() {
        let ignored =
            columns.ignored.iter().map(|(column, said)| format!("{} {said}", table::letters(*column)));
        text.push_str(&format!("没有读的列：{}\n", ignored.collect::<Vec<_>>().join("，")));
    }
    if !table.others.is_empty() {
        text.push_str(&format!("没有读的表：{}\n", table.others.join("，")));
    }
    text
}

fn changes(told: &Preview) -> String {
    let mut text = String::new();
    for one in &told.changes {
        for field in &one.fields {
            let stands = if field.old.is_empty() { "（空）" } else { &field.old };
            let by = match (&field.by, field.at_ms) {
                (Some(by), Some(at)) => format!(
                    "（现在的是{by}在 {} 写的{}）",
                    moment(at),
                    if field.contested { "，填写不一致" } else { "" }
                ),
                _ => String::new(),
            };
            text.push_str(&format!(
                "第 {} 行 {}：{} {stands} → {}{by}\n",
                one.line, one.name, field.zh, field.new
            ));
        }
    }
    text
}

/// Tells the wrong rows, and writes them where that was asked.
fn finish(read: &Read, mut bad: Vec<Wrong>, how: &How) -> Outcome {
    bad.sort_by_key(|one| one.line);
    let mut text = String::new();
    for doubt in bad.iter().flat_map(|one| &one.doubts) {
        let (zh, en) = doubt.field.map_or(("整行", "row"), |field| (field.zh(), field.en()));
        text.push_str(&format!("{} {zh}：{}\n{} {en}: {}\n", doubt.cell, doubt.zh, doubt.cell, doubt.en));
    }
    print(&text);
    if bad.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    match &how.report {
        Some(path) => {
            write_new(path, &report::workbook(&read.table, &read.columns, &bad)?)?;
            hint(&format!("有错的 {} 行写进了 {}，改好可以直接再导入。", bad.len(), path.display()));
        }
        None => hint("其他行不受影响。加 --report 文件.xlsx，把有错的行写进工作簿，改好可以直接再导入。"),
    }
    Ok(ExitCode::FAILURE)
}

/// A file that is there is never written over.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    crate::keys::write_new(path, bytes).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => wrong(
            path.display(),
            "已经有这个文件，没有覆盖",
            "the file is there already and was not written over",
        ),
        _ => crate::keys::not_written(path, &error),
    })
}

async fn take_staff(config: &Config, file: &Path, how: &How, from: Day) -> Outcome {
    let read = read(file, List::Staff)?;
    let reference = staff::reference(config).await?;
    let (rows, mut bad) = import::staff::rows(&read.table, &read.columns, &reference, today());
    print(&recognised(&read));
    let (planned, wrong) = import::staff::plan(&reference, crate::staff::operator(), &rows, from);
    print(&told(&planned, &reference));
    if how.dry_run {
        let known = planned.iter().filter(|one| one.step == Step::Known).count();
        bad.extend(wrong);
        let new = planned.len() - known;
        print(&format!("新增 {new} 行，已有 {known} 行，有错 {} 行。没有写入（--dry-run）。\n", bad.len()));
        return finish(&read, bad, how);
    }
    let taken = match errand(config, Errand::ImportStaff { rows, from }).await? {
        Answer::Imported(taken) => taken,
        _ => return Err(unexpected()),
    };
    bad.extend(taken.wrong.iter().cloned());
    let end = if taken.new == 0 { "没有要改的" } else { "已写入" };
    print(&format!("新增 {} 行，已有 {} 行，有错 {} 行。{end}。\n", taken.new, taken.unchanged, bad.len()));
    finish(&read, bad, how)
}

fn told(planned: &[Planned], reference: &domain::reference::Reference) -> String {
    let mut table = Table::new(&["行", "姓名", "角色", "区划", ""]);
    for Planned { row, step, namesake, .. } in planned {
        let step = match step {
            Step::Known => "已有",
            Step::Role => "新增分工",
            Step::Person if *namesake => "新增人员和分工（县里有同名的人，电话不同）",
            Step::Person => "新增人员和分工",
        };
        let area = format!("{} {}", reference.areas.name(row.area), row.area);
        table.row([row.line.to_string(), row.name.clone(), row.role.zh().to_owned(), area, step.to_owned()]);
    }
    table.text()
}

/// Writes the register or the staff into a new file.
pub(super) async fn export(config: &Config, what: Export) -> Outcome {
    let (target, list) = match what {
        Export::People(target) => (target, List::People),
        Export::Staff(target) => (target, List::Staff),
    };
    let format =
        match target.file.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase).as_deref() {
            Some("xlsx") => Format::Xlsx,
            Some("csv") => Format::Csv,
            _ => {
                let name = target.file.display();
                return Err(wrong(
                    name,
                    "文件名要以 .xlsx 或 .csv 结尾",
                    "the name has to end in .xlsx or .csv",
                ));
            }
        };
    let county = open::to_read(config)?;
    let reference = staff::reference(config).await?;
    let area = match &target.area {
        Some(area) => crate::staff::find_area(&reference, area)?,
        None => county.keys.county(),
    };
    let bytes = match list {
        List::People => export::people(&county, area, Shown::Whole, format, today()).await?,
        List::Staff => export::staff(&county, area, format, today()).await?,
    };
    write_new(&target.file, &bytes)?;
    hint(&format!("写进了 {}。里面有完整的个人信息，请妥善保管，用完删除。", target.file.display()));
    Ok(ExitCode::SUCCESS)
}
