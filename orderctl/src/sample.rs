//! `orderctl sample`: a generated file of orders.

use std::io::Write;

use clap::Args;
use service_kit::BoxError;

/// `sample`
#[derive(Debug, Args)]
pub struct SampleArgs {
    /// Number of lines to generate, without the header
    #[arg(long, default_value_t = 1_000, value_name = "N")]
    pub lines: usize,
    /// Seed of the generator: the same seed gives the same lines
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=999))]
    pub seed: u16,
}

/// Writes the file to standard output.
///
/// # Errors
/// When it cannot be written.
pub fn write(args: &SampleArgs) -> Result<bool, BoxError> {
    std::io::stdout().write_all(&order_import::sample::lines(args.lines, args.seed))?;
    Ok(true)
}
