//! The process.

use clap::Parser;
use county_server::cli::{Cli, run};
use std::process::ExitCode;

/// A request makes and drops thousands of small values on several threads: with the allocator of the
/// system that took a fourth of the processor.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(run(cli)),
        Err(error) => {
            eprintln!("no threads: {error}");
            ExitCode::from(2)
        }
    }
}
