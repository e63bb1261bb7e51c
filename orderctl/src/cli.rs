//! The commands and their flags.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use domain::{Currency, CustomerId, ImportSource, TenantId};
use service_kit::auth::Role;

use crate::dlq::args::DlqVerb;
use crate::events::Moment;
use crate::export::condition::Condition;
use crate::export::table::Table;
use crate::export::write::Format;
use crate::privacy::PrivacyVerb;
use crate::replay::args::ReplayVerb;

/// The tenant that is used if none is given.
pub const DEFAULT_TENANT: &str = "default";

/// The order engine's tool: import orders, inspect orders and events, check that nothing is lost.
///
/// Settings are read from the environment, then from the nearest `.local/env`, which `make up` writes. So after `make up` no
/// flags are needed.
///
/// Exit codes: 0 success; 1 an error, a finding, or something that an import refused; 2 a wrong command line; 3 an import that did
/// not finish.
#[derive(Debug, Parser)]
#[command(name = "orderctl", version, max_term_width = 110)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Print a development token, alone on a line
    #[command(
        after_help = "Example:\n  curl -H \"Authorization: Bearer $(orderctl token --role clerk)\" http://127.0.0.1:8080/v1/orders/…"
    )]
    Token(TokenArgs),
    /// Import orders of another system
    #[command(subcommand)]
    Import(ImportVerb),
    /// Write a generated file of the same shape and quirks as the data set "Online Retail"
    #[command(
        after_help = "Example:\n  orderctl sample --lines 10000 --seed 7 > sample.csv\n  orderctl import online-retail sample.csv"
    )]
    Sample(SampleArgs),
    /// Create and change a few sample orders by HTTP, and show what GraphQL answers for them
    Demo(DemoArgs),
    /// Show the newest orders, as GraphQL answers them
    Orders(NewestArgs),
    /// Print the history of an order from the event store
    #[command(
        after_help = "Examples:\n  orderctl events 0191f2c4-…\n  orderctl events 0191f2c4-… --as-of 3\n  orderctl events 0191f2c4-… --as-of 0.1742\n  orderctl events 0191f2c4-… --as-of 2026-01-31T12:00:00Z --json"
    )]
    Events(EventsArgs),
    /// Show how far sequencer, relay and projector are behind
    Lag(JsonArgs),
    /// Show the state of the relay
    #[command(subcommand)]
    Relay(RelayVerb),
    /// Check the log, Kafka, the read models and the stored answers for lost, duplicated or changed data
    #[command(after_help = AUDIT_HELP)]
    Audit(AuditArgs),
    /// List parked records, apply them again, or drop them
    #[command(subcommand)]
    Dlq(DlqVerb),
    /// Erase personal data
    #[command(subcommand)]
    Privacy(PrivacyVerb),
    /// Rebuild the read models from the log, verify them or roll them back; show single orders at any moment
    #[command(subcommand)]
    Replay(ReplayVerb),
    /// Show orders, lines and revenue by month, country, stock code and customer
    Stats(StatsArgs),
    /// Write orders or lines from the read models as NDJSON, CSV or Parquet
    #[command(after_help = EXPORT_HELP)]
    Export(ExportArgs),
}

const AUDIT_HELP: &str = "\
Waits up to 2 min for the relay, and again for the projectors, to reach the end that the log had when the audit started.
Traffic may go on meanwhile. Writes nothing and blocks nobody. Checks that
  I2 I3   versions and positions have no gaps and are in order
  I4 I5   every event is in Kafka once, unchanged, in order
  I6      every row is the fold of its events, none is ahead or missing, and the rows kept for a rollback equal the live
          ones; parked orders are reported with the sums that are wrong without them
  I7      every stored answer has its events, and no event has two answers
  I13     every event can be read, with the previous schema too
  I14     every consumed record is applied, parked or dropped
--from limits I3 to I5 to later positions; the other checks cover everything. If something is wrong, the exit code is 1 and
the ids are printed. docs/runbook.md says what to do about each finding.

Examples:
  orderctl audit
  orderctl audit --json --from 0.250000";

const EXPORT_HELP: &str = "\
A condition compares fields with values: FIELD OP VALUE [and FIELD OP VALUE …]
  fields  state kind customer country currency number placedAt total imported, all of the order
  OP      = != < <= > >=
  values  a word, or 'a text in quotes'; a day is from midnight UTC; total is in major units
Quantities and amounts of a credit are negative. Addresses are not exported.

Examples:
  orderctl export orders --format csv --where \"kind = CREDIT and placedAt >= 2011-01-01\" > credits.csv
  orderctl export lines --format parquet --where \"country != GB\" --output lines.parquet";

/// `relay …`
#[derive(Debug, Subcommand)]
pub enum RelayVerb {
    /// Show what the relay has published and who holds its lease
    Status(JsonArgs),
}

/// `import …`
#[derive(Debug, Subcommand)]
pub enum ImportVerb {
    /// Import the data set "Online Retail" (UCI Machine Learning Repository)
    #[command(after_long_help = crate::import::RULES)]
    OnlineRetail(OnlineRetailArgs),
    /// Import any CSV or NDJSON file by a mapping
    #[command(after_long_help = crate::import::MAPS)]
    Orders(OrdersArgs),
    /// Import generated orders
    Sample(ImportSampleArgs),
}

/// Flags of every import.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Write a report as JSON: counts, exact amounts, and each refused line with its reason
    #[arg(long, value_name = "FILE.json")]
    pub report: Option<PathBuf>,
    /// The tenant that the orders belong to
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Import nothing; report what an import would do
    #[arg(long)]
    pub dry_run: bool,
    /// Replace orders that were imported before with other content; the history keeps both versions
    #[arg(long)]
    pub update: bool,
    /// Import an order without its refused lines, instead of refusing the whole order
    #[arg(long)]
    pub partial: bool,
    /// Longest wait for an engine that does not answer, in seconds
    #[arg(long, default_value_t = crate::import::PATIENCE.as_secs(), value_name = "SECONDS")]
    pub patience_s: u64,
}

/// `import online-retail`
#[derive(Debug, Args)]
pub struct OnlineRetailArgs {
    /// The file: CSV, plain or compressed with gzip
    pub file: PathBuf,
    /// Import only this many ordinary invoices, the first of the file
    #[arg(long, value_name = "N")]
    pub first: Option<usize>,
    /// The currency of the prices [default: GBP]
    #[arg(long, value_parser = currency)]
    pub currency: Option<Currency>,
    /// Flags of every import.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// `import orders`
#[derive(Debug, Args)]
pub struct OrdersArgs {
    /// The file: CSV, .ndjson, .jsonl or .json, plain or compressed with gzip
    pub file: PathBuf,
    /// The mapping from columns to orders: shopify, woocommerce, amazon, or a file of your own
    #[arg(long, value_name = "NAME|MAP.toml")]
    pub map: PathBuf,
    /// Name of the system that the orders come from, instead of the one in the mapping; give each of several shops its own name
    #[arg(long)]
    pub source: Option<ImportSource>,
    /// Import only this many sales, the first of the file
    #[arg(long, value_name = "N")]
    pub first: Option<usize>,
    /// Currency of orders that name none, instead of the one in the mapping
    #[arg(long, value_parser = currency)]
    pub currency: Option<Currency>,
    /// Flags of every import.
    #[command(flatten)]
    pub import: ImportArgs,
}

/// `import sample`
#[derive(Debug, Args)]
pub struct ImportSampleArgs {
    /// Number of invoices to generate
    #[arg(long, default_value_t = 50, value_name = "N")]
    pub orders: usize,
    /// Seed of the generator: the same seed gives the same orders
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(0..=999))]
    pub seed: u16,
    /// Flags of every import.
    #[command(flatten)]
    pub import: ImportArgs,
}

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

/// `token`
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// Role of the token, which decides what its holder may do: customer, clerk or admin
    #[arg(long, value_parser = role)]
    pub role: Role,
    /// Id of the customer; required for the role customer
    #[arg(long, value_name = "ID", required_if_eq("role", "customer"))]
    pub customer: Option<CustomerId>,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Lifetime of the token, in seconds
    #[arg(long, default_value_t = 43_200, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=31_536_000))]
    pub lifetime_s: u32,
}

/// `demo`
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
}

/// `orders`
#[derive(Debug, Args)]
pub struct NewestArgs {
    /// Number of orders to show
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..=30))]
    pub first: u8,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
}

/// `events`
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// The order's id
    pub order: domain::OrderId,
    /// Show only what had happened by then: a version (3), a position of the log (0.1742) or a moment (RFC 3339)
    #[arg(long, value_name = "VERSION|POSITION|TIME")]
    pub as_of: Option<Moment>,
    /// Print one JSON object per line
    #[arg(long)]
    pub json: bool,
}

/// `audit`
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
    /// Begin after this position of the log instead of at its start
    #[arg(long, value_name = "POSITION")]
    pub from: Option<domain::contract::Position>,
}

/// `stats`
#[derive(Debug, Args)]
pub struct StatsArgs {
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// Number of rows to show of each table
    #[arg(long, default_value_t = 15, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=10_000))]
    pub top: u16,
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

/// `export`
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// What each row describes: an order or an order line
    pub table: Table,
    /// Output format
    #[arg(long)]
    pub format: Format,
    /// Export only rows that meet this condition, such as "state = PLACED and total >= 100"
    #[arg(long = "where", value_name = "CONDITION")]
    pub condition: Option<Condition>,
    /// The tenant
    #[arg(long, default_value = DEFAULT_TENANT)]
    pub tenant: TenantId,
    /// The file to write instead of standard output; it appears once it is complete
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// Verbs with no other flag.
#[derive(Debug, Args)]
pub struct JsonArgs {
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
}

fn role(text: &str) -> Result<Role, String> {
    text.parse().map_err(|_| "give customer, clerk or admin".to_owned())
}

fn currency(text: &str) -> Result<Currency, String> {
    Currency::try_new(text).map_err(|error| format!("{error}; give an ISO 4217 code such as GBP"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_commands_fit_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn wrong_values_are_usage_errors() {
        for line in [
            "orderctl token --role king",
            "orderctl token --role customer",
            "orderctl token --role clerk --tenant UPPER",
            "orderctl import online-retail",
            "orderctl import online-retail f --currency gbp",
            "orderctl events not-an-id",
            "orderctl audit --from 17",
            "orderctl export orders --format xml",
            "orderctl export orders --format csv --where colour=red",
        ] {
            let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
            assert_eq!(error.exit_code(), 2, "{line}");
        }
    }
}
