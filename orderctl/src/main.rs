//! `orderctl`.

use std::process::ExitCode;

use clap::Parser;
use orderctl::cli::Cli;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("orderctl: cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ending = runtime.block_on(orderctl::run(cli));
    // A thread that still reads a file or waits for a connection must not keep the program.
    runtime.shutdown_background();
    ending.report()
}
