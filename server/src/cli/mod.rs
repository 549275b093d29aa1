//! `county-server <command>`: what an operator can ask for.

mod account;
mod area;
mod backup;
mod changes;
mod close;
mod concerns;
mod coverage;
mod doctor;
mod duplicates;
mod duty;
mod enrol;
mod erase;
mod help;
mod import;
mod keys;
mod person;
mod registrations;
mod seed;
mod serve;
mod settings;
mod staff;
mod text;
mod typed;
mod waiting;

pub(crate) use text::moment;

use crate::config::{Config, LogFormat, load};
use crate::control::{Answer, Errand, carry_out, hand_over};
use crate::{clock, open};
use clap::{Args, FromArgMatches, Parser, Subcommand};
use domain::problem::{Problem, ProblemCode};
use domain::time::Day;
use seal::age_seal::SealIdentity;
use std::io::{ErrorKind, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// 县服务器：收下手机上传的走访，回答谁走访了、谁没有 (takes in what phones send, answers what was visited).
#[derive(Debug, Parser)]
#[command(name = "county-server", version)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Command,
}

/// Settings that go over the file and the environment.
#[derive(Debug, Args)]
struct Settings {
    /// 配置文件，不写就用旁边的 `county-server.toml` (the settings file; `county-server.toml` beside the call when it is there).
    #[arg(long, global = true, env = "COUNTY_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// 数据文件夹 (the folder of the database).
    #[arg(long, global = true, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// 密钥文件，不写就在数据文件夹旁边 (the key file; beside the data folder unless told).
    #[arg(long, global = true, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// 日志样式 (how logs look).
    #[arg(long, global = true, value_name = "FORMAT")]
    log: Option<LogFormat>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// 开始服务，直到叫停 (answer phones and the desk until told to stop).
    Serve {
        /// 手机连的地址；端口 0 任取一个 (where phones are answered; port 0 takes any free one).
        #[arg(long, value_name = "ADDRESS", value_parser = typed::address)]
        phones: Option<SocketAddr>,
        /// 办公室连的地址 (where the desk is answered).
        #[arg(long, value_name = "ADDRESS", value_parser = typed::address)]
        desk: Option<SocketAddr>,
    },
    /// 在空库里填入虚构的人和走访，供试用 (fill an empty county with synthetic people and visits).
    Seed(seed::Options),
    /// 工作人员、分工、手机 (staff, their roles and their phones).
    #[command(subcommand)]
    Staff(staff::Command),
    /// 导入服务对象或工作人员：Excel 或 CSV (take in the register or the staff out of a table).
    #[command(subcommand)]
    Import(import::Command),
    /// 导出，列与导入相同 (write them out in the same columns).
    #[command(subcommand)]
    Export(import::Export),
    /// 审核台的登录账号 (who may log in at the desk).
    #[command(subcommand)]
    Account(account::Command),
    /// 服务对象 (people of the register).
    #[command(subcommand)]
    Person(person::Command),
    /// 可能重复：看起来是同一个人的两份记录，合并，撤销 (records that look like one person's: merged, and taken apart again).
    #[command(subcommand)]
    Duplicates(duplicates::Command),
    /// 情况变了：确认、不是这样、撤销；回来了；拒访不计入 (what was reported at the door, and the township's word on it).
    #[command(subcommand, name = "reported")]
    Change(changes::Command),
    /// 发现的问题：列出、统计、答复、撤销 (what was found, and the township's answer).
    #[command(subcommand)]
    Concern(concerns::Command),
    /// 主动发现：纳入、不纳入、撤销 (who was registered at the door, and the township's word on them).
    #[command(subcommand)]
    Registration(registrations::Command),
    /// 区划：有哪些，撤并 (the divisions, and what becomes of one that is merged into another).
    #[command(subcommand)]
    Area(area::Command),
    /// 走访要求 (what is asked of whom, how often: the dated rules).
    #[command(subcommand)]
    Duty(duty::Command),
    /// 县里的钥匙 (the county's keys).
    #[command(subcommand)]
    Keys(keys::Command),
    /// 县里的设定 (what the county sets for its phones and figures).
    #[command(subcommand)]
    Settings(settings::Command),
    /// 月结 (periods, closed and open again).
    #[command(subcommand)]
    Close(close::Command),
    /// 删除个人信息，要另一位负责人批准 (erase by law what is held of a person, with a second person's word).
    #[command(subcommand)]
    Erase(erase::Command),
    /// 打印启用本机的纸 (print a sheet with which a member of staff enrols a phone).
    Enrol(enrol::Options),
    /// 待处理：等审核员看的，和对它们的决定 (what waits for a reviewer, and the words on it).
    #[command(subcommand)]
    Waiting(waiting::Command),
    /// 走访情况 (print who was visited and who was not).
    Coverage(coverage::Options),
    /// 从头重算，指出存着的哪里不对 (compute everything anew and name what differs; ends with 1 when something does).
    Doctor(doctor::Options),
    /// 备份成一个文件，只有恢复密钥能打开 (one file with database and keys, which the recovery key opens).
    Backup {
        /// 新文件 (the new file).
        to: PathBuf,
    },
    /// 把备份放进空的数据文件夹 (put a backup into an empty data folder).
    Restore {
        /// 备份文件 (the backup).
        from: PathBuf,
        /// 恢复密钥的文件，不写就问 (the file with the recovery key; typed in when nothing is said).
        #[arg(long, value_name = "FILE")]
        recovery: Option<PathBuf>,
    },
}

/// What a command ends in.
type Outcome = Result<ExitCode, Problem>;

/// The command line of this process.
///
/// # Errors
/// The exit code, when it cannot be read or only asks for help: that has been printed.
pub fn parse() -> Result<Cli, ExitCode> {
    let matches = help::command().try_get_matches();
    matches.and_then(|matches| Cli::from_arg_matches(&matches)).map_err(|error| typed::unread(&error))
}

/// Does what was asked. Problems go to standard error, in both languages; then the exit code is 2. That
/// nothing has to change goes to standard output: then it is 0.
pub async fn run(cli: Cli) -> ExitCode {
    let outcome = match settings(&cli) {
        Ok(config) => {
            log_to_stderr(&config);
            command(cli.command, &config).await.map_err(|problem| (problem, Some(config)))
        }
        Err(problem) => Err((problem, None)),
    };
    let code = outcome.unwrap_or_else(|(problem, config)| {
        // What is asked for is there already: nothing is wrong.
        if problem.code == ProblemCode::NothingToChange {
            print(&format!("{}\n", problem.zh()));
            return ExitCode::SUCCESS;
        }
        tell(&of_the_file(problem, config.as_ref()));
        ExitCode::from(2)
    });
    if CUT_SHORT.load(Ordering::Relaxed) {
        hint("输出没有写完，可能是磁盘满了：腾出地方，再来一次。");
        hint("The output was not written whole, perhaps for a full disk: make room, and run it again.");
        return ExitCode::from(2);
    }
    code
}

/// A store that cannot be read says that it is busy, and one that is full speaks to a phone; whoever
/// stands before the machine is told what is the matter with its file or its disk instead.
fn of_the_file(problem: Problem, config: Option<&Config>) -> Problem {
    let Some(data) = config.map(|config| &config.data) else { return problem };
    match problem.code {
        ProblemCode::CountyFull => Problem::new(ProblemCode::ServerFull).with("path", data.folder.display()),
        ProblemCode::CountyBusy => {
            let keys = crate::keys::load(data);
            let damage = keys.ok().and_then(|keys| open::damage(data, keys.database().expose()));
            damage.unwrap_or(problem)
        }
        _ => problem,
    }
}

async fn command(command: Command, config: &Config) -> Outcome {
    match command {
        Command::Serve { .. } => serve::run(config).await,
        Command::Seed(options) => seed::run(config, &options).await,
        Command::Staff(command) => staff::run(config, command).await,
        Command::Import(command) => import::run(config, command).await,
        Command::Export(what) => import::export(config, what).await,
        Command::Account(command) => account::run(config, command).await,
        Command::Person(command) => person::run(config, command).await,
        Command::Duplicates(command) => duplicates::run(config, command).await,
        Command::Change(command) => changes::run(config, command).await,
        Command::Concern(command) => concerns::run(config, command).await,
        Command::Registration(command) => registrations::run(config, command).await,
        Command::Area(command) => area::run(config, command).await,
        Command::Duty(command) => duty::run(config, command).await,
        Command::Keys(command) => keys::run(config, &command),
        Command::Settings(command) => settings::run(config, command).await,
        Command::Close(command) => close::run(config, command).await,
        Command::Erase(command) => erase::run(config, command).await,
        Command::Enrol(options) => enrol::run(config, &options).await,
        Command::Waiting(command) => waiting::run(config, command).await,
        Command::Coverage(options) => coverage::run(config, &options).await,
        Command::Doctor(options) => doctor::run(config, &options).await,
        Command::Backup { to } => backup::backup(config, &to).await,
        Command::Restore { from, recovery } => backup::restore(config, &from, recovery.as_deref()),
    }
}

/// The settings file that is read without being named.
const USUAL_FILE: &str = "county-server.toml";

fn settings(cli: &Cli) -> Result<Config, Problem> {
    let given = &cli.settings;
    let usual = Path::new(USUAL_FILE);
    let file = given.config.as_deref().or_else(|| usual.exists().then_some(usual));
    let environment = std::env::vars_os().filter_map(|(name, value)| {
        let name = name.into_string().ok().filter(|name| name != "COUNTY_CONFIG")?;
        Some((name, value.into_string().ok()?))
    });
    // Flags are settings like any other, said last.
    let flag = |name: &str, value: Option<String>| value.map(|value| (name.to_owned(), value));
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    let (phones, desk) = match &cli.command {
        Command::Serve { phones, desk } => (*phones, *desk),
        _ => (None, None),
    };
    let log = given.log.map(|format| match format {
        LogFormat::Text => "text".to_owned(),
        LogFormat::Json => "json".to_owned(),
    });
    let flags = [
        flag("COUNTY_DATA_FOLDER", path(&given.data)),
        flag("COUNTY_DATA_KEYS", path(&given.keys)),
        flag("COUNTY_LOG_FORMAT", log),
        flag("COUNTY_PHONES_ADDRESS", phones.map(|address| address.to_string())),
        flag("COUNTY_DESK_ADDRESS", desk.map(|address| address.to_string())),
    ];
    load(file, environment.chain(flags.into_iter().flatten()))
}

fn log_to_stderr(config: &Config) {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_new(&config.log.level).unwrap_or_else(|_| EnvFilter::new("info"));
    // A line that cannot be written, on a full disk or to nobody, is dropped: the county goes on.
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let builder = builder.log_internal_errors(false);
    // A second set-up in one process, as in tests, changes nothing.
    let _ = match config.log.format {
        LogFormat::Json => builder.json().try_init(),
        LogFormat::Text => builder.with_ansi(std::io::stderr().is_terminal()).try_init(),
    };
}

/// Whether something could not be printed.
static CUT_SHORT: AtomicBool = AtomicBool::new(false);

/// Writes to standard output; a closed pipe ends the printing, not the process. What fails otherwise is told at
/// the end.
fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text::harmless(text).as_bytes()).and_then(|()| out.flush())
        && error.kind() != ErrorKind::BrokenPipe
    {
        CUT_SHORT.store(true, Ordering::Relaxed);
    }
}

/// What is wrong, a line in each language.
fn tell(problem: &Problem) {
    // Nobody may be listening.
    let _ = writeln!(std::io::stderr().lock(), "{}\n{}", problem.zh(), problem.en());
}

/// What is good to know goes to standard error: standard output has what was asked for alone.
fn hint(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Has an errand done by the process that writes: this one, or the server that holds the data.
async fn errand(config: &Config, errand: Errand) -> Result<Answer, Problem> {
    match open::to_write(config) {
        Ok(county) => carry_out(&county, errand, clock::now_ms()).await,
        Err(problem) if problem.code == ProblemCode::DataInUse => hand_over(&config.data, &errand).await,
        Err(problem) => Err(problem),
    }
}

fn unexpected() -> Problem {
    Problem::new(ProblemCode::Internal).with("reference", "an answer to another errand")
}

fn today() -> Day {
    Day::of(clock::now_ms())
}

/// Shows the recovery key at the first start: on the terminal, or, where nobody looks, in a file of
/// its own that says what to do with it. It never goes to a log.
///
/// # Errors
/// `folder_not_writable`, `server_full`, when that file cannot be written.
fn show_recovery_key(config: &Config, recovery: &SealIdentity) -> Result<(), Problem> {
    let words = format!(
        "恢复密钥（只显示这一次，请抄在纸上，锁进柜子；没有它，备份打不开）\n\
         Recovery key (shown this once; write it on paper: without it no backup can be opened)\n\n    {}\n\n",
        recovery.to_text().as_str()
    );
    if std::io::stderr().is_terminal() {
        let _ = std::io::stderr().lock().write_all(words.as_bytes());
        return Ok(());
    }
    // One that is there already may open the backups of a county that was moved away from here.
    let names = std::iter::once(".recovery-key.txt".to_owned());
    let names = names.chain((2..).map(|number| format!(".recovery-key-{number}.txt")));
    for path in names.map(|name| config.data.beside(&name)) {
        match crate::keys::write_new(&path, words.as_bytes()) {
            Ok(()) => {
                tracing::warn!(path = %path.display(), "the recovery key: put it on paper, then delete this file");
                return Ok(());
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(crate::keys::not_written(&path, &error)),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_to_the_operator_in_words_of_the_server() {
        let told = of_the_file(Problem::new(ProblemCode::CountyFull), Some(&Config::default()));
        let full = std::io::Error::from(ErrorKind::StorageFull);
        let not_written = crate::keys::not_written(Path::new("data/x"), &full);
        assert_eq!(told, not_written);
        assert!(told.zh().contains("服务器的磁盘满了") && !told.zh().contains("手机"), "{}", told.zh());
    }
}
