//! What an earlier demonstration left running (`--keep`): its data must not be pulled away from
//! under it, and no second one can have them.

use super::Played;
use super::tell::Teller;
use std::fs::File;
use std::io::{Error, Result};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a server may take to stop.
const PATIENCE: Duration = Duration::from_secs(40);

/// Stops the server that still has the story's data; nothing when there is none.
///
/// # Errors
/// When it is not the one that was left running, or does not stop: then nothing was touched.
pub(super) fn stop(folder: &Path, left: Option<&Played>, tell: Teller) -> Result<()> {
    for process in left.into_iter().flat_map(|played| &played.phones) {
        if runs(*process, "bridge", &folder.join("phones")) {
            tell.line(&format!("上次留着的手机页面（进程 {process}）还开着：先停掉它"));
            terminate(*process)?;
        }
    }
    let data = folder.join("county");
    if !held(&data) {
        return Ok(());
    }
    let server = left.and_then(|played| played.server);
    let Some(process) = server.filter(|process| runs(*process, "county-server", &data)) else {
        let data = data.display();
        return Err(Error::other(format!(
            "另一个程序正在用 {data}，没有改动它：请先停掉那个 county-server，再试一次 \
             (another program uses these data; nothing was touched: stop that county-server first)"
        )));
    };
    tell.line(&format!("上次用 --keep 留着的服务器（进程 {process}）还开着：先停掉它"));
    terminate(process)?;
    let began = Instant::now();
    while held(&data) {
        if began.elapsed() > PATIENCE {
            return Err(Error::other(format!(
                "进程 {process} 没有停下来，没有改动数据：请用 kill {process} 停掉它，再试一次 \
                 (it does not stop; nothing was touched)"
            )));
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

/// Whether some process writes to the county's data: it has the lock beside the database.
fn held(data: &Path) -> bool {
    File::open(data.join("county.db.lock")).is_ok_and(|lock| lock.try_lock().is_err())
}

fn terminate(process: u32) -> Result<()> {
    let id = i32::try_from(process).ok().and_then(rustix::process::Pid::from_raw);
    let id = id.ok_or_else(|| Error::other("no process"))?;
    Ok(rustix::process::kill_process(id, rustix::process::Signal::TERM)?)
}

/// Whether this process is that program on these data: numbers of processes are used again.
fn runs(process: u32, program: &str, data: &Path) -> bool {
    let line = std::fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    let line = String::from_utf8_lossy(&line).into_owned();
    line.contains(program) && line.contains(&data.display().to_string())
}
