//! The flags of `requests`.

use clap::{Args, Subcommand};

use crate::args::JsonArgs;

/// `requests …`
#[derive(Debug, Subcommand)]
pub enum RequestsVerb {
    /// List the parked requests of all groups and why each is parked
    Parked(JsonArgs),
    /// Handle the parked requests of a key in order, once their cause is gone
    #[command(
        after_help = "Handles the requests one after the other up to the first that still cannot be handled, which stays parked with those\nbehind it; the exit code is 1 then.\n\nExamples:\n  orderctl requests redrive 17\n  orderctl requests redrive --key 0191f2c4-…"
    )]
    Redrive(RedriveArgs),
    /// Discard a parked request for good; it is kept in public.discarded_requests with the reason
    Discard(DiscardArgs),
}

/// `requests redrive`
#[derive(Debug, Args)]
pub struct RedriveArgs {
    /// The number of any parked request of the key
    #[arg(required_unless_present = "key", conflicts_with = "key")]
    pub id: Option<i64>,
    /// The key: a stream's id, such as a reservation's
    #[arg(long)]
    pub key: Option<String>,
    /// Only of this group
    #[arg(long)]
    pub group: Option<String>,
}

/// `requests discard`
#[derive(Debug, Args)]
pub struct DiscardArgs {
    /// The number that `requests parked` shows
    pub id: i64,
    /// Why it is discarded
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
    /// Its group, where several logs have the number
    #[arg(long)]
    pub group: Option<String>,
}
