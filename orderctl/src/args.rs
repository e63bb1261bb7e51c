//! Flags that several commands have.

use clap::Args;

/// The tenant that is used if none is given.
pub const DEFAULT_TENANT: &str = "default";

/// Verbs with no other flag.
#[derive(Debug, Args)]
pub struct JsonArgs {
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}
