//! The commands and their flags.

use clap::{Parser, Subcommand};

use crate::args::JsonArgs;
use crate::audit::AuditArgs;
use crate::bank::BankVerb;
use crate::demo::DemoArgs;
use crate::dlq::args::DlqVerb;
use crate::events::EventsArgs;
use crate::export::ExportArgs;
use crate::fulfilments::FulfilmentsVerb;
use crate::import::ImportVerb;
use crate::jobs::JobsArgs;
use crate::lag::RelayVerb;
use crate::notifications::NotificationsArgs;
use crate::orders::NewestArgs;
use crate::privacy::PrivacyVerb;
use crate::replay::args::ReplayVerb;
use crate::requests::args::RequestsVerb;
use crate::saga::args::{SagaVerb, TasksVerb};
use crate::sample::SampleArgs;
use crate::stats::StatsArgs;
use crate::stock::StockVerb;
use crate::token::TokenArgs;
use crate::webhooks::WebhooksVerb;

/// The order engine's tool: import orders, inspect orders and events, check that nothing is lost.
///
/// Settings are read from the environment, then from the nearest `.local/env`, which `make up` writes. So after `make up` no
/// flags are needed. Where ORDERS_STATE names the folder of a stack, `env` in that folder is read instead.
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
    /// Show stock and its movements, as GraphQL answers them
    #[command(subcommand)]
    Stock(StockVerb),
    /// Import bank statements, by which bank transfers are known to have come
    #[command(subcommand)]
    Bank(BankVerb),
    /// Show what locations have to pack and ship, and what to fetch for it, as GraphQL answers it
    #[command(subcommand)]
    Fulfilments(FulfilmentsVerb),
    /// Show what drives orders to their end and what it waits for, ask again, skip a step, undo an order
    #[command(subcommand)]
    Saga(SagaVerb),
    /// Show what the customer and the merchant were told of an order, and what became of each message
    Notifications(NotificationsArgs),
    /// List where webhooks go and what went there, show one with its attempts, send it again
    #[command(subcommand)]
    Webhooks(WebhooksVerb),
    /// List what only people can decide about orders, take it, decide it
    #[command(subcommand)]
    Tasks(TasksVerb),
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
    /// List parked requests between participants, handle them again, or discard them
    #[command(subcommand)]
    Requests(RequestsVerb),
    /// List the periodic jobs with what each did last, or make one due now
    #[command(after_help = "Examples:\n  orderctl jobs --json\n  orderctl jobs run NAME")]
    Jobs(JobsArgs),
    /// Show how many timers wait, by kind of stream
    Timers(JsonArgs),
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
  I8      the stock of each item is what its events add up to, reserves what reservations hold, was never promised beyond what
          was available unless backordered, and is never below zero
  I9      what payments refunded is within what they captured, and that within what was authorised, after every event
  I10     every effect at the payment provider has a key of its own, an event before it and at most one result
  I11     every saga goes on: what it waits for is not overdue, or somebody has a task, and an order that was given up has given
          back its stock and its money
  I12     nothing is shipped unpaid or unreserved, and nothing is completed unpaid or unshipped
  I13     every event can be read, with the previous schema too
  I14     every consumed record is applied, parked or dropped; every request behind which its group has committed has led
          to an event, is parked or was discarded, as far back as the topic has it
  I15     kitchens cook nothing twice and nothing beyond what stations and people have room for, and work on the open tickets
  I16     no fulfilment has two labels in force, each label in force at a carrier is a shipment's, and what left was to leave
  I17     nobody is told twice of one event by one channel unless a person asked for it, and what has not ended has its timer
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
            "orderctl stock list --first 101",
            "orderctl bank import",
            "orderctl fulfilments queue",
            "orderctl fulfilments picklist --location zrh-1 --waits-for rain",
            "orderctl saga list --state asleep",
            "orderctl saga skip 0197f3a0-0000-7000-8000-000000000001 SING --reason x",
            "orderctl saga rearrange 0197f3a0-0000-7000-8000-000000000001 --fulfilment x --share zrh-1=cup",
            "orderctl saga rearrange 0197f3a0-0000-7000-8000-000000000001 --share zrh-1=cup",
            "orderctl tasks decide 0197f3a0-0000-7000-8000-000000000001 REVIEW perhaps",
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
