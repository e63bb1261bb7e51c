//! The flags of `dlq`.

use clap::{Args, Subcommand};

use crate::args::JsonArgs;

/// `dlq …`
#[derive(Debug, Subcommand)]
pub enum DlqVerb {
    /// List the parked records and why each is parked
    List(JsonArgs),
    /// Show a parked record with its headers and body
    Show(IdArgs),
    /// Apply the parked records of a key in order, once their cause is gone
    #[command(
        after_help = "Applies the records that can be applied, in one transaction, and leaves the others parked. Exit code 1 if the first record of\nthe key still cannot be applied; nothing is changed then.\n\nExamples:\n  orderctl dlq redrive 17\n  orderctl dlq redrive --key 0191f2c4-…"
    )]
    Redrive(RedriveArgs),
    /// Drop a parked record for good; it is kept in public.parked_dropped with the reason
    Drop(DropArgs),
}

/// One parked record.
#[derive(Debug, Args)]
pub struct IdArgs {
    /// The number that `dlq list` shows
    pub id: i64,
}

/// `dlq redrive`
#[derive(Debug, Args)]
pub struct RedriveArgs {
    /// The number of any parked record of the key
    #[arg(required_unless_present = "key", conflicts_with = "key")]
    pub id: Option<i64>,
    /// The key: a stream's id, such as an order's
    #[arg(long)]
    pub key: Option<String>,
}

/// `dlq drop`
#[derive(Debug, Args)]
pub struct DropArgs {
    /// The number that `dlq list` shows
    pub id: i64,
    /// Why it is dropped
    #[arg(long, value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub reason: String,
}
