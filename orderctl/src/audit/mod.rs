//! The audit. It checks that every event is once in the log and once in Kafka, in order and unchanged; that every row of the
//! read models is the fold of its events; that every stored answer is true; that every record can be read and was processed.
//!
//! Guarantees: it checks all events up to where the log ended when it began, and the rows as they are at one moment after
//! that, so live traffic does not disturb it. It writes nothing and blocks nobody. Every wait has a limit. Memory holds one
//! bit per event, one order, one batch, and the sums. I3 to I5 begin at `--from`, the others cover the whole store.
//! Does not: repair anything.

mod report;
#[cfg(test)]
mod tests;

use clap::Args;
use command_kit::audit::{self as answers, ReceiptForm};
use domain::Decider;
use domain::contract::Position;
use domain::order::Order;
use domain::order::contract::{PublicEvent, Published, TOPIC};
use event_store::audit::{self as log, ranges};
use event_store::{Store, StoreOptions};
use messaging::topics::RELAY_CHECKPOINT;
use messaging::whole_topic::Topic;
use messaging::{Decoder, Readers, Registry};
use projection_service::audit::{self as projected, Consumed};
use read_models::GROUP;
use read_models::audit::Sorted;
use relay::audit::{self as relayed, Histories};
use service_kit::BoxError;
use service_kit::audit::Findings;
use service_kit::clock::Stopwatch;
use service_kit::config::{MessagingSettings, Variables};
use std::time::Duration;
use tokio_postgres::{Client, IsolationLevel, Transaction};
use uuid::Uuid;

use crate::connections::{orders_client, orders_database, read_client};
use report::Report;

/// `audit`
#[derive(Debug, Args)]
pub struct AuditArgs {
    /// Print JSON instead of text
    #[arg(long)]
    pub json: bool,
    /// Begin after this position of the log instead of at its start
    #[arg(long, value_name = "POSITION")]
    pub from: Option<Position>,
}

/// What this tool is to Kafka.
const CLIENT_ID: &str = "orderctl";
/// Time between two lines of progress.
const PROGRESS_EVERY: Duration = Duration::from_secs(5);

/// The receipts of an order's commands.
const RECEIPTS: ReceiptForm = ReceiptForm { kind: Order::KIND, id_field: "orderId" };

/// Orders as the read models are compared with them.
struct Orders<'a, 'b>(&'b mut Histories<'a, PublicEvent>);

impl Sorted for Orders<'_, '_> {
    type Item = Published;

    async fn page(&mut self) -> Result<Vec<(Uuid, Published)>, BoxError> {
        self.0.page().await
    }
}

/// Runs the audit and prints what it found; `false` when it found something.
///
/// # Errors
/// When a part cannot be read.
pub async fn print(variables: &Variables, args: &AuditArgs) -> Result<bool, BoxError> {
    let watch = Stopwatch::start();
    let mut findings = Findings::default();
    let messaging = MessagingSettings::from_variables(variables)?;
    let brokers = &messaging.kafka_brokers;
    let registry = Registry::new(&messaging.schema_registry_url)?;
    let store = Store::open(&orders_database(variables)?, StoreOptions::default()).await?;
    let mut orders = orders_client(variables).await?;
    let mut read = read_client(variables).await?;
    let ranges = ranges(&store, args.from).await?;
    eprintln!("checking the log in Postgres");
    log::versions(&orders, &mut findings).await?;
    log::without_position(&orders, &mut findings).await?;
    for range in &ranges {
        log::positions(&orders, *range, &mut findings).await?;
    }
    for range in &ranges {
        relayed::wait(&store, brokers, RELAY_CHECKPOINT, *range, &mut findings).await?;
    }
    let ends = Topic::open(CLIENT_ID, brokers, TOPIC, |_| 0).await?.ends().await?;
    projected::wait(&read, TOPIC, &ends, &mut findings).await?;

    // The rows first: what the log has later is no row's fault, but a row that the log has not is one.
    let read = snapshot(&mut read).await?;
    let decoder = Decoder::new(registry.clone());
    let mut consumed = Consumed::load(&read, &decoder, GROUP, TOPIC).await?;
    let readers = Readers::connect(&registry, TOPIC).await?;
    let heads: Vec<i64> = ranges.iter().map(|range| range.last).collect();
    eprintln!("comparing the read models with the log");
    let looked = {
        let orders = snapshot(&mut orders).await?;
        let mut histories = Histories::open(&orders, &readers).await?;
        let rows = Orders(&mut histories);
        let looked = projected::check(&read, rows, &heads, &consumed, &mut findings).await?;
        findings.append(&mut histories.findings);
        looked
    };
    let answers = answers::check(&orders, RECEIPTS, &mut findings).await?;
    let events: i64 = ranges.iter().map(|range| range.last - range.after).sum();
    eprintln!("comparing {events} events with topic {TOPIC}");
    let mut last_line = Stopwatch::start();
    let topic = Topic::open(CLIENT_ID, brokers, TOPIC, |_| 0).await?;
    // The log's only topic, which has the events of all kinds of streams.
    let belongs = |_: &str| true;
    let compared =
        relayed::compare(&orders, topic, &ranges, belongs, &mut findings, async |records, compared, findings| {
            consumed.batch(records, findings).await?;
            if last_line.elapsed() >= PROGRESS_EVERY {
                last_line = Stopwatch::start();
                eprintln!("{compared} of {events} compared");
            }
            Ok(())
        })
        .await?;
    consumed.finish(&mut findings);
    let (looked, parked) = looked;
    let counts = consumed.counts;
    let took = watch.elapsed();
    let report = Report { ranges: &ranges, compared, looked, parked, answers, counts, findings: &findings, took };
    report.print(args.json)?;
    Ok(findings.count == 0)
}

/// A transaction that sees everything as it stands now, for as long as it lasts.
async fn snapshot(client: &mut Client) -> Result<Transaction<'_>, BoxError> {
    let transaction = client.build_transaction().isolation_level(IsolationLevel::RepeatableRead).read_only(true);
    let transaction = transaction.start().await?;
    // The first statement decides which moment that is.
    transaction.query_one("SELECT 1", &[]).await?;
    Ok(transaction)
}
