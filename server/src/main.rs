//! The process.

use county_server::cli::{parse, run};
use std::io::Write;
use std::process::ExitCode;

/// A request makes and drops thousands of small values on several threads, which the allocator of the
/// system does not like.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Its words might quote a record: the place is enough.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, ToString::to_string);
        // Nobody may be listening, and a panic in here would end the process.
        let _ = writeln!(std::io::stderr(), "程序出错，位置：{place} (the program panicked at {place})");
    }));
    let cli = match parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => {
            eprintln!("系统不给线程，没有启动：{error} (no threads)");
            ExitCode::from(2)
        }
    }
}
