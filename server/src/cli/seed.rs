//! `county-server seed`.

use super::{Outcome, hint, print, show_recovery_key, today, typed};
use crate::config::Config;
use crate::seed::notes::Style;
use crate::seed::register::SUBJECTS_MIN;
use crate::seeding::{self, Filled, Order, fill, months_before};
use crate::{clock, open, roll};
use domain::catalogue::RecordKind;
use domain::period::{Cadence, Cut, Period};
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use std::io::Write;
use std::process::ExitCode;
use std::time::Instant;

/// What the synthetic county is to be.
#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// 名册人数，120 到 100 万 (people of the register, 120 to a million).
    #[arg(long, default_value_t = 2_400, value_parser = subjects)]
    subjects: usize,
    /// 以前几个月的走访 (months of visits before the present one).
    #[arg(long, default_value_t = 2, value_parser = months)]
    months: u32,
    /// 换个数字，换一个县 (another number gives another county).
    #[arg(long, default_value_t = 1, value_parser = typed::number::<u64>)]
    seed: u64,
    /// 写难压缩的备注，测速用 (write notes that hardly compress).
    #[arg(long)]
    hard: bool,
    /// 不造人：只写入区划、走访要求和表单，真正的县从这里开始 (nobody: divisions, duties and forms only, with
    /// which a real county begins).
    #[arg(long, conflicts_with_all = ["subjects", "months", "seed", "hard"])]
    books: bool,
}

/// More than five times as many people as the county has.
const SUBJECTS_MAX: usize = 1_000_000;

/// The story and its villages need so many, and no county has more.
fn subjects(text: &str) -> Result<usize, typed::Shape> {
    let within = text.parse().ok().filter(|people| (SUBJECTS_MIN..=SUBJECTS_MAX).contains(people));
    within.ok_or_else(|| {
        let en = format!("a number of people from {SUBJECTS_MIN} to {SUBJECTS_MAX}");
        typed::Shape::new(format!("人数要写 {SUBJECTS_MIN} 到 {SUBJECTS_MAX} 的整数"), en)
    })
}

/// Five years at most.
fn months(text: &str) -> Result<u32, typed::Shape> {
    let few = text.parse().ok().filter(|months| *months <= 60);
    few.ok_or_else(|| typed::Shape::new("要写 0 到 60 的整数", "a whole number from 0 to 60"))
}

/// Fills the county, with progress on standard error.
pub(super) async fn run(config: &Config, options: &Options) -> Outcome {
    if options.books {
        return books(config).await;
    }
    let first = months_before(today(), options.months);
    let january = months_before(first, chrono::Datelike::month0(&first.date()));
    let show = |recovery: &_| show_recovery_key(config, recovery);
    let county = open::to_begin(config, Some(january), show)?;
    let began = Instant::now();
    let style = if options.hard { Style::Hard } else { Style::Plain };
    let Options { subjects, months, seed, .. } = *options;
    let order = Order { seed, subjects, months, style };
    let now_ms = clock::now_ms();
    let mut progress = |filled: &Filled| {
        let mut err = std::io::stderr().lock();
        let (register, visits) = (filled.register, filled.visits);
        let _ = write!(err, "\r{register} 条名册记录，{visits} 次走访 …");
    };
    let mark = config.data.filling();
    let kept = |error: std::io::Error| crate::keys::not_written(&mark, &error);
    std::fs::write(&mark, b"").map_err(kept)?;
    let filled = match fill(&county, &order, now_ms, &mut progress).await {
        // Somebody's data: nothing was begun.
        Err(problem) if problem.code == ProblemCode::NotEmpty => {
            std::fs::remove_file(&mark).map_err(kept)?;
            return Err(of_this(problem, config));
        }
        filled => filled.map_err(|problem| cut_off(problem, config))?,
    };
    let people = roll::roll(&county, now_ms, true).await.map_err(|problem| cut_off(problem, config))?;
    std::fs::remove_file(&mark).map_err(kept)?;
    let _ = writeln!(std::io::stderr().lock());
    print(&format!(
        "{people} 人，{} 条名册记录，{} 次走访（{} 人次），用时 {:.1} 秒\n",
        filled.register,
        filled.visits,
        filled.parts,
        began.elapsed().as_secs_f64(),
    ));
    Ok(ExitCode::SUCCESS)
}

/// What stands there is of no use: without room it is told why, and what to delete.
fn cut_off(problem: Problem, config: &Config) -> Problem {
    match problem.code {
        ProblemCode::CountyFull | ProblemCode::ServerFull => {
            hint("磁盘满了。\nThe disk is full.");
            open::filled_in_part(&config.data)
        }
        _ => problem,
    }
}

/// Where the data is that nothing is put beside.
fn of_this(problem: Problem, config: &Config) -> Problem {
    match problem.code {
        ProblemCode::NotEmpty => problem.with("path", config.data.folder.display()),
        _ => problem,
    }
}

/// What a real county begins with.
async fn books(config: &Config) -> Outcome {
    // Before keys are made: theirs is the county for good.
    seeding::ours(config.data.county)?;
    let today = Day::of(clock::now_ms());
    let first = Period::containing(Cadence::Month, Cut::Natural, today).from();
    let county = open::to_begin(config, Some(first), |recovery| show_recovery_key(config, recovery))?;
    let filled =
        seeding::books(&county, clock::now_ms()).await.map_err(|problem| of_this(problem, config))?;
    let first = config.data.begins.unwrap_or(first);
    let areas = crate::seed::books().iter().filter(|one| one.record.kind == RecordKind::Area).count();
    print(&format!(
        "写入 {} 条：{areas} 个区划、走访要求、表单；没有任何人。从 {first} 起要求走访，\
         以前的日子不统计（要早一些，在配置里写 begins，重新开始）。走访要求里没有全国规定的是参考值，请用 `duty list` 逐项核对、\
         `duty change` 改成县里的规定。接着用 `import staff` 录入工作人员，然后 `serve`。\n",
        filled.books
    ));
    Ok(ExitCode::SUCCESS)
}
