//! `order-engine`: see `order-engine help`.

use std::process::ExitCode;

use clap::Parser;
use order_engine::cli::{Cli, run};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("order-engine: {}", service_kit::errors::chain(&*error));
            ExitCode::FAILURE
        }
    }
}
